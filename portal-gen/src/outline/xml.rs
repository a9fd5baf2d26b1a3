//! What WSDL and CSDL have in common: both are XML with names of their own spaces.

use diagnostic::{Diagnostic, Diagnostics, Place, Source, Span};
use roxmltree::{Document, Node, ParsingOptions};

/// How many elements and texts of one file are read.
const NODES_MAX: u32 = 2_000_000;

/// Reads a file; what is no XML is an error with its line.
pub(super) fn read<'t>(source: &'t Source, id: &'static str, findings: &mut Diagnostics) -> Option<Document<'t>> {
    // Old files name the DTD of XML Schema. roxmltree fetches nothing and limits how entities grow.
    let options = ParsingOptions { allow_dtd: true, nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    match Document::parse_with_options(source.text(), options) {
        Ok(document) => Some(document),
        Err(error) => {
            let at = error.pos();
            let start = source.line_start(at.row.saturating_sub(1)) as usize;
            let line = source.text()[start..].lines().next().unwrap_or_default();
            let column = line.char_indices().nth(at.col.saturating_sub(1) as usize).map_or(line.len(), |(at, _)| at);
            let place = Place::new(source, Span::new(start + column, start + column + 1));
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
