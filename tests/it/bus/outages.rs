//! Redis down, frozen, killed, flooded or half gone: nobody waits, and whatever was missed is found by heads.

use std::time::{Duration, Instant};

use bellhop::bus::BusState;

use super::{LIMIT, Node};
use crate::peers::{proxy::Proxy, redis::RedisServer, within};

/// How soon everything works again after Redis is back.
const RECOVERY: Duration = Duration::from_secs(2);

#[tokio::test]
async fn redis_that_is_down_at_the_start_is_no_error_and_is_found_later() {
    let mut redis = RedisServer::start();
    redis.kill();
    let (a, b) = (Node::redis(&redis.url(), "a"), Node::redis(&redis.url(), "b"));
    let began = Instant::now();
    b.subscribe("ana").await;
    a.publish("ana", 1);
    assert!(began.elapsed() < Duration::from_millis(500), "degraded means at once");
    assert_eq!((a.bus.state(), a.metrics.bus_up.get()), (BusState::Degraded, 0));
    assert_eq!(a.heard.of("ana"), [1], "the own node needs no Redis");

    redis.start_again();
    assert!(a.until(BusState::Up).await < RECOVERY);
    assert!(b.until(BusState::Up).await < RECOVERY);
    assert_eq!(a.metrics.bus_up.get(), 1);
    within(LIMIT, "heads are compared", || b.heard.comparisons() > 0).await;
    a.publish("ana", 2);
    b.hears("ana", &[2]).await;
}

#[tokio::test]
async fn redis_killed_and_started_empty_heads_are_compared_and_everything_works_again() {
    let mut redis = RedisServer::start();
    let (a, b) = (Node::redis(&redis.url(), "a").up().await, Node::redis(&redis.url(), "b").up().await);
    // More than fit into one SUBSCRIBE.
    let agents: Vec<String> = (0..3_000).map(|number| format!("agent-{number}")).collect();
    let subscribed = agents.iter().map(|agent| b.subscribe(agent));
    futures_util::future::join_all(subscribed).await;
    let compared = b.heard.comparisons();

    redis.kill();
    a.until(BusState::Degraded).await;
    b.until(BusState::Degraded).await;
    assert_eq!(b.metrics.bus_up.get(), 0);
    a.publish("agent-7", 1);
    b.subscribe("ana").await;

    redis.start_again();
    assert!(b.until(BusState::Up).await < RECOVERY);
    a.until(BusState::Up).await;
    within(LIMIT, "heads are compared", || b.heard.comparisons() > compared).await;
    for agent in agents.iter().map(String::as_str).chain(["ana"]) {
        a.publish(agent, 2);
    }
    for agent in agents.iter().map(String::as_str).chain(["ana"]) {
        b.hears(agent, &[2]).await;
    }
}

#[tokio::test]
async fn what_a_node_could_not_tell_makes_the_others_compare_heads() {
    let redis = RedisServer::start();
    let proxy = Proxy::to(redis.port()).await;
    // Only the connection of `a` breaks; `b` never notices, and yet has to learn that it missed something.
    let a = Node::redis(&format!("redis://127.0.0.1:{}", proxy.port), "a").up().await;
    let b = Node::redis(&redis.url(), "b").up().await;
    b.subscribe("ana").await;
    let compared = b.heard.comparisons();
    proxy.deafen(0);
    proxy.deafen(1);
    a.publish("ana", 1);
    within(LIMIT, "b compares heads", || b.heard.comparisons() > compared).await;
    assert_eq!(b.bus.state(), BusState::Up);
    a.until(BusState::Up).await;
    a.publish("ana", 2);
    b.hears("ana", &[2]).await;
}

#[tokio::test]
async fn a_frozen_redis_is_found_out_and_nobody_waits_for_it() {
    let redis = RedisServer::start();
    let (a, b) = (Node::redis(&redis.url(), "a").up().await, Node::redis(&redis.url(), "b").up().await);
    b.subscribe("ana").await;
    let compared = b.heard.comparisons();
    redis.freeze();
    let began = Instant::now();
    b.subscribe("ben").await;
    assert!(began.elapsed() < Duration::from_millis(2_500), "a session waited {:?}", began.elapsed());
    let noticed = a.until(BusState::Degraded).await.max(b.until(BusState::Degraded).await);
    assert!(noticed < Duration::from_millis(4_500), "{noticed:?}");
    // In the middle of a try to connect again, too.
    a.publish("ana", 1);

    redis.thaw();
    // A try that hangs in the frozen server has to end first.
    assert!(b.until(BusState::Up).await < Duration::from_secs(3));
    a.until(BusState::Up).await;
    within(LIMIT, "heads are compared", || b.heard.comparisons() > compared).await;
    a.publish("ben", 1);
    b.hears("ben", &[1]).await;
}

#[tokio::test]
async fn a_subscription_that_went_deaf_alone_is_found_by_the_probe() {
    let redis = RedisServer::start();
    let proxy = Proxy::to(redis.port()).await;
    let (a, b) = (
        Node::redis(&redis.url(), "a").up().await,
        Node::redis(&format!("redis://127.0.0.1:{}", proxy.port), "b").up().await,
    );
    b.subscribe("ana").await;
    let compared = b.heard.comparisons();
    // The first connection publishes and stays well.
    proxy.deafen(1);
    a.publish("ana", 1);
    let noticed = b.until(BusState::Degraded).await;
    assert!(noticed < Duration::from_millis(4_500), "{noticed:?}");
    b.until(BusState::Up).await;
    within(LIMIT, "heads are compared", || b.heard.comparisons() > compared).await;
    a.publish("ana", 2);
    b.hears("ana", &[2]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_beyond_the_buffers_waits_for_nobody_and_ends_in_a_comparison() {
    let redis = RedisServer::start();
    let (a, b) = (Node::redis(&redis.url(), "a").up().await, Node::redis(&redis.url(), "b").up().await);
    b.subscribe("ana").await;
    let compared = b.heard.comparisons();
    redis.freeze();
    let mut slowest = Duration::ZERO;
    for seq in 1..=100_000 {
        let began = Instant::now();
        a.publish("ana", seq);
        slowest = slowest.max(began.elapsed());
    }
    redis.thaw();
    assert!(slowest < Duration::from_millis(500), "one publication took {slowest:?}");
    assert_eq!(a.heard.of("ana").len(), 100_000);
    within(LIMIT, "b compares heads", || b.heard.comparisons() > compared).await;
    let heard = b.heard.of("ana");
    assert!(heard.is_sorted(), "in order, whatever was left out");
    assert!(heard.len() < 100_000, "the buffers have a bound");
}
