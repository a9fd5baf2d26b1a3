//! Text made from text: `Substring`, `Replace`, `Insert`, `Remove`, `PadLeft`.

use super::{
    NetString,
    compare::{Comparison, ORDINAL},
    search::{find_units, folded},
};
use crate::{Exception, Result};

/// `Substring`; to the end without a length.
///
/// # Errors
/// `ArgumentOutOfRangeException` where that reaches out of the text.
pub fn substring(text: &NetString, start: i32, length: Option<i32>) -> Result<NetString> {
    let size = text.len();
    let wrong = |message, parameter| Err(Exception::argument_out_of_range(message, parameter));
    let Ok(from) = usize::try_from(start) else { return wrong("StartIndex cannot be less than zero.", "startIndex") };
    if from > size {
        return wrong("startIndex cannot be larger than length of string.", "startIndex");
    }
    let length = match length.map(usize::try_from) {
        None => size - from,
        Some(Ok(length)) => length,
        Some(Err(_)) => return wrong("Length cannot be less than zero.", "length"),
    };
    match text.slice(from, length) {
        Some(part) => Ok(part),
        None => wrong("Index and length must refer to a location within the string.", "length"),
    }
}

/// `Insert`
///
/// # Errors
/// `ArgumentOutOfRangeException` for a position outside of the text.
pub fn insert(text: &NetString, at: i32, value: &NetString) -> Result<NetString> {
    let size = text.len();
    let place = usize::try_from(at).ok();
    match place.and_then(|place| Some((text.slice(0, place)?, text.slice(place, size - place)?))) {
        Some((before, after)) => Ok(before.concat(value).concat(&after)),
        // .NET compares and prints both as unsigned numbers.
        None => Err(greater("startIndex", i64::from(at as u32), size as i64)),
    }
}

/// `Remove`; to the end without a count.
///
/// # Errors
/// `ArgumentOutOfRangeException` where that reaches out of the text.
pub fn remove(text: &NetString, start: i32, count: Option<i32>) -> Result<NetString> {
    let size = text.len() as i64;
    let (from, Some(count)) = (i64::from(start), count) else {
        return match start {
            ..0 => Err(Exception::argument_out_of_range("StartIndex cannot be less than zero.", "startIndex")),
            _ if i64::from(start) > size => {
                Err(Exception::argument_out_of_range("startIndex cannot be larger than length of string.", "startIndex"))
            }
            _ => substring(text, 0, Some(start)),
        };
    };
    not_negative("startIndex", start)?;
    not_negative("count", count)?;
    let count = i64::from(count);
    if count > size - from {
        return Err(greater("count", count, size - from));
    }
    let (from, end) = (from as usize, (from + count) as usize);
    let parts = text.slice(0, from).zip(text.slice(end, text.len() - end));
    Ok(parts.map_or_else(|| text.clone(), |(before, after)| before.concat(&after)))
}

/// How many units `PadLeft` and `PadRight` add.
///
/// # Errors
/// `ArgumentOutOfRangeException` for a negative width.
pub fn padding(text: &NetString, width: i32) -> Result<usize> {
    not_negative("totalWidth", width)?;
    Ok((width as usize).saturating_sub(text.len()))
}

/// `new string(unit, count)`
pub fn repeat(unit: u16, count: usize) -> NetString {
    match u8::try_from(unit).ok().filter(u8::is_ascii) {
        Some(byte) => char::from(byte).to_string().repeat(count).into(),
        None => NetString::from_units(&vec![unit; count]),
    }
}

/// `Replace`
///
/// # Errors
/// `ArgumentException` if there is nothing to look for.
pub fn replace(text: &NetString, old: &NetString, new: &NetString, how: Comparison) -> Result<NetString> {
    if old.is_empty() {
        return Err(Exception::argument("The value cannot be an empty string.", "oldValue"));
    }
    if how == ORDINAL
        && let (Some(text), Some(old), Some(new)) = (text.as_str(), old.as_str(), new.as_str())
    {
        return Ok(text.replace(old, new).into());
    }
    let (units, searched, old, new) = (text.units(), folded(text, how), folded(old, how), new.units());
    let mut result = Vec::new();
    let mut at = 0;
    while let Some(found) = searched.get(at..).and_then(|rest| find_units(rest, &old)) {
        result.extend_from_slice(units.get(at..at + found).unwrap_or_default());
        result.extend_from_slice(&new);
        at += found + old.len();
    }
    result.extend_from_slice(units.get(at..).unwrap_or_default());
    Ok(NetString::from_units(&result))
}

/// How often a text is found in another without overlapping; for limits.
pub fn count(text: &NetString, value: &NetString, how: Comparison) -> usize {
    if how == ORDINAL
        && let (Some(text), Some(value)) = (text.as_str(), value.as_str())
    {
        return if value.is_empty() { 0 } else { text.matches(value).count() };
    }
    let (units, value) = (folded(text, how), folded(value, how));
    let (mut at, mut count) = (0, 0);
    while !value.is_empty()
        && let Some(found) = units.get(at..).and_then(|rest| find_units(rest, &value))
    {
        count += 1;
        at += found + value.len();
    }
    count
}

/// `ReplaceLineEndings`: all kinds of line ends become the one given.
pub fn replace_line_endings(text: &NetString, new: &NetString) -> NetString {
    let new = new.units();
    let mut result = Vec::new();
    let mut units = text.units().into_iter().peekable();
    while let Some(unit) = units.next() {
        match unit {
            0x0d => {
                units.next_if_eq(&0x0a);
                result.extend_from_slice(&new);
            }
            0x0a | 0x0c | 0x85 | 0x2028 | 0x2029 => result.extend_from_slice(&new),
            _ => result.push(unit),
        }
    }
    NetString::from_units(&result)
}

/// `ArgumentOutOfRangeException.ThrowIfNegative`
///
/// # Errors
/// That, for a number below zero.
pub fn not_negative(parameter: &str, value: i32) -> Result<()> {
    if value >= 0 {
        return Ok(());
    }
    Err(Exception::argument_must_be("a non-negative value", parameter, value.into()))
}

/// `ArgumentOutOfRangeException.ThrowIfGreaterThan`
pub fn greater(parameter: &str, value: i64, most: i64) -> Exception {
    Exception::argument_must_be(&format!("less than or equal to '{most}'"), parameter, value)
}

#[cfg(test)]
mod tests {
    use super::super::compare::ORDINAL_IGNORE_CASE;
    use super::*;

    #[test]
    fn cuts_and_says_why_not() {
        let text = NetString::from("a😀b");
        assert_eq!(substring(&text, 3, None).unwrap().to_str(), "b");
        let message = |start, length| substring(&text, start, length).unwrap_err().message.into_owned();
        assert_eq!(message(5, None), "startIndex cannot be larger than length of string. (Parameter 'startIndex')");
        assert_eq!(message(-1, Some(1)), "StartIndex cannot be less than zero. (Parameter 'startIndex')");
        assert_eq!(message(1, Some(9)), "Index and length must refer to a location within the string. (Parameter 'length')");
        assert_eq!(message(1, Some(-1)), "Length cannot be less than zero. (Parameter 'length')");
        assert_eq!(remove(&text, 0, Some(3)).unwrap().to_str(), "b");
        assert_eq!(remove(&text, 1, None).unwrap().to_str(), "a");
        assert!(remove(&text, 3, Some(2)).is_err() && remove(&text, 9, Some(0)).is_err() && remove(&text, 5, None).is_err());
        assert_eq!(insert(&text, 3, &"!".into()).unwrap().to_str(), "a😀!b");
        assert_eq!(
            insert(&text, 9, &"!".into()).unwrap_err().message,
            "startIndex ('9') must be less than or equal to '4'. (Parameter 'startIndex')\r\nActual value was 9."
        );
    }

    #[test]
    fn replaces() {
        let run =
            |text: &str, old: &str, new: &str, how| replace(&text.into(), &old.into(), &new.into(), how).unwrap().to_string();
        assert_eq!(run("aXbxc", "x", "-", ORDINAL_IGNORE_CASE), "a-b-c");
        assert_eq!(run("aaa", "aa", "b", ORDINAL), "ba");
        assert_eq!(replace_line_endings(&"a\r\nb\nc\r".into(), &"|".into()).to_str(), "a|b|c|");
        assert_eq!(repeat(0xe9, 3).to_str(), "ééé");
        assert_eq!(count(&"aXax".into(), &"x".into(), ORDINAL_IGNORE_CASE), 2);
    }
}
