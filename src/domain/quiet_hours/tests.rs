#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{domain::time, testkit::covers};

fn at(text: &str) -> Millis {
    time::from_rfc3339(text).unwrap()
}

fn nightly(from: &str, to: &str) -> QuietHours {
    let span = json!([{"from": from, "to": to}]);
    serde_json::from_value(json!({"days": {
        "mon": span, "tue": span, "wed": span, "thu": span, "fri": span, "sat": span, "sun": span,
    }}))
    .unwrap()
}

fn until(hours: &QuietHours, now: &str, name: &str) -> Option<String> {
    hours.until(at(now), zone(Some(name))).map(time::to_rfc3339)
}

fn quiet_until(end: &str) -> Option<String> {
    Some(format!("{end}.000Z"))
}

#[test]
fn a_night_goes_over_midnight() {
    let night = nightly("22:00", "07:00");
    assert_eq!(until(&night, "2026-11-20T21:59:59Z", "UTC"), None);
    assert_eq!(until(&night, "2026-11-20T22:00:00Z", "UTC"), quiet_until("2026-11-21T07:00:00"));
    assert_eq!(until(&night, "2026-11-21T06:59:59Z", "UTC"), quiet_until("2026-11-21T07:00:00"));
    assert_eq!(until(&night, "2026-11-21T07:00:00Z", "UTC"), None);
    covers(&["R-078", "R-079"]);
}

#[test]
fn it_is_night_where_the_agent_is() {
    let night = nightly("22:00", "07:00");
    assert_eq!(until(&night, "2026-11-20T02:00:00Z", "America/New_York"), None, "nine in the evening");
    assert_eq!(until(&night, "2026-11-20T04:00:00Z", "America/New_York"), quiet_until("2026-11-20T12:00:00"));
    assert_eq!(until(&night, "2026-11-20T17:00:00Z", "Asia/Kolkata"), quiet_until("2026-11-21T01:30:00"));
    assert_eq!(until(&night, "2026-11-20T23:00:00Z", "Mars/Olympus"), quiet_until("2026-11-21T07:00:00"), "as UTC");
    covers(&["R-079"]);
}

#[test]
fn nights_of_a_change_to_and_from_summer_time_end_when_the_clock_says_so() {
    let night = nightly("22:00", "07:00");
    // Lisbon: 29 March 2026 at 01:00 UTC forward, 25 October 2026 at 01:00 UTC back.
    assert_eq!(until(&night, "2026-03-28T23:00:00Z", "Europe/Lisbon"), quiet_until("2026-03-29T06:00:00"));
    assert_eq!(until(&night, "2026-10-24T22:00:00Z", "Europe/Lisbon"), quiet_until("2026-10-25T07:00:00"));
    // New York: 8 March 2026 at 07:00 UTC forward, 1 November 2026 at 06:00 UTC back.
    assert_eq!(until(&night, "2026-03-08T04:00:00Z", "America/New_York"), quiet_until("2026-03-08T11:00:00"));
    assert_eq!(until(&night, "2026-11-01T03:00:00Z", "America/New_York"), quiet_until("2026-11-01T12:00:00"));
}

#[test]
fn a_time_that_clocks_jump_over_is_the_jump_and_one_shown_twice_ends_late() {
    let early = nightly("01:30", "02:30");
    // In Lisbon 01:00 becomes 02:00: half past one never comes, and quiet begins with the jump.
    assert_eq!(until(&early, "2026-03-29T00:59:00Z", "Europe/Lisbon"), None);
    assert_eq!(until(&early, "2026-03-29T01:00:00Z", "Europe/Lisbon"), quiet_until("2026-03-29T01:30:00"));
    // In October 02:00 becomes 01:00: half past one comes twice, and quiet lasts from the first to half past two.
    assert_eq!(until(&early, "2026-10-25T00:30:00Z", "Europe/Lisbon"), quiet_until("2026-10-25T02:30:00"));
    let late = nightly("00:30", "01:30");
    assert_eq!(until(&late, "2026-10-25T00:45:00Z", "Europe/Lisbon"), quiet_until("2026-10-25T01:30:00"));
}

#[test]
fn days_differ_and_spans_that_touch_are_one() {
    let hours: QuietHours = serde_json::from_value(json!({"days": {
        "fri": [{"from": "18:00", "to": "24:00"}], "sat": [{"from": "00:00", "to": "24:00"}],
        "sun": [{"from": "00:00", "to": "00:00"}],
    }}))
    .unwrap();
    assert_eq!(until(&hours, "2026-11-20T17:00:00Z", "UTC"), None);
    assert_eq!(until(&hours, "2026-11-20T19:00:00Z", "UTC"), quiet_until("2026-11-23T00:00:00"), "all weekend");
    assert_eq!(until(&hours, "2026-11-19T19:00:00Z", "UTC"), None);
    let always = nightly("00:00", "24:00");
    assert!(always.until(at("2026-11-20T17:00:00Z"), Tz::UTC).is_some(), "for ever is a long time, not a loop");
}

#[test]
fn times_of_day_are_read_strictly() {
    for wrong in ["24:01", "7:00", "22", "22:60", "", "aa:bb", "-1:00", "+1:00"] {
        assert!(serde_json::from_value::<TimeOfDay>(json!(wrong)).is_err(), "{wrong}");
    }
    for fine in ["00:00", "07:05", "24:00"] {
        assert_eq!(serde_json::to_value(serde_json::from_value::<TimeOfDay>(json!(fine)).unwrap()).unwrap(), fine);
    }
}

#[test]
fn digests_go_out_at_the_next_quarter_hour_or_the_agents_own_hour() {
    let next = |frequency: EmailFrequency, now: &str, name: &str| {
        frequency.next(at(now), zone(Some(name)), 9).map(time::to_rfc3339).unwrap_or_default()
    };
    use EmailFrequency::*;
    assert_eq!(next(Instant, "2026-11-20T09:07:00Z", "UTC"), "");
    assert_eq!(next(QuarterHourly, "2026-11-20T09:07:30Z", "UTC"), "2026-11-20T09:15:00.000Z");
    assert_eq!(next(Hourly, "2026-11-20T09:00:00Z", "UTC"), "2026-11-20T10:00:00.000Z");
    assert_eq!(next(Hourly, "2026-11-20T09:07:00Z", "Asia/Kolkata"), "2026-11-20T09:30:00.000Z");
    assert_eq!(next(Daily, "2026-11-20T08:59:00Z", "UTC"), "2026-11-20T09:00:00.000Z");
    assert_eq!(next(Daily, "2026-11-20T09:00:00Z", "UTC"), "2026-11-21T09:00:00.000Z");
    assert_eq!(next(Daily, "2026-11-20T12:00:00Z", "America/New_York"), "2026-11-20T14:00:00.000Z");
    // The day before Lisbon's clocks go forward, and the day before they go back.
    assert_eq!(next(Daily, "2026-03-28T10:00:00Z", "Europe/Lisbon"), "2026-03-29T08:00:00.000Z");
    assert_eq!(next(Daily, "2026-10-24T10:00:00Z", "Europe/Lisbon"), "2026-10-25T09:00:00.000Z");
    covers(&["R-077", "R-140"]);
}

proptest! {
    /// Whatever the spans and the zone: quiet ends in the future, and at its end it is quiet no more.
    #[test]
    fn quiet_ends(from in 0_u16..1_440, to in 0_u16..=1_440, now in 1_700_000_000_000_i64..1_900_000_000_000,
                  name in prop::sample::select(vec!["Europe/Lisbon", "America/New_York", "Asia/Kolkata", "UTC",
                                                    "Australia/Lord_Howe", "Pacific/Apia"])) {
        let span = Span { from: TimeOfDay(from), to: TimeOfDay(to) };
        let hours = QuietHours { days: [(Weekday::Tue, vec![span]), (Weekday::Fri, vec![span])].into(), ..QuietHours::default() };
        let zone = zone(Some(name));
        if let Some(end) = hours.until(now, zone) {
            prop_assert!(end > now && end - now <= 2 * 25 * 3_600_000);
            prop_assert_eq!(hours.until(end, zone), None);
        }
    }
}
