//! A tree to text: what `JsonTextWriter` does.

use super::{
    Scalar, TokenType,
    convert::{base64_text, to_boolean},
    date,
    tree::{Kind, Node},
};
use crate::{
    NetString,
    number::format::{decimal_text, double_text, single_text},
};
use std::{fmt::Write as _, rc::Rc};

/// Writes JSON.
pub struct Writer {
    out: String,
    indented: bool,
    /// The containers that are open; true for those that have something in them.
    open: Vec<bool>,
    /// True after a property's name.
    named: bool,
}

impl Writer {
    /// A writer of nothing yet.
    pub fn new(indented: bool) -> Self {
        Self { out: String::new(), indented, open: Vec::new(), named: false }
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.out
    }

    /// How much was written.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// True before anything is written.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// `{` or `[`
    pub fn start(&mut self, bracket: &str) {
        self.before_value();
        self.out.push_str(bracket);
        self.open.push(false);
    }

    /// `}` or `]`
    pub fn end(&mut self, bracket: char) {
        let filled = self.open.pop().unwrap_or(false);
        if self.indented && (filled || bracket == ')') {
            self.indent();
        }
        self.out.push(bracket);
    }

    /// A property's name.
    pub fn name(&mut self, name: &NetString) {
        if let Some(filled) = self.open.last_mut() {
            if std::mem::replace(filled, true) {
                self.out.push(',');
            }
            if self.indented {
                self.indent();
            }
        }
        quoted(&mut self.out, &name.to_str());
        self.out.push(':');
        self.named = true;
    }

    /// A value.
    pub fn scalar(&mut self, scalar: &Scalar) {
        self.before_value();
        write_scalar(&mut self.out, scalar);
    }

    /// Text that is JSON already.
    pub fn raw(&mut self, json: &str) {
        self.before_value();
        self.out.push_str(json);
    }

    /// What comes between a value and what is before it.
    fn before_value(&mut self) {
        if std::mem::take(&mut self.named) {
            if self.indented {
                self.out.push(' ');
            }
        } else if let Some(filled) = self.open.last_mut() {
            if std::mem::replace(filled, true) {
                self.out.push(',');
            }
            if self.indented {
                self.indent();
            }
        }
    }

    fn indent(&mut self) {
        self.out.push_str("\r\n");
        for _ in 0..self.open.len() {
            self.out.push_str("  ");
        }
    }

    fn comment(&mut self, text: &str, in_constructor: bool) {
        if self.indented {
            if std::mem::take(&mut self.named) {
                self.out.push(' ');
                self.named = true;
            } else if !self.open.is_empty() {
                self.indent();
            }
        }
        if in_constructor && let Some(filled) = self.open.last_mut() {
            *filled = true;
        }
        if text.contains("*/") {
            for line in text.split('\n') {
                let _ = writeln!(self.out, "//{line}");
            }
        } else {
            let _ = write!(self.out, "/*{text}*/");
        }
    }

    fn value(&mut self, token_type: TokenType, scalar: &Scalar, in_constructor: bool) {
        match token_type {
            TokenType::Comment => self.comment(&scalar.text().to_str(), in_constructor),
            TokenType::Raw => self.raw(&scalar.text().to_str()),
            TokenType::Undefined => self.raw("undefined"),
            TokenType::Boolean => self.scalar(&Scalar::Bool(to_boolean(scalar).unwrap_or(false))),
            _ => self.scalar(scalar),
        }
    }

    /// A token and all below it; `None` if that becomes too long.
    pub(super) fn token(&mut self, node: &Rc<Node>, bytes_max: usize) -> Option<()> {
        // The containers that are being written and the next child of each. Properties are among them.
        let mut open: Vec<(Rc<Node>, usize)> = Vec::new();
        let mut next = Some(node.clone());
        loop {
            if self.out.len() > bytes_max {
                return None;
            }
            if let Some(node) = next {
                match &node.kind {
                    Kind::Value(value) => {
                        let (token_type, scalar) = &*value.borrow();
                        let in_constructor = open.last().is_some_and(|(node, _)| matches!(node.kind, Kind::Constructor(..)));
                        self.value(*token_type, scalar, in_constructor);
                    }
                    Kind::Object(_) => self.start("{"),
                    Kind::Array(_) => self.start("["),
                    Kind::Constructor(name, _) => {
                        let name = name.borrow().as_ref().map(|name| name.to_str().into_owned()).unwrap_or_default();
                        self.start(&format!("new {name}("));
                    }
                    Kind::Property(name, _) => self.name(name),
                }
                if !matches!(node.kind, Kind::Value(_)) {
                    open.push((node, 0));
                }
            }
            let Some((container, at)) = open.last_mut() else { return Some(()) };
            next = container.child(*at);
            *at += 1;
            if next.is_none() {
                match container.kind {
                    Kind::Object(_) => self.end('}'),
                    Kind::Array(_) => self.end(']'),
                    Kind::Constructor(..) => self.end(')'),
                    Kind::Property(..) | Kind::Value(_) => {}
                }
                open.pop();
            }
        }
    }
}

fn write_scalar(out: &mut String, scalar: &Scalar) {
    match scalar {
        Scalar::Null => out.push_str("null"),
        Scalar::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Scalar::Single(value) => real(out, &single_text(*value), value.is_finite()),
        Scalar::Double(value) => real(out, &double_text(*value), value.is_finite()),
        Scalar::Decimal(value) => real(out, &decimal_text(*value), true),
        Scalar::String(text) => quoted(out, &text.to_str()),
        Scalar::Uri(uri) => quoted(out, uri.original()),
        Scalar::Char(unit) => quoted(out, &NetString::from_unit(*unit).to_str()),
        Scalar::DateTime(date) => {
            out.push('"');
            date::write(out, *date);
            out.push('"');
        }
        Scalar::DateTimeOffset(date) => {
            out.push('"');
            date::write_offset(out, *date);
            out.push('"');
        }
        Scalar::TimeSpan(_) | Scalar::Guid(_) => quoted(out, &scalar.text().to_str()),
        Scalar::Bytes(bytes) => quoted(out, &base64_text(bytes).to_str()),
        Scalar::Int64(value) => {
            let _ = write!(out, "{value}");
        }
        integer => out.push_str(&integer.text().to_str()),
    }
}

/// A number that is not whole by its type shows it.
fn real(out: &mut String, text: &str, finite: bool) {
    if !finite {
        out.push('"');
        out.push_str(text);
        out.push('"');
        return;
    }
    out.push_str(text);
    if !text.contains(['.', 'E']) {
        out.push_str(".0");
    }
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    escape(out, text, b'"');
    out.push('"');
}

/// A string with its quotes and escapes: `JsonConvert.ToString(string)`.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quoted(&mut out, text);
    out
}

/// True for bytes that are looked at: control characters, quotes, backslashes, and what U+0085, U+2028 and U+2029 begin with.
const LOOKED_AT: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 0x20 {
        table[at] = true;
        at += 1;
    }
    table[b'"' as usize] = true;
    table[b'\'' as usize] = true;
    table[b'\\' as usize] = true;
    table[0xc2] = true;
    table[0xe2] = true;
    table
};

/// Writes text with what cannot stand between such quotes escaped.
fn escape(out: &mut String, text: &str, quote: u8) {
    let bytes = text.as_bytes();
    let mut written = 0;
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| LOOKED_AT[usize::from(byte)])) {
        at += next;
        let byte = bytes.get(at).copied().unwrap_or_default();
        let escaped = match byte {
            b'\t' => "\\t",
            b'\n' => "\\n",
            b'\r' => "\\r",
            0xc => "\\f",
            8 => "\\b",
            b'\\' => "\\\\",
            b'"' if quote == b'"' => "\\\"",
            b'\'' if quote == b'\'' => "\\'",
            // These three end a line in JavaScript.
            0xc2 if bytes.get(at + 1) == Some(&0x85) => "\\u0085",
            0xe2 if bytes.get(at + 1..at + 3) == Some(&[0x80, 0xa8]) => "\\u2028",
            0xe2 if bytes.get(at + 1..at + 3) == Some(&[0x80, 0xa9]) => "\\u2029",
            0..=0x1f => "",
            _ => {
                at += 1;
                continue;
            }
        };
        out.push_str(text.get(written..at).unwrap_or_default());
        if escaped.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escaped);
        }
        at += match byte {
            0xc2 => 2,
            0xe2 => 3,
            _ => 1,
        };
        written = at;
    }
    out.push_str(text.get(written..).unwrap_or_default());
}

/// One step of a path: `.name`, or `['na.me']` where the name has something special in it.
pub(super) fn write_path_name(path: &mut String, name: &NetString) {
    const SPECIAL: [char; 18] = [
        '.', ' ', '\'', '/', '"', '[', ']', '(', ')', '\t', '\n', '\r', '\u{c}', '\u{8}', '\\', '\u{85}', '\u{2028}', '\u{2029}',
    ];
    let name = name.to_str();
    if name.contains(SPECIAL) {
        path.push_str("['");
        escape(path, &name, b'\'');
        path.push_str("']");
    } else {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&name);
    }
}
