//! Deliveries on their way: fallbacks planned, rows claimed under a lease, outcomes written back.

mod claim;
mod entries;
mod plan;
mod settle;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use diesel::{Queryable, QueryableByName, Selectable};

pub(super) use self::plan::plan;
use super::{Store, connection::read_snapshot, schema::deliveries};
use crate::{
    domain::{Id, Millis, delivery::DeliveryChannel, notification::Notification},
    error::Result,
};

/// The purpose of what goes out because no device confirmed an entry.
pub const FALLBACK: &str = "fallback";

/// One entry on one channel to one endpoint, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FallbackRow {
    /// The entry.
    pub notification: Id,
    /// Source and id of its event.
    pub event: (Id, Id),
    /// The ticket it is about.
    pub ticket: Option<Id>,
    /// By which way.
    pub channel: DeliveryChannel,
    /// A push subscription; empty where the recipient's address is looked up.
    pub endpoint: String,
    /// The number at which the entry called for attention.
    pub stage: i64,
    /// What goes out together with others: `ticket:42`, `digest`, `quiet`. Empty: by itself.
    pub batch: String,
    /// `planned`, `held`, `skipped`, `cancelled`.
    pub state: &'static str,
    /// Why it waits or does not go out.
    pub why: Option<&'static str>,
    /// When it goes out; none when it does not.
    pub due_at: Option<Millis>,
}

/// A row that a worker holds.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = deliveries)]
pub struct Queued {
    /// Its id: stable over all attempts.
    pub id: String,
    /// Source of the event.
    pub event_source: String,
    /// Id of the event.
    pub event_id: String,
    /// The entry, where it is a fallback.
    pub notification_id: Option<String>,
    /// Agent or contact id, an address where a contact has no id, `ADMIN`.
    pub recipient: String,
    /// `agent`, `contact`, `address`.
    pub recipient_kind: String,
    /// `web_push`, `email`, `sms`.
    pub channel: String,
    /// `fallback`, or the switch or policy that says so.
    pub purpose: String,
    /// A push subscription.
    pub endpoint: String,
    /// The number at which the entry called for attention.
    pub stage: i64,
    /// Where it goes, for those whom the directory need not know.
    pub address: Option<String>,
    /// The ticket it is about.
    pub ticket_id: Option<String>,
    /// What goes out together.
    pub batch: String,
    /// As it was before it was claimed; `sending`: whoever held it before did not say how that ended.
    pub state: String,
    /// Why it waited.
    pub why: Option<String>,
    /// Tries before this one.
    pub attempts: i64,
    /// When it was planned.
    pub created_at: Millis,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Which.
    pub id: String,
    /// `sent`, `failed`, `cancelled`, `skipped`, `expired`, `planned` or `held` (again, at `due_at`).
    pub state: &'static str,
    /// Why, where it was not sent.
    pub why: Option<Cow<'static, str>>,
    /// What the other side said.
    pub detail: Option<String>,
    /// When it is tried again.
    pub due_at: Option<Millis>,
    /// The id that the other side gave it.
    pub provider_id: Option<String>,
    /// Where there was a try: its number, when it began, how long it took in milliseconds, and how it ended.
    pub attempt: Option<Attempt>,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: i64,
    /// When it began.
    pub at: Millis,
    /// Milliseconds.
    pub took_ms: i64,
    /// `sent`, or a reason code.
    pub outcome: String,
}

/// How the entry of a row stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryNow {
    /// The entry as it is.
    pub entry: Notification,
    /// The number at which it last called for attention.
    pub alert_seq: i64,
    /// What an active device of the agent confirmed.
    pub acked_seq: i64,
    /// Where the head was when the panel was last opened.
    pub seen_seq: i64,
}

impl Store {
    /// How the entries of these rows stand now, by id; those that were removed are left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn entries_now(&self, rows: &[Queued]) -> Result<HashMap<String, EntryNow>> {
        let of_row = |row: &Queued| Some((row.notification_id.clone()?, Id::from(&*row.recipient)));
        let wanted: BTreeMap<String, Id> = rows.iter().filter_map(of_row).collect();
        self.read(move |conn| read_snapshot(conn, |conn| entries::as_they_are(conn, &wanted))).await
    }

    /// Claims what is due on a channel under a lease, at most `most` batches: each is what goes out as one message.
    /// Rows whose holder died come back when their lease is over.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn claim(
        &self,
        channel: DeliveryChannel,
        holder: &str,
        most: usize,
        lease_ms: Millis,
    ) -> Result<Vec<Vec<Queued>>> {
        let now = self.clock.now();
        // The writer is asked only when there is work: a write for nothing would wear the disk.
        if !self.read(move |conn| claim::is_due(conn, channel, now)).await? {
            return Ok(Vec::new());
        }
        let holder = holder.to_owned();
        let claim = claim::Claim { channel, holder, most, now, until: now + lease_ms };
        self.writers.run(move |conn, _| Ok((claim.run(conn)?, Vec::new()))).await
    }

    /// Writes what became of rows that `holder` held; rows that are another's by now stay as they are.
    ///
    /// # Errors
    /// When the store cannot be written: the rows come back when their lease is over.
    pub async fn settle(&self, holder: &str, settled: Vec<Settled>) -> Result<()> {
        let (holder, now, snapshot) = (holder.to_owned(), self.clock.now(), self.snapshot());
        let settle = settle::Settle { holder, now, snapshot };
        self.writers.run(move |conn, _| Ok((settle.run(conn, &settled)?, Vec::new()))).await
    }
}
