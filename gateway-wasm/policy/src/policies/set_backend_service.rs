//! `set-backend-service`: says where the backend is.

use crate::{
    address::Address,
    document::Section,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use diagnostic::nearest;

/// Sends the request to another backend than the API's own.
#[derive(Debug)]
pub struct SetBackendService {
    address: Address,
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
        match (checker.optional(element, "base-url"), checker.optional(element, "backend-id")) {
            (Some(url), None) => {
                let address = Address::parse(&url);
                if address.is_none() {
                    let span = element.attribute("base-url").map_or(element.name_span, |attribute| attribute.value.span);
                    let message = format!("`{url}` is not an absolute URL");
                    checker.error("set-backend-service/base-url", span, message, "write one that starts with `https://` or `http://`");
                }
                Some(Self { address: address? })
            }
            (None, Some(name)) => {
                if let Some(address) = checker.surroundings.backends.get(&name) {
                    return Some(Self { address: address.clone() });
                }
                let help = match nearest(&name, checker.surroundings.backends.keys().map(String::as_str)) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("add `backends/{name}/backendInformation.json` with its `url`"),
                };
                let span = element.attribute("backend-id").map_or(element.name_span, |attribute| attribute.value.span);
                checker.unknown("set-backend-service/backend-unknown", span, format!("there is no backend `{name}`"), help);
                None
            }
            _ if element.attribute("base-url").is_some() != element.attribute("backend-id").is_some() => None,
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

    async fn run<H: Host>(&self, exchange: &mut Exchange, _host: &H) -> Result<Flow, Fault> {
        exchange.request.backend = Some(self.address.clone());
        Ok(Flow::Next)
    }
}
