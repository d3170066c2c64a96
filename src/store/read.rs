//! What clients read: what changed after a position, and pages of the list.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper,
    TextExpressionMethods, define_sql_function,
};

use super::{
    connection::{Conn, read_snapshot},
    inbox,
    notifications::{Row, entries},
    schema::{contents, meta, notifications},
};
use crate::{
    domain::{
        Id,
        inbox::{Changes, ListFilter, ListStatus, Page},
        notification::Notification,
    },
    error::{Error, Result},
};

define_sql_function!(fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text);

/// The store's epoch.
pub fn epoch(conn: &mut Conn) -> Result<Id> {
    let epoch: String = meta::table.find(1).select(meta::epoch).first(conn).map_err(Error::Store)?;
    Ok(epoch.into())
}

/// Entries changed after `since`, at most `limit`, with the head of the same snapshot.
pub fn changes(conn: &mut Conn, agent: &Id, since: i64, limit: i64) -> Result<Changes> {
    read_snapshot(conn, |conn| {
        let epoch = epoch(conn)?;
        let inbox = inbox::read_one(conn, agent)?;
        let mut rows = unchanged_since(conn, agent, since, limit + 1)?;
        rows.extend(changed_since(conn, agent, since, limit + 1)?);
        rows.sort_unstable_by_key(Row::changed_seq);
        let (entries, more) = page(rows, limit)?;
        Ok(Changes { epoch, inbox, entries, more })
    })
}

/// New entries after `since` that nothing happened to: their number is that of their last change.
fn unchanged_since(conn: &mut Conn, agent: &Id, since: i64, limit: i64) -> Result<Vec<Row>> {
    use notifications::dsl as n;
    let new = entries().filter(n::agent_id.eq(&**agent)).filter(n::seq.gt(since)).filter(n::changed_seq.eq(n::seq));
    new.order(n::seq).limit(limit).select(Row::as_select()).load(conn).map_err(Error::Store)
}

/// Entries whose last change is another than their beginning: few, with an index of their own.
fn changed_since(conn: &mut Conn, agent: &Id, since: i64, limit: i64) -> Result<Vec<Row>> {
    use notifications::dsl as n;
    let changed =
        entries().filter(n::agent_id.eq(&**agent)).filter(n::changed_seq.gt(since)).filter(n::changed_seq.ne(n::seq));
    changed.order(n::changed_seq).limit(limit).select(Row::as_select()).load(conn).map_err(Error::Store)
}

/// A page of the list, newest first.
pub fn list(conn: &mut Conn, agent: &Id, filter: &ListFilter) -> Result<Page> {
    read_snapshot(conn, |conn| {
        let inbox = inbox::read_one(conn, agent)?;
        let limit = filter.limit.clamp(1, 100);
        let rows = matching(conn, agent, filter, limit + 1)?;
        let (items, more) = page(rows, limit)?;
        let last = items.last().filter(|_| more);
        let next = last.map(|entry| if filter.by_change { entry.changed_seq } else { entry.seq });
        Ok(Page { inbox, items, next })
    })
}

fn matching(conn: &mut Conn, agent: &Id, filter: &ListFilter, limit: i64) -> Result<Vec<Row>> {
    use contents::dsl as c;
    use notifications::dsl as n;
    let mut query = entries().filter(n::agent_id.eq(&**agent)).limit(limit).select(Row::as_select()).into_boxed();
    query = match filter.status {
        ListStatus::All => query.filter(n::cleared_at.is_null()),
        ListStatus::Unread => query.filter(is_unread()),
        ListStatus::Read => query.filter(n::read_at.is_not_null().and(n::cleared_at.is_null())),
        ListStatus::Cleared => query.filter(n::cleared_at.is_not_null()),
        ListStatus::Snoozed => query.filter(n::snoozed_until.is_not_null().and(n::cleared_at.is_null())),
    };
    if let Some(kind) = &filter.kind {
        query = query.filter(c::kind.eq(kind));
    }
    if let Some(reason) = &filter.reason {
        query = query.filter(c::reason.eq(reason));
    }
    if let Some(ticket) = &filter.ticket {
        query = query.filter(n::ticket_id.eq(ticket));
    }
    if let Some(words) = &filter.q {
        let pattern = contains(words);
        let number = c::ticket_number.is_not_null().and(c::ticket_number.assume_not_null().like(pattern.clone()));
        let subject =
            c::ticket_subject.is_not_null().and(lower(c::ticket_subject.assume_not_null()).like(pattern.clone()));
        query =
            query.filter(lower(c::title).like(pattern.clone()).or(lower(c::body).like(pattern)).or(number).or(subject));
    }
    if filter.by_change {
        query = query.order(n::changed_seq.desc());
        query = if let Some(before) = filter.before { query.filter(n::changed_seq.lt(before)) } else { query };
    } else {
        query = query.order(n::seq.desc());
        query = if let Some(before) = filter.before { query.filter(n::seq.lt(before)) } else { query };
    }
    query.load(conn).map_err(Error::Store)
}

/// A LIKE pattern for text that holds `words`; its wildcards count as themselves where the database lets them.
fn contains(words: &str) -> String {
    format!("%{}%", words.to_lowercase().replace(['%', '_', '\\'], " ").trim())
}

fn page(mut rows: Vec<Row>, limit: i64) -> Result<(Vec<Notification>, bool)> {
    let full = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > full;
    rows.truncate(full);
    let entries = rows.into_iter().map(Notification::try_from).collect::<Result<_>>()?;
    Ok((entries, more))
}

/// One entry.
pub fn by_id(conn: &mut Conn, agent: &Id, id: &str) -> Result<Option<Notification>> {
    let seqs = seqs_of(conn, agent, &[id.into()])?;
    Ok(by_seq(conn, agent, &seqs)?.pop())
}

/// The numbers of an agent's entries with these ids; ids of others are left out.
pub fn seqs_of(conn: &mut Conn, agent: &Id, ids: &[Id]) -> Result<Vec<i64>> {
    use contents::dsl as c;
    c::contents
        .filter(c::id.eq_any(ids.iter().map(|id| &**id)))
        .filter(c::agent_id.eq(&**agent))
        .select(c::seq)
        .load(conn)
        .map_err(Error::Store)
}

/// These entries, in the order of their last change.
pub fn by_seq(conn: &mut Conn, agent: &Id, seqs: &[i64]) -> Result<Vec<Notification>> {
    use notifications::dsl as n;
    let rows: Vec<Row> = entries()
        .filter(n::agent_id.eq(&**agent))
        .filter(n::seq.eq_any(seqs.iter().copied()))
        .order(n::changed_seq)
        .select(Row::as_select())
        .load(conn)
        .map_err(Error::Store)?;
    rows.into_iter().map(Notification::try_from).collect()
}

/// Not read, not cleared, not asleep, not resolved (D-25).
#[diesel::dsl::auto_type]
pub fn is_unread() -> _ {
    notifications::read_at
        .is_null()
        .and(notifications::cleared_at.is_null())
        .and(notifications::snoozed_until.is_null())
        .and(notifications::resolved.is_null())
}

/// How many unread entries called for attention after `seen_seq`.
pub fn count_unseen(conn: &mut Conn, agent: &Id, seen_seq: i64) -> Result<i64> {
    use notifications::dsl as n;
    n::notifications
        .filter(n::agent_id.eq(&**agent))
        .filter(is_unread())
        .filter(n::alert_seq.gt(seen_seq))
        .count()
        .get_result(conn)
        .map_err(Error::Store)
}
