//! Webhooks as Zammad and Chatwoot send them, posted to a running hub.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, SOON, TestHub, covers};

fn payload(path: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/hooks/{path}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Makes a source and returns its secret.
async fn source(hub: &TestHub, name: &str, kind: &str) -> String {
    let body = json!({"kind": kind, "base_url": "https://desk.example.com"});
    let answer = hub.send(Method::PUT, &format!("/api/v1/sources/{name}"), ADMIN_KEY, Some(body)).await;
    answer.expect(StatusCode::OK).body["secret"].as_str().expect("a secret is made and shown").to_owned()
}

async fn post(hub: &TestHub, path: &str, body: Vec<u8>, headers: &[(&str, String)]) -> (StatusCode, Value) {
    let mut request = reqwest::Client::new().post(format!("http://{}{path}", hub.addr())).body(body).timeout(SOON);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let answer = request.header("content-type", "application/json").send().await.expect("the hub answers");
    (answer.status(), answer.json().await.expect("the answer is JSON"))
}

async fn zammad(hub: &TestHub, secret: &str, name: &str, trigger: &str, delivery: &str) -> (StatusCode, Value) {
    let body = payload(&format!("zammad/{name}"));
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&body);
    let headers = [
        ("x-hub-signature", format!("sha1={}", hex::encode(mac.finalize().into_bytes()))),
        ("x-zammad-trigger", trigger.to_owned()),
        ("x-zammad-delivery", delivery.to_owned()),
    ];
    post(hub, "/hooks/zammad/desk", body, &headers).await
}

#[tokio::test]
async fn zammads_reply_rings_the_owners_bell_once() {
    let hub = TestHub::start().await;
    let mut ben = hub.agent("ben").connect().await;
    let secret = source(&hub, "desk", "zammad").await;

    let (status, answer) = zammad(&hub, &secret, "customer_reply", "bellhop:customer_reply", "job-1").await;
    assert_eq!((status, &answer["results"][0]["notified"]), (StatusCode::ACCEPTED, &json!(["ben"])), "{answer}");
    let entry = ben.expect_notification("customer_reply").await;
    assert_eq!(entry["title"], "New reply on #65042 from Carla Reis");
    assert_eq!(entry["body"], "It is still broken, I'm afraid. Carla");
    assert_eq!(entry["url"], "https://desk.example.com/#ticket/zoom/81/104");
    assert_eq!(entry["ticket"], json!({"id": "desk:81", "number": "65042", "subject": "Login Issue"}));

    let (_, again) = zammad(&hub, &secret, "customer_reply", "bellhop:customer_reply", "job-1").await;
    assert_eq!(again["results"][0]["status"], "duplicate");
    ben.expect_nothing().await;
    covers(&["R-101"]);
}

#[tokio::test]
async fn zammads_people_are_matched_or_listed() {
    let hub = TestHub::start().await;
    let mut ben =
        hub.agent("benedict").with("external_ids", json!(["desk:4"])).with("email", json!(null)).connect().await;
    let secret = source(&hub, "desk", "zammad").await;
    zammad(&hub, &secret, "note_with_mention", "bellhop:note", "job-2").await;
    ben.expect_notification("mention").await;
    let (status, _) = zammad(&hub, &secret, "assigned_to_stranger", "bellhop:assigned", "job-3").await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let page = hub.get("/api/v1/sources/desk").await.body;
    let unmatched = page["unmatched"].as_array().expect("a list");
    assert!(unmatched.iter().any(|person| person["external_id"] == "77" && person["name"] == "Sam Stranger"), "{page}");
}

#[tokio::test]
async fn wrong_signature_is_refused_and_shown_on_the_sources_page() {
    let hub = TestHub::start().await;
    let mut ben = hub.agent("ben").connect().await;
    source(&hub, "desk", "zammad").await;
    let (status, answer) = zammad(&hub, "another secret", "customer_reply", "bellhop:customer_reply", "job-4").await;
    assert_eq!((status, &answer["code"]), (StatusCode::UNAUTHORIZED, &json!("auth.required")));
    ben.expect_nothing().await;
    let page = hub.get("/api/v1/sources/desk").await.body;
    assert!(page["last_error"].is_string() && page["last_error_at"].is_string(), "{page}");
}

#[tokio::test]
async fn what_zammad_says_and_means_nothing_is_answered_kindly() {
    let hub = TestHub::start().await;
    let secret = source(&hub, "desk", "zammad").await;
    let (status, answer) = zammad(&hub, &secret, "closed", "some trigger", "job-5").await;
    assert_eq!((status, &answer["results"]), (StatusCode::ACCEPTED, &json!([])));
    assert!(answer["ignored"].is_string());
}

#[tokio::test]
async fn chatwoots_private_note_mentions_a_colleague() {
    let hub = TestHub::start().await;
    let mut ben = hub.agent("ben").with("external_ids", json!(["chat:4"])).connect().await;
    let secret = source(&hub, "chat", "chatwoot").await;
    let body = payload("chatwoot/message_private_note");
    let timestamp = (hub.clock().now() / 1000).to_string();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(&body);
    let headers = [
        ("x-chatwoot-signature", format!("sha256={}", hex::encode(mac.finalize().into_bytes()))),
        ("x-chatwoot-timestamp", timestamp),
        ("x-chatwoot-delivery", "6d0f".to_owned()),
    ];
    let (status, answer) = post(&hub, "/hooks/chatwoot/chat", body, &headers).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    let entry = ben.expect_notification("mention").await;
    assert_eq!(entry["url"], "https://desk.example.com/app/accounts/1/conversations/37?messageId=902");
    assert_eq!(entry["actor"]["name"], "Jane Smith");
}
