//! `System.Text.StringBuilder`.

use super::string::put_in;
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, Member, NetType, Type, row},
    value::{Array, Object, Value},
};
use dotnet::{Exception, NetString, string::edit};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&STRING_BUILDER];

/// `System.Text.StringBuilder`
pub static STRING_BUILDER: NetType = NetType {
    namespace: "System.Text",
    name: "StringBuilder",
    kind: Kind::Class,
    bases: &[],
    members: MEMBERS,
    missing: &["GetChunks"],
    doc: "Text that grows and changes in place",
};

const MEMBERS: &[Member] = &[
    row("StringBuilder()", |_| new(&NetString::default(), 16, i32::MAX), "An empty one"),
    row(
        "StringBuilder(int capacity)",
        |call| with_capacity(call.int(0)?, i32::MAX),
        "An empty one with room for `capacity` units",
    ),
    row(
        "StringBuilder(int capacity, int maxCapacity)",
        |call| {
            let (capacity, max) = (call.int(0)?, call.int(1)?);
            if capacity > max {
                return Err(Exception::argument_out_of_range("Capacity exceeds maximum capacity.", "capacity").into());
            }
            if max <= 0 {
                return Err(not_positive("maxCapacity", max));
            }
            with_capacity(capacity, max)
        },
        "An empty one that never holds more than `maxCapacity` units",
    ),
    row(
        "StringBuilder(string value)",
        |call| {
            let text = call.text_or_null(0)?.unwrap_or_default();
            call.machine.spend(text.size() * 2)?;
            new(&text, 16, i32::MAX)
        },
        "One that begins with a text",
    ),
    row(
        "StringBuilder(string value, int capacity)",
        |call| {
            let text = call.text_or_null(0)?.unwrap_or_default();
            call.machine.spend(text.size() * 2)?;
            let capacity = not_negative("capacity", call.int(1)?)?;
            new(&text, if capacity == 0 { 16 } else { call.int(1)? }, i32::MAX)
        },
        "One that begins with a text and has room for `capacity` units",
    ),
    row(
        "StringBuilder(string value, int startIndex, int length, int capacity)",
        |call| {
            let text = call.text_or_null(0)?.unwrap_or_default();
            call.machine.spend(text.size() * 2)?;
            let capacity = not_negative("capacity", call.int(3)?)?;
            let length = not_negative("length", call.int(2)?)?;
            let start = not_negative("startIndex", call.int(1)?)?;
            let Some(part) = text.slice(start, length) else {
                return Err(Exception::argument_out_of_range(INDEX_LENGTH, "length").into());
            };
            new(&part, if capacity == 0 { 16 } else { call.int(3)? }, i32::MAX)
        },
        "One that begins with a part of a text",
    ),
    row("StringBuilder Append(string value)", append, "Adds text at the end"),
    row("StringBuilder Append(char value)", append, "Adds a character at the end"),
    row("StringBuilder Append(bool value)", append, "Adds `True` or `False` at the end"),
    row("StringBuilder Append(sbyte value)", append, "Adds a number at the end"),
    row("StringBuilder Append(byte value)", append, "Adds a number at the end"),
    row("StringBuilder Append(short value)", append, "Adds a number at the end"),
    row("StringBuilder Append(ushort value)", append, "Adds a number at the end"),
    row("StringBuilder Append(int value)", append, "Adds a number at the end"),
    row("StringBuilder Append(uint value)", append, "Adds a number at the end"),
    row("StringBuilder Append(long value)", append, "Adds a number at the end"),
    row("StringBuilder Append(ulong value)", append, "Adds a number at the end"),
    row("StringBuilder Append(float value)", append, "Adds a number at the end"),
    row("StringBuilder Append(double value)", append, "Adds a number at the end"),
    row("StringBuilder Append(decimal value)", append, "Adds a number at the end"),
    row("StringBuilder Append(object value)", append, "Adds the text of anything at the end; `null` adds nothing"),
    row("StringBuilder Append(StringBuilder value)", append, "Adds what another one holds at the end"),
    row(
        "StringBuilder Append(char[] value)",
        |call| {
            let units = match call.value(0) {
                Value::Null => Vec::new(),
                value => units_of(&value),
            };
            add(call, &units)
        },
        "Adds characters at the end",
    ),
    row(
        "StringBuilder Append(char value, int repeatCount)",
        |call| {
            let count = not_negative("repeatCount", call.int(1)?)?;
            let this = call.this_object::<StringBuilder>()?;
            if this.units.borrow().len() + count > this.max() {
                let message = "The length cannot be greater than the capacity.";
                return Err(Exception::argument_out_of_range(message, "repeatCount").into());
            }
            call.machine.spend(count.saturating_mul(2))?;
            this.push(&vec![call.character(0)?; count])?;
            Ok(call.this.clone())
        },
        "Adds a character several times at the end",
    ),
    row(
        "StringBuilder Append(string value, int startIndex, int count)",
        |call| {
            let units = call.text_or_null(0)?.map(|text| text.units());
            append_part(call, units)
        },
        "Adds a part of a text at the end",
    ),
    row(
        "StringBuilder Append(char[] value, int startIndex, int charCount)",
        |call| {
            let units = match call.value(0) {
                Value::Null => None,
                value => Some(units_of(&value)),
            };
            let parameters = ("startIndex", "charCount");
            append_part_of(call, units, parameters)
        },
        "Adds some of the characters at the end",
    ),
    row(
        "StringBuilder Append(StringBuilder value, int startIndex, int count)",
        |call| {
            let units = match call.value(0) {
                Value::Null => None,
                _ => Some(call.object::<StringBuilder>(0, "value")?.units.borrow().clone()),
            };
            append_part(call, units)
        },
        "Adds a part of what another one holds at the end",
    ),
    row("StringBuilder AppendLine()", |call| add(call, &NEW_LINE), "Adds a line end, `\\r\\n`"),
    row(
        "StringBuilder AppendLine(string value)",
        |call| {
            let text = call.text_or_null(0)?.unwrap_or_default();
            add(call, &text.units())?;
            add(call, &NEW_LINE)
        },
        "Adds text and a line end, `\\r\\n`",
    ),
    row(
        "StringBuilder AppendFormat(string format, params object[] args)",
        |call| append_format(call, 0),
        "Adds text with `{0}` and its like replaced by the arguments",
    ),
    row(
        "StringBuilder AppendFormat(IFormatProvider provider, string format, params object[] args)",
        |call| append_format(call, 1),
        "Adds text with `{0}` and its like replaced by the arguments",
    ),
    row("StringBuilder AppendJoin(string separator, params object[] values)", join, "Adds values with text between them"),
    row("StringBuilder AppendJoin(string separator, params string[] values)", join, "Adds texts with text between them"),
    row("StringBuilder AppendJoin<T>(string separator, IEnumerable<T> values)", join, "Adds items with text between them"),
    row("StringBuilder AppendJoin(char separator, params object[] values)", join, "Adds values with a character between them"),
    row("StringBuilder AppendJoin(char separator, params string[] values)", join, "Adds texts with a character between them"),
    row("StringBuilder AppendJoin<T>(char separator, IEnumerable<T> values)", join, "Adds items with a character between them"),
    row("StringBuilder Insert(int index, string value)", insert_value, "Puts text at a position"),
    row("StringBuilder Insert(int index, char value)", insert_value, "Puts a character at a position"),
    row("StringBuilder Insert(int index, bool value)", insert_value, "Puts `True` or `False` at a position"),
    row("StringBuilder Insert(int index, sbyte value)", insert_value, "Puts a number at a position"),
    row("StringBuilder Insert(int index, byte value)", insert_value, "Puts a number at a position"),
    row("StringBuilder Insert(int index, short value)", insert_value, "Puts a number at a position"),
    row("StringBuilder Insert(int index, ushort value)", insert_value, "Puts a number at a position"),
    row("StringBuilder Insert(int index, int value)", insert_value, "Puts a number at a position"),
    row("StringBuilder Insert(int index, uint value)", insert_value, "Puts a number at a position"),
    row("StringBuilder Insert(int index, long value)", insert_value, "Puts a number at a position"),
    row("StringBuilder Insert(int index, ulong value)", insert_value, "Puts a number at a position"),
    row("StringBuilder Insert(int index, float value)", insert_value, "Puts a number at a position"),
    row("StringBuilder Insert(int index, double value)", insert_value, "Puts a number at a position"),
    row("StringBuilder Insert(int index, decimal value)", insert_value, "Puts a number at a position"),
    row("StringBuilder Insert(int index, object value)", insert_value, "Puts the text of anything at a position"),
    row(
        "StringBuilder Insert(int index, char[] value)",
        |call| {
            let units = match call.value(1) {
                Value::Null => Vec::new(),
                value => units_of(&value),
            };
            insert(call, &units)
        },
        "Puts characters at a position",
    ),
    row(
        "StringBuilder Insert(int index, char[] value, int startIndex, int charCount)",
        |call| {
            let (start, count) = (call.int(2)?, call.int(3)?);
            let units = match call.value(1) {
                Value::Null if start == 0 && count == 0 => Vec::new(),
                Value::Null => return Err(Exception::argument_null("value").into()),
                value => units_of(&value),
            };
            let start = not_negative("startIndex", start)?;
            let count = not_negative("charCount", count)?;
            match units.get(start..start + count) {
                Some(part) => insert(call, part),
                None => Err(index_above("startIndex")),
            }
        },
        "Puts some of the characters at a position",
    ),
    row(
        "StringBuilder Insert(int index, string value, int count)",
        |call| {
            let count = not_negative("count", call.int(2)?)?;
            let text = call.text_or_null(1)?.unwrap_or_default();
            call.machine.spend(text.size().saturating_mul(count).saturating_mul(2))?;
            insert(call, &text.units().repeat(count))
        },
        "Puts text several times at a position",
    ),
    row(
        "StringBuilder Remove(int startIndex, int length)",
        |call| {
            let length = not_negative("length", call.int(1)?)?;
            let start = not_negative("startIndex", call.int(0)?)?;
            let this = call.this_object::<StringBuilder>()?;
            let mut units = this.units.borrow_mut();
            if start + length > units.len() {
                return Err(index_above("length"));
            }
            call.machine.step(units.len() as u64 / 1000)?;
            units.drain(start..start + length);
            Ok(call.this.clone())
        },
        "Takes a part out",
    ),
    row(
        "StringBuilder Clear()",
        |call| {
            call.this_object::<StringBuilder>()?.units.borrow_mut().clear();
            Ok(call.this.clone())
        },
        "Takes everything out",
    ),
    row("StringBuilder Replace(string oldValue, string newValue)", |call| replace_text(call, None), "Replaces a text everywhere"),
    row(
        "StringBuilder Replace(string oldValue, string newValue, int startIndex, int count)",
        |call| {
            let range = range(call, 2)?;
            replace_text(call, Some(range))
        },
        "Replaces a text in a part",
    ),
    row(
        "StringBuilder Replace(char oldChar, char newChar)",
        |call| replace_character(call, None),
        "Replaces a character everywhere",
    ),
    row(
        "StringBuilder Replace(char oldChar, char newChar, int startIndex, int count)",
        |call| {
            let range = range(call, 2)?;
            replace_character(call, Some(range))
        },
        "Replaces a character in a part",
    ),
    row("int Length", |call| Ok(int(call.this_object::<StringBuilder>()?.units.borrow().len())), "How many units it holds"),
    row(
        "set int Length",
        |call| {
            let this = call.this_object::<StringBuilder>()?;
            let length = not_negative("value", call.int(0)?)?;
            if length > this.max() {
                return Err(Exception::argument_out_of_range(SMALL_CAPACITY, "value").into());
            }
            let there = this.units.borrow().len();
            if length > there {
                call.machine.spend((length - there).saturating_mul(2))?;
                this.grow(length);
            }
            this.units.borrow_mut().resize(length, 0);
            Ok(Value::Null)
        },
        "Cuts it off, or fills it up with `\\0`",
    ),
    row("int Capacity", |call| Ok(int(call.this_object::<StringBuilder>()?.capacity.get())), "How many units it has room for"),
    row(
        "set int Capacity",
        |call| {
            let this = call.this_object::<StringBuilder>()?;
            let capacity = not_negative("value", call.int(0)?)?;
            if capacity > this.max() {
                return Err(Exception::argument_out_of_range("Capacity exceeds maximum capacity.", "value").into());
            }
            if capacity < this.units.borrow().len() {
                return Err(Exception::argument_out_of_range(SMALL_CAPACITY, "value").into());
            }
            this.capacity.set(capacity);
            Ok(Value::Null)
        },
        "Makes room for so many units",
    ),
    row("int MaxCapacity", |call| Ok(call.this_object::<StringBuilder>()?.max_capacity.into()), "How many units it may hold"),
    row(
        "int EnsureCapacity(int capacity)",
        |call| {
            let this = call.this_object::<StringBuilder>()?;
            let capacity = not_negative("capacity", call.int(0)?)?;
            if capacity > this.max() {
                return Err(Exception::argument_out_of_range("Capacity exceeds maximum capacity.", "value").into());
            }
            this.capacity.set(this.capacity.get().max(capacity));
            Ok(int(this.capacity.get()))
        },
        "Makes room for at least so many units and tells how much there is",
    ),
    row(
        "char this[int index]",
        |call| {
            let this = call.this_object::<StringBuilder>()?;
            let unit = usize::try_from(call.int(0)?).ok().and_then(|at| this.units.borrow().get(at).copied());
            unit.map(Value::Char)
                .ok_or_else(|| Thrown::new("IndexOutOfRangeException", "Index was outside the bounds of the array."))
        },
        "The character at a position",
    ),
    row(
        "set char this[int index]",
        |call| {
            let this = call.this_object::<StringBuilder>()?;
            let unit = call.character(1)?;
            let mut units = this.units.borrow_mut();
            match usize::try_from(call.int(0)?).ok().and_then(|at| units.get_mut(at)) {
                Some(place) => *place = unit,
                None => {
                    let message = "Index was out of range. Must be non-negative and less than the size of the collection.";
                    return Err(Exception::argument_out_of_range(message, "index").into());
                }
            }
            Ok(Value::Null)
        },
        "Replaces the character at a position",
    ),
    row("string ToString()", |call| Ok(call.this_object::<StringBuilder>()?.text(call.machine)?.into()), "What it holds"),
    row(
        "string ToString(int startIndex, int length)",
        |call| {
            let this = call.this_object::<StringBuilder>()?;
            let units = this.units.borrow();
            let start = not_negative("startIndex", call.int(0)?)?;
            if start > units.len() {
                let message = "startIndex cannot be larger than length of string.";
                return Err(Exception::argument_out_of_range(message, "startIndex").into());
            }
            let length = not_negative("length", call.int(1)?)?;
            let Some(part) = units.get(start..start + length) else {
                return Err(Exception::argument_out_of_range(INDEX_LENGTH, "length").into());
            };
            call.machine.spend(part.len())?;
            Ok(NetString::from_units(part).into())
        },
        "A part of what it holds",
    ),
    row(
        "bool Equals(StringBuilder sb)",
        |call| {
            let this = call.this_object::<StringBuilder>()?;
            let other = call.value(0).downcast::<StringBuilder>();
            Ok(other.is_some_and(|other| *this.units.borrow() == *other.units.borrow()).into())
        },
        "Whether both hold the same text",
    ),
    row(
        "void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count)",
        copy_to,
        "Copies a part into an array of characters",
    ),
];

const NEW_LINE: [u16; 2] = [b'\r' as u16, b'\n' as u16];
const INDEX_LENGTH: &str = "Index and length must refer to a location within the string.";
const SMALL_CAPACITY: &str = "capacity was less than the current size.";

/// How much a block of .NET's holds at most.
const BLOCK_MAX: usize = 8000;

/// A `StringBuilder`.
#[derive(Debug)]
pub(crate) struct StringBuilder {
    pub(crate) units: RefCell<Vec<u16>>,
    capacity: Cell<usize>,
    max_capacity: i32,
}

impl StringBuilder {
    /// An empty one.
    pub(crate) fn empty() -> Self {
        Self { units: RefCell::default(), capacity: Cell::new(16), max_capacity: i32::MAX }
    }

    fn max(&self) -> usize {
        usize::try_from(self.max_capacity).unwrap_or(usize::MAX)
    }

    /// Makes room as .NET does: a new block, as large as what is there.
    fn grow(&self, length: usize) {
        let capacity = self.capacity.get();
        if length > capacity {
            self.capacity.set(capacity + (length - capacity).max(capacity.min(BLOCK_MAX)));
        }
    }

    /// Adds units that are counted already.
    pub(crate) fn push(&self, units: &[u16]) -> Result<(), Thrown> {
        let length = self.units.borrow().len() + units.len();
        if length > self.max() {
            return Err(Exception::argument_out_of_range(SMALL_CAPACITY, "requiredLength").into());
        }
        self.grow(length);
        self.units.borrow_mut().extend_from_slice(units);
        Ok(())
    }
}

impl Object for StringBuilder {
    fn net_type(&self) -> Type {
        Type::of(&STRING_BUILDER)
    }

    fn text(&self, machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        machine.spend(self.units.borrow().len())?;
        Ok(NetString::from_units(&self.units.borrow()))
    }
}

fn int(value: usize) -> Value {
    Value::Int32(i32::try_from(value).unwrap_or(i32::MAX))
}

fn new(text: &NetString, capacity: i32, max_capacity: i32) -> Result<Value, Thrown> {
    let units = text.units();
    let capacity = usize::try_from(capacity).unwrap_or(16).max(units.len());
    Ok(Value::object(StringBuilder { units: RefCell::new(units), capacity: Cell::new(capacity), max_capacity }))
}

fn with_capacity(capacity: i32, max_capacity: i32) -> Result<Value, Thrown> {
    not_negative("capacity", capacity)?;
    let capacity = if capacity == 0 { 16.min(max_capacity) } else { capacity };
    new(&NetString::default(), capacity, max_capacity)
}

/// A number that must not be negative, as .NET checks it.
pub(super) fn not_negative(parameter: &str, value: i32) -> Result<usize, Thrown> {
    edit::not_negative(parameter, value)?;
    Ok(usize::try_from(value).unwrap_or_default())
}

fn not_positive(parameter: &str, value: i32) -> Thrown {
    Exception::argument_must_be("a non-negative and non-zero value", parameter, value.into()).into()
}

fn index_above(parameter: &str) -> Thrown {
    let message = "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
    Exception::argument_out_of_range(message, parameter).into()
}

/// The units of a `char[]`.
pub(super) fn units_of(value: &Value) -> Vec<u16> {
    let Some(array) = value.downcast::<Array>() else { return Vec::new() };
    let unit = |item: &Value| match item {
        Value::Char(unit) => *unit,
        _ => 0,
    };
    match &*array {
        Array::Values(_, items) => items.borrow().iter().map(unit).collect(),
        Array::Bytes(_) => Vec::new(),
    }
}

/// Adds units to `this`.
fn add(call: &mut Call<'_, '_>, units: &[u16]) -> Result<Value, Thrown> {
    call.machine.spend(units.len().saturating_mul(2))?;
    call.this_object::<StringBuilder>()?.push(units)?;
    Ok(call.this.clone())
}

fn append(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let value = call.value(0);
    let text = call.machine.text(&value)?;
    add(call, &text.units())
}

fn append_part(call: &mut Call<'_, '_>, units: Option<Vec<u16>>) -> Result<Value, Thrown> {
    append_part_of(call, units, ("startIndex", "count"))
}

fn append_part_of(call: &mut Call<'_, '_>, units: Option<Vec<u16>>, parameters: (&str, &str)) -> Result<Value, Thrown> {
    let start = not_negative(parameters.0, call.int(1)?)?;
    let count = not_negative(parameters.1, call.int(2)?)?;
    let units = match units {
        None if start == 0 && count == 0 => Vec::new(),
        None => return Err(Exception::argument_null("value").into()),
        Some(units) => units,
    };
    if count == 0 {
        return Ok(call.this.clone());
    }
    match units.get(start..start + count) {
        Some(part) => add(call, part),
        // .NET names the one for arrays and the other for texts.
        None if parameters.1 == "charCount" => Err(index_above("charCount")),
        None => Err(index_above("startIndex")),
    }
}

fn append_format(call: &mut Call<'_, '_>, at: usize) -> Result<Value, Thrown> {
    let units = composite(call, at, "args")?;
    add(call, &units)
}

/// What `string.Format` gives for a format and a `params object[]`.
pub(super) fn composite(call: &mut Call<'_, '_>, at: usize, parameter: &str) -> Result<Vec<u16>, Thrown> {
    let format = call.text(at, "format")?;
    let items = call.items(at + 1, parameter)?;
    match put_in(call, &format, &items)? {
        Value::String(text) => Ok(text.units()),
        _ => Ok(Vec::new()),
    }
}

fn join(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let separator = match call.value(0) {
        Value::Char(unit) => vec![unit],
        _ => call.text_or_null(0)?.unwrap_or_default().units(),
    };
    let mut items = call.cursor(1, "values")?;
    let mut is_first = true;
    while let Some(item) = items.next(call.machine)? {
        if !is_first {
            add(call, &separator)?;
        }
        is_first = false;
        let text = call.machine.text(&item)?;
        add(call, &text.units())?;
    }
    Ok(call.this.clone())
}

fn insert_value(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let value = call.value(1);
    let text = call.machine.text(&value)?;
    insert(call, &text.units())
}

fn insert(call: &mut Call<'_, '_>, new: &[u16]) -> Result<Value, Thrown> {
    let this = call.this_object::<StringBuilder>()?;
    let length = this.units.borrow().len();
    let Some(at) = usize::try_from(call.int(0)?).ok().filter(|at| *at <= length) else { return Err(index_above("index")) };
    call.machine.spend(new.len().saturating_mul(2))?;
    call.machine.step(length as u64 / 1000)?;
    if length + new.len() > this.max() {
        return Err(Exception::argument_out_of_range(SMALL_CAPACITY, "requiredLength").into());
    }
    this.grow(length + new.len());
    this.units.borrow_mut().splice(at..at, new.iter().copied());
    Ok(call.this.clone())
}

/// Start and count of a part of `this`.
fn range(call: &Call<'_, '_>, at: usize) -> Result<std::ops::Range<usize>, Thrown> {
    let length = call.this_object::<StringBuilder>()?.units.borrow().len();
    let Some(start) = usize::try_from(call.int(at)?).ok().filter(|start| *start <= length) else {
        return Err(index_above("startIndex"));
    };
    match usize::try_from(call.int(at + 1)?).ok().filter(|count| *count <= length - start) {
        Some(count) => Ok(start..start + count),
        None => Err(index_above("count")),
    }
}

fn replace_text(call: &mut Call<'_, '_>, range: Option<std::ops::Range<usize>>) -> Result<Value, Thrown> {
    let old = call.text(0, "oldValue")?.units();
    if old.is_empty() {
        return Err(Exception::argument("The value cannot be an empty string.", "oldValue").into());
    }
    let new = call.text_or_null(1)?.unwrap_or_default().units();
    let this = call.this_object::<StringBuilder>()?;
    let there = this.units.borrow().clone();
    let range = range.unwrap_or(0..there.len());
    call.machine.spend(there.len().saturating_mul(2))?;
    call.machine.step(there.len() as u64 / 100)?;
    let mut units = Vec::with_capacity(there.len());
    units.extend_from_slice(there.get(..range.start).unwrap_or_default());
    let mut rest = there.get(range.clone()).unwrap_or_default();
    while let Some((first, behind)) = rest.split_first() {
        match rest.strip_prefix(old.as_slice()) {
            Some(behind) => {
                call.machine.spend(new.len().saturating_mul(2))?;
                units.extend_from_slice(&new);
                rest = behind;
            }
            None => {
                units.push(*first);
                rest = behind;
            }
        }
    }
    units.extend_from_slice(there.get(range.end..).unwrap_or_default());
    if units.len() > this.max() {
        return Err(Exception::argument_out_of_range(SMALL_CAPACITY, "requiredLength").into());
    }
    this.grow(units.len());
    *this.units.borrow_mut() = units;
    Ok(call.this.clone())
}

fn replace_character(call: &mut Call<'_, '_>, range: Option<std::ops::Range<usize>>) -> Result<Value, Thrown> {
    let (old, new) = (call.character(0)?, call.character(1)?);
    let this = call.this_object::<StringBuilder>()?;
    let mut units = this.units.borrow_mut();
    let range = range.unwrap_or(0..units.len());
    call.machine.step(range.len() as u64 / 1000)?;
    for unit in units.get_mut(range).unwrap_or_default() {
        if *unit == old {
            *unit = new;
        }
    }
    Ok(call.this.clone())
}

fn copy_to(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let destination: Rc<Array> = call.object(1, "destination")?;
    let count = not_negative("count", call.int(3)?)?;
    let to = not_negative("destinationIndex", call.int(2)?)?;
    if to + count > destination.len() {
        let message = "Either offset did not refer to a position in the string, or there is an insufficient length of destination character array.";
        return Err(Exception::argument(message, "").into());
    }
    let this = call.this_object::<StringBuilder>()?;
    let units = this.units.borrow();
    let Some(from) = usize::try_from(call.int(0)?).ok().filter(|from| *from <= units.len()) else {
        return Err(index_above("sourceIndex"));
    };
    let Some(part) = units.get(from..from + count) else {
        return Err(Exception::argument("Source string was not long enough. Check sourceIndex and count.", "").into());
    };
    call.machine.step(count as u64)?;
    for (at, unit) in part.iter().enumerate() {
        destination.set(to + at, Value::Char(*unit));
    }
    Ok(Value::Null)
}
