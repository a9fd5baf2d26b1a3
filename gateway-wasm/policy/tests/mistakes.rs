//! What is said about mistakes in policy files, as text in and text out: `tests/mistakes/*.md`.
//!
//! A case is a heading, a fence `xml` with a file as `portal-gen check` takes it, and the fence `text`. `UPDATE=1` writes the last.
#![allow(clippy::disallowed_methods, reason = "tests read their cases from files")]

#[path = "common/pages.rs"]
mod pages;

use diagnostic::{Source, render};
use policy::lone;

#[test]
fn mistakes_and_what_is_said() {
    pages::run("mistakes", "text", |fences| {
        let source = Source::new("policy.xml", pages::one(fences, "xml").trim_end());
        lone::check(&source).iter().map(render::text).collect::<Vec<_>>().join("\n")
    });
}
