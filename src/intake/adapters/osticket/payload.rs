//! What Bellhop's plugin for osTicket sends, all optional: an older plugin must be understood, or refused with a reason.

use serde::{Deserialize, Deserializer};

use crate::{
    domain::event::ActorKind,
    intake::adapters::loose::{LooseId, LooseName, LooseTime, MAX_NAME_BYTES, clip},
};

/// `bellhop-osticket/1.0`, by which its deliveries are known.
#[derive(Deserialize)]
pub struct Named {
    pub plugin: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Hook {
    pub event: Option<String>,
    /// Stays over retries.
    pub id: Option<String>,
    pub time: Option<LooseTime>,
    pub actor: Option<Actor>,
    pub ticket: Option<Ticket>,
    pub entry: Option<Entry>,
    pub assigned: Option<Assigned>,
    pub from_department: Option<LooseName>,
    /// Who had it before it was reopened.
    pub previous_staff: Option<Person>,
    /// The message reopened the ticket.
    pub reopened: bool,
    pub alerts_disabled: bool,
    pub contact: Option<Person>,
    pub open_tickets: Option<u32>,
    pub limit: Option<u32>,
    pub title: Option<String>,
    pub detail: Option<String>,
    pub account: Option<String>,
    pub account_kind: Option<String>,
    pub ip: Option<String>,
    pub attempts: Option<u32>,
}

#[derive(Deserialize)]
pub struct Actor {
    kind: Option<String>,
    #[serde(flatten)]
    pub person: Person,
}

impl Actor {
    pub fn kind(&self) -> ActorKind {
        match self.kind.as_deref() {
            Some("agent") => ActorKind::Agent,
            Some("customer") => ActorKind::Customer,
            _ => ActorKind::System,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Person {
    pub id: Option<LooseId>,
    name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

impl Person {
    pub fn shown_name(&self) -> Option<String> {
        self.name.as_deref().map(|name| clip(name, MAX_NAME_BYTES)).filter(|name| !name.is_empty())
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Ticket {
    pub id: Option<LooseId>,
    pub number: Option<LooseId>,
    pub subject: Option<String>,
    pub url: Option<String>,
    /// The status as osTicket's administrator named it.
    pub status: Option<String>,
    /// `open` or `closed`, whatever the status is called.
    pub state: Option<String>,
    pub priority: Option<String>,
    pub source: Option<String>,
    pub help_topic: Option<String>,
    pub department: Option<LooseName>,
    /// Left out is not known, null is nobody.
    #[serde(deserialize_with = "given")]
    pub staff: Option<Option<Person>>,
    #[serde(deserialize_with = "given")]
    pub team: Option<Option<LooseName>>,
    pub user: Option<Person>,
    pub collaborators: Option<Vec<Person>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Entry {
    pub id: Option<LooseId>,
    pub body: Option<String>,
    /// `html` or `text`.
    pub format: Option<String>,
    pub auto_reply: bool,
    pub bounce: bool,
    pub mentions: Vec<Person>,
    pub attachments: Vec<File>,
}

#[derive(Deserialize)]
pub struct File {
    pub name: Option<String>,
    pub url: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Assigned {
    pub staff: Option<Person>,
    pub team: Option<LooseName>,
    /// A filter, a help topic or the department's settings did it.
    pub auto: bool,
}

fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}
