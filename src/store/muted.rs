//! Tickets about which an agent wants no emails, whatever they are to the ticket. The bell goes on ringing for it: that is a
//! matter of watching, and of categories.

use std::collections::BTreeSet;

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::{
    Store,
    connection::{Conn, on_backend, write_transaction},
    schema::muted_tickets,
};
use crate::{
    domain::{Id, Millis},
    error::{Error, Result},
};

impl Store {
    /// Mutes a ticket for an agent, or no longer; says whether that changed anything.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn set_muted(&self, agent: &Id, ticket: &Id, muted: bool) -> Result<bool> {
        let (agent, ticket, now) = (agent.clone(), ticket.clone(), self.clock.now());
        let set = move |conn: &mut Conn| set(conn, &agent, &ticket, muted, now);
        self.writers.run(move |conn, _| Ok((write_transaction(conn, set)?, Vec::new()))).await
    }

    /// Those of the tickets that the agent muted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn muted_tickets(&self, agent: &Id, tickets: &[Id]) -> Result<BTreeSet<Id>> {
        if tickets.is_empty() {
            return Ok(BTreeSet::new());
        }
        let (agent, tickets) = (agent.clone(), tickets.to_vec());
        self.read(move |conn| {
            use muted_tickets::dsl as m;
            let theirs = m::muted_tickets.filter(m::agent_id.eq(&*agent));
            let theirs = theirs.filter(m::ticket_id.eq_any(tickets.iter().map(|ticket| &**ticket)));
            let muted: Vec<String> = theirs.select(m::ticket_id).load(conn).map_err(Error::Store)?;
            Ok(muted.into_iter().map(Id::from).collect())
        })
        .await
    }

    /// Forgets what an agent muted.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_muted(&self, agent: &Id) -> Result<usize> {
        let agent = agent.clone();
        let forget = move |conn: &mut Conn| {
            let theirs = muted_tickets::table.filter(muted_tickets::agent_id.eq(&*agent));
            diesel::delete(theirs).execute(conn).map_err(Error::Store)
        };
        self.writers.run(move |conn, _| Ok((write_transaction(conn, forget)?, Vec::new()))).await
    }
}

fn set(conn: &mut Conn, agent: &Id, ticket: &Id, muted: bool, now: Millis) -> Result<bool> {
    use muted_tickets::dsl as m;
    let changed = if muted {
        let row = (m::agent_id.eq(&**agent), m::ticket_id.eq(&**ticket), m::since.eq(now));
        on_backend!(conn, c => diesel::insert_into(m::muted_tickets).values(row).on_conflict_do_nothing().execute(c))
    } else {
        diesel::delete(m::muted_tickets.find((&**agent, &**ticket))).execute(conn)
    };
    Ok(changed.map_err(Error::Store)? > 0)
}
