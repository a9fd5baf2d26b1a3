//! `DateTime.Parse`: whatever looks like a date and a time, in the invariant culture's order of month, day, year.

use super::{
    DateTime, DateTimeKind, DateTimeOffset, TICKS_MAX, day_number,
    format::{DAYS, MONTHS, short},
    time_ticks,
};
use crate::{
    Exception, Result,
    time_span::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND},
};

/// `DateTimeStyles`, by their bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Styles(i64);

#[allow(missing_docs)]
impl Styles {
    pub const NONE: Styles = Styles(0);
    pub const ALLOW_LEADING_WHITE: Styles = Styles(1);
    pub const ALLOW_TRAILING_WHITE: Styles = Styles(2);
    pub const ALLOW_INNER_WHITE: Styles = Styles(4);
    pub const NO_CURRENT_DATE_DEFAULT: Styles = Styles(8);
    pub const ADJUST_TO_UNIVERSAL: Styles = Styles(16);
    pub const ASSUME_LOCAL: Styles = Styles(32);
    pub const ASSUME_UNIVERSAL: Styles = Styles(64);
    pub const ROUNDTRIP_KIND: Styles = Styles(128);
}

impl Styles {
    /// From the number of a `DateTimeStyles`.
    ///
    /// # Errors
    /// `ArgumentException` if some do not go together.
    pub fn new(bits: i64, parameter: &str) -> Result<Self> {
        let styles = Styles(bits);
        let assumes = styles.has(Self::ASSUME_LOCAL) || styles.has(Self::ASSUME_UNIVERSAL);
        if bits & !0xff != 0 {
            return Err(Exception::argument("An undefined DateTimeStyles value is being used.", parameter));
        }
        if styles.has(Self::ASSUME_LOCAL) && styles.has(Self::ASSUME_UNIVERSAL) {
            let message = "The DateTimeStyles values AssumeLocal and AssumeUniversal cannot be used together.";
            return Err(Exception::argument(message, parameter));
        }
        if styles.has(Self::ROUNDTRIP_KIND) && (assumes || styles.has(Self::ADJUST_TO_UNIVERSAL)) {
            let message = "The DateTimeStyles value RoundtripKind cannot be used with the values AssumeLocal, AssumeUniversal or \
                           AdjustToUniversal.";
            return Err(Exception::argument(message, parameter));
        }
        Ok(styles)
    }

    /// From the number of a `DateTimeStyles` for a `DateTimeOffset`.
    ///
    /// # Errors
    /// `ArgumentException` if some do not go together.
    pub fn for_offset(bits: i64, parameter: &str) -> Result<Self> {
        let styles = Self::new(bits, parameter)?;
        if styles.has(Self::NO_CURRENT_DATE_DEFAULT) {
            let message = "The DateTimeStyles value 'NoCurrentDateDefault' is not allowed when parsing DateTimeOffset.";
            return Err(Exception::argument(message, parameter));
        }
        Ok(styles)
    }

    pub(super) fn has(self, style: Styles) -> bool {
        self.0 & style.0 != 0
    }
}

/// How far the clock in a text is ahead of UTC, as far as the text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// It does not say.
    Unknown,
    /// `Z`, `GMT`
    Utc,
    /// `+02:00`, in minutes.
    Offset(i64),
}

/// What a text says, before it is known what it becomes.
#[derive(Clone, Copy, Debug)]
pub struct ParsedDateTime {
    pub(super) ticks: i64,
    pub(super) zone: Zone,
}

impl DateTime {
    /// `DateTime.Parse`; `now` gives what the text leaves out.
    ///
    /// # Errors
    /// `FormatException` if the text is no date and time.
    pub fn parse(text: &str, styles: Styles, now: DateTime) -> Result<DateTime> {
        parse(text, styles, now)?.date_time(text, styles)
    }
}

impl DateTimeOffset {
    /// `DateTimeOffset.Parse`; `now` gives what the text leaves out.
    ///
    /// # Errors
    /// `FormatException` if the text is no date and time.
    pub fn parse(text: &str, styles: Styles, now: DateTime) -> Result<DateTimeOffset> {
        parse(text, styles, now)?.date_time_offset(text, styles)
    }
}

impl ParsedDateTime {
    /// As a `DateTime`.
    pub(super) fn date_time(self, text: &str, styles: Styles) -> Result<DateTime> {
        let to_utc = styles.has(Styles::ADJUST_TO_UNIVERSAL);
        let adjusted = if to_utc { DateTimeKind::Utc } else { DateTimeKind::Local };
        let (ticks, kind) = match self.zone {
            Zone::Unknown if styles.has(Styles::ASSUME_LOCAL) || styles.has(Styles::ASSUME_UNIVERSAL) => (self.ticks, adjusted),
            Zone::Unknown => (self.ticks, DateTimeKind::Unspecified),
            Zone::Utc if styles.has(Styles::ROUNDTRIP_KIND) => (self.ticks, DateTimeKind::Utc),
            Zone::Utc => (self.ticks, adjusted),
            Zone::Offset(minutes) => (self.ticks - minutes * TICKS_PER_MINUTE, adjusted),
        };
        if !(0..=TICKS_MAX).contains(&ticks) {
            return Err(Exception::format(format!("The DateTime represented by the string '{text}' is out of range.")));
        }
        Ok(DateTime { ticks, kind })
    }

    /// As a `DateTimeOffset`.
    pub(super) fn date_time_offset(self, text: &str, styles: Styles) -> Result<DateTimeOffset> {
        let minutes = match self.zone {
            Zone::Unknown | Zone::Utc => 0,
            Zone::Offset(minutes) => minutes,
        };
        let utc = self.ticks - minutes * TICKS_PER_MINUTE;
        if !(0..=TICKS_MAX).contains(&utc) {
            let message = format!("The UTC representation of the date '{text}' falls outside the year range 1-9999.");
            return Err(Exception::format(message));
        }
        if styles.has(Styles::ADJUST_TO_UNIVERSAL) {
            return Ok(DateTimeOffset { ticks: utc, offset_minutes: 0 });
        }
        Ok(DateTimeOffset { ticks: self.ticks, offset_minutes: minutes as i16 })
    }
}

pub(super) fn bad(text: &str) -> Exception {
    Exception::format(format!("String '{text}' was not recognized as a valid DateTime."))
}

pub(super) fn bad_day_of_week(text: &str) -> Exception {
    let reason = "was not recognized as a valid DateTime because the day of week was incorrect.";
    Exception::format(format!("String '{text}' {reason}"))
}

pub(super) fn not_in_calendar(text: &str) -> Exception {
    Exception::format(format!(
        "The DateTime represented by the string '{text}' is not supported in calendar \
         'System.Globalization.GregorianCalendar'."
    ))
}

/// The year that two digits mean.
pub(super) fn four_digit_year(year: i64) -> i64 {
    match year {
        0..50 => year + 2000,
        50..100 => year + 1900,
        _ => year,
    }
}

/// A part of a date in the order of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// One or two digits.
    Number(i64),
    /// Three digits and more.
    Year(i64),
    /// A name.
    Month(i64),
}

/// What was read so far.
struct Reader<'t> {
    text: &'t str,
    characters: Vec<char>,
    at: usize,
    date: Vec<Part>,
    day_of_week: Option<i64>,
    /// Hour, minute, second, ticks of the fraction.
    time: Option<[i64; 4]>,
    /// True if a part of the date stood before the time.
    is_date_over: bool,
    afternoon: Option<bool>,
    zone: Option<Zone>,
}

fn parse(text: &str, styles: Styles, now: DateTime) -> Result<ParsedDateTime> {
    let mut reader = Reader {
        text,
        characters: text.trim().trim_end_matches('\0').chars().collect(),
        at: 0,
        date: Vec::new(),
        day_of_week: None,
        time: None,
        is_date_over: false,
        afternoon: None,
        zone: None,
    };
    let skipped = text.chars().take_while(|character| character.is_whitespace()).map(char::len_utf16).sum();
    reader.read(skipped)?;
    reader.finish(styles, now)
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

    fn read(&mut self, skipped: usize) -> Result<()> {
        while let Some(character) = self.peek() {
            match character {
                character if character.is_ascii_digit() => self.number()?,
                character if character.is_alphabetic() => self.word(skipped)?,
                character if character.is_whitespace() => self.at += 1,
                ',' | '.' => self.at += 1,
                '+' | '-' => self.offset()?,
                _ => return Err(self.bad()),
            }
            // Nothing has more parts than this.
            if self.date.len() > 4 {
                return Err(self.bad());
            }
        }
        Ok(())
    }

    /// A run of digits: its value and length.
    fn digits(&mut self) -> Result<(i64, usize)> {
        let start = self.at;
        let mut value = 0;
        while let Some(digit) = self.peek().and_then(|character| character.to_digit(10)) {
            self.at += 1;
            value = value * 10 + i64::from(digit);
            if self.at - start > 8 {
                return Err(self.bad());
            }
        }
        Ok((value, self.at - start))
    }

    /// A number, and what stands behind it: it makes the number a part of a date or of a time.
    fn number(&mut self) -> Result<()> {
        let (value, length) = self.digits()?;
        let after = self.at;
        self.skip_white();
        if self.peek() == Some(':') {
            return if length > 2 { Err(self.bad()) } else { self.time_from(value) };
        }
        if length <= 2 && self.time.is_none() && self.meridiem() {
            self.time = Some([value, 0, 0, 0]);
            self.is_date_over = !self.date.is_empty();
            return Ok(());
        }
        // A time stands before a date or behind it, not within.
        if self.is_date_over {
            return Err(self.bad());
        }
        self.date.push(if length > 2 { Part::Year(value) } else { Part::Number(value) });
        match self.peek() {
            Some('T' | 't') if self.is_time_mark() => {
                self.at += 1;
                self.iso_time()
            }
            Some('T' | 't') if self.at == after && self.characters.get(self.at + 1).is_none_or(|next| !next.is_alphabetic()) => {
                Err(self.bad())
            }
            _ => {
                self.date_separator();
                Ok(())
            }
        }
    }

    /// True for a `T` with a number behind it.
    fn is_time_mark(&self) -> bool {
        let behind = self.characters.get(self.at + 1..).unwrap_or_default();
        behind.iter().find(|character| !character.is_whitespace()).is_some_and(char::is_ascii_digit)
    }

    /// The time of ISO 8601, behind `T`: two digits each, then an offset or `Z`, and nothing after it.
    fn iso_time(&mut self) -> Result<()> {
        if self.time.is_some() || !matches!(self.date[..], [Part::Year(_), Part::Number(_), Part::Number(_)]) {
            return Err(self.bad());
        }
        let hour = self.two_digits()?;
        if !self.colon() {
            return Err(self.bad());
        }
        let minute = self.two_digits()?;
        let (mut second, mut fraction) = (0, 0);
        if self.colon() {
            second = self.two_digits()?;
            if self.peek() == Some('.') {
                self.at += 1;
                if !self.peek().is_some_and(|character| character.is_ascii_digit()) {
                    return Err(self.bad());
                }
                fraction = self.fraction();
            }
        }
        self.time = Some([hour, minute, second, fraction]);
        self.skip_white();
        match self.peek() {
            Some('+' | '-') => self.offset()?,
            Some('Z' | 'z') => {
                self.at += 1;
                self.zone = Some(Zone::Utc);
            }
            _ => {}
        }
        self.skip_white();
        if self.at < self.characters.len() { Err(self.bad()) } else { Ok(()) }
    }

    /// Two digits, and no more.
    fn two_digits(&mut self) -> Result<i64> {
        self.skip_white();
        match self.digits()? {
            (value, 2) => Ok(value),
            _ => Err(self.bad()),
        }
    }

    /// Takes a colon if it stands here.
    fn colon(&mut self) -> bool {
        self.skip_white();
        let is_here = self.peek() == Some(':');
        self.at += usize::from(is_here);
        is_here
    }

    /// Takes the separator after a part of a date. A minus behind a whole date is an offset's.
    fn date_separator(&mut self) {
        self.skip_white();
        match self.peek() {
            Some('/') => self.at += 1,
            Some('-') if self.date.len() < 3 => self.at += 1,
            _ => {}
        }
    }

    /// `:mm:ss.fffffff` after the hour, then AM or PM, then the offset.
    fn time_from(&mut self, hour: i64) -> Result<()> {
        if self.time.is_some() {
            return Err(self.bad());
        }
        let mut time = [hour, 0, 0, 0];
        for place in [1, 2] {
            self.at += 1;
            self.skip_white();
            let (value, length) = self.digits()?;
            if !(1..=2).contains(&length) {
                return Err(self.bad());
            }
            if let Some(part) = time.get_mut(place) {
                *part = value;
            }
            let end = self.at;
            self.skip_white();
            if self.peek() != Some(':') || place == 2 {
                self.at = end;
                break;
            }
        }
        if self.peek() == Some('.') && self.characters.get(self.at + 1).is_some_and(char::is_ascii_digit) {
            self.at += 1;
            time[3] = self.fraction();
        }
        self.time = Some(time);
        self.is_date_over = !self.date.is_empty();
        self.skip_white();
        if self.meridiem() {
            self.skip_white();
        }
        if matches!(self.peek(), Some('+' | '-')) {
            self.offset()?;
        }
        Ok(())
    }

    /// The digits after the point, rounded to ticks.
    fn fraction(&mut self) -> i64 {
        let start = self.at;
        while self.peek().is_some_and(|character| character.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.characters.get(start..self.at).unwrap_or_default().iter().collect();
        fraction_ticks(&digits)
    }

    /// Takes `AM` or `PM` if it stands here.
    fn meridiem(&mut self) -> bool {
        let rest = self.characters.get(self.at..).unwrap_or_default();
        let afternoon = match rest.first() {
            Some('a' | 'A') => false,
            Some('p' | 'P') => true,
            _ => return false,
        };
        let ends = rest.get(2).is_none_or(|next| !next.is_alphabetic());
        if self.afternoon.is_some() || !matches!(rest.get(1), Some('m' | 'M')) || !ends {
            return false;
        }
        self.at += 2;
        self.afternoon = Some(afternoon);
        true
    }

    /// `+02:00`, `-0800`, `+2`
    fn offset(&mut self) -> Result<()> {
        let sign = if self.peek() == Some('-') { -1 } else { 1 };
        self.at += 1;
        if self.zone.is_some() {
            return Err(self.bad());
        }
        let (value, length) = self.digits()?;
        let (hours, minutes) = match length {
            1 | 2 if self.peek() == Some(':') => {
                self.at += 1;
                let (minutes, length) = self.digits()?;
                if length != 2 {
                    return Err(self.bad());
                }
                (value, minutes)
            }
            1 | 2 => (value, 0),
            3 | 4 => (value / 100, value % 100),
            _ => return Err(self.bad()),
        };
        if minutes > 59 {
            return Err(self.bad());
        }
        self.zone = Some(Zone::Offset(offset_in_range(self.text, sign * (hours * 60 + minutes))?));
        Ok(())
    }

    fn word(&mut self, skipped: usize) -> Result<()> {
        let start = self.at;
        let end = start + self.characters.iter().skip(start).take_while(|character| character.is_alphabetic()).count();
        let word: String = self.characters.get(start..end).unwrap_or_default().iter().collect();
        self.at = end;
        if let Some(month) = named(&MONTHS, &word) {
            if self.date.iter().any(|part| matches!(part, Part::Month(_))) {
                return Err(self.bad());
            }
            self.date.push(Part::Month(month + 1));
            self.date_separator();
            return Ok(());
        }
        if let Some(day) = named(&DAYS, &word) {
            if self.day_of_week.replace(day).is_some() {
                return Err(self.bad());
            }
            return Ok(());
        }
        match word.to_ascii_uppercase().as_str() {
            "GMT" | "Z" => match self.zone.replace(Zone::Utc) {
                None => Ok(()),
                Some(_) => Err(self.bad()),
            },
            "AM" | "PM" if self.afternoon.is_none() => {
                self.afternoon = Some(word.starts_with(['p', 'P']));
                Ok(())
            }
            "AM" | "PM" => Err(self.bad()),
            "AD" => Ok(()),
            // `A.D.`, the name of the era.
            "A" if self.characters.get(end..end + 3) == Some(&['.', 'D', '.']) => {
                self.at += 3;
                Ok(())
            }
            _ => {
                let units: usize = self.characters.iter().take(start).map(|character| character.len_utf16()).sum();
                let index = skipped + units;
                Err(Exception::format(format!(
                    "The string '{}' was not recognized as a valid DateTime. There is an unknown word starting at index \
                     '{index}'.",
                    self.text
                )))
            }
        }
    }

    fn finish(self, styles: Styles, now: DateTime) -> Result<ParsedDateTime> {
        let (this_year, this_month, today) = if styles.has(Styles::NO_CURRENT_DATE_DEFAULT) { (1, 1, 1) } else { now.ymd() };
        let this_year = i64::from(this_year);
        let (year, month, day) = match self.date.as_slice() {
            [] if self.time.is_some() => (this_year, this_month.into(), today.into()),
            [Part::Number(month), Part::Number(day)] => (this_year, *month, *day),
            [Part::Number(month), Part::Number(day), Part::Number(year)] => (four_digit_year(*year), *month, *day),
            [Part::Year(year), Part::Number(month), Part::Number(day)]
            | [Part::Number(month), Part::Number(day), Part::Year(year)] => (*year, *month, *day),
            [Part::Year(year), Part::Number(month) | Part::Month(month)]
            | [Part::Number(month) | Part::Month(month), Part::Year(year)] => (*year, *month, 1),
            [Part::Month(month), Part::Number(day)] => (this_year, *month, *day),
            // The invariant culture writes a month as `2020 May`, so `13 May` is one, too.
            [Part::Number(year), Part::Month(month)] => (four_digit_year(*year), *month, 1),
            [one, two, three] => match (in_order([*one, *two, *three]), [one, two, three]) {
                (Some(date), _) => date,
                _ => return Err(self.bad()),
            },
            _ => return Err(self.bad()),
        };
        let days = day_number(year, month, day).ok_or_else(|| self.bad())?;
        let mut time = self.time;
        if let Some(afternoon) = self.afternoon {
            let Some([hour, ..]) = &mut time else { return Err(self.bad()) };
            *hour = twelve_hours(*hour, afternoon).ok_or_else(|| self.bad())?;
        }
        let [hour, minute, second, fraction] = time.unwrap_or_default();
        let time = time_ticks(hour, minute, second).ok_or_else(|| not_in_calendar(self.text))?;
        let ticks = days * TICKS_PER_DAY + time + fraction;
        if self.day_of_week.is_some_and(|day| day != (days + 1) % 7) {
            return Err(bad_day_of_week(self.text));
        }
        Ok(ParsedDateTime { ticks, zone: self.zone.unwrap_or(Zone::Unknown) })
    }
}

/// Three parts, one of which is a month's name.
fn in_order(parts: [Part; 3]) -> Option<(i64, i64, i64)> {
    let month = parts.iter().find_map(|part| if let Part::Month(month) = part { Some(*month) } else { None })?;
    let year = parts.iter().find_map(|part| if let Part::Year(year) = part { Some(*year) } else { None });
    let mut numbers = parts.iter().filter_map(|part| if let Part::Number(number) = part { Some(*number) } else { None });
    match (year, numbers.next(), numbers.next()) {
        (Some(year), Some(day), None) => Some((year, month, day)),
        (None, Some(first), Some(second)) => {
            let valid = day_number(four_digit_year(second), month, first).is_some();
            Some(if valid { (four_digit_year(second), month, first) } else { (four_digit_year(first), month, second) })
        }
        _ => None,
    }
}

/// The hour of the day of an hour before or after noon.
pub(super) fn twelve_hours(hour: i64, afternoon: bool) -> Option<i64> {
    match (afternoon, hour) {
        (false, 12) => Some(0),
        (false, 0..12) | (true, 12..24) => Some(hour),
        (true, 0..12) => Some(hour + 12),
        _ => None,
    }
}

/// An offset, if it is one that the earth has.
pub(super) fn offset_in_range(text: &str, minutes: i64) -> Result<i64> {
    if minutes.abs() * TICKS_PER_MINUTE > 14 * TICKS_PER_HOUR {
        let message = format!("The time zone offset of string '{text}' must be within plus or minus 14 hours.");
        return Err(Exception::format(message));
    }
    Ok(minutes)
}

/// The ticks of the digits after a point, rounded.
pub(super) fn fraction_ticks(digits: &str) -> i64 {
    let value: f64 = format!("0.{digits}").parse().unwrap_or_default();
    (value * TICKS_PER_SECOND as f64).round_ties_even() as i64
}

/// The position of a name, in full or short.
fn named(names: &[&str], word: &str) -> Option<i64> {
    let is = |name: &&str| name.eq_ignore_ascii_case(word) || short(name).eq_ignore_ascii_case(word);
    names.iter().position(is).map(|position| position as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_net_does() {
        let now = DateTime::new([2026, 11, 21], [8, 0, 0], 0, 0, DateTimeKind::Utc).unwrap();
        for (text, expected) in [
            ("2020-05-13", "2020-05-13T00:00:00.0000000"),
            ("2020-05-13T10:20:30Z", "2020-05-13T10:20:30.0000000+00:00"),
            ("2020-05-13T10:20:30.1234567+02:00", "2020-05-13T08:20:30.1234567+00:00"),
            ("2020-05-13 10:20", "2020-05-13T10:20:00.0000000"),
            ("05/13/2020 10:20:30", "2020-05-13T10:20:30.0000000"),
            ("5/13/20", "2020-05-13T00:00:00.0000000"),
            ("13 May 2020", "2020-05-13T00:00:00.0000000"),
            ("May 13, 2020 3:04 PM", "2020-05-13T15:04:00.0000000"),
            ("13-May-2020", "2020-05-13T00:00:00.0000000"),
            ("Wed, 13 May 2020 10:20:30 GMT", "2020-05-13T10:20:30.0000000+00:00"),
            ("Thu, 13 May 2020 10:20:30 GMT", "day"),
            ("Wednesday, 13 May 2020", "2020-05-13T00:00:00.0000000"),
            ("10:30", "2026-11-21T10:30:00.0000000"),
            ("3 PM", "2026-11-21T15:00:00.0000000"),
            ("12 am", "2026-11-21T00:00:00.0000000"),
            ("5/13", "2026-05-13T00:00:00.0000000"),
            ("May 13", "2026-05-13T00:00:00.0000000"),
            ("May 2020", "2020-05-01T00:00:00.0000000"),
            ("2020-05", "2020-05-01T00:00:00.0000000"),
            ("2020/5/3", "2020-05-03T00:00:00.0000000"),
            ("1.2.2020", "2020-01-02T00:00:00.0000000"),
            ("13/05/2020", "bad"),
            ("2020-13-01", "bad"),
            ("2020-02-30", "bad"),
            ("25:00", "calendar"),
            ("2020", "bad"),
            ("5", "bad"),
            ("", "bad"),
            ("abc", "word 0"),
            (" 2020-05-13 10:20 EST", "word 18"),
            ("20200513", "bad"),
            ("2020-05-13T10:20:30+15:00", "offset"),
            ("0001-01-01T00:00:00+01:00", "range"),
            ("2020-05-13 +02:00", "2020-05-12T22:00:00.0000000+00:00"),
            ("Tue May 13 2020", "day"),
            ("10:20:30 5/13/2020", "2020-05-13T10:20:30.0000000"),
        ] {
            let found = match DateTime::parse(text, Styles::NONE, now) {
                Ok(date) => date.format(Some("o")).unwrap(),
                Err(error) => match &*error.message {
                    message if message.contains("calendar") => "calendar".to_owned(),
                    message if message.contains("day of week") => "day".to_owned(),
                    message if message.contains("14 hours") => "offset".to_owned(),
                    message if message.contains("out of range") => "range".to_owned(),
                    message if message.contains("unknown word") => {
                        format!("word {}", message.split('\'').nth(3).unwrap_or_default())
                    }
                    _ => "bad".to_owned(),
                },
            };
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn honours_styles() {
        let parse = |text: &str, styles: Styles| {
            let date = DateTime::parse(text, styles, DateTime::MIN).unwrap();
            date.format(Some("o")).unwrap()
        };
        assert_eq!(parse("2020-05-13T10:00:00Z", Styles::ROUNDTRIP_KIND), "2020-05-13T10:00:00.0000000Z");
        assert_eq!(parse("2020-05-13T10:00:00+01:00", Styles::ADJUST_TO_UNIVERSAL), "2020-05-13T09:00:00.0000000Z");
        assert_eq!(parse("2020-05-13", Styles::ASSUME_UNIVERSAL), "2020-05-13T00:00:00.0000000+00:00");
        assert!(Styles::new(96, "styles").is_err());
    }
}
