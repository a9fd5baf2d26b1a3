//! Markdown becomes HTML that is safe to publish: raw HTML is shown as text, links and images go through the caller.
//!
//! CommonMark with tables, footnotes, task lists, strikethrough and GitHub's notes (`> [!NOTE]`).

use crate::messages;
use crate::slug::Slugs;
use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use serde::Serialize;
use std::{fmt::Write, ops::Range};

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
    /// The markup.
    pub(crate) html: String,
    /// Its headings, in order; only those of texts with anchors.
    pub(crate) headings: Vec<Heading>,
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

/// Decides where a link leads: its address as written and its place in the text. `None` leaves the words without a link.
pub(crate) type Links<'l> = &'l mut dyn FnMut(&str, Range<usize>, LinkKind) -> Option<String>;

/// A description inside a definition: its headings come after level `above`, and only links to other sites stay links,
/// because a definition does not know where it is published.
pub(crate) fn description(text: &str, above: usize) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    convert(text, above, above, false, &mut |address, _, kind| {
        (kind == LinkKind::Link && is_outside(address)).then(|| address.to_owned())
    })
    .html
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
            Event::Text(words) | Event::Code(words) => plain.push_str(&words),
            Event::SoftBreak | Event::HardBreak => plain.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Item) if !plain.trim().is_empty() => break,
            _ => {}
        }
    }
    let plain = plain.trim();
    match plain.char_indices().nth(characters_max) {
        None => plain.to_owned(),
        Some((end, _)) => {
            let cut = plain[..end].rfind(' ').unwrap_or(end);
            format!("{}…", plain[..cut].trim_end_matches(|last: char| !last.is_alphanumeric()))
        }
    }
}

/// A text of its own, with anchors on its headings. `titled` says that the page around it has its first heading already.
pub(crate) fn page(text: &str, titled: bool, links: Links<'_>) -> Html {
    convert(text, 0, usize::from(titled), true, links)
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
pub(crate) fn escaped_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
}

fn convert(text: &str, above: usize, last: usize, anchors: bool, links: Links<'_>) -> Html {
    // Control characters are legal in real definitions and illegal in HTML.
    let clean: String;
    let text = if text.bytes().any(is_control) {
        clean = text
            .chars()
            .map(|character| if character.is_ascii() && is_control(character as u8) { ' ' } else { character })
            .collect();
        &clean
    } else {
        text
    };
    let mut writer = Writer {
        above,
        anchors,
        last,
        ids: Slugs::default(),
        open: Vec::new(),
        in_image: false,
        heading: None,
        out: Vec::new(),
        headings: Vec::new(),
    };
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        writer.event(event, range, links);
    }
    let mut markup = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut markup, writer.out.into_iter());
    if markup.contains("<table>") {
        markup = accessible_tables(&markup);
    }
    Html { html: markup, headings: writer.headings }
}

fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7f
}

struct Writer<'t> {
    above: usize,
    anchors: bool,
    /// The level of the last heading, so that none is skipped.
    last: usize,
    ids: Slugs,
    /// Whether each open link or image became an element.
    open: Vec<bool>,
    in_image: bool,
    /// The heading being read: where its start stands in `out`, its level, its words.
    heading: Option<(usize, usize, String)>,
    out: Vec<Event<'t>>,
    headings: Vec<Heading>,
}

impl<'t> Writer<'t> {
    fn event(&mut self, event: Event<'t>, range: Range<usize>, links: Links<'_>) {
        if self.in_image && event != Event::End(TagEnd::Image) {
            // The words of an image are an attribute: no markup there.
            if let Event::Text(words) | Event::Code(words) = &event {
                self.markup(escaped(words));
            }
            return;
        }
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let level = (level_number(level) + self.above).min(self.last + 1).min(6);
                self.last = level;
                self.heading = Some((self.out.len(), level, String::new()));
                self.markup(String::new());
            }
            Event::End(TagEnd::Heading(_)) => self.end_heading(),
            Event::Start(Tag::Link { dest_url, .. }) => match links(&dest_url, range, LinkKind::Link).filter(|to| is_safe(to)) {
                Some(address) => {
                    self.open.push(true);
                    self.markup(format!("<a href=\"{}\">", escaped(&address)));
                }
                None => self.open.push(false),
            },
            Event::Start(Tag::Image { dest_url, .. }) => {
                match links(&dest_url, range, LinkKind::Image).filter(|to| is_safe(to)) {
                    Some(address) => {
                        self.open.push(true);
                        self.in_image = true;
                        self.markup(format!("<img loading=\"lazy\" src=\"{}\" alt=\"", escaped(&address)));
                    }
                    None => self.open.push(false),
                }
            }
            Event::End(TagEnd::Link) => {
                if self.open.pop() == Some(true) {
                    self.markup("</a>".to_owned());
                }
            }
            Event::End(TagEnd::Image) => {
                self.in_image = false;
                if self.open.pop() == Some(true) {
                    self.markup("\">".to_owned());
                }
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match &kind {
                    CodeBlockKind::Fenced(words) => words.split([' ', ',', '{']).next().unwrap_or_default(),
                    CodeBlockKind::Indented => "",
                };
                // A block that scrolls must be reachable by keyboard.
                self.markup(match language {
                    "" => "<pre tabindex=\"0\"><code>".to_owned(),
                    language => format!("<pre tabindex=\"0\"><code class=\"language-{}\">", escaped(language)),
                });
            }
            Event::End(TagEnd::CodeBlock) => self.markup("</code></pre>\n".to_owned()),
            Event::Start(Tag::HtmlBlock) => self.markup("<p>".to_owned()),
            Event::End(TagEnd::HtmlBlock) => self.markup("</p>\n".to_owned()),
            Event::Html(raw) | Event::InlineHtml(raw) => self.raw(raw),
            Event::TaskListMarker(done) => self.markup(format!(
                "<input type=\"checkbox\" disabled aria-label=\"{}\"{}> ",
                if done { messages::later("done") } else { messages::later("not-done") },
                if done { " checked" } else { "" }
            )),
            Event::Start(Tag::BlockQuote(Some(kind))) => {
                let (class, title) = match kind {
                    BlockQuoteKind::Note => ("note", messages::later("note")),
                    BlockQuoteKind::Tip => ("tip", messages::later("tip")),
                    BlockQuoteKind::Important => ("important", messages::later("important")),
                    BlockQuoteKind::Warning => ("warning", messages::later("warning")),
                    BlockQuoteKind::Caution => ("caution", messages::later("caution")),
                };
                self.markup(format!("<blockquote class=\"markdown-alert-{class}\">\n<p class=\"alert-title\">{title}</p>\n"));
            }
            Event::Text(words) => {
                self.words(&words);
                self.out.push(Event::Text(words));
            }
            Event::Code(words) => {
                self.words(&words);
                self.out.push(Event::Code(words));
            }
            other => self.out.push(other),
        }
    }

    fn end_heading(&mut self) {
        let Some((start, level, title)) = self.heading.take() else { return };
        if !self.anchors {
            self.out[start] = Event::Html(format!("<h{level}>").into());
            self.markup(format!("</h{level}>\n"));
            return;
        }
        let id = self.ids.take(&title);
        self.out[start] = Event::Html(format!("<h{level} id=\"{id}\">").into());
        self.markup(format!(
            " <a class=\"anchor\" href=\"#{id}\" aria-label=\"{}\">#</a></h{level}>\n",
            messages::later("link-to-section")
        ));
        self.headings.push(Heading { level, id, title });
    }

    /// Raw HTML is shown as the author wrote it, except for line breaks and comments, which say nothing else.
    fn raw(&mut self, raw: CowStr<'t>) {
        let bare = raw.trim();
        if matches!(bare, "<br>" | "<br/>" | "<br />") {
            self.out.push(Event::HardBreak);
        } else if !(bare.starts_with("<!--") && bare.ends_with("-->")) {
            self.out.push(Event::Text(raw));
        }
    }

    fn words(&mut self, words: &str) {
        if let Some((_, _, title)) = &mut self.heading {
            title.push_str(words);
        }
    }

    fn markup(&mut self, markup: String) {
        self.out.push(Event::Html(markup.into()));
    }
}

/// The scheme of an address, if it has one: `javascript` of `javascript:x()`.
pub(crate) fn scheme(address: &str) -> Option<&str> {
    let end = address.find([':', '/', '?', '#'])?;
    (address.as_bytes()[end] == b':').then(|| &address[..end])
}

/// Addresses that run something when followed are never written.
fn is_safe(address: &str) -> bool {
    scheme(address).is_none() || is_outside(address)
}

fn level_number(level: HeadingLevel) -> usize {
    level as usize
}

/// Says what the heads of columns are, lets wide tables scroll, and replaces inline styles, which a strict content security
/// policy refuses. Text is escaped by now, so every `<` begins an element.
fn accessible_tables(markup: &str) -> String {
    let mut out = String::with_capacity(markup.len() + 256);
    // An empty head says nothing, so it is no head.
    let mut was_empty_head = false;
    for (index, piece) in markup.split('<').enumerate() {
        if index == 0 {
            out.push_str(piece);
            continue;
        }
        let (tag, rest) = piece.split_once('>').unwrap_or((piece, ""));
        let (name, align) = match tag.split_once(" style=\"text-align: ") {
            Some((name, align)) => (name, align.trim_end_matches('"')),
            None => (tag, ""),
        };
        let is_empty_head = name == "th" && rest.is_empty();
        let _ = match (name, align) {
            ("th", _) if is_empty_head => write!(out, "<td>"),
            ("/th", _) if was_empty_head => write!(out, "</td>{rest}"),
            ("table", _) => write!(out, "<div class=\"scroll\" tabindex=\"0\"><table>{rest}"),
            ("/table", _) => write!(out, "</table></div>{rest}"),
            ("th", "") => write!(out, "<th scope=\"col\">{rest}"),
            ("th", align) => write!(out, "<th scope=\"col\" class=\"align-{align}\">{rest}"),
            ("td", align) if !align.is_empty() => write!(out, "<td class=\"align-{align}\">{rest}"),
            _ => write!(out, "<{piece}"),
        };
        was_empty_head = is_empty_head;
    }
    out
}
