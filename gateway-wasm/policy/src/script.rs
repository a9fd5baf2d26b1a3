//! A [`Host`] that answers from data: for cases, and for trying policies on a laptop.

use crate::{
    exchange::{Body, Exchange, Headers, Request, Response},
    host::{ForwardLimits, Host, SendError},
};
use bytes::Bytes;
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    task::Poll,
};
use wire::{FailureKind, Fields, Which};

/// Answers in the order in which they were written down, and remembers what was sent.
#[derive(Debug, Default)]
pub struct Script {
    /// What backends answer, in the order of the calls.
    pub replies: RefCell<VecDeque<Reply>>,
    /// The client's body, until it is sent on: it streams by once, as with every other host.
    pub request_body: RefCell<Bytes>,
    /// What was sent: forwarded and by policies.
    pub sent: RefCell<Vec<Sent>>,
    response_body: RefCell<Bytes>,
    random: Cell<u64>,
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

/// A request that left the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Script {
    /// The next reply, as the backend's answer to `sent`. Without one, nobody listens at the address.
    fn reply(&self, sent: Sent) -> Result<(Response, Bytes), SendError> {
        let nobody = format!("nobody listens at {}", sent.url);
        self.sent.borrow_mut().push(sent);
        match self.replies.borrow_mut().pop_front() {
            Some(Reply::Response { status, headers, body }) => {
                let came: Fields = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
                Ok((
                    Response {
                        status,
                        reason: String::new(),
                        headers: Headers::new(came),
                        body: Body::default(),
                        forwarded: false,
                    },
                    body,
                ))
            }
            Some(Reply::Failure(kind)) => Err(SendError { kind, message: "the script says so".to_owned() }),
            None => Err(SendError { kind: FailureKind::Connection, message: nobody }),
        }
    }

    /// What a request of the exchange looks like on its way out, with the client's body if that is what it carries.
    pub fn outgoing(&self, request: &Request, client_method: &str) -> Sent {
        let backend = request.backend.as_ref();
        Sent {
            method: request.method.clone().unwrap_or_else(|| client_method.to_owned()),
            url: format!(
                "{}://{}{}",
                backend.map_or("http", |backend| backend.scheme.name()),
                backend.map_or("", |backend| &backend.authority),
                request.target()
            ),
            headers: request.headers.iter().map(|(name, value)| (name.to_owned(), value.into_owned())).collect(),
            body: match &request.body {
                Body::Whole(bytes) => bytes.clone(),
                Body::Streams(_) => self.request_body.take(),
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
}

impl Host for Script {
    /// Cases happen at the start of 2026.
    fn now_micros(&self) -> i64 {
        1_767_225_600_000_000
    }

    fn random(&self) -> u64 {
        self.random.set(self.random.get() + 1);
        self.random.get()
    }

    async fn forward(&self, exchange: &Exchange, _limits: ForwardLimits) -> Result<Response, SendError> {
        let (mut response, body) = self.reply(self.outgoing(&exchange.request, exchange.client.method()))?;
        *self.response_body.borrow_mut() = body;
        response.body = Body::Streams(Which::Response);
        response.forwarded = true;
        Ok(response)
    }

    async fn send(&self, request: &Request, _timeout_ms: u32) -> Result<Response, SendError> {
        let reply = self.reply(self.outgoing(request, "GET"));
        // No answer is there before the next event, as in the world: the branches of a `wait` all start before one ends.
        let mut is_sent = false;
        poll_fn(|context| match std::mem::replace(&mut is_sent, true) {
            true => Poll::Ready(()),
            false => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
        })
        .await;
        let (mut response, body) = reply?;
        response.body = Body::Whole(body);
        Ok(response)
    }

    async fn body(&self, which: Which, bytes_max: u64) -> Result<Bytes, SendError> {
        let bytes = self.bytes(&Body::Streams(which));
        if bytes.len() as u64 > bytes_max {
            return Err(SendError { kind: FailureKind::TooLarge, message: format!("the body is longer than {bytes_max} bytes") });
        }
        Ok(bytes)
    }
}
