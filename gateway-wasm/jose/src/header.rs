//! The header of a token: what is taken of it, and what is refused by name.

use crate::{
    encoding, json,
    malformed::{Malformed, quoted},
};
use dotnet::crypto::hash::Hash;
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

/// How the key that encrypts the content comes to the reader: `alg` of an encrypted token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyManagement {
    name: &'static str,
    pub(crate) way: Way,
}

/// The ways of it; numbers are how many bytes the wrapping key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Both sides have it.
    Direct,
    /// Encrypted for an RSA key.
    RsaOaep(Hash),
    /// Wrapped with a secret (RFC 3394).
    Wrap(usize),
    /// Encrypted with a secret, in Galois/Counter Mode.
    GcmWrap(usize),
    /// Agreed on with a key that the token brings.
    Agree,
    /// Wrapped with what is agreed on.
    AgreeWrap(usize),
}

const KEY_MANAGEMENTS: &[KeyManagement] = &[
    KeyManagement { name: "dir", way: Way::Direct },
    KeyManagement { name: "RSA-OAEP", way: Way::RsaOaep(Hash::Sha1) },
    KeyManagement { name: "RSA-OAEP-256", way: Way::RsaOaep(Hash::Sha256) },
    KeyManagement { name: "RSA-OAEP-384", way: Way::RsaOaep(Hash::Sha384) },
    KeyManagement { name: "RSA-OAEP-512", way: Way::RsaOaep(Hash::Sha512) },
    KeyManagement { name: "A128KW", way: Way::Wrap(16) },
    KeyManagement { name: "A192KW", way: Way::Wrap(24) },
    KeyManagement { name: "A256KW", way: Way::Wrap(32) },
    KeyManagement { name: "A128GCMKW", way: Way::GcmWrap(16) },
    KeyManagement { name: "A192GCMKW", way: Way::GcmWrap(24) },
    KeyManagement { name: "A256GCMKW", way: Way::GcmWrap(32) },
    KeyManagement { name: "ECDH-ES", way: Way::Agree },
    KeyManagement { name: "ECDH-ES+A128KW", way: Way::AgreeWrap(16) },
    KeyManagement { name: "ECDH-ES+A192KW", way: Way::AgreeWrap(24) },
    KeyManagement { name: "ECDH-ES+A256KW", way: Way::AgreeWrap(32) },
];

impl KeyManagement {
    /// As the header has it: `RSA-OAEP-256`.
    pub fn name(self) -> &'static str {
        self.name
    }

    pub(crate) fn from_name(name: &str) -> Result<Self, Malformed> {
        if let Some(found) = KEY_MANAGEMENTS.iter().find(|management| management.name == name) {
            return Ok(*found);
        }
        let name = quoted(name);
        Err(Malformed::new(match name.as_str() {
            "`RSA1_5`" => {
                format!(
                    "the token is encrypted with {name}, which tells its secret to those who ask often enough; use `RSA-OAEP-256`"
                )
            }
            _ if name.starts_with("`PBES2-") => {
                format!("the token is encrypted with {name}, where it chooses itself how long its reader computes; use `A256KW`")
            }
            _ => format!("the token is encrypted with {name}, which is no known algorithm"),
        }))
    }
}

/// What encrypts the content: `enc` of an encrypted token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentEncryption {
    name: &'static str,
    pub(crate) cipher: ContentCipher,
    /// How many bytes its key has.
    pub(crate) key_bytes: usize,
}

/// The ciphers of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentCipher {
    /// AES in Galois/Counter Mode.
    Gcm,
    /// AES in chained blocks, and a code of them: half of the key is for each.
    CbcHmac(Hash),
}

const CONTENT_ENCRYPTIONS: &[ContentEncryption] = &[
    ContentEncryption { name: "A128GCM", cipher: ContentCipher::Gcm, key_bytes: 16 },
    ContentEncryption { name: "A192GCM", cipher: ContentCipher::Gcm, key_bytes: 24 },
    ContentEncryption { name: "A256GCM", cipher: ContentCipher::Gcm, key_bytes: 32 },
    ContentEncryption { name: "A128CBC-HS256", cipher: ContentCipher::CbcHmac(Hash::Sha256), key_bytes: 32 },
    ContentEncryption { name: "A192CBC-HS384", cipher: ContentCipher::CbcHmac(Hash::Sha384), key_bytes: 48 },
    ContentEncryption { name: "A256CBC-HS512", cipher: ContentCipher::CbcHmac(Hash::Sha512), key_bytes: 64 },
];

impl ContentEncryption {
    /// As the header has it: `A128GCM`.
    pub fn name(self) -> &'static str {
        self.name
    }

    pub(crate) fn from_name(name: &str) -> Result<Self, Malformed> {
        let found = CONTENT_ENCRYPTIONS.iter().find(|encryption| encryption.name == name).copied();
        found.ok_or_else(|| {
            Malformed::new(format!("the token has its content encrypted with {}, which is no known algorithm", quoted(name)))
        })
    }

    /// How many bytes its initialization vector has.
    pub(crate) fn vector_bytes(self) -> usize {
        match self.cipher {
            ContentCipher::Gcm => 12,
            ContentCipher::CbcHmac(_) => 16,
        }
    }

    /// How many bytes its tag has.
    pub(crate) fn tag_bytes(self) -> usize {
        match self.cipher {
            ContentCipher::Gcm => 16,
            ContentCipher::CbcHmac(_) => self.key_bytes / 2,
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
