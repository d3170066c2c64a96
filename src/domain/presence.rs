//! Whether a customer is there to read a chat, and whether an email or a text message told them already that they were
//! answered.

use super::{
    Id, Millis,
    event::{ActorKind, ContactRef, Event, EventType},
    ticket::TicketFacts,
};

/// Whoever gave no sign for so long is not online any more: some helpdesks tell of a visitor's coming and never of their
/// going.
pub const RECENT: Millis = 30 * 60_000;
/// Purpose of the email to a customer who was answered while offline: its switch in the settings.
pub const OFFLINE_EMAIL: &str = "chat.offline_email";
/// Purpose of text messages of a chat to whoever is offline, agent or customer (D-10): its switches in the settings.
pub const OFFLINE_SMS: &str = "chat.offline_sms";

/// What is known of one contact's presence. The default is that of a contact of whom nothing is known: offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContactPresence {
    /// The newest sign said that they are there.
    pub online: bool,
    /// When they were there last, as far as anything told.
    pub last_seen: Option<Millis>,
    /// Time of the newest sign: an older one that comes late does not bring back what was.
    pub known_at: Millis,
    /// When an email or a text message told them of an answer, unless they were there since.
    pub emailed_at: Option<Millis>,
}

/// A sign that a contact is there, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    /// When, by the helpdesk's clock.
    pub at: Millis,
    /// There, or gone.
    pub online: bool,
    /// When they were there last, where it says that they are gone.
    pub last_seen: Option<Millis>,
}

impl ContactPresence {
    /// Whether they are there at that time: said so by the newest sign, and not long ago.
    pub fn is_online_at(&self, at: Millis) -> bool {
        self.online && self.last_seen.is_some_and(|seen| at - seen < RECENT)
    }

    /// Takes over a sign. Says whether anything changed.
    pub fn take(&mut self, sign: &Sign) -> bool {
        let before = *self;
        if sign.at >= self.known_at {
            (self.online, self.known_at) = (sign.online, sign.at);
        }
        let seen = if sign.online { Some(sign.at) } else { sign.last_seen };
        self.last_seen = self.last_seen.max(seen);
        // Whoever comes in the second of the email came after it; whoever was last seen in that second was not back.
        let is_back = |emailed| if sign.online { sign.at >= emailed } else { sign.last_seen > Some(emailed) };
        self.emailed_at = self.emailed_at.filter(|emailed| !is_back(*emailed));
        *self != before
    }

    /// Notes that an email or a text message tells them of an answer of that time. An answer that was told of late counts
    /// as of the newest sign: it is in this absence that they are told.
    pub fn note_told(&mut self, at: Millis) {
        self.emailed_at = Some(at.max(self.known_at));
    }
}

/// What an event tells of somebody's presence; none for events that tell nothing of it. A message tells it in chats
/// alone: whoever answers an email sits before their mail.
pub fn sign_of(event: &Event, ticket: Option<&TicketFacts>) -> Option<Sign> {
    let data = &event.data;
    match event.kind {
        EventType::ContactPresence => Some(Sign {
            at: event.time,
            online: data.online?,
            last_seen: data.last_seen.map(|seen| seen.min(event.time)),
        }),
        EventType::MessageReceived if ticket.is_some_and(TicketFacts::is_chat) => {
            let is_person = matches!(data.actor.kind, ActorKind::Customer | ActorKind::System);
            let by_themself = is_person && !data.auto_reply && !data.bounce;
            by_themself.then_some(Sign { at: event.time, online: true, last_seen: None })
        }
        _ => None,
    }
}

/// Whose presence an event tells of, or depends on: the key it is kept under. None for most events.
pub fn concerned(event: &Event, ticket: Option<&TicketFacts>) -> Option<Id> {
    let chat = ticket.filter(|ticket| ticket.is_chat());
    match event.kind {
        EventType::ContactPresence => event.data.contact.as_ref().and_then(key),
        EventType::MessageReceived => key(&chat?.poster(&event.data.actor)?),
        EventType::ReplySent => chat?.customer.as_ref().and_then(key),
        _ => None,
    }
}

/// What a contact's presence is kept under: the id, or the address where there is none.
fn key(contact: &ContactRef) -> Option<Id> {
    let id = contact.id.clone().filter(|id| !id.is_empty());
    id.or_else(|| contact.email.as_deref().filter(|email| !email.is_empty()).map(address_key))
}

/// The key of a contact who has nothing but an address.
pub fn address_key(address: &str) -> Id {
    address.to_lowercase().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Millis = 60_000;

    fn came(at: Millis) -> Sign {
        Sign { at, online: true, last_seen: None }
    }

    fn went(at: Millis) -> Sign {
        Sign { at, online: false, last_seen: None }
    }

    fn after(signs: &[Sign]) -> ContactPresence {
        let mut presence = ContactPresence::default();
        for sign in signs {
            presence.take(sign);
        }
        presence
    }

    #[test]
    fn the_newest_sign_counts_in_whatever_order_they_come() {
        assert!(!ContactPresence::default().is_online_at(0), "nobody knows anything");
        for signs in [[came(10), went(20)], [went(20), came(10)]] {
            let presence = after(&signs);
            assert!(!presence.is_online_at(30) && presence.last_seen == Some(10), "{signs:?}");
        }
        for signs in [[went(10), came(20)], [came(20), went(10)]] {
            assert!(after(&signs).is_online_at(30), "{signs:?}");
        }
        assert!(!after(&[came(20)]).take(&came(20)), "the same again is nothing new");
    }

    #[test]
    fn who_gave_no_sign_for_long_is_not_there_any_more() {
        let presence = after(&[came(0)]);
        assert!(presence.is_online_at(RECENT - 1) && !presence.is_online_at(RECENT));
        assert!(after(&[came(0), came(20 * MINUTE)]).is_online_at(RECENT));
    }

    #[test]
    fn an_email_is_one_for_an_absence() {
        let emailed = |at| {
            let mut presence = after(&[came(10), went(20)]);
            presence.note_told(at);
            presence
        };
        let is_open = |mut presence: ContactPresence, sign: Sign| {
            presence.take(&sign);
            presence.emailed_at.is_none()
        };
        let seen = |last_seen| Sign { at: 40, online: false, last_seen: Some(last_seen) };
        assert!(is_open(emailed(30), came(35)), "they came back");
        assert!(is_open(emailed(30), came(30)), "in the second of the email");
        assert!(is_open(emailed(30), seen(35)), "they were back, as is told when they are gone again");
        assert!(!is_open(emailed(30), seen(30)) && !is_open(emailed(30), went(40)), "they were not");
        assert!(!is_open(emailed(30), came(15)), "an old sign that came late");
        assert!(!is_open(emailed(15), came(18)), "an answer of long ago, told of in this absence");
    }
}
