//! Web push: one message for each ticket, or a summary where many wait.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;

use super::{BEAMS, ONESIGNAL, store_failed};
use crate::{
    clock::Clock,
    delivery::{
        Job, Outcome, Sender,
        web_push::{self, PushMessage, WebPush},
    },
    domain::{Id, notification::Notification},
    store::Store,
};

/// More tickets than this become one summary: a shift begins with a briefing, not with a hundred pushes.
const SINGLY: usize = 3;

/// Sends pushes.
#[derive(Clone)]
pub struct PushSender {
    /// The store.
    pub store: Store,
    /// The sender of single pushes.
    pub push: Arc<WebPush>,
    /// The time.
    pub clock: Clock,
}

impl Sender for PushSender {
    fn send(&self, job: Job) -> BoxFuture<'static, Outcome> {
        let sender = self.clone();
        Box::pin(async move { sender.send_all(job).await })
    }
}

impl PushSender {
    async fn send_all(&self, job: Job) -> Outcome {
        let agent = job.recipient();
        let unread = match self.store.inbox(&agent).await {
            Ok((_, inbox)) => inbox.counts.unread,
            Err(error) => return store_failed(&error),
        };
        let left = (job.expires_at - self.clock.now()).max(0).unsigned_abs();
        let messages = messages(&job, unread, Duration::from_millis(left));
        let endpoint = job.rows.first().map_or("", |row| row.endpoint.as_str());
        // The last one says how it ended; what failed before it would fail the same way.
        let mut ended = Outcome::Failed { why: "empty", detail: "there is nothing to tell".to_owned() };
        for message in &messages {
            ended = self.send_one(&agent, endpoint, message).await;
            if !matches!(ended, Outcome::Sent { .. }) {
                return ended;
            }
        }
        ended
    }

    async fn send_one(&self, agent: &Id, endpoint: &str, message: &PushMessage) -> Outcome {
        let elsewhere = match endpoint {
            ONESIGNAL => self.push.onesignal().map(|service| (Some(service), None)),
            BEAMS => self.push.beams().map(|service| (None, Some(service))),
            _ => return self.send_to_device(agent, endpoint, message).await,
        };
        match elsewhere {
            Some((Some(onesignal), _)) => onesignal.send_to(agent, message).await,
            Some((_, Some(beams))) => beams.send_to(agent, message).await,
            _ => Outcome::Withheld { why: "not_configured" },
        }
    }

    async fn send_to_device(&self, agent: &Id, subscription: &str, message: &PushMessage) -> Outcome {
        let subscription = match self.store.push_subscription(agent, subscription).await {
            Ok(Some(subscription)) => subscription,
            Ok(None) => return Outcome::Withheld { why: "unsubscribed" },
            Err(error) => return store_failed(&error),
        };
        let outcome = self.push.send(&subscription, message).await;
        if let Err(error) = web_push::note(&self.store, &subscription, &outcome).await {
            tracing::warn!(%error, "how a push ended could not be kept with its device");
        }
        outcome
    }
}

/// One push for each ticket with its newest entry and how many more there are; a summary where there are many tickets.
fn messages(job: &Job, unread: i64, ttl: Duration) -> Vec<PushMessage> {
    let id = Id::from(&*job.id);
    let mut tickets: BTreeMap<&str, Vec<&Notification>> = BTreeMap::new();
    for entry in &job.entries {
        let key = entry.ticket.as_ref().map_or(&*entry.id, |ticket| &*ticket.id);
        tickets.entry(key).or_default().push(entry);
    }
    let newest = |entries: &[&Notification]| {
        let last = entries.last()?;
        let mut message = PushMessage::of(last, id.clone(), unread, ttl);
        if entries.len() > 1 {
            let number = last.ticket.as_ref().map_or("", |ticket| &*ticket.number);
            message.body = format!("{} more on #{number}. {}", entries.len() - 1, message.body).trim_end().to_owned();
        }
        Some(message)
    };
    if tickets.len() <= SINGLY {
        return tickets.values().filter_map(|entries| newest(entries)).collect();
    }
    let priority = job.entries.iter().map(|entry| entry.priority).max().unwrap_or_default();
    let summary = job.entries.last().map(|last| PushMessage {
        title: format!("{} new notifications", job.entries.len()),
        body: format!("On {} tickets. Newest: {}", tickets.len(), last.title),
        url: None,
        notification_id: None,
        tag: web_push::tag(None, "summary"),
        priority,
        ..PushMessage::of(last, id.clone(), unread, ttl)
    });
    summary.into_iter().collect()
}
