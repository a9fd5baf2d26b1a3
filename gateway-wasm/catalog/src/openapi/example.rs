//! Examples: those that a definition gives, else one made from the schema. The portal shows them, and `mock-response` answers
//! with them.

use super::{Document, Operation, component_name};
use serde_json::{Map, Value, json};

/// How deep an example nests.
const NESTING_MAX: usize = 5;
/// How many values an example holds in all.
const VALUES_MAX: usize = 150;

/// Which way the example travels: clients do not send what is read only, servers do not answer what is write only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In a request.
    Sent,
    /// In a response.
    Received,
}

/// The examples of one response of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code as written: `200`, `4XX`, `default`.
    pub status: String,
    /// Content types and bodies, in the order of the definition.
    pub contents: Vec<(String, String)>,
}

/// The examples of all responses of an operation. A body without example and schema is empty.
pub fn responses(document: &Document, operation: &Operation) -> Vec<Response> {
    let contents = |pointer: &str| {
        let contents = document.at(pointer).and_then(|response| response.get("content")).and_then(Value::as_object);
        let example = |(media, content): (&String, &Value)| {
            (media.clone(), of_content(document, media, content, Way::Received).unwrap_or_default())
        };
        contents.into_iter().flatten().map(example).collect()
    };
    operation.responses.iter().map(|(status, at)| Response { status: status.clone(), contents: contents(at) }).collect()
}

/// The example of a body of one content type, as it travels: the first that is given, else one made from the schema.
pub fn of_content(document: &Document, media: &str, content: &Value, way: Way) -> Option<String> {
    let given = content.get("examples").and_then(Value::as_object).and_then(|all| all.values().next());
    if let Some(value) = given.and_then(|example| document.resolve(example)?.1.get("value")) {
        return Some(written(media, value, "example"));
    }
    let schema = content.get("schema");
    let made = match content.get("example") {
        Some(given) => given.clone(),
        None => of(document, schema?, way),
    };
    let root = schema.and_then(|schema| {
        let resolved = document.resolve(schema)?.1;
        let named = resolved.get("xml").and_then(|xml| xml.get("name")).and_then(Value::as_str).map(str::to_owned);
        named.or_else(|| component_name(schema.get("$ref")?.as_str()?))
    });
    Some(written(media, &made, root.as_deref().unwrap_or("root")))
}

/// An example in the way its content type is written. `root` is the name of the root element, where it is XML.
pub fn written(media: &str, value: &Value, root: &str) -> String {
    match value {
        Value::String(text) if !is_json(media) => text.clone(),
        // Some authors paste JSON as a text; it is meant as JSON.
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => text.clone(),
        value if media.contains("xml") => xml(root, value),
        Value::Object(fields) if media.contains("x-www-form-urlencoded") => {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let fields =
                fields.iter().map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(&text(value))));
            fields.collect::<Vec<_>>().join("&")
        }
        value => serde_json::to_string_pretty(value).unwrap_or_default(),
    }
}

/// True for JSON and for what is built on it, such as `application/problem+json`.
pub fn is_json(media: &str) -> bool {
    media.contains("json")
}

/// A value inside a URL's path or query.
pub fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~{}:@,!$*".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// An example of a schema.
pub fn of(document: &Document, schema: &Value, way: Way) -> Value {
    Maker { document, way, following: Vec::new(), left: VALUES_MAX }.value(schema, 0)
}

struct Maker<'a> {
    document: &'a Document,
    way: Way,
    following: Vec<&'a str>,
    left: usize,
}

impl<'a> Maker<'a> {
    fn value(&mut self, schema: &'a Value, depth: usize) -> Value {
        if self.left == 0 {
            return Value::Null;
        }
        self.left -= 1;
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let Some((_, target)) = self.document.resolve(schema) else { return Value::Null };
            if self.following.contains(&reference) {
                return if target.get("type").and_then(Value::as_str) == Some("array") { json!([]) } else { json!({}) };
            }
            self.following.push(reference);
            let value = self.value(target, depth);
            self.following.pop();
            return value;
        }
        for given in
            [schema.get("example"), schema.get("examples").and_then(|all| all.get(0)), schema.get("default"), schema.get("const")]
        {
            if let Some(given) = given.filter(|value| !value.is_null()) {
                return given.clone();
            }
        }
        if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
            return first.clone();
        }
        let mut object = Map::new();
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            match self.value(part, depth) {
                Value::Object(more) => object.extend(more),
                other if object.is_empty() && schema.get("properties").is_none() => return other,
                _ => {}
            }
        }
        self.properties(schema, depth, &mut object);
        if !object.is_empty() {
            return Value::Object(object);
        }
        for keyword in ["oneOf", "anyOf"] {
            let alternatives = schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
            let is_null = |one: &&Value| one.get("type").and_then(Value::as_str) == Some("null");
            if let Some(first) = alternatives.into_iter().find(|one| !is_null(one)) {
                return self.value(first, depth);
            }
        }
        self.typed(schema, depth)
    }

    fn properties(&mut self, schema: &'a Value, depth: usize, object: &mut Map<String, Value>) {
        let hidden = if self.way == Way::Sent { "readOnly" } else { "writeOnly" };
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let is_hidden = property.get(hidden) == Some(&Value::Bool(true));
            if is_hidden || depth >= NESTING_MAX || self.left == 0 {
                continue;
            }
            let value = self.value(property, depth + 1);
            object.insert(name.clone(), value);
        }
    }

    fn typed(&mut self, schema: &'a Value, depth: usize) -> Value {
        let kind = match schema.get("type") {
            Some(Value::String(one)) => one,
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).find(|one| *one != "null").unwrap_or("null"),
            _ if schema.get("items").is_some() => "array",
            _ => "object",
        };
        match kind {
            "string" => json!(text(schema)),
            "integer" => number(schema).unwrap_or(json!(1)),
            "number" => number(schema).unwrap_or(json!(1.5)),
            "boolean" => json!(true),
            "array" => match schema.get("items") {
                Some(items) if depth < NESTING_MAX && self.left > 0 => json!([self.value(items, depth + 1)]),
                _ => json!([]),
            },
            "null" => Value::Null,
            _ => match schema.get("additionalProperties").filter(|values| values.is_object()) {
                Some(values) if depth < NESTING_MAX && self.left > 0 => json!({ "key": self.value(values, depth + 1) }),
                _ => json!({}),
            },
        }
    }
}

fn number(schema: &Value) -> Option<Value> {
    schema.get("minimum").filter(|value| value.is_number()).cloned()
}

fn text(schema: &Value) -> &'static str {
    match schema.get("format").and_then(Value::as_str).unwrap_or_default() {
        "date-time" => "2026-01-31T12:00:00Z",
        "date" => "2026-01-31",
        "time" => "12:00:00Z",
        "duration" => "P1D",
        "uuid" => "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "email" => "alice@example.com",
        "uri" | "url" => "https://example.com",
        "hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "byte" => "aGVsbG8=",
        "binary" => "(binary)",
        "password" => "********",
        _ => "string",
    }
}

/// A value as XML, for bodies that travel so. `name` is the root element's.
fn xml(name: &str, value: &Value) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(&mut out, name, value, 0);
    out
}

fn element(out: &mut String, name: &str, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Array(items) => items.iter().for_each(|item| element(out, name, item, depth)),
        Value::Object(map) => {
            out.push_str(&format!("{indent}<{name}>\n"));
            map.iter().for_each(|(name, value)| element(out, name, value, depth + 1));
            out.push_str(&format!("{indent}</{name}>\n"));
        }
        other => {
            let text = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            out.push_str(&format!("{indent}<{name}>{text}</{name}>\n"));
        }
    }
}
