//! A page: its cases, what is wrong with it, and how new expectations are put into it.

use crate::{
    case::{Case, Expected},
    fence::{self, Content, Parsed},
    markdown::{self, Section},
};
use diagnostic::{Diagnostic, Diagnostics, Place, Source, Span};

/// A page and its cases.
#[derive(Debug)]
pub struct Page {
    /// The page, with plain line ends.
    pub source: Source,
    /// The cases, in the order of the page.
    pub cases: Vec<Case>,
    /// What is wrong with the page itself.
    pub diagnostics: Diagnostics,
    /// Where in `source` the line ends are that were `\r\n`.
    returns: Vec<usize>,
}

/// A change to a page: a text that stands in the place of an expectation, or a new one.
#[derive(Clone, Debug)]
pub enum Edit {
    /// The text of a fence that is there.
    Replace(Expected, String),
    /// A new fence, its words and its text, at this byte.
    Insert(usize, &'static str, String),
}

impl Page {
    /// Reads a page. `name` is what people see of it in messages.
    pub fn read(name: &str, text: &str) -> Page {
        let mut returns = Vec::new();
        let mut plain = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            match line.strip_suffix("\r\n") {
                Some(line) => {
                    plain.push_str(line);
                    returns.push(plain.len());
                    plain.push('\n');
                }
                None => plain.push_str(line),
            }
        }
        let source = Source::new(name, plain);
        let mut reader = Reader { source: &source, diagnostics: Diagnostics::new(), cases: Vec::new(), givens: Vec::new() };
        reader.sections(&markdown::sections(source.text()));
        let Reader { mut diagnostics, cases, .. } = reader;
        same_names(&source, &cases, &mut diagnostics);
        Page { cases, diagnostics: diagnostics.sorted(), source, returns }
    }

    /// What the page says now.
    pub fn text(&self, expected: &Expected) -> &str {
        self.source.text().get(expected.place.clone()).unwrap_or_default()
    }

    /// True if there is nothing of cases in it: it is a text like any other.
    pub fn is_prose(&self) -> bool {
        self.cases.is_empty() && !self.diagnostics.iter().any(|finding| finding.id != fence::UNKNOWN)
    }

    /// The page with these changes, and otherwise as it was, to the byte.
    pub fn with(&self, edits: &[Edit]) -> String {
        let text = self.source.text();
        let mut changes: Vec<(std::ops::Range<usize>, String)> = edits.iter().map(|edit| self.change(edit)).collect();
        changes.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(text.len() + 1024);
        let mut position = 0;
        for (range, new) in changes {
            self.copy(position..range.start, &mut out);
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            if self.returns.is_empty() {
                out.push_str(&new)
            } else {
                out.push_str(&new.replace('\n', "\r\n"))
            }
            position = range.end;
        }
        self.copy(position..text.len(), &mut out);
        out
    }

    fn change(&self, edit: &Edit) -> (std::ops::Range<usize>, String) {
        match edit {
            // A text with fences in it needs a longer one around it.
            Edit::Replace(expected, new) if ticks_for(new) > expected.ticks => {
                (expected.whole.clone(), fenced(expected.info(), new))
            }
            Edit::Replace(expected, new) => (expected.place.clone(), new.clone()),
            Edit::Insert(at, info, text) => (*at..*at, fenced(info, text)),
        }
    }

    fn copy(&self, range: std::ops::Range<usize>, out: &mut String) {
        let mut position = range.start;
        let first = self.returns.partition_point(|at| *at < range.start);
        for at in self.returns[first..].iter().copied().take_while(|at| *at < range.end) {
            out.push_str(&self.source.text()[position..at]);
            out.push_str("\r\n");
            position = at + 1;
        }
        out.push_str(&self.source.text()[position..range.end]);
    }
}

/// A fence as it is written.
pub(crate) fn fenced(info: &str, text: &str) -> String {
    let ticks = "`".repeat(ticks_for(text));
    format!("{ticks}{info}\n{text}{ticks}\n")
}

/// How many backticks a fence around a text needs.
pub(crate) fn ticks_for(text: &str) -> usize {
    let longest = text.lines().map(|line| line.trim_start().bytes().take_while(|byte| *byte == b'`').count()).max();
    longest.filter(|longest| *longest >= 3).map_or(3, |longest| longest + 1)
}

/// Tests are named after their cases, so two of one name could not be told apart.
fn same_names(source: &Source, cases: &[Case], diagnostics: &mut Diagnostics) {
    for (at, case) in cases.iter().enumerate() {
        if let Some(first) = cases[..at].iter().find(|first| first.name == case.name) {
            let place = |case: &Case| Place::new(source, Span::new(case.heading.start, case.heading.end));
            diagnostics.push(
                Diagnostic::error("case/name-twice", place(case), format!("two cases are called `{}`", case.name))
                    .label(place(first), "the first")
                    .help("say in the heading what is special about this one"),
            );
        }
    }
}

struct Reader<'s> {
    source: &'s Source,
    diagnostics: Diagnostics,
    cases: Vec<Case>,
    /// What headings above give to those below: level, words, fences.
    givens: Vec<(usize, &'s str, Vec<Parsed<'s>>)>,
}

impl<'s> Reader<'s> {
    fn sections(&mut self, sections: &[Section<'s>]) {
        for (at, section) in sections.iter().enumerate() {
            let fences = fence::parse(self.source, &section.fences, &mut self.diagnostics);
            let expects = |parsed: &Parsed<'_>| matches!(parsed.content, Content::Code { .. } | Content::Expect(_));
            let has_deeper = sections.get(at + 1).is_some_and(|next| next.level > section.level);
            while self.givens.last().is_some_and(|(level, ..)| *level >= section.level) {
                self.givens.pop();
            }
            if has_deeper && !fences.iter().any(expects) {
                self.givens.push((section.level, section.heading, fences));
            } else if section.level == 0 {
                if let Some(first) = fences.first() {
                    self.diagnostics.push(
                        Diagnostic::error("case/heading-missing", first.place(self.source), "this fence stands below no heading")
                            .help("write `## What this case shows` above it"),
                    );
                }
            } else if !fences.is_empty() {
                self.case(section, fences);
            }
        }
    }

    fn case(&mut self, section: &Section<'s>, own: Vec<Parsed<'s>>) {
        // The page's title says what all of its cases are about; in the name of each it would only be long.
        let above = self.givens.iter().filter(|(level, ..)| *level > 1).map(|(_, heading, _)| *heading);
        let name = above.chain([section.heading]).collect::<Vec<_>>().join(" > ");
        let inherited: Vec<Parsed<'s>> = self.givens.iter().flat_map(|(.., fences)| fences.iter().cloned()).collect();
        self.cases.push(Case::new(self.source, name, section, inherited, own, &mut self.diagnostics));
    }
}

#[cfg(test)]
mod tests {
    use super::{Edit, Page};

    /// The page with the first expectation of its first case replaced.
    fn replaced(text: &str, new: &str) -> String {
        let page = Page::read("page.md", text);
        assert!(page.diagnostics.is_empty(), "{:?}", page.diagnostics);
        page.with(&[Edit::Replace(page.cases[0].expected[0].clone(), new.to_owned())])
    }

    #[test]
    fn line_ends_stay_as_they_are() {
        let mixed = "# A\r\nprose\n\r\n```xml inbound\r\n```\r\n```http sent\r\nold\r\n```\r\nend";
        let page = Page::read("page.md", mixed);
        assert_eq!(page.with(&[]), mixed);
        assert_eq!(page.text(&page.cases[0].expected[0]), "old\n");
        assert_eq!(replaced(mixed, "one\ntwo\n"), mixed.replace("old\r\n", "one\r\ntwo\r\n"));
    }

    #[test]
    fn a_text_with_a_fence_in_it_gets_a_longer_one() {
        let page = "## A\n```xml inbound\n```\n```http sent\n```\nprose\n";
        let new = "HTTP/1.1 200 OK\n\n```json\n{}\n```\n";
        let written = replaced(page, new);
        assert_eq!(written, format!("## A\n```xml inbound\n```\n````http sent\n{new}````\nprose\n"));
        assert_eq!(replaced(&written, "short\n"), "## A\n```xml inbound\n```\n````http sent\nshort\n````\nprose\n");
    }

    #[test]
    fn new_fences_come_after_the_last() {
        let page = Page::read("page.md", "## A\n```xml inbound\n```");
        let edits = [("http upstream", "nothing\n"), ("http sent", "HTTP/1.1 200 OK\n")]
            .map(|(info, text)| Edit::Insert(page.cases[0].end, info, text.to_owned()));
        let expected = "## A\n```xml inbound\n```\n```http upstream\nnothing\n```\n```http sent\nHTTP/1.1 200 OK\n```\n";
        assert_eq!(page.with(&edits), expected);
    }
}
