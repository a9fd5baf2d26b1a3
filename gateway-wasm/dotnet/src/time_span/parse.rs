//! `TimeSpan.Parse` and `TimeSpan.ParseExact`.

use super::{TICKS_PER_MILLISECOND, TimeSpan, format::quoted, format::run_length};
use crate::{Exception, Result};

impl TimeSpan {
    /// `Parse`: `[-]d`, `[-][d.]hh:mm[:ss[.fffffff]]`, and all of it with colons.
    ///
    /// # Errors
    /// `FormatException` if it is no time span, `OverflowException` if a part is too large.
    pub fn parse(text: &str) -> Result<TimeSpan> {
        standard(text, Styles::ANY)
    }

    /// `ParseExact` with one format; `assume_negative` is `TimeSpanStyles.AssumeNegative`.
    ///
    /// # Errors
    /// `FormatException` if text or format are wrong, `OverflowException` if a part is too large.
    pub fn parse_exact(text: &str, format: &str, assume_negative: bool) -> Result<TimeSpan> {
        let mut characters = format.chars();
        match (characters.next(), characters.next()) {
            (None, _) => Err(Exception::format("Format specifier '' was invalid.")),
            (Some('c' | 't' | 'T'), None) => standard(text, Styles { invariant: true, local: false, full: false }),
            (Some('g'), None) => standard(text, Styles { invariant: false, local: true, full: false }),
            (Some('G'), None) => standard(text, Styles { invariant: false, local: true, full: true }),
            (Some(other), None) => Err(Exception::format(format!("Format specifier '{other}' was invalid."))),
            _ => by_format(text, &format.chars().collect::<Vec<_>>(), assume_negative),
        }
    }
}

fn bad(text: &str) -> Exception {
    Exception::format(format!("String '{text}' was not recognized as a valid TimeSpan."))
}

fn too_large(text: &str) -> Exception {
    Exception::overflow(format!(
        "The TimeSpan string '{text}' could not be parsed because at least one of the numeric components is out of range or \
         contains too many digits."
    ))
}

/// A number as written: the zeroes in front count where it is a fraction.
#[derive(Clone, Copy, Default)]
struct Number {
    value: u64,
    digits: u32,
}

impl Number {
    /// As ticks after the point; more than seven digits are rounded.
    fn fraction_ticks(self) -> u64 {
        match self.digits {
            0 => 0,
            digits @ 1..=7 => self.value * 10_u64.pow(7 - digits),
            digits => match 10_u64.checked_pow(digits - 7) {
                Some(power) => (self.value + power / 2) / power,
                None => 0,
            },
        }
    }
}

/// Which shapes `standard` takes.
#[derive(Clone, Copy)]
struct Styles {
    /// With a point after the days.
    invariant: bool,
    /// With a colon after the days.
    local: bool,
    /// Only with everything written.
    full: bool,
}

impl Styles {
    const ANY: Styles = Styles { invariant: true, local: true, full: false };
}

fn standard(original: &str, styles: Styles) -> Result<TimeSpan> {
    let text = original.trim();
    let (separators, numbers) = tokens(text, original)?;
    let Some((start, between)) = separators.split_first() else { return Err(bad(original)) };
    let negative = match start.as_str() {
        "" => false,
        "-" => true,
        _ => return Err(bad(original)),
    };
    if between.last().map(String::as_str) != Some("") {
        return Err(bad(original));
    }
    let between: Vec<&str> = between.iter().map(String::as_str).collect();
    let at = |index: usize| numbers.get(index).copied().unwrap_or_default();
    let none = Number::default();
    // Days, hours, minutes, seconds, fraction, for every shape that what stands between the numbers has.
    let mut candidates: Vec<[Number; 5]> = Vec::new();
    for (day_separator, allowed) in [(".", styles.invariant), (":", styles.local)] {
        if !allowed {
            continue;
        }
        match between.as_slice() {
            [_] if !styles.full => candidates.push([at(0), none, none, none, none]),
            [":", _] if !styles.full => candidates.push([none, at(0), at(1), none, none]),
            [first, second, _] if !styles.full => {
                if (*first, *second) == (":", ":") {
                    candidates.push([none, at(0), at(1), at(2), none]);
                }
                if *first == day_separator && *second == ":" {
                    candidates.push([at(0), at(1), at(2), none, none]);
                }
                if (*first, *second) == (":", ":.") {
                    candidates.push([none, at(0), at(1), none, at(2)]);
                }
            }
            [first, second, third, _] if !styles.full => {
                if (*first, *second, *third) == (":", ":", ".") {
                    candidates.push([none, at(0), at(1), at(2), at(3)]);
                }
                if *first == day_separator && (*second, *third) == (":", ":") {
                    candidates.push([at(0), at(1), at(2), at(3), none]);
                }
                if *first == day_separator && (*second, *third) == (":", ":.") {
                    candidates.push([at(0), at(1), at(2), none, at(3)]);
                }
            }
            [first, ":", ":", ".", _] if *first == day_separator => {
                candidates.push([at(0), at(1), at(2), at(3), at(4)]);
            }
            _ => {}
        }
    }
    let fits = candidates.iter().find_map(|parts| ticks(negative, *parts));
    match fits {
        Some(ticks) => Ok(TimeSpan { ticks }),
        None if candidates.is_empty() => Err(bad(original)),
        None => Err(too_large(original)),
    }
}

/// What stands before, between and after the numbers, and the numbers.
fn tokens(text: &str, original: &str) -> Result<(Vec<String>, Vec<Number>)> {
    let mut separators = vec![String::new()];
    let mut numbers: Vec<Number> = Vec::new();
    let mut in_number = false;
    for character in text.chars() {
        match character.to_digit(10) {
            Some(digit) => {
                if !in_number {
                    numbers.push(Number::default());
                    in_number = true;
                    if numbers.len() > 5 {
                        return Err(bad(original));
                    }
                }
                if let Some(number) = numbers.last_mut() {
                    if number.value & 0xf000_0000 != 0 {
                        return Err(too_large(original));
                    }
                    number.value = number.value * 10 + u64::from(digit);
                    number.digits = number.digits.saturating_add(1);
                }
            }
            None => {
                if in_number {
                    separators.push(String::new());
                    in_number = false;
                }
                if let Some(separator) = separators.last_mut() {
                    separator.push(character);
                }
            }
        }
    }
    if in_number {
        separators.push(String::new());
    }
    // A sign alone, and text that ends between two numbers, have as many separators as numbers.
    if numbers.is_empty() || separators.len() != numbers.len() + 1 {
        return Err(bad(original));
    }
    Ok((separators, numbers))
}

/// The ticks of days, hours, minutes, seconds and fraction, if all are within their bounds.
fn ticks(negative: bool, [days, hours, minutes, seconds, fraction]: [Number; 5]) -> Option<i64> {
    if days.value > 10_675_199 || hours.value > 23 || minutes.value > 59 || seconds.value > 59 {
        return None;
    }
    let milliseconds = (((days.value * 24 + hours.value) * 60 + minutes.value) * 60 + seconds.value) * 1000;
    let ticks = i128::from(milliseconds) * i128::from(TICKS_PER_MILLISECOND) + i128::from(fraction.fraction_ticks());
    i64::try_from(if negative { -ticks } else { ticks }).ok()
}

fn by_format(text: &str, format: &[char], assume_negative: bool) -> Result<TimeSpan> {
    let characters: Vec<char> = text.chars().collect();
    // Days, hours, minutes, seconds, fraction, each once.
    let mut parts: [Option<Number>; 5] = [None; 5];
    let mut position = 0;
    let mut at = 0;
    while let Some(&token) = format.get(at) {
        let rest = format.get(at..).unwrap_or_default();
        let (token, length) = match (token, rest.get(1)) {
            ('%', Some(&next)) if next != '%' => (next, 2),
            ('%', _) => return Err(Exception::format("Input string was not in a correct format.")),
            _ => (token, run_length(rest)),
        };
        let width = if rest.first() == Some(&'%') { 1 } else { length };
        let (slot, least, most, longest) = match token {
            'd' => (0, width, if width < 2 { 8 } else { width }, 8),
            'h' => (1, width, if width < 2 { 2 } else { width }, 2),
            'm' => (2, width, if width < 2 { 2 } else { width }, 2),
            's' => (3, width, if width < 2 { 2 } else { width }, 2),
            'f' => (4, width, width, 7),
            'F' => (4, 0, width, 7),
            '\'' | '"' => {
                let mut literal = String::new();
                at += quoted(rest, &mut literal)?;
                for expected in literal.chars() {
                    if characters.get(position) != Some(&expected) {
                        return Err(bad(text));
                    }
                    position += 1;
                }
                continue;
            }
            '\\' => {
                let expected = rest.get(1).ok_or_else(|| Exception::format("Input string was not in a correct format."))?;
                if characters.get(position) != Some(expected) {
                    return Err(bad(text));
                }
                position += 1;
                at += 2;
                continue;
            }
            _ => return Err(Exception::format("Input string was not in a correct format.")),
        };
        at += length;
        let Some(part) = parts.get_mut(slot) else { return Err(bad(text)) };
        if width > longest || part.is_some() {
            return Err(Exception::format("Input string was not in a correct format."));
        }
        let mut number = Number::default();
        while let Some(digit) = characters.get(position).and_then(|character| character.to_digit(10)) {
            if number.digits as usize >= most {
                break;
            }
            number.value = number.value * 10 + u64::from(digit);
            number.digits += 1;
            position += 1;
        }
        if (number.digits as usize) < least {
            return Err(bad(text));
        }
        *part = Some(number);
    }
    if position != characters.len() {
        return Err(bad(text));
    }
    match ticks(assume_negative, parts.map(Option::unwrap_or_default)) {
        Some(ticks) => Ok(TimeSpan { ticks }),
        None => Err(too_large(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_net_does() {
        for (text, expected) in [
            ("6", "6.00:00:00"),
            ("6:12", "06:12:00"),
            ("6:12:14", "06:12:14"),
            ("6:12:14:45", "6.12:14:45"),
            ("6.12:14:45", "6.12:14:45"),
            ("6:12:14:45.3448", "6.12:14:45.3448000"),
            ("6:12:14:45,3448", "bad"),
            ("-00:00:01.5", "-00:00:01.5000000"),
            (" 1.2:3 ", "1.02:03:00"),
            ("24:0:0", "24.00:00:00"),
            ("6:34:14:45", "too large"),
            ("23:60", "too large"),
            ("", "bad"),
            ("-", "bad"),
            ("1:", "bad"),
            ("99999999999999", "too large"),
            ("10675199.02:48:05.4775807", "10675199.02:48:05.4775807"),
            ("-10675199.02:48:05.4775808", "-10675199.02:48:05.4775808"),
            ("0:0:0.00000005", "00:00:00.0000001"),
        ] {
            let found = match TimeSpan::parse(text) {
                Ok(span) => span.to_string(),
                Err(error) if error.kind == "FormatException" => "bad".to_owned(),
                Err(_) => "too large".to_owned(),
            };
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn parses_exactly() {
        assert_eq!(TimeSpan::parse_exact("1.02:03", r"d\.hh\:mm", false).unwrap().to_string(), "1.02:03:00");
        assert_eq!(TimeSpan::parse_exact("90", "ss", false).unwrap_err().kind, "OverflowException");
        assert_eq!(TimeSpan::parse_exact("5", "%s", true).unwrap().to_string(), "-00:00:05");
        assert_eq!(TimeSpan::parse_exact("5", "%z", true).unwrap_err().kind, "FormatException");
    }
}
