//! TLS to clients: certificates by the name that a client asks for, and the certificates of clients.

use super::{
    Asks, ListenerTls, Revocations, certified,
    client::{Authorities, described},
};
use anyhow::{Context, Result, bail};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::{
        Acceptor, ClientHello, NoServerSessionStorage, ResolvesServerCert,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
    sign::CertifiedKey,
};
use std::{collections::HashMap, io, net::SocketAddr, sync::Arc};
use tokio::net::TcpStream;
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor, server::TlsStream};
use wire::{Revocation, Scheme, Shown, Trust};

/// Meets clients.
pub(crate) struct Listener {
    usual: Way,
    /// Other ways, by the names for which they are, in lower case.
    names: HashMap<String, Way>,
    /// Who vouches for clients.
    authorities: Arc<Authorities>,
}

/// A way to meet a client.
struct Way {
    config: Arc<ServerConfig>,
    asks: Asks,
}

/// Who is at the other end of a connection.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) scheme: Scheme,
    /// What it showed, as it stands in the head of each of its requests.
    pub(crate) certificate: Arc<[u8]>,
}

impl Peer {
    /// A client without TLS.
    pub(crate) fn plain(address: SocketAddr) -> Self {
        Self { address, scheme: Scheme::Http, certificate: Arc::default() }
    }
}

impl Listener {
    pub(super) fn new(settings: &ListenerTls, provider: &Arc<CryptoProvider>) -> Result<Self> {
        let mut keys = Vec::new();
        for identity in &settings.identities {
            let which =
                || format!("the certificate {}", described(identity.chain.first().map(Vec::as_slice).unwrap_or_default()));
            keys.push(Arc::new(certified(identity, provider).with_context(which)?));
        }
        if keys.is_empty() {
            bail!("the gateway has no certificate to show to clients");
        }
        let authorities = Arc::new(Authorities::new(settings)?);
        if settings.asks == Asks::TrustedCertificate && authorities.is_empty() {
            bail!(
                "clients must show a certificate that an authority vouches for, and the gateway trusts no authority for clients"
            );
        }
        let usual = Way::new(settings.asks, true, keys.clone(), &authorities, provider)?;
        let mut names = HashMap::new();
        for (name, own) in &settings.names {
            let asks = match (settings.asks, own.asks) {
                (Asks::TrustedCertificate, _) => Asks::TrustedCertificate,
                (asks, None) => asks,
                (_, Some(true)) => Asks::Certificate,
                (_, Some(false)) => Asks::Nothing,
            };
            let keys = match &own.identity {
                None => keys.clone(),
                Some(identity) => {
                    let which = || format!("the certificate for clients that ask for `{name}`");
                    vec![Arc::new(certified(identity, provider).with_context(which)?)]
                }
            };
            names.insert(name.clone(), Way::new(asks, own.http2 != Some(false), keys, &authorities, provider)?);
        }
        Ok(Self { usual, names, authorities })
    }

    /// The way for clients that ask for a name.
    fn way(&self, name: Option<&str>) -> &Way {
        name.and_then(|name| self.names.get(&name.to_ascii_lowercase())).unwrap_or(&self.usual)
    }

    /// Meets a client. What it showed is judged once, here; where that takes a question to others, the client waits for the answer, which is
    /// there for the next one.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        revocations: &Revocations,
    ) -> io::Result<(TlsStream<TcpStream>, Peer)> {
        let (way, stream) = if self.names.is_empty() {
            (&self.usual, TlsAcceptor::from(self.usual.config.clone()).accept(stream).await?)
        } else {
            let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
            let way = self.way(hello.client_hello().server_name());
            (way, hello.into_stream(way.config.clone()).await?)
        };
        let mut certificate = Vec::new();
        if let (true, Some(chain)) = (way.asks != Asks::Nothing, stream.get_ref().1.peer_certificates()) {
            let mut shown = self.authorities.judge(chain, UnixTime::now());
            self.authorities.ask(&mut shown, revocations).await;
            if let (Asks::TrustedCertificate, Revocation::Revoked(which)) = (way.asks, &shown.revocation) {
                let own = shown.chain.first().map(Vec::as_slice).unwrap_or_default();
                tracing::warn!("a client with the certificate {} is not let in: {which}", described(own));
                return Err(io::Error::other("the client's certificate was revoked"));
            }
            shown.write(&mut certificate);
        }
        Ok((stream, Peer { address, scheme: Scheme::Https, certificate: certificate.into() }))
    }
}

impl Way {
    fn new(
        asks: Asks,
        offers_http2: bool,
        keys: Vec<Arc<CertifiedKey>>,
        authorities: &Arc<Authorities>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self> {
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?;
        let builder = match asks {
            Asks::Nothing => builder.with_no_client_auth(),
            asks => builder.with_client_cert_verifier(Arc::new(Clients {
                hints: match asks {
                    // Who asks for particular authorities does not see the others' certificates, which policies may want to log.
                    Asks::TrustedCertificate => authorities.names().map(|name| DistinguishedName::from(name.to_vec())).collect(),
                    _ => Vec::new(),
                },
                must_be_trusted: asks == Asks::TrustedCertificate,
                authorities: authorities.clone(),
                provider: provider.clone(),
            })),
        };
        let mut config = builder.with_cert_resolver(Arc::new(Names { keys }));
        let protocols: &[&[u8]] = if offers_http2 { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        // Each way keeps sessions of its own: none goes on in another, where clients are asked for more.
        if asks != Asks::Nothing {
            // A session that goes on later would go on with a certificate that nobody looks at again.
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        }
        Ok(Self { config: Arc::new(config), asks })
    }
}

/// Finds the certificate for the name that a client asks for.
#[derive(Debug)]
struct Names {
    keys: Vec<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Names {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().and_then(|name| ServerName::try_from(name).ok());
        let is_for = |key: &&Arc<CertifiedKey>| {
            let certificate = key.cert.first().and_then(|own| webpki::EndEntityCert::try_from(own).ok());
            name.as_ref().zip(certificate).is_some_and(|(name, own)| own.verify_is_valid_for_subject_name(name).is_ok())
        };
        self.keys.iter().find(is_for).or(self.keys.first()).cloned()
    }
}

/// Takes clients' certificates: any that its client has the key of, or only those that an authority vouches for.
#[derive(Debug)]
struct Clients {
    hints: Vec<DistinguishedName>,
    must_be_trusted: bool,
    authorities: Arc<Authorities>,
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for Clients {
    fn client_auth_mandatory(&self) -> bool {
        self.must_be_trusted
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if !self.must_be_trusted {
            return Ok(ClientCertVerified::assertion());
        }
        let chain: Vec<_> = [end_entity].into_iter().chain(intermediates).cloned().collect();
        let refused = |why: &str, error| {
            tracing::warn!("a client with the certificate {} is not let in: {why}", described(end_entity));
            Err(Error::InvalidCertificate(error))
        };
        match self.authorities.judge(&chain, now) {
            Shown { trust: Trust::Untrusted(why), .. } => refused(&why, CertificateError::UnknownIssuer),
            Shown { revocation: Revocation::Revoked(which), .. } => refused(&which, CertificateError::Revoked),
            _ => match Authorities::dates(end_entity, now) {
                Some((why, error)) => refused(&why, error),
                None => Ok(ClientCertVerified::assertion()),
            },
        }
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
