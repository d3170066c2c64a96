//! What SQLite's writer remembers from one transaction to the next: the tickets of the last events with their watches,
//! and the heads of the last inboxes. It is alone, so what it left is what is there; on PostgreSQL, where other nodes
//! change them too, nothing is remembered.
//!
//! A transaction takes out what it touches and puts it back once it is committed: what failed, and what became of it is
//! unknown, is read again.
//!
//! It also has what is not stored: the time of a snapshot of a ticket of which only that was new. Most events say of
//! their ticket what is known, and would dirty a page for nothing else. Those times are lost by a crash, by a transaction
//! that failed, and where more tickets than are remembered come up within a minute. An event that then comes late by
//! less than [`super::tickets::BEHIND`] may bring back what was in force between two snapshots that said the same, until
//! the ticket's next event.

use std::hash::Hash;

use lru::LruCache;

use super::{
    connection::{Conn, others_commits},
    inbox::{self, Inboxes},
    tickets::{self, Tickets},
};
use crate::{domain::Id, error::Result};

/// So many tickets are remembered, ten megabytes as a rule and a few tens at most …
const TICKETS: usize = 16_384;
/// … and so many inboxes, four megabytes.
const INBOXES: usize = 32_768;

/// See the module.
#[derive(Debug)]
pub struct Memory {
    tickets: LruCache<Id, tickets::Held>,
    inboxes: LruCache<Id, inbox::Held>,
    /// Others' commits, when this was last checked.
    others: Option<i64>,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory { tickets: LruCache::unbounded(), inboxes: LruCache::unbounded(), others: None }
    }
}

impl Memory {
    /// Forgets everything if somebody else wrote to the store meanwhile. The first thing of each transaction that
    /// recalls something.
    pub fn check(&mut self, conn: &mut Conn) -> Result<()> {
        let others = others_commits(conn)?;
        if others != self.others {
            self.tickets.clear();
            self.inboxes.clear();
            self.others = others;
        }
        Ok(())
    }

    /// Takes a ticket out.
    pub(super) fn ticket(&mut self, id: &Id) -> Option<tickets::Held> {
        self.tickets.pop(id)
    }

    /// Takes an inbox out.
    pub(super) fn inbox(&mut self, agent: &Id) -> Option<inbox::Held> {
        self.inboxes.pop(agent)
    }

    /// Keeps what a committed transaction leaves.
    pub fn keep(&mut self, tickets: Tickets, inboxes: Inboxes) {
        if self.others.is_some() {
            keep(&mut self.tickets, TICKETS, tickets.into_small());
            keep(&mut self.inboxes, INBOXES, inboxes.into_all());
        }
    }
}

fn keep<K: Hash + Eq, V>(memory: &mut LruCache<K, V>, most: usize, left: impl Iterator<Item = (K, V)>) {
    left.for_each(|(key, value)| drop(memory.put(key, value)));
    while memory.len() > most {
        memory.pop_lru();
    }
}
