//! Texts of the bell: shipped templates in two wordings, an administrator's own over them (`settings.texts`), and the
//! values they are filled with. What users wrote is always a value, never a template, and always plain text.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use minijinja::{AutoEscape, Environment, UndefinedBehavior, value::Serde};
use serde::Serialize;

use super::wording::{self, SHIPPED, Shipped};
use crate::domain::settings::{Settings, Wording};

/// Characters of a title: more than any bell shows.
const MAX_TITLE_CHARS: usize = 300;
/// Steps of one rendering; a text of the bell takes some tens.
const FUEL: u64 = 20_000;
/// Edited texts held compiled; beyond it the collection starts anew (there are fewer keys than that).
const MAX_COMPILED: usize = 256;

/// The values of a template. All of them are there in every text, empty where they make no sense.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Values<'a> {
    /// The ticket's number as the helpdesk shows it, without `#`.
    pub number: &'a str,
    /// The ticket's subject.
    pub subject: &'a str,
    /// Who did it.
    pub actor: &'a str,
    /// The customer who wrote, else the ticket's.
    pub client: &'a str,
    /// The ticket's department.
    pub department: &'a str,
    /// The team, newly assigned or assigned.
    pub team: &'a str,
    /// What was put on a comment.
    pub emoji: &'a str,
    /// normal or emergency.
    pub escalation: &'a str,
    /// How many people reacted to the comment.
    pub count: usize,
    /// An assignment rule did it.
    pub by_rule: bool,
    /// An agent did it.
    pub by_agent: bool,
}

/// Names of the values that are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Number,
    Subject,
    Actor,
    Client,
    Department,
    Team,
    Emoji,
    Escalation,
}

impl Field {
    fn parse(name: &str) -> Option<Field> {
        Some(match name {
            "number" => Field::Number,
            "subject" => Field::Subject,
            "actor" => Field::Actor,
            "client" => Field::Client,
            "department" => Field::Department,
            "team" => Field::Team,
            "emoji" => Field::Emoji,
            "escalation" => Field::Escalation,
            _ => return None,
        })
    }

    fn of<'a>(self, values: &Values<'a>) -> &'a str {
        match self {
            Field::Number => values.number,
            Field::Subject => values.subject,
            Field::Actor => values.actor,
            Field::Client => values.client,
            Field::Department => values.department,
            Field::Team => values.team,
            Field::Emoji => values.emoji,
            Field::Escalation => values.escalation,
        }
    }
}

/// A compiled text.
enum Template {
    /// Words and values in a row, which nearly every text is: filled in without an interpreter, on the way of each event.
    Row(Vec<Piece>),
    /// Anything further goes through minijinja.
    Full(Box<Environment<'static>>),
}

enum Piece {
    Words(String),
    Value(Field),
}

/// What minijinja calls the one template of an environment; the name ends in nothing that would mean HTML.
const NAME: &str = "text";

impl Template {
    /// # Errors
    /// When the source is no template; minijinja's words.
    fn compile(source: &str) -> Result<Template, minijinja::Error> {
        if let Some(row) = compile_row(source) {
            return Ok(Template::Row(row));
        }
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        // A name that is misspelt is an error, and so falls back to the shipped text instead of leaving a hole.
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.add_template_owned(NAME, source.to_owned())?;
        Ok(Template::Full(Box::new(environment)))
    }

    fn fill(&self, values: &Values<'_>) -> Result<String, minijinja::Error> {
        match self {
            Template::Row(pieces) => Ok(pieces.iter().fold(String::with_capacity(64), |mut text, piece| {
                text.push_str(match piece {
                    Piece::Words(words) => words,
                    Piece::Value(field) => field.of(values),
                });
                text
            })),
            Template::Full(environment) => environment.get_template(NAME)?.render(Serde(values)),
        }
    }
}

/// `None` for whatever is more than words and `{{ value }}`.
fn compile_row(source: &str) -> Option<Vec<Piece>> {
    if source.contains("{%") || source.contains("{#") {
        return None;
    }
    let mut pieces = Vec::new();
    let mut rest = source;
    while let Some((words, after)) = rest.split_once("{{") {
        let (name, next) = after.split_once("}}")?;
        pieces.push(Piece::Words(words.to_owned()));
        pieces.push(Piece::Value(Field::parse(name.trim())?));
        rest = next;
    }
    pieces.push(Piece::Words(rest.to_owned()));
    Some(pieces)
}

/// Every text, compiled. Shared by all events.
pub struct Texts {
    classic: HashMap<&'static str, Template>,
    frappe: HashMap<&'static str, Template>,
    /// An administrator's texts by their source, so that nothing has to be thrown away when settings change. `None`:
    /// it does not compile. `std::sync::RwLock`: held for a look-up, never across an await.
    edited: RwLock<HashMap<String, Option<Arc<Template>>>>,
}

impl Default for Texts {
    fn default() -> Texts {
        Texts {
            classic: compile_shipped(Wording::Classic),
            frappe: compile_shipped(Wording::Frappe),
            edited: RwLock::default(),
        }
    }
}

fn compile_shipped(wording: Wording) -> HashMap<&'static str, Template> {
    let compile = |text: &Shipped| {
        let template = Template::compile(text.in_wording(wording)).expect("shipped texts compile: a test fills each");
        (text.key, template)
    };
    SHIPPED.iter().map(compile).collect()
}

impl Texts {
    /// The text of `key` (`event/reason`) for these values: the administrator's, or the shipped one where there is none
    /// or theirs fails or comes out empty. One line, whatever the values hold.
    pub fn fill(&self, key: &str, settings: &Settings, values: &Values<'_>) -> String {
        let edited = settings.texts.get(key).and_then(|source| self.fill_edited(source, values));
        edited.unwrap_or_else(|| self.fill_shipped(key, settings.wording, values))
    }

    fn fill_edited(&self, source: &str, values: &Values<'_>) -> Option<String> {
        let template = self.compiled(source)?;
        match template.fill(values) {
            Ok(text) => Some(one_line(text)).filter(|text| !text.is_empty()),
            Err(error) => {
                tracing::warn!(%error, "an edited text fails; the shipped one is used");
                None
            }
        }
    }

    fn compiled(&self, source: &str) -> Option<Arc<Template>> {
        // A poisoned lock only means that another thread panicked between two look-ups: the map is whole.
        if let Some(known) = self.edited.read().unwrap_or_else(PoisonError::into_inner).get(source) {
            return known.clone();
        }
        let compiled = Template::compile(source)
            .map_err(|error| tracing::warn!(%error, "an edited text is no template; the shipped one is used"));
        let compiled = compiled.ok().map(Arc::new);
        let mut edited = self.edited.write().unwrap_or_else(PoisonError::into_inner);
        if edited.len() >= MAX_COMPILED {
            edited.clear();
        }
        edited.insert(source.to_owned(), compiled.clone());
        compiled
    }

    fn fill_shipped(&self, key: &str, wording: Wording, values: &Values<'_>) -> String {
        let texts = match wording {
            Wording::Classic => &self.classic,
            Wording::Frappe => &self.frappe,
        };
        let template = texts.get(key).expect("every rule's text is shipped: a test compares the two tables");
        one_line(template.fill(values).expect("shipped texts use known values only: a test fills each"))
    }
}

/// Looks at an edited text before it is saved.
///
/// # Errors
/// What is wrong with it, for the person who wrote it.
pub fn check_edited(key: &str, source: &str) -> Result<(), String> {
    if wording::shipped(key).is_none() {
        return Err(format!("there is no text {key:?}"));
    }
    let sample = Values { number: "123", subject: "Login Issue", actor: "Jane Smith", ..Values::default() };
    let filled = Template::compile(source).and_then(|template| template.fill(&sample));
    match filled {
        Ok(text) if one_line(text.clone()).is_empty() => Err("the text comes out empty".to_owned()),
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// White space and control characters become single spaces, and a novel becomes a title.
pub fn one_line(text: String) -> String {
    let is_plain = |c: char| !c.is_control() && (c == ' ' || !c.is_whitespace());
    let is_line = text.len() <= MAX_TITLE_CHARS
        && text.chars().all(is_plain)
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains("  ");
    if is_line { text } else { super::plain_text::shorten(&text, MAX_TITLE_CHARS) }
}
