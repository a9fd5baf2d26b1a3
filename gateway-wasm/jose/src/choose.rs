//! Which keys a token is tried with, and why not with the others.

use crate::{
    Header,
    key::{Asked, Identity},
    malformed::Unusable,
};
use std::fmt;

/// A key of either kind: one that checks signatures, or one that decrypts.
pub(crate) trait Candidate {
    fn identity(&self) -> &Identity;
    fn describe(&self) -> String;
}

/// The keys to try, in order, and the others.
pub(crate) struct Choice<'k, K> {
    pub(crate) candidates: Vec<&'k K>,
    /// Each with what is wrong with it; nothing if the token asks for another.
    passed_over: Vec<(&'k K, Option<Unusable>)>,
}

/// Chooses the keys that a token asks for by name, if any of them fits. If none does, those that have no name that is not the
/// token's, which are all keys if it asks for none.
pub(crate) fn choose<'k, K: Candidate>(
    keys: impl IntoIterator<Item = &'k K>,
    header: &Header,
    fits: impl Fn(&K) -> Result<(), Unusable>,
) -> Choice<'k, K> {
    let (mut named, mut others, mut passed_over) = (Vec::new(), Vec::new(), Vec::new());
    for key in keys {
        let candidates = match key.identity().asked(header) {
            Asked::ByName => &mut named,
            Asked::Perhaps => &mut others,
            Asked::No => {
                passed_over.push((key, None));
                continue;
            }
        };
        match fits(key) {
            Ok(()) => candidates.push(key),
            Err(why) => passed_over.push((key, Some(why))),
        }
    }
    Choice { candidates: if named.is_empty() { others } else { named }, passed_over }
}

impl<K: Candidate> Choice<'_, K> {
    /// The keys that were not tried, in words; written only when somebody is going to read them.
    pub(crate) fn passed_over(&self) -> Vec<String> {
        let words = self.passed_over.iter().map(|(key, why)| match why {
            Some(why) => format!("{} ({why})", key.describe()),
            None => format!("{} (the token asks for another)", key.describe()),
        });
        words.collect()
    }
}

/// Writes the first of some descriptions.
pub(crate) fn list(f: &mut fmt::Formatter<'_>, before: &str, entries: &[String]) -> fmt::Result {
    const SHOWN_MAX: usize = 5;
    for (number, entry) in entries.iter().take(SHOWN_MAX).enumerate() {
        write!(f, "{}{entry}", if number == 0 { before } else { ", " })?;
    }
    match entries.len().checked_sub(SHOWN_MAX) {
        Some(more @ 1..) => write!(f, " and {more} more"),
        _ => Ok(()),
    }
}
