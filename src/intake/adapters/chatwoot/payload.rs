//! The members of Chatwoot's payloads that mean something here, all optional: versions differ in what they send.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::intake::adapters::loose::{LooseId, LooseName, LooseTime, MAX_NAME_BYTES, clip};

/// The one member that every delivery has.
#[derive(Deserialize)]
pub struct Named {
    pub event: Option<String>,
}

/// `message_created`.
#[derive(Deserialize)]
pub struct MessageHook {
    pub id: Option<LooseId>,
    pub content: Option<String>,
    #[serde(default)]
    pub private: bool,
    #[serde(default, deserialize_with = "message_type")]
    pub message_type: Option<MessageType>,
    pub created_at: Option<LooseTime>,
    pub sender: Option<Person>,
    pub contact: Option<Person>,
    pub conversation: Option<Conversation>,
    pub account: Option<LooseName>,
    #[serde(default)]
    pub attachments: Vec<File>,
}

impl MessageHook {
    pub fn account_id(&self) -> Option<String> {
        let own = self.account.as_ref().and_then(LooseName::id);
        own.or_else(|| self.conversation.as_ref()?.account_id())
    }
}

/// `conversation_*`: the conversation's members stand beside the event's.
#[derive(Deserialize)]
pub struct ConversationHook {
    pub account: Option<LooseName>,
    pub changed_attributes: Option<Value>,
    #[serde(flatten)]
    pub conversation: Conversation,
}

/// One member of `changed_attributes`.
pub struct Changed<'a> {
    pub previous: &'a Value,
    pub current: &'a Value,
}

impl ConversationHook {
    pub fn account_id(&self) -> Option<String> {
        self.account.as_ref().and_then(LooseName::id).or_else(|| self.conversation.account_id())
    }

    /// What a field was and is, when it changed. A list of objects with one field each, or one object.
    pub fn changed(&self, field: &str) -> Option<Changed<'_>> {
        static NULL: Value = Value::Null;
        let change = match self.changed_attributes.as_ref()? {
            Value::Array(changes) => changes.iter().find_map(|change| change.get(field)),
            changes => changes.get(field),
        }?;
        let side = |name| change.get(name).unwrap_or(&NULL);
        Some(Changed { previous: side("previous_value"), current: side("current_value") })
    }
}

#[derive(Deserialize)]
pub struct Conversation {
    pub id: Option<LooseId>,
    pub account_id: Option<LooseId>,
    pub status: Option<String>,
    /// Left out by older versions, null without a priority.
    #[serde(default, deserialize_with = "given")]
    pub priority: Option<Option<String>>,
    pub channel: Option<String>,
    pub inbox: Option<LooseName>,
    pub created_at: Option<LooseTime>,
    pub updated_at: Option<LooseTime>,
    pub last_activity_at: Option<LooseTime>,
    pub timestamp: Option<LooseTime>,
    #[serde(default, deserialize_with = "meta")]
    pub meta: Meta,
    #[serde(default)]
    pub messages: Vec<LastMessage>,
    pub additional_attributes: Option<Additional>,
}

impl Conversation {
    pub fn status(&self) -> Option<Status> {
        Status::parse(self.status.as_deref()?)
    }

    /// When it last changed, as exactly as this version says.
    pub fn changed_at(&self) -> Option<i64> {
        let times = [&self.updated_at, &self.last_activity_at, &self.timestamp];
        times.into_iter().flatten().find_map(LooseTime::millis)
    }

    pub fn account_id(&self) -> Option<String> {
        let last = || self.messages.last()?.account_id.as_ref();
        self.account_id.as_ref().or_else(last).and_then(LooseId::text)
    }

    pub fn inbox_name(&self) -> Option<(Option<String>, &str)> {
        let inbox = self.inbox.as_ref()?;
        Some((inbox.id(), inbox.name()?))
    }

    /// `Channel::WebWidget` is a chat; the others go by their own name, `email`, `whatsapp`.
    pub fn channel_word(&self) -> Option<String> {
        let name = self.channel.as_deref()?.trim_start_matches("Channel::");
        Some(if name == "WebWidget" { "chat".to_owned() } else { name.to_lowercase() })
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Meta {
    pub sender: Option<Person>,
    pub assignee: Option<Person>,
    pub team: Option<LooseName>,
    /// The payload has `meta`: then no assignee in it means nobody.
    #[serde(skip)]
    pub is_given: bool,
}

#[derive(Deserialize)]
pub struct LastMessage {
    pub id: Option<LooseId>,
    pub content: Option<String>,
    pub account_id: Option<LooseId>,
    #[serde(default, deserialize_with = "message_type")]
    pub message_type: Option<MessageType>,
}

#[derive(Deserialize)]
pub struct Additional {
    pub mail_subject: Option<String>,
}

#[derive(Deserialize)]
pub struct Person {
    pub id: Option<LooseId>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    #[serde(rename = "type", default, deserialize_with = "person_kind")]
    pub kind: Option<PersonKind>,
}

impl Person {
    pub fn name(&self) -> String {
        clip(self.name.as_deref().unwrap_or(""), MAX_NAME_BYTES)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonKind {
    User,
    Contact,
    AgentBot,
}

#[derive(Deserialize)]
pub struct File {
    data_url: Option<String>,
    file_type: Option<String>,
}

impl File {
    /// Name and address; Chatwoot's files have no name of their own but the end of their address.
    pub fn attachment(&self) -> Option<(String, String)> {
        let url = self.data_url.clone()?;
        let name = url.rsplit('/').next().filter(|name| !name.is_empty());
        let name = name.or(self.file_type.as_deref()).unwrap_or("file").to_owned();
        Some((name, url))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageType {
    Incoming,
    Outgoing,
    Activity,
    Template,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Open,
    Resolved,
    Pending,
    Snoozed,
}

impl Status {
    pub fn parse(word: &str) -> Option<Status> {
        Some(match word {
            "open" => Status::Open,
            "resolved" => Status::Resolved,
            "pending" => Status::Pending,
            "snoozed" => Status::Snoozed,
            _ => return None,
        })
    }
}

/// The word, or its number as messages within a conversation have it.
fn message_type<'de, D: Deserializer<'de>>(from: D) -> Result<Option<MessageType>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(match (value.as_str(), value.as_i64()) {
        (Some("incoming"), _) | (_, Some(0)) => Some(MessageType::Incoming),
        (Some("outgoing"), _) | (_, Some(1)) => Some(MessageType::Outgoing),
        (Some("activity"), _) | (_, Some(2)) => Some(MessageType::Activity),
        (Some("template"), _) | (_, Some(3)) => Some(MessageType::Template),
        _ => None,
    })
}

fn person_kind<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PersonKind>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(match value.as_str() {
        Some("user" | "User") => Some(PersonKind::User),
        Some("contact" | "Contact") => Some(PersonKind::Contact),
        Some("agent_bot" | "AgentBot") => Some(PersonKind::AgentBot),
        _ => None,
    })
}

fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}

fn meta<'de, D: Deserializer<'de>>(from: D) -> Result<Meta, D::Error> {
    let meta = Option::<Meta>::deserialize(from)?;
    let is_given = meta.is_some();
    Ok(Meta { is_given, ..meta.unwrap_or_default() })
}
