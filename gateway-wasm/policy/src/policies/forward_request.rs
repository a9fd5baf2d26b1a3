//! `forward-request`: sends the request to the backend.

use crate::{
    document::Section,
    exchange::Exchange,
    host::{ForwardLimits, Host},
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use wire::FailureKind;

/// Sends the request to the backend, and takes what it answers as the response.
#[derive(Debug)]
pub struct ForwardRequest {
    timeout_ms: u32,
    fail_on_error_status_code: bool,
}

/// APIM waits 300 seconds for a backend.
const TIMEOUT_SECONDS: u32 = 300;

impl Default for ForwardRequest {
    fn default() -> Self {
        Self { timeout_ms: TIMEOUT_SECONDS * 1000, fail_on_error_status_code: false }
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
        let seconds = checker.number(element, "timeout", 0..=24 * 60 * 60, TIMEOUT_SECONDS);
        let milliseconds = checker.number(element, "timeout-ms", 0..=24 * 60 * 60 * 1000, 0);
        let fail = checker.one_of(element, "fail-on-error-status-code", BOOLEAN, false);
        let follow = checker.one_of(element, "follow-redirects", BOOLEAN, false);
        // Bodies stream unless a policy reads them, so both kinds of buffering are satisfied by what happens anyway.
        checker.one_of(element, "buffer-request-body", BOOLEAN, false);
        checker.one_of(element, "buffer-response", BOOLEAN, true);
        checker.one_of(element, "http-version", &[("1", ()), ("2or1", ()), ("2", ())], ());
        checker.number(element, "continue-timeout", 0..=24 * 60 * 60, 0);
        if follow == Some(true) {
            let span = element.attribute("follow-redirects").map_or(element.name_span, |attribute| attribute.value.span);
            checker.error(
                "forward-request/follow-redirects",
                span,
                "this build of Portico does not follow redirects of a backend yet",
                "leave it out: the caller gets the redirect",
            );
        }
        let timeout_ms = match milliseconds? {
            0 => seconds?.saturating_mul(1000),
            milliseconds => milliseconds,
        };
        Some(Self { timeout_ms, fail_on_error_status_code: fail? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        self.check_backend(exchange)?;
        let response = host.forward(exchange, self.limits()).await.map_err(|error| Fault {
            source: Self::NAME,
            reason: match error.kind {
                FailureKind::Timeout => "Timeout",
                FailureKind::ClientGone => "ClientConnectionFailure",
                _ => "BackendConnectionFailure",
            },
            message: error.message, section: None })?;
        let status = response.status;
        exchange.response = Some(response);
        if self.fail_on_error_status_code && status >= 400 {
            return Err(Fault {
                source: Self::NAME,
                reason: "BackendErrorStatusCode",
                message: format!("the backend answered {status}"), section: None });
        }
        Ok(Flow::Next)
    }
}

impl ForwardRequest {
    /// Its bounds.
    pub(crate) fn limits(&self) -> ForwardLimits {
        ForwardLimits { timeout_ms: self.timeout_ms }
    }

    /// Fails where nothing says where the backend is.
    pub(crate) fn check_backend(&self, exchange: &Exchange) -> Result<(), Fault> {
        match exchange.request.backend {
            Some(_) => Ok(()),
            None => Err(Fault {
                source: Self::NAME,
                reason: "BackendConnectionFailure",
                message: "no backend is configured: give the API a `serviceUrl`, or use `set-backend-service`".to_owned(), section: None }),
        }
    }
}
