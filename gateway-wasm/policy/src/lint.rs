//! Lints: what is right, and goes wrong all the same. One file per lint; its first lines say what happens in practice.
//!
//! A lint warns only where it is sure. It looks at elements by their names, so it also sees policies that this build does not
//! run. What one file tells is found here; what only the whole service tells (scopes above, products, keys) is found in the
//! crate `gateway`. Nothing of this runs while requests are served.

pub mod allow;
mod cors_credentials;
pub mod expressions;
mod limit_late;
mod never_runs;
pub mod plain_http;
mod response_unchecked;
mod secret;

use crate::{
    document::Section,
    expr::ast::Program,
    text::{NamedValues, Text},
    xml::{self, Element, Kind, Value},
};
use diagnostic::{Diagnostic, Diagnostics, Severity, Source, Span};

/// A policy file as lints see it: elements, whatever their names, and the text that they stand in.
#[derive(Debug)]
pub struct File {
    /// The text, named values put in.
    pub text: Text,
    /// The elements; what reading said about damage is for others to report.
    pub roots: Vec<Element>,
}

impl File {
    /// Reads a file.
    pub fn read(source: &Source, named_values: &impl NamedValues) -> File {
        let text = Text::new(source, named_values, Severity::Warning);
        let roots = xml::read(&text, &mut Diagnostics::new());
        File { text, roots }
    }

    /// Every element but those of bodies, outer ones first.
    pub fn elements(&self) -> Vec<&Element> {
        let mut found = Vec::new();
        self.roots.iter().for_each(|root| collect(root, &mut found));
        found
    }

    /// The section of a document.
    pub fn section(&self, section: Section) -> Option<&Element> {
        let root = self.roots.iter().find(|root| root.name == "policies")?;
        root.elements().find(|element| element.name == section.name())
    }

    /// A warning about a part of the file.
    pub fn warning(&self, id: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(id, self.text.place(span), message)
    }

    /// Every expression in an element's attributes and texts, those in it included.
    pub fn expressions(&self, element: &Element) -> Vec<Program> {
        let mut elements = Vec::new();
        collect(element, &mut elements);
        let values = elements.iter().flat_map(|element| self.values(element));
        values.filter_map(|value| expressions::parse(&value)).collect()
    }

    /// What an element's attributes and its text hold.
    fn values(&self, element: &Element) -> Vec<Value> {
        let attributes = element.attributes.iter().map(|attribute| attribute.value.clone());
        attributes.chain(element.texts().next().map(|_| element.value(&self.text))).collect()
    }

    /// The attribute of an element, if it means itself.
    pub fn literal<'e>(&self, element: &'e Element, name: &str) -> Option<&'e str> {
        let value = &element.attribute(name)?.value;
        (value.kind == Kind::Literal && !self.text.has_unknown(value.span)).then_some(value.text.as_str())
    }
}

/// An element and everything in it, but for what is a body.
fn collect<'e>(element: &'e Element, found: &mut Vec<&'e Element>) {
    found.push(element);
    if element.name != "set-body" {
        element.elements().for_each(|child| collect(child, found));
    }
}

/// Everything that one file tells.
pub fn file(file: &File) -> Diagnostics {
    let mut findings = Diagnostics::new();
    cors_credentials::check(file, &mut findings);
    limit_late::check(file, &mut findings);
    never_runs::check(file, &mut findings);
    plain_http::check(file, &mut findings);
    response_unchecked::check(file, &mut findings);
    secret::check(file, &mut findings);
    findings
}
