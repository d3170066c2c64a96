//! Several nodes: fan-out by Redis pub/sub, one channel per agent. The own sink is served directly; Redis only carries
//! hints to the others, and while it cannot, everybody goes on by comparing heads.

mod interests;
mod link;
mod outbox;
mod wire;

use std::{sync::Arc, time::Duration};

use redis::{Client, IntoConnectionInfo};
use tokio::{sync::Notify, task::JoinHandle, time};

use self::{
    interests::Interests,
    link::{ANSWER_WITHIN, Link, Lost},
    outbox::{Out, Outbox},
    wire::Channels,
};
use super::{BusState, Sink};
use crate::{
    domain::{
        Id,
        nudge::{Control, Nudge},
    },
    error::{Error, Result},
    telemetry::Metrics,
};

/// First wait before Redis is tried again; doubles with every failure.
const RETRY_FIRST: Duration = Duration::from_millis(50);

/// Longest wait, so that a Redis that is back is found within a second.
const RETRY_LAST: Duration = Duration::from_millis(500);

/// What the bus over Redis needs.
pub struct RedisOptions {
    /// `redis://[[user]:password@]host[:port][/database]`, or `rediss://…` for TLS. Installations that share a server
    /// keep apart by the number of the database. Never logged.
    pub url: String,
    /// Different for every process: a node drops what it hears of itself. At most 255 bytes.
    pub node: Id,
    /// Where this node takes in what the bus brings.
    pub sink: Arc<dyn Sink>,
    /// `bus_up`.
    pub metrics: Arc<Metrics>,
}

/// What the loops of a link share with the bus.
struct Shared {
    node: Id,
    channels: Channels,
    sink: Arc<dyn Sink>,
    metrics: Arc<Metrics>,
    interests: Interests,
    outbox: Outbox,
    /// A session waited too long for its confirmation: the link is not worth keeping.
    unconfirmed: Notify,
}

/// The bus over Redis. Its task ends when this is dropped.
pub struct RedisBus {
    shared: Arc<Shared>,
    keeper: JoinHandle<()>,
}

impl RedisBus {
    /// Starts the bus, degraded until Redis answers; that it does not answer is no error, however long it lasts. Must be
    /// called inside a tokio runtime.
    ///
    /// # Errors
    /// When the URL is not one of Redis, or the node's name is longer than 255 bytes.
    pub fn start(options: RedisOptions) -> Result<Arc<RedisBus>> {
        let (client, database) = open(&options.url)?;
        if options.node.len() > usize::from(u8::MAX) {
            return Err(Error::Config("the name of a node may have at most 255 bytes".to_owned()));
        }
        options.metrics.bus_up.set(0);
        let shared = Arc::new(Shared {
            channels: Channels::new(database, &options.node),
            node: options.node,
            sink: options.sink,
            metrics: options.metrics,
            interests: Interests::new(),
            outbox: Outbox::new(),
            unconfirmed: Notify::new(),
        });
        let keeper = tokio::spawn(watch_keeper(client, shared.clone()));
        Ok(Arc::new(RedisBus { shared, keeper }))
    }

    pub(super) fn publish(&self, nudges: Vec<Nudge>) {
        for nudge in &nudges {
            self.shared.sink.on_nudge(nudge);
        }
        if !nudges.is_empty() {
            self.shared.tell_others(Out::Nudges(nudges));
        }
    }

    pub(super) fn control(&self, control: Control) {
        self.shared.sink.on_control(&control);
        self.shared.tell_others(Out::Control(control));
    }

    pub(super) async fn subscribe(&self, agent: &Id) {
        let interests = &self.shared.interests;
        let Some(confirmed) = interests.want(agent) else { return };
        // Until it is confirmed the interest hangs on this call: a session that gives up waiting leaves none behind.
        let wanted = Wanted { interests, agent };
        // An error says that the link was lost: the reconnection will compare heads.
        if time::timeout(ANSWER_WITHIN, confirmed).await.is_err() {
            self.shared.unconfirmed.notify_waiters();
        }
        std::mem::forget(wanted);
    }

    pub(super) fn unsubscribe(&self, agent: &Id) {
        self.shared.interests.unwant(agent);
    }

    pub(super) fn state(&self) -> BusState {
        if self.shared.interests.is_up() { BusState::Up } else { BusState::Degraded }
    }
}

impl Drop for RedisBus {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

/// Takes an interest back unless it is forgotten.
struct Wanted<'a> {
    interests: &'a Interests,
    agent: &'a Id,
}

impl Drop for Wanted<'_> {
    fn drop(&mut self) {
        self.interests.unwant(self.agent);
    }
}

impl Shared {
    fn tell_others(&self, out: Out) {
        if self.interests.is_up() {
            self.outbox.push(out);
        } else {
            self.outbox.note_missed();
        }
    }

    /// The link stands and everything is confirmed: whatever was committed before is found by heads.
    fn on_up(&self) {
        self.metrics.bus_up.set(1);
        tracing::info!("the bus is up: other nodes hear of everything at once");
        self.sink.compare_heads();
    }

    fn on_down(&self, why: &Lost) {
        // What was on its way when the link broke may not have arrived.
        self.outbox.note_missed();
        self.metrics.bus_up.set(0);
        if self.interests.go_down() {
            tracing::warn!(%why, "the bus is degraded: other nodes go by heads until Redis answers again");
        } else {
            tracing::debug!(%why, "Redis cannot be reached yet");
        }
    }
}

fn open(url: &str) -> Result<(Client, i64)> {
    if !url.starts_with("redis://") && !url.starts_with("rediss://") {
        let scheme = url.split(':').next().unwrap_or(url);
        return Err(Error::Config(format!("bus.url must be local, redis://… or rediss://…; got `{scheme}…`")));
    }
    // The client's message names what is wrong with the URL, not the URL.
    let wrong = |error: redis::RedisError| Error::Config(format!("bus.url: {error}"));
    let info = url.into_connection_info().map_err(wrong)?;
    let database = info.redis_settings().db();
    Ok((Client::open(info).map_err(wrong)?, database))
}

/// Keeps a link up for ever; should its task panic, that is on record and it is started anew.
async fn watch_keeper(client: Client, shared: Arc<Shared>) {
    loop {
        let mut keeping = tokio::task::JoinSet::new();
        keeping.spawn(keep_link(client.clone(), shared.clone()));
        if let Some(Err(error)) = keeping.join_next().await {
            tracing::error!(%error, "the keeper of the bus failed and is started again");
        }
        shared.on_down(&Lost::Closed);
        time::sleep(RETRY_LAST).await;
    }
}

async fn keep_link(client: Client, shared: Arc<Shared>) {
    let mut wait = RETRY_FIRST;
    loop {
        let lost = match Link::connect(&client, &shared).await {
            Ok(link) => {
                wait = RETRY_FIRST;
                shared.on_up();
                link.run(&shared).await
            }
            Err(lost) => lost,
        };
        shared.on_down(&lost);
        time::sleep(with_jitter(wait, rand::random())).await;
        wait = (wait * 2).min(RETRY_LAST);
    }
}

/// Between half of `wait` and all of it, so that nodes do not come back in step; `random` in 0..1.
fn with_jitter(wait: Duration, random: f64) -> Duration {
    wait.mul_f64(0.5 + random / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_url_is_refused_without_showing_the_password() {
        for url in ["http://h", "redis:/h", "local", "redis://:secret@h:notaport", "redis://:secret@h/notadb"] {
            let error = open(url).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.starts_with("bus.url"), "{url}: {error}");
            assert!(!error.contains("secret"), "{url}: {error}");
        }
    }

    #[test]
    fn the_database_of_the_url_names_the_installation() {
        assert!(matches!(open("redis://127.0.0.1"), Ok((_, 0))));
        assert!(matches!(open("rediss://user:pw@redis.example.com:6380/3"), Ok((_, 3))));
    }

    #[test]
    fn retries_are_spread_and_never_later_than_half_a_second() {
        assert_eq!(with_jitter(RETRY_LAST, 0.0), RETRY_LAST / 2);
        assert!(with_jitter(RETRY_LAST, 0.999) <= RETRY_LAST);
    }
}
