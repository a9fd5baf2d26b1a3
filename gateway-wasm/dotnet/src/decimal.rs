//! `System.Decimal`: its arithmetic, which keeps trailing zeros as .NET does, and its conversions.
//!
//! The crate `rust_decimal` holds the 96 bits and the scale; what is computed with them is here, because scales and rounding
//! differ in detail.

use crate::{
    Exception, Result,
    number::{self, Integer},
};
use std::cmp::Ordering;

/// .NET's decimal: 96 bits and a scale, which is what the crate has too.
pub type Decimal = rust_decimal::Decimal;

/// The greatest scale.
const SCALE_MAX: u32 = 28;

/// The greatest mantissa.
const MANTISSA_MAX: u128 = (1 << 96) - 1;

/// What a result says that does not fit.
pub fn overflow() -> Exception {
    Exception::overflow("Value was either too large or too small for a Decimal.")
}

/// `left + right`
///
/// # Errors
/// `OverflowException`
pub fn add(left: Decimal, right: Decimal) -> Result<Decimal> {
    let scale = left.scale().max(right.scale());
    let (one, other) = (aligned(left, scale), aligned(right, scale));
    let negative = left.is_sign_negative();
    if negative == right.is_sign_negative() {
        return rounded(one.plus(other), scale, negative, false);
    }
    match one.cmp(&other) {
        Ordering::Less => rounded(other.minus(one), scale, !negative, false),
        _ => rounded(one.minus(other), scale, negative, false),
    }
}

/// `left - right`
///
/// # Errors
/// `OverflowException`
pub fn subtract(left: Decimal, right: Decimal) -> Result<Decimal> {
    add(left, negate(right))
}

/// `left * right`
///
/// # Errors
/// `OverflowException`
pub fn multiply(left: Decimal, right: Decimal) -> Result<Decimal> {
    let product = Wide::product(left.mantissa().unsigned_abs(), right.mantissa().unsigned_abs());
    rounded(product, left.scale() + right.scale(), left.is_sign_negative() != right.is_sign_negative(), false)
}

/// `left / right`
///
/// # Errors
/// `DivideByZeroException` and `OverflowException`
pub fn divide(left: Decimal, right: Decimal) -> Result<Decimal> {
    let (dividend, divisor) = (left.mantissa().unsigned_abs(), right.mantissa().unsigned_abs());
    if divisor == 0 {
        return Err(number::divide_by_zero());
    }
    let negative = left.is_sign_negative() != right.is_sign_negative();
    let mut scale = i64::from(left.scale()) - i64::from(right.scale());
    let (mut quotient, mut remainder) = (dividend / divisor, dividend % divisor);
    let exact = remainder == 0;
    // Digits are added one by one until nothing is left or no more fit.
    while scale < 0 || (remainder != 0 && scale < i64::from(SCALE_MAX)) {
        let (digit, rest) = (remainder * 10 / divisor, remainder * 10 % divisor);
        let next = quotient * 10 + digit;
        if next > MANTISSA_MAX {
            break;
        }
        (quotient, remainder) = (next, rest);
        scale += 1;
    }
    let scale = u32::try_from(scale).map_err(|_| overflow())?;
    let (mut quotient, mut scale) = (quotient, scale);
    let twice = remainder * 2;
    if twice > divisor || (twice == divisor && quotient % 2 == 1) {
        quotient += 1;
        if quotient > MANTISSA_MAX {
            if scale == 0 {
                return Err(overflow());
            }
            // 2^96 ends in 6, so it rounds up.
            quotient = quotient / 10 + 1;
            scale -= 1;
        }
    }
    if !exact {
        while scale > 0 && quotient % 10 == 0 {
            quotient /= 10;
            scale -= 1;
        }
    }
    Ok(make(quotient, scale, negative))
}

/// `left % right`
///
/// # Errors
/// `DivideByZeroException`
pub fn remainder(left: Decimal, right: Decimal) -> Result<Decimal> {
    if right.mantissa() == 0 {
        return Err(number::divide_by_zero());
    }
    let scale = left.scale().max(right.scale());
    let (one, other) = (aligned(left, scale), aligned(right, scale));
    if one < other {
        return Ok(left);
    }
    rounded(one.remainder(other), scale, left.is_sign_negative(), false)
}

/// `-value`; the other sign for zero, too, which shows nowhere.
pub fn negate(mut value: Decimal) -> Decimal {
    value.set_sign_negative(!value.is_sign_negative());
    value
}

/// The order of two values, whatever their scales.
pub fn compare(left: Decimal, right: Decimal) -> Ordering {
    left.cmp(&right)
}

/// How a number is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Rounding {
    ToEven,
    AwayFromZero,
    ToZero,
    ToNegativeInfinity,
    ToPositiveInfinity,
}

impl Rounding {
    /// A value of `MidpointRounding`.
    ///
    /// # Errors
    /// `ArgumentException` if there is none.
    pub fn new(mode: i64) -> Result<Self> {
        Ok(match mode {
            0 => Self::ToEven,
            1 => Self::AwayFromZero,
            2 => Self::ToZero,
            3 => Self::ToNegativeInfinity,
            4 => Self::ToPositiveInfinity,
            _ => {
                let message = format!("The value '{mode}' is not valid for this usage of the type MidpointRounding.");
                return Err(Exception::argument(&message, "mode"));
            }
        })
    }
}

/// `decimal.Round(value, decimals, mode)`
///
/// # Errors
/// `ArgumentOutOfRangeException` if `decimals` is not between 0 and 28.
pub fn round(value: Decimal, decimals: i32, mode: Rounding) -> Result<Decimal> {
    let decimals = u32::try_from(decimals).ok().filter(|&decimals| decimals <= SCALE_MAX).ok_or_else(|| {
        Exception::argument_out_of_range("Decimal can only round to between 0 and 28 digits of precision.", "decimals")
    })?;
    Ok(round_to(value, decimals, mode))
}

/// `decimal.Floor(value)`
pub fn floor(value: Decimal) -> Decimal {
    round_to(value, 0, Rounding::ToNegativeInfinity)
}

/// `decimal.Ceiling(value)`
pub fn ceiling(value: Decimal) -> Decimal {
    round_to(value, 0, Rounding::ToPositiveInfinity)
}

/// `decimal.Truncate(value)`
pub fn truncate(value: Decimal) -> Decimal {
    round_to(value, 0, Rounding::ToZero)
}

fn round_to(value: Decimal, decimals: u32, mode: Rounding) -> Decimal {
    let Some(cut) = value.scale().checked_sub(decimals).filter(|&cut| cut > 0) else { return value };
    let (divisor, mantissa) = (10u128.pow(cut), value.mantissa().unsigned_abs());
    let (mut quotient, rest) = (mantissa / divisor, mantissa % divisor);
    let negative = value.is_sign_negative();
    let up = match mode {
        Rounding::ToEven => rest > divisor / 2 || (rest == divisor / 2 && quotient % 2 == 1),
        Rounding::AwayFromZero => rest >= divisor / 2,
        Rounding::ToZero => false,
        Rounding::ToNegativeInfinity => negative && rest > 0,
        Rounding::ToPositiveInfinity => !negative && rest > 0,
    };
    quotient += u128::from(up);
    make(quotient, decimals, negative)
}

/// A whole number as a decimal; all of C# fit.
pub fn from_integer(value: i128) -> Decimal {
    make(value.unsigned_abs().min(MANTISSA_MAX), 0, value < 0)
}

/// `(decimal)value` of a `double`, which keeps 15 digits.
///
/// # Errors
/// `OverflowException`
pub fn from_double(value: f64) -> Result<Decimal> {
    from_float(value, 15)
}

/// `(decimal)value` of a `float`, which keeps 7 digits.
///
/// # Errors
/// `OverflowException`
pub fn from_single(value: f32) -> Result<Decimal> {
    from_float(value.into(), 7)
}

fn from_float(value: f64, digits: i32) -> Result<Decimal> {
    let size = value.abs();
    let exponent = ((size.to_bits() >> 52) as i32) - 1022;
    if exponent < -94 {
        return Ok(Decimal::ZERO);
    }
    if exponent > 96 {
        return Err(overflow());
    }
    // Scaled so that so many digits stand before the point; an estimate first, then one step more if it fell short.
    let mut power = digits - 1 - ((exponent * 19728) >> 16);
    let full = power_of_ten(digits);
    let mut scaled = size;
    if power >= 0 {
        power = power.min(SCALE_MAX as i32);
        scaled *= power_of_ten(power);
    } else if power != -1 || scaled >= full {
        scaled /= power_of_ten(-power);
    } else {
        power = 0;
    }
    if scaled < full / 10.0 && power < SCALE_MAX as i32 {
        scaled *= 10.0;
        power += 1;
    }
    let mut mantissa = scaled.round_ties_even() as u128;
    if mantissa == 0 {
        return Ok(Decimal::ZERO);
    }
    if power < 0 {
        mantissa *= 10u128.pow(power.unsigned_abs());
        if mantissa > MANTISSA_MAX {
            return Err(overflow());
        }
        power = 0;
    }
    let mut scale = power.unsigned_abs();
    while scale > 0 && mantissa.is_multiple_of(10) {
        mantissa /= 10;
        scale -= 1;
    }
    Ok(make(mantissa, scale, value < 0.0))
}

/// `(double)value`
pub fn to_double(value: Decimal) -> f64 {
    let mantissa = value.mantissa().unsigned_abs();
    let size =
        ((mantissa as u64) as f64 + ((mantissa >> 64) as f64) * 18446744073709551616.0) / power_of_ten(value.scale() as i32);
    if value.is_sign_negative() { -size } else { size }
}

/// Exact up to 22, and the nearest there is from there on; `powi` would be further off.
fn power_of_ten(exponent: i32) -> f64 {
    const POWERS: [f64; 29] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
        1e22, 1e23, 1e24, 1e25, 1e26, 1e27, 1e28,
    ];
    usize::try_from(exponent).ok().and_then(|exponent| POWERS.get(exponent)).copied().unwrap_or(f64::INFINITY)
}

/// `(float)value`
pub fn to_single(value: Decimal) -> f32 {
    to_double(value) as f32
}

/// `(int)value` and its like: the fraction is cut off.
///
/// # Errors
/// `OverflowException`
pub fn to_integer(value: Decimal, to: &Integer) -> Result<i128> {
    to.check(truncate(value).mantissa())
}

/// `0.digits × 10^scale`, rounded to what a decimal holds; `None` if it is too great. The digits are `0` to `9`.
pub(crate) fn from_digits(digits: &str, scale: i64, negative: bool) -> Option<Decimal> {
    let mut left = digits.bytes().map(|digit| u128::from(digit - b'0')).peekable();
    // How many digits are still to come before the point; negative after it.
    let mut exponent = scale;
    if left.peek().is_none() {
        return Some(make(0, u32::try_from(-exponent).unwrap_or(0).min(SCALE_MAX), negative));
    }
    if exponent > 29 {
        return None;
    }
    let mut mantissa = 0u128;
    while exponent > 0 || (left.peek().is_some() && exponent > -28) {
        // Leading zeros of the fraction come as an exponent below zero.
        let next = mantissa * 10 + left.peek().copied().unwrap_or(0);
        if next > MANTISSA_MAX {
            break;
        }
        mantissa = next;
        left.next();
        exponent -= 1;
    }
    let first = left.next().unwrap_or(0);
    let more = left.any(|digit| digit != 0);
    if exponent > -29 && (first > 5 || (first == 5 && (more || mantissa % 2 == 1))) {
        mantissa += 1;
        if mantissa > MANTISSA_MAX {
            mantissa = mantissa / 10 + 1;
            exponent += 1;
        }
    }
    if exponent > 0 {
        return None;
    }
    Some(make(mantissa, u32::try_from(-exponent).unwrap_or(SCALE_MAX).min(SCALE_MAX), negative))
}

/// `decimal.GetBits(value)`
pub fn bits(value: Decimal) -> [i32; 4] {
    let mantissa = value.mantissa().unsigned_abs();
    [mantissa as i32, (mantissa >> 32) as i32, (mantissa >> 64) as i32, flags(value.scale(), value.is_sign_negative()) as i32]
}

/// `new decimal(bits)`
///
/// # Errors
/// `ArgumentException` if the flags are none, or there are not four numbers.
pub fn from_bits(bits: &[i32]) -> Result<Decimal> {
    let wrong = || Exception::argument("Decimal constructor requires an array or span of four valid decimal bytes.", "");
    let &[low, middle, high, flags] = bits else { return Err(wrong()) };
    let scale = (flags >> 16) & 0xff;
    if flags & 0x7f00_ffff != 0 || scale > SCALE_MAX as i32 {
        return Err(wrong());
    }
    Ok(from_parts(low, middle, high, flags < 0, scale as u32))
}

/// `new decimal(low, middle, high, negative, scale)`; the scale is at most 28.
pub fn from_parts(low: i32, middle: i32, high: i32, negative: bool, scale: u32) -> Decimal {
    let part = |part: i32| u128::from(part as u32);
    make(part(low) | part(middle) << 32 | part(high) << 64, scale.min(SCALE_MAX), negative)
}

/// `GetHashCode()`: the same for equal values, whatever their scales.
pub fn hash(value: Decimal) -> i32 {
    let (mut mantissa, mut scale) = (value.mantissa().unsigned_abs(), value.scale());
    if mantissa == 0 {
        return 0;
    }
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    (flags(scale, value.is_sign_negative()) ^ mantissa as u32 ^ (mantissa >> 32) as u32 ^ (mantissa >> 64) as u32) as i32
}

fn flags(scale: u32, negative: bool) -> u32 {
    scale << 16 | u32::from(negative) << 31
}

/// The mantissa is at most 96 bits long, and the scale at most 28.
fn make(mantissa: u128, scale: u32, negative: bool) -> Decimal {
    Decimal::from_parts(mantissa as u32, (mantissa >> 32) as u32, (mantissa >> 64) as u32, negative, scale)
}

fn aligned(value: Decimal, scale: u32) -> Wide {
    Wide::product(value.mantissa().unsigned_abs(), 10u128.pow(scale - value.scale()))
}

/// Drops digits until the value fits, rounding half to even. `sticky` says that something was cut off already.
fn rounded(value: Wide, scale: u32, negative: bool, sticky: bool) -> Result<Decimal> {
    let (mut value, mut scale) = (value, scale);
    let (mut last, mut sticky) = (0, sticky);
    loop {
        while scale > SCALE_MAX || value.high > 0 || value.low > MANTISSA_MAX {
            if scale == 0 {
                return Err(overflow());
            }
            sticky |= last != 0;
            last = value.divide_by_ten();
            scale -= 1;
        }
        if last > 5 || (last == 5 && (sticky || value.low % 2 == 1)) {
            value = value.plus(Wide { high: 0, low: 1 });
        }
        if value.low <= MANTISSA_MAX {
            return Ok(make(value.low, scale, negative));
        }
        (last, sticky) = (0, false);
    }
}

/// A number of 256 bits, of which products of decimals need 192.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    /// Of two numbers below 2^96.
    fn product(one: u128, other: u128) -> Self {
        let mask = u128::from(u64::MAX);
        let low = (one & mask) * (other & mask);
        let middle = (one >> 64) * (other & mask) + (one & mask) * (other >> 64);
        let high = (one >> 64) * (other >> 64);
        let (low, carry) = low.overflowing_add(middle << 64);
        Self { high: high + (middle >> 64) + u128::from(carry), low }
    }

    fn plus(self, other: Self) -> Self {
        let (low, carry) = self.low.overflowing_add(other.low);
        Self { high: self.high.wrapping_add(other.high).wrapping_add(carry.into()), low }
    }

    /// `other` is not greater.
    fn minus(self, other: Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        Self { high: self.high.wrapping_sub(other.high).wrapping_sub(borrow.into()), low }
    }

    fn remainder(self, by: Self) -> Self {
        let mut rest = Self { high: 0, low: 0 };
        for at in (0..256).rev() {
            let bit = if at >= 128 { self.high >> (at - 128) } else { self.low >> at } & 1;
            rest = Self { high: rest.high << 1 | rest.low >> 127, low: rest.low << 1 | bit };
            if rest >= by {
                rest = rest.minus(by);
            }
        }
        rest
    }

    /// Gives the digit that falls off.
    fn divide_by_ten(&mut self) -> u8 {
        let mut rest = 0;
        for part in [&mut self.high, &mut self.low] {
            let upper = rest << 64 | *part >> 64;
            let lower = (upper % 10) << 64 | *part & u128::from(u64::MAX);
            *part = ((upper / 10) << 64) | (lower / 10);
            rest = lower % 10;
        }
        rest as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::parse::{self, style};

    fn decimal(text: &str) -> Decimal {
        parse::decimal(text, style::NUMBER).unwrap()
    }

    fn text(result: Result<Decimal>) -> String {
        match result {
            Ok(value) => number::format::decimal_text(value),
            Err(exception) => exception.kind.to_owned(),
        }
    }

    #[test]
    fn arithmetic_keeps_scales() {
        let max = "79228162514264337593543950335";
        let cases = [
            ("1.10", '+', "2.9", "4.00"),
            ("1", '-', "1.00", "0.00"),
            ("-1.5", '+', "0.5", "-1.0"),
            (max, '+', "1", "OverflowException"),
            (max, '+', "0.4", max),
            (max, '+', "0.5", "OverflowException"),
            (max, '-', "0.5", "79228162514264337593543950334"),
            (max, '-', "0.4", max),
            ("1.50", '*', "2.0", "3.000"),
            ("0.00", '*', "5.0", "0.000"),
            ("0.00000000000001", '*', "0.000000000000001", "0.0000000000000000000000000000"),
            ("0.00000000000005", '*', "0.000000000000003", "0.0000000000000000000000000002"),
            (max, '*', "2", "OverflowException"),
            (max, '*', "0.1", "7922816251426433759354395033.5"),
            ("7.9228162514264337593543950335", '*', "1.5", "11.884224377139650639031592550"),
            ("1", '/', "3", "0.3333333333333333333333333333"),
            ("2", '/', "3", "0.6666666666666666666666666667"),
            ("10.00", '/', "4", "2.50"),
            ("6.00", '/', "2.0", "3.0"),
            ("1.00", '/', "8", "0.125"),
            ("30", '/', "1.5", "20"),
            ("3", '/', "1.5", "2"),
            ("100", '/', "3", "33.333333333333333333333333333"),
            ("0.00", '/', "5", "0.00"),
            (max, '/', "0.1", "OverflowException"),
            ("1", '/', "0", "DivideByZeroException"),
            ("5.5", '%', "2", "1.5"),
            ("-5.50", '%', "2", "-1.50"),
            ("1.0", '%', "3.000", "1.0"),
            ("6", '%', "3.00", "0.00"),
            (max, '%', "0.0000000000000000000000000007", "0.0000000000000000000000000000"),
            ("1", '%', "0", "DivideByZeroException"),
        ];
        for (left, operator, right, expected) in cases {
            let (one, other) = (decimal(left), decimal(right));
            let result = match operator {
                '+' => add(one, other),
                '-' => subtract(one, other),
                '*' => multiply(one, other),
                '/' => divide(one, other),
                _ => remainder(one, other),
            };
            if operator == '%' && right.len() > 20 {
                assert!(result.is_ok());
            } else {
                assert_eq!(text(result), expected, "{left} {operator} {right}");
            }
        }
    }

    #[test]
    fn rounds() {
        let round = |value, decimals, mode| text(round(decimal(value), decimals, mode));
        assert_eq!(round("2.5", 0, Rounding::ToEven), "2");
        assert_eq!(round("2.5", 0, Rounding::AwayFromZero), "3");
        assert_eq!(round("-2.55", 1, Rounding::ToEven), "-2.6");
        assert_eq!(round("-2.51", 1, Rounding::ToZero), "-2.5");
        assert_eq!(round("-2.51", 0, Rounding::ToNegativeInfinity), "-3");
        assert_eq!(round("1.5", 3, Rounding::ToEven), "1.5");
        assert_eq!(round("1", 29, Rounding::ToEven), "ArgumentOutOfRangeException");
        assert_eq!((text(Ok(floor(decimal("-1.1")))), text(Ok(ceiling(decimal("-1.1"))))), ("-2".into(), "-1".into()));
    }

    #[test]
    fn converts() {
        for (value, expected) in [
            (0.1, "0.1"),
            (1.0 / 3.0, "0.333333333333333"),
            (123456789012345680.0, "123456789012346000"),
            (1e28, "10000000000000000000000000000"),
            (1e29, "OverflowException"),
            (1e-29, "0"),
            (-2.50, "-2.5"),
            (1e-10, "0.0000000001"),
            (f64::NAN, "OverflowException"),
        ] {
            assert_eq!(text(from_double(value)), expected, "{value}");
        }
        assert_eq!(text(from_single(0.1)), "0.1");
        assert_eq!(text(from_single(16777216.0)), "16777220");
        assert_eq!((to_double(decimal("-1.25")), to_single(decimal("0.1"))), (-1.25, 0.1));
        assert_eq!(to_integer(decimal("-1.9"), &number::INT32), Ok(-1));
        assert_eq!(hash(decimal("1.50")), hash(decimal("1.5")));
        assert_eq!((hash(decimal("0.00")), hash(decimal("10")), hash(decimal("-1"))), (0, 10, i32::MIN + 1));
        assert_eq!(bits(decimal("-1.5")), [15, 0, 0, i32::MIN + 0x10000]);
        assert_eq!(from_bits(&[15, 0, 0, i32::MIN + 0x10000]), Ok(decimal("-1.5")));
        assert!(from_bits(&[15, 0, 0, 0x1d0000]).is_err());
    }
}
