//! The only door to the world.

use crate::{
    exchange::{Exchange, Request, Response},
    issuer::{Held, Issuer},
};
use bytes::Bytes;
use jose::{Algorithm, Software, Verifier};
use std::future::Future;
use wire::{FailureKind, HttpVersion, Which};

/// What policies ask of whoever runs them.
///
/// Four things implement it: the component's two doors, [`crate::script::Script`], which answers from data in tests, and
/// whatever embeds the engine natively. Futures are polled again after every event, whether or not they were woken, so an
/// implementation needs no waker.
pub trait Host {
    /// Microseconds since 1970.
    fn now_micros(&self) -> i64;

    /// 64 bits nobody can guess.
    fn random(&self) -> u64;

    /// Sends the exchange's request to its backend. The response's body stays with the host and streams by unless somebody
    /// reads it.
    fn forward(&self, exchange: &Exchange, limits: ForwardLimits) -> impl Future<Output = Result<Response, SendError>>;

    /// Sends a request of a policy's own and reads the response whole.
    fn send(&self, request: &Request, timeout_ms: u32) -> impl Future<Output = Result<Response, SendError>>;

    /// Sends a request of a policy's own whose answer nobody wants, even if the exchange ends next. It has a backend.
    fn send_one_way(&self, request: &Request, timeout_ms: u32);

    /// Waits.
    fn sleep(&self, duration_ms: u32) -> impl Future<Output = ()>;

    /// What is stored under a key; `None` where nothing is, or its time is over.
    fn load(&self, key: &str) -> impl Future<Output = Result<Option<Bytes>, StoreError>>;

    /// Stores a value under a key, in the place of what is there.
    fn keep(&self, key: &str, value: Bytes, lifetime_ms: u64) -> impl Future<Output = Result<(), StoreError>>;

    /// Forgets what is stored under a key.
    fn remove(&self, key: &str) -> impl Future<Output = Result<(), StoreError>>;

    /// Takes one of the places under a key, until [`Host::leave`] or the end of the exchange; false if all are taken.
    fn enter(&self, key: &str, places: u32) -> impl Future<Output = bool>;

    /// Gives a place back.
    fn leave(&self, key: &str) -> impl Future<Output = ()>;

    /// Hands over an [`crate::event`], as JSON, for whoever collects them.
    fn emit(&self, event: &str);

    /// What the issuer of tokens says of itself whose OpenID configuration is at a URL; `None` if that is what the caller holds.
    fn issuer(&self, url: &str, held: Held) -> impl Future<Output = Result<Option<Issuer>, SendError>>;

    /// A token with which the gateway itself asks for a resource, as the identity `client_id` or the usual one.
    fn token(&self, resource: &str, client_id: Option<&str>) -> impl Future<Output = Result<String, SendError>>;

    /// The access token of an authorization that the gateway holds.
    fn authorization(&self, provider: &str, authorization: &str) -> impl Future<Output = Result<Authorization, SendError>>;

    /// True if a signature is that of a message, by a key that `jose` read. Hosts that can do it faster do it themselves.
    fn verify(&self, algorithm: Algorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        Software.verify(algorithm, key, message, signature)
    }

    /// True if this token was found right before, by checks that rest on `basis`, and has not ended since.
    fn recall(&self, _basis: &[u8], _token: &str) -> bool {
        false
    }

    /// Remembers that a token is right, until a time in microseconds since 1970. Hosts may forget it sooner.
    fn remember(&self, _basis: &[u8], _token: &str, _until_micros: i64) {}

    /// A line for operators: what was refused or failed, and why.
    fn log(&self, level: Level, message: &str);

    /// Reads a body of the exchange, whole.
    fn body(&self, which: Which, bytes_max: u64) -> impl Future<Output = Result<Bytes, SendError>>;
}

/// How much an operator should care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A caller did something that is refused.
    Info,
    /// Something does not work as it should.
    Warning,
}

/// An access token that somebody authorized the gateway to use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorization {
    /// The token.
    pub access_token: String,
    /// What its provider said with it: a JSON object, or empty.
    pub claims: String,
}

/// Bounds of a forwarded request, and how it travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ForwardLimits {
    /// How long to wait for the response's head.
    pub timeout_ms: u32,
    /// How long to wait for `100 Continue` before the body is sent; it is sent at once where this is not given.
    pub continue_timeout_ms: Option<u32>,
    /// Which HTTP the backend is spoken to.
    pub version: HttpVersion,
}

/// Why a request got no answer, or a body could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendError {
    /// What kind of failure.
    pub kind: FailureKind,
    /// What happened, for operators.
    pub message: String,
}

/// Why the store did not do what it was asked, for operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError(pub String);

/// The most of a body that the engine holds at once.
pub const BODY_BYTES_MAX: u64 = 16 << 20;
