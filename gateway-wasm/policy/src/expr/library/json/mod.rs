//! Newtonsoft.Json: one module per type, and what they share.
//!
//! What a program holds of a tree is a [`Token`], which is an object like any other; its class is what [`TokenType`] it has.

mod array;
mod container;
mod convert;
mod deserialize;
mod enums;
mod extensions;
mod object;
mod property;
mod sequence;
mod serialize;
mod token;
mod value;

pub use array::JARRAY;
pub use container::{JCONSTRUCTOR, JCONTAINER, MERGE_SETTINGS};
pub use convert::JSON_CONVERT;
pub use enums::{FORMATTING, JTOKEN_TYPE, MERGE_ARRAY_HANDLING, MERGE_NULL_VALUE_HANDLING};
pub use extensions::EXTENSIONS;
pub use object::JOBJECT;
pub use property::JPROPERTY;
pub use sequence::IJENUMERABLE;
pub use serialize::from_object;
pub use token::JTOKEN;
pub use value::{JRAW, JVALUE};

use super::uri;
use crate::expr::{
    call::{Call, Thrown},
    conversion::is_instance,
    machine::{BYTES_MAX, Machine},
    types::{NetType, Type},
    value::{Array, Cursor, Object, Value},
};
use dotnet::{
    Exception, NetString,
    json::{Content, Scalar, Target, Token, TokenType, change_type},
};
use std::{cmp::Ordering, collections::HashSet, rc::Rc};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[
    &JTOKEN,
    &JCONTAINER,
    &JOBJECT,
    &JARRAY,
    &JPROPERTY,
    &JVALUE,
    &JRAW,
    &JCONSTRUCTOR,
    &EXTENSIONS,
    &JSON_CONVERT,
    &IJENUMERABLE,
    &MERGE_SETTINGS,
    &JTOKEN_TYPE,
    &FORMATTING,
    &MERGE_ARRAY_HANDLING,
    &MERGE_NULL_VALUE_HANDLING,
];

/// About what a token takes in memory.
const TOKEN_BYTES: usize = 96;

/// The tree of a JSON text, as `JToken.Parse` reads it. A class that is wanted is insisted on, with its own messages.
pub fn from_text(machine: &mut Machine<'_>, text: &NetString, wanted: Option<TokenType>) -> Result<Rc<Token>, Thrown> {
    machine.spend(text.size().saturating_mul(4))?;
    machine.step(text.size() as u64 / 16)?;
    Ok(Token::parse(&text.to_str(), wanted)?)
}

/// A token as a value.
pub fn to_value(token: Rc<Token>) -> Value {
    Value::shared(token)
}

/// The JSON of a token, counted.
pub fn write(machine: &mut Machine<'_>, token: &Token, indented: bool) -> Result<String, Thrown> {
    let most = usize::try_from(BYTES_MAX).unwrap_or(usize::MAX);
    match token.write_within(indented, most) {
        Some(text) => {
            machine.spend(text.len())?;
            machine.step(text.len() as u64 / 16)?;
            Ok(text)
        }
        None => {
            machine.spend(most.saturating_add(1))?;
            Ok(String::new())
        }
    }
}

fn optional(token: Option<Rc<Token>>) -> Value {
    token.map_or(Value::Null, to_value)
}

impl Object for Token {
    fn net_type(&self) -> Type {
        Type::of(match self.token_type() {
            TokenType::Object => &JOBJECT,
            TokenType::Array => &JARRAY,
            TokenType::Property => &JPROPERTY,
            TokenType::Constructor => &JCONSTRUCTOR,
            TokenType::Raw => &JRAW,
            _ => &JVALUE,
        })
    }

    fn text(&self, machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        match self.scalar() {
            Some(scalar) => Ok(scalar.text()),
            None => write(machine, self, true).map(NetString::from),
        }
    }

    fn formatted(&self, format: &NetString) -> Option<Result<NetString, Thrown>> {
        let scalar = self.scalar()?;
        Some(scalar.formatted(&format.to_str()).map_err(Thrown::from))
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        self.scalar()?;
        Some(other.downcast_ref::<Token>().is_some_and(|other| self.value_equals(other)))
    }

    fn hash(&self) -> Option<i32> {
        self.scalar()?;
        Some(self.value_hash())
    }

    fn compare(&self, other: &Value) -> Option<Ordering> {
        self.scalar()?;
        match other.downcast_ref::<Token>() {
            Some(other) => {
                other.scalar()?;
                self.compare(other).ok()
            }
            None => self.compare(&Token::value(scalar_of(other)?)).ok(),
        }
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        Some(Box::new(sequence::children(&self)))
    }
}

/// `this`
fn this(call: &Call<'_, '_>) -> Result<Rc<Token>, Thrown> {
    call.this_object()
}

/// An argument that is a token or null.
fn token_or_null(call: &Call<'_, '_>, at: usize) -> Result<Option<Rc<Token>>, Thrown> {
    match call.value(at) {
        Value::Null => Ok(None),
        _ => call.object(at, "value").map(Some),
    }
}

/// Counts what it takes to find a token among its siblings, and to move those behind it.
fn count_siblings(call: &mut Call<'_, '_>, token: &Token) -> Result<(), Thrown> {
    call.machine.step(token.parent().map_or(0, |parent| parent.count()) as u64 / 64)
}

/// The type argument of a generic method.
fn generic(call: &Call<'_, '_>) -> Type {
    call.generics.last().cloned().unwrap_or(Type::Unknown)
}

/// What can be the value of a `JValue`.
fn scalar_of(value: &Value) -> Option<Scalar> {
    Some(match value {
        Value::Null => Scalar::Null,
        Value::Bool(value) => Scalar::Bool(*value),
        Value::SByte(value) => Scalar::SByte(*value),
        Value::Byte(value) => Scalar::Byte(*value),
        Value::Int16(value) => Scalar::Int16(*value),
        Value::UInt16(value) => Scalar::UInt16(*value),
        Value::Int32(value) => Scalar::Int32(*value),
        Value::UInt32(value) => Scalar::UInt32(*value),
        Value::Int64(value) => Scalar::Int64(*value),
        Value::UInt64(value) => Scalar::UInt64(*value),
        Value::Single(value) => Scalar::Single(*value),
        Value::Double(value) => Scalar::Double(*value),
        Value::Decimal(value) => Scalar::Decimal(*value),
        Value::String(text) => Scalar::String(text.clone()),
        Value::DateTime(value) => Scalar::DateTime(*value),
        Value::DateTimeOffset(value) => Scalar::DateTimeOffset(*value),
        Value::TimeSpan(value) => Scalar::TimeSpan(*value),
        Value::Guid(value) => Scalar::Guid((*value).into()),
        Value::Enum(_, number) => i32::try_from(*number).map_or(Scalar::Int64(*number), Scalar::Int32),
        Value::Object(object) => match object.downcast_ref::<Array>() {
            Some(Array::Bytes(bytes)) => Scalar::Bytes(bytes.borrow().as_slice().into()),
            Some(Array::Values(..)) => return None,
            None => Scalar::Uri(uri::of(value)?),
        },
        Value::Char(_) | Value::Context(_) => return None,
    })
}

/// What a `JValue` holds, as a value of its own type.
fn value_of(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => value.into(),
        Scalar::Char(unit) => Value::Char(unit),
        Scalar::SByte(value) => value.into(),
        Scalar::Byte(value) => value.into(),
        Scalar::Int16(value) => value.into(),
        Scalar::UInt16(value) => Value::UInt16(value),
        Scalar::Int32(value) => value.into(),
        Scalar::UInt32(value) => value.into(),
        Scalar::Int64(value) => value.into(),
        Scalar::UInt64(value) => value.into(),
        // APIM knows no `BigInteger`, so a program could do nothing with one.
        Scalar::BigInteger(value) => match value.to_string().parse::<dotnet::Decimal>() {
            Ok(decimal) => decimal.into(),
            Err(_) => value.to_f64().into(),
        },
        Scalar::Single(value) => value.into(),
        Scalar::Double(value) => value.into(),
        Scalar::Decimal(value) => value.into(),
        Scalar::String(text) => text.into(),
        Scalar::Uri(uri) => uri::value(uri.as_ref().clone()),
        Scalar::DateTime(value) => value.into(),
        Scalar::DateTimeOffset(value) => value.into(),
        Scalar::TimeSpan(value) => value.into(),
        Scalar::Guid(value) => (*value).into(),
        Scalar::Bytes(bytes) => Value::bytes(bytes.to_vec()),
    }
}

/// What a type is to `Convert`.
fn target_of(kind: &Type) -> Option<Target> {
    use super::{date_time, guid, time_span};
    if let Type::Array(element) = kind {
        return (**element == Type::BYTE).then_some(Target::Bytes);
    }
    let named = [
        (Type::BOOL, Target::Boolean),
        (Type::CHAR, Target::Char),
        (Type::SBYTE, Target::SByte),
        (Type::BYTE, Target::Byte),
        (Type::SHORT, Target::Int16),
        (Type::USHORT, Target::UInt16),
        (Type::INT, Target::Int32),
        (Type::UINT, Target::UInt32),
        (Type::LONG, Target::Int64),
        (Type::ULONG, Target::UInt64),
        (Type::FLOAT, Target::Single),
        (Type::DOUBLE, Target::Double),
        (Type::DECIMAL, Target::Decimal),
        (Type::STRING, Target::String),
        (Type::of(&date_time::DATE_TIME), Target::DateTime),
        (Type::of(&date_time::DATE_TIME_OFFSET), Target::DateTimeOffset),
        (Type::of(&time_span::TIME_SPAN), Target::TimeSpan),
        (Type::of(&guid::GUID), Target::Guid),
        (Type::of(&uri::URI), Target::Uri),
    ];
    named.into_iter().find(|(own, _)| own == kind).map(|(_, target)| target)
}

/// Anything that may be given to a container.
fn content_of(machine: &mut Machine<'_>, value: &Value) -> Result<Content, Thrown> {
    if let Some(token) = value.downcast::<Token>() {
        return Ok(Content::Token(token));
    }
    if let Some(scalar) = scalar_of(value) {
        return Ok(Content::Scalar(scalar));
    }
    let items = match value {
        Value::Object(object) => object.shared().and_then(|object| object.enumerate()),
        _ => None,
    };
    let Some(mut items) = items else {
        let message = format!("Could not determine JSON object type for type {}.", value.net_type().full_name());
        return Err(Exception::argument(&message, "").into());
    };
    machine.deeper(|machine| {
        let mut content = Vec::new();
        while let Some(item) = items.next(machine)? {
            machine.spend(size_of::<Content>())?;
            content.push(content_of(machine, &item)?);
        }
        Ok(Content::Many(content))
    })
}

/// Counts what is copied when content is added to a target: tokens that stand somewhere already, and those that come more than
/// once. A target that is only being made is `None`: nothing can be above it.
fn count_copies(machine: &mut Machine<'_>, target: Option<&Token>, content: &Content) -> Result<(), Thrown> {
    fn walk(machine: &mut Machine<'_>, target: Option<&Token>, content: &Content, seen: &mut Seen) -> Result<(), Thrown> {
        match content {
            Content::Token(token) if token.parent().is_some() || !seen.is_first(token) => count(machine, token),
            Content::Token(token) if token.count() > 0 => {
                let Some(target) = target else { return machine.spend(TOKEN_BYTES) };
                // Whether the target stands in it is found out by going up from there.
                machine.step(target.depth() as u64 / 16)?;
                if Rc::ptr_eq(&target.root(), token) { count(machine, token) } else { machine.spend(TOKEN_BYTES) }
            }
            Content::Many(items) => items.iter().try_for_each(|item| walk(machine, target, item, seen)),
            _ => machine.spend(TOKEN_BYTES),
        }
    }
    walk(machine, target, content, &mut Seen::default())
}

/// Tokens that have come. A few, as most objects have, are looked through; many are hashed.
#[derive(Default)]
struct Seen {
    few: Vec<*const Token>,
    many: HashSet<*const Token>,
}

impl Seen {
    const FEW_MAX: usize = 16;

    /// Whether a token comes for the first time.
    fn is_first(&mut self, token: &Rc<Token>) -> bool {
        let token = Rc::as_ptr(token);
        if self.few.contains(&token) {
            return false;
        }
        if self.few.len() < Self::FEW_MAX {
            self.few.push(token);
            return true;
        }
        self.many.insert(token)
    }
}

/// Counts a copy of a token and all below.
fn count(machine: &mut Machine<'_>, token: &Token) -> Result<(), Thrown> {
    let size = token.size();
    machine.step(size as u64)?;
    machine.spend(size.saturating_mul(TOKEN_BYTES))
}

/// `Value<T>()` of a token.
fn converted(machine: &Machine<'_>, token: &Rc<Token>, to: &Type) -> Result<Value, Thrown> {
    let value = to_value(token.clone());
    if is_instance(&value, to) {
        return Ok(value);
    }
    let Some(scalar) = token.scalar() else {
        let message = format!("Cannot cast Newtonsoft.Json.Linq.{} to Newtonsoft.Json.Linq.JToken.", token.class_name());
        return Err(Thrown::new("InvalidCastException", message));
    };
    let own = value_of(scalar.clone());
    if !own.is_null() && own.net_type() == *to {
        return Ok(own);
    }
    if own.is_null() && to.takes_null() {
        return Ok(Value::Null);
    }
    match target_of(to.without_nullable()) {
        Some(target) => Ok(value_of(change_type(&scalar, target, machine.utc_now())?)),
        None if own.is_null() => Err(Thrown::new("InvalidCastException", "Null object cannot be converted to a value type.")),
        None => {
            let message = format!("Invalid cast from '{}' to '{}'.", scalar.type_name(), to.full_name());
            Err(Thrown::new("InvalidCastException", message))
        }
    }
}
