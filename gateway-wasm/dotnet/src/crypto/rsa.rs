//! RSA: `RSA`, `RSAParameters` and what reads and writes its keys.

use crate::{
    Exception, Result,
    crypto::{
        Count, Random,
        cipher::INVALID_PADDING,
        cryptographic,
        der::{self, Reader},
        fill,
        hash::Hash,
        pem,
        pkcs8::{self, Password},
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rsa::{
    BigUint, Oaep, Pkcs1v15Encrypt, Pkcs1v15Sign, Pss, RsaPrivateKey, RsaPublicKey,
    rand_core::{CryptoRng, RngCore, impls},
    signature::digest::{DynDigest, InvalidBufferSize},
    traits::{PrivateKeyParts, PublicKeyParts},
};

/// The object identifier of RSA keys.
pub(super) const OID: &str = "1.2.840.113549.1.1.1";

/// The longest keys there are, in bits: one computation with them takes as long as an expression may.
const BITS_MAX: usize = 4096;

/// A key: the public part of it, or all.
#[derive(Clone)]
pub struct RsaKey {
    public: RsaPublicKey,
    private: Option<RsaPrivateKey>,
}

/// A key as its numbers, most significant byte first.
#[derive(Clone, Default)]
#[allow(missing_docs)]
pub struct RsaParameters {
    pub modulus: Option<Vec<u8>>,
    pub exponent: Option<Vec<u8>>,
    pub d: Option<Vec<u8>>,
    pub p: Option<Vec<u8>>,
    pub q: Option<Vec<u8>>,
    pub dp: Option<Vec<u8>>,
    pub dq: Option<Vec<u8>>,
    pub inverse_q: Option<Vec<u8>>,
}

/// `RSASignaturePadding`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SignaturePadding {
    Pkcs1,
    Pss,
}

/// `RSAEncryptionPadding`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum EncryptionPadding {
    Pkcs1,
    Oaep(Hash),
}

impl RsaKey {
    /// `ImportParameters`
    ///
    /// # Errors
    /// A `CryptographicException` if the numbers are no key.
    pub fn from_parameters(parameters: &RsaParameters) -> Result<Self> {
        let RsaParameters { modulus: Some(modulus), exponent: Some(exponent), d, p, q, dp, dq, inverse_q } = parameters else {
            return Err(invalid_parameters());
        };
        let halves = [p, q, dp, dq, inverse_q];
        match d {
            None if halves.iter().all(|part| part.is_none()) => Self::from_public(modulus, exponent),
            Some(d) => {
                let half = modulus.len().div_ceil(2);
                let is_whole =
                    d.len() == modulus.len() && halves.iter().all(|part| part.as_ref().is_some_and(|part| part.len() == half));
                let (Some(p), Some(q), true) = (p, q, is_whole) else { return Err(invalid_parameters()) };
                Self::from_private(modulus, exponent, d, p, q)
            }
            None => Err(invalid_parameters()),
        }
    }

    fn from_public(modulus: &[u8], exponent: &[u8]) -> Result<Self> {
        let (n, e) = (BigUint::from_bytes_be(modulus), BigUint::from_bytes_be(exponent));
        // The shortest key that .NET takes has 384 bits on some systems and 512 on others.
        if n.bits() < 384 || n.to_bytes_le().first().is_none_or(|byte| byte % 2 == 0) {
            return Err(invalid_parameters());
        }
        let public = RsaPublicKey::new_with_max_size(n, e, BITS_MAX).map_err(|_| invalid_parameters())?;
        Ok(Self { public, private: None })
    }

    fn from_private(modulus: &[u8], exponent: &[u8], d: &[u8], p: &[u8], q: &[u8]) -> Result<Self> {
        let mut key = Self::from_public(modulus, exponent)?;
        let [d, p, q] = [d, p, q].map(BigUint::from_bytes_be);
        // Factors of very different length are no key that anybody makes, and would take forever to compute with.
        if p.bits().abs_diff(q.bits()) > 8 || d >= *key.public.n() {
            return Err(invalid_parameters());
        }
        let (n, e) = (key.public.n().clone(), key.public.e().clone());
        let private = RsaPrivateKey::from_components(n, e, d, vec![p, q]).map_err(|_| invalid_parameters())?;
        key.private = Some(private);
        Ok(key)
    }

    /// `ExportParameters`
    ///
    /// # Errors
    /// A `CryptographicException` if the private part is asked for and is not here.
    pub fn parameters(&self, with_private: bool) -> Result<RsaParameters> {
        let size = self.public.size();
        let public = RsaParameters {
            modulus: Some(padded(self.public.n(), size)),
            exponent: Some(self.public.e().to_bytes_be()),
            ..RsaParameters::default()
        };
        if !with_private {
            return Ok(public);
        }
        let private = self.private()?;
        let half = size.div_ceil(2);
        let [p, q] = private.primes() else { return Err(no_private_key()) };
        Ok(RsaParameters {
            d: Some(padded(private.d(), size)),
            p: Some(padded(p, half)),
            q: Some(padded(q, half)),
            dp: private.dp().map(|dp| padded(dp, half)),
            dq: private.dq().map(|dq| padded(dq, half)),
            inverse_q: private.crt_coefficient().map(|inverse| padded(&inverse, half)),
            ..public
        })
    }

    /// `KeySize`, in bits.
    pub fn bits(&self) -> usize {
        self.public.n().bits()
    }

    /// True if the private part is here.
    pub fn is_private(&self) -> bool {
        self.private.is_some()
    }

    /// Only the public part.
    pub fn to_public(&self) -> Self {
        Self { public: self.public.clone(), private: None }
    }

    fn private(&self) -> Result<&RsaPrivateKey> {
        self.private.as_ref().ok_or_else(no_private_key)
    }

    /// `SignHash`
    ///
    /// # Errors
    /// A `CryptographicException` if there is no private key, or the hash is not of the right length.
    pub fn sign(&self, digest: &[u8], hash: Hash, padding: SignaturePadding, random: Random<'_>) -> Result<Vec<u8>> {
        let key = self.private()?;
        if digest.len() != hash.size() {
            return Err(cryptographic("The provided hash value is not the expected size for the specified hash algorithm."));
        }
        let mut source = Source::new(random);
        let signature = match padding {
            SignaturePadding::Pkcs1 => key.sign_with_rng(&mut source, pkcs1(hash), digest),
            SignaturePadding::Pss => key.sign_with_rng(&mut source, pss(hash), digest),
        };
        signature.map_err(|_| cryptographic("The key is too small for the requested operation."))
    }

    /// `VerifyHash`
    pub fn verify(&self, digest: &[u8], signature: &[u8], hash: Hash, padding: SignaturePadding) -> bool {
        if digest.len() != hash.size() {
            return false;
        }
        match padding {
            SignaturePadding::Pkcs1 => self.public.verify(pkcs1(hash), digest, signature).is_ok(),
            SignaturePadding::Pss => self.public.verify(pss(hash), digest, signature).is_ok(),
        }
    }

    /// `Encrypt`
    ///
    /// # Errors
    /// A `CryptographicException` if the data is too long for the key.
    pub fn encrypt(&self, data: &[u8], padding: EncryptionPadding, random: Random<'_>) -> Result<Vec<u8>> {
        let overhead = match padding {
            EncryptionPadding::Pkcs1 => 11,
            EncryptionPadding::Oaep(hash) => 2 * hash.size() + 2,
        };
        let Some(longest) = self.public.size().checked_sub(overhead) else {
            return Err(cryptographic("The key is too small for the requested operation."));
        };
        let too_long =
            || cryptographic(format!("The message exceeds the maximum allowable length for the chosen options ({longest})."));
        if data.len() > longest {
            return Err(too_long());
        }
        let mut source = Source::new(random);
        let encrypted = match padding {
            EncryptionPadding::Pkcs1 => self.public.encrypt(&mut source, Pkcs1v15Encrypt, data),
            EncryptionPadding::Oaep(hash) => self.public.encrypt(&mut source, oaep(hash), data),
        };
        encrypted.map_err(|_| too_long())
    }

    /// `Decrypt`
    ///
    /// # Errors
    /// A `CryptographicException` if there is no private key, or the data was not encrypted for it in this way.
    pub fn decrypt(&self, data: &[u8], padding: EncryptionPadding, random: Random<'_>) -> Result<Vec<u8>> {
        let key = self.private()?;
        if data.len() != self.public.size() {
            return Err(cryptographic("The length of the data to decrypt is not valid for the size of this key."));
        }
        let mut source = Source::new(random);
        match padding {
            EncryptionPadding::Pkcs1 => {
                key.decrypt_blinded(&mut source, Pkcs1v15Encrypt, data).map_err(|_| cryptographic(INVALID_PADDING))
            }
            EncryptionPadding::Oaep(hash) => key
                .decrypt_blinded(&mut source, oaep(hash), data)
                .map_err(|_| cryptographic("Error occurred while decoding OAEP padding.")),
        }
    }

    /// The key of a PEM: `ImportFromPem`.
    ///
    /// # Errors
    /// An `ArgumentException` if there is no key or there are several, a `CryptographicException` if it is broken.
    pub fn from_pem(text: &str) -> Result<Self> {
        let mut found = None;
        for block in pem::blocks(text) {
            let message = match block.label.as_str() {
                "RSA PRIVATE KEY" | "RSA PUBLIC KEY" | "PRIVATE KEY" | "PUBLIC KEY" if found.is_none() => {
                    found = Some(block);
                    continue;
                }
                "RSA PRIVATE KEY" | "RSA PUBLIC KEY" | "PRIVATE KEY" | "PUBLIC KEY" => {
                    "The input contains multiple keys, but only one key can be imported."
                }
                "ENCRYPTED PRIVATE KEY" => {
                    "An encrypted key was found, but no password was provided. Use ImportFromEncryptedPem to import this key."
                }
                _ => continue,
            };
            return Err(Exception::argument(message, "input"));
        }
        let block = found.ok_or_else(no_pem)?;
        match block.label.as_str() {
            "RSA PRIVATE KEY" => Ok(Self::from_private_key(&block.contents)?.0),
            "RSA PUBLIC KEY" => Ok(Self::from_public_key(&block.contents)?.0),
            "PRIVATE KEY" => Self::from_private_key_info(&block.contents),
            _ => Ok(Self::from_public_key_info(&block.contents)?.0),
        }
    }

    /// The key of a PEM with a password: `ImportFromEncryptedPem`.
    ///
    /// # Errors
    /// An `ArgumentException` if there is no key or there are several, a `CryptographicException` if the password is wrong.
    pub fn from_encrypted_pem<E: From<Exception>>(
        text: &str,
        password: &str,
        count: Count<'_, E>,
    ) -> std::result::Result<Self, E> {
        let mut blocks = pem::blocks(text).into_iter().filter(|block| block.label == "ENCRYPTED PRIVATE KEY");
        let block = blocks.next().ok_or_else(no_pem)?;
        if blocks.next().is_some() {
            let message = "The input contains multiple keys, but only one key can be imported.";
            return Err(Exception::argument(message, "input").into());
        }
        Self::from_encrypted_private_key_info(&block.contents, password, count)
    }

    /// `ImportEncryptedPkcs8PrivateKey`
    ///
    /// # Errors
    /// A `CryptographicException` if it is no such key or the password is wrong.
    pub fn from_encrypted_private_key_info<E: From<Exception>>(
        bytes: &[u8],
        password: &str,
        count: Count<'_, E>,
    ) -> std::result::Result<Self, E> {
        let key = pkcs8::decrypt_key(bytes, &Password(Some(password)), count)?;
        Ok(Self::from_private_key_info(&key)?)
    }

    /// `ImportPkcs8PrivateKey`
    ///
    /// # Errors
    /// A `CryptographicException` if it is no such key.
    pub fn from_private_key_info(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes).sequence()?;
        reader.expect(der::INTEGER)?;
        let (oid, _) = reader.algorithm()?;
        if oid != OID {
            return Err(cryptographic("Key is not a valid private key."));
        }
        Ok(Self::from_private_key(reader.expect(der::OCTET_STRING)?.contents)?.0)
    }

    /// `ImportSubjectPublicKeyInfo`, and how many bytes it took.
    ///
    /// # Errors
    /// A `CryptographicException` if it is no such key.
    pub fn from_public_key_info(bytes: &[u8]) -> Result<(Self, usize)> {
        let info = Reader::new(bytes).expect(der::SEQUENCE)?;
        let mut reader = info.reader();
        let (oid, _) = reader.algorithm()?;
        if oid != OID {
            return Err(cryptographic("Key is not a valid public or private key."));
        }
        let (key, _) = Self::from_public_key(reader.expect(der::BIT_STRING)?.bits()?)?;
        Ok((key, info.whole.len()))
    }

    /// `ImportRSAPrivateKey`, and how many bytes it took.
    ///
    /// # Errors
    /// A `CryptographicException` if it is no such key.
    pub fn from_private_key(bytes: &[u8]) -> Result<(Self, usize)> {
        let whole = Reader::new(bytes).expect(der::SEQUENCE)?;
        let mut reader = whole.reader();
        let version = reader.expect(der::INTEGER)?.small()?;
        if version > 0 {
            let message =
                format!("The provided RSAPrivateKey value has version '{version}', but version '0' is the maximum supported.");
            return Err(cryptographic(message));
        }
        let (n, e, d) = (reader.unsigned()?, reader.unsigned()?, reader.unsigned()?);
        let (p, q) = (reader.unsigned()?, reader.unsigned()?);
        // What helps to compute with them comes after; it is computed anew.
        for _ in 0..3 {
            reader.unsigned()?;
        }
        Ok((Self::from_private(n, e, d, p, q)?, whole.whole.len()))
    }

    /// `ImportRSAPublicKey`, and how many bytes it took.
    ///
    /// # Errors
    /// A `CryptographicException` if it is no such key.
    pub fn from_public_key(bytes: &[u8]) -> Result<(Self, usize)> {
        let whole = Reader::new(bytes).expect(der::SEQUENCE)?;
        let mut reader = whole.reader();
        let key = Self::from_public(reader.unsigned()?, reader.unsigned()?)?;
        Ok((key, whole.whole.len()))
    }

    /// `ExportRSAPublicKey`
    pub fn public_key(&self) -> Vec<u8> {
        der::write_sequence(&[
            der::write_unsigned(&self.public.n().to_bytes_be()),
            der::write_unsigned(&self.public.e().to_bytes_be()),
        ])
    }

    /// `ExportSubjectPublicKeyInfo`
    pub fn public_key_info(&self) -> Vec<u8> {
        der::write_sequence(&[algorithm(), der::write_bits(&self.public_key())])
    }

    /// `ExportRSAPrivateKey`
    ///
    /// # Errors
    /// A `CryptographicException` if the private part is not here.
    pub fn private_key(&self) -> Result<Vec<u8>> {
        let RsaParameters { modulus, exponent, d, p, q, dp, dq, inverse_q } = self.parameters(true)?;
        let numbers = [Some(Vec::new()), modulus, exponent, d, p, q, dp, dq, inverse_q];
        let numbers = numbers.iter().map(|number| number.as_deref().map(der::write_unsigned).ok_or_else(no_private_key));
        Ok(der::write_sequence(&numbers.collect::<Result<Vec<_>>>()?))
    }

    /// `ExportPkcs8PrivateKey`
    ///
    /// # Errors
    /// A `CryptographicException` if the private part is not here.
    pub fn private_key_info(&self) -> Result<Vec<u8>> {
        let key = der::write(der::OCTET_STRING, &self.private_key()?);
        Ok(der::write_sequence(&[der::write_unsigned(&[]), algorithm(), key]))
    }

    /// `ToXmlString`
    ///
    /// # Errors
    /// A `CryptographicException` if the private part is asked for and is not here.
    pub fn to_xml(&self, with_private: bool) -> Result<String> {
        let numbers = self.parameters(with_private)?;
        let mut text = String::from("<RSAKeyValue>");
        for (name, number) in numbers.xml_parts() {
            if let Some(number) = number {
                text.push_str(&format!("<{name}>{}</{name}>", STANDARD.encode(number)));
            }
        }
        text.push_str("</RSAKeyValue>");
        Ok(text)
    }

    /// `FromXmlString`
    ///
    /// # Errors
    /// A `CryptographicException` if the text is no key.
    pub fn from_xml(text: &str) -> Result<Self> {
        let unreadable = || cryptographic("The provided XML could not be read.");
        let (_, text) = text.split_once("<RSAKeyValue").ok_or_else(unreadable)?;
        let (_, text) = text.split_once('>').ok_or_else(unreadable)?;
        let (text, _) = text.split_once("</RSAKeyValue>").ok_or_else(unreadable)?;
        let mut numbers = RsaParameters::default();
        for (name, number) in numbers.xml_parts_mut() {
            let Some((_, rest)) = text.split_once(format!("<{name}>").as_str()) else { continue };
            let value = rest.split_once(format!("</{name}>").as_str()).map(|(value, _)| value);
            let wrong = || {
                let message = format!("Input string does not contain a valid encoding of the 'RSA' '{name}' parameter.");
                cryptographic(message)
            };
            *number = Some(value.and_then(pem::decode).ok_or_else(wrong)?);
        }
        for (name, number) in [("Modulus", &numbers.modulus), ("Exponent", &numbers.exponent)] {
            if number.is_none() {
                let message = format!("Input string does not contain a valid encoding of the 'RSA' '{name}' parameter.");
                return Err(cryptographic(message));
            }
        }
        Self::from_parameters(&numbers)
    }
}

impl RsaParameters {
    /// The numbers in the order of XML.
    fn xml_parts(&self) -> [(&'static str, &Option<Vec<u8>>); 8] {
        let Self { modulus, exponent, d, p, q, dp, dq, inverse_q } = self;
        [
            ("Modulus", modulus),
            ("Exponent", exponent),
            ("P", p),
            ("Q", q),
            ("DP", dp),
            ("DQ", dq),
            ("InverseQ", inverse_q),
            ("D", d),
        ]
    }

    fn xml_parts_mut(&mut self) -> [(&'static str, &mut Option<Vec<u8>>); 8] {
        let Self { modulus, exponent, d, p, q, dp, dq, inverse_q } = self;
        [
            ("Modulus", modulus),
            ("Exponent", exponent),
            ("P", p),
            ("Q", q),
            ("DP", dp),
            ("DQ", dq),
            ("InverseQ", inverse_q),
            ("D", d),
        ]
    }
}

impl std::fmt::Debug for RsaKey {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RsaKey({} bits)", self.bits())
    }
}

impl std::fmt::Debug for RsaParameters {
    /// Without the numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RsaParameters")
    }
}

fn algorithm() -> Vec<u8> {
    // The identifier is written correctly above.
    der::write_sequence(&[der::write_oid(OID).unwrap_or_default(), der::write(der::NULL, &[])])
}

fn padded(number: &BigUint, length: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let mut padded = vec![0; length.saturating_sub(bytes.len())];
    padded.extend(bytes);
    padded
}

fn invalid_parameters() -> Exception {
    cryptographic(
        "The specified RSA parameters are not valid. Exponent and Modulus are required. If D is present, it must have the same \
         length as Modulus. If D is present, P, Q, DP, DQ, and InverseQ are required and must have half the length of Modulus, \
         rounded up, otherwise they must be omitted.",
    )
}

fn no_private_key() -> Exception {
    cryptographic("Object contains only the public half of a key pair. A private key must also be provided.")
}

fn no_pem() -> Exception {
    let message = "No supported key formats were found. Check that the input represents the contents of a PEM-encoded key file, not the path to such a file.";
    Exception::argument(message, "input")
}

fn pkcs1(hash: Hash) -> Pkcs1v15Sign {
    // What comes before the digest in a `DigestInfo`: the algorithm, and the tag and the length of the digest.
    let algorithm = der::write_sequence(&[der::write_oid(hash.oid()).unwrap_or_default(), der::write(der::NULL, &[])]);
    let mut prefix = der::write_sequence(&[algorithm, der::write(der::OCTET_STRING, &vec![0; hash.size()])]);
    prefix.truncate(prefix.len() - hash.size());
    Pkcs1v15Sign { hash_len: Some(hash.size()), prefix: prefix.into() }
}

fn pss(hash: Hash) -> Pss {
    Pss { blinded: true, digest: Box::new(Running::new(hash)), salt_len: hash.size() }
}

fn oaep(hash: Hash) -> Oaep {
    Oaep { digest: Box::new(Running::new(hash)), mgf_digest: Box::new(Running::new(hash)), label: None }
}

/// Our hashes as the crate wants them: it belongs to an older generation than they do.
#[derive(Clone)]
struct Running {
    hash: Hash,
    bytes: Vec<u8>,
}

impl Running {
    fn new(hash: Hash) -> Self {
        Self { hash, bytes: Vec::new() }
    }
}

impl DynDigest for Running {
    fn update(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    fn finalize_into(mut self, out: &mut [u8]) -> std::result::Result<(), InvalidBufferSize> {
        self.finalize_into_reset(out)
    }

    fn finalize_into_reset(&mut self, out: &mut [u8]) -> std::result::Result<(), InvalidBufferSize> {
        if out.len() != self.hash.size() {
            return Err(InvalidBufferSize);
        }
        out.copy_from_slice(&self.hash.digest(&std::mem::take(&mut self.bytes)));
        Ok(())
    }

    fn reset(&mut self) {
        self.bytes.clear();
    }

    fn output_size(&self) -> usize {
        self.hash.size()
    }

    fn box_clone(&self) -> Box<dyn DynDigest> {
        Box::new(self.clone())
    }
}

/// Our randomness as the crate wants it.
///
/// It draws until a number fits; so that this ends even with a source that repeats itself, 256 bits of the source are
/// stretched with a hash and a counter.
struct Source {
    seed: [u8; 32],
    counter: u64,
    block: Vec<u8>,
}

impl Source {
    fn new(random: Random<'_>) -> Self {
        let mut seed = [0; 32];
        fill(&mut seed, random);
        Self { seed, counter: 0, block: Vec::new() }
    }
}

impl RngCore for Source {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.block.is_empty() {
                self.counter = self.counter.wrapping_add(1);
                self.block = Hash::Sha256.digest(&[&self.seed[..], &self.counter.to_le_bytes()].concat());
            }
            *byte = self.block.pop().unwrap_or_default();
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> std::result::Result<(), rsa::rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Source {}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = include_str!("test_data/test-key.pem");
    const PUBLIC: &str = include_str!("test_data/test-key-public.pem");
    const PKCS1: &str = include_str!("test_data/test-key-pkcs1.pem");
    const ENCRYPTED: &str = include_str!("test_data/test-key-encrypted.pem");

    fn key() -> RsaKey {
        RsaKey::from_pem(KEY).unwrap()
    }

    fn free(_: u64) -> Result<()> {
        Ok(())
    }

    /// What OpenSSL says of `abc`.
    #[test]
    fn signs_as_others_do() {
        let digest = Hash::Sha256.digest(b"abc");
        let signature = key().sign(&digest, Hash::Sha256, SignaturePadding::Pkcs1, &mut || u64::MAX).unwrap();
        let expected = "hkP2j7shVq2I9X6Z5N3A8AS6m5l6Ro/NIjOAzi8zq0s4DKqHE0etakqS46mjtxmhwV4s/KLCF20P4lUOHYr9/Qe8zqOGNGXzBXJzfFQBsBxJQQ+Me4dWFFoqLVYw0VRYmZYUxlwnnvZGx9Fs4ZYINpJ1LhFzaK7iFpWZ3mJt1e8=";
        assert_eq!(STANDARD.encode(&signature), expected);
        let public = RsaKey::from_pem(PUBLIC).unwrap();
        assert!(public.verify(&digest, &signature, Hash::Sha256, SignaturePadding::Pkcs1));
        assert!(!public.verify(&Hash::Sha256.digest(b"abd"), &signature, Hash::Sha256, SignaturePadding::Pkcs1));
        assert!(!public.verify(&digest, &signature, Hash::Sha256, SignaturePadding::Pss));
        assert!(!public.verify(&digest, &signature[1..], Hash::Sha256, SignaturePadding::Pkcs1));

        let pss = "aH6bXqZVke3WqyGHLTe0R8R4d7iHEP3qgw+LU5BbGbh+wBYQC0I2NfqBdn8Nzb9Y5HSWT3fc4rCMhXXYJaKcrolrh1Mcob1MD6DQTBT15cCzSyBXBXyeZc9Rlgtu8aMNO9d+KqlZhaaYS2vhMmpo6fHOyHr9vhKdy63cYohPJfM=";
        assert!(public.verify(&digest, &STANDARD.decode(pss).unwrap(), Hash::Sha256, SignaturePadding::Pss));
        let signature = key().sign(&digest, Hash::Sha256, SignaturePadding::Pss, &mut || 3).unwrap();
        assert!(public.verify(&digest, &signature, Hash::Sha256, SignaturePadding::Pss));
        assert_eq!(
            public.sign(&digest, Hash::Sha256, SignaturePadding::Pss, &mut || 3).unwrap_err().kind,
            "CryptographicException"
        );
        // A key of 1024 bits is too short for a salt of 64 bytes and a hash of 64.
        assert!(key().sign(&[0; 64], Hash::Sha512, SignaturePadding::Pss, &mut || 3).is_err());
    }

    #[test]
    fn decrypts_what_others_encrypt() {
        let oaep = "lslU3T9jn7KRh1r45vl9dY7Dt0yuqvLP2mUtzC4ST7yHwM3/YD+c55DhNLDRhXYRsIq1dSTs1+c4py1KaMqPLzUwJQ8vZgse2+9NIXbLN3tBExZgXV0EWRji6a8vQSjUFx6g/xdnRLhavE9yqBf/B/GOTGpIjjPQH1n5sbGnrbQ=";
        let pkcs1 = "fNbCRQF1Xf6GspG2pr3VmhAiYrU6cpk3rtG4zpcvX+6l9t2TyrgPthbvG6pbR3KRNAf67QWf7Y48YOWMFcA6E7NFmJQV1IQZGbCoX198tfiVIqUF8rakCH1KwjvdTB8XhSDKxpH/fzydhK8udY7D7CrZ2srKXUpDRVeLc2BDdY8=";
        for (data, padding) in [(oaep, EncryptionPadding::Oaep(Hash::Sha256)), (pkcs1, EncryptionPadding::Pkcs1)] {
            let data = STANDARD.decode(data).unwrap();
            assert_eq!(key().decrypt(&data, padding, &mut || 5).unwrap(), b"abc");
            assert!(key().decrypt(&data, EncryptionPadding::Oaep(Hash::Sha1), &mut || 5).is_err());
            let own = key().to_public().encrypt(b"xyz", padding, &mut || 5).unwrap();
            assert_eq!(key().decrypt(&own, padding, &mut || 6).unwrap(), b"xyz");
            assert!(key().encrypt(&[0; 118], padding, &mut || 5).unwrap_err().message.contains("maximum allowable length"));
        }
    }

    #[test]
    fn keys_go_both_ways() {
        let pem = |label, bytes: Vec<u8>| pem::write(label, &bytes) + "\n";
        assert_eq!(pem("PRIVATE KEY", key().private_key_info().unwrap()), KEY);
        assert_eq!(pem("RSA PRIVATE KEY", key().private_key().unwrap()), PKCS1);
        assert_eq!(pem("PUBLIC KEY", key().public_key_info()), PUBLIC);
        let parameters = key().parameters(true).unwrap();
        assert_eq!(RsaKey::from_parameters(&parameters).unwrap().private_key_info(), key().private_key_info());
        let encrypted = RsaKey::from_encrypted_pem(ENCRYPTED, "test-password", &mut free).unwrap();
        assert_eq!(encrypted.private_key_info(), key().private_key_info());
        let wrong = RsaKey::from_encrypted_pem(ENCRYPTED, "other", &mut free).unwrap_err();
        assert!(wrong.message.ends_with("the password may be incorrect."));
        for with_private in [false, true] {
            let xml = key().to_xml(with_private).unwrap();
            let read = RsaKey::from_xml(&xml).unwrap();
            assert_eq!((read.is_private(), read.to_xml(with_private).unwrap()), (with_private, xml));
        }
        for (text, start) in [
            ("", "No supported key formats"),
            (&[KEY, PUBLIC].concat(), "The input contains multiple keys"),
            (ENCRYPTED, "An encrypted key was found"),
        ] {
            assert!(RsaKey::from_pem(text).unwrap_err().message.starts_with(start));
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let whole = key().parameters(true).unwrap();
        let changes: [fn(&mut RsaParameters); 8] = [
            |key| key.modulus = None,
            |key| key.d = None,
            |key| key.p = None,
            |key| key.exponent = Some(vec![2]),
            |key| key.p = Some(vec![0; 64]),
            |key| key.modulus = Some(vec![1; 128]),
            |key| std::mem::swap(&mut key.p, &mut key.modulus),
            |key| *key = RsaParameters { modulus: Some(vec![0; 4]), exponent: Some(vec![1, 0, 1]), ..RsaParameters::default() },
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut parameters = whole.clone();
            change(&mut parameters);
            assert!(RsaKey::from_parameters(&parameters).is_err(), "{number}");
        }
    }
}
