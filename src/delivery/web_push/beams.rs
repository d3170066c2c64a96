//! Pusher Beams: for installations that reach their agents' devices through it already. Agents are
//! "authenticated users" there, by their Bellhop id.

use std::time::Duration;

use jsonwebtoken::{EncodingKey, Header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{answer, built, client, message::PushMessage, payload};
use crate::{
    clock::Clock,
    config::BeamsConfig,
    delivery::Outcome,
    domain::{Id, notification::Priority},
    error::{Error, Result},
};

/// Characters of a user's id, at most.
const LONGEST_USER: usize = 164;
/// Seconds that a browser may use a token to say who it is.
const TOKEN_LIVES_S: i64 = 24 * 3_600;

/// An instance of Beams.
pub struct Beams {
    config: BeamsConfig,
    client: reqwest::Client,
    public_url: String,
    clock: Clock,
}

#[derive(Deserialize)]
struct Taken {
    #[serde(rename = "publishId")]
    publish_id: String,
}

impl Beams {
    pub(super) fn new(
        config: BeamsConfig,
        public_url: &str,
        clock: &Clock,
        answer_within: Option<Duration>,
    ) -> Result<Beams> {
        let client = built(client(answer_within))?;
        Ok(Beams { config, client, public_url: public_url.to_owned(), clock: clock.clone() })
    }

    /// The instance, for its script in the browser.
    pub fn instance_id(&self) -> &str {
        &self.config.instance_id
    }

    /// What a browser proves to Beams with that it is an agent's: a JWT signed with the primary key, good for a day.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be signed.
    pub fn token(&self, agent: &Id) -> Result<String> {
        let expires = self.clock.now() / 1000 + TOKEN_LIVES_S;
        let claims = json!({"sub": agent, "iss": self.home(), "exp": expires});
        let key = EncodingKey::from_secret(self.config.primary_key.as_bytes());
        let signed = jsonwebtoken::encode(&Header::default(), &claims, &key);
        signed.map_err(|error| Error::Internal(format!("a token for Beams could not be signed: {error}")))
    }

    /// Sends one message to all devices of an agent. Beams does not know repetitions: what may have been taken is
    /// [`Outcome::Unknown`].
    pub async fn send_to(&self, agent: &Id, message: &PushMessage) -> Outcome {
        if agent.is_empty() || agent.chars().count() > LONGEST_USER {
            let detail = format!("a user of Beams has an id of 1 to {LONGEST_USER} characters");
            return Outcome::Failed { why: "user_id", detail };
        }
        let instance = &self.config.instance_id;
        let base = Some(self.config.url.trim_end_matches('/')).filter(|url| !url.is_empty());
        let base = base.map_or_else(|| self.home(), str::to_owned);
        let request = self
            .client
            .post(format!("{base}/publish_api/v1/instances/{instance}/publishes/users"))
            .bearer_auth(&self.config.primary_key)
            .json(&self.body(agent, message));
        match request.send().await {
            Ok(response) if response.status().is_success() => {
                let taken = answer::read::<Taken>(response).await;
                Outcome::Sent { provider_id: taken.map(|taken| taken.publish_id) }
            }
            Ok(response) => answer::provider(response, self.clock.now()).await,
            Err(error) if error.is_connect() => answer::unanswered(&error),
            Err(_) => {
                Outcome::Unknown { why: "timeout", detail: "Beams did not answer in time, or broke off".to_owned() }
            }
        }
    }

    fn home(&self) -> String {
        format!("https://{}.pushnotifications.pusher.com", self.config.instance_id)
    }

    fn body(&self, agent: &Id, message: &PushMessage) -> Value {
        let (title, body) = payload::plain(message);
        let url = payload::navigate(message, &self.public_url);
        let wakes = matches!(message.priority, Priority::High | Priority::Urgent);
        // FCM takes texts only.
        let data = json!({"id": message.notification_id.as_deref().unwrap_or(""), "tag": message.tag, "url": url});
        let badge = message.unread.max(0);
        json!({
            "users": [agent],
            "web": {
                "time_to_live": message.ttl_s(),
                "notification": {"title": title, "body": body, "deep_link": url},
                "data": data,
            },
            "fcm": {
                "notification": {"title": title, "body": body, "tag": message.tag},
                "data": data,
                "priority": if wakes { "high" } else { "normal" },
                "time_to_live": message.ttl_s(),
            },
            "apns": {
                "aps": {"alert": {"title": title, "body": body}, "badge": badge, "thread-id": message.tag},
                "data": data,
            },
        })
    }
}
