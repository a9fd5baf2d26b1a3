//! Keys that check signatures, and what each of them may check.

use crate::{
    Algorithm, Header,
    choose::Candidate,
    encoding,
    malformed::{Unusable, quoted},
};
use dotnet::crypto::{
    certificate::Certificate,
    hash::Hash,
    pem,
    rsa::{RsaKey, RsaParameters},
};
use std::fmt;

/// A secret has at least so many bits, which is what .NET asks for. RFC 7518 asks for as many as the hash has, and shorter ones
/// are in use.
const SECRET_BITS_MIN: usize = 128;

/// RFC 7518 asks for 2048 at least; longer keys than 4096 take longer to compute with than anybody should wait.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// A key that checks signatures. It was checked itself when it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    pub(crate) identity: Identity,
    pub(crate) restriction: Restriction,
    kind: KeyKind,
    bytes: Vec<u8>,
}

/// What a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum KeyKind {
    Secret { bits: usize },
    Rsa { bits: usize },
    Elliptic(Curve),
    Ed25519,
}

/// The curves of NIST that tokens are signed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Curve {
    P256,
    P384,
    P521,
}

/// What tells a key from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) id: Option<String>,
    pub(crate) thumbprint: Option<String>,
    pub(crate) thumbprint_sha256: Option<String>,
}

/// Whether a token asks for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// By its id or its thumbprint.
    ByName,
    /// Nothing is against it: the token asks for none, or the key has no name.
    Perhaps,
    /// It asks for another.
    No,
}

/// What a key says that it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Restriction {
    pub(crate) usage: Option<String>,
    pub(crate) operations: Option<Vec<String>>,
    pub(crate) algorithm: Option<String>,
}

impl Identity {
    pub(crate) fn asked(&self, header: &Header) -> Asked {
        let same = |own: &Option<String>, other: &Option<String>| own.is_some() && own == other;
        let differs = |own: &Option<String>, other: &Option<String>| own.is_some() && other.is_some() && own != other;
        // Some issuers give a certificate's thumbprint as the id of its key, in the token or in the key set.
        if same(&self.id, &header.key_id)
            || same(&self.id, &header.thumbprint)
            || same(&self.thumbprint, &header.key_id)
            || same(&self.thumbprint, &header.thumbprint)
            || same(&self.thumbprint_sha256, &header.thumbprint_sha256)
        {
            Asked::ByName
        } else if differs(&self.id, &header.key_id)
            || differs(&self.thumbprint, &header.thumbprint)
            || differs(&self.thumbprint_sha256, &header.thumbprint_sha256)
        {
            Asked::No
        } else {
            Asked::Perhaps
        }
    }

    /// ``RSA 2048 `kid-1` ``
    pub(crate) fn describe(&self, kind: KeyKind) -> String {
        match self.id.as_ref().or(self.thumbprint.as_ref()) {
            Some(name) => format!("{kind} {}", quoted(name)),
            None => kind.to_string(),
        }
    }
}

impl Restriction {
    /// Whether the key may be used in this way: for `usage`, for one of the operations, with one of the algorithms.
    pub(crate) fn allows(&self, usage: &str, operations: &[&str], algorithms: &[&str]) -> Result<(), Unusable> {
        if let Some(own) = self.usage.as_deref().filter(|own| *own != usage) {
            return Err(Unusable::new(format!("is not for this: its `use` is {}, and not `{usage}`", quoted(own))));
        }
        if let Some(own) = &self.operations
            && !own.iter().any(|own| operations.contains(&own.as_str()))
        {
            return Err(Unusable::new(format!("is not for this: its `key_ops` has no `{}`", operations.join("` or `"))));
        }
        if let Some(own) = self.algorithm.as_deref().filter(|own| !algorithms.contains(own)) {
            let algorithms = algorithms.join("` and `");
            return Err(Unusable::new(format!("is only for {}, and the token has `{algorithms}`", quoted(own))));
        }
        Ok(())
    }
}

impl Curve {
    /// As `crv` has it: `P-256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::P256, Self::P384, Self::P521].into_iter().find(|curve| curve.name() == name)
    }

    /// How many bytes a coordinate has.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// True if the bytes are a point of the curve, written out, and not the one at infinity.
    pub(crate) fn has(self, point: &[u8]) -> bool {
        point.first() == Some(&4)
            && match self {
                Self::P256 => p256::PublicKey::from_sec1_bytes(point).is_ok(),
                Self::P384 => p384::PublicKey::from_sec1_bytes(point).is_ok(),
                Self::P521 => p521::PublicKey::from_sec1_bytes(point).is_ok(),
            }
    }

    /// The point of two coordinates.
    pub(crate) fn point(self, x: &[u8], y: &[u8]) -> Result<Vec<u8>, Unusable> {
        let (name, wanted) = (self.name(), self.bytes());
        if x.len() != wanted || y.len() != wanted {
            let why = format!("has coordinates of {} and {} bytes, and `{name}` needs {wanted}", x.len(), y.len());
            return Err(Unusable::new(why));
        }
        let point = [&[4], x, y].concat();
        if self.has(&point) { Ok(point) } else { Err(Unusable::new(format!("is no point of `{name}`"))) }
    }
}

impl Key {
    /// A secret, for `HS256` and its siblings.
    ///
    /// # Errors
    /// It has less than 128 bits.
    pub fn symmetric(id: Option<String>, secret: &[u8]) -> Result<Self, Unusable> {
        let bits = secret.len() * 8;
        if bits < SECRET_BITS_MIN {
            return Err(Unusable::new(format!("has {bits} bits, and a secret needs {SECRET_BITS_MIN}")));
        }
        Ok(Self::new(id, KeyKind::Secret { bits }, secret.to_vec()))
    }

    /// An RSA key of its modulus and its exponent, most significant byte first.
    ///
    /// # Errors
    /// It is no key, or a weak one.
    pub fn rsa(id: Option<String>, modulus: &[u8], exponent: &[u8]) -> Result<Self, Unusable> {
        let (modulus, exponent) = (without_zeros(modulus), without_zeros(exponent));
        let bits = modulus.first().map_or(0, |first| modulus.len() * 8 - first.leading_zeros() as usize);
        check_rsa_bits(bits)?;
        // An exponent of 1 signs nothing, and no even one belongs to a key.
        if exponent.last().is_none_or(|last| last % 2 == 0) || exponent == [1] {
            return Err(Unusable::new("has an exponent that is not odd, or is 1"));
        }
        let parameters =
            RsaParameters { modulus: Some(modulus.to_vec()), exponent: Some(exponent.to_vec()), ..RsaParameters::default() };
        let key = RsaKey::from_parameters(&parameters);
        let key = key.map_err(|_| Unusable::new("has a modulus that is even, or an exponent of more than 33 bits"))?;
        Ok(Self::new(id, KeyKind::Rsa { bits }, key.public_key()))
    }

    /// A key on a curve, of its coordinates.
    ///
    /// # Errors
    /// The coordinates are no point of the curve.
    pub fn elliptic(id: Option<String>, curve: Curve, x: &[u8], y: &[u8]) -> Result<Self, Unusable> {
        Ok(Self::new(id, KeyKind::Elliptic(curve), curve.point(x, y)?))
    }

    /// A key for `EdDSA`.
    ///
    /// # Errors
    /// The bytes are no point of the curve, or one with which any signature is right.
    pub fn ed25519(id: Option<String>, bytes: &[u8]) -> Result<Self, Unusable> {
        let key = bytes.try_into().ok().and_then(|bytes| ed25519_dalek::VerifyingKey::from_bytes(bytes).ok());
        match key {
            Some(key) if !key.is_weak() => Ok(Self::new(id, KeyKind::Ed25519, bytes.to_vec())),
            Some(_) => Err(Unusable::new("is a weak key, with which any signature is right")),
            None => Err(Unusable::new("is no point of `Ed25519`")),
        }
    }

    /// The key of a PEM: `PUBLIC KEY`, `RSA PUBLIC KEY`, or the first `CERTIFICATE`.
    ///
    /// # Errors
    /// There is none, there is a private key, or the key is of no kind that checks signatures.
    pub fn from_pem(id: Option<String>, text: &str) -> Result<Self, Unusable> {
        let blocks = pem::blocks(text);
        if blocks.iter().any(|block| block.label.ends_with("PRIVATE KEY")) {
            return Err(Unusable::new("has a private key in it, and only the public one is needed"));
        }
        let Some(block) = blocks.first() else {
            return Err(Unusable::new("is no PEM, with a line `-----BEGIN PUBLIC KEY-----`"));
        };
        match block.label.as_str() {
            "PUBLIC KEY" => Self::from_public_key_info(id, &block.contents),
            "RSA PUBLIC KEY" => Self::from_rsa(id, RsaKey::from_public_key(&block.contents), block.contents.len()),
            "CERTIFICATE" => Self::from_certificate(id, &block.contents),
            other => Err(Unusable::new(format!("is a PEM of {}, and not of `PUBLIC KEY` or `CERTIFICATE`", quoted(other)))),
        }
    }

    /// The key of a certificate in DER, with its thumbprints. Whether the certificate is valid is not asked.
    ///
    /// # Errors
    /// It is no certificate, or its key is of no kind that checks signatures.
    pub fn from_certificate(id: Option<String>, der: &[u8]) -> Result<Self, Unusable> {
        let certificate = Certificate::from_der(der).map_err(|_| Unusable::new("is no certificate"))?;
        let mut key = Self::from_public_key_info(id, &certificate.public_key_info)?;
        key.identity.thumbprint = Some(encoding::encode(&certificate.hash(Hash::Sha1)));
        key.identity.thumbprint_sha256 = Some(encoding::encode(&certificate.hash(Hash::Sha256)));
        Ok(key)
    }

    /// The key of a `SubjectPublicKeyInfo` in DER.
    fn from_public_key_info(id: Option<String>, der: &[u8]) -> Result<Self, Unusable> {
        // DER has one spelling for everything, so a key on a known curve is a known start and its bytes.
        for (start, curve) in CURVE_STARTS {
            if let Some(point) = der.strip_prefix(*start) {
                let coordinates = point.strip_prefix(&[4]).and_then(|both| both.split_at_checked(curve.bytes()));
                let (x, y) = coordinates.ok_or_else(|| Unusable::new("has a point that is not written out"))?;
                return Self::elliptic(id, *curve, x, y);
            }
        }
        if let Some(bytes) = der.strip_prefix(ED25519_START) {
            return Self::ed25519(id, bytes);
        }
        match RsaKey::from_public_key_info(der) {
            Ok((key, read)) => Self::from_rsa(id, Ok((key, read)), der.len()),
            Err(_) => Err(Unusable::new("is no public key for RSA, on P-256, P-384 or P-521, or for Ed25519")),
        }
    }

    fn from_rsa(id: Option<String>, read: dotnet::Result<(RsaKey, usize)>, length: usize) -> Result<Self, Unusable> {
        let broken = || Unusable::new("is no public key for RSA");
        let (key, read) = read.map_err(|_| broken())?;
        let RsaParameters { modulus: Some(modulus), exponent: Some(exponent), .. } =
            key.parameters(false).map_err(|_| broken())?
        else {
            return Err(broken());
        };
        if read == length { Self::rsa(id, &modulus, &exponent) } else { Err(broken()) }
    }

    fn new(id: Option<String>, kind: KeyKind, bytes: Vec<u8>) -> Self {
        Self { identity: Identity { id, ..Identity::default() }, restriction: Restriction::default(), kind, bytes }
    }

    /// `kid`: its name.
    pub fn id(&self) -> Option<&str> {
        self.identity.id.as_deref()
    }

    /// What it is.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Its bytes, as [`Algorithm`] says that they are laid out.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it is, and its name: ``RSA 2048 `kid-1` ``.
    pub fn describe(&self) -> String {
        self.identity.describe(self.kind)
    }

    /// Whether the key may check what is signed with an algorithm. It is the key that decides: a public key is never taken for
    /// a secret, and a key that says what it is for is used for nothing else.
    ///
    /// # Errors
    /// It is of another kind, or says that it is for something else.
    pub fn fits(&self, algorithm: Algorithm) -> Result<(), Unusable> {
        use Algorithm::{EdDsa, Es256, Es384, Es512, Hs256, Hs384, Hs512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
        let is_of_its_kind = match algorithm {
            Hs256 | Hs384 | Hs512 => matches!(self.kind, KeyKind::Secret { .. }),
            Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512 => matches!(self.kind, KeyKind::Rsa { .. }),
            Es256 => self.kind == KeyKind::Elliptic(Curve::P256),
            Es384 => self.kind == KeyKind::Elliptic(Curve::P384),
            Es512 => self.kind == KeyKind::Elliptic(Curve::P521),
            EdDsa => self.kind == KeyKind::Ed25519,
        };
        if !is_of_its_kind {
            return Err(Unusable::new(format!("is of another kind than `{}` needs", algorithm.name())));
        }
        self.restriction.allows("sig", &["verify"], &[algorithm.name()])
    }
}

impl Candidate for Key {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn describe(&self) -> String {
        Key::describe(self)
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret { bits } => write!(f, "secret of {bits} bits"),
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
            Self::Elliptic(curve) => f.write_str(curve.name()),
            Self::Ed25519 => f.write_str("Ed25519"),
        }
    }
}

impl fmt::Debug for Key {
    /// Without the key, which may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.describe())
    }
}

/// Whether RSA with so many bits is used at all.
pub(crate) fn check_rsa_bits(bits: usize) -> Result<(), Unusable> {
    if RSA_BITS.contains(&bits) {
        return Ok(());
    }
    let (least, most) = (RSA_BITS.start(), RSA_BITS.end());
    Err(Unusable::new(format!("has {bits} bits, and RSA needs {least} to {most}")))
}

/// A number without the zeros in front, which some who write keys leave there.
pub(crate) fn without_zeros(number: &[u8]) -> &[u8] {
    number.get(number.iter().take_while(|&&byte| byte == 0).count()..).unwrap_or_default()
}

/// What a `SubjectPublicKeyInfo` of a point on each curve starts with, up to the point.
const CURVE_STARTS: &[(&[u8], Curve)] = &[
    (b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00", Curve::P256),
    (b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00", Curve::P384),
    (b"\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00", Curve::P521),
];

/// And of a key for Ed25519.
const ED25519_START: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
