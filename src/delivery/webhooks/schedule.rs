//! When a message that was not taken is tried again.

use std::time::Duration;

use crate::domain::Millis;

/// Waits between attempts, in seconds (the schedule that Standard Webhooks recommends, without its last two days).
const WAITS_S: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Up to so much of a wait is added to it, so that what failed together does not come back together.
const JITTER: f64 = 0.2;

/// How long to wait after the attempt of that number, counted from 1; none when that was the last one. `asked`:
/// `Retry-After`, which is obeyed where it is longer. `random`: 0 to 1.
pub fn wait_after(attempt: i64, asked: Option<Duration>, random: f64) -> Option<Millis> {
    let planned = *WAITS_S.get(usize::try_from(attempt - 1).ok()?)? * 1_000;
    let jitter = (planned as f64 * JITTER * random) as Millis;
    let asked = asked.map_or(0, |asked| Millis::try_from(asked.as_millis()).unwrap_or(Millis::MAX));
    Some((planned + jitter).max(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_attempts_further_and_further_apart() {
        let waits: Vec<Option<Millis>> = (1..=10).map(|attempt| wait_after(attempt, None, 0.0)).collect();
        assert_eq!(waits[0], Some(5_000));
        assert_eq!(waits[8], Some(86_400_000));
        assert_eq!(waits[9], None);
        assert!(waits[..9].is_sorted());
        assert_eq!(wait_after(1, None, 1.0), Some(6_000));
        assert_eq!(wait_after(0, None, 0.0), None);
    }

    #[test]
    fn a_longer_wait_that_was_asked_for_is_obeyed() {
        assert_eq!(wait_after(1, Some(Duration::from_secs(600)), 1.0), Some(600_000));
        assert_eq!(wait_after(2, Some(Duration::from_secs(1)), 0.0), Some(300_000));
        assert_eq!(wait_after(10, Some(Duration::from_secs(1)), 0.0), None);
    }
}
