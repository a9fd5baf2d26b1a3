//! The standard numeric formats: a letter and a precision.

use super::{
    digits::{Digits, Kind},
    format::bad_specifier,
};
use crate::Result;
use std::fmt::Write as _;

/// Writes a number in one of the formats C, E, F, G, N, P and R.
pub(super) fn write(mut number: Digits, letter: char, precision: Option<u32>) -> Result<String> {
    let rounded = number.kind == Kind::Float;
    let count = |default: u32| i64::from(precision.unwrap_or(default));
    let mut text = String::new();
    match letter.to_ascii_uppercase() {
        'C' => {
            number.round(number.scale.saturating_add(count(2)), rounded);
            text.push_str(if number.negative { "(¤" } else { "¤" });
            fixed(&mut text, &number, count(2), true);
            text.push_str(if number.negative { ")" } else { "" });
        }
        form @ ('F' | 'N') => {
            number.round(number.scale.saturating_add(count(2)), rounded);
            sign(&mut text, &number);
            fixed(&mut text, &number, count(2), form == 'N');
        }
        'P' => {
            // Zero has no scale to move.
            number.scale += 2;
            number.round(number.scale.saturating_add(count(2)), rounded);
            sign(&mut text, &number);
            fixed(&mut text, &number, count(2), true);
            text.push_str(" %");
        }
        'E' => {
            let digits = count(6) + 1;
            number.round(digits, rounded);
            sign(&mut text, &number);
            scientific(&mut text, &number, digits, letter);
        }
        'G' | 'R' => {
            let case = if letter.is_ascii_uppercase() { 'E' } else { 'e' };
            let digits = match precision {
                // A decimal keeps its trailing zeros, and is never written with an exponent.
                None if number.kind == Kind::Decimal => {
                    number.negative &= !number.digits.is_empty();
                    None
                }
                None | Some(0) => Some(number.digits.len() as i64),
                Some(digits) => Some(digits.into()),
            };
            if let Some(digits) = digits {
                number.round(digits, rounded);
            }
            sign(&mut text, &number);
            general(&mut text, &number, digits, case);
        }
        _ => return Err(bad_specifier()),
    }
    Ok(text)
}

/// `E+004`: a letter, a sign and at least so many digits.
pub(super) fn exponent(text: &mut String, value: i64, letter: char, digits_min: usize, plus: bool) {
    text.push(letter);
    if value < 0 {
        text.push('-');
    } else if plus {
        text.push('+');
    }
    let _ = write!(text, "{:0digits_min$}", value.unsigned_abs());
}

fn sign(text: &mut String, number: &Digits) {
    if number.negative {
        text.push('-');
    }
}

fn fixed(text: &mut String, number: &Digits, fraction: i64, groups: bool) {
    let whole = usize::try_from(number.scale).unwrap_or(0);
    if whole == 0 {
        text.push('0');
    }
    for at in 0..whole {
        if groups && at > 0 && (whole - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(number.character(at));
    }
    if fraction > 0 {
        text.push('.');
        for at in number.scale.min(0)..number.scale.min(0) + fraction {
            match usize::try_from(at) {
                Ok(at) => text.push(number.character(whole + at)),
                Err(_) => text.push('0'),
            }
        }
    }
}

fn scientific(text: &mut String, number: &Digits, digits: i64, letter: char) {
    text.push(number.character(0));
    if digits != 1 {
        text.push('.');
    }
    for at in 1..digits {
        text.push(number.character(usize::try_from(at).unwrap_or(0)));
    }
    exponent(text, if number.digits.is_empty() { 0 } else { number.scale - 1 }, letter, 3, true);
}

fn general(text: &mut String, number: &Digits, digits_max: Option<i64>, letter: char) {
    let scientific = digits_max.is_some_and(|max| number.scale > max || number.scale < -3);
    let point = if scientific { 1 } else { number.scale };
    let whole = usize::try_from(point).unwrap_or(0);
    if whole == 0 {
        text.push('0');
    }
    for at in 0..whole {
        text.push(number.character(at));
    }
    if whole < number.digits.len() || point < 0 {
        text.push('.');
        for _ in point..0 {
            text.push('0');
        }
        for at in whole..number.digits.len() {
            text.push(number.character(at));
        }
    }
    if scientific {
        exponent(text, number.scale - 1, letter, 2, true);
    }
}
