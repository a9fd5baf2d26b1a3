//! `set-status`: changes the response's status.

use crate::{
    computed::{Expr, Number},
    document::Section,
    exchange::{Exchange, Response},
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Changes status code and reason phrase.
#[derive(Debug)]
pub struct SetStatus {
    code: Number,
    reason: Option<Expr<Rc<str>>>,
}

impl Statement for SetStatus {
    const NAME: &'static str = "set-status";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["code", "reason"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let reason = checker.optional_text(element, "reason");
        // Codes below 200 are no answers: a response with one would leave the caller waiting for another.
        let code = if element.attribute("code").is_none() {
            checker.required(element, "code");
            None
        } else {
            checker.number_value(element, "code", 200..=599, 200)
        };
        Some(Self { code: code?, reason: reason? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let (status, reason) = self.status(exchange, host).await?;
        let response = exchange.response.get_or_insert_with(|| Response::new(200));
        (response.status, response.reason) = (status, reason);
        Ok(Flow::Next)
    }
}

impl SetStatus {
    /// Code and reason phrase.
    pub(super) async fn status<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<(u16, String), Fault> {
        let code = self.code.get(exchange, host, Self::NAME).await?;
        let reason = match &self.reason {
            Some(reason) => reason.get(exchange, host, Self::NAME).await?.to_string(),
            None => String::new(),
        };
        // A line break would end the head.
        let reason = reason.chars().filter(|c| !c.is_control()).collect();
        Ok((u16::try_from(code).unwrap_or(500), reason))
    }
}
