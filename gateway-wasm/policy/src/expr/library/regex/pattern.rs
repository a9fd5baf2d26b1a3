//! `System.Text.RegularExpressions.Regex`.

use super::{
    found::{MatchCollection, Matched},
    measured,
};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, Member, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{
    Exception, NetString,
    regex::{self, Found, Options, Regex, Replacement},
};
use std::rc::Rc;

/// The longest pattern.
const PATTERN_MAX: usize = 20_000;

/// `System.Text.RegularExpressions.Regex`
pub static REGEX: NetType = NetType {
    namespace: "System.Text.RegularExpressions",
    name: "Regex",
    kind: Kind::Class,
    bases: &[],
    members: MEMBERS,
    missing: &[],
    doc: "A regular expression",
};

const MEMBERS: &[Member] = &[
    row("Regex(string pattern)", |call| Ok(Value::object(RegexObject(compiled(call, 0, None)?))), "A pattern"),
    row(
        "Regex(string pattern, RegexOptions options)",
        |call| Ok(Value::object(RegexObject(compiled(call, 0, Some(1))?))),
        "A pattern with options",
    ),
    row(
        "Regex(string pattern, RegexOptions options, TimeSpan matchTimeout)",
        |call| Ok(Value::object(RegexObject(compiled(call, 0, Some(1))?))),
        "A pattern with options; the time is measured in steps",
    ),
    row(
        "static string Escape(string str)",
        |call| spent(call, 2, |text| Ok(regex::escape(text))),
        "Text as a pattern that matches just it",
    ),
    row("static string Unescape(string str)", |call| spent(call, 2, regex::unescape), "Text with its escapes resolved"),
    row("bool IsMatch(string input)", |call| is_match(call, Of::This, Given::INPUT), "Whether the pattern matches somewhere"),
    row(
        "bool IsMatch(string input, int startat)",
        |call| is_match(call, Of::This, Given::INPUT.start(1)),
        "Whether the pattern matches somewhere from a position on",
    ),
    row(
        "static bool IsMatch(string input, string pattern)",
        |call| is_match(call, Of::Pattern(None), Given::INPUT),
        "Whether a pattern matches somewhere",
    ),
    row(
        "static bool IsMatch(string input, string pattern, RegexOptions options)",
        |call| is_match(call, Of::Pattern(Some(2)), Given::INPUT),
        "Whether a pattern matches somewhere",
    ),
    row(
        "static bool IsMatch(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        |call| is_match(call, Of::Pattern(Some(2)), Given::INPUT),
        "Whether a pattern matches somewhere",
    ),
    row("Match Match(string input)", |call| first(call, Of::This, Given::INPUT), "The first match"),
    row(
        "Match Match(string input, int startat)",
        |call| first(call, Of::This, Given::INPUT.start(1)),
        "The first match from a position on",
    ),
    row("Match Match(string input, int beginning, int length)", first_in_part, "The first match in a part of the text"),
    row(
        "static Match Match(string input, string pattern)",
        |call| first(call, Of::Pattern(None), Given::INPUT),
        "The first match of a pattern",
    ),
    row(
        "static Match Match(string input, string pattern, RegexOptions options)",
        |call| first(call, Of::Pattern(Some(2)), Given::INPUT),
        "The first match of a pattern",
    ),
    row(
        "static Match Match(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        |call| first(call, Of::Pattern(Some(2)), Given::INPUT),
        "The first match of a pattern",
    ),
    row("MatchCollection Matches(string input)", |call| all(call, Of::This, Given::INPUT), "Every match"),
    row(
        "MatchCollection Matches(string input, int startat)",
        |call| all(call, Of::This, Given::INPUT.start(1)),
        "Every match from a position on",
    ),
    row(
        "static MatchCollection Matches(string input, string pattern)",
        |call| all(call, Of::Pattern(None), Given::INPUT),
        "Every match of a pattern",
    ),
    row(
        "static MatchCollection Matches(string input, string pattern, RegexOptions options)",
        |call| all(call, Of::Pattern(Some(2)), Given::INPUT),
        "Every match of a pattern",
    ),
    row(
        "static MatchCollection Matches(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        |call| all(call, Of::Pattern(Some(2)), Given::INPUT),
        "Every match of a pattern",
    ),
    row(
        "string Replace(string input, string replacement)",
        |call| replace(call, Of::This, 1, Given::INPUT),
        "The text with every match replaced",
    ),
    row(
        "string Replace(string input, string replacement, int count)",
        |call| replace(call, Of::This, 1, Given::INPUT.count(2)),
        "The text with so many matches replaced",
    ),
    row(
        "string Replace(string input, string replacement, int count, int startat)",
        |call| replace(call, Of::This, 1, Given::INPUT.count(2).start(3)),
        "The text with so many matches from a position on replaced",
    ),
    row(
        "static string Replace(string input, string pattern, string replacement)",
        |call| replace(call, Of::Pattern(None), 2, Given::INPUT),
        "The text with every match replaced",
    ),
    row(
        "static string Replace(string input, string pattern, string replacement, RegexOptions options)",
        |call| replace(call, Of::Pattern(Some(3)), 2, Given::INPUT),
        "The text with every match replaced",
    ),
    row(
        "static string Replace(string input, string pattern, string replacement, RegexOptions options, TimeSpan matchTimeout)",
        |call| replace(call, Of::Pattern(Some(3)), 2, Given::INPUT),
        "The text with every match replaced",
    ),
    row(
        "string Replace(string input, MatchEvaluator evaluator)",
        |call| replace_by(call, Of::This, 1, Given::INPUT),
        "The text with what a function makes of every match",
    ),
    row(
        "string Replace(string input, MatchEvaluator evaluator, int count)",
        |call| replace_by(call, Of::This, 1, Given::INPUT.count(2)),
        "The text with what a function makes of so many matches",
    ),
    row(
        "string Replace(string input, MatchEvaluator evaluator, int count, int startat)",
        |call| replace_by(call, Of::This, 1, Given::INPUT.count(2).start(3)),
        "The text with what a function makes of so many matches from a position on",
    ),
    row(
        "static string Replace(string input, string pattern, MatchEvaluator evaluator)",
        |call| replace_by(call, Of::Pattern(None), 2, Given::INPUT),
        "The text with what a function makes of every match",
    ),
    row(
        "static string Replace(string input, string pattern, MatchEvaluator evaluator, RegexOptions options)",
        |call| replace_by(call, Of::Pattern(Some(3)), 2, Given::INPUT),
        "The text with what a function makes of every match",
    ),
    row(
        "static string Replace(string input, string pattern, MatchEvaluator evaluator, RegexOptions options, \
         TimeSpan matchTimeout)",
        |call| replace_by(call, Of::Pattern(Some(3)), 2, Given::INPUT),
        "The text with what a function makes of every match",
    ),
    row("string[] Split(string input)", |call| split(call, Of::This, Given::INPUT), "The text between the matches"),
    row(
        "string[] Split(string input, int count)",
        |call| split(call, Of::This, Given::INPUT.count(1)),
        "The text between the matches, in so many pieces",
    ),
    row(
        "string[] Split(string input, int count, int startat)",
        |call| split(call, Of::This, Given::INPUT.count(1).start(2)),
        "The text between the matches from a position on, in so many pieces",
    ),
    row(
        "static string[] Split(string input, string pattern)",
        |call| split(call, Of::Pattern(None), Given::INPUT),
        "The text between the matches",
    ),
    row(
        "static string[] Split(string input, string pattern, RegexOptions options)",
        |call| split(call, Of::Pattern(Some(2)), Given::INPUT),
        "The text between the matches",
    ),
    row(
        "static string[] Split(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        |call| split(call, Of::Pattern(Some(2)), Given::INPUT),
        "The text between the matches",
    ),
    row("string ToString()", |call| Ok(Value::String(call.this_object::<RegexObject>()?.0.pattern().clone())), "The pattern"),
];

/// A `Regex`.
#[derive(Debug)]
struct RegexObject(Rc<Regex>);

impl Object for RegexObject {
    fn net_type(&self) -> Type {
        Type::of(&REGEX)
    }

    fn text(&self, _machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(self.0.pattern().clone())
    }
}

/// Whose pattern it is: that of `this`, or that of the second argument with the options at a position.
#[derive(Clone, Copy)]
enum Of {
    This,
    Pattern(Option<usize>),
}

/// Where the arguments are that some overloads have.
#[derive(Clone, Copy)]
struct Given {
    count: Option<usize>,
    start: Option<usize>,
}

impl Given {
    const INPUT: Given = Given { count: None, start: None };

    const fn count(self, at: usize) -> Self {
        Self { count: Some(at), ..self }
    }

    const fn start(self, at: usize) -> Self {
        Self { start: Some(at), ..self }
    }
}

/// What every member starts from.
struct Task {
    regex: Rc<Regex>,
    input: NetString,
    text: Rc<[u16]>,
    start: usize,
    /// How many matches at most.
    count: usize,
}

/// Compiles the pattern at a position.
fn compiled(call: &mut Call<'_, '_>, at: usize, options: Option<usize>) -> Result<Rc<Regex>, Thrown> {
    let pattern = call.text(at, "pattern")?;
    let options = Options::new(options.map_or(Ok(0), |at| call.enumeration(at))?)?;
    if let Some(regex) = Regex::cached(&pattern, options) {
        return Ok(regex);
    }
    let length = pattern.len();
    if length > PATTERN_MAX {
        return Err(Thrown::Limit("the regular expression is longer than 20,000 characters"));
    }
    call.machine.step(length as u64 * 10)?;
    Ok(Regex::new(&pattern, options)?)
}

fn task(call: &mut Call<'_, '_>, of: Of, given: Given) -> Result<Task, Thrown> {
    let regex = match of {
        Of::This => call.this_object::<RegexObject>()?.0.clone(),
        Of::Pattern(options) => compiled(call, 1, options)?,
    };
    let input = call.text(0, "input")?;
    call.machine.spend(input.size().saturating_mul(2))?;
    let text: Rc<[u16]> = input.units().into();
    let count = match given.count.map_or(Ok(-1), |at| call.int(at))? {
        -1 => usize::MAX,
        count => {
            usize::try_from(count).map_err(|_| Exception::argument_out_of_range("Count cannot be less than -1.", "count"))?
        }
    };
    let start = match given.start {
        None => regex.default_start(&text),
        Some(at) => usize::try_from(call.int(at)?).ok().filter(|start| *start <= text.len()).ok_or_else(|| {
            let message = "Start index cannot be less than 0 or greater than input length.";
            Exception::argument_out_of_range(message, "startat")
        })?,
    };
    Ok(Task { regex, input, text, start, count })
}

fn spent(
    call: &mut Call<'_, '_>,
    growth: usize,
    change: impl FnOnce(&NetString) -> dotnet::Result<NetString>,
) -> Result<Value, Thrown> {
    let text = call.text(0, "str")?;
    call.machine.spend(text.size().saturating_mul(growth))?;
    Ok(Value::String(change(&text)?))
}

fn is_match(call: &mut Call<'_, '_>, of: Of, given: Given) -> Result<Value, Thrown> {
    let Task { regex, text, start, .. } = task(call, of, given)?;
    let found = measured(call, |_, budget| Ok(regex.find(&text, start, false, budget)?))?;
    Ok(found.is_some().into())
}

fn first(call: &mut Call<'_, '_>, of: Of, given: Given) -> Result<Value, Thrown> {
    let Task { regex, text, start, .. } = task(call, of, given)?;
    let found = measured(call, |_, budget| Ok(regex.find(&text, start, false, budget)?))?;
    Ok(Matched::value_of(&Matched::new(regex, text, found)))
}

/// The part is all that the pattern sees; what it finds is counted in the whole.
fn first_in_part(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let Task { regex, text, .. } = task(call, Of::This, Given::INPUT)?;
    let beginning = usize::try_from(call.int(1)?).ok().filter(|beginning| *beginning <= text.len());
    let beginning = beginning.ok_or_else(|| {
        let message = "Start index cannot be less than 0 or greater than input length.";
        Exception::argument_out_of_range(message, "beginning")
    })?;
    let length = usize::try_from(call.int(2)?).ok();
    let part = length.and_then(|length| text.get(beginning..beginning.checked_add(length)?));
    let part =
        part.ok_or_else(|| Exception::argument_out_of_range("Length cannot be less than 0 or exceed input length.", "length"))?;
    let start = regex.default_start(part);
    let found = measured(call, |_, budget| Ok(regex.find(part, start, false, budget)?))?;
    let found = found.map(|found| found.moved(beginning));
    Ok(Matched::value_of(&Matched::new(regex, text.clone(), found)))
}

fn all(call: &mut Call<'_, '_>, of: Of, given: Given) -> Result<Value, Thrown> {
    let Task { regex, text, start, .. } = task(call, of, given)?;
    let mut matches = Vec::new();
    measured(call, |call, budget| {
        regex.each(&text, start, budget, |found| {
            call.machine.spend(size_of::<Matched>() + found.size())?;
            matches.push(Matched::new(regex.clone(), text.clone(), Some(found)));
            Ok(true)
        })
    })?;
    Ok(Value::object(MatchCollection(matches)))
}

/// Calls a function with so many matches, in the order of the search.
fn each(
    call: &mut Call<'_, '_>,
    task: &Task,
    mut take: impl FnMut(&mut Call<'_, '_>, Found) -> Result<(), Thrown>,
) -> Result<(), Thrown> {
    let mut left = task.count;
    if left == 0 {
        return Ok(());
    }
    measured(call, |call, budget| {
        task.regex.each(&task.text, task.start, budget, |found| {
            take(call, found)?;
            left -= 1;
            Ok(left > 0)
        })
    })
}

/// Puts text in the place of pieces that are there in the order of the search.
fn put(call: &mut Call<'_, '_>, task: &Task, mut pieces: Vec<((usize, usize), Vec<u16>)>) -> Result<Value, Thrown> {
    if pieces.is_empty() {
        return Ok(Value::String(task.input.clone()));
    }
    if task.regex.options().right_to_left {
        pieces.reverse();
    }
    call.machine.spend(task.text.len().saturating_mul(2))?;
    let mut replaced = Vec::with_capacity(task.text.len());
    let mut at = 0;
    for ((start, end), piece) in pieces {
        replaced.extend_from_slice(task.text.get(at..start).unwrap_or_default());
        replaced.extend(piece);
        at = end;
    }
    replaced.extend_from_slice(task.text.get(at..).unwrap_or_default());
    Ok(Value::String(NetString::from_units(&replaced)))
}

fn replace(call: &mut Call<'_, '_>, of: Of, replacement: usize, given: Given) -> Result<Value, Thrown> {
    let task = task(call, of, given)?;
    let replacement = call.text(replacement, "replacement")?;
    call.machine.spend(replacement.size().saturating_mul(8))?;
    let replacement = Replacement::new(&task.regex, &replacement.units());
    let mut pieces = Vec::new();
    each(call, &task, |call, found| {
        call.machine.spend(replacement.length(&task.text, &found).saturating_add(16).saturating_mul(4))?;
        let mut piece = Vec::new();
        replacement.write(&task.text, &found, &mut piece);
        pieces.push((found.span(), piece));
        Ok(())
    })?;
    put(call, &task, pieces)
}

fn replace_by(call: &mut Call<'_, '_>, of: Of, evaluator: usize, given: Given) -> Result<Value, Thrown> {
    let task = task(call, of, given)?;
    let evaluator = call.value(evaluator);
    if evaluator.is_null() {
        return Err(Exception::argument_null("evaluator").into());
    }
    let mut pieces = Vec::new();
    each(call, &task, |call, found| {
        let span = found.span();
        let matched = Matched::new(task.regex.clone(), task.text.clone(), Some(found));
        let piece = call.machine.call(&evaluator, &[Matched::value_of(&matched)])?;
        let piece = call.machine.text(&piece)?;
        call.machine.spend(piece.size().saturating_add(16).saturating_mul(4))?;
        pieces.push((span, piece.units()));
        Ok(())
    })?;
    put(call, &task, pieces)
}

fn split(call: &mut Call<'_, '_>, of: Of, given: Given) -> Result<Value, Thrown> {
    let mut task = task(call, of, given)?;
    task.count = match given.count.map_or(Ok(0), |at| call.int(at))? {
        0 => usize::MAX,
        // So many pieces have one cut less between them.
        count if count > 0 => count as usize - 1,
        _ => return Err(Exception::argument_out_of_range("Count cannot be less than -1.", "count").into()),
    };
    let right_to_left = task.regex.options().right_to_left;
    let mut pieces: Vec<NetString> = Vec::new();
    let mut at = if right_to_left { task.text.len() } else { 0 };
    let piece = |from: usize, to: usize| NetString::from_units(task.text.get(from..to).unwrap_or_default());
    each(call, &task, |call, found| {
        let (start, end) = found.span();
        let between = if right_to_left { piece(end, at) } else { piece(at, start) };
        call.machine.spend(between.size() + size_of::<Value>())?;
        pieces.push(between);
        at = if right_to_left { start } else { end };
        // What groups matched is kept.
        for slot in 1..found.groups().len() {
            if let Some((start, end)) = found.group(slot) {
                call.machine.spend(end - start + size_of::<Value>())?;
                pieces.push(piece(start, end));
            }
        }
        Ok(())
    })?;
    if pieces.is_empty() {
        pieces.push(task.input.clone());
    } else {
        pieces.push(if right_to_left { piece(0, at) } else { piece(at, task.text.len()) });
        if right_to_left {
            pieces.reverse();
        }
    }
    call.machine.strings(pieces)
}
