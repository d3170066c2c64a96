//! The three stories of the Frappe helpdesk, as its documents tell them, and teams.

use serde_json::json;

use super::texts::settings;
use crate::harness::{TestHub, assigned_by_rule, covers, customer_reply, event, note, viewed};

#[tokio::test]
async fn asking_a_colleague() {
    let hub = TestHub::start().await;
    settings(&hub, json!({"categories": {"emoji_reaction": "on"}})).await;
    let mut a = hub.agent("agent-a").connect().await;
    let mut b = hub.agent("agent-b").connect().await;
    let on_ticket = |event: crate::harness::Event| event.assignees(&["agent-a"]).ticket("url", json!("/tickets/123"));

    hub.event(on_ticket(note("@agent-b Have you seen this error before?").by("agent-a"))).await;
    let entry = b.expect_notification("mention").await;
    assert_eq!(entry["url"], "/tickets/123#Comment-00789");
    assert_eq!(entry["actor"]["id"], "agent-a");
    let ticket = hub.get_as("agent-a", "/api/v1/me/notifications").await;
    assert_eq!(ticket["items"], json!([]), "a mention is no assignment, and one's own note no news");

    hub.event(viewed("agent-b")).await;
    b.expect_changed("read").await;
    let comment = json!({"id": "Comment-00789", "author": "agent-a"});
    hub.event(on_ticket(event("comment.reacted").by("agent-b").data("comment", comment).data("emoji", json!("👍"))))
        .await;
    let entry = a.expect_notification("reaction").await;
    assert_eq!(entry["title"], "👍 reacted to your comment");
    assert_eq!(entry["comment"]["id"], "Comment-00789");
    assert_eq!(entry["actor"]["id"], "agent-b");
    a.expect_nothing().await;
    b.expect_nothing().await;
    covers(&["R-097", "R-098", "R-099", "R-100", "R-104", "R-105", "R-109"]);
}

#[tokio::test]
async fn escalating_to_the_second_tier() {
    let hub = TestHub::start().await;
    let mut a = hub.agent("agent-a").connect().await;
    let mut b = hub.agent("agent-b").connect().await;
    let mut tom = hub.agent("tom").connect().await;
    hub.directory(
        json!({"teams": [{"id": "T2", "name": "Tier 2", "members": [{"agent": "agent-b"}, {"agent": "tom"}]}]}),
    )
    .await;

    hub.event(event("ticket.created").by_customer("carla", "Carla Reis")).await;
    hub.event(assigned_by_rule("agent-a")).await;
    a.expect_notification("assigned").await;

    let to_team = json!({"agents": ["agent-b"], "team": "T2", "by_rule": true});
    hub.event(event("ticket.unassigned").assignees(&[])).await;
    hub.event(event("ticket.assigned").assignees(&["agent-b"]).ticket("team", json!("T2")).data("assigned", to_team))
        .await;
    let entry = b.expect_notification("assigned").await;
    assert_eq!(entry["type"], "assignment");
    let entry = tom.expect_notification("team_assigned").await;
    assert_eq!(entry["title"], "Ticket #123 assigned to team Tier 2");
    // No news for who lost it: what they had open about it is settled, and that is all.
    a.expect_changed("resolve").await;
    a.expect_nothing().await;
    b.expect_nothing().await;
    covers(&["R-094", "R-106", "R-107", "R-109", "R-110"]);
}

#[tokio::test]
async fn customer_coming_back() {
    let hub = TestHub::start().await;
    let mut a = hub.agent("agent-a").connect().await;
    hub.event(assigned_by_rule("agent-a").ticket("url", json!("https://desk.example.com/tickets/123"))).await;
    a.expect_notification("assigned").await;
    hub.event(event("ticket.closed").by("agent-a")).await;

    hub.event(customer_reply().data("reopened", json!(true)).ticket("status", json!("Reopened"))).await;

    let entry = a.expect_notification("reopened").await;
    assert_eq!(entry["type"], "reaction");
    assert_eq!(entry["title"], "Ticket #123 reopened by customer");
    assert_eq!(entry["body"], "It still does not work.");
    assert_eq!(entry["url"], "https://desk.example.com/tickets/123#Comment-00790");
    a.expect_nothing().await;
    covers(&["R-037", "R-101", "R-102", "R-108", "R-109"]);
}
