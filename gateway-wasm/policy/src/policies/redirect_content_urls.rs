//! `redirect-content-urls`: puts the gateway's address in the place of the backend's in bodies, and the other way round.

use super::SetBody;
use crate::{
    document::Section,
    exchange::{Body, Exchange},
    host::Host,
    run,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};

/// Changes the links in a body.
#[derive(Debug)]
pub struct RedirectContentUrls {
    /// In inbound, links to the gateway lead to the backend; in outbound, those to the backend to the gateway.
    request: bool,
}

impl Statement for RedirectContentUrls {
    const NAME: &'static str = "redirect-content-urls";
    const SECTIONS: &'static [Section] = &[Section::Inbound, Section::Outbound];
    const ATTRIBUTES: &'static [&'static str] = &[];
    const CHILDREN: Children = Children::None;
    const ONCE: bool = true;

    fn check(_element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        Some(Self { request: SetBody::is_for_request(checker.section) })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        // Some runtimes behind the portable door do not say by which name the gateway was called.
        let (Some(backend), false) = (&exchange.request.backend, exchange.client.authority().is_empty()) else {
            return Ok(Flow::Next);
        };
        let client = &exchange.client;
        let gateway = Base { origin: format!("{}://{}", client.scheme().name(), client.authority()), path: exchange.api_path().to_owned() };
        let backend = Base { origin: format!("{}://{}", backend.scheme.name(), backend.authority), path: backend.path.clone() };
        let (body, from, to) = match &mut exchange.response {
            _ if self.request => (&mut exchange.request.body, gateway, backend),
            Some(response) => (&mut response.body, backend, gateway),
            None => return Ok(Flow::Next),
        };
        let bytes = run::whole_body(body, host, Self::NAME).await?;
        let bytes = redirected(&bytes, &from, &to);
        // Many writers of JSON escape slashes.
        let bytes = redirected(&bytes, &from.escaped(), &to.escaped());
        *body = Body::Whole(bytes.into());
        Ok(Flow::Next)
    }
}

/// Where an API is: what its links start with.
struct Base {
    /// Scheme, host and port. Whether they are written in capitals makes no difference.
    origin: String,
    /// The path below, without a slash at its end.
    path: String,
}

impl Base {
    fn escaped(&self) -> Base {
        Base { origin: self.origin.replace('/', "\\/"), path: self.path.replace('/', "\\/") }
    }

    /// What follows the base, if the bytes start with it: `http://shop.example` is none of `http://shop.example.org`.
    fn strip<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let (origin, rest) = bytes.split_at_checked(self.origin.len())?;
        let rest = rest.strip_prefix(self.path.as_bytes()).filter(|_| origin.eq_ignore_ascii_case(self.origin.as_bytes()))?;
        let ends = match rest {
            [b'.', next, ..] => !next.is_ascii_alphanumeric(),
            [b':', next, ..] => !next.is_ascii_digit(),
            [next, ..] => !next.is_ascii_alphanumeric() && !b"-_~%@".contains(next),
            [] => true,
        };
        ends.then_some(rest)
    }
}

/// Works on bytes, so that a body in another encoding is not damaged.
fn redirected(bytes: &[u8], from: &Base, to: &Base) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut left = bytes;
    while let [first, next @ ..] = left {
        match from.strip(left) {
            Some(rest) => {
                out.extend_from_slice(to.origin.as_bytes());
                out.extend_from_slice(to.path.as_bytes());
                left = rest;
            }
            None => {
                out.push(*first);
                left = next;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Base, redirected};

    #[test]
    fn only_the_base_itself_is_redirected() {
        let from = Base { origin: "https://shop.example".to_owned(), path: "/v1".to_owned() };
        let to = Base { origin: "http://api.example:8080".to_owned(), path: String::new() };
        for (before, after) in [
            ("https://shop.example/v1/books?page=2", "http://api.example:8080/books?page=2"),
            ("see HTTPS://Shop.example/v1. And", "see http://api.example:8080. And"),
            ("<a href='https://shop.example/v1'>", "<a href='http://api.example:8080'>"),
            ("https://shop.example/v1#a https://shop.example/v1", "http://api.example:8080#a http://api.example:8080"),
            ("https://shop.example/v10 https://shop.example/V1", "https://shop.example/v10 https://shop.example/V1"),
            ("https://shop.example:443/v1 http://shop.example/v1", "https://shop.example:443/v1 http://shop.example/v1"),
            ("https://shop.example/v1.5 https://shop.example", "https://shop.example/v1.5 https://shop.example"),
        ] {
            assert_eq!(redirected(before.as_bytes(), &from, &to), after.as_bytes(), "{before}");
        }
        let host = Base { origin: "https://shop.example".to_owned(), path: String::new() };
        for same in ["https://shop.example.org/", "https://shop.example:8443/", "https://shop.example@evil.example/"] {
            assert_eq!(redirected(same.as_bytes(), &host, &to), same.as_bytes(), "{same}");
        }
    }
}
