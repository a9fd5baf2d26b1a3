//! A schema as readers see it: a type in words, its limits, its properties, and links instead of endless nesting.
//!
//! A `$ref` is shown as a link to the page of its schema. Where it opens in place, it does so at most two references deep,
//! never inside itself, once per page, and only as long as the page has rows left; so the size of a page does not depend on
//! how schemas refer to each other.

use crate::markdown;
use catalog::openapi::{Document, component_name};
use serde::Serialize;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// How many references deep a schema opens in place.
const REFERENCES_MAX: usize = 2;
/// How deep objects nest that are written in place, for which there is no page to link to.
const NESTING_MAX: usize = 6;
/// How many values of an enumeration are shown.
const VALUES_MAX: usize = 60;
/// How many `allOf`s are followed inside each other.
const MERGES_MAX: usize = 16;
/// How many parts of `allOf`s are merged into one schema: parts that name each other would multiply.
const PARTS_MAX: usize = 200;

/// What is shown of one schema.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Node {
    /// The type in words, with links: `array of `, [`Pet`].
    pub(crate) label: Vec<Piece>,
    /// HTML.
    pub(crate) description: String,
    /// Limits, default, examples.
    pub(crate) facts: Vec<Fact>,
    /// `read only`, `write only`, `deprecated`.
    pub(crate) marks: Vec<&'static str>,
    /// The properties of the object, or of the objects in the array.
    pub(crate) properties: Vec<Property>,
    /// Alternatives.
    pub(crate) variants: Option<Variants>,
    /// What further properties hold, where that says more than "anything".
    pub(crate) additional: Option<Box<Node>>,
    /// There is more than what is shown here.
    pub(crate) is_cut: bool,
}

impl Node {
    /// Whether there is something to open.
    fn has_inside(&self) -> bool {
        !self.properties.is_empty() || self.variants.is_some() || self.additional.is_some()
    }

    /// The type in words, without links.
    pub(crate) fn words(&self) -> String {
        self.label.iter().map(|piece| piece.text.as_str()).collect()
    }
}

/// A part of a type's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Piece {
    pub(crate) text: String,
    /// The page of the schema it names.
    pub(crate) path: Option<String>,
}

/// Something said about a value: `default`, `"open"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) values: Vec<String>,
    /// How many more values there are.
    pub(crate) more: usize,
}

/// A property of an object.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) node: Node,
    /// Whether `node` has something to open.
    pub(crate) opens: bool,
}

/// Alternatives: one of them, or any.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Variants {
    pub(crate) title: &'static str,
    /// The property that tells them apart.
    pub(crate) discriminator: Option<String>,
    pub(crate) nodes: Vec<Node>,
}

/// Shows the schemas of one page of one definition.
pub(crate) struct Viewer<'a> {
    document: &'a Document,
    /// Pages of the schemas under `components/schemas`, by name.
    paths: &'a HashMap<String, String>,
    /// The level of the heading that its schemas stand under.
    above: usize,
    /// How many properties the page may still show.
    rows_left: usize,
    /// Schemas that the page has opened already.
    opened: HashSet<String>,
    /// References that are being followed.
    following: Vec<String>,
}

impl<'a> Viewer<'a> {
    pub(crate) fn new(document: &'a Document, paths: &'a HashMap<String, String>, rows_max: usize, above: usize) -> Self {
        Self { document, paths, above, rows_left: rows_max, opened: HashSet::new(), following: Vec::new() }
    }

    /// The component that the page is about; inside itself it is only a link.
    pub(crate) fn component(&mut self, name: &str, schema: &'a Value) -> Node {
        self.following.push(format!("#/components/schemas/{}", name.replace('~', "~0").replace('/', "~1")));
        self.node(schema, 0)
    }

    /// A schema that a part of the page is about: opened whatever was shown before.
    pub(crate) fn top(&mut self, schema: &'a Value) -> Node {
        self.rows_left = self.rows_left.max(40);
        self.node(schema, 0)
    }

    fn node(&mut self, schema: &'a Value, depth: usize) -> Node {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return self.body(schema, depth) };
        let name = component_name(reference);
        let piece = Piece {
            path: name.as_ref().and_then(|name| self.paths.get(name)).cloned(),
            text: name.clone().unwrap_or_else(|| reference.to_owned()),
        };
        let Some((_, target)) = self.document.resolve(schema) else {
            return Node { label: vec![Piece { text: format!("{} (not found)", piece.text), path: None }], ..Node::default() };
        };
        let is_inside_itself = self.following.iter().any(|open| open == reference);
        let is_first = depth == 0 || !self.opened.contains(reference);
        let opens =
            is_first && self.following.len() < REFERENCES_MAX + 1 && !is_inside_itself && (depth == 0 || self.rows_left > 0);
        let mut node = if opens {
            self.following.push(reference.to_owned());
            let node = self.body(target, depth);
            self.following.pop();
            if node.has_inside() {
                self.opened.insert(reference.to_owned());
            }
            node
        } else {
            self.closed(reference, target)
        };
        // A component that is no object says little by its name alone: `Status`, a string.
        let simple = (!is_inside_itself && !node.has_inside() && !node.is_cut)
            .then(|| node.words())
            .filter(|words| words != "object" && words != "any");
        node.label = vec![piece];
        if let Some(words) = simple {
            node.label.push(Piece { text: format!(", {words}"), path: None });
        }
        // Beside a reference, OpenAPI 3.1 lets other words stand.
        if let Some(text) = schema.get("description").and_then(Value::as_str) {
            node.description = markdown::description(text, self.above);
        }
        node
    }

    /// A schema of which only type and limits are shown.
    fn closed(&mut self, reference: &str, schema: &'a Value) -> Node {
        // Arrays of arrays of themselves are legal: they end here.
        if self.following.len() > 2 * REFERENCES_MAX {
            return Node { label: vec![words("object")], ..Node::default() };
        }
        self.following.push(reference.to_owned());
        let rows = std::mem::take(&mut self.rows_left);
        let mut node = self.body(schema, NESTING_MAX);
        self.rows_left = rows;
        self.following.pop();
        node.is_cut = false;
        node.properties.clear();
        node.variants = None;
        node.additional = None;
        if is_object(schema) {
            node.label = vec![words("object")];
        }
        node
    }

    fn body(&mut self, schema: &'a Value, depth: usize) -> Node {
        let mut whole = Whole::default();
        self.gather(schema, &mut whole, 0);
        let mut node = Node {
            description: markdown::description(whole.text("description"), self.above),
            marks: marks(&whole),
            facts: facts(&whole),
            ..Node::default()
        };
        let (types, mut nullable) = types(&whole);
        if let Some(alternatives) = whole.alternatives.take() {
            nullable |= self.variants(&alternatives, &whole, depth, &mut node);
        }
        match types.as_slice() {
            ["array"] => self.array(&whole, depth, &mut node),
            _ if !whole.properties.is_empty()
                || types == ["object"]
                || whole.value("additionalProperties").is_some_and(Value::is_object) =>
            {
                self.object(&whole, depth, &mut node);
            }
            [] if node.label.is_empty() => node.label.push(words(if schema == &Value::Bool(false) { "nothing" } else { "any" })),
            [] => {}
            types => node.label = vec![words(&typed(types, whole.text("format")))],
        }
        if nullable {
            node.label.push(words(" or null"));
        }
        node
    }

    fn array(&mut self, whole: &Whole<'a>, depth: usize, node: &mut Node) {
        let Some(items) = whole.value("items") else {
            node.label = vec![words("array")];
            return;
        };
        let item = self.node(items, depth);
        node.label = vec![words("array of ")];
        node.label.extend(item.label);
        if node.description.is_empty() {
            node.description = item.description;
        }
        node.facts.extend(item.facts);
        node.is_cut = item.is_cut;
        node.properties = item.properties;
        node.variants = item.variants;
        node.additional = item.additional;
    }

    fn object(&mut self, whole: &Whole<'a>, depth: usize, node: &mut Node) {
        let values = whole.value("additionalProperties").filter(|schema| schema.as_object().is_some_and(|map| !map.is_empty()));
        if whole.properties.is_empty()
            && let Some(values) = values
        {
            let value = self.node(values, depth + 1);
            node.label = vec![words("map of ")];
            node.label.extend(value.label.clone());
            if value.has_inside() {
                node.additional = Some(Box::new(value));
            }
            return;
        }
        if node.label.is_empty() {
            node.label = vec![words("object")];
        }
        if depth >= NESTING_MAX {
            node.is_cut = !whole.properties.is_empty();
            return;
        }
        // The rows of this object are taken before those of the objects inside it, so that a page that runs out of rows
        // still shows every first level.
        let shown = if depth == 0 { whole.properties.len().min(400) } else { whole.properties.len().min(self.rows_left) };
        node.is_cut = shown < whole.properties.len();
        self.rows_left = self.rows_left.saturating_sub(shown);
        for (name, schema) in whole.properties.iter().take(shown) {
            let inside = self.node(schema, depth + 1);
            node.properties.push(Property {
                name: (*name).to_owned(),
                required: whole.required.contains(name),
                opens: inside.has_inside(),
                node: inside,
            });
        }
        if let Some(values) = values {
            node.additional = Some(Box::new(self.node(values, depth + 1)));
        }
    }

    /// Adds alternatives; returns whether one of them was `null`.
    fn variants(
        &mut self,
        (title, schemas): &(&'static str, &'a Vec<Value>),
        whole: &Whole<'a>,
        depth: usize,
        node: &mut Node,
    ) -> bool {
        let is_null = |schema: &&Value| schema.get("type").and_then(Value::as_str) == Some("null");
        let nullable = schemas.iter().any(|schema| is_null(&schema));
        let others: Vec<&Value> = schemas.iter().filter(|schema| !is_null(schema)).collect();
        if let [only] = others.as_slice() {
            let only = self.node(only, depth);
            node.label = only.label;
            node.facts.extend(only.facts);
            node.properties = only.properties;
            node.variants = only.variants;
            node.additional = only.additional;
            if node.description.is_empty() {
                node.description = only.description;
            }
            return nullable;
        }
        if depth >= NESTING_MAX {
            node.label = vec![words(title)];
            node.is_cut = true;
            return nullable;
        }
        let nodes: Vec<Node> = others.into_iter().take(VALUES_MAX).map(|schema| self.node(schema, depth + 1)).collect();
        let simple = nodes.iter().all(|one| !one.has_inside() && one.description.is_empty() && one.facts.is_empty());
        if simple && nodes.len() <= 4 {
            for (index, one) in nodes.into_iter().enumerate() {
                if index > 0 {
                    node.label.push(words(" or "));
                }
                node.label.extend(one.label);
            }
            return nullable;
        }
        node.label = vec![words(title)];
        let discriminator =
            whole.value("discriminator").and_then(|value| value.get("propertyName")).and_then(Value::as_str).map(str::to_owned);
        node.variants = Some(Variants { title, discriminator, nodes });
        nullable
    }

    /// A schema and everything its `allOf` adds, as one.
    fn gather(&self, schema: &'a Value, whole: &mut Whole<'a>, merged: usize) {
        let Some((_, schema)) = self.document.resolve(schema) else { return };
        if merged < MERGES_MAX && whole.schemas.len() < PARTS_MAX {
            for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
                self.gather(part, whole, merged + 1);
            }
        }
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            match whole.properties.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = property,
                None => whole.properties.push((name, property)),
            }
        }
        whole.required.extend(schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str));
        for (keyword, title) in [("oneOf", "one of"), ("anyOf", "any of")] {
            if let Some(schemas) = schema.get(keyword).and_then(Value::as_array).filter(|schemas| !schemas.is_empty()) {
                whole.alternatives = Some((title, schemas));
            }
        }
        // The outermost has the last word, except that its parts' names and descriptions are not its own.
        whole.schemas.push((merged, schema));
    }
}

/// A schema with its `allOf` parts.
#[derive(Default)]
struct Whole<'a> {
    /// Parts first, the schema itself last; each with how deep it was.
    schemas: Vec<(usize, &'a Value)>,
    properties: Vec<(&'a str, &'a Value)>,
    required: HashSet<&'a str>,
    alternatives: Option<(&'static str, &'a Vec<Value>)>,
}

impl<'a> Whole<'a> {
    fn value(&self, keyword: &str) -> Option<&'a Value> {
        self.schemas.iter().rev().find_map(|(_, schema)| schema.get(keyword))
    }

    fn text(&self, keyword: &str) -> &'a str {
        self.value(keyword).and_then(Value::as_str).unwrap_or_default()
    }

    fn is(&self, keyword: &str) -> bool {
        self.value(keyword) == Some(&Value::Bool(true))
    }
}

fn is_object(schema: &Value) -> bool {
    schema.get("properties").is_some()
        || schema.get("allOf").is_some()
        || schema.get("oneOf").is_some()
        || schema.get("anyOf").is_some()
}

fn words(text: &str) -> Piece {
    Piece { text: text.to_owned(), path: None }
}

/// The types without `null`, and whether `null` is one of them, in the ways of 3.0 and 3.1.
fn types<'a>(whole: &Whole<'a>) -> (Vec<&'a str>, bool) {
    let mut types: Vec<&str> = match whole.value("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let nullable = whole.is("nullable") || types.contains(&"null");
    types.retain(|&one| one != "null");
    if types.is_empty() {
        let implied = match (whole.value("enum").or(whole.value("const")), whole.value("items")) {
            (_, Some(_)) => Some("array"),
            (Some(Value::Array(values)), _) if values.iter().all(Value::is_string) => Some("string"),
            (Some(Value::String(_)), _) => Some("string"),
            _ => None,
        };
        types.extend(implied);
    }
    (types, nullable)
}

fn typed(types: &[&str], format: &str) -> String {
    let joined = types.join(" or ");
    if format.is_empty() { joined } else { format!("{joined} ({format})") }
}

fn marks(whole: &Whole<'_>) -> Vec<&'static str> {
    [("readOnly", "read only"), ("writeOnly", "write only"), ("deprecated", "deprecated")]
        .into_iter()
        .filter(|(keyword, _)| whole.is(keyword))
        .map(|(_, mark)| mark)
        .collect()
}

fn facts(whole: &Whole<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |name: &'static str, values: Vec<String>| {
        let more = values.len().saturating_sub(VALUES_MAX);
        let values: Vec<String> = values.into_iter().take(VALUES_MAX).collect();
        if !values.is_empty() {
            facts.push(Fact { name, values, more });
        }
    };
    let several = |keyword: &str| -> Vec<String> {
        whole.value(keyword).and_then(Value::as_array).into_iter().flatten().map(shown).collect()
    };
    add("Allowed", several("enum"));
    for (keyword, name) in [("const", "Always"), ("default", "Default")] {
        add(name, whole.value(keyword).filter(|value| !value.is_null()).map(shown).into_iter().collect());
    }
    let number = |keyword: &str| whole.value(keyword).filter(|value| value.is_number()).map(Value::to_string);
    let exclusive = |keyword: &str| whole.is(keyword);
    let range = |low: Option<String>, high: Option<String>, above: &str, below: &str| match (low, high) {
        (Some(low), Some(high)) if low == high => vec![low],
        (Some(low), Some(high)) => vec![format!("{above} {low}"), format!("{below} {high}")],
        (Some(low), None) => vec![format!("{above} {low}")],
        (None, Some(high)) => vec![format!("{below} {high}")],
        (None, None) => Vec::new(),
    };
    add("Length", range(number("minLength"), number("maxLength"), "≥", "≤"));
    add("Items", range(number("minItems"), number("maxItems"), "≥", "≤"));
    add("Properties", range(number("minProperties"), number("maxProperties"), "≥", "≤"));
    let above = if exclusive("exclusiveMinimum") { ">" } else { "≥" };
    let below = if exclusive("exclusiveMaximum") { "<" } else { "≤" };
    add("Range", range(number("minimum"), number("maximum"), above, below));
    add("Range", range(number("exclusiveMinimum"), number("exclusiveMaximum"), ">", "<"));
    add("Multiple of", number("multipleOf").into_iter().collect());
    add("Pattern", whole.value("pattern").and_then(Value::as_str).map(str::to_owned).into_iter().collect());
    if whole.is("uniqueItems") {
        add("Items", vec!["unique".to_owned()]);
    }
    let example = whole.value("example").or_else(|| whole.value("examples").and_then(|all| all.get(0)));
    add(
        "Example",
        example.filter(|value| !value.is_object() && !value.is_array() && !value.is_null()).map(shown).into_iter().collect(),
    );
    facts
}

/// A value as people write it: texts without quotes, unless they would look empty.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if !text.trim().is_empty() => cut(text, 200),
        other => cut(&other.to_string(), 200),
    }
}

fn cut(text: &str, characters_max: usize) -> String {
    match text.char_indices().nth(characters_max) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
