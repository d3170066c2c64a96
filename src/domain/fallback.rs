//! How somebody can be reached when no device of theirs confirmed a notification: by preferences, quiet hours and what
//! is known of them. Asked when the event is routed, when the fallback is decided and again when it is sent.

use super::{
    Millis,
    directory::Agent,
    notification::Priority,
    preferences::{InForce, Preferences},
    quiet_hours::zone,
    settings::Settings,
};

/// How long a connected device has before push is tried (DESIGN: grace).
pub const PUSH_AFTER_MS: i64 = 10_000;
/// How long any device has before the fallback email (D-22).
pub const EMAIL_AFTER_MS: i64 = 120_000;
/// How long any device has before an agent who is offline gets a text message of a chat: it comes last, when a push had
/// the time to be answered.
pub const SMS_AFTER_MS: i64 = 120_000;

/// What happens on one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Unless a device confirms it within so long.
    IfUnacknowledged {
        /// Milliseconds.
        after_ms: i64,
    },
    /// Not before that time, together with whatever else waits for it.
    Held {
        /// When it may go out.
        until: Millis,
        /// `quiet_hours` or `digest`.
        why: &'static str,
    },
    /// Not at all.
    Skipped {
        /// Why.
        why: &'static str,
    },
}

const fn skipped(why: &'static str) -> Way {
    Way::Skipped { why }
}

/// One person at one time.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    /// Who.
    pub agent: &'a Agent,
    /// What counts for them.
    pub in_force: InForce<'a>,
    /// This installation sends emails.
    pub email: bool,
    /// The time.
    pub now: Millis,
}

/// What a notification is, as far as its channels depend on it.
#[derive(Debug, Clone, Copy)]
pub struct Matter<'a> {
    /// assignment, mention, …
    pub kind: &'a str,
    /// The row of the preferences screen; empty where it has none.
    pub category: &'a str,
    /// How much it may disturb.
    pub priority: Priority,
}

impl<'a> Reach<'a> {
    /// Of an agent who chose `own`, if anything.
    pub fn new(
        agent: &'a Agent,
        own: Option<&'a Preferences>,
        settings: &'a Settings,
        email: bool,
        now: Millis,
    ) -> Reach<'a> {
        Reach { agent, in_force: InForce::new(own, settings), email, now }
    }

    /// Until when something of that priority may not disturb them.
    pub fn quiet_until(&self, priority: Priority) -> Option<Millis> {
        if self.in_force.quiet_hours().is_none() && self.in_force.do_not_disturb_until().is_none() {
            return None;
        }
        let passes = priority == Priority::Urgent && self.in_force.lets_critical_through();
        let until = || self.in_force.quiet_until(self.now, zone(self.agent.time_zone.as_deref()));
        if passes { None } else { until() }
    }

    /// Web push; `quiet` as [`Reach::quiet_until`] said.
    pub fn web_push(&self, quiet: Option<Millis>) -> Way {
        match quiet {
            _ if !self.in_force.is_on("web_push") => skipped("channel_off"),
            Some(until) => Way::Held { until, why: "quiet_hours" },
            None => Way::IfUnacknowledged { after_ms: PUSH_AFTER_MS },
        }
    }

    /// A text message of a chat; `quiet` as [`Reach::quiet_until`] said.
    pub fn chat_text(&self, quiet: Option<Millis>) -> Way {
        match quiet {
            _ if !self.in_force.is_on("sms") => skipped("channel_off"),
            Some(until) => Way::Held { until, why: "quiet_hours" },
            None => Way::IfUnacknowledged { after_ms: SMS_AFTER_MS },
        }
    }

    /// D-22: only what no device acknowledged, and only what the agent wants by email at all.
    pub fn fallback_email(&self, matter: &Matter<'_>, quiet: Option<Millis>) -> Way {
        let in_force = &self.in_force;
        let by_type = in_force.email_types().is_some_and(|types| types.iter().all(|kind| kind != matter.kind));
        let is_low_mention = matter.kind == "mention" && matter.priority < Priority::High;
        let email_in_quiet = in_force.quiet_hours().is_some_and(|hours| hours.email);
        if self.agent.email.is_none() {
            skipped("no_address")
        } else if !in_force.is_on("email") {
            skipped("channel_off")
        } else if !self.email {
            skipped("not_configured")
        } else if !in_force.fallback_email(matter.category) {
            skipped("fallback_email_off")
        } else if by_type {
            skipped("type_off")
        } else if is_low_mention && in_force.high_priority_mentions_only() {
            skipped("mention_not_high")
        } else {
            match (quiet.filter(|_| !email_in_quiet), self.next_digest()) {
                (Some(until), Some(digest)) if digest >= until => Way::Held { until: digest, why: "digest" },
                (Some(until), _) => Way::Held { until, why: "quiet_hours" },
                (None, Some(until)) => Way::Held { until, why: "digest" },
                (None, None) => Way::IfUnacknowledged { after_ms: EMAIL_AFTER_MS },
            }
        }
    }

    /// When the next digest goes out; none for whoever wants emails one by one.
    fn next_digest(&self) -> Option<Millis> {
        let zone = zone(self.agent.time_zone.as_deref());
        self.in_force.email_frequency().next(self.now, zone, self.in_force.digest_hour())
    }
}
