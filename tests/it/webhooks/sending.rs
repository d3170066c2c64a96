//! Messages on their way: signed, tried again on a clock that the test moves, sent again after a crash, under one id.

use std::{
    sync::Arc,
    sync::atomic::{AtomicU16, Ordering::SeqCst},
    time::Duration,
};

use bellhop::store::SettledMessage;
use serde_json::json;

use super::{SECRET, log, sender, tell, webhook};
use crate::{
    peers::{
        http::{HttpPeer, Reply},
        program::LineProgram,
    },
    store::{Rig, on_both},
};

on_both!(
    a_message_is_signed_as_its_makers_library_reads_it,
    what_is_not_taken_is_tried_ten_times_further_and_further_apart,
    what_was_claimed_and_not_settled_is_sent_again_under_the_same_id,
    two_nodes_send_each_message_once,
    a_message_is_sent_again_by_hand,
);

const TYPES: &[&str] = &["sms.received"];

async fn a_message_is_signed_as_its_makers_library_reads_it(rig: Rig) {
    let peer = HttpPeer::start(|_| Reply::status(204)).await;
    webhook(&rig.store, "w", &format!("{}/in?a=b", peer.url), TYPES).await;
    tell(&rig, json!({"text": "é “quoted” 😀"})).await;
    // The library looks at the machine's clock.
    let Some(now) = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok() else { panic!() };
    rig.clock.advance(i64::try_from(now.as_millis()).unwrap() - rig.clock.now());
    assert_eq!(sender(&rig, &rig.store, &[&peer]).send_due().await.unwrap(), 1);
    let [seen] = &peer.seen()[..] else { panic!("{:?}", peer.seen()) };
    assert_eq!((&*seen.method, &*seen.path, seen.header("content-type")), ("POST", "/in?a=b", "application/json"));
    let message = log(&rig, "w").await.remove(0);
    assert_eq!((&*message.state, message.attempts, message.last_status), ("delivered", 1, Some(204)));
    assert_eq!((seen.header("webhook-id"), &seen.body), (&*message.id, &message.body));
    let mut library = LineProgram::libraries();
    let mut verify = |secret: &str, body: &str| {
        library.ask(&json!({"ask": "webhook_verify", "secret": secret, "headers": seen.headers, "body": body}))["genuine"]
            .clone()
    };
    assert_eq!(verify(SECRET, &seen.body), true);
    assert_eq!(verify("whsec_b3RoZXI=", &seen.body), false);
    assert_eq!(verify(SECRET, &seen.body.replace("quoted", "forged")), false);
}

async fn what_is_not_taken_is_tried_ten_times_further_and_further_apart(rig: Rig) {
    let status = Arc::new(AtomicU16::new(500));
    let answers = status.clone();
    let peer = HttpPeer::start(move |_| match answers.load(SeqCst) {
        302 => Reply::Answer(302, vec![("location", "http://127.0.0.1:1/".to_owned())], String::new()),
        503 => Reply::Answer(503, vec![("retry-after", "7200".to_owned())], "busy".to_owned()),
        500 => Reply::Answer(500, Vec::new(), "out of order ".repeat(100_000)),
        other => Reply::status(other),
    })
    .await;
    webhook(&rig.store, "w", &peer.url, TYPES).await;
    tell(&rig, json!({})).await;
    let sender = sender(&rig, &rig.store, &[&peer]);
    let waits_s = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    for (number, wait) in waits_s.into_iter().enumerate() {
        status.store([500, 503, 302, 429][number % 4], SeqCst);
        assert_eq!(sender.send_due().await.unwrap(), 1, "attempt {}", number + 1);
        assert_eq!(sender.send_due().await.unwrap(), 0);
        let message = log(&rig, "w").await.remove(0);
        let (least, most) = (wait * 1_000, wait * 1_200);
        let least = if number % 4 == 1 { least.max(7_200_000) } else { least };
        let waits = message.due_at.unwrap() - rig.clock.now();
        assert!((least..=most.max(least)).contains(&waits), "{waits} after attempt {}", number + 1);
        assert_eq!((&*message.state, message.attempts), ("pending", number as i64 + 1));
        assert!(message.last_error.as_ref().unwrap().len() < 1_100, "only the beginning is kept");
        rig.clock.advance(waits - 1);
        assert_eq!(sender.send_due().await.unwrap(), 0, "not before its time");
        rig.clock.advance(1);
    }
    assert_eq!(sender.send_due().await.unwrap(), 1);
    let message = log(&rig, "w").await.remove(0);
    assert_eq!((&*message.state, message.attempts, message.due_at), ("failed", 10, None));
    rig.clock.advance(10 * 86_400_000);
    assert_eq!(sender.send_due().await.unwrap(), 0);
    assert_eq!(peer.seen().len(), 10);
    assert!(peer.seen().iter().all(|seen| seen.header("webhook-id") == message.id));
}

async fn what_was_claimed_and_not_settled_is_sent_again_under_the_same_id(rig: Rig) {
    let peer = HttpPeer::start(|_| Reply::status(500)).await;
    webhook(&rig.store, "w", &peer.url, TYPES).await;
    tell(&rig, json!({})).await;
    // A node takes it, and dies.
    let lost = rig.store.claim_webhook(&"w".into(), 10, 60_000).await.unwrap().remove(0);
    let sender = sender(&rig, &rig.store, &[&peer]);
    rig.clock.advance(59_999);
    assert_eq!(sender.send_due().await.unwrap(), 0, "the lease is not over");
    rig.clock.advance(1);
    assert_eq!(sender.send_due().await.unwrap(), 1);
    assert_eq!(peer.seen()[0].header("webhook-id"), lost.id);
    // It was not dead after all: what it has to say comes too late.
    let late = rig.store.settle_webhook(&lost, SettledMessage::Delivered, Some(200), None).await;
    assert!(!late.unwrap());
    let message = log(&rig, "w").await.remove(0);
    assert_eq!((&*message.state, message.attempts, message.last_status), ("pending", 2, Some(500)));
}

async fn two_nodes_send_each_message_once(rig: Rig) {
    let peer = HttpPeer::start(|_| Reply::status(200)).await;
    webhook(&rig.store, "w", &peer.url, TYPES).await;
    let other = rig.second_node().await;
    for number in 0..40 {
        tell(&rig, json!({"n": number})).await;
    }
    let (one, two) = (sender(&rig, &rig.store, &[&peer]), sender(&rig, &other, &[&peer]));
    let (one, two) = tokio::join!(tokio::spawn(async move { one.send_due().await }), two.send_due());
    assert_eq!(one.unwrap().unwrap() + two.unwrap(), 40);
    let mut ids: Vec<String> = peer.seen().iter().map(|seen| seen.header("webhook-id").to_owned()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), peer.seen().len()), (40, 40));
}

async fn a_message_is_sent_again_by_hand(rig: Rig) {
    let status = Arc::new(AtomicU16::new(200));
    let answers = status.clone();
    let peer = HttpPeer::start(move |_| Reply::status(answers.load(SeqCst))).await;
    webhook(&rig.store, "w", &peer.url, TYPES).await;
    tell(&rig, json!({})).await;
    let sender = sender(&rig, &rig.store, &[&peer]);
    sender.send_due().await.unwrap();
    let id = log(&rig, "w").await.remove(0).id;
    let again = rig.store.replay_webhook(&"w".into(), &id).await.unwrap().unwrap();
    assert_eq!((&*again.state, again.attempts), ("pending", 0));
    status.store(500, SeqCst);
    assert_eq!(sender.send_due().await.unwrap(), 1);
    // It waits for another attempt: by hand that is now, and counts on.
    status.store(200, SeqCst);
    let again = rig.store.replay_webhook(&"w".into(), &id).await.unwrap().unwrap();
    assert_eq!((&*again.state, again.attempts), ("pending", 1));
    assert_eq!(sender.send_due().await.unwrap(), 1);
    let message = log(&rig, "w").await.remove(0);
    assert_eq!((&*message.state, message.attempts), ("delivered", 2));
    assert!(peer.seen().iter().all(|seen| seen.header("webhook-id") == id));
    assert_eq!(rig.store.replay_webhook(&"other".into(), &id).await.unwrap(), None);
    assert_eq!(rig.store.replay_webhook(&"w".into(), "nothing").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_who_does_not_answer_keeps_nobody_else_waiting() {
    let rig = Rig::sqlite().await;
    let deaf = HttpPeer::start(|_| Reply::Hang).await;
    let quick = HttpPeer::start(|_| Reply::status(200)).await;
    webhook(&rig.store, "deaf", &deaf.url, TYPES).await;
    webhook(&rig.store, "quick", &quick.url, TYPES).await;
    let kind = bellhop::domain::webhook::WebhookType::SmsReceived;
    for number in 0..20 {
        assert_eq!(rig.store.enqueue_webhook(kind, json!({"n": number})).await.unwrap(), 2);
    }
    let sender = sender(&rig, &rig.store, &[&deaf, &quick]);
    let job = tokio::spawn(bellhop::delivery::webhooks::run(sender));
    crate::harness::eventually("the quick one has all of its messages", Duration::from_secs(12), async || {
        quick.seen().len() == 20
    })
    .await;
    assert_eq!(deaf.seen().len(), 4, "so many at once, and no more");
    job.abort();
}
