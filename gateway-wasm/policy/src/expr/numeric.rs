//! The number types: which there are, how one becomes another, and C#'s operators on them.
//!
//! C# computes `int` with `int` and promotes what is narrower; arithmetic wraps unless `checked`, division truncates.

use super::{ast::BinaryOperator, call::Thrown, types::Type, value::Value};
use dotnet::{Decimal, Exception, decimal};
use std::cmp::Ordering;

/// A type that arithmetic works on, in the order of widening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Numeric {
    SByte,
    Byte,
    Int16,
    UInt16,
    Char,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Single,
    Double,
    Decimal,
}

use Numeric as N;

impl Numeric {
    const ALL: [(Numeric, Type); 12] = [
        (N::SByte, Type::SBYTE),
        (N::Byte, Type::BYTE),
        (N::Int16, Type::SHORT),
        (N::UInt16, Type::USHORT),
        (N::Char, Type::CHAR),
        (N::Int32, Type::INT),
        (N::UInt32, Type::UINT),
        (N::Int64, Type::LONG),
        (N::UInt64, Type::ULONG),
        (N::Single, Type::FLOAT),
        (N::Double, Type::DOUBLE),
        (N::Decimal, Type::DECIMAL),
    ];

    /// The number type that a type is.
    pub fn of(kind: &Type) -> Option<Numeric> {
        Self::ALL.iter().find(|(_, candidate)| candidate == kind).map(|(numeric, _)| *numeric)
    }

    /// Its type.
    pub fn to_type(self) -> Type {
        Self::ALL.iter().find(|(numeric, _)| *numeric == self).map_or(Type::INT, |(_, kind)| kind.clone())
    }

    /// The number type of a value.
    pub fn of_value(value: &Value) -> Option<Numeric> {
        Some(match value {
            Value::SByte(_) => N::SByte,
            Value::Byte(_) => N::Byte,
            Value::Int16(_) => N::Int16,
            Value::UInt16(_) => N::UInt16,
            Value::Char(_) => N::Char,
            Value::Int32(_) => N::Int32,
            Value::UInt32(_) => N::UInt32,
            Value::Int64(_) => N::Int64,
            Value::UInt64(_) => N::UInt64,
            Value::Single(_) => N::Single,
            Value::Double(_) => N::Double,
            Value::Decimal(_) => N::Decimal,
            _ => return None,
        })
    }

    /// True if every value of `self` is one of `to` without a cast (C# specification, 10.2.3).
    pub fn widens_to(self, to: Numeric) -> bool {
        match (self, to) {
            (one, other) if one == other => true,
            (N::SByte, N::Int16 | N::Int32 | N::Int64 | N::Single | N::Double | N::Decimal) => true,
            (N::Byte, N::Int16 | N::UInt16) => true,
            (N::Int16, N::Int32 | N::Int64 | N::Single | N::Double | N::Decimal) => true,
            (N::Char, N::UInt16) => true,
            (N::Byte | N::UInt16 | N::Char, N::Int32 | N::UInt32 | N::Int64 | N::UInt64) => true,
            (N::Byte | N::UInt16 | N::Char, N::Single | N::Double | N::Decimal) => true,
            (N::Int32, N::Int64 | N::Single | N::Double | N::Decimal) => true,
            (N::UInt32, N::Int64 | N::UInt64 | N::Single | N::Double | N::Decimal) => true,
            (N::Int64 | N::UInt64, N::Single | N::Double | N::Decimal) => true,
            (N::Single, N::Double) => true,
            _ => false,
        }
    }

    /// What two operands become (C# specification, 12.4.7); `None` where C# has no operator for them.
    pub fn promoted(self, other: Numeric) -> Option<Numeric> {
        let either = |numeric| self == numeric || other == numeric;
        if either(N::Decimal) {
            return (!either(N::Single) && !either(N::Double)).then_some(N::Decimal);
        }
        Some(if either(N::Double) {
            N::Double
        } else if either(N::Single) {
            N::Single
        } else if either(N::UInt64) {
            let signed = |numeric| matches!(numeric, N::SByte | N::Int16 | N::Int32 | N::Int64);
            if signed(self) || signed(other) {
                return None;
            }
            N::UInt64
        } else if either(N::Int64) {
            N::Int64
        } else if either(N::UInt32) {
            let signed = |numeric| matches!(numeric, N::SByte | N::Int16 | N::Int32);
            if signed(self) || signed(other) { N::Int64 } else { N::UInt32 }
        } else {
            N::Int32
        })
    }

    /// True for whole numbers and `char`.
    pub fn is_whole(self) -> bool {
        self <= N::UInt64
    }

    /// The least and the greatest value of a whole number's type.
    pub fn range(self) -> (i128, i128) {
        match self {
            N::SByte => (i8::MIN.into(), i8::MAX.into()),
            N::Byte => (0, u8::MAX.into()),
            N::Int16 => (i16::MIN.into(), i16::MAX.into()),
            N::UInt16 | N::Char => (0, u16::MAX.into()),
            N::Int32 => (i32::MIN.into(), i32::MAX.into()),
            N::UInt32 => (0, u32::MAX.into()),
            N::UInt64 => (0, u64::MAX.into()),
            _ => (i64::MIN.into(), i64::MAX.into()),
        }
    }

    /// A whole number as this type; what does not fit wraps.
    pub fn wrap(self, value: i128) -> Value {
        match self {
            N::SByte => Value::SByte(value as i8),
            N::Byte => Value::Byte(value as u8),
            N::Int16 => Value::Int16(value as i16),
            N::UInt16 => Value::UInt16(value as u16),
            N::Char => Value::Char(value as u16),
            N::Int32 => Value::Int32(value as i32),
            N::UInt32 => Value::UInt32(value as u32),
            N::Int64 => Value::Int64(value as i64),
            N::UInt64 => Value::UInt64(value as u64),
            N::Single => Value::Single(value as f32),
            N::Double => Value::Double(value as f64),
            N::Decimal => Value::Decimal(Decimal::try_from_i128_with_scale(value, 0).unwrap_or_default()),
        }
    }
}

/// The whole number or character in a value.
pub fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::Char(unit) => Some((*unit).into()),
        other => other.as_integer(),
    }
}

fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Double(value) => Some(*value),
        Value::Single(value) => Some((*value).into()),
        Value::Decimal(value) => Some(decimal::to_double(*value)),
        other => whole(other).map(|value| value as f64),
    }
}

fn to_decimal(value: &Value) -> Result<Option<Decimal>, Thrown> {
    Ok(match value {
        Value::Decimal(value) => Some(*value),
        Value::Double(value) => Some(decimal::from_double(*value)?),
        Value::Single(value) => Some(decimal::from_single(*value)?),
        other => whole(other).and_then(|value| Decimal::try_from_i128_with_scale(value, 0).ok()),
    })
}

fn type_name(numeric: Numeric) -> &'static str {
    match numeric {
        N::SByte => "a signed byte",
        N::Byte => "an unsigned byte",
        N::Int16 => "an Int16",
        N::UInt16 => "a UInt16",
        N::Char => "a character",
        N::Int32 => "an Int32",
        N::UInt32 => "a UInt32",
        N::Int64 => "an Int64",
        N::UInt64 => "a UInt64",
        N::Single => "a Single",
        N::Double => "a Double",
        N::Decimal => "a Decimal",
    }
}

/// A cast from one number type to another. `None` if the value is no number.
///
/// # Errors
/// `OverflowException` where the value does not fit and `checked` is true, and always from or to `decimal`.
pub fn cast(value: &Value, to: Numeric, checked: bool) -> Result<Option<Value>, Thrown> {
    if Numeric::of_value(value) == Some(to) {
        return Ok(Some(value.clone()));
    }
    Ok(match to {
        N::Double => double(value).map(Value::Double),
        N::Single => double(value).map(|value| Value::Single(value as f32)),
        N::Decimal => to_decimal(value)?.map(Value::Decimal),
        whole_type => {
            let (least, greatest) = whole_type.range();
            let number = match value {
                Value::Decimal(value) => {
                    let value: i128 = value.trunc().mantissa() / 10i128.pow(value.trunc().scale());
                    if value < least || value > greatest {
                        let message = format!("Value was either too large or too small for {}.", type_name(whole_type));
                        return Err(Exception::overflow(message).into());
                    }
                    value
                }
                Value::Double(_) | Value::Single(_) => {
                    let value = double(value).unwrap_or_default().trunc();
                    // What does not fit is the least value where it is not checked, as on x64.
                    if value.is_nan() || value < least as f64 || value >= greatest as f64 + 1.0 {
                        if checked {
                            return Err(overflow());
                        }
                        return Ok(Some(match whole_type {
                            N::Int32 | N::Int64 => whole_type.wrap(least),
                            N::UInt64 => N::UInt64.wrap(1 << 63),
                            small => small.wrap(if value.is_nan() || value.abs() >= 2f64.powi(31) { 0 } else { value as i128 }),
                        }));
                    }
                    value as i128
                }
                other => match whole(other) {
                    Some(value) => value,
                    None => return Ok(None),
                },
            };
            if checked && (number < least || number > greatest) {
                return Err(overflow());
            }
            Some(whole_type.wrap(number))
        }
    })
}

fn overflow() -> Thrown {
    Exception::overflow("Arithmetic operation resulted in an overflow.").into()
}

fn divide_by_zero() -> Thrown {
    Thrown::new("DivideByZeroException", "Attempted to divide by zero.")
}

/// An operator on two numbers. `None` where C# has no such operator for them.
///
/// # Errors
/// `DivideByZeroException` and `OverflowException`, as in .NET.
pub fn binary(operator: BinaryOperator, left: &Value, right: &Value, checked: bool) -> Result<Option<Value>, Thrown> {
    use BinaryOperator as B;
    // The most frequent case first.
    if let (Value::Int32(one), Value::Int32(other)) = (left, right) {
        let (one, other) = (*one, *other);
        let quick = match operator {
            B::Add if !checked => Value::Int32(one.wrapping_add(other)),
            B::Subtract if !checked => Value::Int32(one.wrapping_sub(other)),
            B::Multiply if !checked => Value::Int32(one.wrapping_mul(other)),
            B::Equal => Value::Bool(one == other),
            B::NotEqual => Value::Bool(one != other),
            B::Less => Value::Bool(one < other),
            B::Greater => Value::Bool(one > other),
            B::LessOrEqual => Value::Bool(one <= other),
            B::GreaterOrEqual => Value::Bool(one >= other),
            _ => return slow_binary(operator, left, right, checked),
        };
        return Ok(Some(quick));
    }
    slow_binary(operator, left, right, checked)
}

fn slow_binary(operator: BinaryOperator, left: &Value, right: &Value, checked: bool) -> Result<Option<Value>, Thrown> {
    use BinaryOperator as B;
    let (Some(one), Some(other)) = (Numeric::of_value(left), Numeric::of_value(right)) else { return Ok(None) };
    if matches!(operator, B::ShiftLeft | B::ShiftRight) {
        return Ok(shift(operator, left, right, one.max(N::Int32)));
    }
    let Some(numeric) = promoted_values(one, other, left, right) else { return Ok(None) };
    let value = match numeric {
        N::Double | N::Single => {
            let (Some(a), Some(b)) = (double(left), double(right)) else { return Ok(None) };
            if let Some(result) = compared(operator, a.partial_cmp(&b)) {
                return Ok(Some(result));
            }
            // A float is rounded after every operation; a double that holds two floats loses nothing before.
            let result = match operator {
                B::Add => a + b,
                B::Subtract => a - b,
                B::Multiply => a * b,
                B::Divide => a / b,
                B::Remainder => a % b,
                _ => return Ok(None),
            };
            if numeric == N::Single { Value::Single(result as f32) } else { Value::Double(result) }
        }
        N::Decimal => {
            let (Some(a), Some(b)) = (to_decimal(left)?, to_decimal(right)?) else { return Ok(None) };
            if let Some(result) = compared(operator, Some(a.cmp(&b))) {
                return Ok(Some(result));
            }
            let result = match operator {
                B::Add => decimal::add(a, b)?,
                B::Subtract => decimal::subtract(a, b)?,
                B::Multiply => decimal::multiply(a, b)?,
                B::Divide => decimal::divide(a, b)?,
                B::Remainder => decimal::remainder(a, b)?,
                _ => return Ok(None),
            };
            Value::Decimal(result)
        }
        whole_type => {
            let (Some(a), Some(b)) = (whole(left), whole(right)) else { return Ok(None) };
            if let Some(result) = compared(operator, Some(a.cmp(&b))) {
                return Ok(Some(result));
            }
            let result = match operator {
                B::Add => a + b,
                B::Subtract => a - b,
                // The product of two 64-bit numbers has at most 128 bits, and only the low 64 of it count.
                B::Multiply => a.wrapping_mul(b),
                B::Divide | B::Remainder if b == 0 => return Err(divide_by_zero()),
                B::Divide | B::Remainder if b == -1 && a == whole_type.range().0 => return Err(overflow()),
                B::Divide => a / b,
                B::Remainder => a % b,
                B::And => a & b,
                B::Or => a | b,
                B::ExclusiveOr => a ^ b,
                _ => return Ok(None),
            };
            let (least, greatest) = whole_type.range();
            if checked && (result < least || result > greatest) {
                return Err(overflow());
            }
            whole_type.wrap(result)
        }
    };
    Ok(Some(value))
}

/// A constant `int` that is not negative goes with `ulong`, too; where types are only known at run time, so does every value.
fn promoted_values(one: Numeric, other: Numeric, left: &Value, right: &Value) -> Option<Numeric> {
    one.promoted(other).or_else(|| {
        let fits = |value: &Value| whole(value).is_some_and(|value| value >= 0);
        (one.is_whole() && other.is_whole() && fits(left) && fits(right)).then_some(N::UInt64)
    })
}

fn compared(operator: BinaryOperator, order: Option<Ordering>) -> Option<Value> {
    use BinaryOperator as B;
    Some(Value::Bool(match operator {
        B::Equal => order == Some(Ordering::Equal),
        B::NotEqual => order != Some(Ordering::Equal),
        B::Less => order == Some(Ordering::Less),
        B::Greater => order == Some(Ordering::Greater),
        B::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        B::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        _ => return None,
    }))
}

fn shift(operator: BinaryOperator, left: &Value, right: &Value, numeric: Numeric) -> Option<Value> {
    let (value, count) = (whole(left)?, whole(right)?);
    let bits = if matches!(numeric, N::Int64 | N::UInt64) { 63 } else { 31 };
    let count = (count & bits) as u32;
    Some(match operator {
        BinaryOperator::ShiftLeft => numeric.wrap(value.wrapping_shl(count)),
        _ => numeric.wrap(value >> count),
    })
}

/// `-value` and `~value`; `None` where C# has no such operator for it.
///
/// # Errors
/// `OverflowException` for the least value where it is checked.
pub fn negated(value: &Value, complement: bool, checked: bool) -> Result<Option<Value>, Thrown> {
    let Some(numeric) = Numeric::of_value(value) else { return Ok(None) };
    Ok(match (value, complement) {
        (Value::Double(value), false) => Some(Value::Double(-value)),
        (Value::Single(value), false) => Some(Value::Single(-value)),
        (Value::Decimal(value), false) => Some(Value::Decimal(-value)),
        (Value::UInt32(value), false) => Some(Value::Int64(-i64::from(*value))),
        (Value::UInt64(_), false) => None,
        (value, _) => {
            let Some(number) = whole(value) else { return Ok(None) };
            let promoted = numeric.promoted(N::Int32).filter(|_| numeric != N::UInt32).unwrap_or(numeric);
            let result = if complement { !number } else { -number };
            if checked && result > promoted.range().1 {
                return Err(overflow());
            }
            Some(promoted.wrap(result))
        }
    })
}
