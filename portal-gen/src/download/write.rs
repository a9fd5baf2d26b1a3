//! One value in two notations, written entry by entry.
//!
//! YAML is written here, and not by a library, because a library wants the whole value at once: this file is what keeps a
//! large definition from being in memory three times. It uses a corner of YAML only: block maps and lists, plain words that
//! nothing else can be taken for, literal blocks, and else texts in double quotes, whose escapes are those of JSON.

use serde_json::Value;

/// Both texts while they grow.
#[derive(Default)]
pub(super) struct Texts {
    json: String,
    yaml: String,
    /// For each map that is open: whether it has an entry yet.
    open: Vec<bool>,
}

impl Texts {
    /// Begins a map under a key.
    pub(super) fn begin(&mut self, key: &str) {
        self.key(key);
        self.json.push('{');
        // Its first entry begins a new line; without any, `end` writes an empty one.
        self.open.push(false);
    }

    /// Ends the map that was begun last.
    pub(super) fn end(&mut self) {
        let has_entries = self.open.pop().unwrap_or_default();
        if has_entries {
            self.json.push('\n');
            indent(&mut self.json, self.open.len() + 1);
        } else {
            self.yaml.push_str(" {}");
        }
        self.json.push('}');
    }

    /// Writes an entry of the map that is open.
    pub(super) fn entry(&mut self, key: &str, value: &Value) {
        self.key(key);
        let depth = self.open.len() + 1;
        json(value, depth, &mut self.json);
        yaml(value, depth, &mut self.yaml);
    }

    /// Both, JSON first.
    pub(super) fn finished(mut self) -> (String, String) {
        self.json.push_str("\n}\n");
        (self.json, self.yaml.trim_start_matches('\n').to_owned() + "\n")
    }

    fn key(&mut self, key: &str) {
        let depth = self.open.len();
        let is_first = match self.open.last_mut() {
            Some(has_entries) => !std::mem::replace(has_entries, true),
            None => self.json.is_empty(),
        };
        if self.json.is_empty() {
            self.json.push('{');
        }
        self.json.push_str(if is_first { "\n" } else { ",\n" });
        indent(&mut self.json, depth + 1);
        quoted(key, &mut self.json);
        self.json.push_str(": ");
        self.yaml.push('\n');
        indent(&mut self.yaml, depth);
        scalar(key, depth, false, &mut self.yaml);
        self.yaml.push(':');
    }
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

fn json(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                out.push_str(if index == 0 { "\n" } else { ",\n" });
                indent(out, depth + 1);
                quoted(key, out);
                out.push_str(": ");
                json(value, depth + 1, out);
            }
            out.push('\n');
            indent(out, depth);
            out.push('}');
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "\n" } else { ",\n" });
                indent(out, depth + 1);
                json(item, depth + 1, out);
            }
            out.push('\n');
            indent(out, depth);
            out.push(']');
        }
        Value::String(text) => quoted(text, out),
        other => out.push_str(&other.to_string()),
    }
}

/// A value behind `key:` or `-`, with what stands between. `depth` is that of what is inside it.
fn yaml(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                out.push('\n');
                indent(out, depth);
                scalar(key, depth, false, out);
                out.push(':');
                yaml(value, depth + 1, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                out.push('\n');
                indent(out, depth);
                out.push('-');
                yaml_item(item, depth + 1, out);
            }
        }
        Value::Object(_) => out.push_str(" {}"),
        Value::Array(_) => out.push_str(" []"),
        Value::String(text) => {
            out.push(' ');
            scalar(text, depth, true, out);
        }
        other => {
            out.push(' ');
            out.push_str(&other.to_string());
        }
    }
}

/// An item of a list: the first key of a map stands behind the dash.
fn yaml_item(value: &Value, depth: usize, out: &mut String) {
    let Value::Object(map) = value else { return yaml(value, depth, out) };
    if map.is_empty() {
        return out.push_str(" {}");
    }
    for (index, (key, value)) in map.iter().enumerate() {
        if index == 0 {
            out.push(' ');
        } else {
            out.push('\n');
            indent(out, depth);
        }
        scalar(key, depth, false, out);
        out.push(':');
        yaml(value, depth + 1, out);
    }
}

fn scalar(text: &str, depth: usize, may_be_block: bool, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
    } else if may_be_block && is_block(text) {
        out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
        for line in text.lines() {
            out.push('\n');
            if !line.is_empty() {
                indent(out, depth);
                out.push_str(line);
            }
        }
    } else {
        let start = out.len();
        quoted(text, out);
        // What JSON may leave as it is, and YAML may not.
        if text.contains(|character: char| {
            ('\u{7f}'..='\u{9f}').contains(&character) || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
        }) {
            let escaped: String = out[start..]
                .chars()
                .map(|character| match character {
                    '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => format!("\\u{:04x}", u32::from(character)),
                    other => other.to_string(),
                })
                .collect();
            out.truncate(start);
            out.push_str(&escaped);
        }
    }
}

/// A word that is a text whoever reads it: it begins with a letter, has nothing special in it, and is none of the words that
/// YAML 1.1 or 1.2 takes for something else.
fn is_plain(text: &str) -> bool {
    let mut bytes = text.bytes();
    let begins = bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, b'/' | b'_' | b'$'));
    let special = |byte: u8| !(byte.is_ascii_alphanumeric() || b"-_./${}+()".contains(&byte));
    const WORDS: [&str; 11] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"];
    begins && text.len() < 120 && !bytes.any(special) && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Several lines that a literal block keeps as they are.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.contains('\n')
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\n', '\t'])
        && !body.contains(|character: char| {
            character.is_control() && !matches!(character, '\n' | '\t')
                || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
        })
}

#[cfg(test)]
mod tests {
    use super::Texts;
    use diagnostic::Diagnostics;
    use serde_json::{Value, json};
    use std::sync::Arc;

    #[test]
    fn both_texts_say_the_same() {
        let texts = [
            "",
            " ",
            "a",
            "yes",
            "No",
            "1",
            "1.0",
            "1e3",
            "0x1f",
            "null",
            "~",
            "- a",
            "a: b",
            "a #b",
            "#",
            "two\nlines",
            "two\nlines\n",
            "a\n\n\nb",
            "ends\n\n",
            " leads\nwith blank",
            "\ttab\nx",
            "tab\tinside\nx",
            "\"quotes\"",
            "it's",
            "back\\slash",
            "é 🐶 \u{7f}\u{85}\u{2028}x\ny",
            "{a}",
            "[a]",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a`",
            "/path/{id}",
            "2026-01-01",
            "a\r\nb",
            "trailing \nblank",
            "|",
            ">",
            "? a",
            "=",
            "a\nb: c\n- d",
        ];
        let value = json!({ "texts": texts.as_slice(), "empty": { "map": {}, "list": [] }, "nested": [[1, [2]], { "a": [{ "b": null }], "c": -1.5 }], "big": 18446744073709551615u64 });
        let mut out = Texts::default();
        out.entry("openapi", &json!("3.1.0"));
        out.begin("paths");
        for text in texts {
            out.entry(text, &json!({ "key": text }));
        }
        out.end();
        out.begin("nothing");
        out.end();
        out.entry("value", &value);
        let (json, yaml) = out.finished();
        let read: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["value"], value);
        let mut findings = Diagnostics::new();
        let bytes: Arc<[u8]> = yaml.clone().into_bytes().into();
        let document = catalog::openapi::read("a.yaml", &bytes, &mut findings);
        let document = document.unwrap_or_else(|| panic!("{}\n{yaml}", diagnostic::render::all_text(&findings)));
        assert_eq!(document.root, read, "{yaml}");
    }
}
