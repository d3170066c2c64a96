//! The exact words, in both wordings, and what an administrator may make of them.

use serde_json::{Value, json};

use crate::{
    domain::{event::ActorKind, settings::Wording},
    routing::testing::World,
    testkit::covers,
};

fn world(wording: Wording) -> World {
    let mut world = World::with_agents(&["ana", "pia", "jane"]).assigned_to(&["ana"]).with_pm("pia");
    world.ticket.number = Some("004711".into());
    world.snapshot.settings.wording = wording;
    world
}

fn title(world: &World, kind: &str, data: Value, agent: &str) -> String {
    world.on(kind, data).draft_for(agent).title.to_string()
}

#[test]
fn the_classic_texts_are_exact() {
    let world = world(Wording::Classic);
    let text = |kind: &str, data: Value| title(&world, kind, data, "pia");
    assert_eq!(title(&world, "ticket.assigned", json!({}), "ana"), "Ticket #004711 assigned to you");
    let reply = json!({"actor": {"kind": "customer", "name": "Max Muster"}});
    assert_eq!(text("message.received", reply), "New reply on #004711 from Max Muster");
    assert_eq!(text("ticket.escalated", json!({})), "🚨 Ticket #004711 escalated");
    assert_eq!(text("ticket.urgency_changed", json!({"urgency": "critical"})), "🔴 CRITICAL: #004711");
    assert_eq!(text("ticket.budget_locked", json!({})), "⚠️ Budget lock on #004711");
    assert_eq!(text("ticket.doc_review_requested", json!({})), "📋 Doc review: #004711");
    covers(&["R-023", "R-024", "R-025", "R-026", "R-027", "R-028", "R-029", "D-03"]);
}

#[test]
fn the_frappe_texts_are_exact() {
    let world = world(Wording::Frappe);
    let assigned = |more: Value| world.on("ticket.assigned", more).draft_for("ana").clone();
    let by_rule = assigned(json!({"assigned": {"agents": ["ana"], "by_rule": true}}));
    assert_eq!(&*by_rule.title, "Ticket #004711 assigned via assignment rule");
    assert_eq!((by_rule.actor.kind, by_rule.actor.name.as_deref()), (ActorKind::System, Some("System")));
    let jane = json!({"kind": "agent", "id": "jane", "name": "Jane Smith"});
    let by_hand = assigned(json!({"assigned": {"agents": ["ana"]}, "actor": jane}));
    assert_eq!(&*by_hand.title, "Jane Smith assigned ticket #004711 to you");
    assert_eq!((by_hand.actor.kind, by_hand.actor.id.as_deref()), (ActorKind::Agent, Some("jane")));
    assert_eq!(&*assigned(json!({})).title, "Ticket #004711 assigned to you");
    let reopened = world.on("ticket.reopened", json!({"actor": {"kind": "customer"}})).draft_for("ana").clone();
    assert_eq!(&*reopened.title, "Ticket #004711 reopened by customer");
    assert_eq!((reopened.actor.kind, reopened.actor.name.as_deref()), (ActorKind::System, Some("System")));
    covers(&["R-094", "R-095", "R-102", "D-03"]);
}

#[test]
fn a_customers_reply_comes_from_the_system_in_frappes_wording_and_from_the_customer_in_the_classic_one() {
    let reply = || json!({"actor": {"kind": "customer", "id": "c1", "name": "Carla Reis"}});
    let frappe = world(Wording::Frappe).on("message.received", reply()).draft_for("ana").clone();
    assert_eq!(frappe.actor.name.as_deref(), Some("system (on behalf of customer)"));
    assert_eq!((frappe.actor.kind, &*frappe.kind), (ActorKind::System, "reaction"));
    assert_eq!(&*frappe.title, "Carla Reis replied to ticket #004711");
    let classic = world(Wording::Classic).on("message.received", reply()).draft_for("ana").clone();
    assert_eq!((classic.actor.kind, classic.actor.name.as_deref()), (ActorKind::Customer, Some("Carla Reis")));
    covers(&["R-101"]);
}

#[test]
fn the_client_is_who_wrote_else_the_tickets_owner() {
    let mut world = world(Wording::Classic);
    let from = |world: &World, actor: Value| {
        let title = title(world, "message.received", json!({"actor": actor}), "ana");
        title.rsplit(" from ").next().map(str::to_owned)
    };
    assert_eq!(from(&world, json!({"kind": "customer", "name": "Dora"})).as_deref(), Some("Dora"));
    assert_eq!(from(&world, json!({"kind": "customer"})).as_deref(), Some("Carla Reis"));
    world.ticket.customer = Some(serde_json::from_value(json!({"email": "x@example.org"})).expect("a contact"));
    assert_eq!(from(&world, json!({"kind": "system"})).as_deref(), Some("x@example.org"));
    world.ticket.customer = None;
    assert_eq!(from(&world, json!({"kind": "customer"})).as_deref(), Some("the customer"));
}

#[test]
fn below_stands_the_subject_or_the_beginning_of_what_was_written() {
    let world = world(Wording::Classic);
    let body = |kind: &str, data: Value| world.on(kind, data).draft_for("ana").body.to_string();
    assert_eq!(body("ticket.escalated", json!({"message": {"text": "no"}})), "Login Issue");
    assert_eq!(body("message.received", json!({"message": {"text": "Still\n\n broken"}})), "Still broken");
    let html =
        json!({"message": {"html": "<p>Still <b>broken</b> &amp; &lt;b&gt;worse&lt;/b&gt;</p><script>x</script>"}});
    assert_eq!(body("message.received", html), "Still broken & <b>worse</b>");
    assert_eq!(body("message.received", json!({"message": {"text": " "}})), "Login Issue");
    let long = body("message.received", json!({"message": {"text": "word ".repeat(100)}}));
    assert!(long.chars().count() <= 200 && long.ends_with('…'), "{long}");
}

#[test]
fn what_users_write_is_never_a_template_nor_markup() {
    let mut world = world(Wording::Frappe);
    world.ticket.number = Some("{{ actor }}".into());
    let jane = json!({"kind": "agent", "id": "jane", "name": "<b>{% if %}</b> &\nJane"});
    let draft = world.on("ticket.assigned", json!({"actor": jane})).draft_for("ana").clone();
    assert_eq!(&*draft.title, "<b>{% if %}</b> & Jane assigned ticket #{{ actor }} to you");
}

#[test]
fn an_administrators_text_replaces_the_shipped_one() {
    let mut world = world(Wording::Classic);
    let texts = &mut world.snapshot.settings.texts;
    texts.insert("ticket.overdue/overdue".into(), "Late: {{ subject }} (#{{ number }})".into());
    texts.insert(
        "ticket.assigned/assigned".into(),
        "{% if by_rule %}rule{% else %}{{ actor | upper }}{% endif %}".into(),
    );
    assert_eq!(title(&world, "ticket.overdue", json!({}), "ana"), "Late: Login Issue (#004711)");
    assert_eq!(
        title(&world, "ticket.assigned", json!({"actor": {"kind": "agent", "id": "jane"}}), "ana"),
        "AGENT JANE"
    );
    assert_eq!(
        title(&world, "ticket.assigned", json!({"assigned": {"agents": ["ana"], "by_rule": true}}), "ana"),
        "rule"
    );
    covers(&["D-03"]);
}

#[test]
fn a_broken_text_falls_back_to_the_shipped_one() {
    let mut world = world(Wording::Classic);
    for broken in [
        "{{ nummer }}",
        "{% if %}",
        "{{ number",
        "{{ number | nofilter }}",
        "  ",
        "{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}",
    ] {
        world.snapshot.settings.texts.insert("ticket.overdue/overdue".into(), broken.into());
        assert_eq!(title(&world, "ticket.overdue", json!({}), "ana"), "Ticket #004711 is overdue", "{broken}");
        assert!(crate::routing::text::check_edited("ticket.overdue/overdue", broken).is_err(), "{broken}");
    }
    assert!(crate::routing::text::check_edited("ticket.overdue/overdue", "#{{ number }}").is_ok());
    assert!(crate::routing::text::check_edited("no.such/text", "#{{ number }}").is_err());
}

#[test]
fn every_shipped_text_can_be_filled_in_both_wordings() {
    let texts = crate::routing::text::Texts::default();
    for wording in [Wording::Classic, Wording::Frappe] {
        let settings = crate::domain::settings::Settings { wording, ..Default::default() };
        for shipped in crate::routing::wording::SHIPPED {
            for (by_rule, by_agent) in [(true, true), (false, true), (false, false)] {
                let values = crate::routing::text::Values { number: "1", by_rule, by_agent, ..Default::default() };
                assert!(!texts.fill(shipped.key, &settings, &values).is_empty(), "{}", shipped.key);
            }
        }
    }
}

#[test]
fn a_click_leads_to_the_comment_and_never_out_of_the_helpdesk() {
    let mut world = world(Wording::Classic);
    let url = |world: &World, message: Value| {
        world.on("message.received", json!({"message": message})).draft_for("ana").url.clone()
    };
    let page = "https://desk.example.com/tickets/123";
    assert_eq!(url(&world, json!({"id": "Comment-00789"})).as_deref(), Some(&*format!("{page}#Comment-00789")));
    assert_eq!(url(&world, json!({"id": "a b/<c>"})).as_deref(), Some(&*format!("{page}#a%20b%2F%3Cc%3E")));
    assert_eq!(url(&world, json!({"text": "no id"})).as_deref(), Some(page));
    assert_eq!(url(&world, json!({"id": "1", "url": "/own/page"})).as_deref(), Some("/own/page"));
    assert_eq!(url(&world, json!({"id": "1", "url": "javascript:x"})).as_deref(), Some(&*format!("{page}#1")));
    world.ticket.url = Some("https://desk/#ticket/zoom/1".into());
    assert_eq!(url(&world, json!({"id": "1"})).as_deref(), Some("https://desk/#ticket/zoom/1"));
    world.ticket.url = Some("javascript:alert(1)".into());
    assert_eq!(url(&world, json!({"id": "1"})), None);
    covers(&["R-037", "R-099", "R-108"]);
}
