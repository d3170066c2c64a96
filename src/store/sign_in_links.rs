//! Links to sign in with: kept as hashes, each good once.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::{
    Store,
    connection::{Conn, on_backend, write_transaction},
    schema::sign_in_links,
};
use crate::{
    domain::{Id, Millis},
    error::{Error, Result},
};

impl Store {
    /// Keeps a link's hash until `expires_at`.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn keep_sign_in_link(&self, hash: &str, agent: &Id, expires_at: Millis) -> Result<()> {
        let (hash, agent, now) = (hash.to_owned(), agent.clone(), self.clock.now());
        let keep = move |conn: &mut Conn| keep(conn, &hash, &agent, expires_at, now);
        self.writers.run(move |conn, _| Ok((write_transaction(conn, keep)?, Vec::new()))).await
    }

    /// Uses a link up: whom it signs in, once, on whichever node. None when it is not known, used or too old.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn use_sign_in_link(&self, hash: &str) -> Result<Option<Id>> {
        let (hash, now) = (hash.to_owned(), self.clock.now());
        let used = move |conn: &mut Conn| used(conn, &hash, now);
        self.writers.run(move |conn, _| Ok((write_transaction(conn, used)?, Vec::new()))).await
    }

    /// Forgets the links of an agent.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_sign_in_links(&self, agent: &Id) -> Result<usize> {
        let agent = agent.clone();
        let forget = move |conn: &mut Conn| {
            let theirs = sign_in_links::table.filter(sign_in_links::agent_id.eq(&*agent));
            diesel::delete(theirs).execute(conn).map_err(Error::Store)
        };
        self.writers.run(move |conn, _| Ok((write_transaction(conn, forget)?, Vec::new()))).await
    }
}

fn keep(conn: &mut Conn, hash: &str, agent: &Id, expires_at: Millis, now: Millis) -> Result<()> {
    use sign_in_links::dsl as l;
    let old = l::sign_in_links.filter(l::expires_at.le(now));
    diesel::delete(old).execute(conn).map_err(Error::Store)?;
    let row = (l::hash.eq(hash), l::agent_id.eq(&**agent), l::expires_at.eq(expires_at));
    on_backend!(conn, c => diesel::insert_into(l::sign_in_links).values(row).execute(c)).map_err(Error::Store).map(drop)
}

fn used(conn: &mut Conn, hash: &str, now: Millis) -> Result<Option<Id>> {
    use sign_in_links::dsl as l;
    let this = l::sign_in_links.find(hash);
    let known: Option<(String, Millis)> =
        this.select((l::agent_id, l::expires_at)).first(conn).optional().map_err(Error::Store)?;
    // Whoever removes the row has used the link; of two at one moment the other removes nothing.
    let removed = diesel::delete(this).execute(conn).map_err(Error::Store)?;
    Ok(known.filter(|(_, expires_at)| removed == 1 && *expires_at > now).map(|(agent, _)| Id::from(agent)))
}
