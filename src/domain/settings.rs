//! What the administrator of an installation sets at run time, held in the store.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    alerts::{
        Alerts, Autoresponses, Chat, Coverage, EmailChoice, HelpTopic, Narrowed, ResolvedByWork, SpamLimits,
        SystemAlerts,
    },
    preferences::{Choice, Preferences},
};

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
    /// Switches of the alert emails (D-21, D-23).
    pub alerts: Alerts,
    /// Alert emails by category (D-22): what a switch names goes out unless this says otherwise.
    pub alert_email: BTreeMap<String, EmailChoice>,
    /// Fallback emails by category (D-22): what no device confirmed.
    pub fallback_email: BTreeMap<String, EmailChoice>,
    /// Events that reached nobody.
    pub coverage: Coverage,
    /// What a colleague's work settles.
    pub resolved_by_work: ResolvedByWork,
    /// What customers are sent by themselves.
    pub autoresponses: Autoresponses,
    /// Limits against spam.
    pub limits: SpamLimits,
    /// What people in chats are sent while they are offline.
    pub chat: Chat,
    /// What goes to the administrative address.
    pub system_alerts: SystemAlerts,
    /// What departments switch off, by their id.
    pub departments: BTreeMap<String, Narrowed>,
    /// What help topics switch off, by their name.
    pub help_topics: BTreeMap<String, HelpTopic>,
    /// What counts for agents who chose nothing; their categories stand in `categories`.
    pub defaults: Preferences,
    /// Critical ones get through quiet hours, whatever agents wish (D-12).
    pub critical_always: bool,
    /// Limits of text messages, whatever they are about.
    pub sms: SmsLimits,
}

/// Limits of text messages (R-154, D-10). A day is one of UTC, from midnight to midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SmsLimits {
    /// Text messages a day, of the whole installation.
    pub daily_limit: u32,
    /// Text messages a day to one person.
    pub daily_limit_per_person: u32,
}

impl Default for SmsLimits {
    fn default() -> SmsLimits {
        SmsLimits { daily_limit: 50, daily_limit_per_person: 10 }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            wording: Wording::Classic,
            categories: BTreeMap::new(),
            retention_days: 90,
            rules_off: Vec::new(),
            texts: BTreeMap::new(),
            alerts: Alerts::default(),
            alert_email: BTreeMap::new(),
            fallback_email: BTreeMap::new(),
            coverage: Coverage::default(),
            resolved_by_work: ResolvedByWork::default(),
            autoresponses: Autoresponses::default(),
            limits: SpamLimits::default(),
            chat: Chat::default(),
            system_alerts: SystemAlerts::default(),
            departments: BTreeMap::new(),
            help_topics: BTreeMap::new(),
            defaults: Preferences::default(),
            critical_always: false,
            sms: SmsLimits::default(),
        }
    }
}

impl Settings {
    /// Whether an alert email goes to an agent who chose `own` (D-22).
    pub fn alert_email(&self, category: &str, own: Option<bool>) -> bool {
        self.alert_email.get(category).copied().unwrap_or(EmailChoice::On).with(own)
    }

    /// Whether a fallback email goes to an agent who chose `own` (D-22).
    pub fn fallback_email(&self, category: &str, own: Option<bool>) -> bool {
        self.fallback_email.get(category).copied().unwrap_or(EmailChoice::On).with(own)
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
