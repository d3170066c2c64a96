//! The members of Frappe's documents that mean something here. All are optional: the administrator chooses what is sent.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::intake::adapters::loose::{LooseId, LooseTime};

/// A first message and its ticket are made this close to each other.
const FIRST_WITHIN_MS: i64 = 5_000;

/// The body: the document within `doc`, or its members at the top, as rows of the form give them.
#[derive(Deserialize)]
pub struct Hook {
    event: Option<String>,
    /// How far the site's clock is from UTC, `+0530`: Frappe's times say nothing of it.
    utc_offset: Option<String>,
    doc: Option<Box<Doc>>,
    /// The ticket's row, for documents that only name it.
    pub ticket: Option<Box<Doc>>,
    #[serde(flatten)]
    flat: Box<Doc>,
}

impl Hook {
    pub fn doc(&self) -> &Doc {
        self.doc.as_deref().unwrap_or(&self.flat)
    }

    pub fn event(&self) -> Option<&str> {
        self.event.as_deref().map(str::trim).filter(|name| !name.is_empty())
    }

    /// The DocType, as it is given or as the members tell.
    pub fn doctype(&self) -> Option<&str> {
        let doc = self.doc();
        let given = doc.doctype.as_deref().or(self.flat.doctype.as_deref());
        given.filter(|doctype| !doctype.is_empty()).or_else(|| doc.tell_tale_doctype())
    }

    /// The name of the ticket that the document is, or is about.
    pub fn ticket_id(&self, doctype: &str) -> Option<String> {
        let doc = self.doc();
        let about_ticket = |of: &Option<String>| of.as_deref().is_none_or(|of| of == super::TICKET);
        let name = match doctype {
            super::TICKET => doc.name.as_ref(),
            "ToDo" if about_ticket(&doc.reference_type) => doc.reference_name.as_ref(),
            "Communication" if about_ticket(&doc.reference_doctype) => doc.reference_name.as_ref(),
            "Notification Log" if about_ticket(&doc.document_type) => doc.document_name.as_ref(),
            _ => doc.reference_ticket.as_ref(),
        };
        name.and_then(LooseId::text)
    }

    /// Whether a document that names no ticket should have.
    pub fn is_about_a_ticket(&self) -> bool {
        let doc = self.doc();
        let of = [&doc.reference_type, &doc.reference_doctype, &doc.document_type, &doc.doctype];
        of.into_iter().flatten().any(|of| of.starts_with("HD Ticket"))
    }

    /// Milliseconds that the site's clock is ahead of UTC.
    pub fn utc_offset_ms(&self) -> Option<i64> {
        let given = self.utc_offset.as_deref()?.trim();
        let digits: String = given.chars().filter(char::is_ascii_digit).collect();
        let (hours, minutes) = (digits.get(0..2)?.parse::<i64>().ok()?, digits.get(2..4)?.parse::<i64>().ok()?);
        let sign = if given.starts_with('-') { -1 } else { 1 };
        (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
    }

    /// A communication that was made together with its ticket.
    pub fn came_with_the_ticket(&self) -> bool {
        let made = |doc: &Doc| doc.creation.as_ref().and_then(LooseTime::millis);
        let ticket = self.ticket.as_deref().and_then(made);
        ticket.zip(made(self.doc())).is_some_and(|(ticket, own)| (own - ticket).abs() <= FIRST_WITHIN_MS)
    }
}

/// A document of any of the DocTypes. The names are Frappe's.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Doc {
    pub doctype: Option<String>,
    pub name: Option<LooseId>,
    pub owner: Option<String>,
    pub creation: Option<LooseTime>,
    pub modified: Option<LooseTime>,
    pub modified_by: Option<String>,
    // HD Ticket
    pub subject: Option<String>,
    pub description: Option<String>,
    /// Of a ToDo as well.
    pub status: Option<String>,
    #[serde(deserialize_with = "given")]
    pub priority: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    pub agent_group: Option<Option<String>>,
    pub raised_by: Option<String>,
    pub contact: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub via_customer_portal: bool,
    /// A JSON list of users within a text; left out is not known, null is nobody.
    #[serde(rename = "_assign", deserialize_with = "given")]
    pub assign: Option<Option<String>>,
    // ToDo
    pub reference_type: Option<String>,
    /// Of a Communication as well.
    pub reference_name: Option<LooseId>,
    pub allocated_to: Option<String>,
    pub assigned_by: Option<String>,
    pub assigned_by_full_name: Option<String>,
    pub assignment_rule: Option<String>,
    // HD Ticket Comment
    /// Of a Communication as well.
    pub content: Option<String>,
    /// Of an HD Notification as well.
    pub reference_ticket: Option<LooseId>,
    pub commented_by: Option<String>,
    pub reactions: Vec<Reaction>,
    // Communication
    pub reference_doctype: Option<String>,
    pub communication_type: Option<String>,
    pub sent_or_received: Option<String>,
    pub sender: Option<String>,
    pub sender_full_name: Option<String>,
    // HD Notification
    pub notification_type: Option<String>,
    pub reference_comment: Option<LooseId>,
    pub user_from: Option<String>,
    pub user_to: Option<String>,
    pub message: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub read: bool,
    // Notification Log
    #[serde(rename = "type")]
    pub log_type: Option<String>,
    pub for_user: Option<String>,
    pub from_user: Option<String>,
    pub document_type: Option<String>,
    pub document_name: Option<LooseId>,
}

#[derive(Deserialize)]
pub struct Reaction {
    pub user: Option<String>,
    pub emoji: Option<String>,
}

impl Doc {
    /// What only one DocType has.
    fn tell_tale_doctype(&self) -> Option<&'static str> {
        let is_ticket = self.raised_by.is_some() || self.agent_group.is_some();
        let signs = [
            (self.allocated_to.is_some(), "ToDo"),
            (self.sent_or_received.is_some(), "Communication"),
            (self.notification_type.is_some(), "HD Notification"),
            (self.for_user.is_some(), "Notification Log"),
            (self.commented_by.is_some() || self.reference_ticket.is_some(), "HD Ticket Comment"),
            (is_ticket, super::TICKET),
        ];
        signs.into_iter().find(|(is_so, _)| *is_so).map(|(_, doctype)| doctype)
    }

    pub fn is_new(&self) -> bool {
        self.creation.is_some() && self.creation == self.modified
    }

    /// The reaction of whoever saved the comment last.
    pub fn own_reaction(&self) -> Option<&Reaction> {
        let user = self.modified_by.as_deref()?;
        self.reactions.iter().find(|reaction| reaction.user.as_deref() == Some(user))
    }

    /// Users whom `_assign` names; none where it does not say.
    pub fn assigned(&self) -> Option<Vec<String>> {
        let list = self.assign.as_ref()?.as_deref().filter(|list| !list.is_empty()).unwrap_or("[]");
        serde_json::from_str(list).ok()
    }
}

fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    let value = Option::<String>::deserialize(from)?;
    Ok(Some(value.filter(|text| !text.is_empty())))
}

/// `1`, `true` or `"1"`: Frappe's Check fields are numbers, and texts after some templates.
fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(value == true || value == 1 || value == "1")
}
