//! What happened in the helpdesk: the one shape that CloudEvents and every adapter are parsed into.
//!
//! `data` is read leniently (unknown members are ignored, most are optional) and checked once by
//! `intake`, so that everything behind it can rely on what an [`EventType`] needs.

use serde::{Deserialize, Serialize};

use super::{Id, Millis, ticket::TicketSnapshot};

/// One event, parsed and checked. (`source`, `id`) is the idempotency key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// CloudEvents `source`, for example `/helpdesk`, or `/hooks/zammad/main` for an adapter.
    pub source: Id,
    /// CloudEvents `id`, unique within the source.
    pub id: Id,
    /// What kind of thing happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// When it happened, by the helpdesk's clock.
    pub time: Millis,
    /// Who did it, what about, and whatever the type adds.
    pub data: EventData,
}

macro_rules! event_types {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// The types of INTERFACE, spelled in JSON as there (`ticket.assigned`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the names are the documentation; the README lists what each means")]
        pub enum EventType { $(#[serde(rename = $name)] $variant),+ }

        impl EventType {
            /// All types, in the order of the reference.
            pub const ALL: &'static [EventType] = &[$(EventType::$variant),+];

            /// The name on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(EventType::$variant => $name),+ }
            }

            /// The type of that name, if there is one.
            pub fn parse(name: &str) -> Option<EventType> {
                match name { $($name => Some(EventType::$variant),)+ _ => None }
            }
        }
    };
}

event_types! {
    TicketCreated = "ticket.created",
    TicketAssigned = "ticket.assigned",
    TicketUnassigned = "ticket.unassigned",
    TicketTransferred = "ticket.transferred",
    TicketEscalated = "ticket.escalated",
    TicketUrgencyChanged = "ticket.urgency_changed",
    TicketOverdue = "ticket.overdue",
    TicketBudgetLocked = "ticket.budget_locked",
    TicketDocReviewRequested = "ticket.doc_review_requested",
    TicketClosed = "ticket.closed",
    TicketMerged = "ticket.merged",
    TicketReopened = "ticket.reopened",
    TicketViewed = "ticket.viewed",
    ContactPresence = "contact.presence",
    MessageReceived = "message.received",
    ReplySent = "reply.sent",
    NoteAdded = "note.added",
    NoteEdited = "note.edited",
    CommentReacted = "comment.reacted",
    CommentUnreacted = "comment.unreacted",
    ContactOverlimit = "contact.overlimit",
    SystemError = "system.error",
    SystemSqlError = "system.sql_error",
    AuthExcessiveLogins = "auth.excessive_logins",
    // Made by our own endpoints, never taken from a producer.
    NotificationCustom = "notification.custom",
    NotificationTest = "notification.test",
}

impl EventType {
    /// Whether the type makes no sense without `data.ticket`.
    pub fn needs_ticket(self) -> bool {
        use EventType::*;
        !matches!(self, ContactPresence | ContactOverlimit | SystemError | SystemSqlError | AuthExcessiveLogins)
            && !self.is_internal()
    }

    /// Made by Bellhop's own endpoints (`POST /api/v1/notifications`, `/me/test`); refused from outside.
    pub fn is_internal(self) -> bool {
        matches!(self, EventType::NotificationCustom | EventType::NotificationTest)
    }
}

/// `data` of an event. Each member is optional unless the type makes no sense without it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EventData {
    /// Who did it; the system when left out.
    #[serde(skip_serializing_if = "Actor::is_default")]
    pub actor: Actor,
    /// The ticket as it is now; left-out members keep their value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketSnapshot>,
    /// The message, reply or note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    /// `false`: the caller wants no alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<bool>,
    /// The message answered itself (an autoresponder wrote it).
    #[serde(skip_serializing_if = "is_false")]
    pub auto_reply: bool,
    /// The message is a bounce.
    #[serde(skip_serializing_if = "is_false")]
    pub bounce: bool,
    /// The chat bot answered: nobody needs to hear of it.
    #[serde(skip_serializing_if = "is_false")]
    pub bot_answered: bool,
    /// `false`: no autoresponse for this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autorespond: Option<bool>,
    /// `ticket.assigned`: to whom, and whether a rule did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned: Option<Assigned>,
    /// `ticket.transferred`: where it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_department: Option<Id>,
    /// `ticket.escalated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// `ticket.urgency_changed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// `ticket.overdue`: it already was.
    #[serde(skip_serializing_if = "is_false")]
    pub already_overdue: bool,
    /// `ticket.overdue`: the SLA wants no alerts.
    #[serde(skip_serializing_if = "is_false")]
    pub alerts_disabled: bool,
    /// `ticket.reopened`: who had it before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_assignees: Option<Vec<Id>>,
    /// `message.received`: the first of its conversation.
    #[serde(skip_serializing_if = "is_false")]
    pub first: bool,
    /// `message.received`: it reopened the ticket.
    #[serde(skip_serializing_if = "is_false")]
    pub reopened: bool,
    /// `reply.sent`: which of the customers is to hear of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_customer: Option<NotifyCustomer>,
    /// `comment.reacted`: the comment and its author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<CommentRef>,
    /// `comment.reacted`: what was put on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// `contact.presence`, `contact.overlimit`: whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactRef>,
    /// `contact.presence`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online: Option<bool>,
    /// `contact.presence`: RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", with = "super::time::rfc3339_option")]
    pub last_seen: Option<Millis>,
    /// `contact.overlimit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_tickets: Option<u32>,
    /// `contact.overlimit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// System alerts: headline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// System alerts: what exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// `auth.excessive_logins`: the account that was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// `auth.excessive_logins`: agent or customer.
    #[serde(rename = "kind", skip_serializing_if = "Option::is_none")]
    pub account_kind: Option<String>,
    /// `auth.excessive_logins`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// `auth.excessive_logins`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// `notification.custom`, `notification.test`: what the caller asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
}

/// A notification that a caller words themself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Custom {
    /// Agent id.
    pub to: Id,
    /// assignment, mention, …: as given.
    pub kind: Id,
    /// Shown instead of a generated text; the type's own words where there is none.
    pub message: Option<String>,
    /// Where a click goes; the ticket's where there is none.
    pub url: Option<String>,
    /// How much it may disturb.
    #[serde(default)]
    pub priority: super::notification::Priority,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Actor {
    /// What kind of actor; the others make sense by it.
    pub kind: ActorKind,
    /// The agent's or customer's id; may be missing for bot and system.
    #[serde(default)]
    pub id: Option<Id>,
    /// The name as it is shown.
    #[serde(default)]
    pub name: Option<String>,
    /// A picture of the actor, http(s) or relative.
    #[serde(default)]
    pub avatar_url: Option<String>,
    /// Used by adapters to find the person; never shown, never stored with a notification.
    #[serde(default, skip_serializing)]
    pub email: Option<String>,
}

impl Actor {
    fn is_default(&self) -> bool {
        *self == Actor::default()
    }

    /// The agent's id, when an agent did it.
    pub fn agent(&self) -> Option<&Id> {
        self.id.as_ref().filter(|_| self.kind == ActorKind::Agent)
    }
}

/// Kinds of actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person of the staff.
    Agent,
    /// The person who wrote in.
    Customer,
    /// A chat bot.
    Bot,
    /// The helpdesk itself, an assignment rule for example.
    #[default]
    System,
}

/// A message, reply or note.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// The helpdesk's id of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    /// Plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// HTML, when the helpdesk has only that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// Files that came with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Where it opens, when the helpdesk has an address for it: http(s) or relative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Agents named in it, by id; `@id` in the text counts as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Id>,
}

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// File name.
    pub name: String,
    /// Where the helpdesk serves it.
    pub url: String,
}

/// `ticket.assigned`: to whom.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Assigned {
    /// Newly assigned agents.
    pub agents: Vec<Id>,
    /// Newly assigned team.
    pub team: Option<Id>,
    /// An assignment rule did it.
    pub by_rule: bool,
}

/// `ticket.escalated`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Escalation {
    Normal,
    Emergency,
}

/// `ticket.urgency_changed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Urgency {
    Low,
    Normal,
    High,
    Critical,
}

/// `reply.sent`: which customers are to hear of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum NotifyCustomer {
    All,
    Customer,
    None,
}

/// A comment that was reacted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentRef {
    /// The helpdesk's id of it. Empty when it was left out, which intake refuses with the pointer to it.
    #[serde(default)]
    pub id: Id,
    /// The agent who wrote it.
    #[serde(default)]
    pub author: Option<Id>,
}

/// A customer as an event names them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactRef {
    /// The helpdesk's id.
    pub id: Option<Id>,
    /// The name as it is shown.
    pub name: Option<String>,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// E.164 number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl ContactRef {
    /// Whether both name one person, by id or by address.
    pub fn is_same(&self, other: &ContactRef) -> bool {
        let same_id = self.id.is_some() && self.id == other.id;
        let emails = (&self.email, &other.email);
        same_id || matches!(emails, (Some(one), Some(other)) if one.eq_ignore_ascii_case(other))
    }
}
