//! Chatwoot: account webhooks and API inboxes, `{"event": "message_created", …}`.
//!
//! Signature since 4.11.2: `X-Chatwoot-Signature: sha256=<hex>`, HMAC-SHA256 of `<timestamp>.<raw body>`, with
//! `X-Chatwoot-Timestamp` in seconds. Older ones do not sign: for them the secret stands in the URL, `?token=`.
//! `X-Chatwoot-Delivery` stays over retries.

mod payload;

use self::payload::{Conversation, ConversationHook, MessageHook, MessageType, Named, Person, PersonKind, Status};
use super::{
    HookRequest, Parsed,
    loose::{LooseId, LooseTime, MAX_MESSAGE_BYTES, MAX_NAME_BYTES, clip},
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

/// A first message stands this close to the making of its conversation.
const FIRST_WITHIN_MS: i64 = 5_000;

/// People mentioned in one message; the rest of a longer list is left as it stands.
const MAX_MENTIONS: usize = 1_000;

/// Events that are fine and mean nothing to an agent's bell.
const SILENT: &[&str] = &[
    "message_updated",
    "webwidget_triggered",
    "contact_created",
    "contact_updated",
    "inbox_created",
    "inbox_updated",
    "conversation_typing_on",
    "conversation_typing_off",
];

/// Verifies and reads one delivery.
///
/// # Errors
/// As [`super::parse`].
pub fn parse(request: &HookRequest<'_>) -> Result<Parsed> {
    verify(request)?;
    let Named { event } = json::read(request.body, json::HOOK, "")?;
    let Some(event) = event else {
        return Err(Error::invalid("hook.wrong_system", "/event", "this is no webhook of Chatwoot: it names no event"));
    };
    match event.as_str() {
        "message_created" => on_message(request),
        "conversation_created" => on_conversation(request, |_, _| Ok(EventType::TicketCreated)),
        "conversation_updated" => on_conversation(request, |hook, _| assignment(hook)),
        "conversation_status_changed" => on_conversation(request, status_change),
        "conversation_opened" => on_conversation(request, |hook, _| reopened(hook)),
        "conversation_resolved" => on_conversation(request, |_, _| Ok(EventType::TicketClosed)),
        silent if SILENT.contains(&silent) => Ok(Parsed::ignored("this event of Chatwoot concerns no agent")),
        _ => Ok(Parsed::ignored("Chatwoot's event of this name is not known")),
    }
}

fn verify(request: &HookRequest<'_>) -> Result<()> {
    let signature = request.headers.header("x-chatwoot-signature");
    if signature.is_none() {
        return verify::same_token(request.query, &request.source.secret);
    }
    let timestamp = request.headers.header("x-chatwoot-timestamp");
    let signed = timestamp.unwrap_or_default().as_bytes();
    let ours = verify::hmac_sha256(&request.source.secret, &[signed, b".", request.body]);
    verify::same_hex(signature, "sha256=", &ours)?;
    verify::is_recent(timestamp, request.now)
}

/// Why nothing comes of a delivery.
type Ignored = &'static str;

fn assignment(hook: &ConversationHook) -> std::result::Result<EventType, Ignored> {
    let has = |field| hook.changed(field).is_some();
    if !has("assignee_id") && !has("team_id") {
        return Err("neither the assignee nor the team changed");
    }
    let is_cleared = |field| hook.changed(field).is_none_or(|change| change.current.is_null());
    if is_cleared("assignee_id") && is_cleared("team_id") {
        return Ok(EventType::TicketUnassigned);
    }
    Ok(EventType::TicketAssigned)
}

fn status_change(hook: &ConversationHook, status: Option<Status>) -> std::result::Result<EventType, Ignored> {
    let before = hook.changed("status").and_then(|change| Status::parse(change.previous.as_str()?));
    match (before, status) {
        (_, Some(Status::Resolved)) => Ok(EventType::TicketClosed),
        // A version that does not say what it was before: opened is then most likely opened again.
        (Some(Status::Resolved) | None, Some(Status::Open)) => reopened(hook),
        _ => Err("only resolving and reopening change what an agent is told"),
    }
}

/// An agent who opens a conversation again knows of it; a customer who does wrote the last message.
fn reopened(hook: &ConversationHook) -> std::result::Result<EventType, Ignored> {
    let last = hook.conversation.messages.last();
    if last.is_some_and(|message| message.message_type != Some(MessageType::Incoming)) {
        return Err("reopened by hand, not by the customer");
    }
    Ok(EventType::TicketReopened)
}

fn on_conversation(
    request: &HookRequest<'_>,
    decide: impl Fn(&ConversationHook, Option<Status>) -> std::result::Result<EventType, Ignored>,
) -> Result<Parsed> {
    let hook: ConversationHook = json::read(request.body, json::HOOK, "")?;
    let Some(id) = hook.conversation.id.as_ref().and_then(LooseId::text) else {
        return Err(Error::invalid("hook.wrong_system", "/id", "this is no webhook of Chatwoot: no conversation id"));
    };
    match decide(&hook, hook.conversation.status()) {
        Err(why) => Ok(Parsed::ignored(why)),
        Ok(kind) => {
            let account = hook.account_id();
            let mut reader =
                Reader { request, conversation: &hook.conversation, id, account, people: request.people() };
            let data = reader.conversation_data(kind, &hook);
            let event = reader.event(kind, None, data);
            Ok(Parsed { events: vec![event], unmatched: reader.people.into_unmatched(), ignored: None })
        }
    }
}

fn on_message(request: &HookRequest<'_>) -> Result<Parsed> {
    let hook: MessageHook = json::read(request.body, json::HOOK, "")?;
    let found = hook.conversation.as_ref().and_then(|known| Some((known, known.id.as_ref()?.text()?)));
    let Some((conversation, id)) = found else {
        return Err(Error::invalid(
            "hook.wrong_system",
            "/conversation/id",
            "this is no webhook of Chatwoot: no conversation id",
        ));
    };
    let kind = match hook.message_type {
        Some(MessageType::Incoming) => EventType::MessageReceived,
        Some(MessageType::Outgoing) if hook.private => EventType::NoteAdded,
        Some(MessageType::Outgoing) => EventType::ReplySent,
        _ => return Ok(Parsed::ignored("activity and template messages are written by Chatwoot itself")),
    };
    let account = hook.account_id();
    let mut reader = Reader { request, conversation, id, account, people: request.people() };
    let data = reader.message_data(kind, &hook);
    let event = reader.event(kind, hook.created_at.as_ref().and_then(LooseTime::millis), data);
    Ok(Parsed { events: vec![event], unmatched: reader.people.into_unmatched(), ignored: None })
}

struct Reader<'a> {
    request: &'a HookRequest<'a>,
    conversation: &'a Conversation,
    id: String,
    account: Option<String>,
    people: People<'a>,
}

impl Reader<'_> {
    fn event(&self, kind: EventType, written: Option<i64>, data: EventData) -> Event {
        let time = written.max(self.conversation.changed_at()).unwrap_or(self.request.now);
        let id = match self.request.headers.header("x-chatwoot-delivery").filter(|id| !id.is_empty()) {
            Some(id) => Id::from(clip(id, crate::domain::MAX_ID_CHARS)),
            // Versions without delivery ids: a digest of what was sent, so that a retry is the same event.
            None => self.request.digest(),
        };
        Event { source: self.request.event_source(), id, kind, time: time.min(self.request.now), data }
    }

    fn conversation_data(&mut self, kind: EventType, hook: &ConversationHook) -> EventData {
        let ticket = self.snapshot();
        let mut data = EventData { bot_answered: self.is_bots(kind), ..EventData::default() };
        match kind {
            EventType::TicketCreated => data.actor = self.customer_actor(),
            EventType::TicketReopened => {
                data.actor = self.customer_actor();
                data.message = self.last_message();
            }
            EventType::TicketAssigned => {
                let is_new = |field| hook.changed(field).is_some_and(|change| !change.current.is_null());
                let agents = ticket.assignees.clone().flatten().filter(|_| is_new("assignee_id")).unwrap_or_default();
                let team = ticket.team.clone().flatten().filter(|_| is_new("team_id"));
                data.assigned = Some(Assigned { agents, team, by_rule: false });
            }
            _ => {}
        }
        data.ticket = Some(ticket);
        data
    }

    fn message_data(&mut self, kind: EventType, hook: &MessageHook) -> EventData {
        let created = self.conversation.created_at.as_ref().and_then(LooseTime::millis);
        let written = hook.created_at.as_ref().and_then(LooseTime::millis);
        let is_first = created.zip(written).is_some_and(|(made, at)| (at - made).abs() <= FIRST_WITHIN_MS);
        EventData {
            actor: self.sender(kind, hook),
            ticket: Some(self.snapshot()),
            first: kind == EventType::MessageReceived && is_first,
            bot_answered: self.is_bots(kind),
            message: self.message(hook),
            ..EventData::default()
        }
    }

    /// A pending conversation is the bot's until it hands over.
    fn is_bots(&self, kind: EventType) -> bool {
        matches!(kind, EventType::MessageReceived | EventType::TicketCreated)
            && self.conversation.status() == Some(Status::Pending)
    }

    fn snapshot(&mut self) -> TicketSnapshot {
        let conversation = self.conversation;
        let team = conversation.meta.team.as_ref();
        let team = team.and_then(|team| Some(self.people.team(&team.id()?, team.name().unwrap_or(""))));
        let subject = conversation.additional_attributes.as_ref().and_then(|more| more.mail_subject.as_deref());
        TicketSnapshot {
            id: self.request.qualified(&self.id),
            number: Some(Some(self.id.clone())),
            subject: subject.map(|subject| Some(clip(subject, MAX_NAME_BYTES))),
            url: self.page().map(Some),
            status: conversation.status.clone().map(Some),
            priority: conversation.priority.clone(),
            channel: conversation.channel_word().map(Some),
            department: conversation.inbox_name().map(|(id, name)| Some(self.people.department(id.as_deref(), name))),
            team: conversation.meta.is_given.then_some(team),
            assignees: conversation.meta.is_given.then(|| Some(self.assignees())),
            customer: conversation.meta.sender.as_ref().map(|sender| Some(self.contact(sender))),
            ..TicketSnapshot::default()
        }
    }

    fn page(&self) -> Option<String> {
        let (base, account) = (self.request.base_url()?, self.account.as_ref()?);
        Some(format!("{base}/app/accounts/{account}/conversations/{}", self.id))
    }

    fn assignees(&mut self) -> Vec<Id> {
        let assignee = self.conversation.meta.assignee.as_ref();
        assignee.and_then(|person| self.agent(person)).into_iter().collect()
    }

    /// None for a bot, and for who has no id.
    fn agent(&mut self, person: &Person) -> Option<Id> {
        let id = person.id.as_ref().and_then(LooseId::text)?;
        let is_person = !matches!(person.kind, Some(PersonKind::AgentBot | PersonKind::Contact));
        is_person.then(|| self.people.agent(&id, person.email.as_deref(), &person.name()))
    }

    fn contact(&self, person: &Person) -> ContactRef {
        ContactRef {
            id: person.id.as_ref().and_then(LooseId::text).map(|id| self.request.qualified(&id)),
            name: Some(person.name()).filter(|name| !name.is_empty()),
            email: person.email.clone().filter(|email| !email.is_empty()),
            phone: person.phone_number.clone().filter(|phone| !phone.is_empty()),
        }
    }

    fn customer_actor(&self) -> Actor {
        let sender = self.conversation.meta.sender.as_ref();
        let contact = sender.map(|person| self.contact(person)).unwrap_or_default();
        Actor { kind: ActorKind::Customer, id: contact.id, name: contact.name, ..Actor::default() }
    }

    fn sender(&mut self, kind: EventType, hook: &MessageHook) -> Actor {
        let Some(person) = hook.sender.as_ref().or(hook.contact.as_ref()) else {
            return if kind == EventType::MessageReceived { self.customer_actor() } else { Actor::default() };
        };
        let name = Some(person.name()).filter(|name| !name.is_empty());
        if kind == EventType::MessageReceived {
            let id = self.contact(person).id;
            return Actor { kind: ActorKind::Customer, id, name, ..Actor::default() };
        }
        match self.agent(person) {
            Some(id) => Actor { kind: ActorKind::Agent, id: Some(id), name, ..Actor::default() },
            None => Actor { kind: ActorKind::Bot, name, ..Actor::default() },
        }
    }

    fn message(&mut self, hook: &MessageHook) -> Option<Message> {
        let id = hook.id.as_ref().and_then(LooseId::text)?;
        let content = clip(hook.content.as_deref().unwrap_or(""), MAX_MESSAGE_BYTES);
        let (text, mentions) = self.read_mentions(&content);
        let attachments = hook
            .attachments
            .iter()
            .filter_map(payload::File::attachment)
            .map(|(name, url)| Attachment { name: clip(&name, MAX_NAME_BYTES), url });
        Some(Message {
            url: self.page().map(|page| format!("{page}?messageId={id}")),
            id: Some(Id::from(id)),
            text: Some(text),
            mentions,
            attachments: attachments.collect(),
            ..Message::default()
        })
    }

    fn last_message(&self) -> Option<Message> {
        let last = self.conversation.messages.last()?;
        let id = last.id.as_ref().and_then(LooseId::text)?;
        Some(Message {
            url: self.page().map(|page| format!("{page}?messageId={id}")),
            id: Some(Id::from(id)),
            text: last.content.as_deref().map(|content| clip(content, MAX_MESSAGE_BYTES)),
            ..Message::default()
        })
    }

    /// `[@Ana](mention://user/3/Ana)` and `(mention://team/2/support)`: the people, and the text as one reads it.
    fn read_mentions(&mut self, content: &str) -> (String, Vec<Id>) {
        let (mut text, mut mentions) = (String::with_capacity(content.len()), Vec::new());
        let mut rest = content;
        while let Some((before, after)) = rest.split_once("(mention://").filter(|_| mentions.len() < MAX_MENTIONS) {
            let (target, next) = after.split_once(')').unwrap_or((after, ""));
            text.push_str(without_label(before));
            let mut parts = target.splitn(3, '/');
            let (what, id, name) = (parts.next(), parts.next().unwrap_or(""), parts.next().unwrap_or(id_of(target)));
            let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
            match what {
                Some("team") => mentions.extend(self.team_members(id, &name)),
                _ => mentions.push(self.people.agent(id, None, &clip(&name, MAX_NAME_BYTES))),
            }
            text.push_str(&name);
            rest = next;
        }
        text.push_str(rest);
        mentions.truncate(MAX_MENTIONS);
        (text, mentions)
    }

    fn team_members(&self, id: &str, name: &str) -> Vec<Id> {
        let team = self.request.snapshot.directory.team(&self.people.team(id, name));
        team.map(|team| team.members.iter().map(|member| member.agent.clone()).collect()).unwrap_or_default()
    }
}

fn id_of(target: &str) -> &str {
    target.rsplit('/').next().unwrap_or(target)
}

/// The words before a mention without its label: `Hi [@Ana]` → `Hi `.
fn without_label(before: &str) -> &str {
    let label = before.strip_suffix(']').and_then(|inside| inside.rfind('['));
    label.map_or(before, |start| &before[..start])
}

#[cfg(test)]
mod tests;
