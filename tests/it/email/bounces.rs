//! What comes back, and what its owner sees of it.

use std::collections::BTreeSet;

use bellhop::{
    domain::Id,
    store::{Bounce, Suppression},
};
use serde_json::json;

use super::NOW;
use crate::{
    harness::TestHub,
    http_raw::{Raw, request},
    store::{Rig, on_both},
};

on_both!(hard_one_suppresses_at_once_and_soft_ones_after_five_in_a_week, owner_alone_lifts_what_they_wished);

const DAY: i64 = 24 * 3_600_000;

async fn hard_one_suppresses_at_once_and_soft_ones_after_five_in_a_week(rig: Rig) {
    let store = &rig.store;
    assert!(store.note_bounce("Ana@Example.org ", Bounce::Hard, "hard_bounce").await.unwrap());
    let known = store.is_suppressed(&["ANA@example.org", "ben@example.org"]).await.unwrap();
    let expected =
        Suppression { address: "ana@example.org".to_owned(), reason: "hard_bounce".to_owned(), suppressed_at: NOW };
    assert_eq!(known, [expected]);
    let soft = async || store.note_bounce("ben@example.org", Bounce::Soft, "x").await.unwrap();
    for _ in 0..4 {
        assert!(!soft().await);
        rig.clock.advance(DAY);
    }
    // The first two are older than a week by the next.
    rig.clock.advance(4 * DAY);
    assert!(!soft().await && !soft().await);
    assert!(soft().await, "five within seven days");
    let known = store.is_suppressed(&["ben@example.org"]).await.unwrap();
    assert_eq!(known[0].reason, "soft_bounces");
    assert_eq!(store.suppressions(None, 10).await.unwrap().len(), 2);
    assert_eq!(store.suppressions(Some("ana@example.org".to_owned()), 10).await.unwrap().len(), 1);
    assert!(store.unsuppress("Ben@example.org", None).await.unwrap());
    assert!(!soft().await, "it begins anew");
    let other = rig.second_node().await;
    assert_eq!(other.is_suppressed(&["ana@example.org"]).await.unwrap().len(), 1);
}

async fn owner_alone_lifts_what_they_wished(rig: Rig) {
    let store = &rig.store;
    assert!(store.suppress("ana@example.org", "unsubscribed").await.unwrap());
    assert!(!store.suppress("ana@example.org", "unsubscribed").await.unwrap());
    assert!(store.unsuppress("ana@example.org", Some("unsubscribed")).await.unwrap());
    store.note_bounce("ana@example.org", Bounce::Hard, "hard_bounce").await.unwrap();
    assert!(!store.suppress("ana@example.org", "unsubscribed").await.unwrap());
    assert!(!store.unsuppress("ana@example.org", Some("unsubscribed")).await.unwrap());
    assert!(store.muted_tickets(&"ana".into(), &["HD-1".into()]).await.unwrap().is_empty());
    assert!(store.set_muted(&"ana".into(), &"HD-1".into(), true).await.unwrap());
    assert!(!store.set_muted(&"ana".into(), &"HD-1".into(), true).await.unwrap());
    let muted = store.muted_tickets(&"ana".into(), &["HD-1".into(), "HD-2".into()]).await.unwrap();
    assert_eq!(muted, BTreeSet::from([Id::from("HD-1")]));
    assert!(store.set_muted(&"ana".into(), &"HD-1".into(), false).await.unwrap());
}

fn report(address: &str, status: &str) -> String {
    format!(
        "From: mailer-daemon@mx.example\r\nTo: bell@bell.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain\r\n\
         \r\nIt failed.\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: {status}\r\n\r\n--B--\r\n"
    )
}

async fn post(hub: &TestHub, raw: impl Into<reqwest::Body>) -> Raw {
    let post = request(hub, "POST", "/api/v1/email/bounces").admin().header("content-type", "message/rfc822");
    post.body(raw).send().await
}

#[tokio::test]
async fn report_suppresses_its_owner_sees_it_and_an_administrator_lifts_it() {
    let hub = TestHub::start().await;
    hub.directory(json!({"agents": [{"id": "ana", "name": "Ana", "email": "Ana@example.org"}, {"id": "ben"}]})).await;
    let me = async || hub.get_as("ana", "/api/v1/me").await["email"].clone();
    assert_eq!(me().await, json!({"address": "Ana@example.org", "suppressed": false, "reason": null}));
    assert_eq!(post(&hub, report("ana@example.org", "4.4.7")).await.ok(), json!({"bounced": 1, "suppressed": 0}));
    assert_eq!(post(&hub, report("ana@example.org", "5.1.1")).await.ok(), json!({"bounced": 1, "suppressed": 1}));
    assert_eq!(me().await, json!({"address": "Ana@example.org", "suppressed": true, "reason": "hard_bounce"}));
    assert_eq!(hub.get_as("ben", "/api/v1/me").await["email"], json!(null));
    let list = hub.get("/api/v1/email/suppressions?limit=1").await.body;
    assert_eq!((&list["items"][0]["address"], &list["next"]), (&json!("ana@example.org"), &json!(null)));
    let lift = request(&hub, "DELETE", "/api/v1/email/suppressions/Ana%40example.org");
    lift.agent("ana").send().await.problem(403, "auth.forbidden");
    let lift = request(&hub, "DELETE", "/api/v1/email/suppressions/Ana%40example.org").admin().send().await;
    assert_eq!((lift.status, &me().await["suppressed"]), (204, &json!(false)));
    post(&hub, "Subject: Hi\r\n\r\nHi").await.problem(422, "bounce.not_a_report");
    post(&hub, vec![b'x'; (1 << 20) + 1]).await.problem(413, "too_large");
    let raw = report("ana@example.org", "5.1.1");
    request(&hub, "POST", "/api/v1/email/bounces").agent("ana").body(raw).send().await.problem(403, "auth.forbidden");
}

#[tokio::test]
async fn erased_person_leaves_no_address_behind() {
    let hub = TestHub::start().await;
    hub.directory(json!({"agents": [{"id": "ana", "name": "Ana", "email": "ana@example.org"}]})).await;
    post(&hub, report("ana@example.org", "5.1.1")).await.ok();
    post(&hub, report("ben@example.org", "5.1.1")).await.ok();
    request(&hub, "DELETE", "/api/v1/agents/ana?erase=true").admin().send().await.ok();
    let list = hub.get("/api/v1/email/suppressions").await.body;
    let addresses: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|item| item["address"].as_str().unwrap()).collect();
    assert_eq!(addresses, ["ben@example.org"]);
}
