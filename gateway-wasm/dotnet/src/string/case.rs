//! Upper and lower case: the invariant culture's, one character for one.

use super::NetString;

/// `ToUpperInvariant`
pub fn to_upper(text: &NetString) -> NetString {
    mapped(text, str::make_ascii_uppercase, upper)
}

/// `ToLowerInvariant`
pub fn to_lower(text: &NetString) -> NetString {
    mapped(text, str::make_ascii_lowercase, lower)
}

/// The upper case of a character that has one of one character; else the character. `ß` stays, as in .NET.
pub fn upper(value: char) -> char {
    match value {
        // The dotless i has no upper case where no culture says that it is Turkish.
        'ı' => value,
        // Greek with iota below: Unicode's full mapping makes two letters of them, .NET one.
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => {
            char::from_u32(value as u32 + 8).unwrap_or(value)
        }
        'ᾳ' => 'ᾼ',
        'ῃ' => 'ῌ',
        'ῳ' => 'ῼ',
        _ => single(value.to_uppercase(), value),
    }
}

/// The lower case of a character.
pub fn lower(value: char) -> char {
    match value {
        'İ' => value,
        _ => single(value.to_lowercase(), value),
    }
}

fn single(mut mapped: impl Iterator<Item = char>, value: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => value,
    }
}

fn mapped(text: &NetString, ascii: fn(&mut str), one: fn(char) -> char) -> NetString {
    match text.as_str() {
        Some(text) if text.is_ascii() => {
            let mut text = text.to_owned();
            ascii(&mut text);
            text.into()
        }
        Some(text) => text.chars().map(one).collect::<String>().into(),
        None => {
            let mut units = Vec::with_capacity(text.len());
            for value in char::decode_utf16(text.units()) {
                match value {
                    Ok(value) => units.extend(one(value).encode_utf16(&mut [0; 2]).iter()),
                    Err(half) => units.push(half.unpaired_surrogate()),
                }
            }
            NetString::from_units(&units)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_one_character_to_one() {
        assert_eq!(to_upper(&"straße ñ ı ﬁ ᾳ 😀".into()).to_str(), "STRAßE Ñ ı ﬁ ᾼ 😀");
        assert_eq!(to_lower(&"ABC ÀÉ İ Σ".into()).to_str(), "abc àé İ σ");
        let half = NetString::from_units(&[0x61, 0xd83d]);
        assert_eq!(to_upper(&half).units(), [0x41, 0xd83d]);
    }
}
