//! Runs a case: the engine as a library, with a [`Script`] as its world.

use crate::{
    case::{Case, Program},
    home::Home,
    http::Answer,
};
use gateway::{Admitted, Gateway};
use policy::{
    Exchange, Host, Outcome as Ended, Response,
    exchange::{Variable, Variables},
    script::{Script, Sent},
};
use std::{
    fmt::Write,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// What came of a case, as far as it can be seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The requests that left the gateway, in their order.
    pub upstream: Vec<Sent>,
    /// The response that the client got.
    pub response: Answer,
    /// Lines of the page with answers that nobody asked for.
    pub unused: Vec<usize>,
    /// Where the requests and the fence `host` do not fit each other.
    pub mistakes: Vec<String>,
}

/// What came of a case, all of it.
#[derive(Clone, Debug)]
pub struct Ran {
    /// What can be seen from outside.
    pub outcome: Outcome,
    /// The variables at the end.
    pub variables: String,
    /// Why `on-error` ran.
    pub error: String,
    /// What policies traced.
    pub trace: String,
}

/// Runs a case whose policy is right.
pub fn policy(case: &Case, home: &Home) -> Ran {
    let gateway = home.gateway(case);
    let script = Script::new(case.scene.clone(), case.given.body.clone());
    let mut ran = Ran {
        outcome: Outcome { upstream: Vec::new(), response: Answer::default(), unused: Vec::new(), mistakes: Vec::new() },
        variables: NOTHING.to_owned(),
        error: NOTHING.to_owned(),
        trace: NOTHING.to_owned(),
    };
    let response = respond(case, &gateway, &script, &mut ran);
    let headers = response.headers.iter().map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
    let body = script.bytes(&response.body);
    ran.outcome = Outcome {
        response: Answer { status: response.status, reason: response.reason, headers, body },
        unused: script.unused(),
        mistakes: script.mistakes.take(),
        upstream: script.sent.take(),
    };
    let trace: String = script.trace.take().into_iter().map(|line| line + "\n").collect();
    ran.trace = or_nothing(trace);
    ran
}

/// What an empty list is shown as: an empty fence is one that is not written yet.
const NOTHING: &str = "nothing\n";

fn or_nothing(text: String) -> String {
    if text.is_empty() { NOTHING.to_owned() } else { text }
}

fn respond(case: &Case, gateway: &Gateway, script: &Script, ran: &mut Ran) -> Response {
    // What every host answers to a head that it does not take.
    let Some(head) = case.given.request_head() else { return Response::new(431) };
    let Admitted { mut exchange, effective } = match gateway::admit(gateway, head, script) {
        Ok(admitted) => admitted,
        Err(response) => return *response,
    };
    give(case, &mut exchange);
    let ended = polled(policy::run(&effective, &mut exchange, script));
    ran.variables = variables(&exchange.variables);
    if let Some(fault) = &exchange.last_error {
        ran.error = format!("source: {}\nreason: {}\nmessage: {}\n", fault.source, fault.reason, fault.message);
    }
    match ended {
        Ended::Respond => exchange.response.unwrap_or_else(|| Response::new(200)),
        Ended::HandOver(limits) => polled(script.forward(&exchange, limits)).unwrap_or_else(|_| gateway::failed(script)),
    }
}

/// Sets the variables that are there at the start.
fn give(case: &Case, exchange: &mut Exchange) {
    for (name, code) in &case.variables {
        let text = code.strip_prefix('"').and_then(|code| code.strip_suffix('"')).unwrap_or(code);
        exchange.variables.set(name.as_str().into(), Variable::Text(text.into()));
    }
}

fn variables(variables: &Variables) -> String {
    let mut text = String::new();
    for (name, value) in variables.iter() {
        let _ = match value {
            Variable::Text(value) => writeln!(text, "{name} = {value}"),
            Variable::Response(response) => writeln!(text, "{name} = response {}", response.status),
            Variable::Null => writeln!(text, "{name} = null"),
        };
    }
    or_nothing(text)
}

/// What each expression of a program gives, a line each.
pub fn program(case: &Case, _home: &Home, program: &Program) -> String {
    let mut text = String::new();
    for expression in &program.expressions {
        let script = Script::new(case.scene.clone(), case.given.body.clone());
        let value = policy::expr::evaluate_text(&expression.code, &script);
        let _ = writeln!(text, "{}", value.replace('\r', "\\r").replace('\n', "\\n"));
    }
    text
}

/// The engine's futures are polled again after every event; here events are over before anybody can wait for them.
fn polled<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
