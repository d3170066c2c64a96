//! osTicket, which has no webhooks of its own: the plugin in `integrations/osticket` posts `{"plugin": "bellhop-osticket/…",
//! "event": "message", …}`, one event a delivery.
//!
//! Signature: `X-Bellhop-Signature: sha256=<hex>`, HMAC-SHA256 of `<timestamp>.<raw body>`, with `X-Bellhop-Timestamp` in
//! seconds, made anew for every attempt. `id` in the body stays over retries, and is signed with it.

mod payload;

use self::payload::{Actor as Doer, Assigned as Given, Entry, Hook, Named, Person, Ticket};
use super::{
    HookRequest, Parsed,
    loose::{LooseId, LooseName, LooseTime, MAX_MESSAGE_BYTES, MAX_NAME_BYTES, clip},
    people::People,
    verify,
};
use crate::{
    domain::{
        Id,
        event::{Actor, ActorKind, Assigned, Attachment, ContactRef, Event, EventData, EventType, Message},
        ticket::TicketSnapshot,
    },
    error::{Error, Result},
    intake::json,
};

/// Agents mentioned in one note, participants of one ticket, files of one message: the rest of a longer list is left.
const MAX_NAMES: usize = 500;

/// What the plugin calls the events.
const EVENTS: &[(&str, EventType)] = &[
    ("created", EventType::TicketCreated),
    ("message", EventType::MessageReceived),
    ("reply", EventType::ReplySent),
    ("note", EventType::NoteAdded),
    ("assigned", EventType::TicketAssigned),
    ("unassigned", EventType::TicketUnassigned),
    ("transferred", EventType::TicketTransferred),
    ("overdue", EventType::TicketOverdue),
    ("closed", EventType::TicketClosed),
    ("reopened", EventType::TicketReopened),
    ("merged", EventType::TicketMerged),
    ("viewed", EventType::TicketViewed),
    ("overlimit", EventType::ContactOverlimit),
    ("system_error", EventType::SystemError),
    ("sql_error", EventType::SystemSqlError),
    ("excessive_logins", EventType::AuthExcessiveLogins),
];

/// Verifies and reads one delivery.
///
/// # Errors
/// As [`super::parse`].
pub fn parse(request: &HookRequest<'_>) -> Result<Parsed> {
    verify(request)?;
    let Named { plugin } = json::read(request.body, json::HOOK, "")?;
    if !plugin.is_some_and(|plugin| plugin.starts_with("bellhop-osticket/")) {
        return Err(wrong_system("/plugin", "this was not sent by Bellhop's plugin for osTicket"));
    }
    let hook: Hook = json::read(request.body, json::HOOK, "")?;
    let Some(id) = hook.id.as_deref().filter(|id| !id.is_empty()) else {
        return Err(wrong_system("/id", "every event of the plugin has an id"));
    };
    let kind = hook.event.as_deref().and_then(|name| EVENTS.iter().find(|(known, _)| *known == name));
    let Some((_, kind)) = kind else {
        return Ok(Parsed::ignored("the plugin's event of this name is not known, or concerns no agent"));
    };
    if let Some(why) = silent(*kind, &hook) {
        return Ok(Parsed::ignored(why));
    }
    let ticket = hook.ticket.as_ref().and_then(|ticket| Some((ticket, ticket.id.as_ref()?.text()?)));
    if ticket.is_none() && kind.needs_ticket() {
        return Err(wrong_system("/ticket/id", "this event is about a ticket, and names none"));
    }
    let mut reader = Reader { request, hook: &hook, ticket, people: request.people() };
    let data = reader.data(*kind);
    let time = hook.time.as_ref().and_then(LooseTime::millis).unwrap_or(request.now).min(request.now);
    let id = Id::from(clip(id, crate::domain::MAX_ID_CHARS));
    let event = Event { source: request.event_source(), id, kind: *kind, time, data };
    Ok(Parsed { events: vec![event], unmatched: reader.people.into_unmatched(), ignored: None })
}

fn verify(request: &HookRequest<'_>) -> Result<()> {
    let timestamp = request.headers.header("x-bellhop-timestamp");
    let signed = timestamp.unwrap_or_default().as_bytes();
    let ours = verify::hmac_sha256(&request.source.secret, &[signed, b".", request.body]);
    verify::same_hex(request.headers.header("x-bellhop-signature"), "sha256=", &ours)?;
    verify::is_recent(timestamp, request.now)
}

fn wrong_system(pointer: &str, message: &str) -> Error {
    Error::invalid("hook.wrong_system", pointer, message)
}

/// Why nothing comes of an event of a known name.
fn silent(kind: EventType, hook: &Hook) -> Option<&'static str> {
    let by = hook.actor.as_ref().map_or(ActorKind::System, Doer::kind);
    match (kind, by) {
        (EventType::TicketReopened, ActorKind::Agent) => Some("reopened by an agent, not by the customer"),
        (EventType::NoteAdded, ActorKind::System) => Some("osTicket wrote this note itself"),
        (EventType::TicketViewed, by) if by != ActorKind::Agent => Some("only an agent's view reads notifications"),
        _ => None,
    }
}

struct Reader<'a> {
    request: &'a HookRequest<'a>,
    hook: &'a Hook,
    ticket: Option<(&'a Ticket, String)>,
    people: People<'a>,
}

impl Reader<'_> {
    fn data(&mut self, kind: EventType) -> EventData {
        let hook = self.hook;
        let entry = hook.entry.as_ref();
        let data = EventData {
            actor: self.actor(),
            ticket: self.snapshot(),
            message: entry.and_then(|entry| self.message(entry)),
            auto_reply: entry.is_some_and(|entry| entry.auto_reply),
            bounce: entry.is_some_and(|entry| entry.bounce),
            ..EventData::default()
        };
        match kind {
            EventType::TicketAssigned => self.assigned(data),
            EventType::TicketTransferred => {
                let from = hook.from_department.as_ref();
                let from = from.and_then(|from| Some(self.people.department(from.id().as_deref(), from.name()?)));
                EventData { from_department: from, ..data }
            }
            EventType::TicketOverdue => EventData { alerts_disabled: hook.alerts_disabled, ..data },
            EventType::MessageReceived => {
                let previous_assignees = self.previous_assignees();
                EventData { reopened: hook.reopened, previous_assignees, ..data }
            }
            EventType::TicketReopened => EventData { previous_assignees: self.previous_assignees(), ..data },
            EventType::ContactOverlimit => {
                let contact = Some(hook.contact.as_ref().map(|person| self.contact(person)).unwrap_or_default());
                EventData { contact, open_tickets: hook.open_tickets, limit: hook.limit, ..data }
            }
            EventType::SystemError | EventType::SystemSqlError | EventType::AuthExcessiveLogins => self.alert(data),
            _ => data,
        }
    }

    fn alert(&self, data: EventData) -> EventData {
        let short = |text: &Option<String>| text.as_deref().map(|text| clip(text, MAX_NAME_BYTES));
        EventData {
            title: short(&self.hook.title),
            detail: self.hook.detail.as_deref().map(|text| clip(text, MAX_MESSAGE_BYTES)),
            account: short(&self.hook.account),
            account_kind: short(&self.hook.account_kind),
            ip: short(&self.hook.ip),
            attempts: self.hook.attempts,
            ..data
        }
    }

    fn assigned(&mut self, data: EventData) -> EventData {
        let nobody = Given::default();
        let given = self.hook.assigned.as_ref().unwrap_or(&nobody);
        let agents = given.staff.as_ref().and_then(|staff| self.agent(staff)).into_iter().collect();
        let team = given.team.as_ref().and_then(|team| self.team(team));
        let by_rule = given.auto || data.actor.kind == ActorKind::System;
        // A rule acts for whoever happened to be signed in; it is not they who assigned.
        let actor = if given.auto { Actor::default() } else { data.actor };
        EventData { actor, assigned: Some(Assigned { agents, team, by_rule }), ..data }
    }

    fn previous_assignees(&mut self) -> Option<Vec<Id>> {
        let previous = self.hook.previous_staff.as_ref()?;
        Some(self.agent(previous).into_iter().collect())
    }

    fn actor(&mut self) -> Actor {
        let Some(doer) = self.hook.actor.as_ref() else { return Actor::default() };
        let (kind, person) = (doer.kind(), &doer.person);
        let id = match kind {
            ActorKind::Agent => self.agent(person),
            ActorKind::Customer => self.contact(person).id,
            ActorKind::Bot | ActorKind::System => None,
        };
        Actor { kind, id, name: person.shown_name(), ..Actor::default() }
    }

    fn agent(&mut self, person: &Person) -> Option<Id> {
        let id = person.id.as_ref()?.text()?;
        Some(self.people.agent(&id, person.email.as_deref(), &person.shown_name().unwrap_or_default()))
    }

    fn team(&self, team: &LooseName) -> Option<Id> {
        Some(self.people.team(&team.id()?, team.name().unwrap_or("")))
    }

    fn contact(&self, person: &Person) -> ContactRef {
        ContactRef {
            id: person.id.as_ref().and_then(LooseId::text).map(|id| self.request.qualified(&id)),
            name: person.shown_name(),
            email: person.email.clone().filter(|email| !email.is_empty()),
            phone: person.phone.clone().filter(|phone| !phone.is_empty()),
        }
    }

    fn snapshot(&mut self) -> Option<TicketSnapshot> {
        let (ticket, id) = self.ticket.clone()?;
        // Of a closed ticket osTicket says who closed it where it says who has it otherwise.
        let has_it = ticket.state.as_deref() != Some("closed");
        let assignees = ticket.staff.as_ref().filter(|_| has_it).map(|staff| {
            let staff = staff.as_ref().and_then(|staff| self.agent(staff));
            Some(staff.into_iter().collect())
        });
        let team = ticket.team.as_ref().filter(|_| has_it).map(|team| self.team(team.as_ref()?));
        let department = ticket.department.as_ref();
        let department = department.and_then(|dept| Some(self.people.department(dept.id().as_deref(), dept.name()?)));
        let word = |text: &Option<String>| text.as_deref().map(|text| Some(clip(text, MAX_NAME_BYTES)));
        let participants = ticket
            .collaborators
            .as_ref()
            .map(|all| Some(all.iter().take(MAX_NAMES).map(|person| self.contact(person)).collect()));
        Some(TicketSnapshot {
            number: Some(ticket.number.as_ref().and_then(LooseId::text)),
            subject: word(&ticket.subject),
            url: self.url(&id).or_else(|| ticket.url.clone()).map(Some),
            status: word(&ticket.status),
            priority: word(&ticket.priority),
            channel: ticket.source.as_deref().map(|source| Some(source.to_lowercase())),
            help_topic: word(&ticket.help_topic),
            customer: ticket.user.as_ref().map(|user| Some(self.contact(user))),
            department: department.map(Some),
            team,
            assignees,
            participants,
            id: self.request.qualified(&id),
            ..TicketSnapshot::default()
        })
    }

    fn url(&self, ticket: &str) -> Option<String> {
        Some(format!("{}/scp/tickets.php?id={ticket}", self.request.base_url()?))
    }

    fn message(&mut self, entry: &Entry) -> Option<Message> {
        let id = entry.id.as_ref()?.text()?;
        let body = entry.body.as_deref().map(|body| clip(body, MAX_MESSAGE_BYTES));
        let (text, html) = if entry.format.as_deref() == Some("html") { (None, body) } else { (body, None) };
        let page = self.ticket.as_ref().and_then(|(ticket, id)| self.url(id).or_else(|| ticket.url.clone()));
        let mentions = entry.mentions.iter().take(MAX_NAMES).filter_map(|person| self.agent(person)).collect();
        let attachments = entry.attachments.iter().take(MAX_NAMES).filter_map(|file| {
            Some(Attachment { name: file.name.clone()?, url: file.url.clone().unwrap_or_default() })
        });
        Some(Message {
            // The anchor that osTicket's ticket page has for each entry.
            url: page.map(|page| format!("{page}#entry-{id}")),
            id: Some(Id::from(id)),
            text,
            html,
            attachments: attachments.collect(),
            mentions,
        })
    }
}

#[cfg(test)]
mod tests;
