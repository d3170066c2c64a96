//! FreeScout's module API & Webhooks, and Help Scout's webhooks after which it is modelled: the event's name stands in
//! a header, the body is the conversation as it is now.
//!
//! Signature: `X-FreeScout-Signature` or `X-HelpScout-Signature`, base64 of HMAC-SHA1 of the raw body. Neither sends a
//! time nor a delivery's id: what happened is known by the conversation and the thread that it is about.

mod payload;

use sha2::{Digest, Sha256};

use self::payload::{Conversation, File, Person, PersonKind, Thread, ThreadKind};
use super::{
    HookRequest, Parsed,
    loose::{LooseId, MAX_MESSAGE_BYTES, MAX_NAME_BYTES, clip},
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

/// Who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    FreeScout,
    HelpScout,
}

/// Events that are fine and mean nothing to an agent's bell, with the reason.
const SILENT: &[(&str, &str)] = &[
    ("convo.restored", "a conversation that is taken out of the deleted ones was put back by hand"),
    ("convo.tags", "tags change nothing that an agent is told"),
    ("convo.custom-fields", "custom fields change nothing that an agent is told"),
    ("customer.created", "a customer's record concerns no agent"),
    ("customer.updated", "a customer's record concerns no agent"),
    ("customer.deleted", "a customer's record concerns no agent"),
    ("satisfaction.ratings", "ratings are not told"),
    ("beacon.chat.created", "live chats of Beacon are no conversations until they end"),
    ("beacon.chat.customer.replied", "live chats of Beacon are no conversations until they end"),
];

/// Verifies and reads one delivery.
///
/// # Errors
/// As [`super::parse`].
pub fn parse(request: &HookRequest<'_>) -> Result<Parsed> {
    let system = verify(request)?;
    let header = match system {
        System::FreeScout => "x-freescout-event",
        System::HelpScout => "x-helpscout-event",
    };
    let Some(name) = request.headers.header(header).map(str::trim).filter(|name| !name.is_empty()) else {
        return Err(wrong_system("", "no header names the event"));
    };
    if let Some((_, why)) = SILENT.iter().find(|(silent, _)| *silent == name) {
        return Ok(ignored(why));
    }
    let conversation: Conversation = json::read(request.body, json::HOOK, "")?;
    let Some(id) = conversation.id.as_ref().and_then(LooseId::text) else {
        return Err(wrong_system("/id", "it has no conversation id"));
    };
    let (kind, thread) = match decide(name, &conversation) {
        Ok(decided) => decided,
        Err(why) => return Ok(ignored(why)),
    };
    let mut reader =
        Reader { request, system, name, conversation: &conversation, id, thread, people: request.people() };
    let event = reader.event(kind);
    Ok(Parsed { events: vec![event], unmatched: reader.people.into_unmatched(), ignored: None })
}

fn verify(request: &HookRequest<'_>) -> Result<System> {
    let ours = verify::hmac_sha1(&request.source.secret, &[request.body]);
    let (system, signature) = match request.headers.header("x-freescout-signature") {
        Some(signature) => (System::FreeScout, Some(signature)),
        None => (System::HelpScout, request.headers.header("x-helpscout-signature")),
    };
    verify::same_base64(signature, &ours).map(|()| system)
}

fn wrong_system(pointer: &str, why: &str) -> Error {
    let detail = format!("this is no webhook of FreeScout or Help Scout: {why}");
    Error::invalid("hook.wrong_system", pointer, detail)
}

fn ignored(why: &'static str) -> Parsed {
    Parsed { ignored: Some(why), ..Parsed::default() }
}

/// What an event of that name means, and the thread that it is about.
fn decide<'a>(
    name: &str,
    conversation: &'a Conversation,
) -> std::result::Result<(EventType, Option<&'a Thread>), &'static str> {
    let newest = |kind| conversation.newest(|thread| thread.kind() == kind);
    Ok(match name {
        "convo.created" => (EventType::TicketCreated, conversation.opening()),
        "convo.customer.reply.created" => (EventType::MessageReceived, newest(ThreadKind::Customer)),
        "convo.agent.reply.created" => (EventType::ReplySent, newest(ThreadKind::Agent)),
        "convo.note.created" => (EventType::NoteAdded, newest(ThreadKind::Note)),
        "convo.assigned" if conversation.assignee.as_ref().and_then(Person::id).is_none() => {
            (EventType::TicketUnassigned, newest(ThreadKind::LineItem))
        }
        "convo.assigned" => (EventType::TicketAssigned, newest_assignment(conversation)),
        "convo.moved" => (EventType::TicketTransferred, newest(ThreadKind::LineItem)),
        "convo.merged" => (EventType::TicketMerged, None),
        "convo.deleted" | "convo.deleted_forever" => (EventType::TicketClosed, None),
        "convo.status" => match conversation.status.as_deref() {
            Some("closed") => (EventType::TicketClosed, newest(ThreadKind::LineItem)),
            Some("active") => return Err("what a customer's reply opens again is told with the reply"),
            _ => return Err("only closing and reopening change what an agent is told"),
        },
        _ => return Err("the event of this name is not known"),
    })
}

/// The line of the log that gave the conversation to who has it now.
fn newest_assignment(conversation: &Conversation) -> Option<&Thread> {
    let assignee = conversation.assignee.as_ref().and_then(Person::id);
    let is_theirs = |thread: &Thread| thread.assigned_to.as_ref().and_then(Person::id) == assignee;
    conversation.newest(|thread| thread.kind() == ThreadKind::LineItem && is_theirs(thread))
}

struct Reader<'a> {
    request: &'a HookRequest<'a>,
    system: System,
    name: &'a str,
    conversation: &'a Conversation,
    id: String,
    thread: Option<&'a Thread>,
    people: People<'a>,
}

impl Reader<'_> {
    fn event(&mut self, kind: EventType) -> Event {
        use EventType::{MessageReceived, NoteAdded, ReplySent, TicketAssigned, TicketCreated};
        let ticket = self.snapshot();
        let actor = self.actor(kind);
        let mut data = EventData { actor, ..EventData::default() };
        match kind {
            TicketAssigned => {
                data.assigned = Some(Assigned {
                    agents: ticket.assignees.clone().flatten().unwrap_or_default(),
                    team: ticket.team.clone().flatten(),
                    by_rule: self.thread.is_some_and(Thread::is_by_rule),
                });
            }
            MessageReceived => {
                data.reopened = self.thread.is_some_and(|thread| self.conversation.was_closed_before(thread));
                data.message = self.message();
            }
            TicketCreated | ReplySent | NoteAdded => data.message = self.message(),
            _ => {}
        }
        data.ticket = Some(ticket);
        Event { source: self.request.event_source(), id: self.event_id(kind), kind, time: self.time(), data }
    }

    /// What happened, so that a second delivery of it is the same event whatever else has changed meanwhile.
    fn event_id(&self, kind: EventType) -> Id {
        use EventType::{MessageReceived, NoteAdded, ReplySent, TicketCreated};
        let thread = self.thread.and_then(|thread| thread.id.as_ref()?.text());
        let known = match (kind, &thread) {
            (TicketCreated, _) => Some(format!("{}:{}", self.name, self.id)),
            (MessageReceived | ReplySent | NoteAdded, Some(thread)) => {
                Some(format!("{}:{}:{thread}", self.name, self.id))
            }
            _ => None,
        };
        let fits = |id: &String| id.len() <= crate::domain::MAX_ID_CHARS;
        known.filter(fits).map_or_else(|| self.state_digest(), Id::from)
    }

    /// A digest of the state that the conversation came into. The body itself will not do: it says how long the
    /// customer has been waiting, in words.
    fn state_digest(&self) -> Id {
        let conversation = self.conversation;
        let Some(changed) = conversation.changed_at() else {
            return Id::from(hex::encode(
                Sha256::new().chain_update(self.name).chain_update(self.request.body).finalize(),
            ));
        };
        let newest = conversation.newest(|_| true).and_then(|thread| thread.id.as_ref()?.text());
        let assignee = conversation.assignee.as_ref().and_then(Person::id);
        let mailbox = conversation.mailbox_id.as_ref().and_then(LooseId::text);
        let state = (self.name, &self.id, changed, &conversation.status, assignee, mailbox, newest);
        Id::from(hex::encode(Sha256::digest(format!("{state:?}"))))
    }

    fn time(&self) -> i64 {
        let written = self.thread.and_then(Thread::made_at);
        let known = written.max(self.conversation.changed_at()).or_else(|| self.conversation.made_at());
        known.unwrap_or(self.request.now).min(self.request.now)
    }

    fn snapshot(&mut self) -> TicketSnapshot {
        let conversation = self.conversation;
        let is_gone = self.name.starts_with("convo.deleted");
        let status = if is_gone { Some("deleted".to_owned()) } else { conversation.status.clone() };
        let (assignees, team) = self.assignment();
        TicketSnapshot {
            id: self.request.qualified(&self.id),
            number: conversation.number.as_ref().map(LooseId::text),
            subject: conversation.subject.as_deref().map(|subject| Some(clip(subject, MAX_NAME_BYTES))),
            url: self.page().map(Some),
            status: status.map(Some),
            channel: conversation.kind.clone().map(Some),
            department: self.mailbox().map(Some),
            team: conversation.is_whole().then_some(team),
            assignees: conversation.is_whole().then_some(Some(assignees)),
            customer: conversation.customer().map(|person| Some(self.contact(person))),
            ..TicketSnapshot::default()
        }
    }

    fn assignment(&mut self) -> (Vec<Id>, Option<Id>) {
        let assignee = self.conversation.assignee.as_ref();
        let Some((person, id)) = assignee.and_then(|person| Some((person, person.id()?))) else {
            return (Vec::new(), None);
        };
        match person.kind() {
            PersonKind::Team => (Vec::new(), Some(self.people.team(&id, &person.name()))),
            PersonKind::System | PersonKind::Customer => (Vec::new(), None),
            PersonKind::User => (vec![self.people.agent(&id, person.email.as_deref(), &person.name())], None),
        }
    }

    /// The department of that mailbox, by number alone: the payload does not name it.
    fn mailbox(&self) -> Option<Id> {
        let id = self.conversation.mailbox_id.as_ref().and_then(LooseId::text)?;
        Some(self.people.department(Some(&id), &self.request.qualified(&id)))
    }

    fn page(&self) -> Option<String> {
        if let Some(page) = self.conversation.web_page() {
            return Some(page.to_owned());
        }
        let page = format!("{}/conversation/{}", self.request.base_url()?, self.id);
        let number = self.conversation.number.as_ref().and_then(LooseId::text);
        match (self.system, number) {
            (System::HelpScout, Some(number)) => Some(format!("{page}/{number}")),
            _ => Some(page),
        }
    }

    fn contact(&self, person: &Person) -> ContactRef {
        ContactRef {
            id: person.id().map(|id| self.request.qualified(&id)),
            name: Some(person.name()).filter(|name| !name.is_empty()),
            email: person.email.clone().filter(|email| !email.is_empty()),
            phone: person.phone.clone().filter(|phone| !phone.is_empty()),
        }
    }

    /// Who wrote the thread or is named in the line of the log; for a new conversation who began it.
    fn actor(&mut self, kind: EventType) -> Actor {
        let by_thread = self.thread.and_then(|thread| thread.created_by.as_ref());
        let conversation = self.conversation;
        let person = match kind {
            EventType::MessageReceived => return self.customer(by_thread),
            EventType::TicketCreated => conversation.created_by.as_ref().or(by_thread),
            EventType::TicketClosed => by_thread.or(conversation.closed_by_user.as_ref()),
            _ => by_thread,
        };
        let Some((person, id)) = person.and_then(|person| Some((person, person.id()?))) else {
            return Actor::default();
        };
        match person.kind() {
            PersonKind::Customer => self.customer(Some(person)),
            PersonKind::System | PersonKind::Team => Actor::default(),
            PersonKind::User => {
                let name = person.name();
                let id = self.people.agent(&id, person.email.as_deref(), &name);
                let name = Some(name).filter(|name| !name.is_empty());
                Actor { kind: ActorKind::Agent, id: Some(id), name, ..Actor::default() }
            }
        }
    }

    /// The customer who wrote; the conversation's own where the thread names none.
    fn customer(&self, writer: Option<&Person>) -> Actor {
        let own = self.conversation.customer();
        let writer = writer.filter(|person| person.kind() == PersonKind::Customer && person.id().is_some());
        let is_own = |person: &Person| own.and_then(Person::id) == person.id();
        // A thread names its writer by less than the conversation names its customer.
        let person = writer.filter(|person| !is_own(person)).or(own).or(writer);
        let contact = person.map(|person| self.contact(person)).unwrap_or_default();
        Actor { kind: ActorKind::Customer, id: contact.id, name: contact.name, ..Actor::default() }
    }

    fn message(&self) -> Option<Message> {
        let thread = self.thread?;
        let id = thread.id.as_ref()?.text()?;
        let html = thread.body.as_deref().map(|body| clip(body, MAX_MESSAGE_BYTES));
        let is_note = thread.kind() == ThreadKind::Note;
        let mentions = html.as_deref().filter(|_| is_note).map(|body| self.people.named_in(body)).unwrap_or_default();
        let attachment =
            |file: &File| Some(Attachment { name: clip(file.name()?, MAX_NAME_BYTES), url: file.url().to_owned() });
        Some(Message {
            url: self.page().filter(|_| self.system == System::FreeScout).map(|page| format!("{page}#thread-{id}")),
            id: Some(Id::from(id)),
            html,
            attachments: thread.files().filter_map(attachment).collect(),
            mentions,
            ..Message::default()
        })
    }
}

#[cfg(test)]
mod tests;
