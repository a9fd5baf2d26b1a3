//! A policy where it stands: what `context.LastError`, a trace and `portal-gen explain` say of it.

use crate::{
    computed::HostWorld,
    document::{Scope, Section},
    exchange::Exchange,
    host::Host,
    policies::Policy,
    statement::{Fault, Flow},
    trace::{self, Look, Note},
};
use diagnostic::Place;
use std::rc::Rc;

/// A policy, and where it stands.
#[derive(Debug)]
pub struct Step {
    /// What it does.
    pub policy: Policy,
    /// Where it stands.
    pub at: Rc<Standing>,
}

/// Where a policy stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The policy's name.
    pub name: &'static str,
    /// How far its document reaches.
    pub scope: Scope,
    /// The section.
    pub section: Section,
    /// The way to it from the section, such as `choose[3]/when[2]/set-header[1]`.
    pub path: String,
    /// The `id` that its author gave it.
    pub id: Option<String>,
    /// The file and where in it; none for what no file says.
    pub place: Option<Place>,
}

/// The most policies that run for one request, each turn of a `retry` counted: retries in retries multiply.
const STEPS_MAX: u32 = 10_000;

/// The most variables that a request has.
const VARIABLES_MAX: usize = 1_000;

/// What `context.LastError.Reason` says where a limit of the engine was reached.
const LIMIT_REACHED: &str = "LimitReached";

impl Step {
    /// Does it. A fault remembers the innermost step that it comes from.
    pub(crate) async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        exchange.steps += 1;
        let result = match exchange.trace {
            _ if exchange.steps > STEPS_MAX => {
                let message = format!("More than {STEPS_MAX} policies ran for one request.");
                Err(Fault::new(self.at.name, LIMIT_REACHED, message))
            }
            None => self.policy.run(exchange, host).await,
            Some(_) => self.run_traced(exchange, host).await,
        };
        let result = result.and_then(|flow| match exchange.variables.len() > VARIABLES_MAX {
            false => Ok(flow),
            true => {
                let message = format!("A request has more than {VARIABLES_MAX} variables.");
                Err(Fault::new(self.at.name, LIMIT_REACHED, message))
            }
        });
        result.map_err(|fault| self.failed(fault))
    }

    async fn run_traced<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let world = HostWorld(host);
        let before = Look::at(exchange, &world);
        if let Some(trace) = &mut exchange.trace {
            trace.start(&self.at, host.now_micros());
        }
        let forwards = matches!(self.policy, Policy::ForwardRequest(_));
        if forwards {
            let request = trace::of_request(exchange);
            note(exchange, Some(request));
        }
        let result = self.policy.run(exchange, host).await;
        if forwards {
            let response = exchange.response.as_ref().map(trace::of_response).filter(|_| result.is_ok());
            note(exchange, response);
        }
        let changes = before.changes(Look::at(exchange, &world));
        if let Some(trace) = &mut exchange.trace {
            trace.end(host.now_micros(), changes, result.as_ref().err());
        }
        result
    }

    /// The fault of this step.
    pub(crate) fn failed(&self, mut fault: Fault) -> Fault {
        fault.at.get_or_insert_with(|| self.at.clone());
        fault
    }
}

fn note(exchange: &mut Exchange, note: Option<Note>) {
    if let (Some(trace), Some(note)) = (&mut exchange.trace, note) {
        trace.note(note);
    }
}
