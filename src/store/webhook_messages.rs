//! Messages to programs that want to hear: kept in the transaction of what they tell of, claimed under a lease, sent and
//! settled; their log, and how one is sent again.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Store,
    connection::{Conn, write_transaction},
    insert::{self, Field, TableRow},
    records,
    schema::webhook_messages,
};
use crate::{
    domain::{
        Id, Millis,
        erasure::Person,
        sms::normalize,
        snapshot::Snapshot,
        time::{self, to_rfc3339},
        webhook::WebhookType,
    },
    error::{Error, Result},
};

/// Messages removed, or looked through, in one transaction.
const STEP: i64 = 500;

/// A message as its webhook's log shows it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize, utoipa::ToSchema)]
#[diesel(table_name = webhook_messages)]
pub struct WebhookMessage {
    /// `webhook-id`: the same at every attempt.
    pub id: String,
    /// Of what it tells.
    #[serde(rename = "type")]
    pub kind: String,
    /// `pending`, `delivered`, `failed`.
    pub state: String,
    /// Attempts since it was made, or sent again by hand.
    pub attempts: i64,
    /// When it is tried next.
    #[serde(with = "time::rfc3339_option")]
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Millis>,
    /// The HTTP status of the last answer.
    pub last_status: Option<i64>,
    /// What went wrong last, with the beginning of the answer.
    pub last_error: Option<String>,
    /// When it was made.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String)]
    pub created_at: Millis,
    /// When something last came of it.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String)]
    pub updated_at: Millis,
    /// What is sent.
    pub body: String,
}

/// A message that is whoever claimed it's to send.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct ClaimedMessage {
    /// `webhook-id`.
    pub id: String,
    /// Which attempt this is, from 1; also the proof that it is still ours.
    pub attempt: i64,
    /// What to send.
    pub body: String,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It was taken.
    Delivered,
    /// It is tried again then.
    Again(Millis),
    /// It is not tried again.
    Failed,
}

struct NewMessage<'a> {
    id: String,
    webhook: &'a Id,
    kind: WebhookType,
    body: &'a str,
    now: Millis,
}

impl TableRow for NewMessage<'_> {
    type Kind = NewMessage<'static>;

    const TABLE: &'static str = "webhook_messages";
    const CONFLICT: &'static str = "";

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            ("id", (&*self.id).into()),
            ("webhook_id", (&**self.webhook).into()),
            ("type", self.kind.as_str().into()),
            ("body", self.body.into()),
            ("state", "pending".into()),
            ("attempts", 0.into()),
            ("due_at", self.now.into()),
            ("created_at", self.now.into()),
            ("updated_at", self.now.into()),
        ]
    }
}

/// Keeps a message for each program that wants to hear of this, in the caller's transaction; returns how many those
/// are. `data` is what the message is about; type and time are put around it. Costs nothing where nobody wants it.
pub fn enqueue(conn: &mut Conn, snapshot: &Snapshot, kind: WebhookType, data: &Value, now: Millis) -> Result<usize> {
    enqueue_all(conn, snapshot, kind, now, || Ok(vec![data.clone()]))
}

/// The same for many, which are only made where somebody wants them.
pub fn enqueue_all(
    conn: &mut Conn,
    snapshot: &Snapshot,
    kind: WebhookType,
    now: Millis,
    data: impl FnOnce() -> Result<Vec<Value>>,
) -> Result<usize> {
    let mut wanting = snapshot.webhooks_for(kind).peekable();
    if wanting.peek().is_none() {
        return Ok(0);
    }
    let around = |data| json!({"type": kind.as_str(), "timestamp": to_rfc3339(now), "data": data}).to_string();
    let bodies: Vec<String> = data()?.into_iter().map(around).collect();
    let mut rows = Vec::with_capacity(bodies.len());
    for webhook in wanting {
        let row = |body| NewMessage { id: Uuid::now_v7().to_string(), webhook: &webhook.id, kind, body, now };
        rows.extend(bodies.iter().map(|body| row(body)));
    }
    insert::insert(conn, &rows).map_err(Error::Store)?;
    Ok(rows.len())
}

impl Store {
    /// Keeps a message for each program that wants to hear of this, in a transaction of its own; returns how many those
    /// are. Inside a transaction of the store it is `webhook_messages::enqueue`.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn enqueue_webhook(&self, kind: WebhookType, data: Value) -> Result<usize> {
        let (shared, now) = (self.shared.clone(), self.clock.now());
        let work = move |conn: &mut Conn| {
            let snapshot = records::refreshed(conn, &shared.snapshot.load_full())?;
            enqueue(conn, &snapshot, kind, &data, now)
        };
        self.writers.run(move |conn, _| Ok((write_transaction(conn, work)?, Vec::new()))).await
    }

    /// Those of the webhooks for which something is due.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn webhooks_due(&self, webhooks: Vec<Id>) -> Result<Vec<Id>> {
        let now = self.clock.now();
        self.read(move |conn| {
            let mut due = Vec::new();
            for webhook in webhooks {
                if !due_of(conn, &webhook, now, 1, Lock::No)?.is_empty() {
                    due.push(webhook);
                }
            }
            Ok(due)
        })
        .await
    }

    /// Takes up to `most` messages that are due for a webhook. Whoever does not settle one within `lease_ms` loses it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn claim_webhook(&self, webhook: &Id, most: i64, lease_ms: Millis) -> Result<Vec<ClaimedMessage>> {
        let (webhook, now) = (webhook.clone(), self.clock.now());
        let work = move |conn: &mut Conn| claim(conn, &webhook, most, now, now + lease_ms);
        self.writers.run(move |conn, _| Ok((write_transaction(conn, work)?, Vec::new()))).await
    }

    /// Notes what came of an attempt; false when the message is not this attempt's any more.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn settle_webhook(
        &self,
        claimed: &ClaimedMessage,
        settled: Settled,
        status: Option<u16>,
        error: Option<String>,
    ) -> Result<bool> {
        use webhook_messages::dsl as m;
        let (id, attempt, now) = (claimed.id.clone(), claimed.attempt, self.clock.now());
        let (state, due_at) = match settled {
            Settled::Delivered => ("delivered", None),
            Settled::Again(at) => ("pending", Some(at)),
            Settled::Failed => ("failed", None),
        };
        let set = (
            (m::state.eq(state), m::due_at.eq(due_at), m::updated_at.eq(now)),
            (m::last_status.eq(status.map(i64::from)), m::last_error.eq(error)),
        );
        let work = move |conn: &mut Conn| {
            let ours = m::webhook_messages.filter(m::id.eq(id)).filter(m::attempts.eq(attempt));
            diesel::update(ours.filter(m::state.eq("pending"))).set(set).execute(conn).map_err(Error::Store)
        };
        self.writers.run(move |conn, _| Ok((work(conn)? == 1, Vec::new()))).await
    }

    /// A page of a webhook's log, the newest first, at most `limit` before `before`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn webhook_messages(
        &self,
        webhook: &Id,
        state: Option<String>,
        before: Option<String>,
        limit: i64,
    ) -> Result<Vec<WebhookMessage>> {
        use webhook_messages::dsl as m;
        let webhook = webhook.clone();
        self.read(move |conn| {
            let mut page = m::webhook_messages.filter(m::webhook_id.eq(&*webhook)).into_boxed();
            if let Some(state) = state {
                page = page.filter(m::state.eq(state));
            }
            if let Some(before) = before {
                page = page.filter(m::id.lt(before));
            }
            let page = page.order(m::id.desc()).limit(limit).select(WebhookMessage::as_select());
            page.load(conn).map_err(Error::Store)
        })
        .await
    }

    /// Sends a message again: at once if it still waits, anew if it is settled. None when there is no such message.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn replay_webhook(&self, webhook: &Id, message: &str) -> Result<Option<WebhookMessage>> {
        let (webhook, message, now) = (webhook.clone(), message.to_owned(), self.clock.now());
        let work = move |conn: &mut Conn| replay(conn, &webhook, &message, now);
        self.writers.run(move |conn, _| Ok((write_transaction(conn, work)?, Vec::new()))).await
    }

    /// One step of removing a webhook's messages; returns how many went, 0 at the end.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn remove_webhook_messages(&self, webhook: &Id) -> Result<usize> {
        use webhook_messages::dsl as m;
        let webhook = webhook.clone();
        let work = move |conn: &mut Conn| {
            let of_webhook = m::webhook_messages.filter(m::webhook_id.eq(&*webhook));
            let ids: Vec<String> =
                of_webhook.order(m::id).limit(STEP).select(m::id).load(conn).map_err(Error::Store)?;
            remove(conn, &ids)
        };
        self.writers.run(move |conn, _| Ok((write_transaction(conn, work)?, Vec::new()))).await
    }

    /// Removes messages made before `before`, whatever came of them, a bounded number; returns how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_old_webhook_messages(&self, before: Millis) -> Result<usize> {
        use webhook_messages::dsl as m;
        let work = move |conn: &mut Conn| {
            let old = m::webhook_messages.filter(m::created_at.lt(before)).order(m::created_at).limit(STEP);
            let ids: Vec<String> = old.select(m::id).load(conn).map_err(Error::Store)?;
            remove(conn, &ids)
        };
        self.writers.run(move |conn, _| Ok((write_transaction(conn, work)?, Vec::new()))).await
    }

    /// One step of taking a person out of messages, those after `after`; returns where the next step begins, none at
    /// the end. What they wrote themselves goes as a whole.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn leave_webhook_messages(&self, person: &Person, after: Option<String>) -> Result<Option<String>> {
        // Numbers stand in messages as E.164, however the directory writes them.
        let numbers: Vec<String> = person.addresses().iter().filter_map(|address| normalize(address)).collect();
        let person = numbers.iter().fold(person.clone(), |person, number| person.at(Some(number)));
        let work = move |conn: &mut Conn| leave(conn, &person, after.as_deref());
        self.writers.run(move |conn, _| Ok((write_transaction(conn, work)?, Vec::new()))).await
    }
}

#[derive(PartialEq)]
enum Lock {
    No,
    /// Passes over what somebody else is claiming.
    Rows,
}

fn due_of(conn: &mut Conn, webhook: &str, now: Millis, most: i64, lock: Lock) -> Result<Vec<String>> {
    use webhook_messages::dsl as m;
    let due = m::webhook_messages
        .filter(m::webhook_id.eq(webhook))
        .filter(m::due_at.le(now))
        .order(m::due_at)
        .limit(most)
        .select(m::id);
    match conn {
        Conn::Pg(c) if lock == Lock::Rows => due.for_update().skip_locked().load(c),
        conn => due.load(conn),
    }
    .map_err(Error::Store)
}

fn claim(conn: &mut Conn, webhook: &str, most: i64, now: Millis, until: Millis) -> Result<Vec<ClaimedMessage>> {
    use webhook_messages::dsl as m;
    let ids = due_of(conn, webhook, now, most, Lock::Rows)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ours = m::webhook_messages.filter(m::id.eq_any(&ids));
    let set = (m::attempts.eq(m::attempts + 1), m::due_at.eq(Some(until)), m::updated_at.eq(now));
    diesel::update(ours).set(set).execute(conn).map_err(Error::Store)?;
    let claimed = m::webhook_messages.filter(m::id.eq_any(&ids)).order(m::id);
    claimed.select((m::id, m::attempts, m::body)).load(conn).map_err(Error::Store)
}

fn replay(conn: &mut Conn, webhook: &str, message: &str, now: Millis) -> Result<Option<WebhookMessage>> {
    use webhook_messages::dsl as m;
    let this = || m::webhook_messages.filter(m::id.eq(message)).filter(m::webhook_id.eq(webhook));
    let settled = this().filter(m::state.ne("pending"));
    diesel::update(settled).set((m::state.eq("pending"), m::attempts.eq(0))).execute(conn).map_err(Error::Store)?;
    diesel::update(this()).set((m::due_at.eq(Some(now)), m::updated_at.eq(now))).execute(conn).map_err(Error::Store)?;
    this().select(WebhookMessage::as_select()).first(conn).optional().map_err(Error::Store)
}

fn remove(conn: &mut Conn, ids: &[String]) -> Result<usize> {
    if ids.is_empty() {
        return Ok(0);
    }
    let gone = webhook_messages::table.filter(webhook_messages::id.eq_any(ids));
    diesel::delete(gone).execute(conn).map_err(Error::Store)
}

fn leave(conn: &mut Conn, person: &Person, after: Option<&str>) -> Result<Option<String>> {
    use webhook_messages::dsl as m;
    let page: Vec<(String, String)> = m::webhook_messages
        .filter(m::id.gt(after.unwrap_or_default()))
        .order(m::id)
        .limit(STEP)
        .select((m::id, m::body))
        .load(conn)
        .map_err(Error::Store)?;
    let traces = person.traces();
    for (id, body) in page.iter().filter(|(_, body)| traces.iter().any(|trace| body.contains(trace))) {
        let this = m::webhook_messages.filter(m::id.eq(id));
        let read = serde_json::from_str::<Value>(body).ok();
        match read.filter(|body| body["data"]["from"]["id"] != **person.id() && body["data"]["agent"] != **person.id())
        {
            Some(mut body) => {
                if person.leave_json(&mut body) {
                    diesel::update(this).set(m::body.eq(body.to_string())).execute(conn).map_err(Error::Store)?;
                }
            }
            None => drop(diesel::delete(this).execute(conn).map_err(Error::Store)?),
        }
    }
    let is_full = page.len() as i64 == STEP;
    Ok(page.into_iter().next_back().filter(|_| is_full).map(|(id, _)| id))
}
