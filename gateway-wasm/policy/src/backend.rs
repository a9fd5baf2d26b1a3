//! Backends that policies can name, and what requests to them carry.

use crate::address::Address;
use bytes::Bytes;
use std::rc::Rc;

/// A backend of the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backend {
    /// Where it is.
    pub address: Address,
    /// What requests to it carry.
    pub credentials: Option<Rc<Credentials>>,
}

/// What a backend wants to see before it answers. It is added when a request leaves, so no policy sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Header fields, names in lower case; they replace what the request has under the name.
    pub headers: Vec<(String, Vec<String>)>,
    /// Query parameters, percent-encoded.
    pub query: Vec<(String, String)>,
    /// The name under which the host has settings of TLS for this backend, if it has any: authorities, a client certificate.
    pub tls: Option<Rc<str>>,
}

/// What a server is shown of the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientCertificate {
    /// A certificate of the service, by its id. The host has its key.
    Named(Rc<str>),
    /// A PKCS #12 file, and what opens it.
    Pfx {
        /// The file.
        file: Bytes,
        /// What opens it.
        password: String,
    },
}

impl ClientCertificate {
    /// As the host is told.
    pub fn as_wire(&self) -> wire::ClientCertificate<'_> {
        match self {
            ClientCertificate::Named(name) => wire::ClientCertificate::Named(name),
            ClientCertificate::Pfx { file, password } => wire::ClientCertificate::Pfx { file, password },
        }
    }
}

/// An HTTP proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpProxy {
    /// Host and port.
    pub authority: String,
    /// The value of `Proxy-Authorization`; empty for none.
    pub authorization: String,
}

impl Credentials {
    /// Credentials of these header fields, whose names are in lower case, query parameters as they are before any encoding, and
    /// settings of TLS; `None` for nothing of all that.
    pub fn new(headers: Vec<(String, Vec<String>)>, query: &[(String, Vec<String>)], tls: Option<&str>) -> Option<Rc<Self>> {
        let escaped = |text: &str| dotnet::uri::escape_data_string(&text.into());
        let pairs = query.iter().flat_map(|(name, values)| values.iter().map(|value| (escaped(name), escaped(value))));
        let credentials = Self { headers, query: pairs.collect(), tls: tls.map(Rc::from) };
        (credentials != Self::default()).then(|| Rc::new(credentials))
    }
}

impl HttpProxy {
    /// A proxy at a URL such as `http://proxy.example:3128`; `None` if it is no such URL.
    pub fn parse(url: &str, user: Option<(&str, &str)>) -> Option<Self> {
        let address = Address::parse(url)?;
        let is_plain = address.scheme == wire::Scheme::Http && address.path.is_empty() && address.query.is_empty();
        let basic = |(name, password): (&str, &str)| dotnet::convert::to_base64(format!("{name}:{password}").as_bytes(), false);
        let authorization = user.map(|user| format!("Basic {}", basic(user))).unwrap_or_default();
        is_plain.then_some(Self { authority: address.authority, authorization })
    }
}
