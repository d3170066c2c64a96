//! Whatever helpdesks and others post: it is read, or refused by a problem that says where, and nothing else happens.

use serde_json::Value;

use super::{
    adapters::{
        KINDS, Parsed,
        testing::{NOW, SECRET, deliver, sha1, sha1_base64, sha256},
    },
    cloudevents::{self, Incoming, MAX_BATCH},
};
use crate::{
    domain::event::Event,
    error::{Error, Result},
    fuzzing::{JSON, Target, files_of},
};

const EVENT: &str = r#"{"specversion": "1.0", "id": "evt-1", "source": "/helpdesk", "type": "ticket.assigned", "time": "2026-11-20T09:00:00Z",
 "data": {"actor": {"kind": "agent", "id": "jane", "name": "Jane Smith"},
          "ticket": {"id": "HD-00123", "number": "123", "subject": "Login Issue", "url": "https://desk.example.com/tickets/123",
                     "status": "open", "priority": "high", "channel": "email", "department": "support", "team": null,
                     "assignees": ["ben"], "pm": "pia", "help_topic": null, "no_access": ["tom"],
                     "customer": {"id": "c1", "name": "Carla Reis", "email": "carla@example.org"}, "participants": []},
          "assigned": {"agents": ["ben"], "team": null, "by_rule": false}, "alert": true,
          "message": {"id": "Comment-00789", "text": "@ben look", "html": null, "attachments": [{"name": "a.png", "url": "https://x.example/a"}],
                      "mentions": ["ben"]}}}"#;
const REACTION: &str = r#"[{"specversion":"1.0","id":"2","source":"s","type":"comment.reacted","data":{"actor":{"kind":"agent","id":"ana"},
 "ticket":{"id":"1","number":"1"},"comment":{"id":"c","author":"ben"},"emoji":"🎉"}},
 {"specversion":"1.0","id":"3","source":"s","type":"contact.presence","data":{"contact":"c1","online":true,"last_seen":"2026-11-20T09:00:00Z"}},
 {"specversion":"1.0","id":"4","source":"s","type":"auth.excessive_logins","data":{"title":"t","detail":"d","account":"a","kind":"agent","ip":"::1","attempts":9}}]"#;

/// What is refused is refused in the caller's words, with the face of a caller's mistake.
fn is_a_callers_mistake(error: &Error) {
    assert!(matches!(error.status(), 400 | 401 | 413 | 422), "{} {error}", error.status());
    if let Error::Invalid(invalid) = error {
        assert!(!invalid.errors.is_empty(), "{invalid:?}");
        assert!(
            invalid.errors.iter().all(|fault| fault.pointer.is_empty() || fault.pointer.starts_with('/')),
            "{invalid:?}"
        );
    }
}

/// What everything behind relies on: keys, and no NUL anywhere, which PostgreSQL's text cannot hold.
fn can_be_stored(events: &[Event]) {
    for event in events {
        assert!(!event.id.is_empty() && !event.source.is_empty(), "{event:?}");
        let data = serde_json::to_value(&event.data).expect("an event can be written");
        let nul = event.id.contains('\0') || event.source.contains('\0') || holds_nul(&data);
        assert!(!nul, "a NUL is left in {event:?}");
    }
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn read(headers: &[(&str, &str)], body: &[u8]) -> Result<Vec<Event>> {
    let headers: Vec<(String, String)> = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    cloudevents::parse(&Incoming { headers: &headers, body, now: NOW })
}

#[test]
fn cloudevents() {
    const BINARY: [(&str, &str); 5] = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "evt-1"),
        ("ce-source", "/helpdesk"),
        ("ce-type", "note.added"),
    ];
    let data = EVENT.split_once("\"data\": ").map_or("", |(_, data)| data);
    let seeds = [EVENT, REACTION, data.strip_suffix('}').unwrap_or(data), "[]", "{}"];
    let seeds = seeds.map(|seed| seed.as_bytes().to_vec()).to_vec();
    Target { name: "cloudevents", seeds, tokens: JSON }.run(|body| {
        for headers in [
            &[("content-type", "application/cloudevents+json")][..],
            &[("content-type", "application/cloudevents-batch+json; charset=utf-8")],
            &[("content-type", "application/json")],
            &[],
            &BINARY,
        ] {
            match read(headers, body) {
                Ok(events) => {
                    // A batch may be empty.
                    assert!((0..=MAX_BATCH).contains(&events.len()), "{} events", events.len());
                    can_be_stored(&events);
                }
                Err(error) => is_a_callers_mistake(&error),
            }
        }
    });
}

#[test]
fn attributes_in_headers() {
    let seeds =
        vec![b"evt-1\n/helpdesk\nnote.added\n2026-11-20T09:00:00Z".to_vec(), b"%E2%82%AC%\n%zz\n%00\n1".to_vec()];
    let data = br#"{"actor":{"kind":"agent","id":"jane"},"ticket":{"id":"1","number":"1"},"message":{"text":"x"}}"#;
    Target { name: "ce-headers", seeds, tokens: &["%", "%00", "%E2%82", "\n", "T", "Z", "+99:99", "-"] }.run(|input| {
        let text = String::from_utf8_lossy(input);
        let mut lines = text.split('\n');
        let mut next = || lines.next().unwrap_or_default().to_owned();
        let (id, source, kind, time) = (next(), next(), next(), next());
        let headers = [
            ("ce-specversion", "1.0"),
            ("ce-id", &*id),
            ("ce-source", &*source),
            ("ce-type", &*kind),
            ("ce-time", &*time),
        ];
        match read(&headers, data) {
            Ok(events) => can_be_stored(&events),
            Err(error) => is_a_callers_mistake(&error),
        }
    });
}

/// Delivers a body as that helpdesk signs it.
fn signed(kind: &str, body: &[u8]) -> Result<Parsed> {
    const FREESCOUT: [&str; 9] = [
        "convo.created",
        "convo.assigned",
        "convo.customer.reply.created",
        "convo.agent.reply.created",
        "convo.note.created",
        "convo.status",
        "convo.moved",
        "convo.merged",
        "convo.deleted",
    ];
    const ZAMMAD: [&str; 11] = [
        "ticket_created",
        "customer_reply",
        "note",
        "agent_reply",
        "assigned",
        "unassigned",
        "transferred",
        "escalated",
        "overdue",
        "closed",
        "reopened",
    ];
    let stamp = (NOW / 1_000).to_string();
    match kind {
        "zammad" => {
            let trigger = format!("bellhop:{}", ZAMMAD[body.len() % ZAMMAD.len()]);
            deliver(kind, body, &[("x-hub-signature", &sha1(body)), ("x-zammad-trigger", &trigger)], "")
        }
        "chatwoot" => {
            let signature = sha256(&stamp, body);
            deliver(kind, body, &[("x-chatwoot-signature", &signature), ("x-chatwoot-timestamp", &stamp)], "")
        }
        "osticket" => {
            let signature = sha256(&stamp, body);
            deliver(kind, body, &[("x-bellhop-signature", &signature), ("x-bellhop-timestamp", &stamp)], "")
        }
        "frappe" => {
            use base64::{Engine, engine::general_purpose::STANDARD};
            let signature = STANDARD.encode(super::adapters::testing::hmac_sha256(body));
            deliver(kind, body, &[("x-frappe-webhook-signature", &signature)], "")
        }
        "freescout" => {
            let event = FREESCOUT[body.len() % FREESCOUT.len()];
            deliver(kind, body, &[("x-freescout-signature", &sha1_base64(body)), ("x-freescout-event", event)], "")
        }
        _ => deliver(kind, body, &[], &format!("token={SECRET}")),
    }
}

fn adapter(kind: &'static str) {
    assert!(KINDS.contains(&kind));
    let seeds = files_of(&format!("hooks/{kind}"));
    let is_read = |body: &Vec<u8>| signed(kind, body).is_ok_and(|parsed| !parsed.events.is_empty());
    assert!(seeds.iter().any(is_read), "no payload gets past the signature");
    Target { name: kind, seeds, tokens: JSON }.run(|body| match signed(kind, body) {
        Ok(parsed) => {
            can_be_stored(&parsed.events);
            assert!(parsed.events.is_empty() || parsed.ignored.is_none(), "{:?}", parsed.ignored);
        }
        Err(error) => is_a_callers_mistake(&error),
    });
}

#[test]
fn zammad() {
    adapter("zammad");
}

#[test]
fn chatwoot() {
    adapter("chatwoot");
}

#[test]
fn frappe() {
    adapter("frappe");
}

#[test]
fn freescout() {
    adapter("freescout");
}

#[test]
fn osticket() {
    adapter("osticket");
}

#[test]
fn slack() {
    adapter("slack");
}

#[test]
fn support_board() {
    adapter("support-board");
}
