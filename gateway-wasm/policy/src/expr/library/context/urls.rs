//! Addresses: of the request, of the client's call, of the backend.

use super::{NAMESPACE, part};
use crate::{
    address::Address,
    expr::{
        call::{Call, Thrown},
        machine::Machine,
        types::{Kind, NetType, row},
        value::{Part, Value},
    },
};
use dotnet::NetString;
use std::borrow::Cow;
use wire::Scheme;

/// An address in parts.
pub(super) struct Url<'e> {
    scheme: Scheme,
    authority: &'e str,
    /// With a slash in front.
    path: Cow<'e, str>,
    /// Without its question mark.
    pub(super) query: Cow<'e, str>,
}

impl Url<'_> {
    /// The name of the host, without the port.
    fn host(&self) -> &str {
        match self.authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => self.authority,
        }
    }

    fn port(&self) -> u16 {
        let written = self.authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        written.unwrap_or_else(|| self.scheme.default_port())
    }

    fn query_string(&self) -> String {
        if self.query.is_empty() { String::new() } else { format!("?{}", self.query) }
    }
}

/// The address that a part of `context` is.
pub(super) fn url<'w>(machine: &Machine<'w>, part: Part) -> Result<Url<'w>, Thrown> {
    let exchange = machine.exchange()?;
    let client = &exchange.client;
    Ok(match part {
        Part::OriginalUrl | Part::OriginalUrlQuery => {
            let (path, query) = client.target().split_once('?').unwrap_or((client.target(), ""));
            Url { scheme: client.scheme(), authority: client.authority(), path: path.into(), query: query.into() }
        }
        Part::ServiceUrl | Part::ServiceUrlQuery => {
            let address = exchange.about.called.api.service_url.as_deref().and_then(Address::parse).unwrap_or_default();
            let path = if address.path.is_empty() { "/".to_owned() } else { address.path };
            // The authority is that of the text, which lives as long as the exchange does.
            let text = exchange.about.called.api.service_url.as_deref().unwrap_or_default();
            let start = text.find("://").map_or(0, |at| at + 3);
            let rest = text.get(start..).unwrap_or_default();
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            Url { scheme: address.scheme, authority, path: path.into(), query: address.query.into() }
        }
        _ => {
            let request = &exchange.request;
            let (scheme, authority, base) = match &request.backend {
                Some(backend) => (backend.scheme, backend.authority.as_str(), backend.path.as_str()),
                None => (client.scheme(), client.authority(), ""),
            };
            let slash = if request.path.starts_with('/') { "" } else { "/" };
            let path = format!("{base}{slash}{}", request.path);
            Url { scheme, authority, path: path.into(), query: request.query.as_str().into() }
        }
    })
}

/// The whole address.
pub(super) fn text(machine: &Machine<'_>, part: Part) -> Result<NetString, Thrown> {
    let url = url(machine, part)?;
    Ok(format!("{}://{}{}{}", url.scheme.name(), url.authority, url.path, url.query_string()).into())
}

fn this(call: &Call<'_, '_>) -> Part {
    match call.this {
        Value::Context(part) => part,
        _ => Part::Url,
    }
}

fn read(call: &Call<'_, '_>, read: impl Fn(&Url<'_>) -> Value) -> Result<Value, Thrown> {
    Ok(read(&url(call.machine, this(call))?))
}

/// `IUrl`
pub(super) static URL: NetType = NetType {
    namespace: NAMESPACE,
    name: "IUrl",
    kind: Kind::Interface,
    bases: &[],
    members: &[
        row("string Host", |call| read(call, |url| url.host().into()), "The name of the host"),
        row("string Path", |call| read(call, |url| (*url.path).into()), "The path, with its first slash"),
        row(
            "int Port",
            |call| read(call, |url| i32::from(url.port()).into()),
            "The port; the scheme's own where none is written",
        ),
        row(
            "IReadOnlyValues Query",
            |call| {
                Ok(part(match this(call) {
                    Part::OriginalUrl => Part::OriginalUrlQuery,
                    Part::ServiceUrl => Part::ServiceUrlQuery,
                    _ => Part::UrlQuery,
                }))
            },
            "The parameters of the query",
        ),
        row(
            "string QueryString",
            |call| read(call, |url| url.query_string().into()),
            "The query with its question mark; empty without one",
        ),
        row("string Scheme", |call| read(call, |url| url.scheme.name().into()), "`https` or `http`"),
        row("string ToString()", |call| Ok(Value::String(text(call.machine, this(call))?)), "The whole address"),
        row(
            "Uri ToUri()",
            |call| {
                let text = text(call.machine, this(call))?;
                super::plug::uri(&text)
            },
            "The address as a `Uri`",
        ),
    ],
    missing: &[],
    doc: "An address in parts",
};
