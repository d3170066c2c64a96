//! Support Board: `{"function": "message-sent", "key": …, "sender-url": …, "data": {…}}`.
//!
//! Nothing is signed: the secret itself stands in the body as `key`, or, where none is set in Support Board, in the
//! address, `?token=`. There is no time and no delivery's id; messages and conversations are known by their numbers.

mod payload;

use self::payload::{Conversation, Hook, Keyed, Login, Named, Role, Sent, Status, StatusUpdate, Written, number};
use super::{
    HookRequest, Parsed,
    loose::{LooseTime, MAX_MESSAGE_BYTES, MAX_NAME_BYTES, clip},
    people::People,
    verify,
};
use crate::{
    domain::{
        Id, Millis,
        event::{Actor, ActorKind, ContactRef, Event, EventData, EventType, Message},
        ticket::TicketSnapshot,
    },
    error::{Error, Result},
    intake::json,
};

/// What has no number of its own and comes again within this is a repetition.
const REPEATED_WITHIN_MS: Millis = 60_000;

/// Functions that are fine and mean nothing to an agent's bell.
const SILENT: &[&str] =
    &["email-sent", "sms-sent", "message-deleted", "registration", "user-deleted", "rich-message", "new-email-address"];

/// Verifies and reads one delivery.
///
/// # Errors
/// As [`super::parse`].
pub fn parse(request: &HookRequest<'_>) -> Result<Parsed> {
    verify(request)?;
    let Named { function } = json::read(request.body, json::HOOK, "")?;
    let Some(function) = function else {
        return Err(wrong_system("/function", "it names no function"));
    };
    let mut reader = Reader { request, people: request.people() };
    let read = match function.as_str() {
        "message-sent" => reader.on_sent()?,
        "new-messages" => reader.on_messages()?,
        "new-conversation-created" | "new-conversation-received" => reader.on_conversation()?,
        "conversation-status-updated" => reader.on_status()?,
        "login" => reader.on_login()?,
        silent if SILENT.contains(&silent) => Err("this function of Support Board concerns no agent"),
        _ => Err("Support Board's function of this name is not known"),
    };
    let unmatched = reader.people.into_unmatched();
    Ok(match read {
        Ok(events) => Parsed { events, unmatched, ignored: None },
        Err(why) => Parsed { ignored: Some(why), unmatched, ..Parsed::default() },
    })
}

/// A body that cannot be read for its key has none: who may post is asked before what they post.
fn verify(request: &HookRequest<'_>) -> Result<()> {
    let key = serde_json::from_slice(request.body).map_or(None, |Keyed { key }| key).filter(|key| !key.is_empty());
    let token = || request.query.split('&').find_map(|pair| pair.strip_prefix("token="));
    verify::same_secret(key.as_deref().or_else(token), &request.source.secret)
}

fn wrong_system(pointer: &str, why: &str) -> Error {
    Error::invalid("hook.wrong_system", pointer, format!("this is no webhook of Support Board: {why}"))
}

/// Events, or why there are none.
type Read = std::result::Result<Vec<Event>, &'static str>;

struct Reader<'a> {
    request: &'a HookRequest<'a>,
    people: People<'a>,
}

impl Reader<'_> {
    fn on_sent(&mut self) -> Result<Read> {
        let Hook { data: sent } = json::read::<Hook<Sent>>(self.request.body, json::HOOK, "")?;
        let ids = (sent.conversation_id.as_ref().and_then(number), sent.message_id.as_ref().and_then(number));
        let (Some(conversation), Some(message_id)) = ids else {
            return Err(wrong_system("/data", "no conversation_id or no message_id"));
        };
        let sender = sent.user_id.as_ref().and_then(number);
        let customer = sent.conversation_user_id.as_ref().and_then(number);
        let is_customers = sender.is_some() && sender == customer;
        let ticket = TicketSnapshot {
            status: sent.conversation_status_code.map(|status| Some(status.word().to_owned())),
            channel: Some(Some(channel(sent.conversation_source.as_deref()))),
            customer: customer.as_deref().and_then(|id| self.known_contact(id)).map(Some),
            ..self.named(&conversation)
        };
        let (kind, actor) = match sender.as_deref() {
            Some(id) if is_customers => (EventType::MessageReceived, self.customer(id, "")),
            Some(id) => (EventType::ReplySent, self.agent_or_bot(id)),
            None => (EventType::ReplySent, Actor { kind: ActorKind::Bot, ..Actor::default() }),
        };
        let message = Message {
            id: Some(Id::from(message_id.as_str())),
            text: sent.message.as_deref().map(|text| clip(text, MAX_MESSAGE_BYTES)),
            attachments: sent.attachments,
            ..Message::default()
        };
        let data = EventData { actor, ticket: Some(ticket), message: Some(message), ..EventData::default() };
        Ok(Ok(vec![self.event(format!("message:{message_id}"), kind, None, data)]))
    }

    fn on_messages(&mut self) -> Result<Read> {
        let (conversation, id) = self.conversation()?;
        let is_answered = conversation.is_answered_by_bot();
        let mut events = Vec::new();
        for message in conversation.messages() {
            let Some(message_id) = message.id.as_ref().and_then(number) else { continue };
            let kind = match self.role(&conversation, message) {
                Role::Customer => EventType::MessageReceived,
                Role::Agent => EventType::ReplySent,
                Role::Bot | Role::Unknown => continue,
            };
            let mut data = self.message_data(&conversation, &id, message);
            data.bot_answered = is_answered && kind == EventType::MessageReceived;
            events.push(self.event(format!("message:{message_id}"), kind, message.made_at(), data));
        }
        Ok(if events.is_empty() { Err("none of the messages is a customer's or an agent's") } else { Ok(events) })
    }

    /// A new ticket, and, when a customer began it, its first message.
    fn on_conversation(&mut self) -> Result<Read> {
        let (conversation, id) = self.conversation()?;
        let made = conversation.details.creation_time.as_ref().and_then(LooseTime::millis);
        let bot_answered = conversation.is_answered_by_bot();
        let messages = conversation.messages();
        let opening = messages.iter().find(|message| message.id.as_ref().and_then(number).is_some());
        let mut data = match opening {
            Some(opening) => self.message_data(&conversation, &id, opening),
            None => EventData {
                actor: self.owner(&conversation),
                ticket: Some(self.snapshot(&conversation, &id)),
                ..EventData::default()
            },
        };
        data.bot_answered = bot_answered;
        let mut events = vec![self.event(format!("conversation:{id}"), EventType::TicketCreated, made, data)];
        let customers = opening.filter(|message| self.role(&conversation, message) == Role::Customer);
        if let Some((message, number)) = customers.and_then(|m| Some((m, m.id.as_ref().and_then(number)?))) {
            let data = EventData { first: true, bot_answered, ..self.message_data(&conversation, &id, message) };
            // `message-sent` of the same message comes as well and cannot say that it is the first. Only in a chat does
            // that make a difference, so there it is an event of its own.
            let is_chat = channel(conversation.details.source.as_deref()) == CHAT;
            let event_id = if is_chat { format!("first:{id}") } else { format!("message:{number}") };
            events.push(self.event(event_id, EventType::MessageReceived, message.made_at(), data));
        }
        Ok(Ok(events))
    }

    fn on_status(&mut self) -> Result<Read> {
        let Hook { data: update } = json::read::<Hook<StatusUpdate>>(self.request.body, json::HOOK, "")?;
        let Some(id) = update.conversation_id.as_ref().and_then(number) else {
            return Err(wrong_system("/data/conversation_id", "no conversation id"));
        };
        let Some(status) = update.status.filter(|status| matches!(status, Status::Archived | Status::Trashed)) else {
            return Ok(Err("only archiving and deleting change what an agent is told"));
        };
        let ticket = TicketSnapshot { status: Some(Some(status.word().to_owned())), ..self.named(&id) };
        let data = EventData { ticket: Some(ticket), ..EventData::default() };
        let event_id = format!("{}:{id}:{}", status.word(), self.request.now / REPEATED_WITHIN_MS);
        Ok(Ok(vec![self.event(event_id, EventType::TicketClosed, None, data)]))
    }

    /// A customer who logs in is there.
    fn on_login(&mut self) -> Result<Read> {
        let Hook { data: login } = json::read::<Hook<Login>>(self.request.body, json::HOOK, "")?;
        let user = login.details;
        let Some(id) = user.id.as_ref().and_then(number) else {
            return Err(wrong_system("/data/details/id", "no user id"));
        };
        if user.role() != Role::Customer {
            return Ok(Err("an agent's login is not told"));
        }
        let contact = ContactRef {
            id: Some(self.request.qualified(&id)),
            name: Some(user.name()).filter(|name| !name.is_empty()),
            email: user.email.filter(|email| !email.is_empty()),
            phone: None,
        };
        let actor = self.customer(&id, contact.name.as_deref().unwrap_or_default());
        let now = self.request.now;
        let data = EventData {
            actor,
            contact: Some(contact),
            online: Some(true),
            last_seen: Some(now),
            ..EventData::default()
        };
        let event_id = format!("login:{id}:{}", now / REPEATED_WITHIN_MS);
        Ok(Ok(vec![self.event(event_id, EventType::ContactPresence, None, data)]))
    }

    fn conversation(&self) -> Result<(Conversation, String)> {
        let Hook { data: conversation } = json::read::<Hook<Conversation>>(self.request.body, json::HOOK, "")?;
        match conversation.details.id.as_ref().and_then(number) {
            Some(id) => Ok((conversation, id)),
            None => Err(wrong_system("/data/details/id", "no conversation id")),
        }
    }

    fn event(&self, id: String, kind: EventType, written: Option<Millis>, data: EventData) -> Event {
        let time = written.unwrap_or(self.request.now).min(self.request.now);
        Event { source: self.request.event_source(), id: Id::from(id), kind, time, data }
    }

    /// The ticket by its number and address, and no more.
    fn named(&self, id: &str) -> TicketSnapshot {
        TicketSnapshot {
            id: self.request.qualified(id),
            number: Some(Some(id.to_owned())),
            url: self.request.base_url().map(|base| Some(format!("{base}?conversation={id}"))),
            ..TicketSnapshot::default()
        }
    }

    fn snapshot(&mut self, conversation: &Conversation, id: &str) -> TicketSnapshot {
        let details = &conversation.details;
        let title = details.title.as_deref().filter(|title| !title.is_empty());
        let department = details.department().map(|id| self.people.department(Some(&id), &self.request.qualified(&id)));
        let assignees = details.agent().map(|agent| agent.map(|id| vec![self.people.agent(&id, None, "")]));
        let customer = details.user_id.as_ref().and_then(number).map(|id| self.contact(&id, &details.name()));
        TicketSnapshot {
            subject: title.map(|title| Some(clip(title, MAX_NAME_BYTES))),
            status: details.status.map(|status| Some(status.word().to_owned())),
            channel: Some(Some(channel(details.source.as_deref()))),
            department: department.map(Some),
            assignees: assignees.map(|agents| Some(agents.unwrap_or_default())),
            customer: customer.filter(|contact| contact.name.is_some()).map(Some),
            ..self.named(id)
        }
    }

    fn message_data(&mut self, conversation: &Conversation, id: &str, message: &Written) -> EventData {
        let name = message.name();
        let sender = message.user_id.as_ref().and_then(number);
        let actor = match (self.role(conversation, message), sender) {
            (Role::Customer, Some(sender)) => self.customer(&sender, &name),
            (Role::Customer, None) => self.owner(conversation),
            (Role::Agent, Some(sender)) => {
                let id = self.people.agent(&sender, None, &name);
                let name = Some(name).filter(|name| !name.is_empty());
                Actor { kind: ActorKind::Agent, id: Some(id), name, ..Actor::default() }
            }
            _ => Actor { kind: ActorKind::Bot, name: Some(name).filter(|name| !name.is_empty()), ..Actor::default() },
        };
        let written = Message {
            id: message.id.as_ref().and_then(number).map(Id::from),
            text: message.message.as_deref().map(|text| clip(text, MAX_MESSAGE_BYTES)),
            attachments: message.attachments.clone(),
            ..Message::default()
        };
        let ticket = Some(self.snapshot(conversation, id));
        EventData { actor, ticket, message: Some(written), ..EventData::default() }
    }

    /// By the type of who wrote; without one it is the customer's when the conversation is theirs.
    fn role(&self, conversation: &Conversation, message: &Written) -> Role {
        let sender = message.user_id.as_ref().and_then(number);
        let is_owner = sender.is_some() && sender == conversation.details.user_id.as_ref().and_then(number);
        match message.role() {
            Role::Unknown if is_owner => Role::Customer,
            role => role,
        }
    }

    /// Whose conversation it is.
    fn owner(&self, conversation: &Conversation) -> Actor {
        let owner = conversation.details.user_id.as_ref().and_then(number);
        let customer = owner.map(|id| self.customer(&id, &conversation.details.name()));
        customer.unwrap_or(Actor { kind: ActorKind::Customer, ..Actor::default() })
    }

    fn customer(&self, id: &str, name: &str) -> Actor {
        let contact = self.contact(id, name);
        Actor { kind: ActorKind::Customer, id: contact.id, name: contact.name, ..Actor::default() }
    }

    /// With what the directory has of them: the payload says less.
    fn contact(&self, id: &str, name: &str) -> ContactRef {
        self.known_contact(id).unwrap_or_else(|| ContactRef {
            id: Some(self.request.qualified(id)),
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            ..ContactRef::default()
        })
    }

    fn known_contact(&self, id: &str) -> Option<ContactRef> {
        let contact = self.request.snapshot.directory.contact(&self.request.qualified(id))?;
        Some(ContactRef {
            id: Some(contact.id.clone()),
            name: Some(contact.name.clone()).filter(|name| !name.is_empty()),
            email: contact.email.clone(),
            phone: contact.phone.clone(),
        })
    }

    /// Somebody of the staff whom nothing but a number names. Whom nobody matches may be the bot, and must not become
    /// the agent who answered last.
    fn agent_or_bot(&mut self, id: &str) -> Actor {
        let agent = self.people.agent(id, None, "");
        match self.request.snapshot.directory.agent(&agent) {
            Some(known) => Actor {
                kind: ActorKind::Agent,
                name: Some(known.name.clone()).filter(|name| !name.is_empty()),
                id: Some(agent),
                ..Actor::default()
            },
            None => Actor { kind: ActorKind::Bot, ..Actor::default() },
        }
    }
}

const CHAT: &str = "chat";

/// Where a conversation came from; the chat on a page has no source.
fn channel(source: Option<&str>) -> String {
    let word = match source.map(str::trim).unwrap_or_default() {
        "" => CHAT,
        "em" => "email",
        "tm" => "sms",
        "wa" => "whatsapp",
        "fb" => "messenger",
        "ig" => "instagram",
        "tg" => "telegram",
        "tk" => "ticket",
        other => other,
    };
    clip(word, MAX_NAME_BYTES)
}

#[cfg(test)]
mod tests;
