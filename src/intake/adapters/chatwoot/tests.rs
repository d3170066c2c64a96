#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use crate::{
    domain::{
        Id,
        event::{ActorKind, Event, EventType},
    },
    error::{Error, Result},
    intake::adapters::{
        Parsed,
        testing::{NOW, SECRET, deliver, payload, sha256},
    },
};

/// Delivers a payload, signed now.
fn hook(name: &str) -> Parsed {
    send(&payload("chatwoot", name), NOW / 1_000).unwrap()
}

fn send(body: &[u8], timestamp_s: i64) -> Result<Parsed> {
    let timestamp = timestamp_s.to_string();
    let signature = sha256(&timestamp, body);
    let headers =
        [("X-Chatwoot-Signature", &*signature), ("X-Chatwoot-Timestamp", &*timestamp), ("X-Chatwoot-Delivery", "6d0f")];
    deliver("chatwoot", body, &headers, "")
}

fn event(name: &str) -> Event {
    let mut parsed = hook(name);
    assert_eq!(parsed.events.len(), 1, "{:?}", parsed.ignored);
    parsed.events.remove(0)
}

#[test]
fn an_incoming_message_is_the_customers() {
    let event = event("message_incoming");
    assert_eq!((&*event.source, &*event.id, event.kind), ("/hooks/chatwoot/main", "6d0f", EventType::MessageReceived));
    assert_eq!(crate::domain::time::to_rfc3339(event.time), "2026-11-20T08:59:58.204Z");
    assert!(!event.data.first && !event.data.bot_answered);
    let actor = &event.data.actor;
    assert_eq!(
        (actor.kind, actor.id.as_deref(), actor.name.as_deref()),
        (ActorKind::Customer, Some("main:12"), Some("Carla Reis"))
    );
    let message = event.data.message.unwrap();
    assert_eq!((message.id.as_deref(), message.text.as_deref()), (Some("901"), Some("It is still broken.")));
    assert_eq!(message.url.as_deref(), Some("https://desk.example.com/app/accounts/1/conversations/37?messageId=901"));
    assert_eq!(message.attachments[0].name, "screenshot.png");
    let ticket = event.data.ticket.unwrap();
    assert_eq!((&*ticket.id, ticket.number.flatten().as_deref()), ("main:37", Some("37")));
    assert_eq!(ticket.url.flatten().as_deref(), Some("https://desk.example.com/app/accounts/1/conversations/37"));
    assert_eq!(
        (ticket.status.flatten().as_deref(), ticket.channel.flatten().as_deref()),
        (Some("open"), Some("email"))
    );
    assert_eq!(ticket.priority, Some(None), "null clears");
    assert_eq!(ticket.assignees, Some(Some(vec!["ben".into()])));
    assert_eq!(ticket.team, Some(None));
    assert_eq!(ticket.customer.flatten().unwrap().email.as_deref(), Some("carla@example.org"));
}

#[test]
fn the_first_message_of_a_web_chat_is_known_as_such() {
    let chat = event("message_first_in_chat").data;
    assert!(chat.first);
    let ticket = chat.ticket.unwrap();
    assert_eq!(ticket.channel.flatten().as_deref(), Some("chat"));
    assert_eq!(ticket.assignees, Some(Some(Vec::new())));
}

#[test]
fn what_is_still_the_bots_concerns_no_agent() {
    assert!(event("message_while_bot_answers").data.bot_answered);
    let bot = event("message_from_bot").data.actor;
    assert_eq!((bot.kind, bot.name.as_deref()), (ActorKind::Bot, Some("Hal")));
}

#[test]
fn a_private_note_mentions_people_and_teams_and_reads_as_text() {
    let event = event("message_private_note");
    assert_eq!((event.kind, event.data.actor.id.as_deref()), (EventType::NoteAdded, Some("jane")));
    let message = event.data.message.unwrap();
    assert_eq!(message.text.as_deref(), Some("Ben Okafor have you seen this? tier 2"));
    assert_eq!(message.mentions, [Id::from("ben"), Id::from("tom")]);
}

#[test]
fn an_agents_answer_is_a_reply() {
    let event = event("message_outgoing");
    assert_eq!((event.kind, event.data.actor.id.as_deref()), (EventType::ReplySent, Some("ben")));
}

#[test]
fn a_new_conversation_is_a_new_ticket() {
    let event = event("conversation_created");
    assert_eq!((event.kind, event.data.actor.kind), (EventType::TicketCreated, ActorKind::Customer));
    let ticket = event.data.ticket.unwrap();
    assert_eq!(ticket.url.flatten().as_deref(), Some("https://desk.example.com/app/accounts/1/conversations/37"));
}

#[test]
fn assignments_name_the_agent_or_the_team() {
    let agent = event("conversation_assigned");
    assert_eq!(agent.kind, EventType::TicketAssigned);
    let assigned = agent.data.assigned.unwrap();
    assert_eq!((assigned.agents, assigned.team), (vec!["ben".into()], None));
    let team = event("conversation_team_assigned").data.assigned.unwrap();
    assert_eq!((team.agents.len(), team.team.as_deref()), (0, Some("t2")));
    assert_eq!(event("conversation_unassigned").kind, EventType::TicketUnassigned);
}

#[test]
fn a_conversation_that_the_customer_opens_again_is_reopened() {
    let event = event("conversation_reopened");
    assert_eq!((event.kind, event.data.actor.kind), (EventType::TicketReopened, ActorKind::Customer));
    assert_eq!(event.data.message.unwrap().id.as_deref(), Some("901"), "by which it meets the message's own delivery");
    assert_eq!(self::event("conversation_resolved").kind, EventType::TicketClosed);
}

#[test]
fn what_means_nothing_to_an_agent_is_ignored_with_the_reason() {
    for name in [
        "message_activity",
        "conversation_labelled",
        "conversation_snoozed",
        "conversation_reopened_by_hand",
        "contact_updated",
    ] {
        let parsed = hook(name);
        assert!(parsed.events.is_empty() && parsed.ignored.is_some(), "{name}");
    }
    let unknown = send(br#"{"event": "conversation_exploded", "id": 1}"#, NOW / 1_000).unwrap();
    assert!(unknown.events.is_empty() && unknown.ignored.is_some());
}

#[test]
fn older_versions_name_the_event_and_spell_changes_differently() {
    let at = NOW / 1_000;
    let opened = send(br#"{"event": "conversation_opened", "id": 5, "meta": {}}"#, at).unwrap();
    assert_eq!(opened.events[0].kind, EventType::TicketReopened);
    let resolved = send(br#"{"event": "conversation_resolved", "id": 5}"#, at).unwrap();
    assert_eq!(resolved.events[0].kind, EventType::TicketClosed);
    let assigned = br#"{"event": "conversation_updated", "id": "5", "meta": {"assignee": {"id": 4, "name": "B"}},
                        "changed_attributes": {"assignee_id": {"previous_value": null, "current_value": 4}}}"#;
    let assigned = send(assigned, at).unwrap();
    assert_eq!(assigned.events[0].data.assigned.as_ref().unwrap().agents, [Id::from("ben")]);
}

#[test]
fn only_the_right_secret_and_a_recent_time_open() {
    let body = payload("chatwoot", "message_incoming");
    let now = NOW / 1_000;
    for (timestamp, opens) in
        [(now, true), (now - 299, true), (now + 299, true), (now - 301, false), (now + 301, false), (0, false)]
    {
        let result = send(&body, timestamp);
        assert_eq!(result.is_ok(), opens, "{timestamp}");
        assert!(opens || matches!(result, Err(Error::Unauthorized)));
    }
    let stamp = now.to_string();
    let right = sha256(&stamp, &body);
    let other = sha256(&(now - 1).to_string(), &body);
    for (signature, stamp, opens) in
        [(&*right, &*stamp, true), (&other, &stamp, false), ("sha256=zz", &stamp, false), (&right, "", false)]
    {
        let headers = [("X-Chatwoot-Signature", signature), ("X-Chatwoot-Timestamp", stamp)];
        assert_eq!(deliver("chatwoot", &body, &headers, "").is_ok(), opens);
    }
    assert!(matches!(deliver("chatwoot", &body, &[("X-Chatwoot-Signature", &right)], ""), Err(Error::Unauthorized)));
}

#[test]
fn a_version_that_does_not_sign_brings_the_secret_in_its_address() {
    let body = payload("chatwoot", "message_incoming");
    let token = |query: &str| deliver("chatwoot", &body, &[], query);
    assert!(token(&format!("a=b&token={SECRET}")).is_ok());
    for query in ["", "token=", "token=wrong", "tokenx=hook secret"] {
        assert!(matches!(token(query), Err(Error::Unauthorized)), "{query}");
    }
    let headers = [("X-Chatwoot-Signature", "sha256=00")];
    let both = deliver("chatwoot", &body, &headers, &format!("token={SECRET}"));
    assert!(matches!(both, Err(Error::Unauthorized)), "a wrong signature is not made good by the address");
}

#[test]
fn a_body_of_another_system_is_refused_with_the_reason() {
    let zammad = payload("zammad", "customer_reply");
    let Err(Error::Invalid(invalid)) = send(&zammad, NOW / 1_000) else { panic!("a body of Zammad is none of ours") };
    assert_eq!((invalid.code, &*invalid.errors[0].pointer), ("hook.wrong_system", "/event"));
    let Err(Error::Invalid(invalid)) = send(br#"{"event": "message_created"}"#, NOW / 1_000) else { panic!() };
    assert_eq!(invalid.errors[0].pointer, "/conversation/id");
    assert!(matches!(send(b"<xml/>", NOW / 1_000), Err(Error::Malformed { code: "hook.not_json", .. })));
}
