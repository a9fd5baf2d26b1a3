//! YAML: the events of `saphyr-parser` become a value, or places. Without recursion, and with limits that have names.

use super::{
    DEPTH_MAX,
    places::{Places, ROOT, below},
    scalar,
};
use crate::findings::Findings;
use diagnostic::{Diagnostic, Place, Source, Span};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, ops::Range};

/// How much the aliases of a file may add to it, in values; long texts count for more than one. The message says it too.
const ALIASED_MAX: usize = 1_000_000;

/// Reads a YAML text.
pub(super) fn read(name: &str, text: &str, findings: &Findings) -> Option<Value> {
    let mut builder = Builder::default();
    let end = builder.run(text);
    if let Err(stop) = end {
        findings.push(stopped(name, text, stop));
        return None;
    }
    if builder.repeated.is_empty() {
        return Some(builder.root.unwrap_or_default());
    }
    let (source, bytes) = (Source::new(name, text), Bytes::of(text));
    for (key, first, second) in builder.repeated {
        findings.push(repeated_key(&source, &key, bytes.span(text, first), bytes.span(text, second)));
    }
    None
}

/// The places in a text that was read before.
pub(super) fn places(text: &str) -> Places {
    let mut builder = Builder { places: Some(Vec::new()), ..Builder::default() };
    // What was found before the first error is still good for the places before it.
    let _ = builder.run(text);
    let bytes = Bytes::of(text);
    let convert = |(pointer, key, value): Noted| (pointer, bytes.span(text, key), bytes.span(text, value));
    Places::new(builder.places.unwrap_or_default().into_iter().map(convert).collect())
}

/// The finding for a key that is written twice in one object.
pub(super) fn repeated_key(source: &Source, key: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::error("file/repeated-key", Place::new(source, second), format!("`{key}` is written twice in the same object"))
        .at("and again here")
        .label(Place::new(source, first), "first here")
        .help("keep one of the two: readers do not agree on which of them counts")
}

/// Why a text could not be read to its end.
enum Stop {
    Syntax(ScanError),
    Found { id: &'static str, span: Range<usize>, message: String, help: &'static str },
}

impl From<ScanError> for Stop {
    fn from(error: ScanError) -> Self {
        Self::Syntax(error)
    }
}

/// Turns events into a value. Spans are in characters, as the parser counts them.
#[derive(Default)]
struct Builder {
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, (Value, usize)>,
    aliased: usize,
    root: Option<Value>,
    repeated: Vec<(String, Range<usize>, Range<usize>)>,
    places: Option<Vec<Noted>>,
}

/// A place: pointer, key, value.
type Noted = (u64, Range<usize>, Range<usize>);

/// A list or an object that is not complete yet.
struct Frame {
    content: Content,
    anchor: usize,
    pointer: u64,
    /// Of its key, for when it is complete and joins the object around it.
    key: Option<(String, Range<usize>)>,
    /// How many values it holds, itself included.
    weight: usize,
}

enum Content {
    List(Vec<Value>),
    Object {
        map: Map<String, Value>,
        /// Where the keys of `map` stand, in the same order.
        spans: Vec<Range<usize>>,
        next: Option<(String, Range<usize>)>,
        merged: Vec<Value>,
    },
}

impl Builder {
    fn run(&mut self, text: &str) -> Result<(), Stop> {
        let mut parser = Parser::new_from_str(text);
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, span) = event?;
            let span = span.start.index()..span.end.index().max(span.start.index());
            match event {
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(Stop::Found {
                            id: "yaml/several-documents",
                            span,
                            message: "a second document starts here".to_owned(),
                            help: "keep one document per file: remove this `---` and what follows",
                        });
                    }
                }
                Event::Scalar(text, style, anchor, tag) => {
                    let as_text = style != ScalarStyle::Plain || tag.as_ref().is_some_and(|tag| tag.suffix == "str");
                    let weight = 1 + text.len() / 32;
                    if self.expects_key() {
                        self.remember(anchor, || Value::String(text.clone().into_owned()), weight);
                        self.key(text.into_owned(), span)?;
                    } else {
                        let value = if as_text { Value::String(text.into_owned()) } else { scalar::plain(&text) };
                        self.remember(anchor, || value.clone(), weight);
                        self.value(value, span, weight)?;
                    }
                }
                Event::Alias(anchor) => self.alias(anchor, span)?,
                Event::SequenceStart(anchor, _) => self.open(Content::List(Vec::new()), anchor, span)?,
                Event::MappingStart(anchor, _) => {
                    let content = Content::Object { map: Map::new(), spans: Vec::new(), next: None, merged: Vec::new() };
                    self.open(content, anchor, span)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close()?,
            }
        }
        Ok(())
    }

    fn expects_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { content: Content::Object { next: None, .. }, .. }))
    }

    fn key(&mut self, key: String, span: Range<usize>) -> Result<(), Stop> {
        if let Some(Frame { content: Content::Object { map, spans, next, .. }, .. }) = self.stack.last_mut() {
            if map.contains_key(&key) {
                let first = map.keys().position(|other| *other == key).and_then(|at| spans.get(at).cloned()).unwrap_or_default();
                self.repeated.push((key.clone(), first, span.clone()));
            }
            *next = Some((key, span));
        }
        Ok(())
    }

    /// A complete value: it joins the list or object around it, or is the whole file.
    fn value(&mut self, value: Value, span: Range<usize>, weight: usize) -> Result<(), Stop> {
        let (pointer, key) = self.slot();
        self.note(pointer, key.as_ref().map_or_else(|| span.clone(), |(_, key)| key.clone()), span);
        self.join(key, value, weight);
        Ok(())
    }

    /// The pointer of the value that comes next, and its key if it has one.
    fn slot(&mut self) -> (u64, Option<(String, Range<usize>)>) {
        match self.stack.last_mut() {
            None => (ROOT, None),
            Some(Frame { content: Content::List(items), pointer, .. }) => (below(*pointer, &items.len().to_string()), None),
            Some(Frame { content: Content::Object { next, .. }, pointer, .. }) => {
                let key = next.take();
                (below(*pointer, key.as_ref().map_or("", |(key, _)| key)), key)
            }
        }
    }

    fn join(&mut self, key: Option<(String, Range<usize>)>, value: Value, weight: usize) {
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(value);
            return;
        };
        frame.weight += weight;
        match &mut frame.content {
            Content::List(items) => items.push(value),
            Content::Object { map, spans, merged, .. } => {
                let (key, span) = key.unwrap_or_default();
                if key == "<<" {
                    match value {
                        Value::Array(items) => merged.extend(items),
                        value => merged.push(value),
                    }
                } else if map.insert(key, value).is_none() {
                    spans.push(span);
                }
            }
        }
    }

    fn open(&mut self, content: Content, anchor: usize, span: Range<usize>) -> Result<(), Stop> {
        if self.expects_key() {
            return Err(Stop::Found {
                id: "yaml/key",
                span,
                message: "a list or an object cannot be the name of a property".to_owned(),
                help: "write `name: value`; put text that starts with `{` or `[` in quotes",
            });
        }
        if self.stack.len() >= DEPTH_MAX {
            return Err(Stop::Found {
                id: "yaml/depth",
                span,
                message: format!("lists and objects stand more than {DEPTH_MAX} deep in each other"),
                help: "the limit is there so that no file can exhaust the reader: make the value flatter",
            });
        }
        let (pointer, key) = self.slot();
        let own = span.start..span.start + 1;
        let shown = key.as_ref().map_or(own, |(_, key)| key.clone());
        self.note(pointer, shown.clone(), shown);
        self.stack.push(Frame { content, anchor, pointer, key, weight: 1 });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Stop> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let value = match frame.content {
            Content::List(items) => Value::Array(items),
            Content::Object { mut map, merged, .. } => {
                // What is written in the object wins over what is merged into it, and an earlier merge over a later one.
                for (key, value) in merged.into_iter().filter_map(object).flatten() {
                    map.entry(key).or_insert(value);
                }
                Value::Object(map)
            }
        };
        self.remember(frame.anchor, || value.clone(), frame.weight);
        self.join(frame.key, value, frame.weight);
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Range<usize>) -> Result<(), Stop> {
        let Some((value, weight)) = self.anchors.get(&anchor) else {
            return Err(Stop::Found {
                id: "yaml/alias-circle",
                span,
                message: "this alias stands inside the value that it names".to_owned(),
                help: "write the value out, or move the anchor to a smaller part",
            });
        };
        self.aliased = self.aliased.saturating_add(*weight);
        if self.aliased > ALIASED_MAX {
            return Err(Stop::Found {
                id: "yaml/alias-limit",
                span,
                message: "the aliases of this file stand for more than 1,000,000 values".to_owned(),
                help: "the limit is there so that no file can exhaust the reader: use fewer aliases of aliases",
            });
        }
        let (value, weight) = (value.clone(), *weight);
        if self.expects_key() {
            return match value {
                Value::String(key) => self.key(key, span),
                _ => Err(Stop::Found {
                    id: "yaml/key",
                    span,
                    message: "only text can be the name of a property".to_owned(),
                    help: "write the name out",
                }),
            };
        }
        self.value(value, span, weight)
    }

    fn remember(&mut self, anchor: usize, value: impl FnOnce() -> Value, weight: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, (value(), weight));
        }
    }

    fn note(&mut self, pointer: u64, key: Range<usize>, value: Range<usize>) {
        if let Some(places) = &mut self.places {
            places.push((pointer, key, value));
        }
    }
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

/// The byte at which each character starts; nothing is kept for a text in ASCII.
struct Bytes(Option<Vec<u32>>);

impl Bytes {
    fn of(text: &str) -> Self {
        let table = || text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect();
        Self((!text.is_ascii()).then(table))
    }

    fn byte(&self, character: usize) -> usize {
        match &self.0 {
            None => character,
            Some(table) => table.get(character).or(table.last()).copied().unwrap_or_default() as usize,
        }
    }

    fn span(&self, text: &str, characters: Range<usize>) -> Span {
        let (start, end) = (self.byte(characters.start).min(text.len()), self.byte(characters.end).min(text.len()));
        let written = text.get(start..end).unwrap_or_default().trim_end();
        Span::new(start, start + written.len())
    }
}

fn stopped(name: &str, text: &str, stop: Stop) -> Diagnostic {
    let (source, bytes) = (Source::new(name, text), Bytes::of(text));
    match stop {
        Stop::Found { id, span, message, help } => {
            Diagnostic::error(id, Place::new(&source, bytes.span(text, span)), message).help(help)
        }
        Stop::Syntax(error) => {
            let at = seen(text, bytes.byte(error.marker().index()).min(text.len()));
            let width = text[at..].chars().next().map_or(0, char::len_utf8);
            let (message, help) = explained(error.info(), line_of(text, error.marker()), &text[at..]);
            Diagnostic::error("yaml/syntax", Place::new(&source, Span::new(at, at + width)), message).help_if(help)
        }
    }
}

/// The place itself, or the last thing that stands before it when the text ends there.
fn seen(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    if text[at..].trim().is_empty() { text.trim_end().char_indices().next_back().map_or(0, |(last, _)| last) } else { at }
}

fn line_of<'a>(text: &'a str, marker: &Marker) -> &'a str {
    text.lines().nth(marker.line().saturating_sub(1)).unwrap_or_default()
}

/// An error of the parser in words that help.
fn explained(raw: &str, line: &str, rest: &str) -> (String, Option<String>) {
    let help = |text: &str| Some(text.to_owned());
    let indented_with_tab = line.starts_with('\t') || line.trim_start_matches(' ').starts_with('\t');
    if indented_with_tab || raw.contains("tab") {
        return ("a tab cannot indent YAML".to_owned(), help("indent with spaces, two for each level"));
    }
    if rest.starts_with(['@', '`', '%']) {
        return ("text cannot start with this character".to_owned(), help("put the text in quotes: `\"...\"`"));
    }
    match raw {
        "mapping values are not allowed in this context" => (
            "`:` cannot stand here".to_owned(),
            help("put text that contains `: ` in quotes, and begin each property in its own line below the one before"),
        ),
        "while parsing a block mapping, did not find expected key" | "did not find expected key" | "simple key expected" => (
            "expected `name: value`".to_owned(),
            help("properties of one object begin in the same column; text that contains quotes or `: ` stands in quotes"),
        ),
        "simple key expected ':'" | "could not find expected ':'" | "simple key expect ':'" => {
            ("expected `:` after a name".to_owned(), help("write `name: value`, with a space after the colon"))
        }
        "while parsing node, found unknown anchor" => {
            ("this alias has no anchor before it".to_owned(), help("name the value it stands for with `&name` first"))
        }
        "invalid indentation in quoted scalar" => (
            "this text in quotes does not end before the next property".to_owned(),
            help("close it with the quote it began with"),
        ),
        "illegal placement of ':' indicator" => {
            ("`:` cannot stand here".to_owned(), help("close the `[` or `{` before it, or put text that contains `:` in quotes"))
        }
        "block sequence entries are not allowed in this context" => {
            ("`-` cannot stand here".to_owned(), help("begin a list in the line after its name: `name:`, then `- ...` below it"))
        }
        "while parsing a block collection, did not find expected '-' indicator" => {
            ("expected `- ` before the next entry".to_owned(), help("every entry of a list begins with `- ` in the same column"))
        }
        "while parsing a node, did not find expected node content" => {
            ("expected a value".to_owned(), help("write one, or put text that starts with a special character in quotes"))
        }
        "while parsing a quoted scalar, found unknown escape character" => (
            "unknown escape in a text".to_owned(),
            help("write a backslash as `\\\\`, or use single quotes, where it is nothing special"),
        ),
        "invalid trailing content after double-quoted scalar" => {
            ("something follows the closing quote".to_owned(), help("remove it, or write quotes inside the text as `\\\"`"))
        }
        "invalid indentation" | "invalid indentation in flow construct" | "wrongly indented line in block scalar" => (
            "this line begins in the wrong column".to_owned(),
            help("what belongs together begins in the same column, and what belongs to something begins further right"),
        ),
        "recursion limit exceeded" => (
            format!("lists and objects stand more than {DEPTH_MAX} deep in each other"),
            help("the limit is there so that no file can exhaust the reader: make the value flatter"),
        ),
        raw if raw.contains("',' or ']'") => ("expected `,` or `]`".to_owned(), help("close the list with `]`")),
        raw if raw.contains("',' or '}'") => ("expected `,` or `}`".to_owned(), help("close the object with `}`")),
        raw if raw.contains("misplaced bracket") => {
            ("this bracket closes nothing".to_owned(), help("remove it, or put the text in quotes"))
        }
        raw if raw.contains("unexpected end of stream") || raw.contains("unexpected eof") => {
            ("the file ends inside a text".to_owned(), help("close the text with the quote it began with"))
        }
        raw => (raw.to_owned(), None),
    }
}
