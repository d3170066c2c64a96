//! Everything asked again at the moment of sending: what was planned minutes or hours ago may have been read, handled or
//! switched off meanwhile.

use crate::{
    domain::{
        Millis,
        delivery::DeliveryChannel,
        directory::{Agent, AgentStatus as Status},
        fallback::{Matter, Reach, Way},
        notification::Notification,
        presence::OFFLINE_SMS,
        snapshot::Snapshot,
    },
    store::{EntryNow, FALLBACK, Queued},
};

/// What becomes of a row that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It goes out.
    Go,
    /// It is not needed any more.
    Cancel(&'static str),
    /// It may not go out any more.
    Skip(&'static str),
    /// It waits on.
    Hold {
        /// Until then.
        until: Millis,
        /// Why.
        why: &'static str,
    },
}

/// What a row is asked with.
#[derive(Clone, Copy)]
pub struct Circumstances<'a> {
    /// Directory, preferences and settings.
    pub snapshot: &'a Snapshot,
    /// This installation sends emails.
    pub email: bool,
    /// By which way it is to go.
    pub channel: DeliveryChannel,
    /// The time.
    pub now: Millis,
}

impl Circumstances<'_> {
    /// What becomes of `row`; `entry` as it is now, for fallbacks and text messages of chats.
    pub fn ask(&self, row: &Queued, entry: Option<&EntryNow>) -> Verdict {
        let is_chat_text = row.purpose == OFFLINE_SMS;
        if is_chat_text && !self.is_switched_on(row) {
            return Verdict::Skip("switched_off");
        }
        if row.recipient_kind != "agent" {
            return Verdict::Go;
        }
        let Some(agent) = self.snapshot.directory.agent(&row.recipient) else {
            return Verdict::Cancel("unknown_agent");
        };
        if let Some(why) = off_duty(agent) {
            return Verdict::Cancel(why);
        }
        if row.purpose != FALLBACK && !is_chat_text {
            return Verdict::Go;
        }
        match entry {
            None => Verdict::Cancel("removed"),
            Some(entry) => settled(row, entry).map_or_else(|| self.still_wanted(row, agent, entry), Verdict::Cancel),
        }
    }

    fn is_switched_on(&self, row: &Queued) -> bool {
        let switches = self.snapshot.settings.chat.offline_sms;
        if row.recipient_kind == "agent" { switches.agents } else { switches.customers }
    }

    fn still_wanted(&self, row: &Queued, agent: &Agent, entry: &EntryNow) -> Verdict {
        let entry = &entry.entry;
        let own = Some(self.snapshot.preferences_of(&agent.id));
        let reach = Reach::new(agent, own, &self.snapshot.settings, self.email, self.now);
        let quiet = reach.quiet_until(entry.priority);
        let category = entry.category.as_deref().unwrap_or("");
        let way = match self.channel {
            DeliveryChannel::WebPush => reach.web_push(quiet),
            DeliveryChannel::Email => {
                reach.fallback_email(&Matter { kind: &entry.kind, category, priority: entry.priority }, quiet)
            }
            DeliveryChannel::Sms => reach.chat_text(quiet),
        };
        match way {
            Way::Skipped { why } => Verdict::Skip(why),
            // A digest whose hour has come goes out, though the next one would be another.
            Way::Held { why: "digest", .. } if row.batch == "digest" => Verdict::Go,
            Way::Held { until, why } => Verdict::Hold { until, why },
            Way::IfUnacknowledged { .. } => Verdict::Go,
        }
    }
}

/// Why nothing is sent to an agent at all (D-15).
pub fn off_duty(agent: &Agent) -> Option<&'static str> {
    match agent.status {
        Status::Active => None,
        Status::Vacation => Some("vacation"),
        Status::Inactive => Some("inactive"),
    }
}

/// Why an entry, as it is, needs nobody else's attention now; what is put off calls again when it wakes.
pub fn settled_entry(entry: &Notification) -> Option<&'static str> {
    let states = [
        ("resolved", entry.resolved.is_some()),
        ("read", entry.read_at.is_some()),
        ("cleared", entry.cleared_at.is_some()),
        ("snoozed", entry.snoozed_until.is_some()),
    ];
    states.into_iter().find(|(_, holds)| *holds).map(|(why, _)| why)
}

/// Why a row's entry needs nobody's attention any more.
fn settled(row: &Queued, now: &EntryNow) -> Option<&'static str> {
    let EntryNow { entry, alert_seq, acked_seq, seen_seq } = now;
    if let Some(why) = settled_entry(entry) {
        Some(why)
    } else if *acked_seq >= *alert_seq {
        Some("acked")
    } else if *seen_seq >= *alert_seq {
        Some("seen")
    } else if *alert_seq > row.stage {
        // It called again, and that call has a row of its own.
        Some("renewed")
    } else {
        None
    }
}
