//! The flat door: a request head in, an answer out; nothing waits inside.
//!
//! An exchange is a future of the engine. It is polled until it is done, or until it needs something of the world. Then what
//! it needs goes out in the answer, the future stays here under a number, and the host comes back with what happened. So an
//! instance is only busy while it computes, and any number of exchanges can wait in it.

mod bindings {
    #![allow(unsafe_code, unreachable_pub, missing_docs, clippy::all)]
    wit_bindgen::generate!({ path: "wit/flat.wit", world: "flat" });

    use super::Component;
    export!(Component);
}

use bindings::{Guest, portico::gateway::host};
use bytes::Bytes;
use gateway::{Gateway, Plan, Served};
use policy::{
    Body, Exchange, ForwardLimits, Headers, Host, Issuer, Level, Request, Response, SendError, StoreError,
    address::Address,
    host::{Authorization, BODY_BYTES_MAX},
    issuer::Held,
};
use std::{
    cell::RefCell,
    collections::HashMap,
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};
use wire::{
    Answer, BodyEdit, Completion, Edits, Event, FailureKind, Forward, Operation, Operations, Proxy, RequestHead, Respond,
    ResponseEdits, ResponseHead, Scheme, SignatureAlgorithm, Tls, Wait, Which,
};

/// The component.
struct Component;

thread_local! {
    static INSTANCE: RefCell<Instance> = RefCell::default();
}

/// What an instance remembers between calls: what it compiled, and the exchanges that wait.
#[derive(Default)]
struct Instance {
    gateway: Rc<Gateway>,
    waiting: HashMap<u32, Waiting>,
    last: u32,
}

/// An exchange that waits.
struct Waiting {
    future: Pin<Box<dyn Future<Output = Served>>>,
    door: Rc<Door>,
}

impl Guest for Component {
    fn configure(plan: Vec<u8>) -> Result<(), String> {
        let gateway = Rc::new(Gateway::new(Plan::read(&plan)?));
        INSTANCE.with_borrow_mut(|instance| instance.gateway = gateway);
        Ok(())
    }

    fn exchange(head: Vec<u8>) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        let Ok(head) = RequestHead::read(Bytes::from(head)) else {
            write_response(&gateway::failed(&Door::default()), &mut out);
            return out;
        };
        let gateway = INSTANCE.with_borrow(|instance| instance.gateway.clone());
        let door = Rc::new(Door::default());
        let future = Box::pin({
            let door = door.clone();
            async move { gateway::serve(&gateway, head, &*door).await }
        });
        go_on(0, Waiting { future, door }, &mut out);
        out
    }

    fn resume(exchange: u32, event: Vec<u8>) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        let waiting = INSTANCE.with_borrow_mut(|instance| instance.waiting.remove(&exchange));
        match (waiting, Event::read(Bytes::from(event))) {
            (Some(waiting), Ok(event)) => {
                waiting.door.happened(event);
                go_on(exchange, waiting, &mut out);
            }
            // What was handed over failed, or the host is not of this build: both end in a 500.
            _ => write_response(&gateway::failed(&Door::default()), &mut out),
        }
        out
    }

    fn forget(exchange: u32) {
        // Dropping the future may call the host, so it happens outside of the borrow.
        let waiting = INSTANCE.with_borrow_mut(|instance| instance.waiting.remove(&exchange));
        drop(waiting);
    }
}

/// Runs an exchange as far as it goes, and writes what is to be done next. A number is given to it when it first waits.
fn go_on(number: u32, mut waiting: Waiting, out: &mut Vec<u8>) {
    match waiting.future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Served::Respond(response)) => write_response(&response, out),
        Poll::Ready(Served::HandOver(exchange, limits)) => write_forward(0, &exchange, limits, out),
        Poll::Pending => INSTANCE.with_borrow_mut(|instance| {
            let number = if number == 0 { instance.next_number() } else { number };
            waiting.door.write_needs(number, out);
            instance.waiting.insert(number, waiting);
        }),
    }
}

impl Instance {
    fn next_number(&mut self) -> u32 {
        loop {
            self.last = self.last.checked_add(1).unwrap_or(1);
            if !self.waiting.contains_key(&self.last) {
                return self.last;
            }
        }
    }
}

/// The [`Host`] of one exchange: collects what it needs, and holds what happened until the future is polled.
#[derive(Default)]
struct Door {
    state: RefCell<DoorState>,
}

#[derive(Default)]
struct DoorState {
    /// Operations to start, written.
    operations: Vec<u8>,
    last_operation: u32,
    done: HashMap<u32, Completion>,
    /// The request to forward, written but for the exchange's number.
    forward: Option<Box<(Exchange, ForwardLimits)>>,
    forwarded: Option<Result<Response, SendError>>,
}

impl Door {
    fn happened(&self, event: Event) {
        let mut state = self.state.borrow_mut();
        match event {
            Event::Response(head) => state.forwarded = Some(Ok(response(head, Body::Streams(Which::Response), true))),
            Event::Failed(kind, message) => state.forwarded = Some(Err(SendError { kind, message })),
            Event::Done(id, completion) => drop(state.done.insert(id, completion)),
        }
    }

    /// Writes what the exchange needs, as an answer.
    fn write_needs(&self, number: u32, out: &mut Vec<u8>) {
        let mut state = self.state.borrow_mut();
        match state.forward.take() {
            Some(forward) => write_forward(number, &forward.0, forward.1, out),
            None => {
                let operations = std::mem::take(&mut state.operations);
                Answer::Wait(Wait { exchange: number, operations: Operations::written(&operations) }).write(out);
            }
        }
    }

    async fn operation(&self, operation: Operation<'_>) -> Completion {
        let id = {
            let mut state = self.state.borrow_mut();
            state.last_operation += 1;
            let id = state.last_operation;
            operation.write(id, &mut state.operations);
            id
        };
        poll_fn(|_| match self.state.borrow_mut().done.remove(&id) {
            Some(completion) => Poll::Ready(completion),
            None => Poll::Pending,
        })
        .await
    }
}

impl Host for Door {
    fn now_micros(&self) -> i64 {
        host::now_micros()
    }

    fn random(&self) -> u64 {
        host::random()
    }

    async fn forward(&self, exchange: &Exchange, limits: ForwardLimits) -> Result<Response, SendError> {
        self.state.borrow_mut().forward = Some(Box::new((exchange.clone(), limits)));
        poll_fn(|_| match self.state.borrow_mut().forwarded.take() {
            Some(result) => Poll::Ready(result),
            None => Poll::Pending,
        })
        .await
    }

    async fn send(&self, request: &Request, timeout_ms: u32) -> Result<Response, SendError> {
        let Some(outgoing) = Outgoing::new(request) else {
            return Err(SendError { kind: FailureKind::Invalid, message: "the request has no address".to_owned() });
        };
        let operation = outgoing.operation(timeout_ms, BODY_BYTES_MAX);
        match self.operation(operation).await {
            Completion::Response(head, body) => Ok(response(head, Body::Whole(body), false)),
            Completion::Failed(kind, message) => Err(SendError { kind, message }),
            _ => Err(mixed_up()),
        }
    }

    fn send_one_way(&self, request: &Request, timeout_ms: u32) {
        // Without an address it leads nowhere, and nobody waits to hear that.
        if let Some(outgoing) = Outgoing::new(request) {
            let mut operation = Vec::with_capacity(256);
            outgoing.operation(timeout_ms, UNWANTED_BYTES_MAX).write(0, &mut operation);
            host::send_one_way(&operation);
        }
    }

    async fn sleep(&self, duration_ms: u32) {
        self.operation(Operation::Sleep { duration_ms }).await;
    }

    async fn load(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        match self.operation(Operation::Load { key }).await {
            Completion::Stored(value) => Ok(Some(value)),
            other => stored(other).map(|()| None),
        }
    }

    async fn keep(&self, key: &str, value: Bytes, lifetime_ms: u64) -> Result<(), StoreError> {
        stored(self.operation(Operation::Keep { key, lifetime_ms, value: &value }).await)
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        stored(self.operation(Operation::Remove { key }).await)
    }

    async fn enter(&self, key: &str, places: u32) -> bool {
        matches!(self.operation(Operation::Enter { key, places }).await, Completion::Done)
    }

    async fn leave(&self, key: &str) {
        self.operation(Operation::Leave { key }).await;
    }

    fn emit(&self, event: &str) {
        host::emit(event);
    }

    fn log(&self, level: Level, message: &str) {
        host::log(level == Level::Warning, message);
    }

    fn verify(&self, algorithm: SignatureAlgorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        host::verify(algorithm.number(), key, message, signature)
    }

    fn recall(&self, basis: &[u8], token: &str) -> bool {
        host::recall(basis, token)
    }

    fn remember(&self, basis: &[u8], token: &str, until_micros: i64) {
        host::remember(basis, token, until_micros);
    }

    async fn token(&self, resource: &str, client_id: Option<&str>) -> Result<String, SendError> {
        let client_id = client_id.unwrap_or_default();
        credential(self.operation(Operation::Token { resource, client_id }).await).map(|found| found.access_token)
    }

    async fn authorization(&self, provider: &str, authorization: &str) -> Result<Authorization, SendError> {
        credential(self.operation(Operation::Authorization { provider, authorization }).await)
    }

    async fn issuer(&self, url: &str, held: Held) -> Result<Option<Issuer>, SendError> {
        let Held { generation, lacks_a_key } = held;
        // Most often nothing has changed, and then nobody needs to leave the sandbox.
        if generation != 0 && !lacks_a_key && host::issuer_known(url) == generation {
            return Ok(None);
        }
        match self.operation(Operation::Issuer { url, generation, lacks_a_key }).await {
            Completion::Issuer { generation, name, key_set } => Ok(Some(Issuer { generation, name, key_set })),
            Completion::Done => Ok(None),
            Completion::Failed(kind, message) => Err(SendError { kind, message }),
            _ => Err(mixed_up()),
        }
    }

    async fn body(&self, which: Which, bytes_max: u64) -> Result<Bytes, SendError> {
        match self.operation(Operation::Read { which, bytes_max }).await {
            Completion::Body(bytes) => Ok(bytes),
            Completion::Failed(kind, message) => Err(SendError { kind, message }),
            _ => Err(mixed_up()),
        }
    }
}

/// The most that is read of an answer that nobody wants. Most are shorter, and one that was read to its end leaves a connection
/// that can be used again.
const UNWANTED_BYTES_MAX: u64 = 64 << 10;

/// A request of a policy's own, in the parts of which an operation is written.
struct Outgoing<'r> {
    method: &'r str,
    backend: &'r Address,
    target: String,
    proxy: Option<Proxy<'r>>,
    tls: Option<Tls<'r>>,
    edits: Vec<u8>,
    body: Bytes,
}

impl<'r> Outgoing<'r> {
    fn new(request: &'r Request) -> Option<Self> {
        let sent = request.as_sent();
        let mut edits = Vec::new();
        sent.headers.write_all(&mut edits);
        let body = match &request.body {
            Body::Whole(bytes) => bytes.clone(),
            Body::Streams(_) => Bytes::new(),
        };
        let (method, backend) = (request.method.as_deref().unwrap_or("GET"), request.backend.as_ref()?);
        Some(Self { method, backend, target: sent.target(), proxy: proxy(request), tls: request.tls(), edits, body })
    }

    fn operation(&self, timeout_ms: u32, body_bytes_max: u64) -> Operation<'_> {
        Operation::Send {
            method: self.method,
            scheme: self.backend.scheme,
            authority: &self.backend.authority,
            target: &self.target,
            proxy: self.proxy,
            tls: self.tls,
            timeout_ms,
            body_bytes_max,
            edits: Edits::written(&self.edits),
            body: &self.body,
        }
    }
}

fn proxy(request: &Request) -> Option<Proxy<'_>> {
    request.proxy.as_ref().map(|proxy| Proxy { authority: &proxy.authority, authorization: &proxy.authorization })
}

fn mixed_up() -> SendError {
    SendError { kind: FailureKind::Invalid, message: "the host answered another question".to_owned() }
}

fn credential(completion: Completion) -> Result<Authorization, SendError> {
    match completion {
        Completion::Token { token, claims } => Ok(Authorization { access_token: token, claims }),
        Completion::Failed(kind, message) => Err(SendError { kind, message }),
        _ => Err(mixed_up()),
    }
}

/// What the store did.
fn stored(completion: Completion) -> Result<(), StoreError> {
    match completion {
        Completion::Done => Ok(()),
        Completion::Failed(_, message) => Err(StoreError(message)),
        _ => Err(StoreError(mixed_up().message)),
    }
}

fn response(head: ResponseHead, body: Body, forwarded: bool) -> Response {
    Response { status: head.status, reason: head.reason, headers: Headers::new(head.fields), body, forwarded }
}

fn write_forward(number: u32, exchange: &Exchange, limits: ForwardLimits, out: &mut Vec<u8>) {
    let request = exchange.request.as_sent();
    let (mut edits, target) = (Vec::with_capacity(128), request.target());
    request.headers.write_edits(&mut edits);
    let (scheme, authority) = match &request.backend {
        Some(backend) => (backend.scheme, backend.authority.as_str()),
        // Without a backend the engine fails before it forwards.
        None => (Scheme::Http, ""),
    };
    Answer::Forward(Forward {
        exchange: number,
        method: request.method.as_deref().unwrap_or(exchange.client.method()),
        scheme,
        authority,
        target: &target,
        proxy: proxy(&request),
        tls: request.tls(),
        version: limits.version,
        timeout_ms: limits.timeout_ms,
        continue_timeout_ms: limits.continue_timeout_ms,
        edits: Edits::written(&edits),
        body: body_edit(&request.body),
    })
    .write(out);
}

fn write_response(response: &Response, out: &mut Vec<u8>) {
    let mut edits = Vec::with_capacity(128);
    let (status, reason, body) = (response.status, response.reason.as_str(), body_edit(&response.body));
    if response.forwarded {
        response.headers.write_edits(&mut edits);
        Answer::Continue(ResponseEdits { status, reason, edits: Edits::written(&edits), body }).write(out);
    } else {
        response.headers.write_all(&mut edits);
        Answer::Respond(Respond { status, reason, edits: Edits::written(&edits), body }).write(out);
    }
}

fn body_edit(body: &Body) -> BodyEdit<'_> {
    match body {
        Body::Streams(_) => BodyEdit::Keep,
        Body::Whole(bytes) => BodyEdit::Replace(bytes),
    }
}
