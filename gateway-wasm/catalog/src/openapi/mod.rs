//! The thin model of an API definition: OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0 in one shape that keeps everything.
//!
//! The definition stays one JSON tree in the shape of OpenAPI 3 ([`Document::root`]). What stands here in types is what
//! every reader needs (which operations there are, what belongs to each); the rest is looked up in the tree, and schemas are
//! never copied: a `$ref` stays a `$ref` and is followed by [`Document::resolve`] one step at a time.

pub mod example;
mod load;
pub(crate) mod names;
mod references;
#[cfg(feature = "second-opinion")]
mod shape;
mod swagger;

pub(crate) use load::{pointer_as_written, read_tree};

use crate::findings::Findings;
use diagnostic::Diagnostics;
use serde_json::Value;
use std::sync::Arc;

/// Reads a definition, JSON or YAML by the ending of its name. `None` if it cannot be understood at all; what is wrong with
/// it is added to the diagnostics either way.
pub fn read(name: &str, bytes: &Arc<[u8]>, diagnostics: &mut Diagnostics) -> Option<Document> {
    let findings = Findings::default();
    let document = read_tree(name, bytes, &findings).map(|(document, _)| document);
    diagnostics.extend(findings.sorted());
    document
}

/// A definition.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Which format it is.
    pub format: Format,
    /// The version as written: `3.0.3`, `2.0`.
    pub version: String,
    /// The whole definition. A Swagger 2.0 definition is brought into the shape of OpenAPI 3 first (`definitions` become
    /// `components/schemas`, body parameters become `requestBody`); everything else is as written.
    pub root: Value,
    /// The operations under `paths`, in order.
    pub operations: Vec<Operation>,
    /// The operations under `webhooks`; `path` is the webhook's name.
    pub webhooks: Vec<Operation>,
}

/// The formats that are kept as one JSON tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// OpenAPI, Swagger included.
    #[default]
    OpenApi,
    /// AsyncAPI: it has no operations in the sense of a gateway. Its references and schemas are those of OpenAPI.
    AsyncApi,
}

/// One operation of a definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operation {
    /// `/orders/{id}`, as written.
    pub path: String,
    /// Lower case, as written: `get`.
    pub method: String,
    /// JSON pointer to the operation object in [`Document::root`]: `/paths/~1orders~1{id}/get`.
    pub pointer: String,
    /// The operation's id, if it has one.
    pub operation_id: Option<String>,
    /// A few words.
    pub summary: Option<String>,
    /// Markdown.
    pub description: Option<String>,
    /// Names of tags.
    pub tags: Vec<String>,
    /// Whether callers should stop using it.
    pub deprecated: bool,
    /// JSON pointers to the parameters that apply, resolved: those of the path that the operation does not replace, then its
    /// own. Each points at a parameter object, never at a `$ref`.
    pub parameters: Vec<String>,
    /// JSON pointer to its request body object, resolved.
    pub request_body: Option<String>,
    /// Status codes (`200`, `4XX`, `default`) and JSON pointers to their response objects, resolved.
    pub responses: Vec<(String, String)>,
    /// What the server sends to the caller later. A callback has none itself.
    pub callbacks: Vec<Callback>,
}

/// An operation that the server calls on the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Callback {
    /// Name of the callback.
    pub name: String,
    /// What is sent. Its path is the runtime expression that says where: `{$request.body#/callbackUrl}`.
    pub operation: Operation,
}

impl Document {
    /// True if it was written as Swagger 2.0.
    pub fn is_swagger(&self) -> bool {
        self.format == Format::OpenApi && self.version.starts_with('2')
    }

    /// What stands at a JSON pointer.
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.root.pointer(pointer)
    }

    /// Follows `$ref`s from `value` until something that is not one, within this document. Returns the pointer of what was
    /// reached as well, if a reference was followed.
    ///
    /// # Errors
    /// `None` if a reference leads nowhere, outside the document, or in a circle.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> Option<(Option<String>, &'a Value)> {
        let (mut value, mut pointer) = (value, None);
        for _ in 0..REFERENCES_MAX {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return Some((pointer, value)) };
            let target = reference.strip_prefix('#')?;
            let target = percent_decoded(target);
            value = self.root.pointer(&target)?;
            pointer = Some(target);
        }
        None
    }

    /// The `description`, `title` or other text under `info`.
    pub fn info(&self, key: &str) -> Option<&str> {
        self.root.get("info")?.get(key)?.as_str()
    }
}

/// The name that a reference to a component uses: `Pet` of `#/components/schemas/Pet`.
pub fn component_name(reference: &str) -> Option<String> {
    let name = reference.strip_prefix("#/components/schemas/").filter(|name| !name.contains('/'))?;
    Some(name.replace("~1", "/").replace("~0", "~").replace("%20", " "))
}

/// How many `$ref`s in a row are followed before it is called a circle.
const REFERENCES_MAX: usize = 32;

/// A reference is a URI fragment, so `%7B` stands for `{`.
fn percent_decoded(fragment: &str) -> String {
    if !fragment.contains('%') {
        return fragment.to_owned();
    }
    let bytes = fragment.as_bytes();
    let hex = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%'
            && let (Some(high), Some(low)) = (hex(bytes.get(at + 1)), hex(bytes.get(at + 2)))
        {
            out.push((high * 16 + low) as u8);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
