//! The whole numbers: `sbyte` to `ulong`.

use super::{
    Parsing, compare_to, equals, get_hash_code, get_type_code, number_rows, style, to_string, to_string_formatted, tried,
};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::Value,
};
use dotnet::{
    math,
    number::{self, Integer, parse},
};

/// Builds a value of the type.
type Make = fn(i128) -> Value;

fn parse(call: &mut Call<'_, '_>, of: &'static Integer) -> Result<dotnet::Result<i128>, Thrown> {
    let parsing = Parsing::of(call)?;
    Ok(parsing.parse(style::INTEGER, parse::check_integer_styles, |text, styles| parse::integer(text, styles, of)))
}

fn parsed(call: &mut Call<'_, '_>, of: &'static Integer, make: Make) -> Result<Value, Thrown> {
    Ok(make(parse(call, of)??))
}

fn try_parse(call: &mut Call<'_, '_>, of: &'static Integer, make: Make) -> Result<Value, Thrown> {
    let result = parse(call, of)?;
    tried(call, result.map(make), make(0))
}

/// The lowest bits, as the type has them.
fn bits(call: &Call<'_, '_>, of: &Integer) -> Result<u128, Thrown> {
    Ok(call.integer(0)? as u128 & ((1 << of.bits) - 1))
}

fn clamp(call: &mut Call<'_, '_>, make: Make) -> Result<Value, Thrown> {
    let (value, min, max) = (call.integer(0)?, call.integer(1)?, call.integer(2)?);
    if min > max {
        return Err(math::wrong_limits(&min.to_string(), &max.to_string()).into());
    }
    Ok(make(value.clamp(min, max)))
}

fn rotate(call: &mut Call<'_, '_>, of: &Integer, make: Make, left: bool) -> Result<Value, Thrown> {
    let value = bits(call, of)?;
    let count = call.integer(1)?.rem_euclid(of.bits.into()) as u32;
    let count = if left { count } else { (of.bits - count) % of.bits };
    // Both shifts are below 128.
    let rotated = value << count | value >> (of.bits - count);
    Ok(make(of.wrap(rotated as i128)))
}

fn log2(call: &mut Call<'_, '_>, make: Make) -> Result<Value, Thrown> {
    let value = call.integer(0)?;
    if value < 0 {
        let message = "Non-negative number required.";
        return Err(dotnet::Exception::argument_out_of_range(message, "value").into());
    }
    Ok(make(value.checked_ilog2().unwrap_or(0).into()))
}

/// The one that is further from zero, or nearer to it.
fn by_magnitude(call: &mut Call<'_, '_>, make: Make, greater: bool) -> Result<Value, Thrown> {
    let (x, y) = (call.integer(0)?, call.integer(1)?);
    // Of two that are as far, the positive one is the greater.
    let y_is_greater = (y.abs(), y) > (x.abs(), x);
    Ok(make(if y_is_greater == greater { y } else { x }))
}

fn absolute(call: &mut Call<'_, '_>, of: &Integer, make: Make) -> Result<Value, Thrown> {
    let size = call.integer(0)?.abs();
    if size > of.max { Err(math::no_absolute().into()) } else { Ok(make(size)) }
}

fn copy_sign(call: &mut Call<'_, '_>, of: &Integer, make: Make) -> Result<Value, Thrown> {
    let size = call.integer(0)?.abs();
    let value = if call.integer(1)? < 0 { -size } else { size };
    if value > of.max { Err(math::no_absolute().into()) } else { Ok(make(value)) }
}

/// A type's table; `$extra` are the rows that only some types have.
macro_rules! integer {
    ($name:ident, $net:literal, $keyword:literal, $variant:ident, $rust:ty, $doc:literal; $($extra:expr,)*) => {
        #[doc = $doc]
        pub static $name: NetType = NetType {
            namespace: "System",
            name: $net,
            kind: Kind::Struct,
            bases: &[],
            members: {
                use number::$name as OF;
                fn make(value: i128) -> Value {
                    Value::$variant(value as $rust)
                }
                number_rows![$keyword;
                    row(concat!("const ", $keyword, " MaxValue"), |_| Ok(make(OF.max)), "The greatest value"),
                    row(concat!("const ", $keyword, " MinValue"), |_| Ok(make(OF.min)), "The least value"),
                    row(concat!("static ", $keyword, " Parse(string s)"), |call| parsed(call, &OF, make), "The number in text"),
                    row(concat!("static ", $keyword, " Parse(string s, NumberStyles style)"), |call| parsed(call, &OF, make), "The number in text that may have what the styles allow"),
                    row(concat!("static ", $keyword, " Parse(string s, IFormatProvider provider)"), |call| parsed(call, &OF, make), "The number in text; the culture is always the invariant one"),
                    row(concat!("static ", $keyword, " Parse(string s, NumberStyles style, IFormatProvider provider)"), |call| parsed(call, &OF, make), "The number in text that may have what the styles allow"),
                    row(concat!("static bool TryParse(string s, out ", $keyword, " result)"), |call| try_parse(call, &OF, make), "Whether text is a number, and which"),
                    row(concat!("static bool TryParse(string s, IFormatProvider provider, out ", $keyword, " result)"), |call| try_parse(call, &OF, make), "Whether text is a number, and which"),
                    row(concat!("static bool TryParse(string s, NumberStyles style, IFormatProvider provider, out ", $keyword, " result)"), |call| try_parse(call, &OF, make), "Whether text is a number with what the styles allow, and which"),
                    row(concat!("static ", $keyword, " Clamp(", $keyword, " value, ", $keyword, " min, ", $keyword, " max)"), |call| clamp(call, make), "The value, or the limit that it goes over"),
                    row(concat!("static ", $keyword, " Max(", $keyword, " x, ", $keyword, " y)"), |call| Ok(make(call.integer(0)?.max(call.integer(1)?))), "The greater of two"),
                    row(concat!("static ", $keyword, " Min(", $keyword, " x, ", $keyword, " y)"), |call| Ok(make(call.integer(0)?.min(call.integer(1)?))), "The lesser of two"),
                    row(concat!("static int Sign(", $keyword, " value)"), |call| Ok((call.integer(0)?.signum() as i32).into()), "-1, 0 or 1"),
                    row(concat!("static bool IsEvenInteger(", $keyword, " value)"), |call| Ok((call.integer(0)? % 2 == 0).into()), "Whether it is even"),
                    row(concat!("static bool IsOddInteger(", $keyword, " value)"), |call| Ok((call.integer(0)? % 2 != 0).into()), "Whether it is odd"),
                    row(concat!("static bool IsPow2(", $keyword, " value)"), |call| Ok((call.integer(0)? > 0 && bits(call, &OF)?.is_power_of_two()).into()), "Whether it is a power of two"),
                    row(concat!("static ", $keyword, " LeadingZeroCount(", $keyword, " value)"), |call| Ok(make((bits(call, &OF)?.leading_zeros() + OF.bits - 128).into())), "How many zeros its bits begin with"),
                    row(concat!("static ", $keyword, " TrailingZeroCount(", $keyword, " value)"), |call| Ok(make(bits(call, &OF)?.trailing_zeros().min(OF.bits).into())), "How many zeros its bits end with"),
                    row(concat!("static ", $keyword, " PopCount(", $keyword, " value)"), |call| Ok(make(bits(call, &OF)?.count_ones().into())), "How many of its bits are set"),
                    row(concat!("static ", $keyword, " Log2(", $keyword, " value)"), |call| log2(call, make), "The position of its highest bit"),
                    row(concat!("static ", $keyword, " RotateLeft(", $keyword, " value, int rotateAmount)"), |call| rotate(call, &OF, make, true), "Its bits moved to the left, those that fall off coming back on the right"),
                    row(concat!("static ", $keyword, " RotateRight(", $keyword, " value, int rotateAmount)"), |call| rotate(call, &OF, make, false), "Its bits moved to the right, those that fall off coming back on the left"),
                    $($extra,)*
                ]
            },
            missing: &["CreateChecked", "CreateSaturating", "CreateTruncating", "DivRem", "TryFormat"],
            doc: $doc,
        };
    };
}

/// A type with a sign has these rows more.
macro_rules! signed {
    ($name:ident, $net:literal, $keyword:literal, $variant:ident, $rust:ty, $doc:literal) => {
        integer! {
            $name, $net, $keyword, $variant, $rust, $doc;
            row(concat!("static ", $keyword, " Abs(", $keyword, " value)"), |call| absolute(call, &number::$name, |value| Value::$variant(value as $rust)), "Its distance from zero"),
            row(concat!("static ", $keyword, " CopySign(", $keyword, " value, ", $keyword, " sign)"), |call| copy_sign(call, &number::$name, |value| Value::$variant(value as $rust)), "The value with the sign of another"),
            row(concat!("static bool IsNegative(", $keyword, " value)"), |call| Ok((call.integer(0)? < 0).into()), "Whether it is below zero"),
            row(concat!("static bool IsPositive(", $keyword, " value)"), |call| Ok((call.integer(0)? >= 0).into()), "Whether it is not below zero"),
            row(concat!("static ", $keyword, " MaxMagnitude(", $keyword, " x, ", $keyword, " y)"), |call| by_magnitude(call, |value| Value::$variant(value as $rust), true), "The one that is further from zero"),
            row(concat!("static ", $keyword, " MinMagnitude(", $keyword, " x, ", $keyword, " y)"), |call| by_magnitude(call, |value| Value::$variant(value as $rust), false), "The one that is nearer to zero"),
        }
    };
}

signed!(SBYTE, "SByte", "sbyte", SByte, i8, "`sbyte`: a whole number from -128 to 127");
integer!(BYTE, "Byte", "byte", Byte, u8, "`byte`: a whole number from 0 to 255";);
signed!(INT16, "Int16", "short", Int16, i16, "`short`: a whole number of 16 bits");
integer!(UINT16, "UInt16", "ushort", UInt16, u16, "`ushort`: a whole number of 16 bits from 0 on";);
signed!(INT32, "Int32", "int", Int32, i32, "`int`: a whole number of 32 bits");
integer!(UINT32, "UInt32", "uint", UInt32, u32, "`uint`: a whole number of 32 bits from 0 on";);
signed!(INT64, "Int64", "long", Int64, i64, "`long`: a whole number of 64 bits");
integer!(UINT64, "UInt64", "ulong", UInt64, u64, "`ulong`: a whole number of 64 bits from 0 on";);
