//! The fallback as a query: whose entries no device confirmed, and what was decided about them.

mod undecided;

use std::collections::BTreeSet;

use diesel::{ExpressionMethods, QueryDsl, QueryableByName, RunQueryDsl, sql_types::Text};

use super::{
    Store,
    connection::{Conn, read_snapshot, write_transaction},
    due_list::Due,
    inbox::Inboxes,
    memory::Memory,
    queue::{self, FallbackRow},
    raw::Raw,
    schema::inboxes,
    tickets::Tickets,
};
use crate::{
    domain::{Id, Millis, inbox::Inbox, notification::Notification},
    error::{Error, Result},
};

/// An inbox with what is to be decided in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Undecided {
    /// Whose.
    pub agent: Id,
    /// Positions, as they were when it was read.
    pub inbox: Inbox,
    /// Entries above both positions, in the order in which they called for attention.
    pub entries: Vec<Unconfirmed>,
    /// There are further ones.
    pub more: bool,
}

/// An entry that called for attention and that no active device has confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Unconfirmed {
    /// The entry as it is now.
    pub entry: Notification,
    /// The number at which it called for attention.
    pub alert_seq: i64,
    /// When that was.
    pub alert_at: Millis,
    /// Source and id of its event.
    pub event: (Id, Id),
    /// An alert email of the event goes to this agent anyway (D-22).
    pub has_alert_email: bool,
}

/// What was decided about one inbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Whose.
    pub agent: Id,
    /// The head that was seen.
    pub head: i64,
    /// Everything that called for attention up to here is decided; 0: nothing was.
    pub up_to: i64,
    /// When the next entry is due; none when there is none.
    pub next: Option<Millis>,
    /// What goes out, or why not.
    pub rows: Vec<FallbackRow>,
}

impl Decision {
    /// Of an agent whom nothing could be sent: whatever is there when it is written is decided with it.
    pub fn on_everything(agent: Id) -> Decision {
        Decision { agent, head: i64::MAX, up_to: i64::MAX, next: None, rows: Vec::new() }
    }
}

impl Store {
    /// Whose fallback is due, at most so many. On SQLite they are off the list with this: who is not decided must be put
    /// on again ([`Store::fallback_later`]).
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn due_for_fallback(&self, most: usize) -> Result<Vec<Due>> {
        let now = self.clock.now();
        let Some(list) = &self.shared.due else {
            let agents = self.read(move |conn| due(conn, now, most)).await?;
            return Ok(agents.into_iter().map(Due::of).collect());
        };
        if let Some(taken) = list.take(now, most) {
            return Ok(taken);
        }
        let agents = self.read(above_positions).await?;
        list.fill(agents, now);
        Ok(list.take(now, most).unwrap_or_default())
    }

    /// Has an inbox looked at again at `at`, where that is not in the store already.
    pub fn fallback_later(&self, due: Due, at: Millis) {
        if let Some(list) = &self.shared.due {
            list.put(due, at);
        }
    }

    /// What is to be decided in these inboxes.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn undecided(&self, agents: Vec<Id>) -> Result<Vec<Undecided>> {
        self.read(move |conn| read_snapshot(conn, |conn| undecided::undecided(conn, agents))).await
    }

    /// Writes what was decided, in one transaction, and when to look again. What was confirmed meanwhile does not go out.
    /// Returns how many rows were written.
    ///
    /// # Errors
    /// When the store cannot be written; nothing is decided then.
    pub async fn decide(&self, decisions: Vec<Decision>) -> Result<usize> {
        let now = self.clock.now();
        // Where the list has the times, a decision to wait is nothing to write.
        let (waiting, decisions): (Vec<Decision>, Vec<Decision>) =
            decisions.into_iter().partition(|decision| self.shared.due.is_some() && decision.up_to == 0);
        for Decision { agent, next, .. } in waiting {
            next.into_iter().for_each(|at| self.fallback_later(Due::of(agent.clone()), at));
        }
        if decisions.is_empty() {
            return Ok(0);
        }
        let (written, later) =
            self.writers.run(move |conn, memory| Ok((decide(conn, memory, &decisions, now)?, Vec::new()))).await?;
        if let Some(list) = &self.shared.due {
            later.into_iter().for_each(|(agent, at)| list.put(Due::of(agent), at));
        }
        Ok(written)
    }
}

fn due(conn: &mut Conn, now: Millis, most: usize) -> Result<Vec<Id>> {
    let agents: Vec<String> = inboxes::table
        .filter(inboxes::fallback_due_at.le(now))
        .order(inboxes::fallback_due_at)
        .limit(most as i64)
        .select(inboxes::agent_id)
        .load(conn)
        .map_err(Error::Store)?;
    Ok(agents.into_iter().map(Id::from).collect())
}

#[derive(QueryableByName)]
struct Agent {
    #[diesel(sql_type = Text)]
    agent_id: String,
}

/// Inboxes of SQLite whose head is above what was confirmed and decided; a row may stand behind its entries.
const ABOVE: &str = "SELECT agent_id FROM inboxes AS i WHERE max(seq, ifnull((SELECT n.seq FROM notifications AS n \
    WHERE n.agent_id = i.agent_id ORDER BY n.seq DESC LIMIT 1), 0)) > max(acked_seq, decided_seq)";

fn above_positions(conn: &mut Conn) -> Result<Vec<Id>> {
    let Conn::Sqlite(c) = conn else { return Ok(Vec::new()) };
    let agents: Vec<Agent> = Raw::plain(ABOVE).load(c).map_err(Error::Store)?;
    Ok(agents.into_iter().map(|row| row.agent_id.into()).collect())
}

/// Returns how many rows were written, and who is to be looked at again when.
fn decide(
    conn: &mut Conn,
    memory: &mut Memory,
    decisions: &[Decision],
    now: Millis,
) -> Result<(usize, Vec<(Id, Millis)>)> {
    let agents: BTreeSet<Id> = decisions.iter().map(|decision| decision.agent.clone()).collect();
    let mut later = Vec::new();
    let mut written = 0;
    let held = write_transaction(conn, |conn| {
        memory.check(conn)?;
        let mut held = Inboxes::lock(conn, &agents, memory)?;
        let mut rows: Vec<(&Id, &FallbackRow)> = Vec::new();
        later.clear();
        for decision in decisions {
            let inbox = held.get_mut(&decision.agent)?;
            let confirmed = inbox.acked_seq;
            inbox.decided_seq = inbox.decided_seq.max(decision.up_to.min(inbox.seq));
            // What came after the reading is looked at anew.
            let news = (inbox.seq > decision.head).then_some(now);
            inbox.fallback_due_at = decision.next.into_iter().chain(news).min();
            later.extend(inbox.fallback_due_at.map(|at| (decision.agent.clone(), at)));
            let wanted = decision.rows.iter().filter(|row| row.stage > confirmed);
            rows.extend(wanted.map(|row| (&decision.agent, row)));
        }
        written = queue::plan(conn, &rows, now)?;
        held.flush(conn)?;
        Ok(held)
    })?;
    memory.keep(Tickets::default(), held);
    Ok((written, later))
}
