//! What the administrator of an installation sets at run time, held in the store.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::preferences::Choice;

/// The installation's settings. Missing members have their factory value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Settings {
    /// Which shipped wording the bell uses (D-03).
    pub wording: Wording,
    /// Defaults and locks of categories for every agent.
    pub categories: BTreeMap<String, Choice>,
    /// Days that read or cleared notifications are kept; unread ones stay.
    pub retention_days: u32,
    /// Rules switched off, by rule id (`ticket.assigned/assignee`).
    pub rules_off: Vec<String>,
    /// Edited texts by `event/reason`, over the shipped ones (D-03).
    pub texts: BTreeMap<String, String>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            wording: Wording::Classic,
            categories: BTreeMap::new(),
            retention_days: 90,
            rules_off: Vec::new(),
            texts: BTreeMap::new(),
        }
    }
}

/// The two shipped wordings (D-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wording {
    /// `Ticket #123 assigned to you`.
    #[default]
    Classic,
    /// `Jane Smith assigned ticket #123 to you`.
    Frappe,
}
