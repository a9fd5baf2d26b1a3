//! `System.Xml.Linq`: names, a tree that can be edited, text to tree and back.
//!
//! Begin with [`Node`], one part of a tree. [`parse`] makes trees of text with .NET's `XmlException`s, [`write`] makes text of
//! them as .NET's writer does, and [`xpath`] is the little of XPath that `XmlDocument` needs. There are no DTDs and so no
//! entities but the five and the numeric ones. Whatever walks a tree does so in a loop, so no depth is too deep.
//!
//! What may become large takes `spend`, a function that counts bytes and says when it is enough.

mod compare;
mod convert;
mod edit;
mod name;
pub mod parse;
mod tree;
pub mod write;
pub mod xpath;

pub use convert::{from_boolean, from_double, from_single, from_time_span, to_boolean, to_time_span};
pub use edit::Content;
pub use name::{Name, Namespace, XML, XMLNS, is_white_space};
pub use tree::{Declaration, Kind, NODE_BYTES, Node};

/// The most namespaces that may be declared at one place in a document.
pub const NAMESPACES_MAX: usize = 256;

/// An `XmlException`.
fn exception(message: impl Into<std::borrow::Cow<'static, str>>) -> crate::Exception {
    crate::Exception::new("XmlException", message)
}
