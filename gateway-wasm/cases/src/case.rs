//! A case: what goes in, and what is expected to come out.

use crate::{
    fence::{Content, Pairs, Parsed, Variable},
    http::{self, Given},
    markdown::Section,
};
use diagnostic::{Diagnostic, Diagnostics, Place, Source, Span};
use policy::script::{Asked, Scene, To};
use std::{fmt::Write, ops::Range};
use wire::RequestHead;

/// What goes in, and what is expected to come out.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its heading, with those above it that give it something.
    pub name: String,
    /// The line of its heading, from 1.
    pub line: usize,
    /// What runs.
    pub subject: Subject,
    /// The policy file of the global scope.
    pub global: Option<Fragment>,
    /// The definition of the API, in place of one that takes everything.
    pub definition: Option<String>,
    /// Fragments of its own.
    pub fragments: Vec<Fragment>,
    /// What the client sends.
    pub given: Given,
    /// What the world is like.
    pub scene: Scene,
    /// Variables that are there at the start.
    pub variables: Vec<Variable>,
    /// Named values of its own.
    pub named_values: Pairs,
    /// Certificates of the service, by id, with their thumbprints.
    pub certificates: Pairs,
    /// What is expected, in the order of the page.
    pub expected: Vec<Expected>,
    /// The words of its heading.
    pub(crate) heading: Range<usize>,
    /// Where its last fence ends.
    pub(crate) end: usize,
}

/// What runs.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A policy of the case's own, at an API that takes everything.
    Policy(File),
    /// Whatever policies are in effect in the service whose folder the page stands in.
    Service,
    /// Expressions.
    Code(Vec<Program>),
}

/// A policy file that is put together from fences.
#[derive(Clone, Debug)]
pub struct File {
    /// Its text.
    pub text: String,
    /// The fences in it.
    parts: Vec<Part>,
}

/// A fence in a file.
#[derive(Clone, Debug)]
struct Part {
    /// The words of the fence without its language: `inbound`.
    name: String,
    /// Where its text stands in the file.
    range: Range<usize>,
    /// Where its text starts in the page.
    page: usize,
}

/// A fragment of a case, or another file beside the one that is put together.
#[derive(Clone, Debug)]
pub struct Fragment {
    /// What policies call it.
    pub name: String,
    /// Its text.
    pub source: Source,
    /// Where its text starts in the page.
    page: usize,
}

/// One fence `csharp`.
#[derive(Clone, Debug)]
pub struct Program {
    /// The expressions: one, or one per line.
    pub expressions: Vec<Expression>,
    /// True for `csharp lines`.
    pub is_lines: bool,
    /// Where the fence ends.
    pub(crate) end: usize,
    /// What it gives, once that is expected: a position in [`Case::expected`].
    pub(crate) expected: Option<usize>,
}

/// An expression, or the statements of a block.
#[derive(Clone, Debug)]
pub struct Expression {
    /// The C#.
    pub code: String,
    /// Its line in the page, from 1.
    pub line: usize,
}

/// One expectation, and where it stands.
#[derive(Clone, Debug)]
pub struct Expected {
    /// What about.
    pub what: What,
    /// The line of its first line, from 1.
    pub line: usize,
    /// The place of its text in the page.
    pub(crate) place: Range<usize>,
    /// The place of the whole fence.
    pub(crate) whole: Range<usize>,
    pub(crate) ticks: usize,
}

impl Expected {
    /// The words of its fence.
    pub fn info(&self) -> &'static str {
        self.what.info()
    }
}

/// What an expectation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The requests that left the gateway.
    Upstream,
    /// The response that the client got.
    Sent,
    /// The variables at the end.
    Variables,
    /// What an expression gives.
    Value,
    /// Why `on-error` ran; for an expression, what it throws or why it cannot be right.
    Error,
    /// What policies traced.
    Trace,
    /// What policies emitted.
    Events,
    /// What policies left in the cache.
    Cache,
    /// What is wrong with the policy.
    Diagnostics,
}

impl What {
    /// All of them.
    pub const ALL: [What; 9] = [
        What::Upstream,
        What::Sent,
        What::Variables,
        What::Value,
        What::Error,
        What::Trace,
        What::Events,
        What::Cache,
        What::Diagnostics,
    ];

    /// The words of its fence.
    pub fn info(self) -> &'static str {
        match self {
            What::Upstream => "http upstream",
            What::Sent => "http sent",
            What::Variables => "variables",
            What::Value => "value",
            What::Error => "error",
            What::Trace => "trace",
            What::Events => "events",
            What::Cache => "cache",
            What::Diagnostics => "diagnostics",
        }
    }
}

impl Case {
    /// Puts the fences of a section together, those that headings above give first.
    pub(crate) fn new(
        source: &Source,
        name: String,
        section: &Section<'_>,
        inherited: Vec<Parsed<'_>>,
        own: Vec<Parsed<'_>>,
        diagnostics: &mut Diagnostics,
    ) -> Case {
        let end = own.iter().map(|parsed| parsed.fence.whole.end).max().unwrap_or(section.place.end);
        let mut case = Case {
            name,
            line: section.line,
            subject: Subject::Service,
            global: None,
            definition: None,
            fragments: Vec::new(),
            given: Given::default(),
            scene: Scene::default(),
            variables: Vec::new(),
            named_values: Pairs::new(),
            certificates: Pairs::new(),
            expected: Vec::new(),
            heading: section.place.clone(),
            end,
        };
        combinations(source, &own, diagnostics);
        let fences = together(inherited, own);
        let is_policy = |parsed: &Parsed<'_>| matches!(parsed.content, Content::Section(_) | Content::Policies);
        if fences.iter().any(|parsed| is_policy(parsed) || matches!(parsed.content, Content::Global)) {
            case.subject = Subject::Policy(File::new(source, fences.iter().filter(|parsed| is_policy(parsed))));
        }
        for parsed in fences {
            case.take(source, parsed, diagnostics);
        }
        case
    }

    fn take(&mut self, source: &Source, parsed: Parsed<'_>, diagnostics: &mut Diagnostics) {
        let place = parsed.place(source);
        let fence = parsed.fence;
        let text = source.text().get(fence.place.clone()).unwrap_or_default();
        match parsed.content {
            Content::Section(_) | Content::Policies => {}
            Content::Global => {
                let name = "global".to_owned();
                self.global = Some(Fragment { source: Source::new(&*name, text), name, page: fence.place.start });
            }
            Content::Definition => self.definition = Some(text.to_owned()),
            Content::Fragment(name) => {
                let source = Source::new(format!("fragment {name}"), text);
                self.fragments.push(Fragment { name, source, page: fence.place.start });
            }
            Content::Code { is_lines } => {
                let expressions = if is_lines { lines(text, fence.line + 1) } else { whole(text, fence.line + 1) };
                if expressions.is_empty() {
                    let help = "write an expression: `1 + 1`";
                    diagnostics.push(Diagnostic::error("case/code-empty", place, "there is no expression in it").help(help));
                }
                let program = Program { expressions, is_lines, end: fence.whole.end, expected: None };
                match &mut self.subject {
                    Subject::Code(programs) => programs.push(program),
                    subject => *subject = Subject::Code(vec![program]),
                }
            }
            Content::Request(given) => self.given = Given { certificate: self.given.certificate.take(), ..given },
            Content::Shown(shown) => self.given.certificate = shown,
            Content::Certificates(certificates) => self.certificates = certificates,
            Content::Scene(scene) => self.scene = scene,
            Content::Variables(variables) => self.variables = variables,
            Content::NamedValues(named_values) => self.named_values = named_values,
            Content::Expect(what) => {
                if let (What::Value | What::Error, Subject::Code(programs)) = (what, &mut self.subject)
                    && let Some(program) = programs.last_mut().filter(|program| program.expected.is_none())
                {
                    program.expected = Some(self.expected.len());
                } else if matches!((what, &self.subject), (What::Value | What::Error, Subject::Code(_))) {
                    let message = "the `csharp` before this has its expectation already";
                    diagnostics.push(Diagnostic::error("case/fence-combination", place, message).help("keep one of the two"));
                }
                let line = fence.line + 1;
                self.expected.push(Expected { what, line, place: fence.place, whole: fence.whole, ticks: fence.ticks });
            }
        }
    }

    /// True if the case shows what is wrong with a policy, rather than what a policy does.
    pub fn is_rejected(&self) -> bool {
        self.expected.iter().any(|expected| expected.what == What::Diagnostics)
    }

    /// The head of its request, as the host writes it.
    pub fn head(&self) -> Vec<u8> {
        self.given.head(self.scene.client_address.as_deref().unwrap_or(http::CLIENT))
    }

    /// The same, as the engine reads it; `None` if a part of it is too long for a head.
    pub(crate) fn request_head(&self) -> Option<RequestHead> {
        RequestHead::read(self.head().into()).ok()
    }

    /// True if the case says what the backend answers to the request of the exchange.
    pub fn is_answered(&self) -> bool {
        let mut replies = self.scene.replies.iter();
        replies.any(|scripted| scripted.to != To::Asked(Asked::Send))
    }

    /// A finding about the policy or a fragment, with its place in the fence: `inbound:1:2`. That place stays the same when
    /// something is written above the fence.
    pub(crate) fn in_fence(&self, mut finding: Diagnostic) -> Diagnostic {
        self.relocate(&mut finding, |found| Place::new(&Source::new(found.name, found.text), found.span));
        finding
    }

    /// The same, with its place in the page.
    pub(crate) fn in_page(&self, mut finding: Diagnostic, page: &Source) -> Diagnostic {
        self.relocate(&mut finding, |found| {
            let start = found.page + found.span.start as usize;
            Place::new(page, Span::new(start, start + found.span.range().len()))
        });
        finding
    }

    fn relocate(&self, finding: &mut Diagnostic, to: impl Fn(Found<'_>) -> Place) {
        let labels = finding.labels.iter_mut().map(|label| &mut label.place);
        for place in labels.chain([&mut finding.place]) {
            if let Some(found) = self.find(place) {
                *place = to(found);
            }
        }
    }

    /// The fence in which a place of the policy or of a fragment is.
    fn find(&self, place: &Place) -> Option<Found<'_>> {
        if let Some(fragment) =
            self.fragments.iter().chain(&self.global).find(|fragment| fragment.source.name() == place.source.name())
        {
            let (name, text) = (fragment.source.name(), fragment.source.text());
            return Some(Found { name, text, span: place.span, page: fragment.page });
        }
        let Subject::Policy(file) = &self.subject else { return None };
        if place.source.name() != FILE {
            return None;
        }
        // What stands between the fences, a section's own tags, is found at the end of the fence before.
        let start = place.span.start as usize;
        let part = file.parts.iter().rev().find(|part| part.range.start <= start).or(file.parts.first())?;
        let inside = |at: u32| (at as usize).clamp(part.range.start, part.range.end) - part.range.start;
        let span = Span::new(inside(place.span.start), inside(place.span.end));
        Some(Found { name: &part.name, text: &file.text[part.range.clone()], span, page: part.page })
    }
}

/// The name of the file that is put together from a case's fences.
pub(crate) const FILE: &str = "policy";

/// A place in a fence.
struct Found<'c> {
    name: &'c str,
    text: &'c str,
    span: Span,
    /// Where the fence's text starts in the page.
    page: usize,
}

impl File {
    fn new<'p>(source: &Source, fences: impl Iterator<Item = &'p Parsed<'p>>) -> File {
        let mut file = File { text: String::new(), parts: Vec::new() };
        let mut is_whole = false;
        for Parsed { fence, content } in fences {
            let text = source.text().get(fence.place.clone()).unwrap_or_default();
            let mut part = |name: &str, out: &mut String| {
                let start = out.len();
                out.push_str(text);
                file.parts.push(Part { name: name.to_owned(), range: start..out.len(), page: fence.place.start });
            };
            if let Content::Section(section) = content {
                let section = section.name();
                let _ = writeln!(file.text, "<{section}>");
                part(section, &mut file.text);
                let _ = writeln!(file.text, "</{section}>");
            } else {
                is_whole = true;
                part("policies", &mut file.text);
            }
        }
        if !is_whole {
            const START: &str = "<policies>\n";
            file.text.insert_str(0, START);
            file.text.push_str("</policies>\n");
            for part in &mut file.parts {
                part.range = part.range.start + START.len()..part.range.end + START.len();
            }
        }
        file
    }
}

/// All fences of a case: its own replace those that are given to it.
fn together<'p>(inherited: Vec<Parsed<'p>>, own: Vec<Parsed<'p>>) -> Vec<Parsed<'p>> {
    let has_file = own.iter().any(|parsed| matches!(parsed.content, Content::Policies));
    let has_section = own.iter().any(|parsed| matches!(parsed.content, Content::Section(_)));
    let mut all: Vec<Parsed<'p>> = Vec::new();
    for given in inherited {
        let is_replaced = own.iter().any(|parsed| parsed.is_about_the_same(&given))
            || (has_file && matches!(given.content, Content::Section(_)))
            || (has_section && matches!(given.content, Content::Policies));
        all.retain(|above| !above.is_about_the_same(&given));
        if !is_replaced {
            all.push(given);
        }
    }
    all.extend(own);
    all
}

/// Reports fences that cannot stand together.
fn combinations(source: &Source, fences: &[Parsed<'_>], diagnostics: &mut Diagnostics) {
    let find = |is: &dyn Fn(&Content) -> bool| fences.iter().find(|parsed| is(&parsed.content));
    let file = find(&|content| matches!(content, Content::Policies));
    let section = find(&|content| matches!(content, Content::Section(_)));
    let code = find(&|content| matches!(content, Content::Code { .. }));
    let mut error = |parsed: &Parsed<'_>, message: &str, with: Option<&Parsed<'_>>, help: &str| {
        let mut finding = Diagnostic::error("case/fence-combination", parsed.place(source), message).help(help);
        if let Some(with) = with {
            finding = finding.label(with.place(source), "together with this");
        }
        diagnostics.push(finding);
    };
    if let (Some(section), Some(file)) = (section, file) {
        error(section, "`xml policies` is the whole file already", Some(file), "put this section into it");
    }
    if let (Some(code), Some(policy)) = (code, section.or(file)) {
        let help = "write the expression into the policy, or give each a heading";
        error(code, "an expression stands alone, without a policy", Some(policy), help);
    }
    let is_rejected = find(&|content| matches!(content, Content::Expect(What::Diagnostics)));
    let mut has_code = false;
    for parsed in fences {
        let Content::Expect(what) = parsed.content else {
            has_code |= matches!(parsed.content, Content::Code { .. });
            continue;
        };
        match what {
            What::Value if !has_code => {
                error(parsed, "no `csharp` stands before this `value`", None, "write the expression before what it gives");
            }
            What::Upstream | What::Sent | What::Variables | What::Trace | What::Events | What::Cache if code.is_some() => {
                let help = "expect a `value` or an `error`; what a policy does with it is seen with `xml inbound`";
                error(parsed, &format!("an expression has no `{}`", what.info()), code, help);
            }
            What::Diagnostics => {}
            _ if is_rejected.is_some() && code.is_none() => {
                let help = "expect either of them";
                error(parsed, "a policy with `diagnostics` does not run", is_rejected, help);
            }
            _ => {}
        }
    }
}

/// One expression per line; blank lines and comments are none.
fn lines(text: &str, first: usize) -> Vec<Expression> {
    let lines = (first..).zip(text.lines().map(str::trim));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with("//"));
    lines.map(|(line, code)| Expression { code: code.to_owned(), line }).collect()
}

fn whole(text: &str, line: usize) -> Vec<Expression> {
    match text.trim() {
        "" => Vec::new(),
        _ => vec![Expression { code: text.to_owned(), line }],
    }
}
