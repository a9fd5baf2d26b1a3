//! `System.Convert`.

use super::number::{negative, parse_boolean, reading, too_great, type_code};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Array, Value},
};
use dotnet::{
    DateTime, Exception, NetString, character, convert, decimal,
    number::{
        self, Integer,
        parse::{self, style},
    },
};
use std::rc::Rc;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&CONVERT, &BASE64_FORMATTING_OPTIONS];

/// `System.Base64FormattingOptions`
static BASE64_FORMATTING_OPTIONS: NetType = NetType {
    namespace: "System",
    name: "Base64FormattingOptions",
    kind: Kind::Enum(&[("None", 0), ("InsertLineBreaks", 1)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "Whether Base64 has line breaks",
};

/// `System.Convert`
///
/// What a conversion does depends on the value, so one row with `object` stands for the overloads of every type.
pub static CONVERT: NetType = NetType {
    namespace: "System",
    name: "Convert",
    kind: Kind::Static,
    bases: &[],
    members: &[
        row(
            "static bool ToBoolean(object value)",
            |call| convert(call, Target::Boolean),
            "Whether a number is not 0, or what text says",
        ),
        row(
            "static bool ToBoolean(object value, IFormatProvider provider)",
            |call| convert(call, Target::Boolean),
            "Whether a number is not 0, or what text says; the culture is always the invariant one",
        ),
        row(
            "static char ToChar(object value)",
            |call| convert(call, Target::Char),
            "The character of a number, or the one character of text",
        ),
        row(
            "static char ToChar(object value, IFormatProvider provider)",
            |call| convert(call, Target::Char),
            "The character of a number, or the one character of text; the culture is always the invariant one",
        ),
        row("static char ToChar(string value)", text_to_char, "The one character of text"),
        row(
            "static sbyte ToSByte(object value)",
            |call| convert(call, Target::SByte),
            "A value as `sbyte`: text is read, a fraction rounds, halves to the even number",
        ),
        row(
            "static sbyte ToSByte(object value, IFormatProvider provider)",
            |call| convert(call, Target::SByte),
            "A value as `sbyte`: text is read, a fraction rounds, halves to the even number; the culture is always the invariant one",
        ),
        row(
            "static sbyte ToSByte(string value, int fromBase)",
            |call| from_base(call, Target::SByte),
            "The number in text in base 2, 8, 10 or 16",
        ),
        row(
            "static byte ToByte(object value)",
            |call| convert(call, Target::Byte),
            "A value as `byte`: text is read, a fraction rounds, halves to the even number",
        ),
        row(
            "static byte ToByte(object value, IFormatProvider provider)",
            |call| convert(call, Target::Byte),
            "A value as `byte`: text is read, a fraction rounds, halves to the even number; the culture is always the invariant one",
        ),
        row(
            "static byte ToByte(string value, int fromBase)",
            |call| from_base(call, Target::Byte),
            "The number in text in base 2, 8, 10 or 16",
        ),
        row(
            "static short ToInt16(object value)",
            |call| convert(call, Target::Int16),
            "A value as `short`: text is read, a fraction rounds, halves to the even number",
        ),
        row(
            "static short ToInt16(object value, IFormatProvider provider)",
            |call| convert(call, Target::Int16),
            "A value as `short`: text is read, a fraction rounds, halves to the even number; the culture is always the invariant one",
        ),
        row(
            "static short ToInt16(string value, int fromBase)",
            |call| from_base(call, Target::Int16),
            "The number in text in base 2, 8, 10 or 16",
        ),
        row(
            "static ushort ToUInt16(object value)",
            |call| convert(call, Target::UInt16),
            "A value as `ushort`: text is read, a fraction rounds, halves to the even number",
        ),
        row(
            "static ushort ToUInt16(object value, IFormatProvider provider)",
            |call| convert(call, Target::UInt16),
            "A value as `ushort`: text is read, a fraction rounds, halves to the even number; the culture is always the invariant one",
        ),
        row(
            "static ushort ToUInt16(string value, int fromBase)",
            |call| from_base(call, Target::UInt16),
            "The number in text in base 2, 8, 10 or 16",
        ),
        row(
            "static int ToInt32(object value)",
            |call| convert(call, Target::Int32),
            "A value as `int`: text is read, a fraction rounds, halves to the even number",
        ),
        row(
            "static int ToInt32(object value, IFormatProvider provider)",
            |call| convert(call, Target::Int32),
            "A value as `int`: text is read, a fraction rounds, halves to the even number; the culture is always the invariant one",
        ),
        row(
            "static int ToInt32(string value, int fromBase)",
            |call| from_base(call, Target::Int32),
            "The number in text in base 2, 8, 10 or 16",
        ),
        row(
            "static uint ToUInt32(object value)",
            |call| convert(call, Target::UInt32),
            "A value as `uint`: text is read, a fraction rounds, halves to the even number",
        ),
        row(
            "static uint ToUInt32(object value, IFormatProvider provider)",
            |call| convert(call, Target::UInt32),
            "A value as `uint`: text is read, a fraction rounds, halves to the even number; the culture is always the invariant one",
        ),
        row(
            "static uint ToUInt32(string value, int fromBase)",
            |call| from_base(call, Target::UInt32),
            "The number in text in base 2, 8, 10 or 16",
        ),
        row(
            "static long ToInt64(object value)",
            |call| convert(call, Target::Int64),
            "A value as `long`: text is read, a fraction rounds, halves to the even number",
        ),
        row(
            "static long ToInt64(object value, IFormatProvider provider)",
            |call| convert(call, Target::Int64),
            "A value as `long`: text is read, a fraction rounds, halves to the even number; the culture is always the invariant one",
        ),
        row(
            "static long ToInt64(string value, int fromBase)",
            |call| from_base(call, Target::Int64),
            "The number in text in base 2, 8, 10 or 16",
        ),
        row(
            "static ulong ToUInt64(object value)",
            |call| convert(call, Target::UInt64),
            "A value as `ulong`: text is read, a fraction rounds, halves to the even number",
        ),
        row(
            "static ulong ToUInt64(object value, IFormatProvider provider)",
            |call| convert(call, Target::UInt64),
            "A value as `ulong`: text is read, a fraction rounds, halves to the even number; the culture is always the invariant one",
        ),
        row(
            "static ulong ToUInt64(string value, int fromBase)",
            |call| from_base(call, Target::UInt64),
            "The number in text in base 2, 8, 10 or 16",
        ),
        row("static float ToSingle(object value)", |call| convert(call, Target::Single), "A value as `float`: text is read"),
        row(
            "static float ToSingle(object value, IFormatProvider provider)",
            |call| convert(call, Target::Single),
            "A value as `float`: text is read; the culture is always the invariant one",
        ),
        row("static double ToDouble(object value)", |call| convert(call, Target::Double), "A value as `double`: text is read"),
        row(
            "static double ToDouble(object value, IFormatProvider provider)",
            |call| convert(call, Target::Double),
            "A value as `double`: text is read; the culture is always the invariant one",
        ),
        row(
            "static decimal ToDecimal(object value)",
            |call| convert(call, Target::Decimal),
            "A value as `decimal`: text is read",
        ),
        row(
            "static decimal ToDecimal(object value, IFormatProvider provider)",
            |call| convert(call, Target::Decimal),
            "A value as `decimal`: text is read; the culture is always the invariant one",
        ),
        row("static DateTime ToDateTime(object value)", |call| convert(call, Target::DateTime), "The date and time in text"),
        row(
            "static DateTime ToDateTime(object value, IFormatProvider provider)",
            |call| convert(call, Target::DateTime),
            "The date and time in text; the culture is always the invariant one",
        ),
        row("static string ToString(string value)", |call| Ok(call.value(0)), "The text itself"),
        row("static string ToString(string value, IFormatProvider provider)", |call| Ok(call.value(0)), "The text itself"),
        row("static string ToString(object value)", to_string, "A value as text, which is empty for null"),
        row(
            "static string ToString(object value, IFormatProvider provider)",
            to_string,
            "A value as text; the culture is always the invariant one",
        ),
        row(
            "static string ToString(byte value, int toBase)",
            |call| to_base(call, &number::BYTE),
            "A number in base 2, 8, 10 or 16",
        ),
        row(
            "static string ToString(short value, int toBase)",
            |call| to_base(call, &number::INT16),
            "A number in base 2, 8, 10 or 16",
        ),
        row(
            "static string ToString(int value, int toBase)",
            |call| to_base(call, &number::INT32),
            "A number in base 2, 8, 10 or 16",
        ),
        row(
            "static string ToString(long value, int toBase)",
            |call| to_base(call, &number::INT64),
            "A number in base 2, 8, 10 or 16",
        ),
        row("static object ChangeType(object value, TypeCode typeCode)", change_type, "A value as another type"),
        row(
            "static object ChangeType(object value, TypeCode typeCode, IFormatProvider provider)",
            change_type,
            "A value as another type; the culture is always the invariant one",
        ),
        row(
            "static TypeCode GetTypeCode(object value)",
            |call| Ok(type_code(&call.value(0))),
            "Which of the types that can be converted a value has",
        ),
        row("static bool IsDBNull(object value)", |_| Ok(false.into()), "Always false: there is no `DBNull` here"),
        row("static string ToBase64String(byte[] inArray)", |call| to_base64(call, false), "Bytes in Base64"),
        row(
            "static string ToBase64String(byte[] inArray, Base64FormattingOptions options)",
            |call| line_breaks(call, 1).and_then(|lines| to_base64(call, lines)),
            "Bytes in Base64, in lines of 76 characters if asked for",
        ),
        row(
            "static string ToBase64String(byte[] inArray, int offset, int length)",
            |call| to_base64(call, false),
            "Some of the bytes in Base64",
        ),
        row(
            "static string ToBase64String(byte[] inArray, int offset, int length, Base64FormattingOptions options)",
            |call| line_breaks(call, 3).and_then(|lines| to_base64(call, lines)),
            "Some of the bytes in Base64, in lines of 76 characters if asked for",
        ),
        row(
            "static int ToBase64CharArray(byte[] inArray, int offsetIn, int length, char[] outArray, int offsetOut)",
            |call| to_base64_array(call, false),
            "Writes some of the bytes in Base64 into an array, and says how many characters those are",
        ),
        row(
            "static int ToBase64CharArray(byte[] inArray, int offsetIn, int length, char[] outArray, int offsetOut, Base64FormattingOptions options)",
            |call| line_breaks(call, 5).and_then(|lines| to_base64_array(call, lines)),
            "Writes some of the bytes in Base64 into an array, and says how many characters those are",
        ),
        row("static byte[] FromBase64String(string s)", from_base64, "The bytes of Base64"),
        row(
            "static byte[] FromBase64CharArray(char[] inArray, int offset, int length)",
            from_base64_array,
            "The bytes of Base64 in an array",
        ),
        row("static string ToHexString(byte[] inArray)", to_hex, "Bytes in hexadecimal"),
        row("static string ToHexString(byte[] inArray, int offset, int length)", to_hex, "Some of the bytes in hexadecimal"),
        row("static byte[] FromHexString(string s)", from_hex, "The bytes of hexadecimal"),
    ],
    missing: &["DBNull", "TryFromBase64Chars", "TryFromBase64String", "TryToBase64Chars"],
    doc: "Values of one type as another",
};

/// What a value becomes. The names are .NET's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Boolean,
    Char,
    SByte,
    Byte,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Single,
    Double,
    Decimal,
    DateTime,
}

use Target as T;

impl Target {
    fn integer(self) -> Option<&'static Integer> {
        Some(match self {
            T::SByte => &number::SBYTE,
            T::Byte => &number::BYTE,
            T::Int16 => &number::INT16,
            T::UInt16 => &number::UINT16,
            T::Int32 => &number::INT32,
            T::UInt32 => &number::UINT32,
            T::Int64 => &number::INT64,
            T::UInt64 => &number::UINT64,
            _ => return None,
        })
    }

    /// A whole number that fits.
    fn make(self, value: i128) -> Value {
        match self {
            T::Boolean => Value::Bool(value != 0),
            T::Char => Value::Char(value as u16),
            T::SByte => Value::SByte(value as i8),
            T::Byte => Value::Byte(value as u8),
            T::Int16 => Value::Int16(value as i16),
            T::UInt16 => Value::UInt16(value as u16),
            T::Int32 => Value::Int32(value as i32),
            T::UInt32 => Value::UInt32(value as u32),
            T::Int64 => Value::Int64(value as i64),
            T::UInt64 => Value::UInt64(value as u64),
            T::Single => Value::Single(value as f32),
            T::Double => Value::Double(value as f64),
            T::Decimal => Value::Decimal(decimal::from_integer(value)),
            T::DateTime => Value::DateTime(DateTime::default()),
        }
    }

    fn to_type(self) -> Type {
        self.make(0).net_type()
    }
}

fn convert(call: &mut Call<'_, '_>, to: Target) -> Result<Value, Thrown> {
    let value = call.value(0);
    if let Value::String(text) = &value {
        reading(call, text.size())?;
    }
    converted(call.machine, value, to)
}

/// A value as another type, as its `IConvertible` has it.
fn converted(machine: &mut Machine<'_>, value: Value, to: Target) -> Result<Value, Thrown> {
    // An enumeration is converted as its number.
    let value = match value {
        Value::Enum(_, number) => Value::Int32(number as i32),
        value => value,
    };
    if let Some(whole) = value.as_integer() {
        return match (to, to.integer()) {
            (T::DateTime, _) => Err(impossible(&value, to)),
            (T::Char, _) => Ok(to.make(char_number(whole)?)),
            (_, Some(of)) => Ok(to.make(of.check(whole)?)),
            (_, None) => Ok(to.make(whole)),
        };
    }
    match (&value, to) {
        (Value::Null, _) => Ok(to.make(0)),
        (Value::DateTime(_), T::DateTime) | (Value::Bool(_), T::Boolean) | (Value::Char(_), T::Char) => Ok(value),
        (Value::Bool(_), T::Char | T::DateTime) | (Value::DateTime(_), _) => Err(impossible(&value, to)),
        (Value::Bool(flag), _) => Ok(to.make(i128::from(*flag))),
        (Value::Char(unit), _) => match to.integer() {
            Some(of) => Ok(to.make(of.check((*unit).into())?)),
            None => Err(impossible(&value, to)),
        },
        (Value::Single(_) | Value::Double(_) | Value::Decimal(_), T::Char | T::DateTime) => Err(impossible(&value, to)),
        (Value::Single(number), T::Decimal) => Ok(decimal::from_single(*number)?.into()),
        (Value::Single(number), _) => from_double((*number).into(), to),
        (Value::Double(number), _) => from_double(*number, to),
        (Value::Decimal(number), _) => Ok(match (to, to.integer()) {
            (_, Some(of)) => to.make(convert::from_decimal(*number, of)?),
            (T::Boolean, _) => Value::Bool(number.mantissa() != 0),
            (T::Single, _) => decimal::to_single(*number).into(),
            (T::Double, _) => decimal::to_double(*number).into(),
            _ => value,
        }),
        (Value::String(text), _) => from_text(machine, text, to),
        (Value::Object(_), _) if is_json_value(&value) => machine.convert(value, &to.to_type(), true),
        _ => {
            let from = value.net_type().full_name();
            let message = format!("Unable to cast object of type '{from}' to type 'System.IConvertible'.");
            Err(Thrown::new("InvalidCastException", message))
        }
    }
}

/// A `JValue` is convertible too; its conversion operators say how.
fn is_json_value(value: &Value) -> bool {
    matches!(value.net_type(), Type::Named(net_type, _) if net_type.name == "JValue")
}

fn impossible(value: &Value, to: Target) -> Thrown {
    let name = |kind: Type| kind.full_name().replace("System.", "");
    convert::invalid_cast(&name(value.net_type()), &name(to.to_type())).into()
}

fn char_number(value: i128) -> Result<i128, Thrown> {
    if (0..=0xffff).contains(&value) {
        return Ok(value);
    }
    Err(Exception::overflow("Value was either too large or too small for a character.").into())
}

fn from_double(number: f64, to: Target) -> Result<Value, Thrown> {
    Ok(match (to, to.integer()) {
        (_, Some(of)) => to.make(convert::from_double(number, of)?),
        (T::Boolean, _) => Value::Bool(number != 0.0),
        (T::Single, _) => (number as f32).into(),
        (T::Decimal, _) => decimal::from_double(number)?.into(),
        _ => number.into(),
    })
}

fn from_text(machine: &mut Machine<'_>, text: &NetString, to: Target) -> Result<Value, Thrown> {
    let str = &*text.to_str();
    Ok(match (to, to.integer()) {
        (_, Some(of)) => to.make(parse::integer(str, style::INTEGER, of)?),
        (T::Boolean, _) => parse_boolean(str)?.into(),
        (T::Char, _) => Value::Char(character::parse(text)?),
        (T::Single, _) => parse::single(str, style::DOUBLE)?.into(),
        (T::Double, _) => parse::double(str, style::DOUBLE)?.into(),
        (T::Decimal, _) => parse::decimal(str, style::NUMBER)?.into(),
        _ => DateTime::parse(str, Default::default(), machine.utc_now())?.into(),
    })
}

fn text_to_char(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(Value::Char(character::parse(&call.text(0, "value")?)?))
}

fn from_base(call: &mut Call<'_, '_>, to: Target) -> Result<Value, Thrown> {
    let (text, base) = (call.text_or_null(0)?, call.int(1)?);
    reading(call, text.as_ref().map_or(0, NetString::size))?;
    let of = to.integer().unwrap_or(&number::INT32);
    let text = text.as_ref().map(NetString::to_str);
    Ok(to.make(convert::from_base(text.as_deref(), base, of)?))
}

fn to_base(call: &mut Call<'_, '_>, of: &Integer) -> Result<Value, Thrown> {
    Ok(Value::text(convert::to_base(call.integer(0)?, of, call.int(1)?)?))
}

fn to_string(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let value = call.value(0);
    Ok(Value::String(call.machine.text(&value)?))
}

fn change_type(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (value, code) = (call.value(0), call.enumeration(1)?);
    if value.is_null() && matches!(code, 0 | 1 | 18) {
        return Ok(Value::Null);
    }
    let convertible = match &value {
        Value::Object(_) => is_json_value(&value),
        Value::Null | Value::DateTimeOffset(_) | Value::TimeSpan(_) | Value::Guid(_) | Value::Context(_) => false,
        _ => true,
    };
    if !convertible {
        return Err(Thrown::new("InvalidCastException", "Object must implement IConvertible."));
    }
    let to = match code {
        0 => return Err(Thrown::new("InvalidCastException", "Object cannot be cast to Empty.")),
        1 => return Ok(value),
        2 => return Err(Thrown::new("InvalidCastException", "Object cannot be cast to DBNull.")),
        3 => T::Boolean,
        4 => T::Char,
        5 => T::SByte,
        6 => T::Byte,
        7 => T::Int16,
        8 => T::UInt16,
        9 => T::Int32,
        10 => T::UInt32,
        11 => T::Int64,
        12 => T::UInt64,
        13 => T::Single,
        14 => T::Double,
        15 => T::Decimal,
        16 => T::DateTime,
        18 => return Ok(Value::String(call.machine.text(&value)?)),
        _ => return Err(Exception::argument("Unknown TypeCode value.", "").into()),
    };
    converted(call.machine, value, to)
}

fn line_breaks(call: &Call<'_, '_>, at: usize) -> Result<bool, Thrown> {
    match call.enumeration(at)? {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(Exception::argument(&format!("Illegal enum value: {other}."), "options").into()),
    }
}

/// The part that the two arguments after the first one name; all of it if there are none.
fn part<T: Clone>(call: &Call<'_, '_>, items: &[T], offset_name: &str) -> Result<Vec<T>, Thrown> {
    let (Some(Value::Int32(offset)), Some(Value::Int32(length))) = (call.arguments.get(1), call.arguments.get(2)) else {
        return Ok(items.to_vec());
    };
    let (offset, length) = (*offset, *length);
    let (Ok(start), Ok(count)) = (usize::try_from(offset), usize::try_from(length)) else {
        // The length is looked at first.
        return Err(if length < 0 { negative("length", length.into()) } else { negative(offset_name, offset.into()) });
    };
    let part = start.checked_add(count).and_then(|end| items.get(start..end));
    part.map(<[T]>::to_vec).ok_or_else(|| too_great(offset_name, offset.into(), items.len() as i64 - i64::from(length)))
}

fn base64(call: &mut Call<'_, '_>, lines: bool, offset_name: &str) -> Result<String, Thrown> {
    let bytes = call.bytes(0, "inArray")?;
    reading(call, bytes.len())?;
    let bytes = part(call, &bytes, offset_name)?;
    call.machine.spend(bytes.len().saturating_mul(3) / 2)?;
    Ok(convert::to_base64(&bytes, lines))
}

fn to_base64(call: &mut Call<'_, '_>, lines: bool) -> Result<Value, Thrown> {
    Ok(Value::text(base64(call, lines, "offset")?))
}

fn to_base64_array(call: &mut Call<'_, '_>, lines: bool) -> Result<Value, Thrown> {
    let text = base64(call, lines, "offsetIn")?;
    let array: Rc<Array> = call.object(3, "outArray")?;
    let offset = call.int(4)?;
    let Ok(start) = usize::try_from(offset) else { return Err(negative("offsetOut", offset.into())) };
    if start.saturating_add(text.len()) > array.len() {
        return Err(too_great("offsetOut", offset.into(), array.len() as i64 - text.len() as i64));
    }
    for (at, byte) in text.bytes().enumerate() {
        array.set(start + at, Value::Char(byte.into()));
    }
    Ok((text.len() as i32).into())
}

fn from_base64(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let text = call.text(0, "s")?;
    call.machine.spend(text.size())?;
    Ok(Value::bytes(convert::from_base64(&text.to_str())?))
}

fn from_base64_array(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let array: Rc<Array> = call.object(0, "inArray")?;
    call.machine.spend(array.len().saturating_mul(size_of::<Value>()))?;
    let unit = |item: &Value| if let Value::Char(unit) = item { Some(*unit) } else { None };
    let units: Vec<u16> = array.items().iter().filter_map(unit).collect();
    let text = String::from_utf16_lossy(&part(call, &units, "offset")?);
    Ok(Value::bytes(convert::from_base64(&text)?))
}

fn to_hex(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let bytes = call.bytes(0, "inArray")?;
    reading(call, bytes.len())?;
    let bytes = part(call, &bytes, "offset")?;
    call.machine.spend(bytes.len().saturating_mul(2))?;
    Ok(Value::text(convert::to_hex(&bytes)))
}

fn from_hex(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let text = call.text(0, "s")?;
    call.machine.spend(text.size().saturating_mul(5))?;
    Ok(Value::bytes(convert::from_hex(&text.to_str())?))
}
