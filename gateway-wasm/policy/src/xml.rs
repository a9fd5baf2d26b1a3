//! The lenient reader of policy files: elements with spans. It never fails.
//!
//! Policy files look like XML and mostly are not: expressions hold raw `"`, `<` and `&&`. So an attribute or a text that
//! begins with `@(` or `@{` reaches as far as the expression does ([`crate::code`]), and everything else is XML without DTDs
//! and with no entities but the five and the numeric ones. Damage is reported where it is, and reading goes on.

use crate::{code, text::Text};
use diagnostic::{Diagnostic, Diagnostics, Span};

/// The deepest nesting of elements that is read.
pub const DEPTH_MAX: usize = 64;

/// An element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its name, as written.
    pub name: String,
    /// Where its name stands in the opening tag.
    pub name_span: Span,
    /// The opening tag.
    pub tag_span: Span,
    /// What stands between the tags; empty for `<a />`.
    pub inner_span: Span,
    /// The attributes in order.
    pub attributes: Vec<Attribute>,
    /// What it contains, comments left out.
    pub children: Vec<Node>,
}

/// An attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name, as written.
    pub name: String,
    /// Where its name stands.
    pub name_span: Span,
    /// Its value, entities replaced.
    pub value: String,
    /// Where its value stands, without the quotes.
    pub value_span: Span,
}

/// What an element contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text that is not only white space, entities replaced.
    Text(String, Span),
}

impl Element {
    /// The attribute of a name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The elements in it.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(..) => None,
        })
    }

    /// Its text. Where it holds elements too (a body written as XML), everything between the tags as written.
    pub fn text<'a>(&'a self, text: &'a Text) -> String {
        if self.elements().next().is_some() {
            return text.as_str().get(self.inner_span.range()).unwrap_or_default().to_owned();
        }
        self.children
            .iter()
            .map(|node| match node {
                Node::Text(text, _) => text.as_str(),
                Node::Element(_) => "",
            })
            .collect()
    }
}

/// Reads a file: its elements in order. A policy file has one, a snippet may have several.
pub fn read(text: &Text, diagnostics: &mut Diagnostics) -> Vec<Element> {
    let mut reader = Reader { text, bytes: text.as_str().as_bytes(), at: 0, diagnostics, open: Vec::new() };
    let nodes = reader.nodes();
    nodes
        .into_iter()
        .filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_, span) => {
                reader.report("xml/stray-text", span, "text outside of any element", "remove it, or put it inside an element");
                None
            }
        })
        .collect()
}

struct Reader<'a> {
    text: &'a Text,
    bytes: &'a [u8],
    at: usize,
    diagnostics: &'a mut Diagnostics,
    /// The elements that are open, outermost first.
    open: Vec<(String, Span)>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.as_str().get(self.at..).unwrap_or_default()
    }

    fn report(&mut self, id: &'static str, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(id, self.text.place(span), message).help(help));
    }

    /// Reads up to the end tag of the innermost open element, which is left unread, or to the end of the file.
    fn nodes(&mut self) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        while self.at < self.bytes.len() {
            let rest = self.rest();
            if rest.starts_with("<!--") {
                self.comment();
            } else if rest.starts_with("<![CDATA[") {
                let start = self.at + "<![CDATA[".len();
                let end = self.rest().find("]]>").map_or(self.bytes.len(), |at| self.at + at);
                let content = self.text.as_str().get(start..end).unwrap_or_default().to_owned();
                push_text(&mut nodes, &content, Span::new(start, end));
                self.at = (end + 3).min(self.bytes.len());
            } else if rest.starts_with("<?") {
                self.at = rest.find("?>").map_or(self.bytes.len(), |at| self.at + at + 2);
            } else if rest.starts_with("<!") {
                let start = self.at;
                self.at = rest.find('>').map_or(self.bytes.len(), |at| self.at + at + 1);
                self.report(
                    "xml/dtd",
                    Span::new(start, self.at),
                    "document type declarations are not read",
                    "remove it; policies need none",
                );
            } else if rest.starts_with("</") {
                if self.end_tag_is_ours() {
                    break;
                }
            } else if rest.starts_with('<') && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
                if let Some(element) = self.element() {
                    nodes.push(Node::Element(element));
                }
            } else {
                self.text_run(&mut nodes);
            }
        }
        nodes
    }

    fn comment(&mut self) {
        let start = self.at;
        match self.rest().find("-->") {
            Some(length) => self.at += length + 3,
            None => {
                self.at = self.bytes.len();
                self.report("xml/comment", Span::new(start, start + 4), "this comment never ends", "close it with `-->`");
            }
        }
    }

    /// At `</`: true if the end tag closes an open element (it is left unread, and those inside are closed by it).
    /// A stray one is reported and skipped.
    fn end_tag_is_ours(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.find('>').map_or(rest.len(), |at| at + 1);
        let name = rest[2..length].trim_end_matches('>').trim().to_owned();
        if self.open.iter().any(|(open, _)| *open == name) {
            return true;
        }
        let span = Span::new(self.at, self.at + length);
        let help = match self.open.last() {
            Some((open, _)) => format!("the element open here is `{open}`: write `</{open}>`, or remove this"),
            None => "remove it".to_owned(),
        };
        self.report("xml/end-tag", span, format!("`</{name}>` closes nothing"), help);
        self.at += length;
        false
    }

    fn element(&mut self) -> Option<Element> {
        let tag_start = self.at;
        self.at += 1;
        let (name, name_span) = self.name();
        let attributes = self.attributes(&name);
        let empty = self.rest().starts_with("/>");
        self.at += if empty { 2 } else { usize::from(self.rest().starts_with('>')) };
        let tag_span = Span::new(tag_start, self.at);
        let mut element =
            Element { name, name_span, tag_span, inner_span: Span::new(self.at, self.at), attributes, children: Vec::new() };
        if empty {
            return Some(element);
        }
        if self.open.len() >= DEPTH_MAX {
            self.report(
                "xml/depth",
                tag_span,
                format!("elements are nested deeper than {DEPTH_MAX}"),
                "split the policy into fragments",
            );
            self.at = self.bytes.len();
            return None;
        }
        self.open.push((element.name.clone(), element.name_span));
        let inner_start = self.at;
        element.children = self.nodes();
        element.inner_span = Span::new(inner_start, self.at);
        self.open.pop();
        self.close(&element);
        Some(element)
    }

    /// Reads the end tag of `element`, or says that it is missing.
    fn close(&mut self, element: &Element) {
        let rest = self.rest();
        let length = rest.find('>').map_or(rest.len(), |at| at + 1);
        let name = rest.strip_prefix("</").and_then(|rest| rest.get(..length.saturating_sub(2)));
        if name.is_some_and(|name| name.trim_end_matches('>').trim() == element.name) {
            self.at += length;
            return;
        }
        self.report(
            "xml/not-closed",
            element.name_span,
            format!("`<{}>` is never closed", element.name),
            format!("add `</{}>`", element.name),
        );
    }

    fn name(&mut self) -> (String, Span) {
        let rest = self.rest();
        let length =
            rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<' | '"' | '\'')).unwrap_or(rest.len());
        let (name, start) = (rest[..length].to_owned(), self.at);
        self.at += length;
        (name, Span::new(start, self.at))
    }

    fn skip_white_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Reads attributes up to the end of the tag.
    fn attributes(&mut self, element: &str) -> Vec<Attribute> {
        let mut attributes: Vec<Attribute> = Vec::new();
        loop {
            self.skip_white_space();
            let rest = self.rest();
            if rest.is_empty() || rest.starts_with('<') {
                let span = Span::new(self.at, self.at);
                self.report("xml/tag", span, format!("the tag `<{element}` does not end"), "end it with `>` or `/>`");
                return attributes;
            }
            if rest.starts_with('>') || rest.starts_with("/>") {
                return attributes;
            }
            let (name, name_span) = self.name();
            if name.is_empty() {
                let width = rest.chars().next().map_or(1, char::len_utf8);
                let span = Span::new(self.at, self.at + width);
                self.at += width;
                self.report(
                    "xml/tag",
                    span,
                    format!("this does not belong into the tag `<{element}`"),
                    "attributes are written `name=\"value\"`",
                );
                continue;
            }
            let attribute = self.attribute_value(name, name_span);
            if let Some(first) = attributes.iter().find(|earlier| earlier.name == attribute.name) {
                let place = self.text.place(first.name_span);
                self.diagnostics.push(
                    Diagnostic::error(
                        "xml/attribute-twice",
                        self.text.place(attribute.name_span),
                        format!("`{}` stands twice in `<{element}>`", attribute.name),
                    )
                    .label(place, "the first one")
                    .help("keep one of them"),
                );
            } else {
                attributes.push(attribute);
            }
        }
    }

    fn attribute_value(&mut self, name: String, name_span: Span) -> Attribute {
        self.skip_white_space();
        let mut attribute = Attribute { name, name_span, value: String::new(), value_span: name_span };
        if !self.rest().starts_with('=') {
            let message = format!("`{}` has no value", attribute.name);
            self.report("xml/attribute", name_span, message, format!("write `{}=\"...\"`", attribute.name));
            return attribute;
        }
        self.at += 1;
        self.skip_white_space();
        let Some(quote) = self.rest().chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            let rest = self.rest();
            let length = rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len());
            let span = Span::new(self.at, self.at + length);
            attribute.value = unescaped(&rest[..length]);
            attribute.value_span = span;
            self.at += length;
            let message = format!("the value of `{}` is not in quotes", attribute.name);
            self.report("xml/attribute", span, message, format!("write `{}=\"{}\"`", attribute.name, attribute.value));
            return attribute;
        };
        self.at += 1;
        let start = self.at;
        let end = self.value_end(quote, &attribute);
        attribute.value = unescaped(self.text.as_str().get(start..end).unwrap_or_default());
        attribute.value_span = Span::new(start, end);
        self.at = (end + 1).min(self.bytes.len());
        attribute
    }

    /// Where the value that starts here ends: at the quote after its expression, or at the next quote.
    fn value_end(&mut self, quote: char, attribute: &Attribute) -> usize {
        let rest = self.rest();
        let value_start = self.at + (rest.len() - rest.trim_start().len());
        if is_expression(rest.trim_start()) {
            if let Some(end) = code::end(self.text.as_str(), value_start) {
                let after = &self.text.as_str()[end..];
                let blank = after.len() - after.trim_start().len();
                if after[blank..].starts_with(quote) {
                    return end + blank;
                }
                // Text after an expression: the value goes on to its quote.
                return after.find(quote).map_or(self.bytes.len(), |at| end + at);
            }
            self.report(
                "xml/expression",
                Span::new(value_start, value_start + 2),
                format!("the expression in `{}` never ends", attribute.name),
                "look for a bracket or a quote that is missing",
            );
        }
        let rest = self.rest();
        match rest.find(quote) {
            Some(length) => self.at + length,
            None => {
                self.report(
                    "xml/attribute",
                    attribute.name_span,
                    format!("the value of `{}` never ends", attribute.name),
                    format!("close it with `{quote}`"),
                );
                self.at + rest.find('>').unwrap_or(rest.len())
            }
        }
    }

    /// Reads text up to the next tag; an expression in it is read whole.
    fn text_run(&mut self, nodes: &mut Vec<Node>) {
        let start = self.at;
        let rest = self.rest();
        let blank = rest.len() - rest.trim_start().len();
        if is_expression(rest.trim_start()) {
            match code::end(self.text.as_str(), start + blank) {
                Some(end) => self.at = end,
                None => {
                    let span = Span::new(start + blank, start + blank + 2);
                    self.report(
                        "xml/expression",
                        span,
                        "this expression never ends",
                        "look for a bracket or a quote that is missing",
                    );
                    self.at = start + blank + 2;
                }
            }
        }
        loop {
            let rest = self.rest();
            let Some(length) = rest.find('<') else {
                self.at = self.bytes.len();
                break;
            };
            self.at += length;
            // A lone `<` is text: `a < b` in a body that nobody escaped.
            if rest[length + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/' | '!' | '?')) {
                break;
            }
            self.at += 1;
        }
        if self.at == start {
            self.at += 1;
        }
        let end = self.at.min(self.bytes.len());
        let raw = self.text.as_str().get(start..end).unwrap_or_default();
        push_text(nodes, &unescaped(raw), Span::new(start, end));
    }
}

fn push_text(nodes: &mut Vec<Node>, text: &str, span: Span) {
    if !text.trim().is_empty() {
        nodes.push(Node::Text(text.to_owned(), span));
    }
}

/// True for a value that is an expression rather than a literal.
pub fn is_expression(value: &str) -> bool {
    value.starts_with("@(") || value.starts_with("@{")
}

/// Replaces the five entities and the numeric ones; an ampersand that starts none of them stays.
fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let replaced = rest.char_indices().take(12).find(|&(_, c)| c == ';').and_then(|(end, _)| {
            let character = match &rest[1..end] {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                "apos" => '\'',
                name => {
                    let number = name.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => number.parse().ok()?,
                    };
                    char::from_u32(code)?
                }
            };
            Some((character, end + 1))
        });
        match replaced {
            Some((character, length)) => {
                out.push(character);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostic::{Source, render};
    use std::collections::BTreeMap;

    fn read_text(text: &str) -> (Vec<Element>, String) {
        let mut diagnostics = Diagnostics::new();
        let text = Text::new(&Source::new("p.xml", text), &BTreeMap::new(), &mut diagnostics);
        let elements = read(&text, &mut diagnostics);
        (elements, render::all_text(&diagnostics))
    }

    #[test]
    fn reads_what_is_not_xml() {
        let (elements, found) = read_text(
            r#"<choose><!-- <x> --><when condition="@(context.Request.Headers.GetValueOrDefault("A","") == "<b>" && 1 < 2)">
                 <set-body>@{ return "<a>" + (1 < 2 ? "}" : "&quot;"); }</set-body></when></choose>"#,
        );
        assert_eq!(found, "no findings\n");
        let when = elements[0].elements().next().unwrap();
        assert_eq!(
            when.attribute("condition").unwrap().value,
            r#"@(context.Request.Headers.GetValueOrDefault("A","") == "<b>" && 1 < 2)"#
        );
        let body = when.elements().next().unwrap();
        assert_eq!(body.children.len(), 1);
        assert!(matches!(&body.children[0], Node::Text(text, _) if text.ends_with(r#"(1 < 2 ? "}" : """); }"#)), "{body:?}");
    }

    #[test]
    fn escaped_and_raw_are_the_same() {
        let (escaped, _) = read_text(r#"<a x="@(&quot;a&quot; &lt; 1)" />"#);
        let (raw, _) = read_text(r#"<a x="@("a" < 1)" />"#);
        assert_eq!(escaped[0].attributes[0].value, raw[0].attributes[0].value);
    }

    #[test]
    fn damage_is_reported_and_reading_goes_on() {
        let (elements, found) = read_text("<policies><inbound><a x=1 x='2'><b></inbound></c><d y></policies>");
        assert_eq!(elements[0].elements().map(|element| element.name.as_str()).collect::<Vec<_>>(), ["inbound", "d"]);
        for id in ["xml/attribute]", "xml/attribute-twice", "xml/not-closed", "xml/end-tag"] {
            assert!(found.contains(id), "{id} is missing in\n{found}");
        }
    }

    #[test]
    fn no_text_makes_it_panic() {
        let good =
            r#"<policies><inbound><a x="@("é" + 'x')">t &amp; &#x41; <![CDATA[ <x> ]]></a><!-- c --></inbound></policies>"#;
        for cut in (0..=good.len()).filter(|&cut| good.is_char_boundary(cut)) {
            read_text(&good[..cut]);
            read_text(&good[cut..]);
            read_text(&format!("{}<\"'&@({}", &good[..cut], &good[cut..]));
        }
        read_text(&"<a>".repeat(100_000));
    }
}
