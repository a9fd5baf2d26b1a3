//! A URL that the gateway may ask.

use crate::{Error, error::quoted, zone::Zone};
use http::Uri;
use std::fmt;

/// An `http:` or `https:` URL, taken apart.
///
/// It is shown without its query, which might hold a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    uri: Uri,
    /// In lower case, an IPv6 address without its brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) is_tls: bool,
}

impl Address {
    /// Reads a URL. What is not encrypted may not leave the machine, so `http:` is only for hosts up to here.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let address = Self::taken_apart(text)?;
        if !address.is_tls && address.zone() < Zone::Loopback {
            return Err(Error::new(
                &address,
                "what is not encrypted is asked only of this machine (`localhost`, `127.0.0.1`)",
                "write `https://`",
            ));
        }
        Ok(address)
    }

    /// Reads the URL of what is published for everybody, and signed: `http:`, because TLS would need to know first whom to trust.
    pub(crate) fn parse_published(text: &str) -> Result<Self, Error> {
        match Self::taken_apart(text)? {
            address if address.is_tls => Err(Error::new(
                &address,
                "only a URL that begins with `http://` is asked",
                "have the authority name one in its certificates",
            )),
            address => Ok(address),
        }
    }

    fn taken_apart(text: &str) -> Result<Self, Error> {
        const BYTES_MAX: usize = 2048;
        let wrong = |reason: &str| {
            // What stands before an `@` may be a password.
            let shown = text.rsplit_once('@').map_or(text, |(_, after)| after);
            let shown = shown.split('?').next().unwrap_or_default();
            Err(Error::new(quoted(shown), reason, "write a URL such as `https://login.example.com/path`"))
        };
        if text.len() > BYTES_MAX {
            return wrong("the URL is longer than 2048 bytes");
        }
        let Ok(uri) = text.parse::<Uri>() else { return wrong("this is not a URL") };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return wrong("the URL does not begin with `https://`");
        };
        let is_tls = match scheme {
            "https" => true,
            "http" => false,
            _ => return wrong("the URL does not begin with `https://` or `http://`"),
        };
        if authority.as_str().contains('@') {
            return wrong("a URL with a user name in it is not asked");
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        if host.is_empty() {
            return wrong("the URL has no host");
        }
        let default_port = if is_tls { 443 } else { 80 };
        let port = match (authority.port_u16(), authority.as_str().rsplit_once(':')) {
            (Some(port), _) => port,
            (None, Some((_, after))) if !after.contains(']') => return wrong("the port of the URL is not one"),
            (None, _) => default_port,
        };
        Ok(Self { uri, host, port, is_tls })
    }

    /// Where the host says to be. Where it is, is known when its name is resolved.
    pub(crate) fn zone(&self) -> Zone {
        Zone::of_host(&self.host)
    }

    /// What follows the host.
    pub(crate) fn path_and_query(&self) -> &str {
        self.uri.path_and_query().map_or("/", |target| target.as_str())
    }

    /// The same with another path, and without a query.
    pub(crate) fn with_path(&self, path: &str) -> Result<Self, Error> {
        Self::parse(&format!("{}://{}{path}", self.scheme(), self.authority()))
    }

    /// The same with another query.
    pub(crate) fn with_query(&self, query: &str) -> Result<Self, Error> {
        self.with_path(&format!("{}?{query}", self.path()))
    }

    /// The URL as it was written.
    pub(crate) fn url(&self) -> String {
        self.uri.to_string()
    }

    fn scheme(&self) -> &'static str {
        if self.is_tls { "https" } else { "http" }
    }

    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// Host and port as they stand in the URL.
    pub(crate) fn authority(&self) -> &str {
        self.uri.authority().map_or("", |authority| authority.as_str())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}://{}{}`", self.scheme(), self.authority(), self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn a_url_is_taken_apart() {
        let all = [
            ("https://Login.Example.com/a/b?c=d", "login.example.com", 443, "/a/b?c=d", "`https://Login.Example.com/a/b`"),
            ("https://example.com", "example.com", 443, "/", "`https://example.com/`"),
            ("http://127.0.0.1:8080/x", "127.0.0.1", 8080, "/x", "`http://127.0.0.1:8080/x`"),
            ("https://[2606::1]:8443/x", "2606::1", 8443, "/x", "`https://[2606::1]:8443/x`"),
            ("http://[::1]/x", "::1", 80, "/x", "`http://[::1]/x`"),
            ("http://169.254.169.254/metadata", "169.254.169.254", 80, "/metadata", "`http://169.254.169.254/metadata`"),
        ];
        for (text, host, port, target, shown) in all {
            let address = Address::parse(text).unwrap();
            assert_eq!((&*address.host, address.port, address.path_and_query()), (host, port, target), "{text}");
            assert_eq!(address.to_string(), shown);
        }
    }

    #[test]
    fn what_is_not_one_is_refused_without_showing_a_password() {
        let all = [
            ("keys", "does not begin"),
            ("file:///etc/passwd", "not a URL"),
            ("ftp://example.com/", "does not begin"),
            ("https://", "not a URL"),
            ("https://example.com:99999/", "port"),
            ("http://example.com/", "not encrypted"),
            ("http://10.0.0.5/", "not encrypted"),
            ("http://keycloak/", "not encrypted"),
            ("https://user:hunter2@example.com/?key=hunter2", "user name"),
            ("https://example.com/a b?key=hunter2", "not a URL"),
        ];
        for (text, reason) in all {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(error.contains(reason) && !error.contains("hunter2"), "{text}: {error}");
        }
        assert!(Address::parse(&format!("https://example.com/{}", "a".repeat(2048))).is_err());
    }
}
