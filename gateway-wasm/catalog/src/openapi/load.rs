//! From a file to a [`Document`]: the version, then every operation with what belongs to it.

use super::{Callback, Document, Format, Operation, references, swagger};
use crate::{
    findings::{Findings, did_you_mean, listed},
    tree::{Part, Tree, step},
};
use diagnostic::{Diagnostic, Place, Severity};
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The methods that a path item has a name for; `query` since 3.2.
const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// What a path item may hold beside its methods.
const PATH_ITEM: [&str; 6] = ["summary", "description", "servers", "parameters", "additionalOperations", "$ref"];

/// Reads a definition. The tree that comes back has given its value to the document and still knows places.
pub(crate) fn read_tree(name: &str, bytes: &Arc<[u8]>, findings: &Findings) -> Option<(Document, Tree)> {
    let mut tree = Tree::read(name, bytes, findings)?;
    if tree.value.get("asyncapi").is_some() {
        return asyncapi(tree, findings);
    }
    let version = version(&tree, findings)?;
    numbers_as_text(&mut tree, &version);
    let mut root = std::mem::take(&mut tree.value);
    if version.starts_with('2') {
        root = swagger::converted(root);
    }
    let mut document = Document { version, root, ..Document::default() };
    let before = findings.count();
    let reading = Reading { document: &document, tree: &tree, findings };
    references::check(&reading);
    let (mut operations, webhooks) = (reading.operations("paths"), reading.operations("webhooks"));
    operations.extend(reading.operations("x-ms-paths"));
    reading.info();
    reading.repeated_ids(&operations);
    if operations.is_empty() && webhooks.is_empty() {
        reading.no_operations();
    }
    if findings.count() == before {
        #[cfg(feature = "second-opinion")]
        super::shape::check(&reading, &operations, bytes.len());
    }
    operations.shrink_to_fit();
    document.operations = operations;
    document.webhooks = webhooks;
    Some((document, tree))
}

/// AsyncAPI of the second and third generation. What it describes is not called through a gateway, so all that is checked
/// here is that its references lead somewhere.
fn asyncapi(mut tree: Tree, findings: &Findings) -> Option<(Document, Tree)> {
    let version = match tree.value.get("asyncapi") {
        Some(Value::String(version)) => version.clone(),
        _ => tree.written("/asyncapi"),
    };
    if !version.starts_with("2.") && !version.starts_with("3.") {
        let message = format!("version `{version}` of AsyncAPI is not one that can be read");
        let place = tree.place("/asyncapi", Part::Value);
        findings.push(Diagnostic::error("asyncapi/version", place, message).help("write `asyncapi: 3.0.0`, or a version 2"));
        return None;
    }
    numbers_as_text(&mut tree, &version);
    let root = std::mem::take(&mut tree.value);
    let document = Document { format: Format::AsyncApi, version, root, ..Document::default() };
    let reading = Reading { document: &document, tree: &tree, findings };
    references::check(&reading);
    reading.info();
    if document.at("/channels").and_then(Value::as_object).is_none_or(Map::is_empty) {
        let message = "this definition has no channel";
        let help = "write at least one under `channels`: it is where messages come from or go to";
        findings.push(Diagnostic::warning("asyncapi/no-channels", tree.place("/channels", Part::Key), message).help(help));
    }
    Some((document, tree))
}

/// YAML reads `version: 1.10` as a number; these are texts in every version of the format, so they become what was written.
fn numbers_as_text(tree: &mut Tree, version: &str) {
    for (pointer, key) in [("/openapi", "openapi"), ("/info/title", "title"), ("/info/version", "version")] {
        if tree.at(pointer).is_some_and(|value| value.is_number() || value.is_boolean()) {
            let text = if key == "openapi" { version.to_owned() } else { tree.written(pointer) };
            if let Some(value) = tree.value.pointer_mut(pointer) {
                *value = Value::String(text);
            }
        }
    }
}

/// What a Swagger definition calls the parts that have another name in the document.
const AS_WRITTEN: [(&str, &str); 6] = [
    ("/components/schemas", "/definitions"),
    ("/components/parameters", "/parameters"),
    ("/components/requestBodies", "/parameters"),
    ("/components/responses", "/responses"),
    ("/components/securitySchemes", "/securityDefinitions"),
    ("/servers", "/host"),
];

/// A pointer into the document as one into the file: they differ where a Swagger definition was converted.
pub(crate) fn pointer_as_written(document: &Document, pointer: &str) -> String {
    if !document.is_swagger() {
        return pointer.to_owned();
    }
    // The schema of an answer stood in it directly, without a media type between.
    let without_media =
        pointer.split_once("/content/").and_then(|(before, rest)| Some(format!("{before}/{}", rest.split_once('/')?.1)));
    let pointer = without_media.as_deref().unwrap_or(pointer);
    for (converted, written) in AS_WRITTEN {
        if let Some(rest) = pointer.strip_prefix(converted) {
            return format!("{written}{rest}");
        }
    }
    // Parameters were sorted into other places: what stands around them is near enough.
    if let Some(at) = pointer.find("/requestBody") {
        return format!("{}/parameters", &pointer[..at]);
    }
    match pointer.find("/parameters/") {
        Some(at) => pointer[..at + "/parameters".len()].to_owned(),
        None => pointer.to_owned(),
    }
}

/// A reference as its author wrote it.
pub(super) fn reference_as_written(document: &Document, reference: &str) -> String {
    let pointer = reference.strip_prefix('#').filter(|_| document.is_swagger());
    let moved = |pointer: &str| {
        AS_WRITTEN.iter().find_map(|(converted, written)| Some(format!("#{written}{}", pointer.strip_prefix(converted)?)))
    };
    pointer.and_then(moved).unwrap_or_else(|| reference.to_owned())
}

fn version(tree: &Tree, findings: &Findings) -> Option<String> {
    const HELP: &str = "a definition begins with `openapi: 3.0.3` (or 3.1, 3.2), or with `swagger: '2.0'`";
    let fail = |place: Place, message: String, help: String| {
        findings.push(Diagnostic::error("openapi/version", place, message).help(help));
        None
    };
    let Some(root) = tree.value.as_object() else {
        return fail(tree.place("", Part::Value), "this is not an OpenAPI definition".to_owned(), HELP.to_owned());
    };
    let Some(key) = ["openapi", "swagger"].into_iter().find(|key| root.contains_key(*key)) else {
        let near = root.keys().find_map(|key| did_you_mean(key, ["openapi", "swagger"]).map(|help| (key, help)));
        let (place, help) = match near {
            Some((key, help)) => (tree.place(&format!("/{}", step(key)), Part::Key), help),
            None => (tree.place("", Part::Value), HELP.to_owned()),
        };
        return fail(place, "this is not an OpenAPI definition: it says neither `openapi` nor `swagger`".to_owned(), help);
    };
    let pointer = format!("/{key}");
    let version = match root.get(key) {
        Some(Value::String(version)) => version.clone(),
        _ => tree.written(&pointer),
    };
    let known = if key == "swagger" { version == "2.0" } else { version == "3" || version.starts_with("3.") };
    if !known {
        let message = format!("version `{version}` of the format is not one that can be read");
        return fail(tree.place(&pointer, Part::Value), message, HELP.to_owned());
    }
    if version == "3" || version.split('.').nth(1).is_some_and(|minor| !["0", "1", "2"].contains(&minor)) {
        let message = format!("there is no OpenAPI `{version}` yet: it is read as 3.2");
        findings.push(Diagnostic::warning("openapi/version", tree.place(&pointer, Part::Value), message).help(HELP));
    }
    Some(version)
}

/// A document while its operations are gathered.
pub(super) struct Reading<'a> {
    pub(super) document: &'a Document,
    pub(super) tree: &'a Tree,
    pub(super) findings: &'a Findings,
}

impl<'a> Reading<'a> {
    /// Where a pointer of the document stands in the file.
    pub(super) fn place(&self, pointer: &str, part: Part) -> Place {
        self.tree.place(&pointer_as_written(self.document, pointer), part)
    }

    fn info(&self) {
        let has_title = self.document.info("title").is_some_and(|title| !title.trim().is_empty());
        if !has_title {
            let message = "this definition has no title";
            let place = self.place("/info/title", Part::Key);
            let help = "write `title` under `info`: it is the name of the API for people";
            self.findings.push(Diagnostic::warning("openapi/title", place, message).help(help));
        }
    }

    fn no_operations(&self) {
        let message = "this definition has no operation";
        let place = self.place("/paths", Part::Key);
        let help = "write at least one under `paths`, for example `/orders: { get: { ... } }`: a call to anything else is answered with 404";
        self.findings.push(Diagnostic::warning("openapi/no-operations", place, message).help(help));
    }

    /// The operations under `paths`, or what has the same shape.
    fn operations(&self, section: &str) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, item) in self.object(&format!("/{section}")).into_iter().flatten() {
            if path.starts_with("x-") {
                continue;
            }
            let pointer = format!("/{section}/{}", step(path));
            if section != "webhooks" && !path.starts_with('/') {
                let message = format!("the path `{path}` must begin with `/`");
                let help = format!("write `/{path}`");
                self.findings.push(Diagnostic::warning("openapi/path", self.place(&pointer, Part::Key), message).help(help));
            }
            // A reference that leads nowhere is a finding of `references`.
            let Some((pointer, item)) = self.resolve(&pointer, item) else { continue };
            let Some(item) = item.as_object() else {
                self.not_an_object(&pointer, &format!("`{path}`"));
                continue;
            };
            for (method, pointer, operation) in self.methods(item, &pointer) {
                if let Some(operation) = self.operation(path, &method, pointer, operation, item) {
                    if section != "webhooks" {
                        self.path_parameters(&operation);
                    }
                    operations.push(operation);
                }
            }
        }
        operations
    }

    /// The operations of a path item: method, pointer, object.
    fn methods(&self, item: &'a Map<String, Value>, pointer: &str) -> Vec<(String, String, &'a Value)> {
        let mut found = Vec::new();
        for (key, value) in item {
            let inner = format!("{pointer}/{}", step(key));
            if METHODS.contains(&key.as_str()) {
                found.push((key.clone(), inner, value));
            } else if key == "additionalOperations" {
                for (method, value) in self.object(&inner).into_iter().flatten() {
                    found.push((method.to_ascii_lowercase(), format!("{inner}/{}", step(method)), value));
                }
            } else if METHODS.iter().any(|method| method.eq_ignore_ascii_case(key)) {
                let message = format!("the method `{key}` must be written in lower case");
                let help = format!("write `{}`", key.to_ascii_lowercase());
                self.findings.push(Diagnostic::warning("openapi/method", self.place(&inner, Part::Key), message).help(help));
                found.push((key.to_ascii_lowercase(), inner, value));
            } else if !PATH_ITEM.contains(&key.as_str()) && !key.starts_with("x-") {
                let help = did_you_mean(key, METHODS.into_iter().chain(PATH_ITEM))
                    .unwrap_or_else(|| format!("a path has methods: {}", listed(METHODS)));
                let message = format!("`{key}` is not a method");
                self.findings.push(Diagnostic::warning("openapi/method", self.place(&inner, Part::Key), message).help(help));
            }
        }
        found
    }

    fn operation(
        &self,
        path: &str,
        method: &str,
        pointer: String,
        value: &'a Value,
        item: &'a Map<String, Value>,
    ) -> Option<Operation> {
        let callbacks = self.callbacks(&pointer);
        Some(Operation { callbacks, ..self.request(path, method, pointer, value, item)? })
    }

    /// An operation without its callbacks, which may lead back to it.
    fn request(
        &self,
        path: &str,
        method: &str,
        pointer: String,
        value: &'a Value,
        item: &'a Map<String, Value>,
    ) -> Option<Operation> {
        let Some(object) = value.as_object() else {
            self.not_an_object(&pointer, &format!("`{method}`"));
            return None;
        };
        let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
        let inherited = |key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
        let tags = object.get("tags").and_then(Value::as_array).into_iter().flatten();
        let item_pointer = pointer.rsplit_once('/').map_or("", |(item, _)| item);
        let item_pointer = item_pointer.strip_suffix("/additionalOperations").unwrap_or(item_pointer);
        Some(Operation {
            path: path.to_owned(),
            method: method.to_owned(),
            operation_id: text("operationId").filter(|id| !id.trim().is_empty()),
            summary: text("summary").or_else(|| inherited("summary")),
            description: text("description").or_else(|| inherited("description")),
            tags: tags.filter_map(Value::as_str).map(str::to_owned).collect(),
            deprecated: object.get("deprecated").and_then(Value::as_bool).unwrap_or_default(),
            parameters: self.parameters(item_pointer, &pointer),
            request_body: object
                .get("requestBody")
                .and_then(|body| Some(self.resolve(&format!("{pointer}/requestBody"), body)?.0)),
            responses: self.responses(object, &pointer),
            callbacks: Vec::new(),
            pointer,
        })
    }

    /// Those of the path that the operation does not replace, then its own.
    fn parameters(&self, item_pointer: &str, operation_pointer: &str) -> Vec<String> {
        let mut found: Vec<(String, String, String)> = Vec::new();
        for level in [item_pointer, operation_pointer] {
            let list = format!("{level}/parameters");
            let Some(value) = self.document.at(&list) else { continue };
            let Some(items) = value.as_array() else {
                let message = "`parameters` must be a list";
                let help = "write one `- name: ...` for each parameter";
                self.findings.push(Diagnostic::error("openapi/shape", self.place(&list, Part::Key), message).help(help));
                continue;
            };
            for (index, item) in items.iter().enumerate() {
                let written = format!("{list}/{index}");
                let Some((pointer, parameter)) = self.resolve(&written, item) else { continue };
                let text = |key: &str| parameter.get(key).and_then(Value::as_str);
                let (Some(name), Some(place)) = (text("name"), text("in")) else {
                    let missing = if text("name").is_none() { "name" } else { "in" };
                    let message = format!("this parameter has no `{missing}`");
                    let help = "write `name`, and `in` as one of `path`, `query`, `header` and `cookie`";
                    self.findings
                        .push(Diagnostic::error("openapi/parameter", self.place(&written, Part::Key), message).help(help));
                    continue;
                };
                match found.iter_mut().find(|(other, other_place, _)| other == name && other_place == place) {
                    Some(same) => same.2 = pointer,
                    None => found.push((name.to_owned(), place.to_owned(), pointer)),
                }
            }
        }
        found.into_iter().map(|(_, _, pointer)| pointer).collect()
    }

    fn responses(&self, operation: &'a Map<String, Value>, pointer: &str) -> Vec<(String, String)> {
        let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
        let responses = responses.filter(|(status, _)| !status.starts_with("x-"));
        responses
            .filter_map(|(status, response)| {
                let (resolved, _) = self.resolve(&format!("{pointer}/responses/{}", step(status)), response)?;
                Some((status.clone(), resolved))
            })
            .collect()
    }

    fn callbacks(&self, pointer: &str) -> Vec<Callback> {
        let mut callbacks = Vec::new();
        // Nobody calls them here, so what is wrong with one stops nothing.
        let found = Findings::default();
        let reading = Reading { findings: &found, ..*self };
        let all = format!("{pointer}/callbacks");
        for (name, callback) in self.object(&all).into_iter().flatten() {
            let Some((pointer, callback)) = self.resolve(&format!("{all}/{}", step(name)), callback) else { continue };
            for (expression, item) in callback.as_object().into_iter().flatten() {
                let written = format!("{pointer}/{}", step(expression));
                let Some((pointer, item)) = self.resolve(&written, item) else { continue };
                let Some(item) = item.as_object() else { continue };
                for (method, value) in item.iter().filter(|(key, _)| METHODS.contains(&key.as_str())) {
                    let operation = reading.request(expression, method, format!("{pointer}/{method}"), value, item);
                    callbacks.extend(operation.map(|operation| Callback { name: name.clone(), operation }));
                }
            }
        }
        for finding in found.sorted() {
            self.findings.push(Diagnostic { severity: Severity::Warning, ..finding });
        }
        callbacks
    }

    /// What stands at a pointer after references, and its own pointer.
    fn resolve(&self, pointer: &str, value: &'a Value) -> Option<(String, &'a Value)> {
        let (target, value) = self.document.resolve(value)?;
        Some((target.unwrap_or_else(|| pointer.to_owned()), value))
    }

    /// The object at a pointer; anything else is a finding.
    fn object(&self, pointer: &str) -> Option<&'a Map<String, Value>> {
        let value = self.document.at(pointer).filter(|value| !value.is_null())?;
        if !value.is_object() {
            self.not_an_object(pointer, &format!("`{}`", pointer.rsplit('/').next().unwrap_or_default()));
        }
        value.as_object()
    }

    fn not_an_object(&self, pointer: &str, what: &str) {
        let message = format!("{what} must be an object");
        let help = "write `name: value` lines below it";
        self.findings.push(Diagnostic::error("openapi/shape", self.place(pointer, Part::Value), message).help(help));
    }

    /// The parameters in the path's template and those that are described must be the same.
    fn path_parameters(&self, operation: &Operation) {
        let path = operation.path.split('?').next().unwrap_or_default();
        let in_template: BTreeSet<&str> = names_in(path).collect();
        let in_query: BTreeSet<&str> = names_in(operation.path.get(path.len()..).unwrap_or_default()).collect();
        let mut described = BTreeSet::new();
        for pointer in &operation.parameters {
            let Some(parameter) = self.document.at(pointer) else { continue };
            let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
            if text("in") != "path" {
                continue;
            }
            let name = text("name").trim_start_matches('*');
            described.insert(name);
            if !in_template.contains(name) && !in_query.contains(name) {
                let message = format!("the parameter `{name}` is not in the path `{}`", operation.path);
                let help = did_you_mean(name, in_template.iter().copied())
                    .unwrap_or_else(|| format!("write `{{{name}}}` in the path, or remove the parameter"));
                let place = self.place(&format!("{pointer}/name"), Part::Value);
                self.findings.push(Diagnostic::warning("openapi/path-parameter", place, message).help(help));
            }
        }
        for name in in_template.into_iter().filter(|name| !described.contains(name)) {
            let message = format!(
                "`{{{name}}}` in the path `{}` is not described as a parameter of `{}`",
                operation.path, operation.method
            );
            let place = self.place(operation.pointer.rsplit_once('/').map_or("", |(item, _)| item), Part::Key);
            let help = format!(
                "write `- {{ name: {name}, in: path, required: true, schema: {{ type: string }} }}` under its `parameters`"
            );
            self.findings.push(Diagnostic::warning("openapi/path-parameter", place, message).help(help));
        }
    }

    /// Ids tell operations apart, so each can stand only once.
    fn repeated_ids(&self, operations: &[Operation]) {
        let mut seen: BTreeMap<&str, &Operation> = BTreeMap::new();
        for operation in operations {
            let Some(id) = operation.operation_id.as_deref() else { continue };
            let Some(first) = seen.get(id) else {
                seen.insert(id, operation);
                continue;
            };
            let place = |operation: &Operation| self.place(&format!("{}/operationId", operation.pointer), Part::Value);
            let message = format!("two operations have the id `{id}`");
            self.findings.push(
                Diagnostic::warning("openapi/repeated-id", place(operation), message)
                    .label(place(first), "the first one keeps it")
                    .help("give each its own id: until then this one gets a number at the end of its name"),
            );
        }
    }
}

/// The names between braces, without the `*` of a wildcard.
fn names_in(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.trim_start_matches('*'))
}
