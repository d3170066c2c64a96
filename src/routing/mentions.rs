//! Finds `@id` in what was written: `@john.smith`, `@agent-b`; not the address in `ben@example.com`.

use crate::domain::{Id, directory::Directory};

/// Signs looked at in one text; a text that holds more is no comment, and routing must stay quick whatever it is given.
const MAX_SIGNS: usize = 1_000;
/// Different names taken from one text.
const MAX_NAMES: usize = 200;
/// Bytes of a name: the longest id in the widest letters.
const MAX_NAME_BYTES: usize = 4 * crate::domain::MAX_ID_CHARS;
/// Signs at the end of a name that may belong to it or to the sentence; more of them belong to neither.
const MAX_ENDING: usize = 3;

/// Appends the agents whom `text` mentions, each once, in the order they stand. A name that nobody has is appended as
/// it was written, so that the explanation can say so.
pub fn find(text: &str, directory: &Directory, found: &mut Vec<Id>) {
    let (mut at, before) = (0, found.len());
    for _ in 0..MAX_SIGNS {
        let Some(next) = text[at..].find('@') else { return };
        let sign = at + next;
        at = sign + 1;
        if !may_start(text[..sign].chars().next_back()) {
            continue;
        }
        if let Some((agent, length)) = read(&text[at..], directory) {
            at += length;
            if !found.contains(&agent) {
                found.push(agent);
            }
            if found.len() - before == MAX_NAMES {
                return;
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

/// The name at the start of `rest`; nothing where it is longer than any name.
fn name_at(rest: &str) -> &str {
    let ends = |(_, c): &(usize, char)| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-');
    let end = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
    if end > MAX_NAME_BYTES { "" } else { &rest[..end] }
}

/// The longest known name: what ends a sentence may also be the end of an id.
fn known(name: &str, directory: &Directory) -> Option<(Id, usize)> {
    let mut name = name;
    for _ in 0..=MAX_ENDING {
        if let Some(agent) = directory.agent_named(name) {
            return Some((agent.id.clone(), name.len()));
        }
        name = name.strip_suffix(['.', '-', '_'])?;
    }
    let agent = directory.agent_named(name.trim_end_matches(['.', '-', '_']))?;
    Some((agent.id.clone(), name.len()))
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
    fn a_text_made_to_be_slow_is_not() {
        let start = std::time::Instant::now();
        for text in
            ["@".repeat(1 << 20), format!("@a{}", "-".repeat(1 << 20)), "@a- ".repeat(1 << 18), "@b@c".repeat(1 << 18)]
        {
            assert!(mentioned(&text).len() <= super::MAX_NAMES);
        }
        let many: String = (0..100_000).map(|n| format!("@x{n} ")).collect();
        assert_eq!(mentioned(&many).len(), super::MAX_NAMES);
        assert!(start.elapsed() < std::time::Duration::from_secs(10), "grows with the square of the length");
    }

    #[test]
    fn a_name_that_nobody_has_is_kept_as_written() {
        assert_eq!(mentioned("@ghost, @ and @- @@ben"), ["ghost"]);
    }
}
