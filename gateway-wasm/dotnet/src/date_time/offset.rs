//! `System.DateTimeOffset`.

use super::{DateTime, DateTimeKind, TICKS_MAX, UNIX_EPOCH_TICKS, Unit};
use crate::{
    Exception, Result, TimeSpan,
    time_span::{TICKS_PER_HOUR, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE, TICKS_PER_SECOND, hash_ticks},
};
use std::{cmp::Ordering, hash};

/// A date, a time of day, and how far both are from UTC.
#[derive(Clone, Copy, Debug, Default)]
pub struct DateTimeOffset {
    /// Ticks of 100 ns since the start of the year 1, on the local clock.
    pub ticks: i64,
    /// How far the local clock is ahead of UTC.
    pub offset_minutes: i16,
}

const NO_SUCH_UTC: &str = "The UTC time represented when the offset is applied must be between year 0 and 10,000.";

impl DateTimeOffset {
    /// `DateTimeOffset.MinValue`
    pub const MIN: DateTimeOffset = DateTimeOffset { ticks: 0, offset_minutes: 0 };
    /// `DateTimeOffset.MaxValue`
    pub const MAX: DateTimeOffset = DateTimeOffset { ticks: TICKS_MAX, offset_minutes: 0 };
    /// `DateTimeOffset.UnixEpoch`
    pub const UNIX_EPOCH: DateTimeOffset = DateTimeOffset { ticks: UNIX_EPOCH_TICKS, offset_minutes: 0 };

    /// From the ticks of the local clock and the offset.
    ///
    /// # Errors
    /// `ArgumentException` if the offset has parts of a minute, `ArgumentOutOfRangeException` if it is more than 14 hours or
    /// the time in UTC is outside the years 1 to 9999.
    pub fn new(ticks: i64, offset: TimeSpan) -> Result<Self> {
        let clock = DateTime::from_ticks(ticks, DateTimeKind::Unspecified);
        let offset_minutes = offset_minutes(offset)?;
        let ticks = clock?.ticks;
        let utc = ticks.saturating_sub(offset.ticks);
        if !(0..=TICKS_MAX).contains(&utc) {
            return Err(Exception::argument_out_of_range(NO_SUCH_UTC, "offset"));
        }
        Ok(Self { ticks, offset_minutes })
    }

    /// `new DateTimeOffset(dateTime)`, which is the implicit conversion, too: local time is UTC.
    pub fn from_date_time(date_time: DateTime) -> Self {
        Self { ticks: date_time.ticks, offset_minutes: 0 }
    }

    /// `new DateTimeOffset(dateTime, offset)`
    ///
    /// # Errors
    /// `ArgumentException` if the date's kind says another offset; and as [`DateTimeOffset::new`].
    pub fn from_date_time_and_offset(date_time: DateTime, offset: TimeSpan) -> Result<Self> {
        match date_time.kind {
            DateTimeKind::Local if offset.ticks != 0 => Err(Exception::argument(
                "The UTC Offset of the local dateTime parameter does not match the offset argument.",
                "offset",
            )),
            DateTimeKind::Utc if offset.ticks != 0 => {
                Err(Exception::argument("The UTC Offset for Utc DateTime instances must be 0.", "offset"))
            }
            _ => Self::new(date_time.ticks, offset),
        }
    }

    /// `FromUnixTimeSeconds`
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` outside the years 1 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Result<Self> {
        Self::from_unix(seconds, -62_135_596_800, 253_402_300_799, TICKS_PER_SECOND, "seconds")
    }

    /// `FromUnixTimeMilliseconds`
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` outside the years 1 to 9999.
    pub fn from_unix_milliseconds(milliseconds: i64) -> Result<Self> {
        Self::from_unix(milliseconds, -62_135_596_800_000, 253_402_300_799_999, TICKS_PER_MILLISECOND, "milliseconds")
    }

    fn from_unix(value: i64, least: i64, most: i64, unit: i64, parameter: &str) -> Result<Self> {
        if !(least..=most).contains(&value) {
            let message = format!("Valid values are between {least} and {most}, inclusive.");
            return Err(Exception::argument_out_of_range(&message, parameter));
        }
        Ok(Self { ticks: UNIX_EPOCH_TICKS + value * unit, offset_minutes: 0 })
    }

    /// `Offset`
    pub fn offset(self) -> TimeSpan {
        TimeSpan { ticks: i64::from(self.offset_minutes) * TICKS_PER_MINUTE }
    }

    /// `UtcTicks`
    pub fn utc_ticks(self) -> i64 {
        self.ticks.saturating_sub(self.offset().ticks)
    }

    /// `DateTime`: the local clock, of no kind.
    pub fn date_time(self) -> DateTime {
        DateTime { ticks: self.ticks, kind: DateTimeKind::Unspecified }
    }

    /// `UtcDateTime`
    pub fn utc_date_time(self) -> DateTime {
        DateTime { ticks: self.utc_ticks(), kind: DateTimeKind::Utc }
    }

    /// `LocalDateTime`
    pub fn local_date_time(self) -> DateTime {
        DateTime { ticks: self.utc_ticks(), kind: DateTimeKind::Local }
    }

    /// `ToOffset`
    ///
    /// # Errors
    /// As [`DateTimeOffset::new`].
    pub fn to_offset(self, offset: TimeSpan) -> Result<Self> {
        let clock = self.utc_date_time().add_ticks(offset.ticks, "t")?;
        Self::new(clock.ticks, offset)
    }

    /// `ToUniversalTime` and `ToLocalTime`
    pub fn to_universal_time(self) -> Self {
        Self { ticks: self.utc_ticks(), offset_minutes: 0 }
    }

    /// `ToUnixTimeSeconds`
    pub fn to_unix_seconds(self) -> i64 {
        (self.utc_ticks() / TICKS_PER_SECOND) - UNIX_EPOCH_TICKS / TICKS_PER_SECOND
    }

    /// `ToUnixTimeMilliseconds`
    pub fn to_unix_milliseconds(self) -> i64 {
        (self.utc_ticks() / TICKS_PER_MILLISECOND) - UNIX_EPOCH_TICKS / TICKS_PER_MILLISECOND
    }

    /// What [`DateTime`] does to the local clock.
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` if the result is outside the years 1 to 9999, here or in UTC.
    pub fn map(self, change: impl FnOnce(DateTime) -> Result<DateTime>) -> Result<Self> {
        let clock = change(self.date_time())?;
        let utc = clock.ticks.saturating_sub(self.offset().ticks);
        if !(0..=TICKS_MAX).contains(&utc) {
            return Err(Exception::argument_out_of_range(NO_SUCH_UTC, "offset"));
        }
        Ok(Self { ticks: clock.ticks, offset_minutes: self.offset_minutes })
    }

    /// `AddDays`, `AddHours` ...
    ///
    /// # Errors
    /// As [`DateTimeOffset::map`].
    pub fn add_units(self, value: f64, unit: Unit) -> Result<Self> {
        self.map(|clock| clock.add_units(value, unit))
    }

    /// `Subtract(DateTimeOffset)`
    pub fn subtract(self, other: Self) -> TimeSpan {
        TimeSpan { ticks: self.utc_ticks().saturating_sub(other.utc_ticks()) }
    }

    /// `EqualsExact`
    pub fn equals_exact(self, other: Self) -> bool {
        self.ticks == other.ticks && self.offset_minutes == other.offset_minutes
    }

    /// `GetHashCode`
    pub fn hash_code(self) -> i32 {
        hash_ticks(self.utc_ticks())
    }
}

/// An offset in minutes.
fn offset_minutes(offset: TimeSpan) -> Result<i16> {
    if offset.ticks % TICKS_PER_MINUTE != 0 {
        return Err(Exception::argument("Offset must be specified in whole minutes.", "offset"));
    }
    if !(-14 * TICKS_PER_HOUR..=14 * TICKS_PER_HOUR).contains(&offset.ticks) {
        return Err(Exception::argument_out_of_range("Offset must be within plus or minus 14 hours.", "offset"));
    }
    Ok((offset.ticks / TICKS_PER_MINUTE) as i16)
}

impl PartialEq for DateTimeOffset {
    fn eq(&self, other: &Self) -> bool {
        self.utc_ticks() == other.utc_ticks()
    }
}

impl Eq for DateTimeOffset {}

impl Ord for DateTimeOffset {
    fn cmp(&self, other: &Self) -> Ordering {
        self.utc_ticks().cmp(&other.utc_ticks())
    }
}

impl PartialOrd for DateTimeOffset {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl hash::Hash for DateTimeOffset {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.utc_ticks().hash(state);
    }
}
