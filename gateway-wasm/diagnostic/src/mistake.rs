//! One mistake of an author's, and all of those found in one run.

use crate::Place;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It cannot work as written: nothing is published or run.
    Error,
    /// It works, and probably not as meant.
    Warning,
    /// It works as meant; there is something to know about it.
    Note,
}

impl Severity {
    /// The word that people and tools see.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// A second place that explains the first: "the other one is here".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What to see there.
    pub message: String,
}

/// One mistake: what is wrong, where, and what to do.
///
/// ```
/// use diagnostic::{Diagnostic, Place, Source, Span};
///
/// let source = Source::new("orders.xml", "<rate-limit calls=\"ten\" />");
/// let mistake = Diagnostic::error("rate-limit/calls", Place::new(&source, Span::new(19, 22)), "`calls` must be a whole number from 1")
///     .at("not a number")
///     .help("write `calls=\"10\"`");
/// assert!(diagnostic::render::text(&mistake).contains("orders.xml:1:20"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Readable and stable: `area/what`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// One sentence in the author's words: lower case, no full stop, names in backticks.
    pub message: String,
    /// A few words beside the caret; empty where the message says it all.
    pub at: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Other places that explain it.
    pub labels: Vec<Label>,
}

impl Diagnostic {
    /// A mistake that stops publishing and running.
    pub fn error(id: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self::new(id, Severity::Error, place, message.into())
    }

    /// A mistake that does not.
    pub fn warning(id: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self::new(id, Severity::Warning, place, message.into())
    }

    /// Something to know, with nothing to mend.
    pub fn note(id: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self::new(id, Severity::Note, place, message.into())
    }

    fn new(id: &'static str, severity: Severity, place: Place, message: String) -> Self {
        Self { id, severity, place, message, at: String::new(), help: None, labels: Vec::new() }
    }

    /// Adds a few words beside the caret.
    pub fn at(mut self, words: impl Into<String>) -> Self {
        self.at = words.into();
        self
    }

    /// Adds the way out.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the way out if there is one to suggest, as in "did you mean".
    pub fn help_if(mut self, help: Option<String>) -> Self {
        self.help = self.help.or(help);
        self
    }

    /// Adds a second place.
    pub fn label(mut self, place: Place, message: impl Into<String>) -> Self {
        self.labels.push(Label { place, message: message.into() });
        self
    }
}

/// All that was found in one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// True if any of them stops publishing and running.
    pub fn has_errors(&self) -> bool {
        self.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// How many there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    /// True if nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Orders by file, then place, then severity, and drops exact repetitions.
    pub fn sorted(mut self) -> Self {
        self.0.sort_by(|a, b| {
            (a.place.source.name(), a.place.span, a.severity, a.id, &a.message).cmp(&(
                b.place.source.name(),
                b.place.span,
                b.severity,
                b.id,
                &b.message,
            ))
        });
        self.0.dedup();
        self
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, more: I) {
        self.0.extend(more);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}
