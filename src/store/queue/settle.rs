//! What became of claimed rows, written back.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use diesel::RunQueryDsl;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Attempt, Queued, Settled};
use crate::{
    domain::{Millis, snapshot::Snapshot, webhook::WebhookType},
    error::{Error, Result},
    store::{
        bulk::{Bulk, Column, to_json},
        connection::{Conn, write_transaction},
        insert::{self, Field, TableRow},
        raw::Raw,
        records, webhook_messages,
    },
};

/// Who settles.
pub struct Settle {
    /// Who held the rows.
    pub holder: String,
    /// The time.
    pub now: Millis,
    /// Which programs want to hear of it, as far as this node knows.
    pub snapshot: Arc<Snapshot>,
}

struct Tried<'a> {
    delivery: &'a str,
    attempt: &'a Attempt,
    detail: Option<&'a str>,
}

impl TableRow for Tried<'_> {
    type Kind = Tried<'static>;

    const TABLE: &'static str = "delivery_attempts";
    const CONFLICT: &'static str = "";

    fn fields(&self) -> Vec<Field<'_>> {
        let Tried { delivery, attempt, detail } = self;
        vec![
            ("delivery_id", (*delivery).into()),
            ("number", attempt.number.into()),
            ("at", attempt.at.into()),
            ("took_ms", attempt.took_ms.into()),
            ("outcome", (&*attempt.outcome).into()),
            ("detail", (*detail).into()),
        ]
    }
}

#[derive(Serialize)]
struct Written<'a> {
    id: &'a str,
    state: &'a str,
    why: Option<&'a str>,
    detail: Option<&'a str>,
    due_at: Option<Millis>,
    provider_id: Option<&'a str>,
    sent_at: Option<Millis>,
    attempts: i64,
    updated_at: Millis,
}

static WRITE: LazyLock<Bulk> = LazyLock::new(|| {
    let columns = [
        Column::Text("id"),
        Column::Text("state"),
        Column::Text("why"),
        Column::Text("detail"),
        Column::Int("due_at"),
        Column::Text("provider_id"),
        Column::Int("sent_at"),
        Column::Int("attempts"),
        Column::Int("updated_at"),
    ];
    let set = "state = r.state, why = r.why, detail = r.detail, due_at = r.due_at, provider_id = r.provider_id, \
               sent_at = r.sent_at, attempts = r.attempts, updated_at = r.updated_at, holder = NULL";
    Bulk::update("deliveries", &columns, set, "t.id = r.id")
});

impl Settle {
    /// Writes it for those rows that are still the holder's.
    pub fn run(&self, conn: &mut Conn, settled: &[Settled]) -> Result<()> {
        write_transaction(conn, |conn| {
            let ours = self.ours(conn, settled)?;
            let settled: Vec<(&Settled, &Queued)> =
                settled.iter().filter_map(|row| Some((row, ours.get(&row.id)?))).collect();
            let rows: Vec<Written<'_>> = settled.iter().map(|(row, known)| self.written(row, known)).collect();
            WRITE.run(conn, &rows).map_err(Error::Store)?;
            let tried = settled.iter().filter_map(|(row, _)| {
                Some(Tried { delivery: &row.id, attempt: row.attempt.as_ref()?, detail: row.detail.as_deref() })
            });
            insert::insert(conn, &tried.collect::<Vec<_>>()).map_err(Error::Store)?;
            // A webhook made on another node misses nothing.
            let snapshot = records::refreshed(conn, &self.snapshot)?;
            self.tell_webhooks(conn, &snapshot, &settled)
        })
    }

    /// Those that the holder still holds, by id.
    fn ours(&self, conn: &mut Conn, settled: &[Settled]) -> Result<HashMap<String, Queued>> {
        let ids = to_json(&settled.iter().map(|row| &row.id).collect::<Vec<_>>()).map_err(Error::Store)?;
        let rows: Vec<Queued> = match conn {
            Conn::Sqlite(c) => Raw::with_two(OURS_SQLITE, &ids, &self.holder).load(c),
            Conn::Pg(c) => Raw::with_two(OURS_POSTGRES, &ids, &self.holder).load(c),
        }
        .map_err(Error::Store)?;
        Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
    }

    fn written<'a>(&self, row: &'a Settled, known: &Queued) -> Written<'a> {
        Written {
            id: &row.id,
            state: row.state,
            why: row.why.as_deref(),
            detail: row.detail.as_deref(),
            due_at: row.due_at,
            provider_id: row.provider_id.as_deref(),
            sent_at: (row.state == "sent").then_some(self.now),
            attempts: row.attempt.as_ref().map_or(known.attempts, |attempt| attempt.number),
            updated_at: self.now,
        }
    }

    /// `notification.delivered` and `notification.failed`, for the programs that want them; as a rule there are none.
    fn tell_webhooks(&self, conn: &mut Conn, snapshot: &Snapshot, settled: &[(&Settled, &Queued)]) -> Result<()> {
        let kinds = [
            (WebhookType::NotificationDelivered, &["sent"][..]),
            (WebhookType::NotificationFailed, &["failed", "expired"]),
        ];
        for (kind, states) in kinds {
            let ended = settled.iter().filter(|(row, _)| states.contains(&row.state));
            let data = || Ok(ended.map(|(row, known)| news(row, known)).collect());
            webhook_messages::enqueue_all(conn, snapshot, kind, self.now, data)?;
        }
        Ok(())
    }
}

fn news(row: &Settled, known: &Queued) -> Value {
    json!({
        "channel": known.channel, "delivery": known.id, "purpose": known.purpose, "recipient": known.recipient,
        "recipient_kind": known.recipient_kind, "notification": known.notification_id, "ticket": known.ticket_id,
        "event": {"source": known.event_source, "id": known.event_id},
        "attempts": row.attempt.as_ref().map_or(known.attempts, |attempt| attempt.number),
        "why": row.why, "detail": row.detail,
    })
}

const OURS_SQLITE: &str = "SELECT d.* FROM json_each($1) AS k CROSS JOIN deliveries AS d ON d.id = k.value \
    WHERE d.state = 'sending' AND d.holder = $2";
const OURS_POSTGRES: &str = "SELECT * FROM deliveries \
    WHERE id = ANY(ARRAY(SELECT jsonb_array_elements_text($1::jsonb))) \
        AND state = 'sending' AND holder = $2 FOR UPDATE";
