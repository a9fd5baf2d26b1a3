//! Reading a URI, as Windows has it: a path with a drive letter and a share are `file` URIs.

use super::{Absolute, HostKind, escape::escape_part};
use crate::{Exception, web::ip_address};

/// The longest URI.
const LENGTH_MAX: usize = 65_519;

/// Why a text is no absolute URI. The first ones leave it a relative one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Format,
    Scheme,
    Authority,
    Empty,
    TooLong,
    SchemeTooLong,
    RootedPath,
    HostName,
    Port,
}

impl Problem {
    /// True if the text may still be a relative URI.
    pub(super) fn may_be_relative(self) -> bool {
        matches!(self, Problem::Format | Problem::Scheme | Problem::Authority | Problem::Empty)
    }

    pub(super) fn exception(self) -> Exception {
        let message = match self {
            Problem::Format => "Invalid URI: The format of the URI could not be determined.",
            Problem::Scheme => "Invalid URI: The URI scheme is not valid.",
            Problem::Authority => "Invalid URI: The Authority/Host could not be parsed.",
            Problem::Empty => "Invalid URI: The URI is empty.",
            Problem::TooLong => "Invalid URI: The Uri string is too long.",
            Problem::SchemeTooLong => "Invalid URI: The Uri scheme is too long.",
            Problem::RootedPath => "Invalid URI: A Dos path must be rooted, for example, 'c:\\'.",
            Problem::HostName => "Invalid URI: The hostname could not be parsed.",
            Problem::Port => "Invalid URI: Invalid port specified.",
        };
        Exception::new("UriFormatException", message)
    }
}

/// What .NET knows of a scheme.
struct Scheme {
    port: i32,
    needs_authority: bool,
    has_query: bool,
}

fn scheme(name: &str) -> Option<Scheme> {
    let (port, needs_authority, has_query) = match name {
        "http" | "ws" => (80, true, true),
        "https" | "wss" => (443, true, true),
        "ftp" => (21, true, false),
        "file" => (-1, false, true),
        "gopher" => (70, true, false),
        "nntp" => (119, true, false),
        "telnet" => (23, true, false),
        "ldap" => (389, false, true),
        "net.tcp" => (808, true, true),
        "net.pipe" => (-1, true, true),
        "mailto" => (25, false, true),
        _ => return None,
    };
    Some(Scheme { port, needs_authority, has_query })
}

/// The port that goes without saying.
pub(super) fn default_port(name: &str) -> i32 {
    scheme(name).map_or(-1, |scheme| scheme.port)
}

pub(super) fn is_scheme_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

pub(super) fn parse(original: &str) -> Result<Absolute, Problem> {
    let text = original.trim_matches(['\t', '\n', '\r', ' ']);
    if text.is_empty() {
        return Err(Problem::Empty);
    }
    if original.len() > LENGTH_MAX {
        return Err(Problem::TooLong);
    }
    if text.len() > 2 && text.starts_with(['\\', '/']) && text.get(1..).is_some_and(|rest| rest.starts_with(['\\', '/'])) {
        return file_share(text);
    }
    let Some((name, rest)) = text.split_once(':') else { return Err(Problem::Format) };
    if name.len() == 1 && name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return match rest.starts_with(['\\', '/']) {
            true => Ok(file_path(text, "")),
            false => Err(Problem::RootedPath),
        };
    }
    if !is_scheme_name(name) {
        return Err(if name.is_empty() { Problem::Format } else { Problem::Scheme });
    }
    if name.len() > 1024 {
        return Err(Problem::SchemeTooLong);
    }
    let name = name.to_ascii_lowercase();
    let known = scheme(&name);
    let slashes = |rest: &str| rest.bytes().take(2).filter(|byte| matches!(byte, b'/' | b'\\')).count() == 2;
    match name.as_str() {
        "mailto" => mail(rest),
        "file" => {
            let after = rest.trim_start_matches(['/', '\\']);
            let drive = after.as_bytes().get(1) == Some(&b':') && after.starts_with(|first: char| first.is_ascii_alphabetic());
            match (drive, slashes(rest)) {
                (true, _) => Ok(file_path(after, "")),
                (false, true) => hierarchical(&name, rest.get(2..).unwrap_or_default(), known.as_ref()),
                (false, false) if rest.starts_with(['/', '\\']) => Ok(file_path(rest, "")),
                (false, false) => Err(Problem::Authority),
            }
        }
        _ if slashes(rest) => hierarchical(&name, rest.get(2..).unwrap_or_default(), known.as_ref()),
        _ if known.is_some_and(|scheme| scheme.needs_authority) => Err(Problem::Authority),
        _ => Ok(opaque(name, rest)),
    }
}

/// `urn:isbn:1`: everything up to the query is the path.
fn opaque(scheme: String, rest: &str) -> Absolute {
    let (rest, fragment) = cut(rest, '#');
    let (path, query) = cut(rest, '?');
    Absolute {
        scheme,
        opaque: true,
        path: escape_part(path, &[]),
        query: escape_part(query, &[]),
        fragment: escape_part(fragment, &[]),
        port: -1,
        ..Absolute::default()
    }
}

/// `mailto:who@where?subject=what`
fn mail(rest: &str) -> Result<Absolute, Problem> {
    let (address, query) = cut(rest, '?');
    let mut uri = opaque("mailto".to_owned(), "");
    uri.query = escape_part(query, &[]);
    uri.port = 25;
    match address.rsplit_once('@') {
        Some((user, host)) => {
            uri.user_info = escape_part(user, &[]);
            (uri.host, uri.host_kind) = parse_host(host).ok_or(Problem::HostName)?;
        }
        None => uri.path = escape_part(address, &[]),
    }
    Ok(uri)
}

/// `\\server\share`
fn file_share(text: &str) -> Result<Absolute, Problem> {
    let text = text.replace('\\', "/");
    let rest = text.trim_start_matches('/');
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, host_kind) = parse_host(host).ok_or(Problem::HostName)?;
    let mut uri = file_path(&format!("/{path}"), &host);
    uri.host_kind = host_kind;
    Ok(uri)
}

/// A path of a drive, or the root.
fn file_path(text: &str, host: &str) -> Absolute {
    let path = text.replace('\\', "/");
    let path = if path.starts_with('/') { path } else { format!("/{path}") };
    Absolute {
        scheme: "file".to_owned(),
        host: host.to_owned(),
        host_kind: HostKind::Basic,
        port: -1,
        // In a path of Windows these are characters like others.
        path: escape_part(&compress(&path), b"?#"),
        ..Absolute::default()
    }
}

/// What comes after `scheme://`.
fn hierarchical(name: &str, rest: &str, scheme: Option<&Scheme>) -> Result<Absolute, Problem> {
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let (user_info, address) = authority.split_once('@').unwrap_or(("", authority));
    let (host, port) = match address.rfind(']') {
        Some(end) => address.split_at_checked(end + 1).unwrap_or((address, "")),
        None => address.find(':').and_then(|end| address.split_at_checked(end)).unwrap_or((address, "")),
    };
    let port = match port.strip_prefix(':') {
        None if !port.is_empty() => return Err(Problem::HostName),
        None | Some("") => default_port(name),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => match digits.parse::<u16>() {
            Ok(port) => port.into(),
            Err(_) => return Err(Problem::Port),
        },
        Some(_) => return Err(Problem::Port),
    };
    let (host, host_kind) = match host {
        "" if scheme.is_none_or(|scheme| !scheme.needs_authority) => (String::new(), HostKind::Basic),
        "" => return Err(Problem::HostName),
        host => match parse_host(host) {
            Some(found) => found,
            None if scheme.is_none() => (host.to_owned(), HostKind::Basic),
            None => return Err(Problem::HostName),
        },
    };
    let (rest, fragment) = cut(rest, '#');
    let (path, query) = if scheme.is_none_or(|scheme| scheme.has_query) { cut(rest, '?') } else { (rest, "") };
    let also: &[u8] = if query.is_empty() && !scheme.is_none_or(|scheme| scheme.has_query) { b"?" } else { b"" };
    let path = if path.is_empty() { "/".to_owned() } else { path.replace('\\', "/") };
    Ok(Absolute {
        scheme: name.to_owned(),
        opaque: false,
        user_info: escape_part(user_info, &[]),
        host,
        host_kind,
        port,
        path: escape_part(&compress(&path), also),
        query: escape_part(query, &[]),
        fragment: escape_part(fragment, &[]),
    })
}

/// Cuts a text before a delimiter, which stays with the second part.
fn cut(text: &str, delimiter: char) -> (&str, &str) {
    text.find(delimiter).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

/// A host as .NET writes it, and what it is; `None` if it is none.
pub(super) fn parse_host(host: &str) -> Option<(String, HostKind)> {
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']')?;
        let address: std::net::Ipv6Addr = inner.split('%').next()?.parse().ok()?;
        return Some((format!("[{address}]"), HostKind::IPv6));
    }
    if let Some(address) = ip_address::parse_v4(host) {
        return Some((address.to_string(), HostKind::IPv4));
    }
    let valid_label = |label: &str| {
        !label.is_empty()
            && label.chars().count() < 64
            && !label.starts_with('-')
            && label.chars().all(|character| character.is_alphanumeric() || matches!(character, '-' | '_') || is_mark(character))
    };
    let labels = host.strip_suffix('.').unwrap_or(host);
    let valid = labels.split(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']).all(valid_label) && host.len() < 1024;
    valid.then(|| (host.to_lowercase(), HostKind::Dns))
}

/// Marks belong to the letters of many scripts.
fn is_mark(character: char) -> bool {
    !character.is_ascii() && !character.is_whitespace() && !character.is_control()
}

/// Takes `.` and `..` out of a path.
pub(super) fn compress(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let rooted = path.starts_with('/');
    let body = path.strip_prefix('/').unwrap_or(path);
    let last = body.split('/').count().saturating_sub(1);
    for (at, segment) in body.split('/').enumerate() {
        match segment {
            "." | ".." => {
                if segment == ".." {
                    segments.pop();
                }
                if at == last {
                    segments.push("");
                }
            }
            _ => segments.push(segment),
        }
    }
    let path = segments.join("/");
    if rooted { format!("/{path}") } else { path }
}
