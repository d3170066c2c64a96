//! What administrators may write as a template: it is filled in or refused with words, in bounded time and size, and what
//! customers wrote stays text in it.

use super::{KINDS, MERGE_FIELDS, Medium, Sources, check, fill_sources, part_of, sample};
use crate::fuzzing::Target;

const TOKENS: &[&str] = &[
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{% for item in items %}",
    "{% endfor %}",
    "{% if ",
    "{% else %}",
    "{% endif %}",
    "{% set x = ",
    "{% macro m() %}",
    "{% endmacro %}",
    "{% raw %}",
    "{% include \"x\" %}",
    "{% extends \"x\" %}",
    "|safe",
    "|upper",
    "|length",
    "range(1000000)",
    " * ",
    " ~ ",
    "items",
    "recipient",
    "loop.index",
    "\"x\" * 1000000",
    "{-",
    "-}",
    "[0]",
    ".name",
    "\n",
    "{recipient_name}",
];

#[test]
fn templates() {
    let separator = "\u{1f}";
    let mut seeds: Vec<Vec<u8>> = KINDS
        .iter()
        .map(|kind| {
            let sources = kind.shipped().sources();
            [sources.subject, sources.text, sources.html.unwrap_or("")].join(separator).into_bytes()
        })
        .collect();
    let fields: String = MERGE_FIELDS.iter().map(|field| format!("{field:?} ")).collect();
    seeds.push(format!("s{separator}{fields}").into_bytes());
    Target { name: "templates", seeds, tokens: TOKENS }.run(|input| {
        let text = String::from_utf8_lossy(input);
        let mut parts = text.split(separator);
        let (subject, text) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let sources = Sources { subject, text, html: parts.next() };
        let kind = &KINDS[input.len() % KINDS.len()];
        let values = &sample::all(kind)[0];
        for medium in [Medium::Email, Medium::Sms] {
            match fill_sources(sources, medium, values) {
                Ok(filled) => {
                    assert!(!filled.subject.contains(['\n', '\r']), "one line: {:?}", filled.subject);
                    assert!(filled.text.len() <= 2 << 20 && filled.html.len() <= 2 << 20, "bounded");
                }
                Err(error) => assert!(part_of(&error).starts_with('/'), "it names the part: {error}"),
            }
        }
        if let Err(error) = check(sources, kind) {
            assert!(!error.is_empty());
        }
    });
}
