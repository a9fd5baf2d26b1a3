//! What the console knows of an operation: the file beside its page, and the request that the page's samples show.

use crate::site::{ApiSite, Site};
use catalog::model::VersioningScheme;
use catalog::openapi::{
    self, Document,
    example::{self, Way, is_json},
};
use console::operation::{ApiLink, Body, Content, Field, Key, Operation, Parameter, Sample, Scheme, Server};
use console::request::{self, Credential, Filled, FilledBody, GivenValue, Part, Request};
use serde_json::{Map, Value};

/// The file beside the page.
pub(crate) const FILE: &str = "console.json";

/// How many bytes of schemas one file holds, at most; a value whose schema was left out is not checked.
const SCHEMAS_BYTES_MAX: usize = 150_000;
/// How many examples a body offers, and how long each may be.
const SAMPLES_MAX: usize = 8;
const SAMPLE_BYTES_MAX: usize = 40_000;
/// The longest body that samples hold; a longer one is a file in them.
const BODY_BYTES_MAX: usize = 7_000;
/// What stands where the caller's key goes.
const YOUR_KEY: &str = "YOUR_KEY";

/// Describes an operation. The links lead from its page, whose address is `path`.
pub(crate) fn describe(
    site: &Site<'_>,
    api: &ApiSite<'_>,
    index: usize,
    definition: &openapi::Operation,
    path: &str,
) -> Operation {
    let mut describer = Describer { document: &api.api.definition, schemas: Map::new(), bytes: 0 };
    let operation = &api.api.operations[index];
    let root = "../".repeat(path.matches('/').count());
    let (template, more) = operation.url_template.split_once('?').unwrap_or((&operation.url_template, ""));
    let mut described = Operation {
        api: api.api.name.clone(),
        title: operation.display_name.clone(),
        method: operation.method.clone(),
        // APIM's bare `*` at the end is a parameter without a name.
        path: template
            .strip_suffix('*')
            .filter(|_| template.ends_with("/*"))
            .map_or(template.to_owned(), |rest| format!("{rest}{{*path}}")),
        servers: servers(site, api),
        apis: links(site, api, &operation.name, &root),
        parameters: describer.parameters(definition, template),
        ..Operation::default()
    };
    // Constants in the template's query tell operations apart.
    for pair in more.split('&').filter(|pair| !pair.is_empty() && !pair.contains('{')) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        described.query.push((name.to_owned(), value.to_owned()));
    }
    if let Some(body) = definition.request_body.as_ref().and_then(|pointer| describer.document.at(pointer)) {
        described.body = Some(describer.body(body));
    }
    let answer = definition.responses.iter().filter_map(|(_, pointer)| preferred(describer.document.at(pointer)?)).next();
    if let Some((media, _)) = answer.filter(|(media, _)| *media != "*/*") {
        described.headers.push(("Accept".to_owned(), media.clone()));
    }
    version(site, api, &mut described);
    described.key = api.api.subscription_required.then(|| Key {
        header: api.api.key_names.header.clone(),
        query: api.api.key_names.query.clone(),
        optional: api.is_open(site),
    });
    described.schemes = schemes(describer.document, definition);
    described.schemas = describer.schemas;
    described.proxy = site.service.portal.console.proxy.then(|| format!("{root}console/send"));
    described
}

/// The request that samples show: what is required, with its examples.
pub(crate) fn sample(operation: &Operation) -> Request {
    let mut filled =
        Filled { server: operation.servers.first().map(|server| server.url.clone()).unwrap_or_default(), ..Filled::default() };
    for parameter in operation.parameters.iter().filter(|parameter| parameter.required || parameter.place == "path") {
        let name = parameter.name.clone();
        let value = if parameter.example.is_empty() { format!("{{{name}}}") } else { parameter.example.clone() };
        // Without a value the path keeps its template.
        if parameter.place != "path" || !parameter.example.is_empty() {
            filled.parameters.push(GivenValue { place: parameter.place.clone(), name, value });
        }
    }
    if let Some(key) = operation.key.as_ref().filter(|key| !key.optional) {
        let value = YOUR_KEY.to_owned();
        filled.authorization.push(Credential::Key { place: "header".to_owned(), name: key.header.clone(), value });
    }
    if let Some(content) = operation.body.as_ref().and_then(|body| body.contents.first()) {
        filled.body = sample_body(content);
    }
    request::build(operation, &filled, false)
}

fn sample_body(content: &Content) -> FilledBody {
    let media = &content.media_type;
    let mut body = FilledBody { media_type: media.clone(), ..FilledBody::default() };
    let text = content.samples.first().map(|sample| sample.text.as_str()).unwrap_or_default();
    if !content.fields.is_empty() {
        let part = |field: &Field| Part {
            name: field.name.clone(),
            value: if field.file { field.name.clone() } else { field.example.clone() },
            is_file: field.file,
            media_type: field.media_type.clone(),
        };
        let wanted = |field: &&Field| field.required || field.file || !field.example.is_empty();
        body.fields = content.fields.iter().filter(wanted).map(part).collect();
    } else if text.is_empty() || text == "(binary)" {
        body.file = "file".to_owned();
    } else if text.len() > BODY_BYTES_MAX {
        body.file = format!(
            "body.{}",
            if is_json(media) {
                "json"
            } else if media.contains("xml") {
                "xml"
            } else {
                "txt"
            }
        );
    } else {
        body.text = text.to_owned();
    }
    body
}

/// The gateway's address, and the others that the portal's settings name.
fn servers(site: &Site<'_>, api: &ApiSite<'_>) -> Vec<Server> {
    let own = Server { url: api.base_url.clone(), title: String::new() };
    let settings = &site.service.portal.console.servers;
    let others =
        settings.iter().map(|server| Server { url: format!("{}{}", server.url, api.base_path), title: server.title.clone() });
    std::iter::once(own).chain(others).collect()
}

/// The pages of the same operation in other versions and revisions; nothing if there is only this one.
fn links(site: &Site<'_>, api: &ApiSite<'_>, name: &str, root: &str) -> Vec<ApiLink> {
    let mut others: Vec<usize> = api.versions.iter().chain(&api.revisions).copied().collect();
    others.sort_unstable();
    others.dedup();
    let link = |other: &usize| {
        let other = &site.apis[*other];
        let at = other.api.operations.iter().position(|operation| operation.name == name)?;
        let is_this = std::ptr::eq(other.api, api.api);
        let href = if is_this { String::new() } else { format!("{root}{}", other.operations[at]) };
        Some(ApiLink { title: other.full_title(), href })
    };
    let links: Vec<ApiLink> = others.iter().filter_map(link).collect();
    if links.len() > 1 { links } else { Vec::new() }
}

fn version(site: &Site<'_>, api: &ApiSite<'_>, described: &mut Operation) {
    let Some(version) = api.api.version.as_ref().filter(|version| !version.identifier.is_empty()) else { return };
    match site.service.version_sets.iter().find(|set| set.name == version.set).map(|set| &set.scheme) {
        Some(VersioningScheme::Header(name)) => described.headers.push((name.clone(), version.identifier.clone())),
        Some(VersioningScheme::Query(name)) => described.query.push((name.clone(), version.identifier.clone())),
        _ => {}
    }
}

/// Schemes that the operation, or the definition, asks for, each once.
fn schemes(document: &Document, definition: &openapi::Operation) -> Vec<Scheme> {
    let own = document.at(&definition.pointer).and_then(|operation| operation.get("security"));
    let alternatives = own.or_else(|| document.at("/security")).and_then(Value::as_array).into_iter().flatten();
    let mut found: Vec<Scheme> = Vec::new();
    for (name, scopes) in alternatives.filter_map(Value::as_object).flatten() {
        let described = document.at("/components/securitySchemes").and_then(|all| all.get(name));
        let Some((_, scheme)) = described.and_then(|scheme| document.resolve(scheme)) else { continue };
        if found.iter().any(|known| known.name == *name) {
            continue;
        }
        let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut made = Scheme {
            name: name.clone(),
            scopes: scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
            ..Scheme::default()
        };
        match (text("type").as_str(), text("scheme").to_lowercase().as_str()) {
            ("apiKey", _) => {
                made.kind = "apiKey".to_owned();
                made.place = text("in");
                made.parameter = text("name");
            }
            ("http", kind @ ("bearer" | "basic")) => made.kind = kind.to_owned(),
            ("oauth2", _) => {
                made.kind = "oauth2".to_owned();
                made.flows = scheme.get("flows").and_then(Value::as_object).cloned().unwrap_or_default();
            }
            ("openIdConnect", _) => {
                made.kind = "openIdConnect".to_owned();
                made.url = text("openIdConnectUrl");
            }
            _ => continue,
        }
        found.push(made);
    }
    found
}

struct Describer<'a> {
    document: &'a Document,
    schemas: Map<String, Value>,
    bytes: usize,
}

impl<'a> Describer<'a> {
    fn parameters(&mut self, definition: &'a openapi::Operation, template: &str) -> Vec<Parameter> {
        let document = self.document;
        let mut parameters: Vec<Parameter> = definition
            .parameters
            .iter()
            .filter_map(|pointer| document.at(pointer))
            .map(|parameter| self.parameter(parameter))
            .filter(|parameter| !is_ignored(parameter))
            .collect();
        // A template may name what the definition does not describe.
        let mut rest = template;
        while let Some((name, after)) = rest.split_once('{').and_then(|(_, after)| after.split_once('}')) {
            let name = name.trim_start_matches('*');
            if !parameters.iter().any(|parameter| parameter.place == "path" && parameter.name == name) {
                parameters.push(Parameter {
                    name: name.to_owned(),
                    place: "path".to_owned(),
                    required: true,
                    ..Parameter::default()
                });
            }
            rest = after;
        }
        parameters
    }

    fn parameter(&mut self, parameter: &'a Value) -> Parameter {
        let content = parameter.get("content").and_then(Value::as_object).and_then(|all| all.iter().next());
        let schema = parameter.get("schema").or_else(|| content.and_then(|(_, content)| content.get("schema")));
        Parameter {
            name: text(parameter, "name").to_owned(),
            place: text(parameter, "in").to_owned(),
            required: is(parameter, "required") || text(parameter, "in") == "path",
            style: text(parameter, "style").to_owned(),
            explode: parameter.get("explode").and_then(Value::as_bool),
            allow_reserved: is(parameter, "allowReserved"),
            media_type: content.map_or_else(String::new, |(media, _)| media.clone()),
            description: crate::markdown::plain(text(parameter, "description"), 300),
            example: self.example_of(parameter, schema).unwrap_or_default(),
            schema: schema.map_or(Value::Null, |schema| self.schema(schema)),
        }
    }

    /// A value to start from: what the definition gives, the default, the first choice.
    fn example_of(&self, parameter: &Value, schema: Option<&Value>) -> Option<String> {
        let document = self.document;
        let named = || parameter.get("examples")?.as_object()?.values().next();
        let given = parameter.get("example").or_else(|| document.resolve(named()?)?.1.get("value"));
        let of_schema = || {
            let (_, schema) = document.resolve(schema?)?;
            let list = || schema.get("examples").and_then(|examples| examples.get(0));
            let items = || document.resolve(schema.get("items")?)?.1.get("enum")?.get(0);
            let value = schema.get("example").or_else(list).or_else(|| schema.get("default"));
            value.or_else(|| schema.get("enum")?.get(0)).or_else(items)
        };
        let value = given.or_else(of_schema).filter(|value| !value.is_null())?;
        Some(match value {
            Value::String(text) => text.clone(),
            // A list has an entry in each line.
            Value::Array(entries) if entries.iter().all(Value::is_string) => {
                entries.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
            }
            other => other.to_string(),
        })
    }

    fn body(&mut self, body: &'a Value) -> Body {
        let contents = body.get("content").and_then(Value::as_object).into_iter().flatten();
        let mut contents: Vec<Content> = contents.map(|(media, content)| self.content(media, content)).collect();
        // JSON first, as on the page.
        contents.sort_by_key(|content| !is_json(&content.media_type));
        Body { required: is(body, "required"), contents }
    }

    fn content(&mut self, media: &str, content: &'a Value) -> Content {
        let schema = content.get("schema");
        let is_form = media.starts_with("multipart/") || media == "application/x-www-form-urlencoded";
        let fields = schema.filter(|_| is_form).map(|schema| self.fields(schema, content.get("encoding"))).unwrap_or_default();
        let mut samples = Vec::new();
        for (title, example) in content.get("examples").and_then(Value::as_object).into_iter().flatten().take(SAMPLES_MAX) {
            let Some((_, example)) = self.document.resolve(example) else { continue };
            let Some(value) = example.get("value") else { continue };
            let title = example.get("summary").and_then(Value::as_str).unwrap_or(title).to_owned();
            samples.push(Sample { title, text: example::written(media, value, "example") });
        }
        if samples.is_empty() && fields.is_empty() {
            let made = example::of_content(self.document, media, content, Way::Sent);
            samples.extend(made.map(|text| Sample { title: "Example".to_owned(), text }));
        }
        samples.retain(|sample| sample.text.len() <= SAMPLE_BYTES_MAX);
        // The fields of a form say it all.
        let schema = if fields.is_empty() { schema.map_or(Value::Null, |schema| self.schema(schema)) } else { Value::Null };
        Content { media_type: media.to_owned(), schema, samples, fields }
    }

    fn fields(&mut self, schema: &'a Value, encoding: Option<&Value>) -> Vec<Field> {
        let document = self.document;
        let made = example::of(document, schema, Way::Sent);
        let mut found: Vec<Field> = Vec::new();
        let mut required: Vec<&str> = Vec::new();
        let mut open = vec![schema];
        // Parts of an `allOf` are read as one; the number of steps ends circles.
        for _ in 0..100 {
            let Some(schema) = open.pop().and_then(|schema| document.resolve(schema)).map(|(_, schema)| schema) else { break };
            open.extend(schema.get("allOf").and_then(Value::as_array).into_iter().flatten().rev());
            required.extend(schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str));
            for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if found.iter().any(|field| field.name == *name) || is(property, "readOnly") {
                    continue;
                }
                let said = encoding.and_then(|all| all.get(name));
                let value = made.get(name).filter(|value| !value.is_null());
                let is_file = self.is_file(property);
                found.push(Field {
                    name: name.clone(),
                    required: false,
                    file: is_file,
                    example: value.filter(|_| !is_file).map(crate::schema::shown).unwrap_or_default(),
                    style: said.map(|said| text(said, "style").to_owned()).unwrap_or_default(),
                    explode: said.and_then(|said| said.get("explode")).and_then(Value::as_bool),
                    media_type: said
                        .map(|said| text(said, "contentType").to_owned())
                        .filter(|kind| !kind.contains([',', '*']))
                        .unwrap_or_default(),
                    schema: if is_file { Value::Null } else { self.schema(property) },
                });
            }
        }
        found.iter_mut().for_each(|field| field.required = required.contains(&field.name.as_str()));
        found
    }

    /// Bytes, in the words of 3.0 and of 3.1, or a list of such.
    fn is_file(&self, schema: &Value) -> bool {
        let Some((_, schema)) = self.document.resolve(schema) else { return false };
        let has_media = schema.get("contentMediaType").is_some() && schema.get("contentEncoding").is_none();
        let items = || schema.get("items").and_then(|items| self.document.resolve(items)).map(|(_, items)| items);
        let is_binary = |schema: &Value| text(schema, "format") == "binary";
        is_binary(schema) || has_media || items().is_some_and(is_binary)
    }

    /// A schema without what only readers need; what it refers to is put beside it.
    fn schema(&mut self, schema: &'a Value) -> Value {
        let Value::Object(keywords) = schema else { return schema.clone() };
        let mut out = Map::new();
        for (keyword, value) in keywords {
            let kept = match keyword.as_str() {
                "description" | "title" | "example" | "examples" | "xml" | "externalDocs" | "deprecated" | "default"
                | "writeOnly" => continue,
                extension if extension.starts_with("x-") => continue,
                "$ref" => {
                    if let Some(reference) = value.as_str() {
                        self.refer(schema, reference);
                    }
                    value.clone()
                }
                "properties" | "patternProperties" | "dependentSchemas" => match value {
                    Value::Object(all) => {
                        all.iter().map(|(name, schema)| (name.clone(), self.schema(schema))).collect::<Map<_, _>>().into()
                    }
                    other => other.clone(),
                },
                "allOf" | "anyOf" | "oneOf" | "prefixItems" => match value {
                    Value::Array(all) => all.iter().map(|schema| self.schema(schema)).collect(),
                    other => other.clone(),
                },
                "items"
                | "additionalProperties"
                | "additionalItems"
                | "not"
                | "if"
                | "then"
                | "else"
                | "contains"
                | "propertyNames" => self.schema(value),
                _ => value.clone(),
            };
            out.insert(keyword.clone(), kept);
        }
        Value::Object(out)
    }

    fn refer(&mut self, schema: &'a Value, reference: &str) {
        let document = self.document;
        if self.schemas.contains_key(reference) || self.bytes > SCHEMAS_BYTES_MAX {
            return;
        }
        let Some((_, target)) = document.resolve(schema) else { return };
        // Before what is in it, so that circles end.
        self.schemas.insert(reference.to_owned(), Value::Bool(true));
        let trimmed = self.schema(target);
        self.bytes += trimmed.to_string().len();
        self.schemas.insert(reference.to_owned(), trimmed);
    }
}

/// What OpenAPI says is ignored, because it is said elsewhere (3.1, "Parameter Object").
fn is_ignored(parameter: &Parameter) -> bool {
    parameter.place == "header" && ["accept", "content-type", "authorization"].contains(&parameter.name.to_lowercase().as_str())
}

/// JSON if there is any, else the first.
fn preferred(holder: &Value) -> Option<(&String, &Value)> {
    let contents = || holder.get("content").and_then(Value::as_object).into_iter().flatten();
    contents().find(|(media, _)| is_json(media)).or_else(|| contents().next())
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn is(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}
