//! What was decided about one person and one event, with the reason: the unit of every explanation.

use serde::Serialize;

use super::rules::Rule;
use crate::domain::{Id, Millis};

/// One person that some rule named, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Agent or contact id; `ADMIN` for the administrative address.
    pub recipient: Id,
    /// What `recipient` is.
    pub kind: CandidateKind,
    /// What came of it.
    pub outcome: Outcome,
    /// Why it is not `notified`.
    pub why: Option<Why>,
    /// The rule that counted; none when no rule named the person (the actor).
    pub rule: Option<&'static Rule>,
    /// Channel by channel, when something goes out or is stored.
    pub channels: Option<Channels>,
}

/// What a recipient is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CandidateKind {
    /// A member of the staff.
    Agent,
    /// A customer.
    Contact,
    /// The administrative email address.
    Address,
}

/// What came of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Some channel, now or later.
    Notified,
    /// A quiet entry in the bell and nothing else.
    Stored,
    /// Nothing.
    Skipped,
}

/// Why somebody was not notified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It was their own act (D-04).
    Actor,
    /// The directory does not know them.
    UnknownAgent,
    /// Inactive (D-15).
    Inactive,
    /// On vacation (D-15): stored quietly.
    Vacation,
    /// They may not see the ticket.
    NoAccess,
    /// The chat bot answered.
    BotAnswered,
    /// They switched the category off, or never switched it on.
    CategoryOff,
    /// They switched the bell off.
    BellOff,
    /// An administrator switched the rule off.
    RuleOff,
}

/// The channels of one candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Channels {
    /// The bell.
    pub bell: ChannelOutcome,
    /// Web push.
    pub web_push: ChannelOutcome,
    /// Email.
    pub email: ChannelOutcome,
    /// SMS.
    pub sms: ChannelOutcome,
}

/// What is done on one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ChannelOutcome {
    /// At once.
    Now {
        /// The switch that says so, for alert emails (`alerts.assignment.agent`).
        #[serde(skip_serializing_if = "Option::is_none")]
        rule: Option<&'static str>,
    },
    /// Only what no device confirmed.
    IfUnacknowledged {
        /// How long a device has, milliseconds.
        after_ms: u64,
    },
    /// Later: quiet hours or a digest.
    Held {
        /// When it goes out.
        #[serde(with = "crate::domain::time::rfc3339")]
        until: Millis,
    },
    /// Kept, without a sound.
    Stored,
    /// Not on this channel.
    Skipped {
        /// Stable reason code.
        why: &'static str,
    },
}
