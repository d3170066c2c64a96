//! The store fails under a hub that goes on running: PostgreSQL is started again, and the disk below SQLite is full: files
//! may not grow, and no space is left.

use tokio::time::{Instant, sleep};

use super::{Load, outage};
use crate::{
    harness::{Process, SOON, eventually},
    peers::postgres::PostgresServer,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_started_again_under_load_loses_and_doubles_nothing() {
    let postgres = PostgresServer::start();
    let hub = Process::start(&[("BELLHOP_STORE__URL", postgres.url())]).await;
    let mut load = Load::on(&[hub.addr()]).await;
    for _ in 0..outage().as_secs().div_ceil(4) {
        load.is_under_way(1).await;
        let refused = load.refused();
        postgres.restart();
        let up = Instant::now();
        load.recovers(up).await;
        assert!(load.refused() > refused, "it was away");
    }
    load.end("PostgreSQL restarted").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_events_are_refused_until_there_is_room_again() {
    let hub = Process::logging_to_its_disk().await;
    // No file may have a byte beyond these, its log included: the next write fails as it does on a full disk.
    let (full, room) = (|| hub.limit("fsize=4096:"), || hub.limit("fsize=unlimited:"));
    refuses_until_there_is_room(&hub, full, room, "file size limit").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_no_space_left_on_the_disk_events_are_refused_until_there_is_some() {
    let Some(hub) = Process::on_a_disk_of(64).await else {
        eprintln!("no space left: not tried, this system lets nobody mount a disk of their own (unshare -rm)");
        return;
    };
    refuses_until_there_is_room(&hub, || hub.fill_disk(), || hub.free_disk(), "disk full").await;
}

async fn refuses_until_there_is_room(hub: &Process, full: impl FnOnce(), room: impl FnOnce(), fault: &str) {
    let mut load = Load::on(&[hub.addr()]).await;
    load.is_under_way(0).await;
    full();
    let refused = load.refused();
    eventually("events are refused", SOON, || async { load.refused() > refused + 10 }).await;
    let health = reqwest::get(format!("http://{}/healthz", hub.addr())).await.expect("it goes on running");
    assert!(health.status().is_success());
    sleep(outage()).await;
    room();
    let since = Instant::now();
    load.recovers(since).await;
    load.end(fault).await;
}
