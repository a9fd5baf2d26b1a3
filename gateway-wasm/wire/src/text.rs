//! Reading and writing the layout: integers, short strings, long strings.

use std::fmt;

/// The bytes are not of the layout of this build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the component and its host do not speak the same layout")
    }
}

impl std::error::Error for Malformed {}

/// Reads the layout from the front of a slice.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next `length` bytes.
    ///
    /// # Errors
    /// Every reading method fails with [`Malformed`] where the bytes end too early.
    #[inline]
    pub fn bytes(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(head)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(Malformed)?;
        self.rest = rest;
        Ok(*head)
    }

    /// One byte.
    #[inline]
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    /// Two bytes.
    #[inline]
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// Four bytes.
    #[inline]
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Eight bytes.
    #[inline]
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A byte string behind a length of two bytes.
    #[inline]
    pub fn short(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.u16()?;
        self.bytes(length.into())
    }

    /// A byte string behind a length of four bytes.
    #[inline]
    pub fn long(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.u32()?;
        self.bytes(length as usize)
    }

    /// A text behind a length of two bytes.
    #[inline]
    pub fn short_text(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.short()?).map_err(|_| Malformed)
    }

    /// A text behind a length of four bytes.
    #[inline]
    pub fn long_text(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.long()?).map_err(|_| Malformed)
    }
}

/// Writes the layout to the end of a buffer.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    /// Writes to the end of `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// One byte.
    #[inline]
    pub fn u8(&mut self, value: u8) {
        self.out.push(value);
    }

    /// Two bytes.
    #[inline]
    pub fn u16(&mut self, value: u16) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    /// Four bytes.
    #[inline]
    pub fn u32(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    /// Eight bytes.
    #[inline]
    pub fn u64(&mut self, value: u64) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    /// Bytes without a length.
    #[inline]
    pub fn bytes(&mut self, value: &[u8]) {
        self.out.extend_from_slice(value);
    }

    /// A byte string behind a length of two bytes. What is longer than 65,535 bytes is cut: callers keep names, methods and
    /// authorities below that.
    #[inline]
    pub fn short(&mut self, value: &[u8]) {
        let value = value.get(..usize::from(u16::MAX)).unwrap_or(value);
        self.u16(value.len() as u16);
        self.bytes(value);
    }

    /// A byte string behind a length of four bytes.
    #[inline]
    pub fn long(&mut self, value: &[u8]) {
        let value = value.get(..u32::MAX as usize).unwrap_or(value);
        self.u32(value.len() as u32);
        self.bytes(value);
    }

    /// How many bytes have been written to the buffer in all.
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// Overwrites two bytes written earlier, for a count that is known only at the end.
    pub fn patch_u16(&mut self, position: usize, value: u16) {
        if let Some(place) = self.out.get_mut(position..position + 2) {
            place.copy_from_slice(&value.to_le_bytes());
        }
    }
}
