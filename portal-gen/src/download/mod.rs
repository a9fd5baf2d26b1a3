//! The definition of an API to take away: as OpenAPI 3.1, 3.0 and 2.0, in JSON and in YAML, and as a Postman collection.
//!
//! Converted part by part while it is written, so that a definition of 13 MB is never in memory twice. What a version has no
//! words for is counted, and said once.

mod openapi30;
mod openapi31;
mod postman;
mod swagger;
mod write;

use crate::site::{ApiSite, Site};
use catalog::openapi::{Document, Format};
use diagnostic::{Diagnostic, Place};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What a definition can be downloaded as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    OpenApi31,
    OpenApi30,
    Swagger,
    Postman,
}

impl Target {
    pub(crate) const ALL: [Target; 4] = [Target::OpenApi31, Target::OpenApi30, Target::Swagger, Target::Postman];

    /// For people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Target::OpenApi31 => "OpenAPI 3.1",
            Target::OpenApi30 => "OpenAPI 3.0",
            Target::Swagger => "OpenAPI 2.0",
            Target::Postman => "Postman collection",
        }
    }

    /// Names of its files, below the API's address, and what each is called.
    pub(crate) fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Target::OpenApi31 => &[("openapi-3.1.json", "JSON"), ("openapi-3.1.yaml", "YAML")],
            Target::OpenApi30 => &[("openapi-3.0.json", "JSON"), ("openapi-3.0.yaml", "YAML")],
            Target::Swagger => &[("openapi-2.0.json", "JSON"), ("openapi-2.0.yaml", "YAML")],
            Target::Postman => &[("postman.json", "JSON")],
        }
    }
}

/// What was left out, and how often.
#[derive(Debug, Default)]
pub(crate) struct Losses(RefCell<BTreeMap<&'static str, usize>>);

impl Losses {
    fn add(&self, what: &'static str) {
        *self.0.borrow_mut().entry(what).or_default() += 1;
    }

    /// `callbacks (2), links`, or nothing.
    pub(crate) fn words(&self) -> Option<String> {
        let lost = self.0.borrow();
        let words: Vec<String> =
            lost.iter().map(|(what, count)| if *count > 1 { format!("{what} ({count})") } else { (*what).to_owned() }).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}

/// Whether an API has these downloads: its definition is OpenAPI.
pub(crate) fn has_downloads(api: &ApiSite<'_>) -> bool {
    api.api.definition.format == Format::OpenApi && api.api.definition.root.is_object()
}

/// The files of a download, and what had to be left out of it, in words.
pub(crate) fn files(site: &Site<'_>, api: &ApiSite<'_>, target: Target) -> (Vec<(String, Vec<u8>)>, Option<String>) {
    let names = target.files();
    if target == Target::Postman {
        let collection = postman::collection(site, api);
        let text = serde_json::to_vec_pretty(&collection).unwrap_or_default();
        return (vec![(format!("{}{}", api.path, names[0].0), text)], None);
    }
    let (json, yaml, losses) = converted(&api.api.definition, target);
    let texts = [json.into_bytes(), yaml.into_bytes()];
    let files = names.iter().zip(texts).map(|((name, _), text)| (format!("{}{name}", api.path), text)).collect();
    (files, losses.words())
}

/// What had to be left out of the downloads of a site, said once for all of them: the file, the version, and what.
pub(crate) fn left_out(mut losses: Vec<(&str, Target, String)>) -> Option<Diagnostic> {
    losses.sort_by_key(|(file, target, _)| (*file, target.title()));
    let (first, _, _) = losses.first()?;
    let message = "downloads in other versions of OpenAPI leave out what those versions cannot say";
    let help = "nothing is wrong: whoever needs all of it takes the definition as it was written";
    let note = Diagnostic::note("download/left-out", Place::file(first), message).help(help);
    let more = losses.len().saturating_sub(SAID_MAX);
    let label = |note: Diagnostic, (file, target, lost): &(&str, Target, String)| {
        note.label(Place::file(file), format!("as {}: {lost}", target.title()))
    };
    let note = losses.iter().take(SAID_MAX).fold(note, label);
    Some(if more > 0 { note.at(format!("{more} more downloads leave something out, too")) } else { note })
}

/// How many downloads a note names.
const SAID_MAX: usize = 8;

/// A definition in JSON and in YAML.
pub(crate) fn converted(document: &Document, target: Target) -> (String, String, Losses) {
    let losses = Losses::default();
    let mut out = write::Texts::default();
    match target {
        Target::OpenApi31 => openapi31::write(document, &mut out, &losses),
        Target::OpenApi30 => openapi30::write(document, &mut out, &losses),
        Target::Swagger | Target::Postman => swagger::write(document, &mut out, &losses),
    }
    let (json, yaml) = out.finished();
    (json, yaml, losses)
}

/// The schemas that stand directly in another: each with how to put it back.
fn each_schema(schema: &mut serde_json::Map<String, Value>, convert: &mut dyn FnMut(&mut Value)) {
    for (key, value) in schema.iter_mut() {
        match key.as_str() {
            "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions" => {
                value.as_object_mut().into_iter().flat_map(|map| map.values_mut()).for_each(&mut *convert);
            }
            "allOf" | "oneOf" | "anyOf" | "prefixItems" => {
                value.as_array_mut().into_iter().flatten().for_each(&mut *convert);
            }
            "items"
            | "additionalProperties"
            | "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "contentSchema" => convert(value),
            _ => {}
        }
    }
}

/// Every schema of a part of a definition that is no schema itself: parameters, bodies, responses, path items. Examples are
/// left as they are.
fn schemas_in(value: &mut Value, convert: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                match key.as_str() {
                    "schema" | "itemSchema" => convert(value),
                    "example" | "examples" | "default" | "enum" | "value" => {}
                    key if key.starts_with("x-") => {}
                    _ => schemas_in(value, convert),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| schemas_in(item, convert)),
        _ => {}
    }
}

/// A security scheme's `Bearer` as `bearer`: they are the same scheme (RFC 9110, 11.1), but tools know the second only.
fn usual_scheme(scheme: &mut Value) {
    if let Some(Value::String(name)) = scheme.get_mut("scheme") {
        *name = name.to_lowercase();
    }
}
