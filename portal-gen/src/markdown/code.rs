//! Blocks of code: what stands behind the fence, and how a block is shown.

use super::{escaped, highlight};
use diagnostic::nearest;
use std::fmt::Write;
use std::ops::RangeInclusive;

/// What the words behind a fence say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fence {
    pub(super) language: String,
    pub(super) title: Option<String>,
    /// Lines that are marked, from 1.
    pub(super) marks: Vec<RangeInclusive<usize>>,
    /// The number of the first line, if lines have numbers.
    pub(super) numbers: Option<usize>,
    /// Lines that begin with `+` and `-` were put in and deleted.
    pub(super) is_diff: bool,
}

/// What is wrong with the words behind a fence: a sentence, and the way out.
pub(super) type Wrong = (String, String);

const OPTIONS: [&str; 5] = ["title", "numbers", "diff", "showLineNumbers", "lines"];

/// Reads `json title="An order" {2,4-6} numbers=10 diff`.
pub(super) fn fence(info: &str) -> (Fence, Vec<Wrong>) {
    let (mut fence, mut wrong) = (Fence::default(), Vec::new());
    let mut rest = info.trim();
    // The language may be joined to the marks: `json{2}`.
    let end = rest.find(|c: char| c.is_whitespace() || c == '{' || c == ',').unwrap_or(rest.len());
    if !rest[..end].contains('=') {
        rest[..end].trim_start_matches('.').clone_into(&mut fence.language);
        rest = &rest[end..];
    }
    if let Some(language) = fence.language.strip_prefix("diff-") {
        (fence.language, fence.is_diff) = (language.to_owned(), true);
    }
    if !highlight::is_known(&fence.language)
        && fence.language != "mermaid"
        && let Some(close) = nearest(&fence.language, highlight::NAMES.iter().copied())
    {
        wrong.push((format!("`{}` is no language that has colours here", fence.language), format!("did you mean `{close}`?")));
    }
    while let Some(first) = rest.trim_start_matches([' ', '\t', ',']).chars().next() {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if first == '{' {
            let end = rest.find('}').unwrap_or(rest.len());
            marks(&rest[1..end], &mut fence.marks, &mut wrong);
            rest = rest.get(end + 1..).unwrap_or_default();
            continue;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let name = &rest[..end];
        rest = &rest[end..];
        let mut value = None;
        if let Some(after) = rest.strip_prefix('=') {
            let (text, behind) = value_of(after);
            (value, rest) = (Some(text), behind);
        }
        option(&mut fence, name, value, &mut wrong);
    }
    (fence, wrong)
}

fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split_once(quote).unwrap_or((inside, ""));
        }
    }
    if text.starts_with('{') {
        let end = text.find('}').map_or(text.len(), |end| end + 1);
        return text.split_at(end);
    }
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

fn option(fence: &mut Fence, name: &str, value: Option<&str>, wrong: &mut Vec<Wrong>) {
    match (name, value) {
        ("title", Some(title)) if !title.trim().is_empty() => fence.title = Some(title.to_owned()),
        ("numbers" | "showLineNumbers", None) => fence.numbers = Some(1),
        ("numbers" | "showLineNumbers", Some(first)) => match first.trim_matches(['{', '}']).parse::<usize>() {
            Ok(first) if first < 100_000 => fence.numbers = Some(first),
            _ => wrong.push((format!("`{first}` is no number of a line"), "write `numbers`, or `numbers=10`".to_owned())),
        },
        ("diff", None) => fence.is_diff = true,
        ("lines", Some(lines)) => marks(lines.trim_matches(['{', '}']), &mut fence.marks, wrong),
        _ => {
            let help = match nearest(name, OPTIONS) {
                Some(close) if close != name => format!("did you mean `{close}`?"),
                _ => "known here: `title=\"...\"`, `{2,4-6}`, `numbers`, `numbers=10` and `diff`".to_owned(),
            };
            wrong.push((format!("`{name}` says nothing about a block of code"), help));
        }
    }
}

/// `2,4-6`.
fn marks(text: &str, marks: &mut Vec<RangeInclusive<usize>>, wrong: &mut Vec<Wrong>) {
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        match (first.trim().parse::<usize>(), last.trim().parse::<usize>()) {
            (Ok(first), Ok(last)) if 0 < first && first <= last => marks.push(first..=last),
            _ => {
                let help = "count lines from 1: `{2,4-6}` marks the second line, and the fourth to the sixth";
                wrong.push((format!("`{part}` marks no line"), help.to_owned()));
            }
        }
    }
}

/// The block as HTML. A block that scrolls must be reachable by keyboard.
pub(super) fn html(fence: &Fence, text: &str, wrong: &mut Vec<Wrong>) -> String {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let class =
        if fence.language.is_empty() { String::new() } else { format!(" class=\"language-{}\"", escaped(&fence.language)) };
    let has_lines = fence.is_diff || fence.numbers.is_some() || !fence.marks.is_empty();
    let mut out = String::with_capacity(text.len() * 2 + 128);
    if let Some(title) = &fence.title {
        let _ = write!(out, "<figure class=\"code\"><figcaption>{}</figcaption>", escaped(title));
    }
    if has_lines {
        let numbers = if fence.numbers.is_some() { " numbers" } else { "" };
        let _ = write!(out, "<pre class=\"lines{numbers}\" tabindex=\"0\"><code{class}>");
        lines(fence, text, &mut out, wrong);
    } else {
        let _ = write!(out, "<pre tabindex=\"0\"><code{class}>{}", highlight::html(&fence.language, text));
    }
    out.push_str("</code></pre>");
    if fence.title.is_some() {
        out.push_str("</figure>");
    }
    out.push('\n');
    out
}

fn lines(fence: &Fence, text: &str, out: &mut String, wrong: &mut Vec<Wrong>) {
    // The marks of a diff are taken off before the language is read, so that its colours are right.
    let mut signs = Vec::new();
    let mut code = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            code.push('\n');
        }
        let sign = line.chars().next().filter(|sign| fence.is_diff && matches!(sign, '+' | '-'));
        code.push_str(match sign {
            Some(_) => &line[1..],
            None if fence.is_diff => line.strip_prefix(' ').unwrap_or(line),
            None => line,
        });
        signs.push(sign);
    }
    let count = signs.len();
    if let Some(beyond) = fence.marks.iter().find(|mark| *mark.end() > count) {
        let message = format!("line {} is marked, and there are {count}", beyond.end());
        wrong.push((message, "count the lines of the block from 1".to_owned()));
    }
    for (index, (line, sign)) in highlight::lines(&fence.language, &code).into_iter().zip(signs).enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let mut class = "line".to_owned();
        if fence.marks.iter().any(|mark| mark.contains(&(index + 1))) {
            class.push_str(" marked");
        }
        match sign {
            Some('+') => class.push_str(" added"),
            Some(_) => class.push_str(" removed"),
            None => {}
        }
        let number = fence.numbers.map_or_else(String::new, |first| format!(" data-number=\"{}\"", first + index));
        let _ = write!(out, "<span class=\"{class}\"{number}>{line}</span>");
    }
}
