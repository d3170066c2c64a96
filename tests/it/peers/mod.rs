//! Programs and networks that tests stop, kill and cut: each test has its own.
#![allow(dead_code, reason = "the peers offer more than any one story takes")]

pub mod databases;
pub mod http;
pub mod postgres;
pub mod program;
pub mod proxy;
pub mod redis;

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

/// A port of 127.0.0.1 that is free now. Somebody else may take it before the caller does: try again then.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Looks again and again until it holds; fails with `what` after `limit`.
pub async fn within(limit: Duration, what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < limit, "not within {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    began.elapsed()
}
