//! What arrived from helpdesks' own webhooks: the last delivery, the last error, the people nobody matched.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, upsert::excluded};

use super::{
    Store,
    connection::{Conn, on_backend, write_transaction},
    schema::{source_deliveries, source_people},
    types::{DeliveryNote, SourceStatus, UnmatchedPerson},
};
use crate::{
    domain::{Id, Millis},
    error::{Error, Result},
};

/// People listed on a source's page.
const LISTED: i64 = 100;
/// People kept per delivery, names and ids cut to this: a hostile payload cannot fill the table in one go.
const PER_DELIVERY: usize = 50;
const LONGEST: usize = 255;

impl Store {
    /// Notes how a delivery to an adapter ended and whom nobody matched, for the source's page.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_delivery(&self, source: &Id, note: DeliveryNote) -> Result<()> {
        let (source, now) = (source.clone(), self.clock.now());
        self.writers.run(move |conn, _| Ok((super::sources::note(conn, &source, &note, now)?, Vec::new()))).await
    }

    /// Takes a person off a source's list of those whom nobody matched; no error when they are not on it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_person(&self, source: &Id, external_id: &str) -> Result<()> {
        let (source, external_id) = (source.clone(), external_id.to_owned());
        self.writers.run(move |conn, _| Ok((forget_person(conn, &source, &external_id)?, Vec::new()))).await
    }

    /// What [`Store::note_delivery`] gathered about a source.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn source_status(&self, source: &Id) -> Result<SourceStatus> {
        let source = source.clone();
        self.read(move |conn| status(conn, &source)).await
    }
}

/// Notes how a delivery ended.
pub fn note(conn: &mut Conn, source: &Id, note: &DeliveryNote, now: Millis) -> Result<()> {
    write_transaction(conn, |conn| {
        use source_deliveries::dsl as d;
        match &note.error {
            None => {
                let row = (d::source_id.eq(&**source), d::last_delivery_at.eq(Some(now)));
                on_backend!(conn, c => diesel::insert_into(d::source_deliveries).values(row)
                    .on_conflict(d::source_id).do_update()
                    .set(d::last_delivery_at.eq(excluded(d::last_delivery_at))).execute(c))
            }
            Some(error) => {
                let row = (d::source_id.eq(&**source), d::last_error_at.eq(Some(now)), d::last_error.eq(Some(error)));
                on_backend!(conn, c => diesel::insert_into(d::source_deliveries).values(row)
                    .on_conflict(d::source_id).do_update()
                    .set((d::last_error_at.eq(excluded(d::last_error_at)), d::last_error.eq(excluded(d::last_error))))
                    .execute(c))
            }
        }
        .map_err(Error::Store)?;
        for (external_id, name) in note.unmatched.iter().take(PER_DELIVERY) {
            count_person(conn, source, cut(external_id), cut(name), now)?;
        }
        Ok(())
    })
}

fn count_person(conn: &mut Conn, source: &Id, external_id: &str, name: &str, now: Millis) -> Result<()> {
    use source_people::dsl as p;
    let row = (
        p::source_id.eq(&**source),
        p::external_id.eq(external_id),
        p::name.eq(name),
        p::times.eq(1_i64),
        p::last_at.eq(now),
    );
    // A helpdesk that names somebody by number alone must not take away the name that it gave before.
    let kept = (p::times.eq(p::times + 1), p::last_at.eq(excluded(p::last_at)));
    let named = (!name.is_empty()).then_some(p::name.eq(excluded(p::name)));
    on_backend!(conn, c => diesel::insert_into(p::source_people).values(row)
        .on_conflict((p::source_id, p::external_id)).do_update()
        .set((named, kept))
        .execute(c))
    .map_err(Error::Store)?;
    Ok(())
}

/// Takes a person off the list of those whom nobody matched.
pub fn forget_person(conn: &mut Conn, source: &Id, external_id: &str) -> Result<()> {
    use source_people::dsl as p;
    let row = p::source_people.find((&**source, cut(external_id)));
    on_backend!(conn, c => diesel::delete(row).execute(c)).map_err(Error::Store)?;
    Ok(())
}

fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// What was noted about a source.
pub fn status(conn: &mut Conn, source: &Id) -> Result<SourceStatus> {
    use source_deliveries::dsl as d;
    use source_people::dsl as p;
    let row: Option<(Option<i64>, Option<i64>, Option<String>)> = d::source_deliveries
        .find(&**source)
        .select((d::last_delivery_at, d::last_error_at, d::last_error))
        .first(conn)
        .optional()
        .map_err(Error::Store)?;
    let (last_delivery_at, last_error_at, last_error) = row.unwrap_or((None, None, None));
    let people: Vec<(String, String, i64)> = p::source_people
        .filter(p::source_id.eq(&**source))
        .order((p::times.desc(), p::external_id))
        .limit(LISTED)
        .select((p::external_id, p::name, p::times))
        .load(conn)
        .map_err(Error::Store)?;
    let unmatched =
        people.into_iter().map(|(external_id, name, times)| UnmatchedPerson { external_id, name, times }).collect();
    Ok(SourceStatus { last_delivery_at, last_error_at, last_error, unmatched })
}
