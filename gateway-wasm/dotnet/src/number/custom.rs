//! The custom numeric formats: `0`, `#`, `.`, `,`, `%`, `‰`, `E0`, `;`, `'literal'`, `\`.

use super::{
    digits::{Digits, Kind},
    standard,
};

/// Writes a number in a custom format.
pub(super) fn write(mut number: Digits, format: &str) -> String {
    // A NUL ends a format.
    let format: Vec<char> = format.chars().take_while(|&character| character != '\0').collect();
    let mut section = Section::find(&format, if number.digits.is_empty() { 2 } else { usize::from(number.negative) });
    let mut plan = Plan::of(section.part);
    if number.digits.is_empty() {
        number.scale = 0;
        number.negative &= number.kind == Kind::Float;
    } else {
        number.scale += plan.scale;
        plan.round(&mut number);
        if number.digits.is_empty() {
            // What rounds to zero is written as zero is.
            section = Section::find(&format, 2);
            plan = Plan::of(section.part);
        }
    }
    let mut writer = Writer::new(&plan, &number);
    let signed = number.negative && section.first;
    if signed && number.scale != 0 {
        writer.text.push('-');
    }
    writer.write(section.part);
    let mut text = writer.text;
    if signed && number.scale == 0 && !text.is_empty() {
        text.insert(0, '-');
    }
    text
}

/// What stands between two `;`.
struct Section<'f> {
    part: &'f [char],
    /// The first one leaves the sign of a negative number to us.
    first: bool,
}

impl<'f> Section<'f> {
    /// The section for positive (0), negative (1) or zero (2); the first one if that is missing or empty.
    fn find(format: &'f [char], which: usize) -> Self {
        let mut parts = Vec::new();
        let (mut start, mut at) = (0, 0);
        while let Some(&character) = format.get(at) {
            if character == ';' {
                parts.push(format.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            at = skip(format, at);
        }
        parts.push(format.get(start..).unwrap_or_default());
        match parts.get(which) {
            Some(part) if which > 0 && !part.is_empty() => Self { part, first: false },
            _ => Self { part: parts.first().copied().unwrap_or_default(), first: true },
        }
    }
}

/// The position after a character, or after the literal that it opens.
fn skip(format: &[char], at: usize) -> usize {
    match format.get(at) {
        Some(&quote @ ('\'' | '"')) => {
            let rest = format.get(at + 1..).unwrap_or_default();
            at + 1 + rest.iter().position(|&character| character == quote).map_or(rest.len(), |length| length + 1)
        }
        Some('\\') => at + 2,
        _ => at + 1,
    }
}

/// How many characters after `E` or `e` belong to an exponent's format: a sign perhaps, then zeros. `None` if it is plain text.
fn exponent_length(format: &[char], at: usize) -> Option<usize> {
    let sign = usize::from(matches!(format.get(at + 1), Some('+' | '-')));
    let zeros = format.get(at + 1 + sign..).unwrap_or_default().iter().take_while(|&&character| character == '0').count();
    (zeros > 0).then_some(sign + zeros)
}

/// What a section asks for.
struct Plan {
    /// Placeholders in all.
    placeholders: i64,
    /// Placeholders before the point.
    whole: i64,
    /// How many digits before the point are always written.
    whole_min: i64,
    /// How many digits after it, negative.
    fraction_min: i64,
    groups: bool,
    scientific: bool,
    /// By how many powers of ten `%`, `‰` and `,` move the number.
    scale: i64,
}

impl Plan {
    fn of(part: &[char]) -> Self {
        let (mut placeholders, mut scale) = (0, 0);
        let (mut point, mut first_zero, mut last_zero, mut comma) = (None, None, 0, None);
        let (mut groups, mut scientific) = (false, false);
        let mut at = 0;
        while let Some(&character) = part.get(at) {
            match character {
                '#' => placeholders += 1,
                '0' => {
                    first_zero.get_or_insert(placeholders);
                    placeholders += 1;
                    last_zero = placeholders;
                }
                '.' => point = point.or(Some(placeholders)),
                ',' if placeholders > 0 && point.is_none() => {
                    comma = match comma {
                        Some((position, count)) if position == placeholders => Some((position, count + 1)),
                        before => {
                            groups |= before.is_some();
                            Some((placeholders, 1))
                        }
                    }
                }
                '%' => scale += 2,
                '‰' => scale += 3,
                'E' | 'e' => {
                    if let Some(length) = exponent_length(part, at) {
                        scientific = true;
                        at += length;
                    }
                }
                _ => {}
            }
            at = skip(part, at);
        }
        let whole = point.unwrap_or(placeholders);
        match comma {
            Some((position, count)) if position == whole => scale -= 3 * count,
            Some(_) => groups = true,
            None => {}
        }
        Self {
            placeholders,
            whole,
            whole_min: first_zero.map_or(0, |first| (whole - first).max(0)),
            fraction_min: (whole - last_zero).min(0),
            groups,
            scientific,
            scale,
        }
    }

    fn round(&self, number: &mut Digits) {
        let position = if self.scientific { self.placeholders } else { number.scale + self.placeholders - self.whole };
        number.round(position, false);
    }
}

struct Writer<'n> {
    plan: &'n Plan,
    number: &'n Digits,
    text: String,
    /// Which digit comes next.
    next: usize,
    /// How far before the point we are; 0 is right after it.
    position: i64,
    /// How many more digits than placeholders there are before the point, or how many fewer if negative.
    surplus: i64,
    /// How many digits there are before the point, so that groups are only made between them.
    written_min: i64,
    point_written: bool,
    exponent_written: bool,
}

impl<'n> Writer<'n> {
    fn new(plan: &'n Plan, number: &'n Digits) -> Self {
        let (position, surplus) = match plan.scientific {
            true => (plan.whole, 0),
            false => (number.scale.max(plan.whole), number.scale - plan.whole),
        };
        let written_min = plan.whole_min.max(position + surplus.min(0));
        let (text, next) = (String::new(), 0);
        Self { plan, number, text, next, position, surplus, written_min, point_written: false, exponent_written: false }
    }

    fn write(&mut self, part: &[char]) {
        let mut at = 0;
        while let Some(&character) = part.get(at) {
            let end = skip(part, at);
            match character {
                '#' | '0' => {
                    self.write_surplus();
                    self.placeholder();
                }
                '.' => {
                    self.write_surplus();
                    self.point();
                }
                ',' => {}
                '\'' | '"' => {
                    let closed = end > at + 1 && part.get(end - 1) == Some(&character);
                    self.text.extend(part.get(at + 1..end - usize::from(closed)).unwrap_or_default());
                }
                '\\' => self.text.extend(part.get(at + 1)),
                'E' | 'e' => {
                    let length = exponent_length(part, at);
                    match length {
                        Some(length) if !self.exponent_written => {
                            self.exponent(character, part.get(at + 1..=at + length).unwrap_or_default())
                        }
                        _ => self.text.extend(part.get(at..=at + length.unwrap_or(0)).unwrap_or_default()),
                    }
                    at += length.unwrap_or(0);
                    at += 1;
                    continue;
                }
                other => self.text.push(other),
            }
            at = end;
        }
    }

    /// The first placeholder takes all digits that have none of their own.
    fn write_surplus(&mut self) {
        while self.surplus > 0 {
            let digit = self.number.character(self.next);
            self.next += 1;
            self.digit(digit);
            self.position -= 1;
            self.surplus -= 1;
        }
    }

    fn placeholder(&mut self) {
        if self.surplus < 0 {
            self.surplus += 1;
            if self.position <= self.plan.whole_min {
                self.digit('0');
            }
        } else if self.next < self.number.digits.len() {
            let digit = self.number.character(self.next);
            self.next += 1;
            self.digit(digit);
        } else if self.position > self.plan.fraction_min {
            self.digit('0');
        }
        self.position -= 1;
    }

    fn digit(&mut self, digit: char) {
        self.text.push(digit);
        let after = self.position - 1;
        if self.plan.groups && after > 0 && after % 3 == 0 && after < self.written_min {
            self.text.push(',');
        }
    }

    fn point(&mut self) {
        if self.position != 0 || self.point_written {
            return;
        }
        let digits_left = self.plan.whole < self.plan.placeholders && self.next < self.number.digits.len();
        if self.plan.fraction_min < 0 || digits_left {
            self.text.push('.');
            self.point_written = true;
        }
    }

    fn exponent(&mut self, letter: char, format: &[char]) {
        let value = if self.number.digits.is_empty() { 0 } else { self.number.scale - self.plan.whole };
        let zeros = format.iter().filter(|&&character| character == '0').count();
        standard::exponent(&mut self.text, value, letter, zeros.min(10), format.first() == Some(&'+'));
        self.exponent_written = true;
    }
}
