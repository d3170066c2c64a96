//! What an event has to tell somebody who has no entry of it: alert emails, mails to customers, text messages.

use std::sync::Arc;

use crate::{
    delivery::email::{Attachment, Item, TicketRef},
    domain::{
        event::{Event, EventType},
        notification::Notification,
        plan::Facts,
        snapshot::Snapshot,
        ticket::TicketFacts,
    },
    routing::{plain_text, retold, text::Texts},
};

/// An event with what is known around it.
pub struct Story<'a> {
    pub event: &'a Event,
    pub ticket: Option<&'a TicketFacts>,
    pub snapshot: &'a Snapshot,
    pub texts: &'a Texts,
    /// The switch or policy because of which it is told.
    pub purpose: &'a str,
}

impl Story<'_> {
    /// As one item of a letter; `entry` lends its words where there is one.
    pub fn item(&self, entry: Option<&Notification>) -> Item {
        let data = &self.event.data;
        let message = data.message.as_ref();
        let attachments = message.map(|message| message.attachments.as_slice()).unwrap_or_default();
        Item {
            title: entry.map_or_else(|| self.title(), |entry| entry.title.to_string()),
            body: entry.map_or_else(|| self.body(), |entry| entry.body.to_string()),
            kind: entry.map_or_else(|| kind(self.event.kind).to_owned(), |entry| entry.kind.to_string()),
            message_text: message.map(|message| plain_text::of_message(message).into_owned()).unwrap_or_default(),
            message_html: message.and_then(|message| message.html.clone()),
            sender_name: self.sender(),
            sender_image: data.actor.avatar_url.clone(),
            attachments: attachments
                .iter()
                .map(|file| Attachment { name: file.name.clone(), url: file.url.clone() })
                .collect(),
            url: entry.and_then(|entry| entry.url.as_deref().map(str::to_owned)).or_else(|| self.url()),
            at: self.event.time,
            reason: entry.map_or_else(|| kind(self.event.kind).to_owned(), |entry| entry.reason.to_string()),
            ticket: self.ticket.map(|ticket| Arc::new(self.ticket_ref(ticket))),
        }
    }

    /// In a line: what the bell says of it, or would.
    fn title(&self) -> String {
        let Story { event, ticket, snapshot, texts, purpose } = *self;
        let facts = Facts { event, ticket, contact: None, snapshot, now: event.time };
        retold::title(texts, &facts, purpose).unwrap_or_else(|| self.own_title())
    }

    /// Of what rings no bell.
    fn own_title(&self) -> String {
        let number = self.ticket.map_or("", |ticket| ticket.shown_number());
        match self.event.kind {
            EventType::TicketCreated => format!("New ticket #{number}"),
            EventType::ReplySent => format!("{} answered #{number}", self.sender()),
            _ => self.event.data.title.clone().unwrap_or_else(|| format!("Ticket #{number}")),
        }
    }

    fn body(&self) -> String {
        let subject = self.ticket.and_then(|ticket| ticket.subject.clone());
        self.event.data.detail.clone().or(subject).unwrap_or_default()
    }

    fn sender(&self) -> String {
        let actor = &self.event.data.actor;
        let known = actor.id.as_ref().and_then(|id| self.snapshot.directory.agent(id)).map(|agent| agent.name.clone());
        let named = known.filter(|name| !name.is_empty()).or_else(|| actor.name.clone());
        let customer = || Some(self.ticket?.customer.as_ref()?.name.clone().unwrap_or_default());
        named.or_else(customer).unwrap_or_default()
    }

    fn url(&self) -> Option<String> {
        let message = self.event.data.message.as_ref().and_then(|message| message.url.clone());
        message.or_else(|| self.ticket?.url.clone())
    }

    fn ticket_ref(&self, ticket: &TicketFacts) -> TicketRef {
        TicketRef {
            id: ticket.id.clone(),
            number: ticket.shown_number().to_owned(),
            subject: ticket.subject.clone().unwrap_or_default(),
            url: ticket.url.clone(),
            priority: ticket.priority.clone().unwrap_or_default(),
            customer_name: ticket.customer.as_ref().and_then(|customer| customer.name.clone()).unwrap_or_default(),
        }
    }
}

/// The type that a notification of the event would have.
fn kind(event: EventType) -> &'static str {
    match event {
        EventType::TicketAssigned => "assignment",
        EventType::MessageReceived | EventType::TicketReopened => "reaction",
        EventType::TicketEscalated => "escalation",
        EventType::TicketOverdue => "overdue",
        EventType::TicketTransferred => "transfer",
        _ => "",
    }
}
