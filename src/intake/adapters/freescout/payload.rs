//! The conversation as FreeScout and Help Scout send it, all optional: the two, and their versions, differ in what they
//! send. PHP spells an empty object `[]`, which a struct with defaults takes as well.

use serde::Deserialize;

use crate::intake::adapters::loose::{LooseId, LooseTime, MAX_NAME_BYTES, clip};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct Conversation {
    pub id: Option<LooseId>,
    pub number: Option<LooseId>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub status: Option<String>,
    pub subject: Option<String>,
    pub mailbox_id: Option<LooseId>,
    pub assignee: Option<Person>,
    pub created_by: Option<Person>,
    pub closed_by_user: Option<Person>,
    /// FreeScout's word.
    customer: Option<Person>,
    /// Help Scout's.
    primary_customer: Option<Person>,
    created_at: Option<LooseTime>,
    updated_at: Option<LooseTime>,
    user_updated_at: Option<LooseTime>,
    #[serde(rename = "_embedded")]
    embedded: EmbeddedThreads,
    #[serde(rename = "_links")]
    links: Links,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EmbeddedThreads {
    threads: Option<Vec<Thread>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Links {
    web: Option<Link>,
    data: Option<Link>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Link {
    href: Option<String>,
}

impl Conversation {
    /// More than the id, which is all that a deleted one may come with: then no assignee in it means nobody.
    pub fn is_whole(&self) -> bool {
        self.number.is_some()
    }

    pub fn customer(&self) -> Option<&Person> {
        let customer = self.customer.as_ref().or(self.primary_customer.as_ref());
        customer.or_else(|| self.newest(|thread| thread.kind() == ThreadKind::Customer)?.customer.as_ref())
    }

    /// When it last changed, as far as it says.
    pub fn changed_at(&self) -> Option<i64> {
        let times = [&self.updated_at, &self.user_updated_at];
        times.into_iter().flatten().filter_map(LooseTime::millis).max()
    }

    pub fn made_at(&self) -> Option<i64> {
        self.created_at.as_ref().and_then(LooseTime::millis)
    }

    /// The page of it, which only Help Scout sends.
    pub fn web_page(&self) -> Option<&str> {
        self.links.web.as_ref()?.href.as_deref()
    }

    fn threads(&self) -> impl Iterator<Item = &Thread> {
        self.embedded.threads.iter().flatten().filter(|thread| !thread.is_draft())
    }

    /// The newest thread that fits; the two systems order them differently.
    pub fn newest(&self, fits: impl Fn(&Thread) -> bool) -> Option<&Thread> {
        self.threads().filter(|thread| fits(thread)).max_by_key(|thread| thread.order())
    }

    /// What it began with: the oldest thread that is more than a line of the log.
    pub fn opening(&self) -> Option<&Thread> {
        let written = self.threads().filter(|thread| thread.kind() != ThreadKind::LineItem);
        written.min_by_key(|thread| thread.order())
    }

    /// Whether it was closed until this thread came: each thread says which status it left the conversation in.
    pub fn was_closed_before(&self, thread: &Thread) -> bool {
        let said = |older: &Thread| older.order() < thread.order() && older.sets_status();
        self.newest(said).is_some_and(|older| older.status.as_deref() == Some("closed"))
    }
}

/// A message, a note, or a line of the log.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct Thread {
    pub id: Option<LooseId>,
    #[serde(rename = "type")]
    kind: Option<String>,
    pub status: Option<String>,
    state: Option<String>,
    action: Action,
    pub body: Option<String>,
    pub customer: Option<Person>,
    pub created_by: Option<Person>,
    pub assigned_to: Option<Person>,
    created_at: Option<LooseTime>,
    attachments: Option<Vec<File>>,
    #[serde(rename = "_embedded")]
    embedded: EmbeddedFiles,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Action {
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EmbeddedFiles {
    attachments: Option<Vec<File>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadKind {
    Customer,
    Agent,
    Note,
    LineItem,
    Other,
}

impl Thread {
    pub fn kind(&self) -> ThreadKind {
        match self.kind.as_deref() {
            Some("customer" | "chat" | "beaconchat") => ThreadKind::Customer,
            Some("message" | "reply") => ThreadKind::Agent,
            Some("note") => ThreadKind::Note,
            Some("lineitem") => ThreadKind::LineItem,
            _ => ThreadKind::Other,
        }
    }

    fn is_draft(&self) -> bool {
        matches!(self.state.as_deref(), Some("draft" | "hidden"))
    }

    fn sets_status(&self) -> bool {
        matches!(self.status.as_deref(), Some("active" | "pending" | "closed" | "spam"))
    }

    /// By time, and by id within one second.
    fn order(&self) -> (i64, u64) {
        let id = self.id.as_ref().and_then(LooseId::text).and_then(|id| id.parse().ok());
        (self.made_at().unwrap_or(0), id.unwrap_or(0))
    }

    pub fn made_at(&self) -> Option<i64> {
        self.created_at.as_ref().and_then(LooseTime::millis)
    }

    /// A workflow wrote this line of the log.
    pub fn is_by_rule(&self) -> bool {
        self.action.kind.as_deref().is_some_and(|kind| kind.contains("workflow"))
    }

    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.attachments.iter().flatten().chain(self.embedded.attachments.iter().flatten())
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct File {
    file_name: Option<String>,
    filename: Option<String>,
    file_url: Option<String>,
    #[serde(rename = "_links")]
    links: Links,
}

impl File {
    pub fn name(&self) -> Option<&str> {
        self.file_name.as_deref().or(self.filename.as_deref())
    }

    pub fn url(&self) -> &str {
        let links = [self.links.web.as_ref(), self.links.data.as_ref()];
        let linked = || links.into_iter().flatten().find_map(|link| link.href.as_deref());
        self.file_url.as_deref().or_else(linked).unwrap_or_default()
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct Person {
    pub id: Option<LooseId>,
    #[serde(rename = "type")]
    kind: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    /// Help Scout's words for the two.
    first: Option<String>,
    last: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonKind {
    User,
    Customer,
    Team,
    System,
}

impl Person {
    pub fn kind(&self) -> PersonKind {
        match self.kind.as_deref() {
            Some("customer") => PersonKind::Customer,
            Some("team") => PersonKind::Team,
            Some("system_user" | "system") => PersonKind::System,
            _ => PersonKind::User,
        }
    }

    pub fn id(&self) -> Option<String> {
        self.id.as_ref()?.text()
    }

    pub fn name(&self) -> String {
        let names = [self.first_name.as_ref().or(self.first.as_ref()), self.last_name.as_ref().or(self.last.as_ref())];
        let parts = names.into_iter().flatten().map(|part| part.trim()).filter(|part| !part.is_empty());
        clip(&parts.collect::<Vec<_>>().join(" "), MAX_NAME_BYTES)
    }
}
