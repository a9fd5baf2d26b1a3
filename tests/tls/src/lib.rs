//! Authorities, certificates, and both ends of TLS, for tests. It knows nothing of what is tested, so that any crate can use it.

use bytes::Bytes;
pub use dotnet::crypto::identity::Identity;
use dotnet::crypto::{certificate::Certificate, hash::Hash};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint, CustomExtension, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, SigningKey,
    date_time_ymd,
};
use rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime},
    server::{
        WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};
use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
};
use tokio_rustls::TlsAcceptor;

/// Signs certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate in DER.
    pub certificate: Vec<u8>,
}

impl Authority {
    /// An authority with this name.
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate").der().to_vec();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// A server's certificate for these names.
    pub fn server(&self, names: &[&str]) -> Identity {
        self.sign(names, names.first().copied().unwrap_or_default(), 1, |_| {})
    }

    /// The same, expired in 2021.
    pub fn expired_server(&self, names: &[&str]) -> Identity {
        self.sign(names, "expired", 1, expired)
    }

    /// A client's certificate with this common name and serial number.
    pub fn client(&self, name: &str, number: u64) -> Identity {
        self.sign(&[], name, number, |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth])
    }

    /// The same, expired in 2021.
    pub fn expired_client(&self, name: &str) -> Identity {
        self.sign(&[], name, 1, expired)
    }

    fn sign(&self, names: &[&str], name: &str, number: u64, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names");
        params.distinguished_name.push(DnType::CommonName, name);
        params.serial_number = Some(SerialNumber::from(number));
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Identity { chain: vec![certificate.der().to_vec()], key: Some(key.serialize_der()) }
    }

    /// A list, in DER, of serial numbers that it revoked in 2024.
    pub fn revoked(&self, numbers: &[u64]) -> Vec<u8> {
        let entry = |number: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*number),
            revocation_time: date_time_ymd(2024, 3, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2024, 3, 2),
            next_update: date_time_ymd(2090, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: numbers.iter().map(entry).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).expect("a list").der().to_vec()
    }
}

fn expired(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2021, 1, 1);
}

fn key(identity: &Identity) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let chain = identity.chain.iter().map(|certificate| CertificateDer::from(certificate.clone())).collect();
    let key = identity.key.clone().expect("a key");
    (chain, PrivateKeyDer::try_from(key).expect("a key in DER"))
}

fn roots(authority: &Authority) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority.certificate.clone())).expect("an authority");
    Arc::new(roots)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// From whom a backend takes a certificate.
pub enum Takes<'a> {
    /// It asks for none.
    Nothing,
    /// It wants one that an authority signed.
    SignedBy(&'a Authority),
    /// It takes any.
    Anything,
}

/// A backend that speaks TLS. It answers with what it saw: `PATH HTTP/1.1 asked for NAME, shown CERTIFICATE`, the last as the start of its
/// thumbprint, or `nothing`.
pub fn backend(identity: &Identity, takes: Takes<'_>, protocols: &[&str]) -> SocketAddr {
    let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().expect("versions");
    let builder = match takes {
        Takes::Nothing => builder.with_no_client_auth(),
        Takes::Anything => builder.with_client_cert_verifier(Arc::new(Anybody)),
        Takes::SignedBy(authority) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(roots(authority), provider()).build();
            builder.with_client_cert_verifier(verifier.expect("a verifier"))
        }
    };
    let (chain, key) = key(identity);
    let mut config = builder.with_single_cert(chain, key).expect("a certificate and its key");
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    listener.set_nonblocking(true).expect("the option can be set");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let (_, session) = stream.get_ref();
                    let name = session.server_name().unwrap_or("nothing").to_owned();
                    let shown = session.peer_certificates().and_then(|chain| chain.first());
                    let shown = shown.map_or("nothing".to_owned(), |own| start_of_thumbprint(own));
                    let is_two = session.alpn_protocol() == Some(b"h2");
                    let told = service_fn(move |request: http::Request<Incoming>| {
                        let text = format!("{} {:?} asked for {name}, shown {shown}", request.uri().path(), request.version());
                        async move { Ok::<_, std::convert::Infallible>(http::Response::new(Full::new(Bytes::from(text)))) }
                    });
                    if is_two {
                        let _ = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), told).await;
                    } else {
                        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), told).await;
                    }
                });
            }
        });
    });
    address
}

/// The start of a certificate's thumbprint.
pub fn short(identity: &Identity) -> String {
    start_of_thumbprint(&identity.chain[0])
}

fn start_of_thumbprint(certificate: &[u8]) -> String {
    Hash::Sha1.digest(certificate).iter().take(4).map(|byte| format!("{byte:02X}")).collect()
}

/// How a client of the gateway connects.
pub struct Client<'c> {
    /// Whom it trusts; it takes any certificate where this is not given.
    pub authority: Option<&'c Authority>,
    /// The name that it asks for.
    pub name: &'static str,
    /// What it shows.
    pub identity: Option<&'c Identity>,
    /// What it wants to speak.
    pub protocols: &'static [&'static str],
    /// The versions of TLS that it speaks.
    pub versions: &'static [&'static rustls::SupportedProtocolVersion],
}

impl Default for Client<'_> {
    fn default() -> Self {
        let versions = rustls::ALL_VERSIONS;
        Self { authority: None, name: "api.example", identity: None, protocols: &[], versions }
    }
}

/// A connection to the gateway.
pub type Connection = rustls::StreamOwned<rustls::ClientConnection, TcpStream>;

impl Client<'_> {
    /// Its configuration.
    pub fn config(&self) -> ClientConfig {
        let builder = ClientConfig::builder_with_provider(provider()).with_protocol_versions(self.versions).expect("versions");
        let builder = match self.authority {
            Some(authority) => builder.with_root_certificates(roots(authority)),
            None => builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody)),
        };
        let mut config = match self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let (chain, key) = key(identity);
                builder.with_client_auth_cert(chain, key).expect("a certificate and its key")
            }
        };
        config.alpn_protocols = self.protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        config
    }

    /// Connects, and finishes the handshake.
    ///
    /// # Errors
    /// Where either end does not want the other.
    pub fn connect(&self, address: SocketAddr) -> std::io::Result<Connection> {
        let name = ServerName::try_from(self.name).expect("a name");
        let session = rustls::ClientConnection::new(Arc::new(self.config()), name).expect("a session");
        let mut stream = rustls::StreamOwned::new(session, TcpStream::connect(address)?);
        stream.conn.complete_io(&mut stream.sock)?;
        Ok(stream)
    }

    /// `GET` of a path, up to the end of the connection: the status code, and the body.
    ///
    /// # Errors
    /// Where either end does not want the other.
    pub fn get(&self, address: SocketAddr, path: &str) -> std::io::Result<(u16, String)> {
        let mut stream = self.connect(address)?;
        get(&mut stream, path, "Connection: close\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        Ok((status, text.split_once("\r\n\r\n").map_or_else(String::new, |(_, body)| body.to_owned())))
    }
}

/// The body of the answer to `GET /` by HTTP/2.
pub fn get_by_http2(client: &Client<'_>, address: SocketAddr) -> String {
    let mut config = client.config();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name = ServerName::try_from(client.name).expect("a name");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(address).await.expect("the gateway listens");
        let stream = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("a handshake");
        let handshake = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (mut sender, connection) = handshake.await.expect("HTTP/2");
        tokio::spawn(connection);
        let request = http::Request::get(format!("https://{}/", client.name)).body(Full::new(Bytes::new())).expect("a request");
        let response = sender.send_request(request).await.expect("an answer");
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        String::from_utf8_lossy(&body).into_owned()
    })
}

/// Writes a request.
///
/// # Errors
/// Where the other end is gone.
pub fn get(stream: &mut Connection, path: &str, more: &str) -> std::io::Result<()> {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: api.example\r\n{more}\r\n").as_bytes())
}

/// Takes any certificate: what tests look at is another end.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for Anybody {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        ServerCertVerifier::verify_tls12_signature(self, message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        ServerCertVerifier::verify_tls13_signature(self, message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

/// What an authority publishes of what it revoked, at an `http:` address on loopback.
#[derive(Clone)]
pub struct Publisher {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    state: Arc<Mutex<Publications>>,
}

#[derive(Default)]
struct Publications {
    answers: HashMap<String, Vec<u8>>,
    asked: Vec<String>,
}

impl Publisher {
    /// A server that has nothing to say yet.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let publisher = Self { url, state: Arc::default() };
        let this = publisher.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let this = this.clone();
                std::thread::spawn(move || this.answer(&mut stream));
            }
        });
        publisher
    }

    /// What is answered on a path from now on.
    pub fn publish(&self, path: &str, answer: Vec<u8>) {
        self.state.lock().expect("nobody panics").answers.insert(path.to_owned(), answer);
    }

    /// How often a path was asked.
    pub fn count(&self, path: &str) -> usize {
        self.state.lock().expect("nobody panics").asked.iter().filter(|asked| *asked == path).count()
    }

    fn answer(&self, stream: &mut TcpStream) {
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        // The head, and as much of a body as it says.
        let head_bytes = loop {
            match stream.read(&mut piece) {
                Ok(0) | Err(_) => return,
                Ok(length) => bytes.extend_from_slice(&piece[..length]),
            }
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let head = String::from_utf8_lossy(&bytes[..head_bytes]).to_ascii_lowercase();
        let length =
            head.split_once("content-length: ").and_then(|(_, rest)| rest.split("\r\n").next()?.parse().ok()).unwrap_or(0);
        while bytes.len() < head_bytes + length {
            match stream.read(&mut piece) {
                Ok(0) | Err(_) => return,
                Ok(length) => bytes.extend_from_slice(&piece[..length]),
            }
        }
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let answer = {
            let mut state = self.state.lock().expect("nobody panics");
            state.asked.push(path.clone());
            state.answers.get(&path).cloned()
        };
        let status = if answer.is_some() { "200 OK" } else { "404 Not Found" };
        let body = answer.unwrap_or_default();
        let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        let _ = stream.write_all(&body);
    }
}

/// What a responder says of a certificate.
#[derive(Clone, Copy)]
pub enum Says {
    /// It is good.
    Good,
    /// It was revoked in 2024.
    Revoked,
    /// It was good until 2024.
    GoodUntil2024,
}

impl Authority {
    /// A client's certificate that names where to ask whether it was revoked: a responder, a list.
    pub fn client_naming(&self, name: &str, number: u64, responder: Option<&str>, list: Option<&str>) -> Identity {
        self.sign(&[], name, number, |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            if let Some(url) = list {
                params.crl_distribution_points = vec![CrlDistributionPoint { uris: vec![url.to_owned()] }];
            }
            if let Some(url) = responder {
                // AuthorityInfoAccessSyntax with one `id-ad-ocsp` (RFC 5280, section 4.2.2.1).
                let method = tlv(0x06, &[0x2b, 6, 1, 5, 5, 7, 48, 1]);
                let access = tlv(0x30, &tlv(0x30, &[method, tlv(0x86, url.as_bytes())].concat()));
                params.custom_extensions.push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], access));
            }
        })
    }

    /// Somebody who may answer for it what was revoked, as the extended key usage says; or who may not.
    pub fn responder(&self, may_answer: bool) -> Identity {
        self.sign(&[], "responder", 99, |params| {
            let usage = if may_answer { ExtendedKeyUsagePurpose::OcspSigning } else { ExtendedKeyUsagePurpose::ClientAuth };
            params.extended_key_usages = vec![usage];
        })
    }

    /// What a responder answers about a certificate with this serial number (below 128), signed by the authority itself or by another.
    pub fn status(&self, number: u8, says: Says, by: Option<&Identity>) -> Vec<u8> {
        let own = Certificate::from_der(&self.certificate).expect("a certificate");
        let sha1 =
            |bytes: &[u8]| aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec();
        let algorithm = tlv(0x30, &[tlv(0x06, &[0x2b, 14, 3, 2, 26]), vec![5, 0]].concat());
        let (name, key) = (sha1(own.subject.raw()), sha1(&own.public_key));
        let id = tlv(0x30, &[algorithm, tlv(4, &name), tlv(4, &key), tlv(2, &[number])].concat());
        let status = match says {
            Says::Good | Says::GoodUntil2024 => vec![0x80, 0],
            Says::Revoked => tlv(0xa1, &tlv(0x18, b"20240301000000Z")),
        };
        let next: &[u8] = if matches!(says, Says::GoodUntil2024) { b"20240401000000Z" } else { b"20900101000000Z" };
        let single = tlv(0x30, &[id, status, tlv(0x18, b"20240302000000Z"), tlv(0xa0, &tlv(0x18, next))].concat());
        let data = tlv(0x30, &[tlv(0xa2, &tlv(4, &key)), tlv(0x18, b"20240302000000Z"), tlv(0x30, &single)].concat());
        let (signature, certificates) = match by {
            None => (self.issuer.key().sign(&data).expect("a signature"), Vec::new()),
            Some(other) => {
                let key = KeyPair::try_from(other.key.clone().expect("a key")).expect("a key");
                (key.sign(&data).expect("a signature"), tlv(0xa0, &tlv(0x30, &other.chain[0])))
            }
        };
        // ecdsa-with-SHA256, which is what rcgen's keys sign with.
        let algorithm = tlv(0x30, &tlv(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]));
        let basic = tlv(0x30, &[data, algorithm, tlv(3, &[vec![0], signature].concat()), certificates].concat());
        let basic_oid = tlv(0x06, &[0x2b, 6, 1, 5, 5, 7, 48, 1, 1]);
        let bytes = tlv(0xa0, &tlv(0x30, &[basic_oid, tlv(4, &basic)].concat()));
        tlv(0x30, &[vec![0x0a, 1, 0], bytes].concat())
    }
}

/// A key of a curve as PEM in the older form, `EC PRIVATE KEY`: what stands inside of PKCS #8, and the curve.
pub fn sec1(key: &KeyPair) -> String {
    use aws_lc_rs::{encoding::AsDer, signature};
    let with = match key.is_compatible(&rcgen::PKCS_ECDSA_P384_SHA384) {
        true => &signature::ECDSA_P384_SHA384_ASN1_SIGNING,
        false => &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
    };
    let pair = signature::EcdsaKeyPair::from_pkcs8(with, &key.serialize_der()).expect("a key");
    let der: aws_lc_rs::encoding::EcPrivateKeyRfc5915Der<'_> = pair.private_key().as_der().expect("a key");
    format!("{}\n", dotnet::crypto::pem::write("EC PRIVATE KEY", der.as_ref()))
}

/// An element of DER.
fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let head = match length {
        0..0x80 => vec![tag, length as u8],
        0x80..0x100 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [head, contents.to_vec()].concat()
}
