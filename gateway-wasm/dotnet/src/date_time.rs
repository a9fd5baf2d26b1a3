//! `System.DateTime` and `System.DateTimeOffset`.

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

/// A date, a time of day, and how far both are from UTC.
#[derive(Clone, Copy, Debug, Default)]
pub struct DateTimeOffset {
    /// Ticks of 100 ns since the start of the year 1, on the local clock.
    pub ticks: i64,
    /// How far the local clock is ahead of UTC.
    pub offset_minutes: i16,
}
