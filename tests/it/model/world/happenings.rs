//! What happens to inboxes: events, acts, jobs, restores; on the store and on the model alike.

use std::time::Duration;

use bellhop::domain::{
    Id,
    act::{Act, ActOutcome, Op, Selector, Until},
    event::{Actor, ActorKind, Assigned, Event, EventData, EventType, Message},
    ticket::TicketSnapshot,
};

use super::{AGENTS, DEVICES, Device, TABLES, World, agent_id};
use crate::{
    model::{inbox::Entry, steps::What},
    peers::within,
};

impl World<'_> {
    pub(super) async fn event(&mut self, agents: &[usize], ticket: u8, comment: Option<u8>) {
        let (ticket, comment) = (ticket_id(ticket), comment.map(comment_id));
        let event = self.make(EventType::TicketAssigned, &ticket, agents, comment.as_ref());
        self.ground.store.accept(vec![event], None).await.unwrap();
        let now = self.ground.clock.now();
        for agent in agents {
            self.inboxes[*agent].take(&ticket, comment.as_ref(), now);
        }
        self.compare().await;
    }

    pub(super) async fn many(&mut self, agent: usize, count: u8) {
        let ticket = ticket_id(0);
        let events = (0..count).map(|_| self.make(EventType::TicketAssigned, &ticket, &[agent], None)).collect();
        self.ground.store.accept(events, None).await.unwrap();
        let now = self.ground.clock.now();
        (0..count).for_each(|_| self.inboxes[agent].take(&ticket, None, now));
        self.compare().await;
    }

    pub(super) async fn viewed(&mut self, agent: usize, ticket: u8) {
        let ticket = ticket_id(ticket);
        let event = self.make(EventType::TicketViewed, &ticket, &[agent], None);
        self.ground.store.accept(vec![event], None).await.unwrap();
        let act = Act { op: Op::Read, selector: Selector::Ticket { ticket }, until: None, reference: None };
        self.inboxes[agent].act(&act, self.ground.clock.now());
        self.compare().await;
    }

    pub(super) async fn replied(&mut self, ticket: u8) {
        let ticket = ticket_id(ticket);
        let everybody: Vec<usize> = (0..AGENTS).collect();
        let event = self.make(EventType::MessageReceived, &ticket, &everybody, None);
        self.ground.store.accept(vec![event], None).await.unwrap();
        let act = Act { op: Op::Wake, selector: Selector::Ticket { ticket }, until: None, reference: None };
        let now = self.ground.clock.now();
        for inbox in &mut self.inboxes {
            inbox.act(&act, now);
        }
        self.compare().await;
    }

    fn make(&mut self, kind: EventType, ticket: &Id, agents: &[usize], comment: Option<&Id>) -> Event {
        self.numbers += 1;
        let data = EventData {
            actor: Actor { kind: ActorKind::System, ..Actor::default() },
            ticket: Some(TicketSnapshot { id: ticket.clone(), ..TicketSnapshot::default() }),
            assigned: Some(Assigned {
                agents: agents.iter().map(|agent| agent_id(*agent)).collect(),
                ..Assigned::default()
            }),
            message: comment.map(|id| Message { id: Some(id.clone()), ..Message::default() }),
            ..EventData::default()
        };
        let id = uuid::Uuid::new_v4().to_string().into();
        Event { source: "/model".into(), id, kind, time: self.ground.clock.now(), data }
    }

    pub(super) async fn act(
        &mut self,
        agent: usize,
        by: Option<(usize, bool)>,
        op: Op,
        what: &What,
        until: Option<i64>,
    ) {
        self.numbers += 1;
        let reference = by.map(|_| Id::from(format!("act-{}", self.numbers)));
        let now = self.ground.clock.now();
        let until = (op == Op::Snooze).then(|| until.map_or(Until::Reply, |ms| Until::Time(now + ms)));
        let selector = match op {
            Op::Seen => Selector::All { all: true, up_to: self.share(agent, what) },
            _ => self.selector(agent, what),
        };
        let act = Act { op, selector, until, reference: reference.clone() };
        let outcome = self.ground.store.act(&agent_id(agent), act.clone()).await.unwrap();
        let inbox = &mut self.inboxes[agent];
        let changed = inbox.act(&act, now);
        assert_eq!(outcome, ActOutcome { changed, seq: inbox.seq, counts: inbox.counts() }, "{act:?}");
        self.compare().await;
        if let (Some((device, late)), Some(reference)) = (by, reference) {
            self.tell_outcome((device / AGENTS) * AGENTS + agent, reference, &outcome, late);
        }
    }

    /// The browser that asked is answered, after the frames that are on their way or before them.
    fn tell_outcome(&mut self, device: usize, reference: Id, outcome: &ActOutcome, late: bool) {
        let Device { client, line: Some(line), .. } = &mut self.devices[device] else { return };
        if client.sent == 0 {
            // Before `synced` a client says nothing; this act came over REST.
            return;
        }
        client.unanswered.push(reference.to_string());
        while late && line.take_letter(false, true) {}
        line.on_outcome(reference, outcome);
    }

    fn selector(&self, agent: usize, what: &What) -> Selector {
        let inbox = &self.inboxes[agent];
        match what {
            What::Some(places) => {
                let entries: Vec<&Entry> = inbox.entries.values().collect();
                let id = |place: &usize| match entries.get(*place) {
                    Some(entry) => entry.id.clone().unwrap(),
                    None => format!("nobody-has-{place}").into(),
                };
                Selector::Ids { ids: places.iter().map(id).collect() }
            }
            What::Ticket(ticket) => Selector::Ticket { ticket: ticket_id(*ticket) },
            What::Comment(comment) => Selector::Comment { comment: comment_id(*comment) },
            What::All(_) => Selector::All { all: true, up_to: self.share(agent, what) },
            What::Read(_) => Selector::Status { status: "read", up_to: self.share(agent, what) },
        }
    }

    fn share(&self, agent: usize, what: &What) -> i64 {
        let eighths = match what {
            What::All(eighths) | What::Read(eighths) => *eighths,
            _ => 8,
        };
        self.inboxes[agent].seq * eighths / 8
    }

    pub(super) async fn wake(&mut self) {
        let due = self.ground.store.due_to_wake().await.unwrap();
        let now = self.ground.clock.now();
        for (agent, inbox) in self.inboxes.iter_mut().enumerate() {
            let due: Vec<Id> = due.get(&agent_id(agent)).cloned().unwrap_or_default();
            let asleep = |entry: &&Entry| entry.snoozed_until.is_some_and(|until| until <= now);
            assert_eq!(inbox.entries.values().filter(asleep).count(), due.len(), "who is due to wake");
            let act = Act { op: Op::Wake, selector: Selector::Ids { ids: due }, until: None, reference: None };
            self.ground.store.act(&agent_id(agent), act.clone()).await.unwrap();
            inbox.act(&act, now);
        }
        self.compare().await;
    }

    pub(super) async fn retention(&mut self, older_than_ms: i64) {
        let before = self.ground.clock.now() - older_than_ms;
        let removals = self.inboxes.iter_mut().map(|inbox| inbox.sweep(before)).filter(|removed| *removed).count();
        self.ground.store.sweep(None, before).await.unwrap();
        // The caller is answered before the nodes are told.
        let told = || self.ground.committed.lock().unwrap().len() >= removals;
        within(Duration::from_secs(10), "removals are told", told).await;
        self.compare().await;
    }

    pub(super) fn back_up(&mut self) {
        let copy =
            |table| format!("DROP TABLE IF EXISTS copy_{table}; CREATE TABLE copy_{table} AS SELECT * FROM {table};");
        self.ground.database.db_run(&TABLES.map(copy).concat());
        self.backup = Some(self.inboxes.clone());
    }

    pub(super) async fn restore(&mut self, restart: bool) {
        let Some(inboxes) = self.backup.clone() else { return };
        let back = |table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM copy_{table};");
        self.ground.database.db_run(&TABLES.map(back).concat());
        self.ground.store.new_epoch().await.unwrap();
        self.inboxes = inboxes;
        if restart {
            (0..DEVICES).for_each(|device| self.disconnect(device));
        }
        self.compare().await;
    }
}

fn ticket_id(ticket: u8) -> Id {
    format!("T-{ticket}").into()
}

fn comment_id(comment: u8) -> Id {
    format!("C-{comment}").into()
}
