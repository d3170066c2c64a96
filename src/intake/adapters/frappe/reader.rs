//! From a Frappe document to an event: who did it, to whom, on which ticket.

use super::{
    What,
    payload::{Doc, Hook},
};
use crate::{
    domain::{
        Id,
        event::{Actor, ActorKind, Assigned, CommentRef, ContactRef, Event, EventData, EventType, Message, Urgency},
        ticket::TicketSnapshot,
    },
    intake::adapters::{
        HookRequest,
        loose::{LooseId, LooseTime, MAX_KEY_BYTES, MAX_MESSAGE_BYTES, MAX_NAME_BYTES, clip},
        people::People,
    },
};

/// Users of Frappe that are nobody in particular.
const NOBODY: &[&str] = &["Administrator", "Guest"];

/// Reads one delivery.
pub struct Reader<'a> {
    pub(super) request: &'a HookRequest<'a>,
    pub(super) hook: &'a Hook,
    pub(super) doc: &'a Doc,
    doctype: &'a str,
    ticket_id: String,
    pub(super) people: People<'a>,
}

impl<'a> Reader<'a> {
    pub fn new(request: &'a HookRequest<'a>, hook: &'a Hook, doctype: &'a str, ticket_id: String) -> Reader<'a> {
        Reader { request, hook, doc: hook.doc(), doctype, ticket_id, people: request.people() }
    }

    pub fn doctype(&self) -> &str {
        self.doctype
    }

    pub fn into_unmatched(self) -> Vec<(String, String)> {
        self.people.into_unmatched()
    }

    /// Whether an agent saved the document.
    pub fn is_agents(&self) -> bool {
        self.doc.modified_by.as_deref().is_some_and(|user| self.known_agent(user).is_some())
    }

    pub fn event(&mut self, what: What) -> Event {
        let (kind, mut data) = match what {
            What::Event(kind) => (kind, self.data(kind)),
            What::Escalated(how) => {
                let kind = EventType::TicketEscalated;
                (kind, EventData { escalation: Some(how), ..self.data(kind) })
            }
            What::Urgency(urgency) => self.urgency(urgency),
            What::TeamChanged => self.team_changed(),
        };
        data.ticket = Some(self.snapshot());
        Event { source: self.request.event_source(), id: self.event_id(kind), kind, time: self.time(), data }
    }

    fn urgency(&mut self, urgency: Urgency) -> (EventType, EventData) {
        let kind = EventType::TicketUrgencyChanged;
        (kind, EventData { urgency: Some(urgency), ..self.data(kind) })
    }

    /// A transfer where the HD Team is a department here, else an assignment to a team.
    fn team_changed(&mut self) -> (EventType, EventData) {
        if self.department().is_some() {
            return (EventType::TicketTransferred, self.data(EventType::TicketTransferred));
        }
        let assigned = Assigned { team: self.team(), ..Assigned::default() };
        let actor = self.actor_of(self.doc.modified_by.as_deref());
        let kind = if assigned.team.is_some() { EventType::TicketAssigned } else { EventType::TicketUnassigned };
        (kind, EventData { actor, assigned: Some(assigned), ..EventData::default() })
    }

    fn data(&mut self, kind: EventType) -> EventData {
        match self.doctype {
            "ToDo" => self.todo(kind),
            "HD Ticket Comment" => self.comment(kind),
            "Communication" => self.communication(kind),
            "HD Notification" => self.notification(kind),
            "Notification Log" => self.log_entry(kind),
            _ => self.ticket(kind),
        }
    }

    /// DocType, name and time of the change, which are the same in a retry. `event` is in it because one change may be
    /// several things.
    fn event_id(&self, kind: EventType) -> Id {
        let (name, modified) = (self.doc.name.as_ref().and_then(LooseId::text), self.doc.modified.as_ref());
        let (Some(name), Some(LooseTime::Text(modified))) = (name, modified) else { return self.request.digest() };
        let what = self.hook.event().unwrap_or(kind.as_str());
        let id = format!("{}/{name}/{modified}/{what}", self.doctype);
        if id.len() > crate::domain::MAX_ID_CHARS { self.request.digest() } else { Id::from(id) }
    }

    /// When the newest of what the body holds was changed. Now, where nothing says how the site's clock goes: a guess
    /// that is hours off would hold back newer snapshots of the ticket.
    fn time(&self) -> i64 {
        let changed = |doc: &Doc| doc.modified.as_ref().and_then(LooseTime::millis);
        let newest = changed(self.doc).max(self.hook.ticket.as_deref().and_then(changed));
        let time = newest.zip(self.hook.utc_offset_ms()).map(|(time, offset)| time - offset);
        time.unwrap_or(self.request.now).min(self.request.now)
    }

    /// The ticket's row, when it is in the body.
    fn row(&self) -> Option<&'a Doc> {
        let own = (self.doctype == super::TICKET).then_some(self.doc);
        self.hook.ticket.as_deref().or(own)
    }

    /// The ticket as it stands beside the document, or as the document itself.
    fn snapshot(&mut self) -> TicketSnapshot {
        let known = TicketSnapshot {
            id: self.request.qualified(&self.ticket_id),
            number: Some(Some(self.ticket_id.clone())),
            url: self.page().map(Some),
            ..TicketSnapshot::default()
        };
        let Some(row) = self.row() else { return known };
        let word = |text: &Option<String>| text.as_deref().map(|text| Some(clip(text, MAX_NAME_BYTES)));
        TicketSnapshot {
            subject: word(&row.subject),
            status: word(&row.status),
            priority: row.priority.clone(),
            channel: row.raised_by.is_some().then(|| {
                let channel = if row.via_customer_portal { "portal" } else { "email" };
                Some(channel.to_owned())
            }),
            team: row.agent_group.is_some().then(|| self.team()),
            department: self.department().map(Some),
            assignees: row.assigned().map(|users| Some(users.iter().map(|user| self.agent(user, "")).collect())),
            customer: self.customer().map(Some),
            ..known
        }
    }

    fn page(&self) -> Option<String> {
        Some(format!("{}/helpdesk/tickets/{}", self.request.base_url()?, self.ticket_id))
    }

    fn group(&self) -> Option<&'a str> {
        self.row()?.agent_group.as_ref()?.as_deref()
    }

    fn team(&self) -> Option<Id> {
        self.group().map(|name| self.people.team(name, name))
    }

    /// The department that is called like the ticket's HD Team, if there is one.
    fn department(&self) -> Option<Id> {
        let id = self.people.department(None, self.group()?);
        self.request.snapshot.directory.department(&id).map(|department| department.id.clone())
    }

    pub(super) fn customer(&self) -> Option<ContactRef> {
        let row = self.row()?;
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let (name, email) = (given(&row.contact), given(&row.raised_by));
        let id = name.as_deref().or(email.as_deref())?;
        let id = self.request.qualified(&clip(id, MAX_KEY_BYTES));
        Some(ContactRef { id: Some(id), name: name.or_else(|| email.clone()), email, phone: None })
    }

    /// Users of Frappe are called by their address.
    pub(super) fn agent(&mut self, user: &str, name: &str) -> Id {
        let name = if name.is_empty() { user } else { name };
        let user = &*clip(user, MAX_KEY_BYTES);
        self.people.agent(user, email_of(user), &clip(name, MAX_NAME_BYTES))
    }

    fn known_agent(&self, user: &str) -> Option<Id> {
        let directory = &self.request.snapshot.directory;
        directory.find_agent(&self.request.source.id, Some(user), email_of(user)).map(|agent| agent.id.clone())
    }

    /// An agent when the directory knows one, the system for Frappe's own users, else the customer.
    pub(super) fn actor_of(&self, user: Option<&str>) -> Actor {
        let Some(user) = user.filter(|user| !user.is_empty()) else { return Actor::default() };
        match self.known_agent(user) {
            Some(id) => self.agent_actor(id, None),
            None if NOBODY.contains(&user) => Actor::default(),
            None => self.customer_actor(),
        }
    }

    pub(super) fn customer_actor(&self) -> Actor {
        let contact = self.customer().unwrap_or_default();
        Actor { kind: ActorKind::Customer, id: contact.id, name: contact.name, ..Actor::default() }
    }

    /// The name as Frappe gives it, else as the directory has it.
    pub(super) fn agent_actor(&self, id: Id, name: Option<&str>) -> Actor {
        let given = name.filter(|name| !name.is_empty()).map(|name| clip(name, MAX_NAME_BYTES));
        let known = || self.request.snapshot.directory.agent(&id).map(|agent| agent.name.clone());
        let name = given.or_else(known);
        Actor { kind: ActorKind::Agent, id: Some(id), name, ..Actor::default() }
    }

    /// Who did something that only agents do.
    pub(super) fn by_agent(&mut self, user: Option<&str>, name: Option<&str>) -> Actor {
        match user.filter(|user| !user.is_empty() && !NOBODY.contains(user)) {
            None => self.actor_of(user),
            Some(user) => {
                let id = self.agent(user, name.unwrap_or(""));
                self.agent_actor(id, name)
            }
        }
    }

    pub(super) fn message(&mut self, id: Option<&LooseId>, html: Option<&str>) -> Option<Message> {
        let html = html.map(|html| clip(html, MAX_MESSAGE_BYTES));
        let mentions = html.as_deref().map(|html| self.mentions(html)).unwrap_or_default();
        let id = id.and_then(LooseId::text).map(Id::from);
        (id.is_some() || html.is_some()).then(|| Message { id, html, mentions, ..Message::default() })
    }

    pub(super) fn comment_ref(&mut self, id: Option<&LooseId>, author: Option<&str>) -> Option<CommentRef> {
        let author = author.filter(|author| !author.is_empty()).map(|author| self.agent(author, ""));
        Some(CommentRef { id: Id::from(id?.text()?), author })
    }
}

fn email_of(user: &str) -> Option<&str> {
    user.contains('@').then_some(user)
}
