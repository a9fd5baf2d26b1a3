//! What a value in a tree holds, its text, and how two of them compare.

use super::TokenType;
use crate::{
    DateTime, DateTimeOffset, Decimal, Exception, Guid, NetString, Result, TimeSpan, decimal,
    number::{
        self,
        format::{boolean_text, decimal_text, double_text, single_text},
    },
    uri::Uri,
};
use std::{
    cmp::Ordering,
    hash::{DefaultHasher, Hash, Hasher},
    rc::Rc,
};

/// What a value holds: `JValue.Value`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Scalar {
    Null,
    Bool(bool),
    Char(u16),
    SByte(i8),
    Byte(u8),
    Int16(i16),
    UInt16(u16),
    Int32(i32),
    UInt32(u32),
    Int64(i64),
    UInt64(u64),
    BigInteger(BigInteger),
    Single(f32),
    Double(f64),
    Decimal(Decimal),
    String(NetString),
    DateTime(DateTime),
    DateTimeOffset(DateTimeOffset),
    TimeSpan(TimeSpan),
    /// In a box, because its alignment would make every value half as large again.
    Guid(Box<Guid>),
    Uri(Rc<Uri>),
    Bytes(Rc<[u8]>),
}

/// A whole number of any size. Newtonsoft makes one of a number that does not fit in 64 bits, and all that can be done with it
/// is to write, compare and convert it; so it is its digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BigInteger {
    negative: bool,
    /// Without leading zeros; `"0"` for 0.
    digits: Rc<str>,
}

impl BigInteger {
    /// From digits, perhaps after a sign.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = digits.trim_start_matches('0');
        let digits = if digits.is_empty() { "0" } else { digits };
        Some(Self { negative: negative && digits != "0", digits: digits.into() })
    }

    /// Its value, if it has so few bits.
    pub fn to_i128(&self) -> Option<i128> {
        self.to_string().parse().ok()
    }

    /// The nearest `double`.
    pub fn to_f64(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }
}

impl std::fmt::Display for BigInteger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        f.write_str(&self.digits)
    }
}

impl Ord for BigInteger {
    fn cmp(&self, other: &Self) -> Ordering {
        let size =
            |one: &Self, other: &Self| one.digits.len().cmp(&other.digits.len()).then_with(|| one.digits.cmp(&other.digits));
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => size(self, other),
            (true, true) => size(other, self),
        }
    }
}

impl PartialOrd for BigInteger {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Scalar {
    /// What token a value of it is.
    pub fn token_type(&self) -> TokenType {
        match self {
            Scalar::Null => TokenType::Null,
            Scalar::Bool(_) => TokenType::Boolean,
            Scalar::Char(_) | Scalar::String(_) => TokenType::String,
            Scalar::Single(_) | Scalar::Double(_) | Scalar::Decimal(_) => TokenType::Float,
            Scalar::DateTime(_) | Scalar::DateTimeOffset(_) => TokenType::Date,
            Scalar::TimeSpan(_) => TokenType::TimeSpan,
            Scalar::Guid(_) => TokenType::Guid,
            Scalar::Uri(_) => TokenType::Uri,
            Scalar::Bytes(_) => TokenType::Bytes,
            _ => TokenType::Integer,
        }
    }

    /// .NET's name of its type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Scalar::Null => "System.Object",
            Scalar::Bool(_) => "System.Boolean",
            Scalar::Char(_) => "System.Char",
            Scalar::SByte(_) => "System.SByte",
            Scalar::Byte(_) => "System.Byte",
            Scalar::Int16(_) => "System.Int16",
            Scalar::UInt16(_) => "System.UInt16",
            Scalar::Int32(_) => "System.Int32",
            Scalar::UInt32(_) => "System.UInt32",
            Scalar::Int64(_) => "System.Int64",
            Scalar::UInt64(_) => "System.UInt64",
            Scalar::BigInteger(_) => "System.Numerics.BigInteger",
            Scalar::Single(_) => "System.Single",
            Scalar::Double(_) => "System.Double",
            Scalar::Decimal(_) => "System.Decimal",
            Scalar::String(_) => "System.String",
            Scalar::DateTime(_) => "System.DateTime",
            Scalar::DateTimeOffset(_) => "System.DateTimeOffset",
            Scalar::TimeSpan(_) => "System.TimeSpan",
            Scalar::Guid(_) => "System.Guid",
            Scalar::Uri(_) => "System.Uri",
            Scalar::Bytes(_) => "System.Byte[]",
        }
    }

    /// `ToString()` of it; `""` for null.
    pub fn text(&self) -> NetString {
        match self {
            Scalar::Null => NetString::default(),
            Scalar::Bool(value) => boolean_text(*value).into(),
            Scalar::Char(unit) => NetString::from_unit(*unit),
            Scalar::SByte(value) => value.to_string().into(),
            Scalar::Byte(value) => value.to_string().into(),
            Scalar::Int16(value) => value.to_string().into(),
            Scalar::UInt16(value) => value.to_string().into(),
            Scalar::Int32(value) => value.to_string().into(),
            Scalar::UInt32(value) => value.to_string().into(),
            Scalar::Int64(value) => value.to_string().into(),
            Scalar::UInt64(value) => value.to_string().into(),
            Scalar::BigInteger(value) => value.to_string().into(),
            Scalar::Single(value) => single_text(*value).into(),
            Scalar::Double(value) => double_text(*value).into(),
            Scalar::Decimal(value) => decimal_text(*value).into(),
            Scalar::String(text) => text.clone(),
            Scalar::Uri(uri) => uri.to_string().into(),
            Scalar::DateTime(value) => value.to_string().into(),
            Scalar::DateTimeOffset(value) => value.to_string().into(),
            Scalar::TimeSpan(value) => value.to_string().into(),
            Scalar::Guid(value) => value.to_string().into(),
            Scalar::Bytes(_) => "System.Byte[]".into(),
        }
    }

    /// `ToString(format)` of it.
    ///
    /// # Errors
    /// `FormatException` for a format that its type does not know.
    pub fn formatted(&self, format: &str) -> Result<NetString> {
        use number::format;
        Ok(match self {
            Scalar::Single(value) => format::single(*value, format)?.into(),
            Scalar::Double(value) => format::double(*value, format)?.into(),
            Scalar::Decimal(value) => format::decimal(*value, format)?.into(),
            Scalar::DateTime(value) => value.format(Some(format))?.into(),
            Scalar::DateTimeOffset(value) => value.format(Some(format))?.into(),
            Scalar::TimeSpan(value) => value.format(Some(format))?.into(),
            Scalar::Guid(value) => value.format(Some(format))?.into(),
            Scalar::SByte(_) | Scalar::Byte(_) => self.integer_formatted(8, format)?,
            Scalar::Int16(_) | Scalar::UInt16(_) => self.integer_formatted(16, format)?,
            Scalar::Int32(_) | Scalar::UInt32(_) => self.integer_formatted(32, format)?,
            Scalar::Int64(_) | Scalar::UInt64(_) => self.integer_formatted(64, format)?,
            _ => self.text(),
        })
    }

    fn integer_formatted(&self, bits: u32, format: &str) -> Result<NetString> {
        Ok(number::format::integer(self.as_integer().unwrap_or(0), bits, format)?.into())
    }

    /// A whole number of up to 64 bits.
    pub fn as_integer(&self) -> Option<i128> {
        Some(match self {
            Scalar::SByte(value) => (*value).into(),
            Scalar::Byte(value) => (*value).into(),
            Scalar::Int16(value) => (*value).into(),
            Scalar::UInt16(value) => (*value).into(),
            Scalar::Int32(value) => (*value).into(),
            Scalar::UInt32(value) => (*value).into(),
            Scalar::Int64(value) => (*value).into(),
            Scalar::UInt64(value) => (*value).into(),
            _ => return None,
        })
    }

    fn is_float(&self) -> bool {
        matches!(self, Scalar::Single(_) | Scalar::Double(_))
    }

    fn is_null(&self) -> bool {
        matches!(self, Scalar::Null)
    }

    /// A number for hash tables: equal where [`compare`] finds two values of one token type equal.
    pub(super) fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        match self {
            Scalar::Null => 0.hash(&mut hasher),
            Scalar::Bool(value) => value.hash(&mut hasher),
            // Two doubles that are nearly equal are equal to Newtonsoft, so all of them share a hash.
            Scalar::Single(_) | Scalar::Double(_) | Scalar::Decimal(_) => {}
            Scalar::Bytes(bytes) => bytes.hash(&mut hasher),
            Scalar::DateTime(date) => date.ticks.hash(&mut hasher),
            Scalar::DateTimeOffset(date) => date.ticks.hash(&mut hasher),
            Scalar::TimeSpan(span) => span.hash(&mut hasher),
            Scalar::Guid(guid) => guid.hash(&mut hasher),
            Scalar::String(text) => text.hash(&mut hasher),
            other => match other.as_integer() {
                Some(integer) => integer.hash(&mut hasher),
                None => other.text().hash(&mut hasher),
            },
        }
        hasher.finish()
    }
}

/// The order of two values as `JValue.CompareTo` has it for a token type.
pub(super) fn compare(token_type: TokenType, one: &Scalar, other: &Scalar) -> Result<Ordering> {
    use super::convert::{to_boolean, to_date_time, to_decimal, to_double, to_integer};
    // Text of a date that leaves the day out is not worth a clock here.
    let date = |value: &Scalar| to_date_time(value, DateTime::default());
    match (one.is_null(), other.is_null()) {
        (true, true) => return Ok(Ordering::Equal),
        (false, true) => return Ok(Ordering::Greater),
        (true, false) => return Ok(Ordering::Less),
        (false, false) => {}
    }
    Ok(match token_type {
        TokenType::Integer | TokenType::Float => match (one, other) {
            (Scalar::BigInteger(one), other) => compare_big(one, other)?,
            (one, Scalar::BigInteger(other)) => compare_big(other, one)?.reverse(),
            (Scalar::UInt64(_) | Scalar::Decimal(_), _) | (_, Scalar::UInt64(_) | Scalar::Decimal(_)) => {
                decimal::compare(to_decimal(one)?, to_decimal(other)?)
            }
            (one, other) if token_type == TokenType::Float || one.is_float() || other.is_float() => {
                let (one, other) = (to_double(one)?, to_double(other)?);
                let tolerance = (one.abs() + other.abs() + 10.0) * f64::EPSILON;
                if one == other || (one - other).abs() < tolerance {
                    Ordering::Equal
                } else {
                    number::compare_doubles(one, other)
                }
            }
            (one, other) => to_integer(one, &number::INT64)?.cmp(&to_integer(other, &number::INT64)?),
        },
        TokenType::Comment | TokenType::String | TokenType::Raw => one.text().cmp(&other.text()),
        TokenType::Boolean => to_boolean(one)?.cmp(&to_boolean(other)?),
        TokenType::Date => match (one, other) {
            (Scalar::DateTimeOffset(one), Scalar::DateTimeOffset(other)) => one.utc_ticks().cmp(&other.utc_ticks()),
            (Scalar::DateTimeOffset(one), other) => one.utc_ticks().cmp(&date(other)?.ticks),
            (one, Scalar::DateTimeOffset(other)) => date(one)?.ticks.cmp(&other.ticks),
            (one, other) => date(one)?.ticks.cmp(&date(other)?.ticks),
        },
        TokenType::Bytes => match (one, other) {
            (Scalar::Bytes(one), Scalar::Bytes(other)) => one.len().cmp(&other.len()).then_with(|| one.cmp(other)),
            _ => return Err(Exception::argument("Object must be of type byte[].", "")),
        },
        TokenType::Guid => match (one, other) {
            (Scalar::Guid(one), Scalar::Guid(other)) => one.cmp(other),
            _ => return Err(Exception::argument("Object must be of type Guid.", "")),
        },
        TokenType::Uri => match (one, other) {
            (Scalar::Uri(one), Scalar::Uri(other)) => one.to_string().cmp(&other.to_string()),
            _ => return Err(Exception::argument("Object must be of type Uri.", "")),
        },
        TokenType::TimeSpan => match (one, other) {
            (Scalar::TimeSpan(one), Scalar::TimeSpan(other)) => one.cmp(other),
            _ => return Err(Exception::argument("Object must be of type TimeSpan.", "")),
        },
        other => {
            let message = format!("Unexpected value type: {name}\r\nActual value was {name}.", name = other.name());
            return Err(Exception::argument_out_of_range(&message, "valueType"));
        }
    })
}

fn compare_big(one: &BigInteger, other: &Scalar) -> Result<Ordering> {
    let whole = |value: f64| BigInteger::parse(&format!("{:.0}", value.trunc()));
    let (integer, fraction) = match other {
        Scalar::BigInteger(other) => (Some(other.clone()), false),
        Scalar::Double(value) => (whole(*value), value.fract() != 0.0),
        Scalar::Single(value) => (whole((*value).into()), value.fract() != 0.0),
        Scalar::Decimal(value) => (BigInteger::parse(&value.trunc().to_string()), !value.fract().is_zero()),
        Scalar::String(text) => match BigInteger::parse(text.to_str().trim()) {
            Some(integer) => (Some(integer), false),
            None => return Err(Exception::format("The value could not be parsed.")),
        },
        other => match other.as_integer() {
            Some(integer) => (BigInteger::parse(&integer.to_string()), false),
            None => {
                let message = format!("Cannot convert {} to BigInteger.", other.type_name());
                return Err(Exception::new("InvalidCastException", message));
            }
        },
    };
    let Some(integer) = integer else {
        return Err(Exception::overflow("BigInteger cannot represent infinity."));
    };
    Ok(one.cmp(&integer).then(if fraction { Ordering::Less } else { Ordering::Equal }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn big_integers_compare() {
        let big = |text: &str| BigInteger::parse(text).unwrap();
        assert!(big("-100") < big("-99") && big("-1") < big("0") && big("99") < big("100"));
        assert_eq!(big("-0007").to_string(), "-7");
        assert_eq!(compare_big(&big("100000000000000000000"), &Scalar::Double(1e20)).unwrap(), Ordering::Equal);
    }
}
