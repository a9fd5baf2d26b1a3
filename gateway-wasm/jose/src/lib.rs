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
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The example of RFC 7515, appendix A.1.
//! let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt\
//!              cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
//! let key = br#"{"kty":"oct","kid":"first","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;
//! let keys = [jose::Key::from_jwk(key)?];
//!
//! let jose::Token::Signed(signed) = jose::read(token)? else { return Err("it is encrypted".into()) };
//! let key = jose::verify(&signed, &keys, &jose::Software)?;
//! let claims = jose::read_claims(signed.payload())?;
//! assert_eq!((key.id(), claims.issuer(), claims.expires_us()), (Some("first"), Some("joe"), Some(1_300_819_380_000_000)));
//! # Ok(())
//! # }
//! ```
//!
//! # Who computes
//! Strictness is here; whether a signature is right is asked of a [`Verifier`]: the host where there is one, which is thirty
//! times as fast, and else [`Software`].
//!
//! # Why not `jsonwebtoken`
//! Version 11, with its feature `rust_crypto`, was read for this, and covers too little of it:
//! - It has no ES512 and no encryption.
//! - What checks signatures is one for the whole process, made of plain functions: a host could not be handed in, and tests could
//!   not compare two in one run.
//! - It is lenient where an attacker looks: `crit`, `b64` and `jku` are read and passed on; members that it does not know may be
//!   there twice; keys for RSA may have 1024 bits, secrets any number; and a signature of `PS256` has a twin, because `rsa` 0.9
//!   takes a number above the modulus there (see `software.rs`).
//! - It takes one key and says yes or no. Key sets that rotate need several, and operators need to know why each was not it.
//! - It stands on `p256` 0.13 and `ed25519-dalek` 2, with `rand` and `getrandom`: a second generation of hashes and curves in a
//!   module that browsers download.
//!
//! The current RustCrypto crates are used directly instead, and tests compare their answers with those of `aws-lc-rs`.

mod choose;
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
