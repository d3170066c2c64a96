#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use crate::{
    domain::{
        Id,
        event::{ActorKind, Event, EventType},
    },
    error::{Error, Result},
    intake::adapters::{
        Parsed,
        testing::{NOW, deliver, payload, sha256},
    },
};

/// Delivers a body, signed at that time.
fn send(body: &[u8], timestamp_s: i64) -> Result<Parsed> {
    let timestamp = timestamp_s.to_string();
    let signature = sha256(&timestamp, body);
    deliver("osticket", body, &[("X-Bellhop-Signature", &*signature), ("X-Bellhop-Timestamp", &*timestamp)], "")
}

fn hook(name: &str) -> Parsed {
    send(&payload("osticket", name), NOW / 1_000).unwrap()
}

fn event(name: &str) -> Event {
    let mut parsed = hook(name);
    assert_eq!(parsed.events.len(), 1, "{name}: {:?}", parsed.ignored);
    parsed.events.remove(0)
}

#[test]
fn each_event_of_the_plugin_is_one_of_ours() {
    use EventType::*;
    for (name, kind) in [
        ("created", TicketCreated),
        ("created_by_agent", TicketCreated),
        ("message", MessageReceived),
        ("message_of_collaborator", MessageReceived),
        ("message_auto_reply", MessageReceived),
        ("message_that_reopens", MessageReceived),
        ("reply", ReplySent),
        ("note", NoteAdded),
        ("assigned", TicketAssigned),
        ("assigned_claimed", TicketAssigned),
        ("assigned_by_rule", TicketAssigned),
        ("assigned_to_team", TicketAssigned),
        ("unassigned", TicketUnassigned),
        ("transferred", TicketTransferred),
        ("overdue", TicketOverdue),
        ("closed", TicketClosed),
        ("reopened", TicketReopened),
        ("merged", TicketMerged),
        ("viewed", TicketViewed),
        ("overlimit", ContactOverlimit),
        ("system_error", SystemError),
        ("sql_error", SystemSqlError),
        ("excessive_logins", AuthExcessiveLogins),
    ] {
        let event = event(name);
        assert_eq!((event.kind, &*event.id), (kind, &*format!("ost-{name}")));
    }
}

#[test]
fn a_customers_message_brings_the_ticket_as_it_is() {
    let event = event("message");
    assert_eq!((&*event.source, &*event.id), ("/hooks/osticket/main", "ost-message"));
    assert_eq!(crate::domain::time::to_rfc3339(event.time), "2026-11-20T08:59:58.204Z");
    let actor = &event.data.actor;
    assert_eq!(
        (actor.kind, actor.id.as_deref(), actor.name.as_deref()),
        (ActorKind::Customer, Some("main:8"), Some("Carla Reis"))
    );
    let message = event.data.message.unwrap();
    assert!(message.html.unwrap().contains("still <b>broken</b>") && message.text.is_none());
    assert_eq!(message.url.as_deref(), Some("https://desk.example.com/scp/tickets.php?id=81#entry-104"));
    assert_eq!(message.attachments[0].name, "screenshot.png");
    let ticket = event.data.ticket.unwrap();
    assert_eq!((&*ticket.id, ticket.number.flatten().as_deref()), ("main:81", Some("650421")));
    assert_eq!(ticket.subject.flatten().as_deref(), Some("Login Issue"));
    assert_eq!(ticket.url.flatten().as_deref(), Some("https://desk.example.com/scp/tickets.php?id=81"));
    assert_eq!(
        (ticket.status.flatten().as_deref(), ticket.priority.flatten().as_deref()),
        (Some("Open"), Some("Normal"))
    );
    assert_eq!(ticket.channel.flatten().as_deref(), Some("email"));
    assert_eq!(ticket.help_topic.flatten().as_deref(), Some("General Inquiry"));
    assert_eq!(ticket.department.flatten().as_deref(), Some("support"));
    assert_eq!((ticket.assignees, ticket.team), (Some(Some(vec!["ben".into()])), Some(None)));
    assert_eq!(ticket.customer.flatten().unwrap().email.as_deref(), Some("carla@example.org"));
    assert_eq!(ticket.participants.flatten().unwrap()[0].id.as_deref(), Some("main:9"));
}

#[test]
fn whoever_wrote_is_the_actor() {
    assert_eq!(event("message_of_collaborator").data.actor.id.as_deref(), Some("main:9"));
    let opened = event("created_by_agent").data.actor;
    assert_eq!((opened.kind, opened.id.as_deref()), (ActorKind::Agent, Some("jane")));
    assert!(event("message_auto_reply").data.auto_reply);
}

#[test]
fn a_message_that_reopens_says_so_and_who_had_the_ticket() {
    let data = event("message_that_reopens").data;
    assert!(data.reopened);
    assert_eq!(data.previous_assignees, Some(vec!["ben".into()]));
    assert_eq!(event("reopened").data.previous_assignees, Some(vec!["ben".into()]));
}

#[test]
fn assignments_are_by_hand_by_oneself_or_by_rule_to_an_agent_or_a_team() {
    let by_hand = event("assigned").data;
    let assigned = by_hand.assigned.unwrap();
    assert_eq!(
        (by_hand.actor.id.as_deref(), assigned.agents, assigned.by_rule),
        (Some("jane"), vec!["ben".into()], false)
    );
    assert_eq!(event("assigned_claimed").data.actor.id.as_deref(), Some("ben"), "by which nobody tells him of himself");
    let by_rule = event("assigned_by_rule").data;
    assert_eq!((by_rule.actor.kind, by_rule.assigned.unwrap().by_rule), (ActorKind::System, true));
    let team = event("assigned_to_team").data;
    assert_eq!(
        (team.assigned.unwrap().team.as_deref(), team.ticket.unwrap().assignees),
        (Some("t2"), Some(Some(vec![])))
    );
}

#[test]
fn somebody_whom_nobody_matches_is_reported_and_the_event_kept() {
    let parsed = hook("assigned_to_stranger");
    assert_eq!(parsed.unmatched, [("77".to_owned(), "Sam Stranger".to_owned())]);
    assert_eq!(parsed.events[0].data.assigned.as_ref().unwrap().agents, [Id::from("main:77")]);
}

#[test]
fn a_note_mentions_the_agents_whom_the_plugin_found_in_it() {
    let note = event("note").data;
    assert_eq!((note.actor.id.as_deref(), note.message.unwrap().mentions), (Some("jane"), vec!["ben".into()]));
}

#[test]
fn a_transfer_names_both_departments() {
    let data = event("transferred").data;
    assert_eq!(data.from_department.as_deref(), Some("support"));
    assert_eq!(data.ticket.unwrap().department.flatten().as_deref(), Some("Billing"));
}

#[test]
fn who_closed_a_ticket_does_not_take_it_over() {
    let data = event("closed").data;
    let ticket = data.ticket.unwrap();
    assert_eq!((ticket.assignees, ticket.team), (None, None), "what was known of the assignment stays");
    assert_eq!((data.actor.id.as_deref(), ticket.status.flatten().as_deref()), (Some("jane"), Some("Resolved")));
}

#[test]
fn an_sla_without_alerts_says_so() {
    assert!(!event("overdue").data.alerts_disabled);
    assert!(event("overdue_without_alerts").data.alerts_disabled);
}

#[test]
fn alerts_about_the_helpdesk_itself_need_no_ticket() {
    let logins = event("excessive_logins").data;
    assert_eq!((logins.account.as_deref(), logins.account_kind.as_deref()), (Some("jane"), Some("agent")));
    assert_eq!((logins.ip.as_deref(), logins.attempts), (Some("192.0.2.7"), Some(5)));
    assert_eq!(event("sql_error").data.title.as_deref(), Some("DB Error #1205"));
    let limit = event("overlimit").data;
    assert_eq!((limit.open_tickets, limit.limit), (Some(5), Some(5)));
    assert_eq!(limit.contact.unwrap().email.as_deref(), Some("carla@example.org"));
}

#[test]
fn what_means_nothing_to_an_agent_is_ignored_with_the_reason() {
    for name in ["referred", "note_by_system", "reopened_by_agent"] {
        let parsed = hook(name);
        assert!(parsed.events.is_empty() && parsed.ignored.is_some(), "{name}");
    }
    let unknown = br#"{"plugin": "bellhop-osticket/9.0", "id": "1", "event": "exploded"}"#;
    assert!(send(unknown, NOW / 1_000).unwrap().ignored.is_some_and(|why| why.contains("not known")));
}

#[test]
fn only_the_right_secret_and_a_recent_time_open() {
    let (body, now) = (payload("osticket", "message"), NOW / 1_000);
    for (timestamp, opens) in [(now, true), (now - 299, true), (now - 301, false), (now + 301, false), (0, false)] {
        let result = send(&body, timestamp);
        assert_eq!(result.is_ok(), opens, "{timestamp}");
        assert!(opens || matches!(result, Err(Error::Unauthorized)));
    }
    let stamp = now.to_string();
    let (right, other) = (sha256(&stamp, &body), sha256(&(now - 1).to_string(), &body));
    for (signature, stamp) in [(&*other, &*stamp), ("sha256=zz", &stamp), ("", &stamp), (&right, "")] {
        let headers = [("X-Bellhop-Signature", signature), ("X-Bellhop-Timestamp", stamp)];
        assert!(matches!(deliver("osticket", &body, &headers, ""), Err(Error::Unauthorized)), "{signature} {stamp}");
    }
    assert!(matches!(deliver("osticket", &body, &[], "token=hook secret"), Err(Error::Unauthorized)));
    let changed = [&body[..], b" "].concat();
    let headers = [("X-Bellhop-Signature", &*right), ("X-Bellhop-Timestamp", &*stamp)];
    assert!(matches!(deliver("osticket", &changed, &headers, ""), Err(Error::Unauthorized)));
}

#[test]
fn a_retry_signed_anew_is_the_same_event() {
    let body = payload("osticket", "message");
    let id = |at: i64| send(&body, at).unwrap().events[0].id.clone();
    assert_eq!(id(NOW / 1_000), id(NOW / 1_000 - 60));
}

#[test]
fn a_body_of_another_system_is_refused_with_the_reason() {
    for (body, pointer) in [
        (payload("chatwoot", "conversation_resolved"), "/plugin"),
        (br#"{"plugin": "bellhop-osticket/1.0", "event": "message"}"#.to_vec(), "/id"),
        (br#"{"plugin": "bellhop-osticket/1.0", "event": "message", "id": "1"}"#.to_vec(), "/ticket/id"),
    ] {
        let Err(Error::Invalid(invalid)) = send(&body, NOW / 1_000) else { panic!("{pointer}") };
        assert_eq!((invalid.code, &*invalid.errors[0].pointer), ("hook.wrong_system", pointer));
    }
    assert!(matches!(send(b"event=message", NOW / 1_000), Err(Error::Malformed { code: "hook.not_json", .. })));
}
