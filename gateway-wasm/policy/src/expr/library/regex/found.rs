//! What a pattern found.

use super::measured;
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Cursor, Object, Value},
};
use dotnet::{
    Exception, NetString,
    regex::{Found, Regex, Replacement},
};
use std::rc::Rc;

/// `System.Text.RegularExpressions.Capture`
pub static CAPTURE: NetType = NetType {
    namespace: "System.Text.RegularExpressions",
    name: "Capture",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("int Index", |call| Ok(number(this(call)?.place().0)), "Where it starts in the text"),
        row(
            "int Length",
            |call| {
                let (start, end) = this(call)?.place();
                Ok(number(end - start))
            },
            "How long it is",
        ),
        row("string Value", |call| Ok(Value::String(this(call)?.value(call.machine)?)), "What was found; empty if nothing was"),
        row(
            "string ToString()",
            |call| Ok(Value::String(this(call)?.value(call.machine)?)),
            "What was found; empty if nothing was",
        ),
    ],
    missing: &[],
    doc: "A piece of text that a part of a pattern matched",
};

/// `System.Text.RegularExpressions.Group`
pub static GROUP: NetType = NetType {
    namespace: "System.Text.RegularExpressions",
    name: "Group",
    kind: Kind::Class,
    bases: &["Capture"],
    members: &[
        row("bool Success", |call| Ok(this(call)?.success().into()), "Whether it matched"),
        row("string Name", |call| Ok(Value::text(this(call)?.name())), "Its name, or its number"),
        row(
            "CaptureCollection Captures",
            |call| {
                let capture = this(call)?;
                Ok(Value::object(CaptureCollection { matched: capture.matched.clone(), slot: capture.slot() }))
            },
            "Everything that the group matched, in order; its value is the last of it",
        ),
    ],
    missing: &["Synchronized"],
    doc: "What a group of a pattern matched",
};

/// `System.Text.RegularExpressions.Match`
pub static MATCH: NetType = NetType {
    namespace: "System.Text.RegularExpressions",
    name: "Match",
    kind: Kind::Class,
    bases: &["Group"],
    members: &[
        row("static Match Empty", |_| Ok(Matched::empty().value()), "A match that found nothing"),
        row(
            "GroupCollection Groups",
            |call| Ok(Value::object(GroupCollection(this(call)?.matched.clone()))),
            "The groups of the match; the first is the match itself",
        ),
        row("string Result(string replacement)", result, "A replacement pattern, filled in"),
        row("Match NextMatch()", next_match, "The match after this one"),
    ],
    missing: &["Synchronized"],
    doc: "What a pattern matched",
};

/// `System.Text.RegularExpressions.CaptureCollection`
pub static CAPTURE_COLLECTION: NetType = NetType {
    namespace: "System.Text.RegularExpressions",
    name: "CaptureCollection",
    kind: Kind::Class,
    bases: &["IEnumerable<Capture>"],
    members: &[
        row("int Count", |call| Ok(number(call.this_object::<CaptureCollection>()?.len())), "How many there are"),
        row(
            "Capture this[int i]",
            |call| {
                let captures = call.this_object::<CaptureCollection>()?;
                item(call.int(0)?, captures.len(), |at| captures.get(at))
            },
            "The one at a position",
        ),
    ],
    missing: &[],
    doc: "Everything that a group matched",
};

/// `System.Text.RegularExpressions.GroupCollection`
pub static GROUP_COLLECTION: NetType = NetType {
    namespace: "System.Text.RegularExpressions",
    name: "GroupCollection",
    kind: Kind::Class,
    bases: &["IEnumerable<Group>"],
    members: &[
        row(
            "int Count",
            |call| Ok(number(call.this_object::<GroupCollection>()?.0.group_count())),
            "How many there are, with the match itself",
        ),
        row(
            "Group this[int groupnum]",
            |call| {
                let groups = call.this_object::<GroupCollection>()?;
                let number = u32::try_from(call.int(0)?).ok();
                Ok(groups.group(number.and_then(|number| groups.0.slot_of_number(number))))
            },
            "The group of a number; one that did not match if there is none",
        ),
        row(
            "Group this[string groupname]",
            |call| {
                let groups = call.this_object::<GroupCollection>()?;
                let name = call.text(0, "groupname")?;
                Ok(groups.group(groups.0.slot_of_name(&name.to_str())))
            },
            "The group of a name; one that did not match if there is none",
        ),
    ],
    missing: &["ContainsKey", "TryGetValue", "Keys", "Values"],
    doc: "The groups of a match",
};

/// `System.Text.RegularExpressions.MatchCollection`
pub static MATCH_COLLECTION: NetType = NetType {
    namespace: "System.Text.RegularExpressions",
    name: "MatchCollection",
    kind: Kind::Class,
    bases: &["IEnumerable<Match>"],
    members: &[
        row("int Count", |call| Ok(number(call.this_object::<MatchCollection>()?.0.len())), "How many there are"),
        row(
            "Match this[int i]",
            |call| {
                let matches = call.this_object::<MatchCollection>()?;
                item(call.int(0)?, matches.0.len(), |at| matches.0.get(at).map(Matched::value_of))
            },
            "The one at a position",
        ),
    ],
    missing: &[],
    doc: "Every match of a pattern",
};

/// A text and what a pattern found in it.
#[derive(Debug)]
pub(super) struct Matched {
    /// `None` only for `Match.Empty`.
    regex: Option<Rc<Regex>>,
    text: Rc<[u16]>,
    /// `None` for a match that found nothing.
    found: Option<Found>,
}

impl Matched {
    pub(super) fn new(regex: Rc<Regex>, text: Rc<[u16]>, found: Option<Found>) -> Rc<Self> {
        Rc::new(Self { regex: Some(regex), text, found })
    }

    fn empty() -> Empty {
        Empty(Rc::new(Self { regex: None, text: Rc::new([]), found: None }))
    }

    /// A `Match`.
    pub(super) fn value_of(matched: &Rc<Self>) -> Value {
        Value::object(Capture { matched: matched.clone(), what: What::Match })
    }

    fn group_count(&self) -> usize {
        match (&self.found, &self.regex) {
            (Some(found), _) => found.groups().len(),
            // A match that found nothing has only itself.
            _ => 1,
        }
    }

    fn slot_of_number(&self, number: u32) -> Option<usize> {
        match (&self.found, &self.regex) {
            (Some(_), Some(regex)) => regex.slot_of_number(number),
            _ => (number == 0).then_some(0),
        }
    }

    fn slot_of_name(&self, name: &str) -> Option<usize> {
        match (&self.found, &self.regex) {
            (Some(_), Some(regex)) => regex.slot_of_name(name),
            _ => (name == "0").then_some(0),
        }
    }

    fn captures(&self, slot: usize) -> &[(usize, usize)] {
        self.found.as_ref().and_then(|found| found.groups().get(slot)).map_or(&[], Vec::as_slice)
    }
}

/// `Match.Empty`
struct Empty(Rc<Matched>);

impl Empty {
    fn value(&self) -> Value {
        Matched::value_of(&self.0)
    }
}

/// Which part of a match is meant.
#[derive(Clone, Copy, Debug)]
enum What {
    Match,
    Group(usize),
    /// A group that the pattern does not have.
    NoGroup,
    /// One of the captures of a group.
    Capture(usize, usize),
}

/// A `Match`, a `Group` or a `Capture`.
#[derive(Debug)]
struct Capture {
    matched: Rc<Matched>,
    what: What,
}

impl Capture {
    fn slot(&self) -> usize {
        match self.what {
            What::Match => 0,
            What::Group(slot) | What::Capture(slot, _) => slot,
            What::NoGroup => usize::MAX,
        }
    }

    fn success(&self) -> bool {
        !self.matched.captures(self.slot()).is_empty()
    }

    fn place(&self) -> (usize, usize) {
        let captures = self.matched.captures(self.slot());
        let place = match self.what {
            What::Capture(_, at) => captures.get(at),
            _ => captures.last(),
        };
        place.copied().unwrap_or_default()
    }

    fn value(&self, machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        let (start, end) = self.place();
        let units = self.matched.text.get(start..end).unwrap_or_default();
        machine.spend(units.len())?;
        Ok(NetString::from_units(units))
    }

    fn name(&self) -> String {
        match (&self.matched.regex, self.what) {
            (_, What::NoGroup) => String::new(),
            (Some(regex), _) => regex.group_name(self.slot()),
            (None, _) => "0".to_owned(),
        }
    }
}

impl Object for Capture {
    fn net_type(&self) -> Type {
        Type::of(match self.what {
            What::Match => &MATCH,
            What::Group(_) | What::NoGroup => &GROUP,
            What::Capture(..) => &CAPTURE,
        })
    }

    fn text(&self, machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        self.value(machine)
    }
}

/// A `CaptureCollection`.
#[derive(Debug)]
struct CaptureCollection {
    matched: Rc<Matched>,
    slot: usize,
}

impl CaptureCollection {
    fn len(&self) -> usize {
        self.matched.captures(self.slot).len()
    }

    fn get(&self, at: usize) -> Option<Value> {
        let what = What::Capture(self.slot, at);
        (at < self.len()).then(|| Value::object(Capture { matched: self.matched.clone(), what }))
    }
}

impl Object for CaptureCollection {
    fn net_type(&self) -> Type {
        Type::of(&CAPTURE_COLLECTION)
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        Some(Box::new((0..self.len()).map_while(move |at| self.get(at))))
    }
}

/// A `GroupCollection`.
#[derive(Debug)]
struct GroupCollection(Rc<Matched>);

impl GroupCollection {
    fn group(&self, slot: Option<usize>) -> Value {
        let what = match slot {
            Some(0) => What::Match,
            Some(slot) => What::Group(slot),
            None => What::NoGroup,
        };
        Value::object(Capture { matched: self.0.clone(), what })
    }
}

impl Object for GroupCollection {
    fn net_type(&self) -> Type {
        Type::of(&GROUP_COLLECTION)
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        Some(Box::new((0..self.0.group_count()).map(move |slot| self.group(Some(slot)))))
    }
}

/// A `MatchCollection`.
#[derive(Debug)]
pub(super) struct MatchCollection(pub(super) Vec<Rc<Matched>>);

impl Object for MatchCollection {
    fn net_type(&self) -> Type {
        Type::of(&MATCH_COLLECTION)
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        Some(Box::new((0..self.0.len()).map_while(move |at| self.0.get(at).map(Matched::value_of))))
    }
}

fn this(call: &Call<'_, '_>) -> Result<Rc<Capture>, Thrown> {
    call.this_object()
}

fn number(value: usize) -> Value {
    i32::try_from(value).unwrap_or(i32::MAX).into()
}

fn item(index: i32, length: usize, get: impl FnOnce(usize) -> Option<Value>) -> Result<Value, Thrown> {
    let at = usize::try_from(index).ok().filter(|at| *at < length);
    let outside = || Exception::argument_out_of_range("Specified argument was out of the range of valid values.", "i");
    Ok(at.and_then(get).ok_or_else(outside)?)
}

fn result(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let matched = this(call)?.matched.clone();
    let replacement = call.text(0, "replacement")?;
    let (Some(regex), Some(found)) = (&matched.regex, &matched.found) else {
        return Err(Thrown::new("NotSupportedException", "Result cannot be called on a failed Match."));
    };
    call.machine.spend(replacement.size().saturating_mul(8))?;
    let replacement = Replacement::new(regex, &replacement.units());
    call.machine.spend(replacement.length(&matched.text, found).saturating_mul(2))?;
    let mut units = Vec::new();
    replacement.write(&matched.text, found, &mut units);
    Ok(Value::String(NetString::from_units(&units)))
}

fn next_match(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let matched = this(call)?.matched.clone();
    let (Some(regex), Some(found)) = (&matched.regex, &matched.found) else { return Ok(call.this.clone()) };
    let (start, end) = found.span();
    let from = if regex.options().right_to_left { start } else { end };
    let next = measured(call, |_, budget| Ok(regex.find(&matched.text, from, start == end, budget)?))?;
    Ok(Matched::value_of(&Matched::new(regex.clone(), matched.text.clone(), next)))
}
