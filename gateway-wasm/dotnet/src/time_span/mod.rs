//! `System.TimeSpan`.

pub mod format;
pub mod parse;

use crate::{Exception, Result};
use std::ops;

/// A length of time in ticks of 100 ns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan {
    /// Ticks of 100 ns.
    pub ticks: i64,
}

/// Ticks in a microsecond.
pub const TICKS_PER_MICROSECOND: i64 = 10;
/// Ticks in a millisecond.
pub const TICKS_PER_MILLISECOND: i64 = 10_000;
/// Ticks in a second.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
/// Ticks in a minute.
pub const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
/// Ticks in an hour.
pub const TICKS_PER_HOUR: i64 = 60 * TICKS_PER_MINUTE;
/// Ticks in a day.
pub const TICKS_PER_DAY: i64 = 24 * TICKS_PER_HOUR;

const TOO_LONG: &str = "TimeSpan overflowed because the duration is too long.";
const NOT_A_NUMBER: &str = "TimeSpan does not accept floating point Not-a-Number values.";
const NEGATED_MINIMUM: &str = "Negating the minimum value of a twos complement number is invalid.";

impl TimeSpan {
    /// No time.
    pub const ZERO: TimeSpan = TimeSpan { ticks: 0 };
    /// The longest.
    pub const MAX: TimeSpan = TimeSpan { ticks: i64::MAX };
    /// The longest below zero.
    pub const MIN: TimeSpan = TimeSpan { ticks: i64::MIN };

    /// From ticks.
    pub const fn from_ticks(ticks: i64) -> Self {
        Self { ticks }
    }

    /// The constructors: days, hours, minutes, seconds, milliseconds and microseconds, each as large as wanted.
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` if the sum does not fit.
    pub fn new(days: i32, hours: i32, minutes: i32, seconds: i32, milliseconds: i32, microseconds: i32) -> Result<Self> {
        let ticks = i128::from(days) * i128::from(TICKS_PER_DAY)
            + i128::from(hours) * i128::from(TICKS_PER_HOUR)
            + i128::from(minutes) * i128::from(TICKS_PER_MINUTE)
            + i128::from(seconds) * i128::from(TICKS_PER_SECOND)
            + i128::from(milliseconds) * i128::from(TICKS_PER_MILLISECOND)
            + i128::from(microseconds) * i128::from(TICKS_PER_MICROSECOND);
        match i64::try_from(ticks) {
            Ok(ticks) => Ok(Self { ticks }),
            Err(_) => Err(Exception::argument_out_of_range(TOO_LONG, "")),
        }
    }

    /// `FromDays`, `FromHours` ...: so many units of so many ticks.
    ///
    /// # Errors
    /// `ArgumentException` for NaN, `OverflowException` if it does not fit.
    pub fn from_units(value: f64, ticks_per_unit: i64) -> Result<Self> {
        if value.is_nan() {
            return Err(Exception::argument(NOT_A_NUMBER, ""));
        }
        Self::from_double_ticks(value * ticks_per_unit as f64)
    }

    fn from_double_ticks(ticks: f64) -> Result<Self> {
        // 2^63 as a double; `i64::MAX` itself rounds up to it.
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;
        if ticks.is_nan() || !(-LIMIT..=LIMIT).contains(&ticks) {
            return Err(Exception::overflow(TOO_LONG));
        }
        Ok(Self { ticks: ticks as i64 })
    }

    /// `Days`
    pub fn days(self) -> i32 {
        (self.ticks / TICKS_PER_DAY) as i32
    }

    /// `Hours`
    pub fn hours(self) -> i32 {
        (self.ticks / TICKS_PER_HOUR % 24) as i32
    }

    /// `Minutes`
    pub fn minutes(self) -> i32 {
        (self.ticks / TICKS_PER_MINUTE % 60) as i32
    }

    /// `Seconds`
    pub fn seconds(self) -> i32 {
        (self.ticks / TICKS_PER_SECOND % 60) as i32
    }

    /// `Milliseconds`
    pub fn milliseconds(self) -> i32 {
        (self.ticks / TICKS_PER_MILLISECOND % 1000) as i32
    }

    /// `Microseconds`
    pub fn microseconds(self) -> i32 {
        (self.ticks / TICKS_PER_MICROSECOND % 1000) as i32
    }

    /// `Nanoseconds`
    pub fn nanoseconds(self) -> i32 {
        (self.ticks % TICKS_PER_MICROSECOND * 100) as i32
    }

    /// `TotalDays`
    pub fn total_days(self) -> f64 {
        self.ticks as f64 / TICKS_PER_DAY as f64
    }

    /// `TotalHours`
    pub fn total_hours(self) -> f64 {
        self.ticks as f64 / TICKS_PER_HOUR as f64
    }

    /// `TotalMinutes`
    pub fn total_minutes(self) -> f64 {
        self.ticks as f64 / TICKS_PER_MINUTE as f64
    }

    /// `TotalSeconds`
    pub fn total_seconds(self) -> f64 {
        self.ticks as f64 / TICKS_PER_SECOND as f64
    }

    /// `TotalMilliseconds`, kept within whole milliseconds that a time span can have.
    pub fn total_milliseconds(self) -> f64 {
        let limit = (i64::MAX / TICKS_PER_MILLISECOND) as f64;
        (self.ticks as f64 / TICKS_PER_MILLISECOND as f64).clamp(-limit, limit)
    }

    /// `TotalMicroseconds`
    pub fn total_microseconds(self) -> f64 {
        self.ticks as f64 / TICKS_PER_MICROSECOND as f64
    }

    /// `TotalNanoseconds`
    pub fn total_nanoseconds(self) -> f64 {
        self.ticks as f64 * 100.0
    }

    /// `Add`
    ///
    /// # Errors
    /// `OverflowException` if it does not fit.
    pub fn plus(self, other: TimeSpan) -> Result<TimeSpan> {
        let ticks = self.ticks.checked_add(other.ticks).ok_or_else(|| Exception::overflow(TOO_LONG))?;
        Ok(TimeSpan { ticks })
    }

    /// `Subtract`
    ///
    /// # Errors
    /// `OverflowException` if it does not fit.
    pub fn minus(self, other: TimeSpan) -> Result<TimeSpan> {
        let ticks = self.ticks.checked_sub(other.ticks).ok_or_else(|| Exception::overflow(TOO_LONG))?;
        Ok(TimeSpan { ticks })
    }

    /// `Negate`
    ///
    /// # Errors
    /// `OverflowException` for the least value, which has no opposite.
    pub fn negate(self) -> Result<TimeSpan> {
        let ticks = self.ticks.checked_neg().ok_or_else(|| Exception::overflow(NEGATED_MINIMUM))?;
        Ok(TimeSpan { ticks })
    }

    /// `Duration`: without the sign.
    ///
    /// # Errors
    /// `OverflowException` for the least value, which has no opposite.
    pub fn duration(self) -> Result<TimeSpan> {
        let ticks = self.ticks.checked_abs().ok_or_else(|| {
            Exception::overflow(
                "The duration cannot be returned for TimeSpan.MinValue because the absolute value of \
                 TimeSpan.MinValue exceeds the value of TimeSpan.MaxValue.",
            )
        })?;
        Ok(TimeSpan { ticks })
    }

    /// `Multiply`
    ///
    /// # Errors
    /// `ArgumentException` for NaN, `OverflowException` if it does not fit.
    pub fn multiply(self, factor: f64) -> Result<TimeSpan> {
        if factor.is_nan() {
            return Err(Exception::argument(NOT_A_NUMBER, "factor"));
        }
        Self::from_double_ticks((self.ticks as f64 * factor).round_ties_even())
    }

    /// `Divide`
    ///
    /// # Errors
    /// `ArgumentException` for NaN, `OverflowException` if it does not fit.
    pub fn divide(self, divisor: f64) -> Result<TimeSpan> {
        if divisor.is_nan() {
            return Err(Exception::argument(NOT_A_NUMBER, "divisor"));
        }
        Self::from_double_ticks((self.ticks as f64 / divisor).round_ties_even())
    }

    /// `GetHashCode`
    pub fn hash_code(self) -> i32 {
        hash_ticks(self.ticks)
    }
}

/// How many times one goes into the other.
impl ops::Div for TimeSpan {
    type Output = f64;
    fn div(self, other: TimeSpan) -> f64 {
        self.ticks as f64 / other.ticks as f64
    }
}

/// `GetHashCode` of an `Int64`, which is that of every type that is made of ticks.
pub(crate) fn hash_ticks(ticks: i64) -> i32 {
    ticks as i32 ^ (ticks >> 32) as i32
}
