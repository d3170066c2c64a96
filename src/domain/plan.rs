//! Between routing and the store: the facts that go in, the plan that comes out, the receipt that the caller gets.

use serde::Serialize;

use super::{
    Id, Millis,
    act::{Op, Selector},
    delivery::PlannedDelivery,
    event::Event,
    notification::{Draft, Resolved},
    presence::ContactPresence,
    snapshot::Snapshot,
    ticket::{TicketFacts, Watch},
};

/// Everything a decision may depend on. Routing reads nothing else.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What happened.
    pub event: &'a Event,
    /// The ticket after the event's snapshot was taken over; none for events without one.
    pub ticket: Option<&'a TicketFacts>,
    /// The presence of the contact whom a chat's event is about; none for events that do not depend on it.
    pub contact: Option<&'a ContactPresence>,
    /// Directory, preferences and settings.
    pub snapshot: &'a Snapshot,
    /// The time.
    pub now: Millis,
}

/// What one event leads to. The store carries it out in the same transaction that keeps the event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// One per recipient.
    pub drafts: Vec<Draft>,
    /// Agents and contacts who hear of it in some way, now or later: what the producer is told.
    pub notified: Vec<Id>,
    /// Watches made or renewed.
    pub watches: Vec<Watch>,
    /// What the event does to inboxes beside new entries: (agent, act, entries), for example a viewed ticket read.
    pub acts: Vec<(Id, Op, Selector)>,
    /// What is open about the ticket in other inboxes and settled by this.
    pub resolution: Option<Resolution>,
    /// What goes out beside the bell, or would: rows of deliveries.
    pub deliveries: Vec<PlannedDelivery>,
    /// JSON array of candidates with outcome and reason, kept with the event.
    pub explanation: String,
}

/// Somebody's work settles what is open about a ticket in other inboxes.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// The ticket.
    pub ticket: Id,
    /// Who did it, when and how.
    pub resolved: Resolved,
    /// Whose entries.
    pub agents: Vec<Id>,
    /// Entries that were made for these reasons stay open.
    pub spared: &'static [&'static str],
}

/// Decides. Pure: the same facts give the same plan; called again when a transaction is repeated.
pub trait Router: Send + Sync {
    /// Who hears of it, and why.
    fn route(&self, facts: Facts<'_>) -> Plan;
}

/// What a producer is told of one event.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Receipt {
    /// The event's id.
    #[schema(value_type = String)]
    pub id: Id,
    /// Accepted now, or known before.
    pub status: ReceiptStatus,
    /// Up to 100 recipients.
    #[schema(value_type = Vec<String>)]
    pub notified: Vec<Id>,
    /// How many in all.
    pub notified_count: usize,
}

/// Whether an event was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptStatus {
    /// Stored with everything it leads to.
    Accepted,
    /// Same source and id as one before: nothing happened twice.
    Duplicate,
}
