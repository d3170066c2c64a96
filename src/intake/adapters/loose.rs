//! Values that helpdesks spell in more than one way: ids as number or text, times as ISO 8601 or seconds, names as text
//! or object.

use chrono::{DateTime, NaiveDateTime};
use serde::Deserialize;

use crate::domain::Millis;

/// An id, as number or text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum LooseId {
    /// `5`.
    Number(i64),
    /// `"5"`.
    Text(String),
}

impl LooseId {
    /// As text; none for an empty one and for 0, which no helpdesk gives to anything.
    pub fn text(&self) -> Option<String> {
        match self {
            LooseId::Number(0) => None,
            LooseId::Number(number) => Some(number.to_string()),
            LooseId::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        }
    }
}

/// A time: seconds since 1970, with or without a fraction, or text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum LooseTime {
    /// Seconds.
    Seconds(f64),
    /// `2026-11-20T09:00:00.000Z` or `2020-03-03 13:05:57 UTC`.
    Text(String),
}

impl LooseTime {
    /// Milliseconds since 1970; none for zero ("never") and what is no time.
    pub fn millis(&self) -> Option<Millis> {
        match self {
            // Beyond what a calendar holds it is no time; within it the conversion is exact to the millisecond.
            #[expect(clippy::cast_possible_truncation, reason = "checked against the calendar's bounds right here")]
            LooseTime::Seconds(seconds) if *seconds > 0.0 && *seconds < 253_402_300_800.0 => {
                Some((seconds * 1000.0).round() as Millis)
            }
            LooseTime::Seconds(_) => None,
            LooseTime::Text(text) => text_millis(text),
        }
    }
}

fn text_millis(text: &str) -> Option<Millis> {
    let iso = DateTime::parse_from_rfc3339(text).map(|at| at.timestamp_millis());
    let plain = || NaiveDateTime::parse_from_str(text.trim_end_matches(" UTC"), "%Y-%m-%d %H:%M:%S%.f");
    iso.or_else(|_| plain().map(|at| at.and_utc().timestamp_millis())).ok()
}

/// A name, as text or as an object that has one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum LooseName {
    /// `"open"`.
    Text(String),
    /// `{"id": 2, "name": "open"}`.
    Object {
        /// The name.
        name: Option<String>,
        /// Its id in the helpdesk.
        id: Option<LooseId>,
    },
}

impl LooseName {
    /// The name.
    pub fn name(&self) -> Option<&str> {
        match self {
            LooseName::Text(text) => Some(text.as_str()),
            LooseName::Object { name, .. } => name.as_deref(),
        }
        .filter(|name| !name.is_empty())
    }

    /// The id, when it came with one.
    pub fn id(&self) -> Option<String> {
        match self {
            LooseName::Text(_) => None,
            LooseName::Object { id, .. } => id.as_ref()?.text(),
        }
    }
}

/// At most so many bytes, cut between characters: what a helpdesk sends must not cost the event by its length.
pub fn clip(text: &str, max_bytes: usize) -> String {
    let mut end = text.len().min(max_bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// Bytes of a subject or name that are kept.
pub const MAX_NAME_BYTES: usize = 1_000;
/// Bytes of an id or a name that becomes part of one: with the source's name in front it is still short enough for an id.
pub const MAX_KEY_BYTES: usize = 180;
/// Bytes of a message that are kept: an excerpt is shown, and mentions stand near the start.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::{LooseTime, clip};

    fn millis(json: &str) -> Option<i64> {
        serde_json::from_str::<LooseTime>(json).expect("a time").millis()
    }

    #[test]
    fn times_come_in_many_spellings() {
        let expected = Some(1_583_240_757_000);
        for json in [
            r#""2020-03-03T13:05:57.000Z""#,
            r#""2020-03-03T14:05:57+01:00""#,
            r#""2020-03-03 13:05:57 UTC""#,
            "1583240757",
            "1583240757.0",
        ] {
            assert_eq!(millis(json), expected, "{json}");
        }
        assert_eq!(millis("1583240757.25"), Some(1_583_240_757_250));
        for json in ["0", "-1", "1e300", r#""soon""#, r#""""#] {
            assert_eq!(millis(json), None, "{json}");
        }
    }

    #[test]
    fn clipping_keeps_characters_whole() {
        assert_eq!(clip("añb", 2), "a");
        assert_eq!(clip("añb", 3), "añ");
        assert_eq!(clip("añb", 30), "añb");
    }
}
