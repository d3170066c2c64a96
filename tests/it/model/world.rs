//! Everything together: the store under test, the inboxes it must have, browsers with their connections. Each step is
//! carried out on both sides and compared.

mod happenings;

use std::sync::{Arc, Mutex};

use bellhop::{
    clock::Clock,
    domain::{
        Id,
        nudge::{Change, InboxChange},
    },
    live,
    store::{Store, StoreOptions},
    telemetry::Metrics,
};

use super::{
    client::{Client, Duty},
    inbox::{Entry, Inbox},
    line::Line,
    router::Named,
    steps::{AGENTS, DEVICES, From, Step},
};
use crate::peers::databases::TestDatabase;

/// Tables that make up what agents see.
const TABLES: [&str; 5] = ["inboxes", "notifications", "contents", "events", "tickets"];

/// A store to run many cases on.
pub struct Ground {
    pub database: TestDatabase,
    store: Store,
    clock: Clock,
    committed: Arc<Mutex<Vec<InboxChange>>>,
}

impl Ground {
    pub async fn on(database: TestDatabase) -> Ground {
        let (clock, committed) = (Clock::manual(1_800_000_000_000), Arc::new(Mutex::new(Vec::new())));
        let heard = committed.clone();
        let options = StoreOptions {
            url: database.url.clone(),
            clock: clock.clone(),
            router: Arc::new(Named),
            on_commit: Arc::new(move |changes| heard.lock().unwrap().extend(changes)),
            metrics: Metrics::new().unwrap(),
            migrate: true,
            readers: 2,
        };
        Ground { store: Store::open(options).await.unwrap(), clock, committed, database }
    }
}

struct Device {
    agent: usize,
    client: Client,
    /// What the client held at some earlier moments, as a closed laptop or a restored tab would.
    earlier: Vec<Client>,
    line: Option<Line>,
}

/// One case.
pub struct World<'a> {
    ground: &'a Ground,
    inboxes: Vec<Inbox>,
    backup: Option<Vec<Inbox>>,
    devices: Vec<Device>,
    numbers: u64,
}

impl<'a> World<'a> {
    pub fn new(ground: &'a Ground) -> World<'a> {
        ground.database.db_run(&TABLES.map(|table| format!("DELETE FROM {table};")).concat());
        ground.committed.lock().unwrap().clear();
        let device = |number| Device { agent: number % AGENTS, client: Client::default(), earlier: vec![], line: None };
        World {
            ground,
            inboxes: vec![Inbox::default(); AGENTS],
            backup: None,
            devices: (0..DEVICES).map(device).collect(),
            numbers: 0,
        }
    }

    pub async fn take(&mut self, step: &Step) {
        match step {
            Step::Event { agents, ticket, comment } => self.event(agents, *ticket, *comment).await,
            Step::Many { agent, count } => self.many(*agent, *count).await,
            Step::Viewed { agent, ticket } => self.viewed(*agent, *ticket).await,
            Step::Replied { ticket } => self.replied(*ticket).await,
            Step::Act { agent, by, op, what, until } => self.act(*agent, *by, *op, what, *until).await,
            Step::Advance { ms } => self.ground.clock.advance(*ms),
            Step::Wake => self.wake().await,
            Step::Retention { older_than_ms } => self.retention(*older_than_ms).await,
            Step::Backup => self.back_up(),
            Step::Restore { restart } => self.restore(*restart).await,
            Step::Connect { device, from } => self.connect(*device, from),
            Step::Disconnect { device } => self.disconnect(*device),
            step => self.on_line(step).await,
        }
    }

    /// What happens on a connection, if the browser has one.
    async fn on_line(&mut self, step: &Step) {
        let (Step::Nudge { device, .. }
        | Step::Page { device, .. }
        | Step::Arrive { device }
        | Step::Heartbeat { device }
        | Step::Deliver { device, .. }
        | Step::Sync { device }
        | Step::Ack { device }) = step
        else {
            return;
        };
        let agent = agent_id(self.devices[*device].agent);
        let Device { client, line: Some(line), .. } = &mut self.devices[*device] else { return };
        let store = &self.ground.store;
        match step {
            Step::Nudge { lost, room, .. } => drop(line.take_letter(*lost, *room)),
            Step::Page { stages, .. } => {
                for _ in 0..*stages {
                    line.turn_page(store, &agent).await;
                }
            }
            Step::Arrive { .. } => arrive(store, client, line, &agent).await,
            Step::Heartbeat { .. } => beat(store, line, &agent).await,
            Step::Deliver { frames, .. } => deliver(store, client, line, &agent, *frames).await,
            Step::Sync { .. } => client.held.into_iter().for_each(|held| line.sync(held)),
            _ if client.sent > 0 && line.ack(client.sent) => store.ack(&agent, client.sent),
            _ => {}
        }
    }

    fn connect(&mut self, device: usize, from: &From) {
        self.disconnect(device);
        let Device { client, earlier, line, .. } = &mut self.devices[device];
        match from {
            From::Held => {}
            From::Earlier(at) if !earlier.is_empty() => *client = earlier[at % earlier.len()].clone(),
            From::Earlier(_) | From::Nothing => *client = Client::default(),
        }
        client.connected();
        *line = Some(Line::open(client.held, client.epoch.clone()));
    }

    /// What is on the wire is lost.
    fn disconnect(&mut self, device: usize) {
        let Device { client, earlier, line, .. } = &mut self.devices[device];
        if line.take().is_some() {
            earlier.push(client.clone());
        }
    }

    /// The store has what the model has, and tells of every change in unbroken order.
    async fn compare(&mut self) {
        let changes = std::mem::take(&mut *self.ground.committed.lock().unwrap());
        for change in &changes {
            self.note(change);
        }
        for (agent, expected) in self.inboxes.iter().enumerate() {
            let stored = self.ground.store.changes(&agent_id(agent), 0, 100_000).await.unwrap();
            let head = (stored.inbox.seq, stored.inbox.floor_seq, stored.inbox.counts);
            assert_eq!(head, (expected.seq, expected.floor_seq, expected.counts()), "seq, floor and counts");
            let mut entries: Vec<Entry> = stored.entries.into_iter().map(Entry::from).collect();
            assert!(entries.windows(2).all(|two| two[0].changed_seq < two[1].changed_seq), "a number used twice");
            entries.sort_by_key(|entry| entry.seq);
            let wanted = expected.entries.values().map(|entry| Entry { alert_seq: 0, ..entry.clone() });
            assert_eq!(entries, wanted.collect::<Vec<_>>());
        }
    }

    fn note(&mut self, change: &InboxChange) {
        let agent = (0..AGENTS).find(|agent| agent_id(*agent) == change.agent).unwrap();
        assert!(change.prev < change.seq && change.seq <= self.inboxes[agent].seq, "{change:?}");
        if let Change::Entry(shown) = &change.what
            && let Some(entry) = self.inboxes[agent].entries.get_mut(&shown.seq)
        {
            entry.id = Some(shown.id.clone());
        }
        let nudge = live::nudge(change);
        let concerned = self.devices.iter_mut().filter(|device| device.agent == agent);
        concerned.filter_map(|device| device.line.as_mut()).for_each(|line| line.post(&nudge));
    }

    /// Everybody connects, everything arrives; then every browser shows what the store has.
    pub async fn settle(&mut self) {
        for device in 0..DEVICES {
            if self.devices[device].line.is_none() {
                self.connect(device, &From::Held);
            }
            let agent = agent_id(self.devices[device].agent);
            let Device { client, line: Some(line), .. } = &mut self.devices[device] else { unreachable!() };
            arrive(&self.ground.store, client, line, &agent).await;
            self.compare_device(device);
        }
    }

    fn compare_device(&self, device: usize) {
        let Device { agent, client, .. } = &self.devices[device];
        let inbox = &self.inboxes[*agent];
        assert_eq!(client.held, Some(inbox.seq), "browser {device} holds the head");
        assert_eq!(client.counts, inbox.counts(), "browser {device} shows the server's counts");
        let mut shown: Vec<Entry> = client.entries.values().map(Entry::shown).collect();
        shown.sort_by_key(|entry| entry.seq);
        assert_eq!(shown, inbox.entries.values().map(Entry::shown).collect::<Vec<_>>(), "browser {device}");
        assert!(client.unanswered.is_empty(), "browser {device} waits for {:?}", client.unanswered);
    }
}

async fn beat(store: &Store, line: &mut Line, agent: &Id) {
    let heads = store.heads(vec![agent.clone()]).await.unwrap();
    line.on_head(&heads.epoch, heads.heads.first());
}

/// Letters, pages and frames: all that is under way, and what a comparison of heads finds.
async fn arrive(store: &Store, client: &mut Client, line: &mut Line, agent: &Id) {
    while line.take_letter(false, true) {}
    // The first beat may find a page under way that is older than it.
    for _ in 0..2 {
        beat(store, line, agent).await;
        while line.turn_page(store, agent).await {}
    }
    deliver(store, client, line, agent, usize::MAX).await;
}

async fn deliver(store: &Store, client: &mut Client, line: &mut Line, agent: &Id, frames: usize) {
    for _ in 0..frames {
        let Some(frame) = line.arrives() else { return };
        if client.on_frame(&frame.text) == Duty::List {
            client.load(store.changes(agent, 0, 100_000).await.unwrap());
        }
    }
}

fn agent_id(agent: usize) -> Id {
    format!("agent-{agent}").into()
}
