//! What the integration tests stand on.
#![allow(dead_code, unused_imports, reason = "the harness offers more than any one story takes")]

#[path = "../../../src/testkit.rs"]
mod testkit;

pub use testkit::covers;

/// Asks until the answer is yes; panics with `what` after `limit`.
pub async fn eventually<F: Future<Output = bool>>(what: &str, limit: std::time::Duration, mut ask: impl FnMut() -> F) {
    let begun = std::time::Instant::now();
    while !ask().await {
        assert!(begun.elapsed() < limit, "not in time: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
