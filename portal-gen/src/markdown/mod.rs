//! Markdown becomes HTML that is safe to publish: links, pictures and what is embedded go through the caller, and of HTML
//! only what [`html`] lists is written.
//!
//! CommonMark with tables, footnotes, task lists, strikethrough; callouts, tabs, steps, code with titles and marks, diagrams,
//! and texts that are included. `docs/content.md` shows each. What is wrong is told to the caller with its place, and
//! whatever the text is, the HTML is whole.

mod code;
mod html;
mod writer;

use crate::highlight;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde::Serialize;
use std::borrow::Cow;
use std::ops::Range;

/// What a link in a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkKind {
    /// `[text](address)`
    Link,
    /// `![text](address)`
    Image,
}

/// A text as HTML.
#[derive(Debug, Default)]
pub(crate) struct Html {
    /// The markup. What was embedded stands in it as `\0number\0`; nothing else holds such a character.
    pub(crate) html: String,
    /// Its headings, in order; only those of texts with anchors.
    pub(crate) headings: Vec<Heading>,
    /// Its anchors, headings included.
    pub(crate) anchors: Vec<String>,
}

/// A heading of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Heading {
    /// 1 to 6.
    pub(crate) level: usize,
    /// Its anchor.
    pub(crate) id: String,
    /// Its words.
    pub(crate) title: String,
}

/// Something that is wrong with a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) id: &'static str,
    /// Bytes of the text.
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
    /// What was done about it; may be empty.
    pub(crate) at: &'static str,
    pub(crate) help: Option<String>,
}

/// What a text stands in: a page, or a definition.
pub(crate) trait Surroundings {
    /// Where a link leads: its address as written, and its place. `None` leaves the words without a link.
    fn link(&mut self, address: &str, range: Range<usize>, kind: LinkKind) -> Option<String>;

    /// The number of what stands for `operation:petstore/getPet`. `None` leaves the words.
    fn embed(&mut self, reference: &str, range: Range<usize>) -> Option<usize>;

    /// What is called like this, for a link without words.
    fn name(&self, reference: &str) -> Option<String>;

    /// The text of a snippet; what is said after this is about that text, until [`Surroundings::leave`].
    fn enter(&mut self, snippet: &str, range: Range<usize>) -> Option<String>;

    /// The snippet ends.
    fn leave(&mut self);

    /// Width and height of a picture, if they are known.
    fn size(&self, address: &str) -> Option<(u32, u32)>;

    /// Whether HTML is published as it is written.
    fn allows_html(&self) -> bool;

    /// Something is wrong.
    fn finding(&mut self, finding: Finding);
}

/// A definition: it does not know where it is published, so only links to other sites stay links.
struct Definition;

impl Surroundings for Definition {
    fn link(&mut self, address: &str, _: Range<usize>, kind: LinkKind) -> Option<String> {
        (kind == LinkKind::Link && is_outside(address)).then(|| address.to_owned())
    }

    fn embed(&mut self, _: &str, _: Range<usize>) -> Option<usize> {
        None
    }

    fn name(&self, _: &str) -> Option<String> {
        None
    }

    fn enter(&mut self, _: &str, _: Range<usize>) -> Option<String> {
        None
    }

    fn leave(&mut self) {}

    fn size(&self, _: &str) -> Option<(u32, u32)> {
        None
    }

    fn allows_html(&self) -> bool {
        false
    }

    fn finding(&mut self, _: Finding) {}
}

/// A description inside a definition: its headings come after level `above`, and have no anchors.
pub(crate) fn description(text: &str, above: usize) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    // Most descriptions are one plain sentence.
    if is_plain(text) {
        return format!("<p>{}</p>\n", escaped_text(text.trim()));
    }
    writer::write(text, writer::Options { above, last: above, anchors: false, reserved: &[] }, &mut Definition).html
}

/// Whether Markdown would change nothing in a text but its spaces.
fn is_plain(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(|first: char| first.is_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .,'()/?%\"".contains(&byte))
}

/// The first paragraph of a description as plain text, for lists and search engines.
pub(crate) fn plain(text: &str, characters_max: usize) -> String {
    let mut plain = String::new();
    let mut in_heading = false;
    for event in Parser::new_ext(text, options()) {
        match event {
            Event::Start(Tag::Heading { .. }) => in_heading = true,
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            _ if in_heading => {}
            Event::Html(raw) => {
                for (_, token) in html::tokens(&raw) {
                    if let html::Token::Text(words) = token {
                        plain.push_str(&html::decoded(words).replace('\n', " "));
                    }
                }
            }
            Event::Text(words) | Event::Code(words) => plain.push_str(&words),
            Event::SoftBreak | Event::HardBreak => plain.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::HtmlBlock) if !plain.trim().is_empty() => break,
            _ => {}
        }
    }
    let plain: String = plain.trim().chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    match plain.char_indices().nth(characters_max) {
        None => plain,
        Some((end, _)) => {
            let cut = plain[..end].rfind(' ').unwrap_or(end);
            format!("{}…", plain[..cut].trim_end_matches(|last: char| !last.is_alphanumeric()))
        }
    }
}

/// A text of its own, with anchors on its headings. `titled` says that the page around it has its first heading already,
/// `reserved` which anchors the page has.
pub(crate) fn page(text: &str, titled: bool, reserved: &[&str], around: &mut dyn Surroundings) -> Html {
    writer::write(text, writer::Options { above: 0, last: usize::from(titled), anchors: true, reserved }, around)
}

/// True for addresses that lead to another site, or to a mail program.
pub(crate) fn is_outside(address: &str) -> bool {
    ["https://", "http://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// Text in HTML, in elements and in quoted attributes.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Text in HTML, between elements only.
pub(crate) fn escaped_text(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr3(b'&', b'<', b'>', text.as_bytes()) else { return Cow::Borrowed(text) };
    let (plain, rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(plain);
    for character in rest.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
}

/// The scheme of an address, if it has one: `javascript` of `javascript:x()`.
pub(crate) fn scheme(address: &str) -> Option<&str> {
    let end = address.find([':', '/', '?', '#'])?;
    (address.as_bytes()[end] == b':').then(|| &address[..end])
}

/// Addresses that run something when followed are never written.
pub(crate) fn is_safe(address: &str) -> bool {
    scheme(address).is_none() || is_outside(address)
}
