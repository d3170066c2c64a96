//! What goes out when nobody is there: stories on a clock that the test moves, with channels that write down what they
//! are given and answer as the test says.

mod backlog;
mod claims;
mod figures;
mod nodes;
mod simulation;
mod stories;
mod texts;
mod untold;
mod waiting;
mod wires;
mod without_redis;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use bellhop::{
    clock::Clock,
    delivery::{Channels, Endpoints, Job, Outcome, Presences, Sender},
    domain::{Id, delivery::DeliveryChannel},
    error::Result,
    live::Whereabouts,
};
use futures_util::future::BoxFuture;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Browser, HubOptions, SOON, TestHub, eventually};

/// 2026-11-20T09:00:00Z, a Friday.
const MORNING: i64 = 1_795_165_200_000;
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Everybody is away.
struct Nobody;

impl Presences for Nobody {
    fn whereabouts<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<Vec<Whereabouts>>> {
        Box::pin(std::future::ready(Ok(vec![Whereabouts::Away; agents.len()])))
    }
}

/// A channel that carries nothing anywhere.
#[derive(Clone, Default)]
pub struct Recorder {
    given: Arc<Mutex<Vec<Job>>>,
    answers: Arc<Mutex<VecDeque<Outcome>>>,
    down: Arc<Mutex<bool>>,
}

impl Recorder {
    /// What it was given and took, oldest first.
    fn taken(&self) -> Vec<Job> {
        self.given.lock().unwrap().clone()
    }

    /// The next messages end like this.
    fn answers(&self, outcomes: impl IntoIterator<Item = Outcome>) {
        self.answers.lock().unwrap().extend(outcomes);
    }

    fn set_down(&self, down: bool) {
        *self.down.lock().unwrap() = down;
    }
}

impl Sender for Recorder {
    fn send(&self, job: Job) -> BoxFuture<'static, Outcome> {
        let scripted = self.answers.lock().unwrap().pop_front();
        let outcome = match scripted {
            Some(outcome) => outcome,
            None if *self.down.lock().unwrap() => {
                Outcome::Later { why: "connection_refused", detail: "nobody listens".to_owned(), after: None }
            }
            None => Outcome::Sent { provider_id: Some("taken".to_owned()) },
        };
        if matches!(outcome, Outcome::Sent { .. }) {
            self.given.lock().unwrap().push(job);
        }
        Box::pin(std::future::ready(outcome))
    }
}

/// Who has devices.
#[derive(Clone, Default)]
struct Devices(Arc<Mutex<HashMap<String, Vec<String>>>>);

impl Endpoints for Devices {
    fn of<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<HashMap<Id, Vec<String>>>> {
        let known = self.0.lock().unwrap();
        let theirs = agents.iter().filter_map(|agent| Some((agent.clone(), known.get(&**agent)?.clone()))).collect();
        Box::pin(std::future::ready(Ok(theirs)))
    }
}

/// A hub whose channels are recorders. Everybody has been away for long when a story begins.
pub struct Office {
    hub: TestHub,
    push: Recorder,
    email: Recorder,
    devices: Devices,
}

impl Office {
    async fn open(options: HubOptions) -> Office {
        let (push, email, devices) = (Recorder::default(), Recorder::default(), Devices::default());
        let senders: Vec<(DeliveryChannel, Arc<dyn Sender>)> =
            vec![(DeliveryChannel::WebPush, Arc::new(push.clone())), (DeliveryChannel::Email, Arc::new(email.clone()))];
        let channels = Channels { senders, endpoints: Arc::new(devices.clone()) };
        let options = HubOptions { clock: Clock::manual(MORNING), channels: Some(channels.into()), ..options };
        let options = options.with("BELLHOP_EMAIL__URL", "smtp://127.0.0.1:9");
        let hub = TestHub::with(options).await;
        hub.clock().advance(MINUTE);
        Office { hub, push, email, devices }
    }

    async fn usual() -> Office {
        Office::open(HubOptions::default()).await
    }

    /// An agent with a phone that takes pushes.
    async fn agent_with_phone(&self, id: &str) {
        self.hub.agent(id).create().await;
        self.devices.0.lock().unwrap().insert(id.to_owned(), vec![format!("{id}-phone")]);
    }

    async fn preferences(&self, agent: &str, chosen: Value) {
        let path = "/api/v1/me/preferences";
        let token = crate::harness::token(agent);
        self.hub.send(reqwest::Method::PUT, path, &token, Some(chosen)).await.expect(StatusCode::OK);
    }

    /// No alert emails of what customers write: what is left are fallbacks.
    async fn without_message_alerts(&self) {
        let off = json!({"alerts": {"new_message": {"active": false}}});
        self.hub.send(reqwest::Method::PATCH, "/api/v1/settings", ADMIN_KEY, Some(off)).await.expect(StatusCode::OK);
    }

    /// Time goes by, and whatever is due then goes out.
    async fn after(&self, ms: i64) {
        self.hub.clock().advance(ms);
        self.run().await;
    }

    async fn run(&self) -> i64 {
        let ran = self.hub.post("/api/v1/deliveries/run", json!({})).await.expect(StatusCode::OK);
        ran.body["settled"].as_i64().unwrap()
    }

    /// Sits before a visible tab and has confirmed what it holds.
    async fn look(&self, browser: &mut Browser) {
        browser.send(json!({"type": "activity", "visible": true, "idle": false})).await;
        browser.settle().await;
        browser.ack().await;
        let newest =
            self.hub.get_as(&browser.agent, "/api/v1/me/notifications?limit=1").await["items"][0]["id"].clone();
        let Some(newest) = newest.as_str() else { return };
        let timeline = format!("/api/v1/me/notifications/{newest}/timeline");
        eventually("what was confirmed is written", SOON, async || {
            let steps = self.hub.get_as(&browser.agent, &timeline).await["steps"].clone();
            steps.as_array().is_some_and(|steps| steps.iter().any(|step| step["what"] == "acked"))
        })
        .await;
    }

    /// (state, why) of what was planned of an event for an agent on a channel.
    async fn states(&self, event: &str, agent: &str, channel: &str) -> Vec<(String, Value)> {
        let shown = self.hub.get(&format!("/api/v1/events/{event}/explanation?source=/helpdesk")).await;
        let shown = shown.expect(StatusCode::OK).body;
        let planned = shown["deliveries"].as_array().cloned().unwrap_or_default();
        let theirs = planned.into_iter().filter(|row| row["recipient"] == agent && row["channel"] == channel);
        theirs.map(|row| (row["state"].as_str().unwrap().to_owned(), row["why"].clone())).collect()
    }
}

fn titles(jobs: &[Job]) -> Vec<String> {
    jobs.iter().flat_map(|job| &job.entries).map(|entry| entry.title.to_string()).collect()
}
