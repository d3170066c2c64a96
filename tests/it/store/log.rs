//! SQLite's write-ahead log is copied beside the writer and starts over; nobody waits for it, and it does not grow.

use std::time::Duration;

use bellhop::config::StoreUrl;

use super::{Rig, assigned};

/// Below the writer's own last resort, so that only the copying thread keeps the log short.
const BURST: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_starts_over_when_the_writer_rests() {
    let rig = Rig::sqlite().await;
    let mut sizes = Vec::new();
    for burst in 0..6 {
        for n in 0..BURST {
            rig.post(assigned(&format!("evt-{burst}-{n}"), &["ana"])).await;
        }
        sizes.push(log_size(&rig.url));
        tokio::time::sleep(Duration::from_millis(800)).await;
    }
    assert!(sizes[0] > 1_000_000, "a burst that shows: {sizes:?}");
    assert!(sizes[5] < 2 * sizes[0], "the log grew with each burst: {sizes:?}");
}

fn log_size(url: &StoreUrl) -> u64 {
    let StoreUrl::Sqlite(path) = url else { panic!("not SQLite") };
    let mut log = path.clone().into_os_string();
    log.push("-wal");
    std::fs::metadata(log).unwrap().len()
}
