//! The guest's own computation and the host's give the same answer, for every algorithm, on good and on mangled signatures.

mod forge;

use aws_lc_rs::{
    hmac,
    signature::{self, UnparsedPublicKey, VerificationAlgorithm},
};
use forge::{Forge, in_der};
use jose::{Algorithm, Software, Verifier};

/// The host's way: the key as [`Algorithm`] says that it is laid out, and aws-lc.
struct Host;

impl Verifier for Host {
    fn verify(&self, algorithm: Algorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
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
}

/// What is changed, and the signature that comes of it.
fn mangled(good: &[u8]) -> Vec<(String, Vec<u8>)> {
    let half = good.len() / 2;
    let mut all = vec![
        ("empty".to_owned(), Vec::new()),
        ("zeros".to_owned(), vec![0; good.len()]),
        ("ones".to_owned(), vec![0xff; good.len()]),
        ("r is zero".to_owned(), [&vec![0; half], &good[half..]].concat()),
        ("s is zero".to_owned(), [&good[..half], &vec![0; good.len() - half]].concat()),
        ("r and s swapped".to_owned(), [&good[half..], &good[..half]].concat()),
        ("in DER".to_owned(), in_der(good)),
        ("a zero before".to_owned(), [&[0], good].concat()),
        ("a zero after".to_owned(), [good, &[0]].concat()),
        ("zeros before each half".to_owned(), [&[0], &good[..half], &[0], &good[half..]].concat()),
        ("twice".to_owned(), [good, good].concat()),
        ("first byte gone".to_owned(), good[1..].to_vec()),
    ];
    all.extend([1, 2, half, good.len() - 1].map(|cut| (format!("{cut} bytes gone"), good[..good.len() - cut].to_vec())));
    for bit in (0..good.len() * 8).step_by(good.len() * 8 / 61) {
        let mut bytes = good.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        all.push((format!("bit {bit} flipped"), bytes));
    }
    all
}

#[test]
fn both_ways_give_the_same_answer() {
    let forge = Forge::new();
    let message = b"header.payload";
    let mut compared = 0;
    for algorithm in Algorithm::ALL {
        let key = forge.key(algorithm);
        let good = forge.sign(algorithm, message);
        let check = |what: &str, message: &[u8], signature: &[u8], expected: bool| {
            let name = algorithm.name();
            assert_eq!(Software.verify(algorithm, key.bytes(), message, signature), expected, "{name}, software: {what}");
            assert_eq!(Host.verify(algorithm, key.bytes(), message, signature), expected, "{name}, host: {what}");
        };
        check("good", message, &good, true);
        check("another message", b"header.payloae", &good, false);
        check("a longer message", b"header.payload.", &good, false);
        check("an empty message", b"", &good, false);
        for (what, signature) in mangled(&good) {
            check(&what, message, &signature, false);
            compared += 1;
        }
        // Signatures of all the others, over the same message.
        for other in Algorithm::ALL.into_iter().filter(|other| *other != algorithm) {
            check(other.name(), message, &forge.sign(other, message), false);
            compared += 1;
        }
    }
    assert!(compared > 13 * 80, "{compared}");
}

/// A number above the modulus that is the same signature modulo it: the crate `rsa` takes it for PSS where nobody looks.
#[test]
fn a_signature_of_rsa_has_no_twin() {
    let forge = Forge::new();
    let modulus = forge.modulus();
    let message = b"header.payload";
    for algorithm in [Algorithm::Rs256, Algorithm::Ps256] {
        let key = forge.key(algorithm);
        let twin = std::iter::repeat_with(|| sum(&forge.sign(algorithm, message), &modulus));
        // PKCS#1 gives one signature, whose sum may be too long; PSS gives another one each time.
        let Some(twin) = twin.take(64).flatten().next() else { continue };
        assert!(!Software.verify(algorithm, key.bytes(), message, &twin));
        assert!(!Host.verify(algorithm, key.bytes(), message, &twin));
    }
}

/// The sum of two numbers, if it is not longer than they are.
fn sum(one: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let mut carry = 0;
    let mut sum: Vec<u8> = one
        .iter()
        .zip(other)
        .rev()
        .map(|(one, other)| {
            carry += u16::from(*one) + u16::from(*other);
            let byte = carry as u8;
            carry >>= 8;
            byte
        })
        .collect();
    sum.reverse();
    (carry == 0).then_some(sum)
}
