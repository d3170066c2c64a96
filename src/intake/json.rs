//! Reading JSON from outside: what is wrong is said with the place where it stands (RFC 6901), and the one character
//! that PostgreSQL cannot keep, NUL, is taken out of texts instead of costing the event.

use serde::de::DeserializeOwned;
use serde_json::{Value, error::Category};
use serde_path_to_error::{Path, Segment};

use crate::error::{Error, Result};

/// How the two kinds of wrong input are named in answers.
#[derive(Debug, Clone, Copy)]
pub struct Codes {
    /// The bytes are not JSON.
    pub not_json: &'static str,
    /// JSON, but not of the shape.
    pub wrong_shape: &'static str,
}

/// Codes of `POST /api/v1/events`.
pub const EVENT: Codes = Codes { not_json: "event.not_json", wrong_shape: "event.wrong_shape" };

/// Codes of `POST /hooks/…`.
pub const HOOK: Codes = Codes { not_json: "hook.not_json", wrong_shape: "hook.wrong_shape" };

/// Reads one value. `at` is the pointer to where `bytes` stand in the whole body, empty for the body itself.
///
/// # Errors
/// [`Error::Malformed`] with the pointer to the member at fault.
pub fn read<T: DeserializeOwned>(bytes: &[u8], codes: Codes, at: &str) -> Result<T> {
    if holds_nul(bytes) {
        return read_without_nul(bytes, codes, at);
    }
    // The way without bookkeeping first: only what fails is read a second time, to find out where.
    serde_json::from_slice(bytes).or_else(|_| {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let value = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| malformed(codes, at, error.path(), error.inner()))?;
        reader.end().map(|()| value).map_err(|error| not_json(codes, at, &error))
    })
}

/// Where a `\u0000` may stand in a string. A backslash that is itself escaped gives a false alarm, which only costs time.
fn holds_nul(bytes: &[u8]) -> bool {
    bytes.contains(&b'\\') && bytes.windows(6).any(|six| six == br"\u0000")
}

fn read_without_nul<T: DeserializeOwned>(bytes: &[u8], codes: Codes, at: &str) -> Result<T> {
    let mut value: Value = serde_json::from_slice(bytes).map_err(|error| not_json(codes, at, &error))?;
    strip_nul(&mut value);
    serde_path_to_error::deserialize(value).map_err(|error| malformed(codes, at, error.path(), error.inner()))
}

fn strip_nul(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|c| c != '\0'),
        Value::Array(items) => items.iter_mut().for_each(strip_nul),
        Value::Object(members) => members.values_mut().for_each(strip_nul),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn malformed(codes: Codes, at: &str, path: &Path, error: &serde_json::Error) -> Error {
    if error.classify() != Category::Data {
        return not_json(codes, at, error);
    }
    let pointer = format!("{at}{}", pointer(path));
    let place = if pointer.is_empty() { String::new() } else { format!(" at {pointer}") };
    Error::Malformed {
        code: codes.wrong_shape,
        detail: format!("the body is JSON, but not of the shape{place}: {error}"),
        pointer: Some(pointer),
    }
}

/// The answer to bytes that are not JSON.
pub fn not_json(codes: Codes, at: &str, error: &serde_json::Error) -> Error {
    Error::Malformed {
        code: codes.not_json,
        detail: format!("the body is not JSON: {error}"),
        pointer: (!at.is_empty()).then(|| at.to_owned()),
    }
}

/// RFC 6901: `/data/ticket/assignees/3`; `~` and `/` in names are escaped.
fn pointer(path: &Path) -> String {
    let mut text = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("/{index}")),
            Segment::Map { key } => text.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            // The variant of an enum stands where its value stands, and what could not be followed has no name.
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    text
}
