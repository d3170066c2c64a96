//! CloudEvents 1.0 over HTTP → [`Event`]: structured (`application/cloudevents+json`, or plain JSON of the same shape),
//! batch (a JSON array) and binary mode (`ce-*` headers, `data` as body). Everything behind may rely on what is checked
//! here and in `check`.

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use super::{
    check::{self, Problems},
    headers::HeaderLookup,
    json,
};
use crate::{
    domain::{
        Id, Millis,
        event::{Event, EventData, EventType},
        time,
    },
    error::{Error, Result},
};

/// An event larger than this is refused, alone or in a batch.
pub const MAX_EVENT_BYTES: usize = 1 << 20;
/// Events in one batch.
pub const MAX_BATCH: usize = 1_000;
/// A time further ahead than this is a broken clock: it would stop every later snapshot of the ticket.
const MAX_AHEAD_MS: Millis = 24 * 3_600_000;

/// A request to `POST /api/v1/events`.
pub struct Incoming<'a> {
    /// Its headers, `content-type` and `ce-*` among them.
    pub headers: &'a dyn HeaderLookup,
    /// Its body.
    pub body: &'a [u8],
    /// The time of events that name none.
    pub now: Millis,
}

/// Reads the events of one request, in their order: all of them, or an error and none.
///
/// # Errors
/// [`Error::Malformed`] (400) for what is not JSON or not of the shape, [`Error::Invalid`] (422) for members that are
/// not acceptable, both with an RFC 6901 pointer (in a batch it starts with the index); [`Error::TooLarge`] (413).
pub fn parse(incoming: &Incoming<'_>) -> Result<Vec<Event>> {
    let media_type = media_type(incoming.headers)?;
    if media_type == MediaType::Json && incoming.headers.header("ce-specversion").is_some() {
        return Ok(vec![parse_binary(incoming)?]);
    }
    let first = incoming.body.iter().find(|byte| !byte.is_ascii_whitespace());
    match (media_type, first) {
        (MediaType::Batch, _) | (MediaType::Json, Some(b'[')) => parse_batch(incoming.body, incoming.now),
        _ => Ok(vec![parse_one(incoming.body, incoming.now)?]),
    }
}

/// Reads a body that is one structured event, as `POST /api/v1/explain` takes it. Members beside it are ignored.
///
/// # Errors
/// As [`parse`].
pub fn parse_one(body: &[u8], now: Millis) -> Result<Event> {
    parse_at(body, now, "")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MediaType {
    Structured,
    Batch,
    Json,
}

fn media_type(headers: &dyn HeaderLookup) -> Result<MediaType> {
    let given = headers.header("content-type").unwrap_or("application/json");
    let essence = given.split(';').next().unwrap_or(given).trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/cloudevents+json" => Ok(MediaType::Structured),
        "application/cloudevents-batch+json" => Ok(MediaType::Batch),
        "application/json" => Ok(MediaType::Json),
        _ => Err(Error::Malformed {
            code: "event.media_type",
            detail: format!(
                "events come as application/cloudevents+json, application/cloudevents-batch+json or application/json; \
                 this is {essence}"
            ),
            pointer: None,
        }),
    }
}

/// The members of a CloudEvent that mean something here. All optional, so that what is missing is said by name.
#[derive(Deserialize)]
struct Envelope<D> {
    specversion: Option<String>,
    id: Option<Id>,
    source: Option<Id>,
    #[serde(rename = "type")]
    kind: Option<String>,
    time: Option<String>,
    data: Option<D>,
}

fn parse_at(bytes: &[u8], now: Millis, at: &str) -> Result<Event> {
    if bytes.len() > MAX_EVENT_BYTES {
        return Err(Error::TooLarge { what: "an event", limit: MAX_EVENT_BYTES });
    }
    match json::read::<Envelope<EventData>>(bytes, json::EVENT, at) {
        Ok(envelope) => finish(envelope, now, at),
        Err(error) => Err(unknown_type_first(bytes, at).unwrap_or(error)),
    }
}

/// `data` of a type that we do not know may have any shape: then the type is what is wrong, not the shape.
fn unknown_type_first(bytes: &[u8], at: &str) -> Option<Error> {
    let envelope: Envelope<de::IgnoredAny> = json::read(bytes, json::EVENT, at).ok()?;
    let mut problems = Problems::new(at);
    read_type(envelope.kind.as_deref()?, &mut problems).is_none().then(|| problems.into_error())
}

fn finish(envelope: Envelope<EventData>, now: Millis, at: &str) -> Result<Event> {
    let mut problems = Problems::new(at);
    if envelope.specversion.as_deref() != Some("1.0") {
        problems.add("event.specversion", "/specversion", "must be \"1.0\"");
    }
    let kind = required(envelope.kind, "/type", &mut problems).and_then(|name| read_type(&name, &mut problems));
    let id = required(envelope.id, "/id", &mut problems);
    let source = required(envelope.source, "/source", &mut problems);
    let time = read_time(envelope.time, now, &mut problems);
    let (Some(kind), Some(id), Some(source)) = (kind, id, source) else {
        return Err(problems.into_error());
    };
    let event = Event { source, id, kind, time, data: envelope.data.unwrap_or_default() };
    check::check(&event, &mut problems);
    problems.into_result().map(|()| event)
}

fn required<T>(given: Option<T>, pointer: &str, problems: &mut Problems) -> Option<T> {
    if given.is_none() {
        problems.add("event.missing_member", pointer, "is missing");
    }
    given
}

fn read_type(name: &str, problems: &mut Problems) -> Option<EventType> {
    let known = EventType::parse(name).filter(|kind| !kind.is_internal());
    if known.is_none() {
        let name: String = name.chars().take(100).collect();
        problems.add("event.unknown_type", "/type", format!("there is no event type {name:?}"));
    }
    known
}

fn read_time(given: Option<String>, now: Millis, problems: &mut Problems) -> Millis {
    match given.map(|text| time::from_rfc3339(&text)) {
        None => now,
        Some(Ok(at)) if at > now + MAX_AHEAD_MS => now,
        Some(Ok(at)) => at,
        Some(Err(message)) => {
            problems.add("event.time", "/time", message);
            now
        }
    }
}

fn parse_batch(body: &[u8], now: Millis) -> Result<Vec<Event>> {
    // Cut into items first, without building them: count and sizes are known before memory is spent.
    let items: Items<'_> = serde_json::from_slice(body).map_err(|error| {
        if error.classify() != serde_json::error::Category::Data {
            return json::not_json(json::EVENT, "", &error);
        }
        Error::Malformed {
            code: json::EVENT.wrong_shape,
            detail: format!("a batch is a JSON array of at most {MAX_BATCH} events: {error}"),
            pointer: Some(String::new()),
        }
    })?;
    items.0.iter().enumerate().map(|(index, item)| parse_at(item.get().as_bytes(), now, &format!("/{index}"))).collect()
}

/// The items of an array, not yet read.
struct Items<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Items<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        from.deserialize_seq(ItemsVisitor)
    }
}

struct ItemsVisitor;

impl<'de> de::Visitor<'de> for ItemsVisitor {
    type Value = Items<'de>;

    fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("an array of events")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut from: A) -> std::result::Result<Items<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element::<&'de RawValue>()? {
            if items.len() == MAX_BATCH {
                return Err(de::Error::custom("there are more"));
            }
            items.push(item);
        }
        Ok(Items(items))
    }
}

/// Binary mode: attributes in `ce-*` headers, percent-encoded where they are not ASCII (HTTP binding §3.1.3.2).
fn parse_binary(incoming: &Incoming<'_>) -> Result<Event> {
    if incoming.body.len() > MAX_EVENT_BYTES {
        return Err(Error::TooLarge { what: "an event", limit: MAX_EVENT_BYTES });
    }
    let attribute = |name: &str| {
        let value = incoming.headers.header(name)?;
        // NUL characters are left out, as they are of JSON.
        Some(percent_decode_str(value).decode_utf8_lossy().replace('\0', ""))
    };
    let kind = attribute("ce-type");
    if let Some(name) = &kind {
        let mut problems = Problems::new("");
        if read_type(name, &mut problems).is_none() {
            return Err(problems.into_error());
        }
    }
    let is_empty = incoming.body.iter().all(u8::is_ascii_whitespace);
    let data = if is_empty { None } else { Some(json::read(incoming.body, json::EVENT, "/data")?) };
    let envelope = Envelope {
        specversion: attribute("ce-specversion"),
        id: attribute("ce-id").map(Id::from),
        source: attribute("ce-source").map(Id::from),
        kind,
        time: attribute("ce-time"),
        data,
    };
    finish(envelope, incoming.now, "")
}

#[cfg(test)]
mod tests;
