//! Who gets no text messages, and how many there may be: asked in one transaction just before each is sent.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};

use super::{
    Store,
    connection::{Conn, on_backend, write_transaction},
    raw::Raw,
    records,
    schema::{sms_opt_outs, sms_sent},
};
use crate::{
    domain::{
        Id, Millis,
        directory::Role,
        sms::{OptOutSource, SmsClaim, SmsKind, day_of, normalize},
        snapshot::Snapshot,
    },
    error::{Error, Result},
};

/// Two nodes of one PostgreSQL count one after the other: the key of the lock under which they do. (SQLite has one
/// writer.)
const LOCK: &str = "SELECT pg_advisory_xact_lock(4209031817)";

/// That a text message may be sent, or why not: `no_number`, `not_pm`, `opted_out`, `duplicate`, `daily_limit_person`,
/// `daily_limit`.
pub type Claimed = std::result::Result<(), &'static str>;

/// A number that gets no text messages.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct OptOut {
    /// In E.164.
    pub phone: String,
    /// `admin`, `stop`, `provider`.
    pub source: String,
    /// The administrator, where it was one.
    pub by: Option<String>,
    /// Since when.
    pub created_at: Millis,
}

impl Store {
    /// Asks for leave to send a text message, and counts it. Asking again for the same delivery changes nothing, so
    /// that a repeated attempt is not a second message.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn claim_sms(&self, claim: SmsClaim) -> Result<Claimed> {
        let (shared, now) = (self.shared.clone(), self.clock.now());
        let work = move |conn: &mut Conn| {
            let snapshot = records::refreshed(conn, &shared.snapshot.load_full())?;
            claim_in(conn, &snapshot, &claim, now)
        };
        self.writers.run(move |conn, _| Ok((write_transaction(conn, work)?, Vec::new()))).await
    }

    /// Gives back what [`Store::claim_sms`] counted: for a message that surely was not taken and will not be tried again.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn release_sms(&self, delivery: &str) -> Result<()> {
        let delivery = delivery.to_owned();
        self.writers.run(move |conn, _| Ok((release_in(conn, &delivery)?, Vec::new()))).await
    }

    /// Keeps a number from getting text messages; false when it was kept from it before, and nothing changed then.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn opt_out(&self, phone: &str, source: OptOutSource, by: Option<String>) -> Result<bool> {
        let (phone, now) = (phone.to_owned(), self.clock.now());
        self.writers.run(move |conn, _| Ok((opt_out_in(conn, &phone, source, by.as_deref(), now)?, Vec::new()))).await
    }

    /// Lets a number get text messages again, whoever kept it from it; false when nobody did.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn opt_in(&self, phone: &str) -> Result<bool> {
        let phone = phone.to_owned();
        let work =
            move |conn: &mut Conn| diesel::delete(sms_opt_outs::table.find(phone)).execute(conn).map_err(Error::Store);
        self.writers.run(move |conn, _| Ok((work(conn)? > 0, Vec::new()))).await
    }

    /// Whether a number gets no text messages.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn is_opted_out(&self, phone: &str) -> Result<bool> {
        let phone = phone.to_owned();
        self.read(move |conn| Ok(opt_out_of(conn, &phone)?.is_some())).await
    }

    /// Why and since when a number gets no text messages.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn opt_out_of(&self, phone: &str) -> Result<Option<OptOut>> {
        let phone = phone.to_owned();
        self.read(move |conn| opt_out_of(conn, &phone)).await
    }

    /// The numbers that get none, in their order, at most `limit` after `after`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn opt_outs(&self, after: Option<String>, limit: i64) -> Result<Vec<OptOut>> {
        use sms_opt_outs::dsl as o;
        self.read(move |conn| {
            let listed = o::sms_opt_outs.filter(o::phone.gt(after.unwrap_or_default())).order(o::phone).limit(limit);
            listed.select((o::phone, o::source, o::by_whom, o::created_at)).load(conn).map_err(Error::Store)
        })
        .await
    }
}

/// [`Store::claim_sms`] inside a transaction.
pub fn claim_in(conn: &mut Conn, snapshot: &Snapshot, claim: &SmsClaim, now: Millis) -> Result<Claimed> {
    let Some(phone) = claim.phone.as_deref().and_then(normalize) else { return Ok(Err("no_number")) };
    let is_pm = || snapshot.directory.agent(&claim.recipient).is_some_and(|agent| agent.role == Role::Pm);
    if claim.kind == SmsKind::Critical && !is_pm() {
        return Ok(Err("not_pm"));
    }
    if let Conn::Pg(c) = conn {
        Raw::plain(LOCK).execute(c).map_err(Error::Store)?;
    }
    if opt_out_of(conn, &phone)?.is_some() {
        return Ok(Err("opted_out"));
    }
    if counted(conn, &claim.delivery)? {
        return Ok(Ok(()));
    }
    if claim.kind == SmsKind::Critical && went_out(conn, claim.ticket.as_deref(), &claim.recipient)? {
        return Ok(Err("duplicate"));
    }
    let (all, theirs) = sent_on(conn, day_of(now), &claim.recipient)?;
    let limits = snapshot.settings.sms;
    if theirs >= i64::from(limits.daily_limit_per_person) {
        return Ok(Err("daily_limit_person"));
    }
    if all >= i64::from(limits.daily_limit) {
        return Ok(Err("daily_limit"));
    }
    count(conn, claim, now)
}

/// [`Store::release_sms`] inside a transaction.
pub fn release_in(conn: &mut Conn, delivery: &str) -> Result<()> {
    diesel::delete(sms_sent::table.find(delivery)).execute(conn).map(drop).map_err(Error::Store)
}

fn counted(conn: &mut Conn, delivery: &str) -> Result<bool> {
    let row: Option<String> =
        sms_sent::table.find(delivery).select(sms_sent::kind).first(conn).optional().map_err(Error::Store)?;
    Ok(row.is_some())
}

/// Whether a critical text about this ticket went to them, ever.
fn went_out(conn: &mut Conn, ticket: Option<&str>, recipient: &str) -> Result<bool> {
    use sms_sent::dsl as s;
    let Some(ticket) = ticket else { return Ok(false) };
    let row: Option<String> = s::sms_sent
        .filter(s::ticket_id.eq(ticket))
        .filter(s::ticket_id.is_not_null())
        .filter(s::recipient.eq(recipient))
        // Not a bind: the index is of these rows alone.
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("kind = 'critical'"))
        .select(s::delivery_id)
        .first(conn)
        .optional()
        .map_err(Error::Store)?;
    Ok(row.is_some())
}

/// How many went out that day, to all and to one.
fn sent_on(conn: &mut Conn, day: i64, recipient: &Id) -> Result<(i64, i64)> {
    use sms_sent::dsl as s;
    let of_day = s::sms_sent.filter(s::day.eq(day));
    let all = of_day.count().get_result(conn).map_err(Error::Store)?;
    let theirs = of_day.filter(s::recipient.eq(&**recipient)).count().get_result(conn).map_err(Error::Store)?;
    Ok((all, theirs))
}

fn count(conn: &mut Conn, claim: &SmsClaim, now: Millis) -> Result<Claimed> {
    use sms_sent::dsl as s;
    let row = (
        s::delivery_id.eq(&claim.delivery),
        s::kind.eq(claim.kind.as_str()),
        s::ticket_id.eq(claim.ticket.as_deref()),
        s::recipient.eq(&*claim.recipient),
        s::day.eq(day_of(now)),
        s::created_at.eq(now),
    );
    let counted = on_backend!(conn, c => diesel::insert_into(s::sms_sent).values(row)
        .on_conflict_do_nothing().execute(c));
    Ok(if counted.map_err(Error::Store)? == 1 { Ok(()) } else { Err("duplicate") })
}

/// [`Store::opt_out`] on a connection.
pub(super) fn opt_out_in(
    conn: &mut Conn,
    phone: &str,
    source: OptOutSource,
    by: Option<&str>,
    now: Millis,
) -> Result<bool> {
    use sms_opt_outs::dsl as o;
    let row = (o::phone.eq(phone), o::source.eq(source.as_str()), o::by_whom.eq(by), o::created_at.eq(now));
    let added = on_backend!(conn, c => diesel::insert_into(o::sms_opt_outs).values(row)
        .on_conflict_do_nothing().execute(c));
    Ok(added.map_err(Error::Store)? == 1)
}

/// The person wants texts again: what an administrator said stays.
pub(super) fn opt_in_by_themselves(conn: &mut Conn, phone: &str) -> Result<bool> {
    use sms_opt_outs::dsl as o;
    let theirs = o::sms_opt_outs.filter(o::phone.eq(phone)).filter(o::source.ne(OptOutSource::Admin.as_str()));
    Ok(diesel::delete(theirs).execute(conn).map_err(Error::Store)? > 0)
}

fn opt_out_of(conn: &mut Conn, phone: &str) -> Result<Option<OptOut>> {
    use sms_opt_outs::dsl as o;
    let row = o::sms_opt_outs.find(phone).select((o::phone, o::source, o::by_whom, o::created_at));
    row.first(conn).optional().map_err(Error::Store)
}
