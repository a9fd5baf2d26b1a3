//! Absolute `http` and `https` URLs, as far as sending a request needs them.

use std::fmt;
use wire::Scheme;

/// Where a request goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// How to reach the server.
    pub scheme: Scheme,
    /// Host, and port if the URL names one.
    pub authority: String,
    /// The path, without a slash at its end; empty for the root.
    pub path: String,
    /// The query, without its question mark; empty for none.
    pub query: String,
}

impl Address {
    /// Reads an absolute URL. `None` if it is not one, or has user information, which has no place in a gateway.
    pub fn parse(url: &str) -> Option<Self> {
        let url = url.trim();
        let (scheme, rest) = url.split_once("://")?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return None,
        };
        let rest = rest.split('#').next().unwrap_or(rest);
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if !is_authority(authority) || target.bytes().any(|byte| byte.is_ascii_control() || byte == b' ') {
            return None;
        }
        Some(Self {
            scheme,
            authority: authority.to_ascii_lowercase(),
            path: path.trim_end_matches('/').to_owned(),
            query: query.to_owned(),
        })
    }
}

impl Address {
    /// The host without the port, and the port: the scheme's where the URL names none.
    pub fn host_and_port(&self) -> (&str, u16) {
        let end = self.authority.rfind(':').filter(|colon| !self.authority.get(*colon..).unwrap_or_default().contains(']'));
        let (host, port) = end.and_then(|at| self.authority.split_at_checked(at)).unwrap_or((&self.authority, ""));
        (host, port.trim_start_matches(':').parse().unwrap_or(self.scheme.default_port()))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme.name(), self.authority, self.path)?;
        if self.query.is_empty() { Ok(()) } else { write!(f, "?{}", self.query) }
    }
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`.
fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((host, "")) => (host, None),
            Some((host, port)) => match port.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None => return false,
            },
            None => return false,
        },
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let host_is_fine = !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%'));
    host_is_fine && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

/// Percent-decodes a name or a value of a query; `+` is a space.
pub(crate) fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                bytes = ahead;
            }
            (b'+', ..) => out.push(b' '),
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn reads_urls_and_refuses_the_rest() {
        let address = Address::parse("https://API.example:8443/v1/?a=b#c").unwrap();
        assert_eq!(
            (address.authority.as_str(), address.path.as_str(), address.query.as_str()),
            ("api.example:8443", "/v1", "a=b")
        );
        assert!(Address::parse("http://[::1]:80").is_some());
        for bad in ["", "/v1", "ftp://a", "http://", "http://a:b", "http://a:0", "http://u:p@a", "http://a/ b", "http://[::1"] {
            assert_eq!(Address::parse(bad), None, "{bad}");
        }
    }
}
