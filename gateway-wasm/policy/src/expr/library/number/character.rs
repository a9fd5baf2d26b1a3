//! `char`.

use super::{compare_to, equals, get_hash_code, get_type_code, reading, to_string};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::Value,
};
use dotnet::{Exception, NetString, character};

/// `System.Char`
pub static CHAR: NetType = NetType {
    namespace: "System",
    name: "Char",
    kind: Kind::Struct,
    bases: &[],
    members: &[
        row("const char MaxValue", |_| Ok(Value::Char(u16::MAX)), "The greatest unit, U+FFFF"),
        row("const char MinValue", |_| Ok(Value::Char(0)), "U+0000"),
        row("static char Parse(string s)", parse, "The one character of text"),
        row("static bool TryParse(string s, out char result)", try_parse, "Whether text is one character, and which"),
        row("static bool IsControl(char c)", |call| of(call, character::is_control), "Whether it is a control character"),
        row(
            "static bool IsControl(string s, int index)",
            |call| at(call, character::is_control),
            "Whether the character at a position is a control character",
        ),
        row("static bool IsDigit(char c)", |call| of(call, character::is_digit), "Whether it is a decimal digit of any script"),
        row(
            "static bool IsDigit(string s, int index)",
            |call| at(call, character::is_digit),
            "Whether the character at a position is a decimal digit of any script",
        ),
        row("static bool IsLetter(char c)", |call| of(call, character::is_letter), "Whether it is a letter"),
        row(
            "static bool IsLetter(string s, int index)",
            |call| at(call, character::is_letter),
            "Whether the character at a position is a letter",
        ),
        row(
            "static bool IsLetterOrDigit(char c)",
            |call| of(call, character::is_letter_or_digit),
            "Whether it is a letter or a decimal digit",
        ),
        row(
            "static bool IsLetterOrDigit(string s, int index)",
            |call| at(call, character::is_letter_or_digit),
            "Whether the character at a position is a letter or a decimal digit",
        ),
        row("static bool IsLower(char c)", |call| of(call, character::is_lower), "Whether it is a small letter"),
        row(
            "static bool IsLower(string s, int index)",
            |call| at(call, character::is_lower),
            "Whether the character at a position is a small letter",
        ),
        row(
            "static bool IsNumber(char c)",
            |call| of(call, character::is_number),
            "Whether it is a digit, a fraction or another number",
        ),
        row(
            "static bool IsNumber(string s, int index)",
            |call| at(call, character::is_number),
            "Whether the character at a position is a digit, a fraction or another number",
        ),
        row("static bool IsPunctuation(char c)", |call| of(call, character::is_punctuation), "Whether it is punctuation"),
        row(
            "static bool IsPunctuation(string s, int index)",
            |call| at(call, character::is_punctuation),
            "Whether the character at a position is punctuation",
        ),
        row(
            "static bool IsSeparator(char c)",
            |call| of(call, character::is_separator),
            "Whether it is a space or another separator",
        ),
        row(
            "static bool IsSeparator(string s, int index)",
            |call| at(call, character::is_separator),
            "Whether the character at a position is a space or another separator",
        ),
        row("static bool IsSymbol(char c)", |call| of(call, character::is_symbol), "Whether it is a symbol"),
        row(
            "static bool IsSymbol(string s, int index)",
            |call| at(call, character::is_symbol),
            "Whether the character at a position is a symbol",
        ),
        row("static bool IsUpper(char c)", |call| of(call, character::is_upper), "Whether it is a capital letter"),
        row(
            "static bool IsUpper(string s, int index)",
            |call| at(call, character::is_upper),
            "Whether the character at a position is a capital letter",
        ),
        row("static bool IsWhiteSpace(char c)", |call| of(call, character::is_white_space), "Whether it is white space"),
        row(
            "static bool IsWhiteSpace(string s, int index)",
            |call| at(call, character::is_white_space),
            "Whether the character at a position is white space",
        ),
        row(
            "static bool IsHighSurrogate(char c)",
            |call| of(call, character::is_high_surrogate),
            "Whether it is the first half of a pair",
        ),
        row(
            "static bool IsHighSurrogate(string s, int index)",
            |call| unit_at(call, character::is_high_surrogate),
            "Whether the unit at a position is the first half of a pair",
        ),
        row(
            "static bool IsLowSurrogate(char c)",
            |call| of(call, character::is_low_surrogate),
            "Whether it is the second half of a pair",
        ),
        row(
            "static bool IsLowSurrogate(string s, int index)",
            |call| unit_at(call, character::is_low_surrogate),
            "Whether the unit at a position is the second half of a pair",
        ),
        row(
            "static bool IsSurrogate(char c)",
            |call| of(call, |code| (0xd800..=0xdfff).contains(&code)),
            "Whether it is half of a pair",
        ),
        row(
            "static bool IsSurrogate(string s, int index)",
            |call| unit_at(call, |code| (0xd800..=0xdfff).contains(&code)),
            "Whether the unit at a position is half of a pair",
        ),
        row(
            "static bool IsSurrogatePair(char highSurrogate, char lowSurrogate)",
            |call| Ok(is_pair(call.character(0)?, call.character(1)?).into()),
            "Whether both are one character beyond U+FFFF",
        ),
        row("static bool IsSurrogatePair(string s, int index)", is_pair_at, "Whether a character beyond U+FFFF is at a position"),
        row("static bool IsAscii(char c)", |call| of(call, |code| code < 128), "Whether it is ASCII"),
        row(
            "static bool IsAsciiDigit(char c)",
            |call| of(call, |code| is_ascii(code, u8::is_ascii_digit)),
            "Whether it is an ASCII digit",
        ),
        row(
            "static bool IsAsciiHexDigit(char c)",
            |call| of(call, |code| is_ascii(code, u8::is_ascii_hexdigit)),
            "Whether it is a hexadecimal digit",
        ),
        row(
            "static bool IsAsciiLetter(char c)",
            |call| of(call, |code| is_ascii(code, u8::is_ascii_alphabetic)),
            "Whether it is an ASCII letter",
        ),
        row(
            "static bool IsAsciiLetterLower(char c)",
            |call| of(call, |code| is_ascii(code, u8::is_ascii_lowercase)),
            "Whether it is a small ASCII letter",
        ),
        row(
            "static bool IsAsciiLetterOrDigit(char c)",
            |call| of(call, |code| is_ascii(code, u8::is_ascii_alphanumeric)),
            "Whether it is an ASCII letter or digit",
        ),
        row(
            "static bool IsAsciiLetterUpper(char c)",
            |call| of(call, |code| is_ascii(code, u8::is_ascii_uppercase)),
            "Whether it is a capital ASCII letter",
        ),
        row(
            "static bool IsAsciiHexDigitLower(char c)",
            |call| of(call, |code| is_ascii(code, |byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())),
            "Whether it is a hexadecimal digit, not a capital letter",
        ),
        row(
            "static bool IsAsciiHexDigitUpper(char c)",
            |call| of(call, |code| is_ascii(code, |byte| byte.is_ascii_hexdigit() && !byte.is_ascii_lowercase())),
            "Whether it is a hexadecimal digit, not a small letter",
        ),
        row(
            "static bool IsBetween(char c, char minInclusive, char maxInclusive)",
            |call| Ok((call.character(1)?..=call.character(2)?).contains(&call.character(0)?).into()),
            "Whether it is in a range",
        ),
        row("static char ToLower(char c)", |call| changed(call, character::to_lower), "The small letter of a capital one"),
        row(
            "static char ToLowerInvariant(char c)",
            |call| changed(call, character::to_lower),
            "The small letter of a capital one",
        ),
        row("static char ToUpper(char c)", |call| changed(call, character::to_upper), "The capital letter of a small one"),
        row(
            "static char ToUpperInvariant(char c)",
            |call| changed(call, character::to_upper),
            "The capital letter of a small one",
        ),
        row(
            "static char ToLower(char c, CultureInfo culture)",
            |call| changed(call, character::to_lower),
            "The small letter of a capital one; the culture is always the invariant one",
        ),
        row(
            "static char ToUpper(char c, CultureInfo culture)",
            |call| changed(call, character::to_upper),
            "The capital letter of a small one; the culture is always the invariant one",
        ),
        row(
            "static string ToString(char c)",
            |call| Ok(Value::String(NetString::from_unit(call.character(0)?))),
            "Text with one character",
        ),
        row(
            "static double GetNumericValue(char c)",
            |call| Ok(character::numeric_value(call.character(0)?.into()).into()),
            "The number that it stands for, or -1",
        ),
        row(
            "static double GetNumericValue(string s, int index)",
            |call| place(call).map(|(text, index)| character::numeric_value(character::code_at(&text, index)).into()),
            "The number that the character at a position stands for, or -1",
        ),
        row(
            "static UnicodeCategory GetUnicodeCategory(char c)",
            |call| Ok(category(call.character(0)?.into())),
            "Its Unicode category",
        ),
        row(
            "static UnicodeCategory GetUnicodeCategory(string s, int index)",
            |call| place(call).map(|(text, index)| category(character::code_at(&text, index))),
            "The Unicode category of the character at a position",
        ),
        row(
            "static string ConvertFromUtf32(int utf32)",
            |call| Ok(Value::String(character::from_utf32(call.int(0)?)?)),
            "Text with the character of a code point",
        ),
        row(
            "static int ConvertToUtf32(char highSurrogate, char lowSurrogate)",
            |call| Ok(character::to_utf32(call.character(0)?, call.character(1)?)?.into()),
            "The code point of two halves",
        ),
        row("static int ConvertToUtf32(string s, int index)", to_utf32_at, "The code point at a position"),
        row("int CompareTo(char value)", compare_to, "The difference of their numbers"),
        row("int CompareTo(object value)", compare_to, "The difference of their numbers"),
        row("bool Equals(char obj)", equals, "Whether both are equal"),
        row("bool Equals(object obj)", equals, "Whether the other is a `char` and equal"),
        row("int GetHashCode()", get_hash_code, "A number that is the same for equal characters"),
        row("TypeCode GetTypeCode()", get_type_code, "`TypeCode.Char`"),
        row("string ToString()", to_string, "Text with this one character"),
        row("string ToString(IFormatProvider provider)", to_string, "Text with this one character"),
    ],
    missing: &["TryFormat"],
    doc: "`char`: a UTF-16 unit of text",
};

fn of(call: &mut Call<'_, '_>, test: fn(u32) -> bool) -> Result<Value, Thrown> {
    Ok(test(call.character(0)?.into()).into())
}

/// The same of the character at a position of text, where two surrogates are one.
fn at(call: &mut Call<'_, '_>, test: fn(u32) -> bool) -> Result<Value, Thrown> {
    let (text, index) = place(call)?;
    Ok(test(character::code_at(&text, index)).into())
}

/// The same of the unit at a position.
fn unit_at(call: &mut Call<'_, '_>, test: fn(u32) -> bool) -> Result<Value, Thrown> {
    let (text, index) = place(call)?;
    Ok(test(text.unit(index).unwrap_or(0).into()).into())
}

/// The text and the position in it.
fn place(call: &mut Call<'_, '_>) -> Result<(NetString, usize), Thrown> {
    place_or(call, "Specified argument was out of the range of valid values.")
}

fn place_or(call: &mut Call<'_, '_>, message: &str) -> Result<(NetString, usize), Thrown> {
    let text = call.text(0, "s")?;
    // Text that is not ASCII is counted through for every position.
    reading(call, text.size())?;
    match usize::try_from(call.int(1)?).ok().filter(|&index| index < text.len()) {
        Some(index) => Ok((text, index)),
        None => Err(Exception::argument_out_of_range(message, "index").into()),
    }
}

/// `ConvertToUtf32(text, index)` has words of its own for a position that is not in the text.
fn to_utf32_at(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let message = "Index was out of range. Must be non-negative and less than the size of the collection.";
    let (text, index) = place_or(call, message)?;
    Ok(character::to_utf32_at(&text, index)?.into())
}

fn is_ascii(code: u32, test: fn(&u8) -> bool) -> bool {
    u8::try_from(code).is_ok_and(|byte| test(&byte))
}

fn changed(call: &mut Call<'_, '_>, change: fn(u16) -> u16) -> Result<Value, Thrown> {
    Ok(Value::Char(change(call.character(0)?)))
}

fn category(code: u32) -> Value {
    Value::Enum(&super::styles::UNICODE_CATEGORY, character::category(code))
}

fn parse(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(Value::Char(character::parse(&call.text(0, "s")?)?))
}

fn try_parse(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let unit = call.text_or_null(0)?.and_then(|text| character::parse(&text).ok());
    call.set_out(1, Value::Char(unit.unwrap_or(0)));
    Ok(unit.is_some().into())
}

fn is_pair(high: u16, low: u16) -> bool {
    character::is_high_surrogate(high.into()) && character::is_low_surrogate(low.into())
}

fn is_pair_at(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (text, index) = place(call)?;
    Ok(matches!((text.unit(index), text.unit(index + 1)), (Some(high), Some(low)) if is_pair(high, low)).into())
}
