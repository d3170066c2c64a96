//! The machine below a hub behaves as it should not: its clock is set, its files run out.

use std::{net::TcpStream, time::Duration};

use bellhop::clock::Clock;
use tokio::time::{Instant, sleep};

use super::{Load, outage};
use crate::harness::{HubOptions, Process, SOON, TestHub, eventually};

const HOUR_MS: i64 = 3_600_000;

/// The project's own clock, and not the machine's: it runs beside the machine's and is set an hour forward and back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_by_an_hour_and_back_changes_nothing() {
    let clock = Clock::manual(Clock::System.now());
    let ticking = tokio::spawn({
        let clock = clock.clone();
        async move {
            let mut last = Instant::now();
            loop {
                sleep(Duration::from_millis(5)).await;
                let passed = last.elapsed();
                last += passed;
                clock.advance(i64::try_from(passed.as_millis()).expect("milliseconds"));
            }
        }
    });
    let hub = TestHub::with(HubOptions { clock: clock.clone(), ..HubOptions::default() }).await;
    let mut load = Load::on(&[hub.addr()]).await;
    for step in [HOUR_MS, -HOUR_MS] {
        load.is_under_way(1).await;
        clock.advance(step);
        load.recovers(Instant::now()).await;
    }
    load.end("clock set by an hour and back").await;
    ticking.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_files_run_out_who_is_connected_goes_on_and_others_come_in_afterwards() {
    let hub = Process::start(&[]).await;
    let mut load = Load::on(&[hub.addr()]).await;
    load.is_under_way(0).await;
    let open = hub.open_files();
    hub.limit(&format!("nofile={}:", open + 8));
    // More than there are files for: the kernel holds the rest in its queue.
    let strangers: Vec<TcpStream> =
        (0..64).map(|_| TcpStream::connect(hub.addr()).expect("the queue has room")).collect();
    eventually("the files have run out", SOON, || async { hub.open_files() >= open + 8 }).await;
    sleep(outage()).await;
    load.is_under_way(0).await;
    drop(strangers);
    let over = Instant::now();
    load.recovers(over).await;
    load.end("file descriptors exhausted").await;
}
