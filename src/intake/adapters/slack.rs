//! Slack-compatible: what the Slack plugin of osTicket installations posts, `{"attachments": [{…}]}`. A customer made a
//! ticket (`"color": "good"`) or wrote a message (`"warning"`); it tells nothing else, and is silent about agents.
//!
//! It cannot sign: the secret stands in the address, `?token=`. It has no delivery id either, and never sends again; a
//! body that comes twice is the same event. Whatever is not answered with 200 it reports to osTicket's administrator.

use serde::Deserialize;

use super::{
    HookRequest, Parsed,
    loose::{LooseTime, MAX_KEY_BYTES, MAX_MESSAGE_BYTES, MAX_NAME_BYTES, clip},
    verify,
};
use crate::{
    domain::{
        event::{Actor, ActorKind, ContactRef, Event, EventData, EventType, Message},
        ticket::TicketSnapshot,
    },
    error::{Error, Result},
    intake::json,
};

#[derive(Deserialize)]
struct Hook {
    attachments: Option<Vec<Attachment>>,
}

/// Newer versions of the plugin have title and text here, older ones in `fields`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Attachment {
    pretext: Option<String>,
    color: Option<String>,
    title: Option<String>,
    title_link: Option<String>,
    text: Option<String>,
    footer: Option<String>,
    ts: Option<LooseTime>,
    fields: Vec<Field>,
}

/// `value` may be a number: newer versions count the ticket's open tasks in a field.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Field {
    title: Option<String>,
    title_link: Option<String>,
    value: serde_json::Value,
}

/// Verifies and reads one delivery.
///
/// # Errors
/// As [`super::parse`].
pub fn parse(request: &HookRequest<'_>) -> Result<Parsed> {
    verify::same_token(request.query, &request.source.secret)?;
    let hook: Hook = json::read(request.body, json::HOOK, "")?;
    let Some(attachment) = hook.attachments.as_ref().and_then(|attachments| attachments.first()) else {
        return Err(wrong_system(
            "/attachments",
            "this is no message of osTicket's Slack plugin: it has no attachment",
        ));
    };
    let Some(ticket) = TicketLink::read(attachment) else {
        return Err(wrong_system("/attachments/0/title_link", "no link to a ticket: scp/tickets.php?id=…"));
    };
    let kind = match attachment.color.as_deref() {
        Some("good") => EventType::TicketCreated,
        Some("warning") => EventType::MessageReceived,
        _ => return Ok(Parsed::ignored("neither a new ticket (good) nor a customer's message (warning)")),
    };
    Ok(Parsed { events: vec![event(request, kind, attachment, &ticket)], ..Parsed::default() })
}

fn wrong_system(pointer: &str, message: &str) -> Error {
    Error::invalid("hook.wrong_system", pointer, message)
}

/// What a ticket is known by: the title that links to it.
struct TicketLink<'a> {
    id: &'a str,
    url: &'a str,
    subject: Option<&'a str>,
}

impl<'a> TicketLink<'a> {
    fn read(attachment: &'a Attachment) -> Option<TicketLink<'a>> {
        let own = (attachment.title_link.as_deref(), attachment.title.as_deref());
        let fields = attachment.fields.iter().map(|field| (field.title_link.as_deref(), field.title.as_deref()));
        let mut titles = std::iter::once(own).chain(fields);
        titles.find_map(|(url, subject)| Some(TicketLink { id: ticket_id(url?)?, url: url?, subject }))
    }
}

/// `81` of `https://desk.example.com/scp/tickets.php?id=81`.
fn ticket_id(url: &str) -> Option<&str> {
    let (_, query) = url.split_once("tickets.php?")?;
    let id = query.split(['&', '#']).find_map(|pair| pair.strip_prefix("id="))?;
    let is_number = !id.is_empty() && id.len() <= 20 && id.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then_some(id)
}

fn event(request: &HookRequest<'_>, kind: EventType, attachment: &Attachment, ticket: &TicketLink<'_>) -> Event {
    let written = Written::read(attachment);
    let customer = ContactRef { name: written.name, email: written.email, ..ContactRef::default() };
    let people = request.people();
    let url = request.base_url().map(|base| format!("{base}/scp/tickets.php?id={}", ticket.id));
    let snapshot = TicketSnapshot {
        id: request.qualified(ticket.id),
        number: number(attachment.pretext.as_deref()).map(Some),
        subject: ticket.subject.map(|subject| Some(clip(subject, MAX_NAME_BYTES))),
        url: Some(Some(url.unwrap_or_else(|| ticket.url.to_owned()))),
        department: written.department.map(|name| Some(people.department(None, &name))),
        customer: customer.name.is_some().then(|| Some(customer.clone())),
        ..TicketSnapshot::default()
    };
    let data = EventData {
        actor: Actor { kind: ActorKind::Customer, name: customer.name, ..Actor::default() },
        ticket: Some(snapshot),
        message: Some(Message { text: Some(written.text), ..Message::default() }),
        ..EventData::default()
    };
    let time = attachment.ts.as_ref().and_then(LooseTime::millis).unwrap_or(request.now).min(request.now);
    Event { source: request.event_source(), id: request.digest(), kind, time, data }
}

/// `New Ticket <https://…/scp/tickets.php?id=81|#123456> created` → `123456`.
fn number(pretext: Option<&str>) -> Option<String> {
    let (_, after) = pretext?.split_once("|#")?;
    let number = after.split('>').next()?.trim();
    Some(clip(number, MAX_NAME_BYTES)).filter(|number| !number.is_empty())
}

/// What stands in the text, as the plugin's template has it unless somebody changed it.
struct Written {
    name: Option<String>,
    email: Option<String>,
    department: Option<String>,
    text: String,
}

impl Written {
    fn read(attachment: &Attachment) -> Written {
        let footer = attachment.footer.as_deref().and_then(|footer| footer.strip_prefix("Department: "));
        let department = footer.map(|name| clip(name.trim(), MAX_KEY_BYTES));
        let old = attachment.fields.iter().find_map(|field| field.value.as_str()?.strip_prefix("Created by "));
        let written = match (attachment.text.as_deref(), old) {
            (Some(text), _) => Written::with_heading(text),
            (None, Some(text)) => Written::of_old(text),
            (None, None) => {
                Written::plain(attachment.fields.iter().find_map(|field| field.value.as_str()).unwrap_or(""))
            }
        };
        Written { department: written.department.or(department).filter(|name| !name.is_empty()), ..written }
    }

    /// The template as it is shipped, the message in a fence below it:
    /// `Carla Reis (carla@example.org) in *Support* _General_`. Read from its end: the name in front is the customer's to
    /// choose, and must not be able to say anything about address and department.
    fn with_heading(text: &str) -> Written {
        let (heading, message) = text.split_once('\n').unwrap_or(("", text));
        let read = || {
            let (person, place) = heading.rsplit_once(" in *")?;
            let (name, email) = person.strip_suffix(')')?.rsplit_once(" (")?;
            let (department, _) = place.split_once('*')?;
            Some((clip(name, MAX_NAME_BYTES), clip(email, MAX_NAME_BYTES), clip(department, MAX_KEY_BYTES)))
        };
        let Some((name, email, department)) = read() else { return Written::plain(text) };
        Written { name: Some(name), email: Some(email), department: Some(department), text: plain(message) }
    }

    /// `Carla Reis (carla@example.org) It is still broken.` Nothing says where the name ends, so the address is left out.
    fn of_old(text: &str) -> Written {
        let name = text.split_once(" (").map(|(name, _)| clip(name, MAX_NAME_BYTES));
        let after = text.split_once(") ").map_or(text, |(_, message)| message);
        Written { name, ..Written::plain(after) }
    }

    fn plain(text: &str) -> Written {
        Written { name: None, email: None, department: None, text: plain(text) }
    }
}

/// Without the fence, and without Slack's escapes: the plugin escapes twice.
fn plain(text: &str) -> String {
    let text = text.trim().trim_start_matches("```").trim_end_matches("```").trim();
    clip(text, MAX_MESSAGE_BYTES).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
}

#[cfg(test)]
mod tests;
