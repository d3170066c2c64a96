//! Forgetting a person: what the store holds of them goes, and they are taken out of what it holds about others.
//!
//! In steps that may be repeated, so that an erasure that broke off is finished by asking for it again. The directory's
//! record therefore goes last: by then everything that it leads to is gone. What the database's own files and backups
//! still hold is beyond reach from here.

use std::time::Duration;

use serde::Serialize;

use crate::{
    domain::{
        Id,
        directory::{Agent, Contact},
        erasure::{Person, PersonKind},
    },
    error::Result,
    store::{Place, Spot, Store},
};

/// Rows rewritten in one transaction.
const STEP: usize = 200;
/// In this order: tickets tell most of the names and addresses to look for in the rest.
const PLACES: [Place; 3] = [Place::Tickets, Place::Events, Place::Entries];
/// Names that are learnt on the way may stand in rows that were looked at before: everything is gone through again, so
/// often at most.
const ROUNDS: usize = 3;
/// Between two steps that write: whoever posts events goes first.
const BREATH: Duration = Duration::from_millis(10);

/// What the last sessions of an agent confirmed is written by then, on every node: it would make the inbox anew.
const ACKS_WITHIN: Duration = Duration::from_millis(500);

/// How much went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct Erased {
    /// Notifications of their own inbox.
    pub notifications: usize,
    /// Watches.
    pub watches: usize,
    /// Devices that were to be woken by push.
    pub subscriptions: usize,
    /// Tickets that they were taken out of.
    pub tickets: usize,
    /// Events that they were taken out of.
    pub events: usize,
    /// Notifications of others that they were taken out of.
    pub entries: usize,
    /// Planned or sent deliveries to them: what is left of each says that there was one.
    pub deliveries: usize,
}

/// Whom to forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    person: Person,
    external_ids: Vec<String>,
}

impl Subject {
    /// An agent, with what the directory knows of them.
    pub fn agent(id: Id, known: Option<&Agent>) -> Subject {
        let mut subject = Subject { person: Person::new(PersonKind::Agent, id), external_ids: Vec::new() };
        if let Some(Agent { name, email, phone, avatar_url, external_ids, .. }) = known {
            let person = subject.person.named(name).at(email.as_deref()).at(phone.as_deref());
            subject = Subject { person: person.at(avatar_url.as_deref()), external_ids: bare(external_ids) };
        }
        subject
    }

    /// A contact, the same.
    pub fn contact(id: Id, known: Option<&Contact>) -> Subject {
        let mut subject = Subject { person: Person::new(PersonKind::Contact, id), external_ids: Vec::new() };
        if let Some(Contact { name, email, phone, external_ids, .. }) = known {
            let person = subject.person.named(name).at(email.as_deref()).at(phone.as_deref());
            subject = Subject { person, external_ids: bare(external_ids) };
        }
        subject
    }
}

/// `desk:3` is `3` to the desk.
fn bare(external_ids: &[String]) -> Vec<String> {
    external_ids.iter().map(|id| id.split_once(':').map_or(&**id, |(_, bare)| bare).to_owned()).collect()
}

/// Forgets a person, but for their record in the directory. New events must not reach them any more by then.
///
/// # Errors
/// When the store cannot be read or written; what was done until then stays so, and asking again does the rest.
pub async fn erase(store: &Store, subject: Subject) -> Result<Erased> {
    let Subject { mut person, external_ids } = subject;
    let mut erased = Erased::default();
    if person.kind() == PersonKind::Agent {
        erased.notifications = remove_inbox(store, person.id()).await?;
        erased.watches = remove_watches(store, person.id()).await?;
        erased.subscriptions = store.forget_push_subscriptions(person.id()).await?;
        store.forget_muted(person.id()).await?;
        store.forget_sign_in_links(person.id()).await?;
        store.forget_author(person.id()).await?;
    }
    for _ in 0..ROUNDS {
        let known = person.traces().len();
        for place in PLACES {
            let count;
            (person, count) = take_out(store, person, place).await?;
            *erased.of(place) += count;
        }
        if person.traces().len() == known {
            break;
        }
    }
    store.forget_unmatched(&person, external_ids).await?;
    erased.deliveries = store.forget_recipient(&person).await?;
    store.forget_presence(&person).await?;
    store.forget_sms(&person).await?;
    leave_webhook_messages(store, &person).await?;
    store.forget_addresses(&person).await?;
    if person.kind() == PersonKind::Agent {
        tokio::time::sleep(ACKS_WITHIN).await;
        erased.notifications += remove_inbox(store, person.id()).await?;
    }
    Ok(erased)
}

impl Erased {
    fn of(&mut self, place: Place) -> &mut usize {
        match place {
            Place::Tickets => &mut self.tickets,
            Place::Events => &mut self.events,
            Place::Entries => &mut self.entries,
        }
    }
}

async fn remove_inbox(store: &Store, agent: &Id) -> Result<usize> {
    let mut notifications = 0;
    while let Some(removed) = store.remove_inbox(agent).await? {
        notifications += removed;
        tokio::time::sleep(BREATH).await;
    }
    Ok(notifications)
}

async fn remove_watches(store: &Store, agent: &Id) -> Result<usize> {
    let mut watches = 0;
    loop {
        let removed = store.remove_watches(agent).await?;
        if removed == 0 {
            return Ok(watches);
        }
        watches += removed;
        tokio::time::sleep(BREATH).await;
    }
}

async fn leave_webhook_messages(store: &Store, person: &Person) -> Result<()> {
    let mut after = None;
    loop {
        after = store.leave_webhook_messages(person, after).await?;
        if after.is_none() {
            return Ok(());
        }
        tokio::time::sleep(BREATH).await;
    }
}

/// Goes through one kind of rows once; returns what is known of the person then, and how many rows they were in.
async fn take_out(store: &Store, mut person: Person, place: Place) -> Result<(Person, usize)> {
    let (mut after, mut rows) = (None, 0);
    loop {
        let page = store.look_for(&person, place, after).await?;
        for step in page.found.chunks(STEP) {
            let spots: Vec<Spot> = step.to_vec();
            let (known, count) = store.take_out(person, place, spots).await?;
            (person, rows) = (known, rows + count);
            tokio::time::sleep(BREATH).await;
        }
        after = page.next;
        if after.is_none() {
            return Ok((person, rows));
        }
    }
}
