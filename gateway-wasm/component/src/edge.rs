//! The portable door: the engine behind `wasi:http` 0.3, for Spin, `wasmtime serve` and every other such runtime.
//!
//! Here the runtime waits, so the engine's future is simply awaited. What these runtimes hide (the client's address, often the
//! `Host` field) is empty here. The plan comes from the environment, in the variable [`PLAN`].

mod memory;

mod exports {
    #![allow(unsafe_code, unreachable_pub, missing_docs, clippy::all)]
    use super::Component;
    wasip3::http::service::export!(Component);
}

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use gateway::{Gateway, Plan, Served};
use policy::{
    Body, Exchange, ForwardLimits, Headers, Host, Issuer, Level, Request, Response, SendError, StoreError,
    address::Address,
    host::{Authorization, BODY_BYTES_MAX},
    issuer::Held,
};
use std::{
    cell::{Cell, OnceCell, RefCell},
    future::Future,
    rc::Rc,
    task::{Context, Waker},
};
use wasip3::{
    http::{
        client,
        types::{self, ErrorCode, Method, RequestOptions, Scheme},
    },
    wit_bindgen::{
        self, FutureReader, StreamReader,
        rt::async_support::{StreamResult, StreamWriter},
    },
    wit_future, wit_stream,
};
use wire::{FailureKind, Fields, RequestHead, RequestHeadBuilder, Which};

/// The environment variable that holds the plan, in Base64.
const PLAN: &str = "PORTICO_PLAN";

/// The environment variable that holds the address to which events are posted, one at a time, as JSON.
const EVENTS: &str = "PORTICO_EVENTS";

/// How long a collector of events may take.
const EMIT_TIMEOUT_MS: u32 = 10_000;

/// The component.
struct Component;

thread_local! {
    static GATEWAY: OnceCell<Rc<Gateway>> = const { OnceCell::new() };
}

/// The gateway of this instance, made when the first request comes. Without a plan nothing is found, and the log says why.
fn gateway() -> Rc<Gateway> {
    let make = || {
        let environment = wasip3::cli::environment::get_environment();
        let plan = environment.iter().find(|(name, _)| name == PLAN).map(|(_, plan)| plan.as_str());
        let plan = plan.ok_or_else(|| format!("the environment variable {PLAN} is not set"));
        let plan = plan.and_then(|plan| BASE64_STANDARD.decode(plan).map_err(|error| format!("{PLAN}: {error}")));
        let plan = plan.and_then(|plan| Plan::read(&plan)).unwrap_or_else(|error| {
            eprintln!("portico: {error}");
            Plan::default()
        });
        Rc::new(Gateway::new(plan))
    };
    GATEWAY.with(|gateway| gateway.get_or_init(make).clone())
}

/// Where events go.
fn collector() -> Option<Address> {
    thread_local! {
        static COLLECTOR: OnceCell<Option<Address>> = const { OnceCell::new() };
    }
    let read = || {
        let environment = wasip3::cli::environment::get_environment();
        let (_, text) = environment.into_iter().find(|(name, _)| name == EVENTS)?;
        let address = Address::parse(&text);
        if address.is_none() {
            eprintln!("portico: {EVENTS}: `{text}` is not an absolute URL; events go nowhere");
        }
        address
    };
    COLLECTOR.with(|collector| collector.get_or_init(read).clone())
}

impl wasip3::exports::http::handler::Guest for Component {
    async fn handle(request: types::Request) -> Result<types::Response, ErrorCode> {
        let head = read_head(&request);
        let (_, sent) = wit_future::new(|| Ok(()));
        let (body, trailers) = types::Request::consume_body(request, sent);
        let request = RefCell::new(Some(Stream { body, trailers }));
        let door = Door { request, ..Door::default() };
        let head = RequestHead::read(head).map_err(|error| ErrorCode::InternalError(Some(error.to_string())))?;
        match gateway::serve(&gateway(), head, &door).await {
            Served::Respond(response) => door.respond(response),
            Served::HandOver(exchange, limits) => {
                let method = exchange.request.method.clone().unwrap_or_else(|| exchange.client.method().to_owned());
                let sent = match door.forwarded(&exchange.request, &method, limits.timeout_ms).await {
                    Ok(request) => client::send(request).await.map_err(failed),
                    Err(error) => Err(error),
                };
                match sent {
                    Ok(response) => Ok(response),
                    Err(error) => {
                        eprintln!("portico: the backend did not answer: {}", error.message);
                        door.respond(gateway::failed(&door))
                    }
                }
            }
        }
    }
}

/// The request's head in the layout that the gateway reads.
fn read_head(request: &types::Request) -> Bytes {
    let headers = request.get_headers();
    let own = headers.get("host").into_iter().next().and_then(|host| String::from_utf8(host).ok());
    let authority = request.get_authority().or(own).unwrap_or_default();
    let builder = RequestHeadBuilder {
        scheme: if matches!(request.get_scheme(), Some(Scheme::Https)) { wire::Scheme::Https } else { wire::Scheme::Http },
        method: &method_name(&request.get_method()),
        authority: &authority,
        client_address: "",
        peer_address: "",
        client_certificate: &[],
        target: &request.get_path_with_query().unwrap_or_else(|| "/".to_owned()),
    };
    let mut bytes = Vec::with_capacity(512);
    let mut fields = builder.write(&mut bytes);
    for (name, value) in headers.copy_all() {
        fields.push(&name.to_ascii_lowercase(), &value);
    }
    fields.finish();
    bytes.into()
}

/// A body as the runtime gives it.
struct Stream {
    body: StreamReader<u8>,
    trailers: FutureReader<Result<Option<types::Trailers>, ErrorCode>>,
}

impl Stream {
    /// A body of these bytes.
    fn of(bytes: Bytes) -> Self {
        let (mut writer, body) = wit_stream::new();
        let (_, trailers) = wit_future::new(|| Ok(None));
        wit_bindgen::spawn(async move {
            // Whoever stops reading does not want the rest.
            let _ = writer.write_all(bytes.to_vec()).await;
        });
        Self { body, trailers }
    }

    /// This body once it has begun; `None` if it ends before.
    async fn begun(mut self) -> Option<Self> {
        loop {
            let (result, chunk) = self.body.read(Vec::with_capacity(CHUNK_BYTES)).await;
            match (chunk.is_empty(), result) {
                (false, _) => return Some(self.resumed(chunk)),
                (true, StreamResult::Complete(_)) => {}
                (true, _) => return None,
            }
        }
    }

    /// This body with bytes in front that have been read already.
    fn resumed(self, read: Vec<u8>) -> Self {
        let (mut writer, body) = wit_stream::new();
        let mut rest = self.body;
        wit_bindgen::spawn(async move {
            if writer.write_all(read).await.is_empty() {
                pump(&mut rest, &mut writer).await;
            }
        });
        Self { body, trailers: self.trailers }
    }
}

async fn pump(from: &mut StreamReader<u8>, to: &mut StreamWriter<u8>) {
    loop {
        let (result, chunk) = from.read(Vec::with_capacity(CHUNK_BYTES)).await;
        if !to.write_all(chunk).await.is_empty() || !matches!(result, StreamResult::Complete(_)) {
            return;
        }
    }
}

/// How much of a body is read at once.
const CHUNK_BYTES: usize = 64 << 10;

/// The [`Host`] of one exchange.
#[derive(Default)]
struct Door {
    request: RefCell<Option<Stream>>,
    response: RefCell<Option<Stream>>,
    /// True once the client's body went to a backend: it cannot go to another.
    body_was_sent: Cell<bool>,
    places: Places,
}

/// The keys of the places that an exchange has taken. Its end gives them back.
#[derive(Default)]
struct Places(RefCell<Vec<String>>);

impl Drop for Places {
    fn drop(&mut self) {
        self.0.get_mut().iter().for_each(|key| memory::leave(key));
    }
}

impl Door {
    fn stream(&self, which: Which) -> &RefCell<Option<Stream>> {
        match which {
            Which::Request => &self.request,
            Which::Response => &self.response,
        }
    }

    /// The exchange's request, for the runtime to send.
    async fn forwarded(&self, request: &Request, method: &str, timeout_ms: u32) -> Result<types::Request, SendError> {
        if let Body::Whole(_) = request.body {
            return outgoing(request, method, timeout_ms);
        }
        if self.body_was_sent.get() {
            let message = "the client's body was sent before, and bodies that stream are not kept";
            return Err(SendError { kind: FailureKind::BodyGone, message: message.to_owned() });
        }
        // Methods that seldom have a body must not get an empty one. Where its length is not given, whether there is one is
        // only known once it begins, or ends.
        let length = request.headers.values("content-length").next();
        let is_uncertain =
            length.as_deref() == Some("0") || (length.is_none() && matches!(method, "GET" | "HEAD" | "DELETE" | "OPTIONS"));
        let stream = match self.request.take() {
            Some(stream) if is_uncertain => stream.begun().await,
            stream => stream,
        };
        self.body_was_sent.set(stream.is_some());
        with_body(request, method, timeout_ms, stream)
    }

    /// A response for the runtime to send.
    fn respond(&self, response: Response) -> Result<types::Response, ErrorCode> {
        let headers = outgoing_headers(&response.headers, matches!(response.body, Body::Whole(_)));
        let stream = match response.body {
            Body::Whole(bytes) => (!bytes.is_empty()).then(|| Stream::of(bytes)),
            Body::Streams(which) => self.stream(which).take(),
        };
        let (body, trailers) = match stream {
            Some(stream) => (Some(stream.body), stream.trailers),
            None => (None, wit_future::new(|| Ok(None)).1),
        };
        let (outgoing, _) = types::Response::new(headers, body, trailers);
        outgoing.set_status_code(response.status).map_err(|()| ErrorCode::InternalError(None))?;
        Ok(outgoing)
    }

    async fn sent(&self, request: types::Request) -> Result<(u16, Fields, Stream), SendError> {
        let response = client::send(request).await.map_err(failed)?;
        let status = response.get_status_code();
        let all = response.get_headers().copy_all();
        let fields = all.iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect::<Vec<_>>();
        let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        let (_, read) = wit_future::new(|| Ok(()));
        let (body, trailers) = types::Response::consume_body(response, read);
        Ok((status, fields, Stream { body, trailers }))
    }
}

impl Host for Door {
    fn now_micros(&self) -> i64 {
        let now = wasip3::clocks::system_clock::now();
        now.seconds.saturating_mul(1_000_000).saturating_add(i64::from(now.nanoseconds / 1000))
    }

    fn random(&self) -> u64 {
        wasip3::random::random::get_random_u64()
    }

    async fn forward(&self, exchange: &Exchange, limits: ForwardLimits) -> Result<Response, SendError> {
        let method = exchange.request.method.as_deref().unwrap_or(exchange.client.method());
        let request = self.forwarded(&exchange.request, method, limits.timeout_ms).await?;
        let (status, fields, stream) = self.sent(request).await?;
        self.response.replace(Some(stream));
        let body = Body::Streams(Which::Response);
        Ok(Response { status, reason: String::new(), headers: Headers::new(fields), body, forwarded: true })
    }

    async fn send(&self, request: &Request, timeout_ms: u32) -> Result<Response, SendError> {
        if request.backend.is_none() {
            return Err(SendError { kind: FailureKind::Invalid, message: "the request has no address".to_owned() });
        }
        let request = outgoing(request, request.method.as_deref().unwrap_or("GET"), timeout_ms)?;
        let (status, fields, stream) = self.sent(request).await?;
        let body = Body::Whole(whole(stream, BODY_BYTES_MAX).await.map_err(|_| too_large(BODY_BYTES_MAX))?);
        Ok(Response { status, reason: String::new(), headers: Headers::new(fields), body, forwarded: false })
    }

    fn send_one_way(&self, request: &Request, timeout_ms: u32) {
        let request = match outgoing(request, request.method.as_deref().unwrap_or("GET"), timeout_ms) {
            Ok(request) => request,
            Err(error) => return eprintln!("portico: a one-way request failed: {}", error.message),
        };
        let mut sending = Box::pin(client::send(request));
        // Polled once it is on its way, before whatever the exchange sends next. What is left is a task of its own, for which
        // the runtime keeps the instance when the response has gone.
        if sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            wit_bindgen::spawn(async move {
                if let Err(error) = sending.await {
                    eprintln!("portico: a one-way request failed: {error:?}");
                }
            });
        }
    }

    async fn load(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        Ok(memory::load(key, self.now_micros()))
    }

    async fn keep(&self, key: &str, value: Bytes, lifetime_ms: u64) -> Result<(), StoreError> {
        let lifetime_micros = i64::try_from(lifetime_ms).unwrap_or(i64::MAX).saturating_mul(1000);
        let now_micros = self.now_micros();
        memory::keep(key, value, now_micros, now_micros.saturating_add(lifetime_micros));
        Ok(())
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        memory::remove(key);
        Ok(())
    }

    async fn enter(&self, key: &str, places: u32) -> bool {
        let is_free = memory::enter(key, places);
        if is_free {
            self.places.0.borrow_mut().push(key.to_owned());
        }
        is_free
    }

    async fn leave(&self, key: &str) {
        let mut places = self.places.0.borrow_mut();
        if let Some(at) = places.iter().position(|own| own == key) {
            memory::leave(&places.swap_remove(at));
        }
    }

    fn emit(&self, event: &str) {
        // Where nobody collects them, there is nobody to tell.
        let Some(address) = collector() else { return };
        let mut headers = Headers::default();
        headers.set("content-type", vec![b"application/json".to_vec()]);
        let request = Request {
            method: Some("POST".to_owned()),
            backend: Some(address),
            headers,
            body: Body::Whole(Bytes::copy_from_slice(event.as_bytes())),
            ..Request::default()
        };
        self.send_one_way(&request, EMIT_TIMEOUT_MS);
    }

    async fn token(&self, _resource: &str, _client_id: Option<&str>) -> Result<String, SendError> {
        Err(no_identity())
    }

    async fn authorization(&self, _provider: &str, _authorization: &str) -> Result<Authorization, SendError> {
        Err(no_identity())
    }

    async fn issuer(&self, url: &str, held: Held) -> Result<Option<Issuer>, SendError> {
        memory::issuers().issuer(self, url, held).await
    }

    fn log(&self, _level: Level, message: &str) {
        eprintln!("portico: {message}");
    }

    async fn sleep(&self, duration_ms: u32) {
        wasip3::clocks::monotonic_clock::wait_for(u64::from(duration_ms) * 1_000_000).await;
    }

    async fn body(&self, which: Which, bytes_max: u64) -> Result<Bytes, SendError> {
        let Some(stream) = self.stream(which).take() else { return Ok(Bytes::new()) };
        match whole(stream, bytes_max).await {
            Ok(bytes) => {
                self.stream(which).replace(Some(Stream::of(bytes.clone())));
                Ok(bytes)
            }
            Err(rest) => {
                self.stream(which).replace(Some(rest));
                Err(too_large(bytes_max))
            }
        }
    }
}

/// Reads a body, if it is no longer than `bytes_max`; else gives it back.
async fn whole(mut stream: Stream, bytes_max: u64) -> Result<Bytes, Stream> {
    let mut all = Vec::new();
    loop {
        let (result, chunk) = stream.body.read(Vec::with_capacity(CHUNK_BYTES)).await;
        all.extend_from_slice(&chunk);
        if all.len() as u64 > bytes_max {
            return Err(stream.resumed(all));
        }
        if !matches!(result, StreamResult::Complete(_)) {
            return Ok(all.into());
        }
    }
}

/// A request whose body is whole, for the runtime to send.
fn outgoing(request: &Request, method: &str, timeout_ms: u32) -> Result<types::Request, SendError> {
    let stream = match &request.body {
        Body::Whole(bytes) if !bytes.is_empty() => Some(Stream::of(bytes.clone())),
        Body::Whole(_) | Body::Streams(_) => None,
    };
    with_body(request, method, timeout_ms, stream)
}

fn with_body(request: &Request, method: &str, timeout_ms: u32, stream: Option<Stream>) -> Result<types::Request, SendError> {
    if request.proxy.is_some() {
        let message = "a runtime of `wasi:http` does not send requests through a proxy that a policy names";
        return Err(SendError { kind: FailureKind::Invalid, message: message.to_owned() });
    }
    if request.tls().is_some() {
        let message =
            "a runtime of `wasi:http` has its own TLS: it shows no client certificate, and knows no settings of a backend";
        return Err(SendError { kind: FailureKind::Invalid, message: message.to_owned() });
    }
    let request = request.as_sent();
    let headers = outgoing_headers(&request.headers, matches!(request.body, Body::Whole(_)));
    let (body, trailers) = match stream {
        Some(stream) => (Some(stream.body), stream.trailers),
        None => (None, wit_future::new(|| Ok(None)).1),
    };
    let options = RequestOptions::new();
    // A runtime that cannot keep the time says so here; it then has a time-out of its own.
    let _ = options.set_first_byte_timeout(Some(u64::from(timeout_ms) * 1_000_000));
    let (outgoing, _) = types::Request::new(headers, body, trailers, Some(options));
    let _ = outgoing.set_method(&method_from(method));
    if let Some(backend) = &request.backend {
        let scheme = if backend.scheme == wire::Scheme::Https { Scheme::Https } else { Scheme::Http };
        let _ = outgoing.set_scheme(Some(&scheme));
        let _ = outgoing.set_authority(Some(&backend.authority));
    }
    let _ = outgoing.set_path_with_query(Some(&request.target()));
    Ok(outgoing)
}

fn failed(error: ErrorCode) -> SendError {
    let kind = match error {
        ErrorCode::ConnectionTimeout | ErrorCode::HttpResponseTimeout | ErrorCode::DnsTimeout => FailureKind::Timeout,
        _ => FailureKind::Connection,
    };
    SendError { kind, message: format!("{error:?}") }
}

fn no_identity() -> SendError {
    let message = "a runtime of `wasi:http` gives the gateway no identity and no authorizations of its own";
    SendError { kind: FailureKind::Invalid, message: message.to_owned() }
}

fn too_large(bytes_max: u64) -> SendError {
    let message = format!("the body is longer than {bytes_max} bytes, the most that a policy can read");
    SendError { kind: FailureKind::TooLarge, message }
}

/// Header fields for the runtime. It refuses those that belong to a connection, which is right.
fn outgoing_headers(headers: &Headers, is_replaced: bool) -> types::Fields {
    let fields = types::Fields::new();
    for (name, value) in headers.leaving().filter(|(name, _)| !(is_replaced && *name == "content-length")) {
        let _ = fields.append(name, value.as_bytes());
    }
    fields
}

fn method_name(method: &Method) -> String {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        Method::Connect => "CONNECT",
        Method::Options => "OPTIONS",
        Method::Trace => "TRACE",
        Method::Patch => "PATCH",
        Method::Other(name) => name,
    }
    .to_owned()
}

fn method_from(name: &str) -> Method {
    match name {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        "CONNECT" => Method::Connect,
        "OPTIONS" => Method::Options,
        "TRACE" => Method::Trace,
        "PATCH" => Method::Patch,
        other => Method::Other(other.to_owned()),
    }
}
