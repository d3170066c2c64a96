//! OneSignal: for installations that reach their agents' devices through it already. Agents are known
//! there by their Bellhop id (`OneSignal.login(agent)`, the external id).

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{answer, built, client, message::PushMessage, payload};
use crate::{
    clock::Clock,
    config::OneSignalConfig,
    delivery::Outcome,
    domain::{Id, notification::Priority},
    error::Result,
};

/// What OneSignal wants the file of its service worker to hold.
pub const WORKER: &str = "importScripts('https://cdn.onesignal.com/sdks/web/v16/OneSignalSDK.sw.js');\n";

/// An app at OneSignal.
pub struct OneSignal {
    config: OneSignalConfig,
    client: reqwest::Client,
    public_url: String,
    origin: String,
    clock: Clock,
}

/// What it answers when it understood: an empty id where it reached nobody, with the reason in `errors`.
#[derive(Deserialize)]
struct Taken {
    #[serde(default)]
    id: String,
    #[serde(default)]
    errors: Value,
}

impl OneSignal {
    pub(super) fn new(
        config: OneSignalConfig,
        public_url: &str,
        clock: &Clock,
        answer_within: Option<Duration>,
    ) -> Result<OneSignal> {
        let client = built(client(answer_within))?;
        let origin = config.origin.clone().unwrap_or_else(|| origin_of(public_url));
        Ok(OneSignal { config, client, public_url: public_url.to_owned(), origin, clock: clock.clone() })
    }

    /// The origin on whose pages its script works: an app is set up for one.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Path of its service worker there.
    pub fn service_worker(&self) -> &str {
        &self.config.service_worker
    }

    /// The folder of the service worker: which pages it may show, and what it is registered for.
    pub fn scope(&self) -> &str {
        let path = self.service_worker();
        &path[..=path.rfind('/').unwrap_or(0)]
    }

    /// Bellhop's own pages are those for which it is set up, so Bellhop serves the service worker.
    pub fn is_hosted(&self) -> bool {
        self.origin == origin_of(&self.public_url)
    }

    /// iPhones and iPads (16.4 and newer), as every browser, take push from https alone; localhost is for trying it out.
    pub fn warning(&self) -> Option<&'static str> {
        let is_reachable = self.origin.starts_with("https://") || self.origin.starts_with("http://localhost");
        let text = "OneSignal works on https pages alone: give an https http.public_url, or web_push.onesignal_origin";
        (!is_reachable).then_some(text)
    }

    /// The app, for its script in the browser.
    pub fn app_id(&self) -> &str {
        &self.config.app_id
    }

    /// Sends one message to all devices of an agent. May be repeated: OneSignal knows the delivery again for 30 days.
    pub async fn send_to(&self, agent: &Id, message: &PushMessage) -> Outcome {
        let request = self
            .client
            .post(format!("{}/notifications", self.config.url.trim_end_matches('/')))
            .header("authorization", format!("Key {}", self.config.api_key))
            .json(&self.body(agent, message));
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return answer::unanswered(&error),
        };
        if !response.status().is_success() {
            return answer::provider(response, self.clock.now()).await;
        }
        match answer::read::<Taken>(response).await {
            Some(Taken { id, .. }) if !id.is_empty() => Outcome::Sent { provider_id: Some(id) },
            Some(Taken { errors, .. }) => {
                let detail = answer::harmless(&errors.to_string());
                Outcome::Failed { why: "not_subscribed", detail }
            }
            // It was taken, and what it is called there was lost.
            None => Outcome::Sent { provider_id: None },
        }
    }

    fn body(&self, agent: &Id, message: &PushMessage) -> Value {
        let (title, body) = payload::plain(message);
        let wakes = matches!(message.priority, Priority::High | Priority::Urgent);
        json!({
            "app_id": self.config.app_id,
            "target_channel": "push",
            "include_aliases": {"external_id": [agent]},
            "idempotency_key": idempotency_key(&message.delivery_id),
            // English is the language that has to be there; the text is in the agent's own.
            "headings": {"en": title},
            "contents": {"en": body},
            "url": payload::navigate(message, &self.public_url),
            "data": {"id": message.notification_id, "seq": message.seq, "tag": message.tag},
            "ttl": message.ttl_s(),
            "priority": if wakes { 10 } else { 5 },
            "collapse_id": message.topic(),
            "web_push_topic": message.topic(),
            "ios_badgeType": "SetTo",
            "ios_badgeCount": message.unread.max(0),
        })
    }
}

fn origin_of(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.origin().ascii_serialization())
}

/// A UUID, as OneSignal wants it; the same for each attempt of a delivery.
fn idempotency_key(delivery: &str) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(delivery)[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_delivery_is_a_uuid_and_always_the_same() {
        let key = idempotency_key("d1");
        assert_eq!(uuid::Uuid::parse_str(&key).map(|uuid| uuid.get_version_num()), Ok(4));
        assert_eq!(idempotency_key("d1"), key);
        assert_ne!(idempotency_key("d2"), key);
    }
}
