//! The portal's own words, in one language: message files, plural forms, and the filters by which templates use them.
//!
//! `templates/messages/en.yaml` and `de.yaml` are built in; `portal/theme/messages/LANGUAGE.yaml` of a folder changes texts of
//! a language or adds one. A text that a language does not have is shown in English.
//!
//! In templates, `{{ "key" | t }}` is a text, `{{ "key" | t(count=3) }}` one with values, `{{ "key" | markup(name=x) }}` one with
//! `` `code` `` in it, and `{{ value | word }}` a word that code has put in. In scripts, `t("key")` becomes the text when the site
//! is built. What code composes is a [`Phrase`], whose template is the key among the `words`; those of the console's core, which
//! speaks in the browser, stand among the `sentences`.

use crate::markdown;
use console::Phrase;
use console::phrase::Words;
use diagnostic::{Diagnostic, Diagnostics, Place, Source, Span, nearest};
use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use tera::{Filter, Kwargs, State, Tera, TeraResult, Value};
use unic_langid::LanguageIdentifier;

/// The message files that are built in, by language.
const BUILT_IN: [(&str, &str); 2] =
    [(ENGLISH, include_str!("../../templates/messages/en.yaml")), ("de", include_str!("../../templates/messages/de.yaml"))];

/// The language in which every text is there.
const ENGLISH: &str = "en";

/// Scripts that are written from right to left, and languages that are written in one of them.
const RIGHT_TO_LEFT_SCRIPTS: [&str; 7] = ["arab", "hebr", "thaa", "syrc", "nkoo", "adlm", "rohg"];
const RIGHT_TO_LEFT_LANGUAGES: [&str; 13] = ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur"];

/// A file of messages, as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
struct File {
    /// Words that code puts in: the English word, or the template of a phrase, and what stands for it.
    #[serde(default)]
    words: BTreeMap<String, Text>,
    /// The same for phrases of the console's core.
    #[serde(default)]
    sentences: BTreeMap<String, Text>,
    #[serde(flatten)]
    texts: BTreeMap<String, Text>,
}

/// A text, or one for each plural form.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Text {
    /// The same for every number.
    Plain(String),
    /// By the plural category of `count`: `zero`, `one`, `two`, `few`, `many`, `other`.
    Plural(BTreeMap<String, String>),
}

static PARSED: LazyLock<Vec<(&str, File)>> = LazyLock::new(|| {
    // They are tested; a mistake would show in every text.
    BUILT_IN.iter().map(|(language, text)| (*language, serde_saphyr::from_str(text).unwrap_or_default())).collect()
});

/// What stands around a key in the place of its text, where markup is made that knows no language (Markdown, say). Private
/// characters, which no text of an author's has a use for.
const LATER: (&str, &str) = ("\u{f8f0}", "\u{f8f1}");

/// Stands for a text until the page is finished: [`Messages::fill_later`].
pub(crate) fn later(key: &str) -> String {
    format!("{}{key}{}", LATER.0, LATER.1)
}

/// Every text of one language.
#[derive(Clone)]
pub(crate) struct Messages(Arc<Inner>);

struct Inner {
    language: String,
    file: File,
    rules: Option<PluralRules>,
}

impl Messages {
    /// The texts of a language (`de`, `pt-BR`), those of the folder before those that are built in, with what is wrong with
    /// the folder's. `files` are the portal's: path below `portal/`, and bytes.
    pub(crate) fn new(language: &str, files: &[(String, Arc<[u8]>)], findings: &mut Diagnostics) -> Self {
        let mut file = File::default();
        let built_in =
            |language: &str| PARSED.iter().find(|(known, _)| known.eq_ignore_ascii_case(language)).map(|(_, file)| file);
        // From the general to the special: English, the language, the language of this region, the folder's own.
        let general = language.split('-').next().unwrap_or(language);
        for name in [ENGLISH, general, language] {
            file.extend(built_in(name));
        }
        let mut given = built_in(general).is_some() || built_in(language).is_some();
        for name in if general == language { vec![language] } else { vec![general, language] } {
            let path = format!("theme/messages/{name}.yaml");
            let Some((_, bytes)) = files.iter().find(|(known, _)| *known == path) else { continue };
            given = true;
            let own = read(&format!("portal/{path}"), bytes, built_in(general).is_none(), findings);
            file.extend(own.as_ref());
        }
        if !given {
            let message =
                format!("there are no texts for the language `{language}`, so the portal's own words are English there");
            findings.push(Diagnostic::warning("portal/language-without-texts", Place::file("portal/portal.yaml"), message).help(
                format!("write them into `portal/theme/messages/{language}.yaml`, after Portico's `templates/messages/en.yaml`"),
            ));
        }
        // Rules are known by language, and for a few by region.
        let rules = [language, general].into_iter().find_map(|tag| {
            let tag: LanguageIdentifier = tag.parse().ok()?;
            PluralRules::create(tag, PluralRuleType::CARDINAL).ok()
        });
        Self(Arc::new(Inner { language: language.to_owned(), file, rules }))
    }

    /// The language, as a tag for `lang`.
    pub(crate) fn language(&self) -> &str {
        &self.0.language
    }

    /// `ltr` or `rtl`, for `dir`.
    pub(crate) fn direction(&self) -> &'static str {
        direction(&self.0.language)
    }

    /// Tells two sets of texts apart.
    pub(crate) fn fingerprint(&self) -> u64 {
        crate::theme::hash(format!("{:?}", self.0.file).as_bytes())
    }

    /// A text without values. A key that is not there stands for itself.
    pub(crate) fn text<'m>(&'m self, key: &'m str) -> &'m str {
        match self.0.file.texts.get(key) {
            Some(Text::Plain(text)) => text,
            Some(Text::Plural(forms)) => forms.get("other").map_or(key, String::as_str),
            None => key,
        }
    }

    /// A text with values in the place of `{name}`s; `count` chooses the plural form.
    pub(crate) fn filled(&self, key: &str, values: &[(&str, &str)]) -> String {
        let count = values.iter().find(|(name, _)| *name == "count").and_then(|(_, count)| count.parse::<u64>().ok());
        fill(self.0.file.texts.get(key).and_then(|text| self.form(text, count)).unwrap_or(key), values)
    }

    /// The form of a text for a number.
    fn form<'m>(&'m self, text: &'m Text, count: Option<u64>) -> Option<&'m str> {
        match text {
            Text::Plain(text) => Some(text),
            Text::Plural(forms) => forms.get(self.category(count)).or_else(|| forms.get("other")).map(String::as_str),
        }
    }

    /// A word that code puts in, by its English; itself where the language has no other.
    pub(crate) fn word<'m>(&'m self, english: &'m str) -> &'m str {
        self.0.file.words.get(english).and_then(|text| self.form(text, None)).unwrap_or(english)
    }

    /// What code says, in the words of the language.
    pub(crate) fn phrase(&self, phrase: &Phrase) -> String {
        phrase.in_words(&|english, count| {
            let count = count.and_then(|count| count.parse().ok());
            self.0.file.words.get(english).and_then(|text| self.form(text, count)).unwrap_or(english)
        })
    }

    /// What code says, or what is the same in every language.
    pub(crate) fn words(&self, words: &Words) -> String {
        match words {
            Words::Text(text) => text.clone(),
            Words::Phrase(phrase) => self.phrase(phrase),
        }
    }

    /// A number with the language's mark between thousands.
    pub(crate) fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut out = String::with_capacity(digits.len() + 2);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                out.push_str(self.text("thousands-separator"));
            }
            out.push(digit);
        }
        out
    }

    /// A finished page with its texts in the place of what stands for them. Plain texts only.
    pub(crate) fn fill_later(&self, html: String) -> String {
        if !html.contains(LATER.0) {
            return html;
        }
        let mut out = String::with_capacity(html.len());
        let mut rest = html.as_str();
        while let Some((before, after)) = rest.split_once(LATER.0) {
            out.push_str(before);
            let (key, after) = after.split_once(LATER.1).unwrap_or(("", after));
            out.push_str(&markdown::escaped(self.text(key)));
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// The text of a key for a script: a string, or an object of plural forms. `None` if there is none.
    pub(crate) fn for_script(&self, key: &str) -> Option<serde_json::Value> {
        Some(match self.0.file.texts.get(key)? {
            Text::Plain(text) => text.as_str().into(),
            Text::Plural(forms) => serde_json::json!(forms),
        })
    }

    /// How large something is: `1.5 kB`.
    pub(crate) fn bytes(&self, bytes: u64) -> String {
        let point = self.text("decimal-separator");
        match bytes {
            0..1_000 => self.filled("bytes-count", &[("count", &bytes.to_string())]),
            _ => crate::bytes_in_words(bytes).replacen('.', point, 1),
        }
    }

    /// Translations of what the console's core says, by its English.
    pub(crate) fn sentences(&self) -> serde_json::Value {
        let sentences = self.0.file.sentences.iter().map(|(english, text)| {
            let text = match text {
                Text::Plain(text) => text.as_str().into(),
                Text::Plural(forms) => serde_json::json!(forms),
            };
            (english.clone(), text)
        });
        sentences.collect::<serde_json::Map<_, _>>().into()
    }

    /// Lets templates use the texts.
    pub(crate) fn register(&self, tera: &mut Tera) {
        let messages = self.clone();
        tera.register_filter("t", move |key: Value, values: Kwargs, _: &State<'_>| messages.of_template(&key, &values));
        tera.register_filter("markup", Markup(self.clone()));
        let messages = self.clone();
        tera.register_filter("bytes", move |bytes: Value, _: Kwargs, _: &State<'_>| -> TeraResult<Value> {
            Ok(Value::from(messages.bytes(bytes.as_u128().and_then(|bytes| bytes.try_into().ok()).unwrap_or_default())))
        });
        let messages = self.clone();
        tera.register_filter("word", move |word: Value, values: Kwargs, _: &State<'_>| -> TeraResult<Value> {
            let Some(english) = word.as_str() else { return Ok(word) };
            let values = strings(&values);
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            Ok(Value::from(fill(messages.word(english), &values)))
        });
    }

    fn of_template(&self, key: &Value, values: &Kwargs) -> TeraResult<Value> {
        let Some(key) = key.as_str() else { return Ok(Value::from("")) };
        let values = strings(values);
        if values.is_empty() {
            return Ok(Value::from(self.text(key)));
        }
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Ok(Value::from(self.filled(key, &values)))
    }

    fn category(&self, count: Option<u64>) -> &'static str {
        let category = self.0.rules.as_ref().zip(count).and_then(|(rules, count)| rules.select(count).ok());
        match category {
            Some(PluralCategory::ZERO) => "zero",
            Some(PluralCategory::ONE) => "one",
            Some(PluralCategory::TWO) => "two",
            Some(PluralCategory::FEW) => "few",
            Some(PluralCategory::MANY) => "many",
            Some(PluralCategory::OTHER) | None => "other",
        }
    }
}

impl File {
    fn extend(&mut self, other: Option<&File>) {
        let Some(other) = other else { return };
        self.words.extend(other.words.clone());
        self.sentences.extend(other.sentences.clone());
        self.texts.extend(other.texts.clone());
    }
}

/// A text as HTML: everything in it is escaped, and what stands in backticks is code.
struct Markup(Messages);

impl Filter<Value, TeraResult<Value>> for Markup {
    fn call(&self, key: Value, values: Kwargs, _: &State<'_>) -> TeraResult<Value> {
        let values = strings(&values);
        // Values may hold backticks of their own, which are no markup.
        let values: Vec<(&str, String)> =
            values.iter().map(|(name, value)| (name.as_str(), markdown::escaped(value).replace('`', "&#96;"))).collect();
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let text = self.0.filled(key.as_str().unwrap_or_default(), &values);
        let mut html = String::with_capacity(text.len() + 32);
        for (index, piece) in text.split('`').enumerate() {
            if index > 0 {
                html.push_str(if index % 2 == 1 { "<code>" } else { "</code>" });
            }
            html.push_str(piece);
        }
        Ok(Value::safe_string(&html))
    }

    fn is_safe(&self) -> bool {
        true
    }
}

fn strings(values: &Kwargs) -> Vec<(String, String)> {
    values.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

/// Values in the place of `{name}`s.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    console::phrase::filled(text, &mut |name, out| {
        let (_, value) = values.iter().find(|(known, _)| *known == name)?;
        out.push_str(value);
        Some(())
    })
}

/// `ltr` or `rtl`, for `dir`: by the script that the tag names, else by the language.
pub(crate) fn direction(language: &str) -> &'static str {
    let lower = language.to_lowercase();
    let mut parts = lower.split('-');
    let general = parts.next().unwrap_or_default();
    let is_right_to_left = match parts.find(|part| part.len() == 4) {
        Some(script) => RIGHT_TO_LEFT_SCRIPTS.contains(&script),
        None => RIGHT_TO_LEFT_LANGUAGES.contains(&general),
    };
    if is_right_to_left { "rtl" } else { "ltr" }
}

/// A message file of a folder. Texts that nothing uses are reported, and for a language that is not built in those that are
/// missing.
fn read(path: &str, bytes: &[u8], is_whole: bool, findings: &mut Diagnostics) -> Option<File> {
    let text = String::from_utf8_lossy(bytes);
    let source = Source::new(path, &*text);
    let file: File = match serde_saphyr::from_str(&text) {
        Ok(file) => file,
        Err(error) => {
            let at = error.location().map_or(0, |location| {
                source.line_start((location.line() as u32).saturating_sub(1)) as usize
                    + (location.column() as usize).saturating_sub(1)
            });
            let message = "this is no file of messages".to_owned();
            let said = error.to_string().lines().next().unwrap_or_default().to_owned();
            findings.push(
                Diagnostic::error("portal/messages", Place::new(&source, Span::new(at, at + 1)), message)
                    .at(said)
                    .help("write `key: text` on each line, after Portico's `templates/messages/en.yaml`"),
            );
            return None;
        }
    };
    let english = &PARSED.first()?.1.texts;
    for key in file.texts.keys().filter(|key| !english.contains_key(*key)) {
        let at = text.find(&format!("{key}:")).unwrap_or(0);
        let place = Place::new(&source, Span::new(at, at + key.len()));
        let help = nearest(key, english.keys().map(String::as_str)).map(|close| format!("did you mean `{close}`?"));
        findings.push(
            Diagnostic::warning("portal/unknown-message", place, format!("the portal has no text with the key `{key}`"))
                .help(help.unwrap_or_else(|| "Portico's `templates/messages/en.yaml` has every key".to_owned())),
        );
    }
    let missing: Vec<&str> = english.keys().filter(|key| !file.texts.contains_key(*key)).map(String::as_str).collect();
    if is_whole && !missing.is_empty() {
        let some = missing.iter().take(5).map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
        let more = if missing.len() > 5 { format!(" and {} more", missing.len() - 5) } else { String::new() };
        let message = format!("texts are missing, and are shown in English: {some}{more}");
        findings.push(
            Diagnostic::warning("portal/missing-message", Place::file(path), message)
                .help("Portico's `templates/messages/en.yaml` has every key"),
        );
    }
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::{Messages, PARSED, Text, direction, fill};
    use diagnostic::Diagnostics;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Every key that templates, scripts and code name: a text in quotes before `| t` and `| markup`, and in `t("...")`,
    /// `text("...")` and `filled("...")`.
    fn used() -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut keys = BTreeSet::new();
        let mut open = vec![root.join("../templates"), root.join("src")];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            // This file's own tests name keys that do not exist.
            if path.ends_with("messages.rs")
                || !["html", "js", "rs"].iter().any(|end| path.extension().is_some_and(|is| is == *end))
            {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for filter in ["\" | t ", "\" | t(", "\" | t}", "\" | markup"] {
                keys.extend(text.match_indices(filter).map(|(at, _)| text[..at].rsplit('"').next().unwrap().to_owned()));
            }
            for call in ["t(\"", "text(\"", "filled(\"", "later(\"", "section(\""] {
                for (at, _) in text.match_indices(call) {
                    let before = text[..at].chars().last();
                    let key = text[at + call.len()..].split('"').next().unwrap();
                    let is_key =
                        key.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-') && !key.is_empty();
                    let owner = text[..at].trim_end_matches(['.', ':']).trim_end();
                    let is_message = match path.extension().is_some_and(|is| is == "js") {
                        true => call == "t(\"",
                        false => owner.ends_with("messages") || owner.ends_with("self") || call == "section(\"",
                    };
                    if is_key && is_message && !before.is_some_and(char::is_alphanumeric) {
                        keys.insert(key.to_owned());
                    }
                }
            }
        }
        // Those that this file itself names.
        keys.extend(["language-name", "thousands-separator", "decimal-separator", "bytes-count"].map(str::to_owned));
        keys
    }

    #[test]
    fn every_language_has_every_text_that_is_used_and_no_other() {
        let used = used();
        for (language, file) in PARSED.iter() {
            let there: BTreeSet<String> = file.texts.keys().cloned().collect();
            let missing: Vec<_> = used.difference(&there).collect();
            let unused: Vec<_> = there.difference(&used).collect();
            assert!(missing.is_empty(), "{language}.yaml lacks {missing:?}");
            assert!(unused.is_empty(), "{language}.yaml has texts that nothing uses: {unused:?}");
        }
    }

    #[test]
    fn languages_say_the_same_with_the_same_values_and_their_own_plural_forms() {
        let values = |text: &str| -> BTreeSet<String> {
            text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect()
        };
        let all = |text: &Text| -> Vec<String> {
            match text {
                Text::Plain(text) => vec![text.clone()],
                Text::Plural(forms) => forms.values().cloned().collect(),
            }
        };
        let english = &PARSED[0].1;
        for (language, file) in PARSED.iter() {
            for (key, text) in &file.texts {
                let ((Text::Plain(_), Text::Plain(_)) | (Text::Plural(_), Text::Plural(_))) = (text, &english.texts[key]) else {
                    panic!("{language}: {key} is a plural in one language only")
                };
                if let Text::Plural(forms) = text {
                    // The forms of whole numbers in English and German.
                    assert_eq!(forms.keys().collect::<Vec<_>>(), ["one", "other"], "{language}: {key}");
                }
                let of = |text: &Text| all(text).iter().flat_map(|text| values(text)).collect::<BTreeSet<_>>();
                assert_eq!(of(text), of(&english.texts[key]), "{language}: {key}");
            }
        }
    }

    /// The templates of phrases in the code below a folder: what stands in `Phrase::new("...")`.
    fn templates(folder: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            // Tests say what they like.
            let code = text.split("#[cfg(test)]").next().unwrap();
            for after in code.split("Phrase::new(").skip(1).filter_map(|after| after.trim_start().strip_prefix('"')) {
                let mut end = 0;
                while !after[end..].starts_with('"') {
                    end += if after[end..].starts_with('\\') { 2 } else { after[end..].chars().next().unwrap().len_utf8() };
                }
                found.insert(serde_json::from_str(&format!("\"{}\"", &after[..end])).unwrap());
            }
        }
        // Without words of its own, a template is the same in every language.
        found.retain(|template: &String| {
            let outside = template.split('`').step_by(2).map(|piece| {
                piece
                    .split('{')
                    .enumerate()
                    .map(|(at, part)| if at == 0 { part } else { part.split_once('}').map_or("", |(_, rest)| rest) })
                    .collect::<String>()
            });
            outside.collect::<String>().contains(|one: char| one.is_ascii_alphabetic())
        });
        found
    }

    #[test]
    fn whatever_code_says_is_said_in_every_language() {
        let core = templates("../gateway-wasm/console/src");
        let own = templates("src");
        assert!(core.contains("write `\\\\` for a backslash") && own.contains("{number} calls"), "{core:?} {own:?}");
        for (language, file) in PARSED.iter().filter(|(language, _)| *language != "en") {
            let missing: Vec<_> = core.iter().filter(|template| !file.sentences.contains_key(*template)).collect();
            assert!(missing.is_empty(), "{language}.yaml lacks these `sentences`: {missing:#?}");
            let unused: Vec<_> = file.sentences.keys().filter(|key| !core.contains(*key) && key.contains(' ')).collect();
            assert!(unused.is_empty(), "{language}.yaml has `sentences` that the console's core does not say: {unused:#?}");
            let missing: Vec<_> = own
                .iter()
                .filter(|template| {
                    *template != "{number} MB" && *template != "{number} kB" && !file.words.contains_key(*template)
                })
                .collect();
            assert!(missing.is_empty(), "{language}.yaml lacks these `words`: {missing:#?}");
        }
    }

    #[test]
    fn every_word_is_one_that_code_puts_in() {
        let mut code = String::new();
        let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(path) = open.pop() {
            match path.is_dir() {
                true => open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path())),
                false => code.push_str(&std::fs::read_to_string(&path).unwrap_or_default()),
            }
        }
        for (language, file) in PARSED.iter() {
            // A kind of changes, as it is serialized.
            let is_put_in = |word: &str| word == "added" || code.contains(&format!("\"{word}\""));
            let unused: Vec<_> = file.words.keys().filter(|word| !is_put_in(word)).collect();
            assert!(unused.is_empty(), "{language}.yaml has `words` that nothing puts in: {unused:#?}");
            // A value that is lost would be lost for readers.
            let values = |text: &str| -> BTreeSet<String> {
                text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect()
            };
            for (english, text) in file.words.iter().chain(&file.sentences) {
                let forms = match text {
                    Text::Plain(text) => vec![text],
                    Text::Plural(forms) => forms.values().collect(),
                };
                for form in forms {
                    assert_eq!(values(form), values(english), "{language}: {english}");
                }
            }
        }
    }

    #[test]
    fn a_number_chooses_the_form() {
        let german = Messages::new("de", &[], &mut Diagnostics::new());
        assert_eq!(german.filled("operations-count", &[("count", "1")]), "1 Operation");
        assert_eq!(german.filled("operations-count", &[("count", "0")]), "0 Operationen");
        assert_eq!(german.text("no-such-key"), "no-such-key");
        assert_eq!(fill("{a} {b} {", &[("a", "{b}"), ("b", "2")]), "{b} 2 {");
    }

    #[test]
    fn a_folder_changes_texts_and_adds_languages() {
        let files = vec![
            ("theme/messages/de.yaml".to_owned(), b"menu: Inhalt\nmenue: x\n".as_slice().into()),
            (
                "theme/messages/pl.yaml".to_owned(),
                "operations-count: { one: jedna, few: kilka, many: wiele, other: inne }".as_bytes().into(),
            ),
            ("theme/messages/fr.yaml".to_owned(), b"menu: [".as_slice().into()),
        ];
        let said = |language: &str| {
            let mut findings = Diagnostics::new();
            let messages = Messages::new(language, &files, &mut findings);
            (messages, findings.iter().map(|finding| finding.id.to_string()).collect::<Vec<_>>())
        };
        let (german, findings) = said("de-AT");
        assert_eq!((german.text("menu"), german.text("close")), ("Inhalt", "Schließen"));
        assert_eq!(findings, ["portal/unknown-message"]);
        let (polish, findings) = said("pl");
        assert_eq!(findings, ["portal/missing-message"]);
        let forms: Vec<String> =
            ["1", "3", "5"].iter().map(|count| polish.filled("operations-count", &[("count", count)])).collect();
        assert_eq!(forms, ["jedna", "kilka", "wiele"]);
        assert_eq!(said("fr").1, ["portal/messages"]);
        assert_eq!(said("xx").1, ["portal/language-without-texts"]);
    }

    #[test]
    fn the_direction_follows_the_script() {
        let directions = ["en", "ar", "he-IL", "az-Arab", "ur-Latn"].map(direction);
        assert_eq!(directions, ["ltr", "rtl", "rtl", "rtl", "ltr"]);
    }
}
