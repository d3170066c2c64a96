//! Webhooks as helpdesks send them → events. Each adapter verifies its signature over the raw body before it reads
//! anything, takes the delivery's own id for the event's, and says plainly what it does not map.

pub mod chatwoot;
pub mod frappe;
pub mod freescout;
mod loose;
pub mod osticket;
mod people;
pub mod slack;
pub mod support_board;
mod verify;
pub mod zammad;

use people::People;
use sha2::{Digest, Sha256};

use super::{
    check::{self, Problems},
    headers::HeaderLookup,
};
use crate::{
    domain::{
        Id, Millis,
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

impl Parsed {
    /// A delivery that is fine and of which nothing comes.
    fn ignored(why: &'static str) -> Parsed {
        Parsed { ignored: Some(why), ..Parsed::default() }
    }
}

/// Kinds of adapters, as `Source::kind` and the path spell them.
pub const KINDS: &[&str] = &["zammad", "chatwoot", "frappe", "osticket", "slack", "freescout", "support-board"];

/// Whether senders of this kind take 200 for success and every other status, 202 too, for a failure.
pub fn wants_200(kind: &str) -> bool {
    kind == "slack"
}

/// Verifies and reads one delivery.
///
/// # Errors
/// [`Error::Unauthorized`] for a wrong or missing signature or an old timestamp, [`Error::Malformed`] or
/// [`Error::Invalid`] for a body of another system, [`Error::NotFound`] for a kind that there is no adapter for.
/// Nothing is to be stored then, and the same delivery may be sent again.
pub fn parse(request: &HookRequest<'_>) -> Result<Parsed> {
    let parsed = match request.source.kind.as_str() {
        "zammad" => zammad::parse(request),
        "chatwoot" => chatwoot::parse(request),
        "frappe" => frappe::parse(request),
        "osticket" => osticket::parse(request),
        "slack" => slack::parse(request),
        "freescout" => freescout::parse(request),
        "support-board" => support_board::parse(request),
        _ => Err(Error::NotFound("adapter")),
    }?;
    for event in &parsed.events {
        let mut problems = Problems::new("");
        check::check(event, &mut problems);
        problems.into_result()?;
    }
    Ok(parsed)
}

impl<'a> HookRequest<'a> {
    /// `source` of its events: the path that the helpdesk posts to.
    fn event_source(&self) -> Id {
        Id::from(format!("/hooks/{}/{}", self.source.kind, self.source.id))
    }

    /// A helpdesk's id as ours: two helpdesks may count from one.
    fn qualified(&self, id: &str) -> Id {
        Id::from(format!("{}:{id}", self.source.id))
    }

    /// Where the helpdesk is, without the slash at the end.
    fn base_url(&self) -> Option<&'a str> {
        self.source.base_url.as_deref().map(|base| base.trim_end_matches('/')).filter(|base| !base.is_empty())
    }

    /// An event id for senders that give none: what they sent, so that a retry is the same event.
    fn digest(&self) -> Id {
        Id::from(hex::encode(Sha256::digest(self.body)))
    }

    fn people(&self) -> People<'a> {
        People::new(&self.source.id, self.snapshot)
    }
}

#[cfg(test)]
pub mod testing;
