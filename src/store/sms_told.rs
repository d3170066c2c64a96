//! What text messages told an agent, and what the limits kept back of it.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper};

use super::{
    Store,
    connection::Conn,
    queue::Queued,
    schema::deliveries::{self, dsl as d},
};
use crate::{
    domain::{
        Millis,
        delivery::{DeliveryChannel, RecipientKind},
        presence::OFFLINE_SMS,
    },
    error::{Error, Result},
};

/// Why a text message stayed behind that the next one may count.
const LIMITS: [&str; 2] = ["daily_limit", "daily_limit_person"];
/// The policies' purposes, by which the index finds an agent's text messages among everything else that went to them.
const PURPOSES: [&str; 3] = [OFFLINE_SMS, "sms.critical", "sms.emergency"];
/// What is counted at most: "99 more" says as much as any number above it.
const MOST: i64 = 99;

impl Store {
    /// The last text message about a chat that went to an agent.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_chat_text(&self, agent: &str, ticket: &str) -> Result<Option<Queued>> {
        let (agent, ticket) = (agent.to_owned(), ticket.to_owned());
        self.read(move |conn| last_chat_text(conn, &agent, &ticket)).await
    }

    /// Text messages to an agent that the limits kept back since one last went out (D-26), at most 99.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn texts_kept_back(&self, agent: &str) -> Result<Vec<Queued>> {
        let agent = agent.to_owned();
        self.read(move |conn| kept_back(conn, &agent)).await
    }
}

fn last_chat_text(conn: &mut Conn, agent: &str, ticket: &str) -> Result<Option<Queued>> {
    let told = d::deliveries
        .filter(d::recipient.eq(agent).and(d::purpose.eq(OFFLINE_SMS)))
        .filter(d::recipient_kind.eq(RecipientKind::Agent.as_str()).and(d::channel.eq(DeliveryChannel::Sms.as_str())))
        .filter(d::ticket_id.eq(ticket).and(d::state.eq("sent")))
        .order(d::created_at.desc())
        .select(Queued::as_select());
    told.first(conn).optional().map_err(Error::Store)
}

fn kept_back(conn: &mut Conn, agent: &str) -> Result<Vec<Queued>> {
    let texts = || {
        d::deliveries.filter(d::recipient.eq(agent).and(d::purpose.eq_any(PURPOSES))).filter(
            d::recipient_kind.eq(RecipientKind::Agent.as_str()).and(d::channel.eq(DeliveryChannel::Sms.as_str())),
        )
    };
    let sent = texts().filter(d::state.eq("sent")).select(diesel::dsl::max(d::sent_at));
    let last: Option<Millis> = sent.first(conn).map_err(Error::Store)?;
    texts()
        .filter(d::state.eq("skipped").and(d::why.eq_any(LIMITS)))
        .filter(d::updated_at.ge(last.unwrap_or(0)))
        .order(deliveries::id.desc())
        .limit(MOST)
        .select(Queued::as_select())
        .load(conn)
        .map_err(Error::Store)
}
