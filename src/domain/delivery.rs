//! What is to go out beside the bell whatever anybody's devices confirm: alert emails, texts by policy, everything to
//! customers and to the administrative address. Planned with the event, in its transaction.

use serde::Serialize;

use super::{
    Id, Millis,
    presence::{OFFLINE_EMAIL, OFFLINE_SMS},
};

/// One message on one channel to one person, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDelivery {
    /// Agent or contact id, an address where a contact has no id, `ADMIN`.
    pub recipient: Id,
    /// What `recipient` is.
    pub kind: RecipientKind,
    /// By which way.
    pub channel: DeliveryChannel,
    /// The switch or policy that says so: `alerts.assignment.agent`. Also tells several of one event apart.
    pub purpose: &'static str,
    /// Where it goes, for those whom the directory need not know; an agent's address is looked up when it is sent.
    pub address: Option<String>,
    /// Held by quiet hours until then.
    pub held_until: Option<Millis>,
    /// Not before that time: until then it may turn out not to be needed. None: at once.
    pub not_before: Option<Millis>,
    /// What goes out together as one message: `ticket:42`, `quiet`. Empty: by itself.
    pub batch: String,
    /// Why it does not go out.
    pub skipped: Option<&'static str>,
    /// So many to this person within an hour go out at once; further ones wait for its end (D-26).
    pub at_once_per_hour: Option<u32>,
    /// At most one of this purpose to this person within so long (D-09).
    pub once_within: Option<Millis>,
}

impl PlannedDelivery {
    /// At once and by itself, whatever went out before.
    pub fn new(recipient: Id, kind: RecipientKind, channel: DeliveryChannel, purpose: &'static str) -> PlannedDelivery {
        PlannedDelivery {
            recipient,
            kind,
            channel,
            purpose,
            address: None,
            held_until: None,
            not_before: None,
            batch: String::new(),
            skipped: None,
            at_once_per_hour: None,
            once_within: None,
        }
    }

    /// Whether it tells the customer of a chat, who is not there, that they were answered: once for each absence.
    pub fn tells_absent_contact(&self) -> bool {
        let is_of_chat = [OFFLINE_EMAIL, OFFLINE_SMS].contains(&self.purpose);
        is_of_chat && self.kind == RecipientKind::Contact && self.skipped.is_none()
    }
}

/// What a recipient is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipientKind {
    /// A member of the staff.
    Agent,
    /// A customer.
    Contact,
    /// The administrative email address.
    Address,
}

impl RecipientKind {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            RecipientKind::Agent => "agent",
            RecipientKind::Contact => "contact",
            RecipientKind::Address => "address",
        }
    }
}

/// Channels beside the bell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the words say it")]
pub enum DeliveryChannel {
    WebPush,
    Email,
    Sms,
}

impl DeliveryChannel {
    /// All of them.
    pub const ALL: [DeliveryChannel; 3] = [DeliveryChannel::WebPush, DeliveryChannel::Email, DeliveryChannel::Sms];

    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryChannel::WebPush => "web_push",
            DeliveryChannel::Email => "email",
            DeliveryChannel::Sms => "sms",
        }
    }
}
