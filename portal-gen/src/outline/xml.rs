//! What WSDL and CSDL have in common: both are XML with names of their own spaces.

use diagnostic::{Diagnostic, Diagnostics, Place, Source, Span};
use roxmltree::{Document, Node, ParsingOptions};

/// How many elements and texts of one file are read.
const NODES_MAX: u32 = 2_000_000;

/// The text of a file with what old tools get wrong put right: prefixes that nobody declares. Every letter stays in its place.
pub(super) fn mended(source: &Source, id: &'static str, findings: &mut Diagnostics) -> Source {
    let mut text = source.text().to_owned();
    for _ in 0..PREFIXES_MAX {
        let Err(roxmltree::Error::UnknownNamespace(prefix, at)) = Document::parse_with_options(&text, options()) else { break };
        let place = Place::new(source, span_at(source, at));
        let message = format!("the prefix `{prefix}` is declared nowhere");
        let help =
            format!("write `xmlns:{prefix}=\"...\"` into the first element; until then what has this prefix is not understood");
        findings.push(Diagnostic::warning(id, place, message).help(help));
        text = text.replace(&format!("{prefix}:"), &format!("{prefix}_"));
    }
    Source::new(source.name(), text)
}

/// How many prefixes of one file may be undeclared.
const PREFIXES_MAX: usize = 16;

fn options<'t>() -> ParsingOptions<'t> {
    // Old files name the DTD of XML Schema. roxmltree fetches nothing and limits how entities grow.
    ParsingOptions { allow_dtd: true, nodes_limit: NODES_MAX, ..ParsingOptions::default() }
}

fn span_at(source: &Source, at: roxmltree::TextPos) -> Span {
    let start = source.line_start(at.row.saturating_sub(1)) as usize;
    let line = source.text()[start..].lines().next().unwrap_or_default();
    let column = line.char_indices().nth(at.col.saturating_sub(1) as usize).map_or(line.len(), |(at, _)| at);
    Span::new(start + column, start + column + 1)
}

/// Reads a file; what is no XML is an error with its line.
pub(super) fn read<'t>(source: &'t Source, id: &'static str, findings: &mut Diagnostics) -> Option<Document<'t>> {
    match Document::parse_with_options(source.text(), options()) {
        Ok(document) => Some(document),
        Err(error) => {
            let place = Place::new(source, span_at(source, error.pos()));
            let message = error.to_string();
            let message = message.split(" at ").next().unwrap_or(&message).to_owned();
            findings.push(Diagnostic::error(id, place, message).help("correct the XML here"));
            None
        }
    }
}

/// The elements of a name directly in another, whatever their name space.
pub(super) fn all<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The first of them.
pub(super) fn first<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    all(node, name).next()
}

/// An attribute, whatever its name space.
pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
}

/// All text in an element, with its lines set to the left.
pub(super) fn text(node: Node<'_, '_>) -> String {
    let whole: String = node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect();
    whole.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Where the value of an attribute stands; the element's name where it has none.
pub(super) fn span(node: Node<'_, '_>, name: &str) -> Span {
    match node.attributes().find(|attribute| attribute.name() == name) {
        Some(attribute) => Span::new(attribute.range_value().start, attribute.range_value().end),
        None => Span::new(node.range().start, node.range().start + 1 + node.tag_name().name().len()),
    }
}
