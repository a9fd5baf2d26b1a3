//! A token in its compact form, taken apart.

use crate::{
    Algorithm, ContentEncryption, Header, KeyManagement, encoding,
    header::{self, Way},
    json,
    malformed::{Malformed, quoted},
};
use serde_json::{Map, Value};

/// The longest token, in bytes: what .NET takes, too.
pub const TOKEN_BYTES_MAX: usize = 250 * 1024;

/// A token: its parts, decoded. Nothing of it is checked yet.
#[derive(Clone, Debug)]
pub enum Token<'a> {
    /// Three parts: a payload and what it is signed with (JWS, RFC 7515).
    Signed(Signed<'a>),
    /// Five parts: something that only the holder of a key can read (JWE, RFC 7516).
    Encrypted(Encrypted<'a>),
}

/// A payload with a signature that nobody has checked yet.
#[derive(Clone, Debug)]
pub struct Signed<'a> {
    header: Header,
    algorithm: Option<Algorithm>,
    signing_input: &'a [u8],
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// Something encrypted.
#[derive(Clone, Debug)]
pub struct Encrypted<'a> {
    pub(crate) header: Header,
    pub(crate) members: Map<String, Value>,
    pub(crate) management: KeyManagement,
    pub(crate) encryption: ContentEncryption,
    /// The header as it came, which the tag covers.
    pub(crate) associated_data: &'a [u8],
    pub(crate) encrypted_key: Vec<u8>,
    pub(crate) vector: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) tag: Vec<u8>,
}

/// Takes a token apart.
///
/// # Errors
/// It is no token, or it is one in a way that only attacks need: see the crate's first page.
pub fn read(token: &str) -> Result<Token<'_>, Malformed> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Malformed::new(format!("the token has {} bytes, and the limit is {TOKEN_BYTES_MAX}", token.len())));
    }
    let mut parts = token.splitn(6, '.');
    match [(); 6].map(|()| parts.next()) {
        [Some(header), Some(payload), Some(signature), None, ..] => {
            let signing_input = token.get(..header.len() + 1 + payload.len()).unwrap_or_default();
            Signed::read(signing_input.as_bytes(), header, payload, signature).map(Token::Signed)
        }
        [Some(header), Some(key), Some(vector), Some(ciphertext), Some(tag), None] => {
            Encrypted::read(header, [key, vector, ciphertext, tag]).map(Token::Encrypted)
        }
        _ => {
            let count = match token.split('.').count() {
                1 => "no dots, so it is one part".to_owned(),
                count => format!("{count} parts"),
            };
            Err(Malformed::new(format!("the token has {count}, and 3 are needed, or 5 if it is encrypted")))
        }
    }
}

/// Takes the token apart that was in an encrypted one. It has to be a signed one: tokens are not nested deeper.
///
/// # Errors
/// As [`read`], and if it is encrypted again.
pub fn read_nested(plaintext: &[u8]) -> Result<Signed<'_>, Malformed> {
    let token =
        std::str::from_utf8(plaintext).map_err(|_| Malformed::new("the token has something encrypted in it that is no text"))?;
    match read(token)? {
        Token::Signed(signed) => Ok(signed),
        Token::Encrypted(_) => Err(Malformed::new("the token is encrypted twice, and only once is read")),
    }
}

fn part(name: &str, text: &str) -> Result<Vec<u8>, Malformed> {
    encoding::decode(text).ok_or_else(|| Malformed::new(format!("the token's {name} is no base64url")))
}

impl<'a> Signed<'a> {
    fn read(signing_input: &'a [u8], header: &str, payload: &str, signature: &str) -> Result<Self, Malformed> {
        let (header, members) = header::read(header)?;
        if members.contains_key("enc") {
            return Err(Malformed::new("the token says how it is encrypted, and has 3 parts as one that is not"));
        }
        let payload = part("payload", payload)?;
        let signature = part("signature", signature)?;
        let algorithm = match header.algorithm_text.as_str() {
            "none" if signature.is_empty() => None,
            "none" => return Err(Malformed::new("the token is signed with `none`, and has a signature")),
            name => Some(Algorithm::from_name(name).ok_or_else(|| {
                Malformed::new(format!("the token is signed with {}, which is no known algorithm", quoted(name)))
            })?),
        };
        if algorithm.is_some() && signature.is_empty() {
            return Err(Malformed::new("the token's signature is empty"));
        }
        Ok(Self { header, algorithm, signing_input, payload, signature })
    }

    /// What it says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What it is signed with; `None` if with nothing, which it says itself: `none`.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// The bytes that are signed.
    pub fn signing_input(&self) -> &'a [u8] {
        self.signing_input
    }

    /// What it says; for a JSON Web Token, its claims.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// What it is signed with.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

impl<'a> Encrypted<'a> {
    fn read(header: &'a str, [key, vector, ciphertext, tag]: [&str; 4]) -> Result<Self, Malformed> {
        let associated_data = header.as_bytes();
        let (header, members) = header::read(header)?;
        let management = KeyManagement::from_name(&header.algorithm_text)?;
        let encryption = json::text(&members, "enc").map_err(|why| Malformed::new(format!("the token's header {why}")))?;
        let encryption = encryption.ok_or_else(|| Malformed::new("the token's header has no `enc`"))?;
        let encryption = ContentEncryption::from_name(&encryption)?;
        let encrypted_key = part("encrypted key", key)?;
        let vector = part("initialization vector", vector)?;
        let ciphertext = part("ciphertext", ciphertext)?;
        let tag = part("tag", tag)?;
        let measured = [("initialization vector", &vector, encryption.vector_bytes()), ("tag", &tag, encryption.tag_bytes())];
        for (name, bytes, wanted) in measured {
            if bytes.len() != wanted {
                let name_of_encryption = encryption.name();
                let why = format!("the token's {name} has {} bytes, and `{name_of_encryption}` needs {wanted}", bytes.len());
                return Err(Malformed::new(why));
            }
        }
        let brings_key = !matches!(management.way, Way::Direct | Way::Agree);
        if brings_key && encrypted_key.is_empty() {
            return Err(Malformed::new(format!("the token's encrypted key is empty, and `{}` needs one", management.name())));
        }
        if !brings_key && !encrypted_key.is_empty() {
            return Err(Malformed::new(format!("the token brings an encrypted key, and `{}` has none", management.name())));
        }
        Ok(Self { header, members, management, encryption, associated_data, encrypted_key, vector, ciphertext, tag })
    }

    /// What it says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How its key comes to the reader.
    pub fn management(&self) -> KeyManagement {
        self.management
    }

    /// What its content is encrypted with.
    pub fn encryption(&self) -> ContentEncryption {
        self.encryption
    }
}
