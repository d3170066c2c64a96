//! The truth: events, inboxes, tickets, directory, in SQLite or PostgreSQL.
//!
//! Writes go through one queue to the writers, who gather what is waiting into one durable transaction (`writer`,
//! `group`). Reads take a connection from a pool on threads that may block. What is read on every event and changes
//! seldom is held in memory with a version (`records`).

mod acts;
mod addresses;
mod agent_presence;
mod bulk;
mod checkpoint;
mod connection;
mod deliveries;
mod delivery_log;
mod due_list;
mod durability;
mod erasure;
mod events;
mod explained;
mod fallback;
mod figures;
mod group;
mod inbox;
mod insert;
mod memory;
mod migrations;
mod muted;
mod notifications;
mod presences;
mod push_subscriptions;
mod queue;
mod raw;
mod read;
mod records;
mod renewal;
mod request;
mod resolve;
mod schema;
mod shared;
mod sign_in_links;
mod sms_limits;
mod sms_messages;
mod sms_told;
mod sources;
mod teller;
mod template_moves;
mod templates;
mod tickets;
mod traces;
mod transfer;
mod types;
mod upkeep;
mod webhook_messages;
mod writer;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

pub use self::{
    addresses::{Bounce, Suppression},
    agent_presence::{AgentOnNode, ReportedPresence},
    deliveries::Delivery,
    delivery_log::{EventTrace, LogFilter, LoggedAttempt, LoggedDelivery, Traced},
    due_list::Due,
    explained::{KeptEvent, Origin, SourcesOfEvent},
    fallback::{Decision, Unconfirmed, Undecided},
    figures::{Figures, LiveNode},
    push_subscriptions::{NewPushSubscription, PushSubscription, SUBSCRIPTIONS_PER_AGENT},
    queue::{Attempt, EntryNow, FALLBACK, FallbackRow, Queued, Settled},
    records::{Edit, EditChange, RecordKind, SETTINGS_ID, check_id},
    sms_limits::{Claimed, OptOut},
    sms_messages::Received,
    templates::NewTemplate,
    traces::{Looked, Place, Spot},
    types::{
        DeliveryNote, Heads, KeptTemplate, KeptWatch, OnCommit, SourceStatus, StoreOptions, UnmatchedPerson,
        WatchedTicket,
    },
    upkeep::Swept,
    webhook_messages::{ClaimedMessage, Settled as SettledMessage, WebhookMessage},
};
use self::{
    connection::{Conn, POOL_WAIT, Purpose, ReadPool, connect, read_pool},
    memory::Memory,
    request::{Answer, Request},
    shared::Shared,
    writer::Writers,
};
use crate::{
    clock::Clock,
    domain::{
        Id, Millis,
        act::{Act, ActOutcome},
        event::Event,
        inbox::{Changes, Inbox, ListFilter, Page},
        notification::Notification,
        plan::Receipt,
        snapshot::Snapshot,
        ticket::TicketFacts,
    },
    error::{Error, Result},
};

/// Readiness asks the store and waits so long.
const PING_LIMIT: Duration = Duration::from_secs(2);

/// The store. Cheap to clone; its writers end when the last clone is gone.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    writers: Writers,
    readers: ReadPool,
    /// One turn for each reading connection: who waits for one waits here and not on a thread that may block, of which
    /// there would be hundreds when every client comes back at once.
    turns: Arc<Semaphore>,
    secrets: Arc<HashMap<&'static str, String>>,
    clock: Clock,
}

impl Store {
    /// Opens the store, makes and migrates it if need be, and starts its writers.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached; what a migration said when it failed.
    pub async fn open(options: StoreOptions) -> Result<Store> {
        blocking(move || Store::open_now(&options)).await
    }

    fn open_now(options: &StoreOptions) -> Result<Store> {
        let mut conn = connect(&options.url, Purpose::Write)?;
        if options.migrate {
            migrations::migrate(&mut conn)?;
        }
        migrations::found(&mut conn, options.clock.now())?;
        let mut secrets = HashMap::new();
        for name in migrations::SECRETS {
            let value = migrations::secret(&mut conn, name)?;
            secrets.insert(name, value.ok_or_else(|| Error::Internal(format!("the secret {name} is missing")))?);
        }
        let shared = Shared::new(options);
        shared.remember(&records::refreshed(&mut conn, &Arc::default())?, 0);
        Ok(Store {
            writers: Writers::start(shared.clone(), conn)?,
            readers: read_pool(&options.url, options.readers),
            turns: Arc::new(Semaphore::new(options.readers as usize)),
            secrets: Arc::new(secrets),
            clock: options.clock.clone(),
            shared,
        })
    }

    /// What is in memory: the newest version this node knows of.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot.load_full()
    }

    /// Compares the version with the store's and reads what is newer.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn refresh(&self) -> Result<Arc<Snapshot>> {
        let shared = self.shared.clone();
        self.read(move |conn| {
            let known = shared.snapshot.load_full();
            let fresh = records::refreshed(conn, &known)?;
            shared.remember(&fresh, known.version);
            Ok(fresh)
        })
        .await
    }

    /// Stores events with everything they lead to, all or none, durably. `api_key`: hash of the key that posted them,
    /// checked again in the transaction, where a key that was revoked meanwhile is known.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: the events may or may not be in, and may be sent again with the same ids.
    pub async fn accept(&self, events: Vec<Event>, api_key: Option<String>) -> Result<Vec<Receipt>> {
        let accepted_us = self.clock.now_us();
        let bodies = events.iter().map(bulk::to_json).collect::<Result<_, _>>().map_err(Error::Store)?;
        match self.writers.submit(Request::Accept { events, bodies, api_key, accepted_us }).await? {
            Answer::Receipts(receipts) => Ok(receipts),
            answer => Err(mismatch(&answer)),
        }
    }

    /// Carries out an act on an inbox.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when its outcome is unknown; acts may be repeated.
    pub async fn act(&self, agent: &Id, act: Act) -> Result<ActOutcome> {
        match self.writers.submit(Request::Act { agent: agent.clone(), act }).await? {
            Answer::Acted(outcome) => Ok(outcome),
            answer => Err(mismatch(&answer)),
        }
    }

    /// Notes that an active session confirmed everything up to `seq`. Gathered and written a moment later.
    pub fn ack(&self, agent: &Id, seq: i64) {
        self.writers.ack(agent, seq);
    }

    /// Epoch and head of one inbox.
    ///
    /// # Errors
    /// When the store cannot be read; so it is with every reading method below.
    pub async fn inbox(&self, agent: &Id) -> Result<(Id, Inbox)> {
        let agent = agent.clone();
        self.read(move |conn| {
            connection::read_snapshot(conn, |conn| Ok((read::epoch(conn)?, inbox::read_one(conn, &agent)?)))
        })
        .await
    }

    /// Entries changed after `since`, at most `limit`, in one snapshot with the head.
    pub async fn changes(&self, agent: &Id, since: i64, limit: i64) -> Result<Changes> {
        let agent = agent.clone();
        self.read(move |conn| read::changes(conn, &agent, since, limit)).await
    }

    /// A page of the list.
    pub async fn list(&self, agent: &Id, filter: ListFilter) -> Result<Page> {
        let agent = agent.clone();
        self.read(move |conn| read::list(conn, &agent, &filter)).await
    }

    /// One notification of an agent.
    pub async fn notification(&self, agent: &Id, id: &str) -> Result<Option<Notification>> {
        let (agent, id) = (agent.clone(), id.to_owned());
        self.read(move |conn| read::by_id(conn, &agent, &id)).await
    }

    /// Heads of many inboxes, in one query.
    pub async fn heads(&self, agents: Vec<Id>) -> Result<Heads> {
        self.read(move |conn| {
            connection::read_snapshot(conn, |conn| {
                Ok(Heads {
                    epoch: read::epoch(conn)?,
                    version: records::version(conn)?,
                    heads: if agents.is_empty() { Vec::new() } else { inbox::heads(conn, &agents)? },
                })
            })
        })
        .await
    }

    /// Carries out edits of records, all or none, and returns what is in memory afterwards. In force for every event
    /// posted after its answer, on every node.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the pointer of the first member that does not fit.
    pub async fn edit(&self, edits: Vec<Edit>) -> Result<Arc<Snapshot>> {
        self.writers.run(move |conn, _| Ok((records::edit(conn, &edits)?, Vec::new()))).await?;
        self.refresh().await
    }

    /// What an event planned to send beside the bell, or why not.
    pub async fn deliveries(&self, source: &Id, event: &Id) -> Result<Vec<Delivery>> {
        let (source, event) = (source.clone(), event.clone());
        self.read(move |conn| deliveries::of_event(conn, &source, &event)).await
    }

    /// What is known of a ticket, its watches included.
    pub async fn ticket(&self, ticket: &str) -> Result<Option<TicketFacts>> {
        let ticket = ticket.to_owned();
        self.read(move |conn| tickets::read_one(conn, &ticket)).await
    }

    /// Tickets that the agent follows, newest watch first.
    pub async fn watches(&self, agent: &Id) -> Result<Vec<WatchedTicket>> {
        let agent = agent.clone();
        self.read(move |conn| tickets::watched_by(conn, &agent)).await
    }

    /// Follows a ticket or stops following it; says whether that changed anything.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn set_watch(&self, agent: &Id, ticket: &Id, active: bool) -> Result<bool> {
        let (agent, ticket, now) = (agent.clone(), ticket.clone(), self.clock.now());
        let set = move |conn: &mut Conn, memory: &mut Memory| {
            Ok((tickets::set_watch(conn, memory, &agent, &ticket, active, now)?, Vec::new()))
        };
        self.writers.run(set).await
    }

    /// A secret that all nodes share, by name: `jwt`, `session`, `link`, `vapid`. Made at first start.
    ///
    /// # Errors
    /// [`Error::Internal`] for any other name.
    pub fn secret(&self, name: &str) -> Result<String> {
        self.secrets.get(name).cloned().ok_or_else(|| Error::Internal(format!("there is no secret named {name}")))
    }

    /// True for the first caller ever of that name: for what is shown once.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn first_time(&self, name: &'static str) -> Result<bool> {
        let now = self.clock.now();
        self.writers.run(move |conn, _| Ok((migrations::first_time(conn, name, now)?, Vec::new()))).await
    }

    /// Whether the store answers within two seconds.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<()> {
        let asked = self.read(|conn| records::version(conn).map(drop));
        let late = |_| Error::Unavailable { reason: "the store did not answer in time".to_owned() };
        tokio::time::timeout(PING_LIMIT, asked).await.map_err(late)?
    }

    /// A new epoch: every client starts anew. After a restore.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn new_epoch(&self) -> Result<Id> {
        self.writers.run(|conn, _| Ok((migrations::new_epoch(conn)?.into(), Vec::new()))).await
    }

    /// Entries whose sleep is over, by agent, a bounded number.
    pub async fn due_to_wake(&self) -> Result<BTreeMap<Id, Vec<Id>>> {
        let now = self.clock.now();
        self.read(move |conn| upkeep::due_to_wake(conn, now)).await
    }

    /// One step of removing what was settled before `before`.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn sweep(&self, after: Option<Id>, before: Millis) -> Result<Swept> {
        self.writers.run(move |conn, memory| upkeep::sweep(conn, memory, after.as_ref(), before)).await
    }

    /// Removes events accepted before `before`, a bounded number; returns how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_events(&self, before: Millis) -> Result<usize> {
        self.writers.run(move |conn, _| Ok((upkeep::forget_events(conn, before)?, Vec::new()))).await
    }

    /// Drops this handle and waits, with a limit, until the writers have written what was waiting. Other clones must
    /// be gone by then.
    pub async fn close(self) {
        let shared = self.shared.clone();
        drop(self);
        for _ in 0..200 {
            if shared.has_ended() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        tracing::warn!("the store is still in use; its last acknowledgements may be written late or not at all");
    }

    async fn read<T: Send + 'static>(&self, query: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
        let readers = self.readers.clone();
        let Ok(Ok(turn)) = tokio::time::timeout(POOL_WAIT, self.turns.clone().acquire_owned()).await else {
            return Err(Error::Unavailable { reason: "too many wait to read".to_owned() });
        };
        let read = blocking(move || {
            let _held_to_the_end = turn;
            let mut conn = readers.get().map_err(|error| Error::Unavailable { reason: error.to_string() })?;
            query(&mut conn).map_err(outage)
        })
        .await?;
        self.shared.durability.of_what_was_read().await.map(|()| read)
    }
}

/// A failed read is an outage to the caller when the connection is what failed.
fn outage(error: Error) -> Error {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    match error {
        Error::Store(Diesel::DatabaseError(
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::Unknown,
            info,
        )) => Error::Unavailable { reason: info.message().to_owned() },
        Error::Store(Diesel::BrokenTransactionManager) => {
            Error::Unavailable { reason: "the connection broke".to_owned() }
        }
        error => error,
    }
}

fn mismatch(answer: &Answer) -> Error {
    Error::Internal(format!("the writer answered something else: {answer:?}"))
}

/// Runs `work` on a thread that may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::Internal(format!("a database task ended: {error}"))),
    }
}
