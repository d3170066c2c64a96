//! The three ways to the same frames: WebSocket, server-sent events, polling.

use std::time::Duration;

use futures_util::{StreamExt, stream::BoxStream};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::line::{Line, ring};
use crate::harness::{HubOptions, SOON, TestHub, covers, eventually, mention, token};

/// An event of a stream: its id, and its data as JSON; comments are left out.
type Event = (Option<i64>, Value);

/// A polling session lives on after its last request: shorter here, so that the end of a test sees none left.
fn short_lived_polls() -> HubOptions {
    HubOptions::default().with("BELLHOP_LIVE__POLL_SESSION_MS", 1_000)
}

/// Opens a stream; yields its events.
async fn stream(hub: &TestHub, agent: &str, query: &str, last_event_id: Option<i64>) -> BoxStream<'static, Event> {
    let mut request =
        reqwest::Client::new().get(format!("http://{}/api/v1/me/stream{query}", hub.addr())).bearer_auth(token(agent));
    if let Some(id) = last_event_id {
        request = request.header("last-event-id", id);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let chunks = answer.bytes_stream();
    let lines = futures_util::stream::unfold((Box::pin(chunks), String::new()), |(mut chunks, mut text)| async {
        loop {
            if let Some(end) = text.find("\n\n") {
                let event = text[..end].to_owned();
                text.drain(..end + 2);
                return Some((event, (chunks, text)));
            }
            text.push_str(std::str::from_utf8(&chunks.next().await?.ok()?).unwrap());
        }
    });
    Box::pin(lines.filter_map(|event| async move { parse(&event) }))
}

fn parse(event: &str) -> Option<Event> {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
    let data = field("data: ")?;
    Some((field("id: ").map(|id| id.parse().unwrap()), serde_json::from_str(data).unwrap()))
}

async fn next(events: &mut BoxStream<'static, Event>) -> Event {
    timeout(SOON, events.next()).await.expect("an event comes in time").expect("the stream is open")
}

/// The hub knows that the stream has lost its reader. (The client closes its connection while the test waits.)
async fn is_gone(hub: &TestHub) {
    eventually("the session is gone", SOON, async || hub.metric("bellhop_sessions").await == 0.0).await;
}

/// What changed after `since`, up to `synced` or `reset`, without the welcome.
async fn over_socket(hub: &TestHub, agent: &str, since: i64) -> Vec<Value> {
    let mut line = Line::dial(hub).await;
    line.hello(&token(agent), json!({"since": since})).await;
    line.until("welcome").await;
    let mut frames = Vec::new();
    loop {
        frames.push(line.frame().await);
        if ["synced", "reset"].iter().any(|end| frames[frames.len() - 1]["type"] == *end) {
            return frames;
        }
    }
}

async fn over_stream(hub: &TestHub, agent: &str, since: i64) -> Vec<Value> {
    let mut events = stream(hub, agent, &format!("?since={since}"), None).await;
    assert_eq!(next(&mut events).await.1["type"], "welcome");
    let mut frames = Vec::new();
    loop {
        let (id, frame) = next(&mut events).await;
        assert_eq!(id, frame["seq"].as_i64(), "what moves the position carries it as id");
        let last = frame["type"] != "notification";
        frames.push(frame);
        if last {
            return frames;
        }
    }
}

async fn over_polls(hub: &TestHub, agent: &str, since: i64) -> Vec<Value> {
    let page = hub.get_as(agent, &format!("/api/v1/me/changes?since={since}")).await;
    assert_eq!(page["more"], false);
    page["frames"].as_array().unwrap().clone()
}

#[tokio::test]
async fn all_three_ways_tell_the_same() {
    let hub = TestHub::with(short_lived_polls()).await;
    hub.agent("ana").create().await;
    ring(&hub, "ana", 0, 250).await;
    hub.post_as("ana", "/api/v1/me/notifications/read", json!({"all": true, "up_to": 120})).await;
    for since in [0, 100, 240, 370, 999] {
        let socket = over_socket(&hub, "ana", since).await;
        // Pages differ in size, and counts come with each page: here nothing changes between two of them.
        assert_eq!(over_stream(&hub, "ana", since).await, socket, "since {since}");
        assert_eq!(over_polls(&hub, "ana", since).await, socket, "since {since}");
    }
    covers(&["R-125"]);
}

#[tokio::test]
async fn a_stream_goes_on_with_what_happens_and_resumes_from_the_last_event() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut events = stream(&hub, "ana", "", None).await;
    let (id, welcome) = next(&mut events).await;
    assert_eq!((id, &welcome["type"]), (None, &json!("welcome")));
    assert_eq!(next(&mut events).await.0, Some(0));
    hub.event(mention("ana")).await;
    let (id, frame) = next(&mut events).await;
    assert_eq!((id, &frame["type"]), (Some(1), &json!("notification")));
    drop(events);

    hub.event(mention("ana")).await;
    let mut events = stream(&hub, "ana", "?since=0", id).await;
    assert_eq!(next(&mut events).await.1["type"], "welcome");
    assert_eq!(next(&mut events).await.0, Some(2));
    assert_eq!(next(&mut events).await.1["type"], "synced");
    drop(events);
    is_gone(&hub).await;
}

#[tokio::test]
async fn who_reads_a_stream_confirms_and_reports_by_post() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    hub.agent("ben").create().await;
    let mut events = stream(&hub, "ana", "", None).await;
    let session = next(&mut events).await.1["session"].clone();
    hub.event(mention("ana").on_ticket("HD-7")).await;
    while next(&mut events).await.1["type"] != "notification" {}

    let post = async |agent: &str, path: &str, body: Value| hub.post_as(agent, path, body).await.status;
    let ack = |seq: i64| json!({"session": session, "seq": seq, "active": true});
    assert_eq!(post("ana", "/api/v1/me/ack", ack(1)).await, StatusCode::OK);
    assert_eq!(post("ana", "/api/v1/me/ack", ack(2)).await, StatusCode::UNPROCESSABLE_ENTITY, "never sent");
    assert_eq!(post("ben", "/api/v1/me/ack", ack(0)).await, StatusCode::NOT_FOUND, "somebody else's session");
    let made_up = json!({"session": "made up", "seq": 0, "active": true});
    assert_eq!(post("ana", "/api/v1/me/ack", made_up).await, StatusCode::NOT_FOUND);

    let looking = json!({"session": session, "visible": true, "idle": false, "viewing": "HD-7"});
    assert_eq!(post("ben", "/api/v1/me/activity", looking.clone()).await, StatusCode::NOT_FOUND);
    assert_eq!(post("ana", "/api/v1/me/activity", looking).await, StatusCode::OK);
    let (_, changed) = next(&mut events).await;
    assert_eq!((&changed["type"], &changed["op"]), (&json!("changed"), &json!("read")));
    drop(events);
    is_gone(&hub).await;
}

#[tokio::test]
async fn a_poll_tells_what_is_new_and_keeps_its_session() {
    let hub = TestHub::with(short_lived_polls()).await;
    hub.agent("ana").create().await;
    let first = hub.get_as("ana", "/api/v1/me/changes").await;
    assert_eq!((&first["seq"], first["frames"].as_array().unwrap().len()), (&json!(0), 1), "nothing is replayed");
    hub.event(mention("ana")).await;
    let (session, epoch) = (first["session"].as_str().unwrap(), first["epoch"].as_str().unwrap());
    let again = hub.get_as("ana", &format!("/api/v1/me/changes?since=0&epoch={epoch}&session={session}")).await;
    assert_eq!((&again["session"], &again["seq"]), (&first["session"], &json!(1)));
    assert_eq!(again["frames"][0]["notification"]["seq"], 1);
    assert_eq!(again["counts"], json!({"unread": 1, "unseen": 1}));
    let ack = json!({"session": session, "seq": 1, "active": true});
    hub.post_as("ana", "/api/v1/me/ack", ack).await.expect(StatusCode::OK);
    let other = hub.get_as("ana", "/api/v1/me/changes?since=1&epoch=of-a-backup").await;
    assert_eq!(other["frames"][0]["type"], "reset");
    covers(&["R-016"]);
}

#[tokio::test]
async fn polls_come_in_pages() {
    let hub = TestHub::with(short_lived_polls().with("BELLHOP_LIVE__POLL_ENTRIES", 40)).await;
    hub.agent("ana").create().await;
    ring(&hub, "ana", 0, 100).await;
    let (mut since, mut seen) = (0, 0);
    loop {
        let page = hub.get_as("ana", &format!("/api/v1/me/changes?since={since}")).await;
        let frames = page["frames"].as_array().unwrap();
        seen += frames.iter().filter(|frame| frame["type"] == "notification").count();
        since = page["seq"].as_i64().unwrap();
        if page["more"] == false {
            break;
        }
    }
    assert_eq!((since, seen), (100, 100));
}

#[tokio::test]
async fn a_stream_has_a_heartbeat_and_ends_with_its_reader() {
    let hub = TestHub::with(HubOptions::default().with("BELLHOP_LIVE__PING_EVERY_MS", 200)).await;
    hub.agent("ana").create().await;
    let url = format!("http://{}/api/v1/me/stream", hub.addr());
    let answer = reqwest::Client::new().get(url).bearer_auth(token("ana")).send().await.unwrap();
    let mut chunks = answer.bytes_stream();
    let mut text = String::new();
    while !text.contains(": ping\n\n") {
        let chunk = timeout(SOON, chunks.next()).await.unwrap().unwrap().unwrap();
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    // Far beyond two heartbeats: a stream is not expected to say anything.
    assert!(timeout(Duration::from_millis(900), async { while chunks.next().await.is_some() {} }).await.is_err());
    drop(chunks);
    is_gone(&hub).await;
}

#[tokio::test]
async fn a_stream_is_told_goodbye_when_the_server_leaves() {
    let mut hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut events = stream(&hub, "ana", "?since=0", None).await;
    let told = tokio::spawn(async move {
        let mut told = Vec::new();
        while let Some((_, frame)) = timeout(SOON, events.next()).await.expect("the stream ends in time") {
            told.push(frame);
        }
        told
    });
    eventually("it is there", SOON, async || hub.metric("bellhop_sessions").await == 1.0).await;
    hub.restart().await;
    let told = told.await.unwrap();
    let bye = told.last().unwrap();
    assert_eq!((&bye["type"], &bye["code"], bye["retry_in_ms"].is_u64()), (&json!("bye"), &json!(4000), true));
}

#[tokio::test]
async fn nobody_gets_a_stream_without_a_token() {
    let hub = TestHub::start().await;
    for path in ["/api/v1/me/stream", "/api/v1/me/changes"] {
        assert_eq!(hub.send(Method::GET, path, "made up", None).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}
