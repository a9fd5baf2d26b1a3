//! `set-status`: changes the response's status.

use crate::{
    document::Section,
    exchange::{Exchange, Response},
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};

/// Changes status code and reason phrase.
#[derive(Debug)]
pub struct SetStatus {
    code: u16,
    reason: String,
}

impl Statement for SetStatus {
    const NAME: &'static str = "set-status";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["code", "reason"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let reason = match element.attribute("reason") {
            Some(_) => checker.optional(element, "reason"),
            None => Some(String::new()),
        };
        // Codes below 200 are no answers: a response with one would leave the caller waiting for another.
        let code = if element.attribute("code").is_none() {
            checker.required(element, "code").and(None)
        } else {
            checker.number(element, "code", 200..=599, 200)
        };
        Some(Self { code: u16::try_from(code?).ok()?, reason: reason? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, _host: &H) -> Result<Flow, Fault> {
        self.apply(exchange.response.get_or_insert_with(|| Response::new(200)));
        Ok(Flow::Next)
    }
}

impl SetStatus {
    pub(super) fn apply(&self, response: &mut Response) {
        response.status = self.code;
        response.reason = self.reason.clone();
    }
}
