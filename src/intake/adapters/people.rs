//! People whom a helpdesk's payload names → agents of the directory: by `source:id` first, then by email.

use crate::domain::{Id, snapshot::Snapshot};

/// `@` signs of one text that are looked at, and people found by them.
const MAX_MENTIONS: usize = 1_000;

fn starts_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.chars().next().is_some_and(char::is_alphanumeric))
}

/// Finds agents, and remembers whom nobody matches.
pub struct People<'a> {
    source: &'a str,
    snapshot: &'a Snapshot,
    unmatched: Vec<(String, String)>,
}

impl<'a> People<'a> {
    /// For one delivery of one source.
    pub fn new(source: &'a str, snapshot: &'a Snapshot) -> People<'a> {
        People { source, snapshot, unmatched: Vec::new() }
    }

    /// The agent's id. Somebody whom nobody matches goes by `source:id`: their notification is not made, the explanation
    /// says `unknown_agent`, and that very id is what an administrator adds to an agent's `external_ids`.
    pub fn agent(&mut self, external_id: &str, email: Option<&str>, name: &str) -> Id {
        let email = email.filter(|email| !email.is_empty());
        if let Some(agent) = self.snapshot.directory.find_agent(self.source, Some(external_id), email) {
            return agent.id.clone();
        }
        if self.unmatched.iter().all(|(known, _)| known != external_id) {
            self.unmatched.push((external_id.to_owned(), name.to_owned()));
        }
        Id::from(format!("{}:{external_id}", self.source))
    }

    /// Agents whose name stands behind an `@` in the text, as in `@Ben Okafor`: for helpdesks that say by nothing else
    /// whom a note mentions. Of names that begin alike the longest counts; agents of one name are all meant.
    pub fn named_in(&self, text: &str) -> Vec<Id> {
        let text = text.replace("&nbsp;", " ").replace('\u{a0}', " ").to_lowercase();
        let mut found: Vec<Id> = Vec::new();
        if !text.contains('@') {
            return found;
        }
        let agents = self.snapshot.directory.agents().filter(|agent| !agent.name.trim().is_empty());
        let mut names: Vec<_> = agents.map(|agent| (agent.name.trim().to_lowercase(), &agent.id)).collect();
        names.sort_unstable_by(|(a, first), (b, second)| b.len().cmp(&a.len()).then(first.cmp(second)));
        for (at, _) in text.match_indices('@').take(MAX_MENTIONS) {
            let is_address = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
            let rest = &text[at + 1..];
            let longest = names.iter().find(|(name, _)| !is_address && starts_with_word(rest, name));
            if let Some((name, _)) = longest {
                found.extend(names.iter().filter(|(other, _)| other == name).map(|(_, id)| (*id).clone()));
            }
        }
        found.sort_unstable();
        found.dedup();
        found.truncate(MAX_MENTIONS);
        found
    }

    /// The department that the helpdesk calls by this id or name; its name where the directory has none such.
    pub fn department(&self, external_id: Option<&str>, name: &str) -> Id {
        let directory = &self.snapshot.directory;
        let by_id = external_id.and_then(|id| {
            let qualified = format!("{}:{id}", self.source);
            directory.department(&qualified).or_else(|| directory.department(id))
        });
        let same_name = |shown: &str| shown.to_lowercase() == name.to_lowercase();
        let found = by_id
            .or_else(|| directory.department(name))
            .or_else(|| directory.departments().filter(|d| same_name(&d.name)).min_by(|a, b| a.id.cmp(&b.id)));
        found.map_or_else(|| Id::from(name), |department| department.id.clone())
    }

    /// The team that the helpdesk calls by this id or name; `source:id` where the directory has none such.
    pub fn team(&self, external_id: &str, name: &str) -> Id {
        let directory = &self.snapshot.directory;
        let qualified = format!("{}:{external_id}", self.source);
        let same_name = |shown: &str| !name.is_empty() && shown.to_lowercase() == name.to_lowercase();
        let found = directory
            .team(&qualified)
            .or_else(|| directory.team(external_id))
            .or_else(|| directory.teams().filter(|team| same_name(&team.name)).min_by(|a, b| a.id.cmp(&b.id)));
        found.map_or_else(|| Id::from(qualified), |team| team.id.clone())
    }

    /// Who was named and is nobody's.
    pub fn into_unmatched(self) -> Vec<(String, String)> {
        self.unmatched
    }
}
