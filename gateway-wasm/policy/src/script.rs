//! A [`Host`] that answers from data: for cases, and for trying policies on a laptop.
//!
//! A [`Scene`] says what the world is like; [`Script`] plays it, and remembers what was asked of it. `docs/cases.md` shows how
//! a scene is written in a page.

use crate::{
    exchange::{Body, Exchange, Headers, Request, Response},
    expr::{
        machine::{Machine, World},
        stored,
        value::Value,
    },
    host::{Authorization, ForwardLimits, Host, Level, SendError, StoreError},
    issuer::{self, Held, Issuer},
    policies,
};
use bytes::Bytes;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::poll_fn,
    task::Poll,
};
use wire::{ClientCertificate, FailureKind, Fields, Tls, Which};

/// Ticks of 100 ns from the start of the year 1 to the start of 1970.
const TICKS_TO_1970: i64 = 621_355_968_000_000_000;

/// What the world is like, and what it answers.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// What backends answer.
    pub replies: Vec<Scripted>,
    /// What time it is.
    pub clock: Clock,
    /// Which random numbers there are.
    pub random: Random,
    /// What counters say when they are asked first; each call counts one more.
    pub counters: Vec<Counter>,
    /// What is in the cache.
    pub cache: BTreeMap<String, Cached>,
    /// Tokens of the gateway's own: by resource, by resource and client id with a space between, by provider and authorization with a
    /// slash.
    pub tokens: BTreeMap<String, Authorization>,
    /// How many places other requests have taken.
    pub busy: BTreeMap<String, u32>,
    /// The client's address, where it is not the usual one; empty where nobody knows it.
    pub client_address: Option<String>,
}

/// An answer, and who gets it.
#[derive(Clone, Debug)]
pub struct Scripted {
    /// Which request it answers.
    pub to: To,
    /// How much later it is when the answer is there.
    pub after_micros: i64,
    /// The answer.
    pub reply: Reply,
    /// Where it is written, to be named when nobody asks for it.
    pub line: usize,
}

impl Scripted {
    /// True if it answers a URL, and the request goes there.
    fn names(&self, sent: &Sent) -> bool {
        match &self.to {
            To::Url(method, url) => method.as_ref().is_none_or(|method| *method == sent.method) && is_like(&sent.url, url),
            To::Asked(_) => false,
        }
    }
}

/// Which request an answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// The next that is made in this way.
    Asked(Asked),
    /// One to a URL, in which `*` stands for anything; by any method if none is named.
    Url(Option<String>, String),
}

/// Who asks a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The request of the exchange is forwarded.
    Forward,
    /// A policy sends a request of its own.
    Send,
}

impl Asked {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Asked::Forward => "forward",
            Asked::Send => "send",
        }
    }
}

/// What a backend answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A response.
    Response {
        /// The status code.
        status: u16,
        /// Header fields, names in lower case.
        headers: Vec<(String, String)>,
        /// The body.
        body: Bytes,
    },
    /// No answer.
    Failure(FailureKind),
}

impl Reply {
    /// Why there is no answer, as operators read it.
    pub fn failure(kind: FailureKind) -> &'static str {
        match kind {
            FailureKind::Timeout => "the backend did not answer in time",
            _ => "the backend cannot be reached",
        }
    }
}

/// A clock: each look at it is `step_micros` later than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Microseconds since 1970.
    pub now_micros: i64,
    /// How much time a look takes.
    pub step_micros: i64,
}

impl Default for Clock {
    /// Where nothing is said it is 2026-01-02T03:04:05.678Z, and stays so.
    fn default() -> Self {
        Clock { now_micros: 1_767_323_045_678_000, step_micros: 0 }
    }
}

/// Where random numbers come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Random {
    /// They are 1, 2, 3 and so on.
    #[default]
    Counting,
    /// They are these, over and over.
    Numbers(Vec<u64>),
    /// They look random, and are the same for the same seed.
    Seed(u64),
}

/// A counter that has counted already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Its name.
    pub key: String,
    /// For how long it counts before it starts anew.
    pub window_ms: u64,
    /// What it says when it is asked first.
    pub count: u64,
}

/// A text in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cached {
    /// The text.
    pub value: String,
    /// How long it stays; for ever where nothing is said.
    pub lives_ms: Option<u64>,
}

/// A request that left the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// What TLS is like on its way: see [`tls_shown`].
    pub tls: String,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// What TLS is like on the way of a request, as pages show it behind the URL: `certificate partner`, `settings of orders`. Empty where
/// it is as for every server.
pub fn tls_shown(tls: Option<Tls<'_>>) -> String {
    let Some(Tls { backend, certificate }) = tls else { return String::new() };
    let settings = (!backend.is_empty()).then(|| format!("settings of {backend}"));
    let certificate = certificate.map(|certificate| match certificate {
        ClientCertificate::Named(name) => format!("certificate {name}"),
        ClientCertificate::Pfx { file, .. } => format!("certificate from a file of {} bytes", file.len()),
    });
    settings.into_iter().chain(certificate).collect::<Vec<_>>().join(", ")
}

/// Plays a scene, and remembers what was sent.
#[derive(Debug, Default)]
pub struct Script {
    /// The client's body, until it is sent on: it streams by once, as with every other host.
    pub request_body: RefCell<Bytes>,
    /// What was sent: forwarded and by policies.
    pub sent: RefCell<Vec<Sent>>,
    /// What was emitted, as JSON.
    pub events: RefCell<Vec<String>>,
    /// What operators read.
    pub log: RefCell<Vec<(Level, String)>>,
    /// Where what is asked and what the scene says cannot both be right.
    pub mistakes: RefCell<Vec<String>>,
    /// What nobody has used yet.
    scene: RefCell<Scene>,
    response_body: RefCell<Bytes>,
    /// True once the client's body streamed by.
    body_was_sent: Cell<bool>,
    drawn: Cell<u64>,
    /// When the play began.
    started_micros: i64,
    /// What policies stored and forgot, and until when it is there.
    stored: RefCell<BTreeMap<String, (Option<Bytes>, i64)>>,
    /// The places that are taken.
    taken: RefCell<BTreeMap<String, u32>>,
}

impl Script {
    /// Plays a scene. `request_body` is what the client sends.
    pub fn new(scene: Scene, request_body: Bytes) -> Self {
        let started_micros = scene.clock.now_micros;
        Script { scene: RefCell::new(scene), request_body: RefCell::new(request_body), started_micros, ..Script::default() }
    }

    /// The lines of the answers that nobody has asked for.
    pub fn unused(&self) -> Vec<usize> {
        self.scene.borrow().replies.iter().map(|scripted| scripted.line).collect()
    }

    /// The answer to a request: the first that names its URL, else the next of those for its kind. Without one, nobody listens.
    ///
    /// Where it is not known how a request is made, as behind the portable door, the next is taken whatever its kind.
    pub fn answer(&self, asked: Option<Asked>, sent: Sent) -> Option<Reply> {
        let mut scene = self.scene.borrow_mut();
        let at = scene.replies.iter().position(|scripted| scripted.names(&sent));
        let at = at.or_else(|| scene.replies.iter().position(|scripted| matches!(scripted.to, To::Asked(_))));
        let scripted = at.map(|at| scene.replies.remove(at));
        if let Some(Scripted { to: To::Asked(expected), line, .. }) = &scripted
            && let Some(asked) = asked.filter(|asked| asked != expected)
        {
            let (expected, asked) = (expected.name(), asked.name());
            let mistake = format!("line {line} answers a `{expected}`, but the next request is a `{asked}` to {}", sent.url);
            self.mistakes.borrow_mut().push(mistake);
        }
        self.sent.borrow_mut().push(sent);
        let scripted = scripted?;
        scene.clock.now_micros = scene.clock.now_micros.saturating_add(scripted.after_micros);
        Some(scripted.reply)
    }

    /// Remembers a request whose answer nobody wants. An answer that names its URL is taken, and no other: those that are next in
    /// their order are for requests that wait for them.
    pub fn one_way(&self, sent: Sent) {
        let replies = &mut self.scene.borrow_mut().replies;
        if let Some(at) = replies.iter().position(|scripted| scripted.names(&sent)) {
            replies.remove(at);
        }
        self.sent.borrow_mut().push(sent);
    }

    /// Looks at the clock: microseconds since 1970.
    pub fn now_micros(&self) -> i64 {
        let clock = &mut self.scene.borrow_mut().clock;
        let now = clock.now_micros;
        clock.now_micros = now.saturating_add(clock.step_micros);
        now
    }

    /// Lets time pass.
    pub fn pass(&self, duration_ms: u32) {
        let clock = &mut self.scene.borrow_mut().clock;
        clock.now_micros = clock.now_micros.saturating_add(i64::from(duration_ms) * 1000);
    }

    /// Draws a random number.
    pub fn draw(&self) -> u64 {
        let drawn = self.drawn.replace(self.drawn.get().wrapping_add(1));
        match &self.scene.borrow().random {
            Random::Counting => drawn.wrapping_add(1),
            Random::Numbers(numbers) => numbers.get(drawn as usize % numbers.len().max(1)).copied().unwrap_or_default(),
            Random::Seed(seed) => scattered(seed.wrapping_add(drawn)),
        }
    }

    /// Counts a call, and says how many there were in the window.
    pub fn count(&self, key: &str, window_ms: u64) -> u64 {
        let mut scene = self.scene.borrow_mut();
        let counters = &mut scene.counters;
        let at = counters.iter().position(|counter| counter.key == key && counter.window_ms == window_ms);
        let counter = match at.and_then(|at| counters.get_mut(at)) {
            Some(counter) => counter,
            None => counters.push_mut(Counter { key: key.to_owned(), window_ms, count: 1 }),
        };
        counter.count += 1;
        counter.count - 1
    }

    /// What is stored under a key: what the scene puts into the cache, or a policy. Time passes as the clock of the scene goes.
    pub fn load(&self, key: &str) -> Option<Bytes> {
        let scene = self.scene.borrow();
        if let Some((value, ends_micros)) = self.stored.borrow().get(key) {
            return value.clone().filter(|_| *ends_micros > scene.clock.now_micros);
        }
        let cached = scene.cache.get(key.strip_prefix(policies::VALUE_PREFIX)?)?;
        let ends_micros = cached.lives_ms.map(|lives_ms| self.started_micros.saturating_add(micros(lives_ms)));
        let is_there = ends_micros.is_none_or(|ends_micros| ends_micros > scene.clock.now_micros);
        is_there.then(|| policies::record(0, &stored::text(&cached.value)))
    }

    /// What policies left in the cache of values: key, value, and for how many milliseconds more.
    pub fn cache(&self) -> Vec<(String, Value, u64)> {
        let now_micros = self.scene.borrow().clock.now_micros;
        let read = |(key, (value, ends_micros)): (&String, &(Option<Bytes>, i64))| {
            let key = key.strip_prefix(policies::VALUE_PREFIX)?.to_owned();
            let value = value.as_ref().filter(|_| *ends_micros > now_micros)?;
            let value = policies::recorded(&mut Machine::new(self, None), value)?;
            Some((key, value, u64::try_from(ends_micros - now_micros).ok()? / 1000))
        };
        self.stored.borrow().iter().filter_map(read).collect()
    }

    /// Stores a value; none forgets what is there.
    pub fn keep(&self, key: &str, value: Option<Bytes>, lifetime_ms: u64) {
        let ends_micros = self.scene.borrow().clock.now_micros.saturating_add(micros(lifetime_ms));
        self.stored.borrow_mut().insert(key.to_owned(), (value, ends_micros));
    }

    /// Takes a place; false if all are taken. The scene says with `busy` how many others have.
    pub fn enter(&self, key: &str, places: u32) -> bool {
        let mut taken = self.taken.borrow_mut();
        let others = key.split_once('/').and_then(|(_, key)| self.scene.borrow().busy.get(key).copied()).unwrap_or(0);
        let own = taken.entry(key.to_owned()).or_default();
        let is_free = *own + others < places;
        *own += u32::from(is_free);
        is_free
    }

    /// A token that the scene has.
    pub fn token(&self, key: &str) -> Option<Authorization> {
        self.scene.borrow().tokens.get(key).cloned()
    }

    /// Gives a place back.
    pub fn leave(&self, key: &str) {
        if let Some(own) = self.taken.borrow_mut().get_mut(key) {
            *own = own.saturating_sub(1);
        }
    }

    /// What a request of the exchange looks like on its way out, with the client's body if that is what it carries.
    pub fn outgoing(&self, request: &Request, client_method: &str) -> Sent {
        let request = request.as_sent();
        let backend = request.backend.as_ref();
        Sent {
            method: request.method.clone().unwrap_or_else(|| client_method.to_owned()),
            url: format!(
                "{}://{}{}",
                backend.map_or("http", |backend| backend.scheme.name()),
                backend.map_or("", |backend| &backend.authority),
                request.target()
            ),
            tls: tls_shown(request.tls()),
            headers: request.headers.leaving().map(|(name, value)| (name.to_owned(), value.into_owned())).collect(),
            body: match &request.body {
                Body::Whole(bytes) => bytes.clone(),
                Body::Streams(_) => {
                    let body = self.request_body.take();
                    self.body_was_sent.set(self.body_was_sent.get() || !body.is_empty());
                    body
                }
            },
        }
    }

    /// The bytes of a response's body.
    pub fn bytes(&self, body: &Body) -> Bytes {
        match body {
            Body::Whole(bytes) => bytes.clone(),
            Body::Streams(Which::Request) => self.request_body.borrow().clone(),
            Body::Streams(Which::Response) => self.response_body.borrow().clone(),
        }
    }

    /// The answer to a request, and its body apart.
    fn response(&self, asked: Asked, sent: Sent) -> Result<(Response, Bytes), SendError> {
        let nobody = format!("nobody listens at {}", sent.url);
        match self.answer(Some(asked), sent) {
            Some(Reply::Response { status, headers, body }) => {
                let came: Fields = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
                Ok((Response { headers: Headers::new(came), ..Response::new(status) }, body))
            }
            Some(Reply::Failure(kind)) => Err(SendError { kind, message: Reply::failure(kind).to_owned() }),
            None => Err(SendError { kind: FailureKind::Connection, message: nobody }),
        }
    }
}

impl World for Script {
    fn now_ticks(&self) -> i64 {
        self.now_micros().saturating_mul(10).saturating_add(TICKS_TO_1970)
    }

    fn random(&self) -> u64 {
        self.draw()
    }
}

impl Host for Script {
    fn now_micros(&self) -> i64 {
        Script::now_micros(self)
    }

    fn random(&self) -> u64 {
        self.draw()
    }

    async fn forward(&self, exchange: &Exchange, _limits: ForwardLimits) -> Result<Response, SendError> {
        if self.body_was_sent.get() && matches!(exchange.request.body, Body::Streams(_)) {
            let message = "the client's body was sent before, and bodies that stream are not kept".to_owned();
            return Err(SendError { kind: FailureKind::BodyGone, message });
        }
        let sent = self.outgoing(&exchange.request, exchange.client.method());
        let (mut response, body) = self.response(Asked::Forward, sent)?;
        *self.response_body.borrow_mut() = body;
        response.body = Body::Streams(Which::Response);
        response.forwarded = true;
        Ok(response)
    }

    async fn send(&self, request: &Request, _timeout_ms: u32) -> Result<Response, SendError> {
        let response = self.response(Asked::Send, self.outgoing(request, "GET"));
        later().await;
        let (mut response, body) = response?;
        response.body = Body::Whole(body);
        Ok(response)
    }

    fn send_one_way(&self, request: &Request, _timeout_ms: u32) {
        self.one_way(self.outgoing(request, "GET"));
    }

    async fn sleep(&self, duration_ms: u32) {
        self.pass(duration_ms);
    }

    async fn load(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        let found = Script::load(self, key);
        later().await;
        Ok(found)
    }

    async fn keep(&self, key: &str, value: Bytes, lifetime_ms: u64) -> Result<(), StoreError> {
        Script::keep(self, key, Some(value), lifetime_ms);
        Ok(())
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        Script::keep(self, key, None, u64::MAX);
        Ok(())
    }

    async fn enter(&self, key: &str, places: u32) -> bool {
        Script::enter(self, key, places)
    }

    async fn leave(&self, key: &str) {
        Script::leave(self, key);
    }

    fn emit(&self, event: &str) {
        self.events.borrow_mut().push(event.to_owned());
    }

    async fn token(&self, resource: &str, client_id: Option<&str>) -> Result<String, SendError> {
        let key = client_id.map_or(resource.to_owned(), |id| format!("{resource} {id}"));
        Script::token(self, &key).map(|found| found.access_token).ok_or_else(|| no_token(&key))
    }

    async fn authorization(&self, provider: &str, authorization: &str) -> Result<Authorization, SendError> {
        let key = format!("{provider}/{authorization}");
        Script::token(self, &key).ok_or_else(|| no_token(&key))
    }

    async fn issuer(&self, url: &str, held: Held) -> Result<Option<Issuer>, SendError> {
        match held {
            Held { generation: 1.., lacks_a_key: false } => Ok(None),
            _ => issuer::ask(self, url).await.map(Some),
        }
    }

    fn log(&self, level: Level, message: &str) {
        self.log.borrow_mut().push((level, message.to_owned()));
    }

    async fn body(&self, which: Which, bytes_max: u64) -> Result<Bytes, SendError> {
        let bytes = self.bytes(&Body::Streams(which));
        if bytes.len() as u64 > bytes_max {
            return Err(SendError { kind: FailureKind::TooLarge, message: format!("the body is longer than {bytes_max} bytes") });
        }
        Ok(bytes)
    }
}

/// Nobody gives the gateway a token.
pub fn no_token(key: &str) -> SendError {
    SendError { kind: FailureKind::Connection, message: format!("nobody gives a token for {key}") }
}

/// Nothing is there before the next event, as in the world: the branches of a `wait` all start before one ends.
async fn later() {
    let mut has_started = false;
    poll_fn(|context| match std::mem::replace(&mut has_started, true) {
        true => Poll::Ready(()),
        false => {
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await;
}

/// Milliseconds as microseconds, as far as a clock goes.
fn micros(milliseconds: u64) -> i64 {
    i64::try_from(milliseconds).unwrap_or(i64::MAX).saturating_mul(1000)
}

/// True if a text is like a pattern, in which `*` stands for anything, also nothing.
fn is_like(text: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    true
}

/// A number that looks random, from one that does not (SplitMix64).
fn scattered(number: u64) -> u64 {
    let mut z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn a_star_stands_for_anything() {
        let url = "https://stock.example/items/1?shop=harbour";
        for pattern in [url, "*", "https://stock.example/*", "*shop=harbour", "https://*/items/*harbour", "*stock*items*"] {
            assert!(is_like(url, pattern), "{pattern}");
        }
        for pattern in ["", "https://stock.example/", "*items", "https://*/orders/*", "*items*stock*", "*/items/1?*?*"] {
            assert!(!is_like(url, pattern), "{pattern}");
        }
    }
}
