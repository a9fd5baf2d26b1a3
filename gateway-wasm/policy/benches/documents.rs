//! What typical documents cost natively, beyond an empty one: `make bench-policies`.
//!
//! The documents are files in `documents/`, written in the style of those that were counted (reference: APIM, B4). Each takes
//! turns with the empty one, so whatever else the machine does happens to both. The bound that the project set itself: 5 us for
//! a document. `tests/benches/component.rs` runs the same documents in the component.
#![allow(clippy::disallowed_methods, reason = "time is what is measured")]

use bytes::Bytes;
use diagnostic::{Diagnostics, Source, render};
use policy::{
    Body, Document, Effective, Exchange, ForwardLimits, Headers, Host, Issuer, Level, Request, Response, Scope, SendError,
    StoreError, Surroundings, address::Address, host::Authorization, issuer::Held, run,
};
use std::{
    future::Future,
    hint::black_box,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Instant,
};
use wire::{Fields, RequestHead, Which};

/// That of the binaries.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod typical;
use typical::{HEADERS, REQUEST_BODY, RESPONSE_BODY, RESPONSE_HEADERS, TARGET, documents, head};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/documents");

const EMPTY: &str = "<policies />";

/// The document that fails on purpose, to be shaped by its `on-error`.
const FAILS: &str = "errors";

/// How often a document and the empty one take turns, and how many exchanges a turn has: so few that most turns are over before
/// the machine does something else.
const TURNS: usize = 3_000;
const EXCHANGES: usize = 50;

/// What a document may cost, in nanoseconds.
const BOUND_NS: f64 = 5_000.0;

fn main() {
    // Cargo asks a benchmark for more than measuring: in `cargo test --benches` one turn says that it works.
    let turns = if std::env::args().any(|argument| argument == "--bench") { TURNS } else { 1 };
    let empty = effective("empty", EMPTY);
    println!("{:<14}{:>14}{:>14}", "document", "ns", "beyond empty");
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for (name, text) in documents(FOLDER).into_iter().filter(|(name, _)| wanted.is_empty() || wanted.contains(name)) {
        let document = effective(&name, &text);
        works(&name, &document);
        // The fastest turns: whatever else happens on the machine can only make one slower.
        let turns = (0..turns).map(|_| (turn(&document), turn(&empty)));
        let (ns, least) = turns.fold((f64::MAX, f64::MAX), |least, turn| (least.0.min(turn.0), least.1.min(turn.1)));
        let beyond = ns - least;
        let verdict = if beyond > BOUND_NS { "  more than 5 us" } else { "" };
        println!("{name:<14}{ns:>14.0}{beyond:>14.0}{verdict}");
    }
}

fn effective(name: &str, text: &str) -> Effective {
    let mut found = Diagnostics::new();
    let document = Document::compile(&Source::new(name, text), Scope::Api, &Surroundings::default(), &mut found);
    assert!(!found.has_errors(), "{}", render::all_text(&found));
    Effective::compose(&[Rc::new(document)])
}

/// The document does what it is for, and not something shorter.
fn works(name: &str, document: &Effective) {
    let mut exchange = exchange();
    polled(run(document, &mut exchange, &Still::new()));
    let fault = exchange.last_error.as_ref().map(|fault| fault.message.as_str());
    assert_eq!(fault.is_some(), name == FAILS, "{name}: {fault:?}");
    let status = exchange.response.as_ref().map_or(200, |response| response.status);
    assert_eq!(status, if name == FAILS { 400 } else { 200 }, "{name}");
}

/// What an exchange takes, in nanoseconds, on average over many.
fn turn(effective: &Effective) -> f64 {
    let (host, exchange) = (Still::new(), exchange());
    let exchanges: Vec<Exchange> = (0..EXCHANGES).map(|_| exchange.clone()).collect();
    let start = Instant::now();
    for mut exchange in exchanges {
        black_box(polled(run(black_box(effective), &mut exchange, &host)));
    }
    start.elapsed().as_nanos() as f64 / EXCHANGES as f64
}

/// Nobody waits here: every answer is there at once.
fn polled<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the world answers at once"),
    }
}

fn exchange() -> Exchange {
    let (path, query) = TARGET.split_once('?').expect("it has a query");
    Exchange {
        client: RequestHead::read(head("POST", TARGET, &HEADERS).into()).expect("a head"),
        request: Request {
            backend: Address::parse("https://backend.example"),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Headers::new(Fields::from_iter(HEADERS)),
            body: Body::Streams(Which::Request),
            ..Request::default()
        },
        response: None,
        variables: Default::default(),
        api_path: 0..0,
        parameters: Vec::new(),
        about: Default::default(),
        last_error: None,
        steps: 0,
        trace: None,
        owed: Vec::new(),
        request_id: Default::default(),
    }
}

/// A world in which time stands still, and every backend answers the same.
struct Still {
    response: Response,
    bodies: [Bytes; 2],
}

impl Still {
    fn new() -> Self {
        let headers = Headers::new(Fields::from_iter(RESPONSE_HEADERS));
        let response = Response { headers, body: Body::Streams(Which::Response), forwarded: true, ..Response::new(200) };
        Self { response, bodies: [REQUEST_BODY, RESPONSE_BODY].map(Bytes::from_static) }
    }
}

impl Host for Still {
    fn now_micros(&self) -> i64 {
        1_767_323_045_678_000
    }

    fn random(&self) -> u64 {
        7
    }

    async fn forward(&self, _: &Exchange, _: ForwardLimits) -> Result<Response, SendError> {
        Ok(self.response.clone())
    }

    async fn send(&self, _: &Request, _: u32) -> Result<Response, SendError> {
        Ok(self.response.clone())
    }

    fn send_one_way(&self, _: &Request, _: u32) {}

    async fn sleep(&self, _: u32) {}

    async fn load(&self, _: &str) -> Result<Option<Bytes>, StoreError> {
        Ok(None)
    }

    async fn keep(&self, _: &str, _: Bytes, _: u64) -> Result<(), StoreError> {
        Ok(())
    }

    async fn remove(&self, _: &str) -> Result<(), StoreError> {
        Ok(())
    }

    async fn enter(&self, _: &str, _: u32) -> bool {
        true
    }

    async fn leave(&self, _: &str) {}

    fn emit(&self, _: &str) {}

    fn log(&self, _: Level, _: &str) {}

    async fn token(&self, _: &str, _: Option<&str>) -> Result<String, SendError> {
        Ok(String::new())
    }

    async fn authorization(&self, _: &str, _: &str) -> Result<Authorization, SendError> {
        Ok(Authorization::default())
    }

    async fn issuer(&self, _: &str, _: Held) -> Result<Option<Issuer>, SendError> {
        Ok(None)
    }

    async fn body(&self, which: Which, _: u64) -> Result<Bytes, SendError> {
        let [request, response] = &self.bodies;
        Ok(if which == Which::Request { request.clone() } else { response.clone() })
    }
}
