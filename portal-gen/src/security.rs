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
    /// `OAuth 2`, `API key in the header X-Key`.
    pub(crate) words: String,
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
    let words = match text("type") {
        "apiKey" => {
            format!("API key in the {} {}", if text("in") == "query" { "query parameter" } else { text("in") }, text("name"))
        }
        "http" => match text("scheme").to_lowercase().as_str() {
            "bearer" => "HTTP bearer token".to_owned(),
            "basic" => "HTTP basic: name and password".to_owned(),
            other => format!("HTTP {other}"),
        },
        "oauth2" => "OAuth 2".to_owned(),
        "openIdConnect" => "OpenID Connect".to_owned(),
        "mutualTLS" => "client certificate".to_owned(),
        _ => String::new(),
    };
    Scheme {
        name: name.to_owned(),
        words,
        description: crate::markdown::description(text("description"), 1),
        scopes: scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}
