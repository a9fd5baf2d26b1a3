//! Sentences for people that can be said in another language: a template, which is its own key, and what stands in it.

use serde::Serialize;
use std::fmt;

/// A sentence, or a part of one: `` `{name}` is missing `` and a name. [`fmt::Display`] writes it in English; the portal has
/// translations of the template. As JSON it is `{ "text": "...", "values": [["name", "..."], ...] }`, where a value is a text or a
/// phrase.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Phrase {
    /// English, with `{name}` for a value. A value `count` is a number, which chooses the plural form of a translation.
    pub text: &'static str,
    /// What stands for each name.
    pub values: Vec<(&'static str, Words)>,
}

/// What stands in a phrase.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum Words {
    /// The same in every language: names, numbers, what somebody typed.
    Text(String),
    /// A phrase of its own.
    Phrase(Phrase),
}

impl Phrase {
    /// Words without values, or before they are given.
    pub const fn new(text: &'static str) -> Self {
        Self { text, values: Vec::new() }
    }

    /// With a value in it.
    #[must_use]
    pub fn with(mut self, name: &'static str, words: impl Into<Words>) -> Self {
        self.values.push((name, words.into()));
        self
    }

    /// In the words of a language: `template` knows the translation of a template, by its English and the value `count`.
    pub fn in_words<'t>(&'t self, template: &dyn Fn(&'static str, Option<&str>) -> &'t str) -> String {
        let value = |name: &str| self.values.iter().find(|(known, _)| *known == name).map(|(_, words)| words);
        let count = match value("count") {
            Some(Words::Text(count)) => Some(count.as_str()),
            _ => None,
        };
        filled(template(self.text, count), &mut |name, out| {
            match value(name)? {
                Words::Text(text) => out.push_str(text),
                Words::Phrase(phrase) => out.push_str(&phrase.in_words(template)),
            }
            Some(())
        })
    }
}

/// A template with something in the place of each `{name}`: `write` adds what stands for a name. A name that it does not know
/// stays as it is, with its brackets.
pub fn filled(template: &str, write: &mut dyn FnMut(&str, &mut String) -> Option<()>) -> String {
    let mut rest = template;
    let mut out = String::with_capacity(rest.len() + 16);
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let known = after.split_once('}').and_then(|(name, after)| write(name, &mut out).map(|()| after));
        rest = known.unwrap_or_else(|| {
            out.push('{');
            after
        });
    }
    out.push_str(rest);
    out
}

impl fmt::Display for Phrase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.in_words(&|text, _| text))
    }
}

macro_rules! into_words {
    ($($from:ty)*) => { $(impl From<$from> for Words {
        fn from(value: $from) -> Self {
            Self::Text(value.to_string())
        }
    })* };
}

into_words!(&str String &String u64 usize f64 char);

impl fmt::Display for Words {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Phrase(phrase) => phrase.fmt(formatter),
        }
    }
}

impl From<Phrase> for Words {
    fn from(phrase: Phrase) -> Self {
        Self::Phrase(phrase)
    }
}

#[cfg(test)]
mod tests {
    use super::Phrase;

    #[test]
    fn a_phrase_is_said_in_any_language() {
        let phrase = Phrase::new("{what} of {count}, not {x} or {").with("what", Phrase::new("one")).with("count", 3_u64);
        assert_eq!(phrase.to_string(), "one of 3, not {x} or {");
        let german = phrase.in_words(&|text, count| match (text, count) {
            ("one", None) => "eines",
            (_, Some("3")) => "{count} {what}",
            _ => text,
        });
        assert_eq!(german, "3 eines");
        let json = serde_json::to_string(&phrase).unwrap();
        assert_eq!(
            json,
            r#"{"text":"{what} of {count}, not {x} or {","values":[["what",{"text":"one","values":[]}],["count","3"]]}"#
        );
    }
}
