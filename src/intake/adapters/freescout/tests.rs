#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use crate::{
    domain::{
        Id,
        event::{ActorKind, Event, EventType},
    },
    error::{Error, Result},
    intake::adapters::{
        Parsed,
        testing::{deliver, payload, sha1_base64},
    },
};

/// Delivers a body as FreeScout does.
fn send(body: &[u8], event: &str) -> Result<Parsed> {
    let signature = sha1_base64(body);
    deliver("freescout", body, &[("X-FreeScout-Signature", &signature), ("X-FreeScout-Event", event)], "")
}

fn hook(name: &str, event: &str) -> Parsed {
    send(&payload("freescout", name), event).unwrap()
}

fn only(mut parsed: Parsed) -> Event {
    assert_eq!(parsed.events.len(), 1, "{:?}", parsed.ignored);
    parsed.events.remove(0)
}

fn event(name: &str, event: &str) -> Event {
    only(hook(name, event))
}

/// Delivers a payload as Help Scout does.
fn help_scout(name: &str, event: &str) -> Event {
    let body = payload("freescout", name);
    let signature = sha1_base64(&body);
    let headers = [("X-HelpScout-Signature", &*signature), ("X-HelpScout-Event", event)];
    only(deliver("freescout", &body, &headers, "").unwrap())
}

#[test]
fn a_customers_reply_brings_the_message_and_the_conversation() {
    let event = event("customer_reply", "convo.customer.reply.created");
    assert_eq!((&*event.source, event.kind), ("/hooks/freescout/main", EventType::MessageReceived));
    assert_eq!(&*event.id, "convo.customer.reply.created:45:104");
    assert_eq!(crate::domain::time::to_rfc3339(event.time), "2026-11-20T08:59:58.000Z");
    let actor = &event.data.actor;
    assert_eq!(
        (actor.kind, actor.id.as_deref(), actor.name.as_deref()),
        (ActorKind::Customer, Some("main:8"), Some("Carla Reis"))
    );
    assert!(!event.data.reopened && !event.data.bot_answered);
    let message = event.data.message.unwrap();
    assert_eq!(message.id.as_deref(), Some("104"));
    assert!(message.html.unwrap().contains("still <b>broken</b>"));
    assert_eq!(message.url.as_deref(), Some("https://desk.example.com/conversation/45#thread-104"));
    assert_eq!(message.attachments[0].name, "screenshot.png");
    assert!(message.attachments[0].url.starts_with("https://desk.example.com/storage/"));
    let ticket = event.data.ticket.unwrap();
    assert_eq!((&*ticket.id, ticket.number.flatten().as_deref()), ("main:45", Some("65042")));
    assert_eq!(ticket.subject.flatten().as_deref(), Some("Login Issue"));
    assert_eq!(ticket.url.flatten().as_deref(), Some("https://desk.example.com/conversation/45"));
    assert_eq!(ticket.status.flatten().as_deref(), Some("active"));
    assert_eq!(ticket.channel.flatten().as_deref(), Some("email"));
    assert_eq!(ticket.department.flatten().as_deref(), Some("main:2"), "a mailbox that no department is named after");
    assert_eq!(ticket.assignees, Some(Some(vec!["ben".into()])));
    assert_eq!(ticket.customer.flatten().unwrap().email.as_deref(), Some("carla@example.org"));
}

#[test]
fn each_event_of_a_conversation_has_its_meaning() {
    use EventType::*;
    for (payload, name, kind) in [
        ("conversation_created", "convo.created", TicketCreated),
        ("customer_reply", "convo.customer.reply.created", MessageReceived),
        ("agent_reply", "convo.agent.reply.created", ReplySent),
        ("note_with_mention", "convo.note.created", NoteAdded),
        ("assigned", "convo.assigned", TicketAssigned),
        ("unassigned", "convo.assigned", TicketUnassigned),
        ("moved", "convo.moved", TicketTransferred),
        ("closed", "convo.status", TicketClosed),
        ("deleted", "convo.deleted", TicketClosed),
        ("deleted", "convo.deleted_forever", TicketClosed),
    ] {
        assert_eq!(event(payload, name).kind, kind, "{name}");
    }
}

#[test]
fn a_conversation_is_begun_by_a_customer_or_by_an_agent() {
    let by_customer = event("conversation_created", "convo.created");
    assert_eq!(&*by_customer.id, "convo.created:45");
    assert_eq!(by_customer.data.actor.kind, ActorKind::Customer);
    assert_eq!(by_customer.data.message.unwrap().id.as_deref(), Some("101"));
    assert_eq!(by_customer.data.ticket.unwrap().assignees, Some(Some(Vec::new())));
    let by_agent = event("conversation_created_by_agent", "convo.created");
    let actor = by_agent.data.actor;
    assert_eq!((actor.kind, actor.id.as_deref()), (ActorKind::Agent, Some("jane")));
}

#[test]
fn a_reply_to_a_closed_conversation_reopens_it() {
    let reopening = event("customer_reply_reopens", "convo.customer.reply.created");
    assert_eq!((reopening.kind, reopening.data.reopened), (EventType::MessageReceived, true));
    assert!(hook("status_active", "convo.status").ignored.unwrap().contains("with the reply"), "and is told once");
}

#[test]
fn an_assignment_says_who_did_it_and_one_by_a_workflow_that_it_is_a_rules() {
    let by_hand = event("assigned", "convo.assigned");
    assert_eq!(by_hand.data.actor.id.as_deref(), Some("jane"), "jane is matched by her external id");
    let assigned = by_hand.data.assigned.unwrap();
    assert_eq!((assigned.agents, assigned.team, assigned.by_rule), (vec!["ben".into()], None, false));
    let by_rule = event("assigned_by_workflow", "convo.assigned");
    assert_eq!((by_rule.data.actor.kind, by_rule.data.assigned.unwrap().by_rule), (ActorKind::System, true));
    let unassigned = event("unassigned", "convo.assigned").data.ticket.unwrap();
    assert_eq!(unassigned.assignees, Some(Some(Vec::new())));
}

#[test]
fn somebody_whom_nobody_matches_is_reported_and_the_event_kept() {
    let parsed = hook("assigned_to_stranger", "convo.assigned");
    assert_eq!(parsed.unmatched, [("77".to_owned(), "Sam Stranger".to_owned())]);
    assert_eq!(parsed.events[0].data.assigned.as_ref().unwrap().agents, [Id::from("main:77")]);
}

#[test]
fn a_note_mentions_by_name() {
    let note = event("note_with_mention", "convo.note.created").data;
    assert_eq!((note.actor.kind, note.actor.id.as_deref()), (ActorKind::Agent, Some("jane")));
    assert_eq!(note.message.unwrap().mentions, [Id::from("ben")], "a name within an address is none");
}

#[test]
fn an_agents_reply_and_a_closing_name_the_agent() {
    let reply = event("agent_reply", "convo.agent.reply.created").data;
    assert_eq!((reply.actor.id.as_deref(), reply.message.unwrap().id.as_deref()), (Some("ben"), Some("103")));
    let closed = event("closed", "convo.status").data;
    assert_eq!(closed.actor.id.as_deref(), Some("ben"));
    assert_eq!(closed.ticket.unwrap().status.flatten().as_deref(), Some("closed"));
    let deleted = event("deleted", "convo.deleted").data.ticket.unwrap();
    assert_eq!(deleted.status.flatten().as_deref(), Some("deleted"));
}

#[test]
fn help_scout_spells_people_links_and_files_its_own_way() {
    let reply = help_scout("helpscout_customer_reply", "convo.customer.reply.created");
    assert_eq!((reply.kind, reply.data.actor.name.as_deref()), (EventType::MessageReceived, Some("Carla Reis")));
    let message = reply.data.message.unwrap();
    assert_eq!((message.id.as_deref(), &*message.attachments[0].name), (Some("9003"), "screenshot.png"));
    assert_eq!(message.attachments[0].url, "https://secure.helpscout.net/file/77/screenshot.png");
    let ticket = reply.data.ticket.unwrap();
    assert_eq!(ticket.url.flatten().as_deref(), Some("https://secure.helpscout.net/conversation/2451/812/"));
    assert_eq!(ticket.assignees, Some(Some(vec!["ben".into()])));
    let assigned = help_scout("helpscout_assigned_to_team", "convo.assigned").data;
    assert_eq!(assigned.actor.id.as_deref(), Some("jane"));
    let assigned = assigned.assigned.unwrap();
    assert_eq!((assigned.agents.len(), assigned.team.as_deref()), (0, Some("t2")));
    assert_eq!(help_scout("helpscout_unassigned", "convo.assigned").kind, EventType::TicketUnassigned);
    assert_eq!(help_scout("helpscout_merged", "convo.merged").kind, EventType::TicketMerged);
}

#[test]
fn a_deleted_conversation_of_help_scout_comes_with_its_id_alone() {
    let event = help_scout("helpscout_deleted", "convo.deleted");
    let ticket = event.data.ticket.unwrap();
    assert_eq!((event.kind, &*ticket.id), (EventType::TicketClosed, "main:2451"));
    assert_eq!((ticket.assignees, ticket.team, ticket.subject), (None, None, None), "nothing is said of them");
}

#[test]
fn what_means_nothing_to_an_agent_is_ignored_with_the_reason() {
    for (payload, name) in [
        ("status_pending", "convo.status"),
        ("restored", "convo.restored"),
        ("customer_updated", "customer.updated"),
        ("customer_updated", "customer.created"),
        ("customer_reply", "convo.exploded"),
    ] {
        let parsed = hook(payload, name);
        assert!(parsed.events.is_empty() && parsed.ignored.is_some(), "{name}");
    }
}

#[test]
fn a_delivery_that_comes_again_is_the_same_event_though_its_words_have_changed() {
    let later = |name: &str, event: &str| {
        let body = String::from_utf8(payload("freescout", name)).unwrap().replace("a minute ago", "2 hours ago");
        only(send(body.as_bytes(), event).unwrap()).id
    };
    for (name, kind) in [
        ("customer_reply", "convo.customer.reply.created"),
        ("assigned", "convo.assigned"),
        ("moved", "convo.moved"),
        ("closed", "convo.status"),
    ] {
        assert_eq!(event(name, kind).id, later(name, kind), "{kind}");
    }
    assert_ne!(event("assigned", "convo.assigned").id, event("unassigned", "convo.assigned").id);
    let (once, again) =
        (help_scout("helpscout_deleted", "convo.deleted"), help_scout("helpscout_deleted", "convo.deleted"));
    assert_eq!((&once.id, once.id.len()), (&again.id, 64));
}

#[test]
fn only_the_right_secret_opens() {
    let body = payload("freescout", "customer_reply");
    let right = sha1_base64(&body);
    let named = ("X-FreeScout-Event", "convo.customer.reply.created");
    for (signature, opens) in [(&*right, true), (&*right.to_lowercase(), false), ("AAAA", false), ("", false)] {
        let result = deliver("freescout", &body, &[("X-FreeScout-Signature", signature), named], "");
        assert_eq!(result.is_ok(), opens, "{signature:?}");
        assert!(opens || matches!(result, Err(Error::Unauthorized)));
    }
    assert!(matches!(deliver("freescout", &body, &[named], "token=hook secret"), Err(Error::Unauthorized)));
    let mut changed = body.clone();
    changed.push(b' ');
    let result = deliver("freescout", &changed, &[("X-FreeScout-Signature", &right), named], "");
    assert!(matches!(result, Err(Error::Unauthorized)));
}

#[test]
fn a_body_of_another_system_is_refused_with_the_reason() {
    let zammad = payload("zammad", "customer_reply");
    let Err(Error::Invalid(invalid)) = send(&zammad, "convo.created") else {
        panic!("a body of Zammad is none of ours")
    };
    assert_eq!((invalid.code, &*invalid.errors[0].pointer), ("hook.wrong_system", "/id"));
    let Err(Error::Invalid(invalid)) = send(&zammad, "") else { panic!("nothing names the event") };
    assert_eq!((invalid.code, &*invalid.errors[0].pointer), ("hook.wrong_system", ""));
    assert!(matches!(send(b"id=1", "convo.created"), Err(Error::Malformed { code: "hook.not_json", .. })));
    let empty = send(br#"{"id": 1, "_embedded": [], "assignee": [], "closedByUser": []}"#, "convo.assigned").unwrap();
    assert_eq!(empty.events[0].kind, EventType::TicketUnassigned, "PHP spells an empty object as a list");
}
