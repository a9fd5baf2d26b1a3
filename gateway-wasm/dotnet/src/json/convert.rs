//! What casts of a token, `Value<T>` and .NET's `Convert` make of a value.

use super::{Scalar, TokenType};
use crate::{
    DateTime, DateTimeOffset, Decimal, Exception, Guid, NetString, Result, TimeSpan,
    convert::{from_base64, from_decimal, from_double, invalid_cast, to_base64},
    date_time::Styles,
    decimal,
    number::{self, Integer, parse, parse::style},
    uri::{Uri, UriKind},
};

/// A type to convert to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Target {
    Boolean,
    Char,
    SByte,
    Byte,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Single,
    Double,
    Decimal,
    String,
    DateTime,
    DateTimeOffset,
    TimeSpan,
    Guid,
    Uri,
    Bytes,
}

impl Target {
    /// The name of the type, without `System.`.
    pub fn name(self) -> &'static str {
        match self {
            Target::Boolean => "Boolean",
            Target::Char => "Char",
            Target::SByte => "SByte",
            Target::Byte => "Byte",
            Target::Int16 => "Int16",
            Target::UInt16 => "UInt16",
            Target::Int32 => "Int32",
            Target::UInt32 => "UInt32",
            Target::Int64 => "Int64",
            Target::UInt64 => "UInt64",
            Target::Single => "Single",
            Target::Double => "Double",
            Target::Decimal => "Decimal",
            Target::String => "String",
            Target::DateTime => "DateTime",
            Target::DateTimeOffset => "DateTimeOffset",
            Target::TimeSpan => "TimeSpan",
            Target::Guid => "Guid",
            Target::Uri => "Uri",
            Target::Bytes => "Byte[]",
        }
    }

    /// True for what null cannot be converted to.
    fn is_value_type(self) -> bool {
        !matches!(self, Target::String | Target::Uri | Target::Bytes)
    }

    /// The tokens that a cast takes for it; null and undefined are another matter.
    fn accepts(self, token_type: TokenType) -> bool {
        use TokenType as T;
        if matches!(token_type, T::String | T::Comment | T::Raw) {
            return true;
        }
        match self {
            Target::String => {
                matches!(token_type, T::Date | T::Integer | T::Float | T::Boolean | T::Bytes | T::Guid | T::TimeSpan | T::Uri)
            }
            Target::Guid => matches!(token_type, T::Guid | T::Bytes),
            Target::TimeSpan => token_type == T::TimeSpan,
            Target::Uri => token_type == T::Uri,
            Target::Char => matches!(token_type, T::Integer | T::Float),
            Target::DateTime | Target::DateTimeOffset => token_type == T::Date,
            Target::Bytes => matches!(token_type, T::Bytes | T::Integer),
            _ => matches!(token_type, T::Integer | T::Float | T::Boolean),
        }
    }
}

/// An explicit cast of a token: `(int)token`, or `(int?)token` if `nullable`. The value is that of a `JValue`; anything else
/// has none. `now` gives what the text of a date leaves out.
///
/// # Errors
/// `ArgumentException` for a token that cannot become such a value, and what .NET's `Convert` throws.
pub fn cast(token_type: TokenType, value: Option<&Scalar>, target: Target, nullable: bool, now: DateTime) -> Result<Scalar> {
    // A class can be null whether or not a question mark says so; only `byte[]` does not take a null token.
    let nullable = nullable || matches!(target, Target::String | Target::Uri);
    let is_nothing = matches!(token_type, TokenType::Null | TokenType::Undefined);
    let cannot = || {
        let name = if target == Target::Bytes { "byte array" } else { target.name() };
        Exception::argument(&format!("Can not convert {} to {name}.", token_type.name()), "")
    };
    let value = match value {
        Some(value) if target.accepts(token_type) || (nullable && is_nothing) => value,
        _ => return Err(cannot()),
    };
    match (target, value) {
        (_, Scalar::Null) if nullable => Ok(Scalar::Null),
        (Target::String, Scalar::Bytes(bytes)) => Ok(Scalar::String(base64_text(bytes))),
        (Target::String, value) => Ok(Scalar::String(value.text())),
        (Target::Boolean, Scalar::BigInteger(_)) => Ok(Scalar::Bool(to_integer(value, &number::INT32)? != 0)),
        (Target::DateTime, Scalar::DateTimeOffset(date)) => Ok(Scalar::DateTime(date.date_time())),
        (Target::DateTimeOffset, value) => to_date_time_offset(value, now).map(Scalar::DateTimeOffset),
        (Target::Guid, Scalar::Guid(_)) | (Target::TimeSpan, Scalar::TimeSpan(_)) | (Target::Uri, Scalar::Uri(_)) => {
            Ok(value.clone())
        }
        (Target::Guid, Scalar::Bytes(bytes)) => Guid::from_bytes(bytes).map(|guid| Scalar::Guid(guid.into())),
        (Target::Guid, value) => Guid::parse(&value.text().to_str()).map(|guid| Scalar::Guid(guid.into())),
        (Target::TimeSpan, value) => TimeSpan::parse(&value.text().to_str()).map(Scalar::TimeSpan),
        (Target::Uri, value) => Ok(Scalar::Uri(Uri::new(&value.text().to_str(), UriKind::Absolute)?.into())),
        (Target::Bytes, Scalar::Bytes(_)) => Ok(value.clone()),
        (Target::Bytes, Scalar::String(text)) => from_base64(&text.to_str()).map(|bytes| Scalar::Bytes(bytes.into())),
        (Target::Bytes, _) => Err(cannot()),
        (target, value) => to(value, target, now),
    }
}

/// `Convert.ChangeType`, which is what `Value<T>` comes to.
///
/// # Errors
/// `InvalidCastException` where there is no conversion; `FormatException` and `OverflowException` as .NET's `Convert`.
pub fn change_type(value: &Scalar, target: Target, now: DateTime) -> Result<Scalar> {
    let invalid = |message: String| Err(Exception::new("InvalidCastException", message));
    match (value, target) {
        (Scalar::Null, target) if target.is_value_type() => {
            invalid("Null object cannot be converted to a value type.".to_owned())
        }
        (Scalar::Null, _) => Ok(Scalar::Null),
        (Scalar::Guid(_), Target::Guid)
        | (Scalar::TimeSpan(_), Target::TimeSpan)
        | (Scalar::DateTimeOffset(_), Target::DateTimeOffset)
        | (Scalar::Uri(_), Target::Uri)
        | (Scalar::Bytes(_), Target::Bytes) => Ok(value.clone()),
        (
            Scalar::Guid(_)
            | Scalar::TimeSpan(_)
            | Scalar::DateTimeOffset(_)
            | Scalar::Uri(_)
            | Scalar::Bytes(_)
            | Scalar::BigInteger(_),
            _,
        ) => invalid("Object must implement IConvertible.".to_owned()),
        (value, Target::DateTimeOffset | Target::TimeSpan | Target::Guid | Target::Uri | Target::Bytes) => {
            invalid(format!("Invalid cast from '{}' to 'System.{}'.", value.type_name(), target.name()))
        }
        (value, target) => to(value, target, now),
    }
}

/// `Convert.ToBoolean`, `Convert.ToInt32` and so on, for the types that have one.
pub(super) fn to(value: &Scalar, target: Target, now: DateTime) -> Result<Scalar> {
    Ok(match target {
        Target::Boolean => Scalar::Bool(to_boolean(value)?),
        Target::Char => Scalar::Char(to_char(value)?),
        Target::Single => Scalar::Single(to_single(value)?),
        Target::Double => Scalar::Double(to_double(value)?),
        Target::Decimal => Scalar::Decimal(to_decimal(value)?),
        Target::String => Scalar::String(value.text()),
        Target::DateTime => Scalar::DateTime(to_date_time(value, now)?),
        Target::SByte => Scalar::SByte(narrow(value, &number::SBYTE)?),
        Target::Byte => Scalar::Byte(narrow(value, &number::BYTE)?),
        Target::Int16 => Scalar::Int16(narrow(value, &number::INT16)?),
        Target::UInt16 => Scalar::UInt16(narrow(value, &number::UINT16)?),
        Target::Int32 => Scalar::Int32(narrow(value, &number::INT32)?),
        Target::UInt32 => Scalar::UInt32(narrow(value, &number::UINT32)?),
        Target::Int64 => Scalar::Int64(narrow(value, &number::INT64)?),
        Target::UInt64 => Scalar::UInt64(narrow(value, &number::UINT64)?),
        Target::DateTimeOffset | Target::TimeSpan | Target::Guid | Target::Uri | Target::Bytes => {
            return Err(no_conversion(value, target.name()));
        }
    })
}

fn narrow<T: TryFrom<i128>>(value: &Scalar, to: &Integer) -> Result<T> {
    T::try_from(to_integer(value, to)?).map_err(|_| to.overflow())
}

/// What a value says that has no such conversion, or none at all.
fn no_conversion(value: &Scalar, to: &str) -> Exception {
    match value {
        Scalar::Guid(_)
        | Scalar::TimeSpan(_)
        | Scalar::DateTimeOffset(_)
        | Scalar::Uri(_)
        | Scalar::Bytes(_)
        | Scalar::BigInteger(_) => {
            let message = format!("Unable to cast object of type '{}' to type 'System.IConvertible'.", value.type_name());
            Exception::new("InvalidCastException", message)
        }
        _ => invalid_cast(value.type_name().trim_start_matches("System."), to),
    }
}

/// A whole number in the range of a type.
pub(super) fn to_integer(value: &Scalar, to: &Integer) -> Result<i128> {
    match value {
        Scalar::Null => Ok(0),
        Scalar::Bool(value) => Ok((*value).into()),
        Scalar::Char(unit) => to.check((*unit).into()),
        Scalar::BigInteger(value) => value.to_i128().ok_or_else(|| to.overflow()).and_then(|value| to.check(value)),
        Scalar::Single(value) => from_double((*value).into(), to),
        Scalar::Double(value) => from_double(*value, to),
        Scalar::Decimal(value) => from_decimal(*value, to),
        Scalar::String(text) => parse::integer(&text.to_str(), style::INTEGER, to),
        other => to.check(other.as_integer().ok_or_else(|| no_conversion(other, to.name))?),
    }
}

pub(super) fn to_boolean(value: &Scalar) -> Result<bool> {
    Ok(match value {
        Scalar::Null => false,
        Scalar::Bool(value) => *value,
        Scalar::Single(value) => *value != 0.0,
        Scalar::Double(value) => *value != 0.0,
        Scalar::Decimal(value) => !value.is_zero(),
        Scalar::String(text) => parse::boolean(&text.to_str())
            .ok_or_else(|| Exception::format(format!("String '{text}' was not recognized as a valid Boolean.")))?,
        other => other.as_integer().ok_or_else(|| no_conversion(other, "Boolean"))? != 0,
    })
}

fn to_char(value: &Scalar) -> Result<u16> {
    let too_large = || Exception::overflow("Value was either too large or too small for a character.");
    match value {
        Scalar::Null => Ok(0),
        Scalar::Char(unit) => Ok(*unit),
        Scalar::String(text) if text.len() == 1 => Ok(text.unit(0).unwrap_or(0)),
        Scalar::String(_) => Err(Exception::format("String must be exactly one character long.")),
        Scalar::BigInteger(value) => {
            value.to_i128().and_then(|value| u16::try_from(value).ok()).ok_or_else(number::arithmetic_overflow)
        }
        other => {
            let value = other.as_integer().ok_or_else(|| no_conversion(other, "Char"))?;
            u16::try_from(value).map_err(|_| too_large())
        }
    }
}

pub(super) fn to_double(value: &Scalar) -> Result<f64> {
    Ok(match value {
        Scalar::Null => 0.0,
        Scalar::Bool(value) => f64::from(u8::from(*value)),
        Scalar::Single(value) => (*value).into(),
        Scalar::Double(value) => *value,
        Scalar::Decimal(value) => decimal::to_double(*value),
        Scalar::BigInteger(value) => value.to_f64(),
        Scalar::String(text) => parse::double(&text.to_str(), style::DOUBLE)?,
        other => other.as_integer().ok_or_else(|| no_conversion(other, "Double"))? as f64,
    })
}

fn to_single(value: &Scalar) -> Result<f32> {
    Ok(match value {
        Scalar::Single(value) => *value,
        Scalar::Decimal(value) => decimal::to_single(*value),
        Scalar::String(text) => parse::single(&text.to_str(), style::DOUBLE)?,
        Scalar::Char(_) | Scalar::DateTime(_) => return Err(no_conversion(value, "Single")),
        other => to_double(other)? as f32,
    })
}

pub(super) fn to_decimal(value: &Scalar) -> Result<Decimal> {
    Ok(match value {
        Scalar::Null => Decimal::ZERO,
        Scalar::Bool(value) => Decimal::from(u8::from(*value)),
        Scalar::Decimal(value) => *value,
        Scalar::Single(value) => decimal::from_single(*value)?,
        Scalar::Double(value) => decimal::from_double(*value)?,
        Scalar::BigInteger(value) => parse::decimal(&value.to_string(), style::INTEGER)?,
        Scalar::String(text) => parse::decimal(&text.to_str(), style::NUMBER)?,
        other => decimal::from_integer(other.as_integer().ok_or_else(|| no_conversion(other, "Decimal"))?),
    })
}

pub(super) fn to_date_time(value: &Scalar, now: DateTime) -> Result<DateTime> {
    match value {
        Scalar::Null => Ok(DateTime::default()),
        Scalar::DateTime(date) => Ok(*date),
        Scalar::String(text) => DateTime::parse(&text.to_str(), Styles::NONE, now),
        other => Err(no_conversion(other, "DateTime")),
    }
}

fn to_date_time_offset(value: &Scalar, now: DateTime) -> Result<DateTimeOffset> {
    match value {
        Scalar::DateTimeOffset(date) => Ok(*date),
        Scalar::String(text) => DateTimeOffset::parse(&text.to_str(), Styles::NONE, now),
        other => to_date_time(other, now).map(DateTimeOffset::from_date_time),
    }
}

pub(super) fn base64_text(bytes: &[u8]) -> NetString {
    to_base64(bytes, false).into()
}
