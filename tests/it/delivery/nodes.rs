//! An agent with sessions on several nodes of one PostgreSQL: pushes come exactly when no device anywhere confirmed.

use reqwest::StatusCode;
use serde_json::json;

use super::{HOUR, Office, SECOND};
use crate::{
    harness::{Backend, HubOptions, SOON, TestHub, covers, eventually, mention},
    peers::redis::RedisServer,
};

/// Two nodes with one Redis between them.
struct Branch {
    office: Office,
    other: TestHub,
    _redis: RedisServer,
}

impl Branch {
    async fn open() -> Branch {
        let redis = RedisServer::start();
        let options = HubOptions { backend: Backend::Postgres, redis: Some(redis.url()), ..HubOptions::default() };
        let office = Office::open(options).await;
        let other = office.hub.second_node().await;
        for hub in [&office.hub, &other] {
            eventually("the bus is up", SOON, async || hub.get("/readyz").await.body["status"] == "ready").await;
        }
        office.agent_with_phone("ana").await;
        // The second node started after the first: it too has to have been up for long.
        office.hub.clock().advance(30 * SECOND);
        Branch { office, other, _redis: redis }
    }

    /// Time goes by, and both nodes do what is due then.
    async fn after(&self, ms: i64) {
        self.office.hub.clock().advance(ms);
        for hub in [&self.office.hub, &self.other] {
            hub.post("/api/v1/deliveries/run", json!({})).await.expect(StatusCode::OK);
        }
    }

    /// The first node knows that the other has Ana now.
    async fn until_known(&self, presence: &str) {
        eventually("the other node has told where Ana is", SOON, async || {
            let told = self.office.hub.get("/api/v1/agents/ana/presence").await.expect(StatusCode::OK).body;
            told["presence"] == presence
        })
        .await;
    }

    fn pushes(&self) -> usize {
        self.office.push.taken().len()
    }
}

#[tokio::test]
async fn db_postgres_what_is_confirmed_at_one_node_is_not_pushed_by_another() {
    let branch = Branch::open().await;
    let mut ana = branch.other.browser("ana").await;
    branch.office.look(&mut ana).await;
    branch.until_known("active").await;

    branch.office.hub.event(mention("ana")).await;
    ana.expect_notification("mention").await;
    branch.after(9 * SECOND).await;
    branch.office.look(&mut ana).await;
    branch.after(9 * SECOND).await;
    branch.after(HOUR).await;
    assert_eq!(branch.pushes(), 0, "she has it on the screen");
    covers(&["R-211"]);
}

#[tokio::test]
async fn db_postgres_a_lid_that_closes_at_another_node_gets_one_push_within_the_grace() {
    let branch = Branch::open().await;
    let mut ana = branch.other.browser("ana").await;
    branch.office.look(&mut ana).await;
    branch.until_known("active").await;

    branch.office.hub.event(mention("ana")).await;
    branch.after(9 * SECOND).await;
    assert_eq!(branch.pushes(), 0, "the device may yet confirm");
    branch.after(SECOND).await;
    assert_eq!(branch.pushes(), 1);
    branch.after(9 * SECOND).await;
    branch.after(HOUR).await;
    assert_eq!(branch.pushes(), 1, "once, whichever node decides");
}

#[tokio::test]
async fn db_postgres_a_device_that_is_looked_at_speaks_for_the_one_whose_lid_is_closed() {
    let branch = Branch::open().await;
    let closed = branch.office.hub.browser("ana").await;
    let mut open = branch.other.browser("ana").await;
    branch.office.look(&mut open).await;
    branch.until_known("active").await;

    branch.office.hub.event(mention("ana")).await;
    open.expect_notification("mention").await;
    branch.office.look(&mut open).await;
    for _ in 0..4 {
        branch.after(9 * SECOND).await;
    }
    assert_eq!(branch.pushes(), 0, "one confirmed for all");

    // She leaves the office with the open one; the closed one is still there and says nothing.
    open.disconnect().await;
    branch.office.hub.event(mention("ana")).await;
    branch.after(9 * SECOND).await;
    assert_eq!(branch.pushes(), 0);
    branch.after(SECOND).await;
    assert_eq!(branch.pushes(), 1, "nobody confirmed");
    drop(closed);
}

#[tokio::test]
async fn db_postgres_who_was_connected_at_a_node_that_ended_is_away_when_its_word_ends() {
    let mut branch = Branch::open().await;
    let mut ana = branch.other.browser("ana").await;
    branch.office.look(&mut ana).await;
    branch.until_known("active").await;
    let hub = async |ms: i64| {
        branch.office.hub.clock().advance(ms);
        branch.office.run().await;
    };

    branch.other.stop();
    hub(15 * SECOND).await;
    branch.office.hub.event(mention("ana")).await;
    hub(4 * SECOND).await;
    assert_eq!(branch.office.push.taken().len(), 0, "its word still counts: she may be on her way to this node");
    // Whether it had the time to say that she left, or ended without a word: away at 20 s, or the grace over at 25.
    hub(6 * SECOND).await;
    assert_eq!(branch.office.push.taken().len(), 1, "she did not come");
    branch.office.hub.event(mention("ana")).await;
    hub(SECOND).await;
    assert_eq!(branch.office.push.taken().len(), 2, "away: at once");
    hub(HOUR).await;
    assert_eq!(branch.office.push.taken().len(), 2);
    covers(&["R-009", "R-211"]);
}

#[tokio::test]
async fn db_postgres_who_comes_over_from_a_node_that_ended_is_left_in_peace() {
    let mut branch = Branch::open().await;
    let mut ana = branch.other.browser("ana").await;
    branch.office.look(&mut ana).await;
    branch.until_known("active").await;

    branch.other.stop();
    branch.office.hub.clock().advance(5 * SECOND);
    branch.office.hub.event(mention("ana")).await;
    branch.office.after(4 * SECOND).await;
    ana.move_to(branch.office.hub.addr()).await;
    ana.expect_notification("mention").await;
    branch.office.look(&mut ana).await;
    for _ in 0..4 {
        branch.office.after(9 * SECOND).await;
    }
    branch.office.after(HOUR).await;
    assert_eq!(branch.pushes(), 0);
}
