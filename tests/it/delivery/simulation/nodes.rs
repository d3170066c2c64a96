//! Nodes that plan and send, die in the middle of it and are replaced: two stores on one PostgreSQL, or one store on
//! SQLite with two that send.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bellhop::{
    clock::Clock,
    config::StoreUrl,
    delivery::{Manner, Planner, Worker, WorkerOptions},
    domain::{Id, delivery::DeliveryChannel, nudge::InboxChange},
    error::Result,
    store::Store,
};

use super::world::{Channel, World};

const CHANNELS: [DeliveryChannel; 2] = [DeliveryChannel::WebPush, DeliveryChannel::Email];
/// Real milliseconds after which whoever does not answer is given up: those who do, answer before anybody looks at a clock.
const PATIENCE_MS: i64 = 1;

struct Node {
    planner: Planner,
    workers: Vec<Worker>,
}

impl Node {
    fn new(store: &Store, world: &World, id: &Id, is_shared: bool) -> Node {
        let options = WorkerOptions {
            store: store.clone(),
            clock: world.clock.clone(),
            node: id.clone(),
            email: true,
            presences: Arc::new(world.clone()),
        };
        let worker = |channel| {
            let manner = Manner { timeout_ms: PATIENCE_MS, ..Manner::of(channel) };
            Worker::new(options.clone(), channel, Arc::new(Channel(world.clone(), channel)), manner)
        };
        let planner = Planner {
            store: store.clone(),
            clock: world.clock.clone(),
            node: id.clone(),
            presences: Arc::new(world.clone()),
            endpoints: Arc::new(world.clone()),
            email: true,
            is_shared,
        };
        Node { planner, workers: CHANNELS.into_iter().map(worker).collect() }
    }

    async fn send(&mut self) -> Result<usize> {
        let mut settled = 0;
        for worker in &mut self.workers {
            settled += worker.run_until_idle().await?;
        }
        Ok(settled)
    }
}

/// How a node ends before its time.
#[derive(Debug, Clone, Copy)]
pub enum End {
    /// While its planner asks where people are.
    Planning,
    /// While it sends, as the world says; the other one goes on.
    Sending,
    /// So many real microseconds after it began to send.
    Anywhere(u64),
}

/// What a pass did.
#[derive(Debug, Default)]
pub struct Done {
    pub settled: usize,
    /// A node died.
    pub died: bool,
    pub errors: Vec<String>,
}

/// All nodes of one installation.
pub struct Nodes {
    url: StoreUrl,
    world: World,
    changes: Arc<Mutex<Vec<InboxChange>>>,
    stores: Vec<Store>,
    nodes: Vec<Node>,
    born: usize,
    pub plan_time: Duration,
    pub send_time: Duration,
}

impl Nodes {
    pub async fn start(url: StoreUrl, world: World) -> Nodes {
        let mut nodes = Nodes {
            url,
            world,
            changes: Arc::default(),
            stores: Vec::new(),
            nodes: Vec::new(),
            born: 0,
            plan_time: Duration::ZERO,
            send_time: Duration::ZERO,
        };
        let stores = if nodes.is_shared() { 2 } else { 1 };
        for _ in 0..stores {
            let store = nodes.open().await;
            nodes.stores.push(store);
        }
        nodes.nodes = (0..2).map(|number| nodes.node(number)).collect();
        nodes
    }

    fn is_shared(&self) -> bool {
        matches!(self.url, StoreUrl::Postgres(_))
    }

    async fn open(&self) -> Store {
        let clock: &Clock = &self.world.clock;
        crate::store::open(&self.url, clock, &self.changes).await
    }

    fn node(&self, number: usize) -> Node {
        let id = Id::from(format!("node-{number}-{}", self.born));
        Node::new(self.store(number), &self.world, &id, self.is_shared())
    }

    /// The store that a node writes to.
    pub fn store(&self, number: usize) -> &Store {
        &self.stores[number % self.stores.len()]
    }

    /// Tells the world what was committed.
    pub fn hear(&self) {
        self.world.hear(std::mem::take(&mut *self.changes.lock().unwrap()));
    }

    /// A process of the same name comes instead of the one that ended; on SQLite everything ends with it.
    pub async fn replace(&mut self, number: usize) {
        self.born += 1;
        if self.is_shared() {
            let (node, store) = (self.nodes.remove(number), self.stores.remove(number));
            drop(node);
            store.close().await;
            let store = self.open().await;
            self.stores.insert(number, store);
            self.nodes.insert(number, self.node(number));
        } else {
            self.nodes.clear();
            self.stores.remove(0).close().await;
            let store = self.open().await;
            self.stores.push(store);
            self.nodes = (0..2).map(|number| self.node(number)).collect();
        }
    }

    /// Only the one who sends ends, the store's process goes on.
    fn replace_sender(&mut self, number: usize) {
        self.born += 1;
        self.nodes[number] = self.node(number);
    }

    /// Everybody decides and sends at the same time.
    pub async fn pass(&mut self) -> Done {
        let (one, other) = self.nodes.split_at_mut(1);
        let (one, other) = (&mut one[0], &mut other[0]);
        let begun = std::time::Instant::now();
        let planned = tokio::join!(one.planner.run_once(), other.planner.run_once());
        self.plan_time += begun.elapsed();
        let begun = std::time::Instant::now();
        let sent = tokio::join!(one.send(), other.send());
        self.send_time += begun.elapsed();
        let mut done = Done::default();
        for result in [planned.0, planned.1] {
            note(result, &mut done.errors);
        }
        for result in [sent.0, sent.1] {
            done.settled += note(result, &mut done.errors);
        }
        done
    }

    /// One of them ends in the middle; the other one does its work afterwards.
    pub async fn pass_and_die(&mut self, number: usize, end: End) -> Done {
        let mut done = Done::default();
        let died = self.world.died.clone();
        let node = &mut self.nodes[number];
        if let End::Planning = end {
            tokio::select! {
                planned = node.planner.run_once() => { note(planned, &mut done.errors); }
                () = died.notified() => done.died = true,
            }
            if done.died {
                self.replace(number).await;
            }
            return done;
        }
        note(node.planner.run_once().await, &mut done.errors);
        let ends = async {
            match end {
                End::Anywhere(after) => tokio::time::sleep(Duration::from_micros(after)).await,
                _ => died.notified().await,
            }
        };
        tokio::select! {
            sent = node.send() => done.settled += note(sent, &mut done.errors),
            () = ends => done.died = true,
        }
        if done.died {
            self.replace_sender(number);
        }
        done
    }
}

fn note(result: Result<usize>, errors: &mut Vec<String>) -> usize {
    result.unwrap_or_else(|error| {
        errors.push(error.to_string());
        0
    })
}
