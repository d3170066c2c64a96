//! Why somebody heard of an event that was accepted, or did not: asked afterwards, by administrators and by the agent.

use bellhop::clock::Clock;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    harness::{
        Answer, Backend, HubOptions, SOON, TICKET, TestHub, assigned, covers, customer_reply, event, eventually,
        mention, note, token,
    },
    http_raw::request,
};

const DAY_MS: i64 = 86_400_000;

async fn explanation(hub: &TestHub, path: &str) -> Value {
    hub.get(&format!("/api/v1/events/{path}")).await.expect(StatusCode::OK).body
}

async fn newest(hub: &TestHub, agent: &str) -> Value {
    hub.get_as(agent, "/api/v1/me/notifications").await["items"][0].clone()
}

async fn why(hub: &TestHub, agent: &str) -> Value {
    let id = newest(hub, agent).await["id"].as_str().expect("an id").to_owned();
    hub.get_as(agent, &format!("/api/v1/me/notifications/{id}/why")).await
}

async fn try_why(hub: &TestHub, agent: &str, id: &str) -> Answer {
    hub.send(Method::GET, &format!("/api/v1/me/notifications/{id}/why"), &token(agent), None).await
}

#[tokio::test]
async fn kept_explanation_is_what_was_decided_whatever_changed_since() {
    let hub = TestHub::start().await;
    hub.agent("ben").create().await;
    hub.event(assigned("ben").id("evt-1")).await;
    hub.directory(json!({"agents": [{"id": "ben", "status": "inactive"}]})).await;

    let kept = explanation(&hub, "evt-1/explanation?source=/helpdesk").await;

    assert_eq!(
        (&kept["source"], &kept["id"], &kept["type"], &kept["ticket"], &kept["notified"]),
        (&json!("/helpdesk"), &json!("evt-1"), &json!("ticket.assigned"), &json!(TICKET), &json!(["ben"]))
    );
    assert!(kept["accepted_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{kept}");
    assert_eq!(kept["candidates"][0]["rule"], "ticket.assigned/assignee");
    assert_eq!(
        kept["candidates"][1],
        json!({"recipient": "jane", "kind": "agent", "outcome": "skipped", "why": "actor"})
    );
    let unknown = request(&hub, "GET", "/api/v1/events/evt-2/explanation").admin().send().await;
    unknown.problem(404, "not_found");
    request(&hub, "GET", "/api/v1/events/evt-1/explanation?source=/x").admin().send().await.problem(404, "not_found");
    hub.agent("tom").create().await;
    request(&hub, "GET", "/api/v1/events/evt-1/explanation").agent("tom").send().await.problem(403, "auth.forbidden");
}

async fn event_of_several_sources_is_told_apart_by_its_source(backend: Backend) {
    let hub = TestHub::on(backend).await;
    hub.agent("ben").create().await;
    for (source, id) in [("/a", "same/1"), ("/b", "same/1"), ("/c", "own 1")] {
        hub.event(assigned("ben").source(source).id(id)).await;
    }
    let of = |path: &str| request(&hub, "GET", &format!("/api/v1/events/{path}")).admin().send();
    assert_eq!(of("own%201/explanation").await.ok()["source"], "/c");
    assert_eq!(of("same%2F1/explanation?source=/b").await.ok()["source"], "/b");
    let sources = of("same%2F1/explanation").await.problem(422, "event.ambiguous")["errors"].clone();
    assert_eq!(
        (&sources[0]["message"], &sources[1]["message"], &sources[2]),
        (&json!("/a"), &json!("/b"), &Value::Null)
    );
    of("nobody/explanation").await.problem(404, "not_found");
    let many: Vec<Value> = (0..98)
        .map(|n| {
            assigned("ben").source(&format!("/s/{n}")).body(|| "other".to_owned(), || "2026-11-20T09:00:00Z".into())
        })
        .collect();
    hub.post("/api/v1/events", many[..97].into()).await.expect(StatusCode::ACCEPTED);
    assert_eq!(of("own%201/explanation").await.ok()["source"], "/c");
    hub.post("/api/v1/events", many[97..].into()).await.expect(StatusCode::ACCEPTED);
    of("own%201/explanation").await.problem(422, "query.source_needed");
    assert_eq!(of("own%201/explanation?source=/c").await.ok()["source"], "/c");
}

#[tokio::test]
async fn db_sqlite_event_of_several_sources_is_told_apart_by_its_source() {
    event_of_several_sources_is_told_apart_by_its_source(Backend::Sqlite).await;
}

#[tokio::test]
async fn db_postgres_event_of_several_sources_is_told_apart_by_its_source() {
    event_of_several_sources_is_told_apart_by_its_source(Backend::Postgres).await;
}

#[tokio::test]
async fn administrator_asks_why_an_agent_did_or_did_not_get_it() {
    let hub = TestHub::start().await;
    for (id, status) in [("ana", "active"), ("ben", "inactive"), ("eva", "vacation")] {
        hub.agent(id).status(status).create().await;
    }
    hub.event(note("@ana @ben @eva").id("evt-1")).await;
    let about = async |agent: &str| explanation(&hub, &format!("evt-1/explanation?agent={agent}")).await;

    let ana = about("ana").await;
    assert_eq!(
        (&ana["recipient"], &ana["outcome"], &ana["reason"]),
        (&json!("ana"), &json!("notified"), &json!("mentioned"))
    );
    assert_eq!(
        (&ana["channels"]["bell"]["outcome"], &ana["text"]),
        (&json!("now"), &json!("They were mentioned on #123."))
    );
    let ben = about("ben").await;
    assert_eq!((&ben["outcome"], &ben["why"]), (&json!("skipped"), &json!("inactive")));
    assert_eq!(ben["text"], "They were mentioned on #123. They are inactive.");
    assert_eq!(about("eva").await["outcome"], "stored");
    assert_eq!(about("jane").await["text"], "It was their own act.");
    assert_eq!(
        about("ghost").await,
        json!({"recipient": "ghost", "outcome": "skipped", "why": "not_concerned",
               "text": "No rule names them for this event."})
    );
}

#[tokio::test]
async fn agent_reads_the_reason_of_each_of_their_notifications() {
    let hub = TestHub::start().await;
    hub.agent("ana").department("support").create().await;
    hub.agent("pia").create().await;
    hub.directory(json!({"departments": [{"id": "support"}], "teams": [{"id": "T", "members": [{"agent": "ana"}]}]}))
        .await;
    let ticket = || customer_reply().assignees(&[]).ticket("team", Value::Null).ticket("pm", Value::Null);
    for (event, rule, text) in [
        (assigned("ana"), "ticket.assigned/assignee", "You are the assigned agent of #123."),
        (mention("ana"), "note.added/mentioned", "You were mentioned on #123."),
        (ticket().assignees(&["ana"]), "message.received/assignee", "You are the assigned agent of #123."),
        (ticket().ticket("pm", json!("ana")), "message.received/pm", "You are the project manager of #123."),
        (
            ticket().ticket("team", json!("T")),
            "message.received/team_member",
            "You are a member of the team that #123 is assigned to.",
        ),
    ] {
        hub.event(event).await;
        let why = why(&hub, "ana").await;
        assert_eq!((&why["rule"], &why["text"]), (&json!(rule), &json!(text)));
    }
    hub.send(Method::PUT, &format!("/api/v1/me/watches/{TICKET}"), &token("ana"), None).await.expect(StatusCode::OK);
    hub.event(ticket().assignees(&["pia"]).id("watched")).await;
    let entry = newest(&hub, "ana").await;
    let why = why(&hub, "ana").await;
    assert_eq!(why["event"], json!({"source": "/helpdesk", "id": "watched", "type": "message.received"}));
    assert_eq!(
        (&why["notification"], &why["reason"], &why["category"]),
        (&entry["id"], &json!("watching"), &Value::Null)
    );
    assert_eq!((&why["channels"]["bell"]["outcome"], &why["text"]), (&json!("now"), &json!("You are watching #123.")));
    assert!(!why.to_string().contains("pia"), "somebody else's decision: {why}");
    covers(&["R-176", "R-110"]);
}

#[tokio::test]
async fn reason_of_somebody_elses_notification_is_nobodys_business() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    hub.agent("ben").role("admin").create().await;
    hub.event(assigned("ana")).await;
    let id = newest(&hub, "ana").await["id"].as_str().unwrap().to_owned();
    assert_eq!(try_why(&hub, "ben", &id).await.status, StatusCode::NOT_FOUND);
    assert_eq!(try_why(&hub, "ana", "no-such-id").await.status, StatusCode::NOT_FOUND);
    assert_eq!(try_why(&hub, "ana", &id).await.status, StatusCode::OK);
}

#[tokio::test]
async fn once_the_event_is_forgotten_the_notification_still_says_its_reason() {
    let clock = Clock::manual(Clock::System.now() - 3 * DAY_MS);
    let options = HubOptions { clock, ..HubOptions::default() }.with("BELLHOP_STORE__EVENTS_DAYS", 1);
    let mut hub = TestHub::with(options).await;
    hub.agent("ana").create().await;
    hub.event(event("ticket.overdue").assignees(&["ana"]).id("evt-1")).await;
    assert_eq!(why(&hub, "ana").await["rule"], "ticket.overdue/assignee");
    hub.clock().advance(3 * DAY_MS);
    hub.restart().await;
    eventually("the event is forgotten", SOON, async || {
        hub.get("/api/v1/events/evt-1/explanation").await.status == StatusCode::NOT_FOUND
    })
    .await;
    let why = why(&hub, "ana").await;
    assert_eq!(why["event"], json!({"source": "/helpdesk", "id": "evt-1", "type": null}));
    assert_eq!((&why["rule"], &why["channels"], &why["reason"]), (&Value::Null, &Value::Null, &json!("overdue")));
    assert_eq!(why["text"], "#123 is overdue, and you are its assigned agent.");
}
