//! Who issues tokens: what an OpenID provider publishes of itself.

use crate::{
    address::Address,
    exchange::{Body, Request},
    host::{Host, SendError},
};
use bytes::Bytes;
use wire::FailureKind;

mod memory;

pub use memory::Memory;

/// What an issuer of tokens publishes (OpenID Connect Discovery 1.0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Another number whenever anything of it changes; never 0.
    pub generation: u64,
    /// What its tokens have as `iss`.
    pub name: String,
    /// Its JSON Web Key Set (RFC 7517), as it came.
    pub key_set: Bytes,
}

/// What a policy knows of an issuer when it asks for more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The generation that it has; 0 for none.
    pub generation: u64,
    /// True if a token asks for a key that this generation does not have.
    pub lacks_a_key: bool,
}

/// How long a document of an issuer may take.
const TIMEOUT_MS: u32 = 10_000;

/// Asks an issuer itself, for hosts that remember none. The generation is a fingerprint of what it says.
///
/// # Errors
/// Where it does not answer, or with something else.
pub async fn ask<H: Host>(host: &H, url: &str) -> Result<Issuer, SendError> {
    let configuration = document(host, url).await?;
    let unfit = |url: &str, what: &str| SendError { kind: FailureKind::Invalid, message: format!("{url}: {what}") };
    let configuration = jose::read_configuration(&configuration).map_err(|why| unfit(url, &format!("what it answers {why}")))?;
    let key_set = document(host, &configuration.key_set_url).await?;
    let mut fingerprint = 0xcbf2_9ce4_8422_2325_u64;
    for byte in configuration.issuer.bytes().chain(key_set.iter().copied()) {
        fingerprint = (fingerprint ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    Ok(Issuer { generation: fingerprint.max(1), name: configuration.issuer, key_set })
}

async fn document<H: Host>(host: &H, url: &str) -> Result<Bytes, SendError> {
    let failed = |message: String| SendError { kind: FailureKind::Connection, message };
    let backend = Address::parse(url).ok_or_else(|| failed(format!("`{url}` is not an absolute URL")))?;
    let request = Request { method: Some("GET".to_owned()), backend: Some(backend), ..Request::default() };
    let response = host.send(&request, TIMEOUT_MS).await?;
    match response.body {
        Body::Whole(bytes) if response.status == 200 => Ok(bytes),
        _ => Err(failed(format!("{url} answered with the status {}", response.status))),
    }
}
