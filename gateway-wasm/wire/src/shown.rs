//! The certificate that a client showed, and what the host makes of it.

use crate::{Malformed, Reader, Writer};

/// What a client showed of itself when it connected. The host judges it once for each connection; its dates are judged with each
/// request, because a connection may outlive them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The client's certificate in DER; then, if it is trusted, the path that was checked, up to the authority; else what the client
    /// sent with it, which proves nothing.
    pub chain: Vec<Vec<u8>>,
    /// Whether authorities vouch for it.
    pub trust: Trust,
    /// Whether they still do.
    pub revocation: Revocation,
}

/// Whether an authority that the host trusts vouches for a certificate, its dates aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// One does.
    Trusted,
    /// None does; the text says why, for operators.
    Untrusted(String),
}

/// Whether a certificate, or one of those between it and its authority, was revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// None was.
    Good,
    /// One was; the text says which, for operators.
    Revoked(String),
    /// Nobody knows; the text says why, for operators.
    Unknown(String),
}

const TRUSTED: u8 = 0;
const UNTRUSTED: u8 = 1;
const GOOD: u8 = 0;
const REVOKED: u8 = 1;
const UNKNOWN: u8 = 2;

impl Shown {
    /// Reads what [`Shown::write`] wrote; `None` for no bytes, which is a client that showed nothing.
    ///
    /// # Errors
    /// Where the bytes are of another layout.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, Malformed> {
        if bytes.is_empty() {
            return Ok(None);
        }
        let mut reader = Reader::new(bytes);
        let trust = match (reader.u8()?, reader.long_text()?) {
            (TRUSTED, _) => Trust::Trusted,
            (UNTRUSTED, why) => Trust::Untrusted(why.to_owned()),
            _ => return Err(Malformed),
        };
        let revocation = match (reader.u8()?, reader.long_text()?) {
            (GOOD, _) => Revocation::Good,
            (REVOKED, which) => Revocation::Revoked(which.to_owned()),
            (UNKNOWN, why) => Revocation::Unknown(why.to_owned()),
            _ => return Err(Malformed),
        };
        let mut chain = Vec::new();
        while !reader.rest().is_empty() {
            chain.push(reader.long()?.to_vec());
        }
        Ok(Some(Self { chain, trust, revocation }))
    }

    /// Writes it, for [`crate::RequestHeadBuilder::client_certificate`].
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        let (trust, why) = match &self.trust {
            Trust::Trusted => (TRUSTED, ""),
            Trust::Untrusted(why) => (UNTRUSTED, why.as_str()),
        };
        writer.u8(trust);
        writer.long(why.as_bytes());
        let (revocation, why) = match &self.revocation {
            Revocation::Good => (GOOD, ""),
            Revocation::Revoked(which) => (REVOKED, which.as_str()),
            Revocation::Unknown(why) => (UNKNOWN, why.as_str()),
        };
        writer.u8(revocation);
        writer.long(why.as_bytes());
        for certificate in &self.chain {
            writer.long(certificate);
        }
    }
}
