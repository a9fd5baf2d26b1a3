//! Credentials that travel in the clear.
//!
//! Whoever sees the traffic between the gateway and a backend on plain `http` can use the backend as the gateway does, and
//! nobody notices. This machine is the exception.

use super::File;
use crate::{
    address::Address,
    xml::{Element, Kind},
};
use diagnostic::Diagnostics;
use wire::Scheme;

/// Headers that prove who is asking.
pub const CREDENTIAL_HEADERS: [&str; 9] = [
    "api-key",
    "apikey",
    "authorization",
    "ocp-apim-subscription-key",
    "proxy-authorization",
    "x-access-token",
    "x-api-key",
    "x-auth-token",
    "x-functions-key",
];

/// A request of a policy's own, which carries its address and its credentials in one element. Where calls themselves go is
/// known to the service only.
pub(super) fn check(file: &File, findings: &mut Diagnostics) {
    let is_send = |element: &&Element| matches!(element.name.as_str(), "send-request" | "send-one-way-request");
    for send in file.elements().into_iter().filter(is_send) {
        let Some(url) = send.elements().find(|child| child.name == "set-url") else { continue };
        let address = url.value(&file.text);
        if address.kind != Kind::Literal || !is_plain(&address.text) {
            continue;
        }
        let Some((credential, what)) = send.elements().find_map(|child| Some((child, credential(file, child)?))) else {
            continue;
        };
        let message = format!("{what} goes to `{}` unencrypted", address.text.trim());
        findings.push(
            file.warning("lint/plain-http", credential.name_span, message)
                .label(file.text.place(address.span), "plain `http`")
                .help("write the address with `https://`"),
        );
    }
}

/// True for `http://` to any machine but this one.
pub fn is_plain(url: &str) -> bool {
    let Some(address) = Address::parse(url).filter(|address| address.scheme == Scheme::Http) else { return false };
    let host = match address.authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => address.authority.split(':').next().unwrap_or(&address.authority),
    };
    let is_here = host == "localhost" || host.ends_with(".localhost") || host == "::1" || host.starts_with("127.");
    !is_here
}

/// What a statement proves to the backend who is asking with, if it does.
pub fn credential(file: &File, element: &Element) -> Option<String> {
    match element.name.as_str() {
        "authentication-basic" => Some("the password".to_owned()),
        // With a variable to put it in, the token goes where that is used.
        "authentication-managed-identity" if element.attribute("output-token-variable-name").is_none() => {
            Some("the token of the managed identity".to_owned())
        }
        "set-header" if element.elements().any(|child| child.name == "value") => {
            let name = file.literal(element, "name")?;
            let is_credential = CREDENTIAL_HEADERS.contains(&name.to_ascii_lowercase().as_str());
            let is_removed = file.literal(element, "exists-action").is_some_and(|action| action == "delete");
            (is_credential && !is_removed).then(|| format!("the header `{name}`"))
        }
        _ => None,
    }
}
