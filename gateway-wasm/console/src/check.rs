//! What is wrong with what a reader types, while it is typed.

use crate::json;
use crate::operation::{Operation, Parameter};
use crate::parameter::Given;
use crate::phrase::Phrase;
use crate::schema::{self, Misfit};
use serde::Serialize;
use serde_json::Value;

/// Whether a pattern is found in a text; `None` if it cannot be said.
pub type Matches<'m> = &'m dyn Fn(&str, &str) -> Option<bool>;

/// Something wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// Where it starts and ends, in UTF-16 code units, as browsers count.
    pub start: usize,
    /// See `start`.
    pub end: usize,
    /// Where it is in the value: a JSON pointer; empty for all of it.
    pub pointer: String,
    /// What is wrong.
    pub message: Phrase,
    /// It can be sent all the same, and will probably work.
    pub is_warning: bool,
}

/// Everything that is wrong with a body, up to 50 findings; nothing for content types that are not JSON.
pub fn body(operation: &Operation, media_type: &str, text: &str, matches: Matches<'_>) -> Vec<Finding> {
    let contents = operation.body.as_ref().map(|body| body.contents.as_slice()).unwrap_or_default();
    let content = contents.iter().find(|content| content.media_type == media_type);
    if !is_json(media_type) || text.trim().is_empty() {
        return Vec::new();
    }
    let misfits = match json::read(text) {
        Err(mistake) => vec![Misfit {
            start: mistake.start,
            end: mistake.end,
            pointer: String::new(),
            message: mistake.message,
            is_warning: false,
        }],
        Ok(node) => content.map(|content| schema::check(&operation.schemas, &content.schema, &node, matches)).unwrap_or_default(),
    };
    misfits.into_iter().map(|misfit| finding(text, misfit)).collect()
}

/// What is wrong with the value of a parameter or of a form's field, in one sentence; `None` if nothing is.
pub fn value(operation: &Operation, schema: &Value, text: &str, matches: Matches<'_>) -> Option<Phrase> {
    let kind = schema::kind(&operation.schemas, schema);
    let value = match Given::read(text, kind) {
        Given::One(text) => typed(&text, kind),
        // Entries are texts until their schema says otherwise.
        Given::List(entries) => {
            let items = schema.get("items").map_or(&Value::Null, |items| items);
            let kind = schema::kind(&operation.schemas, items);
            Value::Array(entries.iter().map(|entry| typed(entry, kind)).collect())
        }
        Given::Object(fields) => {
            let property = |name: &str| schema.get("properties").and_then(|all| all.get(name)).unwrap_or(&Value::Null);
            let typed = |(name, text): (String, String)| {
                let kind = schema::kind(&operation.schemas, property(&name)).map(str::to_owned);
                let value = typed(&text, kind.as_deref());
                (name, value)
            };
            Value::Object(fields.into_iter().map(typed).collect())
        }
    };
    let node = json::node(&value, 0, 0);
    let found = schema::check(&operation.schemas, schema, &node, matches);
    let first = found.into_iter().find(|misfit| !misfit.is_warning)?;
    Some(match first.pointer.is_empty() {
        true => first.message,
        false => Phrase::new("{pointer}: {message}").with("pointer", first.pointer).with("message", first.message),
    })
}

/// What is wrong with the value of a parameter.
pub fn parameter(operation: &Operation, parameter: &Parameter, text: &str, matches: Matches<'_>) -> Option<Phrase> {
    if !parameter.media_type.is_empty() {
        return json::read(text).err().filter(|_| is_json(&parameter.media_type)).map(|mistake| mistake.message);
    }
    value(operation, &parameter.schema, text, matches)
}

/// A text as the value that it stands for in an address.
fn typed(text: &str, kind: Option<&str>) -> Value {
    let read = serde_json::from_str::<Value>(text).ok();
    match kind {
        Some("integer" | "number") => read.filter(Value::is_number),
        Some("boolean") => read.filter(Value::is_boolean),
        Some("object" | "array") => read,
        _ => None,
    }
    .unwrap_or_else(|| Value::String(text.to_owned()))
}

pub(crate) fn is_json(media_type: &str) -> bool {
    media_type.to_lowercase().contains("json")
}

fn finding(text: &str, misfit: Misfit) -> Finding {
    let before = text.get(..misfit.start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let units = |text: &str| text.encode_utf16().count();
    let start = units(before);
    Finding {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        start,
        end: start + units(text.get(misfit.start..misfit.end).unwrap_or_default()),
        pointer: misfit.pointer,
        message: misfit.message,
        is_warning: misfit.is_warning,
    }
}
