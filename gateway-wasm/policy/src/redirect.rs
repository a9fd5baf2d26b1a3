//! Redirects of a backend that the gateway follows itself.

use crate::{
    address::Address,
    backend::Credentials,
    exchange::{Body, Request, Response},
};
use dotnet::uri::{Uri, UriKind};
use std::rc::Rc;
use wire::Scheme;

/// How many redirects of one request are followed.
pub(crate) const REDIRECTS_MAX: usize = 10;

/// What another server than the one that redirects must not see.
const SECRETS: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];

/// What describes a body that is not sent again.
const ABOUT_BODY: [&str; 7] =
    ["content-type", "content-length", "content-encoding", "content-language", "content-location", "transfer-encoding", "expect"];

/// The request that a response to `request` asks for; `None` if it asks for none that can be sent.
///
/// What came over TLS does not go on without it: such a redirect is the caller's to follow.
pub(crate) fn next(request: &Request, client_method: &str, response: &Response) -> Option<Request> {
    let keeps_method = match response.status {
        301..=303 => false,
        307 | 308 => true,
        _ => return None,
    };
    let from = request.backend.as_ref()?;
    let location = response.headers.values("location").next()?;
    let base = format!("{}://{}{}", from.scheme.name(), from.authority, request.target());
    let url = Uri::new(&base, UriKind::Absolute).ok()?.resolve(&location).ok()?;
    let to = Address::parse(&url.absolute_uri().ok()?)?;
    if from.scheme == Scheme::Https && to.scheme == Scheme::Http {
        return None;
    }
    let mut next = request.clone();
    // As it stands: the path of an address has lost the slash at its end.
    next.path = url.path().ok()?.to_owned();
    next.query = url.query().ok()?.trim_start_matches('?').to_owned();
    if origin(from) == origin(&to) {
        // The address that the backend wrote has what its query should have.
        let headers = |own: &Rc<Credentials>| Rc::new(Credentials { query: Vec::new(), ..Credentials::clone(own) });
        next.credentials = request.credentials.as_ref().map(headers);
    } else {
        (next.credentials, next.certificate) = (None, None);
        for name in SECRETS.iter().chain(&["host"]) {
            next.headers.set(name, Vec::new());
        }
    }
    next.backend = Some(Address { path: String::new(), query: String::new(), ..to });
    if !keeps_method {
        let is_head = request.method.as_deref().unwrap_or(client_method) == "HEAD";
        next.method = Some(if is_head { "HEAD" } else { "GET" }.to_owned());
        next.body = Body::default();
        for name in ABOUT_BODY {
            next.headers.set(name, Vec::new());
        }
    }
    Some(next)
}

fn origin(address: &Address) -> (Scheme, &str, u16) {
    let port = |text: &str| text.parse().ok();
    match address.authority.rsplit_once(':').and_then(|(host, text)| Some((host, port(text)?))) {
        Some((host, port)) => (address.scheme, host, port),
        None => (address.scheme, &address.authority, address.scheme.default_port()),
    }
}
