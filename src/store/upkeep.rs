//! What the store does to itself: old notifications and events go, snoozed entries wake, and one node of many does it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};

use super::{
    Store,
    connection::{Conn, on_backend, write_transaction},
    deliveries,
    inbox::Inboxes,
    memory::Memory,
    raw::Raw,
    schema::{contents, events, inboxes, leases, notifications},
};
use crate::{
    domain::{
        Id, Millis,
        nudge::{Change, InboxChange},
    },
    error::{Error, Result},
};

/// Inboxes swept in one transaction: short enough that nobody waits for it.
pub const SWEEP: i64 = 50;
/// Entries woken at once.
const WAKE: i64 = 500;
/// Events removed in one transaction.
const EVENTS: i64 = 2_000;

impl Store {
    /// Takes or keeps the lease on a job that one node should do; false while another has it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn take_lease(&self, name: &'static str, holder: &str, for_ms: i64) -> Result<bool> {
        let (holder, now) = (holder.to_owned(), self.clock.now());
        self.writers.run(move |conn, _| Ok((take_lease(conn, name, &holder, now, now + for_ms)?, Vec::new()))).await
    }
}

/// Takes or keeps a lease; false while another holder has it.
pub fn take_lease(conn: &mut Conn, name: &str, holder: &str, now: Millis, until: Millis) -> Result<bool> {
    use leases::dsl as l;
    write_transaction(conn, |conn| {
        let row = (l::name.eq(name), l::holder.eq(holder), l::until.eq(0_i64));
        on_backend!(conn, c => diesel::insert_into(l::leases).values(row).on_conflict_do_nothing().execute(c))
            .map_err(Error::Store)?;
        let free = l::leases.filter(l::name.eq(name)).filter(l::until.lt(now).or(l::holder.eq(holder)));
        let taken = diesel::update(free).set((l::holder.eq(holder), l::until.eq(until))).execute(conn);
        Ok(taken.map_err(Error::Store)? == 1)
    })
}

/// Entries whose sleep is over, by agent.
pub fn due_to_wake(conn: &mut Conn, now: Millis) -> Result<BTreeMap<Id, Vec<Id>>> {
    use notifications::dsl as n;
    let rows: Vec<(String, String)> = n::notifications
        .filter(n::snoozed_until.le(now))
        .order(n::snoozed_until)
        .limit(WAKE)
        .select((n::agent_id, n::id))
        .load(conn)
        .map_err(Error::Store)?;
    let mut due: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
    for (agent, id) in rows {
        due.entry(agent.into()).or_default().push(id.into());
    }
    Ok(due)
}

/// One step of the sweep: where the next one begins, none at the end.
#[derive(Debug)]
pub struct Swept {
    /// The last agent looked at.
    pub next: Option<Id>,
    /// Notifications removed.
    pub removed: usize,
}

/// Removes what was read, dismissed or settled before `before` from the next inboxes after `after`. Unread
/// entries stay, and so do those asleep. Each inbox that loses something gets a new floor.
pub fn sweep(
    conn: &mut Conn,
    memory: &mut Memory,
    after: Option<&Id>,
    before: Millis,
) -> Result<(Swept, Vec<InboxChange>)> {
    write_transaction(conn, |conn| {
        memory.check(conn)?;
        let agents: Vec<String> = inboxes::table
            .filter(inboxes::agent_id.gt(after.map_or("", |agent| &**agent)))
            .order(inboxes::agent_id)
            .limit(SWEEP)
            .select(inboxes::agent_id)
            .load(conn)
            .map_err(Error::Store)?;
        let agents: BTreeSet<Id> = agents.into_iter().map(Id::from).collect();
        let mut held = Inboxes::lock(conn, &agents, memory)?;
        let mut changes = Vec::new();
        let mut removed = 0;
        for agent in &agents {
            let gone = remove_settled(conn, agent, before)?;
            if gone > 0 {
                removed += gone;
                changes.push(raise_floor(&mut held, agent)?);
            }
        }
        held.flush(conn)?;
        let full = agents.len() as i64 == SWEEP;
        Ok((Swept { next: agents.last().filter(|_| full).cloned(), removed }, changes))
    })
}

fn remove_settled(conn: &mut Conn, agent: &Id, before: Millis) -> Result<usize> {
    use notifications::dsl as n;
    let read = n::read_at.lt(before).and(n::snoozed_until.is_null());
    let settled = n::cleared_at.lt(before).or(read).or(n::resolved.is_not_null());
    let old = n::notifications.filter(n::agent_id.eq(&**agent)).filter(n::created_at.lt(before)).filter(settled);
    let gone = contents::table.filter(contents::id.eq_any(old.select(n::id)));
    diesel::delete(gone).execute(conn).map_err(Error::Store)?;
    diesel::delete(old).execute(conn).map_err(Error::Store)
}

/// Takes a number of the inbox and makes it the floor: whoever holds less starts anew.
pub(super) fn raise_floor(held: &mut Inboxes, agent: &Id) -> Result<InboxChange> {
    let inbox = held.get_mut(agent)?;
    let prev = inbox.seq;
    inbox.seq += 1;
    inbox.floor_seq = inbox.seq;
    Ok(InboxChange {
        agent: agent.clone(),
        prev,
        seq: inbox.seq,
        counts: inbox.counts,
        what: Change::Removed { floor_seq: inbox.floor_seq },
        accepted_us: 0,
    })
}

/// Removes events accepted before `before`, a bounded number; returns how many.
pub fn forget_events(conn: &mut Conn, before: Millis) -> Result<usize> {
    write_transaction(conn, |conn| {
        deliveries::forget_old(conn, before, EVENTS)?;
        if let Conn::Sqlite(c) = conn {
            let oldest = format!(
                "DELETE FROM events WHERE rowid < (SELECT min(rowid) FROM events) + {EVENTS} \
                 AND accepted_at < CAST($1 AS INTEGER)"
            );
            return Raw::new(&oldest, &before.to_string()).execute(c).map_err(Error::Store);
        }
        let cut: Vec<i64> = events::table
            .filter(events::accepted_at.lt(before))
            .order(events::accepted_at)
            .limit(EVENTS)
            .select(events::accepted_at)
            .load(conn)
            .map_err(Error::Store)?;
        let Some(last) = cut.last() else { return Ok(0) };
        diesel::delete(events::table.filter(events::accepted_at.le(*last))).execute(conn).map_err(Error::Store)
    })
}
