//! Where a person left traces: tickets, events and notifications are gone through in the order of their keys, a page at
//! a time, by connections that read. The writer hears only of rows that hold something.

use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Bool, Text},
};

use super::{
    Store,
    bulk::to_json,
    connection::{Conn, on_backend},
};
use crate::{
    domain::{Id, erasure::Person},
    error::{Error, Result},
};

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// What is known of tickets.
    Tickets,
    /// What came in, and what was decided.
    Events,
    /// Notifications in everybody's inboxes.
    Entries,
}

/// The key of a row: ticket; source and event; agent and number.
pub type Spot = (Id, Id);

/// One page that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Rows that hold a trace.
    pub found: Vec<Spot>,
    /// Goes into `after` for the next page; none at the end.
    pub next: Option<Spot>,
}

impl Store {
    /// Looks at the next page behind `after`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn look_for(&self, person: &Person, place: Place, after: Option<Spot>) -> Result<Looked> {
        let traces = person.traces();
        self.read(move |conn| look(conn, place, after, &traces)).await
    }
}

impl Place {
    /// Rows of one page: some megabytes, as a rule.
    fn page(self) -> usize {
        match self {
            Place::Tickets | Place::Entries => 1_000,
            Place::Events => 200,
        }
    }

    /// (the two parts of the key, the texts as one, where they come from, what stands behind `$1` and `$2`, the order).
    fn parts(self) -> [&'static str; 5] {
        match self {
            Place::Tickets => ["t.id", "''", "t.facts", "tickets AS t WHERE t.id > $1 AND $2 = ''", "t.id"],
            Place::Events => [
                "t.source",
                "t.id",
                "t.body || t.explanation || t.notified",
                "events AS t WHERE (t.source, t.id) > ($1, $2)",
                "t.source, t.id",
            ],
            Place::Entries => [
                "n.agent_id",
                "CAST(n.seq AS TEXT)",
                "t.title || ' ' || t.body || ' ' || t.actor || coalesce(t.ticket_subject, '') || coalesce(n.resolved, '')",
                "notifications AS n JOIN contents AS t ON t.id = n.id \
                 WHERE (n.agent_id, n.seq) > ($1, $2)",
                "n.agent_id, n.seq",
            ],
        }
    }

    fn beginning(self) -> Spot {
        (Id::from(""), Id::from(if self == Place::Entries { "0" } else { "" }))
    }
}

#[derive(QueryableByName)]
struct Seen {
    #[diesel(sql_type = Text)]
    first: String,
    #[diesel(sql_type = Text)]
    second: String,
    #[diesel(sql_type = Bool)]
    has_trace: bool,
}

fn look(conn: &mut Conn, place: Place, after: Option<Spot>, traces: &[String]) -> Result<Looked> {
    let (first, second) = after.unwrap_or_else(|| place.beginning());
    let traces = to_json(traces).map_err(Error::Store)?;
    let sql = sql(conn, place);
    // `$1` is a name to SQLite, and a new name takes the next bind.
    let query = sql_query(sql).bind::<Text, _>(&*first).bind::<Text, _>(&*second).bind::<Text, _>(traces);
    let seen: Vec<Seen> = on_backend!(conn, c => query.load(c)).map_err(Error::Store)?;
    let is_full = seen.len() == place.page();
    let next = seen.last().filter(|_| is_full).map(|last| (Id::from(&*last.first), Id::from(&*last.second)));
    let found = seen.into_iter().filter(|row| row.has_trace).map(|row| (row.first.into(), row.second.into()));
    Ok(Looked { found: found.collect(), next })
}

/// A page by key, each row with whether its texts hold one of the words.
fn sql(conn: &Conn, place: Place) -> String {
    let [first, second, texts, from, order] = place.parts();
    let (position, words) = match conn {
        Conn::Sqlite(_) => ("instr", "json_each($3) AS word"),
        Conn::Pg(_) => ("strpos", "jsonb_array_elements_text($3::jsonb) AS word(value)"),
    };
    let from = match (conn, place) {
        // SQLite takes a text for the number that it is, and would not look beyond the agent for a cast one.
        (Conn::Pg(_), Place::Entries) => from.replace("$2", "CAST($2 AS BIGINT)"),
        _ => from.to_owned(),
    };
    let page = place.page();
    // The key is found first, so that `$1` and `$2` come before `$3` also in the text.
    format!(
        "WITH page AS (SELECT {first} AS first, {second} AS second, lower({texts}) AS texts FROM {from} \
                       ORDER BY {order} LIMIT {page}) \
         SELECT p.first, p.second, EXISTS (SELECT 1 FROM {words} \
                                           WHERE {position}(p.texts, lower(word.value)) > 0) AS has_trace FROM page AS p"
    )
}
