//! `Split` and `Trim`.

use super::{NetString, search::find_units};
use crate::{Exception, Result};
use std::ops::Range;

/// Where a text is split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Separators {
    /// At white space.
    Blank,
    /// At any of some units.
    Units(Vec<u16>),
    /// At any of some texts, earlier ones first; empty ones do not count.
    Texts(Vec<NetString>),
}

/// `StringSplitOptions`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SplitOptions {
    /// `RemoveEmptyEntries`
    pub remove_empty: bool,
    /// `TrimEntries`
    pub trim: bool,
}

impl SplitOptions {
    /// The options of a number of the enumeration.
    ///
    /// # Errors
    /// `ArgumentException` for a number that has other bits.
    pub fn from_number(number: i64) -> Result<SplitOptions> {
        if !(0..=3).contains(&number) {
            return Err(Exception::argument(&format!("Illegal enum value: {number}."), "options"));
        }
        Ok(SplitOptions { remove_empty: number & 1 != 0, trim: number & 2 != 0 })
    }
}

/// `Split` into at most so many parts, the last of which holds the rest.
pub fn split(text: &NetString, separators: &Separators, count: usize, options: SplitOptions) -> Vec<NetString> {
    // The usual case needs no units: all parts, of which there are no more than bytes and one, at whole characters.
    if let (Some(text), Separators::Units(any)) = (text.as_str(), separators)
        && count > text.len()
        && let Some(any) = any.iter().map(|&unit| char::from_u32(unit.into())).collect::<Option<Vec<char>>>()
    {
        match any.as_slice() {
            [] => {}
            // One character is searched for many bytes at a time.
            [only] => return whole_parts(text.split(*only), options),
            any => return whole_parts(text.split(any), options),
        }
    }
    let units = text.units();
    let found = if count <= 1 { Vec::new() } else { places(&units, separators) };
    let mut parts = Vec::new();
    if count == 0 {
        return parts;
    }
    let part = |range: Range<usize>| -> Option<NetString> {
        let mut part = units.get(range)?;
        if options.trim {
            part = trimmed(part, true, true, &is_blank);
        }
        (!part.is_empty() || !options.remove_empty).then(|| NetString::from_units(part))
    };
    let mut from = 0;
    let mut found = found.into_iter().peekable();
    while parts.len() + 1 < count
        && let Some(place) = found.next()
    {
        parts.extend(part(from..place.start));
        from = place.end;
    }
    // The last part is the rest, from the next part on that is not left out.
    while options.remove_empty
        && let Some(place) = found.next_if(|place| part(from..place.start).is_none())
    {
        from = place.end;
    }
    parts.extend(part(from..units.len()));
    parts
}

fn whole_parts<'t>(parts: impl Iterator<Item = &'t str>, options: SplitOptions) -> Vec<NetString> {
    let parts = parts.map(|part| if options.trim { part.trim() } else { part });
    parts.filter(|part| !(options.remove_empty && part.is_empty())).map(NetString::from).collect()
}

fn places(units: &[u16], separators: &Separators) -> Vec<Range<usize>> {
    let single = |is: &dyn Fn(u16) -> bool| {
        units.iter().enumerate().filter(|&(_, &unit)| is(unit)).map(|(at, _)| at..at + 1).collect::<Vec<_>>()
    };
    match separators {
        Separators::Blank => single(&is_blank),
        Separators::Units(any) if any.is_empty() => single(&is_blank),
        Separators::Units(any) => single(&|unit| any.contains(&unit)),
        Separators::Texts(texts) => {
            let texts: Vec<Vec<u16>> = texts.iter().map(NetString::units).filter(|units| !units.is_empty()).collect();
            let mut places = Vec::new();
            let mut at = 0;
            if let [only] = texts.as_slice() {
                while let Some(found) = units.get(at..).and_then(|rest| find_units(rest, only)) {
                    places.push(at + found..at + found + only.len());
                    at += found + only.len();
                }
                return places;
            }
            while let Some(rest) = units.get(at..).filter(|rest| !rest.is_empty()) {
                match texts.iter().find(|text| rest.starts_with(text)) {
                    Some(text) => {
                        places.push(at..at + text.len());
                        at += text.len();
                    }
                    None => at += 1,
                }
            }
            places
        }
    }
}

/// `char.IsWhiteSpace`
pub fn is_blank(unit: u16) -> bool {
    char::from_u32(unit.into()).is_some_and(char::is_whitespace)
}

/// `Trim`, `TrimStart` and `TrimEnd`; of white space where no units are given.
pub fn trim(text: &NetString, start: bool, end: bool, any: &[u16]) -> NetString {
    if any.is_empty()
        && let Some(text) = text.as_str()
    {
        return match (start, end) {
            (true, true) => text.trim(),
            (true, false) => text.trim_start(),
            _ => text.trim_end(),
        }
        .into();
    }
    let units = text.units();
    let rest = if any.is_empty() {
        trimmed(&units, start, end, &is_blank)
    } else {
        trimmed(&units, start, end, &|unit| any.contains(&unit))
    };
    if rest.len() == units.len() { text.clone() } else { NetString::from_units(rest) }
}

fn trimmed<'u>(units: &'u [u16], start: bool, end: bool, is: &dyn Fn(u16) -> bool) -> &'u [u16] {
    let mut units = units;
    while let (true, [first, rest @ ..]) = (start, units)
        && is(*first)
    {
        units = rest;
    }
    while let (true, [rest @ .., last]) = (end, units)
        && is(*last)
    {
        units = rest;
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, separators: &Separators, count: usize, options: i64) -> Vec<String> {
        let options = SplitOptions::from_number(options).unwrap();
        split(&text.into(), separators, count, options).iter().map(NetString::to_string).collect()
    }

    #[test]
    fn splits_as_net_does() {
        let comma = Separators::Units(vec![b','.into()]);
        assert_eq!(parts("a,,b,", &comma, usize::MAX, 0), ["a", "", "b", ""]);
        assert_eq!(parts("a,,b,", &comma, usize::MAX, 1), ["a", "b"]);
        assert_eq!(parts(" a , ,b", &comma, usize::MAX, 3), ["a", "b"]);
        assert_eq!(parts("a,b,c", &comma, 2, 0), ["a", "b,c"]);
        assert_eq!(parts(",,a,,,b,c,", &comma, 2, 1), ["a", "b,c,"]);
        assert_eq!(parts("a,b", &comma, 1, 0), ["a,b"]);
        assert!(parts("a,b", &comma, 0, 0).is_empty() && parts("", &comma, 9, 1).is_empty());
        assert_eq!(parts("", &comma, 9, 0), [""]);
        let texts = Separators::Texts(vec!["--".into(), "-".into(), "".into()]);
        assert_eq!(parts("a--b-c", &texts, usize::MAX, 0), ["a", "b", "c"]);
        // Half of a pair is a unit like any other.
        let half =
            split(&"a\u{10000}b,".into(), &Separators::Units(vec![0xd800, b','.into()]), usize::MAX, SplitOptions::default());
        assert_eq!(half.iter().map(|part| part.units().to_vec()).collect::<Vec<_>>(), [vec![97], vec![0xdc00, 98], vec![]]);
        assert_eq!(parts("a\u{10000}b\u{2003},", &comma, usize::MAX, 3), ["a\u{10000}b"]);
        assert_eq!(parts("a b\tc", &Separators::Blank, usize::MAX, 0), ["a", "b", "c"]);
        assert_eq!(parts("abc", &Separators::Texts(vec!["".into()]), usize::MAX, 0), ["abc"]);
        assert!(SplitOptions::from_number(4).is_err());
    }

    #[test]
    fn trims_units_or_blanks() {
        let text = NetString::from("\u{a0} xax ");
        assert_eq!(trim(&text, true, true, &[]).to_str(), "xax");
        assert_eq!(trim(&"xax".into(), true, false, &[b'x'.into()]).to_str(), "ax");
        assert_eq!(trim(&"xax".into(), false, true, &[b'x'.into()]).to_str(), "xa");
        assert_eq!(trim(&"xxx".into(), true, true, &[b'x'.into()]).to_str(), "");
    }
}
