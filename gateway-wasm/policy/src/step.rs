//! A policy where it stands: what `context.LastError`, a trace and `portal-gen explain` say of it.

use crate::{
    document::{Scope, Section},
    exchange::Exchange,
    host::Host,
    policies::Policy,
    statement::{Fault, Flow},
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

impl Step {
    /// Does it. A fault remembers the innermost step that it comes from.
    pub(crate) async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        self.policy.run(exchange, host).await.map_err(|fault| self.failed(fault))
    }

    /// The fault of this step.
    pub(crate) fn failed(&self, mut fault: Fault) -> Fault {
        fault.at.get_or_insert_with(|| self.at.clone());
        fault
    }
}
