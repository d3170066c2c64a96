//! The members of Support Board's payloads that mean something here, all optional. PHP sends numbers as text, and what is
//! not there as null, as `""` or not at all.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{
    domain::event::Attachment,
    intake::adapters::loose::{LooseId, LooseTime, MAX_NAME_BYTES, clip},
};

/// The secret, which stands in the body.
#[derive(Deserialize)]
pub struct Keyed {
    pub key: Option<String>,
}

/// The event's name.
#[derive(Deserialize)]
pub struct Named {
    pub function: Option<String>,
}

#[derive(Deserialize)]
pub struct Hook<T> {
    pub data: T,
}

/// `message-sent`: who wrote stands there by number alone.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Sent {
    pub user_id: Option<LooseId>,
    pub conversation_user_id: Option<LooseId>,
    pub conversation_id: Option<LooseId>,
    #[serde(deserialize_with = "status")]
    pub conversation_status_code: Option<Status>,
    pub conversation_source: Option<String>,
    pub message_id: Option<LooseId>,
    pub message: Option<String>,
    #[serde(deserialize_with = "attachments")]
    pub attachments: Vec<Attachment>,
}

/// `new-messages`, `new-conversation-created`, `new-conversation-received`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Conversation {
    pub details: Details,
    messages: Option<Vec<Listed>>,
}

/// Messages stand in the list as they are, or wrapped.
#[derive(Deserialize)]
#[serde(untagged)]
enum Listed {
    Wrapped { details: Written },
    Plain(Written),
}

impl Conversation {
    /// The messages, the oldest first.
    pub fn messages(&self) -> Vec<&Written> {
        let listed = self.messages.iter().flatten().map(|listed| match listed {
            Listed::Wrapped { details } | Listed::Plain(details) => details,
        });
        let mut messages: Vec<_> = listed.collect();
        messages.sort_by_key(|message| message.order());
        messages
    }

    /// The chat bot had the last word of substance, and the conversation does not wait for an agent: it answered.
    pub fn is_answered_by_bot(&self) -> bool {
        let last = self.messages().into_iter().rev().find(|message| !message.is_follow_up());
        last.is_some_and(|message| message.role() == Role::Bot) && self.details.status != Some(Status::WaitingForAgent)
    }
}

/// The conversation, with who owns it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Details {
    pub id: Option<LooseId>,
    pub user_id: Option<LooseId>,
    first_name: Option<String>,
    last_name: Option<String>,
    pub title: Option<String>,
    #[serde(rename = "status_code", deserialize_with = "status")]
    pub status: Option<Status>,
    pub source: Option<String>,
    #[serde(deserialize_with = "given")]
    department: Option<Option<LooseId>>,
    #[serde(deserialize_with = "given")]
    agent_id: Option<Option<LooseId>>,
    pub creation_time: Option<LooseTime>,
}

impl Details {
    pub fn name(&self) -> String {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
    }

    pub fn department(&self) -> Option<String> {
        number(self.department.as_ref()?.as_ref()?)
    }

    /// Left out, nobody, or somebody.
    pub fn agent(&self) -> Option<Option<String>> {
        self.agent_id.as_ref().map(|agent| agent.as_ref().and_then(number))
    }
}

/// One message.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Written {
    pub id: Option<LooseId>,
    pub user_id: Option<LooseId>,
    first_name: Option<String>,
    last_name: Option<String>,
    user_type: Option<String>,
    pub message: Option<String>,
    #[serde(deserialize_with = "attachments")]
    pub attachments: Vec<Attachment>,
    payload: Option<Value>,
    pub creation_time: Option<LooseTime>,
}

impl Written {
    pub fn name(&self) -> String {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
    }

    pub fn role(&self) -> Role {
        Role::parse(self.user_type.as_deref().unwrap_or(""))
    }

    pub fn made_at(&self) -> Option<i64> {
        self.creation_time.as_ref().and_then(LooseTime::millis)
    }

    fn order(&self) -> (i64, u64) {
        let id = self.id.as_ref().and_then(LooseId::text).and_then(|id| id.parse().ok());
        (self.made_at().unwrap_or(0), id.unwrap_or(0))
    }

    /// The bot's question for an address is no answer. The payload is JSON, or JSON as text.
    fn is_follow_up(&self) -> bool {
        const WORD: &str = "follow_up_message";
        match &self.payload {
            Some(Value::String(text)) => text.contains(WORD),
            Some(payload) => payload.get(WORD).is_some(),
            None => false,
        }
    }
}

/// `conversation-status-updated`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct StatusUpdate {
    pub conversation_id: Option<LooseId>,
    #[serde(rename = "status_code", deserialize_with = "status")]
    pub status: Option<Status>,
}

/// `login`. It comes with a token and the digest of a password, which nothing here reads.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Login {
    pub details: User,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct User {
    pub id: Option<LooseId>,
    first_name: Option<String>,
    last_name: Option<String>,
    pub email: Option<String>,
    user_type: Option<String>,
}

impl User {
    pub fn name(&self) -> String {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
    }

    pub fn role(&self) -> Role {
        Role::parse(self.user_type.as_deref().unwrap_or(""))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Customer,
    Agent,
    Bot,
    Unknown,
}

impl Role {
    fn parse(word: &str) -> Role {
        match word {
            "user" | "lead" | "visitor" => Role::Customer,
            "agent" | "admin" => Role::Agent,
            "bot" => Role::Bot,
            _ => Role::Unknown,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Live,
    WaitingForCustomer,
    WaitingForAgent,
    Archived,
    Trashed,
}

impl Status {
    /// As agents read it.
    pub fn word(self) -> &'static str {
        match self {
            Status::Live => "live",
            Status::WaitingForCustomer => "waiting for customer",
            Status::WaitingForAgent => "waiting for agent",
            Status::Archived => "archived",
            Status::Trashed => "trashed",
        }
    }
}

/// A number of the database; 0 is nobody.
pub fn number(id: &LooseId) -> Option<String> {
    id.text().filter(|id| id != "0")
}

fn full_name(first: Option<&str>, last: Option<&str>) -> String {
    let parts = [first, last].into_iter().flatten().map(str::trim).filter(|part| !part.is_empty());
    clip(&parts.collect::<Vec<_>>().join(" "), MAX_NAME_BYTES)
}

/// The code, as number or text; none for one that is not known.
fn status<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Status>, D::Error> {
    let value = Value::deserialize(from)?;
    let code = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
    Ok(match code {
        Some(0) => Some(Status::Live),
        Some(1) => Some(Status::WaitingForCustomer),
        Some(2) => Some(Status::WaitingForAgent),
        Some(3) => Some(Status::Archived),
        Some(4) => Some(Status::Trashed),
        _ => None,
    })
}

/// `[["name", "address"], …]`, as a list or as the same in text; `""` for none.
fn attachments<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Attachment>, D::Error> {
    let value = Value::deserialize(from)?;
    let listed = match &value {
        Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        _ => value,
    };
    let file = |pair: &Value| {
        let text = |at: usize| pair.get(at)?.as_str();
        Some(Attachment { name: clip(text(0)?, MAX_NAME_BYTES), url: text(1)?.to_owned() })
    };
    Ok(listed.as_array().map(|files| files.iter().filter_map(file).collect()).unwrap_or_default())
}

fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<LooseId>>, D::Error> {
    Option::<LooseId>::deserialize(from).map(Some)
}
