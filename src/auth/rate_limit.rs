//! Counts failed authentications by address, in a table that cannot grow without end. Valid keys are never limited:
//! only a refusal is counted, and only a refusal turns into 429.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Mutex;

use super::Caller;
use crate::domain::Millis;

/// Failures that one address may have in a minute.
const PER_MINUTE: u32 = 100;
const WINDOW_MS: Millis = 60_000;
/// At 40 bytes an entry some hundred kilobytes; above it all further addresses share one count.
const MAX_ADDRESSES: usize = 10_000;
/// Between two looks into the store for callers above the limit.
const LOOK_UP_PAUSE_MS: Millis = 1_000;

/// What a failure counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Refuse it as what it is.
    Within,
    /// Too many from there.
    Above { retry_after_s: u64 },
}

/// The table. `std::sync::Mutex`: held for a map look-up, never across an await.
#[derive(Default)]
pub(super) struct FailureLimit {
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    windows: HashMap<IpAddr, Window>,
    last_look_up: Millis,
}

struct Window {
    began: Millis,
    failures: u32,
}

impl FailureLimit {
    /// Counts one failure.
    pub(super) fn note(&self, caller: Caller, now: Millis) -> Verdict {
        let mut table = self.lock();
        let address = table.room_for(bucket(caller), now);
        let window = table.windows.entry(address).or_insert(Window { began: now, failures: 0 });
        if window.is_over(now) {
            *window = Window { began: now, failures: 0 };
        }
        window.failures = window.failures.saturating_add(1);
        window.verdict(now)
    }

    /// Whether a look into the store is worth it for this caller.
    pub(super) fn may_look_up(&self, caller: Caller, now: Millis) -> bool {
        let mut table = self.lock();
        let window = table.windows.get(&bucket(caller));
        let above = window.is_some_and(|window| !window.is_over(now) && window.failures >= PER_MINUTE);
        if !above {
            return true;
        }
        let due = now - table.last_look_up >= LOOK_UP_PAUSE_MS;
        if due {
            table.last_look_up = now;
        }
        due
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Table> {
        // A panic while counting leaves at worst one wrong count behind.
        self.table.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Table {
    /// The address to count under: its own while there is room, the shared one otherwise.
    fn room_for(&mut self, address: IpAddr, now: Millis) -> IpAddr {
        if self.windows.len() < MAX_ADDRESSES || self.windows.contains_key(&address) {
            return address;
        }
        self.windows.retain(|_, window| !window.is_over(now));
        if self.windows.len() < MAX_ADDRESSES { address } else { SHARED }
    }
}

impl Window {
    fn is_over(&self, now: Millis) -> bool {
        now - self.began >= WINDOW_MS
    }

    fn verdict(&self, now: Millis) -> Verdict {
        if self.failures <= PER_MINUTE {
            return Verdict::Within;
        }
        let left_ms = (self.began + WINDOW_MS - now).max(0);
        Verdict::Above { retry_after_s: left_ms.unsigned_abs().div_ceil(1000).max(1) }
    }
}

const SHARED: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// Whoever has one IPv6 address has its whole /64.
fn bucket(caller: Caller) -> IpAddr {
    match caller {
        None => SHARED,
        Some(IpAddr::V4(address)) => IpAddr::V4(address),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTACKER: Caller = Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)));
    const NEIGHBOUR: Caller = Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10)));

    #[test]
    fn the_hundred_and_first_failure_of_a_minute_is_too_many_and_the_next_minute_begins_anew() {
        let limit = FailureLimit::default();
        assert!((0..100).all(|_| limit.note(ATTACKER, 0) == Verdict::Within));
        assert_eq!(limit.note(ATTACKER, 15_000), Verdict::Above { retry_after_s: 45 });
        assert_eq!(limit.note(NEIGHBOUR, 15_000), Verdict::Within);
        assert_eq!(limit.note(ATTACKER, 60_000), Verdict::Within);
    }

    #[test]
    fn above_the_limit_the_store_is_asked_once_a_second() {
        let limit = FailureLimit::default();
        assert!((0..100).all(|_| limit.may_look_up(ATTACKER, 5_000) && limit.note(ATTACKER, 5_000) == Verdict::Within));
        assert!(limit.may_look_up(ATTACKER, 5_000));
        assert!(!limit.may_look_up(ATTACKER, 5_999));
        assert!(limit.may_look_up(ATTACKER, 6_000));
        assert!(limit.may_look_up(NEIGHBOUR, 6_000));
    }

    #[test]
    fn a_flood_of_addresses_does_not_grow_the_table_without_end() {
        let limit = FailureLimit::default();
        for n in 0..20_000_u32 {
            limit.note(Some(IpAddr::V4(Ipv4Addr::from(n))), 0);
        }
        assert!(limit.lock().windows.len() <= MAX_ADDRESSES + 1);
        assert!(matches!(limit.note(NEIGHBOUR, 1), Verdict::Above { .. }));
    }
}
