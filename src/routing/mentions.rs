//! Finds `@id` in what was written: `@john.smith`, `@agent-b`; not the address in `ben@example.com`.

use crate::domain::{Id, directory::Directory};

/// Different names in one text; a text that holds more is no comment.
const MAX_MENTIONS: usize = 1_000;

/// Appends the agents whom `text` mentions, each once, in the order they stand. A name that nobody has is appended as
/// it was written, so that the explanation can say so.
pub fn find(text: &str, directory: &Directory, found: &mut Vec<Id>) {
    let mut at = 0;
    while let Some(next) = text[at..].find('@') {
        let sign = at + next;
        at = sign + 1;
        if !may_start(text[..sign].chars().next_back()) {
            continue;
        }
        if let Some((agent, length)) = read(&text[at..], directory) {
            at += length;
            if found.len() < MAX_MENTIONS && !found.contains(&agent) {
                found.push(agent);
            }
        }
    }
}

/// Behind a letter, digit or part of an address or path an `@` belongs to that.
fn may_start(before: Option<char>) -> bool {
    before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-' | '+' | '@' | '/' | '='))
}

/// The agent named at the start of `rest`, and how many bytes the name takes.
fn read(rest: &str, directory: &Directory) -> Option<(Id, usize)> {
    let name = name_at(rest);
    if let Some(host) = rest[name.len()..].strip_prefix('@') {
        // Helpdesks whose ids are addresses write `@ben@example.com`.
        let host = name_at(host);
        return known(&rest[..name.len() + 1 + host.len()], directory);
    }
    known(name, directory).or_else(|| unknown(name))
}

fn name_at(rest: &str) -> &str {
    let end = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-')).unwrap_or(rest.len());
    &rest[..end]
}

/// The longest known name: what ends a sentence may also be the end of an id.
fn known(name: &str, directory: &Directory) -> Option<(Id, usize)> {
    let mut name = name;
    while !name.is_empty() {
        if let Some(agent) = directory.agent_named(name) {
            return Some((agent.id.clone(), name.len()));
        }
        name = name.strip_suffix(['.', '-', '_'])?;
    }
    None
}

fn unknown(name: &str) -> Option<(Id, usize)> {
    let bare = name.trim_end_matches(['.', '-', '_']);
    let is_name = !bare.is_empty() && bare.len() <= crate::domain::MAX_ID_CHARS;
    is_name.then(|| (Id::from(bare), bare.len()))
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::{domain::directory::Directory, routing::testing::agent};

    fn mentioned(text: &str) -> Vec<String> {
        let mut directory = Directory::default();
        for id in ["john.smith", "agent-b", "Ana", "ben", "eva@example.com", "zoë", "dot."] {
            directory.put_agent(agent(id));
        }
        let mut found = Vec::new();
        find(text, &directory, &mut found);
        found.iter().map(|id| id.to_string()).collect()
    }

    #[test]
    fn names_with_dots_and_dashes_are_found_wherever_they_stand() {
        assert_eq!(mentioned("@john.smith Can you take a look at this?"), ["john.smith"]);
        assert_eq!(mentioned("Ask (@agent-b), @ben; and @john.smith."), ["agent-b", "ben", "john.smith"]);
        assert_eq!(mentioned("@ben's idea, @ben, @ben-"), ["ben"]);
        assert_eq!(mentioned("thanks,@zoë!\n@dot. "), ["zoë", "dot."]);
        crate::testkit::covers(&["R-097"]);
    }

    #[test]
    fn letters_count_whatever_their_case() {
        assert_eq!(mentioned("@BEN @ana @John.Smith @ZOË"), ["ben", "Ana", "john.smith", "zoë"]);
    }

    #[test]
    fn addresses_and_paths_mention_nobody() {
        assert_eq!(
            mentioned("write to x@ben.com or a.b@ben, see https://example.com/@ben?u=@ben"),
            Vec::<String>::new()
        );
        assert_eq!(mentioned("ben@ben and me@ben"), Vec::<String>::new());
        assert_eq!(mentioned("@ben@elsewhere.example"), Vec::<String>::new());
    }

    #[test]
    fn ids_that_are_addresses_are_found() {
        assert_eq!(mentioned("@eva@example.com: look"), ["eva@example.com"]);
    }

    #[test]
    fn a_name_that_nobody_has_is_kept_as_written() {
        assert_eq!(mentioned("@ghost, @ and @- @@ben"), ["ghost"]);
    }
}
