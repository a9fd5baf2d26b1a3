//! Changes to a policy file that leave everything else as its author wrote it, byte for byte.
//!
//! What is changed is found in the tree of [`crate::xml::read`], and changed in the author's file: named values stay
//! `{{name}}`, expressions stay raw or escaped, comments and indentation stay where they are.
//!
//! ```
//! use diagnostic::{Diagnostics, Severity, Source};
//! use policy::{edit::Edits, text::Text, xml};
//!
//! let source = Source::new("policy.xml", "<inbound>\n  <rate-limit calls='{{calls}}' /> <!-- a lot -->\n</inbound>\n");
//! let values = std::collections::BTreeMap::from([("calls".to_owned(), "100".to_owned())]);
//! let text = Text::new(&source, &values, Severity::Error);
//! let inbound = xml::read(&text, &mut Diagnostics::new()).remove(0);
//! let limit = inbound.elements().next().unwrap();
//!
//! let mut edits = Edits::new(&text);
//! edits.set_attribute(limit, "renewal-period", "60")?;
//! edits.insert_after(limit, "<base />")?;
//! assert_eq!(
//!     edits.write(),
//!     "<inbound>\n  <rate-limit calls='{{calls}}' renewal-period=\"60\" />\n  <base /> <!-- a lot -->\n</inbound>\n"
//! );
//! # Ok::<(), policy::edit::Overlap>(())
//! ```

use crate::{
    text::Text,
    xml::{Attribute, Element, is_expression},
};
use diagnostic::Span;

/// Changes to one file.
#[derive(Debug)]
pub struct Edits<'a> {
    text: &'a Text,
    /// What is replaced in the author's file, and by what; in order, and apart from each other.
    changes: Vec<(Span, String)>,
}

/// Something was to be changed that is changed already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The place in the author's file that both want.
    pub span: Span,
}

impl<'a> Edits<'a> {
    /// No changes yet.
    pub fn new(text: &'a Text) -> Self {
        Self { text, changes: Vec::new() }
    }

    /// The file with all changes.
    pub fn write(&self) -> String {
        let file = self.text.source().text();
        let mut out = String::with_capacity(file.len());
        let mut at = 0;
        for (span, new) in &self.changes {
            out.push_str(file.get(at..span.range().start).unwrap_or_default());
            out.push_str(new);
            at = span.range().end;
        }
        out.push_str(file.get(at..).unwrap_or_default());
        out
    }

    /// Gives an attribute a value, which is added behind the others if it is not there. An expression is written as it is,
    /// everything else with the entities that it needs.
    ///
    /// # Errors
    /// If that place is changed already.
    pub fn set_attribute(&mut self, element: &Element, name: &str, value: &str) -> Result<(), Overlap> {
        match element.attribute(name) {
            Some(attribute) => {
                let quote = attribute.value.quote;
                let value = if quote.is_some() { escaped(value, quote) } else { quoted(value) };
                self.replace(attribute.value.span, value)
            }
            None => {
                let end = element.attributes.last().map_or(element.name_span, |last| last.span).end;
                self.replace(Span { start: end, end }, format!(" {name}={}", quoted(value)))
            }
        }
    }

    /// Removes an attribute and the white space before it.
    ///
    /// # Errors
    /// If that place is changed already.
    pub fn remove_attribute(&mut self, attribute: &Attribute) -> Result<(), Overlap> {
        let before = self.text.as_str().get(..attribute.span.range().start).unwrap_or_default();
        self.replace(Span::new(before.trim_end().len(), attribute.span.range().end), String::new())
    }

    /// Replaces everything between the tags of an element by a text; an expression is written as it is.
    ///
    /// # Errors
    /// If that place, or something in it, is changed already.
    pub fn set_text(&mut self, element: &Element, value: &str) -> Result<(), Overlap> {
        self.set_inner(element, escaped(value, None))
    }

    /// Replaces everything between the tags of an element by XML.
    ///
    /// # Errors
    /// If that place, or something in it, is changed already.
    pub fn set_inner(&mut self, element: &Element, xml: String) -> Result<(), Overlap> {
        if element.inner_span.start < element.tag_span.end || element.span.end > element.tag_span.end {
            return self.replace(element.inner_span, xml);
        }
        // `<a />` gets an end tag.
        let tag = self.text.as_str().get(element.tag_span.range()).unwrap_or_default();
        let open = tag.strip_suffix("/>").unwrap_or(tag).trim_end();
        let end = element.tag_span.range().start + open.len();
        self.replace(Span::new(end, element.tag_span.range().end), format!(">{xml}</{}>", element.name))
    }

    /// Puts XML in front of an element, on a line of its own if the element has one.
    ///
    /// # Errors
    /// If that place is changed already.
    pub fn insert_before(&mut self, element: &Element, xml: &str) -> Result<(), Overlap> {
        let at = element.span.start;
        let gap = self.indentation(element);
        self.replace(Span { start: at, end: at }, format!("{xml}{gap}"))
    }

    /// Puts XML behind an element, on a line of its own if the element has one.
    ///
    /// # Errors
    /// If that place is changed already.
    pub fn insert_after(&mut self, element: &Element, xml: &str) -> Result<(), Overlap> {
        let at = element.span.end;
        let gap = self.indentation(element);
        self.replace(Span { start: at, end: at }, format!("{gap}{xml}"))
    }

    /// Removes an element, and its line if nothing else stands on it.
    ///
    /// # Errors
    /// If it, or something in it, is changed already.
    pub fn remove(&mut self, element: &Element) -> Result<(), Overlap> {
        let text = self.text.as_str();
        let after = text.get(element.span.range().end..).unwrap_or_default();
        let gap = self.indentation(element);
        let is_last_on_line = after.trim_start_matches([' ', '\t', '\r']).starts_with('\n') || after.trim().is_empty();
        let start = if is_last_on_line { element.span.range().start - gap.len() } else { element.span.range().start };
        self.replace(Span::new(start, element.span.range().end), String::new())
    }

    /// The line break and the white space before an element; nothing if something else stands before it on its line.
    fn indentation(&self, element: &Element) -> &'a str {
        let before = self.text.as_str().get(..element.span.range().start).unwrap_or_default();
        let line = before.trim_end_matches([' ', '\t']);
        let line = line.strip_suffix("\r\n").or(line.strip_suffix('\n')).unwrap_or(before);
        before.get(line.len()..).unwrap_or_default()
    }

    /// Replaces what stands in a span of the text by something else.
    ///
    /// # Errors
    /// If that place is changed already.
    pub fn replace(&mut self, span: Span, new: String) -> Result<(), Overlap> {
        let span = self.text.place(span).span;
        let after = self.changes.partition_point(|(other, _)| (other.end, other.start) <= (span.start, span.start));
        // Two insertions in one place are fine, and come out in the order in which they were made.
        if self.changes.get(after).is_some_and(|(other, _)| other.start < span.end) {
            return Err(Overlap { span });
        }
        self.changes.insert(after, (span, new));
        Ok(())
    }
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", escaped(value, Some('"')))
}

/// The value as XML has it; an expression as it is.
fn escaped(value: &str, quote: Option<char>) -> String {
    if is_expression(value.trim()) {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' if quote == Some('"') => out.push_str("&quot;"),
            '\'' if quote == Some('\'') => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml;
    use diagnostic::{Diagnostics, Severity, Source};
    use std::collections::BTreeMap;

    const FILE: &str = "\u{feff}<policies>\r\n\t<inbound><!-- first -->\r\n\t\t<a x='1'   y=\"{{v}}\"/>\r\n\t\t<b>@( \"<\" )</b> <c />\r\n\t</inbound>\r\n</policies>";

    fn edited(edit: impl Fn(&mut Edits<'_>, &Element) -> Result<(), Overlap>) -> String {
        let text = Text::new(&Source::new("p.xml", FILE), &BTreeMap::from([("v".to_owned(), "two".to_owned())]), Severity::Error);
        let elements = xml::read(&text, &mut Diagnostics::new());
        let mut edits = Edits::new(&text);
        edit(&mut edits, elements[0].elements().next().unwrap()).unwrap();
        edits.write()
    }

    fn element<'e>(inbound: &'e Element, name: &str) -> &'e Element {
        inbound.elements().find(|element| element.name == name).unwrap()
    }

    #[test]
    fn everything_else_stays() {
        assert_eq!(edited(|_, _| Ok(())), FILE);
        assert_eq!(
            edited(|edits, inbound| {
                edits.set_attribute(element(inbound, "a"), "x", "it's <1> & \"2\"")?;
                edits.set_attribute(element(inbound, "a"), "z", "@(\"<\")")?;
                edits.set_text(element(inbound, "b"), "a < b")
            }),
            FILE.replace("x='1'", "x='it&apos;s &lt;1> &amp; \"2\"'")
                .replace("{{v}}\"/>", "{{v}}\" z=\"@(\"<\")\"/>")
                .replace("@( \"<\" )", "a &lt; b")
        );
        assert_eq!(edited(|edits, inbound| edits.set_attribute(element(inbound, "a"), "y", "3")), FILE.replace("{{v}}", "3"));
        assert_eq!(
            edited(|edits, inbound| edits.remove_attribute(element(inbound, "a").attribute("y").unwrap())),
            FILE.replace("   y=\"{{v}}\"", "")
        );
        assert_eq!(edited(|edits, inbound| edits.set_text(element(inbound, "c"), "t")), FILE.replace("<c />", "<c>t</c>"));
        assert_eq!(
            edited(|edits, inbound| edits.insert_before(element(inbound, "b"), "<n/>")),
            FILE.replace("<b>", "<n/>\r\n\t\t<b>")
        );
        assert_eq!(
            edited(|edits, inbound| edits.insert_after(element(inbound, "c"), "<n/>")),
            FILE.replace("<c />", "<c /><n/>")
        );
        assert_eq!(
            edited(|edits, inbound| edits.remove(element(inbound, "a"))),
            FILE.replace("\r\n\t\t<a x='1'   y=\"{{v}}\"/>", "")
        );
        assert_eq!(edited(|edits, inbound| edits.remove(element(inbound, "b"))), FILE.replace("<b>@( \"<\" )</b>", ""));
    }

    #[test]
    fn two_changes_of_one_place_are_refused() {
        edited(|edits, inbound| {
            edits.insert_before(element(inbound, "a"), "<n/>")?;
            edits.insert_before(element(inbound, "a"), "<m/>")?;
            edits.set_text(inbound, "").unwrap_err();
            edits.remove(element(inbound, "b"))?;
            edits.set_text(element(inbound, "b"), "").unwrap_err();
            Ok(())
        });
    }
}
