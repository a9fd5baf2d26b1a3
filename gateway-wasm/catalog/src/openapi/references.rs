//! Every `$ref` of a document leads somewhere in it, and ends.

use super::{
    load::{Reading, reference_as_written},
    percent_decoded,
};
use crate::tree::{Part, step};
use diagnostic::{Diagnostic, Severity};
use serde_json::Value;
use std::collections::BTreeSet;

/// Checks all references.
pub(super) fn check(reading: &Reading<'_>) {
    let mut walk = Walk { reading, good: BTreeSet::new(), anchors: None, pointer: String::new() };
    walk.value(&reading.document.root, false);
}

struct Walk<'a, 'b> {
    reading: &'b Reading<'a>,
    /// References that were followed and found good.
    good: BTreeSet<&'a str>,
    /// The names that schemas give themselves; gathered when the first reference uses one.
    anchors: Option<BTreeSet<&'a str>>,
    pointer: String,
}

impl<'a> Walk<'a, '_> {
    /// `named` is true for the value of a map from names to things, in which no key has a meaning of its own.
    fn value(&mut self, value: &'a Value, named: bool) {
        match value {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get("$ref").filter(|_| !named) {
                    self.reference(reference);
                }
                for (key, value) in object {
                    // `examples` is a map of example objects, or in a schema a list of values.
                    if !named && (holds_data(key) || key == "examples" && value.is_array())
                        || !(value.is_object() || value.is_array())
                    {
                        continue;
                    }
                    let length = self.pointer.len();
                    self.pointer.push('/');
                    self.pointer.push_str(&step(key));
                    self.value(value, !named && maps_names(key));
                    self.pointer.truncate(length);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate().filter(|(_, item)| item.is_object() || item.is_array()) {
                    let length = self.pointer.len();
                    self.pointer.push('/');
                    self.pointer.push_str(&index.to_string());
                    self.value(item, false);
                    self.pointer.truncate(length);
                }
            }
            _ => {}
        }
    }

    fn reference(&mut self, reference: &'a str) {
        if self.good.contains(reference) {
            return;
        }
        let root = &self.reading.document.root;
        let Some(target) = reference.strip_prefix('#') else {
            // Since 3.1 a schema may carry an address of its own, by which others refer to it.
            if !self.anchors().contains(reference) {
                self.external(reference);
            }
            return;
        };
        if !target.is_empty() && !target.starts_with('/') {
            if !self.anchors().contains(target) {
                self.broken(reference, None);
            }
            return;
        }
        let target = percent_decoded(target);
        match root.pointer(&target) {
            None => self.broken(reference, nearest(root, &target)),
            Some(value) if self.reading.document.resolve(value).is_none() && circular(root, value) => self.circle(reference),
            Some(_) => {
                self.good.insert(reference);
            }
        }
    }

    fn external(&self, reference: &str) {
        let message = format!("`{reference}` is outside this file");
        let help = "a definition is one file: bring its parts together, for example with `npx @redocly/cli bundle`";
        self.report("openapi/reference-external", message, help.to_owned());
    }

    fn broken(&self, reference: &str, near: Option<String>) {
        let message = format!("`{}` leads nowhere", reference_as_written(self.reading.document, reference));
        let near = near.map(|name| format!("did you mean `{}`?", reference_as_written(self.reading.document, &name)));
        let help = near.unwrap_or_else(|| "correct the reference, or add what it names".to_owned());
        self.report("openapi/reference", message, help);
    }

    fn circle(&self, reference: &str) {
        let reference = reference_as_written(self.reading.document, reference);
        let message = format!("`{reference}` leads through other references back to itself");
        self.report("openapi/reference-circle", message, "let one of them say what it is instead of referring on".to_owned());
    }

    fn report(&self, id: &'static str, message: String, help: String) {
        let place = self.reading.place(&format!("{}/$ref", self.pointer), Part::Value);
        let diagnostic = match self.severity() {
            Severity::Error => Diagnostic::error(id, place, message),
            Severity::Warning | Severity::Note => Diagnostic::warning(id, place, message),
        };
        self.reading.findings.push(diagnostic.help(help));
    }

    /// Without its parameters an operation cannot be called; without a schema only its page is poorer.
    fn severity(&self) -> Severity {
        let steps: Vec<&str> = self.pointer.split('/').skip(1).collect();
        match steps.as_slice() {
            ["paths" | "x-ms-paths", _] => Severity::Error,
            ["paths" | "x-ms-paths", _, "parameters", _] => Severity::Error,
            ["paths" | "x-ms-paths", _, _, "parameters", _] => Severity::Error,
            ["components", "parameters", _] => Severity::Error,
            _ => Severity::Warning,
        }
    }

    fn anchors(&mut self) -> &BTreeSet<&'a str> {
        let root = &self.reading.document.root;
        self.anchors.get_or_insert_with(|| {
            let mut anchors = BTreeSet::new();
            gather(root, &mut anchors);
            anchors
        })
    }
}

/// Keys under which anything may stand that only looks like a reference.
fn holds_data(key: &str) -> bool {
    matches!(key, "example" | "default" | "enum" | "const" | "value" | "dataValue")
        || key.starts_with("x-") && key != "x-ms-paths"
}

/// Keys whose value is a map from the author's names to things.
fn maps_names(key: &str) -> bool {
    matches!(
        key,
        "properties"
            | "patternProperties"
            | "dependentSchemas"
            | "$defs"
            | "schemas"
            | "responses"
            | "parameters"
            | "examples"
            | "requestBodies"
            | "headers"
            | "securitySchemes"
            | "links"
            | "callbacks"
            | "pathItems"
            | "paths"
            | "x-ms-paths"
            | "webhooks"
            | "encoding"
            | "content"
            | "mapping"
            | "variables"
            | "scopes"
    )
}

fn gather<'a>(value: &'a Value, anchors: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(object) => {
            let names = ["$anchor", "$dynamicAnchor", "$id"].into_iter().filter_map(|key| object.get(key)?.as_str());
            anchors.extend(names);
            object.values().for_each(|value| gather(value, anchors));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, anchors)),
        _ => {}
    }
}

/// True if references lead on and on; false if one of them leaves the document or leads nowhere, which is its own finding.
fn circular<'a>(root: &'a Value, mut value: &'a Value) -> bool {
    for _ in 0..super::REFERENCES_MAX {
        let next = value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        match next.and_then(|target| root.pointer(&percent_decoded(target))) {
            Some(target) => value = target,
            None => return false,
        }
    }
    true
}

/// A reference to what stands beside the missing thing under a similar name.
fn nearest(root: &Value, target: &str) -> Option<String> {
    let (parent, name) = target.rsplit_once('/')?;
    let names = root.pointer(parent)?.as_object()?.keys().map(String::as_str);
    diagnostic::nearest(&crate::tree::key_of(name), names).map(|name| format!("#{parent}/{}", step(name)))
}
