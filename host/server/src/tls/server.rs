//! TLS to servers: whom the gateway trusts, what it shows, and what it says where that fails.

use super::{BackendTls, Settings, certified, roots, shown, thumbprint};
use anyhow::{Context, Result};
use dotnet::{
    Exception,
    crypto::{cryptographic, hash::Hash, identity::Identity},
};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
    sign::{CertifiedKey, SingleCertAndKey},
};
use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, OnceLock, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};
use wire::{ClientCertificate, HttpVersion, Scheme};

/// How many different ways of meeting servers are kept ready, over those of the backends. A policy can make a new one for each request.
const READY_MAX: usize = 256;

/// The most turns of a key derivation that a file from a policy may ask for. Programs that write such files ask for 2,000 to 600,000.
const TURNS_MAX: u64 = 1_000_000;

/// The ways of meeting servers.
pub(crate) struct Servers {
    provider: Arc<CryptoProvider>,
    authorities: Vec<Vec<u8>>,
    certificates: HashMap<String, Identity>,
    backends: HashMap<String, BackendTls>,
    /// The authorities for every server. They are read from the disk when they are first needed.
    roots: OnceLock<Result<Arc<RootCertStore>, String>>,
    /// The way of most requests.
    usual: OnceLock<Arc<Server>>,
    ready: RwLock<HashMap<Wanted, Arc<Server>>>,
    /// The number of the usual way, below all others of these settings.
    number: u64,
    /// How many others were made.
    made: AtomicU64,
}

/// What distinguishes ways: a backend's name, and what it is shown.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Wanted {
    backend: String,
    shown: Shown,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Shown {
    /// What the backend's settings say.
    AsSet,
    Named(String),
    /// The SHA-256 of a file and its password.
    File(Vec<u8>),
}

/// A way of meeting a server.
pub(crate) struct Server {
    /// Connections that were made in one way are not used in another.
    pub(crate) number: u64,
    /// The backend whose settings they are; empty for those of every server.
    pub(crate) backend: String,
    name: Option<ServerName<'static>>,
    config: Arc<ClientConfig>,
}

impl Server {
    /// The configuration for a version of HTTP.
    pub(crate) fn config(&self, version: HttpVersion) -> Arc<ClientConfig> {
        let protocols: &[&[u8]] = match version {
            HttpVersion::One => return self.config.clone(),
            HttpVersion::Two => &[b"h2"],
            HttpVersion::TwoOrOne => &[b"h2", b"http/1.1"],
        };
        let mut config = ClientConfig::clone(&self.config);
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::new(config)
    }

    /// The name that a server is asked for.
    pub(crate) fn name(&self, host: &str) -> io::Result<ServerName<'static>> {
        match &self.name {
            Some(name) => Ok(name.clone()),
            None => ServerName::try_from(host.to_owned()).map_err(io::Error::other),
        }
    }

    /// What went wrong with TLS, for operators, and the way out; `None` where it was something else.
    pub(crate) fn explain(&self, error: &(dyn std::error::Error + 'static)) -> Option<String> {
        let what = explained(rustls_error_in(error)?, &self.backend);
        Some(match self.backend.as_str() {
            "" => what,
            backend => format!("the backend `{backend}`: {what}"),
        })
    }
}

impl Servers {
    pub(super) fn new(settings: &Settings, provider: Arc<CryptoProvider>) -> Result<Self> {
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        roots(&settings.authorities)?;
        for (name, identity) in settings.certificates.iter().filter(|(_, identity)| identity.key.is_some()) {
            // Expressions may have a use for it all the same.
            if let Err(error) = certified(identity, &provider) {
                tracing::warn!("the certificate `{name}` cannot be shown to servers: {error:#}; requests that need it fail");
            }
        }
        for (name, backend) in &settings.backends {
            let which = || format!("the settings of TLS to the backend `{name}`");
            roots(&backend.authorities).with_context(which)?;
            if let Some(name) = &backend.server_name {
                ServerName::try_from(name.as_str()).with_context(|| format!("`{name}` is not the name of a server"))?;
            }
            let unchecked = match (backend.checks_chain, backend.checks_name) {
                (true, true) => continue,
                (false, true) => "whoever signed the certificate",
                (true, false) => "whatever name the certificate is for",
                (false, false) => "whatever certificate is shown",
            };
            tracing::warn!(
                backend = name,
                "DANGER: the backend `{name}` is taken for itself {unchecked}: its `tls` says so, and anybody in between can read and \
                 change what goes to it"
            );
        }
        let certificates = settings.certificates.clone().into_iter();
        let by_thumbprint = settings.certificates.values().filter_map(|own| Some((thumbprint(own.chain.first()?), own.clone())));
        Ok(Self {
            provider,
            authorities: settings.authorities.clone(),
            // What is called by its name goes before what has the name for a thumbprint.
            certificates: by_thumbprint.chain(certificates).collect(),
            backends: settings.backends.clone().into_iter().collect(),
            roots: OnceLock::new(),
            usual: OnceLock::new(),
            ready: RwLock::default(),
            // There is room for all the ways that these settings will ever make.
            number: NUMBERS.fetch_add(1 << 32, Ordering::Relaxed),
            made: AtomicU64::new(0),
        })
    }

    /// The number of the usual way. No other of these settings has a lower one, and none of earlier settings a higher one.
    pub(crate) fn first_number(&self) -> u64 {
        self.number
    }

    /// The way to meet the server of a request by TLS; `None` where it is spoken to without.
    ///
    /// # Errors
    /// What is missing for it, for operators.
    pub(crate) fn meet(&self, scheme: Scheme, wanted: Option<wire::Tls<'_>>) -> Result<Option<Arc<Server>>, String> {
        match (scheme, wanted) {
            (Scheme::Http, _) => Ok(None),
            (Scheme::Https, None) => self.usual().map(Some),
            (Scheme::Https, Some(wanted)) => self.set(wanted).map(Some),
        }
    }

    fn set(&self, wanted: wire::Tls<'_>) -> Result<Arc<Server>, String> {
        let wire::Tls { backend, certificate } = wanted;
        let shown = match certificate {
            None => Shown::AsSet,
            Some(ClientCertificate::Named(name)) => Shown::Named(name.to_owned()),
            Some(ClientCertificate::Pfx { file, password }) => {
                Shown::File(Hash::Sha256.digest(&[&(password.len() as u64).to_le_bytes(), password.as_bytes(), file].concat()))
            }
        };
        let wanted = Wanted { backend: backend.to_owned(), shown };
        if let Some(server) = self.ready.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(&wanted) {
            return Ok(server.clone());
        }
        let made = self.make(backend, certificate)?;
        let mut ready = self.ready.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if ready.len() >= READY_MAX {
            // What is needed again is made again.
            ready.clear();
        }
        // Who made the same at the same time has it in common.
        Ok(ready.entry(wanted).or_insert(Arc::new(made)).clone())
    }

    fn usual(&self) -> Result<Arc<Server>, String> {
        if let Some(server) = self.usual.get() {
            return Ok(server.clone());
        }
        let server = Arc::new(self.server(self.number, "", &BackendTls::default(), None)?);
        Ok(self.usual.get_or_init(|| server).clone())
    }

    fn make(&self, backend: &str, certificate: Option<ClientCertificate<'_>>) -> Result<Server, String> {
        let every = BackendTls::default();
        let settings = self.backends.get(backend).unwrap_or(&every);
        let shown = match (certificate, &settings.certificate) {
            (Some(ClientCertificate::Pfx { file, password }), _) => Some(from_file(file, password, &self.provider)?),
            (Some(ClientCertificate::Named(name)), _) => Some(self.named(name)?),
            (None, Some(name)) => Some(self.named(name)?),
            (None, None) => None,
        };
        self.server(self.number + 1 + self.made.fetch_add(1, Ordering::Relaxed), backend, settings, shown)
    }

    fn named(&self, name: &str) -> Result<CertifiedKey, String> {
        let way_out = || {
            format!("give its file to the gateway: `certificates: {{ {name}: {{ file: ..., password: ... }} }}` in its secrets")
        };
        let thumbprint = || name.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_uppercase();
        let Some(identity) = self.certificates.get(name).or_else(|| self.certificates.get(&thumbprint())) else {
            return Err(format!("the gateway does not have the certificate `{name}`; {}", way_out()));
        };
        if identity.key.is_none() {
            return Err(format!("the gateway has the certificate `{name}`, and not its private key; {}", way_out()));
        }
        certified(identity, &self.provider).map_err(|error| format!("the certificate `{name}`: {error:#}"))
    }

    fn server(&self, number: u64, backend: &str, settings: &BackendTls, shown: Option<CertifiedKey>) -> Result<Server, String> {
        let text = |error: anyhow::Error| format!("{error:#}");
        let builder = ClientConfig::builder_with_provider(self.provider.clone()).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| error.to_string())?;
        let roots = || match settings.authorities.as_slice() {
            [] => self.roots.get_or_init(|| self.load_roots()).clone(),
            own => roots(own).map(Arc::new).map_err(text),
        };
        let builder = match (settings.checks_chain, settings.checks_name) {
            (true, true) => builder.with_root_certificates(roots()?),
            (checks_chain, checks_name) => {
                let chain = match checks_chain {
                    true => {
                        let verifier = WebPkiServerVerifier::builder_with_provider(roots()?, self.provider.clone()).build();
                        Some(verifier.map_err(|error| error.to_string())?)
                    }
                    false => None,
                };
                let verifier = Lenient { chain, checks_name, provider: self.provider.clone() };
                builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
            }
        };
        let config = match shown {
            Some(shown) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(shown))),
            None => builder.with_no_client_auth(),
        };
        let name = settings.server_name.clone().map(ServerName::try_from).transpose().map_err(|error| error.to_string())?;
        Ok(Server { number, backend: backend.to_owned(), name, config: Arc::new(config) })
    }

    fn load_roots(&self) -> Result<Arc<RootCertStore>, String> {
        let mut all = roots(&self.authorities).map_err(|error| format!("{error:#}"))?;
        let (added, _) = all.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if added == 0 && self.authorities.is_empty() {
            return Err("the operating system has no trusted certificates; install `ca-certificates`".to_owned());
        }
        Ok(Arc::new(all))
    }
}

/// The certificate and the key in a file that a policy gave.
fn from_file(file: &[u8], password: &str, provider: &CryptoProvider) -> Result<CertifiedKey, String> {
    let mut turns_left = TURNS_MAX;
    let mut count = |turns: u64| -> Result<(), Exception> {
        turns_left = turns_left.checked_sub(turns).ok_or_else(|| {
            cryptographic(format!("Its password is hashed more often than {TURNS_MAX} times, the most that the gateway does."))
        })?;
        Ok(())
    };
    let identity = Identity::read(file, Some(password), &mut count);
    let identity =
        identity.map_err(|why| format!("the certificate of `authentication-certificate` cannot be read: {}", why.message))?;
    certified(&identity, provider).map_err(|error| format!("the certificate of `authentication-certificate`: {error:#}"))
}

/// Checks less of a server's certificate than everything.
#[derive(Debug)]
struct Lenient {
    /// Checks the chain, and the name after it; `None` where the chain is not checked.
    chain: Option<Arc<WebPkiServerVerifier>>,
    checks_name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(chain) = &self.chain {
            match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
                // The name comes last, so everything else is right.
                Err(Error::InvalidCertificate(
                    CertificateError::NotValidForNameContext { .. } | CertificateError::NotValidForName,
                )) if !self.checks_name => {}
                checked => return checked,
            }
        } else if self.checks_name {
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The error of TLS in an error, or in what caused it.
fn rustls_error_in<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        // What an `io::Error` holds is not among its sources.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = held.and_then(|held| held.downcast_ref()).or_else(|| error.downcast_ref()) {
            return Some(found);
        }
        next = match held {
            Some(held) => Some(held),
            None => error.source(),
        };
    }
    None
}

/// What is wrong, and the way out.
fn explained(error: &Error, backend: &str) -> String {
    let setting = |name: &str| match backend {
        "" => format!("`tls: {{ {name}: ... }}`"),
        backend => format!("`tls: {{ backends: {{ {backend}: {{ {name}: ... }} }} }}`"),
    };
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => format!(
            "nobody whom the gateway trusts has signed the server's certificate; if it is right, name the authority's certificate as {} in \
             portico.yaml",
            setting("ca")
        ),
        Error::InvalidCertificate(CertificateError::ExpiredContext { time, not_after }) => format!(
            "the server's certificate, or one that vouches for it, expired at {}, and it is {}; it must be renewed there",
            shown(*not_after),
            shown(*time)
        ),
        Error::InvalidCertificate(CertificateError::NotValidYetContext { time, not_before }) => format!(
            "the server's certificate, or one that vouches for it, is valid from {}, and it is {}; look at both clocks",
            shown(*not_before),
            shown(*time)
        ),
        Error::InvalidCertificate(CertificateError::NotValidForNameContext { expected, presented }) => {
            let names: Vec<String> = presented.iter().map(|name| format!("`{}`", plain(name))).collect();
            let names = if names.is_empty() { "no name at all".to_owned() } else { names.join(", ") };
            let expected = expected.to_str();
            format!(
                "the server's certificate is for {names}, and not for `{expected}`; call the server by a name of its certificate{}",
                match backend {
                    "" => String::new(),
                    _ => format!(", or name one of them as {} in portico.yaml", setting("server_name")),
                }
            )
        }
        Error::InvalidCertificate(CertificateError::Revoked) => "the server's certificate was revoked".to_owned(),
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            format!(
                "the server wants a client certificate; show it one by `authentication-certificate`, or by {}",
                setting("certificate")
            )
        }
        Error::AlertReceived(
            alert @ (AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied),
        ) => format!(
            "the server refuses the client certificate that it was shown ({alert:?}); ask those who run it which ones it takes"
        ),
        Error::AlertReceived(AlertDescription::NoApplicationProtocol) => {
            "the server does not speak the HTTP that `forward-request` wants; leave `http-version` out".to_owned()
        }
        Error::AlertReceived(AlertDescription::UnrecognisedName) => {
            "the server does not know the name that it was asked for; call it by a name of its own".to_owned()
        }
        other => format!("no connection by TLS: {other}"),
    }
}

/// `DnsName("a.example")` is `a.example`.
fn plain(name: &str) -> &str {
    name.split_once('"').and_then(|(_, rest)| rest.split_once('"')).map_or(name, |(name, _)| name)
}
