//! Points in time as the store keeps them, and their face in JSON.

use chrono::{DateTime, SecondsFormat, Utc};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// `2026-11-20T09:00:00.000Z`; a value that no calendar holds becomes the epoch.
pub fn to_rfc3339(at: Millis) -> String {
    DateTime::<Utc>::from_timestamp_millis(at)
        .unwrap_or(DateTime::UNIX_EPOCH)
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Reads an RFC 3339 time with any offset.
///
/// # Errors
/// The parser's own words, for the person who sent the value.
pub fn from_rfc3339(text: &str) -> Result<Millis, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.timestamp_millis())
        .map_err(|error| format!("{text:?} is not an RFC 3339 time: {error}"))
}

/// `#[serde(with = "domain::time::rfc3339")]`: a required time.
pub mod rfc3339 {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the time as RFC 3339 with milliseconds, in UTC.
    pub fn serialize<S: Serializer>(at: &i64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::to_rfc3339(*at))
    }

    /// Reads an RFC 3339 time with any offset.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        super::from_rfc3339(&text).map_err(D::Error::custom)
    }
}

/// `#[serde(with = "domain::time::rfc3339_option")]`: a time or null.
pub mod rfc3339_option {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes null or the time as RFC 3339 with milliseconds, in UTC.
    pub fn serialize<S: Serializer>(at: &Option<i64>, to: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => to.serialize_str(&super::to_rfc3339(*at)),
            None => to.serialize_none(),
        }
    }

    /// Reads null or an RFC 3339 time with any offset.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
        match Option::<String>::deserialize(from)? {
            Some(text) => super::from_rfc3339(&text).map(Some).map_err(D::Error::custom),
            None => Ok(None),
        }
    }
}
