//! What every tree must be, whatever the file: the fuzzer asks this, too.

use diagnostic::{Diagnostics, Severity, Source, Span, render};
use policy::{
    edit::Edits,
    text::Text,
    xml::{self, Element, Node, Value},
};
use std::collections::BTreeMap;

/// Reads a file. Panics if the spans of its tree do not stand in order, in each other and apart; if a byte is in none of
/// them that is more than white space, a comment, an instruction, or reported; if writing it back changes it; or if a
/// report has no place in the file.
pub(crate) fn read_and_write(file: &str, named_values: &BTreeMap<String, String>) -> Diagnostics {
    let source = Source::new("p.xml", file);
    let text = Text::new(&source, named_values, Severity::Error);
    let mut found = Diagnostics::new();
    let elements = xml::read(&text, &mut found);
    for mistake in &found {
        render::text(mistake);
        assert!(file.get(mistake.place.span.range()).is_some(), "{mistake:?}");
        for label in &mistake.labels {
            assert!(file.get(label.place.span.range()).is_some(), "{label:?}");
        }
    }
    render::json(&found);
    let mut walk = Walk { text: text.as_str(), gaps: Vec::new() };
    let end = elements.iter().fold(0, |at, element| walk.element(at, element));
    walk.gap(end, text.as_str().len());
    if found.is_empty() {
        for gap in walk.gaps {
            assert!(is_trivial(gap), "{gap:?} is in no span of {file:?}");
        }
    }
    assert_eq!(Edits::new(&text).write(), file);
    found
}

struct Walk<'a> {
    text: &'a str,
    gaps: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_else(|| panic!("{span:?} is not in the text"))
    }

    fn gap(&mut self, from: usize, to: usize) {
        assert!(from <= to, "{from} comes after {to}");
        self.gaps.push(self.slice(Span::new(from, to)));
    }

    /// Walks through an element that stands behind `at`, and returns where it ends.
    fn element(&mut self, at: usize, element: &Element) -> usize {
        self.gap(at, element.span.range().start);
        assert_eq!(self.slice(element.name_span), element.name);
        assert!(self.slice(element.tag_span).starts_with('<'));
        assert_eq!(element.span.start, element.tag_span.start);
        let mut at = element.name_span.range().end;
        for attribute in &element.attributes {
            self.gap(at, attribute.span.range().start);
            assert_eq!(self.slice(attribute.name_span), attribute.name);
            assert!(
                attribute.name_span.start == attribute.span.start && attribute.value.span.end <= attribute.span.end,
                "{attribute:?}"
            );
            self.value(&attribute.value);
            at = attribute.span.range().end;
        }
        assert!(at <= element.tag_span.range().end);
        at = element.tag_span.range().end;
        assert!(element.inner_span.start >= element.tag_span.end && element.inner_span.end <= element.span.end);
        for node in &element.children {
            at = match node {
                Node::Element(element) => self.element(at, element),
                Node::Text(value) => {
                    let before = self.slice(Span::new(at, value.span.range().start));
                    let before = if value.cdata { before.trim_end().strip_suffix("<![CDATA[").expect("CDATA") } else { before };
                    self.gap(at, at + before.len());
                    self.value(value);
                    value.span.range().end
                }
            };
        }
        self.gap(at, element.inner_span.range().end);
        element.span.range().end
    }

    fn value(&self, value: &Value) {
        if value.kind == xml::Kind::Expression {
            assert!(value.damaged || self.slice(value.span) == value.text, "{value:?}");
        } else if value.cdata {
            assert_eq!(self.slice(value.span).trim(), value.text.trim());
        }
    }
}

/// White space, comments, instructions, the ends of CDATA, a byte order mark.
fn is_trivial(gap: &str) -> bool {
    let mut rest = gap;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let next = [("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"), ("]]", ">")]
            .iter()
            .find_map(|(open, close)| rest.strip_prefix(open)?.split_once(close));
        match next {
            Some((_, after)) => rest = after,
            None => return rest.is_empty(),
        }
    }
}
