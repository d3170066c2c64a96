//! An agent's inbox: its positions and counters, and what a client reads from it.

use serde::{Deserialize, Serialize};

use super::{Id, Millis, notification::Notification};

/// What the badge and the red indicator show (D-14). Always the server's, never added up by a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Counts {
    /// Not read, not cleared, not resolved, not asleep (D-25).
    pub unread: i64,
    /// Unread and newer than the last look at the panel.
    pub unseen: i64,
}

/// Positions and counters of one inbox, as one row keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inbox {
    /// Number of the last visible change.
    pub seq: i64,
    /// Badge and red indicator.
    pub counts: Counts,
    /// Where the head was when the panel was last opened.
    pub seen_seq: i64,
    /// What an active session confirmed.
    pub acked_seq: i64,
    /// Up to where fallback has been decided.
    pub decided_seq: i64,
    /// Whoever holds less than this starts anew: entries have been removed.
    pub floor_seq: i64,
    /// When fallback is to be looked at; on PostgreSQL (SQLite's one node keeps that in memory).
    pub fallback_due_at: Option<Millis>,
}

/// The head of an inbox as a heartbeat carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Whose.
    pub agent: Id,
    /// Number of the last visible change.
    pub seq: i64,
    /// Below this: start anew.
    pub floor_seq: i64,
}

/// What changed after a position, read in one snapshot of the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// The store's epoch.
    pub epoch: Id,
    /// The head in this snapshot.
    pub inbox: Inbox,
    /// Entries changed after the position, as they are now, in the order of `changed_seq`.
    pub entries: Vec<Notification>,
    /// The page was full: ask again from the last entry.
    pub more: bool,
}

/// A page of the list over REST.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The head in this snapshot.
    pub inbox: Inbox,
    /// Newest first.
    pub items: Vec<Notification>,
    /// Goes into `before` for the next page; none at the end.
    pub next: Option<i64>,
}

/// Which entries a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListFilter {
    /// By state.
    pub status: ListStatus,
    /// By type.
    pub kind: Option<String>,
    /// By reason.
    pub reason: Option<String>,
    /// By ticket id.
    pub ticket: Option<String>,
    /// Words that title, body, ticket subject or number hold.
    pub q: Option<String>,
    /// Only what is below this cursor.
    pub before: Option<i64>,
    /// At most so many, 1 to 100.
    pub limit: i64,
    /// By last change instead of creation.
    pub by_change: bool,
}

/// Which states a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListStatus {
    /// Whatever is not cleared.
    #[default]
    All,
    /// D-25.
    Unread,
    /// Read and not cleared.
    Read,
    /// Dismissed.
    Cleared,
    /// Asleep.
    Snoozed,
}
