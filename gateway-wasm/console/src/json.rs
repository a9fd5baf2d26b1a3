//! JSON with places: what a reader is typing, and where in the text each value stands.

use crate::phrase::Phrase;

/// How deep values may nest.
const DEPTH_MAX: usize = 128;

/// A value and where it stands, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// As written, so that nothing of it is lost.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<Member>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    /// Where the name stands.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) name: String,
    pub(crate) node: Node,
}

/// What is wrong with a text, and where, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) message: Phrase,
}

/// Reads a text that is one value.
pub(crate) fn read(text: &str) -> Result<Node, Mistake> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let node = reader.value()?;
    reader.space();
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.mistake(Phrase::new("there is more after the end of the value"))),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// A mistake at the next character.
    fn mistake(&self, message: Phrase) -> Mistake {
        let length = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Mistake { start: self.at, end: self.at + length, message }
    }

    /// The next character, as people see it.
    fn found(&self) -> Phrase {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(character) => Phrase::new("`{character}`").with("character", character),
            None => Phrase::new("the end"),
        }
    }

    fn value(&mut self) -> Result<Node, Mistake> {
        self.space();
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'"') => Value::Text(self.text()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(b'\'') => return Err(self.mistake(Phrase::new("texts stand between double quotes, not single ones"))),
            _ => return Err(self.mistake(Phrase::new("a value is expected here, not {found}").with("found", self.found()))),
        };
        Ok(Node { start, end: self.at, value })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Mistake>) -> Result<Value, Mistake> {
        if self.depth == DEPTH_MAX {
            return Err(self.mistake(Phrase::new("values nest deeper than {depth}").with("depth", DEPTH_MAX)));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Value, Mistake> {
        let mut members = Vec::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            let start = self.at;
            match self.peek() {
                Some(b'"') => {}
                Some(b'}') => return Err(self.mistake(Phrase::new("there is a comma before this `}` that must not be there"))),
                _ => {
                    return Err(self.mistake(
                        Phrase::new("a name in double quotes is expected here, not {found}").with("found", self.found()),
                    ));
                }
            }
            let name = self.text()?;
            let end = self.at;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.mistake(Phrase::new("a `:` is expected here, not {found}").with("found", self.found())));
            }
            self.at += 1;
            let node = self.value()?;
            members.push(Member { start, end, name, node });
            if self.is_end(b'}')? {
                return Ok(Value::Object(members));
            }
        }
    }

    fn list(&mut self) -> Result<Value, Mistake> {
        let mut entries = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::List(entries));
        }
        loop {
            self.space();
            if self.peek() == Some(b']') {
                return Err(self.mistake(Phrase::new("there is a comma before this `]` that must not be there")));
            }
            entries.push(self.value()?);
            if self.is_end(b']')? {
                return Ok(Value::List(entries));
            }
        }
    }

    /// After an entry: a comma, or the end.
    fn is_end(&mut self, end: u8) -> Result<bool, Mistake> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(false)
            }
            Some(found) if found == end => {
                self.at += 1;
                Ok(true)
            }
            _ => Err(self.mistake(
                Phrase::new("a `,` or `{end}` is expected here, not {found}")
                    .with("end", char::from(end))
                    .with("found", self.found()),
            )),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Mistake> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.mistake(Phrase::new("a value is expected here, not {found}").with("found", self.found())))
    }

    fn number(&mut self) -> Result<String, Mistake> {
        let start = self.at;
        let digits = |reader: &mut Self| {
            let from = reader.at;
            while matches!(reader.peek(), Some(b'0'..=b'9')) {
                reader.at += 1;
            }
            reader.at > from
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let first = self.peek();
        if !digits(self) {
            return Err(self.mistake(Phrase::new("a digit is expected here, not {found}").with("found", self.found())));
        }
        if first == Some(b'0') && self.at - start > 1 + usize::from(self.text.as_bytes().get(start) == Some(&b'-')) {
            self.at = start;
            return Err(self.mistake(Phrase::new("a number does not begin with a zero")));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !digits(self) {
                return Err(self.mistake(Phrase::new("a digit is expected here, not {found}").with("found", self.found())));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !digits(self) {
                return Err(self.mistake(Phrase::new("a digit is expected here, not {found}").with("found", self.found())));
            }
        }
        Ok(self.text.get(start..self.at).unwrap_or_default().to_owned())
    }

    /// A text; what stands between its quotes is read by serde_json, which knows every escape.
    fn text(&mut self) -> Result<String, Mistake> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    match self.text.as_bytes().get(self.at + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' | b'u') => self.at += 2,
                        _ => return Err(self.mistake(Phrase::new("write `\\\\` for a backslash"))),
                    };
                }
                None | Some(b'\n' | b'\r') => {
                    return Err(Mistake {
                        start,
                        end: self.at,
                        message: Phrase::new("this text has no double quote at its end"),
                    });
                }
                Some(0..0x20) => return Err(self.mistake(Phrase::new("write control characters as `\\t` or `\\u0000`"))),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        let written = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(written).map_err(|_| Mistake {
            start,
            end: self.at,
            message: Phrase::new("a `\\u` needs four hexadecimal digits of a character"),
        })
    }
}

/// A serde value as a node that stands nowhere in particular.
pub(crate) fn node(value: &serde_json::Value, start: usize, end: usize) -> Node {
    let of = |value| node(value, start, end);
    let value = match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => Value::Number(number.to_string()),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(entries) => Value::List(entries.iter().map(of).collect()),
        serde_json::Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| Member { start, end, name: name.clone(), node: of(value) }).collect())
        }
    };
    Node { start, end, value }
}
