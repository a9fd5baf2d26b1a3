//! `wait`: runs what stands in it at the same time.

use crate::{
    computed::Word,
    document::Section,
    exchange::Exchange,
    host::Host,
    run,
    statement::{Checker, Children, Fault, Flow, Parts, Siblings, Statement},
    step::Step,
    xml::{self, Element},
};
use std::rc::Rc;

/// Runs its statements in parallel, and goes on when all of them are done, or the first.
#[derive(Debug)]
pub struct Wait {
    any: Word<bool>,
    branches: Vec<Rc<Step>>,
    /// More than one branch may read the body of the request.
    shares_request: bool,
    /// More than one branch may read the body of the response.
    shares_response: bool,
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
        let (mut request_readers, mut response_readers) = (0, 0);
        for child in element.elements().filter(|child| BRANCHES.contains(&child.name.as_str())) {
            let before = checker.readers;
            checker.step(child, &siblings.part(child), &mut branches);
            let copies = sends_a_copy(child) || child.elements().any(holds_a_copy);
            request_readers += u32::from(copies || checker.readers.request > before.request);
            response_readers += u32::from(checker.readers.response > before.response);
        }
        Some(Self { any: any?, branches, shares_request: request_readers > 1, shares_response: response_readers > 1 })
    }

    fn parts(&self) -> Parts<'_> {
        vec![(None, &self.branches)]
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        // Two branches cannot read one body at the same time, so it is read before, for all of them.
        if self.shares_request {
            run::whole_body(&mut exchange.request.body, host, Self::NAME).await?;
        }
        if self.shares_response
            && let Some(response) = &mut exchange.response
        {
            run::whole_body(&mut response.body, host, Self::NAME).await?;
        }
        let any = self.any.get(exchange, host, Self::NAME).await?;
        run::parallel(&self.branches, any, exchange, host).await
    }
}

/// True for a request that has the body of the exchange's own, as far as its file tells.
fn sends_a_copy(element: &Element) -> bool {
    let sends = matches!(element.name.as_str(), "send-request" | "send-one-way-request");
    let is_new = |mode: &xml::Attribute| mode.value.text.trim().eq_ignore_ascii_case("new");
    sends && element.attribute("mode").is_some_and(|mode| !is_new(mode)) && !element.elements().any(|child| child.name == "set-body")
}

/// True if somewhere in it such a request may stand; what is in a fragment is not looked up.
fn holds_a_copy(element: &Element) -> bool {
    element.name == "include-fragment" || sends_a_copy(element) || element.elements().any(holds_a_copy)
}
