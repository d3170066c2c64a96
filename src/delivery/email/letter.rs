//! What the worker hands over to be written: to whom, why, and what there is to tell. Everything in it came from outside
//! and is a value: nothing of it is ever markup, a template or a header line of its own.

use std::sync::Arc;

use crate::domain::{Id, Millis, delivery::RecipientKind};

/// One email to one person. One item makes a plain mail, several items of one ticket a mail with the whole conversation,
/// items of several tickets a summary grouped by ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// Stable over retries, the delivery's id for example: it becomes the Message-ID.
    pub id: String,
    /// The switch or policy behind it: `alerts.assignment.agent`, `fallback`, `digest`, `autoresponses.new_ticket`,
    /// `autoresponses.overlimit`, `reply.notify_customer`, `chat.offline_email`, `system.error`,
    /// `system_alerts.sql_errors`, `sign_in`, `test`.
    pub purpose: String,
    /// To whom.
    pub recipient: Recipient,
    /// What there is to tell, in the order to be read; at least one.
    pub items: Vec<Item>,
    /// Ways to have no more of this.
    pub links: Links,
}

/// To whom a letter goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipient {
    /// The name as it is shown; may be empty.
    pub name: String,
    /// The email address.
    pub address: String,
    /// Agents get links into the helpdesk, contacts do not.
    pub kind: RecipientKind,
    /// BCP 47 tag, for templates that look at it; the shipped ones are English.
    pub locale: Option<String>,
    /// In which zone times are shown; UTC where there is none.
    pub time_zone: Option<chrono_tz::Tz>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The notification's first line: `Ticket #123 assigned to you`.
    pub title: String,
    /// Its second line, plain text; may be empty.
    pub body: String,
    /// The notification's type: `assignment`, `mention`, …; empty where there is none.
    pub kind: String,
    /// The whole message, plain text; where it is empty `message_html` without its markup takes its place, else `body`.
    pub message_text: String,
    /// The whole message as its sender formatted it. Read as text only.
    pub message_html: Option<String>,
    /// Who triggered it.
    pub sender_name: String,
    /// Their picture, http(s); others are left out.
    pub sender_image: Option<String>,
    /// Files that came with the message.
    pub attachments: Vec<Attachment>,
    /// Where a click leads, http(s): the comment, else the ticket. Agents only, and the sign-in link.
    pub url: Option<String>,
    /// When it happened.
    pub at: Millis,
    /// Why the recipient hears of it: the reason code of the notification (`assigned`, `mentioned`, …).
    pub reason: String,
    /// The ticket it belongs to.
    pub ticket: Option<Arc<TicketRef>>,
}

/// A file that came with a message: a link, never the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Where it is, http(s); others are left out.
    pub url: String,
}

/// A ticket as a mail shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRef {
    /// The helpdesk's id.
    pub id: Id,
    /// The number as the helpdesk shows it, without `#`.
    pub number: String,
    /// Its subject; may be empty.
    pub subject: String,
    /// Its page for agents.
    pub url: Option<String>,
    /// `Low`, `High`, …; may be empty.
    pub priority: String,
    /// The customer's name; may be empty.
    pub customer_name: String,
}

/// Ways to have no more of this. Addresses of `delivery::links`, and the page of the preferences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// The page where emails are switched on and off.
    pub preferences: Option<String>,
    /// Ends emails of this kind. Also goes into `List-Unsubscribe`.
    pub unsubscribe: Option<String>,
    /// Ends emails about this ticket.
    pub mute_ticket: Option<String>,
}

impl Letter {
    /// The ticket, when all items are of the same.
    pub fn ticket(&self) -> Option<&TicketRef> {
        let first = self.items.first()?.ticket.as_deref()?;
        self.items.iter().all(|item| item.ticket.as_ref().is_some_and(|ticket| ticket.id == first.id)).then_some(first)
    }

    /// Whether it answers by itself what somebody wrote (RFC 3834).
    pub fn is_autoresponse(&self) -> bool {
        self.purpose.starts_with("autoresponse") || self.purpose == "overlimit"
    }

    /// Whether it speaks of the system, or lets somebody in: nothing that one unsubscribes from.
    pub fn is_system(&self) -> bool {
        self.purpose.starts_with("system.")
            || self.purpose.starts_with("system_alerts.")
            || matches!(&*self.purpose, "test" | "sign_in")
    }
}
