#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use crate::{
    domain::{
        Id,
        event::{ActorKind, Event, EventType},
    },
    error::{Error, Result},
    intake::adapters::{
        Parsed,
        testing::{SECRET, deliver, payload},
    },
};

fn send(body: &[u8]) -> Result<Parsed> {
    deliver("support-board", body, &[], "")
}

/// Delivers a payload; the key stands in it.
fn hook(name: &str) -> Parsed {
    send(&payload("support-board", name)).unwrap()
}

fn events(name: &str) -> Vec<Event> {
    let parsed = hook(name);
    assert!(!parsed.events.is_empty(), "{:?}", parsed.ignored);
    parsed.events
}

fn event(name: &str) -> Event {
    let mut events = events(name);
    assert_eq!(events.len(), 1);
    events.remove(0)
}

#[test]
fn a_message_of_whose_conversation_it_is_is_the_customers() {
    let event = event("message_sent_by_customer");
    assert_eq!((&*event.source, event.kind), ("/hooks/support-board/main", EventType::MessageReceived));
    assert_eq!(&*event.id, "message:2574");
    assert_eq!((event.data.actor.kind, event.data.actor.id.as_deref()), (ActorKind::Customer, Some("main:47")));
    assert!(!event.data.first && !event.data.bot_answered);
    let message = event.data.message.unwrap();
    assert_eq!((message.id.as_deref(), message.text.as_deref()), (Some("2574"), Some("It is still broken.")));
    assert_eq!(message.attachments[0].name, "screenshot.png");
    let ticket = event.data.ticket.unwrap();
    assert_eq!((&*ticket.id, ticket.number.flatten().as_deref()), ("main:1057", Some("1057")));
    assert_eq!(ticket.url.flatten().as_deref(), Some("https://desk.example.com?conversation=1057"));
    assert_eq!(ticket.status.flatten().as_deref(), Some("waiting for agent"));
    assert_eq!(ticket.channel.flatten().as_deref(), Some("whatsapp"));
    assert_eq!((ticket.assignees, ticket.department, ticket.customer), (None, None, None), "nothing is said of them");
}

#[test]
fn a_conversation_without_a_source_is_a_chat() {
    let ticket = event("message_sent_in_chat").data.ticket.unwrap();
    assert_eq!(ticket.channel.flatten().as_deref(), Some("chat"));
}

#[test]
fn a_message_of_somebody_else_is_the_agents_and_of_whom_nobody_matches_perhaps_the_bots() {
    let reply = event("message_sent_by_agent");
    assert_eq!((reply.kind, reply.data.actor.id.as_deref()), (EventType::ReplySent, Some("ben")));
    assert_eq!(reply.data.actor.name.as_deref(), Some("Ben Okafor"), "the directory knows the name");
    let parsed = hook("message_sent_by_stranger");
    assert_eq!(parsed.unmatched, [("377".to_owned(), String::new())]);
    let actor = &parsed.events[0].data.actor;
    assert_eq!((actor.kind, actor.id.as_deref()), (ActorKind::Bot, None), "never the agent who answered last");
}

#[test]
fn new_messages_say_who_wrote_and_who_has_it() {
    let received = event("new_messages_of_customer");
    assert_eq!((&*received.id, received.kind), ("message:2574", EventType::MessageReceived));
    assert_eq!(crate::domain::time::to_rfc3339(received.time), "2026-11-20T08:59:58.000Z");
    assert_eq!(received.data.actor.name.as_deref(), Some("Carla Reis"));
    assert_eq!(received.data.message.unwrap().attachments.len(), 1, "a list of files may come as text");
    let ticket = received.data.ticket.unwrap();
    assert_eq!(ticket.assignees, Some(Some(vec!["ben".into()])));
    assert_eq!(ticket.department.flatten().as_deref(), Some("main:2"));
    let reply = event("new_messages_of_agent");
    assert_eq!((reply.kind, reply.data.actor.id.as_deref()), (EventType::ReplySent, Some("jane")));
    assert_eq!(reply.data.ticket.unwrap().assignees, Some(Some(Vec::new())), "null is nobody");
}

#[test]
fn a_message_is_the_same_event_by_whichever_function_it_comes() {
    assert_eq!(event("message_sent_by_customer").id, event("new_messages_of_customer").id);
    assert_eq!(event("message_sent_by_customer").id, event("message_sent_by_customer").id);
    let made = |name: &str| events(name).into_iter().map(|event| event.id).collect::<Vec<_>>();
    assert_eq!(made("new_conversation_created"), made("new_conversation_received"));
    for name in ["status_archived", "login_of_customer"] {
        assert_eq!(event(name).id, event(name).id, "{name} again within a minute");
    }
}

#[test]
fn somebody_whom_nobody_matches_is_reported_by_name_and_the_event_kept() {
    let parsed = hook("new_messages_of_stranger");
    assert_eq!(parsed.unmatched, [("77".to_owned(), "Sam Stranger".to_owned())]);
    assert_eq!(parsed.events[0].data.actor.id, Some(Id::from("main:77")));
}

#[test]
fn a_chat_that_a_customer_begins_is_a_new_ticket_and_its_first_message() {
    let events = events("new_conversation_received");
    let [created, first] = &*events else { panic!("{events:?}") };
    assert_eq!((&*created.id, created.kind), ("conversation:1057", EventType::TicketCreated));
    assert_eq!((&*first.id, first.kind), ("first:1057", EventType::MessageReceived));
    assert!(first.data.first && !first.data.bot_answered, "to ask for an address is no answer");
    assert_eq!(first.data.message.as_ref().unwrap().id.as_deref(), Some("2570"));
    let ticket = created.data.ticket.as_ref().unwrap();
    assert_eq!(ticket.channel.clone().flatten().as_deref(), Some("chat"));
    assert_eq!(ticket.customer.clone().flatten().unwrap().name.as_deref(), Some("Carla Reis"));
}

#[test]
fn elsewhere_than_in_a_chat_the_first_message_is_a_message_like_any_other() {
    let events = events("new_conversation_by_email");
    assert_eq!(&*events[1].id, "message:2570", "by which it meets `message-sent`");
    let ticket = events[0].data.ticket.as_ref().unwrap();
    assert_eq!(ticket.subject.clone().flatten().as_deref(), Some("Login Issue"));
    assert_eq!(ticket.assignees, Some(Some(vec!["ben".into()])));
}

#[test]
fn a_conversation_that_an_agent_begins_has_no_message_of_a_customer() {
    let event = event("new_conversation_by_agent");
    assert_eq!((event.kind, event.data.actor.id.as_deref()), (EventType::TicketCreated, Some("jane")));
}

#[test]
fn what_the_bot_answered_concerns_no_agent_until_it_hands_over() {
    assert!(events("new_conversation_answered_by_bot").iter().all(|event| event.data.bot_answered));
    assert!(event("new_messages_answered_by_bot").data.bot_answered);
    assert!(events("new_conversation_handed_over").iter().all(|event| !event.data.bot_answered));
    assert!(hook("new_messages_of_bot").ignored.is_some());
}

#[test]
fn archived_and_trashed_conversations_are_closed() {
    for (name, word) in [("status_archived", "archived"), ("status_trashed", "trashed")] {
        let event = event(name);
        assert_eq!(event.kind, EventType::TicketClosed);
        assert_eq!(event.data.ticket.unwrap().status.flatten().as_deref(), Some(word));
    }
    assert!(hook("status_waiting").ignored.is_some());
}

#[test]
fn a_customer_who_logs_in_is_online() {
    let data = event("login_of_customer").data;
    let contact = data.contact.unwrap();
    assert_eq!((contact.id.as_deref(), contact.email.as_deref()), (Some("main:47"), Some("carla@example.org")));
    assert_eq!((data.online, data.actor.kind), (Some(true), ActorKind::Customer));
    assert!(hook("login_of_agent").ignored.is_some());
}

#[test]
fn what_means_nothing_to_an_agent_is_ignored_with_the_reason() {
    for name in ["registration", "email_sent", "message_deleted"] {
        let parsed = hook(name);
        assert!(parsed.events.is_empty() && parsed.ignored.is_some(), "{name}");
    }
    let unknown = send(br#"{"function": "conversation-exploded", "key": "hook secret", "data": {}}"#).unwrap();
    assert!(unknown.events.is_empty() && unknown.ignored.is_some());
}

#[test]
fn only_the_right_key_opens() {
    for key in [r#""wrong""#, r#""""#, "null", "5", r#""hook secret ""#] {
        let body = format!(r#"{{"function": "login", "key": {key}, "data": {{}}}}"#);
        assert!(matches!(send(body.as_bytes()), Err(Error::Unauthorized)), "{key}");
    }
    assert!(matches!(send(br#"{"function": "login"}"#), Err(Error::Unauthorized)));
    assert!(matches!(send(b"function=login&key=hook secret"), Err(Error::Unauthorized)));
}

#[test]
fn where_no_key_is_set_the_secret_stands_in_the_address() {
    let with_key = |key: &str, query: &str| {
        let body = String::from_utf8(payload("support-board", "status_archived")).unwrap();
        deliver("support-board", body.replace(SECRET, key).as_bytes(), &[], query)
    };
    assert!(with_key("", &format!("a=b&token={SECRET}")).is_ok());
    for (key, query) in [("", ""), ("", "token="), ("", "token=wrong"), ("wrong", "token=hook secret")] {
        assert!(matches!(with_key(key, query), Err(Error::Unauthorized)), "{key:?} {query}");
    }
}

#[test]
fn a_body_of_another_system_is_refused_with_the_reason() {
    let token = format!("token={SECRET}");
    let other = |body: &[u8]| deliver("support-board", body, &[], &token);
    for (body, pointer) in [
        (payload("zammad", "customer_reply"), "/function"),
        (br#"{"function": "message-sent", "data": {"user_id": "1"}}"#.to_vec(), "/data"),
        (br#"{"function": "new-messages", "data": {"messages": []}}"#.to_vec(), "/data/details/id"),
        (br#"{"function": "conversation-status-updated", "data": {}}"#.to_vec(), "/data/conversation_id"),
    ] {
        let Err(Error::Invalid(invalid)) = other(&body) else { panic!("{pointer}") };
        assert_eq!((invalid.code, &*invalid.errors[0].pointer), ("hook.wrong_system", pointer));
    }
    assert!(matches!(other(b"<xml/>"), Err(Error::Malformed { code: "hook.not_json", .. })));
    assert!(matches!(other(br#"{"function": "login"}"#), Err(Error::Malformed { code: "hook.wrong_shape", .. })));
}
