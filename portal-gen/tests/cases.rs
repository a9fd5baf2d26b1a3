//! Text in, text out: schemas, operations, Markdown and the output of `check`, as cases in Markdown files.

mod common;

use common::{Case, between, definition, folder, page, run, site};
use std::io::Write;
use std::process::{Command, Stdio};

#[test]
fn schemas_as_readers_see_them() {
    run("schema.md", |case| {
        let schemas = case.block("json");
        let value: serde_json::Value = serde_json::from_str(schemas).unwrap();
        let first = portal_gen::slug::slug(value.as_object().unwrap().keys().next().unwrap());
        let site = site(&folder(&[("apis/test/specification.json", &definition("", schemas))]));
        between(page(&site, &format!("apis/test/schemas/{first}/index.html")), "</h1>", "</article>").to_owned()
    });
}

#[test]
fn operations_as_readers_see_them() {
    run("operation.md", |case| {
        let site = site(&folder(&[("apis/test/specification.json", &definition(case.block("json"), ""))]));
        without_stamp(between(page(&site, "apis/test/op/index.html"), "</h1>", "</aside>"))
    });
}

#[test]
fn requests_that_the_service_sends() {
    run("sent.md", |case| {
        let site = site(&folder(&[("apis/test/specification.json", &definition(case.block("json"), ""))]));
        let pages = case.blocks.last().unwrap().0.split_whitespace().skip(1);
        pages.map(|path| format!("== {path}\n{}\n", between(page(&site, path), "</h1>", "</article>").trim())).collect()
    });
}

/// The mark of the console's files changes with them, and says nothing about the page.
fn without_stamp(html: &str) -> String {
    let (before, after) = html.split_once("data-stamp=\"").unwrap();
    format!("{before}data-stamp=\"…{}", &after[after.find('"').unwrap()..])
}

#[test]
fn markdown_as_readers_see_it() {
    run("markdown.md", |case| {
        let files =
            [("apis/test/specification.json", &*definition("", "")), ("portal/content/guides/page.md", case.block("markdown"))];
        let folder = folder(&files);
        let (service, _) = portal_gen::check(&folder, None);
        let (site, findings) = portal_gen::render::site(&service.unwrap(), &folder, &portal_gen::Options::default()).unwrap();
        let html = between(page(&site, "guides/page/index.html"), "<article class=\"column text\">", "</article>").to_owned();
        let said: String = findings.iter().map(diagnostic::render::text).collect();
        if said.is_empty() { html } else { format!("{html}\n\n{said}") }
    });
}

#[test]
fn pages_among_others() {
    run("content.md", |case| {
        let mut folder = folder(&[("apis/pets/specification.json", &definition(PETS, PET))]);
        for (info, text) in &case.blocks[..case.blocks.len() - 1] {
            let Some((kind, path)) = info.split_once(' ') else { continue };
            let bytes = match kind {
                "hex" => text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect(),
                _ => text.as_bytes().to_vec(),
            };
            folder.insert(path, bytes);
        }
        let drafts = case.title.contains("preview");
        let (service, mut findings) = portal_gen::check(&folder, None);
        let (site, more) =
            portal_gen::render::site(&service.unwrap(), &folder, &portal_gen::Options { drafts, ..Default::default() }).unwrap();
        findings.extend(more);
        let mut shown = String::new();
        for path in case.blocks.last().unwrap().0.split_whitespace().skip(1) {
            let html = match site.files.contains_key(path) {
                true => page(&site, path),
                false => "(no such file)",
            };
            // A stamp changes with the style sheet, which is not what these cases are about.
            let stamp = html.find("?v=").map_or("", |at| &html[at..at + 11]);
            let html = if stamp.is_empty() { html.to_owned() } else { html.replace(stamp, "") };
            let html = match html.contains("<article") {
                true if case.title.starts_with("Navigation") => between(&html, "<nav id=\"sidebar\"", "</nav>"),
                true => between(&html, "<article", "</article>"),
                false => &html,
            };
            shown.push_str(&format!("== {path}\n{}\n", html.trim()));
        }
        let said: String = findings.sorted().iter().map(diagnostic::render::text).collect();
        format!("{}\n{said}", shown.trim())
    });
}

/// An API with what pages refer to.
const PETS: &str = r##"{ "/pets/{id}": { "get": { "operationId": "getPet", "summary": "Get a pet", "description": "One pet. Or none.",
    "parameters": [{ "name": "id", "in": "path", "required": true, "description": "Its *number*.", "schema": { "type": "integer" } }],
    "responses": { "200": { "description": "The pet.", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Pet" } } } } } } } }"##;
const PET: &str = r#"{ "Pet": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } } }"#;

#[test]
fn what_check_says() {
    run("check.md", check);
    run("lints.md", check);
    run("lone.md", check);
}

/// Writes what stands before the last block, and says what `check` says about it.
fn check(case: &Case) -> String {
    let directory = tempfile::tempdir().unwrap();
    for (info, text) in &case.blocks[..case.blocks.len() - 1] {
        if info == "stdin" {
            continue;
        }
        let path = info.split_once(' ').map_or(info.as_str(), |(_, path)| path);
        common::write_files(directory.path(), &[(path, text)]);
    }
    checked(case, directory.path())
}

/// The output of `portal-gen check`, the exit code first.
fn checked(case: &Case, directory: &std::path::Path) -> String {
    let arguments = case.blocks.last().unwrap().0.split_once(' ').map_or("", |(_, arguments)| arguments);
    // Without a path, the case is a folder.
    let folder = if arguments.is_empty() || arguments.starts_with("--") { "." } else { "" };
    let mut child = Command::new(env!("CARGO_BIN_EXE_portal-gen"))
        .current_dir(directory)
        .arg("check")
        .args(folder.split_whitespace().chain(arguments.split_whitespace()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end without having read anything.
    let _ = child.stdin.take().unwrap().write_all(case.block("stdin").as_bytes());
    let output = child.wait_with_output().unwrap();
    format!(
        "exit {}\n{}{}",
        output.status.code().unwrap(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
