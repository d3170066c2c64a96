//! What each vendor's push service takes of us, and that the fakes would refuse anything else.

use std::{sync::atomic::Ordering, time::Duration};

use bellhop::delivery::{
    Outcome,
    web_push::{PushMessage, WebPushOptions},
};
use bellhop::domain::notification::Priority;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::{
    Rig,
    fake::{Seen, VENDORS, Vendor},
    message,
};
use crate::harness::covers;

#[tokio::test]
async fn every_vendor_takes_what_we_send() {
    covers(&["R-001", "R-009"]);
    for vendor in VENDORS {
        let rig = Rig::start(vendor).await;
        let outcome = rig.send().await;
        assert_eq!(outcome, Outcome::Sent { provider_id: Some(format!("{}/m/1", rig.fake.origin())) }, "{vendor:?}");
        for message in [
            PushMessage { ttl: Duration::ZERO, ..message() },
            PushMessage { priority: Priority::Low, ttl: Duration::from_secs(10_000_000), ..message() },
            PushMessage { body: "漢".repeat(10_000), title: "T".repeat(5_000), ..message() },
            PushMessage { tag: "Weird/tag with ü and everything ".repeat(10), ..message() },
        ] {
            let outcome = rig.sender.send(&rig.subscription, &message).await;
            assert!(matches!(outcome, Outcome::Sent { .. }), "{vendor:?}: {outcome:?}");
        }
        assert_eq!(rig.asked.load(Ordering::SeqCst), 1, "one connection serves them all");
        let seen = rig.fake.seen();
        let headers = |n: usize| ["ttl", "urgency"].map(|name| seen[n].header(name).unwrap().to_owned());
        assert_eq!(headers(0), ["86400", "high"]);
        assert_eq!(headers(1), ["0", "high"]);
        assert_eq!(headers(2), ["3600", "low"]);
        assert!(seen.iter().all(|push| push.body.len() <= 3_000), "{vendor:?}");
        let tokens: Vec<_> = seen.iter().map(|push| push.header("authorization").unwrap()).collect();
        assert!(tokens.windows(2).all(|two| two[0] == two[1]), "one signature serves them all");
        let topics: Vec<_> = seen.iter().map(|push| push.header("topic").unwrap()).collect();
        assert!(topics[0] == topics[1] && topics[0] != topics[4]);
    }
}

/// The request of a push that was taken, with one thing changed.
async fn altered(rig: &Rig, good: &Seen, change: impl FnOnce(&mut Seen)) -> (u16, String) {
    let mut push = good.clone();
    change(&mut push);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.post(format!("http://127.0.0.1:{}/push/abc", rig.fake.port));
    for (name, value) in push.headers.iter().filter(|(name, _)| !["host", "content-length"].contains(&name.as_str())) {
        request = request.header(name, value);
    }
    let answer = request.body(push.body).send().await.unwrap();
    let status = answer.status().as_u16();
    let reason = answer.json::<Value>().await.unwrap_or_default();
    (status, reason["reason"].as_str().unwrap_or_default().to_owned())
}

fn set(name: &'static str, value: &str) -> impl Fn(&mut Seen) {
    let value = value.to_owned();
    move |push| {
        push.headers.retain(|(known, _)| known != name);
        push.headers.push((name.to_owned(), value.clone()));
    }
}

fn without(name: &'static str) -> impl Fn(&mut Seen) {
    move |push| push.headers.retain(|(known, _)| known != name)
}

/// A token signed with the right key that says these.
fn token(claims: &Value, public: &str) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use openssl::{bn::BigNum, ec, nid::Nid, pkey::PKey};
    let group = ec::EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let mut context = openssl::bn::BigNumContext::new().unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(public).unwrap();
    let point = ec::EcPoint::from_bytes(&group, &bytes, &mut context).unwrap();
    let scalar = BigNum::from_slice(&URL_SAFE_NO_PAD.decode(super::PRIVATE_KEY).unwrap()).unwrap();
    let key = ec::EcKey::from_private_components(&group, &scalar, &point).unwrap();
    let key = EncodingKey::from_ec_der(&PKey::from_ec_key(key).unwrap().private_key_to_pkcs8().unwrap());
    let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), claims, &key).unwrap();
    format!("vapid t={token},k={public}")
}

#[tokio::test]
async fn fakes_refuse_what_their_vendors_refuse() {
    for vendor in VENDORS {
        let rig = Rig::start(vendor).await;
        rig.send().await;
        let good = rig.fake.seen().remove(0);
        assert_eq!(altered(&rig, &good, |_| ()).await, (201, String::new()), "{vendor:?}");
        let forbidden = if vendor == Vendor::Mozilla { 401 } else { 403 };
        let public = rig.sender.public_key();
        let now = bellhop::clock::Clock::System.now() / 1000;
        let says = |aud: &str, exp: i64| token(&json!({"aud": aud, "exp": exp, "sub": "mailto:a@b.example"}), public);
        let origin = rig.fake.origin();
        let mut spoilt = good.header("authorization").unwrap().to_owned();
        spoilt.replace_range(20..21, if &spoilt[20..21] == "A" { "B" } else { "A" });
        for (name, status, change) in [
            ("no ttl", 400, Box::new(without("ttl")) as Box<dyn FnOnce(&mut Seen)>),
            ("a ttl of a year", 400, Box::new(set("ttl", "31536000"))),
            ("a topic that is too long", 400, Box::new(set("topic", &"a".repeat(33)))),
            ("a topic of dots", 400, Box::new(set("topic", "a.b"))),
            ("an urgency of its own", 400, Box::new(set("urgency", "urgent"))),
            ("no encoding", 400, Box::new(without("content-encoding"))),
            ("json", 400, Box::new(set("content-type", "application/json"))),
            ("a body of 5 kB", 413, Box::new(|push: &mut Seen| push.body.resize(5_000, 0))),
            ("a short body", 400, Box::new(|push: &mut Seen| push.body.truncate(50))),
            ("no signature", forbidden, Box::new(without("authorization"))),
            ("a spoilt signature", forbidden, Box::new(set("authorization", &spoilt))),
            ("another's origin", forbidden, Box::new(set("authorization", &says("https://other.example", now + 600)))),
            ("a token of two days", forbidden, Box::new(set("authorization", &says(&origin, now + 2 * 86_400)))),
            ("a token that ended", forbidden, Box::new(set("authorization", &says(&origin, now - 10)))),
        ] {
            assert_eq!(altered(&rig, &good, change).await.0, status, "{vendor:?}: {name}");
        }
        assert_eq!(altered(&rig, &good, set("authorization", &says(&origin, now + 600))).await.0, 201);
        rig.fake.expects_key("another");
        assert_eq!(altered(&rig, &good, |_| ()).await.0, forbidden, "{vendor:?}: another key");
    }
    // Apple's rules among them: no provider stands between us and an iPhone.
    covers(&["D-17"]);
}

#[tokio::test]
async fn apple_refuses_underscores_and_unreachable_subjects_and_windows_a_ttl_of_zero() {
    let rig = Rig::start(Vendor::Apple).await;
    rig.send().await;
    let good = rig.fake.seen().remove(0);
    assert_eq!(altered(&rig, &good, set("topic", "a_b")).await.0, 400);
    let now = bellhop::clock::Clock::System.now() / 1000;
    for subject in ["mailto:a@localhost", "mailto:a@b.invalid", "a@b.example"] {
        let claims = json!({"aud": rig.fake.origin(), "exp": now + 60, "sub": subject});
        let header = token(&claims, rig.sender.public_key());
        assert_eq!(altered(&rig, &good, set("authorization", &header)).await.0, 403, "{subject}");
    }
    let rig = Rig::start(Vendor::Windows).await;
    rig.send().await;
    let good = rig.fake.seen().remove(0);
    assert_eq!(altered(&rig, &good, set("ttl", "0")).await.0, 400);
}

#[tokio::test]
async fn without_a_subject_that_leads_to_a_person_apple_is_not_even_asked_and_others_are() {
    let nobody = |options| WebPushOptions { admin_address: None, public_url: "http://127.0.0.1".to_owned(), ..options };
    let apple = Rig::with(Vendor::Apple, nobody).await;
    assert_eq!(apple.send().await.why(), Some("no_subject"));
    assert!(apple.fake.seen().is_empty() && apple.sender.warning().is_some());
    let mozilla = Rig::with(Vendor::Mozilla, nobody).await;
    assert!(matches!(mozilla.send().await, Outcome::Sent { .. }));
}
