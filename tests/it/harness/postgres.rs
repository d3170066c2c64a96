//! A PostgreSQL database of a test's own, in the server that `make test` started.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};

use super::test_server;

/// A database that goes when it is dropped.
#[derive(Debug)]
pub struct FreshDatabase {
    server: String,
    name: String,
}

impl FreshDatabase {
    /// Makes one.
    pub fn create() -> FreshDatabase {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("it_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let database = FreshDatabase { server: test_server("BELLHOP_TEST_POSTGRES_URL"), name };
        // template0: nobody else may be connected to the template while it is copied, and to this one nobody can be.
        database.on_server(&format!("CREATE DATABASE {} TEMPLATE template0", database.name));
        database
    }

    /// Its address.
    pub fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').expect("the server's address ends in a database");
        format!("{server}/{}", self.name)
    }

    fn on_server(&self, statement: &str) {
        let mut server = PgConnection::establish(&self.server).expect("the PostgreSQL of the tests answers");
        sql_query(statement).execute(&mut server).expect("the PostgreSQL of the tests obeys");
    }
}

impl Drop for FreshDatabase {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.on_server(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}
