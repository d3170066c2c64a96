//! Every row of the bell's table: who hears of what, for which reason, how loudly.

use serde_json::{Value, json};

use crate::{
    domain::notification::Priority,
    routing::testing::{World, by},
    testkit::covers,
};

fn world() -> World {
    World::with_agents(&["ana", "ben", "eva", "pia", "tom", "jane"])
}

/// `data` of an act of jane's.
fn by_jane(mut more: Value) -> Value {
    more["actor"] = json!({"kind": "agent", "id": "jane", "name": "Jane Smith"});
    more
}

/// `data` of an act of the customer's.
fn by_carla(mut more: Value) -> Value {
    more["actor"] = json!({"kind": "customer", "id": "c1", "name": "Carla Reis"});
    more
}

fn jane_and(rest: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = rest.iter().map(|line| (*line).to_owned()).collect();
    lines.push("jane - actor".to_owned());
    lines.sort();
    lines
}

#[test]
fn newly_assigned_agents_and_members_of_the_new_team_hear_of_it() {
    let world = world().with_team("T", &["tom", "ben"]);
    let decision = world.on("ticket.assigned", by_jane(json!({"assigned": {"agents": ["ben"], "team": "T"}})));
    assert_eq!(decision.summary(), jane_and(&["ben assigned notified", "tom team_assigned notified"]));
    let ben = decision.draft_for("ben");
    assert_eq!(
        (&*ben.kind, ben.category.as_deref(), ben.priority),
        ("assignment", Some("ticket_assigned"), Priority::Normal)
    );
    let tom = decision.draft_for("tom");
    assert_eq!(
        (&*tom.kind, tom.category.as_deref(), &*tom.title),
        ("assignment", Some("team_assigned"), "Ticket #123 assigned to team Team T")
    );
    covers(&["R-023", "R-109", "R-110"]);
}

#[test]
fn an_assignment_without_names_means_the_tickets_assignees() {
    let decision = world().assigned_to(&["ben"]).on("ticket.assigned", by_jane(json!({"ticket": {"id": "HD-00123"}})));
    assert_eq!(decision.summary(), jane_and(&["ben assigned notified"]));
    let newer = world().assigned_to(&["eva"]);
    let late = newer.on("ticket.assigned", by_jane(json!({"ticket": {"id": "HD-00123", "assignees": ["ben"]}})));
    assert_eq!(late.summary(), jane_and(&["ben assigned notified"]), "the event that comes late is about ben");
    let team = world().with_team("T", &["tom"]);
    let mut team = team;
    team.ticket.team = Some("T".into());
    assert_eq!(team.on("ticket.assigned", by_jane(json!({}))).summary(), jane_and(&["tom team_assigned notified"]));
}

#[test]
fn who_takes_a_ticket_themself_is_not_told() {
    let decision = world().on("ticket.assigned", by_jane(json!({"assigned": {"agents": ["jane"]}})));
    assert_eq!(decision.summary(), ["jane assigned actor"]);
    assert!(decision.drafts.is_empty());
    covers(&["R-096", "D-04"]);
}

#[test]
fn being_taken_off_a_ticket_is_no_news() {
    let decision = world().assigned_to(&["ben"]).on("ticket.unassigned", by_jane(json!({})));
    assert!(decision.candidates.is_empty() && decision.drafts.is_empty());
    covers(&["R-107"]);
}

#[test]
fn mentioned_agents_hear_of_notes_replies_and_messages() {
    let world = world().assigned_to(&["ana"]);
    for kind in ["note.added", "note.edited", "reply.sent"] {
        let data = json!({"message": {"id": "m1", "text": "@ben and @Eva: seen this?", "mentions": ["pia", "ben"]}});
        let decision = world.on(kind, by_jane(data));
        let told: Vec<_> = decision.drafts.iter().map(|draft| (&*draft.agent, &*draft.kind, &*draft.reason)).collect();
        let mention = |id| (id, "mention", "mentioned");
        assert_eq!(told, [mention("pia"), mention("ben"), mention("eva")], "{kind}");
        let draft = decision.draft_for("ben");
        assert_eq!(draft.comment.as_ref().map(|comment| &*comment.id), Some("m1"));
        assert_eq!(draft.url.as_deref(), Some("https://desk.example.com/tickets/123#m1"));
        assert_eq!(draft.actor.name.as_deref(), Some("Jane Smith"));
    }
    let decision = world.on("message.received", by_carla(json!({"message": {"text": "Thanks @ben"}})));
    assert_eq!(decision.summary(), ["ana customer_reply notified", "ben mentioned notified"]);
    covers(&["R-097", "R-098", "R-099", "R-089", "R-085", "R-086", "R-087", "R-088"]);
}

#[test]
fn a_mention_is_as_pressing_as_its_ticket() {
    let mut world = world();
    for (word, expected) in
        [("high", Priority::High), ("3 High", Priority::High), ("urgent", Priority::High), ("low", Priority::Normal)]
    {
        world.ticket.priority = Some(word.to_owned());
        let decision = world.on("note.added", by_jane(json!({"message": {"mentions": ["ben"]}})));
        assert_eq!(decision.draft_for("ben").priority, expected, "{word}");
    }
}

#[test]
fn a_mention_does_not_change_the_assignment() {
    let decision = world().assigned_to(&["ana"]).on("note.added", by_jane(json!({"message": {"mentions": ["ben"]}})));
    assert!(decision.watches.is_empty() && decision.acts.is_empty());
    covers(&["R-100"]);
}

#[test]
fn an_escalation_reaches_assignees_and_project_manager() {
    let world = world().assigned_to(&["ana", "ben"]).with_pm("pia");
    for (escalation, priority) in [("normal", Priority::High), ("emergency", Priority::Urgent)] {
        let decision = world.on("ticket.escalated", by_jane(json!({"escalation": escalation})));
        let all = ["ana escalated notified", "ben escalated notified", "pia escalated notified"];
        assert_eq!(decision.summary(), jane_and(&all));
        assert_eq!((&*decision.draft_for("pia").kind, decision.draft_for("pia").priority), ("escalation", priority));
    }
    assert_eq!(world.on("ticket.escalated", json!({})).draft_for("ana").priority, Priority::High);
    covers(&["R-025", "R-071"]);
}

#[test]
fn only_critical_urgency_is_told() {
    let world = world().assigned_to(&["ana"]).with_pm("pia");
    let decision = world.on("ticket.urgency_changed", json!({"urgency": "critical"}));
    assert_eq!(decision.summary(), ["ana ai_critical notified", "pia ai_critical notified"]);
    assert_eq!(decision.draft_for("ana").priority, Priority::Urgent);
    assert!(world.on("ticket.urgency_changed", json!({"urgency": "high"})).drafts.is_empty());
    covers(&["R-026", "R-071"]);
}

#[test]
fn budget_review_and_overdue_reach_those_they_concern() {
    let world = world().assigned_to(&["ana"]).with_pm("pia");
    let told = |kind: &str| world.on(kind, json!({})).summary();
    assert_eq!(told("ticket.budget_locked"), ["ana over_budget notified", "pia over_budget notified"]);
    assert_eq!(told("ticket.doc_review_requested"), ["pia doc_review notified"]);
    assert_eq!(told("ticket.overdue"), ["ana overdue notified"]);
    covers(&["R-027", "R-028", "R-071", "D-18", "R-070"]);
}

#[test]
fn a_reopened_ticket_rings_where_it_was_handled_before() {
    let world = world().assigned_to(&["ana"]);
    let given = world.on("ticket.reopened", by_carla(json!({"previous_assignees": ["ben"]})));
    assert_eq!(given.summary(), ["ben reopened notified"]);
    assert_eq!(&*given.draft_for("ben").kind, "reaction");
    let kept = world.on("ticket.reopened", by_carla(json!({})));
    assert_eq!(kept.summary(), ["ana reopened notified"]);
    let mut nobody = world;
    nobody.ticket.previous_assignees = std::mem::take(&mut nobody.ticket.assignees);
    assert_eq!(nobody.on("ticket.reopened", by_carla(json!({}))).summary(), ["ana reopened notified"]);
    covers(&["R-102", "R-108", "R-109"]);
}

#[test]
fn a_message_that_reopens_is_one_notification_with_the_stronger_reason() {
    let world = world().assigned_to(&["ana"]).watched_by(&["ana", "ben"]).with_pm("pia");
    let decision = world.on("message.received", by_carla(json!({"reopened": true, "message": {"id": "m9"}})));
    assert_eq!(decision.summary(), ["ana reopened notified", "ben watching notified", "pia customer_reply notified"]);
    assert_eq!(&*decision.draft_for("ana").title, "Ticket #123 reopened by customer");
    covers(&["D-27"]);
}

#[test]
fn a_customers_reply_reaches_assignees_project_manager_and_watchers_once_each() {
    let world = world().assigned_to(&["ana", "ben"]).with_pm("pia").watched_by(&["ana", "eva"]);
    let decision = world.on("message.received", by_carla(json!({"message": {"text": "Still broken"}})));
    let expected = [
        "ana customer_reply notified",
        "ben customer_reply notified",
        "eva watching notified",
        "pia customer_reply notified",
    ];
    assert_eq!(decision.summary(), expected);
    let eva = decision.draft_for("eva");
    assert_eq!((&*eva.kind, eva.category.as_deref()), ("reaction", None));
    assert_eq!(decision.draft_for("ana").category.as_deref(), Some("new_client_message"));
    covers(&["R-024", "R-050", "R-053", "R-060", "R-101", "R-109", "D-02"]);
}

#[test]
fn without_an_agent_the_team_hears_the_customer() {
    let mut world = world().with_team("T", &["tom", "eva"]).watched_by(&["eva"]);
    world.ticket.team = Some("T".into());
    let alone = world.on("message.received", by_carla(json!({})));
    assert_eq!(alone.summary(), ["eva watching notified", "tom team_member notified"]);
    let with_agent = world.assigned_to(&["ana"]).on("message.received", by_carla(json!({})));
    assert_eq!(with_agent.summary(), ["ana customer_reply notified", "eva watching notified"]);
    covers(&["R-110"]);
}

#[test]
fn being_in_the_department_is_not_enough_for_your_tickets_events() {
    let world = world().with_department("support", &["tom", "eva"]).assigned_to(&["ana"]);
    for kind in ["ticket.assigned", "message.received", "ticket.escalated", "note.added"] {
        let told = world.on(kind, json!({})).summary();
        assert!(told.iter().all(|line| line.starts_with("ana ")), "{kind}: {told:?}");
    }
    covers(&["R-071"]);
}

#[test]
fn watching_covers_the_customers_messages_and_nothing_else() {
    let world = world().watched_by(&["eva"]);
    for kind in
        ["note.added", "reply.sent", "ticket.assigned", "ticket.transferred", "ticket.escalated", "ticket.overdue"]
    {
        assert!(world.on(kind, by_jane(json!({}))).drafts.is_empty(), "{kind}");
    }
    assert_eq!(world.on("message.received", by_carla(json!({}))).summary(), ["eva watching notified"]);
    covers(&["R-054"]);
}

#[test]
fn notes_transfers_and_new_tickets_are_told_to_those_who_ask() {
    let world = world().with_department("support", &["tom", "eva"]).assigned_to(&["ana"]);
    let world = world.choosing("ana", "note_added", "on").choosing("eva", "transfer", "on").choosing(
        "tom",
        "new_ticket_department",
        "on",
    );
    let note = world.on("note.added", by_jane(json!({"message": {"id": "n1", "text": "fyi"}})));
    assert_eq!(note.summary(), jane_and(&["ana note_added notified"]));
    assert_eq!((note.draft_for("ana").priority, &*note.draft_for("ana").body), (Priority::Low, "fyi"));
    let transfer = world.on("ticket.transferred", by_jane(json!({"from_department": "sales"})));
    assert_eq!(transfer.summary(), jane_and(&["eva transferred notified", "tom transferred category_off"]));
    let assigned = world.on("ticket.created", by_carla(json!({})));
    assert!(assigned.candidates.is_empty(), "assigned on creation: the department is left alone");
    let mut free = world;
    free.ticket.assignees.clear();
    let created = free.on("ticket.created", by_carla(json!({})));
    assert_eq!(created.summary(), ["eva department_member category_off", "tom department_member notified"]);
    assert_eq!(&*created.draft_for("tom").kind, "new_ticket");
    covers(&["R-067", "R-068", "R-069"]);
}

#[test]
fn reactions_are_told_only_where_the_installation_wants_them() {
    let mut world = world().choosing("ana", "emoji_reaction", "on");
    let data = || by_jane(json!({"comment": {"id": "n1", "author": "ana"}, "emoji": "👍"}));
    assert!(world.on("comment.reacted", data()).drafts.is_empty());
    world
        .snapshot
        .settings
        .categories
        .insert("emoji_reaction".into(), serde_json::from_str("\"on\"").expect("a choice"));
    let decision = world.on("comment.reacted", data());
    assert_eq!(&*decision.draft_for("ana").title, "👍 reacted to your comment");
    assert_eq!(decision.draft_for("ana").comment.as_ref().map(|comment| &*comment.id), Some("n1"));
    assert_eq!(&*decision.draft_for("ana").kind, "reaction");
    covers(&["R-104"]);
}

#[test]
fn a_chat_rings_its_agent_else_the_department_else_everybody_at_work() {
    let mut world = world();
    world.ticket.channel = Some("chat".to_owned());
    let first = || by_carla(json!({"first": true, "message": {"text": "Hello?"}}));
    assert_eq!(world.on("message.received", first()).drafts.len(), 6);
    let mut world = world.with_department("support", &["tom"]);
    assert_eq!(world.on("message.received", first()).summary(), ["tom new_conversation notified"]);
    assert_eq!(world.on("message.received", first()).draft_for("tom").priority, Priority::High);
    world = world.assigned_to(&["ana"]).watched_by(&["eva"]);
    assert_eq!(world.on("message.received", first()).summary(), ["ana new_conversation notified"]);
    assert_eq!(world.on("message.received", by_carla(json!({}))).summary(), ["ana customer_reply notified"]);
    world.ticket.note_respondent(&"ben".into());
    assert_eq!(world.on("message.received", by_carla(json!({}))).summary(), ["ben customer_reply notified"]);
    assert_eq!(&*world.on("message.received", by_carla(json!({}))).draft_for("ben").kind, "chat");
}

#[test]
fn a_custom_notification_is_worded_and_typed_by_its_caller() {
    let world = world();
    let custom = |message: Value, url: Value| {
        json!({"actor": by("jane"), "ticket": {"id": "HD-00123"},
               "custom": {"to": "ben", "kind": "assignment", "message": message, "url": url, "priority": "high"}})
    };
    let own = world.on("notification.custom", custom("Please\nlook at this".into(), "/inbox/7".into()));
    let draft = own.draft_for("ben");
    assert_eq!((&*draft.kind, &*draft.reason, draft.priority), ("assignment", "custom", Priority::High));
    assert_eq!((&*draft.title, draft.url.as_deref()), ("Please look at this", Some("/inbox/7")));
    let plain = world.on("notification.custom", custom(Value::Null, "javascript:alert(1)".into()));
    let draft = plain.draft_for("ben");
    assert_eq!(&*draft.title, "Agent jane sent you a notification");
    assert_eq!(draft.url.as_deref(), Some("https://desk.example.com/tickets/123"));
    covers(&["R-090", "R-132", "R-135"]);
}

#[test]
fn a_test_reaches_the_one_who_asked_for_it() {
    let custom = json!({"to": "ben", "kind": "test", "message": null, "url": null});
    let decision = world().on("notification.test", json!({"actor": by("ben"), "custom": custom}));
    assert_eq!(decision.summary(), ["ben test notified"]);
    assert_eq!(decision.draft_for("ben").category, None);
    let plain = world().on("notification.test", json!({"actor": by("ben")}));
    assert_eq!(plain.summary(), ["ben test notified"]);
}
