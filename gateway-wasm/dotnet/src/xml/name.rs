//! Names and namespaces, and which characters XML takes where.

use super::exception;
use crate::{Exception, NetString, Result};
use std::{fmt, rc::Rc};

/// The namespace of the prefix `xml`.
pub const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The namespace of the prefix `xmlns`.
pub const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// An `XNamespace`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Namespace(Rc<str>);

impl Namespace {
    /// The namespace of a name, mostly a URI.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The namespace of what is in none.
    pub fn none() -> Self {
        Self::new("")
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its name as text.
    pub fn text(&self) -> NetString {
        self.0.clone().into()
    }

    /// True for the namespace of what is in none.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// A name in it.
    ///
    /// # Errors
    /// `XmlException` for a local name that is no name.
    pub fn name(&self, local: &str) -> Result<Name> {
        verify(local)?;
        Ok(Name { local: local.into(), namespace: self.clone() })
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An `XName`: a name in a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The name without its namespace.
    pub local: Rc<str>,
    /// The namespace.
    pub namespace: Namespace,
}

impl Name {
    /// `XName.Get`: `local` or `{namespace}local`.
    ///
    /// # Errors
    /// `ArgumentException` for empty text and for braces that do not fit, `XmlException` for a local name that is no name.
    pub fn expanded(text: &str) -> Result<Self> {
        let invalid = || Exception::new("ArgumentException", format!("'{text}' is an invalid expanded name."));
        if text.is_empty() {
            return Err(invalid());
        }
        let Some(rest) = text.strip_prefix('{') else { return Namespace::none().name(text) };
        match rest.rsplit_once('}') {
            Some((namespace, local)) if !namespace.is_empty() && !local.is_empty() => Namespace::new(namespace).name(local),
            _ => Err(invalid()),
        }
    }

    /// True for `xmlns` and `xmlns:a`.
    pub(super) fn declares_namespace(&self) -> bool {
        if self.namespace.is_none() { &*self.local == "xmlns" } else { self.namespace.as_str() == XMLNS }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.namespace.is_none() {
            write!(f, "{{{}}}", self.namespace)?;
        }
        f.write_str(&self.local)
    }
}

/// Checks a name without colon.
///
/// # Errors
/// `XmlException` that says which character may not be there.
pub(super) fn verify(name: &str) -> Result<()> {
    let mut characters = name.chars();
    match characters.next() {
        None => return Err(exception("The empty string '' is not a valid local name.")),
        Some(first) if !is_name_start(first) => return Err(exception(bad_name_start(first))),
        Some(_) => {}
    }
    match characters.find(|&character| !is_name(character)) {
        Some(bad) => Err(exception(bad_name(bad))),
        None => Ok(()),
    }
}

/// The message for a character that no name begins with.
pub(super) fn bad_name_start(character: char) -> String {
    format!("Name cannot begin with the '{}' character, hexadecimal value {}.", shown(character), hexadecimal(character))
}

/// The message for a character that no name has.
pub(super) fn bad_name(character: char) -> String {
    format!("The '{}' character, hexadecimal value {}, cannot be included in a name.", shown(character), hexadecimal(character))
}

/// The message for a character that XML does not have.
pub(super) fn bad_character(character: char) -> String {
    format!("'{}', hexadecimal value {}, is an invalid character.", shown(character), hexadecimal(character))
}

/// A character as the messages show it.
pub(super) fn shown(character: char) -> char {
    if character == '\0' { '.' } else { character }
}

/// A character's number as the messages show it.
pub(super) fn hexadecimal(character: char) -> String {
    format!("0x{:02X}", u32::from(character))
}

/// Space, tab and the two of line ends.
pub fn is_white_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

/// True for what may stand in text.
pub(super) fn is_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// True for what a name without colon may begin with. .NET's tables are those of the fourth edition of XML 1.0; these are the
/// ranges of the fifth, up to U+FFFF.
pub(super) fn is_name_start(character: char) -> bool {
    matches!(character,
        'A'..='Z' | 'a'..='z' | '_' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}')
}

/// True for what a name without colon may have after its first character.
pub(super) fn is_name(character: char) -> bool {
    is_name_start(character)
        || matches!(character, '0'..='9' | '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_expanded_names() {
        let name = Name::expanded("{urn:a}b").unwrap();
        assert_eq!((name.namespace.as_str(), &*name.local, name.to_string()), ("urn:a", "b", "{urn:a}b".into()));
        let message = |text| Name::expanded(text).unwrap_err().message;
        assert_eq!(message(""), "'' is an invalid expanded name.");
        assert_eq!(message("{}a"), "'{}a' is an invalid expanded name.");
        assert_eq!(message("{a}"), "'{a}' is an invalid expanded name.");
        assert_eq!(message("a:b"), "The ':' character, hexadecimal value 0x3A, cannot be included in a name.");
        assert_eq!(message("1a"), "Name cannot begin with the '1' character, hexadecimal value 0x31.");
    }
}
