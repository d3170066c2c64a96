//! Tells of what was committed, once it is durable: whose inbox moved, then the callers.
//!
//! A writer that has more to write leaves this to a thread beside it; one that has not does it itself, which saves the
//! way to another thread. The order stays that of the commits. What gathers while the disk is busy becomes durable
//! together.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crossbeam_channel::{Receiver, Sender};

use super::shared::Shared;
use crate::domain::nudge::InboxChange;

/// Commits that may wait to be told; then the writer waits.
const BEHIND: usize = 64;

/// What a commit leaves to be told.
pub struct News {
    /// The transaction, as [`super::durability::Durability::begin`] numbered it; 0 for one that made itself durable.
    pub number: u64,
    /// In order per inbox. They go first: who posted the event may look at once whether the bell rang.
    pub changes: Vec<InboxChange>,
    /// Answers whoever asked for it.
    pub answer: Box<dyn FnOnce() + Send>,
}

/// The writer's end.
pub struct Teller {
    shared: Arc<Shared>,
    news: Sender<News>,
    behind: Arc<AtomicUsize>,
}

impl Teller {
    /// A teller, with the work that a thread is to do for it: telling until the teller is dropped.
    pub fn new(shared: Arc<Shared>) -> (Teller, impl FnOnce() + Send) {
        let (news, told) = crossbeam_channel::bounded(BEHIND);
        let behind = Arc::new(AtomicUsize::new(0));
        let teller = Teller { shared: shared.clone(), news, behind: behind.clone() };
        (teller, move || tell_in_turn(&told, &behind, &shared))
    }

    /// Tells of a commit: here, unless there is a `hurry` or something before it is still to be told.
    pub fn tell(&self, news: News, hurry: bool) {
        if !hurry && self.behind.load(Ordering::Acquire) == 0 {
            return tell_all(vec![news], &self.shared);
        }
        self.behind.fetch_add(1, Ordering::AcqRel);
        if let Err(unsent) = self.news.send(news) {
            tell_all(vec![unsent.into_inner()], &self.shared);
        }
    }

    /// A group came to nothing: readers who took its number for one that they may have seen need not wait for it.
    pub fn tell_of_nothing(&self) {
        let number = self.shared.durability.begun();
        self.tell(News { number, changes: Vec::new(), answer: Box::new(|| ()) }, true);
    }
}

fn tell_in_turn(told: &Receiver<News>, behind: &AtomicUsize, shared: &Shared) {
    while let Ok(first) = told.recv() {
        let batch: Vec<News> = std::iter::once(first).chain(told.try_iter()).collect();
        let many = batch.len();
        tell_all(batch, shared);
        behind.fetch_sub(many, Ordering::AcqRel);
    }
}

/// Commits in their order.
fn tell_all(batch: Vec<News>, shared: &Shared) {
    // Not that of the last, which may have none: readers wait for the highest.
    if let Some(number) = batch.iter().map(|news| news.number).max() {
        shared.durability.reach(number, &shared.metrics);
    }
    for news in batch {
        // The commits behind this one must be told whatever comes of it.
        if catch_unwind(AssertUnwindSafe(|| tell(news, shared))).is_err() {
            tracing::error!("telling of a commit panicked");
        }
    }
}

fn tell(news: News, shared: &Shared) {
    if !news.changes.is_empty() {
        (shared.on_commit)(news.changes);
    }
    (news.answer)();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;
    use crate::{
        clock::Clock,
        config::StoreUrl,
        domain::plan::{Facts, Plan, Router},
        store::{StoreOptions, connection, migrations},
        telemetry::Metrics,
    };

    struct NobodyHears;

    impl Router for NobodyHears {
        fn route(&self, _: Facts<'_>) -> Plan {
            Plan::default()
        }
    }

    /// What the disk has when it is told of the transaction.
    fn noting(number: u64, shared: &Arc<Shared>, told: &mpsc::Sender<(u64, u64)>) -> News {
        let (shared, told) = (shared.clone(), told.clone());
        let answer = Box::new(move || told.send((number, shared.durability.reached())).unwrap());
        News { number, changes: Vec::new(), answer }
    }

    fn on_disk() -> (tempfile::TempDir, Arc<Shared>) {
        let folder = tempfile::tempdir().unwrap();
        let shared = Shared::new(&StoreOptions {
            url: StoreUrl::Sqlite(folder.path().join("bellhop.db")),
            clock: Clock::default(),
            router: Arc::new(NobodyHears),
            on_commit: Arc::new(|_| ()),
            metrics: Metrics::new().unwrap(),
            migrate: true,
            readers: 1,
        });
        let mut conn = connection::connect(&shared.url, connection::Purpose::Write).unwrap();
        migrations::migrate(&mut conn).unwrap();
        migrations::found(&mut conn, 0).unwrap();
        shared.durability.take_over(&mut conn).unwrap();
        (folder, shared)
    }

    #[test]
    fn a_commit_is_told_once_it_is_durable_and_after_those_before_it() {
        let (_folder, shared) = on_disk();
        let (teller, telling) = Teller::new(shared.clone());
        let thread = std::thread::spawn(telling);
        let (told, hears) = mpsc::channel();
        for hurry in [false, true, true, true, false, true] {
            let number = shared.durability.begin();
            teller.tell(noting(number, &shared, &told), hurry);
        }
        for expected in 1..=6 {
            let (number, durable) = hears.recv_timeout(Duration::from_secs(10)).unwrap();
            assert_eq!(number, expected);
            assert!(durable >= number, "{number} was told when only {durable} were durable");
        }
        drop(teller);
        thread.join().unwrap();
    }

    #[test]
    fn a_commit_is_durable_also_where_work_of_its_own_is_told_with_it() {
        let (_folder, shared) = on_disk();
        let (told, hears) = mpsc::channel();
        let number = shared.durability.begin();
        tell_all(vec![noting(number, &shared, &told), noting(0, &shared, &told)], &shared);
        assert_eq!(hears.try_iter().collect::<Vec<_>>(), [(number, number), (0, number)]);
    }
}
