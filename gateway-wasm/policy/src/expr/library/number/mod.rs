//! The numbers, `bool` and `char`.
//!
//! What numbers have in common is here: `CompareTo`, `Parse`, `ToString`. Each file has the tables of its types.

mod boolean;
mod character;
mod decimal;
mod float;
mod integer;
mod styles;

pub use boolean::BOOLEAN;
pub(super) use boolean::parse as parse_boolean;
pub use character::CHAR;
pub use decimal::DECIMAL;
pub use float::{DOUBLE, SINGLE};
pub use integer::{BYTE, INT16, INT32, INT64, SBYTE, UINT16, UINT32, UINT64};
pub(super) use styles::type_code;

use crate::expr::{
    call::{Call, Thrown},
    types::NetType,
    value::Value,
};
use dotnet::{
    Exception, NetString,
    number::{self, format, parse::style},
};
use std::cmp::Ordering;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[
    &BOOLEAN,
    &CHAR,
    &SBYTE,
    &BYTE,
    &INT16,
    &UINT16,
    &INT32,
    &UINT32,
    &INT64,
    &UINT64,
    &SINGLE,
    &DOUBLE,
    &DECIMAL,
    &styles::NUMBER_STYLES,
    &styles::MIDPOINT_ROUNDING,
    &styles::TYPE_CODE,
    &styles::UNICODE_CATEGORY,
];

/// `ToString()` of a number, `bool` or `char`.
pub(crate) fn text(value: &Value) -> Option<NetString> {
    Some(match value {
        Value::Bool(value) => format::boolean_text(*value).into(),
        Value::Char(unit) => NetString::from_unit(*unit),
        Value::Single(value) => format::single_text(*value).into(),
        Value::Double(value) => format::double_text(*value).into(),
        Value::Decimal(value) => format::decimal_text(*value).into(),
        other => other.as_integer()?.to_string().into(),
    })
}

/// `ToString(format)` of a number. How much it may make is [`format::cost`], which the caller spends first.
pub(crate) fn formatted(value: &Value, format: &str) -> Option<dotnet::Result<String>> {
    Some(match value {
        Value::Single(value) => format::single(*value, format),
        Value::Double(value) => format::double(*value, format),
        Value::Decimal(value) => format::decimal(*value, format),
        other => format::integer(other.as_integer()?, bits(other), format),
    })
}

/// `GetHashCode()` of a number, `bool` or `char`.
pub(crate) fn hash(value: &Value) -> Option<i32> {
    Some(match value {
        Value::Bool(value) => (*value).into(),
        Value::Char(unit) => number::hash_char(*unit),
        Value::Int64(value) => number::hash_i64(*value),
        Value::UInt64(value) => number::hash_u64(*value),
        Value::Single(value) => number::hash_single(*value),
        Value::Double(value) => number::hash_double(*value),
        Value::Decimal(value) => dotnet::decimal::hash(*value),
        other => other.as_integer()? as i32,
    })
}

fn bits(value: &Value) -> u32 {
    match value {
        Value::SByte(_) | Value::Byte(_) => 8,
        Value::Int16(_) | Value::UInt16(_) => 16,
        Value::Int64(_) | Value::UInt64(_) => 64,
        _ => 32,
    }
}

/// The order of two values of the same type. What has no order is equal.
pub(super) fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::Char(one), Value::Char(other)) => one.cmp(other),
        (Value::Single(one), Value::Single(other)) => number::compare_doubles((*one).into(), (*other).into()),
        (Value::Double(one), Value::Double(other)) => number::compare_doubles(*one, *other),
        (Value::Decimal(one), Value::Decimal(other)) => one.cmp(other),
        (one, other) => one.as_integer().cmp(&other.as_integer()),
    }
}

/// What .NET says of an argument below zero.
pub(super) fn negative(parameter: &str, value: i64) -> Thrown {
    Exception::argument_must_be("a non-negative value", parameter, value).into()
}

/// What .NET says of an argument above a limit.
pub(super) fn too_great(parameter: &str, value: i64, limit: i64) -> Thrown {
    Exception::argument_must_be(&format!("less than or equal to '{limit}'"), parameter, value).into()
}

/// `CompareTo`. Types narrower than `int` give the difference.
fn compare_to(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let other = call.value(0);
    if other.is_null() {
        return Ok(1.into());
    }
    if std::mem::discriminant(&call.this) != std::mem::discriminant(&other) {
        let name = call.this.net_type().full_name().replace("System.", "");
        return Err(Exception::argument(&format!("Object must be of type {name}."), "").into());
    }
    let difference = match (&call.this, &other) {
        (Value::Char(one), Value::Char(other)) => i32::from(*one) - i32::from(*other),
        (Value::SByte(_) | Value::Byte(_) | Value::Int16(_) | Value::UInt16(_), _) => {
            (call.this.as_integer().unwrap_or(0) - other.as_integer().unwrap_or(0)) as i32
        }
        (one, other) => compare(one, other) as i32,
    };
    Ok(difference.into())
}

fn equals(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let other = call.value(0);
    let same_type = std::mem::discriminant(&call.this) == std::mem::discriminant(&other);
    Ok((same_type && compare(&call.this, &other) == Ordering::Equal).into())
}

fn get_hash_code(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(hash(&call.this).unwrap_or(0).into())
}

fn to_string(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let this = call.this.clone();
    Ok(Value::String(call.machine.text(&this)?))
}

/// The first argument is the format, a second one is ignored.
fn to_string_formatted(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let format = call.text_or_null(0)?.unwrap_or_default();
    let format = format.to_str();
    call.machine.spend(format::cost(&format))?;
    match formatted(&call.this, &format) {
        Some(text) => Ok(Value::text(text?)),
        None => to_string(call),
    }
}

fn get_type_code(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(styles::type_code(&call.this))
}

/// Counts the work of going through so many bytes.
pub(super) fn reading(call: &mut Call<'_, '_>, bytes: usize) -> Result<(), Thrown> {
    call.machine.step(bytes as u64 / 64)
}

/// What the arguments of a `Parse` or `TryParse` say: the text is always first, and if there are styles, they come second.
struct Parsing {
    text: Option<NetString>,
    styles: Option<u32>,
}

impl Parsing {
    fn of(call: &mut Call<'_, '_>) -> Result<Self, Thrown> {
        let styles = match call.arguments.get(1) {
            Some(Value::Enum(_, styles)) => Some(*styles as u32),
            _ => None,
        };
        let text = call.text_or_null(0)?;
        reading(call, text.as_ref().map_or(0, NetString::size))?;
        Ok(Self { text, styles })
    }

    /// Gives a number, or throws.
    fn parse<T>(
        &self,
        default: u32,
        check: fn(u32) -> dotnet::Result<()>,
        parse: impl Fn(&str, u32) -> dotnet::Result<T>,
    ) -> dotnet::Result<T> {
        let styles = self.styles.unwrap_or(default);
        check(styles)?;
        let Some(text) = &self.text else { return Err(Exception::argument_null("s")) };
        parse(&text.to_str(), styles)
    }
}

/// Writes the `out` argument, which is the last one, and says whether there was a number.
fn tried<T: Into<Value>>(call: &mut Call<'_, '_>, result: dotnet::Result<T>, otherwise: T) -> Result<Value, Thrown> {
    let last = call.arguments.len().saturating_sub(1);
    let parsed = match result {
        // Styles that cannot be are a mistake of the program's, not of the text.
        Err(exception) if exception.kind == "ArgumentException" => return Err(exception.into()),
        result => result.ok(),
    };
    let found = parsed.is_some();
    call.set_out(last, parsed.unwrap_or(otherwise));
    Ok(found.into())
}

/// The members that every number has.
macro_rules! number_rows {
    ($keyword:literal; $($row:expr,)*) => {
        &[
            $($row,)*
            row(concat!("int CompareTo(", $keyword, " value)"), compare_to, "Negative, zero or positive: how it is ordered against another value"),
            row("int CompareTo(object value)", compare_to, "Negative, zero or positive: how it is ordered against another value of its type"),
            row(concat!("bool Equals(", $keyword, " obj)"), equals, "Whether both are equal"),
            row("bool Equals(object obj)", equals, "Whether the other is of the same type and equal"),
            row("int GetHashCode()", get_hash_code, "A number that is the same for equal values"),
            row("TypeCode GetTypeCode()", get_type_code, "Which type it is"),
            row("string ToString()", to_string, "It as text"),
            row("string ToString(IFormatProvider provider)", to_string, "It as text; the culture is always the invariant one"),
            row("string ToString(string format)", to_string_formatted, "It as text in a standard or custom format, such as `N2` or `0.00`"),
            row(
                "string ToString(string format, IFormatProvider provider)",
                to_string_formatted,
                "It as text in a format; the culture is always the invariant one"
            ),
        ]
    };
}
use number_rows;
