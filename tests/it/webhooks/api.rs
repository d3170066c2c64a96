//! Webhooks over REST, and from a text message to another program.

use bellhop::clock::Clock;
use serde_json::{Value, json};

use crate::{
    harness::{HubOptions, SOON, TestHub, assigned, covers, eventually},
    http_raw::{Raw, request},
    peers::{
        http::{HttpPeer, Reply},
        program::LineProgram,
    },
    sms::{ACCOUNT, NUMBER, PIA, TOKEN},
};

const PATH: &str = "/api/v1/webhooks";

async fn post(hub: &TestHub, body: Value) -> Raw {
    request(hub, "POST", PATH).admin().json(&body).send().await
}

fn given(url: &str) -> Value {
    json!({"url": url, "types": ["sms.received"]})
}

#[tokio::test]
async fn a_webhook_is_made_changed_and_removed_and_its_secret_shown_once() {
    let hub = TestHub::start().await;
    let made = post(
        &hub,
        json!({"url": "https://a.example.com/in", "types": ["sms.received", "sms.received"], "description": "ours"}),
    )
    .await;
    assert_eq!(made.status, 201);
    let made = made.json();
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"), "{made}");
    assert_eq!((&made["types"], &made["active"]), (&json!(["sms.received"]), &json!(true)));
    let shown = request(&hub, "GET", &path).admin().send().await.ok();
    assert_eq!((shown.get("secret"), &shown["description"]), (None, &json!("ours")));
    let put = json!({"types": ["notification.created", "delivery.bounced"], "active": false});
    let changed = request(&hub, "PUT", &path).admin().json(&put).send().await.ok();
    assert_eq!((&changed["url"], &changed["active"], changed.get("secret")), (&made["url"], &json!(false), None));
    let rotated = request(&hub, "POST", &format!("{path}/rotate")).admin().send().await.ok();
    assert!(rotated["secret"].as_str().unwrap().starts_with("whsec_") && rotated["secret"] != made["secret"]);
    let listed = request(&hub, "GET", PATH).admin().send().await.ok();
    assert_eq!((listed["items"].as_array().unwrap().len(), listed["items"][0].get("secret")), (1, None));
    assert_eq!(request(&hub, "DELETE", &path).admin().send().await.status, 204);
    for (method, path) in [
        ("GET", path.clone()),
        ("PUT", path.clone()),
        ("POST", format!("{path}/rotate")),
        ("GET", format!("{path}/messages")),
    ] {
        request(&hub, method, &path).admin().json(&json!({})).send().await.problem(404, "not_found");
    }
    hub.agent("ben").create().await;
    request(&hub, "GET", PATH).agent("ben").send().await.problem(403, "auth.forbidden");
    request(&hub, "POST", PATH).json(&given("https://a.example.com/")).send().await.problem(401, "auth.required");
}

#[tokio::test]
async fn what_is_wrong_is_refused_by_name() {
    let hub = TestHub::start().await;
    for url in [
        "http://a.example.com/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.1.2.3/x",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://[fd00::1]/",
        "https://2130706433/",
        "https://[::ffff:192.168.0.1]/",
        "https://224.0.0.1/",
        "https://user:pass@a.example.com/",
        "ftp://a.example.com/",
        "nothing",
    ] {
        let refused = post(&hub, given(url)).await;
        refused.problem(422, "webhook.bad_address");
        assert_eq!(refused.pointers(), ["/url"]);
    }
    post(&hub, json!({"types": ["sms.received"]})).await.problem(422, "webhook.invalid");
    post(&hub, json!({"url": "https://a.example.com/", "types": []})).await.problem(422, "webhook.invalid");
    post(&hub, json!({"url": "https://a.example.com/", "types": ["sms.sent"]})).await.problem(422, "body.invalid");
    post(&hub, json!({"url": "https://a.example.com/", "types": ["sms.received"], "secret": "mine"}))
        .await
        .problem(422, "body.invalid");
    let long = "x".repeat(501);
    post(&hub, json!({"url": "https://a.example.com/", "types": ["sms.received"], "description": long}))
        .await
        .problem(422, "webhook.invalid");
    for _ in 0..50 {
        assert_eq!(post(&hub, given("https://a.example.com/")).await.status, 201);
    }
    post(&hub, given("https://a.example.com/")).await.problem(409, "conflict");
}

#[tokio::test]
async fn a_wrong_exception_keeps_the_server_from_starting_on_it() {
    use bellhop::{config::Config, delivery::address::Addresses};
    let environment = [("BELLHOP_WEBHOOKS__ALLOWED_HOSTS".to_owned(), "http://127.0.0.1:9099, a b".to_owned())];
    let config = Config::from_parts(None, environment.into()).unwrap();
    let allowed = &config.outgoing.webhooks.allowed_hosts;
    let refused = Addresses::new(allowed, "webhooks.allowed_hosts").unwrap_err().to_string();
    assert!(refused.contains("webhooks.allowed_hosts") && refused.contains("a b"), "{refused}");
}

#[tokio::test]
async fn a_text_message_reaches_another_program_which_can_tell_that_it_is_from_us() {
    covers(&["R-162"]);
    let peer = HttpPeer::start(|_| Reply::status(200)).await;
    let options = HubOptions::default()
        .with("BELLHOP_HTTP__PUBLIC_URL", "https://hub.example.com")
        .with("BELLHOP_WEBHOOKS__ALLOWED_HOSTS", &peer.url)
        .with("BELLHOP_SMS__ACCOUNT_SID", ACCOUNT)
        .with("BELLHOP_SMS__AUTH_TOKEN", TOKEN)
        .with("BELLHOP_SMS__FROM", NUMBER);
    let hub = TestHub::with(options).await;
    hub.agent("pia").role("pm").with("phone", json!("+1 555 010 0123")).create().await;
    let made = post(&hub, json!({"url": peer.url, "types": ["sms.received", "notification.created"]})).await.json();
    let mut library = LineProgram::libraries();
    let form = json!({"MessageSid": "SM7", "From": PIA, "To": NUMBER, "Body": "On my way & soon there", "NumMedia": "1",
                      "MediaUrl0": "https://api.twilio.com/media/1"});
    let url = "https://hub.example.com/hooks/twilio/inbound";
    let signature =
        library.ask(&json!({"ask": "twilio_sign", "token": TOKEN, "url": url, "form": form}))["signature"].clone();
    let pairs = form.as_object().unwrap().iter().map(|(name, value)| (name, value.as_str().unwrap()));
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    for _ in 0..2 {
        let hook =
            request(&hub, "POST", "/hooks/twilio/inbound").header("x-twilio-signature", signature.as_str().unwrap());
        assert_eq!(hook.body(body.clone()).send().await.status, 200);
    }
    eventually("the program hears of it", SOON, async || !peer.seen().is_empty()).await;
    let seen = peer.seen().remove(0);
    let secret = &made["secret"];
    let asked = json!({"ask": "webhook_verify", "secret": secret, "headers": seen.headers, "body": seen.body});
    assert_eq!(library.ask(&asked), json!({"genuine": true}));
    let told: Value = serde_json::from_str(&seen.body).unwrap();
    let data = json!({"from": {"kind": "agent", "id": "pia", "phone": PIA}, "ticket": null,
                      "text": "On my way & soon there", "media": ["https://api.twilio.com/media/1"], "sid": "SM7"});
    assert_eq!((&told["type"], &told["data"]), (&json!("sms.received"), &data));
    // The same way for a notification; and the log tells of both, newest first.
    hub.agent("ben").create().await;
    hub.event(assigned("ben")).await;
    eventually("the program hears of it", SOON, async || peer.seen().len() == 2).await;
    let log = format!("{PATH}/{}/messages", made["id"].as_str().unwrap());
    let delivered = format!("{log}?state=delivered");
    eventually("both are settled", SOON, async || {
        hub.get(&delivered).await.body["items"].as_array().unwrap().len() == 2
    })
    .await;
    let first = hub.get(&format!("{log}?limit=1")).await.body;
    assert_eq!(first["items"][0]["type"], "notification.created");
    let next = first["next"].as_str().unwrap();
    let second = hub.get(&format!("{log}?limit=1&before={next}")).await.body;
    assert_eq!((&second["items"][0]["type"], &second["next"]), (&json!("sms.received"), &Value::Null));
    assert_eq!(hub.get(&format!("{log}?state=lost")).await.status, 422);
    let id = second["items"][0]["id"].as_str().unwrap();
    assert_eq!(hub.post(&format!("{log}/{id}/replay"), json!({})).await.status, 202);
    eventually("it comes again", SOON, async || peer.seen().len() == 3).await;
    assert_eq!(peer.seen()[2].header("webhook-id"), id);
    assert_eq!(hub.post(&format!("{log}/nothing/replay"), json!({})).await.status, 404);
}

#[tokio::test]
async fn for_a_day_both_secrets_sign() {
    let peer = HttpPeer::start(|_| Reply::status(200)).await;
    let clock = Clock::System;
    let options = HubOptions { clock, ..HubOptions::default() }.with("BELLHOP_WEBHOOKS__ALLOWED_HOSTS", &peer.url);
    let hub = TestHub::with(options).await;
    let made = post(&hub, json!({"url": peer.url, "types": ["notification.created"]})).await.json();
    let rotate = format!("{PATH}/{}/rotate", made["id"].as_str().unwrap());
    let rotated = request(&hub, "POST", &rotate).admin().send().await.ok();
    hub.agent("ben").create().await;
    hub.event(assigned("ben")).await;
    eventually("the program hears of it", SOON, async || !peer.seen().is_empty()).await;
    let (seen, mut library) = (peer.seen().remove(0), LineProgram::libraries());
    for secret in [&made["secret"], &rotated["secret"]] {
        let asked = json!({"ask": "webhook_verify", "secret": secret, "headers": seen.headers, "body": seen.body});
        assert_eq!(library.ask(&asked), json!({"genuine": true}));
    }
}
