//! Writes `docs/policies/`, the manual pages of the policies as a book; and fails where it is out of date.
//! `UPDATE=1 cargo test -p policy --test book` writes it anew.
//!
//! A page has what its author wrote beside the code, what the table of policies knows, and a line before each part of an example
//! that says what it is. The pages stay pages of cases: `portal-gen test docs/policies` runs them.
#![allow(clippy::disallowed_methods, reason = "the book is files")]

use policy::{
    Scope, Section,
    policies::{MANUAL, Manual, NOT_YET},
    statement::Children,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// The policies by what they are for, as APIM's reference groups them. The order is that of the book.
const CHAPTERS: &[(&str, &[&str])] = &[
    (
        "Control and flow",
        &[
            "choose",
            "retry",
            "wait",
            "return-response",
            "mock-response",
            "set-variable",
            "limit-concurrency",
            "base",
            "include-fragment",
        ],
    ),
    ("Routing", &["forward-request", "set-backend-service", "proxy"]),
    (
        "Request and response",
        &[
            "set-header",
            "set-query-parameter",
            "set-method",
            "set-status",
            "set-body",
            "rewrite-uri",
            "find-and-replace",
            "redirect-content-urls",
            "json-to-xml",
            "xml-to-json",
            "xsl-transform",
        ],
    ),
    ("Calls to others", &["send-request", "send-one-way-request", "log-to-eventhub", "send-service-bus-message"]),
    (
        "Values and caching",
        &["cache-lookup-value", "cache-store-value", "cache-remove-value", "cache-value", "cache-lookup", "cache-store"],
    ),
    ("Pages of other domains", &["cors", "cross-domain", "jsonp"]),
    ("Telemetry", &["trace", "emit-metric"]),
    ("Limits", &["rate-limit", "rate-limit-by-key", "quota", "quota-by-key"]),
    (
        "Who may call",
        &[
            "check-header",
            "ip-filter",
            "validate-jwt",
            "validate-azure-ad-token",
            "validate-client-certificate",
            "authentication-basic",
            "authentication-certificate",
            "authentication-managed-identity",
            "get-authorization-context",
        ],
    ),
    (
        "Validation",
        &["validate-content", "validate-parameters", "validate-headers", "validate-status-code", "validate-odata-request"],
    ),
    ("GraphQL", &["validate-graphql-request"]),
    (
        "Language models",
        &[
            "llm-token-limit",
            "llm-emit-token-metric",
            "llm-content-safety",
            "llm-semantic-cache-lookup",
            "llm-semantic-cache-store",
            "azure-openai-token-limit",
            "azure-openai-emit-token-metric",
            "azure-openai-semantic-cache-lookup",
            "azure-openai-semantic-cache-store",
        ],
    ),
];

const START: &str = "\
# Policies

The policies that this build of Portico runs, a page for each: what it is for, its attributes, and examples with what comes out
of them. The examples are tests, so what they show is what happens; [Cases](../cases.md) explains how to read and write them.

A policy stands in a section of a policy file: `inbound` before the backend is called, `backend` around the call, `outbound` after
it, `on-error` where something failed. There is a file for each *scope*: the whole service (`global`), a `workspace`, a `product`, an
`api`, an `operation`. `<base />` is the place where the policies of the scope above run, and `<include-fragment fragment-id=\"...\" />`
that of a fragment's. Values in `@(...)` and `@{...}` are C#: [Expressions](../expressions.md) lists what they may use.
[Diagnostics](../diagnostics.md) lists what is said about mistakes.
";

/// The files of the book: name and text.
fn book() -> BTreeMap<String, String> {
    let pages: Vec<(&str, &Manual)> =
        CHAPTERS.iter().flat_map(|(title, names)| names.iter().filter_map(|name| Some((*title, manual(name)?)))).collect();
    let mut files = BTreeMap::from([("README.md".to_owned(), index())]);
    for (at, (chapter, page)) in pages.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| pages.get(at));
        let link = |word: &str, page: Option<&(&str, &Manual)>| page.map(|(_, page)| format!("{word}: {}", linked(page.name)));
        let top = format!("[Policies](README.md#{})", anchor(chapter));
        let around = [link("before", before), Some(top), link("next", pages.get(at + 1))];
        let around = around.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let text = format!(
            "<!-- Made of gateway-wasm/policy/src/policies/{}: `UPDATE=1 cargo test -p policy --test book`. -->\n\n{}\n---\n\n{around}\n",
            page.file,
            chapter_page(page)
        );
        files.insert(format!("{}.md", page.name), text);
    }
    files
}

/// The page of a policy that runs.
fn manual(name: &str) -> Option<&'static Manual> {
    MANUAL.iter().find(|page| page.name == name)
}

fn linked(name: &str) -> String {
    format!("[`{name}`]({name}.md)")
}

fn index() -> String {
    let mut index = START.to_owned();
    for (title, names) in CHAPTERS {
        let (here, later): (Vec<&str>, Vec<&str>) = names.iter().copied().partition(|name| manual(name).is_some());
        let _ = writeln!(index, "\n## {title}\n");
        if !here.is_empty() {
            index.push_str("| policy | what it does | stands in |\n|---|---|---|\n");
        }
        for page in here.iter().filter_map(|name| manual(name)) {
            let does = first_sentence(page.text);
            let _ = writeln!(index, "| {} | {} | {} |", linked(page.name), does.replace('|', "\\|"), sections(page));
        }
        if !later.is_empty() {
            let blank = if here.is_empty() { "" } else { "\n" };
            let _ = writeln!(index, "{blank}Not yet, and refused by name: {}.", named(&later));
        }
    }
    index
}

/// What a page says first of all, as one line.
fn first_sentence(page: &str) -> String {
    let paragraph: Vec<&str> =
        page.lines().skip(1).skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty()).collect();
    let paragraph = paragraph.join(" ");
    match paragraph.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => paragraph,
    }
}

fn named(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn sections(page: &Manual) -> String {
    match page.sections.len() == Section::ALL.len() {
        true => "every section".to_owned(),
        false => named(&page.sections.iter().map(|section| section.name()).collect::<Vec<_>>()),
    }
}

/// What the table knows of a policy.
fn facts(page: &Manual) -> String {
    let scopes = match page.scopes.len() == Scope::ALL.len() {
        true => "every scope".to_owned(),
        false => named(&page.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>()),
    };
    let attributes = [page.attributes, &["id"]].concat();
    let holds = match page.children {
        Children::None => "nothing".to_owned(),
        Children::Text => "text".to_owned(),
        Children::Body => "a body: text or XML".to_owned(),
        Children::Named(names) => named(names),
        Children::Policies => "policies".to_owned(),
    };
    let once = if page.once { ", at most once" } else { "" };
    let rows = [("stands in", sections(page) + once), ("scopes", scopes), ("attributes", named(&attributes)), ("holds", holds)];
    let rows: String = rows.iter().map(|(what, value)| format!("| {what} | {value} |\n")).collect();
    format!("| | |\n|---|---|\n{rows}")
}

/// The page with its facts after the first paragraph, links to other policies, and a line before each part of an example.
fn chapter_page(page: &Manual) -> String {
    let mut out = String::new();
    let mut fence: Option<&str> = None;
    let (mut has_facts, mut has_text) = (false, false);
    let mut known = BTreeSet::from([page.name]);
    let lines: Vec<&str> = page.text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        if let Some(ticks) = fence {
            if *line == ticks {
                fence = None;
            }
        } else if line.starts_with("```") {
            let words = line.trim_start_matches('`');
            fence = Some(&line[..line.len() - words.len()]);
            let blank = if out.ends_with("\n\n") { "" } else { "\n" };
            let _ = write!(out, "{blank}{}\n\n", caption(words, lines.get(at + 1..).unwrap_or_default()));
        } else if line.is_empty() && has_text && !has_facts {
            has_facts = true;
            let _ = write!(out, "\n{}", facts(page));
        } else if !line.is_empty() && !line.starts_with('#') {
            has_text = true;
            let _ = writeln!(out, "{}", with_links(line, &mut known));
            continue;
        }
        let _ = writeln!(out, "{line}");
    }
    out
}

/// A line of prose, with a link where a policy is named for the first time on its page.
fn with_links(line: &str, known: &mut BTreeSet<&str>) -> String {
    // In the first cell of a table stands an element or an attribute, which may have the name of a policy.
    let from = line.strip_prefix('|').map_or(0, |row| row.find('|').map_or(line.len(), |at| at + 1));
    let mut out = line.to_owned();
    for page in MANUAL {
        let name = format!("`{}`", page.name);
        if let Some(at) = out[from..].find(&name).filter(|_| known.insert(page.name)) {
            out.replace_range(from + at..from + at + name.len(), &linked(page.name));
        }
    }
    out
}

/// What a part of an example is. `below` are the lines of the fence, and all that come after it.
fn caption(words: &str, below: &[&str]) -> String {
    match words {
        "xml policies" => "The policy file:".to_owned(),
        "xml global" => "The policy file of the global scope:".to_owned(),
        "yaml definition" => "The definition of the API:".to_owned(),
        "named values" => "The named values:".to_owned(),
        "csharp" | "csharp lines" => "The expression:".to_owned(),
        "variables given" => "The variables at the start:".to_owned(),
        "certificates" => "The certificates of the service:".to_owned(),
        "certificate given" => "The caller shows:".to_owned(),
        "http given" => "The caller sends:".to_owned(),
        "host" => match below.iter().take_while(|line| !line.starts_with("```")).any(|line| line.contains("->")) {
            true => "The backends answer:".to_owned(),
            false => "The world:".to_owned(),
        },
        "http upstream" => "The gateway sends:".to_owned(),
        "http sent" => "The caller gets:".to_owned(),
        "variables" => "The variables at the end:".to_owned(),
        "error" => "Why `on-error` ran:".to_owned(),
        "trace" => "What was traced:".to_owned(),
        "events" => "What was emitted:".to_owned(),
        "cache" => "What is in the cache at the end:".to_owned(),
        "value" => "What it gives:".to_owned(),
        "diagnostics" => "`portal-gen check` says:".to_owned(),
        words => match words.split_once(' ') {
            Some(("xml", section)) if Section::ALL.iter().any(|one| one.name() == section) => format!("In `{section}`:"),
            Some(("xml", other)) => format!("The {}:", other.replacen(' ', " `", 1) + "`"),
            _ => panic!("say in `caption` what the fence `{words}` is"),
        },
    }
}

/// How Markdown pages name a heading.
fn anchor(heading: &str) -> String {
    let heading = heading.to_lowercase();
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/policies")
}

fn written() -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder()).into_iter().flatten().map(|entry| entry.expect("readable").path());
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    entries.map(|path| (name(&path), fs::read_to_string(&path).unwrap_or_default())).collect()
}

#[test]
fn the_book_is_up_to_date() {
    let book = book();
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(folder()).expect("writable");
        for stale in written().keys().filter(|name| !book.contains_key(*name)) {
            fs::remove_file(folder().join(stale)).expect("writable");
        }
        for (name, text) in &book {
            fs::write(folder().join(name), text).expect("writable");
        }
    }
    let written = written();
    let names: BTreeSet<&String> = book.keys().chain(written.keys()).collect();
    let stale: Vec<_> = names.into_iter().filter(|name| book.get(*name) != written.get(*name)).collect();
    assert!(
        stale.is_empty(),
        "in docs/policies these are out of date: {stale:?}; `UPDATE=1 cargo test -p policy --test book` writes them anew"
    );
}

#[test]
fn every_policy_has_its_place() {
    let placed: Vec<&str> = CHAPTERS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let known: Vec<&str> =
        MANUAL.iter().map(|page| page.name).filter(|name| *name != "probe").chain(NOT_YET.iter().copied()).collect();
    let lost: Vec<_> = known.iter().filter(|name| !placed.contains(name)).collect();
    assert!(lost.is_empty(), "put these into a chapter in gateway-wasm/policy/tests/book.rs: {lost:?}");
    let gone: Vec<_> = placed.iter().filter(|name| !known.contains(name)).collect();
    assert!(gone.is_empty(), "there are no such policies: {gone:?}");
    assert_eq!(placed.iter().collect::<BTreeSet<_>>().len(), placed.len(), "a policy stands in two chapters");
}

#[test]
fn links_lead_somewhere() {
    let book = book();
    let mut dead = Vec::new();
    for (name, text) in &book {
        let mut is_prose = true;
        for line in text.lines() {
            is_prose ^= line.starts_with("```");
            for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()).filter(|_| is_prose) {
                let (file, place) = target.split_once('#').unwrap_or((target, ""));
                let to = if file.is_empty() { name } else { file };
                let text = book.get(to).cloned().or_else(|| fs::read_to_string(folder().join(to)).ok());
                let is_heading = |line: &str| line.starts_with('#') && anchor(line.trim_start_matches(['#', ' '])) == place;
                if !text.is_some_and(|text| place.is_empty() || text.lines().any(is_heading)) {
                    dead.push(format!("{name}: {target}"));
                }
            }
        }
    }
    assert_eq!(dead, Vec::<String>::new());
}
