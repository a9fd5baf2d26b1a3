//! `System.IO`: `StringReader` and `StringWriter`.

use super::{
    encoding,
    string_builder::{StringBuilder, composite, not_negative, units_of},
};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, Member, NetType, Type, row},
    value::{Array, Object, Value},
};
use dotnet::{Exception, NetString, encoding::Encoding};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&TEXT_READER, &STRING_READER, &TEXT_WRITER, &STRING_WRITER];

/// `System.IO.TextReader`
pub static TEXT_READER: NetType = NetType {
    namespace: "System.IO",
    name: "TextReader",
    kind: Kind::Class,
    bases: &[],
    members: READER,
    missing: &[],
    doc: "Text that is read from its beginning to its end",
};

/// `System.IO.StringReader`
pub static STRING_READER: NetType = NetType {
    namespace: "System.IO",
    name: "StringReader",
    kind: Kind::Class,
    bases: &["TextReader"],
    members: &[row(
        "StringReader(string s)",
        |call| {
            let units = call.text(0, "s")?.units();
            call.machine.spend(units.len() * 2)?;
            Ok(Value::object(StringReader { units: RefCell::new(Some(units.into())), at: Cell::new(0) }))
        },
        "Reads a text",
    )],
    missing: &[],
    doc: "Reads a text piece by piece",
};

/// `System.IO.TextWriter`
pub static TEXT_WRITER: NetType = NetType {
    namespace: "System.IO",
    name: "TextWriter",
    kind: Kind::Class,
    bases: &[],
    members: WRITER,
    missing: &["FormatProvider"],
    doc: "Text that is written from its beginning to its end",
};

/// `System.IO.StringWriter`
pub static STRING_WRITER: NetType = NetType {
    namespace: "System.IO",
    name: "StringWriter",
    kind: Kind::Class,
    bases: &["TextWriter"],
    members: &[
        row("StringWriter()", |_| Ok(writer(Rc::new(StringBuilder::empty()))), "Writes into a new text"),
        row(
            "StringWriter(IFormatProvider formatProvider)",
            |_| Ok(writer(Rc::new(StringBuilder::empty()))),
            "Writes into a new text",
        ),
        row("StringWriter(StringBuilder sb)", |call| Ok(writer(call.object(0, "sb")?)), "Writes into a `StringBuilder`"),
        row(
            "StringWriter(StringBuilder sb, IFormatProvider formatProvider)",
            |call| Ok(writer(call.object(0, "sb")?)),
            "Writes into a `StringBuilder`",
        ),
        row(
            "StringBuilder GetStringBuilder()",
            |call| Ok(Value::shared(call.this_object::<StringWriter>()?.builder.clone())),
            "What it writes into",
        ),
        row(
            "string ToString()",
            |call| Ok(call.this_object::<StringWriter>()?.builder.text(call.machine)?.into()),
            "What was written",
        ),
    ],
    missing: &[],
    doc: "Writes text piece by piece",
};

const READER: &[Member] = &[
    row(
        "int Peek()",
        |call| {
            let reader = call.this_object::<StringReader>()?;
            let units = reader.open()?;
            Ok(units.get(reader.at.get()).map_or(-1, |unit| i32::from(*unit)).into())
        },
        "The next character as a number, without reading it; -1 at the end",
    ),
    row(
        "int Read()",
        |call| {
            let reader = call.this_object::<StringReader>()?;
            let units = reader.open()?;
            let Some(unit) = units.get(reader.at.get()) else { return Ok((-1).into()) };
            reader.at.set(reader.at.get() + 1);
            Ok(i32::from(*unit).into())
        },
        "Reads a character and gives it as a number; -1 at the end",
    ),
    row("int Read(char[] buffer, int index, int count)", read, "Reads characters into an array and tells how many"),
    row("int ReadBlock(char[] buffer, int index, int count)", read, "Reads characters into an array and tells how many"),
    row("string ReadLine()", read_line, "Reads a line, without its end; null at the end"),
    row(
        "string ReadToEnd()",
        |call| {
            let reader = call.this_object::<StringReader>()?;
            let units = reader.open()?;
            let rest = units.get(reader.at.get()..).unwrap_or_default();
            call.machine.spend(rest.len())?;
            reader.at.set(units.len());
            Ok(NetString::from_units(rest).into())
        },
        "Reads everything that is left",
    ),
    row("void Close()", close_reader, "Ends reading"),
    row("void Dispose()", close_reader, "Ends reading"),
];

const WRITER: &[Member] = &[
    row("void Write(string value)", |call| write(call, false), "Writes text"),
    row("void Write(char value)", |call| write(call, false), "Writes a character"),
    row("void Write(bool value)", |call| write(call, false), "Writes `True` or `False`"),
    row("void Write(int value)", |call| write(call, false), "Writes a number"),
    row("void Write(uint value)", |call| write(call, false), "Writes a number"),
    row("void Write(long value)", |call| write(call, false), "Writes a number"),
    row("void Write(ulong value)", |call| write(call, false), "Writes a number"),
    row("void Write(float value)", |call| write(call, false), "Writes a number"),
    row("void Write(double value)", |call| write(call, false), "Writes a number"),
    row("void Write(decimal value)", |call| write(call, false), "Writes a number"),
    row("void Write(object value)", |call| write(call, false), "Writes the text of anything; `null` writes nothing"),
    row("void Write(StringBuilder value)", |call| write(call, false), "Writes what a `StringBuilder` holds"),
    row("void Write(char[] buffer)", |call| write_characters(call, false), "Writes characters"),
    row("void Write(char[] buffer, int index, int count)", |call| write_some(call, false), "Writes some of the characters"),
    row(
        "void Write(string format, params object[] arg)",
        |call| write_format(call, false),
        "Writes text with `{0}` and its like replaced by the arguments",
    ),
    row("void WriteLine()", |call| put(call, &[], true), "Writes a line end"),
    row("void WriteLine(string value)", |call| write(call, true), "Writes text and a line end"),
    row("void WriteLine(char value)", |call| write(call, true), "Writes a character and a line end"),
    row("void WriteLine(bool value)", |call| write(call, true), "Writes `True` or `False` and a line end"),
    row("void WriteLine(int value)", |call| write(call, true), "Writes a number and a line end"),
    row("void WriteLine(uint value)", |call| write(call, true), "Writes a number and a line end"),
    row("void WriteLine(long value)", |call| write(call, true), "Writes a number and a line end"),
    row("void WriteLine(ulong value)", |call| write(call, true), "Writes a number and a line end"),
    row("void WriteLine(float value)", |call| write(call, true), "Writes a number and a line end"),
    row("void WriteLine(double value)", |call| write(call, true), "Writes a number and a line end"),
    row("void WriteLine(decimal value)", |call| write(call, true), "Writes a number and a line end"),
    row("void WriteLine(object value)", |call| write(call, true), "Writes the text of anything and a line end"),
    row("void WriteLine(StringBuilder value)", |call| write(call, true), "Writes what a `StringBuilder` holds and a line end"),
    row("void WriteLine(char[] buffer)", |call| write_characters(call, true), "Writes characters and a line end"),
    row(
        "void WriteLine(char[] buffer, int index, int count)",
        |call| write_some(call, true),
        "Writes some of the characters and a line end",
    ),
    row(
        "void WriteLine(string format, params object[] arg)",
        |call| write_format(call, true),
        "Writes text with `{0}` and its like replaced by the arguments, and a line end",
    ),
    row(
        "string NewLine",
        |call| Ok(call.this_object::<StringWriter>()?.new_line.borrow().clone().into()),
        "The line end, `\\r\\n`",
    ),
    row(
        "set string NewLine",
        |call| {
            let new = call.text_or_null(0)?.unwrap_or_else(|| "\r\n".into());
            *call.this_object::<StringWriter>()?.new_line.borrow_mut() = new;
            Ok(Value::Null)
        },
        "Sets the line end",
    ),
    row("Encoding Encoding", |_| Ok(encoding::of(Encoding::Utf16 { is_big: false })), "UTF-16"),
    row("void Flush()", |_| Ok(Value::Null), "Does nothing"),
    row("void Close()", close_writer, "Ends writing"),
    row("void Dispose()", close_writer, "Ends writing"),
];

/// A `StringReader`; without units it is closed.
#[derive(Debug)]
pub(super) struct StringReader {
    units: RefCell<Option<Rc<[u16]>>>,
    at: Cell<usize>,
}

impl StringReader {
    fn open(&self) -> Result<Rc<[u16]>, Thrown> {
        let units = self.units.borrow().clone();
        units.ok_or_else(|| Thrown::new("ObjectDisposedException", "Cannot read from a closed TextReader."))
    }

    /// Reads everything that is left.
    pub(super) fn rest(&self) -> Result<NetString, Thrown> {
        let units = self.open()?;
        let rest = units.get(self.at.get()..).unwrap_or_default();
        self.at.set(units.len());
        Ok(NetString::from_units(rest))
    }
}

impl Object for StringReader {
    fn net_type(&self) -> Type {
        Type::of(&STRING_READER)
    }
}

/// A `StringWriter`.
#[derive(Debug)]
pub(super) struct StringWriter {
    builder: Rc<StringBuilder>,
    new_line: RefCell<NetString>,
    is_closed: Cell<bool>,
}

impl Object for StringWriter {
    fn net_type(&self) -> Type {
        Type::of(&STRING_WRITER)
    }

    fn text(&self, machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        self.builder.text(machine)
    }
}

impl StringWriter {
    /// Adds units that are counted already.
    pub(super) fn put(&self, units: &[u16]) -> Result<(), Thrown> {
        if self.is_closed.get() {
            return Err(Thrown::new("ObjectDisposedException", "Cannot write to a closed TextWriter."));
        }
        self.builder.push(units)
    }
}

fn writer(builder: Rc<StringBuilder>) -> Value {
    Value::object(StringWriter { builder, new_line: RefCell::new("\r\n".into()), is_closed: Cell::new(false) })
}

fn close_reader(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    *call.this_object::<StringReader>()?.units.borrow_mut() = None;
    Ok(Value::Null)
}

fn close_writer(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    call.this_object::<StringWriter>()?.is_closed.set(true);
    Ok(Value::Null)
}

fn read(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let buffer: Rc<Array> = call.object(0, "buffer")?;
    let index = not_negative("index", call.int(1)?)?;
    let count = not_negative("count", call.int(2)?)?;
    if index.saturating_add(count) > buffer.len() {
        return Err(outside());
    }
    let reader = call.this_object::<StringReader>()?;
    let units = reader.open()?;
    let rest = units.get(reader.at.get()..).unwrap_or_default();
    let some = rest.get(..count).unwrap_or(rest);
    call.machine.step(some.len() as u64)?;
    for (offset, unit) in some.iter().enumerate() {
        buffer.set(index + offset, Value::Char(*unit));
    }
    reader.at.set(reader.at.get() + some.len());
    Ok(i32::try_from(some.len()).unwrap_or(i32::MAX).into())
}

fn outside() -> Thrown {
    let message = "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.";
    Exception::argument(message, "").into()
}

fn read_line(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let reader = call.this_object::<StringReader>()?;
    let units = reader.open()?;
    let rest = units.get(reader.at.get()..).unwrap_or_default();
    if rest.is_empty() {
        return Ok(Value::Null);
    }
    let (line, skipped) = match rest.iter().position(|&unit| unit == u16::from(b'\r') || unit == u16::from(b'\n')) {
        Some(end) => {
            let is_pair = rest.get(end..end + 2) == Some(&[u16::from(b'\r'), u16::from(b'\n')]);
            (rest.get(..end).unwrap_or_default(), if is_pair { 2 } else { 1 })
        }
        None => (rest, 0),
    };
    call.machine.spend(line.len())?;
    reader.at.set(reader.at.get() + line.len() + skipped);
    Ok(NetString::from_units(line).into())
}

/// Writes units and perhaps a line end.
fn put(call: &mut Call<'_, '_>, units: &[u16], ends_line: bool) -> Result<Value, Thrown> {
    call.machine.spend(units.len().saturating_mul(2) + 4)?;
    let writer = call.this_object::<StringWriter>()?;
    writer.put(units)?;
    if ends_line {
        let new_line = writer.new_line.borrow().units();
        call.machine.spend(new_line.len() * 2)?;
        writer.put(&new_line)?;
    }
    Ok(Value::Null)
}

fn write(call: &mut Call<'_, '_>, ends_line: bool) -> Result<Value, Thrown> {
    let value = call.value(0);
    let text = call.machine.text(&value)?;
    put(call, &text.units(), ends_line)
}

fn write_characters(call: &mut Call<'_, '_>, ends_line: bool) -> Result<Value, Thrown> {
    let units = match call.value(0) {
        Value::Null => Vec::new(),
        value => units_of(&value),
    };
    put(call, &units, ends_line)
}

fn write_some(call: &mut Call<'_, '_>, ends_line: bool) -> Result<Value, Thrown> {
    let buffer: Rc<Array> = call.object(0, "buffer")?;
    let index = not_negative("index", call.int(1)?)?;
    let count = not_negative("count", call.int(2)?)?;
    if index.saturating_add(count) > buffer.len() {
        return Err(outside());
    }
    let units = units_of(&call.value(0));
    put(call, units.get(index..index + count).unwrap_or_default(), ends_line)
}

fn write_format(call: &mut Call<'_, '_>, ends_line: bool) -> Result<Value, Thrown> {
    let units = composite(call, 0, "arg")?;
    put(call, &units, ends_line)
}
