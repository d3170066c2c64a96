//! Small worlds for the tests of routing and intake.

use crate::domain::{
    Id,
    alerts::Alerts,
    directory::{Agent, AgentStatus, Department, Role, Team, TeamMember},
    event::{Actor, ActorKind, Event, EventData, EventType},
    notification::Draft,
    plan::Facts,
    presence::ContactPresence,
    snapshot::Snapshot,
    ticket::{TicketFacts, Watch},
};

use super::{Decision, Engine};

/// An agent of that id and nothing else.
pub fn agent(id: &str) -> Agent {
    serde_json::from_value(
        serde_json::json!({"id": id, "name": format!("Agent {id}"), "email": format!("{id}@example.com")}),
    )
    .expect("an agent needs an id only")
}

/// A ticket, a directory and an engine; what happens is said with [`World::on`].
pub struct World {
    /// Directory, preferences, settings.
    pub snapshot: Snapshot,
    /// Ticket #123, "Login Issue", of Carla Reis in support.
    pub ticket: TicketFacts,
    /// Whether the customer is there; nothing is known.
    pub contact: Option<ContactPresence>,
    /// The engine under test.
    pub engine: Engine,
}

impl World {
    /// Agents by id, all active and in no department.
    pub fn with_agents(ids: &[&str]) -> World {
        let mut snapshot = Snapshot::default();
        ids.iter().for_each(|id| snapshot.directory.put_agent(agent(id)));
        // The bell by itself; alert emails have their own tests.
        snapshot.settings.alerts = Alerts::off();
        let mut ticket = TicketFacts::new("HD-00123".into());
        ticket.number = Some("123".into());
        ticket.subject = Some("Login Issue".into());
        ticket.url = Some("https://desk.example.com/tickets/123".into());
        ticket.customer = Some(serde_json::from_str(r#"{"id":"c1","name":"Carla Reis"}"#).expect("a contact"));
        World { snapshot, ticket, contact: None, engine: Engine::default() }
    }

    /// Assigns the ticket.
    pub fn assigned_to(mut self, ids: &[&str]) -> World {
        self.ticket.assignees = ids.iter().map(|id| Id::from(*id)).collect();
        self
    }

    /// Makes agents follow the ticket.
    pub fn watched_by(mut self, ids: &[&str]) -> World {
        let watch = |id: &&str| Watch { agent: Id::from(*id), active: true, auto: false };
        self.ticket.watches.extend(ids.iter().map(watch));
        self
    }

    /// Names the project manager.
    pub fn with_pm(mut self, id: &str) -> World {
        self.ticket.pm = Some(id.into());
        self.change(id, |agent| agent.role = Role::Pm)
    }

    /// Adds a team.
    pub fn with_team(mut self, id: &str, members: &[&str]) -> World {
        let member = |id: &&str| TeamMember { agent: Id::from(*id), alerts: true };
        let members = members.iter().map(member).collect();
        self.snapshot.directory.put_team(Team {
            id: id.into(),
            name: format!("Team {id}"),
            lead: None,
            alerts: true,
            members,
        });
        self
    }

    /// Adds a department, and the ticket to it.
    pub fn with_department(mut self, id: &str, members: &[&str]) -> World {
        let department = serde_json::json!({"id": id, "name": "Support"});
        let department: Department = serde_json::from_value(department).expect("a department needs an id only");
        self.snapshot.directory.put_department(department);
        self.ticket.department = Some(id.into());
        members.iter().fold(self, |world, member| world.change(member, |agent| agent.department = Some(id.into())))
    }

    /// Changes an agent.
    pub fn change(mut self, id: &str, how: impl FnOnce(&mut Agent)) -> World {
        let mut changed = self.snapshot.directory.agent(id).expect("the world has this agent").clone();
        how(&mut changed);
        self.snapshot.directory.put_agent(changed);
        self
    }

    /// Sets an agent's status.
    pub fn with_status(self, id: &str, status: AgentStatus) -> World {
        self.change(id, |agent| agent.status = status)
    }

    /// Sets an agent's choice for a category.
    pub fn choosing(mut self, id: &str, category: &str, choice: &str) -> World {
        let choice = serde_json::from_value(choice.into()).expect("on, off or required");
        self.snapshot.preferences.entry(id.into()).or_default().categories.insert(category.into(), choice);
        self
    }

    /// Decides on an event with this `data` (JSON, as a producer sends it).
    pub fn on(&self, kind: &str, data: serde_json::Value) -> Decision {
        let data: EventData = serde_json::from_value(data).expect("the test's data has the shape");
        self.on_event(&event(kind, data))
    }

    /// Decides on this event.
    pub fn on_event(&self, event: &Event) -> Decision {
        let has_ticket = event.kind.needs_ticket() || event.data.ticket.is_some();
        let ticket = has_ticket.then_some(&self.ticket);
        self.engine.decide(&Facts {
            event,
            ticket,
            contact: self.contact.as_ref(),
            snapshot: &self.snapshot,
            now: event.time,
        })
    }
}

/// An event by the system.
pub fn event(kind: &str, data: EventData) -> Event {
    let kind = EventType::parse(kind).expect("the test names a known type");
    Event { source: "/helpdesk".into(), id: "evt-1".into(), kind, time: 1_700_000_000_000, data }
}

/// The actor of an agent's act.
pub fn by(id: &str) -> Actor {
    Actor { kind: ActorKind::Agent, id: Some(id.into()), ..Actor::default() }
}

impl Decision {
    /// The draft for that agent.
    pub fn draft_for(&self, id: &str) -> &Draft {
        self.drafts.iter().find(|draft| &*draft.agent == id).expect("the agent is notified or stored")
    }

    /// `agent reason outcome`, one a line, sorted: what a table test compares.
    pub fn summary(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .candidates
            .iter()
            .map(|candidate| {
                let word = |value: serde_json::Value| value.as_str().unwrap_or("").to_owned();
                let reason = candidate.reason.unwrap_or("-");
                let outcome = match candidate.why {
                    Some(why) => serde_json::to_value(why).map(word).expect("a word"),
                    None => serde_json::to_value(candidate.outcome).map(word).expect("a word"),
                };
                format!("{} {reason} {outcome}", candidate.recipient)
            })
            .collect();
        lines.sort();
        lines
    }
}
