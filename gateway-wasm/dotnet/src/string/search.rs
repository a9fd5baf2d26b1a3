//! Finding text in text. Positions are in UTF-16 units, as everywhere in .NET.
//!
//! A search by culture is an ordinal one here, but for case: it differs only for control characters and for accents that
//! stand as characters of their own.

use super::{
    NetString, case,
    compare::{Comparison, ORDINAL},
};
use crate::{Exception, Result};
use std::{borrow::Cow, ops::Range};

/// Says that a position is greater than the length.
pub fn past_end(parameter: &str) -> Exception {
    let message = "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
    Exception::argument_out_of_range(message, parameter)
}

/// Says that a position is no item's.
pub fn outside(parameter: &str) -> Exception {
    let message = "Index was out of range. Must be non-negative and less than the size of the collection.";
    Exception::argument_out_of_range(message, parameter)
}

/// Says that there are not so many units from the position on.
pub fn bad_count(parameter: &str) -> Exception {
    let message = "Count must be positive and count must refer to a location within the string/array/collection.";
    Exception::argument_out_of_range(message, parameter)
}

/// The range of `count` units from `start` on; all of the rest without a count.
///
/// # Errors
/// `ArgumentOutOfRangeException` where that reaches out of the text.
pub fn range(length: usize, start: i32, count: Option<i32>) -> Result<Range<usize>> {
    let start = usize::try_from(start).ok().filter(|&start| start <= length).ok_or_else(|| past_end("startIndex"))?;
    let count = match count {
        Some(count) => usize::try_from(count).ok().filter(|&count| count <= length - start).ok_or_else(|| bad_count("count"))?,
        None => length - start,
    };
    Ok(start..start + count)
}

/// The range of `count` units that ends with the one at `start`; `None` for empty text.
///
/// # Errors
/// `ArgumentOutOfRangeException` where that reaches out of the text.
pub fn range_back(length: usize, start: i32, count: Option<i32>) -> Result<Option<Range<usize>>> {
    if length == 0 {
        return Ok(None);
    }
    let start = usize::try_from(start).ok().filter(|&start| start < length).ok_or_else(|| outside("startIndex"))?;
    let count = match count {
        Some(count) => usize::try_from(count).ok().filter(|&count| count <= start + 1).ok_or_else(|| bad_count("count"))?,
        None => start + 1,
    };
    Ok(Some(start + 1 - count..start + 1))
}

/// Where a text is found first in a range of another.
pub fn find(text: &NetString, value: &NetString, within: Range<usize>, how: Comparison) -> Option<usize> {
    if how == ORDINAL
        && within == (0..text.len())
        && let (Some(text), Some(value)) = (text.as_str(), value.as_str())
    {
        let found = text.find(value)?;
        return Some(units_before(text, found));
    }
    let (units, value) = (folded(text, how), folded(value, how));
    let part = units.get(within.clone())?;
    find_units(part, &value).map(|at| within.start + at)
}

/// Where a text is found last in a range of another.
pub fn find_last(text: &NetString, value: &NetString, within: Range<usize>, how: Comparison) -> Option<usize> {
    let (units, value) = (folded(text, how), folded(value, how));
    let part = units.get(within.clone())?;
    if value.is_empty() {
        return Some(within.end);
    }
    part.windows(value.len()).rposition(|window| *window == *value).map(|at| within.start + at)
}

/// Where one of some units is found first in a range.
pub fn find_any(text: &NetString, any: &[u16], within: Range<usize>) -> Option<usize> {
    text.units().get(within.clone())?.iter().position(|unit| any.contains(unit)).map(|at| within.start + at)
}

/// Where one of some units is found last in a range.
pub fn find_last_any(text: &NetString, any: &[u16], within: Range<usize>) -> Option<usize> {
    text.units().get(within.clone())?.iter().rposition(|unit| any.contains(unit)).map(|at| within.start + at)
}

/// `Contains`
pub fn contains(text: &NetString, value: &NetString, how: Comparison) -> bool {
    find(text, value, 0..text.len(), how).is_some()
}

/// `StartsWith`
pub fn starts_with(text: &NetString, value: &NetString, how: Comparison) -> bool {
    match (how, text.as_str(), value.as_str()) {
        (ORDINAL, Some(text), Some(value)) => text.starts_with(value),
        _ => folded(text, how).starts_with(&folded(value, how)),
    }
}

/// `EndsWith`
pub fn ends_with(text: &NetString, value: &NetString, how: Comparison) -> bool {
    match (how, text.as_str(), value.as_str()) {
        (ORDINAL, Some(text), Some(value)) => text.ends_with(value),
        _ => folded(text, how).ends_with(&folded(value, how)),
    }
}

/// The units, in upper case where case does not count. Case mapping keeps the number of units.
pub(super) fn folded(text: &NetString, how: Comparison) -> Vec<u16> {
    let text = if how.ignore_case { Cow::Owned(case::to_upper(text)) } else { Cow::Borrowed(text) };
    text.units()
}

pub(super) fn find_units(text: &[u16], value: &[u16]) -> Option<usize> {
    let Some(first) = value.first() else { return Some(0) };
    let last = text.len().checked_sub(value.len())?;
    let mut at = 0;
    // Goes from one possible first unit to the next.
    while at <= last {
        at += text.get(at..=last)?.iter().position(|unit| unit == first)?;
        if text.get(at..)?.starts_with(value) {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn units_before(text: &str, byte: usize) -> usize {
    let before = text.get(..byte).unwrap_or_default();
    if before.is_ascii() { byte } else { before.encode_utf16().count() }
}

#[cfg(test)]
mod tests {
    use super::super::compare::{CULTURE_IGNORE_CASE, ORDINAL_IGNORE_CASE};
    use super::*;

    #[test]
    fn finds_positions_in_units() {
        let text = NetString::from("a😀bcBC");
        assert_eq!(find(&text, &"bc".into(), 0..7, ORDINAL), Some(3));
        assert_eq!(find(&text, &"bc".into(), 4..7, ORDINAL), None);
        assert_eq!(find(&text, &"BC".into(), 0..7, ORDINAL_IGNORE_CASE), Some(3));
        assert_eq!(find_last(&text, &"bc".into(), 0..7, CULTURE_IGNORE_CASE), Some(5));
        assert_eq!(find_last(&text, &"".into(), 0..7, ORDINAL), Some(7));
        assert_eq!(find_any(&text, &[0x63, 0x62], 0..7), Some(3));
        assert!(starts_with(&text, &"A😀".into(), ORDINAL_IGNORE_CASE) && !ends_with(&text, &"bc".into(), ORDINAL));
        assert_eq!(find_units(&[1, 1, 2], &[1, 2]), Some(1));
        assert_eq!(find_units(&[1], &[1, 2]), None);
    }

    #[test]
    fn ranges_stay_inside() {
        assert_eq!(range(3, 3, None), Ok(3..3));
        assert!(range(3, 4, None).is_err() && range(3, -1, None).is_err() && range(3, 1, Some(3)).is_err());
        assert_eq!(range_back(3, 2, None), Ok(Some(0..3)));
        assert_eq!(range_back(3, 1, Some(1)), Ok(Some(1..2)));
        assert!(range_back(3, 3, None).is_err() && range_back(3, 0, Some(2)).is_err());
        assert_eq!(range_back(0, 7, None), Ok(None));
    }
}
