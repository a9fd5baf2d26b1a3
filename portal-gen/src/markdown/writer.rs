//! From the events of a parser to HTML: blocks inside blocks, each closed where it must be, whatever the text is.

use super::html::{self, Attribute, Kind, Tag as RawTag, Token};
use super::{Finding, Heading, Html, LinkKind, Surroundings, code, escaped, escaped_text, is_safe, options};
use crate::diagram;
use crate::messages;
use crate::slug::{Slugs, slug};
use pulldown_cmark::{Alignment, BlockQuoteKind, BrokenLink, CodeBlockKind, Event, LinkType, Parser, Tag, TagEnd};
use std::collections::HashMap;
use std::fmt::Write;
use std::ops::Range;

/// How deep snippets include each other.
const SNIPPETS_MAX: usize = 8;
/// How many tabs stand side by side: the style sheet knows as many.
const TABS_MAX: usize = 12;
/// How deep blocks nest; browsers give up at some hundreds of elements.
const NESTING_MAX: usize = 100;
/// How many findings of one kind a text has at most; the rest is most likely the same mistake.
const FINDINGS_MAX: usize = 20;

pub(super) struct Options<'o> {
    /// Headings come after this level.
    pub(super) above: usize,
    /// The level of the heading before the text.
    pub(super) last: usize,
    /// Headings have anchors.
    pub(super) anchors: bool,
    /// Anchors that the page has already.
    pub(super) reserved: &'o [&'o str],
}

/// Writes a text as HTML.
pub(super) fn write(text: &str, settings: Options<'_>, around: &mut dyn Surroundings) -> Html {
    let mut writer = Writer {
        around,
        above: settings.above,
        last: settings.last,
        anchors: settings.anchors,
        ids: Slugs::reserved(settings.reserved),
        out: vec![String::with_capacity(text.len() * 3 / 2)],
        frames: Vec::new(),
        raw: Vec::new(),
        dropping: None,
        heading: None,
        code: None,
        block: None,
        image: None,
        callout: None,
        skipped: 0,
        is_paragraph_open: false,
        table: Vec::new(),
        notes: HashMap::new(),
        noted: Vec::new(),
        sets: 0,
        diagrams: 0,
        snippets: Vec::new(),
        told: HashMap::new(),
        headings: Vec::new(),
        taken: Vec::new(),
    };
    writer.text(text);
    writer.footnotes();
    Html { html: writer.out.concat(), headings: writer.headings, anchors: writer.taken }
}

/// A block that is open.
#[derive(Debug)]
enum Frame {
    /// Its end tag.
    Element(&'static str),
    Paragraph,
    Heading,
    Callout {
        folds: bool,
    },
    Link {
        is_written: bool,
        reference: Option<String>,
        start: usize,
    },
    Footnote(String),
    Table,
    Cell {
        is_head: bool,
        class: &'static str,
    },
    Tabs(Tabs),
    Steps(Steps),
}

#[derive(Debug)]
struct Tabs {
    at: Range<usize>,
    level: usize,
    /// Titles, and what is below them.
    panels: Vec<(String, String)>,
}

#[derive(Debug)]
struct Steps {
    at: Range<usize>,
    level: usize,
    is_open: bool,
}

/// An element of the author's own that is open.
#[derive(Debug)]
struct RawElement {
    name: String,
    /// How many frames were open when it began.
    depth: usize,
    range: Range<usize>,
}

#[derive(Debug)]
struct OpenHeading {
    level: usize,
    words: String,
    /// Where it begins in the output.
    start: usize,
    is_tab: bool,
}

#[derive(Debug)]
struct Code {
    info: String,
    text: String,
    /// Where pieces of the text stand: in it, and in the source.
    pieces: Vec<(usize, usize)>,
    range: Range<usize>,
    /// How long the line of the fence is.
    fence: usize,
}

#[derive(Debug)]
struct Image {
    address: Option<String>,
    /// As written, if it is something to embed.
    reference: Option<String>,
    words: String,
    title: String,
    range: Range<usize>,
}

/// A callout whose title is being read.
#[derive(Clone, Debug)]
struct Callout {
    kind: &'static str,
    /// Where the title begins in the source.
    from: usize,
    /// Closed or open at first, if it folds.
    folds: Option<bool>,
    in_title: bool,
}

struct Writer<'w> {
    around: &'w mut dyn Surroundings,
    above: usize,
    /// The level of the last heading, so that none is skipped.
    last: usize,
    anchors: bool,
    ids: Slugs,
    /// The output; what will be put somewhere else is collected on top.
    out: Vec<String>,
    frames: Vec<Frame>,
    raw: Vec<RawElement>,
    /// The element that is taken away with all that is in it, and how many frames were open.
    dropping: Option<(String, usize)>,
    heading: Option<OpenHeading>,
    code: Option<Code>,
    /// HTML that stands for itself, and where it begins.
    block: Option<(String, usize)>,
    image: Option<Image>,
    callout: Option<Callout>,
    /// How many blocks are open that are left out, one inside the other.
    skipped: usize,
    is_paragraph_open: bool,
    /// Alignments of the columns, and the number of the next; tables do not nest, but snippets do.
    table: Vec<(Vec<Alignment>, usize)>,
    /// Footnotes by name.
    notes: HashMap<String, (String, Range<usize>)>,
    /// Names of footnotes in the order of their first mention, and how often each is mentioned.
    noted: Vec<(String, usize)>,
    sets: usize,
    diagrams: usize,
    /// Snippets that are open.
    snippets: Vec<String>,
    /// How many findings there are of each kind.
    told: HashMap<&'static str, usize>,
    headings: Vec<Heading>,
    taken: Vec<String>,
}

/// Characters that HTML cannot hold become spaces, or `U+FFFD`, of the same length, so that places stay right.
fn clean(text: &str) -> (Option<String>, Vec<(usize, char)>) {
    let is_wrong = |character: char| {
        character.is_control() && !matches!(character, '\t' | '\n' | '\r')
            || matches!(character, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
            || matches!(character as u32 & 0xffff, 0xfffe | 0xffff)
    };
    if !text.chars().any(is_wrong) {
        return (None, Vec::new());
    }
    let mut found = Vec::new();
    let mut out = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        match (is_wrong(character), character.len_utf8()) {
            (false, _) => out.push(character),
            (true, length) => {
                found.push((at, character));
                out.extend(std::iter::repeat_n(' ', length));
            }
        }
    }
    (Some(out), found)
}

impl Writer<'_> {
    /// Writes a whole text: the page, or a snippet.
    fn text(&mut self, original: &str) {
        let (cleaned, wrong) = clean(original);
        if let Some(&(at, first)) = wrong.first() {
            let more = match wrong.len() {
                1 => String::new(),
                count => format!(", and {} more", count - 1),
            };
            let message = format!("there is a control character here, `U+{:04X}`{more}", first as u32);
            let help = "remove it; it came from copying, most likely";
            self.wrong("portal/control-character", at..at + first.len_utf8(), message, "shown as a space", Some(help.to_owned()));
        }
        let text = cleaned.as_deref().unwrap_or(original);
        let mut broken = Vec::new();
        let mut remember = |link: BrokenLink<'_>| {
            if matches!(link.link_type, LinkType::Reference | LinkType::Collapsed) {
                broken.push((link.span.clone(), link.reference.to_string()));
            }
            None
        };
        let events: Vec<(Event<'_>, Range<usize>)> =
            Parser::new_with_broken_link_callback(text, options(), Some(&mut remember)).into_offset_iter().collect();
        for (span, reference) in broken {
            // `[x][]` and `a[0][1]` are code more often than links; `[^1]` is a note.
            if reference.chars().any(char::is_alphabetic) && text[span.clone()].starts_with('[') {
                let message = format!("nothing says where `[{reference}]` leads");
                let help = format!("write a line `[{reference}]: ADDRESS`, or the address behind the words: `[words](ADDRESS)`");
                self.wrong("portal/broken-link", span, message, "shown as text", Some(help));
            }
        }
        let (frames, raw) = (self.frames.len(), self.raw.len());
        for (event, range) in events {
            self.event(event, range, text);
        }
        self.close_containers(frames);
        while self.raw.len() > raw {
            self.close_raw(true);
        }
        self.dropping = None;
    }

    fn push(&mut self, markup: &str) {
        if let Some(out) = self.out.last_mut() {
            out.push_str(markup);
        }
    }

    /// The part of the output that is collected on top.
    fn take(&mut self) -> String {
        if self.out.len() > 1 { self.out.pop().unwrap_or_default() } else { String::new() }
    }

    fn length(&self) -> usize {
        self.out.last().map_or(0, String::len)
    }

    fn wrong(&mut self, id: &'static str, range: Range<usize>, message: String, at: &'static str, help: Option<String>) {
        let told = self.told.entry(id).or_insert(0);
        *told += 1;
        match *told {
            1..FINDINGS_MAX => self.around.finding(Finding { id, range, message, at, help }),
            FINDINGS_MAX => {
                let message = format!("{message}; more of the kind are not listed");
                self.around.finding(Finding { id, range, message, at, help });
            }
            _ => {}
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>, source: &str) {
        if self.skipped > 0 {
            match event {
                Event::Start(_) => self.skipped += 1,
                Event::End(_) => self.skipped -= 1,
                _ => {}
            }
            return;
        }
        if let Some((_, depth)) = &self.dropping {
            let depth = *depth;
            match &event {
                Event::Start(_) => self.frames.push(Frame::Element("")),
                Event::End(_) if self.frames.len() > depth => {
                    self.frames.pop();
                }
                // What is around the element ends, and so does the element.
                Event::End(_) => {
                    self.dropping = None;
                    self.event(event, range, source);
                }
                Event::InlineHtml(raw) | Event::Html(raw) => self.dropped(raw),
                _ => {}
            }
            return;
        }
        if let Some(image) = &mut self.image
            && event != Event::End(TagEnd::Image)
        {
            // The words of a picture are an attribute: no markup there.
            match &event {
                Event::Text(words) | Event::Code(words) => image.words.push_str(words),
                Event::SoftBreak | Event::HardBreak => image.words.push(' '),
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, range, source),
            Event::End(tag) => self.end(tag, range),
            Event::Text(words) => self.words(&words, range),
            Event::Code(words) => {
                self.heard(&words);
                let code = format!("<code>{}</code>", escaped_text(&words));
                self.push(&code);
            }
            Event::Html(raw) | Event::InlineHtml(raw) => match &mut self.block {
                Some((block, _)) => block.push_str(&raw),
                None => self.raw(&raw, range.start, Some(&source[range.end.min(source.len())..])),
            },
            Event::SoftBreak => {
                self.heard(" ");
                if !self.end_title(true) {
                    self.push("\n");
                }
            }
            Event::HardBreak => {
                self.heard(" ");
                if !self.end_title(true) {
                    self.push("<br>\n");
                }
            }
            Event::Rule => {
                self.before_block();
                self.push("<hr>\n");
            }
            Event::FootnoteReference(name) => self.footnote_reference(&name),
            Event::TaskListMarker(done) => {
                let (words, checked) =
                    if done { (messages::later("done"), " checked") } else { (messages::later("not-done"), "") };
                self.push(&format!("<input type=\"checkbox\" disabled aria-label=\"{words}\"{checked}> "));
            }
            Event::InlineMath(words) | Event::DisplayMath(words) => self.words(&words, range),
        }
    }

    fn heard(&mut self, words: &str) {
        if let Some(heading) = &mut self.heading {
            heading.words.push_str(words);
        }
    }

    fn words(&mut self, words: &str, range: Range<usize>) {
        if let Some(code) = &mut self.code {
            code.pieces.push((code.text.len(), range.start));
            code.text.push_str(words);
            return;
        }
        let mut words = words;
        if let Some(callout) = self.callout.as_ref().filter(|callout| callout.in_title) {
            // The mark is not part of the title.
            if range.end <= callout.from {
                return;
            }
            if range.start < callout.from && range.len() == words.len() {
                words = words.get(callout.from - range.start..).unwrap_or(words);
            }
        }
        self.heard(words);
        let text = escaped_text(words);
        self.push(&text);
    }

    /// What an open element of the author's must make room for: a new block.
    fn before_block(&mut self) {
        if self.callout.as_ref().is_some_and(|callout| !callout.in_title) {
            self.callout_title("");
        }
        if self
            .raw
            .last()
            .is_some_and(|raw| raw.depth == self.frames.len() && (raw.name == "p" || html::kind(&raw.name) == Kind::Inline))
        {
            let is_paragraph = self.raw.last().is_some_and(|raw| raw.name == "p");
            self.close_raw(!is_paragraph);
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>, source: &str) {
        if self.frames.len() >= NESTING_MAX {
            let message = format!("blocks nest deeper than {NESTING_MAX} here");
            self.wrong("portal/nesting", range, message, "left out", None);
            self.skipped = 1;
            return;
        }
        match tag {
            Tag::Paragraph => {
                if let Some(callout) = self.callout.as_mut().filter(|callout| !callout.in_title) {
                    callout.in_title = true;
                    self.out.push(String::new());
                    self.frames.push(Frame::Paragraph);
                    return;
                }
                self.before_block();
                if let Some(reference) = shortcode(&source[range.clone()]) {
                    self.embed(&reference, &source[range.clone()], range);
                    self.skipped = 1;
                    return;
                }
                self.push("<p>");
                self.is_paragraph_open = true;
                self.frames.push(Frame::Paragraph);
            }
            Tag::Heading { level, .. } => {
                self.before_block();
                self.start_heading(level as usize, range);
                self.frames.push(Frame::Heading);
            }
            Tag::BlockQuote(kind) => {
                self.before_block();
                self.start_quote(kind, &source[range.clone()], range);
            }
            Tag::CodeBlock(kind) => {
                self.before_block();
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                let fence = source[range.clone()].lines().next().unwrap_or_default().trim_end().len();
                self.code = Some(Code { info, text: String::new(), pieces: Vec::new(), range, fence });
            }
            Tag::HtmlBlock => self.block = Some((String::new(), range.start)),
            Tag::List(first) => {
                self.before_block();
                match first {
                    Some(1) => self.push("<ol>\n"),
                    Some(first) => self.push(&format!("<ol start=\"{first}\">\n")),
                    None => self.push("<ul>\n"),
                }
                self.frames.push(Frame::Element(if first.is_some() { "</ol>\n" } else { "</ul>\n" }));
            }
            Tag::Item => {
                self.push("<li>");
                self.frames.push(Frame::Element("</li>\n"));
            }
            Tag::FootnoteDefinition(name) => {
                self.out.push(String::new());
                self.frames.push(Frame::Footnote(name.to_string()));
            }
            Tag::Table(alignments) => {
                self.before_block();
                self.table.push((alignments, 0));
                self.push("<div class=\"scroll\" tabindex=\"0\"><table>");
                self.frames.push(Frame::Table);
            }
            Tag::TableHead => {
                self.push("<thead><tr>");
                self.frames.push(Frame::Element("</tr></thead><tbody>\n"));
            }
            Tag::TableRow => {
                self.push("<tr>");
                self.frames.push(Frame::Element("</tr>\n"));
            }
            Tag::TableCell => {
                let is_head = matches!(self.frames.last(), Some(Frame::Element("</tr></thead><tbody>\n")));
                let class = self.table.last_mut().map_or("", |(alignments, next)| {
                    *next += 1;
                    match alignments.get(*next - 1) {
                        Some(Alignment::Left) => " class=\"align-left\"",
                        Some(Alignment::Center) => " class=\"align-center\"",
                        Some(Alignment::Right) => " class=\"align-right\"",
                        _ => "",
                    }
                });
                self.out.push(String::new());
                self.frames.push(Frame::Cell { is_head, class });
            }
            Tag::Emphasis => self.inline("<em>", "</em>"),
            Tag::Strong => self.inline("<strong>", "</strong>"),
            Tag::Strikethrough => self.inline("<del>", "</del>"),
            Tag::Superscript => self.inline("<sup>", "</sup>"),
            Tag::Subscript => self.inline("<sub>", "</sub>"),
            Tag::Link { link_type, dest_url, title, .. } => {
                let address = match link_type {
                    LinkType::Email => format!("mailto:{dest_url}"),
                    _ => dest_url.to_string(),
                };
                self.start_link(&address, &title, range);
            }
            Tag::Image { dest_url, title, .. } => {
                let reference = is_reference(&dest_url).then(|| dest_url.to_string());
                let address = match reference {
                    Some(_) => None,
                    None => self.around.link(&dest_url, range.clone(), LinkKind::Image).filter(|to| is_safe(to)),
                };
                self.image = Some(Image { address, reference, words: String::new(), title: title.to_string(), range });
            }
            Tag::DefinitionList | Tag::DefinitionListTitle | Tag::DefinitionListDefinition | Tag::MetadataBlock(_) => {
                self.frames.push(Frame::Element(""));
            }
        }
    }

    fn inline(&mut self, open: &str, close: &'static str) {
        self.push(open);
        self.frames.push(Frame::Element(close));
    }

    fn start_link(&mut self, address: &str, title: &str, range: Range<usize>) {
        // A link inside a link is none.
        let is_inside = self.raw.iter().any(|raw| raw.name == "a");
        let target = self.around.link(address, range, LinkKind::Link).filter(|to| is_safe(to) && !is_inside);
        if let Some(target) = &target {
            let title = if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escaped(title)) };
            self.push(&format!("<a href=\"{}\"{title}>", escaped(target)));
        }
        let reference = is_reference(address).then(|| address.to_owned());
        self.frames.push(Frame::Link { is_written: target.is_some(), reference, start: self.length() });
    }

    /// What ends: first whatever was opened inside it.
    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::CodeBlock => return self.end_code(),
            TagEnd::HtmlBlock => {
                if let Some((block, start)) = self.block.take() {
                    self.html_block(&block, start);
                }
                return;
            }
            TagEnd::Image => return self.end_image(),
            _ => {}
        }
        let depth = self.frames.iter().rposition(|frame| !matches!(frame, Frame::Tabs(_) | Frame::Steps(_)));
        self.close_containers(depth.map_or(0, |depth| depth + 1));
        self.close_raws(self.frames.len());
        if matches!(self.frames.last(), Some(Frame::Paragraph)) {
            self.end_title(false);
        }
        let Some(frame) = self.frames.pop() else { return };
        match frame {
            Frame::Element(end) => self.push(end),
            Frame::Paragraph => {
                if std::mem::take(&mut self.is_paragraph_open) {
                    self.push("</p>\n");
                }
            }
            Frame::Heading => self.end_heading(),
            Frame::Callout { folds } => {
                if self.callout.is_some() {
                    self.callout_title("");
                }
                self.push(if folds { "</div></details>\n" } else { "</div>\n" });
            }
            Frame::Link { is_written, reference, start } => {
                if self.length() == start
                    && let Some(name) = reference.and_then(|reference| self.around.name(&reference))
                {
                    self.heard(&name);
                    self.push(&escaped_text(&name));
                }
                if is_written {
                    self.push("</a>");
                }
            }
            Frame::Footnote(name) => {
                let note = self.take();
                self.notes.insert(name, (note, range));
            }
            Frame::Table => {
                self.table.pop();
                self.push("</tbody></table></div>\n");
            }
            Frame::Cell { is_head, class } => {
                let cell = self.take();
                // An empty head says nothing, so it is no head.
                match is_head && !cell.trim().is_empty() {
                    true => self.push(&format!("<th scope=\"col\"{class}>{cell}</th>")),
                    false => self.push(&format!("<td{class}>{cell}</td>")),
                }
                if let Some((alignments, next)) = self.table.last_mut()
                    && *next >= alignments.len()
                {
                    *next = 0;
                }
            }
            Frame::Tabs(_) | Frame::Steps(_) => {}
        }
    }

    // Headings

    fn start_heading(&mut self, level: usize, range: Range<usize>) {
        let raws = self.raw.last().is_some_and(|raw| raw.depth == self.frames.len());
        // A heading above those of the tabs or steps is most likely behind them.
        while let Some(Frame::Tabs(Tabs { level: own, .. }) | Frame::Steps(Steps { level: own, .. })) = self.frames.last() {
            if *own == 0 || level >= *own || raws {
                break;
            }
            let depth = self.frames.len() - 1;
            self.close_containers(depth);
        }
        let mut is_tab = false;
        let mut close_step = false;
        let mut open_step = false;
        match self.frames.last_mut() {
            Some(Frame::Tabs(tabs)) if !raws && (tabs.level == 0 || tabs.level == level) => {
                tabs.level = level;
                is_tab = true;
            }
            Some(Frame::Steps(steps)) if !raws && (steps.level == 0 || steps.level == level) => {
                steps.level = level;
                (close_step, open_step) = (steps.is_open, true);
                steps.is_open = true;
            }
            _ => {}
        }
        if is_tab {
            self.end_panel(&range);
            self.out.push(String::new());
        } else if open_step {
            self.push(if close_step { "</li>\n<li>" } else { "<ol>\n<li>" });
        }
        let shown = (level + self.above).min(self.last + 1).clamp(1, 6);
        if !is_tab {
            self.last = shown;
        }
        self.heading = Some(OpenHeading { level: shown, words: String::new(), start: self.length(), is_tab });
    }

    fn end_heading(&mut self) {
        let Some(OpenHeading { level, words, start, is_tab }) = self.heading.take() else { return };
        if is_tab {
            self.take();
            if let Some(Frame::Tabs(tabs)) = self.frames.last_mut() {
                tabs.panels.push((words.trim().to_owned(), String::new()));
            }
            self.out.push(String::new());
            return;
        }
        let mut inside = self.out.last_mut().map(|out| out.split_off(start)).unwrap_or_default();
        if !self.anchors {
            self.push(&format!("<h{level}>{inside}</h{level}>\n"));
            return;
        }
        // `## Words {#anchor}` chooses the anchor.
        let mut title = words.trim().to_owned();
        let mut chosen = None;
        if let Some((before, anchor)) = title.strip_suffix('}').and_then(|title| title.rsplit_once("{#"))
            && !anchor.is_empty()
            && let Some(cut) = inside.rfind("{#")
        {
            chosen = Some(anchor.to_owned());
            inside.truncate(cut);
            title = before.trim_end().to_owned();
        }
        let inside = inside.trim_end();
        let id = self.ids.take(chosen.as_deref().unwrap_or(&title));
        self.taken.push(id.clone());
        self.push(&format!(
            "<h{level} id=\"{id}\">{inside} <a class=\"anchor\" href=\"#{id}\" aria-label=\"{}\">#</a></h{level}>\n",
            messages::later("link-to-section")
        ));
        if !self.frames.iter().any(|frame| matches!(frame, Frame::Tabs(_))) {
            self.headings.push(Heading { level, id, title });
        }
    }

    // Callouts

    fn start_quote(&mut self, kind: Option<BlockQuoteKind>, text: &str, range: Range<usize>) {
        let known = kind.map(|kind| match kind {
            BlockQuoteKind::Note => "note",
            BlockQuoteKind::Tip => "tip",
            BlockQuoteKind::Important => "important",
            BlockQuoteKind::Warning => "warning",
            BlockQuoteKind::Caution => "caution",
        });
        if let Some(kind) = known {
            self.open_callout(kind, None, "");
            return;
        }
        if let Some((word, folds, from)) = callout_mark(text) {
            if let Some(kind) = callout_kind(word) {
                self.callout = Some(Callout { kind, from: range.start + from, folds, in_title: false });
                self.frames.push(Frame::Callout { folds: folds.is_some() });
                return;
            }
            let help = match diagnostic::nearest(word, ["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"]) {
                Some(close) => format!("did you mean `[!{close}]`?"),
                None => "write `[!NOTE]`, `[!TIP]`, `[!IMPORTANT]`, `[!WARNING]` or `[!CAUTION]`".to_owned(),
            };
            let message = format!("there is no callout `{word}`");
            self.wrong("portal/callout", range.start..range.start + from, message, "shown as a quotation", Some(help));
        }
        self.push("<blockquote>\n");
        self.frames.push(Frame::Element("</blockquote>\n"));
    }

    /// The title of a callout ends with its line, or with its paragraph.
    fn end_title(&mut self, goes_on: bool) -> bool {
        if !self.callout.as_ref().is_some_and(|callout| callout.in_title) {
            return false;
        }
        self.close_raws(self.frames.len());
        let title = self.take();
        self.callout_title(title.trim());
        if goes_on {
            self.push("<p>");
            self.is_paragraph_open = true;
        }
        true
    }

    fn callout_title(&mut self, title: &str) {
        let Some(callout) = self.callout.take() else { return };
        self.write_callout(callout.kind, callout.folds, title);
    }

    fn open_callout(&mut self, kind: &'static str, folds: Option<bool>, title: &str) {
        self.write_callout(kind, folds, title);
        self.frames.push(Frame::Callout { folds: folds.is_some() });
    }

    fn write_callout(&mut self, kind: &'static str, folds: Option<bool>, title: &str) {
        let (name, icon) = match kind {
            "note" => (messages::later("note"), "M8 7v5M8 4.5v.01"),
            "tip" => (messages::later("tip"), "M6 13h4M6.5 11c0-2-2-2.5-2-5a3.5 3.5 0 0 1 7 0c0 2.5-2 3-2 5Z"),
            "important" => (messages::later("important"), "M8 4v5M8 11.5v.01"),
            "warning" => (messages::later("warning"), "M8 6v3.5M8 11.5v.01M8 2 1.5 13.5h13Z"),
            _ => (messages::later("caution"), "M5.5 5.5l5 5M10.5 5.5l-5 5"),
        };
        let ring = if matches!(kind, "warning" | "tip") { "" } else { "<circle cx=\"8\" cy=\"8\" r=\"6.5\"/>" };
        let icon = format!("<svg viewBox=\"0 0 16 16\" aria-hidden=\"true\">{ring}<path d=\"{icon}\"/></svg>");
        // The kind is said, too, where the title does not say it.
        let title = match title {
            "" => name,
            title => format!("<span class=\"hidden\">{name}: </span>{title}"),
        };
        self.push(&match folds {
            None => format!("<div class=\"callout {kind}\" role=\"note\"><p class=\"callout-title\">{icon}{title}</p>\n"),
            Some(open) => format!(
                "<details class=\"callout {kind}\"{}><summary class=\"callout-title\">{icon}{title}</summary><div>\n",
                if open { " open" } else { "" }
            ),
        });
    }

    // Code and diagrams

    fn end_code(&mut self) {
        let Some(code) = self.code.take() else { return };
        let (fence, mut wrong) = code::fence(&code.info);
        let first_line = code.range.start..code.range.start + code.fence;
        if fence.language == "mermaid" {
            self.diagram(&code, fence.title.as_deref());
        } else {
            let html = code::html(&fence, &code.text, &mut wrong);
            self.push(&html);
        }
        for (message, help) in wrong {
            self.wrong("portal/code", first_line.clone(), message, "", Some(help));
        }
    }

    fn diagram(&mut self, code: &Code, title: Option<&str>) {
        self.diagrams += 1;
        let drawing = diagram::draw(&code.text, &format!("diagram_{}", self.diagrams));
        for mistake in drawing.mistakes {
            // Where the line stands in the source.
            let line_start = code.text.split_inclusive('\n').take(mistake.line).map(str::len).sum::<usize>();
            let at = code.pieces.iter().rev().find(|(start, _)| *start <= line_start);
            let start = at.map_or(code.range.start, |(start, source)| source + line_start - start);
            let line = code.text[line_start..].lines().next().unwrap_or_default();
            let blank = line.len() - line.trim_start().len();
            let range = start + blank..start + line.trim_end().len().max(blank);
            self.wrong("portal/diagram", range, mistake.message, "", Some(mistake.help));
        }
        let caption = title.map_or_else(String::new, |title| format!("<figcaption>{}</figcaption>", escaped(title)));
        // Descriptions stand beside each other on a page, where anchors would repeat.
        match drawing.svg.filter(|_| self.anchors) {
            Some(svg) => self.push(&format!("<figure class=\"diagram\" tabindex=\"0\">{svg}{caption}</figure>\n")),
            None => self.push(&format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", escaped_text(code.text.trim_end()))),
        }
    }

    // Pictures and what is embedded

    fn end_image(&mut self) {
        let Some(image) = self.image.take() else { return };
        self.heard(&image.words);
        if let Some(reference) = &image.reference {
            self.embed(reference, &image.words, image.range);
            return;
        }
        let Some(address) = image.address else {
            self.push(&escaped_text(&image.words));
            return;
        };
        let size = self.around.size(&address).map_or_else(String::new, |(w, h)| format!(" width=\"{w}\" height=\"{h}\""));
        let title = if image.title.is_empty() { String::new() } else { format!(" title=\"{}\"", escaped(&image.title)) };
        let (address, words) = (escaped(&address), escaped(&image.words));
        self.push(&format!("<img loading=\"lazy\" src=\"{address}\" alt=\"{words}\"{title}{size}>"));
    }

    /// Something of an API in the place of a paragraph.
    fn embed(&mut self, reference: &str, words: &str, range: Range<usize>) {
        if self.is_in_line() {
            let help = "put it into a paragraph of its own, or write a link: `[words](operation:API/OPERATION)`";
            let message = "an operation or schema cannot stand in a heading, a table or a link".to_owned();
            self.wrong("portal/embed", range, message, "shown as words", Some(help.to_owned()));
            self.push(&escaped_text(words));
            return;
        }
        match self.around.embed(reference, range) {
            Some(number) => {
                self.before_raw_block();
                self.close_paragraph();
                self.push(&format!("\0{number}\0\n"));
            }
            None => self.push(&escaped_text(words)),
        }
    }

    /// A block begins inside a paragraph, which ends here.
    fn close_paragraph(&mut self) {
        if !std::mem::take(&mut self.is_paragraph_open) {
            return;
        }
        match self.out.last_mut() {
            Some(out) if out.ends_with("<p>") => out.truncate(out.len() - 3),
            Some(out) => out.push_str("</p>\n"),
            None => {}
        }
    }

    // Footnotes

    fn footnote_reference(&mut self, name: &str) {
        let at = match self.noted.iter().position(|(known, _)| known == name) {
            Some(at) => at,
            None => {
                self.noted.push((name.to_owned(), 0));
                self.noted.len() - 1
            }
        };
        self.noted[at].1 += 1;
        let (number, times) = (at + 1, self.noted[at].1);
        if !self.anchors {
            self.push(&format!("<sup>{number}</sup>"));
            return;
        }
        let again = if times > 1 { format!("_{times}") } else { String::new() };
        self.push(&format!(
            "<sup class=\"footnote\"><a id=\"footnote_{number}_from{again}\" href=\"#footnote_{number}\" aria-label=\"{} {number}\">{number}</a></sup>",
            messages::later("footnote")
        ));
    }

    fn footnotes(&mut self) {
        let mut unused: Vec<(String, Range<usize>)> = Vec::new();
        for (name, (_, range)) in &self.notes {
            if !self.noted.iter().any(|(noted, _)| noted == name) {
                unused.push((name.clone(), range.clone()));
            }
        }
        unused.sort_by_key(|(_, range)| range.start);
        for (name, range) in unused {
            let message = format!("nothing mentions the footnote `[^{name}]`");
            self.wrong("portal/footnote", range, message, "not shown", Some(format!("write `[^{name}]` where it belongs")));
        }
        if self.noted.is_empty() {
            return;
        }
        let mut list = String::from("<section class=\"footnotes\"><ol>\n");
        if self.anchors {
            list = format!("<section class=\"footnotes\" aria-label=\"{}\"><ol>\n", messages::later("footnotes"));
        }
        for (at, (name, _)) in self.noted.iter().enumerate() {
            let note = self.notes.get(name).map_or("", |(note, _)| note.trim_end());
            let number = at + 1;
            if !self.anchors {
                let _ = writeln!(list, "<li>{note}</li>");
                continue;
            }
            let back = format!(
                " <a href=\"#footnote_{number}_from\" class=\"footnote-back\" aria-label=\"{}\">↩</a>",
                messages::later("back-to-text")
            );
            let _ = match note.strip_suffix("</p>") {
                Some(note) => writeln!(list, "<li id=\"footnote_{number}\">{note}{back}</p></li>"),
                None => writeln!(list, "<li id=\"footnote_{number}\">{note}{back}</li>"),
            };
        }
        list.push_str("</ol></section>\n");
        self.push(&list);
    }

    // Tabs, steps, snippets

    /// A comment that stands for itself may be an instruction; everything else is HTML.
    fn html_block(&mut self, block: &str, start: usize) {
        let trimmed = block.trim();
        let inside = trimmed.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")).filter(|rest| !rest.contains("-->"));
        let Some(inside) = inside.map(str::trim) else {
            return self.raw(block, start, None);
        };
        let blank = block.len() - block.trim_start().len();
        let range = start + blank..start + blank + trimmed.len();
        let (word, rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        match word {
            "tabs" if rest.is_empty() => {
                self.before_block();
                self.frames.push(Frame::Tabs(Tabs { at: range, level: 0, panels: Vec::new() }));
                self.out.push(String::new());
            }
            "steps" if rest.is_empty() => {
                self.before_block();
                self.push("<div class=\"steps\">\n");
                self.frames.push(Frame::Steps(Steps { at: range, level: 0, is_open: false }));
            }
            "/tabs" | "/steps" if rest.is_empty() => self.end_container(word, range),
            "include" if !rest.is_empty() => self.include(rest.trim(), range),
            _ => {
                let meant = match word {
                    "tab" | "tabs:start" | "tabset" | "Tabs" => "tabs",
                    "/tab" | "tabs:end" | "endtabs" | "/Tabs" => "/tabs",
                    "step" | "steps:start" | "Steps" => "steps",
                    "/step" | "steps:end" | "endsteps" | "/Steps" => "/steps",
                    "include" => "include NAME",
                    _ => return,
                };
                let message = format!("the comment `{inside}` says nothing to the portal");
                let help = format!("write `<!-- {meant} -->`");
                self.wrong("portal/instruction", range, message, "not shown", Some(help));
            }
        }
    }

    fn end_container(&mut self, word: &str, range: Range<usize>) {
        let is_it = |frame: &Frame| match frame {
            Frame::Tabs(_) => word == "/tabs",
            Frame::Steps(_) => word == "/steps",
            _ => false,
        };
        // Only what stands in the same block may end: behind it are tabs and steps alone.
        let innermost =
            self.frames.iter().rposition(|frame| !matches!(frame, Frame::Tabs(_) | Frame::Steps(_))).map_or(0, |at| at + 1);
        match self.frames[innermost..].iter().rposition(is_it).map(|at| at + innermost) {
            Some(at) => {
                self.close_containers(at + 1);
                self.close_container();
            }
            None => {
                let begin = word.trim_start_matches('/');
                let message = format!("there are no {begin} to end here");
                let help = format!("write `<!-- {begin} -->` before the first of them, in the same block");
                self.wrong("portal/instruction", range, message, "left out", Some(help));
            }
        }
    }

    /// Ends tabs and steps that are still open above this many frames: they lack their ends.
    fn close_containers(&mut self, frames: usize) {
        while self.frames.len() > frames {
            let (name, at) = match self.frames.last() {
                Some(Frame::Tabs(tabs)) => ("tabs", tabs.at.clone()),
                Some(Frame::Steps(steps)) => ("steps", steps.at.clone()),
                _ => return,
            };
            let help = format!("write `<!-- /{name} -->` behind the last of them");
            let message = format!("the {name} that begin here do not end");
            self.wrong("portal/instruction", at, message, "", Some(help));
            self.close_container();
        }
    }

    /// What was written since the last tab began belongs to it.
    fn end_panel(&mut self, range: &Range<usize>) {
        self.close_raws(self.frames.len());
        let written = self.take();
        let Some(Frame::Tabs(tabs)) = self.frames.last_mut() else { return };
        let at = tabs.at.clone();
        if let Some((_, panel)) = tabs.panels.last_mut() {
            *panel = written;
        } else if !written.trim().is_empty() {
            // Nothing is lost: it stands before the tabs.
            self.push(&written);
            let help = "begin each tab with a heading: `### Title`";
            let message = "there is text before the first tab".to_owned();
            let _ = range;
            self.wrong("portal/instruction", at, message, "shown above the tabs", Some(help.to_owned()));
        }
    }

    fn close_container(&mut self) {
        match self.frames.last() {
            Some(Frame::Tabs(tabs)) => {
                let at = tabs.at.clone();
                self.end_panel(&at);
                let Some(Frame::Tabs(mut tabs)) = self.frames.pop() else { return };
                if tabs.panels.len() > TABS_MAX {
                    let message = format!("there are more than {TABS_MAX} tabs here");
                    self.wrong("portal/instruction", at, message, "the last ones stand below", Some("group them".to_owned()));
                }
                let rest = tabs.panels.split_off(tabs.panels.len().min(TABS_MAX));
                self.write_tabs(&tabs.panels);
                for (title, panel) in rest {
                    self.push(&format!("<p><strong>{}</strong></p>\n{panel}", escaped(&title)));
                }
            }
            Some(Frame::Steps(_)) => {
                self.close_raws(self.frames.len());
                if let Some(Frame::Steps(steps)) = self.frames.pop() {
                    self.push(if steps.is_open { "</li>\n</ol></div>\n" } else { "</div>\n" });
                }
            }
            _ => {}
        }
    }

    /// Radio buttons and their labels: they need no script, and arrow keys move between them.
    fn write_tabs(&mut self, panels: &[(String, String)]) {
        if panels.is_empty() {
            return;
        }
        self.sets += 1;
        // Descriptions stand beside each other on a page, where anchors would repeat.
        if !self.anchors {
            for (title, panel) in panels {
                self.push(&format!("<p><strong>{}</strong></p>\n{panel}", escaped(title)));
            }
            return;
        }
        let set = format!("tabs_{}", self.sets);
        let titles: Vec<String> = panels.iter().map(|(title, _)| escaped(title)).collect();
        let mut out = format!("<fieldset class=\"tab-set\"><legend class=\"hidden\">{}</legend>\n", titles.join(", "));
        for (at, title) in titles.iter().enumerate() {
            let checked = if at == 0 { " checked" } else { "" };
            let id = format!("{set}_{}", at + 1);
            let _ = write!(out, "<input type=\"radio\" name=\"{set}\" id=\"{id}\"{checked}><label for=\"{id}\">{title}</label>");
        }
        out.push_str("\n<div class=\"tab-panels\">\n");
        for (title, (_, panel)) in titles.iter().zip(panels) {
            let _ = write!(out, "<div class=\"tab-panel\"><p class=\"tab-title\">{title}</p>\n{panel}</div>\n");
        }
        out.push_str("</div></fieldset>\n");
        self.push(&out);
    }

    fn include(&mut self, name: &str, range: Range<usize>) {
        if self.snippets.iter().any(|open| open == name) || self.snippets.len() >= SNIPPETS_MAX {
            let message = format!("the snippet `{name}` includes itself");
            self.wrong("portal/snippet", range, message, "left out", Some("break the circle".to_owned()));
            return;
        }
        let Some(text) = self.around.enter(name, range) else { return };
        self.snippets.push(name.to_owned());
        self.text(&text);
        self.snippets.pop();
        self.around.leave();
    }

    // HTML of the author's

    /// Inside of something that is taken away: only its end counts.
    fn dropped(&mut self, raw: &str) {
        let ends =
            |name: &str| html::tokens(raw).iter().any(|(_, token)| matches!(token, Token::Close(closed) if closed == name));
        if self.dropping.as_ref().is_some_and(|(name, _)| ends(name)) {
            self.dropping = None;
        }
    }

    /// HTML of the author's. `rest` is what follows in the source where it runs with the text.
    fn raw(&mut self, raw: &str, start: usize, rest: Option<&str>) {
        if self.around.allows_html() {
            self.push(raw);
            return;
        }
        let tokens = html::tokens(raw);
        let mut index = 0;
        while let Some((at, token)) = tokens.get(index) {
            index += 1;
            let end = tokens.get(index).map_or(raw.len(), |(next, _)| *next);
            let range = start + at..start + end;
            match token {
                Token::Text(words) => {
                    let words = html::decoded(words);
                    self.heard(&words);
                    self.push(&escaped_text(&words));
                }
                Token::Comment(_) | Token::Other => {}
                Token::Open(tag) => {
                    let written = &raw[*at..end];
                    if html::kind(&tag.name) != Kind::Removed {
                        self.open(tag, written, range, rest.is_some());
                        continue;
                    }
                    // All that is in it goes with it: to its end here, or in what follows.
                    let closes = |(_, token): &(usize, Token<'_>)| matches!(token, Token::Close(name) if *name == tag.name);
                    let close = tokens[index..].iter().position(closes);
                    let is_closed = close.is_some() || rest.is_some_and(|rest| is_closed_in(rest, &tag.name));
                    if !is_closed
                        && !tag.closes_itself
                        && !html::is_void(&tag.name)
                        && !matches!(tag.name.as_str(), "script" | "style")
                    {
                        // `<title>` alone is a placeholder more often than an element.
                        self.unknown(&tag.name, written, range);
                        continue;
                    }
                    let message = format!("the element `{}` is not published", tag.name);
                    self.wrong("portal/html", range, message, "left out, with all that is in it", self.html_help());
                    match close {
                        Some(close) => index += close + 1,
                        None if tag.closes_itself || html::is_void(&tag.name) => {}
                        None if is_closed => self.dropping = Some((tag.name.clone(), self.frames.len())),
                        // A script that does not end takes the block.
                        None if rest.is_none() => return,
                        None => {}
                    }
                }
                Token::Close(name) => self.close(name, range),
            }
        }
    }

    /// What looks like an element and is none: most likely a placeholder.
    fn unknown(&mut self, name: &str, written: &str, range: Range<usize>) {
        let message = match html::kind(name) {
            Kind::Unknown => format!("`<{name}>` is no element of HTML"),
            _ => format!("`<{name}>` is not closed, and would not be published"),
        };
        let help = "put it into backticks if it is code or a placeholder, or write `\\<` for a `<`";
        self.wrong("portal/html", range, message, "shown as text", Some(help.to_owned()));
        self.heard(written);
        self.push(&escaped_text(written));
    }

    /// Begins an element.
    fn open(&mut self, tag: &RawTag<'_>, written: &str, range: Range<usize>, is_inline: bool) {
        let name = tag.name.as_str();
        let kind = html::kind(name);
        let in_line = self.is_in_line();
        match kind {
            Kind::Unwrapped => {
                if !html::is_harmless(name) {
                    let message = format!("the element `{name}` is not published");
                    self.wrong("portal/html", range, message, "left out; what is in it stays", self.html_help());
                }
                return;
            }
            Kind::Unknown | Kind::Removed => {
                self.unknown(name, written, range);
                return;
            }
            Kind::Block | Kind::Heading(_) if in_line => {
                let message = format!("`{name}` cannot stand inside a heading, a link, a cell or emphasis");
                self.wrong("portal/html", range, message, "left out; what is in it stays", None);
                return;
            }
            _ => {}
        }
        while self.raw.last().is_some_and(|raw| raw.depth == self.frames.len() && html::is_ended_by(&raw.name, name)) {
            self.close_raw(false);
        }
        let parents = html::parents(name);
        let parent = self.raw.last().filter(|raw| raw.depth == self.frames.len()).map(|raw| raw.name.as_str());
        if !parents.is_empty() && !parent.is_some_and(|parent| parents.contains(&parent)) {
            let message = format!("`{name}` must stand directly inside `{}`", parents[0]);
            self.wrong("portal/html", range, message, "left out; what is in it stays", None);
            return;
        }
        if name == "a"
            && (self.raw.iter().any(|raw| raw.name == "a") || self.frames.iter().any(|frame| matches!(frame, Frame::Link { .. })))
        {
            let message = "a link inside a link leads nowhere".to_owned();
            self.wrong("portal/html", range, message, "left out; what is in it stays", None);
            return;
        }
        match kind {
            Kind::Heading(level) => {
                self.before_raw_block();
                self.close_paragraph();
                self.start_heading(level, range.clone());
            }
            _ => {
                if kind == Kind::Block || name == "hr" {
                    self.before_raw_block();
                    if is_inline {
                        self.close_paragraph();
                    }
                }
                let attributes = self.attributes(tag, &range);
                self.push(&format!("<{name}{attributes}>"));
            }
        }
        if kind == Kind::Void {
            return;
        }
        if self.raw.len() >= NESTING_MAX {
            let message = format!("elements nest deeper than {NESTING_MAX} here");
            self.wrong("portal/nesting", range, message, "closed at once", None);
            self.push(&format!("</{name}>"));
            return;
        }
        self.raw.push(RawElement { name: name.to_owned(), depth: self.frames.len(), range });
        if tag.closes_itself {
            // `<div/>` is meant to be empty, which HTML does not know.
            self.close_raw(false);
        }
    }

    /// Blocks cannot stand inside of what runs with the text.
    fn is_in_line(&self) -> bool {
        self.heading.is_some()
            || self.frames.iter().any(|frame| matches!(frame, Frame::Link { .. } | Frame::Cell { .. }))
            || matches!(self.frames.last(), Some(Frame::Element("</em>" | "</strong>" | "</del>" | "</sup>" | "</sub>")))
            || self.callout.as_ref().is_some_and(|callout| callout.in_title)
            || self.raw.iter().any(|raw| raw.name == "a" || raw.name == "summary" || raw.name == "caption")
    }

    fn before_raw_block(&mut self) {
        if self.callout.as_ref().is_some_and(|callout| !callout.in_title) {
            self.callout_title("");
        }
        // Inline elements end where a block begins.
        while self
            .raw
            .last()
            .is_some_and(|raw| raw.depth == self.frames.len() && (raw.name == "p" || html::kind(&raw.name) == Kind::Inline))
        {
            self.close_raw(true);
        }
    }

    fn html_help(&self) -> Option<String> {
        self.anchors
            .then(|| "say it in Markdown; `allowHtml: true` in `portal/portal.yaml` publishes HTML as it is written".to_owned())
    }

    fn attributes(&mut self, tag: &RawTag<'_>, range: &Range<usize>) -> String {
        let mut out = String::new();
        let mut seen: Vec<&str> = Vec::new();
        let element = tag.name.as_str();
        for (name, value) in &tag.attributes {
            if seen.contains(&name.as_str()) {
                continue;
            }
            seen.push(name);
            let value = html::decoded(value);
            let _ = match html::attribute(element, name, &value) {
                Attribute::Kept => write!(out, " {name}=\"{}\"", escaped(&value)),
                Attribute::Flag => write!(out, " {name}"),
                Attribute::Alignment => write!(out, " class=\"align-{}\"", value.to_ascii_lowercase()),
                Attribute::Anchor => {
                    let id = slug(&value);
                    // Another element may have it; then nothing could lead here anyway.
                    if self.anchors && self.ids.take(&value) == id {
                        self.taken.push(id.clone());
                        write!(out, " id=\"{id}\"")
                    } else {
                        Ok(())
                    }
                }
                Attribute::Address => {
                    let kind = if element == "img" { LinkKind::Image } else { LinkKind::Link };
                    match self.around.link(&value, range.clone(), kind).filter(|to| is_safe(to)) {
                        Some(address) => write!(out, " {name}=\"{}\"", escaped(&address)),
                        None => Ok(()),
                    }
                }
                Attribute::Dropped => Ok(()),
                Attribute::Refused => {
                    let message = format!("the attribute `{name}` of `{element}` is not published");
                    self.wrong("portal/html", range.clone(), message, "left out", self.html_help());
                    Ok(())
                }
            };
        }
        if element == "img" && !seen.contains(&"alt") {
            out.push_str(" alt=\"\"");
        }
        if element == "img" {
            out.push_str(" loading=\"lazy\"");
        }
        if element == "pre" {
            out.push_str(" tabindex=\"0\"");
        }
        out
    }

    fn close(&mut self, name: &str, range: Range<usize>) {
        if matches!(html::kind(name), Kind::Removed | Kind::Unwrapped) || html::is_void(name) {
            return;
        }
        if html::kind(name) == Kind::Unknown {
            let text = format!("</{name}>");
            self.heard(&text);
            self.push(&escaped_text(&text));
            return;
        }
        let depth = self.frames.len();
        let found = self.raw.iter().rposition(|raw| raw.depth >= depth && raw.name == name);
        let Some(found) = found else {
            // Browsers end what contains a paragraph's end; here it ends nothing.
            if name != "p" {
                let is_open = self.raw.iter().any(|raw| raw.name == name);
                let message = match is_open {
                    true => format!("`</{name}>` stands in another block than `<{name}>`"),
                    false => format!("`</{name}>` ends nothing"),
                };
                self.wrong("portal/html", range, message, "left out", None);
            }
            return;
        };
        while self.raw.len() > found + 1 {
            let ends_by_itself = self.raw.last().is_some_and(|raw| html::ends_by_itself(&raw.name));
            self.close_raw(!ends_by_itself);
        }
        self.close_raw(false);
    }

    /// Ends the elements that began inside of what ends now.
    fn close_raws(&mut self, depth: usize) {
        while self.raw.last().is_some_and(|raw| raw.depth >= depth) && depth > 0 {
            let ends_by_itself = self.raw.last().is_some_and(|raw| html::ends_by_itself(&raw.name));
            self.close_raw(!ends_by_itself);
        }
    }

    fn close_raw(&mut self, is_mistake: bool) {
        let Some(raw) = self.raw.pop() else { return };
        if is_mistake && !html::ends_by_itself(&raw.name) {
            let message = format!("`<{}>` is not closed", raw.name);
            let help = format!("write `</{}>` in the same block", raw.name);
            self.wrong("portal/html", raw.range.clone(), message, "closed where its block ends", Some(help));
        }
        match html::kind(&raw.name) {
            Kind::Heading(_) => self.end_heading(),
            _ => self.push(&format!("</{}>", raw.name)),
        }
    }
}

/// Whether an element ends before its paragraph does.
fn is_closed_in(rest: &str, name: &str) -> bool {
    let paragraph = rest.find("\n\n").map_or(rest, |end| &rest[..end]);
    paragraph
        .match_indices("</")
        .any(|(at, _)| paragraph[at + 2..].get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name)))
}

/// Whether an address names something of the service: `operation:petstore/getPet`.
pub(super) fn is_reference(address: &str) -> bool {
    ["operation:", "schema:"].iter().any(|scheme| address.starts_with(scheme))
}

/// `{{< operation petstore/getPet >}}`, as other generators write it.
fn shortcode(paragraph: &str) -> Option<String> {
    let inside = paragraph.trim().strip_prefix("{{<")?.strip_suffix(">}}")?.trim();
    let (kind, name) = inside.split_once(char::is_whitespace)?;
    let name = name.trim().trim_matches('"');
    (matches!(kind, "operation" | "schema") && !name.contains(char::is_whitespace)).then(|| format!("{kind}:{name}"))
}

/// `> [!NOTE]- Title`: the word, whether it folds and is open, and where the title begins.
fn callout_mark(quote: &str) -> Option<(&str, Option<bool>, usize)> {
    let first = quote.lines().next()?;
    let inside = first.trim_start_matches([' ', '\t', '>']);
    let (word, rest) = inside.strip_prefix("[!")?.split_once(']')?;
    if word.is_empty() || !word.chars().all(|character| character.is_ascii_alphabetic()) {
        return None;
    }
    let (folds, rest) = match rest.strip_prefix('-') {
        Some(rest) => (Some(false), rest),
        None => rest.strip_prefix('+').map_or((None, rest), |rest| (Some(true), rest)),
    };
    Some((word, folds, first.len() - rest.len()))
}

fn callout_kind(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "note" | "info" | "abstract" | "summary" => "note",
        "tip" | "hint" | "success" | "check" | "example" => "tip",
        "important" => "important",
        "warning" | "attention" => "warning",
        "caution" | "danger" | "error" | "failure" | "bug" => "caution",
        _ => return None,
    })
}
