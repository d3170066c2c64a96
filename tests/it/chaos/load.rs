//! The load that faults are put under: publishers that post each event until it is accepted, clients that come back after
//! each loss with what they hold; and at the end the count of what was promised against what is there.

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
    time::{Instant, MissedTickBehavior, interval, sleep},
};

use super::report::Row;
use crate::harness::{ADMIN_KEY, Browser, ClientInbox, SOON, eventually, inbox_at, lasting_token, mention, put_agents};

const AGENTS: usize = 8;
const PUBLISHERS: usize = 6;
/// Between two events of one publisher: faults meet a hub that is at work, and not one that is behind.
const BETWEEN_EVENTS: Duration = Duration::from_millis(10);
/// Between two acts of one client.
const BETWEEN_ACTS: Duration = Duration::from_millis(100);
/// How long a client waits before it tries again; the hub is away for some hundred milliseconds each time.
const AGAIN: Duration = Duration::from_millis(25);
/// Events that are accepted between two faults, at least.
const BETWEEN_FAULTS: usize = 50;
/// How long a recovery may take: far above what it takes.
const RECOVERY: Duration = Duration::from_secs(30);

/// What the publishers and the clients of one run share.
struct Run {
    nodes: Vec<SocketAddr>,
    is_over: AtomicBool,
    next: AtomicU64,
    /// Answered 202: the event's number and its agent.
    accepted: Mutex<HashMap<u64, String>>,
    /// Answered 503, or not at all.
    refused: AtomicU64,
    /// The latest event that each agent's client has heard of, plus one.
    heard: [AtomicU64; AGENTS],
}

/// Publishers and browsers at work.
pub struct Load {
    run: Arc<Run>,
    /// Of the longest recovery so far.
    recovered_in: Duration,
    publishers: JoinSet<()>,
    browsers: JoinSet<Browser>,
}

impl Load {
    /// Begins, at these nodes of one installation.
    pub async fn on(nodes: &[SocketAddr]) -> Load {
        let agents: Vec<String> = (0..AGENTS).map(|agent| format!("a{agent}")).collect();
        put_agents(nodes[0], &agents.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let run = Arc::new(Run {
            nodes: nodes.to_vec(),
            is_over: AtomicBool::new(false),
            next: AtomicU64::new(0),
            accepted: Mutex::default(),
            refused: AtomicU64::new(0),
            heard: Default::default(),
        });
        Load {
            publishers: (0..PUBLISHERS).map(|publisher| publish(run.clone(), publisher)).collect(),
            browsers: (0..AGENTS).map(|agent| follow(run.clone(), agent)).collect(),
            recovered_in: Duration::ZERO,
            run,
        }
    }

    /// Waits until events are accepted again, and then for a moment that is another one each time.
    pub async fn is_under_way(&self, fault: u64) {
        let wanted = self.run.accepted_so_far() + BETWEEN_FAULTS;
        eventually("events are accepted again", SOON, || async { self.run.accepted_so_far() >= wanted }).await;
        sleep(Duration::from_millis(fault * 137 % 400)).await;
    }

    /// How many events were refused so far, each try counted.
    pub fn refused(&self) -> u64 {
        self.run.refused.load(Ordering::SeqCst)
    }

    /// The fault is over: waits until every node is ready and every client has heard of an event that was posted after it.
    /// Counts from `fault`: when the cause was gone, or the process died.
    pub async fn recovers(&mut self, fault: Instant) {
        let from = self.run.next.load(Ordering::SeqCst);
        let heard = || self.run.heard.each_ref().map(|agent| agent.load(Ordering::SeqCst));
        let end = Instant::now() + RECOVERY;
        while heard().iter().any(|latest| *latest <= from) {
            assert!(Instant::now() < end, "events from {from} on were posted, but clients heard up to {:?}", heard());
            sleep(Duration::from_millis(5)).await;
        }
        for node in &self.run.nodes {
            let url = format!("http://{node}/readyz");
            eventually("every node is ready", RECOVERY, || async { is_ready(&url).await }).await;
        }
        self.recovered_in = self.recovered_in.max(fault.elapsed());
    }

    /// Everybody finishes, and what is there is compared with what was promised.
    pub async fn end(mut self, fault: &str) {
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
        self.run.row(fault, &kept, self.recovered_in).report();
    }
}

async fn is_ready(url: &str) -> bool {
    let answer = reqwest::Client::new().get(url).timeout(SOON).send().await;
    match answer {
        Ok(answer) => answer.json::<Value>().await.is_ok_and(|state| state["status"] == "ready"),
        Err(_) => false,
    }
}

impl Run {
    fn node(&self, number: usize) -> SocketAddr {
        self.nodes[number % self.nodes.len()]
    }

    fn accepted_so_far(&self) -> usize {
        self.accepted.lock().expect("no publisher broke off").len()
    }

    fn row(&self, fault: &str, kept: &HashMap<u64, u64>, recovered_in: Duration) -> Row {
        let accepted = self.accepted.lock().expect("no publisher broke off");
        Row {
            fault: fault.to_owned(),
            accepted: accepted.len(),
            lost: accepted.keys().filter(|number| !kept.contains_key(number)).count(),
            doubled: kept.values().filter(|times| **times > 1).count(),
            recovered_in,
        }
    }

    /// A client was given a frame.
    fn note(&self, agent: usize, frame: &Value) {
        if let Some(number) = number_of(&frame["notification"]) {
            self.heard[agent].fetch_max(number + 1, Ordering::SeqCst);
        }
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
                Ok(503) | Err(_) => {
                    run.refused.fetch_add(1, Ordering::SeqCst);
                    sleep(AGAIN).await;
                }
                Ok(other) => panic!("event {number} was answered {other}"),
            }
            node += 1;
        }
        run.accepted.lock().expect("no publisher broke off").insert(number, agent);
        sleep(BETWEEN_EVENTS).await;
    }
}

/// A faithful client that comes back after each loss with what it holds, at the next node, and works through its inbox
/// meanwhile, until the load is over.
async fn follow(run: Arc<Run>, agent: usize) -> Browser {
    let id = format!("a{agent}");
    let mut node = agent;
    let mut browser = Browser::closed(run.node(node), &id, lasting_token(&id));
    let mut turn = 0;
    let mut acts = interval(BETWEEN_ACTS);
    acts.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        while browser.try_reconnect().await.is_err() {
            sleep(AGAIN).await;
            node += 1;
            browser.turn_to(run.node(node));
        }
        loop {
            tokio::select! {
                frame = browser.try_frame() => match frame {
                    Ok(frame) => run.note(agent, &frame),
                    Err(_) => break,
                },
                _ = acts.tick() => {
                    if run.is_over.load(Ordering::SeqCst) {
                        return browser;
                    }
                    turn += 1;
                    if browser.try_send(something_to_do(turn, &browser.inbox)).await.is_err() {
                        break;
                    }
                }
            }
        }
    }
}

/// What an agent does in passing; whether it was carried out before a fault, only the store can say. Mostly with a
/// few of the newest entries: acts on all of them would be the load, when there are thousands.
fn something_to_do(turn: usize, inbox: &ClientInbox) -> Value {
    let op = ["ack", "read", "seen", "clear", "restore", "unread", "sync"][turn % 7];
    let ids: Vec<&String> = inbox.entries.keys().rev().skip(2).take(10).collect();
    match op {
        "ack" => json!({"type": op, "seq": inbox.held, "active": true}),
        "sync" => json!({"type": op, "since": inbox.held}),
        "seen" => json!({"type": op, "up_to": inbox.held}),
        _ if turn.is_multiple_of(50) => json!({"type": op, "all": true, "up_to": inbox.held - 3}),
        _ if ids.is_empty() => json!({"type": "pong"}),
        _ => json!({"type": op, "ref": turn.to_string(), "ids": ids}),
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
    inbox.entries.values().map(|entry| number_of(entry).expect("a mention names its comment"))
}

fn number_of(entry: &Value) -> Option<u64> {
    let id = entry["comment"]["id"].as_str()?;
    Some(id.trim_start_matches("c-").parse().expect("a comment of the load has a number"))
}
