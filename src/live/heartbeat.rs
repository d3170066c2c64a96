//! The node's heartbeat: reads the heads of connected inboxes from the store and hands them to the sessions.
//!
//! Whatever was lost on the way, a nudge, a crash between commit and publish, a bus that was out, shows within one beat.
//! A beat is spread: the registry's slices take turns, so that neither the store nor the sockets see a burst.

use std::{collections::HashMap, time::Duration};

use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::{Live, bye::Reason, handle::HeadNews, registry::SHARDS};
use crate::{
    auth::active_agent,
    bus::BusState,
    domain::{Id, snapshot::Snapshot},
    error::{Error, Result},
    store::Heads,
};

/// Agents in one query for heads.
const BATCH: usize = 500;
/// How long a query may take before the beat goes on without it.
const QUERY_WITHIN: Duration = Duration::from_secs(5);
/// Between two looks at what is not urgent; and between two comparisons while the bus is degraded.
const SECOND: Duration = Duration::from_secs(1);

impl Live {
    /// Beats until it is dropped. Whoever assembles the node runs it and looks at how it ends, which it should not.
    pub async fn heartbeat(self) {
        let slice_every = Duration::from_millis(self.limits().ping_every_ms.max(SHARDS as u64)) / SHARDS as u32;
        let mut slices = interval(slice_every);
        // After a stall the beats that were missed would only be a burst.
        slices.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seconds = interval(SECOND);
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut slice = 0;
        loop {
            tokio::select! {
                _ = slices.tick() => {
                    self.beat(self.registry().agents_in(slice), true).await;
                    slice = (slice + 1) % SHARDS;
                }
                _ = seconds.tick() => self.look_after().await,
                () = self.registry().alarm.rang() => self.on_alarm().await,
            }
        }
    }

    async fn look_after(&self) {
        self.figures().polling_sessions(self.registry().sweep());
        if self.options().bus.state() == BusState::Degraded {
            self.compare_all().await;
        }
    }

    async fn on_alarm(&self) {
        if self.registry().alarm.take_refresh() {
            self.refresh().await;
        }
        if self.registry().alarm.take_compare() {
            self.compare_all().await;
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

    /// Reads the heads of some agents and posts them. Without the store there are still pings: the connection lives.
    async fn beat(&self, agents: Vec<Id>, ping: bool) {
        if agents.is_empty() {
            return;
        }
        match self.heads(agents.clone()).await {
            Ok(heads) => self.post(&agents, heads, ping).await,
            Err(error) => {
                tracing::warn!(%error, "heads could not be read; the next beat tries again");
                for agent in &agents {
                    self.registry().post_head(agent, None, ping);
                }
            }
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
