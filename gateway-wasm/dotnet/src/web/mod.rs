//! `System.Net.WebUtility` and `System.Net.IPAddress`.

mod entities;
pub mod ip_address;

pub use ip_address::IpAddress;

use crate::NetString;

/// `WebUtility.UrlEncode`: as in a form, with a plus for a space.
pub fn url_encode(text: &NetString) -> String {
    url_encode_bytes(text.to_str().as_bytes())
}

/// `WebUtility.UrlEncodeToBytes`, as text.
pub fn url_encode_bytes(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b' ' => encoded.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"-_.!*()".contains(&byte) => encoded.push(char::from(byte)),
            byte => {
                encoded.push('%');
                for digit in [byte >> 4, byte & 15] {
                    encoded.push(char::from_digit(digit.into(), 16).unwrap_or('0').to_ascii_uppercase());
                }
            }
        }
    }
    encoded
}

/// `WebUtility.UrlDecode`: bytes that are not UTF-8 become U+FFFD.
pub fn url_decode(text: &str) -> String {
    String::from_utf8_lossy(&url_decode_bytes(text.as_bytes())).into_owned()
}

/// `WebUtility.UrlDecodeToBytes`
pub fn url_decode_bytes(bytes: &[u8]) -> Vec<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high << 4 | low) as u8);
                at += 3;
                continue;
            }
            (b'+', ..) => decoded.push(b' '),
            _ => decoded.push(byte),
        }
        at += 1;
    }
    decoded
}

/// `WebUtility.HtmlEncode`
pub fn html_encode(text: &NetString) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::new();
    for character in text.to_str().chars() {
        match character {
            '<' => encoded.push_str("&lt;"),
            '>' => encoded.push_str("&gt;"),
            '"' => encoded.push_str("&quot;"),
            '\'' => encoded.push_str("&#39;"),
            '&' => encoded.push_str("&amp;"),
            '\u{a0}'..='\u{ff}' | '\u{10000}'.. => _ = write!(encoded, "&#{};", u32::from(character)),
            other => encoded.push(other),
        }
    }
    encoded
}

/// `WebUtility.HtmlDecode`: what is no entity stays as it is.
pub fn html_decode(text: &NetString) -> NetString {
    let Some(text) = text.as_str().filter(|text| text.contains('&')) else { return text.clone() };
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        let entity = after.find([';', '&']).and_then(|end| after.split_at_checked(end)).filter(|(_, end)| end.starts_with(';'));
        match entity.and_then(|(name, end)| Some((entity_character(name)?, end.get(1..)?))) {
            Some((character, end)) => {
                decoded.push(character);
                rest = end;
            }
            None => {
                decoded.push('&');
                rest = after;
            }
        }
    }
    decoded.push_str(rest);
    decoded.into()
}

fn entity_character(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else { return entities::find(name) };
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    // `from_str_radix` takes a sign, which is none here.
    let digits = Some(digits).filter(|digits| digits.starts_with(|first: char| first.is_digit(radix)))?;
    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_urls() {
        assert_eq!(url_encode(&"a b~é'(x)*!/?".into()), "a+b%7E%C3%A9%27(x)*!%2F%3F");
        assert_eq!(url_decode("a+b%7e%C3%A9%zz%"), "a b~é%zz%");
        assert_eq!(url_decode("%ff"), "\u{fffd}");
    }

    #[test]
    fn encodes_html() {
        assert_eq!(
            html_encode(&"<a href=\"x\">'&é😀ł\u{9f}</a>".into()),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#233;&#128512;ł\u{9f}&lt;/a&gt;"
        );
        let decoded =
            html_decode(&"&lt;&eacute;&#233;&#xE9;&#128512;&apos;&nbsp;&unknown;&amp;amp;&&#0;&#xD800;&Eacute;&gt".into());
        assert_eq!(decoded.to_str(), "<ééé😀'\u{a0}&unknown;&amp;&\0&#xD800;É&gt");
        // Every name is there once, in order.
        assert!(entities::ENTITIES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(entities::ENTITIES.len(), 253);
    }
}
