//! What a client says on a live connection.

use serde::Deserialize;

use super::selector::ActBody;
use crate::domain::{Id, act::Op};

/// A message of a client, by its `type`.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// The first message.
    Hello(Box<Hello>),
    /// Everything up to `seq` is on this device.
    Ack {
        /// The highest number held.
        seq: i64,
        /// Somebody is looking: only then the inbox's `acked_seq` moves.
        #[serde(default)]
        active: bool,
    },
    /// Marks entries read.
    Read(Box<ActBody>),
    /// Marks entries unread.
    Unread(Box<ActBody>),
    /// Dismisses entries.
    Clear(Box<ActBody>),
    /// Takes a dismissal back.
    Restore(Box<ActBody>),
    /// Puts entries to sleep.
    Snooze(Box<ActBody>),
    /// The panel was opened.
    Seen(Box<ActBody>),
    /// What the person at the screen does.
    Activity(Report),
    /// What changed after `since`?
    Sync {
        /// What the client holds.
        since: i64,
    },
    /// A fresh token.
    Auth {
        /// The token. Never logged.
        token: String,
    },
    /// The answer to `ping`.
    Pong,
}

/// Who is there, and what they hold. No `Debug`: it holds the token.
#[derive(Deserialize, Default)]
pub struct Hello {
    /// The agent's token, unless the request itself carried one.
    pub token: Option<String>,
    /// The store's epoch when the client was last connected.
    pub epoch: Option<Id>,
    /// The position it holds; none to start at the head.
    pub since: Option<i64>,
    /// Names the browser: many sessions may share it.
    pub device: Option<Id>,
    /// False for clients that no person looks at: they never count for presence.
    #[serde(default = "yes")]
    pub screen: bool,
}

/// What the person at the screen does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub struct Report {
    /// The tab can be seen.
    pub visible: bool,
    /// No input for a while.
    #[serde(default)]
    pub idle: bool,
    /// The ticket on the screen.
    #[schema(value_type = Option<String>)]
    pub viewing: Option<Id>,
}

/// Why a message was not understood.
#[derive(Debug, PartialEq, Eq)]
pub struct NotUnderstood {
    /// `message.unknown_type` or `message.malformed`.
    pub code: &'static str,
    /// For the person who reads it.
    pub message: String,
    /// The message's `ref`, if it had one.
    pub reference: Option<Id>,
}

const TYPES: &[&str] =
    &["hello", "ack", "read", "unread", "clear", "restore", "snooze", "seen", "activity", "sync", "auth", "pong"];

impl ClientMessage {
    /// Reads one text frame.
    ///
    /// # Errors
    /// When it is not JSON, of an unknown type, or not of the shape of its type.
    pub fn parse(text: &[u8]) -> Result<ClientMessage, NotUnderstood> {
        serde_json::from_slice(text).map_err(|error| explain(text, &error))
    }

    /// The act in it, if it is one.
    pub fn into_act(self) -> Result<(Op, Box<ActBody>), ClientMessage> {
        match self {
            ClientMessage::Read(body) => Ok((Op::Read, body)),
            ClientMessage::Unread(body) => Ok((Op::Unread, body)),
            ClientMessage::Clear(body) => Ok((Op::Clear, body)),
            ClientMessage::Restore(body) => Ok((Op::Restore, body)),
            ClientMessage::Snooze(body) => Ok((Op::Snooze, body)),
            ClientMessage::Seen(body) => Ok((Op::Seen, body)),
            other => Err(other),
        }
    }
}

/// Finds out what is wrong, and the reference under which the client waits for an answer.
fn explain(text: &[u8], error: &serde_json::Error) -> NotUnderstood {
    #[derive(Deserialize)]
    struct Outline {
        #[serde(rename = "type")]
        kind: Option<String>,
        #[serde(rename = "ref")]
        reference: Option<Id>,
    }
    let outline: Option<Outline> = serde_json::from_slice(text).ok();
    let kind = outline.as_ref().and_then(|outline| outline.kind.clone());
    let reference = outline.and_then(|outline| outline.reference);
    match kind {
        Some(kind) if !TYPES.contains(&kind.as_str()) => NotUnderstood {
            code: "message.unknown_type",
            message: format!("there is no message of the type {:?}", kind.chars().take(50).collect::<String>()),
            reference,
        },
        _ => NotUnderstood { code: "message.malformed", message: format!("not understood: {error}"), reference },
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn an_unknown_type_is_named_and_its_reference_kept() {
        let wrong = ClientMessage::parse(br#"{"type":"dance","ref":"7"}"#).err().unwrap();
        assert_eq!((wrong.code, wrong.reference.as_deref()), ("message.unknown_type", Some("7")));
        let wrong = ClientMessage::parse(br#"{"type":"ack","ref":"8"}"#).err().unwrap();
        assert_eq!((wrong.code, wrong.reference.as_deref()), ("message.malformed", Some("8")));
        assert_eq!(ClientMessage::parse(b"not json").err().unwrap().code, "message.malformed");
    }

    #[test]
    fn a_hello_needs_nothing_but_its_type() {
        let ClientMessage::Hello(hello) = ClientMessage::parse(br#"{"type":"hello"}"#).ok().unwrap() else { panic!() };
        assert!(hello.screen && hello.since.is_none() && hello.token.is_none());
    }

    #[test]
    fn an_act_brings_its_selector_and_reference() {
        let message = ClientMessage::parse(br#"{"type":"clear","ref":"7","ids":["a"]}"#).ok().unwrap();
        let Ok((op, body)) = message.into_act() else { panic!() };
        assert_eq!((op, body.reference.as_deref()), (Op::Clear, Some("7")));
        assert_eq!(body.ids.unwrap().len(), 1);
    }
}
