//! Emails: a letter becomes an email (`compose`), the email a message on its way (`message`, `mailer`), and what comes back
//! about it is read (`dsn`).

mod answer;
mod compose;
mod dsn;
mod letter;
mod mailbox;
mod mailer;
mod message;
pub mod plain;
mod pool;
pub(super) mod reason;
mod smtp;

pub use self::{
    compose::{Email, EmailAddress, Sender, compose},
    dsn::{Bounced, read_report},
    letter::{Attachment, Item, Letter, Links, Recipient, TicketRef},
    mailbox::{Listed, Mail, Mailbox},
    mailer::{Mailer, Patience},
};
