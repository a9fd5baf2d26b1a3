//! What .NET and APIM offer to an expression: one module per family of types, one table per type, one row per member.

use super::{
    types::{NetType, Type},
    value::Value,
};
use dotnet::{DateTime, DateTimeOffset, Guid, NetString, TimeSpan};

pub mod array;
pub mod bit_converter;
pub mod certificate;
pub mod collections;
pub mod context;
pub mod convert;
pub mod crypto;
pub mod culture;
pub mod date_time;
pub mod encoding;
pub mod enumeration;
pub mod exception;
pub mod guid;
pub mod io;
pub mod json;
pub mod linq;
pub mod math;
pub mod number;
pub mod object;
pub mod random;
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
        culture::TYPES,
        convert::TYPES,
        math::TYPES,
        random::TYPES,
        bit_converter::TYPES,
        enumeration::TYPES,
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
    match net_type.name {
        "KeyValuePair<TKey, TValue>" => collections::default_pair(arguments),
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
        Value::DateTime(value) => value.format(None).unwrap_or_default().into(),
        Value::DateTimeOffset(value) => value.format(None).unwrap_or_default().into(),
        Value::TimeSpan(value) => value.format(None).unwrap_or_default().into(),
        Value::Guid(value) => value.format(None).unwrap_or_default().into(),
        Value::Enum(net_type, value) => enumeration::text(net_type, *value).into(),
        other => number::text(other).unwrap_or_default(),
    }
}

/// `ToString(format)` of a value that is no object; `None` if it takes no format.
pub(crate) fn plain_formatted(value: &Value, format: &NetString) -> Option<dotnet::Result<NetString>> {
    let format = &*format.to_str();
    let text = match value {
        Value::DateTime(value) => value.format(Some(format)),
        Value::DateTimeOffset(value) => value.format(Some(format)),
        Value::TimeSpan(value) => value.format(Some(format)),
        Value::Guid(value) => value.format(Some(format)),
        Value::Enum(net_type, value) => enumeration::formatted(net_type, *value, format),
        other => number::formatted(other, format)?,
    };
    Some(text.map(NetString::from))
}

/// `GetHashCode()` of a value that is no object.
pub(crate) fn plain_hash(value: &Value) -> i32 {
    use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
    match value {
        // .NET seeds the hash of text anew in every process; here it is the same every time.
        Value::String(text) => super::machine::fold(BuildHasherDefault::<DefaultHasher>::default().hash_one(text)),
        Value::Guid(value) => value.hash_code(),
        Value::DateTime(value) => value.hash_code(),
        Value::DateTimeOffset(value) => value.hash_code(),
        Value::TimeSpan(value) => dotnet::number::hash_i64(value.ticks),
        // The hash of its numbers, which are of type `int`.
        Value::Enum(_, value) => *value as i32,
        other => number::hash(other).unwrap_or(0),
    }
}
