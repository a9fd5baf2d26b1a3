//! Runs a case: the engine as a library, with a [`Script`] as its world.

use crate::{
    case::{Case, Program},
    home::{DEBUG_KEY, Home},
    http::Answer,
};
use gateway::{Admitted, Course, Gateway, Plan, Served};
use policy::{
    Body, ForwardLimits, Host, Outcome as Ended, Response,
    exchange::Variables,
    expr::{
        evaluate_shown,
        library::context::ResponseValue,
        machine::Machine,
        program::{show, show_thrown},
        value::Value,
    },
    mask::Mask,
    script::{Script, Sent},
    trace::Trace,
};
use std::{
    fmt::Write,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// What came of a case, as far as it can be seen from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The requests that left the gateway, in their order.
    pub upstream: Vec<Sent>,
    /// The response that the client got.
    pub response: Answer,
    /// What policies emitted, as JSON.
    pub events: Vec<String>,
    /// Lines of the page with answers that nobody asked for.
    pub unused: Vec<usize>,
    /// Where the requests and the fence `host` do not fit each other.
    pub mistakes: Vec<String>,
}

impl Outcome {
    /// Where the requests and the fence `host` do not fit each other, a line of text each.
    pub fn problems(&self) -> impl Iterator<Item = String> {
        let unused = self.unused.iter().map(|line| format!("line {line}: nobody asks for this answer\n"));
        unused.chain(self.mistakes.iter().map(|mistake| format!("{mistake}\n")))
    }
}

/// What came of a case, all of it.
#[derive(Clone, Debug)]
pub struct Ran {
    /// What can be seen from outside.
    pub outcome: Outcome,
    /// The variables at the end.
    pub variables: String,
    /// What policies left in the cache.
    pub cache: String,
    /// Why `on-error` ran.
    pub error: String,
    /// What happened, where somebody wanted to know.
    pub trace: Option<Box<Trace>>,
    /// What nobody may read of it.
    pub mask: Mask,
}

/// Runs a case as the doors of the component do, from [`Home::plan`].
pub fn plan(case: &Case, plan: Plan) -> Outcome {
    let gateway = Gateway::new(plan);
    let script = Script::new(case.scene.clone(), case.given.body.clone());
    let response = match case.request_head().map(|head| polled(gateway::serve(&gateway, head, &script))) {
        // What every host answers to a head that it does not take.
        None => Response::new(431),
        Some(Served::Respond(response)) => response,
        Some(Served::HandOver(exchange, limits)) => {
            polled(script.forward(&exchange, limits)).unwrap_or_else(|_| gateway::failed(&script))
        }
    };
    outcome(response, &script)
}

/// The same case with a token, so that its trace is among its events; `None` if its request leads nowhere.
pub fn traced(case: &Case, plan: Plan) -> Option<Case> {
    const CENTURY_SECONDS: i64 = 100 * 366 * 24 * 60 * 60;
    let gateway = Gateway::new(plan);
    let (api, _) = gateway.find(&case.request_head()?)?;
    let until_seconds = case.scene.clock.now_micros / 1_000_000 + CENTURY_SECONDS;
    let mut case = case.clone();
    case.given.headers.push(("apim-debug-authorization".to_owned(), DEBUG_KEY.token(api, until_seconds)));
    Some(case)
}

/// Runs a case whose policy is right.
///
/// A trace records what happens. Recording looks at the clock, which may go on with each look; so it is for those who ask.
pub fn policy(case: &Case, home: &Home, is_traced: bool) -> Ran {
    ran(case, &home.gateway(case), is_traced)
}

fn ran(case: &Case, gateway: &Gateway, is_traced: bool) -> Ran {
    let script = Script::new(case.scene.clone(), case.given.body.clone());
    let mut ran = Ran {
        outcome: Outcome::default(),
        variables: NOTHING.to_owned(),
        cache: NOTHING.to_owned(),
        error: NOTHING.to_owned(),
        trace: None,
        mask: Mask::new(gateway.secrets().clone()),
    };
    let response = respond(case, gateway, &script, is_traced, &mut ran);
    ran.outcome = outcome(response, &script);
    ran.cache = cache(&script);
    ran
}

fn outcome(response: Response, script: &Script) -> Outcome {
    let headers = response.headers.iter().map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
    let body = script.bytes(&response.body);
    Outcome {
        response: Answer { status: response.status, reason: response.reason, headers, body },
        unused: script.unused(),
        mistakes: script.mistakes.take(),
        events: script.events.take(),
        upstream: script.sent.take(),
    }
}

/// What an empty list is shown as: an empty fence is one that is not written yet.
const NOTHING: &str = "nothing\n";

pub(crate) fn or_nothing(text: String) -> String {
    if text.is_empty() { NOTHING.to_owned() } else { text }
}

fn respond(case: &Case, gateway: &Gateway, script: &Script, is_traced: bool, ran: &mut Ran) -> Response {
    let mut admitted = match admit(case, gateway, script) {
        Ok(admitted) => admitted,
        Err(response) => return *response,
    };
    if is_traced {
        ran.mask = Mask::of(&admitted.exchange);
        admitted.exchange.trace = Some(Box::new(Trace::of(&admitted.exchange)));
    }
    let ended = polled(admitted.run(script));
    let mut exchange = admitted.exchange;
    ran.trace = exchange.trace.take();
    ran.variables = variables(&exchange.variables, script);
    if let Some(fault) = &exchange.last_error {
        ran.error = format!("source: {}\nreason: {}\nmessage: {}\n", fault.source, fault.reason, fault.message);
    }
    match ended {
        Ended::Respond => exchange.response.unwrap_or_else(|| Response::new(200)),
        Ended::HandOver(limits) => polled(script.forward(&exchange, limits)).unwrap_or_else(|_| gateway::failed(script)),
    }
}

/// The exchange before policies run, with the variables that are there at the start.
fn admit(case: &Case, gateway: &Gateway, script: &Script) -> Result<Admitted, Box<Response>> {
    // What every host answers to a head that it does not take.
    let head = case.request_head().ok_or_else(|| Box::new(Response::new(431)))?;
    let mut admitted = gateway::admit(gateway, head, script)?;
    for variable in &case.variables {
        let evaluated = variable.expression.evaluate(script, Some(&admitted.exchange));
        let value = evaluated.value.unwrap_or_else(|thrown| Value::text(show_thrown(&thrown)));
        admitted.exchange.variables.set(variable.name.as_str().into(), value);
    }
    Ok(admitted)
}

/// What policies left in the cache, a line each, by key.
fn cache(script: &Script) -> String {
    let mut text = String::new();
    for (key, value, lifetime_ms) in script.cache() {
        let mut machine = Machine::new(script, None);
        let value = show(&mut machine, &value).unwrap_or_else(|thrown| show_thrown(&thrown));
        let _ = writeln!(text, "{key:?} {}s -> {value}", lifetime_ms / 1000);
    }
    or_nothing(text)
}

fn variables(variables: &Variables, script: &Script) -> String {
    let mut text = String::new();
    for (name, value) in variables.iter() {
        let shown = match value.downcast_ref::<ResponseValue>() {
            Some(response) => format!("IResponse {}", response.0.response.status),
            None => show(&mut Machine::new(script, None), value).unwrap_or_else(|thrown| show_thrown(&thrown)),
        };
        let _ = writeln!(text, "{name} = {shown}");
    }
    or_nothing(text)
}

/// What each expression of a program gives, a line each: in `inbound`, or in `outbound` if the case says what the backend
/// answers to the request.
///
/// # Errors
/// Where the request of the case leads nowhere, or the fence `host` has answers for which an expression cannot ask.
pub fn program(case: &Case, home: &Home, program: &Program) -> Result<String, String> {
    let gateway = home.gateway(case);
    let mut text = String::new();
    for expression in &program.expressions {
        let script = Script::new(case.scene.clone(), case.given.body.clone());
        let nowhere =
            |response: &Response| format!("the request of this case leads nowhere: it is answered with {}\n", response.status);
        let admitted = admit(case, &gateway, &script).map_err(|response| nowhere(&response))?;
        if let Course::Refused(fault) = &admitted.course {
            return Err(format!("the request of this case leads nowhere: it is answered with {}\n", fault.status()));
        }
        let mut exchange = admitted.exchange;
        exchange.request.body = Body::Whole(case.given.body.clone());
        if case.is_answered() {
            let response = polled(script.forward(&exchange, ForwardLimits::default()));
            exchange.response =
                response.ok().map(|response| Response { body: Body::Whole(script.bytes(&response.body)), ..response });
        }
        if let Some(line) = script.unused().first() {
            return Err(format!("line {line}: nobody asks for this answer\n"));
        }
        let _ = writeln!(text, "{}", evaluate_shown(&expression.code, &script, Some(&exchange)));
    }
    Ok(text)
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
