//! What an export reads and an import writes beside records: bodies as they are stored, and watches of any kind.

use std::collections::{BTreeSet, HashMap};

use diesel::{ExpressionMethods, QueryDsl, QueryableByName, RunQueryDsl, sql_types::Text};
use serde_json::{Map, Value};

use super::{
    RecordKind, Store,
    connection::{Conn, on_backend, write_transaction},
    inbox::Inboxes,
    memory::Memory,
    raw::Raw,
    records,
    schema::watches,
    tickets::Tickets,
    types::KeptWatch,
};
use crate::{
    domain::{Id, Millis, ticket::Watch},
    error::{Error, Result},
};

impl Store {
    /// Records of one kind as they are stored, by id; those that are not there are left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn record_bodies(&self, kind: RecordKind, ids: Vec<Id>) -> Result<HashMap<Id, Map<String, Value>>> {
        self.read(move |conn| records::bodies(conn, kind, &ids)).await
    }

    /// Everybody who follows a ticket, or did, in no particular order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn agents_with_watches(&self) -> Result<Vec<Id>> {
        self.read(agents_with_watches).await
    }

    /// Every watch of an agent, ended ones included, in no particular order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn kept_watches(&self, agent: &Id) -> Result<Vec<KeptWatch>> {
        let agent = agent.clone();
        self.read(move |conn| kept_watches(conn, &agent)).await
    }

    /// Makes watches what is given; returns how many were otherwise before.
    ///
    /// # Errors
    /// When the store cannot be written; nothing is changed then.
    pub async fn put_watches(&self, watches: Vec<KeptWatch>) -> Result<usize> {
        let now = self.clock.now();
        self.writers.run(move |conn, memory| Ok((put_watches(conn, memory, &watches, now)?, Vec::new()))).await
    }
}

#[derive(QueryableByName)]
struct Follower {
    #[diesel(sql_type = Text)]
    agent: String,
}

/// From one agent to the next in the index, instead of over all of their watches.
const FOLLOWERS: &str = "WITH RECURSIVE visited(agent) AS ( \
                             SELECT min(agent_id) FROM watches \
                             UNION ALL \
                             SELECT (SELECT min(w.agent_id) FROM watches AS w WHERE w.agent_id > v.agent) \
                             FROM visited AS v WHERE v.agent IS NOT NULL \
                         ) \
                         SELECT v.agent FROM visited AS v WHERE v.agent IS NOT NULL";

fn agents_with_watches(conn: &mut Conn) -> Result<Vec<Id>> {
    let found: Vec<Follower> = on_backend!(conn, c => Raw::plain(FOLLOWERS).load(c)).map_err(Error::Store)?;
    Ok(found.into_iter().map(|follower| follower.agent.into()).collect())
}

fn kept_watches(conn: &mut Conn, agent: &Id) -> Result<Vec<KeptWatch>> {
    let rows: Vec<(String, bool, bool)> = watches::table
        .filter(watches::agent_id.eq(&**agent))
        .select((watches::ticket_id, watches::active, watches::auto))
        .load(conn)
        .map_err(Error::Store)?;
    let kept = |(ticket, active, auto): (String, bool, bool)| KeptWatch {
        agent: agent.clone(),
        ticket: ticket.into(),
        active,
        auto,
    };
    Ok(rows.into_iter().map(kept).collect())
}

fn put_watches(conn: &mut Conn, memory: &mut Memory, given: &[KeptWatch], now: Millis) -> Result<usize> {
    let tickets: BTreeSet<Id> = given.iter().map(|watch| watch.ticket.clone()).collect();
    let (changed, left) = write_transaction(conn, |conn| {
        memory.check(conn)?;
        let mut known = Tickets::lock(conn, &tickets, memory)?;
        let mut changed = 0;
        for KeptWatch { agent, ticket, active, auto } in given {
            let watch = Watch { agent: agent.clone(), active: *active, auto: *auto };
            if !known.get(ticket).is_some_and(|facts| facts.watches.contains(&watch)) {
                known.watch(ticket, &watch);
                changed += 1;
            }
        }
        known.flush(conn, now)?;
        Ok((changed, known))
    })?;
    memory.keep(left, Inboxes::default());
    Ok(changed)
}
