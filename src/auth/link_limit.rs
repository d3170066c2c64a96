//! How many links to sign in with may be asked for: by whom, so that nobody floods a node, and for whom, so that nobody's
//! mailbox is flooded. Counted in a table that cannot grow without end.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use super::Caller;
use crate::domain::Millis;

const WINDOW_MS: Millis = 15 * 60_000;
/// Links for one address in that time.
const PER_ADDRESS: u32 = 3;
/// Requests of one caller in that time. Behind a proxy all callers share one address, and one count.
const PER_CALLER: u32 = 30;
/// Counts of each kind: beyond it those whose time is over go, then nobody new is let through.
const MAX_COUNTS: usize = 10_000;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A link may be sent.
    Fine,
    /// That address had enough; whoever asks is not told.
    EnoughForAddress,
    /// That caller asked too often.
    TooOften {
        /// Seconds to wait.
        retry_after_s: u64,
    },
}

/// The counts of a node. `std::sync::Mutex`: held for a look-up, never across an await.
#[derive(Debug, Default)]
pub struct LinkLimit {
    counts: Mutex<(Counts<Caller>, Counts<String>)>,
}

#[derive(Debug)]
struct Counts<K> {
    windows: HashMap<K, (Millis, u32)>,
}

impl<K> Default for Counts<K> {
    fn default() -> Counts<K> {
        Counts { windows: HashMap::new() }
    }
}

impl LinkLimit {
    /// Counts one request.
    pub fn ask(&self, caller: Caller, address: &str, now: Millis) -> Asked {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left_ms) = counts.0.above(caller, PER_CALLER, now) {
            return Asked::TooOften { retry_after_s: left_ms.unsigned_abs().div_ceil(1000).max(1) };
        }
        match counts.1.above(address.to_lowercase(), PER_ADDRESS, now) {
            Some(_) => Asked::EnoughForAddress,
            None => Asked::Fine,
        }
    }
}

impl<K: Eq + Hash> Counts<K> {
    /// Counts one; when that is more than `limit`, how long until the window is over.
    fn above(&mut self, key: K, limit: u32, now: Millis) -> Option<Millis> {
        if self.windows.len() >= MAX_COUNTS && !self.windows.contains_key(&key) {
            self.windows.retain(|_, (began, _)| now - *began < WINDOW_MS);
            if self.windows.len() >= MAX_COUNTS {
                return Some(WINDOW_MS);
            }
        }
        let window = self.windows.entry(key).or_insert((now, 0));
        if now - window.0 >= WINDOW_MS {
            *window = (now, 0);
        }
        window.1 = window.1.saturating_add(1);
        (window.1 > limit).then(|| window.0 + WINDOW_MS - now)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    const ONE: Caller = Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)));
    const OTHER: Caller = Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10)));

    #[test]
    fn an_address_gets_three_links_in_a_quarter_of_an_hour_whoever_asks() {
        let limit = LinkLimit::default();
        for _ in 0..3 {
            assert_eq!(limit.ask(ONE, "ana@example.org", 0), Asked::Fine);
        }
        assert_eq!(limit.ask(OTHER, "Ana@Example.org", 1), Asked::EnoughForAddress);
        assert_eq!(limit.ask(ONE, "ben@example.org", 1), Asked::Fine);
        assert_eq!(limit.ask(ONE, "ana@example.org", WINDOW_MS), Asked::Fine);
    }

    #[test]
    fn a_caller_asks_thirty_times_and_a_flood_of_addresses_fills_no_memory() {
        let limit = LinkLimit::default();
        for n in 0..30 {
            assert_eq!(limit.ask(ONE, &format!("{n}@example.org"), 0), Asked::Fine);
        }
        assert_eq!(limit.ask(ONE, "x@example.org", 60_000), Asked::TooOften { retry_after_s: 840 });
        assert_eq!(limit.ask(OTHER, "x@example.org", 60_000), Asked::Fine);
        for n in 0..20_000_u32 {
            limit.ask(Some(IpAddr::V4(Ipv4Addr::from(n))), &format!("{n}@flood.example"), 60_000);
        }
        let counts = limit.counts.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(counts.0.windows.len() <= MAX_COUNTS && counts.1.windows.len() <= MAX_COUNTS);
    }
}
