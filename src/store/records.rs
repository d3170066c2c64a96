//! Versioned records: directory, preferences, settings, keys and sources, edited as JSON and held in memory typed.

use serde_json::{Map, Value};

use crate::domain::Id;

/// The kinds of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the words say it")]
pub enum RecordKind {
    Agent,
    Department,
    Team,
    Contact,
    Preferences,
    /// One record, id `settings`.
    Settings,
    ApiKey,
    Source,
}

/// One change of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// What kind.
    pub kind: RecordKind,
    /// Which.
    pub id: Id,
    /// What to do with it.
    pub change: EditChange,
    /// RFC 6901 pointer to where it stood in the request, for errors: `/agents/0`; empty for the whole body.
    pub pointer: String,
}

/// How a record changes.
#[derive(Debug, Clone, PartialEq)]
pub enum EditChange {
    /// Members given replace, null clears, what is left out stays; makes the record if need be.
    Merge(Map<String, Value>),
    /// The same, into nested objects as well (RFC 7396).
    MergeDeep(Map<String, Value>),
    /// Removes it; no error when it is not there.
    Delete,
}
