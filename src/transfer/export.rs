//! Out of a store, page by page: a reader that is slow holds a list of ids and one page, and no transaction.
//!
//! Records come as they are stored, so that what nobody set stays unset where it goes; keys and sources, which hold
//! secrets, do not come along. Each page is read by itself: what is changed meanwhile comes as it is then.

use std::collections::VecDeque;

use bytes::Bytes;
use serde_json::Value;

use crate::{
    domain::{Id, snapshot::Snapshot},
    error::{Error, Result},
    store::{RecordKind, SETTINGS_ID, Store},
};

/// Records read at once.
const PAGE: usize = 100;

/// An export under way.
pub(crate) struct Export {
    store: Store,
    pages: VecDeque<Page>,
}

enum Page {
    Records(RecordKind, Vec<Id>),
    /// All versions of one template.
    Template(Id),
    /// All watches of one agent.
    Watches(Id),
}

impl Export {
    /// Notes what there is, sorted by id, byte by byte: the same on every database.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn begin(store: Store) -> Result<Export> {
        let snapshot = store.refresh().await?;
        let mut pages = VecDeque::new();
        for (kind, mut ids) in ids(&snapshot) {
            ids.sort_unstable();
            pages.extend(ids.chunks(PAGE).map(|ids| Page::Records(kind, ids.to_vec())));
        }
        let mut templates = store.changed_templates().await?;
        templates.sort_unstable();
        pages.extend(templates.into_iter().map(Page::Template));
        let mut agents = store.agents_with_watches().await?;
        agents.sort_unstable();
        pages.extend(agents.into_iter().map(Page::Watches));
        Ok(Export { store, pages })
    }

    /// The next lines; none at the end.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        while let Some(page) = self.pages.pop_front() {
            let lines = match page {
                Page::Records(kind, ids) => self.records(kind, ids).await?,
                Page::Template(name) => self.template(&name).await?,
                Page::Watches(agent) => self.watches(&agent).await?,
            };
            if !lines.is_empty() {
                return Ok(Some(lines.into()));
            }
        }
        Ok(None)
    }

    async fn records(&self, kind: RecordKind, ids: Vec<Id>) -> Result<String> {
        let mut bodies = self.store.record_bodies(kind, ids.clone()).await?;
        let mut lines = String::new();
        // A record that went meanwhile is left out.
        for id in ids {
            if let Some(mut body) = bodies.remove(&id) {
                if kind == RecordKind::Preferences {
                    body.insert("agent".to_owned(), Value::from(&*id));
                }
                push(&mut lines, kind.as_str(), &body)?;
            }
        }
        Ok(lines)
    }

    async fn template(&self, name: &Id) -> Result<String> {
        let mut lines = String::new();
        for version in self.store.kept_templates(name).await? {
            push(&mut lines, RecordKind::Template.as_str(), &version)?;
        }
        Ok(lines)
    }

    async fn watches(&self, agent: &Id) -> Result<String> {
        let mut watches = self.store.kept_watches(agent).await?;
        watches.sort_unstable_by(|a, b| a.ticket.cmp(&b.ticket));
        let mut lines = String::new();
        for watch in watches {
            push(&mut lines, "watch", &watch)?;
        }
        Ok(lines)
    }
}

fn ids(snapshot: &Snapshot) -> [(RecordKind, Vec<Id>); 6] {
    let directory = &snapshot.directory;
    [
        (RecordKind::Agent, directory.agents().map(|agent| agent.id.clone()).collect()),
        (RecordKind::Department, directory.departments().map(|department| department.id.clone()).collect()),
        (RecordKind::Team, directory.teams().map(|team| team.id.clone()).collect()),
        (RecordKind::Contact, directory.contacts().map(|contact| contact.id.clone()).collect()),
        (RecordKind::Settings, vec![Id::from(SETTINGS_ID)]),
        (RecordKind::Preferences, snapshot.preferences.keys().cloned().collect()),
    ]
}

fn push<T: serde::Serialize>(lines: &mut String, word: &str, body: &T) -> Result<()> {
    let body = serde_json::to_string(body).map_err(|error| Error::Internal(error.to_string()))?;
    lines.push_str(&format!("{{\"{word}\":{body}}}\n"));
    Ok(())
}
