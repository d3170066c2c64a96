//! Facts of tickets: locked and read in the transaction that routes by them, written back when they changed. On SQLite,
//! whose writer is alone, they are remembered from one transaction to the next.

use std::collections::{BTreeSet, HashMap};

use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, QueryableByName, RunQueryDsl,
    sql_types::{Bool, Text},
};

use super::{
    WatchedTicket,
    bulk::to_json,
    connection::{Conn, write_transaction},
    inbox::Inboxes,
    insert::{self, Field, TableRow},
    memory::Memory,
    raw::Raw,
    schema::{tickets, watches},
};
use crate::{
    domain::{
        Id, Millis,
        event::Event,
        notification::TicketRef,
        ticket::{TicketFacts, Watch},
    },
    error::{Error, Result},
};

/// A stored snapshot's time may be so much older than the newest that said the same.
pub const BEHIND: Millis = 60_000;
/// Tickets are remembered of at most this size as they are stored …
const REMEMBERED_SIZE: usize = 2_048;
/// … and with so many watches.
const REMEMBERED_WATCHES: usize = 64;

/// The tickets that this transaction holds, with what they looked like when they were read.
#[derive(Debug, Default)]
pub struct Tickets {
    held: HashMap<Id, Held>,
}

/// A ticket that a transaction holds, or the memory.
#[derive(Debug)]
pub(super) struct Held {
    facts: TicketFacts,
    /// The snapshot's time as it is stored.
    stored_time: Millis,
    /// Length of the facts as they are stored.
    size: usize,
    dirty: bool,
    /// Something is new that SQLite's writer may keep in memory.
    is_passing: bool,
    new_watches: Vec<Watch>,
}

#[derive(QueryableByName)]
struct FactsRow {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    facts: String,
}

#[derive(QueryableByName)]
struct WatchRow {
    #[diesel(sql_type = Text)]
    ticket_id: String,
    #[diesel(sql_type = Text)]
    agent_id: String,
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = Bool)]
    auto: bool,
}

struct TicketRow {
    id: Id,
    facts: String,
    updated_at: Millis,
}

struct WatchWritten<'a> {
    ticket_id: &'a Id,
    agent_id: &'a Id,
    active: bool,
    auto: bool,
    since: Millis,
}

impl TableRow for TicketRow {
    type Kind = TicketRow;

    const TABLE: &'static str = "tickets";
    const CONFLICT: &'static str = "ON CONFLICT (id) DO UPDATE SET facts = excluded.facts, \
        updated_at = excluded.updated_at";

    fn fields(&self) -> Vec<Field<'_>> {
        vec![("id", (&*self.id).into()), ("facts", (&*self.facts).into()), ("updated_at", self.updated_at.into())]
    }
}

impl TableRow for WatchWritten<'_> {
    type Kind = WatchWritten<'static>;

    const TABLE: &'static str = "watches";
    const CONFLICT: &'static str = "ON CONFLICT (ticket_id, agent_id) DO UPDATE SET \
        active = excluded.active, auto = excluded.auto, since = excluded.since";

    fn fields(&self) -> Vec<Field<'_>> {
        let (ticket, agent) = (&**self.ticket_id, &**self.agent_id);
        vec![
            ("ticket_id", ticket.into()),
            ("agent_id", agent.into()),
            ("active", self.active.into()),
            ("auto", self.auto.into()),
            ("since", self.since.into()),
        ]
    }
}

impl Tickets {
    /// Locks the tickets in id order and reads what is known of them, but for what is in `memory` and taken out of it;
    /// unknown ones are made.
    pub fn lock(conn: &mut Conn, ids: &BTreeSet<Id>, memory: &mut Memory) -> Result<Tickets> {
        let mut held: HashMap<Id, Held> =
            ids.iter().filter_map(|id| memory.ticket(id).map(|held| (id.clone(), held))).collect();
        let others: BTreeSet<&Id> = ids.iter().filter(|id| !held.contains_key(*id)).collect();
        if !others.is_empty() {
            held.extend(read_locked(conn, &others)?);
        }
        Ok(Tickets { held })
    }

    /// What the memory may keep of them.
    pub(super) fn into_small(self) -> impl Iterator<Item = (Id, Held)> {
        let small = self.held.into_iter().filter(|(_, held)| held.is_small());
        small.map(|(id, held)| (id, Held { new_watches: Vec::new(), ..held }))
    }

    /// What is known of a locked ticket.
    pub fn get(&self, id: &str) -> Option<&TicketFacts> {
        self.held.get(id).map(|held| &held.facts)
    }

    /// Changes the facts of a locked ticket; `change` says whether it did.
    pub fn update(&mut self, id: &str, change: impl FnOnce(&mut TicketFacts) -> bool) {
        if let Some(held) = self.held.get_mut(id) {
            held.dirty |= change(&mut held.facts);
        }
    }

    /// Notes what the customer did, for a moment: it is worth no page of its own, but other nodes must see it.
    pub fn note_act(&mut self, id: &str, event: &Event) {
        if let Some(held) = self.held.get_mut(id) {
            held.is_passing |= held.facts.note_act(event);
        }
    }

    /// Makes or renews a watch.
    pub fn watch(&mut self, id: &str, watch: &Watch) {
        let Some(held) = self.held.get_mut(id) else { return };
        held.facts.watches.retain(|known| known.agent != watch.agent);
        held.facts.watches.push(watch.clone());
        held.new_watches.push(watch.clone());
    }

    /// Writes back what was changed.
    pub fn flush(&mut self, conn: &mut Conn, now: Millis) -> Result<()> {
        let behind = if let Conn::Sqlite(_) = conn { BEHIND } else { 1 };
        let mut rows = Vec::new();
        for held in self.held.values_mut().filter(|held| held.is_due(behind) || (behind == 1 && held.is_passing)) {
            let row = row(&held.facts, now)?;
            (held.dirty, held.is_passing) = (false, false);
            (held.stored_time, held.size) = (held.facts.snapshot_time, row.facts.len());
            rows.push(row);
        }
        insert::insert(conn, &rows).map_err(Error::Store)?;
        let mut latest: HashMap<(&Id, &Id), WatchWritten<'_>> = HashMap::new();
        for (ticket_id, held) in &self.held {
            for watch in &held.new_watches {
                let written = WatchWritten {
                    ticket_id,
                    agent_id: &watch.agent,
                    active: watch.active,
                    auto: watch.auto,
                    since: now,
                };
                latest.insert((ticket_id, &watch.agent), written);
            }
        }
        let watches: Vec<WatchWritten<'_>> = latest.into_values().collect();
        insert::insert(conn, &watches).map_err(Error::Store)?;
        Ok(())
    }
}

impl Held {
    /// What cannot be remembered is written whenever its time is new.
    fn is_due(&self, behind: Millis) -> bool {
        let behind = if self.is_small() { behind } else { 1 };
        self.dirty || self.facts.snapshot_time - self.stored_time >= behind
    }

    fn is_small(&self) -> bool {
        self.size <= REMEMBERED_SIZE && self.facts.watches.len() <= REMEMBERED_WATCHES
    }

    fn new(id: Id) -> Held {
        Held {
            facts: TicketFacts::new(id),
            stored_time: 0,
            size: 0,
            dirty: false,
            is_passing: false,
            new_watches: Vec::new(),
        }
    }
}

fn read_locked(conn: &mut Conn, ids: &BTreeSet<&Id>) -> Result<HashMap<Id, Held>> {
    let keys = to_json(ids).map_err(Error::Store)?;
    let mut rows = read_facts(conn, &keys)?;
    if let Conn::Pg(c) = conn
        && rows.len() < ids.len()
    {
        // The rows must exist to be locked: another node may be making them at this moment.
        let missing: Vec<TicketRow> = ids.iter().map(|id| unknown(id)).collect::<Result<_>>()?;
        insert::insert_missing(c, &missing).map_err(Error::Store)?;
        rows = read_facts(conn, &keys)?;
    }
    let mut held: HashMap<Id, Held> = ids.iter().map(|id| ((*id).clone(), Held::new((*id).clone()))).collect();
    for row in rows {
        if let Some(known) = held.get_mut(row.id.as_str()) {
            known.facts = parse_facts(&row)?;
            known.stored_time = known.facts.snapshot_time;
            known.size = row.facts.len();
        }
    }
    for row in read_watches(conn, &keys)? {
        if let Some(known) = held.get_mut(row.ticket_id.as_str()) {
            let agent = row.agent_id.into();
            known.facts.watches.push(Watch { agent, active: row.active, auto: row.auto });
        }
    }
    Ok(held)
}

fn unknown(id: &Id) -> Result<TicketRow> {
    row(&TicketFacts::new(id.clone()), 0)
}

fn row(facts: &TicketFacts, now: Millis) -> Result<TicketRow> {
    Ok(TicketRow { id: facts.id.clone(), facts: to_json(facts).map_err(Error::Store)?, updated_at: now })
}

fn parse_facts(row: &FactsRow) -> Result<TicketFacts> {
    serde_json::from_str(&row.facts).map_err(|error| Error::Internal(format!("a stored ticket is unreadable: {error}")))
}

const FACTS_SQLITE: &str = "SELECT t.id, t.facts FROM json_each($1) AS k CROSS JOIN tickets AS t ON t.id = k.value";
const FACTS_POSTGRES: &str = "SELECT id, facts FROM tickets \
                              WHERE id = ANY(ARRAY(SELECT jsonb_array_elements_text($1::jsonb))) \
                              ORDER BY id FOR UPDATE";
const WATCHES_SQLITE: &str = "SELECT w.ticket_id, w.agent_id, w.active, w.auto FROM json_each($1) AS k \
                              CROSS JOIN watches AS w ON w.ticket_id = k.value ORDER BY w.since, w.agent_id";
const WATCHES_POSTGRES: &str = "SELECT ticket_id, agent_id, active, auto FROM watches \
                                WHERE ticket_id = ANY(ARRAY(SELECT jsonb_array_elements_text($1::jsonb))) \
                                ORDER BY since, agent_id";

fn read_facts(conn: &mut Conn, keys: &str) -> Result<Vec<FactsRow>> {
    let rows = match conn {
        Conn::Sqlite(c) => Raw::new(FACTS_SQLITE, keys).load(c),
        Conn::Pg(c) => Raw::new(FACTS_POSTGRES, keys).load(c),
    };
    rows.map_err(Error::Store)
}

fn read_watches(conn: &mut Conn, keys: &str) -> Result<Vec<WatchRow>> {
    let rows = match conn {
        Conn::Sqlite(c) => Raw::new(WATCHES_SQLITE, keys).load(c),
        Conn::Pg(c) => Raw::new(WATCHES_POSTGRES, keys).load(c),
    };
    rows.map_err(Error::Store)
}

/// What is known of one ticket, its watches included.
pub fn read_one(conn: &mut Conn, id: &str) -> Result<Option<TicketFacts>> {
    let facts: Option<String> =
        tickets::table.find(id).select(tickets::facts).first(conn).optional().map_err(Error::Store)?;
    let watches = read_watches(conn, &to_json(&[id]).map_err(Error::Store)?)?;
    if facts.is_none() && watches.is_empty() {
        return Ok(None);
    }
    let mut known = match facts {
        Some(facts) => parse_facts(&FactsRow { id: id.to_owned(), facts })?,
        None => TicketFacts::new(id.into()),
    };
    known.watches = watches
        .into_iter()
        .map(|row| Watch { agent: row.agent_id.into(), active: row.active, auto: row.auto })
        .collect();
    Ok(Some(known))
}

/// Tickets that an agent follows now, the newest watch first.
pub fn watched_by(conn: &mut Conn, agent: &str) -> Result<Vec<WatchedTicket>> {
    let rows: Vec<(String, Option<String>, bool, i64)> = watches::table
        .left_join(tickets::table.on(tickets::id.eq(watches::ticket_id)))
        .filter(watches::agent_id.eq(agent))
        .filter(watches::active.eq(true))
        .order((watches::since.desc(), watches::ticket_id.asc()))
        .limit(1_000)
        .select((watches::ticket_id, tickets::facts.nullable(), watches::auto, watches::since))
        .load(conn)
        .map_err(Error::Store)?;
    rows.into_iter().map(|(id, facts, auto, since)| watched(id, facts, auto, since)).collect()
}

fn watched(id: String, facts: Option<String>, auto: bool, since: Millis) -> Result<WatchedTicket> {
    let known = match facts {
        Some(facts) => parse_facts(&FactsRow { id: id.clone(), facts })?,
        None => TicketFacts::new(id.as_str().into()),
    };
    let number = known.shown_number().to_owned();
    let ticket = TicketRef { id: known.id, number, subject: known.subject.unwrap_or_else(String::new) };
    Ok(WatchedTicket { ticket, auto, since })
}

/// Follows a ticket or stops following it, by the agent's own hand; says whether that changed anything.
pub fn set_watch(
    conn: &mut Conn,
    memory: &mut Memory,
    agent: &Id,
    ticket: &Id,
    active: bool,
    now: Millis,
) -> Result<bool> {
    let (changed, left) = write_transaction(conn, |conn| {
        memory.check(conn)?;
        let mut known = Tickets::lock(conn, &BTreeSet::from([ticket.clone()]), memory)?;
        let before = known.get(ticket).is_some_and(|facts| facts.watchers().any(|watcher| watcher == agent));
        if before != active {
            known.watch(ticket, &Watch { agent: agent.clone(), active, auto: false });
            known.flush(conn, now)?;
        }
        Ok((before != active, known))
    })?;
    memory.keep(left, Inboxes::default());
    Ok(changed)
}
