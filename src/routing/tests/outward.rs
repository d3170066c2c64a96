//! What goes to customers and to the administrative address.

use serde_json::{Value, json};

use crate::{
    routing::{Decision, candidate::CandidateKind, testing::World},
    testkit::covers,
};

fn world(autoresponses: Value) -> World {
    let mut world = World::with_agents(&["ana"]);
    world.snapshot.settings.autoresponses = serde_json::from_value(autoresponses).expect("switches");
    world.ticket.customer = serde_json::from_value(json!({"id": "c1", "name": "Carla", "email": "c@example.org"})).ok();
    world.ticket.participants = serde_json::from_value(json!([
        {"id": "c2", "name": "Cem", "email": "cem@example.org"}, {"id": null, "name": null, "email": "x@example.org"},
    ]))
    .expect("participants");
    world
}

fn by_carla() -> Value {
    json!({"kind": "customer", "id": "c1", "name": "Carla"})
}

/// `recipient purpose outcome`, one a line.
fn outward(decision: &Decision) -> Vec<String> {
    let is_outward = |kind| kind != CandidateKind::Agent;
    let outside = decision.deliveries.iter().filter(|delivery| is_outward(delivery.kind));
    let lines = outside.map(|d| format!("{} {} {}", d.recipient, d.purpose, d.skipped.unwrap_or("goes")));
    lines.map(|line| line.replace("autoresponses.", "")).collect()
}

#[test]
fn a_new_ticket_is_confirmed_to_its_owner_by_two_switches() {
    let all = || world(json!({"new_ticket": true, "new_ticket_by_agent": true}));
    let by_ana = json!({"kind": "agent", "id": "ana"});
    assert_eq!(outward(&all().on("ticket.created", json!({"actor": by_carla()}))), ["c1 new_ticket goes"]);
    assert_eq!(outward(&all().on("ticket.created", json!({"actor": by_ana}))), ["c1 new_ticket_by_agent goes"]);
    let factory = world(json!({}));
    assert!(outward(&factory.on("ticket.created", json!({"actor": by_carla()}))).is_empty(), "off from the factory");
    assert_eq!(outward(&factory.on("ticket.created", json!({"actor": by_ana}))), ["c1 new_ticket_by_agent goes"]);
    covers(&["R-183", "R-184", "D-23"]);
}

#[test]
fn departments_and_help_topics_switch_autoresponses_off() {
    let mut world = world(json!({"new_ticket": true, "message_submitter": true}));
    world.ticket.department = Some("support".into());
    world.ticket.help_topic = Some("Billing".into());
    let both = |world: &World| {
        let created = world.on("ticket.created", json!({"actor": by_carla()}));
        let message = world.on("message.received", json!({"actor": by_carla()}));
        [outward(&created)[0].clone(), outward(&message)[0].clone()]
    };
    assert_eq!(both(&world), ["c1 new_ticket goes", "c1 message_submitter goes"]);
    let topic = json!({"Billing": {"autorespond_new_message": false}});
    world.snapshot.settings.help_topics = serde_json::from_value(topic).expect("topics");
    assert_eq!(both(&world), ["c1 new_ticket goes", "c1 message_submitter switched_off"]);
    let department = json!({"id": "support", "autoresponse": {"new_ticket": false}});
    world.snapshot.directory.put_department(serde_json::from_value(department).expect("a department"));
    assert_eq!(both(&world), ["c1 new_ticket switched_off", "c1 message_submitter switched_off"]);
    covers(&["R-182"]);
}

#[test]
fn a_message_goes_to_the_others_and_is_confirmed_to_who_wrote_it() {
    let message = |on: Value, actor: Value| outward(&world(on).on("message.received", json!({"actor": actor})));
    let both = json!({"message_submitter": true, "message_participants": true});
    assert_eq!(
        message(both.clone(), by_carla()),
        ["c1 message_submitter goes", "c2 message_participants goes", "x@example.org message_participants goes"]
    );
    let cem = json!({"kind": "customer", "id": null, "email": "CEM@example.org"});
    assert_eq!(
        message(both, cem),
        ["c2 message_submitter goes", "c1 message_participants goes", "x@example.org message_participants goes"]
    );
    assert_eq!(message(json!({"message_participants": false}), by_carla()), Vec::<String>::new());
    covers(&["R-185", "R-186", "R-187"]);
}

#[test]
fn machines_are_never_answered() {
    let outcome = |data: Value, address: &str| {
        let mut world = world(json!({"new_ticket": true}));
        world.ticket.customer = serde_json::from_value(json!({"id": "c1", "name": null, "email": address})).ok();
        let mut data = data;
        data["actor"] = by_carla();
        outward(&world.on("ticket.created", data)).remove(0)
    };
    for (data, address, why) in [
        (json!({}), "c@example.org", "goes"),
        (json!({"auto_reply": true}), "c@example.org", "automatic_mail"),
        (json!({"bounce": true}), "c@example.org", "automatic_mail"),
        (json!({"autorespond": false}), "c@example.org", "not_wanted"),
        (json!({}), "MAILER-DAEMON@example.org", "nobody_reads"),
        (json!({}), "no-reply@example.org", "nobody_reads"),
        (json!({}), "admin@example.com", "nobody_reads"),
        (json!({}), "", "no_address"),
    ] {
        assert_eq!(outcome(data, address), format!("c1 new_ticket {why}"), "{address}");
    }
}

#[test]
fn an_agents_answer_goes_out_as_the_caller_says() {
    let reply = |notify: Value| {
        let data = json!({"actor": {"kind": "agent", "id": "ana"}, "notify_customer": notify});
        outward(&world(json!({})).on("reply.sent", data))
    };
    assert_eq!(reply(json!("customer")), ["c1 reply.notify_customer goes"]);
    assert_eq!(reply(json!("all")).len(), 3);
    assert!(reply(json!("none")).is_empty() && reply(json!(null)).is_empty());
    covers(&["R-007"]);
}

#[test]
fn who_reaches_the_limit_is_told_at_most_once_a_day() {
    let on = world(json!({"overlimit": true}));
    let data = json!({"contact": {"id": "c1", "email": "c@example.org"}, "open_tickets": 5, "limit": 5});
    let decision = on.on("contact.overlimit", data.clone());
    assert_eq!(outward(&decision), ["c1 overlimit goes"]);
    assert_eq!(decision.deliveries[0].once_within, Some(86_400_000));
    assert!(outward(&world(json!({})).on("contact.overlimit", data)).is_empty());
    covers(&["R-188", "D-09"]);
}

#[test]
fn system_alerts_go_to_the_administrative_address() {
    let mut world = world(json!({}));
    let all = |world: &World| {
        let kinds = ["system.error", "system.sql_error", "auth.excessive_logins"];
        kinds.map(|kind| outward(&world.on(kind, json!({"title": "t", "detail": "d"}))).len())
    };
    assert_eq!(outward(&world.on("system.error", json!({}))), ["ADMIN system.error goes"]);
    assert_eq!(all(&world), [1, 1, 1]);
    world.snapshot.settings.system_alerts =
        serde_json::from_value(json!({"sql_errors": false, "excessive_logins": false})).expect("switches");
    assert_eq!(all(&world), [1, 0, 0], "errors always, the others by their switch");
    covers(&["R-200", "R-201", "R-202", "R-203"]);
}
