//! Everything that sends, put together: the planner's loop and a worker for each channel.

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use tokio::sync::Mutex;

use super::{
    planner::{Endpoints, Planner, Presences},
    sender::{Manner, Sender},
    worker::{TICK, Worker, WorkerOptions},
};
use crate::{
    clock::Clock,
    domain::{Id, delivery::DeliveryChannel},
    error::Result,
    store::Store,
};

/// What the sending side stands on.
#[derive(Clone)]
pub struct DeliveryOptions {
    /// The store.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// This node.
    pub node: Id,
    /// Where agents are.
    pub presences: Arc<dyn Presences>,
    /// What can be sent, and where to.
    pub channels: Channels,
    /// Several nodes share the store.
    pub is_shared: bool,
    /// Emails wait for [`Delivery::run_due`].
    pub emails_by_schedule: bool,
}

/// What can be sent, and where to.
#[derive(Clone)]
pub struct Channels {
    /// Whoever carries the messages of each channel that this installation has.
    pub senders: Vec<(DeliveryChannel, Arc<dyn Sender>)>,
    /// To which devices pushes can go.
    pub endpoints: Arc<dyn Endpoints>,
}

impl Default for Channels {
    fn default() -> Channels {
        Channels { senders: Vec::new(), endpoints: Arc::new(NoEndpoints) }
    }
}

/// A loop and its name.
pub type Loop = (&'static str, BoxFuture<'static, ()>);

/// The sending side of a node. Cheap to clone.
#[derive(Clone)]
pub struct Delivery {
    /// Who waits for a run waits for the one under way.
    planner: Arc<Mutex<Planner>>,
    workers: Vec<(DeliveryChannel, Arc<Mutex<Worker>>)>,
    emails_by_schedule: bool,
}

impl Delivery {
    /// Puts it together; nothing runs yet.
    pub fn new(options: DeliveryOptions) -> Delivery {
        let DeliveryOptions { store, clock, node, presences, channels, is_shared, emails_by_schedule } = options;
        let email = channels.senders.iter().any(|(channel, _)| *channel == DeliveryChannel::Email);
        let endpoints = channels.endpoints;
        let worker_options = WorkerOptions {
            store: store.clone(),
            clock: clock.clone(),
            node: node.clone(),
            email,
            presences: presences.clone(),
        };
        let worker = |(channel, sender)| {
            let worker = Worker::new(worker_options.clone(), channel, sender, Manner::of(channel));
            (channel, Arc::new(Mutex::new(worker)))
        };
        Delivery {
            workers: channels.senders.into_iter().map(worker).collect(),
            planner: Arc::new(Mutex::new(Planner { store, clock, node, presences, endpoints, email, is_shared })),
            emails_by_schedule,
        }
    }

    /// Decides and sends whatever is due now, on every channel; returns how many deliveries were settled. Called twice it
    /// sends nothing twice.
    ///
    /// # Errors
    /// When the store cannot be read or written; what was not sent stays due.
    pub async fn run_due(&self) -> Result<usize> {
        self.planner.lock().await.run_once().await?;
        let mut settled = 0;
        for (_, worker) in &self.workers {
            settled += worker.lock().await.run_until_idle().await?;
        }
        Ok(settled)
    }

    /// Waits, with a limit, for what is being sent: when the loops are over and the node ends.
    pub async fn finish(&self) {
        for (_, worker) in &self.workers {
            worker.lock().await.finish().await;
        }
    }

    /// The loops, by name; they run until they are dropped.
    pub fn loops(&self) -> Vec<Loop> {
        let mut loops: Vec<Loop> = vec![("fallback", Box::pin(plan(self.planner.clone())))];
        for (channel, worker) in &self.workers {
            if !(self.emails_by_schedule && *channel == DeliveryChannel::Email) {
                loops.push((channel.as_str(), Box::pin(work(*channel, worker.clone()))));
            }
        }
        loops
    }
}

async fn plan(planner: Arc<Mutex<Planner>>) {
    every(TICK, async || match planner.lock().await.run_once().await {
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the fallback could not be decided; trying again"),
    })
    .await;
}

async fn work(channel: DeliveryChannel, worker: Arc<Mutex<Worker>>) {
    every(TICK, async || {
        if let Err(error) = worker.lock().await.turn().await {
            tracing::warn!(%error, channel = channel.as_str(), "deliveries wait for the store");
        }
    })
    .await;
}

async fn every<F: Future<Output = ()>>(pause: Duration, mut step: impl FnMut() -> F) {
    let mut beat = tokio::time::interval(pause);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        step().await;
    }
}

impl Manner {
    /// What a channel may do at a time, and how patient it is.
    pub fn of(channel: DeliveryChannel) -> Manner {
        const MINUTE: i64 = 60_000;
        match channel {
            DeliveryChannel::WebPush => Manner {
                concurrency: 64,
                timeout_ms: 30_000,
                base_ms: 5_000,
                expires_ms: 24 * 60 * MINUTE,
                repeats: true,
            },
            DeliveryChannel::Email => Manner {
                concurrency: 16,
                timeout_ms: MINUTE,
                base_ms: 30_000,
                expires_ms: 24 * 60 * MINUTE,
                repeats: true,
            },
            DeliveryChannel::Sms => {
                Manner { concurrency: 8, timeout_ms: 30_000, base_ms: 10_000, expires_ms: 60 * MINUTE, repeats: false }
            }
        }
    }
}

/// Pushes can go nowhere.
struct NoEndpoints;

impl Endpoints for NoEndpoints {
    fn of<'a>(&'a self, _: &'a [Id]) -> BoxFuture<'a, Result<HashMap<Id, Vec<String>>>> {
        Box::pin(std::future::ready(Ok(HashMap::new())))
    }
}
