//! Encrypted tokens (RFC 7516): the key of the content out of the token, the content out of that.

use crate::{
    Curve, Encrypted, KeyKind, KeyManagement,
    choose::{Candidate, choose, list},
    encoding,
    header::{ContentCipher, Way},
    json, jwk,
    key::{Identity, Restriction, check_rsa_bits, without_zeros},
    malformed::{Unusable, quoted},
};
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::{
    AesGcm,
    aead::{
        AeadInOut, KeyInit,
        consts::{U12, U16},
    },
    aes::cipher::{Array, BlockCipherDecrypt},
};
use dotnet::crypto::{
    Random,
    cipher::{Algorithm as Cipher, Direction, Mode, Padding, Transform},
    equal_in_constant_time, fill,
    hash::Hash,
    rsa::{EncryptionPadding, RsaKey, RsaParameters},
};
use p256::elliptic_curve::sec1::ToSec1Point;
use serde_json::{Map, Value};
use std::fmt;

/// A key that decrypts tokens: a secret, or the private part of a pair.
#[derive(Clone)]
pub struct DecryptionKey {
    pub(crate) identity: Identity,
    restriction: Restriction,
    material: Material,
}

#[derive(Clone)]
enum Material {
    Secret(Vec<u8>),
    Rsa(Box<RsaKey>),
    /// A curve and a number.
    Elliptic(Curve, Vec<u8>),
}

/// Why a token could not be decrypted. Displayed, it says which keys were looked at, and never what came out: someone who sends
/// many changed tokens must not learn more than that they are wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecryptionFailure {
    /// There was no key to try.
    NoKey {
        /// How the token is encrypted.
        management: KeyManagement,
        /// The key that it asks for.
        key_id: Option<String>,
        /// The keys that there are, and why each was not tried.
        passed_over: Vec<String>,
    },
    /// It was encrypted for none of the keys that were tried, or changed on the way.
    Invalid {
        /// How the token is encrypted.
        management: KeyManagement,
        /// The keys that were tried.
        tried: Vec<String>,
    },
}

/// So many keys are tried for one token; a private computation with RSA takes milliseconds.
const TRIES_MAX: usize = 4;

/// What is in an encrypted token; usually a signed one, for [`crate::read_nested`]. Keys are chosen as [`crate::verify`] does.
/// Randomness hides from the clock what the computation does with a private key.
///
/// # Errors
/// None of the keys fits the token, or it was encrypted for another, or changed.
pub fn decrypt<'k>(
    encrypted: &Encrypted<'_>,
    keys: impl IntoIterator<Item = &'k DecryptionKey>,
    random: Random<'_>,
) -> Result<Vec<u8>, DecryptionFailure> {
    let management = encrypted.management;
    let mut choice = choose(keys, &encrypted.header, |key| key.fits(encrypted));
    if choice.candidates.is_empty() {
        let key_id = encrypted.header.key_id.clone();
        return Err(DecryptionFailure::NoKey { management, key_id, passed_over: choice.passed_over() });
    }
    choice.candidates.truncate(TRIES_MAX);
    for key in &choice.candidates {
        if let Some(plaintext) = key.content_key(encrypted, random).and_then(|key| open(encrypted, &key)) {
            return Ok(plaintext);
        }
    }
    Err(DecryptionFailure::Invalid { management, tried: choice.candidates.iter().map(|key| key.describe()).collect() })
}

impl Candidate for DecryptionKey {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn describe(&self) -> String {
        DecryptionKey::describe(self)
    }
}

impl DecryptionKey {
    /// A secret, for `dir` and `A128KW` and their siblings.
    ///
    /// # Errors
    /// It has less than 128 bits.
    pub fn symmetric(id: Option<String>, secret: &[u8]) -> Result<Self, Unusable> {
        if secret.len() < 16 {
            return Err(Unusable::new(format!("has {} bits, and a secret needs 128", secret.len() * 8)));
        }
        Ok(Self::new(id, Material::Secret(secret.to_vec())))
    }

    /// A private key for RSA.
    ///
    /// # Errors
    /// Its private part is not there, or it is too short or too long.
    pub fn rsa(id: Option<String>, key: RsaKey) -> Result<Self, Unusable> {
        if !key.is_private() {
            return Err(Unusable::new("has no private part, and only that decrypts"));
        }
        check_rsa_bits(key.bits())?;
        Ok(Self::new(id, Material::Rsa(Box::new(key))))
    }

    /// A secret or a private key in JSON.
    ///
    /// # Errors
    /// It is no key, a weak one, or of a kind that decrypts nothing.
    pub fn from_jwk(json: &[u8]) -> Result<Self, Unusable> {
        let members = json::object(json).map_err(Unusable::new)?;
        let bytes = |name: &str| jwk::bytes(&members, name);
        let mut key = match jwk::kind(&members)?.as_str() {
            "oct" => Self::symmetric(None, &bytes("k")?)?,
            "RSA" => Self::rsa(None, rsa_key(&members)?)?,
            "EC" => {
                let curve = jwk::curve(&members)?;
                let (point, private) = (curve.point(&bytes("x")?, &bytes("y")?)?, bytes("d")?);
                if curve.public_point(&private).is_none_or(|own| own != point) {
                    return Err(Unusable::new("has `d` that does not belong to its `x` and `y`"));
                }
                Self::new(None, Material::Elliptic(curve, private))
            }
            other => return Err(jwk::unknown("kty", Some(other))),
        };
        key.identity = jwk::identity(&members)?;
        key.restriction = jwk::restriction(&members)?;
        Ok(key)
    }

    /// Says which certificate the key belongs to, so that tokens may ask for it by its thumbprint.
    pub fn with_certificate(mut self, der: &[u8]) -> Self {
        self.identity.thumbprint = Some(encoding::encode(&Hash::Sha1.digest(der)));
        self.identity.thumbprint_sha256 = Some(encoding::encode(&Hash::Sha256.digest(der)));
        self
    }

    fn new(id: Option<String>, material: Material) -> Self {
        Self { identity: Identity { id, ..Identity::default() }, restriction: Restriction::default(), material }
    }

    /// What it is, and its name: ``RSA 2048 `kid-1` ``.
    pub fn describe(&self) -> String {
        self.identity.describe(match &self.material {
            Material::Secret(secret) => KeyKind::Secret { bits: secret.len() * 8 },
            Material::Rsa(key) => KeyKind::Rsa { bits: key.bits() },
            Material::Elliptic(curve, _) => KeyKind::Elliptic(*curve),
        })
    }

    /// Whether the key may decrypt what is encrypted in the token's way.
    fn fits(&self, encrypted: &Encrypted<'_>) -> Result<(), Unusable> {
        let (management, encryption) = (encrypted.management, encrypted.encryption);
        let wanted_bytes = match (management.way, &self.material) {
            (Way::Direct, Material::Secret(_)) => Some(encryption.key_bytes),
            (Way::Wrap(bytes) | Way::GcmWrap(bytes), Material::Secret(_)) => Some(bytes),
            (Way::RsaOaep(_), Material::Rsa(_)) | (Way::Agree | Way::AgreeWrap(_), Material::Elliptic(..)) => None,
            _ => return Err(Unusable::new(format!("is of another kind than `{}` needs", management.name()))),
        };
        if let (Some(wanted), Material::Secret(secret)) = (wanted_bytes, &self.material)
            && secret.len() != wanted
        {
            let name = if management.way == Way::Direct { encryption.name() } else { management.name() };
            return Err(Unusable::new(format!("has not the {} bits that `{name}` needs", wanted * 8)));
        }
        match management.way {
            // A key that both sides have may name what it encrypts the content with.
            Way::Direct => self.restriction.allows("enc", &["decrypt"], &[management.name(), encryption.name()]),
            Way::Agree | Way::AgreeWrap(_) => self.restriction.allows("enc", &["deriveKey", "deriveBits"], &[management.name()]),
            _ => self.restriction.allows("enc", &["unwrapKey", "decrypt"], &[management.name()]),
        }
    }

    /// The key of the content.
    fn content_key(&self, encrypted: &Encrypted<'_>, random: Random<'_>) -> Option<Vec<u8>> {
        let (wrapped, wanted) = (encrypted.encrypted_key.as_slice(), encrypted.encryption.key_bytes);
        let key = match (encrypted.management.way, &self.material) {
            (Way::Direct, Material::Secret(secret)) => secret.clone(),
            (Way::Wrap(_), Material::Secret(secret)) => unwrap(secret, wrapped)?,
            (Way::GcmWrap(_), Material::Secret(secret)) => {
                let member = |name: &str| jwk::bytes(&encrypted.members, name).ok();
                gcm(secret, &member("iv")?, b"", wrapped, &member("tag")?)?
            }
            (Way::RsaOaep(hash), Material::Rsa(key)) => unwrap_rsa(key, hash, wrapped, wanted, random),
            (Way::Agree, Material::Elliptic(curve, private)) => {
                agree(*curve, private, encrypted, encrypted.encryption.name(), wanted)?
            }
            (Way::AgreeWrap(bytes), Material::Elliptic(curve, private)) => {
                unwrap(&agree(*curve, private, encrypted, encrypted.management.name(), bytes)?, wrapped)?
            }
            _ => return None,
        };
        (key.len() == wanted).then_some(key)
    }
}

/// The private key of a JWK. Its factors have to be there: nobody writes keys without them, and finding them takes long.
fn rsa_key(members: &Map<String, Value>) -> Result<RsaKey, Unusable> {
    let number = |name: &str| jwk::bytes(members, name).map(|bytes| without_zeros(&bytes).to_vec());
    let modulus = number("n")?;
    check_rsa_bits(modulus.first().map_or(0, |first| modulus.len() * 8 - first.leading_zeros() as usize))?;
    let padded = |name: &str, length: usize| -> Result<Option<Vec<u8>>, Unusable> {
        let bytes = number(name)?;
        Ok(Some([vec![0; length.saturating_sub(bytes.len())], bytes].concat()))
    };
    let (whole, half) = (modulus.len(), modulus.len().div_ceil(2));
    let parameters = RsaParameters {
        exponent: Some(number("e")?),
        d: padded("d", whole)?,
        p: padded("p", half)?,
        q: padded("q", half)?,
        dp: padded("dp", half)?,
        dq: padded("dq", half)?,
        inverse_q: padded("qi", half)?,
        modulus: Some(modulus),
    };
    RsaKey::from_parameters(&parameters).map_err(|_| Unusable::new("has numbers that are no private key for RSA"))
}

/// The content, if its tag is right.
fn open(encrypted: &Encrypted<'_>, key: &[u8]) -> Option<Vec<u8>> {
    let Encrypted { associated_data, vector, ciphertext, tag, .. } = encrypted;
    match encrypted.encryption.cipher {
        ContentCipher::Gcm => gcm(key, vector, associated_data, ciphertext, tag),
        ContentCipher::CbcHmac(hash) => {
            let (code_key, cipher_key) = key.split_at_checked(encrypted.encryption.key_bytes / 2)?;
            let bits = (associated_data.len() as u64 * 8).to_be_bytes();
            let code = hash.hmac(code_key, &[*associated_data, vector, ciphertext, &bits].concat());
            // The tag comes first: nothing is decrypted, and no padding looked at, that its sender did not encrypt.
            if !equal_in_constant_time(code.get(..tag.len())?, tag) || ciphertext.is_empty() {
                return None;
            }
            let (mode, padding, direction) = (Mode::Cbc, Padding::Pkcs7, Direction::Decrypt);
            let mut transform = Transform::new(Cipher::Aes, cipher_key, Some(vector), mode, padding, 0, direction).ok()?;
            transform.finish(ciphertext, &mut || 0).ok()
        }
    }
}

/// AES in Galois/Counter Mode.
fn gcm(key: &[u8], vector: &[u8], associated_data: &[u8], ciphertext: &[u8], tag: &[u8]) -> Option<Vec<u8>> {
    fn open<C: KeyInit + AeadInOut<NonceSize = U12>>(
        key: &[u8],
        vector: &[u8],
        associated_data: &[u8],
        bytes: &mut [u8],
        tag: &[u8],
    ) -> Option<()> {
        let cipher = C::new_from_slice(key).ok()?;
        let (vector, tag) = (vector.try_into().ok()?, tag.try_into().ok()?);
        cipher.decrypt_inout_detached(vector, associated_data, bytes.into(), tag).ok()
    }
    let mut bytes = ciphertext.to_vec();
    match key.len() {
        16 => open::<AesGcm<Aes128, U12>>(key, vector, associated_data, &mut bytes, tag)?,
        24 => open::<AesGcm<Aes192, U12>>(key, vector, associated_data, &mut bytes, tag)?,
        32 => open::<AesGcm<Aes256, U12>>(key, vector, associated_data, &mut bytes, tag)?,
        _ => return None,
    }
    Some(bytes)
}

/// Takes a key out of its wrap (RFC 3394).
fn unwrap(key: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    match key.len() {
        16 => unwrap_with(&Aes128::new_from_slice(key).ok()?, wrapped),
        24 => unwrap_with(&Aes192::new_from_slice(key).ok()?, wrapped),
        32 => unwrap_with(&Aes256::new_from_slice(key).ok()?, wrapped),
        _ => None,
    }
}

fn unwrap_with<C: BlockCipherDecrypt<BlockSize = U16>>(cipher: &C, wrapped: &[u8]) -> Option<Vec<u8>> {
    const START: [u8; 8] = [0xa6; 8];
    let (start, rest) = wrapped.split_first_chunk::<8>()?;
    let (pieces, []) = rest.as_chunks::<8>() else { return None };
    if pieces.len() < 2 {
        return None;
    }
    let (mut start, mut pieces) = (u64::from_be_bytes(*start), pieces.to_vec());
    let mut turn = 6 * pieces.len() as u64;
    for _ in 0..6 {
        for piece in pieces.iter_mut().rev() {
            let mut bytes = Array::default();
            let (first, second) = bytes.split_at_mut(8);
            first.copy_from_slice(&(start ^ turn).to_be_bytes());
            second.copy_from_slice(piece);
            cipher.decrypt_block(&mut bytes);
            let (first, second) = bytes.split_first_chunk::<8>()?;
            start = u64::from_be_bytes(*first);
            piece.copy_from_slice(second);
            turn -= 1;
        }
    }
    equal_in_constant_time(&start.to_be_bytes(), &START).then(|| pieces.concat())
}

/// Takes a key out of what RSA encrypted. Where it does not come out right, a random one does, so that neither the answer nor
/// its time says whether it was this or the content that was wrong (RFC 7516, 11.5).
fn unwrap_rsa(key: &RsaKey, hash: Hash, wrapped: &[u8], wanted: usize, random: Random<'_>) -> Vec<u8> {
    let mut other = vec![0; wanted];
    fill(&mut other, random);
    let found = key.decrypt(wrapped, EncryptionPadding::Oaep(hash), random);
    found.ok().filter(|found| found.len() == wanted).unwrap_or(other)
}

/// Agrees on a key with the one that the token brings (RFC 7518, 4.6), for an algorithm.
fn agree(curve: Curve, private: &[u8], encrypted: &Encrypted<'_>, algorithm: &str, wanted: usize) -> Option<Vec<u8>> {
    let Some(Value::Object(other)) = encrypted.members.get("epk") else { return None };
    if jwk::kind(other).ok()? != "EC" || jwk::curve(other).ok()? != curve {
        return None;
    }
    // A point that is not on the curve would tell the private key bit by bit; `point` refuses it.
    let point = curve.point(&jwk::bytes(other, "x").ok()?, &jwk::bytes(other, "y").ok()?).ok()?;
    let shared = curve.agree(private, &point)?;
    let party = |name: &str| match encrypted.members.get(name) {
        None => Some(Vec::new()),
        Some(_) => jwk::bytes(&encrypted.members, name).ok(),
    };
    let (sender, receiver) = (party("apu")?, party("apv")?);
    let length = |length: usize| u32::try_from(length).ok().map(u32::to_be_bytes);
    let mut derived = Vec::new();
    let mut round = 1_u32;
    while derived.len() < wanted {
        let mut input = round.to_be_bytes().to_vec();
        input.extend(&shared);
        for part in [algorithm.as_bytes(), &sender, &receiver] {
            input.extend(length(part.len())?);
            input.extend(part);
        }
        input.extend(length(wanted * 8)?);
        derived.extend(Hash::Sha256.digest(&input));
        round += 1;
    }
    derived.truncate(wanted);
    Some(derived)
}

/// Runs an expression with the crate of a curve.
macro_rules! with {
    ($curve:expr, $crate_of_curve:ident => $run:expr) => {
        match $curve {
            Curve::P256 => {
                use p256 as $crate_of_curve;
                $run
            }
            Curve::P384 => {
                use p384 as $crate_of_curve;
                $run
            }
            Curve::P521 => {
                use p521 as $crate_of_curve;
                $run
            }
        }
    };
}

impl Curve {
    /// The point that belongs to a private number.
    fn public_point(self, private: &[u8]) -> Option<Vec<u8>> {
        with!(self, curve => {
            let private = curve::SecretKey::from_slice(private).ok()?;
            Some(private.public_key().to_sec1_point(false).as_bytes().to_vec())
        })
    }

    /// What a private number and another's point have in common.
    fn agree(self, private: &[u8], point: &[u8]) -> Option<Vec<u8>> {
        with!(self, curve => {
            let private = curve::SecretKey::from_slice(private).ok()?;
            let point = curve::PublicKey::from_sec1_bytes(point).ok()?;
            let shared = curve::ecdh::diffie_hellman(private.to_nonzero_scalar(), point.as_affine());
            Some(shared.raw_secret_bytes().to_vec())
        })
    }
}

impl fmt::Debug for DecryptionKey {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecryptionKey({})", self.describe())
    }
}

impl fmt::Display for DecryptionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey { management, key_id, passed_over } => {
                write!(f, "the token is encrypted with `{}`", management.name())?;
                if let Some(id) = key_id {
                    write!(f, " and the key {}", quoted(id))?;
                }
                f.write_str(", and there is no key to decrypt it")?;
                list(f, "; not tried: ", passed_over)
            }
            Self::Invalid { management, tried } => {
                write!(f, "the token cannot be decrypted with `{}`: it is for another key, or was changed", management.name())?;
                list(f, "; tried: ", tried)
            }
        }
    }
}

impl std::error::Error for DecryptionFailure {}
