//! `TimeSpan.ToString`.

use super::{TICKS_PER_DAY, TICKS_PER_SECOND, TimeSpan};
use crate::{Exception, Result};
use std::fmt::{self, Write as _};

const INVALID: &str = "Input string was not in a correct format.";

/// `c`: `[-][d.]hh:mm:ss[.fffffff]`
impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = Parts::of(*self);
        f.write_str(if self.ticks < 0 { "-" } else { "" })?;
        if parts.days != 0 {
            write!(f, "{}.", parts.days)?;
        }
        write!(f, "{:02}:{:02}:{:02}", parts.hours, parts.minutes, parts.seconds)?;
        if parts.fraction != 0 {
            write!(f, ".{:07}", parts.fraction)?;
        }
        Ok(())
    }
}

impl TimeSpan {
    /// `ToString(format)`; null and empty mean `c`.
    ///
    /// # Errors
    /// `FormatException` if the format is none.
    pub fn format(self, format: Option<&str>) -> Result<String> {
        let format = format.unwrap_or_default();
        let mut characters = format.chars();
        match (characters.next(), characters.next()) {
            (None, _) | (Some('c' | 't' | 'T'), None) => Ok(self.to_string()),
            (Some('g'), None) => Ok(general_short(self)),
            (Some('G'), None) => Ok(general_long(self)),
            (Some(_), None) => Err(Exception::format(INVALID)),
            _ => custom(self, &format.chars().collect::<Vec<_>>()),
        }
    }
}

/// A time span without its sign, taken apart.
struct Parts {
    days: u64,
    hours: u64,
    minutes: u64,
    seconds: u64,
    fraction: u64,
}

impl Parts {
    fn of(span: TimeSpan) -> Self {
        let ticks = span.ticks.unsigned_abs();
        let second = TICKS_PER_SECOND as u64;
        Self {
            days: ticks / TICKS_PER_DAY as u64,
            hours: ticks / second / 3600 % 24,
            minutes: ticks / second / 60 % 60,
            seconds: ticks / second % 60,
            fraction: ticks % second,
        }
    }
}

/// `g`: `[-][d:]h:mm:ss[.FFFFFFF]`
fn general_short(span: TimeSpan) -> String {
    let parts = Parts::of(span);
    let mut text = String::new();
    let sign = if span.ticks < 0 { "-" } else { "" };
    let _ = match parts.days {
        0 => write!(text, "{sign}{}", parts.hours),
        days => write!(text, "{sign}{days}:{}", parts.hours),
    };
    let _ = write!(text, ":{:02}:{:02}", parts.minutes, parts.seconds);
    if parts.fraction != 0 {
        let digits = format!("{:07}", parts.fraction);
        let _ = write!(text, ".{}", digits.trim_end_matches('0'));
    }
    text
}

/// `G`: `[-]d:hh:mm:ss.fffffff`
fn general_long(span: TimeSpan) -> String {
    let Parts { days, hours, minutes, seconds, fraction } = Parts::of(span);
    let sign = if span.ticks < 0 { "-" } else { "" };
    format!("{sign}{days}:{hours:02}:{minutes:02}:{seconds:02}.{fraction:07}")
}

fn custom(span: TimeSpan, format: &[char]) -> Result<String> {
    let parts = Parts::of(span);
    let mut text = String::new();
    let mut at = 0;
    while let Some(&token) = format.get(at) {
        let rest = format.get(at..).unwrap_or_default();
        let length = match token {
            'h' | 'm' | 's' => {
                let length = run_length(rest);
                if length > 2 {
                    return Err(Exception::format(INVALID));
                }
                let value = match token {
                    'h' => parts.hours,
                    'm' => parts.minutes,
                    _ => parts.seconds,
                };
                let _ = write!(text, "{value:0length$}");
                length
            }
            'd' => {
                let length = run_length(rest);
                if length > 8 {
                    return Err(Exception::format(INVALID));
                }
                let _ = write!(text, "{:0length$}", parts.days);
                length
            }
            'f' | 'F' => {
                let length = run_length(rest);
                if length > 7 {
                    return Err(Exception::format(INVALID));
                }
                let digits = format!("{:07}", parts.fraction);
                let digits = digits.get(..length).unwrap_or_default();
                text.push_str(if token == 'f' { digits } else { digits.trim_end_matches('0') });
                length
            }
            '\'' | '"' => quoted(rest, &mut text)?,
            '%' => match rest.get(1) {
                Some(&next) if next != '%' => {
                    text.push_str(&custom(span, &[next])?);
                    2
                }
                _ => return Err(Exception::format(INVALID)),
            },
            '\\' => {
                text.push(*rest.get(1).ok_or_else(|| Exception::format(INVALID))?);
                2
            }
            _ => return Err(Exception::format(INVALID)),
        };
        at += length;
    }
    Ok(text)
}

/// How often the first character of a format is there in a row.
pub(crate) fn run_length(format: &[char]) -> usize {
    format.iter().take_while(|&token| Some(token) == format.first()).count()
}

/// Takes a quoted literal at the start of a format, and returns how much of the format it is.
///
/// # Errors
/// `FormatException` if the quote does not end.
pub(crate) fn quoted(format: &[char], text: &mut String) -> Result<usize> {
    let quote = format.first().copied().unwrap_or('"');
    let mut at = 1;
    while let Some(&token) = format.get(at) {
        at += 1;
        if token == quote {
            return Ok(at);
        }
        if token == '\\' {
            text.push(*format.get(at).ok_or_else(|| Exception::format(INVALID))?);
            at += 1;
        } else {
            text.push(token);
        }
    }
    Err(Exception::format(format!("Cannot find a matching quote character for the character '{quote}'.")))
}
