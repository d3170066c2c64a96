//! Programs that want to hear what Bellhop does: where, of what, and the secret that they recognise it by.

use serde::{Deserialize, Serialize};

use super::{Id, Millis};

/// So long after a new secret was made, messages are signed with the old one as well.
pub const OLD_SECRET_MS: Millis = 24 * 3_600_000;

/// An address that hears of some types of messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Made by Bellhop.
    pub id: Id,
    /// Where messages go.
    pub url: String,
    /// What it hears of.
    pub types: Vec<WebhookType>,
    /// Off: nothing new is kept for it, and what waits goes on waiting.
    pub active: bool,
    /// What it is for, in its maker's words.
    #[serde(default)]
    pub description: String,
    /// `whsec_` and base64: never logged.
    pub secret: String,
    /// The one before, for a while.
    #[serde(default)]
    pub old_secret: Option<OldSecret>,
    /// Why Bellhop itself switched it off.
    #[serde(default)]
    pub disabled: Option<String>,
    /// When it was made.
    pub created_at: Millis,
}

/// A secret that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldSecret {
    /// `whsec_` and base64: never logged.
    pub secret: String,
    /// Until then messages are signed with it as well.
    pub until: Millis,
}

impl Webhook {
    /// Whether messages of this type are kept for it.
    pub fn wants(&self, kind: WebhookType) -> bool {
        self.active && self.types.contains(&kind)
    }

    /// The secrets to sign with, the newest first.
    pub fn secrets(&self, now: Millis) -> Vec<&str> {
        let old = self.old_secret.as_ref().filter(|old| now < old.until).map(|old| &*old.secret);
        std::iter::once(&*self.secret).chain(old).collect()
    }
}

/// What programs can hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum WebhookType {
    /// A notification was stored in an agent's inbox.
    #[serde(rename = "notification.created")]
    NotificationCreated,
    /// A channel beside the bell took a notification.
    #[serde(rename = "notification.delivered")]
    NotificationDelivered,
    /// A channel beside the bell refused a notification for good.
    #[serde(rename = "notification.failed")]
    NotificationFailed,
    /// Somebody answered a text message.
    #[serde(rename = "sms.received")]
    SmsReceived,
    /// What was sent came back, or did not arrive.
    #[serde(rename = "delivery.bounced")]
    DeliveryBounced,
}

impl WebhookType {
    /// The word in messages and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            WebhookType::NotificationCreated => "notification.created",
            WebhookType::NotificationDelivered => "notification.delivered",
            WebhookType::NotificationFailed => "notification.failed",
            WebhookType::SmsReceived => "sms.received",
            WebhookType::DeliveryBounced => "delivery.bounced",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    #[test]
    fn the_word_is_the_same_in_json_and_in_the_store() {
        for kind in [
            WebhookType::NotificationCreated,
            WebhookType::NotificationDelivered,
            WebhookType::NotificationFailed,
            WebhookType::SmsReceived,
            WebhookType::DeliveryBounced,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    #[test]
    fn an_old_secret_signs_for_a_day_and_an_inactive_webhook_wants_nothing() {
        let old = OldSecret { secret: "whsec_b".to_owned(), until: 10 };
        let mut webhook = Webhook {
            id: "w".into(),
            url: "https://example.com".to_owned(),
            types: vec![WebhookType::SmsReceived],
            active: true,
            description: String::new(),
            secret: "whsec_a".to_owned(),
            old_secret: Some(old),
            disabled: None,
            created_at: 0,
        };
        assert_eq!(webhook.secrets(9), ["whsec_a", "whsec_b"]);
        assert_eq!(webhook.secrets(10), ["whsec_a"]);
        assert!(webhook.wants(WebhookType::SmsReceived) && !webhook.wants(WebhookType::NotificationFailed));
        webhook.active = false;
        assert!(!webhook.wants(WebhookType::SmsReceived));
    }
}
