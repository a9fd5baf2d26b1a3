//! Numbers as text and back: format strings, `Parse`, hash codes.
//!
//! [`format`] has one function per kind of number, [`parse`] too. Both are the invariant culture's.

mod custom;
mod digits;
pub mod format;
pub mod parse;
mod standard;

use crate::{Exception, Result};

/// An integer type of .NET: what it can hold, and what it says of what it cannot.
#[derive(Debug, PartialEq, Eq)]
pub struct Integer {
    /// `Int32`
    pub name: &'static str,
    /// Its smallest value.
    pub min: i128,
    /// Its greatest value.
    pub max: i128,
    /// How many bits it has.
    pub bits: u32,
    overflow: &'static str,
}

/// `sbyte`
pub static SBYTE: Integer = Integer {
    name: "SByte",
    min: -0x80,
    max: 0x7f,
    bits: 8,
    overflow: "Value was either too large or too small for a signed byte.",
};
/// `byte`
pub static BYTE: Integer = Integer {
    name: "Byte",
    min: 0,
    max: 0xff,
    bits: 8,
    overflow: "Value was either too large or too small for an unsigned byte.",
};
/// `short`
pub static INT16: Integer = Integer {
    name: "Int16",
    min: i16::MIN as i128,
    max: i16::MAX as i128,
    bits: 16,
    overflow: "Value was either too large or too small for an Int16.",
};
/// `ushort`
pub static UINT16: Integer = Integer {
    name: "UInt16",
    min: 0,
    max: u16::MAX as i128,
    bits: 16,
    overflow: "Value was either too large or too small for a UInt16.",
};
/// `int`
pub static INT32: Integer = Integer {
    name: "Int32",
    min: i32::MIN as i128,
    max: i32::MAX as i128,
    bits: 32,
    overflow: "Value was either too large or too small for an Int32.",
};
/// `uint`
pub static UINT32: Integer = Integer {
    name: "UInt32",
    min: 0,
    max: u32::MAX as i128,
    bits: 32,
    overflow: "Value was either too large or too small for a UInt32.",
};
/// `long`
pub static INT64: Integer = Integer {
    name: "Int64",
    min: i64::MIN as i128,
    max: i64::MAX as i128,
    bits: 64,
    overflow: "Value was either too large or too small for an Int64.",
};
/// `ulong`
pub static UINT64: Integer = Integer {
    name: "UInt64",
    min: 0,
    max: u64::MAX as i128,
    bits: 64,
    overflow: "Value was either too large or too small for a UInt64.",
};

impl Integer {
    /// The value, if the type can hold it.
    ///
    /// # Errors
    /// `OverflowException` if it cannot.
    pub fn check(&self, value: i128) -> Result<i128> {
        if (self.min..=self.max).contains(&value) { Ok(value) } else { Err(self.overflow()) }
    }

    /// The lowest bits of the value, read as this type: what an unchecked cast does.
    pub fn wrap(&self, value: i128) -> i128 {
        let mask = (1i128 << self.bits) - 1;
        let bits = value & mask;
        if bits > self.max { bits - mask - 1 } else { bits }
    }

    /// What it says of a value that does not fit.
    pub fn overflow(&self) -> Exception {
        Exception::overflow(self.overflow)
    }
}

/// `checked` arithmetic that went over the edge.
pub fn arithmetic_overflow() -> Exception {
    Exception::overflow("Arithmetic operation resulted in an overflow.")
}

/// A division of a whole number or a decimal by zero.
pub fn divide_by_zero() -> Exception {
    Exception::new("DivideByZeroException", "Attempted to divide by zero.")
}

/// `GetHashCode` of `long`.
pub fn hash_i64(value: i64) -> i32 {
    value as i32 ^ (value >> 32) as i32
}

/// `GetHashCode` of `ulong`.
pub fn hash_u64(value: u64) -> i32 {
    value as i32 ^ (value >> 32) as i32
}

/// `GetHashCode` of `double`: both zeros have one hash, and so have all NaN.
pub fn hash_double(value: f64) -> i32 {
    let bits = value.to_bits();
    hash_u64(if value == 0.0 || value.is_nan() { bits & 0x7ff0_0000_0000_0000 } else { bits })
}

/// `GetHashCode` of `float`.
pub fn hash_single(value: f32) -> i32 {
    let bits = value.to_bits();
    (if value == 0.0 || value.is_nan() { bits & 0x7f80_0000 } else { bits }) as i32
}

/// `GetHashCode` of `char`.
pub fn hash_char(value: u16) -> i32 {
    let value = i32::from(value);
    value | value << 16
}

/// `CompareTo` of `double` and `float`: NaN is smaller than every number and equal to itself.
pub fn compare_doubles(one: f64, other: f64) -> std::cmp::Ordering {
    one.partial_cmp(&other).unwrap_or_else(|| other.is_nan().cmp(&one.is_nan()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Ordering::*;

    #[test]
    fn integers_wrap_and_check() {
        assert_eq!((SBYTE.wrap(200), BYTE.wrap(-1), INT32.wrap(1 << 31)), (-56, 255, i32::MIN.into()));
        assert_eq!((UINT64.wrap(-1), INT64.wrap(u64::MAX.into())), (u64::MAX.into(), -1));
        assert_eq!(INT16.check(32768).unwrap_err().message, "Value was either too large or too small for an Int16.");
    }

    #[test]
    fn not_a_number_comes_first() {
        assert_eq!(compare_doubles(f64::NAN, f64::NEG_INFINITY), Less);
        assert_eq!(compare_doubles(1.0, f64::NAN), Greater);
        assert_eq!(compare_doubles(f64::NAN, f64::NAN), Equal);
    }

    #[test]
    fn hashes() {
        assert_eq!((hash_double(1.0), hash_double(-0.0), hash_single(1.5)), (1072693248, 0, 1069547520));
        assert_eq!((hash_i64(-1), hash_i64(1 << 33), hash_char(65)), (0, 2, 4259905));
    }
}
