//! Why a token or a key is not taken, in words for the operator.

use std::{borrow::Cow, fmt};

/// A token, its claims or a key set cannot be read. Displayed, it says what is wrong: "the token's header has no `alg`".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(Cow<'static, str>);

/// A key cannot be used, or not for this. Displayed, it goes on from its name: "has 1024 bits, and RSA needs 2048 to 4096".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable(Cow<'static, str>);

impl Malformed {
    pub(crate) fn new(why: impl Into<Cow<'static, str>>) -> Self {
        Self(why.into())
    }
}

impl Unusable {
    pub(crate) fn new(why: impl Into<Cow<'static, str>>) -> Self {
        Self(why.into())
    }

    /// For callers who know of reasons of their own: `is not there`.
    pub fn because(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(why)
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

impl std::error::Error for Unusable {}

/// What a token or a key set says, for a message: in backticks, without what could break a line of a log, and not too long.
pub(crate) fn quoted(text: &str) -> String {
    const LETTERS_MAX: usize = 60;
    let mut shown: String = text
        .chars()
        .take(LETTERS_MAX)
        .map(|letter| if letter.is_control() || letter == '`' { char::REPLACEMENT_CHARACTER } else { letter })
        .collect();
    if text.chars().nth(LETTERS_MAX).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}
