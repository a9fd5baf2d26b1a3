//! Values as XML's content, and back.

use super::Xml;
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::Type,
    value::Value,
};
use dotnet::{
    DateTime, DateTimeOffset, Exception, Guid, NetString,
    date_time::Styles,
    number::{
        self,
        parse::{self, style},
    },
    xml::{self, Content, Node},
};

/// Content from the arguments: nulls left out, lists one item after the other, values as text.
pub(super) fn contents(machine: &mut Machine<'_>, value: &Value) -> Result<Vec<Content>, Thrown> {
    let mut all = Vec::new();
    flatten(machine, value, &mut all)?;
    Ok(all)
}

fn flatten(machine: &mut Machine<'_>, value: &Value, all: &mut Vec<Content>) -> Result<(), Thrown> {
    match value {
        Value::Null => return Ok(()),
        Value::String(text) => all.push(Content::Text(text.clone())),
        Value::Object(object) => match object.downcast::<Xml>() {
            Some(node) => all.push(Content::Node(node.0.clone())),
            None => match object.shared().and_then(|object| object.enumerate()) {
                Some(mut items) => {
                    while let Some(item) = items.next(machine)? {
                        machine.deeper(|machine| flatten(machine, &item, all))?;
                    }
                    return Ok(());
                }
                None => all.push(Content::Text(text(machine, value)?)),
            },
        },
        other => all.push(Content::Text(text(machine, other)?)),
    }
    machine.spend(size_of::<Content>())
}

/// A value as XML writes it: `true`, `2024-01-02T03:04:05Z`, `PT1M`, `INF`.
///
/// # Errors
/// `ArgumentException` for XML itself.
pub(super) fn text(machine: &mut Machine<'_>, value: &Value) -> Result<NetString, Thrown> {
    Ok(match value {
        Value::Bool(value) => xml::from_boolean(*value).into(),
        Value::Double(number) => match xml::from_double(*number) {
            Some(text) => text.into(),
            None => machine.text(value)?,
        },
        Value::Single(number) => match xml::from_single(*number) {
            Some(text) => text.into(),
            None => machine.text(value)?,
        },
        Value::DateTime(value) => value.format(Some("yyyy-MM-ddTHH:mm:ss.FFFFFFFK"))?.into(),
        Value::DateTimeOffset(value) => {
            let format =
                if value.offset_minutes == 0 { "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ" } else { "yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz" };
            value.format(Some(format))?.into()
        }
        Value::TimeSpan(value) => xml::from_time_span(*value).into(),
        Value::Object(object) if object.downcast_ref::<Xml>().is_some() => {
            return Err(Thrown::new("ArgumentException", "An XObject cannot be used as a value."));
        }
        other => machine.text(other)?,
    })
}

/// An argument as text; null stays null.
pub(super) fn text_or_null(call: &mut Call<'_, '_>, at: usize) -> Result<Option<NetString>, Thrown> {
    match call.value(at) {
        Value::Null => Ok(None),
        value => text(call.machine, &value).map(Some),
    }
}

/// Casts of an element or an attribute: the text in it as a value of the type.
pub(super) fn cast(call: &mut Call<'_, '_>, to: To, parameter: &str) -> Result<Value, Thrown> {
    if call.value(0).is_null() {
        return Err(Exception::argument_null(parameter).into());
    }
    let node = super::node(call, 0, parameter)?;
    let text = text_in(call.machine, &node)?;
    parsed(call.machine, &text, to)
}

/// As [`cast`], for types that may be null.
pub(super) fn cast_or_null(call: &mut Call<'_, '_>, to: To) -> Result<Value, Thrown> {
    if call.value(0).is_null() { Ok(Value::Null) } else { cast(call, to, "") }
}

/// What a cast makes.
#[derive(Clone, Copy, Debug)]
pub(super) enum To {
    String,
    Bool,
    Integer(&'static number::Integer, fn(i128) -> Value),
    Single,
    Double,
    Decimal,
    DateTime,
    DateTimeOffset,
    TimeSpan,
    Guid,
}

const INTEGER: u32 = style::LEADING_SIGN | style::LEADING_WHITE | style::TRAILING_WHITE;

fn parsed(machine: &mut Machine<'_>, text: &NetString, to: To) -> Result<Value, Thrown> {
    let unicode = text.to_str();
    let trimmed = unicode.trim_matches(xml::is_white_space);
    Ok(match to {
        To::String => text.clone().into(),
        To::Bool => xml::to_boolean(&unicode)?.into(),
        To::Integer(of, wrap) => wrap(parse::integer(&unicode, INTEGER, of)?),
        To::Decimal => parse::decimal(&unicode, INTEGER | style::DECIMAL_POINT)?.into(),
        To::Single => match trimmed {
            "INF" => f32::INFINITY.into(),
            "-INF" => f32::NEG_INFINITY.into(),
            _ => parse::single(trimmed, INTEGER | style::DECIMAL_POINT | style::EXPONENT)?.into(),
        },
        To::Double => match trimmed {
            "INF" => f64::INFINITY.into(),
            "-INF" => f64::NEG_INFINITY.into(),
            _ => parse::double(trimmed, INTEGER | style::DECIMAL_POINT | style::EXPONENT)?.into(),
        },
        To::DateTime => DateTime::parse(&unicode, Styles::ROUNDTRIP_KIND, machine.utc_now())?.into(),
        To::DateTimeOffset => {
            let invalid = || Exception::format(format!("The string '{unicode}' is not a valid AllXsd value."));
            if !trimmed.starts_with(|first: char| first.is_ascii_digit()) || trimmed.contains('/') {
                return Err(invalid().into());
            }
            DateTimeOffset::parse(trimmed, Styles::NONE, machine.utc_now()).map_err(|_| invalid())?.into()
        }
        To::TimeSpan => xml::to_time_span(&unicode)?.into(),
        To::Guid => Guid::parse(&unicode)?.into(),
    })
}

/// The text in a node.
pub(super) fn text_in(machine: &mut Machine<'_>, node: &Node) -> Result<NetString, Thrown> {
    node.text(&mut |bytes| {
        machine.step(bytes as u64 / 100 + 1)?;
        machine.spend(bytes)
    })
}

/// The type of a `System.Xml.Linq` sequence's items.
pub(super) fn sequence_of(item: &'static crate::expr::types::NetType) -> Type {
    crate::expr::signature::named_type("IEnumerable", vec![Type::of(item)]).unwrap_or(Type::Unknown)
}

/// Rows for every explicit cast that `XElement` and `XAttribute` have, behind other rows.
macro_rules! with_casts {
    ($type:literal, $parameter:literal, [$($row:expr),* $(,)?]) => {
        &[
            $($row,)*
            with_casts!(@null $type, $parameter, "string", To::String),
            with_casts!(@value $type, $parameter, "bool", To::Bool),
            with_casts!(@null $type, $parameter, "bool?", To::Bool),
            with_casts!(@value $type, $parameter, "int", To::Integer(&number::INT32, |value| Value::Int32(value as i32))),
            with_casts!(@null $type, $parameter, "int?", To::Integer(&number::INT32, |value| Value::Int32(value as i32))),
            with_casts!(@value $type, $parameter, "uint", To::Integer(&number::UINT32, |value| Value::UInt32(value as u32))),
            with_casts!(@null $type, $parameter, "uint?", To::Integer(&number::UINT32, |value| Value::UInt32(value as u32))),
            with_casts!(@value $type, $parameter, "long", To::Integer(&number::INT64, |value| Value::Int64(value as i64))),
            with_casts!(@null $type, $parameter, "long?", To::Integer(&number::INT64, |value| Value::Int64(value as i64))),
            with_casts!(@value $type, $parameter, "ulong", To::Integer(&number::UINT64, |value| Value::UInt64(value as u64))),
            with_casts!(@null $type, $parameter, "ulong?", To::Integer(&number::UINT64, |value| Value::UInt64(value as u64))),
            with_casts!(@value $type, $parameter, "float", To::Single),
            with_casts!(@null $type, $parameter, "float?", To::Single),
            with_casts!(@value $type, $parameter, "double", To::Double),
            with_casts!(@null $type, $parameter, "double?", To::Double),
            with_casts!(@value $type, $parameter, "decimal", To::Decimal),
            with_casts!(@null $type, $parameter, "decimal?", To::Decimal),
            with_casts!(@value $type, $parameter, "DateTime", To::DateTime),
            with_casts!(@null $type, $parameter, "DateTime?", To::DateTime),
            with_casts!(@value $type, $parameter, "DateTimeOffset", To::DateTimeOffset),
            with_casts!(@null $type, $parameter, "DateTimeOffset?", To::DateTimeOffset),
            with_casts!(@value $type, $parameter, "TimeSpan", To::TimeSpan),
            with_casts!(@null $type, $parameter, "TimeSpan?", To::TimeSpan),
            with_casts!(@value $type, $parameter, "Guid", To::Guid),
            with_casts!(@null $type, $parameter, "Guid?", To::Guid),
        ]
    };
    (@value $type:literal, $parameter:literal, $to:literal, $how:expr) => {
        row(
            concat!("static explicit operator ", $to, "(", $type, " ", $parameter, ")"),
            |call| cast(call, $how, $parameter),
            concat!("The text in it as `", $to, "`"),
        )
    };
    (@null $type:literal, $parameter:literal, $to:literal, $how:expr) => {
        row(
            concat!("static explicit operator ", $to, "(", $type, " ", $parameter, ")"),
            |call| cast_or_null(call, $how),
            concat!("The text in it as `", $to, "`; null for null"),
        )
    };
}

pub(super) use with_casts;
