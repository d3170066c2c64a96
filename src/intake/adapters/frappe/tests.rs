#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    domain::{
        Id,
        event::{ActorKind, Event, EventType, Urgency},
    },
    error::{Error, Result},
    intake::adapters::{
        Parsed,
        testing::{NOW, SECRET, deliver, payload},
        verify,
    },
};

fn signature(body: &[u8]) -> String {
    STANDARD.encode(verify::hmac_sha256(SECRET, &[body]))
}

fn send(body: &[u8]) -> Result<Parsed> {
    deliver("frappe", body, &[("X-Frappe-Webhook-Signature", &*signature(body))], "")
}

fn hook(name: &str) -> Parsed {
    send(&payload("frappe", name)).unwrap()
}

fn event(name: &str) -> Event {
    let mut parsed = hook(name);
    assert_eq!(parsed.events.len(), 1, "{name}: {:?}", parsed.ignored);
    parsed.events.remove(0)
}

#[test]
fn each_document_is_an_event() {
    use EventType::*;
    for (name, kind) in [
        ("ticket_created", TicketCreated),
        ("ticket_created_by_agent", TicketCreated),
        ("ticket_team_changed", TicketAssigned),
        ("ticket_transferred", TicketTransferred),
        ("ticket_reopened", TicketReopened),
        ("ticket_closed", TicketClosed),
        ("ticket_overdue", TicketOverdue),
        ("ticket_merged", TicketMerged),
        ("ticket_critical", TicketUrgencyChanged),
        ("todo_assigned", TicketAssigned),
        ("todo_assigned_by_rule", TicketAssigned),
        ("todo_cancelled", TicketUnassigned),
        ("comment_note", NoteAdded),
        ("comment_edited", NoteEdited),
        ("comment_reacted", CommentReacted),
        ("comment_unreacted", CommentUnreacted),
        ("communication_received", MessageReceived),
        ("communication_sent", ReplySent),
        ("notification_mention", NoteAdded),
        ("notification_assignment", TicketAssigned),
        ("notification_reaction", CommentReacted),
        ("notification_reopened", TicketReopened),
        ("notification_read", TicketViewed),
        ("log_mention", NoteAdded),
        ("log_assignment", TicketAssigned),
        ("form_rows_todo", TicketAssigned),
    ] {
        assert_eq!(event(name).kind, kind, "{name}");
    }
}

#[test]
fn a_customers_reply_brings_the_ticket_that_stands_beside_it() {
    let event = event("communication_received");
    assert_eq!(&*event.source, "/hooks/frappe/main");
    assert_eq!(crate::domain::time::to_rfc3339(event.time), "2026-11-20T08:59:58.310Z", "the site is 5:30 ahead");
    let actor = &event.data.actor;
    assert_eq!(
        (actor.kind, actor.id.as_deref(), actor.name.as_deref()),
        (ActorKind::Customer, Some("main:Carla Reis"), Some("Carla Reis"))
    );
    let message = event.data.message.unwrap();
    assert_eq!(message.id.as_deref(), Some("c81f0d77b2"));
    assert!(message.html.unwrap().contains("still <b>broken</b>"));
    let ticket = event.data.ticket.unwrap();
    assert_eq!((&*ticket.id, ticket.number.flatten().as_deref()), ("main:1023", Some("1023")));
    assert_eq!(ticket.subject.flatten().as_deref(), Some("Login Issue"));
    assert_eq!(ticket.url.flatten().as_deref(), Some("https://desk.example.com/helpdesk/tickets/1023"));
    assert_eq!(
        (ticket.status.flatten().as_deref(), ticket.priority.flatten().as_deref()),
        (Some("Open"), Some("High"))
    );
    assert_eq!((ticket.team.flatten().as_deref(), ticket.department), (Some("t2"), None));
    assert_eq!(ticket.assignees, Some(Some(vec!["ben".into()])), "ben is matched by his email");
    assert_eq!(ticket.customer.flatten().unwrap().email.as_deref(), Some("carla@example.org"));
}

#[test]
fn a_ticket_is_its_customers_unless_an_agent_made_it() {
    let created = event("ticket_created").data;
    assert_eq!((created.actor.kind, created.actor.name.as_deref()), (ActorKind::Customer, Some("Carla Reis")));
    assert_eq!(created.ticket.unwrap().assignees, Some(Some(Vec::new())));
    let by_agent = event("ticket_created_by_agent").data.actor;
    assert_eq!((by_agent.kind, by_agent.id.as_deref()), (ActorKind::Agent, Some("jane")));
}

#[test]
fn an_assignment_by_hand_names_the_agent_and_one_by_rule_nobody() {
    let by_hand = event("todo_assigned").data;
    assert_eq!((by_hand.actor.id.as_deref(), by_hand.actor.name.as_deref()), (Some("jane"), Some("Jane Smith")));
    let assigned = by_hand.assigned.unwrap();
    assert_eq!((assigned.agents, assigned.by_rule), (vec!["ben".into()], false));
    let by_rule = event("todo_assigned_by_rule").data;
    assert_eq!((by_rule.actor.kind, by_rule.assigned.unwrap().by_rule), (ActorKind::System, true));
    assert_eq!(event("todo_cancelled").data.ticket.unwrap().assignees, Some(Some(Vec::new())));
}

#[test]
fn an_hd_team_is_a_team_here_or_the_department_of_that_name() {
    let team = event("ticket_team_changed").data;
    assert_eq!((team.assigned.unwrap().team.as_deref(), team.actor.id.as_deref()), (Some("t2"), Some("jane")));
    let department = event("ticket_transferred").data.ticket.unwrap();
    assert_eq!(department.department.flatten().as_deref(), Some("support"));
}

#[test]
fn somebody_whom_nobody_matches_is_reported_and_the_event_kept() {
    let parsed = hook("todo_assigned_to_stranger");
    assert_eq!(parsed.unmatched, [("sam@example.net".to_owned(), "sam@example.net".to_owned())]);
    assert_eq!(parsed.events[0].data.assigned.as_ref().unwrap().agents, [Id::from("main:sam@example.net")]);
}

#[test]
fn a_mention_in_a_comment_is_a_person() {
    let note = event("comment_note").data;
    assert_eq!((note.actor.kind, note.actor.id.as_deref()), (ActorKind::Agent, Some("jane")));
    let message = note.message.unwrap();
    assert_eq!((message.id.as_deref(), message.mentions), (Some("7f3c9a1e5d"), vec![Id::from("ben")]));
    let other = br#"{"doc": {"doctype": "HD Ticket Comment", "name": "x", "reference_ticket": 5, "content":
        "<span data-id='ben@example.com' data-type='mention'>B</span> <a data-type=\"mentions\" data-id=\"tom@example.com\">T</a>"},
        "event": "note"}"#;
    assert_eq!(send(other).unwrap().events[0].data.message.as_ref().unwrap().mentions, [Id::from("ben")]);
}

#[test]
fn a_reaction_names_the_author_of_the_comment_and_the_emoji() {
    let data = event("comment_reacted").data;
    assert_eq!((data.actor.id.as_deref(), data.emoji.as_deref()), (Some("ben"), Some("👍")));
    let comment = data.comment.unwrap();
    assert_eq!((&*comment.id, comment.author.as_deref()), ("7f3c9a1e5d", Some("jane")));
    assert_eq!(event("comment_unreacted").data.emoji, None);
}

#[test]
fn a_reply_from_the_desks_own_address_is_the_agents_who_wrote_it() {
    assert_eq!(event("communication_sent").data.actor.id.as_deref(), Some("ben"));
}

#[test]
fn frappes_own_notifications_are_told_to_whom_they_are_addressed() {
    let mention = event("notification_mention").data.message.unwrap();
    assert_eq!((mention.id.as_deref(), mention.mentions), (Some("7f3c9a1e5d"), vec![Id::from("ben")]));
    assert_eq!(event("notification_assignment").data.assigned.unwrap().agents, [Id::from("ben")]);
    assert_eq!(event("notification_reaction").data.comment.unwrap().author.as_deref(), Some("jane"));
    assert_eq!(event("notification_reopened").data.previous_assignees, Some(vec!["ben".into()]));
    assert_eq!(event("notification_read").data.actor.id.as_deref(), Some("ben"));
    assert_eq!(event("log_mention").data.message.unwrap().mentions, [Id::from("ben")]);
    assert_eq!(event("log_assignment").data.assigned.unwrap().agents, [Id::from("ben")]);
}

#[test]
fn a_change_may_be_critical() {
    let data = event("ticket_critical").data;
    assert_eq!((data.urgency, data.actor.kind), (Some(Urgency::Critical), ActorKind::System));
}

#[test]
fn what_means_nothing_to_an_agent_is_ignored_with_the_reason() {
    for name in [
        "ticket_updated_unnamed",
        "ticket_reopened_by_agent",
        "todo_of_another_document",
        "communication_first",
        "communication_automated",
        "log_share",
    ] {
        let parsed = hook(name);
        assert!(parsed.events.is_empty() && parsed.ignored.is_some(), "{name}");
    }
    for unknown in [
        r#"{"event": "exploded", "doc": {"doctype": "HD Ticket", "name": 5}}"#,
        r#"{"event": "exploded", "doc": {"doctype": "HD Ticket Comment", "name": "c", "reference_ticket": 5}}"#,
        r#"{"doc": {"doctype": "Sales Invoice", "name": "SINV-1"}}"#,
    ] {
        assert!(send(unknown.as_bytes()).unwrap().ignored.is_some(), "{unknown}");
    }
}

#[test]
fn an_event_is_known_by_document_and_change_so_that_a_retry_is_the_same() {
    let assigned = event("todo_assigned");
    assert_eq!(&*assigned.id, "ToDo/k2v9p1m0aa/2026-11-20 14:37:00.500000/ticket.assigned");
    assert_eq!(assigned.id, event("todo_assigned").id);
    assert_ne!(event("ticket_reopened").id, event("ticket_team_changed").id, "one change may be two things");
    let bare = br#"{"allocated_to": "ben@example.com", "reference_name": 5}"#;
    let id = || send(bare).unwrap().events[0].id.clone();
    assert_eq!((id().len(), id()), (64, id()), "without name and time a digest");
}

#[test]
fn a_site_that_does_not_say_how_its_clock_goes_is_taken_at_our_time() {
    let at = |offset: &str| {
        let body = format!(
            r#"{{"utc_offset": "{offset}", "doc": {{"doctype": "HD Ticket", "name": 5, "modified": "2026-11-20 05:00:00"}},
                 "event": "closed"}}"#
        );
        send(body.as_bytes()).unwrap().events[0].time
    };
    let five = 1_795_150_800_000;
    assert_eq!(at("+0000"), five);
    assert_eq!((at("-0330"), at("+01:00")), (five + 12_600_000, five - 3_600_000));
    assert_eq!((at(""), at("soon"), at("+9900"), at("-0800")), (NOW, NOW, NOW, NOW), "never later than now");
}

#[test]
fn only_the_right_secret_opens() {
    let body = payload("frappe", "todo_assigned");
    let right = signature(&body);
    let hex = hex::encode(verify::hmac_sha256(SECRET, &[&body]));
    for (given, opens) in [(&*right, true), (&*hex, false), ("AAAA", false), ("", false), ("not base64!", false)] {
        let result = deliver("frappe", &body, &[("X-Frappe-Webhook-Signature", given)], "");
        assert_eq!(result.is_ok(), opens, "{given:?}");
        assert!(opens || matches!(result, Err(Error::Unauthorized)));
    }
    assert!(matches!(deliver("frappe", &body, &[], "token=hook secret"), Err(Error::Unauthorized)));
    let changed = [&body[..], b" "].concat();
    let headers = [("X-Frappe-Webhook-Signature", &*right)];
    assert!(matches!(deliver("frappe", &changed, &headers, ""), Err(Error::Unauthorized)));
}

#[test]
fn a_body_of_another_system_is_refused_with_the_reason() {
    for (body, pointer) in [
        (payload("slack", "created"), "/doc/doctype"),
        (payload("osticket", "system_error"), "/doc/doctype"),
        (br#"{"doc": {"doctype": "HD Ticket"}, "event": "closed"}"#.to_vec(), "/doc/name"),
        (br#"{"doc": {"doctype": "HD Ticket Comment", "name": "c"}, "event": "note"}"#.to_vec(), "/doc/name"),
    ] {
        let Err(Error::Invalid(invalid)) = send(&body) else { panic!("{pointer}") };
        assert_eq!((invalid.code, &*invalid.errors[0].pointer), ("hook.wrong_system", pointer));
    }
    for body in [payload("zammad", "customer_reply"), payload("chatwoot", "message_incoming")] {
        assert!(matches!(send(&body), Err(Error::Malformed { code: "hook.wrong_shape", .. })));
    }
    assert!(matches!(send(b"name=1023"), Err(Error::Malformed { code: "hook.not_json", .. })));
}
