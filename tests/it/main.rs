//! The integration tests: the real application in this process, real databases, real sockets on port 0.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod harness;
mod outage;
mod peers;

mod bus;
mod chaos;
mod cli;
mod cluster;
mod delivery;
mod email;
mod http_admin;
mod http_directory;
mod http_erasure;
mod http_errors;
mod http_explained;
mod http_inbox;
mod http_pages;
mod http_presence;
mod http_raw;
mod http_session;
mod http_sources;
mod live;
mod model;
mod push;
mod routing;
mod sms;
mod soak;
mod store;
mod stories;
mod transfer;
mod webhooks;
