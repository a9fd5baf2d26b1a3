//! System.Security.Cryptography: hashes, keys, ciphers, certificates.
//!
//! Bytes in, bytes out. Randomness comes in as a closure that gives 64 bits, because this crate has none of its own, and
//! whatever takes as long as its input says counts its work with a closure that may refuse.

pub mod certificate;
pub mod cipher;
mod der;
pub mod hash;
pub mod identity;
pub mod name;
pub mod oid;
pub mod pem;
mod pfx;
mod pkcs8;
pub mod rsa;

use crate::Exception;
use std::borrow::Cow;

/// Gives 64 bits that nobody can guess.
pub type Random<'a> = &'a mut dyn FnMut() -> u64;

/// Counts the turns of a key derivation, which the data chooses, and may refuse them.
pub type Count<'a, E> = &'a mut dyn FnMut(u64) -> Result<(), E>;

/// `CryptographicException`
pub fn cryptographic(message: impl Into<Cow<'static, str>>) -> Exception {
    Exception::new("CryptographicException", message)
}

/// Fills bytes with randomness.
pub fn fill(bytes: &mut [u8], random: Random<'_>) {
    for chunk in bytes.chunks_mut(8) {
        for (byte, random) in chunk.iter_mut().zip(random().to_le_bytes()) {
            *byte = random;
        }
    }
}

/// True if both are the same; it takes the same time wherever they differ.
pub fn equal_in_constant_time(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differs, (one, other)| differs | (one ^ other)) == 0
}
