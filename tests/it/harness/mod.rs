//! What the integration tests stand on: the real application in this process, agents whose browsers behave as
//! faithful clients, events in a helpdesk's words.
//!
//! Helpers go through the public interface; those that touch the database start with `db_`.
#![allow(dead_code, unused_imports, reason = "the harness offers more than any one story takes")]

mod agent;
mod browser;
mod events;
mod hub;
mod inbox;
mod postgres;
mod process;
mod server;
#[path = "../../../src/testkit.rs"]
mod testkit;

use std::{future::Future, time::Duration};

pub use agent::AgentBuilder;
pub use browser::{Browser, Lost, dial};
pub use events::*;
pub use hub::{
    ADMIN_KEY, Answer, HubOptions, JWT_SECRET, TestHub, inbox_at, lasting_token, post_event, put_agents, token,
};
pub use inbox::{ClientInbox, Kept};
pub use postgres::FreshDatabase;
pub use process::Process;
pub use server::{Backend, Server};
pub use testkit::covers;

/// How long a test waits for what has to happen: far above what it takes, so that only a fault reaches it.
pub const SOON: Duration = Duration::from_secs(10);

/// Asks until the answer is yes.
///
/// # Panics
/// When it is still no after `limit`.
pub async fn eventually<F: Future<Output = bool>>(what: &str, limit: Duration, mut ask: impl FnMut() -> F) {
    let end = tokio::time::Instant::now() + limit;
    while !ask().await {
        assert!(tokio::time::Instant::now() < end, "still not so after {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The address of a server that the tests need; `make test` starts it and sets the variable.
///
/// # Panics
/// When the variable is missing: a test that needs a server never passes without one.
pub fn test_server(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run `make test`, or `scripts/services start DIR && . DIR/env` first")
    })
}
