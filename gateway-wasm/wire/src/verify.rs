//! What the guest asks the host to check: a signature, by the number of its algorithm.

/// What a token is signed with (RFC 7518, RFC 8037).
///
/// The guest gives the host its number, the key, the message and the signature, and is told whether they belong together. The
/// key is laid out as the algorithm's family wants it, and was checked when it was read: RSA has 2048 to 4096 bits, a point is
/// on its curve.
///
/// | algorithms | key | signature |
/// |---|---|---|
/// | `HS…` | the secret | the code |
/// | `RS…`, `PS…` | `RSAPublicKey` (RFC 8017) in DER | as long as the modulus; `PS…` has a salt as long as the hash |
/// | `ES…` | the uncompressed point: 4, x, y | r and s, each as long as the curve's order, nothing between them |
/// | `EdDSA` | 32 bytes: Ed25519 | 64 bytes |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum SignatureAlgorithm {
    Hs256 = 1,
    Hs384 = 2,
    Hs512 = 3,
    Rs256 = 4,
    Rs384 = 5,
    Rs512 = 6,
    Ps256 = 7,
    Ps384 = 8,
    Ps512 = 9,
    Es256 = 10,
    Es384 = 11,
    Es512 = 12,
    EdDsa = 13,
}

impl SignatureAlgorithm {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
    ];

    /// As the header `alg` has it: `RS256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of a name, in exactly this case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// What stands for it between the component and its host.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The algorithm of a number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.number() == number)
    }
}

#[cfg(test)]
mod tests {
    use super::SignatureAlgorithm;

    #[test]
    fn names_and_numbers_go_both_ways() {
        for algorithm in SignatureAlgorithm::ALL {
            assert_eq!(SignatureAlgorithm::from_name(algorithm.name()), Some(algorithm));
            assert_eq!(SignatureAlgorithm::from_number(algorithm.number()), Some(algorithm));
        }
        assert_eq!((SignatureAlgorithm::from_name("rs256"), SignatureAlgorithm::from_number(0)), (None, None));
    }
}
