//! Where agents are: on this node, and on the others where there are several.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;
use serde::Serialize;

use super::planner::Presences;
use crate::{
    clock::Clock,
    domain::{Id, Millis, time},
    error::Result,
    live::{Presence, Registry, Seen, Whereabouts},
    store::{AgentOnNode, ReportedPresence, Store},
};

/// How often a node reports what changed.
const REPORT_EVERY: Duration = Duration::from_secs(2);
/// A node's word counts so long after its last report: its agents have the time to come back elsewhere.
const LEASE_MS: Millis = 20_000;

/// Whether an agent is there, and what that is derived from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AgentPresence {
    /// Who.
    #[schema(value_type = String)]
    pub agent: Id,
    /// The most that any node says: `active`, a visible tab with input in the last two minutes; `idle`, connected without
    /// that, or gone a moment ago; `away`.
    pub presence: Presence,
    /// The nodes that have a session with a screen, or had one a moment ago. Clients without a screen never count.
    pub nodes: Vec<NodePresence>,
}

/// What one node says of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NodePresence {
    /// The node, as its logs name it.
    #[schema(value_type = String)]
    pub node: Id,
    /// `active` or `idle`.
    pub presence: Presence,
    /// When the newest session with a screen began; null when there is none any more.
    #[serde(with = "time::rfc3339_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Millis>,
    /// When the last one ended; null while there is one.
    #[serde(with = "time::rfc3339_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub left_at: Option<Millis>,
}

/// Tells people where agents are.
pub trait PresenceBoard: Send + Sync {
    /// The presence of each of them, in their order.
    fn presences<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<Vec<AgentPresence>>>;
}

/// Presences of a node that has all sessions.
pub struct LocalPresences {
    /// Its sessions.
    pub registry: Arc<Registry>,
    /// Its name.
    pub node: Id,
}

impl Presences for LocalPresences {
    fn whereabouts<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<Vec<Whereabouts>>> {
        let places = agents.iter().map(|agent| self.registry.whereabouts(agent)).collect();
        Box::pin(std::future::ready(Ok(places)))
    }
}

impl PresenceBoard for LocalPresences {
    fn presences<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<Vec<AgentPresence>>> {
        let of = |agent: &Id| AgentPresence::of(agent, here(&self.registry, &self.node, agent).into_iter().collect());
        Box::pin(std::future::ready(Ok(agents.iter().map(of).collect())))
    }
}

impl AgentPresence {
    fn of(agent: &Id, nodes: Vec<NodePresence>) -> AgentPresence {
        let presence = nodes.iter().map(|node| node.presence).max().unwrap_or(Presence::Away);
        AgentPresence { agent: agent.clone(), presence, nodes }
    }
}

/// What this node says of an agent; none when they are away from it.
fn here(registry: &Registry, node: &Id, agent: &Id) -> Option<NodePresence> {
    let Seen { presence, since, left_at } = registry.seen(agent);
    (presence != Presence::Away).then(|| NodePresence { node: node.clone(), presence, since, left_at })
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
        let reported = self.elsewhere(agents).await?;
        let now = self.clock.now();
        let of = |agent: &Id| {
            let elsewhere = reported.get(agent).into_iter().flatten();
            let elsewhere = elsewhere.map(|report| place(report, self.away_after_ms, now));
            elsewhere.fold(self.registry.whereabouts(agent), nearer)
        };
        Ok(agents.iter().map(of).collect())
    }

    async fn told_by_all(&self, agents: &[Id]) -> Result<Vec<AgentPresence>> {
        let reported = self.elsewhere(agents).await?;
        let now = self.clock.now();
        let of = |agent: &Id| {
            let elsewhere = reported.get(agent).into_iter().flatten();
            let elsewhere = elsewhere.filter_map(|report| reported_by(report, self.away_after_ms, now));
            AgentPresence::of(agent, here(&self.registry, &self.node, agent).into_iter().chain(elsewhere).collect())
        };
        Ok(agents.iter().map(of).collect())
    }

    /// What the other nodes reported, by agent: what this node knows of itself is newer than what it reported.
    async fn elsewhere(&self, agents: &[Id]) -> Result<HashMap<Id, Vec<ReportedPresence>>> {
        let mut by_agent: HashMap<Id, Vec<ReportedPresence>> = HashMap::new();
        for report in self.store.reported_presence(agents.to_vec()).await? {
            if report.node != self.node {
                by_agent.entry(report.agent.clone()).or_default().push(report);
            }
        }
        Ok(by_agent)
    }
}

impl PresenceBoard for ClusterPresences {
    fn presences<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<Vec<AgentPresence>>> {
        Box::pin(self.told_by_all(agents))
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

/// The same in words for people; none when they are away from it.
fn reported_by(report: &ReportedPresence, away_after_ms: Millis, now: Millis) -> Option<NodePresence> {
    let (presence, since) = match place(report, away_after_ms, now) {
        Whereabouts::Away => return None,
        Whereabouts::Connected { since } if report.state == "active" => (Presence::Active, Some(since)),
        Whereabouts::Connected { since } => (Presence::Idle, Some(since)),
        Whereabouts::Leaving { .. } => (Presence::Idle, None),
    };
    Some(NodePresence { node: report.node.clone(), presence, since, left_at: report.left_at })
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
