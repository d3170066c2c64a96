//! A client that does not read: it costs the others nothing and the server next to nothing, and catches up in order.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::line::{Line, ring, ring_at};
use crate::harness::{HubOptions, Process, SOON, TestHub, eventually, mention, put_agents, token};

/// Reads notifications until `last`, and checks that none is missing, none comes twice, and each builds on the last.
async fn expect_all_up_to(line: &mut Line, mut held: i64, last: i64) {
    while held < last {
        let frame = line.frame().await;
        let number = |member: &str| frame[member].as_i64().unwrap_or_else(|| panic!("no {member} in {frame}"));
        if frame["type"] == "synced" {
            assert!(number("seq") >= held, "{frame}");
            continue;
        }
        assert_eq!((frame["type"].as_str(), number("prev"), number("seq")), (Some("notification"), held, held + 1));
        held += 1;
    }
}

#[tokio::test]
async fn who_stops_reading_hinders_nobody_and_catches_up_in_order() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    hub.agent("ben").create().await;
    let mut stuck = Line::narrow(hub.addr()).await;
    stuck.hello(&token("ana"), json!({"since": 0})).await;
    stuck.until("synced").await;
    let mut other = Line::open(&hub, "ana").await;
    let mut ben = Line::open(&hub, "ben").await;

    // Some 700 bytes each: far more than all the buffers on the way hold.
    for round in 0..10 {
        ring(&hub, "ana", round * 500, 500).await;
        expect_all_up_to(&mut other, round as i64 * 500, (round as i64 + 1) * 500).await;
        let began = Instant::now();
        hub.event(mention("ben")).await;
        assert_eq!(ben.frame().await["type"], "notification");
        assert!(began.elapsed() < Duration::from_secs(15), "others are served as ever");
    }
    expect_all_up_to(&mut stuck, 0, 5_000).await;

    hub.event(mention("ana").id("last")).await;
    expect_all_up_to(&mut stuck, 5_000, 5_001).await;
    assert!(hub.metric("bellhop_resyncs_total").await >= 1.0);
}

#[tokio::test]
async fn who_stops_reading_may_go_on_speaking() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut stuck = Line::narrow(hub.addr()).await;
    stuck.hello(&token("ana"), json!({"since": 0})).await;
    stuck.until("synced").await;
    ring(&hub, "ana", 0, 1_000).await;
    stuck.say(json!({"type": "read", "ref": "1", "all": true, "up_to": 1_000})).await;
    let read = async || hub.get_as("ana", "/api/v1/me").await["counts"]["unread"] == 0;
    eventually("the act was carried out", SOON, read).await;
    let answer = loop {
        let frame = stuck.frame().await;
        if frame["ref"] == "1" {
            break frame;
        }
    };
    assert!(answer["seq"].as_i64().unwrap() >= 2_000, "{answer}");
}

#[tokio::test]
async fn stuck_clients_cost_a_constant() {
    let hub = Process::start(&[]).await;
    put_agents(hub.addr(), &["ana"]).await;
    let mut stuck = Vec::new();
    for _ in 0..19 {
        let mut line = Line::narrow(hub.addr()).await;
        line.hello(&token("ana"), json!({"since": 0})).await;
        line.until("synced").await;
        stuck.push(line);
    }
    let text = "and so on ".repeat(40);
    for round in 0..4 {
        ring_at(hub.addr(), "ana", round * 500, 500, &text).await;
    }
    let before = hub.resident_bytes();
    for round in 4..8 {
        ring_at(hub.addr(), "ana", round * 500, 500, &text).await;
    }
    let grown = hub.resident_bytes().saturating_sub(before);
    assert!(grown < 8 << 20, "a second flood made the server grow by {grown} bytes");
    expect_all_up_to(&mut stuck[7], 0, 4_000).await;
}

#[tokio::test]
async fn who_reads_nothing_for_two_heartbeats_loses_the_connection() {
    let hub = TestHub::with(HubOptions::default().with("BELLHOP_LIVE__PING_EVERY_MS", 1_500)).await;
    hub.agent("ana").create().await;
    let mut stuck = Line::narrow(hub.addr()).await;
    stuck.hello(&token("ana"), json!({"since": 0})).await;
    stuck.until("synced").await;
    ring(&hub, "ana", 0, 1_000).await;
    ring(&hub, "ana", 1_000, 1_000).await;
    // It goes on speaking, so that only its not reading tells.
    let began = Instant::now();
    while hub.metric("bellhop_sessions").await > 0.0 {
        assert!(began.elapsed() < SOON, "the session is still there");
        stuck.send_into_the_blue(tokio_tungstenite::tungstenite::Message::text(r#"{"type":"pong"}"#)).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let end: Value = json!(stuck.end().await.close);
    assert!(end.is_null() || end == 4004, "{end}");
}
