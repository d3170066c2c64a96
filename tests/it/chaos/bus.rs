//! Redis between two nodes fails: events go on being accepted and reach everybody by the heads, and afterwards by the bus.

use tokio::time::{Instant, sleep};

use super::{Load, outage};
use crate::{
    harness::{FreshDatabase, Process},
    peers::redis::RedisServer,
};

struct Cluster {
    nodes: [Process; 2],
    load: Load,
    redis: RedisServer,
    // Last: it can only go when nobody is connected.
    database: FreshDatabase,
}

impl Cluster {
    async fn under_load() -> Cluster {
        let (database, redis) = (FreshDatabase::create(), RedisServer::start());
        let settings = [("BELLHOP_STORE__URL", &*database.url()), ("BELLHOP_BUS__URL", &*redis.url())];
        let nodes = [Process::start(&settings).await, Process::start(&settings).await];
        let load = Load::on(&[nodes[0].addr(), nodes[1].addr()]).await;
        load.is_under_way(1).await;
        Cluster { nodes, load, redis, database }
    }

    /// Redis is as it should be again.
    async fn end(mut self, fault: &str) {
        self.load.recovers(Instant::now()).await;
        self.load.end(fault).await;
        drop(self.nodes);
        drop(self.database);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_redis_is_stopped_events_go_on() {
    let mut cluster = Cluster::under_load().await;
    cluster.redis.kill();
    sleep(outage()).await;
    cluster.load.is_under_way(0).await;
    cluster.redis.start_again();
    cluster.end("Redis stopped").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_comes_back_empty_is_told_again_who_listens() {
    let mut cluster = Cluster::under_load().await;
    cluster.redis.kill();
    cluster.redis.start_again();
    cluster.end("Redis restarted empty").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_redis_is_half_open_events_go_on() {
    let cluster = Cluster::under_load().await;
    cluster.redis.freeze();
    sleep(outage()).await;
    cluster.load.is_under_way(0).await;
    cluster.redis.thaw();
    cluster.end("Redis half-open").await;
}
