//! What the threads and readers of one store share.

use std::collections::HashMap;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use arc_swap::ArcSwap;

use super::{OnCommit, StoreOptions, due_list::DueList, durability::Durability};
use crate::{
    clock::Clock,
    config::StoreUrl,
    domain::{Id, plan::Router, snapshot::Snapshot},
    error::{Error, Result},
    telemetry::Metrics,
};

/// What writers and readers of one store share.
pub struct Shared {
    /// What this node has in memory.
    pub snapshot: ArcSwap<Snapshot>,
    /// The database.
    pub url: StoreUrl,
    /// The time.
    pub clock: Clock,
    /// Decides who hears of an event.
    pub router: Arc<dyn Router>,
    /// Hears of every committed change.
    pub on_commit: OnCommit,
    /// The node's figures.
    pub metrics: Arc<Metrics>,
    /// How far what was written is on the disk.
    pub durability: Durability,
    /// Whose fallback is due; on SQLite.
    pub due: Option<DueList>,
    acks: Mutex<HashMap<Id, i64>>,
    running: AtomicUsize,
}

impl Shared {
    /// What writers and readers share, with nothing in memory yet.
    pub fn new(options: &StoreOptions) -> Arc<Shared> {
        Arc::new(Shared {
            snapshot: ArcSwap::default(),
            due: matches!(options.url, StoreUrl::Sqlite(_)).then(DueList::default),
            durability: Durability::of(&options.url),
            acks: Mutex::default(),
            running: AtomicUsize::new(0),
            url: options.url.clone(),
            clock: options.clock.clone(),
            router: options.router.clone(),
            on_commit: options.on_commit.clone(),
            metrics: options.metrics.clone(),
        })
    }

    /// Notes an acknowledgement, to be written with one of the next transactions.
    pub fn note_ack(&self, agent: &Id, seq: i64) {
        let mut acks = self.acks.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = acks.entry(agent.clone()).or_insert(0);
        *noted = (*noted).max(seq);
    }

    /// Keeps what was read, unless another thread has something newer. A smaller version than the one it was read
    /// upon means that an older copy of the store was restored, and counts as newer.
    pub fn remember(&self, fresh: &Arc<Snapshot>, read_upon: i64) {
        let known = self.snapshot.load().version;
        if fresh.version > known || (fresh.version < known && known == read_upon) {
            self.snapshot.store(fresh.clone());
        }
    }

    /// Acknowledgements that were noted, at most so many, and whether there are more.
    pub fn take_acks(&self, most: usize) -> (HashMap<Id, i64>, bool) {
        let mut acks = self.acks.lock().unwrap_or_else(PoisonError::into_inner);
        if acks.len() <= most {
            return (std::mem::take(&mut *acks), false);
        }
        let some: Vec<Id> = acks.keys().take(most).cloned().collect();
        (some.iter().filter_map(|agent| acks.remove_entry(agent)).collect(), true)
    }

    /// Whether every thread has ended; they do when all writers' handles are dropped and the queue is empty.
    pub fn has_ended(&self) -> bool {
        self.running.load(Ordering::SeqCst) == 0
    }
}

/// Starts a thread that counts as running until it ends.
pub fn start_thread(name: &str, shared: &Arc<Shared>, work: impl FnOnce() + Send + 'static) -> Result<()> {
    let running = Running::count(shared);
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        work();
        drop(running);
    });
    thread.map(drop).map_err(|error| Error::Internal(format!("{name} could not be started: {error}")))
}

struct Running(Arc<Shared>);

impl Running {
    fn count(shared: &Arc<Shared>) -> Running {
        shared.running.fetch_add(1, Ordering::SeqCst);
        Running(shared.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}
