//! What .NET and APIM offer to an expression: one module per family of types, one table per type, one row per member.

use super::{
    types::{NetType, Type},
    value::Value,
};
use dotnet::{DateTime, DateTimeOffset, Guid, NetString, TimeSpan};

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
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Char(unit) => NetString::from_unit(*unit),
        Value::Decimal(value) => value.to_string().into(),
        Value::Double(value) => value.to_string().into(),
        Value::Single(value) => value.to_string().into(),
        other => other.as_integer().unwrap_or_default().to_string().into(),
    }
}

/// `ToString(format)` of a value that is no object; `None` if it takes no format.
pub(crate) fn plain_formatted(value: &Value, format: &NetString) -> Option<dotnet::Result<NetString>> {
    let _ = (value, format);
    None
}

/// `GetHashCode()` of a value that is no object.
pub(crate) fn plain_hash(value: &Value) -> i32 {
    use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
    match value {
        Value::String(text) => super::machine::fold(BuildHasherDefault::<DefaultHasher>::default().hash_one(text)),
        Value::Bool(value) => (*value).into(),
        other => other.as_integer().unwrap_or_default() as i32,
    }
}
