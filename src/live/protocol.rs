//! What the server says on a live connection: the frames, their encoding, and the nudge that carries one to every node.
//!
//! A frame is encoded once, as text, and shared by every session that gets it. The same text travels over WebSocket,
//! server-sent events and polling.

use bytestring::ByteString;
use serde::Serialize;

use super::bye::Bye;
use crate::domain::{
    Id, Millis,
    act::{Op, Selector},
    inbox::Counts,
    notification::{Notification, Resolved},
    nudge::{Change, InboxChange, Nudge},
    time,
};

/// A frame as it goes on the wire.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame<'a> {
    /// The answer to `hello`.
    Welcome {
        /// Names the session in `POST /me/ack` and `/me/activity`.
        session: &'a str,
        /// The store's epoch, to be sent with the next `hello` by a client that holds nothing yet. One that holds
        /// something keeps the epoch it was held in: should another count, `reset` follows and brings it.
        epoch: &'a str,
        /// The head of the inbox.
        seq: i64,
        /// Badge and red indicator.
        counts: Counts,
        /// Milliseconds between two heartbeats.
        ping_every_ms: u64,
    },
    /// The client now holds everything up to `seq`.
    Synced {
        /// What the client holds now.
        seq: i64,
        /// Badge and red indicator.
        counts: Counts,
    },
    /// Forget, list over REST, go on from `seq`.
    Reset {
        /// The store's epoch.
        epoch: &'a str,
        /// The head of the inbox.
        seq: i64,
        /// Badge and red indicator.
        counts: Counts,
    },
    /// An entry as it is now; replaces the one with the same id.
    Notification {
        /// Position after this frame.
        seq: i64,
        /// Position before it.
        prev: i64,
        /// Badge and red indicator.
        counts: Counts,
        /// The entry.
        notification: &'a Notification,
    },
    /// Entries changed in the same way.
    Changed(Changed<'a>),
    /// An act that changed nothing, or whose change this session read from the store instead of as a frame.
    Done {
        /// The client's reference.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<&'a str>,
        /// How many entries changed.
        changed: i64,
        /// The head afterwards.
        seq: i64,
    },
    /// Heartbeat.
    Ping {
        /// The head as the store has it.
        seq: i64,
    },
    /// Something is wrong; the connection goes on.
    Error {
        /// Stable code that programs may branch on.
        code: &'a str,
        /// For the person who reads it.
        message: &'a str,
        /// The client's reference, where there was one.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<&'a str>,
    },
    /// The last frame.
    Bye(Bye),
}

/// Body of a `changed` frame.
#[derive(Debug, Clone, Serialize)]
pub struct Changed<'a> {
    /// Position after this frame.
    pub seq: i64,
    /// Position before it.
    pub prev: i64,
    /// Badge and red indicator.
    pub counts: Counts,
    /// What was done.
    pub op: Op,
    /// Which entries; none where the act was about more than 100 of them: then its selector stands in place of `ids`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<&'a [Id]>,
    /// The members of the selector of a bulk act. It means the entries that the act could change, as the client holds
    /// them at `prev`: `restore` the cleared ones, any other act those not cleared; and of `all` and `status`, `read`
    /// and `clear` leave alone what sleeps, and `read` what is resolved.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub selector: Option<&'a Selector>,
    /// When.
    #[serde(with = "time::rfc3339")]
    pub at: Millis,
    /// `snooze`: until when.
    #[serde(with = "time::rfc3339_option", skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// `resolve`: by whom and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved: Option<&'a Resolved>,
    /// Reference of the client that asked.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<&'a str>,
}

/// What kind of frame it is, for the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of the wire")]
pub enum FrameKind {
    Welcome,
    Synced,
    Reset,
    Notification,
    Changed,
    Done,
    Ping,
    Error,
    Bye,
}

impl FrameKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [FrameKind; 9] = [
        FrameKind::Welcome,
        FrameKind::Synced,
        FrameKind::Reset,
        FrameKind::Notification,
        FrameKind::Changed,
        FrameKind::Done,
        FrameKind::Ping,
        FrameKind::Error,
        FrameKind::Bye,
    ];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            FrameKind::Welcome => "welcome",
            FrameKind::Synced => "synced",
            FrameKind::Reset => "reset",
            FrameKind::Notification => "notification",
            FrameKind::Changed => "changed",
            FrameKind::Done => "done",
            FrameKind::Ping => "ping",
            FrameKind::Error => "error",
            FrameKind::Bye => "bye",
        }
    }
}

/// An encoded frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What kind.
    pub kind: FrameKind,
    /// The position it takes the client to; only such frames carry an `id:` over server-sent events.
    pub position: Option<i64>,
    /// The JSON text.
    pub text: ByteString,
}

impl ServerFrame<'_> {
    /// The frame as text, once for all who get it.
    pub fn encode(&self) -> Frame {
        let text = serde_json::to_string(self)
            .expect("frames hold text, numbers and lists of them, all of which JSON can say");
        Frame { kind: self.kind(), position: self.position(), text: text.into() }
    }

    fn kind(&self) -> FrameKind {
        match self {
            ServerFrame::Welcome { .. } => FrameKind::Welcome,
            ServerFrame::Synced { .. } => FrameKind::Synced,
            ServerFrame::Reset { .. } => FrameKind::Reset,
            ServerFrame::Notification { .. } => FrameKind::Notification,
            ServerFrame::Changed(_) => FrameKind::Changed,
            ServerFrame::Done { .. } => FrameKind::Done,
            ServerFrame::Ping { .. } => FrameKind::Ping,
            ServerFrame::Error { .. } => FrameKind::Error,
            ServerFrame::Bye(_) => FrameKind::Bye,
        }
    }

    fn position(&self) -> Option<i64> {
        match self {
            ServerFrame::Synced { seq, .. }
            | ServerFrame::Reset { seq, .. }
            | ServerFrame::Notification { seq, .. } => Some(*seq),
            ServerFrame::Changed(changed) => Some(changed.seq),
            _ => None,
        }
    }
}

/// The nudge of a visible change: its frame encoded once, for every session on every node.
///
/// A removal has no frame: whoever holds less than its number starts anew.
pub fn nudge(change: &InboxChange) -> Nudge {
    let frame = match &change.what {
        Change::Entry(notification) => {
            Some(ServerFrame::Notification { seq: change.seq, prev: change.prev, counts: change.counts, notification })
        }
        Change::Acted { op, ids, selector, at, until, resolved, reference } => Some(ServerFrame::Changed(Changed {
            seq: change.seq,
            prev: change.prev,
            counts: change.counts,
            op: *op,
            ids: selector.is_none().then_some(ids.as_slice()),
            selector: selector.as_ref(),
            at: *at,
            until: *until,
            resolved: resolved.as_ref(),
            reference: reference.as_deref(),
        })),
        Change::Removed { .. } => None,
    };
    Nudge {
        agent: change.agent.clone(),
        prev: change.prev,
        seq: change.seq,
        frame: frame.map(|frame| frame.encode().text).unwrap_or_default(),
        alerts: matches!(change.what, Change::Entry(_)),
        accepted_us: change.accepted_us,
    }
}

/// The frame of a nudge as this module's type; none for a removal.
pub fn frame_of(nudge: &Nudge) -> Option<Frame> {
    let kind = if nudge.alerts { FrameKind::Notification } else { FrameKind::Changed };
    (!nudge.frame.is_empty()).then(|| Frame { kind, position: Some(nudge.seq), text: nudge.frame.clone() })
}
