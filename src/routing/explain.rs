//! Decisions as JSON: the answer of `POST /api/v1/explain`, and the trace that is kept with each event.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::candidate::Candidate;

impl Serialize for Candidate {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("recipient", &self.recipient)?;
        self.serialize_verdict(&mut map)?;
        map.end()
    }
}

impl Candidate {
    /// Everything but the name.
    fn serialize_verdict<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("kind", &self.kind)?;
        map.serialize_entry("outcome", &self.outcome)?;
        if let Some(why) = self.why {
            map.serialize_entry("why", &why)?;
        }
        if let Some(rule) = self.rule {
            map.serialize_entry("reason", &self.reason)?;
            map.serialize_entry("rule", rule)?;
            map.serialize_entry("category", &self.category)?;
        }
        if let Some(channels) = &self.channels {
            map.serialize_entry("channels", channels)?;
        }
        Ok(())
    }

    fn has_verdict_of(&self, other: &Candidate) -> bool {
        (self.rule, self.kind, self.outcome, self.why, self.channels)
            == (other.rule, other.kind, other.outcome, other.why, other.channels)
            && (self.reason, self.category) == (other.reason, other.category)
    }
}

/// A candidate without the name.
struct Verdict<'a>(&'a Candidate);

impl Serialize for Verdict<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        self.0.serialize_verdict(&mut map)?;
        map.end()
    }
}

/// The answer of `POST /api/v1/explain`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// Everybody whom a rule named, and the actor, each once.
    pub candidates: Vec<Candidate>,
}

/// The candidates as one JSON array, as it is kept with the event. Most of them share a verdict: each is written once
/// and then copied.
pub fn to_json(candidates: &[Candidate]) -> String {
    let mut json = String::with_capacity(2 + candidates.len() * 320);
    let mut verdicts: Vec<(&Candidate, String)> = Vec::new();
    json.push('[');
    for (place, candidate) in candidates.iter().enumerate() {
        json.push_str(if place == 0 { "{\"recipient\":" } else { ",{\"recipient\":" });
        push_text(&mut json, &candidate.recipient);
        json.push(',');
        match verdicts.iter().find(|(known, _)| known.has_verdict_of(candidate)) {
            Some((_, verdict)) => json.push_str(&verdict[1..]),
            None => {
                let verdict = to_text(&Verdict(candidate));
                json.push_str(&verdict[1..]);
                verdicts.push((candidate, verdict));
            }
        }
    }
    json.push(']');
    json
}

fn push_text(json: &mut String, text: &str) {
    if text.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        json.push_str(&to_text(text));
    } else {
        json.push('"');
        json.push_str(text);
        json.push('"');
    }
}

fn to_text<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("names, words and numbers are always JSON")
}
