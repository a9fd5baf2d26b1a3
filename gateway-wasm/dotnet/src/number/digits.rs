//! A number as its decimal digits, which is what formats work on.

use crate::Decimal;

/// What a number was. Zeros of floating point have a sign, and a decimal's trailing zeros count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Float,
    Decimal,
}

/// `0.d₁d₂d₃… × 10^scale`.
#[derive(Clone, Debug)]
pub(super) struct Digits {
    /// Values from 0 to 9; the first is not 0. None for zero.
    pub(super) digits: Vec<u8>,
    /// Where the decimal point stands.
    pub(super) scale: i64,
    pub(super) negative: bool,
    pub(super) kind: Kind,
}

/// How many digits a floating-point number is written with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Precision {
    /// As few as tell it from its neighbours.
    Shortest,
    /// So many in all.
    Significant(usize),
    /// So many after the point.
    Fraction(usize),
}

/// No double has more digits than this after its point, and none has more in all.
const DIGITS_MAX: usize = 1100;

impl Digits {
    pub(super) fn integer(value: i128) -> Self {
        let digits = value_digits(value.unsigned_abs());
        Self { scale: digits.len() as i64, digits, negative: value < 0, kind: Kind::Integer }
    }

    pub(super) fn decimal(value: Decimal) -> Self {
        let digits = value_digits(value.mantissa().unsigned_abs());
        Self {
            scale: digits.len() as i64 - i64::from(value.scale()),
            digits,
            negative: value.is_sign_negative(),
            kind: Kind::Decimal,
        }
    }

    /// A finite double.
    pub(super) fn double(value: f64, precision: Precision) -> Self {
        let size = value.abs();
        Self::float(value.is_sign_negative(), size == 0.0, precision, |how| match how {
            None => format!("{size:e}"),
            Some((digits, true)) => format!("{size:.digits$e}"),
            Some((digits, false)) => format!("{size:.digits$}"),
        })
    }

    /// A finite float.
    pub(super) fn single(value: f32, precision: Precision) -> Self {
        match precision {
            // The shortest text of a float is shorter than that of the double with its value.
            Precision::Shortest => {
                Self::float(value.is_sign_negative(), value == 0.0, precision, |_| format!("{:e}", value.abs()))
            }
            _ => Self::double(value.into(), precision),
        }
    }

    /// Rust writes the digits, correctly rounded, ties to even, as .NET does.
    fn float(negative: bool, zero: bool, precision: Precision, write: impl Fn(Option<(usize, bool)>) -> String) -> Self {
        let text = match precision {
            _ if zero => String::new(),
            Precision::Shortest => write(None),
            Precision::Significant(count) => write(Some((count.clamp(1, DIGITS_MAX) - 1, true))),
            Precision::Fraction(count) => write(Some((count.min(DIGITS_MAX), false))),
        };
        let (number, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let mut scale = whole.len() as i64 + exponent.parse::<i64>().unwrap_or(0);
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|digit| digit.wrapping_sub(b'0')).collect();
        let zeros = digits.iter().take_while(|&&digit| digit == 0).count();
        digits.drain(..zeros);
        scale -= zeros as i64;
        while digits.last() == Some(&0) {
            digits.pop();
        }
        if digits.is_empty() {
            scale = 0;
        }
        Self { digits, scale, negative, kind: Kind::Float }
    }

    /// Cuts to so many digits. What is cut rounds away from zero, unless the digits were rounded when they were made.
    pub(super) fn round(&mut self, position: i64, rounded_already: bool) {
        let keep = usize::try_from(position).unwrap_or(0).min(self.digits.len());
        let next = (position >= 0).then(|| self.digits.get(keep)).flatten();
        let up = !rounded_already && keep as i64 == position && next.is_some_and(|&digit| digit >= 5);
        self.digits.truncate(keep);
        if up {
            while self.digits.last() == Some(&9) {
                self.digits.pop();
            }
            match self.digits.last_mut() {
                Some(last) => *last += 1,
                None => {
                    self.scale += 1;
                    self.digits.push(1);
                }
            }
        } else {
            while self.digits.last() == Some(&0) {
                self.digits.pop();
            }
        }
        if self.digits.is_empty() {
            self.scale = 0;
            self.negative &= self.kind == Kind::Float;
        }
    }

    /// The digit at a position as a character; `0` after the last.
    pub(super) fn character(&self, at: usize) -> char {
        char::from(b'0' + self.digits.get(at).copied().unwrap_or(0))
    }
}

fn value_digits(value: u128) -> Vec<u8> {
    if value == 0 { Vec::new() } else { value.to_string().bytes().map(|digit| digit - b'0').collect() }
}
