//! Which email the customer of a chat gets when an agent answers.

use serde_json::{Value, json};

use crate::{
    domain::presence::{ContactPresence, RECENT, Sign},
    routing::{Decision, candidate::Outcome, channels::Outgoing, testing::World},
    testkit::covers,
};

/// When the answers of these tests are given.
const NOW: i64 = 1_700_000_000_000;

fn chat() -> World {
    let mut world = World::with_agents(&["ana"]);
    world.ticket.channel = Some("chat".to_owned());
    world.ticket.customer = serde_json::from_value(json!({"id": "c1", "name": "Carla", "email": "c@example.org"})).ok();
    world
}

fn sign(at: i64, online: bool) -> Sign {
    Sign { at, online, last_seen: None }
}

fn after(mut world: World, signs: &[Sign]) -> World {
    let mut presence = ContactPresence::default();
    for sign in signs {
        presence.take(sign);
    }
    world.contact = Some(presence);
    world
}

fn emailed(mut world: World) -> World {
    world.contact.get_or_insert_default().note_told(NOW - 1);
    world
}

fn answer(world: &World, more: Value) -> Decision {
    let mut data = json!({"actor": {"kind": "agent", "id": "ana"}});
    data.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    world.on("reply.sent", data)
}

/// `recipient purpose outcome`, one for each planned delivery.
fn planned(decision: &Decision) -> Vec<String> {
    let line = |d: &crate::domain::delivery::PlannedDelivery| {
        format!("{} {} {}", d.recipient, d.purpose, d.skipped.unwrap_or("goes"))
    };
    decision.deliveries.iter().map(line).collect()
}

#[test]
fn an_answer_is_emailed_to_who_left_the_chat_and_to_nobody_who_is_in_it() {
    let outcome = |world: World| planned(&answer(&world, json!({}))).remove(0);
    assert_eq!(outcome(chat()), "c1 chat.offline_email goes", "nobody knows where they are");
    let came = sign(NOW - 1_000, true);
    assert_eq!(outcome(after(chat(), &[came])), "c1 chat.offline_email online");
    assert_eq!(outcome(after(chat(), &[came, sign(NOW - 500, false)])), "c1 chat.offline_email goes");
    let long_ago = sign(NOW - RECENT, true);
    assert_eq!(outcome(after(chat(), &[long_ago])), "c1 chat.offline_email goes", "nothing was heard for long");
    let decision = answer(&chat(), json!({}));
    let contact = decision.candidates.iter().find(|candidate| &*candidate.recipient == "c1").expect("a candidate");
    assert_eq!((contact.outcome, contact.reason), (Outcome::Notified, Some("agent_reply")));
    assert_eq!(decision.deliveries[0].address.as_deref(), Some("c@example.org"));
    covers(&["R-209", "R-211"]);
}

#[test]
fn one_email_goes_out_in_one_absence() {
    let outcome = |world: &World| planned(&answer(world, json!({}))).remove(0);
    let mut world = emailed(after(chat(), &[sign(NOW - 500, false)]));
    assert_eq!(outcome(&world), "c1 chat.offline_email one_per_offline_session");
    let known = world.contact.as_mut().expect("a presence");
    known.take(&sign(NOW - 1, true));
    known.take(&sign(NOW, false));
    assert_eq!(outcome(&world), "c1 chat.offline_email goes", "they were back");
    covers(&["R-210"]);
}

#[test]
fn callers_and_administrators_may_want_none() {
    let all = |world: &World, more: Value| planned(&answer(world, more));
    let none = json!({"notify_customer": "none"});
    assert_eq!(all(&chat(), none.clone()), ["c1 chat.offline_email not_wanted"]);
    let online = || after(chat(), &[sign(NOW, true)]);
    assert_eq!(all(&online(), none), ["c1 chat.offline_email not_wanted"]);
    let customer = json!({"notify_customer": "customer"});
    assert_eq!(all(&online(), customer.clone()), ["c1 chat.offline_email online"], "not twice, and not while there");
    assert_eq!(all(&chat(), json!({"auto_reply": true})), ["c1 chat.offline_email automatic_mail"]);
    let mut off = chat();
    off.snapshot.settings.chat.offline_email.active = false;
    assert!(all(&off, json!({})).is_empty());
    assert_eq!(all(&off, customer), ["c1 reply.notify_customer goes"], "like any other ticket");
}

#[test]
fn only_an_agents_answer_in_a_chat_is_emailed_so() {
    let bot = json!({"actor": {"kind": "bot"}});
    assert!(planned(&chat().on("reply.sent", bot)).is_empty());
    let mut email = chat();
    email.ticket.channel = Some("email".to_owned());
    assert!(planned(&answer(&email, json!({}))).is_empty());
    let mut nowhere = chat();
    nowhere.ticket.customer = serde_json::from_value(json!({"id": "c1", "name": "Visitor"})).ok();
    assert_eq!(planned(&answer(&nowhere, json!({}))), ["c1 chat.offline_email no_address"]);
    let mut silent = chat();
    silent.engine = crate::routing::Engine::new(Outgoing::default());
    assert_eq!(planned(&answer(&silent, json!({}))), ["c1 chat.offline_email not_configured"]);
}

/// The world of the tests with a customer who has a number.
fn with_phone() -> World {
    let mut world = chat();
    let customer = world.ticket.customer.as_mut().expect("a customer");
    customer.phone = Some("+15550100201".to_owned());
    world
}

#[test]
fn an_answer_is_texted_too_where_the_customer_has_a_number() {
    let all = |world: &World| planned(&answer(world, json!({})));
    assert_eq!(all(&with_phone()), ["c1 chat.offline_email goes", "c1 chat.offline_sms goes"]);
    let mut by_text = with_phone();
    by_text.ticket.customer.as_mut().expect("a customer").email = None;
    let decision = answer(&by_text, json!({}));
    let contact = decision.candidates.iter().find(|candidate| &*candidate.recipient == "c1").expect("a candidate");
    assert_eq!((contact.outcome, contact.why), (Outcome::Notified, None), "one way is enough");
    let email = contact.channels.expect("channels").email;
    assert_eq!(email, crate::routing::candidate::ChannelOutcome::Skipped { why: "no_address" });
    assert_eq!(planned(&decision), ["c1 chat.offline_email no_address", "c1 chat.offline_sms goes"]);
    by_text.snapshot.settings.chat.offline_email.active = false;
    assert_eq!(all(&by_text), ["c1 chat.offline_sms goes"]);
    let online = after(with_phone(), &[sign(NOW, true)]);
    assert_eq!(all(&online), ["c1 chat.offline_email online"], "in the chat, and no row for the text");
    assert_eq!(all(&emailed(with_phone())), ["c1 chat.offline_email one_per_offline_session"]);
    let mut off = with_phone();
    off.snapshot.settings.chat.offline_sms.customers = false;
    assert_eq!(all(&off), ["c1 chat.offline_email goes"]);
    covers(&["R-160"]);
}

#[test]
fn only_chats_are_texted_to_agents_who_are_no_project_managers() {
    let phone = |world: World| world.change("ana", |agent| agent.phone = Some("+15550100101".to_owned()));
    let message = |world: &World, more: Value| {
        let mut data = json!({"actor": {"kind": "customer", "id": "c1"}, "first": true});
        data.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        planned(&world.on("message.received", data))
    };
    let to_ana = phone(chat().assigned_to(&["ana"]));
    assert_eq!(message(&to_ana, json!({})), ["ana chat.offline_sms goes"]);
    assert!(message(&to_ana, json!({"bot_answered": true})).is_empty());
    assert!(message(&to_ana, json!({"auto_reply": true})).is_empty());
    let mut email = phone(chat().assigned_to(&["ana"]));
    email.ticket.channel = Some("email".to_owned());
    assert!(message(&email, json!({})).is_empty(), "no chat");
    let silent = phone(chat().assigned_to(&["ana"]).choosing("ana", "chat", "off"));
    assert!(message(&silent, json!({})).is_empty(), "the bell does not tell her of it");
    covers(&["R-160", "R-161"]);
}
