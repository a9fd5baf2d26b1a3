//! Every policy file below a folder of your own choice: reads and checks them all, and lists what is wrong with their
//! expressions. It runs where `CORPUS` names a folder, and is skipped elsewhere:
//!
//! `CORPUS=~/policies cargo test -p policy --test corpus -- --nocapture`
#![allow(clippy::disallowed_methods, reason = "the corpus is files")]

use diagnostic::{Diagnostics, Severity, Source, render};
use policy::{
    Surroundings,
    expr::{Expression, lexer::Spelling},
    text::Text,
    xml::{self, Element, Kind, Node, Value},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

#[test]
fn every_expression_checks() {
    let Some(folder) = std::env::var_os("CORPUS") else {
        println!("skipped: `CORPUS` names no folder of policy files");
        return;
    };
    let mut files = Vec::new();
    collect(Path::new(&folder), &mut files);
    files.sort();
    let (mut expressions, mut failed, mut by_id) = (0, 0, BTreeMap::<&str, usize>::new());
    let mut report = Diagnostics::new();
    for file in &files {
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        if !["<policies", "<fragment", "<inbound", "@("].iter().any(|mark| text.contains(mark)) {
            continue;
        }
        let source = Source::new(file.strip_prefix(&folder).unwrap_or(file).display().to_string(), text);
        let surroundings = Surroundings { lone_file: true, ..Surroundings::default() };
        let text = Text::new(&source, &surroundings.named_values, surroundings.unknown());
        let mut ignored = Diagnostics::new();
        for root in xml::read(&text, &mut ignored) {
            values(&root, &text, &mut |value| {
                expressions += 1;
                let spelling = if value.cdata { Spelling::Plain } else { Spelling::Xml { quote: value.quote } };
                let mut found = Diagnostics::new();
                let compiled = Expression::compile(&value.text, value.span.start, spelling, |span| text.place(span), &mut found);
                failed += usize::from(compiled.is_none());
                for finding in found.iter().filter(|finding| finding.severity == Severity::Error) {
                    *by_id.entry(finding.id).or_default() += 1;
                    report.push(finding.clone());
                }
            });
        }
    }
    println!("{}", render::all_text(&report));
    println!("{} files, {expressions} expressions, {failed} do not check: {by_id:#?}", files.len());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "xml" || extension == "policy" || extension == "html") {
            files.push(path);
        }
    }
}

fn values(element: &Element, text: &Text, run: &mut dyn FnMut(&Value)) {
    for attribute in &element.attributes {
        if attribute.value.kind == Kind::Expression {
            run(&attribute.value);
        }
    }
    let value = element.value(text);
    if value.kind == Kind::Expression {
        run(&value);
    }
    for node in &element.children {
        if let Node::Element(child) = node {
            values(child, text, run);
        }
    }
}
