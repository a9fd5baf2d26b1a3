//! Connections to backends: kept alive, one pool per thread.

use crate::{body::Payload, expect::Gate, proxy, tls};
use http::{HeaderValue, Request, Response, Uri, header, uri::PathAndQuery};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    future::Future,
    io,
    rc::{Rc, Weak},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use wire::{FailureKind, HttpVersion, Proxy, Scheme};

/// How long a connection may wait for its next request.
const IDLE_MAX: Duration = Duration::from_secs(55);
/// How many connections to one backend may wait.
const IDLE_CONNECTIONS_MAX: usize = 256;
/// How often the other end of an HTTP/2 connection is asked whether it is still there.
const PING_INTERVAL: Duration = Duration::from_secs(20);
/// How long connecting may take, a proxy and TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How many ways of TLS have connections that wait.
const WAYS_MAX: usize = 512;

/// Where a server is, and the way to it.
#[derive(Clone, Copy)]
pub(crate) struct Route<'a> {
    /// The way to meet it by TLS, where it is spoken to so.
    pub(crate) tls: Option<&'a tls::Server>,
    pub(crate) authority: &'a str,
    pub(crate) version: HttpVersion,
    pub(crate) proxy: Option<Proxy<'a>>,
}

/// The pool of one thread. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Pool {
    idle: Rc<RefCell<Idle>>,
}

/// Connections by the number of their TLS, if they have any, and by [`Route::key`].
#[derive(Default)]
struct Idle {
    http: Connections,
    https: BTreeMap<u64, Connections>,
    /// Connections that carry any number of requests at once. Without TLS the number is 0.
    http2: HashMap<(u64, String), http2::SendRequest<Payload>>,
    /// Connections whose TLS has a lower number are not kept: it has been replaced.
    tls_from: u64,
}

type Connections = HashMap<String, Vec<Connection>>;

struct Connection {
    sender: http1::SendRequest<Payload>,
    since: Instant,
}

/// What sends requests on one connection.
enum Sender {
    One(http1::SendRequest<Payload>),
    Two(http2::SendRequest<Payload>),
}

/// The connection of a response whose body is still on its way.
pub(crate) struct Lease {
    sender: http1::SendRequest<Payload>,
    idle: Weak<RefCell<Idle>>,
    tls: u64,
    key: Box<str>,
    /// What holds the request's body back.
    gate: Option<Gate>,
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

    /// The gateway lacks something for a request, such as a certificate's key.
    pub(crate) fn missing(authority: &str, what: impl std::fmt::Display) -> Self {
        Self { kind: FailureKind::Invalid, message: format!("{authority}: {what}") }
    }
}

impl Route<'_> {
    fn scheme(&self) -> Scheme {
        if self.tls.is_some() { Scheme::Https } else { Scheme::Http }
    }

    /// The number of its TLS; 0 for none.
    fn tls_number(&self) -> u64 {
        self.tls.map_or(0, |tls| tls.number)
    }

    /// Why there is no response, with what TLS has to say of it.
    fn failure(&self, error: &(dyn std::error::Error + 'static)) -> Failure {
        match self.tls.and_then(|tls| tls.explain(error)) {
            Some(what) => Failure::connection(self.authority, what),
            None => Failure::connection(self.authority, describe(error)),
        }
    }

    /// What connections of this kind are found by.
    fn key(&self) -> Cow<'_, str> {
        match &self.proxy {
            None => Cow::Borrowed(self.authority),
            Some(proxy) if self.tunnels() => {
                Cow::Owned(format!("{} through {} as {}", self.authority, proxy.authority, proxy.authorization))
            }
            // Requests to any server go through the same connection.
            Some(proxy) => Cow::Owned(format!("proxy {}", proxy.authority)),
        }
    }

    /// True if a proxy only passes bytes on: it cannot read what is encrypted, and would not understand HTTP/2.
    fn tunnels(&self) -> bool {
        self.tls.is_some() || self.version == HttpVersion::Two
    }

    /// The proxy that is sent the request itself.
    fn asked_proxy(&self) -> Option<Proxy<'_>> {
        self.proxy.filter(|_| !self.tunnels())
    }

    /// True if HTTP/2 may be spoken. Without TLS nobody can be asked about it, so it must be wanted for sure.
    fn may_be_two(&self) -> bool {
        match self.version {
            HttpVersion::One => false,
            HttpVersion::Two => true,
            HttpVersion::TwoOrOne => self.tls.is_some(),
        }
    }
}

impl Pool {
    /// Closes the connections that wait, and whose TLS has a number below this: it has been replaced.
    pub(crate) fn replace_tls(&self, from: u64) {
        let mut idle = self.idle.borrow_mut();
        idle.tls_from = from;
        idle.https = idle.https.split_off(&from);
        idle.http2.retain(|(number, _), _| *number == 0 || *number >= from);
    }

    /// Sends a request, whose URI is its path and query, and returns the response with its body still on its way.
    pub(crate) async fn send(&self, route: Route<'_>, mut request: Request<Payload>) -> Result<Response<Payload>, Failure> {
        let authority = route.authority;
        if let Some(proxy) = route.asked_proxy() {
            set_absolute(&mut request, route.scheme(), authority)?;
            if let Ok(value) = HeaderValue::from_str(proxy.authorization)
                && !value.is_empty()
            {
                request.headers_mut().insert(header::PROXY_AUTHORIZATION, value);
            }
        }
        loop {
            let (sender, is_new) = match self.take(route) {
                Some(sender) => (sender, false),
                // Boxed, as the way of most requests is short and their futures are moved about.
                None => (Box::pin(self.connect(route)).await?, true),
            };
            let sent = match sender {
                Sender::One(mut sender) => {
                    if sender.ready().await.is_err() {
                        if is_new {
                            return Err(Failure::connection(authority, "the server closed the connection at once"));
                        }
                        continue;
                    }
                    match sender.try_send_request(request).await {
                        Ok(response) => {
                            let (idle, key) = (Rc::downgrade(&self.idle), route.key().into());
                            let lease = Lease { sender, idle, tls: route.tls_number(), key, gate: None };
                            Ok(response.map(|body| Payload::Upstream(body, Some(lease))))
                        }
                        Err(mut error) => Err((error.take_message(), error.into_error())),
                    }
                }
                Sender::Two(sender) => Box::pin(send_two(sender, route, request)).await?,
            };
            match sent {
                Ok(response) => return Ok(response),
                // A kept connection that the server closed just now: nothing was sent, so another one can carry it.
                Err((Some(unsent), _)) if !is_new => request = unsent,
                Err((_, error)) => return Err(route.failure(&error)),
            }
        }
    }

    fn take(&self, route: Route<'_>) -> Option<Sender> {
        let mut idle = self.idle.borrow_mut();
        let key = route.key();
        if route.may_be_two() {
            let of_route = (route.tls_number(), key.clone().into_owned());
            match idle.http2.get(&of_route) {
                Some(sender) if sender.is_closed() => drop(idle.http2.remove(&of_route)),
                Some(sender) => return Some(Sender::Two(sender.clone())),
                None => {}
            }
        }
        if route.version == HttpVersion::Two {
            return None;
        }
        let connections = idle.waiting(route.tls_number())?.get_mut(&*key)?;
        while let Some(connection) = connections.pop() {
            if !connection.sender.is_closed() && connection.since.elapsed() < IDLE_MAX {
                return Some(Sender::One(connection.sender));
            }
        }
        None
    }

    async fn connect(&self, route: Route<'_>) -> Result<Sender, Failure> {
        let authority = route.authority;
        match tokio::time::timeout(CONNECT_TIMEOUT, connect(route)).await {
            Ok(Ok(sender)) => {
                if let Sender::Two(sender) = &sender {
                    // Who connected at the same time keeps the connection until its request is done.
                    self.idle.borrow_mut().keep_two((route.tls_number(), route.key().into_owned()), sender.clone());
                }
                Ok(sender)
            }
            Ok(Err(error)) => Err(route.failure(&error)),
            Err(_) => Err(Failure {
                kind: FailureKind::Timeout,
                message: format!("{authority}: no connection within {} s", CONNECT_TIMEOUT.as_secs()),
            }),
        }
    }
}

impl Idle {
    fn waiting(&mut self, tls: u64) -> Option<&mut Connections> {
        match tls {
            0 => Some(&mut self.http),
            number => self.https.get_mut(&number),
        }
    }

    /// The connections of a way of TLS, of which a policy can make as many as it likes: the oldest gives way to a new one, except for
    /// the usual one. `None` for a way that has been replaced.
    fn room_for(&mut self, tls: u64) -> Option<&mut Connections> {
        if tls == 0 {
            return Some(&mut self.http);
        }
        if tls < self.tls_from {
            return None;
        }
        if !self.https.contains_key(&tls)
            && self.https.len() >= WAYS_MAX
            && let Some(oldest) = self.https.keys().copied().find(|number| *number != self.tls_from)
        {
            self.https.remove(&oldest);
        }
        Some(self.https.entry(tls).or_default())
    }

    fn keep_two(&mut self, key: (u64, String), sender: http2::SendRequest<Payload>) {
        if key.0 != 0 && key.0 < self.tls_from {
            return;
        }
        if self.http2.len() >= WAYS_MAX {
            self.http2.retain(|_, sender| !sender.is_closed());
        }
        self.http2.insert(key, sender);
    }
}

impl Lease {
    /// The connection is free for another request once the gate has opened.
    pub(crate) fn wait_for(&mut self, gate: Gate) {
        self.gate = Some(gate);
    }

    pub(crate) fn give_back(self) {
        // A body that the server never asked for ends with the connection.
        if self.gate.is_some_and(|gate| !gate.is_open()) {
            return;
        }
        let Some(idle) = self.idle.upgrade().filter(|_| !self.sender.is_closed()) else { return };
        let mut idle = idle.borrow_mut();
        let Some(pool) = idle.room_for(self.tls) else { return };
        let connection = Connection { sender: self.sender, since: Instant::now() };
        match pool.get_mut(&*self.key) {
            Some(connections) if connections.len() >= IDLE_CONNECTIONS_MAX => {}
            Some(connections) => connections.push(connection),
            None => drop(pool.insert(self.key.into(), vec![connection])),
        }
    }
}

/// How sending ends: with a response; or with an error, and the request if nothing of it was sent.
type Sent = Result<Response<Payload>, (Option<Request<Payload>>, hyper::Error)>;

async fn send_two(
    mut sender: http2::SendRequest<Payload>,
    route: Route<'_>,
    mut request: Request<Payload>,
) -> Result<Sent, Failure> {
    // HTTP/2 has the host in the address, and no field for it.
    let (target, field) = (request.uri().clone(), request.headers_mut().remove(header::HOST));
    let host = field.as_ref().and_then(|host| host.to_str().ok()).unwrap_or(route.authority);
    set_absolute(&mut request, route.scheme(), host)?;
    Ok(match sender.try_send_request(request).await {
        Ok(response) => Ok(response.map(Payload::Stream)),
        Err(mut error) => {
            let mut unsent = error.take_message();
            // It may go by HTTP/1.1 next.
            if let Some(request) = &mut unsent {
                *request.uri_mut() = target;
                field.into_iter().for_each(|field| drop(request.headers_mut().insert(header::HOST, field)));
            }
            Err((unsent, error.into_error()))
        }
    })
}

/// Writes the whole URL into a request that has path and query.
fn set_absolute(request: &mut Request<Payload>, scheme: Scheme, authority: &str) -> Result<(), Failure> {
    let target = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    let url = Uri::builder().scheme(scheme.name()).authority(authority).path_and_query(target).build();
    // The message does not repeat the target: keys stand in queries, and messages in logs.
    *request.uri_mut() = url.map_err(|error| Failure { kind: FailureKind::Invalid, message: format!("{authority}: {error}") })?;
    Ok(())
}

/// The causes of an error after the error itself: hyper says "error trying to connect" and keeps the reason inside.
fn describe(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

async fn connect(route: Route<'_>) -> io::Result<Sender> {
    let (host, port) = host_and_port(route.authority, route.scheme());
    let stream = match &route.proxy {
        None => TcpStream::connect((host, port)).await?,
        Some(proxy) => {
            let mut stream = TcpStream::connect(host_and_port(proxy.authority, Scheme::Http)).await?;
            if route.tunnels() {
                proxy::tunnel(&mut stream, *proxy, &format!("{}:{port}", bracketed(host))).await?;
            }
            stream
        }
    };
    stream.set_nodelay(true)?;
    let Some(tls) = route.tls else {
        return match route.version {
            HttpVersion::Two => two(stream).await,
            HttpVersion::One | HttpVersion::TwoOrOne => one(stream).await,
        };
    };
    let stream = TlsConnector::from(tls.config(route.version)).connect(tls.name(host)?, stream).await?;
    match (stream.get_ref().1.alpn_protocol(), route.version) {
        (Some(b"h2"), _) => two(stream).await,
        (_, HttpVersion::Two) => Err(io::Error::other("the server does not speak HTTP/2")),
        _ => one(stream).await,
    }
}

/// The host, without the brackets of an IPv6 address, and the port.
fn host_and_port(authority: &str, scheme: Scheme) -> (&str, u16) {
    let (host, port) = match authority.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?))) {
        Some((host, port)) => (host, port),
        None => (authority, scheme.default_port()),
    };
    (host.trim_start_matches('[').trim_end_matches(']'), port)
}

/// The host as it stands in a URL.
fn bracketed(host: &str) -> Cow<'_, str> {
    if host.contains(':') { Cow::Owned(format!("[{host}]")) } else { Cow::Borrowed(host) }
}

async fn one<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S) -> io::Result<Sender> {
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    tokio::task::spawn_local(async move {
        // How a connection ends concerns the request on it, which is told by hyper.
        let _ = connection.await;
    });
    Ok(Sender::One(sender))
}

async fn two<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S) -> io::Result<Sender> {
    let mut builder = http2::Builder::new(Local);
    // Such a connection is kept for as long as it lives, so somebody has to find out that it does not.
    builder.timer(TokioTimer::new()).keep_alive_interval(PING_INTERVAL).keep_alive_while_idle(true);
    let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    tokio::task::spawn_local(async move {
        let _ = connection.await;
    });
    Ok(Sender::Two(sender))
}

/// Runs what belongs to a connection on the connection's own thread.
#[derive(Clone)]
struct Local;

impl<F: Future<Output = ()> + 'static> hyper::rt::Executor<F> for Local {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}
