//! The bus: what each of its kinds promises, and what the one over Redis does when Redis does not do its part.

mod contract;
mod outages;
mod strangers;
mod subscriptions;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bellhop::{
    bus::{Bus, BusState, LocalBus, RedisBus, RedisOptions, Sink},
    domain::{
        Id,
        nudge::{Control, Nudge},
    },
    telemetry::Metrics,
};

use crate::peers::within;

/// Long enough for a busy machine; reached only when something is wrong.
pub const LIMIT: Duration = Duration::from_secs(10);

/// What a node heard.
#[derive(Default)]
pub struct Heard {
    pub nudges: Mutex<Vec<Nudge>>,
    pub controls: Mutex<Vec<Control>>,
    pub comparisons: Mutex<usize>,
}

impl Sink for Heard {
    fn on_nudge(&self, nudge: &Nudge) {
        self.nudges.lock().unwrap().push(nudge.clone());
    }

    fn on_control(&self, control: &Control) {
        self.controls.lock().unwrap().push(control.clone());
    }

    fn compare_heads(&self) {
        *self.comparisons.lock().unwrap() += 1;
    }
}

impl Heard {
    pub fn of(&self, agent: &str) -> Vec<i64> {
        self.nudges.lock().unwrap().iter().filter(|nudge| &*nudge.agent == agent).map(|nudge| nudge.seq).collect()
    }

    pub fn comparisons(&self) -> usize {
        *self.comparisons.lock().unwrap()
    }
}

/// A node of the tests: a bus and what it brought.
pub struct Node {
    pub bus: Bus,
    pub heard: Arc<Heard>,
    pub metrics: Arc<Metrics>,
}

impl Node {
    fn local() -> Node {
        let heard = Arc::new(Heard::default());
        Node { bus: Bus::Local(Arc::new(LocalBus::new(heard.clone()))), heard, metrics: Metrics::new().unwrap() }
    }

    /// A node on Redis, whether that answers or not.
    pub fn redis(url: &str, name: &str) -> Node {
        let (heard, metrics) = (Arc::new(Heard::default()), Metrics::new().unwrap());
        let options =
            RedisOptions { url: url.to_owned(), node: name.into(), sink: heard.clone(), metrics: metrics.clone() };
        Node { bus: Bus::Redis(RedisBus::start(options).unwrap()), heard, metrics }
    }

    pub async fn up(self) -> Node {
        self.until(BusState::Up).await;
        self
    }

    pub async fn until(&self, state: BusState) -> Duration {
        within(LIMIT, &format!("the bus is {state:?}"), || self.bus.state() == state).await
    }

    pub async fn subscribe(&self, agent: &str) {
        self.bus.subscribe(&Id::from(agent)).await;
    }

    pub fn publish(&self, agent: &str, seq: i64) {
        self.bus.publish(vec![nudge(agent, seq)]);
    }

    pub async fn hears(&self, agent: &str, seqs: &[i64]) {
        within(LIMIT, &format!("{agent} is at {seqs:?}"), || self.heard.of(agent) == seqs).await;
    }
}

pub fn nudge(agent: &str, seq: i64) -> Nudge {
    let frame = format!(r#"{{"type":"changed","seq":{seq},"text":"für {agent}"}}"#);
    Nudge { agent: agent.into(), prev: seq - 1, seq, frame: frame.into(), alerts: seq % 2 == 0, accepted_us: seq * 10 }
}
