//! Equality and order of text, for each `StringComparison`.
//!
//! Ordinal comparison is exact. Comparison by culture is .NET's only in outline, since the tables behind it are larger than
//! this gateway: blanks come before punctuation, that before digits, those before letters; letters go by the alphabet, then
//! by accents, then by case with lower case first; control characters do not count.

use super::{NetString, case};
use crate::{Exception, Result};
use std::cmp::Ordering;

/// `StringComparison`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// By the alphabet instead of by the units.
    pub culture: bool,
    /// Upper and lower case are the same.
    pub ignore_case: bool,
}

/// `StringComparison.Ordinal`
pub const ORDINAL: Comparison = Comparison { culture: false, ignore_case: false };
/// `StringComparison.OrdinalIgnoreCase`
pub const ORDINAL_IGNORE_CASE: Comparison = Comparison { culture: false, ignore_case: true };
/// `StringComparison.InvariantCulture`, and the current one's.
pub const CULTURE: Comparison = Comparison { culture: true, ignore_case: false };
/// `StringComparison.InvariantCultureIgnoreCase`, and the current one's.
pub const CULTURE_IGNORE_CASE: Comparison = Comparison { culture: true, ignore_case: true };

/// The comparison of a number of the enumeration.
///
/// # Errors
/// `ArgumentException` for a number that is no member.
pub fn comparison(number: i64) -> Result<Comparison> {
    Ok(match number {
        0 | 2 => CULTURE,
        1 | 3 => CULTURE_IGNORE_CASE,
        4 => ORDINAL,
        5 => ORDINAL_IGNORE_CASE,
        _ => {
            let message = "The string comparison type passed in is currently not supported.";
            return Err(Exception::argument(message, "comparisonType"));
        }
    })
}

/// `string.Compare`: negative, zero or positive, with the very numbers that .NET gives.
pub fn compare(one: &NetString, other: &NetString, how: Comparison) -> i32 {
    if how.culture {
        return order(cultural(one, other, how.ignore_case));
    }
    let (mut ones, mut others) = (one.units(), other.units());
    if how.ignore_case {
        ones = case::to_upper(one).units();
        others = case::to_upper(other).units();
    }
    let different = ones.iter().zip(&others).find(|(one, other)| one != other);
    match different {
        Some((one, other)) => i32::from(*one) - i32::from(*other),
        None => ones.len() as i32 - others.len() as i32,
    }
}

/// `string.Equals`
pub fn equals(one: &NetString, other: &NetString, how: Comparison) -> bool {
    match how {
        ORDINAL => one == other,
        _ => one == other || compare(one, other, how) == 0,
    }
}

/// Text that is the same for all texts that are equal, for hashing.
pub fn key(text: &NetString, how: Comparison) -> NetString {
    match how {
        ORDINAL => text.clone(),
        ORDINAL_IGNORE_CASE => case::to_upper(text),
        _ => {
            let weights = Weights::of(text, how.ignore_case);
            let mut key = String::new();
            for level in [weights.primary, weights.secondary, weights.tertiary] {
                key.extend(level.into_iter().filter_map(char::from_u32));
                key.push('\0');
            }
            key.into()
        }
    }
}

/// The order by culture, as sorting has it.
pub fn cultural(one: &NetString, other: &NetString, ignore_case: bool) -> Ordering {
    if one == other {
        return Ordering::Equal;
    }
    let (one, other) = (Weights::of(one, ignore_case), Weights::of(other, ignore_case));
    (one.primary.cmp(&other.primary))
        .then_with(|| one.secondary.cmp(&other.secondary))
        .then_with(|| one.tertiary.cmp(&other.tertiary))
}

fn order(order: Ordering) -> i32 {
    order as i32
}

/// What a text weighs: first its letters, then their accents, then their case.
struct Weights {
    primary: Vec<u32>,
    secondary: Vec<u32>,
    tertiary: Vec<u32>,
}

/// What stands before digits and letters, in order.
const PUNCTUATION: &str = "\t\n\u{b}\u{c}\r\u{85}\u{2028}\u{2029} \u{a0}_-,;:!?.'\"()[]{}@*/\\&#%`´^¯¨°©®+±÷×<=>|¦~¬$¢£¤¥€";

const DIGITS: u32 = 0x1000;
const LETTERS: u32 = 0x2000;
const OTHERS: u32 = 0x1_0000;

impl Weights {
    fn of(text: &NetString, ignore_case: bool) -> Weights {
        let mut weights = Weights { primary: Vec::new(), secondary: Vec::new(), tertiary: Vec::new() };
        for value in text.to_str().chars() {
            if is_ignored(value) {
                continue;
            }
            if matches!(value, '\u{300}'..='\u{36f}') {
                // A combining accent belongs to the letter before.
                if let Some(last) = weights.secondary.last_mut() {
                    *last = *last * 8 + accent_of(value);
                }
                continue;
            }
            let (letters, accent) = base(value);
            for letter in letters.chars() {
                let lower = case::lower(letter);
                weights.primary.push(primary(lower));
                weights.secondary.push(accent);
                // Weights for hashing must be characters, so zero is not among them.
                weights.tertiary.push(if ignore_case || letter == lower { 1 } else { 2 });
            }
            if letters.is_empty() {
                let lower = case::lower(value);
                weights.primary.push(primary(lower));
                weights.secondary.push(0);
                weights.tertiary.push(if ignore_case || value == lower { 1 } else { 2 });
            }
        }
        weights
    }
}

fn is_ignored(value: char) -> bool {
    matches!(value, '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
}

fn primary(lower: char) -> u32 {
    if let Some(at) = PUNCTUATION.chars().position(|own| own == lower) {
        return 1 + at as u32;
    }
    match lower {
        '0'..='9' => DIGITS + (lower as u32 - '0' as u32),
        'a'..='z' => LETTERS + (lower as u32 - 'a' as u32) * 4,
        'ð' => LETTERS + ('d' as u32 - 'a' as u32) * 4 + 1,
        'þ' => LETTERS + ('z' as u32 - 'a' as u32) * 4 + 1,
        // Above all of these, and below the surrogates that no character has.
        _ => OTHERS + lower as u32,
    }
}

/// Letters by accent: each accent's row holds letters with it and without it.
const ACCENTS: &[(&str, &str)] = &[
    ("", ""),
    ("áéíóúýÁÉÍÓÚÝćĆńŃśŚźŹĺĹŕŔǵǴḱḰḿḾṕṔẃẂ", "aeiouyAEIOUYcCnNsSzZlLrRgGkKmMpPwW"),
    ("àèìòùÀÈÌÒÙǹǸẁẀỳỲ", "aeiouAEIOUnNwWyY"),
    ("ăĕğĭŏŭĂĔĞĬŎŬ", "aegiouAEGIOU"),
    ("âêîôûÂÊÎÔÛĉĈĝĜĥĤĵĴŝŜŵŴŷŶẑẐ", "aeiouAEIOUcCgGhHjJsSwWyYzZ"),
    ("čČďĎěĚǧǦňŇřŘšŠťŤžŽľĽǎǍǐǏǒǑǔǓ", "cCdDeEgGnNrRsStTzZlLaAiIoOuU"),
    ("åÅůŮ", "aAuU"),
    ("äëïöüÿÄËÏÖÜŸẅẄẍẌ", "aeiouyAEIOUYwWxX"),
    ("őŐűŰ", "oOuU"),
    ("ãñõÃÑÕĩĨũŨẽẼỹỸ", "anoANOiIuUeEyY"),
    ("ċĊėĖġĠİżŻḃḂḋḊḟḞṁṀṗṖṡṠṫṪ", "cCeEgGIzZbBdDfFmMpPsStT"),
    ("øØđĐħĦłŁŧŦ", "oOdDhHlLtT"),
    ("çÇģĢķĶļĻņŅŗŖşŞţŢ", "cCgGkKlLnNrRsStT"),
    ("ąĄęĘįĮųŲ", "aAeEiIuU"),
    ("āēīōūĀĒĪŌŪ", "aeiouAEIOU"),
    ("șȘțȚ", "sStT"),
];

/// The letters without accents, and the accent; no letters for what has none.
fn base(value: char) -> (&'static str, u32) {
    match value {
        'æ' => return ("ae", 1),
        'Æ' => return ("AE", 1),
        'œ' => return ("oe", 1),
        'Œ' => return ("OE", 1),
        'ß' => return ("ss", 1),
        'ﬁ' => return ("fi", 1),
        'ﬂ' => return ("fl", 1),
        _ if value.is_ascii() => return ("", 0),
        _ => {}
    }
    for (accent, (with, without)) in ACCENTS.iter().enumerate() {
        if let Some(at) = with.chars().position(|own| own == value) {
            return (without.get(at..=at).unwrap_or_default(), accent as u32);
        }
    }
    ("", 0)
}

/// The accent of a combining character, as in the table; others go by their number.
fn accent_of(combining: char) -> u32 {
    match combining {
        '\u{301}' => 1,
        '\u{300}' => 2,
        '\u{306}' => 3,
        '\u{302}' => 4,
        '\u{30c}' => 5,
        '\u{30a}' => 6,
        '\u{308}' => 7,
        '\u{30b}' => 8,
        '\u{303}' => 9,
        '\u{307}' => 10,
        '\u{338}' => 11,
        '\u{327}' => 12,
        '\u{328}' => 13,
        '\u{304}' => 14,
        '\u{326}' => 15,
        other => other as u32 - 0x2f0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(one: &str, other: &str, how: Comparison) -> i32 {
        compare(&one.into(), &other.into(), how)
    }

    #[test]
    fn ordinal_comparison_gives_differences() {
        assert_eq!(check("a", "c", ORDINAL), -2);
        assert_eq!(check("abc", "a", ORDINAL), 2);
        assert_eq!(check("a", "A", ORDINAL_IGNORE_CASE), 0);
        assert_eq!(check("a", "_", ORDINAL_IGNORE_CASE), -30);
        assert_eq!(check("a", "B", ORDINAL), 31);
    }

    #[test]
    fn culture_goes_by_the_alphabet() {
        let mut words =
            ["b", "A", "a", "B", "é", "e", "f", "1", "_", "-", " ", "resume", "résumé", "Resume", "co-op", "coop", "z", "ä"];
        words.sort_by(|one, other| cultural(&(*one).into(), &(*other).into(), false));
        assert_eq!(
            words,
            [" ", "_", "-", "1", "a", "A", "ä", "b", "B", "co-op", "coop", "e", "é", "f", "resume", "Resume", "résumé", "z"]
        );
        assert_eq!(check("a\0b", "ab", CULTURE), 0);
        assert_eq!(check("strasse", "straße", CULTURE), -1);
        assert_eq!(check("e\u{301}", "é", CULTURE), 0);
        assert_eq!(check("ABC", "abc", CULTURE), 1);
        assert_eq!(check("ABC", "abc", CULTURE_IGNORE_CASE), 0);
        assert_eq!(key(&"É".into(), CULTURE_IGNORE_CASE), key(&"é".into(), CULTURE_IGNORE_CASE));
    }
}
