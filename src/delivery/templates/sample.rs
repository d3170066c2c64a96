//! What templates are looked at with: made-up people, texts with everything that may go wrong in them.

use std::sync::Arc;

use super::{Kind, Values};
use crate::{
    delivery::email::{Attachment, Item, Letter, Links, Recipient, TicketRef},
    domain::delivery::RecipientKind,
};

/// 2026-11-20T09:00:00Z.
const AT: i64 = 1_795_165_200_000;

/// The letter of a preview.
pub fn letter(kind: &Kind) -> Letter {
    let items = if kind.name == "digest" { 3 } else { 1 };
    letter_of(kind, items)
}

/// What a template must be able to say before it is saved: one item, several, and one with nothing in it.
pub fn all(kind: &Kind) -> [Values; 3] {
    let mut bare = letter_of(kind, 1);
    bare.recipient.name = String::new();
    bare.links = Links::default();
    for item in &mut bare.items {
        *item = Item {
            message_text: String::new(),
            message_html: None,
            sender_name: String::new(),
            sender_image: None,
            attachments: Vec::new(),
            url: None,
            reason: String::new(),
            ticket: None,
            ..item.clone()
        };
    }
    [Values::of(&letter_of(kind, 1)), Values::of(&letter_of(kind, 3)), Values::of(&bare)]
}

fn letter_of(kind: &Kind, items: usize) -> Letter {
    let recipient_kind = if kind.for_contacts { RecipientKind::Contact } else { RecipientKind::Agent };
    let reason = match kind.name {
        "agent_assignment" => "assigned",
        "system_alert" | "sign_in" | "test" => "",
        _ => "customer_reply",
    };
    let link = |path: &str| Some(format!("https://bellhop.example.com/{path}"));
    let links = match kind.for_contacts || matches!(kind.name, "system_alert" | "sign_in" | "test") {
        true => Links::default(),
        false => Links {
            preferences: link("notifications#preferences"),
            unsubscribe: link("l/sample"),
            mute_ticket: link("l/sample"),
        },
    };
    Letter {
        id: "sample".to_owned(),
        purpose: "test".to_owned(),
        recipient: Recipient {
            name: "Ana Lima".to_owned(),
            address: "ana@example.com".to_owned(),
            kind: recipient_kind,
            locale: Some("en".to_owned()),
            time_zone: None,
        },
        items: (0..items).map(|number| Item { reason: reason.to_owned(), ..item(number) }).collect(),
        links,
    }
}

fn item(number: usize) -> Item {
    // The first two are of the same ticket.
    let (ticket, subject) = if number < 2 { (123, "Login Issue") } else { (124, "Invoice <2026> & more") };
    Item {
        title: format!("New reply on #{ticket} from Carla Reis"),
        body: "I still cannot sign in.".to_owned(),
        kind: "client_message".to_owned(),
        message_text: "Hello,\n\nI still cannot sign in: the page says \"{{ error }}\" & <nothing> else.\n\nCarla"
            .to_owned(),
        message_html: None,
        sender_name: "Carla Reis".to_owned(),
        sender_image: Some("https://desk.example.com/avatars/carla.png".to_owned()),
        attachments: vec![Attachment {
            name: "screenshot.png".to_owned(),
            url: "https://desk.example.com/files/1".to_owned(),
        }],
        url: Some(format!("https://desk.example.com/tickets/{ticket}#comment-{number}")),
        at: AT,
        reason: "customer_reply".to_owned(),
        ticket: Some(Arc::new(TicketRef {
            id: format!("HD-00{ticket}").into(),
            number: ticket.to_string(),
            subject: subject.to_owned(),
            url: Some(format!("https://desk.example.com/tickets/{ticket}")),
            priority: "High".to_owned(),
            customer_name: "Carla Reis".to_owned(),
        })),
    }
}
