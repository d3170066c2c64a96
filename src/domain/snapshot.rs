//! Directory, preferences, settings, keys and sources at one version of the store, held in memory by every node.

use std::collections::HashMap;

use ahash::AHashMap;
use serde::{Deserialize, Serialize};

use super::{
    Id, Millis,
    directory::Directory,
    preferences::Preferences,
    settings::Settings,
    template::Template,
    webhook::{Webhook, WebhookType},
};

/// One version of everything that is read on each event and changed seldom.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The store's version this was read at.
    pub version: i64,
    /// People and groups.
    pub directory: Directory,
    /// What agents chose, by agent id.
    pub preferences: AHashMap<Id, Preferences>,
    /// What the administrator set.
    pub settings: Settings,
    /// API keys by the hex SHA-256 of the secret.
    pub api_keys: HashMap<String, ApiKey>,
    /// Adapters' sources by name.
    pub sources: HashMap<Id, Source>,
    /// Programs that want to hear, by id.
    pub webhooks: HashMap<Id, Webhook>,
    /// Administrators' templates in force, by name; the shipped ones are not here.
    pub templates: HashMap<Id, Template>,
}

impl Snapshot {
    /// What an agent chose, or the defaults.
    pub fn preferences_of(&self, agent: &str) -> &Preferences {
        static NONE: std::sync::LazyLock<Preferences> = std::sync::LazyLock::new(Preferences::default);
        self.preferences.get(agent).unwrap_or(&NONE)
    }

    /// The programs that want to hear of this; as a rule there are none, and that costs nothing.
    pub fn webhooks_for(&self, kind: WebhookType) -> impl Iterator<Item = &Webhook> {
        self.webhooks.values().filter(move |webhook| webhook.wants(kind))
    }
}

/// An API key as the store keeps it: never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Short public id, to list and revoke it.
    pub id: Id,
    /// What it is for, in its maker's words.
    pub name: String,
    /// Hex SHA-256 of the secret.
    pub hash: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Millis,
}

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Post events and notifications.
    Events,
    /// Everything an administrator may, posting of events not included.
    Admin,
}

/// A helpdesk that posts its own webhooks (`/hooks/{kind}/{source}`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its name in the path.
    pub id: Id,
    /// Which adapter reads it: `zammad`, `chatwoot`, ….
    pub kind: String,
    /// The secret its webhooks are signed with.
    pub secret: String,
    /// Where the helpdesk is, to build links to tickets: `https://desk.example.com`.
    #[serde(default)]
    pub base_url: Option<String>,
}
