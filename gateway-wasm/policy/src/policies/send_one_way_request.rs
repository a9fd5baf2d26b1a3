//! `send-one-way-request`: sends a request of the policy's own, and goes on at once.

use super::own_request::{self, OwnRequest};
use crate::{
    computed::Number,
    document::Section,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};

/// Sends a request whose answer nobody wants.
#[derive(Debug)]
pub struct SendOneWayRequest {
    request: OwnRequest,
    timeout: Number,
}

impl Statement for SendOneWayRequest {
    const NAME: &'static str = "send-one-way-request";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["mode", "timeout"];
    const CHILDREN: Children = own_request::CHILDREN;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let timeout_seconds = checker.number_value(element, "timeout", 1..=24 * 60 * 60, 60);
        let request = OwnRequest::check(element, checker, "send-one-way-request/url");
        Some(Self { request: request?, timeout: timeout_seconds? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let timeout_ms = self.timeout.get(exchange, host, Self::NAME).await?.saturating_mul(1000);
        let request = self.request.make(exchange, host, Self::NAME).await?;
        // A copy leads nowhere where no backend is set. That it fails is nobody's business, as with every other failure.
        if request.backend.is_some() {
            host.send_one_way(&request, timeout_ms);
        }
        Ok(Flow::Next)
    }
}
