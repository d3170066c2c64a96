//! Readers who stop reading for a while: the first so many agents, all at once.

use std::cell::Cell;

use tokio::sync::Notify;

/// See the module.
#[derive(Debug, Default)]
pub struct Stall {
    /// Agents below this number take part.
    agents: usize,
    /// Whether their sockets hold little, so that it is soon noticed.
    are_narrow: bool,
    is_on: Cell<bool>,
    over: Notify,
}

impl Stall {
    /// Of the first so many agents; it has not begun.
    pub fn of(agents: usize) -> Stall {
        Stall { agents, ..Stall::default() }
    }

    /// The same with sockets that hold little, so that it is soon noticed.
    pub fn narrow_of(agents: usize) -> Stall {
        Stall { are_narrow: true, ..Stall::of(agents) }
    }

    /// Whether this agent's socket is to hold little.
    pub fn is_narrow(&self, agent: usize) -> bool {
        self.are_narrow && agent < self.agents
    }

    /// From now on they take nothing from their sockets.
    pub fn begin(&self) {
        self.is_on.set(true);
    }

    /// They read again.
    pub fn end(&self) {
        self.is_on.set(false);
        self.over.notify_waiters();
    }

    /// Returns when the agent may read.
    pub async fn pass(&self, agent: usize) {
        while self.is_on.get() && agent < self.agents {
            self.over.notified().await;
        }
    }
}
