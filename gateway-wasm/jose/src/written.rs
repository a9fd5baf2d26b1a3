//! Keys as people write them into files: a secret in base64, a PEM, or JSON.

use crate::{
    DecryptionKey, Key, encoding,
    malformed::{Unusable, quoted},
};
use base64::{
    Engine as _, alphabet,
    engine::{GeneralPurpose, GeneralPurposeConfig},
};
use dotnet::crypto::{pem, rsa::RsaKey};

impl Key {
    /// A key as it is written: the bits of a secret in base64 with its padding, as APIM has them; a PEM; or a JSON Web Key.
    /// A key in JSON keeps its own id where `id` is not given.
    ///
    /// # Errors
    /// It is none of these, or not a good one.
    pub fn from_text(id: Option<String>, text: &str) -> Result<Self, Unusable> {
        let mut key = match Writing::of(text) {
            Writing::Pem(text) => Self::from_pem(None, text)?,
            Writing::Json(text) => Self::from_jwk(text.as_bytes())?,
            Writing::Secret(text) => Self::symmetric(None, &secret(text)?)?,
        };
        key.identity.id = id.or(key.identity.id);
        Ok(key)
    }

    /// An RSA key of its modulus and its exponent in base64url, as a JSON Web Key has them.
    ///
    /// # Errors
    /// One of them is no base64url, or the key is none, or a weak one.
    pub fn from_modulus(id: Option<String>, modulus: &str, exponent: &str) -> Result<Self, Unusable> {
        let number = |name: &str, text: &str| {
            encoding::decode(text.trim()).ok_or_else(|| Unusable::new(format!("has a `{name}` that is no base64url")))
        };
        Self::rsa(id, &number("n", modulus)?, &number("e", exponent)?)
    }
}

impl DecryptionKey {
    /// A key that decrypts as it is written: the bits of a secret in base64, a private key for RSA as PEM, or a JSON Web Key.
    ///
    /// # Errors
    /// It is none of these, or not a good one.
    pub fn from_text(id: Option<String>, text: &str) -> Result<Self, Unusable> {
        let mut key = match Writing::of(text) {
            Writing::Pem(text) if pem::blocks(text).iter().any(|block| block.label.ends_with("PRIVATE KEY")) => {
                let key = RsaKey::from_pem(text).map_err(|error| Unusable::new(format!("is no key: {}", error.message)))?;
                Self::rsa(None, key)?
            }
            Writing::Pem(_) => return Err(Unusable::new("has no private key in it, and only that decrypts")),
            Writing::Json(text) => Self::from_jwk(text.as_bytes())?,
            Writing::Secret(text) => Self::symmetric(None, &secret(text)?)?,
        };
        key.identity.id = id.or(key.identity.id);
        Ok(key)
    }
}

/// In which of the forms a key is written.
enum Writing<'t> {
    Pem(&'t str),
    Json(&'t str),
    Secret(&'t str),
}

impl<'t> Writing<'t> {
    fn of(text: &'t str) -> Self {
        let text = text.trim();
        match text {
            _ if text.starts_with("-----BEGIN") => Writing::Pem(text),
            _ if text.starts_with('{') => Writing::Json(text),
            _ => Writing::Secret(text),
        }
    }
}

/// The bytes of a secret. Whatever breaks its lines does not count.
fn secret(text: &str) -> Result<Vec<u8>, Unusable> {
    // As .NET does, which looks at no bits that are left over: the key is the file's, and nobody attacks with it.
    const ENGINE: GeneralPurpose =
        GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));
    let text: String = text.split_ascii_whitespace().collect();
    ENGINE.decode(&text).map_err(|error| {
        // Never the text itself: it is the secret.
        Unusable::new(format!("is no base64 ({}), no PEM and no JSON", quoted(&error.to_string()).trim_matches('`')))
    })
}

#[cfg(test)]
mod tests {
    use crate::{DecryptionKey, Key};

    const SECRET: &str = "AAECAwQFBgcICQoLDA0ODw==";

    #[test]
    fn every_way_of_writing_is_read() {
        let key = Key::from_text(Some("a".to_owned()), SECRET).unwrap();
        assert_eq!((key.id(), key.bytes()), (Some("a"), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].as_slice()));
        assert_eq!(Key::from_text(None, &format!("\n  {}\n{}\n", &SECRET[..8], &SECRET[8..])).unwrap().bytes(), key.bytes());
        let json = r#"{"kty":"oct","kid":"b","k":"AAECAwQFBgcICQoLDA0ODw"}"#;
        assert_eq!(Key::from_text(None, json).unwrap().id(), Some("b"));
        assert_eq!(Key::from_text(Some("c".to_owned()), json).unwrap().id(), Some("c"));
        assert_eq!(DecryptionKey::from_text(None, json).unwrap().describe(), "secret of 128 bits `b`");
        assert!(Key::from_text(None, "p0sUdGh5MjFa1EeqN3vB8tYk2LwqN3vB8tYk2Lw6Rz==").is_ok(), "bits are left over");
        for (text, why) in [
            ("not base64!", "no base64"),
            ("AAEC", "24 bits"),
            ("-----BEGIN NOTHING-----\nAAEC\n-----END NOTHING-----", "NOTHING"),
            ("{}", "no `kty`"),
        ] {
            let error = Key::from_text(None, text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
            assert!(DecryptionKey::from_text(None, text).is_err(), "{text}");
        }
    }
}
