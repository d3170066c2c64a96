//! SQLite's write-ahead log is copied beside the writer and starts over; nobody waits for it, and it does not grow.

use std::path::PathBuf;
use std::time::Duration;

use bellhop::config::StoreUrl;

use super::{Rig, assigned};
use crate::harness::eventually;

/// Below the writer's own last resort, so that only the copying thread keeps the log short.
const BURST: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_starts_over_after_events() {
    stays_short(async |rig, burst, n| drop(rig.post(assigned(&format!("evt-{burst}-{n}"), &["ana"])).await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_starts_over_after_other_work() {
    stays_short(async |rig, _, n| {
        rig.store.set_watch(&"ana".into(), &"HD-1".into(), n % 2 == 0).await.unwrap();
    })
    .await;
}

async fn stays_short(work: impl AsyncFn(&Rig, usize, usize)) {
    let rig = Rig::sqlite().await;
    let StoreUrl::Sqlite(database) = rig.url.clone() else { panic!("not SQLite") };
    let mut log = database.clone().into_os_string();
    log.push("-wal");
    let (log, mut sizes) = (PathBuf::from(log), Vec::new());
    for burst in 0..6 {
        for n in 0..BURST {
            work(&rig, burst, n).await;
        }
        sizes.push(log.metadata().unwrap().len());
        let written_at = || database.metadata().unwrap().modified().unwrap();
        let before = written_at();
        eventually("the log is copied", Duration::from_secs(10), async || written_at() > before).await;
    }
    assert!(sizes[0] > 1_000_000, "a burst that shows: {sizes:?}");
    assert!(sizes[5] < 2 * sizes[0], "the log grew with each burst: {sizes:?}");
}
