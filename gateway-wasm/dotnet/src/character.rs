//! `System.Char`: what kind of character a UTF-16 unit or a pair of them is.

use crate::{Exception, NetString, Result};
use unicode_properties::{GeneralCategory as Category, UnicodeGeneralCategory as _};

/// The names that patterns have for the values of `UnicodeCategory`: `\p{Lu}`, and `\p{L}` for all that begin so.
pub const CATEGORY_NAMES: [&str; 30] = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps",
    "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
];

/// The value of `UnicodeCategory` for a character; a surrogate that stands alone has one of its own.
pub fn category(code: u32) -> i64 {
    use Category::*;
    let Some(character) = char::from_u32(code) else { return 16 };
    match character.general_category() {
        UppercaseLetter => 0,
        LowercaseLetter => 1,
        TitlecaseLetter => 2,
        ModifierLetter => 3,
        OtherLetter => 4,
        NonspacingMark => 5,
        SpacingMark => 6,
        EnclosingMark => 7,
        DecimalNumber => 8,
        LetterNumber => 9,
        OtherNumber => 10,
        SpaceSeparator => 11,
        LineSeparator => 12,
        ParagraphSeparator => 13,
        Control => 14,
        Format => 15,
        Surrogate => 16,
        PrivateUse => 17,
        ConnectorPunctuation => 18,
        DashPunctuation => 19,
        OpenPunctuation => 20,
        ClosePunctuation => 21,
        InitialPunctuation => 22,
        FinalPunctuation => 23,
        OtherPunctuation => 24,
        MathSymbol => 25,
        CurrencySymbol => 26,
        ModifierSymbol => 27,
        OtherSymbol => 28,
        Unassigned => 29,
    }
}

/// `char.IsLetter`
pub fn is_letter(code: u32) -> bool {
    category(code) <= 4
}

/// `char.IsDigit`: a decimal digit of any script.
pub fn is_digit(code: u32) -> bool {
    category(code) == 8
}

/// `char.IsNumber`: also fractions, Roman numerals and their like.
pub fn is_number(code: u32) -> bool {
    (8..=10).contains(&category(code))
}

/// `char.IsLetterOrDigit`
pub fn is_letter_or_digit(code: u32) -> bool {
    is_letter(code) || is_digit(code)
}

/// `char.IsUpper`
pub fn is_upper(code: u32) -> bool {
    category(code) == 0
}

/// `char.IsLower`
pub fn is_lower(code: u32) -> bool {
    category(code) == 1
}

/// `char.IsControl`
pub fn is_control(code: u32) -> bool {
    category(code) == 14
}

/// `char.IsPunctuation`
pub fn is_punctuation(code: u32) -> bool {
    (18..=24).contains(&category(code))
}

/// `char.IsSymbol`
pub fn is_symbol(code: u32) -> bool {
    (25..=28).contains(&category(code))
}

/// `char.IsSeparator`
pub fn is_separator(code: u32) -> bool {
    (11..=13).contains(&category(code))
}

/// `char.IsWhiteSpace`
pub fn is_white_space(code: u32) -> bool {
    is_separator(code) || (9..=13).contains(&code) || code == 0x85
}

/// `char.IsHighSurrogate`
pub fn is_high_surrogate(code: u32) -> bool {
    (0xd800..=0xdbff).contains(&code)
}

/// `char.IsLowSurrogate`
pub fn is_low_surrogate(code: u32) -> bool {
    (0xdc00..=0xdfff).contains(&code)
}

/// `char.ToUpperInvariant`: only what becomes one unit changes.
pub fn to_upper(unit: u16) -> u16 {
    // The dotless i stays itself in the invariant culture.
    let Some(character) = char::from_u32(unit.into()).filter(|&character| character != 'ı') else { return unit };
    if let Some(upper) = only(character.to_uppercase()) {
        return upper;
    }
    // Greek letters with an iota below have one capital, whose full form is two letters.
    let capital = [8u16, 9, 12].into_iter().filter_map(|distance| unit.checked_add(distance)).find(|&candidate| {
        (0x1f80..=0x1fff).contains(&unit)
            && char::from_u32(candidate.into()).and_then(|candidate| only(candidate.to_lowercase())) == Some(unit)
    });
    capital.unwrap_or(unit)
}

/// `char.ToLowerInvariant`
pub fn to_lower(unit: u16) -> u16 {
    let Some(character) = char::from_u32(unit.into()).filter(|&character| character != 'İ') else { return unit };
    only(character.to_lowercase()).unwrap_or(unit)
}

/// The unit, if there is just one.
fn only(mut characters: impl Iterator<Item = char>) -> Option<u16> {
    let first = characters.next()?;
    if characters.next().is_some() { None } else { u16::try_from(u32::from(first)).ok() }
}

/// `char.GetNumericValue`: -1 for what stands for no number.
pub fn numeric_value(code: u32) -> f64 {
    if is_digit(code) {
        // Digits come in runs of ten; the mathematical ones in five runs without a gap.
        let before = (1..=50).take_while(|back| code.checked_sub(*back).is_some_and(is_digit)).count();
        return (before % 10) as f64;
    }
    let whole = |start: u32, value: u32| f64::from(code - start + value);
    match code {
        0xb2 | 0xb3 => whole(0xb2, 2),
        0xb9 => 1.0,
        0xbc => 0.25,
        0xbd => 0.5,
        0xbe => 0.75,
        0x2070 => 0.0,
        0x2074..=0x2079 => whole(0x2074, 4),
        0x2080..=0x2089 => whole(0x2080, 0),
        0x2150 => 1.0 / 7.0,
        0x2151 => 1.0 / 9.0,
        0x2152 => 0.1,
        0x2153 => 1.0 / 3.0,
        0x2154 => 2.0 / 3.0,
        0x2155..=0x2158 => whole(0x2155, 1) / 5.0,
        0x2159 => 1.0 / 6.0,
        0x215a => 5.0 / 6.0,
        0x215b => 0.125,
        0x215c => 0.375,
        0x215d => 0.625,
        0x215e => 0.875,
        0x215f => 1.0,
        0x2160..=0x216b => whole(0x2160, 1),
        0x2170..=0x217b => whole(0x2170, 1),
        0x216c | 0x217c => 50.0,
        0x216d | 0x217d => 100.0,
        0x216e | 0x217e => 500.0,
        0x216f | 0x217f => 1000.0,
        0x2180 => 1000.0,
        0x2181 => 5000.0,
        0x2182 => 10000.0,
        0x2189 => 0.0,
        0x2460..=0x2473 => whole(0x2460, 1),
        0x2474..=0x2487 => whole(0x2474, 1),
        0x2488..=0x249b => whole(0x2488, 1),
        0x24ea | 0x24ff => 0.0,
        0x24eb..=0x24f4 => whole(0x24eb, 11),
        0x24f5..=0x24fe => whole(0x24f5, 1),
        0x2776..=0x277f => whole(0x2776, 1),
        0x2780..=0x2789 => whole(0x2780, 1),
        0x278a..=0x2793 => whole(0x278a, 1),
        0x3007 => 0.0,
        0x3021..=0x3029 => whole(0x3021, 1),
        0x3038..=0x303a => whole(0x3038, 1) * 10.0,
        _ => -1.0,
    }
}

/// The character at a position of text: a pair of surrogates is one. The position must be in the text.
pub fn code_at(text: &NetString, at: usize) -> u32 {
    let unit = text.unit(at).map_or(0, u32::from);
    match text.unit(at + 1).map(u32::from) {
        Some(low) if is_high_surrogate(unit) && is_low_surrogate(low) => 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00),
        _ => unit,
    }
}

/// `char.ConvertFromUtf32`
///
/// # Errors
/// `ArgumentOutOfRangeException` if the number is no character.
pub fn from_utf32(code: i32) -> Result<NetString> {
    let character = u32::try_from(code).ok().and_then(char::from_u32).ok_or_else(|| {
        let message = "A valid UTF32 value is between 0x000000 and 0x10ffff, inclusive, and should not include surrogate \
                       codepoint values (0x00d800 ~ 0x00dfff).";
        Exception::argument_out_of_range(message, "utf32")
    })?;
    Ok(character.to_string().into())
}

/// `char.ConvertToUtf32(high, low)`
///
/// # Errors
/// `ArgumentOutOfRangeException` if they are no pair of surrogates.
pub fn to_utf32(high: u16, low: u16) -> Result<i32> {
    let (high, low) = (u32::from(high), u32::from(low));
    if !is_high_surrogate(high) {
        let message = "A valid high surrogate character is between 0xd800 and 0xdbff, inclusive.";
        return Err(Exception::argument_out_of_range(message, "highSurrogate"));
    }
    if !is_low_surrogate(low) {
        let message = "A valid low surrogate character is between 0xdc00 and 0xdfff, inclusive.";
        return Err(Exception::argument_out_of_range(message, "lowSurrogate"));
    }
    Ok((0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)) as i32)
}

/// `char.ConvertToUtf32(text, at)`; the position must be in the text.
///
/// # Errors
/// `ArgumentException` if a surrogate stands alone there.
pub fn to_utf32_at(text: &NetString, at: usize) -> Result<i32> {
    let code = code_at(text, at);
    let what = match code {
        0xd800..=0xdbff => "high surrogate char without a following low surrogate",
        0xdc00..=0xdfff => "low surrogate char without a preceding high surrogate",
        _ => return Ok(code as i32),
    };
    let why = "The input may not be in this encoding, or may not contain valid Unicode (UTF-16) characters.";
    Err(Exception::argument(&format!("Found a {what} at index: {at}. {why}"), "s"))
}

/// `char.Parse`
///
/// # Errors
/// `FormatException` if the text is not one character.
pub fn parse(text: &NetString) -> Result<u16> {
    match (text.unit(0), text.len()) {
        (Some(unit), 1) => Ok(unit),
        _ => Err(Exception::format("String must be exactly one character long.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        let code = |character: char| u32::from(character);
        assert!(is_letter(code('é')) && is_letter(code('中')) && !is_letter(code('1')) && !is_letter(0xd800));
        assert!(is_digit(code('٣')) && !is_digit(code('½')) && is_number(code('½')) && is_number(code('Ⅷ')));
        assert!(is_punctuation(code('_')) && is_punctuation(code('«')) && is_symbol(code('+')) && is_symbol(code('€')));
        assert!(is_white_space(0x85) && is_white_space(0xa0) && is_white_space(0x2028) && !is_white_space(0x200b));
        assert!(is_control(0x7f) && is_separator(0x20) && !is_separator(9));
        assert_eq!((category(code('A')), category(0xdfff), category(0xe000), category(0x378)), (0, 16, 17, 29));
    }

    #[test]
    fn cases() {
        let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
        for (lower, upper) in units("aéµÿßıŉᾳᾀǆ").into_iter().zip(units("AÉΜŸßıŉᾼᾈǄ")) {
            assert_eq!(to_upper(lower), upper, "{lower:x}");
        }
        for (upper, lower) in units("AÉİΣᾼ").into_iter().zip(units("aéİσᾳ")) {
            assert_eq!(to_lower(upper), lower, "{upper:x}");
        }
    }

    #[test]
    fn values() {
        let value = |character: char| numeric_value(character.into());
        assert_eq!((value('7'), value('٣'), value('९'), value('½'), value('Ⅻ'), value('x')), (7.0, 3.0, 9.0, 0.5, 12.0, -1.0));
        assert_eq!(numeric_value(0x1d7d8 + 3), 3.0);
    }

    #[test]
    fn surrogates() {
        assert_eq!(from_utf32(0x1f600).unwrap(), NetString::from("😀"));
        assert!(from_utf32(0xd800).is_err() && from_utf32(-1).is_err());
        assert_eq!(to_utf32(0xd83d, 0xde00), Ok(0x1f600));
        assert_eq!(to_utf32_at(&"a😀".into(), 1), Ok(0x1f600));
        assert_eq!(
            to_utf32_at(&"a😀".into(), 2).unwrap_err().message.split_once('.').unwrap().0,
            "Found a low surrogate char without a preceding high surrogate at index: 2"
        );
    }
}
