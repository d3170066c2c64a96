//! The truth: events, inboxes, tickets, directory, in SQLite or PostgreSQL.

mod records;

use std::sync::Arc;

pub use records::{Edit, EditChange, RecordKind};

use crate::{
    clock::Clock,
    config::StoreUrl,
    domain::{
        Id, Millis,
        act::{Act, ActOutcome},
        event::Event,
        inbox::{Changes, Head, Inbox, ListFilter, Page},
        notification::TicketRef,
        nudge::InboxChange,
        plan::{Receipt, Router},
        snapshot::Snapshot,
        ticket::TicketFacts,
    },
    error::Result,
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

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {}

impl Store {
    /// Opens the store, makes and migrates it if need be, and starts its writers.
    pub async fn open(_options: StoreOptions) -> Result<Store> {
        unimplemented!()
    }

    /// What is in memory: the newest version this node knows of.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        unimplemented!()
    }

    /// Compares the version with the store's and reads what is newer.
    pub async fn refresh(&self) -> Result<Arc<Snapshot>> {
        unimplemented!()
    }

    /// Stores events with everything they lead to, all or none, durably. `api_key`: hash of the key that posted them,
    /// checked again in the transaction when keys changed meanwhile.
    pub async fn accept(&self, _events: Vec<Event>, _api_key: Option<String>) -> Result<Vec<Receipt>> {
        unimplemented!()
    }

    /// Carries out an agent's act on their own inbox.
    pub async fn act(&self, _agent: &Id, _act: Act) -> Result<ActOutcome> {
        unimplemented!()
    }

    /// Notes that an active session confirmed everything up to `seq`. Gathered and written a moment later.
    pub fn ack(&self, _agent: &Id, _seq: i64) {
        unimplemented!()
    }

    /// Epoch and head of one inbox.
    pub async fn inbox(&self, _agent: &Id) -> Result<(Id, Inbox)> {
        unimplemented!()
    }

    /// Entries changed after `since`, at most `limit`, in one snapshot with the head.
    pub async fn changes(&self, _agent: &Id, _since: i64, _limit: i64) -> Result<Changes> {
        unimplemented!()
    }

    /// A page of the list.
    pub async fn list(&self, _agent: &Id, _filter: ListFilter) -> Result<Page> {
        unimplemented!()
    }

    /// Heads of many inboxes, in one query.
    pub async fn heads(&self, _agents: Vec<Id>) -> Result<Heads> {
        unimplemented!()
    }

    /// Carries out edits of records, all or none, and returns what is in memory afterwards. In force for every event
    /// posted after its answer, on every node.
    pub async fn edit(&self, _edits: Vec<Edit>) -> Result<Arc<Snapshot>> {
        unimplemented!()
    }

    /// What is known of a ticket, its watches included.
    pub async fn ticket(&self, _ticket: &str) -> Result<Option<TicketFacts>> {
        unimplemented!()
    }

    /// Tickets that the agent follows, newest watch first.
    pub async fn watches(&self, _agent: &Id) -> Result<Vec<WatchedTicket>> {
        unimplemented!()
    }

    /// Follows a ticket or stops following it; says whether that changed anything.
    pub async fn set_watch(&self, _agent: &Id, _ticket: &Id, _active: bool) -> Result<bool> {
        unimplemented!()
    }

    /// Notes how a delivery to an adapter ended and whom nobody matched, for the source's page.
    pub async fn note_delivery(&self, _source: &Id, _note: DeliveryNote) -> Result<()> {
        unimplemented!()
    }

    /// What [`Store::note_delivery`] gathered about a source.
    pub async fn source_status(&self, _source: &Id) -> Result<SourceStatus> {
        unimplemented!()
    }

    /// A secret that all nodes share, by name: `jwt`, `session`, `link`. Made at first start.
    pub fn secret(&self, _name: &str) -> Result<String> {
        unimplemented!()
    }

    /// Whether the store answers within two seconds.
    pub async fn ping(&self) -> Result<()> {
        unimplemented!()
    }

    /// A new epoch: every client starts anew. After a restore.
    pub async fn new_epoch(&self) -> Result<Id> {
        unimplemented!()
    }
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
    #[serde(with = "crate::domain::time::rfc3339")]
    #[schema(value_type = String)]
    pub since: Millis,
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
    #[serde(with = "crate::domain::time::rfc3339_option")]
    #[schema(value_type = Option<String>)]
    pub last_delivery_at: Option<Millis>,
    /// When something last failed.
    #[serde(with = "crate::domain::time::rfc3339_option")]
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
