#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use serde_json::{Value, json};

use super::{Incoming, MAX_EVENT_BYTES, parse};
use crate::{
    domain::{
        Id,
        event::{ActorKind, Event, EventType},
    },
    error::{Error, Result},
};

const NOW: i64 = 1_795_167_000_000;

fn post(content_type: &str, body: &[u8]) -> Result<Vec<Event>> {
    parse(&Incoming { headers: &[("content-type", content_type)], body, now: NOW })
}

fn post_json(body: &Value) -> Result<Vec<Event>> {
    post("application/json", body.to_string().as_bytes())
}

fn sample() -> Value {
    json!({"specversion": "1.0", "id": "evt-1", "source": "/helpdesk", "type": "ticket.assigned", "time": "2026-11-20T09:00:00Z",
     "data": {"actor": {"kind": "agent", "id": "jane", "name": "Jane Smith"},
              "ticket": {"id": "HD-00123", "number": "123", "subject": "Login Issue", "url": "https://desk.example.com/tickets/123",
                         "status": "open", "priority": "high", "channel": "email", "department": "support", "team": null,
                         "assignees": ["ben"], "pm": "pia", "help_topic": null,
                         "customer": {"id": "c1", "name": "Carla Reis", "email": "carla@example.org"}, "participants": []},
              "message": {"id": "Comment-00789", "text": "…", "html": null,
                          "attachments": [{"name": "a.png", "url": "https://…"}], "mentions": ["ben"]}}})
}

/// The sample with one member set (or removed, with null) at a pointer.
fn with(pointer: &str, value: Value) -> Value {
    let mut event = sample();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = event.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), value);
    }
    event
}

/// (status, code, pointers) of a refusal.
fn refusal(result: Result<Vec<Event>>) -> (u16, &'static str, Vec<String>) {
    let error = result.expect_err("the body is to be refused");
    let pointers = match &error {
        Error::Invalid(invalid) => invalid.errors.iter().map(|field| field.pointer.clone()).collect(),
        Error::Malformed { pointer, .. } => pointer.iter().cloned().collect(),
        _ => Vec::new(),
    };
    (error.status(), error.code(), pointers)
}

#[test]
fn the_sample_of_the_reference_is_read_whole() {
    for content_type in ["application/cloudevents+json", "application/json", "application/json; charset=utf-8"] {
        let events = post(content_type, sample().to_string().as_bytes()).unwrap();
        let event = &events[0];
        assert_eq!((&*event.id, &*event.source, event.kind), ("evt-1", "/helpdesk", EventType::TicketAssigned));
        assert_eq!(crate::domain::time::to_rfc3339(event.time), "2026-11-20T09:00:00.000Z");
        assert_eq!(event.data.actor.kind, ActorKind::Agent);
        let ticket = event.data.ticket.as_ref().unwrap();
        assert_eq!((ticket.team.clone(), ticket.assignees.clone()), (Some(None), Some(Some(vec!["ben".into()]))));
        assert_eq!(ticket.no_access, None, "left out is not cleared");
        assert_eq!(event.data.message.as_ref().unwrap().mentions, [Id::from("ben")]);
    }
}

#[test]
fn an_event_without_a_time_happened_now_and_a_broken_clock_is_not_believed() {
    assert_eq!(post_json(&with("/time", Value::Null)).unwrap()[0].time, NOW);
    assert_eq!(post_json(&with("/time", "2099-01-01T00:00:00Z".into())).unwrap()[0].time, NOW);
    assert_eq!(post_json(&with("/time", "2026-11-20T11:00:00+02:00".into())).unwrap()[0].time, 1_795_165_200_000);
}

#[test]
fn extensions_and_members_that_mean_nothing_are_passed_over() {
    let mut event = with("/traceparent", "00-…".into());
    event["data"]["ticket"]["colour"] = "green".into();
    event["datacontenttype"] = "application/json".into();
    assert_eq!(post_json(&event).unwrap().len(), 1);
}

#[test]
fn what_is_missing_or_wrong_is_named_by_its_place() {
    let long = "x".repeat(256);
    for (event, code, pointer) in [
        (with("/id", Value::Null), "event.missing_member", "/id"),
        (with("/id", "".into()), "event.missing_member", "/id"),
        (with("/id", long.clone().into()), "event.too_long", "/id"),
        (with("/source", Value::Null), "event.missing_member", "/source"),
        (with("/source", long.clone().into()), "event.too_long", "/source"),
        (with("/type", Value::Null), "event.missing_member", "/type"),
        (with("/type", "ticket.exploded".into()), "event.unknown_type", "/type"),
        (with("/type", "notification.custom".into()), "event.unknown_type", "/type"),
        (with("/specversion", "0.3".into()), "event.specversion", "/specversion"),
        (with("/specversion", Value::Null), "event.specversion", "/specversion"),
        (with("/time", "yesterday".into()), "event.time", "/time"),
        (with("/data", Value::Null), "event.missing_member", "/data/ticket/id"),
        (with("/data/ticket", Value::Null), "event.missing_member", "/data/ticket/id"),
        (with("/data/ticket/id", Value::Null), "event.missing_member", "/data/ticket/id"),
        (with("/data/ticket/id", "".into()), "event.missing_member", "/data/ticket/id"),
        (with("/data/ticket/assignees", json!(["ben", ""])), "event.missing_member", "/data/ticket/assignees/1"),
        (with("/data/ticket/assignees", json!(vec!["a"; 1_001])), "event.too_many", "/data/ticket/assignees"),
        (with("/data/ticket/subject", "s".repeat(9_000).into()), "event.too_long", "/data/ticket/subject"),
        (with("/data/message/mentions", json!(vec!["a"; 1_001])), "event.too_many", "/data/message/mentions"),
        (with("/data/actor/id", long.into()), "event.too_long", "/data/actor/id"),
        (with("/type", "ticket.urgency_changed".into()), "event.missing_member", "/data/urgency"),
        (with("/type", "comment.reacted".into()), "event.missing_member", "/data/comment/id"),
        (with("/type", "contact.presence".into()), "event.missing_member", "/data/contact"),
    ] {
        let (status, found, pointers) = refusal(post_json(&event));
        assert_eq!((status, found, pointers[0].as_str()), (422, code, pointer), "{event}");
    }
    let (_, _, pointers) = refusal(post_json(&json!({"specversion": "1.0"})));
    assert_eq!(pointers, ["/type", "/id", "/source"], "all of it in one answer");
}

#[test]
fn what_has_the_wrong_shape_is_named_by_its_place() {
    for (event, pointer) in [
        (with("/data/ticket/assignees", "ben".into()), "/data/ticket/assignees"),
        (with("/data/ticket/assignees", json!(["ben", 5])), "/data/ticket/assignees/1"),
        (with("/data/ticket/id", 123.into()), "/data/ticket/id"),
        (with("/data/actor/kind", "ghost".into()), "/data/actor/kind"),
        (with("/id", 7.into()), "/id"),
        (with("/data", "text".into()), "/data"),
    ] {
        assert_eq!(refusal(post_json(&event)), (400, "event.wrong_shape", vec![pointer.to_owned()]), "{event}");
    }
}

#[test]
fn an_unknown_type_is_said_before_its_data_is_judged() {
    let mut event = with("/type", "ticket.exploded".into());
    event["data"] = json!([1, 2]);
    assert_eq!(refusal(post_json(&event)), (422, "event.unknown_type", vec!["/type".to_owned()]));
}

#[test]
fn what_is_not_json_is_refused() {
    for body in [&b""[..], b"hello", b"{\"id\": ", b"\xff\xfe", b"{} {}", b"[{}", b"[{}] x"] {
        let (status, code, _) = refusal(post("application/json", body));
        assert_eq!((status, code), (400, "event.not_json"), "{}", String::from_utf8_lossy(body));
    }
    for body in [&b"null"[..], b"5", b"\"text\""] {
        assert_eq!(refusal(post("application/json", body)).1, "event.wrong_shape");
    }
    assert_eq!(refusal(post("application/x-www-form-urlencoded", b"{}")).1, "event.media_type");
}

#[test]
fn deep_nesting_is_refused_and_costs_nothing() {
    let deep = format!("{{\"data\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(refusal(post("application/json", deep.as_bytes())).0, 400);
}

#[test]
fn a_batch_is_an_array_and_keeps_its_order() {
    let events = json!([with("/id", "a".into()), with("/id", "b".into())]);
    for content_type in ["application/json", "application/cloudevents-batch+json"] {
        let read = post(content_type, events.to_string().as_bytes()).unwrap();
        assert_eq!(read.iter().map(|event| &*event.id).collect::<Vec<_>>(), ["a", "b"]);
    }
    assert_eq!(post("application/json", b" []").unwrap(), []);
    assert_eq!(refusal(post("application/cloudevents-batch+json", b"{}")).0, 400);
    assert_eq!(refusal(post("application/cloudevents+json", b"[]")).0, 400);
}

#[test]
fn in_a_batch_the_place_starts_with_the_index() {
    let batch = |wrong: Value| json!([sample(), sample(), sample(), wrong]);
    let missing = batch(with("/data/ticket/id", Value::Null));
    assert_eq!(refusal(post_json(&missing)), (422, "event.missing_member", vec!["/3/data/ticket/id".to_owned()]));
    let shape = batch(with("/data/ticket/id", 5.into()));
    assert_eq!(refusal(post_json(&shape)), (400, "event.wrong_shape", vec!["/3/data/ticket/id".to_owned()]));
    assert_eq!(refusal(post_json(&batch(5.into()))).2, ["/3"]);
}

#[test]
fn a_batch_has_at_most_a_thousand_events_of_at_most_a_mebibyte() {
    let many = |count: usize| Value::Array((0..count).map(|n| with("/id", n.to_string().into())).collect());
    assert_eq!(post_json(&many(1_000)).unwrap().len(), 1_000);
    assert_eq!(refusal(post_json(&many(1_001))).0, 400);
    let large = with("/data/message/text", "x".repeat(MAX_EVENT_BYTES).into());
    assert_eq!(refusal(post_json(&large)).0, 413);
    assert_eq!(refusal(post_json(&json!([sample(), large]))).0, 413);
}

#[test]
fn binary_mode_has_its_attributes_in_headers() {
    let data = sample()["data"].to_string();
    let headers = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "evt%201"),
        ("ce-source", "/help%00desk"),
        ("ce-type", "ticket.assigned"),
        ("ce-time", "2026-11-20T09:00:00Z"),
    ];
    let read = parse(&Incoming { headers: &headers, body: data.as_bytes(), now: NOW }).unwrap();
    let expected = post_json(&with("/id", "evt 1".into())).unwrap();
    assert_eq!(read, expected);
    let bare = [("ce-specversion", "1.0"), ("ce-type", "ticket.viewed")];
    let (_, _, pointers) = refusal(parse(&Incoming { headers: &bare, body: b"", now: NOW }));
    assert_eq!(pointers, ["/id", "/source"]);
    let wrong = [("ce-specversion", "1.0"), ("ce-type", "x.y"), ("ce-id", "1"), ("ce-source", "s")];
    assert_eq!(refusal(parse(&Incoming { headers: &wrong, body: b"[1]", now: NOW })).1, "event.unknown_type");
    let shape = [("ce-specversion", "1.0"), ("ce-type", "ticket.viewed"), ("ce-id", "1"), ("ce-source", "s")];
    let refused = refusal(parse(&Incoming { headers: &shape, body: br#"{"ticket": {"id": 5}}"#, now: NOW }));
    assert_eq!(refused, (400, "event.wrong_shape", vec!["/data/ticket/id".to_owned()]));
}

#[test]
fn a_nul_character_is_left_out_and_the_event_kept() {
    let body = sample().to_string().replace("Login Issue", "Login\\u0000 Issue").replace("evt-1", "\\\\u0000");
    let event = &post("application/json", body.as_bytes()).unwrap()[0];
    assert_eq!(event.data.ticket.as_ref().unwrap().subject, Some(Some("Login Issue".to_owned())));
    assert_eq!(&*event.id, "\\u0000", "a backslash before u0000 is no NUL");
    let wrong = with("/data/ticket/id", 5.into()).to_string().replace("Login Issue", "\\u0000");
    assert_eq!(refusal(post("application/json", wrong.as_bytes())).2, ["/data/ticket/id"]);
}
