//! What people did about a ticket that later events are compared with: the customer's last act, reactions to comments.

use serde::{Deserialize, Serialize};

use super::{
    Id, Millis,
    event::{Event, EventType},
};

/// Reactions that a ticket remembers.
pub const REACTIONS: usize = 100;

/// A reaction to a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// The comment.
    pub comment: Id,
    /// Who: an id, else a name.
    pub by: Id,
    /// What.
    pub emoji: String,
}

/// Two webhooks about one act of the customer come within this time of each other.
const SAME_ACT_WITHIN: Millis = 5_000;

/// Something that the customer did, as one webhook told it: wrote, or reopened the ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerAct {
    source: Id,
    kind: EventType,
    message: Option<Id>,
    /// The customer's id in the helpdesk.
    pub(super) customer: Option<Id>,
    at: Millis,
}

impl CustomerAct {
    /// What an event tells of; none for events that tell of no such thing.
    pub fn of(event: &Event) -> Option<CustomerAct> {
        let data = &event.data;
        let is_staff = data.actor.agent().is_some();
        (matches!(event.kind, EventType::MessageReceived | EventType::TicketReopened) && !is_staff).then(|| {
            CustomerAct {
                source: event.source.clone(),
                kind: event.kind,
                message: data.message.as_ref().and_then(|message| message.id.clone()).filter(|id| !id.is_empty()),
                customer: data.actor.id.clone(),
                at: event.time,
            }
        })
    }

    /// Whether both tell of one act (D-27): by the message's id where both have one, else by customer and time.
    pub fn is_same(&self, other: &CustomerAct) -> bool {
        if self.kind == other.kind || self.source != other.source {
            return false;
        }
        let same_customer = self.customer.is_none() || other.customer.is_none() || self.customer == other.customer;
        match (&self.message, &other.message) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => same_customer && (self.at - other.at).abs() <= SAME_ACT_WITHIN,
        }
    }
}
