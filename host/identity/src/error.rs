//! What went wrong with another party, in the words of whoever runs the gateway.

use std::fmt;

/// Why there is no answer: where, what is wrong, and the way out.
///
/// It holds no secret and no token, so it can be written into any log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    place: String,
    reason: String,
    help: String,
}

impl Error {
    pub(crate) fn new(place: impl fmt::Display, reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { place: place.to_string(), reason: reason.into(), help: help.into() }
    }

    /// Says of what the place is a part.
    pub(crate) fn within(self, whole: impl fmt::Display) -> Self {
        Self { place: format!("{}, {whole}", self.place), ..self }
    }

    /// What is wrong, without the way out.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.reason, self.help)
    }
}

impl std::error::Error for Error {}

/// What another server said, fit for a log: one line, not long.
pub(crate) fn quoted(text: &str) -> String {
    const CHARACTERS_MAX: usize = 200;
    let short: String = text.chars().take(CHARACTERS_MAX).map(|c| if c.is_control() || c == '`' { ' ' } else { c }).collect();
    let dots = if text.chars().nth(CHARACTERS_MAX).is_some() { "..." } else { "" };
    format!("`{short}{dots}`")
}
