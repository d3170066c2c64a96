//! When to try again, and when to leave a channel alone for a while.

use std::time::Duration;

use crate::domain::Millis;

/// Longest pause between two tries.
const LONGEST_MS: Millis = 30 * 60_000;
/// So much of a pause is left to chance, so that what failed together does not come back together.
const JITTER: f64 = 0.5;
/// What the other side may ask us to wait.
const MOST_ASKED: Duration = Duration::from_secs(6 * 3_600);
/// Failures in a row, of the channel and not of a message, after which it is left alone.
const OPENS_AFTER: u32 = 5;
/// Shortest and longest time that it is left alone.
const SHORTEST_OPEN_MS: Millis = 10_000;
const LONGEST_OPEN_MS: Millis = 5 * 60_000;

/// Milliseconds until the next try after the `attempts`th (from 1): `base` doubled each time up to half an hour, no less
/// than the other side asked. `chance` is 0 to 1.
pub fn pause(base: Millis, attempts: i64, asked: Option<Duration>, chance: f64) -> Millis {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let whole = base.saturating_mul(1 << doublings).min(LONGEST_MS);
    let pause = (whole as f64 * (1.0 - JITTER * chance)) as Millis;
    let asked = asked.map_or(0, |asked| asked.min(MOST_ASKED).as_millis() as Millis);
    // Who asks for a minute gets a little more, not all at the same moment.
    pause.max(asked + (asked as f64 * 0.1 * chance) as Millis)
}

/// A circuit breaker: a channel whose other side is down is asked now and then by one message, not by all of them.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: u32,
    open_until: Millis,
}

impl Breaker {
    /// How many messages may be tried now, of `most`.
    pub fn allows(&self, most: usize, now: Millis) -> usize {
        if self.failures < OPENS_AFTER {
            most
        } else if now >= self.open_until {
            most.min(1)
        } else {
            0
        }
    }

    /// The other side answered, whatever it said of the message.
    pub fn answered(&mut self) {
        *self = Breaker::default();
    }

    /// The other side is down, or does not know us.
    pub fn failed(&mut self, now: Millis) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= OPENS_AFTER {
            let doublings = (self.failures - OPENS_AFTER).min(10);
            self.open_until = now + (SHORTEST_OPEN_MS << doublings).min(LONGEST_OPEN_MS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_and_obey_the_other_side() {
        let pauses: Vec<Millis> = (1..=5).map(|attempts| pause(5_000, attempts, None, 0.0)).collect();
        assert_eq!(pauses, [5_000, 10_000, 20_000, 40_000, 80_000]);
        assert_eq!(pause(5_000, 60, None, 0.0), LONGEST_MS);
        assert_eq!(pause(5_000, 1, None, 1.0), 2_500, "half of it is chance");
        assert_eq!(pause(5_000, 1, Some(Duration::from_secs(60)), 0.0), 60_000);
        assert_eq!(pause(5_000, 1, Some(Duration::from_secs(60)), 1.0), 66_000);
        assert!(pause(5_000, 1, Some(Duration::from_secs(u64::MAX)), 1.0) <= 7 * 3_600_000, "hostile");
    }

    #[test]
    fn a_channel_that_is_down_is_asked_by_one_message_now_and_then() {
        let mut breaker = Breaker::default();
        (0..4).for_each(|_| breaker.failed(0));
        assert_eq!(breaker.allows(8, 0), 8);
        breaker.failed(0);
        assert_eq!((breaker.allows(8, 0), breaker.allows(8, 9_999)), (0, 0));
        assert_eq!(breaker.allows(8, 10_000), 1, "a probe");
        breaker.failed(10_000);
        assert_eq!((breaker.allows(8, 29_999), breaker.allows(8, 30_000)), (0, 1), "twice as long");
        breaker.answered();
        assert_eq!(breaker.allows(8, 30_000), 8);
        (0..100).for_each(|_| breaker.failed(0));
        assert_eq!(breaker.allows(8, LONGEST_OPEN_MS), 1);
    }
}
