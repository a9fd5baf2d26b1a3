//! Tree to text, as .NET's `XmlWriter` writes: indentation, escapes, and which namespaces are declared where.
//!
//! Lines end with `\r\n`, because APIM runs on Windows and .NET writes the line ends of its system.

use super::{
    NAMESPACES_MAX, exception,
    name::{Name, XML, XMLNS, bad_character, is_character, is_white_space},
    tree::{Declaration, NONE, Node, Nodes, Payload},
};
use crate::{Exception, NetString, Result};
use std::{fmt::Write as _, rc::Rc};

/// How to write.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Everything in one line: `SaveOptions.DisableFormatting`.
    pub is_unformatted: bool,
    /// Without namespace declarations that say what already holds: `SaveOptions.OmitDuplicateNamespaces`.
    pub omits_duplicate_namespaces: bool,
}

/// `ToString(options)` of a node or an attribute: without XML declaration.
///
/// # Errors
/// `XmlException` for a prefix that is bound twice, `ArgumentException` for characters that XML does not have, and what
/// `spend` says.
pub fn text<E: From<Exception>>(
    node: &Node,
    options: Options,
    spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
) -> std::result::Result<NetString, E> {
    let mut writer = Writer::new(options, spend);
    node.read(|nodes, at| {
        if let Payload::Attribute { name, value } = &nodes.get(at).payload {
            let prefix = if name.namespace.is_none() { None } else { Some(node.prefix_of(&name.namespace)) };
            return writer.lone_attribute(name, prefix.map(|prefix| prefix.map_or_else(|| "p0".into(), |p| p.to_rc())), value);
        }
        writer.node(nodes, at)
    })?;
    writer.finish()
}

/// `Save` to a text writer whose encoding has a name: with XML declaration.
///
/// # Errors
/// As [`text`].
pub fn saved<E: From<Exception>>(
    node: &Node,
    encoding: &str,
    options: Options,
    spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
) -> std::result::Result<NetString, E> {
    let mut writer = Writer::new(options, spend);
    let standalone = node.declaration().and_then(|declaration| declaration.borrow().standalone.clone());
    let _ = write!(writer.out, "<?xml version=\"1.0\" encoding=\"{encoding}\"");
    if let Some(standalone @ ("yes" | "no")) = standalone.as_ref().and_then(NetString::as_str) {
        let _ = write!(writer.out, " standalone=\"{standalone}\"");
    }
    writer.out.push_str("?>");
    node.read(|nodes, at| writer.node(nodes, at))?;
    writer.finish()
}

/// `XDeclaration.ToString()`
pub fn declaration(declaration: &Declaration) -> String {
    let mut out = "<?xml".to_owned();
    let parts = [("version", &declaration.version), ("encoding", &declaration.encoding), ("standalone", &declaration.standalone)];
    for (name, value) in parts {
        if let Some(value) = value {
            let _ = write!(out, " {name}=\"{value}\"");
        }
    }
    out + "?>"
}

const NEW_LINE: &str = "\r\n";

struct Writer<'a, E> {
    out: String,
    /// How much of `out` is counted.
    counted: usize,
    spend: &'a mut dyn FnMut(usize) -> std::result::Result<(), E>,
    options: Options,
    /// Whether text was written here, so that indentation would change it.
    is_mixed: bool,
    outer_is_mixed: Vec<bool>,
    /// Where the text that was written last ends; no line break goes there.
    text_end: usize,
    /// Where the content of the innermost element begins.
    content_start: usize,
    /// The namespace declarations of the tree that are in force, innermost last.
    declared: Vec<(Rc<str>, Rc<str>)>,
    /// The prefixes that are bound in what is written, innermost last.
    bound: Vec<Binding>,
    /// Prefixes that an element used again, which .NET counts when it invents one.
    implied: usize,
    open: Vec<Scope>,
}

struct Binding {
    prefix: Rc<str>,
    namespace: Rc<str>,
    is_written: bool,
}

/// How things were before an element.
struct Scope {
    declared: usize,
    bound: usize,
    implied: usize,
    name: String,
}

impl<'a, E: From<Exception>> Writer<'a, E> {
    fn new(options: Options, spend: &'a mut dyn FnMut(usize) -> std::result::Result<(), E>) -> Self {
        Self {
            out: String::new(),
            counted: 0,
            spend,
            options,
            is_mixed: false,
            outer_is_mixed: Vec::new(),
            text_end: 0,
            content_start: usize::MAX,
            declared: Vec::new(),
            bound: vec![Binding { prefix: "".into(), namespace: "".into(), is_written: false }],
            implied: 0,
            open: Vec::new(),
        }
    }

    fn finish(mut self) -> std::result::Result<NetString, E> {
        self.count(0)?;
        Ok(self.out.into())
    }

    /// Counts what was written, some at a time.
    fn count(&mut self, at_once: usize) -> std::result::Result<(), E> {
        if self.out.len() - self.counted > at_once {
            (self.spend)(self.out.len() - self.counted)?;
            self.counted = self.out.len();
        }
        Ok(())
    }

    fn node(&mut self, nodes: &Nodes, top: usize) -> std::result::Result<(), E> {
        self.declare_above(nodes, top)?;
        let is_document = matches!(nodes.get(top).payload, Payload::Document(_));
        let mut at = if is_document { nodes.get(top).first } else { top };
        while at != NONE {
            let data = nodes.get(at);
            match &data.payload {
                Payload::Element { name, full } => {
                    self.start(nodes, at, name)?;
                    if data.first != NONE {
                        self.content();
                        at = data.first;
                        self.count(4096)?;
                        continue;
                    }
                    if *full {
                        self.content();
                        self.is_mixed = true;
                    }
                    self.end(*full);
                }
                payload => {
                    let is_root_level = nodes.get(data.parent).name().is_none() && data.parent != NONE;
                    self.leaf(payload, is_root_level)?;
                }
            }
            self.count(4096)?;
            while at != top && nodes.get(at).next == NONE {
                at = nodes.get(at).parent;
                if at != NONE && matches!(nodes.get(at).payload, Payload::Element { .. }) {
                    self.end(true);
                }
            }
            if at == top || at == NONE {
                return Ok(());
            }
            at = nodes.get(at).next;
        }
        Ok(())
    }

    /// What is neither element nor attribute.
    fn leaf(&mut self, payload: &Payload, is_root_level: bool) -> Result<()> {
        match payload {
            Payload::Text(text) => {
                self.is_mixed = true;
                let text = checked(text)?;
                // Text beside the root element is white space, which has nothing to escape.
                if is_root_level && !text.chars().all(is_white_space) {
                    return Err(Exception::new("ArgumentException", "Only whitespace characters should be used."));
                }
                if is_root_level {
                    self.out.push_str(&text)
                } else {
                    self.escaped(&text)
                }
                self.text_end = self.out.len();
            }
            Payload::CData(text) => {
                self.is_mixed = true;
                let text = checked(text)?.replace("]]>", "]]]]><![CDATA[>");
                self.out.push_str("<![CDATA[");
                self.lines(&text);
                self.out.push_str("]]>");
                self.text_end = self.out.len();
            }
            Payload::Comment(text) => {
                let text = checked(text)?;
                self.line();
                self.out.push_str("<!--");
                let start = self.out.len();
                let mut parts = text.split('-').peekable();
                while let Some(part) = parts.next() {
                    self.lines(part);
                    if parts.peek().is_some() {
                        if self.out.len() > start && self.out.ends_with('-') {
                            self.out.push(' ');
                        }
                        self.out.push('-');
                    }
                }
                if self.out.len() > start && self.out.ends_with('-') {
                    self.out.push(' ');
                }
                self.out.push_str("-->");
            }
            Payload::Instruction { target, data } => {
                let data = checked(data)?;
                self.line();
                let _ = write!(self.out, "<?{target}");
                if !data.is_empty() {
                    self.out.push(' ');
                    self.lines(&data.replace("?>", "? >"));
                }
                self.out.push_str("?>");
            }
            Payload::DocumentType { name, public, system, subset } => {
                self.line();
                let _ = write!(self.out, "<!DOCTYPE {name}");
                match (public, system) {
                    (Some(public), system) => {
                        let _ = write!(self.out, " PUBLIC \"{public}\" \"{}\"", system.clone().unwrap_or_default());
                    }
                    (None, Some(system)) => {
                        let _ = write!(self.out, " SYSTEM \"{system}\"");
                    }
                    (None, None) => self.out.push(' '),
                }
                if let Some(subset) = subset {
                    let _ = write!(self.out, "[{subset}]");
                }
                self.out.push('>');
            }
            Payload::Document(_) | Payload::Element { .. } | Payload::Attribute { .. } => {}
        }
        Ok(())
    }

    /// A new line with indentation, where that changes no text.
    fn line(&mut self) {
        if self.options.is_unformatted || self.is_mixed || self.text_end == self.out.len() {
            return;
        }
        self.out.push_str(NEW_LINE);
        for _ in 0..self.open.len() {
            self.out.push_str("  ");
        }
    }

    /// `>` of a start tag.
    fn content(&mut self) {
        self.out.push('>');
        self.content_start = self.out.len();
        self.is_mixed = self.open.len() != 1 && self.outer_is_mixed.last().copied().unwrap_or(false);
    }

    /// The end of an element: `</a>` or ` />`.
    fn end(&mut self, is_full: bool) {
        let Some(scope) = self.open.pop() else { return };
        if !is_full {
            self.out.push_str(" />");
        } else {
            if self.content_start != self.out.len() {
                self.line();
            }
            let _ = write!(self.out, "</{}>", scope.name);
        }
        // What follows stands behind an end tag, not right behind the start tag of its parent.
        self.content_start = usize::MAX;
        self.is_mixed = self.outer_is_mixed.pop().unwrap_or(false);
        self.declared.truncate(scope.declared);
        self.bound.truncate(scope.bound);
        self.implied = scope.implied;
    }

    /// A start tag without its `>`.
    fn start(&mut self, nodes: &Nodes, at: usize, name: &Name) -> std::result::Result<(), E> {
        self.line();
        let mut scope =
            Scope { declared: self.declared.len(), bound: self.bound.len(), implied: self.implied, name: String::new() };
        let mut attribute = nodes.get(at).first_attribute;
        while attribute != NONE {
            self.declare(&nodes.get(attribute).payload);
            attribute = nodes.get(attribute).next;
        }
        if self.declared.len() + self.bound.len() > 2 * NAMESPACES_MAX {
            return Err(exception("More than 256 namespaces are declared at one place.").into());
        }
        let namespace: Rc<str> = name.namespace.as_str().into();
        let prefix = self.prefix(&namespace, true).or_else(|| self.bound_prefix(&namespace)).unwrap_or_else(|| "".into());
        self.bind(&prefix, &namespace, scope.bound)?;
        if !prefix.is_empty() {
            let _ = write!(scope.name, "{prefix}:");
        }
        scope.name.push_str(&name.local);
        self.out.push('<');
        self.out.push_str(&scope.name);
        let bound = scope.bound;
        self.outer_is_mixed.push(self.is_mixed);
        self.open.push(scope);
        let mut attribute = nodes.get(at).first_attribute;
        while attribute != NONE {
            if let Payload::Attribute { name, value } = &nodes.get(attribute).payload {
                if name.declares_namespace() {
                    self.declaration(name, value, bound)?;
                } else {
                    self.attribute(name, value, bound)?;
                }
            }
            attribute = nodes.get(attribute).next;
            self.count(4096)?;
        }
        let unwritten: Vec<(Rc<str>, Rc<str>)> = self
            .bound
            .iter()
            .skip(bound)
            .rev()
            .filter(|binding| !binding.is_written)
            .map(|binding| (binding.prefix.clone(), binding.namespace.clone()))
            .collect();
        for (prefix, namespace) in unwritten {
            self.out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            self.out.push_str(&prefix);
            self.quoted(&namespace);
        }
        Ok(())
    }

    fn attribute(&mut self, name: &Name, value: &NetString, scope: usize) -> Result<()> {
        let value = checked(value)?;
        let namespace: Rc<str> = name.namespace.as_str().into();
        self.out.push(' ');
        if !namespace.is_empty() {
            let known = self.prefix(&namespace, false).or_else(|| self.bound_prefix(&namespace));
            let prefix = known.filter(|prefix| !prefix.is_empty()).unwrap_or_else(|| self.invented());
            self.bind(&prefix, &namespace, scope)?;
            let _ = write!(self.out, "{prefix}:");
        }
        self.out.push_str(&name.local);
        self.quoted(&value);
        Ok(())
    }

    /// `xmlns="..."` or `xmlns:a="..."` as it stands in the tree.
    fn declaration(&mut self, name: &Name, value: &NetString, scope: usize) -> Result<()> {
        let namespace = checked(value)?;
        let prefix: Rc<str> = if name.namespace.is_none() { "".into() } else { name.local.clone() };
        let found = self.bound.iter().rposition(|binding| binding.prefix == prefix);
        let mut is_wanted = true;
        match found.and_then(|at| self.bound.get_mut(at).map(|binding| (at >= scope, binding))) {
            Some((true, binding)) if *binding.namespace != *namespace => {
                return Err(redefined(&prefix, &binding.namespace, &namespace));
            }
            Some((true, binding)) => binding.is_written = true,
            Some((false, binding)) => {
                is_wanted = !self.options.omits_duplicate_namespaces || *binding.namespace != *namespace;
                self.bound.push(Binding { prefix: prefix.clone(), namespace: (&*namespace).into(), is_written: true });
            }
            None => {
                self.bound.push(Binding { prefix: prefix.clone(), namespace: (&*namespace).into(), is_written: true });
            }
        }
        if is_wanted {
            self.out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            self.out.push_str(&prefix);
            self.quoted(&namespace);
        }
        Ok(())
    }

    /// An attribute for itself: `XAttribute.ToString()`.
    fn lone_attribute(&mut self, name: &Name, prefix: Option<Rc<str>>, value: &NetString) -> std::result::Result<(), E> {
        let value = checked(value)?;
        if let Some(prefix) = prefix {
            let _ = write!(self.out, "{prefix}:");
        }
        self.out.push_str(&name.local);
        self.quoted(&value);
        Ok(())
    }

    /// Takes note of a namespace declaration in the tree.
    fn declare(&mut self, payload: &Payload) {
        if let Payload::Attribute { name, value } = payload
            && name.declares_namespace()
        {
            let prefix: Rc<str> = if name.namespace.is_none() { "".into() } else { name.local.clone() };
            self.declared.push((prefix, value.to_rc()));
        }
    }

    /// Takes note of the declarations around what is written, so that their prefixes are used.
    fn declare_above(&mut self, nodes: &Nodes, top: usize) -> Result<()> {
        let mut above = Vec::new();
        let mut at = nodes.get(top).parent;
        while at != NONE {
            let mut attribute = nodes.get(at).first_attribute;
            while attribute != NONE {
                above.push(attribute);
                attribute = nodes.get(attribute).next;
            }
            at = nodes.get(at).parent;
        }
        for attribute in above.into_iter().rev() {
            self.declare(&nodes.get(attribute).payload);
        }
        if self.declared.len() > NAMESPACES_MAX {
            return Err(exception("More than 256 namespaces are declared at one place."));
        }
        Ok(())
    }

    /// The prefix that the tree declares for a namespace, if no other declaration hides it.
    fn prefix(&self, namespace: &str, may_be_default: bool) -> Option<Rc<str>> {
        match namespace {
            "" => return Some("".into()),
            XML => return Some("xml".into()),
            XMLNS => return Some("xmlns".into()),
            _ => {}
        }
        let found = self.declared.iter().enumerate().rev().find(|(at, (prefix, declared))| {
            **declared == *namespace
                && (may_be_default || !prefix.is_empty())
                && !self.declared.iter().skip(at + 1).any(|(later, _)| later == prefix)
        });
        found.map(|(_, (prefix, _))| prefix.clone())
    }

    /// The prefix that what is written binds to a namespace.
    fn bound_prefix(&self, namespace: &str) -> Option<Rc<str>> {
        let (at, binding) = self.bound.iter().enumerate().rev().find(|(_, binding)| *binding.namespace == *namespace)?;
        let is_hidden = self.bound.iter().skip(at + 1).any(|later| later.prefix == binding.prefix);
        (!is_hidden).then(|| binding.prefix.clone())
    }

    /// A prefix of .NET's making: `p1`, and so on by how many prefixes are in use.
    fn invented(&self) -> Rc<str> {
        let first = format!("p{}", self.bound.len() - 1 + self.implied);
        let is_free = |prefix: &str| !self.bound.iter().any(|binding| *binding.prefix == *prefix);
        if is_free(&first) {
            return first.into();
        }
        (0usize..).map(|number| format!("{first}{number}")).find(|prefix| is_free(prefix)).unwrap_or(first).into()
    }

    /// Sees to it that a prefix stands for a namespace in the element that began at `scope`.
    fn bind(&mut self, prefix: &Rc<str>, namespace: &Rc<str>, scope: usize) -> Result<()> {
        if matches!(&**prefix, "xml" | "xmlns") {
            self.implied += 1;
            return Ok(());
        }
        match self.bound.iter().enumerate().rev().find(|(_, binding)| binding.prefix == *prefix) {
            Some((at, binding)) if at >= scope => {
                if binding.namespace != *namespace {
                    return Err(redefined(prefix, &binding.namespace, namespace));
                }
            }
            Some((_, binding)) if binding.namespace == *namespace => self.implied += 1,
            _ => {
                self.bound.push(Binding { prefix: prefix.clone(), namespace: namespace.clone(), is_written: false });
            }
        }
        Ok(())
    }

    /// Text with its special characters escaped.
    fn escaped(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find(['&', '<', '>', '\r', '\n']) {
            self.out.push_str(rest.get(..at).unwrap_or_default());
            let special = rest.get(at..).unwrap_or_default();
            let mut length = 1;
            self.out.push_str(match special.as_bytes().first() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                _ => {
                    if special.starts_with("\r\n") {
                        length = 2;
                    }
                    NEW_LINE
                }
            });
            rest = special.get(length..).unwrap_or_default();
        }
        self.out.push_str(rest);
    }

    /// Text without escapes; line ends become .NET's.
    fn lines(&mut self, text: &str) {
        let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() };
        self.out.push_str(&text.replace('\n', NEW_LINE));
    }

    /// `="..."`
    fn quoted(&mut self, value: &str) {
        self.out.push_str("=\"");
        let mut rest = value;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\t', '\r', '\n']) {
            self.out.push_str(rest.get(..at).unwrap_or_default());
            let special = rest.get(at..).unwrap_or_default();
            self.out.push_str(match special.as_bytes().first() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                Some(b'"') => "&quot;",
                Some(b'\t') => "&#x9;",
                Some(b'\r') => "&#xD;",
                _ => "&#xA;",
            });
            rest = special.get(1..).unwrap_or_default();
        }
        self.out.push_str(rest);
        self.out.push('"');
    }
}

fn redefined(prefix: &str, from: &str, to: &str) -> Exception {
    exception(format!("The prefix '{prefix}' cannot be redefined from '{from}' to '{to}' within the same start element tag."))
}

/// Text that may be written.
fn checked(text: &NetString) -> Result<Rc<str>> {
    let Some(unicode) = text.as_str() else {
        return Err(Exception::new("ArgumentException", "The surrogate pair is invalid. Missing a low surrogate character."));
    };
    match unicode.chars().find(|&character| !is_character(character)) {
        Some(bad) => Err(Exception::new("ArgumentException", bad_character(bad))),
        None => Ok(text.to_rc()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::{Content, parse};

    fn free(_: usize) -> Result<()> {
        Ok(())
    }

    fn written(text_in: &str) -> String {
        let document = parse::document(text_in, false, &mut free).unwrap();
        text(&document, Options::default(), &mut free).unwrap().to_string()
    }

    fn element(name: &str, contents: &[Node]) -> Node {
        let element = Node::element_named(Name::expanded(name).unwrap());
        for content in contents {
            element.add(&Content::Node(content.clone()), &mut free).unwrap();
        }
        element
    }

    fn attribute(name: &str, value: &str) -> Node {
        Node::attribute_of(Name::expanded(name).unwrap(), value.into()).unwrap()
    }

    fn shown(node: &Node) -> String {
        text(node, Options::default(), &mut free).map_or_else(|e| e.message.into_owned(), |text| text.to_string())
    }

    #[test]
    fn indents_where_there_is_no_text() {
        assert_eq!(written("<a><b/><c></c><d>x</d></a>"), "<a>\r\n  <b />\r\n  <c></c>\r\n  <d>x</d>\r\n</a>");
        assert_eq!(written("<a>x<b><c/></b></a>"), "<a>x<b><c /></b></a>");
        assert_eq!(written("<a><b/>x<c/></a>"), "<a>\r\n  <b />x<c /></a>");
        assert_eq!(written("<!--c--><a><!--d--><?p q?></a>"), "<!--c-->\r\n<a>\r\n  <!--d-->\r\n  <?p q?>\r\n</a>");
        assert_eq!(written("<a>\n  <b>1</b>\n</a>"), "<a>\r\n  <b>1</b>\r\n</a>");
        assert_eq!(written("<a><![CDATA[x<]]></a>"), "<a><![CDATA[x<]]></a>");
    }

    #[test]
    fn escapes() {
        let node = element("a", &[attribute("b", "<>&\"'\t\r\n"), Node::text_of("<>&\"'\t\n\r".into())]);
        assert_eq!(shown(&node), "<a b=\"&lt;&gt;&amp;&quot;'&#x9;&#xD;&#xA;\">&lt;&gt;&amp;\"'\t\r\n\r\n</a>");
        assert_eq!(shown(&Node::comment_of("a--b-".into())), "<!--a- -b- -->");
        assert_eq!(shown(&Node::text_of("\u{1}".into())), "'\u{1}', hexadecimal value 0x01, is an invalid character.");
    }

    #[test]
    fn declares_namespaces() {
        assert_eq!(
            written("<p:a xmlns:p='u' p:b='1'><p:c/><d/></p:a>"),
            "<p:a xmlns:p=\"u\" p:b=\"1\">\r\n  <p:c />\r\n  <d />\r\n</p:a>"
        );
        assert_eq!(
            shown(&element("{u}a", &[element("{u}b", &[]), element("c", &[])])),
            "<a xmlns=\"u\">\r\n  <b />\r\n  <c xmlns=\"\" />\r\n</a>"
        );
        assert_eq!(shown(&element("a", &[attribute("{u}b", "1")])), "<a p1:b=\"1\" xmlns:p1=\"u\" />");
        assert_eq!(
            shown(&element("a", &[element("b", &[attribute("{u}c", "1"), attribute("{v}d", "2")])])),
            "<a>\r\n  <b p2:c=\"1\" p3:d=\"2\" xmlns:p3=\"v\" xmlns:p2=\"u\" />\r\n</a>"
        );
        assert_eq!(
            shown(&element("{u}a", &[attribute("xmlns", "v")])),
            "The prefix '' cannot be redefined from 'u' to 'v' within the same start element tag."
        );
        let outer = parse::element("<p:a xmlns:p='u'><p:b/></p:a>", false, &mut free).unwrap();
        assert_eq!(shown(&outer.first().unwrap()), "<p:b xmlns:p=\"u\" />");
        assert_eq!(shown(&attribute("{http://www.w3.org/XML/1998/namespace}lang", "en")), "xml:lang=\"en\"");
    }

    #[test]
    fn what_is_read_is_written_and_read_again() {
        const PARTS: [&str; 22] = [
            "<a>",
            "</a>",
            "<p:b xmlns:p='u' p:c=\"1\">",
            "</p:b>",
            "<c xmlns='v'>",
            "</c>",
            "<d x='&lt;&#10;y' />",
            "text",
            " ",
            "\r\n",
            "&amp;",
            "<![CDATA[x]]>",
            "<!--c-->",
            "<?p q?>",
            "<p:e xmlns:p='w'/>",
            "<a xmlns=''>",
            "]",
            "é😀",
            "<f p:g='1' xmlns:p='u'/>",
            "<a xml:space='preserve'> </a>",
            "&#x1F600;",
            "<h></h>",
        ];
        let mut random = 1u64;
        let mut read = 0;
        for _ in 0..3_000 {
            let mut text_in = String::from("<r xmlns:p='u'>");
            let mut open = Vec::new();
            for _ in 0..8 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let part = PARTS.get((random >> 33) as usize % PARTS.len()).copied().unwrap_or_default();
                if let Some(end) = part.strip_prefix("</") {
                    // Mostly what is open is closed; sometimes something else.
                    if random & 0x700 != 0 && open.last() != Some(&end) {
                        continue;
                    }
                    open.pop();
                } else if let Some(start) = part.strip_prefix('<').filter(|_| !part.contains("/") && part.ends_with('>')) {
                    let end = start.find([' ', '>']).unwrap_or(0);
                    match start.get(..end) {
                        Some("a") => open.push("a>"),
                        Some("c") => open.push("c>"),
                        Some("p:b") => open.push("p:b>"),
                        _ => {}
                    }
                }
                text_in.push_str(part);
            }
            for end in open.iter().rev() {
                text_in.push_str("</");
                text_in.push_str(end);
            }
            text_in.push_str("</r>");
            let Ok(first) = parse::document(&text_in, true, &mut free) else { continue };
            read += 1;
            let options = Options { is_unformatted: true, omits_duplicate_namespaces: random & 1 == 0 };
            let once = text(&first, options, &mut free).unwrap().to_string();
            let second = parse::document(&once, true, &mut free).unwrap_or_else(|e| panic!("{text_in}\n{once}\n{e:?}"));
            let again = text(&second, options, &mut free).unwrap().to_string();
            assert_eq!(once, again, "{text_in}");
            if !options.omits_duplicate_namespaces {
                assert!(first.deep_equals(&second), "{text_in}\n{once}");
            }
            let indented = text(&first, Options::default(), &mut free).unwrap().to_string();
            assert!(parse::document(&indented, true, &mut free).is_ok(), "{indented}");
            let copy = first.copy(&mut free).unwrap();
            assert!(first.deep_equals(&copy), "{text_in}");
        }
        assert!(read > 500, "{read}");
    }
}
