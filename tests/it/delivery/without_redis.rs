//! Two nodes whose Redis is away: they hear of each other's events by reading heads, and the fallback, which asks the
//! store alone, tells nobody twice and nobody who confirmed.

use std::collections::{BTreeMap, BTreeSet};

use bellhop::delivery::Job;
use reqwest::StatusCode;
use serde_json::json;

use super::{HOUR, MINUTE, Office, SECOND};
use crate::{
    cluster::until_state,
    harness::{Backend, Browser, HubOptions, TestHub, covers, mention},
    peers::redis::RedisServer,
};

/// Ana sits at one node and ben at the other; cem's browser is open at the other, and nobody sits before it.
const EVERYBODY: [&str; 5] = ["ana", "ben", "cem", "dia", "eva"];
const UNREACHED: [&str; 3] = ["cem", "dia", "eva"];

/// The browsers stand first and so go first: a hub that ends looks for sessions that were left open.
struct Pair {
    ana: Browser,
    ben: Browser,
    cem: Browser,
    office: Office,
    other: TestHub,
    redis: RedisServer,
}

impl Pair {
    async fn open() -> Pair {
        let redis = RedisServer::start();
        let options = HubOptions { backend: Backend::Postgres, redis: Some(redis.url()), ..HubOptions::default() };
        let office = Office::open(options).await;
        let other = office.hub.second_node().await;
        for agent in EVERYBODY {
            office.agent_with_phone(agent).await;
        }
        let (ana, ben, mut cem) =
            (office.hub.browser("ana").await, other.browser("ben").await, other.browser("cem").await);
        cem.send(json!({"type": "activity", "visible": true, "idle": true})).await;
        Pair { ana, ben, cem, office, other, redis }
    }

    async fn both_are(&self, state: &str) {
        until_state(&self.office.hub, state).await;
        until_state(&self.other, state).await;
    }

    /// One mention of each: of those who are connected at the node where they are not, of the others at either.
    async fn a_round(&mut self, round: usize) {
        for (number, agent) in EVERYBODY.iter().enumerate() {
            let here = *agent != "ana" && (matches!(*agent, "ben" | "cem") || (round + number).is_multiple_of(2));
            let hub = if here { &self.office.hub } else { &self.other };
            hub.event(mention(agent).id(&format!("evt-{round}-{agent}"))).await;
        }
        for browser in [&mut self.ana, &mut self.ben] {
            browser.expect_notification("mention").await;
            self.office.look(browser).await;
        }
        let seq = {
            self.cem.expect_notification("mention").await;
            self.cem.inbox.held
        };
        self.cem.send(json!({"type": "ack", "seq": seq, "active": false})).await;
        self.cem.settle().await;
    }

    /// Time goes by, and both nodes decide and send what is due, at once and beside their own loops.
    async fn after(&self, ms: i64) {
        self.office.hub.clock().advance(ms);
        let run = async |hub: &TestHub| hub.post("/api/v1/deliveries/run", json!({})).await.expect(StatusCode::OK);
        tokio::join!(run(&self.office.hub), run(&self.other));
    }

    /// Everybody who did not confirm was told once by each way.
    fn everybody_was_told_once(&self, rounds: usize) {
        let expected: BTreeSet<(String, String)> = (0..rounds)
            .flat_map(|round| UNREACHED.map(|agent| (format!("evt-{round}-{agent}"), agent.to_owned())))
            .collect();
        for (way, jobs) in [("push", self.office.push.taken()), ("email", self.office.email.taken())] {
            let told = told(&jobs);
            assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), expected, "by {way}");
            let twice: Vec<_> = told.iter().filter(|(_, times)| **times > 1).collect();
            assert!(twice.is_empty(), "more than once by {way}: {twice:?}");
        }
    }
}

/// How often each event was told each recipient.
fn told(jobs: &[Job]) -> BTreeMap<(String, String), usize> {
    let mut told = BTreeMap::new();
    for row in jobs.iter().flat_map(|job| &job.rows) {
        *told.entry((row.event_id.clone(), row.recipient.clone())).or_default() += 1;
    }
    told
}

#[tokio::test]
async fn redis_is_away_and_who_confirmed_hears_nothing_else_and_who_did_not_once() {
    let mut pair = Pair::open().await;
    pair.both_are("ready").await;
    pair.redis.kill();
    pair.both_are("degraded").await;

    for round in 0..3 {
        pair.a_round(round).await;
        pair.after(SECOND).await;
        pair.after(10 * SECOND).await;
    }
    pair.after(2 * MINUTE).await;
    pair.everybody_was_told_once(3);

    pair.redis.start_again();
    pair.both_are("ready").await;
    pair.after(MINUTE).await;
    pair.everybody_was_told_once(3);
    pair.a_round(3).await;
    pair.after(10 * SECOND).await;
    pair.after(2 * MINUTE).await;
    pair.after(HOUR).await;

    pair.everybody_was_told_once(4);
    for browser in [&mut pair.ana, &mut pair.ben, &mut pair.cem] {
        browser.expect_nothing().await;
        pair.office.hub.assert_same(browser).await;
    }
    covers(&["R-009"]);
}

#[tokio::test]
async fn redis_hangs_in_the_middle_and_what_was_confirmed_before_and_after_counts() {
    let mut pair = Pair::open().await;
    pair.both_are("ready").await;
    pair.a_round(0).await;
    pair.redis.freeze();
    pair.a_round(1).await;
    pair.after(10 * SECOND).await;
    pair.redis.thaw();
    pair.both_are("ready").await;
    pair.a_round(2).await;
    pair.after(10 * SECOND).await;
    pair.after(2 * MINUTE).await;
    pair.after(HOUR).await;

    pair.everybody_was_told_once(3);
}
