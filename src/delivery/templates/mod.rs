//! The wording of every mail and text message: shipped ones, compiled in, and an administrator's own over
//! them. What people wrote is filled in as a value and never read as a template.

mod engine;
mod fields;
#[cfg(test)]
mod fuzz;
mod kinds;
pub mod sample;
pub mod values;

use std::collections::HashMap;

pub use self::{
    engine::Filled,
    fields::MERGE_FIELDS,
    kinds::{KINDS, Kind, Medium, Shipped, kind},
    values::Values,
};
use crate::domain::{Id, template::Template};

/// Bytes of one source: far more than a mail needs.
pub const MAX_SOURCE_BYTES: usize = 100_000;

/// A template's three sources, wherever they are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sources<'a> {
    /// The subject line; empty for text messages.
    pub subject: &'a str,
    /// The plain text.
    pub text: &'a str,
    /// The HTML; none: made of the plain text.
    pub html: Option<&'a str>,
}

impl<'a> From<&'a Template> for Sources<'a> {
    fn from(template: &'a Template) -> Sources<'a> {
        Sources { subject: &template.subject, text: &template.text, html: template.html.as_deref() }
    }
}

/// A stored template that could not be filled in; the shipped one took its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its name.
    pub name: Id,
    /// Which version.
    pub version: i64,
    /// What is wrong with it, of the template alone.
    pub error: String,
}

/// Fills a template in: the administrator's version where there is one in `edited`, else the shipped one, which also takes
/// the place of one that fails.
pub fn fill(edited: &HashMap<Id, Template>, kind: &Kind, values: &Values) -> (Filled, Option<Fault>) {
    let mut fault = None;
    if let Some(template) = edited.get(kind.name) {
        match engine::fill(Sources::from(template), kind.medium, values) {
            Ok(filled) => return (filled, None),
            Err(error) => fault = Some(Fault { name: template.id.clone(), version: template.version, error }),
        }
    }
    let filled = engine::fill(kind.shipped().sources(), kind.medium, values);
    (filled.expect("shipped templates use known values within bounds: a test fills each"), fault)
}

/// Fills sources in that are not stored yet, for a look at them.
///
/// # Errors
/// What is wrong with them, for the person who wrote them: the part, and the template engine's words.
pub fn fill_sources(sources: Sources<'_>, medium: Medium, values: &Values) -> Result<Filled, String> {
    engine::fill(sources, medium, values)
}

/// Looks at sources before they are saved: they must parse, fill in with one item and with several, and say something.
///
/// # Errors
/// What is wrong with them, for the person who wrote them.
pub fn check(sources: Sources<'_>, kind: &Kind) -> Result<(), String> {
    for (part, source) in [("subject", sources.subject), ("text", sources.text), ("html", sources.html.unwrap_or(""))] {
        if source.len() > MAX_SOURCE_BYTES {
            return Err(format!("{part}: has more than {MAX_SOURCE_BYTES} bytes"));
        }
    }
    for values in sample::all(kind) {
        let filled = engine::fill(sources, kind.medium, &values)?;
        if filled.text.trim().is_empty() {
            return Err("text: comes out empty".to_owned());
        }
        if kind.medium == Medium::Email && filled.subject.is_empty() {
            return Err("subject: comes out empty".to_owned());
        }
    }
    Ok(())
}

/// Which member what [`check`] says is about, as a pointer: `subject: …` points at the subject.
pub fn part_of(error: &str) -> &'static str {
    match error.split(':').next() {
        Some("subject") => "/subject",
        Some("text") => "/text",
        Some("html") => "/html",
        _ => "",
    }
}

#[cfg(test)]
mod tests;
