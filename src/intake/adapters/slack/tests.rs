#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use crate::{
    domain::event::{ActorKind, Event, EventType},
    error::{Error, Result},
    intake::adapters::{
        Parsed,
        testing::{SECRET, deliver, payload},
    },
};

fn send(body: &[u8]) -> Result<Parsed> {
    deliver("slack", body, &[], &format!("token={SECRET}"))
}

fn event(name: &str) -> Event {
    let mut parsed = send(&payload("slack", name)).unwrap();
    assert_eq!(parsed.events.len(), 1, "{:?}", parsed.ignored);
    parsed.events.remove(0)
}

#[test]
fn a_new_ticket_brings_customer_department_and_message() {
    let event = event("created");
    assert_eq!((&*event.source, event.kind), ("/hooks/slack/main", EventType::TicketCreated));
    assert_eq!(crate::domain::time::to_rfc3339(event.time), "2026-11-20T08:10:02.000Z");
    assert_eq!((event.data.actor.kind, event.data.actor.name.as_deref()), (ActorKind::Customer, Some("Carla Reis")));
    let text = event.data.message.unwrap().text.unwrap();
    assert_eq!(text, "I cannot log in, <b>help</b> & hurry", "neither fence nor escapes");
    let ticket = event.data.ticket.unwrap();
    assert_eq!((&*ticket.id, ticket.number.flatten().as_deref()), ("main:81", Some("650421")));
    assert_eq!(ticket.subject.flatten().as_deref(), Some("Login Issue"));
    assert_eq!(ticket.url.flatten().as_deref(), Some("https://desk.example.com/scp/tickets.php?id=81"));
    assert_eq!(ticket.department.flatten().as_deref(), Some("support"));
    assert_eq!(ticket.assignees, None, "the plugin says nothing of the assignment");
    assert_eq!(ticket.customer.flatten().unwrap().email.as_deref(), Some("carla@example.org"));
}

#[test]
fn an_updated_ticket_is_a_customers_message() {
    for name in ["message", "message_of_overdue_ticket", "message_by_older_plugin"] {
        assert_eq!(event(name).kind, EventType::MessageReceived, "{name}");
    }
    assert_eq!(event("message").data.message.unwrap().text.as_deref(), Some("It is still broken."));
}

#[test]
fn the_older_plugin_has_it_all_in_a_field() {
    let event = event("created_by_older_plugin");
    let ticket = event.data.ticket.unwrap();
    assert_eq!((&*ticket.id, ticket.subject.flatten().as_deref()), ("main:81", Some("Login Issue")));
    assert_eq!(ticket.department.flatten().as_deref(), Some("support"));
    let customer = ticket.customer.flatten().unwrap();
    assert_eq!((customer.name.as_deref(), customer.email), (Some("Carla Reis"), None));
    assert_eq!(event.data.message.unwrap().text.as_deref(), Some("I cannot log in"));
}

#[test]
fn a_customers_name_cannot_pretend_another_address_or_department() {
    let ticket = event("name_that_pretends").data.ticket.unwrap();
    assert_eq!(ticket.department.flatten().as_deref(), Some("support"));
    let customer = ticket.customer.flatten().unwrap();
    assert_eq!(customer.email.as_deref(), Some("eve@example.org"));
    assert_eq!(customer.name.as_deref(), Some("Eve (victim@example.com) in *Billing*"));
}

#[test]
fn a_template_of_ones_own_is_the_message() {
    let event = event("own_template");
    assert_eq!(event.data.message.unwrap().text.as_deref(), Some("A ticket: I cannot log in"));
    let ticket = event.data.ticket.unwrap();
    assert_eq!((ticket.department, ticket.customer), (None, None), "nothing is guessed");
}

#[test]
fn another_colour_is_ignored_with_the_reason() {
    let parsed = send(&payload("slack", "another_colour")).unwrap();
    assert!(parsed.events.is_empty() && parsed.ignored.is_some_and(|why| why.contains("good")));
}

#[test]
fn a_body_that_comes_twice_is_the_same_event_and_another_is_not() {
    assert_eq!(event("created").id, event("created").id);
    assert_ne!(event("created").id, event("message").id);
}

#[test]
fn only_the_right_secret_in_the_address_opens() {
    let body = payload("slack", "created");
    for query in ["", "token=", "token=wrong", "tokenx=hook secret", "token=hook secrets"] {
        assert!(matches!(deliver("slack", &body, &[], query), Err(Error::Unauthorized)), "{query}");
    }
    assert!(deliver("slack", &body, &[], &format!("a=b&token={SECRET}")).is_ok());
    assert!(matches!(deliver("slack", b"not even JSON", &[], "token=wrong"), Err(Error::Unauthorized)), "secret first");
}

#[test]
fn a_message_of_another_sender_is_refused_with_the_reason() {
    for (body, pointer) in [
        (payload("slack", "another_sender"), "/attachments"),
        (payload("zammad", "customer_reply"), "/attachments"),
        (
            br#"{"attachments": [{"title": "x", "title_link": "https://e.example/?id=1"}]}"#.to_vec(),
            "/attachments/0/title_link",
        ),
        (
            br#"{"attachments": [{"title_link": "https://e.example/tickets.php?id=1x"}]}"#.to_vec(),
            "/attachments/0/title_link",
        ),
    ] {
        let Err(Error::Invalid(invalid)) = send(&body) else { panic!("{pointer}") };
        assert_eq!((invalid.code, &*invalid.errors[0].pointer), ("hook.wrong_system", pointer));
    }
    assert!(matches!(send(b"payload=%7B%7D"), Err(Error::Malformed { code: "hook.not_json", .. })));
}
