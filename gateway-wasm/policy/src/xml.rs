//! The lenient reader of policy files: elements with spans. It never fails.
//!
//! Policy files look like XML and mostly are not: expressions hold raw `"`, `<` and `&&`. So an attribute or a text that holds
//! `@(` or `@{` reaches as far as the expression does ([`crate::code`]), and everything else is XML without DTDs and with no
//! entities but the five and the numeric ones. Damage is reported where it is, with what was probably meant, and reading goes on.
//!
//! The spans cover every byte that is not white space, a comment or a processing instruction, so a file can be changed in one
//! place and stay as it is everywhere else.

use crate::{
    code::{self, Broken},
    expr::lexer::Spelling,
    text::Text,
};
use diagnostic::{Diagnostic, Diagnostics, Span, nearest};

pub use crate::code::is_expression;

/// The deepest nesting of elements that is read.
pub const DEPTH_MAX: usize = 64;

/// The most mistakes that are reported of one file; what has more is not a policy file.
pub const MISTAKES_MAX: usize = 100;

/// The most attributes that an element may have.
pub const ATTRIBUTES_MAX: usize = 256;

/// The most places in literal text that look like the start of an expression and have no end. Further ones are text unseen,
/// so that a hostile file cannot make the reader look for the same end over and over.
const UNENDED_MAX: usize = 100;

/// An element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its name, as written.
    pub name: String,
    /// Where its name stands in the opening tag.
    pub name_span: Span,
    /// All of it, from the opening tag to the closing one.
    pub span: Span,
    /// The opening tag.
    pub tag_span: Span,
    /// What stands between the tags; empty for `<a />`.
    pub inner_span: Span,
    /// The attributes in order.
    pub attributes: Vec<Attribute>,
    /// What it contains, comments left out.
    pub children: Vec<Node>,
}

/// An attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name, as written.
    pub name: String,
    /// Where its name stands.
    pub name_span: Span,
    /// All of it, from its name to the closing quote.
    pub span: Span,
    /// Its value.
    pub value: Value,
}

/// What an element contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text. White space between elements is none, unless it is written as `&#10;` or in CDATA.
    Text(Value),
}

/// What stands in an attribute or between tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// An expression is as written, from its `@` to its last bracket. Literal text has its entities replaced.
    pub text: String,
    /// Where it stands, without the blanks around it; only literal attributes and mixed values reach over them, too.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// The quote around it, in an attribute. Inside an expression it may stand raw all the same.
    pub quote: Option<char>,
    /// True in `<![CDATA[...]]>`, where `&lt;` is four characters.
    pub cdata: bool,
    /// True if reading has reported that something is wrong with it, so that nobody needs to say it again.
    pub damaged: bool,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text that means itself.
    Literal,
    /// One expression.
    Expression,
    /// Text with an expression in it, see [`Value::pieces`].
    Mixed,
}

impl Element {
    /// The attribute of a name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The elements in it.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The texts in it: one, where no comment and no element stands between.
    pub fn texts(&self) -> impl Iterator<Item = &Value> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(_) => None,
            Node::Text(value) => Some(value),
        })
    }

    /// Everything between the tags as one value. Where it holds elements (a body written as XML), their text as written.
    pub fn value(&self, text: &Text) -> Value {
        if self.elements().next().is_some() {
            let raw = text.as_str().get(self.inner_span.range()).unwrap_or_default();
            let run = run(text.as_str(), self.inner_span.range().start, Until::Byte(self.inner_span.range().end), &mut 0);
            let damaged = self.texts().any(|value| value.damaged);
            let kind = if run.expressions.is_empty() { Kind::Literal } else { Kind::Mixed };
            return Value { text: raw.to_owned(), span: self.inner_span, kind, quote: None, cdata: true, damaged };
        }
        let mut texts = self.texts();
        let Some(first) = texts.next() else {
            let (quote, cdata, damaged) = (None, false, false);
            return Value { text: String::new(), span: self.inner_span, kind: Kind::Literal, quote, cdata, damaged };
        };
        texts.fold(first.clone(), |mut whole, next| {
            whole.text.push_str(&next.text);
            whole.span = whole.span.to(next.span);
            whole.damaged |= next.damaged;
            if next.kind != Kind::Literal || whole.kind != Kind::Literal {
                whole.kind = Kind::Mixed;
            }
            whole
        })
    }

    /// What stands between the tags: literal texts and expressions by turns.
    pub fn pieces(&self, text: &Text) -> Vec<Value> {
        if self.elements().next().is_some() {
            return self.value(text).pieces(text);
        }
        self.texts().flat_map(|value| value.pieces(text)).collect()
    }

    /// Its text, see [`Element::value`].
    pub fn text(&self, text: &Text) -> String {
        self.value(text).text
    }
}

impl Value {
    /// How an expression in it is spelled.
    pub fn spelling(&self) -> Spelling {
        if self.cdata { Spelling::Plain } else { Spelling::Xml { quote: self.quote } }
    }

    /// A mixed value as literal texts and expressions by turns; any other as itself.
    pub fn pieces(&self, text: &Text) -> Vec<Value> {
        if self.kind != Kind::Mixed {
            return vec![self.clone()];
        }
        let (mut from, until) = (self.span.range().start, self.span.range().end);
        let mut pieces = Vec::new();
        let mut piece = |range: std::ops::Range<usize>, kind| {
            let raw = text.as_str().get(range.clone()).unwrap_or_default();
            if !raw.is_empty() {
                let text = if self.cdata || kind == Kind::Expression { raw.to_owned() } else { unescaped(raw, |_, _| ()) };
                pieces.push(Value { text, span: Span::new(range.start, range.end), kind, ..*self });
            }
        };
        for (start, end) in run(text.as_str(), from, Until::Byte(until), &mut 0).expressions {
            piece(from..start, Kind::Literal);
            piece(start..end, Kind::Expression);
            from = end;
        }
        piece(from..until, Kind::Literal);
        pieces
    }
}

/// Reads a file: its elements in order. A policy file has one, a snippet may have several.
pub fn read(text: &Text, diagnostics: &mut Diagnostics) -> Vec<Element> {
    let mut reader = Reader {
        text,
        file: text.as_str(),
        at: 0,
        diagnostics: Diagnostics::new(),
        mistakes: 0,
        stopped: false,
        ended: false,
        open: Vec::new(),
        forgiven: Vec::new(),
        unended: 0,
    };
    let mut elements = Vec::new();
    for node in reader.nodes() {
        match node {
            Node::Element(element) => elements.push(element),
            Node::Text(value) if value.damaged => {}
            Node::Text(value) => {
                reader.error(
                    "xml/stray-text",
                    value.span,
                    "text outside of any element",
                    "remove it, or put it inside an element",
                );
            }
        }
    }
    let templates = templates(&elements);
    let is_filled_later = |span: &Span| templates.iter().any(|inner| inner.start <= span.start && span.end <= inner.end);
    diagnostics.extend(text.mistakes().iter().filter(|(span, _)| !is_filled_later(span)).map(|(_, mistake)| mistake.clone()));
    diagnostics.extend(reader.diagnostics);
    elements
}

/// Where Liquid fills in values: there, `{{body.name}}` is no named value unless the service has it.
fn templates(elements: &[Element]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut left: Vec<&Element> = elements.iter().collect();
    while let Some(element) = left.pop() {
        if element.attribute("template").is_some_and(|template| template.value.text.eq_ignore_ascii_case("liquid")) {
            spans.push(element.inner_span);
        }
        left.extend(element.elements());
    }
    spans
}

/// How far a run of text goes that is not yet read.
#[derive(Clone, Copy)]
enum Until {
    /// To this character, outside of expressions.
    Quote(char),
    /// To the next tag.
    Tag,
    /// To a place that is known.
    Byte(usize),
}

/// A run of text: where it ends, and the expressions in it.
struct Run {
    /// The byte of what ended it, or the end of the file.
    end: usize,
    /// False if nothing ended it.
    ended: bool,
    expressions: Vec<(usize, usize)>,
    /// Where a formatter took an expression apart.
    taken_apart: Option<usize>,
    /// If it begins with an expression that has no end: where that starts, and why. Then `end` is where it starts.
    broken: Option<(usize, Broken)>,
}

/// Finds the end of a run, expressions read whole. `unended` counts the failures, see [`UNENDED_MAX`].
fn run(file: &str, start: usize, until: Until, unended: &mut usize) -> Run {
    let limit = match until {
        Until::Byte(byte) => byte.min(file.len()),
        _ => file.len(),
    };
    let mut run = Run { end: limit, ended: false, expressions: Vec::new(), taken_apart: None, broken: None };
    let mut at = start;
    while let Some(rest) = file.get(at..limit) {
        let found = rest.char_indices().find(|&(offset, c)| match until {
            _ if c == '@' => is_expression(&rest[offset..]),
            Until::Quote(quote) => c == quote,
            Until::Tag => c == '<' && starts_tag(&rest[offset..]),
            Until::Byte(_) => false,
        });
        let Some((offset, c)) = found else { break };
        at += offset;
        if c != '@' {
            (run.end, run.ended) = (at, true);
            break;
        }
        if *unended >= UNENDED_MAX {
            at += 1;
            continue;
        }
        match code::end(file.get(..limit).unwrap_or_default(), at) {
            Ok(whole) => {
                run.expressions.push((at, whole.end));
                run.taken_apart = run.taken_apart.or(whole.taken_apart);
                at = whole.end;
            }
            Err(why) => {
                *unended += 1;
                if file.get(start..at).is_some_and(|before| before.trim().is_empty()) {
                    run.end = at;
                    run.broken = Some((at, why));
                    break;
                }
                at += 1;
            }
        }
    }
    run
}

/// True for `<a`, `</`, `<!`, `<?`; any other `<` is text that nobody escaped.
fn starts_tag(rest: &str) -> bool {
    rest.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '/' | '!' | '?')))
}

/// How an opening tag ends.
#[derive(Clone, Copy)]
enum TagEnd {
    /// `>`
    Open,
    /// `/>`
    Empty,
    /// Not at all.
    Missing,
}

struct Reader<'a> {
    text: &'a Text,
    file: &'a str,
    at: usize,
    diagnostics: Diagnostics,
    mistakes: usize,
    /// True once a limit is reached: nothing more is read or reported.
    stopped: bool,
    /// True once it is reported that the file ends too early.
    ended: bool,
    /// The elements that are open, outermost first.
    open: Vec<(String, Span)>,
    /// Closing tags that belong to a mistake that has been reported.
    forgiven: Vec<usize>,
    unended: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.file.get(self.at..).unwrap_or_default()
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.file.get(start..end).unwrap_or_default()
    }

    fn report(&mut self, mistake: Diagnostic) {
        if self.stopped {
            return;
        }
        let place = mistake.place.clone();
        self.diagnostics.push(mistake);
        self.mistakes += 1;
        if self.mistakes >= MISTAKES_MAX {
            self.diagnostics.push(
                Diagnostic::error("xml/mistakes", place, format!("{MISTAKES_MAX} mistakes are enough; the rest is not read"))
                    .help("look at the first ones: is this a policy file?"),
            );
            self.stopped = true;
        }
    }

    fn error(&mut self, id: &'static str, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.report(Diagnostic::error(id, self.text.place(span), message).help(help));
    }

    /// Reads up to the end tag of the innermost open element, which is left unread, or to the end of the file.
    fn nodes(&mut self) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        while self.at < self.file.len() && !self.stopped {
            let rest = self.rest();
            if rest.starts_with('\u{feff}') && self.at == 0 {
                self.at += '\u{feff}'.len_utf8();
            } else if rest.starts_with("<!--") {
                self.comment();
            } else if rest.starts_with("<![CDATA[") {
                self.cdata(&mut nodes);
            } else if rest.starts_with("<?") {
                self.instruction();
            } else if rest.starts_with("<!") {
                self.declaration();
            } else if rest.starts_with("</") {
                if self.end_tag_is_ours() {
                    break;
                }
            } else if rest.starts_with('<') && starts_tag(rest) {
                if self.section_starts() {
                    break;
                }
                if let Some(element) = self.element() {
                    nodes.push(Node::Element(element));
                }
            } else {
                self.text_run(&mut nodes);
            }
        }
        nodes
    }

    fn comment(&mut self) {
        let start = self.at;
        match self.rest().get("<!--".len()..).and_then(|rest| rest.find("-->")) {
            Some(length) => self.at += "<!--".len() + length + "-->".len(),
            None => {
                self.at = self.file.len();
                self.ended = true;
                self.error("xml/comment", Span::new(start, start + 4), "this comment never ends", "close it with `-->`");
            }
        }
    }

    fn cdata(&mut self, nodes: &mut Vec<Node>) {
        let opened = Span::new(self.at, self.at + "<![CDATA[".len());
        let start = opened.range().end;
        // An expression may hold `]]>` itself: `@(a[b[0]]>1)`.
        let blank = self.slice(start, self.file.len());
        let whole = self.expression_end(start + blank.len() - blank.trim_start().len());
        let whole = whole.filter(|&end| self.slice(end, self.file.len()).trim_start().starts_with("]]>"));
        let from = whole.unwrap_or(start);
        let Some(length) = self.slice(from, self.file.len()).find("]]>") else {
            let rest = self.slice(start, self.file.len());
            let closing = self.open.last().and_then(|(name, _)| rest.find(&format!("</{name}")));
            self.at = start + closing.unwrap_or(rest.len());
            self.ended |= closing.is_none();
            self.error("xml/cdata", opened, "this `<![CDATA[` never ends", "close it with `]]>`");
            return self.push_cdata(nodes, start, self.at, true);
        };
        self.at = from + length + "]]>".len();
        self.push_cdata(nodes, start, from + length, false);
    }

    /// Where the expression ends that starts at `at`, if one does.
    fn expression_end(&mut self, at: usize) -> Option<usize> {
        if self.unended >= UNENDED_MAX || !is_expression(self.slice(at, self.file.len())) {
            return None;
        }
        let end = code::end(self.file, at).map(|whole| whole.end).ok();
        self.unended += usize::from(end.is_none());
        end
    }

    fn push_cdata(&mut self, nodes: &mut Vec<Node>, start: usize, end: usize, damaged: bool) {
        let run = run(self.file, start, Until::Byte(end), &mut self.unended);
        let mut damaged = damaged;
        if let Some((at, why)) = run.broken {
            damaged = true;
            self.broken(at, why, "here");
        }
        let value = self.value(start, end, None, true, &run, damaged);
        push_text(nodes, value);
    }

    fn instruction(&mut self) {
        let start = self.at;
        match self.rest().get("<?".len()..).and_then(|rest| rest.find("?>")) {
            Some(length) => self.at += "<?".len() + length + "?>".len(),
            None => {
                self.at += self.rest().find('>').map_or(self.rest().len(), |length| length + 1);
                self.error("xml/instruction", Span::new(start, start + 2), "this `<?` never ends", "close it with `?>`");
            }
        }
    }

    /// `<!DOCTYPE ...>`, with what it may declare in brackets.
    fn declaration(&mut self) {
        let start = self.at;
        let rest = self.rest();
        let end = rest.find(['>', '[']).unwrap_or(rest.len());
        let end = match rest.get(end..).unwrap_or_default().starts_with('[') {
            true => rest.find("]>").map(|at| at + 1).unwrap_or(rest.len()),
            false => end,
        };
        self.at = (start + end + 1).min(self.file.len());
        let message = "declarations such as `<!DOCTYPE>` and `<!ENTITY>` are not read";
        let help = "remove it; write characters as themselves or by number, `&#160;`, and an HTML body as `<![CDATA[...]]>`";
        self.error("xml/dtd", Span::new(start, self.at), message, help);
    }

    /// At a tag: true if it opens a section inside another one, which therefore was not closed.
    fn section_starts(&self) -> bool {
        let name = self.rest().get(1..).map(|rest| rest.split(is_name_end).next().unwrap_or_default()).unwrap_or_default();
        let mut open = self.open.iter().map(|(name, _)| name.as_str());
        is_section(name)
            && open.next() == Some("policies")
            && open.next().is_some_and(is_section)
            && open.all(|name| name != "set-body")
    }

    /// The name in the closing tag that starts at `at`, and where the tag ends.
    fn end_tag(&self, at: usize) -> Option<(&'a str, usize)> {
        let rest = self.slice(at, self.file.len()).strip_prefix("</")?;
        let end = rest.find(['>', '<']).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        let closed = usize::from(rest.get(end..).is_some_and(|rest| rest.starts_with('>')));
        // A tag that nothing ends is its name.
        let length = if closed == 1 { end + 1 } else { name.trim_end().len() };
        Some((name.trim(), at + 2 + length))
    }

    /// At `</`: true if the end tag closes an open element (it is left unread, and those inside are closed by it).
    /// A stray one is reported and skipped.
    fn end_tag_is_ours(&mut self) -> bool {
        let start = self.at;
        let Some((name, end)) = self.end_tag(start) else { return false };
        if self.is_open(name) {
            return true;
        }
        if let [.., (outer, _), (inner, _)] = self.open.as_slice()
            && (is_slip(name, inner) || !self.forgiven.contains(&start) && self.next_end_tag(end) == Some(outer))
        {
            return true;
        }
        self.at = end;
        if self.forgiven.contains(&start) {
            return false;
        }
        let mistake = Diagnostic::error(
            "xml/end-tag",
            self.text.place(Span::new(start, end)),
            if name.is_empty() { "this closes nothing".to_owned() } else { format!("`</{name}>` closes nothing") },
        );
        self.report(match self.open.last() {
            Some((open, span)) => mistake
                .label(self.text.place(*span), format!("`{open}` is open"))
                .help(format!("write `</{open}>`, or remove this")),
            None => mistake.help("remove it"),
        });
        false
    }

    /// The name in the closing tag that comes next, white space and comments left out.
    fn next_end_tag(&self, mut at: usize) -> Option<&'a str> {
        loop {
            let rest = self.slice(at, self.file.len());
            at += rest.len() - rest.trim_start().len();
            match rest.trim_start().strip_prefix("<!--").map(|comment| comment.find("-->")) {
                Some(length) => at += "<!--".len() + length? + "-->".len(),
                None => return self.end_tag(at).map(|(name, _)| name),
            }
        }
    }

    fn is_open(&self, name: &str) -> bool {
        self.open.iter().any(|(open, _)| open == name)
    }

    fn element(&mut self) -> Option<Element> {
        let start = self.at;
        self.at += 1;
        let (name, name_span) = self.name();
        let (attributes, tag_end) = self.attributes(&name, name_span);
        let tag_span = Span::new(start, self.at);
        let inner_span = Span::new(self.at, self.at);
        let mut element = Element { name, name_span, span: tag_span, tag_span, inner_span, attributes, children: Vec::new() };
        if let TagEnd::Empty = tag_end {
            return Some(element);
        }
        if self.open.len() >= DEPTH_MAX {
            let message = format!("elements are nested deeper than {DEPTH_MAX}; the rest is not read");
            self.error("xml/depth", tag_span, message, "move inner parts into fragments");
            self.stopped = true;
            return None;
        }
        self.open.push((element.name.clone(), element.name_span));
        let inner_start = self.at;
        element.children = self.nodes();
        element.inner_span = Span::new(inner_start, self.at);
        self.open.pop();
        self.close(&element, tag_end);
        element.span = Span::new(start, self.at);
        Some(element)
    }

    /// Reads the end tag of `element`, or says that it is missing.
    fn close(&mut self, element: &Element, tag_end: TagEnd) {
        let name = &element.name;
        let start = self.at;
        let found = self.end_tag(start);
        if let Some((written, end)) = found.filter(|(written, _)| written == name || !self.is_open(written)) {
            let span = Span::new(start, end);
            self.at = end;
            if !self.slice(start, end).ends_with('>') {
                self.error("xml/tag", span, format!("`</{written}` does not end"), format!("write `</{name}>`"));
            } else if written != name {
                self.report(
                    Diagnostic::error("xml/end-tag", self.text.place(span), format!("`</{written}>` does not close `<{name}>`"))
                        .label(self.text.place(element.name_span), "opened here")
                        .help(format!("write `</{name}>`")),
                );
            }
            return;
        }
        if let TagEnd::Missing = tag_end {
            // That has been reported, and `/>` was probably meant.
            return;
        }
        let place = self.text.place(element.name_span);
        let Some((other, end)) = found else {
            let mistake = Diagnostic::error("xml/not-closed", place, format!("`<{name}>` is never closed"));
            if self.rest().is_empty() {
                // Those around it are not closed either, and what is missing is the same for all.
                if !std::mem::replace(&mut self.ended, true) {
                    let missing: String = self.open.iter().rev().map(|(open, _)| format!("</{open}>")).collect();
                    self.report(mistake.help(format!("add `</{name}>{missing}`")));
                }
                return;
            }
            let next = self.rest().get(1..).map(|rest| rest.split(is_name_end).next().unwrap_or_default()).unwrap_or_default();
            let place = self.text.place(Span::new(start, start + 1 + next.len()));
            let mistake = mistake.label(place, format!("`</{name}>` belongs before this"));
            return self.report(mistake.help(format!("add `</{name}>`")));
        };
        // `<a><b></a></b>`: the closing tags changed places.
        let blank = self.slice(end, self.file.len());
        let next = end + blank.len() - blank.trim_start().len();
        if self.end_tag(next).is_some_and(|(next, _)| next == name) {
            self.forgiven.push(next);
            let span = Span::new(start, end);
            return self.report(
                Diagnostic::error("xml/nesting", self.text.place(span), format!("`</{other}>` comes before `</{name}>`"))
                    .label(place, format!("`{name}` is opened inside `{other}`"))
                    .help(format!("write `</{name}></{other}>`")),
            );
        }
        self.report(
            Diagnostic::error("xml/not-closed", place, format!("`<{name}>` is never closed"))
                .label(self.text.place(Span::new(start, end)), format!("`</{name}>` belongs before this"))
                .help(format!("add `</{name}>`")),
        );
    }

    fn name(&mut self) -> (String, Span) {
        let rest = self.rest();
        let length = rest.find(is_name_end).unwrap_or(rest.len());
        let (name, start) = (rest[..length].to_owned(), self.at);
        self.at += length;
        (name, Span::new(start, self.at))
    }

    fn skip_white_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Reads attributes and the end of the tag.
    fn attributes(&mut self, element: &str, name_span: Span) -> (Vec<Attribute>, TagEnd) {
        let mut attributes: Vec<Attribute> = Vec::new();
        loop {
            if self.stopped {
                return (attributes, TagEnd::Missing);
            }
            let before = self.at;
            self.skip_white_space();
            let rest = self.rest();
            if rest.is_empty() && std::mem::replace(&mut self.ended, true) {
                return (attributes, TagEnd::Missing);
            }
            if rest.is_empty() || rest.starts_with('<') {
                self.report(
                    Diagnostic::error("xml/tag", self.text.place(name_span), format!("the tag `<{element}` does not end"))
                        .label(self.text.place(Span::new(before, before)), "it ends here at the latest")
                        .help("end it with `>` or `/>`"),
                );
                return (attributes, TagEnd::Missing);
            }
            if rest.starts_with('>') {
                self.at += 1;
                return (attributes, TagEnd::Open);
            }
            if let Some(rest) = rest.strip_prefix('/').map(str::trim_start).and_then(|rest| rest.strip_prefix('>')) {
                let span = Span::new(self.at, self.file.len() - rest.len());
                if span.range().len() > "/>".len() {
                    self.error("xml/tag", span, "blanks stand between `/` and `>`", "write `/>`");
                }
                self.at = span.range().end;
                return (attributes, TagEnd::Empty);
            }
            if attributes.len() >= ATTRIBUTES_MAX {
                let message = format!("`{element}` has more than {ATTRIBUTES_MAX} attributes; the rest is not read");
                self.error("xml/attributes", name_span, message, "look for a quote or a `>` that is missing");
                self.stopped = true;
                continue;
            }
            let (name, name_span) = self.name();
            if !name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | ':')) {
                self.at = name_span.range().start;
                self.junk(element);
                continue;
            }
            if before == name_span.range().start && !attributes.is_empty() {
                let help = format!("write a blank before `{name}`");
                self.error("xml/tag", name_span, format!("a blank is missing before `{name}`"), help);
            }
            let attribute = self.attribute(name, name_span);
            if let Some(first) = attributes.iter().find(|earlier| earlier.name == attribute.name) {
                let place = self.text.place(first.name_span);
                self.report(
                    Diagnostic::error(
                        "xml/attribute-twice",
                        self.text.place(attribute.name_span),
                        format!("`{}` stands twice in `<{element}>`", attribute.name),
                    )
                    .label(place, "the first one")
                    .help("keep one of them"),
                );
            } else {
                attributes.push(attribute);
            }
        }
    }

    /// Skips what is no attribute, up to the next blank or the end of the tag.
    fn junk(&mut self, element: &str) {
        let rest = self.rest();
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let is_end = |&(at, c): &(usize, char)| at >= first && (c.is_whitespace() || matches!(c, '>' | '<' | '/'));
        let length = rest.char_indices().find(is_end).map_or(rest.len(), |(at, _)| at);
        let span = Span::new(self.at, self.at + length);
        self.at = span.range().end;
        let message = format!("this does not belong into the tag `<{element}`");
        self.error("xml/tag", span, message, "attributes are written `name=\"value\"`, and a quote in a value as `&quot;`");
    }

    fn attribute(&mut self, name: String, name_span: Span) -> Attribute {
        let after_name = self.at;
        self.skip_white_space();
        let empty = Value {
            text: String::new(),
            span: Span::new(after_name, after_name),
            kind: Kind::Literal,
            quote: None,
            cdata: false,
            damaged: true,
        };
        if !self.rest().starts_with('=') {
            self.at = after_name;
            self.error("xml/attribute", name_span, format!("`{name}` has no value"), format!("write `{name}=\"...\"`"));
            return Attribute { name, name_span, span: name_span, value: empty };
        }
        self.at += 1;
        self.skip_white_space();
        let rest = self.rest();
        let value = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                self.at += 1;
                let value = self.quoted(quote, &name, name_span);
                self.at += usize::from(self.rest().starts_with(quote));
                value
            }
            Some(quote) if TYPOGRAPHIC.contains(&quote) => self.typographic(quote, &name),
            _ => self.unquoted(&name),
        };
        Attribute { name, name_span, span: name_span.to(Span::new(self.at, self.at)), value }
    }

    /// `name=value`
    fn unquoted(&mut self, name: &str) -> Value {
        let (start, rest) = (self.at, self.rest());
        // An expression without quotes reaches as far as it does.
        let expression = self.expression_end(start);
        let end = expression
            .unwrap_or_else(|| start + rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '<')).unwrap_or(rest.len()));
        let end = if self.slice(start, end).ends_with('/') && self.slice(end, end + 1) == ">" { end - 1 } else { end };
        let written = self.slice(start, end).trim_matches(['"', '\'']);
        self.at = end;
        let span = Span::new(start, end);
        self.error("xml/quote", span, format!("the value of `{name}` is not in quotes"), format!("write `{name}=\"{written}\"`"));
        let kind = if expression.is_some() { Kind::Expression } else { Kind::Literal };
        Value { text: written.to_owned(), span, kind, quote: None, cdata: false, damaged: true }
    }

    /// `name=“value”`, as word processors write it.
    fn typographic(&mut self, opening: char, name: &str) -> Value {
        let start = self.at + opening.len_utf8();
        let rest = self.slice(start, self.file.len());
        let length = rest.find(|c| TYPOGRAPHIC.contains(&c) || matches!(c, '"' | '>' | '<' | '\n')).unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or_default().to_owned();
        let closing = rest.get(length..).unwrap_or_default().chars().next();
        let closing = closing.filter(|c| *c == '"' || TYPOGRAPHIC.contains(c)).map_or(0, char::len_utf8);
        let span = Span::new(start, start + length);
        let marks = Span::new(self.at, start + length + closing);
        self.at = marks.range().end;
        let message = format!("`{opening}` is a typographic quote");
        self.error("xml/quote", marks, message, format!("write `{name}=\"{text}\"`"));
        Value { text, span, kind: Kind::Literal, quote: None, cdata: false, damaged: true }
    }

    /// Reads a value up to its closing quote, which is left; `at` stands behind the opening one.
    fn quoted(&mut self, quote: char, name: &str, name_span: Span) -> Value {
        let start = self.at;
        let mut run = run(self.file, start, Until::Quote(quote), &mut self.unended);
        let mut damaged = false;
        if let Some((at, why)) = run.broken {
            damaged = true;
            let formatted = matches!(why, Broken::TakenApart { .. });
            (run.end, run.ended) = match self.plausible_end(start, quote, !formatted) {
                Some(end) => (end, true),
                None => self.first_end(start, quote),
            };
            self.broken(at, self.why_before(at, why, run.end), &format!("in `{name}`"));
        } else if let Some(at) = run.taken_apart {
            damaged = true;
            self.taken_apart(at, run.end);
        } else {
            let after = self.slice(run.end + 1, self.file.len()).chars().next();
            let fits = after.is_none_or(|c| c.is_whitespace() || matches!(c, '/' | '>' | '?'));
            let holds_tags = self.slice(start, run.end).contains('<') && {
                let outside = |at: usize| !run.expressions.iter().any(|&(from, to)| from <= start + at && start + at < to);
                let raw = self.slice(start, run.end);
                let mut tags = raw.match_indices('>').filter(|&(at, _)| outside(at));
                tags.any(|(at, _)| raw.get(at + 1..).is_some_and(|after| after.trim_start().starts_with('<')))
            };
            if !run.ended || !fits || holds_tags {
                damaged = self.misquoted(&mut run, start, quote, name, name_span);
            }
        }
        self.at = run.end;
        self.value(start, run.end, Some(quote), false, &run, damaged)
    }

    /// A value that does not end as values do. Finds the end that was probably meant, and says what is wrong if something is.
    fn misquoted(&mut self, run: &mut Run, start: usize, quote: char, name: &str, name_span: Span) -> bool {
        let raw = self.slice(start, run.end);
        let next_attribute = raw.strip_suffix('=').map(str::trim_end).and_then(|raw| {
            let at = raw.rfind(char::is_whitespace)?;
            let name = raw.get(at..)?.trim_start();
            (!name.is_empty() && !name.contains(|c| is_name_end(c) || c == '@')).then_some(at)
        });
        let outside = |at: usize| !run.expressions.iter().any(|&(from, to)| from <= start + at && start + at < to);
        let tag_end = raw.match_indices(['>', '<']).map(|(at, _)| at).find(|&at| outside(at));
        // `<a x="1 y="2">`, `<a x="1>`: the closing quote is missing.
        let missing = match (next_attribute.filter(|&at| outside(at)), tag_end) {
            (Some(attribute), Some(tag)) => Some(attribute.min(tag)),
            (attribute, tag) => attribute.or(tag),
        };
        if let Some(length) = missing.or((!run.ended).then_some(raw.len())) {
            let value = raw.get(..length).unwrap_or_default();
            let value = if missing == tag_end { value.trim_end().trim_end_matches('/') } else { value }.trim_end();
            run.end = start + value.len();
            run.expressions.retain(|&(_, to)| to <= run.end);
            self.ended |= run.end == self.file.len();
            let span = name_span.to(Span::new(run.end, run.end));
            let message = format!("the value of `{name}` has no closing quote");
            self.error("xml/quote", span, message, format!("write `{name}={quote}{value}{quote}`"));
            return true;
        }
        // `<a x="patch="""`, `<a x="say "hi"">`: raw quotes in it.
        let after = self.slice(run.end + 1, self.file.len());
        if after.starts_with(quote) || !after.starts_with([',', ';']) && !starts_attribute(after) {
            let Some(end) =
                self.plausible_end(run.end + 1, quote, true).filter(|&end| !self.slice(start, end).contains(['<', '>']))
            else {
                return false;
            };
            let inner = Span::new(run.end, run.end + 1);
            run.end = end;
            let written = self.slice(start, end).replace(quote, if quote == '"' { "&quot;" } else { "&apos;" });
            self.report(
                Diagnostic::error("xml/quote", self.text.place(inner), format!("a quote stands inside the value of `{name}`"))
                    .label(self.text.place(Span::new(end, end + 1)), "the value probably ends here")
                    .help(format!(
                        "write `{name}={quote}{written}{quote}`, or put the value back as it was, if a tool formatted this file"
                    )),
            );
            return true;
        }
        false
    }

    /// The next quote that a value may well end with: the tag ends behind it, or another attribute follows.
    fn plausible_end(&self, from: usize, quote: char, before_attributes: bool) -> Option<usize> {
        let until = self.file.floor_char_boundary(from.saturating_add(code::EXPRESSION_BYTES_MAX));
        self.slice(from, until).match_indices(quote).map(|(at, _)| from + at).find(|&at| {
            let after = self.slice(at + 1, self.file.len());
            let tag = after.trim_start();
            let tag = tag.strip_prefix("/>").or(tag.strip_prefix('>')).map(str::trim_start);
            tag.is_some_and(|tag| tag.is_empty() || tag.starts_with('<') || is_expression(tag))
                || before_attributes && after.starts_with(char::is_whitespace) && starts_attribute(after.trim_start())
        })
    }

    /// The next quote, or else the end of the tag.
    fn first_end(&self, from: usize, quote: char) -> (usize, bool) {
        let rest = self.slice(from, self.file.len());
        match rest.find(quote) {
            Some(length) => (from + length, true),
            None => (from + rest.find('>').unwrap_or(rest.len()), false),
        }
    }

    /// Why an expression has no end, seen from where it should have ended: reading on may have found a reason far away.
    fn why_before(&self, start: usize, why: Broken, end: usize) -> Broken {
        let at = match why {
            Broken::WrongBracket { found: at, .. } | Broken::Deep { at } => at,
            Broken::Bracket { opened } | Broken::String { opened } | Broken::Comment { opened } => opened,
            Broken::Tag { .. } | Broken::TakenApart { .. } | Broken::Long => return why,
        };
        if at < end { why } else { code::end(self.slice(0, end), start).err().unwrap_or(why) }
    }

    /// Says why an expression has no end. `place` tells where it stands.
    fn broken(&mut self, start: usize, why: Broken, place: &str) {
        if let Broken::TakenApart { at } = why {
            return self.taken_apart(at, self.file.len());
        }
        let one = |at: usize| Span::new(at, at + 1);
        let closing = |at: usize| match self.slice(at, at + 1) {
            "(" => ")",
            "[" => "]",
            _ => "}",
        };
        let (span, message, help) = match why {
            Broken::Bracket { opened } => (
                one(opened),
                if opened == start + 1 {
                    format!("the expression {place} never ends")
                } else {
                    format!("this `{}` is never closed", self.slice(opened, opened + 1))
                },
                format!("write the `{}` that is missing; a quote that is missing has the same effect", closing(opened)),
            ),
            Broken::Tag { opened, at } => (
                one(opened),
                format!("this `{}` is not closed before the tag that follows", self.slice(opened, opened + 1)),
                match self.slice(at, at + 1) {
                    "<" => format!("write the `{}` that is missing before this tag", closing(opened)),
                    _ => format!("write the `{}` that is missing; a quote that is missing has the same effect", closing(opened)),
                },
            ),
            Broken::WrongBracket { opened, found } => (
                one(found),
                format!("`{}` cannot close `{}`", self.slice(found, found + 1), self.slice(opened, opened + 1)),
                format!("write `{}` first, or look for a quote that is missing before", closing(opened)),
            ),
            Broken::String { opened } => (
                one(opened),
                "this string never ends".to_owned(),
                "close it with `\"` on the same line; a string over several lines is written `@\"...\"`".to_owned(),
            ),
            Broken::Comment { opened } => (
                Span::new(opened, opened + 2),
                "this comment hides the rest of the expression".to_owned(),
                match self.slice(opened, opened + 2) {
                    "//" => "write `/* ... */`, or start a new line behind it: `//` reaches to the end of its line".to_owned(),
                    _ => "close it with `*/`".to_owned(),
                },
            ),
            Broken::Deep { at } => (
                one(at),
                format!("brackets are nested deeper than {}", code::BRACKET_DEPTH_MAX),
                "give parts of the expression names with `var`".to_owned(),
            ),
            Broken::Long | Broken::TakenApart { .. } => (
                Span::new(start, start + 2),
                format!("the expression {place} is longer than {} KiB, or never ends", code::EXPRESSION_BYTES_MAX >> 10),
                "look for a bracket or a quote that is missing".to_owned(),
            ),
        };
        let mut mistake = Diagnostic::error("xml/expression", self.text.place(span), message).help(help);
        if let Broken::WrongBracket { opened, .. } = why {
            mistake = mistake.label(self.text.place(one(opened)), "opened here");
        } else if let Broken::Tag { at, .. } = why {
            mistake = mistake.label(self.text.place(Span::new(at, at + 2)), "the tag");
        } else if span.range().start > start + 1 {
            mistake = mistake.label(self.text.place(Span::new(start, start + 2)), format!("the expression {place} starts here"));
        }
        self.report(mistake);
    }

    /// `@(context.Request.Method == " patch=""")`
    fn taken_apart(&mut self, at: usize, end: usize) {
        let rest = self.slice(at, end);
        let string = rest.get(1..).and_then(|rest| rest.find('"')).and_then(|length| rest.get(..length + 2)).unwrap_or_default();
        let word = string.trim_matches(['"', ' ', '=']);
        self.error(
            "xml/formatter",
            Span::new(at, at + string.len().max(1)),
            "a tool that formats XML took this string for attributes",
            format!("put back what stood here, for example `\"{word}\"`, and keep such tools away from policy files"),
        );
    }

    /// Reads text up to the next tag, expressions in it whole.
    fn text_run(&mut self, nodes: &mut Vec<Node>) {
        let start = self.at;
        let mut run = run(self.file, start, Until::Tag, &mut self.unended);
        let mut damaged = false;
        if let Some((at, why)) = run.broken {
            damaged = true;
            let rest = self.slice(at, self.file.len());
            let end = self.open.last().and_then(|(name, _)| rest.find(&format!("</{name}")));
            run.end = match why {
                Broken::Tag { at, .. } if self.slice(at, at + 1) == "<" => at,
                _ => at + end.or_else(|| rest.find("</")).unwrap_or(rest.len()),
            };
            let place = self.open.last().map_or("here".to_owned(), |(name, _)| format!("in `{name}`"));
            self.broken(at, self.why_before(at, why, run.end), &place);
        } else if let Some(at) = run.taken_apart {
            damaged = true;
            self.taken_apart(at, run.end);
        }
        // Progress is certain: what starts no tag is text.
        run.end = run.end.max(start + self.rest().chars().next().map_or(1, char::len_utf8));
        self.at = run.end;
        let value = self.value(start, run.end, None, false, &run, damaged);
        push_text(nodes, value);
    }

    /// Makes a value of what stands from `start` to `end`, and reports what cannot stand in literal text.
    fn value(&mut self, start: usize, end: usize, quote: Option<char>, cdata: bool, run: &Run, damaged: bool) -> Value {
        let raw = self.slice(start, end);
        let trimmed = start + (raw.len() - raw.trim_start().len());
        let value = |text, from, to, kind| Value { text, span: Span::new(from, to), kind, quote, cdata, damaged };
        if let Some((from, _)) = run.broken {
            let text = self.slice(from, end).trim_end().to_owned();
            let to = from + text.len();
            return value(text, from, to, Kind::Expression);
        }
        if let [(from, to)] = run.expressions.as_slice()
            && *from == trimmed
            && self.slice(*to, end).trim().is_empty()
        {
            return value(self.slice(*from, *to).to_owned(), *from, *to, Kind::Expression);
        }
        let kind = if run.expressions.is_empty() { Kind::Literal } else { Kind::Mixed };
        // Text is pointed to without the blanks around it, an attribute's value with them.
        let (from, to) = match (quote, kind) {
            (None, Kind::Literal) => (trimmed, trimmed + raw.trim().len()),
            _ => (start, end),
        };
        if cdata {
            return value(raw.to_owned(), from, to, kind);
        }
        let mut text = String::with_capacity(raw.len());
        let mut at = start;
        let mut stray = false;
        for &(expression, next) in run.expressions.iter().chain([&(end, end)]) {
            text.push_str(&self.literal(at, expression, quote, damaged, &mut stray));
            text.push_str(self.slice(expression, next));
            at = next;
        }
        Value { damaged: damaged || stray, ..value(text, from, to, kind) }
    }

    /// Literal text with its entities replaced. Those that XML does not have are reported, and so is a stray `<`.
    fn literal(&mut self, start: usize, end: usize, quote: Option<char>, damaged: bool, stray: &mut bool) -> String {
        let raw = self.slice(start, end);
        let mut unknown = Vec::new();
        let text = unescaped(raw, |at, entity| unknown.push((start + at, entity.to_owned())));
        for (at, entity) in unknown {
            self.unknown_entity(at, &entity);
        }
        if damaged {
            return text;
        }
        for (at, _) in raw.match_indices('<') {
            *stray = true;
            let at = start + at;
            let after = self.slice(at + 1, self.file.len());
            let is_tag = quote.is_none() && after.trim_start().starts_with(char::is_alphabetic);
            let message = match quote {
                Some(_) => "`<` cannot stand in the value of an attribute",
                None => "this `<` starts no tag",
            };
            let help = if is_tag { "write `&lt;` for the character, or remove the blank behind it" } else { "write `&lt;`" };
            self.error("xml/angle", Span::new(at, at + 1), message, help);
            if self.stopped {
                break;
            }
        }
        text
    }

    fn unknown_entity(&mut self, at: usize, entity: &str) {
        let name = entity.trim_start_matches('&').trim_end_matches(';');
        let (message, help) = match (name.strip_prefix('#'), CHARACTERS.iter().find(|(known, _)| *known == name)) {
            (Some(_), _) => (format!("`{entity}` is the number of no character"), "write the character itself".to_owned()),
            (None, Some((_, character))) => (
                format!("`{entity}` is HTML's, and XML does not have it"),
                format!("write `&#{};`, or the character itself", u32::from(*character)),
            ),
            (None, None) => match nearest(name, ["lt", "gt", "amp", "quot", "apos"]).filter(|_| name.len() <= 5) {
                Some(nearest) => (format!("there is no entity `{entity}`"), format!("did you mean `&{nearest};`?")),
                None => (
                    format!("there is no entity `{entity}`"),
                    format!("write `&amp;{name};` for these characters, or a character by its number, such as `&#160;`"),
                ),
            },
        };
        self.error("xml/entity", Span::new(at, at + entity.len()), message, help);
    }
}

/// The quotes of word processors.
const TYPOGRAPHIC: [char; 7] = ['“', '”', '„', '‟', '‘', '’', '″'];

/// What HTML has names for and XML has not, as far as authors use them.
const CHARACTERS: &[(&str, char)] = &[
    ("nbsp", '\u{a0}'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("deg", '°'),
    ("middot", '·'),
    ("bull", '•'),
    ("hellip", '…'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("euro", '€'),
    ("pound", '£'),
    ("sect", '§'),
    ("times", '×'),
    ("larr", '←'),
    ("rarr", '→'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
];

fn is_name_end(c: char) -> bool {
    c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<' | '"' | '\'')
}

fn is_section(name: &str) -> bool {
    matches!(name, "inbound" | "backend" | "outbound" | "on-error")
}

/// True if `written` is `meant`, misspelled.
fn is_slip(written: &str, meant: &str) -> bool {
    // A name twice as long is no slip, and comparing takes time.
    !written.is_empty() && written.len() <= 2 * meant.len() && nearest(written, [meant]).is_some()
}

/// True if `name="` or `name='` comes next.
fn starts_attribute(rest: &str) -> bool {
    let length = rest.find(is_name_end).unwrap_or(rest.len());
    let after = rest.get(length..).unwrap_or_default().trim_start();
    length > 0 && after.strip_prefix('=').is_some_and(|after| after.trim_start().starts_with(['"', '\'']))
}

fn push_text(nodes: &mut Vec<Node>, value: Value) {
    // White space counts where somebody took pains to write it: `&#10;`, `<![CDATA[ ]]>`.
    let is_written = if value.cdata { !value.text.is_empty() } else { !value.span.range().is_empty() };
    if is_written {
        nodes.push(Node::Text(value));
    }
}

/// Replaces the five entities and the numeric ones. An ampersand that starts none stays; what has the form of an entity and is
/// none stays too, and is handed to `unknown` with its place.
fn unescaped<'a>(raw: &'a str, mut unknown: impl FnMut(usize, &'a str)) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(length) = raw[at..].find('&') {
        out.push_str(&raw[at..at + length]);
        at += length;
        let entity = &raw[at..];
        let name = &entity[1..];
        let name =
            name.find(|c: char| !c.is_ascii_alphanumeric() && c != '#').map_or("", |end| match name[end..].starts_with(';') {
                true => &name[..end],
                false => "",
            });
        match character(name) {
            Some(character) => out.push(character),
            None if name.is_empty() || name == "#" => {
                out.push('&');
                at += 1;
                continue;
            }
            None => {
                unknown(at, &entity[..name.len() + 2]);
                out.push_str(&entity[..name.len() + 2]);
            }
        }
        at += name.len() + 2;
    }
    out.push_str(&raw[at..]);
    out
}

fn character(name: &str) -> Option<char> {
    let number = match name {
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "amp" => return Some('&'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => name.strip_prefix('#')?,
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code).filter(|&c| c >= ' ' || matches!(c, '\t' | '\n' | '\r'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostic::{Severity, Source};
    use std::collections::BTreeMap;

    fn read_text(text: &str) -> (Text, Vec<Element>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let text = Text::new(&Source::new("p.xml", text), &BTreeMap::new(), Severity::Error);
        let elements = read(&text, &mut diagnostics);
        (text, elements, diagnostics)
    }

    #[test]
    fn no_text_makes_it_panic() {
        let good =
            r#"<policies><inbound><a x="@("é" + 'x')">t &amp; &#x41; <![CDATA[ <x> ]]></a><!-- c --></inbound></policies>"#;
        for cut in (0..=good.len()).filter(|&cut| good.is_char_boundary(cut)) {
            read_text(&good[..cut]);
            read_text(&good[cut..]);
            read_text(&format!("{}<\"'&@({}", &good[..cut], &good[cut..]));
        }
    }

    #[test]
    fn every_limit_has_a_message() {
        let attributes: String = (0..=ATTRIBUTES_MAX).map(|number| format!(" a{number}=\"\"")).collect();
        for (text, id) in [
            ("<a>".repeat(DEPTH_MAX + 1), "xml/depth"),
            ("< ".repeat(MISTAKES_MAX), "xml/mistakes"),
            (format!("<a{attributes}/>"), "xml/attributes"),
            (" ".repeat((1 << 20) + 1), "xml/size"),
        ] {
            let (_, _, found) = read_text(&text);
            assert_eq!(found.iter().last().map(|mistake| mistake.id), Some(id));
        }
    }
}
