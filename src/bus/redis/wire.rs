//! What nodes say to each other over Redis, as bytes: a version, a kind, the sender, then what the kind needs.
//!
//! Layout of version 1, numbers big-endian: `version u8 · kind u8 · length of node u8 · node`, then for a nudge
//! `alerts u8 · prev i64 · seq i64 · accepted_us i64 · frame` (the agent is in the channel's name), for a control the
//! JSON of it, for a probe `number u64`, and nothing for "compare heads". Whatever cannot be read is not ours.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use bytestring::ByteString;

use crate::domain::{
    Id,
    nudge::{Control, Nudge},
};

/// Nodes of another version do not understand each other's hints, and find out by heads.
const VERSION: u8 = 1;

/// Bytes of a nudge beside the names and the frame.
const NUDGE_FIXED: usize = 1 + 3 * 8;

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Message {
    /// An inbox moved.
    Nudge(Nudge),
    /// An order to every node.
    Control(Control),
    /// The sender could not tell something: read the heads.
    CompareHeads,
    /// The sender looks whether it hears itself.
    Probe(u64),
}

/// Why bytes are not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotAMessage {
    #[error("it is cut short")]
    Short,
    #[error("it is of version {0}")]
    Version(u8),
    #[error("its kind {0} is unknown")]
    Kind(u8),
    #[error("a text in it is not UTF-8")]
    Text,
    #[error("its control cannot be read")]
    Control,
    #[error("its channel carries no such kind")]
    Channel,
}

/// Names of the channels of one installation. Redis shares channels between its numbered databases; installations that
/// chose different ones must not hear each other, so the number becomes part of the name.
#[derive(Debug, Clone)]
pub(super) struct Channels {
    agent_prefix: String,
    /// All nodes hear it.
    pub control: String,
    /// Only this node hears it.
    pub probe: String,
}

impl Channels {
    pub(super) fn new(database: i64, node: &str) -> Channels {
        let prefix = if database == 0 { "bellhop".to_owned() } else { format!("bellhop:{database}") };
        Channels {
            agent_prefix: format!("{prefix}:agent:"),
            control: format!("{prefix}:control"),
            probe: format!("{prefix}:probe:{node}"),
        }
    }

    /// Where nudges of an agent go.
    pub(super) fn agent(&self, agent: &str) -> String {
        format!("{}{agent}", self.agent_prefix)
    }

    /// Whose nudges come on a channel.
    pub(super) fn agent_of<'a>(&self, channel: &'a str) -> Option<&'a str> {
        channel.strip_prefix(&self.agent_prefix)
    }
}

/// A nudge as bytes.
pub(super) fn encode_nudge(node: &str, nudge: &Nudge) -> Bytes {
    let mut to = head(0, node, NUDGE_FIXED + nudge.frame.len());
    to.put_u8(u8::from(nudge.alerts));
    to.put_i64(nudge.prev);
    to.put_i64(nudge.seq);
    to.put_i64(nudge.accepted_us);
    to.put_slice(nudge.frame.as_bytes());
    to.freeze()
}

/// A control as bytes.
pub(super) fn encode_control(node: &str, control: &Control) -> Bytes {
    let json = serde_json::to_vec(control).expect("a control has only texts and numbers, which JSON can hold");
    let mut to = head(1, node, json.len());
    to.put_slice(&json);
    to.freeze()
}

/// "Compare heads" as bytes.
pub(super) fn encode_compare_heads(node: &str) -> Bytes {
    head(2, node, 0).freeze()
}

/// A probe as bytes.
pub(super) fn encode_probe(node: &str, number: u64) -> Bytes {
    let mut to = head(3, node, 8);
    to.put_u64(number);
    to.freeze()
}

fn head(kind: u8, node: &str, rest: usize) -> BytesMut {
    let mut to = BytesMut::with_capacity(3 + node.len() + rest);
    to.put_u8(VERSION);
    to.put_u8(kind);
    to.put_u8(u8::try_from(node.len()).expect("RedisBus::start refuses longer names of nodes"));
    to.put_slice(node.as_bytes());
    to
}

/// A message before its body is read: most of what a node hears on busy channels is its own, and is dropped here.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    kind: u8,
    /// Who sent it.
    pub node: &'a [u8],
    body: &'a [u8],
}

/// Reads the sender.
pub(super) fn open(mut bytes: &[u8]) -> Result<Envelope<'_>, NotAMessage> {
    let version = bytes.try_get_u8().map_err(|_| NotAMessage::Short)?;
    if version != VERSION {
        return Err(NotAMessage::Version(version));
    }
    let kind = bytes.try_get_u8().map_err(|_| NotAMessage::Short)?;
    let length = usize::from(bytes.try_get_u8().map_err(|_| NotAMessage::Short)?);
    let (node, body) = bytes.split_at_checked(length).ok_or(NotAMessage::Short)?;
    Ok(Envelope { kind, node, body })
}

impl Envelope<'_> {
    /// Reads the body; `agent` is whose channel it came on, if it was an agent's.
    pub(super) fn read(&self, agent: Option<&str>) -> Result<Message, NotAMessage> {
        match (self.kind, agent) {
            (0, Some(agent)) => self.nudge(agent).map(Message::Nudge),
            (1, None) => serde_json::from_slice(self.body).map(Message::Control).map_err(|_| NotAMessage::Control),
            (2, None) => Ok(Message::CompareHeads),
            (3, None) => {
                let mut body = self.body;
                body.try_get_u64().map(Message::Probe).map_err(|_| NotAMessage::Short)
            }
            (0..=3, _) => Err(NotAMessage::Channel),
            (kind, _) => Err(NotAMessage::Kind(kind)),
        }
    }

    fn nudge(&self, agent: &str) -> Result<Nudge, NotAMessage> {
        let mut body = self.body;
        if body.len() < NUDGE_FIXED {
            return Err(NotAMessage::Short);
        }
        Ok(Nudge {
            agent: Id::from(agent),
            alerts: body.get_u8() != 0,
            prev: body.get_i64(),
            seq: body.get_i64(),
            accepted_us: body.get_i64(),
            frame: ByteString::try_from(body).map_err(|_| NotAMessage::Text)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_nudge_arrives_as_it_was_sent(
            agent in ".{1,20}", prev: i64, seq: i64, accepted_us: i64, alerts: bool, frame in ".*", node in "[a-z0-9-]{1,36}",
        ) {
            let nudge = Nudge { agent: agent.as_str().into(), prev, seq, frame: frame.into(), alerts, accepted_us };
            let bytes = encode_nudge(&node, &nudge);
            let envelope = open(&bytes).expect("own bytes open");
            prop_assert_eq!(envelope.node, node.as_bytes());
            prop_assert_eq!(envelope.read(Some(&agent)), Ok(Message::Nudge(nudge)));
        }

        #[test]
        fn no_bytes_whatsoever_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64), ours: bool) {
            let bytes = if ours { [&[VERSION, 0, 1], bytes.as_slice()].concat() } else { bytes };
            if let Ok(envelope) = open(&bytes) {
                let read = (envelope.read(None), envelope.read(Some("ana")));
                prop_assert!(read.0.is_err() || read.1.is_err());
            }
        }
    }

    #[test]
    fn orders_arrive_as_they_were_sent_and_only_where_they_belong() {
        let control = Control::EndSessions { agent: "ana".into() };
        let bytes = encode_control("n1", &control);
        let envelope = open(&bytes).expect("own bytes open");
        assert_eq!(envelope.read(None), Ok(Message::Control(control)));
        assert_eq!(envelope.read(Some("ana")), Err(NotAMessage::Channel));
    }

    #[test]
    fn installations_in_different_databases_do_not_hear_each_other() {
        let (zero, two) = (Channels::new(0, "n"), Channels::new(2, "n"));
        assert_eq!(zero.agent("ana"), "bellhop:agent:ana");
        assert_eq!(zero.control, "bellhop:control");
        assert_eq!(zero.agent_of("bellhop:agent:ana"), Some("ana"));
        assert_eq!(zero.agent_of(&two.agent("ana")), None);
        assert_ne!(zero.control, two.control);
    }
}
