//! Emails to people who have no inbox: autoresponses to customers, answers to those who left a chat
//! system alerts to the administrative address. Automatic mail is never answered (RFC 3834).

use super::{
    alerts::ADMIN,
    candidate::{Candidate, CandidateKind, ChannelOutcome, Channels, Outcome, Why},
    channels::Outgoing,
};
use crate::domain::{
    Id, Millis,
    event::{ActorKind, ContactRef, EventType, NotifyCustomer},
    plan::Facts,
    presence::OFFLINE_EMAIL,
    ticket::TicketFacts,
};

/// At most one overlimit notice in so long (D-09).
const OVERLIMIT_EVERY: Millis = 24 * 3_600_000;

/// One who is written to, or would be.
pub struct Written {
    /// As the explanation lists it.
    pub candidate: Candidate,
    /// Where it goes.
    pub address: Option<String>,
    /// At most one within so long.
    pub once_within: Option<Millis>,
}

/// Which kind of email it is: autoresponses may be switched off by a department or help topic.
#[derive(Clone, Copy, PartialEq)]
enum Letter {
    NewTicket,
    NewMessage,
    /// The answer to a customer who is offline.
    Chat,
    Other,
}

impl Letter {
    /// Sent without anybody's doing.
    fn is_automatic(self) -> bool {
        matches!(self, Letter::NewTicket | Letter::NewMessage)
    }
}

/// Everybody outside to whom this event writes.
pub fn of(facts: &Facts<'_>, outgoing: &Outgoing) -> Vec<Written> {
    let settings = &facts.snapshot.settings;
    let (data, on) = (&facts.event.data, &settings.autoresponses);
    let mut writer = Writer { facts, outgoing, written: Vec::new() };
    match facts.event.kind {
        EventType::SystemError => writer.administrator("system.error"),
        EventType::SystemSqlError if settings.system_alerts.sql_errors => {
            writer.administrator("system_alerts.sql_errors")
        }
        EventType::AuthExcessiveLogins if settings.system_alerts.excessive_logins => {
            writer.administrator("system_alerts.excessive_logins");
        }
        EventType::ContactOverlimit if on.overlimit => {
            let contact = data.contact.clone();
            writer.contacts(contact, "autoresponses.overlimit", "overlimit", Letter::Other, Some(OVERLIMIT_EVERY));
        }
        EventType::TicketCreated => {
            let by_agent = data.actor.agent().is_some();
            let owner = facts.ticket.and_then(|ticket| ticket.customer.clone());
            let kind = Letter::NewTicket;
            if by_agent && on.new_ticket_by_agent {
                writer.contacts(owner, "autoresponses.new_ticket_by_agent", "autoresponse", kind, None);
            } else if !by_agent && on.new_ticket {
                writer.contacts(owner, "autoresponses.new_ticket", "autoresponse", kind, None);
            }
        }
        EventType::MessageReceived => {
            let kind = Letter::NewMessage;
            let poster = facts.ticket.and_then(|ticket| ticket.poster(&data.actor));
            let others = facts.ticket.map_or_else(Vec::new, |ticket| others(ticket, poster.as_ref()));
            if on.message_submitter {
                writer.contacts(poster, "autoresponses.message_submitter", "confirmation", kind, None);
            }
            if on.message_participants {
                writer.contacts(others, "autoresponses.message_participants", "participant", kind, None);
            }
        }
        EventType::ReplySent => writer.reply(),
        _ => {}
    }
    writer.written
}

/// Everybody on the ticket but the one who wrote: "Reply All".
fn others(ticket: &TicketFacts, poster: Option<&ContactRef>) -> Vec<ContactRef> {
    let all = ticket.customer.iter().chain(&ticket.participants);
    all.filter(|contact| poster.is_none_or(|poster| !contact.is_same(poster))).cloned().collect()
}

/// Mail systems and addresses that nobody reads.
fn answers_itself(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or("").to_ascii_lowercase();
    ["mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply", "bounce"]
        .iter()
        .any(|word| local == *word || local.starts_with(&format!("{word}+")))
}

struct Writer<'f> {
    facts: &'f Facts<'f>,
    outgoing: &'f Outgoing,
    written: Vec<Written>,
}

impl Writer<'_> {
    fn administrator(&mut self, switch: &'static str) {
        let address = self.outgoing.admin_address.clone();
        let why = match &address {
            None => Some(Why::NoAddress),
            Some(_) if !self.outgoing.email => Some(Why::NotConfigured),
            Some(_) => None,
        };
        let candidate = candidate(Id::from(ADMIN), CandidateKind::Address, switch, "system_alert", why);
        self.written.push(Written { candidate, address, once_within: None });
    }

    /// An agent's answer: to whom the caller says. The customer of a chat reads it there; an email goes to them
    /// when they are offline, one for each absence.
    fn reply(&mut self) {
        let Some(ticket) = self.facts.ticket else { return };
        let notify = self.facts.event.data.notify_customer;
        let is_chat = self.is_chat_answer(ticket);
        if is_chat {
            self.contacts(ticket.customer.clone(), OFFLINE_EMAIL, "agent_reply", Letter::Chat, None);
        }
        let to_owner = !is_chat && matches!(notify, Some(NotifyCustomer::All | NotifyCustomer::Customer));
        let owner = ticket.customer.iter().filter(|_| to_owner);
        let participants = ticket.participants.iter().filter(|_| notify == Some(NotifyCustomer::All));
        let named = owner.chain(participants).cloned();
        self.contacts(named, "reply.notify_customer", "agent_reply", Letter::Other, None);
    }

    fn is_chat_answer(&self, ticket: &TicketFacts) -> bool {
        let is_by_agent = self.facts.event.data.actor.kind == ActorKind::Agent;
        ticket.is_chat() && is_by_agent && self.facts.snapshot.settings.chat.offline_email.active
    }

    fn in_the_way_of_offline_email(&self) -> Option<Why> {
        let presence = self.facts.contact.copied().unwrap_or_default();
        if self.facts.event.data.notify_customer == Some(NotifyCustomer::None) {
            Some(Why::NotWanted)
        } else if presence.is_online_at(self.facts.event.time) {
            Some(Why::Online)
        } else {
            presence.emailed_at.map(|_| Why::OnePerOfflineSession)
        }
    }

    fn contacts(
        &mut self,
        contacts: impl IntoIterator<Item = ContactRef>,
        switch: &'static str,
        reason: &'static str,
        kind: Letter,
        once_within: Option<Millis>,
    ) {
        for contact in contacts {
            let known = contact.id.as_deref().and_then(|id| self.facts.snapshot.directory.contact(id));
            let address =
                contact.email.clone().or_else(|| known?.email.clone()).filter(|address| address.contains('@'));
            let Some(recipient) = contact.id.or_else(|| address.as_deref().map(Id::from)) else { continue };
            if self.written.iter().any(|known| known.candidate.recipient == recipient) {
                continue;
            }
            let why = self.obstacle(kind, address.as_deref());
            let candidate = candidate(recipient, CandidateKind::Contact, switch, reason, why);
            self.written.push(Written { candidate, address, once_within });
        }
    }

    /// Why nothing is written.
    fn obstacle(&self, kind: Letter, address: Option<&str>) -> Option<Why> {
        let data = &self.facts.event.data;
        if kind == Letter::Chat
            && let Some(why) = self.in_the_way_of_offline_email()
        {
            return Some(why);
        }
        let Some(address) = address else { return Some(Why::NoAddress) };
        let own = |own: &String| own.eq_ignore_ascii_case(address);
        if data.auto_reply || data.bounce {
            Some(Why::AutomaticMail)
        } else if answers_itself(address) || self.outgoing.admin_address.as_ref().is_some_and(own) {
            Some(Why::NobodyReads)
        } else if kind.is_automatic() && data.autorespond == Some(false) {
            Some(Why::NotWanted)
        } else if data.bot_answered && kind.is_automatic() {
            Some(Why::BotAnswered)
        } else if self.is_switched_off(kind) {
            Some(Why::SwitchedOff)
        } else if !self.outgoing.email {
            Some(Why::NotConfigured)
        } else {
            None
        }
    }

    /// By the department or the help topic.
    fn is_switched_off(&self, kind: Letter) -> bool {
        let Some(ticket) = self.facts.ticket else { return false };
        let settings = &self.facts.snapshot.settings;
        let department = ticket.department.as_deref();
        let own =
            department.and_then(|id| self.facts.snapshot.directory.department(id)).map(|known| known.autoresponse);
        let narrowed = department.and_then(|id| settings.departments.get(id));
        let topic = ticket.help_topic.as_deref().and_then(|topic| settings.help_topics.get(topic));
        let off = Some(false);
        match kind {
            Letter::NewTicket => {
                own.is_some_and(|own| own.new_ticket == off)
                    || narrowed.is_some_and(|narrowed| narrowed.autorespond_new_ticket == off)
                    || topic.is_some_and(|topic| topic.autorespond_new_ticket == off)
            }
            Letter::NewMessage => {
                own.is_some_and(|own| own.new_message == off)
                    || narrowed.is_some_and(|narrowed| narrowed.autorespond_new_message == off)
                    || topic.is_some_and(|topic| topic.autorespond_new_message == off)
            }
            Letter::Chat | Letter::Other => false,
        }
    }
}

fn candidate(
    recipient: Id,
    kind: CandidateKind,
    switch: &'static str,
    reason: &'static str,
    why: Option<Why>,
) -> Candidate {
    let none = ChannelOutcome::Skipped { why: "no_inbox" };
    let email = ChannelOutcome::Now { rule: Some(switch) };
    Candidate {
        recipient,
        kind,
        outcome: if why.is_none() { Outcome::Notified } else { Outcome::Skipped },
        why,
        reason: Some(reason),
        rule: Some(switch),
        category: None,
        channels: why.is_none().then_some(Channels { bell: none, web_push: none, email, sms: none }),
    }
}
