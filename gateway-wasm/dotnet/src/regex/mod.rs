//! `System.Text.RegularExpressions.Regex`.
//!
//! .NET's patterns have captures that pile up, groups that take them away again, look behind that reads from right to left,
//! and sets that subtract; no other engine has all of that, so this is one of its own: a backtracking one, as .NET's, over
//! UTF-16 units, with a count of steps instead of a time-out.

mod class;
mod parse;
mod program;
mod replace;
mod run;
mod runs;

pub use replace::Replacement;
pub use run::Budget;

use crate::{Exception, NetString, Result};
use parse::Groups;
use program::Program;
use run::Captures;
use std::{cell::RefCell, rc::Rc};

/// `RegexOptions`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct Options {
    pub ignore_case: bool,
    pub multiline: bool,
    pub explicit_capture: bool,
    pub singleline: bool,
    pub ignore_pattern_whitespace: bool,
    pub right_to_left: bool,
    pub ecma_script: bool,
    /// All of them, as .NET numbers them.
    pub bits: i64,
}

impl Options {
    /// From the number of a `RegexOptions`.
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` if there are no such options, or they do not go together.
    pub fn new(bits: i64) -> Result<Self> {
        let has = |bit: i64| bits & bit != 0;
        // ECMAScript goes only with IgnoreCase, Multiline, Compiled and CultureInvariant.
        if bits & !0x7ff != 0 || has(128) || (has(256) && bits & !(1 | 2 | 8 | 256 | 512) != 0) {
            return Err(Exception::argument_out_of_range("Specified argument was out of the range of valid values.", "options"));
        }
        Ok(Self {
            ignore_case: has(1),
            multiline: has(2),
            explicit_capture: has(4),
            singleline: has(16),
            ignore_pattern_whitespace: has(32),
            right_to_left: has(64),
            ecma_script: has(256),
            bits,
        })
    }
}

/// A compiled pattern.
#[derive(Debug)]
pub struct Regex {
    pattern: NetString,
    options: Options,
    groups: Groups,
    program: Program,
}

/// A match: the captures of every group in the order of their numbers.
#[derive(Clone, Debug)]
pub struct Found {
    captures: Captures,
}

impl Found {
    /// Where the match is: from, to.
    pub fn span(&self) -> (usize, usize) {
        self.group(0).unwrap_or_default()
    }

    /// The last capture of a group: from, to.
    pub fn group(&self, slot: usize) -> Option<(usize, usize)> {
        self.captures.get(slot)?.last().copied()
    }

    /// The same so much further to the right.
    pub fn moved(mut self, by: usize) -> Self {
        for (start, end) in self.captures.iter_mut().flatten() {
            *start += by;
            *end += by;
        }
        self
    }

    /// Its bytes in memory, for limits.
    pub fn size(&self) -> usize {
        self.captures.iter().map(|captures| 24 + captures.len() * 16).sum()
    }

    /// Every capture of every group.
    pub fn groups(&self) -> &[Vec<(usize, usize)>] {
        &self.captures
    }
}

/// How many patterns are kept.
const CACHE_MAX: usize = 64;

/// Patterns, the one used last at the end.
type Cache = Vec<((NetString, i64), Rc<Regex>)>;

thread_local! {
    static CACHE: RefCell<Cache> = const { RefCell::new(Vec::new()) };
}

impl Regex {
    /// `new Regex(pattern, options)`; the same pattern is compiled once as long as it is in use.
    ///
    /// # Errors
    /// `RegexParseException` if it is no pattern.
    pub fn new(pattern: &NetString, options: Options) -> Result<Rc<Self>> {
        if let Some(regex) = Self::cached(pattern, options) {
            return Ok(regex);
        }
        let parsed = parse::parse(&pattern.units(), options)?;
        let program = program::compile(&parsed.node, options.right_to_left);
        let regex = Rc::new(Self { pattern: pattern.clone(), options, groups: parsed.groups, program });
        CACHE.with_borrow_mut(|cache| {
            if cache.len() >= CACHE_MAX {
                cache.remove(0);
            }
            cache.push(((pattern.clone(), options.bits), regex.clone()));
        });
        Ok(regex)
    }

    /// The pattern if it was compiled already.
    pub fn cached(pattern: &NetString, options: Options) -> Option<Rc<Self>> {
        CACHE.with_borrow_mut(|cache| {
            let at = cache.iter().rposition(|((own, bits), _)| own == pattern && *bits == options.bits)?;
            let entry = cache.remove(at);
            let regex = entry.1.clone();
            cache.push(entry);
            Some(regex)
        })
    }

    /// The pattern.
    pub fn pattern(&self) -> &NetString {
        &self.pattern
    }

    /// The options.
    pub fn options(&self) -> Options {
        self.options
    }

    /// How many groups it has, with the whole match.
    pub fn group_count(&self) -> usize {
        self.groups.numbers.len()
    }

    /// The name of the group at a place.
    pub fn group_name(&self, slot: usize) -> String {
        self.groups.name(slot)
    }

    /// The number of the group at a place.
    pub fn group_number(&self, slot: usize) -> Option<u32> {
        self.groups.numbers.get(slot).copied()
    }

    /// The place of the group of a number.
    pub fn slot_of_number(&self, number: u32) -> Option<usize> {
        self.groups.slot(number)
    }

    /// The place of the group of a name.
    pub fn slot_of_name(&self, name: &str) -> Option<usize> {
        self.groups.slot_of(name)
    }

    /// The place of the group that `${...}` names.
    fn slot_of_reference(&self, name: &str) -> Option<usize> {
        match name.starts_with(|first: char| first.is_ascii_digit()) {
            true => self.groups.slot(name.parse().ok()?),
            false => self.groups.slot_of(name),
        }
    }

    /// Finds a match from a position on. After an empty match at that very position, `skips` asks for the next one.
    ///
    /// # Errors
    /// `RegexMatchTimeoutException` if it takes more steps than the budget has.
    pub fn find(&self, text: &[u16], start: usize, skips: bool, budget: &mut Budget) -> Result<Option<Found>> {
        let groups = self.group_count();
        let captures = run::find(&self.program, groups, text, start, skips, self.options.right_to_left, budget)?;
        Ok(captures.map(|captures| Found { captures }))
    }

    /// Where a search starts that says nothing else.
    pub fn default_start(&self, text: &[u16]) -> usize {
        if self.options.right_to_left { text.len() } else { 0 }
    }

    /// Every match, up to a number of them; each is given to a function in the order of the search.
    ///
    /// # Errors
    /// As [`Regex::find`], and what the function returns.
    pub fn each<E: From<Exception>>(
        &self,
        text: &[u16],
        start: usize,
        budget: &mut Budget,
        mut take: impl FnMut(Found) -> std::result::Result<bool, E>,
    ) -> std::result::Result<(), E> {
        let (mut at, mut skips) = (start, false);
        while let Some(found) = self.find(text, at, skips, budget)? {
            let (from, to) = found.span();
            at = if self.options.right_to_left { from } else { to };
            skips = from == to;
            if !take(found)? {
                break;
            }
        }
        Ok(())
    }
}

/// `Regex.Escape`
pub fn escape(text: &NetString) -> NetString {
    let mut escaped = Vec::new();
    for unit in text.units() {
        let letter = match unit {
            10 => b'n',
            13 => b'r',
            9 => b't',
            12 => b'f',
            _ => match u8::try_from(unit) {
                Ok(byte) if b"\\*+?|{[()^$.# ".contains(&byte) => byte,
                _ => {
                    escaped.push(unit);
                    continue;
                }
            },
        };
        escaped.extend([u16::from(b'\\'), letter.into()]);
    }
    NetString::from_units(&escaped)
}

/// `Regex.Unescape`
///
/// # Errors
/// `RegexParseException` if an escape is none.
pub fn unescape(text: &NetString) -> Result<NetString> {
    Ok(NetString::from_units(&parse::unescape(&text.units())?))
}

#[cfg(test)]
mod tests;
