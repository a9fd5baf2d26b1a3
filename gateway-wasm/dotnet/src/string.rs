//! Text as C# has it: a sequence of UTF-16 units.

pub mod case;
pub mod compare;
pub mod edit;
pub mod search;
pub mod split;

use std::{borrow::Cow, cmp::Ordering, fmt, hash, rc::Rc};

/// Immutable text, cheap to clone, measured in UTF-16 units.
///
/// Text is UTF-8 inside, because that is what goes in and out; only text with a surrogate that has lost its other half,
/// which UTF-8 cannot hold, is kept as units. Every constructor keeps to that, so equal text has equal bytes.
/// What is ASCII is known to be, because there a position is a byte, and loops over `text[i]` are common.
#[derive(Clone)]
pub struct NetString(Inner);

#[derive(Clone, PartialEq, Eq)]
enum Inner {
    Ascii(Rc<str>),
    /// Not ASCII.
    Text(Rc<str>),
    Units(Rc<[u16]>),
}

impl NetString {
    fn new(text: Rc<str>) -> Self {
        Self(if text.is_ascii() { Inner::Ascii(text) } else { Inner::Text(text) })
    }

    /// From UTF-16 units.
    pub fn from_units(units: &[u16]) -> Self {
        match String::from_utf16(units) {
            Ok(text) => Self::new(text.into()),
            Err(_) => Self(Inner::Units(units.into())),
        }
    }

    /// One character.
    pub fn from_unit(unit: u16) -> Self {
        Self::from_units(&[unit])
    }

    /// The text, if it is Unicode: no surrogate stands alone. It practically always is.
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Inner::Ascii(text) | Inner::Text(text) => Some(text),
            Inner::Units(_) => None,
        }
    }

    /// The text; a surrogate that stands alone becomes U+FFFD, as in .NET's encoders.
    pub fn to_str(&self) -> Cow<'_, str> {
        match &self.0 {
            Inner::Ascii(text) | Inner::Text(text) => Cow::Borrowed(text),
            Inner::Units(units) => Cow::Owned(String::from_utf16_lossy(units)),
        }
    }

    /// The text shared, without a copy where it is Unicode.
    pub fn to_rc(&self) -> Rc<str> {
        match &self.0 {
            Inner::Ascii(text) | Inner::Text(text) => text.clone(),
            Inner::Units(units) => String::from_utf16_lossy(units).into(),
        }
    }

    /// Its length in UTF-16 units.
    pub fn len(&self) -> usize {
        match &self.0 {
            Inner::Ascii(text) => text.len(),
            Inner::Text(text) => text.encode_utf16().count(),
            Inner::Units(units) => units.len(),
        }
    }

    /// True for `""`.
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Inner::Ascii(text) => text.is_empty(),
            Inner::Text(_) | Inner::Units(_) => false,
        }
    }

    /// Its bytes in memory, for limits.
    pub fn size(&self) -> usize {
        match &self.0 {
            Inner::Ascii(text) | Inner::Text(text) => text.len(),
            Inner::Units(units) => units.len() * 2,
        }
    }

    /// Its UTF-16 units.
    pub fn units(&self) -> Vec<u16> {
        match &self.0 {
            Inner::Ascii(text) => text.bytes().map(u16::from).collect(),
            Inner::Text(text) => text.encode_utf16().collect(),
            Inner::Units(units) => units.to_vec(),
        }
    }

    /// The unit at a position.
    pub fn unit(&self, at: usize) -> Option<u16> {
        match &self.0 {
            Inner::Ascii(text) => text.as_bytes().get(at).map(|&byte| byte.into()),
            Inner::Text(text) => text.encode_utf16().nth(at),
            Inner::Units(units) => units.get(at).copied(),
        }
    }

    /// The part of `length` units from `start` on; `None` if it reaches over the end.
    pub fn slice(&self, start: usize, length: usize) -> Option<NetString> {
        let end = start.checked_add(length)?;
        match &self.0 {
            Inner::Ascii(text) => text.get(start..end).map(|part| Self(Inner::Ascii(part.into()))),
            Inner::Text(_) => self.units().get(start..end).map(NetString::from_units),
            Inner::Units(units) => units.get(start..end).map(NetString::from_units),
        }
    }

    /// Both, one after the other.
    pub fn concat(&self, other: &NetString) -> NetString {
        let (Some(one), Some(two)) = (self.as_str(), other.as_str()) else {
            // Two halves of a surrogate pair may meet here and become Unicode again.
            let mut units = self.units();
            units.extend(other.units());
            return NetString::from_units(&units);
        };
        let mut text = String::with_capacity(one.len() + two.len());
        text.push_str(one);
        text.push_str(two);
        let text = text.into();
        Self(if self.is_ascii() && other.is_ascii() { Inner::Ascii(text) } else { Inner::Text(text) })
    }

    /// True if a position in it is found at once; otherwise the text is gone through.
    pub fn is_ascii(&self) -> bool {
        matches!(self.0, Inner::Ascii(_))
    }
}

impl Default for NetString {
    fn default() -> Self {
        Self::from("")
    }
}

impl From<&str> for NetString {
    fn from(text: &str) -> Self {
        Self::new(text.into())
    }
}

impl From<String> for NetString {
    fn from(text: String) -> Self {
        Self::new(text.into())
    }
}

impl From<Rc<str>> for NetString {
    fn from(text: Rc<str>) -> Self {
        Self::new(text)
    }
}

impl From<Cow<'_, str>> for NetString {
    fn from(text: Cow<'_, str>) -> Self {
        Self::new(text.into())
    }
}

impl PartialEq for NetString {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for NetString {}

impl PartialEq<str> for NetString {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl hash::Hash for NetString {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        match &self.0 {
            Inner::Ascii(text) | Inner::Text(text) => text.hash(state),
            Inner::Units(units) => units.hash(state),
        }
    }
}

/// The ordinal order: by UTF-16 unit, as .NET's `string.CompareOrdinal`.
impl Ord for NetString {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Inner::Ascii(one), Inner::Ascii(other)) => one.cmp(other),
            (Inner::Ascii(one) | Inner::Text(one), Inner::Ascii(other) | Inner::Text(other)) => {
                one.encode_utf16().cmp(other.encode_utf16())
            }
            _ => self.units().cmp(&other.units()),
        }
    }
}

impl PartialOrd for NetString {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for NetString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_str())
    }
}

impl fmt::Debug for NetString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_in_utf16_units() {
        let text = NetString::from("a😀b");
        assert_eq!((text.len(), text.unit(3)), (4, Some(u16::from(b'b'))));
        let half = text.slice(0, 2).unwrap();
        assert_eq!((half.len(), half.as_str(), &*half.to_str()), (2, None, "a\u{fffd}"));
        assert_eq!(half.concat(&text.slice(2, 2).unwrap()), text);
        assert_eq!(text.slice(2, 3), None);
    }

    #[test]
    fn orders_by_unit() {
        // U+FF5E is one unit above the surrogates; U+1F600 is two surrogates. UTF-8 would order them the other way.
        let (one, other) = (NetString::from("\u{ff5e}"), NetString::from("😀"));
        assert!(one > other);
    }
}
