//! Every template there is, and its shipped wording.

use super::Sources;

/// What a template makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// Subject, plain text, HTML.
    Email,
    /// A text message: plain text alone.
    Sms,
}

/// One template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its name in paths and in the store.
    pub name: &'static str,
    /// For the administrator: when it is used.
    pub about: &'static str,
    /// What it makes.
    pub medium: Medium,
    /// Whether customers get it: then there is no link into the helpdesk.
    pub for_contacts: bool,
    /// `Subject: …`, an empty line, the plain text; for text messages the text alone.
    plain: &'static str,
    html: Option<&'static str>,
}

/// A shipped wording, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// The subject line.
    pub subject: &'static str,
    /// The plain text.
    pub text: &'static str,
    /// The HTML.
    pub html: Option<&'static str>,
}

impl Shipped {
    /// The same as sources.
    pub fn sources(&self) -> Sources<'static> {
        Sources { subject: self.subject, text: self.text, html: self.html }
    }
}

impl Kind {
    /// The shipped wording.
    pub fn shipped(&self) -> Shipped {
        let Kind { plain, html, .. } = *self;
        match plain.strip_prefix("Subject: ").and_then(|rest| rest.split_once("\n\n")) {
            Some((subject, text)) => Shipped { subject, text, html },
            None => Shipped { subject: "", text: plain, html },
        }
    }
}

macro_rules! email {
    ($name:literal, $for_contacts:literal, $about:literal) => {
        Kind {
            name: $name,
            about: $about,
            medium: Medium::Email,
            for_contacts: $for_contacts,
            plain: include_str!(concat!($name, ".txt")),
            html: Some(include_str!(concat!($name, ".html"))),
        }
    };
}

macro_rules! plain_email {
    ($name:literal, $for_contacts:literal, $about:literal) => {
        Kind {
            name: $name,
            about: $about,
            medium: Medium::Email,
            for_contacts: $for_contacts,
            plain: include_str!(concat!($name, ".txt")),
            html: None,
        }
    };
}

macro_rules! sms {
    ($name:literal, $for_contacts:literal, $about:literal) => {
        Kind {
            name: $name,
            about: $about,
            medium: Medium::Sms,
            for_contacts: $for_contacts,
            plain: include_str!(concat!($name, ".txt")),
            html: None,
        }
    };
}

/// Every template, in the order of the screen.
pub const KINDS: &[Kind] = &[
    email!("agent_email", false, "To an agent: what none of their devices confirmed, one ticket"),
    email!("agent_assignment", false, "To an agent: a ticket was assigned to them"),
    email!("agent_alert", false, "To an agent or the administrative address: an alert that a switch names"),
    email!("digest", false, "To an agent: several tickets in one email"),
    email!("contact_reply", true, "To a customer: an agent answered"),
    plain_email!("autoresponse_new_ticket", true, "To a customer: their ticket was received"),
    plain_email!("autoresponse_new_ticket_by_agent", true, "To a customer: an agent opened a ticket for them"),
    plain_email!("autoresponse_new_message", true, "To a customer: their message was received"),
    plain_email!("autoresponse_participant", true, "To the others on a ticket: somebody wrote"),
    plain_email!("overlimit", true, "To a customer: they have as many open tickets as they may"),
    plain_email!("system_alert", false, "To the administrative address: something is wrong with the helpdesk"),
    email!("sign_in", false, "To an agent: the link to sign in with"),
    plain_email!("test", false, "To whoever tests the way of emails"),
    sms!("sms_critical", false, "To an agent: a text message about a critical ticket"),
    sms!("sms_chat_agent", false, "To an agent who is offline: a text message about a customer's message in a chat"),
    sms!("sms_chat", true, "To a customer: a text message about an answer in a chat"),
];

/// The template of that name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}
