//! Operations: from the definition as APIM imports it, and their policies from `operations/<name>/`.
//!
//! Required query parameters stay query parameters. APIM moves them into the URL template (`/search?q={q}`) so that
//! operations are told apart by them; Portico does so only where two operations would otherwise have the same method and
//! template, because a caller who forgets one then gets "resource not found" instead of a useful answer. A path written
//! with a query (`/items?kind={kind}`, under `paths` or `x-ms-paths`) is taken as it is.

use super::{Reader, definitions::Definition};
use crate::{
    directory::Directory,
    findings::{Findings, did_you_mean, listed},
    model::{Api, Operation},
    openapi::{self, Document, names},
    tree::Part,
};
use diagnostic::{Diagnostic, Place};
use serde_json::Value;
use std::collections::BTreeMap;

/// The operations of a definition, in its order.
pub(super) fn of_definition(document: &Document, definition: &Definition, findings: &Findings) -> Vec<Operation> {
    let mut names = names::Names::default();
    let templates = templates(document, definition, findings);
    let mut operations = Vec::with_capacity(document.operations.len());
    for ((index, described), url_template) in document.operations.iter().enumerate().zip(templates) {
        let name = names.unique(&names::of(described));
        let display_name = described.summary.as_deref().map(|summary| cut(summary.trim(), DISPLAY_NAME_MAX));
        operations.push(Operation {
            display_name: display_name
                .filter(|summary| !summary.is_empty())
                .or_else(|| described.operation_id.clone())
                .unwrap_or_else(|| format!("{} {}", described.method.to_ascii_uppercase(), described.path)),
            description: described.description.clone().unwrap_or_default(),
            method: described.method.to_ascii_uppercase(),
            url_template,
            definition: Some(index),
            policy: None,
            tags: described.tags.clone(),
            name,
        });
    }
    operations
}

/// The longest display name that APIM keeps.
const DISPLAY_NAME_MAX: usize = 300;

fn cut(text: &str, characters_max: usize) -> String {
    text.chars().take(characters_max).collect()
}

/// The URL template of each operation, told apart by required query parameters where the paths alone do not.
fn templates(document: &Document, definition: &Definition, findings: &Findings) -> Vec<String> {
    let slash = |path: &str| if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let mut templates: Vec<String> = document.operations.iter().map(|operation| slash(&operation.path)).collect();
    let mut same: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (index, operation) in document.operations.iter().enumerate() {
        same.entry((operation.method.to_ascii_uppercase(), shape(&templates[index]))).or_default().push(index);
    }
    for group in same.into_values().filter(|group| group.len() > 1) {
        for &index in &group {
            let required = required_query(document, &document.operations[index]);
            if !required.is_empty() {
                let joint = if templates[index].contains('?') { '&' } else { '?' };
                let pairs: Vec<String> = required.iter().map(|name| format!("{name}={{{name}}}")).collect();
                templates[index] = format!("{}{joint}{}", templates[index], pairs.join("&"));
            }
        }
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for &index in &group {
            let Some(&first) = seen.get(&shape(&templates[index])) else {
                seen.insert(shape(&templates[index]), index);
                continue;
            };
            let place = |index: usize| {
                let pointer = &document.operations[index].pointer;
                let path = pointer.rsplit_once('/').map_or(pointer.as_str(), |(path, _)| path);
                definition.place(path, Part::Key)
            };
            let operation = &document.operations[index];
            let message =
                format!("no call can tell `{} {}` from another operation", operation.method.to_ascii_uppercase(), operation.path);
            findings.push(
                Diagnostic::warning("operation/same-template", place(index), message)
                    .label(place(first), "every call goes to this one")
                    .help("templates that differ only in the names of their parameters are the same: give one another path"),
            );
        }
    }
    templates
}

/// A template with the names of its parameters taken out: `/a/{x}` and `/a/{y}` have the same shape.
fn shape(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut inside = false;
    for character in template.chars() {
        match character {
            '{' => inside = true,
            '}' => {
                inside = false;
                out.push_str("{}");
            }
            _ if inside => {}
            character => out.extend(character.to_lowercase()),
        }
    }
    out
}

fn required_query(document: &Document, operation: &openapi::Operation) -> Vec<String> {
    let parameters = operation.parameters.iter().filter_map(|pointer| document.at(pointer));
    let required = parameters
        .filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some("query") && parameter["required"] == true);
    required.filter_map(|parameter| parameter.get("name").and_then(Value::as_str)).map(str::to_owned).collect()
}

/// Puts the policies of `operations/<name>/policy.xml` on the operations. A policy that nothing runs is an error, because
/// it may be what keeps callers out.
pub(super) fn policies(api: &mut Api, directory: &mut Directory, reader: &Reader<'_>) {
    let Some(mut section) = directory.directory("operations") else { return };
    for (name, mut directory) in reader.each(&mut section) {
        let policy = reader.policy(&mut directory);
        match find(api, &name) {
            Some(index) => api.operations[index].policy = policy,
            // Kinds without a definition have operations that the service makes, such as `onHandshake`.
            None if api.definition.operations.is_empty() => {
                if let Some(policy) = policy {
                    api.operations.push(implied(&name, policy));
                }
            }
            None => report_unknown(api, &name, &format!("{}policy.xml", directory.path()), reader.findings),
        }
        reader.done(directory);
    }
    reader.done(section);
}

/// By resource name; people who write the folder by hand use the operation's id.
fn find(api: &Api, name: &str) -> Option<usize> {
    let by_id = || {
        api.operations.iter().position(|operation| {
            let described = operation.definition.and_then(|index| api.definition.operations.get(index));
            described.and_then(|described| described.operation_id.as_deref()) == Some(name)
        })
    };
    let named = |name: &str| api.operations.iter().position(|operation| operation.name == name);
    named(name).or_else(by_id).or_else(|| named(&names::normalized(name)))
}

fn implied(name: &str, policy: diagnostic::Source) -> Operation {
    Operation {
        name: name.to_owned(),
        display_name: name.to_owned(),
        description: String::new(),
        method: "GET".to_owned(),
        url_template: "/".to_owned(),
        definition: None,
        policy: Some(policy),
        tags: Vec::new(),
    }
}

fn report_unknown(api: &Api, name: &str, file: &str, findings: &Findings) {
    let known = || api.operations.iter().map(|operation| operation.name.as_str());
    let help = did_you_mean(&names::normalized(name), known())
        .unwrap_or_else(|| format!("a directory here has the name of an operation: {}", listed(known())));
    let message = format!("the API `{}` has no operation `{name}`, so nothing would run this policy", api.name);
    findings.push(Diagnostic::error("operation/unknown", Place::file(file), message).help(help));
}
