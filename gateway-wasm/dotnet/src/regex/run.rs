//! Programs run: backtracking, with a stack of their own and an end.

use super::{
    class::{self, Class},
    parse::Assert,
    program::{Program, Step},
};
use crate::{Exception, Result};

/// How many steps are left. .NET measures time; this is the same on every machine.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// What is left.
    pub steps: u64,
}

impl Budget {
    /// The most steps that one call of a member may take: some tenths of a second.
    pub const MOST: Budget = Budget { steps: 10_000_000 };
}

/// The most entries of the stack.
const STACK_MAX: usize = 1_000_000;

const TIMED_OUT: &str = "The RegEx engine has timed out while trying to match a pattern to an input string. This can occur for many \
                         reasons, including very large inputs or excessive backtracking caused by nested quantifiers, \
                         back-references and other factors.";

/// The captures of every group, each from where to where; the first group is the whole match.
pub(super) type Captures = Vec<Vec<(usize, usize)>>;

/// What was done, to be undone; and other ways, to be tried.
enum Entry {
    Try {
        step: usize,
        at: usize,
    },
    /// A greedy run may have one less, down to where it has to be.
    Shorter {
        step: usize,
        least: usize,
        at: usize,
        back: bool,
    },
    /// A lazy run may have one more.
    Longer {
        step: usize,
        at: usize,
        left: u32,
    },
    Register {
        register: usize,
        value: usize,
    },
    Uncapture(usize),
    Recapture {
        group: usize,
        capture: (usize, usize),
    },
}

impl Entry {
    fn is_way(&self) -> bool {
        matches!(self, Entry::Try { .. } | Entry::Shorter { .. } | Entry::Longer { .. })
    }
}

struct Runner<'r> {
    program: &'r Program,
    text: &'r [u16],
    search_start: usize,
    budget: &'r mut Budget,
    stack: Vec<Entry>,
    registers: Vec<usize>,
    captures: Captures,
}

/// Finds the first match from a position on; `skips` says that it must not be right there.
pub(super) fn find(
    program: &Program,
    groups: usize,
    text: &[u16],
    start: usize,
    skips: bool,
    right_to_left: bool,
    budget: &mut Budget,
) -> Result<Option<Captures>> {
    let mut runner = Runner {
        program,
        text,
        search_start: start,
        budget,
        stack: Vec::new(),
        registers: vec![0; program.registers],
        captures: vec![Vec::new(); groups],
    };
    let mut at = start;
    if skips {
        let next = if right_to_left { at.checked_sub(1) } else { Some(at + 1).filter(|&at| at <= text.len()) };
        let Some(next) = next else { return Ok(None) };
        at = next;
    }
    loop {
        if let Some(first) = &program.first {
            let rest = text.get(at..).unwrap_or_default();
            let Some(skipped) = rest.iter().position(|&unit| first.contains(unit)) else { return Ok(None) };
            runner.spend(skipped as u64 / 4)?;
            at += skipped;
        }
        if program.anchored && at > 0 {
            return Ok(None);
        }
        if let Some(end) = runner.run(at)? {
            if let Some(whole) = runner.captures.first_mut() {
                *whole = vec![(at.min(end), at.max(end))];
            }
            return Ok(Some(runner.captures));
        }
        let next = if right_to_left { at.checked_sub(1) } else { Some(at + 1).filter(|&at| at <= text.len()) };
        let Some(next) = next else { return Ok(None) };
        at = next;
    }
}

impl Runner<'_> {
    fn spend(&mut self, steps: u64) -> Result<()> {
        let timed_out = || Exception::new("RegexMatchTimeoutException", TIMED_OUT);
        self.budget.steps = self.budget.steps.checked_sub(steps).ok_or_else(timed_out)?;
        if self.stack.len() > STACK_MAX { Err(timed_out()) } else { Ok(()) }
    }

    fn register(&self, register: usize) -> usize {
        self.registers.get(register).copied().unwrap_or_default()
    }

    fn set(&mut self, register: usize, value: usize) {
        if let Some(place) = self.registers.get_mut(register) {
            self.stack.push(Entry::Register { register, value: *place });
            *place = value;
        }
    }

    /// The unit that is taken next, and where that leads.
    fn take(&self, at: usize, back: bool) -> Option<(u16, usize)> {
        let (index, next) = if back { (at.checked_sub(1)?, at - 1) } else { (at, at + 1) };
        Some((*self.text.get(index)?, next))
    }

    /// Runs the program at a position; gives the other end of the match.
    fn run(&mut self, start: usize) -> Result<Option<usize>> {
        self.spend(self.captures.len() as u64 / 8)?;
        self.stack.clear();
        self.captures.iter_mut().for_each(Vec::clear);
        let mut at = start;
        let mut step = 0;
        let program = self.program;
        loop {
            self.spend(1)?;
            let next = match program.steps.get(step) {
                None | Some(Step::Match) => return Ok(Some(at)),
                Some(one) => self.step(one, step, at)?,
            };
            match next.or_else(|| self.backtrack()) {
                Some((to, place)) => (step, at) = (to, place),
                None => return Ok(None),
            }
        }
    }

    /// Where a step leads; `None` if it fails.
    fn step(&mut self, one: &Step, step: usize, at: usize) -> Result<Option<(usize, usize)>> {
        let next = step + 1;
        Ok(match one {
            Step::One { unit, back } => self.take(at, *back).filter(|(found, _)| found == unit).map(|(_, at)| (next, at)),
            Step::Set { class, back } => {
                self.take(at, *back).filter(|(found, _)| class.contains(*found)).map(|(_, at)| (next, at))
            }
            Step::Run { class, least, most, lazy, back } => return self.run_of(class, (*least, *most), *lazy, *back, step, at),
            Step::Try { otherwise } => {
                self.stack.push(Entry::Try { step: *otherwise, at });
                Some((next, at))
            }
            Step::Go(to) => Some((*to, at)),
            Step::LoopStart { register } => {
                self.set(*register, 0);
                self.set(register + 1, usize::MAX);
                Some((next, at))
            }
            Step::Loop { register, least, most, lazy, end } => {
                let count = self.register(*register);
                let stands_still = count > 0 && self.register(register + 1) == at;
                if count >= *most as usize || stands_still {
                    return Ok(Some((*end, at)));
                }
                if count >= *least as usize {
                    if *lazy {
                        self.stack.push(Entry::Longer { step, at, left: 0 });
                        return Ok(Some((*end, at)));
                    }
                    self.stack.push(Entry::Try { step: *end, at });
                }
                self.set(*register, count + 1);
                self.set(register + 1, at);
                Some((next, at))
            }
            Step::Mark { register } => {
                self.set(*register, at);
                Some((next, at))
            }
            Step::Capture { register, group, loses } => {
                let start = self.register(*register);
                self.capture((start.min(at), start.max(at)), *group, *loses).then_some((next, at))
            }
            Step::Back { group, ignore_case, back } => {
                let last = self.captures.get(*group).and_then(|captures| captures.last()).copied();
                let Some((start, end)) = last else { return Ok(None) };
                let length = end - start;
                self.spend(length as u64)?;
                let place = if *back { at.checked_sub(length) } else { Some(at) };
                let (Some(expected), Some(found)) =
                    (self.text.get(start..end), place.and_then(|place| self.text.get(place..place + length)))
                else {
                    return Ok(None);
                };
                let fits = match ignore_case {
                    true => expected.iter().zip(found).all(|(one, other)| class::lower(*one) == class::lower(*other)),
                    false => expected == found,
                };
                fits.then_some((next, if *back { at - length } else { at + length }))
            }
            Step::Assert(assert) => self.holds(*assert, at).then_some((next, at)),
            Step::Hold { register } => {
                self.set(*register, self.stack.len());
                self.set(register + 1, at);
                Some((next, at))
            }
            Step::Commit { register } => {
                self.commit(self.register(*register))?;
                Some((next, at))
            }
            Step::Return { register } => {
                let place = self.register(register + 1);
                self.commit(self.register(*register))?;
                Some((next, place))
            }
            Step::Refuse { register } => {
                let height = self.register(*register);
                while self.stack.len() > height {
                    self.undo();
                }
                None
            }
            Step::IfGroup { group, otherwise } => {
                let has = self.captures.get(*group).is_some_and(|captures| !captures.is_empty());
                Some((if has { next } else { *otherwise }, at))
            }
            Step::Match => None,
        })
    }

    fn run_of(
        &mut self,
        class: &Class,
        (least, most): (u32, u32),
        lazy: bool,
        back: bool,
        step: usize,
        start: usize,
    ) -> Result<Option<(usize, usize)>> {
        let mut at = start;
        let mut count = 0;
        let wanted = if lazy { least } else { most };
        let mut shortest = start;
        while count < wanted {
            let Some((_, next)) = self.take(at, back).filter(|(unit, _)| class.contains(*unit)) else { break };
            at = next;
            count += 1;
            if count == least {
                shortest = at;
            }
        }
        self.spend(u64::from(count) / 4)?;
        if count < least {
            return Ok(None);
        }
        if lazy {
            if most > least {
                self.stack.push(Entry::Longer { step, at, left: most - least });
            }
        } else if at != shortest {
            self.stack.push(Entry::Shorter { step: step + 1, least: shortest, at, back });
        }
        Ok(Some((step + 1, at)))
    }

    fn capture(&mut self, (mut start, mut end): (usize, usize), group: Option<usize>, loses: Option<usize>) -> bool {
        if let Some(loser) = loses {
            let Some((from, to)) = self.captures.get_mut(loser).and_then(Vec::pop) else { return false };
            self.stack.push(Entry::Recapture { group: loser, capture: (from, to) });
            // The new capture is what lies between the two, or what both have.
            if start >= to {
                (start, end) = (to, start);
            } else if end <= from {
                start = from;
            } else {
                (start, end) = (start.max(from), end.min(to));
            }
        }
        if let Some((group, captures)) = group.and_then(|group| Some((group, self.captures.get_mut(group)?))) {
            captures.push((start.min(end), start.max(end)));
            self.stack.push(Entry::Uncapture(group));
        }
        true
    }

    fn holds(&self, assert: Assert, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.text.get(before)).copied();
        let after = self.text.get(at).copied();
        match assert {
            Assert::Start => at == 0,
            Assert::LineStart => before.is_none_or(|unit| unit == 10),
            Assert::LineEnd => after.is_none_or(|unit| unit == 10),
            Assert::End => after.is_none(),
            Assert::NearEnd => after.is_none() || (after == Some(10) && at + 1 == self.text.len()),
            Assert::SearchStart => at == self.search_start,
            Assert::Boundary { ecma, negative } => {
                let word = |unit: Option<u16>| match (unit, ecma) {
                    (None, _) => false,
                    (Some(unit), true) => {
                        u8::try_from(unit).is_ok_and(|byte| byte == b'_' || byte.is_ascii_alphanumeric()) || unit == 0x130
                    }
                    (Some(unit), false) => class::is_word(unit),
                };
                (word(before) != word(after)) != negative
            }
        }
    }

    /// Forgets other ways above a height; what was done stays to be undone.
    fn commit(&mut self, height: usize) -> Result<()> {
        self.spend(self.stack.len().saturating_sub(height) as u64)?;
        let above = self.stack.split_off(height.min(self.stack.len()));
        self.stack.extend(above.into_iter().filter(|entry| !entry.is_way()));
        Ok(())
    }

    /// Takes the uppermost entry back.
    fn undo(&mut self) -> Option<Entry> {
        let entry = self.stack.pop()?;
        match entry {
            Entry::Register { register, value } => {
                if let Some(place) = self.registers.get_mut(register) {
                    *place = value;
                }
            }
            Entry::Uncapture(group) => _ = self.captures.get_mut(group).and_then(Vec::pop),
            Entry::Recapture { group, capture } => {
                if let Some(captures) = self.captures.get_mut(group) {
                    captures.push(capture);
                }
            }
            Entry::Try { .. } | Entry::Shorter { .. } | Entry::Longer { .. } => {}
        }
        Some(entry)
    }

    /// The next other way.
    fn backtrack(&mut self) -> Option<(usize, usize)> {
        loop {
            match self.undo()? {
                Entry::Try { step, at } => return Some((step, at)),
                Entry::Shorter { step, least, at, back } => {
                    let at = if back { at + 1 } else { at.checked_sub(1)? };
                    if at != least {
                        self.stack.push(Entry::Shorter { step, least, at, back });
                    }
                    return Some((step, at));
                }
                Entry::Longer { step, at, left } => {
                    if let Some(way) = self.longer(step, at, left) {
                        return Some(way);
                    }
                }
                _ => {}
            }
        }
    }

    fn longer(&mut self, step: usize, at: usize, left: u32) -> Option<(usize, usize)> {
        match self.program.steps.get(step)? {
            Step::Run { class, back, .. } => {
                let (_, next) = self.take(at, *back).filter(|(unit, _)| class.contains(*unit))?;
                if left > 1 {
                    self.stack.push(Entry::Longer { step, at: next, left: if left == u32::MAX { left } else { left - 1 } });
                }
                Some((step + 1, next))
            }
            Step::Loop { register, .. } => {
                let count = self.register(*register);
                self.set(*register, count + 1);
                self.set(register + 1, at);
                Some((step + 1, at))
            }
            _ => None,
        }
    }
}
