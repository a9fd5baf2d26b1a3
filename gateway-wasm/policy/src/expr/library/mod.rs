//! What .NET and APIM offer to an expression: one module per family of types, one table per type, one row per member.

use super::types::NetType;

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
