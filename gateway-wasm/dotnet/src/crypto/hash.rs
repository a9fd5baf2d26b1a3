//! Hashes, and codes made with a hash and a key.

use crate::{Exception, Result, crypto::cryptographic};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// The hashes that .NET and APIM have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// Runs an expression with the type of a hash.
macro_rules! with {
    ($hash:expr, $type:ident => $run:expr) => {
        match $hash {
            Hash::Md5 => {
                type $type = Md5;
                $run
            }
            Hash::Sha1 => {
                type $type = Sha1;
                $run
            }
            Hash::Sha256 => {
                type $type = Sha256;
                $run
            }
            Hash::Sha384 => {
                type $type = Sha384;
                $run
            }
            Hash::Sha512 => {
                type $type = Sha512;
                $run
            }
        }
    };
}

impl Hash {
    /// All of them.
    pub const ALL: [Hash; 5] = [Hash::Md5, Hash::Sha1, Hash::Sha256, Hash::Sha384, Hash::Sha512];

    /// As `HashAlgorithmName` has it: `SHA256`.
    pub fn name(self) -> &'static str {
        match self {
            Hash::Md5 => "MD5",
            Hash::Sha1 => "SHA1",
            Hash::Sha256 => "SHA256",
            Hash::Sha384 => "SHA384",
            Hash::Sha512 => "SHA512",
        }
    }

    /// The hash of a name, as `HashAlgorithmName` has it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.name() == name)
    }

    /// The hash of a name that must be one.
    ///
    /// # Errors
    /// A `CryptographicException` if it is not.
    pub fn expect(name: &str) -> Result<Self> {
        Self::from_name(name).ok_or_else(|| unknown(name))
    }

    /// `2.16.840.1.101.3.4.2.1` of SHA-256.
    pub fn oid(self) -> &'static str {
        match self {
            Hash::Md5 => "1.2.840.113549.2.5",
            Hash::Sha1 => "1.3.14.3.2.26",
            Hash::Sha256 => "2.16.840.1.101.3.4.2.1",
            Hash::Sha384 => "2.16.840.1.101.3.4.2.2",
            Hash::Sha512 => "2.16.840.1.101.3.4.2.3",
        }
    }

    /// The hash of an object identifier.
    pub fn from_oid(oid: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.oid() == oid)
    }

    /// The length of its result in bytes.
    pub fn size(self) -> usize {
        match self {
            Hash::Md5 => 16,
            Hash::Sha1 => 20,
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
        }
    }

    /// How many bytes it takes at once.
    pub fn block_size(self) -> usize {
        match self {
            Hash::Md5 | Hash::Sha1 | Hash::Sha256 => 64,
            Hash::Sha384 | Hash::Sha512 => 128,
        }
    }

    /// The hash of bytes.
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        with!(self, T => T::digest(bytes).to_vec())
    }

    /// The hash of bytes with a key.
    pub fn hmac(self, key: &[u8], bytes: &[u8]) -> Vec<u8> {
        // A key of any length will do, so there is always a code.
        with!(self, T => match Hmac::<T>::new_from_slice(key) {
            Ok(code) => code.chain_update(bytes).finalize().into_bytes().to_vec(),
            Err(_) => Vec::new(),
        })
    }

    /// A key as `HMAC.Key` gives it back: one that is longer than a block is hashed.
    pub fn hmac_key(self, key: &[u8]) -> Vec<u8> {
        if key.len() > self.block_size() { self.digest(key) } else { key.to_vec() }
    }

    /// PBKDF2 with HMAC.
    pub(super) fn derive(self, password: &[u8], salt: &[u8], turns: u64, length: usize) -> Vec<u8> {
        let mut derived = Vec::new();
        with!(self, T => {
            let Ok(keyed) = Hmac::<T>::new_from_slice(password) else { return derived };
            let mut number = 1_u32;
            while derived.len() < length {
                let mut last = keyed.clone().chain_update(salt).chain_update(number.to_be_bytes()).finalize().into_bytes();
                let mut block = last;
                for _ in 1..turns {
                    last = keyed.clone().chain_update(last).finalize().into_bytes();
                    for (byte, other) in block.iter_mut().zip(&last) {
                        *byte ^= other;
                    }
                }
                derived.extend(block);
                number = number.wrapping_add(1);
            }
        });
        derived.truncate(length);
        derived
    }
}

/// What .NET says of a name that is no hash's.
pub fn unknown(name: &str) -> Exception {
    cryptographic(format!("'{name}' is not a known hash algorithm."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The vectors of RFC 1321 and FIPS 180-2.
    #[test]
    fn hashes() {
        assert_eq!(hex(&Hash::Md5.digest(b"abc")), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(hex(&Hash::Sha1.digest(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(hex(&Hash::Sha256.digest(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        for hash in Hash::ALL {
            assert_eq!(hash.digest(b"").len(), hash.size());
            assert_eq!((Hash::from_name(hash.name()), Hash::from_oid(hash.oid())), (Some(hash), Some(hash)));
        }
    }

    /// Test case 2 of RFC 2202 and RFC 4231.
    #[test]
    fn codes() {
        let code = |hash: Hash| hex(&hash.hmac(b"Jefe", b"what do ya want for nothing?"));
        assert_eq!(code(Hash::Md5), "750c783e6ab0b503eaa86e310a5db738");
        assert_eq!(code(Hash::Sha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(code(Hash::Sha256), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    /// RFC 6070, and what OpenSSL says.
    #[test]
    fn derives_keys() {
        assert_eq!(hex(&Hash::Sha1.derive(b"password", b"salt", 2, 20)), "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957");
        let expected = "ad35240ac683febfaf3cd49d845473fbbbaa2437f5f82d5a415ae00ac76c6bfccf9a9b8d6d2fe4a1";
        assert_eq!(hex(&Hash::Sha256.derive(b"password", b"salt", 3, 40)), expected);
    }
}
