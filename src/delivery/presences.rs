//! Where agents are: on this node, and on the others where there are several.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;

use super::planner::Presences;
use crate::{
    clock::Clock,
    domain::{Id, Millis},
    error::Result,
    live::{Presence, Registry, Whereabouts},
    store::{AgentOnNode, ReportedPresence, Store},
};

/// How often a node reports what changed.
const REPORT_EVERY: Duration = Duration::from_secs(2);
/// A node's word counts so long after its last report: its agents have the time to come back elsewhere.
const LEASE_MS: Millis = 20_000;

/// Presences of a node that has all sessions.
pub struct LocalPresences(pub Arc<Registry>);

impl Presences for LocalPresences {
    fn whereabouts<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<Vec<Whereabouts>>> {
        let places = agents.iter().map(|agent| self.0.whereabouts(agent)).collect();
        Box::pin(std::future::ready(Ok(places)))
    }
}

/// Presences over several nodes.
pub struct ClusterPresences {
    registry: Arc<Registry>,
    store: Store,
    clock: Clock,
    node: Id,
    away_after_ms: Millis,
    /// What this node last reported. `std::sync::Mutex`: held for a comparison, never across an await.
    reported: Mutex<HashMap<Id, AgentOnNode>>,
}

impl ClusterPresences {
    /// Of one node.
    pub fn new(registry: Arc<Registry>, store: Store, clock: Clock, node: Id, away_after_ms: Millis) -> Self {
        ClusterPresences { registry, store, clock, node, away_after_ms, reported: Mutex::default() }
    }

    /// Reports what changed; returns how many agents that were.
    ///
    /// # Errors
    /// When the store cannot be written: everything is reported again.
    pub async fn report(&self) -> Result<usize> {
        let changed = self.changes();
        let count = changed.len();
        let reported = self.store.report_presence(&self.node, LEASE_MS, changed).await;
        if reported.is_err() {
            self.reported.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        reported.map(|()| count)
    }

    /// Reports until it is dropped.
    pub async fn run(self: Arc<Self>) {
        let mut beat = tokio::time::interval(REPORT_EVERY);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            if let Err(error) = self.report().await {
                tracing::warn!(%error, "the other nodes do not hear who is here; trying again");
            }
        }
    }

    fn changes(&self) -> Vec<AgentOnNode> {
        let now = self.clock.now();
        let here = self.here();
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        let left: Vec<Id> = reported
            .iter()
            .filter(|(agent, known)| known.left_at.is_none() && !here.contains_key(*agent))
            .map(|(agent, _)| agent.clone())
            .collect();
        reported.retain(|_, known| known.left_at.is_none());
        let mut changed: Vec<AgentOnNode> =
            here.into_values().filter(|now| reported.get(&now.agent) != Some(now)).collect();
        for agent in left {
            let since = reported.get(&agent).map_or(now, |known| known.since);
            changed.push(AgentOnNode { agent, state: "idle", since, left_at: Some(now) });
        }
        reported.extend(changed.iter().map(|here| (here.agent.clone(), here.clone())));
        changed
    }

    fn here(&self) -> HashMap<Id, AgentOnNode> {
        let mut here = HashMap::new();
        for session in self.registry.sessions().iter().filter(|session| session.screen) {
            if here.contains_key(&session.agent) {
                continue;
            }
            let Whereabouts::Connected { since } = self.registry.whereabouts(&session.agent) else { continue };
            let is_active = self.registry.presence(&session.agent) == Presence::Active;
            let state = if is_active { "active" } else { "idle" };
            let on_node = AgentOnNode { agent: session.agent.clone(), state, since, left_at: None };
            here.insert(session.agent.clone(), on_node);
        }
        here
    }

    async fn everywhere(&self, agents: &[Id]) -> Result<Vec<Whereabouts>> {
        let reported = self.store.reported_presence(agents.to_vec()).await?;
        let now = self.clock.now();
        let mut by_agent: HashMap<&str, Vec<&ReportedPresence>> = HashMap::new();
        // What this node knows of itself is newer than what it reported.
        let others = reported.iter().filter(|report| report.node != self.node);
        others.for_each(|report| by_agent.entry(&report.agent).or_default().push(report));
        let of = |agent: &Id| {
            let elsewhere = by_agent.get(&**agent).into_iter().flatten();
            let elsewhere = elsewhere.map(|report| place(report, self.away_after_ms, now));
            elsewhere.fold(self.registry.whereabouts(agent), nearer)
        };
        Ok(agents.iter().map(of).collect())
    }
}

impl Presences for ClusterPresences {
    fn whereabouts<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<Vec<Whereabouts>>> {
        Box::pin(self.everywhere(agents))
    }
}

/// What a node's report says of an agent now.
fn place(report: &ReportedPresence, away_after_ms: Millis, now: Millis) -> Whereabouts {
    match report.left_at.map(|left_at| left_at + away_after_ms) {
        Some(away_at) if away_at > now => Whereabouts::Leaving { away_at },
        None if report.until > now => Whereabouts::Connected { since: report.since },
        _ => Whereabouts::Away,
    }
}

/// Of two places the one where the person is more likely to be reached.
fn nearer(one: Whereabouts, other: Whereabouts) -> Whereabouts {
    use Whereabouts::{Away, Connected, Leaving};
    match (one, other) {
        (Connected { since: a }, Connected { since: b }) => Connected { since: a.max(b) },
        (Connected { since }, _) | (_, Connected { since }) => Connected { since },
        (Leaving { away_at: a }, Leaving { away_at: b }) => Leaving { away_at: a.max(b) },
        (Leaving { away_at }, Away) | (Away, Leaving { away_at }) => Leaving { away_at },
        (Away, Away) => Away,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nodes_word_counts_until_its_lease_ends() {
        let report = |left_at, until| ReportedPresence {
            agent: "ana".into(),
            node: "one".into(),
            state: "idle".to_owned(),
            since: 5,
            left_at,
            until,
        };
        assert_eq!(place(&report(None, 100), 20, 99), Whereabouts::Connected { since: 5 });
        assert_eq!(place(&report(None, 100), 20, 100), Whereabouts::Away, "it died");
        assert_eq!(place(&report(Some(90), 100), 20, 100), Whereabouts::Leaving { away_at: 110 });
        assert_eq!(place(&report(Some(90), 200), 20, 110), Whereabouts::Away);
    }

    #[test]
    fn whoever_is_connected_somewhere_is_connected() {
        let (here, leaving) = (Whereabouts::Connected { since: 3 }, Whereabouts::Leaving { away_at: 9 });
        assert_eq!(nearer(Whereabouts::Away, here), here);
        assert_eq!(nearer(leaving, here), here);
        assert_eq!(nearer(leaving, Whereabouts::Away), leaving);
        assert_eq!(nearer(here, Whereabouts::Connected { since: 7 }), Whereabouts::Connected { since: 7 });
        assert_eq!(nearer(Whereabouts::Away, Whereabouts::Away), Whereabouts::Away);
    }
}
