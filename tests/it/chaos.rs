//! `kill -9` under load: whatever was accepted is there exactly once, and every client ends with the same inbox.
//!
//! `BELLHOP_CHAOS_KILLS` says how often; `make chaos` takes the long form.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    harness::{
        ADMIN_KEY, Browser, ClientInbox, FreshDatabase, Process, SOON, covers, eventually, inbox_at, mention,
        put_agents, token,
    },
    peers::redis::RedisServer,
};

const AGENTS: usize = 8;
const PUBLISHERS: usize = 6;
/// How long a client waits before it tries again; the hub is away for some hundred milliseconds each time.
const AGAIN: Duration = Duration::from_millis(25);
/// Events that are accepted between two kills, at least.
const BETWEEN_KILLS: usize = 50;

/// What the publishers and the clients of one run share.
struct Run {
    nodes: Vec<SocketAddr>,
    is_over: AtomicBool,
    next: AtomicU64,
    /// Answered 202: the event's number and its agent.
    accepted: Mutex<HashMap<u64, String>>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_nothing_accepted_is_lost_or_doubled() {
    let mut hub = Process::start(&[]).await;
    let load = Load::on(&[&hub]).await;
    for kill in 0..kills() {
        load.is_under_way(kill).await;
        hub.kill();
        hub.run().await;
    }
    load.end("SQLite").await;
    covers(&["R-122", "R-123"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_on_postgres_nothing_accepted_is_lost_or_doubled() {
    let database = FreshDatabase::create();
    let mut hub = Process::start(&[("BELLHOP_STORE__URL", &database.url())]).await;
    let load = Load::on(&[&hub]).await;
    for kill in 0..kills() {
        load.is_under_way(kill).await;
        hub.kill();
        hub.run().await;
    }
    load.end("PostgreSQL").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_and_their_redis_killed_in_turn_lose_and_double_nothing() {
    let (database, mut redis) = (FreshDatabase::create(), RedisServer::start());
    let settings = [("BELLHOP_STORE__URL", &*database.url()), ("BELLHOP_BUS__URL", &*redis.url())];
    let mut nodes = [Process::start(&settings).await, Process::start(&settings).await];
    let load = Load::on(&[&nodes[0], &nodes[1]]).await;
    for kill in 0..kills() {
        load.is_under_way(kill).await;
        if kill % 3 == 1 {
            redis.kill();
            load.is_under_way(kill).await;
            redis.start_again();
        } else {
            let node = &mut nodes[usize::from(kill % 3 == 2)];
            node.kill();
            node.run().await;
        }
    }
    load.end("two nodes").await;
}

fn kills() -> u64 {
    std::env::var("BELLHOP_CHAOS_KILLS").map_or(3, |kills| kills.parse().expect("a number of kills"))
}

/// Publishers and browsers at work.
struct Load {
    run: Arc<Run>,
    publishers: JoinSet<()>,
    browsers: JoinSet<Browser>,
}

impl Load {
    async fn on(nodes: &[&Process]) -> Load {
        let nodes: Vec<SocketAddr> = nodes.iter().map(|node| node.addr()).collect();
        let agents: Vec<String> = (0..AGENTS).map(|agent| format!("a{agent}")).collect();
        put_agents(nodes[0], &agents.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let run = Arc::new(Run {
            nodes,
            is_over: AtomicBool::new(false),
            next: AtomicU64::new(0),
            accepted: Mutex::default(),
        });
        Load {
            publishers: (0..PUBLISHERS).map(|publisher| publish(run.clone(), publisher)).collect(),
            browsers: (0..AGENTS).map(|agent| follow(run.clone(), agent)).collect(),
            run,
        }
    }

    /// Waits until events are accepted again, and then for a moment that is another one each time.
    async fn is_under_way(&self, kill: u64) {
        let wanted = self.run.accepted_so_far() + BETWEEN_KILLS;
        eventually("events are accepted again", SOON, || async { self.run.accepted_so_far() >= wanted }).await;
        sleep(Duration::from_millis(kill * 137 % 400)).await;
    }

    /// The last kill is over: everybody finishes, and what is there is compared with what was promised.
    async fn end(mut self, on: &str) {
        sleep(Duration::from_millis(200)).await;
        self.run.is_over.store(true, Ordering::SeqCst);
        while let Some(ended) = self.publishers.join_next().await {
            ended.expect("a publisher saw an answer that it should not");
        }
        let mut kept: HashMap<u64, u64> = HashMap::new();
        while let Some(browser) = self.browsers.join_next().await {
            let mut browser = browser.expect("a client was given what it should not");
            let store = same_as_the_store(&self.run, &mut browser).await;
            numbers(&store).for_each(|number| *kept.entry(number).or_default() += 1);
        }
        self.run.report(on, &kept);
    }
}

impl Run {
    fn node(&self, number: usize) -> SocketAddr {
        self.nodes[number % self.nodes.len()]
    }

    fn accepted_so_far(&self) -> usize {
        self.accepted.lock().expect("no publisher broke off").len()
    }

    fn report(&self, on: &str, kept: &HashMap<u64, u64>) {
        let accepted = self.accepted.lock().expect("no publisher broke off");
        let lost = accepted.keys().filter(|number| !kept.contains_key(number)).count();
        let doubled = kept.values().filter(|times| **times > 1).count();
        eprintln!("{on}, {} kills: accepted {}, lost {lost}, doubled {doubled}", kills(), accepted.len());
        assert_eq!((lost, doubled), (0, 0));
    }
}

/// Posts one event after the other, each until it is accepted: after an error the same again, at the next node.
async fn publish(run: Arc<Run>, publisher: usize) {
    let http = reqwest::Client::builder().timeout(SOON).build().expect("a client can be made");
    let mut node = publisher;
    while !run.is_over.load(Ordering::SeqCst) {
        let number = run.next.fetch_add(1, Ordering::SeqCst);
        let agent = format!("a{}", number % AGENTS as u64);
        let event =
            mention(&agent).on_ticket(&format!("HD-{}", number % 50)).message("id", json!(format!("c-{number}")));
        let body = event.body(|| format!("evt-{number}"), || "2026-11-20T09:00:00Z".to_owned());
        loop {
            let url = format!("http://{}/api/v1/events", run.node(node));
            let answer = http.post(url).bearer_auth(ADMIN_KEY).json(&body).send().await;
            match answer.map(|answer| answer.status().as_u16()) {
                Ok(202) => break,
                Ok(503) | Err(_) => sleep(AGAIN).await,
                Ok(other) => panic!("event {number} was answered {other}"),
            }
            node += 1;
        }
        run.accepted.lock().expect("no publisher broke off").insert(number, agent);
    }
}

/// A faithful client that comes back after each loss with what it holds, at the next node, and works through its inbox
/// meanwhile, until the load is over.
async fn follow(run: Arc<Run>, agent: usize) -> Browser {
    let id = format!("a{agent}");
    let mut node = agent;
    let mut browser = Browser::closed(run.node(node), &id, token(&id));
    let mut quiet = 0;
    loop {
        while browser.try_reconnect().await.is_err() {
            sleep(AGAIN).await;
            node += 1;
            browser.turn_to(run.node(node));
        }
        loop {
            tokio::select! {
                frame = browser.try_frame() => if frame.is_err() { break },
                () = sleep(AGAIN) => {
                    if run.is_over.load(Ordering::SeqCst) {
                        return browser;
                    }
                    quiet += 1;
                    if browser.try_send(something_to_do(quiet, browser.inbox.held)).await.is_err() {
                        break;
                    }
                }
            }
        }
    }
}

/// What an agent does in a quiet moment; whether it was carried out before a kill, only the store can say.
fn something_to_do(quiet: usize, held: i64) -> Value {
    let op = ["ack", "read", "seen", "clear", "restore", "unread", "sync"][quiet % 7];
    match op {
        "ack" => json!({"type": op, "seq": held, "active": true}),
        "sync" => json!({"type": op, "since": held}),
        "restore" => json!({"type": op, "all": true, "up_to": held / 2}),
        _ => json!({"type": op, "ref": quiet.to_string(), "all": true, "up_to": held - 3}),
    }
}

async fn same_as_the_store(run: &Run, browser: &mut Browser) -> ClientInbox {
    // What the agent did last, and the answer to an earlier `sync`, may still be under way.
    let end = Instant::now() + SOON;
    let store = loop {
        browser.settle().await;
        let store = inbox_at(run.node(0), &browser.agent).await;
        let agree = browser.inbox.kept() == store.kept() && browser.inbox.counts == store.counts;
        if agree || Instant::now() > end {
            break store;
        }
    };
    assert_eq!(browser.inbox.kept(), store.kept(), "{} holds something else than the store", browser.agent);
    assert_eq!(browser.inbox.counts, store.counts, "{} shows other counts than the store", browser.agent);
    store
}

/// The numbers of the events whose notifications an inbox holds.
fn numbers(inbox: &ClientInbox) -> impl Iterator<Item = u64> {
    inbox.entries.values().map(|entry| {
        let id = entry["comment"]["id"].as_str().expect("a mention names its comment");
        id.trim_start_matches("c-").parse().expect("a comment of the load has a number")
    })
}
