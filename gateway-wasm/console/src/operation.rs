//! What the console knows of an operation: the JSON file beside its page.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An operation as the console needs it. Everything that is empty is left out of the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Operation {
    /// The API's name, as tokens for traces name it.
    pub api: String,
    /// What readers call it.
    pub title: String,
    /// Upper case.
    pub method: String,
    /// The template below a server's address: `/books/{isbn}`.
    pub path: String,
    /// Addresses that it can be called under; the first is the usual one.
    pub servers: Vec<Server>,
    /// Other versions and revisions of the API that have it, too, this one included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub apis: Vec<ApiLink>,
    /// Parameters, in the order of the definition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// The body, if it takes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// Header fields that every request has: the version, and which answers are understood.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// Query parameters that every request has: the version.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    /// Where a subscription key goes, if there are any for this API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// Schemes of authorization that the definition asks for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schemes: Vec<Scheme>,
    /// The schemas that others refer to, by their whole reference: `#/components/schemas/Book`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub schemas: Map<String, Value>,
    /// Where the host's proxy is, from the page, if the portal uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
}

/// An address that an operation can be called under.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Server {
    /// With the API's path, without a slash at its end: `https://api.example.com/orders/v1`.
    pub url: String,
    /// What it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
}

/// The same operation elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiLink {
    /// The API with its version and revision.
    pub title: String,
    /// The page, from this one; empty for this one.
    pub href: String,
}

/// One parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Parameter {
    /// As it travels.
    pub name: String,
    /// `path`, `query`, `header` or `cookie`.
    #[serde(rename = "in")]
    pub place: String,
    /// A request without it is wrong.
    #[serde(skip_serializing_if = "is_false")]
    pub required: bool,
    /// How lists and objects are written: `form`, `simple`, `deepObject`, ...; empty for the place's usual way.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub style: String,
    /// Each entry of a list by itself; nothing for what the style does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explode: Option<bool>,
    /// Characters with a meaning in addresses stay as they are.
    #[serde(skip_serializing_if = "is_false")]
    pub allow_reserved: bool,
    /// The content type that the value is written in, where it is not a style.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub media_type: String,
    /// Plain text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// A value to start from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub example: String,
    /// Its schema.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub schema: Value,
}

/// What an operation takes as its body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Body {
    /// A request without it is wrong.
    #[serde(skip_serializing_if = "is_false")]
    pub required: bool,
    /// The content types that it may have.
    pub contents: Vec<Content>,
}

/// A body of one content type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Content {
    /// `application/json`.
    pub media_type: String,
    /// Its schema.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub schema: Value,
    /// Texts to start from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
    /// The fields of a form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

/// A text to start from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sample {
    /// What it shows.
    pub title: String,
    /// As it travels.
    pub text: String,
}

/// A field of a form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Field {
    /// As it travels.
    pub name: String,
    /// A form without it is wrong.
    #[serde(skip_serializing_if = "is_false")]
    pub required: bool,
    /// Its value is a file.
    #[serde(skip_serializing_if = "is_false")]
    pub file: bool,
    /// A value to start from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub example: String,
    /// How lists and objects are written in `application/x-www-form-urlencoded`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub style: String,
    /// Each entry of a list by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explode: Option<bool>,
    /// The content type of a part.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub media_type: String,
    /// Its schema.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub schema: Value,
}

/// Where a subscription key goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Key {
    /// The header field.
    pub header: String,
    /// The query parameter.
    pub query: String,
    /// A call without one is let in, too.
    #[serde(skip_serializing_if = "is_false")]
    pub optional: bool,
}

/// A scheme of authorization.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Scheme {
    /// As the definition calls it.
    pub name: String,
    /// `apiKey`, `bearer`, `basic`, `oauth2` or `openIdConnect`.
    pub kind: String,
    /// Of a key: `header`, `query` or `cookie`.
    #[serde(rename = "in", skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Of a key: its name there.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub parameter: String,
    /// Of OAuth 2: flows as in OpenAPI, `authorizationCode` and `clientCredentials`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub flows: Map<String, Value>,
    /// Of OpenID Connect: where its configuration is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// What the operation asks for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !value
}
