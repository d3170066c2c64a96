//! Brings what SQLite's write-ahead log holds into the database file, beside the writer.
//!
//! SQLite does this within a commit, now and then, and until the disk is done nothing is accepted: some 15 ms each time.
//! Here a thread with a connection of its own copies while the writer goes on; what was added meanwhile the writer
//! copies itself, which is little, and after that the log starts over.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crossbeam_channel::{Receiver, Sender};
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_types::Integer};

use super::connection::{self, Conn, Purpose};
use crate::{
    config::StoreUrl,
    error::{Error, Result},
};

/// So many events and acts, or notifications where those are more, are written before the log is copied, some 150 MB of it:
/// the more there are, the more often a page that was written again and again is copied once, and the more seldom the disk
/// is busy with two files (with 5,000 the slowest hundredth at 2,000 events a second took three to four times as long). The
/// log stays below `connection`'s last resort.
const EVERY: usize = 15_000;

/// So often the copier goes through the log before the writer has to: each time there is less that was added meanwhile.
const PASSES: usize = 4;

/// The writer's end: counts what it writes, and says when it is time.
pub struct Log {
    written: usize,
    due: Sender<()>,
    copied: Arc<AtomicBool>,
}

impl Log {
    /// The log of the store at `url`, with the work that a thread is to do for it: copying until the log is dropped.
    pub fn of(url: StoreUrl) -> (Log, impl FnOnce() + Send) {
        let (due, orders) = crossbeam_channel::bounded(1);
        let copied = Arc::new(AtomicBool::new(false));
        let log = Log { written: 0, due, copied: copied.clone() };
        (log, move || copy_when_due(&url, &orders, &copied))
    }

    /// So many events and acts were written, or notifications, where those are more.
    pub fn grew(&mut self, more: usize) {
        self.written += more;
        if self.written >= EVERY {
            self.order();
        }
    }

    /// Nothing is waiting to be written: a good moment.
    pub fn rests(&mut self) {
        if self.written > 0 {
            self.order();
        }
    }

    fn order(&mut self) {
        // One order that waits is as good as two.
        let _ = self.due.try_send(());
        self.written = 0;
    }

    /// Copies the rest, if the log was copied a moment ago.
    pub fn finish(&self, conn: &mut Conn) {
        if self.copied.swap(false, Ordering::Relaxed) {
            copy(conn);
        }
    }
}

fn copy_when_due(url: &StoreUrl, orders: &Receiver<()>, copied: &AtomicBool) {
    let mut open = None;
    while orders.recv().is_ok() {
        match open.take().map_or_else(|| connection::connect(url, Purpose::Write), Ok) {
            Ok(mut conn) => {
                for _ in 0..PASSES {
                    copy(&mut conn);
                }
                copied.store(true, Ordering::Relaxed);
                open = Some(conn);
            }
            Err(error) => warn(&error),
        }
    }
}

/// Brings everything that is committed into the database file and that to the disk, by a connection of its own.
///
/// # Errors
/// [`Error::Unavailable`] when the disk or a reader who does not end stands in the way.
pub fn copy_all(url: &StoreUrl) -> Result<()> {
    let Conn::Sqlite(mut conn) = connection::connect(url, Purpose::Write)? else { return Ok(()) };
    let unavailable = |reason: String| Error::Unavailable { reason };
    let done: Copied = diesel::sql_query("PRAGMA wal_checkpoint(FULL)")
        .get_result(&mut conn)
        .map_err(|error| unavailable(error.to_string()))?;
    if done.busy == 0 { Ok(()) } else { Err(unavailable("somebody reads or writes all the time".to_owned())) }
}

#[derive(QueryableByName)]
struct Copied {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// As far as no reader is in the way, and without waiting for anybody.
fn copy(conn: &mut Conn) {
    let Conn::Sqlite(conn) = conn else { return };
    if let Err(error) = conn.batch_execute("PRAGMA wal_checkpoint(PASSIVE)") {
        warn(&Error::Unavailable { reason: error.to_string() });
    }
}

/// Nothing is lost by it: the log only grows, until the writer's own limit makes it copy everything.
fn warn(error: &Error) {
    tracing::warn!(%error, "the write-ahead log could not be copied into the database");
}
