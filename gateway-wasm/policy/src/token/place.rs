//! Where a request has its token.

use super::denied::Denied;
use crate::{
    address,
    computed::Expr,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Fault},
    xml::Element,
};
use std::rc::Rc;

/// The attributes that say it; a policy has exactly one of them.
const ATTRIBUTES: [&str; 3] = ["header-name", "query-parameter-name", "token-value"];

/// Where the token is.
#[derive(Debug)]
pub(super) enum Place {
    Header(Expr<Rc<str>>),
    Query(Expr<Rc<str>>),
    Value(Expr<Rc<str>>),
}

impl Place {
    /// Reads the one attribute of [`ATTRIBUTES`] that is there; without one it is the header `default`.
    pub(super) fn check(element: &Element, checker: &mut Checker<'_>, default: Option<&str>) -> Option<Self> {
        let written: Vec<&str> = ATTRIBUTES.into_iter().filter(|name| element.attribute(name).is_some()).collect();
        match (written.as_slice(), default) {
            ([], Some(default)) => Some(Place::Header(Expr::Written(default.into()))),
            (["header-name"], _) => checker.required_text(element, "header-name").map(Place::Header),
            (["query-parameter-name"], _) => checker.required_text(element, "query-parameter-name").map(Place::Query),
            (["token-value"], _) => checker.required_text(element, "token-value").map(Place::Value),
            (found, _) => {
                let message = match found {
                    [] => "nothing says where the token is".to_owned(),
                    found => format!("the token can be in one place, not in {}", found.len()),
                };
                let help = "write one of `header-name=\"Authorization\"`, `query-parameter-name` and `token-value`";
                checker.error("token/place", element.name_span, message, help);
                None
            }
        }
    }

    /// The token of the request, without the scheme before it. `scheme` is the one that it must have.
    pub(super) async fn token<H: Host>(
        &self,
        exchange: &mut Exchange,
        host: &H,
        source: &'static str,
        scheme: Option<&str>,
    ) -> Result<Result<String, Denied>, Fault> {
        let name = match self {
            Place::Header(name) | Place::Query(name) | Place::Value(name) => name.get(exchange, host, source).await?,
        };
        let found: Vec<String> = match self {
            Place::Header(_) => {
                let lower = name.to_ascii_lowercase();
                exchange.request.headers.values(&lower).map(|value| value.into_owned()).collect()
            }
            Place::Query(_) => {
                let found = exchange.request.query.split('&').filter_map(|pair| {
                    let (own, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (address::decoded(own) == *name).then(|| address::decoded(value))
                });
                found.collect()
            }
            Place::Value(_) => vec![name.to_string()],
        };
        let place = || match self {
            Place::Header(_) => format!("the header `{name}`"),
            Place::Query(_) => format!("the query parameter `{name}`"),
            Place::Value(_) => "`token-value`".to_owned(),
        };
        let is_authorization = matches!(self, Place::Header(_)) && name.eq_ignore_ascii_case("authorization");
        Ok(one(found, place).and_then(|value| without_scheme(&value, place, scheme.filter(|_| is_authorization))))
    }
}

fn one(found: Vec<String>, place: impl Fn() -> String) -> Result<String, Denied> {
    let mut found = found.into_iter().filter(|value| !value.trim().is_empty());
    match (found.next(), found.count()) {
        (Some(value), 0) => Ok(value),
        (Some(_), more) => Err(Denied::invalid(format!("{} has {} values, and a token is one", place(), more + 1))),
        (None, _) => Err(Denied::absent()),
    }
}

/// `Bearer eyJ…` is a scheme and a token; where no scheme is asked for, there may be any, or none.
fn without_scheme(value: &str, place: impl Fn() -> String, wanted: Option<&str>) -> Result<String, Denied> {
    let value = value.trim();
    let (scheme, token) = match value.split_once(' ') {
        Some((scheme, token)) => (scheme, token.trim_start()),
        None => ("", value),
    };
    match wanted {
        Some(wanted) if !wanted.eq_ignore_ascii_case(scheme) => {
            let has = if scheme.is_empty() { "none".to_owned() } else { format!("`{scheme}`") };
            Err(Denied::new("JwtInvalid", format!("{} must have the scheme `{wanted}`, and has {has}", place())))
        }
        _ => Ok(token.to_owned()),
    }
}
