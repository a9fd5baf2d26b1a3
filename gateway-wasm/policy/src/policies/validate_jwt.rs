//! `validate-jwt`: lets through who has a token, and nobody else.

use crate::{
    document::Section,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    token::{self, Checks},
    xml::Element,
};
use std::rc::Rc;

/// Checks the request's JSON Web Token.
#[derive(Debug)]
pub struct ValidateJwt {
    checks: Box<Checks>,
}

impl Statement for ValidateJwt {
    const NAME: &'static str = "validate-jwt";
    const SECTIONS: &'static [Section] = &[Section::Inbound];
    const ATTRIBUTES: &'static [&'static str] = &[
        "header-name",
        "query-parameter-name",
        "token-value",
        "failed-validation-httpcode",
        "failed-validation-error-message",
        "require-expiration-time",
        "require-scheme",
        "require-signed-tokens",
        "clock-skew",
        "output-token-variable-name",
    ];
    const CHILDREN: Children = token::CHILDREN;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        Checks::check_jwt(element, checker).map(|checks| Self { checks: Box::new(checks) })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        self.checks.run(exchange, host, Self::NAME).await?;
        Ok(Flow::Next)
    }
}

impl ValidateJwt {
    /// The OpenID configurations that are the same for every request.
    pub(crate) fn issuers(&self) -> impl Iterator<Item = Rc<str>> {
        self.checks.issuers()
    }
}
