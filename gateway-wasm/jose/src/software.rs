//! Signatures checked here, where no host does it.

use crate::{Algorithm, Verifier};
use dotnet::crypto::{
    equal_in_constant_time,
    hash::Hash,
    rsa::{RsaKey, SignaturePadding},
};
use ed25519_dalek::Verifier as _;

/// Checks signatures with RustCrypto.
#[derive(Clone, Copy, Debug, Default)]
pub struct Software;

impl Verifier for Software {
    fn verify(&self, algorithm: Algorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        match algorithm {
            Algorithm::Hs256 => hmac(Hash::Sha256, key, message, signature),
            Algorithm::Hs384 => hmac(Hash::Sha384, key, message, signature),
            Algorithm::Hs512 => hmac(Hash::Sha512, key, message, signature),
            Algorithm::Rs256 => rsa(Hash::Sha256, SignaturePadding::Pkcs1, key, message, signature),
            Algorithm::Rs384 => rsa(Hash::Sha384, SignaturePadding::Pkcs1, key, message, signature),
            Algorithm::Rs512 => rsa(Hash::Sha512, SignaturePadding::Pkcs1, key, message, signature),
            Algorithm::Ps256 => rsa(Hash::Sha256, SignaturePadding::Pss, key, message, signature),
            Algorithm::Ps384 => rsa(Hash::Sha384, SignaturePadding::Pss, key, message, signature),
            Algorithm::Ps512 => rsa(Hash::Sha512, SignaturePadding::Pss, key, message, signature),
            Algorithm::Es256 => elliptic!(p256, key, message, signature),
            Algorithm::Es384 => elliptic!(p384, key, message, signature),
            Algorithm::Es512 => elliptic!(p521, key, message, signature),
            Algorithm::EdDsa => ed25519(key, message, signature).is_some(),
        }
    }
}

/// Checks a signature on a curve: `from_slice` takes r and s of exactly their length, and neither may be zero or too large.
macro_rules! elliptic {
    ($curve:ident, $key:expr, $message:expr, $signature:expr) => {
        match ($curve::ecdsa::VerifyingKey::from_sec1_bytes($key), $curve::ecdsa::Signature::from_slice($signature)) {
            (Ok(key), Ok(signature)) => {
                use $curve::ecdsa::signature::Verifier as _;
                key.verify($message, &signature).is_ok()
            }
            _ => false,
        }
    };
}
use elliptic;

fn hmac(hash: Hash, key: &[u8], message: &[u8], code: &[u8]) -> bool {
    equal_in_constant_time(&hash.hmac(key, message), code)
}

fn rsa(hash: Hash, padding: SignaturePadding, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok((key, _)) = RsaKey::from_public_key(key) else { return false };
    let modulus = key.parameters(false).ok().and_then(|parameters| parameters.modulus).unwrap_or_default();
    // A signature is a number below the modulus. The crate `rsa` takes one above it for PSS, so that each would have a twin.
    signature.len() == modulus.len()
        && signature < modulus.as_slice()
        && key.verify(&hash.digest(message), signature, hash, padding)
}

fn ed25519(key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
    let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
    key.verify(message, &signature).ok()
}
