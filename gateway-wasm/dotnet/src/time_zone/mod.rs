//! `System.TimeZoneInfo`.

mod windows;

use crate::{
    DateTime, DateTimeKind, DateTimeOffset, Exception, Result, TimeSpan,
    date_time::{TICKS_MAX, UNIX_EPOCH_TICKS},
    time_span::{TICKS_PER_MINUTE, TICKS_PER_SECOND},
};
use jiff::{
    Timestamp, civil,
    tz::{AmbiguousOffset, TimeZone as Rules, TimeZoneDatabase},
};
use std::fmt;
use windows::WindowsZone;

/// A time zone: its names and its rules.
#[derive(Clone, Debug)]
pub struct TimeZone {
    id: String,
    identity: Identity,
    /// What Windows calls it.
    windows: Option<&'static WindowsZone>,
    has_iana_id: bool,
    rules: Rules,
}

/// `TimeZoneInfo.Utc` and `TimeZoneInfo.Local` are more than zones with rules: they are what a `DateTimeKind` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Identity {
    Utc,
    Local,
    Other,
}

const UTC_NAME: &str = "(UTC) Coordinated Universal Time";
const KIND_MISMATCH: &str = "The conversion could not be completed because the supplied DateTime did not have the Kind property \
                             set correctly.  For example, when the Kind property is DateTimeKind.Local, the source time zone \
                             must be TimeZoneInfo.Local.";
const SKIPPED: &str = "The supplied DateTime represents an invalid time.  For example, when the clock is adjusted forward, any \
                       time in the period that is skipped is invalid.";

impl TimeZone {
    /// `TimeZoneInfo.Utc`
    pub fn utc() -> Self {
        Self { id: "UTC".to_owned(), identity: Identity::Utc, windows: None, has_iana_id: true, rules: Rules::UTC }
    }

    /// `TimeZoneInfo.Local`, which is UTC.
    pub fn local() -> Self {
        Self { identity: Identity::Local, ..Self::utc() }
    }

    /// `TimeZoneInfo.FindSystemTimeZoneById`: names of Windows and of the IANA.
    ///
    /// # Errors
    /// `TimeZoneNotFoundException` if there is no such zone.
    pub fn find(id: &str) -> Result<Self> {
        if id.eq_ignore_ascii_case("UTC") {
            return Ok(Self::utc());
        }
        let windows = windows::find(id);
        let rules = TimeZoneDatabase::bundled().get(windows.map_or(id, |zone| zone.iana));
        let known = rules.ok().filter(|rules| !rules.is_unknown());
        let rules = known.ok_or_else(|| {
            let message = format!("The time zone ID '{id}' was not found on the local computer.");
            Exception::new("TimeZoneNotFoundException", message)
        })?;
        let id = windows.map(|zone| zone.id).or(rules.iana_name()).unwrap_or(id).to_owned();
        let has_iana_id = windows.is_none();
        let windows = windows.or_else(|| windows::find_iana(&id));
        Ok(Self { id, identity: Identity::Other, windows, has_iana_id, rules })
    }

    /// `TimeZoneInfo.GetSystemTimeZones`: those of Windows.
    pub fn all() -> Vec<Self> {
        windows::ZONES.iter().filter_map(|zone| Self::find(zone.id).ok()).collect()
    }

    /// `TimeZoneInfo.TryConvertIanaIdToWindowsId`
    pub fn iana_to_windows(iana: &str) -> Option<&'static str> {
        windows::find_iana(iana).map(|zone| zone.id)
    }

    /// `TimeZoneInfo.TryConvertWindowsIdToIanaId`
    pub fn windows_to_iana(id: &str) -> Option<&'static str> {
        windows::find(id).map(|zone| zone.iana)
    }

    /// `Id`
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `HasIanaId`
    pub fn has_iana_id(&self) -> bool {
        self.has_iana_id
    }

    /// `DisplayName`
    pub fn display_name(&self, now: DateTime) -> String {
        if self.identity != Identity::Other {
            return UTC_NAME.to_owned();
        }
        let minutes = self.base_offset(now).ticks / TICKS_PER_MINUTE;
        let sign = if minutes < 0 { '-' } else { '+' };
        let name = self.windows.map_or(self.id.as_str(), |zone| zone.places);
        format!("(UTC{sign}{:02}:{:02}) {name}", minutes.abs() / 60, minutes.abs() % 60)
    }

    /// `StandardName`
    pub fn standard_name(&self, now: DateTime) -> String {
        match (self.identity, self.windows) {
            (Identity::Utc | Identity::Local, _) => "Coordinated Universal Time".to_owned(),
            (Identity::Other, Some(zone)) => zone.id.to_owned(),
            (Identity::Other, None) => self.near(now, false).map_or_else(|| self.id.clone(), |(_, name)| name),
        }
    }

    /// `DaylightName`
    pub fn daylight_name(&self, now: DateTime) -> String {
        match (self.identity, self.windows) {
            (Identity::Utc | Identity::Local, _) => "Coordinated Universal Time".to_owned(),
            (Identity::Other, Some(zone)) => zone.id.replace("Standard", "Daylight"),
            (Identity::Other, None) => self.near(now, true).map_or_else(|| self.standard_name(now), |(_, name)| name),
        }
    }

    /// `BaseUtcOffset`: that of standard time.
    pub fn base_offset(&self, now: DateTime) -> TimeSpan {
        let seconds = self.near(now, false).map_or(0, |(seconds, _)| seconds);
        TimeSpan { ticks: i64::from(seconds) * TICKS_PER_SECOND }
    }

    /// `SupportsDaylightSavingTime`
    pub fn supports_daylight_saving_time(&self, now: DateTime) -> bool {
        self.near(now, true).is_some()
    }

    /// The offset and the name of standard or daylight saving time, as they are around a time.
    fn near(&self, now: DateTime, daylight: bool) -> Option<(i32, String)> {
        let start = timestamp(now.ticks);
        let info = self.rules.to_offset_info(start);
        if info.dst().is_dst() == daylight {
            return Some((info.offset().seconds(), info.abbreviation().to_owned()));
        }
        let next = self.rules.following(start).take(4).find(|transition| transition.dst().is_dst() == daylight);
        // A zone that has given up daylight saving time years ago has none.
        let next = next.filter(|next| next.timestamp().as_second() - start.as_second() < 2 * 366 * 86_400)?;
        Some((next.offset().seconds(), next.abbreviation().to_owned()))
    }

    /// The offset at a time of UTC.
    fn offset_at(&self, utc_ticks: i64) -> i64 {
        i64::from(self.rules.to_offset(timestamp(utc_ticks)).seconds()) * TICKS_PER_SECOND
    }

    /// What the rules make of a time of this zone's clock.
    fn ambiguity(&self, clock: i64) -> AmbiguousOffset {
        match civil_time(clock) {
            Some(time) => self.rules.to_ambiguous_timestamp(time).offset(),
            None => AmbiguousOffset::Unambiguous { offset: self.rules.to_offset(timestamp(clock)) },
        }
    }

    /// The offset at a time of this zone's clock: standard time where there are two, or none.
    fn offset_of_clock(&self, clock: i64) -> i64 {
        let offset = match self.ambiguity(clock) {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, after } | AmbiguousOffset::Fold { before, after } => before.min(after),
        };
        i64::from(offset.seconds()) * TICKS_PER_SECOND
    }

    fn kind(&self) -> DateTimeKind {
        match self.identity {
            Identity::Utc => DateTimeKind::Utc,
            Identity::Local => DateTimeKind::Local,
            Identity::Other => DateTimeKind::Unspecified,
        }
    }

    /// The time on this zone's clock: itself if its kind is unspecified.
    fn clock_of(&self, time: DateTime) -> i64 {
        match time.kind {
            DateTimeKind::Unspecified => time.ticks,
            _ => time.ticks.saturating_add(self.offset_at(time.ticks)),
        }
    }

    /// `GetUtcOffset(DateTime)`
    pub fn utc_offset(&self, time: DateTime) -> TimeSpan {
        let ticks = match time.kind {
            DateTimeKind::Unspecified => self.offset_of_clock(time.ticks),
            _ => self.offset_at(time.ticks),
        };
        TimeSpan { ticks }
    }

    /// `GetUtcOffset(DateTimeOffset)`
    pub fn utc_offset_at(&self, time: DateTimeOffset) -> TimeSpan {
        TimeSpan { ticks: self.offset_at(time.utc_ticks()) }
    }

    /// `IsDaylightSavingTime(DateTime)`
    pub fn is_daylight_saving_time(&self, time: DateTime) -> bool {
        let utc = match time.kind {
            DateTimeKind::Unspecified => time.ticks.saturating_sub(self.offset_of_clock(time.ticks)),
            _ => time.ticks,
        };
        self.rules.to_offset_info(timestamp(utc)).dst().is_dst()
    }

    /// `IsAmbiguousTime(DateTime)`
    pub fn is_ambiguous_time(&self, time: DateTime) -> bool {
        matches!(self.ambiguity(self.clock_of(time)), AmbiguousOffset::Fold { .. })
    }

    /// `IsInvalidTime`: true for what the clock skips. A time of UTC never is.
    pub fn is_invalid_time(&self, time: DateTime) -> bool {
        (time.kind == DateTimeKind::Unspecified || time.kind == self.kind())
            && matches!(self.ambiguity(time.ticks), AmbiguousOffset::Gap { .. })
    }

    /// `GetAmbiguousTimeOffsets(DateTime)`: both, the smaller first.
    ///
    /// # Errors
    /// `ArgumentException` if the time is not ambiguous.
    pub fn ambiguous_time_offsets(&self, time: DateTime) -> Result<[TimeSpan; 2]> {
        match self.ambiguity(self.clock_of(time)) {
            AmbiguousOffset::Fold { before, after } => {
                let span = |seconds: i32| TimeSpan { ticks: i64::from(seconds) * TICKS_PER_SECOND };
                Ok([span(before.min(after).seconds()), span(before.max(after).seconds())])
            }
            _ => Err(Exception::argument("The supplied DateTime is not in an ambiguous time range.", "dateTime")),
        }
    }

    /// `ConvertTime(DateTime, source, destination)`
    ///
    /// # Errors
    /// `ArgumentException` if the kind of the time says another source, or the clock skips the time.
    pub fn convert(time: DateTime, source: &TimeZone, destination: &TimeZone) -> Result<DateTime> {
        if time.kind != DateTimeKind::Unspecified && time.kind != source.kind() {
            return Err(Exception::argument(KIND_MISMATCH, "sourceTimeZone"));
        }
        if matches!(source.ambiguity(time.ticks), AmbiguousOffset::Gap { .. }) {
            return Err(Exception::argument(SKIPPED, "dateTime"));
        }
        let kind = destination.kind();
        if time.kind != DateTimeKind::Unspecified && time.kind == kind {
            return Ok(time);
        }
        // What leaves the years 1 to 9999 stops at their ends.
        let utc = time.ticks.saturating_sub(source.offset_of_clock(time.ticks)).clamp(0, TICKS_MAX);
        let ticks = utc.saturating_add(destination.offset_at(utc)).clamp(0, TICKS_MAX);
        Ok(DateTime { ticks, kind })
    }

    /// `ConvertTime(DateTime, destination)`: the kind says the source.
    ///
    /// # Errors
    /// As [`TimeZone::convert`].
    pub fn convert_to(time: DateTime, destination: &TimeZone) -> Result<DateTime> {
        let source = if time.kind == DateTimeKind::Utc { Self::utc() } else { Self::local() };
        Self::convert(time, &source, destination)
    }

    /// `ConvertTime(DateTimeOffset, destination)`
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` if the time there is outside the years 1 to 9999.
    pub fn convert_offset(time: DateTimeOffset, destination: &TimeZone) -> Result<DateTimeOffset> {
        let offset = destination.utc_offset_at(time);
        // Before there was standard time, clocks went by the sun to the second.
        let minutes = TimeSpan { ticks: offset.ticks - offset.ticks % TICKS_PER_MINUTE };
        match time.utc_ticks().saturating_add(minutes.ticks) {
            ticks if ticks < 0 => Ok(DateTimeOffset::MIN),
            ticks if ticks > TICKS_MAX => Ok(DateTimeOffset::MAX),
            ticks => DateTimeOffset::new(ticks, minutes),
        }
    }

    /// `HasSameRules`
    pub fn has_same_rules(&self, other: &TimeZone) -> bool {
        self.rules == other.rules
    }
}

/// `Equals`: the same id, in any case, and the same rules.
impl PartialEq for TimeZone {
    fn eq(&self, other: &Self) -> bool {
        self.id.eq_ignore_ascii_case(&other.id) && self.has_same_rules(other)
    }
}

/// Its id; `ToString` is `DisplayName`, which needs to know the time.
impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

/// A time of UTC, as far as there are rules.
fn timestamp(ticks: i64) -> Timestamp {
    let since = ticks.saturating_sub(UNIX_EPOCH_TICKS);
    let second = since.div_euclid(TICKS_PER_SECOND);
    let nanosecond = since.rem_euclid(TICKS_PER_SECOND) * 100;
    Timestamp::new(second, nanosecond as i32).unwrap_or(if ticks > UNIX_EPOCH_TICKS { Timestamp::MAX } else { Timestamp::MIN })
}

fn civil_time(ticks: i64) -> Option<civil::DateTime> {
    let time = DateTime { ticks, kind: DateTimeKind::Unspecified };
    let (year, month, day) = time.ymd();
    let nanosecond = ticks.rem_euclid(TICKS_PER_SECOND) * 100;
    civil::DateTime::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
        i8::try_from(time.hour()).ok()?,
        i8::try_from(time.minute()).ok()?,
        i8::try_from(time.second()).ok()?,
        i32::try_from(nanosecond).ok()?,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime {
        DateTime::parse(text, crate::date_time::Styles::ROUNDTRIP_KIND, DateTime::MIN).unwrap()
    }

    #[test]
    fn every_zone_of_windows_is_there() {
        let all = TimeZone::all();
        assert_eq!(all.len(), windows::ZONES.len());
        for zone in windows::ZONES {
            assert!(TimeZone::find(zone.id).is_ok(), "{} {}", zone.id, zone.iana);
        }
    }

    #[test]
    fn converts() {
        let now = at("2026-11-21T08:00:00Z");
        let berlin = TimeZone::find("w. europe standard time").unwrap();
        assert_eq!(berlin.id(), "W. Europe Standard Time");
        assert_eq!(berlin.display_name(now), "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna");
        assert_eq!(berlin.daylight_name(now), "W. Europe Daylight Time");
        assert_eq!(berlin.base_offset(at("2026-07-01T00:00:00Z")).to_string(), "01:00:00");
        let summer = TimeZone::convert_to(at("2026-07-01T10:00:00Z"), &berlin).unwrap();
        assert_eq!((summer.to_string(), summer.kind), ("07/01/2026 12:00:00".to_owned(), DateTimeKind::Unspecified));
        let back = TimeZone::convert(summer, &berlin, &TimeZone::utc()).unwrap();
        assert_eq!((back.to_string(), back.kind), ("07/01/2026 10:00:00".to_owned(), DateTimeKind::Utc));
        // 02:30 is skipped in spring, and there twice in autumn; .NET then means standard time.
        assert!(TimeZone::convert(at("2026-03-29T02:30:00"), &berlin, &TimeZone::utc()).is_err());
        assert!(berlin.is_invalid_time(at("2026-03-29T02:30:00")) && berlin.is_ambiguous_time(at("2026-10-25T02:30:00")));
        let twice = TimeZone::convert(at("2026-10-25T02:30:00"), &berlin, &TimeZone::utc()).unwrap();
        assert_eq!(twice.hour(), 1);
        assert!(berlin.is_daylight_saving_time(at("2026-07-01T00:00:00")));
        let kolkata = TimeZone::find("asia/kolkata").unwrap();
        assert_eq!(
            (kolkata.id(), kolkata.display_name(now)),
            ("Asia/Kolkata", "(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi".to_owned())
        );
        assert!(!kolkata.supports_daylight_saving_time(now));
        assert_eq!(TimeZone::find("Nowhere").unwrap_err().kind, "TimeZoneNotFoundException");
        assert_eq!(TimeZone::convert_to(DateTime::MAX, &kolkata).unwrap(), DateTime::MAX);
    }
}
