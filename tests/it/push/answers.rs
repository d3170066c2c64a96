//! What the worker is told of each answer of a push service, and of none.

use std::time::{Duration, Instant};

use bellhop::delivery::{Outcome, web_push::WebPushOptions};

use super::{
    Rig,
    fake::{Scripted, Vendor},
};

async fn answered(
    vendor: Vendor,
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: &'static str,
) -> Outcome {
    let rig = Rig::start(vendor).await;
    rig.fake.answers(status, headers, body);
    rig.send().await
}

#[tokio::test]
async fn each_status_is_told_as_what_can_be_done_about_it() {
    for (status, kind, why) in [
        (200, "sent", None),
        (201, "sent", None),
        (202, "sent", None),
        (404, "gone", Some("subscription_ended")),
        (410, "gone", Some("subscription_ended")),
        (401, "misconfigured", Some("key_refused")),
        (403, "misconfigured", Some("key_refused")),
        (400, "failed", Some("refused")),
        (413, "failed", Some("too_large")),
        (406, "failed", Some("refused")),
        (429, "later", Some("rate_limited")),
        (500, "later", Some("service_error")),
        (503, "later", Some("service_error")),
        (302, "later", Some("redirected")),
    ] {
        let outcome = answered(Vendor::Fcm, status, &[], "").await;
        assert_eq!((outcome.as_str(), outcome.why()), (kind, why), "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let rig = Rig::start(Vendor::Fcm).await;
    rig.fake.answers(307, &[("location", "/elsewhere")], "");
    assert_eq!(rig.send().await.why(), Some("redirected"));
    assert_eq!(rig.fake.seen().len(), 1);
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_passed_on() {
    let outcome = answered(Vendor::Mozilla, 429, &[("retry-after", "30")], "").await;
    let Outcome::Later { after, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(after, Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn windows_throttles_with_406_gives_its_reason_in_headers_and_says_when_it_dropped_one() {
    let headers =
        [("x-wns-status", "channelthrottled"), ("x-wns-error-description", "slow down"), ("retry-after", "60")];
    let outcome = answered(Vendor::Windows, 406, &headers, "").await;
    let Outcome::Later { why, detail, after } = outcome else { panic!("{outcome:?}") };
    assert_eq!((why, after), ("rate_limited", Some(Duration::from_secs(60))));
    assert_eq!(detail, "406; x-wns-status: channelthrottled; x-wns-error-description: slow down");
    let outcome = answered(Vendor::Windows, 200, &[("x-wns-status", "dropped")], "").await;
    assert_eq!(outcome.why(), Some("dropped"));
}

#[tokio::test]
async fn what_was_said_is_kept_without_tokens_and_addresses_and_with_an_end() {
    let rig = Rig::start(Vendor::Mozilla).await;
    rig.fake.answers(403, &[], "{\"error\": \"Forbidden\", \"at\": \"http://x.example/push/abc-secret\"}");
    let outcome = rig.send().await;
    assert_eq!(outcome.detail(), Some("403; {\"error\": \"Forbidden\", \"at\": …"));
    let long: &'static str = Box::leak("words ".repeat(1_000_000).into_boxed_str());
    rig.fake.answers(400, &[], long);
    assert!(rig.send().await.detail().unwrap().len() < 300);
}

#[tokio::test]
async fn a_service_that_hangs_or_is_not_there_costs_its_limit_and_no_more() {
    let hurried = |options| WebPushOptions { answer_within: Some(Duration::from_millis(300)), ..options };
    let rig = Rig::with(Vendor::Fcm, hurried).await;
    let after = Duration::from_secs(30);
    rig.fake.scripted(Scripted { status: 201, headers: Vec::new(), body: "", after });
    let began = Instant::now();
    assert_eq!(rig.send().await.why(), Some("timeout"));
    assert!(began.elapsed() < Duration::from_secs(5));
    let rig = Rig::start(Vendor::Fcm).await;
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let host = format!("http://127.0.0.1:{nowhere}");
    let sender = bellhop::delivery::web_push::WebPush::new(super::options(std::slice::from_ref(&host))).unwrap();
    let subscription = super::Device::new().at(&host);
    assert_eq!(sender.send(&subscription, &super::message()).await.why(), Some("unreachable"));
    drop(rig);
}

#[tokio::test]
async fn a_refused_signature_is_made_anew_for_the_next_message() {
    let rig = Rig::start(Vendor::Apple).await;
    rig.fake.answers(403, &[], "{\"reason\":\"ExpiredJwtToken\"}");
    rig.send().await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert!(matches!(rig.send().await, Outcome::Sent { .. }));
    let seen = rig.fake.seen();
    assert_ne!(seen[0].header("authorization"), seen[1].header("authorization"));
}

#[tokio::test]
async fn keys_that_were_spoilt_end_the_subscription_and_a_host_that_is_not_allowed_any_more_does_not() {
    let rig = Rig::start(Vendor::Fcm).await;
    let broken = bellhop::store::PushSubscription { p256dh: "AAAA".to_owned(), ..rig.subscription.clone() };
    let outcome = rig.sender.send(&broken, &super::message()).await;
    assert!(matches!(outcome, Outcome::Gone { why: "subscription_broken", .. }), "{outcome:?}");
    let elsewhere = super::Device::new().at("https://push.evil.example/abc");
    let outcome = rig.sender.send(&elsewhere, &super::message()).await;
    assert!(matches!(outcome, Outcome::Failed { why: "host_not_allowed", .. }), "{outcome:?}");
    assert!(rig.fake.seen().is_empty());
}
