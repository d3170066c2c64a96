//! What an agent wants to hear: the rows of the preferences screen, their defaults and their locks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A row of the preferences screen with its factory default (R-062 to R-070, `bell.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Category {
    /// The key in JSON.
    pub id: &'static str,
    /// The label on the screen.
    pub label: &'static str,
    /// Factory default.
    pub default: Choice,
}

/// Every category, in the order of the screen.
pub const CATEGORIES: &[Category] = &[
    Category { id: "ticket_assigned", label: "Ticket Assigned", default: Choice::On },
    Category { id: "team_assigned", label: "Team Assigned", default: Choice::On },
    Category { id: "new_client_message", label: "New Client Message", default: Choice::On },
    Category { id: "mention", label: "Mention", default: Choice::On },
    Category { id: "escalation", label: "Escalation", default: Choice::On },
    Category { id: "ai_critical", label: "AI Critical Alert", default: Choice::On },
    Category { id: "over_budget", label: "Over-Budget", default: Choice::On },
    Category { id: "doc_review", label: "Documentation Review", default: Choice::On },
    Category { id: "overdue", label: "Overdue", default: Choice::On },
    Category { id: "chat", label: "Chat", default: Choice::On },
    Category { id: "custom", label: "Custom", default: Choice::On },
    Category { id: "transfer", label: "Transfer", default: Choice::Off },
    Category { id: "new_ticket_department", label: "New Ticket (Dept)", default: Choice::Off },
    Category { id: "note_added", label: "Note Added", default: Choice::Off },
    Category { id: "emoji_reaction", label: "Emoji Reaction", default: Choice::Off },
    Category { id: "coverage", label: "Coverage", default: Choice::Required },
];

/// What is chosen for a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Heard of.
    On,
    /// No entry and no alert (D-21).
    Off,
    /// On, and locked by an administrator.
    Required,
}

/// What one agent chose. Whatever is not in here follows the installation's defaults.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Preferences {
    /// Choice by category id.
    pub categories: BTreeMap<String, Choice>,
    /// Which channels are on at all: `bell`, `desktop`, `web_push`, `email`, `sms`.
    pub channels: BTreeMap<String, bool>,
    /// Quiet hours, as the preferences screen stores them; applied by the rule book.
    #[schema(value_type = Object)]
    pub quiet_hours: serde_json::Value,
    /// instant, 15min, hourly, daily (D-20).
    pub email_frequency: Option<String>,
}

impl Preferences {
    /// What counts for `category`: a lock of the installation, then the agent's choice, then the defaults.
    pub fn choice(&self, category: &str, installation: &BTreeMap<String, Choice>) -> Choice {
        self.choice_over(category, default_choice(category, installation))
    }

    /// The same with the default at hand: routing looks it up once for all recipients of a rule.
    pub fn choice_over(&self, category: &str, default: Choice) -> Choice {
        if default == Choice::Required {
            return Choice::Required;
        }
        self.categories.get(category).copied().unwrap_or(default)
    }
}

/// What counts for an agent who chose nothing: the installation's setting, else the factory's.
pub fn default_choice(category: &str, installation: &BTreeMap<String, Choice>) -> Choice {
    let factory = || CATEGORIES.iter().find(|row| row.id == category).map(|row| row.default);
    installation.get(category).copied().or_else(factory).unwrap_or(Choice::On)
}
