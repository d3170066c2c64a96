//! Makes SQLite's commits durable beside the writer.
//!
//! With `synchronous = FULL` SQLite waits for the disk within each COMMIT, and the writer with it: under load a third of
//! its time. So the writer commits its groups with `NORMAL`, which leaves them in the system's hands, and whoever is to
//! tell of a group first brings the log to the disk, by the same `fdatasync` and for all commits before it at once, while
//! the next transaction is under way. Until then nobody hears of it: no caller, no device, and no reader, who waits for
//! whatever it may have seen. A power failure may take commits that nobody heard of, as it may with `FULL`.
//!
//! Everything else is written with `FULL`: it is seldom, and may take long.
//!
//! On PostgreSQL a commit is durable when it is done, and nothing here does anything.

use std::fs::File;
use std::path::Path;
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use tokio::sync::watch;

use super::{checkpoint, connection::Conn, read::epoch};
use crate::{
    config::StoreUrl,
    error::{Error, Result},
    telemetry::Metrics,
};

/// How long a reader waits for what it saw to be durable; a disk that takes longer is an outage.
const READER_WAITS: Duration = Duration::from_secs(5);
/// So often another way is tried when the log cannot be brought to the disk, at this distance.
const TRIES: usize = 10;
const BETWEEN_TRIES: Duration = Duration::from_millis(500);

/// Who makes a commit durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// SQLite, before the COMMIT is done.
    Commit,
    /// Whoever tells of it.
    Teller,
}

/// How far the store's transactions are durable.
#[derive(Debug)]
pub struct Durability {
    /// Of SQLite; on PostgreSQL there is nothing to do.
    url: Option<StoreUrl>,
    /// Groups that may be visible to readers: counted just before they commit.
    begun: AtomicU64,
    /// Groups that are on the disk.
    durable: watch::Sender<u64>,
    /// The write-ahead log, while the writer is connected to SQLite.
    log: Mutex<Option<File>>,
}

impl Durability {
    /// Of the store at `url`, where nothing was written yet.
    pub fn of(url: &StoreUrl) -> Durability {
        Durability {
            url: matches!(url, StoreUrl::Sqlite(_)).then(|| url.clone()),
            begun: AtomicU64::new(0),
            durable: watch::Sender::new(0),
            log: Mutex::default(),
        }
    }

    /// Takes over from `conn`, the writer's: its commits are durable when [`Durability::reach`] has brought them there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the log is not where it should be or cannot be brought to the disk.
    pub fn take_over(&self, conn: &mut Conn) -> Result<()> {
        let Some(StoreUrl::Sqlite(path)) = &self.url else { return Ok(()) };
        let unavailable = |reason: String| Error::Unavailable { reason };
        // A read makes SQLite open the log, which then stays the same file as long as the connection is there.
        epoch(conn).map_err(|error| unavailable(error.to_string()))?;
        let log = open_log(path).map_err(|error| unavailable(format!("the write-ahead log: {error}")))?;
        *self.log.lock().unwrap_or_else(PoisonError::into_inner) = Some(log);
        Self::leave_to(conn, By::Teller)
    }

    /// Who makes the commits of this connection durable from now on: SQLite itself, or [`Durability::reach`].
    ///
    /// # Errors
    /// When the connection does not work.
    pub fn leave_to(conn: &mut Conn, whom: By) -> Result<()> {
        let Conn::Sqlite(conn) = conn else { return Ok(()) };
        let level = match whom {
            By::Commit => "PRAGMA synchronous = FULL",
            By::Teller => "PRAGMA synchronous = NORMAL",
        };
        conn.batch_execute(level).map_err(Error::Store)
    }

    /// Numbers a group that is about to commit. The number must come to [`Durability::reach`] whatever becomes of it.
    pub fn begin(&self) -> u64 {
        if self.url.is_some() { self.begun.fetch_add(1, Ordering::SeqCst) + 1 } else { 0 }
    }

    /// The last number given out.
    pub fn begun(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }

    /// The last number that is on the disk.
    pub fn reached(&self) -> u64 {
        *self.durable.borrow()
    }

    /// Brings everything up to this transaction to the disk. Blocks; ends the process where the disk refuses for good,
    /// because then what is accepted cannot be kept.
    pub fn reach(&self, number: u64, metrics: &Metrics) {
        let Some(url) = &self.url else { return };
        if self.reached() >= number {
            return;
        }
        let timer = metrics.sync_seconds.start_timer();
        if let Err(error) = self.sync() {
            tracing::error!(%error, "the write-ahead log could not be brought to the disk");
            insist(|| checkpoint::copy_all(url));
        }
        timer.observe_duration();
        self.durable.send_if_modified(|durable| {
            let further = number > *durable;
            *durable = number.max(*durable);
            further
        });
    }

    fn sync(&self) -> std::io::Result<()> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.as_ref().map_or(Ok(()), File::sync_data)
    }

    /// Waits until everything is durable that somebody may have seen who read just now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the disk takes longer than five seconds.
    pub async fn of_what_was_read(&self) -> Result<()> {
        let seen = self.begun();
        if self.reached() >= seen {
            return Ok(());
        }
        let mut durable = self.durable.subscribe();
        let reached = durable.wait_for(|durable| *durable >= seen);
        match tokio::time::timeout(READER_WAITS, reached).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Error::Unavailable { reason: "the disk takes too long".to_owned() }),
        }
    }
}

/// The log beside the database, and its name on the disk too.
fn open_log(database: &Path) -> std::io::Result<File> {
    // SQLite follows links before it names the log.
    let mut name = database.canonicalize()?.into_os_string();
    name.push("-wal");
    let log = File::open(&name)?;
    log.sync_data()?;
    if let Some(folder) = Path::new(&name).parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(log)
}

/// After a failed `fdatasync` the system may hold the log for clean though it is not on the disk, and a second one proves
/// nothing. Copying what it says into the database, which is then brought to the disk itself, does.
fn insist(copy_all: impl Fn() -> Result<()>) {
    for _ in 0..TRIES {
        match copy_all() {
            Ok(()) => return,
            Err(error) => tracing::error!(%error, "the write-ahead log could not be copied either"),
        }
        std::thread::sleep(BETWEEN_TRIES);
    }
    tracing::error!("the disk keeps nothing; ending before anybody is told otherwise");
    std::process::abort();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

    use std::cell::Cell;

    use super::*;
    use crate::{
        clock::Clock,
        store::{connection::Purpose, migrations},
    };

    struct Fixture {
        folder: tempfile::TempDir,
        durability: Durability,
        conn: Conn,
    }

    fn fixture() -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::Sqlite(folder.path().join("bellhop.db"));
        let mut conn = crate::store::connection::connect(&url, Purpose::Write).unwrap();
        migrations::migrate(&mut conn).unwrap();
        migrations::found(&mut conn, Clock::default().now()).unwrap();
        let durability = Durability::of(&url);
        durability.take_over(&mut conn).unwrap();
        Fixture { folder, durability, conn }
    }

    #[tokio::test]
    async fn a_reader_waits_for_what_it_may_have_seen_and_for_nothing_else() {
        let Fixture { durability, .. } = fixture();
        durability.of_what_was_read().await.unwrap();
        let number = durability.begin();
        let mut waiting = std::pin::pin!(durability.of_what_was_read());
        let soon = tokio::time::timeout(Duration::from_millis(50), waiting.as_mut()).await;
        assert!(soon.is_err(), "it was not durable yet");
        durability.reach(number, &Metrics::new().unwrap());
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn on_postgres_nobody_waits() {
        let durability = Durability::of(&StoreUrl::Postgres("postgres://nowhere".to_owned()));
        assert_eq!(durability.begin(), 0);
        durability.of_what_was_read().await.unwrap();
    }

    #[test]
    fn the_log_that_is_synced_is_the_one_that_sqlite_writes() {
        let Fixture { folder, durability, mut conn } = fixture();
        let written = || std::fs::metadata(folder.path().join("bellhop.db-wal")).unwrap().len();
        let before = written();
        migrations::new_epoch(&mut conn).unwrap();
        assert!(written() > before);
        let log = durability.log.lock().unwrap();
        assert_eq!(log.as_ref().unwrap().metadata().unwrap().len(), written());
    }

    #[test]
    fn a_log_that_the_disk_refuses_is_copied_into_the_database() {
        let Fixture { folder, durability, mut conn } = fixture();
        migrations::new_epoch(&mut conn).unwrap();
        // No disk is behind a pipe, so that it cannot be brought there.
        let (pipe, _other_end) = std::io::pipe().unwrap();
        *durability.log.lock().unwrap() = Some(File::from(std::os::fd::OwnedFd::from(pipe)));
        assert!(durability.sync().is_err());
        durability.reach(durability.begin(), &Metrics::new().unwrap());
        // The database alone has it.
        let copy = folder.path().join("copy.db");
        std::fs::copy(folder.path().join("bellhop.db"), &copy).unwrap();
        let mut copied = crate::store::connection::connect(&StoreUrl::Sqlite(copy), Purpose::Read).unwrap();
        assert_eq!(epoch(&mut copied).unwrap(), epoch(&mut conn).unwrap());
    }

    #[test]
    fn what_cannot_be_copied_at_once_is_tried_again() {
        let tries = Cell::new(0);
        insist(|| {
            tries.set(tries.get() + 1);
            if tries.get() < 2 { Err(Error::Internal("full".to_owned())) } else { Ok(()) }
        });
        assert_eq!(tries.get(), 2);
    }
}
