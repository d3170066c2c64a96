//! The store fails: callers are told to come back, nothing accepted is lost, and Bellhop recovers by itself.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::eventually;

const KEY: &str = "an admin key of the tests";

struct Served {
    child: Child,
    base: String,
    http: reqwest::Client,
}

impl Served {
    /// The real program behind a shell that may set limits first.
    fn start(folder: &Path, limits: &str) -> Served {
        let script = format!("{limits} exec {} serve", env!("CARGO_BIN_EXE_bellhop"));
        let mut child = Command::new("bash")
            .args(["-c", &script])
            .env_clear()
            .env("BELLHOP_DATA_DIR", folder)
            .env("BELLHOP_HTTP__LISTEN", "127.0.0.1:0")
            .env("BELLHOP_AUTH__ADMIN_KEY", KEY)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let base = lines.map_while(Result::ok).find_map(|line| Some(line.split_once("listens on ")?.1.to_owned()));
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap();
        Served { child, base: base.expect("the server ended before it listened"), http }
    }

    async fn put_agent(&self) {
        let directory = json!({"agents": [{"id": "ana", "name": "Ana"}]});
        let put = self.http.put(format!("{}/api/v1/directory", self.base)).bearer_auth(KEY).json(&directory);
        assert!(put.send().await.unwrap().status().is_success());
    }

    async fn post(&self, id: &str, text: &str) -> reqwest::Response {
        let event = json!({"specversion": "1.0", "id": id, "source": "/helpdesk", "type": "note.added", "data": {
            "actor": {"kind": "agent", "id": "jane"}, "ticket": {"id": format!("HD-{id}"), "number": id},
            "message": {"id": format!("C-{id}"), "text": text, "mentions": ["ana"]}}});
        self.http.post(format!("{}/api/v1/events", self.base)).bearer_auth(KEY).json(&event).send().await.unwrap()
    }

    async fn ready(&self) -> u16 {
        self.http.get(format!("{}/readyz", self.base)).send().await.unwrap().status().as_u16()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        assert!(ended.is_ok(), "the server could not be ended: {ended:?}");
    }
}

/// The numbers of the tickets in Ana's inbox, read from the database file itself.
fn kept(folder: &Path) -> Vec<String> {
    use diesel::{Connection, RunQueryDsl, SqliteConnection};
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        number: String,
    }
    let path = folder.join("bellhop.db");
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    let rows = "SELECT ticket_number AS number FROM contents WHERE agent_id = 'ana' ORDER BY seq";
    diesel::sql_query(rows).load::<Row>(&mut conn).unwrap().into_iter().map(|row| row.number).collect()
}

#[tokio::test]
async fn on_a_full_disk_events_are_refused_with_retry_after_and_none_accepted_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    // No file may grow beyond 6 MB: the next write fails as it does on a full disk.
    let full = Served::start(folder.path(), "trap '' XFSZ; ulimit -f 6000;");
    full.put_agent().await;
    let text = "x".repeat(200_000);
    let mut accepted = BTreeSet::new();
    let mut refused = None;
    for n in 0..200 {
        let answer = full.post(&n.to_string(), &text).await;
        if answer.status() == 202 {
            accepted.insert(n.to_string());
        } else {
            refused = Some((n, answer));
            break;
        }
    }
    let (number, answer) = refused.expect("the disk never became full");
    assert!(!accepted.is_empty());
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["code"], "store.unavailable", "{problem}");
    drop(full);

    let again = Served::start(folder.path(), "");
    assert_eq!(again.ready().await, 200);
    assert_eq!(again.post(&number.to_string(), "smaller").await.status(), 202);
    accepted.insert(number.to_string());
    drop(again);
    let kept = kept(folder.path());
    let once: BTreeSet<String> = kept.iter().cloned().collect();
    assert_eq!(kept.len(), once.len(), "doubled");
    assert!(accepted.is_subset(&once), "lost: {:?}", accepted.difference(&once));
}

#[tokio::test]
async fn while_another_program_holds_the_database_events_wait_and_are_kept() {
    use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), "");
    served.put_agent().await;
    let mut other = SqliteConnection::establish(&folder.path().join("bellhop.db").to_string_lossy()).unwrap();
    other.batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE; UPDATE meta SET version = version").unwrap();
    let posted = tokio::spawn({
        let (http, base) = (served.http.clone(), served.base.clone());
        async move {
            let event = json!({"specversion": "1.0", "id": "1", "source": "/helpdesk", "type": "note.added", "data": {
                "ticket": {"id": "HD-1", "number": "1"}, "message": {"text": "@ana", "mentions": ["ana"]}}});
            http.post(format!("{base}/api/v1/events")).bearer_auth(KEY).json(&event).send().await.unwrap().status()
        }
    });
    assert_eq!(served.ready().await, 200);
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(posted.await.unwrap(), 202);
    assert_eq!(kept(folder.path()), ["1"]);
}

#[tokio::test]
async fn a_database_held_too_long_is_an_outage_that_ends_by_itself() {
    use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), "");
    served.put_agent().await;
    let mut other = SqliteConnection::establish(&folder.path().join("bellhop.db").to_string_lossy()).unwrap();
    other.batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE; UPDATE meta SET version = version").unwrap();
    let refused = served.post("1", "@ana").await;
    assert_eq!(refused.status(), 503);
    other.batch_execute("COMMIT").unwrap();
    eventually("the store takes events again", Duration::from_secs(20), async || {
        served.post("1", "@ana").await.status() == 202
    })
    .await;
    assert_eq!(kept(folder.path()), ["1"]);
}
