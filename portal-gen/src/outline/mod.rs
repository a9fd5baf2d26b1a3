//! Definitions that are not OpenAPI, as readers see them: GraphQL, AsyncAPI, WSDL, OData metadata, Protocol Buffers.
//!
//! Each format is read by a module of its own into one shape, an [`Outline`]: sections of items (types, services, channels),
//! each with rows (fields, methods, parameters) whose types link to other items. One template shows them all.

mod asyncapi;
mod graphql;
mod odata;
mod proto;
mod wsdl;
mod xml;

use catalog::Folder;
use catalog::model::Api;
use catalog::openapi::Format;
use console::Phrase;
use console::phrase::Words;
use diagnostic::{Diagnostic, Diagnostics, Place, Source, Span, nearest};
use serde_json::Value;
use std::collections::HashSet;

/// What a definition describes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outline {
    /// What the format is called: `GraphQL schema`.
    pub(crate) format: &'static str,
    /// Markdown.
    pub(crate) description: String,
    pub(crate) facts: Vec<Fact>,
    pub(crate) sections: Vec<Section>,
}

/// Items of one kind: `Queries`, `Enumerations`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) items: Vec<Item>,
}

/// Something with a name that others refer to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Item {
    /// By which others refer to it; unique in an outline.
    pub(crate) key: String,
    /// For people.
    pub(crate) title: String,
    /// One word: `enum`, `service`.
    pub(crate) kind: &'static str,
    /// Markdown.
    pub(crate) description: String,
    /// Why it should no longer be used; empty if nothing more is said.
    pub(crate) deprecated: Option<String>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) tables: Vec<Table>,
    /// JSON schemas, each with a title.
    pub(crate) schemas: Vec<(&'static str, Value)>,
    /// Examples: a title, and the text.
    pub(crate) examples: Vec<(Words, String)>,
}

/// Rows of one kind: `Fields`, `Values`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// A field, a method, a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// The type in words, with links.
    pub(crate) label: Vec<Part>,
    /// Markdown.
    pub(crate) description: String,
    /// As of [`Item`].
    pub(crate) deprecated: Option<String>,
    /// `required`, `key`, `repeated`.
    pub(crate) marks: Vec<&'static str>,
    pub(crate) facts: Vec<Fact>,
    /// Arguments of a field, fields of an element.
    pub(crate) inside: Vec<Row>,
}

/// Something said about an item or a row: `Default`, `10`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) words: Vec<Part>,
}

/// A part of a line of words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) text: Words,
    pub(crate) target: Target,
}

/// Where a part leads.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Target {
    /// Nowhere.
    #[default]
    None,
    /// To the item with this key, if there is one.
    Item(String),
    /// To the page of a schema under `components/schemas`, if there is one.
    Schema(String),
}

impl Part {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: Words::Text(text.into()), target: Target::None }
    }

    /// What we say, not the definition.
    fn said(phrase: Phrase) -> Self {
        Self { text: Words::Phrase(phrase), target: Target::None }
    }

    fn is_empty(&self) -> bool {
        matches!(&self.text, Words::Text(text) if text.is_empty())
    }

    fn item(text: impl Into<String>, key: impl Into<String>) -> Self {
        Self { text: Words::Text(text.into()), target: Target::Item(key.into()) }
    }

    fn schema(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { text: Words::Text(name.clone()), target: Target::Schema(name) }
    }
}

impl Fact {
    fn new(name: &'static str, words: impl Into<String>) -> Self {
        Self { name, words: vec![Part::plain(words)] }
    }

    fn said(name: &'static str, phrase: Phrase) -> Self {
        Self { name, words: vec![Part::said(phrase)] }
    }
}

impl Outline {
    /// Adds a section, unless it would be empty.
    fn push(&mut self, title: &'static str, items: Vec<Item>) {
        if !items.is_empty() {
            self.sections.push(Section { title, items });
        }
    }

    /// Every item, in order.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.sections.iter().flat_map(|section| &section.items)
    }

    /// How many rows all items have.
    pub(crate) fn rows(&self) -> usize {
        fn rows(all: &[Row]) -> usize {
            all.iter().map(|row| 1 + rows(&row.inside)).sum()
        }
        self.items().map(|item| 1 + item.tables.iter().map(|table| rows(&table.rows)).sum::<usize>()).sum()
    }
}

impl Item {
    /// Adds a table, unless it would be empty.
    fn push(&mut self, title: &'static str, rows: Vec<Row>) {
        if !rows.is_empty() {
            self.tables.push(Table { title, rows });
        }
    }
}

/// The outline of an API whose definition is of one of these formats, and what is wrong with the definition.
pub(crate) fn of(api: &Api, folder: &Folder) -> (Option<Outline>, Diagnostics) {
    let mut findings = Diagnostics::new();
    if api.definition.format == Format::AsyncApi {
        return (Some(asyncapi::outline(&api.definition)), findings);
    }
    let extension = api.definition_file.rsplit('.').next().unwrap_or_default();
    let read: fn(&Source, &mut Diagnostics) -> Option<Outline> = match extension {
        "graphql" | "graphqls" | "gql" => graphql::read,
        "proto" => proto::read,
        "wsdl" => wsdl::read,
        "edmx" | "csdl" => odata::read,
        "xml" if api.kind == catalog::model::ApiKind::OData => odata::read,
        "xml" if api.kind == catalog::model::ApiKind::Soap => wsdl::read,
        _ => return (None, findings),
    };
    // What is not text, or empty, is a finding of the catalog's.
    let text = folder.get(&api.definition_file).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let Some(text) = text.map(|text| text.trim_start_matches('\u{feff}')).filter(|text| !text.trim().is_empty()) else {
        return (None, findings);
    };
    let outline = read(&Source::new(api.definition_file.as_str(), text), &mut findings);
    (outline, findings)
}

/// What is wrong with the definitions of a service that are not OpenAPI.
pub(crate) fn check(service: &catalog::Service, folder: &Folder) -> Diagnostics {
    let mut findings = Diagnostics::new();
    for api in &service.apis {
        findings.extend(of(api, folder).1);
    }
    findings
}

/// A type that nobody declares: a warning, at most one for each name.
struct Unknown<'s> {
    source: &'s Source,
    id: &'static str,
    seen: HashSet<String>,
}

impl<'s> Unknown<'s> {
    fn new(source: &'s Source, id: &'static str) -> Self {
        Self { source, id, seen: HashSet::new() }
    }

    fn report<'k>(&mut self, name: &str, span: Span, known: impl Iterator<Item = &'k str>, findings: &mut Diagnostics) {
        if !self.seen.insert(name.to_owned()) {
            return;
        }
        // A prefix stands for a name space, and is no part of the name.
        let local = name.rsplit(':').next().unwrap_or(name);
        let help = nearest(local, known).map_or_else(
            || "declare it in this file, or correct the name; until then it is shown without a link".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let message = format!("`{name}` is declared nowhere in this file");
        findings.push(Diagnostic::warning(self.id, Place::new(self.source, span), message).help(help));
    }
}

/// A list of words with commas between them.
fn joined(parts: impl Iterator<Item = Part>) -> Vec<Part> {
    let mut all = Vec::new();
    for part in parts {
        if !all.is_empty() {
            all.push(Part::plain(", "));
        }
        all.push(part);
    }
    all
}
