//! `context` and everything in it (reference: APIM, B3).
//!
//! Its parts live in the exchange, so a value only names them ([`Part`]); responses that `send-request` left in a variable are
//! objects with the same members.

mod messages;
mod plug;
mod service;
mod urls;

use super::{
    collections::{
        comparer::Rule,
        dictionary::{self, Dictionary},
        keyed::Keyed,
    },
    json,
};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Cursor, Object, Part, Value},
};
use dotnet::{
    DateTime, DateTimeKind, Guid, NetString, TimeSpan,
    json::{Scalar, TokenType},
};
pub use messages::ResponseValue;
use messages::{BODY, HEADERS, REQUEST, RESPONSE};
use service::{
    API, AUTHORIZATION, BACKEND, DEPLOYMENT, GATEWAY, GROUP, IDENTITY, KEY_NAMES, OPERATION, PRODUCT, SUBSCRIPTION,
    SUSTAINABILITY, USER, WORKSPACE,
};
use urls::URL;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[
    &CONTEXT,
    &REQUEST,
    &RESPONSE,
    &BODY,
    &HEADERS,
    &messages::EXTENSIONS,
    &URL,
    &API,
    &OPERATION,
    &PRODUCT,
    &SUBSCRIPTION,
    &USER,
    &GROUP,
    &IDENTITY,
    &WORKSPACE,
    &BACKEND,
    &DEPLOYMENT,
    &GATEWAY,
    &SUSTAINABILITY,
    &KEY_NAMES,
    &LAST_ERROR,
    &GRAPHQL,
    &FOUNDRY,
    &CERTIFICATES,
    &PARAMETERS,
    &VARIABLES,
    &AUTHORIZATION,
];

/// The namespace that these types say they are in; expressions need not name it.
const NAMESPACE: &str = "Microsoft.Azure.ApiManagement";

const fn part(part: Part) -> Value {
    Value::Context(part)
}

/// `context`
pub static CONTEXT: NetType = NetType {
    namespace: NAMESPACE,
    name: "IProxyRequestContext",
    kind: Kind::Interface,
    bases: &[],
    members: &[
        row(
            "IApi Api",
            |call| {
                let is_found = !call.machine.exchange()?.about.called.api.id.is_empty();
                Ok(if is_found { part(Part::Api) } else { Value::Null })
            },
            "The API that is called; null where none was found",
        ),
        row("IBackend Backend", |_| Ok(part(Part::Backend)), "The backend that the request goes to"),
        row("IDeployment Deployment", |_| Ok(part(Part::Deployment)), "Where the gateway runs"),
        row("TimeSpan Elapsed", elapsed, "The time since the request came"),
        row("IGraphQLDataSource GraphQL", |_| Ok(part(Part::GraphQl)), "The GraphQL field that is resolved"),
        row(
            "ILastError LastError",
            |call| Ok(call.machine.exchange()?.last_error.as_ref().map_or(Value::Null, |_| part(Part::LastError))),
            "What went wrong; null outside of `on-error`",
        ),
        row(
            "IOperation Operation",
            |call| {
                let is_found = !call.machine.exchange()?.about.called.operation.id.is_empty();
                Ok(if is_found { part(Part::Operation) } else { Value::Null })
            },
            "The operation that is called; null where none was found",
        ),
        row(
            "IProduct Product",
            |call| Ok(call.machine.exchange()?.about.called.product.as_ref().map_or(Value::Null, |_| part(Part::Product))),
            "The product through which the API is called; null without one",
        ),
        row("IRequest Request", |_| Ok(part(Part::Request)), "The request as it is now"),
        row("Guid RequestId", request_id, "The request's own number"),
        row(
            "IResponse Response",
            |call| Ok(call.machine.exchange()?.response.as_ref().map_or(Value::Null, |_| part(Part::Response))),
            "The response; null until there is one",
        ),
        row(
            "ISubscription Subscription",
            |call| Ok(call.machine.exchange()?.about.subscription.as_ref().map_or(Value::Null, |_| part(Part::Subscription))),
            "The subscription that the caller's key belongs to; null without a key",
        ),
        row(
            "DateTime Timestamp",
            |call| Ok(DateTime { ticks: came(call)?, kind: DateTimeKind::Utc }.into()),
            "When the request came, UTC",
        ),
        row("bool Tracing", |call| Ok(call.machine.exchange()?.trace.is_some().into()), "Whether the call is traced"),
        row(
            "IUser User",
            |call| Ok(call.machine.exchange()?.about.user.as_ref().map_or(Value::Null, |_| part(Part::User))),
            "The developer behind the subscription; null without one",
        ),
        row("IReadOnlyVariables Variables", |_| Ok(part(Part::Variables)), "What policies remembered"),
        row(
            "IWorkspace Workspace",
            |call| Ok(call.machine.exchange()?.about.called.workspace.as_ref().map_or(Value::Null, |_| part(Part::Workspace))),
            "The workspace of the API; null outside of workspaces",
        ),
        row(
            "void Trace(string message)",
            |call| {
                let text = call.text_or_null(0)?.unwrap_or_default();
                call.machine.spend(text.size())?;
                call.machine.traced.push(text);
                Ok(Value::Null)
            },
            "Adds a line to the trace",
        ),
    ],
    missing: &[],
    doc: "The exchange: the request, the response, and what is known of the call",
};

fn came(call: &Call<'_, '_>) -> Result<i64, Thrown> {
    let came = call.machine.exchange()?.about.came_ticks;
    Ok(if came == 0 { call.machine.utc_now().ticks } else { came })
}

fn elapsed(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(TimeSpan { ticks: call.machine.utc_now().ticks - came(call)? }.into())
}

fn request_id(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let exchange = call.machine.exchange()?;
    let world = call.machine.world();
    let id = exchange.request_id.get_or_init(|| Guid::new_random([world.random(), world.random()]));
    Ok((*id).into())
}

/// `context.LastError`
pub static LAST_ERROR: NetType = NetType {
    namespace: NAMESPACE,
    name: "ILastError",
    kind: Kind::Interface,
    bases: &[],
    members: &[
        row("string Source", |call| fault(call, |fault| fault.source.into()), "The policy that failed"),
        row("string Reason", |call| fault(call, |fault| fault.reason.into()), "What kind of error, for programs"),
        row("string Message", |call| fault(call, |fault| fault.message.as_str().into()), "What happened, for people"),
        row("string Scope", |call| at(call, |at| at.scope.name().into()), "The scope of the policy that failed"),
        row("string Section", |call| at(call, |at| at.section.name().into()), "The section of the policy that failed"),
        row(
            "string Path",
            |call| fault(call, |fault| fault.path().as_str().into()),
            "Where in nested policies it stands, such as `choose[3]/when[2]`",
        ),
        row("string PolicyId", |call| at(call, |at| at.id.as_deref().into()), "The `id` of the policy that failed"),
        row("int HttpErrorCode", |call| fault(call, |fault| i32::from(fault.status()).into()), "The status that the caller gets"),
    ],
    missing: &[],
    doc: "What went wrong",
};

fn fault(call: &Call<'_, '_>, read: impl Fn(&crate::Fault) -> Value) -> Result<Value, Thrown> {
    Ok(call.machine.exchange()?.last_error.as_ref().map_or(Value::Null, read))
}

fn at(call: &Call<'_, '_>, read: impl Fn(&crate::step::Standing) -> Value) -> Result<Value, Thrown> {
    fault(call, |fault| fault.at.as_deref().map_or(Value::Null, &read))
}

/// `context.GraphQL`
pub static GRAPHQL: NetType = NetType {
    namespace: NAMESPACE,
    name: "IGraphQLDataSource",
    kind: Kind::Interface,
    bases: &[],
    members: &[
        row("dynamic Arguments", |_| Ok(Value::Null), "The arguments of the field; null outside of a resolver"),
        row("dynamic GraphQLArguments", |_| Ok(Value::Null), "The same, as the table of the documentation calls it"),
        row("dynamic Parent", |_| Ok(Value::Null), "The object that the field belongs to; null outside of a resolver"),
    ],
    missing: &[],
    doc: "The GraphQL field that is resolved",
};

/// `context.Request.Foundry`
pub static FOUNDRY: NetType = NetType {
    namespace: NAMESPACE,
    name: "IFoundry",
    kind: Kind::Interface,
    bases: &[],
    members: &[row("string Deployment", |_| Ok(Value::Null), "The model's deployment; null for other APIs")],
    missing: &[],
    doc: "What is known of a call of a model",
};

/// `context.Deployment.Certificates`
pub static CERTIFICATES: NetType = NetType {
    namespace: NAMESPACE,
    name: "IReadOnlyCertificates",
    kind: Kind::Interface,
    bases: &["IReadOnlyDictionary<string, X509Certificate2>"],
    members: &[
        row("X509Certificate2 this[string key]", |call| item(call, certificate), "A certificate by its identifier"),
        row("bool ContainsKey(string key)", |call| contains(call, certificate), "Whether there is one"),
        row(
            "bool TryGetValue(string key, out X509Certificate2 value)",
            |call| try_get(call, certificate),
            "A certificate if there is one",
        ),
        row(
            "int Count",
            |call| Ok((call.machine.exchange()?.about.deployment.certificates.len() as i32).into()),
            "How many there are",
        ),
        row(
            "IEnumerable<string> Keys",
            |call| {
                let certificates = &call.machine.exchange()?.about.deployment.certificates;
                let names = certificates.iter().map(|certificate| certificate.id.as_str().into());
                Ok(Value::strings(names))
            },
            "Their identifiers",
        ),
    ],
    missing: &[],
    doc: "Certificates of the service by identifier",
};

fn certificate(call: &Call<'_, '_>, name: &NetString) -> Result<Option<Value>, Thrown> {
    let deployment = &call.machine.exchange()?.about.deployment;
    match deployment.certificates.iter().find(|certificate| *name == *certificate.id) {
        Some(certificate) => plug::certificate(&certificate.der, certificate.key.as_deref()).map(Some),
        None => Ok(None),
    }
}

/// `context.Request.MatchedParameters`
pub static PARAMETERS: NetType = NetType {
    namespace: NAMESPACE,
    name: "IReadOnlyParameters",
    kind: Kind::Interface,
    bases: &["IReadOnlyDictionary<string, string>"],
    members: &[
        row("string this[string key]", |call| item(call, parameter), "The value of a name"),
        row("bool ContainsKey(string key)", |call| contains(call, parameter), "Whether there is such a name"),
        row("bool TryGetValue(string key, out string value)", |call| try_get(call, parameter), "The value if there is one"),
        row(
            "string GetValueOrDefault(string key, string defaultValue = null)",
            |call| {
                let key = call.text(0, "key")?;
                Ok(parameter(call, &key)?.unwrap_or_else(|| call.value(1)))
            },
            "The value of a name, or something else",
        ),
        row("int Count", |call| Ok((call.machine.exchange()?.parameters.len() as i32).into()), "How many there are"),
        row(
            "IEnumerable<string> Keys",
            |call| Ok(Value::strings(call.machine.exchange()?.parameters.iter().map(|(name, _)| name.clone().into()))),
            "The names",
        ),
        row(
            "IEnumerable<string> Values",
            |call| Ok(Value::strings(call.machine.exchange()?.parameters.iter().map(|(_, value)| value.as_str().into()))),
            "The values",
        ),
    ],
    missing: &[],
    doc: "The values of the URL template's parameters",
};

fn parameter(call: &Call<'_, '_>, name: &NetString) -> Result<Option<Value>, Thrown> {
    let parameters = &call.machine.exchange()?.parameters;
    Ok(parameters.iter().find(|(own, _)| *name == **own).map(|(_, value)| value.as_str().into()))
}

/// `context.Variables`
pub static VARIABLES: NetType = NetType {
    namespace: NAMESPACE,
    name: "IReadOnlyVariables",
    kind: Kind::Interface,
    bases: &["IReadOnlyDictionary<string, object>"],
    members: &[
        row("object this[string key]", |call| item(call, variable), "The value of a variable, which must be there"),
        row("bool ContainsKey(string key)", |call| contains(call, variable), "Whether there is such a variable"),
        row("bool TryGetValue(string key, out object value)", |call| try_get(call, variable), "The value if there is one"),
        // Microsoft's samples name no type: `(Authorization)context.Variables.GetValueOrDefault("auth-context")`.
        row(
            "object GetValueOrDefault(string variableName)",
            |call| variable_or(call, Some(Value::Null)),
            "The value of a variable, or null",
        ),
        row(
            "T GetValueOrDefault<T>(string variableName)",
            |call| variable_or(call, None),
            "The value of a variable, or the default of the type; another type throws",
        ),
        row(
            "T GetValueOrDefault<T>(string variableName, T defaultValue)",
            |call| {
                let default = call.value(1);
                variable_or(call, Some(default))
            },
            "The value of a variable, or something else; another type throws",
        ),
        row("int Count", |call| Ok((call.machine.exchange()?.variables.iter().count() as i32).into()), "How many there are"),
        row(
            "IEnumerable<string> Keys",
            |call| Ok(Value::strings(call.machine.exchange()?.variables.iter().map(|(name, _)| name.clone().into()))),
            "The names",
        ),
        row(
            "IEnumerable<object> Values",
            |call| {
                let values = call.machine.exchange()?.variables.iter().map(|(_, value)| value.clone()).collect();
                Ok(Value::array(Type::OBJECT, values))
            },
            "The values",
        ),
    ],
    missing: &[],
    doc: "What policies remembered, by name",
};

fn variable(call: &Call<'_, '_>, name: &NetString) -> Result<Option<Value>, Thrown> {
    let variables = &call.machine.exchange()?.variables;
    Ok(name.as_str().and_then(|name| variables.get(name)).cloned())
}

fn variable_or(call: &mut Call<'_, '_>, default: Option<Value>) -> Result<Value, Thrown> {
    let name = call.text(0, "variableName")?;
    let wanted = call.generics.first().cloned().unwrap_or(Type::Unknown);
    match variable(call, &name)? {
        // A box is opened as what it is: an `int` is no `long` (reference: APIM, B3).
        Some(value) if !value.is_null() => {
            if crate::expr::conversion::is_instance(&value, &wanted) {
                return Ok(value);
            }
            Err(Thrown::invalid_cast(&value.net_type(), &wanted))
        }
        Some(_) if wanted.takes_null() => Ok(Value::Null),
        _ => Ok(default.unwrap_or_else(|| wanted.default_value())),
    }
}

/// Looks something up by name.
type Find = fn(&Call<'_, '_>, &NetString) -> Result<Option<Value>, Thrown>;

fn item(call: &Call<'_, '_>, find: Find) -> Result<Value, Thrown> {
    let key = call.text(0, "key")?;
    let missing = || Thrown::new("KeyNotFoundException", format!("The given key '{key}' was not present in the dictionary."));
    find(call, &key)?.ok_or_else(missing)
}

fn contains(call: &Call<'_, '_>, find: Find) -> Result<Value, Thrown> {
    let key = call.text(0, "key")?;
    Ok(find(call, &key)?.is_some().into())
}

fn try_get(call: &mut Call<'_, '_>, find: Find) -> Result<Value, Thrown> {
    let key = call.text(0, "key")?;
    let found = find(call, &key)?;
    let is_there = found.is_some();
    call.set_out(1, found.unwrap_or(Value::Null));
    Ok(is_there.into())
}

/// Names and values that belong together, such as a group: a small object with properties.
#[derive(Debug)]
struct Record {
    kind: &'static NetType,
    values: Vec<Value>,
}

impl Object for Record {
    fn net_type(&self) -> Type {
        Type::of(self.kind)
    }
}

/// A value of the record that is the receiver, by position.
fn recorded(call: &Call<'_, '_>, at: usize) -> Result<Value, Thrown> {
    Ok(call.this_object::<Record>()?.values.get(at).cloned().unwrap_or(Value::Null))
}

/// What `get-authorization-context` leaves: a token, and claims as a JSON object.
pub(crate) fn authorization(machine: &mut Machine<'_>, token: &str, claims: &str) -> Result<Value, Thrown> {
    let mut table = Keyed::new(Rule::default());
    if !claims.is_empty() {
        let object = json::from_text(machine, &claims.into(), Some(TokenType::Object))?;
        for property in (0..object.count()).filter_map(|at| object.child(at)) {
            let (Some(name), Some(value)) = (property.name(), property.child(0)) else { continue };
            let value = match value.scalar() {
                Some(Scalar::String(text)) => text.into(),
                _ => json::to_value(value),
            };
            dictionary::add(&mut table, machine, name.into(), value)?;
        }
    }
    let claims = Dictionary::value(Type::STRING, Type::OBJECT, table);
    Ok(Value::object(Record { kind: &AUTHORIZATION, values: vec![token.into(), claims] }))
}

/// An array of records made of pairs of text.
fn records(kind: &'static NetType, pairs: &[(String, String)]) -> Value {
    let items = pairs
        .iter()
        .map(|(one, other)| Value::object(Record { kind, values: vec![one.as_str().into(), other.as_str().into()] }))
        .collect();
    Value::array(Type::of(kind), items)
}

/// Seconds since 1970 as a `DateTime`.
fn date(seconds: Option<i64>) -> Value {
    const EPOCH_SECONDS: i64 = 62_135_596_800;
    seconds.map_or(Value::Null, |seconds| {
        DateTime { ticks: seconds.saturating_add(EPOCH_SECONDS).saturating_mul(10_000_000), kind: DateTimeKind::Utc }.into()
    })
}

/// What a part of `context` prints: addresses print themselves, everything else the name of its type.
pub(crate) fn part_text(machine: &mut Machine<'_>, part: Part) -> Result<NetString, Thrown> {
    match part {
        Part::Url | Part::OriginalUrl | Part::ServiceUrl => urls::text(machine, part),
        _ => Ok(part_type(part).full_name().into()),
    }
}

/// The items of a part that is a dictionary.
pub(crate) fn part_items(machine: &mut Machine<'_>, part: Part) -> Result<Option<Box<dyn Cursor>>, Thrown> {
    let exchange = machine.exchange()?;
    let pairs: Vec<(Value, Value)> = match part {
        Part::Certificates => {
            let deployment = exchange.about.deployment.clone();
            let mut pairs = Vec::with_capacity(deployment.certificates.len());
            for certificate in &deployment.certificates {
                machine.spend(certificate.der.len())?;
                let value = plug::certificate(&certificate.der, certificate.key.as_deref())?;
                pairs.push((certificate.id.as_str().into(), value));
            }
            pairs
        }
        Part::Variables => exchange.variables.iter().map(|(name, value)| (Value::text(name.clone()), value.clone())).collect(),
        Part::MatchedParameters => {
            exchange.parameters.iter().map(|(name, value)| (Value::text(name.clone()), value.as_str().into())).collect()
        }
        _ => match messages::all_values(machine, part)? {
            Some(pairs) => pairs,
            None => return Ok(None),
        },
    };
    let value_type = match part {
        Part::Certificates => plug::certificate_type(),
        Part::Variables => Type::OBJECT,
        Part::MatchedParameters => Type::STRING,
        _ => Type::Array(Type::STRING.into()),
    };
    let items: Vec<Value> =
        pairs.into_iter().map(|(key, value)| plug::key_value_pair(Type::STRING, value_type.clone(), key, value)).collect();
    Ok(Some(Box::new(items.into_iter())))
}

/// The part that a property of a part is, where it is always there, so that getting there costs nothing.
pub(crate) fn part_of(of: Part, name: &str) -> Option<Part> {
    Some(match (of, name) {
        (Part::Context, "Backend") => Part::Backend,
        (Part::Context, "Deployment") => Part::Deployment,
        (Part::Context, "Request") => Part::Request,
        (Part::Context, "Variables") => Part::Variables,
        (Part::Request, "Headers") => Part::RequestHeaders,
        (Part::Request, "MatchedParameters") => Part::MatchedParameters,
        (Part::Request, "Url") => Part::Url,
        (Part::Request, "OriginalUrl") => Part::OriginalUrl,
        (Part::Url, "Query") => Part::UrlQuery,
        (Part::OriginalUrl, "Query") => Part::OriginalUrlQuery,
        (Part::ServiceUrl, "Query") => Part::ServiceUrlQuery,
        (Part::Deployment, "Gateway") => Part::Gateway,
        (Part::Deployment, "Certificates") => Part::Certificates,
        _ => return None,
    })
}

/// The type of a part of `context`.
pub(crate) fn part_type(part: Part) -> Type {
    Type::of(match part {
        Part::Context => &CONTEXT,
        Part::Api => &API,
        Part::Backend => &BACKEND,
        Part::Deployment => &DEPLOYMENT,
        Part::Gateway => &GATEWAY,
        Part::Certificates => &CERTIFICATES,
        Part::SustainabilityInfo => &SUSTAINABILITY,
        Part::GraphQl => &GRAPHQL,
        Part::LastError => &LAST_ERROR,
        Part::Operation => &OPERATION,
        Part::Product => &PRODUCT,
        Part::Request => &REQUEST,
        Part::RequestBody | Part::ResponseBody => &BODY,
        Part::RequestHeaders | Part::ResponseHeaders | Part::UrlQuery | Part::OriginalUrlQuery | Part::ServiceUrlQuery => {
            &HEADERS
        }
        Part::MatchedParameters => &PARAMETERS,
        Part::Url | Part::OriginalUrl | Part::ServiceUrl => &URL,
        Part::SubscriptionKeyParameterNames => &KEY_NAMES,
        Part::Foundry => &FOUNDRY,
        Part::Response => &RESPONSE,
        Part::Subscription => &SUBSCRIPTION,
        Part::User => &USER,
        Part::Variables => &VARIABLES,
        Part::Workspace => &WORKSPACE,
    })
}
