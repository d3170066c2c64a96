//! Quiet hours and digests: when something may disturb, and when what was held goes out. Spans are by weekday in the
//! agent's time zone, over midnight and over a change to summer time.

use std::collections::BTreeMap;

use chrono::{
    DateTime, Datelike, Days, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::Millis;

/// A week of spans that follow each other without a gap is as long as quiet ever is.
const MOST_SPANS: usize = 64;
/// Digests at fixed times of the day go out at this hour where the agent chose none.
pub const DIGEST_HOUR: u8 = 8;

/// When an agent does not want to be disturbed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct QuietHours {
    /// By weekday. A span belongs to the day it begins on.
    #[schema(value_type = Object)]
    pub days: BTreeMap<Weekday, Vec<Span>>,
    /// Critical ones do not get through either, by the agent's own wish (D-12).
    pub hold_critical: bool,
    /// Email goes out all the same (D-19).
    pub email: bool,
}

/// Days as the preferences screen names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    fn of(date: NaiveDate) -> Weekday {
        use chrono::Weekday as Day;
        match date.weekday() {
            Day::Mon => Weekday::Mon,
            Day::Tue => Weekday::Tue,
            Day::Wed => Weekday::Wed,
            Day::Thu => Weekday::Thu,
            Day::Fri => Weekday::Fri,
            Day::Sat => Weekday::Sat,
            Day::Sun => Weekday::Sun,
        }
    }
}

/// From one time of the day to another; to an earlier one or the same, the day after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// `22:00`.
    #[schema(value_type = String)]
    pub from: TimeOfDay,
    /// `07:00`; `24:00` is midnight at the day's end.
    #[schema(value_type = String)]
    pub to: TimeOfDay,
}

/// Minutes since midnight, `HH:MM` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<TimeOfDay, D::Error> {
        let text = String::deserialize(from)?;
        let fault = || D::Error::custom(format!("{text:?} is not a time of day like 22:00"));
        let (hours, minutes) = text.split_once(':').ok_or_else(fault)?;
        let is_number = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(hours) || !is_number(minutes) {
            return Err(fault());
        }
        let (hours, minutes) =
            (hours.parse::<u16>().map_err(|_| fault())?, minutes.parse::<u16>().map_err(|_| fault())?);
        let total = hours * 60 + minutes;
        if minutes > 59 || total > 24 * 60 { Err(fault()) } else { Ok(TimeOfDay(total)) }
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{:02}:{:02}", self.0 / 60, self.0 % 60))
    }
}

/// The time zone of that IANA name; UTC for none or one that nobody knows.
pub fn zone(name: Option<&str>) -> Tz {
    name.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
}

impl QuietHours {
    /// Until when it is quiet at `now` in that zone; none when it is not. Spans that touch count as one.
    pub fn until(&self, now: Millis, zone: Tz) -> Option<Millis> {
        let mut until = None;
        for _ in 0..MOST_SPANS {
            match self.end_of_span_at(until.unwrap_or(now), zone) {
                Some(end) => until = Some(end),
                None => break,
            }
        }
        until
    }

    fn end_of_span_at(&self, now: Millis, zone: Tz) -> Option<Millis> {
        let today = local(now, zone).date();
        let days = [today.checked_sub_days(Days::new(1)), Some(today)];
        let spans = days.into_iter().flatten().flat_map(|date| {
            let of_day = self.days.get(&Weekday::of(date)).map_or(&[][..], Vec::as_slice);
            of_day.iter().filter_map(move |span| span.on(date, zone))
        });
        spans.filter(|(start, end)| *start <= now && now < *end).map(|(_, end)| end).max()
    }
}

impl Span {
    /// Begin and end on that day.
    fn on(self, date: NaiveDate, zone: Tz) -> Option<(Millis, Millis)> {
        let end_date = if self.to <= self.from { date.checked_add_days(Days::new(1))? } else { date };
        Some((instant(date, self.from, zone, Side::Early)?, instant(end_date, self.to, zone, Side::Late)?))
    }
}

/// Which of two instants a time means that a clock shows twice.
#[derive(Clone, Copy)]
enum Side {
    Early,
    Late,
}

/// The instant at which clocks of that zone show that time; where they jump over it, the moment of the jump.
fn instant(date: NaiveDate, time: TimeOfDay, zone: Tz, side: Side) -> Option<Millis> {
    let shown = date.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::minutes(i64::from(time.0)))?;
    let resolved = match zone.from_local_datetime(&shown) {
        MappedLocalTime::Single(at) => at,
        MappedLocalTime::Ambiguous(early, late) => match side {
            Side::Early => early,
            Side::Late => late,
        },
        MappedLocalTime::None => return jump_at(shown, zone),
    };
    Some(resolved.timestamp_millis())
}

/// The first instant after a gap that holds `shown`.
fn jump_at(shown: NaiveDateTime, zone: Tz) -> Option<Millis> {
    // Gaps are whole minutes and shorter than a day.
    (1..=24 * 60).find_map(|minutes| {
        let later = shown.checked_add_signed(TimeDelta::minutes(minutes))?;
        zone.from_local_datetime(&later).earliest().map(|at| at.timestamp_millis())
    })
}

fn local(at: Millis, zone: Tz) -> NaiveDateTime {
    let at = DateTime::<Utc>::from_timestamp_millis(at).unwrap_or(DateTime::UNIX_EPOCH);
    at.with_timezone(&zone).naive_local()
}

/// How often emails go out (D-20).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub enum EmailFrequency {
    /// Each by itself.
    #[default]
    #[serde(rename = "instant")]
    Instant,
    /// At each quarter of an hour.
    #[serde(rename = "15min")]
    QuarterHourly,
    /// At each full hour.
    #[serde(rename = "hourly")]
    Hourly,
    /// Once a day, at the agent's hour.
    #[serde(rename = "daily")]
    Daily,
}

impl EmailFrequency {
    /// When the digest goes out that something of `now` is in; none for those that go out by themselves.
    pub fn next(self, now: Millis, zone: Tz, hour: u8) -> Option<Millis> {
        match self {
            EmailFrequency::Instant => None,
            EmailFrequency::QuarterHourly => Some(next_step(now, zone, 15)),
            EmailFrequency::Hourly => Some(next_step(now, zone, 60)),
            EmailFrequency::Daily => next_hour(now, zone, hour),
        }
    }
}

/// The next time at which the minutes that clocks show there are a multiple of `minutes`.
fn next_step(now: Millis, zone: Tz, minutes: i64) -> Millis {
    use chrono::Timelike;
    let shown = local(now, zone).time();
    let into = (i64::from(shown.minute()) % minutes) * 60_000
        + i64::from(shown.second()) * 1_000
        + i64::from(shown.nanosecond() / 1_000_000);
    now - into + minutes * 60_000
}

fn next_hour(now: Millis, zone: Tz, hour: u8) -> Option<Millis> {
    let time = TimeOfDay(u16::from(hour.min(23)) * 60);
    let today = local(now, zone).date();
    (0..=2).find_map(|days| {
        let at = instant(today.checked_add_days(Days::new(days))?, time, zone, Side::Early)?;
        (at > now).then_some(at)
    })
}

#[cfg(test)]
mod tests;
