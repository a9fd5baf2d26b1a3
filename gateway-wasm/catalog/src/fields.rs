//! The properties of one resource: read by name and type, everything unexpected reported at its place.

use crate::{
    findings::{Findings, did_you_mean, listed},
    tree::{Part, Tree, step},
};
use diagnostic::{Diagnostic, Place};
use serde_json::{Map, Value};

/// An object in a file.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    tree: &'a Tree,
    pointer: String,
    object: Option<&'a Map<String, Value>>,
    findings: &'a Findings,
}

impl<'a> Fields<'a> {
    /// The object at a pointer; missing is the same as empty, and anything else is a finding.
    pub(crate) fn new(tree: &'a Tree, pointer: &str, findings: &'a Findings) -> Self {
        let found = tree.at(pointer);
        let object = found.and_then(Value::as_object);
        if object.is_none() && !matches!(found, None | Some(Value::Null)) {
            let name = pointer.rsplit('/').next().filter(|name| !name.is_empty());
            let what = name.map_or_else(|| "the file".to_owned(), |name| format!("`{name}`"));
            let place = tree.place(pointer, Part::Value);
            findings.push(
                Diagnostic::error("property/type", place, format!("{what} must be an object"))
                    .at(kind(found))
                    .help("write `{ \"name\": value }` in JSON, or `name: value` in YAML"),
            );
        }
        Self { tree, pointer: pointer.to_owned(), object, findings }
    }

    /// The `properties` of a resource's file. Everything beside them is what the service adds, such as `id` and `name`.
    pub(crate) fn of_resource(tree: &'a Tree, findings: &'a Findings) -> Self {
        let file = Self::new(tree, "", findings);
        file.only(&["properties", "id", "name", "type", "etag", "location", "tags", "$schema"]);
        Self::new(tree, "/properties", findings)
    }

    /// Warns about every property that is none of these.
    pub(crate) fn only(&self, known: &[&str]) -> &Self {
        for key in self.keys().filter(|key| !known.contains(key) && !key.starts_with("x-") && *key != "$schema") {
            // A name that belongs into `properties` is the most common slip in a file written by hand.
            let help = did_you_mean(key, known.iter().copied()).or_else(|| {
                known.contains(&"properties").then(|| {
                    format!("what a resource says stands under `properties`: `{{ \"properties\": {{ \"{key}\": ... }} }}`")
                })
            });
            let help = help.unwrap_or_else(|| format!("known here: {}", listed(known.iter().copied())));
            self.findings.push(
                Diagnostic::warning("property/unknown", self.place(key, Part::Key), format!("unknown property `{key}`"))
                    .help(help),
            );
        }
        self
    }

    /// Its names, in order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.object.into_iter().flat_map(|object| object.keys().map(String::as_str))
    }

    /// A property as written; `null` is the same as nothing.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.object?.get(name).filter(|value| !value.is_null())
    }

    /// A text. A number or a truth value is taken as it was written, because YAML reads `1.10` as a number.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(_) | Value::Bool(_) => Some(self.tree.written(&self.pointer_of(name))),
            other => self.wrong(name, other, "text", "write one text, in quotes"),
        }
    }

    /// A text that must not be blank.
    pub(crate) fn title(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.trim().is_empty())
    }

    /// `true` or `false`.
    pub(crate) fn truth(&self, name: &str) -> Option<bool> {
        match self.value(name)? {
            Value::Bool(truth) => Some(*truth),
            other => {
                let help = match other.as_str() {
                    Some(text @ ("true" | "false")) => format!("remove the quotes: `{text}`"),
                    _ => "write `true` or `false`, without quotes".to_owned(),
                };
                self.wrong(name, other, "`true` or `false`", &help)
            }
        }
    }

    /// True if it is written as `false`.
    pub(crate) fn is_false(&self, name: &str) -> bool {
        self.value(name) == Some(&Value::Bool(false))
    }

    /// A whole number from 0.
    pub(crate) fn whole(&self, name: &str) -> Option<u32> {
        let value = self.value(name)?;
        match value.as_u64().and_then(|number| u32::try_from(number).ok()) {
            Some(number) => Some(number),
            None => self.wrong(name, value, "a whole number from 0", "write digits without quotes, for example `10`"),
        }
    }

    /// One of a few words; case does not count, as in APIM.
    pub(crate) fn word<T: Copy>(&self, name: &str, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(name)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text)) {
            return Some(*meaning);
        }
        let known = || words.iter().map(|(word, _)| *word);
        let help = did_you_mean(&text, known()).unwrap_or_else(|| format!("write one of {}", listed(known())));
        let message = format!("`{name}` cannot be `{text}`");
        self.findings.push(Diagnostic::error("property/value", self.place(name, Part::Value), message).help(help));
        None
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str) -> Option<Vec<String>> {
        let value = self.value(name)?;
        let Value::Array(items) = value else {
            return self.wrong(name, value, "a list", "write `[\"...\"]` in JSON, or lines that start with `- ` in YAML");
        };
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match item.as_str() {
                Some(text) => texts.push(text.to_owned()),
                None => {
                    let place = self.entry_place(name, index);
                    let message = format!("each entry of `{name}` must be text");
                    self.findings.push(Diagnostic::error("property/type", place, message).at(kind(Some(item))));
                }
            }
        }
        Some(texts)
    }

    /// The place of an entry of a list.
    pub(crate) fn entry_place(&self, name: &str, index: usize) -> Place {
        self.tree.place(&format!("{}/{index}", self.pointer_of(name)), Part::Value)
    }

    /// An object of a list.
    pub(crate) fn entry(&self, name: &str, index: usize) -> Fields<'a> {
        Self::new(self.tree, &format!("{}/{index}", self.pointer_of(name)), self.findings)
    }

    /// The objects of a list.
    pub(crate) fn list(&self, name: &str) -> Vec<Fields<'a>> {
        match self.value(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => (0..items.len())
                .map(|index| Self::new(self.tree, &format!("{}/{index}", self.pointer_of(name)), self.findings))
                .collect(),
            Some(other) => {
                let help = "write `[{ ... }]` in JSON, or lines that start with `- ` in YAML";
                self.wrong::<()>(name, other, "a list", help);
                Vec::new()
            }
        }
    }

    /// An object inside this one.
    pub(crate) fn inner(&self, name: &str) -> Fields<'a> {
        Self::new(self.tree, &self.pointer_of(name), self.findings)
    }

    /// The place of a property.
    pub(crate) fn place(&self, name: &str, part: Part) -> Place {
        self.tree.place(&self.pointer_of(name), part)
    }

    /// The place of the object itself.
    pub(crate) fn own_place(&self) -> Place {
        self.tree.place(&self.pointer, Part::Key)
    }

    /// True if the property is written.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    fn pointer_of(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, step(name))
    }

    fn wrong<T>(&self, name: &str, value: &Value, expected: &str, help: &str) -> Option<T> {
        let message = format!("`{name}` must be {expected}");
        let place = self.place(name, Part::Value);
        self.findings.push(Diagnostic::error("property/type", place, message).at(kind(Some(value))).help(help));
        None
    }
}

/// What a value is, in a word.
fn kind(value: Option<&Value>) -> &'static str {
    match value {
        None | Some(Value::Null) => "nothing",
        Some(Value::Bool(_)) => "a truth value",
        Some(Value::Number(_)) => "a number",
        Some(Value::String(_)) => "text",
        Some(Value::Array(_)) => "a list",
        Some(Value::Object(_)) => "an object",
    }
}
