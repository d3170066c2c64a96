//! Email addresses about which something came back, and those to which nothing is sent any more. Addresses in lower case.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper};
use serde::Serialize;

use super::{
    Store,
    bulk::to_json,
    connection::{Conn, on_backend, write_transaction},
    schema::email_addresses,
};
use crate::{
    domain::{Millis, erasure::Person, time},
    error::{Error, Result},
};

/// So many failures that may pass, within so long, and nothing more is sent.
const SOFT_BOUNCES: usize = 5;
const SOFT_WITHIN_MS: Millis = 7 * 24 * 3_600_000;

/// How an email came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounce {
    /// There is no such mailbox: nothing more is sent at once.
    Hard,
    /// It did not arrive this time: nothing more is sent after five within seven days.
    Soft,
}

/// An address to which nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Suppression {
    /// The address, in lower case.
    pub address: String,
    /// `hard_bounce`, `soft_bounces`, `unsubscribed`, or the reason code that was noted.
    pub reason: String,
    /// Since when.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub suppressed_at: Millis,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = email_addresses)]
struct Row {
    address: String,
    soft_at: String,
    suppressed_at: Option<Millis>,
    reason: Option<String>,
}

/// What is written for an address.
struct State<'a> {
    soft_at: Vec<Millis>,
    suppressed: Option<(Millis, &'a str)>,
}

impl Store {
    /// Notes that an email came back; says whether nothing is sent to that address from now on. `reason`: the code that
    /// its owner is shown.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_bounce(&self, address: &str, bounce: Bounce, reason: &str) -> Result<bool> {
        let (address, reason, now) = (address.trim().to_lowercase(), reason.to_owned(), self.clock.now());
        self.writers.run(move |conn, _| Ok((note(conn, &address, bounce, &reason, now)?, Vec::new()))).await
    }

    /// Sends nothing more to an address, at its owner's wish; says whether that is new.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn suppress(&self, address: &str, reason: &str) -> Result<bool> {
        let (address, reason, now) = (address.trim().to_lowercase(), reason.to_owned(), self.clock.now());
        self.writers.run(move |conn, _| Ok((suppress(conn, &address, &reason, now)?, Vec::new()))).await
    }

    /// Those of the addresses to which nothing is sent, in whichever case they are given.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn is_suppressed(&self, addresses: &[&str]) -> Result<Vec<Suppression>> {
        if addresses.is_empty() {
            return Ok(Vec::new());
        }
        let addresses: Vec<String> = addresses.iter().map(|address| address.trim().to_lowercase()).collect();
        self.read(move |conn| {
            let theirs = email_addresses::table.filter(email_addresses::address.eq_any(addresses));
            let theirs = theirs.filter(email_addresses::suppressed_at.is_not_null());
            suppressions(theirs.select(Row::as_select()).load(conn))
        })
        .await
    }

    /// Addresses to which nothing is sent, in the order of the alphabet, after one of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn suppressions(&self, after: Option<String>, limit: i64) -> Result<Vec<Suppression>> {
        let after = after.unwrap_or_default();
        self.read(move |conn| {
            use email_addresses::dsl as e;
            let page = e::email_addresses.filter(e::suppressed_at.is_not_null()).filter(e::address.gt(after));
            suppressions(page.order(e::address).limit(limit).select(Row::as_select()).load(conn))
        })
        .await
    }

    /// Sends to an address again, and forgets what came back; says whether nothing was sent to it. Where `reason` is
    /// given, only if that is why.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn unsuppress(&self, address: &str, reason: Option<&str>) -> Result<bool> {
        let (address, reason) = (address.trim().to_lowercase(), reason.map(str::to_owned));
        self.writers.run(move |conn, _| Ok((unsuppress(conn, &address, reason.as_deref())?, Vec::new()))).await
    }

    /// Forgets what is known of a person's addresses; returns how many rows that were.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_addresses(&self, person: &Person) -> Result<usize> {
        let addresses: Vec<String> = person.addresses().iter().map(|address| address.trim().to_lowercase()).collect();
        let forget = move |conn: &mut Conn| {
            let theirs = email_addresses::table.filter(email_addresses::address.eq_any(addresses));
            diesel::delete(theirs).execute(conn).map_err(Error::Store)
        };
        self.writers.run(move |conn, _| Ok((write_transaction(conn, forget)?, Vec::new()))).await
    }
}

fn suppressions(rows: Result<Vec<Row>, diesel::result::Error>) -> Result<Vec<Suppression>> {
    let rows = rows.map_err(Error::Store)?;
    let shown = rows.into_iter().filter_map(|row| {
        Some(Suppression {
            address: row.address,
            suppressed_at: row.suppressed_at?,
            reason: row.reason.unwrap_or_default(),
        })
    });
    Ok(shown.collect())
}

fn note(conn: &mut Conn, address: &str, bounce: Bounce, reason: &str, now: Millis) -> Result<bool> {
    write_transaction(conn, |conn| {
        let known = locked(conn, address, now)?;
        if known.suppressed_at.is_some() {
            return Ok(true);
        }
        let mut soft_at = soft_times(&known, now);
        let suppressed = match bounce {
            Bounce::Hard => Some(reason),
            Bounce::Soft => {
                soft_at.push(now);
                (soft_at.len() >= SOFT_BOUNCES).then_some("soft_bounces")
            }
        };
        write(conn, address, &State { soft_at, suppressed: suppressed.map(|reason| (now, reason)) }, now)?;
        Ok(suppressed.is_some())
    })
}

fn suppress(conn: &mut Conn, address: &str, reason: &str, now: Millis) -> Result<bool> {
    write_transaction(conn, |conn| {
        let known = locked(conn, address, now)?;
        if known.suppressed_at.is_some() {
            return Ok(false);
        }
        write(conn, address, &State { soft_at: soft_times(&known, now), suppressed: Some((now, reason)) }, now)?;
        Ok(true)
    })
}

fn unsuppress(conn: &mut Conn, address: &str, reason: Option<&str>) -> Result<bool> {
    use email_addresses::dsl as e;
    write_transaction(conn, |conn| {
        let this = e::email_addresses.find(address);
        let row: Option<Row> = this.select(Row::as_select()).first(conn).optional().map_err(Error::Store)?;
        let Some(known) = row.filter(|known| known.suppressed_at.is_some()) else { return Ok(false) };
        if reason.is_some() && known.reason.as_deref() != reason {
            return Ok(false);
        }
        diesel::delete(this).execute(conn).map_err(Error::Store)?;
        Ok(true)
    })
}

/// The row, made if need be and locked: of two bounces at one moment, on two nodes, both count.
fn locked(conn: &mut Conn, address: &str, now: Millis) -> Result<Row> {
    use email_addresses::dsl as e;
    let row = (e::address.eq(address), e::score.eq(0_i64), e::soft_at.eq("[]"), e::updated_at.eq(now));
    on_backend!(conn, c => diesel::insert_into(e::email_addresses).values(row).on_conflict_do_nothing().execute(c))
        .map_err(Error::Store)?;
    let this = e::email_addresses.find(address);
    diesel::update(this).set(e::updated_at.eq(now)).execute(conn).map_err(Error::Store)?;
    this.select(Row::as_select()).first(conn).map_err(Error::Store)
}

/// When emails came back within the time that counts. A row that cannot be read begins anew: it is a count.
fn soft_times(known: &Row, now: Millis) -> Vec<Millis> {
    let times: Vec<Millis> = serde_json::from_str(&known.soft_at).unwrap_or_default();
    times.into_iter().filter(|at| *at > now - SOFT_WITHIN_MS).collect()
}

fn write(conn: &mut Conn, address: &str, state: &State<'_>, now: Millis) -> Result<()> {
    use email_addresses::dsl as e;
    let set = (
        e::score.eq(i64::try_from(state.soft_at.len()).unwrap_or(i64::MAX)),
        e::soft_at.eq(to_json(&state.soft_at).map_err(Error::Store)?),
        e::suppressed_at.eq(state.suppressed.map(|(at, _)| at)),
        e::reason.eq(state.suppressed.map(|(_, reason)| reason)),
        e::updated_at.eq(now),
    );
    diesel::update(e::email_addresses.find(address)).set(set).execute(conn).map_err(Error::Store).map(drop)
}
