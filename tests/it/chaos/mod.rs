//! Faults under load: whatever was accepted is there exactly once, every client ends with the same inbox as the store, and
//! Bellhop recovers without being started again (but where it is Bellhop itself that was killed).
//!
//! `make test` runs the short form. `make chaos` takes the long one: `BELLHOP_CHAOS_KILLS` says how often processes are
//! killed, `BELLHOP_OUTAGE_SECONDS` how long other faults last, `BELLHOP_CHAOS_CLIENTS` how many clients a storm has.

mod bus;
mod kills;
mod load;
mod machine;
mod report;
mod store;
mod storm;

use std::time::Duration;

use load::Load;

/// How long a fault lasts.
fn outage() -> Duration {
    Duration::from_secs(number("BELLHOP_OUTAGE_SECONDS", 2))
}

fn number(variable: &str, short: u64) -> u64 {
    std::env::var(variable).map_or(short, |text| text.parse().expect("a number"))
}
