//! What is to be decided in many inboxes, read at once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryableByName, RunQueryDsl};

use super::{Unconfirmed, Undecided};
use crate::{
    domain::{
        Id,
        delivery::{DeliveryChannel, RecipientKind},
        inbox::Inbox,
        notification::Notification,
    },
    error::{Error, Result},
    store::{
        bulk::to_json,
        connection::Conn,
        inbox,
        notifications::Row,
        queue,
        raw::Raw,
        schema::{contents, deliveries, notifications},
    },
};

/// Entries that are read at a time, of each sort.
const ENTRIES: usize = 1_000;

#[derive(QueryableByName)]
struct Alerted {
    #[diesel(embed)]
    kept: Row,
    #[diesel(embed)]
    alert: Alert,
    #[diesel(embed)]
    event: Event,
}

#[derive(QueryableByName)]
#[diesel(table_name = notifications)]
struct Alert {
    agent_id: String,
    alert_seq: i64,
    alert_at: Option<i64>,
}

#[derive(QueryableByName)]
#[diesel(table_name = contents)]
struct Event {
    event_source: String,
    event_id: String,
}

/// The store is asked about all of them at once: for their positions, for what is open, and which of that an alert email
/// tells of.
pub fn undecided(conn: &mut Conn, agents: Vec<Id>) -> Result<Vec<Undecided>> {
    let inboxes = inbox::read_many(conn, &agents.iter().collect())?;
    let open: Vec<&Id> = inboxes.iter().filter(|(_, inbox)| inbox.seq > position(inbox)).map(|(id, _)| id).collect();
    let (mut new, mut changed) = (Open::read(conn, &open, true)?, Open::read(conn, &open, false)?);
    let emailed = alert_emails(conn, &open, [&new, &changed])?;
    let one = |agent: Id| {
        let inbox = inboxes.get(&agent).cloned().unwrap_or_default();
        let up_to = [&new, &changed].map(|rows| rows.known_up_to(&agent, position(&inbox)));
        let up_to = up_to.into_iter().flatten().min();
        let mut rows = new.take(&agent);
        rows.extend(changed.take(&agent));
        rows.retain(|row| up_to.is_none_or(|up_to| row.alert.alert_seq <= up_to));
        rows.sort_by_key(|row| row.alert.alert_seq);
        let entries = rows.into_iter().map(|row| unconfirmed(row, &agent, &emailed)).collect::<Result<_>>()?;
        Ok(Undecided { agent, inbox, entries, more: up_to.is_some() })
    };
    agents.into_iter().map(one).collect()
}

/// Nothing at or below it is open.
fn position(inbox: &Inbox) -> i64 {
    inbox.acked_seq.max(inbox.decided_seq)
}

/// Open entries of many agents: those to which nothing happened since they came, or those to which something did.
struct Open {
    by_agent: HashMap<Id, Vec<Alerted>>,
    /// Whose were read last, and up to where, when there may be more.
    cut: Option<(Id, i64)>,
}

impl Open {
    fn read(conn: &mut Conn, agents: &[&Id], unchanged: bool) -> Result<Open> {
        if agents.is_empty() {
            return Ok(Open { by_agent: HashMap::new(), cut: None });
        }
        let keys = to_json(agents).map_err(Error::Store)?;
        let sql = match (&*conn, unchanged) {
            (Conn::Sqlite(_), true) => &UNCHANGED_SQLITE,
            (Conn::Sqlite(_), false) => &CHANGED_SQLITE,
            (Conn::Pg(_), true) => &UNCHANGED_POSTGRES,
            (Conn::Pg(_), false) => &CHANGED_POSTGRES,
        };
        let rows: Vec<Alerted> = match conn {
            Conn::Sqlite(c) => Raw::new(sql, &keys).load(c),
            Conn::Pg(c) => Raw::new(sql, &keys).load(c),
        }
        .map_err(Error::Store)?;
        let last = rows.last().filter(|_| rows.len() >= ENTRIES);
        let cut = last.map(|row| (Id::from(&*row.alert.agent_id), row.alert.alert_seq));
        let mut by_agent: HashMap<Id, Vec<Alerted>> = HashMap::new();
        for row in rows {
            by_agent.entry(Id::from(&*row.alert.agent_id)).or_default().push(row);
        }
        Ok(Open { by_agent, cut })
    }

    /// Up to where all of an agent's are here; none where there are no others.
    fn known_up_to(&self, agent: &Id, position: i64) -> Option<i64> {
        let (last, up_to) = self.cut.as_ref()?;
        if last == agent { Some(*up_to) } else { (!self.by_agent.contains_key(agent)).then_some(position) }
    }

    fn take(&mut self, agent: &Id) -> Vec<Alerted> {
        self.by_agent.remove(agent).unwrap_or_default()
    }
}

const COLUMNS: &str = "n.seq, n.id, n.changed_seq, n.ticket_id, n.comment_id, n.created_at, n.read_at, n.cleared_at, \
    n.snoozed_until, n.resolved, c.type AS kind, c.reason, c.category, c.priority, c.title, c.body, c.url, c.actor, \
    c.ticket_number, c.ticket_subject, c.quiet, n.agent_id, n.alert_seq, n.alert_at, c.event_source, c.event_id";
/// To which nothing happened: they called for attention at their own number.
const UNCHANGED: &str = "n.changed_seq = n.seq AND n.seq";
/// To which something happened, and which called for attention after the position: few, with an index of their own.
const CHANGED: &str = "n.changed_seq <> n.seq AND n.alert_seq > i.acked_seq AND n.alert_seq > i.decided_seq \
    AND n.changed_seq";

// CROSS JOIN: inboxes first, else all of an agent's entries would be gone through.
fn sqlite(which: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM json_each($1) AS k CROSS JOIN inboxes AS i ON i.agent_id = k.value \
         CROSS JOIN notifications AS n ON n.agent_id = i.agent_id AND {which} > max(i.acked_seq, i.decided_seq) \
         CROSS JOIN contents AS c ON c.id = n.id ORDER BY n.agent_id, n.alert_seq LIMIT {ENTRIES}"
    )
}

fn postgres(which: &str) -> String {
    format!(
        "SELECT e.* FROM inboxes AS i CROSS JOIN LATERAL \
             (SELECT {COLUMNS} FROM notifications AS n JOIN contents AS c ON c.id = n.id \
              WHERE n.agent_id = i.agent_id AND {which} > greatest(i.acked_seq, i.decided_seq) OFFSET 0) AS e \
         WHERE i.agent_id = ANY(ARRAY(SELECT jsonb_array_elements_text($1::jsonb))) \
         ORDER BY e.agent_id, e.alert_seq LIMIT {ENTRIES}"
    )
}

static UNCHANGED_SQLITE: LazyLock<String> = LazyLock::new(|| sqlite(UNCHANGED));
static CHANGED_SQLITE: LazyLock<String> = LazyLock::new(|| sqlite(CHANGED));
static UNCHANGED_POSTGRES: LazyLock<String> = LazyLock::new(|| postgres(UNCHANGED));
static CHANGED_POSTGRES: LazyLock<String> = LazyLock::new(|| postgres(CHANGED));

fn unconfirmed(row: Alerted, agent: &Id, emailed: &Emailed) -> Result<Unconfirmed> {
    let Alerted { kept, alert, event } = row;
    let entry = Notification::try_from(kept)?;
    let event = (event.event_source, event.event_id);
    Ok(Unconfirmed {
        alert_seq: alert.alert_seq,
        alert_at: alert.alert_at.unwrap_or(entry.created_at),
        has_alert_email: emailed.get(agent).is_some_and(|events| events.contains(&event)),
        event: (event.0.into(), event.1.into()),
        entry,
    })
}

/// Of which events an alert email goes to whom.
type Emailed = HashMap<Id, HashSet<(String, String)>>;

fn alert_emails(conn: &mut Conn, agents: &[&Id], read: [&Open; 2]) -> Result<Emailed> {
    use deliveries::dsl as d;
    let rows = || read.into_iter().flat_map(|open| open.by_agent.values().flatten());
    if rows().next().is_none() {
        return Ok(Emailed::new());
    }
    let found: Vec<(String, String, String)> = d::deliveries
        .filter(d::event_source.eq_any(rows().map(|row| &row.event.event_source).collect::<BTreeSet<_>>()))
        .filter(d::event_id.eq_any(rows().map(|row| &row.event.event_id).collect::<BTreeSet<_>>()))
        .filter(d::recipient_kind.eq(RecipientKind::Agent.as_str()))
        .filter(d::recipient.eq_any(agents.iter().map(|agent| &***agent)))
        .filter(d::channel.eq(DeliveryChannel::Email.as_str()).and(d::purpose.ne(queue::FALLBACK)))
        .filter(d::state.ne_all(["skipped", "cancelled", "failed", "expired"]))
        .select((d::recipient, d::event_source, d::event_id))
        .load(conn)
        .map_err(Error::Store)?;
    let mut emailed = Emailed::new();
    for (agent, source, id) in found {
        emailed.entry(agent.into()).or_default().insert((source, id));
    }
    Ok(emailed)
}
