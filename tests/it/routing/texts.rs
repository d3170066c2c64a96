//! The exact words on the way through the whole hub, in both wordings.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{
    ADMIN_KEY, Event, TestHub, assigned, assigned_by_rule, covers, critical, customer_reply, escalated, event, mention,
    reopened,
};

/// Settings of the installation, merged over what is there.
pub async fn settings(hub: &TestHub, change: Value) {
    hub.send(Method::PATCH, "/api/v1/settings", ADMIN_KEY, Some(change)).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn each_event_rings_with_its_own_words() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").role("pm").connect().await;
    let number = |event: Event| event.ticket("number", json!("004711")).ticket("pm", json!("ana"));
    for (event, reason, title) in [
        (assigned("ana"), "assigned", "Ticket #004711 assigned to you"),
        (customer_reply(), "customer_reply", "New reply on #004711 from Carla Reis"),
        (escalated("normal"), "escalated", "🚨 Ticket #004711 escalated"),
        (critical(), "ai_critical", "🔴 CRITICAL: #004711"),
        (event("ticket.budget_locked"), "over_budget", "⚠️ Budget lock on #004711"),
        (event("ticket.doc_review_requested"), "doc_review", "📋 Doc review: #004711"),
        // At another time than the reply: it is another act of the customer's.
        (reopened(&["ana"]).at("2026-01-01T00:00:00Z"), "reopened", "Ticket #004711 reopened by customer"),
    ] {
        hub.event(number(event)).await;
        assert_eq!(ana.expect_notification(reason).await["title"], title);
    }
    covers(&["R-023", "R-024", "R-025", "R-026", "R-027", "R-028", "R-029", "D-03"]);
}

#[tokio::test]
async fn frappes_words_say_who_did_it() {
    let hub = TestHub::start().await;
    settings(&hub, json!({"wording": "frappe"})).await;
    let mut ana = hub.agent("ana").connect().await;

    hub.event(assigned_by_rule("ana")).await;
    let entry = ana.expect_notification("assignment").await;
    assert_eq!(entry["title"], "Ticket #123 assigned via assignment rule");
    assert_eq!((&entry["actor"]["kind"], &entry["actor"]["name"]), (&json!("system"), &json!("System")));

    hub.event(assigned("ana")).await;
    let entry = ana.expect_notification("assignment").await;
    assert_eq!(entry["title"], "Jane Smith assigned ticket #123 to you");
    assert_eq!(entry["actor"]["id"], "jane");

    hub.event(customer_reply()).await;
    let entry = ana.expect_notification("reaction").await;
    assert_eq!(
        (&entry["reason"], &entry["actor"]["name"]),
        (&json!("customer_reply"), &json!("system (on behalf of customer)"))
    );

    hub.event(reopened(&["ana"]).at("2026-01-01T00:00:00Z")).await;
    let entry = ana.expect_notification("reaction").await;
    assert_eq!(entry["title"], "Ticket #123 reopened by customer");
    assert_eq!((&entry["reason"], &entry["actor"]["kind"]), (&json!("reopened"), &json!("system")));
    covers(&["R-094", "R-095", "R-101", "R-102", "D-02", "D-03"]);
}

#[tokio::test]
async fn a_notification_is_a_record_of_who_what_where_and_when() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;
    hub.event(mention("ana").ticket("url", json!("https://desk.example.com/tickets/123"))).await;
    let entry = ana.expect_notification("mention").await;
    assert_eq!(entry["actor"], json!({"kind": "agent", "id": "jane", "name": "Jane Smith", "avatar_url": null}));
    assert_eq!(entry["ticket"], json!({"id": "HD-00123", "number": "123", "subject": "Login Issue"}));
    assert_eq!(entry["comment"], json!({"id": "Comment-00789"}));
    assert_eq!(entry["url"], "https://desk.example.com/tickets/123#Comment-00789");
    assert_eq!((&entry["category"], &entry["read_at"]), (&json!("mention"), &Value::Null));
    assert!(entry["created_at"].as_str().is_some_and(|at| at.ends_with('Z')));
    assert_eq!(entry["title"], "Jane Smith mentioned you on #123");
    assert!(entry["body"].as_str().is_some_and(|body| body.contains("Have you seen this error before?")));
    let theirs = hub.get_as("ana", "/api/v1/me/notifications").await;
    assert_eq!(theirs["items"].as_array().map(Vec::len), Some(1), "the recipient is whose inbox it is in");
    covers(&["R-085", "R-086", "R-087", "R-088", "R-089", "R-091", "R-092", "R-098", "R-099"]);
}

#[tokio::test]
async fn an_administrators_words_replace_ours_and_broken_ones_do_not() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;
    settings(&hub, json!({"texts": {"ticket.assigned/assigned": "Yours now: {{ subject }}"}})).await;
    hub.event(assigned("ana")).await;
    assert_eq!(ana.expect_notification("assignment").await["title"], "Yours now: Login Issue");
    let broken = json!({"texts": {"ticket.assigned/assigned": "{{ nobody_knows }}"}});
    let answer = hub.send(Method::PATCH, "/api/v1/settings", ADMIN_KEY, Some(broken)).await;
    answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
    hub.event(assigned("ana")).await;
    assert_eq!(ana.expect_notification("assignment").await["title"], "Yours now: Login Issue");
    covers(&["D-03"]);
}
