//! What the bus carries: hints that an inbox moved, and orders to the nodes. The store is the truth.

use bytestring::ByteString;
use serde::{Deserialize, Serialize};

use super::{
    Id, Millis,
    act::{Op, Selector},
    inbox::Counts,
    notification::{Notification, Resolved},
};

/// "The inbox of `agent` went from `prev` to `seq`", with the encoded frame as a courtesy.
#[derive(Debug, Clone, PartialEq)]
pub struct Nudge {
    /// Whose inbox.
    pub agent: Id,
    /// The head before.
    pub prev: i64,
    /// The head after.
    pub seq: i64,
    /// The frame, encoded once and shared by every session.
    pub frame: ByteString,
    /// Whether it calls for attention (a new entry) or only tells of a change.
    pub alerts: bool,
    /// When the event was accepted, microseconds since 1970; 0 where there was none. For the latency figures.
    pub accepted_us: i64,
}

/// Orders to every node, beside the nudges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "control", rename_all = "snake_case")]
pub enum Control {
    /// The agent is gone or inactive: `bye` with a final code, at once.
    EndSessions {
        /// Whose sessions.
        agent: Id,
    },
    /// Directory, preferences, settings or keys changed: read what is newer.
    Refresh {
        /// The store's version now.
        version: i64,
    },
    /// Entries were removed: sessions below the floor start anew, spread over time.
    Reset {
        /// Whose inbox.
        agent: Id,
        /// The new floor.
        floor_seq: i64,
    },
}

/// A visible change of one inbox, as the transaction that made it saw it. Becomes a [`Nudge`] after the commit.
#[derive(Debug, Clone, PartialEq)]
pub struct InboxChange {
    /// Whose inbox.
    pub agent: Id,
    /// The head before.
    pub prev: i64,
    /// The head after.
    pub seq: i64,
    /// Badge and indicator after it.
    pub counts: Counts,
    /// What happened.
    pub what: Change,
    /// When the event was accepted, microseconds since 1970; 0 for an agent's own act.
    pub accepted_us: i64,
}

/// What happened to an inbox.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// An entry is new or was renewed.
    Entry(Box<Notification>),
    /// Entries changed their state.
    Acted {
        /// How.
        op: Op,
        /// Up to 100 ids; `selector` says it for more.
        ids: Vec<Id>,
        /// The selector, when there are more than 100.
        selector: Option<Selector>,
        /// When.
        at: Millis,
        /// `snooze`: until when.
        until: Option<Millis>,
        /// `resolve`: by whom and how.
        resolved: Option<Resolved>,
        /// The client's reference.
        reference: Option<Id>,
    },
    /// Entries were removed.
    Removed {
        /// Whoever holds less starts anew.
        floor_seq: i64,
    },
}
