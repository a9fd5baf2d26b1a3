//! Requests and responses as pages write them.

use crate::fence::Lines;
use bytes::Bytes;
use policy::script::Sent;
use std::fmt::Write;
use wire::{RequestHeadBuilder, Scheme, Shown};

/// The address of a case's client, where the case says nothing else.
pub(crate) const CLIENT: &str = "192.0.2.1";

/// The name under which a client knows the gateway where its request says nothing else.
const AUTHORITY: &str = "api.example";

/// What the client sends. Names of header fields are in lower case.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Given {
    pub scheme: Scheme,
    pub authority: String,
    pub method: String,
    /// Path and query.
    pub target: String,
    /// What the client shows of itself.
    pub certificate: Option<Shown>,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Default for Given {
    fn default() -> Self {
        Given {
            scheme: Scheme::Http,
            authority: AUTHORITY.to_owned(),
            method: "GET".to_owned(),
            target: "/".to_owned(),
            certificate: None,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }
}

impl Given {
    /// The head of the request, as the host writes it.
    pub(crate) fn head(&self, client_address: &str) -> Vec<u8> {
        let mut certificate = Vec::new();
        if let Some(shown) = &self.certificate {
            shown.write(&mut certificate);
        }
        let builder = RequestHeadBuilder {
            scheme: self.scheme,
            method: &self.method,
            authority: &self.authority,
            client_address,
            peer_address: "",
            client_certificate: &certificate,
            target: &self.target,
        };
        let mut bytes = Vec::new();
        let mut fields = builder.write(&mut bytes);
        for (name, value) in &self.headers {
            fields.push(name, value.as_bytes());
        }
        fields.finish();
        bytes
    }
}

/// The response that the client got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Answer {
    pub status: u16,
    pub reason: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

/// `METHOD target`, header lines, a blank line, the body. A body has its length with it, as clients send it.
pub(crate) fn given(lines: &mut Lines<'_, '_>) -> Given {
    let mut given = Given::default();
    let text = lines.text;
    let (head, body) = match text.strip_prefix('\n') {
        Some(body) => ("", body),
        None => text.split_once("\n\n").unwrap_or((text, "")),
    };
    let mut head = head.lines();
    let first = head.next().unwrap_or_default();
    // A protocol at the end is what people copy from elsewhere.
    let request = first.trim_end().strip_suffix(" HTTP/1.1").unwrap_or(first.trim_end());
    match request.split_once(' ').map(|(method, target)| (method, target.trim())) {
        Some((method, target)) if is_token(method) && is_target(target) => {
            given.method = method.to_owned();
            if let Some((scheme, rest)) = absolute(target) {
                let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
                given.scheme = scheme;
                given.authority = authority.to_owned();
                given.target = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
            } else {
                given.target = target.to_owned();
            }
        }
        _ => lines.error("case/request", first, "this is no request", "write `GET /path`, or `POST https://api.example/path`"),
    }
    for line in head {
        match field(line) {
            Some(field) => given.headers.push(field),
            None => lines.error(
                "case/header",
                line,
                "this line is no header",
                "write `Name: value`; the body comes after a blank line",
            ),
        }
    }
    let body = body.strip_suffix('\n').unwrap_or(body);
    if !body.is_empty() {
        given.headers.retain(|(name, _)| name != "content-length");
        given.headers.push(("content-length".to_owned(), body.len().to_string()));
    }
    given.body = Bytes::copy_from_slice(body.as_bytes());
    given
}

fn absolute(target: &str) -> Option<(Scheme, &str)> {
    match target.strip_prefix("https://") {
        Some(rest) => Some((Scheme::Https, rest)),
        None => target.strip_prefix("http://").map(|rest| (Scheme::Http, rest)),
    }
}

fn is_target(target: &str) -> bool {
    let starts = target.starts_with('/') || absolute(target).is_some_and(|(_, rest)| !rest.is_empty());
    starts && target.bytes().all(|byte| byte.is_ascii_graphic())
}

/// True for what a method and the name of a header field may be.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 200
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// `Name: value`.
pub(crate) fn field(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let value = value.trim();
    (is_token(name) && !value.contains(char::is_control)).then(|| (name.to_ascii_lowercase(), value.to_owned()))
}

/// Fields that say how a message was carried rather than what it says; pages leave them out.
const CARRIAGE: [&str; 3] = ["content-length", "host", "x-forwarded-for"];

/// Requests as pages show them.
pub fn upstream(requests: &[Sent]) -> String {
    let one = |sent: &Sent| {
        let tls = if sent.tls.is_empty() { String::new() } else { format!(" ({})", sent.tls) };
        message(&format!("{} {}{tls}", sent.method, sent.url), &sent.headers, &sent.body)
    };
    match requests {
        [] => "nothing\n".to_owned(),
        requests => requests.iter().map(one).collect::<Vec<_>>().join("---\n"),
    }
}

/// A response as pages show it: the usual reason phrase where none was set, and no number that is new in every run.
pub fn sent(answer: &Answer) -> String {
    let usual = http::StatusCode::from_u16(answer.status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
    let reason = if answer.reason.is_empty() { usual } else { &answer.reason };
    let text = message(format!("HTTP/1.1 {} {reason}", answer.status).trim_end(), &answer.headers, &answer.body);
    const NUMBER: &str = "\"activityId\": \"";
    match text.split_once(NUMBER).and_then(|(before, after)| Some((before, after.get(36..)?))) {
        Some((before, after)) => format!("{before}{NUMBER}<guid>{after}"),
        None => text,
    }
}

fn message(first: &str, headers: &[(String, String)], body: &Bytes) -> String {
    let mut text = format!("{first}\n");
    for (name, value) in headers.iter().filter(|(name, _)| !CARRIAGE.contains(&name.as_str())) {
        let _ = writeln!(text, "{name}: {value}");
    }
    if !body.is_empty() {
        // Line ends are those of the page, wherever the body came from.
        let body = String::from_utf8_lossy(body).replace("\r\n", "\n");
        let _ = writeln!(text, "\n{}", body.trim_end_matches('\n'));
    }
    text
}
