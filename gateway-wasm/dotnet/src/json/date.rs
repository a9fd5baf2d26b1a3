//! Dates as Newtonsoft reads and writes them, which is not quite how .NET does.

use crate::{
    DateTime, DateTimeKind, DateTimeOffset,
    date_time::{TICKS_MAX, day_number},
    time_span::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND},
};
use std::fmt::Write;

/// The ticks at the start of 1970.
const TICKS_1970: i64 = 621_355_968_000_000_000;

/// The date that a string of JSON is taken for: ISO 8601 with a time, or `/Date(1234)/`.
pub(super) fn parse(text: &str) -> Option<DateTime> {
    let bytes = text.as_bytes();
    match bytes {
        [b'/', ..] => (bytes.len() >= 9).then(|| parse_microsoft(text)).flatten().map(|(date, _)| date),
        [b'0'..=b'9', ..] if (19..=40).contains(&bytes.len()) && bytes.get(10) == Some(&b'T') => {
            let parts = Parts::parse(bytes)?;
            let ticks = parts.ticks()?;
            let Some(offset) = parts.offset else { return Some(DateTime { ticks, kind: DateTimeKind::Unspecified }) };
            if parts.utc {
                return Some(DateTime { ticks, kind: DateTimeKind::Utc });
            }
            // The local time zone is UTC.
            Some(DateTime { ticks: (ticks - offset).clamp(0, TICKS_MAX), kind: DateTimeKind::Local })
        }
        _ => None,
    }
}

/// The date with its offset that a string of JSON is, if it is one.
pub fn date_with_offset(text: &str) -> Option<DateTimeOffset> {
    let bytes = text.as_bytes();
    match bytes {
        [b'/', ..] => {
            let (date, offset) = (bytes.len() >= 9).then(|| parse_microsoft(text)).flatten()?;
            let ticks = date.ticks.checked_add(offset)?;
            Some(DateTimeOffset { ticks, offset_minutes: i16::try_from(offset / TICKS_PER_MINUTE).ok()? })
        }
        [b'0'..=b'9', ..] if (19..=40).contains(&bytes.len()) && bytes.get(10) == Some(&b'T') => {
            let parts = Parts::parse(bytes)?;
            let (ticks, offset) = (parts.ticks()?, parts.offset.unwrap_or(0));
            let offset_minutes = i16::try_from(offset / TICKS_PER_MINUTE).ok()?;
            (offset_minutes.abs() <= 14 * 60 && (0..=TICKS_MAX).contains(&(ticks - offset)))
                .then_some(DateTimeOffset { ticks, offset_minutes })
        }
        _ => None,
    }
}

/// `/Date(1234)/` and `/Date(1234+0100)/`: the date, and its offset in ticks.
fn parse_microsoft(text: &str) -> Option<(DateTime, i64)> {
    let inner = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let sign = inner.get(1..)?.find('+').or_else(|| inner.get(1..)?.find('-')).map(|at| at + 1);
    let (number, offset, kind) = match sign {
        None => (inner, 0, DateTimeKind::Utc),
        Some(at) => {
            let zone = inner.get(at..)?;
            let two =
                |from: usize| zone.get(from..from + 2).filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?.parse::<i64>().ok();
            let ticks = two(1)? * TICKS_PER_HOUR + if zone.len() >= 5 { two(3)? * TICKS_PER_MINUTE } else { 0 };
            (inner.get(..at)?, if zone.starts_with('-') { -ticks } else { ticks }, DateTimeKind::Local)
        }
    };
    let ticks = number.parse::<i64>().ok()?.checked_mul(10_000)?.checked_add(TICKS_1970)?;
    (0..=TICKS_MAX).contains(&ticks).then_some((DateTime { ticks, kind }, offset))
}

/// What stands in `2026-11-21T08:30:00.123+01:00`.
struct Parts {
    /// From the start of the year 1.
    days: i64,
    hour: i64,
    minute: i64,
    second: i64,
    fraction: i64,
    /// In ticks; `None` if none is written.
    offset: Option<i64>,
    utc: bool,
}

impl Parts {
    fn parse(text: &[u8]) -> Option<Self> {
        let number = |from: usize, length: usize| {
            let digits = text.get(from..from + length)?;
            digits.iter().try_fold(0i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
        };
        let is = |at: usize, byte: u8| (text.get(at) == Some(&byte)).then_some(());
        let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
        is(4, b'-')?;
        is(7, b'-')?;
        is(10, b'T')?;
        let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
        is(13, b':')?;
        is(16, b':')?;
        let days = day_number(year, month, day)?;
        if hour > 24 || minute >= 60 || second >= 60 || (hour == 24 && (minute, second) != (0, 0)) {
            return None;
        }
        let mut at = 19;
        let mut fraction = 0;
        if is(at, b'.').is_some() {
            at += 1;
            let start = at;
            while let Some(digit @ b'0'..=b'9') = text.get(at) {
                if at - start == 7 {
                    break;
                }
                fraction = fraction * 10 + i64::from(digit - b'0');
                at += 1;
            }
            let digits = at - start;
            if digits == 0 {
                return None;
            }
            fraction *= 10i64.pow(7u32.saturating_sub(u32::try_from(digits).unwrap_or(7)));
            if hour == 24 && fraction != 0 {
                return None;
            }
        }
        let (mut offset, mut utc) = (None, false);
        match text.get(at) {
            None => {}
            Some(b'Z' | b'z') => {
                (offset, utc) = (Some(0), true);
                at += 1;
            }
            Some(&sign) => {
                let mut ticks = 0;
                let hours = (at + 2 < text.len()).then(|| number(at + 1, 2)).flatten();
                if let (Some(hours), b'+' | b'-') = (hours, sign) {
                    ticks = hours * TICKS_PER_HOUR;
                    offset = Some(0);
                    at += 3;
                }
                if is(at, b':').is_some() {
                    at += 1;
                }
                if let Some(minutes) = number(at, 2) {
                    ticks += minutes * TICKS_PER_MINUTE;
                    at += 2;
                }
                offset = offset.map(|_| if sign == b'-' { -ticks } else { ticks });
            }
        }
        (at == text.len()).then_some(Self { days, hour, minute, second, fraction, offset, utc })
    }

    /// Ticks on the clock that is written.
    fn ticks(&self) -> Option<i64> {
        let ticks = self.days * TICKS_PER_DAY
            + self.hour * TICKS_PER_HOUR
            + self.minute * TICKS_PER_MINUTE
            + self.second * TICKS_PER_SECOND
            + self.fraction;
        (ticks <= TICKS_MAX).then_some(ticks)
    }
}

/// Writes `2026-11-21T08:30:00.5` as JSON has it, without quotes.
fn write_clock(out: &mut String, ticks: i64) {
    let (year, month, day) = DateTime { ticks, kind: DateTimeKind::Unspecified }.ymd();
    let time = ticks.rem_euclid(TICKS_PER_DAY);
    let (hour, minute) = (time / TICKS_PER_HOUR, time / TICKS_PER_MINUTE % 60);
    let (second, mut fraction) = (time / TICKS_PER_SECOND % 60, time % TICKS_PER_SECOND);
    let _ = write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if fraction != 0 {
        let mut digits = 7;
        while fraction % 10 == 0 {
            fraction /= 10;
            digits -= 1;
        }
        let _ = write!(out, ".{fraction:0digits$}");
    }
}

fn write_zone(out: &mut String, minutes: i16) {
    let sign = if minutes < 0 { '-' } else { '+' };
    let _ = write!(out, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
}

/// Writes a date as JSON has it, without quotes.
pub(super) fn write(out: &mut String, date: DateTime) {
    write_clock(out, date.ticks);
    match date.kind {
        DateTimeKind::Unspecified => {}
        DateTimeKind::Utc => out.push('Z'),
        DateTimeKind::Local => write_zone(out, 0),
    }
}

/// Writes a date with its offset as JSON has it, without quotes.
pub(super) fn write_offset(out: &mut String, date: DateTimeOffset) {
    write_clock(out, date.ticks);
    write_zone(out, date.offset_minutes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(text: &str) -> Option<String> {
        let mut out = String::new();
        write(&mut out, parse(text)?);
        Some(out)
    }

    #[test]
    fn reads_and_writes_dates() {
        for (text, expected) in [
            ("2026-11-21T08:30:00Z", Some("2026-11-21T08:30:00Z")),
            ("2026-11-21T08:30:00.1200000Z", Some("2026-11-21T08:30:00.12Z")),
            ("2026-11-21T08:30:00", Some("2026-11-21T08:30:00")),
            ("2026-11-21T08:30:00+01:00", Some("2026-11-21T07:30:00+00:00")),
            ("2026-11-21T08:30:00+01", Some("2026-11-21T07:30:00+00:00")),
            ("2026-11-21T08:30:00-0130", Some("2026-11-21T10:00:00+00:00")),
            ("2024-02-29T24:00:00", Some("2024-03-01T00:00:00")),
            ("2026-02-29T08:30:00Z", None),
            ("2026-11-21", None),
            ("2026-11-21 08:30:00Z", None),
            ("2026-11-21T08:30:00.12345678Z", None),
            ("2026-11-21T08:30:00.Z", None),
            ("2026-11-21T08:30:00 and more", None),
            ("/Date(1700000000000)/", Some("2023-11-14T22:13:20Z")),
            ("/Date(1700000000000+0100)/", Some("2023-11-14T22:13:20+00:00")),
            ("/Date(x)/", None),
            ("0001-01-01T00:00:00", Some("0001-01-01T00:00:00")),
            ("9999-12-31T23:59:59.9999999", Some("9999-12-31T23:59:59.9999999")),
        ] {
            assert_eq!(round(text).as_deref(), expected, "{text}");
        }
        let offset = date_with_offset("2026-11-21T08:30:00-01:30").unwrap();
        assert_eq!((offset.offset_minutes, offset.date_time().hour()), (-90, 8));
    }
}
