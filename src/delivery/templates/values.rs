//! What templates are filled with: the merge fields, as plain text and as HTML.

use std::sync::Arc;

use minijinja::Value;

use crate::{
    delivery::email::{
        Item, Letter, TicketRef,
        plain::{self, MAX_NAME_CHARS, MAX_SUBJECT_CHARS},
        reason,
    },
    domain::{Id, Millis, delivery::RecipientKind},
    routing::plain_text,
};

/// Characters of one message in a mail; who wants more follows the link.
const MAX_MESSAGE_CHARS: usize = 10_000;
/// Items shown in one mail; how many there were stands beside them.
const MAX_ITEMS: usize = 100;
/// Files listed under one message.
const MAX_ATTACHMENTS: usize = 50;

/// In which form values are filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Plain text.
    Text,
    /// HTML: what stands in several lines or is a list of links comes as markup of ours, everything else is escaped where
    /// it is filled in.
    Html,
}

/// What a template is filled with. Made of a letter; texts are clean, and links are http(s) or absent.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    recipient_name: String,
    locale: String,
    items: Vec<Entry>,
    count: usize,
    ticket: Option<Ticket>,
    preferences: String,
    unsubscribe: String,
    mute: String,
    for_agent: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    title: String,
    body: String,
    kind: String,
    message: String,
    sender_name: String,
    sender_image: String,
    attachments: Vec<(String, String)>,
    link: String,
    time: String,
    reason: String,
    ticket: Option<Ticket>,
}

#[derive(Debug, Clone, PartialEq)]
struct Ticket {
    id: Id,
    number: String,
    subject: String,
    link: String,
    priority: String,
    customer: String,
}

impl Values {
    /// Of a letter.
    pub fn of(letter: &Letter) -> Values {
        let for_agent = letter.recipient.kind != RecipientKind::Contact;
        let zone = letter.recipient.time_zone.unwrap_or(chrono_tz::UTC);
        let link = |link: &Option<String>| link.as_deref().and_then(plain::web_address).unwrap_or_default();
        Values {
            recipient_name: plain::line(&letter.recipient.name, MAX_NAME_CHARS),
            locale: letter.recipient.locale.clone().unwrap_or_default(),
            items: letter.items.iter().take(MAX_ITEMS).map(|item| Entry::of(item, for_agent, zone)).collect(),
            count: letter.items.len(),
            ticket: letter.ticket().map(|ticket| Ticket::of(ticket, for_agent)),
            preferences: link(&letter.links.preferences),
            unsubscribe: link(&letter.links.unsubscribe),
            // In a summary nobody could say which ticket is meant.
            mute: letter.ticket().map(|_| link(&letter.links.mute_ticket)).unwrap_or_default(),
            for_agent,
        }
    }

    /// For a message that stands for so many further ones, which it does not show.
    pub fn and_more(self, more: usize) -> Values {
        Values { count: self.count + more, ..self }
    }

    /// All of them under their names. The first item's stand for the mail's own; its messages, one after another, for the
    /// message.
    pub fn as_value(&self, form: Form) -> Value {
        let first = self.items.first();
        let of_first = |text: fn(&Entry) -> &str| Value::from(first.map_or("", text));
        let of_ticket = |text: fn(&Ticket) -> &str| Value::from(self.ticket.as_ref().map_or("", text));
        let link = first.map_or("", |entry| &entry.link);
        let conversation = self.ticket.as_ref().map_or("", |ticket| &ticket.link);
        let conversation = if link.is_empty() || !self.for_agent { conversation } else { link };
        Value::from_pairs([
            ("recipient_name", Value::from(&self.recipient_name)),
            ("locale", Value::from(&self.locale)),
            ("sender_name", of_first(|entry| &entry.sender_name)),
            ("sender_profile_image", of_first(|entry| &entry.sender_image)),
            ("message", self.message(form)),
            ("attachments", attachments(self.items.iter().flat_map(|entry| &entry.attachments), form)),
            ("conversation_link", Value::from(if self.for_agent { conversation } else { "" })),
            ("conversation_id", of_ticket(|ticket| &ticket.id)),
            ("number", of_ticket(|ticket| &ticket.number)),
            ("subject", of_ticket(|ticket| &ticket.subject)),
            ("priority", of_ticket(|ticket| &ticket.priority)),
            ("customer", of_ticket(|ticket| &ticket.customer)),
            ("title", of_first(|entry| &entry.title)),
            ("body", of_first(|entry| &entry.body)),
            ("kind", of_first(|entry| &entry.kind)),
            ("reason", Value::from(self.reason())),
            ("time", of_first(|entry| &entry.time)),
            ("link", Value::from(link)),
            ("count", Value::from(self.count)),
            ("more", Value::from(self.count - self.items.len())),
            ("items", self.items.iter().map(|entry| entry.as_value(form)).collect()),
            ("tickets", self.by_ticket(form)),
            ("preferences_link", Value::from(&self.preferences)),
            ("unsubscribe_link", Value::from(&self.unsubscribe)),
            ("mute_link", Value::from(&self.mute)),
        ])
    }

    /// The first reason, when all items have the same one.
    fn reason(&self) -> &str {
        let first = self.items.first().map_or("", |entry| &*entry.reason);
        if self.items.iter().all(|entry| entry.reason == first) { first } else { "" }
    }

    fn message(&self, form: Form) -> Value {
        let several = self.items.len() > 1;
        let texts = self.items.iter().filter(|entry| !entry.message.is_empty()).map(|entry| match several {
            true if !entry.sender_name.is_empty() => format!("{}:\n{}", entry.sender_name, entry.message),
            _ => entry.message.clone(),
        });
        multi_line(&texts.collect::<Vec<_>>().join("\n\n"), form)
    }

    /// Items by ticket, in the order in which the tickets come first; those without one under a ticket without number.
    fn by_ticket(&self, form: Form) -> Value {
        let mut groups: Vec<(Option<&Ticket>, Vec<Value>)> = Vec::new();
        for entry in &self.items {
            let ticket = entry.ticket.as_ref();
            let value = entry.as_value(form);
            match groups.iter_mut().find(|(known, _)| known.map(|t| &t.id) == ticket.map(|t| &t.id)) {
                Some((_, entries)) => entries.push(value),
                None => groups.push((ticket, vec![value])),
            }
        }
        let shown = groups.into_iter().map(|(ticket, entries)| {
            let of = |text: fn(&Ticket) -> &str| Value::from(ticket.map_or("", text));
            Value::from_pairs([
                ("id", of(|ticket| &ticket.id)),
                ("number", of(|ticket| &ticket.number)),
                ("subject", of(|ticket| &ticket.subject)),
                ("link", of(|ticket| &ticket.link)),
                ("priority", of(|ticket| &ticket.priority)),
                ("customer", of(|ticket| &ticket.customer)),
                ("items", Value::from(&*entries)),
            ])
        });
        shown.collect()
    }

    /// Below the plain text of a mail: why it came, and how to have no more of it.
    pub fn plain_footer(&self) -> String {
        let mut footer = String::new();
        for (words, what) in [
            ("", self.reason()),
            ("No more emails about this ticket: ", &*self.mute),
            ("No more emails of this kind: ", &self.unsubscribe),
            ("Which emails you get: ", &self.preferences),
        ] {
            if !what.is_empty() {
                footer.push_str(&format!("\n{words}{what}"));
            }
        }
        if footer.is_empty() { footer } else { format!("\n\n-- {footer}") }
    }
}

impl Entry {
    fn of(item: &Item, for_agent: bool, zone: chrono_tz::Tz) -> Entry {
        let html = item.message_html.as_deref().filter(|_| item.message_text.trim().is_empty());
        let message = html.map_or_else(|| item.message_text.clone(), plain_text::of_html);
        let message = if message.trim().is_empty() { item.body.clone() } else { message };
        let attachments = item
            .attachments
            .iter()
            .take(MAX_ATTACHMENTS)
            .filter_map(|file| Some((plain::line(&file.name, MAX_NAME_CHARS), plain::web_address(&file.url)?)));
        Entry {
            title: plain::line(&item.title, MAX_SUBJECT_CHARS),
            body: plain::line(&item.body, 500),
            kind: item.kind.clone(),
            message: plain::lines(&message, MAX_MESSAGE_CHARS),
            sender_name: plain::line(&item.sender_name, MAX_NAME_CHARS),
            sender_image: item.sender_image.as_deref().and_then(plain::web_address).unwrap_or_default(),
            attachments: attachments.collect(),
            link: item.url.as_deref().and_then(plain::web_address).unwrap_or_default(),
            time: shown_time(item.at, zone),
            reason: if for_agent { reason::sentence(&item.reason) } else { String::new() },
            ticket: item.ticket.as_ref().map(|ticket: &Arc<TicketRef>| Ticket::of(ticket, for_agent)),
        }
    }

    fn as_value(&self, form: Form) -> Value {
        Value::from_pairs([
            ("title", Value::from(&self.title)),
            ("body", Value::from(&self.body)),
            ("kind", Value::from(&self.kind)),
            ("message", multi_line(&self.message, form)),
            ("sender_name", Value::from(&self.sender_name)),
            ("sender_profile_image", Value::from(&self.sender_image)),
            ("attachments", attachments(self.attachments.iter(), form)),
            ("link", Value::from(&self.link)),
            ("time", Value::from(&self.time)),
            ("reason", Value::from(&self.reason)),
        ])
    }
}

impl Ticket {
    fn of(ticket: &TicketRef, for_agent: bool) -> Ticket {
        let url = ticket.url.as_deref().filter(|_| for_agent);
        Ticket {
            id: plain::line(&ticket.id, MAX_NAME_CHARS).into(),
            number: plain::line(&ticket.number, MAX_NAME_CHARS),
            subject: plain::line(&ticket.subject, MAX_SUBJECT_CHARS),
            link: url.and_then(plain::web_address).unwrap_or_default(),
            priority: plain::line(&ticket.priority, MAX_NAME_CHARS),
            customer: plain::line(&ticket.customer_name, MAX_NAME_CHARS),
        }
    }
}

fn multi_line(text: &str, form: Form) -> Value {
    match form {
        Form::Text => Value::from(text),
        Form::Html => Value::from_safe_string(plain::as_html(text)),
    }
}

/// A line for each file.
fn attachments<'a>(files: impl Iterator<Item = &'a (String, String)>, form: Form) -> Value {
    match form {
        Form::Text => Value::from(files.map(|(name, url)| format!("{name}: {url}")).collect::<Vec<_>>().join("\n")),
        Form::Html => {
            let link = |(name, url): &(String, String)| {
                let (name, url) = (plain::escape(name), plain::escape(url));
                format!("<a href=\"{url}\" class=\"link\" style=\"color:#1d4ed8\">{name}</a>")
            };
            Value::from_safe_string(files.map(link).collect::<Vec<_>>().join("<br>\n"))
        }
    }
}

/// `20 Nov 2026, 10:00 CET`.
fn shown_time(at: Millis, zone: chrono_tz::Tz) -> String {
    let time = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default();
    time.with_timezone(&zone).format("%-d %b %Y, %H:%M %Z").to_string()
}
