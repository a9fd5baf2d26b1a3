//! What a definition says about authorization, in words.

use catalog::openapi::Document;
use serde::Serialize;
use serde_json::Value;

/// One way to be let in: all of its schemes together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Requirement {
    /// Empty: nothing is needed.
    pub(crate) schemes: Vec<Scheme>,
}

/// One scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Scheme {
    pub(crate) name: String,
    /// `OAuth 2`, `API key in the header {name}`: translated by the template.
    pub(crate) words: &'static str,
    /// What stands for `{name}`.
    pub(crate) parameter: String,
    /// HTML.
    pub(crate) description: String,
    pub(crate) scopes: Vec<String>,
}

/// The alternatives for an operation: its own, else the definition's. Empty if nothing is said.
pub(crate) fn of_operation(document: &Document, operation: Option<&Value>) -> Vec<Requirement> {
    let own = operation.and_then(|operation| operation.get("security"));
    let alternatives = own.or_else(|| document.at("/security")).and_then(Value::as_array).into_iter().flatten();
    alternatives
        .filter_map(Value::as_object)
        .map(|schemes| Requirement { schemes: schemes.iter().map(|(name, scopes)| scheme(document, name, scopes)).collect() })
        .collect()
}

/// Every scheme that the definition describes.
pub(crate) fn all(document: &Document) -> Vec<Scheme> {
    let schemes = document.at("/components/securitySchemes").and_then(Value::as_object).into_iter().flatten();
    schemes.map(|(name, _)| scheme(document, name, &Value::Null)).collect()
}

fn scheme(document: &Document, name: &str, scopes: &Value) -> Scheme {
    let described = document
        .at("/components/securitySchemes")
        .and_then(|schemes| schemes.get(name))
        .and_then(|scheme| Some(document.resolve(scheme)?.1));
    let text = |key: &str| described.and_then(|scheme| scheme.get(key)).and_then(Value::as_str).unwrap_or_default();
    let (words, parameter) = match (text("type"), text("in"), text("scheme").to_lowercase().as_str()) {
        ("apiKey", "query", _) => ("API key in the query parameter {name}", text("name")),
        ("apiKey", "cookie", _) => ("API key in the cookie {name}", text("name")),
        ("apiKey", ..) => ("API key in the header {name}", text("name")),
        ("http", _, "bearer") => ("HTTP bearer token", ""),
        ("http", _, "basic") => ("HTTP basic: name and password", ""),
        ("http", ..) => ("HTTP {name}", text("scheme")),
        ("oauth2", ..) => ("OAuth 2", ""),
        ("openIdConnect", ..) => ("OpenID Connect", ""),
        ("mutualTLS", ..) => ("client certificate", ""),
        _ => ("", ""),
    };
    Scheme {
        name: name.to_owned(),
        words,
        parameter: parameter.to_owned(),
        description: crate::markdown::description(text("description"), 1),
        scopes: scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}
