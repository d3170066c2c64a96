//! How one attempt to send one message ended: all that a channel tells the worker.

use std::time::Duration;

/// How an attempt ended. `why` is a stable reason code in snake case; `detail` is for the person who looks into it, what
/// the other side said included, and names no address, no token and nothing of the message's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other side took it.
    Sent {
        /// The id under which the other side knows it, if it gave one.
        provider_id: Option<String>,
    },
    /// It was surely not taken, and may be later: an overload, an outage, a refused connection.
    Later {
        /// Reason code.
        why: &'static str,
        /// What the other side said.
        detail: String,
        /// Not before this, as the other side asked (`Retry-After`).
        after: Option<Duration>,
    },
    /// This message will never be taken; the endpoint is in order.
    Failed {
        /// Reason code.
        why: &'static str,
        /// What the other side said.
        detail: String,
    },
    /// The endpoint does not work any more: a subscription that ended, an address that does not exist, a number that
    /// opted out.
    Gone {
        /// Reason code.
        why: &'static str,
        /// What the other side said.
        detail: String,
    },
    /// The installation is at fault, its key, password or account: every message would fail like this, until a person
    /// mends it. The endpoint stays; an administrator must hear of it.
    Misconfigured {
        /// Reason code.
        why: &'static str,
        /// What the other side said.
        detail: String,
    },
    /// It was not tried: the person opted out, a limit is reached, the address is suppressed.
    Withheld {
        /// Reason code.
        why: &'static str,
    },
    /// Perhaps it was taken: the answer did not come in time. Where the protocol knows no repetition, it is not repeated.
    Unknown {
        /// Reason code.
        why: &'static str,
        /// What happened.
        detail: String,
    },
}

impl Outcome {
    /// What kind it is, in one word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Outcome::Sent { .. } => "sent",
            Outcome::Later { .. } => "later",
            Outcome::Failed { .. } => "failed",
            Outcome::Gone { .. } => "gone",
            Outcome::Misconfigured { .. } => "misconfigured",
            Outcome::Withheld { .. } => "withheld",
            Outcome::Unknown { .. } => "unknown",
        }
    }

    /// The reason code; none when it was sent.
    pub fn why(&self) -> Option<&'static str> {
        match self {
            Outcome::Sent { .. } => None,
            Outcome::Later { why, .. }
            | Outcome::Failed { why, .. }
            | Outcome::Gone { why, .. }
            | Outcome::Misconfigured { why, .. }
            | Outcome::Withheld { why }
            | Outcome::Unknown { why, .. } => Some(why),
        }
    }

    /// What the other side said; none when it was sent.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Outcome::Sent { .. } | Outcome::Withheld { .. } => None,
            Outcome::Later { detail, .. }
            | Outcome::Failed { detail, .. }
            | Outcome::Gone { detail, .. }
            | Outcome::Misconfigured { detail, .. }
            | Outcome::Unknown { detail, .. } => Some(detail),
        }
    }
}
