//! What the store takes: `cargo bench --bench store`. Inbox writes, alone and in groups; a list and a resume with a million
//! notifications stored (`BELLHOP_BENCH_STORED`).
//!
//! On SQLite, and on PostgreSQL where `BELLHOP_TEST_POSTGRES_URL` names a server.
#![allow(missing_docs, clippy::unwrap_used, reason = "a measurement that cannot go on says so by panicking")]

#[path = "load/fill.rs"]
mod fill;
#[path = "shared/fresh_database.rs"]
mod fresh_database;

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bellhop::{
    clock::Clock,
    config::StoreUrl,
    domain::{Id, event::Event, inbox::ListFilter},
    intake::cloudevents::parse_one,
    routing::{Engine, channels::Outgoing},
    store::{Edit, EditChange, RecordKind, Store, StoreOptions},
    telemetry::Metrics,
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use diesel::{Connection, PgConnection, RunQueryDsl};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{fill::Stored, fresh_database::fresh_database};

/// As the server has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// 2026-11-20T09:00:00Z, a Friday.
const NOW: i64 = 1_795_165_200_000;
const AGENTS: usize = 1_000;
/// Events of one call: alone, a few that came at once, a batch.
const GROUPS: [usize; 3] = [1, 16, 100];

/// A store with its notifications, and what goes when it is dropped.
struct Filled {
    name: &'static str,
    store: Store,
    /// The number of the next event.
    next: AtomicUsize,
    each: i64,
    _folder: tempfile::TempDir,
}

fn stores(runtime: &Runtime) -> Vec<Filled> {
    let stored = std::env::var("BELLHOP_BENCH_STORED").map_or(1_000_000, |text| text.parse().unwrap());
    let stored = Stored { agents: AGENTS, each: (stored / AGENTS).max(1), now_ms: NOW };
    let server = std::env::var("BELLHOP_TEST_POSTGRES_URL").ok();
    let mut stores = vec![runtime.block_on(filled("SQLite", None, stored))];
    stores.extend(server.map(|server| runtime.block_on(filled("PostgreSQL", Some(server), stored))));
    stores
}

async fn filled(name: &'static str, server: Option<String>, stored: Stored) -> Filled {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let url =
        server.map_or_else(|| StoreUrl::Sqlite(folder.path().join("bellhop.db")), |server| fresh_database(&server));
    // Opened once for its tables.
    open(url.clone()).await.close().await;
    match &url {
        StoreUrl::Sqlite(path) => fill::sqlite(path, stored).unwrap(),
        StoreUrl::Postgres(url) => fill_postgres(url, stored),
    }
    let store = open(url).await;
    let agent = |number: usize| {
        let Value::Object(record) = json!({"name": format!("Agent {number}")}) else {
            unreachable!("an object was written")
        };
        let change = EditChange::Merge(record);
        Edit { kind: RecordKind::Agent, id: format!("a{number}").as_str().into(), change, pointer: String::new() }
    };
    store.edit((0..AGENTS).map(agent).collect()).await.unwrap();
    Filled { name, store, next: AtomicUsize::new(0), each: stored.each as i64, _folder: folder }
}

fn fill_postgres(url: &str, stored: Stored) {
    let mut conn = PgConnection::establish(url).unwrap();
    let numbers = format!("generate_series(0, {}) AS g(n)", stored.agents * stored.each - 1);
    let statements =
        fill::rows(stored, &numbers).into_iter().chain([fill::inboxes(stored), "VACUUM ANALYZE".to_owned()]);
    for sql in statements {
        diesel::sql_query(sql).execute(&mut conn).unwrap();
    }
}

async fn open(url: StoreUrl) -> Store {
    let options = StoreOptions {
        url,
        clock: Clock::manual(NOW),
        router: Arc::new(Engine::new(Outgoing::default())),
        on_commit: Arc::new(drop),
        metrics: Metrics::new().unwrap(),
        migrate: true,
        readers: 2,
    };
    Store::open(options).await.unwrap()
}

impl Filled {
    /// Replies of customers, each on the ticket of another agent.
    fn events(&self, count: usize) -> Vec<Event> {
        let event = |number: usize| {
            let agent = number.wrapping_mul(7_919) % AGENTS;
            let event = json!({"specversion": "1.0", "id": format!("e{number}"), "source": "/bench",
                "type": "message.received", "time": "2026-11-20T09:00:00Z",
                "data": {"actor": {"kind": "customer", "id": "c1", "name": "Carla Reis"},
                         "ticket": {"id": format!("t{agent}"), "number": agent.to_string(), "subject": "Login Issue",
                                    "assignees": [format!("a{agent}")]},
                         "message": {"id": format!("m{number}"), "text": "It still does not work."}}});
            parse_one(event.to_string().as_bytes(), NOW).unwrap()
        };
        let first = self.next.fetch_add(count, Ordering::Relaxed);
        (first..first + count).map(event).collect()
    }
}

fn store(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let stores = stores(&runtime);
    for filled in &stores {
        reads(criterion, &runtime, filled);
        writes(criterion, &runtime, filled);
    }
    stores.into_iter().for_each(|filled| runtime.block_on(filled.store.close()));
}

fn reads(criterion: &mut Criterion, runtime: &Runtime, filled: &Filled) {
    let mut group = criterion.benchmark_group(format!("read, {}", filled.name));
    let agent: Id = "a7".into();
    let newest = ListFilter { limit: 50, ..ListFilter::default() };
    let older = ListFilter { before: Some(filled.each / 2), ..newest.clone() };
    for (name, filter) in [("newest page", newest), ("page in the middle", older)] {
        group.bench_function(BenchmarkId::new("list", name), |bencher| {
            bencher.iter(|| black_box(runtime.block_on(filled.store.list(&agent, filter.clone())).unwrap()));
        });
    }
    for missed in [0, 1, 100] {
        group.bench_function(BenchmarkId::new("resume, missed", missed), |bencher| {
            let since = (filled.each - missed).max(0);
            bencher.iter(|| black_box(runtime.block_on(filled.store.changes(&agent, since, 100)).unwrap()));
        });
    }
    group.finish();
}

fn writes(criterion: &mut Criterion, runtime: &Runtime, filled: &Filled) {
    let mut group = criterion.benchmark_group(format!("write, {}", filled.name));
    for count in GROUPS {
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("events, durable", count), |bencher| {
            bencher.iter_batched(
                || filled.events(count),
                |events| runtime.block_on(filled.store.accept(events, None)).unwrap(),
                criterion::BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, store);
criterion_main!(benches);
