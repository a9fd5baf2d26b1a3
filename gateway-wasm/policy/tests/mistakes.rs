//! What is said about mistakes in policy files, as text in and text out: `tests/mistakes/*.md`.
//!
//! A case is a heading, a fence `xml` with a file as `portal-gen check` takes it, and the fence `text`. `UPDATE=1` writes the last.
#![allow(clippy::disallowed_methods, reason = "tests read their cases from files")]

#[path = "common/pages.rs"]
mod pages;

use diagnostic::{Diagnostics, Severity, Source, render};
use policy::{
    expr::Expression,
    lone,
    text::Text,
    xml::{self, Element, Kind},
};
use std::collections::BTreeMap;

#[test]
fn mistakes_and_what_is_said() {
    pages::run("mistakes", "text", |fences| {
        let source = Source::new("policy.xml", pages::one(fences, "xml").trim_end());
        let mut found = lone::check(&source);
        found.extend(expressions(&source));
        // Until policies take expressions, they refuse them.
        let found = found.sorted().into_iter().filter(|mistake| mistake.id != "expression/unsupported");
        found.map(|mistake| render::text(&mistake)).collect::<Vec<_>>().join("\n")
    });
}

/// What is wrong with the expressions of a file.
fn expressions(source: &Source) -> Diagnostics {
    let text = Text::new(source, &BTreeMap::new(), Severity::Warning);
    let mut found = Diagnostics::new();
    let elements = xml::read(&text, &mut Diagnostics::new());
    let mut left: Vec<&Element> = elements.iter().collect();
    while let Some(element) = left.pop() {
        let values = element.attributes.iter().map(|attribute| &attribute.value).chain(element.texts());
        for value in values.filter(|value| value.kind == Kind::Expression && !value.damaged) {
            Expression::compile(&value.text, value.span.start, value.spelling(), |span| text.place(span), &mut found);
        }
        left.extend(element.elements());
    }
    found
}
