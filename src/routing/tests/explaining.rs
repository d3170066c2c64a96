//! The decision as JSON: the shape of the interface, and that it says what was stored.

use serde_json::{Value, json};

use crate::{
    domain::{
        directory::AgentStatus,
        plan::{Facts, Router},
    },
    routing::testing::{World, event},
};

fn explain(world: &World, kind: &str, data: Value) -> Value {
    let event = event(kind, serde_json::from_value(data).expect("the test's data has the shape"));
    let facts = Facts { event: &event, ticket: Some(&world.ticket), contact: None, snapshot: &world.snapshot, now: 0 };
    let plan = world.engine.route(facts);
    let kept: Value = serde_json::from_str(&plan.explanation).expect("the explanation is JSON");
    let answered = serde_json::to_value(world.engine.explain(&facts)).expect("the answer is JSON");
    assert_eq!(json!({"candidates": kept}), answered);
    answered
}

#[test]
fn each_candidate_has_the_shape_of_the_interface() {
    let world = World::with_agents(&["ben", "jane", "pia"]).assigned_to(&["ben"]).with_pm("pia");
    let by_jane = json!({"actor": {"kind": "agent", "id": "jane"}});
    assert_eq!(
        explain(&world, "ticket.assigned", by_jane),
        json!({"candidates": [
            {"recipient": "ben", "kind": "agent", "outcome": "notified", "reason": "assigned",
             "rule": "ticket.assigned/assignee", "category": "ticket_assigned",
             "channels": {"bell": {"outcome": "now"}, "web_push": {"outcome": "if_unacknowledged", "after_ms": 10000},
                          "email": {"outcome": "if_unacknowledged", "after_ms": 120000},
                          "sms": {"outcome": "skipped", "why": "not_pm"}}},
            {"recipient": "jane", "kind": "agent", "outcome": "skipped", "why": "actor"}
        ]})
    );
    let escalated = explain(&world, "ticket.escalated", json!({}));
    assert_eq!(escalated["candidates"][1]["channels"]["sms"], json!({"outcome": "skipped", "why": "no_policy"}));
}

#[test]
fn a_vacation_is_stored_and_a_switched_off_channel_says_so() {
    let mut world =
        World::with_agents(&["ana", "ben"]).assigned_to(&["ana", "ben"]).with_status("ana", AgentStatus::Vacation);
    let channels = &mut world.snapshot.preferences.entry("ben".into()).or_default().channels;
    channels.insert("web_push".into(), false);
    channels.insert("email".into(), false);
    let answer = explain(&world, "ticket.overdue", json!({}));
    let skipped = |why: &str| json!({"outcome": "skipped", "why": why});
    let ana = &answer["candidates"][0];
    assert_eq!((&ana["outcome"], &ana["why"]), (&json!("stored"), &json!("vacation")));
    assert_eq!(ana["channels"]["bell"], json!({"outcome": "stored"}));
    assert_eq!(ana["channels"]["email"], skipped("vacation"));
    let ben = &answer["candidates"][1]["channels"];
    assert_eq!((&ben["web_push"], &ben["email"]), (&skipped("channel_off"), &skipped("channel_off")));
    let world = world.change("ben", |agent| agent.email = None);
    assert_eq!(
        explain(&world, "ticket.overdue", json!({}))["candidates"][1]["channels"]["email"],
        skipped("no_address")
    );
}

#[test]
fn a_watcher_has_no_category_to_switch_off() {
    let world = World::with_agents(&["eva"]).watched_by(&["eva"]);
    let answer = explain(&world, "message.received", json!({}));
    assert_eq!(answer["candidates"][0]["category"], Value::Null);
    assert_eq!(answer["candidates"][0]["reason"], "watching");
}

#[test]
fn names_that_json_has_to_escape_are_escaped() {
    let odd = "a\"b\\c\nd";
    let world = World::with_agents(&[odd, "é"]).assigned_to(&[odd, "é"]);
    let answer = explain(&world, "ticket.overdue", json!({}));
    assert_eq!(
        (&answer["candidates"][0]["recipient"], &answer["candidates"][1]["recipient"]),
        (&json!(odd), &json!("é"))
    );
}

/// How long routing takes: `cargo test --release -- --ignored routing_is_fast --nocapture`.
#[test]
#[ignore = "a measurement, not a test: it says how long routing takes on this machine"]
#[expect(clippy::print_stdout, reason = "the figure is what it is run for")]
fn routing_is_fast() {
    for count in [1_usize, 10, 5_000] {
        let ids: Vec<String> = (0..count).map(|n| format!("agent-{n}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let world = World::with_agents(&ids).assigned_to(&ids);
        let data =
            json!({"actor": {"kind": "customer", "name": "Carla"}, "message": {"id": "m", "text": "Still broken."}});
        let event = event("message.received", serde_json::from_value(data).expect("data"));
        let facts =
            Facts { event: &event, ticket: Some(&world.ticket), contact: None, snapshot: &world.snapshot, now: 0 };
        let decided = best_of(20_000 / count.min(1_000), || drop(std::hint::black_box(world.engine.decide(&facts))));
        let routed = best_of(20_000 / count.min(1_000), || drop(std::hint::black_box(world.engine.route(facts))));
        println!("{count} candidates: decide {decided:?}, with the explanation {routed:?}");
    }
}

/// The shortest of so many runs: what it takes when nothing else has the processor.
fn best_of(runs: usize, mut run: impl FnMut()) -> std::time::Duration {
    let once = || {
        let start = std::time::Instant::now();
        run();
        start.elapsed()
    };
    std::iter::repeat_with(once).take(runs).min().unwrap_or_default()
}
