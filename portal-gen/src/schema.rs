//! A schema as readers see it: a type in words, its limits, its properties, and links instead of endless nesting.
//!
//! What a page is about is opened: the schema of a body, also where it is a `$ref`. Inside it, a `$ref` is a link to the page
//! of its schema, and a reader with scripts can open that page's content in place; so the size of a page does not depend on
//! how schemas refer to each other. What has no page of its own (`$defs`, schemas of other parts) opens in place, never inside
//! itself, and only as long as the page has rows left.

use crate::markdown;
use crate::messages::Messages;
use catalog::openapi::{Document, component_name};
use serde::Serialize;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// How many references deep a schema without a page opens in place.
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
    /// What other keywords ask: of properties with names of a pattern, of the first items, if something holds.
    pub(crate) parts: Vec<Part>,
    /// The page that has the rest, where it can be opened in place.
    pub(crate) opens_at: Option<String>,
    /// There is more than what is shown here.
    pub(crate) is_cut: bool,
}

impl Node {
    /// Whether there is something to open.
    fn has_inside(&self) -> bool {
        !self.properties.is_empty() || self.variants.is_some() || self.additional.is_some() || !self.parts.is_empty()
    }

    /// The type in words, without links.
    pub(crate) fn words(&self, messages: &Messages) -> String {
        self.label.iter().map(|piece| if piece.path.is_some() { &piece.text } else { messages.word(&piece.text) }).collect()
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
    /// What we say in the place of values: `none`.
    pub(crate) word: &'static str,
}

/// What is said about a value, as it is gathered.
#[derive(Default)]
struct Facts(Vec<Fact>);

impl Facts {
    fn add(&mut self, name: &'static str, values: Vec<String>) {
        let more = values.len().saturating_sub(VALUES_MAX);
        let values: Vec<String> = values.into_iter().take(VALUES_MAX).collect();
        if !values.is_empty() {
            self.0.push(Fact { name, values, more, word: "" });
        }
    }

    fn say(&mut self, name: &'static str, word: &'static str) {
        self.0.push(Fact { name, values: Vec::new(), more: 0, word });
    }
}

/// A schema that another one asks of something.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Part {
    /// `Properties whose name matches`.
    pub(crate) title: &'static str,
    /// What it is about, as code: a pattern, a name; may be empty.
    pub(crate) about: String,
    pub(crate) node: Node,
}

/// A property of an object.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Property {
    pub(crate) name: String,
    /// On the page; empty where it has none.
    pub(crate) anchor: String,
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
    /// Its values, and what each stands for.
    pub(crate) mapping: Vec<(String, Piece)>,
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
    /// Schemas without a page that were opened already.
    opened: HashSet<String>,
    /// Anchors that properties have, and what the next ones begin with; empty for none.
    anchors: HashSet<String>,
    prefix: String,
    /// References that are being followed.
    following: Vec<String>,
}

impl<'a> Viewer<'a> {
    pub(crate) fn new(document: &'a Document, paths: &'a HashMap<String, String>, rows_max: usize, above: usize) -> Self {
        Self {
            document,
            paths,
            above,
            rows_left: rows_max,
            opened: HashSet::new(),
            anchors: HashSet::new(),
            prefix: String::new(),
            following: Vec::new(),
        }
    }

    /// The component that the page is about; inside itself it is only a link.
    pub(crate) fn component(&mut self, name: &str, schema: &'a Value) -> Node {
        self.following.push(format!("#/components/schemas/{}", name.replace('~', "~0").replace('/', "~1")));
        self.prefix = "property".to_owned();
        let mut node = self.node(schema, 0);
        for (name, inner) in schema.get("$defs").and_then(Value::as_object).into_iter().flatten() {
            let inner = self.node(inner, 1);
            node.parts.push(Part { title: "Defined here:", about: name.clone(), node: inner });
        }
        node
    }

    /// A schema that a part of the page is about: opened whatever was shown before.
    pub(crate) fn top(&mut self, schema: &'a Value) -> Node {
        self.rows_left = self.rows_left.max(40);
        self.node(schema, 0)
    }

    /// The same, with anchors for its properties that begin with these words.
    pub(crate) fn top_at(&mut self, schema: &'a Value, prefix: &str) -> Node {
        self.prefix = prefix.to_owned();
        let node = self.top(schema);
        self.prefix.clear();
        node
    }

    /// The anchor of a property: the path to it, in letters that may stand in an address.
    fn anchor(&mut self, name: &str) -> String {
        if self.prefix.is_empty() {
            return String::new();
        }
        let safe = |letter: char| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '-' };
        let plain: String = self.prefix.chars().chain(['.']).chain(name.chars().take(60).map(safe)).collect();
        let mut unique = plain.clone();
        let mut number = 2;
        while !self.anchors.insert(unique.clone()) {
            unique = format!("{plain}-{number}");
            number += 1;
        }
        unique
    }

    fn node(&mut self, schema: &'a Value, depth: usize) -> Node {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return self.body(schema, depth) };
        let name = component_name(reference);
        let piece = Piece {
            path: name.as_ref().and_then(|name| self.paths.get(name)).cloned(),
            text: name.clone().unwrap_or_else(|| shown_reference(reference)),
        };
        let Some((_, target)) = self.document.resolve(schema) else {
            return Node { label: vec![Piece { path: None, ..piece }, words(" (not found)")], ..Node::default() };
        };
        let is_inside_itself = self.following.iter().any(|open| open == reference);
        let is_first = depth == 0 || piece.path.is_none() && !self.opened.contains(reference);
        let opens =
            is_first && self.following.len() < REFERENCES_MAX + 1 && !is_inside_itself && (depth == 0 || self.rows_left > 0);
        let has_more = !opens && has_more(target, 0);
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
        let says_nothing =
            node.label.is_empty() || matches!(&node.label[..], [only] if only.text == "object" || only.text == "any");
        let is_simple = !is_inside_itself && !node.has_inside() && !node.is_cut && !says_nothing && !has_more;
        if has_more {
            node.opens_at = piece.path.clone();
        }
        let inner = std::mem::replace(&mut node.label, vec![piece]);
        if is_simple {
            node.label.push(words(", "));
            node.label.extend(inner.into_iter().map(|inner| Piece { path: None, ..inner }));
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
        node.parts.clear();
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
            types => node.label = typed(types, whole.text("format")),
        }
        if nullable {
            node.label.push(words(" or null"));
        }
        if depth < NESTING_MAX {
            self.parts(&whole, depth, &mut node);
        }
        node
    }

    /// What JSON Schema asks beyond types and properties.
    fn parts(&mut self, whole: &Whole<'a>, depth: usize, node: &mut Node) {
        const MAPS: [(&str, &str); 2] =
            [("patternProperties", "Properties whose name matches"), ("dependentSchemas", "If this property is there:")];
        const SCHEMAS: [(&str, &str); 8] = [
            ("propertyNames", "Names of properties:"),
            ("contains", "At least one item:"),
            ("unevaluatedProperties", "Properties that nothing else describes:"),
            ("unevaluatedItems", "Items that nothing else describes:"),
            ("contentSchema", "What the text holds:"),
            ("not", "Never:"),
            ("if", "If:"),
            ("then", "Then:"),
        ];
        let mut push = |viewer: &mut Self, title: &'static str, about: &str, schema: &'a Value| {
            let inner = viewer.node(schema, depth + 1);
            node.parts.push(Part { title, about: about.to_owned(), node: inner });
        };
        for (keyword, title) in MAPS {
            for (name, schema) in whole.value(keyword).and_then(Value::as_object).into_iter().flatten().take(VALUES_MAX) {
                push(self, title, name, schema);
            }
        }
        const PLACES: [&str; 10] = [
            "First item:",
            "Second item:",
            "Third item:",
            "Item 4:",
            "Item 5:",
            "Item 6:",
            "Item 7:",
            "Item 8:",
            "Item 9:",
            "Item 10:",
        ];
        for (index, schema) in
            whole.value("prefixItems").and_then(Value::as_array).into_iter().flatten().take(VALUES_MAX).enumerate()
        {
            push(self, PLACES.get(index).copied().unwrap_or("Next item:"), "", schema);
        }
        for (keyword, title) in SCHEMAS {
            // `false` is said among the facts; `true` says nothing.
            if let Some(schema) = whole.value(keyword).filter(|schema| schema.is_object()) {
                push(self, title, "", schema);
            }
        }
        if let Some(schema) = whole.value("else").filter(|schema| schema.is_object()) {
            push(self, "Else:", "", schema);
        }
    }

    fn array(&mut self, whole: &Whole<'a>, depth: usize, node: &mut Node) {
        let Some(items) = whole.value("items").filter(|items| !items.is_boolean()) else {
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
        node.parts = item.parts;
        node.opens_at = item.opens_at;
    }

    fn object(&mut self, whole: &Whole<'a>, depth: usize, node: &mut Node) {
        let values = whole.value("additionalProperties").filter(|schema| schema.as_object().is_some_and(|map| !map.is_empty()));
        if whole.properties.is_empty()
            && let Some(values) = values
        {
            let value = self.node(values, depth + 1);
            node.label = vec![words("map of ")];
            node.label.extend(value.label.clone());
            node.opens_at = value.opens_at.clone();
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
            let anchor = self.anchor(name);
            let outer = (!self.prefix.is_empty()).then(|| std::mem::replace(&mut self.prefix, anchor.clone()));
            let inside = self.node(schema, depth + 1);
            self.prefix = outer.unwrap_or_default();
            node.properties.push(Property {
                name: (*name).to_owned(),
                anchor,
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
            node.parts = only.parts;
            node.opens_at = only.opens_at;
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
        let simple = nodes
            .iter()
            .all(|one| !one.has_inside() && one.opens_at.is_none() && one.description.is_empty() && one.facts.is_empty());
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
        let said = whole.value("discriminator");
        let discriminator = said.and_then(|value| value.get("propertyName")).and_then(Value::as_str).map(str::to_owned);
        let mapping = said.and_then(|value| value.get("mapping")).and_then(Value::as_object).into_iter().flatten();
        let mapping = mapping.filter_map(|(value, target)| Some((value.clone(), self.mapped(target.as_str()?)))).collect();
        node.variants = Some(Variants { title, discriminator, mapping, nodes });
        nullable
    }

    /// What a value of a discriminator stands for: a reference, or the bare name of a component.
    fn mapped(&self, target: &str) -> Piece {
        let name = component_name(target).unwrap_or_else(|| target.to_owned());
        Piece { path: self.paths.get(&name).cloned(), text: name }
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

/// A reference to something without a name of its own: the last part of its path, which mostly says what it is.
fn shown_reference(reference: &str) -> String {
    match reference.rsplit_once('/') {
        Some((_, last)) if reference.starts_with('#') => last.replace("~1", "/").replace("~0", "~"),
        _ => reference.to_owned(),
    }
}

/// Whether the page of a schema shows more than its type and limits.
fn has_more(schema: &Value, depth: usize) -> bool {
    const KEYWORDS: [&str; 10] = [
        "properties",
        "allOf",
        "oneOf",
        "anyOf",
        "patternProperties",
        "prefixItems",
        "if",
        "not",
        "contains",
        "dependentSchemas",
    ];
    KEYWORDS.iter().any(|keyword| schema.get(keyword).is_some())
        || ["items", "additionalProperties"].iter().any(|keyword| {
            schema.get(keyword).is_some_and(|inner| inner.get("$ref").is_some() || depth < 4 && has_more(inner, depth + 1))
        })
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

fn typed(types: &[&str], format: &str) -> Vec<Piece> {
    let mut label = Vec::new();
    for (index, kind) in types.iter().enumerate() {
        label.extend((index > 0).then(|| words(" or ")));
        label.push(words(kind));
    }
    if !format.is_empty() {
        label.push(words(&format!(" ({format})")));
    }
    label
}

fn marks(whole: &Whole<'_>) -> Vec<&'static str> {
    [("readOnly", "read only"), ("writeOnly", "write only"), ("deprecated", "deprecated")]
        .into_iter()
        .filter(|(keyword, _)| whole.is(keyword))
        .map(|(_, mark)| mark)
        .collect()
}

fn facts(whole: &Whole<'_>) -> Vec<Fact> {
    let mut facts = Facts::default();
    let several = |keyword: &str| -> Vec<String> {
        whole.value(keyword).and_then(Value::as_array).into_iter().flatten().map(shown).collect()
    };
    facts.add("Allowed", several("enum"));
    for (keyword, name) in [("const", "Always"), ("default", "Default")] {
        facts.add(name, whole.value(keyword).filter(|value| !value.is_null()).map(shown).into_iter().collect());
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
    facts.add("Length", range(number("minLength"), number("maxLength"), "≥", "≤"));
    facts.add("Items", range(number("minItems"), number("maxItems"), "≥", "≤"));
    facts.add("Properties", range(number("minProperties"), number("maxProperties"), "≥", "≤"));
    let above = if exclusive("exclusiveMinimum") { ">" } else { "≥" };
    let below = if exclusive("exclusiveMaximum") { "<" } else { "≤" };
    facts.add("Range", range(number("minimum"), number("maximum"), above, below));
    facts.add("Range", range(number("exclusiveMinimum"), number("exclusiveMaximum"), ">", "<"));
    facts.add("Multiple of", number("multipleOf").into_iter().collect());
    facts.add("Pattern", whole.value("pattern").and_then(Value::as_str).map(str::to_owned).into_iter().collect());
    if whole.is("uniqueItems") {
        facts.say("Items", "unique");
    }
    if whole.value("contains").is_some() {
        facts.add("Items that match", range(number("minContains"), number("maxContains"), "≥", "≤"));
    }
    let text = |keyword: &str| whole.value(keyword).and_then(Value::as_str).map(str::to_owned);
    facts.add("Encoding", text("contentEncoding").into_iter().collect());
    facts.add("Content", text("contentMediaType").into_iter().collect());
    for (name, needed) in whole.value("dependentRequired").and_then(Value::as_object).into_iter().flatten() {
        let needed: Vec<String> = needed.as_array().into_iter().flatten().map(shown).collect();
        facts.add("Needed together", vec![format!("{name} → {}", needed.join(", "))]);
    }
    let is_closed = |keyword: &str| whole.value(keyword) == Some(&Value::Bool(false));
    if is_closed("additionalProperties") || is_closed("unevaluatedProperties") {
        facts.say("Other properties", "none");
    }
    if is_closed("unevaluatedItems") || is_closed("items") {
        facts.say("Other items", "none");
    }
    let plain = |value: &&Value| !value.is_object() && !value.is_array() && !value.is_null();
    match whole.value("examples").and_then(Value::as_array).filter(|_| whole.value("example").is_none()) {
        Some(several) if several.len() > 1 => facts.add("Examples", several.iter().filter(plain).take(8).map(shown).collect()),
        several => {
            let example = whole.value("example").or_else(|| several?.first());
            facts.add("Example", example.filter(plain).map(shown).into_iter().collect());
        }
    }
    facts.0
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
