//! The bus over Redis when things go wrong: Redis down, frozen, killed, flooded, half gone, or talking nonsense.

use std::time::{Duration, Instant};

use bellhop::{
    bus::{BusState, RedisBus, RedisOptions},
    domain::{Id, nudge::Control},
    telemetry::Metrics,
};

use crate::{
    bus_contract::{Heard, LIMIT, Node, nudge},
    peers::{free_port, proxy::Proxy, redis::RedisServer, within},
};

/// How soon everything works again after Redis is back.
const RECOVERY: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_node_without_a_session_of_the_agent_hears_nothing() {
    let redis = RedisServer::start();
    let (a, b) = (Node::redis(&redis.url(), "a").up().await, Node::redis(&redis.url(), "b").up().await);
    b.subscribe("ana").await;
    b.subscribe("ben").await;
    b.bus.unsubscribe(&"ana".into());
    within(LIMIT, "Redis was told", || redis.listeners("bellhop:agent:ana") == 0).await;
    a.publish("ana", 1);
    a.publish("carl", 1);
    a.publish("ben", 1);
    b.hears("ben", &[1]).await;
    assert_eq!(b.heard.nudges.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn sessions_that_come_and_go_at_any_moment_end_as_the_count_says() {
    let redis = RedisServer::start();
    let (a, b) = (Node::redis(&redis.url(), "a").up().await, Node::redis(&redis.url(), "b").up().await);
    let comings = (0..400).map(|round| {
        let (bus, agent) = (b.bus.clone(), Id::from(format!("agent-{}", round % 4)));
        tokio::spawn(async move {
            bus.subscribe(&agent).await;
            // Every fourth agent's sessions all go again, the others' stay.
            if round % 4 == 0 {
                bus.unsubscribe(&agent);
            }
        })
    });
    for coming in comings.collect::<Vec<_>>() {
        coming.await.unwrap();
    }
    within(LIMIT, "nobody listens for agent-0", || redis.listeners("bellhop:agent:agent-0") == 0).await;
    for agent in ["agent-1", "agent-2", "agent-3"] {
        a.publish(agent, 1);
        b.hears(agent, &[1]).await;
    }
}

#[tokio::test]
async fn a_session_that_gives_up_while_it_subscribes_leaves_no_subscription() {
    let redis = RedisServer::start();
    let node = Node::redis(&redis.url(), "a").up().await;
    for round in 0..50 {
        let agent = Id::from(format!("agent-{}", round % 5));
        let gave_up = tokio::time::timeout(Duration::from_micros(50), node.bus.subscribe(&agent)).await.is_err();
        if !gave_up {
            node.bus.unsubscribe(&agent);
        }
    }
    for agent in 0..5 {
        let channel = format!("bellhop:agent:agent-{agent}");
        within(LIMIT, "nobody listens", || redis.listeners(&channel) == 0).await;
    }
}

#[tokio::test]
async fn redis_that_is_down_at_the_start_is_no_error_and_is_found_later() {
    let mut redis = RedisServer::start();
    redis.kill();
    let (a, b) = (Node::redis(&redis.url(), "a"), Node::redis(&redis.url(), "b"));
    let began = Instant::now();
    b.subscribe("ana").await;
    a.publish("ana", 1);
    assert!(began.elapsed() < Duration::from_millis(100), "degraded means at once");
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
    assert!(noticed < Duration::from_millis(3_500), "{noticed:?}");
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

#[tokio::test]
async fn nonsense_on_the_channels_is_dropped_and_the_rest_is_heard() {
    let redis = RedisServer::start();
    let (a, b) = (Node::redis(&redis.url(), "a").up().await, Node::redis(&redis.url(), "b").up().await);
    b.subscribe("ana").await;
    let nonsense: [&[u8]; 9] = [
        b"",
        b"{}",
        b"\x01",
        b"\x01\x00\xff",
        b"\x01\x00\x01x",
        b"\x01\x01\x01x{\"control\":\"dance\"}",
        b"\x01\x09\x01x",
        b"\x02\x02\x01x",
        b"\x01\x00\x01x\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xfe",
    ];
    for channel in ["bellhop:agent:ana", "bellhop:control", "bellhop:probe:b"] {
        for message in nonsense {
            redis.publish(channel, message);
        }
    }
    a.publish("ana", 1);
    b.hears("ana", &[1]).await;
    assert_eq!(b.heard.nudges.lock().unwrap().len(), 1);
    assert!(b.heard.controls.lock().unwrap().is_empty());
    assert_eq!(b.bus.state(), BusState::Up);
}

#[tokio::test]
async fn installations_in_two_databases_of_one_server_do_not_hear_each_other() {
    let redis = RedisServer::start();
    let here = Node::redis(&redis.url(), "a").up().await;
    let there = Node::redis(&format!("{}/1", redis.url()), "b").up().await;
    let also_there = Node::redis(&format!("{}/1", redis.url()), "c").up().await;
    for node in [&here, &there, &also_there] {
        node.subscribe("ana").await;
    }
    also_there.bus.control(Control::Refresh { version: 1 });
    also_there.publish("ana", 1);
    there.hears("ana", &[1]).await;
    assert!(here.heard.nudges.lock().unwrap().is_empty());
    assert!(here.heard.controls.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_wrong_address_is_an_error_and_an_unreachable_one_is_not() {
    let start = |url: String| {
        RedisBus::start(RedisOptions {
            url,
            node: "a".into(),
            sink: std::sync::Arc::new(Heard::default()),
            metrics: Metrics::new().unwrap(),
        })
    };
    assert!(start("postgres://127.0.0.1".to_owned()).is_err());
    assert!(start("redis://127.0.0.1:port".to_owned()).is_err());
    assert!(start(format!("redis://127.0.0.1:{}", free_port())).is_ok());
}

#[tokio::test]
async fn one_commit_with_many_nudges_arrives_whole() {
    let redis = RedisServer::start();
    let (a, b) = (Node::redis(&redis.url(), "a").up().await, Node::redis(&redis.url(), "b").up().await);
    b.subscribe("ana").await;
    a.bus.publish((1..=5_000).map(|seq| nudge("ana", seq)).collect());
    b.hears("ana", &(1..=5_000).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn over_tls_nodes_hear_each_other_and_an_unknown_certificate_is_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let (certificate_pem, key_pem) = self_signed();
    std::fs::write(&certificate, certificate_pem).unwrap();
    std::fs::write(&key, key_pem).unwrap();
    let tls_port = free_port().to_string();
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    let _redis = RedisServer::start_with(&[
        "--tls-port",
        &tls_port,
        "--tls-cert-file",
        certificate,
        "--tls-key-file",
        key,
        "--tls-auth-clients",
        "no",
    ]);
    let url = format!("rediss://127.0.0.1:{tls_port}");
    let wary = Node::redis(&url, "wary");
    // The client's own switch for test installations.
    let (a, b) = (
        Node::redis(&format!("{url}/#insecure"), "a").up().await,
        Node::redis(&format!("{url}/#insecure"), "b").up().await,
    );
    b.subscribe("ana").await;
    a.publish("ana", 1);
    b.hears("ana", &[1]).await;
    assert_eq!(wary.bus.state(), BusState::Degraded);
}

fn self_signed() -> (Vec<u8>, Vec<u8>) {
    use openssl::{asn1::Asn1Time, hash::MessageDigest, pkey::PKey, rsa::Rsa, x509::X509};
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut certificate = X509::builder().unwrap();
    certificate.set_version(2).unwrap();
    certificate.set_pubkey(&key).unwrap();
    certificate.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    certificate.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    certificate.sign(&key, MessageDigest::sha256()).unwrap();
    (certificate.build().to_pem().unwrap(), key.private_key_to_pem_pkcs8().unwrap())
}
