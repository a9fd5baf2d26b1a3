//! Text to tree, with the messages and positions of .NET's `XmlException`.
//!
//! The reader is ours because the messages are: policies show them, and people look them up. It reads what .NET's reader reads
//! with DTDs prohibited, and fails where that one fails first.

use super::{
    NAMESPACES_MAX, exception,
    name::{
        Name, Namespace, XML, XMLNS, bad_character, bad_name, bad_name_start, hexadecimal, is_character, is_name, is_name_start,
        is_white_space, shown,
    },
    tree::{Declaration, NONE, Node, Nodes, Payload},
};
use crate::{Exception, Result};
use std::{borrow::Cow, cell::RefCell, collections::HashMap, collections::HashSet, rc::Rc};

/// Reads a document: `XDocument.Parse`. White space between elements is left out unless it is to be preserved.
///
/// # Errors
/// `XmlException` for what is no XML, and what `spend` says.
pub fn document<E: From<Exception>>(
    text: &str,
    preserve_white_space: bool,
    spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
) -> std::result::Result<Node, E> {
    let mut nodes = Nodes::new();
    let top = nodes.push(Payload::Document(None));
    let mut reader = Reader {
        text,
        at: 0,
        nodes,
        top,
        preserve_white_space,
        open: Vec::new(),
        bindings: Vec::new(),
        names: HashMap::new(),
        namespaces: HashMap::new(),
        root_is_read: false,
    };
    reader.declaration()?;
    loop {
        let before = reader.nodes.size();
        let goes_on = if reader.open.is_empty() { reader.root_level()? } else { reader.content()? };
        spend(reader.nodes.size_since(before))?;
        if !goes_on {
            return Ok(Node::of(reader.nodes, top));
        }
    }
}

/// Reads one element, without what stands around it: `XElement.Parse`.
///
/// # Errors
/// As [`document`].
pub fn element<E: From<Exception>>(
    text: &str,
    preserve_white_space: bool,
    spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
) -> std::result::Result<Node, E> {
    let document = document(text, preserve_white_space, spend)?;
    let root = document.element(None).ok_or_else(missing_root)?;
    root.remove()?;
    Ok(root)
}

fn missing_root() -> Exception {
    exception("Root element is missing.")
}

/// An element whose end tag is still to come.
struct Open {
    node: usize,
    /// Where its name stands in the start tag.
    name: std::ops::Range<usize>,
    /// How many bindings there were before it.
    bindings: usize,
    preserves_white_space: bool,
}

struct Reader<'a> {
    text: &'a str,
    /// Where reading goes on, in bytes.
    at: usize,
    nodes: Nodes,
    top: usize,
    preserve_white_space: bool,
    open: Vec<Open>,
    /// The prefixes that are declared, innermost last.
    bindings: Vec<(&'a str, Namespace)>,
    /// Names and namespaces are shared, as a document repeats them.
    names: HashMap<(&'a str, &'a str), Rc<str>>,
    namespaces: HashMap<String, Namespace>,
    root_is_read: bool,
}

/// An attribute while its element is read.
struct Attribute<'a> {
    prefix: &'a str,
    local: &'a str,
    value: Cow<'a, str>,
    name_at: usize,
    /// Where its value begins, behind the quote.
    value_at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.peek_at(self.at)
    }

    fn peek_at(&self, at: usize) -> Option<char> {
        self.text.get(at..).and_then(|rest| rest.chars().next())
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// An exception with the line and the position of a place.
    fn fail<T>(&self, at: usize, message: &str) -> Result<T> {
        let before = self.text.get(..at).unwrap_or(self.text);
        let (mut line, mut position) = (1u32, 1usize);
        let mut characters = before.chars().peekable();
        while let Some(character) = characters.next() {
            let ends_line = match character {
                '\n' => true,
                '\r' => characters.peek() != Some(&'\n'),
                _ => false,
            };
            if ends_line {
                (line, position) = (line.saturating_add(1), 1);
            } else {
                position += character.len_utf16();
            }
        }
        Err(exception(format!("{message} Line {line}, position {position}.")))
    }

    fn fail_token<T>(&self, at: usize, expected: &str) -> Result<T> {
        let Some(token) = self.token(at) else { return self.fail(at, "Unexpected end of file has occurred.") };
        self.fail(at, &format!("'{token}' is an unexpected token. The expected token is {expected}."))
    }

    /// What stands at a place: a name or one character.
    fn token(&self, at: usize) -> Option<&'a str> {
        let first = self.peek_at(at)?;
        let end = if is_name(first) { self.name_end(at) } else { at + first.len_utf8() };
        Some(self.slice(at, end))
    }

    fn fail_unclosed<T>(&self) -> Result<T> {
        let names: Vec<&str> = self.open.iter().rev().map(|open| self.slice(open.name.start, open.name.end)).collect();
        let names = if names.is_empty() { String::new() } else { names.join(", ") + "." };
        let message = format!("Unexpected end of file has occurred. The following elements are not closed: {names}");
        self.fail(self.text.len(), &message)
    }

    fn fail_character<T>(&self, at: usize) -> Result<T> {
        self.fail(at, &bad_character(self.peek_at(at).unwrap_or('\0')))
    }

    /// Where the characters of a name end that begin at a place.
    fn name_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        at + rest.find(|character| !is_name(character)).unwrap_or(rest.len())
    }

    /// Skips white space; true if there was any.
    fn skip_white_space(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches(is_white_space).len();
        self.at += length;
        length > 0
    }

    /// Reads a name without moving: where its colon stands, if it may have one, and where it ends.
    fn name(&self, is_qualified: bool) -> Result<(Option<usize>, usize)> {
        let mut at = self.at;
        let mut colon = None;
        loop {
            match self.peek_at(at) {
                Some(character) if is_name_start(character) => {}
                Some(character) if at + character.len_utf8() < self.text.len() => {
                    return self.fail(at, &bad_name_start(character));
                }
                _ => return self.fail(at, "Unexpected end of file while parsing Name has occurred."),
            }
            at = self.name_end(at);
            match self.peek_at(at) {
                Some(':') if colon.is_some() || !is_qualified => return self.fail(at, &bad_name(':')),
                Some(':') => {
                    colon = Some(at);
                    at += 1;
                }
                Some(_) => return Ok((colon, at)),
                None => return self.fail(at, "Unexpected end of file while parsing Name has occurred."),
            }
        }
    }

    /// `<?xml ... ?>`
    fn declaration(&mut self) -> Result<()> {
        const INVALID: &str = "Syntax for an XML declaration is invalid.";
        if !self.text.starts_with("<?xml") || self.peek_at(5).is_none_or(is_name) {
            return Ok(());
        }
        self.at = 5;
        let mut declaration = Declaration::default();
        // How many of version, encoding and standalone can no longer come.
        let mut state = 0;
        loop {
            let is_spaced = self.skip_white_space();
            if self.peek() == Some('?') {
                if self.peek_at(self.at + 1) != Some('>') {
                    return match self.peek_at(self.at + 1) {
                        None => self.fail(self.at, "Unexpected end of file has occurred."),
                        Some(_) => self.fail_token(self.at, "''>''"),
                    };
                }
                if state == 0 {
                    return self.fail(self.at, INVALID);
                }
                self.at += 2;
                let top = self.top;
                self.nodes.get_mut(top).payload = Payload::Document(Some(Rc::new(RefCell::new(declaration))));
                return Ok(());
            }
            if !is_spaced && state != 0 {
                return self.fail_token(self.at, "'?>'");
            }
            let (_, end) = self.name(false)?;
            let part = match (self.slice(self.at, end), state) {
                ("version", 0) => 0,
                ("encoding", 1) => 1,
                ("standalone", 1 | 2) => 2,
                _ => return self.fail(self.at, INVALID),
            };
            self.at = end;
            let quote = self.equals_and_quote()?;
            let rest = self.rest();
            let Some(end) = rest.find([quote, '<', '&']) else {
                return self.fail(self.at, "There is an unclosed literal string.");
            };
            if !rest.get(end..).unwrap_or_default().starts_with(quote) {
                return self.fail(self.at, INVALID);
            }
            let value = rest.get(..end).unwrap_or_default();
            match part {
                0 if value != "1.0" => return self.fail(self.at, &format!("Version number '{value}' is invalid.")),
                2 if !matches!(value, "yes" | "no") => return self.fail(self.at - 1, INVALID),
                0 => declaration.version = Some(value.into()),
                1 => declaration.encoding = Some(value.into()),
                _ => declaration.standalone = Some(value.into()),
            }
            self.at += end + quote.len_utf8();
            state = part + 1;
        }
    }

    /// Reads `=` and the quote behind it.
    fn equals_and_quote(&mut self) -> Result<char> {
        self.skip_white_space();
        if self.peek() != Some('=') {
            return self.fail_token(self.at, "'='");
        }
        self.at += 1;
        self.skip_white_space();
        match self.peek() {
            Some(quote @ ('"' | '\'')) => {
                self.at += 1;
                Ok(quote)
            }
            _ => self.fail_token(self.at, "'\"' or '''"),
        }
    }

    /// Reads one thing outside the root element; false at the end.
    fn root_level(&mut self) -> Result<bool> {
        const INVALID: &str = "Data at the root level is invalid.";
        let Some(first) = self.peek() else {
            return if self.root_is_read { Ok(false) } else { Err(missing_root()) };
        };
        if first != '<' {
            let start = self.at;
            let is_white = self.skip_white_space();
            return match self.peek() {
                None | Some('<') if is_white => {
                    if self.preserve_white_space {
                        let text = normalized(self.slice(start, self.at));
                        self.push(Payload::Text(text.into()));
                    }
                    Ok(true)
                }
                Some(character) if !is_character(character) => self.fail_character(self.at),
                _ => self.fail(self.at, INVALID),
            };
        }
        let rest = self.rest();
        if rest.chars().nth(3).is_none() {
            return self.fail(self.at, INVALID);
        }
        match self.peek_at(self.at + 1) {
            Some('?') => self.instruction()?,
            Some('!') if rest.starts_with("<!--") => self.comment()?,
            Some('!') if rest.starts_with("<!-") => return self.fail_token(self.at + 3, "'-'"),
            Some('!') if rest.starts_with("<![") => return self.fail(self.at, INVALID),
            Some('!') => {
                return Err(exception(
                    "For security reasons DTD is prohibited in this XML document. To enable DTD processing set the DtdProcessing property on XmlReaderSettings to Parse and pass the settings into XmlReader.Create method.",
                ));
            }
            Some('/') => return self.fail(self.at + 2, "Unexpected end tag."),
            _ if self.root_is_read => return self.fail(self.at + 1, "There are multiple root elements."),
            _ => {
                self.root_is_read = true;
                self.element()?;
            }
        }
        Ok(true)
    }

    /// Reads one thing inside an element.
    fn content(&mut self) -> Result<bool> {
        let rest = self.rest();
        if !rest.starts_with('<') {
            return if rest.is_empty() { self.fail_unclosed() } else { self.characters().map(|()| true) };
        }
        match self.peek_at(self.at + 1) {
            None => return self.fail_unclosed(),
            Some('?') => self.instruction()?,
            Some('/') => self.end_tag()?,
            Some('!') => {
                let inside = rest.get(2..).unwrap_or_default();
                if inside.chars().nth(1).is_none() {
                    return self.fail_unclosed();
                }
                if inside.starts_with("--") {
                    self.comment()?;
                } else if inside.starts_with('-') {
                    return self.fail_token(self.at + 3, "'-'");
                } else if let Some(inside) = inside.strip_prefix('[') {
                    if inside.chars().nth(5).is_none() {
                        return self.fail_unclosed();
                    }
                    if !inside.starts_with("CDATA[") {
                        return self.fail_token(self.at + 3, "'CDATA['");
                    }
                    self.cdata()?;
                } else if self.token(self.at + 2) == Some("DOCTYPE") {
                    return self.fail(self.at + 2, "Unexpected DTD declaration.");
                } else {
                    return self.fail_token(self.at + 2, "'<!--' or '<[CDATA['");
                }
            }
            Some(_) => self.element()?,
        }
        Ok(true)
    }

    /// Puts a node behind the others of the open element.
    fn push(&mut self, payload: Payload) -> usize {
        let parent = self.open.last().map_or(self.top, |open| open.node);
        let previous = self.nodes.get(parent).last;
        let at = self.nodes.push(payload);
        self.nodes.link(parent, previous, at);
        at
    }

    /// `<?target data?>`
    fn instruction(&mut self) -> Result<()> {
        self.at += 2;
        let (_, end) = self.name(false)?;
        let target = self.slice(self.at, end);
        if target.eq_ignore_ascii_case("xml") {
            return if target == "xml" {
                self.fail(self.at, "Unexpected XML declaration. The XML declaration must be the first node in the document, and no whitespace characters are allowed to appear before it.")
            } else {
                self.fail(self.at, &format!("'{target}' is an invalid name for processing instructions."))
            };
        }
        self.at = end;
        if !self.skip_white_space() && !self.rest().starts_with("?>") {
            return self.fail(self.at, &bad_name(self.peek().unwrap_or('\0')));
        }
        let Some(data) = self.until("?>")? else {
            return self.fail(self.text.len(), "Unexpected end of file while parsing PI has occurred.");
        };
        self.at += data.len() + 2;
        self.push(Payload::Instruction { target: target.into(), data: normalized(data).into() });
        Ok(())
    }

    /// What stands before an end, if that comes.
    fn until(&self, end: &str) -> Result<Option<&'a str>> {
        let rest = self.rest();
        let found = rest.find(end);
        let inside = rest.get(..found.unwrap_or(rest.len())).unwrap_or_default();
        match inside.find(|character| !is_character(character)) {
            Some(bad) => self.fail_character(self.at + bad),
            None => Ok(found.map(|_| inside)),
        }
    }

    fn comment(&mut self) -> Result<()> {
        self.at += 4;
        let Some(text) = self.until("--")? else {
            let end = if self.text.ends_with('-') { 1 } else { 0 };
            return self.fail(self.text.len() - end, "Unexpected end of file while parsing Comment has occurred.");
        };
        let end = self.at + text.len();
        match self.peek_at(end + 2) {
            Some('>') => {}
            Some(_) => return self.fail(end, "An XML comment cannot contain '--', and '-' cannot be the last character."),
            None => return self.fail(end, "Unexpected end of file while parsing Comment has occurred."),
        }
        self.at = end + 3;
        self.push(Payload::Comment(normalized(text).into()));
        Ok(())
    }

    fn cdata(&mut self) -> Result<()> {
        self.at += "<![CDATA[".len();
        let Some(text) = self.until("]]>")? else {
            let rest = self.text.trim_end_matches(']').len().max(self.text.len().saturating_sub(2)).max(self.at);
            return self.fail(rest, "Unexpected end of file while parsing CDATA has occurred.");
        };
        self.at += text.len() + 3;
        self.push(Payload::CData(normalized(text).into()));
        Ok(())
    }

    /// Text up to the next `<`.
    fn characters(&mut self) -> Result<()> {
        let start = self.at;
        let mut text: Cow<'a, str> = Cow::Borrowed("");
        loop {
            let rest = self.rest();
            let end = rest.find(['<', '&', ']', '\r']).unwrap_or(rest.len());
            let plain = rest.get(..end).unwrap_or_default();
            if let Some(bad) = plain.find(|character| !is_character(character)) {
                return self.fail_character(self.at + bad);
            }
            append(&mut text, plain);
            self.at += end;
            match self.peek() {
                Some('&') => {
                    let character = self.reference()?;
                    append(&mut text, character.encode_utf8(&mut [0; 4]));
                }
                Some(']') if self.rest().starts_with("]]>") => {
                    return self.fail(self.at, "']]>' is not allowed in character data.");
                }
                Some(']') => {
                    append(&mut text, "]");
                    self.at += 1;
                }
                Some('\r') => {
                    append(&mut text, "\n");
                    self.at += if self.rest().starts_with("\r\n") { 2 } else { 1 };
                }
                _ => break,
            }
        }
        debug_assert!(self.at > start);
        let preserves = self.preserve_white_space || self.open.last().is_some_and(|open| open.preserves_white_space);
        if preserves || !text.chars().all(is_white_space) {
            self.push(Payload::Text(text.into()));
        }
        Ok(())
    }

    /// `&amp;` and its kin.
    fn reference(&mut self) -> Result<char> {
        let start = self.at;
        let rest = self.rest();
        if rest.len() == 1 {
            return self.fail(start, "Unexpected end of file has occurred.");
        }
        for (reference, character) in [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&apos;", '\'')] {
            if rest.starts_with(reference) {
                self.at += reference.len();
                return Ok(character);
            }
        }
        if let Some(number) = rest.strip_prefix("&#") {
            return self.numeric_reference(start, number);
        }
        self.at += 1;
        let Ok((_, end)) = self.name(false) else {
            return self.fail(self.at, "An error occurred while parsing EntityName.");
        };
        if self.peek_at(end) != Some(';') {
            return self.fail_token(end, "';'");
        }
        self.fail(self.at, &format!("Reference to undeclared entity '{}'.", self.slice(self.at, end)))
    }

    fn numeric_reference(&mut self, start: usize, number: &str) -> Result<char> {
        let (digits, radix, invalid) = match number.strip_prefix('x') {
            Some(digits) => (digits, 16, "Invalid syntax for a hexadecimal numeric entity reference."),
            None => (number, 10, "Invalid syntax for a decimal numeric entity reference."),
        };
        let first = start + 2 + number.len() - digits.len();
        let mut value: i32 = 0;
        let mut length = 0;
        for digit in digits.chars().map_while(|character| character.to_digit(radix)) {
            let next = value.checked_mul(radix as i32).and_then(|value| value.checked_add(digit as i32));
            let Some(next) = next else {
                return self.fail(first + length, "Invalid value of a character entity reference.");
            };
            value = next;
            length += 1;
        }
        match self.peek_at(first + length) {
            None => return self.fail(self.text.len(), "Unexpected end of file has occurred."),
            Some(';') if length > 0 => {}
            Some(_) => return self.fail(first + length, invalid),
        }
        let value = value.unsigned_abs();
        match char::from_u32(value).filter(|&character| is_character(character)) {
            Some(character) => {
                self.at = first + length + 1;
                Ok(character)
            }
            None => {
                let character = char::from_u32(value).unwrap_or('\u{fffd}');
                let message = format!("'{}', hexadecimal value 0x{value:02X}, is an invalid character.", shown(character));
                self.fail(first, &message)
            }
        }
    }

    /// `<name ...>`
    fn element(&mut self) -> Result<()> {
        self.at += 1;
        let start = self.at;
        let (colon, end) = self.name(true)?;
        let bindings = self.bindings.len();
        let mut attributes = Vec::new();
        let mut preserves = self.open.last().is_some_and(|open| open.preserves_white_space);
        self.at = end;
        let is_empty = match self.peek() {
            Some(character) if is_white_space(character) => {
                let is_empty = self.attributes(&mut attributes)?;
                for attribute in &attributes {
                    self.declare(attribute, &mut preserves)?;
                }
                is_empty
            }
            Some('>') => {
                self.at += 1;
                false
            }
            Some('/') => {
                match self.peek_at(end + 1) {
                    Some('>') => {}
                    Some(_) => return self.fail_token(end, "'>'"),
                    None => return self.fail(end, "Unexpected end of file while parsing > has occurred."),
                }
                self.at += 2;
                true
            }
            Some(character) => return self.fail(end, &bad_name(character)),
            None => return self.fail_unclosed(),
        };
        let (prefix, local) = match colon {
            Some(colon) => (self.slice(start, colon), self.slice(colon + 1, end)),
            None => ("", self.slice(start, end)),
        };
        let name = self.resolve(prefix, local, start)?;
        let node = self.push(Payload::Element { name, full: false });
        let mut seen = HashSet::new();
        for attribute in attributes {
            let name = match (attribute.prefix, attribute.local) {
                ("", local) => self.shared("", local, Namespace::none()),
                ("xmlns", local) => {
                    let namespace = self.namespace(XMLNS);
                    self.shared("xmlns", local, namespace)
                }
                (prefix, local) => self.resolve(prefix, local, attribute.name_at)?,
            };
            if !seen.insert(name.clone()) {
                let qualified = self.slice(attribute.name_at, self.text.len());
                let end = qualified.find(|character| !is_name(character) && character != ':').unwrap_or(qualified.len());
                let message = format!("'{}' is a duplicate attribute name.", qualified.get(..end).unwrap_or_default());
                return self.fail(attribute.name_at, &message);
            }
            let at = self.nodes.push(Payload::Attribute { name, value: attribute.value.into() });
            self.nodes.link_attribute(node, at);
        }
        if is_empty {
            self.bindings.truncate(bindings);
        } else {
            self.open.push(Open { node, name: start..end, bindings, preserves_white_space: preserves });
        }
        Ok(())
    }

    /// Reads the attributes and the end of the tag; true for `/>`.
    fn attributes(&mut self, attributes: &mut Vec<Attribute<'a>>) -> Result<bool> {
        loop {
            let is_spaced = self.skip_white_space();
            match self.peek() {
                None => return self.fail_unclosed(),
                Some('>') => {
                    self.at += 1;
                    return Ok(false);
                }
                Some('/') => {
                    return match self.peek_at(self.at + 1) {
                        Some('>') => {
                            self.at += 2;
                            Ok(true)
                        }
                        Some(_) => self.fail_token(self.at + 1, "'>'"),
                        None => self.fail_unclosed(),
                    };
                }
                Some(character) if !is_name_start(character) => return self.fail(self.at, &bad_name_start(character)),
                Some(_) if !is_spaced => {
                    let token = self.token(self.at).unwrap_or_default();
                    return self.fail(self.at, &format!("'{token}' is an unexpected token. Expecting whitespace."));
                }
                Some(_) => {}
            }
            let name_at = self.at;
            let (colon, end) = self.name(true)?;
            let (prefix, local) = match colon {
                Some(colon) => (self.slice(name_at, colon), self.slice(colon + 1, end)),
                None => ("", self.slice(name_at, end)),
            };
            self.at = end;
            let quote = self.equals_and_quote()?;
            let value_at = self.at;
            let value = self.attribute_value(quote)?;
            attributes.push(Attribute { prefix, local, value, name_at, value_at });
        }
    }

    fn attribute_value(&mut self, quote: char) -> Result<Cow<'a, str>> {
        let mut value: Cow<'a, str> = Cow::Borrowed("");
        loop {
            let rest = self.rest();
            let end = rest.find([quote, '<', '&', '\t', '\n', '\r']).unwrap_or(rest.len());
            let plain = rest.get(..end).unwrap_or_default();
            if let Some(bad) = plain.find(|character| !is_character(character)) {
                return self.fail_character(self.at + bad);
            }
            append(&mut value, plain);
            self.at += end;
            match self.peek() {
                None => return self.fail(self.at, "There is an unclosed literal string."),
                Some('&') => {
                    let character = self.reference()?;
                    append(&mut value, character.encode_utf8(&mut [0; 4]));
                }
                Some('<') => {
                    let message = format!("'<', hexadecimal value {}, is an invalid attribute character.", hexadecimal('<'));
                    return self.fail(self.at, &message);
                }
                Some('\t' | '\n' | '\r') => {
                    append(&mut value, " ");
                    self.at += if self.rest().starts_with("\r\n") { 2 } else { 1 };
                }
                Some(_) => {
                    self.at += quote.len_utf8();
                    return Ok(value);
                }
            }
        }
    }

    /// Takes note of a namespace declaration and of `xml:space`.
    fn declare(&mut self, attribute: &Attribute<'a>, preserves: &mut bool) -> Result<()> {
        let value = &*attribute.value;
        let prefix = match (attribute.prefix, attribute.local) {
            ("", "xmlns") => "",
            ("xmlns", local) => local,
            ("xml", "space") => {
                *preserves = match value.trim_matches(is_white_space) {
                    "preserve" => true,
                    "default" => false,
                    _ => return self.fail(attribute.name_at, &format!("'{value}' is an invalid xml:space value.")),
                };
                return Ok(());
            }
            _ => return Ok(()),
        };
        if value.is_empty() && !prefix.is_empty() {
            return self.fail(attribute.value_at - 1, "Invalid namespace declaration.");
        }
        if prefix == "xmlns" {
            return self.fail(attribute.value_at, "Prefix \"xmlns\" is reserved for use by XML.");
        }
        if value == XMLNS || value == XML && prefix != "xml" {
            let message = format!("Prefix '{prefix}' cannot be mapped to namespace name reserved for \"xml\" or \"xmlns\".");
            return self.fail(attribute.value_at, &message);
        }
        if prefix == "xml" {
            if value == XML {
                return Ok(());
            }
            return self.fail(
                attribute.name_at,
                "Prefix \"xml\" is reserved for use by XML and can be mapped only to namespace name \"http://www.w3.org/XML/1998/namespace\".",
            );
        }
        if self.bindings.len() >= NAMESPACES_MAX {
            return self.fail(attribute.name_at, "More than 256 namespaces are declared at one place.");
        }
        let namespace = self.namespace(value);
        self.bindings.push((prefix, namespace));
        Ok(())
    }

    /// The name that a prefix and a local name make.
    fn resolve(&mut self, prefix: &'a str, local: &'a str, at: usize) -> Result<Name> {
        let namespace = match prefix {
            "xml" => self.namespace(XML),
            "xmlns" => self.namespace(XMLNS),
            _ => match self.bindings.iter().rev().find(|(bound, _)| *bound == prefix) {
                Some((_, namespace)) => namespace.clone(),
                None if prefix.is_empty() => Namespace::none(),
                None => return self.fail(at, &format!("'{prefix}' is an undeclared prefix.")),
            },
        };
        Ok(self.shared(prefix, local, namespace))
    }

    fn shared(&mut self, prefix: &'a str, local: &'a str, namespace: Namespace) -> Name {
        let local = self.names.entry((prefix, local)).or_insert_with(|| local.into()).clone();
        Name { local, namespace }
    }

    fn namespace(&mut self, name: &str) -> Namespace {
        if let Some(there) = self.namespaces.get(name) {
            return there.clone();
        }
        let new = Namespace::new(name);
        self.namespaces.insert(name.to_owned(), new.clone());
        new
    }

    /// `</name>`
    fn end_tag(&mut self) -> Result<()> {
        self.at += 2;
        let Some(open) = self.open.last() else { return self.fail(self.at, "Unexpected end tag.") };
        let (start, node, bindings) = (open.name.start, open.node, open.bindings);
        let expected = self.slice(start, open.name.end);
        let rest = self.rest();
        let end = self.at + expected.len();
        if !rest.starts_with(expected) || self.peek_at(end).is_some_and(|next| is_name(next) || next == ':') {
            let (_, end) = self.name(true)?;
            let found = self.slice(self.at, end);
            let place = match self.fail::<()>(start, "") {
                Err(place) => place.message.replace(" Line", "line").replace(", position", " position"),
                Ok(()) => String::new(),
            };
            let place = place.trim_end_matches('.');
            return self
                .fail(self.at, &format!("The '{expected}' start tag on {place} does not match the end tag of '{found}'."));
        }
        self.at = end;
        self.skip_white_space();
        match self.peek() {
            Some('>') => self.at += 1,
            Some(_) => return self.fail_token(self.at, "'>'"),
            None => return self.fail_unclosed(),
        }
        // .NET tells `<a></a>` from `<a />`.
        let data = self.nodes.get_mut(node);
        if let (NONE, Payload::Element { full, .. }) = (data.first, &mut data.payload) {
            *full = true;
        }
        self.bindings.truncate(bindings);
        self.open.pop();
        Ok(())
    }
}

/// Appends without a copy as long as there is nothing to append to.
fn append(text: &mut Cow<'_, str>, more: &str) {
    if !more.is_empty() {
        text.to_mut().push_str(more);
    }
}

/// Line ends become `\n`.
fn normalized(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::write::{self, Options};

    fn free(_: usize) -> Result<()> {
        Ok(())
    }

    fn round(text: &str) -> String {
        match document(text, false, &mut free) {
            Ok(document) => write::text(&document, Options::default(), &mut free).unwrap().to_string(),
            Err(exception) => exception.message.into_owned(),
        }
    }

    #[test]
    fn fails_as_dotnet_does() {
        for (text, message) in [
            ("", "Root element is missing."),
            ("  ", "Root element is missing."),
            ("abc", "Data at the root level is invalid. Line 1, position 1."),
            ("\u{feff}<a />", "Data at the root level is invalid. Line 1, position 1."),
            ("<a></b>", "The 'a' start tag on line 1 position 2 does not match the end tag of 'b'. Line 1, position 6."),
            (
                "<a>\n  <b></c></a>",
                "The 'b' start tag on line 2 position 4 does not match the end tag of 'c'. Line 2, position 8.",
            ),
            ("<a/><b/>", "There are multiple root elements. Line 1, position 6."),
            ("<a/>x", "Data at the root level is invalid. Line 1, position 5."),
            ("<a><b>", "Unexpected end of file has occurred. The following elements are not closed: b, a. Line 1, position 7."),
            ("<a b></a>", "'>' is an unexpected token. The expected token is '='. Line 1, position 5."),
            ("<a b=c></a>", "'c' is an unexpected token. The expected token is '\"' or '''. Line 1, position 6."),
            ("<a b='1' b='2'/>", "'b' is a duplicate attribute name. Line 1, position 10."),
            ("<a b='1'c='2'/>", "'c' is an unexpected token. Expecting whitespace. Line 1, position 9."),
            ("<a b='<'/>", "'<', hexadecimal value 0x3C, is an invalid attribute character. Line 1, position 7."),
            ("<p:a/>", "'p' is an undeclared prefix. Line 1, position 2."),
            ("<a>a & b</a>", "An error occurred while parsing EntityName. Line 1, position 7."),
            ("<a>x?b=1&c=2</a>", "'=' is an unexpected token. The expected token is ';'. Line 1, position 11."),
            ("<a>&nbsp;</a>", "Reference to undeclared entity 'nbsp'. Line 1, position 5."),
            ("<a>&#0;</a>", "'.', hexadecimal value 0x00, is an invalid character. Line 1, position 6."),
            ("<a>\u{1}</a>", "'\u{1}', hexadecimal value 0x01, is an invalid character. Line 1, position 4."),
            ("<a>]]></a>", "']]>' is not allowed in character data. Line 1, position 4."),
            ("<1a/>", "Name cannot begin with the '1' character, hexadecimal value 0x31. Line 1, position 2."),
            (
                "<a><!-- -- --></a>",
                "An XML comment cannot contain '--', and '-' cannot be the last character. Line 1, position 9.",
            ),
            (
                " <?xml version='1.0'?><a/>",
                "Unexpected XML declaration. The XML declaration must be the first node in the document, and no whitespace characters are allowed to appear before it. Line 1, position 4.",
            ),
            (
                "<!DOCTYPE a><a/>",
                "For security reasons DTD is prohibited in this XML document. To enable DTD processing set the DtdProcessing property on XmlReaderSettings to Parse and pass the settings into XmlReader.Create method.",
            ),
            ("<?xml version='1.1'?><a/>", "Version number '1.1' is invalid. Line 1, position 16."),
            ("<a", "Data at the root level is invalid. Line 1, position 1."),
            ("<abc", "Unexpected end of file while parsing Name has occurred. Line 1, position 5."),
            ("<a xmlns:p=''/>", "Invalid namespace declaration. Line 1, position 12."),
        ] {
            assert_eq!(round(text), message, "{text}");
        }
    }

    #[test]
    fn never_panics() {
        let text =
            "<?xml version=\"1.0\" encoding='é'?><!--c--><a xmlns:p='u' p:b=\"&#x1F600;\r\n\">é😀<![CDATA[]]]]><?pi x?></a> ";
        let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for &from in &bounds {
            for &to in &bounds {
                if let Some(part) = text.get(from..to) {
                    let _ = document(part, true, &mut free);
                    let _ = document(&format!("<a>{part}"), true, &mut free);
                }
            }
        }
    }

    #[test]
    fn reads_deep_documents() {
        let text = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
        assert!(document(&text, false, &mut free).is_ok());
    }
}
