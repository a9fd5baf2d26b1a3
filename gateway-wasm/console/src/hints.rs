//! What will go wrong with a request, said before it is sent.

use crate::operation::Operation;
use crate::phrase::Phrase;
use crate::request::{Body, Credential, Filled, Request};
use serde::{Deserialize, Serialize};

/// A slip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hint {
    /// What it is about: `server`, `body`, `authorization`, or the place and name of a parameter or header: `path isbn`.
    pub about: String,
    /// What is wrong, and what to do.
    pub message: Phrase,
    /// It cannot be sent so from a page.
    pub stops: bool,
}

/// The page that sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Page {
    /// Scheme and host.
    pub origin: String,
    /// The host sends for it, so what only browsers forbid is allowed.
    pub by_proxy: bool,
}

/// Fields that browsers do not let a page set (WHATWG Fetch, "forbidden request-header"), but for those that begin with `Proxy-`
/// and `Sec-`.
const FORBIDDEN: [&str; 20] = [
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "access-control-request-private-network",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
];

/// Everything that is noticed, what stops first.
pub fn of(operation: &Operation, filled: &Filled, request: &Request, page: &Page) -> Vec<Hint> {
    let mut hints = Vec::new();
    server(request, page, &mut hints);
    parameters(operation, filled, &mut hints);
    headers(request, page, &mut hints);
    body(operation, filled, request, page, &mut hints);
    authorization(operation, filled, &mut hints);
    hints.sort_by_key(|hint| !hint.stops);
    hints
}

fn hint(about: impl Into<String>, stops: bool, message: Phrase) -> Hint {
    Hint { about: about.into(), message, stops }
}

fn server(request: &Request, page: &Page, hints: &mut Vec<Hint>) {
    let (scheme, host) = request.origin.split_once("://").unwrap_or(("", ""));
    if !["http", "https"].contains(&scheme) || host.is_empty() || host.contains(char::is_whitespace) {
        hints.push(hint("server", true, Phrase::new("the server needs a whole address, such as `https://api.example.com`")));
        return;
    }
    if host.contains(['{', '}']) {
        hints.push(hint("server", true, Phrase::new("the server's address has a variable in it; put its value in its place")));
    }
    if host.contains('@') {
        let message = Phrase::new("browsers call no address with a name and password in it; put them into the authorization");
        hints.push(hint("server", true, message));
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_near = ["localhost", "127.0.0.1", "[::1]"].contains(&name) || name.ends_with(".localhost");
    if page.origin.starts_with("https:") && scheme == "http" && !is_near && !page.by_proxy {
        let message = Phrase::new(
            "this page came by https, and from such a page browsers send nothing by http; use the server's https address",
        );
        hints.push(hint("server", true, message));
    }
    if ["CONNECT", "TRACE", "TRACK"].contains(&request.method.as_str()) {
        hints.push(hint(
            "server",
            true,
            Phrase::new("no browser lets a page send {method}; use one of the samples").with("method", &request.method),
        ));
    }
}

fn parameters(operation: &Operation, filled: &Filled, hints: &mut Vec<Hint>) {
    let value_of = |place: &str, name: &str| {
        filled.parameters.iter().find(|given| given.place == place && given.name == name).map(|given| given.value.as_str())
    };
    let mut template = operation.path.split('?').next().unwrap_or_default();
    while let Some((_, after)) = template.split_once('{') {
        let (name, rest) = after.split_once('}').unwrap_or((after, ""));
        let name = name.trim_start_matches('*');
        if value_of("path", name).is_none_or(str::is_empty) {
            hints.push(hint(
                format!("path {name}"),
                true,
                Phrase::new("`{name}` is a part of the address, and needs a value").with("name", name),
            ));
        }
        template = rest;
    }
    for parameter in operation.parameters.iter().filter(|parameter| parameter.required && parameter.place != "path") {
        if value_of(&parameter.place, &parameter.name).is_none() {
            let (place, name) = (&parameter.place, &parameter.name);
            hints.push(hint(
                format!("{place} {name}"),
                false,
                Phrase::new("`{name}` is required; the service will refuse the request").with("name", name),
            ));
        }
    }
    for given in &filled.parameters {
        if matches!(given.value.as_str(), "." | "..") && given.place == "path" {
            let message =
                Phrase::new("browsers take `{value}` out of addresses, even if it is encoded").with("value", &given.value);
            hints.push(hint(format!("path {}", given.name), true, message));
        }
    }
}

fn headers(request: &Request, page: &Page, hints: &mut Vec<Hint>) {
    for (name, value) in &request.headers {
        let about = format!("header {name}");
        let lower = name.to_lowercase();
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_token) {
            let message =
                Phrase::new("`{name}` cannot be the name of a header: names are letters, digits and hyphens").with("name", name);
            hints.push(hint(about, true, message));
            continue;
        }
        if value.contains(['\n', '\r', '\0']) {
            hints.push(hint(
                about,
                true,
                Phrase::new("the value of `{name}` has a line's end in it, and a header is one line").with("name", name),
            ));
        } else if value.chars().any(|character| u32::from(character) > 0xFF) {
            let message = Phrase::new("the value of `{name}` has characters in it that browsers send in no header; encode them")
                .with("name", name);
            hints.push(hint(about, true, message));
        } else if value.trim() != value {
            hints.push(hint(
                about,
                false,
                Phrase::new("the white space around the value of `{name}` is not sent").with("name", name),
            ));
        } else if lower == "cookie" && page.by_proxy {
            hints.push(hint(about, false, Phrase::new("the portal's proxy forwards no cookies; the samples send them")));
        } else if is_forbidden(&lower) && !page.by_proxy {
            let message = Phrase::new("browsers do not let a page set `{name}`: it is left out here, and the samples have it")
                .with("name", name);
            hints.push(hint(about, false, message));
        }
    }
}

/// True for fields that a page cannot set; the name is in small letters.
pub fn is_forbidden(name: &str) -> bool {
    FORBIDDEN.contains(&name) || matches!(name, "upgrade" | "via") || name.starts_with("proxy-") || name.starts_with("sec-")
}

fn body(operation: &Operation, filled: &Filled, request: &Request, page: &Page, hints: &mut Vec<Hint>) {
    let is_without = ["GET", "HEAD"].contains(&request.method.as_str());
    let is_empty = request.body == Body::Empty;
    if is_without && !is_empty {
        let method = &request.method;
        let message = if page.by_proxy {
            Phrase::new("a {method} request with a body means nothing (RFC 9110, 9.3.1): servers drop or refuse it")
                .with("method", method)
        } else {
            Phrase::new("browsers send no body with {method}: take the body away, or use one of the samples")
                .with("method", method)
        };
        hints.push(hint("body", !page.by_proxy, message));
    }
    let Some(described) = &operation.body else { return };
    if described.required && is_empty && !is_without {
        hints.push(hint("body", false, Phrase::new("this operation needs a body; the service will refuse the request")));
    }
    let content = described.contents.iter().find(|content| content.media_type == filled.body.media_type);
    for field in content.into_iter().flat_map(|content| &content.fields).filter(|field| field.required) {
        if !filled.body.fields.iter().any(|part| part.name == field.name) && filled.body.text.is_empty() {
            hints.push(hint("body", false, Phrase::new("the field `{name}` is required").with("name", &field.name)));
        }
    }
    for part in filled.body.fields.iter().filter(|part| part.is_file && part.value.is_empty()) {
        hints.push(hint("body", false, Phrase::new("choose a file for `{name}`").with("name", &part.name)));
    }
}

fn authorization(operation: &Operation, filled: &Filled, hints: &mut Vec<Hint>) {
    let key = operation.key.as_ref().filter(|key| !key.optional);
    if let Some(key) = key {
        let typed = filled.parameters.iter().any(|given| given.name == key.query || given.name.eq_ignore_ascii_case(&key.header));
        let given = filled.authorization.iter().any(|credential| {
            matches!(credential, Credential::Key { name, .. } if *name == key.query || name.eq_ignore_ascii_case(&key.header))
        });
        let by_hand = filled.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(&key.header));
        if !typed && !given && !by_hand {
            hints.push(hint("authorization", false, Phrase::new("without a subscription key the gateway answers 401")));
        }
    }
    for credential in &filled.authorization {
        let secret = match credential {
            Credential::Key { value, .. } | Credential::Bearer { value } => value,
            Credential::Basic { password, .. } => password,
        };
        if secret.trim() != secret {
            hints.push(hint(
                "authorization",
                false,
                Phrase::new("there is white space around what you pasted for the authorization"),
            ));
        }
        if matches!(credential, Credential::Bearer { value } if value.to_lowercase().starts_with("bearer ")) {
            hints.push(hint(
                "authorization",
                false,
                Phrase::new("paste the token without the word `Bearer`; it is added by itself"),
            ));
        }
        if matches!(credential, Credential::Basic { user, .. } if user.contains(':')) {
            hints.push(hint("authorization", false, Phrase::new("a user's name with a colon cannot be sent: the colon ends it")));
        }
    }
}
