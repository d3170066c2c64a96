//! Everybody connects at once, or memory runs short: sessions begin at a rate, whoever has to go is told when to come back,
//! and whoever is there notices nothing.

use std::{
    cell::Cell,
    net::SocketAddr,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{task::JoinSet, time::sleep};

use super::line::{Line, ring_at};
use crate::{
    harness::{HubOptions, SOON, TestHub, eventually, mention, put_agents, token},
    http_raw::request,
};

/// Sessions that one agent may have on a node.
const PER_AGENT: usize = 20;

/// A client of a crowd that has its session.
pub struct Entered {
    pub line: Line,
    pub agent: String,
    /// What it was told to wait, in milliseconds, each time it was sent away.
    pub waits: Vec<u64>,
    /// After how long it had its session.
    pub after: Duration,
}

/// The agents of a crowd of so many clients.
pub async fn put_crowd(addr: SocketAddr, clients: usize) {
    let agents: Vec<String> = (0..clients.div_ceil(PER_AGENT)).map(|number| format!("crowd-{number}")).collect();
    put_agents(addr, &agents.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

/// So many clients connect in one moment, every other one with a position to go on from, and come back as they are told
/// until all of them have a session.
pub async fn storm(addr: SocketAddr, clients: usize) -> Vec<Entered> {
    let mut crowd: JoinSet<Entered> = (0..clients).map(|number| enter(addr, number)).collect();
    let mut entered = Vec::new();
    while let Some(one) = crowd.join_next().await {
        entered.push(one.expect("a client was given what it should not"));
    }
    entered
}

async fn enter(addr: SocketAddr, number: usize) -> Entered {
    let began = Instant::now();
    let agent = format!("crowd-{}", number / PER_AGENT);
    let more = if number.is_multiple_of(2) { json!({"since": 0}) } else { json!({}) };
    let mut waits = Vec::new();
    loop {
        let mut line = Line::dial_with(addr, &[]).await;
        line.hello(&token(&agent), more.clone()).await;
        let answer = line.frame().await;
        if answer["type"] == "welcome" {
            return Entered { line, agent, waits, after: began.elapsed() };
        }
        assert_eq!((&answer["type"], &answer["code"]), (&json!("bye"), &json!(4010)), "{answer}");
        waits.push(answer["retry_in_ms"].as_u64().expect("who is sent away is told when to come back"));
        assert!(began.elapsed() < SOON * 3, "sent away again and again: {waits:?}");
        sleep(Duration::from_millis(waits[waits.len() - 1])).await;
    }
}

/// Posts one event after the other until `all` has come; how many, and how long the slowest answer took. The last is waited
/// for like the others: what was sent may ring a bell whether or not its answer was read.
async fn while_publishing<T>(hub: &TestHub, all: impl Future<Output = T>) -> (T, usize, Duration) {
    let over = Cell::new(false);
    let publish = async {
        let (mut posted, mut slowest) = (0, Duration::ZERO);
        while !over.get() {
            let began = Instant::now();
            hub.event(mention("ben")).await;
            posted += 1;
            slowest = slowest.max(began.elapsed());
            // Publishing goes on beside, it is not the load.
            sleep(Duration::from_millis(20)).await;
        }
        (posted, slowest)
    };
    let all = async {
        let all = all.await;
        over.set(true);
        all
    };
    let (all, (posted, slowest)) = tokio::join!(all, publish);
    (all, posted, slowest)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_clients_enters_at_the_rate_while_events_go_on() {
    const CLIENTS: usize = 240;
    let slow = HubOptions::default()
        .with("BELLHOP_LIVE__CONNECTS_PER_SECOND", 60)
        .with("BELLHOP_LIVE__CONNECT_BURST", 20)
        .with("BELLHOP_LIVE__CONNECT_WAIT_MS", 500);
    let hub = TestHub::with(slow).await;
    put_crowd(hub.addr(), CLIENTS).await;
    let mut ben = hub.agent("ben").connect().await;

    let (crowd, posted, slowest) = while_publishing(&hub, storm(hub.addr(), CLIENTS)).await;

    assert_eq!(crowd.len(), CLIENTS);
    let last = crowd.iter().map(|one| one.after).max().unwrap();
    assert!(last >= Duration::from_millis(3_300), "220 of them at 60 a second, but the last came after {last:?}");
    assert!(posted >= 10 && slowest < Duration::from_secs(5), "{posted} events, the slowest took {slowest:?}");
    ben.settle().await;
    assert_eq!(ben.inbox.entries.len(), posted, "and each rang its bell");

    let mut waits: Vec<u64> = crowd.iter().filter_map(|one| one.waits.first().copied()).collect();
    waits.sort_unstable();
    let sent_away = waits.len();
    assert!(sent_away >= 50, "20 at once and 30 in the line are let in, only {sent_away} were sent away");
    let spread = waits[sent_away - 1] - waits[0];
    assert!(spread >= sent_away as u64 * 1_000 / 60 / 2, "returns are spread over {spread} ms: {waits:?}");
    waits.dedup();
    assert!(waits.len() >= sent_away * 9 / 10, "hardly two come back in the same moment: {waits:?}");
    assert!(hub.metric("bellhop_connections_refused_total").await >= sent_away as f64);

    for mut one in crowd.into_iter().take(40) {
        hub.event(mention(&one.agent)).await;
        one.line.until("notification").await;
    }
}

#[tokio::test]
async fn when_memory_is_spent_nobody_new_is_let_in_and_nobody_has_to_go() {
    let small = HubOptions::default()
        .with("BELLHOP_LIVE__MEMORY_BUDGET_BYTES", 1 << 20)
        .with("BELLHOP_LIVE__PAGE_ENTRIES", 1_000);
    let hub = TestHub::with(small).await;
    hub.agent("ana").create().await;
    hub.agent("ben").create().await;
    let mut ben = Line::open(&hub, "ben").await;
    for round in 0..4 {
        ring_at(hub.addr(), "ana", round * 250, 250, &"and so on ".repeat(40)).await;
    }
    let mut stuck = Vec::new();
    for _ in 0..6 {
        let mut line = Line::narrow(hub.addr()).await;
        line.hello(&token("ana"), json!({"since": 0})).await;
        stuck.push(line);
    }
    let spent = async || hub.metric("bellhop_buffered_bytes").await > f64::from(1 << 20);
    eventually("those who do not read fill the buffers", SOON, spent).await;

    for refused in [request(&hub, "GET", "/ws"), request(&hub, "GET", "/api/v1/me/stream").agent("ben")] {
        let refused = refused.send().await;
        refused.problem(503, "node.busy");
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((2..=10).contains(&wait), "{wait}");
    }
    assert_eq!(hub.metric("bellhop_connections_refused_total").await, 2.0);
    hub.event(mention("ben")).await;
    assert_eq!(ben.frame().await["type"], "notification", "who is there is served as ever");
    assert_eq!(hub.metric("bellhop_sessions").await, 7.0, "and nobody had to go");

    drop(stuck);
    let free = async || hub.metric("bellhop_buffered_bytes").await == 0.0;
    eventually("what they held is given back", SOON, free).await;
    Line::open(&hub, "ana").await;
}

#[tokio::test]
async fn bodies_that_come_in_count_as_well() {
    use tokio::{io::AsyncWriteExt, net::TcpStream};
    let hub = TestHub::start().await;
    let mut slow = TcpStream::connect(hub.addr()).await.unwrap();
    let head = format!(
        "POST /api/v1/events HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: 500000\r\n\r\n",
        hub.addr(),
        crate::harness::ADMIN_KEY
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    slow.write_all(&[b' '; 300_000]).await.unwrap();
    let counted = async || hub.metric("bellhop_buffered_bytes").await > 250_000.0;
    eventually("what has come of the body counts", SOON, counted).await;
    drop(slow);
    let free = async || hub.metric("bellhop_buffered_bytes").await == 0.0;
    eventually("and no longer when its caller has left", SOON, free).await;
}

/// What a refusal says, for who waits outside.
#[tokio::test]
async fn a_refused_stream_is_told_when_to_come_back() {
    let one = HubOptions::default()
        .with("BELLHOP_LIVE__CONNECTS_PER_SECOND", 1)
        .with("BELLHOP_LIVE__CONNECT_BURST", 1)
        .with("BELLHOP_LIVE__CONNECT_WAIT_MS", 0);
    let hub = TestHub::with(one).await;
    hub.agent("ana").create().await;
    let _first = Line::open(&hub, "ana").await;
    let refused = request(&hub, "GET", "/api/v1/me/stream").agent("ana").send().await;
    let problem: Value = refused.problem(503, "node.busy");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1, "{problem}");
}
