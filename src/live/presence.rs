//! Who is there: derived from what the sessions of an agent report, and from when the last one ended.

use serde::Serialize;

use super::message::Report;
use crate::config::Limits;
use crate::domain::{Id, Millis};

/// Whether an agent is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// No session with a screen for a while.
    Away,
    /// Connected, or gone a moment ago.
    Idle,
    /// A visible tab with recent input.
    Active,
}

/// Where somebody is, as far as fallback depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// A session with a screen is there, the newest since then: its device may yet confirm.
    Connected {
        /// When it began.
        since: Millis,
    },
    /// None any more, and not yet away.
    Leaving {
        /// When they will be.
        away_at: Millis,
    },
    /// Nobody is there.
    Away,
}

/// What a node knows of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Whether they are there.
    pub presence: Presence,
    /// When the newest of their sessions with a screen began; none while there is none.
    pub since: Option<Millis>,
    /// When the last of them ended; none while there is one, or where none is remembered.
    pub left_at: Option<Millis>,
}

/// What one session last reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activity {
    /// The tab can be seen, and there was input a short while before `at`.
    engaged: bool,
    /// When that was said.
    at: Millis,
    /// The ticket on the screen.
    viewing: Option<Id>,
}

impl Activity {
    /// Takes over a report.
    pub fn report(&mut self, report: &Report, now: Millis) {
        self.engaged = report.visible && !report.idle;
        self.at = now;
        self.viewing.clone_from(&report.viewing);
    }

    /// Active, as it last said so: none until it did.
    pub fn is_active(&self, limits: &Limits, now: Millis) -> bool {
        self.engaged && limits.is_recent(self.at, now)
    }

    /// The ticket that is being looked at.
    pub fn viewing(&self, limits: &Limits, now: Millis) -> Option<&Id> {
        self.viewing.as_ref().filter(|_| self.is_active(limits, now))
    }
}

/// The presence of an agent from their sessions with a screen, and from when the last of those ended.
pub fn presence_of<'a>(
    activities: impl Iterator<Item = &'a Activity>,
    left_at: Option<Millis>,
    limits: &Limits,
    now: Millis,
) -> Presence {
    let connected =
        activities.map(|activity| if activity.is_active(limits, now) { Presence::Active } else { Presence::Idle });
    let left = left_at.filter(|at| now.saturating_sub(*at) < limits.away_after_ms).map(|_| Presence::Idle);
    connected.chain(left).max().unwrap_or(Presence::Away)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported(visible: bool, idle: bool, at: Millis) -> Activity {
        let mut activity = Activity::default();
        activity.report(&Report { visible, idle, viewing: Some("T".into()) }, at);
        activity
    }

    #[test]
    fn a_session_is_active_only_while_its_last_word_said_so() {
        let limits = Limits::default();
        assert!(!Activity::default().is_active(&limits, 0), "none until it said so");
        assert!(reported(true, false, 1_000).is_active(&limits, 121_000));
        assert!(!reported(true, false, 1_000).is_active(&limits, 121_001), "input too long ago");
        assert!(!reported(false, false, 1_000).is_active(&limits, 1_000), "the tab is hidden");
        assert!(!reported(true, true, 1_000).is_active(&limits, 1_000), "no input");
    }

    #[test]
    fn a_ticket_is_viewed_only_by_someone_active() {
        let limits = Limits::default();
        assert_eq!(reported(true, false, 0).viewing(&limits, 0).map(|id| &**id), Some("T"));
        assert_eq!(reported(true, true, 0).viewing(&limits, 0), None);
    }

    #[test]
    fn the_most_present_session_counts_and_who_left_is_away_after_20_s() {
        let limits = Limits::default();
        let of = |activities: &[Activity], left_at, now| presence_of(activities.iter(), left_at, &limits, now);
        assert_eq!(of(&[reported(false, false, 0), reported(true, false, 0)], None, 0), Presence::Active);
        assert_eq!(of(&[reported(false, false, 0)], None, 0), Presence::Idle);
        assert_eq!(of(&[], Some(0), 19_999), Presence::Idle);
        assert_eq!(of(&[], Some(0), 20_000), Presence::Away);
        assert_eq!(of(&[], None, 0), Presence::Away);
    }
}
