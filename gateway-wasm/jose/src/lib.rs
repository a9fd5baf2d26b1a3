//! JSON Web Tokens: signed and encrypted, read strictly.
//!
//! For policies that ask who is calling. Bytes in, an answer out: this crate knows no policy and no gateway, has no clock (what
//! [`Claims`] say of time is compared by the caller), fetches no keys, and never panics. Start at [`read`], then [`verify`] or
//! [`decrypt`], then [`read_claims`].
//!
//! A token is refused for anything that it need not have: characters that are not of its alphabet, names that are there twice,
//! parts that two readers could take for different bytes. What it says of its own keys (`jku`, `x5u`, `jwk`) is never used. A
//! key decides what it may check, not the token: see [`Key::fits`].
//!
//! # Who computes
//! Strictness is here; whether a signature is right is asked of a [`Verifier`]: the host where there is one, which is thirty
//! times as fast, and else [`Software`].
//!
//! # Why not `jsonwebtoken`
//! Version 11, with its feature `rust_crypto`, was looked at, and would do little of this:
//! - it has no ES512, no encryption, and nothing to check without the key in its own form, so its work could not go to the host;
//! - it reads headers leniently: names of its extras twice, `b64`, any `crit` and any `jku` pass, and are the caller's to look for;
//! - it takes RSA keys of 1024 bits and secrets of any length, and picks one key, where rotation and key sets need several;
//! - it stands on `p256` 0.13 and `ed25519-dalek` 2 with their tables, `getrandom` and `rand`: a second generation of the hashes
//!   and curves in a module that browsers download.
//!
//! The same RustCrypto crates are used directly instead, and the answers are compared with those of `aws-lc-rs` by tests.

mod claims;
mod configuration;
mod decrypt;
mod encoding;
mod header;
mod json;
mod jwk;
mod key;
mod malformed;
mod software;
mod token;
mod verify;
mod written;

pub use claims::{Claims, read_claims};
pub use configuration::{Configuration, read_configuration};
pub use decrypt::{DecryptionFailure, DecryptionKey, decrypt};
pub use header::{ContentEncryption, Header, KeyManagement};
pub use jwk::{KeySet, read_key_set};
pub use key::{Curve, Key, KeyKind};
pub use malformed::{Malformed, Unusable};
pub use software::Software;
pub use token::{Encrypted, Signed, TOKEN_BYTES_MAX, Token, read, read_nested};
pub use verify::{SignatureFailure, Verifier, verify};
pub use wire::SignatureAlgorithm as Algorithm;
