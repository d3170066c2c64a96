//! What every bus promises, written once and run on each: at most once, in order for one agent, own node at once, never
//! waiting for anybody.

use std::time::{Duration, Instant};

use bellhop::domain::nudge::Control;

use super::{LIMIT, Node, nudge};
use crate::peers::{redis::RedisServer, within};

/// The nodes of one installation: one with the local bus, two with Redis.
struct Nodes {
    nodes: Vec<Node>,
    _redis: Option<RedisServer>,
}

impl Nodes {
    fn on_local() -> Nodes {
        Nodes { nodes: vec![Node::local()], _redis: None }
    }

    async fn on_redis() -> Nodes {
        let redis = RedisServer::start();
        let nodes = vec![Node::redis(&redis.url(), "a").up().await, Node::redis(&redis.url(), "b").up().await];
        Nodes { nodes, _redis: Some(redis) }
    }

    async fn all_subscribe(&self, agent: &str) {
        for node in &self.nodes {
            node.subscribe(agent).await;
        }
    }
}

macro_rules! on_every_bus {
    ($($story:ident),+ $(,)?) => {
        mod local {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() { super::$story(super::Nodes::on_local()).await })+
        }
        mod redis {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() { super::$story(super::Nodes::on_redis().await).await })+
        }
    };
}

on_every_bus! {
    the_own_node_has_heard_when_publish_returns,
    every_node_with_a_session_hears_in_order,
    a_nudge_arrives_with_all_its_members,
    an_order_reaches_every_node,
    subscriptions_of_one_agent_are_counted,
    publishing_waits_for_nobody,
    a_subscription_is_confirmed_when_subscribe_returns,
}

async fn the_own_node_has_heard_when_publish_returns(nodes: Nodes) {
    nodes.nodes[0].publish("ana", 1);
    assert_eq!(nodes.nodes[0].heard.of("ana"), [1]);
}

async fn every_node_with_a_session_hears_in_order(nodes: Nodes) {
    nodes.all_subscribe("ana").await;
    nodes.all_subscribe("ben").await;
    for seq in 1..=2_000 {
        nodes.nodes[0].publish("ana", seq);
        nodes.nodes[0].publish("ben", seq);
    }
    let all: Vec<i64> = (1..=2_000).collect();
    for node in &nodes.nodes {
        node.hears("ana", &all).await;
        node.hears("ben", &all).await;
    }
}

async fn a_nudge_arrives_with_all_its_members(nodes: Nodes) {
    nodes.all_subscribe("ana").await;
    nodes.nodes[0].publish("ana", 42);
    for node in &nodes.nodes {
        node.hears("ana", &[42]).await;
        assert_eq!(*node.heard.nudges.lock().unwrap(), [nudge("ana", 42)]);
    }
}

async fn an_order_reaches_every_node(nodes: Nodes) {
    let orders = [
        Control::EndSessions { agent: "ana".into() },
        Control::Refresh { version: 7 },
        Control::Reset { agent: "ben".into(), floor_seq: 12 },
    ];
    for order in &orders {
        nodes.nodes[0].bus.control(order.clone());
    }
    assert_eq!(*nodes.nodes[0].heard.controls.lock().unwrap(), orders, "the own node at once");
    for node in &nodes.nodes {
        within(LIMIT, "the orders arrive", || *node.heard.controls.lock().unwrap() == orders).await;
    }
}

async fn subscriptions_of_one_agent_are_counted(nodes: Nodes) {
    nodes.all_subscribe("ana").await;
    nodes.all_subscribe("ana").await;
    for node in &nodes.nodes {
        node.bus.unsubscribe(&"ana".into());
    }
    nodes.nodes[0].publish("ana", 1);
    for node in &nodes.nodes {
        node.hears("ana", &[1]).await;
    }
}

async fn publishing_waits_for_nobody(nodes: Nodes) {
    nodes.all_subscribe("ana").await;
    let mut slowest = Duration::ZERO;
    for seq in 1..=20_000 {
        let began = Instant::now();
        nodes.nodes[0].publish("ana", seq);
        slowest = slowest.max(began.elapsed());
    }
    assert!(slowest < Duration::from_millis(500), "one publication took {slowest:?}");
    assert_eq!(nodes.nodes[0].heard.of("ana").len(), 20_000);
}

async fn a_subscription_is_confirmed_when_subscribe_returns(nodes: Nodes) {
    let last = nodes.nodes.len() - 1;
    for round in 0..200 {
        let agent = format!("agent-{round}");
        nodes.nodes[last].subscribe(&agent).await;
        nodes.nodes[0].publish(&agent, 1);
        nodes.nodes[last].hears(&agent, &[1]).await;
    }
}
