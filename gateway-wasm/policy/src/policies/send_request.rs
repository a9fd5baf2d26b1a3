//! `send-request`: sends a request of the policy's own, and keeps the answer in a variable.

use super::own_request::{self, OwnRequest};
use crate::{
    computed::{Expr, Number},
    document::Section,
    exchange::Exchange,
    expr::{library::context::ResponseValue, value::Value},
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;
use wire::FailureKind;

/// Sends a request and keeps the response.
#[derive(Debug)]
pub struct SendRequest {
    request: OwnRequest,
    variable: Expr<Rc<str>>,
    timeout: Number,
    ignore_error: bool,
}

impl Statement for SendRequest {
    const NAME: &'static str = "send-request";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["mode", "response-variable-name", "timeout", "ignore-error"];
    const CHILDREN: Children = own_request::CHILDREN;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let variable = checker.required_text(element, "response-variable-name");
        let timeout_seconds = checker.number_value(element, "timeout", 1..=24 * 60 * 60, 60);
        let ignore_error = checker.one_of(element, "ignore-error", &[("true", true), ("false", false)], false);
        let request = OwnRequest::check(element, checker, "send-request/url");
        Some(Self { request: request?, variable: variable?, timeout: timeout_seconds?, ignore_error: ignore_error? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let variable = self.variable.get(exchange, host, Self::NAME).await?;
        let timeout_ms = self.timeout.get(exchange, host, Self::NAME).await?.saturating_mul(1000);
        let request = self.request.make(exchange, host, Self::NAME).await?;
        let answer = match host.send(&request, timeout_ms).await {
            Ok(response) => Value::object(ResponseValue::new(response)),
            Err(_) if self.ignore_error => Value::Null,
            Err(error) => {
                let reason = match error.kind {
                    FailureKind::Timeout => "Timeout",
                    _ => "BackendConnectionFailure",
                };
                return Err(Fault::new(Self::NAME, reason, error.message));
            }
        };
        exchange.variables.set(variable, answer);
        Ok(Flow::Next)
    }
}
