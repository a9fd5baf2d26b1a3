//! `decimal`.

use super::{
    Parsing, compare_to, equals, get_hash_code, get_type_code, number_rows, style, to_string, to_string_formatted, tried,
};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, Type, row},
    value::{Array, Value},
};
use dotnet::{
    Decimal, Exception,
    decimal::{self, Rounding},
    math,
    number::{self, format, parse},
};

/// `System.Decimal`
pub static DECIMAL: NetType = NetType {
    namespace: "System",
    name: "Decimal",
    kind: Kind::Struct,
    bases: &[],
    members: number_rows!["decimal";
        row("Decimal(int value)", |call| Ok(decimal::from_integer(call.integer(0)?).into()), "A whole number"),
        row("Decimal(uint value)", |call| Ok(decimal::from_integer(call.integer(0)?).into()), "A whole number"),
        row("Decimal(long value)", |call| Ok(decimal::from_integer(call.integer(0)?).into()), "A whole number"),
        row("Decimal(ulong value)", |call| Ok(decimal::from_integer(call.integer(0)?).into()), "A whole number"),
        row("Decimal(float value)", |call| Ok(decimal::from_single(call.single(0)?)?.into()), "A number rounded to 7 digits"),
        row("Decimal(double value)", |call| Ok(decimal::from_double(call.double(0)?)?.into()), "A number rounded to 15 digits"),
        row("Decimal(int[] bits)", from_bits, "Of what `GetBits` gives"),
        row("Decimal(int lo, int mid, int hi, bool isNegative, byte scale)", from_parts, "Of 96 bits, a sign and a scale"),
        row("const decimal Zero", |_| Ok(Decimal::ZERO.into()), "0"),
        row("const decimal One", |_| Ok(Decimal::ONE.into()), "1"),
        row("const decimal MinusOne", |_| Ok(Decimal::NEGATIVE_ONE.into()), "-1"),
        row("const decimal MaxValue", |_| Ok(Decimal::MAX.into()), "The greatest value"),
        row("const decimal MinValue", |_| Ok(Decimal::MIN.into()), "The least value"),
        row("byte Scale", scale, "How many digits it has after its point"),
        row("static decimal Parse(string s)", parsed, "The number in text"),
        row("static decimal Parse(string s, NumberStyles style)", parsed, "The number in text that may have what the styles allow"),
        row("static decimal Parse(string s, IFormatProvider provider)", parsed, "The number in text; the culture is always the invariant one"),
        row("static decimal Parse(string s, NumberStyles style, IFormatProvider provider)", parsed, "The number in text that may have what the styles allow"),
        row("static bool TryParse(string s, out decimal result)", try_parse, "Whether text is a number, and which"),
        row("static bool TryParse(string s, IFormatProvider provider, out decimal result)", try_parse, "Whether text is a number, and which"),
        row("static bool TryParse(string s, NumberStyles style, IFormatProvider provider, out decimal result)", try_parse, "Whether text is a number with what the styles allow, and which"),
        row("static decimal Add(decimal d1, decimal d2)", |call| two(call, decimal::add), "The sum"),
        row("static decimal Subtract(decimal d1, decimal d2)", |call| two(call, decimal::subtract), "The difference"),
        row("static decimal Multiply(decimal d1, decimal d2)", |call| two(call, decimal::multiply), "The product"),
        row("static decimal Divide(decimal d1, decimal d2)", |call| two(call, decimal::divide), "The quotient"),
        row("static decimal Remainder(decimal d1, decimal d2)", |call| two(call, decimal::remainder), "What a division leaves"),
        row("static decimal Negate(decimal d)", |call| one(call, decimal::negate), "It with the other sign"),
        row("static decimal Floor(decimal d)", |call| one(call, decimal::floor), "The greatest whole number that is not above it"),
        row("static decimal Ceiling(decimal d)", |call| one(call, decimal::ceiling), "The least whole number that is not below it"),
        row("static decimal Truncate(decimal d)", |call| one(call, decimal::truncate), "It without its fraction"),
        row("static decimal Round(decimal d)", |call| round(call.decimal(0)?, 0, 0), "The nearest whole number, the even one of two"),
        row("static decimal Round(decimal d, int decimals)", |call| round(call.decimal(0)?, call.int(1)?, 0), "It with so many digits after the point, halves to the even one"),
        row("static decimal Round(decimal d, MidpointRounding mode)", |call| round(call.decimal(0)?, 0, call.enumeration(1)?), "The nearest whole number"),
        row("static decimal Round(decimal d, int decimals, MidpointRounding mode)", |call| round(call.decimal(0)?, call.int(1)?, call.enumeration(2)?), "It with so many digits after the point"),
        row("static int Compare(decimal d1, decimal d2)", |call| Ok((call.decimal(0)?.cmp(&call.decimal(1)?) as i32).into()), "-1, 0 or 1: how the first is ordered against the second"),
        row("static bool Equals(decimal d1, decimal d2)", |call| Ok((call.decimal(0)? == call.decimal(1)?).into()), "Whether both are equal"),
        row("static int[] GetBits(decimal d)", bits, "Its 96 bits, and its sign and scale"),
        row("static decimal FromOACurrency(long cy)", |call| Ok(decimal::divide(decimal::from_integer(call.integer(0)?), Decimal::new(10_000, 0))?.into()), "Of a number of ten-thousandths"),
        row("static long ToOACurrency(decimal value)", to_currency, "As a number of ten-thousandths"),
        row("static byte ToByte(decimal value)", |call| whole(call, &number::BYTE, |value| Value::Byte(value as u8)), "It without its fraction"),
        row("static sbyte ToSByte(decimal value)", |call| whole(call, &number::SBYTE, |value| Value::SByte(value as i8)), "It without its fraction"),
        row("static short ToInt16(decimal value)", |call| whole(call, &number::INT16, |value| Value::Int16(value as i16)), "It without its fraction"),
        row("static ushort ToUInt16(decimal value)", |call| whole(call, &number::UINT16, |value| Value::UInt16(value as u16)), "It without its fraction"),
        row("static int ToInt32(decimal d)", |call| whole(call, &number::INT32, |value| Value::Int32(value as i32)), "It without its fraction"),
        row("static uint ToUInt32(decimal d)", |call| whole(call, &number::UINT32, |value| Value::UInt32(value as u32)), "It without its fraction"),
        row("static long ToInt64(decimal d)", |call| whole(call, &number::INT64, |value| Value::Int64(value as i64)), "It without its fraction"),
        row("static ulong ToUInt64(decimal d)", |call| whole(call, &number::UINT64, |value| Value::UInt64(value as u64)), "It without its fraction"),
        row("static float ToSingle(decimal d)", |call| Ok(decimal::to_single(call.decimal(0)?).into()), "The nearest `float`"),
        row("static double ToDouble(decimal d)", |call| Ok(decimal::to_double(call.decimal(0)?).into()), "The nearest `double`"),
        row("static decimal Abs(decimal value)", |call| one(call, |value| value.abs()), "Its distance from zero"),
        row("static decimal Clamp(decimal value, decimal min, decimal max)", clamp, "The value, or the limit that it goes over"),
        row("static decimal CopySign(decimal value, decimal sign)", copy_sign, "The value with the sign of another"),
        row("static decimal Max(decimal x, decimal y)", |call| two(call, |x, y| Ok(if x >= y { x } else { y })), "The greater of two"),
        row("static decimal Min(decimal x, decimal y)", |call| two(call, |x, y| Ok(if x < y { x } else { y })), "The lesser of two"),
        row("static decimal MaxMagnitude(decimal x, decimal y)", |call| two(call, |x, y| Ok(if (y.abs(), y) > (x.abs(), x) { y } else { x })), "The one that is further from zero"),
        row("static decimal MinMagnitude(decimal x, decimal y)", |call| two(call, |x, y| Ok(if (y.abs(), y) < (x.abs(), x) { y } else { x })), "The one that is nearer to zero"),
        row("static int Sign(decimal d)", |call| call.decimal(0).map(|value| sign(value).into()), "-1, 0 or 1"),
        row("static bool IsInteger(decimal value)", |call| call.decimal(0).map(|value| (decimal::truncate(value) == value).into()), "Whether it is a whole number"),
        row("static bool IsEvenInteger(decimal value)", |call| parity(call, 0), "Whether it is a whole number and even"),
        row("static bool IsOddInteger(decimal value)", |call| parity(call, 1), "Whether it is a whole number and odd"),
        row("static bool IsNegative(decimal value)", |call| call.decimal(0).map(|value| value.is_sign_negative().into()), "Whether it is below zero"),
        row("static bool IsPositive(decimal value)", |call| call.decimal(0).map(|value| value.is_sign_positive().into()), "Whether it is not below zero"),
        row("static bool IsCanonical(decimal value)", |call| call.decimal(0).map(|value| (value.scale() == 0 || value.mantissa() % 10 != 0).into()), "Whether it ends in no zero after its point"),
    ],
    missing: &["CreateChecked", "CreateSaturating", "CreateTruncating", "TryFormat", "TryGetBits"],
    doc: "`decimal`: a number of 28 digits that is exact, for money",
};

fn parse(call: &mut Call<'_, '_>) -> Result<dotnet::Result<Decimal>, Thrown> {
    Ok(Parsing::of(call)?.parse(style::NUMBER, parse::check_float_styles, parse::decimal))
}

fn parsed(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(parse(call)??.into())
}

fn try_parse(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let result = parse(call)?;
    tried(call, result, Decimal::ZERO)
}

fn one(call: &mut Call<'_, '_>, compute: fn(Decimal) -> Decimal) -> Result<Value, Thrown> {
    Ok(compute(call.decimal(0)?).into())
}

fn two(call: &mut Call<'_, '_>, compute: fn(Decimal, Decimal) -> dotnet::Result<Decimal>) -> Result<Value, Thrown> {
    Ok(compute(call.decimal(0)?, call.decimal(1)?)?.into())
}

fn round(value: Decimal, decimals: i32, mode: i64) -> Result<Value, Thrown> {
    Ok(decimal::round(value, decimals, Rounding::new(mode)?)?.into())
}

fn whole(call: &mut Call<'_, '_>, to: &number::Integer, make: fn(i128) -> Value) -> Result<Value, Thrown> {
    Ok(make(decimal::to_integer(call.decimal(0)?, to)?))
}

/// `Math.Sign`
pub(in crate::expr::library) fn sign(value: Decimal) -> i32 {
    value.mantissa().signum() as i32
}

fn parity(call: &mut Call<'_, '_>, odd: i128) -> Result<Value, Thrown> {
    let value = call.decimal(0)?;
    let whole = decimal::truncate(value);
    Ok((whole == value && whole.mantissa() % 2 == odd * whole.mantissa().signum()).into())
}

fn clamp(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (value, min, max) = (call.decimal(0)?, call.decimal(1)?, call.decimal(2)?);
    if min > max {
        return Err(math::wrong_limits(&format::decimal_text(min), &format::decimal_text(max)).into());
    }
    Ok(value.clamp(min, max).into())
}

fn copy_sign(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (mut value, sign) = (call.decimal(0)?, call.decimal(1)?);
    value.set_sign_negative(sign.is_sign_negative());
    Ok(value.into())
}

fn scale(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    match call.this {
        Value::Decimal(value) => Ok(Value::Byte(value.scale() as u8)),
        _ => Ok(Value::Byte(0)),
    }
}

fn bits(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let bits = decimal::bits(call.decimal(0)?);
    Ok(Value::array(Type::INT, bits.into_iter().map(Value::Int32).collect()))
}

fn from_bits(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let bits: Vec<i32> =
        call.object::<Array>(0, "bits")?.items().iter().filter_map(Value::as_integer).map(|bits| bits as i32).collect();
    Ok(decimal::from_bits(&bits)?.into())
}

fn from_parts(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let scale = call.byte(4)?;
    if scale > 28 {
        let message = "Decimal's scale value must be between 0 and 28, inclusive.";
        return Err(Exception::argument_out_of_range(message, "scale").into());
    }
    Ok(decimal::from_parts(call.int(0)?, call.int(1)?, call.int(2)?, call.boolean(3)?, scale.into()).into())
}

fn to_currency(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let value = decimal::multiply(call.decimal(0)?, Decimal::new(10_000, 0))
        .and_then(|value| decimal::round(value, 0, Rounding::ToEven))
        .and_then(|value| decimal::to_integer(value, &number::INT64));
    let overflow = || Exception::overflow("Value was either too large or too small for a Currency.");
    Ok(Value::Int64(value.map_err(|_| overflow())? as i64))
}
