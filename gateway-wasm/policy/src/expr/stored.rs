//! Values as bytes: what a cache keeps of a variable, and what comes back for another request.
//!
//! Everything comes back that holds data: numbers, text, dates, JSON, XML, lists, dictionaries, responses. What holds a way to
//! compute something, such as a `Regex`, has no bytes; a sequence that is computed when it is asked comes back as an array.

use super::{
    library::{
        collections::{
            comparer::Rule,
            dictionary::{DICTIONARY, Dictionary},
            keyed::Keyed,
            list::List,
            pair::Pair,
            set::Set,
        },
        context::ResponseValue,
        json, uri, xml,
    },
    machine::Machine,
    signature::named_type,
    types::Type,
    value::{Anonymous, Array, Value},
};
use crate::exchange::{Body, Headers, Response};
use bytes::Bytes;
use dotnet::{
    DateTime, DateTimeKind, DateTimeOffset, Guid, NetString, TimeSpan, decimal,
    json::{Token, TokenType},
    uri::{Uri, UriKind},
};
use std::{fmt, rc::Rc};
use wire::{Fields, Malformed, Reader, Writer};

/// The most that one value may take, in bytes: the bound of APIM's own cache.
pub const VALUE_BYTES_MAX: usize = 2 << 20;

/// How deep lists may stand in lists.
const DEPTH_MAX: u32 = 100;

/// Why a value cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unkept {
    /// There are no bytes for this type.
    Type(String),
    /// It takes more than [`VALUE_BYTES_MAX`].
    Size,
    /// It stands deeper in itself than a cache keeps.
    Depth,
}

impl fmt::Display for Unkept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unkept::Type(name) => write!(f, "a value of type {name} cannot be cached"),
            Unkept::Size => write!(f, "the value takes more than {VALUE_BYTES_MAX} bytes, the most that is cached"),
            Unkept::Depth => write!(f, "the value is nested deeper than {DEPTH_MAX}, the most that is cached"),
        }
    }
}

mod tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const BOOL: u8 = 1;
    pub(super) const CHAR: u8 = 2;
    pub(super) const INTEGER: u8 = 3;
    pub(super) const SINGLE: u8 = 4;
    pub(super) const DOUBLE: u8 = 5;
    pub(super) const DECIMAL: u8 = 6;
    pub(super) const TEXT: u8 = 7;
    pub(super) const UNITS: u8 = 8;
    pub(super) const DATE_TIME: u8 = 9;
    pub(super) const DATE_TIME_OFFSET: u8 = 10;
    pub(super) const TIME_SPAN: u8 = 11;
    pub(super) const GUID: u8 = 12;
    pub(super) const ENUM: u8 = 13;
    pub(super) const BYTES: u8 = 14;
    pub(super) const ARRAY: u8 = 15;
    pub(super) const LIST: u8 = 16;
    pub(super) const SET: u8 = 17;
    pub(super) const DICTIONARY: u8 = 18;
    pub(super) const ANONYMOUS: u8 = 19;
    pub(super) const JSON: u8 = 20;
    pub(super) const ELEMENT: u8 = 21;
    pub(super) const DOCUMENT: u8 = 22;
    pub(super) const URI: u8 = 23;
    pub(super) const RESPONSE: u8 = 24;
}

/// The bytes of a text, as [`write`] has them: what a test puts into a cache.
pub fn text(text: &str) -> Bytes {
    let mut out = Vec::with_capacity(text.len() + 5);
    let mut writer = Writer::new(&mut out);
    writer.u8(tag::TEXT);
    writer.long(text.as_bytes());
    out.into()
}

/// The bytes of a value.
///
/// # Errors
/// Where it has none, or too many.
pub fn write(machine: &mut Machine<'_>, value: &Value) -> Result<Bytes, Unkept> {
    let mut out = Vec::new();
    put(machine, value, &mut out, 0)?;
    Ok(out.into())
}

/// The value of bytes that [`write`] gave; `None` where they are of another build, which is as if nothing were there.
pub fn read(machine: &mut Machine<'_>, bytes: &Bytes) -> Option<Value> {
    let mut reader = Reader::new(bytes);
    take(machine, &mut reader, 0).ok().filter(|_| reader.rest().is_empty())
}

fn put(machine: &mut Machine<'_>, value: &Value, out: &mut Vec<u8>, depth: u32) -> Result<(), Unkept> {
    if depth > DEPTH_MAX {
        return Err(Unkept::Depth);
    }
    if let Some(number) = value.as_integer() {
        let kind = integer_kind(value);
        out.extend([tag::INTEGER, kind]);
        out.extend(number.to_le_bytes());
        return Ok(());
    }
    match value {
        Value::Null => out.push(tag::NULL),
        Value::Bool(value) => out.extend([tag::BOOL, u8::from(*value)]),
        Value::Char(unit) => put_with(out, tag::CHAR, &unit.to_le_bytes()),
        Value::Single(number) => put_with(out, tag::SINGLE, &number.to_le_bytes()),
        Value::Double(number) => put_with(out, tag::DOUBLE, &number.to_le_bytes()),
        Value::Decimal(number) => {
            out.push(tag::DECIMAL);
            out.extend(decimal::bits(*number).iter().flat_map(|part| part.to_le_bytes()));
        }
        Value::String(text) => put_text(text, out),
        Value::DateTime(time) => {
            put_with(out, tag::DATE_TIME, &time.ticks.to_le_bytes());
            out.push(time.kind as u8);
        }
        Value::DateTimeOffset(time) => {
            put_with(out, tag::DATE_TIME_OFFSET, &time.ticks.to_le_bytes());
            out.extend(time.offset_minutes.to_le_bytes());
        }
        Value::TimeSpan(span) => put_with(out, tag::TIME_SPAN, &span.ticks.to_le_bytes()),
        Value::Guid(guid) => put_with(out, tag::GUID, &guid.0.to_le_bytes()),
        Value::Enum(net_type, number) => {
            out.push(tag::ENUM);
            Writer::new(out).short(net_type.simple_name().as_bytes());
            out.extend(number.to_le_bytes());
        }
        Value::Object(_) => put_object(machine, value, out, depth)?,
        // A part of `context` is the exchange's, and another exchange has its own.
        Value::Context(_) => return Err(Unkept::Type(value.net_type().to_string())),
        _ => return Err(Unkept::Type("number".to_owned())),
    }
    if out.len() > VALUE_BYTES_MAX { Err(Unkept::Size) } else { Ok(()) }
}

fn put_object(machine: &mut Machine<'_>, value: &Value, out: &mut Vec<u8>, depth: u32) -> Result<(), Unkept> {
    let Value::Object(object) = value else { return Ok(()) };
    if let Some(array) = value.downcast_ref::<Array>() {
        match array {
            Array::Bytes(bytes) => put_long(out, tag::BYTES, &bytes.borrow()),
            Array::Values(element, items) => {
                let items = items.borrow().clone();
                out.push(tag::ARRAY);
                return put_items(machine, element, &items, out, depth);
            }
        }
    } else if let Some(list) = value.downcast_ref::<List>() {
        out.push(tag::LIST);
        return put_items(machine, &list.element(), &list.items(), out, depth);
    } else if let Some(set) = value.downcast_ref::<Set>() {
        out.extend([tag::SET, set.rule().number()]);
        return put_items(machine, &set.element(), &set.items(), out, depth);
    } else if let Some(dictionary) = value.downcast_ref::<Dictionary>() {
        let pairs = dictionary.pairs();
        out.extend([tag::DICTIONARY, dictionary.rule().number()]);
        let Type::Named(_, types) = object.get().net_type() else { return Err(Unkept::Depth) };
        for own in &types {
            put_type(own, out, 0)?;
        }
        put_count(pairs.len(), out);
        for (key, value) in &pairs {
            put(machine, key, out, depth + 1)?;
            put(machine, value, out, depth + 1)?;
        }
    } else if let Some(anonymous) = value.downcast_ref::<Anonymous>() {
        out.push(tag::ANONYMOUS);
        put_count(anonymous.values.len(), out);
        for ((name, own), value) in anonymous.names.iter().zip(&anonymous.values) {
            Writer::new(out).long(name.as_bytes());
            put_type(own, out, 0)?;
            put(machine, value, out, depth + 1)?;
        }
    } else if let Some(token) = value.downcast_ref::<Token>() {
        let text = token.write_within(false, VALUE_BYTES_MAX).ok_or(Unkept::Size)?;
        put_long(out, tag::JSON, text.as_bytes());
        out.push(u8::from(token.token_type() == TokenType::Property));
    } else if let Some(text) = xml::text_of_node(machine, value) {
        let text = text.map_err(|_| Unkept::Size)?;
        let tag = match object.get().net_type().to_string().as_str() {
            "XDocument" => tag::DOCUMENT,
            "XElement" => tag::ELEMENT,
            other => return Err(Unkept::Type(other.to_owned())),
        };
        put_long(out, tag, text.to_str().as_bytes());
    } else if let Some(uri) = uri::of(value) {
        put_long(out, tag::URI, uri.original().as_bytes());
    } else if let Some(response) = value.downcast_ref::<ResponseValue>() {
        let response = &response.0.response;
        let Body::Whole(body) = &response.body else { return Err(Unkept::Type("IResponse".to_owned())) };
        let fields: Vec<_> = response.headers.iter().collect();
        out.push(tag::RESPONSE);
        let mut writer = Writer::new(out);
        writer.u16(response.status);
        writer.short(response.reason.as_bytes());
        writer.long(body);
        put_count(fields.len(), out);
        let mut writer = Writer::new(out);
        for (name, value) in fields {
            writer.short(name.as_bytes());
            writer.long(value.as_bytes());
        }
    } else {
        let own = object.get().net_type();
        let items = items(machine, value).ok_or_else(|| Unkept::Type(own.to_string()))?;
        let element = if let Type::Named(_, types) = &own { types.first().cloned() } else { None };
        out.push(tag::ARRAY);
        return put_items(machine, &element.unwrap_or(Type::OBJECT), &items, out, depth);
    }
    if out.len() > VALUE_BYTES_MAX { Err(Unkept::Size) } else { Ok(()) }
}

/// The items of a sequence of which nothing is known but that it has some; `None` for what has none, or is a dictionary's part.
fn items(machine: &mut Machine<'_>, value: &Value) -> Option<Vec<Value>> {
    let Value::Object(object) = value else { return None };
    if object.get().net_type().is(&DICTIONARY) || value.downcast_ref::<Pair>().is_some() {
        return None;
    }
    let mut cursor = object.shared()?.enumerate()?;
    let mut items = Vec::new();
    while let Some(item) = cursor.next(machine).ok()? {
        items.push(item);
    }
    Some(items)
}

fn put_items(machine: &mut Machine<'_>, element: &Type, items: &[Value], out: &mut Vec<u8>, depth: u32) -> Result<(), Unkept> {
    put_type(element, out, 0)?;
    put_count(items.len(), out);
    items.iter().try_for_each(|item| put(machine, item, out, depth + 1))
}

fn put_with(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    out.extend_from_slice(bytes);
}

fn put_long(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    Writer::new(out).long(bytes);
}

fn put_text(text: &NetString, out: &mut Vec<u8>) {
    match text.as_str() {
        Some(text) => put_long(out, tag::TEXT, text.as_bytes()),
        // Half a surrogate pair has no UTF-8.
        None => put_long(out, tag::UNITS, &text.units().iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>()),
    }
}

fn put_count(count: usize, out: &mut Vec<u8>) {
    Writer::new(out).u32(u32::try_from(count).unwrap_or(u32::MAX));
}

/// Types as C# names them: a number for what kind, a name, type arguments.
fn put_type(own: &Type, out: &mut Vec<u8>, depth: u32) -> Result<(), Unkept> {
    if depth > DEPTH_MAX {
        return Err(Unkept::Depth);
    }
    match own {
        Type::Named(net_type, arguments) => {
            out.push(1);
            Writer::new(out).short(net_type.simple_name().as_bytes());
            put_count(arguments.len(), out);
            arguments.iter().try_for_each(|argument| put_type(argument, out, depth + 1))
        }
        Type::Array(element) => {
            out.push(2);
            put_type(element, out, depth + 1)
        }
        Type::Nullable(inner) => {
            out.push(3);
            put_type(inner, out, depth + 1)
        }
        // Of items whose type cannot be named, `object` is left.
        _ => {
            out.push(0);
            Ok(())
        }
    }
}

fn take_type(reader: &mut Reader<'_>, depth: u32) -> Result<Type, Malformed> {
    if depth > DEPTH_MAX {
        return Err(Malformed);
    }
    Ok(match reader.u8()? {
        1 => {
            let name = reader.short_text()?.to_owned();
            let count = reader.u32()?;
            let arguments = (0..count).map(|_| take_type(reader, depth + 1)).collect::<Result<Vec<_>, _>>()?;
            named_type(&name, arguments).ok_or(Malformed)?
        }
        2 => Type::Array(Rc::new(take_type(reader, depth + 1)?)),
        3 => take_type(reader, depth + 1)?.nullable(),
        _ => Type::OBJECT,
    })
}

fn take(machine: &mut Machine<'_>, reader: &mut Reader<'_>, depth: u32) -> Result<Value, Malformed> {
    if depth > DEPTH_MAX {
        return Err(Malformed);
    }
    Ok(match reader.u8()? {
        tag::NULL => Value::Null,
        tag::BOOL => Value::Bool(reader.u8()? != 0),
        tag::CHAR => Value::Char(reader.u16()?),
        tag::INTEGER => {
            let kind = reader.u8()?;
            integer(kind, i128::from_le_bytes(array(reader)?)).ok_or(Malformed)?
        }
        tag::SINGLE => Value::Single(f32::from_le_bytes(array(reader)?)),
        tag::DOUBLE => Value::Double(f64::from_le_bytes(array(reader)?)),
        tag::DECIMAL => {
            let mut bits = [0; 4];
            for part in &mut bits {
                *part = i32::from_le_bytes(array(reader)?);
            }
            Value::Decimal(decimal::from_bits(&bits).map_err(|_| Malformed)?)
        }
        tag::TEXT => Value::text(reader.long_text()?),
        tag::UNITS => {
            let units: Vec<u16> = reader.long()?.chunks_exact(2).map(|pair| pair.iter().rev().fold(0, joined)).collect();
            Value::String(NetString::from_units(&units))
        }
        tag::DATE_TIME => {
            let ticks = i64::from_le_bytes(array(reader)?);
            let kinds = [DateTimeKind::Unspecified, DateTimeKind::Utc, DateTimeKind::Local];
            let kind = reader.u8()?;
            let kind = kinds.into_iter().find(|own| *own as u8 == kind).ok_or(Malformed)?;
            Value::DateTime(DateTime { ticks, kind })
        }
        tag::DATE_TIME_OFFSET => {
            let ticks = i64::from_le_bytes(array(reader)?);
            Value::DateTimeOffset(DateTimeOffset { ticks, offset_minutes: i16::from_le_bytes(array(reader)?) })
        }
        tag::TIME_SPAN => Value::TimeSpan(TimeSpan { ticks: i64::from_le_bytes(array(reader)?) }),
        tag::GUID => Value::Guid(Guid(u128::from_le_bytes(array(reader)?))),
        tag::ENUM => {
            let own = named_type(reader.short_text()?, Vec::new());
            let Some(Type::Named(net_type, _)) = own else { return Err(Malformed) };
            Value::Enum(net_type, i64::from_le_bytes(array(reader)?))
        }
        tag::BYTES => Value::bytes(reader.long()?),
        tag::ARRAY => {
            let (element, items) = take_items(machine, reader, depth)?;
            Value::array(element, items)
        }
        tag::LIST => {
            let (element, items) = take_items(machine, reader, depth)?;
            List::value(element, items)
        }
        tag::SET => {
            let mut table = Keyed::new(Rule::from_number(reader.u8()?));
            let (element, items) = take_items(machine, reader, depth)?;
            for item in items {
                table.add(machine, item, ()).map_err(|_| Malformed)?;
            }
            Set::value(element, table)
        }
        tag::DICTIONARY => {
            let mut table = Keyed::new(Rule::from_number(reader.u8()?));
            let (key_type, value_type) = (take_type(reader, 0)?, take_type(reader, 0)?);
            for _ in 0..reader.u32()? {
                let (key, value) = (take(machine, reader, depth + 1)?, take(machine, reader, depth + 1)?);
                table.add(machine, key, value).map_err(|_| Malformed)?;
            }
            Dictionary::value(key_type, value_type, table)
        }
        tag::ANONYMOUS => {
            let (mut names, mut values) = (Vec::new(), Vec::new());
            for _ in 0..reader.u32()? {
                let name: Rc<str> = reader.long_text()?.into();
                names.push((name, take_type(reader, 0)?));
                values.push(take(machine, reader, depth + 1)?);
            }
            Value::object(Anonymous { names: Rc::new(names), values })
        }
        tag::JSON => {
            let text = reader.long_text()?;
            let is_property = reader.u8()? != 0;
            // A property stands in an object when it is written, and nowhere when it is read.
            let text = if is_property { format!("{{{text}}}") } else { text.to_owned() };
            let token = Token::parse(&text, None).map_err(|_| Malformed)?;
            let token = if is_property { token.child(0).ok_or(Malformed)? } else { token };
            json::to_value(token)
        }
        tag::ELEMENT => xml::element_from_text(machine, reader.long_text()?).map_err(|_| Malformed)?,
        tag::DOCUMENT => xml::document_from_text(machine, reader.long_text()?).map_err(|_| Malformed)?,
        tag::URI => uri::value(Uri::new(reader.long_text()?, UriKind::RelativeOrAbsolute).map_err(|_| Malformed)?),
        tag::RESPONSE => {
            let (status, reason) = (reader.u16()?, reader.short_text()?.to_owned());
            let body = Body::Whole(Bytes::copy_from_slice(reader.long()?));
            let fields = (0..reader.u32()?).map(|_| Ok((reader.short_text()?, reader.long()?)));
            let fields: Fields = fields.collect::<Result<Vec<_>, Malformed>>()?.into_iter().collect();
            Value::object(ResponseValue::new(Response { reason, headers: Headers::new(fields), body, ..Response::new(status) }))
        }
        _ => return Err(Malformed),
    })
}

fn take_items(machine: &mut Machine<'_>, reader: &mut Reader<'_>, depth: u32) -> Result<(Type, Vec<Value>), Malformed> {
    let element = take_type(reader, 0)?;
    let items = (0..reader.u32()?).map(|_| take(machine, reader, depth + 1)).collect::<Result<_, _>>()?;
    Ok((element, items))
}

fn array<const N: usize>(reader: &mut Reader<'_>) -> Result<[u8; N], Malformed> {
    reader.bytes(N)?.try_into().map_err(|_| Malformed)
}

fn joined(high: u16, low: &u8) -> u16 {
    (high << 8) | u16::from(*low)
}

fn integer_kind(value: &Value) -> u8 {
    match value {
        Value::SByte(_) => 0,
        Value::Byte(_) => 1,
        Value::Int16(_) => 2,
        Value::UInt16(_) => 3,
        Value::Int32(_) => 4,
        Value::UInt32(_) => 5,
        Value::Int64(_) => 6,
        _ => 7,
    }
}

fn integer(kind: u8, number: i128) -> Option<Value> {
    Some(match kind {
        0 => Value::SByte(number.try_into().ok()?),
        1 => Value::Byte(number.try_into().ok()?),
        2 => Value::Int16(number.try_into().ok()?),
        3 => Value::UInt16(number.try_into().ok()?),
        4 => Value::Int32(number.try_into().ok()?),
        5 => Value::UInt32(number.try_into().ok()?),
        6 => Value::Int64(number.try_into().ok()?),
        _ => Value::UInt64(number.try_into().ok()?),
    })
}
