//! Hours of an office, simulated: notifications in random order, people who confirm, read, put off or do nothing, who
//! come and go, channels that fail, and nodes that die in the middle. At the end it is counted what nobody was told of,
//! what went out although it was confirmed, and what went out twice.
//!
//! `BELLHOP_SIMULATION` says how many notifications (1,000), `BELLHOP_SIMULATION_SEED` another day: the same seed is the
//! same as far as chance goes that is ours; the database's is not.
#![allow(clippy::print_stdout, reason = "the table and the seed are what it is run for")]

mod chance;
mod nodes;
mod report;
mod verdict;
mod world;

use std::{collections::BTreeSet, time::Duration};

use bellhop::{
    clock::Clock,
    config::StoreUrl,
    domain::{
        Id,
        act::{Act, Op, Selector, Until},
    },
    live::Whereabouts,
    store::{Edit, EditChange, RecordKind},
};
use serde_json::{Value, json};

use self::{
    chance::Chance,
    nodes::{Done, End, Nodes},
    world::{Death, World},
};
use super::{HOUR, MINUTE, MORNING, SECOND};
use crate::store::{assigned_ticket, fresh_database};

#[tokio::test]
async fn nobody_is_missed_and_nobody_is_told_twice_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    simulate("SQLite", StoreUrl::Sqlite(folder.path().join("bellhop.db"))).await;
}

#[tokio::test]
async fn nobody_is_missed_and_nobody_is_told_twice_on_postgres() {
    simulate("PostgreSQL", fresh_database()).await;
}

fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// The day that is simulated unless another is asked for: a test of every change should not fail by chance.
const SEED: u32 = 2_236_908_170;

async fn simulate(name: &str, url: StoreUrl) {
    let size = from_environment("BELLHOP_SIMULATION").unwrap_or(1_000);
    let seed = from_environment("BELLHOP_SIMULATION_SEED").unwrap_or(SEED);
    // Known even where it ends early.
    println!("{name}: BELLHOP_SIMULATION={size} BELLHOP_SIMULATION_SEED={seed}");
    let mut office = Office::open(url, size, seed).await;
    let begun = std::time::Instant::now();
    for _ in 0..office.steps {
        office.step().await;
    }
    office.end_of_day().await;
    office.report(name, seed, begun.elapsed()).await;
}

struct Office {
    url: StoreUrl,
    world: World,
    nodes: Nodes,
    chance: Chance,
    agents: Vec<Id>,
    steps: usize,
    size: usize,
    posted: usize,
    settled: usize,
    deaths: usize,
    restarts: usize,
    /// Whose acknowledgements the store may not have yet.
    unstored: BTreeSet<Id>,
    errors: Vec<String>,
}

impl Office {
    async fn open(url: StoreUrl, size: usize, seed: u32) -> Office {
        let mut chance = Chance::new(u64::from(seed));
        let world = World::new(Clock::manual(MORNING), Chance::new(u64::from(seed) + 1));
        let nodes = Nodes::start(url.clone(), world.clone()).await;
        let agents: Vec<Id> =
            (0..(size / 40).clamp(20, 1_000)).map(|number| Id::from(format!("agent-{number}"))).collect();
        let mut edits = Vec::new();
        for agent in &agents {
            let has_address = chance.in_1000(700);
            let mut record = json!({"name": &**agent});
            if has_address {
                record["email"] = json!(format!("{agent}@example.org"));
            }
            let Value::Object(record) = record else { unreachable!() };
            let change = EditChange::Merge(record);
            edits.push(Edit { kind: RecordKind::Agent, id: agent.clone(), change, pointer: String::new() });
            let mut world = world.lock();
            let person = world.people.entry(agent.clone()).or_default();
            let devices = *chance.one_of(&[0, 1, 1, 1, 2]);
            person.endpoints = (0..devices).map(|number| format!("{agent}-{number}")).collect();
            person.has_address = has_address;
            person.is_idle = chance.in_1000(200);
        }
        nodes.store(0).edit(edits).await.unwrap();
        nodes.store(1).refresh().await.unwrap();
        Office {
            steps: (size / 12).min(1_500),
            url,
            world,
            nodes,
            chance,
            agents,
            size,
            posted: 0,
            settled: 0,
            deaths: 0,
            restarts: 0,
            unstored: BTreeSet::new(),
            errors: Vec::new(),
        }
    }

    async fn step(&mut self) {
        let gap = match self.chance.below(100) {
            0..65 => self.chance.within(200, 3 * SECOND),
            65..88 => self.chance.within(3 * SECOND, 30 * SECOND),
            88..98 => self.chance.within(30 * SECOND, 4 * MINUTE),
            _ => self.chance.within(4 * MINUTE, 20 * MINUTE),
        };
        self.world.clock.advance(gap);
        self.people_come_and_go();
        self.weather_changes();
        self.post().await;
        self.people_act().await;
        self.wake().await;
        if self.chance.in_1000(150) {
            self.wait_for_acks().await;
        }
        self.learn_acks().await;
        match self.chance.below(100) {
            0..9 => self.pass_with_death().await,
            9..11 => {
                self.restarts += 1;
                let node = self.chance.below(2);
                self.nodes.replace(node).await;
                self.learn_acks().await;
                self.pass().await;
            }
            _ => self.pass().await,
        }
    }

    fn people_come_and_go(&mut self) {
        let now = self.world.clock.now();
        for _ in 0..self.agents.len() / 10 {
            let agent = self.chance.one_of(&self.agents).clone();
            let place = match self.chance.below(4) {
                0 | 1 => Whereabouts::Away,
                2 => Whereabouts::Connected { since: now },
                _ => Whereabouts::Leaving { away_at: now + 15 * SECOND },
            };
            self.world.lock().places.insert(agent, place);
        }
    }

    fn weather_changes(&mut self) {
        let now = self.world.clock.now();
        let mut world = self.world.lock();
        for channel in ["web_push", "email"] {
            let falls = self.chance.in_1000(30);
            let down_until = now + self.chance.within(10 * SECOND, 10 * MINUTE);
            let weather = world.weather.entry(channel).or_default();
            weather.faults = 40;
            if falls {
                weather.down_until = down_until;
            }
        }
    }

    async fn post(&mut self) {
        let most = 2 * self.size / self.steps;
        let count = self.chance.below(most + 1).min(self.size - self.posted);
        let events = (0..count).map(|_| {
            self.posted += 1;
            let agent = self.chance.one_of(&self.agents);
            let ticket = format!("HD-{}", self.chance.below(self.size / 10));
            assigned_ticket(&format!("evt-{}", self.posted), &ticket, &[&**agent])
        });
        let events: Vec<_> = events.collect();
        if !events.is_empty() {
            self.nodes.store(self.chance.below(2)).accept(events, None).await.unwrap();
            self.nodes.hear();
        }
    }

    async fn people_act(&mut self) {
        for _ in 0..self.agents.len().div_ceil(8) {
            let agent = self.chance.one_of(&self.agents).clone();
            let (is_idle, head, open) = {
                let world = self.world.lock();
                let person = &world.people[&agent];
                let open = person.entries.iter().rev().take(10).filter(|id| !world.entries[*id].settled).cloned();
                (person.is_idle, person.head, open.collect::<Vec<String>>())
            };
            if is_idle || head == 0 {
                continue;
            }
            match self.chance.below(100) {
                0..35 => self.ack(&agent, head),
                35..50 => {
                    let seq = self.chance.within(0, head + 1);
                    self.ack(&agent, seq);
                }
                50..65 => self.settle(&agent, &open, Op::Read).await,
                65..75 => self.settle(&agent, &open, Op::Snooze).await,
                75..80 => self.settle(&agent, &open, Op::Clear).await,
                80..83 => self.see(&agent, head).await,
                _ => {}
            }
        }
    }

    fn ack(&mut self, agent: &Id, seq: i64) {
        self.nodes.store(self.chance.below(2)).ack(agent, seq);
        let mut world = self.world.lock();
        let person = world.people.get_mut(agent).unwrap();
        person.acked = person.acked.max(seq);
        self.unstored.insert(agent.clone());
    }

    async fn settle(&mut self, agent: &Id, open: &[String], op: Op) {
        if open.is_empty() {
            return;
        }
        let id = self.chance.one_of(open).clone();
        let until = Until::Time(self.world.clock.now() + self.chance.within(MINUTE, 30 * MINUTE));
        let selector = Selector::Ids { ids: vec![id.as_str().into()] };
        self.act(agent, op, selector, (op == Op::Snooze).then_some(until)).await;
        self.world.lock().entries.get_mut(&id).unwrap().settled = true;
    }

    async fn see(&mut self, agent: &Id, head: i64) {
        self.act(agent, Op::Seen, Selector::All { all: true, up_to: head }, None).await;
        let (_, inbox) = self.nodes.store(0).inbox(agent).await.unwrap();
        self.world.lock().people.get_mut(agent).unwrap().seen = inbox.seen_seq;
    }

    async fn act(&mut self, agent: &Id, op: Op, selector: Selector, until: Option<Until>) {
        let act = Act { op, selector, until, reference: None };
        self.nodes.store(self.chance.below(2)).act(agent, act).await.unwrap();
        self.nodes.hear();
    }

    async fn wake(&mut self) {
        for (agent, ids) in self.nodes.store(0).due_to_wake().await.unwrap() {
            self.act(&agent, Op::Wake, Selector::Ids { ids }, None).await;
        }
    }

    /// What the store has by now is confirmed.
    async fn learn_acks(&mut self) {
        for agent in std::mem::take(&mut self.unstored) {
            let (_, inbox) = self.nodes.store(0).inbox(&agent).await.unwrap();
            let mut world = self.world.lock();
            let person = world.people.get_mut(&agent).unwrap();
            person.stored_ack = inbox.acked_seq;
            if person.stored_ack < person.acked {
                self.unstored.insert(agent);
            }
        }
    }

    /// They are gathered for some real time before they are written.
    async fn wait_for_acks(&mut self) {
        let begun = std::time::Instant::now();
        self.learn_acks().await;
        while !self.unstored.is_empty() && begun.elapsed() < Duration::from_secs(5) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            self.learn_acks().await;
        }
    }

    async fn pass(&mut self) {
        let fails = self.chance.in_1000(20);
        self.world.lock().presences_fail = fails;
        let done = self.nodes.pass().await;
        self.take(done, fails);
        self.world.lock().lately.clear();
    }

    async fn pass_with_death(&mut self) {
        let number = self.chance.below(2);
        let end = match self.chance.below(4) {
            0 => End::Planning,
            1 | 2 => End::Sending,
            _ => End::Anywhere(self.chance.within(100, 8_000) as u64),
        };
        let death = *self.chance.one_of(&[Death::BeforeIt, Death::AfterIt]);
        {
            let mut world = self.world.lock();
            world.planner_hangs = matches!(end, End::Planning);
            world.death = matches!(end, End::Sending).then_some(death);
        }
        let done = self.nodes.pass_and_die(number, end).await;
        {
            let mut world = self.world.lock();
            (world.planner_hangs, world.death) = (false, None);
        }
        self.deaths += usize::from(done.died);
        if done.died {
            self.world.forgive(&verdict::sending(&self.url));
        }
        self.take(done, false);
        self.learn_acks().await;
        self.pass().await;
    }

    fn take(&mut self, done: Done, presences_failed: bool) {
        self.settled += done.settled;
        let expected = |error: &String| presences_failed && error.contains("the other nodes are away");
        self.errors.extend(done.errors.into_iter().filter(|error| !expected(error)));
    }

    /// Everything works, nobody is there, and nobody dies any more: whatever is open ends.
    async fn end_of_day(&mut self) {
        let people = self.agents.iter().map(|agent| (agent.clone(), Whereabouts::Away));
        {
            let mut world = self.world.lock();
            world.places = people.collect();
            world.weather.clear();
        }
        let begun = self.world.clock.now();
        for turn in 0.. {
            let passed = self.world.clock.now() - begun;
            self.world.clock.advance(if turn < 20 { 15 * SECOND } else { 2 * MINUTE });
            self.wake().await;
            self.wait_for_acks().await;
            self.pass().await;
            // By then every snooze is over, and every pause between two tries.
            let may_be_over = passed > HOUR && verdict::waiting(&self.url).is_empty();
            if may_be_over || passed > 12 * HOUR {
                return;
            }
        }
    }
}
