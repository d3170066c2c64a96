//! What is outside of the hub: where people are, the channels with their faults, and an oracle that knows what everybody
//! did and notes whatever goes out that should not.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use bellhop::{
    clock::Clock,
    delivery::{Endpoints, Job, Outcome, Presences, Sender},
    domain::{
        Id,
        delivery::DeliveryChannel,
        nudge::{Change, InboxChange},
    },
    error::{Error, Result},
    live::Whereabouts,
    store::Queued,
};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use super::chance::Chance;

/// How long a device that is connected has.
const GRACE_MS: i64 = 10_000;

/// An entry as it must be, by what everybody did.
#[derive(Debug, Clone)]
pub struct Entry {
    pub agent: Id,
    /// The number at which it last called for attention, and when.
    pub alert_seq: i64,
    pub alert_at: i64,
    /// Read, cleared, asleep: nobody has to hear of it.
    pub settled: bool,
}

/// Who can be reached how.
#[derive(Debug, Clone, Default)]
pub struct Person {
    pub endpoints: Vec<String>,
    pub has_address: bool,
    /// Who never does anything is never heard of.
    pub is_idle: bool,
    /// What called for their attention, oldest first.
    pub entries: Vec<String>,
    pub head: i64,
    /// The highest number that a device of theirs confirmed, and the highest of which the store is known to have it.
    pub acked: i64,
    pub stored_ack: i64,
    pub seen: i64,
}

/// Entry, channel, endpoint, and the number at which it called for attention.
pub type Message = (String, &'static str, String, i64);

/// How often a message was taken, and how often beyond once it may be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Takes {
    pub times: u32,
    pub forgiven: u32,
}

/// What the next message does to the worker who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    BeforeIt,
    AfterIt,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// The channel's other side is away until then.
    pub down_until: i64,
    /// So many of a thousand messages end badly.
    pub faults: usize,
}

pub struct Inner {
    pub chance: Chance,
    pub people: BTreeMap<Id, Person>,
    pub places: HashMap<Id, Whereabouts>,
    pub entries: HashMap<String, Entry>,
    pub weather: HashMap<&'static str, Weather>,
    pub death: Option<Death>,
    /// The next planner who asks where people are hears nothing any more; or hears that this cannot be told now.
    pub planner_hangs: bool,
    pub presences_fail: bool,
    pub takes: HashMap<Message, Takes>,
    /// Row and message of what was taken since the last look.
    pub lately: Vec<(String, Message)>,
    /// What went out and should not have, in words.
    pub unwanted: Vec<String>,
    pub early: Vec<String>,
    pub doubles: Vec<String>,
    pub outcomes: BTreeMap<&'static str, usize>,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct World {
    pub clock: Clock,
    /// Somebody died.
    pub died: Arc<Notify>,
    inner: Arc<Mutex<Inner>>,
}

impl World {
    pub fn new(clock: Clock, chance: Chance) -> World {
        let inner = Inner {
            chance,
            people: BTreeMap::new(),
            places: HashMap::new(),
            entries: HashMap::new(),
            weather: HashMap::new(),
            death: None,
            planner_hangs: false,
            presences_fail: false,
            takes: HashMap::new(),
            lately: Vec::new(),
            unwanted: Vec::new(),
            early: Vec::new(),
            doubles: Vec::new(),
            outcomes: BTreeMap::new(),
        };
        World { clock, died: Arc::default(), inner: Arc::new(Mutex::new(inner)) }
    }

    pub fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Learns what calls for attention.
    pub fn hear(&self, changes: Vec<InboxChange>) {
        let now = self.clock.now();
        let mut held = self.lock();
        let world = &mut *held;
        for change in changes {
            let person = world.people.entry(change.agent.clone()).or_default();
            person.head = person.head.max(change.seq);
            if let Change::Entry(entry) = change.what {
                let known = Entry { agent: change.agent, alert_seq: change.seq, alert_at: now, settled: false };
                person.entries.push(entry.id.to_string());
                world.entries.insert(entry.id.to_string(), known);
            }
        }
    }

    /// What died with a worker before it was written down may come a second time: the rows that are still `sending`.
    pub fn forgive(&self, sending: &HashSet<String>) {
        let mut world = self.lock();
        let lately = std::mem::take(&mut world.lately);
        for (_, message) in lately.into_iter().filter(|(row, _)| sending.contains(row)) {
            world.takes.entry(message).or_default().forgiven += 1;
        }
    }
}

impl Inner {
    /// Whether the entry needs nobody's attention any more, by what the store is known to have.
    pub fn is_confirmed(&self, entry: &Entry) -> bool {
        let person = &self.people[&entry.agent];
        entry.settled || person.stored_ack >= entry.alert_seq || person.seen >= entry.alert_seq
    }

    /// A channel took the message.
    pub fn took(&self, message: &Message) -> bool {
        self.takes.get(message).is_some_and(|takes| takes.times > 0)
    }

    fn judge(&mut self, job: &Job, channel: DeliveryChannel, now: i64) {
        if job.entries.len() != job.rows.len() {
            self.unwanted.push(format!("{} tells of {} entries in {} rows", job.id, job.entries.len(), job.rows.len()));
        }
        for row in &job.rows {
            let id = row.notification_id.clone().unwrap();
            let entry = &self.entries[&id];
            if self.is_confirmed(entry) || row.stage != entry.alert_seq {
                self.unwanted.push(format!("{row:?} at {now} of {entry:?}"));
            }
            // Planned at this very moment, for somebody whose device may yet confirm it.
            let waits = matches!(self.places.get(&entry.agent), Some(Whereabouts::Connected { since })
                if now < entry.alert_at.max(*since) + GRACE_MS);
            if waits && channel == DeliveryChannel::WebPush && row.created_at == now && row.attempts == 0 {
                self.early.push(format!("{row:?} at {now} of {entry:?}"));
            }
        }
    }

    fn take(&mut self, rows: &[Queued], channel: DeliveryChannel, is_told: bool) {
        for row in rows {
            let id = row.notification_id.clone().unwrap();
            let message: Message = (id, channel.as_str(), row.endpoint.clone(), row.stage);
            let takes = self.takes.entry(message.clone()).or_default();
            takes.times += 1;
            if takes.times > takes.forgiven + 1 {
                self.doubles.push(format!("{row:?}, for the {}. time", takes.times));
            }
            // Whoever does not hear that it was taken may send it again.
            takes.forgiven += u32::from(!is_told);
            if is_told {
                self.lately.push((row.id.clone(), message));
            }
        }
    }

    /// How the channel answers, and whether it took the message; none: never.
    fn answer(&mut self, channel: DeliveryChannel, now: i64) -> (Option<Outcome>, bool) {
        let Weather { down_until, faults } = self.weather.get(channel.as_str()).copied().unwrap_or_default();
        let detail = String::new;
        let later = |after| Outcome::Later { why: "connection_refused", detail: detail(), after };
        if now < down_until {
            let asked = Duration::from_secs(self.chance.within(1, 90) as u64);
            return match self.chance.below(10) {
                0 => (Some(Outcome::Unknown { why: "timeout", detail: detail() }), self.chance.in_1000(500)),
                1 => (None, self.chance.in_1000(500)),
                2..5 => (Some(later(Some(asked))), false),
                _ => (Some(later(None)), false),
            };
        }
        if !self.chance.in_1000(faults) {
            return (Some(Outcome::Sent { provider_id: Some("taken".to_owned()) }), true);
        }
        match self.chance.below(8) {
            0 => (Some(Outcome::Failed { why: "rejected", detail: detail() }), false),
            1 if channel == DeliveryChannel::WebPush => {
                (Some(Outcome::Gone { why: "subscription_gone", detail: detail() }), false)
            }
            2 => (Some(Outcome::Unknown { why: "timeout", detail: detail() }), self.chance.in_1000(500)),
            3 => (None, self.chance.in_1000(500)),
            4 => (Some(later(Some(Duration::from_secs(30)))), false),
            _ => (Some(later(None)), false),
        }
    }
}

/// One channel of the world.
pub struct Channel(pub World, pub DeliveryChannel);

impl Sender for Channel {
    fn send(&self, job: Job) -> BoxFuture<'static, Outcome> {
        let Channel(world, channel) = self;
        let now = world.clock.now();
        let mut inner = world.lock();
        inner.judge(&job, *channel, now);
        if let Some(death) = inner.death.take() {
            if death == Death::AfterIt {
                inner.take(&job.rows, *channel, true);
            }
            world.died.notify_one();
            return Box::pin(std::future::pending());
        }
        let (outcome, is_taken) = inner.answer(*channel, now);
        if is_taken {
            inner.take(&job.rows, *channel, matches!(outcome, Some(Outcome::Sent { .. })));
        }
        let word = outcome.as_ref().map_or("no answer", |outcome| outcome.why().unwrap_or("sent"));
        *inner.outcomes.entry(word).or_default() += 1;
        if let Some(Outcome::Gone { .. }) = outcome {
            let (person, endpoint) = (job.recipient(), job.rows[0].endpoint.clone());
            inner.people.get_mut(&person).unwrap().endpoints.retain(|known| *known != endpoint);
        }
        match outcome {
            Some(outcome) => Box::pin(std::future::ready(outcome)),
            None => Box::pin(std::future::pending()),
        }
    }
}

impl Presences for World {
    fn whereabouts<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<Vec<Whereabouts>>> {
        let now = self.clock.now();
        let mut world = self.lock();
        if std::mem::take(&mut world.planner_hangs) {
            self.died.notify_one();
            return Box::pin(std::future::pending());
        }
        if std::mem::take(&mut world.presences_fail) {
            let error = Error::Unavailable { reason: "the other nodes are away".to_owned() };
            return Box::pin(std::future::ready(Err(error)));
        }
        let place = |agent: &Id| match world.places.get(agent) {
            Some(Whereabouts::Leaving { away_at }) if *away_at <= now => Whereabouts::Away,
            Some(place) => *place,
            None => Whereabouts::Away,
        };
        Box::pin(std::future::ready(Ok(agents.iter().map(place).collect())))
    }
}

impl Endpoints for World {
    fn of<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<HashMap<Id, Vec<String>>>> {
        let world = self.lock();
        let theirs = agents.iter().map(|agent| (agent.clone(), world.people[agent].endpoints.clone()));
        let theirs = theirs.filter(|(_, endpoints)| !endpoints.is_empty()).collect();
        Box::pin(std::future::ready(Ok(theirs)))
    }
}
