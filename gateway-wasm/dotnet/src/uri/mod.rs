//! `System.Uri`.

mod escape;
mod host_name;
mod parse;
mod relative;

pub use escape::{escape_data_string, escape_uri_string, unescape_data_string};

use crate::{Exception, Result};
use escape::{is_safe_to_show, unescape};
use parse::{default_port, parse, parse_host};
use std::{fmt, hash};

/// A URI, absolute or relative.
#[derive(Clone, Debug)]
pub struct Uri {
    original: String,
    absolute: Option<Absolute>,
}

/// The parts of an absolute URI, escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Absolute {
    scheme: String,
    /// True without `//`.
    opaque: bool,
    user_info: String,
    /// An IPv6 address has its brackets.
    host: String,
    host_kind: HostKind,
    /// -1 where there is none.
    port: i32,
    path: String,
    /// With its question mark.
    query: String,
    /// With its hash.
    fragment: String,
}

/// `UriHostNameType`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum HostKind {
    #[default]
    Unknown = 0,
    Basic = 1,
    Dns = 2,
    IPv4 = 3,
    IPv6 = 4,
}

/// `UriKind`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum UriKind {
    RelativeOrAbsolute = 0,
    Absolute = 1,
    Relative = 2,
}

/// `UriPartial`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum UriPartial {
    Scheme = 0,
    Authority = 1,
    Path = 2,
    Query = 3,
}

/// `UriFormat`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum UriFormat {
    UriEscaped = 1,
    Unescaped = 2,
    SafeUnescaped = 3,
}

impl UriKind {
    /// From its number.
    ///
    /// # Errors
    /// `ArgumentException` if there is no such kind.
    pub fn from_number(number: i64) -> Result<Self> {
        match number {
            0 => Ok(UriKind::RelativeOrAbsolute),
            1 => Ok(UriKind::Absolute),
            2 => Ok(UriKind::Relative),
            other => Err(Exception::argument(&format!("The value '{other}' passed for the UriKind parameter is invalid."), "")),
        }
    }
}

impl Uri {
    /// `new Uri(text, kind)`
    ///
    /// # Errors
    /// `UriFormatException` if it is no such URI.
    pub fn new(text: &str, kind: UriKind) -> Result<Self> {
        let original = text.to_owned();
        match (parse(text), kind) {
            (Ok(absolute), UriKind::Absolute | UriKind::RelativeOrAbsolute) => Ok(Self { original, absolute: Some(absolute) }),
            (Ok(_), UriKind::Relative) => Err(Exception::new(
                "UriFormatException",
                "A relative URI cannot be created because the 'uriString' parameter represents an absolute URI.",
            )),
            (Err(problem), UriKind::Relative | UriKind::RelativeOrAbsolute) if problem.may_be_relative() => {
                Ok(Self { original, absolute: None })
            }
            (Err(problem), _) => Err(problem.exception()),
        }
    }

    fn parts(&self) -> Result<&Absolute> {
        self.absolute.as_ref().ok_or_else(|| Exception::invalid_operation("This operation is not supported for a relative URI."))
    }

    /// `IsAbsoluteUri`
    pub fn is_absolute(&self) -> bool {
        self.absolute.is_some()
    }

    /// `OriginalString`
    pub fn original(&self) -> &str {
        &self.original
    }

    /// `AbsoluteUri`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn absolute_uri(&self) -> Result<String> {
        let parts = self.parts()?;
        Ok(format!("{}{}{}{}", parts.front(true), parts.path, parts.query, parts.fragment))
    }

    /// `AbsolutePath`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn path(&self) -> Result<&str> {
        let path = &self.parts()?.path;
        // The path of a drive has no slash before it here, though it has one in the URI.
        Ok(if self.is_drive() { path.get(1..).unwrap_or_default() } else { path })
    }

    fn is_drive(&self) -> bool {
        self.absolute.as_ref().is_some_and(|parts| {
            let bytes = parts.path.as_bytes();
            parts.scheme == "file"
                && parts.host.is_empty()
                && bytes.get(2) == Some(&b':')
                && bytes.get(1).is_some_and(u8::is_ascii_alphabetic)
        })
    }

    /// `LocalPath`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn local_path(&self) -> Result<String> {
        let path = unescape_data_string(self.path()?);
        Ok(match self.parts()? {
            parts if parts.scheme == "file" && !parts.host.is_empty() => format!("\\\\{}{}", parts.host, path.replace('/', "\\")),
            _ if self.is_drive() => path.replace('/', "\\"),
            _ => path,
        })
    }

    /// `PathAndQuery`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn path_and_query(&self) -> Result<String> {
        Ok(format!("{}{}", self.path()?, self.query()?))
    }

    /// `Query`, with its question mark.
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn query(&self) -> Result<&str> {
        Ok(&self.parts()?.query)
    }

    /// `Fragment`, with its hash.
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn fragment(&self) -> Result<&str> {
        Ok(&self.parts()?.fragment)
    }

    /// `Segments`: the path cut behind every slash.
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn segments(&self) -> Result<Vec<&str>> {
        Ok(self.parts()?.path.split_inclusive('/').collect())
    }

    /// `Scheme`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn scheme(&self) -> Result<&str> {
        Ok(&self.parts()?.scheme)
    }

    /// `UserInfo`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn user_info(&self) -> Result<&str> {
        Ok(&self.parts()?.user_info)
    }

    /// `Host`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn host(&self) -> Result<&str> {
        Ok(&self.parts()?.host)
    }

    /// `DnsSafeHost`: an IPv6 address has no brackets.
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn dns_safe_host(&self) -> Result<&str> {
        Ok(self.host()?.trim_start_matches('[').trim_end_matches(']'))
    }

    /// `IdnHost`: with punycode.
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn idn_host(&self) -> Result<String> {
        Ok(host_name::to_ascii(self.dns_safe_host()?))
    }

    /// `HostNameType`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn host_kind(&self) -> Result<HostKind> {
        let parts = self.parts()?;
        Ok(if parts.opaque && parts.host.is_empty() { HostKind::Unknown } else { parts.host_kind })
    }

    /// `Port`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn port(&self) -> Result<i32> {
        Ok(self.parts()?.port)
    }

    /// `IsDefaultPort`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn is_default_port(&self) -> Result<bool> {
        Ok(self.parts()?.has_default_port())
    }

    /// `Authority`: the host, and the port if it has to be said.
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn authority(&self) -> Result<String> {
        Ok(self.parts()?.authority())
    }

    /// `IsFile`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn is_file(&self) -> Result<bool> {
        Ok(self.parts()?.scheme == "file")
    }

    /// `IsUnc`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn is_unc(&self) -> Result<bool> {
        Ok(self.is_file()? && !self.host()?.is_empty())
    }

    /// `IsLoopback`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn is_loopback(&self) -> Result<bool> {
        let host = self.host()?;
        let v4 = host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        Ok(v4 || matches!(host, "localhost" | "loopback" | "[::1]") || self.is_drive())
    }

    /// `GetLeftPart`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn left_part(&self, part: UriPartial) -> Result<String> {
        let parts = self.parts()?;
        Ok(match part {
            UriPartial::Scheme if parts.opaque => format!("{}:", parts.scheme),
            UriPartial::Scheme => format!("{}://", parts.scheme),
            UriPartial::Authority if parts.opaque => String::new(),
            UriPartial::Authority => parts.front(true),
            UriPartial::Path => format!("{}{}", parts.front(true), parts.path),
            UriPartial::Query => format!("{}{}{}", parts.front(true), parts.path, parts.query),
        })
    }

    /// `GetComponents`: parts by the bits of `UriComponents`.
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn components(&self, bits: i64, format: UriFormat) -> Result<String> {
        let parts = self.parts()?;
        let has = |bit: i64| bits & bit != 0;
        let keeps_delimiter = has(0x4000_0000);
        let single = (bits & 0x3fff_ffff).count_ones() == 1;
        let show = |text: &str| match format {
            UriFormat::UriEscaped => text.to_owned(),
            UriFormat::Unescaped => unescape_data_string(text),
            UriFormat::SafeUnescaped => unescape(text, is_safe_to_show),
        };
        let mut text = String::new();
        if has(1) {
            text.push_str(&parts.scheme);
            if !single {
                text.push_str(if parts.opaque { ":" } else { "://" });
            }
        }
        if has(2) && !parts.user_info.is_empty() {
            text.push_str(&show(&parts.user_info));
            if !single || keeps_delimiter {
                text.push('@');
            }
        }
        if has(4) {
            text.push_str(&parts.host);
        }
        if has(256) {
            text.push_str(&self.idn_host()?);
        }
        if (has(8) && !parts.has_default_port()) || (has(128) && parts.port >= 0) {
            if !single || keeps_delimiter {
                text.push(':');
            }
            text.push_str(&parts.port.to_string());
        }
        if has(16) {
            let bare = single && !keeps_delimiter;
            let path = if bare { parts.path.strip_prefix('/').unwrap_or(&parts.path) } else { &parts.path };
            text.push_str(&show(path));
        }
        for (bit, part) in [(32, &parts.query), (64, &parts.fragment)] {
            if has(bit) {
                let bare = single && !keeps_delimiter;
                text.push_str(&show(if bare { part.get(1..).unwrap_or_default() } else { part }));
            }
        }
        Ok(text)
    }

    /// `IsWellFormedOriginalString`: nothing in it needed to be escaped.
    pub fn is_well_formed(&self) -> bool {
        let text = &self.original;
        match &self.absolute {
            Some(parts) => {
                let explicit = text.to_ascii_lowercase().starts_with(&format!("{}:", parts.scheme));
                explicit && !text.contains('\\') && escape::escape_part(text, &[]).len() == ascii_length(text)
            }
            None => {
                let colon = text.split(['/', '?', '#']).next().is_some_and(|first| first.contains(':'));
                !colon && !text.contains('\\') && escape::escape_part(text, &[]).len() == ascii_length(text)
            }
        }
    }

    /// `Uri.CheckHostName`
    pub fn check_host_name(name: &str) -> HostKind {
        if name.is_empty() {
            return HostKind::Unknown;
        }
        if let Some((_, kind)) = parse_host(name) {
            return kind;
        }
        if name.parse::<std::net::Ipv6Addr>().is_ok() { HostKind::IPv6 } else { HostKind::Unknown }
    }

    /// `Uri.CheckSchemeName`
    pub fn check_scheme_name(name: &str) -> bool {
        parse::is_scheme_name(name)
    }

    /// What counts for equality: no user and no fragment.
    fn key(&self) -> std::result::Result<(&str, &str, i32, String, &str), &str> {
        match &self.absolute {
            Some(parts) => Ok((&parts.scheme, &parts.host, parts.port, unescape(&parts.path, is_safe_to_show), &parts.query)),
            None => Err(&self.original),
        }
    }
}

/// The length of a text after escaping, if nothing but letters of other scripts is escaped.
fn ascii_length(text: &str) -> usize {
    text.bytes().map(|byte| if byte.is_ascii() { 1 } else { 3 }).sum()
}

impl Absolute {
    fn has_default_port(&self) -> bool {
        self.port == default_port(&self.scheme)
    }

    fn authority(&self) -> String {
        if self.has_default_port() { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }

    /// Everything before the path.
    fn front(&self, with_user: bool) -> String {
        let scheme = &self.scheme;
        let user = if with_user && !self.user_info.is_empty() { format!("{}@", self.user_info) } else { String::new() };
        let authority = self.authority();
        if self.opaque { format!("{scheme}:{user}{authority}") } else { format!("{scheme}://{user}{authority}") }
    }
}

/// `ToString`: escapes are resolved where that is safe.
impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.absolute {
            Some(parts) => {
                f.write_str(&parts.front(true))?;
                for part in [&parts.path, &parts.query, &parts.fragment] {
                    f.write_str(&unescape(part, is_safe_to_show))?;
                }
                Ok(())
            }
            None => f.write_str(&self.original),
        }
    }
}

impl PartialEq for Uri {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Uri {}

impl hash::Hash for Uri {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        for (text, expected) in [
            ("http://example.com", "http://example.com/"),
            (" HTTP://Example.COM:80/A/../b/./c?x=1#f ", "http://example.com/b/c?x=1#f"),
            ("https://user:p%40ss@host:8443/a b?q=é|\"", "https://user:p%40ss@host:8443/a%20b?q=%C3%A9%7C%22"),
            ("http://host/%41%zz?a=b?c#d#e", "http://host/%41%25zz?a=b?c#d#e"),
            ("http://[::1]:5000/x", "http://[::1]:5000/x"),
            ("http://0x7f.1/", "http://127.0.0.1/"),
            ("urn:isbn:123", "urn:isbn:123"),
            ("mailto:a@b.c?subject=x", "mailto:a@b.c?subject=x"),
            ("c:\\a b\\c", "file:///c:/a%20b/c"),
            ("\\\\server\\share\\x", "file://server/share/x"),
            ("foo://Host/a/../b", "foo://host/b"),
            ("http:\\\\host\\a", "http://host/a"),
            ("http://host?x=1", "http://host/?x=1"),
            ("http://host:/", "http://host/"),
            ("", "Invalid URI: The URI is empty."),
            ("foo", "Invalid URI: The format of the URI could not be determined."),
            ("/foo", "Invalid URI: The format of the URI could not be determined."),
            ("http://", "Invalid URI: The hostname could not be parsed."),
            ("http://a b/", "Invalid URI: The hostname could not be parsed."),
            ("http://host:x/", "Invalid URI: Invalid port specified."),
            ("http://host:70000/", "Invalid URI: Invalid port specified."),
            ("http:foo", "Invalid URI: The Authority/Host could not be parsed."),
            ("1x://foo", "Invalid URI: The URI scheme is not valid."),
            ("c:foo", "Invalid URI: A Dos path must be rooted, for example, 'c:\\'."),
        ] {
            let found = match Uri::new(text, UriKind::Absolute) {
                Ok(uri) => uri.absolute_uri().unwrap(),
                Err(error) => error.message.into_owned(),
            };
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn has_parts() {
        let uri = Uri::new("https://u:p@host:8443/a%20b/c%2Fd/?q=%C3%A9%26#f", UriKind::Absolute).unwrap();
        assert_eq!(uri.to_string(), "https://u:p@host:8443/a b/c%2Fd/?q=é%26#f");
        assert_eq!(uri.segments().unwrap(), ["/", "a%20b/", "c%2Fd/"]);
        assert_eq!(uri.left_part(UriPartial::Authority).unwrap(), "https://u:p@host:8443");
        assert_eq!((uri.authority().unwrap(), uri.local_path().unwrap()), ("host:8443".to_owned(), "/a b/c/d/".to_owned()));
        let relative = Uri::new("a/b?c", UriKind::RelativeOrAbsolute).unwrap();
        assert_eq!((relative.to_string(), relative.host().unwrap_err().kind), ("a/b?c".to_owned(), "InvalidOperationException"));
        let unicode = Uri::new("http://MÜNCHEN.de/ü", UriKind::Absolute).unwrap();
        assert_eq!(
            (unicode.idn_host().unwrap(), unicode.absolute_uri().unwrap()),
            ("xn--mnchen-3ya.de".to_owned(), "http://münchen.de/%C3%BC".to_owned())
        );
    }
}
