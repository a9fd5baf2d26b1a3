//! `System.Math`.

use super::number;
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::Value,
};
use dotnet::{
    decimal::{self, Rounding},
    math,
    number::{INT32, INT64, Integer, arithmetic_overflow, divide_by_zero},
};
use std::cmp::Ordering;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&MATH];

/// `System.Math`
pub static MATH: NetType = NetType {
    namespace: "System",
    name: "Math",
    kind: Kind::Static,
    bases: &[],
    members: &[
        row("const double E", |_| Ok(std::f64::consts::E.into()), "The base of natural logarithms"),
        row("const double PI", |_| Ok(std::f64::consts::PI.into()), "Half the way around a circle of radius 1"),
        row("const double Tau", |_| Ok(std::f64::consts::TAU.into()), "The way around a circle of radius 1"),
        row("static sbyte Abs(sbyte value)", absolute, "Its distance from zero"),
        row("static short Abs(short value)", absolute, "Its distance from zero"),
        row("static int Abs(int value)", absolute, "Its distance from zero"),
        row("static long Abs(long value)", absolute, "Its distance from zero"),
        row("static float Abs(float value)", absolute, "Its distance from zero"),
        row("static double Abs(double value)", absolute, "Its distance from zero"),
        row("static decimal Abs(decimal value)", absolute, "Its distance from zero"),
        row("static double Acos(double d)", |call| Ok(call.double(0)?.acos().into()), "The angle of a cosine"),
        row("static double Acosh(double d)", |call| Ok(call.double(0)?.acosh().into()), "The angle of a hyperbolic cosine"),
        row("static double Asin(double d)", |call| Ok(call.double(0)?.asin().into()), "The angle of a sine"),
        row("static double Asinh(double d)", |call| Ok(call.double(0)?.asinh().into()), "The angle of a hyperbolic sine"),
        row("static double Atan(double d)", |call| Ok(call.double(0)?.atan().into()), "The angle of a tangent"),
        row("static double Atanh(double d)", |call| Ok(call.double(0)?.atanh().into()), "The angle of a hyperbolic tangent"),
        row("static double Cbrt(double d)", |call| Ok(call.double(0)?.cbrt().into()), "Its cube root"),
        row(
            "static double Ceiling(double a)",
            |call| Ok(call.double(0)?.ceil().into()),
            "The least whole number that is not below it",
        ),
        row("static double Cos(double d)", |call| Ok(call.double(0)?.cos().into()), "The cosine of an angle"),
        row("static double Cosh(double value)", |call| Ok(call.double(0)?.cosh().into()), "The hyperbolic cosine of an angle"),
        row("static double Exp(double d)", |call| Ok(call.double(0)?.exp().into()), "E to this power"),
        row(
            "static double Floor(double d)",
            |call| Ok(call.double(0)?.floor().into()),
            "The greatest whole number that is not above it",
        ),
        row("static double Log(double d)", |call| Ok(call.double(0)?.ln().into()), "Its natural logarithm"),
        row("static double Log10(double d)", |call| Ok(call.double(0)?.log10().into()), "Its logarithm to base 10"),
        row("static double Log2(double x)", |call| Ok(call.double(0)?.log2().into()), "Its logarithm to base 2"),
        row(
            "static double Round(double a)",
            |call| Ok(call.double(0)?.round_ties_even().into()),
            "The nearest whole number, the even one of two",
        ),
        row("static double Sin(double a)", |call| Ok(call.double(0)?.sin().into()), "The sine of an angle"),
        row("static double Sinh(double value)", |call| Ok(call.double(0)?.sinh().into()), "The hyperbolic sine of an angle"),
        row("static double Sqrt(double d)", |call| Ok(call.double(0)?.sqrt().into()), "Its square root"),
        row("static double Tan(double a)", |call| Ok(call.double(0)?.tan().into()), "The tangent of an angle"),
        row("static double Tanh(double value)", |call| Ok(call.double(0)?.tanh().into()), "The hyperbolic tangent of an angle"),
        row("static double Truncate(double d)", |call| Ok(call.double(0)?.trunc().into()), "It without its fraction"),
        row("static double BitDecrement(double x)", |call| Ok(call.double(0)?.next_down().into()), "The next value below"),
        row("static double BitIncrement(double x)", |call| Ok(call.double(0)?.next_up().into()), "The next value above"),
        row("static double ReciprocalEstimate(double d)", |call| Ok(call.double(0)?.recip().into()), "1 divided by it"),
        row(
            "static double ReciprocalSqrtEstimate(double d)",
            |call| Ok(call.double(0)?.sqrt().recip().into()),
            "1 divided by its square root",
        ),
        row(
            "static decimal Ceiling(decimal d)",
            |call| Ok(decimal::ceiling(call.decimal(0)?).into()),
            "The least whole number that is not below it",
        ),
        row(
            "static decimal Floor(decimal d)",
            |call| Ok(decimal::floor(call.decimal(0)?).into()),
            "The greatest whole number that is not above it",
        ),
        row(
            "static decimal Truncate(decimal d)",
            |call| Ok(decimal::truncate(call.decimal(0)?).into()),
            "It without its fraction",
        ),
        row(
            "static double Round(double value, int digits)",
            |call| round(call, call.int(1)?, 0),
            "It with so many digits after the point, halves to the even one",
        ),
        row(
            "static double Round(double value, MidpointRounding mode)",
            |call| round(call, 0, call.enumeration(1)?),
            "The nearest whole number",
        ),
        row(
            "static double Round(double value, int digits, MidpointRounding mode)",
            |call| round(call, call.int(1)?, call.enumeration(2)?),
            "It with so many digits after the point",
        ),
        row("static decimal Round(decimal d)", |call| round(call, 0, 0), "The nearest whole number, the even one of two"),
        row(
            "static decimal Round(decimal d, int decimals)",
            |call| round(call, call.int(1)?, 0),
            "It with so many digits after the point, halves to the even one",
        ),
        row(
            "static decimal Round(decimal d, MidpointRounding mode)",
            |call| round(call, 0, call.enumeration(1)?),
            "The nearest whole number",
        ),
        row(
            "static decimal Round(decimal d, int decimals, MidpointRounding mode)",
            |call| round(call, call.int(1)?, call.enumeration(2)?),
            "It with so many digits after the point",
        ),
        row(
            "static double Atan2(double y, double x)",
            |call| Ok(call.double(0)?.atan2(call.double(1)?).into()),
            "The angle of a point",
        ),
        row(
            "static double CopySign(double x, double y)",
            |call| Ok(call.double(0)?.copysign(call.double(1)?).into()),
            "The value with the sign of another",
        ),
        row(
            "static double Pow(double x, double y)",
            |call| Ok(math::pow(call.double(0)?, call.double(1)?).into()),
            "A number to a power",
        ),
        row(
            "static double Log(double a, double newBase)",
            |call| Ok(math::log(call.double(0)?, call.double(1)?).into()),
            "Its logarithm to a base",
        ),
        row(
            "static double IEEERemainder(double x, double y)",
            |call| Ok(math::ieee_remainder(call.double(0)?, call.double(1)?).into()),
            "The remainder of a division that rounds",
        ),
        row(
            "static double FusedMultiplyAdd(double x, double y, double z)",
            |call| Ok(call.double(0)?.mul_add(call.double(1)?, call.double(2)?).into()),
            "`x * y + z`, rounded once",
        ),
        row(
            "static double MaxMagnitude(double x, double y)",
            |call| Ok(math::max_magnitude(call.double(0)?, call.double(1)?).into()),
            "The one that is further from zero",
        ),
        row(
            "static double MinMagnitude(double x, double y)",
            |call| Ok(math::min_magnitude(call.double(0)?, call.double(1)?).into()),
            "The one that is nearer to zero",
        ),
        row("static int ILogB(double x)", |call| Ok(math::ilogb(call.double(0)?).into()), "Its exponent to base 2"),
        row(
            "static double ScaleB(double x, int n)",
            |call| Ok(math::scaleb(call.double(0)?, call.int(1)?).into()),
            "It times a power of 2",
        ),
        row("static sbyte Max(sbyte val1, sbyte val2)", max, "The greater of two"),
        row("static byte Max(byte val1, byte val2)", max, "The greater of two"),
        row("static short Max(short val1, short val2)", max, "The greater of two"),
        row("static ushort Max(ushort val1, ushort val2)", max, "The greater of two"),
        row("static int Max(int val1, int val2)", max, "The greater of two"),
        row("static uint Max(uint val1, uint val2)", max, "The greater of two"),
        row("static long Max(long val1, long val2)", max, "The greater of two"),
        row("static ulong Max(ulong val1, ulong val2)", max, "The greater of two"),
        row("static float Max(float val1, float val2)", max, "The greater of two"),
        row("static double Max(double val1, double val2)", max, "The greater of two"),
        row("static decimal Max(decimal val1, decimal val2)", max, "The greater of two"),
        row("static sbyte Min(sbyte val1, sbyte val2)", min, "The lesser of two"),
        row("static byte Min(byte val1, byte val2)", min, "The lesser of two"),
        row("static short Min(short val1, short val2)", min, "The lesser of two"),
        row("static ushort Min(ushort val1, ushort val2)", min, "The lesser of two"),
        row("static int Min(int val1, int val2)", min, "The lesser of two"),
        row("static uint Min(uint val1, uint val2)", min, "The lesser of two"),
        row("static long Min(long val1, long val2)", min, "The lesser of two"),
        row("static ulong Min(ulong val1, ulong val2)", min, "The lesser of two"),
        row("static float Min(float val1, float val2)", min, "The lesser of two"),
        row("static double Min(double val1, double val2)", min, "The lesser of two"),
        row("static decimal Min(decimal val1, decimal val2)", min, "The lesser of two"),
        row("static sbyte Clamp(sbyte value, sbyte min, sbyte max)", clamp, "The value, or the limit that it goes over"),
        row("static byte Clamp(byte value, byte min, byte max)", clamp, "The value, or the limit that it goes over"),
        row("static short Clamp(short value, short min, short max)", clamp, "The value, or the limit that it goes over"),
        row("static ushort Clamp(ushort value, ushort min, ushort max)", clamp, "The value, or the limit that it goes over"),
        row("static int Clamp(int value, int min, int max)", clamp, "The value, or the limit that it goes over"),
        row("static uint Clamp(uint value, uint min, uint max)", clamp, "The value, or the limit that it goes over"),
        row("static long Clamp(long value, long min, long max)", clamp, "The value, or the limit that it goes over"),
        row("static ulong Clamp(ulong value, ulong min, ulong max)", clamp, "The value, or the limit that it goes over"),
        row("static float Clamp(float value, float min, float max)", clamp, "The value, or the limit that it goes over"),
        row("static double Clamp(double value, double min, double max)", clamp, "The value, or the limit that it goes over"),
        row("static decimal Clamp(decimal value, decimal min, decimal max)", clamp, "The value, or the limit that it goes over"),
        row("static int Sign(sbyte value)", sign, "-1, 0 or 1"),
        row("static int Sign(short value)", sign, "-1, 0 or 1"),
        row("static int Sign(int value)", sign, "-1, 0 or 1"),
        row("static int Sign(long value)", sign, "-1, 0 or 1"),
        row("static int Sign(float value)", sign, "-1, 0 or 1"),
        row("static int Sign(double value)", sign, "-1, 0 or 1"),
        row("static int Sign(decimal value)", sign, "-1, 0 or 1"),
        row(
            "static long BigMul(int a, int b)",
            |call| Ok((i64::from(call.int(0)?) * i64::from(call.int(1)?)).into()),
            "The whole product",
        ),
        row(
            "static long BigMul(long a, long b, out long low)",
            big_mul,
            "The upper half of the product; the lower half goes to `low`",
        ),
        row(
            "static ulong BigMul(ulong a, ulong b, out ulong low)",
            big_mul_unsigned,
            "The upper half of the product; the lower half goes to `low`",
        ),
        row("static int DivRem(int a, int b, out int result)", div_rem, "The quotient; what is left goes to `result`"),
        row("static long DivRem(long a, long b, out long result)", div_rem, "The quotient; what is left goes to `result`"),
    ],
    missing: &["SinCos"],
    doc: "Mathematical functions",
};

fn absolute(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let size = match call.value(0) {
        Value::SByte(value) => value.checked_abs().map(Value::SByte),
        Value::Int16(value) => value.checked_abs().map(Value::Int16),
        Value::Int32(value) => value.checked_abs().map(Value::Int32),
        Value::Int64(value) => value.checked_abs().map(Value::Int64),
        Value::Single(value) => Some(value.abs().into()),
        Value::Decimal(value) => Some(value.abs().into()),
        _ => Some(call.double(0)?.abs().into()),
    };
    Ok(size.ok_or_else(math::no_absolute)?)
}

fn round(call: &Call<'_, '_>, digits: i32, mode: i64) -> Result<Value, Thrown> {
    let mode = Rounding::new(mode)?;
    Ok(match call.value(0) {
        Value::Decimal(value) => decimal::round(value, digits, mode)?.into(),
        _ => math::round(call.double(0)?, digits, mode)?.into(),
    })
}

/// NaN wins over every number, and of two zeros the positive one is the greater.
fn max(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(match (call.value(0), call.value(1)) {
        (Value::Double(one), Value::Double(other)) => math::max(one, other).into(),
        (Value::Single(one), Value::Single(other)) => (math::max(one.into(), other.into()) as f32).into(),
        (one, other) => {
            if number::compare(&one, &other) == Ordering::Less {
                other
            } else {
                one
            }
        }
    })
}

fn min(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(match (call.value(0), call.value(1)) {
        (Value::Double(one), Value::Double(other)) => math::min(one, other).into(),
        (Value::Single(one), Value::Single(other)) => (math::min(one.into(), other.into()) as f32).into(),
        (one, other) => {
            if number::compare(&one, &other) == Ordering::Greater {
                other
            } else {
                one
            }
        }
    })
}

fn clamp(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (value, min, max) = (call.value(0), call.value(1), call.value(2));
    let not_a_number = |value: &Value| match value {
        Value::Double(value) => value.is_nan(),
        Value::Single(value) => value.is_nan(),
        _ => false,
    };
    // A limit that is NaN is none.
    if !not_a_number(&min) && !not_a_number(&max) && number::compare(&min, &max) == Ordering::Greater {
        let text = |limit: &Value| number::text(limit).unwrap_or_default().to_string();
        return Err(math::wrong_limits(&text(&min), &text(&max)).into());
    }
    if not_a_number(&value) {
        return Ok(value);
    }
    if !not_a_number(&min) && number::compare(&value, &min) == Ordering::Less {
        return Ok(min);
    }
    Ok(if !not_a_number(&max) && number::compare(&value, &max) == Ordering::Greater { max } else { value })
}

fn sign(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(match call.value(0) {
        Value::Single(value) => math::sign(value.into())?.into(),
        Value::Double(value) => math::sign(value)?.into(),
        Value::Decimal(value) => (value.mantissa().signum() as i32).into(),
        _ => (call.integer(0)?.signum() as i32).into(),
    })
}

fn big_mul(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let product = i128::from(call.long(0)?) * i128::from(call.long(1)?);
    call.set_out(2, Value::Int64(product as i64));
    Ok(Value::Int64((product >> 64) as i64))
}

fn big_mul_unsigned(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let product = u128::from(call.integer(0)? as u64) * u128::from(call.integer(1)? as u64);
    call.set_out(2, Value::UInt64(product as u64));
    Ok(Value::UInt64((product >> 64) as u64))
}

fn div_rem(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (a, b) = (call.integer(0)?, call.integer(1)?);
    let long = matches!(call.value(0), Value::Int64(_));
    let of: &Integer = if long { &INT64 } else { &INT32 };
    if b == 0 {
        return Err(divide_by_zero().into());
    }
    if a / b > of.max {
        return Err(arithmetic_overflow().into());
    }
    let make = |value: i128| if long { Value::Int64(value as i64) } else { Value::Int32(value as i32) };
    call.set_out(2, make(a % b));
    Ok(make(a / b))
}
