//! Makes keys and tokens for the tests, with aws-lc: good ones and bad ones.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "each program of tests uses its part")]

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{self, KeySize},
    signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use dotnet::crypto::{
    cipher::{Algorithm as Cipher, Direction, Mode, Padding, Transform},
    hash::Hash,
    pem,
    rsa::{RsaKey, RsaParameters},
};
use jose::{Algorithm, Curve, Key};

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key of each kind, new in each run.
pub struct Forge {
    pub secret: Vec<u8>,
    rsa: rsa::KeyPair,
    p256: EcdsaKeyPair,
    p384: EcdsaKeyPair,
    p521: EcdsaKeyPair,
    ed25519: Ed25519KeyPair,
}

impl Forge {
    pub fn new() -> Self {
        Self {
            secret: (0..64).collect(),
            rsa: rsa::KeyPair::generate(KeySize::Rsa2048).unwrap(),
            p256: EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            p384: EcdsaKeyPair::generate(&signature::ECDSA_P384_SHA384_FIXED_SIGNING).unwrap(),
            p521: EcdsaKeyPair::generate(&signature::ECDSA_P521_SHA512_FIXED_SIGNING).unwrap(),
            ed25519: Ed25519KeyPair::generate().unwrap(),
        }
    }

    fn rsa_numbers(&self) -> RsaParameters {
        let (key, _) = RsaKey::from_public_key(self.rsa.public_key().as_ref()).unwrap();
        key.parameters(false).unwrap()
    }

    pub fn modulus(&self) -> Vec<u8> {
        self.rsa_numbers().modulus.unwrap()
    }

    pub fn exponent(&self) -> Vec<u8> {
        self.rsa_numbers().exponent.unwrap()
    }

    /// The point of the pair on a curve, written out.
    pub fn point(&self, curve: Curve) -> &[u8] {
        let pair = match curve {
            Curve::P256 => &self.p256,
            Curve::P384 => &self.p384,
            Curve::P521 => &self.p521,
        };
        pair.public_key().as_ref()
    }

    pub fn ed25519(&self) -> &[u8] {
        self.ed25519.public_key().as_ref()
    }

    pub fn x(&self, curve: Curve) -> &[u8] {
        &self.point(curve)[1..][..self.point(curve).len() / 2]
    }

    pub fn y(&self, curve: Curve) -> &[u8] {
        &self.point(curve)[1 + self.point(curve).len() / 2..]
    }

    /// The RSA key as a `SubjectPublicKeyInfo` in DER.
    pub fn rsa_der(&self) -> Vec<u8> {
        use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
        let der: PublicKeyX509Der<'_> = self.rsa.public_key().as_der().unwrap();
        der.as_ref().to_vec()
    }

    pub fn rsa_pem(&self) -> String {
        pem::write("PUBLIC KEY", &self.rsa_der()) + "\n"
    }

    pub fn p256_der(&self) -> Vec<u8> {
        use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
        let der: PublicKeyX509Der<'_> = self.p256.public_key().as_der().unwrap();
        der.as_ref().to_vec()
    }

    /// A key in JSON, by the name that pages use.
    pub fn jwk(&self, name: &str) -> String {
        let on = |curve: Curve| {
            let (x, y) = (encode(self.x(curve)), encode(self.y(curve)));
            format!(r#"{{"kty":"EC","kid":"{name}","crv":"{}","x":"{x}","y":"{y}"}}"#, curve.name())
        };
        match name {
            "secret" => format!(r#"{{"kty":"oct","kid":"secret","k":"{}"}}"#, encode(&self.secret)),
            "rsa" => {
                let (n, e) = (encode(self.modulus()), encode(self.exponent()));
                format!(r#"{{"kty":"RSA","kid":"rsa","n":"{n}","e":"{e}"}}"#)
            }
            "p256" => on(Curve::P256),
            "p384" => on(Curve::P384),
            "p521" => on(Curve::P521),
            "ed25519" => format!(r#"{{"kty":"OKP","kid":"ed25519","crv":"Ed25519","x":"{}"}}"#, encode(self.ed25519())),
            other => panic!("no key `{other}`"),
        }
    }

    /// The key that checks what is signed with an algorithm.
    pub fn key(&self, algorithm: Algorithm) -> Key {
        Key::from_jwk(self.jwk(name_of_key(algorithm)).as_bytes()).unwrap()
    }

    /// A signature as it should be.
    pub fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let rsa = |padding: &'static dyn signature::RsaEncoding| {
            let mut signature = vec![0; self.rsa.public_modulus_len()];
            self.rsa.sign(padding, &random, message, &mut signature).unwrap();
            signature
        };
        let on = |pair: &EcdsaKeyPair| pair.sign(&random, message).unwrap().as_ref().to_vec();
        match algorithm {
            Algorithm::Hs256 => Hash::Sha256.hmac(&self.secret, message),
            Algorithm::Hs384 => Hash::Sha384.hmac(&self.secret, message),
            Algorithm::Hs512 => Hash::Sha512.hmac(&self.secret, message),
            Algorithm::Rs256 => rsa(&signature::RSA_PKCS1_SHA256),
            Algorithm::Rs384 => rsa(&signature::RSA_PKCS1_SHA384),
            Algorithm::Rs512 => rsa(&signature::RSA_PKCS1_SHA512),
            Algorithm::Ps256 => rsa(&signature::RSA_PSS_SHA256),
            Algorithm::Ps384 => rsa(&signature::RSA_PSS_SHA384),
            Algorithm::Ps512 => rsa(&signature::RSA_PSS_SHA512),
            Algorithm::Es256 => on(&self.p256),
            Algorithm::Es384 => on(&self.p384),
            Algorithm::Es512 => on(&self.p521),
            Algorithm::EdDsa => self.ed25519.sign(message).as_ref().to_vec(),
        }
    }
}

/// Which of the forge's keys an algorithm needs.
pub fn name_of_key(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => "secret",
        Algorithm::Es256 => "p256",
        Algorithm::Es384 => "p384",
        Algorithm::Es512 => "p521",
        Algorithm::EdDsa => "ed25519",
        _ => "rsa",
    }
}

/// r and s as OpenSSL writes them: two numbers in DER.
pub fn in_der(signature: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        let mut number = bytes[zeros..].to_vec();
        if number.first().is_none_or(|&byte| byte >= 0x80) {
            number.insert(0, 0);
        }
        [vec![2, number.len() as u8], number].concat()
    };
    let (r, s) = signature.split_at(signature.len() / 2);
    let numbers = [number(r), number(s)].concat();
    let length = if numbers.len() < 0x80 { vec![numbers.len() as u8] } else { vec![0x81, numbers.len() as u8] };
    [vec![0x30], length, numbers].concat()
}

/// The parts of an encrypted token after its header, for a content key: vector, ciphertext, tag.
pub fn seal(encryption: &str, key: &[u8], associated_data: &[u8], plaintext: &[u8]) -> [Vec<u8>; 3] {
    use aws_lc_rs::aead;
    let gcm = |algorithm: &'static aead::Algorithm| {
        let vector = [7; 12];
        let mut bytes = plaintext.to_vec();
        let key = aead::LessSafeKey::new(aead::UnboundKey::new(algorithm, key).unwrap());
        let nonce = aead::Nonce::assume_unique_for_key(vector);
        let tag = key.seal_in_place_separate_tag(nonce, aead::Aad::from(associated_data), &mut bytes).unwrap();
        [vector.to_vec(), bytes, tag.as_ref().to_vec()]
    };
    let hash = match encryption {
        "A128GCM" => return gcm(&aead::AES_128_GCM),
        "A192GCM" => return gcm(&aead::AES_192_GCM),
        "A256GCM" => return gcm(&aead::AES_256_GCM),
        "A128CBC-HS256" => Hash::Sha256,
        "A192CBC-HS384" => Hash::Sha384,
        "A256CBC-HS512" => Hash::Sha512,
        other => panic!("no encryption `{other}`"),
    };
    let (code_key, cipher_key) = key.split_at(key.len() / 2);
    let vector = vec![7; 16];
    let (mode, padding, direction) = (Mode::Cbc, Padding::Pkcs7, Direction::Encrypt);
    let mut transform = Transform::new(Cipher::Aes, cipher_key, Some(&vector), mode, padding, 0, direction).unwrap();
    let ciphertext = transform.finish(plaintext, &mut || 0).unwrap();
    let bits = (associated_data.len() as u64 * 8).to_be_bytes();
    let mut tag = hash.hmac(code_key, &[associated_data, &vector, &ciphertext, &bits].concat());
    tag.truncate(key.len() / 2);
    [vector, ciphertext, tag]
}
