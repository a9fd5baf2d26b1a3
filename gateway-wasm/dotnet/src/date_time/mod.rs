//! `System.DateTime` and `System.DateTimeOffset`.
//!
//! The local time zone is UTC: that is what machines in a cloud are set to.

pub mod format;
mod internet;
pub mod offset;
pub mod parse;
pub mod parse_exact;

pub use offset::DateTimeOffset;
pub use parse::{ParsedDateTime, Styles};

use crate::{
    Exception, Result, TimeSpan,
    time_span::{
        TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MICROSECOND, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE, TICKS_PER_SECOND,
        hash_ticks,
    },
};
use std::{cmp::Ordering, hash};

/// What a [`DateTime`] is relative to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum DateTimeKind {
    #[default]
    Unspecified = 0,
    Utc = 1,
    Local = 2,
}

/// A date and a time of day.
#[derive(Clone, Copy, Debug, Default)]
pub struct DateTime {
    /// Ticks of 100 ns since the start of the year 1.
    pub ticks: i64,
    /// What it is relative to; equality leaves it out, as in .NET.
    pub kind: DateTimeKind,
}

/// The last tick of the year 9999.
pub const TICKS_MAX: i64 = 3_155_378_975_999_999_999;

/// The ticks of 1970-01-01.
pub const UNIX_EPOCH_TICKS: i64 = 621_355_968_000_000_000;

const NO_SUCH_DATE: &str = "Year, Month, and Day parameters describe an un-representable DateTime.";
const NO_SUCH_TIME: &str = "Hour, Minute, and Second parameters describe an un-representable DateTime.";
pub(crate) const NO_SUCH_SUM: &str = "The added or subtracted value results in an un-representable DateTime.";

/// The days of a year before each month.
const DAYS_BEFORE: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

/// The units that `AddDays` and its like add, and the most of them that they take.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Unit {
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
}

impl Unit {
    fn ticks(self) -> i64 {
        match self {
            Unit::Day => TICKS_PER_DAY,
            Unit::Hour => TICKS_PER_HOUR,
            Unit::Minute => TICKS_PER_MINUTE,
            Unit::Second => TICKS_PER_SECOND,
            Unit::Millisecond => TICKS_PER_MILLISECOND,
            Unit::Microsecond => TICKS_PER_MICROSECOND,
        }
    }
}

impl DateTimeKind {
    /// From its number.
    ///
    /// # Errors
    /// `ArgumentException` if there is no such kind.
    pub fn from_number(number: i64) -> Result<Self> {
        match number {
            0 => Ok(DateTimeKind::Unspecified),
            1 => Ok(DateTimeKind::Utc),
            2 => Ok(DateTimeKind::Local),
            _ => Err(Exception::argument("Invalid DateTimeKind value.", "kind")),
        }
    }
}

/// `DateTime.IsLeapYear`
///
/// # Errors
/// `ArgumentOutOfRangeException` for a year outside 1 to 9999.
pub fn is_leap_year(year: i32) -> Result<bool> {
    if !(1..=9999).contains(&year) {
        return Err(Exception::argument_out_of_range("Year must be between 1 and 9999.", "year"));
    }
    Ok(leap(year.into()))
}

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// `DateTime.DaysInMonth`
///
/// # Errors
/// `ArgumentOutOfRangeException` for a month outside 1 to 12 or a year outside 1 to 9999.
pub fn days_in_month(year: i32, month: i32) -> Result<i32> {
    if !(1..=12).contains(&month) {
        return Err(Exception::argument_out_of_range("Month must be between one and twelve.", "month"));
    }
    is_leap_year(year)?;
    Ok(month_length(year.into(), month.into()) as i32)
}

/// The days of a month, which is one of 1 to 12.
fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days before a date since the start of the year 1; `None` if there is no such date.
pub(crate) fn day_number(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=month_length(year, month)).contains(&day) {
        return None;
    }
    let before = DAYS_BEFORE.get(month as usize - 1)? + i64::from(month > 2 && leap(year));
    let years = year - 1;
    Some(years * 365 + years / 4 - years / 100 + years / 400 + before + day - 1)
}

/// The ticks of a time of day; `None` if there is no such time.
pub(crate) fn time_ticks(hour: i64, minute: i64, second: i64) -> Option<i64> {
    let fits = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    fits.then_some(hour * TICKS_PER_HOUR + minute * TICKS_PER_MINUTE + second * TICKS_PER_SECOND)
}

impl DateTime {
    /// `DateTime.MinValue`
    pub const MIN: DateTime = DateTime { ticks: 0, kind: DateTimeKind::Unspecified };
    /// `DateTime.MaxValue`
    pub const MAX: DateTime = DateTime { ticks: TICKS_MAX, kind: DateTimeKind::Unspecified };
    /// `DateTime.UnixEpoch`
    pub const UNIX_EPOCH: DateTime = DateTime { ticks: UNIX_EPOCH_TICKS, kind: DateTimeKind::Utc };

    /// `new DateTime(ticks, kind)`
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` if the ticks are outside the years 1 to 9999.
    pub fn from_ticks(ticks: i64, kind: DateTimeKind) -> Result<Self> {
        if !(0..=TICKS_MAX).contains(&ticks) {
            let message = "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks.";
            return Err(Exception::argument_out_of_range(message, "ticks"));
        }
        Ok(Self { ticks, kind })
    }

    /// `new DateTime(year, month, day, hour, minute, second, millisecond, microsecond, kind)`
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` if there is no such date or time.
    pub fn new(date: [i32; 3], time: [i32; 3], millisecond: i32, microsecond: i32, kind: DateTimeKind) -> Result<Self> {
        let [year, month, day] = date.map(i64::from);
        let [hour, minute, second] = time.map(i64::from);
        let days = day_number(year, month, day).ok_or_else(|| Exception::argument_out_of_range(NO_SUCH_DATE, ""))?;
        let time = time_ticks(hour, minute, second).ok_or_else(|| Exception::argument_out_of_range(NO_SUCH_TIME, ""))?;
        for (value, parameter) in [(millisecond, "millisecond"), (microsecond, "microsecond")] {
            if !(0..1000).contains(&value) {
                let message = "Valid values are between 0 and 999, inclusive.";
                return Err(Exception::argument_out_of_range(message, parameter));
            }
        }
        let fraction = i64::from(millisecond) * TICKS_PER_MILLISECOND + i64::from(microsecond) * TICKS_PER_MICROSECOND;
        Ok(Self { ticks: days * TICKS_PER_DAY + time + fraction, kind })
    }

    /// Year, month and day.
    pub fn ymd(self) -> (i32, i32, i32) {
        let days = self.ticks.max(0) / TICKS_PER_DAY;
        // Counted in years that start in March, so that a leap day is the last one.
        let shifted = days + 306;
        let era = shifted / 146_097;
        let day_of_era = shifted % 146_097;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let (month, year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        ((era * 400 + year_of_era + year) as i32, month as i32, day as i32)
    }

    /// `Year`
    pub fn year(self) -> i32 {
        self.ymd().0
    }

    /// `Month`
    pub fn month(self) -> i32 {
        self.ymd().1
    }

    /// `Day`
    pub fn day(self) -> i32 {
        self.ymd().2
    }

    /// `DayOfWeek`: 0 is Sunday.
    pub fn day_of_week(self) -> i32 {
        ((self.ticks / TICKS_PER_DAY + 1) % 7) as i32
    }

    /// `DayOfYear`
    pub fn day_of_year(self) -> i32 {
        let start = day_number(self.year().into(), 1, 1).unwrap_or_default();
        (self.ticks / TICKS_PER_DAY - start + 1) as i32
    }

    /// `Hour`
    pub fn hour(self) -> i32 {
        self.time_of_day().hours()
    }

    /// `Minute`
    pub fn minute(self) -> i32 {
        self.time_of_day().minutes()
    }

    /// `Second`
    pub fn second(self) -> i32 {
        self.time_of_day().seconds()
    }

    /// `Millisecond`
    pub fn millisecond(self) -> i32 {
        self.time_of_day().milliseconds()
    }

    /// `Date`: midnight.
    pub fn date(self) -> DateTime {
        DateTime { ticks: self.ticks - self.ticks % TICKS_PER_DAY, kind: self.kind }
    }

    /// `TimeOfDay`
    pub fn time_of_day(self) -> TimeSpan {
        TimeSpan { ticks: self.ticks % TICKS_PER_DAY }
    }

    /// `AddTicks`; the parameter is the one that the message names.
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` if the sum is outside the years 1 to 9999.
    pub fn add_ticks(self, ticks: i64, parameter: &str) -> Result<DateTime> {
        match self.ticks.checked_add(ticks) {
            Some(ticks @ 0..=TICKS_MAX) => Ok(DateTime { ticks, kind: self.kind }),
            _ => Err(Exception::argument_out_of_range(NO_SUCH_SUM, parameter)),
        }
    }

    /// `Subtract(TimeSpan)`
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` if the difference is outside the years 1 to 9999.
    pub fn subtract_span(self, span: TimeSpan, parameter: &str) -> Result<DateTime> {
        match self.ticks.checked_sub(span.ticks) {
            Some(ticks @ 0..=TICKS_MAX) => Ok(DateTime { ticks, kind: self.kind }),
            _ => Err(Exception::argument_out_of_range(NO_SUCH_SUM, parameter)),
        }
    }

    /// `Subtract(DateTime)`
    pub fn subtract(self, other: DateTime) -> TimeSpan {
        TimeSpan { ticks: self.ticks.saturating_sub(other.ticks) }
    }

    /// `AddDays`, `AddHours` ...
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` if the sum is outside the years 1 to 9999.
    pub fn add_units(self, value: f64, unit: Unit) -> Result<DateTime> {
        let size = unit.ticks();
        if value.abs() > (TICKS_MAX / size) as f64 {
            return Err(Exception::argument_out_of_range("Value to add was out of range.", "value"));
        }
        if value.is_nan() {
            return Err(Exception::argument_out_of_range(NO_SUCH_SUM, "value"));
        }
        let whole = value.trunc();
        let ticks = (whole as i64).saturating_mul(size).saturating_add(((value - whole) * size as f64) as i64);
        self.add_ticks(ticks, "value")
    }

    /// `AddMonths`
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` if the sum is outside the years 1 to 9999.
    pub fn add_months(self, months: i32) -> Result<DateTime> {
        if !(-120_000..=120_000).contains(&months) {
            return Err(Exception::argument_out_of_range("Months value must be between +/-120000.", "months"));
        }
        self.move_months(months.into()).ok_or_else(|| Exception::argument_out_of_range(NO_SUCH_SUM, "months"))
    }

    /// `AddYears`
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` if the sum is outside the years 1 to 9999.
    pub fn add_years(self, years: i32) -> Result<DateTime> {
        if !(-10_000..=10_000).contains(&years) {
            return Err(Exception::argument_out_of_range("Years value must be between +/-10000.", "years"));
        }
        self.move_months(i64::from(years) * 12).ok_or_else(|| Exception::argument_out_of_range(NO_SUCH_SUM, "value"))
    }

    fn move_months(self, months: i64) -> Option<DateTime> {
        let (year, month, day) = self.ymd();
        let count = i64::from(year) * 12 + i64::from(month) - 1 + months;
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
        let days = day_number(year, month, i64::from(day).min(month_length(year, month)))?;
        Some(DateTime { ticks: days * TICKS_PER_DAY + self.time_of_day().ticks, kind: self.kind })
    }

    /// `ToUniversalTime`
    pub fn to_universal_time(self) -> DateTime {
        DateTime { ticks: self.ticks, kind: DateTimeKind::Utc }
    }

    /// `ToLocalTime`
    pub fn to_local_time(self) -> DateTime {
        DateTime { ticks: self.ticks, kind: DateTimeKind::Local }
    }

    /// `GetHashCode`
    pub fn hash_code(self) -> i32 {
        hash_ticks(self.ticks)
    }
}

impl PartialEq for DateTime {
    fn eq(&self, other: &Self) -> bool {
        self.ticks == other.ticks
    }
}

impl Eq for DateTime {}

impl Ord for DateTime {
    fn cmp(&self, other: &Self) -> Ordering {
        self.ticks.cmp(&other.ticks)
    }
}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl hash::Hash for DateTime {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.ticks.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_calendar() {
        for (year, month, day) in
            [(1, 1, 1), (4, 2, 29), (1600, 12, 31), (1900, 3, 1), (2000, 2, 29), (2024, 12, 31), (9999, 12, 31)]
        {
            let date = DateTime::new([year, month, day], [0; 3], 0, 0, DateTimeKind::Utc).unwrap();
            assert_eq!(date.ymd(), (year, month, day));
        }
        assert_eq!(DateTime::MAX.ymd(), (9999, 12, 31));
        assert_eq!(DateTime::UNIX_EPOCH.ymd(), (1970, 1, 1));
        assert_eq!((DateTime::UNIX_EPOCH.day_of_week(), DateTime::MIN.day_of_week()), (4, 1));
        let leap_day = DateTime::new([2024, 2, 29], [1, 2, 3], 4, 5, DateTimeKind::Utc).unwrap();
        assert_eq!(leap_day.add_years(1).unwrap().ymd(), (2025, 2, 28));
        assert_eq!(leap_day.add_months(-13).unwrap().ymd(), (2023, 1, 29));
        assert_eq!(leap_day.day_of_year(), 60);
        assert!(DateTime::MAX.add_units(1.0, Unit::Day).is_err() && DateTime::MIN.add_months(-1).is_err());
    }

    #[test]
    fn every_day_goes_there_and_back() {
        for day in (0..3_652_059).step_by(97) {
            let date = DateTime { ticks: day * TICKS_PER_DAY, kind: DateTimeKind::Utc };
            let (year, month, day_of_month) = date.ymd();
            assert_eq!(day_number(year.into(), month.into(), day_of_month.into()), Some(day));
        }
    }
}
