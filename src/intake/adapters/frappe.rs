//! Frappe Helpdesk: Frappe's Webhook documents, one for each DocType and event. Their body is the administrator's to
//! choose: `{"event": "reopened", "doc": {…}, "ticket": {…}}` as `docs/adapters/frappe.md` has it, or the document's own
//! members alone, as rows of the form give them.
//!
//! Signature: `X-Frappe-Webhook-Signature`, base64 of HMAC-SHA256 over the raw body. Neither a time nor a delivery id is
//! sent: an event is known by DocType, name and `modified`, so that a delivery which comes twice is the same event.

mod documents;
mod payload;
mod reader;

use self::{
    payload::{Doc, Hook},
    reader::Reader,
};
use super::{HookRequest, Parsed, verify};
use crate::{
    domain::event::{Escalation, EventType, Urgency},
    error::{Error, Result},
    intake::json,
};

/// The DocType of tickets.
const TICKET: &str = "HD Ticket";

/// What a delivery says, before people are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Event(EventType),
    Escalated(Escalation),
    Urgency(Urgency),
    /// Another HD Team has it: a department or a team, whichever is called so here.
    TeamChanged,
}

/// A delivery that is fine and of which nothing comes, and why.
type Decided = std::result::Result<What, &'static str>;

/// What `event` says of a ticket that changed: Frappe sends the document as it is now, not what was before.
const TICKET_EVENTS: &[(&str, What)] = &[
    ("created", What::Event(EventType::TicketCreated)),
    ("team_changed", What::TeamChanged),
    ("reopened", What::Event(EventType::TicketReopened)),
    ("closed", What::Event(EventType::TicketClosed)),
    ("overdue", What::Event(EventType::TicketOverdue)),
    ("merged", What::Event(EventType::TicketMerged)),
    ("escalated", What::Escalated(Escalation::Normal)),
    ("emergency", What::Escalated(Escalation::Emergency)),
    ("critical", What::Urgency(Urgency::Critical)),
    ("budget_locked", What::Event(EventType::TicketBudgetLocked)),
    ("doc_review", What::Event(EventType::TicketDocReviewRequested)),
];

/// Verifies and reads one delivery.
///
/// # Errors
/// As [`super::parse`].
pub fn parse(request: &HookRequest<'_>) -> Result<Parsed> {
    let ours = verify::hmac_sha256(&request.source.secret, &[request.body]);
    verify::same_base64(request.headers.header("x-frappe-webhook-signature"), &ours)?;
    let hook: Hook = json::read(request.body, json::HOOK, "")?;
    let Some(doctype) = hook.doctype() else {
        return Err(Error::invalid(
            "hook.wrong_system",
            "/doc/doctype",
            "this is no webhook of Frappe Helpdesk: neither a DocType nor members to know it by",
        ));
    };
    let Some(ticket_id) = hook.ticket_id(doctype) else {
        return match hook.is_about_a_ticket() {
            true => Err(Error::invalid("hook.wrong_system", "/doc/name", "the document names no HD Ticket")),
            false => Ok(Parsed::ignored("the document is not about an HD Ticket")),
        };
    };
    let mut reader = Reader::new(request, &hook, doctype, ticket_id);
    match decide(&hook, &reader) {
        Err(why) => Ok(Parsed::ignored(why)),
        Ok(what) => {
            let event = reader.event(what);
            Ok(Parsed { events: vec![event], unmatched: reader.into_unmatched(), ignored: None })
        }
    }
}

fn decide(hook: &Hook, reader: &Reader<'_>) -> Decided {
    let doc = hook.doc();
    match reader.doctype() {
        TICKET => ticket(hook, reader),
        "ToDo" => Ok(What::Event(assignment(doc))),
        "HD Ticket Comment" => comment(hook, doc),
        "Communication" => communication(hook, doc),
        "HD Notification" => notification(doc),
        "Notification Log" => log_entry(doc),
        _ => Err("no event comes of documents of this DocType"),
    }
}

fn ticket(hook: &Hook, reader: &Reader<'_>) -> Decided {
    let Some(name) = hook.event() else {
        let why = "an HD Ticket changed and \"event\" in the webhook's body does not say how";
        return if hook.doc().is_new() { Ok(What::Event(EventType::TicketCreated)) } else { Err(why) };
    };
    let what = TICKET_EVENTS.iter().find(|(known, _)| *known == name).map(|(_, what)| *what);
    match what.ok_or("\"event\" in the webhook's body is none of those that are known for an HD Ticket")? {
        What::Event(EventType::TicketReopened) if reader.is_agents() => {
            Err("reopened by an agent, not by the customer")
        }
        what => Ok(what),
    }
}

/// A ToDo is an assignment; done with or taken back it is none any more.
fn assignment(doc: &Doc) -> EventType {
    let is_open = doc.status.as_deref().is_none_or(|status| status == "Open");
    if is_open { EventType::TicketAssigned } else { EventType::TicketUnassigned }
}

fn comment(hook: &Hook, doc: &Doc) -> Decided {
    let has_own_reaction = || doc.own_reaction().is_some();
    match hook.event() {
        Some("note") => Ok(What::Event(EventType::NoteAdded)),
        Some("note_edited") => Ok(What::Event(EventType::NoteEdited)),
        Some("reacted") if has_own_reaction() => Ok(What::Event(EventType::CommentReacted)),
        Some("reacted") => Ok(What::Event(EventType::CommentUnreacted)),
        Some(_) => Err("\"event\" is none of those that are known for an HD Ticket Comment"),
        None if doc.is_new() => Ok(What::Event(EventType::NoteAdded)),
        None => Err("an HD Ticket Comment changed and \"event\" in the webhook's body does not say how"),
    }
}

fn communication(hook: &Hook, doc: &Doc) -> Decided {
    if doc.communication_type.as_deref().is_some_and(|kind| kind != "Communication") {
        return Err("Frappe wrote this communication itself");
    }
    match doc.sent_or_received.as_deref() {
        Some("Received") if hook.came_with_the_ticket() => Err("the first message is told with the new ticket"),
        Some("Received") => Ok(What::Event(EventType::MessageReceived)),
        Some("Sent") => Ok(What::Event(EventType::ReplySent)),
        _ => Err("a communication that was neither sent nor received"),
    }
}

/// Frappe Helpdesk's own notification: already addressed to one person.
fn notification(doc: &Doc) -> Decided {
    let is_of_comment = doc.reference_comment.is_some();
    match doc.notification_type.as_deref() {
        Some(_) if doc.read => Ok(What::Event(EventType::TicketViewed)),
        Some("Assignment") => Ok(What::Event(EventType::TicketAssigned)),
        Some("Mention") => Ok(What::Event(EventType::NoteAdded)),
        Some("Reaction") if is_of_comment => Ok(What::Event(EventType::CommentReacted)),
        Some("Reaction") => Ok(What::Event(EventType::TicketReopened)),
        _ => Err("an HD Notification of a type that is not known"),
    }
}

fn log_entry(doc: &Doc) -> Decided {
    match doc.log_type.as_deref() {
        Some("Assignment") => Ok(What::Event(EventType::TicketAssigned)),
        Some("Mention") => Ok(What::Event(EventType::NoteAdded)),
        _ => Err("of the Notification Log only assignments and mentions are taken"),
    }
}

#[cfg(test)]
mod tests;
