//! A mail's or text message's wording as an administrator wrote it.

use serde::{Deserialize, Serialize};

use super::{Id, Millis};

/// One version of an administrator's template. Its texts are sources: what is filled in comes as values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its name, `agent_email` for example.
    pub id: Id,
    /// Counts up from 1 for each name.
    pub version: i64,
    /// The subject line; empty for text messages.
    #[serde(default)]
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML; none: made of the plain text.
    #[serde(default)]
    pub html: Option<String>,
    /// Who saved it: an agent's id, or the name of an API key.
    #[serde(default)]
    pub author: String,
    /// When.
    pub created_at: Millis,
}
