//! Everybody whom an event names, each once: the rule of the bell that counts for them, and the alert switch.

use ahash::AHashMap;

use super::{alerts::Alert, candidate::Why, drafts::Prepared, preferences::Gate};
use crate::domain::{Id, directory::Agent, plan::Facts, preferences::Preferences};

/// A person, the rule of the bell that counts so far, and the alert switch. What the directory and the preferences say
/// of them is looked up once.
pub struct Named<'e> {
    /// Who.
    pub id: Id,
    /// What the directory knows.
    pub agent: Option<&'e Agent>,
    /// What they chose, if anything.
    pub preferences: Option<&'e Preferences>,
    /// The rule, and what is in its way.
    pub bell: Option<(&'e Prepared, Option<Why>)>,
    /// The switch.
    pub alert: Option<&'e Alert>,
}

/// Everybody named so far, in the order of their naming.
#[derive(Default)]
pub struct People<'e> {
    /// In the order of their naming.
    pub all: Vec<Named<'e>>,
    index: AHashMap<Id, usize>,
    /// Lists of people follow each other in the same order, as a rule: whoever comes behind the last one found.
    next: usize,
}

/// Up to so many people are found faster by looking at each than by hashing.
const FEW: usize = 16;

impl<'e> People<'e> {
    /// A rule names somebody.
    pub fn name_by_rule(&mut self, id: Id, prepared: &'e Prepared, gate: &Gate, facts: &Facts<'e>) {
        match self.place_of(&id) {
            Some(place) => self.all[place].reconsider(prepared, gate, facts),
            None => self.all.push(Named::new(id, Some((prepared, gate)), None, facts)),
        }
    }

    /// A switch names somebody.
    pub fn name_by_alert(&mut self, alert: &'e Alert, facts: &Facts<'e>) {
        match self.place_of(&alert.recipient) {
            // The first switch that names somebody counts, unless it is silenced and this one is not.
            Some(place) => {
                let known = &mut self.all[place].alert;
                if known.is_none_or(|known| known.silenced) {
                    *known = Some(alert);
                }
            }
            None => self.all.push(Named::new(alert.recipient.clone(), None, Some(alert), facts)),
        }
    }

    /// Where somebody stands. `index` is filled as far as it is needed.
    fn place_of(&mut self, id: &Id) -> Option<usize> {
        let place = if self.all.get(self.next).is_some_and(|person| person.id == *id) {
            Some(self.next)
        } else if self.all.len() <= FEW {
            self.all.iter().position(|person| person.id == *id)
        } else {
            self.fill_index();
            self.index.get(id).copied()
        };
        self.next = place.map_or(0, |place| place + 1);
        place
    }

    fn fill_index(&mut self) {
        let missing = self.all.len() - self.index.len();
        self.index.reserve(missing);
        for (place, person) in self.all.iter().enumerate().skip(self.index.len()) {
            self.index.insert(person.id.clone(), place);
        }
    }
}

impl<'e> Named<'e> {
    /// Somebody and what names them first.
    pub fn new(id: Id, bell: Option<(&'e Prepared, &Gate)>, alert: Option<&'e Alert>, facts: &Facts<'e>) -> Named<'e> {
        let preferences = facts.snapshot.preferences.get(&id);
        let agent = facts.snapshot.directory.agent(&id);
        let bell = bell.map(|(prepared, gate)| (prepared, gate.blocks(preferences, facts)));
        Named { id, agent, preferences, bell, alert }
    }

    /// A further rule names them: it counts when it is open and the one before is not.
    fn reconsider(&mut self, prepared: &'e Prepared, gate: &Gate, facts: &Facts<'e>) {
        let is_blocked = self.bell.is_none_or(|(_, blocked)| blocked.is_some());
        if is_blocked && gate.blocks(self.preferences, facts).is_none() {
            self.bell = Some((prepared, None));
        }
    }
}
