//! What an agent wants to hear: the rows of the preferences screen, their defaults and their locks.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    Millis,
    alerts::EmailChoice,
    quiet_hours::{DIGEST_HOUR, EmailFrequency, QuietHours},
    settings::Settings,
};

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
    /// When not to be disturbed.
    pub quiet_hours: Option<QuietHours>,
    /// Not to be disturbed until then.
    #[serde(with = "super::time::rfc3339_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub do_not_disturb_until: Option<Millis>,
    /// How often emails go out (R-077, D-20).
    pub email_frequency: Option<EmailFrequency>,
    /// The hour of the daily digest in the agent's time zone, 0 to 23.
    pub digest_hour: Option<u8>,
    /// Types of notifications that go out by email: `assignment`, `mention`, …; none given: all.
    pub email_types: Option<Vec<String>>,
    /// Mentions go out by email only when they are of high priority.
    pub high_priority_mentions_only: Option<bool>,
    /// Alert emails by category (D-22).
    pub alert_email: BTreeMap<String, bool>,
    /// Fallback emails by category (D-22).
    pub fallback_email: BTreeMap<String, bool>,
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

/// What counts for one agent: their own choices over the installation's defaults, factory values below.
#[derive(Debug, Clone, Copy)]
pub struct InForce<'a> {
    own: Option<&'a Preferences>,
    settings: &'a Settings,
}

impl<'a> InForce<'a> {
    /// Of an agent who chose `own`, if anything.
    pub fn new(own: Option<&'a Preferences>, settings: &'a Settings) -> InForce<'a> {
        InForce { own, settings }
    }

    fn first<T>(&self, of: impl Fn(&'a Preferences) -> Option<T>) -> Option<T> {
        self.own.and_then(&of).or_else(|| of(&self.settings.defaults))
    }

    /// Whether the channel is on at all.
    pub fn is_on(&self, channel: &str) -> bool {
        self.first(|p| p.channels.get(channel).copied()).unwrap_or(true)
    }

    /// Quiet hours, if there are any.
    pub fn quiet_hours(&self) -> Option<&'a QuietHours> {
        self.first(|p| p.quiet_hours.as_ref())
    }

    /// Not to be disturbed until then.
    pub fn do_not_disturb_until(&self) -> Option<Millis> {
        self.own.and_then(|p| p.do_not_disturb_until)
    }

    /// How often emails go out.
    pub fn email_frequency(&self) -> EmailFrequency {
        self.first(|p| p.email_frequency).unwrap_or_default()
    }

    /// The hour of the daily digest.
    pub fn digest_hour(&self) -> u8 {
        self.first(|p| p.digest_hour).unwrap_or(DIGEST_HOUR)
    }

    /// Types that go out by email; none: all.
    pub fn email_types(&self) -> Option<&'a [String]> {
        self.first(|p| p.email_types.as_deref())
    }

    /// Only mentions of high priority go out by email.
    pub fn high_priority_mentions_only(&self) -> bool {
        self.first(|p| p.high_priority_mentions_only).unwrap_or(false)
    }

    /// Whether an administrator wants alert emails of that category to go out in any case.
    pub fn requires_alert_email(&self, category: &str) -> bool {
        self.settings.alert_email.get(category) == Some(&EmailChoice::Required)
    }

    /// Whether an alert email of that category goes out (D-22).
    pub fn alert_email(&self, category: &str) -> bool {
        self.settings.alert_email(category, self.first(|p| p.alert_email.get(category).copied()))
    }

    /// Whether a fallback email of that category goes out (D-22).
    pub fn fallback_email(&self, category: &str) -> bool {
        self.settings.fallback_email(category, self.first(|p| p.fallback_email.get(category).copied()))
    }

    /// Until when nothing may disturb at `now`: quiet hours in that zone and "do not disturb", whichever is longer.
    pub fn quiet_until(&self, now: Millis, zone: Tz) -> Option<Millis> {
        let disturb = self.do_not_disturb_until().filter(|until| *until > now);
        let from = disturb.unwrap_or(now);
        let hours = self.quiet_hours().and_then(|hours| hours.until(from, zone));
        hours.or(disturb)
    }

    /// Whether critical ones get through that (D-12).
    pub fn lets_critical_through(&self) -> bool {
        self.settings.critical_always || self.quiet_hours().is_none_or(|hours| !hours.hold_critical)
    }
}

/// What counts for an agent who chose nothing: the installation's setting, else the factory's.
pub fn default_choice(category: &str, installation: &BTreeMap<String, Choice>) -> Choice {
    let factory = || CATEGORIES.iter().find(|row| row.id == category).map(|row| row.default);
    installation.get(category).copied().or_else(factory).unwrap_or(Choice::On)
}
