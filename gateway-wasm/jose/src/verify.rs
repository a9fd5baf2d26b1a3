//! Whether a token is signed with one of some keys.

use crate::{
    Algorithm, Key, Signed,
    choose::{choose, list},
    malformed::quoted,
};
use std::fmt;

/// Checks signatures: the host, or [`crate::Software`].
pub trait Verifier {
    /// True if the signature is the message's. The key was read by this crate, and is laid out as [`Algorithm`] says.
    fn verify(&self, algorithm: Algorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool;
}

/// So many keys are tried for one token, so that a long key set does not make a false token expensive.
const TRIES_MAX: usize = 16;

/// Why no key says that a token is right. Displayed, it says which keys were looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureFailure {
    /// It is not signed, and says so.
    Unsigned,
    /// There was no key to try.
    NoKey {
        /// What the token is signed with.
        algorithm: Algorithm,
        /// The key that it asks for.
        key_id: Option<String>,
        /// The keys that there are, and why each was not tried.
        passed_over: Vec<String>,
    },
    /// It was signed with none of the keys that were tried.
    Invalid {
        /// What the token is signed with.
        algorithm: Algorithm,
        /// The keys that were tried.
        tried: Vec<String>,
        /// The other keys, and why each was not tried.
        passed_over: Vec<String>,
    },
}

/// Finds the key that a token is signed with.
///
/// Keys that the token asks for by `kid`, `x5t` or `x5t#S256` are the only ones tried if there are any; else those that have no
/// name of their own, and all of them if the token asks for none. Each has to fit the algorithm ([`Key::fits`]).
///
/// # Errors
/// There is no such key.
pub fn verify<'k>(
    signed: &Signed<'_>,
    keys: impl IntoIterator<Item = &'k Key>,
    verifier: &(impl Verifier + ?Sized),
) -> Result<&'k Key, SignatureFailure> {
    let Some(algorithm) = signed.algorithm() else { return Err(SignatureFailure::Unsigned) };
    let choice = choose(keys, signed.header(), |key| key.fits(algorithm));
    if choice.candidates.is_empty() {
        let key_id = signed.header().key_id.clone();
        return Err(SignatureFailure::NoKey { algorithm, key_id, passed_over: choice.passed_over() });
    }
    let is_right = |key: &&Key| verifier.verify(algorithm, key.bytes(), signed.signing_input(), signed.signature());
    if let Some(found) = choice.candidates.iter().copied().take(TRIES_MAX).find(is_right) {
        return Ok(found);
    }
    let tried = choice.candidates.iter().take(TRIES_MAX).map(|key| key.describe()).collect();
    let untried = choice.candidates.iter().skip(TRIES_MAX);
    let mut passed_over = choice.passed_over();
    passed_over.extend(untried.map(|key| format!("{} (after {TRIES_MAX} others no more are tried)", key.describe())));
    Err(SignatureFailure::Invalid { algorithm, tried, passed_over })
}

impl fmt::Display for SignatureFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => f.write_str("the token is not signed: its `alg` is `none`"),
            Self::NoKey { algorithm, key_id, passed_over } => {
                write!(f, "the token is signed with `{}`", algorithm.name())?;
                if let Some(id) = key_id {
                    write!(f, " and the key {}", quoted(id))?;
                }
                f.write_str(", and there is no key to check that")?;
                list(f, "; not tried: ", passed_over)
            }
            Self::Invalid { algorithm, tried, passed_over } => {
                write!(f, "the token's signature with `{}` is wrong", algorithm.name())?;
                list(f, "; tried: ", tried)?;
                list(f, "; not tried: ", passed_over)
            }
        }
    }
}

impl std::error::Error for SignatureFailure {}
