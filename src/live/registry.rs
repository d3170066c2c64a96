//! Which sessions an agent has on this node. Takes in what the bus brings and posts it to them, without ever waiting.
//!
//! The registry is there before bus and store: the bus needs it as its sink, and the store the bus.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

use super::{
    alarm::Alarm,
    bye::{Bye, Reason},
    handle::{Handle, HeadNews, Transport, lock},
    presence::{Presence, Seen, Whereabouts, presence_of},
};
use crate::{
    bus::Sink,
    clock::Clock,
    config::Limits,
    domain::{
        Id, Millis,
        nudge::{Control, Nudge},
    },
};

/// Parts of the registry with a lock of their own; also the slices in which a beat is spread.
pub(super) const SHARDS: usize = 64;

/// Sessions of this node by agent.
pub struct Registry {
    limits: Limits,
    clock: Clock,
    started_at: Millis,
    hasher: RandomState,
    // `std::sync::Mutex`: held for a look-up and a few posts, never across an await.
    shards: Vec<Mutex<HashMap<Id, Connected>>>,
    connections: AtomicUsize,
    draining: AtomicBool,
    scattered: AtomicU64,
    pub(super) alarm: Alarm,
}

/// An agent with sessions, or one who left a moment ago.
#[derive(Default)]
struct Connected {
    /// Oldest first.
    sessions: Vec<Arc<Handle>>,
    /// When the last session with a screen ended.
    left_at: Option<Millis>,
}

impl Registry {
    /// An empty registry.
    pub fn new(limits: Limits, clock: Clock) -> Arc<Registry> {
        Arc::new(Registry {
            limits,
            started_at: clock.now(),
            clock,
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            connections: AtomicUsize::new(0),
            draining: AtomicBool::new(false),
            scattered: AtomicU64::new(0),
            alarm: Alarm::default(),
        })
    }

    /// A place for one more connection; none when the node is full.
    pub fn take_seat(self: &Arc<Registry>) -> Option<Seat> {
        let taken = self.connections.fetch_add(1, Ordering::AcqRel);
        let seat = Seat { registry: self.clone() };
        (taken < self.limits.sessions_per_node).then_some(seat)
    }

    /// Connections of this node, those included that have not said `hello` yet.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Acquire)
    }

    /// Takes a session in. One more than an agent may have ends the oldest: the newest wins, and the evicted one gets
    /// a final code, so that two do not chase each other.
    pub fn register(self: &Arc<Registry>, handle: Handle) -> Registration {
        Registration { registry: self.clone(), handle: self.enter(handle) }
    }

    /// Takes a polling session in. Nobody holds on to it: it stays until it expires.
    pub(super) fn register_until(&self, handle: Handle, expires_at: Millis) -> Arc<Handle> {
        handle.live_until(expires_at);
        self.enter(handle)
    }

    fn enter(&self, mut handle: Handle) -> Arc<Handle> {
        handle.since = self.clock.now();
        let handle = Arc::new(handle);
        let evicted = {
            let mut shard = self.shard(&handle.agent);
            let connected = shard.entry(handle.agent.clone()).or_default();
            connected.sessions.push(handle.clone());
            let full = connected.sessions.len() > self.limits.sessions_per_agent;
            full.then(|| connected.sessions.remove(0))
        };
        if let Some(evicted) = evicted {
            evicted.say_bye(Reason::Replaced.bye(0.0));
        }
        handle
    }

    fn leave(&self, handle: &Handle) {
        let now = self.clock.now();
        let mut shard = self.shard(&handle.agent);
        let Some(connected) = shard.get_mut(&handle.agent) else { return };
        connected.sessions.retain(|session| session.id != handle.id);
        connected.note_left(handle, now);
        if connected.is_forgotten(now, &self.limits) {
            shard.remove(&handle.agent);
        }
    }

    /// A session of an agent by its id.
    pub fn find(&self, agent: &Id, session: &str) -> Option<Arc<Handle>> {
        let shard = self.shard(agent);
        shard.get(agent)?.sessions.iter().find(|handle| *handle.id == *session).cloned()
    }

    /// Whether an agent is there, as far as this node knows.
    pub fn presence(&self, agent: &Id) -> Presence {
        let (activities, left_at) = {
            let shard = self.shard(agent);
            let Some(connected) = shard.get(agent) else { return Presence::Away };
            let screens = connected.sessions.iter().filter(|handle| handle.screen);
            (screens.map(|handle| handle.activity()).collect::<Vec<_>>(), connected.left_at)
        };
        presence_of(activities.iter(), left_at, &self.limits, self.clock.now())
    }

    /// The same with when the newest of their sessions with a screen began, and else when the last one ended.
    pub fn seen(&self, agent: &Id) -> Seen {
        let presence = self.presence(agent);
        let shard = self.shard(agent);
        let Some(connected) = shard.get(agent) else { return Seen { presence, since: None, left_at: None } };
        let screens = connected.sessions.iter().filter(|handle| handle.screen);
        let since = screens.map(|handle| handle.since).max();
        Seen { presence, since, left_at: connected.left_at.filter(|_| since.is_none()) }
    }

    /// Where an agent is, as far as this node knows. After the node's start nobody is away before they had the time to
    /// come back.
    pub fn whereabouts(&self, agent: &Id) -> Whereabouts {
        let now = self.clock.now();
        let left_at = {
            let shard = self.shard(agent);
            let connected = shard.get(agent);
            let screens = connected.into_iter().flat_map(|c| &c.sessions).filter(|handle| handle.screen);
            if let Some(since) = screens.map(|handle| handle.since).max() {
                return Whereabouts::Connected { since };
            }
            connected.and_then(|connected| connected.left_at).unwrap_or(self.started_at).max(self.started_at)
        };
        let away_at = left_at + self.limits.away_after_ms;
        if away_at > now { Whereabouts::Leaving { away_at } } else { Whereabouts::Away }
    }

    /// Sessions that are connected now.
    pub fn sessions(&self) -> Vec<Arc<Handle>> {
        self.shards.iter().flat_map(|shard| all_of(&lock(shard))).collect()
    }

    /// Agents with sessions that are pushed to, in one slice of the registry.
    pub(super) fn agents_in(&self, slice: usize) -> Vec<Id> {
        let shard = lock(&self.shards[slice % SHARDS]);
        let pushed = |connected: &Connected| connected.sessions.iter().any(|s| s.transport != Transport::Polling);
        shard.iter().filter(|(_, connected)| pushed(connected)).map(|(agent, _)| agent.clone()).collect()
    }

    /// Posts a head to the sessions of an agent.
    pub(super) fn post_head(&self, agent: &Id, head: Option<&HeadNews>, ping: bool) {
        for handle in self.sessions_of(agent) {
            handle.on_head(head.cloned(), ping);
        }
    }

    /// Ends all sessions of an agent.
    pub(super) fn end(&self, agent: &Id, reason: Reason) {
        for handle in self.sessions_of(agent) {
            handle.say_bye(self.bye(reason));
        }
    }

    /// Forgets polling sessions that nobody asked for, and agents who are away. How many polling sessions are left.
    pub(super) fn sweep(&self) -> usize {
        let now = self.clock.now();
        let mut polling = 0;
        for shard in &self.shards {
            lock(shard).retain(|_, connected| {
                connected.expire(now);
                polling += connected.sessions.iter().filter(|s| s.transport == Transport::Polling).count();
                !connected.is_forgotten(now, &self.limits)
            });
        }
        polling
    }

    /// From now on nobody new is let in.
    pub fn start_draining(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether the node is going away.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// A goodbye with its return spread over a window that suits the reason.
    pub fn bye(&self, reason: Reason) -> Bye {
        reason.bye(self.scatter())
    }

    /// 0 to 1, each call far from the ones before: multiples of the golden ratio spread any number of callers evenly.
    pub(super) fn scatter(&self) -> f64 {
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        (self.scattered.fetch_add(1, Ordering::Relaxed) as f64 * GOLDEN).fract()
    }

    fn sessions_of(&self, agent: &Id) -> Vec<Arc<Handle>> {
        self.shard(agent).get(agent).map(|connected| connected.sessions.clone()).unwrap_or_default()
    }

    fn shard(&self, agent: &Id) -> MutexGuard<'_, HashMap<Id, Connected>> {
        let at = self.hasher.hash_one(agent) as usize % SHARDS;
        lock(&self.shards[at])
    }
}

impl Connected {
    fn note_left(&mut self, handle: &Handle, now: Millis) {
        if handle.screen && !self.sessions.iter().any(|session| session.screen) {
            self.left_at = Some(now);
        }
    }

    fn expire(&mut self, now: Millis) {
        let expired = self.sessions.extract_if(.., |session| session.has_expired(now)).collect::<Vec<_>>();
        for handle in expired {
            self.note_left(&handle, now);
        }
    }

    fn is_forgotten(&self, now: Millis, limits: &Limits) -> bool {
        let gone = self.left_at.is_none_or(|at| now.saturating_sub(at) >= limits.away_after_ms);
        self.sessions.is_empty() && gone
    }
}

fn all_of(shard: &HashMap<Id, Connected>) -> Vec<Arc<Handle>> {
    shard.values().flat_map(|connected| connected.sessions.iter().cloned()).collect()
}

impl Sink for Registry {
    fn on_nudge(&self, nudge: &Nudge) {
        let shard = self.shard(&nudge.agent);
        let Some(connected) = shard.get(&nudge.agent) else { return };
        for handle in &connected.sessions {
            handle.on_nudge(nudge);
        }
    }

    fn on_control(&self, control: &Control) {
        match control {
            Control::EndSessions { agent } => self.end(agent, Reason::Inactive),
            Control::Reset { agent, floor_seq } => {
                for handle in self.sessions_of(agent) {
                    handle.on_removal(*floor_seq);
                }
            }
            Control::Refresh { .. } => self.alarm.refresh(),
        }
    }

    fn compare_heads(&self) {
        self.alarm.compare();
    }
}

/// A place for one connection; given back when dropped.
pub struct Seat {
    registry: Arc<Registry>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.registry.connections.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A session in the registry; it leaves when this is dropped, which is when its stream ends.
pub struct Registration {
    registry: Arc<Registry>,
    handle: Arc<Handle>,
}

impl Registration {
    /// The session.
    pub fn handle(&self) -> &Arc<Handle> {
        &self.handle
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry.leave(&self.handle);
    }
}

#[cfg(test)]
#[path = "registry_tests.rs"]
mod tests;
