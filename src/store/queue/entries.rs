//! How the entries of claimed rows stand now.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::{ExpressionMethods, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper};

use super::EntryNow;
use crate::{
    domain::{Id, inbox::Inbox, notification::Notification},
    error::{Error, Result},
    store::{
        connection::Conn,
        inbox,
        notifications::{Row, entries},
        schema::{contents, notifications},
    },
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = notifications)]
struct Alerted {
    #[diesel(embed)]
    row: Row,
    alert_seq: i64,
}

/// The entries with these ids, each its agent's; those that were removed are left out.
pub fn as_they_are(conn: &mut Conn, wanted: &BTreeMap<String, Id>) -> Result<HashMap<String, EntryNow>> {
    let agents: BTreeSet<&Id> = wanted.values().collect();
    let inboxes = inbox::read_many(conn, &agents)?;
    let mut found = HashMap::new();
    for Alerted { row, alert_seq } in read(conn, wanted)? {
        let entry = Notification::try_from(row)?;
        let inbox = wanted.get(&*entry.id).and_then(|agent| inboxes.get(agent));
        let &Inbox { acked_seq, seen_seq, .. } = inbox.unwrap_or(&Inbox::default());
        found.insert(entry.id.to_string(), EntryNow { entry, alert_seq, acked_seq, seen_seq });
    }
    Ok(found)
}

/// SQLite keeps a statement prepared that asks for one; on PostgreSQL each would be a round trip.
fn read(conn: &mut Conn, wanted: &BTreeMap<String, Id>) -> Result<Vec<Alerted>> {
    use contents::dsl as c;
    use notifications::dsl as n;
    let all = || entries().filter(n::agent_id.eq(c::agent_id)).filter(n::seq.eq(c::seq)).select(Alerted::as_select());
    match conn {
        Conn::Pg(_) => all().filter(c::id.eq_any(wanted.keys())).load(conn).map_err(Error::Store),
        Conn::Sqlite(_) => {
            let mut rows = Vec::with_capacity(wanted.len());
            for id in wanted.keys() {
                rows.extend(all().filter(c::id.eq(id)).load::<Alerted>(conn).map_err(Error::Store)?);
            }
            Ok(rows)
        }
    }
}
