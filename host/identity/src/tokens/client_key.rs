//! A client that signs instead of showing a secret: `private_key_jwt`, RFC 7523.

use crate::{Error, Secret};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls::{
    SignatureScheme,
    crypto::aws_lc_rs::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::Signer,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// How long what is signed is good: only until it has arrived.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// The files that a client's key is in. They are read anew for each token, because platforms replace them.
#[derive(Clone, Debug)]
pub(super) struct KeyFiles {
    pub(super) key: PathBuf,
    /// The certificate that the other side knows the key by, as Azure does.
    pub(super) certificate: Option<PathBuf>,
}

/// A client's key.
pub(super) struct ClientKey {
    signer: Box<dyn Signer>,
    /// How long each half of a signature is, where it has two: those of elliptic curves.
    half_bytes: Option<usize>,
    header: serde_json::Value,
}

/// What keys of elliptic curves sign with, by the names of JWS (RFC 7518, section 3.4), and how long each half of a signature is.
const CURVES: [(SignatureScheme, &str, usize); 3] = [
    (SignatureScheme::ECDSA_NISTP256_SHA256, "ES256", 32),
    (SignatureScheme::ECDSA_NISTP384_SHA384, "ES384", 48),
    (SignatureScheme::ECDSA_NISTP521_SHA512, "ES512", 66),
];

impl KeyFiles {
    pub(super) fn read(&self, place: &str) -> Result<ClientKey, Error> {
        let wrong = |file: &Path, reason: &str| {
            let help = "name files with a key of RSA or of a curve (P-256, P-384, P-521), not encrypted, and its certificate, as PEM \
                        (`-----BEGIN PRIVATE KEY-----`)";
            Error::new(place, format!("`{}` {reason}", file.display()), help)
        };
        let cannot = |file: &Path, error| wrong(file, &format!("cannot be read: {error}"));
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| cannot(&self.key, error))?;
        // Azure wants the newer algorithm and the certificate's thumbprint; elsewhere, the older algorithm is the one that all know.
        let (rsa, thumbprint) = match &self.certificate {
            Some(file) => {
                let certificate = CertificateDer::from_pem_file(file).map_err(|error| cannot(file, error))?;
                let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(certificate));
                ((SignatureScheme::RSA_PSS_SHA256, "PS256"), Some(thumbprint))
            }
            None => ((SignatureScheme::RSA_PKCS1_SHA256, "RS256"), None),
        };
        let key = any_supported_type(&key).ok();
        let with = |scheme| key.as_ref()?.choose_scheme(&[scheme]);
        let by_rsa = with(rsa.0).map(|signer| (signer, rsa.1, None));
        let by_curve = || CURVES.into_iter().find_map(|(scheme, name, half)| Some((with(scheme)?, name, Some(half))));
        let (signer, algorithm, half_bytes) =
            by_rsa.or_else(by_curve).ok_or_else(|| wrong(&self.key, "is no key that the gateway can sign with"))?;
        let mut header = json!({ "alg": algorithm, "typ": "JWT" });
        if let Some(thumbprint) = thumbprint {
            header["x5t#S256"] = thumbprint.into();
        }
        Ok(ClientKey { signer, half_bytes, header })
    }
}

impl ClientKey {
    /// Says to an audience who the client is. The identifier is another one each time.
    pub(super) fn assertion(&self, client_id: &str, audience: &str, now: SystemTime, identifier: u128) -> Option<Secret> {
        let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let claims = json!({
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "jti": format!("{identifier:032x}"),
            "iat": seconds(now),
            "nbf": seconds(now),
            "exp": seconds(now + LIFETIME),
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&self.header), part(&claims));
        let mut signature = self.signer.sign(signed.as_bytes()).ok()?;
        if let Some(half_bytes) = self.half_bytes {
            signature = halves(&signature, half_bytes)?;
        }
        Some(Secret::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

/// The two numbers of a signature, each in so many bytes, as JWS wants them; TLS has them as a sequence in DER.
fn halves(signature: &[u8], half_bytes: usize) -> Option<Vec<u8>> {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    let (mut rest, after) = element(signature, SEQUENCE)?;
    let mut halves = Vec::with_capacity(2 * half_bytes);
    for _ in 0..2 {
        let (number, next) = element(rest, INTEGER)?;
        rest = next;
        let number = number.strip_prefix(&[0]).unwrap_or(number);
        halves.extend(std::iter::repeat_n(0, half_bytes.checked_sub(number.len())?));
        halves.extend(number);
    }
    (rest.is_empty() && after.is_empty()).then_some(halves)
}

/// The contents of the first element of DER, which must have the tag, and what comes after it. None here is longer than 255 bytes.
fn element(bytes: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match bytes {
        [tag, length @ 0..=0x7f, rest @ ..] if *tag == wanted => (*length, rest),
        [tag, 0x81, length, rest @ ..] if *tag == wanted => (*length, rest),
        _ => return None,
    };
    rest.split_at_checked(usize::from(length))
}

#[cfg(test)]
mod tests {
    use super::halves;

    #[test]
    fn halves_have_their_length_whatever_the_numbers_are() {
        let signature = [0x30, 9, 2, 3, 0, 0x81, 2, 2, 2, 3, 4];
        assert_eq!(halves(&signature, 4), Some(vec![0, 0, 0x81, 2, 0, 0, 3, 4]));
        assert_eq!(halves(&signature, 1), None, "a number is too long");
        assert_eq!(halves(&signature[..8], 4), None);
        assert_eq!(halves(&[0x02, 1, 1], 4), None);
    }
}
