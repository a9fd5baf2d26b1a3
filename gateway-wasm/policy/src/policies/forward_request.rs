//! `forward-request`: sends the request to the backend.

use crate::{
    computed::{Number, Word},
    document::Section,
    exchange::{Exchange, Response},
    host::{ForwardLimits, Host},
    redirect::{self, REDIRECTS_MAX},
    run,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use wire::{FailureKind, HttpVersion};

/// Sends the request to the backend, and takes what it answers as the response.
#[derive(Debug)]
pub struct ForwardRequest {
    timeout: Timeout,
    /// Seconds to wait for `100 Continue` before the body is sent; it is not waited for where this is not given.
    continue_timeout: Option<Number>,
    version: HttpVersion,
    /// Follows redirects of the backend, rather than passing them on.
    follow_redirects: Word<bool>,
    /// Reads the whole body before it is sent, so that it can be sent again.
    buffer_request_body: bool,
    fail_on_error_status_code: bool,
}

/// How long to wait for the response to begin.
#[derive(Debug)]
enum Timeout {
    Seconds(Number),
    Milliseconds(Number),
}

/// APIM waits 300 seconds for a backend.
const TIMEOUT_SECONDS: u32 = 300;

const BOOLEAN: &[(&str, bool)] = &[("true", true), ("false", false)];

impl Default for ForwardRequest {
    fn default() -> Self {
        Self {
            timeout: Timeout::Seconds(Number::known(TIMEOUT_SECONDS)),
            continue_timeout: None,
            version: HttpVersion::One,
            follow_redirects: Word::known(false, BOOLEAN),
            buffer_request_body: false,
            fail_on_error_status_code: false,
        }
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
        const VERSIONS: &[(&str, HttpVersion)] =
            &[("1", HttpVersion::One), ("2or1", HttpVersion::TwoOrOne), ("2", HttpVersion::Two)];
        let timeout = timeout(element, checker);
        let continue_timeout = checker.optional_number(element, "continue-timeout", 0..=24 * 60 * 60, 1);
        let version = checker.one_of(element, "http-version", VERSIONS, HttpVersion::One);
        let follow = checker.word(element, "follow-redirects", BOOLEAN, false);
        let buffer_request_body = checker.one_of(element, "buffer-request-body", BOOLEAN, false);
        // A response streams unless a policy reads it: who wants it whole gets the same bytes, and events come as they happen.
        checker.one_of(element, "buffer-response", BOOLEAN, true);
        let fail = checker.one_of(element, "fail-on-error-status-code", BOOLEAN, false);
        Some(Self {
            timeout: timeout?,
            continue_timeout: continue_timeout?,
            version: version?,
            follow_redirects: follow?,
            buffer_request_body: buffer_request_body?,
            fail_on_error_status_code: fail?,
        })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        self.check_backend(exchange)?;
        let limits = self.limits(exchange, host).await?;
        let follows = self.follow_redirects.get(exchange, host, Self::NAME).await?;
        if self.buffer_request_body {
            run::whole_body(&mut exchange.request.body, host, Self::NAME).await?;
        }
        let response = match follows {
            false => forward(exchange, limits, host).await?,
            true => {
                let own = exchange.request.clone();
                let answer = followed(exchange, limits, host).await;
                // Policies see the request as they left it, wherever it went.
                exchange.request = own;
                answer?
            }
        };
        let status = response.status;
        exchange.response = Some(response);
        if self.fail_on_error_status_code && (400..=599).contains(&status) {
            return Err(Fault::new(Self::NAME, "BackendErrorStatusCode", format!("the backend answered {status}")));
        }
        Ok(Flow::Next)
    }
}

impl ForwardRequest {
    /// True if it does nothing with the response, and nothing with the body before.
    pub(crate) fn may_hand_over(&self) -> bool {
        !self.buffer_request_body && !self.fail_on_error_status_code && self.follow_redirects.written() == Some(false)
    }

    /// How it forwards.
    pub(crate) async fn limits<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<ForwardLimits, Fault> {
        let timeout_ms = match &self.timeout {
            Timeout::Milliseconds(milliseconds) => milliseconds.get(exchange, host, Self::NAME).await?,
            Timeout::Seconds(seconds) => seconds.get(exchange, host, Self::NAME).await?.saturating_mul(1000),
        };
        let continue_timeout_ms = match &self.continue_timeout {
            None => None,
            Some(seconds) => Some(seconds.get(exchange, host, Self::NAME).await?.saturating_mul(1000)),
        };
        Ok(ForwardLimits { timeout_ms, continue_timeout_ms, version: self.version })
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

/// The time is written in seconds or in milliseconds. `timeout-ms="0"` is what the portal writes where nothing is set.
fn timeout(element: &Element, checker: &mut Checker<'_>) -> Option<Timeout> {
    let seconds = checker.number_value(element, "timeout", 0..=24 * 60 * 60, TIMEOUT_SECONDS);
    let milliseconds = checker.optional_number(element, "timeout-ms", 0..=24 * 60 * 60 * 1000, 500)?;
    let Some(milliseconds) = milliseconds.filter(|number| number.written() != Some(0)) else {
        return seconds.map(Timeout::Seconds);
    };
    if element.attribute("timeout").is_some() {
        let span = element.attribute("timeout-ms").map_or(element.name_span, |attribute| attribute.name_span);
        checker.error(
            "forward-request/timeout",
            span,
            "`timeout` says already how long to wait",
            "keep one of them: `timeout` is in seconds, `timeout-ms` in milliseconds",
        );
    }
    Some(Timeout::Milliseconds(milliseconds))
}

async fn forward<H: Host>(exchange: &Exchange, limits: ForwardLimits, host: &H) -> Result<Response, Fault> {
    host.forward(exchange, limits).await.map_err(|error| {
        let (reason, message) = match error.kind {
            FailureKind::Timeout => ("Timeout", error.message),
            FailureKind::ClientGone => ("ClientConnectionFailure", error.message),
            FailureKind::BodyGone => {
                let message = "The request's body has been sent before, and a body that streams by is not kept. \
                    Use `buffer-request-body=\"true\"` to send it again.";
                ("BackendConnectionFailure", message.to_owned())
            }
            _ => ("BackendConnectionFailure", error.message),
        };
        Fault::new(ForwardRequest::NAME, reason, message)
    })
}

/// Sends the request, and goes where the backend says, until it says nothing of the kind.
async fn followed<H: Host>(exchange: &mut Exchange, limits: ForwardLimits, host: &H) -> Result<Response, Fault> {
    for _ in 0..=REDIRECTS_MAX {
        let response = forward(exchange, limits, host).await?;
        match redirect::next(&exchange.request, exchange.client.method(), &response) {
            None => return Ok(response),
            Some(next) => exchange.request = next,
        }
    }
    let message = format!("The backend redirected more than {REDIRECTS_MAX} times.");
    Err(Fault::new(ForwardRequest::NAME, "BackendConnectionFailure", message))
}
