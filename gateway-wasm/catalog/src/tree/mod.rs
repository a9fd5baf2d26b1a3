//! A JSON or YAML file of the folder: its value, and where in the text each part of it stands.
//!
//! Both formats become one [`serde_json::Value`]. Places are found by JSON pointer, and only when a diagnostic needs one:
//! then the text is read a second time and every place in it is noted. A file without findings never pays for that.

mod json;
mod places;
mod scalar;
mod yaml;

pub(crate) use places::Part;

use crate::findings::Findings;
use diagnostic::{Diagnostic, Place, Source, Span};
use places::Places;
use serde_json::Value;
use std::{cell::OnceCell, rc::Rc, sync::Arc};

/// How deep lists and objects may stand in each other.
pub(crate) const DEPTH_MAX: usize = 127;

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Tree {
    name: String,
    bytes: Arc<[u8]>,
    yaml: bool,
    /// What it says, overrides included.
    pub(crate) value: Value,
    source: OnceCell<Source>,
    places: OnceCell<Places>,
    overrides: Vec<Override>,
}

/// A part of an override file that was merged over a tree.
#[derive(Debug)]
struct Override {
    /// Where in the tree.
    at: String,
    tree: Rc<Tree>,
    /// Where in the override file.
    pointer: String,
}

impl Tree {
    /// Reads a file; its name tells the format. What is wrong with it becomes findings, and then there is no tree.
    pub(crate) fn read(name: &str, bytes: &Arc<[u8]>, findings: &Findings) -> Option<Self> {
        let text = text_of(name, bytes, findings)?;
        let yaml = !name.ends_with(".json");
        let value = if yaml { yaml::read(name, text, findings)? } else { json::read(name, text, findings)? };
        Some(Self::new(name, Arc::clone(bytes), yaml, value))
    }

    /// Reads the YAML at the beginning of a file that is something else.
    pub(crate) fn read_yaml(name: &str, text: &str, findings: &Findings) -> Option<Self> {
        Some(Self::new(name, Arc::from(text.as_bytes()), true, yaml::read(name, text, findings)?))
    }

    /// What stands for a file that is not there: everything has its default, and a place is that of the file named.
    pub(crate) fn absent(name: &str) -> Self {
        Self::new(name, Arc::from(&b""[..]), true, Value::Object(serde_json::Map::new()))
    }

    fn new(name: &str, bytes: Arc<[u8]>, yaml: bool, value: Value) -> Self {
        let (source, places) = (OnceCell::new(), OnceCell::new());
        Self { name: name.to_owned(), bytes, yaml, value, source, places, overrides: Vec::new() }
    }

    /// The file's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What stands at a pointer.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    /// The place of a part; of the nearest thing around it where the file does not say it.
    pub(crate) fn place(&self, pointer: &str, part: Part) -> Place {
        for over in self.overrides.iter().rev() {
            if let Some(inside) = pointer.strip_prefix(over.at.as_str()) {
                let there = format!("{}{inside}", over.pointer);
                if over.tree.at(&there).is_some() && !inside.is_empty() {
                    return over.tree.place(&there, part);
                }
            }
        }
        Place::new(self.source(), self.places().find(pointer, part))
    }

    /// A scalar as it was written: `1.10` where the value is the number 1.1.
    pub(crate) fn written(&self, pointer: &str) -> String {
        let place = self.place(pointer, Part::Value);
        place.source.text().get(place.span.range()).unwrap_or_default().to_owned()
    }

    /// Merges a part of an override file over a property of this tree, key by key.
    pub(crate) fn merge_at(&mut self, property: &str, over: &Rc<Tree>, pointer: &str) {
        let (Some(value), Value::Object(own)) = (over.at(pointer), &mut self.value) else { return };
        merge(own.entry(property).or_insert(Value::Null), value);
        self.overrides.push(Override { at: format!("/{property}"), tree: Rc::clone(over), pointer: pointer.to_owned() });
    }

    fn source(&self) -> &Source {
        self.source.get_or_init(|| {
            let text = String::from_utf8_lossy(&self.bytes);
            Source::new(self.name.as_str(), text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text))
        })
    }

    fn places(&self) -> &Places {
        self.places.get_or_init(|| {
            let text = self.source().text();
            if self.yaml { yaml::places(text) } else { json::places(text) }
        })
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A file's text without its byte order mark, or a finding where it is not UTF-8.
pub(crate) fn text_of<'a>(name: &str, bytes: &'a [u8], findings: &Findings) -> Option<&'a str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)),
        Err(error) => {
            let (at, lossy) = (error.valid_up_to(), String::from_utf8_lossy(bytes).into_owned());
            let source = Source::new(name, lossy);
            let help = if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
                "the file is UTF-16: save it again with the encoding UTF-8"
            } else {
                "save the file again with the encoding UTF-8"
            };
            findings.push(
                Diagnostic::error("file/not-utf8", Place::new(&source, Span::new(at, at + 3)), "this file is not text in UTF-8")
                    .at(format!("byte 0x{:02x} cannot stand here", bytes.get(at).copied().unwrap_or_default()))
                    .help(help),
            );
            None
        }
    }
}

fn merge(value: &mut Value, over: &Value) {
    match (value, over) {
        (Value::Object(value), Value::Object(over)) => {
            for (key, over) in over {
                merge(value.entry(key.as_str()).or_insert(Value::Null), over);
            }
        }
        (value, over) => *value = over.clone(),
    }
}

/// A key as a step of a JSON pointer.
pub(crate) fn step(key: &str) -> String {
    if key.contains(['~', '/']) { key.replace('~', "~0").replace('/', "~1") } else { key.to_owned() }
}

/// A step of a JSON pointer as a key.
pub(crate) fn key_of(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}
