//! What an event does beside notifications: watches, entries read by viewing, entries woken by the customer.

use serde_json::json;

use crate::{
    domain::{
        Id,
        act::{Op, Selector},
        directory::AgentStatus,
    },
    routing::{Decision, testing::World},
    testkit::covers,
};

fn watched(decision: &Decision) -> Vec<&str> {
    decision.watches.iter().map(|watch| &*watch.agent).collect()
}

/// Who is concerned by an act, by name.
fn acting(decision: &Decision, op: Op) -> Vec<&str> {
    let mut agents: Vec<&str> =
        decision.acts.iter().filter(|(_, done, _)| *done == op).map(|(agent, ..)| &**agent).collect();
    agents.sort_unstable();
    agents
}

#[test]
fn an_escalation_makes_assignees_and_project_manager_watchers() {
    let world = World::with_agents(&["ana", "ben", "pia"]).assigned_to(&["ana", "ben"]).with_pm("pia");
    for escalation in ["normal", "emergency"] {
        let decision = world.on("ticket.escalated", json!({"escalation": escalation}));
        assert_eq!(watched(&decision), ["ana", "ben", "pia"]);
        assert!(decision.watches.iter().all(|watch| watch.active && watch.auto));
    }
    for kind in ["ticket.assigned", "message.received", "ticket.overdue", "ticket.transferred"] {
        assert!(world.on(kind, json!({})).watches.is_empty(), "{kind}");
    }
    covers(&["R-056"]);
}

#[test]
fn only_an_escalation_renews_a_watch_that_was_ended() {
    let mut world = World::with_agents(&["ana", "ben"]).assigned_to(&["ana", "ben"]).watched_by(&["ana", "ben"]);
    world.ticket.watches[0].active = false;
    assert!(world.on("message.received", json!({})).watches.is_empty());
    let decision = world.on("ticket.escalated", json!({}));
    assert_eq!(watched(&decision), ["ana"], "ben's own watch stays as it is");
    covers(&["R-057"]);
}

#[test]
fn nobody_follows_who_cannot_be_told() {
    let mut world = World::with_agents(&["ana", "ben", "eva"])
        .assigned_to(&["ana", "ben", "eva", "ghost", "eva"])
        .with_status("ana", AgentStatus::Inactive);
    world.ticket.no_access = vec!["ben".into()];
    assert_eq!(watched(&world.on("ticket.escalated", json!({}))), ["eva"]);
}

#[test]
fn the_one_who_escalates_their_own_ticket_follows_it_too() {
    let world = World::with_agents(&["ana"]).assigned_to(&["ana"]);
    let decision = world.on("ticket.escalated", json!({"actor": {"kind": "agent", "id": "ana"}}));
    assert!(decision.drafts.is_empty());
    assert_eq!(watched(&decision), ["ana"]);
}

#[test]
fn viewing_a_ticket_reads_the_viewers_notifications_of_it() {
    let world = World::with_agents(&["ana", "ben"]).assigned_to(&["ana", "ben"]);
    let decision = world.on("ticket.viewed", json!({"actor": {"kind": "agent", "id": "ana"}}));
    let expected = (Id::from("ana"), Op::Read, Selector::Ticket { ticket: "HD-00123".into() });
    assert_eq!(decision.acts, [expected]);
    assert!(decision.drafts.is_empty() && decision.candidates.is_empty());
    assert!(world.on("ticket.viewed", json!({"actor": {"kind": "agent", "id": "ghost"}})).acts.is_empty());
    assert!(world.on("ticket.viewed", json!({"actor": {"kind": "customer", "id": "ana"}})).acts.is_empty());
    covers(&["R-047", "R-111"]);
}

#[test]
fn the_customers_reply_wakes_whoever_waits_for_it() {
    let world = World::with_agents(&["ana", "eva", "pia", "tom"])
        .assigned_to(&["ana"])
        .watched_by(&["eva", "ana"])
        .with_pm("pia");
    let data = json!({"message": {"mentions": ["tom"]}});
    assert_eq!(acting(&world.on("message.received", data), Op::Wake), ["ana", "eva", "pia", "tom"]);
    let mut chat = world;
    chat.ticket.channel = Some("chat".to_owned());
    assert_eq!(acting(&chat.on("message.received", json!({})), Op::Wake), ["ana", "eva", "pia"], "each once");
    let world = chat;
    for automatic in ["auto_reply", "bounce"] {
        assert!(world.on("message.received", json!({automatic: true})).acts.is_empty(), "{automatic}");
    }
    assert!(world.on("reply.sent", json!({})).acts.is_empty());
}
