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

/// An app at OneSignal.
pub struct OneSignal {
    config: OneSignalConfig,
    client: reqwest::Client,
    public_url: String,
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
        Ok(OneSignal { config, client, public_url: public_url.to_owned(), clock: clock.clone() })
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
