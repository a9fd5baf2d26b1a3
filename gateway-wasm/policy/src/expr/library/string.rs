//! `System.String`, and what goes with it.

use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, Type, row},
    value::{Array, Object, Value},
};
use dotnet::{
    Exception, NetString, format,
    string::{
        case,
        compare::{self, CULTURE, CULTURE_IGNORE_CASE, Comparison, ORDINAL, ORDINAL_IGNORE_CASE},
        edit,
        search::{self, range, range_back},
        split::{self, Separators, SplitOptions},
    },
};
use std::{cmp::Ordering, ops::Range};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&STRING, &STRING_COMPARISON, &STRING_SPLIT_OPTIONS, &STRING_COMPARER];

/// `System.String`
pub static STRING: NetType = NetType {
    namespace: "System",
    name: "String",
    kind: Kind::Class,
    bases: &["IEnumerable<char>"],
    members: &[
        // What a text is.
        row("static string Empty", |_| Ok(Value::text("")), "Text without characters"),
        row(
            "int Length",
            |call| {
                let this = call.this_text()?;
                position_costs(call, &this)?;
                Ok(length(&this).into())
            },
            "How many UTF-16 units it has",
        ),
        row("char this[int index]", item, "The unit at a position"),
        row("String(char c, int count)", repeated, "A unit so many times"),
        row(
            "String(char[] value)",
            |call| Ok(NetString::from_units(&units(call, 0).unwrap_or_default()).into()),
            "Units as text",
        ),
        row("String(char[] value, int startIndex, int length)", from_part, "A part of some units as text"),
        row(
            "static bool IsNullOrEmpty(string value)",
            |call| Ok(call.text_or_null(0)?.is_none_or(|text| text.is_empty()).into()),
            "True for null and empty text",
        ),
        row("static bool IsNullOrWhiteSpace(string value)", is_null_or_white_space, "True for null and text of white space only"),
        row("string ToString()", |call| Ok(call.this_text()?.into()), "The text itself"),
        row("string ToString(IFormatProvider provider)", |call| Ok(call.this_text()?.into()), "The text itself"),
        row("object Clone()", |call| Ok(call.this_text()?.into()), "The text itself"),
        row("static string Copy(string str)", |call| Ok(call.text(0, "str")?.into()), "The same text"),
        row("static string Intern(string str)", |call| Ok(call.text(0, "str")?.into()), "The same text"),
        row("static string IsInterned(string str)", |call| Ok(call.text(0, "str")?.into()), "The same text"),
        row("char[] ToCharArray()", |call| to_units(call, None), "Its units as an array"),
        row(
            "char[] ToCharArray(int startIndex, int length)",
            |call| {
                let part = (call.int(0)?, call.int(1)?);
                to_units(call, Some(part))
            },
            "Some of its units as an array",
        ),
        row(
            "void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count)",
            copy_to,
            "Copies units into an array",
        ),
        // Equality and order.
        row(
            "bool Equals(string value)",
            |call| {
                let this = call.this_text()?;
                Ok(call.text_or_null(0)?.is_some_and(|other| this == other).into())
            },
            "True if both have the same units",
        ),
        row(
            "bool Equals(object obj)",
            |call| {
                let this = call.this_text()?;
                Ok(matches!(call.value(0), Value::String(other) if this == other).into())
            },
            "True for text with the same units",
        ),
        row(
            "bool Equals(string value, StringComparison comparisonType)",
            |call| {
                let (this, how) = (call.this_text()?, comparison(call, 1)?);
                Ok(call.text_or_null(0)?.is_some_and(|other| compare::equals(&this, &other, how)).into())
            },
            "True if both are the same for a comparison",
        ),
        row(
            "static bool Equals(string a, string b)",
            |call| Ok((call.text_or_null(0)? == call.text_or_null(1)?).into()),
            "True if both have the same units or are null",
        ),
        row(
            "static bool Equals(string a, string b, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 2)?;
                Ok(match (call.text_or_null(0)?, call.text_or_null(1)?) {
                    (Some(one), Some(other)) => compare::equals(&one, &other, how),
                    (one, other) => one == other,
                }
                .into())
            },
            "True if both are the same for a comparison",
        ),
        row(
            "static bool operator ==(string left, string right)",
            |call| Ok((call.text_or_null(0)? == call.text_or_null(1)?).into()),
            "True if both have the same units",
        ),
        row(
            "static bool operator !=(string left, string right)",
            |call| Ok((call.text_or_null(0)? != call.text_or_null(1)?).into()),
            "True if their units differ",
        ),
        row(
            "static int Compare(string strA, string strB)",
            |call| compared(call, 0, 1, CULTURE),
            "The order of two texts by the alphabet",
        ),
        row(
            "static int Compare(string strA, string strB, bool ignoreCase)",
            |call| {
                let how = culture(call.boolean(2)?);
                compared(call, 0, 1, how)
            },
            "The order of two texts by the alphabet",
        ),
        row(
            "static int Compare(string strA, string strB, bool ignoreCase, IFormatProvider culture)",
            |call| {
                let how = culture(call.boolean(2)?);
                compared(call, 0, 1, how)
            },
            "The order of two texts by the alphabet",
        ),
        row(
            "static int Compare(string strA, string strB, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 2)?;
                compared(call, 0, 1, how)
            },
            "The order of two texts for a comparison",
        ),
        row(
            "static int Compare(string strA, int indexA, string strB, int indexB, int length)",
            |call| compared_parts(call, CULTURE),
            "The order of parts of two texts by the alphabet",
        ),
        row(
            "static int Compare(string strA, int indexA, string strB, int indexB, int length, bool ignoreCase)",
            |call| {
                let how = culture(call.boolean(5)?);
                compared_parts(call, how)
            },
            "The order of parts of two texts by the alphabet",
        ),
        row(
            "static int Compare(string strA, int indexA, string strB, int indexB, int length, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 5)?;
                compared_parts(call, how)
            },
            "The order of parts of two texts for a comparison",
        ),
        row(
            "static int CompareOrdinal(string strA, string strB)",
            |call| compared(call, 0, 1, ORDINAL),
            "The difference of the first units that differ",
        ),
        row(
            "static int CompareOrdinal(string strA, int indexA, string strB, int indexB, int length)",
            |call| compared_parts(call, ORDINAL),
            "The order of parts of two texts by their units",
        ),
        row(
            "int CompareTo(string strB)",
            |call| {
                let this = call.this_text()?;
                Ok(call.text_or_null(0)?.map_or(1, |other| compare::compare(&this, &other, CULTURE)).into())
            },
            "The order of this text and another by the alphabet",
        ),
        row(
            "int CompareTo(object value)",
            |call| {
                let this = call.this_text()?;
                match call.value(0) {
                    Value::Null => Ok(1.into()),
                    Value::String(other) => Ok(compare::compare(&this, &other, CULTURE).into()),
                    _ => Err(Exception::argument("Object must be of type String.", "").into()),
                }
            },
            "The order of this text and another by the alphabet",
        ),
        row(
            "int GetHashCode()",
            |call| {
                let this = Value::String(call.this_text()?);
                Ok(call.machine.hash(&this).into())
            },
            "A number that is the same for the same text",
        ),
        row(
            "int GetHashCode(StringComparison comparisonType)",
            |call| {
                let key = Value::String(compare::key(&call.this_text()?, comparison(call, 0)?));
                Ok(call.machine.hash(&key).into())
            },
            "A number that is the same for texts that are equal for a comparison",
        ),
        // Searching.
        row("bool Contains(string value)", |call| holds(call, ORDINAL, search::contains), "True if a text stands in it"),
        row(
            "bool Contains(string value, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 1)?;
                holds(call, how, search::contains)
            },
            "True if a text stands in it for a comparison",
        ),
        row("bool Contains(char value)", |call| holds(call, ORDINAL, search::contains), "True if it has a unit"),
        row(
            "bool Contains(char value, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 1)?;
                holds(call, how, search::contains)
            },
            "True if it has a unit for a comparison",
        ),
        row("bool StartsWith(string value)", |call| holds(call, CULTURE, search::starts_with), "True if it begins with a text"),
        row(
            "bool StartsWith(string value, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 1)?;
                holds(call, how, search::starts_with)
            },
            "True if it begins with a text for a comparison",
        ),
        row(
            "bool StartsWith(string value, bool ignoreCase, IFormatProvider culture)",
            |call| {
                let how = culture(call.boolean(1)?);
                holds(call, how, search::starts_with)
            },
            "True if it begins with a text",
        ),
        row("bool StartsWith(char value)", |call| holds(call, ORDINAL, search::starts_with), "True if it begins with a unit"),
        row("bool EndsWith(string value)", |call| holds(call, CULTURE, search::ends_with), "True if it ends with a text"),
        row(
            "bool EndsWith(string value, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 1)?;
                holds(call, how, search::ends_with)
            },
            "True if it ends with a text for a comparison",
        ),
        row(
            "bool EndsWith(string value, bool ignoreCase, IFormatProvider culture)",
            |call| {
                let how = culture(call.boolean(1)?);
                holds(call, how, search::ends_with)
            },
            "True if it ends with a text",
        ),
        row("bool EndsWith(char value)", |call| holds(call, ORDINAL, search::ends_with), "True if it ends with a unit"),
        row("int IndexOf(char value)", |call| index_of(call, None, None, ORDINAL), "Where a unit stands first, or -1"),
        row(
            "int IndexOf(char value, int startIndex)",
            |call| index_of(call, Some(1), None, ORDINAL),
            "Where a unit stands first from a position on, or -1",
        ),
        row(
            "int IndexOf(char value, int startIndex, int count)",
            |call| index_of(call, Some(1), Some(2), ORDINAL),
            "Where a unit stands first in a part, or -1",
        ),
        row(
            "int IndexOf(char value, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 1)?;
                index_of(call, None, None, how)
            },
            "Where a unit stands first for a comparison, or -1",
        ),
        row("int IndexOf(string value)", |call| index_of(call, None, None, CULTURE), "Where a text stands first, or -1"),
        row(
            "int IndexOf(string value, int startIndex)",
            |call| index_of(call, Some(1), None, CULTURE),
            "Where a text stands first from a position on, or -1",
        ),
        row(
            "int IndexOf(string value, int startIndex, int count)",
            |call| index_of(call, Some(1), Some(2), CULTURE),
            "Where a text stands first in a part, or -1",
        ),
        row(
            "int IndexOf(string value, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 1)?;
                index_of(call, None, None, how)
            },
            "Where a text stands first for a comparison, or -1",
        ),
        row(
            "int IndexOf(string value, int startIndex, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 2)?;
                index_of(call, Some(1), None, how)
            },
            "Where a text stands first from a position on for a comparison, or -1",
        ),
        row(
            "int IndexOf(string value, int startIndex, int count, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 3)?;
                index_of(call, Some(1), Some(2), how)
            },
            "Where a text stands first in a part for a comparison, or -1",
        ),
        row("int LastIndexOf(char value)", |call| last_index_of(call, None, None, ORDINAL), "Where a unit stands last, or -1"),
        row(
            "int LastIndexOf(char value, int startIndex)",
            |call| last_index_of(call, Some(1), None, ORDINAL),
            "Where a unit stands last up to a position, or -1",
        ),
        row(
            "int LastIndexOf(char value, int startIndex, int count)",
            |call| last_index_of(call, Some(1), Some(2), ORDINAL),
            "Where a unit stands last in a part that ends at a position, or -1",
        ),
        row("int LastIndexOf(string value)", |call| last_index_of(call, None, None, CULTURE), "Where a text stands last, or -1"),
        row(
            "int LastIndexOf(string value, int startIndex)",
            |call| last_index_of(call, Some(1), None, CULTURE),
            "Where a text stands last up to a position, or -1",
        ),
        row(
            "int LastIndexOf(string value, int startIndex, int count)",
            |call| last_index_of(call, Some(1), Some(2), CULTURE),
            "Where a text stands last in a part that ends at a position, or -1",
        ),
        row(
            "int LastIndexOf(string value, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 1)?;
                last_index_of(call, None, None, how)
            },
            "Where a text stands last for a comparison, or -1",
        ),
        row(
            "int LastIndexOf(string value, int startIndex, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 2)?;
                last_index_of(call, Some(1), None, how)
            },
            "Where a text stands last up to a position for a comparison, or -1",
        ),
        row(
            "int LastIndexOf(string value, int startIndex, int count, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 3)?;
                last_index_of(call, Some(1), Some(2), how)
            },
            "Where a text stands last in a part for a comparison, or -1",
        ),
        row("int IndexOfAny(char[] anyOf)", |call| index_of_any(call, None, None), "Where one of some units stands first, or -1"),
        row(
            "int IndexOfAny(char[] anyOf, int startIndex)",
            |call| index_of_any(call, Some(1), None),
            "Where one of some units stands first from a position on, or -1",
        ),
        row(
            "int IndexOfAny(char[] anyOf, int startIndex, int count)",
            |call| index_of_any(call, Some(1), Some(2)),
            "Where one of some units stands first in a part, or -1",
        ),
        row(
            "int LastIndexOfAny(char[] anyOf)",
            |call| last_index_of_any(call, None, None),
            "Where one of some units stands last, or -1",
        ),
        row(
            "int LastIndexOfAny(char[] anyOf, int startIndex)",
            |call| last_index_of_any(call, Some(1), None),
            "Where one of some units stands last up to a position, or -1",
        ),
        row(
            "int LastIndexOfAny(char[] anyOf, int startIndex, int count)",
            |call| last_index_of_any(call, Some(1), Some(2)),
            "Where one of some units stands last in a part that ends at a position, or -1",
        ),
        // Parts and changes.
        row(
            "string Substring(int startIndex)",
            |call| {
                let part = edit::substring(&call.this_text()?, call.int(0)?, None)?;
                made(call, part)
            },
            "The part from a position on",
        ),
        row(
            "string Substring(int startIndex, int length)",
            |call| {
                let part = edit::substring(&call.this_text()?, call.int(0)?, Some(call.int(1)?))?;
                made(call, part)
            },
            "The part of `length` units from a position on",
        ),
        row(
            "string Insert(int startIndex, string value)",
            |call| {
                let (this, value) = (call.this_text()?, call.text(1, "value")?);
                let text = edit::insert(&this, call.int(0)?, &value)?;
                made(call, text)
            },
            "With a text put in at a position",
        ),
        row(
            "string Remove(int startIndex)",
            |call| {
                let text = edit::remove(&call.this_text()?, call.int(0)?, None)?;
                made(call, text)
            },
            "The part up to a position",
        ),
        row(
            "string Remove(int startIndex, int count)",
            |call| {
                let text = edit::remove(&call.this_text()?, call.int(0)?, Some(call.int(1)?))?;
                made(call, text)
            },
            "Without `count` units from a position on",
        ),
        row(
            "string Replace(char oldChar, char newChar)",
            |call| {
                let (old, new) = (NetString::from_unit(call.character(0)?), NetString::from_unit(call.character(1)?));
                let this = call.this_text()?;
                replaced(call, &this, &old, &new, ORDINAL)
            },
            "With one unit in place of another",
        ),
        row(
            "string Replace(string oldValue, string newValue)",
            |call| replace(call, ORDINAL),
            "With one text in place of another, everywhere",
        ),
        row(
            "string Replace(string oldValue, string newValue, StringComparison comparisonType)",
            |call| {
                let how = comparison(call, 2)?;
                replace(call, how)
            },
            "With one text in place of another, found by a comparison",
        ),
        row(
            "string Replace(string oldValue, string newValue, bool ignoreCase, IFormatProvider culture)",
            |call| {
                let how = culture(call.boolean(2)?);
                replace(call, how)
            },
            "With one text in place of another",
        ),
        row(
            "string ReplaceLineEndings()",
            |call| {
                let text = edit::replace_line_endings(&call.this_text()?, &"\n".into());
                made(call, text)
            },
            "With `\\n` for every line end",
        ),
        row(
            "string ReplaceLineEndings(string replacementText)",
            |call| {
                let (this, new) = (call.this_text()?, call.text(0, "replacementText")?);
                call.machine.spend(this.len().saturating_mul(new.size().max(1)))?;
                Ok(edit::replace_line_endings(&this, &new).into())
            },
            "With a text for every line end",
        ),
        row("string ToUpper()", |call| changed(call, case::to_upper), "In upper case"),
        row("string ToUpper(IFormatProvider culture)", |call| changed(call, case::to_upper), "In upper case"),
        row("string ToUpperInvariant()", |call| changed(call, case::to_upper), "In upper case"),
        row("string ToLower()", |call| changed(call, case::to_lower), "In lower case"),
        row("string ToLower(IFormatProvider culture)", |call| changed(call, case::to_lower), "In lower case"),
        row("string ToLowerInvariant()", |call| changed(call, case::to_lower), "In lower case"),
        row("string Trim()", |call| trimmed(call, true, true, &[]), "Without white space on both sides"),
        row(
            "string Trim(char trimChar)",
            |call| {
                let unit = call.character(0)?;
                trimmed(call, true, true, &[unit])
            },
            "Without a unit on both sides",
        ),
        row(
            "string Trim(params char[] trimChars)",
            |call| {
                let any = units(call, 0).unwrap_or_default();
                trimmed(call, true, true, &any)
            },
            "Without some units on both sides",
        ),
        row("string TrimStart()", |call| trimmed(call, true, false, &[]), "Without white space at the start"),
        row(
            "string TrimStart(char trimChar)",
            |call| {
                let unit = call.character(0)?;
                trimmed(call, true, false, &[unit])
            },
            "Without a unit at the start",
        ),
        row(
            "string TrimStart(params char[] trimChars)",
            |call| {
                let any = units(call, 0).unwrap_or_default();
                trimmed(call, true, false, &any)
            },
            "Without some units at the start",
        ),
        row("string TrimEnd()", |call| trimmed(call, false, true, &[]), "Without white space at the end"),
        row(
            "string TrimEnd(char trimChar)",
            |call| {
                let unit = call.character(0)?;
                trimmed(call, false, true, &[unit])
            },
            "Without a unit at the end",
        ),
        row(
            "string TrimEnd(params char[] trimChars)",
            |call| {
                let any = units(call, 0).unwrap_or_default();
                trimmed(call, false, true, &any)
            },
            "Without some units at the end",
        ),
        row("string PadLeft(int totalWidth)", |call| padded(call, b' '.into(), true), "Filled up with blanks on the left"),
        row(
            "string PadLeft(int totalWidth, char paddingChar)",
            |call| {
                let unit = call.character(1)?;
                padded(call, unit, true)
            },
            "Filled up with a unit on the left",
        ),
        row("string PadRight(int totalWidth)", |call| padded(call, b' '.into(), false), "Filled up with blanks on the right"),
        row(
            "string PadRight(int totalWidth, char paddingChar)",
            |call| {
                let unit = call.character(1)?;
                padded(call, unit, false)
            },
            "Filled up with a unit on the right",
        ),
        // Taking apart and putting together.
        row(
            "string[] Split(params char[] separator)",
            |call| split_at_units(call, None, None),
            "The parts between some units, or between white space",
        ),
        row(
            "string[] Split(char[] separator, int count)",
            |call| split_at_units(call, Some(1), None),
            "At most `count` parts between some units",
        ),
        row(
            "string[] Split(char[] separator, StringSplitOptions options)",
            |call| split_at_units(call, None, Some(1)),
            "The parts between some units",
        ),
        row(
            "string[] Split(char[] separator, int count, StringSplitOptions options)",
            |call| split_at_units(call, Some(1), Some(2)),
            "At most `count` parts between some units",
        ),
        row(
            "string[] Split(char separator, StringSplitOptions options = StringSplitOptions.None)",
            |call| {
                let separators = Separators::Units(vec![call.character(0)?]);
                split_up(call, separators, None, Some(1))
            },
            "The parts between a unit",
        ),
        row(
            "string[] Split(char separator, int count, StringSplitOptions options = StringSplitOptions.None)",
            |call| {
                let separators = Separators::Units(vec![call.character(0)?]);
                split_up(call, separators, Some(1), Some(2))
            },
            "At most `count` parts between a unit",
        ),
        row(
            "string[] Split(string separator, StringSplitOptions options = StringSplitOptions.None)",
            |call| {
                let separators = Separators::Texts(call.text_or_null(0)?.into_iter().collect());
                split_up(call, separators, None, Some(1))
            },
            "The parts between a text",
        ),
        row(
            "string[] Split(string separator, int count, StringSplitOptions options = StringSplitOptions.None)",
            |call| {
                let separators = Separators::Texts(call.text_or_null(0)?.into_iter().collect());
                split_up(call, separators, Some(1), Some(2))
            },
            "At most `count` parts between a text",
        ),
        row(
            "string[] Split(string[] separator, StringSplitOptions options)",
            |call| {
                let separators = separator_texts(call);
                split_up(call, separators, None, Some(1))
            },
            "The parts between some texts",
        ),
        row(
            "string[] Split(string[] separator, int count, StringSplitOptions options)",
            |call| {
                let separators = separator_texts(call);
                split_up(call, separators, Some(1), Some(2))
            },
            "At most `count` parts between some texts",
        ),
        row("static string Concat(object arg0)", |call| concat(call, 0..1), "A value as text"),
        row("static string Concat(object arg0, object arg1)", |call| concat(call, 0..2), "Values as text, one after the other"),
        row(
            "static string Concat(object arg0, object arg1, object arg2)",
            |call| concat(call, 0..3),
            "Values as text, one after the other",
        ),
        row("static string Concat(string str0, string str1)", |call| concat(call, 0..2), "Texts one after the other"),
        row(
            "static string Concat(string str0, string str1, string str2)",
            |call| concat(call, 0..3),
            "Texts one after the other",
        ),
        row(
            "static string Concat(string str0, string str1, string str2, string str3)",
            |call| concat(call, 0..4),
            "Texts one after the other",
        ),
        row("static string Concat(params object[] args)", |call| concat_all(call, "args"), "Values as text, one after the other"),
        row("static string Concat(params string[] values)", |call| concat_all(call, "values"), "Texts one after the other"),
        row("static string Concat(IEnumerable<string> values)", |call| concat_all(call, "values"), "Texts one after the other"),
        row(
            "static string Concat<T>(IEnumerable<T> values)",
            |call| concat_all(call, "values"),
            "Values as text, one after the other",
        ),
        row(
            "static string Join(string separator, params string[] value)",
            |call| joined(call, "value"),
            "Texts with a separator between them",
        ),
        row(
            "static string Join(string separator, params object[] values)",
            |call| joined(call, "values"),
            "Values as text with a separator between them",
        ),
        row(
            "static string Join(string separator, IEnumerable<string> values)",
            |call| joined(call, "values"),
            "Texts with a separator between them",
        ),
        row(
            "static string Join<T>(string separator, IEnumerable<T> values)",
            |call| joined(call, "values"),
            "Values as text with a separator between them",
        ),
        row(
            "static string Join(string separator, string[] value, int startIndex, int count)",
            joined_part,
            "Some of the texts with a separator between them",
        ),
        row(
            "static string Join(char separator, params string[] value)",
            |call| joined(call, "value"),
            "Texts with a unit between them",
        ),
        row(
            "static string Join(char separator, params object[] values)",
            |call| joined(call, "values"),
            "Values as text with a unit between them",
        ),
        row(
            "static string Join<T>(char separator, IEnumerable<T> values)",
            |call| joined(call, "values"),
            "Values as text with a unit between them",
        ),
        row(
            "static string Join(char separator, string[] value, int startIndex, int count)",
            joined_part,
            "Some of the texts with a unit between them",
        ),
        row("static string Format(string format, object arg0)", |call| formatted(call, 0, 1..2), "A format with a value put in"),
        row(
            "static string Format(string format, object arg0, object arg1)",
            |call| formatted(call, 0, 1..3),
            "A format with values put in",
        ),
        row(
            "static string Format(string format, object arg0, object arg1, object arg2)",
            |call| formatted(call, 0, 1..4),
            "A format with values put in",
        ),
        row(
            "static string Format(string format, params object[] args)",
            |call| formatted_all(call, 0),
            "A format with values put in",
        ),
        row(
            "static string Format(IFormatProvider provider, string format, object arg0)",
            |call| formatted(call, 1, 2..3),
            "A format with a value put in",
        ),
        row(
            "static string Format(IFormatProvider provider, string format, object arg0, object arg1)",
            |call| formatted(call, 1, 2..4),
            "A format with values put in",
        ),
        row(
            "static string Format(IFormatProvider provider, string format, object arg0, object arg1, object arg2)",
            |call| formatted(call, 1, 2..5),
            "A format with values put in",
        ),
        row(
            "static string Format(IFormatProvider provider, string format, params object[] args)",
            |call| formatted_all(call, 1),
            "A format with values put in",
        ),
    ],
    missing: &[
        "Normalize",
        "IsNormalized",
        "GetTypeCode",
        "EnumerateRunes",
        "GetPinnableReference",
        "Create",
        "TryCopyTo",
        "GetEnumerator",
    ],
    doc: "Text: a sequence of UTF-16 units",
};

/// `System.StringComparison`
pub static STRING_COMPARISON: NetType = NetType {
    namespace: "System",
    name: "StringComparison",
    kind: Kind::Enum(&[
        ("CurrentCulture", 0),
        ("CurrentCultureIgnoreCase", 1),
        ("InvariantCulture", 2),
        ("InvariantCultureIgnoreCase", 3),
        ("Ordinal", 4),
        ("OrdinalIgnoreCase", 5),
    ]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "How texts are compared: by their units (`Ordinal`) or by the alphabet, with or without case",
};

/// `System.StringSplitOptions`
pub static STRING_SPLIT_OPTIONS: NetType = NetType {
    namespace: "System",
    name: "StringSplitOptions",
    kind: Kind::Enum(&[("None", 0), ("RemoveEmptyEntries", 1), ("TrimEntries", 2)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "What `Split` does to the parts",
};

/// `System.StringComparer`
pub static STRING_COMPARER: NetType = NetType {
    namespace: "System",
    name: "StringComparer",
    kind: Kind::Class,
    bases: &["IComparer<string>", "IEqualityComparer<string>"],
    members: &[
        row("static StringComparer Ordinal", |_| Ok(Value::object(Comparer(ORDINAL))), "Compares units"),
        row(
            "static StringComparer OrdinalIgnoreCase",
            |_| Ok(Value::object(Comparer(ORDINAL_IGNORE_CASE))),
            "Compares units without case",
        ),
        row("static StringComparer InvariantCulture", |_| Ok(Value::object(Comparer(CULTURE))), "Compares by the alphabet"),
        row(
            "static StringComparer InvariantCultureIgnoreCase",
            |_| Ok(Value::object(Comparer(CULTURE_IGNORE_CASE))),
            "Compares by the alphabet without case",
        ),
        row("static StringComparer CurrentCulture", |_| Ok(Value::object(Comparer(CULTURE))), "Compares by the alphabet"),
        row(
            "static StringComparer CurrentCultureIgnoreCase",
            |_| Ok(Value::object(Comparer(CULTURE_IGNORE_CASE))),
            "Compares by the alphabet without case",
        ),
        row(
            "static StringComparer FromComparison(StringComparison comparisonType)",
            |call| Ok(Value::object(Comparer(comparison(call, 0)?))),
            "The comparer of a comparison",
        ),
        row(
            "static StringComparer Create(IFormatProvider culture, bool ignoreCase)",
            |call| Ok(Value::object(Comparer(culture(call.boolean(1)?)))),
            "The comparer of a culture, which is always the invariant one",
        ),
        row(
            "int Compare(string x, string y)",
            |call| {
                let how = call.this_object::<Comparer>()?.0;
                compared(call, 0, 1, how)
            },
            "The order of two texts",
        ),
        row(
            "bool Equals(string x, string y)",
            |call| {
                let how = call.this_object::<Comparer>()?.0;
                Ok(match (call.text_or_null(0)?, call.text_or_null(1)?) {
                    (Some(one), Some(other)) => compare::equals(&one, &other, how),
                    (one, other) => one == other,
                }
                .into())
            },
            "True if both are the same",
        ),
        row(
            "int GetHashCode(string obj)",
            |call| {
                let key = compare::key(&call.text(0, "obj")?, call.this_object::<Comparer>()?.0);
                Ok(call.machine.hash(&key.into()).into())
            },
            "A number that is the same for texts that are equal",
        ),
    ],
    missing: &["IsWellKnownOrdinalComparer", "IsWellKnownCultureAwareComparer"],
    doc: "Compares texts, and is given to collections that hold text",
};

/// A `StringComparer`.
#[derive(Clone, Copy, Debug)]
pub struct Comparer(pub Comparison);

impl Object for Comparer {
    fn net_type(&self) -> Type {
        Type::of(&STRING_COMPARER)
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        Some(other.downcast_ref::<Comparer>().is_some_and(|other| other.0 == self.0))
    }

    fn hash(&self) -> Option<i32> {
        Some(i32::from(self.0.culture) * 2 + i32::from(self.0.ignore_case))
    }
}

/// `string.Compare`
pub(crate) fn compare(one: &NetString, other: &NetString) -> Ordering {
    compare::cultural(one, other, false)
}

fn length(text: &NetString) -> i32 {
    i32::try_from(text.len()).unwrap_or(i32::MAX)
}

/// An argument of type `StringComparison`.
fn comparison(call: &Call<'_, '_>, at: usize) -> Result<Comparison, Thrown> {
    Ok(compare::comparison(call.enumeration(at)?)?)
}

fn culture(ignore_case: bool) -> Comparison {
    if ignore_case { CULTURE_IGNORE_CASE } else { CULTURE }
}

/// An argument of type `char[]`; `None` for null.
fn units(call: &Call<'_, '_>, at: usize) -> Option<Vec<u16>> {
    let array = call.arguments.get(at)?.downcast_ref::<Array>()?;
    let unit = |value| if let Value::Char(unit) = value { unit } else { 0 };
    Some(array.items().into_iter().map(unit).collect())
}

/// Text that was made, counted.
fn made(call: &mut Call<'_, '_>, text: NetString) -> Result<Value, Thrown> {
    call.machine.spend(text.size())?;
    Ok(text.into())
}

/// Counts the work of finding a position, where that means going through the text.
fn position_costs(call: &mut Call<'_, '_>, text: &NetString) -> Result<(), Thrown> {
    if text.is_ascii() { Ok(()) } else { call.machine.step(text.size() as u64 / 256) }
}

fn item(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, at) = (call.this_text()?, usize::try_from(call.int(0)?).ok());
    position_costs(call, &this)?;
    let unit = at.and_then(|at| this.unit(at));
    unit.map(Value::Char).ok_or_else(|| Thrown::new("IndexOutOfRangeException", "Index was outside the bounds of the array."))
}

fn repeated(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (unit, count) = (call.character(0)?, call.int(1)?);
    let Ok(count) = usize::try_from(count) else {
        return Err(Exception::argument_out_of_range("Count cannot be less than zero.", "count").into());
    };
    call.machine.spend(count.saturating_mul(2))?;
    Ok(edit::repeat(unit, count).into())
}

fn from_part(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let units = units(call, 0).ok_or_else(|| Exception::argument_null("value"))?;
    let (start, length) = (call.int(1)?, call.int(2)?);
    let wrong = |message: &str, parameter: &str| Err(Exception::argument_out_of_range(message, parameter).into());
    let Ok(from) = usize::try_from(start) else { return wrong("StartIndex cannot be less than zero.", "startIndex") };
    let Ok(length) = usize::try_from(length) else { return wrong("Length cannot be less than zero.", "length") };
    match units.get(from..from.saturating_add(length)) {
        Some(part) => Ok(NetString::from_units(part).into()),
        None => wrong("Index was out of range. Must be non-negative and less than the size of the collection.", "startIndex"),
    }
}

fn is_null_or_white_space(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(call.text_or_null(0)?.is_none_or(|text| text.units().into_iter().all(split::is_blank)).into())
}

fn to_units(call: &mut Call<'_, '_>, part: Option<(i32, i32)>) -> Result<Value, Thrown> {
    let this = call.this_text()?;
    let all = match part {
        None => 0..this.len(),
        Some((start, length)) => range(this.len(), start, Some(length)).map_err(|_| match start {
            start if start < 0 || start as usize > this.len() => search::past_end("startIndex"),
            _ => search::past_end("length"),
        })?,
    };
    call.machine.spend(all.len() * size_of::<Value>())?;
    let units = this.units().get(all).unwrap_or_default().iter().map(|&unit| Value::Char(unit)).collect();
    Ok(Value::array(Type::CHAR, units))
}

fn copy_to(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, target) = (call.this_text()?, call.object::<Array>(1, "destination")?);
    let (from, to, count) = (call.int(0)?, call.int(2)?, call.int(3)?);
    edit::not_negative("count", count)?;
    edit::not_negative("sourceIndex", from)?;
    let (from, count) = (from as usize, count as usize);
    if count > this.len().saturating_sub(from) {
        let message = "Index and count must refer to a location within the string.";
        return Err(Exception::argument_out_of_range(message, "sourceIndex").into());
    }
    let room = usize::try_from(to).ok().and_then(|to| target.len().checked_sub(to));
    if room.is_none_or(|room| count > room) {
        let message = "Index and count must refer to a location within the string.";
        return Err(Exception::argument_out_of_range(message, "destinationIndex").into());
    }
    call.machine.step(count as u64)?;
    for (at, unit) in this.units().into_iter().skip(from).take(count).enumerate() {
        target.set(to as usize + at, Value::Char(unit));
    }
    Ok(Value::Null)
}

fn compared(call: &mut Call<'_, '_>, one: usize, other: usize, how: Comparison) -> Result<Value, Thrown> {
    Ok(match (call.text_or_null(one)?, call.text_or_null(other)?) {
        (Some(one), Some(other)) => compare::compare(&one, &other, how),
        (one, other) => i32::from(one.is_some()) - i32::from(other.is_some()),
    }
    .into())
}

fn compared_parts(call: &mut Call<'_, '_>, how: Comparison) -> Result<Value, Thrown> {
    let length = call.int(4)?;
    let (one, other) = (call.text_or_null(0)?, call.text_or_null(2)?);
    let (Some(one), Some(other)) = (&one, &other) else {
        return Ok((i32::from(one.is_some()) - i32::from(other.is_some())).into());
    };
    if length < 0 {
        return Err(Exception::argument_out_of_range("Length cannot be less than zero.", "length").into());
    }
    let part = |text: &NetString, at: i32, parameter: &str| -> Result<NetString, Thrown> {
        let size = text.len();
        let at = usize::try_from(at).ok().filter(|&at| at <= size).ok_or_else(|| search::outside(parameter))?;
        Ok(text.slice(at, (length as usize).min(size - at)).unwrap_or_default())
    };
    let (one, other) = (part(one, call.int(1)?, "indexA")?, part(other, call.int(3)?, "indexB")?);
    Ok(compare::compare(&one, &other, how).into())
}

/// What is looked for: text, or a unit.
fn wanted(call: &Call<'_, '_>) -> Result<NetString, Thrown> {
    match call.arguments.first() {
        Some(Value::Char(unit)) => Ok(NetString::from_unit(*unit)),
        _ => call.text(0, "value"),
    }
}

fn holds(
    call: &mut Call<'_, '_>,
    how: Comparison,
    test: fn(&NetString, &NetString, Comparison) -> bool,
) -> Result<Value, Thrown> {
    let (this, value) = (call.this_text()?, wanted(call)?);
    worth(call, &this)?;
    Ok(test(&this, &value, how).into())
}

/// Counts the work of going through a text.
fn worth(call: &mut Call<'_, '_>, text: &NetString) -> Result<(), Thrown> {
    call.machine.step(text.size() as u64 / 256)
}

fn position(found: Option<usize>) -> Result<Value, Thrown> {
    Ok(found.and_then(|at| i32::try_from(at).ok()).unwrap_or(-1).into())
}

/// An argument of type `int` at a place that a row may not have.
fn optional(call: &Call<'_, '_>, at: Option<usize>) -> Result<Option<i32>, Thrown> {
    at.map(|at| call.int(at)).transpose()
}

fn index_of(call: &mut Call<'_, '_>, start: Option<usize>, count: Option<usize>, how: Comparison) -> Result<Value, Thrown> {
    let (this, value) = (call.this_text()?, wanted(call)?);
    let within = range(this.len(), optional(call, start)?.unwrap_or(0), optional(call, count)?)?;
    worth(call, &this)?;
    position(search::find(&this, &value, within, how))
}

fn last_index_of(call: &mut Call<'_, '_>, start: Option<usize>, count: Option<usize>, how: Comparison) -> Result<Value, Thrown> {
    let (this, value) = (call.this_text()?, wanted(call)?);
    let size = this.len();
    let (start, count) = (optional(call, start)?, optional(call, count)?);
    let is_unit = matches!(call.arguments.first(), Some(Value::Char(_)));
    let within = match start {
        None => Some(0..size),
        // For texts, a start just past the end means the end.
        Some(start) if !is_unit && size > 0 && usize::try_from(start) == Ok(size) => {
            range_back(size, start - 1, count.map(|count| if count > 0 { count - 1 } else { count }))?
        }
        Some(start) => range_back(size, start, count).map_err(|exception| match is_unit {
            false if start < 0 || start as usize > size => search::past_end("startIndex"),
            _ => exception,
        })?,
    };
    worth(call, &this)?;
    match within {
        Some(within) => position(search::find_last(&this, &value, within, how)),
        None => position(value.is_empty().then_some(0)),
    }
}

fn index_of_any(call: &mut Call<'_, '_>, start: Option<usize>, count: Option<usize>) -> Result<Value, Thrown> {
    let (this, any) = (call.this_text()?, units(call, 0).ok_or_else(|| Exception::argument_null("anyOf"))?);
    let within = range(this.len(), optional(call, start)?.unwrap_or(0), optional(call, count)?)?;
    call.machine.step((this.size().saturating_mul(any.len())) as u64 / 256)?;
    position(search::find_any(&this, &any, within))
}

fn last_index_of_any(call: &mut Call<'_, '_>, start: Option<usize>, count: Option<usize>) -> Result<Value, Thrown> {
    let (this, any) = (call.this_text()?, units(call, 0).ok_or_else(|| Exception::argument_null("anyOf"))?);
    let start = optional(call, start)?.unwrap_or(length(&this) - 1);
    call.machine.step((this.size().saturating_mul(any.len())) as u64 / 256)?;
    let within = range_back(this.len(), start, optional(call, count)?)?;
    position(within.and_then(|within| search::find_last_any(&this, &any, within)))
}

fn replace(call: &mut Call<'_, '_>, how: Comparison) -> Result<Value, Thrown> {
    let (this, old) = (call.this_text()?, call.text(0, "oldValue")?);
    let new = call.text_or_null(1)?.unwrap_or_default();
    replaced(call, &this, &old, &new, how)
}

fn replaced(
    call: &mut Call<'_, '_>,
    this: &NetString,
    old: &NetString,
    new: &NetString,
    how: Comparison,
) -> Result<Value, Thrown> {
    let added = edit::count(this, old, how).saturating_mul(new.size());
    call.machine.spend(this.size().saturating_add(added))?;
    Ok(edit::replace(this, old, new, how)?.into())
}

fn changed(call: &mut Call<'_, '_>, change: fn(&NetString) -> NetString) -> Result<Value, Thrown> {
    let this = call.this_text()?;
    call.machine.spend(this.size())?;
    Ok(change(&this).into())
}

fn trimmed(call: &mut Call<'_, '_>, start: bool, end: bool, any: &[u16]) -> Result<Value, Thrown> {
    let text = split::trim(&call.this_text()?, start, end, any);
    made(call, text)
}

fn padded(call: &mut Call<'_, '_>, unit: u16, left: bool) -> Result<Value, Thrown> {
    let this = call.this_text()?;
    let count = edit::padding(&this, call.int(0)?)?;
    call.machine.spend(this.size() + count * 2)?;
    let padding = edit::repeat(unit, count);
    Ok(if left { padding.concat(&this) } else { this.concat(&padding) }.into())
}

fn split_at_units(call: &mut Call<'_, '_>, count: Option<usize>, options: Option<usize>) -> Result<Value, Thrown> {
    let separators = units(call, 0).map_or(Separators::Blank, Separators::Units);
    split_up(call, separators, count, options)
}

fn separator_texts(call: &Call<'_, '_>) -> Separators {
    let array = call.arguments.first().and_then(|value| value.downcast_ref::<Array>());
    match array.filter(|array| !array.is_empty()) {
        Some(array) => {
            let texts =
                array.items().into_iter().filter_map(|item| if let Value::String(text) = item { Some(text) } else { None });
            Separators::Texts(texts.collect())
        }
        None => Separators::Blank,
    }
}

fn split_up(
    call: &mut Call<'_, '_>,
    separators: Separators,
    count: Option<usize>,
    options: Option<usize>,
) -> Result<Value, Thrown> {
    let this = call.this_text()?;
    let count = optional(call, count)?.unwrap_or(i32::MAX);
    edit::not_negative("count", count)?;
    let options = SplitOptions::from_number(options.map_or(Ok(0), |at| call.enumeration(at))?)?;
    // Every unit may be a separator, and every part costs more than its units.
    let several = if let Separators::Texts(texts) = &separators { texts.len() } else { 1 };
    call.machine.step((this.size().saturating_mul(several)) as u64 / 64)?;
    let parts = split::split(&this, &separators, count as usize, options);
    call.machine.strings(parts)
}

/// Texts one after the other, counted, with a separator between them.
fn together(call: &mut Call<'_, '_>, separator: &NetString, items: impl IntoIterator<Item = Value>) -> Result<Value, Thrown> {
    let mut text = String::new();
    let mut units: Option<Vec<u16>> = None;
    for (at, item) in items.into_iter().enumerate() {
        let item = call.machine.text(&item)?;
        for part in [separator, &item].into_iter().skip(usize::from(at == 0)) {
            call.machine.spend(part.size())?;
            match (&mut units, part.as_str()) {
                (None, Some(part)) => text.push_str(part),
                // A lone surrogate: from here on in units.
                (None, None) => {
                    let mut all: Vec<u16> = text.encode_utf16().collect();
                    all.extend(part.units());
                    units = Some(all);
                }
                (Some(units), _) => units.extend(part.units()),
            }
        }
    }
    Ok(units.map_or_else(|| text.into(), |units| NetString::from_units(&units).into()))
}

fn concat(call: &mut Call<'_, '_>, all: Range<usize>) -> Result<Value, Thrown> {
    let items: Vec<Value> = all.map(|at| call.value(at)).collect();
    together(call, &NetString::default(), items)
}

fn concat_all(call: &mut Call<'_, '_>, parameter: &str) -> Result<Value, Thrown> {
    let items = call.items(0, parameter)?;
    together(call, &NetString::default(), items)
}

/// The separator of `Join`: text, null or a unit.
fn separator(call: &Call<'_, '_>) -> Result<NetString, Thrown> {
    match call.arguments.first() {
        Some(Value::Char(unit)) => Ok(NetString::from_unit(*unit)),
        _ => Ok(call.text_or_null(0)?.unwrap_or_default()),
    }
}

fn joined(call: &mut Call<'_, '_>, parameter: &str) -> Result<Value, Thrown> {
    let separator = separator(call)?;
    let items = call.items(1, parameter)?;
    together(call, &separator, items)
}

fn joined_part(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let separator = separator(call)?;
    let items = call.items(1, "value")?;
    let (start, count) = (call.int(2)?, call.int(3)?);
    edit::not_negative("startIndex", start)?;
    edit::not_negative("count", count)?;
    let (start, count) = (start as usize, count as usize);
    let most = items.len() as i64 - count as i64;
    if start as i64 > most {
        return Err(edit::greater("startIndex", start as i64, most).into());
    }
    together(call, &separator, items.into_iter().skip(start).take(count))
}

fn formatted_all(call: &mut Call<'_, '_>, format: usize) -> Result<Value, Thrown> {
    let template = call.text(format, "format")?;
    let items = call.items(format + 1, "args")?;
    put_in(call, &template, &items)
}

fn formatted(call: &mut Call<'_, '_>, format: usize, arguments: Range<usize>) -> Result<Value, Thrown> {
    let template = call.text(format, "format")?;
    let items: Vec<Value> = arguments.map(|at| call.value(at)).collect();
    put_in(call, &template, &items)
}

/// Composite formatting: see [`format`].
pub(super) fn put_in(call: &mut Call<'_, '_>, template: &NetString, items: &[Value]) -> Result<Value, Thrown> {
    let mut parts = Vec::new();
    for piece in format::pieces(template) {
        parts.push(match piece? {
            format::Piece::Text(text) => text.into(),
            format::Piece::Hole { index, alignment, format } => {
                let item = items.get(index).ok_or_else(format::no_such_argument)?;
                let text = call.machine.formatted(item, format.as_ref())?;
                call.machine.spend(alignment.unsigned_abs() as usize)?;
                format::align(text, alignment).into()
            }
        });
    }
    together(call, &NetString::default(), parts)
}
