//! A certificate, those that vouch for it, and its key: what one end of a connection shows of itself.

use crate::{
    Exception,
    crypto::{
        Count,
        certificate::Certificate,
        cryptographic,
        der::{self, Reader},
        pem, pfx, pkcs8,
        rsa::RsaKey,
    },
};
use std::fmt;

/// What a file with a certificate holds, all in DER.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, then its issuer, the issuer's issuer, and so on.
    pub chain: Vec<Vec<u8>>,
    /// The private key, if the file has one: PKCS #8, PKCS #1 or SEC 1.
    pub key: Option<Vec<u8>>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No log shows a key.
        let Self { chain, key } = self;
        f.debug_struct("Identity").field("chain", chain).field("has_key", &key.is_some()).finish()
    }
}

impl Identity {
    /// Reads a PKCS #12 file, PEM, or a certificate in DER. Of several certificates the first is the one that it is about, unless a
    /// PKCS #12 file says otherwise.
    ///
    /// # Errors
    /// A `CryptographicException` if the bytes are none of them, or the password is not the file's.
    pub fn read<E: From<Exception>>(bytes: &[u8], password: Option<&str>, count: Count<'_, E>) -> Result<Self, E> {
        match std::str::from_utf8(bytes) {
            Ok(text) if text.contains("-----BEGIN ") => Self::from_pem(text, password, count),
            _ if pfx::is_pfx(bytes) => Self::from_pfx(bytes, password, count),
            _ => match Certificate::from_der(bytes) {
                Ok(certificate) => Ok(Self { chain: vec![certificate.raw().to_vec()], key: None }),
                Err(_) => Err(cryptographic("It is neither a PKCS #12 file, nor PEM, nor a certificate in DER.").into()),
            },
        }
    }

    fn from_pem<E: From<Exception>>(text: &str, password: Option<&str>, count: Count<'_, E>) -> Result<Self, E> {
        if text.contains("Proc-Type: 4,ENCRYPTED") {
            let message =
                "The private key is encrypted in a way that is no longer safe; write it as PKCS #8: `openssl pkcs8 -topk8`.";
            return Err(cryptographic(message).into());
        }
        let mut identity = Self { chain: Vec::new(), key: None };
        for block in pem::blocks(text) {
            match block.label.as_str() {
                "CERTIFICATE" | "X509 CERTIFICATE" => identity.chain.push(block.contents),
                "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => identity.key = Some(block.contents),
                "ENCRYPTED PRIVATE KEY" => {
                    identity.key = Some(pkcs8::decrypt_key(&block.contents, &pkcs8::Password(password), count)?);
                }
                _ => {}
            }
        }
        match identity {
            Identity { chain, key: None } if chain.is_empty() => {
                Err(cryptographic("There is neither a certificate nor a private key in this PEM.").into())
            }
            identity => Ok(identity),
        }
    }

    fn from_pfx<E: From<Exception>>(bytes: &[u8], password: Option<&str>, count: Count<'_, E>) -> Result<Self, E> {
        let pfx = pfx::read(bytes, password, count)?;
        let mut certificates = Vec::new();
        for bag in &pfx.certificates {
            certificates.push((Certificate::from_der(&bag.contents)?, bag.local_key_id.as_deref()));
        }
        let key = pfx.keys.first();
        let rsa = key.and_then(|key| RsaKey::from_private_key_info(&key.contents).ok());
        let point = key.and_then(|key| curve_point(&key.contents).ok().flatten());
        let is_its = |(certificate, id): &(Certificate, Option<&[u8]>)| match (&rsa, key) {
            (Some(rsa), _) => rsa.public_key_info() == certificate.public_key_info,
            (None, Some(_)) if point.is_some() => point.as_deref() == Some(certificate.public_key.as_slice()),
            (None, Some(key)) => id.is_some() && *id == key.local_key_id.as_deref(),
            (None, None) => false,
        };
        let at = certificates.iter().position(is_its).unwrap_or(0);
        if certificates.is_empty() {
            return Err(cryptographic("The provided PFX data contains no certificates.").into());
        }
        let mut last = certificates.swap_remove(at).0;
        let mut chain = vec![last.raw().to_vec()];
        // Files hold the rest in any order. Who signed it comes next, as TLS wants it.
        while let Some(at) = certificates.iter().position(|(other, _)| other.subject.raw() == last.issuer.raw()) {
            last = certificates.swap_remove(at).0;
            chain.push(last.raw().to_vec());
        }
        Ok(Self { chain, key: key.map(|key| key.contents.clone()) })
    }

    /// The same with the private key of another file, as servers keep them apart.
    pub fn with_key(self, other: Identity) -> Self {
        Self { key: other.key.or(self.key), ..self }
    }
}

/// The public half of a key of a curve (RFC 5915, in PKCS #8), where its file has it.
fn curve_point(private_key_info: &[u8]) -> Result<Option<Vec<u8>>, Exception> {
    let mut info = Reader::new(private_key_info).sequence()?;
    info.unsigned()?;
    let (algorithm, _) = info.algorithm()?;
    if algorithm != "1.2.840.10045.2.1" {
        return Ok(None);
    }
    let key = info.expect(der::OCTET_STRING)?;
    let mut key = Reader::new(key.contents).sequence()?;
    key.unsigned()?;
    key.expect(der::OCTET_STRING)?;
    key.optional(0xa0)?;
    match key.optional(0xa1)? {
        Some(public) => Ok(Some(public.reader().expect(der::BIT_STRING)?.bits()?.to_vec())),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::from_base64;

    fn read(bytes: &[u8], password: Option<&str>) -> Result<Identity, Exception> {
        Identity::read(bytes, password, &mut |_| Ok(()))
    }

    const PASSWORD: &str = "test-password";
    const CERTIFICATE: &[u8] = include_bytes!("test_data/test-certificate.pem");

    #[test]
    fn files_of_all_kinds_are_read() {
        let certificate = read(CERTIFICATE, None).unwrap();
        assert_eq!((certificate.chain.len(), &certificate.key), (1, &None));
        assert_eq!(read(&certificate.chain[0], None).unwrap(), certificate);
        let key = read(include_bytes!("test_data/test-key.pem"), None).unwrap();
        assert!(key.chain.is_empty() && key.key.is_some());
        assert_eq!(
            certificate.clone().with_key(key.clone()),
            Identity { chain: certificate.chain.clone(), key: key.key.clone() }
        );
        for (file, password, has_key) in [
            (include_str!("test_data/test-modern.pfx.base64"), PASSWORD, true),
            (include_str!("test_data/test-legacy.pfx.base64"), PASSWORD, true),
            (include_str!("test_data/test-ec.pfx.base64"), PASSWORD, true),
            (include_str!("test_data/test-nokey.pfx.base64"), "", false),
        ] {
            let bytes = from_base64(file).unwrap();
            let identity = read(&bytes, Some(password)).unwrap();
            assert_eq!(identity.key.is_some(), has_key);
            assert!(!identity.chain.is_empty());
        }
        let curve = read(&from_base64(include_str!("test_data/test-ec.pfx.base64")).unwrap(), Some(PASSWORD)).unwrap();
        let point = curve_point(curve.key.as_deref().unwrap()).unwrap();
        assert_eq!(point.unwrap(), Certificate::from_der(&curve.chain[0]).unwrap().public_key);
        let encrypted = read(include_bytes!("test_data/test-key-encrypted.pem"), Some(PASSWORD)).unwrap();
        assert_eq!(encrypted.key, key.key);
    }

    #[test]
    fn what_is_none_is_told_so() {
        let message = |bytes: &[u8]| read(bytes, None).unwrap_err().message.to_string();
        assert_eq!(message(b"tea"), "It is neither a PKCS #12 file, nor PEM, nor a certificate in DER.");
        let empty = b"-----BEGIN TEA-----\nAQID\n-----END TEA-----";
        assert_eq!(message(empty), "There is neither a certificate nor a private key in this PEM.");
        let old =
            b"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,00\n\nAQID\n-----END EC PRIVATE KEY-----";
        assert!(message(old).contains("openssl pkcs8 -topk8"));
        let bytes = from_base64(include_str!("test_data/test-modern.pfx.base64")).unwrap();
        assert!(read(&bytes, Some("wrong")).unwrap_err().message.contains("password"));
    }
}
