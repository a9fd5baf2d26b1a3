//! `authentication-managed-identity`: tells the backend who we are, with a token of the gateway's own.

use crate::{
    computed::{Expr, Word},
    document::Section,
    exchange::Exchange,
    expr::value::Value,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Gets a token of the gateway's identity, and shows it to the backend or leaves it in a variable.
#[derive(Debug)]
pub struct AuthenticationManagedIdentity {
    resource: Expr<Rc<str>>,
    client_id: Option<Expr<Rc<str>>>,
    output: Option<Rc<str>>,
    ignore_error: Word<bool>,
}

impl Statement for AuthenticationManagedIdentity {
    const NAME: &'static str = "authentication-managed-identity";
    const SECTIONS: &'static [Section] = &[Section::Inbound];
    const ATTRIBUTES: &'static [&'static str] = &["resource", "client-id", "output-token-variable-name", "ignore-error"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let resource = checker.required_text(element, "resource");
        let client_id = checker.optional_text(element, "client-id");
        let output = match element.attribute("output-token-variable-name") {
            None => Some(None),
            Some(_) => checker.optional(element, "output-token-variable-name").map(|name| Some(name.into())),
        };
        let ignore_error = checker.word(element, "ignore-error", &[("true", true), ("false", false)], false);
        Some(Self { resource: resource?, client_id: client_id?, output: output?, ignore_error: ignore_error? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let Some(token) = self.token(exchange, host).await? else { return Ok(Flow::Next) };
        match &self.output {
            Some(output) => exchange.variables.set(output.clone(), Value::text(token.as_str())),
            None => exchange.request.headers.set("authorization", vec![format!("Bearer {token}").into_bytes()]),
        }
        Ok(Flow::Next)
    }
}

impl AuthenticationManagedIdentity {
    /// The token; none where it could not be got and that does not matter.
    pub(super) async fn token<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Option<String>, Fault> {
        let resource = self.resource.get(exchange, host, Self::NAME).await?;
        let client_id = match &self.client_id {
            Some(client_id) => Some(client_id.get(exchange, host, Self::NAME).await?),
            None => None,
        };
        match host.token(&resource, client_id.as_deref()).await {
            Ok(token) => {
                exchange.conceal(&token);
                Ok(Some(token))
            }
            Err(error) if self.ignore_error.get(exchange, host, Self::NAME).await? => {
                exchange.say(Self::NAME, || format!("no token for {resource}, which is ignored: {}", error.message));
                Ok(None)
            }
            Err(error) => Err(Fault::new(Self::NAME, "ManagedIdentityTokenFailure", error.message)),
        }
    }
}
