//! The search index: static files that a page's script fetches a few of.
//!
//! Terms are sorted and cut into shards, so that a word or the beginning of one leads to one or two files; what results look
//! like stands in chunks of documents. Nothing is stemmed: a query finds words that begin with it, and words that it misses by
//! a slip, so the index serves every language. Scripts without spaces between words are indexed by pairs of characters.
//! `templates/assets/search.js` reads what is written here, and cuts queries into words in the same way.

use crate::theme::hash;
use rustc_hash::FxHashMap;
use serde_json::json;
use unicode_normalization::UnicodeNormalization;

/// About how many bytes a shard of terms has, and how many documents a chunk.
const SHARD_BYTES: usize = 24_000;
const CHUNK_DOCUMENTS: usize = 200;
/// Longer words are cut: nobody types them.
const TERM_CHARACTERS_MAX: usize = 32;
/// How many bytes of one text are indexed.
const TEXT_BYTES_MAX: usize = 20_000;
/// How many characters of a document's text a result shows.
const SUMMARY_CHARACTERS: usize = 140;

/// What words of a document weigh, by where they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Title,
    /// Paths, ids, names.
    Name,
    /// Parameters and properties.
    Parameter,
    /// Headings of a text, tags.
    Heading,
    /// Descriptions.
    Text,
}

impl Field {
    fn weight(self) -> f32 {
        match self {
            Self::Title => 12.0,
            Self::Name => 7.0,
            Self::Parameter => 4.0,
            Self::Heading => 4.0,
            Self::Text => 1.0,
        }
    }
}

/// A page as the index sees it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document {
    pub(crate) title: String,
    /// From the root of its language: `apis/orders/`.
    pub(crate) path: String,
    /// `operation`, `schema`, `guide`, ...: what results are grouped by.
    pub(crate) kind: &'static str,
    /// The method of an operation.
    pub(crate) method: String,
    /// Where it belongs: the title of its API.
    pub(crate) context: String,
    /// One sentence.
    pub(crate) summary: String,
    /// What else it is found by.
    pub(crate) fields: Vec<(Field, String)>,
}

impl Document {
    /// Adds words to be found by.
    pub(crate) fn add(&mut self, field: Field, text: impl Into<String>) {
        let text: String = text.into();
        if !text.is_empty() {
            self.fields.push((field, text));
        }
    }
}

/// A document with its words weighed.
pub(crate) struct Weighed {
    document: Document,
    /// Terms, each once, with a weight from 0 to 25.
    terms: Vec<(Box<str>, u8)>,
}

/// Weighs the words of a document; done for each page where it is made.
pub(crate) fn weighed(mut document: Document) -> Weighed {
    let mut weights: FxHashMap<Box<str>, f32> = FxHashMap::default();
    let mut counts: FxHashMap<Box<str>, u32> = FxHashMap::default();
    let fields = std::mem::take(&mut document.fields);
    let title = document.title.clone();
    for (field, text) in std::iter::once((Field::Title, title)).chain(fields) {
        let mut words = 0_u32;
        let end = text.len().min(TEXT_BYTES_MAX);
        let end = (0..=end).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        terms(&text[..end], &mut |term| {
            words += 1;
            match counts.get_mut(term) {
                Some(count) => *count += 1,
                None => drop(counts.insert(term.into(), 1)),
            }
        });
        // A word of a short title says more than one of a long; a word said ten times not ten times as much.
        let length = if field == Field::Title { 1.0 + 0.12 * words as f32 } else { 1.0 };
        for (term, count) in counts.drain() {
            let often = 1.0 - 1.0 / (1.0 + count as f32);
            let weight = weights.entry(term).or_default();
            *weight += field.weight() * 2.0 * often / length;
        }
    }
    let mut terms: Vec<(Box<str>, u8)> =
        weights.into_iter().map(|(term, weight)| (term, ((1.0 + weight).log2() * 5.0).round().clamp(0.0, 25.0) as u8)).collect();
    terms.sort_unstable();
    if document.summary.chars().count() > SUMMARY_CHARACTERS {
        let cut: String = document.summary.chars().take(SUMMARY_CHARACTERS).collect();
        document.summary = format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(start, _)| start));
    }
    Weighed { document, terms }
}

/// The files of the index: names inside `search/`, and bytes. The documents come in a fixed order.
pub(crate) fn files(documents: &[Weighed]) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut postings: FxHashMap<&str, Vec<(u32, u8)>> = FxHashMap::default();
    for (number, weighed) in documents.iter().enumerate() {
        for (term, weight) in &weighed.terms {
            postings.entry(term).or_default().push((number as u32, *weight));
        }
    }
    let mut sorted: Vec<(&str, Vec<(u32, u8)>)> = postings.into_iter().collect();
    // By UTF-16 code units, as scripts compare texts.
    sorted.sort_unstable_by(|(one, _), (other, _)| match one.is_ascii() && other.is_ascii() {
        true => one.cmp(other),
        false => one.encode_utf16().cmp(other.encode_utf16()),
    });
    let mut shards = Vec::new();
    let mut shard = String::new();
    let mut first = "";
    for (term, list) in &sorted {
        if shard.len() >= SHARD_BYTES {
            shards.push(close(&mut files, first, &mut shard));
        }
        if shard.is_empty() {
            first = term;
        }
        shard.push_str(term);
        shard.push('\t');
        let mut last = 0;
        for (number, weight) in list {
            base_36(number - last, &mut shard);
            shard.push(char::from(b'A' + weight));
            last = *number;
        }
        shard.push('\n');
    }
    if !shard.is_empty() {
        shards.push(close(&mut files, first, &mut shard));
    }
    let chunks: Vec<String> = documents
        .chunks(CHUNK_DOCUMENTS)
        .map(|chunk| {
            let rows: Vec<_> = chunk
                .iter()
                .map(|Weighed { document, .. }| {
                    json!([document.title, document.path, document.kind, document.method, document.context, document.summary])
                })
                .collect();
            let bytes = serde_json::Value::from(rows).to_string().into_bytes();
            let name = format!("pages-{:016x}.json", hash(&bytes));
            files.push((name.clone(), bytes));
            name
        })
        .collect();
    let index = json!({ "documents": documents.len(), "chunkSize": CHUNK_DOCUMENTS, "chunks": chunks, "shards": shards });
    files.push(("index.json".to_owned(), index.to_string().into_bytes()));
    files
}

fn close(files: &mut Vec<(String, Vec<u8>)>, first: &str, shard: &mut String) -> (String, String) {
    let bytes = std::mem::take(shard).into_bytes();
    let name = format!("terms-{:016x}.txt", hash(&bytes));
    files.push((name.clone(), bytes));
    (first.to_owned(), name)
}

/// A number with the digits `0` to `z`, which no weight has.
fn base_36(mut number: u32, out: &mut String) {
    let mut digits = [0; 7];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b"0123456789abcdefghijklmnopqrstuvwxyz"[(number % 36) as usize];
        number /= 36;
        if number == 0 {
            break;
        }
    }
    digits[at..].iter().for_each(|&digit| out.push(char::from(digit)));
}

/// Cuts a text into terms: lower case, without accents; `listBooks` is also `list` and `books`; a script without spaces gives
/// pairs of characters.
pub(crate) fn terms(text: &str, take: &mut dyn FnMut(&str)) {
    if text.is_ascii() {
        return ascii_terms(text, take);
    }
    let folded: String = text.nfkd().filter(|one| !('\u{300}'..='\u{36f}').contains(one)).nfc().collect();
    for word in folded.split(|one: char| !one.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.is_ascii() {
            ascii_terms(word, take);
            continue;
        }
        let mut run = String::new();
        let mut run_is_dense = false;
        for one in word.chars() {
            let dense = is_dense(one);
            if dense != run_is_dense && !run.is_empty() {
                close_run(&run, run_is_dense, take);
                run.clear();
            }
            run_is_dense = dense;
            run.push(one);
        }
        close_run(&run, run_is_dense, take);
    }
}

fn close_run(run: &str, is_dense: bool, take: &mut dyn FnMut(&str)) {
    if run.is_empty() {
        return;
    }
    let lower = run.to_lowercase();
    if !is_dense {
        let cut: String = lower.chars().take(TERM_CHARACTERS_MAX).collect();
        return take(&cut);
    }
    let characters: Vec<char> = lower.chars().collect();
    if characters.len() == 1 {
        return take(&lower);
    }
    for pair in characters.windows(2) {
        take(&pair.iter().collect::<String>());
    }
}

/// Scripts that are written without spaces between words: Chinese, Japanese, Korean, Thai, Lao, Burmese, Khmer.
fn is_dense(one: char) -> bool {
    matches!(
        u32::from(one),
        0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xac00..=0xd7af | 0x2_0000..=0x3_ffff
    )
}

fn ascii_terms(text: &str, take: &mut dyn FnMut(&str)) {
    let bytes = text.as_bytes();
    let mut lower = String::with_capacity(TERM_CHARACTERS_MAX);
    let mut start = 0;
    while start < bytes.len() {
        if !bytes[start].is_ascii_alphanumeric() {
            start += 1;
            continue;
        }
        let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let word = &text[start..start + length];
        start += length;
        let mut whole = |part: &str| {
            lower.clear();
            lower.push_str(&part[..part.len().min(TERM_CHARACTERS_MAX)]);
            lower.make_ascii_lowercase();
            take(&lower);
        };
        whole(word);
        let humps = humps(word.as_bytes());
        if humps.len() > 1 {
            for pair in humps.windows(2) {
                whole(&word[pair[0]..pair[1]]);
            }
            whole(&word[humps[humps.len() - 1]..]);
        }
    }
}

/// Where the words in `listBooks` and `HTTPServer` begin; one place if it is one word.
fn humps(word: &[u8]) -> Vec<usize> {
    if !word.iter().any(u8::is_ascii_lowercase) || !word.iter().skip(1).any(u8::is_ascii_uppercase) {
        return vec![0];
    }
    let mut starts = vec![0];
    for at in 1..word.len() {
        let begins = word[at].is_ascii_uppercase()
            && (!word[at - 1].is_ascii_uppercase() || word.get(at + 1).is_some_and(u8::is_ascii_lowercase));
        if begins {
            starts.push(at);
        }
    }
    starts
}

/// Markdown without what is not said: addresses of links, tags.
pub(crate) fn said(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(at) = rest.find(['<', ']']) {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let end = if rest[at..].starts_with("](") {
            after.find(')')
        } else if rest[at..].starts_with('<') {
            after.find('>')
        } else {
            None
        };
        rest = match end.filter(|&end| end < 400) {
            Some(end) => &after[end + 1..],
            None => after,
        };
        out.push(' ');
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{Document, Field, base_36, files, said, terms, weighed};

    fn of(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        terms(text, &mut |term| found.push(term.to_owned()));
        found
    }

    #[test]
    fn words_as_people_look_for_them() {
        assert_eq!(of("GET /repos/{owner}"), ["get", "repos", "owner"]);
        assert_eq!(
            of("listBooks HTTPServer isbn_13"),
            ["listbooks", "list", "books", "httpserver", "http", "server", "isbn", "13"]
        );
        assert_eq!(of("Crème brûlée ÜBER Ärger"), ["creme", "brulee", "uber", "arger"]);
        assert_eq!(of("書籍を検索 API"), ["書籍", "籍を", "を検", "検索", "api"]);
        assert_eq!(of("가나다 книга"), ["가나", "나다", "книга"]);
        assert_eq!(of("ﬁle Ａ"), ["file", "a"]);
    }

    #[test]
    fn titles_weigh_more_than_texts() {
        let document = |title: &str, text: &str| {
            let mut document =
                Document { title: title.to_owned(), path: format!("{title}/"), kind: "page", ..Document::default() };
            document.add(Field::Text, text);
            weighed(document)
        };
        let files = files(&[document("Repository", "x"), document("Other", "a repository")]);
        let terms = files.iter().find(|(name, _)| name.starts_with("terms-")).unwrap();
        let text = std::str::from_utf8(&terms.1).unwrap();
        let line = text.lines().find(|line| line.starts_with("repository\t")).unwrap();
        let weights: Vec<char> = line.chars().filter(char::is_ascii_uppercase).collect();
        assert!(weights[0] > weights[1], "{line}");
        assert_eq!(text.lines().collect::<Vec<_>>(), {
            let mut sorted: Vec<_> = text.lines().collect();
            sorted.sort_unstable();
            sorted
        });
    }

    #[test]
    fn numbers_and_texts() {
        let mut out = String::new();
        [0, 35, 36, 1295, u32::MAX].iter().for_each(|&number| {
            base_36(number, &mut out);
            out.push(' ');
        });
        assert_eq!(out, "0 z 10 zz 1z141z3 ");
        assert_eq!(said("See [this](https://x.y/z) <b>now</b> a < b"), "See [this   now  a   b");
    }
}
