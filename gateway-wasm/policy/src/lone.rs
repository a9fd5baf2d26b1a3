//! A policy file on its own, without the service that it belongs to: what can be said about it all the same.
//!
//! What it is shows in its root: `<policies>`, a `<fragment>`, or a snippet, which is a section or a list of policies. Names that
//! only the service knows (named values, fragments, backends) are warnings.

use crate::{
    document::{Document, Scope, Section, Surroundings},
    lint::{self, File, allow},
    statement::{Checker, Siblings},
    text::Text,
    xml::{self, Element},
};
use diagnostic::{Diagnostic, Diagnostics, Severity, Source, Span};

/// Everything that is wrong with a file.
pub fn check(source: &Source) -> Diagnostics {
    let surroundings = Surroundings { lone_file: true, ..Surroundings::default() };
    let text = Text::new(source, &surroundings.named_values, surroundings.unknown());
    let mut diagnostics = Diagnostics::new();
    let roots = xml::read(&text, &mut diagnostics);
    if roots.is_empty() {
        let nothing = Diagnostic::error("policy/root", text.place(Span::default()), "there are no policies in this file")
            .help("check a file that holds `<policies>`, a `<fragment>` or policies, or the service folder as a whole");
        return [nothing].into_iter().collect();
    }
    let lone = Lone { text: &text, surroundings: &surroundings };
    let mut snippet = Vec::new();
    for root in &roots {
        match root.name.as_str() {
            "policies" => diagnostics.extend(lone.document(root)),
            "fragment" => diagnostics.extend(lone.statements(Some(source.name()), |checker| {
                checker.steps(root);
            })),
            name => match Section::ALL.into_iter().find(|section| section.name() == name) {
                Some(section) => diagnostics.extend(lone.section(root, section)),
                None => snippet.push(root),
            },
        }
    }
    diagnostics.extend(lone.statements(None, |checker| {
        let mut siblings = Siblings::default();
        for element in snippet.iter().filter(|element| element.name != "base") {
            checker.step(element, &siblings.part(element), &mut Vec::new());
        }
    }));
    let file = File::read(source, &surroundings.named_values);
    diagnostics.extend(allow::silence(lint::file(&file), &allow::in_comments(&file), false));
    diagnostics.sorted()
}

struct Lone<'a> {
    text: &'a Text,
    surroundings: &'a Surroundings,
}

impl Lone<'_> {
    fn document(&self, root: &Element) -> Diagnostics {
        self.checked(Section::Inbound, None, |checker| {
            Document::from_root(root, checker);
        })
    }

    fn section(&self, root: &Element, section: Section) -> Diagnostics {
        self.checked(section, None, |checker| {
            Document::items(root, checker);
        })
    }

    /// Policies that may stand in any section: they are checked for the one that suits them best.
    fn statements(&self, fragment: Option<&str>, check: impl Fn(&mut Checker<'_>)) -> Diagnostics {
        let in_section = |section| self.checked(section, fragment, &check);
        Section::ALL.into_iter().map(in_section).min_by_key(|found| found.count(Severity::Error)).unwrap_or_default()
    }

    fn checked(&self, section: Section, fragment: Option<&str>, check: impl FnOnce(&mut Checker<'_>)) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let (text, surroundings) = (self.text, self.surroundings);
        let (path, once, scope) = (String::new(), Vec::new(), Scope::Api);
        check(&mut Checker {
            text,
            section,
            scope,
            surroundings,
            diagnostics: &mut diagnostics,
            fragment,
            path,
            once,
            included: (0, 0),
            readers: Default::default(),
        });
        diagnostics
    }
}
