//! How people (text) and tools (JSON) see diagnostics. Both come from the same value.

use crate::{Diagnostic, Diagnostics, Place, Severity};
use serde_json::{Value, json};
use std::fmt::Write;

/// The longest part of a source line that is shown; the rest of a minified file helps nobody.
const COLUMNS_MAX: usize = 160;

/// One diagnostic as a few lines of text, with the source line and a caret, ending in a newline.
pub fn text(diagnostic: &Diagnostic) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}[{}]: {}", diagnostic.severity.name(), diagnostic.id, diagnostic.message);
    place_text(&mut out, &diagnostic.place, &diagnostic.at);
    for label in &diagnostic.labels {
        place_text(&mut out, &label.place, &label.message);
    }
    if let Some(help) = &diagnostic.help {
        let _ = writeln!(out, "  = help: {help}");
    }
    out
}

/// All of them, a blank line between, then a closing line that counts them.
pub fn all_text(diagnostics: &Diagnostics) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&text(diagnostic));
        out.push('\n');
    }
    let _ = writeln!(out, "{}", summary(diagnostics));
    out
}

/// `2 errors, 1 warning`, or `no findings`.
pub fn summary(diagnostics: &Diagnostics) -> String {
    let part = |severity: Severity| {
        let count = diagnostics.count(severity);
        (count > 0).then(|| format!("{count} {}{}", severity.name(), if count == 1 { "" } else { "s" }))
    };
    let parts: Vec<String> =
        [part(Severity::Error), part(Severity::Warning), part(Severity::Note)].into_iter().flatten().collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}

/// One object with `diagnostics: [{id, severity, file, range, message, help}]`; where there is more to say, each also has
/// `at` (what is seen in the range) and `related: [{file, range, message}]` (other places). Ranges are those of the language
/// server protocol (lines and UTF-16 columns from 0).
pub fn json(diagnostics: &Diagnostics) -> Value {
    json!({ "diagnostics": diagnostics.iter().map(object).collect::<Value>() })
}

/// One of them, as an object of [`json`]'s list.
pub fn object(diagnostic: &Diagnostic) -> Value {
    let mut object = json!({
        "id": diagnostic.id,
        "severity": diagnostic.severity.name(),
        "file": diagnostic.place.source.name(),
        "range": range(&diagnostic.place),
        "message": diagnostic.message,
        "help": diagnostic.help,
    });
    if !diagnostic.at.is_empty() {
        object["at"] = diagnostic.at.as_str().into();
    }
    if !diagnostic.labels.is_empty() {
        object["related"] = diagnostic
            .labels
            .iter()
            .map(|label| json!({ "file": label.place.source.name(), "range": range(&label.place), "message": label.message }))
            .collect();
    }
    object
}

fn range(place: &Place) -> Value {
    let (start, end) = (place.start(), place.end());
    json!({
        "start": { "line": start.line, "character": start.column },
        "end": { "line": end.line, "character": end.column },
    })
}

fn place_text(out: &mut String, place: &Place, words: &str) {
    let start = place.start();
    let (number, width) = (start.line + 1, (start.line + 1).to_string().len());
    let _ = writeln!(out, "{:width$} --> {}:{}:{}", "", place.source.name(), number, start.column + 1);
    let line_start = place.source.line_start(start.line) as usize;
    let Some(line) = place.source.text()[line_start..].lines().next().filter(|line| !line.trim().is_empty()) else {
        if !words.is_empty() {
            let _ = writeln!(out, "{:width$}  = {words}", "");
        }
        return;
    };
    // Tabs are shown as one space so that the caret stands below the right character.
    let line = line.replace('\t', " ");
    let before =
        place.source.text()[line_start..].get(..place.span.start as usize - line_start).map_or(0, |text| text.chars().count());
    let marked = place.source.text().get(place.span.range()).map_or(0, |text| text.lines().next().unwrap_or("").chars().count());
    let skipped = before.saturating_sub(COLUMNS_MAX / 2);
    let shown: String = line.chars().skip(skipped).take(COLUMNS_MAX).collect();
    let caret = before - skipped;
    let marks = marked.clamp(1, shown.chars().count().saturating_sub(caret).max(1));
    let _ = writeln!(out, "{number:width$} | {shown}");
    let marks = "^".repeat(marks);
    let _ = writeln!(out, "{:width$} | {:caret$}{marks}{}{words}", "", "", if words.is_empty() { "" } else { " " });
}

#[cfg(test)]
mod tests {
    use crate::{Diagnostic, Diagnostics, Place, Source, Span, render};

    fn sample() -> Diagnostic {
        let source = Source::new("apis/orders/policy.xml", "<inbound>\n\t<rate-limit calls=\"ten\" />\n</inbound>\n");
        Diagnostic::error("rate-limit/calls", Place::new(&source, Span::new(30, 33)), "`calls` must be a whole number from 1")
            .at("not a number")
            .help("write `calls=\"10\"`")
    }

    #[test]
    fn text_shows_line_caret_and_help() {
        assert_eq!(
            render::text(&sample()),
            "error[rate-limit/calls]: `calls` must be a whole number from 1\n  \
             --> apis/orders/policy.xml:2:21\n\
             2 |  <rate-limit calls=\"ten\" />\n  \
             |                     ^^^ not a number\n  \
             = help: write `calls=\"10\"`\n"
        );
    }

    #[test]
    fn json_has_ranges_from_zero() {
        let all: Diagnostics = [sample()].into_iter().collect();
        let value = render::json(&all);
        assert_eq!(value["diagnostics"][0]["range"]["start"], serde_json::json!({ "line": 1, "character": 20 }));
        assert_eq!(value["diagnostics"][0]["severity"], "error");
        assert_eq!(render::summary(&all), "1 error");
    }

    #[test]
    fn a_place_outside_the_text_does_not_panic() {
        let source = Source::new("x", "é");
        for (start, end) in [(1, 2), (0, 99), (99, 100)] {
            render::text(&Diagnostic::warning("x/y", Place::new(&source, Span::new(start, end)), "z"));
        }
    }
}
