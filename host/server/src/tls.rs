//! TLS, both ways: what the gateway shows of itself, and whom it trusts.
//!
//! Keys and authorities are the host's alone. What crosses into the sandbox are names; what comes out of it names one of the
//! [`Settings`] here. A reload makes a new [`Tls`] beside the new plan, so an exchange never sees the names of one with the keys of the
//! other.

mod client;
mod listener;
mod revocation;
mod server;
#[cfg(test)]
mod tests;

pub(crate) use listener::{Listener, Peer};
pub use revocation::Revocations;
pub(crate) use server::{Server, Servers};

use anyhow::{Context, Result};
pub use dotnet::crypto::identity::Identity;
use dotnet::crypto::{certificate::Certificate, hash::Hash, pem};
use rustls::{
    RootCertStore,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, UnixTime},
    sign::CertifiedKey,
};
use std::{collections::BTreeMap, fmt::Write, sync::Arc};

/// What the gateway needs of TLS besides what every program has.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Authorities that are trusted for servers, besides those of the operating system, in DER.
    pub authorities: Vec<Vec<u8>>,
    /// What the gateway can show to servers, by name.
    pub certificates: BTreeMap<String, Identity>,
    /// What TLS is to be like to some of the backends, by their full names.
    pub backends: BTreeMap<String, BackendTls>,
    /// What clients are shown; without it they connect without TLS.
    pub listener: Option<ListenerTls>,
}

/// What TLS is to be like to one backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendTls {
    /// The only authorities that are trusted for it, in DER; where there are none, those that are trusted for every server.
    pub authorities: Vec<Vec<u8>>,
    /// The name that is asked for, and that its certificate must be for, in the place of its host name.
    pub server_name: Option<String>,
    /// What it is shown: a name among [`Settings::certificates`], or a thumbprint.
    pub certificate: Option<String>,
    /// Whether an authority must vouch for its certificate.
    pub checks_chain: bool,
    /// Whether its certificate must be for its name.
    pub checks_name: bool,
}

impl Default for BackendTls {
    fn default() -> Self {
        Self { authorities: Vec::new(), server_name: None, certificate: None, checks_chain: true, checks_name: true }
    }
}

/// What clients are shown, and asked for.
#[derive(Clone, Debug, Default)]
pub struct ListenerTls {
    /// Certificates with their keys. A client gets the one that is for the name that it asks for, else the first.
    pub identities: Vec<Identity>,
    /// Whether clients are asked for a certificate.
    pub asks: Asks,
    /// Authorities that vouch for clients, in DER.
    pub authorities: Vec<Vec<u8>>,
    /// Lists of revoked certificates, in DER.
    pub revocation_lists: Vec<Vec<u8>>,
    /// What is different for clients that ask for some names, by these names in lower case.
    pub names: BTreeMap<String, NameTls>,
}

/// What is different for clients that ask for a name.
#[derive(Clone, Debug, Default)]
pub struct NameTls {
    /// The certificate that they are shown, with its key.
    pub identity: Option<Identity>,
    /// Whether they are asked for a certificate. Where everybody must show one, they must, too.
    pub asks: Option<bool>,
    /// Whether HTTP/2 is offered to them; it is where nothing is said.
    pub http2: Option<bool>,
}

/// Whether clients are asked for a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asks {
    /// They are not.
    #[default]
    Nothing,
    /// They are, and policies say what becomes of those who show none, or a wrong one.
    Certificate,
    /// Whoever shows none, or one that no authority vouches for, is not let in at all.
    TrustedCertificate,
}

/// Settings, ready for use.
pub(crate) struct Tls {
    pub(crate) servers: Servers,
    pub(crate) listener: Option<Listener>,
}

impl Tls {
    /// Makes settings ready.
    pub(crate) fn new(settings: &Settings) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let listener = settings.listener.as_ref().map(|listener| Listener::new(listener, &provider)).transpose()?;
        Ok(Self { servers: Servers::new(settings, provider)?, listener })
    }
}

/// A certificate and its key, ready for use; an error where they do not belong together.
fn certified(identity: &Identity, provider: &CryptoProvider) -> Result<CertifiedKey> {
    let key = identity.key.as_ref().context("its private key is not there")?;
    let key = PrivateKeyDer::try_from(key.clone()).map_err(anyhow::Error::msg)?;
    let chain = identity.chain.iter().map(|certificate| CertificateDer::from(certificate.clone())).collect();
    CertifiedKey::from_der(chain, key, provider).context("the certificate and the private key cannot be used together")
}

/// A store of authorities.
fn roots(authorities: &[Vec<u8>]) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(CertificateDer::from(authority.clone())).context("a certificate cannot be that of an authority")?;
    }
    Ok(roots)
}

/// Reads a file with a certificate, its key, or both: a PKCS #12 file, PEM, or a certificate in DER.
///
/// # Errors
/// Where it is none of them, or the password is not its.
pub fn read_identity(file: &[u8], password: Option<&str>) -> Result<Identity> {
    // Whose file it is chose how often the password is hashed, and may wait for it.
    Identity::read(file, password, &mut |_| Ok(())).map_err(|why: dotnet::Exception| anyhow::Error::msg(why.message))
}

/// What stands in the blocks of a PEM text that have a label, such as `X509 CRL`.
pub fn pem_blocks(text: &str, label: &str) -> Vec<Vec<u8>> {
    pem::blocks(text).into_iter().filter(|block| block.label == label).map(|block| block.contents).collect()
}

/// What base64 stands for; `None` if it is none.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    dotnet::convert::from_base64(text).ok()
}

/// True if a certificate in DER says that it may vouch for others.
pub fn is_authority(certificate: &[u8]) -> bool {
    Certificate::from_der(certificate).is_ok_and(|certificate| certificate.is_authority())
}

/// The thumbprint of a certificate in DER: its SHA-1, hexadecimal in upper case.
pub fn thumbprint(certificate: &[u8]) -> String {
    hex(&Hash::Sha1.digest(certificate))
}

/// Reads a list of revoked certificates, only to know that it is one.
///
/// # Errors
/// Where it is none.
pub fn check_revocation_list(list: &[u8]) -> Result<()> {
    revocation_list(list).map(drop)
}

fn revocation_list(list: &[u8]) -> Result<webpki::CertRevocationList<'static>> {
    let list = CertificateRevocationListDer::from(list);
    let list = webpki::OwnedCertRevocationList::from_der(&list).context("this is no list of revoked certificates")?;
    Ok(webpki::CertRevocationList::Owned(list))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// A time as people read it.
fn shown(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| "a time beyond all calendars".to_owned(), |time| time.to_string())
}
