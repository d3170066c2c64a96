//! Time comes in from outside, so that quiet hours, leases and back-off are tested on a clock that the test moves.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::Millis;

/// Where the time comes from. Cheap to clone; clones of a hand-moved clock move together.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    System,
    /// One that a test moves: microseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at `at` until it is moved.
    pub fn manual(at: Millis) -> Clock {
        Clock::Manual(Arc::new(AtomicI64::new(at * 1000)))
    }

    /// Milliseconds since 1970.
    pub fn now(&self) -> Millis {
        self.now_us() / 1000
    }

    /// Microseconds since 1970, for latencies.
    pub fn now_us(&self) -> i64 {
        match self {
            Clock::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX)),
            Clock::Manual(at) => at.load(Ordering::SeqCst),
        }
    }

    /// Moves a hand-moved clock on; the machine's is left alone.
    pub fn advance(&self, by_ms: i64) {
        if let Clock::Manual(at) = self {
            at.fetch_add(by_ms * 1000, Ordering::SeqCst);
        }
    }
}
