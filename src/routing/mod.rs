//! Decides who hears about an event, and why. Pure: facts and the time come in, notifications and refusals go out.
//!
//! [`rules`] says which audience hears of what; [`audience`] finds the people; [`preferences`] what they want and may;
//! [`drafts`] words it; [`follow_up`] is what happens beside; [`explain`] is the whole decision as JSON.

pub mod audience;
pub mod candidate;
mod drafts;
pub mod explain;
mod follow_up;
pub mod links;
mod mentions;
pub mod plain_text;
mod preferences;
pub mod rules;
pub mod text;
pub mod wording;

#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use candidate::{Candidate, CandidateKind, Outcome, Why};
use drafts::{Drafter, Prepared};
use explain::Explanation;
use preferences::Gate;
use rules::RULES;
use text::Texts;

use crate::domain::{
    Id,
    act::{Op, Selector},
    event::EventType,
    notification::Draft,
    plan::{Facts, Plan, Router},
    ticket::Watch,
};

/// The rule book, made ready: rules by event, texts compiled. One per process, shared by all events.
pub struct Engine {
    rules: Vec<Vec<Prepared>>,
    texts: Texts,
}

/// What one event leads to, with the trace of how it came about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// Everybody whom a rule named, and the actor, each once.
    pub candidates: Vec<Candidate>,
    /// One per candidate who is notified or stored.
    pub drafts: Vec<Draft>,
    /// Watches made or renewed.
    pub watches: Vec<Watch>,
    /// What happens to entries that are already there.
    pub acts: Vec<(Id, Op, Selector)>,
}

/// A person and the rule of theirs that counts so far.
struct Named<'e> {
    agent: Id,
    prepared: &'e Prepared,
    blocked: Option<Why>,
}

impl Default for Engine {
    fn default() -> Engine {
        Engine::new()
    }
}

impl Engine {
    /// Compiles the book.
    pub fn new() -> Engine {
        let of = |kind: &EventType| RULES.iter().filter(|rule| rule.on == *kind).map(Prepared::new).collect();
        Engine { rules: EventType::ALL.iter().map(of).collect(), texts: Texts::default() }
    }

    /// Who hears of it, and why, and what else happens.
    pub fn decide(&self, facts: &Facts<'_>) -> Decision {
        let named = self.name_people(facts);
        let mut drafter = Drafter::new(facts, &self.texts);
        let mut decision = Decision {
            candidates: Vec::with_capacity(named.len() + 1),
            drafts: Vec::with_capacity(named.len()),
            ..Decision::default()
        };
        for person in named {
            let candidate = judge(&person, facts);
            decision.drafts.extend(drafter.draft(&candidate, person.prepared));
            decision.candidates.push(candidate);
        }
        decision.candidates.extend(self.unnamed_actor(facts, &decision.candidates));
        decision.watches = follow_up::watches(facts);
        decision.acts = follow_up::acts(facts, &decision.candidates);
        decision
    }

    /// The same, as `POST /api/v1/explain` answers it.
    pub fn explain(&self, facts: &Facts<'_>) -> Explanation {
        Explanation { candidates: self.decide(facts).candidates }
    }

    fn rules_of(&self, kind: EventType) -> &[Prepared] {
        self.rules.get(kind as usize).map_or(&[], Vec::as_slice)
    }

    /// Everybody in an audience of this event, each once, with the rule that counts: the first by rank that nothing
    /// switches off for them, else the first.
    fn name_people(&self, facts: &Facts<'_>) -> Vec<Named<'_>> {
        let mut people: Vec<Named<'_>> = Vec::new();
        let mut places: HashMap<Id, usize> = HashMap::new();
        let mut audience = Vec::new();
        for prepared in self.rules_of(facts.event.kind) {
            if !audience::holds(prepared.rule.when, facts) {
                continue;
            }
            let gate = Gate::of(prepared.rule, facts);
            audience::resolve(prepared.rule.audience, facts, &mut audience);
            for agent in audience.drain(..) {
                let place = *places.entry(agent.clone()).or_insert(people.len());
                let known = people.get(place).map(|person| person.blocked);
                if known.is_some_and(|blocked| blocked.is_none()) {
                    continue;
                }
                let blocked = gate.blocks(facts.snapshot.preferences.get(&agent));
                match people.get_mut(place) {
                    None => people.push(Named { agent, prepared, blocked }),
                    Some(person) if blocked.is_none() => *person = Named { agent, prepared, blocked },
                    Some(_) => {}
                }
            }
        }
        people
    }

    /// Whoever did it is listed even where no rule names them: "why did I not get this" has an answer.
    fn unnamed_actor(&self, facts: &Facts<'_>, candidates: &[Candidate]) -> Option<Candidate> {
        let actor = facts.event.data.actor.agent()?;
        let has_rules = !self.rules_of(facts.event.kind).is_empty();
        let is_listed = candidates.iter().any(|candidate| candidate.recipient == *actor);
        (has_rules && !is_listed).then(|| Candidate {
            recipient: actor.clone(),
            kind: CandidateKind::Agent,
            outcome: Outcome::Skipped,
            why: Some(Why::Actor),
            rule: None,
            channels: None,
        })
    }
}

fn judge(person: &Named<'_>, facts: &Facts<'_>) -> Candidate {
    let agent = facts.snapshot.directory.agent(&person.agent);
    let (outcome, why) = preferences::judge(&person.agent, agent, person.blocked, facts);
    let chosen = facts.snapshot.preferences.get(&person.agent);
    Candidate {
        recipient: person.agent.clone(),
        kind: CandidateKind::Agent,
        outcome,
        why,
        rule: Some(person.prepared.rule),
        channels: agent.and_then(|agent| preferences::channels(outcome, agent, chosen)),
    }
}

impl Router for Engine {
    fn route(&self, facts: Facts<'_>) -> Plan {
        let decision = self.decide(&facts);
        Plan {
            explanation: explain::to_json(&decision.candidates),
            drafts: decision.drafts,
            watches: decision.watches,
            acts: decision.acts,
        }
    }
}
