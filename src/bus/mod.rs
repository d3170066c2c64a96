//! Carries nudges and control messages between nodes. Hints only: whoever misses one reads the store.
//!
//! Guarantee of every implementation: at most once; in order for one agent and one publishing node;
//! never waits for a subscriber. After any gap the sink is told to compare heads.

mod local;
mod redis;

use std::sync::Arc;

pub use self::{
    local::LocalBus,
    redis::{RedisBus, RedisOptions},
};
use crate::domain::{
    Id,
    nudge::{Control, Nudge},
};

/// Where a node takes in what the bus brings. Called on the publisher's thread: must not block.
pub trait Sink: Send + Sync {
    /// An inbox moved.
    fn on_nudge(&self, nudge: &Nudge);
    /// An order to every node.
    fn on_control(&self, control: &Control);
    /// Something may have been missed: read the heads of all connected inboxes once.
    fn compare_heads(&self);
}

/// How the bus is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BusState {
    /// Other nodes hear of everything at once.
    Up,
    /// Other nodes cannot be reached: heads are read once a second instead.
    Degraded,
}

/// The chosen bus. Cheap to clone.
#[derive(Clone)]
pub enum Bus {
    /// One node: straight to the sink.
    Local(Arc<LocalBus>),
    /// Several nodes: straight to the own sink, and by Redis pub/sub to the others'.
    Redis(Arc<RedisBus>),
}

impl Bus {
    /// Tells every node. Never blocks and never fails: a nudge that is lost shows at the next comparison of heads.
    pub fn publish(&self, nudges: Vec<Nudge>) {
        match self {
            Bus::Local(bus) => bus.publish(&nudges),
            Bus::Redis(bus) => bus.publish(nudges),
        }
    }

    /// Orders every node, this one included.
    pub fn control(&self, control: Control) {
        match self {
            Bus::Local(bus) => bus.control(&control),
            Bus::Redis(bus) => bus.control(control),
        }
    }

    /// Listens for an agent. Returns when the subscription is confirmed, or at once while degraded: from then on
    /// nothing committed later is missed without a comparison of heads. Subscriptions of one agent are counted.
    pub async fn subscribe(&self, agent: &Id) {
        match self {
            Bus::Local(_) => {}
            Bus::Redis(bus) => bus.subscribe(agent).await,
        }
    }

    /// Ends one subscription of an agent.
    pub fn unsubscribe(&self, agent: &Id) {
        match self {
            Bus::Local(_) => {}
            Bus::Redis(bus) => bus.unsubscribe(agent),
        }
    }

    /// How it is now.
    pub fn state(&self) -> BusState {
        match self {
            Bus::Local(_) => BusState::Up,
            Bus::Redis(bus) => bus.state(),
        }
    }
}
