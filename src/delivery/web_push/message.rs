//! What one push says, and what the push service is told about it: how urgent, how long to keep, what it replaces.

use std::fmt;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::domain::{
    Id,
    notification::{Notification, Priority},
};

const HOUR: Duration = Duration::from_secs(3_600);
/// A ticket's id up to here stands in a tag as it is.
const LONGEST_IN_TAG: usize = 64;

/// One message to one device: what is shown, and what is done on a click.
#[derive(Clone, PartialEq, Eq)]
pub struct PushMessage {
    /// The delivery that it is sent for; the same for every attempt, so that a provider that knows repetitions tells them.
    pub delivery_id: Id,
    /// The notification that a click marks as read; none for a digest or a test.
    pub notification_id: Option<Id>,
    /// Its number in the inbox.
    pub seq: i64,
    /// First line.
    pub title: String,
    /// Second line. Shortened where the whole would not fit.
    pub body: String,
    /// Where a click leads: http(s), or relative to Bellhop's public URL. None: the notification on Bellhop's own page.
    pub url: Option<String>,
    /// Notifications of one tag replace each other on the screen; see [`tag`].
    pub tag: String,
    /// How much it may disturb.
    pub priority: Priority,
    /// The agent's unread notifications: the number on the app's icon.
    pub unread: i64,
    /// How long it is of use. The push service keeps it no longer, and no longer than its priority is worth.
    pub ttl: Duration,
    /// Sounds again although one of this tag is on the screen.
    pub renotify: bool,
    /// Shown without sound.
    pub silent: bool,
    /// Language of the text (BCP 47).
    pub lang: Option<String>,
    /// Tags of notifications that were read elsewhere: closed where they are still on the screen.
    pub close: Vec<String>,
}

impl fmt::Debug for PushMessage {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("PushMessage").field("delivery_id", &self.delivery_id).finish_non_exhaustive()
    }
}

/// The tag of a notification: one per ticket (R-022: a desktop alert of the same tag and a push replace each other), else
/// one per notification.
pub fn tag(ticket: Option<&str>, notification: &str) -> String {
    match ticket {
        Some(ticket) if ticket.len() <= LONGEST_IN_TAG => format!("ticket:{ticket}"),
        Some(ticket) => format!("ticket:{}", hash(ticket)),
        None => format!("notification:{notification}"),
    }
}

impl PushMessage {
    /// A notification of an inbox, as a push says it: `unread` as the inbox counts, `ttl` for how long it is of use.
    pub fn of(notification: &Notification, delivery_id: Id, unread: i64, ttl: Duration) -> PushMessage {
        let ticket = notification.ticket.as_ref().map(|ticket| &*ticket.id);
        PushMessage {
            delivery_id,
            notification_id: Some(notification.id.clone()),
            seq: notification.seq,
            title: notification.title.to_string(),
            body: notification.body.to_string(),
            url: notification.url.as_deref().map(str::to_owned),
            tag: tag(ticket, &notification.id),
            priority: notification.priority,
            unread,
            ttl,
            renotify: true,
            silent: false,
            lang: None,
            close: Vec::new(),
        }
    }

    /// Seconds that a push service keeps it for a device that is off (RFC 8030 §5.2): an hour for priority low, 12 hours
    /// for normal, 24 hours for high and urgent, and never longer than it is of use.
    pub(super) fn ttl_s(&self) -> u64 {
        let worth = match self.priority {
            Priority::Low => HOUR,
            Priority::Normal => 12 * HOUR,
            Priority::High | Priority::Urgent => 24 * HOUR,
        };
        worth.min(self.ttl).as_secs()
    }

    /// Whether the push service wakes a device that saves its battery (RFC 8030 §5.3): `low` on mains and Wi-Fi, `normal`
    /// on either, `high` in any case, which high and urgent are.
    pub(super) fn urgency(&self) -> &'static str {
        match self.priority {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High | Priority::Urgent => "high",
        }
    }

    /// What it replaces while it waits at the push service (RFC 8030 §5.4): 32 characters that Apple takes as well, which
    /// knows letters, digits and dashes only.
    pub(super) fn topic(&self) -> String {
        hash(&self.tag)
    }
}

fn hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..16])
}

/// An example, for tests.
#[cfg(test)]
pub(super) fn sample() -> PushMessage {
    PushMessage {
        delivery_id: "0196f0a0-0000-7000-8000-000000000001".into(),
        notification_id: Some("0196f0a0-0000-7000-8000-000000000002".into()),
        seq: 7,
        title: "Jane assigned you #123".to_owned(),
        body: "Login Issue".to_owned(),
        url: Some("https://desk.example.com/tickets/123".to_owned()),
        tag: tag(Some("HD-123"), ""),
        priority: Priority::Normal,
        unread: 3,
        ttl: Duration::from_secs(1_000_000),
        renotify: true,
        silent: false,
        lang: Some("en".to_owned()),
        close: vec!["ticket:HD-1".to_owned()],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    #[test]
    fn a_message_is_kept_as_long_as_its_priority_is_worth_and_no_longer_than_it_is_of_use() {
        for (priority, hours, urgency) in [
            (Priority::Low, 1, "low"),
            (Priority::Normal, 12, "normal"),
            (Priority::High, 24, "high"),
            (Priority::Urgent, 24, "high"),
        ] {
            let long = PushMessage { priority, ..sample() };
            assert_eq!((long.ttl_s(), long.urgency()), (hours * 3_600, urgency));
            let short = PushMessage { ttl: Duration::from_secs(90), ..long };
            assert_eq!(short.ttl_s(), 90);
        }
    }

    #[test]
    fn a_topic_is_what_every_push_service_takes_and_the_same_for_the_same_tag() {
        let topic = |tag: &str| PushMessage { tag: tag.to_owned(), ..sample() }.topic();
        for text in ["", "ticket:HD-123", "Ticket/ü?&".repeat(100).as_str()] {
            assert_eq!(topic(text).len(), 32);
            assert!(topic(text).chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
        }
        assert_eq!(topic("a"), topic("a"));
        assert_ne!(topic("a"), topic("b"));
    }

    #[test]
    fn a_notification_of_an_inbox_becomes_a_message_of_its_ticket() {
        let notification: Notification = serde_json::from_value(serde_json::json!({
            "id": "n1", "seq": 7, "type": "assignment", "reason": "assigned", "category": null, "priority": "urgent",
            "title": "T", "body": "B", "url": "/tickets/1", "comment": null, "created_at": "2026-11-20T09:00:00Z",
            "actor": {"kind": "agent", "id": "jane", "name": "Jane", "avatar_url": null},
            "ticket": {"id": "HD-1", "number": "1", "subject": "Login"}, "changed_seq": 7, "read_at": null,
            "cleared_at": null, "snoozed_until": null, "resolved": null,
        }))
        .unwrap();
        let message = PushMessage::of(&notification, "d1".into(), 3, Duration::from_secs(60));
        assert_eq!((&*message.tag, message.notification_id.as_deref()), ("ticket:HD-1", Some("n1")));
        assert_eq!((&*message.title, message.url.as_deref(), message.unread), ("T", Some("/tickets/1"), 3));
        assert_eq!((message.priority, message.ttl_s()), (Priority::Urgent, 60));
        assert!(!format!("{message:?}").contains("\"T\""), "a log must not hold what is said");
    }

    #[test]
    fn notifications_of_one_ticket_share_a_tag_however_long_its_id_is() {
        assert_eq!(tag(Some("HD-1"), "n1"), tag(Some("HD-1"), "n2"));
        assert_ne!(tag(None, "n1"), tag(None, "n2"));
        let long = "x".repeat(500);
        assert_eq!(tag(Some(&long), "n1").len(), 39);
        assert_ne!(tag(Some(&long), "n1"), tag(Some(&format!("{long}y")), "n1"));
    }
}
