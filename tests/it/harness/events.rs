//! Events in a helpdesk's words: `assigned("ben").on_ticket("HD-7").by("jane")`. Whatever a test does not say has a
//! sensible value; ids and times are given by the hub that posts the event.

use serde_json::{Map, Value, json};

/// The ticket that events are about unless they say otherwise.
pub const TICKET: &str = "HD-00123";

/// A CloudEvent in the making.
#[derive(Debug, Clone)]
pub struct Event(Value);

/// An event of any type about the usual ticket, done by nobody in particular.
pub fn event(kind: &str) -> Event {
    Event(json!({
        "specversion": "1.0",
        "source": "/helpdesk",
        "type": kind,
        "data": {"actor": {"kind": "system"}, "ticket": {"id": TICKET, "number": "123", "subject": "Login Issue"}},
    }))
}

/// Jane assigns the ticket to an agent.
pub fn assigned(agent: &str) -> Event {
    event("ticket.assigned")
        .by("jane")
        .assignees(&[agent])
        .data("assigned", json!({"agents": [agent], "by_rule": false}))
}

/// An assignment rule assigns the ticket to an agent.
pub fn assigned_by_rule(agent: &str) -> Event {
    event("ticket.assigned").assignees(&[agent]).data("assigned", json!({"agents": [agent], "by_rule": true}))
}

/// Jane mentions an agent in a note.
pub fn mention(agent: &str) -> Event {
    note(&format!("@{agent} Have you seen this error before?")).message("mentions", json!([agent]))
}

/// Jane adds an internal note.
pub fn note(text: &str) -> Event {
    event("note.added").by("jane").message("id", json!("Comment-00789")).message("text", json!(text))
}

/// Carla, the customer, writes.
pub fn customer_reply() -> Event {
    event("message.received")
        .by_customer("carla", "Carla Reis")
        .message("id", json!("Comment-00790"))
        .message("text", json!("It still does not work."))
}

/// Carla writes on a resolved ticket, which opens it again.
pub fn reopened(previous: &[&str]) -> Event {
    event("ticket.reopened").by_customer("carla", "Carla Reis").data("previous_assignees", json!(previous))
}

/// Somebody escalates the ticket: `normal` or `emergency`.
pub fn escalated(how: &str) -> Event {
    event("ticket.escalated").by("jane").data("escalation", json!(how))
}

/// The machine set the urgency to critical.
pub fn critical() -> Event {
    event("ticket.urgency_changed").data("urgency", json!("critical"))
}

/// An agent opened the ticket.
pub fn viewed(agent: &str) -> Event {
    event("ticket.viewed").by(agent)
}

impl Event {
    /// With this id; the hub gives the next free one otherwise.
    pub fn id(self, id: &str) -> Event {
        self.with("/id", json!(id))
    }

    /// From this source; one event in two sources is two events.
    pub fn source(self, source: &str) -> Event {
        self.with("/source", json!(source))
    }

    /// At this time by the helpdesk's clock, RFC 3339.
    pub fn at(self, time: &str) -> Event {
        self.with("/time", json!(time))
    }

    /// Done by an agent.
    pub fn by(self, agent: &str) -> Event {
        let name = match agent {
            "jane" => "Jane Smith".to_owned(),
            other => format!("{}{}", other[..1].to_uppercase(), &other[1..]),
        };
        self.with("/data/actor", json!({"kind": "agent", "id": agent, "name": name}))
    }

    /// Done by a customer.
    pub fn by_customer(self, id: &str, name: &str) -> Event {
        self.with("/data/actor", json!({"kind": "customer", "id": id, "name": name}))
    }

    /// About another ticket; its number is what follows the last dash, without leading zeros.
    pub fn on_ticket(self, ticket: &str) -> Event {
        let number = ticket.rsplit('-').next().unwrap_or(ticket).trim_start_matches('0');
        self.ticket("id", json!(ticket)).ticket("number", json!(number))
    }

    /// Who the ticket is assigned to.
    pub fn assignees(self, agents: &[&str]) -> Event {
        self.ticket("assignees", json!(agents))
    }

    /// One member of the ticket's snapshot.
    pub fn ticket(self, member: &str, value: Value) -> Event {
        self.with(&format!("/data/ticket/{member}"), value)
    }

    /// One member of the message.
    pub fn message(self, member: &str, value: Value) -> Event {
        self.with(&format!("/data/message/{member}"), value)
    }

    /// One member of `data`.
    pub fn data(self, member: &str, value: Value) -> Event {
        self.with(&format!("/data/{member}"), value)
    }

    /// Anything anywhere, by JSON pointer; objects on the way are made.
    pub fn with(mut self, pointer: &str, value: Value) -> Event {
        let mut place = &mut self.0;
        for member in pointer.split('/').skip(1) {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            place = &mut place[member];
        }
        *place = value;
        self
    }

    /// The body to post, with id and time filled in where the test gave none.
    pub fn body(mut self, id: impl FnOnce() -> String, time: impl FnOnce() -> String) -> Value {
        let members = self.0.as_object_mut().expect("an event is an object");
        members.entry("id").or_insert_with(|| json!(id()));
        members.entry("time").or_insert_with(|| json!(time()));
        self.0
    }
}
