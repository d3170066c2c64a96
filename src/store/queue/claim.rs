//! What is due, taken by one worker under a lease.

use std::collections::BTreeMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper};
use serde::Serialize;

use super::Queued;
use crate::{
    domain::{Millis, delivery::DeliveryChannel},
    error::{Error, Result},
    store::{
        bulk::to_json,
        connection::{Conn, write_transaction},
        raw::Raw,
        schema::deliveries,
    },
};

/// Whether anything is due on a channel.
pub fn is_due(conn: &mut Conn, channel: DeliveryChannel, now: Millis) -> Result<bool> {
    use deliveries::dsl as d;
    let due = d::deliveries.filter(d::channel.eq(channel.as_str()).and(d::due_at.le(now)));
    diesel::select(diesel::dsl::exists(due)).get_result(conn).map_err(Error::Store)
}

/// `$1` is the channel; let go of with the transaction.
const TURN: &str = "SELECT pg_advisory_xact_lock(hashtextextended('claim deliveries on ' || $1, 0))";

/// Who claims how much.
pub struct Claim {
    /// By which way it goes.
    pub channel: DeliveryChannel,
    /// Who.
    pub holder: String,
    /// Messages at most.
    pub most: usize,
    /// The time.
    pub now: Millis,
    /// When the rows come back, should their holder die.
    pub until: Millis,
}

/// What goes out as one message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Key {
    recipient: String,
    recipient_kind: String,
    purpose: String,
    channel: String,
    endpoint: String,
    batch: String,
}

impl Claim {
    /// Takes what is due, each batch whole.
    pub fn run(&self, conn: &mut Conn) -> Result<Vec<Vec<Queued>>> {
        write_transaction(conn, |conn| {
            self.wait_for_turn(conn)?;
            let (alone, leads): (Vec<Queued>, Vec<Queued>) =
                self.leads(conn)?.into_iter().partition(|row| row.batch.is_empty());
            let mut batches: Vec<Vec<Queued>> = alone.into_iter().map(|row| vec![row]).collect();
            batches.extend(self.whole(conn, &leads)?);
            self.take(conn, &batches)?;
            Ok(batches)
        })
    }

    /// On PostgreSQL one node claims at a time on a channel: two who held rows of one batch each would wait for each
    /// other, and skipping the other's would tear the batch apart.
    fn wait_for_turn(&self, conn: &mut Conn) -> Result<()> {
        let Conn::Pg(c) = conn else { return Ok(()) };
        Raw::new(TURN, self.channel.as_str()).execute(c).map(drop).map_err(Error::Store)
    }

    fn leads(&self, conn: &mut Conn) -> Result<Vec<Queued>> {
        use deliveries::dsl as d;
        let due = d::deliveries
            .filter(d::channel.eq(self.channel.as_str()).and(d::due_at.le(self.now)))
            .order(d::due_at)
            .limit(self.most as i64);
        match conn {
            Conn::Pg(c) => due.select(Queued::as_select()).for_update().skip_locked().load(c),
            Conn::Sqlite(c) => due.select(Queued::as_select()).load(c),
        }
        .map_err(Error::Store)
    }

    /// Everything that waits to go out with these, due or not: the first one anchors the time.
    fn whole(&self, conn: &mut Conn, leads: &[Queued]) -> Result<Vec<Vec<Queued>>> {
        // In the order in which they are due.
        let mut places: BTreeMap<Key, usize> = BTreeMap::new();
        for lead in leads {
            let next = places.len();
            places.entry(key(lead)).or_insert(next);
        }
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let keys = to_json(&places.keys().collect::<Vec<_>>()).map_err(Error::Store)?;
        let now = self.now.to_string();
        let mates: Vec<Queued> = match conn {
            Conn::Sqlite(c) => Raw::with_two(MATES_SQLITE, &keys, &now).load(c),
            Conn::Pg(c) => Raw::with_two(MATES_POSTGRES, &keys, &now).load(c),
        }
        .map_err(Error::Store)?;
        let mut batches = vec![Vec::new(); places.len()];
        for mate in mates {
            if let Some(batch) = places.get(&key(&mate)).and_then(|place| batches.get_mut(*place)) {
                batch.push(mate);
            }
        }
        batches.retain(|batch| !batch.is_empty());
        Ok(batches)
    }

    /// SQLite keeps a statement prepared that takes one; on PostgreSQL each would be a round trip.
    fn take(&self, conn: &mut Conn, batches: &[Vec<Queued>]) -> Result<()> {
        use deliveries::dsl as d;
        let held = || {
            (d::state.eq("sending"), d::holder.eq(&self.holder), d::due_at.eq(self.until), d::updated_at.eq(self.now))
        };
        let ids = batches.iter().flatten().map(|row| &row.id);
        match conn {
            Conn::Pg(_) => {
                let rows = d::deliveries.filter(d::id.eq_any(ids));
                diesel::update(rows).set(held()).execute(conn).map_err(Error::Store)?;
            }
            Conn::Sqlite(_) => {
                for id in ids {
                    diesel::update(d::deliveries.find(id)).set(held()).execute(conn).map_err(Error::Store)?;
                }
            }
        }
        Ok(())
    }
}

fn key(row: &Queued) -> Key {
    Key {
        recipient: row.recipient.clone(),
        recipient_kind: row.recipient_kind.clone(),
        purpose: row.purpose.clone(),
        channel: row.channel.clone(),
        endpoint: row.endpoint.clone(),
        batch: row.batch.clone(),
    }
}

const MATES_SQLITE: &str = "SELECT d.* FROM json_each($1) AS k CROSS JOIN deliveries AS d \
        ON d.recipient = k.value->>'recipient' AND d.channel = k.value->>'channel' \
        AND d.endpoint = k.value->>'endpoint' AND d.batch = k.value->>'batch' \
        AND d.purpose = k.value->>'purpose' AND d.recipient_kind = k.value->>'recipient_kind' \
    WHERE d.due_at IS NOT NULL \
        AND (d.state IN ('planned', 'held') OR (d.state = 'sending' AND d.due_at <= CAST($2 AS INTEGER))) \
    ORDER BY d.id";
const MATES_POSTGRES: &str = "SELECT d.* FROM jsonb_array_elements($1::jsonb) AS k(value) JOIN deliveries AS d \
        ON d.recipient = k.value->>'recipient' AND d.channel = k.value->>'channel' \
        AND d.endpoint = k.value->>'endpoint' AND d.batch = k.value->>'batch' \
        AND d.purpose = k.value->>'purpose' AND d.recipient_kind = k.value->>'recipient_kind' \
    WHERE d.due_at IS NOT NULL \
        AND (d.state IN ('planned', 'held') OR (d.state = 'sending' AND d.due_at <= $2::bigint)) \
    ORDER BY d.id FOR UPDATE OF d";
