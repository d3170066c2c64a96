//! Two nodes on one PostgreSQL and one Redis, and what happens when a part of it fails.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    harness::{
        Backend, Browser, FreshDatabase, HubOptions, Process, SOON, TestHub, assigned, covers, customer_reply,
        eventually, mention, post_event, put_agents, token,
    },
    peers::redis::RedisServer,
};

/// How long Redis is away: `make chaos` takes 20 s.
fn outage() -> Duration {
    let seconds = std::env::var("BELLHOP_OUTAGE_SECONDS").map_or(2, |text| text.parse().expect("a number of seconds"));
    Duration::from_secs(seconds)
}

async fn two_nodes(redis: &RedisServer) -> (TestHub, TestHub) {
    let options = HubOptions { backend: Backend::Postgres, redis: Some(redis.url()), ..HubOptions::default() };
    let a = TestHub::with(options).await;
    let b = a.second_node().await;
    until_state(&a, "ready").await;
    until_state(&b, "ready").await;
    (a, b)
}

pub async fn until_state(hub: &TestHub, state: &str) {
    eventually(state, SOON, || async { hub.get("/readyz").await.body["status"] == state }).await;
}

#[tokio::test]
async fn event_at_one_node_rings_at_the_other() {
    let redis = RedisServer::start();
    let (a, b) = two_nodes(&redis).await;
    let mut ana = a.agent("ana").connect().await;

    let began = Instant::now();
    b.event(mention("ana")).await;
    ana.expect_notification("mention").await;

    assert!(began.elapsed() < Duration::from_secs(1), "over the bus, not by the heartbeat: {:?}", began.elapsed());
    ana.expect_nothing().await;
}

#[tokio::test]
async fn redis_goes_and_comes_back_empty_and_nothing_is_lost() {
    let mut redis = RedisServer::start();
    let (a, b) = two_nodes(&redis).await;
    let mut ana = a.agent("ana").connect().await;

    redis.kill();
    let began = Instant::now();
    while began.elapsed() < outage() {
        b.event(mention("ana")).await;
        let posted = Instant::now();
        ana.expect_notification("mention").await;
        assert!(posted.elapsed() < Duration::from_secs(3), "heads are read once a second: {:?}", posted.elapsed());
    }
    assert_eq!(a.get("/readyz").await.body["status"], "degraded");

    redis.start_again();
    let back = Instant::now();
    until_state(&a, "ready").await;
    until_state(&b, "ready").await;
    assert!(back.elapsed() < Duration::from_secs(2), "it took {:?} to recover", back.elapsed());
    let posted = Instant::now();
    b.event(assigned("ana")).await;
    ana.expect_notification("assignment").await;
    assert!(posted.elapsed() < Duration::from_millis(900), "over the bus again: {:?}", posted.elapsed());
    ana.expect_nothing().await;
    a.assert_same(&mut ana).await;
}

#[tokio::test]
async fn redis_hangs_and_nothing_is_lost() {
    let redis = RedisServer::start();
    let (a, b) = two_nodes(&redis).await;
    let mut ana = a.agent("ana").connect().await;

    redis.freeze();
    b.event(mention("ana")).await;
    let posted = Instant::now();
    ana.expect_notification("mention").await;
    assert!(posted.elapsed() < Duration::from_secs(6), "found by the probe, then by heads: {:?}", posted.elapsed());

    redis.thaw();
    until_state(&a, "ready").await;
    until_state(&b, "ready").await;
    let posted = Instant::now();
    b.event(assigned("ana")).await;
    ana.expect_notification("assignment").await;
    assert!(posted.elapsed() < Duration::from_millis(900), "over the bus again: {:?}", posted.elapsed());
    a.assert_same(&mut ana).await;
}

#[tokio::test]
async fn agent_created_at_one_node_while_redis_is_down_is_known_at_the_other() {
    let mut redis = RedisServer::start();
    let (a, b) = two_nodes(&redis).await;
    a.agent("ana").create().await;
    b.event(mention("ana")).await;

    redis.kill();
    a.agent("zoe").create().await;
    let receipt = b.event(mention("zoe")).await;

    assert_eq!(receipt["notified"], json!(["zoe"]));
}

#[tokio::test]
async fn two_events_of_one_ticket_at_two_nodes_at_once_are_routed_in_order() {
    let redis = RedisServer::start();
    let (a, b) = two_nodes(&redis).await;
    a.agent("ana").create().await;
    a.agent("ben").create().await;
    let at = "2026-11-20T09:00:00Z";

    for round in 0..20 {
        let ticket = format!("HD-{round}");
        a.event(assigned("ana").on_ticket(&ticket).at(at)).await;
        let handover = a.event(assigned("ben").on_ticket(&ticket).at(at));
        let reply = b.event(customer_reply().on_ticket(&ticket).at(at).message("id", json!(format!("c-{round}"))));
        let (_, reply) = tokio::join!(handover, reply);

        let told = reply["notified"].clone();
        assert!(told == json!(["ana"]) || told == json!(["ben"]), "one or the other was assigned: {told}");
        if told == json!(["ben"]) {
            let path = format!("/api/v1/me/notifications?ticket={ticket}");
            let items = b.get_as("ben", &path).await["items"].clone();
            assert_eq!(items[0]["reason"], "customer_reply", "the reply came after the hand-over: {items}");
            assert_eq!(items[1]["reason"], "assigned", "{items}");
        }
    }
}

#[tokio::test]
async fn agents_of_a_killed_node_go_on_at_the_other() {
    let redis = RedisServer::start();
    let database = FreshDatabase::create();
    let settings = [("BELLHOP_STORE__URL", &*database.url()), ("BELLHOP_BUS__URL", &*redis.url())];
    let mut a = Process::start(&settings).await;
    let b = Process::start(&settings).await;
    put_agents(a.addr(), &["ana", "ben"]).await;
    let mut ana = Browser::open(a.addr(), "ana", token("ana")).await;
    let mut ben = Browser::open(b.addr(), "ben", token("ben")).await;
    post_event(b.addr(), mention("ana").id("evt-1")).await;
    ana.expect_notification("mention").await;

    a.kill();
    post_event(b.addr(), mention("ana").id("evt-2")).await;
    post_event(b.addr(), assigned("ana").id("evt-3")).await;
    ana.move_to(b.addr()).await;

    ana.expect_notification("mention").await;
    ana.expect_notification("assignment").await;
    ana.expect_nothing().await;
    ben.expect_nothing().await;
    covers(&["R-123"]);
}
