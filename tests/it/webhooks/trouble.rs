//! Webhooks that are gone, switched off, removed, or lead where they must not.

use std::sync::{
    Arc,
    atomic::{AtomicU16, Ordering::SeqCst},
};

use bellhop::{
    delivery::{address::Addresses, webhooks::Webhooks},
    domain::webhook::WebhookType,
    store::{Edit, RecordKind},
};
use serde_json::json;

use super::{log, sender, tell, webhook};
use crate::{
    peers::http::{HttpPeer, Reply},
    store::{Rig, on_both},
};

on_both!(
    who_is_gone_hears_no_more_until_switched_on_again,
    what_waits_goes_with_its_webhook_and_old_messages_with_time,
);

const TYPES: &[&str] = &["sms.received"];

async fn who_is_gone_hears_no_more_until_switched_on_again(rig: Rig) {
    let status = Arc::new(AtomicU16::new(500));
    let answers = status.clone();
    let peer = HttpPeer::start(move |_| Reply::status(answers.load(SeqCst))).await;
    webhook(&rig.store, "w", &peer.url, TYPES).await;
    tell(&rig, json!({"n": 1})).await;
    let sender = sender(&rig, &rig.store, &[&peer]);
    sender.send_due().await.unwrap();
    status.store(410, SeqCst);
    tell(&rig, json!({"n": 2})).await;
    sender.send_due().await.unwrap();
    let states: Vec<String> = log(&rig, "w").await.into_iter().map(|message| message.state).collect();
    assert_eq!(states, ["pending", "failed"]);
    let known = rig.store.refresh().await.unwrap().webhooks["w"].clone();
    assert_eq!((known.active, known.disabled.as_deref()), (false, Some("gone")));
    let nobody = rig.store.enqueue_webhook(WebhookType::SmsReceived, json!({"n": 3})).await.unwrap();
    assert_eq!(nobody, 0, "nothing new is kept for it");
    rig.clock.advance(3_600_000);
    assert_eq!(sender.send_due().await.unwrap(), 0);
    status.store(200, SeqCst);
    webhook(&rig.store, "w", &peer.url, TYPES).await;
    assert_eq!(sender.send_due().await.unwrap(), 1, "what waited is sent");
    assert_eq!(log(&rig, "w").await[0].state, "delivered");
}

async fn what_waits_goes_with_its_webhook_and_old_messages_with_time(rig: Rig) {
    webhook(&rig.store, "w", "https://a.example.com/", TYPES).await;
    tell(&rig, json!({"n": 1})).await;
    rig.clock.advance(1_000);
    tell(&rig, json!({"n": 2})).await;
    assert_eq!(rig.store.forget_old_webhook_messages(rig.clock.now()).await.unwrap(), 1);
    assert_eq!(log(&rig, "w").await.len(), 1);
    webhook(&rig.store, "other", "https://b.example.com/", &["delivery.bounced"]).await;
    rig.store.enqueue_webhook(WebhookType::DeliveryBounced, json!({})).await.unwrap();
    assert_eq!(rig.store.remove_webhook_messages(&"w".into()).await.unwrap(), 1);
    assert_eq!((log(&rig, "w").await.len(), log(&rig, "other").await.len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_leads_to_this_machine_is_never_called() {
    let rig = Rig::sqlite().await;
    let peer = HttpPeer::start(|_| Reply::status(200)).await;
    let port = peer.url.rsplit(':').next().unwrap();
    // Into the store by whatever way: looked at again when it is sent.
    for (id, url) in [
        ("plain", peer.url.clone()),
        ("ip", format!("https://127.0.0.1:{port}/")),
        ("mapped", format!("https://[::ffff:127.0.0.1]:{port}/")),
        ("name", format!("https://localhost:{port}/")),
        // A public name whose address is not: as after a change of DNS. The hosts file answers for it here.
        ("resolved", format!("https://localhost.localdomain:{port}/")),
    ] {
        let body = json!({"url": url, "types": TYPES, "active": true, "secret": "whsec_YQ==", "created_at": 0});
        let edit = Edit::merge(RecordKind::Webhook, id, body.as_object().unwrap().clone(), String::new()).unwrap();
        rig.store.edit(vec![edit]).await.unwrap();
    }
    rig.store.enqueue_webhook(WebhookType::SmsReceived, json!({})).await.unwrap();
    let sender = Webhooks::new(rig.store.clone(), rig.clock.clone(), &Addresses::default()).unwrap();
    assert_eq!(sender.send_due().await.unwrap(), 5);
    assert!(peer.seen().is_empty());
    for id in ["plain", "ip", "mapped", "name", "resolved"] {
        let message = log(&rig, id).await.remove(0);
        let error = message.last_error.unwrap();
        let is_refused = error.starts_with("the address ") || error == "the host has no public address";
        // Where no hosts file knows that name it is not found, which is not called either.
        assert!(is_refused || id == "resolved" && error == "no connection", "{id}: {error}");
        assert_eq!(message.state, "pending");
    }
}
