//! The way of an event as a list of steps, for whoever asks what became of it: accepted, stored, confirmed, read, planned,
//! held, tried, sent or not, and why.

use serde::Serialize;

use crate::{
    domain::{Id, Millis, notification::Notification, time},
    store::{EventTrace, FALLBACK, KeptEvent, LoggedAttempt, LoggedDelivery, Traced},
};

/// What it means that the planner wrote no row: an agent without a device in an installation without email.
const NO_WAY: [(&str, &str); 2] = [("web_push", "no_subscription"), ("email", "not_configured")];
/// The fallback is decided within so long at the latest, unless the node was down: the longest grace, 20 s until somebody is
/// away, and what a look at them takes.
const DECIDED_WITHIN_MS: Millis = 25_000;

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Step {
    /// When; null where the time of it is not kept.
    #[serde(with = "time::rfc3339_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Millis>,
    /// `accepted`, `stored`, `acked`, `read`, `cleared`, `snoozed`, `resolved`, `planned`, `tried`, `sent`, `held`,
    /// `failed`, `cancelled`, `skipped`, `expired`.
    pub what: String,
    /// Whom it concerns; null for the event itself.
    #[schema(value_type = Option<String>)]
    pub recipient: Option<Id>,
    /// `web_push`, `email`, `sms`; null for the bell.
    pub channel: Option<String>,
    /// A reason code.
    pub why: Option<String>,
    /// What the other side said, or what it is about.
    pub detail: Option<String>,
}

impl Step {
    fn new(at: impl Into<Option<Millis>>, what: &str, recipient: Option<&Id>) -> Step {
        Step {
            at: at.into(),
            what: what.to_owned(),
            recipient: recipient.cloned(),
            channel: None,
            why: None,
            detail: None,
        }
    }
}

/// The steps in the order of time; what has none stands behind what it followed.
pub fn timeline(event: Option<&KeptEvent>, trace: &EventTrace) -> Vec<Step> {
    let mut steps: Vec<(Millis, Step)> = Vec::new();
    if let Some(event) = event {
        let step = Step { detail: Some(event.kind.clone()), ..Step::new(event.accepted_at, "accepted", None) };
        steps.push((event.accepted_at, step));
    }
    for traced in &trace.entries {
        steps.extend(of_entry(&traced.agent, &traced.entry, traced.acked_seq >= traced.alert_seq));
        if trace.is_whole && goes_nowhere(traced, &trace.deliveries) {
            steps.extend(NO_WAY.map(|(channel, why)| (traced.alert_at, nowhere(&traced.agent, channel, why))));
        }
    }
    for delivery in &trace.deliveries {
        let tries = trace.attempts.iter().filter(|attempt| attempt.delivery_id == delivery.id);
        steps.extend(of_delivery(delivery, tries));
    }
    steps.sort_by_key(|(at, _)| *at);
    steps.into_iter().map(|(_, step)| step).collect()
}

/// Nothing is written of an entry that was decided where there is no way at all; what is not there says it.
fn goes_nowhere(traced: &Traced, deliveries: &[LoggedDelivery]) -> bool {
    let Traced { agent, entry, alert_seq, alert_at, acked_seq, decided_seq } = traced;
    let is_decided = decided_seq >= alert_seq && acked_seq < alert_seq;
    let resolved_at = entry.resolved.as_ref().map(|resolved| resolved.at);
    let settled_at = [entry.read_at, entry.cleared_at, resolved_at].into_iter().flatten().min();
    // What was read or handled before the decision has no row either, for a better reason that stands beside it.
    let was_settled = settled_at.is_some_and(|at| at < alert_at + DECIDED_WITHIN_MS);
    let is_theirs = |row: &LoggedDelivery| row.purpose == FALLBACK && row.recipient == **agent;
    is_decided && !entry.quiet && !was_settled && !deliveries.iter().any(is_theirs)
}

fn nowhere(agent: &Id, channel: &str, why: &str) -> Step {
    let step = Step::new(None, "skipped", Some(agent));
    Step { channel: Some(channel.to_owned()), why: Some(why.to_owned()), ..step }
}

fn of_entry(agent: &Id, entry: &Notification, confirmed: bool) -> Vec<(Millis, Step)> {
    let stored = Step {
        why: Some(entry.reason.to_string()),
        detail: Some(format!("number {}", entry.seq)),
        ..Step::new(entry.created_at, "stored", Some(agent))
    };
    let mut steps = vec![(entry.created_at, stored)];
    if confirmed {
        steps.push((entry.created_at, Step::new(None, "acked", Some(agent))));
    }
    let times = [("read", entry.read_at), ("cleared", entry.cleared_at)];
    steps.extend(times.into_iter().filter_map(|(what, at)| Some((at?, Step::new(at, what, Some(agent))))));
    if let Some(until) = entry.snoozed_until {
        let detail = Some(format!("until {}", time::to_rfc3339(until)));
        steps.push((entry.created_at, Step { detail, ..Step::new(None, "snoozed", Some(agent)) }));
    }
    if let Some(resolved) = &entry.resolved {
        let step = Step { why: Some(resolved.how.clone()), ..Step::new(resolved.at, "resolved", Some(agent)) };
        steps.push((resolved.at, Step { detail: resolved.by_name.clone(), ..step }));
    }
    steps
}

fn of_delivery<'a>(delivery: &LoggedDelivery, tries: impl Iterator<Item = &'a LoggedAttempt>) -> Vec<(Millis, Step)> {
    let recipient = Id::from(&*delivery.recipient);
    let step = |at: Millis, what: &str| Step {
        channel: Some(delivery.channel.clone()),
        ..Step::new(at, what, Some(&recipient))
    };
    let is_decided = delivery.state == "skipped" && delivery.created_at == delivery.updated_at;
    let mut steps = Vec::new();
    if !is_decided {
        let planned = Step { detail: Some(delivery.purpose.clone()), ..step(delivery.created_at, "planned") };
        steps.push((delivery.created_at, planned));
    }
    steps.extend(tries.map(|attempt| {
        let tried = Step { why: Some(attempt.outcome.clone()), ..step(attempt.at, "tried") };
        (attempt.at, Step { detail: attempt.detail.clone(), ..tried })
    }));
    if delivery.state != "planned" && delivery.state != "sending" {
        let ended = Step { why: delivery.why.clone(), ..step(delivery.updated_at, &delivery.state) };
        steps.push((delivery.updated_at, ended));
    }
    steps
}
