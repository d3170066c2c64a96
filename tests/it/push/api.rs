//! The subscriptions of agents over HTTP, on both databases.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    Device,
    fake::{Fake, Vendor},
};
use crate::{
    harness::{ADMIN_KEY, Backend, HubOptions, TestHub, covers, token},
    http_raw::request,
};

pub const PATH: &str = "/api/v1/me/push-subscriptions";

/// A hub, and a push service on this machine that it may send to.
pub async fn hub_and_service(backend: Backend) -> (TestHub, Fake) {
    let fake = Fake::named(Vendor::Mozilla, "127.0.0.1").await;
    let options = HubOptions { backend, ..HubOptions::default() };
    let hub = TestHub::with(options.with("BELLHOP_WEB_PUSH__ALLOWED_HOSTS", fake.origin())).await;
    for agent in ["ana", "ben"] {
        hub.agent(agent).create().await;
    }
    let key = hub.get("/api/v1/push-key").await.expect(StatusCode::OK).body;
    fake.expects_key(key["public_key"].as_str().unwrap());
    (hub, fake)
}

/// What a browser hands in.
pub fn given(endpoint: &str) -> Value {
    let device = Device::new();
    let keys = json!({"p256dh": device.p256dh, "auth": device.auth});
    json!({"endpoint": endpoint, "expirationTime": null, "keys": keys})
}

pub async fn subscribe(hub: &TestHub, agent: &str, body: &Value) -> Value {
    hub.post_as(agent, PATH, body.clone()).await.expect(StatusCode::OK).body
}

pub async fn of(hub: &TestHub, agent: &str) -> Vec<Value> {
    hub.get_as(agent, PATH).await["items"].as_array().unwrap().clone()
}

/// Runs a story on each backend.
macro_rules! on_both {
    ($($story:ident),+ $(,)?) => {$(
        mod $story {
            #[tokio::test]
            async fn sqlite() {
                super::$story($crate::harness::Backend::Sqlite).await;
            }

            #[tokio::test]
            async fn db_postgres() {
                super::$story($crate::harness::Backend::Postgres).await;
            }
        }
    )+};
}
pub(super) use on_both;

on_both!(
    a_device_is_subscribed_once_shown_without_its_secrets_and_let_go,
    a_device_of_a_shared_desk_is_whose_is_signed_in,
    the_one_that_worked_longest_ago_makes_room,
    a_test_tells_in_words_what_came_of_it,
    who_is_deleted_or_erased_has_no_device_left,
    a_browser_that_renews_its_subscription_keeps_its_name,
);

async fn a_device_is_subscribed_once_shown_without_its_secrets_and_let_go(backend: Backend) {
    covers(&["R-002"]);
    let (hub, fake) = hub_and_service(backend).await;
    assert_eq!(of(&hub, "ana").await, Vec::<Value>::new(), "nobody is woken who did not ask for it");
    let mut body = given(&format!("{}/push/secret-part", fake.origin()));
    (body["device"], body["label"]) = (json!("d1"), json!("Laptop"));
    let made = subscribe(&hub, "ana", &body).await;
    assert_eq!((&made["host"], &made["device"], &made["label"]), (&json!("127.0.0.1"), &json!("d1"), &json!("Laptop")));
    let again = subscribe(&hub, "ana", &body).await;
    assert_eq!(again["id"], made["id"]);
    let listed = of(&hub, "ana").await;
    assert_eq!(listed, vec![again]);
    let text = json!(listed).to_string();
    for secret in ["secret-part", body["keys"]["auth"].as_str().unwrap(), body["keys"]["p256dh"].as_str().unwrap()] {
        assert!(!text.contains(secret), "{text}");
    }
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    hub.send(Method::DELETE, &path, &token("ben"), None).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(of(&hub, "ana").await.len(), 1, "it is not ben's to delete");
    hub.post_as("ben", &format!("{path}/test"), json!({})).await.expect(StatusCode::NOT_FOUND);
    hub.send(Method::DELETE, &path, &token("ana"), None).await.expect(StatusCode::NO_CONTENT);
    hub.send(Method::DELETE, &path, &token("ana"), None).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(of(&hub, "ana").await.len(), 0);
}

async fn a_device_of_a_shared_desk_is_whose_is_signed_in(backend: Backend) {
    let (hub, fake) = hub_and_service(backend).await;
    let mut body = given(&format!("{}/push/desk", fake.origin()));
    body["label"] = json!("Ana's name for it");
    let ana = subscribe(&hub, "ana", &body).await;
    body.as_object_mut().unwrap().remove("label");
    let ben = subscribe(&hub, "ben", &body).await;
    assert_ne!(ben["id"], ana["id"]);
    assert_eq!(ben["label"], Value::Null, "ana's name for it is not ben's to read");
    assert_eq!((of(&hub, "ana").await.len(), of(&hub, "ben").await.len()), (0, 1));
    let old = format!("{PATH}/{}", ana["id"].as_str().unwrap());
    hub.send(Method::DELETE, &old, &token("ana"), None).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(of(&hub, "ben").await.len(), 1);
}

async fn the_one_that_worked_longest_ago_makes_room(backend: Backend) {
    let (hub, fake) = hub_and_service(backend).await;
    let mut ids = Vec::new();
    for n in 0..20 {
        let made = subscribe(&hub, "ana", &given(&format!("{}/push/{n}", fake.origin()))).await;
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    hub.post_as("ana", &format!("{PATH}/{}/test", ids[0]), json!({})).await.expect(StatusCode::OK);
    subscribe(&hub, "ana", &given(&format!("{}/push/20", fake.origin()))).await;
    subscribe(&hub, "ana", &given(&format!("{}/push/21", fake.origin()))).await;
    let left: Vec<_> = of(&hub, "ana").await.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(left.len(), 20);
    assert!(left.contains(&ids[0]), "the oldest, but it works");
    assert!(!left.contains(&ids[1]) && !left.contains(&ids[2]), "these were not heard of for longest");
}

async fn a_test_tells_in_words_what_came_of_it(backend: Backend) {
    let (hub, fake) = hub_and_service(backend).await;
    let made = subscribe(&hub, "ana", &given(&format!("{}/push/1", fake.origin()))).await;
    let path = format!("{PATH}/{}/test", made["id"].as_str().unwrap());
    let tested = hub.post_as("ana", &path, json!({})).await.expect(StatusCode::OK).body;
    assert_eq!((&tested["outcome"], &tested["why"]), (&json!("sent"), &Value::Null), "{tested}");
    let soon = hub.post_as("ana", &path, json!({})).await.expect(StatusCode::TOO_MANY_REQUESTS);
    assert!(soon.retry_after.is_some());
    let listed = of(&hub, "ana").await.remove(0);
    assert!(listed["last_success_at"].is_string() && listed["last_error"].is_null());

    let made = subscribe(&hub, "ana", &given(&format!("{}/push/2", fake.origin()))).await;
    let path = format!("{PATH}/{}/test", made["id"].as_str().unwrap());
    fake.answers(403, &[], "");
    let tested = hub.post_as("ana", &path, json!({})).await.expect(StatusCode::OK).body;
    assert_eq!((&tested["outcome"], &tested["why"]), (&json!("misconfigured"), &json!("key_refused")));
    let listed = of(&hub, "ana").await;
    let kept = listed.iter().find(|one| one["id"] == made["id"]).expect("a refused key is not the device's fault");
    assert_eq!((&kept["last_error"], &kept["failures"]), (&json!("key_refused"), &json!(1)));

    let made = subscribe(&hub, "ana", &given(&format!("{}/push/3", fake.origin()))).await;
    let path = format!("{PATH}/{}/test", made["id"].as_str().unwrap());
    fake.answers(410, &[], "");
    let tested = hub.post_as("ana", &path, json!({})).await.expect(StatusCode::OK).body;
    assert_eq!(tested["outcome"], "gone");
    assert!(of(&hub, "ana").await.iter().all(|one| one["id"] != made["id"]), "what ended is forgotten");
}

async fn who_is_deleted_or_erased_has_no_device_left(backend: Backend) {
    let (hub, fake) = hub_and_service(backend).await;
    for agent in ["ana", "ben"] {
        subscribe(&hub, agent, &given(&format!("{}/push/{agent}", fake.origin()))).await;
    }
    let gone = hub.send(Method::DELETE, "/api/v1/agents/ana", ADMIN_KEY, None).await;
    gone.expect(StatusCode::NO_CONTENT);
    let erased = hub.send(Method::DELETE, "/api/v1/agents/ben?erase=true", ADMIN_KEY, None).await;
    assert_eq!(erased.expect(StatusCode::OK).body["subscriptions"], 1);
    for agent in ["ana", "ben"] {
        hub.agent(agent).create().await;
        assert_eq!(of(&hub, agent).await.len(), 0, "whoever has that id now");
    }
}

async fn a_browser_that_renews_its_subscription_keeps_its_name(backend: Backend) {
    let (hub, fake) = hub_and_service(backend).await;
    let mut first = given(&format!("{}/push/first", fake.origin()));
    (first["device"], first["label"]) = (json!("d1"), json!("Laptop"));
    subscribe(&hub, "ana", &first).await;
    let mut second = given(&format!("{}/push/second", fake.origin()));
    second["replaces"] = first["endpoint"].clone();
    let others = subscribe(&hub, "ben", &second).await;
    assert_eq!((&others["device"], of(&hub, "ana").await.len()), (&Value::Null, 1), "it was not ben's");
    let renewed = subscribe(&hub, "ana", &second).await;
    assert_eq!((&renewed["device"], &renewed["label"]), (&json!("d1"), &json!("Laptop")));
    assert_eq!(of(&hub, "ana").await.len(), 1);
}

#[tokio::test]
async fn what_is_no_subscription_is_refused_with_the_member_at_fault() {
    let (hub, fake) = hub_and_service(Backend::Sqlite).await;
    let good = given(&format!("{}/push/1", fake.origin()));
    let long = "x".repeat(101);
    for (pointer, wrong) in [
        ("/endpoint", json!("https://127.0.0.1/push")),
        ("/endpoint", json!("https://push.evil.example/1")),
        ("/endpoint", json!("http://169.254.169.254/latest")),
        ("/endpoint", json!("javascript:alert(1)")),
        ("/endpoint", json!("")),
        ("/keys/p256dh", json!("")),
        (
            "/keys/p256dh",
            json!("BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ),
        ("/keys/p256dh", json!(good["keys"]["auth"])),
        ("/keys/auth", json!("AAAA")),
        ("/keys/auth", json!("no base64 at all!!")),
        ("/device", json!(long)),
        ("/label", json!("two\nlines")),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap_or(&mut Value::Null) = wrong.clone();
        if body.pointer(pointer).is_none() {
            body[&pointer[1..]] = wrong.clone();
        }
        let answer = request(&hub, "POST", PATH).agent("ana").json(&body).send().await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer.to_owned()]), "{wrong}: {}", answer.text);
    }
    request(&hub, "POST", PATH).agent("ana").json(&json!({"endpoint": "x"})).send().await.problem(422, "body.invalid");
    request(&hub, "POST", PATH).json(&good).send().await.problem(401, "auth.required");
    request(&hub, "POST", PATH).admin().json(&good).send().await.problem(403, "auth.forbidden");
    assert_eq!(of(&hub, "ana").await.len(), 0);
}

#[tokio::test]
async fn the_key_is_made_once_and_the_same_after_a_restart_and_a_given_one_comes_first() {
    covers(&["R-229"]);
    let mut hub = TestHub::start().await;
    let asked = || request(&hub, "GET", "/api/v1/push-key").send();
    let key = asked().await.ok();
    assert_eq!((key["public_key"].as_str().unwrap().len(), &key["service_worker"]), (87, &json!("/sw.js")));
    hub.restart().await;
    assert_eq!(request(&hub, "GET", "/api/v1/push-key").send().await.ok(), key);
    let other = TestHub::start().await;
    assert_ne!(request(&other, "GET", "/api/v1/push-key").send().await.ok(), key, "each installation has its own");
    let options = HubOptions::default()
        .with("BELLHOP_WEB_PUSH__PRIVATE_KEY", super::PRIVATE_KEY)
        .with("BELLHOP_WEB_PUSH__SERVICE_WORKER", "/helpdesk/sw.js");
    let given = TestHub::with(options).await;
    let key = request(&given, "GET", "/api/v1/push-key").send().await.ok();
    let public = "BMjQIp55pdbU8pfCBKyXcZjlmER_mXt5LqNrN1hrXbdBS5EnhIbMu3Au-RV53iIpztzNXkGI56BFB1udQ8Bq_H4";
    assert_eq!(key, json!({"public_key": public, "service_worker": "/helpdesk/sw.js"}));
}
