//! More than is looked at at a time: nothing is left out, nothing goes out twice, and nobody waits for the next tick.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use bellhop::{
    delivery::{Endpoints, Job, Manner, Outcome, Planner, Sender, Worker, WorkerOptions},
    domain::{Id, delivery::DeliveryChannel},
    error::Result,
    store::{Edit, EditChange, RecordKind},
};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::Nobody;
use crate::store::{Rig, assigned_ticket, on_both};

on_both!(a_backlog_is_worked_off_whole_and_without_waiting);

/// Everybody has one device, which takes what it gets.
#[derive(Clone, Default)]
struct Phones(Arc<Mutex<Vec<String>>>);

impl Endpoints for Phones {
    fn of<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<HashMap<Id, Vec<String>>>> {
        let phones = agents.iter().map(|agent| (agent.clone(), vec![format!("phone-of-{agent}")])).collect();
        Box::pin(std::future::ready(Ok(phones)))
    }
}

impl Sender for Phones {
    fn send(&self, job: Job) -> BoxFuture<'static, Outcome> {
        self.0.lock().unwrap().extend(job.entries.iter().map(|entry| entry.id.to_string()));
        Box::pin(std::future::ready(Outcome::Sent { provider_id: None }))
    }
}

/// `count` agents with `each` notifications.
async fn post(rig: &Rig, name: &str, count: usize, each: usize) {
    let agents: Vec<String> = (0..count).map(|number| format!("{name}-{number}")).collect();
    let Value::Object(record) = json!({"name": name}) else { panic!("an object") };
    let edit = |id: &String| {
        let change = EditChange::Merge(record.clone());
        Edit { kind: RecordKind::Agent, id: id.as_str().into(), change, pointer: String::new() }
    };
    rig.store.edit(agents.iter().map(edit).collect()).await.unwrap();
    let to: Vec<&str> = agents.iter().map(String::as_str).collect();
    for number in 0..each {
        rig.store.accept(vec![assigned_ticket(&format!("{name}-{number}"), "HD-1", &to)], None).await.unwrap();
    }
}

async fn a_backlog_is_worked_off_whole_and_without_waiting(rig: Rig) {
    // One of whom more is open than is read at a time, and many with a few.
    post(&rig, "buried", 1, 1_250).await;
    post(&rig, "busy", 130, 3).await;
    rig.clock.advance(5_000);
    let phones = Phones::default();
    let planner = Planner {
        store: rig.store.clone(),
        clock: rig.clock.clone(),
        node: "one".into(),
        presences: Arc::new(Nobody),
        endpoints: Arc::new(phones.clone()),
        email: false,
        is_shared: false,
    };
    planner.run_once().await.unwrap();
    let options = WorkerOptions {
        store: rig.store.clone(),
        clock: rig.clock.clone(),
        node: "one".into(),
        email: false,
        presences: Arc::new(Nobody),
    };
    let push = DeliveryChannel::WebPush;
    let mut worker = Worker::new(options, push, Arc::new(phones.clone()), Manner::of(push));
    worker.turn().await.unwrap();
    worker.finish().await;
    let told = phones.0.lock().unwrap().clone();
    assert_eq!(told.len(), 1_250 + 130 * 3, "in one turn, though it has room for {}", Manner::of(push).concurrency);
    assert_eq!(told.iter().collect::<HashSet<_>>().len(), told.len(), "nothing twice");
}
