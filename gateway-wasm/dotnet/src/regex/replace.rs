//! Replacement patterns: `$1`, `${name}`, `$&`.

use super::{Found, Regex};

/// A part of a replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(Vec<u16>),
    Group(usize),
    /// `` $` ``
    Before,
    /// `$'`
    After,
    /// `$+`
    LastGroup,
    /// `$_`
    Whole,
}

/// A replacement pattern, read.
#[derive(Clone, Debug)]
pub struct Replacement(Vec<Part>);

impl Replacement {
    /// Reads a replacement for the groups of a pattern; what names none of them is text.
    pub fn new(regex: &Regex, pattern: &[u16]) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        let mut at = 0;
        while let Some(&unit) = pattern.get(at) {
            at += 1;
            let rest = pattern.get(at..).unwrap_or_default();
            if let Some((part, length)) = Some(unit).filter(|unit| *unit == u16::from(b'$')).and_then(|_| special(regex, rest)) {
                parts.push(part);
                at += length;
                continue;
            }
            match parts.last_mut() {
                Some(Part::Text(text)) => text.push(unit),
                _ => parts.push(Part::Text(vec![unit])),
            }
        }
        Self(parts)
    }

    /// How many units replace a match.
    pub fn length(&self, text: &[u16], found: &Found) -> usize {
        self.0.iter().map(|part| part.units(text, found).len()).fold(0, usize::saturating_add)
    }

    /// Writes what replaces a match.
    pub fn write(&self, text: &[u16], found: &Found, replaced: &mut Vec<u16>) {
        for part in &self.0 {
            replaced.extend_from_slice(part.units(text, found));
        }
    }
}

impl Part {
    fn units<'t>(&'t self, text: &'t [u16], found: &Found) -> &'t [u16] {
        let (start, end) = found.span();
        let group = |slot: usize| found.group(slot).and_then(|(start, end)| text.get(start..end)).unwrap_or_default();
        match self {
            Part::Text(text) => text,
            Part::Group(slot) => group(*slot),
            Part::Before => text.get(..start).unwrap_or_default(),
            Part::After => text.get(end..).unwrap_or_default(),
            Part::Whole => text,
            Part::LastGroup => group(found.groups().len().saturating_sub(1)),
        }
    }
}

/// What stands behind a dollar, and how long it is.
fn special(regex: &Regex, rest: &[u16]) -> Option<(Part, usize)> {
    let ascii = |at: usize| rest.get(at).and_then(|&unit| u8::try_from(unit).ok()).map(char::from);
    let simple = match ascii(0)? {
        '$' => Part::Text(vec![u16::from(b'$')]),
        '&' => Part::Group(0),
        '`' => Part::Before,
        '\'' => Part::After,
        '+' => Part::LastGroup,
        '_' => Part::Whole,
        '{' => {
            let end = rest.iter().position(|&unit| unit == u16::from(b'}'))?;
            let name = String::from_utf16_lossy(rest.get(1..end)?);
            return Some((Part::Group(regex.slot_of_reference(&name)?), end + 1));
        }
        '0'..='9' => {
            let length = rest.iter().take_while(|&&unit| (48..58).contains(&unit)).count();
            // In ECMAScript the longest number that is a group counts; else only all of it.
            let lengths = if regex.options().ecma_script { 1..=length } else { length..=length };
            return lengths.rev().find_map(|length| {
                let digits = String::from_utf16_lossy(rest.get(..length)?);
                Some((Part::Group(regex.slot_of_number(digits.parse().ok()?)?), length))
            });
        }
        _ => return None,
    };
    Some((simple, 1))
}
