//! One notification: what routing drafts, what the store keeps, what an agent is shown.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Id, Millis,
    event::{Actor, ActorKind},
    time,
};

/// A notification as an agent sees it: the shape of INTERFACE, in REST and in frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Notification {
    /// UUIDv7, made by Bellhop.
    #[schema(value_type = String)]
    pub id: Id,
    /// Its number in the inbox when it was made; never used twice.
    pub seq: i64,
    /// assignment, mention, reaction, … (D-02).
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: Id,
    /// The finer why: assigned, mentioned, customer_reply, watching, … (D-02).
    #[schema(value_type = String)]
    pub reason: Id,
    /// The row of the preferences screen; none where nothing can switch it off (watching, R-058).
    #[schema(value_type = Option<String>)]
    pub category: Option<Id>,
    /// How much it may disturb.
    pub priority: Priority,
    /// First line.
    #[schema(value_type = String)]
    pub title: Arc<str>,
    /// Second line, often the ticket's subject.
    #[schema(value_type = String)]
    pub body: Arc<str>,
    /// Where a click goes: http(s) or relative.
    #[schema(value_type = Option<String>)]
    pub url: Option<Arc<str>>,
    /// Who triggered it.
    #[schema(value_type = ShownActor)]
    pub actor: Arc<ShownActor>,
    /// The ticket it is about.
    #[schema(value_type = Option<TicketRef>)]
    pub ticket: Option<Arc<TicketRef>>,
    /// The comment it is about.
    pub comment: Option<CommentLink>,
    /// When it was stored.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Millis,
    /// Number of its last visible change.
    pub changed_seq: i64,
    /// Read.
    #[serde(with = "time::rfc3339_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub read_at: Option<Millis>,
    /// Dismissed (D-13).
    #[serde(with = "time::rfc3339_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub cleared_at: Option<Millis>,
    /// Asleep until then; far in the future for "until the customer replies".
    #[serde(with = "time::rfc3339_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub snoozed_until: Option<Millis>,
    /// Handled by somebody else's work.
    pub resolved: Option<Resolved>,
    /// Stored without disturbing anyone (D-15): shown, never rung.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quiet: bool,
}

/// What routing wants stored for one recipient; numbers and times come from the store. Texts are shared: an event to a
/// whole department says the same to everybody.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Whose inbox.
    pub agent: Id,
    /// assignment, mention, …
    pub kind: Id,
    /// assigned, mentioned, …
    pub reason: Id,
    /// Preferences row, if any.
    pub category: Option<Id>,
    /// How much it may disturb.
    pub priority: Priority,
    /// First line.
    pub title: Arc<str>,
    /// Second line.
    pub body: Arc<str>,
    /// Where a click goes.
    pub url: Option<Arc<str>>,
    /// Who triggered it.
    pub actor: Arc<ShownActor>,
    /// The ticket it is about.
    pub ticket: Option<Arc<TicketRef>>,
    /// The comment it is about.
    pub comment: Option<CommentLink>,
    /// Store it, disturb nobody (on vacation, D-15).
    pub quiet: bool,
    /// Not a further entry where there is one of the same reason about the same comment: that one is renewed.
    pub renews: bool,
}

/// How much a notification may disturb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    /// The word on the wire and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
            Priority::Urgent => "urgent",
        }
    }

    /// The priority of that word.
    pub fn parse(word: &str) -> Option<Priority> {
        [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent].into_iter().find(|p| p.as_str() == word)
    }
}

/// Who triggered a notification, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShownActor {
    /// Agent, customer, bot or system.
    pub kind: ActorKind,
    /// The actor's id, where there is one.
    #[schema(value_type = Option<String>)]
    pub id: Option<Id>,
    /// The actor's name, where there is one.
    pub name: Option<String>,
    /// A picture, http(s) or relative.
    pub avatar_url: Option<String>,
}

impl From<&Actor> for ShownActor {
    fn from(actor: &Actor) -> ShownActor {
        ShownActor {
            kind: actor.kind,
            id: actor.id.clone(),
            name: actor.name.clone(),
            avatar_url: actor.avatar_url.clone(),
        }
    }
}

/// The ticket a notification is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TicketRef {
    /// The helpdesk's id.
    #[schema(value_type = String)]
    pub id: Id,
    /// The number as the helpdesk shows it.
    pub number: String,
    /// The subject line.
    pub subject: String,
}

/// The comment a notification is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CommentLink {
    /// The helpdesk's id of the message, reply or note.
    #[schema(value_type = String)]
    pub id: Id,
}

/// Who handled what a notification was about, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Resolved {
    /// When.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: Millis,
    /// The agent, where known.
    #[schema(value_type = Option<String>)]
    pub by: Option<Id>,
    /// The agent's name.
    pub by_name: Option<String>,
    /// answered, reassigned, merged, closed.
    pub how: String,
}
