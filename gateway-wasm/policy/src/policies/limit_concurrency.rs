//! `limit-concurrency`: lets only so many requests at once into its policies.

use crate::{
    computed::Expr,
    document::Section,
    exchange::Exchange,
    host::Host,
    run,
    statement::{Checker, Children, Fault, Flow, Parts, Statement},
    step::Step,
    xml::Element,
};
use std::rc::Rc;

/// Runs its policies if fewer than so many others run those of the same key.
#[derive(Debug)]
pub struct LimitConcurrency {
    key: Expr<Rc<str>>,
    count_max: u32,
    steps: Vec<Rc<Step>>,
}

impl Statement for LimitConcurrency {
    const NAME: &'static str = "limit-concurrency";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["key", "max-count"];
    const CHILDREN: Children = Children::Policies;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let key = checker.required_text(element, "key");
        let count_max = checker.required_literal_number(element, "max-count", 1..=u32::MAX, 3);
        let steps = checker.branch(element);
        if element.elements().next().is_none() {
            let help = "put `<forward-request />` into it, for example";
            checker.error("limit-concurrency/empty", element.name_span, "there is nothing to limit", help);
        }
        Some(Self { key: key?, count_max: count_max?, steps })
    }

    fn parts(&self) -> Parts<'_> {
        vec![(None, &self.steps)]
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let key = format!("concurrency/{}", self.key.get(exchange, host, Self::NAME).await?);
        if !host.enter(&key, self.count_max).await {
            const MESSAGE: &str = "Concurrency limit is exceeded.";
            let fault = Fault::new(Self::NAME, "ConcurrencyLimitExceeded", MESSAGE);
            return Err(fault.answered(429));
        }
        let result = run::nested(&self.steps, exchange, host).await;
        host.leave(&key).await;
        result
    }
}
