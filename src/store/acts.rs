//! What agents, the clock and other people's work do to entries that are already there.
//!
//! Each changed entry takes one number, so that no two entries share a `changed_seq`; an act that changes nothing
//! takes none.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};
use serde::Serialize;

use super::{
    bulk::{Bulk, Column, to_json},
    connection::Conn,
    raw::Raw,
    read,
    schema::notifications,
};
use crate::{
    domain::{
        Id, Millis,
        act::{Act, ActOutcome, Op, Selector, UNTIL_REPLY, Until},
        inbox::Inbox,
        nudge::{Change, InboxChange},
    },
    error::{Error, Result},
};

/// More ids than this travel as the selector.
const IDS_IN_FRAME: usize = 100;

/// What an act needs to know of an entry, and changes of it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = notifications)]
struct Target {
    seq: i64,
    id: String,
    alert_seq: i64,
    alert_at: Option<i64>,
    read_at: Option<i64>,
    cleared_at: Option<i64>,
    snoozed_until: Option<i64>,
    resolved: Option<String>,
}

impl Target {
    fn is_unread(&self) -> bool {
        self.read_at.is_none() && self.cleared_at.is_none() && self.snoozed_until.is_none() && self.resolved.is_none()
    }

    fn is_unseen(&self, seen_seq: i64) -> bool {
        self.is_unread() && self.alert_seq > seen_seq
    }
}

#[derive(Serialize)]
struct Written<'a> {
    agent_id: &'a Id,
    seq: i64,
    changed_seq: i64,
    alert_seq: i64,
    alert_at: Option<i64>,
    read_at: Option<i64>,
    cleared_at: Option<i64>,
    snoozed_until: Option<i64>,
}

static WRITE: LazyLock<Bulk> = LazyLock::new(|| {
    let columns = [
        Column::Text("agent_id"),
        Column::Int("seq"),
        Column::Int("changed_seq"),
        Column::Int("alert_seq"),
        Column::Int("alert_at"),
        Column::Int("read_at"),
        Column::Int("cleared_at"),
        Column::Int("snoozed_until"),
    ];
    Bulk::update(
        "notifications",
        &columns,
        "changed_seq = r.changed_seq, alert_seq = r.alert_seq, alert_at = r.alert_at, read_at = r.read_at, \
         cleared_at = r.cleared_at, snoozed_until = r.snoozed_until",
        "t.agent_id = r.agent_id AND t.seq = r.seq",
    )
});

/// Carries out an act on a locked inbox. The changes are those that the agent's devices hear of.
pub fn run(
    conn: &mut Conn,
    agent: &Id,
    act: &Act,
    inbox: &mut Inbox,
    now: Millis,
) -> Result<(ActOutcome, Vec<InboxChange>)> {
    if act.op == Op::Seen {
        return see(conn, agent, act, inbox, now);
    }
    let mut targets = matching(conn, agent, act)?;
    let prev = inbox.seq;
    for target in &mut targets {
        change(target, act, inbox, now);
    }
    write(conn, agent, &targets, prev)?;
    let changes = match act.op {
        _ if targets.is_empty() => Vec::new(),
        Op::Wake => woken(conn, agent, &targets, inbox, prev)?,
        _ => vec![acted(agent, act, &targets, inbox, prev, now)],
    };
    Ok((outcome(targets.len(), inbox), changes))
}

fn outcome(changed: usize, inbox: &Inbox) -> ActOutcome {
    ActOutcome { changed: changed as i64, seq: inbox.seq, counts: inbox.counts }
}

/// The entries that the act would change, oldest first.
fn matching(conn: &mut Conn, agent: &Id, act: &Act) -> Result<Vec<Target>> {
    use notifications::dsl as n;
    let mut query =
        n::notifications.filter(n::agent_id.eq(&**agent)).select(Target::as_select()).order(n::seq).into_boxed();
    query = match &act.selector {
        Selector::Ids { ids } => query.filter(n::seq.eq_any(read::seqs_of(conn, agent, ids)?)),
        Selector::Ticket { ticket } => query.filter(n::ticket_id.eq(&**ticket)).filter(n::cleared_at.is_null()),
        Selector::Comment { comment } => query.filter(n::comment_id.eq(&**comment)).filter(n::cleared_at.is_null()),
        Selector::All { up_to, .. } => query.filter(n::seq.le(*up_to)),
        Selector::Status { up_to, .. } => query.filter(n::seq.le(*up_to)).filter(n::read_at.is_not_null()),
    };
    let everything = matches!(act.selector, Selector::All { .. } | Selector::Status { .. });
    query = match act.op {
        // "Mark all read" means what the list shows: not what is dismissed or asleep.
        Op::Read if everything => query.filter(read::is_unread()),
        Op::Read => query.filter(n::read_at.is_null()),
        Op::Unread if everything => query.filter(n::read_at.is_not_null().and(n::cleared_at.is_null())),
        Op::Unread => query.filter(n::read_at.is_not_null()),
        Op::Clear if everything => query.filter(n::cleared_at.is_null().and(n::snoozed_until.is_null())),
        Op::Clear => query.filter(n::cleared_at.is_null()),
        Op::Restore => query.filter(n::cleared_at.is_not_null()),
        Op::Snooze => {
            let until = until(act);
            query.filter(n::cleared_at.is_null()).filter(n::snoozed_until.is_null().or(n::snoozed_until.ne(until)))
        }
        Op::Wake if matches!(act.selector, Selector::Ticket { .. }) => query.filter(n::snoozed_until.eq(UNTIL_REPLY)),
        Op::Wake => query.filter(n::snoozed_until.is_not_null()),
        Op::Seen | Op::Resolve => return Ok(Vec::new()),
    };
    query.load(conn).map_err(Error::Store)
}

fn until(act: &Act) -> Millis {
    act.until.unwrap_or(Until::Reply).as_millis()
}

/// Changes one entry, the counters and the head along with it.
fn change(target: &mut Target, act: &Act, inbox: &mut Inbox, now: Millis) {
    let (was_unread, was_unseen) = (target.is_unread(), target.is_unseen(inbox.seen_seq));
    inbox.seq += 1;
    match act.op {
        Op::Read => target.read_at = Some(now),
        Op::Unread => target.read_at = None,
        Op::Clear => target.cleared_at = Some(now),
        Op::Restore => target.cleared_at = None,
        Op::Snooze => {
            // What is put off comes back as something to be done, read before or not.
            target.snoozed_until = Some(until(act));
            target.read_at = None;
        }
        Op::Wake => {
            target.snoozed_until = None;
            (target.alert_seq, target.alert_at) = (inbox.seq, Some(now));
        }
        Op::Seen | Op::Resolve => {}
    }
    inbox.counts.unread += i64::from(target.is_unread()) - i64::from(was_unread);
    inbox.counts.unseen += i64::from(target.is_unseen(inbox.seen_seq)) - i64::from(was_unseen);
}

fn write(conn: &mut Conn, agent: &Id, targets: &[Target], prev: i64) -> Result<()> {
    let rows: Vec<Written<'_>> = (prev + 1..)
        .zip(targets)
        .map(|(changed_seq, target)| Written {
            agent_id: agent,
            seq: target.seq,
            changed_seq,
            alert_seq: target.alert_seq,
            alert_at: target.alert_at,
            read_at: target.read_at,
            cleared_at: target.cleared_at,
            snoozed_until: target.snoozed_until,
        })
        .collect();
    WRITE.run(conn, &rows).map_err(Error::Store)?;
    Ok(())
}

fn acted(agent: &Id, act: &Act, targets: &[Target], inbox: &Inbox, prev: i64, now: Millis) -> InboxChange {
    let many = targets.len() > IDS_IN_FRAME;
    let ids = if many { Vec::new() } else { targets.iter().map(|target| target.id.as_str().into()).collect() };
    InboxChange {
        agent: agent.clone(),
        prev,
        seq: inbox.seq,
        counts: inbox.counts,
        what: Change::Acted {
            op: act.op,
            ids,
            selector: many.then(|| act.selector.clone()),
            at: now,
            until: (act.op == Op::Snooze).then(|| until(act)),
            resolved: None,
            reference: act.reference.clone(),
        },
        accepted_us: 0,
    }
}

/// Woken entries call for attention again: their devices get each of them whole.
fn woken(conn: &mut Conn, agent: &Id, targets: &[Target], inbox: &Inbox, prev: i64) -> Result<Vec<InboxChange>> {
    let seqs: Vec<i64> = targets.iter().map(|target| target.seq).collect();
    let entries = read::by_seq(conn, agent, &seqs)?;
    let changes = entries.into_iter().map(|entry| InboxChange {
        agent: agent.clone(),
        prev: entry.changed_seq - 1,
        seq: entry.changed_seq,
        counts: inbox.counts,
        what: Change::Entry(Box::new(entry)),
        accepted_us: 0,
    });
    let changes: Vec<InboxChange> = changes.filter(|change| change.seq > prev).collect();
    Ok(changes)
}

#[derive(diesel::QueryableByName)]
struct Sleeper {
    #[diesel(sql_type = diesel::sql_types::Text)]
    agent_id: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    ticket_id: String,
}

/// `$1` are the tickets; the number is [`UNTIL_REPLY`].
const SLEEPERS_SQLITE: &str = "SELECT DISTINCT agent_id, ticket_id FROM notifications \
                               WHERE snoozed_until = 253402300799999 AND ticket_id IN (SELECT value FROM json_each($1))";
const SLEEPERS_POSTGRES: &str = "SELECT DISTINCT agent_id, ticket_id FROM notifications \
                                 WHERE snoozed_until = 253402300799999 \
                                 AND ticket_id = ANY(ARRAY(SELECT jsonb_array_elements_text($1::jsonb)))";

/// Who has entries of these tickets that sleep until the customer replies: (agent, ticket).
pub fn asleep_until_reply(conn: &mut Conn, tickets: &BTreeSet<Id>) -> Result<BTreeSet<(Id, Id)>> {
    let tickets = to_json(tickets).map_err(Error::Store)?;
    let rows: Vec<Sleeper> = match conn {
        Conn::Sqlite(c) => Raw::new(SLEEPERS_SQLITE, &tickets).load(c),
        Conn::Pg(c) => Raw::new(SLEEPERS_POSTGRES, &tickets).load(c),
    }
    .map_err(Error::Store)?;
    Ok(rows.into_iter().map(|row| (row.agent_id.into(), row.ticket_id.into())).collect())
}

/// The panel was opened: nothing below `up_to` (the head, if not given) is unseen any more.
fn see(
    conn: &mut Conn,
    agent: &Id,
    act: &Act,
    inbox: &mut Inbox,
    now: Millis,
) -> Result<(ActOutcome, Vec<InboxChange>)> {
    let up_to = match act.selector {
        Selector::All { up_to, .. } | Selector::Status { up_to, .. } => up_to.min(inbox.seq),
        _ => inbox.seq,
    };
    inbox.seen_seq = inbox.seen_seq.max(up_to);
    let unseen = if inbox.seen_seq >= inbox.seq { 0 } else { read::count_unseen(conn, agent, inbox.seen_seq)? };
    if unseen == inbox.counts.unseen {
        return Ok((outcome(0, inbox), Vec::new()));
    }
    let prev = inbox.seq;
    inbox.seq += 1;
    inbox.counts.unseen = unseen;
    // The act's own number is nothing to be seen: without this, a later "unread" could not tell it from an entry's.
    if inbox.seen_seq == prev {
        inbox.seen_seq = inbox.seq;
    }
    Ok((outcome(1, inbox), vec![acted(agent, act, &[], inbox, prev, now)]))
}
