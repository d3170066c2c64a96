//! `POST /api/v1/explain` says what the event would do, stores nothing, and agrees with what it then does.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Event, TestHub, assigned, covers, customer_reply, note};

fn body(event: Event) -> Value {
    event.body(|| "explained".to_owned(), || "2026-11-20T09:00:00Z".to_owned())
}

async fn explain(hub: &TestHub, body: Value) -> Vec<Value> {
    let answer = hub.post("/api/v1/explain", body).await.expect(StatusCode::OK);
    answer.body["candidates"].as_array().expect("candidates").clone()
}

#[tokio::test]
async fn explanation_agrees_with_what_is_stored_and_stores_nothing() {
    let hub = TestHub::start().await;
    hub.agent("ben").create().await;
    hub.agent("jane").create().await;
    let event = || assigned("ben").id("evt-1").at("2026-11-20T09:00:00Z");

    let candidates = explain(&hub, body(event())).await;

    let ben = &candidates[0];
    assert_eq!(
        (&ben["recipient"], &ben["kind"], &ben["outcome"]),
        (&json!("ben"), &json!("agent"), &json!("notified"))
    );
    assert_eq!((&ben["reason"], &ben["rule"]), (&json!("assigned"), &json!("ticket.assigned/assignee")));
    assert_eq!(ben["channels"]["bell"], json!({"outcome": "now"}));
    assert_eq!(candidates[1]["recipient"], "jane");
    assert_eq!((&candidates[1]["outcome"], &candidates[1]["why"]), (&json!("skipped"), &json!("actor")));
    assert_eq!(hub.get_as("ben", "/api/v1/me/notifications").await["items"], json!([]));
    let receipt = hub.event(event()).await;
    assert_eq!((&receipt["status"], &receipt["notified"]), (&json!("accepted"), &json!(["ben"])));
    covers(&["R-176"]);
}

#[tokio::test]
async fn whoever_is_not_told_has_a_reason() {
    let hub = TestHub::start().await;
    for (id, status) in [("ana", "active"), ("ben", "inactive"), ("eva", "vacation"), ("tom", "active")] {
        hub.agent(id).status(status).create().await;
    }
    let event = note("@tom and @nobody").assignees(&["ana", "ben", "eva"]).message("mentions", json!(["ghost", "ben"]));
    let event = event.ticket("no_access", json!(["tom"]));
    let candidates = explain(&hub, body(event)).await;
    let why = |id: &str| candidates.iter().find(|c| c["recipient"] == id).map(|c| c["why"].clone()).unwrap_or_default();
    for (id, expected) in [
        ("ana", "category_off"),
        ("ben", "inactive"),
        ("eva", "category_off"),
        ("tom", "no_access"),
        ("ghost", "unknown_agent"),
        ("nobody", "unknown_agent"),
        ("jane", "actor"),
    ] {
        assert_eq!(why(id), expected, "{id}: {candidates:?}");
    }
    assert_eq!(candidates.len(), 7, "each once");
    covers(&["D-04", "D-15"]);
}

#[tokio::test]
async fn settings_beside_the_event_are_tried_out_and_not_kept() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut tried = body(customer_reply().assignees(&["ana"]));
    tried["settings"] = json!({"rules_off": ["message.received/assignee"]});
    assert_eq!(explain(&hub, tried).await[0]["why"], "rule_off");
    assert_eq!(explain(&hub, body(customer_reply().assignees(&["ana"]))).await[0]["outcome"], "notified");
}
