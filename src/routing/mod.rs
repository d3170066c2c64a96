//! Decides who hears about an event, and why. Pure: facts and the time come in, notifications and refusals go out.
//!
//! [`rules`] says which audience hears of what; [`audience`] finds the people; `preferences` what they want and may;
//! `drafts` words it; `follow_up` is what happens beside; [`explain`] is the whole decision as JSON.

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
    directory::Agent,
    event::EventType,
    notification::Draft,
    plan::{Facts, Plan, Router},
    preferences::Preferences,
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

/// A person and the rule of theirs that counts so far. What the directory and the preferences say of them is looked up
/// once.
struct Named<'e> {
    id: Id,
    agent: Option<&'e Agent>,
    preferences: Option<&'e Preferences>,
    prepared: &'e Prepared,
    blocked: Option<Why>,
}

/// Up to so many people are found faster by looking at each than by hashing.
const FEW: usize = 16;

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
    fn name_people<'e>(&'e self, facts: &Facts<'e>) -> Vec<Named<'e>> {
        let (mut people, mut index, mut audience) = (Vec::new(), HashMap::new(), Vec::new());
        for prepared in self.rules_of(facts.event.kind) {
            if !audience::holds(prepared.rule.when, facts) {
                continue;
            }
            let gate = Gate::of(prepared.rule, facts);
            audience::resolve(prepared.rule.audience, facts, &mut audience);
            for id in audience.drain(..) {
                match place_of(&id, &people, &mut index) {
                    Some(place) => people[place].reconsider(prepared, &gate),
                    None => people.push(Named::new(id, prepared, &gate, facts)),
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

/// Where somebody stands among the people named so far. `index` is filled as far as it is needed.
fn place_of(id: &Id, people: &[Named<'_>], index: &mut HashMap<Id, usize>) -> Option<usize> {
    if people.len() <= FEW {
        return people.iter().position(|person| person.id == *id);
    }
    for (place, person) in people.iter().enumerate().skip(index.len()) {
        index.insert(person.id.clone(), place);
    }
    index.get(id).copied()
}

impl<'e> Named<'e> {
    fn new(id: Id, prepared: &'e Prepared, gate: &Gate, facts: &Facts<'e>) -> Named<'e> {
        let preferences = facts.snapshot.preferences.get(&id);
        let agent = facts.snapshot.directory.agent(&id);
        Named { id, agent, preferences, prepared, blocked: gate.blocks(preferences) }
    }

    /// A further rule names them: it counts when it is open and the one before is not.
    fn reconsider(&mut self, prepared: &'e Prepared, gate: &Gate) {
        if self.blocked.is_some() && gate.blocks(self.preferences).is_none() {
            self.prepared = prepared;
            self.blocked = None;
        }
    }
}

fn judge(person: &Named<'_>, facts: &Facts<'_>) -> Candidate {
    let (outcome, why) = preferences::judge(&person.id, person.agent, person.blocked, facts);
    Candidate {
        recipient: person.id.clone(),
        kind: CandidateKind::Agent,
        outcome,
        why,
        rule: Some(person.prepared.rule),
        channels: person.agent.and_then(|agent| preferences::channels(outcome, agent, person.preferences)),
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
