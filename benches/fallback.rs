//! How fast the fallback is decided and settled: `cargo bench --bench fallback`. Agents who are away, each with a device
//! and an address; channels that take everything at once. Prints Markdown.
//!
//! On SQLite, and on PostgreSQL where `BELLHOP_TEST_POSTGRES_URL` names a server.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints what it measured")]

#[path = "shared/fresh_database.rs"]
mod fresh_database;

use std::{collections::HashMap, sync::Arc, time::Instant};

use bellhop::{
    clock::Clock,
    config::StoreUrl,
    delivery::{Endpoints, Job, Manner, Outcome, Planner, Presences, Sender, Worker, WorkerOptions},
    domain::{Id, delivery::DeliveryChannel, event::Event},
    error::Result,
    intake::cloudevents::parse_one,
    live::Whereabouts,
    routing::{Engine, channels::Outgoing},
    store::{Edit, EditChange, RecordKind, Store, StoreOptions},
    telemetry::Metrics,
};
use clap::Parser;
use futures_util::future::BoxFuture;
use serde_json::json;

use crate::fresh_database::fresh_database;

/// As the server has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// 2026-11-20T09:00:00Z, a Friday.
const NOW: i64 = 1_795_165_200_000;
const TWO_MINUTES: i64 = 120_000;

/// What is measured.
#[derive(Debug, Clone, Parser)]
struct Options {
    /// Agents who are away.
    #[arg(long, default_value_t = 1_000)]
    agents: usize,
    /// Notifications of each.
    #[arg(long, default_value_t = 10)]
    each: usize,
    /// How often the whole is repeated; the report gives medians.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// `cargo bench` adds it.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    let mut stores: Vec<(&str, Vec<[f64; 3]>)> = vec![("SQLite", Vec::new())];
    let server = std::env::var("BELLHOP_TEST_POSTGRES_URL").ok();
    stores.extend(server.iter().map(|_| ("PostgreSQL", Vec::new())));
    for _ in 0..options.rounds {
        for (name, rounds) in &mut stores {
            let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
            let url = match (&**name, &server) {
                ("PostgreSQL", Some(server)) => fresh_database(server),
                _ => StoreUrl::Sqlite(folder.path().join("bellhop.db")),
            };
            rounds.push(measure(url, &options).await);
        }
    }
    println!(
        "\n{} agents who are away, {} notifications each, all due at once; medians of {} round(s).\n",
        options.agents, options.each, options.rounds
    );
    println!("| | decided/s | pushes settled/s | emails settled/s |\n|---|---:|---:|---:|");
    for (name, rounds) in &stores {
        let [decided, pushes, emails] = [0, 1, 2].map(|at| median(rounds.iter().map(|round| round[at]).collect()));
        println!("| {name} | {decided:.0} | {pushes:.0} | {emails:.0} |");
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Notifications decided, pushes and emails settled, a second.
async fn measure(url: StoreUrl, options: &Options) -> [f64; 3] {
    let clock = Clock::manual(NOW);
    let store = open(url, &clock).await;
    fill(&store, options).await;
    clock.advance(TWO_MINUTES / 2);
    let planner = planner(&store, &clock);
    let (begun, entries) = (Instant::now(), (options.agents * options.each) as f64);
    planner.run_once().await.unwrap();
    let decided = entries / begun.elapsed().as_secs_f64();
    let pushes = settle(&store, &clock, DeliveryChannel::WebPush).await;
    clock.advance(TWO_MINUTES);
    let emails = settle(&store, &clock, DeliveryChannel::Email).await;
    store.close().await;
    [decided, pushes, emails]
}

async fn settle(store: &Store, clock: &Clock, channel: DeliveryChannel) -> f64 {
    let options = WorkerOptions {
        store: store.clone(),
        clock: clock.clone(),
        node: "bench".into(),
        email: true,
        presences: Arc::new(Everything),
    };
    let mut worker = Worker::new(options, channel, Arc::new(Everything), Manner::of(channel));
    let begun = Instant::now();
    let settled = worker.run_until_idle().await.unwrap();
    assert!(settled > 0, "nothing was due");
    settled as f64 / begun.elapsed().as_secs_f64()
}

fn planner(store: &Store, clock: &Clock) -> Planner {
    Planner {
        store: store.clone(),
        clock: clock.clone(),
        node: "bench".into(),
        presences: Arc::new(Everything),
        endpoints: Arc::new(Everything),
        email: true,
        is_shared: false,
    }
}

async fn fill(store: &Store, options: &Options) {
    let agents: Vec<String> = (0..options.agents).map(|number| format!("agent-{number}")).collect();
    for some in agents.chunks(500) {
        let edit = |id: &String| {
            let serde_json::Value::Object(record) = json!({"name": id, "email": format!("{id}@example.com")}) else {
                unreachable!("an object was written")
            };
            let change = EditChange::Merge(record);
            Edit { kind: RecordKind::Agent, id: id.as_str().into(), change, pointer: String::new() }
        };
        store.edit(some.iter().map(edit).collect()).await.unwrap();
    }
    for number in 0..options.each {
        for some in agents.chunks(100) {
            let events = some.iter().map(|agent| assigned(agent, number)).collect();
            store.accept(events, None).await.unwrap();
        }
    }
}

fn assigned(agent: &str, number: usize) -> Event {
    // Two messages of each ticket: an email tells of both.
    let ticket = format!("HD-{agent}-{}", number / 2);
    let event = json!({"specversion": "1.0", "id": format!("{agent}-{number}"), "source": "/bench",
        "type": "message.received", "time": "2026-11-20T09:00:00Z",
        "data": {"actor": {"kind": "customer", "id": "c1", "name": "Carla Reis"},
                 "ticket": {"id": ticket, "number": number.to_string(), "subject": "Login Issue", "assignees": [agent]},
                 "message": {"id": format!("m-{agent}-{number}"), "text": "It still does not work."}}});
    parse_one(event.to_string().as_bytes(), NOW).unwrap()
}

async fn open(url: StoreUrl, clock: &Clock) -> Store {
    let router = Engine::new(Outgoing { email: true, ..Outgoing::default() });
    let options = StoreOptions {
        url,
        clock: clock.clone(),
        router: Arc::new(router),
        on_commit: Arc::new(drop),
        metrics: Metrics::new().unwrap(),
        migrate: true,
        readers: 2,
    };
    Store::open(options).await.unwrap()
}

/// Everybody is away and has one device; whatever is sent is taken.
struct Everything;

impl Presences for Everything {
    fn whereabouts<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<Vec<Whereabouts>>> {
        Box::pin(std::future::ready(Ok(vec![Whereabouts::Away; agents.len()])))
    }
}

impl Endpoints for Everything {
    fn of<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<HashMap<Id, Vec<String>>>> {
        let devices = agents.iter().map(|agent| (agent.clone(), vec![format!("device-of-{agent}")])).collect();
        Box::pin(std::future::ready(Ok(devices)))
    }
}

impl Sender for Everything {
    fn send(&self, _: Job) -> BoxFuture<'static, Outcome> {
        Box::pin(std::future::ready(Outcome::Sent { provider_id: None }))
    }
}
