//! Decides the fallback: takes the inboxes that are due, looks at where their agents are, and plans what goes out for the
//! entries that no device confirmed in time, or notes why nothing does.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::recheck::{off_duty, settled_entry};
use crate::{
    clock::Clock,
    domain::{
        Id, Millis,
        delivery::DeliveryChannel,
        directory::Agent,
        fallback::{Matter, PUSH_AFTER_MS, Reach, Way},
        notification::Notification,
        snapshot::Snapshot,
    },
    error::Result,
    live::Whereabouts,
    store::{Decision, Due, FallbackRow, Store, Unconfirmed, Undecided},
};

/// Inboxes decided in one transaction.
const INBOXES: usize = 200;
/// One node of many plans.
const LEASE_MS: i64 = 10_000;
/// A decided entry without any row means these, on both channels, and nothing else.
const NO_WAY: [&str; 2] = ["no_subscription", "not_configured"];
/// After a failure whoever was taken off the list is looked at again.
const AGAIN_MS: Millis = 2_000;

/// Where agents are, on whichever node.
pub trait Presences: Send + Sync {
    /// Where each of them is, in their order.
    fn whereabouts<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<Vec<Whereabouts>>>;
}

/// To which devices pushes can go.
pub trait Endpoints: Send + Sync {
    /// Ids of the push subscriptions of each agent who has any.
    fn of<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<HashMap<Id, Vec<String>>>>;
}

/// See the module.
#[derive(Clone)]
pub struct Planner {
    /// The store.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// This node, as holder of the lease.
    pub node: Id,
    /// Where agents are.
    pub presences: Arc<dyn Presences>,
    /// Where pushes can go.
    pub endpoints: Arc<dyn Endpoints>,
    /// This installation sends emails.
    pub email: bool,
    /// Several nodes share the store: one of them plans.
    pub is_shared: bool,
}

impl Planner {
    /// Decides whatever is due now; returns how many inboxes were looked at.
    ///
    /// # Errors
    /// When the store cannot be read or written: nothing is lost, and it is tried again.
    pub async fn run_once(&self) -> Result<usize> {
        let mut looked_at = 0;
        loop {
            let due = self.store.due_for_fallback(INBOXES).await?;
            if due.is_empty() {
                return Ok(looked_at);
            }
            // One node alone needs no lease; a write for nothing would wear the disk.
            if self.is_shared && !self.store.take_lease("fallback", &self.node, LEASE_MS).await? {
                return Ok(looked_at);
            }
            let count = due.len();
            if let Err(error) = self.decide(due.clone()).await {
                let at = self.clock.now() + AGAIN_MS;
                due.into_iter().for_each(|due| self.store.fallback_later(due, at));
                return Err(error);
            }
            looked_at += count;
        }
    }

    async fn decide(&self, due: Vec<Due>) -> Result<()> {
        let agents: Vec<Id> = due.iter().map(|due| due.agent.clone()).collect();
        let places = self.presences.whereabouts(&agents).await?;
        let endpoints = self.endpoints.of(&agents).await?;
        let now = self.clock.now();
        let (mut decisions, mut to_read) = (Vec::new(), Vec::new());
        for (due, place) in due.into_iter().zip(places) {
            let due_at = due.since.map(|since| push_due(place, since));
            if let Some(later) = due_at.filter(|at| *at > now) {
                self.store.fallback_later(due, later);
            } else if (due_at.is_some() || place == Whereabouts::Away) && !self.has_way(&endpoints, &due.agent) {
                decisions.push(Decision::on_everything(due.agent));
            } else {
                to_read.push((due.agent, place));
            }
        }
        decisions.extend(self.decide_entries(to_read, &endpoints, now).await?);
        if !decisions.is_empty() {
            self.store.decide(decisions).await?;
        }
        Ok(())
    }

    /// Whether there is anything that could be sent: where there is not, entries need not be looked at.
    fn has_way(&self, endpoints: &HashMap<Id, Vec<String>>, agent: &Id) -> bool {
        self.email || endpoints.get(agent).is_some_and(|known| !known.is_empty())
    }

    async fn decide_entries(
        &self,
        inboxes: Vec<(Id, Whereabouts)>,
        endpoints: &HashMap<Id, Vec<String>>,
        now: Millis,
    ) -> Result<Vec<Decision>> {
        if inboxes.is_empty() {
            return Ok(Vec::new());
        }
        let (agents, places): (Vec<Id>, Vec<Whereabouts>) = inboxes.into_iter().unzip();
        let undecided = self.store.undecided(agents).await?;
        let snapshot = self.store.snapshot();
        let decisions = undecided.into_iter().zip(places).map(|(inbox, place)| {
            let endpoints = endpoints.get(&inbox.agent).map_or(&[][..], Vec::as_slice);
            let case = Case { snapshot: &snapshot, place, endpoints, email: self.email, now };
            case.decide(inbox)
        });
        Ok(decisions.flatten().collect())
    }
}

/// Everything that one inbox's decision depends on.
struct Case<'a> {
    snapshot: &'a Snapshot,
    place: Whereabouts,
    endpoints: &'a [String],
    email: bool,
    now: Millis,
}

impl Case<'_> {
    /// None where nothing is to be written: the inbox is off the list and nothing is open.
    fn decide(&self, inbox: Undecided) -> Option<Decision> {
        let Undecided { agent, inbox, entries, more } = inbox;
        let known = self.snapshot.directory.agent(&agent);
        let mut decision = Decision { agent: agent.clone(), head: inbox.seq, up_to: 0, next: None, rows: Vec::new() };
        let mut all = true;
        for open in &entries {
            let due_at = if is_settled(&open.entry) { self.now } else { push_due(self.place, open.alert_at) };
            if due_at > self.now {
                // What comes after it called for attention later, and is due later.
                (decision.next, all) = (Some(due_at), false);
                break;
            }
            decision.up_to = open.alert_seq;
            if let Some(known) = known.filter(|_| !is_settled(&open.entry)) {
                decision.rows.extend(self.rows(known, open));
            }
        }
        if all && more {
            decision.next = Some(self.now);
        } else if all {
            decision.up_to = inbox.seq;
        }
        let decides = decision.up_to > inbox.decided_seq.max(inbox.acked_seq);
        (decides || decision.next.is_some() || inbox.fallback_due_at.is_some()).then_some(decision)
    }

    fn rows(&self, agent: &Agent, open: &Unconfirmed) -> Vec<FallbackRow> {
        let entry = &open.entry;
        let own = Some(self.snapshot.preferences_of(&agent.id));
        let reach = Reach::new(agent, own, &self.snapshot.settings, self.email, self.now);
        let quiet = reach.quiet_until(entry.priority);
        let category = entry.category.as_deref().unwrap_or("");
        let matter = Matter { kind: &entry.kind, category, priority: entry.priority };
        let away = off_duty(agent).map(|why| Way::Skipped { why });
        let push = away.unwrap_or_else(|| reach.web_push(quiet));
        let email = away.unwrap_or_else(|| match reach.fallback_email(&matter, quiet) {
            Way::IfUnacknowledged { .. } | Way::Held { .. } if open.has_alert_email => {
                Way::Skipped { why: "alert_email" }
            }
            way => way,
        });
        let mut rows: Vec<FallbackRow> = match push {
            Way::Skipped { .. } => vec![self.row(open, DeliveryChannel::WebPush, "", push)],
            _ if self.endpoints.is_empty() => {
                let way = Way::Skipped { why: "no_subscription" };
                vec![self.row(open, DeliveryChannel::WebPush, "", way)]
            }
            _ => self.endpoints.iter().map(|id| self.row(open, DeliveryChannel::WebPush, id, push)).collect(),
        };
        rows.push(self.row(open, DeliveryChannel::Email, "", email));
        // Where there is no way at all, nothing is written: it would be two rows for each entry of an installation that
        // sends nothing.
        if rows.iter().all(|row| row.why.is_some_and(|why| NO_WAY.contains(&why))) {
            rows.clear();
        }
        rows
    }

    fn row(&self, open: &Unconfirmed, channel: DeliveryChannel, endpoint: &str, way: Way) -> FallbackRow {
        let (state, why, due_at, batch) = match way {
            Way::Skipped { why } => ("skipped", Some(why), None, String::new()),
            Way::Held { until, why } => ("held", Some(why), Some(until), why.to_owned()),
            Way::IfUnacknowledged { after_ms } => {
                // The grace of a push is over; an email has one of its own.
                let due = if channel == DeliveryChannel::Email { open.alert_at + after_ms } else { self.now };
                ("planned", None, Some(due.max(self.now)), batch_of(&open.entry, channel))
            }
        };
        FallbackRow {
            notification: open.entry.id.clone(),
            event: open.event.clone(),
            ticket: open.entry.ticket.as_ref().map(|ticket| ticket.id.clone()),
            channel,
            endpoint: endpoint.to_owned(),
            stage: open.alert_seq,
            batch,
            state,
            why,
            due_at,
        }
    }
}

/// The grace (DESIGN, section 8): away at once, connected after a while, leaving once it is clear that they left.
fn push_due(place: Whereabouts, alert_at: Millis) -> Millis {
    match place {
        Whereabouts::Away => alert_at,
        Whereabouts::Leaving { away_at } => away_at,
        Whereabouts::Connected { since } => alert_at.max(since) + PUSH_AFTER_MS,
    }
}

/// Nothing is to be done about it now, or it was never meant to disturb.
fn is_settled(entry: &Notification) -> bool {
    entry.quiet || settled_entry(entry).is_some()
}

/// Pushes that are due together go out together, emails of one ticket as one.
fn batch_of(entry: &Notification, channel: DeliveryChannel) -> String {
    match (channel, &entry.ticket) {
        (DeliveryChannel::Email, Some(ticket)) => format!("ticket:{}", ticket.id),
        (DeliveryChannel::Email, None) => String::new(),
        _ => "now".to_owned(),
    }
}
