//! On which channels somebody hears of it, and when: preferences, quiet hours, digests, alert emails, policies.

use super::{
    alerts::Alert,
    candidate::{ChannelOutcome, Channels, Why},
    rules::{Kind, Rule},
};
use crate::domain::{
    Millis,
    directory::{Agent, Role},
    event::{Escalation, EventType, Urgency},
    notification::Priority,
    plan::Facts,
    preferences::{InForce, Preferences},
    quiet_hours::zone,
};

/// How long a connected device has before push is tried (DESIGN: grace).
const PUSH_AFTER_MS: u64 = 10_000;
/// How long any device has before the fallback email (D-22).
const EMAIL_AFTER_MS: u64 = 120_000;

/// What this installation can send.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    /// Emails go out.
    pub email: bool,
    /// Text messages go out.
    pub sms: bool,
    /// The administrative address.
    pub admin_address: Option<String>,
}

impl Outgoing {
    /// Everything can be sent.
    pub fn everything() -> Outgoing {
        Outgoing { email: true, sms: true, admin_address: Some("admin@example.com".to_owned()) }
    }
}

/// One person and what the event is to them.
pub struct Case<'a> {
    /// The event and all around it.
    pub facts: &'a Facts<'a>,
    /// What can be sent at all.
    pub outgoing: &'a Outgoing,
    /// Who.
    pub agent: &'a Agent,
    /// What they chose, if anything.
    pub preferences: Option<&'a Preferences>,
    /// The rule of the bell that names them, and what is in its way.
    pub bell: Option<(&'a Rule, Option<Why>)>,
    /// How much it may disturb.
    pub priority: Priority,
    /// The alert switch that names them.
    pub alert: Option<&'a Alert>,
}

const fn skipped(why: &'static str) -> ChannelOutcome {
    ChannelOutcome::Skipped { why }
}

impl Channels {
    /// A quiet entry and nothing else.
    pub const STORED: Channels = Channels {
        bell: ChannelOutcome::Stored,
        web_push: skipped("vacation"),
        email: skipped("vacation"),
        sms: skipped("vacation"),
    };

    /// Whether anything goes out, now or later.
    pub fn reach(&self) -> bool {
        [self.bell, self.web_push, self.email, self.sms]
            .iter()
            .any(|outcome| !matches!(outcome, ChannelOutcome::Skipped { .. } | ChannelOutcome::Stored))
    }
}

impl Case<'_> {
    /// The channels, when nothing about the person is in the way.
    pub fn channels(&self) -> Channels {
        let in_force = InForce::new(self.preferences, &self.facts.snapshot.settings);
        let bell = match self.bell {
            Some((_, None)) => ChannelOutcome::Now { rule: None },
            Some((_, Some(why))) => skipped(why.as_str()),
            None => skipped("not_concerned"),
        };
        let rings = matches!(bell, ChannelOutcome::Now { .. });
        let quiet = self.quiet_until(&in_force);
        let email = match self.alert_email(&in_force) {
            Some(Ok(switch)) => ChannelOutcome::Now { rule: Some(switch) },
            Some(Err(why)) if !rings => skipped(why.as_str()),
            // Fallback is for what the bell has.
            _ if !rings => skipped("not_concerned"),
            _ => self.fallback_email(&in_force, quiet),
        };
        let web_push = match quiet {
            _ if !rings => skipped("not_concerned"),
            _ if !in_force.is_on("web_push") => skipped("channel_off"),
            Some(until) => ChannelOutcome::Held { until },
            None => ChannelOutcome::IfUnacknowledged { after_ms: PUSH_AFTER_MS },
        };
        Channels { bell, web_push, email, sms: self.sms(&in_force, quiet) }
    }

    fn quiet_until(&self, in_force: &InForce<'_>) -> Option<Millis> {
        if in_force.quiet_hours().is_none() && in_force.do_not_disturb_until().is_none() {
            return None;
        }
        let passes = self.priority == Priority::Urgent && in_force.lets_critical_through();
        let until = || in_force.quiet_until(self.facts.now, zone(self.agent.time_zone.as_deref()));
        if passes { None } else { until() }
    }

    /// The alert email: none where no switch names them; else the switch, or why it does not go out.
    fn alert_email(&self, in_force: &InForce<'_>) -> Option<Result<&'static str, Why>> {
        let alert = self.alert?;
        Some(if alert.silenced {
            Err(Why::DepartmentRecipients)
        } else if !self.outgoing.email {
            Err(Why::NotConfigured)
        } else if self.agent.email.is_none() {
            Err(Why::NoAddress)
        } else if !in_force.is_on("email") && !in_force.requires_alert_email(alert.category) {
            Err(Why::ChannelOff)
        } else if !in_force.alert_email(alert.category) {
            Err(Why::AlertEmailOff)
        } else {
            Ok(alert.switch)
        })
    }

    /// D-22: only what no device acknowledged, and only what the agent wants by email at all.
    fn fallback_email(&self, in_force: &InForce<'_>, quiet: Option<Millis>) -> ChannelOutcome {
        let Some((rule, _)) = self.bell else { return skipped("not_concerned") };
        let by_type = in_force.email_types().is_some_and(|types| types.iter().all(|kind| kind != rule.kind.as_str()));
        let is_low_mention = rule.kind == Kind::Mention && self.priority < Priority::High;
        let email_in_quiet = in_force.quiet_hours().is_some_and(|hours| hours.email);
        let digest = || {
            let zone = zone(self.agent.time_zone.as_deref());
            in_force.email_frequency().next(self.facts.now, zone, in_force.digest_hour())
        };
        if self.agent.email.is_none() {
            skipped("no_address")
        } else if !in_force.is_on("email") {
            skipped("channel_off")
        } else if !self.outgoing.email {
            skipped("not_configured")
        } else if !in_force.fallback_email(rule.category.unwrap_or("")) {
            skipped("fallback_email_off")
        } else if by_type {
            skipped("type_off")
        } else if is_low_mention && in_force.high_priority_mentions_only() {
            skipped("mention_not_high")
        } else if let Some(until) = quiet.filter(|_| !email_in_quiet) {
            ChannelOutcome::Held { until: digest().map_or(until, |digest| digest.max(until)) }
        } else if let Some(until) = digest() {
            ChannelOutcome::Held { until }
        } else {
            ChannelOutcome::IfUnacknowledged { after_ms: EMAIL_AFTER_MS }
        }
    }

    /// D-10, the policy `critical`. Quiet hours hold it as they hold everything that disturbs (D-12).
    fn sms(&self, in_force: &InForce<'_>, quiet: Option<Millis>) -> ChannelOutcome {
        let is_pm = self.agent.role == Role::Pm;
        let Some(policy) = sms_policy(self.facts) else {
            return skipped(if is_pm { "no_policy" } else { "not_pm" });
        };
        if !is_pm {
            skipped("not_pm")
        } else if !matches!(self.bell, Some((_, None))) {
            skipped("not_concerned")
        } else if !self.outgoing.sms {
            skipped("not_configured")
        } else if self.agent.phone.is_none() {
            skipped("no_number")
        } else if !in_force.is_on("sms") {
            skipped("channel_off")
        } else if let Some(until) = quiet {
            ChannelOutcome::Held { until }
        } else {
            ChannelOutcome::Now { rule: Some(policy) }
        }
    }
}

/// The policy by which project managers get a text message of this event: critical urgency, or an emergency (D-10).
pub fn sms_policy(facts: &Facts<'_>) -> Option<&'static str> {
    let data = &facts.event.data;
    match facts.event.kind {
        EventType::TicketUrgencyChanged if data.urgency == Some(Urgency::Critical) => Some("sms.critical"),
        EventType::TicketEscalated if data.escalation == Some(Escalation::Emergency) => Some("sms.emergency"),
        _ => None,
    }
}
