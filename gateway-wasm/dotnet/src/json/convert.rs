//! What casts of a token, `Value<T>` and .NET's `Convert` make of a value.

use super::{Scalar, TokenType, date};
use crate::{DateTime, Decimal, Exception, NetString, Result};
use base64::Engine;

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
/// has none.
///
/// # Errors
/// `ArgumentException` for a token that cannot become such a value, and what .NET's `Convert` throws.
pub fn cast(token_type: TokenType, value: Option<&Scalar>, target: Target, nullable: bool) -> Result<Scalar> {
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
        (Target::Boolean, Scalar::BigInteger(_)) => Ok(Scalar::Bool(to_integer(value, Target::Int32)? != 0)),
        (Target::DateTime, Scalar::DateTimeOffset(date)) => {
            Ok(Scalar::DateTime(DateTime { ticks: date.ticks, kind: crate::DateTimeKind::Unspecified }))
        }
        (Target::DateTimeOffset, value) => to_date_time_offset(value).map(Scalar::DateTimeOffset),
        (Target::Guid, Scalar::Guid(_)) | (Target::TimeSpan, Scalar::TimeSpan(_)) | (Target::Uri, Scalar::Uri(_)) => {
            Ok(value.clone())
        }
        (Target::Guid, Scalar::Bytes(bytes)) => guid_of_bytes(bytes).map(Scalar::Guid),
        (Target::Guid, value) => to_guid(&value.text()).map(Scalar::Guid),
        (Target::TimeSpan, value) => to_time_span(&value.text()).map(Scalar::TimeSpan),
        (Target::Uri, value) => Ok(Scalar::Uri(value.text())),
        (Target::Bytes, Scalar::Bytes(_)) => Ok(value.clone()),
        (Target::Bytes, Scalar::String(text)) => to_bytes(text).map(|bytes| Scalar::Bytes(bytes.into())),
        (Target::Bytes, _) => Err(cannot()),
        (target, value) => to(value, target),
    }
}

/// `Convert.ChangeType`, which is what `Value<T>` comes to.
///
/// # Errors
/// `InvalidCastException` where there is no conversion; `FormatException` and `OverflowException` as .NET's `Convert`.
pub fn change_type(value: &Scalar, target: Target) -> Result<Scalar> {
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
        (value, target) => to(value, target),
    }
}

/// `Convert.ToBoolean`, `Convert.ToInt32` and so on, for the types that have one.
pub(super) fn to(value: &Scalar, target: Target) -> Result<Scalar> {
    Ok(match target {
        Target::Boolean => Scalar::Bool(to_boolean(value)?),
        Target::Char => Scalar::Char(to_char(value)?),
        Target::Single => Scalar::Single(to_single(value)?),
        Target::Double => Scalar::Double(to_double(value)?),
        Target::Decimal => Scalar::Decimal(to_decimal(value)?),
        Target::String => Scalar::String(value.text()),
        Target::DateTime => Scalar::DateTime(to_date_time(value)?),
        Target::SByte => Scalar::SByte(narrow(to_integer(value, target)?, target)?),
        Target::Byte => Scalar::Byte(narrow(to_integer(value, target)?, target)?),
        Target::Int16 => Scalar::Int16(narrow(to_integer(value, target)?, target)?),
        Target::UInt16 => Scalar::UInt16(narrow(to_integer(value, target)?, target)?),
        Target::Int32 => Scalar::Int32(narrow(to_integer(value, target)?, target)?),
        Target::UInt32 => Scalar::UInt32(narrow(to_integer(value, target)?, target)?),
        Target::Int64 => Scalar::Int64(narrow(to_integer(value, target)?, target)?),
        Target::UInt64 => Scalar::UInt64(narrow(to_integer(value, target)?, target)?),
        Target::DateTimeOffset | Target::TimeSpan | Target::Guid | Target::Uri | Target::Bytes => {
            return Err(invalid_cast(value, target));
        }
    })
}

fn overflow(target: Target) -> Exception {
    let what = match target {
        Target::Char => "a character",
        Target::SByte => "a signed byte",
        Target::Byte => "an unsigned byte",
        Target::Int16 => "an Int16",
        Target::UInt16 => "a UInt16",
        Target::Int32 => "an Int32",
        Target::UInt32 => "a UInt32",
        Target::Int64 => "an Int64",
        Target::UInt64 => "a UInt64",
        _ => "a Decimal",
    };
    Exception::overflow(format!("Value was either too large or too small for {what}."))
}

fn narrow<T: TryFrom<i128>>(value: i128, target: Target) -> Result<T> {
    T::try_from(value).map_err(|_| overflow(target))
}

/// What a type says that is `IConvertible` but not to this.
fn invalid_cast(value: &Scalar, target: Target) -> Exception {
    let message = match value {
        Scalar::Guid(_)
        | Scalar::TimeSpan(_)
        | Scalar::DateTimeOffset(_)
        | Scalar::Uri(_)
        | Scalar::Bytes(_)
        | Scalar::BigInteger(_) => {
            format!("Unable to cast object of type '{}' to type 'System.IConvertible'.", value.type_name())
        }
        _ => {
            let from = value.type_name().trim_start_matches("System.");
            format!("Invalid cast from '{from}' to '{}'.", target.name())
        }
    };
    Exception::new("InvalidCastException", message)
}

fn not_a_number(text: &NetString) -> Exception {
    Exception::format(format!("The input string '{text}' was not in a correct format."))
}

/// White space that .NET allows around a number.
fn is_number_white(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ')
}

/// A whole number in the range of the target.
pub(super) fn to_integer(value: &Scalar, target: Target) -> Result<i128> {
    let range = |value: i128| {
        let (least, most): (i128, i128) = match target {
            Target::SByte => (i8::MIN.into(), i8::MAX.into()),
            Target::Byte => (0, u8::MAX.into()),
            Target::Int16 => (i16::MIN.into(), i16::MAX.into()),
            Target::Char | Target::UInt16 => (0, u16::MAX.into()),
            Target::Int32 => (i32::MIN.into(), i32::MAX.into()),
            Target::UInt32 => (0, u32::MAX.into()),
            Target::UInt64 => (0, u64::MAX.into()),
            _ => (i64::MIN.into(), i64::MAX.into()),
        };
        (least..=most).contains(&value).then_some(value).ok_or_else(|| overflow(target))
    };
    match value {
        Scalar::Null => Ok(0),
        Scalar::Bool(value) => Ok((*value).into()),
        Scalar::Char(unit) => range((*unit).into()),
        Scalar::BigInteger(value) => value.to_i128().ok_or_else(|| overflow(target)).and_then(range),
        Scalar::Single(value) => range(round_half_even((*value).into())),
        Scalar::Double(value) => range(round_half_even(*value)),
        Scalar::Decimal(value) => range(value.round().to_string().parse().unwrap_or(i128::MAX)),
        Scalar::String(text) => range(parse_integer(text, target)?),
        other => match other.as_integer() {
            Some(value) => range(value),
            None => Err(invalid_cast(other, target)),
        },
    }
}

/// Half goes to the even number; what is no number is too large for any target.
fn round_half_even(value: f64) -> i128 {
    if value.is_nan() { i128::MAX } else { value.round_ties_even() as i128 }
}

fn parse_integer(text: &NetString, target: Target) -> Result<i128> {
    let string = text.to_str();
    let digits = string.trim_matches(is_number_white).trim_end_matches('\0');
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(digits)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(not_a_number(text));
    }
    let digits = digits.trim_start_matches('0');
    let value: i128 = if digits.is_empty() { 0 } else { digits.parse().map_err(|_| overflow(target))? };
    Ok(if negative { -value } else { value })
}

pub(super) fn to_boolean(value: &Scalar) -> Result<bool> {
    Ok(match value {
        Scalar::Null => false,
        Scalar::Bool(value) => *value,
        Scalar::Single(value) => *value != 0.0,
        Scalar::Double(value) => *value != 0.0,
        Scalar::Decimal(value) => !value.is_zero(),
        Scalar::String(text) => {
            let string = text.to_str();
            let word = string.trim_matches(|c: char| c.is_whitespace() || c == '\0');
            match (word.eq_ignore_ascii_case("true"), word.eq_ignore_ascii_case("false")) {
                (true, _) => true,
                (_, true) => false,
                _ => return Err(Exception::format(format!("String '{text}' was not recognized as a valid Boolean."))),
            }
        }
        other => other.as_integer().ok_or_else(|| invalid_cast(other, Target::Boolean))? != 0,
    })
}

fn to_char(value: &Scalar) -> Result<u16> {
    match value {
        Scalar::Null => Ok(0),
        Scalar::Char(unit) => Ok(*unit),
        Scalar::String(text) if text.len() == 1 => Ok(text.unit(0).unwrap_or(0)),
        Scalar::String(_) => Err(Exception::format("String must be exactly one character long.")),
        Scalar::BigInteger(_) => narrow(to_integer(value, Target::Char)?, Target::Char),
        other if other.as_integer().is_some() => narrow(to_integer(value, Target::Char)?, Target::Char),
        other => Err(invalid_cast(other, Target::Char)),
    }
}

pub(super) fn to_double(value: &Scalar) -> Result<f64> {
    Ok(match value {
        Scalar::Null => 0.0,
        Scalar::Bool(value) => f64::from(u8::from(*value)),
        Scalar::Single(value) => (*value).into(),
        Scalar::Double(value) => *value,
        Scalar::Decimal(value) => value.to_string().parse().unwrap_or(0.0),
        Scalar::BigInteger(value) => value.to_f64(),
        Scalar::String(text) => parse_double(text).ok_or_else(|| not_a_number(text))?,
        other => other.as_integer().ok_or_else(|| invalid_cast(other, Target::Double))? as f64,
    })
}

fn to_single(value: &Scalar) -> Result<f32> {
    Ok(match value {
        Scalar::Single(value) => *value,
        Scalar::String(text) => plain_number(text, true)
            .and_then(|plain| plain.parse().ok())
            .map_or_else(|| to_double(value).map(|value| value as f32), Ok)?,
        Scalar::Char(_) | Scalar::DateTime(_) => return Err(invalid_cast(value, Target::Single)),
        other => to_double(other)? as f32,
    })
}

/// `double.TryParse` with .NET's usual styles.
fn parse_double(text: &NetString) -> Option<f64> {
    if let Some(plain) = plain_number(text, true) {
        return plain.parse().ok();
    }
    let string = text.to_str();
    let word = string.trim_matches(is_number_white);
    let (sign, word) = match word.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, word.strip_prefix('+').unwrap_or(word)),
    };
    if word.eq_ignore_ascii_case("Infinity") || word == "∞" {
        Some(sign * f64::INFINITY)
    } else if word.eq_ignore_ascii_case("NaN") {
        Some(f64::NAN)
    } else {
        None
    }
}

/// The number without white space and thousands' commas, if it is one.
fn plain_number(text: &NetString, exponent: bool) -> Option<String> {
    let string = text.to_str();
    let number = string.trim_matches(is_number_white).trim_end_matches('\0');
    let (mantissa, power) = match number.split_once(['e', 'E']) {
        Some((mantissa, power)) if exponent => (mantissa, Some(power)),
        Some(_) => return None,
        None => (number, None),
    };
    if let Some(power) = power {
        let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
    }
    let unsigned = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_whole = !whole.starts_with(',') && whole.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
    let is_fraction = fraction.bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = unsigned.bytes().any(|byte| byte.is_ascii_digit());
    (is_whole && is_fraction && has_digits).then(|| number.replace(',', ""))
}

pub(super) fn to_decimal(value: &Scalar) -> Result<Decimal> {
    Ok(match value {
        Scalar::Null => Decimal::ZERO,
        Scalar::Bool(value) => Decimal::from(u8::from(*value)),
        Scalar::Decimal(value) => *value,
        Scalar::Single(value) => decimal_of_double((*value).into(), 7)?,
        Scalar::Double(value) => decimal_of_double(*value, 15)?,
        Scalar::BigInteger(value) => Decimal::from_str_exact(&value.to_string()).map_err(|_| overflow(Target::Decimal))?,
        Scalar::String(text) => {
            let plain = plain_number(text, false).ok_or_else(|| not_a_number(text))?;
            plain.parse().map_err(|_| overflow(Target::Decimal))?
        }
        other => {
            let integer = other.as_integer().ok_or_else(|| invalid_cast(other, Target::Decimal))?;
            Decimal::from_i128_with_scale(integer, 0)
        }
    })
}

/// `(decimal)value`: as many digits as the type is sure of.
fn decimal_of_double(value: f64, digits: usize) -> Result<Decimal> {
    if !value.is_finite() || value.abs() >= 7.922_816_251_426_434e28 {
        return Err(overflow(Target::Decimal));
    }
    let text = format!("{value:.*e}", digits - 1);
    Decimal::from_scientific(&text).map(|decimal| decimal.normalize()).or(Ok(Decimal::ZERO))
}

pub(super) fn to_date_time(value: &Scalar) -> Result<DateTime> {
    match value {
        Scalar::Null => Ok(DateTime::default()),
        Scalar::DateTime(date) => Ok(*date),
        Scalar::String(text) => parse_date_time(text),
        other => Err(invalid_cast(other, Target::DateTime)),
    }
}

fn to_date_time_offset(value: &Scalar) -> Result<crate::DateTimeOffset> {
    match value {
        Scalar::DateTimeOffset(date) => Ok(*date),
        Scalar::String(text) => parse_date_time_offset(text),
        other => {
            let date = to_date_time(other)?;
            // The local time zone is UTC.
            Ok(crate::DateTimeOffset { ticks: date.ticks, offset_minutes: 0 })
        }
    }
}

// The following are .NET's own `Parse` methods.

fn parse_date_time(text: &NetString) -> Result<DateTime> {
    date::parse(&text.to_str()).ok_or_else(|| not_a_date(text))
}

fn parse_date_time_offset(text: &NetString) -> Result<crate::DateTimeOffset> {
    date::parse_offset(&text.to_str()).ok_or_else(|| not_a_date(text))
}

fn not_a_date(text: &NetString) -> Exception {
    Exception::format(format!("String '{text}' was not recognized as a valid DateTime."))
}

fn to_guid(text: &NetString) -> Result<crate::Guid> {
    let plain: String = text.to_str().chars().filter(|c| !matches!(c, '-' | '{' | '}')).collect();
    u128::from_str_radix(&plain, 16).map(crate::Guid).map_err(|_| Exception::format("Unrecognized Guid format."))
}

fn guid_of_bytes(bytes: &[u8]) -> Result<crate::Guid> {
    let [a, b, c, d, e, f, g, h, rest @ ..] = bytes else {
        return Err(Exception::argument("Byte array for Guid must be exactly 16 bytes long.", "b"));
    };
    let Ok(rest) = <[u8; 8]>::try_from(rest) else {
        return Err(Exception::argument("Byte array for Guid must be exactly 16 bytes long.", "b"));
    };
    let head = u64::from_be_bytes([*d, *c, *b, *a, *f, *e, *h, *g]);
    Ok(crate::Guid(u128::from(head) << 64 | u128::from(u64::from_be_bytes(rest))))
}

fn to_time_span(text: &NetString) -> Result<crate::TimeSpan> {
    Err(Exception::format(format!("String '{text}' was not recognized as a valid TimeSpan.")))
}

pub(super) fn base64_text(bytes: &[u8]) -> NetString {
    base64::engine::general_purpose::STANDARD.encode(bytes).into()
}

fn to_bytes(text: &NetString) -> Result<Vec<u8>> {
    let plain: String = text.to_str().chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).collect();
    base64::engine::general_purpose::STANDARD.decode(plain).map_err(|_| {
        Exception::format(
            "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding \
             characters, or an illegal character among the padding characters.",
        )
    })
}
