//! JSON: read by `serde_json`, its errors put into words; and a second, simple walk over the text that finds places.

use super::{
    DEPTH_MAX,
    places::{Places, ROOT, below},
};
use crate::findings::Findings;
use diagnostic::{Diagnostic, Place, Source, Span};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::{cell::Cell, fmt};

/// Reads a JSON text.
pub(super) fn read(name: &str, text: &str, findings: &Findings) -> Option<Value> {
    let repeated = Cell::new(false);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = Node { repeated: &repeated }.deserialize(&mut deserializer).and_then(|value| {
        deserializer.end()?;
        Ok(value)
    });
    match read {
        Ok(value) if !repeated.get() => Some(value),
        Ok(_) => {
            report_repeated(name, text, findings);
            None
        }
        Err(error) => {
            findings.push(syntax(name, text, &error));
            None
        }
    }
}

/// Builds values as `serde_json` does, in exactly the memory they need, and notices keys that are written twice.
#[derive(Clone, Copy)]
struct Node<'a> {
    repeated: &'a Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }
    fn visit_string<E>(self, mut value: String) -> Result<Value, E> {
        value.shrink_to_fit();
        Ok(Value::String(value))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        list.shrink_to_fit();
        Ok(Value::Array(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            list.push((key, entries.next_value_seed(self)?));
        }
        let mut map = Map::with_capacity(list.len());
        for (key, value) in list {
            if map.insert(key, value).is_some() {
                self.repeated.set(true);
            }
        }
        Ok(Value::Object(map))
    }
}

/// The places in a text that was read before.
pub(super) fn places(text: &str) -> Places {
    let mut walk = Walk { text, at: 0, places: Vec::new(), repeated: Vec::new() };
    walk.value(ROOT, None, 0);
    Places::new(walk.places)
}

fn report_repeated(name: &str, text: &str, findings: &Findings) {
    let mut walk = Walk { text, at: 0, places: Vec::new(), repeated: Vec::new() };
    walk.value(ROOT, None, 0);
    let source = Source::new(name, text);
    for (key, first, second) in walk.repeated {
        findings.push(super::yaml::repeated_key(&source, &key, first, second));
    }
}

/// A walk over valid JSON. It never fails: on anything unexpected it stops noting places.
struct Walk<'a> {
    text: &'a str,
    at: usize,
    places: Vec<(u64, Span, Span)>,
    repeated: Vec<(String, Span, Span)>,
}

impl Walk<'_> {
    fn value(&mut self, pointer: u64, key: Option<Span>, depth: usize) -> Option<()> {
        self.space();
        let start = self.at;
        let slot = self.places.len();
        self.places.push((pointer, key.unwrap_or_default(), Span::default()));
        let container = matches!(self.peek()?, b'{' | b'[');
        if container && depth > DEPTH_MAX {
            return None;
        }
        match self.peek()? {
            b'{' => self.object(pointer, depth)?,
            b'[' => self.list(pointer, depth)?,
            b'"' => drop(self.string()?),
            _ => {
                while self.peek().is_some_and(|byte| !matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t')) {
                    self.at += 1;
                }
            }
        }
        let own = if container { Span::new(start, start + 1) } else { Span::new(start, self.at) };
        let key = key.unwrap_or(own);
        self.places[slot] = (pointer, key, if container { key } else { own });
        Some(())
    }

    fn object(&mut self, pointer: u64, depth: usize) -> Option<()> {
        let mut seen = std::collections::BTreeMap::new();
        self.at += 1;
        loop {
            self.space();
            match self.peek()? {
                b'}' => break,
                b',' => self.at += 1,
                _ => {
                    let start = self.at;
                    let key: String = serde_json::from_str(self.string()?).ok()?;
                    let span = Span::new(start, self.at);
                    self.space();
                    self.at += 1;
                    self.value(below(pointer, &key), Some(span), depth + 1)?;
                    if let Some(&first) = seen.get(&key) {
                        self.repeated.push((key, first, span));
                    } else {
                        seen.insert(key, span);
                    }
                }
            }
        }
        self.at += 1;
        Some(())
    }

    fn list(&mut self, pointer: u64, depth: usize) -> Option<()> {
        self.at += 1;
        let mut index = 0_usize;
        loop {
            self.space();
            match self.peek()? {
                b']' => break,
                b',' => self.at += 1,
                _ => {
                    self.value(below(pointer, &index.to_string()), None, depth + 1)?;
                    index += 1;
                }
            }
        }
        self.at += 1;
        Some(())
    }

    /// A string with its quotes.
    fn string(&mut self) -> Option<&str> {
        let start = self.at;
        self.at += 1;
        while self.peek()? != b'"' {
            self.at += if self.peek()? == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        self.text.get(start..self.at)
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// An error of `serde_json` in words that help.
fn syntax(name: &str, text: &str, error: &serde_json::Error) -> Diagnostic {
    let source = Source::new(name, text);
    let line = u32::try_from(error.line().saturating_sub(1)).unwrap_or(u32::MAX);
    let mut at = (source.line_start(line) as usize + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    if error.column() == 0 {
        // The line break itself is what cannot stand there: it is seen at the end of the line before.
        at = text[..at].trim_end().char_indices().next_back().map_or(0, |(last, _)| last);
    }
    let here = text[at..].chars().next();
    let full = error.to_string();
    let raw = full.rsplit_once(" at line ").map_or(full.as_str(), |(raw, _)| raw);
    let (message, help) = explained(raw, here);
    if error.is_eof() {
        // The end of the file is a place without anything to see: show the last thing that stands before it.
        at = text.trim_end().char_indices().next_back().map_or(0, |(last, _)| last);
    }
    let width = text[at..].chars().next().map_or(0, char::len_utf8);
    Diagnostic::error("json/syntax", Place::new(&source, Span::new(at, at + width)), message).help_if(help)
}

fn explained(raw: &str, here: Option<char>) -> (String, Option<String>) {
    let comment = "JSON has no comments: remove it, or write the file as `.yaml`, where `#` starts one";
    let quotes = "write names and text in double quotes: `\"like this\"`";
    let help = |text: &str| Some(text.to_owned());
    match raw {
        "EOF while parsing a value" => {
            ("the file ends where a value should stand".to_owned(), help("write a value, for example `{}`"))
        }
        "EOF while parsing an object" => ("the file ends inside an object".to_owned(), help("close the object with `}`")),
        "EOF while parsing a list" => ("the file ends inside a list".to_owned(), help("close the list with `]`")),
        "EOF while parsing a string" => ("the file ends inside a text".to_owned(), help("close the text with `\"`")),
        "trailing comma" => ("a comma must be followed by another entry".to_owned(), help("remove the comma before this")),
        "expected `,` or `}`" if here == Some('"') => {
            ("expected `,` between two properties".to_owned(), help("write a `,` at the end of the property before"))
        }
        "expected `,` or `]`" if here == Some('"') => {
            ("expected `,` between two entries".to_owned(), help("write a `,` after the entry before"))
        }
        "key must be a string" if here == Some('/') => ("expected the name of a property".to_owned(), help(comment)),
        "key must be a string" => ("expected the name of a property in double quotes".to_owned(), help(quotes)),
        "trailing characters" => {
            ("expected the end of the file".to_owned(), help("a file holds one value: remove what follows it"))
        }
        "expected value" if here == Some('/') => ("expected a value".to_owned(), help(comment)),
        "expected value" | "expected ident" => ("expected a value".to_owned(), help(quotes)),
        "invalid escape" => ("unknown escape in a text".to_owned(), help("write a backslash as `\\\\`")),
        "number out of range" => ("this number is too large".to_owned(), help("write it as text, in double quotes")),
        "recursion limit exceeded" => (
            format!("lists and objects stand more than {DEPTH_MAX} deep in each other"),
            help("the limit is there so that no file can exhaust the reader: make the value flatter"),
        ),
        raw if raw.starts_with("control character") => (
            "a text cannot contain a line break or a tab as such".to_owned(),
            help("write `\\n` for a line break, `\\t` for a tab"),
        ),
        raw => (raw.to_owned(), None),
    }
}
