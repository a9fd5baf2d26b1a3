//! X.500 names, as .NET prints them.

use crate::{
    Result,
    crypto::{
        der::{self, Element, corrupted},
        oid::friendly_name,
    },
};

/// A name: `CN=example.com, O=Example, C=DE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistinguishedName {
    raw: Vec<u8>,
    /// The parts as they are encoded, from the country to the person; each has one attribute or several.
    parts: Vec<Vec<Attribute>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Attribute {
    oid: String,
    value: String,
    /// What is no text is shown as its bytes.
    is_text: bool,
}

impl DistinguishedName {
    pub(super) fn read(element: &Element<'_>) -> Result<Self> {
        let mut reader = element.reader();
        let mut parts = Vec::new();
        while !reader.is_empty() {
            let mut attributes = reader.expect(der::SET)?.reader();
            let mut part = Vec::new();
            while !attributes.is_empty() {
                let mut attribute = attributes.sequence()?;
                let oid = attribute.oid()?;
                let (value, is_text) = match attribute.any()? {
                    element if element.tag == der::OCTET_STRING => (hex(element.contents), false),
                    element => match text(&element)? {
                        Some(text) => (text.trim_end_matches('\0').to_owned(), true),
                        None => (hex(element.whole), false),
                    },
                };
                part.push(Attribute { oid, value, is_text });
            }
            parts.push(part);
        }
        Ok(Self { raw: element.whole.to_vec(), parts })
    }

    /// The name as it is encoded.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// `X500DistinguishedName.Name`: from the person to the country.
    pub fn name(&self) -> String {
        self.print(self.parts.iter().rev())
    }

    /// What `X509Certificate.GetName` gives: from the country to the person.
    pub fn legacy_name(&self) -> String {
        self.print(self.parts.iter())
    }

    fn print<'a>(&self, parts: impl Iterator<Item = &'a Vec<Attribute>>) -> String {
        let parts: Vec<String> = parts.map(|part| part.iter().map(Attribute::print).collect::<Vec<_>>().join(" + ")).collect();
        parts.join(", ")
    }

    /// The attributes, the person's first.
    fn reversed(&self) -> impl Iterator<Item = &Attribute> {
        self.parts.iter().rev().flatten().filter(|attribute| attribute.is_text)
    }

    /// The common name, if it has one.
    pub fn common_name(&self) -> Option<&str> {
        self.first(COMMON_NAME)
    }

    /// The first value of an attribute, the person's first.
    pub(super) fn first(&self, oid: &str) -> Option<&str> {
        self.reversed().find(|attribute| attribute.oid == oid).map(|attribute| attribute.value.as_str())
    }

    /// What stands for the whole name: the common name, or else the unit, the organization, the address, or whatever is first.
    pub(super) fn simple(&self) -> Option<&str> {
        let last = |oid: &str| self.reversed().filter(|attribute| attribute.oid == oid).last().map(|attribute| &*attribute.value);
        self.first(COMMON_NAME)
            .or_else(|| last("2.5.4.11"))
            .or_else(|| last("2.5.4.10"))
            .or_else(|| last(EMAIL))
            .or_else(|| self.reversed().next().map(|attribute| &*attribute.value))
    }
}

pub(super) const COMMON_NAME: &str = "2.5.4.3";
pub(super) const EMAIL: &str = "1.2.840.113549.1.9.1";

impl Attribute {
    fn print(&self) -> String {
        let name = match friendly_name(&self.oid) {
            Some(name) => name.to_owned(),
            None => format!("OID.{}", self.oid),
        };
        if self.is_text && needs_quotes(&self.value) {
            format!("{name}=\"{}\"", self.value.replace('"', "\"\""))
        } else {
            format!("{name}={}", self.value)
        }
    }
}

fn needs_quotes(value: &str) -> bool {
    let is_space = |letter: char| matches!(letter, '\t'..='\r' | ' ');
    value.is_empty()
        || value.starts_with(is_space)
        || value.ends_with(is_space)
        || value.contains([',', '+', '=', '"', '\n', '<', '>', '#', ';'])
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::from("#");
    for byte in bytes {
        text.push_str(&format!("{byte:02X}"));
    }
    text
}

/// The text of an element that has some.
pub(super) fn text(element: &Element<'_>) -> Result<Option<String>> {
    let bytes = element.contents;
    Ok(Some(match element.tag {
        // UTF8String
        0x0c => std::str::from_utf8(bytes).map_err(|_| corrupted())?.to_owned(),
        // NumericString, PrintableString, IA5String
        0x12 | 0x13 | 0x16 if bytes.is_ascii() => bytes.iter().map(|&byte| char::from(byte)).collect(),
        0x12 | 0x13 | 0x16 => return Err(corrupted()),
        // T61String is UTF-8 where it can be, and Latin-1 otherwise.
        0x14 => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
        },
        // BMPString
        0x1e => {
            let (units, rest) = bytes.as_chunks::<2>();
            if !rest.is_empty() {
                return Err(corrupted());
            }
            let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
            String::from_utf16(&units).map_err(|_| corrupted())?
        }
        _ => return Ok(None),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::der::Reader;

    fn name(parts: &[&[(&str, &str)]]) -> DistinguishedName {
        let parts: Vec<Vec<u8>> = parts
            .iter()
            .map(|part| {
                let attributes: Vec<Vec<u8>> = part
                    .iter()
                    .map(|(oid, value)| der::write_sequence(&[der::write_oid(oid).unwrap(), der::write(0x0c, value.as_bytes())]))
                    .collect();
                der::write(der::SET, &attributes.concat())
            })
            .collect();
        let whole = der::write_sequence(&parts);
        DistinguishedName::read(&Reader::new(&whole).any().unwrap()).unwrap()
    }

    #[test]
    fn prints_from_the_person_to_the_country() {
        let own = name(&[
            &[("2.5.4.6", "DE")],
            &[("2.5.4.10", "A, \"B\""), ("2.5.4.11", "u")],
            &[("2.5.4.3", " x")],
            &[("2.5.4.15", "")],
        ]);
        assert_eq!(own.name(), "OID.2.5.4.15=\"\", CN=\" x\", O=\"A, \"\"B\"\"\" + OU=u, C=DE");
        assert_eq!(own.legacy_name(), "C=DE, O=\"A, \"\"B\"\"\" + OU=u, CN=\" x\", OID.2.5.4.15=\"\"");
        assert_eq!(own.simple(), Some(" x"));
    }

    #[test]
    fn something_stands_for_the_whole() {
        assert_eq!(name(&[&[("2.5.4.6", "DE")], &[("2.5.4.10", "o")], &[("2.5.4.7", "l")]]).simple(), Some("o"));
        assert_eq!(name(&[&[("2.5.4.6", "DE")], &[("2.5.4.7", "l")]]).simple(), Some("l"));
        assert_eq!(name(&[]).simple(), None);
        assert_eq!(name(&[]).name(), "");
    }
}
