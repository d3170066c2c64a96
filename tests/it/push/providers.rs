//! OneSignal and Pusher Beams, as their references have it.

use std::time::Duration;

use bellhop::{
    config::{BeamsConfig, Config, OneSignalConfig},
    delivery::{
        Outcome,
        web_push::{WebPush, WebPushOptions},
    },
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use super::{
    fake::{Fake, Scripted, Vendor},
    message, options,
};
use crate::{
    harness::{HubOptions, TestHub, covers},
    http_raw::request,
};

async fn with_both() -> (WebPush, Fake) {
    let fake = Fake::named(Vendor::Fcm, "127.0.0.1").await;
    let mut options = WebPushOptions { answer_within: Some(Duration::from_millis(500)), ..options(&[]) };
    let (app_id, api_key) = ("app-1".to_owned(), "key-1".to_owned());
    let service_worker = "/OneSignalSDKWorker.js".to_owned();
    options.config.onesignal =
        Some(OneSignalConfig { url: fake.origin(), app_id, api_key, origin: None, service_worker });
    let (instance_id, primary_key) = ("instance-1".to_owned(), "primary-1".to_owned());
    options.config.beams = Some(BeamsConfig { url: fake.origin(), instance_id, primary_key });
    (WebPush::new(options).unwrap(), fake)
}

#[tokio::test]
async fn onesignal_is_told_the_agent_by_external_id_and_each_delivery_by_a_key_of_its_own() {
    covers(&["R-225"]);
    let (sender, fake) = with_both().await;
    let onesignal = sender.onesignal().unwrap();
    fake.answers(200, &[], r#"{"id":"n-1","external_id":null}"#);
    let outcome = onesignal.send_to(&"ana".into(), &message()).await;
    assert_eq!(outcome, Outcome::Sent { provider_id: Some("n-1".to_owned()) });
    fake.answers(200, &[], r#"{"id":"n-1"}"#);
    onesignal.send_to(&"ana".into(), &message()).await;
    let seen = fake.seen();
    assert_eq!(seen[0].header("authorization"), Some("Key key-1"));
    let bodies: Vec<Value> = seen.iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect();
    assert_eq!(bodies[0]["include_aliases"], json!({"external_id": ["ana"]}));
    for (member, expected) in [
        ("app_id", json!("app-1")),
        ("target_channel", json!("push")),
        ("headings", json!({"en": message().title})),
        ("contents", json!({"en": "Login Issue"})),
        ("url", json!("https://desk.example.com/tickets/123")),
        ("ttl", json!(86_400)),
        ("priority", json!(10)),
        ("ios_badgeCount", json!(3)),
    ] {
        assert_eq!(bodies[0][member], expected, "{member}");
    }
    assert!(uuid::Uuid::parse_str(bodies[0]["idempotency_key"].as_str().unwrap()).is_ok());
    assert_eq!(bodies[0]["idempotency_key"], bodies[1]["idempotency_key"]);
}

#[tokio::test]
async fn onesignal_s_answers_are_told_apart() {
    let (sender, fake) = with_both().await;
    let onesignal = sender.onesignal().unwrap();
    for (status, body, why) in [
        (200, r#"{"id":"","errors":["All included players are not subscribed"]}"#, Some("not_subscribed")),
        (200, r#"{"errors":{"invalid_aliases":{"external_id":["ana"]}}}"#, Some("not_subscribed")),
        (400, r#"{"errors":["contents is required"]}"#, Some("refused")),
        (403, "{}", Some("key_refused")),
        (429, "{}", Some("rate_limited")),
        (500, "", Some("service_error")),
    ] {
        fake.answers(status, &[], body);
        let outcome = onesignal.send_to(&"ana".into(), &message()).await;
        assert_eq!(outcome.why(), why, "{status} {body}");
    }
    let after = Duration::from_secs(30);
    fake.scripted(Scripted { status: 200, headers: Vec::new(), body: "", after });
    let outcome = onesignal.send_to(&"ana".into(), &message()).await;
    assert!(matches!(outcome, Outcome::Later { why: "timeout", .. }), "it knows repetitions: {outcome:?}");
}

#[tokio::test]
async fn beams_is_told_the_agent_and_what_may_have_been_taken_is_unknown() {
    covers(&["R-224", "R-226"]);
    let (sender, fake) = with_both().await;
    let beams = sender.beams().unwrap();
    fake.answers(200, &[], r#"{"publishId":"pub-1"}"#);
    let outcome = beams.send_to(&"ana".into(), &message()).await;
    assert_eq!(outcome, Outcome::Sent { provider_id: Some("pub-1".to_owned()) });
    let seen = fake.seen().remove(0);
    assert_eq!(seen.header("authorization"), Some("Bearer primary-1"));
    let body: Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(body["users"], json!(["ana"]));
    let shown = json!({
        "title": message().title, "body": "Login Issue", "deep_link": "https://desk.example.com/tickets/123",
    });
    assert_eq!((&body["web"]["notification"], &body["web"]["time_to_live"]), (&shown, &json!(86_400)));
    assert_eq!(body["fcm"]["notification"]["title"], message().title);
    assert_eq!(body["apns"]["aps"]["alert"]["body"], "Login Issue");
    for (status, why) in
        [(401, "key_refused"), (404, "key_refused"), (422, "refused"), (429, "rate_limited"), (503, "service_error")]
    {
        fake.answers(status, &[], "{}");
        assert_eq!(beams.send_to(&"ana".into(), &message()).await.why(), Some(why), "{status}");
    }
    let after = Duration::from_secs(30);
    fake.scripted(Scripted { status: 200, headers: Vec::new(), body: "", after });
    let outcome = beams.send_to(&"ana".into(), &message()).await;
    assert!(matches!(outcome, Outcome::Unknown { why: "timeout", .. }), "{outcome:?}");
    let asked = fake.seen().len();
    assert_eq!(beams.send_to(&"x".repeat(165).as_str().into(), &message()).await.why(), Some("user_id"));
    assert_eq!(fake.seen().len(), asked);
}

#[tokio::test]
async fn an_agent_gets_a_token_for_beams_and_none_for_anybody_else() {
    let options = HubOptions::default()
        .with("BELLHOP_WEB_PUSH__BEAMS_INSTANCE_ID", "instance-1")
        .with("BELLHOP_WEB_PUSH__BEAMS_PRIMARY_KEY", "primary-1");
    let hub = TestHub::with(options).await;
    hub.agent("ana").create().await;
    let path = "/api/v1/me/beams-auth";
    let answer = request(&hub, "GET", &format!("{path}?user_id=ana")).agent("ana").send().await.ok();
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_issuer(&["https://instance-1.pushnotifications.pusher.com"]);
    let key = DecodingKey::from_secret(b"primary-1");
    let claims = jsonwebtoken::decode::<Value>(answer["token"].as_str().unwrap(), &key, &rules).unwrap().claims;
    assert_eq!(claims["sub"], "ana");
    request(&hub, "GET", path).agent("ana").send().await.ok();
    request(&hub, "GET", &format!("{path}?user_id=ben")).agent("ana").send().await.problem(403, "auth.forbidden");
    request(&hub, "GET", path).send().await.problem(401, "auth.required");
    let key = request(&hub, "GET", "/api/v1/push-key").send().await.ok();
    assert_eq!(key["beams_instance_id"], "instance-1");
    let without = TestHub::start().await;
    without.agent("ana").create().await;
    request(&without, "GET", path).agent("ana").send().await.problem(404, "not_found");
}

fn with_onesignal() -> HubOptions {
    HubOptions::default()
        .with("BELLHOP_WEB_PUSH__ONESIGNAL_APP_ID", "app-1")
        .with("BELLHOP_WEB_PUSH__ONESIGNAL_API_KEY", "key-1")
}

#[tokio::test]
async fn onesignal_needs_nothing_further_where_bellhop_serves_the_page() {
    let hub = TestHub::with(with_onesignal()).await;
    let key = request(&hub, "GET", "/api/v1/push-key").send().await.ok();
    let origin = format!("http://{}", hub.addr());
    let path = "/OneSignalSDKWorker.js";
    let site = json!({"app_id": "app-1", "origin": origin, "service_worker": path, "scope": "/"});
    assert_eq!((&key["onesignal"], &key["onesignal_app_id"]), (&site, &json!("app-1")));

    let worker = request(&hub, "GET", path).send().await;
    assert_eq!((worker.status, worker.header("content-type")), (200, "text/javascript; charset=utf-8"));
    let imported = "importScripts('https://cdn.onesignal.com/sdks/web/v16/OneSignalSDK.sw.js');";
    assert_eq!(worker.text.trim(), imported);
    assert!(worker.header("content-security-policy").contains("script-src https://cdn.onesignal.com;"));
    let page = request(&hub, "GET", "/notifications").send().await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self' https://cdn.onesignal.com;"), "{policy}");
    assert!(policy.contains("connect-src 'self' https://onesignal.com https://*.onesignal.com ws: wss:;"), "{policy}");
    covers(&["R-227", "R-228"]);
}

#[tokio::test]
async fn onesignal_of_a_helpdesks_own_pages_is_set_up_there_under_the_path_that_is_set() {
    let options = with_onesignal()
        .with("BELLHOP_WEB_PUSH__ONESIGNAL_ORIGIN", "https://desk.example.com/")
        .with("BELLHOP_WEB_PUSH__ONESIGNAL_SERVICE_WORKER", "/push/onesignal/OneSignalSDKWorker.js");
    let hub = TestHub::with(options).await;
    let key = request(&hub, "GET", "/api/v1/push-key").send().await.ok();
    let path = "/push/onesignal/OneSignalSDKWorker.js";
    let origin = "https://desk.example.com";
    let site = json!({"app_id": "app-1", "origin": origin, "service_worker": path, "scope": "/push/onesignal/"});
    assert_eq!(key["onesignal"], site);

    request(&hub, "GET", path).send().await.problem(404, "not_found");
    let page = request(&hub, "GET", "/notifications").send().await;
    assert!(!page.header("content-security-policy").contains("onesignal"), "no page of ours loads its script");
    covers(&["R-228", "R-229"]);
}

#[tokio::test]
async fn bellhops_own_and_onesignals_service_worker_stand_side_by_side_under_two_folders() {
    let path = "/push/onesignal/OneSignalSDKWorker.js";
    let hub = TestHub::with(with_onesignal().with("BELLHOP_WEB_PUSH__ONESIGNAL_SERVICE_WORKER", path)).await;
    let key = request(&hub, "GET", "/api/v1/push-key").send().await.ok();
    assert_eq!((&key["service_worker"], &key["onesignal"]["scope"]), (&json!("/sw.js"), &json!("/push/onesignal/")));
    assert!(request(&hub, "GET", path).send().await.text.starts_with("importScripts("));
    request(&hub, "GET", "/OneSignalSDKWorker.js").send().await.problem(404, "not_found");
    let without = TestHub::start().await;
    request(&without, "GET", "/OneSignalSDKWorker.js").send().await.problem(404, "not_found");
    covers(&["R-229"]);
}

#[test]
fn paths_and_origins_that_are_none_are_refused_at_the_start() {
    for (name, value) in [
        ("BELLHOP_WEB_PUSH__SERVICE_WORKER", "sw.js"),
        ("BELLHOP_WEB_PUSH__ONESIGNAL_SERVICE_WORKER", "//cdn.example.com/worker.js"),
        ("BELLHOP_WEB_PUSH__ONESIGNAL_SERVICE_WORKER", "/api/v1/events"),
        ("BELLHOP_WEB_PUSH__ONESIGNAL_ORIGIN", "desk.example.com"),
        ("BELLHOP_WEB_PUSH__ONESIGNAL_ORIGIN", "https://desk.example.com/panel"),
    ] {
        let settings = [
            ("BELLHOP_WEB_PUSH__ONESIGNAL_APP_ID", "app-1"),
            ("BELLHOP_WEB_PUSH__ONESIGNAL_API_KEY", "key-1"),
            (name, value),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let refused = Config::from_parts(None, settings).unwrap_err().to_string();
        let member = name.rsplit("__").next().unwrap().to_lowercase();
        assert!(refused.contains(&format!("web_push.{member}")), "{value}: {refused}");
    }
    covers(&["R-229"]);
}
