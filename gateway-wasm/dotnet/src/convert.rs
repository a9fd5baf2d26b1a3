//! `System.Convert`: rounding conversions, numbers in other bases, Base64 and hexadecimal.

use crate::{
    Decimal, Exception, Result, decimal,
    decimal::Rounding,
    number::{self, Integer},
};

/// `Convert.ToInt32(double)` and its like: rounds half to even.
///
/// # Errors
/// `OverflowException`
pub fn from_double(value: f64, to: &Integer) -> Result<i128> {
    let rounded = value.round_ties_even();
    match to.bits {
        // 64 bits go through a checked cast, which has a message of its own.
        64 => {
            if rounded.is_nan() || rounded < to.min as f64 || rounded >= to.max as f64 {
                return Err(number::arithmetic_overflow());
            }
            Ok(rounded as i128)
        }
        // What is narrower goes through `int`, and it is `int` that a great number does not fit.
        bits => {
            let first = if bits < 32 { &number::INT32 } else { to };
            if rounded.is_nan() || rounded < first.min as f64 || rounded > first.max as f64 {
                return Err(first.overflow());
            }
            to.check(rounded as i128)
        }
    }
}

/// `Convert.ToInt32(decimal)` and its like: rounds half to even.
///
/// # Errors
/// `OverflowException`
pub fn from_decimal(value: Decimal, to: &Integer) -> Result<i128> {
    decimal::to_integer(decimal::round(value, 0, Rounding::ToEven)?, to)
}

/// What is thrown where no conversion exists, such as from `bool` to `char`. The names are simple ones.
pub fn invalid_cast(from: &str, to: &str) -> Exception {
    Exception::new("InvalidCastException", format!("Invalid cast from '{from}' to '{to}'."))
}

fn check_base(base: i32) -> Result<u32> {
    match base {
        2 | 8 | 10 | 16 => Ok(base.unsigned_abs()),
        _ => Err(Exception::argument("Invalid Base.", "")),
    }
}

/// `Convert.ToString(value, base)`: in other bases than 10 the bits of a negative number show.
///
/// # Errors
/// `ArgumentException` if the base is not 2, 8, 10 or 16.
pub fn to_base(value: i128, of: &Integer, base: i32) -> Result<String> {
    let bits = value as u128 & ((1 << of.bits) - 1);
    Ok(match check_base(base)? {
        2 => format!("{bits:b}"),
        8 => format!("{bits:o}"),
        16 => format!("{bits:x}"),
        _ => value.to_string(),
    })
}

/// `Convert.ToInt32(text, base)` and its like.
///
/// # Errors
/// `ArgumentException` for another base or a sign outside base 10, `FormatException`, `OverflowException`
pub fn from_base(text: Option<&str>, base: i32, of: &Integer) -> Result<i128> {
    let radix = check_base(base)?;
    let Some(text) = text else { return Ok(0) };
    if text.is_empty() {
        // .NET gives its message as the parameter's name here.
        let message = "Index was out of range. Must be non-negative and less than the size of the collection.";
        return Err(Exception::argument_out_of_range("Specified argument was out of the range of valid values.", message));
    }
    let signed = of.min < 0;
    let mut digits = text;
    let mut negative = false;
    if let Some(rest) = text.strip_prefix('-') {
        if radix != 10 {
            return Err(Exception::argument("String cannot contain a minus sign if the base is not 10.", ""));
        }
        if !signed {
            let message = "The string was being parsed as an unsigned number and could not have a negative sign.";
            return Err(Exception::overflow(message));
        }
        (digits, negative) = (rest, true);
    } else if let Some(rest) = text.strip_prefix('+') {
        digits = rest;
    }
    if radix == 16 {
        digits = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).unwrap_or(digits);
    }
    // What is narrower than 32 bits is read as 32 bits first, so great numbers do not fit those.
    let wide = if of.bits == 64 { 64 } else { 32 };
    let read_signed = radix == 10 && signed;
    let read_as = match (wide, read_signed) {
        (64, true) => &number::INT64,
        (64, false) => &number::UINT64,
        (_, true) => &number::INT32,
        (_, false) => &number::UINT32,
    };
    let (mut value, mut any, mut junk) = (0i128, false, false);
    for character in digits.chars() {
        match character.to_digit(radix) {
            Some(digit) => {
                any = true;
                value = value * i128::from(radix) + i128::from(digit);
                // The least number has one more than the greatest.
                if value > read_as.max + i128::from(read_signed) {
                    return Err(read_as.overflow());
                }
            }
            None => {
                junk = true;
                break;
            }
        }
    }
    if !any {
        return Err(Exception::format("Could not find any recognizable digits."));
    }
    if junk {
        return Err(Exception::format("Additional non-parsable characters are at the end of the string."));
    }
    if radix == 10 {
        return of.check(if negative { -value } else { value });
    }
    if value >= 1 << of.bits { Err(of.overflow()) } else { Ok(of.wrap(value)) }
}

/// `Convert.ToBase64String`, in lines of 76 characters if asked for.
pub fn to_base64(bytes: &[u8], lines: bool) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    if !lines {
        return text;
    }
    let mut broken = String::with_capacity(text.len() + text.len() / 38);
    let mut rest = text.as_str();
    while let Some((line, after)) = rest.split_at_checked(76).filter(|(_, after)| !after.is_empty()) {
        broken.push_str(line);
        broken.push_str("\r\n");
        rest = after;
    }
    broken.push_str(rest);
    broken
}

/// `Convert.FromBase64String`: white space may stand anywhere, padding must be there.
///
/// # Errors
/// `FormatException`
pub fn from_base64(text: &str) -> Result<Vec<u8>> {
    let wrong = || {
        let message = "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding \
                       characters, or an illegal character among the padding characters.";
        Exception::format(message)
    };
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut count, mut padding) = (0u32, 0, 0);
    for byte in text.bytes() {
        let value = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b'=' => {
                padding += 1;
                continue;
            }
            _ if padding > 0 => return Err(wrong()),
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err(wrong()),
        };
        group = group << 6 | u32::from(value);
        count += 1;
        if count == 4 {
            bytes.extend([(group >> 16) as u8, (group >> 8) as u8, group as u8]);
            (group, count) = (0, 0);
        }
    }
    // Bits that the last character has too many are dropped, whatever they are.
    match (count, padding) {
        (0, 0) => {}
        (2, 2) => bytes.push((group >> 4) as u8),
        (3, 1) => bytes.extend([(group >> 10) as u8, (group >> 2) as u8]),
        _ => return Err(wrong()),
    }
    Ok(bytes)
}

/// `Convert.ToHexString`: capital letters.
pub fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'A' + value - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// `Convert.FromHexString`
///
/// # Errors
/// `FormatException`
pub fn from_hex(text: &str) -> Result<Vec<u8>> {
    let units: Vec<char> = text.chars().collect();
    if !units.len().is_multiple_of(2) {
        return Err(Exception::format("The input is not a valid hex string as its length is not a multiple of 2."));
    }
    let digit = |character: Option<&char>| character.and_then(|character| character.to_digit(16));
    let pair = |pair: &[char]| Some((digit(pair.first())? << 4 | digit(pair.get(1))?) as u8);
    let bytes: Option<Vec<u8>> = units.chunks(2).map(pair).collect();
    bytes.ok_or_else(|| Exception::format("The input is not a valid hex string as it contains a non-hex character."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use number::{BYTE, INT32, INT64, SBYTE, UINT32, UINT64};

    #[test]
    fn rounds_half_to_even() {
        assert_eq!((from_double(2.5, &INT32), from_double(3.5, &INT32), from_double(-0.5, &UINT32)), (Ok(2), Ok(4), Ok(0)));
        assert_eq!(from_double(2147483647.4, &INT32), Ok(i32::MAX.into()));
        let message = |result: Result<i128>| result.unwrap_err().message.into_owned();
        assert_eq!(message(from_double(1e10, &BYTE)), "Value was either too large or too small for an Int32.");
        assert_eq!(message(from_double(256.0, &BYTE)), "Value was either too large or too small for an unsigned byte.");
        assert_eq!(message(from_double(1e30, &INT64)), "Arithmetic operation resulted in an overflow.");
        assert_eq!(from_decimal(Decimal::new(25, 1), &INT32), Ok(2));
    }

    #[test]
    fn bases() {
        let base = |value, of: &Integer, base| to_base(value, of, base).unwrap();
        assert_eq!(
            (base(10, &INT32, 2), base(-1, &INT32, 16), base(-1, &INT64, 8)),
            ("1010".into(), "ffffffff".into(), "1777777777777777777777".into())
        );
        assert_eq!((base(-5, &INT32, 10), base(255, &BYTE, 2)), ("-5".into(), "11111111".into()));
        assert_eq!(from_base(Some("FF"), 16, &INT32), Ok(255));
        assert_eq!(from_base(Some("0xffffffff"), 16, &INT32), Ok(-1));
        assert_eq!(from_base(Some("ff"), 16, &SBYTE), Ok(-1));
        assert_eq!(from_base(Some("-12"), 10, &INT32), Ok(-12));
        assert_eq!(from_base(None, 2, &INT32), Ok(0));
        assert_eq!(from_base(Some("-2147483648"), 10, &INT32), Ok(i32::MIN.into()));
        let wrong = |text, base, of: &Integer| from_base(Some(text), base, of).unwrap_err().message.into_owned();
        assert_eq!(wrong("2", 2, &INT32), "Could not find any recognizable digits.");
        assert_eq!(wrong("12", 2, &INT32), "Additional non-parsable characters are at the end of the string.");
        assert_eq!(wrong("1", 3, &INT32), "Invalid Base.");
        assert_eq!(wrong("-1", 16, &INT32), "String cannot contain a minus sign if the base is not 10.");
        assert_eq!(wrong("100", 16, &BYTE), "Value was either too large or too small for an unsigned byte.");
        assert_eq!(wrong("2147483648", 10, &INT32), "Value was either too large or too small for an Int32.");
        assert_eq!(from_base(Some("18446744073709551615"), 10, &UINT64), Ok(u64::MAX.into()));
    }

    #[test]
    fn base64_and_hex() {
        assert_eq!(to_base64(b"hello", false), "aGVsbG8=");
        let long = to_base64(&[0; 60], true);
        assert_eq!((long.len(), long.get(76..78)), (82, Some("\r\n")));
        assert_eq!(to_base64(&[0; 57], true).len(), 76);
        assert_eq!(from_base64(" aGVs\r\nbG8 = "), Ok(b"hello".to_vec()));
        assert_eq!(from_base64("QR=="), Ok(b"A".to_vec()));
        assert_eq!(from_base64(""), Ok(Vec::new()));
        for wrong in ["a", "ab", "abc", "ab=", "ab===", "a=bc", "ab==c", "====", "=", "a-_b", "abcd="] {
            assert!(from_base64(wrong).is_err(), "{wrong}");
        }
        assert_eq!((to_hex(&[1, 0xab]), from_hex("01aB")), ("01AB".into(), Ok(vec![1, 0xab])));
        assert!(from_hex("0").is_err() && from_hex("0g").is_err());
    }
}
