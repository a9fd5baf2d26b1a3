//! Header fields as one block of bytes: `u16 count, count * (u16 name length, u32 value length, name, value)`.

use crate::{Malformed, Reader, Writer};
use bytes::Bytes;

/// Header fields in the order they came. Names are lower case; values are bytes, as HTTP has them. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The pairs, without the count: every pair in it has been checked.
    block: Bytes,
}

impl Fields {
    /// Takes a block from the front of `reader`, whose bytes are `whole[..]`.
    pub(crate) fn take(reader: &mut Reader<'_>, whole: &Bytes) -> Result<Self, Malformed> {
        let count = reader.u16()?;
        let block = reader.rest();
        for _ in 0..count {
            let (name, value) = (reader.u16()?, reader.u32()?);
            reader.bytes(usize::from(name) + value as usize)?;
        }
        let length = block.len() - reader.rest().len();
        let start = whole.len() - block.len();
        Ok(Self { block: whole.slice(start..start + length) })
    }

    /// Name and value of each field.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        Pairs { reader: Reader::new(&self.block) }
    }

    /// The values of the fields of a name, which must be in lower case.
    #[inline]
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> + 'a {
        self.iter().filter(move |(candidate, _)| *candidate == name).map(|(_, value)| value)
    }

    /// The first value of a name, which must be in lower case.
    #[inline]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.iter().find(|(candidate, _)| *candidate == name).map(|(_, value)| value)
    }
}

struct Pairs<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = (self.reader.u16().ok()?, self.reader.u32().ok()?);
        let name = self.reader.bytes(name.into()).ok()?;
        let value = self.reader.bytes(value as usize).ok()?;
        // Names come from an HTTP parser, which lets only ASCII pass.
        Some((std::str::from_utf8(name).unwrap_or_default(), value))
    }
}

/// Writes header fields one by one.
#[derive(Debug)]
pub struct FieldsBuilder<'a> {
    writer: Writer<'a>,
    count: u16,
    count_position: usize,
}

impl<'a> FieldsBuilder<'a> {
    /// Starts a block at the end of `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        let mut writer = Writer::new(out);
        let count_position = writer.position();
        writer.u16(0);
        Self { writer, count: 0, count_position }
    }

    /// Adds a field. Returns false, and adds nothing, where the block is full (65,535 fields).
    #[inline]
    pub fn push(&mut self, name: &str, value: &[u8]) -> bool {
        let (Ok(name_length), Ok(value_length), Some(count)) =
            (u16::try_from(name.len()), u32::try_from(value.len()), self.count.checked_add(1))
        else {
            return false;
        };
        self.writer.u16(name_length);
        self.writer.u32(value_length);
        self.writer.bytes(name.as_bytes());
        self.writer.bytes(value);
        self.count = count;
        true
    }

    /// Closes the block.
    pub fn finish(mut self) {
        self.writer.patch_u16(self.count_position, self.count);
    }
}

impl<'a> FromIterator<(&'a str, &'a [u8])> for Fields {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a [u8])>>(pairs: I) -> Self {
        let mut bytes = Vec::new();
        let mut builder = FieldsBuilder::new(&mut bytes);
        for (name, value) in pairs {
            builder.push(name, value);
        }
        builder.finish();
        bytes.drain(..2);
        Self { block: bytes.into() }
    }
}
