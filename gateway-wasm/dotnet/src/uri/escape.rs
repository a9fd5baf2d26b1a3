//! Percent escapes: `Uri.EscapeDataString` and its like.

use crate::NetString;

/// RFC 3986's unreserved characters.
pub(super) fn is_unreserved(unit: u8) -> bool {
    unit.is_ascii_alphanumeric() || matches!(unit, b'-' | b'.' | b'_' | b'~')
}

/// RFC 3986's reserved characters.
pub(super) fn is_reserved(unit: u8) -> bool {
    matches!(
        unit,
        b':' | b'/'
            | b'?'
            | b'#'
            | b'['
            | b']'
            | b'@'
            | b'!'
            | b'$'
            | b'&'
            | b'\''
            | b'('
            | b')'
            | b'*'
            | b'+'
            | b','
            | b';'
            | b'='
    )
}

/// `Uri.EscapeDataString`
pub fn escape_data_string(text: &NetString) -> String {
    escape(&text.to_str(), is_unreserved)
}

/// `Uri.EscapeUriString`
pub fn escape_uri_string(text: &NetString) -> String {
    escape(&text.to_str(), |byte| is_unreserved(byte) || is_reserved(byte))
}

/// Escapes every byte that need not be as it is.
pub(super) fn escape(text: &str, keeps: impl Fn(u8) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if keeps(byte) { escaped.push(char::from(byte)) } else { push_escape(&mut escaped, byte) }
    }
    escaped
}

/// Escapes a part of a URI: what is escaped already stays.
pub(super) fn escape_part(text: &str, also: &[u8]) -> String {
    let bytes = text.as_bytes();
    let mut escaped = String::with_capacity(text.len());
    for (at, &byte) in bytes.iter().enumerate() {
        let keeps = match byte {
            b'%' => escape_at(bytes, at).is_some(),
            _ => (is_unreserved(byte) || is_reserved(byte)) && !also.contains(&byte),
        };
        if keeps { escaped.push(char::from(byte)) } else { push_escape(&mut escaped, byte) }
    }
    escaped
}

fn push_escape(text: &mut String, byte: u8) {
    text.push('%');
    for digit in [byte >> 4, byte & 15] {
        text.push(char::from_digit(digit.into(), 16).unwrap_or('0').to_ascii_uppercase());
    }
}

/// The byte that is escaped at a position.
pub(super) fn escape_at(bytes: &[u8], at: usize) -> Option<u8> {
    let [b'%', high, low] = bytes.get(at..at + 3)? else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

/// `Uri.UnescapeDataString`: what is no escape, or not UTF-8, stays as it is.
pub fn unescape_data_string(text: &str) -> String {
    unescape(text, |_| true)
}

/// Resolves the escapes whose characters are wanted.
pub(super) fn unescape(text: &str, wanted: impl Fn(char) -> bool) -> String {
    let bytes = text.as_bytes();
    let mut unescaped: Vec<u8> = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let mut run = Vec::new();
        while let Some(byte) = escape_at(bytes, at + run.len() * 3) {
            run.push(byte);
            // One character at a time is enough.
            if run.len() == 4 || byte < 0x80 {
                break;
            }
        }
        let (character, length) = match std::str::from_utf8(&run) {
            Ok(text) => (text.chars().next(), text.chars().next().map_or(0, char::len_utf8)),
            Err(error) => {
                let valid = run.get(..error.valid_up_to()).unwrap_or_default();
                let character = std::str::from_utf8(valid).ok().and_then(|text| text.chars().next());
                (character, character.map_or(0, char::len_utf8))
            }
        };
        match character {
            Some(character) if wanted(character) => {
                unescaped.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
                at += length * 3;
            }
            Some(_) => {
                unescaped.extend(bytes.get(at..at + length * 3).unwrap_or_default());
                at += length * 3;
            }
            None => {
                unescaped.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&unescaped).into_owned()
}

/// True for what [`super::Uri`]'s `ToString` shows as it is rather than escaped.
pub(super) fn is_safe_to_show(character: char) -> bool {
    let unsafe_ascii = u8::try_from(character).is_ok_and(|byte| is_reserved(byte) || matches!(byte, b'%' | b'\\'));
    let bidi = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}');
    let private = matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}');
    !(unsafe_ascii || character.is_control() || bidi || private)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(escape_data_string(&"a b&c=d/é😀~'(%".into()), "a%20b%26c%3Dd%2F%C3%A9%F0%9F%98%80~%27%28%25");
        assert_eq!(escape_uri_string(&"a b&c=d/é%20#[".into()), "a%20b&c=d/%C3%A9%2520#[");
        assert_eq!(unescape_data_string("a%20b%C3%A9%zz%2%ff%F0%9F%98%80%00+"), "a bé%zz%2%ff😀\0+");
        assert_eq!(unescape("%41%2f%20%C3%A9%25", is_safe_to_show), "A%2f é%25");
        assert_eq!(escape("%\u{11}\u{22}", |_| false), "%25%11%22");
    }
}
