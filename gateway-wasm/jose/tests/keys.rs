//! Keys in their other forms: PEM, certificates, key sets with certificates.

mod forge;

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dotnet::crypto::pem;
use forge::{Forge, encode};
use jose::{Algorithm, Key, KeyKind, Software, Token, read, verify};

const P256: &str = include_str!("certificates/p256.pem");
const RSA: &str = include_str!("certificates/rsa.pem");

/// A public key of each kind as a `SubjectPublicKeyInfo`, and the bytes that its signatures are checked with.
fn infos() -> Vec<(Vec<u8>, Vec<u8>)> {
    fn der(key: &impl AsDer<PublicKeyX509Der<'static>>) -> Vec<u8> {
        key.as_der().unwrap().as_ref().to_vec()
    }
    let curves = [
        &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
        &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
    ];
    let pairs = curves.map(|curve| EcdsaKeyPair::generate(curve).unwrap());
    let mut infos: Vec<_> = pairs.iter().map(|pair| (der(pair.public_key()), pair.public_key().as_ref().to_vec())).collect();
    let (rsa, ed25519) = (RsaKeyPair::generate(KeySize::Rsa2048).unwrap(), Ed25519KeyPair::generate().unwrap());
    infos.push((der(rsa.public_key()), rsa.public_key().as_ref().to_vec()));
    infos.push((der(ed25519.public_key()), ed25519.public_key().as_ref().to_vec()));
    infos
}

#[test]
fn public_keys_in_pem() {
    for (info, bytes) in infos() {
        let read = |der: &[u8]| Key::from_pem(Some("a".to_owned()), &pem::write("PUBLIC KEY", der));
        let key = read(&info).unwrap();
        assert_eq!((key.bytes(), key.id()), (bytes.as_slice(), Some("a")));
        for length in 0..info.len() {
            assert!(read(&info[..length]).is_err(), "{} cut to {length}", key.describe());
        }
        assert!(read(&[&info[..], &[0]].concat()).is_err(), "{} with a byte after it", key.describe());
        if key.kind() == (KeyKind::Rsa { bits: 2048 }) {
            let own = Key::from_pem(None, &pem::write("RSA PUBLIC KEY", &bytes)).unwrap();
            assert_eq!(own.bytes(), key.bytes());
        }
    }
}

#[test]
fn what_is_no_public_key_in_pem() {
    let why = |text: &str| Key::from_pem(None, text).unwrap_err().to_string();
    assert_eq!(why(""), "is no PEM, with a line `-----BEGIN PUBLIC KEY-----`");
    assert_eq!(why(&pem::write("PKCS7", &[1])), "is a PEM of `PKCS7`, and not of `PUBLIC KEY` or `CERTIFICATE`");
    for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
        assert_eq!(why(&pem::write(label, &[1])), "has a private key in it, and only the public one is needed");
    }
    assert_eq!(why(&pem::write("CERTIFICATE", &[0x30, 0])), "is no certificate");
}

#[test]
fn certificates() {
    let thumbprints = [(P256, "P-256 `02lP-vGJUaMnaesUJfAlu6kvggs`"), (RSA, "RSA 2048 `")];
    for (text, description) in thumbprints {
        let key = Key::from_pem(None, text).unwrap();
        assert!(key.describe().starts_with(description), "{}", key.describe());
        let der = pem::blocks(text).remove(0).contents;
        assert_eq!(Key::from_certificate(None, &der).unwrap(), key);
        for length in 0..der.len() {
            assert!(Key::from_certificate(None, &der[..length]).is_err(), "cut to {length}");
        }
    }
}

#[test]
fn certificates_of_a_key_set_are_of_its_keys() {
    let key = Key::from_pem(None, P256).unwrap();
    let (x, y) = key.bytes()[1..].split_at(32);
    let jwk = |certificate: &str| {
        let chain = STANDARD.encode(&pem::blocks(certificate)[0].contents);
        let (x, y) = (encode(x), encode(y));
        Key::from_jwk(format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","x5c":["{chain}"]}}"#).as_bytes())
    };
    assert_eq!(jwk(P256).unwrap().bytes(), key.bytes());
    assert_eq!(jwk(RSA).unwrap_err().to_string(), "has `x5c`, whose first certificate is of another key");
}

/// A false token costs as many checks as there are keys, up to a limit.
#[test]
fn so_many_keys_are_tried() {
    let forge = Forge::new();
    let right = Key::symmetric(None, &forge.secret).unwrap();
    let wrong = Key::symmetric(None, b"another secret than that").unwrap();
    let input = format!("{}.{}", encode(r#"{"alg":"HS256"}"#), encode("{}"));
    let token = format!("{input}.{}", encode(forge.sign(Algorithm::Hs256, input.as_bytes())));
    let Token::Signed(signed) = read(&token).unwrap() else { panic!("it is signed") };
    let among = |before: usize| {
        let keys = std::iter::repeat_n(&wrong, before).chain([&right]);
        verify(&signed, keys, &Software).map_err(|why| why.to_string())
    };
    assert_eq!(among(15), Ok(&right));
    let secret = "secret of 192 bits";
    let tried = format!("tried: {secret}, {secret}, {secret}, {secret}, {secret} and 11 more");
    let not_tried = "not tried: secret of 512 bits (after 16 others no more are tried)";
    assert_eq!(among(16), Err(format!("the token's signature with `HS256` is wrong; {tried}; {not_tried}")));
}

/// Nobody reads a secret in a log.
#[test]
fn keys_do_not_show_themselves() {
    let key = Key::symmetric(Some("a\nb".to_owned()), b"0123456789abcdef").unwrap();
    assert_eq!(format!("{key:?}"), "Key(secret of 128 bits `a\u{fffd}b`)");
    let key = jose::DecryptionKey::symmetric(None, b"0123456789abcdef").unwrap();
    assert_eq!(format!("{key:?}"), "DecryptionKey(secret of 128 bits)");
}
