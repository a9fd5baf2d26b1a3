//! `return-response`: answers the caller, and ends the exchange.

use super::{SetBody, SetHeader, SetStatus};
use crate::{
    document::Section,
    exchange::{Exchange, Response},
    expr::library::context::ResponseValue,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};

/// Answers with a new response, or with one that a `send-request` got.
#[derive(Debug)]
pub struct ReturnResponse {
    response_variable: Option<String>,
    status: Option<SetStatus>,
    headers: Vec<SetHeader>,
    body: Option<SetBody>,
}

impl Statement for ReturnResponse {
    const NAME: &'static str = "return-response";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["response-variable-name"];
    const CHILDREN: Children = Children::Named(&["set-status", "set-header", "set-body"]);

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let mut policy =
            Self { response_variable: checker.optional(element, "response-variable-name"), status: None, headers: vec![], body: None };
        let mut whole = element.attribute("response-variable-name").is_none() || policy.response_variable.is_some();
        // What stands in it makes a response, whatever section it stands in.
        let section = std::mem::replace(&mut checker.section, Section::Outbound);
        for child in element.elements() {
            match child.name.as_str() {
                SetStatus::NAME => policy.status = checked(child, checker, &mut whole),
                SetHeader::NAME => policy.headers.extend(checked::<SetHeader>(child, checker, &mut whole)),
                SetBody::NAME => policy.body = checked(child, checker, &mut whole),
                _ => {}
            }
        }
        checker.section = section;
        whole.then_some(policy)
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let mut response = match self.response_variable.as_deref() {
            None => Response::new(200),
            Some(name) => match exchange.variables.get(name).and_then(|value| value.downcast_ref::<ResponseValue>()) {
                Some(kept) => kept.0.response.clone(),
                None => {
                    let message = format!("the variable `{name}` holds no response");
                    return Err(Fault::new(Self::NAME, "ExpressionValueEvaluationFailure", message));
                }
            },
        };
        if let Some(status) = &self.status {
            (response.status, response.reason) = status.status(exchange, host).await?;
        }
        for header in &self.headers {
            header.field(exchange, host).await?.apply(&mut response.headers);
        }
        if let Some(body) = &self.body {
            response.body = body.body(exchange, host).await?;
        }
        exchange.response = Some(response);
        Ok(Flow::Answer)
    }
}

/// Checks a child that is a policy too.
pub(super) fn checked<S: Statement>(element: &Element, checker: &mut Checker<'_>, whole: &mut bool) -> Option<S> {
    checker.shape::<S>(element);
    let policy = S::check(element, checker);
    *whole &= policy.is_some();
    policy
}
