//! Whose nudges this node wants, and whose it gets. Sessions come and go at any moment; the difference between the two
//! is worked off by the one listener of the living connection, so that every race ends as the count says.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use tokio::sync::{Notify, oneshot};

use crate::domain::Id;

/// How far the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// There is none: wishes are only counted.
    Down,
    /// It stands, and subscribes to everything that is wanted.
    Connecting,
    /// Everything wanted until now was confirmed.
    Up,
}

#[derive(Default)]
struct Interest {
    /// Sessions that want it.
    count: usize,
    /// Redis confirmed it on this connection.
    confirmed: bool,
    /// It stands in `changed` already.
    queued: bool,
    /// Who waits for the confirmation.
    waiting: Vec<oneshot::Sender<()>>,
}

struct Inner {
    phase: Phase,
    agents: HashMap<Id, Interest>,
    /// Agents whose interest may differ from what Redis was told; each at most once.
    changed: Vec<Id>,
}

/// All interests of this node.
pub(super) struct Interests {
    /// std's `Mutex`: held for a few look-ups, or once per connection for all of them; never across an await.
    inner: Mutex<Inner>,
    /// Mirrors `phase == Up` for publishers, who ask at every commit.
    up: AtomicBool,
    /// Rung when `changed` has something.
    bell: Notify,
}

/// What Redis is to be told next.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Work {
    pub subscribe: Vec<Id>,
    pub unsubscribe: Vec<Id>,
}

impl Interests {
    pub(super) fn new() -> Interests {
        let inner = Inner { phase: Phase::Down, agents: HashMap::new(), changed: Vec::new() };
        Interests { inner: Mutex::new(inner), up: AtomicBool::new(false), bell: Notify::new() }
    }

    /// One session more wants `agent`. While up and not yet confirmed: what to wait for; it ends with an error when the
    /// connection does.
    pub(super) fn want(&self, agent: &Id) -> Option<oneshot::Receiver<()>> {
        let mut inner = self.lock();
        let up = inner.phase == Phase::Up;
        let interest = inner.agents.entry(agent.clone()).or_default();
        interest.count += 1;
        if interest.confirmed {
            return None;
        }
        let waiting = up.then(|| {
            let (confirmed, waiting) = oneshot::channel();
            interest.waiting.push(confirmed);
            waiting
        });
        self.note_changed(inner, agent);
        waiting
    }

    /// One session less wants `agent`.
    pub(super) fn unwant(&self, agent: &Id) {
        let mut inner = self.lock();
        let down = inner.phase == Phase::Down;
        let Some(interest) = inner.agents.get_mut(agent) else {
            debug_assert!(false, "unsubscribed more often than subscribed");
            return;
        };
        interest.count = interest.count.saturating_sub(1);
        if interest.count > 0 {
            return;
        }
        if down {
            inner.agents.remove(agent);
        } else {
            self.note_changed(inner, agent);
        }
    }

    fn note_changed(&self, mut inner: MutexGuard<'_, Inner>, agent: &Id) {
        // While down nothing is queued, or a long outage would fill the memory: connecting starts from all interests.
        if inner.phase == Phase::Down {
            return;
        }
        if let Some(interest) = inner.agents.get_mut(agent)
            && !std::mem::replace(&mut interest.queued, true)
        {
            inner.changed.push(agent.clone());
            self.bell.notify_one();
        }
    }

    /// A new connection stands: everything wanted has to be told again.
    pub(super) fn begin(&self) {
        let mut inner = self.lock();
        inner.phase = Phase::Connecting;
        let Inner { agents, changed, .. } = &mut *inner;
        for (agent, interest) in agents.iter_mut() {
            interest.queued = true;
            changed.push(agent.clone());
        }
    }

    /// What differs from what Redis was told, at most `limit` agents. To be carried out before the next is taken; then
    /// the subscriptions are [`Interests::confirm`]ed.
    pub(super) fn take_work(&self, limit: usize) -> Work {
        let mut inner = self.lock();
        let Inner { agents, changed, .. } = &mut *inner;
        let mut work = Work::default();
        for agent in changed.drain(changed.len().saturating_sub(limit)..) {
            let Some(interest) = agents.get_mut(&agent) else { continue };
            interest.queued = false;
            match (interest.count > 0, interest.confirmed) {
                (true, false) => work.subscribe.push(agent),
                (true, true) => {}
                (false, confirmed) => {
                    // Forgotten before Redis is told, so that a session that comes now is queued behind it.
                    agents.remove(&agent);
                    if confirmed {
                        work.unsubscribe.push(agent);
                    }
                }
            }
        }
        work
    }

    /// Redis confirmed these.
    pub(super) fn confirm(&self, subscribed: &[Id]) {
        let mut inner = self.lock();
        for agent in subscribed {
            let Some(interest) = inner.agents.get_mut(agent) else { continue };
            interest.confirmed = true;
            for waiting in interest.waiting.drain(..) {
                // Whoever gave up waiting needs no answer.
                waiting.send(()).unwrap_or(());
            }
        }
    }

    /// Everything is confirmed, and from now on sessions wait for their confirmation; false when more came meanwhile.
    pub(super) fn go_up(&self) -> bool {
        let mut inner = self.lock();
        if !inner.changed.is_empty() {
            return false;
        }
        inner.phase = Phase::Up;
        self.up.store(true, SeqCst);
        true
    }

    /// The connection is gone: nothing is confirmed, nobody waits any more. Says whether it had been up.
    pub(super) fn go_down(&self) -> bool {
        let mut inner = self.lock();
        let was = std::mem::replace(&mut inner.phase, Phase::Down);
        self.up.store(false, SeqCst);
        inner.changed.clear();
        inner.agents.retain(|_, interest| {
            *interest = Interest { count: interest.count, ..Interest::default() };
            interest.count > 0
        });
        was == Phase::Up
    }

    /// Whether everything wanted is confirmed.
    pub(super) fn is_up(&self) -> bool {
        self.up.load(SeqCst)
    }

    /// Waits until there may be work.
    pub(super) async fn changed(&self) {
        self.bell.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic of another holder leaves counts that are right: each change is a single assignment.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
