//! Swagger 2.0 in the shape of OpenAPI 3: what has another name or place moves there, everything else stays as written.

use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// Where the parts of a definition moved to.
const MOVED: [(&str, &str); 4] = [
    ("definitions", "schemas"),
    ("parameters", "parameters"),
    ("responses", "responses"),
    ("securityDefinitions", "securitySchemes"),
];

/// The keys of a parameter or header that say what its value looks like, and belong into a schema.
const SCHEMA_KEYS: [&str; 17] = [
    "type",
    "format",
    "items",
    "default",
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
    "enum",
    "multipleOf",
    "x-nullable",
];

/// Converts a whole definition.
pub(super) fn converted(root: Value) -> Value {
    let Value::Object(mut root) = root else { return root };
    let media = Media { consumes: take_texts(&mut root, "consumes"), produces: take_texts(&mut root, "produces") };
    let shared = root.get("parameters").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut out = Object::new();
    out.insert("openapi".to_owned(), "3.0.4".into());
    root.shift_remove("swagger");
    if let Some(info) = root.shift_remove("info") {
        out.insert("info".to_owned(), info);
    }
    let servers = servers(&mut root);
    if !servers.is_empty() {
        out.insert("servers".to_owned(), Value::Array(servers));
    }
    let mut components = Object::new();
    for (from, to) in MOVED {
        let Some(Value::Object(named)) = root.shift_remove(from) else { continue };
        match to {
            "parameters" => shared_parameters(named, &media, &mut components),
            "responses" => {
                let convert = |(name, value)| (name, response(value, &media.produces));
                components.insert(to.to_owned(), Value::Object(named.into_iter().map(convert).collect()));
            }
            "securitySchemes" => {
                let convert = |(name, value)| (name, security_scheme(value));
                components.insert(to.to_owned(), Value::Object(named.into_iter().map(convert).collect()));
            }
            _ => {
                components.insert(to.to_owned(), Value::Object(named));
            }
        }
    }
    for (key, value) in root {
        let value = if key == "paths" || key == "x-ms-paths" { paths(value, &media, &shared) } else { value };
        out.insert(key, value);
    }
    if !components.is_empty() {
        out.insert("components".to_owned(), Value::Object(components));
    }
    let mut out = Value::Object(out);
    rewrite(&mut out, false);
    out
}

/// The media types of bodies and answers where an operation does not say its own.
struct Media {
    consumes: Vec<String>,
    produces: Vec<String>,
}

fn servers(root: &mut Object) -> Vec<Value> {
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let (host, base) = (text(root.shift_remove("host")), text(root.shift_remove("basePath")).unwrap_or_default());
    let mut schemes = take_texts(root, "schemes");
    let Some(host) = host else {
        return if base.is_empty() { Vec::new() } else { vec![json!({ "url": base })] };
    };
    if schemes.is_empty() {
        schemes.push("https".to_owned());
    }
    let base = base.trim_end_matches('/');
    let base = if base.is_empty() || base.starts_with('/') { base.to_owned() } else { format!("/{base}") };
    schemes.into_iter().map(|scheme| json!({ "url": format!("{scheme}://{host}{base}") })).collect()
}

/// Parameters that operations share: those that are bodies become request bodies, form fields are written into each
/// operation that refers to them.
fn shared_parameters(named: Object, media: &Media, components: &mut Object) {
    let (mut parameters, mut bodies) = (Object::new(), Object::new());
    for (name, value) in named {
        match value.get("in").and_then(Value::as_str) {
            Some("body") => {
                bodies.insert(name, body(value, &media.consumes));
            }
            Some("formData") => {}
            _ => {
                parameters.insert(name, parameter(value));
            }
        }
    }
    for (key, map) in [("parameters", parameters), ("requestBodies", bodies)] {
        if !map.is_empty() {
            components.insert(key.to_owned(), Value::Object(map));
        }
    }
}

fn paths(value: Value, media: &Media, shared: &Object) -> Value {
    let Value::Object(paths) = value else { return value };
    let convert = |(path, item): (String, Value)| {
        let item = if path.starts_with("x-") { item } else { path_item(item, media, shared) };
        (path, item)
    };
    Value::Object(paths.into_iter().map(convert).collect())
}

fn path_item(value: Value, media: &Media, shared: &Object) -> Value {
    let Value::Object(mut item) = value else { return value };
    // Bodies and form fields of the path belong to each of its operations; the other parameters stay.
    let (mut own, mut fields) = (Vec::new(), Vec::new());
    let written = match item.shift_remove("parameters") {
        Some(Value::Array(list)) => list,
        Some(other) => {
            item.insert("parameters".to_owned(), other);
            Vec::new()
        }
        None => Vec::new(),
    };
    for value in written {
        if is_body(&value, shared) { fields.push(value) } else { own.push(parameter(value)) }
    }
    for method in METHODS {
        if let Some(Value::Object(operation)) = item.get_mut(method) {
            convert_operation(operation, &fields, media, shared);
        }
    }
    if !own.is_empty() {
        item.insert("parameters".to_owned(), Value::Array(own));
    }
    Value::Object(item)
}

fn convert_operation(operation: &mut Object, inherited: &[Value], media: &Media, shared: &Object) {
    let or = |own: Vec<String>, all: &[String]| if own.is_empty() { all.to_vec() } else { own };
    let consumes = or(take_texts(operation, "consumes"), &media.consumes);
    let produces = or(take_texts(operation, "produces"), &media.produces);
    let (mut parameters, mut fields) = (Vec::new(), inherited.to_vec());
    match operation.shift_remove("parameters") {
        Some(Value::Array(list)) => {
            for value in list {
                if is_body(&value, shared) { fields.push(value) } else { parameters.push(parameter(value)) }
            }
        }
        Some(other) => {
            operation.insert("parameters".to_owned(), other);
        }
        None => {}
    }
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), Value::Array(parameters));
    }
    if let Some(body) = request_body(fields, &consumes, shared) {
        operation.insert("requestBody".to_owned(), body);
    }
    if let Some(Value::Object(responses)) = operation.get_mut("responses") {
        for (status, value) in responses.iter_mut().filter(|(status, _)| !status.starts_with("x-")) {
            let _ = status;
            *value = response(std::mem::take(value), &produces);
        }
    }
    // The schemes of an operation have no place of their own in OpenAPI 3 but its servers, which need a host.
    if let Some(schemes) = operation.shift_remove("schemes") {
        operation.insert("x-schemes".to_owned(), schemes);
    }
}

/// The parameter that a reference names, or the parameter itself.
fn target<'a>(value: &'a Value, shared: &'a Object) -> &'a Value {
    let name = value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix("#/parameters/"));
    name.and_then(|name| shared.get(&crate::tree::key_of(name))).unwrap_or(value)
}

fn is_body(value: &Value, shared: &Object) -> bool {
    matches!(target(value, shared).get("in").and_then(Value::as_str), Some("body" | "formData"))
}

fn request_body(fields: Vec<Value>, consumes: &[String], shared: &Object) -> Option<Value> {
    let (mut properties, mut required, mut file) = (Object::new(), Vec::new(), false);
    let mut whole = None;
    for field in fields {
        if target(&field, shared).get("in").and_then(Value::as_str) == Some("body") {
            let name = field.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix("#/parameters/"));
            whole = Some(match name {
                Some(name) => json!({ "$ref": format!("#/components/requestBodies/{name}") }),
                None => body(field, consumes),
            });
            continue;
        }
        let Value::Object(mut field) = target(&field, shared).clone() else { continue };
        let Some(name) = field.shift_remove("name").and_then(|name| name.as_str().map(str::to_owned)) else { continue };
        file |= field.get("type").and_then(Value::as_str) == Some("file");
        if field.get("required") == Some(&Value::Bool(true)) {
            required.push(Value::String(name.clone()));
        }
        let Value::Object(mut schema) = schema_of(&mut field) else { continue };
        if let Some(description) = field.shift_remove("description") {
            schema.insert("description".to_owned(), description);
        }
        properties.insert(name, Value::Object(schema));
    }
    if whole.is_some() || properties.is_empty() {
        return whole;
    }
    let mut schema = Object::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), Value::Object(properties));
    let is_required = !required.is_empty();
    if is_required {
        schema.insert("required".to_owned(), Value::Array(required));
    }
    let forms = ["multipart/form-data", "application/x-www-form-urlencoded"];
    let mut types: Vec<String> = consumes.iter().filter(|media| forms.contains(&media.as_str())).cloned().collect();
    if types.is_empty() {
        types.push(forms[usize::from(!file)].to_owned());
    }
    let mut body = Object::new();
    body.insert("content".to_owned(), content(&types, &Value::Object(schema)));
    if is_required {
        body.insert("required".to_owned(), true.into());
    }
    Some(Value::Object(body))
}

fn body(value: Value, consumes: &[String]) -> Value {
    let Value::Object(mut body) = value else { return value };
    let schema = body.shift_remove("schema").unwrap_or_else(|| json!({}));
    body.shift_remove("in");
    if let Some(name) = body.shift_remove("name") {
        body.insert("x-name".to_owned(), name);
    }
    let json = ["application/json".to_owned()];
    body.insert("content".to_owned(), content(if consumes.is_empty() { &json } else { consumes }, &schema));
    Value::Object(body)
}

fn content(types: &[String], schema: &Value) -> Value {
    Value::Object(types.iter().map(|media| (media.clone(), json!({ "schema": schema }))).collect())
}

/// A parameter that is not a body: what its value looks like moves into `schema`.
fn parameter(value: Value) -> Value {
    let Value::Object(mut parameter) = value else { return value };
    if parameter.contains_key("$ref") {
        return Value::Object(parameter);
    }
    let place = parameter.get("in").and_then(Value::as_str).unwrap_or_default().to_owned();
    let is_list = parameter.get("type").and_then(Value::as_str) == Some("array");
    let format = parameter.shift_remove("collectionFormat").and_then(|format| format.as_str().map(str::to_owned));
    let schema = schema_of(&mut parameter);
    if is_list {
        let query = place == "query";
        let (style, explode) = match format.as_deref().unwrap_or("csv") {
            "multi" => ("form", true),
            "ssv" if query => ("spaceDelimited", false),
            "pipes" if query => ("pipeDelimited", false),
            "tsv" => {
                parameter.insert("x-collectionFormat".to_owned(), "tsv".into());
                ("form", false)
            }
            _ => (if query { "form" } else { "simple" }, false),
        };
        parameter.insert("style".to_owned(), style.into());
        parameter.insert("explode".to_owned(), explode.into());
    }
    parameter.insert("schema".to_owned(), schema);
    Value::Object(parameter)
}

fn schema_of(object: &mut Object) -> Value {
    let mut schema = Object::new();
    for key in SCHEMA_KEYS {
        if let Some(value) = object.shift_remove(key) {
            schema.insert(key.to_owned(), value);
        }
    }
    Value::Object(schema)
}

fn response(value: Value, produces: &[String]) -> Value {
    let Value::Object(mut response) = value else { return value };
    if response.contains_key("$ref") {
        return Value::Object(response);
    }
    let (schema, examples) = (response.shift_remove("schema"), response.shift_remove("examples"));
    let examples =
        examples.and_then(|examples| if let Value::Object(map) = examples { Some(map) } else { None }).unwrap_or_default();
    let mut types: Vec<String> = Vec::new();
    if schema.is_some() {
        types.extend(produces.iter().cloned());
        if types.is_empty() && examples.is_empty() {
            types.push("application/json".to_owned());
        }
    }
    types.extend(examples.keys().filter(|media| !produces.contains(media) || schema.is_none()).cloned());
    if !types.is_empty() {
        let mut content = Object::new();
        for media in types {
            let mut entry = Object::new();
            if let Some(schema) = &schema {
                entry.insert("schema".to_owned(), schema.clone());
            }
            if let Some(example) = examples.get(&media) {
                entry.insert("example".to_owned(), example.clone());
            }
            content.insert(media, Value::Object(entry));
        }
        response.insert("content".to_owned(), Value::Object(content));
    }
    if let Some(Value::Object(headers)) = response.get_mut("headers") {
        for value in headers.values_mut() {
            if let Value::Object(header) = value {
                header.shift_remove("collectionFormat");
                let schema = schema_of(header);
                header.insert("schema".to_owned(), schema);
            }
        }
    }
    Value::Object(response)
}

fn security_scheme(value: Value) -> Value {
    let Value::Object(mut scheme) = value else { return value };
    match scheme.get("type").and_then(Value::as_str) {
        Some("basic") => {
            scheme.insert("type".to_owned(), "http".into());
            scheme.insert("scheme".to_owned(), "basic".into());
        }
        Some("oauth2") => {
            let flow = match scheme.shift_remove("flow").as_ref().and_then(Value::as_str) {
                Some("application") => "clientCredentials",
                Some("accessCode") => "authorizationCode",
                Some("password") => "password",
                _ => "implicit",
            };
            let mut details = Object::new();
            for key in ["authorizationUrl", "tokenUrl", "scopes"] {
                if let Some(value) = scheme.shift_remove(key) {
                    details.insert(key.to_owned(), value);
                }
            }
            details.entry("scopes").or_insert_with(|| json!({}));
            scheme.insert("flows".to_owned(), json!({ flow: details }));
        }
        _ => {}
    }
    Value::Object(scheme)
}

/// What has another spelling wherever it stands: references, files, discriminators, `x-nullable`. Examples stay as written.
fn rewrite(value: &mut Value, named: bool) {
    match value {
        Value::Object(object) => {
            if !named {
                rewrite_schema(object);
            }
            for (key, value) in object.iter_mut() {
                if named
                    || !(matches!(key.as_str(), "example" | "default" | "enum") || key.starts_with("x-") && key != "x-ms-paths")
                {
                    rewrite(value, !named && matches!(key.as_str(), "properties" | "schemas" | "responses" | "parameters"));
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, false)),
        _ => {}
    }
}

fn rewrite_schema(object: &mut Object) {
    if let Some(Value::String(reference)) = object.get_mut("$ref") {
        for (from, to) in MOVED {
            if let Some(name) =
                reference.strip_prefix("#/").and_then(|rest| rest.strip_prefix(from)).and_then(|rest| rest.strip_prefix('/'))
            {
                *reference = format!("#/components/{to}/{name}");
                break;
            }
        }
    }
    if object.get("type").and_then(Value::as_str) == Some("file") {
        object.insert("type".to_owned(), "string".into());
        object.insert("format".to_owned(), "binary".into());
    }
    if let Some(Value::String(property)) = object.get("discriminator") {
        let property = property.clone();
        object.insert("discriminator".to_owned(), json!({ "propertyName": property }));
    }
    if let Some(nullable) = object.shift_remove("x-nullable") {
        object.insert("nullable".to_owned(), nullable);
    }
}

fn take_texts(object: &mut Object, key: &str) -> Vec<String> {
    match object.shift_remove(key) {
        Some(Value::Array(items)) => items.into_iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}
