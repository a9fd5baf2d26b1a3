//! One request to another party, in bounds: time, size, no redirects, and no address that is too near.
//!
//! These requests are rare (an hour lies between two for the same keys), so each has a connection of its own, and nothing outlives
//! it. It is made here, with hyper, and not by a client that keeps connections: the address that is checked must be the one that is
//! connected to. Proxies of the environment (`HTTPS_PROXY`) are not used for the same reason: a proxy resolves names itself.

use crate::{Error, address::Address, error::quoted, zone::Zone};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{
    io,
    net::SocketAddr,
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// How long a request may take, from resolving the name to the last byte.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long one of several addresses may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The most that anyone may answer.
const ANSWER_BYTES_MAX: usize = 512 << 10;

/// What asks other servers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    tls: Arc<Tls>,
}

#[derive(Debug)]
struct Tls {
    extra: Vec<CertificateDer<'static>>,
    /// The operating system's certificates are many, and loaded when the first server is asked.
    config: OnceLock<Result<Arc<ClientConfig>, String>>,
}

impl Client {
    /// A client that trusts what the operating system trusts, and the certificates of a PEM file, if there is one.
    ///
    /// # Errors
    /// Fails if the file cannot be read, or has no certificate in it.
    pub fn new(ca_file: Option<&Path>) -> Result<Self, Error> {
        let extra = ca_file.map(certificates).transpose()?.unwrap_or_default();
        Ok(Self { tls: Arc::new(Tls { extra, config: OnceLock::new() }) })
    }

    /// Gets a document, if there is one.
    pub(crate) async fn get(&self, address: &Address, reach: Zone) -> Result<Bytes, Error> {
        let response = self.send(address, reach, Request::get("/").body(Bytes::new())).await?;
        match response.status() {
            StatusCode::OK => Ok(response.into_body()),
            status => {
                let help = "see whether the URL is right, and whether the server is well";
                Err(Error::new(address, format!("the server answers {}", status.as_u16()), help))
            }
        }
    }

    /// Sends a request to an address, and returns what is answered to it. The nearest that its host may turn out to be is `reach`.
    pub(crate) async fn send(
        &self,
        address: &Address,
        reach: Zone,
        request: http::Result<Request<Bytes>>,
    ) -> Result<Response<Bytes>, Error> {
        self.send_within(address, reach, request, ANSWER_BYTES_MAX).await
    }

    /// The same for an answer of at most so many bytes.
    pub(crate) async fn send_within(
        &self,
        address: &Address,
        reach: Zone,
        request: http::Result<Request<Bytes>>,
        bytes_max: usize,
    ) -> Result<Response<Bytes>, Error> {
        let request = request.map_err(|error| Error::new(address, format!("{error}"), "see what the settings say about it"))?;
        let response =
            timeout(REQUEST_TIMEOUT, self.exchange(address, reach, request, bytes_max)).await.unwrap_or_else(|_| {
                let reason = format!("no answer within {} s", REQUEST_TIMEOUT.as_secs());
                Err(Error::new(address, reason, "see whether the server is well, and whether a firewall is between"))
            })?;
        if response.status().is_redirection() {
            let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or("elsewhere");
            let reason = format!("the server redirects to {}, and redirects are not followed", quoted(location));
            return Err(Error::new(address, reason, "write the URL that it leads to, if you trust it"));
        }
        Ok(response)
    }

    async fn exchange(
        &self,
        address: &Address,
        reach: Zone,
        mut request: Request<Bytes>,
        bytes_max: usize,
    ) -> Result<Response<Bytes>, Error> {
        *request.uri_mut() = address.path_and_query().parse::<Uri>().unwrap_or_default();
        if let Ok(host) = HeaderValue::from_str(address.authority()) {
            request.headers_mut().insert(header::HOST, host);
        }
        request.headers_mut().entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static("portico"));
        let stream = connect(address, reach).await?;
        if !address.is_tls {
            return talk(address, stream, request, bytes_max).await;
        }
        let failed = |error: io::Error| {
            let help = "see whether the server's certificate is for this host and still valid; for an authority of your own, set `ca_file`";
            Error::new(address, format!("no TLS: {error}"), help)
        };
        let name = ServerName::try_from(address.host.clone()).map_err(|error| failed(io::Error::other(error)))?;
        let stream = self.tls.connector().map_err(failed)?.connect(name, stream).await.map_err(failed)?;
        talk(address, stream, request, bytes_max).await
    }
}

impl Tls {
    fn connector(&self) -> io::Result<TlsConnector> {
        let load = || {
            let mut roots = RootCertStore::empty();
            let found = rustls_native_certs::load_native_certs().certs;
            let (added, _) = roots.add_parsable_certificates(found.into_iter().chain(self.extra.iter().cloned()));
            if added == 0 {
                return Err("the operating system has no trusted certificates; install `ca-certificates`".to_owned());
            }
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
            Ok(Arc::new(config.map_err(|error| error.to_string())?.with_root_certificates(roots).with_no_client_auth()))
        };
        let config = self.config.get_or_init(load).as_ref().map_err(|error| io::Error::other(error.clone()))?;
        Ok(TlsConnector::from(config.clone()))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let wrong = |reason: String| {
        let place = format!("`ca_file` `{}`", path.display());
        Error::new(place, reason, "name a file with one certificate or more, as PEM (`-----BEGIN CERTIFICATE-----`)")
    };
    let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match found.map_err(|error| wrong(format!("cannot be read: {error}")))? {
        none if none.is_empty() => Err(wrong("has no certificate in it".to_owned())),
        some => Ok(some),
    }
}

/// Connects to one of a host's addresses, but to none that is nearer than it may be.
async fn connect(address: &Address, reach: Zone) -> Result<TcpStream, Error> {
    let found = tokio::net::lookup_host((&*address.host, address.port)).await.map_err(|error| {
        Error::new(address, format!("the host is not found: {error}"), "see whether its name is right, and whether DNS knows it")
    })?;
    let (allowed, refused): (Vec<SocketAddr>, Vec<SocketAddr>) = found.partition(|found| Zone::of_address(found.ip()) <= reach);
    if let ([], [first, ..]) = (&*allowed, &*refused) {
        return Err(too_near(address, &first.ip().to_string(), Zone::of_address(first.ip())));
    }
    let mut last = "its name has no address".to_owned();
    for found in allowed {
        match timeout(CONNECT_TIMEOUT, TcpStream::connect(found)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = format!("{found}: {error}"),
            Err(_) => last = format!("{found}: no connection within {} s", CONNECT_TIMEOUT.as_secs()),
        }
    }
    Err(Error::new(address, format!("no connection: {last}"), "see whether the server runs, and whether a firewall is between"))
}

/// The message about a host that is nearer than it may be.
pub(crate) fn too_near(address: &Address, found: &str, zone: Zone) -> Error {
    let help = match zone {
        Zone::Reserved => "use another host: what is there is for this machine only",
        _ => "if you trust it, name the hosts of all your providers under `hosts` in the settings",
    };
    Error::new(address, format!("the host is at {found}, which is {}: nearer than this server may be", zone.name()), help)
}

async fn talk<S>(address: &Address, stream: S, request: Request<Bytes>, bytes_max: usize) -> Result<Response<Bytes>, Error>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let help = "see whether the server is well, and whether the URL is right";
    let failed = |error: hyper::Error| Error::new(address, format!("no answer: {}", described(&error)), help);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    // In a set, because a set ends what is in it when it is dropped: nothing runs on for a request that was given up.
    let mut driver = JoinSet::new();
    driver.spawn(async move {
        // How a connection ends concerns the request on it, which is told by hyper.
        let _ = connection.await;
    });
    let (head, body) = sender.send_request(request.map(Full::new)).await.map_err(failed)?.into_parts();
    match Limited::new(body, bytes_max).collect().await {
        Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => {
            let reason = format!("the answer is larger than {} KiB", bytes_max >> 10);
            Err(Error::new(address, reason, "see whether the URL is right: what is asked for here is never so large"))
        }
        Err(error) => Err(Error::new(address, format!("the answer breaks off: {}", described(&*error)), help)),
    }
}

/// An error with its causes: hyper keeps the reason inside.
fn described(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
