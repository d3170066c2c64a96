//! Whose fallback is to be looked at, and when: SQLite's counterpart of the column `fallback_due_at`.
//!
//! One node has all of it, so a list in memory is as good as an index, and spares each event a page. After a start it is
//! filled from the inboxes whose head is above what was confirmed and decided; nothing is lost with it.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// An inbox whose fallback is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Whose.
    pub agent: Id,
    /// Nothing that is open in it called for attention before; none where only the store knows.
    pub since: Option<Millis>,
    /// Nothing that is open in it called for attention at a higher number, as far as it is known.
    head: i64,
}

#[derive(Debug, Default)]
struct Inner {
    filled: bool,
    open: HashMap<Id, Open>,
    in_order: BTreeSet<(Millis, Id)>,
}

#[derive(Debug)]
struct Open {
    look_at: Millis,
    since: Option<Millis>,
    head: i64,
}

impl Due {
    /// One of which only the store knows what is open.
    pub fn of(agent: Id) -> Due {
        Due { agent, since: None, head: i64::MAX }
    }
}

impl DueList {
    /// Notes whose entries call for attention in these changes. Whoever is on the list stays where they are: what came
    /// later is not due before what came earlier.
    pub fn note_changes(&self, changes: &[InboxChange], now: Millis) {
        let mut alerting = changes.iter().filter(|change| alerts(change)).peekable();
        if alerting.peek().is_some() {
            let mut inner = self.lock();
            for change in alerting {
                match inner.open.get_mut(&change.agent) {
                    Some(open) => open.head = open.head.max(change.seq),
                    None => {
                        let due = Due { agent: change.agent.clone(), since: Some(now), head: change.seq };
                        inner.put(due, now + FIRST_LOOK_MS);
                    }
                }
            }
        }
    }

    /// Takes off whoever has confirmed everything.
    pub fn note_acks(&self, acks: &HashMap<Id, i64>) {
        if !acks.is_empty() {
            let mut inner = self.lock();
            acks.iter().for_each(|(agent, seq)| inner.confirm(agent, *seq));
        }
    }

    /// Puts somebody on, to be looked at at `at` or before.
    pub fn put(&self, due: Due, at: Millis) {
        self.lock().put(due, at);
    }

    /// Takes out who is due, at most so many; none when the list has yet to be filled.
    pub fn take(&self, now: Millis, most: usize) -> Option<Vec<Due>> {
        let mut inner = self.lock();
        if !inner.filled {
            return None;
        }
        let mut taken = Vec::new();
        while taken.len() < most && inner.in_order.first().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, agent)) = inner.in_order.pop_first()
                && let Some(Open { since, head, .. }) = inner.open.remove(&agent)
            {
                taken.push(Due { agent, since, head });
            }
        }
        Some(taken)
    }

    /// Fills it after a start.
    pub fn fill(&self, agents: Vec<Id>, now: Millis) {
        let mut inner = self.lock();
        agents.into_iter().for_each(|agent| inner.put(Due::of(agent), now));
        inner.filled = true;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn put(&mut self, due: Due, at: Millis) {
        let Due { agent, since, head } = due;
        let open = match self.open.remove(&agent) {
            None => Open { look_at: at, since, head },
            Some(known) => {
                self.in_order.remove(&(known.look_at, agent.clone()));
                let since = known.since.zip(since).map(|(one, other)| one.min(other));
                Open { look_at: known.look_at.min(at), since, head: known.head.max(head) }
            }
        };
        self.in_order.insert((open.look_at, agent.clone()));
        self.open.insert(agent, open);
    }

    fn confirm(&mut self, agent: &Id, seq: i64) {
        if self.open.get(agent).is_some_and(|open| open.head <= seq)
            && let Some(open) = self.open.remove(agent)
        {
            self.in_order.remove(&(open.look_at, agent.clone()));
        }
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

    fn due(agent: &str, since: Option<Millis>, head: i64) -> Due {
        Due { agent: agent.into(), since, head }
    }

    #[test]
    fn the_earliest_time_counts_and_who_is_taken_is_off_the_list() {
        let list = DueList::default();
        assert_eq!(list.take(100, 10), None, "not filled yet");
        list.put(due("ana", Some(5), 1), 70);
        list.put(due("ana", Some(7), 3), 50);
        list.put(due("ana", Some(6), 2), 90);
        list.fill(vec!["ben".into()], 60);
        assert_eq!(list.take(49, 10), Some(vec![]));
        assert_eq!(list.take(60, 1), Some(vec![due("ana", Some(5), 3)]));
        assert_eq!(list.take(60, 10), Some(vec![Due::of("ben".into())]));
        assert_eq!(list.take(1_000, 10), Some(vec![]));
        list.put(due("ana", Some(60), 4), 70);
        list.put(Due::of("ana".into()), 80);
        assert_eq!(list.take(70, 10), Some(vec![Due::of("ana".into())]), "the store knows of more");
    }

    #[test]
    fn who_confirmed_everything_need_not_be_looked_at() {
        let list = DueList::default();
        let acks = |agent: &str, seq| HashMap::from([(Id::from(agent), seq)]);
        list.fill(vec!["ben".into()], 0);
        list.put(due("ana", Some(5), 3), 50);
        list.note_acks(&acks("ana", 2));
        list.note_acks(&acks("ben", 2));
        assert_eq!(list.take(50, 10).unwrap_or_default().len(), 2, "one is open, of the other only the store knows");
        list.put(due("ana", Some(5), 3), 50);
        list.note_acks(&acks("ana", 3));
        assert_eq!(list.take(50, 10), Some(vec![]));
    }
}
