//! The heads of requests and responses: everything before the body.

use crate::{Fields, FieldsBuilder, Malformed, Reader, Shown, Writer};
use bytes::Bytes;

/// `http` or `https`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Without TLS.
    #[default]
    Http,
    /// With TLS.
    Https,
}

impl Scheme {
    /// As it stands in a URL.
    pub fn name(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    /// The port where a URL names none.
    pub fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        match reader.u8()? {
            0 => Ok(Scheme::Http),
            1 => Ok(Scheme::Https),
            _ => Err(Malformed),
        }
    }

    pub(crate) fn write(self, writer: &mut Writer<'_>) {
        writer.u8(self as u8);
    }
}

/// Which HTTP a backend is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.1.
    #[default]
    One,
    /// HTTP/2, and nothing else.
    Two,
    /// HTTP/2 where the backend offers it, else HTTP/1.1.
    TwoOrOne,
}

impl HttpVersion {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        match reader.u8()? {
            0 => Ok(HttpVersion::One),
            1 => Ok(HttpVersion::Two),
            2 => Ok(HttpVersion::TwoOrOne),
            _ => Err(Malformed),
        }
    }

    pub(crate) fn write(self, writer: &mut Writer<'_>) {
        writer.u8(self as u8);
    }
}

/// A request's head as the host saw it. Cheap to clone: all its parts are views of one buffer.
#[derive(Clone, Debug)]
pub struct RequestHead {
    bytes: Bytes,
    scheme: Scheme,
    method: (u32, u32),
    authority: (u32, u32),
    client_address: (u32, u32),
    peer_address: (u32, u32),
    client_certificate: (u32, u32),
    target: (u32, u32),
    fields: Fields,
}

impl RequestHead {
    /// Reads a head.
    ///
    /// # Errors
    /// Where the bytes are not one, or one of its texts is not UTF-8.
    pub fn read(bytes: Bytes) -> Result<Self, Malformed> {
        let mut reader = Reader::new(&bytes);
        let place = |part: &[u8]| {
            let start = part.as_ptr() as usize - bytes.as_ptr() as usize;
            (start as u32, (start + part.len()) as u32)
        };
        let scheme = Scheme::read(&mut reader)?;
        let method = place(reader.short_text()?.as_bytes());
        let authority = place(reader.short_text()?.as_bytes());
        let client_address = place(reader.short_text()?.as_bytes());
        let peer_address = place(reader.short_text()?.as_bytes());
        let client_certificate = place(reader.long()?);
        let target = place(reader.long_text()?.as_bytes());
        let fields = Fields::take(&mut reader, &bytes)?;
        Ok(Self { scheme, method, authority, client_address, peer_address, client_certificate, target, fields, bytes })
    }

    #[inline]
    fn text(&self, (start, end): (u32, u32)) -> &str {
        self.bytes.get(start as usize..end as usize).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// How the client reached the gateway.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The method, as sent.
    pub fn method(&self) -> &str {
        self.text(self.method)
    }

    /// Host and port that the client asked for; empty if it named none.
    pub fn authority(&self) -> &str {
        self.text(self.authority)
    }

    /// The address of the client: that of the other end of the connection, or the one for which a trusted proxy there forwards.
    pub fn client_address(&self) -> &str {
        self.text(self.client_address)
    }

    /// The address of the other end of the connection.
    pub fn peer_address(&self) -> &str {
        match self.text(self.peer_address) {
            "" => self.client_address(),
            proxy => proxy,
        }
    }

    /// What the client showed of itself; `None` if it showed nothing.
    pub fn client_certificate(&self) -> Option<Shown> {
        let (start, end) = self.client_certificate;
        Shown::read(self.bytes.get(start as usize..end as usize)?).ok()?
    }

    /// Path and query, as sent.
    pub fn target(&self) -> &str {
        self.text(self.target)
    }

    /// The header fields.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }
}

/// What a [`RequestHead`] is written from.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct RequestHeadBuilder<'a> {
    pub scheme: Scheme,
    pub method: &'a str,
    pub authority: &'a str,
    pub client_address: &'a str,
    /// Empty where it is the client's.
    pub peer_address: &'a str,
    /// What [`Shown::write`] wrote, or nothing.
    pub client_certificate: &'a [u8],
    pub target: &'a str,
}

impl RequestHeadBuilder<'_> {
    /// Writes everything but the fields, for which it returns a builder.
    #[inline]
    pub fn write<'o>(self, out: &'o mut Vec<u8>) -> FieldsBuilder<'o> {
        let mut writer = Writer::new(out);
        self.scheme.write(&mut writer);
        writer.short(self.method.as_bytes());
        writer.short(self.authority.as_bytes());
        writer.short(self.client_address.as_bytes());
        writer.short(self.peer_address.as_bytes());
        writer.long(self.client_certificate);
        writer.long(self.target.as_bytes());
        FieldsBuilder::new(out)
    }
}

/// A response's head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseHead {
    /// The status code.
    pub status: u16,
    /// The reason phrase; empty for the usual one.
    pub reason: String,
    /// The header fields.
    pub fields: Fields,
}

impl ResponseHead {
    pub(crate) fn take(reader: &mut Reader<'_>, whole: &Bytes) -> Result<Self, Malformed> {
        let status = reader.u16()?;
        let reason = reader.short_text()?.to_owned();
        Ok(Self { status, reason, fields: Fields::take(reader, whole)? })
    }
}

/// What a [`ResponseHead`] is written from.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct ResponseHeadBuilder<'a> {
    pub status: u16,
    pub reason: &'a str,
}

impl ResponseHeadBuilder<'_> {
    /// Writes everything but the fields, for which it returns a builder.
    pub fn write<'o>(self, out: &'o mut Vec<u8>) -> FieldsBuilder<'o> {
        let mut writer = Writer::new(out);
        writer.u16(self.status);
        writer.short(self.reason.as_bytes());
        FieldsBuilder::new(out)
    }
}
