//! What an agent does to their own inbox, over any transport.

use serde::{Deserialize, Serialize};

use super::{Id, Millis, inbox::Counts};

/// An act and the entries it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// What is done.
    pub op: Op,
    /// To which entries. Without meaning for [`Op::Seen`], but for `up_to`.
    pub selector: Selector,
    /// [`Op::Snooze`]: until when. `Until::Reply` sleeps until the customer replies.
    pub until: Option<Until>,
    /// Comes back in the frames and errors it causes.
    pub reference: Option<Id>,
}

/// The acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it; DESIGN, section 1, law 3")]
pub enum Op {
    Read,
    Unread,
    Clear,
    Restore,
    Snooze,
    Seen,
    /// A snoozed entry woke: the clock's act or the customer's.
    Wake,
    /// Somebody else's work settled it.
    Resolve,
}

impl Op {
    /// The word in frames and paths.
    pub fn as_str(self) -> &'static str {
        match self {
            Op::Read => "read",
            Op::Unread => "unread",
            Op::Clear => "clear",
            Op::Restore => "restore",
            Op::Snooze => "snooze",
            Op::Seen => "seen",
            Op::Wake => "wake",
            Op::Resolve => "resolve",
        }
    }
}

/// Which entries an act is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Selector {
    /// These.
    Ids {
        /// Notification ids.
        ids: Vec<Id>,
    },
    /// Whatever is about this ticket.
    Ticket {
        /// Ticket id.
        ticket: Id,
    },
    /// Whatever is about this comment.
    Comment {
        /// Comment id.
        comment: Id,
    },
    /// Everything the client knew of.
    All {
        /// Always true.
        all: bool,
        /// Only entries created at or below this number.
        up_to: i64,
    },
    /// Everything read ("clear read notifications", R-116).
    Status {
        /// Always `read`.
        status: &'static str,
        /// Only entries created at or below this number.
        up_to: i64,
    },
}

/// How long an entry sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Until then.
    Time(Millis),
    /// Until the customer replies.
    Reply,
}

/// `snoozed_until` of an entry that sleeps until the customer replies: 9999-12-31T23:59:59.999Z.
pub const UNTIL_REPLY: Millis = 253_402_300_799_999;

impl Until {
    /// As the entry keeps it.
    pub fn as_millis(self) -> Millis {
        match self {
            Until::Time(at) => at,
            Until::Reply => UNTIL_REPLY,
        }
    }
}

/// What came of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActOutcome {
    /// How many entries changed (for `seen`: 1 when the counts did).
    pub changed: i64,
    /// The head afterwards.
    pub seq: i64,
    /// The counts afterwards.
    pub counts: Counts,
}
