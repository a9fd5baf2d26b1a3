//! `validate-azure-ad-token`: lets through who has a token of Microsoft Entra ID.

use crate::{
    computed::Expr,
    document::Section,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    token::{self, Checks, Configuration},
    xml::Element,
};
use std::rc::Rc;

/// Checks the request's token, whose issuer and keys are those of a tenant.
#[derive(Debug)]
pub struct ValidateAzureAdToken {
    checks: Box<Checks>,
}

/// Where Entra is asked, unless the policy says another cloud.
const ENDPOINT: &str = "https://login.microsoftonline.com";

impl Statement for ValidateAzureAdToken {
    const NAME: &'static str = "validate-azure-ad-token";
    const SECTIONS: &'static [Section] = &[Section::Inbound];
    const ATTRIBUTES: &'static [&'static str] = &[
        "tenant-id",
        "header-name",
        "query-parameter-name",
        "token-value",
        "authentication-endpoint",
        "failed-validation-httpcode",
        "failed-validation-error-message",
        "output-token-variable-name",
    ];
    const CHILDREN: Children = token::AZURE_CHILDREN;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let tenant = checker.required_text(element, "tenant-id");
        let endpoint = checker.optional_text(element, "authentication-endpoint");
        let endpoint = endpoint.map(|endpoint| endpoint.unwrap_or_else(|| Expr::Written(ENDPOINT.into())));
        let configuration = tenant.zip(endpoint).map(|(tenant, endpoint)| Configuration::of_tenant(tenant, endpoint));
        Checks::check_azure(element, checker, configuration).map(|checks| Self { checks: Box::new(checks) })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        self.checks.run(exchange, host, Self::NAME).await?;
        Ok(Flow::Next)
    }
}

impl ValidateAzureAdToken {
    /// The OpenID configurations that are the same for every request.
    pub(crate) fn issuers(&self) -> impl Iterator<Item = Rc<str>> {
        self.checks.issuers()
    }
}

/// Where a tenant's configuration is. The tenant is its id, one of its domains, a word such as `organizations`, or a URL.
pub(crate) fn configuration_url(endpoint: &str, tenant: &str) -> Rc<str> {
    let base = if tenant.contains("://") {
        tenant.trim_end_matches('/').to_owned()
    } else {
        let endpoint = endpoint.trim_end_matches('/');
        let scheme = if endpoint.contains("://") { "" } else { "https://" };
        format!("{scheme}{endpoint}/{tenant}")
    };
    let base = base.trim_end_matches("/v2.0");
    format!("{base}/v2.0/.well-known/openid-configuration").into()
}
