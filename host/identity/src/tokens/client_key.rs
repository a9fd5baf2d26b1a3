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
    header: serde_json::Value,
}

impl KeyFiles {
    pub(super) fn read(&self, place: &str) -> Result<ClientKey, Error> {
        let wrong = |file: &Path, reason: &str| {
            let help = "name files with an RSA key and its certificate, as PEM (`-----BEGIN PRIVATE KEY-----`)";
            Error::new(place, format!("`{}` {reason}", file.display()), help)
        };
        let cannot = |file: &Path, error| wrong(file, &format!("cannot be read: {error}"));
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| cannot(&self.key, error))?;
        // Azure wants the newer algorithm and the certificate's thumbprint; elsewhere, the older algorithm is the one that all know.
        let (scheme, header) = match &self.certificate {
            Some(file) => {
                let certificate = CertificateDer::from_pem_file(file).map_err(|error| cannot(file, error))?;
                let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(certificate));
                (SignatureScheme::RSA_PSS_SHA256, json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint }))
            }
            None => (SignatureScheme::RSA_PKCS1_SHA256, json!({ "alg": "RS256", "typ": "JWT" })),
        };
        let signer = any_supported_type(&key).ok().and_then(|key| key.choose_scheme(&[scheme]));
        Ok(ClientKey { signer: signer.ok_or_else(|| wrong(&self.key, "is no RSA key"))?, header })
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
        let signature = self.signer.sign(signed.as_bytes()).ok()?;
        Some(Secret::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}
