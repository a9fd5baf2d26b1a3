//! Patterns become trees.

use super::{
    Options,
    class::{self, Class},
};
use crate::{Exception, Result};
use std::{collections::BTreeSet, rc::Rc};

/// How deep groups and sets may nest.
const DEPTH_MAX: u32 = 200;

/// A part of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Empty,
    Set(Rc<Class>),
    Sequence(Vec<Node>),
    /// One of these, the first that goes on to match.
    Choice(Vec<Node>),
    Repeat {
        node: Box<Node>,
        least: u32,
        most: u32,
        lazy: bool,
    },
    /// A group's number, and the group that loses a capture to it.
    Capture {
        group: Option<usize>,
        loses: Option<usize>,
        node: Box<Node>,
    },
    Look {
        node: Box<Node>,
        behind: bool,
        negative: bool,
    },
    Atomic(Box<Node>),
    Back {
        group: usize,
        ignore_case: bool,
    },
    IfGroup(usize, Box<Node>, Box<Node>),
    IfLook(Box<Node>, Box<Node>, Box<Node>),
    Assert(Assert),
}

/// What holds at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assert {
    LineStart,
    LineEnd,
    Start,
    End,
    /// At the end, or before a line feed that is the end.
    NearEnd,
    /// Where the search started.
    SearchStart,
    Boundary {
        ecma: bool,
        negative: bool,
    },
}

/// A pattern, read.
pub(super) struct Parsed {
    pub(super) node: Node,
    pub(super) groups: Groups,
}

/// The groups of a pattern.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    /// Their numbers, in order; 0 is the whole match.
    pub(super) numbers: Vec<u32>,
    /// The named ones.
    pub(super) names: Vec<(String, u32)>,
}

impl Groups {
    /// The place of a number among the groups.
    pub(super) fn slot(&self, number: u32) -> Option<usize> {
        self.numbers.binary_search(&number).ok()
    }

    /// The place of a name among the groups.
    pub(super) fn slot_of(&self, name: &str) -> Option<usize> {
        let number = self.names.iter().find(|(own, _)| own == name).map(|(_, number)| *number);
        self.slot(number.or_else(|| {
            // A number is a name, too, but only as it is written.
            name.parse().ok().filter(|number: &u32| number.to_string() == name)
        })?)
    }

    /// The name of a group: its number where it has no other.
    pub(super) fn name(&self, slot: usize) -> String {
        let number = self.numbers.get(slot).copied().unwrap_or_default();
        let named = self.names.iter().find(|(_, own)| *own == number);
        named.map_or_else(|| number.to_string(), |(name, _)| name.clone())
    }
}

pub(super) fn parse(pattern: &[u16], options: Options) -> Result<Parsed> {
    // What `\12` means depends on the groups, and names get their numbers after all others, so groups are looked for first.
    let mut scout = Parser::new(pattern, options, None);
    let _ = scout.whole();
    let groups = scout.found.assign();
    let mut parser = Parser::new(pattern, options, Some(groups));
    let node = parser.whole()?;
    Ok(Parsed { node, groups: parser.groups.unwrap_or_default() })
}

/// `Regex.Unescape`
pub(super) fn unescape(text: &[u16]) -> Result<Vec<u16>> {
    let mut parser = Parser::new(text, Options::default(), None);
    let mut unescaped = Vec::with_capacity(text.len());
    while let Some(unit) = parser.next() {
        if unit == u16::from(b'\\') && parser.peek().is_some() {
            unescaped.push(parser.escaped_character()?);
        } else {
            unescaped.push(unit);
        }
    }
    Ok(unescaped)
}

/// Groups as they are found.
#[derive(Default)]
struct Found {
    automatic: u32,
    numbers: BTreeSet<u32>,
    names: Vec<String>,
}

impl Found {
    fn assign(self) -> Groups {
        let mut numbers = self.numbers;
        numbers.insert(0);
        numbers.extend(1..=self.automatic);
        let mut next = self.automatic + 1;
        let mut names = Vec::new();
        for name in self.names {
            while numbers.contains(&next) {
                next += 1;
            }
            numbers.insert(next);
            names.push((name, next));
        }
        Groups { numbers: numbers.into_iter().collect(), names }
    }
}

struct Parser<'p> {
    pattern: &'p [u16],
    at: usize,
    options: Options,
    depth: u32,
    found: Found,
    /// What was found before; `None` while looking for it.
    groups: Option<Groups>,
    /// The parenthesis of a condition does not capture.
    ignore_next_parenthesis: bool,
}

impl<'p> Parser<'p> {
    fn new(pattern: &'p [u16], options: Options, groups: Option<Groups>) -> Self {
        Self { pattern, at: 0, options, depth: 0, found: Found::default(), groups, ignore_next_parenthesis: false }
    }

    fn error(&self, message: impl AsRef<str>) -> Exception {
        let pattern = String::from_utf16_lossy(self.pattern);
        let message = format!("Invalid pattern '{pattern}' at offset {}. {}", self.at, message.as_ref());
        Exception::new("RegexParseException", message)
    }

    fn peek(&self) -> Option<u16> {
        self.pattern.get(self.at).copied()
    }

    /// The unit at a distance, if it is ASCII.
    fn ascii(&self, distance: usize) -> Option<char> {
        let unit = *self.pattern.get(self.at + distance)?;
        u8::try_from(unit).ok().filter(u8::is_ascii).map(char::from)
    }

    fn next(&mut self) -> Option<u16> {
        let unit = self.peek()?;
        self.at += 1;
        Some(unit)
    }

    fn takes(&mut self, wanted: char) -> bool {
        let takes = self.ascii(0) == Some(wanted);
        self.at += usize::from(takes);
        takes
    }

    fn too_deep() -> Exception {
        Exception::new(
            "InsufficientExecutionStackException",
            "Insufficient stack to continue executing the program safely. This can happen from having too many functions on the \
             call stack or function on the stack using too much stack space.",
        )
    }

    fn slot(&self, number: u32) -> Option<usize> {
        match &self.groups {
            Some(groups) => groups.slot(number),
            None => Some(0),
        }
    }

    fn slot_of(&self, name: &str) -> Option<usize> {
        match &self.groups {
            Some(groups) => groups.names.iter().find(|(own, _)| own == name).and_then(|(_, number)| groups.slot(*number)),
            None => Some(0),
        }
    }

    fn whole(&mut self) -> Result<Node> {
        let mut branches = self.branches()?;
        if self.at < self.pattern.len() {
            self.at += 1;
            return Err(self.error("Too many )'s."));
        }
        Ok(if branches.len() == 1 { branches.pop().unwrap_or(Node::Empty) } else { Node::Choice(branches) })
    }

    /// Everything up to the parenthesis that closes the group, or the end.
    fn branches(&mut self) -> Result<Vec<Node>> {
        let mut branches = Vec::new();
        loop {
            branches.push(self.sequence()?);
            if !self.takes('|') {
                return Ok(branches);
            }
        }
    }

    fn sequence(&mut self) -> Result<Node> {
        let mut nodes = Vec::new();
        let mut was_quantified = false;
        loop {
            self.skip_blank()?;
            let Some(unit) = self.peek() else { break };
            let character = self.ascii(0).unwrap_or('\u{80}');
            let node = match character {
                '|' | ')' => break,
                '*' | '+' | '?' => {
                    self.at += 1;
                    return Err(self.nothing_to_repeat(character, was_quantified));
                }
                '{' if self.is_quantifier() => {
                    self.at += 1;
                    return Err(self.nothing_to_repeat(character, was_quantified));
                }
                _ => {
                    self.at += 1;
                    self.atom(unit, character)?
                }
            };
            was_quantified = false;
            let Some(node) = node else { continue };
            self.skip_blank()?;
            if !self.is_quantifier() {
                nodes.push(node);
                continue;
            }
            nodes.push(self.quantified(node)?);
            was_quantified = true;
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.pop().unwrap_or(Node::Empty),
            _ => Node::Sequence(nodes),
        })
    }

    fn nothing_to_repeat(&self, character: char, was_quantified: bool) -> Exception {
        self.error(if was_quantified {
            format!("Nested quantifier '{character}'.")
        } else {
            format!("Quantifier '{character}' following nothing.")
        })
    }

    /// Whitespace and comments.
    fn skip_blank(&mut self) -> Result<()> {
        loop {
            if self.options.ignore_pattern_whitespace {
                while matches!(self.ascii(0), Some('\t'..='\r' | ' ')) {
                    self.at += 1;
                }
                if self.ascii(0) == Some('#') {
                    while self.peek().is_some() && self.ascii(0) != Some('\n') {
                        self.at += 1;
                    }
                    continue;
                }
            }
            if (self.ascii(0), self.ascii(1), self.ascii(2)) != (Some('('), Some('?'), Some('#')) {
                return Ok(());
            }
            while !self.takes(')') {
                if self.next().is_none() {
                    return Err(self.error("Unterminated (?#...) comment."));
                }
            }
        }
    }

    /// True at `*`, `+`, `?`, `{n}`, `{n,}` and `{n,m}`.
    fn is_quantifier(&self) -> bool {
        match self.ascii(0) {
            Some('*' | '+' | '?') => true,
            Some('{') => {
                let mut at = 1;
                let digits = |at: &mut usize| {
                    let start = *at;
                    while self.ascii(*at).is_some_and(|character| character.is_ascii_digit()) {
                        *at += 1;
                    }
                    *at > start
                };
                if !digits(&mut at) {
                    return false;
                }
                if self.ascii(at) == Some(',') {
                    at += 1;
                    digits(&mut at);
                }
                self.ascii(at) == Some('}')
            }
            _ => false,
        }
    }

    fn quantified(&mut self, node: Node) -> Result<Node> {
        let (least, most) = match self.next().and_then(|unit| u8::try_from(unit).ok()) {
            Some(b'*') => (0, u32::MAX),
            Some(b'+') => (1, u32::MAX),
            Some(b'?') => (0, 1),
            _ => {
                let least = self.decimal()?;
                let mut most = least;
                if self.takes(',') {
                    most = if self.ascii(0) == Some('}') { u32::MAX } else { self.decimal()? };
                }
                self.takes('}');
                (least, most)
            }
        };
        self.skip_blank()?;
        let lazy = self.takes('?');
        if least > most {
            return Err(self.error("Illegal {x,y} with x > y."));
        }
        Ok(Node::Repeat { node: Box::new(node), least, most, lazy })
    }

    fn decimal(&mut self) -> Result<u32> {
        let mut value: u32 = 0;
        while let Some(digit) = self.ascii(0).and_then(|character| character.to_digit(10)) {
            self.at += 1;
            let next = value.checked_mul(10).and_then(|value| value.checked_add(digit));
            value = next
                .filter(|&value| value <= i32::MAX as u32)
                .ok_or_else(|| self.error("Capture group numbers must be less than or equal to Int32.MaxValue."))?;
        }
        Ok(value)
    }

    /// What starts with a character that was taken; `None` for options.
    fn atom(&mut self, unit: u16, character: char) -> Result<Option<Node>> {
        let ecma = self.options.ecma_script;
        Ok(Some(match character {
            '(' => return self.group(),
            '[' => Node::Set(Rc::new(self.set(0)?)),
            '.' if self.options.singleline => Node::Set(Rc::new(Class::any())),
            '.' => Node::Set(Rc::new(Class::one(10).negated())),
            '^' => Node::Assert(if self.options.multiline { Assert::LineStart } else { Assert::Start }),
            '$' => Node::Assert(if self.options.multiline { Assert::LineEnd } else { Assert::NearEnd }),
            '\\' => match self.ascii(0) {
                None if self.peek().is_none() => return Err(self.error("Illegal \\ at end of pattern.")),
                Some(letter @ ('b' | 'B' | 'A' | 'G' | 'Z' | 'z')) => {
                    self.at += 1;
                    Node::Assert(match letter {
                        'A' => Assert::Start,
                        'G' => Assert::SearchStart,
                        'Z' => Assert::NearEnd,
                        'z' => Assert::End,
                        letter => Assert::Boundary { ecma, negative: letter == 'B' },
                    })
                }
                Some(letter @ ('w' | 'W' | 's' | 'S' | 'd' | 'D' | 'p' | 'P')) => {
                    self.at += 1;
                    Node::Set(self.shorthand(letter)?)
                }
                _ => self.backslash()?,
            },
            _ => self.literal(unit),
        }))
    }

    fn literal(&self, unit: u16) -> Node {
        let class = Class::one(unit);
        Node::Set(Rc::new(if self.options.ignore_case { class.ignoring_case() } else { class }))
    }

    /// `\w` and its like.
    fn shorthand(&mut self, letter: char) -> Result<Rc<Class>> {
        let ecma = self.options.ecma_script;
        let class = match letter.to_ascii_lowercase() {
            'w' => class::word(ecma),
            's' => class::space(ecma),
            'd' => class::digit(ecma),
            _ => self.property()?,
        };
        Ok(if letter.is_ascii_uppercase() { Rc::new(class.negated()) } else { class })
    }

    /// `{name}` after `\p`.
    fn property(&mut self) -> Result<Rc<Class>> {
        if self.at + 2 >= self.pattern.len() {
            return Err(self.error("Incomplete \\p{X} character escape."));
        }
        if !self.takes('{') {
            self.at += 1;
            return Err(self.error("Malformed \\p{X} character escape."));
        }
        let start = self.at;
        while let Some(unit) = self.next() {
            if unit != u16::from(b'-') && !class::is_word(unit) {
                self.at -= 1;
                break;
            }
        }
        let name = String::from_utf16_lossy(self.pattern.get(start..self.at).unwrap_or_default());
        if !self.takes('}') {
            return Err(self.error("Incomplete \\p{X} character escape."));
        }
        let class = class::category(&name).ok_or_else(|| self.error(format!("Unknown property '{name}'.")))?;
        // Without case there is no difference between the three kinds of letters that have one.
        if self.options.ignore_case && matches!(name.as_str(), "Lu" | "Ll" | "Lt") {
            let letters = ["Ll", "Lt"].iter().filter_map(|name| class::category(name));
            return Ok(letters.fold(class::category("Lu").unwrap_or(class), |all, one| Rc::new(all.union(&one))));
        }
        Ok(class)
    }

    /// A back reference or a character, after a backslash.
    fn backslash(&mut self) -> Result<Node> {
        let start = self.at;
        let ignore_case = self.options.ignore_case;
        let mut close = None;
        if self.takes('k') {
            close = match self.ascii(0) {
                Some('<') => Some('>'),
                Some('\'') => Some('\''),
                _ => None,
            };
            if self.at < self.pattern.len() {
                self.at += 1;
            }
            if close.is_none() || self.at == self.pattern.len() {
                return Err(self.error("Malformed \\k<...> named back reference."));
            }
        } else if let (Some(open @ ('<' | '\'')), true) = (self.ascii(0), self.at + 1 < self.pattern.len()) {
            close = Some(if open == '<' { '>' } else { '\'' });
            self.at += 1;
        }
        let digit = self.ascii(0).filter(char::is_ascii_digit);
        match (close, digit) {
            (Some(close), Some(_)) => {
                let number = self.decimal()?;
                if self.takes(close) {
                    let undefined = || self.error(format!("Reference to undefined group number {number}."));
                    return Ok(Node::Back { group: self.slot(number).ok_or_else(undefined)?, ignore_case });
                }
            }
            (None, Some('1'..='9')) => {
                let number = self.decimal()?;
                if let Some(group) = self.slot(number) {
                    return Ok(Node::Back { group, ignore_case });
                }
                if number <= 9 && !self.options.ecma_script {
                    return Err(self.error(format!("Reference to undefined group number {number}.")));
                }
            }
            (Some(close), None) if self.is_word() => {
                let name = self.name();
                if self.takes(close) {
                    let undefined = || self.error(format!("Reference to undefined group name '{name}'."));
                    return Ok(Node::Back { group: self.slot_of(&name).ok_or_else(undefined)?, ignore_case });
                }
            }
            _ => {}
        }
        self.at = start;
        let unit = self.escaped_character()?;
        Ok(self.literal(unit))
    }

    fn is_word(&self) -> bool {
        self.peek().is_some_and(class::is_word)
    }

    fn name(&mut self) -> String {
        let start = self.at;
        while self.is_word() {
            self.at += 1;
        }
        String::from_utf16_lossy(self.pattern.get(start..self.at).unwrap_or_default())
    }

    /// The character that an escape means; the backslash is taken.
    fn escaped_character(&mut self) -> Result<u16> {
        let Some(unit) = self.next() else { return Err(self.error("Illegal \\ at end of pattern.")) };
        let Some(character) = u8::try_from(unit).ok().map(char::from) else { return self.escaped_itself(unit) };
        Ok(match character {
            '0'..='7' => {
                self.at -= 1;
                self.octal()
            }
            'x' => self.hexadecimal(2)?,
            'u' => self.hexadecimal(4)?,
            'a' => 7,
            'b' => 8,
            'e' => 27,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            'c' => {
                let Some(unit) = self.next() else { return Err(self.error("Missing control character.")) };
                let upper = if (97..=122).contains(&unit) { unit - 32 } else { unit };
                match upper.checked_sub(64) {
                    Some(control @ 0..32) => control,
                    _ => return Err(self.error("Unrecognized control character.")),
                }
            }
            _ => return self.escaped_itself(unit),
        })
    }

    fn escaped_itself(&self, unit: u16) -> Result<u16> {
        if !self.options.ecma_script && class::is_word(unit) {
            let character = String::from_utf16_lossy(&[unit]);
            return Err(self.error(format!("Unrecognized escape sequence \\{character}.")));
        }
        Ok(unit)
    }

    fn octal(&mut self) -> u16 {
        let mut value = 0;
        for _ in 0..3 {
            let Some(digit) = self.ascii(0).and_then(|character| character.to_digit(8)) else { break };
            self.at += 1;
            value = value * 8 + digit as u16;
            if self.options.ecma_script && value >= 32 {
                break;
            }
        }
        value & 0xff
    }

    fn hexadecimal(&mut self, length: usize) -> Result<u16> {
        let mut value = 0;
        let enough = self.at + length <= self.pattern.len();
        for _ in 0..length {
            let digit = self.ascii(0).and_then(|character| character.to_digit(16)).filter(|_| enough);
            let Some(digit) = digit else {
                self.at += usize::from(enough);
                return Err(self.error("Insufficient hexadecimal digits."));
            };
            self.at += 1;
            value = value << 4 | digit as u16;
        }
        Ok(value)
    }

    /// What stands in square brackets; the first is taken.
    fn set(&mut self, depth: u32) -> Result<Class> {
        if depth > DEPTH_MAX {
            return Err(Self::too_deep());
        }
        let negative = self.takes('^');
        let mut ranges: Vec<(u16, u16)> = Vec::new();
        let mut classes = Class::default();
        let mut less: Option<Class> = None;
        let mut first = true;
        let mut range_start: Option<u16> = None;
        loop {
            let Some(mut unit) = self.next() else { return Err(self.error("Unterminated [] set.")) };
            let was_first = std::mem::take(&mut first);
            let mut translated = false;
            if unit == u16::from(b']') && !was_first {
                break;
            }
            if unit == u16::from(b'\\') && self.peek().is_some() {
                match self.ascii(0) {
                    Some(letter @ ('d' | 'D' | 's' | 'S' | 'w' | 'W' | 'p' | 'P')) => {
                        self.at += 1;
                        if range_start.is_some() {
                            return Err(self.error(format!("Cannot include class \\{letter} in character range.")));
                        }
                        classes = classes.union(&*self.shorthand(letter)?);
                        continue;
                    }
                    Some('-') => {
                        self.at += 1;
                        unit = u16::from(b'-');
                        match range_start.take() {
                            Some(start) if start > unit => return Err(self.error("[x-y] range in reverse order.")),
                            Some(start) => ranges.push((start, unit)),
                            None => ranges.push((unit, unit)),
                        }
                        continue;
                    }
                    _ => {
                        unit = self.escaped_character()?;
                        translated = true;
                    }
                }
            }
            let opens = |unit: u16| unit == u16::from(b'[') && !translated && !was_first;
            if let Some(start) = range_start.take() {
                if opens(unit) {
                    ranges.push((start, start));
                    less = Some(self.subtraction(depth)?);
                } else if start > unit {
                    return Err(self.error("[x-y] range in reverse order."));
                } else {
                    ranges.push((start, unit));
                }
            } else if self.ascii(0) == Some('-') && self.pattern.get(self.at + 1).is_some_and(|&next| next != u16::from(b']')) {
                range_start = Some(unit);
                self.at += 1;
            } else if unit == u16::from(b'-') && !translated && !was_first && self.ascii(0) == Some('[') {
                self.at += 1;
                less = Some(self.subtraction(depth)?);
            } else {
                ranges.push((unit, unit));
            }
        }
        let mut class = Class::new(ranges);
        if self.options.ignore_case {
            class = class.ignoring_case();
        }
        class = class.union(&classes);
        if negative {
            class = class.negated();
        }
        Ok(less.map_or_else(|| class.clone(), |less| class.without(&less)))
    }

    /// `-[...]` at the end of a set.
    fn subtraction(&mut self, depth: u32) -> Result<Class> {
        let class = self.set(depth + 1)?;
        if self.peek().is_some() && self.ascii(0) != Some(']') {
            return Err(self.error("A subtraction must be the last element in a character class."));
        }
        Ok(class)
    }

    /// A group; the parenthesis is taken. `None` if it only changes options.
    fn group(&mut self) -> Result<Option<Node>> {
        if self.depth >= DEPTH_MAX {
            return Err(Self::too_deep());
        }
        self.depth += 1;
        let options = self.options;
        let node = self.group_node(options)?;
        self.depth -= 1;
        if node.is_some() {
            self.options = options;
        }
        Ok(node)
    }

    fn group_node(&mut self, outside: Options) -> Result<Option<Node>> {
        let ignored = std::mem::take(&mut self.ignore_next_parenthesis);
        if self.ascii(0) != Some('?') || self.ascii(1) == Some(')') {
            if self.options.explicit_capture || ignored {
                return self.rest().map(Some);
            }
            self.found.automatic += 1;
            let group = self.slot(self.found.automatic);
            return Ok(Some(Node::Capture { group, loses: None, node: Box::new(self.rest()?) }));
        }
        self.at += 1;
        let first = self.ascii(0);
        if self.peek().is_some() {
            self.at += 1;
        }
        let look = |node: Node, behind: bool, negative: bool| Node::Look { node: Box::new(node), behind, negative };
        Ok(Some(match first {
            Some(':') => self.rest()?,
            Some('=') => look(self.rest()?, false, false),
            Some('!') => look(self.rest()?, false, true),
            Some('>') => Node::Atomic(Box::new(self.rest()?)),
            Some('<') if self.takes('=') => look(self.rest()?, true, false),
            Some('<') if self.takes('!') => look(self.rest()?, true, true),
            Some('<') if self.peek().is_some() => self.named_group('>')?,
            Some('\'') if self.peek().is_some() => self.named_group('\'')?,
            Some('(') => self.conditional()?,
            Some(_) => {
                self.at -= 1;
                self.inline_options();
                match self.next() {
                    // These are for what comes after them, up to the end of the group around.
                    Some(unit) if unit == u16::from(b')') => return Ok(None),
                    Some(unit) if unit == u16::from(b':') => self.rest()?,
                    _ => {
                        self.options = outside;
                        return Err(self.error("Unrecognized grouping construct."));
                    }
                }
            }
            None => return Err(self.error("Unrecognized grouping construct.")),
        }))
    }

    /// What is in a group, and its closing parenthesis.
    fn rest(&mut self) -> Result<Node> {
        let mut branches = self.branches()?;
        self.close()?;
        Ok(if branches.len() == 1 { branches.pop().unwrap_or(Node::Empty) } else { Node::Choice(branches) })
    }

    fn close(&mut self) -> Result<()> {
        if self.takes(')') { Ok(()) } else { Err(self.error("Not enough )'s.")) }
    }

    /// `imnsx-imnsx`
    fn inline_options(&mut self) {
        let mut on = true;
        while let Some(character) = self.ascii(0) {
            match character.to_ascii_lowercase() {
                '-' => on = false,
                '+' => on = true,
                'i' => self.options.ignore_case = on,
                'm' => self.options.multiline = on,
                'n' => self.options.explicit_capture = on,
                's' => self.options.singleline = on,
                'x' => self.options.ignore_pattern_whitespace = on,
                _ => return,
            }
            self.at += 1;
        }
    }

    /// `(?<name>...)`, `(?<2>...)`, `(?<name-other>...)`; what stands before the name is taken.
    fn named_group(&mut self, close: char) -> Result<Node> {
        const BAD_NAME: &str = "Invalid group name: Group names must begin with a word character.";
        let bad_end =
            |parser: &Self| parser.peek().is_some() && !matches!(parser.ascii(0), Some(end) if end == close || end == '-');
        let mut group = None;
        let mut only_loses = false;
        if self.ascii(0).is_some_and(|first| first.is_ascii_digit()) {
            let number = self.decimal()?;
            if bad_end(self) {
                return Err(self.error(BAD_NAME));
            }
            if number == 0 {
                return Err(self.error("Capture number cannot be zero."));
            }
            self.found.numbers.insert(number);
            group = self.slot(number);
        } else if self.is_word() {
            let name = self.name();
            if bad_end(self) {
                return Err(self.error(BAD_NAME));
            }
            if !self.found.names.contains(&name) {
                self.found.names.push(name.clone());
            }
            group = self.slot_of(&name);
        } else if self.ascii(0) == Some('-') {
            only_loses = true;
        } else {
            return Err(self.error(BAD_NAME));
        }
        let mut loses = None;
        if (group.is_some() || only_loses) && self.at + 1 < self.pattern.len() && self.takes('-') {
            if self.ascii(0).is_some_and(|first| first.is_ascii_digit()) {
                let number = self.decimal()?;
                let undefined = || self.error(format!("Reference to undefined group number {number}."));
                loses = Some(self.slot(number).ok_or_else(undefined)?);
            } else if self.is_word() {
                let name = self.name();
                let undefined = || self.error(format!("Reference to undefined group name '{name}'."));
                loses = Some(self.slot_of(&name).ok_or_else(undefined)?);
            } else {
                return Err(self.error(BAD_NAME));
            }
            if self.peek().is_some() && self.ascii(0) != Some(close) {
                return Err(self.error(BAD_NAME));
            }
        }
        if (group.is_none() && loses.is_none()) || !self.takes(close) {
            return Err(self.error("Unrecognized grouping construct."));
        }
        Ok(Node::Capture { group, loses, node: Box::new(self.rest()?) })
    }

    /// `(?(1)yes|no)`, `(?(name)yes|no)`, `(?(pattern)yes|no)`; both parentheses are taken.
    fn conditional(&mut self) -> Result<Node> {
        let start = self.at;
        if self.ascii(0).is_some_and(|first| first.is_ascii_digit()) {
            let number = self.decimal()?;
            if !self.takes(')') {
                return Err(self.error(format!("(?({number}) ) malformed.")));
            }
            let undefined = || self.error(format!("(?({number}) ) reference to undefined group."));
            let group = self.slot(number).ok_or_else(undefined)?;
            let (yes, no) = self.yes_no()?;
            return Ok(Node::IfGroup(group, yes, no));
        }
        if self.is_word() {
            let name = self.name();
            let known = self.groups.is_some() || self.found.names.contains(&name);
            if let Some(group) = self.slot_of(&name).filter(|_| known && self.ascii(0) == Some(')')) {
                self.at += 1;
                let (yes, no) = self.yes_no()?;
                return Ok(Node::IfGroup(group, yes, no));
            }
        }
        self.at = start;
        if self.ascii(0) == Some('?') {
            if self.ascii(1) == Some('#') {
                return Err(self.error("Alternation conditions cannot be comments."));
            }
            let names = self.ascii(1) == Some('<') && !matches!(self.ascii(2), Some('!' | '='));
            if names || self.ascii(1) == Some('\'') {
                return Err(self.error("Alternation conditions do not capture and cannot be named."));
            }
        }
        self.ignore_next_parenthesis = true;
        let condition = self.group()?.unwrap_or(Node::Empty);
        let (yes, no) = self.yes_no()?;
        Ok(Node::IfLook(Box::new(condition), yes, no))
    }

    fn yes_no(&mut self) -> Result<(Box<Node>, Box<Node>)> {
        let branches = self.branches()?;
        if branches.len() > 2 {
            return Err(self.error("Too many | in (?()|)."));
        }
        self.close()?;
        let mut branches = branches.into_iter();
        let mut next = || Box::new(branches.next().unwrap_or(Node::Empty));
        Ok((next(), next()))
    }
}
