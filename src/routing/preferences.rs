//! What stands in the way of a rule: switches, an agent's preferences, and what is the matter with the agent.

use super::{
    candidate::Why,
    rules::{Kind, Rule},
};
use crate::domain::{
    directory::{Agent, AgentStatus},
    event::{ActorKind, EventType},
    plan::Facts,
    preferences::{Choice, InForce, Preferences, default_choice},
};

/// What stands in the way of one rule, before any person is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    is_off: bool,
    is_known_act: bool,
    default: Choice,
    category: Option<&'static str>,
}

impl Gate {
    /// Looks up once per event what is the same for all recipients of the rule.
    pub fn of(rule: &Rule, facts: &Facts<'_>) -> Gate {
        let settings = &facts.snapshot.settings;
        let department = facts.ticket.and_then(|ticket| settings.departments.get(ticket.department.as_deref()?));
        let narrowed = department.map_or(&[][..], |department| &department.rules_off);
        Gate {
            is_off: settings.rules_off.iter().chain(narrowed).any(|id| id == rule.id),
            is_known_act: rule.kind != Kind::Mention
                && facts.ticket.is_some_and(|ticket| ticket.knows_act(facts.event)),
            default: rule.category.map_or(Choice::Required, |category| default_choice(category, &settings.categories)),
            category: rule.category,
        }
    }

    /// Why this person does not hear of the rule; none when they do.
    pub fn blocks(&self, preferences: Option<&Preferences>, facts: &Facts<'_>) -> Option<Why> {
        if self.is_off {
            return Some(Why::RuleOff);
        }
        if self.is_known_act {
            return Some(Why::SameAct);
        }
        let choice = match (preferences, self.category) {
            (Some(preferences), Some(category)) => preferences.choice_over(category, self.default),
            _ => self.default,
        };
        let bell_off = || !InForce::new(preferences, &facts.snapshot.settings).is_on("bell");
        match choice {
            Choice::Off => Some(Why::CategoryOff),
            Choice::On if bell_off() => Some(Why::BellOff),
            Choice::On | Choice::Required => None,
        }
    }
}

/// What about a person is in the way of everything; none when nothing is.
pub fn obstacle(id: &str, agent: Option<&Agent>, facts: &Facts<'_>) -> Option<Why> {
    let no_access = || facts.ticket.is_some_and(|ticket| ticket.no_access.iter().any(|known| **known == *id));
    match agent {
        None => Some(Why::UnknownAgent),
        Some(agent) if agent.status == AgentStatus::Inactive => Some(Why::Inactive),
        Some(agent) if is_own_act(agent, facts) => Some(Why::Actor),
        Some(_) if no_access() => Some(Why::NoAccess),
        Some(_) if facts.event.data.bot_answered => Some(Why::BotAnswered),
        Some(_) => None,
    }
}

/// A test is for oneself; nothing else is (D-04). Whoever writes in from an agent's address is that agent.
fn is_own_act(agent: &Agent, facts: &Facts<'_>) -> bool {
    let (event, actor) = (facts.event, &facts.event.data.actor);
    match actor.kind {
        _ if event.kind == EventType::NotificationTest => false,
        ActorKind::Agent => actor.id.as_ref() == Some(&agent.id),
        ActorKind::Customer => {
            let owner = facts.ticket.and_then(|ticket| ticket.customer.as_ref());
            let owner = owner.filter(|owner| actor.id.is_none() || owner.id.is_none() || actor.id == owner.id);
            let address = actor.email.as_deref().or_else(|| owner?.email.as_deref());
            let own = agent.email.as_deref();
            matches!((address, own), (Some(address), Some(own)) if address.eq_ignore_ascii_case(own))
        }
        ActorKind::Bot | ActorKind::System => false,
    }
}
