//! What goes nowhere because there is nowhere to go, and how the timeline says so where no row was written.

use bellhop::clock::Clock;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{HOUR, MINUTE, MORNING, SECOND};
use crate::harness::{Backend, HubOptions, TestHub, covers, mention};

/// An installation that sends nothing.
async fn silent(backend: Backend) -> TestHub {
    let hub = TestHub::with(HubOptions { backend, clock: Clock::manual(MORNING), ..HubOptions::default() }).await;
    hub.clock().advance(MINUTE);
    hub.agent("ana").create().await;
    hub
}

async fn after(hub: &TestHub, ms: i64) {
    hub.clock().advance(ms);
    hub.post("/api/v1/deliveries/run", json!({})).await.expect(StatusCode::OK);
}

/// `what channel why` of each step after the first two, which tell that it was accepted and stored.
async fn steps(hub: &TestHub, event: &str) -> Vec<String> {
    let shown = hub.get(&format!("/api/v1/events/{event}/timeline")).await.expect(StatusCode::OK).body;
    let steps = shown["steps"].as_array().unwrap().clone();
    let page = hub.get_as("ana", "/api/v1/me/notifications").await;
    let titles: Vec<&Value> = page["items"].as_array().unwrap().iter().map(|entry| &entry["id"]).collect();
    let mut own = Vec::new();
    for id in titles {
        let path = format!("/api/v1/me/notifications/{}/timeline", id.as_str().unwrap());
        own.push(hub.get_as("ana", &path).await["steps"].clone());
    }
    assert!(own.contains(&shown["steps"]), "the agent is told the same: {own:?}");
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |step: &Value| format!("{} {} {}", word(&step["what"]), word(&step["channel"]), word(&step["why"]));
    assert_eq!([&steps[0]["what"], &steps[1]["what"]], ["accepted", "stored"]);
    steps[2..].iter().map(line).collect()
}

const NOWHERE: [&str; 2] = ["skipped web_push no_subscription", "skipped email not_configured"];

async fn where_nothing_can_be_sent_the_timeline_says_so(backend: Backend) {
    let hub = silent(backend).await;
    hub.event(mention("ana").id("evt-1")).await;
    after(&hub, SECOND).await;
    let written = hub.get("/api/v1/deliveries").await.expect(StatusCode::OK).body;
    assert_eq!(written["items"], json!([]), "it costs no rows");
    assert_eq!(steps(&hub, "evt-1").await, NOWHERE);

    after(&hub, HOUR).await;
    let all = json!({"all": true, "up_to": 1});
    hub.post_as("ana", "/api/v1/me/notifications/read", all).await.expect(StatusCode::OK);
    let mut told = NOWHERE.map(str::to_owned).to_vec();
    told.push("read - -".to_owned());
    assert_eq!(steps(&hub, "evt-1").await, told, "what was read late went nowhere before");
    covers(&["R-174"]);
}

#[tokio::test]
async fn db_sqlite_where_nothing_can_be_sent_the_timeline_says_so() {
    where_nothing_can_be_sent_the_timeline_says_so(Backend::Sqlite).await;
}

#[tokio::test]
async fn db_postgres_where_nothing_can_be_sent_the_timeline_says_so() {
    where_nothing_can_be_sent_the_timeline_says_so(Backend::Postgres).await;
}

#[tokio::test]
async fn what_needed_no_other_way_is_not_told_to_have_none() {
    let hub = silent(Backend::Sqlite).await;
    let mut ana = hub.browser("ana").await;
    hub.event(mention("ana").id("evt-1")).await;
    let entry = ana.expect_notification("mention").await;
    assert!(steps(&hub, "evt-1").await.is_empty(), "not decided yet");
    ana.act("read", json!({"ids": [entry["id"]]})).await;
    after(&hub, 10 * SECOND).await;
    after(&hub, HOUR).await;
    assert_eq!(steps(&hub, "evt-1").await, ["read - -"], "read before anything was due");

    hub.directory(json!({"agents": [{"id": "ana", "status": "vacation"}]})).await;
    hub.event(mention("ana").id("evt-2")).await;
    after(&hub, HOUR).await;
    let newest = hub.get_as("ana", "/api/v1/me/notifications?limit=1").await["items"][0]["id"].clone();
    let path = format!("/api/v1/me/notifications/{}/timeline", newest.as_str().unwrap());
    let told = hub.get_as("ana", &path).await["steps"].clone();
    let words: Vec<&Value> = told.as_array().unwrap().iter().map(|step| &step["what"]).collect();
    assert_eq!(words, ["accepted", "stored"], "kept without a sound");
}
