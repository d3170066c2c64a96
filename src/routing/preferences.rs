//! What an agent's preferences and circumstances make of a rule: heard of or not, and on which channels.

use super::{
    candidate::{ChannelOutcome, Channels, Outcome, Why},
    rules::Rule,
};
use crate::domain::{
    directory::{Agent, AgentStatus, Role},
    plan::Facts,
    preferences::{Choice, Preferences, default_choice},
};

/// How long a connected device has before push is tried (DESIGN: grace).
const PUSH_AFTER_MS: u64 = 10_000;
/// How long any device has before the fallback email (D-22).
const EMAIL_AFTER_MS: u64 = 120_000;

/// What stands in the way of one rule, before any person is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    is_off: bool,
    default: Choice,
    category: Option<&'static str>,
}

impl Gate {
    /// Looks up once per event what is the same for all recipients of the rule.
    pub fn of(rule: &Rule, facts: &Facts<'_>) -> Gate {
        let settings = &facts.snapshot.settings;
        Gate {
            is_off: settings.rules_off.iter().any(|id| id == rule.id),
            default: rule.category.map_or(Choice::Required, |category| default_choice(category, &settings.categories)),
            category: rule.category,
        }
    }

    /// Why this person does not hear of the rule; none when they do.
    pub fn blocks(&self, preferences: Option<&Preferences>) -> Option<Why> {
        if self.is_off {
            return Some(Why::RuleOff);
        }
        let choice = match (preferences, self.category) {
            (Some(preferences), Some(category)) => preferences.choice_over(category, self.default),
            _ => self.default,
        };
        let bell_off = || preferences.is_some_and(|p| p.channels.get("bell") == Some(&false));
        match choice {
            Choice::Off => Some(Why::CategoryOff),
            Choice::On if bell_off() => Some(Why::BellOff),
            Choice::On | Choice::Required => None,
        }
    }
}

/// What comes of a person whom a rule names; `blocked` is what [`Gate::blocks`] said.
pub fn judge(id: &str, agent: Option<&Agent>, blocked: Option<Why>, facts: &Facts<'_>) -> (Outcome, Option<Why>) {
    let data = &facts.event.data;
    let Some(agent) = agent else {
        return (Outcome::Skipped, Some(Why::UnknownAgent));
    };
    let no_access = || facts.ticket.is_some_and(|ticket| ticket.no_access.iter().any(|known| **known == *id));
    let why = if agent.status == AgentStatus::Inactive {
        Some(Why::Inactive)
    } else if is_own_act(id, facts) {
        Some(Why::Actor)
    } else if no_access() {
        Some(Why::NoAccess)
    } else if data.bot_answered {
        Some(Why::BotAnswered)
    } else {
        blocked
    };
    match (why, agent.status) {
        (Some(why), _) => (Outcome::Skipped, Some(why)),
        (None, AgentStatus::Vacation) => (Outcome::Stored, Some(Why::Vacation)),
        (None, _) => (Outcome::Notified, None),
    }
}

/// A test is for oneself; nothing else is (D-04).
pub fn is_own_act(id: &str, facts: &Facts<'_>) -> bool {
    let event = facts.event;
    event.kind != crate::domain::event::EventType::NotificationTest
        && event.data.actor.agent().is_some_and(|actor| **actor == *id)
}

/// The channels of a person who is notified or stored.
pub fn channels(outcome: Outcome, agent: &Agent, preferences: Option<&Preferences>) -> Option<Channels> {
    let skipped = |why| ChannelOutcome::Skipped { why };
    let is_on = |channel| preferences.is_none_or(|p| p.channels.get(channel) != Some(&false));
    match outcome {
        Outcome::Skipped => None,
        Outcome::Stored => Some(Channels {
            bell: ChannelOutcome::Stored,
            web_push: skipped("vacation"),
            email: skipped("vacation"),
            sms: skipped("vacation"),
        }),
        Outcome::Notified => Some(Channels {
            bell: ChannelOutcome::Now { rule: None },
            web_push: if is_on("web_push") {
                ChannelOutcome::IfUnacknowledged { after_ms: PUSH_AFTER_MS }
            } else {
                skipped("channel_off")
            },
            email: match (&agent.email, is_on("email")) {
                (None, _) => skipped("no_address"),
                (_, false) => skipped("channel_off"),
                (Some(_), true) => ChannelOutcome::IfUnacknowledged { after_ms: EMAIL_AFTER_MS },
            },
            sms: skipped(if agent.role == Role::Pm { "no_policy" } else { "not_pm" }),
        }),
    }
}
