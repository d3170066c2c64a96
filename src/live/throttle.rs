//! How many messages a client may send: a bucket that fills steadily, and overflows at the burst.

use tokio::time::Instant;

/// A token bucket.
#[derive(Debug)]
pub struct Throttle {
    per_second: f32,
    burst: f32,
    left: f32,
    at: Instant,
}

impl Throttle {
    /// A full bucket.
    pub fn new(per_second: u32, burst: u32, now: Instant) -> Throttle {
        Throttle { per_second: per_second as f32, burst: burst as f32, left: burst as f32, at: now }
    }

    /// One message more; false when there were too many.
    pub fn take(&mut self, now: Instant) -> bool {
        let gained = now.duration_since(self.at).as_secs_f32() * self.per_second;
        self.left = (self.left + gained).min(self.burst);
        self.at = now;
        let allowed = self.left >= 1.0;
        if allowed {
            self.left -= 1.0;
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_only_the_steady_rate() {
        let start = Instant::now();
        let mut throttle = Throttle::new(50, 200, start);
        assert_eq!((0..1_000).filter(|_| throttle.take(start)).count(), 200);
        let a_second_later = start + Duration::from_secs(1);
        assert_eq!((0..1_000).filter(|_| throttle.take(a_second_later)).count(), 50);
    }
}
