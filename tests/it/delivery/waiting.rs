//! Channels that fail: what waits, what ends, and what the breaker leaves alone.

use std::time::Duration;

use bellhop::delivery::Outcome;
use serde_json::json;

use super::{HOUR, MINUTE, Office, SECOND};
use crate::harness::{HubOptions, SOON, covers, customer_reply, eventually, mention};

fn later(after: Option<Duration>) -> Outcome {
    Outcome::Later { why: "busy", detail: "try later".to_owned(), after }
}

#[tokio::test]
async fn a_mail_server_that_is_down_for_an_hour_gets_everything_afterwards_once() {
    let office = Office::usual().await;
    for agent in ["ana", "ben", "cem", "dia", "eva", "fay", "gus"] {
        office.hub.agent(agent).create().await;
        office.hub.event(mention(agent)).await;
    }
    office.email.set_down(true);
    office.after(SECOND).await;
    for _ in 0..60 {
        office.after(MINUTE).await;
    }
    assert!(office.email.taken().is_empty());

    office.email.set_down(false);
    for _ in 0..40 {
        office.after(MINUTE).await;
    }
    let mut reached: Vec<String> = office.email.taken().iter().map(|job| job.recipient().to_string()).collect();
    reached.sort();
    assert_eq!(reached, ["ana", "ben", "cem", "dia", "eva", "fay", "gus"]);
}

#[tokio::test]
async fn the_other_side_says_when_to_come_back() {
    let office = Office::usual().await;
    office.agent_with_phone("ana").await;
    office.push.answers([later(Some(Duration::from_secs(600)))]);
    office.hub.event(mention("ana").id("evt-1")).await;
    office.after(SECOND).await;
    assert_eq!(office.states("evt-1", "ana", "web_push").await, [("planned".to_owned(), json!("busy"))]);

    office.after(9 * MINUTE).await;
    assert!(office.push.taken().is_empty());
    office.after(3 * MINUTE).await;
    assert_eq!(office.push.taken().len(), 1);
    assert_eq!(office.push.taken()[0].attempt, 2);
}

#[tokio::test]
async fn what_fails_for_good_is_not_tried_again() {
    let office = Office::usual().await;
    office.agent_with_phone("ana").await;
    office.push.answers([Outcome::Failed { why: "too_large", detail: "413".to_owned() }]);
    office.hub.event(mention("ana").id("evt-1")).await;
    office.after(SECOND).await;
    office.after(HOUR).await;

    assert_eq!(office.states("evt-1", "ana", "web_push").await, [("failed".to_owned(), json!("too_large"))]);
    assert!(office.push.taken().is_empty());
}

#[tokio::test]
async fn what_nobody_took_within_a_day_expires() {
    let office = Office::usual().await;
    office.agent_with_phone("ana").await;
    office.push.set_down(true);
    office.hub.event(mention("ana").id("evt-1")).await;
    for _ in 0..30 {
        office.after(HOUR).await;
    }

    assert_eq!(office.states("evt-1", "ana", "web_push").await, [("expired".to_owned(), json!("too_late"))]);
}

#[tokio::test]
async fn emails_on_schedule_wait_for_the_scheduler_and_hold_the_whole_conversation() {
    let scheduled = HubOptions::default().with("BELLHOP_EMAIL__ON_SCHEDULE", "true");
    let office = Office::open(scheduled).await;
    office.hub.agent("ana").create().await;
    office.without_message_alerts().await;
    for number in 0..4 {
        let reply = customer_reply().assignees(&["ana"]).message("id", json!(format!("Comment-{number}")));
        let id = format!("evt-{number}");
        office.hub.event(reply.id(&id)).await;
        office.hub.clock().advance(10 * MINUTE);
        // The planner goes on; the worker of emails does not run by itself.
        eventually("it is planned", SOON, async || !office.states(&id, "ana", "email").await.is_empty()).await;
    }
    assert!(office.email.taken().is_empty(), "nobody called yet");

    office.run().await;
    let emails = office.email.taken();
    assert_eq!(emails.iter().map(|job| job.entries.len()).collect::<Vec<_>>(), [4]);
    assert_eq!(office.run().await, 0, "called again it sends nothing twice");
    assert_eq!(office.email.taken().len(), 1);
    covers(&["R-221", "R-222", "R-223"]);
}
