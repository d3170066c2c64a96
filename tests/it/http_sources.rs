//! Helpdesks that post their own webhooks: made over REST, verified by their secret, and how their deliveries went.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

use crate::{
    harness::{TestHub, assigned},
    http_raw::{Raw, request},
};

async fn put(hub: &TestHub, name: &str, body: Value) -> Raw {
    request(hub, "PUT", &format!("/api/v1/sources/{name}")).admin().json(&body).send().await
}

fn zammad_reply() -> Value {
    json!({"ticket": {"id": 81, "number": "31081", "title": "Printer on fire", "state": "open",
                      "owner": {"id": 7, "login": "ben@example.com", "email": "ben@example.com", "firstname": "Ben", "lastname": "Low"},
                      "customer": {"id": 9, "email": "carla@example.org", "firstname": "Carla", "lastname": "Reis"},
                      "group": {"name": "Support"}, "article_count": 2, "updated_at": "2026-11-20T09:00:00.000Z"},
           "article": {"id": 501, "body": "It burns again", "content_type": "text/plain", "internal": false, "sender": "Customer",
                       "created_by": {"id": 9, "email": "carla@example.org", "firstname": "Carla", "lastname": "Reis"},
                       "created_at": "2026-11-20T09:00:00.000Z"}})
}

async fn deliver(hub: &TestHub, body: &str, secret: &str, delivery: &str) -> Raw {
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = format!("sha1={}", hex::encode(mac.finalize().into_bytes()));
    request(hub, "POST", "/hooks/zammad/main")
        .header("content-type", "application/json")
        .header("x-hub-signature", &signature)
        .header("x-zammad-delivery", delivery)
        .header("x-zammad-trigger", "bellhop:customer_reply")
        .body(body.to_owned())
        .send()
        .await
}

#[tokio::test]
async fn secret_is_made_shown_once_and_kept_when_the_source_is_changed() {
    let hub = TestHub::start().await;
    let made = put(&hub, "main", json!({"kind": "zammad"})).await.ok();
    assert!(made["secret"].as_str().is_some_and(|secret| secret.len() >= 32));
    assert!(made["hook_url"].as_str().unwrap().ends_with("/hooks/zammad/main"));
    let changed = put(&hub, "main", json!({"base_url": "https://desk.example.com/"})).await.ok();
    assert_eq!((&changed["base_url"], changed.get("secret")), (&json!("https://desk.example.com"), None));
    let shown = request(&hub, "GET", "/api/v1/sources/main").admin().send().await.ok();
    assert_eq!((&shown["kind"], shown.get("secret")), (&json!("zammad"), None));
    let listed = request(&hub, "GET", "/api/v1/sources").admin().send().await.ok();
    assert_eq!((&listed["items"][0]["id"], listed["items"][0].get("secret")), (&json!("main"), None));
    put(&hub, "fax", json!({"kind": "fax"})).await.problem(422, "source.unknown_kind");
}

#[tokio::test]
async fn delivery_with_the_right_signature_rings_and_shows_on_the_sources_page() {
    let hub = TestHub::start().await;
    let mut ben = hub.agent("ben").connect().await;
    put(&hub, "main", json!({"kind": "zammad", "secret": "s3cret-of-zammad"})).await.ok();
    let body = zammad_reply().to_string();
    let delivered = deliver(&hub, &body, "s3cret-of-zammad", "job-1").await.ok();
    assert_eq!(delivered["results"][0]["notified"], json!(["ben"]), "{delivered}");
    ben.expect_notification("customer_reply").await;
    let again = deliver(&hub, &body, "s3cret-of-zammad", "job-1").await.ok();
    assert_eq!(again["results"][0]["status"], "duplicate");
    ben.expect_nothing().await;
    let shown = request(&hub, "GET", "/api/v1/sources/main").admin().send().await.ok();
    assert!(shown["last_delivery_at"].is_string() && shown["last_error"].is_null(), "{shown}");
}

#[tokio::test]
async fn wrong_signature_and_unknown_source_look_the_same_and_the_error_shows_on_the_page() {
    let hub = TestHub::start().await;
    put(&hub, "main", json!({"kind": "zammad", "secret": "s3cret-of-zammad"})).await.ok();
    let wrong = deliver(&hub, &zammad_reply().to_string(), "guessed", "job-1").await;
    wrong.problem(401, "auth.required");
    let unknown = request(&hub, "POST", "/hooks/zammad/other").json(&zammad_reply()).send().await;
    unknown.problem(401, "auth.required");
    assert_eq!(wrong.text, unknown.text);
    request(&hub, "POST", "/hooks/chatwoot/main").json(&zammad_reply()).send().await.problem(401, "auth.required");
    request(&hub, "POST", "/hooks/fax/main").json(&json!({})).send().await.problem(404, "not_found");
    let shown = request(&hub, "GET", "/api/v1/sources/main").admin().send().await.ok();
    assert!(shown["last_error"].is_string() && shown["last_delivery_at"].is_null(), "{shown}");
}

#[tokio::test]
async fn removed_source_is_refused_from_then_on() {
    let hub = TestHub::start().await;
    put(&hub, "main", json!({"kind": "zammad", "secret": "s3cret-of-zammad"})).await.ok();
    assert_eq!(request(&hub, "DELETE", "/api/v1/sources/main").admin().send().await.status, 204);
    deliver(&hub, &zammad_reply().to_string(), "s3cret-of-zammad", "job-1").await.problem(401, "auth.required");
    request(&hub, "GET", "/api/v1/sources/main").admin().send().await.problem(404, "not_found");
}

/// Posts a fixture of `tests/data/hooks` to the source `main` of its kind, signed as its sender signs it.
async fn deliver_fixture(hub: &TestHub, kind: &str, name: &str, secret: &str) -> Raw {
    let path = format!("{}/tests/data/hooks/{kind}/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let body = std::fs::read_to_string(path).unwrap();
    let hmac = |parts: [&str; 3]| {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        parts.iter().for_each(|part| mac.update(part.as_bytes()));
        mac.finalize().into_bytes()
    };
    let post = |query: &str| request(hub, "POST", &format!("/hooks/{kind}/main{query}"));
    match kind {
        "frappe" => post("").header("x-frappe-webhook-signature", &STANDARD.encode(hmac([&body, "", ""]))),
        "osticket" => {
            let at = (hub.clock().now() / 1_000).to_string();
            let signature = format!("sha256={}", hex::encode(hmac([&at, ".", &body])));
            post("").header("x-bellhop-timestamp", &at).header("x-bellhop-signature", &signature)
        }
        _ => post(&format!("?token={secret}")),
    }
    .body(body)
    .send()
    .await
}

#[tokio::test]
async fn replayed_delivery_of_frappe_osticket_and_slack_rings_once() {
    for (kind, name) in [("frappe", "communication_received"), ("osticket", "message"), ("slack", "message")] {
        let hub = TestHub::start().await;
        let mut ben = hub.agent("ben").connect().await;
        hub.event(assigned("ben").on_ticket(if kind == "frappe" { "main:1023" } else { "main:81" })).await;
        ben.expect_notification("assignment").await;
        put(&hub, "main", json!({"kind": kind, "secret": "s3cret-of-theirs"})).await.ok();
        deliver_fixture(&hub, kind, name, "guessed").await.problem(401, "auth.required");
        let delivered = deliver_fixture(&hub, kind, name, "s3cret-of-theirs").await.ok();
        assert_eq!(delivered["results"][0]["notified"], json!(["ben"]), "{kind}: {delivered}");
        ben.expect_notification("customer_reply").await;
        let again = deliver_fixture(&hub, kind, name, "s3cret-of-theirs").await.ok();
        assert_eq!(again["results"][0]["status"], "duplicate", "{kind}");
        ben.expect_nothing().await;
    }
}

#[tokio::test]
async fn osticket_plugin_that_takes_only_200_for_success_gets_it() {
    let hub = TestHub::start().await;
    put(&hub, "main", json!({"kind": "slack", "secret": "s3cret-of-theirs"})).await.ok();
    assert_eq!(deliver_fixture(&hub, "slack", "message", "s3cret-of-theirs").await.status, 200);
    deliver_fixture(&hub, "slack", "another_sender", "s3cret-of-theirs").await.problem(422, "hook.wrong_system");
}

async fn person(hub: &TestHub, method: &str, external_id: &str, body: Option<Value>) -> Raw {
    let request = request(hub, method, &format!("/api/v1/sources/main/people/{external_id}")).admin();
    match body {
        Some(body) => request.json(&body).send().await,
        None => request.send().await,
    }
}

async fn unmatched(hub: &TestHub) -> Value {
    request(hub, "GET", "/api/v1/sources/main").admin().send().await.ok()["unmatched"].clone()
}

/// The reply to a ticket of somebody whom no agent's email names.
fn strangers_reply() -> String {
    let mut body = zammad_reply();
    body["ticket"]["owner"]["email"] = json!("b.low@example.net");
    body.to_string()
}

#[tokio::test]
async fn person_whom_nobody_matches_is_said_to_be_an_agent_and_rings_from_then_on() {
    let hub = TestHub::start().await;
    let mut ben = hub.agent("ben").connect().await;
    hub.directory(json!({"agents": [{"id": "ana", "external_ids": ["main:7x", "other:1"]}]})).await;
    put(&hub, "main", json!({"kind": "zammad", "secret": "s3cret-of-zammad"})).await.ok();
    deliver(&hub, &strangers_reply(), "s3cret-of-zammad", "job-1").await.ok();
    ben.expect_nothing().await;
    assert_eq!(unmatched(&hub).await, json!([{"external_id": "7", "name": "Ben Low", "times": 1}]));

    let matched = person(&hub, "PUT", "7", Some(json!({"agent": "ana"}))).await.ok();
    assert_eq!(matched, json!({"external_id": "7", "agent": "ana", "external_ids": ["main:7x", "other:1", "main:7"]}));
    assert_eq!(unmatched(&hub).await, json!([]));
    let corrected = person(&hub, "PUT", "7", Some(json!({"agent": "ben"}))).await.ok();
    assert_eq!(corrected["external_ids"], json!(["main:7"]));
    assert_eq!(person(&hub, "PUT", "7", Some(json!({"agent": "ben"}))).await.ok(), corrected, "said twice, held once");
    let ana = request(&hub, "GET", "/api/v1/agents/ana").admin().send().await.ok();
    assert_eq!(ana["external_ids"], json!(["main:7x", "other:1"]), "one person is one agent");

    let again = deliver(&hub, &strangers_reply(), "s3cret-of-zammad", "job-2").await.ok();
    assert_eq!(again["results"][0]["notified"], json!(["ben"]), "{again}");
    ben.expect_notification("customer_reply").await;
    assert_eq!(unmatched(&hub).await, json!([]));
}

#[tokio::test]
async fn person_who_is_nobody_of_ours_is_taken_off_the_list() {
    let hub = TestHub::start().await;
    put(&hub, "main", json!({"kind": "zammad", "secret": "s3cret-of-zammad"})).await.ok();
    deliver(&hub, &strangers_reply(), "s3cret-of-zammad", "job-1").await.ok();
    assert_eq!(person(&hub, "DELETE", "8", None).await.status, 204, "gone is gone");
    assert_eq!(unmatched(&hub).await.as_array().map(Vec::len), Some(1));
    assert_eq!(person(&hub, "DELETE", "7", None).await.status, 204);
    assert_eq!(unmatched(&hub).await, json!([]));
}

#[tokio::test]
async fn person_is_mapped_by_administrators_to_agents_there_are_and_for_sources_there_are() {
    let hub = TestHub::start().await;
    put(&hub, "main", json!({"kind": "zammad", "secret": "s3cret-of-zammad"})).await.ok();
    deliver(&hub, &strangers_reply(), "s3cret-of-zammad", "job-1").await.ok();
    person(&hub, "PUT", "7", Some(json!({"agent": "ghost"}))).await.problem(422, "person.unknown_agent");
    assert_eq!(unmatched(&hub).await.as_array().map(Vec::len), Some(1), "nothing was changed");
    request(&hub, "GET", "/api/v1/agents/ghost").admin().send().await.problem(404, "not_found");
    let other = "/api/v1/sources/other/people/7";
    request(&hub, "PUT", other).admin().json(&json!({"agent": "ana"})).send().await.problem(404, "not_found");
    request(&hub, "DELETE", other).admin().send().await.problem(404, "not_found");
    request(&hub, "PUT", "/api/v1/sources/main/people/7")
        .json(&json!({"agent": "ana"}))
        .send()
        .await
        .problem(401, "auth.required");
}

fn payload(name: &str) -> String {
    let path = format!("{}/tests/data/hooks/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn freescouts_reply_rings_the_assignees_bell_once() {
    let hub = TestHub::start().await;
    let mut ben = hub.agent("ben").connect().await;
    put(&hub, "desk", json!({"kind": "freescout", "secret": "s3cret"})).await.ok();
    let body = payload("freescout/customer_reply");
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(b"s3cret").unwrap();
    mac.update(body.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let deliver = || {
        request(&hub, "POST", "/hooks/freescout/desk")
            .header("x-freescout-signature", &signature)
            .header("x-freescout-event", "convo.customer.reply.created")
            .body(body.clone())
            .send()
    };
    assert_eq!(deliver().await.ok()["results"][0]["notified"], json!(["ben"]));
    ben.expect_notification("customer_reply").await;
    assert_eq!(deliver().await.ok()["results"][0]["status"], "duplicate");
    ben.expect_nothing().await;
}

#[tokio::test]
async fn support_boards_new_chat_rings_its_departments_bells_once() {
    let hub = TestHub::start().await;
    hub.directory(json!({"departments": [{"id": "2", "name": "Support"}]})).await;
    let mut ben = hub.agent("ben").with("department", json!("2")).connect().await;
    put(&hub, "board", json!({"kind": "support-board", "secret": "hook secret"})).await.ok();
    let deliver = |name: &str| {
        request(&hub, "POST", "/hooks/support-board/board").body(payload(&format!("support-board/{name}")))
    };
    let delivered = deliver("new_conversation_received").send().await.ok();
    assert_eq!(delivered["results"][1]["notified"], json!(["ben"]), "{delivered}");
    ben.expect_notification("new_conversation").await;
    let again = deliver("new_conversation_created").send().await.ok();
    assert!(again["results"].as_array().unwrap().iter().all(|result| result["status"] == "duplicate"), "{again}");
    let silent = deliver("registration").send().await.ok();
    assert_eq!((&silent["results"], silent["ignored"].is_string()), (&json!([]), true));
    put(&hub, "board", json!({"secret": "another"})).await.ok();
    deliver("status_archived").send().await.problem(401, "auth.required");
}
