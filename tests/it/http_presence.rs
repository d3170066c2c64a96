//! Who is there, as the API tells it: agents by their sessions, customers by what the helpdesk told.

use bellhop::clock::Clock;
use futures_util::{SinkExt, StreamExt};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    harness::{Backend, HubOptions, SOON, TestHub, covers, dial, event, eventually, token},
    http_raw::request,
};

/// 2026-11-20T09:00:00Z.
const MORNING: i64 = 1_795_165_200_000;
const SECOND: i64 = 1_000;

async fn hub(backend: Backend) -> TestHub {
    let hub = TestHub::with(HubOptions { backend, clock: Clock::manual(MORNING), ..HubOptions::default() }).await;
    hub.clock().advance(60 * SECOND);
    for agent in ["ana", "ben", "cem"] {
        hub.agent(agent).create().await;
    }
    hub
}

async fn of(hub: &TestHub, agent: &str) -> Value {
    hub.get(&format!("/api/v1/agents/{agent}/presence")).await.expect(StatusCode::OK).body
}

async fn until(hub: &TestHub, agent: &str, presence: &str) {
    eventually(presence, SOON, async || of(hub, agent).await["presence"] == presence).await;
}

async fn presence_follows_what_the_sessions_say(backend: Backend) {
    let hub = hub(backend).await;
    assert_eq!(of(&hub, "ana").await, json!({"agent": "ana", "presence": "away", "nodes": []}));
    let mut ana = hub.browser("ana").await;
    let idle = of(&hub, "ana").await;
    assert_eq!(
        (&idle["presence"], &idle["nodes"][0]["presence"]),
        (&json!("idle"), &json!("idle")),
        "nothing was said yet"
    );
    assert_eq!(idle["nodes"][0]["since"], "2026-11-20T09:01:00.000Z");
    ana.send(json!({"type": "activity", "visible": true, "idle": false})).await;
    ana.settle().await;
    assert_eq!(hub.get_as("ana", "/api/v1/me/presence").await["presence"], "active");
    hub.clock().advance(120 * SECOND);
    assert_eq!(of(&hub, "ana").await["presence"], "active");
    hub.clock().advance(1);
    assert_eq!(of(&hub, "ana").await["presence"], "idle", "no input for two minutes");

    ana.disconnect().await;
    eventually("the session is gone", SOON, async || hub.metric("bellhop_sessions").await == 0.0).await;
    let left = of(&hub, "ana").await;
    assert_eq!((&left["presence"], &left["nodes"][0]["since"]), (&json!("idle"), &Value::Null));
    assert_eq!(left["nodes"][0]["left_at"], "2026-11-20T09:03:00.001Z");
    hub.clock().advance(20 * SECOND);
    assert_eq!(of(&hub, "ana").await["presence"], "away");
    covers(&["R-211"]);
}

#[tokio::test]
async fn db_sqlite_presence_follows_what_the_sessions_say() {
    presence_follows_what_the_sessions_say(Backend::Sqlite).await;
}

#[tokio::test]
async fn db_postgres_presence_follows_what_the_sessions_say() {
    presence_follows_what_the_sessions_say(Backend::Postgres).await;
}

#[tokio::test]
async fn a_client_without_a_screen_never_counts() {
    let hub = hub(Backend::Sqlite).await;
    let mut socket = dial(hub.addr()).await.unwrap();
    let mut say = async |message: Value| socket.send(Message::text(message.to_string())).await.unwrap();
    say(json!({"type": "hello", "token": token("ana"), "screen": false})).await;
    say(json!({"type": "activity", "visible": true, "idle": false})).await;
    eventually("it is connected", SOON, async || hub.metric("bellhop_sessions").await == 1.0).await;
    assert_eq!(of(&hub, "ana").await, json!({"agent": "ana", "presence": "away", "nodes": []}));
    socket.close(None).await.unwrap();
    while let Some(Ok(_)) = socket.next().await {}
}

#[tokio::test]
async fn db_postgres_one_node_tells_who_is_at_the_other() {
    let first = TestHub::on(Backend::Postgres).await;
    first.agent("ana").create().await;
    let second = first.second_node().await;
    let mut there = second.browser("ana").await;
    until(&first, "ana", "idle").await;
    there.send(json!({"type": "activity", "visible": true, "idle": false})).await;
    until(&first, "ana", "active").await;
    let here = first.browser("ana").await;
    let told = of(&first, "ana").await;
    let nodes: Vec<&Value> = told["nodes"].as_array().unwrap().iter().map(|node| &node["presence"]).collect();
    assert_eq!(
        (&told["presence"], nodes),
        (&json!("active"), vec![&json!("idle"), &json!("active")]),
        "the most counts"
    );
    drop(here);
    there.disconnect().await;
    let has_left = async || {
        let told = of(&first, "ana").await;
        let nodes = told["nodes"].as_array().unwrap();
        told["presence"] == "idle" && nodes.len() == 2 && nodes.iter().all(|node| !node["left_at"].is_null())
    };
    eventually("she left, and is not yet away", SOON, has_left).await;
    covers(&["R-211"]);
}

#[tokio::test]
async fn an_administrator_pages_through_all_and_nobody_else_may() {
    let hub = hub(Backend::Sqlite).await;
    let ben = hub.browser("ben").await;
    let page = hub.get("/api/v1/presence?limit=2").await.expect(StatusCode::OK).body;
    let shown = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| format!("{} {}", item["agent"].as_str().unwrap(), item["presence"].as_str().unwrap()))
            .collect()
    };
    assert_eq!((shown(&page), &page["next"]), (vec!["ana away".to_owned(), "ben idle".to_owned()], &json!("ben")));
    let page = hub.get("/api/v1/presence?limit=2&after=ben").await.expect(StatusCode::OK).body;
    assert_eq!((shown(&page), &page["next"]), (vec!["cem away".to_owned()], &Value::Null));
    drop(ben);

    for path in ["/api/v1/presence", "/api/v1/agents/ana/presence", "/api/v1/contacts/carla/presence"] {
        request(&hub, "GET", path).agent("ben").send().await.problem(403, "auth.forbidden");
        assert_eq!(request(&hub, "GET", path).send().await.status, 401, "{path}");
    }
    assert_eq!(request(&hub, "GET", "/api/v1/me/presence").send().await.status, 401);
    for path in ["/api/v1/agents/nobody/presence", "/api/v1/contacts/nobody/presence"] {
        request(&hub, "GET", path).admin().send().await.problem(404, "not_found");
    }
}

async fn a_customers_presence_is_what_events_told(backend: Backend) {
    let hub = hub(backend).await;
    let carla = async || hub.get("/api/v1/contacts/carla/presence").await;
    assert_eq!(carla().await.status, StatusCode::NOT_FOUND);
    hub.directory(json!({"contacts": [{"id": "carla", "name": "Carla Reis"}]})).await;
    let unknown = json!({"contact": "carla", "online": false, "last_seen": null, "told_at": null});
    assert_eq!(carla().await.body, unknown, "nobody told anything");
    let told = |online: bool| {
        event("contact.presence")
            .data("ticket", Value::Null)
            .data("contact", json!({"id": "carla"}))
            .data("online", json!(online))
    };
    hub.event(told(true)).await;
    let here = json!({"contact": "carla", "online": true, "last_seen": "2026-11-20T09:01:00.000Z", "told_at": null});
    assert_eq!(carla().await.body, here);
    hub.clock().advance(30 * 60 * SECOND);
    assert_eq!(carla().await.body["online"], false, "nothing was heard of her for half an hour");
    hub.event(told(true)).await;
    assert_eq!(carla().await.body["online"], true);
    hub.event(told(false)).await;
    assert_eq!(carla().await.body["online"], false);
    let visitor = event("contact.presence").data("ticket", Value::Null).data("online", json!(true));
    hub.event(visitor.data("contact", json!({"email": "Visitor@Example.org"}))).await;
    let by_address = hub.get("/api/v1/contacts/Visitor@example.org/presence").await.expect(StatusCode::OK).body;
    assert_eq!(by_address["online"], true, "known by their address");
    covers(&["R-211"]);
}

#[tokio::test]
async fn db_sqlite_a_customers_presence_is_what_events_told() {
    a_customers_presence_is_what_events_told(Backend::Sqlite).await;
}

#[tokio::test]
async fn db_postgres_a_customers_presence_is_what_events_told() {
    a_customers_presence_is_what_events_told(Backend::Postgres).await;
}
