//! The header of a token: what is taken of it, and what is refused by name.

use crate::{
    encoding, json,
    malformed::{Malformed, quoted},
};
use serde_json::{Map, Value};

/// The longest header, in bytes of JSON.
const HEADER_BYTES_MAX: usize = 16 * 1024;

/// What both kinds of tokens say before they are checked. Nobody has signed it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// `alg`, as it is written.
    pub algorithm_text: String,
    /// `kid`: the id of the key.
    pub key_id: Option<String>,
    /// `x5t`: the SHA-1 of the key's certificate, in base64url.
    pub thumbprint: Option<String>,
    /// `x5t#S256`: the SHA-256 of the key's certificate, in base64url.
    pub thumbprint_sha256: Option<String>,
    /// `typ`: what kind of token this is.
    pub kind: Option<String>,
    /// `cty`: what is in it; `JWT` if it is another token.
    pub content_kind: Option<String>,
}

/// How the key that encrypts the content comes to the reader: `alg` of an encrypted token. Wraps say how many bytes their key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyManagement {
    /// `dir`: both sides have it.
    Direct,
    /// `RSA-OAEP`, with SHA-1.
    RsaOaep,
    /// `RSA-OAEP-256`
    RsaOaep256,
    /// `A128KW`, `A192KW`, `A256KW`
    AesWrap(usize),
    /// `A128GCMKW`, `A192GCMKW`, `A256GCMKW`
    AesGcmWrap(usize),
    /// `ECDH-ES`: agreed on with a key that the token brings.
    Agreement,
    /// `ECDH-ES+A128KW`, …: wrapped with what is agreed on.
    AgreementWrap(usize),
}

impl KeyManagement {
    const ALL: [(&'static str, Self); 13] = [
        ("dir", Self::Direct),
        ("RSA-OAEP", Self::RsaOaep),
        ("RSA-OAEP-256", Self::RsaOaep256),
        ("A128KW", Self::AesWrap(16)),
        ("A192KW", Self::AesWrap(24)),
        ("A256KW", Self::AesWrap(32)),
        ("A128GCMKW", Self::AesGcmWrap(16)),
        ("A192GCMKW", Self::AesGcmWrap(24)),
        ("A256GCMKW", Self::AesGcmWrap(32)),
        ("ECDH-ES", Self::Agreement),
        ("ECDH-ES+A128KW", Self::AgreementWrap(16)),
        ("ECDH-ES+A192KW", Self::AgreementWrap(24)),
        ("ECDH-ES+A256KW", Self::AgreementWrap(32)),
    ];

    /// As the header `alg` has it: `RSA-OAEP-256`.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, management)| *management == self).map_or("", |(name, _)| name)
    }

    pub(crate) fn from_name(name: &str) -> Result<Self, Malformed> {
        if let Some((_, found)) = Self::ALL.iter().find(|(own, _)| *own == name) {
            return Ok(*found);
        }
        Err(Malformed::new(match name {
            "RSA1_5" => {
                "the token is encrypted with `RSA1_5`, which tells its secret to those who ask often enough; use `RSA-OAEP-256`"
                    .into()
            }
            name if name.starts_with("PBES2-") => {
                format!(
                    "the token is encrypted with {}, where it chooses itself how long its reader computes; use `A256KW`",
                    quoted(name)
                )
            }
            "none" => "the token is encrypted with `none`".to_owned(),
            name => format!("the token is encrypted with {}, which is no known algorithm", quoted(name)),
        }))
    }
}

/// What encrypts the content: `enc` of an encrypted token. The number is how many bytes its key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentEncryption {
    /// `A128GCM`, `A192GCM`, `A256GCM`
    Gcm(usize),
    /// `A128CBC-HS256`, `A192CBC-HS384`, `A256CBC-HS512`: half of the key is for the code.
    CbcHmac(usize),
}

impl ContentEncryption {
    const ALL: [(&'static str, Self); 6] = [
        ("A128GCM", Self::Gcm(16)),
        ("A192GCM", Self::Gcm(24)),
        ("A256GCM", Self::Gcm(32)),
        ("A128CBC-HS256", Self::CbcHmac(32)),
        ("A192CBC-HS384", Self::CbcHmac(48)),
        ("A256CBC-HS512", Self::CbcHmac(64)),
    ];

    /// As the header `enc` has it: `A128GCM`.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, encryption)| *encryption == self).map_or("", |(name, _)| name)
    }

    pub(crate) fn from_name(name: &str) -> Result<Self, Malformed> {
        let found = Self::ALL.iter().find(|(own, _)| *own == name).map(|(_, found)| *found);
        found.ok_or_else(|| {
            Malformed::new(format!("the token has its content encrypted with {}, which is no known algorithm", quoted(name)))
        })
    }

    /// How many bytes its key has.
    pub(crate) fn key_bytes(self) -> usize {
        match self {
            Self::Gcm(bytes) | Self::CbcHmac(bytes) => bytes,
        }
    }

    /// How many bytes its initialization vector has.
    pub(crate) fn vector_bytes(self) -> usize {
        match self {
            Self::Gcm(_) => 12,
            Self::CbcHmac(_) => 16,
        }
    }

    /// How many bytes its tag has.
    pub(crate) fn tag_bytes(self) -> usize {
        match self {
            Self::Gcm(_) => 16,
            Self::CbcHmac(bytes) => bytes / 2,
        }
    }
}

/// Reads the first part of a token: what both kinds have, and all members for what only one of them has.
pub(crate) fn read(part: &str) -> Result<(Header, Map<String, Value>), Malformed> {
    let wrong = |why: String| Malformed::new(format!("the token's header {why}"));
    let bytes = encoding::decode(part).ok_or_else(|| wrong("is no base64url".to_owned()))?;
    if bytes.len() > HEADER_BYTES_MAX {
        return Err(wrong(format!("has {} bytes, and the limit is {HEADER_BYTES_MAX}", bytes.len())));
    }
    let members = json::object(&bytes).map_err(wrong)?;
    for (name, why) in REFUSED {
        if members.contains_key(*name) {
            return Err(wrong(format!("has `{name}`: {why}")));
        }
    }
    let text = |name: &str| json::text(&members, name).map_err(wrong);
    let header = Header {
        algorithm_text: text("alg")?.ok_or_else(|| wrong("has no `alg`".to_owned()))?,
        key_id: text("kid")?,
        thumbprint: text("x5t")?,
        thumbprint_sha256: text("x5t#S256")?,
        kind: text("typ")?,
        content_kind: text("cty")?,
    };
    Ok((header, members))
}

/// What no header may have. `x5c` is not here: some issuers send their certificates with every token, and they are never read.
const REFUSED: &[(&str, &str)] = &[
    ("crit", "it asks for an extension to be understood, and none is"),
    ("b64", "its payload would not be base64url, which no JSON Web Token has"),
    ("jku", "a token does not say where its keys are; those of the issuer are used"),
    ("x5u", "a token does not say where its keys are; those of the issuer are used"),
    ("jwk", "a token does not bring its own key; those of the issuer are used"),
    ("zip", "what is small when it comes may be huge when it is unpacked"),
];
