//! Whose fallback is to be looked at, and when: SQLite's counterpart of the column `fallback_due_at`.
//!
//! One node has all of it, so a list in memory is as good as an index, and spares each event a page. After a start it is
//! filled from the inboxes whose head is above what was confirmed and decided; nothing is lost with it.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use super::{connection::Conn, inbox::Inboxes};
use crate::{
    domain::{
        Id, Millis,
        nudge::{Change, InboxChange},
    },
    error::Result,
};

/// From an entry's commit to the first look: devices that are there gather acknowledgements for less.
const FIRST_LOOK_MS: Millis = 500;

/// See the module.
#[derive(Debug, Default)]
pub struct DueList {
    // `std::sync::Mutex`: held for a few look-ups.
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    filled: bool,
    due: HashMap<Id, Millis>,
    in_order: BTreeSet<(Millis, Id)>,
}

impl DueList {
    /// Notes whose entries call for attention in these changes.
    pub fn note_changes(&self, changes: &[InboxChange], now: Millis) {
        let agents: Vec<&Id> = changes.iter().filter(|change| alerts(change)).map(|change| &change.agent).collect();
        if !agents.is_empty() {
            let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            agents.into_iter().for_each(|agent| inner.note(agent, now + FIRST_LOOK_MS));
        }
    }

    /// Notes that an agent is to be looked at, at `at` or before.
    pub fn note(&self, agent: &Id, at: Millis) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).note(agent, at);
    }

    /// Takes out who is due, at most so many; none when the list has yet to be filled.
    pub fn take(&self, now: Millis, most: usize) -> Option<Vec<Id>> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if !inner.filled {
            return None;
        }
        let mut taken = Vec::new();
        while taken.len() < most && inner.in_order.first().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, agent)) = inner.in_order.pop_first() {
                inner.due.remove(&agent);
                taken.push(agent);
            }
        }
        Some(taken)
    }

    /// Fills it after a start.
    pub fn fill(&self, agents: &[Id], now: Millis) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        agents.iter().for_each(|agent| inner.note(agent, now));
        inner.filled = true;
    }
}

impl Inner {
    fn note(&mut self, agent: &Id, at: Millis) {
        match self.due.get(agent) {
            Some(known) if *known <= at => return,
            Some(known) => drop(self.in_order.remove(&(*known, agent.clone()))),
            None => {}
        }
        self.due.insert(agent.clone(), at);
        self.in_order.insert((at, agent.clone()));
    }
}

/// On PostgreSQL the inbox's row says when its fallback is to be looked at: notes it for those whose entries call for
/// attention.
pub fn note_in_rows(conn: &Conn, changes: &[InboxChange], inboxes: &mut Inboxes, now: Millis) -> Result<()> {
    if let Conn::Pg(_) = conn {
        for change in changes.iter().filter(|change| alerts(change)) {
            inboxes.get_mut(&change.agent)?.fallback_due_at.get_or_insert(now + FIRST_LOOK_MS);
        }
    }
    Ok(())
}

/// Whether a change calls for attention: an entry that is new, renewed or woken, unless it is stored quietly.
fn alerts(change: &InboxChange) -> bool {
    matches!(&change.what, Change::Entry(entry) if !entry.quiet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_time_counts_and_who_is_taken_is_off_the_list() {
        let list = DueList::default();
        let (ana, ben) = (Id::from("ana"), Id::from("ben"));
        assert_eq!(list.take(100, 10), None, "not filled yet");
        list.note(&ana, 70);
        list.note(&ana, 50);
        list.note(&ana, 90);
        list.fill(std::slice::from_ref(&ben), 60);
        assert_eq!(list.take(49, 10), Some(vec![]));
        assert_eq!(list.take(60, 1), Some(vec![ana.clone()]));
        assert_eq!(list.take(60, 10), Some(vec![ben]));
        assert_eq!(list.take(1_000, 10), Some(vec![]));
        list.note(&ana, 70);
        assert_eq!(list.take(70, 10), Some(vec![ana]));
    }
}
