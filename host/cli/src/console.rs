//! What the host does for the portal's console: sends requests to its own gateway, and on a developer's machine shows traces.
//!
//! A page that may not call the gateway itself (CORS) asks the host it came from. That is a door through which requests leave the
//! host, so it is narrow: it is shut unless the portal's settings and the operator both open it; it connects to the listener of this
//! process and nowhere else, whatever address is asked for; it answers only pages of its own origin; and it forwards neither cookies
//! nor anything that says how a message travels or who sent it. Redirects are answers, and are not followed.
//!
//! Request and answer are a line of JSON, then the body: `{"method", "url", "headers"}` and `{"status", "reason", "headers"}`.

use bytes::Bytes;
use gateway::{DebugKey, debug};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode, Uri, Version,
    body::{Body, Incoming},
    header::{self, HeaderName, HeaderValue},
};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use serde_json::json;
use server::ForwardingHeader;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, RwLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{net::TcpStream, sync::Semaphore, time::timeout};

/// The types of what goes in and out. No form of another site can send the first without being asked about.
const ASKED: &str = "application/vnd.portico.request";
const ANSWERED: &str = "application/vnd.portico.response";

/// Bounds: bytes of the line, of a request's and an answer's body, header fields, requests at once, and time.
const LINE_BYTES_MAX: usize = 64 << 10;
const REQUEST_BYTES_MAX: usize = 10 << 20;
const RESPONSE_BYTES_MAX: usize = 20 << 20;
const HEADERS_MAX: usize = 100;
const REQUESTS_MAX: usize = 32;
const READ_TIMEOUT: Duration = Duration::from_secs(30);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a token for traces is good.
const TOKEN_SECONDS: i64 = 3600;

/// Header fields that are not forwarded, besides those that begin with one of [`DROPPED_PREFIXES`]: how the message travels, who sent
/// it, and cookies.
const DROPPED: [&str; 16] = [
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "origin",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];
const DROPPED_PREFIXES: [&str; 5] = ["proxy-", "sec-", "x-forwarded-", "x-real-ip", "x-original-"];

/// What the portal's pages may ask of the host.
pub(crate) struct Console {
    /// The gateway of this process.
    pub(crate) gateway: SocketAddr,
    /// The operator allows sending.
    pub(crate) may_send: bool,
    /// How the gateway is told who calls.
    pub(crate) forwarding_header: ForwardingHeader,
    /// Gives out tokens and finds traces; only on a developer's machine.
    pub(crate) debug: Option<Debug>,
    /// What the portal's settings say now.
    pub(crate) settings: Arc<RwLock<Settings>>,
    pub(crate) at_once: Semaphore,
}

/// What the portal's settings say of the console.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Pages send through the host.
    pub(crate) is_chosen: bool,
    /// Origins that the gateway has for readers: `https://api.example.com`.
    pub(crate) origins: Vec<String>,
}

impl Settings {
    /// Of a service.
    pub(crate) fn of(portal: &catalog::model::Portal) -> Self {
        let urls = portal.gateway_url.iter().chain(portal.console.servers.iter().map(|server| &server.url));
        let origins = urls.filter_map(|url| origin(&url.parse().ok()?)).collect();
        Self { is_chosen: portal.console.proxy, origins }
    }
}

type Answer = Response<Full<Bytes>>;

/// What gives out tokens, and where traces are found.
type Debug = (DebugKey, server::Stored);

/// Why a page gets no answer of the gateway.
struct Refusal(StatusCode, String);

fn refusal(status: StatusCode, why: impl Into<String>) -> Refusal {
    Refusal(status, why.into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Told<'a> {
    status: u16,
    reason: &'a str,
    headers: Vec<(&'a str, String)>,
}

impl Console {
    pub(crate) fn new(gateway: SocketAddr, may_send: bool, settings: Arc<RwLock<Settings>>) -> Self {
        let at_once = Semaphore::new(REQUESTS_MAX);
        Self { gateway, may_send, forwarding_header: ForwardingHeader::default(), debug: None, settings, at_once }
    }

    /// Answers a page. `client` is who asks.
    pub(crate) async fn answer(&self, request: Request<Incoming>, client: IpAddr) -> Answer {
        let answer = match request.uri().path() {
            "/console/send" => self.send(request, client).await,
            path => match &self.debug {
                Some(debug) if path == "/console/debug" => self.debug(request, debug, credentials).await,
                Some(debug) if path == "/console/trace" => self.debug(request, debug, trace).await,
                _ => Err(refusal(StatusCode::NOT_FOUND, "this host shows no traces to pages")),
            },
        };
        answer.unwrap_or_else(|Refusal(status, why)| response(status, "text/plain; charset=utf-8", why))
    }

    async fn send(&self, request: Request<Incoming>, client: IpAddr) -> Result<Answer, Refusal> {
        let settings = self.settings.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if !self.may_send {
            let why = "this host does not send requests for pages; its operator allows it with `portal: { console: { proxy: true } }` in portico.yaml";
            return Err(refusal(StatusCode::NOT_FOUND, why));
        }
        if !settings.is_chosen {
            return Err(refusal(
                StatusCode::NOT_FOUND,
                "the portal does not send through its host; `console: { proxy: true }` in portal/portal.yaml chooses it",
            ));
        }
        is_own_page(request.headers(), ASKED)?;
        self.is_near(request.headers())?;
        let _place = self.at_once.try_acquire().map_err(|_| {
            refusal(StatusCode::SERVICE_UNAVAILABLE, format!("{REQUESTS_MAX} requests of the console are under way; try again"))
        })?;
        let all = read(request, LINE_BYTES_MAX + REQUEST_BYTES_MAX).await?;
        let line_end = all.iter().take(LINE_BYTES_MAX).position(|byte| *byte == b'\n');
        let line_end = line_end.ok_or_else(|| refusal(StatusCode::BAD_REQUEST, "the line that says what to send has no end"))?;
        let asked: Asked = serde_json::from_slice(&all[..line_end])
            .map_err(|error| refusal(StatusCode::BAD_REQUEST, format!("what to send cannot be read: {error}")))?;
        let body = all.slice(line_end + 1..);
        if body.len() > REQUEST_BYTES_MAX {
            return Err(too_large());
        }
        let mut request = self.request(&asked, &settings, client)?;
        *request.body_mut() = Full::new(body);
        self.forward(request).await
    }

    /// The request as it goes to the gateway.
    fn request(&self, asked: &Asked, settings: &Settings, client: IpAddr) -> Result<Request<Full<Bytes>>, Refusal> {
        let bad = |why: String| refusal(StatusCode::BAD_REQUEST, why);
        let method: Method = asked.method.parse().map_err(|_| bad(format!("`{}` is no method", asked.method)))?;
        if [Method::CONNECT, Method::TRACE].contains(&method) || asked.method.eq_ignore_ascii_case("track") {
            return Err(bad(format!("{method} is not forwarded")));
        }
        let uri: Uri = asked.url.parse().map_err(|_| bad(format!("`{}` is no address", asked.url)))?;
        let own = [format!("http://{}", self.gateway), format!("http://localhost:{}", self.gateway.port())];
        let known = origin(&uri).filter(|origin| settings.origins.contains(origin) || own.contains(origin));
        let Some(host) = known.as_deref().and_then(|origin| origin.split_once("://")).map(|(_, host)| host) else {
            let why = format!("`{}` is not an address of this gateway; the portal's host sends nowhere else", asked.url);
            return Err(refusal(StatusCode::FORBIDDEN, why));
        };
        let mut headers = HeaderMap::new();
        if asked.headers.len() > HEADERS_MAX {
            return Err(bad(format!("more than {HEADERS_MAX} header fields")));
        }
        for (name, value) in &asked.headers {
            let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad(format!("`{name}` is no name of a header")))?;
            let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| bad(format!("the value of `{name}` is none")))?;
            let name = parsed.as_str();
            if !DROPPED.contains(&name) && !DROPPED_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
                headers.append(parsed, value);
            }
        }
        headers.insert(header::HOST, HeaderValue::from_str(host).map_err(|_| bad("the host is none".to_owned()))?);
        // The gateway is to see who calls, not that the host does: policies may go by the address.
        let (name, value) = match self.forwarding_header {
            ForwardingHeader::XForwardedFor => ("x-forwarded-for", client.to_string()),
            ForwardingHeader::Forwarded if client.is_ipv6() => ("forwarded", format!("for=\"[{client}]\"")),
            ForwardingHeader::Forwarded => ("forwarded", format!("for={client}")),
        };
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let mut request = Request::new(Full::default());
        *request.method_mut() = method;
        *request.uri_mut() = target.parse().map_err(|_| bad(format!("`{target}` is no path")))?;
        *request.version_mut() = Version::HTTP_11;
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// To the gateway of this process, and nowhere else.
    async fn forward(&self, request: Request<Full<Bytes>>) -> Result<Answer, Refusal> {
        let failed = |why: &dyn std::fmt::Display| refusal(StatusCode::BAD_GATEWAY, format!("the gateway gave no answer: {why}"));
        let exchange = async {
            let stream = TcpStream::connect(self.listener()).await.map_err(|error| failed(&error))?;
            let (mut sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| failed(&error))?;
            let running = tokio::spawn(connection);
            let answer = async {
                let (head, body) = sender.send_request(request).await.map_err(|error| failed(&error))?.into_parts();
                let body = Limited::new(body, RESPONSE_BYTES_MAX).collect().await.map_err(|error| failed(&error))?.to_bytes();
                Ok::<_, Refusal>((head, body))
            }
            .await;
            running.abort();
            answer
        };
        let (head, body) = timeout(ANSWER_TIMEOUT, exchange).await.map_err(|_| {
            refusal(
                StatusCode::GATEWAY_TIMEOUT,
                format!("the gateway gave no answer within {} seconds", ANSWER_TIMEOUT.as_secs()),
            )
        })??;
        let fields = head.headers.iter().filter(|(name, _)| **name != header::SET_COOKIE);
        let headers =
            fields.map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect();
        let reason = head.extensions.get::<hyper::ext::ReasonPhrase>();
        let reason = reason.and_then(|reason| std::str::from_utf8(reason.as_bytes()).ok());
        let reason = reason.or_else(|| head.status.canonical_reason()).unwrap_or_default();
        let told = Told { status: head.status.as_u16(), reason, headers };
        let mut all = serde_json::to_vec(&told).unwrap_or_default();
        all.push(b'\n');
        all.extend_from_slice(&body);
        Ok(response(StatusCode::OK, ANSWERED, all))
    }

    /// The listener as this machine reaches it.
    fn listener(&self) -> SocketAddr {
        let ip = match self.gateway.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, self.gateway.port())
    }

    async fn debug(
        &self,
        request: Request<Incoming>,
        debug: &Debug,
        answer: fn(&Debug, &[u8]) -> Result<Bytes, Refusal>,
    ) -> Result<Answer, Refusal> {
        is_own_page(request.headers(), "application/json")?;
        self.is_near(request.headers())?;
        let body = read(request, LINE_BYTES_MAX).await?;
        Ok(response(StatusCode::OK, "application/json", answer(debug, &body)?))
    }

    /// On a developer's machine, a name that leads here by a trick (DNS rebinding) is not this portal's.
    fn is_near(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let host = text(headers, header::HOST);
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        if self.debug.is_some() && !["127.0.0.1", "localhost", "[::1]"].contains(&name) {
            return Err(refusal(StatusCode::FORBIDDEN, format!("`{host}` is not the name of this portal")));
        }
        Ok(())
    }
}

fn credentials((key, _): &Debug, body: &[u8]) -> Result<Bytes, Refusal> {
    #[derive(Deserialize)]
    struct Wish {
        api: String,
    }
    let wish: Wish = serde_json::from_slice(body).map_err(|error| refusal(StatusCode::BAD_REQUEST, error.to_string()))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() as i64);
    Ok(json!({ "token": key.token(&wish.api, now + TOKEN_SECONDS) }).to_string().into())
}

fn trace((_, stored): &Debug, body: &[u8]) -> Result<Bytes, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wish {
        trace_id: String,
    }
    let wish: Wish = serde_json::from_slice(body).map_err(|error| refusal(StatusCode::BAD_REQUEST, error.to_string()))?;
    let found = stored.load(&format!("{}{}", debug::STORED, wish.trace_id));
    found.ok_or_else(|| refusal(StatusCode::NOT_FOUND, format!("there is no trace `{}`", wish.trace_id)))
}

/// Only pages of the portal itself may ask: browsers say where a request comes from, and ask first for such a content type.
fn is_own_page(headers: &HeaderMap, content_type: &str) -> Result<(), Refusal> {
    let host = text(headers, header::HOST);
    let origin = text(headers, header::ORIGIN);
    let is_own = origin.split_once("://").is_some_and(|(_, own)| !own.is_empty() && own.eq_ignore_ascii_case(host));
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if !is_own || site.is_some_and(|site| site != b"same-origin") {
        return Err(refusal(StatusCode::FORBIDDEN, "only pages of this portal may ask this of its host"));
    }
    if text(headers, header::CONTENT_TYPE) != content_type {
        return Err(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("the content type must be `{content_type}`")));
    }
    Ok(())
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn too_large() -> Refusal {
    refusal(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the console sends at most {} MiB through the portal's host", REQUEST_BYTES_MAX >> 20),
    )
}

async fn read(request: Request<Incoming>, bytes_max: usize) -> Result<Bytes, Refusal> {
    if request.body().size_hint().lower() > bytes_max as u64 {
        return Err(too_large());
    }
    let body = timeout(READ_TIMEOUT, Limited::new(request.into_body(), bytes_max).collect()).await;
    let body = body.map_err(|_| refusal(StatusCode::REQUEST_TIMEOUT, "the request took too long to arrive"))?;
    Ok(body.map_err(|_| too_large())?.to_bytes())
}

/// Scheme, host and port of an address as browsers write them; `None` with a user in it, or another scheme.
fn origin(uri: &Uri) -> Option<String> {
    let scheme = uri.scheme_str().map(str::to_ascii_lowercase).filter(|scheme| ["http", "https"].contains(&&**scheme))?;
    let authority = uri.authority()?.as_str().to_ascii_lowercase();
    if authority.contains('@') {
        return None;
    }
    let usual = if scheme == "https" { ":443" } else { ":80" };
    Some(format!("{scheme}://{}", authority.strip_suffix(usual).unwrap_or(&authority)))
}

fn response(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
