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

use serde_json::json;
use tokio::{task::JoinSet, time::sleep};

use crate::harness::{ADMIN_KEY, Browser, ClientInbox, Process, SOON, covers, inbox_at, mention, put_agents, token};

const AGENTS: usize = 8;
const PUBLISHERS: usize = 6;
/// How long a client waits before it tries again; the hub is away for some hundred milliseconds each time.
const AGAIN: Duration = Duration::from_millis(25);

/// What the publishers and the clients of one run share.
struct Run {
    addr: SocketAddr,
    is_over: AtomicBool,
    next: AtomicU64,
    /// Answered 202: the event's number and its agent.
    accepted: Mutex<HashMap<u64, String>>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_nothing_accepted_is_lost_or_doubled() {
    let kills = std::env::var("BELLHOP_CHAOS_KILLS").map_or(3, |kills| kills.parse().expect("a number of kills"));
    let mut hub = Process::start(&[]).await;
    let agents: Vec<String> = (0..AGENTS).map(|agent| format!("a{agent}")).collect();
    put_agents(hub.addr(), &agents.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let run = Arc::new(Run {
        addr: hub.addr(),
        is_over: AtomicBool::new(false),
        next: AtomicU64::new(0),
        accepted: Mutex::default(),
    });
    let mut publishers: JoinSet<()> = (0..PUBLISHERS).map(|_| publish(run.clone())).collect();
    let mut clients: JoinSet<Browser> = (0..AGENTS).map(|agent| follow(run.clone(), agent)).collect();

    for kill in 0..kills {
        // Not always at the same point of its life: from "just started" to "well under way".
        sleep(Duration::from_millis(150 + kill * 137 % 700)).await;
        hub.kill();
        hub.run().await;
    }
    sleep(Duration::from_millis(200)).await;
    run.is_over.store(true, Ordering::SeqCst);
    while let Some(ended) = publishers.join_next().await {
        ended.expect("a publisher saw an answer that it should not");
    }
    let mut browsers = Vec::new();
    while let Some(browser) = clients.join_next().await {
        browsers.push(browser.expect("a client was given what it should not"));
    }
    check(&run, kills, &mut browsers).await;
    covers(&["R-122", "R-123"]);
}

/// Posts one event after the other, each until it is accepted: after an error the same again.
async fn publish(run: Arc<Run>) {
    let http = reqwest::Client::builder().timeout(SOON).build().expect("a client can be made");
    while !run.is_over.load(Ordering::SeqCst) {
        let number = run.next.fetch_add(1, Ordering::SeqCst);
        let agent = format!("a{}", number % AGENTS as u64);
        let event =
            mention(&agent).on_ticket(&format!("HD-{}", number % 50)).message("id", json!(format!("c-{number}")));
        let body = event.body(|| format!("evt-{number}"), || "2026-11-20T09:00:00Z".to_owned());
        loop {
            let post = http.post(format!("http://{}/api/v1/events", run.addr)).bearer_auth(ADMIN_KEY).json(&body);
            match post.send().await.map(|answer| answer.status().as_u16()) {
                Ok(202) => break,
                Ok(503) | Err(_) => sleep(AGAIN).await,
                Ok(other) => panic!("event {number} was answered {other}"),
            }
        }
        run.accepted.lock().expect("no publisher broke off").insert(number, agent);
    }
}

/// A faithful client that comes back after each loss with what it holds, until the load is over.
async fn follow(run: Arc<Run>, agent: usize) -> Browser {
    let agent = format!("a{agent}");
    let mut browser = Browser::closed(run.addr, &agent, token(&agent));
    loop {
        while browser.try_reconnect().await.is_err() {
            sleep(AGAIN).await;
        }
        loop {
            tokio::select! {
                frame = browser.try_frame() => if frame.is_err() { break },
                () = sleep(AGAIN) => if run.is_over.load(Ordering::SeqCst) { return browser },
            }
        }
    }
}

async fn check(run: &Run, kills: u64, browsers: &mut [Browser]) {
    let accepted = run.accepted.lock().expect("no publisher broke off").clone();
    let mut kept: HashMap<u64, u64> = HashMap::new();
    for browser in browsers {
        browser.settle().await;
        let store = inbox_at(run.addr, &browser.agent).await;
        assert_eq!(browser.inbox.kept(), store.kept(), "{} holds something else than the store", browser.agent);
        assert_eq!(browser.inbox.counts, store.counts, "{} shows other counts than the store", browser.agent);
        numbers(&store).for_each(|number| *kept.entry(number).or_default() += 1);
    }
    let lost = accepted.keys().filter(|number| !kept.contains_key(number)).count();
    let doubled = kept.values().filter(|times| **times > 1).count();
    eprintln!("{kills} kills: accepted {}, lost {lost}, doubled {doubled}", accepted.len());
    assert!(accepted.len() as u64 > kills * 10, "there was hardly any load");
    assert_eq!((lost, doubled), (0, 0));
}

/// The numbers of the events whose notifications an inbox holds.
fn numbers(inbox: &ClientInbox) -> impl Iterator<Item = u64> {
    inbox.entries.values().map(|entry| {
        let id = entry["comment"]["id"].as_str().expect("a mention names its comment");
        id.trim_start_matches("c-").parse().expect("a comment of the load has a number")
    })
}
