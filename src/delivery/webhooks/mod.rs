//! Sends messages to programs that want to hear (Standard Webhooks): at least once, in no promised order, signed.
//!
//! A message is claimed under a lease, posted once and settled. A sender that dies in between loses its lease, and
//! another one sends the message again, under the same `webhook-id`.

mod post;
mod schedule;

pub mod signature;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::task::JoinSet;

use self::{
    post::{Post, Posted},
    schedule::wait_after,
};
use super::address::Addresses;
use crate::{
    clock::Clock,
    domain::{Id, Millis, webhook::Webhook},
    error::{Error, Result},
    store::{ClaimedMessage, Edit, RecordKind, SettledMessage, Store},
};

/// How often the store is asked what is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Messages on their way to one webhook at once: one that is slow keeps its own waiting and nobody else's.
const AT_ONCE: usize = 4;
/// Well above what an attempt can take.
const LEASE_MS: Millis = 60_000;

/// Sends what is due. Cheap to clone.
#[derive(Clone)]
pub struct Webhooks {
    store: Store,
    clock: Clock,
    post: Post,
    /// Messages on their way, by webhook. `std::sync::Mutex`: held for a look-up, never across an await.
    under_way: Arc<Mutex<HashMap<Id, usize>>>,
}

impl Webhooks {
    /// `addresses`: where messages may go.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(store: Store, clock: Clock, addresses: &Addresses) -> Result<Webhooks> {
        Ok(Webhooks { store, post: Post::new(addresses, clock.clone())?, clock, under_way: Arc::default() })
    }

    /// Sends everything that is due now, and returns when it is settled; how many attempts that were.
    ///
    /// # Errors
    /// When the store cannot be read or written; what was under way is sent again when its lease is over.
    pub async fn send_due(&self) -> Result<usize> {
        let (mut attempts, mut sending) = (0, JoinSet::new());
        loop {
            self.begin(&mut sending).await?;
            if sending.is_empty() {
                return Ok(attempts);
            }
            attempts += sending.len();
            while let Some(sent) = sending.join_next().await {
                sent.map_err(|error| Error::Internal(format!("a webhook broke off: {error}")))?;
            }
        }
    }

    /// Claims what is due for webhooks that have room, and begins to send it.
    async fn begin(&self, sending: &mut JoinSet<()>) -> Result<()> {
        if self.store.snapshot().webhooks.is_empty() {
            // One that was made on another node a moment ago is known soon enough: each commit and heartbeat tells.
            return Ok(());
        }
        let snapshot = self.store.refresh().await?;
        let active = snapshot.webhooks.values().filter(|webhook| webhook.active && self.room(&webhook.id) > 0);
        for id in self.store.webhooks_due(active.map(|webhook| webhook.id.clone()).collect()).await? {
            let Some(webhook) = snapshot.webhooks.get(&id) else { continue };
            let webhook = Arc::new(webhook.clone());
            let most = self.room(&id);
            for claimed in self.store.claim_webhook(&id, most as i64, LEASE_MS).await? {
                let place = Place::take(&self.under_way, &id);
                let (sender, webhook) = (self.clone(), webhook.clone());
                sending.spawn(async move {
                    sender.send(&webhook, claimed).await;
                    drop(place);
                });
            }
        }
        Ok(())
    }

    fn room(&self, webhook: &Id) -> usize {
        let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        AT_ONCE.saturating_sub(under_way.get(webhook).copied().unwrap_or(0))
    }

    async fn send(&self, webhook: &Webhook, claimed: ClaimedMessage) {
        let posted = self.post.post(webhook, &claimed).await;
        let Posted { status, error, after, is_gone } = posted;
        let settled = match () {
            () if error.is_none() => SettledMessage::Delivered,
            () if is_gone => SettledMessage::Failed,
            () => match wait_after(claimed.attempt, after, rand::random()) {
                Some(wait) => SettledMessage::Again(self.clock.now().saturating_add(wait)),
                None => SettledMessage::Failed,
            },
        };
        tracing::debug!(webhook.id = %webhook.id, message.id = %claimed.id, attempt = claimed.attempt, ?status, ?settled, "a webhook was sent");
        // Not noted is not lost: its lease ends, and it is sent again.
        match self.store.settle_webhook(&claimed, settled, status, error).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(webhook.id = %webhook.id, message.id = %claimed.id, "somebody else took a message over")
            }
            Err(error) => tracing::warn!(webhook.id = %webhook.id, %error, "what came of a message could not be noted"),
        }
        if is_gone {
            self.switch_off(&webhook.id).await;
        }
    }

    /// The other side said that it is gone for good (410).
    async fn switch_off(&self, id: &Id) {
        let off = Map::from_iter([("active".to_owned(), Value::Bool(false)), ("disabled".to_owned(), "gone".into())]);
        let edited = match Edit::merge(RecordKind::Webhook, id, off, String::new()) {
            Ok(edit) => self.store.edit(vec![edit]).await.map(drop),
            Err(error) => Err(error),
        };
        match edited {
            Ok(()) => tracing::warn!(webhook.id = %id, "a webhook answered that it is gone, and was switched off"),
            Err(error) => tracing::warn!(webhook.id = %id, %error, "a webhook that is gone could not be switched off"),
        }
    }
}

/// Sends what is due, again and again, until it is dropped.
pub async fn run(webhooks: Webhooks) {
    let mut beat = tokio::time::interval(LOOK_EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // Ended with this job: what is on its way then is sent again when its lease is over.
    let mut sending = JoinSet::new();
    loop {
        beat.tick().await;
        while let Some(sent) = sending.try_join_next() {
            if let Err(error) = sent {
                tracing::error!(%error, "a webhook's message broke off; it is sent again");
            }
        }
        if let Err(error) = webhooks.begin(&mut sending).await {
            tracing::warn!(%error, "webhooks that are due could not be looked for; trying again");
        }
    }
}

/// A message's place among those on their way.
struct Place {
    under_way: Arc<Mutex<HashMap<Id, usize>>>,
    webhook: Id,
}

impl Place {
    fn take(under_way: &Arc<Mutex<HashMap<Id, usize>>>, webhook: &Id) -> Place {
        *under_way.lock().unwrap_or_else(PoisonError::into_inner).entry(webhook.clone()).or_insert(0) += 1;
        Place { under_way: under_way.clone(), webhook: webhook.clone() }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = under_way.get_mut(&self.webhook) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.webhook);
            }
        }
    }
}
