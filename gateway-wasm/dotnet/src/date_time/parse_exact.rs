//! `DateTime.ParseExact`: text that must be what a format writes.

use super::{
    DateTime, DateTimeOffset, ParsedDateTime, Styles, day_number,
    format::{DAYS, MONTHS, pattern, short},
    parse::{Zone, bad, bad_day_of_week, four_digit_year, fraction_ticks, not_in_calendar, offset_in_range, twelve_hours},
    time_ticks,
};
use crate::{
    Exception, Result,
    time_span::{
        TICKS_PER_DAY,
        format::{quoted, run_length},
    },
};

impl DateTime {
    /// `DateTime.ParseExact`; with several formats the first that fits counts.
    ///
    /// # Errors
    /// `FormatException` if the text is not what a format writes.
    pub fn parse_exact(text: &str, formats: &[&str], styles: Styles, now: DateTime) -> Result<DateTime> {
        first(formats, text, |format| parse_exact(text, format, styles, now, false)?.date_time(text, styles))
    }
}

impl DateTimeOffset {
    /// `DateTimeOffset.ParseExact`; with several formats the first that fits counts.
    ///
    /// # Errors
    /// `FormatException` if the text is not what a format writes.
    pub fn parse_exact(text: &str, formats: &[&str], styles: Styles, now: DateTime) -> Result<DateTimeOffset> {
        first(formats, text, |format| parse_exact(text, format, styles, now, true)?.date_time_offset(text, styles))
    }
}

fn first<T>(formats: &[&str], text: &str, parse: impl Fn(&str) -> Result<T>) -> Result<T> {
    match formats {
        [] => Err(Exception::format("No format specifiers were provided.")),
        [only] => parse(only),
        several => several.iter().find_map(|format| parse(format).ok()).ok_or_else(|| bad(text)),
    }
}

#[derive(Default)]
struct Fields {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_week: Option<i64>,
    hour: Option<i64>,
    twelve: bool,
    minute: Option<i64>,
    second: Option<i64>,
    fraction: Option<i64>,
    afternoon: Option<i64>,
    zone: Option<Zone>,
}

struct Reader<'t> {
    text: &'t str,
    characters: Vec<char>,
    at: usize,
    styles: Styles,
    fields: Fields,
}

fn parse_exact(text: &str, format: &str, styles: Styles, now: DateTime, to_offset: bool) -> Result<ParsedDateTime> {
    if text.is_empty() {
        return Err(bad(text));
    }
    let mut fields = Fields::default();
    let mut letters = format.chars();
    let format = match (letters.next(), letters.next()) {
        (None, _) => return Err(Exception::format("Format specifier '' was invalid.")),
        (Some(letter), None) => {
            let known = pattern(letter).filter(|_| letter != 'U' || !to_offset);
            let known = known.ok_or_else(|| Exception::format(format!("Format specifier '{letter}' was invalid.")))?;
            if letter == 'U' || (to_offset && matches!(letter, 'r' | 'R' | 'u')) {
                fields.zone = Some(Zone::Utc);
            }
            known
        }
        _ => format,
    };
    let mut characters: Vec<char> = text.chars().collect();
    if styles.has(Styles::ALLOW_TRAILING_WHITE) {
        while characters.last().is_some_and(|character| character.is_whitespace()) {
            characters.pop();
        }
    }
    let mut reader = Reader { text, characters, at: 0, styles, fields };
    if styles.has(Styles::ALLOW_LEADING_WHITE) {
        reader.skip_white();
    }
    reader.read(&format.chars().collect::<Vec<_>>())?;
    if reader.at != reader.characters.len() {
        return Err(bad(text));
    }
    reader.finish(now)
}

impl Reader<'_> {
    fn bad(&self) -> Exception {
        bad(self.text)
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn skip_white(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn read(&mut self, format: &[char]) -> Result<()> {
        let mut at = 0;
        while let Some(&token) = format.get(at) {
            if self.styles.has(Styles::ALLOW_INNER_WHITE) {
                self.skip_white();
            }
            let rest = format.get(at..).unwrap_or_default();
            let (token, run, length) = match (token, rest.get(1)) {
                ('%', Some(&next)) if next != '%' => (next, 1, 2),
                ('%', _) => return Err(self.bad()),
                _ => (token, run_length(rest), run_length(rest)),
            };
            at += match token {
                '\'' | '"' if length == run || rest.first() != Some(&'%') => {
                    let mut literal = String::new();
                    let length = quoted(rest, &mut literal)?;
                    for expected in literal.chars() {
                        self.literal(expected)?;
                    }
                    length
                }
                '\\' => {
                    self.literal(*rest.get(1).ok_or_else(|| self.bad())?)?;
                    2
                }
                'K' => {
                    self.zone_or_nothing()?;
                    length.min(if rest.first() == Some(&'%') { 2 } else { 1 })
                }
                // A format that writes the letter does not mean it, but text that has it does.
                'Z' => {
                    if !self.word("GMT") && !self.word("Z") {
                        return Err(self.bad());
                    }
                    self.zone(Zone::Utc)?;
                    1
                }
                'G' if rest.starts_with(&['G', 'M', 'T']) => {
                    if !self.word("GMT") {
                        return Err(self.bad());
                    }
                    self.zone(Zone::Offset(0))?;
                    3
                }
                // A fraction that may be missing takes its point with it.
                '.' if rest.get(1) == Some(&'F') && self.peek() != Some('.') => 1 + run_length(rest.get(1..).unwrap_or_default()),
                'd' | 'M' | 'y' | 'h' | 'H' | 'm' | 's' | 'f' | 'F' | 't' | 'z' | 'g' => {
                    self.field(token, run)?;
                    length
                }
                other if other.is_whitespace() && self.styles.has(Styles::ALLOW_INNER_WHITE) => 1,
                other => {
                    self.literal(other)?;
                    if rest.first() == Some(&'%') { 2 } else { 1 }
                }
            };
        }
        if self.styles.has(Styles::ALLOW_INNER_WHITE) {
            self.skip_white();
        }
        Ok(())
    }

    /// Takes a word that stands here, in any case.
    fn word(&mut self, word: &str) -> bool {
        let rest = self.characters.get(self.at..).unwrap_or_default();
        let length = word.len();
        let matches = word.chars().zip(rest).filter(|(one, other)| one.eq_ignore_ascii_case(other)).count() == length;
        let ends = rest.get(length).is_none_or(|next| !next.is_alphabetic());
        self.at += if matches && ends { length } else { 0 };
        matches && ends
    }

    fn literal(&mut self, expected: char) -> Result<()> {
        if self.peek() != Some(expected) {
            return Err(self.bad());
        }
        self.at += 1;
        Ok(())
    }

    fn field(&mut self, token: char, run: usize) -> Result<()> {
        match token {
            'd' | 'M' if run > 2 => {
                let names: &[&str] = if token == 'd' { &DAYS } else { &MONTHS };
                let position = self.name(names, run > 3)?;
                match token {
                    'd' => self.set(position, token, |fields| &mut fields.day_of_week),
                    _ => self.set(position + 1, token, |fields| &mut fields.month),
                }
            }
            'y' => {
                let year = match run {
                    1 => four_digit_year(self.number(1, 2)?),
                    2 => four_digit_year(self.number(2, 2)?),
                    3 => self.number(3, 4)?,
                    _ => self.number(run, run)?,
                };
                self.set(year, token, |fields| &mut fields.year)
            }
            'd' | 'M' | 'h' | 'H' | 'm' | 's' => {
                let value = if run == 1 { self.number(1, 2)? } else { self.number(2, 2)? };
                self.fields.twelve |= token == 'h';
                self.set(value, token, |fields| match token {
                    'd' => &mut fields.day,
                    'M' => &mut fields.month,
                    'm' => &mut fields.minute,
                    's' => &mut fields.second,
                    _ => &mut fields.hour,
                })
            }
            'f' | 'F' => {
                if run > 7 {
                    return Err(self.bad());
                }
                let start = self.at;
                while self.at - start < run && self.peek().is_some_and(|character| character.is_ascii_digit()) {
                    self.at += 1;
                }
                if token == 'f' && self.at - start != run {
                    return Err(self.bad());
                }
                let digits: String = self.characters.get(start..self.at).unwrap_or_default().iter().collect();
                self.set(fraction_ticks(&digits), token, |fields| &mut fields.fraction)
            }
            't' => {
                let afternoon = match self.peek() {
                    Some('a' | 'A') => 0,
                    Some('p' | 'P') => 1,
                    _ => return Err(self.bad()),
                };
                self.at += 1;
                if run > 1 {
                    if !matches!(self.peek(), Some('m' | 'M')) {
                        return Err(self.bad());
                    }
                    self.at += 1;
                }
                self.set(afternoon, token, |fields| &mut fields.afternoon)
            }
            'z' => self.offset(run),
            _ => {
                for expected in "A.D.".chars() {
                    self.literal(expected)?;
                }
                Ok(())
            }
        }
    }

    fn set(&mut self, value: i64, token: char, field: impl FnOnce(&mut Fields) -> &mut Option<i64>) -> Result<()> {
        match field(&mut self.fields).replace(value) {
            Some(before) if before != value => {
                let message = format!("DateTime pattern '{token}' appears more than once with different values.");
                Err(Exception::format(message))
            }
            _ => Ok(()),
        }
    }

    fn number(&mut self, least: usize, most: usize) -> Result<i64> {
        let start = self.at;
        let mut value: i64 = 0;
        while let Some(digit) = self.peek().and_then(|character| character.to_digit(10)) {
            if self.at - start >= most {
                break;
            }
            self.at += 1;
            value = value.saturating_mul(10).saturating_add(digit.into());
        }
        if self.at - start < least { Err(self.bad()) } else { Ok(value) }
    }

    fn name(&mut self, names: &[&str], full: bool) -> Result<i64> {
        let rest: String = self.characters.iter().skip(self.at).take(9).collect();
        let starts = |name: &str| rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        let found = names.iter().position(|name| starts(if full { name } else { short(name) }));
        let position = found.ok_or_else(|| self.bad())?;
        let name = names.get(position).copied().unwrap_or_default();
        self.at += if full { name.len() } else { short(name).len() };
        Ok(position as i64)
    }

    fn zone_or_nothing(&mut self) -> Result<()> {
        match self.peek() {
            Some('Z' | 'z') => {
                self.at += 1;
                self.zone(Zone::Utc)
            }
            Some('+' | '-') => self.offset(3),
            _ => Ok(()),
        }
    }

    fn offset(&mut self, run: usize) -> Result<()> {
        let sign = match self.peek() {
            Some('+') => 1,
            Some('-') => -1,
            _ => return Err(self.bad()),
        };
        self.at += 1;
        let hours = if run == 2 { self.number(2, 2)? } else { self.number(1, 2)? };
        let mut minutes = 0;
        if run > 2 {
            if self.peek() == Some(':') {
                self.at += 1;
            }
            minutes = self.number(2, 2)?;
        }
        if minutes > 59 {
            return Err(self.bad());
        }
        let minutes = offset_in_range(self.text, sign * (hours * 60 + minutes))?;
        self.zone(Zone::Offset(minutes))
    }

    fn zone(&mut self, zone: Zone) -> Result<()> {
        match self.fields.zone.replace(zone) {
            Some(before) if before != zone => Err(self.bad()),
            _ => Ok(()),
        }
    }

    fn finish(self, now: DateTime) -> Result<ParsedDateTime> {
        let fields = &self.fields;
        let (year, month, day) = match (fields.year, fields.month, fields.day) {
            (None, None, None) if !self.styles.has(Styles::NO_CURRENT_DATE_DEFAULT) => now.ymd(),
            (None, None, None) => (1, 1, 1),
            (year, month, day) => {
                let part = |value: Option<i64>, default: i32| value.map_or(default, |value| i32::try_from(value).unwrap_or(-1));
                (part(year, now.year()), part(month, 1), part(day, 1))
            }
        };
        let mut hour = fields.hour.unwrap_or_default();
        if fields.twelve {
            if hour > 12 {
                return Err(self.bad());
            }
            hour = twelve_hours(hour, fields.afternoon == Some(1)).ok_or_else(|| self.bad())?;
        } else if fields.afternoon.is_some_and(|afternoon| (afternoon == 1) != (hour >= 12)) {
            return Err(self.bad());
        }
        let days = day_number(year.into(), month.into(), day.into()).ok_or_else(|| not_in_calendar(self.text))?;
        let time = time_ticks(hour, fields.minute.unwrap_or_default(), fields.second.unwrap_or_default());
        let time = time.ok_or_else(|| not_in_calendar(self.text))?;
        if fields.day_of_week.is_some_and(|day| day != (days + 1) % 7) {
            return Err(bad_day_of_week(self.text));
        }
        let ticks = days * TICKS_PER_DAY + time + fields.fraction.unwrap_or_default();
        Ok(ParsedDateTime { ticks, zone: fields.zone.unwrap_or(Zone::Unknown) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_formats_write() {
        for (text, format, expected) in [
            ("20200513", "yyyyMMdd", "2020-05-13T00:00:00.0000000"),
            ("2020-05-13T10:20:30Z", "yyyy-MM-ddTHH:mm:ssZ", "2020-05-13T10:20:30.0000000+00:00"),
            ("2020-05-13T10:20:30Z", "yyyy-MM-ddTHH:mm:ss'Z'", "2020-05-13T10:20:30.0000000"),
            ("2020-05-13T10:20:30Z", "yyyy-MM-ddTHH:mm:sszzz", "bad"),
            ("2020-05-13 10:20:30", "yyyy-MM-dd HH:mm:ss.FFF", "2020-05-13T10:20:30.0000000"),
            ("10:20 GMT 13.5.2020", "HH:mm GMT d.M.yyyy", "2020-05-13T10:20:00.0000000+00:00"),
            ("2020-05-13T10:20:30Z", "yyyy-MM-ddTHH:mm:ssK", "2020-05-13T10:20:30.0000000+00:00"),
            ("2020-05-13T10:20:30+02:00", "yyyy-MM-ddTHH:mm:sszzz", "2020-05-13T08:20:30.0000000+00:00"),
            ("13 May 2020 03:04 PM", "dd MMM yyyy hh:mm tt", "2020-05-13T15:04:00.0000000"),
            ("Wed, 13 May 2020 10:20:30 GMT", "r", "2020-05-13T10:20:30.0000000"),
            ("2020-05-13T10:20:30.1200000Z", "o", "2020-05-13T10:20:30.1200000+00:00"),
            ("1/2/03", "d/M/yy", "2003-02-01T00:00:00.0000000"),
            ("2020-05-13", "yyyyMMdd", "bad"),
            ("2020-05-13 ", "yyyy-MM-dd", "bad"),
            ("2020-13-01", "yyyy-MM-dd", "bad"),
            ("2020-05-13", "q", "bad"),
        ] {
            let found = DateTime::parse_exact(text, &[format], Styles::NONE, DateTime::MIN);
            let found = found.map_or_else(|_| "bad".to_owned(), |date| date.format(Some("o")).unwrap());
            assert_eq!(found, expected, "{text} {format}");
        }
    }
}
