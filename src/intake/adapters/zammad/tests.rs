#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use crate::{
    domain::{
        Id,
        event::{ActorKind, Escalation, Event, EventType},
    },
    error::{Error, Result},
    intake::adapters::{
        Parsed,
        testing::{deliver, payload, sha1},
    },
};

/// Delivers a payload from the trigger of that name, signed.
fn hook(name: &str, trigger: &str) -> Parsed {
    send(&payload("zammad", name), trigger).unwrap()
}

fn send(body: &[u8], trigger: &str) -> Result<Parsed> {
    let signature = sha1(body);
    let headers = [("X-Hub-Signature", &*signature), ("X-Zammad-Trigger", trigger), ("X-Zammad-Delivery", "job-1")];
    deliver("zammad", body, &headers, "")
}

fn event(name: &str, trigger: &str) -> Event {
    let mut parsed = hook(name, trigger);
    assert_eq!(parsed.events.len(), 1, "{:?}", parsed.ignored);
    parsed.events.remove(0)
}

#[test]
fn a_customers_reply_brings_the_message_and_the_ticket() {
    let event = event("customer_reply", "bellhop:customer_reply");
    assert_eq!((&*event.source, &*event.id, event.kind), ("/hooks/zammad/main", "job-1", EventType::MessageReceived));
    assert_eq!(crate::domain::time::to_rfc3339(event.time), "2026-11-20T08:59:58.310Z");
    let actor = &event.data.actor;
    assert_eq!(
        (actor.kind, actor.id.as_deref(), actor.name.as_deref()),
        (ActorKind::Customer, Some("main:8"), Some("Carla Reis"))
    );
    let message = event.data.message.unwrap();
    assert_eq!(message.id.as_deref(), Some("104"));
    assert!(message.html.unwrap().contains("still <b>broken</b>") && message.text.is_none());
    assert_eq!(message.url.as_deref(), Some("https://desk.example.com/#ticket/zoom/81/104"));
    assert_eq!(message.attachments[0].name, "screenshot.png");
    let ticket = event.data.ticket.unwrap();
    assert_eq!((&*ticket.id, ticket.number.flatten().as_deref()), ("main:81", Some("65042")));
    assert_eq!(ticket.subject.flatten().as_deref(), Some("Login Issue"));
    assert_eq!(ticket.url.flatten().as_deref(), Some("https://desk.example.com/#ticket/zoom/81"));
    assert_eq!(ticket.status.flatten().as_deref(), Some("open"));
    assert_eq!(ticket.priority.flatten().as_deref(), Some("2 normal"));
    assert_eq!(ticket.department.flatten().as_deref(), Some("support"));
    assert_eq!(ticket.channel.flatten().as_deref(), Some("email"));
    assert_eq!(ticket.assignees, Some(Some(vec!["ben".into()])), "ben is matched by his email");
    let customer = ticket.customer.flatten().unwrap();
    assert_eq!(
        (customer.email.as_deref(), customer.phone.as_deref()),
        (Some("carla@example.org"), Some("+351 21 000 0000"))
    );
}

#[test]
fn each_trigger_name_says_what_happened() {
    use EventType::*;
    for (payload, trigger, kind) in [
        ("ticket_created", "bellhop:ticket_created", TicketCreated),
        ("customer_reply", "bellhop:customer_reply for the night shift", MessageReceived),
        ("note_with_mention", "bellhop:note", NoteAdded),
        ("agent_reply", "bellhop:agent_reply", ReplySent),
        ("assigned", "bellhop:assigned", TicketAssigned),
        ("unassigned", "bellhop:assigned", TicketUnassigned),
        ("unassigned", "bellhop:unassigned", TicketUnassigned),
        ("transferred", "bellhop:transferred", TicketTransferred),
        ("escalated", "bellhop:escalated", TicketEscalated),
        ("escalated", "bellhop:emergency", TicketEscalated),
        ("escalated", "bellhop:critical", TicketUrgencyChanged),
        ("escalated", "bellhop:overdue", TicketOverdue),
        ("escalated", "bellhop:budget_locked", TicketBudgetLocked),
        ("escalated", "bellhop:doc_review", TicketDocReviewRequested),
        ("reopened", "bellhop:reopened", TicketReopened),
        ("closed", "bellhop:closed", TicketClosed),
        ("closed", "bellhop:merged", TicketMerged),
    ] {
        assert_eq!(event(payload, trigger).kind, kind, "{trigger}");
    }
}

#[test]
fn without_a_name_the_article_says_what_happened() {
    use EventType::*;
    for (payload, kind) in [
        ("ticket_created", TicketCreated),
        ("customer_reply", MessageReceived),
        ("note_with_mention", NoteAdded),
        ("agent_reply", ReplySent),
    ] {
        assert_eq!(event(payload, "Tell the hub").kind, kind, "{payload}");
    }
    let parsed = hook("closed", "Tell the hub");
    assert!(parsed.events.is_empty() && parsed.ignored.is_some(), "no article, no name: nothing is guessed");
    assert!(hook("customer_reply", "bellhop:something_else").ignored.is_some());
}

#[test]
fn a_custom_payload_may_name_the_event_and_spell_things_its_own_way() {
    let event = event("custom_payload", "whatever");
    assert_eq!(event.kind, EventType::MessageReceived);
    let ticket = event.data.ticket.unwrap();
    assert_eq!(
        (ticket.status.flatten().as_deref(), ticket.department.flatten().as_deref()),
        (Some("open"), Some("support"))
    );
    assert_eq!(ticket.assignees, None, "a payload without an owner says nothing of the assignment");
    assert_eq!(event.data.message.unwrap().text.as_deref(), Some("Still broken"));
    assert_eq!(event.data.actor.name.as_deref(), Some("Carla Reis"));
}

#[test]
fn an_assignment_by_hand_names_the_agent_and_one_by_the_scheduler_is_a_rules() {
    let by_hand = event("assigned", "bellhop:assigned");
    assert_eq!(by_hand.data.actor.id.as_deref(), Some("jane"), "jane is matched by her external id");
    let assigned = by_hand.data.assigned.unwrap();
    assert_eq!((assigned.agents, assigned.by_rule), (vec!["ben".into()], false));
    let by_rule = event("assigned_by_scheduler", "bellhop:assigned");
    assert_eq!((by_rule.data.actor.kind, by_rule.data.assigned.unwrap().by_rule), (ActorKind::System, true));
}

#[test]
fn somebody_whom_nobody_matches_is_reported_and_the_event_kept() {
    let parsed = hook("assigned_to_stranger", "bellhop:assigned");
    assert_eq!(parsed.unmatched, [("77".to_owned(), "Sam Stranger".to_owned())]);
    assert_eq!(parsed.events[0].data.assigned.as_ref().unwrap().agents, [Id::from("main:77")]);
}

#[test]
fn a_mention_in_a_note_is_a_person() {
    let note = event("note_with_mention", "bellhop:note").data;
    assert_eq!((note.actor.kind, note.actor.id.as_deref()), (ActorKind::Agent, Some("jane")));
    assert_eq!(note.message.unwrap().mentions, [Id::from("ben")]);
}

#[test]
fn an_escalation_says_how_bad_it_is() {
    assert_eq!(event("escalated", "bellhop:escalated").data.escalation, Some(Escalation::Normal));
    assert_eq!(event("escalated", "bellhop:emergency").data.escalation, Some(Escalation::Emergency));
    assert_eq!(
        event("escalated", "bellhop:escalated").data.ticket.unwrap().priority.flatten().as_deref(),
        Some("3 high")
    );
}

#[test]
fn a_group_that_the_directory_does_not_know_goes_by_its_name() {
    let ticket = event("transferred", "bellhop:transferred").data.ticket.unwrap();
    assert_eq!(ticket.department.flatten().as_deref(), Some("Billing"));
    assert_eq!(ticket.assignees, Some(Some(Vec::new())));
}

#[test]
fn a_delivery_without_an_id_is_known_by_what_it_says() {
    let body = payload("zammad", "customer_reply");
    let signature = sha1(&body);
    let again = || deliver("zammad", &body, &[("x-hub-signature", &signature)], "").unwrap().events[0].id.clone();
    assert_eq!(again(), again());
    assert_eq!(again().len(), 64);
}

#[test]
fn only_the_right_secret_opens() {
    let body = payload("zammad", "customer_reply");
    let right = sha1(&body);
    let bare = right.trim_start_matches("sha1=").to_owned();
    for (signature, opens) in
        [(&*right, true), (&*bare, true), (&*right.replace("sha1=", "sha256="), false), ("sha1=00", false), ("", false)]
    {
        let result = deliver("zammad", &body, &[("X-Hub-Signature", signature)], "");
        assert_eq!(result.is_ok(), opens, "{signature:?}");
        assert!(opens || matches!(result, Err(Error::Unauthorized)));
    }
    assert!(matches!(deliver("zammad", &body, &[], "token=hook secret"), Err(Error::Unauthorized)));
    let mut changed = body.clone();
    changed.push(b' ');
    assert!(matches!(deliver("zammad", &changed, &[("X-Hub-Signature", &right)], ""), Err(Error::Unauthorized)));
}

#[test]
fn a_body_of_another_system_is_refused_with_the_reason() {
    let chatwoot = payload("chatwoot", "message_incoming");
    let Err(Error::Invalid(invalid)) = send(&chatwoot, "bellhop:note") else {
        panic!("a body of Chatwoot is none of ours")
    };
    assert_eq!((invalid.code, &*invalid.errors[0].pointer), ("hook.wrong_system", "/ticket/id"));
    assert!(matches!(send(b"ticket=1", "x"), Err(Error::Malformed { code: "hook.not_json", .. })));
    let Err(Error::Malformed { code, pointer, .. }) = send(br#"{"ticket": {"id": 1, "title": 5}}"#, "x") else {
        panic!()
    };
    assert_eq!((code, pointer.as_deref()), ("hook.wrong_shape", Some("/ticket/title")));
}
