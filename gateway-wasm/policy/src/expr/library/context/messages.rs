//! The request and responses: their heads, their header fields, their bodies.

use super::{NAMESPACE, part, plug, urls};
use crate::{
    exchange::{Body, Headers, Response},
    expr::{
        call::{Call, Thrown},
        conversion::is_instance,
        machine::Machine,
        types::{Kind, NetType, Type, row},
        value::{Cursor, Object, Part, Value},
    },
};
use bytes::Bytes;
use dotnet::NetString;
use std::{cell::Cell, rc::Rc};

/// A response that a policy keeps in a variable.
#[derive(Clone, Debug)]
pub struct ResponseValue(pub Rc<Kept>);

/// The response itself, and whether its body was read for good.
#[derive(Debug)]
pub struct Kept {
    /// The response.
    pub response: Response,
    consumed: Cell<bool>,
}

impl ResponseValue {
    /// Keeps a response.
    pub fn new(response: Response) -> Self {
        Self(Rc::new(Kept { response, consumed: Cell::new(false) }))
    }
}

impl Object for ResponseValue {
    fn net_type(&self) -> Type {
        Type::of(&RESPONSE)
    }
}

/// The header fields of a kept response.
#[derive(Debug)]
struct HeadersOf(Rc<Kept>);

impl Object for HeadersOf {
    fn net_type(&self) -> Type {
        Type::of(&HEADERS)
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        let items: Vec<Value> = pairs(&self.0.response.headers).into_iter().map(pair_value).collect();
        Some(Box::new(items.into_iter()))
    }
}

/// The body of a kept response.
#[derive(Debug)]
struct BodyOf(Rc<Kept>);

impl Object for BodyOf {
    fn net_type(&self) -> Type {
        Type::of(&BODY)
    }
}

/// `context.Request`
pub(super) static REQUEST: NetType = NetType {
    namespace: NAMESPACE,
    name: "IRequest",
    kind: Kind::Interface,
    bases: &[],
    members: &[
        row(
            "IMessageBody Body",
            |call| {
                let is_empty = is_empty(&call.machine.exchange()?.request.body) && !call.machine.consumed.request;
                Ok(if is_empty { Value::Null } else { part(Part::RequestBody) })
            },
            "The body; null where there is none",
        ),
        row(
            "X509Certificate2 Certificate",
            |call| match call.machine.exchange()?.client.client_certificate() {
                Some(shown) => {
                    call.machine.spend(shown.chain.first().map_or(0, Vec::len))?;
                    plug::shown(shown)
                }
                None => Ok(Value::Null),
            },
            "The client's certificate; null without one",
        ),
        row("IFoundry Foundry", |_| Ok(part(Part::Foundry)), "What is known of a call of a model"),
        row("IReadOnlyValues Headers", |_| Ok(part(Part::RequestHeaders)), "The header fields"),
        row(
            "string IpAddress",
            |call| Ok(call.machine.exchange()?.client.client_address().into()),
            "The client's address; empty behind the portable door, which does not know it",
        ),
        row(
            "IReadOnlyParameters MatchedParameters",
            |_| Ok(part(Part::MatchedParameters)),
            "The values of the URL template's parameters",
        ),
        row(
            "string MatchedParameters(string key, string defaultValue = null)",
            |call| {
                let key = call.text(0, "key")?;
                let found = call.machine.exchange()?.parameters.iter().find(|(own, _)| key == **own);
                Ok(found.map_or_else(|| call.value(1), |(_, value)| value.as_str().into()))
            },
            "The value of a parameter of the URL template, as some of Microsoft's samples write it",
        ),
        row(
            "string Method",
            |call| {
                let exchange = call.machine.exchange()?;
                Ok(exchange.request.method.as_deref().unwrap_or(exchange.client.method()).into())
            },
            "The method",
        ),
        row("IUrl OriginalUrl", |_| Ok(part(Part::OriginalUrl)), "The address that the client called"),
        row("IUrl Url", |_| Ok(part(Part::Url)), "The address that the request goes to"),
        row(
            "dynamic PrivateEndpointConnection",
            |_| Ok(Value::Null),
            "The private endpoint that the call came through; always null here",
        ),
        row("dynamic AzureVnetInfo", |_| Ok(Value::Null), "The virtual network that the call came through; always null here"),
    ],
    missing: &[],
    doc: "The request as it is now",
};

/// `context.Response`, and responses in variables
pub(super) static RESPONSE: NetType = NetType {
    namespace: NAMESPACE,
    name: "IResponse",
    kind: Kind::Interface,
    bases: &[],
    members: &[
        row("IMessageBody Body", |call| response_body(call), "The body; null where there is none"),
        row(
            "IReadOnlyValues Headers",
            |call| match call.this.downcast::<ResponseValue>() {
                Some(kept) => Ok(Value::object(HeadersOf(kept.0.clone()))),
                None => Ok(part(Part::ResponseHeaders)),
            },
            "The header fields",
        ),
        row("int StatusCode", |call| response(call, |response| i32::from(response.status).into()), "The status code"),
        row(
            "string StatusReason",
            |call| {
                response(call, |response| match response.reason.as_str() {
                    "" => reason(response.status).into(),
                    reason => reason.into(),
                })
            },
            "The reason phrase",
        ),
    ],
    missing: &[],
    doc: "A response",
};

fn response(call: &Call<'_, '_>, read: impl Fn(&Response) -> Value) -> Result<Value, Thrown> {
    match call.this.downcast::<ResponseValue>() {
        Some(kept) => Ok(read(&kept.0.response)),
        None => call.machine.exchange()?.response.as_ref().map(read).ok_or_else(Thrown::null_reference),
    }
}

fn response_body(call: &Call<'_, '_>) -> Result<Value, Thrown> {
    if let Some(kept) = call.this.downcast::<ResponseValue>() {
        let is_empty = is_empty(&kept.0.response.body);
        return Ok(if is_empty { Value::Null } else { Value::object(BodyOf(kept.0.clone())) });
    }
    let Some(response) = &call.machine.exchange()?.response else { return Err(Thrown::null_reference()) };
    let is_empty = is_empty(&response.body) && !call.machine.consumed.response;
    Ok(if is_empty { Value::Null } else { part(Part::ResponseBody) })
}

fn is_empty(body: &Body) -> bool {
    matches!(body, Body::Whole(bytes) if bytes.is_empty())
}

/// `IMessageBody`
pub(super) static BODY: NetType = NetType {
    namespace: NAMESPACE,
    name: "IMessageBody",
    kind: Kind::Interface,
    bases: &[],
    members: &[
        row(
            "T As<T>(bool preserveContent = false)",
            |call| {
                let preserve = call.boolean(0)?;
                let wanted = call.generics.first().cloned().unwrap_or(Type::STRING);
                let bytes = take(call, preserve)?;
                read_as(call, bytes, &wanted)
            },
            "The body as `string`, `byte[]`, `JObject`, `JToken`, `JArray`, `XNode`, `XElement` or `XDocument`; nobody can read it again unless it is preserved",
        ),
        row(
            "IDictionary<string, IList<string>> AsFormUrlEncodedContent(bool preserveContent = false)",
            |call| {
                let preserve = call.boolean(0)?;
                let bytes = take(call, preserve)?.unwrap_or_default();
                call.machine.spend(bytes.len() * 4)?;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let pairs = query_pairs(&text)
                    .into_iter()
                    .map(|(name, values)| (Value::String(name), plug::list(Type::STRING, values)))
                    .collect();
                let lists = crate::expr::signature::named_type("IList", vec![Type::STRING]).unwrap_or(Type::OBJECT);
                plug::dictionary(call.machine, lists, pairs)
            },
            "The fields of a form, each with its values",
        ),
    ],
    missing: &[],
    doc: "The body of a request or a response",
};

/// The body's bytes; `None` if somebody has read it for good.
fn take(call: &mut Call<'_, '_>, preserve: bool) -> Result<Option<Bytes>, Thrown> {
    if let Some(body) = call.this.downcast::<BodyOf>() {
        let gone = body.0.consumed.replace(body.0.consumed.get() || !preserve);
        return Ok(match &body.0.response.body {
            Body::Whole(bytes) if !gone => Some(bytes.clone()),
            _ => None,
        });
    }
    let exchange = call.machine.exchange()?;
    let is_request = matches!(call.this, Value::Context(Part::RequestBody));
    let body = match (is_request, &exchange.response) {
        (true, _) => &exchange.request.body,
        (false, Some(response)) => &response.body,
        (false, None) => return Err(Thrown::null_reference()),
    };
    let consumed = &mut call.machine.consumed;
    let gone = if is_request { &mut consumed.request } else { &mut consumed.response };
    let was_gone = *gone;
    *gone |= !preserve;
    Ok(match body {
        Body::Whole(bytes) if !was_gone => Some(bytes.clone()),
        _ => None,
    })
}

fn read_as(call: &mut Call<'_, '_>, bytes: Option<Bytes>, wanted: &Type) -> Result<Value, Thrown> {
    let Some(bytes) = bytes else {
        // Who reads a body twice gets nothing the second time.
        return Ok(if *wanted == Type::STRING { Value::text("") } else { Value::Null });
    };
    call.machine.spend(bytes.len())?;
    if *wanted == Type::Array(Type::BYTE.into()) {
        return Ok(Value::bytes(bytes.to_vec()));
    }
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
    if *wanted == Type::STRING || wanted.is_open() {
        return Ok(Value::text(text));
    }
    let Type::Named(net_type, _) = wanted else { return Err(no_body_type(wanted)) };
    match net_type.namespace {
        "Newtonsoft.Json.Linq" => {
            let value = plug::json(call.machine, &text, net_type.name)?;
            if value.is_null() || is_instance(&value, wanted) {
                Ok(value)
            } else {
                Err(Thrown::invalid_cast(&value.net_type(), wanted))
            }
        }
        "System.Xml.Linq" => {
            let value = plug::xml(call.machine, &text, net_type.name)?;
            if is_instance(&value, wanted) { Ok(value) } else { Err(no_body_type(wanted)) }
        }
        _ => Err(no_body_type(wanted)),
    }
}

fn no_body_type(wanted: &Type) -> Thrown {
    let message = format!(
        "A body cannot be read as '{}'; read it as string, byte[], JObject, JToken, JArray, XNode, XElement or XDocument.",
        wanted.full_name()
    );
    Thrown::new("NotSupportedException", message)
}

/// Header fields and query parameters: several values to a name
pub(super) static HEADERS: NetType = NetType {
    namespace: NAMESPACE,
    name: "IReadOnlyValues",
    kind: Kind::Interface,
    bases: &["IReadOnlyDictionary<string, string[]>"],
    members: &[
        row(
            "string GetValueOrDefault(string name, string defaultValue = null)",
            |call| {
                let name = call.text(0, "headerName")?;
                match joined(call, &name)? {
                    Some(value) => Ok(value),
                    None => Ok(call.value(1)),
                }
            },
            "The values of a name, joined with commas, or something else",
        ),
        row(
            "string[] GetValueOrDefault(string name, string[] defaultValue)",
            |call| {
                let name = call.text(0, "headerName")?;
                Ok(values(call, &name)?.map_or_else(|| call.value(1), Value::strings))
            },
            "The values of a name, or others",
        ),
        row(
            "string[] this[string key]",
            |call| {
                let key = call.text(0, "key")?;
                let missing =
                    || Thrown::new("KeyNotFoundException", format!("The given key '{key}' was not present in the dictionary."));
                values(call, &key)?.map(Value::strings).ok_or_else(missing)
            },
            "The values of a name, which must be there",
        ),
        row(
            "bool ContainsKey(string key)",
            |call| {
                let key = call.text(0, "key")?;
                Ok(values(call, &key)?.is_some().into())
            },
            "Whether there is such a name",
        ),
        row(
            "bool TryGetValue(string key, out string[] value)",
            |call| {
                let key = call.text(0, "key")?;
                let found = values(call, &key)?;
                let is_there = found.is_some();
                call.set_out(1, found.map_or(Value::Null, Value::strings));
                Ok(is_there.into())
            },
            "The values of a name if there are any",
        ),
        row("int Count", |call| Ok((this_pairs(call)?.len() as i32).into()), "How many names there are"),
        row(
            "IEnumerable<string> Keys",
            |call| Ok(Value::strings(this_pairs(call)?.into_iter().map(|(name, _)| name))),
            "The names",
        ),
        row(
            "IEnumerable<string[]> Values",
            |call| {
                let values = this_pairs(call)?.into_iter().map(|(_, values)| Value::strings(values)).collect();
                Ok(Value::array(Type::Array(Type::STRING.into()), values))
            },
            "The values of all names",
        ),
    ],
    missing: &[],
    doc: "Header fields or query parameters: each name has one or more values",
};

type Pairs = Vec<(NetString, Vec<NetString>)>;

enum Source<'c> {
    Fields(&'c Headers),
    Query(std::borrow::Cow<'c, str>),
}

/// Runs something on the header fields or the query that a value stands for.
fn with_source<T>(machine: &Machine<'_>, this: &Value, read: impl Fn(Source<'_>) -> T) -> Result<T, Thrown> {
    if let Some(of) = this.downcast::<HeadersOf>() {
        return Ok(read(Source::Fields(&of.0.response.headers)));
    }
    let exchange = machine.exchange()?;
    match this {
        Value::Context(Part::ResponseHeaders) => {
            let response = exchange.response.as_ref().ok_or_else(Thrown::null_reference)?;
            Ok(read(Source::Fields(&response.headers)))
        }
        Value::Context(part @ (Part::UrlQuery | Part::OriginalUrlQuery | Part::ServiceUrlQuery)) => {
            Ok(read(Source::Query(urls::url(machine, *part)?.query)))
        }
        _ => Ok(read(Source::Fields(&exchange.request.headers))),
    }
}

/// The values of a name joined with commas, without making a list of them.
fn joined(call: &Call<'_, '_>, name: &NetString) -> Result<Option<Value>, Thrown> {
    let Some(name) = name.as_str() else { return Ok(None) };
    with_source(call.machine, &call.this, |source| match source {
        Source::Fields(headers) => {
            let lower;
            let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
                lower = name.to_ascii_lowercase();
                &lower
            } else {
                name
            };
            let mut values = headers.values(name);
            let first = values.next()?;
            match values.next() {
                None => Some(Value::text(first)),
                Some(second) => {
                    let mut all = vec![first, second];
                    all.extend(values);
                    Some(Value::text(all.join(",")))
                }
            }
        }
        Source::Query(query) => {
            let values = query_values(&query, name);
            (!values.is_empty()).then(|| Value::text(values.join(",")))
        }
    })
}

fn values(call: &Call<'_, '_>, name: &NetString) -> Result<Option<Vec<NetString>>, Thrown> {
    let Some(name) = name.as_str() else { return Ok(None) };
    let found: Vec<NetString> = with_source(call.machine, &call.this, |source| match source {
        Source::Fields(headers) => headers.values(&name.to_ascii_lowercase()).map(NetString::from).collect(),
        Source::Query(query) => query_values(&query, name).into_iter().map(NetString::from).collect(),
    })?;
    Ok((!found.is_empty()).then_some(found))
}

fn this_pairs(call: &Call<'_, '_>) -> Result<Pairs, Thrown> {
    with_source(call.machine, &call.this, source_pairs)
}

fn source_pairs(source: Source<'_>) -> Pairs {
    match source {
        Source::Fields(headers) => pairs(headers),
        Source::Query(query) => query_pairs(&query)
            .into_iter()
            .map(|(name, values)| {
                let texts =
                    values.into_iter().filter_map(|value| if let Value::String(text) = value { Some(text) } else { None });
                (name, texts.collect())
            })
            .collect(),
    }
}

/// All names and values of a part that has several values to a name.
pub(super) fn all_values(machine: &Machine<'_>, part: Part) -> Result<Option<Vec<(Value, Value)>>, Thrown> {
    let is_one = matches!(
        part,
        Part::RequestHeaders | Part::ResponseHeaders | Part::UrlQuery | Part::OriginalUrlQuery | Part::ServiceUrlQuery
    );
    if !is_one {
        return Ok(None);
    }
    let pairs = with_source(machine, &Value::Context(part), source_pairs)?;
    Ok(Some(pairs.into_iter().map(|(name, values)| (Value::String(name), Value::strings(values))).collect()))
}

fn pairs(headers: &Headers) -> Pairs {
    let mut all: Pairs = Vec::new();
    for (name, value) in headers.iter() {
        let (name, value) = (spelled(name), NetString::from(value));
        match all.iter_mut().find(|(own, _)| *own == *name) {
            Some((_, values)) => values.push(value),
            None => all.push((name.into(), vec![value])),
        }
    }
    all
}

/// The usual spelling of a field's name: `authorization` is `Authorization`.
// How it came is not known here, and policies compare: Microsoft's sample for logging leaves out `h.Key != "Authorization"`.
fn spelled(name: &str) -> String {
    match name {
        "content-md5" => return "Content-MD5".to_owned(),
        "etag" => return "ETag".to_owned(),
        "te" => return "TE".to_owned(),
        "www-authenticate" => return "WWW-Authenticate".to_owned(),
        _ => {}
    }
    let mut starts = true;
    let letter = |letter: char| {
        let spelled = if starts { letter.to_ascii_uppercase() } else { letter };
        starts = letter == '-';
        spelled
    };
    name.chars().map(letter).collect()
}

fn pair_value((name, values): (NetString, Vec<NetString>)) -> Value {
    let strings = Type::Array(Type::STRING.into());
    plug::key_value_pair(Type::STRING, strings, Value::String(name), Value::strings(values))
}

/// The values of a query parameter, decoded; names match in any case, as in APIM.
fn query_values(query: &str, name: &str) -> Vec<String> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter_map(|pair| {
            let (own, value) = pair.split_once('=').unwrap_or((pair, ""));
            crate::address::decoded(own).eq_ignore_ascii_case(name).then(|| crate::address::decoded(value))
        })
        .collect()
}

fn query_pairs(query: &str) -> Vec<(NetString, Vec<Value>)> {
    let mut all: Vec<(NetString, Vec<Value>)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (NetString::from(crate::address::decoded(name)), Value::text(crate::address::decoded(value)));
        match all.iter_mut().find(|(own, _)| *own == name) {
            Some((_, values)) => values.push(value),
            None => all.push((name, vec![value])),
        }
    }
    all
}

/// What APIM adds to dictionaries of forms.
pub(super) static EXTENSIONS: NetType = NetType {
    namespace: NAMESPACE,
    name: "FormExtensions",
    kind: Kind::Static,
    bases: &[],
    members: &[
        row(
            "static string ToQueryString(this IDictionary<string, IList<string>> dictionary)",
            |call| form(call, "?"),
            "A query with its question mark",
        ),
        row(
            "static string ToFormUrlEncodedContent(this IDictionary<string, IList<string>> dictionary)",
            |call| form(call, ""),
            "The body of a form",
        ),
    ],
    missing: &[],
    doc: "Forms as text",
};

fn form(call: &mut Call<'_, '_>, start: &str) -> Result<Value, Thrown> {
    let mut text = String::from(start);
    for pair in call.items(0, "dictionary")? {
        let Some((key, values)) = plug::pair_parts(&pair) else { continue };
        let key = call.machine.text(&key)?;
        let mut cursor = call.machine.enumerate(&values)?;
        for value in call.machine.collect(&mut *cursor)? {
            let value = call.machine.text(&value)?;
            if text.len() > start.len() {
                text.push('&');
            }
            text.push_str(&dotnet::web::url_encode(&key));
            text.push('=');
            text.push_str(&dotnet::web::url_encode(&value));
            call.machine.spend(value.size() * 3)?;
        }
    }
    Ok(Value::text(text))
}

/// The usual reason phrase of a status code (RFC 9110, section 15).
fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Payload Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        422 => "Unprocessable Entity",
        426 => "Upgrade Required",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}
