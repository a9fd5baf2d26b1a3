//! Newtonsoft.Json: the tree, its text, and the paths into it.
//!
//! In reading order: a [`Scalar`] is what a value holds; a [`Token`] is a place in a tree, which knows its parent; [`parse`]
//! makes a tree of text and [`Token::write`] text of a tree; [`Path`] finds tokens; [`convert`] is what casts and `Value<T>`
//! do. Version 13 is the model, down to the messages, with one decision: a new line is `"\r\n"`, because Azure's gateway runs
//! on Windows.

mod convert;
mod date;
mod path;
mod reader;
mod scalar;
mod tree;
mod writer;

#[cfg(test)]
mod tests;

pub use convert::{Target, cast, change_type};
pub use date::date_with_offset;
pub use path::Path;
pub use reader::{As, Event, Reader};
pub use scalar::{BigInteger, Scalar};
pub use tree::{ArrayHandling, Content, Descendants, MergeSettings, Token};

use crate::Exception;

/// What a token is, with Newtonsoft's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TokenType {
    None = 0,
    Object = 1,
    Array = 2,
    Constructor = 3,
    Property = 4,
    Comment = 5,
    Integer = 6,
    Float = 7,
    String = 8,
    Boolean = 9,
    Null = 10,
    Undefined = 11,
    Date = 12,
    Raw = 13,
    Bytes = 14,
    Guid = 15,
    Uri = 16,
    TimeSpan = 17,
}

impl TokenType {
    /// Every member and its name, for `JTokenType`.
    pub const NAMES: &[(&str, i64)] = &[
        ("None", 0),
        ("Object", 1),
        ("Array", 2),
        ("Constructor", 3),
        ("Property", 4),
        ("Comment", 5),
        ("Integer", 6),
        ("Float", 7),
        ("String", 8),
        ("Boolean", 9),
        ("Null", 10),
        ("Undefined", 11),
        ("Date", 12),
        ("Raw", 13),
        ("Bytes", 14),
        ("Guid", 15),
        ("Uri", 16),
        ("TimeSpan", 17),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).map_or("None", |(name, _)| name)
    }
}

/// The deepest that text may nest, as a `JsonTextReader` has it unless told otherwise.
pub const DEPTH_MAX: usize = 64;

/// `JsonException`
fn json_exception(message: impl Into<String>) -> Exception {
    Exception::new("JsonException", message.into())
}
