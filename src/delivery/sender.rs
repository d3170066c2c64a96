//! What the worker hands to a channel.

use futures_util::future::BoxFuture;

use super::Outcome;
use crate::{
    domain::{Id, Millis, notification::Notification},
    store::Queued,
};

/// One message to one person by one way.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Stable over all attempts: the id of its first row.
    pub id: String,
    /// The rows that go out with it, oldest first; at least one.
    pub rows: Vec<Queued>,
    /// The entries that it tells of, oldest first; none where it is not a fallback.
    pub entries: Vec<Notification>,
    /// The number of this try, from 1.
    pub attempt: i64,
    /// Nobody wants it after this.
    pub expires_at: Millis,
}

impl Job {
    /// Whom it is for.
    pub fn recipient(&self) -> Id {
        self.rows.first().map_or("", |row| row.recipient.as_str()).into()
    }
}

/// A channel: hands one message to whoever carries it.
pub trait Sender: Send + Sync {
    /// Tries once, within a limited time.
    fn send(&self, job: Job) -> BoxFuture<'static, Outcome>;
}

/// What a channel may do at a time, and how patient it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// Messages on their way at once.
    pub concurrency: usize,
    /// Longest time of one try.
    pub timeout_ms: Millis,
    /// Pause after the first failure; doubled after each further one.
    pub base_ms: Millis,
    /// Nobody wants it so long after it was due to go.
    pub expires_ms: Millis,
    /// The same message sent twice counts once, or does little harm: what may have been sent is sent again.
    pub repeats: bool,
}
