//! `System.Guid`.

use crate::{Exception, Result};
use std::fmt;

/// A GUID: its 128 bits as they read in text, most significant first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub u128);

const UNRECOGNIZED: &str = "Unrecognized Guid format.";
const BAD_LENGTH: &str = "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).";
const NOT_HEX: &str = "Guid string should only contain hexadecimal characters.";
const BAD_FORMAT: &str = "Format string can be only \"D\", \"d\", \"N\", \"n\", \"P\", \"p\", \"B\", \"b\", \"X\" or \"x\".";

/// `D`: `00000000-0000-0000-0000-000000000000`
impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(36);
        self.push_to(&mut text);
        f.write_str(&text)
    }
}

impl Guid {
    /// `Guid.Empty`
    pub const EMPTY: Guid = Guid(0);

    /// Writes it as `ToString()` does. By hand: every failed request writes one, and the numbers of `format!` take ten times as long.
    pub fn push_to(self, out: &mut String) {
        let digit = |half: u8| char::from(if half < 10 { b'0' + half } else { b'a' - 10 + half });
        for (at, byte) in self.0.to_be_bytes().into_iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                out.push('-');
            }
            out.push(digit(byte >> 4));
            out.push(digit(byte & 15));
        }
    }

    /// `Guid.NewGuid()`: version 4, from bits nobody can guess.
    pub fn new_random(random: [u64; 2]) -> Self {
        let [high, low] = random;
        let bits = u128::from(high) << 64 | u128::from(low);
        Self(bits & !(0xf << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62)
    }

    /// `new Guid(bytes)`: the first three parts are little-endian.
    ///
    /// # Errors
    /// `ArgumentException` if there are not 16 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let bytes: [u8; 16] =
            bytes.try_into().map_err(|_| Exception::argument("Byte array for Guid must be exactly 16 bytes long.", "b"))?;
        Ok(Self(u128::from_be_bytes(swap(bytes))))
    }

    /// `new Guid(a, b, c, d ... k)`
    pub fn from_parts(a: u32, b: u16, c: u16, rest: [u8; 8]) -> Self {
        let tail = u64::from_be_bytes(rest);
        Self(u128::from(a) << 96 | u128::from(b) << 80 | u128::from(c) << 64 | u128::from(tail))
    }

    /// `ToByteArray()`
    pub fn to_bytes(self) -> [u8; 16] {
        swap(self.0.to_be_bytes())
    }

    /// `ToString(format)`; null and empty mean `D`.
    ///
    /// # Errors
    /// `FormatException` if the format is none of `N`, `D`, `B`, `P` and `X`.
    pub fn format(self, format: Option<&str>) -> Result<String> {
        let value = self.0;
        Ok(match format.unwrap_or_default() {
            "" | "D" | "d" => self.to_string(),
            "N" | "n" => format!("{value:032x}"),
            "B" | "b" => format!("{{{self}}}"),
            "P" | "p" => format!("({self})"),
            "X" | "x" => {
                let tail: Vec<String> = value.to_be_bytes().iter().skip(8).map(|byte| format!("0x{byte:02x}")).collect();
                format!(
                    "{{0x{:08x},0x{:04x},0x{:04x},{{{}}}}}",
                    value >> 96,
                    value >> 80 & 0xffff,
                    value >> 64 & 0xffff,
                    tail.join(",")
                )
            }
            _ => return Err(Exception::format(BAD_FORMAT)),
        })
    }

    /// `Guid.Parse` and `new Guid(text)`: any of the formats, in any case, with spaces around it.
    ///
    /// # Errors
    /// `FormatException` if it is none.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.encode_utf16().count() < 32 {
            return Err(Exception::format(UNRECOGNIZED));
        }
        match text.chars().next() {
            Some('(') => bracketed(text, '(', ')'),
            Some('{') if text.chars().nth(9) == Some('-') => bracketed(text, '{', '}'),
            Some('{') => hexadecimal(text),
            _ if text.chars().nth(8) == Some('-') => dashed(text),
            _ => plain(text),
        }
    }

    /// `Guid.ParseExact`
    ///
    /// # Errors
    /// `FormatException` if the text is not in the format, or the format is none.
    pub fn parse_exact(text: &str, format: &str) -> Result<Self> {
        let text = text.trim();
        match format {
            "D" | "d" => dashed(text),
            "N" | "n" => plain(text),
            "B" | "b" => bracketed(text, '{', '}'),
            "P" | "p" => bracketed(text, '(', ')'),
            "X" | "x" => hexadecimal(text),
            _ => Err(Exception::format(BAD_FORMAT)),
        }
    }

    /// `GetHashCode()`
    pub fn hash_code(self) -> i32 {
        // The four 32-bit words as they lie in memory.
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(self.to_bytes().chunks_exact(4)) {
            *word = bytes.iter().rev().fold(0_u32, |word, &byte| word << 8 | u32::from(byte));
        }
        words.iter().fold(0, |hash, word| hash ^ word).cast_signed()
    }
}

/// From text order to .NET's byte order, and back.
fn swap(mut bytes: [u8; 16]) -> [u8; 16] {
    let (parts, _) = bytes.split_at_mut(8);
    let (first, rest) = parts.split_at_mut(4);
    let (second, third) = rest.split_at_mut(2);
    first.reverse();
    second.reverse();
    third.reverse();
    bytes
}

fn bracketed(text: &str, open: char, close: char) -> Result<Guid> {
    let inner = text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
    match inner {
        Some(inner) if inner.len() == 36 => dashed(inner),
        _ => Err(Exception::format(BAD_LENGTH)),
    }
}

fn dashed(text: &str) -> Result<Guid> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return Err(Exception::format(BAD_LENGTH));
    }
    if [8, 13, 18, 23].iter().any(|&at| bytes.get(at) != Some(&b'-')) {
        return Err(Exception::format("Dashes are in the wrong position for GUID parsing."));
    }
    let lengths = [8, 4, 4, 4, 12];
    let parts = text.split('-');
    if !parts.clone().map(str::len).eq(lengths) {
        return Err(Exception::format(NOT_HEX));
    }
    digits(&parts.collect::<String>())
}

fn plain(text: &str) -> Result<Guid> {
    if text.len() != 32 {
        return Err(Exception::format(BAD_LENGTH));
    }
    digits(text)
}

fn digits(text: &str) -> Result<Guid> {
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Exception::format(NOT_HEX));
    }
    u128::from_str_radix(text, 16).map(Guid).map_err(|_| Exception::format(NOT_HEX))
}

/// `{0x00000000,0x0000,0x0000,{0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x00}}`
fn hexadecimal(text: &str) -> Result<Guid> {
    let error = |message: &'static str| Exception::format(message);
    let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let brace = || error("Expected {0xdddddddd, etc}.");
    let mut rest = text.strip_prefix('{').ok_or_else(brace)?;
    let mut bits = 0;
    for (at, width) in [8, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2].into_iter().enumerate() {
        if at == 3 {
            rest = rest.strip_prefix('{').ok_or_else(brace)?;
        }
        let digits = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X"));
        let digits = digits.ok_or_else(|| error("Expected 0x prefix."))?;
        let (end, message) = match at {
            10 => (
                '}',
                "Could not find a brace, or the length between the previous token and the brace was zero (i.e., '0x,'etc.).",
            ),
            _ => (
                ',',
                "Could not find a comma, or the length between the previous token and the comma was zero (i.e., '0x,'etc.).",
            ),
        };
        let (digits, after) = digits.split_once(end).filter(|(digits, _)| !digits.is_empty()).ok_or_else(|| error(message))?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(error(NOT_HEX));
        }
        let digits = digits.trim_start_matches('0');
        if digits.len() > width {
            return Err(error(UNRECOGNIZED));
        }
        let value = if digits.is_empty() { 0 } else { u128::from_str_radix(digits, 16).unwrap_or_default() };
        bits = bits << (4 * width) | value;
        rest = after;
    }
    match rest {
        "}" => Ok(Guid(bits)),
        rest if rest.starts_with('}') => Err(error("Additional non-parsable characters are at the end of the string.")),
        _ => Err(error("Could not find the ending brace.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_there_and_back() {
        let guid = Guid::parse("00112233-4455-6677-8899-aabbccddeeff").unwrap();
        let bytes = [0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff];
        assert_eq!(guid.to_bytes(), bytes);
        assert_eq!(Guid::from_bytes(&bytes).unwrap(), guid);
        for format in ["N", "D", "B", "P", "X"] {
            let text = guid.format(Some(format)).unwrap();
            assert_eq!(Guid::parse(&text).unwrap(), guid, "{text}");
            assert_eq!(Guid::parse_exact(&text.to_uppercase().replace("0X", "0x"), format).unwrap(), guid);
        }
        assert_eq!(guid.format(Some("X")).unwrap(), "{0x00112233,0x4455,0x6677,{0x88,0x99,0xaa,0xbb,0xcc,0xdd,0xee,0xff}}");
        let random = Guid::new_random([u64::MAX, u64::MAX]).to_string();
        assert_eq!(random, "ffffffff-ffff-4fff-bfff-ffffffffffff");
        for text in ["", "x", "00112233445566778899aabbccddeefg", "0011223344556677-8899-aabb-ccddeeff0011", "(0-", "{0x"] {
            assert_eq!(Guid::parse(text).unwrap_err().kind, "FormatException");
        }
    }
}
