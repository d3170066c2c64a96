//! A database of the test's own: a file in a folder that goes with it, or a new database on the test server.

use bellhop::config::StoreUrl;
use diesel::{Connection, PgConnection, SqliteConnection, connection::SimpleConnection};
use tempfile::TempDir;

/// Removed when dropped.
pub struct TestDatabase {
    pub url: StoreUrl,
    kind: Kind,
}

enum Kind {
    Sqlite(#[expect(dead_code, reason = "held for its Drop")] TempDir),
    Postgres { server: String, name: String },
}

impl TestDatabase {
    pub fn sqlite() -> TestDatabase {
        let folder = tempfile::tempdir().unwrap();
        TestDatabase { url: StoreUrl::Sqlite(folder.path().join("bellhop.db")), kind: Kind::Sqlite(folder) }
    }

    pub fn postgres() -> TestDatabase {
        let server = std::env::var("BELLHOP_TEST_POSTGRES_URL").expect(
            "BELLHOP_TEST_POSTGRES_URL names the PostgreSQL server for the tests; `make test` starts one and sets it",
        );
        let name = format!("bellhop_{}", uuid::Uuid::new_v4().simple());
        run(&server, &format!("CREATE DATABASE {name}"));
        let (base, _) = server.rsplit_once('/').unwrap();
        TestDatabase { url: StoreUrl::Postgres(format!("{base}/{name}")), kind: Kind::Postgres { server, name } }
    }

    /// As `store.url` has it.
    pub fn url_text(&self) -> String {
        match &self.url {
            StoreUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
            StoreUrl::Postgres(url) => url.clone(),
        }
    }

    /// Runs SQL on it, as an operator would.
    pub fn db_run(&self, sql: &str) {
        match &self.url {
            StoreUrl::Postgres(url) => run(url, sql),
            StoreUrl::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
                connection.batch_execute(&format!("PRAGMA busy_timeout = 5000; {sql}")).unwrap();
            }
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Kind::Postgres { server, name } = &self.kind {
            run(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn run(server: &str, sql: &str) {
    PgConnection::establish(server).unwrap().batch_execute(sql).unwrap();
}
