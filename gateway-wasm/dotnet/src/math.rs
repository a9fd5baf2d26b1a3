//! `System.Math`, where it is more than Rust's own functions.

use crate::{Exception, Result, decimal::Rounding};

/// `Math.Round(value, digits, mode)`
///
/// # Errors
/// `ArgumentOutOfRangeException` if `digits` is not between 0 and 15.
pub fn round(value: f64, digits: i32, mode: Rounding) -> Result<f64> {
    if !(0..=15).contains(&digits) {
        return Err(Exception::argument_out_of_range("Rounding digits must be between 0 and 15, inclusive.", "digits"));
    }
    // From here on there is no fraction to round.
    if value.is_nan() || value.abs() >= 1e16 {
        return Ok(value);
    }
    let power = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let power = usize::try_from(digits).ok().and_then(|digits| power.get(digits)).copied().unwrap_or(1.0);
    Ok(round_whole(value * power, mode) / power)
}

/// `float.Round(value, digits, mode)`
///
/// # Errors
/// `ArgumentOutOfRangeException` if `digits` is not between 0 and 6.
pub fn round_single(value: f32, digits: i32, mode: Rounding) -> Result<f32> {
    if !(0..=6).contains(&digits) {
        return Err(Exception::argument_out_of_range("Rounding digits must be between 0 and 6, inclusive.", "digits"));
    }
    if value.is_nan() || value.abs() >= 1e8 {
        return Ok(value);
    }
    let power = 10f32.powi(digits);
    Ok(round_whole(f64::from(value * power), mode) as f32 / power)
}

/// `Math.Round(value, mode)`
pub fn round_whole(value: f64, mode: Rounding) -> f64 {
    match mode {
        Rounding::ToEven => value.round_ties_even(),
        Rounding::AwayFromZero => value.round(),
        Rounding::ToZero => value.trunc(),
        Rounding::ToNegativeInfinity => value.floor(),
        Rounding::ToPositiveInfinity => value.ceil(),
    }
}

/// `Math.IEEERemainder`
pub fn ieee_remainder(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    let regular = x % y;
    if regular.is_nan() {
        return f64::NAN;
    }
    if regular == 0.0 && x.is_sign_negative() {
        return -0.0;
    }
    let alternative = regular - y.abs() * x.signum();
    if alternative.abs() == regular.abs() {
        let quotient = x / y;
        return if quotient.round_ties_even().abs() > quotient.abs() { alternative } else { regular };
    }
    if alternative.abs() < regular.abs() { alternative } else { regular }
}

/// `Math.Max`: NaN wins, and a positive zero is greater than a negative one.
pub fn max(one: f64, other: f64) -> f64 {
    if one.is_nan() || other.is_nan() {
        f64::NAN
    } else if one == other {
        if one.is_sign_negative() { other } else { one }
    } else if one > other {
        one
    } else {
        other
    }
}

/// `Math.Min`
pub fn min(one: f64, other: f64) -> f64 {
    -max(-one, -other)
}

/// `Math.MaxMagnitude`
pub fn max_magnitude(one: f64, other: f64) -> f64 {
    let (a, b) = (one.abs(), other.abs());
    if a > b || a.is_nan() {
        one
    } else if a == b {
        if one.is_sign_negative() { other } else { one }
    } else {
        other
    }
}

/// `Math.MinMagnitude`
pub fn min_magnitude(one: f64, other: f64) -> f64 {
    let (a, b) = (one.abs(), other.abs());
    if a < b || a.is_nan() {
        one
    } else if a == b {
        if one.is_sign_negative() { one } else { other }
    } else {
        other
    }
}

/// `Math.Sign`
///
/// # Errors
/// `ArithmeticException` for NaN.
pub fn sign(value: f64) -> Result<i32> {
    if value.is_nan() {
        return Err(Exception::new("ArithmeticException", "Function does not accept floating point Not-a-Number values."));
    }
    Ok(i32::from(value > 0.0) - i32::from(value < 0.0))
}

/// `Math.Pow`
pub fn pow(x: f64, y: f64) -> f64 {
    x.powf(y)
}

/// `Math.Log(value, base)`
pub fn log(value: f64, base: f64) -> f64 {
    if value.is_nan() {
        return value;
    }
    if base.is_nan() {
        return base;
    }
    if base == 1.0 || (value != 1.0 && (base == 0.0 || base == f64::INFINITY)) {
        return f64::NAN;
    }
    value.ln() / base.ln()
}

/// `Math.ILogB`
pub fn ilogb(value: f64) -> i32 {
    if value.is_nan() || value.is_infinite() {
        return i32::MAX;
    }
    if value == 0.0 {
        return i32::MIN;
    }
    let exponent = (value.to_bits() >> 52 & 0x7ff) as i32;
    if exponent != 0 {
        return exponent - 1023;
    }
    let fraction = value.to_bits() & ((1 << 52) - 1);
    -1011 - fraction.leading_zeros() as i32
}

/// `Math.ScaleB`
pub fn scaleb(value: f64, power: i32) -> f64 {
    let (mut value, mut power) = (value, power.clamp(-2200, 2200));
    while power > 1023 {
        value *= f64::from_bits(0x7fe0_0000_0000_0000);
        power -= 1023;
    }
    // Down in steps that keep clear of the smallest numbers, so that it is rounded once.
    while power < -969 {
        value *= 2f64.powi(-969);
        power += 969;
    }
    value * 2f64.powi(power)
}

/// `Math.BitIncrement`
pub fn bit_increment(value: f64) -> f64 {
    value.next_up()
}

/// `Math.BitDecrement`
pub fn bit_decrement(value: f64) -> f64 {
    value.next_down()
}

/// What `Math.Clamp` says of limits in the wrong order.
pub fn wrong_limits(min: &str, max: &str) -> Exception {
    Exception::argument(&format!("'{min}' cannot be greater than {max}."), "")
}

/// `Math.Abs` of the least value.
pub fn no_absolute() -> Exception {
    Exception::overflow("Negating the minimum value of a twos complement number is invalid.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds() {
        let round = |value, digits, mode| round(value, digits, mode).unwrap();
        assert_eq!(round(2.5, 0, Rounding::ToEven), 2.0);
        assert_eq!(round(2.5, 0, Rounding::AwayFromZero), 3.0);
        assert_eq!(round(1.005, 2, Rounding::AwayFromZero), 1.0);
        assert_eq!(round(1.125, 2, Rounding::ToEven), 1.12);
        assert_eq!(round(-1.25, 1, Rounding::ToPositiveInfinity), -1.2);
        assert_eq!(round(1e300, 5, Rounding::ToEven), 1e300);
        assert!(super::round(1.0, 16, Rounding::ToEven).is_err());
    }

    #[test]
    fn the_rest() {
        assert_eq!((ieee_remainder(3.0, 2.0), ieee_remainder(4.0, 2.0), ieee_remainder(10.0, 3.0)), (-1.0, 0.0, 1.0));
        assert_eq!(
            (ieee_remainder(27.0, 4.0), ieee_remainder(28.0, 5.0), ieee_remainder(17.8, 4.1)),
            (-1.0, -2.0, 1.4000000000000021)
        );
        assert_eq!(max(0.0, -0.0).to_bits(), 0);
        assert_eq!(min(0.0, -0.0).to_bits(), 1 << 63);
        assert!(max(f64::NAN, 1.0).is_nan() && min(1.0, f64::NAN).is_nan());
        assert_eq!((ilogb(8.0), ilogb(0.3), ilogb(5e-324), ilogb(0.0)), (3, -2, -1074, i32::MIN));
        assert_eq!(
            (scaleb(1.5, 3), scaleb(1.0, -1074), scaleb(1.0, 2000), scaleb(5e-324, 2098)),
            (12.0, 5e-324, f64::INFINITY, 2f64.powi(1023) * 2.0)
        );
        assert_eq!(log(8.0, 2.0), 3.0);
        assert_eq!(sign(-2.0), Ok(-1));
    }
}
