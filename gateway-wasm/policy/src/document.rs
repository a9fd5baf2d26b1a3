//! Policy documents: sections, scopes, `<base />`, and what is in effect for one operation.

use crate::{
    backend::Backend,
    policies::{CrossDomain, ForwardRequest, Policy},
    statement::{Checker, Siblings},
    step::{Standing, Step},
    text::Text,
    xml::{self, Element, Node},
};
use diagnostic::{Diagnostics, Severity, Source, Span, nearest};
use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

/// How far a document reaches, from broad to narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Scope {
    Global,
    Workspace,
    Product,
    Api,
    Operation,
}

/// The parts of a document, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Section {
    Inbound,
    Backend,
    Outbound,
    OnError,
}

impl Scope {
    /// All of them.
    pub const ALL: [Scope; 5] = [Scope::Global, Scope::Workspace, Scope::Product, Scope::Api, Scope::Operation];

    /// APIM's word for it, as in `context.LastError.Scope`.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Global => "global",
            Scope::Workspace => "workspace",
            Scope::Product => "product",
            Scope::Api => "api",
            Scope::Operation => "operation",
        }
    }
}

impl Section {
    /// All of them.
    pub const ALL: [Section; 4] = [Section::Inbound, Section::Backend, Section::Outbound, Section::OnError];

    /// Its element.
    pub fn name(self) -> &'static str {
        match self {
            Section::Inbound => "inbound",
            Section::Backend => "backend",
            Section::Outbound => "outbound",
            Section::OnError => "on-error",
        }
    }
}

/// What the policies of a service, or of a workspace, can refer to.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Named values by display name, secrets included.
    pub named_values: BTreeMap<String, String>,
    /// Fragments.
    pub fragments: BTreeMap<String, Source>,
    /// Backends.
    pub backends: BTreeMap<String, Backend>,
    /// Certificates by id.
    pub certificates: BTreeMap<String, ServiceCertificate>,
    /// Names of loggers.
    pub loggers: BTreeSet<String>,
    /// True for a file on its own: its service is not known, so a name that is not here may well be right.
    pub lone_file: bool,
}

impl Surroundings {
    /// How bad it is to name something that is not here.
    pub fn unknown(&self) -> Severity {
        if self.lone_file { Severity::Warning } else { Severity::Error }
    }
}

/// A certificate of the service. Its key is the host's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceCertificate {
    /// What the host calls it.
    pub name: String,
    /// Its SHA-1, hexadecimal in upper case, as far as anybody says.
    pub thumbprint: Option<String>,
    /// The certificate in DER, where the host has it.
    pub der: Vec<u8>,
}

impl ServiceCertificate {
    /// The certificate with an id, or with a thumbprint in whatever spelling.
    pub fn find<'c>(all: &'c BTreeMap<String, Self>, written: &str) -> Option<&'c Self> {
        all.get(written).or_else(|| {
            let digits: String = written.chars().filter(char::is_ascii_hexdigit).collect();
            let is_it = |own: &String| own.eq_ignore_ascii_case(&digits);
            all.values().find(|certificate| certificate.thumbprint.as_ref().is_some_and(is_it))
        })
    }
}

/// One policy file, checked.
#[derive(Debug, Default)]
pub struct Document {
    /// Statements by [`Section`]; `None` where the file does not have the section, which then is that of the scope above.
    sections: [Option<Vec<Item>>; 4],
    /// True for the document of the global scope, above which there is no other.
    is_global: bool,
    /// Where it has a mistake, so that something of it is missing.
    mistake: Option<Rc<str>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Item {
    Base,
    Do(Rc<Step>),
}

impl Document {
    /// Reads and checks a policy file. What is wrong goes to `diagnostics`; the document holds what is right.
    pub fn compile(source: &Source, scope: Scope, surroundings: &Surroundings, diagnostics: &mut Diagnostics) -> Document {
        let mut found = Diagnostics::new();
        let mut document = Self::compiled(source, scope, surroundings, &mut found);
        // The place alone: a message may quote the value of a secret.
        let error = found.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
        document.mistake = error.map(|error| {
            let start = error.place.start();
            format!("{} at {}:{}:{}", error.id, error.place.source.name(), start.line + 1, start.column + 1).into()
        });
        diagnostics.extend(found);
        document
    }

    fn compiled(source: &Source, scope: Scope, surroundings: &Surroundings, diagnostics: &mut Diagnostics) -> Document {
        let text = Text::new(source, &surroundings.named_values, surroundings.unknown());
        let roots = xml::read(&text, diagnostics);
        let (section, path) = (Section::Inbound, String::new());
        let mut checker = Checker {
            text: &text,
            section,
            scope,
            surroundings,
            diagnostics,
            fragment: None,
            path,
            once: Vec::new(),
            included: (0, 0),
            readers: Default::default(),
        };
        let [root] = roots.as_slice() else {
            let second = roots.get(1).map_or(Span::default(), |root| root.name_span);
            checker.error(
                "policy/root",
                second,
                "a policy file holds one `<policies>` element",
                "put `<inbound>`, `<backend>`, `<outbound>` and `<on-error>` into one `<policies>`",
            );
            return Document::default();
        };
        if root.name != "policies" {
            let message = format!("a policy file starts with `<policies>`, not `<{}>`", root.name);
            checker.error("policy/root", root.name_span, message, "put everything into `<policies>...</policies>`");
            return Document::default();
        }
        checker.attributes(root, &[]);
        Document::from_root(root, &mut checker)
    }

    /// What the gateway serves at [`CrossDomain::PATH`], if this is the global document: the first that it says.
    pub fn cross_domain(&self) -> Option<&CrossDomain> {
        let items = self.sections[Section::Inbound as usize].iter().flatten();
        items.filter_map(|item| if let Item::Do(step) = item { Some(&step.policy) } else { None }).find_map(|policy| match policy
        {
            Policy::CrossDomain(policy) => Some(policy),
            _ => None,
        })
    }

    /// The OpenID configurations that its policies ask for keys, as far as that does not depend on the request.
    pub fn issuers(&self) -> Vec<Rc<str>> {
        fn collect(steps: &[Rc<Step>], found: &mut Vec<Rc<str>>) {
            for step in steps {
                match &step.policy {
                    Policy::ValidateJwt(policy) => found.extend(policy.issuers()),
                    Policy::ValidateAzureAdToken(policy) => found.extend(policy.issuers()),
                    policy => policy.parts().iter().for_each(|(_, steps)| collect(steps, found)),
                }
            }
        }
        let items = self.sections.iter().flatten().flatten();
        let steps = items.filter_map(|item| if let Item::Do(step) = item { Some(step.clone()) } else { None });
        let mut found = Vec::new();
        collect(&steps.collect::<Vec<_>>(), &mut found);
        found
    }

    pub(crate) fn from_root(root: &Element, checker: &mut Checker<'_>) -> Document {
        let mut document = Document { is_global: checker.scope == Scope::Global, ..Document::default() };
        for node in &root.children {
            let element = match node {
                Node::Element(element) => element,
                Node::Text(text) if text.damaged => continue,
                Node::Text(text) => {
                    checker.error("policy/text", text.span, "`policies` holds no text", "remove it");
                    continue;
                }
            };
            let Some(section) = Section::ALL.into_iter().find(|section| section.name() == element.name) else {
                let names = Section::ALL.map(Section::name);
                let help = match nearest(&element.name, names) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => "the sections are `inbound`, `backend`, `outbound` and `on-error`".to_owned(),
                };
                checker.error(
                    "policy/section-unknown",
                    element.name_span,
                    format!("there is no section `{}`", element.name),
                    help,
                );
                continue;
            };
            checker.section = section;
            checker.attributes(element, &[]);
            let items = Document::items(element, checker);
            let place = &mut document.sections[section as usize];
            if place.is_some() {
                let message = format!("the section `{}` stands twice", section.name());
                checker.error("policy/section-twice", element.name_span, message, "put everything into one");
            }
            place.get_or_insert_default().extend(items);
        }
        document
    }

    pub(crate) fn items(section: &Element, checker: &mut Checker<'_>) -> Vec<Item> {
        let mut items = Vec::new();
        let mut siblings = Siblings::default();
        for node in &section.children {
            match node {
                Node::Text(text) if text.damaged => {}
                Node::Text(text) => {
                    let message = format!("`{}` holds no text", section.name);
                    checker.error("policy/text", text.span, message, "remove it, or write it as a policy");
                }
                Node::Element(element) if element.name == "base" => {
                    checker.attributes(element, &[]);
                    items.push(Item::Base);
                }
                Node::Element(element) => {
                    let mut steps = Vec::new();
                    checker.step(element, &siblings.part(element), &mut steps);
                    items.extend(steps.into_iter().map(Item::Do));
                }
            }
        }
        items
    }
}

/// What is in effect for one operation: the documents of all scopes, put together.
#[derive(Debug, Default)]
pub struct Effective {
    /// Statements by [`Section`].
    sections: [Vec<Rc<Step>>; 4],
    /// Where one of its documents has a mistake.
    mistake: Option<Rc<str>>,
    /// True if nothing runs after the request is forwarded, so that the response can go straight to the client.
    hands_over: bool,
}

impl Effective {
    /// Puts documents together, from broad to narrow; scopes without one are left out.
    ///
    /// `<base />` is replaced in place by the same section of the scope above; a section without it cuts the scopes above off.
    /// Above the broadest document stands APIM's default: the backend section forwards, the others are empty.
    pub fn compose(documents: &[Rc<Document>]) -> Effective {
        let sections = Section::ALL.map(|section| flatten(documents, section));
        let [_, backend, outbound, on_error] = &sections;
        let hands_over = matches!(backend.last().map(|step| &step.policy), Some(Policy::ForwardRequest(forward)) if forward.may_hand_over())
            && outbound.is_empty()
            && on_error.is_empty();
        let mistake = documents.iter().find_map(|document| document.mistake.clone());
        Effective { sections, hands_over, mistake }
    }

    /// Where one of its documents has a mistake, so that something is missing which may have kept others out. Such a service is not
    /// served: what was checked with one value of a secret can be wrong with another.
    pub fn mistake(&self) -> Option<&str> {
        self.mistake.as_deref()
    }

    /// The statements of a section.
    pub fn section(&self, section: Section) -> &[Rc<Step>] {
        &self.sections[section as usize]
    }

    /// The `cors` that stand in `inbound` itself: those that answer a preflight, for which nothing else runs.
    pub fn cors(&self) -> impl Iterator<Item = &Rc<Step>> {
        self.section(Section::Inbound).iter().filter(|step| matches!(step.policy, Policy::Cors(_)))
    }

    /// True if there is more than the request to forward: then expressions may ask what time it is.
    pub fn computes(&self) -> bool {
        let [inbound, backend, ..] = &self.sections;
        !self.hands_over || !inbound.is_empty() || backend.len() > 1
    }

    /// True if nothing runs after the request is forwarded.
    pub fn hands_over(&self) -> bool {
        self.hands_over
    }
}

fn flatten(documents: &[Rc<Document>], section: Section) -> Vec<Rc<Step>> {
    let Some((narrowest, broader)) = documents.split_last() else {
        return match section {
            Section::Backend => vec![Rc::new(forward())],
            _ => Vec::new(),
        };
    };
    let Some(items) = &narrowest.sections[section as usize] else { return flatten(broader, section) };
    let mut steps = Vec::new();
    for item in items {
        match item {
            // Above the global document there is nothing: its `<base />` has no effect (reference: APIM, C1). Where the service
            // has none, the one that APIM makes stands there, and forwards.
            Item::Base if narrowest.is_global => {}
            Item::Base => steps.extend(flatten(broader, section)),
            Item::Do(step) => steps.push(step.clone()),
        }
    }
    steps
}

/// What the backend section does where no document says anything.
fn forward() -> Step {
    let policy = Policy::ForwardRequest(ForwardRequest::default());
    let (name, path) = (policy.name(), format!("{}[1]", policy.name()));
    let at = Standing { name, scope: Scope::Global, section: Section::Backend, path, id: None, place: None };
    Step { policy, at: Rc::new(at) }
}
