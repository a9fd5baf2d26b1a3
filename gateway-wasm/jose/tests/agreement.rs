//! ECDH-ES on every curve, with keys that the token brings: aws-lc agrees on one side, this crate on the other.

mod forge;

use aws_lc_rs::{
    agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521, PrivateKey, UnparsedPublicKey},
    encoding::{AsBigEndian, EcPrivateKeyBin},
};
use dotnet::crypto::hash::Hash;
use forge::{encode, seal};
use jose::{Curve, DecryptionKey, Token, read};

fn point(curve: Curve, private: &PrivateKey) -> String {
    let public = private.compute_public_key().unwrap();
    let (x, y) = public.as_ref()[1..].split_at(public.as_ref().len() / 2);
    format!(r#""kty":"EC","crv":"{}","x":"{}","y":"{}""#, curve.name(), encode(x), encode(y))
}

/// What RFC 7518, 4.6.2, derives, for one algorithm and no parties.
fn derive(shared: &[u8], algorithm: &str, length: usize) -> Vec<u8> {
    let word = |number: usize| (number as u32).to_be_bytes();
    let other = [&word(algorithm.len())[..], algorithm.as_bytes(), &word(0), &word(0), &word(length * 8)].concat();
    let rounds = (1..=length.div_ceil(32)).map(|round| Hash::Sha256.digest(&[&word(round)[..], shared, &other].concat()));
    let mut derived = rounds.collect::<Vec<_>>().concat();
    derived.truncate(length);
    derived
}

#[test]
fn keys_are_agreed_on() {
    for (curve, algorithm) in [(Curve::P256, &ECDH_P256), (Curve::P384, &ECDH_P384), (Curve::P521, &ECDH_P521)] {
        let [ours, theirs] = [(); 2].map(|()| PrivateKey::generate(algorithm).unwrap());
        let private: EcPrivateKeyBin<'_> = ours.as_be_bytes().unwrap();
        let jwk = |d: &[u8]| DecryptionKey::from_jwk(format!(r#"{{{},"d":"{}"}}"#, point(curve, &ours), encode(d)).as_bytes());
        let key = jwk(private.as_ref()).unwrap();
        let other: EcPrivateKeyBin<'_> = theirs.as_be_bytes().unwrap();
        assert_eq!(jwk(other.as_ref()).unwrap_err().to_string(), "has `d` that does not belong to its `x` and `y`");

        let public = ours.compute_public_key().unwrap();
        let peer = UnparsedPublicKey::new(algorithm, public.as_ref());
        let shared = agreement::agree(&theirs, peer, (), |shared| Ok(shared.to_vec())).unwrap();
        for (encryption, length) in [("A128GCM", 16), ("A256CBC-HS512", 64)] {
            let sealed = |epk: &str| {
                let header = encode(format!(r#"{{"alg":"ECDH-ES","enc":"{encryption}","epk":{{{epk}}}}}"#));
                let content_key = derive(&shared, encryption, length);
                let [vector, ciphertext, tag] = seal(encryption, &content_key, header.as_bytes(), b"agreed");
                let token = format!("{header}..{}.{}.{}", encode(vector), encode(ciphertext), encode(tag));
                let Token::Encrypted(encrypted) = read(&token).unwrap() else { panic!("it is encrypted") };
                jose::decrypt(&encrypted, std::slice::from_ref(&key), &mut || 4)
            };
            let good = point(curve, &theirs);
            assert_eq!(sealed(&good).as_deref(), Ok(&b"agreed"[..]), "{} {encryption}", curve.name());
            // The token is right but for the key that it brings, which nothing else in it depends on.
            for bad in [good.replace(r#""EC""#, r#""ec""#), good.replace(curve.name(), "P-224"), String::new()] {
                assert!(sealed(&bad).is_err(), "{} {encryption} {bad}", curve.name());
            }
        }
        assert!(key.describe().starts_with(curve.name()));
    }
}
