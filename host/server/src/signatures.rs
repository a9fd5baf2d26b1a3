//! Checks signatures for the guest, which would take thirty times as long.

use aws_lc_rs::{
    hmac,
    signature::{self, UnparsedPublicKey, VerificationAlgorithm},
};
use wire::SignatureAlgorithm as Algorithm;

/// True if a signature is that of a message. Algorithm and key are as [`Algorithm`] says; false for any other number.
pub(crate) fn verify(algorithm: u8, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Some(algorithm) = Algorithm::from_number(algorithm) else { return false };
    let code = |hash| hmac::verify(&hmac::Key::new(hash, key), message, signature).is_ok();
    let with: &'static dyn VerificationAlgorithm = match algorithm {
        Algorithm::Hs256 => return code(hmac::HMAC_SHA256),
        Algorithm::Hs384 => return code(hmac::HMAC_SHA384),
        Algorithm::Hs512 => return code(hmac::HMAC_SHA512),
        Algorithm::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &signature::RSA_PSS_2048_8192_SHA512,
        Algorithm::Es256 => &signature::ECDSA_P256_SHA256_FIXED,
        Algorithm::Es384 => &signature::ECDSA_P384_SHA384_FIXED,
        Algorithm::Es512 => &signature::ECDSA_P521_SHA512_FIXED,
        Algorithm::EdDsa => &signature::ED25519,
    };
    UnparsedPublicKey::new(with, key).verify(message, signature).is_ok()
}
