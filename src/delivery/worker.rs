//! Sends what is due: claims rows under a lease, asks everything again, hands messages to their channels and writes back
//! what became of them.
//!
//! A worker that dies leaves its rows to whoever claims them when the lease is over: a push or an email may then go out
//! twice (a push service replaces the first by its `Topic`; an email keeps its Message-ID), a text message never does,
//! since nobody can tell whether it went.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::{
    Outcome,
    absence::Absences,
    backoff::{Breaker, pause},
    planner::Presences,
    recheck::{Circumstances, Verdict},
    sender::{Job, Manner, Sender},
};
use crate::{
    clock::Clock,
    domain::{Id, Millis, delivery::DeliveryChannel},
    error::Result,
    store::{Attempt, EntryNow, Queued, Settled, Store},
};

/// Between two looks at what is due.
pub(super) const TICK: Duration = Duration::from_millis(250);
/// Where more is due than there is room for, a turn goes on as what was sent makes room, up to this.
const TURN_WITHIN: Duration = Duration::from_secs(2);
/// A node that ends waits so long for what is under way.
const FINISH_WITHIN: Duration = Duration::from_secs(10);
/// What is claimed comes back after this, should we die; longer than any try takes.
const LEASE_MS: Millis = 120_000;
/// After a fault of the installation: an administrator has to do something first.
const MISCONFIGURED_MS: Millis = 5 * 60_000;

/// One channel's worker on one node.
pub struct Worker {
    store: Store,
    clock: Clock,
    node: Id,
    channel: DeliveryChannel,
    sender: Arc<dyn Sender>,
    manner: Manner,
    /// This installation sends emails: what a recheck depends on.
    email: bool,
    /// Asked about text messages of chats, which go only to whoever is offline.
    absences: Absences,
    breaker: Breaker,
    under_way: JoinSet<Vec<Settled>>,
    verdicts: Vec<Settled>,
}

/// What a [`Worker`] needs.
#[derive(Clone)]
pub struct WorkerOptions {
    /// The store.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// This node, as holder of rows.
    pub node: Id,
    /// This installation sends emails.
    pub email: bool,
    /// Where agents are.
    pub presences: Arc<dyn Presences>,
}

/// What a look at the queue led to.
struct Started {
    /// Rows that were claimed.
    rows: usize,
    /// There was no room for all that is due, as far as can be told.
    more: bool,
}

impl Worker {
    /// A worker for one channel.
    pub fn new(options: WorkerOptions, channel: DeliveryChannel, sender: Arc<dyn Sender>, manner: Manner) -> Worker {
        let WorkerOptions { store, clock, node, email, presences } = options;
        let (breaker, under_way) = (Breaker::default(), JoinSet::new());
        let absences = Absences { store: store.clone(), presences };
        Worker {
            store,
            clock,
            node,
            channel,
            sender,
            manner,
            email,
            absences,
            breaker,
            under_way,
            verdicts: Vec::new(),
        }
    }

    /// Works until nothing is due and nothing is under way; for tests and for runs that another program starts. Returns
    /// how many rows were settled.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn run_until_idle(&mut self) -> Result<usize> {
        let mut settled = 0;
        loop {
            let started = self.start_due().await?.rows;
            while let Some(ended) = self.under_way.join_next().await {
                self.take(ended);
            }
            let written = self.write_back().await?;
            settled += written;
            if started == 0 && written == 0 {
                return Ok(settled);
            }
        }
    }

    /// Takes what ended, and starts what is due as far as there is room; where more is due, goes on for a while.
    ///
    /// # Errors
    /// When the store cannot be read or written; nothing is lost with it.
    pub async fn turn(&mut self) -> Result<()> {
        let end = tokio::time::Instant::now() + TURN_WITHIN;
        loop {
            while let Some(ended) = self.under_way.try_join_next() {
                self.take(ended);
            }
            self.write_back().await?;
            let more = self.start_due().await?.more;
            self.write_back().await?;
            if !more || tokio::time::timeout_at(end, self.until_room()).await.is_err() {
                return Ok(());
            }
        }
    }

    /// Waits until a quarter of the room is free: claiming rows one by one would cost a transaction each.
    async fn until_room(&mut self) {
        while self.under_way.len() > self.manner.concurrency * 3 / 4
            && let Some(ended) = self.under_way.join_next().await
        {
            self.take(ended);
        }
    }

    /// Waits, with a limit, for what is under way, and writes back what became of it: what was sent before a node ended
    /// would otherwise be sent again after it.
    pub async fn finish(&mut self) {
        let all = async {
            while let Some(ended) = self.under_way.join_next().await {
                self.take(ended);
            }
        };
        let ended = tokio::time::timeout(FINISH_WITHIN, all).await;
        let written = self.write_back().await;
        if ended.is_err() || written.is_err() {
            tracing::warn!(channel = self.channel.as_str(), "what was being sent may be sent again");
        }
    }

    /// Claims what is due as far as there is room, and sends what is still wanted.
    async fn start_due(&mut self) -> Result<Started> {
        let free = self.manner.concurrency.saturating_sub(self.under_way.len());
        let room = self.breaker.allows(free, self.clock.now());
        if room == 0 {
            return Ok(Started { rows: 0, more: free == 0 });
        }
        let batches = self.store.claim(self.channel, &self.node, room, LEASE_MS).await?;
        let rows: Vec<Queued> = batches.iter().flatten().cloned().collect();
        if rows.is_empty() {
            return Ok(Started { rows: 0, more: false });
        }
        let entries = self.store.entries_now(&rows).await?;
        let started = Started { rows: rows.len(), more: room == free && rows.len() >= room };
        let obstacles = self.absences.obstacles(&rows, self.clock.now()).await?;
        for batch in batches {
            self.start(batch, &entries, &obstacles);
        }
        Ok(started)
    }

    fn start(&mut self, batch: Vec<Queued>, entries: &HashMap<String, EntryNow>, obstacles: &HashMap<String, Verdict>) {
        let snapshot = self.store.snapshot();
        let now = self.clock.now();
        let circumstances = Circumstances { snapshot: &snapshot, email: self.email, channel: self.channel, now };
        let mut going = Vec::new();
        for row in batch {
            let entry = row.notification_id.as_ref().and_then(|id| entries.get(id));
            if row.state == "sending" && !self.manner.repeats {
                self.verdicts.push(settled(&row, "failed", Some("outcome_unknown")));
                continue;
            }
            let verdict = match (circumstances.ask(&row, entry), obstacles.get(&row.id)) {
                (Verdict::Go, Some(obstacle)) => obstacle.clone(),
                (verdict, _) => verdict,
            };
            match verdict {
                Verdict::Cancel(why) => self.verdicts.push(settled(&row, "cancelled", Some(why))),
                Verdict::Skip(why) => self.verdicts.push(settled(&row, "skipped", Some(why))),
                Verdict::Hold { until, why } => {
                    self.verdicts.push(Settled { due_at: Some(until), ..settled(&row, "held", Some(why)) });
                }
                Verdict::Go if now > row.created_at + self.manner.expires_ms && was_tried(&row) => {
                    self.verdicts.push(settled(&row, "expired", Some("too_late")));
                }
                Verdict::Go => going.push(row),
            }
        }
        let Some(first) = going.first() else { return };
        let told = going.iter().filter_map(|row| entries.get(row.notification_id.as_ref()?));
        let job = Job {
            id: first.id.clone(),
            attempt: going.iter().map(|row| row.attempts).max().unwrap_or(0) + 1,
            entries: told.map(|now| now.entry.clone()).collect(),
            expires_at: now + self.manner.expires_ms,
            rows: going,
        };
        let (sender, clock, manner) = (self.sender.clone(), self.clock.clone(), self.manner);
        self.under_way.spawn(async move { attempt(&*sender, job, &clock, manner).await });
    }

    fn take(&mut self, ended: Result<Vec<Settled>, tokio::task::JoinError>) {
        match ended {
            Ok(settled) => {
                let now = self.clock.now();
                match settled.first().map(|row| (row.state, row.attempt.as_ref())) {
                    Some(("planned", Some(_))) => self.breaker.failed(now),
                    Some((_, Some(_))) => self.breaker.answered(),
                    _ => {}
                }
                self.verdicts.extend(settled);
            }
            // The rows come back when their lease is over.
            Err(error) => tracing::error!(%error, channel = self.channel.as_str(), "a delivery ended in a panic"),
        }
    }

    async fn write_back(&mut self) -> Result<usize> {
        let settled = std::mem::take(&mut self.verdicts);
        if settled.is_empty() {
            return Ok(0);
        }
        let count = settled.len();
        if let Err(error) = self.store.settle(&self.node, settled.clone()).await {
            // What was sent must not be sent again because the store was away for a moment.
            self.verdicts = settled;
            return Err(error);
        }
        Ok(count)
    }
}

/// Whoever died with it in hand noted no attempt. What was held back on purpose goes out however late.
fn was_tried(row: &Queued) -> bool {
    row.attempts > 0 || row.state == "sending"
}

async fn attempt(sender: &dyn Sender, job: Job, clock: &Clock, manner: Manner) -> Vec<Settled> {
    let (at, begun) = (clock.now(), std::time::Instant::now());
    let rows: Vec<(Queued, i64)> = job.rows.iter().map(|row| (row.clone(), row.attempts + 1)).collect();
    let number = job.attempt;
    let limit = Duration::from_millis(manner.timeout_ms.unsigned_abs());
    let late = || Outcome::Unknown { why: "timeout", detail: format!("no answer within {} s", limit.as_secs()) };
    let outcome = tokio::time::timeout(limit, sender.send(job)).await.unwrap_or_else(|_| late());
    let took_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let chance: f64 = rand::random();
    let became = became(&outcome, number, at, manner, chance);
    rows.into_iter()
        .map(|(row, number)| {
            let outcome = outcome.why().unwrap_or("sent").to_owned();
            let tried = !matches!(became.state, "skipped");
            let attempt = tried.then_some(Attempt { number, at, took_ms, outcome });
            Settled { id: row.id, attempt, ..became.clone() }
        })
        .collect()
}

/// What an outcome makes of a row.
fn became(outcome: &Outcome, number: i64, at: Millis, manner: Manner, chance: f64) -> Settled {
    let why = outcome.why();
    let ended = |state| Settled {
        id: String::new(),
        state,
        why: why.map(Into::into),
        detail: outcome.detail().map(str::to_owned),
        due_at: None,
        provider_id: None,
        attempt: None,
    };
    let again = |asked, base| Settled { due_at: Some(at + pause(base, number, asked, chance)), ..ended("planned") };
    match outcome {
        Outcome::Sent { provider_id } => Settled { provider_id: provider_id.clone(), ..ended("sent") },
        Outcome::Later { after, .. } => again(*after, manner.base_ms),
        Outcome::Misconfigured { .. } => again(None, MISCONFIGURED_MS),
        Outcome::Unknown { .. } if manner.repeats => again(None, manner.base_ms),
        Outcome::Unknown { .. } | Outcome::Failed { .. } | Outcome::Gone { .. } => ended("failed"),
        Outcome::Withheld { .. } => ended("skipped"),
    }
}

fn settled(row: &Queued, state: &'static str, why: Option<&'static str>) -> Settled {
    Settled {
        id: row.id.clone(),
        state,
        why: why.map(Into::into),
        detail: None,
        due_at: None,
        provider_id: None,
        attempt: None,
    }
}
