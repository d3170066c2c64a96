//! The node's heartbeat: reads the heads of connected inboxes from the store and hands them to the sessions.
//!
//! Whatever was lost on the way, a nudge, a crash between commit and publish, a bus that was out, shows within one beat.
//! A beat is spread: the registry's slices take turns, and large slices go in pieces, so that neither the store nor the
//! sockets see a burst: with ten thousand sessions, a slice at once held up every hundredth frame for milliseconds.

use std::{collections::HashMap, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use super::{Live, bye::Reason, handle::HeadNews, registry::SHARDS};
use crate::{
    auth::active_agent,
    bus::BusState,
    domain::{Id, snapshot::Snapshot},
    error::{Error, Result},
    store::Heads,
};

/// Agents of a slice who are looked at together …
const PIECE: usize = 16;
/// … or more, where there would be more pieces than these.
const PIECES: usize = 16;
/// Agents in one query for heads, where all are compared.
const BATCH: usize = 500;
/// How long a query may take before the beat goes on without it.
const QUERY_WITHIN: Duration = Duration::from_secs(5);
/// Queries of a beat that may be under way while the store is slow; beyond these there are only pings.
const MAX_QUERIES: usize = 16;
/// Between two looks at what is not urgent; and between two comparisons while the bus is degraded.
const SECOND: Duration = Duration::from_secs(1);

impl Live {
    /// Beats, and lets waiting sessions in, until it is dropped. Whoever assembles the node runs it and looks at how it ends, which it should not.
    pub async fn heartbeat(self) {
        tokio::join!(self.beats(), self.seconds(), self.alarms(), self.gate().serve());
    }

    /// Piece after piece of slice after slice, without waiting for the store: when it is out, the connections still live.
    async fn beats(&self) {
        let slice_every = Duration::from_millis(self.limits().ping_every_ms.max(SHARDS as u64)) / SHARDS as u32;
        let mut next = Instant::now();
        let mut queries = FuturesUnordered::new();
        let mut slice = 0;
        let mut pieces = Pieces::of(Vec::new());
        loop {
            tokio::select! {
                () = sleep_until(next) => {}
                Some(()) = queries.next() => continue,
            }
            if pieces.agents.is_empty() {
                pieces = Pieces::of(self.registry().agents_in(slice));
                slice = (slice + 1) % SHARDS;
            }
            // After a stall the beats that were missed would only be a burst.
            next = (next + slice_every / pieces.many).max(Instant::now());
            let agents = pieces.next();
            if queries.len() < MAX_QUERIES {
                queries.push(self.beat(agents, true));
            } else {
                self.ping(&agents);
            }
        }
    }

    async fn seconds(&self) {
        let mut seconds = interval(SECOND);
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            seconds.tick().await;
            self.figures().polling_sessions(self.registry().sweep());
            if self.options().bus.state() == BusState::Degraded {
                self.compare_all().await;
            }
        }
    }

    async fn alarms(&self) {
        loop {
            self.registry().alarm.rang().await;
            if self.registry().alarm.take_refresh() {
                self.refresh().await;
            }
            if self.registry().alarm.take_compare() {
                self.compare_all().await;
            }
        }
    }

    /// Compares all heads once, without pings.
    async fn compare_all(&self) {
        let began = Instant::now();
        let agents: Vec<Id> = (0..SHARDS).flat_map(|slice| self.registry().agents_in(slice)).collect();
        for batch in agents.chunks(BATCH) {
            self.beat(batch.to_vec(), false).await;
        }
        tracing::debug!(agents = agents.len(), took_ms = began.elapsed().as_millis() as u64, "heads compared");
    }

    /// Reads the heads of some agents and posts them.
    async fn beat(&self, agents: Vec<Id>, ping: bool) {
        if agents.is_empty() {
            return;
        }
        match self.heads(agents.clone()).await {
            Ok(heads) => self.post(&agents, heads, ping).await,
            Err(error) => {
                tracing::warn!(%error, "heads could not be read; the next beat tries again");
                if ping {
                    self.ping(&agents);
                }
            }
        }
    }

    /// Says only that the node lives.
    fn ping(&self, agents: &[Id]) {
        for agent in agents {
            self.registry().post_head(agent, None, true);
        }
    }

    async fn heads(&self, agents: Vec<Id>) -> Result<Heads> {
        let late = |_| Err(Error::Unavailable { reason: "the heads took too long".to_owned() });
        timeout(QUERY_WITHIN, self.options().store.heads(agents)).await.unwrap_or_else(late)
    }

    async fn post(&self, agents: &[Id], heads: Heads, ping: bool) {
        let Heads { epoch, version, heads } = heads;
        let news = |seq, floor_seq| HeadNews { epoch: epoch.clone(), seq, floor_seq };
        let by_agent: HashMap<&Id, HeadNews> =
            heads.iter().map(|head| (&head.agent, news(head.seq, head.floor_seq))).collect();
        let none_yet = news(0, 0);
        for agent in agents {
            self.registry().post_head(agent, Some(by_agent.get(agent).unwrap_or(&none_yet)), ping);
        }
        // A smaller one means that an older copy was restored.
        if version != self.options().store.snapshot().version {
            self.refresh().await;
        }
    }

    /// Reads what is newer in directory and settings, and ends the sessions of those who may no longer have one.
    async fn refresh(&self) {
        let late = |_| Err(Error::Unavailable { reason: "the refresh took too long".to_owned() });
        match timeout(QUERY_WITHIN, self.options().store.refresh()).await.unwrap_or_else(late) {
            Ok(snapshot) => self.end_inactive(&snapshot),
            Err(error) => tracing::warn!(%error, "the directory could not be refreshed; the next beat tries again"),
        }
    }

    fn end_inactive(&self, snapshot: &Snapshot) {
        for handle in self.registry().sessions() {
            if active_agent(snapshot, &handle.agent).is_none() {
                handle.say_bye(self.registry().bye(Reason::Inactive));
            }
        }
    }
}

/// A slice's agents, as they are looked at together.
struct Pieces {
    agents: Vec<Id>,
    size: usize,
    /// At the beginning; an empty slice counts for one.
    many: u32,
}

impl Pieces {
    fn of(agents: Vec<Id>) -> Pieces {
        let size = agents.len().div_ceil(PIECES).max(PIECE);
        let many = agents.len().div_ceil(size).max(1) as u32;
        Pieces { agents, size, many }
    }

    fn next(&mut self) -> Vec<Id> {
        self.agents.split_off(self.agents.len().saturating_sub(self.size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces_of(many: usize) -> Vec<usize> {
        let mut pieces = Pieces::of((0..many).map(|number| Id::from(format!("a{number}"))).collect());
        (0..pieces.many).map(|_| pieces.next().len()).collect()
    }

    #[test]
    fn a_slice_goes_in_small_pieces_but_not_in_many() {
        assert_eq!(pieces_of(0), [0]);
        assert_eq!(pieces_of(3), [3]);
        assert_eq!(pieces_of(40), [16, 16, 8]);
        let large = pieces_of(1_601);
        assert_eq!((large.len(), large[0], large.iter().sum::<usize>()), (16, 101, 1_601));
    }
}
