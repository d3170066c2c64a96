//! What keeps somebody from being told: who they are, where they are, what they chose, what an administrator chose.

use serde_json::json;

use crate::{
    domain::{directory::AgentStatus, preferences::Choice},
    routing::testing::World,
    testkit::covers,
};

fn reply() -> serde_json::Value {
    json!({"actor": {"kind": "customer", "name": "Carla Reis"}, "message": {"text": "hi"}})
}

#[test]
fn nobody_hears_of_their_own_act() {
    let world = World::with_agents(&["ana", "ben"]).assigned_to(&["ana", "ben"]).with_pm("ana").choosing(
        "ana",
        "note_added",
        "on",
    );
    for kind in ["note.added", "reply.sent", "ticket.escalated", "ticket.budget_locked", "ticket.overdue"] {
        let data = json!({"actor": {"kind": "agent", "id": "ana"}, "message": {"mentions": ["ana"]}});
        let decision = world.on(kind, data);
        assert!(decision.drafts.iter().all(|draft| &*draft.agent != "ana"), "{kind}");
        let own: Vec<_> = decision.summary().into_iter().filter(|line| line.starts_with("ana ")).collect();
        assert!(own.len() == 1 && own[0].ends_with(" actor"), "{kind}: {own:?}");
    }
    covers(&["D-04"]);
}

#[test]
fn inactive_agents_get_nothing_and_those_on_vacation_a_quiet_entry() {
    let world = World::with_agents(&["ana", "ben", "eva"])
        .assigned_to(&["ana", "ben", "eva"])
        .with_status("ana", AgentStatus::Inactive)
        .with_status("ben", AgentStatus::Vacation);
    let decision = world.on("message.received", reply());
    let expected = ["ana customer_reply inactive", "ben customer_reply vacation", "eva customer_reply notified"];
    assert_eq!(decision.summary(), expected);
    assert!(decision.draft_for("ben").quiet);
    assert!(!decision.draft_for("eva").quiet);
    assert_eq!(decision.drafts.len(), 2);
    covers(&["D-15"]);
}

#[test]
fn agents_whom_nobody_knows_are_named_in_the_explanation() {
    let world = World::with_agents(&["ana"]).assigned_to(&["ana", "ghost"]);
    let decision = world.on("note.added", json!({"message": {"text": "@nobody", "mentions": ["other"]}}));
    let expected = [
        "ana note_added category_off",
        "ghost note_added unknown_agent",
        "nobody mentioned unknown_agent",
        "other mentioned unknown_agent",
    ];
    assert_eq!(decision.summary(), expected);
}

#[test]
fn who_may_not_see_the_ticket_does_not_hear_of_it() {
    let mut world = World::with_agents(&["ana", "ben"]).assigned_to(&["ana"]);
    world.ticket.no_access = vec!["ben".into()];
    let decision = world.on("note.added", json!({"message": {"mentions": ["ben"]}}));
    assert_eq!(decision.summary(), ["ana note_added category_off", "ben mentioned no_access"]);
}

#[test]
fn what_the_bot_answered_rings_no_bell() {
    let world = World::with_agents(&["ana", "eva"]).assigned_to(&["ana"]).watched_by(&["eva"]);
    let mut data = reply();
    data["bot_answered"] = true.into();
    let decision = world.on("message.received", data);
    assert_eq!(decision.summary(), ["ana customer_reply bot_answered", "eva watching bot_answered"]);
    covers(&["R-208"]);
}

#[test]
fn a_category_switched_off_leaves_the_next_role_of_the_same_person() {
    let world = World::with_agents(&["ana"]).assigned_to(&["ana"]).watched_by(&["ana"]).choosing(
        "ana",
        "new_client_message",
        "off",
    );
    assert_eq!(world.on("message.received", reply()).summary(), ["ana watching notified"]);
    let mut world = world;
    world.ticket.watches.clear();
    let decision = world.on("message.received", reply());
    assert_eq!(decision.summary(), ["ana customer_reply category_off"]);
    assert!(decision.drafts.is_empty());
    covers(&["R-063", "R-072", "R-058", "D-21"]);
}

#[test]
fn no_switch_stops_a_watched_tickets_notification() {
    let mut world = World::with_agents(&["eva"]).watched_by(&["eva"]);
    for row in crate::domain::preferences::CATEGORIES {
        world.snapshot.settings.categories.insert(row.id.into(), Choice::Off);
    }
    assert_eq!(world.on("message.received", reply()).summary(), ["eva watching notified"]);
    world.ticket.watches[0].active = false;
    assert!(world.on("message.received", reply()).candidates.is_empty());
    covers(&["R-058", "R-059"]);
}

#[test]
fn the_installations_default_counts_until_the_agent_chooses_and_a_lock_always() {
    let mut world = World::with_agents(&["ana"]).assigned_to(&["ana"]);
    let mut installation = |choice| world.snapshot.settings.categories.insert("overdue".into(), choice);
    installation(Choice::Off);
    assert_eq!(world.on("ticket.overdue", json!({})).summary(), ["ana overdue category_off"]);
    let mut world = world.choosing("ana", "overdue", "on");
    assert_eq!(world.on("ticket.overdue", json!({})).summary(), ["ana overdue notified"]);
    world = world.choosing("ana", "overdue", "off");
    world.snapshot.settings.categories.insert("overdue".into(), Choice::Required);
    assert_eq!(world.on("ticket.overdue", json!({})).summary(), ["ana overdue notified"]);
    covers(&["R-081"]);
}

#[test]
fn the_factory_defaults_are_those_of_the_preferences_screen() {
    let world = World::with_agents(&["ana"]).assigned_to(&["ana"]).with_department("support", &["ana"]);
    let outcome =
        |kind: &str, data: serde_json::Value| world.on(kind, data).summary()[0].rsplit(' ').next().map(str::to_owned);
    let on = Some("notified".to_owned());
    let off = Some("category_off".to_owned());
    assert_eq!(outcome("ticket.assigned", json!({"assigned": {"agents": ["ana"]}})), on);
    assert_eq!(outcome("message.received", reply()), on);
    assert_eq!(outcome("ticket.escalated", json!({})), on);
    assert_eq!(outcome("ticket.urgency_changed", json!({"urgency": "critical"})), on);
    assert_eq!(outcome("ticket.budget_locked", json!({})), on);
    assert_eq!(outcome("ticket.transferred", json!({})), off);
    assert_eq!(outcome("note.added", json!({})), off);
    covers(&["R-062", "R-063", "R-064", "R-065", "R-066", "R-067", "R-069"]);
}

#[test]
fn a_bell_that_is_switched_off_gets_nothing_but_what_is_required() {
    let mut world = World::with_agents(&["ana"]).assigned_to(&["ana"]);
    world.snapshot.preferences.entry("ana".into()).or_default().channels.insert("bell".into(), false);
    assert_eq!(world.on("ticket.overdue", json!({})).summary(), ["ana overdue bell_off"]);
    world.snapshot.settings.categories.insert("overdue".into(), Choice::Required);
    assert_eq!(world.on("ticket.overdue", json!({})).summary(), ["ana overdue notified"]);
    covers(&["R-073"]);
}

#[test]
fn a_rule_that_an_administrator_switched_off_says_so() {
    let mut world = World::with_agents(&["ana", "pia"]).assigned_to(&["ana"]).with_pm("pia").watched_by(&["pia"]);
    world.snapshot.settings.rules_off = vec!["message.received/assignee".into(), "message.received/pm".into()];
    let decision = world.on("message.received", reply());
    assert_eq!(decision.summary(), ["ana customer_reply rule_off", "pia watching notified"]);
}

#[test]
fn departments_and_alert_switches_do_not_touch_the_bell() {
    let world = World::with_agents(&["ana", "tom"])
        .with_team("T", &["tom"])
        .with_department("support", &["ana"])
        .assigned_to(&["ana"]);
    let mut department = world.snapshot.directory.department("support").expect("made above").clone();
    department.alert_recipients = crate::domain::directory::AlertRecipients::None;
    let mut team = world.snapshot.directory.team("T").expect("made above").clone();
    team.alerts = false;
    team.members[0].alerts = false;
    let mut world = world;
    world.snapshot.directory.put_department(department);
    world.snapshot.directory.put_team(team);
    let mut data = reply();
    data["alert"] = false.into();
    assert_eq!(world.on("message.received", data).summary(), ["ana customer_reply notified"]);
    let assigned = world.on("ticket.assigned", json!({"assigned": {"agents": [], "team": "T"}}));
    assert_eq!(assigned.summary(), ["tom team_assigned notified"]);
    covers(&["D-08", "D-21"]);
}
