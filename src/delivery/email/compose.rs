//! A letter becomes an email: which template, its texts, and the headers by which mail programs thread it, filter it, offer
//! to unsubscribe, and do not answer it by themselves. Pure: the same letter and templates give the same email.

use std::collections::HashMap;

use super::{
    letter::Letter,
    plain::{self, MAX_NAME_CHARS},
};
use crate::{
    delivery::templates::{self, Fault, Kind, Values},
    domain::{Id, delivery::RecipientKind, template::Template},
};

/// Characters of an id within a header; more are cut off.
const MAX_ID_CHARS: usize = 120;

/// An email, ready to be sent. Subject and names are one line each; the headers' values are visible ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// `<…@host>`, the same for every attempt of one letter.
    pub message_id: String,
    /// Whom it comes from.
    pub from: EmailAddress,
    /// Whom it goes to.
    pub to: EmailAddress,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML, a whole page.
    pub html: String,
    /// Further headers, in this order.
    pub headers: Vec<(&'static str, String)>,
}

/// A name and an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress {
    /// One line; may be empty.
    pub name: String,
    /// The address as it was given: looked at when it is sent.
    pub address: String,
}

/// Whom emails come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// `From`, and where reports about undeliverable emails go.
    pub from: EmailAddress,
    /// The host in message ids.
    pub host: String,
}

/// Writes an email, and says which stored template failed, if one did.
pub fn compose(letter: &Letter, sender: &Sender, edited: &HashMap<Id, Template>) -> (Email, Option<Fault>) {
    let kind = template_of(letter);
    let (filled, fault) = templates::fill(edited, kind, &Values::of(letter));
    (email(letter, sender, filled), fault)
}

/// An email whose texts are filled in already: for templates that are looked at before they are saved.
pub fn email(letter: &Letter, sender: &Sender, filled: templates::Filled) -> Email {
    let templates::Filled { subject, text, html } = filled;
    Email {
        message_id: format!("<{}@{}>", id_text(&letter.id), sender.host),
        from: sender.from.clone(),
        to: EmailAddress {
            name: plain::line(&letter.recipient.name, MAX_NAME_CHARS),
            address: letter.recipient.address.trim().to_owned(),
        },
        subject,
        text,
        html,
        headers: headers(letter, sender),
    }
}

/// Which template a letter is written with.
fn template_of(letter: &Letter) -> &'static Kind {
    let name = match &*letter.purpose {
        "sign_in" => "sign_in",
        "test" => "test",
        _ if letter.is_system() => "system_alert",
        purpose if purpose.ends_with("overlimit") => "overlimit",
        purpose if letter.is_autoresponse() => match purpose.rsplit('.').next() {
            Some("new_ticket") => "autoresponse_new_ticket",
            Some("new_ticket_by_agent") => "autoresponse_new_ticket_by_agent",
            Some("message_participants") => "autoresponse_participant",
            _ => "autoresponse_new_message",
        },
        _ if letter.recipient.kind == RecipientKind::Contact => "contact_reply",
        "digest" => "digest",
        _ if letter.items.len() > 1 && letter.ticket().is_none() => "digest",
        _ if is_assignment(letter) => "agent_assignment",
        purpose if purpose.starts_with("alerts.") && letter.items.len() == 1 => "agent_alert",
        _ => "agent_email",
    };
    templates::kind(name).expect("every name above is a template: a test goes through them")
}

/// One ticket that came to this very agent.
fn is_assignment(letter: &Letter) -> bool {
    let [item] = &*letter.items else { return false };
    let to_them = item.kind == "assignment" && item.reason == "assigned";
    item.ticket.is_some() && (letter.purpose == "alerts.assignment.agent" || to_them)
}

fn headers(letter: &Letter, sender: &Sender) -> Vec<(&'static str, String)> {
    let mut headers = Vec::new();
    if let Some(ticket) = letter.ticket() {
        // A root that no message has: every mail about the ticket hangs below it, whichever comes first.
        let root = format!("<ticket-{}@{}>", id_text(&ticket.id), sender.host);
        headers.push(("In-Reply-To", root.clone()));
        headers.push(("References", root));
        headers.push(("X-Bellhop-Ticket", visible(&ticket.id)));
    }
    let is_for_agent = letter.recipient.kind != RecipientKind::Contact;
    if !letter.is_autoresponse() && !letter.is_system() {
        if is_for_agent {
            headers.push(("List-ID", format!("Helpdesk notifications <notifications.{}>", sender.host)));
            headers.push(("Precedence", "bulk".to_owned()));
        }
        if let Some(link) =
            letter.links.unsubscribe.as_deref().and_then(plain::web_address).filter(|url| is_visible(url))
        {
            headers.push(("List-Unsubscribe", format!("<{link}>")));
            headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
    }
    if letter.is_autoresponse() {
        headers.push(("Precedence", "auto_reply".to_owned()));
    }
    let submitted = if letter.is_autoresponse() { "auto-replied" } else { "auto-generated" };
    headers.push(("Auto-Submitted", submitted.to_owned()));
    headers.push(("X-Auto-Response-Suppress", "All".to_owned()));
    headers.push(("X-Bellhop-Reason", visible(&reasons(letter))));
    headers
}

/// The reasons' codes, else the purpose.
fn reasons(letter: &Letter) -> String {
    let mut codes: Vec<&str> = letter.items.iter().map(|item| &*item.reason).filter(|code| !code.is_empty()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.truncate(10);
    if codes.is_empty() { letter.purpose.clone() } else { codes.join(", ") }
}

/// An id as the left side of a message id: letters, digits, `-` and `.` as they are, the rest by number, so that two ids
/// never become one.
fn id_text(id: &str) -> String {
    let mut text = String::new();
    for byte in id.bytes().take(MAX_ID_CHARS) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => text.push(char::from(byte)),
            b'.' if !text.is_empty() && !text.ends_with('.') => text.push('.'),
            byte => text.push_str(&format!("_{byte:02x}")),
        }
    }
    match text.strip_suffix('.') {
        Some(rest) => format!("{rest}_2e"),
        None => text,
    }
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| (b'!'..=b'~').contains(&byte) && byte != b'<' && byte != b'>')
}

/// Visible ASCII and blanks; whatever else becomes `?`.
fn visible(text: &str) -> String {
    let text = plain::line(text, MAX_ID_CHARS);
    text.chars().map(|c| if (' '..='~').contains(&c) { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests;
