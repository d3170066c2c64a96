//! The devices that agents allowed to be woken: subscriptions of their browsers to push services, and how sending to them
//! went last.

use std::{collections::HashMap, fmt};

use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Store,
    connection::{Conn, on_backend, write_transaction},
    schema::push_subscriptions::{self, dsl as s},
};
use crate::{
    domain::{Id, Millis},
    error::{Error, Result},
};

/// Subscriptions that one agent may have; one more takes the place of the one that worked longest ago.
pub const SUBSCRIPTIONS_PER_AGENT: usize = 20;

/// A browser's subscription. `endpoint`, `p256dh` and `auth` are secrets: whoever knows them can write to the device.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = push_subscriptions)]
pub struct PushSubscription {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub agent_id: String,
    /// Where messages for it are posted to.
    pub endpoint: String,
    /// The browser's public key, an uncompressed point on P-256, 65 bytes in base64url.
    pub p256dh: String,
    /// The secret that it shares with us, 16 bytes in base64url.
    pub auth: String,
    /// The browser's name for itself, the same in all of its tabs.
    pub device: Option<String>,
    /// The person's name for it.
    pub label: Option<String>,
    /// What the browser said it is when it subscribed.
    pub user_agent: Option<String>,
    /// When it was made, or last handed in with other keys.
    pub created_at: Millis,
    /// When the push service last took a message.
    pub last_success_at: Option<Millis>,
    /// When it last did not.
    pub last_error_at: Option<Millis>,
    /// Why not: a reason code.
    pub last_error: Option<String>,
    /// How often in a row.
    pub failures: i64,
}

/// What a browser hands in, checked.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `PushSubscription`")]
pub struct NewPushSubscription {
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
    pub device: Option<String>,
    pub label: Option<String>,
    pub user_agent: Option<String>,
    /// The endpoint that it takes the place of: a browser may renew its subscription by itself.
    pub replaces: Option<String>,
}

impl fmt::Debug for PushSubscription {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("PushSubscription").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for NewPushSubscription {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("NewPushSubscription").finish_non_exhaustive()
    }
}

impl Store {
    /// Keeps a subscription for an agent; the same endpoint again is the same subscription. One that was another agent's
    /// becomes this one's: a shared desk, where somebody else signed in.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn subscribe_push(&self, agent: &Id, new: NewPushSubscription) -> Result<PushSubscription> {
        let (agent, now) = (agent.clone(), self.clock.now());
        self.writers.run(move |conn, _| Ok((subscribe(conn, &agent, &new, now)?, Vec::new()))).await
    }

    /// An agent's subscriptions, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn push_subscriptions(&self, agent: &Id) -> Result<Vec<PushSubscription>> {
        let agent = agent.clone();
        self.read(move |conn| {
            let theirs = s::push_subscriptions.filter(s::agent_id.eq(&*agent));
            let newest_first = theirs.order((s::created_at.desc(), s::id.desc()));
            newest_first.select(PushSubscription::as_select()).load(conn).map_err(Error::Store)
        })
        .await
    }

    /// Ids of the subscriptions of each of these agents who has any.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn push_endpoints(&self, agents: Vec<Id>) -> Result<HashMap<Id, Vec<String>>> {
        self.read(move |conn| {
            let theirs = s::push_subscriptions.filter(s::agent_id.eq_any(agents.iter().map(|agent| &**agent)));
            let rows: Vec<(String, String)> =
                theirs.order(s::id).select((s::agent_id, s::id)).load(conn).map_err(Error::Store)?;
            let mut endpoints: HashMap<Id, Vec<String>> = HashMap::new();
            rows.into_iter().for_each(|(agent, id)| endpoints.entry(agent.into()).or_default().push(id));
            Ok(endpoints)
        })
        .await
    }

    /// One of an agent's subscriptions.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn push_subscription(&self, agent: &Id, id: &str) -> Result<Option<PushSubscription>> {
        let (agent, id) = (agent.clone(), id.to_owned());
        self.read(move |conn| {
            let this = s::push_subscriptions.find(id).filter(s::agent_id.eq(&*agent));
            this.select(PushSubscription::as_select()).first(conn).optional().map_err(Error::Store)
        })
        .await
    }

    /// Forgets one of an agent's subscriptions; says whether it was there.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn unsubscribe_push(&self, agent: &Id, id: &str) -> Result<bool> {
        let (agent, id) = (agent.clone(), id.to_owned());
        let forget = move |conn: &mut Conn| {
            let this = s::push_subscriptions.filter(s::id.eq(id)).filter(s::agent_id.eq(&*agent));
            diesel::delete(this).execute(conn).map_err(Error::Store)
        };
        self.writers.run(move |conn, _| Ok((forget(conn)? > 0, Vec::new()))).await
    }

    /// Forgets the subscriptions of one browser of an agent, known by its name for itself or by the endpoint; returns how
    /// many those were.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn unsubscribe_device(
        &self,
        agent: &Id,
        device: Option<String>,
        endpoint: Option<&str>,
    ) -> Result<usize> {
        let (agent, hash) = (agent.clone(), endpoint.map(hash_of));
        let forget = move |conn: &mut Conn| {
            // A missing name is compared with NULL, which nothing equals.
            let it = s::device.eq(device).or(s::endpoint_hash.nullable().eq(hash));
            let theirs = s::push_subscriptions.filter(s::agent_id.eq(&*agent)).filter(it);
            diesel::delete(theirs).execute(conn).map_err(Error::Store)
        };
        self.writers.run(move |conn, _| Ok((forget(conn)?, Vec::new()))).await
    }

    /// Forgets all of an agent's subscriptions; returns how many those were.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_push_subscriptions(&self, agent: &Id) -> Result<usize> {
        let agent = agent.clone();
        self.writers.run(move |conn, _| Ok((forget_all(conn, &agent)?, Vec::new()))).await
    }

    /// Notes that the push service took a message (`error` is none), or why it did not. One that was handed in with other
    /// keys meanwhile is left alone: that was about the old ones.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_push(&self, subscription: &PushSubscription, error: Option<&'static str>) -> Result<()> {
        let (id, auth, now) = (subscription.id.clone(), subscription.auth.clone(), self.clock.now());
        let note = move |conn: &mut Conn| {
            let this = s::push_subscriptions.filter(s::id.eq(id)).filter(s::auth.eq(auth));
            match error {
                None => {
                    diesel::update(this).set((s::last_success_at.eq(Some(now)), s::failures.eq(0_i64))).execute(conn)
                }
                Some(why) => {
                    let failed = (s::last_error_at.eq(Some(now)), s::last_error.eq(Some(why)));
                    diesel::update(this).set((failed, s::failures.eq(s::failures + 1))).execute(conn)
                }
            }
            .map_err(Error::Store)
        };
        self.writers.run(move |conn, _| Ok((note(conn)?, Vec::new()))).await.map(drop)
    }

    /// Forgets a subscription that the push service does not know any more, unless it was handed in with other keys
    /// meanwhile.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn drop_push(&self, subscription: &PushSubscription) -> Result<()> {
        let (id, auth) = (subscription.id.clone(), subscription.auth.clone());
        let forget = move |conn: &mut Conn| {
            let this = s::push_subscriptions.filter(s::id.eq(id)).filter(s::auth.eq(auth));
            diesel::delete(this).execute(conn).map_err(Error::Store)
        };
        self.writers.run(move |conn, _| Ok((forget(conn)?, Vec::new()))).await.map(drop)
    }
}

/// What an endpoint is found by.
fn hash_of(endpoint: &str) -> String {
    hex::encode(Sha256::digest(endpoint))
}

fn subscribe(conn: &mut Conn, agent: &Id, new: &NewPushSubscription, now: Millis) -> Result<PushSubscription> {
    write_transaction(conn, |conn| {
        let hash = hash_of(&new.endpoint);
        let inherited = new.replaces.as_deref().filter(|old| *old != new.endpoint);
        let inherited = inherited.map(|old| take_over(conn, agent, old)).transpose()?.flatten();
        if known(conn, &hash)?.is_some_and(|known| known.agent_id != **agent) {
            // Not changed but made anew: its past and its name are another person's.
            diesel::delete(s::push_subscriptions.filter(s::endpoint_hash.eq(&hash)))
                .execute(conn)
                .map_err(Error::Store)?;
        }
        put(conn, agent, new, &hash, inherited.unwrap_or_default(), now)?;
        make_room(conn, agent, &hash)?;
        let kept = known(conn, &hash)?.filter(|kept| kept.agent_id == **agent);
        kept.ok_or_else(|| Error::Conflict("this device was handed in for somebody else at the same moment".to_owned()))
    })
}

fn known(conn: &mut Conn, hash: &str) -> Result<Option<PushSubscription>> {
    let this = s::push_subscriptions.filter(s::endpoint_hash.eq(hash));
    this.select(PushSubscription::as_select()).first(conn).optional().map_err(Error::Store)
}

/// Removes the agent's subscription that ended, and returns what it was called: device and label.
fn take_over(conn: &mut Conn, agent: &Id, old: &str) -> Result<Option<(Option<String>, Option<String>)>> {
    let hash = hash_of(old);
    let Some(ended) = known(conn, &hash)?.filter(|ended| ended.agent_id == **agent) else { return Ok(None) };
    diesel::delete(s::push_subscriptions.find(&ended.id)).execute(conn).map_err(Error::Store)?;
    Ok(Some((ended.device, ended.label)))
}

fn put(
    conn: &mut Conn,
    agent: &Id,
    new: &NewPushSubscription,
    hash: &str,
    inherited: (Option<String>, Option<String>),
    now: Millis,
) -> Result<()> {
    let device = new.device.clone().or(inherited.0);
    let label = new.label.clone().or(inherited.1);
    let kept = known(conn, hash)?;
    if let Some(kept) = &kept {
        let device = device.or_else(|| kept.device.clone());
        let label = label.or_else(|| kept.label.clone());
        let this = diesel::update(s::push_subscriptions.find(&kept.id));
        let said = (s::device.eq(device), s::label.eq(label), s::user_agent.eq(&new.user_agent));
        // Every page says it again: what was noted about it stays, unless the keys are others.
        return if kept.p256dh == new.p256dh && kept.auth == new.auth {
            this.set(said).execute(conn)
        } else {
            let fresh =
                (s::p256dh.eq(&new.p256dh), s::auth.eq(&new.auth), s::created_at.eq(now), s::failures.eq(0_i64));
            this.set((said, fresh)).execute(conn)
        }
        .map(drop)
        .map_err(Error::Store);
    }
    let row = (
        (s::id.eq(Uuid::now_v7().to_string()), s::agent_id.eq(&**agent), s::endpoint_hash.eq(hash)),
        (s::endpoint.eq(&new.endpoint), s::p256dh.eq(&new.p256dh), s::auth.eq(&new.auth)),
        (s::device.eq(device), s::label.eq(label), s::user_agent.eq(&new.user_agent)),
        (s::created_at.eq(now), s::failures.eq(0_i64)),
    );
    // Two requests at one moment, on two nodes, hand in the same endpoint: the second finds it there.
    on_backend!(conn, c => diesel::insert_into(s::push_subscriptions).values(row).on_conflict_do_nothing().execute(c))
        .map(drop)
        .map_err(Error::Store)
}

/// Above the limit those go that worked longest ago, or never; the one that was just handed in stays.
fn make_room(conn: &mut Conn, agent: &Id, just_now: &str) -> Result<()> {
    let mut theirs: Vec<(String, Option<Millis>, Millis)> = s::push_subscriptions
        .filter(s::agent_id.eq(&**agent))
        .filter(s::endpoint_hash.ne(just_now))
        .select((s::id, s::last_success_at, s::created_at))
        .load(conn)
        .map_err(Error::Store)?;
    // One that nothing was sent to yet has worked at least when it was made.
    theirs.sort_by_key(|(id, worked, made)| (worked.unwrap_or(*made).max(*made), id.clone()));
    let excess = (theirs.len() + 1).saturating_sub(SUBSCRIPTIONS_PER_AGENT);
    let gone: Vec<&str> = theirs.iter().take(excess).map(|(id, ..)| id.as_str()).collect();
    diesel::delete(s::push_subscriptions.filter(s::id.eq_any(gone))).execute(conn).map(drop).map_err(Error::Store)
}

/// Forgets all of an agent's.
pub fn forget_all(conn: &mut Conn, agent: &str) -> Result<usize> {
    diesel::delete(s::push_subscriptions.filter(s::agent_id.eq(agent))).execute(conn).map_err(Error::Store)
}
