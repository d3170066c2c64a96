//! What every event must keep to, wherever it came from, so that nothing behind intake has to doubt it.

use crate::{
    domain::{
        Id, MAX_ID_CHARS,
        event::{ContactRef, Event, EventData, EventType, Message},
        ticket::TicketSnapshot,
    },
    error::{Error, FieldError, Invalid, Result},
};

/// Bytes of a name, subject, URL or status word. Message texts are bounded by the event's size alone.
pub const MAX_TEXT_BYTES: usize = 8 * 1024;
/// Agents or contacts named in one list.
pub const MAX_NAMES: usize = 1_000;

/// Gathers what is wrong with one event; pointers start at `at`, the event's place in the body.
#[derive(Debug)]
pub struct Problems<'a> {
    at: &'a str,
    code: Option<&'static str>,
    errors: Vec<FieldError>,
}

impl<'a> Problems<'a> {
    /// None yet.
    pub fn new(at: &'a str) -> Problems<'a> {
        Problems { at, code: None, errors: Vec::new() }
    }

    /// Notes one; the first one's code names the whole.
    pub fn add(&mut self, code: &'static str, pointer: &str, message: impl Into<String>) {
        self.code.get_or_insert(code);
        self.errors.push(FieldError { pointer: format!("{}{pointer}", self.at), message: message.into() });
    }

    /// # Errors
    /// When there are any.
    pub fn into_result(self) -> Result<()> {
        if self.code.is_none() { Ok(()) } else { Err(self.into_error()) }
    }

    /// All of them as one answer.
    pub fn into_error(self) -> Error {
        let detail = self.errors.first().map_or_else(String::new, |first| {
            let more = if self.errors.len() > 1 { ", and more is wrong" } else { "" };
            format!("{} {}{more}", first.pointer, first.message)
        });
        Error::Invalid(Invalid { code: self.code.unwrap_or("event.invalid"), detail, errors: self.errors })
    }
}

/// Looks at every member that something behind relies on.
pub fn check(event: &Event, problems: &mut Problems<'_>) {
    id(&event.id, "/id", problems);
    id(&event.source, "/source", problems);
    check_needed(event, problems);
    let data = &event.data;
    if let Some(given) = &data.ticket {
        check_ticket(given, problems);
    }
    if let Some(message) = &data.message {
        check_message(message, problems);
    }
    check_people(data, problems);
    check_words(data, problems);
}

/// What a type makes no sense without.
fn check_needed(event: &Event, problems: &mut Problems<'_>) {
    let (kind, data) = (event.kind, &event.data);
    if kind.needs_ticket() && data.ticket.is_none() {
        missing("/data/ticket/id", kind, problems);
    }
    match kind {
        EventType::TicketUrgencyChanged if data.urgency.is_none() => missing("/data/urgency", kind, problems),
        EventType::CommentReacted | EventType::CommentUnreacted if data.comment.is_none() => {
            missing("/data/comment/id", kind, problems);
        }
        EventType::ContactPresence | EventType::ContactOverlimit if data.contact.is_none() => {
            missing("/data/contact", kind, problems);
        }
        EventType::ContactPresence if data.online.is_none() => missing("/data/online", kind, problems),
        _ => {}
    }
}

fn missing(pointer: &str, kind: EventType, problems: &mut Problems<'_>) {
    problems.add("event.missing_member", pointer, format!("is missing: {} needs it", kind.as_str()));
}

fn check_ticket(ticket: &TicketSnapshot, problems: &mut Problems<'_>) {
    id(&ticket.id, "/data/ticket/id", problems);
    let texts = [
        (&ticket.number, "/data/ticket/number"),
        (&ticket.subject, "/data/ticket/subject"),
        (&ticket.url, "/data/ticket/url"),
        (&ticket.status, "/data/ticket/status"),
        (&ticket.priority, "/data/ticket/priority"),
        (&ticket.channel, "/data/ticket/channel"),
        (&ticket.help_topic, "/data/ticket/help_topic"),
    ];
    for (given, pointer) in texts {
        text(given.as_ref().and_then(Option::as_deref), pointer, problems);
    }
    let one = [
        (&ticket.department, "/data/ticket/department"),
        (&ticket.team, "/data/ticket/team"),
        (&ticket.pm, "/data/ticket/pm"),
    ];
    for (given, pointer) in one {
        optional_id(given.as_ref().and_then(Option::as_ref), pointer, problems);
    }
    ids(ticket.assignees.as_ref().and_then(Option::as_deref), "/data/ticket/assignees", problems);
    ids(ticket.no_access.as_ref().and_then(Option::as_deref), "/data/ticket/no_access", problems);
    if let Some(Some(customer)) = &ticket.customer {
        contact(customer, "/data/ticket/customer", problems);
    }
    let participants = ticket.participants.as_ref().and_then(Option::as_deref).unwrap_or(&[]);
    if participants.len() > MAX_NAMES {
        problems.add("event.too_many", "/data/ticket/participants", format!("has more than {MAX_NAMES} members"));
    }
    for (index, participant) in participants.iter().take(MAX_NAMES).enumerate() {
        contact(participant, &format!("/data/ticket/participants/{index}"), problems);
    }
}

fn check_message(message: &Message, problems: &mut Problems<'_>) {
    optional_id(message.id.as_ref(), "/data/message/id", problems);
    text(message.url.as_deref(), "/data/message/url", problems);
    ids(Some(&message.mentions), "/data/message/mentions", problems);
    if message.attachments.len() > MAX_NAMES {
        problems.add("event.too_many", "/data/message/attachments", format!("has more than {MAX_NAMES} members"));
    }
}

fn check_people(data: &EventData, problems: &mut Problems<'_>) {
    optional_id(data.actor.id.as_ref(), "/data/actor/id", problems);
    text(data.actor.name.as_deref(), "/data/actor/name", problems);
    text(data.actor.avatar_url.as_deref(), "/data/actor/avatar_url", problems);
    if let Some(assigned) = &data.assigned {
        ids(Some(&assigned.agents), "/data/assigned/agents", problems);
        optional_id(assigned.team.as_ref(), "/data/assigned/team", problems);
    }
    ids(data.previous_assignees.as_deref(), "/data/previous_assignees", problems);
    if let Some(comment) = &data.comment {
        id(&comment.id, "/data/comment/id", problems);
        optional_id(comment.author.as_ref(), "/data/comment/author", problems);
    }
    if let Some(given) = &data.contact {
        contact(given, "/data/contact", problems);
    }
}

fn check_words(data: &EventData, problems: &mut Problems<'_>) {
    optional_id(data.from_department.as_ref(), "/data/from_department", problems);
    text(data.emoji.as_deref(), "/data/emoji", problems);
    text(data.title.as_deref(), "/data/title", problems);
    text(data.account.as_deref(), "/data/account", problems);
    text(data.account_kind.as_deref(), "/data/kind", problems);
    text(data.ip.as_deref(), "/data/ip", problems);
}

fn contact(given: &ContactRef, at: &str, problems: &mut Problems<'_>) {
    optional_id(given.id.as_ref(), &format!("{at}/id"), problems);
    text(given.name.as_deref(), &format!("{at}/name"), problems);
    text(given.email.as_deref(), &format!("{at}/email"), problems);
    text(given.phone.as_deref(), &format!("{at}/phone"), problems);
}

fn id(given: &Id, pointer: &str, problems: &mut Problems<'_>) {
    if given.is_empty() {
        problems.add("event.missing_member", pointer, "is missing or empty");
    } else if given.len() > MAX_ID_CHARS && given.chars().count() > MAX_ID_CHARS {
        problems.add("event.too_long", pointer, format!("has more than {MAX_ID_CHARS} characters"));
    }
}

fn optional_id(given: Option<&Id>, pointer: &str, problems: &mut Problems<'_>) {
    if let Some(given) = given {
        id(given, pointer, problems);
    }
}

fn ids(given: Option<&[Id]>, pointer: &str, problems: &mut Problems<'_>) {
    let given = given.unwrap_or(&[]);
    if given.len() > MAX_NAMES {
        problems.add("event.too_many", pointer, format!("names more than {MAX_NAMES} agents"));
        return;
    }
    for (index, one) in given.iter().enumerate() {
        if one.is_empty() || one.len() > MAX_ID_CHARS {
            id(one, &format!("{pointer}/{index}"), problems);
        }
    }
}

fn text(given: Option<&str>, pointer: &str, problems: &mut Problems<'_>) {
    if given.is_some_and(|text| text.len() > MAX_TEXT_BYTES) {
        problems.add("event.too_long", pointer, format!("has more than {MAX_TEXT_BYTES} bytes"));
    }
}
