//! On which channels somebody hears of it, and when: preferences, quiet hours, digests, alert emails, policies.

use super::{
    alerts::Alert,
    candidate::{ChannelOutcome, Channels, Why},
    rules::Rule,
};
use crate::domain::{
    Millis,
    directory::{Agent, Role},
    event::{Escalation, EventType, Urgency},
    fallback::{Matter, Reach, SMS_AFTER_MS, Way},
    notification::Priority,
    plan::Facts,
    preferences::{InForce, Preferences},
    presence::OFFLINE_SMS,
    sms,
    ticket::TicketFacts,
};

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

impl From<Way> for ChannelOutcome {
    fn from(way: Way) -> ChannelOutcome {
        match way {
            Way::IfUnacknowledged { after_ms } => {
                ChannelOutcome::IfUnacknowledged { after_ms: after_ms.unsigned_abs() }
            }
            Way::Held { until, .. } => ChannelOutcome::Held { until },
            Way::Skipped { why } => skipped(why),
        }
    }
}

impl Channels {
    /// A quiet entry and nothing else.
    pub const STORED: Channels = Channels {
        bell: ChannelOutcome::Stored,
        web_push: skipped("vacation"),
        email: skipped("vacation"),
        sms: skipped("vacation"),
    };

    /// What there is for somebody without an inbox.
    pub const OUTSIDE: Channels = Channels {
        bell: skipped("no_inbox"),
        web_push: skipped("no_inbox"),
        email: skipped("no_inbox"),
        sms: skipped("no_inbox"),
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
        let reach = self.reach();
        let in_force = reach.in_force;
        let bell = match self.bell {
            Some((_, None)) => ChannelOutcome::Now { rule: None },
            Some((_, Some(why))) => skipped(why.as_str()),
            None => skipped("not_concerned"),
        };
        let rings = matches!(bell, ChannelOutcome::Now { .. });
        let quiet = reach.quiet_until(self.priority);
        let email = match self.alert_email(&in_force) {
            Some(Ok(switch)) => ChannelOutcome::Now { rule: Some(switch) },
            Some(Err(why)) if !rings => skipped(why.as_str()),
            // Fallback is for what the bell has.
            _ if !rings => skipped("not_concerned"),
            _ => self.fallback_email(&reach, quiet),
        };
        let web_push = if rings { reach.web_push(quiet).into() } else { skipped("not_concerned") };
        Channels { bell, web_push, email, sms: self.sms(&in_force, quiet) }
    }

    fn reach(&self) -> Reach<'_> {
        let Facts { snapshot, now, .. } = *self.facts;
        Reach::new(self.agent, self.preferences, &snapshot.settings, self.outgoing.email, now)
    }

    fn fallback_email(&self, reach: &Reach<'_>, quiet: Option<Millis>) -> ChannelOutcome {
        let Some((rule, _)) = self.bell else { return skipped("not_concerned") };
        let (kind, category) = (rule.kind.as_str(), rule.category.unwrap_or(""));
        reach.fallback_email(&Matter { kind, category, priority: self.priority }, quiet).into()
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

    /// D-10. Quiet hours hold it as they hold everything that disturbs (D-12).
    fn sms(&self, in_force: &InForce<'_>, quiet: Option<Millis>) -> ChannelOutcome {
        let is_pm = self.agent.role == Role::Pm;
        let Some(policy) = sms_policy(self.facts) else {
            return skipped(if is_pm { "no_policy" } else { "not_pm" });
        };
        let data = &self.facts.event.data;
        let is_chat = policy == OFFLINE_SMS;
        if !is_chat && !is_pm {
            skipped("not_pm")
        } else if !matches!(self.bell, Some((_, None))) {
            skipped("not_concerned")
        } else if is_chat && (data.auto_reply || data.bounce) {
            skipped(Why::AutomaticMail.as_str())
        } else if is_chat && data.alert == Some(false) {
            skipped(Why::NotWanted.as_str())
        } else if !self.outgoing.sms {
            skipped("not_configured")
        } else if self.agent.phone.as_deref().and_then(sms::normalize).is_none() {
            skipped(Why::NoNumber.as_str())
        } else if !in_force.is_on("sms") {
            skipped("channel_off")
        } else if let Some(until) = quiet {
            ChannelOutcome::Held { until }
        } else if is_chat {
            ChannelOutcome::IfUnacknowledged { after_ms: SMS_AFTER_MS.unsigned_abs() }
        } else {
            ChannelOutcome::Now { rule: Some(policy) }
        }
    }
}

/// The policy by which agents get a text message of this event (D-10): project managers of critical urgency or an
/// emergency, whoever the bell tells of a customer's message in a chat while they are offline.
pub fn sms_policy(facts: &Facts<'_>) -> Option<&'static str> {
    let data = &facts.event.data;
    match facts.event.kind {
        EventType::TicketUrgencyChanged if data.urgency == Some(Urgency::Critical) => Some("sms.critical"),
        EventType::TicketEscalated if data.escalation == Some(Escalation::Emergency) => Some("sms.emergency"),
        EventType::MessageReceived if facts.ticket.is_some_and(TicketFacts::is_chat) => {
            facts.snapshot.settings.chat.offline_sms.agents.then_some(OFFLINE_SMS)
        }
        _ => None,
    }
}
