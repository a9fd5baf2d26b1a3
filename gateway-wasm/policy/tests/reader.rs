//! The reader, as text in and text out: `tests/reader/*.md` hold files, the trees that come of them, and what is reported.
//!
//! A case is a heading, a fence `xml`, perhaps fences `xml NAME` for named values, and the fence `tree`. `UPDATE=1` writes the last.

#![allow(clippy::disallowed_methods, reason = "tests read their cases from files, and look at the clock")]

#[path = "common/lossless.rs"]
mod lossless;
#[path = "common/pages.rs"]
mod pages;

use diagnostic::{Diagnostics, Severity, Source, render};
use policy::{
    text::Text,
    xml::{self, Element, Kind, Node, Value},
};
use std::{collections::BTreeMap, fmt::Write, fs};

#[test]
fn files_and_what_is_read() {
    pages::run("reader", "tree", |fences| {
        let file = pages::one(fences, "xml").trim_end_matches('\n');
        let values = fences.iter().filter_map(|(kind, text)| Some((kind.strip_prefix("value ")?, text.trim_end())));
        seen(file, &values.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    });
}

/// The tree as lines, then what is reported.
fn seen(file: &str, values: &BTreeMap<String, String>) -> String {
    let mut diagnostics = Diagnostics::new();
    let text = Text::new(&Source::new("p.xml", file), values, Severity::Error);
    let elements = xml::read(&text, &mut diagnostics);
    let mut out = String::new();
    for element in &elements {
        show(element, &text, 0, &mut out);
    }
    for diagnostic in &diagnostics.sorted() {
        let _ = write!(out, "\n{}", render::text(diagnostic));
    }
    out
}

fn show(element: &Element, text: &Text, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let _ = writeln!(out, "{indent}{}", element.name);
    for attribute in &element.attributes {
        let _ = writeln!(out, "{indent}  {} = {}", attribute.name, shown(&attribute.value, text));
    }
    for node in &element.children {
        match node {
            Node::Element(element) => show(element, text, depth + 1, out),
            Node::Text(value) => {
                let _ = writeln!(out, "{indent}  {}", shown(value, text));
            }
        }
    }
}

fn shown(value: &Value, text: &Text) -> String {
    match value.kind {
        Kind::Literal => format!("{:?}", value.text),
        Kind::Expression => format!("expression {}", value.text),
        Kind::Mixed => value.pieces(text).iter().map(|piece| shown(piece, text)).collect::<Vec<_>>().join(" + "),
    }
}

/// Every file of the pages, and every part of it, has a tree that covers it and is written back as it was.
#[test]
fn what_is_read_is_written_back() {
    for path in pages::all("reader") {
        let page = fs::read_to_string(&path).unwrap();
        for (_, range) in pages::fences(&page, 0, page.len()).into_iter().filter(|(kind, _)| kind == "xml") {
            let file = &page[range];
            lossless::read_and_write(file, &BTreeMap::from([("name".to_owned(), "</x><y z=\"1\">".to_owned())]));
            for cut in (0..file.len()).filter(|&cut| file.is_char_boundary(cut)) {
                lossless::read_and_write(&file[..cut], &BTreeMap::new());
                lossless::read_and_write(&file[cut..], &BTreeMap::new());
            }
        }
    }
}

/// Policy files that stand on this machine, none of them ours: every one is read without a finding.
#[test]
fn public_files_are_read() {
    let list = std::env::var("PORTICO_POLICY_FILES").unwrap_or_else(|_| "/tmp/corpus/files.txt".to_owned());
    let Ok(list) = fs::read_to_string(&list) else {
        println!("skipped: there is no list of policy files at {list}; PORTICO_POLICY_FILES names one");
        return;
    };
    let mut with_findings = 0;
    let mut report = String::new();
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for path in list.lines() {
        let Ok(file) = fs::read_to_string(path) else { continue };
        for mistake in &policy::lone::check(&Source::new(path, file.as_str())) {
            *ids.entry(mistake.id).or_default() += 1;
            if mistake.id.starts_with("expression/") {
                let _ = writeln!(report, "{}", render::text(mistake));
            }
        }
        let found = lossless::read_and_write(&file, &BTreeMap::new());
        let found: Diagnostics = found.into_iter().filter(|mistake| mistake.id != "named-value/unknown").collect();
        if !found.is_empty() {
            with_findings += 1;
            let _ = writeln!(report, "==== {path}\n{}", render::all_text(&found));
        }
    }
    println!("{report}\nwhat `check` says, by id: {ids:#?}\n{with_findings} of {} files have findings", list.lines().count());
}

/// Each of these made some reader look at the same bytes again and again. No file takes more than a moment.
#[test]
fn no_text_takes_long() {
    for part in [
        "<a>",
        "</a",
        "<a ",
        "<a x",
        "@(",
        "<b>@(</b>",
        "x@(",
        "<![CDATA[@(]]>",
        "<a x=\"",
        "<a x=\"@(\">",
        "&a;",
        "&",
        "{{a}}",
        "{{",
        "<!--",
        "<![CDATA[",
        "<?",
        "<!",
        "<!d[",
        "a=\"\" ",
        "@{\"",
        "$\"{",
        "“",
        "<a/>",
        "<inbound>",
        "é",
        "<",
        "\"",
        "'",
        "\u{feff}",
    ] {
        for before in ["", "<a ", "<a x=\"", "<policies><inbound>", "@("] {
            let start = std::time::Instant::now();
            lossless::read_and_write(&format!("{before}{}", part.repeat((1 << 17) / part.len())), &BTreeMap::new());
            assert!(start.elapsed().as_secs() < 3, "{before}{part}...: {:?}", start.elapsed());
        }
    }
}
