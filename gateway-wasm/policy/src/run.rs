//! The loop: sections in order, and what happens on an error.

use crate::{
    document::{Effective, Section},
    exchange::{Body, Exchange, Response},
    expr::value::Value,
    host::{BODY_BYTES_MAX, ForwardLimits, Host},
    mask::Mask,
    policies::Policy,
    problem,
    statement::{Fault, Flow},
    step::Step,
};
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::Poll,
};
use wire::{FailureKind, Which};

/// What becomes of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The exchange's response goes to the client.
    Respond,
    /// The request goes to the backend, and whatever comes back to the client: nothing is left to run.
    HandOver(ForwardLimits),
}

/// Runs what is in effect: inbound, backend, outbound; `on-error` where one of them fails.
pub async fn run<H: Host>(effective: &Effective, exchange: &mut Exchange, host: &H) -> Outcome {
    inspect(exchange, host);
    let result = sections(effective, exchange, host).await;
    end(effective, exchange, host, result).await
}

/// Answers a preflight. Nothing runs but `cors`, the first whose business it is.
pub async fn preflight<H: Host>(effective: &Effective, exchange: &mut Exchange, host: &H) -> Outcome {
    inspect(exchange, host);
    let result = cors(effective, exchange, host).await;
    exchange.response.get_or_insert_with(|| Response::new(200));
    end(effective, exchange, host, result.map(|_| Outcome::Respond)).await
}

/// Runs `on-error` alone, for a request that went no further. A page may read why where `cors` lets it.
pub async fn refuse<H: Host>(effective: &Effective, exchange: &mut Exchange, host: &H, fault: Fault) -> Outcome {
    // The request is refused whatever becomes of this.
    let _ = cors(effective, exchange, host).await;
    on_error(effective, exchange, host, fault).await;
    exchange.settle();
    Outcome::Respond
}

async fn cors<H: Host>(effective: &Effective, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
    for step in effective.cors() {
        if let Flow::Answer = step.run(exchange, host).await? {
            return Ok(Flow::Answer);
        }
    }
    Ok(Flow::Next)
}

fn inspect<H: Host>(exchange: &mut Exchange, host: &H) {
    if let Some(mut trace) = exchange.trace.take() {
        trace.inspect(exchange, host.now_micros());
        exchange.trace = Some(trace);
    }
}

async fn end<H: Host>(effective: &Effective, exchange: &mut Exchange, host: &H, result: Result<Outcome, Fault>) -> Outcome {
    let (outcome, last) = match result {
        Ok(outcome) => (outcome, Section::Outbound),
        Err(fault) => {
            host.log(fault.level(), &Mask::hide_once(exchange, &fault.line(exchange)));
            on_error(effective, exchange, host, fault).await;
            (Outcome::Respond, Section::OnError)
        }
    };
    if outcome == Outcome::Respond {
        exchange.settle();
    }
    if let Some(mut trace) = exchange.trace.take() {
        trace.transfer(exchange, last, host.now_micros());
        exchange.trace = Some(trace);
    }
    outcome
}

/// Runs `on-error`. Its statements see the fault's answer, which is what the caller gets if they change nothing.
async fn on_error<H: Host>(effective: &Effective, exchange: &mut Exchange, host: &H, fault: Fault) {
    let answer = fault.answer.as_deref().cloned();
    exchange.response = Some(answer.unwrap_or_else(|| problem::internal(exchange.request_id(host))));
    exchange.last_error = Some(fault);
    if steps(effective.section(Section::OnError), exchange, host).await.is_err() {
        exchange.response = Some(problem::internal(exchange.request_id(host)));
    }
}

async fn sections<H: Host>(effective: &Effective, exchange: &mut Exchange, host: &H) -> Result<Outcome, Fault> {
    if let Flow::Answer = steps(effective.section(Section::Inbound), exchange, host).await? {
        return Ok(Outcome::Respond);
    }
    let mut backend = effective.section(Section::Backend);
    let mut hand_over = None;
    // Who watches wants to see the response, too, and what is owed has to be put on it.
    if effective.hands_over()
        && exchange.trace.is_none()
        && exchange.owed.is_empty()
        && let Some((last, before)) = backend.split_last()
        && let Policy::ForwardRequest(forward) = &last.policy
    {
        backend = before;
        hand_over = Some((forward, last));
    }
    if let Flow::Answer = steps(backend, exchange, host).await? {
        return Ok(Outcome::Respond);
    }
    if let Some((forward, step)) = hand_over {
        forward.check_backend(exchange).map_err(|fault| step.failed(fault))?;
        let limits = forward.limits(exchange, host).await.map_err(|fault| step.failed(fault))?;
        return Ok(Outcome::HandOver(limits));
    }
    // Without a forward-request there is no backend's response: outbound sees an empty 200.
    exchange.response.get_or_insert_with(|| Response::new(200));
    steps(effective.section(Section::Outbound), exchange, host).await?;
    Ok(Outcome::Respond)
}

/// Runs steps one after the other until one of them answers.
pub(crate) async fn steps<H: Host>(steps: &[Rc<Step>], exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
    for step in steps {
        if let Flow::Answer = step.run(exchange, host).await? {
            return Ok(Flow::Answer);
        }
    }
    Ok(Flow::Next)
}

/// The same from within a policy: a future that holds itself needs a place of its own.
pub(crate) fn nested<'a, H: Host>(
    steps: &'a [Rc<Step>],
    exchange: &'a mut Exchange,
    host: &'a H,
) -> Pin<Box<dyn Future<Output = Result<Flow, Fault>> + 'a>> {
    Box::pin(self::steps(steps, exchange, host))
}

/// One branch of a `wait`, which works on a copy of the exchange and gives it back.
enum Branch<'a> {
    Running(Pin<Box<dyn Future<Output = Finished> + 'a>>),
    Done(Finished),
}

/// The copy as the branch left it, and how it ended.
type Finished = (Box<Exchange>, Result<Flow, Fault>);

/// Runs each statement on a copy of the exchange, all at the same time.
///
/// Branches see the variables as they were before; their writes merge in document order, so a trace is the same on every
/// run. With `any`, the first branch that is done ends the others.
pub(crate) async fn parallel<H: Host>(steps: &[Rc<Step>], any: bool, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
    let mut branches: Vec<Branch<'_>> = Vec::with_capacity(steps.len());
    for step in steps {
        branches.push(Branch::Running(Box::pin(branch(step, Box::new(exchange.clone()), host))));
    }
    poll_fn(|context| {
        for one in &mut branches {
            if let Branch::Running(future) = one
                && let Poll::Ready(finished) = future.as_mut().poll(context)
            {
                *one = Branch::Done(finished);
                if any {
                    // Others may be done too by now, but this one was the first.
                    return Poll::Ready(());
                }
            }
        }
        if branches.iter().all(|one| matches!(one, Branch::Done(_))) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let mut flow = Flow::Next;
    let before = exchange.variables.clone();
    let steps_before = exchange.steps;
    let traced = exchange.trace.as_ref().map_or(0, |trace| trace.entries.len());
    for one in branches {
        let Branch::Done((mut copy, result)) = one else { continue };
        exchange.steps = exchange.steps.saturating_add(copy.steps - steps_before);
        if let (Some(trace), Some(copied)) = (&mut exchange.trace, copy.trace.take()) {
            trace.merge(traced, *copied);
        }
        if let Flow::Answer = result?
            && flow == Flow::Next
        {
            flow = Flow::Answer;
            exchange.response = copy.response;
        }
        for (name, value) in copy.variables.iter() {
            if !before.get(name).is_some_and(|old| same(old, value)) {
                exchange.variables.set(name.clone(), value.clone());
            }
        }
    }
    Ok(flow)
}

async fn branch<H: Host>(step: &Step, mut copy: Box<Exchange>, host: &H) -> Finished {
    let result = step.run(&mut copy, host).await;
    (copy, result)
}

/// Reads a body of the exchange if the host still holds it, so that it can be changed.
pub(crate) async fn whole_body<H: Host>(body: &mut Body, host: &H, source: &'static str) -> Result<bytes::Bytes, Fault> {
    let which = match body {
        Body::Whole(bytes) => return Ok(bytes.clone()),
        Body::Streams(which) => *which,
    };
    let bytes = host.body(which, BODY_BYTES_MAX).await.map_err(|error| {
        let too_large =
            |whose| format!("The {whose}'s body is longer than {} MiB, the most that a policy can read.", BODY_BYTES_MAX >> 20);
        match (which, error.kind) {
            (Which::Request, FailureKind::TooLarge) => {
                Fault::new(source, "RequestBodyTooLarge", too_large("request")).answered(413)
            }
            (Which::Response, FailureKind::TooLarge) => Fault::new(source, "ResponseBodyTooLarge", too_large("response")),
            (Which::Request, _) => Fault::new(source, "ClientConnectionFailure", error.message),
            (Which::Response, _) => Fault::new(source, "BackendConnectionFailure", error.message),
        }
    })?;
    *body = Body::Whole(bytes.clone());
    Ok(bytes)
}

/// True if a variable still has the very same value; two objects are the same only if they are one.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Null, Value::Null) => true,
        (Value::String(one), Value::String(other)) => one == other,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Object(one), Value::Object(other)) => one.is_same(other),
        (one, other) => one.as_integer().is_some() && one.as_integer() == other.as_integer(),
    }
}
