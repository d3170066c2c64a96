//! A writer: drains what is waiting, runs it as one transaction, answers each caller.
//!
//! SQLite has one such thread, PostgreSQL several on the same queue. A request that is itself at fault is found by
//! halving and does not fail its neighbours; an outage fails the whole group at once.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use tokio::sync::oneshot;

use super::{
    Job, Work,
    turns::{Turn, Turns},
};
use crate::{
    config::StoreUrl,
    domain::Id,
    error::{Error, Result},
    store::{
        checkpoint::Log,
        connection::{self, Conn, Purpose, is_usable, write_transaction},
        durability::{By, Durability},
        group,
        memory::Memory,
        request::{Answer, Committed, Context, Failure, Request},
        schema::meta,
        shared::Shared,
        teller::{News, Teller},
    },
};

/// Requests in one transaction at most: beyond this the gain flattens out and the first in line only waits longer.
const GROUP: usize = 256;
/// On SQLite so many, or a quarter of what is waiting: a group waits for no disk, and while a small one is brought there,
/// another is told and the callers of a third ask again. With all that is waiting in one group they take turns, and a core
/// idles (a tenth fewer events a second).
const SMALL_GROUP: usize = 16;
/// Requests in a group that is told by the writer itself, if nothing is waiting behind it.
const FEW: usize = 2;
/// So many requests that wait behind a group are worth a transaction beside it.
const COMPANY: usize = 32;
/// Events in one transaction, so that batches do not make it long.
const GROUP_EVENTS: usize = 1_024;
/// Acknowledgements are gathered so long before they are written …
const ACKS_EVERY: Duration = Duration::from_millis(200);
/// … so many in a transaction, so that events do not wait for all of them.
const ACKS_AT_ONCE: usize = 64;
/// Work of its own may be the import of a directory: it counts for so many things written.
const ALONE: usize = 100;
/// How often a transaction is repeated that another node got in the way of.
const REPEATS: usize = 10;

/// A writing thread.
pub(super) struct Writer {
    pub(super) jobs: Receiver<Job>,
    pub(super) shared: Arc<Shared>,
    pub(super) conn: Option<Conn>,
    /// Of SQLite.
    pub(super) log: Option<Log>,
    pub(super) teller: Teller,
    /// Of PostgreSQL.
    pub(super) turns: Option<Turns>,
    pub(super) turn: Option<Turn>,
    pub(super) acks_at: Instant,
    /// More of them are due.
    pub(super) owes_acks: bool,
    pub(super) memory: Memory,
}

type Waiting = (Request, oneshot::Sender<Result<Answer>>);

impl Writer {
    /// Writes until the last way to the writers is gone.
    pub(super) fn run(mut self) {
        loop {
            if !self.begin_turn() {
                continue;
            }
            match self.jobs.recv_timeout(if self.owes_acks { Duration::ZERO } else { ACKS_EVERY }) {
                Ok(first) => self.survive(|writer| writer.drain(first)),
                Err(RecvTimeoutError::Timeout) => self.survive(Writer::rest),
                Err(RecvTimeoutError::Disconnected) => {
                    self.write_last_acks();
                    return;
                }
            }
        }
    }

    /// Waits until it is this writer's turn, or somebody else's takes too long; false when there is nothing to do.
    fn begin_turn(&mut self) -> bool {
        self.turn = None;
        let Some(turns) = &self.turns else { return true };
        self.turn = turns.next();
        self.turn.is_some() || !self.jobs.is_empty()
    }

    /// A panic costs the requests of its group, whose callers hear of it as their replies are dropped; the writer and
    /// everybody behind them go on, with a fresh connection.
    fn survive(&mut self, work: impl FnOnce(&mut Writer)) {
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            tracing::error!("a writer panicked; going on with a fresh connection");
            self.conn = None;
            self.teller.tell_of_nothing();
        }
    }

    /// Takes what is waiting behind `first`, up to the bounds of a group.
    fn drain(&mut self, first: Job) {
        let mut group: Vec<Waiting> = Vec::new();
        let most = self.group_size();
        let mut events = 0;
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Alone(work) => {
                    self.commit_group(std::mem::take(&mut group));
                    // It may take long.
                    self.turn = None;
                    self.run_alone(work);
                    events = 0;
                }
                Job::Group(request, reply) => {
                    events += request.weight();
                    group.push((request, reply));
                }
            }
            let room = group.len() < most && events < GROUP_EVENTS;
            next = if room { self.jobs.try_recv().ok() } else { None };
        }
        if self.jobs.len() >= COMPANY {
            self.turn = None;
        }
        self.commit_group(group);
        if let (Some(log), Some(conn)) = (&mut self.log, &mut self.conn) {
            log.finish(conn);
        }
    }

    fn group_size(&self) -> usize {
        match self.shared.url {
            StoreUrl::Sqlite(_) => (self.jobs.len() / 4).clamp(SMALL_GROUP, GROUP),
            StoreUrl::Postgres(_) => GROUP,
        }
    }

    /// Nothing is waiting.
    fn rest(&mut self) {
        let has_waited = !self.owes_acks;
        self.write_acks();
        if let Some(log) = self.log.as_mut().filter(|_| has_waited) {
            log.rests();
        }
    }

    fn write_acks(&mut self) {
        self.commit_group(Vec::new());
    }

    /// Nobody gathers any more: what a device confirmed just before the end is not told again after the next start.
    fn write_last_acks(&mut self) {
        let (acks, _) = self.shared.take_acks(usize::MAX);
        if !acks.is_empty() {
            self.commit(Vec::new(), &acks);
        }
    }

    fn commit_group(&mut self, group: Vec<Waiting>) {
        let acks = self.due_acks();
        if group.is_empty() && acks.is_empty() {
            return;
        }
        self.commit(group, &acks);
    }

    fn due_acks(&mut self) -> HashMap<Id, i64> {
        if self.acks_at.elapsed() < ACKS_EVERY {
            return HashMap::new();
        }
        let (acks, more) = self.shared.take_acks(ACKS_AT_ONCE);
        self.owes_acks = more;
        if !more {
            self.acks_at = Instant::now();
        }
        acks
    }

    fn commit(&mut self, group: Vec<Waiting>, acks: &HashMap<Id, i64>) {
        let requests: Vec<&Request> = group.iter().map(|(request, _)| request).collect();
        match self.try_commit(&requests, acks) {
            Ok(committed) => {
                self.answer(group, committed);
                // After the entries of the same transaction: what was confirmed may be among them.
                if let Some(due) = &self.shared.due {
                    due.note_acks(acks);
                }
            }
            Err(error) => {
                self.teller.tell_of_nothing();
                self.recover(group, acks, error);
            }
        }
    }

    fn try_commit(&mut self, requests: &[&Request], acks: &HashMap<Id, i64>) -> Result<Committed> {
        let mut conn = self.connection()?;
        let begun = Instant::now();
        for _ in 0..REPEATS {
            let context = Context {
                router: &*self.shared.router,
                snapshot: self.shared.snapshot.load_full(),
                clock: &self.shared.clock,
                durability: &self.shared.durability,
            };
            match group::commit(&mut conn, requests, acks, &mut self.memory, &context) {
                Ok(mut committed) => {
                    self.conn = Some(conn);
                    self.memory.keep(std::mem::take(&mut committed.tickets), std::mem::take(&mut committed.inboxes));
                    let events: usize = requests.iter().map(|request| request.weight()).sum();
                    self.note_growth(events.max(committed.notifications) + acks.len());
                    self.shared.metrics.commit_units.observe(requests.len() as f64);
                    self.shared.metrics.commit_seconds.observe(begun.elapsed().as_secs_f64());
                    return Ok(committed);
                }
                Err(Failure::Again) => {}
                Err(Failure::Error(error)) => {
                    self.put_back(conn);
                    return Err(error);
                }
            }
        }
        self.put_back(conn);
        Err(Error::Unavailable { reason: format!("other nodes got in the way {REPEATS} times") })
    }

    fn note_growth(&mut self, more: usize) {
        if let (Some(log), Some(conn)) = (&mut self.log, &mut self.conn) {
            log.grew(more, conn);
        }
    }

    /// The group failed: an outage fails it at once, a fault is looked for by halving.
    fn recover(&mut self, mut group: Vec<Waiting>, acks: &HashMap<Id, i64>, error: Error) {
        let outage = error.is_retryable() || self.probe().is_err();
        if outage {
            acks.iter().for_each(|(agent, seq)| self.shared.note_ack(agent, *seq));
            // Not at once, or a store that is away would be asked all the time.
            (self.owes_acks, self.acks_at) = (false, Instant::now());
            tracing::error!(%error, waiting = group.len(), "the store is not available");
            let reason = error.to_string();
            group
                .into_iter()
                .for_each(|(_, reply)| drop(reply.send(Err(Error::Unavailable { reason: reason.clone() }))));
        } else if group.len() <= 1 {
            tracing::error!(%error, "the store refused a request");
            if let Some((_, reply)) = group.pop() {
                drop(reply.send(Err(error)));
            }
        } else {
            let rest = group.split_off(group.len() / 2);
            self.commit(group, acks);
            self.commit(rest, &HashMap::new());
        }
    }

    /// Whether the store takes a write at all: tells a fault of ours from a full disk without reading error texts.
    fn probe(&mut self) -> Result<()> {
        let mut conn = self.connection()?;
        let written = write_transaction(&mut conn, |conn| {
            diesel::update(meta::table.find(1)).set(meta::version.eq(meta::version)).execute(conn).map_err(Error::Store)
        });
        self.put_back(conn);
        written.map(drop)
    }

    fn answer(&self, group: Vec<Waiting>, committed: Committed) {
        self.shared.metrics.notifications.inc_by(committed.notifications as u64);
        let Committed { number, answers, changes, snapshot, read_upon, .. } = committed;
        let shared = self.shared.clone();
        let many = group.len() > FEW;
        let answer = Box::new(move || {
            shared.remember(&snapshot, read_upon);
            for ((_, reply), answer) in group.into_iter().zip(answers) {
                let answer = match answer {
                    Answer::Refused(error) => Err(error),
                    answer => Ok(answer),
                };
                // A caller who went away hears nothing of it; what was written stays written.
                drop(reply.send(answer));
            }
        });
        self.tell(News { number, changes, answer }, many);
    }

    fn tell(&self, news: News, many: bool) {
        if let Some(due) = &self.shared.due {
            due.note_changes(&news.changes, self.shared.clock.now());
        }
        self.teller.tell(news, many || !self.jobs.is_empty());
    }

    /// Durable when its own COMMIT is done.
    fn run_alone(&mut self, work: Work) {
        let ready = self.connection().and_then(|mut conn| Durability::leave_to(&mut conn, By::Commit).map(|()| conn));
        match ready {
            Ok(mut conn) => {
                let (changes, answer) = work(&mut conn, &mut self.memory);
                if Durability::leave_to(&mut conn, By::Teller).is_ok() {
                    self.put_back(conn);
                }
                self.note_growth(ALONE);
                self.tell(News { number: 0, changes, answer }, false);
            }
            // Dropping the work tells its caller.
            Err(error) => tracing::error!(%error, "the store is not available"),
        }
    }

    fn connection(&mut self) -> Result<Conn> {
        match self.conn.take() {
            Some(conn) => Ok(conn),
            None => {
                // Others' commits are counted anew.
                self.memory = Memory::default();
                let mut conn = connection::connect(&self.shared.url, Purpose::Write)?;
                self.shared.durability.take_over(&mut conn)?;
                Ok(conn)
            }
        }
    }

    /// Keeps a connection after trouble only if it still works.
    fn put_back(&mut self, mut conn: Conn) {
        self.conn = is_usable(&mut conn).then_some(conn);
    }
}
