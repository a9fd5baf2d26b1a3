//! One exchange, from the client's request to the response.
//!
//! The request's head goes into the sandbox, and an answer comes out: forward it, respond, or do something and come back.
//! This loop does what the answers say. Bodies stay here and stream by.

use crate::{
    body::Payload,
    expect::Gate,
    headers,
    instances::{Instances, Slot},
    operations::{self, Done, Operations},
    tls::{Peer, Tls},
    upstream::{Failure, Pool, Route},
    worker::Worker,
};
use anyhow::Result;
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header, request, response, uri::PathAndQuery};
use hyper::body::{Body, Incoming};
use std::{net::IpAddr, pin::pin, rc::Rc, time::Duration};
use store::Place;
use wire::{
    Answer, BodyEdit, Completion, Edits, Event, FailureKind, Forward, HttpVersion, Operation, RequestHeadBuilder,
    ResponseHeadBuilder, Which,
};

/// Answers one request.
pub(crate) async fn serve(worker: &Rc<Worker>, request: Request<Incoming>, client: &Peer) -> Response<Payload> {
    let Some(_admitted) = worker.admit() else { return overloaded() };
    let (head, body) = request.into_parts();
    let mut exchange = Exchange {
        worker,
        head,
        request_body: Payload::Stream(body),
        body_was_sent: false,
        response: None,
        operations: Operations::default(),
        places: Vec::new(),
        waiting: None,
    };
    match exchange.run(client).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(method = %exchange.head.method, path = exchange.head.uri.path(), "{error:#}");
            internal_error()
        }
    }
}

/// What the host holds of an exchange.
struct Exchange<'w> {
    worker: &'w Rc<Worker>,
    /// The request's head as it came.
    head: request::Parts,
    request_body: Payload,
    /// True once the client's body went to a backend: it cannot go to another.
    body_was_sent: bool,
    /// The backend's response, once there is one.
    response: Option<(response::Parts, Payload)>,
    /// What was started and is not done.
    operations: Operations,
    /// The places that it has taken. They are free again when it ends, however it ends.
    places: Vec<Place>,
    /// Where the exchange waits inside the sandbox.
    waiting: Option<Waiting>,
}

/// An exchange that waits in an instance. Dropped before its end (the client went away), it is forgotten there too.
struct Waiting {
    instances: Rc<Instances>,
    slot: Rc<Slot>,
    number: u32,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.number != 0 {
            self.instances.forget(&self.slot, self.number);
        }
    }
}

impl Exchange<'_> {
    async fn run(&mut self, peer: &Peer) -> Result<Response<Payload>> {
        let client = self.worker.shared().trusted_proxies.client(peer.address.ip(), &self.head.headers);
        let head = encode_request(&self.head, client, peer);
        let instances = self.worker.instances();
        let (slot, mut answer) = instances.exchange(head).await?;
        loop {
            let event = match Answer::read(&answer)? {
                Answer::Respond(respond) => {
                    self.done();
                    return Ok(self.respond(respond.status, respond.reason, respond.edits, respond.body));
                }
                Answer::Continue(edits) => {
                    self.done();
                    return Ok(self.edited(edits.status, edits.reason, edits.edits, edits.body));
                }
                Answer::Forward(forward) => {
                    self.wait_in(&instances, &slot, forward.exchange);
                    // What was started before has no use for anybody once the request is on its way.
                    self.operations = Operations::default();
                    match self.forward(&forward, instances.tls()).await {
                        Ok(()) if forward.exchange == 0 => return Ok(self.passed()),
                        Ok(()) => self.response_event(),
                        Err(failure) => {
                            tracing::warn!(path = self.head.uri.path(), "the backend did not answer: {}", failure.message);
                            let mut event = Vec::new();
                            Event::write_failed(&mut event, failure.kind, &failure.message);
                            event
                        }
                    }
                }
                Answer::Wait(wait) => {
                    self.wait_in(&instances, &slot, wait.exchange);
                    for (id, operation) in wait.operations {
                        let started = match operation {
                            Operation::Enter { key, places } => operations::done(id, self.enter(key, places)),
                            Operation::Leave { key } => operations::done(id, self.leave(key)),
                            operation => {
                                operations::start(self.worker, instances.tls(), id, operation, |which| self.take_body(which))
                            }
                        };
                        self.operations.push(started);
                    }
                    self.next_done().await?
                }
            };
            let number = self.waiting.as_ref().map_or(0, |waiting| waiting.number);
            answer = instances.resume(&slot, number, event).await?;
        }
    }

    fn wait_in(&mut self, instances: &Rc<Instances>, slot: &Rc<Slot>, number: u32) {
        if number != 0 && self.waiting.is_none() {
            self.waiting = Some(Waiting { instances: instances.clone(), slot: slot.clone(), number });
        }
    }

    /// The sandbox has nothing more to say: it keeps nothing of the exchange.
    fn done(&mut self) {
        if let Some(waiting) = &mut self.waiting {
            waiting.number = 0;
        }
    }

    async fn next_done(&mut self) -> Result<Vec<u8>> {
        let Some(Done { id, completion, body }) = self.operations.next().await else {
            anyhow::bail!("the component waits for nothing");
        };
        match body {
            Some((Which::Request, body)) => self.request_body = body,
            Some((Which::Response, body)) => {
                if let Some(response) = &mut self.response {
                    response.1 = body;
                }
            }
            None => {}
        }
        let mut event = Vec::new();
        Event::write_done(&mut event, id, &completion);
        Ok(event)
    }

    fn enter(&mut self, key: &str, places_max: u32) -> Completion {
        match self.worker.shared().places.enter(key, places_max) {
            Some(place) => {
                self.places.push(place);
                Completion::Done
            }
            None => Completion::Full,
        }
    }

    fn leave(&mut self, key: &str) -> Completion {
        if let Some(at) = self.places.iter().position(|place| place.key() == key) {
            self.places.swap_remove(at);
        }
        Completion::Done
    }

    fn take_body(&mut self, which: Which) -> Payload {
        match which {
            Which::Request => std::mem::replace(&mut self.request_body, Payload::empty()),
            Which::Response => match &mut self.response {
                Some((_, body)) => std::mem::replace(body, Payload::empty()),
                None => Payload::empty(),
            },
        }
    }

    /// Sends the request to its backend. The response is kept; its head is ready for the sandbox, without what ends here.
    async fn forward(&mut self, forward: &Forward<'_>, tls: &Tls) -> Result<(), Failure> {
        let invalid = |message: String| Failure { kind: FailureKind::Invalid, message };
        let server = tls.servers.meet(forward.scheme, forward.tls);
        let server = server.map_err(|why| Failure::missing(forward.authority, why))?;
        // The response to an earlier attempt: its connection is free again, or closed.
        self.response = None;
        let body = match forward.body {
            BodyEdit::Keep if self.body_was_sent => {
                let message = "the client's body was sent before, and bodies that stream are not kept".to_owned();
                return Err(Failure { kind: FailureKind::BodyGone, message });
            }
            BodyEdit::Keep => self.take_body(Which::Request),
            BodyEdit::Replace(bytes) => Payload::bytes(Bytes::copy_from_slice(bytes)),
        };
        self.body_was_sent |= forward.body == BodyEdit::Keep && !body.is_end_stream();
        let replaced = matches!(forward.body, BodyEdit::Replace(_));
        let target = PathAndQuery::try_from(forward.target).map_err(|error| invalid(format!("{}: {error}", forward.target)))?;
        let mut request = Request::new(body);
        *request.method_mut() = Method::from_bytes(forward.method.as_bytes()).map_err(|error| invalid(error.to_string()))?;
        *request.uri_mut() = Uri::from(target);
        // The head is not needed again unless the policy forwards a second time.
        *request.headers_mut() =
            if forward.exchange == 0 { std::mem::take(&mut self.head.headers) } else { self.head.headers.clone() };
        let headers = request.headers_mut();
        headers::remove_hop_by_hop_of_request(headers);
        headers.remove(header::HOST);
        headers::apply(forward.edits, headers);
        if replaced {
            headers.remove(header::CONTENT_LENGTH);
        }
        if !headers.contains_key(header::HOST) {
            let host = HeaderValue::from_str(forward.authority).map_err(|error| invalid(error.to_string()))?;
            headers.insert(header::HOST, host);
        }
        let late = |what: &str, after_ms: u32| Failure {
            kind: FailureKind::Timeout,
            message: format!("{}: no {what} within {after_ms} ms", forward.authority),
        };
        let Forward { authority, version, proxy, .. } = *forward;
        let route = Route { tls: server.as_deref(), authority, version, proxy };
        let upstream = self.worker.upstream();
        let send = async {
            // HTTP/2 has a way of its own to hold a body back, and a request without one has nothing to wait for.
            match forward.continue_timeout_ms.filter(|_| version == HttpVersion::One && !request.body().is_end_stream()) {
                None => upstream.send(route, request).await,
                Some(after_ms) => {
                    let sent = Box::pin(send_when_wanted(upstream, route, request, Duration::from_millis(after_ms.into())));
                    sent.await.unwrap_or_else(|| Err(late("`100 Continue`", after_ms)))
                }
            }
        };
        let timeout = Duration::from_millis(forward.timeout_ms.into());
        let response = tokio::time::timeout(timeout, send).await;
        let response = response.unwrap_or_else(|_| Err(late("answer", forward.timeout_ms)))?;
        let (mut head, body) = response.into_parts();
        headers::remove_hop_by_hop(&mut head.headers);
        self.response = Some((head, body));
        Ok(())
    }

    fn response_event(&self) -> Vec<u8> {
        let mut event = Vec::with_capacity(512);
        let Some((head, _)) = &self.response else { return event };
        let mut fields =
            Event::write_response(&mut event, ResponseHeadBuilder { status: head.status.as_u16(), reason: reason(head) });
        for (name, value) in &head.headers {
            fields.push(name.as_str(), value.as_bytes());
        }
        fields.finish();
        event
    }

    /// The backend's response as it is.
    fn passed(&mut self) -> Response<Payload> {
        match self.response.take() {
            Some((head, body)) => Response::from_parts(head, body),
            None => internal_error(),
        }
    }

    /// The backend's response, edited.
    fn edited(&mut self, status: u16, reason: &str, edits: Edits<'_>, body: BodyEdit<'_>) -> Response<Payload> {
        let Some((mut head, came)) = self.response.take() else { return internal_error() };
        headers::apply(edits, &mut head.headers);
        let body = match body {
            BodyEdit::Keep => came,
            BodyEdit::Replace(bytes) => {
                head.headers.remove(header::CONTENT_LENGTH);
                head.headers.remove(header::TRAILER);
                Payload::bytes(Bytes::copy_from_slice(bytes))
            }
        };
        let mut response = Response::from_parts(head, body);
        set_status(&mut response, status, reason);
        response
    }

    /// A response of the sandbox's own.
    fn respond(&mut self, status: u16, reason: &str, edits: Edits<'_>, body: BodyEdit<'_>) -> Response<Payload> {
        let body = match body {
            BodyEdit::Replace(bytes) => Payload::bytes(Bytes::copy_from_slice(bytes)),
            BodyEdit::Keep => self.take_body(Which::Response),
        };
        let mut headers = HeaderMap::new();
        headers::apply(edits, &mut headers);
        headers::remove_hop_by_hop(&mut headers);
        headers.remove(header::CONTENT_LENGTH);
        let mut response = Response::new(body);
        *response.headers_mut() = headers;
        set_status(&mut response, status, reason);
        response
    }
}

/// Sends a request whose body waits for `100 Continue`, or for an answer that does not want it; `None` where neither comes in time.
async fn send_when_wanted(
    upstream: &Pool,
    route: Route<'_>,
    mut request: Request<Payload>,
    timeout: Duration,
) -> Option<Result<Response<Payload>, Failure>> {
    let gate = Gate::hold(&mut request);
    let mut send = pin!(upstream.send(route, request));
    let sent = tokio::select! {
        biased;
        sent = &mut send => Some(sent),
        wanted = tokio::time::timeout(timeout, gate.opens()) => {
            wanted.ok()?;
            None
        }
    };
    let mut sent = match sent {
        Some(sent) => sent,
        None => send.await,
    };
    if let Ok(response) = &mut sent
        && let Payload::Upstream(_, Some(lease)) = response.body_mut()
    {
        lease.wait_for(gate);
    }
    Some(sent)
}

fn encode_request(head: &request::Parts, client: IpAddr, peer: &Peer) -> Vec<u8> {
    let authority = match head.uri.authority() {
        Some(authority) => authority.as_str(),
        None => head.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default(),
    };
    let target = head.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let (mut address, mut peer_address) = ([0; 48], [0; 48]);
    let peer_ip = peer.address.ip().to_canonical();
    let builder = RequestHeadBuilder {
        scheme: peer.scheme,
        method: head.method.as_str(),
        authority,
        client_address: write_address(client, &mut address),
        peer_address: if peer_ip == client { "" } else { write_address(peer_ip, &mut peer_address) },
        client_certificate: &peer.certificate,
        target,
    };
    let mut bytes = Vec::with_capacity(512 + peer.certificate.len());
    let mut fields = builder.write(&mut bytes);
    for (name, value) in &head.headers {
        fields.push(name.as_str(), value.as_bytes());
    }
    fields.finish();
    bytes
}

/// The address as text, without an allocation.
fn write_address(client: IpAddr, buffer: &mut [u8; 48]) -> &str {
    use std::io::Write;
    let mut rest = &mut buffer[..];
    let _ = write!(rest, "{client}");
    let length = 48 - rest.len();
    std::str::from_utf8(&buffer[..length]).unwrap_or_default()
}

/// The reason phrase, where it is not the usual one.
fn reason(head: &response::Parts) -> &str {
    let phrase = head.extensions.get::<hyper::ext::ReasonPhrase>();
    phrase.and_then(|phrase| std::str::from_utf8(phrase.as_bytes()).ok()).unwrap_or_default()
}

fn set_status(response: &mut Response<Payload>, status: u16, reason: &str) {
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if reason.is_empty() || response.status().canonical_reason() == Some(reason) {
        response.extensions_mut().remove::<hyper::ext::ReasonPhrase>();
    } else if let Ok(phrase) = hyper::ext::ReasonPhrase::try_from(reason.as_bytes()) {
        response.extensions_mut().insert(phrase);
    }
}

/// What the caller sees when the sandbox cannot be asked any more; the log has the reason.
fn internal_error() -> Response<Payload> {
    plain(StatusCode::INTERNAL_SERVER_ERROR, "{ \"statusCode\": 500, \"message\": \"Internal server error\" }")
}

fn overloaded() -> Response<Payload> {
    let mut response =
        plain(StatusCode::SERVICE_UNAVAILABLE, "{ \"statusCode\": 503, \"message\": \"The gateway is overloaded\" }");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

fn plain(status: StatusCode, body: &'static str) -> Response<Payload> {
    let mut response = Response::new(Payload::bytes(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
