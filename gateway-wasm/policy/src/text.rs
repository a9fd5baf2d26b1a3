//! A policy file with its named values put in, and the way back from every byte to the author's file.
//!
//! `{{name}}` is replaced as text, before anything is read, also inside expressions and strings; so this comes first, and
//! everything later asks [`Text::place`] where in the author's file something stands.

use diagnostic::{Diagnostic, Place, Severity, Source, Span, nearest};

/// The most bytes a policy file may have once its named values are put in.
pub const TEXT_BYTES_MAX: usize = 1 << 20;

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
    /// Where names stand that are not known.
    unknown: Vec<Span>,
    /// What is wrong, with the place in `text`: whether it counts depends on what stands around it.
    mistakes: Vec<(Span, Diagnostic)>,
}

/// The most unknown names that one file is told about.
const UNKNOWN_MAX: usize = 100;

impl Text {
    /// Puts the named values into a file. Unknown names stay as they stand; [`crate::xml::read`] reports them, as errors in a
    /// service folder, and as warnings where the names of the service are not known.
    pub fn new(source: &Source, named_values: &impl NamedValues, unknown: Severity) -> Self {
        let file = source.text();
        let mut text = Self {
            source: source.clone(),
            text: String::with_capacity(file.len().min(TEXT_BYTES_MAX)),
            values: Vec::new(),
            unknown: Vec::new(),
            mistakes: Vec::new(),
        };
        let mut from = 0;
        while let Some(open) = file[from..].find("{{").map(|at| from + at) {
            let Some(name) = name_at(&file[open + 2..]) else {
                // Not a named value: `{{` also opens nested C# blocks and Liquid.
                text.text.push_str(&file[from..open + 1]);
                from = open + 1;
                continue;
            };
            let written = Span::new(open, open + "{{}}".len() + name.len());
            text.text.push_str(&file[from..open]);
            from = written.range().end;
            let value = named_values.get(name.trim());
            let start = text.text.len();
            text.text.push_str(value.unwrap_or(&file[written.range()]));
            let put_in = Span::new(start, text.text.len());
            if value.is_none() {
                text.unknown(name.trim(), put_in, written, named_values, unknown);
            }
            text.values.push((put_in, written));
            if text.text.len() > TEXT_BYTES_MAX {
                break;
            }
        }
        text.text.push_str(&file[from..]);
        text.cut_off();
        text
    }

    fn unknown(&mut self, name: &str, put_in: Span, written: Span, named_values: &impl NamedValues, severity: Severity) {
        self.unknown.push(put_in);
        if self.mistakes.len() >= UNKNOWN_MAX {
            return;
        }
        let place = Place::new(&self.source, written);
        let mistake = match severity {
            Severity::Error => {
                let help = match nearest(name, named_values.names()) {
                    Some(nearest) => format!("did you mean `{{{{{nearest}}}}}`?"),
                    None => {
                        format!("add `named values/{name}/namedValueInformation.json` with `displayName` `{name}` and its value")
                    }
                };
                Diagnostic::error("named-value/unknown", place, format!("there is no named value `{name}`")).help(help)
            }
            Severity::Warning | Severity::Note => {
                let message = format!("the named value `{name}` is not known here");
                Diagnostic::warning("named-value/unknown", place, message)
                    .help("check the service folder that the file belongs to: there the value is put in")
            }
        };
        self.mistakes.push((put_in, mistake));
    }

    /// Nothing past the limit is read.
    fn cut_off(&mut self) {
        if self.text.len() <= TEXT_BYTES_MAX {
            return;
        }
        let end = self.text.floor_char_boundary(TEXT_BYTES_MAX);
        let place = self.place(Span::new(end, end));
        self.text.truncate(end);
        self.values.retain(|(put_in, _)| put_in.range().end <= end);
        let message =
            format!("a policy file may have {} MiB, its named values put in; the rest is not read", TEXT_BYTES_MAX >> 20);
        let mistake = Diagnostic::error("xml/size", place, message).help("move parts of it into fragments");
        self.mistakes.push((Span::new(end, end), mistake));
    }

    /// True if a part of the text holds a named value that is not known. Reading reports that, so there is nothing to check.
    pub fn has_unknown(&self, span: Span) -> bool {
        let after = self.unknown.partition_point(|name| name.end <= span.start);
        self.unknown.get(after).is_some_and(|name| name.start < span.end)
    }

    /// True if a part of the text holds something that a named value put there, or would put there if it were known.
    pub fn holds_named_value(&self, span: Span) -> bool {
        let after = self.values.partition_point(|(put_in, _)| put_in.end <= span.start);
        self.values.get(after).is_some_and(|(put_in, _)| put_in.start < span.end)
    }

    /// A part of the text as its author wrote it, what named values put there left out.
    pub fn without_named_values(&self, span: Span) -> String {
        let mut written = String::new();
        let mut from = span.start;
        for (put_in, _) in self.values.iter().filter(|(put_in, _)| put_in.end > span.start && put_in.start < span.end) {
            let to = put_in.start.max(from);
            written.push_str(self.text.get(from as usize..to as usize).unwrap_or_default());
            from = put_in.end;
        }
        written.push_str(self.text.get(from as usize..span.end.max(from) as usize).unwrap_or_default());
        written
    }

    /// What is wrong with the text, each with its place in it.
    pub(crate) fn mistakes(&self) -> &[(Span, Diagnostic)] {
        &self.mistakes
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
        let start = self.file_byte(span.start, |written| written.start);
        // The last byte decides, so that what ends where a put-in value starts does not reach into it.
        let end = match span.end.checked_sub(1).filter(|&last| last >= span.start) {
            Some(last) => self.file_byte(last, |written| written.end - 1) + 1,
            None => start,
        };
        Place::new(&self.source, Span { start, end: end.max(start) })
    }

    fn file_byte(&self, byte: u32, inside: impl Fn(Span) -> u32) -> u32 {
        let before = self.values.partition_point(|(put_in, _)| put_in.start <= byte);
        let Some(&(put_in, written)) = before.checked_sub(1).and_then(|last| self.values.get(last)) else { return byte };
        if byte < put_in.end { inside(written) } else { written.end + (byte - put_in.end) }
    }
}

/// The longest name that a named value may have.
const NAME_BYTES_MAX: usize = 256;

/// The name at the front of what follows `{{`, with the blanks around it: APIM lets it have letters, digits, `.`, `-`, `_`.
fn name_at(rest: &str) -> Option<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let length = rest.find(|c: char| !is_name(c) && c != ' ').filter(|&length| rest[length..].starts_with("}}"))?;
    let name = rest[..length].trim();
    (!name.is_empty() && name.len() <= NAME_BYTES_MAX && name.chars().all(is_name)).then_some(&rest[..length])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn places_lead_back_to_the_authors_file() {
        let source = Source::new("p.xml", "a {{one}} b {{ two }} c");
        let text = Text::new(&source, &values(&[("one", "1"), ("two", "a long value")]), Severity::Error);
        assert_eq!(text.as_str(), "a 1 b a long value c");
        assert!(text.mistakes().is_empty());
        let place = |needle: &str| {
            let start = text.as_str().find(needle).unwrap();
            let span = text.place(Span::new(start, start + needle.len())).span;
            &source.text()[span.range()]
        };
        assert_eq!((place("b"), place("long"), place("c"), place("1 b")), ("b", "{{ two }}", "c", "{{one}} b"));
    }

    #[test]
    fn an_empty_value_has_a_place_too() {
        let source = Source::new("p.xml", "a{{none}}{{one}}b");
        let text = Text::new(&source, &values(&[("none", ""), ("one", "1")]), Severity::Error);
        assert_eq!(text.as_str(), "a1b");
        let place = |start, end| &source.text()[text.place(Span::new(start, end)).span.range()];
        assert_eq!((place(0, 1), place(1, 2), place(2, 3), place(1, 1)), ("a", "{{one}}", "b", ""));
    }

    #[test]
    fn unknown_names_are_reported_and_other_braces_left_alone() {
        let source = Source::new("p.xml", "{{shop-nmae}} @{ if (x) {{ y(); }} } {{}} {{a b}} {{{ shop.name }}}");
        for (severity, help) in [
            (Severity::Error, "did you mean `{{shop-name}}`?"),
            (Severity::Warning, "check the service folder that the file belongs to: there the value is put in"),
        ] {
            let text = Text::new(&source, &values(&[("shop-name", "x"), ("shop.name", "y")]), severity);
            assert_eq!(text.as_str(), "{{shop-nmae}} @{ if (x) {{ y(); }} } {{}} {{a b}} {y}");
            let [(_, mistake)] = text.mistakes() else { panic!("{:?}", text.mistakes()) };
            assert_eq!((mistake.severity, mistake.help.as_deref()), (severity, Some(help)));
        }
    }

    #[test]
    fn what_is_too_long_is_cut_off_and_reported() {
        let value = "é".repeat(TEXT_BYTES_MAX / 4);
        let text = Text::new(&Source::new("p.xml", "{{v}}{{v}}x{{v}}{{v}}"), &values(&[("v", &value)]), Severity::Error);
        assert!(text.as_str().len() <= TEXT_BYTES_MAX);
        assert_eq!(text.mistakes()[0].1.id, "xml/size");
    }
}
