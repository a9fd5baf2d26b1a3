//! The engine as a library, with [`Script`] as its world.

use super::{AUTHORITY, CLIENT};
use crate::case::{Answer, BACKEND, Case, Given, Outcome};
use bytes::Bytes;
use diagnostic::{Diagnostics, Source};
use gateway::{Gateway, Served};
use policy::{
    Body, Document, Effective, Exchange, Headers, Host, Request, Response, Scope, Surroundings, address::Address,
    exchange::Variable, script::Script,
};
use std::{
    fmt::Write,
    future::Future,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};
use wire::{RequestHead, RequestHeadBuilder, Scheme, Which};

/// Runs a case.
///
/// # Errors
/// Where the policy does not check.
pub fn run(case: &Case) -> Result<Outcome, String> {
    let gateway = Gateway::new(case.plan()?);
    let script = script(case);
    let response = match polled(gateway::serve(&gateway, head(&case.given), &script)) {
        Served::Respond(response) => response,
        Served::HandOver(exchange, limits) => {
            polled(script.forward(&exchange, limits)).unwrap_or_else(|_| gateway::failed(&script))
        }
    };
    let response = answer(&response, &script);
    Ok(Outcome { response, replies_left: script.replies.borrow().len(), upstream: script.sent.into_inner() })
}

/// Runs a case's policy and shows the variables at the end.
///
/// # Errors
/// Where the policy does not check.
pub fn variables(case: &Case) -> Result<String, String> {
    case.plan()?;
    let source = Source::new("policy.xml", case.policy.as_str());
    let document = Document::compile(&source, Scope::Api, &Surroundings::default(), &mut Diagnostics::new());
    let effective = Effective::compose(&[Rc::new(document)]);
    let head = head(&case.given);
    let (path, query) = head.target().split_once('?').unwrap_or((head.target(), ""));
    let mut exchange = Exchange {
        request: Request {
            method: None,
            backend: Address::parse(BACKEND),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Headers::new(head.fields().clone()),
            body: Body::Streams(Which::Request),
        },
        response: None,
        variables: Default::default(),
        parameters: vec![("path".into(), path.trim_start_matches('/').to_owned())],
        last_error: None,
        request_id: Default::default(),
        client: head,
    };
    polled(policy::run(&effective, &mut exchange, &script(case)));
    let mut text = String::new();
    for (name, value) in exchange.variables.iter() {
        let _ = match value {
            Variable::Text(text_value) => writeln!(text, "{name} = {text_value}"),
            Variable::Response(response) => writeln!(text, "{name} = response {}", response.status),
            Variable::Null => writeln!(text, "{name} = null"),
        };
    }
    Ok(if text.is_empty() { "nothing\n".to_owned() } else { text })
}

/// The head of the client's request, as the host writes it.
pub(super) fn head(given: &Given) -> RequestHead {
    RequestHead::read(head_bytes(given).into()).expect("what was written can be read")
}

pub(super) fn head_bytes(given: &Given) -> Vec<u8> {
    let builder = RequestHeadBuilder {
        scheme: Scheme::Http,
        method: &given.method,
        authority: AUTHORITY,
        client_address: CLIENT,
        target: &given.target,
    };
    let mut bytes = Vec::new();
    let mut fields = builder.write(&mut bytes);
    for (name, value) in &given.headers {
        fields.push(name, value.as_bytes());
    }
    fields.finish();
    bytes
}

fn script(case: &Case) -> Script {
    let script = Script::default();
    script.request_body.replace(case.given.body.clone());
    script.replies.borrow_mut().extend(case.replies.iter().map(|(_, reply)| reply.clone()));
    script
}

fn answer(response: &Response, script: &Script) -> Answer {
    let headers = response.headers.iter().map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
    let body: Bytes = script.bytes(&response.body);
    Answer { status: response.status, reason: response.reason.clone(), headers, body }
}

/// The engine's futures are polled again after every event; here events are over before anybody can wait for them.
fn polled<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..1000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
    panic!("the engine waits for something that a script does not have");
}
