//! What callers ask of the writer, and what a transaction of theirs leaves behind.

use std::sync::Arc;

use super::{durability::Durability, inbox::Inboxes, tickets::Tickets};
use crate::{
    clock::Clock,
    domain::{
        Id,
        act::{Act, ActOutcome},
        event::Event,
        nudge::InboxChange,
        plan::{Receipt, Router},
        snapshot::Snapshot,
    },
    error::Error,
};

/// What one caller wants done.
#[derive(Debug)]
pub enum Request {
    /// Keep events and what they lead to, all or none.
    Accept {
        /// In the order given.
        events: Vec<Event>,
        /// The same as they are stored: whoever asks writes them out, so that the writer has that much less to do.
        bodies: Vec<String>,
        /// Hash of the API key that posted them, checked again here; none for our own endpoints.
        api_key: Option<String>,
        /// When they arrived, microseconds since 1970.
        accepted_us: i64,
    },
    /// An act on an inbox.
    Act {
        /// Whose.
        agent: Id,
        /// What.
        act: Act,
    },
}

impl Request {
    /// How much of a transaction it takes: events and acts.
    pub fn weight(&self) -> usize {
        match self {
            Request::Accept { events, .. } => events.len(),
            Request::Act { .. } => 1,
        }
    }
}

/// What one caller is told after the commit.
#[derive(Debug)]
pub enum Answer {
    /// To [`Request::Accept`].
    Receipts(Vec<Receipt>),
    /// To [`Request::Act`].
    Acted(ActOutcome),
    /// This one is refused; the others of the transaction stand.
    Refused(Error),
}

/// What a committed transaction leaves behind.
#[derive(Debug, Default)]
pub struct Committed {
    /// As [`Durability::begin`] numbered it.
    pub number: u64,
    /// One per request, in their order.
    pub answers: Vec<Answer>,
    /// Every visible change, in order per inbox.
    pub changes: Vec<InboxChange>,
    /// Directory, preferences and settings that were decided by.
    pub snapshot: Arc<Snapshot>,
    /// The version in memory that they were read upon.
    pub read_upon: i64,
    /// Notifications stored.
    pub notifications: usize,
    /// The tickets of its events, as it leaves them.
    pub tickets: Tickets,
    /// The inboxes that it held, the same.
    pub inboxes: Inboxes,
}

/// What a transaction needs beside its connection.
pub struct Context<'a> {
    /// Decides.
    pub router: &'a dyn Router,
    /// What this node has in memory.
    pub snapshot: Arc<Snapshot>,
    /// The time.
    pub clock: &'a Clock,
    /// Numbers what commits.
    pub durability: &'a Durability,
}

/// Why a transaction did not happen.
#[derive(Debug)]
pub enum Failure {
    /// Another node was faster: the same again will see what it did.
    Again,
    /// The store or one of the requests is at fault.
    Error(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        use diesel::result::{DatabaseErrorKind, Error as Diesel};
        match error {
            // A deadlock is a serialization failure to the database; a number taken twice is another node's.
            Error::Store(Diesel::DatabaseError(
                DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation,
                _,
            )) => Failure::Again,
            error => Failure::Error(error),
        }
    }
}
