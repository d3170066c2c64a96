//! What this node's buffers and queues may take of its memory, all connections together: what sockets have not sent yet,
//! frames and bodies that are coming in, events that wait for their commit. Each of them is bounded by itself; this bounds
//! their sum. Above it nobody new is let in, so that it does not come to the kernel's choice of whom to kill.

use prometheus::IntGauge;

/// Buffers are counted in steps of so many bytes, rounded down: a socket that keeps up has a few hundred bytes waiting for
/// a moment, and does not touch a counter that all threads share.
const STEP: usize = 4_096;

/// The node's budget. Its count is a figure of `/metrics` at the same time.
#[derive(Debug, Clone)]
pub struct Budget {
    used: IntGauge,
    limit: i64,
}

impl Budget {
    /// A budget of `limit` bytes, counted by `used`.
    pub fn new(limit: usize, used: IntGauge) -> Budget {
        Budget { used, limit: i64::try_from(limit).unwrap_or(i64::MAX) }
    }

    /// The share of a new buffer, which is empty.
    pub fn share(&self) -> Share {
        Share { used: Some(self.used.clone()), held: 0 }
    }

    /// Whether nobody new is to be let in.
    pub fn is_spent(&self) -> bool {
        self.used.get() > self.limit
    }
}

/// What one buffer takes; given back when dropped.
#[derive(Debug)]
pub struct Share {
    used: Option<IntGauge>,
    held: usize,
}

impl Share {
    /// The buffer has `bytes` now.
    pub fn hold(&mut self, bytes: usize) {
        let steps = bytes / STEP * STEP;
        if steps == self.held {
            return;
        }
        if let Some(used) = &self.used {
            // No buffer has more bytes than an i64 counts.
            used.add(steps as i64 - self.held as i64);
        }
        self.held = steps;
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.hold(0);
    }
}

#[cfg(test)]
impl Budget {
    /// A budget with a count of its own.
    pub fn of(limit: usize) -> Budget {
        Budget::new(limit, IntGauge::new("used", "bytes").expect("the name is a name"))
    }

    /// Bytes counted now.
    pub fn used(&self) -> i64 {
        self.used.get()
    }
}

#[cfg(test)]
impl Share {
    /// One that counts nowhere.
    pub fn of_nothing() -> Share {
        Share { used: None, held: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_are_given_back() {
        let budget = Budget::of(10_000);
        let (mut one, mut other) = (budget.share(), budget.share());
        one.hold(8_192);
        assert_eq!((budget.used(), budget.is_spent()), (8_192, false));
        other.hold(5_000);
        assert_eq!((budget.used(), budget.is_spent()), (12_288, true));
        one.hold(100);
        assert_eq!((budget.used(), budget.is_spent()), (4_096, false));
        drop(other);
        drop(one);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn what_fits_into_a_step_is_not_counted() {
        let budget = Budget::of(1);
        let mut share = budget.share();
        share.hold(STEP - 1);
        assert_eq!(budget.used(), 0);
    }
}
