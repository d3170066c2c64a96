//! Rows of events: the idempotency key, what came in, and why who heard of it.

use std::collections::HashMap;

use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};

use super::{
    bulk::to_json,
    connection::Conn,
    insert::{self, Field, TableRow},
    raw::Raw,
};
use crate::{
    domain::{
        Id, Millis,
        event::Event,
        plan::{Receipt, ReceiptStatus},
    },
    error::{Error, Result},
};

/// A receipt names so many recipients, and counts them all.
const NAMED: usize = 100;

/// (`source`, `id`).
pub type Key = (Id, Id);

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    notified: String,
}

/// An event about to be inserted.
#[derive(Debug)]
pub struct NewEvent<'a> {
    source: &'a Id,
    id: &'a Id,
    kind: &'static str,
    ticket_id: Option<&'a Id>,
    accepted_at: Millis,
    body: &'a str,
    explanation: String,
    notified: String,
}

impl TableRow for NewEvent<'_> {
    type Kind = NewEvent<'static>;

    const TABLE: &'static str = "events";
    const CONFLICT: &'static str = "ON CONFLICT (source, id) DO NOTHING";

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            ("source", (&**self.source).into()),
            ("id", (&**self.id).into()),
            ("type", self.kind.into()),
            ("ticket_id", self.ticket_id.map(|id| &**id).into()),
            ("accepted_at", self.accepted_at.into()),
            ("body", self.body.into()),
            ("explanation", (&*self.explanation).into()),
            ("notified", (&*self.notified).into()),
        ]
    }
}

impl<'a> NewEvent<'a> {
    /// The row of an event with what came of it.
    pub fn new(
        event: &'a Event,
        body: &'a str,
        explanation: String,
        notified: &[Id],
        now: Millis,
    ) -> Result<NewEvent<'a>> {
        Ok(NewEvent {
            source: &event.source,
            id: &event.id,
            kind: event.kind.as_str(),
            ticket_id: event.data.ticket.as_ref().map(|ticket| &ticket.id),
            accepted_at: now,
            body,
            explanation,
            notified: to_json(notified).map_err(Error::Store)?,
        })
    }
}

/// Inserts new events; false when another node was faster with one of them, and the transaction must be repeated.
pub fn insert(conn: &mut Conn, rows: &[NewEvent<'_>]) -> Result<bool> {
    Ok(insert::insert(conn, rows).map_err(Error::Store)? == rows.len())
}

const KNOWN_SQLITE: &str = "SELECT e.source, e.id, e.notified FROM json_each($1) AS k \
                            CROSS JOIN events AS e ON e.id = k.value AND e.source = $2";
// OFFSET 0, here and elsewhere: each key is looked up by itself. Otherwise all events of the source might be gone through.
const KNOWN_POSTGRES: &str = "SELECT e.source, e.id, e.notified FROM jsonb_array_elements_text($1::jsonb) AS k \
                              CROSS JOIN LATERAL (SELECT source, id, notified FROM events \
                                                  WHERE id = k AND source = $2 OFFSET 0) AS e";

/// Which of these events are known, and whom they notified. One question for each source.
pub fn known<'a>(conn: &mut Conn, events: impl Iterator<Item = &'a Event>) -> Result<HashMap<Key, Vec<Id>>> {
    let mut by_source: HashMap<&Id, Vec<&Id>> = HashMap::new();
    events.for_each(|event| by_source.entry(&event.source).or_default().push(&event.id));
    let mut known = HashMap::new();
    for (source, ids) in by_source {
        let ids = to_json(&ids).map_err(Error::Store)?;
        let found: Vec<Known> = match conn {
            Conn::Sqlite(c) => Raw::with_two(KNOWN_SQLITE, &ids, source).load(c),
            Conn::Pg(c) => Raw::with_two(KNOWN_POSTGRES, &ids, source).load(c),
        }
        .map_err(Error::Store)?;
        for row in found {
            known.insert((row.source.into(), row.id.into()), parse_notified(&row.notified)?);
        }
    }
    Ok(known)
}

fn parse_notified(json: &str) -> Result<Vec<Id>> {
    serde_json::from_str(json).map_err(|error| Error::Internal(format!("a stored event is unreadable: {error}")))
}

/// What the producer is told.
pub fn receipt(id: &Id, status: ReceiptStatus, notified: &[Id]) -> Receipt {
    let named = notified.iter().take(NAMED).cloned().collect();
    Receipt { id: id.clone(), status, notified: named, notified_count: notified.len() }
}
