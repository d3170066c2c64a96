//! Everybody connects at once while events go on.

use tokio::time::Instant;

use super::{Load, number};
use crate::{
    harness::Process,
    live::crowd::{put_crowd, storm},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_clients_keeps_nobody_from_hearing() {
    let clients = usize::try_from(number("BELLHOP_CHAOS_CLIENTS", 300)).expect("a small number");
    let settings = [
        ("BELLHOP_LIVE__CONNECTS_PER_SECOND", "150"),
        ("BELLHOP_LIVE__CONNECT_BURST", "20"),
        ("BELLHOP_LIVE__CONNECT_WAIT_MS", "500"),
    ];
    let hub = Process::start(&settings).await;
    put_crowd(hub.addr(), clients).await;
    let mut load = Load::on(&[hub.addr()]).await;
    load.is_under_way(0).await;
    let began = Instant::now();
    let crowd = storm(hub.addr(), clients).await;
    assert!(crowd.iter().any(|one| !one.waits.is_empty()), "some of them were sent away");
    load.recovers(began).await;
    drop(crowd);
    load.end(&format!("storm of {clients} clients")).await;
}
