//! Events as they were kept, for whoever asks afterwards who heard of them, and why.
//!
//! An event is known by source and id together, and that is its only index: one by id alone would be a page more for
//! each event to dirty, on the hot path, for a question that is seldom asked. Without a source the sources are gone
//! through instead, jumping from each to the next in the index (a "loose index scan"), with a point look-up in each. An
//! installation has a handful of them; where there are more than [`SOURCES`], the source has to be said.

use diesel::{
    OptionalExtension, QueryDsl, QueryableByName, RunQueryDsl,
    sql_types::{Bool, Text},
};

use super::{
    Store,
    connection::{Conn, on_backend},
    raw::Raw,
    read,
    schema::{contents, events},
};
use crate::{
    domain::{Id, Millis, event::Event, notification::Notification},
    error::{Error, Result},
};

/// So many sources are gone through when none was said.
pub const SOURCES: usize = 100;

/// An event as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEvent {
    /// Which system it came from.
    pub source: Id,
    /// Unique within the source.
    pub id: Id,
    /// `ticket.assigned`, …
    pub kind: String,
    /// The ticket it was about.
    pub ticket: Option<Id>,
    /// When it was stored.
    pub accepted_at: Millis,
    /// JSON array of everybody who was considered.
    pub explanation: String,
    /// Who has a notification of it.
    pub notified: Vec<Id>,
}

/// Which sources have an event of some id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourcesOfEvent {
    /// All of them, in order; may be none.
    These(Vec<Id>),
    /// There are more sources than anybody wants to go through.
    TooMany,
}

/// A notification with what is known of how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// The notification itself.
    pub notification: Notification,
    /// Source of its event.
    pub event_source: Id,
    /// Id of its event.
    pub event_id: Id,
    /// The event, until retention takes it.
    pub event: Option<KeptEvent>,
}

impl Store {
    /// The event of that source and id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn kept_event(&self, source: &Id, id: &Id) -> Result<Option<KeptEvent>> {
        let (source, id) = (source.clone(), id.clone());
        self.read(move |conn| kept(conn, &source, &id)).await
    }

    /// The event itself, as it was accepted; none when it is forgotten.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn event(&self, source: &Id, id: &Id) -> Result<Option<Event>> {
        let (source, id) = (source.clone(), id.clone());
        let read = self.read(move |conn| {
            let body = events::table.find((&*source, &*id)).select(events::body);
            body.first::<String>(conn).optional().map_err(Error::Store)
        });
        let unreadable = |error| Error::Internal(format!("a stored event is unreadable: {error}"));
        read.await?.map(|body| serde_json::from_str(&body).map_err(unreadable)).transpose()
    }

    /// Which sources have an event of that id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sources_of_event(&self, id: &Id) -> Result<SourcesOfEvent> {
        let id = id.clone();
        self.read(move |conn| sources_of(conn, &id)).await
    }

    /// A notification of an agent with its event; none when it is not theirs.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn origin(&self, agent: &Id, notification: &str) -> Result<Option<Origin>> {
        let (agent, id) = (agent.clone(), notification.to_owned());
        self.read(move |conn| origin(conn, &agent, &id)).await
    }
}

fn kept(conn: &mut Conn, source: &Id, id: &Id) -> Result<Option<KeptEvent>> {
    use events::dsl as e;
    type Columns = (String, Option<String>, Millis, String, String);
    let row: Option<Columns> = e::events
        .find((&**source, &**id))
        .select((e::kind, e::ticket_id, e::accepted_at, e::explanation, e::notified))
        .first(conn)
        .optional()
        .map_err(Error::Store)?;
    let Some((kind, ticket, accepted_at, explanation, notified)) = row else { return Ok(None) };
    let notified = serde_json::from_str(&notified)
        .map_err(|error| Error::Internal(format!("a stored event is unreadable: {error}")))?;
    let (source, id, ticket) = (source.clone(), id.clone(), ticket.map(Id::from));
    Ok(Some(KeptEvent { source, id, kind, ticket, accepted_at, explanation, notified }))
}

fn origin(conn: &mut Conn, agent: &Id, id: &str) -> Result<Option<Origin>> {
    let Some(notification) = read::by_id(conn, agent, id)? else { return Ok(None) };
    let (source, event_id): (String, String) = contents::table
        .find(id)
        .select((contents::event_source, contents::event_id))
        .first(conn)
        .map_err(Error::Store)?;
    let (event_source, event_id) = (Id::from(source), Id::from(event_id));
    let event = kept(conn, &event_source, &event_id)?;
    Ok(Some(Origin { notification, event_source, event_id, event }))
}

#[derive(QueryableByName)]
struct Visited {
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Bool)]
    has_it: bool,
}

/// Each source is found behind the one before: as many look-ups in the index as there are sources.
const VISIT: &str = "WITH RECURSIVE visited(source, place) AS ( \
                         SELECT min(source), 1 FROM events \
                         UNION ALL \
                         SELECT (SELECT min(e.source) FROM events AS e WHERE e.source > v.source), v.place + 1 \
                         FROM visited AS v WHERE v.source IS NOT NULL AND v.place < 101 \
                     ) \
                     SELECT v.source, \
                         EXISTS (SELECT 1 FROM events AS e WHERE e.source = v.source AND e.id = $1) AS has_it \
                     FROM visited AS v WHERE v.source IS NOT NULL ORDER BY v.source";

fn sources_of(conn: &mut Conn, id: &Id) -> Result<SourcesOfEvent> {
    let visited: Vec<Visited> = on_backend!(conn, c => Raw::new(VISIT, id).load(c)).map_err(Error::Store)?;
    if visited.len() > SOURCES {
        return Ok(SourcesOfEvent::TooMany);
    }
    let having = visited.into_iter().filter(|source| source.has_it);
    Ok(SourcesOfEvent::These(having.map(|source| source.source.into()).collect()))
}
