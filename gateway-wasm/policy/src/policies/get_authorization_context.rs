//! `get-authorization-context`: gets the access token of an authorization that the gateway holds.

use crate::{
    computed::{Expr, Word},
    document::Section,
    exchange::Exchange,
    expr::{
        call::Thrown,
        library::context,
        machine::Machine,
        value::Value,
    },
    host::Host,
    computed::HostWorld,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Leaves an `Authorization` in a variable.
#[derive(Debug)]
pub struct GetAuthorizationContext {
    provider: Expr<Rc<str>>,
    authorization: Expr<Rc<str>>,
    variable: Rc<str>,
    ignore_error: Word<bool>,
}

impl Statement for GetAuthorizationContext {
    const NAME: &'static str = "get-authorization-context";
    const SECTIONS: &'static [Section] = &[Section::Inbound];
    const ATTRIBUTES: &'static [&'static str] =
        &["provider-id", "authorization-id", "context-variable-name", "identity-type", "identity", "ignore-error"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let provider = checker.required_text(element, "provider-id");
        let authorization = checker.required_text(element, "authorization-id");
        let variable = checker.required(element, "context-variable-name");
        let ignore_error = checker.word(element, "ignore-error", &[("true", true), ("false", false)], false);
        let identity = checker.one_of(element, "identity-type", &[("managed", false), ("jwt", true)], false);
        if identity == Some(true)
            && let Some(attribute) = element.attribute("identity-type")
        {
            checker.error(
                "get-authorization-context/identity",
                attribute.value.span,
                "Portico knows no access policies of authorizations, which a `jwt` would be checked against",
                "leave `identity-type` out, and check the caller's token with `validate-azure-ad-token` before this policy",
            );
            return None;
        }
        Some(Self {
            provider: provider?,
            authorization: authorization?,
            variable: variable?.into(),
            ignore_error: ignore_error?,
        })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let provider = self.provider.get(exchange, host, Self::NAME).await?;
        let authorization = self.authorization.get(exchange, host, Self::NAME).await?;
        let found = match host.authorization(&provider, &authorization).await {
            Ok(found) => {
                exchange.conceal(&found.access_token);
                let world = HostWorld(host);
                let mut machine = Machine::new(&world, None);
                context::authorization(&mut machine, &found.access_token, &found.claims).map_err(|thrown| match thrown {
                    Thrown::Exception(exception, _) => exception.message.to_string(),
                    Thrown::Limit(limit) => format!("a limit was reached: {limit}"),
                })
            }
            Err(error) => Err(error.message),
        };
        let value = match found {
            Ok(value) => value,
            Err(message) if self.ignore_error.get(exchange, host, Self::NAME).await? => {
                exchange.say(Self::NAME, || format!("no token of {provider}/{authorization}, which is ignored: {message}"));
                Value::Null
            }
            Err(message) => return Err(Fault::new(Self::NAME, "AuthorizationFailure", message)),
        };
        exchange.variables.set(self.variable.clone(), value);
        Ok(Flow::Next)
    }
}
