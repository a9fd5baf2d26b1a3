//! The fences of the format: what each is called, and what stands in it.

use crate::{
    case::What,
    certificate, home,
    http::{self, Given},
    markdown::Fence,
    scene,
};
use diagnostic::{Diagnostic, Diagnostics, Place, Source, Span, nearest};
use policy::{Section, expr::lexer::Spelling, script::Scene};
use wire::Shown;

/// The id of a fence that is not one of the format. A page that has nothing but such is no page of cases.
pub(crate) const UNKNOWN: &str = "case/fence-unknown";

/// The words behind backticks, in the order of `docs/cases.md`.
const NAMES: [&str; 25] = [
    "xml inbound",
    "xml backend",
    "xml outbound",
    "xml on-error",
    "xml policies",
    "xml global",
    "xml fragment NAME",
    "yaml definition",
    "csharp",
    "csharp lines",
    "http given",
    "certificate given",
    "certificates",
    "host",
    "variables given",
    "named values",
    "http upstream",
    "http sent",
    "variables",
    "value",
    "error",
    "trace",
    "events",
    "cache",
    "diagnostics",
];

/// A fence and what it says.
#[derive(Clone, Debug)]
pub(crate) struct Parsed<'a> {
    pub(crate) fence: Fence<'a>,
    pub(crate) content: Content,
}

/// What a fence says.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Section(Section),
    Policies,
    Global,
    Definition,
    Fragment(String),
    Code {
        is_lines: bool,
    },
    Request(Given),
    /// What the client shows of itself.
    Shown(Option<Shown>),
    /// Certificates of the service: ids and thumbprints.
    Certificates(Pairs),
    Scene(Scene),
    Variables(Vec<Variable>),
    NamedValues(Pairs),
    Expect(What),
}

/// A variable that is there at the start.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value, as C#.
    pub code: String,
    /// The same, checked.
    pub(crate) expression: policy::expr::Expression,
}

/// `name = value` lines.
pub(crate) type Pairs = Vec<(String, String)>;

impl Parsed<'_> {
    /// The words of the fence.
    pub(crate) fn place(&self, source: &Source) -> Place {
        Place::new(source, Span::new(self.fence.info_place.start, self.fence.info_place.end))
    }

    /// True if both say something about the same thing, so that one replaces the other.
    pub(crate) fn is_about_the_same(&self, other: &Parsed<'_>) -> bool {
        match (&self.content, &other.content) {
            (Content::Section(one), Content::Section(other)) => one == other,
            (Content::Fragment(one), Content::Fragment(other)) => one == other,
            (Content::Expect(one), Content::Expect(other)) => one == other,
            (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
        }
    }
}

/// Reads the fences of a section, and reports what is wrong with each of them.
pub(crate) fn parse<'a>(source: &Source, fences: &[Fence<'a>], diagnostics: &mut Diagnostics) -> Vec<Parsed<'a>> {
    let mut all: Vec<Parsed<'a>> = Vec::new();
    let mut is_after_code = false;
    for fence in fences {
        let Some(content) = content(source, fence, diagnostics) else { continue };
        let parsed = Parsed { fence: fence.clone(), content };
        // Every `csharp` has a `value` or an `error` of its own.
        let is_answer = matches!(parsed.content, Content::Expect(What::Value | What::Error)) && is_after_code;
        is_after_code = matches!(parsed.content, Content::Code { .. });
        if !is_answer
            && !is_after_code
            && let Some(first) = all.iter().find(|first| first.is_about_the_same(&parsed))
        {
            diagnostics.push(
                Diagnostic::error("case/fence-twice", parsed.place(source), format!("`{}` stands here twice", fence.info))
                    .label(first.place(source), "the first")
                    .help("put both into one, or begin another case with a heading"),
            );
            continue;
        }
        all.push(parsed);
    }
    all
}

fn content(source: &Source, fence: &Fence<'_>, diagnostics: &mut Diagnostics) -> Option<Content> {
    let place = Place::new(source, Span::new(fence.info_place.start, fence.info_place.end));
    let words: Vec<&str> = fence.info.split_whitespace().collect();
    let text = source.text().get(fence.place.clone()).unwrap_or_default();
    let mut lines = Lines { source, start: fence.place.start, text, first: fence.line + 1, diagnostics };
    let content = match words.as_slice() {
        ["xml", section] if !matches!(*section, "policies" | "global") => {
            Section::ALL.into_iter().find(|known| known.name() == *section).map(Content::Section)
        }
        ["xml", "policies"] => Some(Content::Policies),
        ["xml", "global"] => Some(Content::Global),
        ["yaml", "definition"] => {
            if let Err(why) = home::anything(lines.text) {
                lines.error("case/definition", lines.text, why, "write one with `openapi`, `info` and `paths`");
            }
            Some(Content::Definition)
        }
        ["xml", "fragment", name] => Some(Content::Fragment((*name).to_owned())),
        ["csharp"] => Some(Content::Code { is_lines: false }),
        ["csharp", "lines"] => Some(Content::Code { is_lines: true }),
        // What is wrong in them is reported; the rest of the case is read all the same.
        ["http", "given"] => Some(Content::Request(http::given(&mut lines))),
        ["certificate", "given"] => Some(Content::Shown(certificate::given(&mut lines))),
        ["certificates"] => Some(Content::Certificates(certificate::of_service(&mut lines))),
        ["host"] => Some(Content::Scene(scene::read(&mut lines))),
        ["variables", "given"] => Some(Content::Variables(variables(&mut lines))),
        ["named", "values"] => {
            let pairs = pairs(&mut lines, "case/named-value", "`shop-name = Saltmarsh Books`").into_iter();
            Some(Content::NamedValues(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
        }
        words => What::ALL.into_iter().find(|what| what.info().split(' ').eq(words.iter().copied())).map(Content::Expect),
    };
    let Some(content) = content else {
        diagnostics.push(
            Diagnostic::error(UNKNOWN, place, format!("there is no fence `{}`", fence.info)).help(help(fence.info, &words)),
        );
        return None;
    };
    if fence.is_indented {
        diagnostics.push(
            Diagnostic::error("case/fence-indented", place, "spaces stand before this fence")
                .help("begin it at the beginning of its line; a case cannot stand in a list"),
        );
        return None;
    }
    if !fence.is_closed {
        let message = "this fence does not end".to_owned();
        let help = format!("write a line of {} after it", "`".repeat(fence.ticks));
        diagnostics.push(Diagnostic::error("case/fence-open", place, message).help(help));
    }
    Some(content)
}

/// What was probably meant.
fn help(info: &str, words: &[&str]) -> String {
    match words {
        ["text", "diagnostics"] => return "write `diagnostics`".to_owned(),
        ["xml"] => return "say where it stands: `xml inbound`, or `xml policies` for a whole file".to_owned(),
        ["xml", "fragment", ..] => return "a fragment has one name: `xml fragment caller-context`".to_owned(),
        ["http"] => return "`http given` is what the client sends, `http sent` what it gets".to_owned(),
        _ => {}
    }
    match nearest(info, NAMES) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "docs/cases.md lists them; one that is no part of a case is written with `~~~`".to_owned(),
    }
}

/// The lines of a fence, and where they stand.
pub(crate) struct Lines<'a, 'd> {
    source: &'a Source,
    start: usize,
    pub(crate) text: &'a str,
    /// The number of the first line.
    pub(crate) first: usize,
    diagnostics: &'d mut Diagnostics,
}

impl Lines<'_, '_> {
    /// Where in the text a piece of it stands: the distance of their addresses.
    fn at(&self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize).min(self.text.len())
    }

    /// Reports a mistake in a part of the fence's text.
    pub(crate) fn error(&mut self, id: &'static str, part: &str, message: impl Into<String>, help: impl Into<String>) {
        let at = self.at(part);
        let span = Span::new(self.start + at, self.start + at + part.len());
        self.diagnostics.push(Diagnostic::error(id, Place::new(self.source, span), message).help(help));
    }
}

/// `name = expression` lines.
fn variables(lines: &mut Lines<'_, '_>) -> Vec<Variable> {
    let mut variables = Vec::new();
    for (name, code) in pairs(lines, "case/variable", "`channel = \"web\"`") {
        let (at, source) = (lines.start + lines.at(code), lines.source);
        // The places of an expression count from its `@(`, which is not written here.
        let place = |span: Span| Place::new(source, Span::new(span.start as usize, span.end as usize));
        let start = u32::try_from(at.saturating_sub(2)).unwrap_or_default();
        let whole = format!("@({code})");
        let expression = policy::expr::Expression::compile(&whole, start, Spelling::Plain, place, lines.diagnostics);
        variables.extend(expression.map(|expression| Variable { name: name.to_owned(), code: code.to_owned(), expression }));
    }
    variables
}

/// `name = value` lines, each name once.
pub(crate) fn pairs<'a>(lines: &mut Lines<'a, '_>, id: &'static str, example: &str) -> Vec<(&'a str, &'a str)> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for line in lines.text.lines().filter(|line| !line.trim().is_empty()) {
        let pair = line.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
        let Some((name, value)) = pair.filter(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace)) else {
            lines.error(id, line, "this line is no `name = value`", format!("write {example}, for example"));
            continue;
        };
        if pairs.iter().any(|(known, _)| *known == name) {
            lines.error(
                id,
                line[..line.find('=').unwrap_or(0)].trim_end(),
                format!("`{name}` stands here twice"),
                "keep one of them",
            );
            continue;
        }
        pairs.push((name, value));
    }
    pairs
}
