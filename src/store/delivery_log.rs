//! What became of everything that was to go out, for whoever asks: searched by person, ticket, channel and outcome, and
//! the way of one event from its acceptance to each attempt.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};
use serde::{Deserialize, Serialize};

use super::{
    Store,
    connection::{Conn, read_snapshot},
    explained::{KeptEvent, Origin},
    inbox,
    notifications::{Row, entries},
    schema::{contents, deliveries, delivery_attempts, notifications},
};
use crate::{
    domain::{Id, Millis, inbox::Inbox, notification::Notification, time},
    error::{Error, Result},
};

/// Rows of one page at most.
const PAGE: i64 = 200;
/// Entries and deliveries of one event at most: a department of thousands would fill a screen for ever.
const OF_EVENT: usize = 1_000;

/// A delivery with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize, utoipa::ToSchema)]
#[diesel(table_name = deliveries)]
pub struct LoggedDelivery {
    /// Its id; grows with time.
    pub id: String,
    /// Source of the event.
    pub event_source: String,
    /// Id of the event.
    pub event_id: String,
    /// The notification that no device confirmed; null where it goes out in any case.
    pub notification_id: Option<String>,
    /// Agent or contact id, an address where a contact has no id, `ADMIN`.
    pub recipient: String,
    /// `agent`, `contact`, `address`.
    #[serde(rename = "kind")]
    pub recipient_kind: String,
    /// `web_push`, `email`, `sms`.
    pub channel: String,
    /// `fallback`, or the switch or policy that says so.
    pub purpose: String,
    /// The push subscription; empty on other channels.
    pub endpoint: String,
    /// The ticket it is about.
    #[serde(rename = "ticket")]
    pub ticket_id: Option<String>,
    /// `planned`, `held`, `sending`, `sent`, `failed`, `cancelled`, `skipped`, `expired`.
    pub state: String,
    /// Why it waits or did not go out.
    pub why: Option<String>,
    /// What the other side said.
    pub detail: Option<String>,
    /// When it is tried, or given up by whoever holds it.
    #[serde(with = "time::rfc3339_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Millis>,
    /// Tries so far.
    pub attempts: i64,
    /// The id under which the other side knows it.
    pub provider_id: Option<String>,
    /// When it was planned.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Millis,
    /// When its state last changed.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Millis,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize, utoipa::ToSchema)]
#[diesel(table_name = delivery_attempts)]
pub struct LoggedAttempt {
    /// Which delivery.
    #[serde(skip)]
    pub delivery_id: String,
    /// From 1.
    pub number: i64,
    /// When it began.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: Millis,
    /// Milliseconds.
    pub took_ms: i64,
    /// `sent`, or a reason code.
    pub outcome: String,
    /// What the other side said.
    pub detail: Option<String>,
}

/// Which deliveries a search shows.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogFilter {
    /// Agent or contact id, address.
    pub recipient: Option<String>,
    /// Ticket id.
    pub ticket: Option<String>,
    /// `web_push`, `email`, `sms`.
    pub channel: Option<String>,
    /// `sent`, `failed`, …
    pub state: Option<String>,
    /// A reason code.
    pub why: Option<String>,
    /// Id of the event.
    pub event: Option<String>,
    /// Only what is older than this one.
    pub before: Option<String>,
    /// 1 to 200.
    pub limit: Option<i64>,
}

/// An entry with what the agent's positions say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Traced {
    /// Whose.
    pub agent: Id,
    /// As it is now.
    pub entry: Notification,
    /// The number at which it last called for attention.
    pub alert_seq: i64,
    /// When that was.
    pub alert_at: Millis,
    /// What the agent's devices confirmed.
    pub acked_seq: i64,
    /// Up to where it is decided whether anything beyond the bell is due.
    pub decided_seq: i64,
}

/// The way of one event.
#[derive(Debug, Clone, PartialEq)]
pub struct EventTrace {
    /// What it made or renewed.
    pub entries: Vec<Traced>,
    /// What was to go out, in the order of planning; the first 1,000.
    pub deliveries: Vec<LoggedDelivery>,
    /// There are no further ones.
    pub is_whole: bool,
    /// Their attempts.
    pub attempts: Vec<LoggedAttempt>,
}

impl Store {
    /// Deliveries that fit, newest first, and where the next page begins.
    ///
    /// # Errors
    /// When the store cannot be read; so it is with the methods below.
    pub async fn delivery_log(&self, filter: LogFilter) -> Result<(Vec<LoggedDelivery>, Option<String>)> {
        self.read(move |conn| search(conn, &filter)).await
    }

    /// One delivery with its attempts.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn logged_delivery(&self, id: &str) -> Result<Option<(LoggedDelivery, Vec<LoggedAttempt>)>> {
        let id = id.to_owned();
        self.read(move |conn| {
            let found: Vec<LoggedDelivery> =
                deliveries::table.find(&id).select(LoggedDelivery::as_select()).load(conn).map_err(Error::Store)?;
            let attempts = attempts_of(conn, &found)?;
            Ok(found.into_iter().next().map(|delivery| (delivery, attempts)))
        })
        .await
    }

    /// The way of an event; of one agent alone where one is given.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn trace(&self, event: &KeptEvent, agent: Option<Id>) -> Result<EventTrace> {
        let event = event.clone();
        self.read(move |conn| {
            read_snapshot(conn, |conn| {
                let (deliveries, attempts) = sent_of(conn, &event.source, &event.id, agent.as_ref())?;
                let agents = agent.as_ref().map_or(&event.notified[..], std::slice::from_ref);
                let entries = entries_of(conn, &event, agents)?;
                Ok(EventTrace { entries, is_whole: deliveries.len() < OF_EVENT, deliveries, attempts })
            })
        })
        .await
    }

    /// The way of one notification of an agent.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn trace_of(&self, agent: &Id, origin: &Origin) -> Result<EventTrace> {
        let (agent, origin) = (agent.clone(), origin.clone());
        self.read(move |conn| {
            read_snapshot(conn, |conn| {
                let (deliveries, attempts) = sent_of(conn, &origin.event_source, &origin.event_id, Some(&agent))?;
                let own = entries().filter(notifications::agent_id.eq(agent.to_string()));
                let own = own.filter(notifications::seq.eq(origin.notification.seq)).select(Whose::as_select());
                let rows = own.load(conn).map_err(Error::Store)?;
                let entries = with_positions(conn, rows)?;
                Ok(EventTrace { entries, is_whole: deliveries.len() < OF_EVENT, deliveries, attempts })
            })
        })
        .await
    }
}

fn search(conn: &mut Conn, filter: &LogFilter) -> Result<(Vec<LoggedDelivery>, Option<String>)> {
    use deliveries::dsl as d;
    let limit = filter.limit.unwrap_or(50).clamp(1, PAGE);
    let mut query = d::deliveries.order(d::id.desc()).limit(limit + 1).select(LoggedDelivery::as_select()).into_boxed();
    if let Some(recipient) = &filter.recipient {
        query = query.filter(d::recipient.eq(recipient));
    }
    if let Some(ticket) = &filter.ticket {
        query = query.filter(d::ticket_id.eq(ticket));
    }
    if let Some(channel) = &filter.channel {
        query = query.filter(d::channel.eq(channel));
    }
    if let Some(state) = &filter.state {
        query = query.filter(d::state.eq(state));
    }
    if let Some(why) = &filter.why {
        query = query.filter(d::why.eq(why));
    }
    if let Some(event) = &filter.event {
        query = query.filter(d::event_id.eq(event));
    }
    if let Some(before) = &filter.before {
        query = query.filter(d::id.lt(before));
    }
    let mut found = query.load(conn).map_err(Error::Store)?;
    let more = found.len() as i64 > limit;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|last| last.id.clone());
    Ok((found, next))
}

fn attempts_of(conn: &mut Conn, of: &[LoggedDelivery]) -> Result<Vec<LoggedAttempt>> {
    use delivery_attempts::dsl as a;
    a::delivery_attempts
        .filter(a::delivery_id.eq_any(of.iter().map(|delivery| &delivery.id)))
        .order((a::at, a::number))
        .select(LoggedAttempt::as_select())
        .load(conn)
        .map_err(Error::Store)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = notifications)]
struct Whose {
    agent_id: String,
    alert_seq: i64,
    alert_at: Option<Millis>,
    #[diesel(embed)]
    row: Row,
}

type Sent = (Vec<LoggedDelivery>, Vec<LoggedAttempt>);

fn sent_of(conn: &mut Conn, source: &Id, id: &Id, agent: Option<&Id>) -> Result<Sent> {
    use deliveries::dsl as d;
    let mut deliveries = d::deliveries
        .filter(d::event_source.eq(&**source).and(d::event_id.eq(&**id)))
        .order(d::id)
        .limit(OF_EVENT as i64)
        .select(LoggedDelivery::as_select())
        .into_boxed();
    if let Some(agent) = agent {
        deliveries = deliveries.filter(d::recipient.eq(&**agent).and(d::recipient_kind.eq("agent")));
    }
    let deliveries = deliveries.load(conn).map_err(Error::Store)?;
    let attempts = attempts_of(conn, &deliveries)?;
    Ok((deliveries, attempts))
}

/// The entries that an event made or renewed: no index leads from an event to them, but their time does, agent by agent.
fn entries_of(conn: &mut Conn, event: &KeptEvent, agents: &[Id]) -> Result<Vec<Traced>> {
    use notifications::dsl as n;
    let mut found = Vec::new();
    for agent in agents.iter().take(OF_EVENT) {
        let then = n::created_at.eq(event.accepted_at).or(n::alert_at.is_not_null());
        let rows = entries()
            .filter(n::agent_id.eq(agent.to_string()).and(then))
            .filter(
                contents::event_source.eq(event.source.to_string()).and(contents::event_id.eq(event.id.to_string())),
            )
            .order(n::seq)
            .select(Whose::as_select())
            .load(conn)
            .map_err(Error::Store)?;
        found.extend(with_positions(conn, rows)?);
    }
    Ok(found)
}

fn with_positions(conn: &mut Conn, rows: Vec<Whose>) -> Result<Vec<Traced>> {
    rows.into_iter()
        .map(|Whose { agent_id, alert_seq, alert_at, row }| {
            let (agent, entry) = (Id::from(agent_id), Notification::try_from(row)?);
            let Inbox { acked_seq, decided_seq, .. } = inbox::read_one(conn, &agent)?;
            let alert_at = alert_at.unwrap_or(entry.created_at);
            Ok(Traced { agent, entry, alert_seq, alert_at, acked_seq, decided_seq })
        })
        .collect()
}
