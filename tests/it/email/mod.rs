//! Emails against real peers: a mail server that refuses, hangs and hangs up; Python's own reader of mail; DKIM verified by
//! another make; a browser that shows what people see; and the links, which scanners may open.

mod bounces;
mod looks;
mod peer;
mod reading;
mod sending;
mod sign_in;
mod templates;
mod unsubscribing;

use std::{sync::Arc, time::Duration};

use bellhop::{
    clock::Clock,
    config::{DkimConfig, EmailConfig, EmailTransport, SmtpServer},
    delivery::email::{Attachment, Item, Letter, Links, Mailer, Patience, Recipient, TicketRef},
    domain::{delivery::RecipientKind, snapshot::Snapshot},
};

pub use self::peer::{MailServer, Read, read};

/// 2026-11-20T09:00:00Z.
pub const NOW: i64 = 1_795_165_200_000;

/// A mailer for that server that waits two seconds at most.
pub fn mailer_for(server: SmtpServer) -> Mailer {
    mailer_with(server, None, None)
}

pub fn mailer_with(server: SmtpServer, dkim: Option<DkimConfig>, ca_file: Option<std::path::PathBuf>) -> Mailer {
    let from = "Bellhop Ünï <bell@bell.example>".to_owned();
    let config = EmailConfig { transport: EmailTransport::Smtp(server), from, dkim, ca_file };
    let patience = Patience { connect: Duration::from_secs(2), total: Duration::from_secs(2) };
    Mailer::with_patience(&config, Clock::manual(NOW), patience).unwrap()
}

/// A reply of a customer, to an agent at that address.
pub fn letter(to: &str) -> Letter {
    Letter {
        id: "0193-test".to_owned(),
        purpose: "fallback".to_owned(),
        recipient: Recipient {
            name: "Ana Lima".to_owned(),
            address: to.to_owned(),
            kind: RecipientKind::Agent,
            locale: None,
            time_zone: Some(chrono_tz::Europe::Berlin),
        },
        items: vec![item("Hello,\n\nI still cannot sign in.\n\nCarla")],
        links: Links {
            preferences: Some("https://bell.example/notifications#preferences".to_owned()),
            unsubscribe: Some(format!("https://bell.example/l/{}", "t".repeat(180))),
            mute_ticket: Some("https://bell.example/l/mute".to_owned()),
        },
    }
}

pub fn item(message: &str) -> Item {
    Item {
        title: "New reply on #123 from Carla Reis".to_owned(),
        body: "I still cannot sign in.".to_owned(),
        kind: "client_message".to_owned(),
        message_text: message.to_owned(),
        message_html: None,
        sender_name: "Carla Reis".to_owned(),
        sender_image: None,
        attachments: vec![Attachment {
            name: "screenshot.png".to_owned(),
            url: "https://desk.example.com/files/1?a=1&b=2".to_owned(),
        }],
        url: Some("https://desk.example.com/tickets/123#comment-7".to_owned()),
        at: NOW,
        reason: "customer_reply".to_owned(),
        ticket: Some(Arc::new(ticket(123, "Login Issue"))),
    }
}

pub fn ticket(number: u32, subject: &str) -> TicketRef {
    TicketRef {
        id: format!("HD-{number:05}").into(),
        number: number.to_string(),
        subject: subject.to_owned(),
        url: Some(format!("https://desk.example.com/tickets/{number}")),
        priority: "High".to_owned(),
        customer_name: "Carla Reis".to_owned(),
    }
}

/// No template of an administrator's.
pub fn no_templates() -> Snapshot {
    Snapshot::default()
}
