//! OpenAPI 3.0: schemas lose what JSON Schema can say and 3.0 cannot.

use super::write::Texts;
use super::{Losses, each_schema, openapi31, schemas_in, usual_scheme};
use catalog::openapi::Document;
use serde_json::{Map, Value, json};

/// Writes a whole definition.
pub(super) fn write(document: &Document, out: &mut Texts, losses: &Losses) {
    out.entry("openapi", &json!("3.0.4"));
    for (key, value) in document.root.as_object().into_iter().flatten() {
        match key.as_str() {
            "openapi" | "swagger" | "jsonSchemaDialect" | "$self" => {}
            "info" => out.entry(key, &info(value, losses)),
            "paths" | "x-ms-paths" => {
                out.begin(key);
                for (path, item) in value.as_object().into_iter().flatten() {
                    out.entry(path, &path_item(document, item, losses));
                }
                out.end();
            }
            "webhooks" => {
                losses.add("webhooks (they stand under `x-webhooks`)");
                out.entry("x-webhooks", &part(document, value, losses));
            }
            "components" => components(document, value, out, losses),
            "tags" => {
                let mut tags = value.clone();
                for tag in tags.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                    tag.retain(|key, _| !matches!(key.as_str(), "summary" | "parent" | "kind"));
                }
                out.entry(key, &tags);
            }
            _ => out.entry(key, value),
        }
    }
    if document.root.get("paths").is_none() {
        out.begin("paths");
        out.end();
    }
}

/// `info` without what came later.
pub(super) fn info(value: &Value, losses: &Losses) -> Value {
    let mut info = value.clone();
    if let Some(map) = info.as_object_mut() {
        if map.shift_remove("summary").is_some() {
            losses.add("summary of the API");
        }
        map.entry("title").or_insert_with(|| "".into());
        map.entry("version").or_insert_with(|| "".into());
        if let Some(license) = map.get_mut("license").and_then(Value::as_object_mut)
            && license.shift_remove("identifier").is_some()
        {
            losses.add("identifier of the licence");
        }
    }
    info
}

fn components(document: &Document, value: &Value, out: &mut Texts, losses: &Losses) {
    out.begin("components");
    for (kind, all) in value.as_object().into_iter().flatten() {
        if matches!(kind.as_str(), "pathItems" | "mediaTypes") {
            // Whoever refers to a path item has it written out.
            continue;
        }
        out.begin(kind);
        for (name, value) in all.as_object().into_iter().flatten() {
            if kind == "securitySchemes" && value.get("type").and_then(Value::as_str) == Some("mutualTLS") {
                losses.add("client certificates as authorization");
                continue;
            }
            let mut converted = match kind.as_str() {
                "schemas" => schema_of(document, value, losses),
                _ => part(document, value, losses),
            };
            if kind == "securitySchemes" {
                usual_scheme(&mut converted);
            }
            out.entry(name, &converted);
        }
        out.end();
    }
    out.end();
}

/// A path item, written out where it is a reference to a component.
pub(super) fn path_item(document: &Document, item: &Value, losses: &Losses) -> Value {
    let written =
        item.get("$ref").and_then(Value::as_str).is_some_and(|reference| reference.starts_with("#/components/pathItems/"));
    let item = if written { document.resolve(item).map_or(item, |(_, item)| item) } else { item };
    part(document, item, losses)
}

/// Anything but a schema.
pub(super) fn part(document: &Document, value: &Value, losses: &Losses) -> Value {
    let mut value = value.clone();
    if document.version.starts_with("3.2") {
        openapi31::newer(&mut value, losses);
    }
    if has_json_schema(document) {
        schemas_in(&mut value, &mut |one| schema(one, losses));
    }
    asked(document, &mut value);
    value
}

/// What 3.0 asks for and later versions do not: responses, and a description of each. And what it asks not to refer to:
/// authorization by certificate.
fn asked(document: &Document, value: &mut Value) {
    let Value::Object(map) = value else { return };
    for method in ["get", "put", "post", "delete", "options", "head", "patch", "trace"] {
        let Some(operation) = map.get_mut(method).and_then(Value::as_object_mut) else { continue };
        let responses = operation.entry("responses").or_insert_with(|| json!({}));
        let Some(responses) = responses.as_object_mut() else { continue };
        if !responses.keys().any(|key| !key.starts_with("x-")) {
            responses.insert("default".to_owned(), json!({ "description": "" }));
        }
        for response in responses.values_mut().filter_map(Value::as_object_mut) {
            if !response.contains_key("$ref") {
                response.entry("description").or_insert_with(|| "".into());
            }
        }
        if let Some(security) = operation.get_mut("security").and_then(Value::as_array_mut) {
            for way in security.iter_mut().filter_map(Value::as_object_mut) {
                let is_tls = |name: &str| {
                    let scheme = document.at("/components/securitySchemes").and_then(|all| all.get(name));
                    scheme.and_then(|scheme| scheme.get("type")).and_then(Value::as_str) == Some("mutualTLS")
                };
                way.retain(|name, _| !is_tls(name));
            }
        }
    }
}

/// A schema of 3.0.
pub(super) fn schema_of(document: &Document, value: &Value, losses: &Losses) -> Value {
    let mut value = value.clone();
    if has_json_schema(document) {
        schema(&mut value, losses);
    }
    value
}

/// Whether schemas are those of JSON Schema, as they are since 3.1.
fn has_json_schema(document: &Document) -> bool {
    !document.is_swagger() && !document.version.starts_with("3.0")
}

/// Keywords that 3.0 has no word for, and what is said of each.
const LOST: [(&str, &str); 17] = [
    ("if", "`if`, `then` and `else`"),
    ("then", ""),
    ("else", ""),
    ("patternProperties", "`patternProperties`"),
    ("propertyNames", "`propertyNames`"),
    ("contains", "`contains`"),
    ("minContains", ""),
    ("maxContains", ""),
    ("dependentRequired", "`dependentRequired`"),
    ("dependentSchemas", "`dependentSchemas`"),
    ("unevaluatedItems", "`unevaluatedItems`"),
    ("unevaluatedProperties", "`unevaluatedProperties`"),
    ("contentSchema", "`contentSchema`"),
    ("$defs", "`$defs`"),
    ("$dynamicRef", "`$dynamicRef`"),
    ("$anchor", "`$anchor`"),
    ("$id", "`$id`"),
];

fn schema(value: &mut Value, losses: &Losses) {
    match value {
        Value::Bool(true) => *value = json!({}),
        Value::Bool(false) => *value = json!({ "not": {} }),
        _ => {}
    }
    let Value::Object(map) = value else { return };
    // `false` is what `additionalProperties` may still be; tuples are handled as a whole below.
    let closed = map.get("additionalProperties").filter(|value| value.is_boolean()).cloned();
    each_schema(map, &mut |inner| schema(inner, losses));
    if let Some(closed) = closed {
        map.insert("additionalProperties".to_owned(), closed);
    }
    beside_reference(map);
    for (keyword, what) in LOST {
        if map.shift_remove(keyword).is_some() && !what.is_empty() {
            losses.add(what);
        }
    }
    map.retain(|key, _| {
        !matches!(key.as_str(), "$schema" | "$comment" | "$vocabulary" | "$dynamicAnchor" | "$recursiveRef" | "$recursiveAnchor")
    });
    if let Some(constant) = map.shift_remove("const") {
        map.entry("enum").or_insert_with(|| json!([constant]));
    }
    if let Some(Value::Array(examples)) = map.get("examples").cloned() {
        map.shift_remove("examples");
        if examples.len() > 1 {
            losses.add("all but the first example of a schema");
        }
        if let Some(first) = examples.into_iter().next() {
            map.entry("example").or_insert(first);
        }
    }
    for (limit, bare) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(number) = map.get(limit).filter(|value| value.is_number()).cloned() {
            map.insert(bare.to_owned(), number);
            map.insert(limit.to_owned(), true.into());
        }
    }
    contents(map);
    tuples(map, losses);
    types(map);
    if map.get("type").and_then(Value::as_str) == Some("array") {
        map.entry("items").or_insert_with(|| json!({}));
    }
    map.retain(|key, _| {
        let is_known = KNOWN.contains(&key.as_str()) || key.starts_with("x-");
        if !is_known {
            losses.add("keywords that are none of OpenAPI's");
        }
        is_known
    });
}

/// The keywords of a schema in 3.0.
const KNOWN: [&str; 36] = [
    "$ref",
    "title",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "required",
    "enum",
    "type",
    "not",
    "allOf",
    "oneOf",
    "anyOf",
    "items",
    "properties",
    "additionalProperties",
    "description",
    "format",
    "default",
    "nullable",
    "discriminator",
    "readOnly",
    "writeOnly",
    "example",
    "externalDocs",
    "deprecated",
    "xml",
];

/// Beside a reference nothing counts in 3.0, so it moves into an `allOf`.
fn beside_reference(map: &mut Map<String, Value>) {
    if map.len() > 1 && map.get("$ref").is_some_and(Value::is_string) {
        let reference = map.shift_remove("$ref").unwrap_or_default();
        let all = map.entry("allOf").or_insert_with(|| json!([]));
        if let Some(all) = all.as_array_mut() {
            all.insert(0, json!({ "$ref": reference }));
        }
    }
}

fn contents(map: &mut Map<String, Value>) {
    let encoding = map.shift_remove("contentEncoding");
    let media = map.shift_remove("contentMediaType");
    let format = match (encoding.as_ref().and_then(Value::as_str), media) {
        (Some("base64" | "base64url"), _) => "byte",
        (None, Some(_)) => "binary",
        _ => return,
    };
    map.entry("format").or_insert_with(|| format.into());
}

fn tuples(map: &mut Map<String, Value>, losses: &Losses) {
    let Some(Value::Array(first)) = map.shift_remove("prefixItems") else { return };
    losses.add("`prefixItems` (any of them may stand anywhere)");
    let rest = map.shift_remove("items");
    let mut any = first;
    if let Some(rest) = rest.filter(|rest| rest != &json!({ "not": {} })) {
        any.push(rest);
    } else {
        map.entry("maxItems").or_insert_with(|| any.len().into());
    }
    any.dedup();
    map.insert("items".to_owned(), if any.len() == 1 { any.remove(0) } else { json!({ "anyOf": any }) });
}

/// Lists of types, and `null` among types and alternatives.
fn types(map: &mut Map<String, Value>) {
    let mut nullable = false;
    match map.get("type").cloned() {
        Some(Value::Array(types)) => {
            let mut left: Vec<Value> = types.into_iter().filter(|one| one != "null").collect();
            nullable = map.get("type").and_then(Value::as_array).is_some_and(|types| types.len() > left.len());
            map.shift_remove("type");
            match left.len() {
                0 => {}
                1 => {
                    map.insert("type".to_owned(), left.remove(0));
                }
                _ => {
                    let any: Vec<Value> = left
                        .into_iter()
                        .map(|one| if one == "array" { json!({ "type": one, "items": {} }) } else { json!({ "type": one }) })
                        .collect();
                    if map.contains_key("anyOf") {
                        let all = map.entry("allOf").or_insert_with(|| json!([]));
                        all.as_array_mut().into_iter().for_each(|all| all.push(json!({ "anyOf": any })));
                    } else {
                        map.insert("anyOf".to_owned(), Value::Array(any));
                    }
                }
            }
        }
        Some(Value::String(one)) if one == "null" => {
            map.shift_remove("type");
            map.insert("enum".to_owned(), json!([null]));
            nullable = true;
        }
        _ => {}
    }
    for keyword in ["oneOf", "anyOf"] {
        let Some(alternatives) = map.get_mut(keyword).and_then(Value::as_array_mut) else { continue };
        // What was `{ "type": "null" }` was converted before this.
        let is_null = |one: &Value| one == &json!({ "enum": [null], "nullable": true });
        let count = alternatives.len();
        alternatives.retain(|one| !is_null(one));
        nullable |= alternatives.len() < count;
        if let [only] = alternatives.as_slice() {
            let only = only.clone();
            map.shift_remove(keyword);
            let all = map.entry("allOf").or_insert_with(|| json!([]));
            all.as_array_mut().into_iter().for_each(|all| all.push(only.clone()));
        } else if alternatives.is_empty() {
            map.shift_remove(keyword);
        }
    }
    if nullable {
        map.insert("nullable".to_owned(), true.into());
    }
}
