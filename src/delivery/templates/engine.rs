//! Filling sources in, within bounds: steps, depth and length of what comes out.

use std::io;

use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, Value, escape_formatter};

use super::{Medium, Sources, Values, fields, values::Form};
use crate::delivery::email::plain;

/// Steps of one rendering; a summary of a hundred items takes some ten thousand.
const FUEL: u64 = 500_000;
/// Bytes of one part of a mail; mail programs cut off what is longer than some hundred thousand.
const MAX_OUTPUT_BYTES: usize = 1 << 20;
/// The shell around every HTML part: head, colours, footer.
const LAYOUT: &str = include_str!("layout.html");
/// Characters of the first words that lists of mails show beside the subject.
const PREVIEW_CHARS: usize = 120;

/// A filled template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// A whole page of HTML; empty for text messages.
    pub html: String,
}

/// # Errors
/// The part that is at fault, and the engine's words.
pub fn fill(sources: Sources<'_>, medium: Medium, values: &Values) -> Result<Filled, String> {
    let plain = Environment::plain();
    let values_as_text = values.as_value(Form::Text);
    let subject = render(&plain, sources.subject, &values_as_text).map_err(|error| format!("subject: {error}"))?;
    let subject = plain::line(&subject, plain::MAX_SUBJECT_CHARS);
    let text = render(&plain, sources.text, &values_as_text).map_err(|error| format!("text: {error}"))?;
    let text = tidied(&text);
    if medium == Medium::Sms {
        return Ok(Filled { subject, text, html: String::new() });
    }
    let html = page(sources.html, &text, &subject, values).map_err(|error| format!("html: {error}"))?;
    Ok(Filled { subject, text: text + &values.plain_footer(), html })
}

fn page(source: Option<&str>, text: &str, subject: &str, values: &Values) -> Result<String, String> {
    let environment = Environment::html();
    let values_as_html = values.as_value(Form::Html);
    let content = match source.filter(|source| !source.trim().is_empty()) {
        Some(source) => render(&environment, source, &values_as_html)?,
        // The administrator wrote plain text alone: its lines become lines of HTML.
        None => format!("<p style=\"margin:0\">{}</p>", plain::as_linked_html(text)),
    };
    let start = content.trim_start().get(..9).unwrap_or("").to_ascii_lowercase();
    if start.starts_with("<!doctype") || start.starts_with("<html") {
        return Ok(content);
    }
    let shell = Value::from_pairs([
        ("content", Value::from_safe_string(content)),
        ("title", Value::from(subject)),
        ("preview", Value::from(plain::line(text, PREVIEW_CHARS))),
        ("values", values_as_html),
    ]);
    render(&environment, LAYOUT, &shell)
}

/// An environment for one kind of output; nothing is kept in it, so that no two templates can meet.
trait Make {
    fn plain() -> Self;
    fn html() -> Self;
}

impl Make for Environment<'_> {
    fn plain() -> Self {
        let mut environment = Environment::new();
        // A name that is misspelt is an error, found when it is saved, and no hole in a mail.
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(32);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment
    }

    fn html() -> Self {
        let mut environment = Environment::plain();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_formatter(escaped);
        environment
    }
}

/// As the engine escapes, but for slashes, so that addresses stay readable.
fn escaped(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() => out.write_str(&plain::escape(text)).map_err(minijinja::Error::from),
        _ => escape_formatter(out, state, value),
    }
}

fn render(environment: &Environment<'_>, source: &str, values: &Value) -> Result<String, String> {
    let source = fields::translate(source);
    let template = environment.template_from_str(&source).map_err(|error| shown(&error))?;
    let mut out = Bounded(Vec::new());
    template.render_captured_to(values.clone(), &mut out).map_err(|error| shown(&error))?;
    String::from_utf8(out.0).map_err(|_| "it is cut within a character".to_owned())
}

/// The engine's words and the line, without its own name for the template, which means nothing to anybody.
fn shown(error: &minijinja::Error) -> String {
    let detail =
        error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    match error.line() {
        Some(line) => format!("{detail} (line {line})"),
        None => detail,
    }
}

/// What comes out has an end, whatever the template repeats.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT_BYTES {
            return Err(io::Error::other(format!("more than {MAX_OUTPUT_BYTES} bytes come out")));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// No blanks at the ends of lines, never two empty lines after another: what conditions of a template leave behind.
fn tidied(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 1;
    for line in text.lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}
