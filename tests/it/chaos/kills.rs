//! `kill -9`, at moments that are others each time.

use tokio::time::Instant;

use super::{Load, number};
use crate::{
    harness::{FreshDatabase, Process, covers},
    peers::redis::RedisServer,
};

fn kills() -> u64 {
    number("BELLHOP_CHAOS_KILLS", 3)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_nothing_accepted_is_lost_or_doubled() {
    let mut hub = Process::start(&[]).await;
    killed_again_and_again(&mut hub, "SQLite").await;
    covers(&["R-122", "R-123"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_on_postgres_nothing_accepted_is_lost_or_doubled() {
    let database = FreshDatabase::create();
    let mut hub = Process::start(&[("BELLHOP_STORE__URL", &database.url())]).await;
    killed_again_and_again(&mut hub, "PostgreSQL").await;
}

async fn killed_again_and_again(hub: &mut Process, on: &str) {
    let mut load = Load::on(&[hub.addr()]).await;
    for kill in 0..kills() {
        load.is_under_way(kill).await;
        let died = Instant::now();
        hub.kill();
        hub.run().await;
        load.recovers(died).await;
    }
    load.end(&format!("kill -9, {on}, {} times", kills())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_and_their_redis_killed_in_turn_lose_and_double_nothing() {
    let (database, mut redis) = (FreshDatabase::create(), RedisServer::start());
    let settings = [("BELLHOP_STORE__URL", &*database.url()), ("BELLHOP_BUS__URL", &*redis.url())];
    let mut nodes = [Process::start(&settings).await, Process::start(&settings).await];
    let mut load = Load::on(&[nodes[0].addr(), nodes[1].addr()]).await;
    for kill in 0..kills() {
        load.is_under_way(kill).await;
        let died = Instant::now();
        if kill % 3 == 1 {
            redis.kill();
            load.is_under_way(kill).await;
            redis.start_again();
        } else {
            let node = &mut nodes[usize::from(kill % 3 == 2)];
            node.kill();
            node.run().await;
        }
        load.recovers(died).await;
    }
    load.end(&format!("kill -9, two nodes and Redis in turn, {} times", kills())).await;
}
