//! What the store says when everything is over, held against what the world knows.

use std::collections::{BTreeMap, HashMap, HashSet};

use bellhop::config::StoreUrl;
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection,
    sql_types::{BigInt, Nullable, Text},
};

use super::world::{Entry, Inner};

/// A row of `deliveries`.
#[derive(Debug, QueryableByName)]
pub struct Row {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub notification_id: Option<String>,
    #[diesel(sql_type = Text)]
    pub channel: String,
    #[diesel(sql_type = Text)]
    pub endpoint: String,
    #[diesel(sql_type = BigInt)]
    pub stage: i64,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub why: Option<String>,
}

impl Row {
    /// It went out, or there is a reason for that it did not and nobody's confirmation is one.
    fn has_ended_well(&self) -> bool {
        self.state == "sent" || matches!(&*self.state, "failed" | "expired") && self.why.is_some()
    }
}

/// Rows read at a time: there may be millions.
const PAGE: usize = 20_000;
/// What the index of due rows finds at once.
const DUE: &str = "channel IN ('web_push', 'email') AND due_at IS NOT NULL";

/// A connection beside the store's own.
enum Beside {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Beside {
    fn of(url: &StoreUrl) -> Beside {
        match url {
            StoreUrl::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
                diesel::sql_query("PRAGMA busy_timeout = 5000").execute(&mut conn).unwrap();
                Beside::Sqlite(conn)
            }
            StoreUrl::Postgres(url) => Beside::Postgres(PgConnection::establish(url).unwrap()),
        }
    }

    /// `which` is what follows WHERE.
    fn rows(&mut self, which: &str) -> Vec<Row> {
        let columns = "id, notification_id, channel, endpoint, stage, state, why";
        let sql = format!("SELECT {columns} FROM deliveries WHERE {which}");
        match self {
            Beside::Sqlite(conn) => diesel::sql_query(sql).load(conn).unwrap(),
            Beside::Postgres(conn) => diesel::sql_query(sql).load(conn).unwrap(),
        }
    }
}

/// Ids of what somebody holds: due when that ends.
pub fn sending(url: &StoreUrl) -> HashSet<String> {
    let rows = Beside::of(url).rows(&format!("{DUE} AND state = 'sending'"));
    rows.into_iter().map(|row| row.id).collect()
}

/// Whether any row is due at some time.
pub fn is_any_due(url: &StoreUrl) -> bool {
    !Beside::of(url).rows(&format!("{DUE} LIMIT 1")).is_empty()
}

/// What waits for something, whether it will ever be due or not.
pub fn waiting(url: &StoreUrl) -> Vec<Row> {
    Beside::of(url).rows("state IN ('planned', 'held', 'sending')")
}

/// Hands over every fallback.
fn each_fallback(url: &StoreUrl, mut take: impl FnMut(Row)) {
    let mut conn = Beside::of(url);
    let mut after = String::new();
    loop {
        let page = conn.rows(&format!("purpose = 'fallback' AND id > '{after}' ORDER BY id LIMIT {PAGE}"));
        let Some(last) = page.last() else { return };
        after.clone_from(&last.id);
        page.into_iter().for_each(&mut take);
    }
}

/// The count.
#[derive(Debug, Default)]
pub struct Verdict {
    pub missed_pushes: Vec<String>,
    pub missed_emails: Vec<String>,
    /// The store says sent, and no channel took it.
    pub phantoms: Vec<String>,
    pub by_state: BTreeMap<String, usize>,
}

impl Verdict {
    pub fn of(world: &Inner, url: &StoreUrl) -> Verdict {
        let mut verdict = Verdict::default();
        let mut by_entry: HashMap<(String, i64), Vec<Row>> = HashMap::new();
        each_fallback(url, |row| {
            let id = row.notification_id.clone().unwrap();
            verdict.count(&row);
            let channel = if row.channel == "email" { "email" } else { "web_push" };
            let message = (id.clone(), channel, row.endpoint.clone(), row.stage);
            if row.state == "sent" && !world.took(&message) {
                verdict.phantoms.push(format!("{row:?}"));
            }
            if world.entries.get(&id).is_none_or(|entry| !world.is_confirmed(entry)) {
                by_entry.entry((id, row.stage)).or_default().push(row);
            }
        });
        for (id, entry) in world.entries.iter().filter(|(_, entry)| !world.is_confirmed(entry)) {
            let rows = by_entry.get(&(id.clone(), entry.alert_seq)).map_or(&[][..], Vec::as_slice);
            verdict.look_for(world, entry, rows);
        }
        verdict
    }

    fn count(&mut self, row: &Row) {
        let word = match &row.why {
            Some(why) if row.state == "cancelled" || row.state == "skipped" => format!("{} ({why})", row.state),
            _ => row.state.clone(),
        };
        *self.by_state.entry(word).or_default() += 1;
    }

    /// Somebody who has not confirmed an entry has been told by every way there is.
    fn look_for(&mut self, world: &Inner, entry: &Entry, rows: &[Row]) {
        let person = &world.people[&entry.agent];
        let pushes = || rows.iter().filter(|row| row.channel == "web_push");
        for endpoint in &person.endpoints {
            if !pushes().any(|row| row.endpoint == *endpoint && row.has_ended_well()) {
                self.missed_pushes.push(format!("{endpoint}: {entry:?} {rows:?}"));
            }
        }
        if person.endpoints.is_empty() && pushes().next().is_none() {
            self.missed_pushes.push(format!("no device: {entry:?} {rows:?}"));
        }
        let has_none = |row: &Row| !person.has_address && row.why.as_deref() == Some("no_address");
        let expected = |row: &Row| row.has_ended_well() || has_none(row);
        if !rows.iter().any(|row| row.channel == "email" && expected(row)) {
            self.missed_emails.push(format!("{entry:?} {rows:?}"));
        }
    }

    pub fn planned(&self) -> usize {
        self.by_state.iter().filter(|(state, _)| !state.starts_with("skipped")).map(|(_, count)| count).sum()
    }
}
