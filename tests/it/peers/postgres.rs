//! A PostgreSQL server of the test's own, so that it can be started again under those who use it.

use std::{path::Path, process::Command};

/// Ends with the test.
pub struct PostgresServer {
    folder: tempfile::TempDir,
    url: String,
}

impl PostgresServer {
    /// A server that answers.
    pub fn start() -> PostgresServer {
        let folder = tempfile::tempdir().unwrap();
        services("start-postgres", folder.path());
        let exports = std::fs::read_to_string(folder.path().join("env")).unwrap();
        let url = exports.lines().find_map(|line| line.strip_prefix("export BELLHOP_TEST_POSTGRES_URL="));
        PostgresServer { url: url.expect("the script says where it is").to_owned(), folder }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends at once, without a word to those who are connected, and starts again.
    pub fn restart(&self) {
        services("restart-postgres", self.folder.path());
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        services("stop", self.folder.path());
    }
}

fn services(what: &str, folder: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/services");
    let done = Command::new("bash").arg(script).arg(what).arg(folder).status().unwrap();
    assert!(done.success(), "scripts/services {what} failed");
}
