//! Connections to either database, and transactions on them.
//!
//! Most queries are portable diesel on [`Conn`]; what the derive cannot express goes through [`on_backend!`].

use std::time::Duration;

use diesel::{
    Connection, ConnectionError, PgConnection, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    sql_types::BigInt,
};

use super::raw::Raw;
use crate::{
    config::StoreUrl,
    error::{Error, Result},
};

/// A connection to the chosen database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL.
    Pg(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

/// Runs the same body on the connection of either backend: for batch inserts, `ON CONFLICT` and raw SQL.
macro_rules! on_backend {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::store::connection::Conn::Pg($c) => $body,
            $crate::store::connection::Conn::Sqlite($c) => $body,
        }
    };
}
pub(super) use on_backend;

/// SQLite waits so long for another process's lock (a command run beside the server).
const BUSY_TIMEOUT_MS: u32 = 5_000;
/// A connection that writes copies the log itself when it has grown to so many pages (256 MB): the last resort, see
/// `checkpoint`.
const WAL_PAGES: u32 = 64_000;
/// The log's file keeps its size up to here when it starts over: a file that grows is slower to make durable.
const LOG_BYTES: u32 = 256 << 20;
/// A connection's page cache. Enough for the upper levels of the trees; the rest comes from the system's cache nearly as
/// fast, and SQLite goes through all pages that it has at the end of many transactions (with 8 MB, 2 % of the CPU time).
const CACHE_KIB: u32 = 2_048;
/// PostgreSQL gives up on a statement, or on waiting for a lock, after so long: every wait has a limit.
const PG_STATEMENT_TIMEOUT_MS: u32 = 20_000;
const PG_LOCK_TIMEOUT_MS: u32 = 10_000;
const PG_CONNECT_TIMEOUT_S: u32 = 3;
/// What is written is found by its key. The planner takes a JSON array for a hundred keys and a table that grew since it was
/// last analysed for a small one, and would read it whole and hash it for each event.
const PG_BY_KEYS: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
                          SET plan_cache_mode = force_generic_plan;";

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Writes; SQLite has one of these.
    Write,
    /// Reads only.
    Read,
}

/// Opens a connection with the settings it needs.
///
/// # Errors
/// [`Error::Unavailable`] when the database cannot be reached or opened.
pub fn connect(url: &StoreUrl, purpose: Purpose) -> Result<Conn> {
    match url {
        StoreUrl::Sqlite(path) => connect_sqlite(&path.to_string_lossy(), purpose),
        StoreUrl::Postgres(url) => connect_postgres(url, purpose),
    }
    .map_err(|error| Error::Unavailable { reason: error.to_string() })
}

fn connect_sqlite(path: &str, purpose: Purpose) -> Result<Conn, ConnectionError> {
    let mut conn = SqliteConnection::establish(path)?;
    let setup = format!(
        "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{CACHE_KIB}; \
         PRAGMA journal_size_limit = {LOG_BYTES}; PRAGMA wal_autocheckpoint = {WAL_PAGES};"
    );
    conn.batch_execute(&setup).map_err(ConnectionError::CouldntSetupConfiguration)?;
    if purpose == Purpose::Read {
        let reader = "PRAGMA query_only = ON;";
        conn.batch_execute(reader).map_err(ConnectionError::CouldntSetupConfiguration)?;
    }
    Ok(Conn::Sqlite(conn))
}

fn connect_postgres(url: &str, purpose: Purpose) -> Result<Conn, ConnectionError> {
    let joint = if url.contains('?') { '&' } else { '?' };
    let url = if url.contains("connect_timeout=") {
        url.to_owned()
    } else {
        format!("{url}{joint}connect_timeout={PG_CONNECT_TIMEOUT_S}")
    };
    let mut conn = PgConnection::establish(&url)?;
    let setup = format!(
        "SET statement_timeout = {PG_STATEMENT_TIMEOUT_MS}; SET lock_timeout = {PG_LOCK_TIMEOUT_MS}; \
         SET client_min_messages = warning; SET idle_in_transaction_session_timeout = 60000; SET jit = off;"
    );
    conn.batch_execute(&setup).map_err(ConnectionError::CouldntSetupConfiguration)?;
    if purpose == Purpose::Write {
        conn.batch_execute(PG_BY_KEYS).map_err(ConnectionError::CouldntSetupConfiguration)?;
    }
    Ok(Conn::Pg(conn))
}

/// Runs `body` in one transaction that may write, and commits it. SQLite takes the write lock at once: a transaction
/// that begins by reading and then wants to write would not wait for the lock.
pub fn write_transaction<T>(conn: &mut Conn, body: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    match conn {
        Conn::Pg(_) => {
            begin(conn, "BEGIN")?;
            finish(conn, body)
        }
        Conn::Sqlite(_) => write_to_sqlite(conn, body),
    }
}

/// With statements prepared once, which is half of what they cost: diesel prepares its own each time.
fn write_to_sqlite<T>(conn: &mut Conn, body: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    plain(conn, "BEGIN IMMEDIATE")?;
    let done = body(conn).and_then(|value| plain(conn, "COMMIT").map(|()| value));
    if done.is_err() {
        // SQLite may have rolled back by itself, and then says so; a transaction that is still open shows in `is_usable`.
        drop(plain(conn, "ROLLBACK"));
    }
    done
}

fn plain(conn: &mut Conn, sql: &'static str) -> Result<()> {
    let done = on_backend!(conn, c => Raw::plain(sql).execute(c));
    // A refused BEGIN did nothing, and the outcome of a failed COMMIT is unknown: an outage, whatever its words are.
    done.map(drop).map_err(|error| Error::Unavailable { reason: error.to_string() })
}

#[derive(QueryableByName)]
struct DataVersion {
    #[diesel(sql_type = BigInt)]
    data_version: i64,
}

/// A number that is another when somebody else has written to the SQLite file since this connection last asked. None
/// on PostgreSQL, where others write all the time.
pub fn others_commits(conn: &mut Conn) -> Result<Option<i64>> {
    let Conn::Sqlite(conn) = conn else { return Ok(None) };
    let now: DataVersion = Raw::plain("PRAGMA data_version").get_result(conn).map_err(Error::Store)?;
    Ok(Some(now.data_version))
}

/// Runs `body` on one snapshot of the store: everything it reads belongs together.
pub fn read_snapshot<T>(conn: &mut Conn, body: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    let snapshot = match conn {
        Conn::Pg(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        Conn::Sqlite(_) => "BEGIN DEFERRED",
    };
    begin(conn, snapshot)?;
    finish(conn, body)
}

fn begin(conn: &mut Conn, sql: &str) -> Result<()> {
    let begun = on_backend!(conn, c => AnsiTransactionManager::begin_transaction_sql(c, sql));
    // Nothing was done yet, so a refused BEGIN is an outage whatever its words are.
    begun.map_err(|error| Error::Unavailable { reason: error.to_string() })
}

fn finish<T>(conn: &mut Conn, body: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    match body(conn) {
        Ok(value) => {
            // The outcome of a failed COMMIT is unknown: the caller may send the same id again.
            end(conn, true).map_err(|error| Error::Unavailable { reason: error.to_string() })?;
            Ok(value)
        }
        Err(error) => {
            if let Err(rollback) = end(conn, false) {
                tracing::warn!(error = %rollback, "a transaction could not be rolled back; the connection will be replaced");
            }
            Err(error)
        }
    }
}

fn end(conn: &mut Conn, commit: bool) -> QueryResult<()> {
    on_backend!(conn, c => match commit {
        true => AnsiTransactionManager::commit_transaction(c),
        false => AnsiTransactionManager::rollback_transaction(c),
    })
}

/// Whether the connection can still be used: its transaction state is sound and a trivial query answers.
pub fn is_usable(conn: &mut Conn) -> bool {
    let broken = on_backend!(conn, c => AnsiTransactionManager::is_broken_transaction_manager(c));
    // BEGIN is refused where a transaction is still open.
    !broken && on_backend!(conn, c => c.batch_execute("BEGIN; SELECT 1; ROLLBACK")).is_ok()
}

/// A pool of reading connections. Checked out for one query or snapshot each, by threads that may block.
pub type ReadPool = r2d2::Pool<Readers>;

/// Makes reading connections for [`ReadPool`].
#[derive(Debug)]
pub struct Readers {
    url: StoreUrl,
}

impl r2d2::ManageConnection for Readers {
    type Connection = Conn;
    type Error = Error;

    fn connect(&self) -> Result<Conn> {
        connect(&self.url, Purpose::Read)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<()> {
        if is_usable(conn) { Ok(()) } else { Err(Error::Unavailable { reason: "the connection broke".to_owned() }) }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        on_backend!(conn, c => AnsiTransactionManager::is_broken_transaction_manager(c))
    }
}

/// How long a reader waits for a connection.
pub const POOL_WAIT: Duration = Duration::from_secs(5);

/// A pool of `size` reading connections, opened as they are needed.
pub fn read_pool(url: &StoreUrl, size: u32) -> ReadPool {
    r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .connection_timeout(POOL_WAIT)
        // A SELECT 1 before each use would double the cost of a small read on SQLite; broken ones are found by use.
        .test_on_check_out(matches!(url, StoreUrl::Postgres(_)))
        .error_handler(Box::new(PoolErrors))
        .build_unchecked(Readers { url: url.clone() })
}

#[derive(Debug)]
struct PoolErrors;

impl r2d2::HandleError<Error> for PoolErrors {
    fn handle_error(&self, error: Error) {
        tracing::warn!(%error, "a reading connection could not be opened");
    }
}
