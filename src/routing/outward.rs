//! Emails to people who have no inbox: autoresponses to customers, answers to those who left a chat
//! by text message too, system alerts to the administrative address. Automatic mail
//! is never answered (RFC 3834).

use super::{
    alerts::ADMIN,
    candidate::{Candidate, CandidateKind, ChannelOutcome, Channels, Outcome, Why},
    channels::Outgoing,
};
use crate::domain::{
    Id, Millis,
    delivery::{DeliveryChannel, PlannedDelivery},
    event::{ActorKind, ContactRef, EventType, NotifyCustomer},
    plan::Facts,
    presence::{OFFLINE_EMAIL, OFFLINE_SMS},
    sms,
    ticket::TicketFacts,
};

/// At most one overlimit notice in so long (D-09).
const OVERLIMIT_EVERY: Millis = 24 * 3_600_000;

/// One who is written to, or would be.
pub struct Written {
    /// As the explanation lists it.
    pub candidate: Candidate,
    /// What goes out, or would.
    pub deliveries: Vec<PlannedDelivery>,
}

impl Written {
    /// An email to `address`, at most one `once_within` so long, or why there is none.
    fn by_email(candidate: Candidate, address: Option<String>, once_within: Option<Millis>) -> Written {
        let (recipient, kind, why) = (candidate.recipient.clone(), candidate.kind, candidate.why);
        let email = |purpose| PlannedDelivery {
            address,
            once_within,
            skipped: why.map(Why::as_str),
            ..PlannedDelivery::new(recipient, kind, DeliveryChannel::Email, purpose)
        };
        Written { deliveries: candidate.rule.map(email).into_iter().collect(), candidate }
    }

    /// A text message as well, or why there is none. Where it goes is looked up when it is sent.
    fn and_text(&mut self, why: Option<Why>) {
        let candidate = &mut self.candidate;
        let email = match (candidate.channels, candidate.why) {
            (Some(channels), _) => channels.email,
            (None, why) => ChannelOutcome::Skipped { why: why.unwrap_or(Why::SwitchedOff).as_str() },
        };
        let sms = match why {
            None => ChannelOutcome::Now { rule: Some(OFFLINE_SMS) },
            Some(why) => ChannelOutcome::Skipped { why: why.as_str() },
        };
        candidate.channels = Some(Channels { email, sms, ..Channels::OUTSIDE });
        if why.is_none() {
            (candidate.outcome, candidate.why) = (Outcome::Notified, None);
            let (recipient, kind) = (candidate.recipient.clone(), candidate.kind);
            self.deliveries.push(PlannedDelivery::new(recipient, kind, DeliveryChannel::Sms, OFFLINE_SMS));
        }
    }
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
        self.written.push(Written::by_email(candidate, address, None));
    }

    /// An agent's answer: to whom the caller says. The customer of a chat reads it there; an email and a text message
    /// go to them when they are offline, one for each absence. What a bot answers goes to nobody
    ///
    fn reply(&mut self) {
        let Some(ticket) = self.facts.ticket else { return };
        let notify = self.facts.event.data.notify_customer;
        let chat = self.facts.snapshot.settings.chat;
        let is_answer = ticket.is_chat() && self.facts.event.data.actor.kind == ActorKind::Agent;
        let is_chat = is_answer && chat.offline_email.active;
        if is_chat {
            self.contacts(ticket.customer.clone(), OFFLINE_EMAIL, "agent_reply", Letter::Chat, None);
        }
        let to_owner = !is_chat && matches!(notify, Some(NotifyCustomer::All | NotifyCustomer::Customer));
        let owner = ticket.customer.iter().filter(|_| to_owner);
        let participants = ticket.participants.iter().filter(|_| notify == Some(NotifyCustomer::All));
        let named = owner.chain(participants).cloned();
        self.contacts(named, "reply.notify_customer", "agent_reply", Letter::Other, None);
        if is_answer && chat.offline_sms.customers {
            ticket.customer.iter().for_each(|customer| self.text(customer));
        }
    }

    /// A text message to the customer of a chat.
    fn text(&mut self, contact: &ContactRef) {
        let Some(recipient) = recipient(contact, contact.email.as_deref()) else { return };
        let why = self.in_the_way_of_text(contact);
        let known = self.written.iter().position(|written| written.candidate.recipient == recipient);
        let place = known.unwrap_or_else(|| {
            let email = ChannelOutcome::Skipped { why: Why::SwitchedOff.as_str() };
            let candidate = Candidate {
                channels: Some(Channels { email, ..Channels::OUTSIDE }),
                ..candidate(recipient, CandidateKind::Contact, OFFLINE_SMS, "agent_reply", why)
            };
            self.written.push(Written { candidate, deliveries: Vec::new() });
            self.written.len() - 1
        });
        self.written[place].and_text(why);
    }

    fn in_the_way_of_text(&self, contact: &ContactRef) -> Option<Why> {
        let data = &self.facts.event.data;
        let known = contact.id.as_deref().and_then(|id| self.facts.snapshot.directory.contact(id));
        let phone = contact.phone.as_deref().or_else(|| known?.phone.as_deref());
        if data.auto_reply || data.bounce {
            Some(Why::AutomaticMail)
        } else if !self.outgoing.sms {
            Some(Why::NotConfigured)
        } else if phone.and_then(sms::normalize).is_none() {
            Some(Why::NoNumber)
        } else {
            self.in_the_way_in_chat()
        }
    }

    fn in_the_way_in_chat(&self) -> Option<Why> {
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
            let Some(recipient) = recipient(&contact, address.as_deref()) else { continue };
            if self.written.iter().any(|known| known.candidate.recipient == recipient) {
                continue;
            }
            let why = self.obstacle(kind, address.as_deref());
            let candidate = candidate(recipient, CandidateKind::Contact, switch, reason, why);
            self.written.push(Written::by_email(candidate, address, once_within));
        }
    }

    /// Why nothing is written.
    fn obstacle(&self, kind: Letter, address: Option<&str>) -> Option<Why> {
        let data = &self.facts.event.data;
        if kind == Letter::Chat
            && let Some(why) = self.in_the_way_in_chat()
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

/// What somebody outside is known by: their id, else their address.
fn recipient(contact: &ContactRef, address: Option<&str>) -> Option<Id> {
    contact.id.clone().or_else(|| address.filter(|address| address.contains('@')).map(Id::from))
}

fn candidate(
    recipient: Id,
    kind: CandidateKind,
    switch: &'static str,
    reason: &'static str,
    why: Option<Why>,
) -> Candidate {
    let email = ChannelOutcome::Now { rule: Some(switch) };
    Candidate {
        recipient,
        kind,
        outcome: if why.is_none() { Outcome::Notified } else { Outcome::Skipped },
        why,
        reason: Some(reason),
        rule: Some(switch),
        category: None,
        channels: why.is_none().then_some(Channels { email, ..Channels::OUTSIDE }),
    }
}
