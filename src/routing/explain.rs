//! Decisions as JSON: the answer of `POST /api/v1/explain`, and the trace that is kept with each event.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::candidate::Candidate;

impl Serialize for Candidate {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("recipient", &self.recipient)?;
        map.serialize_entry("kind", &self.kind)?;
        map.serialize_entry("outcome", &self.outcome)?;
        if let Some(why) = self.why {
            map.serialize_entry("why", &why)?;
        }
        if let Some(rule) = self.rule {
            map.serialize_entry("reason", rule.reason)?;
            map.serialize_entry("rule", rule.id)?;
            map.serialize_entry("category", &rule.category)?;
        }
        if let Some(channels) = &self.channels {
            map.serialize_entry("channels", channels)?;
        }
        map.end()
    }
}

/// The answer of `POST /api/v1/explain`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// Everybody whom a rule named, and the actor, each once.
    pub candidates: Vec<Candidate>,
}

/// The candidates as one JSON array, as it is kept with the event.
pub fn to_json(candidates: &[Candidate]) -> String {
    serde_json::to_string(candidates).expect("names, words and numbers are always JSON")
}
