//! Hours of an office, simulated: notifications in random order, people who confirm, read, put off or do nothing, who
//! come and go, channels that fail, and nodes that die in the middle. At the end it is counted what nobody was told of,
//! what went out although it was confirmed, and what went out twice.
//!
//! `BELLHOP_SIMULATION` says how many notifications (1,000), `BELLHOP_SIMULATION_SEED` another day: the same seed is the
//! same as far as chance goes that is ours; the database's is not. `make simulation` runs it with a million.
#![allow(clippy::print_stdout, reason = "the table and the seed are what it is run for")]

mod chance;
mod nodes;
mod people;
mod report;
mod verdict;
mod world;

use std::{collections::BTreeSet, time::Instant};

use bellhop::{
    clock::Clock,
    config::StoreUrl,
    domain::Id,
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
/// From so many notifications on, it says how far it is.
const LONG: usize = 50_000;

async fn simulate(name: &str, url: StoreUrl) {
    let size = from_environment("BELLHOP_SIMULATION").unwrap_or(1_000);
    let seed = from_environment("BELLHOP_SIMULATION_SEED").unwrap_or(SEED);
    // Known even where it ends early.
    println!("{name}: BELLHOP_SIMULATION={size} BELLHOP_SIMULATION_SEED={seed}");
    let mut office = Office::open(url, size, seed).await;
    let begun = Instant::now();
    let mut told = 0;
    while office.posted < office.size {
        office.step().await;
        let tenth = 10 * office.posted / office.size;
        if size >= LONG && tenth > told {
            told = tenth;
            println!("{name}: {} notifications after {} s", office.posted, begun.elapsed().as_secs());
        }
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
    events: usize,
    settled: usize,
    deaths: usize,
    restarts: usize,
    /// To whom the last events went.
    just_told: Vec<Id>,
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
            (0..(size / 40).clamp(20, 25_000)).map(|number| Id::from(format!("agent-{number}"))).collect();
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
            events: 0,
            settled: 0,
            deaths: 0,
            restarts: 0,
            just_told: Vec::new(),
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
        let end = self.posted + self.chance.below(most + 1).min(self.size - self.posted);
        let mut events = Vec::new();
        self.just_told.clear();
        while self.posted < end {
            let several = (1 + self.chance.below(4)).min(end - self.posted);
            let told: BTreeSet<Id> = (0..several).map(|_| self.chance.one_of(&self.agents).clone()).collect();
            self.posted += told.len();
            self.events += 1;
            let ticket = format!("HD-{}", self.chance.below(self.size / 10));
            let names: Vec<&str> = told.iter().map(|agent| &**agent).collect();
            events.push(assigned_ticket(&format!("evt-{}", self.events), &ticket, &names));
            self.just_told.extend(told);
        }
        for batch in events.chunks(100) {
            self.nodes.store(self.chance.below(2)).accept(batch.to_vec(), None).await.unwrap();
        }
        self.nodes.hear();
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
            let may_be_over = passed > HOUR && !verdict::is_any_due(&self.url);
            if may_be_over || passed > 12 * HOUR {
                return;
            }
        }
    }
}
