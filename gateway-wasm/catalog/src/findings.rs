//! What was found so far. Shared by everyone who reads, so that a mistake never stops the reading.

use diagnostic::{Diagnostic, Diagnostics};
use std::cell::RefCell;

/// Collects diagnostics from many hands.
#[derive(Debug, Default)]
pub(crate) struct Findings(RefCell<Diagnostics>);

impl Findings {
    /// Adds one.
    pub(crate) fn push(&self, diagnostic: Diagnostic) {
        self.0.borrow_mut().push(diagnostic);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.borrow().iter().len()
    }

    /// All of them, by file and place.
    pub(crate) fn sorted(self) -> Diagnostics {
        self.0.into_inner().sorted()
    }
}

/// "did you mean `x`?", if one of the candidates is close.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    diagnostic::nearest(word, candidates).map(|name| format!("did you mean `{name}`?"))
}

/// `a`, `b` and `c`: names in a sentence, at most a handful of them.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN_MAX: usize = 8;
    let all: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match all.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        many if many.len() > SHOWN_MAX => format!("{} and {} more", many[..SHOWN_MAX].join(", "), many.len() - SHOWN_MAX),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}
