//! OpenAPI 3.1, from whatever was written. Everything of 3.0 and 2.0 can be said in it; of 3.2 a few things cannot.

use super::write::Texts;
use super::{Losses, each_schema, schemas_in, usual_scheme};
use catalog::openapi::Document;
use serde_json::{Value, json};

/// Writes a whole definition.
pub(super) fn write(document: &Document, out: &mut Texts, losses: &Losses) {
    // Schemas of 3.1 and later are JSON Schema already.
    let is_old = !document.version.starts_with("3.1") && !document.version.starts_with("3.2");
    let is_newer = document.version.starts_with("3.2");
    let convert = |value: &Value| {
        let mut value = value.clone();
        if is_old {
            schemas_in(&mut value, &mut |one| schema(one));
        }
        if is_newer {
            newer(&mut value, losses);
        }
        value
    };
    out.entry("openapi", &json!("3.1.1"));
    for (key, value) in document.root.as_object().into_iter().flatten() {
        match key.as_str() {
            "openapi" | "swagger" => {}
            "$self" if is_newer => losses.add("`$self`"),
            "paths" | "webhooks" | "x-ms-paths" => {
                out.begin(key);
                for (path, item) in value.as_object().into_iter().flatten() {
                    out.entry(path, &convert(item));
                }
                out.end();
            }
            "components" => {
                out.begin(key);
                for (kind, all) in value.as_object().into_iter().flatten() {
                    if kind == "mediaTypes" && is_newer {
                        losses.add("`mediaTypes`");
                        continue;
                    }
                    out.begin(kind);
                    for (name, value) in all.as_object().into_iter().flatten() {
                        let mut converted = convert(value);
                        match kind.as_str() {
                            "schemas" if is_old => schema(&mut converted),
                            "securitySchemes" => usual_scheme(&mut converted),
                            _ => {}
                        }
                        out.entry(name, &converted);
                    }
                    out.end();
                }
                out.end();
            }
            "tags" if is_newer => {
                let mut tags = value.clone();
                for tag in tags.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                    for key in ["summary", "parent", "kind"] {
                        if tag.shift_remove(key).is_some() {
                            losses.add("summary, parent and kind of tags");
                        }
                    }
                }
                out.entry(key, &tags);
            }
            _ => out.entry(key, value),
        }
    }
}

/// What 3.2 has and 3.1 has not, in a path item or a component.
pub(super) fn newer(value: &mut Value, losses: &Losses) {
    match value {
        Value::Object(map) => {
            if map.shift_remove("query").filter(Value::is_object).is_some() {
                losses.add("operations with the method QUERY");
            }
            if map.shift_remove("additionalOperations").is_some() {
                losses.add("operations with other methods");
            }
            for (key, what) in
                [("itemSchema", "`itemSchema`"), ("itemEncoding", "`itemEncoding`"), ("prefixEncoding", "`prefixEncoding`")]
            {
                if map.shift_remove(key).is_some() {
                    losses.add(what);
                }
            }
            for (key, inner) in map.iter_mut() {
                if !matches!(key.as_str(), "example" | "examples" | "default" | "enum" | "properties") && !key.starts_with("x-") {
                    newer(inner, losses);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| newer(item, losses)),
        _ => {}
    }
}

/// A schema of 3.0 as JSON Schema.
fn schema(value: &mut Value) {
    let Value::Object(map) = value else { return };
    each_schema(map, &mut |inner| schema(inner));
    for (flag, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match map.get(flag) {
            Some(Value::Bool(true)) => {
                if let Some(number) = map.shift_remove(limit) {
                    map.insert(flag.to_owned(), number);
                } else {
                    map.shift_remove(flag);
                }
            }
            Some(Value::Bool(false)) => {
                map.shift_remove(flag);
            }
            _ => {}
        }
    }
    if let Some(example) = map.shift_remove("example") {
        map.insert("examples".to_owned(), json!([example]));
    }
    if map.get("format").and_then(Value::as_str) == Some("byte") {
        map.shift_remove("format");
        map.insert("contentEncoding".to_owned(), "base64".into());
    }
    if map.shift_remove("nullable") == Some(Value::Bool(true)) {
        match map.get("type").cloned() {
            Some(Value::String(one)) => {
                map.insert("type".to_owned(), json!([one, "null"]));
                if let Some(values) = map.get_mut("enum").and_then(Value::as_array_mut)
                    && !values.contains(&Value::Null)
                {
                    values.push(Value::Null);
                }
            }
            // Without a type, what it takes in or refers to says what it is.
            _ if ["$ref", "allOf", "oneOf", "anyOf"].iter().any(|key| map.contains_key(*key)) => {
                let inner = std::mem::take(map);
                map.insert("anyOf".to_owned(), json!([inner, { "type": "null" }]));
            }
            _ => {}
        }
    }
}
