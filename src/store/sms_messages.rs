//! Text messages as the provider knows them: how far each has come, and who answers which ticket.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl,
    upsert::excluded,
};
use serde_json::json;

use super::{
    Store,
    connection::{Conn, on_backend, write_transaction},
    records,
    schema::{deliveries, sms_messages, sms_opt_outs, sms_sent},
    sms_limits::{opt_in_by_themselves, opt_out_in},
    webhook_messages,
};
use crate::{
    domain::{
        Id, Millis,
        erasure::Person,
        sms::{FINAL, OptOutSource, OptWord, ReceivedSms, SentSms, SmsStatus, normalize, rank},
        snapshot::Snapshot,
        webhook::WebhookType,
    },
    error::{Error, Result},
};

/// An answer is to the last message to that number within this.
const ANSWER_WITHIN: Millis = 30 * 24 * 3_600_000;
/// Twilio's number for "this person said STOP".
const OPTED_OUT: i64 = 21_610;
/// Messages removed in one transaction.
const STEP: i64 = 2_000;

/// What came of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It was taken in before.
    Known,
    /// It changed whether the person gets texts.
    Opted(OptWord),
    /// It is a message: whoever wants to hear of it will.
    Message,
}

impl Store {
    /// Notes that the provider took a message.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_sms_sent(&self, sent: SentSms) -> Result<()> {
        let now = self.clock.now();
        self.writers.run(move |conn, _| Ok((note_sent_in(conn, &sent, now)?, Vec::new()))).await
    }

    /// Notes what the provider says of a message; false when it is old news, or of a message that is not known. What
    /// was told before never goes back; who did not get theirs is told by `delivery.bounced`.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_sms_status(&self, status: SmsStatus) -> Result<bool> {
        let (shared, now) = (self.shared.clone(), self.clock.now());
        let work = move |conn: &mut Conn| {
            let snapshot = records::refreshed(conn, &shared.snapshot.load_full())?;
            note_status(conn, &snapshot, &status, now)
        };
        self.writers.run(move |conn, _| Ok((write_transaction(conn, work)?, Vec::new()))).await
    }

    /// Takes in an answer, once: changes opt-outs, or hands it on as `sms.received` to whoever wants it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn take_sms(&self, message: ReceivedSms) -> Result<Received> {
        let (shared, now) = (self.shared.clone(), self.clock.now());
        let work = move |conn: &mut Conn| {
            let snapshot = records::refreshed(conn, &shared.snapshot.load_full())?;
            take(conn, &snapshot, &message, now)
        };
        self.writers.run(move |conn, _| Ok((write_transaction(conn, work)?, Vec::new()))).await
    }

    /// How far a delivery's message has come, and the provider's number of what went wrong.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sms_status(&self, delivery: &str) -> Result<Option<(String, Option<i64>)>> {
        use sms_messages::dsl as m;
        let delivery = delivery.to_owned();
        self.read(move |conn| {
            let row = m::sms_messages.find(delivery).select((m::status, m::error_code));
            row.first(conn).optional().map_err(Error::Store)
        })
        .await
    }

    /// Forgets a person's numbers, opt-outs and text messages; returns how many rows that were.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_sms(&self, person: &Person) -> Result<usize> {
        let person = person.clone();
        let work = move |conn: &mut Conn| forget(conn, &person);
        self.writers.run(move |conn, _| Ok((write_transaction(conn, work)?, Vec::new()))).await
    }

    /// Removes messages from before `before` and what days' limits counted until then, a bounded number; returns how
    /// many. What keeps a critical text from going out twice stays.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_old_sms(&self, before: Millis) -> Result<usize> {
        let work = move |conn: &mut Conn| forget_old(conn, before);
        self.writers.run(move |conn, _| Ok((write_transaction(conn, work)?, Vec::new()))).await
    }
}

/// [`Store::note_sms_sent`] inside a transaction. What the provider told before this counts.
pub fn note_sent_in(conn: &mut Conn, sent: &SentSms, now: Millis) -> Result<()> {
    use sms_messages::dsl as m;
    let row = (
        (m::id.eq(&sent.delivery), m::sid.eq(&sent.sid), m::direction.eq("out"), m::phone.eq(Some(&sent.phone))),
        (m::ticket_id.eq(sent.ticket.as_deref()), m::recipient.eq(Some(&*sent.recipient))),
        (m::status.eq("queued"), m::rank.eq(rank("queued").unwrap_or(0)), m::segments.eq(i64::from(sent.segments))),
        (m::created_at.eq(now), m::updated_at.eq(now)),
    );
    let late = (
        m::sid.eq(excluded(m::sid)),
        m::phone.eq(excluded(m::phone)),
        m::ticket_id.eq(excluded(m::ticket_id)),
        m::recipient.eq(excluded(m::recipient)),
        m::segments.eq(excluded(m::segments)),
    );
    on_backend!(conn, c => diesel::insert_into(m::sms_messages).values(row)
        .on_conflict(m::id).do_update().set(late).execute(c))
    .map(drop)
    .map_err(Error::Store)
}

/// A message that went out.
struct Outgoing {
    id: String,
    phone: Option<String>,
    ticket: Option<String>,
    recipient: Option<String>,
}

fn note_status(conn: &mut Conn, snapshot: &Snapshot, news: &SmsStatus, now: Millis) -> Result<bool> {
    use sms_messages::dsl as m;
    let Some(rank) = rank(&news.status) else { return Ok(false) };
    let Some(message) = find(conn, news, now)? else { return Ok(false) };
    let set = (
        (m::status.eq(&news.status), m::rank.eq(rank), m::error_code.eq(news.error_code)),
        (m::sid.eq(Some(&news.sid)), m::updated_at.eq(now)),
    );
    let forward = m::sms_messages.filter(m::id.eq(&message.id)).filter(m::rank.lt(rank));
    if diesel::update(forward).set(set).execute(conn).map_err(Error::Store)? == 0 {
        return Ok(false);
    }
    if rank == FINAL && news.status != "delivered" {
        bounced(conn, snapshot, news, &message, now)?;
    }
    Ok(true)
}

fn bounced(conn: &mut Conn, snapshot: &Snapshot, news: &SmsStatus, message: &Outgoing, now: Millis) -> Result<()> {
    if let (Some(OPTED_OUT), Some(phone)) = (news.error_code, &message.phone) {
        opt_out_in(conn, phone, OptOutSource::Provider, None, now)?;
    }
    let data = json!({
        "channel": "sms", "delivery": message.id, "recipient": message.recipient, "ticket": message.ticket,
        "sid": news.sid, "status": news.status, "error_code": news.error_code,
    });
    webhook_messages::enqueue(conn, snapshot, WebhookType::DeliveryBounced, &data, now).map(drop)
}

/// The message that a status is of: by the provider's id, else by the delivery, whose sender may not have noted yet
/// that it was taken.
fn find(conn: &mut Conn, news: &SmsStatus, now: Millis) -> Result<Option<Outgoing>> {
    use sms_messages::dsl as m;
    type Columns = (String, Option<String>, Option<String>, Option<String>);
    let columns = (m::id, m::phone, m::ticket_id, m::recipient);
    let of = |(id, phone, ticket, recipient): Columns| Outgoing { id, phone, ticket, recipient };
    let by_sid = m::sms_messages.filter(m::sid.eq(&news.sid)).select(columns);
    if let Some(row) = by_sid.first::<Columns>(conn).optional().map_err(Error::Store)? {
        return Ok(Some(of(row)));
    }
    let Some(delivery) = &news.delivery else { return Ok(None) };
    note_early(conn, delivery, now)?;
    // Another message of the same delivery is not this one.
    let by_delivery = m::sms_messages.filter(m::id.eq(delivery)).filter(m::sid.is_null()).select(columns);
    Ok(by_delivery.first::<Columns>(conn).optional().map_err(Error::Store)?.map(of))
}

/// Makes the row of a message whose status came before its sender noted it.
fn note_early(conn: &mut Conn, delivery: &str, now: Millis) -> Result<()> {
    use deliveries::dsl as d;
    use sms_messages::dsl as m;
    let planned = d::deliveries.find(delivery).select((d::recipient, d::ticket_id));
    let planned: Option<(String, Option<String>)> = planned.first(conn).optional().map_err(Error::Store)?;
    let (recipient, ticket) = planned.map_or((None, None), |(recipient, ticket)| (Some(recipient), ticket));
    let row = (
        (m::id.eq(delivery), m::direction.eq("out"), m::ticket_id.eq(ticket), m::recipient.eq(recipient)),
        (m::status.eq("unknown"), m::rank.eq(0_i64), m::created_at.eq(now), m::updated_at.eq(now)),
    );
    on_backend!(conn, c => diesel::insert_into(m::sms_messages).values(row).on_conflict_do_nothing().execute(c))
        .map(drop)
        .map_err(Error::Store)
}

fn take(conn: &mut Conn, snapshot: &Snapshot, message: &ReceivedSms, now: Millis) -> Result<Received> {
    use sms_messages::dsl as m;
    let (ticket, recipient) = answered(conn, &message.from, now)?;
    let from = recipient.or_else(|| whose(snapshot, &message.from).map(|id| id.to_string()));
    let row = (
        (
            m::id.eq(&message.sid),
            m::sid.eq(Some(&message.sid)),
            m::direction.eq("in"),
            m::phone.eq(Some(&message.from)),
        ),
        (m::ticket_id.eq(&ticket), m::recipient.eq(&from), m::status.eq("received"), m::rank.eq(FINAL)),
        (m::created_at.eq(now), m::updated_at.eq(now)),
    );
    let added = on_backend!(conn, c => diesel::insert_into(m::sms_messages).values(row)
        .on_conflict_do_nothing().execute(c));
    if added.map_err(Error::Store)? == 0 {
        return Ok(Received::Known);
    }
    match message.word {
        Some(OptWord::Stop) => {
            opt_out_in(conn, &message.from, OptOutSource::Stop, None, now)?;
            return Ok(Received::Opted(OptWord::Stop));
        }
        // "Yes" is an answer like any other from somebody who gets texts anyway.
        Some(OptWord::Start) if opt_in_by_themselves(conn, &message.from)? => {
            return Ok(Received::Opted(OptWord::Start));
        }
        _ => {}
    }
    let is_agent = from.as_deref().is_some_and(|id| snapshot.directory.agent(id).is_some());
    let kind = from.as_ref().map(|_| if is_agent { "agent" } else { "contact" });
    let data = json!({
        "from": {"kind": kind, "id": from, "phone": message.from}, "ticket": ticket, "text": message.text,
        "media": message.media, "sid": message.sid,
    });
    webhook_messages::enqueue(conn, snapshot, WebhookType::SmsReceived, &data, now)?;
    Ok(Received::Message)
}

/// Ticket and recipient of the last message to that number.
fn answered(conn: &mut Conn, phone: &str, now: Millis) -> Result<(Option<String>, Option<String>)> {
    use sms_messages::dsl as m;
    let last = m::sms_messages
        .filter(m::phone.eq(phone))
        .filter(m::created_at.gt(now - ANSWER_WITHIN))
        .filter(m::direction.eq("out"))
        .order((m::created_at.desc(), m::id.desc()))
        .select((m::ticket_id, m::recipient));
    Ok(last.first(conn).optional().map_err(Error::Store)?.unwrap_or((None, None)))
}

/// Whose number it is, as far as the directory knows.
fn whose<'a>(snapshot: &'a Snapshot, phone: &str) -> Option<&'a Id> {
    let is_it = |known: &Option<String>| known.as_deref().and_then(normalize).as_deref() == Some(phone);
    let agent = snapshot.directory.agents().find(|agent| is_it(&agent.phone)).map(|agent| &agent.id);
    agent.or_else(|| snapshot.directory.contacts().find(|contact| is_it(&contact.phone)).map(|contact| &contact.id))
}

fn forget(conn: &mut Conn, person: &Person) -> Result<usize> {
    use sms_messages::dsl as m;
    let phones: Vec<String> = person.addresses().iter().filter_map(|address| normalize(address)).collect();
    let id = &**person.id();
    let opted = diesel::delete(sms_opt_outs::table.filter(sms_opt_outs::phone.eq_any(&phones))).execute(conn);
    let counted = diesel::delete(sms_sent::table.filter(sms_sent::recipient.eq(id))).execute(conn);
    let theirs = m::recipient.eq(id).assume_not_null().or(m::phone.eq_any(&phones).assume_not_null());
    let messages = diesel::delete(m::sms_messages.filter(theirs)).execute(conn);
    Ok(opted.map_err(Error::Store)? + counted.map_err(Error::Store)? + messages.map_err(Error::Store)?)
}

fn forget_old(conn: &mut Conn, before: Millis) -> Result<usize> {
    use sms_messages::dsl as m;
    use sms_sent::dsl as s;
    let ids: Vec<String> = m::sms_messages
        .filter(m::created_at.lt(before))
        .order(m::created_at)
        .limit(STEP)
        .select(m::id)
        .load(conn)
        .map_err(Error::Store)?;
    let messages = match ids.is_empty() {
        true => 0,
        false => diesel::delete(m::sms_messages.filter(m::id.eq_any(ids))).execute(conn).map_err(Error::Store)?,
    };
    let counted = s::sms_sent.filter(s::day.lt(before.div_euclid(86_400_000))).filter(s::kind.ne("critical"));
    Ok(messages + diesel::delete(counted).execute(conn).map_err(Error::Store)?)
}
