//! Random lives of a few inboxes, compared with a model of plain memory: counters equal a recount, numbers are never
//! used twice, `prev` never exceeds what a faithful client holds, and every client ends with the same inbox, whatever
//! was lost, cut, removed or restored on the way.
//!
//! `BELLHOP_MODEL_CASES` sets how many lives are lived on each backend. A failure prints the shortest life that fails.

mod client;
mod inbox;
mod line;
mod router;
mod steps;
mod world;

use proptest::test_runner::{Config, TestRunner};

use self::world::{Ground, World};
use crate::{harness::covers, peers::databases::TestDatabase};

/// Lives per backend in `make test`; a few seconds.
const CASES: u32 = 60;
const STEPS: usize = 160;

#[test]
fn every_client_ends_with_the_inbox_of_the_store_on_sqlite() {
    live_on(TestDatabase::sqlite());
    covers(&["R-122", "R-123"]);
}

#[test]
fn every_client_ends_with_the_inbox_of_the_store_on_postgres() {
    live_on(TestDatabase::postgres());
}

fn live_on(database: TestDatabase) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ground = runtime.block_on(Ground::on(database));
    let cases = std::env::var("BELLHOP_MODEL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 3_000, ..Config::default() };
    let lived = TestRunner::new(config).run(&steps::steps(STEPS), |steps| {
        runtime.block_on(async {
            let mut world = World::new(&ground);
            for step in &steps {
                world.take(step).await;
            }
            world.settle().await;
        });
        Ok(())
    });
    if let Err(failure) = lived {
        panic!("{failure}");
    }
}
