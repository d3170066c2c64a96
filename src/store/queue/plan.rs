//! Fallbacks on their way into the queue.

use std::collections::HashMap;

use diesel::{
    QueryableByName, RunQueryDsl,
    sql_types::{BigInt, Nullable},
};
use serde::Serialize;
use uuid::Uuid;

use super::{FALLBACK, FallbackRow};
use crate::{
    domain::{Id, Millis, delivery::RecipientKind},
    error::{Error, Result},
    store::{
        bulk::to_json,
        connection::Conn,
        insert::{self, Field, TableRow},
        raw::Raw,
    },
};

struct NewRow<'a> {
    agent: &'a Id,
    row: &'a FallbackRow,
    id: String,
    due_at: Option<Millis>,
    now: Millis,
}

impl TableRow for NewRow<'_> {
    type Kind = NewRow<'static>;

    const TABLE: &'static str = "deliveries";
    const CONFLICT: &'static str = "ON CONFLICT DO NOTHING";

    fn fields(&self) -> Vec<Field<'_>> {
        let NewRow { agent, row, id, due_at, now } = self;
        vec![
            ("id", (&**id).into()),
            ("event_source", (&*row.event.0).into()),
            ("event_id", (&*row.event.1).into()),
            ("notification_id", (&*row.notification).into()),
            ("recipient", (&***agent).into()),
            ("recipient_kind", RecipientKind::Agent.as_str().into()),
            ("channel", row.channel.as_str().into()),
            ("purpose", FALLBACK.into()),
            ("endpoint", (&*row.endpoint).into()),
            ("stage", row.stage.into()),
            ("ticket_id", row.ticket.as_deref().into()),
            ("batch", (&*row.batch).into()),
            ("state", row.state.into()),
            ("why", row.why.into()),
            ("due_at", (*due_at).into()),
            ("attempts", 0_i64.into()),
            ("created_at", (*now).into()),
            ("updated_at", (*now).into()),
        ]
    }
}

/// A batch of an agent that something may be waiting in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
struct Batch<'a> {
    recipient: &'a str,
    channel: &'a str,
    endpoint: &'a str,
    batch: &'a str,
}

/// Plans fallbacks of many agents. What joins a batch that is waiting goes out with it: the first one anchors the time.
pub fn plan(conn: &mut Conn, rows: &[(&Id, &FallbackRow)], now: Millis) -> Result<usize> {
    let mut batches: Vec<Batch<'_>> = Vec::new();
    let mut places = HashMap::new();
    for batch in rows.iter().filter_map(|(agent, row)| batch_of(agent, row)) {
        places.entry(batch).or_insert_with(|| {
            batches.push(batch);
            batches.len() - 1
        });
    }
    let anchors = anchors(conn, &batches)?;
    let new = rows.iter().map(|(agent, row)| {
        let anchor = batch_of(agent, row).and_then(|batch| anchors.get(places.get(&batch)?).copied());
        let due_at = row.due_at.map(|due| anchor.map_or(due, |anchor| anchor.min(due)));
        NewRow { agent, row, id: Uuid::now_v7().to_string(), due_at, now }
    });
    insert::insert(conn, &new.collect::<Vec<_>>()).map_err(Error::Store)
}

fn batch_of<'a>(agent: &'a Id, row: &'a FallbackRow) -> Option<Batch<'a>> {
    let FallbackRow { endpoint, batch, .. } = row;
    let joins = row.due_at.is_some() && !batch.is_empty();
    joins.then_some(Batch { recipient: agent, channel: row.channel.as_str(), endpoint, batch })
}

#[derive(QueryableByName)]
struct Anchor {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    due_at: Option<i64>,
}

const SQLITE: &str = "SELECT k.key AS place, min(d.due_at) AS due_at \
    FROM json_each($1) AS k CROSS JOIN deliveries AS d \
        ON d.recipient = k.value->>'recipient' AND d.channel = k.value->>'channel' \
        AND d.endpoint = k.value->>'endpoint' AND d.batch = k.value->>'batch' \
    WHERE d.due_at IS NOT NULL AND d.state IN ('planned', 'held') AND d.attempts = 0 \
        AND d.purpose = 'fallback' AND d.recipient_kind = 'agent' GROUP BY k.key";
const POSTGRES: &str = "SELECT k.place - 1 AS place, min(d.due_at) AS due_at \
    FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS k(value, place) JOIN deliveries AS d \
        ON d.recipient = k.value->>'recipient' AND d.channel = k.value->>'channel' \
        AND d.endpoint = k.value->>'endpoint' AND d.batch = k.value->>'batch' \
    WHERE d.due_at IS NOT NULL AND d.state IN ('planned', 'held') AND d.attempts = 0 \
        AND d.purpose = 'fallback' AND d.recipient_kind = 'agent' GROUP BY k.place";

/// When the batches that something waits in go out, by their places.
fn anchors(conn: &mut Conn, batches: &[Batch<'_>]) -> Result<HashMap<usize, Millis>> {
    if batches.is_empty() {
        return Ok(HashMap::new());
    }
    let keys = to_json(batches).map_err(Error::Store)?;
    let found: Vec<Anchor> = match conn {
        Conn::Sqlite(c) => Raw::new(SQLITE, &keys).load(c),
        Conn::Pg(c) => Raw::new(POSTGRES, &keys).load(c),
    }
    .map_err(Error::Store)?;
    let place = |anchor: &Anchor| usize::try_from(anchor.place).ok();
    Ok(found.iter().filter_map(|anchor| Some((place(anchor)?, anchor.due_at?))).collect())
}
