//! OpenAPI 2.0 (Swagger): the shape of 3.0 folded back. Bodies become parameters, types move out of schemas, and what came
//! with 3.0 is left out.

use super::write::Texts;
use super::{Losses, openapi30};
use catalog::openapi::{Document, example::is_json};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

type Object = Map<String, Value>;

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// Writes a whole definition.
pub(super) fn write(document: &Document, out: &mut Texts, losses: &Losses) {
    let writer = Writer { document, losses, dropped: dropped_schemes(document, losses) };
    let root = &document.root;
    out.entry("swagger", &json!("2.0"));
    out.entry("info", &openapi30::info(root.get("info").unwrap_or(&json!({})), losses));
    writer.servers(out);
    for key in ["tags", "externalDocs"] {
        if let Some(value) = root.get(key) {
            out.entry(key, &tags(value));
        }
    }
    if let Some(security) = root.get("security") {
        out.entry("security", &writer.security(security));
    }
    out.begin("paths");
    for (path, item) in root.get("paths").and_then(Value::as_object).into_iter().flatten() {
        out.entry(path, &if path.starts_with("x-") { item.clone() } else { writer.path_item(item) });
    }
    out.end();
    if root.get("webhooks").is_some() {
        losses.add("webhooks");
    }
    writer.components(out);
    for (key, value) in root
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| key.starts_with("x-") && *key != "x-ms-paths" && *key != "x-schemes")
    {
        out.entry(key, value);
    }
}

fn tags(value: &Value) -> Value {
    let mut value = value.clone();
    for tag in value.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        tag.retain(|key, _| matches!(key.as_str(), "name" | "description" | "externalDocs") || key.starts_with("x-"));
    }
    value
}

/// Schemes that 2.0 has no word for.
fn dropped_schemes(document: &Document, losses: &Losses) -> BTreeSet<String> {
    let all = document.at("/components/securitySchemes").and_then(Value::as_object).into_iter().flatten();
    let mut dropped = BTreeSet::new();
    for (name, scheme) in all {
        let scheme = document.resolve(scheme).map_or(scheme, |(_, scheme)| scheme);
        let what = match text(scheme, "type") {
            "openIdConnect" => "OpenID Connect",
            "mutualTLS" => "client certificates as authorization",
            "apiKey" if text(scheme, "in") == "cookie" => "API keys in cookies",
            "http" if !["basic", "bearer"].contains(&text(scheme, "scheme").to_lowercase().as_str()) => {
                "HTTP authorization other than basic and bearer"
            }
            "apiKey" | "http" | "oauth2" => continue,
            _ => "authorization of unknown types",
        };
        losses.add(what);
        dropped.insert(name.clone());
    }
    dropped
}

struct Writer<'a> {
    document: &'a Document,
    losses: &'a Losses,
    dropped: BTreeSet<String>,
}

impl<'a> Writer<'a> {
    fn servers(&self, out: &mut Texts) {
        let servers = self.document.at("/servers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let urls: Vec<String> = servers.iter().filter_map(url).collect();
        let Some(first) = urls.first() else { return };
        let split = |url: &str| {
            let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
            let at = rest.find('/').unwrap_or(rest.len());
            let (host, base) = if scheme.is_empty() { ("", rest) } else { rest.split_at(at) };
            (scheme.to_owned(), host.to_owned(), base.trim_end_matches('/').to_owned())
        };
        let (_, host, base) = split(first);
        if !host.is_empty() {
            out.entry("host", &json!(host));
        }
        if base.starts_with('/') {
            out.entry("basePath", &json!(base));
        }
        let mut schemes: Vec<String> = Vec::new();
        for (scheme, other, path) in urls.iter().map(|url| split(url)) {
            match (other == host && path == base, ["http", "https", "ws", "wss"].contains(&scheme.as_str())) {
                (true, true) if !schemes.contains(&scheme) => schemes.push(scheme),
                (true, _) => {}
                (false, _) => self.losses.add("all servers but the first"),
            }
        }
        if !schemes.is_empty() {
            out.entry("schemes", &json!(schemes));
        }
    }

    fn security(&self, value: &Value) -> Value {
        let ways = value.as_array().into_iter().flatten().filter_map(Value::as_object);
        let ways = ways.filter_map(|way| {
            let left: Object = way
                .iter()
                .filter(|(name, _)| !self.dropped.contains(*name))
                .map(|(name, scopes)| (name.clone(), if scopes.is_array() { scopes.clone() } else { json!([]) }))
                .collect();
            (left.len() == way.len() || !left.is_empty()).then_some(Value::Object(left))
        });
        Value::Array(ways.collect())
    }

    fn path_item(&self, item: &Value) -> Value {
        let item = self.document.resolve(item).map_or(item, |(_, item)| item);
        let mut out = Object::new();
        for (key, value) in item.as_object().into_iter().flatten() {
            match key.as_str() {
                "parameters" => {
                    out.insert(key.clone(), Value::Array(self.parameters(value)));
                }
                "servers" => self.losses.add("servers of paths and operations"),
                method if METHODS.contains(&method) => {
                    out.insert(key.clone(), self.operation(value));
                }
                "trace" => self.losses.add("operations with the method TRACE"),
                "query" | "additionalOperations" => self.losses.add("operations with other methods"),
                key if key.starts_with("x-") => {
                    out.insert(key.to_owned(), value.clone());
                }
                _ => {}
            }
        }
        Value::Object(out)
    }

    fn operation(&self, operation: &Value) -> Value {
        let mut out = Object::new();
        let mut produces: Vec<String> = Vec::new();
        let mut parameters = operation.get("parameters").map(|list| self.parameters(list)).unwrap_or_default();
        if let Some(body) = operation.get("requestBody") {
            let (body, consumes) = self.body(body);
            parameters.extend(body);
            if !consumes.is_empty() {
                out.insert("consumes".to_owned(), json!(consumes));
            }
        }
        let responses = self.responses(operation.get("responses"), &mut produces);
        for (key, value) in operation.as_object().into_iter().flatten() {
            match key.as_str() {
                "tags" | "summary" | "description" | "externalDocs" | "operationId" | "deprecated" => {
                    out.insert(key.clone(), value.clone());
                }
                "security" => {
                    out.insert(key.clone(), self.security(value));
                }
                "callbacks" => self.losses.add("callbacks"),
                "servers" => self.losses.add("servers of paths and operations"),
                key if key.starts_with("x-") => {
                    out.insert(key.to_owned(), value.clone());
                }
                _ => {}
            }
        }
        if !produces.is_empty() {
            out.insert("produces".to_owned(), json!(produces));
        }
        if !parameters.is_empty() {
            out.insert("parameters".to_owned(), Value::Array(parameters));
        }
        out.insert("responses".to_owned(), Value::Object(responses));
        Value::Object(out)
    }

    fn parameters(&self, list: &Value) -> Vec<Value> {
        list.as_array().into_iter().flatten().filter_map(|parameter| self.parameter(parameter, true)).collect()
    }

    /// A parameter that is not a body. `None` for what 2.0 has no place for.
    fn parameter(&self, parameter: &Value, may_refer: bool) -> Option<Value> {
        let (_, target) = self.document.resolve(parameter)?;
        if text(target, "in") == "cookie" {
            self.losses.add("parameters in cookies");
            return None;
        }
        if may_refer && let Some(reference) = parameter.get("$ref").and_then(Value::as_str) {
            return Some(json!({ "$ref": moved(reference) }));
        }
        let mut out = Object::new();
        for key in ["name", "in", "description", "required"] {
            out.extend(target.get(key).map(|value| (key.to_owned(), value.clone())));
        }
        if text(target, "in") == "path" {
            out.insert("required".to_owned(), true.into());
        }
        if target.get("allowEmptyValue") == Some(&Value::Bool(true)) && ["query", "formData"].contains(&text(target, "in")) {
            out.insert("allowEmptyValue".to_owned(), true.into());
        }
        if target.get("content").is_some() {
            self.losses.add("content types of parameters");
        }
        let content = || target.get("content")?.as_object()?.values().next()?.get("schema");
        out.extend(self.simple(target.get("schema").or_else(content)));
        if out.get("type").and_then(Value::as_str) == Some("array") {
            let explode = target.get("explode").and_then(Value::as_bool);
            let format = match (text(target, "style"), text(target, "in")) {
                ("spaceDelimited", _) => "ssv",
                ("pipeDelimited", _) => "pipes",
                (_, "query") if explode != Some(false) => "multi",
                _ => "csv",
            };
            let format = if text(target, "x-collectionFormat") == "tsv" { "tsv" } else { format };
            out.insert("collectionFormat".to_owned(), format.into());
        }
        out.extend(extensions(target));
        Some(Value::Object(out))
    }

    /// What a schema says of a value that is no object: for parameters, headers and form fields.
    fn simple(&self, schema: Option<&Value>) -> Object {
        let mut out = Object::new();
        let schema = schema.and_then(|schema| self.document.resolve(schema)).map(|(_, schema)| schema);
        let converted = schema.map(|schema| openapi30::schema_of(self.document, schema, self.losses)).unwrap_or_default();
        // `allOf` with one part is how 3.0 says more about something shared.
        let only = converted
            .get("allOf")
            .and_then(Value::as_array)
            .filter(|all| all.len() == 1)
            .and_then(|all| self.document.resolve(&all[0]));
        let only = only.map(|(_, only)| openapi30::schema_of(self.document, only, self.losses));
        for part in only.iter().chain([&converted]) {
            for key in SIMPLE {
                out.extend(part.get(key).map(|value| (key.to_owned(), value.clone())));
            }
        }
        match out.get("type").and_then(Value::as_str) {
            Some("array") => {
                let items = self.simple(out.get("items"));
                out.insert("items".to_owned(), Value::Object(items));
            }
            Some("string" | "number" | "integer" | "boolean" | "file") => {
                out.shift_remove("items");
            }
            _ => {
                if schema.is_some_and(|schema| schema.as_object().is_some_and(|map| !map.is_empty())) {
                    self.losses.add("objects and alternatives as parameters or headers (they are texts)");
                }
                out.retain(|key, _| matches!(key.as_str(), "enum" | "pattern"));
                if out.get("enum").and_then(Value::as_array).is_some_and(|values| !values.iter().all(Value::is_string)) {
                    out.shift_remove("enum");
                }
                out.insert("type".to_owned(), "string".into());
            }
        }
        if out.get("exclusiveMinimum").is_some() && !out.contains_key("minimum") {
            out.shift_remove("exclusiveMinimum");
        }
        if out.get("exclusiveMaximum").is_some() && !out.contains_key("maximum") {
            out.shift_remove("exclusiveMaximum");
        }
        out
    }

    /// A body as one parameter, or a form as one for each field; and its content types.
    fn body(&self, body: &Value) -> (Vec<Value>, Vec<String>) {
        let Some((_, body)) = self.document.resolve(body) else { return (Vec::new(), Vec::new()) };
        let content = body.get("content").and_then(Value::as_object);
        let types: Vec<String> = content.into_iter().flatten().map(|(media, _)| media.clone()).collect();
        let is_form =
            |media: &str| media.starts_with("multipart/form-data") || media.starts_with("application/x-www-form-urlencoded");
        let entry = |media: &String| content.and_then(|content| content.get(media));
        if !types.is_empty() && types.iter().all(|media| is_form(media)) {
            let fields = types.iter().find_map(|media| self.fields(entry(media)?.get("schema")?));
            if let Some(fields) = fields {
                return (fields, types);
            }
        }
        let (forms, others): (Vec<String>, Vec<String>) = types.into_iter().partition(|media| is_form(media));
        if !forms.is_empty() && !others.is_empty() {
            self.losses.add("forms beside other bodies");
        }
        let types = if others.is_empty() { forms } else { others };
        let Some(first) = types.iter().find(|media| is_json(media)).or(types.first()) else { return (Vec::new(), types) };
        let schema = entry(first).and_then(|entry| entry.get("schema"));
        if types.iter().any(|media| entry(media).and_then(|entry| entry.get("schema")) != schema) {
            self.losses.add("bodies with another schema for another type");
        }
        let name = text(body, "x-name");
        let mut out = Object::new();
        out.insert("name".to_owned(), if name.is_empty() { "body" } else { name }.into());
        out.insert("in".to_owned(), "body".into());
        for key in ["description", "required"] {
            out.extend(body.get(key).map(|value| (key.to_owned(), value.clone())));
        }
        out.insert("schema".to_owned(), schema.map_or_else(|| json!({}), |schema| self.schema(schema)));
        out.extend(extensions(body).filter(|(key, _)| key != "x-name"));
        (vec![Value::Object(out)], types)
    }

    /// The fields of a form. `None` if it is no object with properties.
    fn fields(&self, schema: &Value) -> Option<Vec<Value>> {
        let (_, schema) = self.document.resolve(schema)?;
        let properties = schema.get("properties")?.as_object()?;
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let field = |(name, property): (&String, &Value)| {
            let mut out = Object::new();
            let target = self.document.resolve(property).map_or(property, |(_, target)| target);
            out.insert("name".to_owned(), name.as_str().into());
            out.insert("in".to_owned(), "formData".into());
            out.extend(target.get("description").map(|value| ("description".to_owned(), value.clone())));
            if required.contains(&name.as_str()) {
                out.insert("required".to_owned(), true.into());
            }
            let mut simple = self.simple(Some(property));
            if simple.get("type").and_then(Value::as_str) == Some("string")
                && simple.get("format").and_then(Value::as_str) == Some("binary")
            {
                simple = Object::from_iter([("type".to_owned(), "file".into())]);
            }
            if simple.get("type").and_then(Value::as_str) == Some("array") {
                simple.insert("collectionFormat".to_owned(), "multi".into());
            }
            out.extend(simple);
            Value::Object(out)
        };
        Some(properties.iter().map(field).collect())
    }

    fn responses(&self, responses: Option<&Value>, produces: &mut Vec<String>) -> Object {
        let mut out = Object::new();
        for (status, response) in responses.and_then(Value::as_object).into_iter().flatten() {
            let is_known = status == "default" || status.len() == 3 && status.bytes().all(|digit| digit.is_ascii_digit());
            if !is_known && !status.starts_with("x-") {
                self.losses.add("answers for a range of status codes, such as `4XX`");
                continue;
            }
            if let Some((_, target)) = self.document.resolve(response) {
                let types = target.get("content").and_then(Value::as_object).into_iter().flatten();
                for (media, _) in types {
                    if !produces.contains(media) {
                        produces.push(media.clone());
                    }
                }
            }
            let converted = match response.get("$ref").and_then(Value::as_str) {
                Some(reference) => json!({ "$ref": moved(reference) }),
                None => self.response(response),
            };
            out.insert(status.clone(), converted);
        }
        if !out.keys().any(|key| !key.starts_with("x-")) {
            out.insert("default".to_owned(), json!({ "description": "" }));
        }
        out
    }

    fn response(&self, response: &Value) -> Value {
        let mut out = Object::new();
        out.insert("description".to_owned(), text(response, "description").into());
        let content = response.get("content").and_then(Value::as_object);
        let first =
            content.and_then(|content| content.iter().find(|(media, _)| is_json(media)).or_else(|| content.iter().next()));
        if let Some((_, entry)) = first {
            let schema = entry.get("schema");
            if content.into_iter().flatten().any(|(_, other)| other.get("schema") != schema) {
                self.losses.add("answers with another schema for another type");
            }
            out.extend(schema.map(|schema| ("schema".to_owned(), self.schema(schema))));
        }
        let mut examples = Object::new();
        for (media, entry) in content.into_iter().flatten() {
            let several = entry.get("examples").and_then(Value::as_object);
            if several.is_some_and(|several| several.len() > 1) {
                self.losses.add("all but the first example of an answer");
            }
            let named = || self.document.resolve(several?.values().next()?)?.1.get("value");
            examples.extend(entry.get("example").or_else(named).map(|example| (media.clone(), example.clone())));
        }
        if !examples.is_empty() {
            out.insert("examples".to_owned(), Value::Object(examples));
        }
        if response.get("links").is_some() {
            self.losses.add("links");
        }
        let headers = response.get("headers").and_then(Value::as_object).into_iter().flatten();
        let headers: Object = headers
            .filter_map(|(name, header)| {
                let (_, header) = self.document.resolve(header)?;
                let content = || header.get("content")?.as_object()?.values().next()?.get("schema");
                let mut simple = self.simple(header.get("schema").or_else(content));
                simple.extend(header.get("description").map(|value| ("description".to_owned(), value.clone())));
                Some((name.clone(), Value::Object(simple)))
            })
            .collect();
        if !headers.is_empty() {
            out.insert("headers".to_owned(), Value::Object(headers));
        }
        out.extend(extensions(response));
        Value::Object(out)
    }

    fn schema(&self, schema: &Value) -> Value {
        let mut schema = openapi30::schema_of(self.document, schema, self.losses);
        fold(&mut schema, self.losses);
        schema
    }

    fn components(&self, out: &mut Texts) {
        let named = |kind: &str| self.document.at("/components")?.get(kind)?.as_object();
        if let Some(schemas) = named("schemas") {
            out.begin("definitions");
            for (name, schema) in schemas {
                out.entry(name, &self.schema(schema));
            }
            out.end();
        }
        let parameters: Vec<(&String, Value)> = named("parameters")
            .into_iter()
            .flatten()
            .filter_map(|(name, parameter)| Some((name, self.parameter(parameter, true)?)))
            .collect();
        if !parameters.is_empty() {
            out.begin("parameters");
            parameters.iter().for_each(|(name, parameter)| out.entry(name, parameter));
            out.end();
        }
        if let Some(responses) = named("responses").filter(|responses| !responses.is_empty()) {
            out.begin("responses");
            for (name, response) in responses {
                let response = self.document.resolve(response).map_or(response, |(_, response)| response);
                out.entry(name, &self.response(response));
            }
            out.end();
        }
        let schemes: Vec<(String, Value)> =
            named("securitySchemes").into_iter().flatten().flat_map(|(name, scheme)| self.scheme(name, scheme)).collect();
        if !schemes.is_empty() {
            out.begin("securityDefinitions");
            schemes.iter().for_each(|(name, scheme)| out.entry(name, scheme));
            out.end();
        }
    }

    /// A scheme; one for each flow of OAuth, of which 2.0 has one each. The first keeps the name.
    fn scheme(&self, name: &str, scheme: &Value) -> Vec<(String, Value)> {
        if self.dropped.contains(name) {
            return Vec::new();
        }
        let scheme = self.document.resolve(scheme).map_or(scheme, |(_, scheme)| scheme);
        let mut common: Object = extensions(scheme).collect();
        common.extend(scheme.get("description").map(|value| ("description".to_owned(), value.clone())));
        let with = |fields: Value| {
            let mut out = fields.as_object().cloned().unwrap_or_default();
            out.extend(common.clone());
            Value::Object(out)
        };
        match text(scheme, "type") {
            "apiKey" => {
                vec![(name.to_owned(), with(json!({ "type": "apiKey", "name": text(scheme, "name"), "in": text(scheme, "in") })))]
            }
            "http" if text(scheme, "scheme").eq_ignore_ascii_case("basic") => {
                vec![(name.to_owned(), with(json!({ "type": "basic" })))]
            }
            "http" => {
                self.losses.add("bearer tokens (they are a header `Authorization`)");
                vec![(name.to_owned(), with(json!({ "type": "apiKey", "name": "Authorization", "in": "header" })))]
            }
            _ => {
                let flows = scheme.get("flows").and_then(Value::as_object).into_iter().flatten();
                let mut all = Vec::new();
                for (flow, details) in flows {
                    let written = match flow.as_str() {
                        "implicit" => "implicit",
                        "password" => "password",
                        "clientCredentials" => "application",
                        "authorizationCode" => "accessCode",
                        _ => {
                            self.losses.add("other flows of OAuth 2");
                            continue;
                        }
                    };
                    let mut fields = json!({ "type": "oauth2", "flow": written });
                    let needed: &[&str] = match written {
                        "implicit" => &["authorizationUrl"],
                        "accessCode" => &["authorizationUrl", "tokenUrl"],
                        _ => &["tokenUrl"],
                    };
                    for key in needed {
                        fields[*key] = text(details, key).into();
                    }
                    fields["scopes"] = details.get("scopes").cloned().unwrap_or_else(|| json!({}));
                    let name = if all.is_empty() { name.to_owned() } else { format!("{name}_{written}") };
                    all.push((name, with(fields)));
                }
                if all.len() > 1 {
                    self.losses.add("several flows of OAuth 2 in one scheme (they are schemes of their own)");
                }
                all
            }
        }
    }
}

/// The keywords that a parameter or header may have itself.
const SIMPLE: [&str; 16] = [
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
];

/// A schema of 3.0 as one of 2.0, and its references.
fn fold(value: &mut Value, losses: &Losses) {
    let Value::Object(map) = value else { return };
    super::each_schema(map, &mut |inner| fold(inner, losses));
    if let Some(Value::String(reference)) = map.get_mut("$ref") {
        *reference = moved(reference);
    }
    if let Some(nullable) = map.shift_remove("nullable") {
        map.insert("x-nullable".to_owned(), nullable);
    }
    for (keyword, kept) in [("oneOf", "x-oneOf"), ("anyOf", "x-anyOf")] {
        if let Some(alternatives) = map.shift_remove(keyword) {
            losses.add("`oneOf` and `anyOf` (they stand under `x-oneOf` and `x-anyOf`)");
            map.insert(kept.to_owned(), alternatives);
        }
    }
    if map.shift_remove("not").is_some() {
        losses.add("`not`");
    }
    if map.shift_remove("writeOnly").is_some() {
        losses.add("`writeOnly`");
    }
    if let Some(deprecated) = map.shift_remove("deprecated") {
        map.insert("x-deprecated".to_owned(), deprecated);
    }
    if let Some(discriminator) = map.shift_remove("discriminator") {
        if discriminator.get("mapping").is_some() {
            losses.add("`mapping` of discriminators");
        }
        // 2.0 wants the property to be described and required in the same schema.
        let name =
            discriminator.get("propertyName").and_then(Value::as_str).or(discriminator.as_str()).unwrap_or_default().to_owned();
        let is_described = map.get("properties").is_some_and(|properties| properties.get(&name).is_some());
        if is_described {
            map.insert("discriminator".to_owned(), name.into());
        }
    }
    for (limit, flag) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if map.contains_key(flag) && !map.contains_key(limit) {
            map.shift_remove(flag);
        }
    }
    if map.get("required").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        map.shift_remove("required");
    }
}

/// Where 2.0 has what a reference names.
fn moved(reference: &str) -> String {
    for (from, to) in [("schemas", "definitions"), ("parameters", "parameters"), ("responses", "responses")] {
        if let Some(name) = reference.strip_prefix(&format!("#/components/{from}/")) {
            return format!("#/{to}/{name}");
        }
    }
    reference.to_owned()
}

fn extensions(value: &Value) -> impl Iterator<Item = (String, Value)> {
    let all = value.as_object().into_iter().flatten();
    all.filter(|(key, _)| key.starts_with("x-") && *key != "x-collectionFormat").map(|(key, value)| (key.clone(), value.clone()))
}

/// The address of a server with the defaults of its variables.
fn url(server: &Value) -> Option<String> {
    let mut url = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        let default = variable.get("default").map(|default| default.as_str().map_or_else(|| default.to_string(), str::to_owned));
        url = url.replace(&format!("{{{name}}}"), &default.unwrap_or_default());
    }
    Some(url)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
