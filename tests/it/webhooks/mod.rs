//! Other programs that are told what happens: made over REST, sent by the job, taken by a server of the test's own.

mod api;
mod sending;
mod telling;
mod trouble;

use bellhop::{
    delivery::{address::Addresses, webhooks::Webhooks},
    domain::webhook::WebhookType,
    store::{Edit, RecordKind, Store, WebhookMessage},
};
use serde_json::{Value, json};

use crate::{peers::http::HttpPeer, store::Rig};

pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Puts a webhook into the store.
pub async fn webhook(store: &Store, id: &str, url: &str, types: &[&str]) {
    let body = json!({"url": url, "types": types, "active": true, "secret": SECRET, "created_at": 0});
    let edit = Edit::merge(RecordKind::Webhook, id, body.as_object().unwrap().clone(), String::new()).unwrap();
    store.edit(vec![edit]).await.unwrap();
}

/// Sends on the rig's clock, to the peers of the test.
pub fn sender(rig: &Rig, store: &Store, peers: &[&HttpPeer]) -> Webhooks {
    let allowed: Vec<String> = peers.iter().map(|peer| peer.url.clone()).collect();
    let addresses = Addresses::new(&allowed, "webhooks.allowed_hosts").unwrap();
    Webhooks::new(store.clone(), rig.clock.clone(), &addresses).unwrap()
}

pub async fn tell(rig: &Rig, data: Value) {
    assert_eq!(rig.store.enqueue_webhook(WebhookType::SmsReceived, data).await.unwrap(), 1);
}

/// The log, oldest first.
pub async fn log(rig: &Rig, webhook: &str) -> Vec<WebhookMessage> {
    let mut log = rig.store.webhook_messages(&webhook.into(), None, None, 1_000).await.unwrap();
    log.reverse();
    log
}
