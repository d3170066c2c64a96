//! Webhooks as helpdesks send them → events. Each adapter verifies its signature over the raw body before it reads
//! anything, takes the delivery's own id for the event's, and says plainly what it does not map.

pub mod people;
pub mod verify;

use super::headers::HeaderLookup;
use crate::{
    domain::{
        Millis,
        event::Event,
        snapshot::{Snapshot, Source},
    },
    error::{Error, Result},
};

/// One request to `POST /hooks/{kind}/{source}`.
pub struct HookRequest<'a> {
    /// The source it names; its secret is what the signature is checked with.
    pub source: &'a Source,
    /// Its headers.
    pub headers: &'a dyn HeaderLookup,
    /// Its body as it came: signatures are over these bytes.
    pub body: &'a [u8],
    /// The query string without `?`, empty where there is none.
    pub query: &'a str,
    /// The time.
    pub now: Millis,
    /// To find people in.
    pub snapshot: &'a Snapshot,
}

/// What a delivery says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    /// In their order. Checked as every event is.
    pub events: Vec<Event>,
    /// People it names whom nobody matches: (id in the helpdesk, shown name).
    pub unmatched: Vec<(String, String)>,
    /// Why nothing came of it, for a delivery that is fine and means nothing to us.
    pub ignored: Option<&'static str>,
}

/// Kinds of adapters, as `Source::kind` and the path spell them.
pub const KINDS: &[&str] = &["zammad", "chatwoot"];

/// Verifies and reads one delivery.
///
/// # Errors
/// [`Error::Unauthorized`] for a wrong or missing signature or an old timestamp, [`Error::Malformed`] or
/// [`Error::Invalid`] for a body of another system, [`Error::NotFound`] for a kind that there is no adapter for.
/// Nothing is to be stored then, and the same delivery may be sent again.
pub fn parse(request: &HookRequest<'_>) -> Result<Parsed> {
    let _ = request;
    Err(Error::NotFound("adapter"))
}
