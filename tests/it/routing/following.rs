//! Watching a ticket, being made to watch it, and what one's preferences have to say about it.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::harness::{TestHub, assigned, covers, customer_reply, escalated, event, mention, note, token, viewed};

/// Follows a ticket, or stops, as the button on its page does.
async fn watch(hub: &TestHub, agent: &str, ticket: &str, on: bool) {
    let method = if on { Method::PUT } else { Method::DELETE };
    let answer = hub.send(method, &format!("/api/v1/me/watches/{ticket}"), &token(agent), None).await;
    assert!(answer.status.is_success(), "{}", answer.body);
}

async fn prefer(hub: &TestHub, agent: &str, category: &str, choice: &str) {
    let body = json!({"categories": {category: choice}});
    let answer = hub.send(Method::PUT, "/api/v1/me/preferences", &token(agent), Some(body)).await;
    answer.expect(StatusCode::OK);
}

#[tokio::test]
async fn watcher_hears_the_customer_and_nobody_else() {
    let hub = TestHub::start().await;
    let mut eva = hub.agent("eva").connect().await;
    hub.event(event("ticket.created")).await;
    hub.event(event("ticket.created").on_ticket("HD-7")).await;
    watch(&hub, "eva", "HD-00123", true).await;

    hub.event(customer_reply()).await;
    let entry = eva.expect_notification("watching").await;
    assert_eq!((&entry["type"], &entry["category"]), (&json!("reaction"), &json!(null)));
    assert_eq!(entry["title"], "New reply on #123 from Carla Reis");

    hub.event(note("internal")).await;
    hub.event(assigned("ben")).await;
    hub.event(event("ticket.transferred").ticket("department", json!("sales"))).await;
    hub.event(customer_reply().on_ticket("HD-7")).await;
    eva.expect_nothing().await;

    prefer(&hub, "eva", "new_client_message", "off").await;
    hub.event(customer_reply()).await;
    eva.expect_notification("watching").await;

    watch(&hub, "eva", "HD-00123", false).await;
    hub.event(customer_reply()).await;
    eva.expect_nothing().await;
    covers(&["R-030", "R-050", "R-053", "R-054", "R-055", "R-058"]);
}

#[tokio::test]
async fn assignee_who_watches_too_gets_one_notification() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;
    hub.event(assigned("ana")).await;
    ana.expect_notification("assignment").await;
    watch(&hub, "ana", "HD-00123", true).await;

    let receipt = hub.event(customer_reply().assignees(&["ana"])).await;

    assert_eq!(receipt["notified"], json!(["ana"]));
    ana.expect_notification("customer_reply").await;
    ana.expect_nothing().await;
    covers(&["R-060", "R-190"]);
}

#[tokio::test]
async fn escalation_makes_watchers_and_only_another_one_renews_them() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;
    let mut pia = hub.agent("pia").role("pm").connect().await;
    hub.event(escalated("normal").assignees(&["ana"]).ticket("pm", json!("pia"))).await;
    ana.expect_notification("escalation").await;
    pia.expect_notification("escalation").await;

    hub.event(event("ticket.unassigned").assignees(&[]).ticket("pm", json!(null))).await;
    hub.event(customer_reply()).await;
    ana.expect_notification("watching").await;
    pia.expect_notification("watching").await;

    watch(&hub, "ana", "HD-00123", false).await;
    hub.event(assigned("ana")).await;
    ana.expect_notification("assignment").await;
    hub.event(event("ticket.unassigned").assignees(&[])).await;
    hub.event(customer_reply()).await;
    ana.expect_nothing().await;

    hub.event(escalated("emergency").assignees(&["ana"])).await;
    let entry = ana.expect_notification("escalation").await;
    assert_eq!(entry["priority"], "urgent");
    hub.event(event("ticket.unassigned").assignees(&[])).await;
    hub.event(customer_reply()).await;
    ana.expect_notification("watching").await;
    covers(&["R-025", "R-056", "R-057"]);
}

#[tokio::test]
async fn your_ticket_is_the_one_you_are_assigned_to() {
    let hub = TestHub::start().await;
    hub.directory(json!({"departments": [{"id": "support", "name": "Support"}]})).await;
    let mut ana = hub.agent("ana").department("support").connect().await;
    let mut ben = hub.agent("ben").department("support").connect().await;
    let department = |event: crate::harness::Event| event.ticket("department", json!("support"));
    hub.event(department(assigned("ana"))).await;
    hub.event(department(customer_reply())).await;
    hub.event(department(escalated("normal"))).await;
    hub.event(department(crate::harness::critical())).await;
    for reason in ["assigned", "customer_reply", "escalated", "ai_critical"] {
        ana.expect_notification(reason).await;
    }
    ben.expect_nothing().await;
    covers(&["R-071"]);
}

#[tokio::test]
async fn preference_counts_from_the_next_event_on() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;
    hub.event(note("first").assignees(&["ana"])).await;
    ana.expect_nothing().await;
    prefer(&hub, "ana", "note_added", "on").await;
    hub.event(note("second").assignees(&["ana"])).await;
    ana.expect_notification("note_added").await;
    prefer(&hub, "ana", "note_added", "off").await;
    hub.event(note("third").assignees(&["ana"])).await;
    ana.expect_nothing().await;
    covers(&["R-069", "R-072", "R-084"]);
}

#[tokio::test]
async fn viewing_the_ticket_reads_what_was_told_about_it() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;
    hub.event(mention("ana")).await;
    hub.event(mention("ana").on_ticket("HD-7")).await;
    ana.expect_notification("mention").await;
    ana.expect_notification("mention").await;
    hub.event(viewed("ana")).await;
    ana.expect_changed("read").await;
    assert_eq!(ana.inbox.counts.unread, 1, "the other ticket's stays");
    hub.assert_same(&mut ana).await;
    covers(&["R-047", "R-111"]);
}

#[tokio::test]
async fn entry_put_to_sleep_until_the_reply_wakes_with_it() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;
    hub.event(assigned("ana")).await;
    let entry = ana.expect_notification("assignment").await;
    ana.act("snooze", json!({"ids": [entry["id"]], "until": "reply"})).await;
    assert_eq!(ana.inbox.counts.unread, 0);
    hub.event(note("nothing new")).await;
    ana.expect_nothing().await;
    hub.event(customer_reply()).await;
    ana.settle().await;
    assert_eq!(ana.inbox.counts.unread, 2, "the reply, and what waited for it");
    hub.assert_same(&mut ana).await;
}

#[tokio::test]
async fn vacation_keeps_a_quiet_entry_and_inactivity_nothing() {
    let hub = TestHub::start().await;
    hub.agent("ana").status("vacation").create().await;
    hub.agent("ben").status("inactive").create().await;
    let receipt = hub.event(customer_reply().assignees(&["ana", "ben", "ghost"])).await;
    assert_eq!(receipt["status"], "accepted");
    let kept = hub.get_as("ana", "/api/v1/me/notifications").await;
    assert_eq!(kept["items"].as_array().map(Vec::len), Some(1));
    covers(&["D-15"]);
}
