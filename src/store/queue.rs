//! Deliveries on their way: fallbacks planned, rows claimed under a lease, outcomes written back.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};
use uuid::Uuid;

use super::{
    Store,
    connection::{Conn, read_snapshot, write_transaction},
    inbox,
    insert::{self, Field, TableRow},
    raw::Raw,
    read,
    schema::{deliveries, delivery_attempts, notifications},
};
use crate::{
    domain::{
        Id, Millis,
        delivery::{DeliveryChannel, RecipientKind},
        notification::Notification,
    },
    error::{Error, Result},
};

/// The purpose of what goes out because no device confirmed an entry.
pub const FALLBACK: &str = "fallback";

/// One entry on one channel to one endpoint, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FallbackRow {
    /// The entry.
    pub notification: Id,
    /// Source and id of its event.
    pub event: (Id, Id),
    /// The ticket it is about.
    pub ticket: Option<Id>,
    /// By which way.
    pub channel: DeliveryChannel,
    /// A push subscription; empty where the recipient's address is looked up.
    pub endpoint: String,
    /// The number at which the entry called for attention.
    pub stage: i64,
    /// What goes out together with others: `ticket:42`, `digest`, `quiet`. Empty: by itself.
    pub batch: String,
    /// `planned`, `held`, `skipped`, `cancelled`.
    pub state: &'static str,
    /// Why it waits or does not go out.
    pub why: Option<&'static str>,
    /// When it goes out; none when it does not.
    pub due_at: Option<Millis>,
}

struct NewRow<'a> {
    agent: &'a Id,
    row: &'a FallbackRow,
    id: String,
    due_at: Option<Millis>,
    now: Millis,
}

impl TableRow for NewRow<'_> {
    type Kind = NewRow<'static>;

    const TABLE: &'static str = "deliveries";
    const CONFLICT: &'static str = "ON CONFLICT DO NOTHING";

    fn fields(&self) -> Vec<Field<'_>> {
        let NewRow { agent, row, id, due_at, now } = self;
        vec![
            ("id", (&**id).into()),
            ("event_source", (&*row.event.0).into()),
            ("event_id", (&*row.event.1).into()),
            ("notification_id", (&*row.notification).into()),
            ("recipient", (&***agent).into()),
            ("recipient_kind", RecipientKind::Agent.as_str().into()),
            ("channel", row.channel.as_str().into()),
            ("purpose", FALLBACK.into()),
            ("endpoint", (&*row.endpoint).into()),
            ("stage", row.stage.into()),
            ("ticket_id", row.ticket.as_deref().into()),
            ("batch", (&*row.batch).into()),
            ("state", row.state.into()),
            ("why", row.why.into()),
            ("due_at", (*due_at).into()),
            ("attempts", 0_i64.into()),
            ("created_at", (*now).into()),
            ("updated_at", (*now).into()),
        ]
    }
}

/// Plans fallbacks of one agent. What joins a batch that is waiting goes out with it: the first one anchors the time.
pub(super) fn plan(conn: &mut Conn, agent: &Id, rows: &[&FallbackRow], now: Millis) -> Result<usize> {
    let mut new = Vec::with_capacity(rows.len());
    for row in rows {
        let anchor = if row.due_at.is_some() && !row.batch.is_empty() { anchor(conn, agent, row)? } else { None };
        let due_at = row.due_at.map(|due| anchor.map_or(due, |anchor| anchor.min(due)));
        new.push(NewRow { agent, row, id: Uuid::now_v7().to_string(), due_at, now });
    }
    insert::insert(conn, &new).map_err(Error::Store)
}

fn anchor(conn: &mut Conn, agent: &Id, row: &FallbackRow) -> Result<Option<Millis>> {
    use deliveries::dsl as d;
    let due: Option<Option<Millis>> = d::deliveries
        .filter(d::recipient.eq(&**agent).and(d::purpose.eq(FALLBACK)))
        .filter(d::recipient_kind.eq(RecipientKind::Agent.as_str()))
        .filter(d::channel.eq(row.channel.as_str()).and(d::endpoint.eq(&row.endpoint)))
        .filter(d::batch.eq(&row.batch).and(d::state.eq_any(["planned", "held"])))
        .filter(d::attempts.eq(0))
        .order(d::due_at)
        .select(d::due_at)
        .first(conn)
        .optional()
        .map_err(Error::Store)?;
    Ok(due.flatten())
}

/// A row that a worker holds.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct Queued {
    /// Its id: stable over all attempts.
    pub id: String,
    /// Source of the event.
    pub event_source: String,
    /// Id of the event.
    pub event_id: String,
    /// The entry, where it is a fallback.
    pub notification_id: Option<String>,
    /// Agent or contact id, an address where a contact has no id, `ADMIN`.
    pub recipient: String,
    /// `agent`, `contact`, `address`.
    pub recipient_kind: String,
    /// `web_push`, `email`, `sms`.
    pub channel: String,
    /// `fallback`, or the switch or policy that says so.
    pub purpose: String,
    /// A push subscription.
    pub endpoint: String,
    /// The number at which the entry called for attention.
    pub stage: i64,
    /// Where it goes, for those whom the directory need not know.
    pub address: Option<String>,
    /// The ticket it is about.
    pub ticket_id: Option<String>,
    /// What goes out together.
    pub batch: String,
    /// As it was before it was claimed; `sending`: whoever held it before did not say how that ended.
    pub state: String,
    /// Why it waited.
    pub why: Option<String>,
    /// Tries before this one.
    pub attempts: i64,
    /// When it was planned.
    pub created_at: Millis,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Which.
    pub id: String,
    /// `sent`, `failed`, `cancelled`, `skipped`, `expired`, `planned` or `held` (again, at `due_at`).
    pub state: &'static str,
    /// Why, where it was not sent.
    pub why: Option<Cow<'static, str>>,
    /// What the other side said.
    pub detail: Option<String>,
    /// When it is tried again.
    pub due_at: Option<Millis>,
    /// The id that the other side gave it.
    pub provider_id: Option<String>,
    /// Where there was a try: its number, when it began, how long it took in milliseconds, and how it ended.
    pub attempt: Option<Attempt>,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: i64,
    /// When it began.
    pub at: Millis,
    /// Milliseconds.
    pub took_ms: i64,
    /// `sent`, or a reason code.
    pub outcome: String,
}

/// How the entry of a row stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryNow {
    /// The entry as it is.
    pub entry: Notification,
    /// The number at which it last called for attention.
    pub alert_seq: i64,
    /// What an active device of the agent confirmed.
    pub acked_seq: i64,
    /// Where the head was when the panel was last opened.
    pub seen_seq: i64,
}

impl Store {
    /// How the entries of these rows stand now, by id; those that were removed are left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn entries_now(&self, rows: &[Queued]) -> Result<HashMap<String, EntryNow>> {
        let of_row = |row: &Queued| Some((Id::from(&*row.recipient), Id::from(row.notification_id.as_deref()?)));
        let mut wanted: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        rows.iter().filter_map(of_row).for_each(|(agent, id)| wanted.entry(agent).or_default().push(id));
        self.read(move |conn| read_snapshot(conn, |conn| entries_now(conn, &wanted))).await
    }

    /// Claims what is due on a channel under a lease, at most `most` batches: each is what goes out as one message.
    /// Rows whose holder died come back when their lease is over.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn claim(
        &self,
        channel: DeliveryChannel,
        holder: &str,
        most: usize,
        lease_ms: Millis,
    ) -> Result<Vec<Vec<Queued>>> {
        let now = self.clock.now();
        // The writer is asked only when there is work: a write for nothing would wear the disk.
        if !self.read(move |conn| is_due(conn, channel, now)).await? {
            return Ok(Vec::new());
        }
        let holder = holder.to_owned();
        let claim = Claim { channel, holder, most, now, until: now + lease_ms };
        self.writers.run(move |conn, _| Ok((claim.run(conn)?, Vec::new()))).await
    }

    /// Writes what became of rows that `holder` held; rows that are another's by now stay as they are.
    ///
    /// # Errors
    /// When the store cannot be written: the rows come back when their lease is over.
    pub async fn settle(&self, holder: &str, settled: Vec<Settled>) -> Result<()> {
        let (holder, now) = (holder.to_owned(), self.clock.now());
        self.writers.run(move |conn, _| Ok((settle(conn, &holder, &settled, now)?, Vec::new()))).await
    }
}

fn is_due(conn: &mut Conn, channel: DeliveryChannel, now: Millis) -> Result<bool> {
    use deliveries::dsl as d;
    let due = d::deliveries.filter(d::channel.eq(channel.as_str()).and(d::due_at.le(now)));
    diesel::select(diesel::dsl::exists(due)).get_result(conn).map_err(Error::Store)
}

fn entries_now(conn: &mut Conn, wanted: &BTreeMap<Id, Vec<Id>>) -> Result<HashMap<String, EntryNow>> {
    use notifications::dsl as n;
    let mut found = HashMap::new();
    for (agent, ids) in wanted {
        let inbox = inbox::read_one(conn, agent)?;
        let seqs = read::seqs_of(conn, agent, ids)?;
        let alerts: Vec<(i64, i64)> = n::notifications
            .filter(n::agent_id.eq(&**agent).and(n::seq.eq_any(&seqs)))
            .select((n::seq, n::alert_seq))
            .load(conn)
            .map_err(Error::Store)?;
        for entry in read::by_seq(conn, agent, &seqs)? {
            let alert_seq = alerts.iter().find(|(seq, _)| *seq == entry.seq).map_or(entry.seq, |(_, alert)| *alert);
            let now = EntryNow { alert_seq, acked_seq: inbox.acked_seq, seen_seq: inbox.seen_seq, entry };
            found.insert(now.entry.id.to_string(), now);
        }
    }
    Ok(found)
}

/// `$1` is the channel; let go of with the transaction.
const TURN: &str = "SELECT pg_advisory_xact_lock(hashtextextended('claim deliveries on ' || $1, 0))";

struct Claim {
    channel: DeliveryChannel,
    holder: String,
    most: usize,
    now: Millis,
    until: Millis,
}

impl Claim {
    fn run(&self, conn: &mut Conn) -> Result<Vec<Vec<Queued>>> {
        write_transaction(conn, |conn| {
            self.wait_for_turn(conn)?;
            let mut batches: Vec<Vec<Queued>> = Vec::new();
            for lead in self.leads(conn)? {
                if batches.iter().flatten().any(|row| row.id == lead.id) {
                    continue;
                }
                let batch = if lead.batch.is_empty() { vec![lead] } else { self.mates(conn, &lead)? };
                if !batch.is_empty() {
                    self.take(conn, &batch)?;
                    batches.push(batch);
                }
            }
            Ok(batches)
        })
    }

    /// On PostgreSQL one node claims at a time on a channel: two who held rows of one batch each would wait for each
    /// other, and skipping the other's would tear the batch apart.
    fn wait_for_turn(&self, conn: &mut Conn) -> Result<()> {
        let Conn::Pg(c) = conn else { return Ok(()) };
        Raw::new(TURN, self.channel.as_str()).execute(c).map(drop).map_err(Error::Store)
    }

    fn leads(&self, conn: &mut Conn) -> Result<Vec<Queued>> {
        use deliveries::dsl as d;
        let due = d::deliveries
            .filter(d::channel.eq(self.channel.as_str()).and(d::due_at.le(self.now)))
            .order(d::due_at)
            .limit(self.most as i64);
        match conn {
            Conn::Pg(c) => due.select(Queued::as_select()).for_update().skip_locked().load(c),
            Conn::Sqlite(c) => due.select(Queued::as_select()).load(c),
        }
        .map_err(Error::Store)
    }

    /// Everything that waits to go out with `lead`, due or not: it anchors the time.
    fn mates(&self, conn: &mut Conn, lead: &Queued) -> Result<Vec<Queued>> {
        use deliveries::dsl as d;
        let waiting = d::state.eq_any(["planned", "held"]).or(d::state.eq("sending").and(d::due_at.le(self.now)));
        let mates = d::deliveries
            .filter(d::recipient.eq(&lead.recipient).and(d::purpose.eq(&lead.purpose)))
            .filter(d::recipient_kind.eq(&lead.recipient_kind).and(d::channel.eq(&lead.channel)))
            .filter(d::endpoint.eq(&lead.endpoint).and(d::batch.eq(&lead.batch)))
            .filter(waiting.and(d::due_at.is_not_null()))
            .order(d::id);
        match conn {
            Conn::Pg(c) => mates.select(Queued::as_select()).for_update().load(c),
            Conn::Sqlite(c) => mates.select(Queued::as_select()).load(c),
        }
        .map_err(Error::Store)
    }

    fn take(&self, conn: &mut Conn, batch: &[Queued]) -> Result<()> {
        use deliveries::dsl as d;
        let ids = d::deliveries.filter(d::id.eq_any(batch.iter().map(|row| &row.id)));
        let held = (d::state.eq("sending"), d::holder.eq(&self.holder), d::due_at.eq(self.until));
        diesel::update(ids).set((held, d::updated_at.eq(self.now))).execute(conn).map(drop).map_err(Error::Store)
    }
}

fn settle(conn: &mut Conn, holder: &str, settled: &[Settled], now: Millis) -> Result<()> {
    use deliveries::dsl as d;
    write_transaction(conn, |conn| {
        for row in settled {
            let ours = d::deliveries.filter(d::id.eq(&row.id).and(d::holder.eq(holder)).and(d::state.eq("sending")));
            let sent_at = (row.state == "sent").then_some(now);
            let set = (
                d::state.eq(row.state),
                d::why.eq(row.why.as_deref()),
                d::detail.eq(row.detail.as_deref()),
                d::due_at.eq(row.due_at),
                d::provider_id.eq(row.provider_id.as_deref()),
                d::sent_at.eq(sent_at),
                d::holder.eq(None::<&str>),
                d::updated_at.eq(now),
            );
            let written = diesel::update(ours).set(set).execute(conn).map_err(Error::Store)?;
            if let (1, Some(attempt)) = (written, &row.attempt) {
                note_attempt(conn, row, attempt)?;
            }
        }
        Ok(())
    })
}

fn note_attempt(conn: &mut Conn, row: &Settled, attempt: &Attempt) -> Result<()> {
    use delivery_attempts::dsl as a;
    let of_row = deliveries::table.find(&row.id);
    diesel::update(of_row).set(deliveries::attempts.eq(attempt.number)).execute(conn).map_err(Error::Store)?;
    let values = (
        a::delivery_id.eq(&row.id),
        a::number.eq(attempt.number),
        a::at.eq(attempt.at),
        a::took_ms.eq(attempt.took_ms),
        a::outcome.eq(&attempt.outcome),
        a::detail.eq(row.detail.as_deref()),
    );
    diesel::insert_into(a::delivery_attempts).values(values).execute(conn).map(drop).map_err(Error::Store)
}
