//! `ToString()` and `ToString(format)` of every number.
//!
//! A format of one letter and perhaps digits is a standard one, everything else is a custom one, as in .NET.

use super::{
    custom,
    digits::{Digits, Precision},
    standard,
};
use crate::{Decimal, Exception, Result};

/// How many bytes a format may make at most, besides a number's own digits. Whoever limits memory asks before formatting.
pub fn cost(format: &str) -> usize {
    match specifier(format) {
        Ok(Some((_, precision))) => precision.unwrap_or(0) as usize + 512,
        // A double may have 309 digits before its point; each `%` adds two, and there may be commas between all of them.
        _ => format.len().saturating_mul(4).saturating_add(1024),
    }
}

/// A whole number. `bits` is the width of its type, which hexadecimal shows of negative ones.
///
/// # Errors
/// `FormatException` for a standard format that does not exist, as in the other functions here.
pub fn integer(value: i128, bits: u32, format: &str) -> Result<String> {
    let Some((letter, precision)) = specifier(format)? else {
        return Ok(custom::write(Digits::integer(value), format));
    };
    let wrapped = value.unsigned_abs();
    let bits_mask = (1u128 << bits.min(127)) - 1;
    let padded = |digits: String, sign: &str| {
        let width = precision.unwrap_or(0) as usize;
        let zeros = "0".repeat(width.saturating_sub(digits.len()));
        format!("{sign}{zeros}{digits}")
    };
    Ok(match letter {
        'D' | 'd' => padded(wrapped.to_string(), if value < 0 { "-" } else { "" }),
        'G' | 'g' if precision.unwrap_or(0) == 0 => value.to_string(),
        'X' => padded(format!("{:X}", value as u128 & bits_mask), ""),
        'x' => padded(format!("{:x}", value as u128 & bits_mask), ""),
        'B' | 'b' => padded(format!("{:b}", value as u128 & bits_mask), ""),
        _ => standard::write(Digits::integer(value), letter, precision)?,
    })
}

/// A `double`.
///
/// # Errors
/// `FormatException`
pub fn double(value: f64, format: &str) -> Result<String> {
    if !value.is_finite() {
        return Ok(not_finite(value).to_owned());
    }
    float(format, 17, 15, |precision| Digits::double(value, precision))
}

/// A `float`.
///
/// # Errors
/// `FormatException`
pub fn single(value: f32, format: &str) -> Result<String> {
    if !value.is_finite() {
        return Ok(not_finite(value.into()).to_owned());
    }
    float(format, 9, 7, |precision| Digits::single(value, precision))
}

/// A `decimal`.
///
/// # Errors
/// `FormatException`
pub fn decimal(value: Decimal, format: &str) -> Result<String> {
    match specifier(format)? {
        Some((letter, precision)) => standard::write(Digits::decimal(value), letter, precision),
        None => Ok(custom::write(Digits::decimal(value), format)),
    }
}

/// `ToString()` of a `double`: as short as can be without losing anything.
pub fn double_text(value: f64) -> String {
    double(value, "").unwrap_or_default()
}

/// `ToString()` of a `float`.
pub fn single_text(value: f32) -> String {
    single(value, "").unwrap_or_default()
}

/// `ToString()` of a `decimal`, with the zeros that it ends in.
pub fn decimal_text(value: Decimal) -> String {
    decimal(value, "").unwrap_or_default()
}

/// `ToString()` of a `bool`.
pub fn boolean_text(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

fn not_finite(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

/// `general` is how many digits it takes to tell any two numbers apart; custom formats work with fewer.
fn float(format: &str, general: usize, custom_digits: usize, digits: impl Fn(Precision) -> Digits) -> Result<String> {
    let Some((letter, precision)) = specifier(format)? else {
        return Ok(custom::write(digits(Precision::Significant(custom_digits)), format));
    };
    let count = |default: usize| precision.map_or(default, |precision| precision as usize);
    let how = match letter.to_ascii_uppercase() {
        'C' | 'F' | 'N' => Precision::Fraction(count(2)),
        'P' => Precision::Fraction(count(2) + 2),
        'E' => Precision::Significant(count(6) + 1),
        'G' if count(0) > 0 => Precision::Significant(count(0)),
        'G' | 'R' => {
            let digits = digits(Precision::Shortest);
            let shown = digits.digits.len().max(general);
            return standard::write(digits, letter, Some(shown as u32));
        }
        _ => return Err(bad_specifier()),
    };
    standard::write(digits(how), letter, precision)
}

/// The letter and the precision of a standard format; `None` if the format is a custom one.
fn specifier(format: &str) -> Result<Option<(char, Option<u32>)>> {
    let mut characters = format.chars();
    // A NUL ends a format.
    let letter = match characters.next() {
        None | Some('\0') => return Ok(Some(('G', None))),
        Some(letter) if letter.is_ascii_alphabetic() => letter,
        Some(_) => return Ok(None),
    };
    let mut precision = None;
    for character in characters {
        match character.to_digit(10) {
            Some(digit) => match precision.unwrap_or(0) {
                100_000_000.. => return Err(bad_specifier()),
                number => precision = Some(number * 10 + digit),
            },
            None if character == '\0' => break,
            None => return Ok(None),
        }
    }
    Ok(Some((letter, precision)))
}

pub(super) fn bad_specifier() -> Exception {
    Exception::format("Format specifier was invalid.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_text() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (123456.789, "123456.789"),
            (1e15, "1000000000000000"),
            (1e16, "10000000000000000"),
            (1e17, "1E+17"),
            (123456789012345680.0, "1.2345678901234568E+17"),
            (0.0001, "0.0001"),
            (0.00001, "1E-05"),
            (-1.5e-7, "-1.5E-07"),
            (f64::MAX, "1.7976931348623157E+308"),
            (5e-324, "5E-324"),
            (9007199254740992.0, "9007199254740992"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (value, text) in cases {
            assert_eq!(double_text(value), text);
        }
        assert_eq!(single_text(0.1), "0.1");
        assert_eq!(single_text(f32::MAX), "3.4028235E+38");
        assert_eq!(single_text(16777216.0), "16777216");
        assert_eq!(single_text(1e9), "1E+09");
    }

    #[test]
    fn standard_formats_of_doubles() {
        let cases = [
            (1234.5678, "C", "¤1,234.57"),
            (-1234.5678, "C1", "(¤1,234.6)"),
            (1234.5678, "E", "1.234568E+003"),
            (1234.5678, "e2", "1.23e+003"),
            (0.0, "E2", "0.00E+000"),
            (1234.5678, "F", "1234.57"),
            (-0.4, "F0", "-0"),
            (2.5, "F0", "2"),
            (3.5, "F0", "4"),
            (0.5, "F0", "0"),
            (0.125, "F2", "0.12"),
            (1.0, "F20", "1.00000000000000000000"),
            (0.1, "F20", "0.10000000000000000555"),
            (1234567.891, "N", "1,234,567.89"),
            (-12.0, "N1", "-12.0"),
            (0.5, "P", "50.00 %"),
            (-0.12345, "P1", "-12.3 %"),
            (12345.6789, "G3", "1.23E+04"),
            (12345.6789, "g7", "12345.68"),
            (0.1, "G17", "0.10000000000000001"),
            (0.1, "G20", "0.10000000000000000555"),
            (1.0 / 3.0, "R", "0.3333333333333333"),
            (1e-10, "g", "1e-10"),
        ];
        for (value, format, text) in cases {
            assert_eq!(double(value, format).unwrap(), text, "{value} {format}");
        }
        assert_eq!(double(1.0, "D").unwrap_err().message, "Format specifier was invalid.");
        assert_eq!(double(1.0, "F1000000000").unwrap_err().kind, "FormatException");
    }

    #[test]
    fn standard_formats_of_integers() {
        let cases = [
            (255, 32, "X", "FF"),
            (-1, 32, "x", "ffffffff"),
            (-1, 8, "X4", "00FF"),
            (5, 32, "B8", "00000101"),
            (-42, 32, "D5", "-00042"),
            (1234567, 32, "N0", "1,234,567"),
            (1234567, 32, "G3", "1.23E+06"),
            (100, 32, "G1", "1E+02"),
            (123, 32, "E2", "1.23E+002"),
            (15, 32, "P0", "1,500 %"),
            (-5, 32, "C", "(¤5.00)"),
            (0, 32, "F1", "0.0"),
            (7, 32, "", "7"),
            (7, 32, "R", "7"),
        ];
        for (value, bits, format, text) in cases {
            assert_eq!(integer(value, bits, format).unwrap(), text, "{value} {format}");
        }
        assert!(integer(1, 32, "Z").is_err());
    }

    #[test]
    fn standard_formats_of_decimals() {
        let text = |value: i64, scale, format| decimal(Decimal::new(value, scale), format).unwrap();
        assert_eq!(text(100, 2, ""), "1.00");
        assert_eq!(text(0, 2, ""), "0.00");
        assert_eq!(text(-150, 2, "G"), "-1.50");
        assert_eq!(text(150, 2, "G5"), "1.5");
        assert_eq!(text(1, 10, ""), "0.0000000001");
        assert_eq!(text(1, 10, "G2"), "1E-10");
        assert_eq!(text(25, 1, "F0"), "3");
        assert_eq!(text(-4, 1, "F0"), "0");
        assert_eq!(text(1234567, 2, "N"), "12,345.67");
    }

    #[test]
    fn custom_formats() {
        let cases = [
            (1234.5678, "0.00", "1234.57"),
            (1234.5678, "#,##0.##", "1,234.57"),
            (1234.0, "#,##0.##", "1,234"),
            (0.5, "#.##", ".5"),
            (0.0, "#.##", ""),
            (5.0, "000", "005"),
            (-5.0, "000", "-005"),
            (0.256, "0.0%", "25.6%"),
            (0.256, "0‰", "256‰"),
            (1234567.0, "0,,", "1"),
            (1234567.0, "#,##0,", "1,235"),
            (86000.0, "0.###E+0", "8.6E+4"),
            (86000.0, "0.###E+000", "8.6E+004"),
            (86000.0, "0.###E-000", "8.6E004"),
            (0.00012, "0.0e0", "1.2e-4"),
            (1.0, "0;neg;zero", "1"),
            (-1.0, "0;(0);zero", "(1)"),
            (0.0, "0;(0);zero", "zero"),
            (0.001, "0.0;(0);zero", "zero"),
            (-1.0, "0;;zero", "-1"),
            (12.0, "'#'0\\#\"x\"", "#12#x"),
            (1234567890.0, "(###) ###-####", "(123) 456-7890"),
            (2.5, "0", "3"),
            (0.125, "0.00", "0.13"),
            (-0.001, "0.00", "-0.00"),
            (123.0, "text", "text"),
            (1e20, "#,#", "100,000,000,000,000,000,000"),
            (12345678901234567.0, "0", "12345678901234600"),
            (1.5, "0.0.0", "1.50"),
        ];
        for (value, format, text) in cases {
            assert_eq!(double(value, format).unwrap(), text, "{value} {format}");
        }
        assert_eq!(integer(-1, 32, "0").unwrap(), "-1");
        assert_eq!(decimal(Decimal::new(-1, 3), "0.00").unwrap(), "0.00");
        assert_eq!(cost("F1000"), 1512);
    }
}
