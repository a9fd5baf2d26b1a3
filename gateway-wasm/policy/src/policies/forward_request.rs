//! `forward-request`: sends the request to the backend.

use crate::{
    computed::Number,
    document::Section,
    exchange::Exchange,
    host::{ForwardLimits, Host},
    run,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use wire::FailureKind;

/// Sends the request to the backend, and takes what it answers as the response.
#[derive(Debug)]
pub struct ForwardRequest {
    /// Seconds, unless milliseconds are given.
    timeout: Number,
    timeout_ms: Option<Number>,
    /// Reads the whole body before it is sent, so that it can be sent again.
    buffer_request_body: bool,
    fail_on_error_status_code: bool,
}

/// APIM waits 300 seconds for a backend.
const TIMEOUT_SECONDS: u32 = 300;

impl Default for ForwardRequest {
    fn default() -> Self {
        Self { timeout: Number::known(TIMEOUT_SECONDS), timeout_ms: None, buffer_request_body: false, fail_on_error_status_code: false }
    }
}

impl Statement for ForwardRequest {
    const NAME: &'static str = "forward-request";
    const SECTIONS: &'static [Section] = &[Section::Backend];
    const ATTRIBUTES: &'static [&'static str] = &[
        "timeout",
        "timeout-ms",
        "continue-timeout",
        "http-version",
        "follow-redirects",
        "buffer-request-body",
        "buffer-response",
        "fail-on-error-status-code",
    ];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        const BOOLEAN: &[(&str, bool)] = &[("true", true), ("false", false)];
        let seconds = checker.number_value(element, "timeout", 0..=24 * 60 * 60, TIMEOUT_SECONDS);
        let milliseconds = checker.number_value(element, "timeout-ms", 0..=24 * 60 * 60 * 1000, 0);
        let fail = checker.one_of(element, "fail-on-error-status-code", BOOLEAN, false);
        let follow = checker.word(element, "follow-redirects", BOOLEAN, false);
        let buffer_request_body = checker.one_of(element, "buffer-request-body", BOOLEAN, false);
        // A response streams unless a policy reads it, which is as good as a buffer to all but who waits for the first bytes.
        checker.one_of(element, "buffer-response", BOOLEAN, true);
        checker.one_of(element, "http-version", &[("1", ()), ("2or1", ()), ("2", ())], ());
        checker.number_value(element, "continue-timeout", 0..=24 * 60 * 60, 0);
        if follow.as_ref().is_some_and(|follow| follow.written() != Some(false)) {
            let span = element.attribute("follow-redirects").map_or(element.name_span, |attribute| attribute.value.span);
            checker.error(
                "forward-request/follow-redirects",
                span,
                "this build of Portico does not follow redirects of a backend yet",
                "leave it out: the caller gets the redirect",
            );
        }
        follow?;
        // `timeout-ms="0"` is what the portal writes where nothing is set.
        let milliseconds = Some(milliseconds?).filter(|number| number.written() != Some(0));
        Some(Self { timeout: seconds?, timeout_ms: milliseconds, buffer_request_body: buffer_request_body?, fail_on_error_status_code: fail? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        self.check_backend(exchange)?;
        let limits = self.limits(exchange, host).await?;
        if self.buffer_request_body {
            run::whole_body(&mut exchange.request.body, host, Self::NAME).await?;
        }
        let response = host.forward(exchange, limits).await.map_err(|error| {
            let reason = match error.kind {
                FailureKind::Timeout => "Timeout",
                FailureKind::ClientGone => "ClientConnectionFailure",
                _ => "BackendConnectionFailure",
            };
            Fault::new(Self::NAME, reason, error.message)
        })?;
        let status = response.status;
        exchange.response = Some(response);
        if self.fail_on_error_status_code && status >= 400 {
            return Err(Fault::new(Self::NAME, "BackendErrorStatusCode", format!("the backend answered {status}")));
        }
        Ok(Flow::Next)
    }
}

impl ForwardRequest {
    /// Its bounds.
    pub(crate) async fn limits<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<ForwardLimits, Fault> {
        let timeout_ms = match &self.timeout_ms {
            Some(milliseconds) => milliseconds.get(exchange, host, Self::NAME).await?,
            None => self.timeout.get(exchange, host, Self::NAME).await?.saturating_mul(1000),
        };
        Ok(ForwardLimits { timeout_ms })
    }

    /// Fails where nothing says where the backend is.
    pub(crate) fn check_backend(&self, exchange: &Exchange) -> Result<(), Fault> {
        match exchange.request.backend {
            Some(_) => Ok(()),
            None => {
                let message = "no backend is configured: give the API a `serviceUrl`, or use `set-backend-service`";
                Err(Fault::new(Self::NAME, "BackendConnectionFailure", message))
            }
        }
    }
}
