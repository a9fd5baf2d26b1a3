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

/// A scheme with everything that is said about it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Described {
    pub(crate) scheme: Scheme,
    pub(crate) anchor: String,
    /// `Issuer`, `https://...`.
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) flows: Vec<Flow>,
    pub(crate) deprecated: bool,
}

/// One flow of OAuth 2.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Flow {
    pub(crate) title: &'static str,
    pub(crate) facts: Vec<(&'static str, String)>,
    /// Scopes, and what each is for.
    pub(crate) scopes: Vec<(String, String)>,
}

/// Every scheme, in full.
pub(crate) fn described(document: &Document) -> Vec<Described> {
    let mut anchors = crate::slug::Slugs::default();
    let schemes = document.at("/components/securitySchemes").and_then(Value::as_object).into_iter().flatten();
    let of = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    schemes
        .filter_map(|(name, written)| Some((name, document.resolve(written)?.1)))
        .map(|(name, written)| {
            let facts = [("Issuer", "openIdConnectUrl"), ("Format", "bearerFormat"), ("Metadata", "oauth2MetadataUrl")];
            let flows =
                written.get("flows").and_then(Value::as_object).into_iter().flatten().filter(|(_, flow)| flow.is_object());
            let flow = |(kind, flow): (&String, &Value)| Flow {
                title: match kind.as_str() {
                    "implicit" => "Implicit",
                    "password" => "Name and password",
                    "clientCredentials" => "Client credentials",
                    "authorizationCode" => "Authorization code",
                    "deviceAuthorization" => "Device",
                    _ => "Another flow",
                },
                facts: [
                    ("Authorize at", "authorizationUrl"),
                    ("Get the code at", "deviceAuthorizationUrl"),
                    ("Get a token at", "tokenUrl"),
                    ("Refresh it at", "refreshUrl"),
                ]
                .into_iter()
                .map(|(title, key)| (title, of(flow, key)))
                .filter(|(_, value)| !value.is_empty())
                .collect(),
                scopes: ["scopes", "availableScopes"]
                    .into_iter()
                    .filter_map(|key| flow.get(key)?.as_object())
                    .flatten()
                    .map(|(scope, words)| (scope.clone(), words.as_str().unwrap_or_default().to_owned()))
                    .collect(),
            };
            Described {
                anchor: anchors.take(name),
                facts: facts
                    .into_iter()
                    .map(|(title, key)| (title, of(written, key)))
                    .filter(|(_, value)| !value.is_empty())
                    .collect(),
                flows: flows.map(flow).collect(),
                deprecated: written.get("deprecated") == Some(&Value::Bool(true)),
                scheme: scheme(document, name, &Value::Null),
            }
        })
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
        "mutualTLS" | "X509" => "client certificate".to_owned(),
        "userPassword" | "plain" => "name and password".to_owned(),
        "scramSha256" => "SCRAM-SHA-256".to_owned(),
        "scramSha512" => "SCRAM-SHA-512".to_owned(),
        "gssapi" => "Kerberos".to_owned(),
        "httpApiKey" => format!("API key in the {} {}", text("in"), text("name")),
        _ => String::new(),
    };
    Scheme {
        name: name.to_owned(),
        words,
        description: crate::markdown::description(text("description"), 1),
        scopes: scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}
