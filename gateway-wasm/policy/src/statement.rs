//! What a policy is: how it is checked, and how it runs.

use crate::{
    document::{Scope, Section, Surroundings},
    exchange::{Exchange, Response},
    host::{Host, Level},
    policies::Policy,
    problem,
    step::{Standing, Step},
    text::Text,
    xml::{self, Element, Node},
};
use diagnostic::{Diagnostic, Diagnostics, Place, Severity, Span, nearest};
use std::{borrow::Cow, future::Future, rc::Rc};

/// One policy. `check` sees the file and returns the struct; `run` sees only the struct, which cannot be wrong any more.
pub trait Statement: Sized {
    /// Its name in policy files.
    const NAME: &'static str;
    /// Where it may stand.
    const SECTIONS: &'static [Section];
    /// At which scopes.
    const SCOPES: &'static [Scope] = &Scope::ALL;
    /// The attributes it has; every policy has `id` too.
    const ATTRIBUTES: &'static [&'static str];
    /// The elements that may stand in it.
    const CHILDREN: Children;
    /// True if a section holds it at most once.
    const ONCE: bool = false;

    /// Reads it, and reports everything that is wrong with it. Returns nothing if it cannot run.
    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self>;

    /// The policies that stand in it: for each list its part of the path, such as `when[2]`, where it has one.
    fn parts(&self) -> Parts<'_> {
        Vec::new()
    }

    /// Does it.
    fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> impl Future<Output = Result<Flow, Fault>>;
}

/// Lists of policies in a policy.
pub type Parts<'a> = Vec<(Option<String>, &'a [Rc<Step>])>;

/// What may stand in a policy's element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Children {
    /// Nothing.
    None,
    /// Text only.
    Text,
    /// Anything: what stands in it is a body.
    Body,
    /// Elements of these names.
    Named(&'static [&'static str]),
    /// Other policies.
    Policies,
}

/// What happens after a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The next statement.
    Next,
    /// The exchange's response goes to the client; nothing else runs.
    Answer,
}

/// A policy failed while running. `on-error` sees it; without one the caller gets a 500.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The policy's name.
    pub source: &'static str,
    /// APIM's word for the kind of error.
    pub reason: &'static str,
    /// What happened, for operators.
    pub message: String,
    /// The part of the policy that failed, such as `when[2]`; empty for the policy itself.
    pub part: String,
    /// What the caller gets where `on-error` changes nothing; without it that is a 500 that says nothing.
    pub answer: Option<Box<Response>>,
    /// Where the policy stands, once the run knows it.
    pub at: Option<Rc<Standing>>,
}

impl Fault {
    /// Where it was: the step's path, and the part of it that failed.
    pub fn path(&self) -> String {
        let path = self.at.as_ref().map_or("", |at| at.path.as_str());
        if self.part.is_empty() { path.to_owned() } else { format!("{path}/{}", self.part) }
    }

    /// What an operator reads of it: `rate-limit in inbound of orders/getOrder: RateLimitExceeded: ...`.
    pub(crate) fn line(&self, exchange: &Exchange) -> String {
        let called = &exchange.about.called;
        let (within, section) = self.at.as_ref().map_or(("", ""), |at| (" in ", at.section.name()));
        let (api, operation) = (&called.api.id, &called.operation.id);
        [self.source, within, section, " of ", api, "/", operation, ": ", self.reason, ": ", &self.message].concat()
    }

    /// Who is to blame: callers are refused every day.
    pub(crate) fn level(&self) -> Level {
        if self.status() < 500 { Level::Info } else { Level::Warning }
    }

    /// The status of the answer.
    pub fn status(&self) -> u16 {
        self.answer.as_ref().map_or(500, |answer| answer.status)
    }

    /// It was in a part of the policy, such as `when[2]`.
    pub fn in_part(mut self, part: String) -> Self {
        self.part = part;
        self
    }

    /// The caller gets this status and reads the message, rather than a 500 that says nothing.
    pub fn answered(self, status: u16) -> Self {
        let answer = problem::response(status, &self.message);
        self.answered_with(answer)
    }

    /// The caller gets this response, which may say less than the message, and have header fields.
    pub fn answered_with(mut self, answer: Response) -> Self {
        self.answer = Some(Box::new(answer));
        self
    }

    /// A policy's failure.
    pub fn new(source: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        Self { source, reason, message: message.into(), part: String::new(), answer: None, at: None }
    }
}

/// Checks one section of one document.
pub struct Checker<'a> {
    /// The file.
    pub text: &'a Text,
    /// The section that is checked.
    pub section: Section,
    /// The scope of the document.
    pub scope: Scope,
    /// What a policy can refer to.
    pub surroundings: &'a Surroundings,
    /// What is wrong.
    pub diagnostics: &'a mut Diagnostics,
    /// The fragment that is being included, which must not include another.
    pub(crate) fragment: Option<&'a str>,
    /// The way from the section to the element that is checked.
    pub(crate) path: String,
    /// Where those policies stand that a section holds at most once.
    pub(crate) once: Vec<(Section, &'static str, Place)>,
    /// How many fragments the document includes so far, and their sizes together.
    pub(crate) included: (usize, usize),
    /// How many expressions so far may read a body.
    pub(crate) readers: Readers,
}

/// How many expressions may read which body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Readers {
    /// The request's.
    pub(crate) request: u32,
    /// The response's.
    pub(crate) response: u32,
}

/// The most fragments that one document includes, each as often as it is included.
const INCLUDES_MAX: usize = 100;

/// The most that one fragment may have (reference: APIM, C1).
const FRAGMENT_BYTES_MAX: usize = 512 << 10;

/// The most that all fragments of a document may have together, each as often as it is included.
const INCLUDED_BYTES_MAX: usize = 4 << 20;

/// Counts siblings by name: the third `choose` among them is `choose[3]`.
#[derive(Default)]
pub(crate) struct Siblings<'e> {
    counts: Vec<(&'e str, usize)>,
}

impl<'e> Siblings<'e> {
    /// The element's part of a path.
    pub(crate) fn part(&mut self, element: &'e Element) -> String {
        let name = element.name.as_str();
        let count = match self.counts.iter_mut().find(|(own, _)| *own == name) {
            Some((_, count)) => count,
            None => &mut self.counts.push_mut((name, 0)).1,
        };
        *count += 1;
        format!("{name}[{count}]")
    }
}

impl Checker<'_> {
    /// Where in the author's file a span is.
    pub fn place(&self, span: Span) -> Place {
        self.text.place(span)
    }

    /// Reports an error.
    pub fn error(&mut self, id: &'static str, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(id, self.text.place(span), message).help(help));
    }

    /// Reports what may be right, and probably is not.
    pub fn warning(&mut self, id: &'static str, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::warning(id, self.text.place(span), message).help(help));
    }

    /// Reports a name that is not in the surroundings: an error, or a warning where they are not known.
    pub fn unknown(&mut self, id: &'static str, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let place = self.text.place(span);
        self.diagnostics.push(match self.surroundings.unknown() {
            Severity::Error => Diagnostic::error(id, place, message).help(help),
            Severity::Warning | Severity::Note => {
                Diagnostic::warning(id, place, format!("{}, as far as this file tells", message.into()))
                    .help("check the service folder that the file belongs to")
            }
        });
    }

    /// Checks what is the same for all policies: section, attributes, children.
    pub(crate) fn shape<S: Statement>(&mut self, element: &Element) {
        if !S::SECTIONS.contains(&self.section) {
            let sections: Vec<_> = S::SECTIONS.iter().map(|section| format!("`{}`", section.name())).collect();
            self.error(
                "policy/section",
                element.name_span,
                format!("`{}` has no place in `{}`", S::NAME, self.section.name()),
                format!("it belongs into {}", sections.join(", ")),
            );
        }
        // The scope of a file on its own is not known.
        if !S::SCOPES.contains(&self.scope) && !self.surroundings.lone_file {
            let scopes: Vec<_> = S::SCOPES.iter().map(|scope| format!("`{}`", scope.name())).collect();
            self.error(
                "policy/scope",
                element.name_span,
                format!("`{}` has no place at the scope `{}`", S::NAME, self.scope.name()),
                format!("it belongs to {}", scopes.join(", ")),
            );
        }
        if S::ONCE {
            self.once(S::NAME, element);
        }
        self.attributes(element, S::ATTRIBUTES);
        self.children(element, S::CHILDREN);
    }

    /// Reports a policy that a section holds already, in whichever branch: APIM refuses to save it.
    fn once(&mut self, name: &'static str, element: &Element) {
        let place = self.place(element.name_span);
        let first = self.once.iter().find(|(section, own, _)| *section == self.section && *own == name);
        let Some((_, _, first)) = first else { return self.once.push((self.section, name, place)) };
        let message = format!("`{name}` stands twice in `{}`", self.section.name());
        let twice = Diagnostic::error("policy/twice", place, message).label(first.clone(), "the first");
        self.diagnostics.push(twice.help("a section holds it once: keep one of them"));
    }

    /// Reports attributes that an element does not have.
    pub fn attributes(&mut self, element: &Element, names: &[&str]) {
        for attribute in element.attributes.iter().filter(|attribute| attribute.name != "id") {
            if names.contains(&attribute.name.as_str()) {
                continue;
            }
            let help = match nearest(&attribute.name, names.iter().copied()) {
                Some(name) => format!("did you mean `{name}`?"),
                None if names.is_empty() => format!("`{}` has no attributes", element.name),
                None => format!("`{}` has {}", element.name, listed(names)),
            };
            self.error(
                "policy/attribute-unknown",
                attribute.name_span,
                format!("`{}` has no attribute `{}`", element.name, attribute.name),
                help,
            );
        }
    }

    /// Reports children that an element must not have.
    pub fn children(&mut self, element: &Element, allowed: Children) {
        let names: &[&str] = match allowed {
            Children::Body | Children::Policies => return,
            Children::None | Children::Text => &[],
            Children::Named(names) => names,
        };
        for node in &element.children {
            match node {
                Node::Text(text) if allowed != Children::Text && !text.damaged => {
                    self.error("policy/text", text.span, format!("`{}` holds no text", element.name), "remove it");
                }
                Node::Element(child) if !names.contains(&child.name.as_str()) => {
                    let help = match nearest(&child.name, names.iter().copied()) {
                        Some(name) => format!("did you mean `{name}`?"),
                        None if names.is_empty() => "remove it".to_owned(),
                        None => format!("it may hold {}", listed(names)),
                    };
                    self.error(
                        "policy/child-unknown",
                        child.name_span,
                        format!("`{}` has no place in `{}`", child.name, element.name),
                        help,
                    );
                }
                _ => {}
            }
        }
    }

    /// Goes one part further on the path.
    pub(crate) fn inside<T>(&mut self, part: &str, check: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.path.len();
        if outer > 0 {
            self.path.push('/');
        }
        self.path.push_str(part);
        let result = check(self);
        self.path.truncate(outer);
        result
    }

    /// The policies in an element, fragments put in.
    pub fn steps(&mut self, element: &Element) -> Vec<Rc<Step>> {
        let mut steps = Vec::new();
        let mut siblings = Siblings::default();
        for child in element.elements() {
            if child.name == "base" {
                self.error(
                    "policy/base",
                    child.name_span,
                    format!("`<base />` has no place in `{}`", element.name),
                    "put it directly into the section",
                );
                continue;
            }
            self.step(child, &siblings.part(child), &mut steps);
        }
        steps
    }

    /// Checks one policy, or puts in a fragment. `part` is its part of the path.
    pub(crate) fn step(&mut self, element: &Element, part: &str, steps: &mut Vec<Rc<Step>>) {
        self.inside(part, |checker| {
            if element.name == "include-fragment" {
                checker.include_fragment(element, steps);
            } else if let Some(policy) = Policy::check(element, checker) {
                let at = Rc::new(Standing {
                    name: policy.name(),
                    scope: checker.scope,
                    section: checker.section,
                    path: checker.path.clone(),
                    id: element.attribute("id").map(|id| id.value.text.clone()),
                    place: Some(checker.place(element.name_span)),
                });
                steps.push(Rc::new(Step { policy, at }));
            }
        });
    }

    fn include_fragment(&mut self, element: &Element, steps: &mut Vec<Rc<Step>>) {
        self.attributes(element, &["fragment-id"]);
        self.children(element, Children::None);
        let Some(name) = self.required(element, "fragment-id") else { return };
        if let Some(outer) = self.fragment {
            self.error(
                "fragment/nested",
                element.name_span,
                format!("the fragment `{outer}` includes another fragment"),
                format!("include `{name}` in the policy, beside `{outer}`"),
            );
            return;
        }
        let Some((name, source)) = self.surroundings.fragments.get_key_value(&name) else {
            let help = match nearest(&name, self.surroundings.fragments.keys().map(String::as_str)) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("add `policy fragments/{name}/policy.xml`"),
            };
            let span = element.attribute("fragment-id").map_or(element.name_span, |attribute| attribute.value.span);
            self.unknown("fragment/unknown", span, format!("there is no fragment `{name}`"), help);
            return;
        };
        if !self.may_include(element, name, source.text().len()) {
            return;
        }
        let text = Text::new(source, &self.surroundings.named_values, self.surroundings.unknown());
        let roots = xml::read(&text, self.diagnostics);
        let mut inner = Checker {
            text: &text,
            section: self.section,
            scope: self.scope,
            surroundings: self.surroundings,
            diagnostics: self.diagnostics,
            fragment: Some(name),
            path: std::mem::take(&mut self.path),
            once: std::mem::take(&mut self.once),
            included: self.included,
            readers: self.readers,
        };
        let root = inner.fragment_root(&roots);
        steps.extend(root.map(|root| inner.steps(root)).unwrap_or_default());
        (self.path, self.once, self.readers) = (inner.path, inner.once, inner.readers);
    }

    /// Counts a fragment, and reports one that is too much.
    fn may_include(&mut self, element: &Element, name: &str, bytes: usize) -> bool {
        self.included = (self.included.0 + 1, self.included.1.saturating_add(bytes));
        let (message, help) = match self.included {
            _ if bytes > FRAGMENT_BYTES_MAX => (
                format!("the fragment `{name}` has {bytes} bytes, and one may have {FRAGMENT_BYTES_MAX}"),
                "split it, and include both parts",
            ),
            (count, _) if count > INCLUDES_MAX => (
                format!("this is include {count} of the document, and it may have {INCLUDES_MAX}"),
                "put what is always included together into one fragment",
            ),
            (_, all) if all > INCLUDED_BYTES_MAX => (
                format!("the fragments of the document have {all} bytes together, and they may have {INCLUDED_BYTES_MAX}"),
                "include large fragments less often",
            ),
            _ => return true,
        };
        self.error("fragment/limit", element.name_span, message, help);
        false
    }

    /// The `<fragment>` of a fragment's file.
    fn fragment_root<'e>(&mut self, roots: &'e [Element]) -> Option<&'e Element> {
        match roots {
            [root] if root.name == "fragment" => Some(root),
            _ => {
                let span = roots.first().map_or(Span::default(), |root| root.name_span);
                self.error(
                    "fragment/root",
                    span,
                    "a fragment's file holds one `<fragment>` element",
                    "write `<fragment>`, the policies, and `</fragment>`",
                );
                None
            }
        }
    }
}

/// `` `a`, `b` or `c` ``
pub(crate) fn listed(names: &[&str]) -> String {
    let quoted: Vec<Cow<'_, str>> = names.iter().map(|name| Cow::from(format!("`{name}`"))).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.to_string(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}
