//! `DateTime.ToString` and `DateTimeOffset.ToString`.

use super::{DateTime, DateTimeKind, DateTimeOffset};
use crate::{
    Exception, Result,
    time_span::{
        TICKS_PER_SECOND,
        format::{quoted, run_length},
    },
};
use std::fmt::{self, Write as _};

/// The months in full; the first three letters are the short names.
pub(super) const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// The days of the week in full; the first three letters are the short names.
pub(super) const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const INVALID: &str = "Input string was not in a correct format.";

/// `G`: `05/13/2020 10:20:30`
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{month:02}/{day:02}/{year:04} {:02}:{:02}:{:02}", self.hour(), self.minute(), self.second())
    }
}

/// `05/13/2020 10:20:30 +02:00`
impl fmt::Display for DateTimeOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.date_time(), Clock::Offset(self.offset_minutes).long())
    }
}

impl DateTime {
    /// `ToString(format)`; null and empty mean `G`.
    ///
    /// # Errors
    /// `FormatException` if the format is none.
    pub fn format(self, format: Option<&str>) -> Result<String> {
        let clock = Clock::Kind(self.kind);
        match single(format) {
            Some(None) => Ok(self.to_string()),
            Some(Some(letter)) => standard(self, clock, letter),
            None => custom(self, clock, format.unwrap_or_default()),
        }
    }
}

impl DateTimeOffset {
    /// `ToString(format)`; null and empty mean the date, the time and the offset.
    ///
    /// # Errors
    /// `FormatException` if the format is none.
    pub fn format(self, format: Option<&str>) -> Result<String> {
        let clock = Clock::Offset(self.offset_minutes);
        match single(format) {
            Some(None) => Ok(self.to_string()),
            // These two say that they are UTC, so they have to be.
            Some(Some(letter @ ('r' | 'R' | 'u'))) => standard(self.utc_date_time(), clock, letter),
            Some(Some('U')) => Err(Exception::format(INVALID)),
            Some(Some(letter)) => standard(self.date_time(), clock, letter),
            None => custom(self.date_time(), clock, format.unwrap_or_default()),
        }
    }
}

/// The custom format that a standard one stands for; `None` if it is none.
pub(super) fn pattern(letter: char) -> Option<&'static str> {
    Some(match letter {
        'd' => "MM/dd/yyyy",
        'D' => "dddd, dd MMMM yyyy",
        'f' => "dddd, dd MMMM yyyy HH:mm",
        'F' | 'U' => "dddd, dd MMMM yyyy HH:mm:ss",
        'g' => "MM/dd/yyyy HH:mm",
        'G' => "MM/dd/yyyy HH:mm:ss",
        'm' | 'M' => "MMMM dd",
        'o' | 'O' => "yyyy'-'MM'-'dd'T'HH':'mm':'ss.fffffffK",
        'r' | 'R' => "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
        's' => "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
        't' => "HH:mm",
        'T' => "HH:mm:ss",
        'u' => "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
        'y' | 'Y' => "yyyy MMMM",
        _ => return None,
    })
}

/// `Some(None)` for no format, `Some(letter)` for a format of one letter.
#[allow(clippy::option_option)]
fn single(format: Option<&str>) -> Option<Option<char>> {
    let mut characters = format.unwrap_or_default().chars();
    match (characters.next(), characters.next()) {
        (letter, None) => Some(letter),
        _ => None,
    }
}

fn standard(clock: DateTime, zone: Clock, letter: char) -> Result<String> {
    match pattern(letter) {
        Some(pattern) => custom(clock, zone, pattern),
        None => Err(Exception::format(INVALID)),
    }
}

/// What `K` and `zzz` write.
#[derive(Clone, Copy)]
enum Clock {
    Kind(DateTimeKind),
    Offset(i16),
}

impl Clock {
    fn minutes(self) -> i16 {
        match self {
            Clock::Kind(_) => 0,
            Clock::Offset(minutes) => minutes,
        }
    }

    fn long(self) -> String {
        let minutes = self.minutes();
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }
}

fn custom(clock: DateTime, zone: Clock, format: &str) -> Result<String> {
    let format: Vec<char> = format.chars().collect();
    let mut text = String::new();
    write_custom(clock, zone, &format, &mut text)?;
    Ok(text)
}

fn write_custom(clock: DateTime, zone: Clock, format: &[char], text: &mut String) -> Result<()> {
    let (year, month, day) = clock.ymd();
    let mut at = 0;
    while let Some(&token) = format.get(at) {
        let rest = format.get(at..).unwrap_or_default();
        let run = run_length(rest);
        let two = run.min(2);
        let length = match token {
            'd' => {
                let name = DAYS.get(clock.day_of_week() as usize).copied().unwrap_or_default();
                match run {
                    1 | 2 => _ = write!(text, "{day:0two$}"),
                    3 => text.push_str(short(name)),
                    _ => text.push_str(name),
                }
                run
            }
            'M' => {
                let name = MONTHS.get(month as usize - 1).copied().unwrap_or_default();
                match run {
                    1 | 2 => _ = write!(text, "{month:0two$}"),
                    3 => text.push_str(short(name)),
                    _ => text.push_str(name),
                }
                run
            }
            'y' => {
                _ = match run {
                    1 | 2 => write!(text, "{:0run$}", year % 100),
                    _ => write!(text, "{year:0width$}", width = run.min(MAX_WIDTH)),
                };
                run
            }
            'h' => {
                let hour = if clock.hour() % 12 == 0 { 12 } else { clock.hour() % 12 };
                let _ = write!(text, "{hour:0two$}");
                run
            }
            'H' => {
                let _ = write!(text, "{:0two$}", clock.hour());
                run
            }
            'm' => {
                let _ = write!(text, "{:0two$}", clock.minute());
                run
            }
            's' => {
                let _ = write!(text, "{:0two$}", clock.second());
                run
            }
            'f' | 'F' => {
                if run > 7 {
                    return Err(Exception::format(INVALID));
                }
                let digits = format!("{:07}", clock.ticks % TICKS_PER_SECOND);
                let digits = digits.get(..run).unwrap_or_default();
                if token == 'f' {
                    text.push_str(digits);
                } else {
                    let digits = digits.trim_end_matches('0');
                    // A point with nothing behind it goes, too.
                    if digits.is_empty() && text.ends_with('.') {
                        text.pop();
                    }
                    text.push_str(digits);
                }
                run
            }
            't' => {
                let name = if clock.hour() < 12 { "AM" } else { "PM" };
                text.push_str(if run == 1 { name.get(..1).unwrap_or_default() } else { name });
                run
            }
            'g' => {
                text.push_str("A.D.");
                run
            }
            'z' => {
                let minutes = zone.minutes();
                let sign = if minutes < 0 { '-' } else { '+' };
                _ = match run {
                    1 | 2 => write!(text, "{sign}{:0run$}", minutes.abs() / 60),
                    _ => write!(text, "{}", zone.long()),
                };
                run
            }
            'K' => {
                match zone {
                    Clock::Kind(DateTimeKind::Unspecified) => {}
                    Clock::Kind(DateTimeKind::Utc) => text.push('Z'),
                    Clock::Kind(DateTimeKind::Local) | Clock::Offset(_) => text.push_str(&zone.long()),
                }
                1
            }
            '\'' | '"' => quoted(rest, text)?,
            '%' => match rest.get(1) {
                Some(&next) if next != '%' => {
                    write_custom(clock, zone, &[next], text)?;
                    2
                }
                _ => return Err(Exception::format(INVALID)),
            },
            '\\' => {
                text.push(*rest.get(1).ok_or_else(|| Exception::format(INVALID))?);
                2
            }
            other => {
                text.push(other);
                1
            }
        };
        at += length;
    }
    Ok(())
}

/// A year with more digits than this is nobody's wish, and every other token is shorter.
const MAX_WIDTH: usize = 1000;

/// `Jan` of `January`
pub(super) fn short(name: &str) -> &str {
    name.get(..3).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_as_net() {
        let date = DateTime::new([2009, 6, 5], [13, 4, 9], 120, 0, DateTimeKind::Utc).unwrap();
        for (format, expected) in [
            ("d", "06/05/2009"),
            ("D", "Friday, 05 June 2009"),
            ("f", "Friday, 05 June 2009 13:04"),
            ("G", "06/05/2009 13:04:09"),
            ("M", "June 05"),
            ("o", "2009-06-05T13:04:09.1200000Z"),
            ("r", "Fri, 05 Jun 2009 13:04:09 GMT"),
            ("s", "2009-06-05T13:04:09"),
            ("u", "2009-06-05 13:04:09Z"),
            ("y", "2009 June"),
            ("yyyyMMddHHmmssfff", "20090605130409120"),
            ("h:mm tt", "1:04 PM"),
            ("%h", "1"),
            ("%t", "P"),
            ("yy y yyyyy", "09 9 02009"),
            ("ss.FFFF", "09.12"),
            ("zzz zz z K", "+00:00 +00 +0 Z"),
            (r"'h' \h 'd", "throws"),
            ("'at' \"d\" dddd", "at d Friday"),
            ("ffffffff", "throws"),
            ("x", "throws"),
            ("%", "throws"),
        ] {
            let found = date.format(Some(format)).unwrap_or_else(|_| "throws".to_owned());
            assert_eq!(found, expected, "{format}");
        }
        assert_eq!(date.date().format(Some("s.FFF")).unwrap(), "0");
        let at = DateTimeOffset { ticks: date.ticks, offset_minutes: -210 };
        assert_eq!(at.to_string(), "06/05/2009 13:04:09 -03:30");
        assert_eq!(at.format(Some("o")).unwrap(), "2009-06-05T13:04:09.1200000-03:30");
        assert_eq!(at.format(Some("r")).unwrap(), "Fri, 05 Jun 2009 16:34:09 GMT");
    }
}
