//! Tells of what was committed: whose inbox moved, then the callers.
//!
//! A writer that has more to write leaves this to a thread beside it; one that has not does it itself, which saves the
//! way to another thread. The order stays that of the commits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crossbeam_channel::{Receiver, Sender};

use super::OnCommit;
use crate::domain::nudge::InboxChange;

/// Commits that may wait to be told; then the writer waits.
const BEHIND: usize = 64;

/// What a commit leaves to be told.
pub struct News {
    /// In order per inbox. They go first: who posted the event may look at once whether the bell rang.
    pub changes: Vec<InboxChange>,
    /// Answers whoever asked for it.
    pub answer: Box<dyn FnOnce() + Send>,
}

/// The writer's end.
pub struct Teller {
    on_commit: OnCommit,
    news: Sender<News>,
    behind: Arc<AtomicUsize>,
}

impl Teller {
    /// A teller, with the work that a thread is to do for it: telling until the teller is dropped.
    pub fn new(on_commit: OnCommit) -> (Teller, impl FnOnce() + Send) {
        let (news, told) = crossbeam_channel::bounded(BEHIND);
        let behind = Arc::new(AtomicUsize::new(0));
        let teller = Teller { on_commit: on_commit.clone(), news, behind: behind.clone() };
        (teller, move || tell_all(&told, &behind, &on_commit))
    }

    /// Tells of a commit: here, unless there is a `hurry` or something before it is still to be told.
    pub fn tell(&self, news: News, hurry: bool) {
        if !hurry && self.behind.load(Ordering::Acquire) == 0 {
            return tell(news, &self.on_commit);
        }
        self.behind.fetch_add(1, Ordering::AcqRel);
        if let Err(unsent) = self.news.send(news) {
            tell(unsent.into_inner(), &self.on_commit);
        }
    }
}

fn tell_all(told: &Receiver<News>, behind: &AtomicUsize, on_commit: &OnCommit) {
    for news in told {
        // The commits behind this one must be told whatever comes of it.
        if catch_unwind(AssertUnwindSafe(|| tell(news, on_commit))).is_err() {
            tracing::error!("telling of a commit panicked");
        }
        behind.fetch_sub(1, Ordering::AcqRel);
    }
}

fn tell(news: News, on_commit: &OnCommit) {
    if !news.changes.is_empty() {
        on_commit(news.changes);
    }
    (news.answer)();
}
