//! A policy file with its named values put in, and the way back from every byte to the author's file.
//!
//! `{{name}}` is replaced as text, before anything is read, also inside expressions and strings; so this comes first, and
//! everything later asks [`Text::place`] where in the author's file something stands.

use diagnostic::{Diagnostic, Diagnostics, Place, Source, Span, nearest};

/// The most bytes a policy file may have once its named values are put in.
pub const TEXT_BYTES_MAX: usize = 4 << 20;

/// Answers `{{name}}`.
pub trait NamedValues {
    /// The value of a name.
    fn get(&self, name: &str) -> Option<&str>;
    /// Every name there is, for "did you mean".
    fn names(&self) -> Vec<&str>;
}

impl NamedValues for std::collections::BTreeMap<String, String> {
    fn get(&self, name: &str) -> Option<&str> {
        self.get(name).map(String::as_str)
    }

    fn names(&self) -> Vec<&str> {
        self.keys().map(String::as_str).collect()
    }
}

/// The text to read, and where each part of it came from.
#[derive(Debug)]
pub struct Text {
    source: Source,
    text: String,
    /// Each put-in value: where it stands in `text`, and the span of its `{{name}}` in the file. In order.
    values: Vec<(Span, Span)>,
}

impl Text {
    /// Puts the named values into a file. Unknown names stay as they stand and are reported.
    pub fn new(source: &Source, named_values: &impl NamedValues, diagnostics: &mut Diagnostics) -> Self {
        let file = source.text();
        let mut text = String::with_capacity(file.len());
        let mut values = Vec::new();
        let mut from = 0;
        while let Some(open) = file[from..].find("{{").map(|at| from + at) {
            let Some(name) = file[open + 2..].find("}}").map(|at| &file[open + 2..open + 2 + at]).filter(|name| is_name(name))
            else {
                // Not a named value: `{{` also opens nested C# blocks and Liquid.
                text.push_str(&file[from..open + 1]);
                from = open + 1;
                continue;
            };
            let close = open + 2 + name.len() + 2;
            text.push_str(&file[from..open]);
            let value = named_values.get(name.trim());
            if value.is_none() {
                let suggestion = nearest(name.trim(), named_values.names()).map(|name| format!("did you mean `{{{{{name}}}}}`?"));
                diagnostics.push(
                    Diagnostic::error(
                        "named-value/unknown",
                        Place::new(source, Span::new(open, close)),
                        format!("there is no named value `{}`", name.trim()),
                    )
                    .help_if(suggestion)
                    .help_if(Some(format!(
                        "add `named values/{0}/namedValueInformation.json` with `displayName` `{0}` and its value",
                        name.trim()
                    ))),
                );
            }
            let start = text.len();
            text.push_str(value.unwrap_or(&file[open..close]));
            values.push((Span::new(start, text.len()), Span::new(open, close)));
            from = close;
            if text.len() > TEXT_BYTES_MAX {
                break;
            }
        }
        text.push_str(&file[from..]);
        Self { source: source.clone(), text, values }
    }

    /// The text with the values put in.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The author's file.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Where in the author's file a part of the text stands. A part of a put-in value stands at its `{{name}}`.
    pub fn place(&self, span: Span) -> Place {
        let start = self.file_byte(span.start, |_, written| written.start);
        let end = self.file_byte(span.end, |_, written| written.end);
        Place::new(&self.source, Span { start, end: end.max(start) })
    }

    fn file_byte(&self, byte: u32, inside: impl Fn(Span, Span) -> u32) -> u32 {
        let before = self.values.partition_point(|(put_in, _)| put_in.start <= byte);
        let Some(&(put_in, written)) = before.checked_sub(1).and_then(|last| self.values.get(last)) else { return byte };
        if byte < put_in.end { inside(put_in, written) } else { written.end + (byte - put_in.end) }
    }
}

/// What APIM lets a named value be called: letters, digits, `.`, `-`, `_`.
fn is_name(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && name.len() <= 256 && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn places_lead_back_to_the_authors_file() {
        let source = Source::new("p.xml", "a {{one}} b {{two}} c");
        let values = BTreeMap::from([("one".to_owned(), "1".to_owned()), ("two".to_owned(), "a long value".to_owned())]);
        let mut diagnostics = Diagnostics::new();
        let text = Text::new(&source, &values, &mut diagnostics);
        assert_eq!(text.as_str(), "a 1 b a long value c");
        assert!(diagnostics.is_empty());
        let place = |needle: &str| {
            let start = text.as_str().find(needle).unwrap();
            let span = text.place(Span::new(start, start + needle.len())).span;
            &source.text()[span.range()]
        };
        assert_eq!((place("b"), place("long"), place("c"), place("1 b")), ("b", "{{two}}", "c", "{{one}} b"));
    }

    #[test]
    fn unknown_names_are_reported_and_other_braces_left_alone() {
        let source = Source::new("p.xml", "{{shop-nmae}} @{ if (x) {{ y(); }} } {{}}");
        let values = BTreeMap::from([("shop-name".to_owned(), "x".to_owned())]);
        let mut diagnostics = Diagnostics::new();
        let text = Text::new(&source, &values, &mut diagnostics);
        assert_eq!(text.as_str(), source.text());
        let found: Vec<_> = diagnostics.iter().collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].help.as_deref(), Some("did you mean `{{shop-name}}`?"));
    }
}
