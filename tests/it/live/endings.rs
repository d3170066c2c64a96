//! How sessions end: evicted, silent, drained, and never for nothing.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::line::{Line, ring};
use crate::harness::{HubOptions, SOON, TestHub, dial, eventually, mention, token};

#[tokio::test]
async fn one_session_too_many_ends_the_oldest_for_good() {
    let hub = TestHub::with(HubOptions::default().with("BELLHOP_LIVE__SESSIONS_PER_AGENT", 2)).await;
    hub.agent("ana").create().await;
    hub.agent("ben").create().await;
    let mut ben = Line::open(&hub, "ben").await;
    let mut first = Line::open(&hub, "ana").await;
    let mut second = Line::open(&hub, "ana").await;
    let mut third = Line::open(&hub, "ana").await;
    first.expect_end(4500).await;
    hub.event(mention("ana")).await;
    assert_eq!(second.frame().await["type"], "notification");
    assert_eq!(third.frame().await["type"], "notification");
    hub.event(mention("ben")).await;
    assert_eq!(ben.frame().await["type"], "notification");
}

#[tokio::test]
async fn who_answers_the_heartbeat_stays_and_who_does_not_is_gone_within_two() {
    let hub = TestHub::with(HubOptions::default().with("BELLHOP_LIVE__PING_EVERY_MS", 1_000)).await;
    hub.agent("ana").create().await;
    let mut silent = Line::open(&hub, "ana").await;
    let began = Instant::now();
    let mut lively = Line::open(&hub, "ana").await;
    let answering = tokio::spawn(async move {
        for _ in 0..4 {
            let ping = lively.any_frame().await;
            assert_eq!(ping, json!({"type": "ping", "seq": 0}));
            lively.say(json!({"type": "pong"})).await;
        }
        lively
    });
    silent.expect_end(4003).await;
    let after = began.elapsed();
    assert!(after >= Duration::from_millis(1_900) && after < Duration::from_millis(4_000), "{after:?}");
    let mut lively = answering.await.unwrap();
    hub.event(mention("ana")).await;
    lively.until("notification").await;
}

#[tokio::test]
async fn a_frozen_client_is_forgotten_within_two_heartbeats() {
    let hub = TestHub::with(HubOptions::default().with("BELLHOP_LIVE__PING_EVERY_MS", 300)).await;
    hub.agent("ana").create().await;
    let frozen = Line::open(&hub, "ana").await;
    assert!(hub.metric("bellhop_sessions").await >= 1.0);
    eventually("it is gone", Duration::from_secs(2), async || hub.metric("bellhop_sessions").await == 0.0).await;
    drop(frozen);
}

#[tokio::test]
async fn who_leaves_is_answered_and_leaves_nothing_behind() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut ana = Line::open(&hub, "ana").await;
    ana.send(Message::Close(None)).await;
    let end = ana.end().await;
    assert_eq!((end.bye, end.close), (None, Some(1000)));
    eventually("it is gone", SOON, async || hub.metric("bellhop_sessions").await == 0.0).await;
}

#[tokio::test]
async fn protocol_pings_are_answered() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut ana = Line::open(&hub, "ana").await;
    ana.send(Message::Ping("hello".into())).await;
    assert_eq!(ana.message().await, Message::Pong("hello".into()));
}

#[tokio::test]
async fn a_drain_sends_everyone_away_with_a_time_to_come_back_and_a_restart_takes_them_back() {
    let mut hub = TestHub::with(HubOptions::default().with("BELLHOP_LIVE__DRAIN_WINDOW_MS", 400)).await;
    hub.agent("ana").create().await;
    ring(&hub, "ana", 0, 3).await;
    let mut lines = Vec::new();
    for _ in 0..10 {
        lines.push(Line::open(&hub, "ana").await);
    }
    let ends = tokio::spawn(async move {
        let mut returns = Vec::new();
        for mut line in lines {
            let end = line.expect_end(4000).await;
            returns.push(end.bye.unwrap()["retry_in_ms"].as_u64().unwrap());
        }
        returns
    });
    hub.restart().await;
    let mut returns = ends.await.unwrap();
    assert!(returns.iter().all(|wait| (250..=650).contains(wait)), "{returns:?}");
    returns.sort_unstable();
    returns.dedup();
    assert!(returns.len() > 5, "returns are spread: {returns:?}");

    let mut line = Line::dial(&hub).await;
    line.hello(&token("ana"), json!({"since": 1})).await;
    line.until("welcome").await;
    assert_eq!(line.frame().await["seq"], 2);
    assert_eq!(line.frame().await["seq"], 3);
    assert_eq!(line.frame().await["type"], "synced");
}

#[tokio::test]
async fn a_full_node_refuses_before_the_upgrade() {
    let hub = TestHub::with(HubOptions::default().with("BELLHOP_LIVE__SESSIONS_PER_NODE", 2)).await;
    hub.agent("ana").create().await;
    let first = Line::open(&hub, "ana").await;
    let _second = Line::open(&hub, "ana").await;
    assert!(dial(hub.addr()).await.is_err());
    drop(first);
    eventually("there is room again", SOON, async || dial(hub.addr()).await.is_ok()).await;
}
