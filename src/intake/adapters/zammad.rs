//! Zammad: triggers and schedulers with a webhook. The body is `{"ticket": …, "article": …}` and names no event: the
//! trigger's name says it (`bellhop:customer_reply`), or an `event` in a custom payload, else the article does.
//!
//! Signature: `X-Hub-Signature: sha1=<hex>`, HMAC-SHA1 of the raw body. `X-Zammad-Delivery` stays over retries.

use serde::{Deserialize, de};

use super::{
    HookRequest, Parsed,
    loose::{LooseId, LooseName, LooseTime, MAX_MESSAGE_BYTES, MAX_NAME_BYTES, clip},
    people::People,
    verify,
};
use crate::{
    domain::{
        Id,
        event::{
            Actor, ActorKind, Assigned, Attachment, ContactRef, Escalation, Event, EventData, EventType, Message,
            Urgency,
        },
        ticket::TicketSnapshot,
    },
    error::{Error, Result},
    intake::json,
};

/// Zammad's user for "nobody" and for the system itself.
const NOBODY: &str = "1";

#[derive(Deserialize)]
struct Hook {
    event: Option<String>,
    ticket: Option<Ticket>,
    article: Option<Article>,
}

#[derive(Deserialize)]
struct Ticket {
    id: Option<LooseId>,
    number: Option<LooseId>,
    title: Option<String>,
    state: Option<LooseName>,
    priority: Option<LooseName>,
    group: Option<LooseName>,
    owner: Option<Person>,
    customer: Option<Person>,
    updated_by: Option<Person>,
    updated_at: Option<LooseTime>,
    article_count: Option<i64>,
    create_article_type: Option<String>,
}

/// Articles are `{}` where the trigger had none.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Article {
    id: Option<LooseId>,
    body: Option<String>,
    content_type: Option<String>,
    internal: bool,
    sender: Option<LooseName>,
    created_by: Option<Person>,
    created_at: Option<LooseTime>,
    attachments: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    filename: Option<String>,
    url: Option<String>,
}

/// A user in full, or only the login, as older versions spell some of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Person {
    Full(Box<User>),
    Other(de::IgnoredAny),
}

#[derive(Deserialize)]
struct User {
    id: Option<LooseId>,
    email: Option<String>,
    firstname: Option<String>,
    lastname: Option<String>,
    login: Option<String>,
    phone: Option<String>,
}

impl User {
    fn name(&self) -> String {
        let names = [self.firstname.as_deref(), self.lastname.as_deref()];
        let full = names.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let name = if full.is_empty() { self.login.clone().unwrap_or_default() } else { full };
        clip(&name, MAX_NAME_BYTES)
    }
}

impl Person {
    fn full(&self) -> Option<&User> {
        match self {
            Person::Full(user) => Some(user),
            Person::Other(_) => None,
        }
    }

    /// The id, none for nobody.
    fn id(&self) -> Option<String> {
        self.full()?.id.as_ref()?.text().filter(|id| id != NOBODY)
    }
}

/// What a trigger is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Event(EventType),
    Emergency,
    Reply,
}

const WHATS: &[(&str, What)] = &[
    ("ticket_created", What::Event(EventType::TicketCreated)),
    ("customer_reply", What::Event(EventType::MessageReceived)),
    ("agent_reply", What::Reply),
    ("note", What::Event(EventType::NoteAdded)),
    ("assigned", What::Event(EventType::TicketAssigned)),
    ("unassigned", What::Event(EventType::TicketUnassigned)),
    ("transferred", What::Event(EventType::TicketTransferred)),
    ("escalated", What::Event(EventType::TicketEscalated)),
    ("emergency", What::Emergency),
    ("critical", What::Event(EventType::TicketUrgencyChanged)),
    ("overdue", What::Event(EventType::TicketOverdue)),
    ("budget_locked", What::Event(EventType::TicketBudgetLocked)),
    ("doc_review", What::Event(EventType::TicketDocReviewRequested)),
    ("reopened", What::Event(EventType::TicketReopened)),
    ("closed", What::Event(EventType::TicketClosed)),
    ("merged", What::Event(EventType::TicketMerged)),
];

/// Verifies and reads one delivery.
///
/// # Errors
/// As [`super::parse`].
pub fn parse(request: &HookRequest<'_>) -> Result<Parsed> {
    let ours = verify::hmac_sha1(&request.source.secret, &[request.body]);
    verify::same_hex(request.headers.header("x-hub-signature"), "sha1=", &ours)?;
    let hook: Hook = json::read(request.body, json::HOOK, "")?;
    let Some((ticket, ticket_id)) = hook.ticket.as_ref().and_then(|ticket| Some((ticket, ticket.id.as_ref()?.text()?)))
    else {
        return Err(Error::invalid(
            "hook.wrong_system",
            "/ticket/id",
            "this is no webhook of Zammad: it has no ticket id",
        ));
    };
    let article = hook.article.as_ref().filter(|article| article.id.is_some());
    let what = match named(request, hook.event.as_deref()) {
        Some(name) => WHATS.iter().find(|(known, _)| *known == name).map(|(_, what)| *what),
        None => derived(ticket, article),
    };
    let Some(what) = what else {
        let why = "the trigger's name is not one of bellhop:<event>, and the article does not say what happened";
        return Ok(Parsed::ignored(why));
    };
    let mut reader = Reader { request, ticket, ticket_id, article, people: request.people() };
    let event = reader.event(what);
    Ok(Parsed { events: vec![event], unmatched: reader.people.into_unmatched(), ignored: None })
}

/// What the custom payload or the trigger's name says: `bellhop:customer_reply`, with whatever words follow a space.
fn named<'a>(request: &HookRequest<'a>, event: Option<&'a str>) -> Option<&'a str> {
    let trigger = request.headers.header("x-zammad-trigger");
    let name = event.or_else(|| trigger?.trim().strip_prefix("bellhop:"))?;
    name.trim().strip_prefix("bellhop:").unwrap_or(name).split_whitespace().next()
}

fn derived(ticket: &Ticket, article: Option<&Article>) -> Option<What> {
    let article = article?;
    let is_first = ticket.article_count == Some(1);
    match article.sender.as_ref().and_then(LooseName::name)? {
        _ if article.internal => Some(What::Event(EventType::NoteAdded)),
        "Customer" | "Agent" if is_first => Some(What::Event(EventType::TicketCreated)),
        "Customer" => Some(What::Event(EventType::MessageReceived)),
        "Agent" => Some(What::Reply),
        _ => None,
    }
}

struct Reader<'a> {
    request: &'a HookRequest<'a>,
    ticket: &'a Ticket,
    ticket_id: String,
    article: Option<&'a Article>,
    people: People<'a>,
}

impl Reader<'_> {
    fn event(&mut self, what: What) -> Event {
        let kind = match what {
            What::Event(EventType::TicketAssigned) if self.owner_id().is_none() => EventType::TicketUnassigned,
            What::Event(kind) => kind,
            What::Emergency => EventType::TicketEscalated,
            What::Reply => EventType::ReplySent,
        };
        let assignees = self.assignees();
        let actor = self.actor(kind);
        let mut data = EventData { ticket: Some(self.snapshot(&assignees)), ..EventData::default() };
        match kind {
            EventType::TicketAssigned => {
                let by_rule = actor.kind == ActorKind::System;
                data.assigned = Some(Assigned { agents: assignees, team: None, by_rule });
            }
            EventType::TicketEscalated if what == What::Emergency => data.escalation = Some(Escalation::Emergency),
            EventType::TicketEscalated => data.escalation = Some(Escalation::Normal),
            EventType::TicketUrgencyChanged => data.urgency = Some(Urgency::Critical),
            EventType::MessageReceived
            | EventType::ReplySent
            | EventType::NoteAdded
            | EventType::TicketCreated
            | EventType::TicketReopened => data.message = self.message(),
            _ => {}
        }
        data.actor = actor;
        Event { source: self.request.event_source(), id: self.delivery_id(), kind, time: self.time(), data }
    }

    /// The delivery's id; for a helpdesk that sends none a digest of what it sent, so that a retry is the same event.
    fn delivery_id(&self) -> Id {
        match self.request.headers.header("x-zammad-delivery").filter(|id| !id.is_empty()) {
            Some(id) => Id::from(clip(id, crate::domain::MAX_ID_CHARS)),
            None => self.request.digest(),
        }
    }

    /// The ticket's own time: that of the snapshot which the body holds, later than the article's.
    fn time(&self) -> i64 {
        let ticket = self.ticket.updated_at.as_ref().and_then(LooseTime::millis);
        let article = || self.article?.created_at.as_ref()?.millis();
        ticket.or_else(article).unwrap_or(self.request.now).min(self.request.now)
    }

    fn owner_id(&self) -> Option<String> {
        self.ticket.owner.as_ref()?.id()
    }

    fn assignees(&mut self) -> Vec<Id> {
        let owner = self.ticket.owner.as_ref().and_then(Person::full);
        let (Some(id), Some(owner)) = (self.owner_id(), owner) else {
            return Vec::new();
        };
        vec![self.people.agent(&id, owner.email.as_deref(), &owner.name())]
    }

    fn snapshot(&self, assignees: &[Id]) -> TicketSnapshot {
        let ticket = self.ticket;
        let base = self.request.base_url();
        let customer = ticket.customer.as_ref().and_then(Person::full);
        let group = ticket.group.as_ref();
        let department = group.and_then(|group| Some(self.people.department(group.id().as_deref(), group.name()?)));
        TicketSnapshot {
            id: self.request.qualified(&self.ticket_id),
            number: Some(ticket.number.as_ref().and_then(LooseId::text)),
            subject: ticket.title.as_deref().map(|title| Some(clip(title, MAX_NAME_BYTES))),
            url: base.map(|base| Some(format!("{base}/#ticket/zoom/{}", self.ticket_id))),
            status: ticket.state.as_ref().map(|state| state.name().map(str::to_owned)),
            priority: ticket.priority.as_ref().map(|priority| priority.name().map(str::to_owned)),
            channel: ticket.create_article_type.clone().map(Some),
            department: department.map(Some),
            // Without an owner in the payload nothing is known of the assignment, which is not the same as nobody.
            assignees: ticket.owner.is_some().then(|| Some(assignees.to_vec())),
            customer: customer.map(|user| Some(self.contact(user))),
            ..TicketSnapshot::default()
        }
    }

    fn contact(&self, user: &User) -> ContactRef {
        ContactRef {
            id: user.id.as_ref().and_then(LooseId::text).map(|id| self.request.qualified(&id)),
            name: Some(user.name()).filter(|name| !name.is_empty()),
            email: user.email.clone().filter(|email| !email.is_empty()),
            phone: user.phone.clone().filter(|phone| !phone.is_empty()),
        }
    }

    /// Who wrote the article, for what an article brings; else who changed the ticket.
    fn actor(&mut self, kind: EventType) -> Actor {
        use EventType::{MessageReceived, NoteAdded, ReplySent, TicketCreated, TicketReopened};
        let by_article = matches!(kind, MessageReceived | NoteAdded | ReplySent | TicketCreated | TicketReopened);
        let article = self.article.filter(|_| by_article);
        let sender = article.and_then(|article| article.sender.as_ref()?.name());
        // A message that an agent took down on the phone is the customer's: Zammad says so by `sender`.
        if kind == MessageReceived || sender == Some("Customer") {
            return self.customer();
        }
        let writer = article.and_then(|article| article.created_by.as_ref());
        let Some(user) = writer.or(self.ticket.updated_by.as_ref()).and_then(Person::full) else {
            return Actor::default();
        };
        let Some(id) = user.id.as_ref().and_then(LooseId::text).filter(|id| id != NOBODY) else {
            return Actor::default();
        };
        if sender.is_none() && self.ticket.customer.as_ref().and_then(Person::id).as_ref() == Some(&id) {
            return self.customer();
        }
        let name = user.name();
        let id = self.people.agent(&id, user.email.as_deref(), &name);
        Actor { kind: ActorKind::Agent, id: Some(id), name: Some(name).filter(|n| !n.is_empty()), ..Actor::default() }
    }

    fn customer(&self) -> Actor {
        let user = self.ticket.customer.as_ref().and_then(Person::full);
        let contact = user.map(|user| self.contact(user)).unwrap_or_default();
        Actor { kind: ActorKind::Customer, id: contact.id, name: contact.name, ..Actor::default() }
    }

    fn message(&mut self) -> Option<Message> {
        let article = self.article?;
        let id = article.id.as_ref()?.text()?;
        let body = article.body.as_deref().map(|body| clip(body, MAX_MESSAGE_BYTES));
        let is_html = article.content_type.as_deref().is_some_and(|kind| kind.starts_with("text/html"));
        let mentions = body.as_deref().map(|body| self.mentions(body)).unwrap_or_default();
        let (text, html) = if is_html { (None, body) } else { (body, None) };
        let url = self.request.base_url().map(|base| format!("{base}/#ticket/zoom/{}/{id}", self.ticket_id));
        let attachments = article.attachments.iter().filter_map(|file| {
            Some(Attachment { name: file.filename.clone()?, url: file.url.clone().unwrap_or_default() })
        });
        Some(Message { id: Some(Id::from(id)), text, html, url, mentions, attachments: attachments.collect() })
    }

    /// `<a href="…" data-mention-user-id="5" …>Name</a>`, as the editor writes a mention.
    fn mentions(&mut self, html: &str) -> Vec<Id> {
        let mut mentions = Vec::new();
        for part in html.split("data-mention-user-id=\"").skip(1).take(1_000) {
            let id: String = part.chars().take_while(char::is_ascii_digit).collect();
            let name = part.split_once('>').and_then(|(_, text)| text.split_once('<')).map_or("", |(name, _)| name);
            if !id.is_empty() {
                mentions.push(self.people.agent(&id, None, &clip(name, MAX_NAME_BYTES)));
            }
        }
        mentions.dedup();
        mentions
    }
}

#[cfg(test)]
mod tests;
