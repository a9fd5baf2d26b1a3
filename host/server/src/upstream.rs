//! Connections to backends: kept alive, one pool per thread.

use crate::body::Payload;
use http::{Request, Response};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::{
    cell::RefCell,
    collections::HashMap,
    io,
    rc::{Rc, Weak},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use wire::{FailureKind, Scheme};

/// How long a connection may wait for its next request.
const IDLE_MAX: Duration = Duration::from_secs(55);
/// How many connections to one backend may wait.
const IDLE_CONNECTIONS_MAX: usize = 256;
/// How long connecting may take, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The pool of one thread. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Pool {
    idle: Rc<RefCell<Idle>>,
}

#[derive(Default)]
struct Idle {
    http: HashMap<String, Vec<Connection>>,
    https: HashMap<String, Vec<Connection>>,
}

struct Connection {
    sender: SendRequest<Payload>,
    since: Instant,
}

/// The connection of a response whose body is still on its way.
pub(crate) struct Lease {
    sender: SendRequest<Payload>,
    idle: Weak<RefCell<Idle>>,
    scheme: Scheme,
    authority: Box<str>,
}

/// Why there is no response.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) message: String,
}

impl Failure {
    fn connection(authority: &str, error: impl std::fmt::Display) -> Self {
        Self { kind: FailureKind::Connection, message: format!("{authority}: {error}") }
    }
}

impl Pool {
    /// Sends a request, whose URI is its path and query, and returns the response with its body still on its way.
    pub(crate) async fn send(
        &self,
        scheme: Scheme,
        authority: &str,
        mut request: Request<Payload>,
    ) -> Result<Response<Payload>, Failure> {
        loop {
            let (mut sender, is_new) = match self.take(scheme, authority) {
                Some(sender) => (sender, false),
                // Boxed, as the way of most requests is short and their futures are moved about.
                None => (Box::pin(self.connect(scheme, authority)).await?, true),
            };
            if sender.ready().await.is_err() {
                if is_new {
                    return Err(Failure::connection(authority, "the server closed the connection at once"));
                }
                continue;
            }
            match sender.try_send_request(request).await {
                Ok(response) => {
                    let lease = Lease { sender, idle: Rc::downgrade(&self.idle), scheme, authority: authority.into() };
                    return Ok(response.map(|body| Payload::Upstream(body, Some(lease))));
                }
                // A kept connection that the server closed just now: nothing was sent, so another one can carry it.
                Err(mut error) => match error.take_message() {
                    Some(unsent) if !is_new => request = unsent,
                    _ => return Err(Failure::connection(authority, describe(&error.into_error()))),
                },
            }
        }
    }

    fn take(&self, scheme: Scheme, authority: &str) -> Option<SendRequest<Payload>> {
        let mut idle = self.idle.borrow_mut();
        let connections = idle.of(scheme).get_mut(authority)?;
        while let Some(connection) = connections.pop() {
            if !connection.sender.is_closed() && connection.since.elapsed() < IDLE_MAX {
                return Some(connection.sender);
            }
        }
        None
    }

    async fn connect(&self, scheme: Scheme, authority: &str) -> Result<SendRequest<Payload>, Failure> {
        match tokio::time::timeout(CONNECT_TIMEOUT, connect(scheme, authority)).await {
            Ok(Ok(sender)) => Ok(sender),
            Ok(Err(error)) => Err(Failure::connection(authority, error)),
            Err(_) => Err(Failure {
                kind: FailureKind::Timeout,
                message: format!("{authority}: no connection within {} s", CONNECT_TIMEOUT.as_secs()),
            }),
        }
    }
}

impl Idle {
    fn of(&mut self, scheme: Scheme) -> &mut HashMap<String, Vec<Connection>> {
        match scheme {
            Scheme::Http => &mut self.http,
            Scheme::Https => &mut self.https,
        }
    }
}

impl Lease {
    pub(crate) fn give_back(self) {
        let Some(idle) = self.idle.upgrade().filter(|_| !self.sender.is_closed()) else { return };
        let mut idle = idle.borrow_mut();
        let pool = idle.of(self.scheme);
        let connection = Connection { sender: self.sender, since: Instant::now() };
        match pool.get_mut(&*self.authority) {
            Some(connections) if connections.len() >= IDLE_CONNECTIONS_MAX => {}
            Some(connections) => connections.push(connection),
            None => drop(pool.insert(self.authority.into(), vec![connection])),
        }
    }
}

/// The causes of an error after the error itself: hyper says "error trying to connect" and keeps the reason inside.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

async fn connect(scheme: Scheme, authority: &str) -> io::Result<SendRequest<Payload>> {
    let (host, port) = match authority.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?))) {
        Some((host, port)) => (host, port),
        None => (authority, scheme.default_port()),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    match scheme {
        Scheme::Http => handshake(stream).await,
        Scheme::Https => {
            let name = rustls::pki_types::ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
            handshake(tls().await?.connect(name, stream).await?).await
        }
    }
}

async fn handshake<S>(stream: S) -> io::Result<SendRequest<Payload>>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    tokio::task::spawn_local(async move {
        // How a connection ends concerns the request on it, which is told by hyper.
        let _ = connection.await;
    });
    Ok(sender)
}

/// TLS with the roots of the operating system, loaded when they are first needed.
async fn tls() -> io::Result<TlsConnector> {
    static CONFIG: OnceLock<Result<Arc<rustls::ClientConfig>, String>> = OnceLock::new();
    let load = || {
        let mut roots = rustls::RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (added, _) = roots.add_parsable_certificates(found.certs);
        if added == 0 {
            return Err("the operating system has no trusted certificates; install `ca-certificates`".to_owned());
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        Ok(Arc::new(config.map_err(|error| error.to_string())?.with_root_certificates(roots).with_no_client_auth()))
    };
    match CONFIG.get_or_init(load) {
        Ok(config) => Ok(TlsConnector::from(config.clone())),
        Err(error) => Err(io::Error::other(error.clone())),
    }
}
