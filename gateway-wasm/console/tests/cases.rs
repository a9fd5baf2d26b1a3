//! Cases as data: `tests/cases/*.md`. A case is a heading and blocks of what goes in; the last block is what comes out.
//! `UPDATE=1` writes the last blocks anew.
#![allow(clippy::disallowed_methods, reason = "tests read their cases from files")]

use console::request::{self, Filled};
use console::{Operation, check, hints, samples};
use std::fmt::Write as _;

#[test]
fn bodies_and_their_schemas() {
    run("check.md", |blocks| {
        let operation = operation_with_body(blocks[0]);
        let found = check::body(&operation, "application/json", blocks[1], &matches);
        found
            .iter()
            .map(|finding| {
                let kind = if finding.is_warning { "warning" } else { "error" };
                let pointer = if finding.pointer.is_empty() { String::new() } else { format!(" {}", finding.pointer) };
                format!("{kind} {}:{}{pointer}: {}", finding.line, finding.column, finding.message)
            })
            .collect::<Vec<_>>()
            .join("\n")
    });
}

#[test]
fn requests_and_their_hints() {
    run("request.md", |blocks| {
        let operation: Operation = serde_json::from_str(blocks[0]).unwrap();
        let filled: Filled = serde_json::from_str(blocks[1]).unwrap();
        let page = serde_json::from_str(r#"{"origin":"https://portal.example.com"}"#).unwrap();
        let request = request::build(&operation, &filled, false);
        let mut out = (samples::by_id("http").unwrap().write)(&request);
        out.push_str("\n--- masked\n");
        out.push_str(&(samples::by_id("http").unwrap().write)(&request::build(&operation, &filled, true)));
        for hint in hints::of(&operation, &filled, &request, &page) {
            write!(out, "\n{} {}: {}", if hint.stops { "STOP" } else { "hint" }, hint.about, hint.message).unwrap();
        }
        out
    });
}

#[test]
fn every_language() {
    run("samples.md", |blocks| {
        let operation: Operation = serde_json::from_str(blocks[0]).unwrap();
        let filled: Filled = serde_json::from_str(blocks[1]).unwrap();
        let request = request::build(&operation, &filled, true);
        let samples = samples::LANGUAGES.iter().map(|language| format!("--- {}\n{}", language.title, (language.write)(&request)));
        samples.collect::<Vec<_>>().join("\n")
    });
}

/// Whatever is cut off or changed, nothing panics.
#[test]
fn damaged_texts_are_survived() {
    let text = std::fs::read_to_string(format!("{}/tests/cases/check.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let operation = operation_with_body(r##"{"$ref":"#/a"}"##);
    for start in (0..text.len()).filter(|at| text.is_char_boundary(*at)).step_by(7) {
        for length in [1, 5, 60, 400] {
            let piece: String = text[start..].chars().take(length).collect();
            check::body(&operation, "application/json", &piece, &matches);
            console::show::formatted("application/json", &piece);
            console::show::formatted("text/xml", &piece.replace(['{', '"'], "<").replace(['}', ','], ">"));
        }
    }
    let deep = "[".repeat(100_000);
    assert_eq!(check::body(&operation, "application/json", &deep, &matches).len(), 1);
}

/// Enough of patterns for the cases: `^[a-z]+$` is letters, and anything else cannot be said.
fn matches(pattern: &str, text: &str) -> Option<bool> {
    (pattern == "^[a-z]+$").then(|| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// The block is a schema; `$defs` in it are what it refers to, as `#/name`.
fn operation_with_body(schema: &str) -> Operation {
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let mut operation = Operation::default();
    for (name, one) in schema.get("$defs").and_then(serde_json::Value::as_object).into_iter().flatten() {
        operation.schemas.insert(format!("#/{name}"), one.clone());
    }
    let content = console::operation::Content { media_type: "application/json".to_owned(), schema, ..Default::default() };
    operation.body = Some(console::operation::Body { required: true, contents: vec![content] });
    operation
}

fn run(file: &str, answer: impl Fn(&[&str]) -> String) {
    let path = format!("{}/tests/cases/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let mut out = String::new();
    let mut failures = Vec::new();
    let mut cases = text.split("\n## ");
    out.push_str(cases.next().unwrap());
    for case in cases {
        let title = case.lines().next().unwrap();
        let mut blocks: Vec<&str> = Vec::new();
        for piece in case.split("\n```").skip(1).step_by(2) {
            blocks.push(piece.split_once('\n').map_or("", |(_, block)| block));
        }
        let expected = blocks.pop().unwrap();
        let found = answer(&blocks);
        if found != expected {
            failures.push(format!("{title}\n{found}"));
        }
        let (before, _) = case.trim_end().strip_suffix("\n```").unwrap().rsplit_once("\n```text").unwrap();
        write!(out, "\n## {before}\n```text\n{found}\n```\n").unwrap();
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, out).unwrap();
    } else {
        assert!(failures.is_empty(), "{file}:\n{}", failures.join("\n\n"));
    }
}
