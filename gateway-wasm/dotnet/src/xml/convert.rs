//! `XmlConvert`: values as XML writes and reads them, where that is not what `ToString()` and `Parse` do.

use super::name::is_white_space;
use crate::{Exception, Result, TimeSpan};
use std::fmt::Write as _;

const TICKS_PER_SECOND: u64 = 10_000_000;

/// `true` or `false`
pub fn from_boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// A `double` that is not finite, as XML writes it; the others are what `ToString()` gives.
pub fn from_double(value: f64) -> Option<&'static str> {
    if value == f64::INFINITY {
        Some("INF")
    } else if value == f64::NEG_INFINITY {
        Some("-INF")
    } else {
        None
    }
}

/// As [`from_double`], for `float`.
pub fn from_single(value: f32) -> Option<&'static str> {
    from_double(value.into())
}

/// `1`, `0`, `true` and `false`, in any case.
///
/// # Errors
/// `FormatException` for everything else.
pub fn to_boolean(text: &str) -> Result<bool> {
    let lower = text.to_lowercase();
    match lower.trim_matches(is_white_space) {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        other => Err(Exception::format(format!("The string '{other}' is not a valid Boolean value."))),
    }
}

/// A length of time as `P1DT2H3M4.5S`.
pub fn from_time_span(value: TimeSpan) -> String {
    let mut out = if value.ticks < 0 { "-P".to_owned() } else { "P".to_owned() };
    let ticks = value.ticks.unsigned_abs();
    let seconds = ticks / TICKS_PER_SECOND;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let (seconds, fraction) = (seconds % 60, ticks % TICKS_PER_SECOND);
    if days > 0 {
        let _ = write!(out, "{days}D");
    }
    if hours > 0 || minutes > 0 || seconds > 0 || fraction > 0 {
        out.push('T');
        if hours > 0 {
            let _ = write!(out, "{hours}H");
        }
        if minutes > 0 {
            let _ = write!(out, "{minutes}M");
        }
        if seconds > 0 || fraction > 0 {
            let _ = write!(out, "{seconds}");
            if fraction > 0 {
                let _ = write!(out, ".{}", format!("{fraction:07}").trim_end_matches('0'));
            }
            out.push('S');
        }
    }
    if out.ends_with('P') {
        out.push_str("T0S");
    }
    out
}

/// Reads `P1Y2M3DT4H5M6.7S`; a year is 365 days and a month 30, as in .NET.
///
/// # Errors
/// `FormatException`, and `OverflowException` for more than a `TimeSpan` holds.
pub fn to_time_span(text: &str) -> Result<TimeSpan> {
    let invalid = || Exception::format(format!("The string '{text}' is not a valid TimeSpan value."));
    let overflow = || Exception::overflow(format!("Value '{text}' was either too large or too small for TimeSpan."));
    let trimmed = text.trim_matches(is_white_space);
    let (is_negative, rest) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed),
    };
    let rest = rest.strip_prefix('P').ok_or_else(invalid)?;
    let (date, time) = match rest.split_once('T') {
        Some((_, "")) => return Err(invalid()),
        Some((date, time)) => (date, time),
        None => (rest, ""),
    };
    if date.is_empty() && time.is_empty() {
        return Err(invalid());
    }
    let mut ticks: i128 = 0;
    for (part, units) in
        [(date, [('Y', 365 * 86_400), ('M', 30 * 86_400), ('D', 86_400)]), (time, [('H', 3600), ('M', 60), ('S', 1)])]
    {
        let mut part = part;
        let mut units = units.into_iter();
        while !part.is_empty() {
            let end = part.find(|character: char| !character.is_ascii_digit() && character != '.').ok_or_else(invalid)?;
            let number = part.get(..end).unwrap_or_default();
            let unit = part.get(end..).and_then(|rest| rest.chars().next()).ok_or_else(invalid)?;
            let (_, seconds) = units.find(|(name, _)| *name == unit).ok_or_else(invalid)?;
            let (whole, fraction) = match number.split_once('.') {
                Some((whole, fraction)) if seconds == 1 && !fraction.is_empty() => (whole, fraction),
                Some(_) => return Err(invalid()),
                None => (number, ""),
            };
            if whole.is_empty() || !fraction.chars().all(|digit| digit.is_ascii_digit()) {
                return Err(invalid());
            }
            let whole: i32 = whole.parse().map_err(|_| overflow())?;
            ticks += i128::from(whole) * i128::from(seconds) * i128::from(TICKS_PER_SECOND);
            let digits: String = fraction.chars().chain("0000000".chars()).take(7).collect();
            ticks += digits.parse::<i128>().map_err(|_| invalid())?;
            part = part.get(end + unit.len_utf8()..).unwrap_or_default();
        }
    }
    let ticks = if is_negative { -ticks } else { ticks };
    Ok(TimeSpan { ticks: i64::try_from(ticks).map_err(|_| overflow())? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        for (text, ticks) in [("PT0S", 0), ("P1DT2H3M4.5S", 937_845_000_000), ("-PT1M", -600_000_000), ("PT0.0000001S", 1)] {
            assert_eq!(to_time_span(text).unwrap().ticks, ticks);
            assert_eq!(from_time_span(TimeSpan { ticks }), text);
        }
        for text in ["", "P", "PT", "1D", "P1H", "PT1.S", "PT1.5M"] {
            assert_eq!(to_time_span(text).unwrap_err().kind, "FormatException", "{text}");
        }
    }
}
