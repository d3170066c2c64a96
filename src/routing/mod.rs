//! Decides who hears about an event, and why. Pure: facts and the time come in, notifications and refusals go out.
//!
//! [`rules`] says which audience hears of what on the bell; [`audience`] finds the people; [`alerts`] whom the
//! administrator's switches email beside; `preferences` what they want and may; [`channels`] on which ways and when;
//! `drafts` words it, and [`retold`] for those without an entry; `follow_up` is what happens beside; [`explain`] is the whole decision as JSON.

pub mod alerts;
pub mod audience;
pub mod candidate;
pub mod channels;
mod drafts;
pub mod explain;
mod follow_up;
pub mod links;
mod mentions;
pub mod outward;
mod people;
pub mod plain_text;
mod preferences;
pub mod retold;
pub mod rules;
pub mod text;
pub mod wording;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;

use alerts::{ADMIN, Alert};
use candidate::{Candidate, CandidateKind, ChannelOutcome, Channels, Outcome, Why};
use channels::{Case, Outgoing};
use drafts::{Drafter, Prepared};
use explain::Explanation;
use outward::Written;
use people::{Named, People};
use preferences::Gate;
use rules::{Audience, Condition, RULES};
use text::Texts;

use crate::domain::{
    Id,
    act::{Op, Selector},
    delivery::{DeliveryChannel, PlannedDelivery},
    directory::{Agent, AgentStatus},
    event::{EventType, Urgency},
    notification::Draft,
    plan::{Facts, Plan, Resolution, Router},
    presence::OFFLINE_SMS,
    ticket::Watch,
};

/// The rule book, made ready: rules by event, texts compiled. One per process, shared by all events.
pub struct Engine {
    rules: Vec<Vec<Prepared>>,
    texts: Texts,
    outgoing: Outgoing,
}

/// What one event leads to, with the trace of how it came about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// Everybody whom a rule or a switch named, and the actor, each once.
    pub candidates: Vec<Candidate>,
    /// One per candidate whose bell rings or keeps a quiet entry.
    pub drafts: Vec<Draft>,
    /// Watches made or renewed.
    pub watches: Vec<Watch>,
    /// What happens to entries that are already there.
    pub acts: Vec<(Id, Op, Selector)>,
    /// What others' work settles.
    pub resolution: Option<Resolution>,
    /// What goes out beside the bell, or would.
    pub deliveries: Vec<PlannedDelivery>,
}

impl Default for Engine {
    fn default() -> Engine {
        Engine::new(Outgoing::everything())
    }
}

impl Engine {
    /// Compiles the book, for an installation that can send `outgoing`.
    pub fn new(outgoing: Outgoing) -> Engine {
        let of = |kind: &EventType| RULES.iter().filter(|rule| rule.on == *kind).map(Prepared::new).collect();
        Engine { rules: EventType::ALL.iter().map(of).collect(), texts: Texts::default(), outgoing }
    }

    /// Who hears of it, and why, and what else happens.
    pub fn decide(&self, facts: &Facts<'_>) -> Decision {
        let alerts = alerts::of(facts, self.outgoing.admin_address.as_deref());
        let mut people = People::default();
        self.name_by_rules(facts, &mut people);
        alerts.iter().filter(|alert| !alert.is_address).for_each(|alert| people.name_by_alert(alert, facts));
        let mut decision = Decision {
            candidates: Vec::with_capacity(people.all.len() + 2),
            drafts: Vec::with_capacity(people.all.len()),
            ..Decision::default()
        };
        let mut drafter = Drafter::new(facts, &self.texts);
        people.all.iter().for_each(|person| self.judge_into(&mut decision, person, facts, &mut drafter));
        if should_have_reached(facts, &decision.candidates) {
            self.cover(facts, &mut decision, &mut drafter);
        }
        decision.candidates.extend(alerts.iter().find(|alert| alert.is_address).map(|alert| self.address(alert)));
        decision.candidates.extend(self.unnamed_actor(facts, &decision.candidates));
        decision.deliveries = decision.candidates.iter().flat_map(|candidate| planned(candidate, facts)).collect();
        for Written { candidate, deliveries } in outward::of(facts, &self.outgoing) {
            decision.deliveries.extend(deliveries);
            decision.candidates.push(candidate);
        }
        decision.watches = follow_up::watches(facts);
        decision.acts = follow_up::acts(facts, &decision.candidates);
        decision.resolution = follow_up::resolution(facts);
        decision
    }

    /// The same, as `POST /api/v1/explain` answers it.
    pub fn explain(&self, facts: &Facts<'_>) -> Explanation {
        Explanation { candidates: self.decide(facts).candidates }
    }

    fn rules_of(&self, kind: EventType) -> &[Prepared] {
        self.rules.get(kind as usize).map_or(&[], Vec::as_slice)
    }

    /// Everybody in an audience of this event, each once, with the rule that counts: the first by rank that nothing
    /// switches off for them, else the first.
    fn name_by_rules<'e>(&'e self, facts: &Facts<'e>, people: &mut People<'e>) {
        let mut audience = Vec::new();
        for prepared in self.rules_of(facts.event.kind) {
            let rule = prepared.rule;
            if rule.when == Condition::NobodyReached || !audience::holds(rule.when, facts) {
                continue;
            }
            let gate = Gate::of(rule, facts);
            audience::resolve(rule.audience, facts, &mut audience);
            // A department's list names nobody twice: nobody has to be looked for among the first.
            let are_new = people.all.is_empty() && rule.audience == Audience::DepartmentMembers;
            for id in audience.drain(..) {
                match are_new {
                    true => people.all.push(Named::new(id, Some((prepared, &gate)), None, facts)),
                    false => people.name_by_rule(id, prepared, &gate, facts),
                }
            }
        }
    }

    /// An event that nobody heard of goes to whoever answers for the department, also where another rule refused
    /// them before.
    fn cover(&self, facts: &Facts<'_>, decision: &mut Decision, drafter: &mut Drafter<'_>) {
        let mut audience = Vec::new();
        for prepared in self.rules_of(facts.event.kind).iter().filter(|p| p.rule.when == Condition::NobodyReached) {
            let gate = Gate::of(prepared.rule, facts);
            audience::resolve(prepared.rule.audience, facts, &mut audience);
            for id in audience.drain(..) {
                decision.candidates.retain(|known| known.recipient != id);
                let person = Named::new(id, Some((prepared, &gate)), None, facts);
                self.judge_into(decision, &person, facts, drafter);
            }
        }
    }

    fn judge_into(&self, to: &mut Decision, person: &Named<'_>, facts: &Facts<'_>, drafter: &mut Drafter<'_>) {
        let candidate = self.judge(person, facts, drafter);
        if candidate.has_entry()
            && let Some((prepared, _)) = person.bell
        {
            to.drafts.push(drafter.draft(&candidate, prepared));
        }
        to.candidates.push(candidate);
    }

    fn judge(&self, person: &Named<'_>, facts: &Facts<'_>, drafter: &Drafter<'_>) -> Candidate {
        let obstacle = preferences::obstacle(&person.id, person.agent, facts);
        let rings = matches!(person.bell, Some((_, None)));
        let (outcome, why, channels) = match (obstacle, person.agent) {
            (Some(why), _) => (Outcome::Skipped, Some(why), None),
            (None, None) => (Outcome::Skipped, Some(Why::UnknownAgent), None),
            (None, Some(agent)) if agent.status == AgentStatus::Vacation => {
                let bell = person.bell.and_then(|(_, blocked)| blocked);
                match bell {
                    Some(why) => (Outcome::Skipped, Some(why), None),
                    None if rings => (Outcome::Stored, Some(Why::Vacation), Some(Channels::STORED)),
                    None => (Outcome::Skipped, Some(Why::Vacation), None),
                }
            }
            (None, Some(agent)) => {
                let channels = self.channels(person, agent, facts, drafter);
                match channels.reach() {
                    true => (Outcome::Notified, None, Some(channels)),
                    false => (Outcome::Skipped, Some(why_not(person, self.outgoing.email)), None),
                }
            }
        };
        // What rings the bell names the reason; where it does not, the switch does that emails them.
        let bell = person.bell.filter(|(_, blocked)| blocked.is_none() || person.alert.is_none() || channels.is_none());
        let (reason, rule, category) = match (bell, person.alert) {
            (Some((prepared, _)), _) => (Some(prepared.rule.reason), Some(prepared.rule.id), prepared.rule.category),
            (None, Some(alert)) => (Some(alert.reason), Some(alert.switch), Some(alert.category)),
            (None, None) => (None, None, None),
        };
        let recipient = person.id.clone();
        Candidate { recipient, kind: CandidateKind::Agent, outcome, why, reason, rule, category, channels }
    }

    fn channels(&self, person: &Named<'_>, agent: &Agent, facts: &Facts<'_>, drafter: &Drafter<'_>) -> Channels {
        let bell = person.bell.map(|(prepared, blocked)| (prepared.rule, blocked));
        Case {
            facts,
            outgoing: &self.outgoing,
            agent,
            preferences: person.preferences,
            bell,
            priority: bell.map(|(rule, _)| drafter.priority(rule.priority)).unwrap_or_default(),
            alert: person.alert,
        }
        .channels()
    }

    /// The administrative address, which is nobody's.
    fn address(&self, alert: &Alert) -> Candidate {
        let skipped = |why| ChannelOutcome::Skipped { why };
        let goes_out = self.outgoing.email && !alert.silenced;
        let email = ChannelOutcome::Now { rule: Some(alert.switch) };
        let channels =
            Channels { bell: skipped("address"), web_push: skipped("address"), email, sms: skipped("address") };
        let why = if alert.silenced { Why::DepartmentRecipients } else { Why::NotConfigured };
        Candidate {
            recipient: Id::from(ADMIN),
            kind: CandidateKind::Address,
            outcome: if goes_out { Outcome::Notified } else { Outcome::Skipped },
            why: (!goes_out).then_some(why),
            reason: Some(alert.reason),
            rule: Some(alert.switch),
            category: Some(alert.category),
            channels: goes_out.then_some(channels),
        }
    }

    /// Whoever did it is listed even where no rule names them: "why did I not get this" has an answer.
    fn unnamed_actor(&self, facts: &Facts<'_>, candidates: &[Candidate]) -> Option<Candidate> {
        let actor = facts.event.data.actor.agent()?;
        let has_rules = !self.rules_of(facts.event.kind).is_empty();
        let is_listed = candidates.iter().any(|candidate| candidate.recipient == *actor);
        (has_rules && !is_listed).then(|| Candidate {
            recipient: actor.clone(),
            kind: CandidateKind::Agent,
            outcome: Outcome::Skipped,
            why: Some(Why::Actor),
            reason: None,
            rule: None,
            category: None,
            channels: None,
        })
    }
}

/// Whether this is news that somebody had to hear of, and nobody does. Who did it themself knows it.
fn should_have_reached(facts: &Facts<'_>, candidates: &[Candidate]) -> bool {
    let data = &facts.event.data;
    let is_news = !data.bounce && !data.auto_reply && !data.bot_answered && data.alert != Some(false);
    let is_news =
        is_news && (facts.event.kind != EventType::TicketUrgencyChanged || data.urgency == Some(Urgency::Critical));
    let is_heard = |candidate: &Candidate| {
        candidate.outcome == Outcome::Notified
            || matches!(candidate.why, Some(Why::Actor | Why::SameAct)) && candidate.rule.is_some()
    };
    facts.snapshot.settings.coverage.active && is_news && !candidates.iter().any(is_heard)
}

/// What goes out to a member of the staff or the administrative address whatever their devices confirm, and what only asks
/// when it is sent whether it is needed.
fn planned(candidate: &Candidate, facts: &Facts<'_>) -> Vec<PlannedDelivery> {
    let Some(channels) = candidate.channels else { return Vec::new() };
    let (recipient, kind, mut deliveries) = (&candidate.recipient, candidate.kind, Vec::new());
    if let ChannelOutcome::Now { rule: Some(purpose) } = channels.email {
        let emails_per_hour = facts.snapshot.settings.limits.emails_per_hour;
        let at_once_per_hour = (kind == CandidateKind::Agent).then_some(emails_per_hour);
        let email = PlannedDelivery::new(recipient.clone(), kind, DeliveryChannel::Email, purpose);
        deliveries.push(PlannedDelivery { at_once_per_hour, ..email });
    }
    if let Some(policy) = channels::sms_policy(facts) {
        let text = PlannedDelivery::new(recipient.clone(), kind, DeliveryChannel::Sms, policy);
        deliveries.extend(text_at(text, channels.sms, facts));
    }
    deliveries
}

/// A text message as its channel says; those of a chat go out together.
fn text_at(text: PlannedDelivery, outcome: ChannelOutcome, facts: &Facts<'_>) -> Option<PlannedDelivery> {
    let is_chat = text.purpose == OFFLINE_SMS;
    match outcome {
        ChannelOutcome::Now { .. } => Some(text),
        ChannelOutcome::Held { until } => {
            let batch = if is_chat { "quiet".to_owned() } else { String::new() };
            Some(PlannedDelivery { held_until: Some(until), batch, ..text })
        }
        ChannelOutcome::IfUnacknowledged { after_ms } => {
            let batch = facts.ticket.map(|ticket| format!("ticket:{}", ticket.id)).unwrap_or_default();
            Some(PlannedDelivery { not_before: Some(facts.now.saturating_add_unsigned(after_ms)), batch, ..text })
        }
        ChannelOutcome::Stored | ChannelOutcome::Skipped { .. } => None,
    }
}

/// Why a person is told on no channel at all.
fn why_not(person: &Named<'_>, email_goes_out: bool) -> Why {
    match (person.bell, person.alert) {
        (Some((_, Some(why))), _) => why,
        (_, Some(alert)) if alert.silenced => Why::DepartmentRecipients,
        (_, Some(_)) if !email_goes_out => Why::NotConfigured,
        (_, Some(_)) if person.agent.is_some_and(|agent| agent.email.is_none()) => Why::NoAddress,
        _ => Why::AlertEmailOff,
    }
}

impl Router for Engine {
    fn route(&self, facts: Facts<'_>) -> Plan {
        let decision = self.decide(&facts);
        let is_person = |kind| kind != CandidateKind::Address;
        let told = decision.candidates.iter().filter(|c| c.outcome == Outcome::Notified && is_person(c.kind));
        Plan {
            notified: told.map(|candidate| candidate.recipient.clone()).collect(),
            explanation: explain::to_json(&decision.candidates),
            drafts: decision.drafts,
            watches: decision.watches,
            acts: decision.acts,
            resolution: decision.resolution,
            deliveries: decision.deliveries,
        }
    }
}
