//! What .NET and APIM offer to an expression: one module per family of types, one table per type, one row per member.

use super::{
    types::{Kind, NetType, Type},
    value::Value,
};
use dotnet::{
    DateTime, DateTimeOffset, Guid, NetString, TimeSpan,
    number::{self as numbers, format},
};

pub mod array;
pub mod certificate;
pub mod collections;
pub mod context;
pub mod crypto;
pub mod date_time;
pub mod encoding;
pub mod exception;
pub mod guid;
pub mod io;
pub mod json;
pub mod linq;
pub mod number;
pub mod object;
pub mod regex;
pub mod string;
pub mod string_builder;
pub mod time_span;
pub mod time_zone;
pub mod token;
pub mod uri;
pub mod web;
pub mod xml;

/// Every type there is.
pub fn types() -> impl Iterator<Item = &'static NetType> {
    [
        object::TYPES,
        string::TYPES,
        number::TYPES,
        date_time::TYPES,
        time_span::TYPES,
        guid::TYPES,
        time_zone::TYPES,
        json::TYPES,
        xml::TYPES,
        io::TYPES,
        crypto::TYPES,
        certificate::TYPES,
        token::TYPES,
        regex::TYPES,
        uri::TYPES,
        web::TYPES,
        encoding::TYPES,
        string_builder::TYPES,
        array::TYPES,
        collections::TYPES,
        linq::TYPES,
        exception::TYPES,
        context::TYPES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// `default(T)` of a structure of the library.
pub(crate) fn default_struct(net_type: &'static NetType, arguments: &[Type]) -> Value {
    let _ = arguments;
    match net_type.name {
        "DateTime" => DateTime::default().into(),
        "DateTimeOffset" => DateTimeOffset::default().into(),
        "TimeSpan" => TimeSpan::default().into(),
        "Guid" => Guid::default().into(),
        _ => Value::Null,
    }
}

/// `ToString()` of a value that is no object.
pub(crate) fn plain_text(value: &Value) -> NetString {
    match value {
        Value::Bool(value) => format::boolean_text(*value).into(),
        Value::Char(unit) => NetString::from_unit(*unit),
        Value::Decimal(value) => format::decimal_text(*value).into(),
        Value::Double(value) => format::double_text(*value).into(),
        Value::Single(value) => format::single_text(*value).into(),
        Value::DateTime(value) => value.format(None).unwrap_or_default().into(),
        Value::DateTimeOffset(value) => value.format(None).unwrap_or_default().into(),
        Value::TimeSpan(value) => value.format(None).unwrap_or_default().into(),
        Value::Guid(value) => value.format(None).unwrap_or_default().into(),
        Value::Enum(net_type, value) => enum_text(net_type, *value).into(),
        other => other.as_integer().unwrap_or_default().to_string().into(),
    }
}

/// The name of an enumeration's member; its number where it has none.
fn enum_text(net_type: &NetType, value: i64) -> String {
    let Kind::Enum(members) = net_type.kind else { return value.to_string() };
    if let Some((name, _)) = members.iter().find(|(_, number)| *number == value) {
        return (*name).to_owned();
    }
    // Flags: the names of all that is set, if that is everything.
    let mut left = value;
    let mut names: Vec<&str> = Vec::new();
    for (name, number) in members.iter().rev() {
        if *number != 0 && left & number == *number {
            left &= !number;
            names.insert(0, name);
        }
    }
    let flags = net_type.name.ends_with("Options") || net_type.name.ends_with("Styles");
    if left == 0 && flags && !names.is_empty() { names.join(", ") } else { value.to_string() }
}

/// `ToString(format)` of a value that is no object; `None` if it takes no format.
pub(crate) fn plain_formatted(value: &Value, format: &NetString) -> Option<dotnet::Result<NetString>> {
    let format = &*format.to_str();
    let text = match value {
        Value::Decimal(value) => format::decimal(*value, format),
        Value::Double(value) => format::double(*value, format),
        Value::Single(value) => format::single(*value, format),
        Value::DateTime(value) => value.format(Some(format)),
        Value::DateTimeOffset(value) => value.format(Some(format)),
        Value::TimeSpan(value) => value.format(Some(format)),
        Value::Guid(value) => value.format(Some(format)),
        Value::Enum(net_type, value) => match format {
            "G" | "g" | "F" | "f" => Ok(enum_text(net_type, *value)),
            "D" | "d" => Ok(value.to_string()),
            "X" | "x" => Ok(format!("{value:08X}")),
            _ => Err(dotnet::Exception::format(
                "Format string can be only \"G\", \"g\", \"X\", \"x\", \"F\", \"f\", \"D\" or \"d\".",
            )),
        },
        other => {
            let bits = match other {
                Value::SByte(_) | Value::Byte(_) => 8,
                Value::Int16(_) | Value::UInt16(_) => 16,
                Value::Int32(_) | Value::UInt32(_) => 32,
                Value::Int64(_) | Value::UInt64(_) => 64,
                _ => return None,
            };
            format::integer(other.as_integer()?, bits, format)
        }
    };
    Some(text.map(NetString::from))
}

/// `GetHashCode()` of a value that is no object.
pub(crate) fn plain_hash(value: &Value) -> i32 {
    use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
    match value {
        // .NET seeds the hash of text anew in every process; here it is the same every time.
        Value::String(text) => super::machine::fold(BuildHasherDefault::<DefaultHasher>::default().hash_one(text)),
        Value::Bool(value) => (*value).into(),
        Value::Char(unit) => numbers::hash_char(*unit),
        Value::Int64(value) => numbers::hash_i64(*value),
        Value::UInt64(value) => numbers::hash_u64(*value),
        Value::Single(value) => numbers::hash_single(*value),
        Value::Double(value) => numbers::hash_double(*value),
        Value::Guid(value) => value.hash_code(),
        Value::DateTime(value) => value.hash_code(),
        Value::DateTimeOffset(value) => value.hash_code(),
        Value::TimeSpan(value) => numbers::hash_i64(value.ticks),
        Value::Enum(_, value) => numbers::hash_i64(*value),
        Value::Decimal(value) => super::machine::fold(BuildHasherDefault::<DefaultHasher>::default().hash_one(value.normalize())),
        other => other.as_integer().unwrap_or_default() as i32,
    }
}
