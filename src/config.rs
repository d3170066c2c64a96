//! Documented defaults compiled in, a file over them, the environment over that; validated once into values that
//! cannot contradict each other.

use std::path::PathBuf;

use crate::error::{Error, Result};

/// Where the store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A file on this machine.
    Sqlite(PathBuf),
    /// A PostgreSQL connection URL, password included: never logged.
    Postgres(String),
}

impl StoreUrl {
    /// Reads `sqlite://PATH` or `postgres://…`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<StoreUrl> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            return Ok(StoreUrl::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(StoreUrl::Postgres(text.to_owned()));
        }
        let scheme = text.split("://").next().unwrap_or(text);
        Err(Error::Config(format!("store.url must start with sqlite:// or postgres://; got `{scheme}://…`")))
    }
}
