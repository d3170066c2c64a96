//! What people do: they come and go, confirm, read, put off, and what they put off wakes.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use bellhop::{
    domain::{
        Id,
        act::{Act, Op, Selector, Until},
    },
    live::Whereabouts,
};
use futures_util::future::join_all;

use super::{MINUTE, Office, SECOND};

/// What somebody does at a node.
struct Doing {
    node: usize,
    agent: Id,
    act: Act,
}

impl Office {
    pub(super) fn people_come_and_go(&mut self) {
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

    /// Each of some people does one thing, all at the same time: half of them were told of something just now.
    pub(super) async fn people_act(&mut self) {
        let count = self.agents.len().div_ceil(8).min((self.size / self.steps).max(64));
        let some: BTreeSet<Id> = (0..count)
            .map(|_| match self.chance.in_1000(500) && !self.just_told.is_empty() {
                true => self.chance.one_of(&self.just_told).clone(),
                false => self.chance.one_of(&self.agents).clone(),
            })
            .collect();
        let doings: Vec<Doing> = some.into_iter().filter_map(|agent| self.choose(agent)).collect();
        self.carry_out(doings).await;
    }

    /// What somebody does now; acknowledgements are none of the store's acts.
    fn choose(&mut self, agent: Id) -> Option<Doing> {
        let (head, open) = {
            let world = self.world.lock();
            let person = &world.people[&agent];
            let open = person.entries.iter().rev().take(10).filter(|id| !world.entries[*id].settled).cloned();
            (if person.is_idle { 0 } else { person.head }, open.collect::<Vec<String>>())
        };
        if head == 0 {
            return None;
        }
        match self.chance.below(100) {
            0..35 => self.ack(&agent, head),
            35..50 => {
                let seq = self.chance.within(0, head + 1);
                self.ack(&agent, seq);
            }
            50..65 => return self.settle(agent, &open, Op::Read),
            65..75 => return self.settle(agent, &open, Op::Snooze),
            75..80 => return self.settle(agent, &open, Op::Clear),
            80..83 => {
                let selector = Selector::All { all: true, up_to: head };
                return Some(self.doing(agent, Op::Seen, selector, None));
            }
            _ => {}
        }
        None
    }

    fn ack(&mut self, agent: &Id, seq: i64) {
        self.nodes.store(self.chance.below(2)).ack(agent, seq);
        let mut world = self.world.lock();
        let person = world.people.get_mut(agent).unwrap();
        person.acked = person.acked.max(seq);
        self.unstored.insert(agent.clone());
    }

    fn settle(&mut self, agent: Id, open: &[String], op: Op) -> Option<Doing> {
        if open.is_empty() {
            return None;
        }
        let id = self.chance.one_of(open).clone();
        let until = Until::Time(self.world.clock.now() + self.chance.within(MINUTE, 30 * MINUTE));
        let selector = Selector::Ids { ids: vec![id.as_str().into()] };
        Some(self.doing(agent, op, selector, (op == Op::Snooze).then_some(until)))
    }

    fn doing(&mut self, agent: Id, op: Op, selector: Selector, until: Option<Until>) -> Doing {
        Doing { node: self.chance.below(2), agent, act: Act { op, selector, until, reference: None } }
    }

    async fn carry_out(&mut self, doings: Vec<Doing>) {
        let acts = doings.iter().map(|doing| self.nodes.store(doing.node).act(&doing.agent, doing.act.clone()));
        for outcome in join_all(acts).await {
            outcome.unwrap();
        }
        self.nodes.hear();
        let seen = doings.iter().filter(|doing| doing.act.op == Op::Seen).map(|doing| &doing.agent);
        let inboxes = join_all(seen.map(async |agent| (agent, self.nodes.store(0).inbox(agent).await))).await;
        let mut world = self.world.lock();
        for (agent, inbox) in inboxes {
            world.people.get_mut(agent).unwrap().seen = inbox.unwrap().1.seen_seq;
        }
        for doing in doings.iter().filter(|doing| doing.act.op != Op::Wake) {
            if let Selector::Ids { ids } = &doing.act.selector {
                ids.iter().for_each(|id| world.entries.get_mut(&**id).unwrap().settled = true);
            }
        }
    }

    pub(super) async fn wake(&mut self) {
        let due = self.nodes.store(0).due_to_wake().await.unwrap();
        let doings = due.into_iter().map(|(agent, ids)| self.doing(agent, Op::Wake, Selector::Ids { ids }, None));
        let doings = doings.collect();
        self.carry_out(doings).await;
    }

    /// What the store has by now is confirmed.
    pub(super) async fn learn_acks(&mut self) {
        let unstored = std::mem::take(&mut self.unstored);
        let inboxes = join_all(unstored.iter().map(|agent| self.nodes.store(0).inbox(agent))).await;
        for (agent, inbox) in unstored.into_iter().zip(inboxes) {
            let mut world = self.world.lock();
            let person = world.people.get_mut(&agent).unwrap();
            person.stored_ack = inbox.unwrap().1.acked_seq;
            if person.stored_ack < person.acked {
                self.unstored.insert(agent);
            }
        }
    }

    /// They are gathered for some real time before they are written.
    pub(super) async fn wait_for_acks(&mut self) {
        let begun = Instant::now();
        self.learn_acks().await;
        while !self.unstored.is_empty() && begun.elapsed() < Duration::from_secs(5) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            self.learn_acks().await;
        }
    }
}
