//! Inboxes inside a transaction: locked in id order, changed in memory, written back in one statement.
//!
//! The row lock gives the total order of an inbox, on one node or ten (on SQLite the one writer does).
//!
//! On SQLite a row may stand some entries behind: entries that were only added are all unread and unseen and have the
//! numbers that follow, so the newest number says how many they are. That spares a page for most events, of the three or
//! four that each dirties. On PostgreSQL, where the row is locked anyway, it always says everything.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{
    QueryableByName, RunQueryDsl,
    sql_types::{BigInt, Nullable, Text},
};

use super::{
    bulk::to_json,
    connection::Conn,
    insert::{self, Field, TableRow},
    memory::Memory,
    raw::Raw,
};
use crate::{
    domain::{
        Id,
        inbox::{Counts, Head, Inbox},
    },
    error::{Error, Result},
};

/// An SQLite row stands fewer entries behind than this.
const BEHIND: i64 = 64;

/// The inboxes that this transaction holds.
#[derive(Debug, Default)]
pub struct Inboxes {
    held: BTreeMap<Id, Held>,
}

/// An inbox that a transaction holds, or the memory.
#[derive(Debug, Default)]
pub(super) struct Held {
    inbox: Inbox,
    /// The number up to which the row has it; none where there is no row.
    written: Option<i64>,
    /// More than added to.
    dirty: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    agent_id: String,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = BigInt)]
    unread: i64,
    #[diesel(sql_type = BigInt)]
    unseen: i64,
    #[diesel(sql_type = BigInt)]
    seen_seq: i64,
    #[diesel(sql_type = BigInt)]
    acked_seq: i64,
    #[diesel(sql_type = BigInt)]
    decided_seq: i64,
    #[diesel(sql_type = BigInt)]
    floor_seq: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    fallback_due_at: Option<i64>,
    /// Entries added since the row was written.
    #[diesel(sql_type = BigInt)]
    added: i64,
}

struct Written<'a> {
    agent_id: &'a Id,
    seq: i64,
    unread: i64,
    unseen: i64,
    seen_seq: i64,
    acked_seq: i64,
    decided_seq: i64,
    floor_seq: i64,
    fallback_due_at: Option<i64>,
}

impl TableRow for Written<'_> {
    type Kind = Written<'static>;

    const TABLE: &'static str = "inboxes";
    const CONFLICT: &'static str = "ON CONFLICT (agent_id) DO UPDATE SET seq = excluded.seq, \
        unread = excluded.unread, unseen = excluded.unseen, seen_seq = excluded.seen_seq, \
        acked_seq = excluded.acked_seq, decided_seq = excluded.decided_seq, floor_seq = excluded.floor_seq, \
        fallback_due_at = excluded.fallback_due_at";

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            ("agent_id", (&**self.agent_id).into()),
            ("seq", self.seq.into()),
            ("unread", self.unread.into()),
            ("unseen", self.unseen.into()),
            ("seen_seq", self.seen_seq.into()),
            ("acked_seq", self.acked_seq.into()),
            ("decided_seq", self.decided_seq.into()),
            ("floor_seq", self.floor_seq.into()),
            ("fallback_due_at", self.fallback_due_at.into()),
        ]
    }
}

impl Inboxes {
    /// Locks the inboxes of `agents` in id order, but for what is in `memory` and taken out of it; makes those that are
    /// missing.
    pub fn lock(conn: &mut Conn, agents: &BTreeSet<Id>, memory: &mut Memory) -> Result<Inboxes> {
        let mut held: BTreeMap<Id, Held> =
            agents.iter().filter_map(|agent| memory.inbox(agent).map(|held| (agent.clone(), held))).collect();
        let others: BTreeSet<&Id> = agents.iter().filter(|agent| !held.contains_key(*agent)).collect();
        if others.is_empty() {
            return Ok(Inboxes { held });
        }
        let mut read = read_locked(conn, &others)?;
        let missing: Vec<&Id> = others.iter().copied().filter(|agent| !read.contains_key(*agent)).collect();
        if !missing.is_empty() {
            if let Conn::Pg(c) = conn {
                // The rows must exist to be locked: another node may be making them at this moment.
                let fresh = Inbox::default();
                let rows: Vec<Written<'_>> = missing.iter().map(|agent| written(agent, &fresh)).collect();
                insert::insert_missing(c, &rows).map_err(Error::Store)?;
                read = read_locked(conn, &others)?;
            }
            for agent in others {
                read.entry(agent.clone()).or_default();
            }
        }
        held.extend(read);
        Ok(Inboxes { held })
    }

    /// What the memory may keep of them.
    pub(super) fn into_all(self) -> impl Iterator<Item = (Id, Held)> {
        self.held.into_iter()
    }

    /// The inbox of an agent whose lock is held, to be changed.
    ///
    /// # Errors
    /// [`Error::Internal`] when it is not: whoever plans a change must name its agent before the locks are taken.
    pub fn get_mut(&mut self, agent: &Id) -> Result<&mut Inbox> {
        let held = self.held_mut(agent)?;
        held.dirty = true;
        Ok(&mut held.inbox)
    }

    /// The same for a new entry, unread and unseen, and nothing else.
    pub fn get_to_add(&mut self, agent: &Id) -> Result<&mut Inbox> {
        Ok(&mut self.held_mut(agent)?.inbox)
    }

    fn held_mut(&mut self, agent: &Id) -> Result<&mut Held> {
        self.held.get_mut(agent).ok_or_else(|| Error::Internal(format!("the inbox of {agent} is not locked")))
    }

    /// Writes back what was changed.
    pub fn flush(&mut self, conn: &mut Conn) -> Result<()> {
        let behind = if let Conn::Sqlite(_) = conn { BEHIND } else { 1 };
        let changed = self.held.iter().filter(|(_, held)| held.is_due(behind));
        let rows: Vec<Written<'_>> = changed.map(|(agent, held)| written(agent, &held.inbox)).collect();
        insert::insert(conn, &rows).map_err(Error::Store)?;
        for held in self.held.values_mut().filter(|held| held.is_due(behind)) {
            (held.written, held.dirty) = (Some(held.inbox.seq), false);
        }
        Ok(())
    }
}

impl Held {
    fn is_due(&self, behind: i64) -> bool {
        self.dirty || self.written.map_or(self.inbox.seq > 0, |seq| self.inbox.seq - seq >= behind)
    }
}

fn written<'a>(agent: &'a Id, inbox: &Inbox) -> Written<'a> {
    Written {
        agent_id: agent,
        seq: inbox.seq,
        unread: inbox.counts.unread,
        unseen: inbox.counts.unseen,
        seen_seq: inbox.seen_seq,
        acked_seq: inbox.acked_seq,
        decided_seq: inbox.decided_seq,
        floor_seq: inbox.floor_seq,
        fallback_due_at: inbox.fallback_due_at,
    }
}

fn read_locked(conn: &mut Conn, agents: &BTreeSet<&Id>) -> Result<BTreeMap<Id, Held>> {
    let rows = read_rows(conn, &to_json(agents).map_err(Error::Store)?, true)?;
    let held = |row: Row| Held { written: Some(row.seq), inbox: row.into(), dirty: false };
    Ok(rows.into_iter().map(|row| (row.agent_id.as_str().into(), held(row))).collect())
}

// CROSS JOIN, here and elsewhere: `IN (SELECT …)` would make a table of its own each time.
const READ_SQLITE: &str = "SELECT i.agent_id, i.seq, unread, unseen, seen_seq, acked_seq, decided_seq, floor_seq, \
                               fallback_due_at, \
                               max(0, ifnull((SELECT n.seq FROM notifications AS n WHERE n.agent_id = i.agent_id \
                                              ORDER BY n.seq DESC LIMIT 1), 0) - i.seq) AS added \
                           FROM json_each($1) AS k CROSS JOIN inboxes AS i ON i.agent_id = k.value";
const READ_POSTGRES: &str = "SELECT agent_id, seq, unread, unseen, seen_seq, acked_seq, decided_seq, floor_seq, \
                               fallback_due_at, \
                                 0::bigint AS added \
                             FROM inboxes WHERE agent_id = ANY(ARRAY(SELECT jsonb_array_elements_text($1::jsonb)))";
const LOCK_POSTGRES: &str = "SELECT agent_id, seq, unread, unseen, seen_seq, acked_seq, decided_seq, floor_seq, \
                               fallback_due_at, \
                                 0::bigint AS added \
                             FROM inboxes WHERE agent_id = ANY(ARRAY(SELECT jsonb_array_elements_text($1::jsonb))) \
                             ORDER BY agent_id FOR UPDATE";

fn read_rows(conn: &mut Conn, agents: &str, lock: bool) -> Result<Vec<Row>> {
    let rows = match conn {
        Conn::Sqlite(c) => Raw::new(READ_SQLITE, agents).load(c),
        Conn::Pg(c) => Raw::new(if lock { LOCK_POSTGRES } else { READ_POSTGRES }, agents).load(c),
    };
    rows.map_err(Error::Store)
}

impl From<Row> for Inbox {
    fn from(row: Row) -> Inbox {
        Inbox {
            seq: row.seq + row.added,
            counts: Counts { unread: row.unread + row.added, unseen: row.unseen + row.added },
            seen_seq: row.seen_seq,
            acked_seq: row.acked_seq,
            decided_seq: row.decided_seq,
            floor_seq: row.floor_seq,
            fallback_due_at: row.fallback_due_at,
        }
    }
}

/// The inbox of one agent as it is; a fresh one for who has none yet.
pub fn read_one(conn: &mut Conn, agent: &Id) -> Result<Inbox> {
    let rows = read_rows(conn, &to_json(&[agent]).map_err(Error::Store)?, false)?;
    Ok(rows.into_iter().next().map_or_else(Inbox::default, Inbox::from))
}

/// Inboxes of many agents in one query; those without one are left out.
pub fn read_many(conn: &mut Conn, agents: &BTreeSet<&Id>) -> Result<BTreeMap<Id, Inbox>> {
    let rows = read_rows(conn, &to_json(agents).map_err(Error::Store)?, false)?;
    Ok(rows.into_iter().map(|row| (Id::from(&*row.agent_id), row.into())).collect())
}

/// Heads of many inboxes in one query; those without one are left out.
pub fn heads(conn: &mut Conn, agents: &[Id]) -> Result<Vec<Head>> {
    let rows = read_rows(conn, &to_json(agents).map_err(Error::Store)?, false)?;
    Ok(rows
        .into_iter()
        .map(|row| Head { agent: row.agent_id.into(), seq: row.seq + row.added, floor_seq: row.floor_seq })
        .collect())
}
