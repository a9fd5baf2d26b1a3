//! `Parse` of every number, with .NET's `NumberStyles`.

use super::Integer;
use crate::{Decimal, Exception, Result, decimal};

/// The bits of `NumberStyles`.
#[allow(missing_docs)]
pub mod style {
    pub const LEADING_WHITE: u32 = 1;
    pub const TRAILING_WHITE: u32 = 2;
    pub const LEADING_SIGN: u32 = 4;
    pub const TRAILING_SIGN: u32 = 8;
    pub const PARENTHESES: u32 = 0x10;
    pub const DECIMAL_POINT: u32 = 0x20;
    pub const THOUSANDS: u32 = 0x40;
    pub const EXPONENT: u32 = 0x80;
    pub const CURRENCY_SYMBOL: u32 = 0x100;
    pub const HEX: u32 = 0x200;
    pub const BINARY: u32 = 0x400;
    pub const INTEGER: u32 = 7;
    pub const NUMBER: u32 = 0x6f;
    pub const FLOAT: u32 = 0xa7;
    /// What `double.Parse` takes if nothing is said.
    pub const DOUBLE: u32 = FLOAT | THOUSANDS;
    const ALL: u32 = 0x7ff;

    pub(super) fn known(styles: u32) -> bool {
        styles & !ALL == 0
    }
}

/// Says no to styles that an integer cannot have, as `Parse` and `TryParse` both do.
///
/// # Errors
/// `ArgumentException`
pub fn check_integer_styles(styles: u32) -> Result<()> {
    let white = style::LEADING_WHITE | style::TRAILING_WHITE;
    let (hex, binary) = (style::HEX, style::BINARY);
    if !style::known(styles) {
        return Err(Exception::argument("An undefined NumberStyles value is being used.", "style"));
    }
    if styles & (hex | binary) != 0 && styles & !(white | hex) != 0 && styles & !(white | binary) != 0 {
        let message = "With the AllowHexSpecifier or AllowBinarySpecifier bit set in the enum bit field, the only other valid \
                       bits that can be combined into the enum value must be a subset of those in HexNumber or BinaryNumber.";
        return Err(Exception::argument(message, "style"));
    }
    Ok(())
}

/// Says no to styles that a `double`, `float` or `decimal` cannot have.
///
/// # Errors
/// `ArgumentException`
pub fn check_float_styles(styles: u32) -> Result<()> {
    if !style::known(styles) {
        return Err(Exception::argument("An undefined NumberStyles value is being used.", "style"));
    }
    if styles & (style::HEX | style::BINARY) != 0 {
        let message =
            "The number styles AllowHexSpecifier and AllowBinarySpecifier are not supported on floating point data types.";
        return Err(Exception::argument(message, "style"));
    }
    Ok(())
}

/// A whole number.
///
/// # Errors
/// `FormatException` and `OverflowException`
pub fn integer(text: &str, styles: u32, of: &Integer) -> Result<i128> {
    if styles & (style::HEX | style::BINARY) != 0 {
        return bits(text, styles, of);
    }
    let number = Parsed::read(text, styles).ok_or_else(|| not_a_number(text))?;
    // A fraction is only fine if it is zero.
    let digits = number.digits.trim_end_matches('0');
    let Ok(length) = usize::try_from(number.scale) else {
        return if digits.is_empty() { Ok(0) } else { Err(of.overflow()) };
    };
    if digits.is_empty() {
        return Ok(0);
    }
    if length > 20 || digits.len() > length {
        return Err(of.overflow());
    }
    let size: i128 = format!("{digits:0<length$}").parse().map_err(|_| of.overflow())?;
    of.check(if number.negative { -size } else { size })
}

/// A `double`. What is too great is infinite.
///
/// # Errors
/// `FormatException`
pub fn double(text: &str, styles: u32) -> Result<f64> {
    match Parsed::read(text, styles) {
        Some(number) => number.rust_text().parse().map_err(|_| not_a_number(text)),
        None => not_finite(text).ok_or_else(|| not_a_number(text)),
    }
}

/// A `float`.
///
/// # Errors
/// `FormatException`
pub fn single(text: &str, styles: u32) -> Result<f32> {
    match Parsed::read(text, styles) {
        Some(number) => number.rust_text().parse().map_err(|_| not_a_number(text)),
        None => not_finite(text).map(|value| value as f32).ok_or_else(|| not_a_number(text)),
    }
}

/// A `decimal`, with the zeros that it ends in.
///
/// # Errors
/// `FormatException` and `OverflowException`
pub fn decimal(text: &str, styles: u32) -> Result<Decimal> {
    let number = Parsed::read(text, styles).ok_or_else(|| not_a_number(text))?;
    decimal::from_digits(&number.digits, number.scale, number.negative).ok_or_else(decimal::overflow)
}

/// `bool.Parse`; `None` if the text is no boolean.
pub fn boolean(text: &str) -> Option<bool> {
    let trimmed = text.trim_matches(|character: char| character.is_whitespace() || character == '\0');
    if trimmed.eq_ignore_ascii_case("true") {
        Some(true)
    } else if trimmed.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// What `Parse` says of text that is no number.
pub fn not_a_number(text: &str) -> Exception {
    Exception::format(format!("The input string '{text}' was not in a correct format."))
}

fn bits(text: &str, styles: u32, of: &Integer) -> Result<i128> {
    let radix = if styles & style::HEX != 0 { 16 } else { 2 };
    let mut rest = text;
    if styles & style::LEADING_WHITE != 0 {
        rest = rest.trim_start_matches(is_white);
    }
    let end = rest.find(|character: char| !character.is_digit(radix)).unwrap_or(rest.len());
    let (digits, mut rest) = rest.split_at(end);
    if styles & style::TRAILING_WHITE != 0 {
        rest = rest.trim_start_matches(is_white);
    }
    if digits.is_empty() || !rest.trim_start_matches('\0').is_empty() {
        return Err(not_a_number(text));
    }
    let digits = digits.trim_start_matches('0');
    let value = if digits.is_empty() { 0 } else { u64::from_str_radix(digits, radix).map_err(|_| of.overflow())? };
    if u128::from(value) >= 1u128 << of.bits { Err(of.overflow()) } else { Ok(of.wrap(value.into())) }
}

fn not_finite(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.get(..1).unwrap_or_default(), rest),
        None => ("", text),
    };
    if rest.eq_ignore_ascii_case("Infinity") {
        Some(if sign == "-" { f64::NEG_INFINITY } else { f64::INFINITY })
    } else if rest.eq_ignore_ascii_case("NaN") {
        Some(f64::NAN)
    } else {
        None
    }
}

/// .NET's white space around numbers is narrower than that of text.
fn is_white(character: char) -> bool {
    character == ' ' || ('\t'..='\r').contains(&character)
}

/// A number as its digits: `0.digits × 10^scale`.
#[derive(Debug)]
struct Parsed {
    /// The first is not 0; those that the number ends in may be.
    digits: String,
    scale: i64,
    negative: bool,
}

impl Parsed {
    fn read(text: &str, styles: u32) -> Option<Self> {
        let allows = |bit: u32| styles & bit != 0;
        let mut rest = text;
        let (mut negative, mut signed, mut open) = (false, false, false);
        let mut currency = false;
        loop {
            // White space may stand between a currency and its number, but not between a sign and its number.
            if allows(style::LEADING_WHITE) && (!signed || currency) && rest.starts_with(is_white) {
                rest = rest.trim_start_matches(is_white);
            } else if let Some(after) = rest.strip_prefix(['+', '-']).filter(|_| allows(style::LEADING_SIGN) && !signed) {
                negative = rest.starts_with('-');
                signed = true;
                rest = after;
            } else if let Some(after) = rest.strip_prefix('(').filter(|_| allows(style::PARENTHESES) && !signed) {
                (negative, signed, open) = (true, true, true);
                rest = after;
            } else if let Some(after) = rest.strip_prefix('¤').filter(|_| allows(style::CURRENCY_SYMBOL) && !currency) {
                currency = true;
                rest = after;
            } else {
                break;
            }
        }

        let (mut digits, mut scale, mut any, mut point) = (String::new(), 0i64, false, false);
        while let Some(character) = rest.chars().next() {
            match character {
                '0'..='9' => {
                    any = true;
                    if character != '0' || !digits.is_empty() {
                        digits.push(character);
                        scale += i64::from(!point);
                    } else if point {
                        scale -= 1;
                    }
                }
                '.' if allows(style::DECIMAL_POINT) && !point => point = true,
                ',' if allows(style::THOUSANDS) && any && !point => {}
                _ => break,
            }
            rest = rest.get(1..).unwrap_or_default();
        }
        if !any {
            return None;
        }

        if allows(style::EXPONENT)
            && let Some((exponent, after)) = read_exponent(rest)
        {
            scale += exponent;
            rest = after;
        }

        loop {
            if allows(style::TRAILING_WHITE) && rest.starts_with(is_white) {
                rest = rest.trim_start_matches(is_white);
            } else if let Some(after) = rest.strip_prefix(['+', '-']).filter(|_| allows(style::TRAILING_SIGN) && !signed) {
                negative = rest.starts_with('-');
                signed = true;
                rest = after;
            } else if let Some(after) = rest.strip_prefix(')').filter(|_| open) {
                open = false;
                rest = after;
            } else if let Some(after) = rest.strip_prefix('¤').filter(|_| allows(style::CURRENCY_SYMBOL) && !currency) {
                currency = true;
                rest = after;
            } else {
                break;
            }
        }
        // Text from other languages may end in NUL.
        if open || !rest.trim_start_matches('\0').is_empty() {
            return None;
        }
        Some(Self { digits, scale, negative })
    }

    fn rust_text(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}0.{}e{}", if self.digits.is_empty() { "0" } else { &self.digits }, self.scale)
    }
}

fn read_exponent(text: &str) -> Option<(i64, &str)> {
    let rest = text.strip_prefix(['E', 'e'])?;
    let (negative, rest) = match rest.strip_prefix(['+', '-']) {
        Some(after) => (rest.starts_with('-'), after),
        None => (false, rest),
    };
    let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, rest) = rest.split_at(end);
    if digits.is_empty() {
        return None;
    }
    let size = digits.bytes().fold(0i64, |size, digit| (size * 10 + i64::from(digit - b'0')).min(1_000_000_000));
    Some((if negative { -size } else { size }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::*;

    #[test]
    fn integers() {
        let int = |text| integer(text, style::INTEGER, &INT32).map_err(|exception| exception.kind);
        assert_eq!(int(" -42\t"), Ok(-42));
        assert_eq!(int("+7\0\0"), Ok(7));
        assert_eq!(int("2147483648"), Err("OverflowException"));
        assert_eq!(int("-2147483648"), Ok(i32::MIN.into()));
        for wrong in ["", " ", "1.0", "1,000", "0x10", "1e3", "- 1", "--1", "99999999999999999999x", "\u{a0}1"] {
            assert_eq!(int(wrong), Err("FormatException"), "{wrong}");
        }
        assert_eq!(integer("-1", style::INTEGER, &BYTE).unwrap_err().kind, "OverflowException");
        assert_eq!(integer("-0", style::INTEGER, &BYTE), Ok(0));
        assert_eq!(integer("1,234.00", style::NUMBER, &INT32), Ok(1234));
        assert_eq!(integer("1.5", style::NUMBER, &INT32).unwrap_err().kind, "OverflowException");
        assert_eq!(integer("0.0", style::NUMBER, &INT32), Ok(0));
        assert_eq!(integer("(12)", 0x1ff, &INT32), Ok(-12));
        assert_eq!(integer("12e2", 0x1ff, &INT32), Ok(1200));
        assert_eq!(integer("120e-1", 0x1ff, &INT32), Ok(12));
        assert_eq!(integer("¤ 5-", 0x1ff, &INT32), Ok(-5));
        assert_eq!(integer("FFFFFFFF", 0x203, &INT32), Ok(-1));
        assert_eq!(integer("100000000", 0x203, &INT32).unwrap_err().kind, "OverflowException");
        assert_eq!(integer("101", 0x403, &INT32), Ok(5));
        assert_eq!(int("abc"), Err("FormatException"));
        assert_eq!(not_a_number("abc").message, "The input string 'abc' was not in a correct format.");
    }

    #[test]
    fn doubles() {
        let double = |text| double(text, style::DOUBLE).ok();
        assert_eq!(double(" 1,234.5e2 "), Some(123450.0));
        assert_eq!(double("1e400"), Some(f64::INFINITY));
        assert_eq!(double("-1e-400").map(f64::to_bits), Some((-0.0f64).to_bits()));
        assert_eq!(double(".5"), Some(0.5));
        assert_eq!(double("5."), Some(5.0));
        assert_eq!(double("-infinity"), Some(f64::NEG_INFINITY));
        assert!(double("NaN").is_some_and(f64::is_nan));
        assert_eq!(double("1e"), None);
        assert_eq!(double("."), None);
        assert_eq!(double("0e99999999999999999999"), Some(0.0));
    }

    #[test]
    fn decimals() {
        let text = |text| decimal(text, style::NUMBER).map(|value| value.to_string()).map_err(|exception| exception.kind);
        assert_eq!(text("1.50").as_deref(), Ok("1.50"));
        assert_eq!(text("0.000").as_deref(), Ok("0.000"));
        assert_eq!(text("79228162514264337593543950335").as_deref(), Ok("79228162514264337593543950335"));
        assert_eq!(text("79228162514264337593543950336"), Err("OverflowException"));
        assert_eq!(text("79228162514264337593543950335.4").as_deref(), Ok("79228162514264337593543950335"));
        assert_eq!(text("79228162514264337593543950335.5"), Err("OverflowException"));
        assert_eq!(text("1.00000000000000000000000000005").as_deref(), Ok("1.0000000000000000000000000000"));
        assert_eq!(text("1.00000000000000000000000000015").as_deref(), Ok("1.0000000000000000000000000002"));
        assert_eq!(text("1e2"), Err("FormatException"));
        assert_eq!(text("5-").as_deref(), Ok("-5"));
    }

    #[test]
    fn booleans() {
        assert_eq!((boolean(" tRUE\0"), boolean("False"), boolean("1")), (Some(true), Some(false), None));
    }
}
