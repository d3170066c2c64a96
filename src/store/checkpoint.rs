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

use super::{
    connection::{self, Conn, Purpose},
    raw::Raw,
};
use crate::{
    config::StoreUrl,
    error::{Error, Result},
};

/// The log is copied when it has grown to so many pages, 160 MB: the more there are, the more often a page that was written
/// again and again is copied once, and the more seldom the disk is busy with two files (with a third of it the slowest
/// hundredth at 2,000 events a second took three to four times as long). Well below `connection`'s last resort, which a busy
/// hour reaches while the copier is at work.
const PAGES: i32 = 40_000;
/// It is looked at after so many events, acts, notifications and acknowledgements, each of which is some pages.
const LOOK_AFTER: usize = 1_000;

/// So often the copier goes through the log before the writer has to: each time there is less that was added meanwhile.
const PASSES: usize = 4;

/// The writer's end: looks how long the log is, and says when it is time.
pub struct Log {
    /// Since it was looked at.
    written: usize,
    /// Something was written since the last order.
    is_new: bool,
    /// The copier is at work.
    is_ordered: bool,
    due: Sender<()>,
    copied: Arc<AtomicBool>,
}

impl Log {
    /// The log of the store at `url`, with the work that a thread is to do for it: copying until the log is dropped.
    pub fn of(url: StoreUrl) -> (Log, impl FnOnce() + Send) {
        let (due, orders) = crossbeam_channel::bounded(1);
        let copied = Arc::new(AtomicBool::new(false));
        let log = Log { written: 0, is_new: false, is_ordered: false, due, copied: copied.clone() };
        (log, move || copy_when_due(&url, &orders, &copied))
    }

    /// So many things were written on `conn`, which is in no transaction.
    pub fn grew(&mut self, more: usize, conn: &mut Conn) {
        (self.written, self.is_new) = (self.written + more, true);
        if self.written >= LOOK_AFTER {
            self.written = 0;
            if pages(conn).is_some_and(|pages| pages >= PAGES) {
                self.order();
            }
        }
    }

    /// Nothing is waiting to be written: a good moment.
    pub fn rests(&mut self) {
        if self.is_new {
            self.order();
        }
    }

    fn order(&mut self) {
        if !self.is_ordered {
            (self.is_new, self.is_ordered) = (false, self.due.try_send(()).is_ok());
        }
    }

    /// Copies the rest, if the log was copied a moment ago.
    pub fn finish(&mut self, conn: &mut Conn) {
        if self.copied.swap(false, Ordering::Relaxed) {
            self.is_ordered = false;
            copy(conn);
        }
    }
}

/// How long the log is; none when that cannot be said, and the last resort has to do.
fn pages(conn: &mut Conn) -> Option<i32> {
    let Conn::Sqlite(conn) = conn else { return None };
    let copied: Copied = Raw::plain("PRAGMA wal_checkpoint(NOOP)").get_result(conn).ok()?;
    Some(copied.log)
}

fn copy_when_due(url: &StoreUrl, orders: &Receiver<()>, copied: &AtomicBool) {
    let mut open = None;
    while orders.recv().is_ok() {
        match open.take().map_or_else(|| connection::connect(url, Purpose::Write), Ok) {
            Ok(mut conn) => {
                for _ in 0..PASSES {
                    copy(&mut conn);
                }
                open = Some(conn);
            }
            Err(error) => warn(&error),
        }
        // Where it could not be done, the writer does it.
        copied.store(true, Ordering::Relaxed);
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
    /// Pages in the log.
    #[diesel(sql_type = Integer)]
    log: i32,
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

    use std::time::{Duration, Instant};

    use super::*;
    use crate::store::migrations;

    fn store() -> (tempfile::TempDir, StoreUrl, Conn) {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::Sqlite(folder.path().join("bellhop.db"));
        let mut conn = connection::connect(&url, Purpose::Write).unwrap();
        migrations::migrate(&mut conn).unwrap();
        migrations::found(&mut conn, 0).unwrap();
        (folder, url, conn)
    }

    fn wait_until_copied(log: &Log) {
        let began = Instant::now();
        while !log.copied.load(Ordering::Relaxed) {
            assert!(began.elapsed() < Duration::from_secs(20), "the copier does nothing");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_log_that_was_copied_starts_over() {
        let (_folder, url, mut conn) = store();
        let long = pages(&mut conn).unwrap();
        assert!(long > 10, "{long} pages");
        let (mut log, copying) = Log::of(url);
        let copier = std::thread::spawn(copying);
        log.grew(1, &mut conn);
        log.rests();
        wait_until_copied(&log);
        log.finish(&mut conn);
        migrations::new_epoch(&mut conn).unwrap();
        let short = pages(&mut conn).unwrap();
        assert!(short < 10, "{short} pages");
        drop(log);
        copier.join().unwrap();
    }

    #[test]
    fn a_log_is_copied_when_it_is_long_and_by_one_order_at_a_time() {
        let (_folder, url, mut conn) = store();
        let (mut log, _copying) = Log::of(url);
        log.grew(LOOK_AFTER, &mut conn);
        assert!(!log.is_ordered, "a few pages");
        log.rests();
        log.grew(1, &mut conn);
        log.rests();
        assert!(log.is_ordered && log.is_new, "what came after the order is for the next one");
        log.copied.store(true, Ordering::Relaxed);
        log.finish(&mut conn);
        assert!(!log.is_ordered);
    }

    #[test]
    fn where_the_copier_cannot_the_writer_does() {
        let (_folder, _, mut conn) = store();
        let (mut log, copying) = Log::of(StoreUrl::Sqlite("/nowhere/bellhop.db".into()));
        let copier = std::thread::spawn(copying);
        log.grew(1, &mut conn);
        log.rests();
        wait_until_copied(&log);
        log.finish(&mut conn);
        migrations::new_epoch(&mut conn).unwrap();
        assert!(pages(&mut conn).unwrap() < 10);
        drop(log);
        copier.join().unwrap();
    }
}
