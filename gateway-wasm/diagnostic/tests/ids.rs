//! The table of ids against the code that uses them, the cases that show them, and the page that is made of it.
//!
//! Every example on the page is what a case somewhere in the project expects, so it is what Portico says. `UPDATE=1` writes
//! the page.
#![allow(clippy::disallowed_methods, reason = "tests read the project's files")]

use diagnostic::{
    Severity,
    ids::{self, AREAS},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// What has the form of an id and is none: media types, and what only tests are about.
const OTHER_AREAS: &[&str] = &["application", "font", "image", "mime", "multipart", "net", "text", "portico"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of an extension below a directory, each with its text; what is built, and what is hidden, left out.
fn files(directory: &Path, extension: &str, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy();
        if name.starts_with('.') || matches!(&*name, "target" | "node_modules" | "fuzz" | "docs") {
            continue;
        }
        if entry.is_dir() {
            files(&entry, extension, found);
        } else if entry.extension().is_some_and(|found| found == extension) {
            found.push((entry.clone(), fs::read_to_string(&entry).unwrap()));
        }
    }
}

/// The ids that code outside of tests names, each with a file that does.
fn used() -> BTreeMap<String, PathBuf> {
    let mut sources = Vec::new();
    for part in ["gateway-wasm", "portal-gen", "host"] {
        files(&root().join(part), "rs", &mut sources);
    }
    let mut used = BTreeMap::new();
    let is_id = |text: &&str| {
        let is_word = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        text.split_once('/').is_some_and(|(area, name)| is_word(area) && is_word(name) && !OTHER_AREAS.contains(&area))
    };
    for (path, source) in sources {
        if path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for id in line.split('"').skip(1).step_by(2).filter(is_id) {
                used.insert(id.to_owned(), path.clone());
            }
        }
    }
    used
}

/// What cases expect: for each id its shortest example, and the severities that it is seen with.
fn examples() -> BTreeMap<String, (String, BTreeSet<&'static str>)> {
    let mut pages = Vec::new();
    for part in ["gateway-wasm", "portal-gen", "tests"] {
        files(&root().join(part), "md", &mut pages);
        // Sessions of the command line.
        files(&root().join(part), "txt", &mut pages);
    }
    pages.sort();
    let mut examples: BTreeMap<String, (String, BTreeSet<&'static str>)> = BTreeMap::new();
    for (_, page) in pages {
        for start in page.match_indices("\n").map(|(at, _)| at + 1) {
            let rest = &page[start..];
            let Some((severity, (id, _))) =
                [Severity::Error, Severity::Warning, Severity::Note].into_iter().find_map(|severity| {
                    Some((severity.name(), rest.strip_prefix(severity.name())?.strip_prefix('[')?.split_once("]: ")?))
                })
            else {
                continue;
            };
            let end = ["\n\n", "\n```"].iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
            let example = rest[..end].lines().take_while(|line| is_part(line, rest)).collect::<Vec<_>>().join("\n");
            let (shortest, severities) = examples.entry(id.to_owned()).or_default();
            severities.insert(severity);
            // One that shows its place is better than one that does not.
            let rank = |example: &str| (example.is_empty(), !example.contains(" --> "), example.len());
            if rank(&example) < rank(shortest) {
                *shortest = example;
            }
        }
    }
    examples
}

/// True for the lines of one diagnostic as they are shown: the first, and what is indented or has a line's number.
fn is_part(line: &str, first: &str) -> bool {
    first.starts_with(line) || line.starts_with(' ') || line.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(" |")
}

#[test]
fn every_id_is_in_the_table_and_every_row_is_used() {
    let used = used();
    let unknown: Vec<_> = used.iter().filter(|(id, _)| ids::severities(id).is_none()).collect();
    assert!(
        unknown.is_empty(),
        "add these to gateway-wasm/diagnostic/src/ids.rs (or their areas to OTHER_AREAS, if they are no ids): {unknown:#?}"
    );
    let rows = AREAS.iter().flat_map(|area| area.ids.iter().map(|id| format!("{}/{}", area.name, id.name)));
    let unused: Vec<String> = rows.clone().filter(|id| !used.contains_key(id)).collect();
    assert!(unused.is_empty(), "no code uses these any more, take them off the table: {unused:?}");
    let mut all: Vec<String> = rows.collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), AREAS.iter().map(|area| area.ids.len()).sum::<usize>(), "an id stands twice");
}

#[test]
fn the_page_shows_every_id() {
    let examples = examples();
    let mut page = String::from(
        "# Diagnostics\n\n\
         What `portal-gen check`, `portico` and the tests report, by id. An *error* stops publishing and running; a *warning* does not.\n\
         This page is made of the table in `gateway-wasm/diagnostic/src/ids.rs` and of what the project's cases expect\n\
         (`UPDATE=1 cargo test -p diagnostic`).\n",
    );
    for area in AREAS {
        let _ = writeln!(page, "\n## {}\n\n{}", area.name, area.meaning);
        for id in area.ids {
            let whole = format!("{}/{}", area.name, id.name);
            let severities: Vec<&str> = id.severities.iter().map(|severity| severity.name()).collect();
            let _ = writeln!(page, "\n### {whole}\n\n*{}*: {}.", severities.join(" or "), id.meaning);
            let Some((example, seen)) = examples.get(&whole) else { continue };
            assert!(seen.iter().all(|seen| severities.contains(seen)), "{whole} is seen as {seen:?}");
            let _ = writeln!(page, "\n```text\n{example}\n```");
        }
    }
    let path = root().join("docs/diagnostics.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, page).unwrap();
    } else {
        assert!(fs::read_to_string(path).unwrap_or_default() == page, "docs/diagnostics.md is out of date: UPDATE=1 writes it");
    }
}

/// What no page of cases shows, so that it has no example: limits that only a long file reaches, bytes that no page can hold,
/// and what is found while a site is built, all of which have tests in code, and what the library has by now. A new id comes with a case.
const NOT_SHOWN: &[&str] = &[
    "api/path-long",
    "build/write",
    "case/heading-missing",
    "case/named-value",
    "case/policy-missing",
    "expression/assign",
    "expression/type-missing",
    "file/not-utf8",
    "fragment/limit",
    "operation/path-long",
    "portal/accent-color",
    "portal/accent-contrast",
    "portal/language-without-texts",
    "portal/messages",
    "portal/missing-message",
    "portal/reserved-page",
    "portal/unknown-message",
    "site/broken-link",
    "theme/template",
    "theme/unknown-template",
    "xml/attributes",
    "xml/depth",
    "xml/mistakes",
    "xml/size",
];

#[test]
fn ids_are_shown_by_cases() {
    let examples = examples();
    let all = AREAS.iter().flat_map(|area| area.ids.iter().map(|id| format!("{}/{}", area.name, id.name)));
    let without: Vec<String> = all.filter(|id| !examples.contains_key(id) && !NOT_SHOWN.contains(&id.as_str())).collect();
    assert_eq!(without, Vec::<String>::new(), "write a case for these");
}
