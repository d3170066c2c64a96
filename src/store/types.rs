//! What the store is opened with, and the small shapes it answers in.

use std::sync::Arc;

use crate::{
    clock::Clock,
    config::StoreUrl,
    domain::{Id, Millis, inbox::Head, notification::TicketRef, nudge::InboxChange, plan::Router, time},
    telemetry::Metrics,
};

/// Called on the writer's thread after each commit with every visible change it made, in order per inbox. Must not block.
pub type OnCommit = Arc<dyn Fn(Vec<InboxChange>) + Send + Sync>;

/// What the store needs from the rest.
#[derive(Clone)]
pub struct StoreOptions {
    /// Where it is.
    pub url: StoreUrl,
    /// Where the time comes from.
    pub clock: Clock,
    /// Decides what an event leads to.
    pub router: Arc<dyn Router>,
    /// Hears of every commit.
    pub on_commit: OnCommit,
    /// Figures.
    pub metrics: Arc<Metrics>,
    /// Run the embedded migrations at start.
    pub migrate: bool,
    /// Reading connections at most.
    pub readers: u32,
}

/// The heads of some inboxes, with what else a heartbeat compares.
#[derive(Debug, Clone, PartialEq)]
pub struct Heads {
    /// The store's epoch: another one means every session starts anew.
    pub epoch: Id,
    /// The store's version of directory, settings and keys.
    pub version: i64,
    /// Heads of those that have an inbox; who has none is at 0.
    pub heads: Vec<Head>,
}

/// A ticket that an agent follows.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct WatchedTicket {
    /// The ticket.
    #[schema(value_type = Object)]
    pub ticket: TicketRef,
    /// Made by an escalation, not by hand.
    pub auto: bool,
    /// Since when.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String)]
    pub since: Millis,
}

/// That an agent follows a ticket, or did and stopped, as it is exported.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct KeptWatch {
    /// Who.
    pub agent: Id,
    /// Ticket id.
    pub ticket: Id,
    /// Following now, or stopped.
    #[serde(default = "yes")]
    pub active: bool,
    /// Made by an escalation, not by hand.
    #[serde(default)]
    pub auto: bool,
}

/// A version of an administrator's template, as it is exported.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct KeptTemplate {
    /// The template's name.
    pub id: Id,
    /// From 1; where it goes, another version may have that number.
    pub version: i64,
    /// The subject line; empty for text messages.
    #[serde(default)]
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML; none: made of the plain text.
    #[serde(default)]
    pub html: Option<String>,
    /// Who saved it.
    #[serde(default)]
    pub author: String,
    /// When.
    #[serde(with = "time::rfc3339")]
    pub created_at: Millis,
    /// It is what is sent; of a template none of whose versions is, the shipped one is sent.
    #[serde(default)]
    pub in_force: bool,
}

fn yes() -> bool {
    true
}

/// How one delivery to an adapter ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeliveryNote {
    /// The error that was answered; none when it went well.
    pub error: Option<String>,
    /// People it named whom nobody matched: (external id, shown name).
    pub unmatched: Vec<(String, String)>,
}

/// What is known of a source's deliveries.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, utoipa::ToSchema)]
pub struct SourceStatus {
    /// When something last arrived.
    #[serde(with = "time::rfc3339_option")]
    #[schema(value_type = Option<String>)]
    pub last_delivery_at: Option<Millis>,
    /// When something last failed.
    #[serde(with = "time::rfc3339_option")]
    #[schema(value_type = Option<String>)]
    pub last_error_at: Option<Millis>,
    /// What failed, as it was answered.
    pub last_error: Option<String>,
    /// People it named whom nobody matched, the most frequent first, at most 100.
    pub unmatched: Vec<UnmatchedPerson>,
}

/// A person whom a source named and nobody matched.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct UnmatchedPerson {
    /// The source's id of the person.
    pub external_id: String,
    /// The name it gave.
    pub name: String,
    /// How often.
    pub times: i64,
}
