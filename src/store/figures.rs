//! How much went out beside the bell, what waits and what failed, counted for the people who run an installation; and
//! which nodes share the store.

use diesel::{
    ExpressionMethods, QueryDsl, QueryableByName, RunQueryDsl,
    sql_types::{BigInt, Nullable, Text},
};
use serde::Serialize;
use uuid::{Builder, Uuid};

use super::{
    Store,
    connection::{Conn, on_backend, read_snapshot},
    schema::nodes,
};
use crate::{
    domain::{Id, Millis, time},
    error::{Error, Result},
};

const HOUR_MS: Millis = 3_600_000;
/// Kinds of failures at most; the rest is found in the delivery log.
const FAILURES: i64 = 20;

/// What went out beside the bell within some hours, and what waits now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// Deliveries by the hour in which they were planned, oldest first.
    pub deliveries: Vec<HourCount>,
    /// Why deliveries failed or expired, the most frequent first, 20 at most.
    pub failures: Vec<FailureCount>,
    /// What waits to go out, however old.
    pub waiting: Vec<WaitingCount>,
    /// Messages that wait for other programs.
    pub webhooks_waiting: i64,
    /// Messages of those hours that other programs never took.
    pub webhooks_failed: i64,
}

/// Deliveries of one hour.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, Serialize, utoipa::ToSchema)]
pub struct HourCount {
    /// When the hour began.
    #[diesel(sql_type = BigInt)]
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub hour: Millis,
    /// `web_push`, `email`, `sms`.
    #[diesel(sql_type = Text)]
    pub channel: String,
    /// As it is now: `planned`, `held`, `sending`, `sent`, `failed`, `cancelled`, `skipped`, `expired`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

/// Deliveries that came to nothing for one reason.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, Serialize, utoipa::ToSchema)]
pub struct FailureCount {
    /// `web_push`, `email`, `sms`.
    #[diesel(sql_type = Text)]
    pub channel: String,
    /// A reason code.
    #[diesel(sql_type = Nullable<Text>)]
    pub why: Option<String>,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

/// Deliveries that wait on one channel.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, Serialize, utoipa::ToSchema)]
pub struct WaitingCount {
    /// `web_push`, `email`, `sms`.
    #[diesel(sql_type = Text)]
    pub channel: String,
    /// `planned`, `held`, `sending`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// When the first of them is due, or was.
    #[diesel(sql_type = BigInt)]
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub first_due_at: Millis,
}

/// A node that keeps its lease in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LiveNode {
    /// Made at its start.
    #[schema(value_type = String)]
    pub id: Id,
    /// Until when it counts as alive, unless it says so again.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub until: Millis,
}

impl Store {
    /// Counts what was planned within the last `hours`, and what waits.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn figures(&self, hours: u32) -> Result<Figures> {
        let since = self.clock.now() - i64::from(hours) * HOUR_MS;
        let first_id = first_id_of(hours);
        self.read(move |conn| read_snapshot(conn, |conn| count(conn, &first_id, since))).await
    }

    /// The nodes whose lease lasts. None where one node has the store for itself: it keeps no lease.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn live_nodes(&self) -> Result<Vec<LiveNode>> {
        let now = self.clock.now();
        self.read(move |conn| {
            let alive = nodes::table.filter(nodes::until.gt(now)).order(nodes::id).select((nodes::id, nodes::until));
            let rows: Vec<(String, Millis)> = alive.load(conn).map_err(Error::Store)?;
            Ok(rows.into_iter().map(|(id, until)| LiveNode { id: id.into(), until }).collect())
        })
        .await
    }

    /// `sqlite` or `postgres`.
    pub fn kind(&self) -> &'static str {
        match self.shared.url {
            crate::config::StoreUrl::Sqlite(_) => "sqlite",
            crate::config::StoreUrl::Postgres(_) => "postgres",
        }
    }
}

/// The least id that a delivery of the last hours can have. No index leads from a time to deliveries, but their ids grow
/// with the machine's clock, which makes them (RFC 9562 §5.7).
fn first_id_of(hours: u32) -> String {
    let (seconds, nanos) = Uuid::now_v7().get_timestamp().map_or((0, 0), |now| now.to_unix());
    let now_ms = seconds * 1_000 + u64::from(nanos) / 1_000_000;
    let first_ms = now_ms.saturating_sub(u64::from(hours) * 3_600_000);
    Builder::from_unix_timestamp_millis(first_ms, &[0; 10]).into_uuid().to_string()
}

/// `first_id` and `since` are our own and no outsider's text: they stand in the statements as they are.
fn count(conn: &mut Conn, first_id: &str, since: Millis) -> Result<Figures> {
    let by_hour = format!(
        "SELECT created_at / {HOUR_MS} * {HOUR_MS} AS hour, channel, state, count(*) AS count FROM deliveries \
         WHERE id >= '{first_id}' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    );
    let by_reason = format!(
        "SELECT channel, why, count(*) AS count FROM deliveries \
         WHERE id >= '{first_id}' AND state IN ('failed', 'expired') GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {FAILURES}"
    );
    let waiting = "SELECT channel, state, count(*) AS count, min(due_at) AS first_due_at FROM deliveries \
                   WHERE due_at IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2";
    let webhooks_waiting = "SELECT count(*) AS count FROM webhook_messages WHERE due_at IS NOT NULL";
    let webhooks_failed =
        format!("SELECT count(*) AS count FROM webhook_messages WHERE created_at >= {since} AND state = 'failed'");
    Ok(Figures {
        deliveries: on_backend!(conn, c => diesel::sql_query(by_hour).load(c)).map_err(Error::Store)?,
        failures: on_backend!(conn, c => diesel::sql_query(by_reason).load(c)).map_err(Error::Store)?,
        waiting: on_backend!(conn, c => diesel::sql_query(waiting).load(c)).map_err(Error::Store)?,
        webhooks_waiting: one(conn, webhooks_waiting)?,
        webhooks_failed: one(conn, &webhooks_failed)?,
    })
}

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn one(conn: &mut Conn, sql: &str) -> Result<i64> {
    let row: One = on_backend!(conn, c => diesel::sql_query(sql).get_result(c)).map_err(Error::Store)?;
    Ok(row.count)
}
