//! From an operation and what a reader filled in to a request.

use crate::operation::{Content, Operation, Parameter};
use crate::parameter::{self, Given, encoded};
use crate::schema;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

/// What stands for a secret that is not shown.
pub const MASK: &str = "••••••••";

/// A request, ready to be written in any language, or to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// Upper case.
    pub method: String,
    /// Scheme and host: `https://api.example.com`.
    pub origin: String,
    /// Path and query, encoded.
    pub target: String,
    /// Header fields; each name stands once.
    pub headers: Vec<(String, String)>,
    /// What it carries.
    pub body: Body,
}

impl Request {
    /// The whole address.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin, self.target)
    }

    /// The value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// The body of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// As it is.
    Text(String),
    /// A file of the caller's, by its name.
    File(String),
    /// Parts of `multipart/form-data`.
    Form(Vec<Part>),
}

/// A part of `multipart/form-data`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// Its value, or the name of a file.
    pub value: String,
    /// True for a file.
    pub is_file: bool,
    /// Its content type, where it is not the usual one.
    pub media_type: String,
}

/// What a reader filled in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Filled {
    /// The server's address.
    pub server: String,
    /// Values of parameters, also of such as the definition does not know.
    pub parameters: Vec<GivenValue>,
    /// More header fields.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: FilledBody,
    /// Who calls.
    pub authorization: Vec<Credential>,
}

/// A parameter's place, name and value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GivenValue {
    /// `path`, `query`, `header` or `cookie`.
    #[serde(rename = "in")]
    pub place: String,
    /// As it travels.
    pub name: String,
    /// As it was typed: a list has an entry in each line or is JSON, an object is JSON or has `name=value` in each line.
    pub value: String,
}

/// The body as it was filled in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FilledBody {
    /// The content type; empty for no body.
    pub media_type: String,
    /// The text.
    pub text: String,
    /// The name of a file that is the body.
    pub file: String,
    /// The fields of a form.
    pub fields: Vec<Part>,
}

/// Something that says who calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Credential {
    /// A key, in a header field, a query parameter or a cookie.
    #[serde(rename_all = "camelCase")]
    Key {
        /// `header`, `query` or `cookie`.
        #[serde(rename = "in")]
        place: String,
        /// Its name there.
        name: String,
        /// The secret.
        value: String,
    },
    /// A token in `Authorization: Bearer`.
    Bearer {
        /// The secret.
        value: String,
    },
    /// Name and password in `Authorization: Basic`.
    Basic {
        /// Who.
        user: String,
        /// The secret.
        password: String,
    },
}

/// Header fields whose values are never shown.
const SECRET: [&str; 6] =
    ["authorization", "proxy-authorization", "cookie", "apim-debug-authorization", "ocp-apim-subscription-key", "x-api-key"];

/// The request. With `masked`, [`MASK`] stands where secrets are.
pub fn build(operation: &Operation, filled: &Filled, masked: bool) -> Request {
    let (origin, base) = split(&filled.server);
    let mut builder = Builder { operation, masked, query: Vec::new(), headers: Vec::new(), cookies: Vec::new() };
    let path = builder.path(&filled.parameters);
    builder.query.extend(operation.query.iter().map(|(name, value)| (encoded(name, false), encoded(value, false))));
    for given in &filled.parameters {
        builder.parameter(given);
    }
    let body = builder.body(&filled.body);
    for (name, value) in operation.headers.iter().chain(&filled.headers) {
        builder.header(name, value);
    }
    for credential in &filled.authorization {
        builder.credential(credential);
    }
    if !builder.cookies.is_empty() {
        let cookies = builder.cookies.join("; ");
        builder.header("Cookie", &cookies);
    }
    let query = builder.query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let query = if query.is_empty() { query } else { format!("?{query}") };
    Request { method: operation.method.clone(), origin, target: format!("{base}{path}{query}"), headers: builder.headers, body }
}

/// An address as scheme and host, and path.
pub(crate) fn split(address: &str) -> (String, String) {
    let address = address.trim().trim_end_matches('/');
    let host_at = address.find("://").map_or(0, |at| at + 3);
    let path_at = address[host_at..].find(['/', '?', '#']).map_or(address.len(), |at| host_at + at);
    (address[..path_at].to_owned(), address[path_at..].to_owned())
}

struct Builder<'a> {
    operation: &'a Operation,
    masked: bool,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    cookies: Vec<String>,
}

impl Builder<'_> {
    /// The path with its parameters in place; those without a value stay as they are in the template.
    fn path(&self, given: &[GivenValue]) -> String {
        let template = self.operation.path.split('?').next().unwrap_or_default();
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
        {
            out.push_str(before);
            // APIM's `{*rest}` takes what is left of the path, slashes included.
            let plain = name.trim_start_matches('*');
            let value = given.iter().find(|given| given.place == "path" && given.name == plain).map(|given| &given.value);
            match value.filter(|value| !value.is_empty()) {
                Some(value) if name.starts_with('*') => {
                    out.push_str(&value.split('/').map(|part| encoded(part, false)).collect::<Vec<_>>().join("/"));
                }
                Some(value) => out.push_str(&self.in_path(plain, value)),
                None => out.push_str(&format!("{{{name}}}")),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn in_path(&self, name: &str, value: &str) -> String {
        let described = self.described("path", name);
        let style = described.map_or("", |parameter| parameter.style.as_str());
        let explode = described.and_then(|parameter| parameter.explode).unwrap_or(false);
        parameter::in_path(name, style, explode, &self.given(described, value))
    }

    fn parameter(&mut self, given: &GivenValue) {
        let described = self.described(&given.place, &given.name);
        let style = described.map_or("", |parameter| parameter.style.as_str()).to_owned();
        let style = if style.is_empty() { "form".to_owned() } else { style };
        let explode = described.and_then(|parameter| parameter.explode);
        let value = self.given(described, &given.value);
        // What only stands for a value is for readers.
        let is_placeholder = given.value == format!("{{{}}}", given.name);
        match given.place.as_str() {
            "query" if is_placeholder => self.query.push((encoded(&given.name, false), given.value.clone())),
            "query" => {
                let reserved = described.is_some_and(|parameter| parameter.allow_reserved);
                let explode = explode.unwrap_or(style == "form");
                let pairs = parameter::in_query(&given.name, &style, explode, reserved, &value);
                // A key that a reader typed as a parameter is as secret as one from its own field.
                let is_key = self.operation.key.as_ref().is_some_and(|key| key.query == given.name);
                let masked = self.masked && is_key;
                self.query.extend(pairs.into_iter().map(|(name, value)| (name, if masked { MASK.to_owned() } else { value })));
            }
            "header" => {
                let text = parameter::in_header(explode.unwrap_or(false), &value);
                self.header(&given.name, &text);
            }
            "cookie" => {
                let text = parameter::in_header(explode.unwrap_or(false), &value);
                self.cookies.push(format!("{}={text}", given.name));
            }
            _ => {}
        }
    }

    fn described(&self, place: &str, name: &str) -> Option<&Parameter> {
        self.operation.parameters.iter().find(|parameter| parameter.place == place && parameter.name == name)
    }

    fn given(&self, described: Option<&Parameter>, value: &str) -> Given {
        match described {
            // A parameter with a content type is a document of its own.
            Some(parameter) if parameter.media_type.is_empty() => {
                Given::read(value, schema::kind(&self.operation.schemas, &parameter.schema))
            }
            _ => Given::One(value.to_owned()),
        }
    }

    fn body(&mut self, filled: &FilledBody) -> Body {
        let media = filled.media_type.trim();
        let contents = self.operation.body.as_ref().map(|body| body.contents.as_slice()).unwrap_or_default();
        let described = contents.iter().find(|content| content.media_type == media);
        let body = if media.starts_with("multipart/") {
            Body::Form(filled.fields.clone())
        } else if !filled.file.is_empty() {
            Body::File(filled.file.clone())
        } else if media == "application/x-www-form-urlencoded" && !filled.fields.is_empty() {
            Body::Text(self.form(described, &filled.fields))
        } else if filled.text.is_empty() {
            Body::Empty
        } else {
            Body::Text(filled.text.clone())
        };
        // Who sends parts chooses what stands between them, and says so in this field.
        if matches!(body, Body::Text(_) | Body::File(_)) && !media.is_empty() {
            self.header("Content-Type", media);
        }
        body
    }

    fn form(&self, described: Option<&Content>, fields: &[Part]) -> String {
        let pairs = fields.iter().flat_map(|part| {
            let field = described.and_then(|content| content.fields.iter().find(|field| field.name == part.name));
            let kind = field.and_then(|field| schema::kind(&self.operation.schemas, &field.schema));
            let style = field.map_or("", |field| field.style.as_str());
            let style = if style.is_empty() { "form" } else { style };
            let explode = field.and_then(|field| field.explode).unwrap_or(style == "form");
            // Objects in forms are JSON where nothing else is said (OpenAPI 3.1, "Encoding Object").
            let is_said = field.is_some_and(|field| !field.style.is_empty() || field.explode.is_some());
            let given = match kind {
                Some("object") if !is_said => Given::One(part.value.clone()),
                kind => Given::read(&part.value, kind),
            };
            parameter::in_query(&part.name, style, explode, false, &given)
        });
        pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }

    /// Adds a header field. The same again joins what is there, as recipients do (RFC 9110, 5.3); what only one value can be in is
    /// replaced.
    fn header(&mut self, name: &str, value: &str) {
        let is_secret = |known: &str| SECRET.contains(&known.to_lowercase().as_str());
        let is_key = self.operation.key.as_ref().is_some_and(|key| key.header.eq_ignore_ascii_case(name));
        let value = if self.masked && (is_secret(name) || is_key) { MASK } else { value };
        let lower = name.to_lowercase();
        match self.headers.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
            Some((_, known)) if lower == "cookie" => *known = format!("{known}; {value}"),
            Some((_, known)) if !["content-type", "authorization", "accept", "host"].contains(&lower.as_str()) && !is_key => {
                *known = format!("{known}, {value}");
            }
            Some((_, known)) => *known = value.to_owned(),
            None => self.headers.push((name.to_owned(), value.to_owned())),
        }
    }

    fn credential(&mut self, credential: &Credential) {
        let shown = |text: &str| if self.masked { MASK.to_owned() } else { text.to_owned() };
        let authorization = match credential {
            Credential::Key { place, name, value } => {
                let text = shown(value);
                match place.as_str() {
                    "query" => {
                        let text = if self.masked { text } else { encoded(&text, false) };
                        self.query.push((encoded(name, false), text));
                    }
                    "cookie" => self.cookies.push(format!("{name}={text}")),
                    _ => {
                        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
                        self.headers.push((name.clone(), text));
                    }
                }
                return;
            }
            Credential::Bearer { value } => format!("Bearer {}", shown(value)),
            Credential::Basic { .. } if self.masked => format!("Basic {MASK}"),
            Credential::Basic { user, password } => format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}"))),
        };
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case("Authorization"));
        self.headers.push(("Authorization".to_owned(), authorization));
    }
}
