//! What was decided about one person and one event, with the reason: the unit of every explanation.

use serde::Serialize;

pub use crate::domain::delivery::RecipientKind as CandidateKind;
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
    /// The finer why of the rule or switch that counted; none when nothing named the person (the actor).
    pub reason: Option<&'static str>,
    /// Id of the rule, or the name of the alert switch, that counted.
    pub rule: Option<&'static str>,
    /// Row of the preferences screen.
    pub category: Option<&'static str>,
    /// Channel by channel, when something goes out or is stored.
    pub channels: Option<Channels>,
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
    /// The department's recipients are nobody, or the administrative address alone (D-08).
    DepartmentRecipients,
    /// No address to send to.
    NoAddress,
    /// No number, or none that text messages can go to.
    NoNumber,
    /// They do not want alert emails of this category (D-22).
    AlertEmailOff,
    /// They do not want email at all.
    ChannelOff,
    /// No email goes out of this installation.
    NotConfigured,
    /// It was an answering machine or a bounce (RFC 3834).
    AutomaticMail,
    /// The address is a machine's, or our own.
    NobodyReads,
    /// The caller wanted no autoresponse.
    NotWanted,
    /// The department or the help topic switched it off.
    SwitchedOff,
    /// The same act of the customer came by another webhook before (D-27).
    SameAct,
    /// They are in the chat and see the answer there.
    Online,
    /// An email or a text message told them since they were last online.
    OnePerOfflineSession,
}

impl Why {
    /// The word in explanations.
    pub fn as_str(self) -> &'static str {
        match self {
            Why::Actor => "actor",
            Why::UnknownAgent => "unknown_agent",
            Why::Inactive => "inactive",
            Why::Vacation => "vacation",
            Why::NoAccess => "no_access",
            Why::BotAnswered => "bot_answered",
            Why::CategoryOff => "category_off",
            Why::BellOff => "bell_off",
            Why::RuleOff => "rule_off",
            Why::DepartmentRecipients => "department_recipients",
            Why::NoAddress => "no_address",
            Why::NoNumber => "no_number",
            Why::AlertEmailOff => "alert_email_off",
            Why::ChannelOff => "channel_off",
            Why::NotConfigured => "not_configured",
            Why::AutomaticMail => "automatic_mail",
            Why::NobodyReads => "nobody_reads",
            Why::NotWanted => "not_wanted",
            Why::SwitchedOff => "switched_off",
            Why::SameAct => "same_act",
            Why::Online => "online",
            Why::OnePerOfflineSession => "one_per_offline_session",
        }
    }
}

impl Candidate {
    /// Whether an entry of the bell is made.
    pub fn has_entry(&self) -> bool {
        let bell = self.channels.map(|channels| channels.bell);
        matches!(bell, Some(ChannelOutcome::Now { .. } | ChannelOutcome::Stored))
    }
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
