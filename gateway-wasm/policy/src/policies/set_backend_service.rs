//! `set-backend-service`: says where the backend is.

use crate::{
    address::Address,
    backend::Backend,
    computed::Expr,
    document::{Scope, Section},
    exchange::Exchange,
    expr::Expression,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use diagnostic::nearest;
use std::{collections::BTreeMap, rc::Rc};

/// Sends the request to another backend than the API's own.
#[derive(Debug)]
pub struct SetBackendService {
    to: To,
    /// The scope of the document that it stands in.
    scope: Scope,
}

#[derive(Debug)]
enum To {
    /// An address that is written.
    Address(Address),
    /// An address that is computed.
    Url(Expression),
    /// A backend by its name.
    Backend(Rc<str>, Backend),
    /// A backend whose name is computed, of all there are.
    Named(Expression, Rc<BTreeMap<String, Backend>>),
}

impl Statement for SetBackendService {
    const NAME: &'static str = "set-backend-service";
    const SECTIONS: &'static [Section] = &[Section::Inbound, Section::Backend];
    const ATTRIBUTES: &'static [&'static str] = &[
        "base-url",
        "backend-id",
        "sf-resolve-condition",
        "sf-service-instance-name",
        "sf-partition-key",
        "sf-replica-type",
        "sf-listener-name",
        "dapr-app-id",
        "dapr-method",
        "dapr-namespace",
    ];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        if let Some(fabric) = element.attributes.iter().find(|attribute| attribute.name.starts_with("sf-")) {
            checker.error(
                "set-backend-service/service-fabric",
                fabric.name_span,
                "Portico does not resolve Service Fabric services",
                "give the backend's address as `base-url`",
            );
        }
        if let Some(dapr) = element.attributes.iter().find(|attribute| attribute.name.starts_with("dapr-")) {
            checker.error(
                "set-backend-service/dapr",
                dapr.name_span,
                "Portico has no Dapr sidecar to call services through",
                "where one runs beside the gateway, write `base-url=\"http://localhost:3500/v1.0/invoke/APP/method\"`",
            );
            return None;
        }
        let scope = checker.scope;
        let to = |to| Some(Self { to, scope });
        match (checker.optional_text(element, "base-url")?, checker.optional_text(element, "backend-id")?) {
            (Some(Expr::Computed(url)), None) => to(To::Url(url)),
            (None, Some(Expr::Computed(name))) => to(To::Named(name, Rc::new(checker.surroundings.backends.clone()))),
            (Some(Expr::Written(url)), None) => {
                let address = Address::parse(&url);
                if address.is_none() {
                    let span = element.attribute("base-url").map_or(element.name_span, |attribute| attribute.value.span);
                    let message = format!("`{url}` is not an absolute URL");
                    checker.error("set-backend-service/base-url", span, message, "write one that starts with `https://` or `http://`");
                }
                to(To::Address(address?))
            }
            (None, Some(Expr::Written(name))) => {
                if let Some(backend) = checker.surroundings.backends.get(&*name) {
                    return to(To::Backend(name, backend.clone()));
                }
                let help = match nearest(&name, checker.surroundings.backends.keys().map(String::as_str)) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("add `backends/{name}/backendInformation.json` with its `url`"),
                };
                let span = element.attribute("backend-id").map_or(element.name_span, |attribute| attribute.value.span);
                checker.unknown("set-backend-service/backend-unknown", span, format!("there is no backend `{name}`"), help);
                None
            }
            _ => {
                checker.error(
                    "set-backend-service/which",
                    element.name_span,
                    "`set-backend-service` needs one of `base-url` and `backend-id`",
                    "write `backend-id=\"...\"` for a backend of the folder, or `base-url=\"https://...\"`",
                );
                None
            }
        }
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let fault = |message| Fault::new(Self::NAME, "ExpressionValueEvaluationFailure", message);
        let by_address = |address| Backend { address, ..Backend::default() };
        let (name, backend) = match &self.to {
            To::Address(address) => (None, by_address(address.clone())),
            To::Backend(name, backend) => (Some(name.clone()), backend.clone()),
            To::Url(expression) => {
                let url: Rc<str> = Expr::Computed(expression.clone()).get(exchange, host, Self::NAME).await?;
                let address = Address::parse(&url).ok_or_else(|| fault(format!("`{url}` is not an absolute URL")))?;
                (None, by_address(address))
            }
            To::Named(expression, backends) => {
                let name: Rc<str> = Expr::Computed(expression.clone()).get(exchange, host, Self::NAME).await?;
                let backend = backends.get(&*name).cloned().ok_or_else(|| fault(format!("there is no backend `{name}`")))?;
                (Some(name), backend)
            }
        };
        let request = &mut exchange.request;
        // As on APIM: a backend that another scope chose by its name gives way to another name, and not to an address.
        if let (None, Some(chosen), Some(scope)) = (&name, &request.backend_id, request.backend_scope)
            && scope != self.scope
        {
            let message = format!("the backend is still `{chosen}`, which the scope `{}` chose by its name", scope.name());
            exchange.say(Self::NAME, || message);
            return Ok(Flow::Next);
        }
        // The credentials of an earlier choice go with it.
        request.backend_scope = name.is_some().then_some(self.scope);
        request.backend_id = name;
        request.backend = Some(backend.address);
        request.credentials = backend.credentials;
        Ok(Flow::Next)
    }
}
