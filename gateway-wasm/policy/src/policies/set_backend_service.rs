//! `set-backend-service`: says where the backend is.

use crate::{
    computed::Expr,
    expr::Expression,
    address::Address,
    document::Section,
    exchange::Exchange,
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
}

#[derive(Debug)]
enum To {
    /// An address that is written.
    Address(Address),
    /// An address that is computed.
    Url(Expression),
    /// A backend by its name.
    Backend(Rc<str>, Address),
    /// A backend whose name is computed, of all there are.
    Named(Expression, Rc<BTreeMap<String, Address>>),
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
        match (checker.optional_text(element, "base-url")?, checker.optional_text(element, "backend-id")?) {
            (Some(Expr::Computed(url)), None) => Some(Self { to: To::Url(url) }),
            (None, Some(Expr::Computed(name))) => {
                Some(Self { to: To::Named(name, Rc::new(checker.surroundings.backends.clone())) })
            }
            (Some(Expr::Written(url)), None) => {
                let address = Address::parse(&url);
                if address.is_none() {
                    let span = element.attribute("base-url").map_or(element.name_span, |attribute| attribute.value.span);
                    let message = format!("`{url}` is not an absolute URL");
                    checker.error("set-backend-service/base-url", span, message, "write one that starts with `https://` or `http://`");
                }
                Some(Self { to: To::Address(address?) })
            }
            (None, Some(Expr::Written(name))) => {
                if let Some(address) = checker.surroundings.backends.get(&*name) {
                    return Some(Self { to: To::Backend(name, address.clone()) });
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
        let (name, address) = match &self.to {
            To::Address(address) => (None, address.clone()),
            To::Backend(name, address) => (Some(name.clone()), address.clone()),
            To::Url(expression) => {
                let url: Rc<str> = Expr::Computed(expression.clone()).get(exchange, host, Self::NAME).await?;
                let address = Address::parse(&url).ok_or_else(|| fault(format!("`{url}` is not an absolute URL")))?;
                (None, address)
            }
            To::Named(expression, backends) => {
                let name: Rc<str> = Expr::Computed(expression.clone()).get(exchange, host, Self::NAME).await?;
                let address = backends.get(&*name).cloned().ok_or_else(|| fault(format!("there is no backend `{name}`")))?;
                (Some(name), address)
            }
        };
        exchange.request.backend_id = name;
        exchange.request.backend = Some(address);
        Ok(Flow::Next)
    }
}
