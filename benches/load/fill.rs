//! Fills a store with old notifications by SQL, as if it had been in use for long: their states, their words, their events
//! and the inboxes. In the order in which rows lie, which is many times as fast as that in which they would have come.
//! Shared with `benches/store.rs`.

use std::path::Path;

use diesel::{Connection, QueryResult, RunQueryDsl, SqliteConnection, connection::SimpleConnection};

/// Rows of one statement: so much is held in memory at a time.
const AT_A_TIME: usize = 500_000;

/// How much there is to be.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    /// Agents `a0`, `a1`, …
    pub agents: usize,
    /// Notifications of each.
    pub each: usize,
    /// The present, in milliseconds since 1970: the newest is as old as that.
    pub now_ms: i64,
}

/// Fills a SQLite file that nobody else has open.
pub fn sqlite(path: &Path, stored: Stored) -> Result<(), String> {
    let connect =
        || -> diesel::ConnectionResult<SqliteConnection> { SqliteConnection::establish(&path.to_string_lossy()) };
    let mut conn = connect().map_err(|error| error.to_string())?;
    let fill = |conn: &mut SqliteConnection| -> QueryResult<()> {
        // Whoever is interrupted here begins anew with an empty file: nothing has to be safe.
        conn.batch_execute(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA temp_store = MEMORY; \
             PRAGMA locking_mode = EXCLUSIVE",
        )?;
        for begin in (0..stored.agents * stored.each).step_by(AT_A_TIME) {
            let end = (begin + AT_A_TIME).min(stored.agents * stored.each) - 1;
            let numbers = format!(
                "(WITH RECURSIVE c(n) AS (SELECT {begin} UNION ALL SELECT n + 1 FROM c WHERE n < {end}) SELECT n FROM c)"
            );
            conn.transaction(|conn| execute_all(conn, &rows(stored, &numbers)))?;
        }
        conn.batch_execute(&inboxes(stored))?;
        conn.batch_execute("PRAGMA optimize; PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL")
    };
    fill(&mut conn).map_err(|error| format!("the store cannot be filled: {error}"))
}

fn execute_all(conn: &mut SqliteConnection, statements: &[String]) -> QueryResult<()> {
    statements.iter().try_for_each(|sql| diesel::sql_query(sql).execute(conn).map(|_| ()))
}

/// Statements for both databases. `numbers` is a relation with a column `n`: the rows' numbers from 0 on.
pub fn rows(stored: Stored, numbers: &str) -> Vec<String> {
    let Stored { agents, each, now_ms } = stored;
    let oldest = now_ms - (agents * each) as i64;
    // Of an agent's entries one lies behind the other; the words of all agents lie in the order in which they came.
    let (agent, seq, age) =
        (format!("n / {each}"), format!("n % {each} + 1"), format!("n % {each} * {agents} + n / {each}"));
    let id = |number: &str| format!("'0193f0c2-0000-7000-8000-00' || (1000000000 + {number})");
    vec![
        format!(
            "INSERT INTO notifications (agent_id, seq, id, changed_seq, alert_seq, ticket_id, comment_id, created_at, \
             read_at, cleared_at) \
             SELECT 'a' || ({agent}), {seq}, {}, {seq}, {seq}, 't' || (n % 5000), 'C-' || ({age}), {oldest} + ({age}), \
             CASE WHEN n % 3 > 0 THEN {oldest} + ({age}) + 60000 END, NULL FROM {numbers}",
            id(&format!("({age})"))
        ),
        format!(
            "INSERT INTO contents (id, agent_id, seq, event_source, event_id, type, reason, category, priority, title, body, \
             actor, ticket_number, ticket_subject, quiet) \
             SELECT {}, 'a' || (n % {agents}), n / {agents} + 1, '/filled', 'evt-' || (1000000000 + n), 'reaction', \
             'customer_reply', 'new_client_message', 'normal', 'New reply on #' || (n % 5000) || ' from Carla Reis', \
             'Login Issue', '{{\"kind\":\"customer\",\"id\":\"c1\",\"name\":\"Carla Reis\"}}', '' || (n % 5000), 'Login Issue', \
             false FROM {numbers}",
            id("n")
        ),
        format!(
            "INSERT INTO events (source, id, type, ticket_id, accepted_at, body, explanation, notified) \
             SELECT '/filled', 'evt-' || (1000000000 + n), 'message.received', 't' || (n % 5000), {oldest} + n, '{{}}', '[]', '[]' \
             FROM {numbers}"
        ),
    ]
}

/// The inboxes of what [`rows`] made: everything was confirmed, a third is unread.
pub fn inboxes(stored: Stored) -> String {
    let each = stored.each;
    format!(
        "INSERT INTO inboxes (agent_id, seq, unread, unseen, seen_seq, acked_seq, decided_seq, floor_seq) \
         SELECT agent_id, {each}, count(*), 0, {each}, {each}, {each}, 0 FROM notifications \
         WHERE read_at IS NULL AND cleared_at IS NULL AND snoozed_until IS NULL GROUP BY agent_id"
    )
}
