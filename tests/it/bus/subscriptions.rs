//! Who hears what: subscriptions that come and go while nudges pass.

use std::time::Duration;

use bellhop::domain::Id;

use super::{LIMIT, Node, nudge};
use crate::peers::{redis::RedisServer, within};

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
async fn one_commit_with_many_nudges_arrives_whole() {
    let redis = RedisServer::start();
    let (a, b) = (Node::redis(&redis.url(), "a").up().await, Node::redis(&redis.url(), "b").up().await);
    b.subscribe("ana").await;
    a.bus.publish((1..=5_000).map(|seq| nudge("ana", seq)).collect());
    b.hears("ana", &(1..=5_000).collect::<Vec<_>>()).await;
}
