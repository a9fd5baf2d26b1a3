//! `wait`: runs what stands in it at the same time.

use crate::{
    computed::Word,
    document::Section,
    exchange::Exchange,
    host::Host,
    policies::Policy,
    run,
    statement::{Checker, Children, Fault, Flow, Parts, Siblings, Statement},
    step::Step,
    xml::Element,
};
use std::rc::Rc;

/// Runs its statements in parallel, and goes on when all of them are done, or the first.
#[derive(Debug)]
pub struct Wait {
    any: Word<bool>,
    branches: Vec<Rc<Step>>,
}

/// What takes time, and so may stand in a `wait` (reference: APIM, A2).
const BRANCHES: &[&str] = &["send-request", "cache-lookup-value", "choose"];

impl Statement for Wait {
    const NAME: &'static str = "wait";
    const SECTIONS: &'static [Section] = &[Section::Inbound, Section::Backend, Section::Outbound];
    const ATTRIBUTES: &'static [&'static str] = &["for"];
    const CHILDREN: Children = Children::Named(BRANCHES);

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let any = checker.word(element, "for", &[("all", false), ("any", true)], false);
        let mut branches = Vec::new();
        let mut siblings = Siblings::default();
        for child in element.elements().filter(|child| BRANCHES.contains(&child.name.as_str())) {
            checker.step(child, &siblings.part(child), &mut branches);
        }
        Some(Self { any: any?, branches })
    }

    fn parts(&self) -> Parts<'_> {
        vec![(None, &self.branches)]
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        // Two branches cannot read one body at the same time, so it is read before, for all of them.
        if self.branches.iter().any(|branch| matches!(&branch.policy, Policy::SendRequest(send) if send.copies_body())) {
            run::whole_body(&mut exchange.request.body, host, Self::NAME).await?;
        }
        let any = self.any.get(exchange, host, Self::NAME).await?;
        run::parallel(&self.branches, any, exchange, host).await
    }
}
