//! Reads and writes ASN.1 as certificates and keys have it: DER, and of BER what PKCS#12 files have.

use crate::{Exception, Result, crypto::cryptographic};

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The deepest that indefinite lengths may nest.
const DEPTH_MAX: u32 = 32;

/// What .NET says of data that is not what it should be.
pub(super) fn corrupted() -> Exception {
    cryptographic("ASN1 corrupted data.")
}

/// An element: its tag, its contents, and all of it.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) contents: &'a [u8],
    pub(super) whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// Reads its contents.
    pub(super) fn reader(&self) -> Reader<'a> {
        Reader { rest: self.contents }
    }

    /// A whole number of any size, without the zero in front that keeps it positive.
    pub(super) fn unsigned(&self) -> &'a [u8] {
        match self.contents {
            [0, rest @ ..] if !rest.is_empty() => rest,
            contents => contents,
        }
    }

    /// A small whole number.
    pub(super) fn small(&self) -> Result<u64> {
        let bytes = self.unsigned();
        if bytes.len() > 8 {
            return Err(corrupted());
        }
        Ok(bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    /// The bytes of a bit string that has whole bytes.
    pub(super) fn bits(&self) -> Result<&'a [u8]> {
        match self.contents {
            [unused, bytes @ ..] if *unused < 8 => Ok(bytes),
            _ => Err(corrupted()),
        }
    }

    /// `1.2.840.113549`
    pub(super) fn oid(&self) -> Result<String> {
        let mut parts: Vec<u128> = Vec::new();
        let mut part = 0_u128;
        let mut is_open = false;
        for &byte in self.contents {
            part = part.checked_mul(128).ok_or_else(corrupted)? | u128::from(byte & 0x7f);
            is_open = byte & 0x80 != 0;
            if !is_open {
                if parts.is_empty() {
                    let first = (part / 40).min(2);
                    parts.push(first);
                    part -= first * 40;
                }
                parts.push(part);
                part = 0;
            }
        }
        if is_open || parts.is_empty() {
            return Err(corrupted());
        }
        Ok(parts.iter().map(u128::to_string).collect::<Vec<_>>().join("."))
    }

    /// The bytes of an octet string, which BER may have cut into pieces.
    pub(super) fn octets(&self) -> Result<Vec<u8>> {
        let mut octets = Vec::new();
        let mut waiting = vec![*self];
        while let Some(element) = waiting.pop() {
            if element.tag & 0x20 == 0 {
                octets.extend(element.contents);
                continue;
            }
            let mut pieces = element.reader();
            let first = waiting.len();
            while !pieces.is_empty() {
                waiting.push(pieces.any()?);
            }
            if let Some(pieces) = waiting.get_mut(first..) {
                pieces.reverse();
            }
        }
        Ok(octets)
    }
}

/// Reads elements one after the other.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of the next element; 0 at the end.
    pub(super) fn peek(&self) -> u8 {
        self.rest.first().copied().unwrap_or(0)
    }

    /// The next element, whatever it is.
    pub(super) fn any(&mut self) -> Result<Element<'a>> {
        let all = self.rest;
        let (tag, contents, rest) = split(all, 0)?;
        self.rest = rest;
        let whole = all.get(..all.len() - rest.len()).ok_or_else(corrupted)?;
        Ok(Element { tag, contents, whole })
    }

    /// The next element, which must have the tag.
    pub(super) fn expect(&mut self, tag: u8) -> Result<Element<'a>> {
        if self.peek() != tag {
            return Err(corrupted());
        }
        self.any()
    }

    /// The next element if it has the tag.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>> {
        if self.peek() == tag { self.any().map(Some) } else { Ok(None) }
    }

    /// The contents of the next element, a sequence.
    pub(super) fn sequence(&mut self) -> Result<Reader<'a>> {
        Ok(self.expect(SEQUENCE)?.reader())
    }

    /// The next element, a number.
    pub(super) fn unsigned(&mut self) -> Result<&'a [u8]> {
        Ok(self.expect(INTEGER)?.unsigned())
    }

    /// The next element, an object identifier.
    pub(super) fn oid(&mut self) -> Result<String> {
        self.expect(OID)?.oid()
    }

    /// An algorithm and its parameters.
    pub(super) fn algorithm(&mut self) -> Result<(String, Option<Element<'a>>)> {
        let mut reader = self.sequence()?;
        let oid = reader.oid()?;
        let parameters = if reader.is_empty() { None } else { Some(reader.any()?) };
        Ok((oid, parameters))
    }
}

/// The tag and the contents of the first element, and what comes after it.
fn split(bytes: &[u8], depth: u32) -> Result<(u8, &[u8], &[u8])> {
    let [tag, length, rest @ ..] = bytes else { return Err(corrupted()) };
    // Tags of more than one byte are in nothing that is read here.
    if tag & 0x1f == 0x1f {
        return Err(corrupted());
    }
    match length {
        0..=0x7f => {
            let (contents, rest) = rest.split_at_checked(usize::from(*length)).ok_or_else(corrupted)?;
            Ok((*tag, contents, rest))
        }
        // An indefinite length: elements up to one that is two zeros.
        0x80 if tag & 0x20 != 0 && depth < DEPTH_MAX => {
            let mut after = rest;
            while !after.starts_with(&[0, 0]) {
                after = split(after, depth + 1)?.2;
            }
            let contents = rest.get(..rest.len() - after.len()).ok_or_else(corrupted)?;
            Ok((*tag, contents, after.get(2..).unwrap_or_default()))
        }
        0x81..=0x84 => {
            let (size, rest) = rest.split_at_checked(usize::from(length & 0x7f)).ok_or_else(corrupted)?;
            let size = size.iter().fold(0_u64, |size, &byte| size << 8 | u64::from(byte));
            let size = usize::try_from(size).map_err(|_| corrupted())?;
            let (contents, rest) = rest.split_at_checked(size).ok_or_else(corrupted)?;
            Ok((*tag, contents, rest))
        }
        _ => Err(corrupted()),
    }
}

/// Writes an element.
pub(super) fn write(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    if contents.len() < 0x80 {
        bytes.push(contents.len() as u8);
    } else {
        let size = contents.len().to_be_bytes();
        let size = size.get(size.iter().take_while(|&&byte| byte == 0).count()..).unwrap_or_default();
        bytes.push(0x80 | size.len() as u8);
        bytes.extend(size);
    }
    bytes.extend(contents);
    bytes
}

/// Writes a sequence of elements that are written already.
pub(super) fn write_sequence(elements: &[Vec<u8>]) -> Vec<u8> {
    write(SEQUENCE, &elements.concat())
}

/// Writes a positive whole number.
pub(super) fn write_unsigned(bytes: &[u8]) -> Vec<u8> {
    let bytes = bytes.get(bytes.iter().take_while(|&&byte| byte == 0).count()..).unwrap_or_default();
    let mut contents = Vec::with_capacity(bytes.len() + 1);
    if bytes.first().is_none_or(|&byte| byte >= 0x80) {
        contents.push(0);
    }
    contents.extend(bytes);
    write(INTEGER, &contents)
}

/// Writes a bit string of whole bytes.
pub(super) fn write_bits(bytes: &[u8]) -> Vec<u8> {
    write(BIT_STRING, &[&[0], bytes].concat())
}

/// Writes an object identifier; `None` if it is not one.
pub(super) fn write_oid(oid: &str) -> Option<Vec<u8>> {
    let mut parts = oid.split('.').map(|part| part.parse::<u64>().ok());
    let (first, second) = (parts.next()??, parts.next()??);
    if first > 2 || (first < 2 && second > 39) {
        return None;
    }
    let mut contents = Vec::new();
    let mut push = |part: u64| {
        let groups = (64 - part.leading_zeros()).div_ceil(7).max(1);
        for group in (0..groups).rev() {
            let more = if group == 0 { 0 } else { 0x80 };
            contents.push((part >> (7 * group)) as u8 & 0x7f | more);
        }
    };
    push(first.checked_mul(40)?.checked_add(second)?);
    for part in parts {
        push(part?);
    }
    Some(write(OID, &contents))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_identifiers_go_both_ways() {
        for oid in
            ["1.2.840.113549.1.1.11", "2.5.4.3", "0.9.2342.19200300.100.1.25", "2.999.4294967296", "1.3.6.1.4.1.311.20.2.3"]
        {
            let bytes = write_oid(oid).unwrap();
            assert_eq!(Reader::new(&bytes).oid().unwrap(), oid);
        }
        assert!(
            write_oid("3.1").is_none() && write_oid("1").is_none() && write_oid("1.x").is_none() && write_oid("1.40").is_none()
        );
        assert!(Reader::new(&[6, 1, 0x80]).oid().is_err() && Reader::new(&[6, 0]).oid().is_err());
    }

    #[test]
    fn lengths_are_definite_or_not() {
        let long = write(OCTET_STRING, &[7; 300]);
        assert_eq!(long.get(..4), Some(&[4, 0x82, 1, 44][..]));
        assert_eq!(Reader::new(&long).any().unwrap().contents, [7; 300]);
        let pieces = [0x24, 0x80, 4, 1, 1, 0x24, 0x80, 4, 1, 2, 0, 0, 4, 2, 3, 4, 0, 0];
        assert_eq!(Reader::new(&pieces).any().unwrap().octets().unwrap(), [1, 2, 3, 4]);
        for broken in
            [&[4, 2, 1][..], &[4], &[], &[4, 0x82, 1], &[0x24, 0x80, 4, 1, 1], &[4, 0x85, 0, 0, 0, 0, 0], &[0x1f, 0x01, 0]]
        {
            assert!(Reader::new(broken).any().is_err());
        }
        let deep = [0x24, 0x80].repeat(100_000);
        assert!(Reader::new(&deep).any().is_err());
    }

    #[test]
    fn numbers_are_positive() {
        assert_eq!(write_unsigned(&[0, 0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(write_unsigned(&[]), [2, 1, 0]);
        assert_eq!(Reader::new(&[2, 2, 0, 0x80]).unsigned().unwrap(), [0x80]);
    }
}
