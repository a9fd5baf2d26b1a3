//! Token endpoints of OAuth 2.0: the request, and what is answered, as plain functions.

use crate::{Error, Secret, address::Address, error::quoted};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use form_urlencoded::Serializer;
use http::{Request, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::time::{Duration, SystemTime};

/// How long a token is taken to be good whose issuer does not say.
const LIFETIME_UNSAID: Duration = Duration::from_secs(5 * 60);

/// How a client shows its secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientAuthentication {
    /// As fields of the form, which most token endpoints take.
    #[default]
    Body,
    /// In the field `Authorization`.
    Basic,
}

/// What a token endpoint gives.
#[derive(Clone, Debug)]
pub(crate) struct Granted {
    pub(crate) access_token: Secret,
    pub(crate) expires_at: SystemTime,
    /// Another refresh token; the one that was used may be good no more.
    pub(crate) refresh_token: Option<Secret>,
    /// All else that was said.
    pub(crate) claims: Map<String, Value>,
}

/// Asks for a token with a form.
pub(crate) fn token_request(
    client_id: &str,
    client_secret: &Secret,
    authentication: ClientAuthentication,
    fields: &[(&str, &str)],
) -> http::Result<Request<Bytes>> {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    match authentication {
        ClientAuthentication::Body => {
            let client = [("client_id", client_id), ("client_secret", client_secret.expose())];
            post(None, &[&client, fields].concat())
        }
        ClientAuthentication::Basic => {
            // RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
            let joined = format!("{}:{}", encoded(client_id), encoded(client_secret.expose()));
            post(Some(format!("Basic {}", STANDARD.encode(joined))), fields)
        }
    }
}

/// Asks for a token with a form, and shows an assertion of who asks (RFC 7523, 2.2).
pub(crate) fn assertion_request(client_id: &str, assertion: &Secret, fields: &[(&str, &str)]) -> http::Result<Request<Bytes>> {
    let client = [
        ("client_id", client_id),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion.expose()),
    ];
    post(None, &[&client, fields].concat())
}

/// Posts a form.
fn post(authorization: Option<String>, fields: &[(&str, &str)]) -> http::Result<Request<Bytes>> {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut request = Request::post("/").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(authorization) = authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    request.body(Bytes::from(body))
}

/// The token in an answer. `sent` are the secrets of the request, which an error of the other side must not bring into a log.
pub(crate) fn token_answer(
    address: &Address,
    response: &Response<Bytes>,
    now: SystemTime,
    sent: &[&Secret],
) -> Result<Granted, Error> {
    if response.status() != StatusCode::OK {
        return Err(refused(address, response, sent));
    }
    let wrong = |reason: &str| Error::new(address, reason, "see whether this is the URL of a token endpoint");
    let Ok(Value::Object(mut claims)) = serde_json::from_slice(response.body()) else {
        return Err(wrong("the answer is no JSON object"));
    };
    let Some(Value::String(access_token)) = claims.shift_remove("access_token") else {
        return Err(wrong("the answer has no `access_token`"));
    };
    // It will stand in a header.
    if access_token.is_empty() || !access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong("the `access_token` has characters that no token has"));
    }
    let refresh_token = match claims.shift_remove("refresh_token") {
        Some(Value::String(token)) if !token.is_empty() => Some(Secret::new(token)),
        _ => None,
    };
    let lifetime = seconds(claims.get("expires_in"));
    let expires_on = seconds(claims.get("expires_on")).and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since));
    let expires_at = lifetime.and_then(|lifetime| now.checked_add(lifetime)).or(expires_on).unwrap_or(now + LIFETIME_UNSAID);
    Ok(Granted { access_token: Secret::new(access_token), expires_at, refresh_token, claims })
}

/// Seconds, as a number or, from Azure, as a text.
fn seconds(value: Option<&Value>) -> Option<Duration> {
    let whole = match value? {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    Some(Duration::from_secs(whole))
}

/// RFC 6749, 5.2.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: String,
}

fn refused(address: &Address, response: &Response<Bytes>, sent: &[&Secret]) -> Error {
    let refusal: Refusal = serde_json::from_slice(response.body()).unwrap_or_default();
    let said = |text: &str| {
        let masked = sent.iter().filter(|secret| !secret.expose().is_empty());
        quoted(&masked.fold(text.to_owned(), |text, secret| text.replace(secret.expose(), "***")))
    };
    let mut reason = format!("no token: the server answers {}", response.status().as_u16());
    if !refusal.error.is_empty() {
        reason.push_str(&format!(", {}", said(&refusal.error)));
    }
    if !refusal.error_description.is_empty() {
        reason.push_str(&format!(": {}", said(&refusal.error_description)));
    }
    let help = match &*refusal.error {
        "invalid_client" | "unauthorized_client" => "see whether `client_id` and its secret are right and still valid",
        "invalid_grant" => "the grant was taken back, has expired, or was used by somebody else: authorize anew",
        "invalid_scope" | "invalid_resource" | "invalid_target" => "see whether the resource or scope is right",
        _ => "see whether the URL and what is asked for are right, and whether the server is well",
    };
    Error::new(address, reason, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &'static str) -> Result<Granted, Error> {
        let address = Address::parse("https://login.example.com/token?code=hunter2").unwrap();
        let response = Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap();
        token_answer(&address, &response, SystemTime::UNIX_EPOCH + Duration::from_secs(1000), &[&Secret::new("hunter2")])
    }

    #[test]
    fn lifetimes_come_in_every_form() {
        let all = [
            (r#"{"access_token":"t","expires_in":3600}"#, 4600),
            (r#"{"access_token":"t","expires_in":"3600","expires_on":"1"}"#, 4600),
            (r#"{"access_token":"t","expires_on":"5000"}"#, 5000),
            (r#"{"access_token":"t","expires_on":5000}"#, 5000),
            (r#"{"access_token":"t"}"#, 1300),
            (r#"{"access_token":"t","expires_in":"soon"}"#, 1300),
            (r#"{"access_token":"t","expires_in":-1}"#, 1300),
            (r#"{"access_token":"t","expires_in":18446744073709551615}"#, 1300),
        ];
        for (body, expires_at) in all {
            let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(expires_at);
            assert_eq!(answer(200, body).unwrap().expires_at, expected, "{body}");
        }
    }

    #[test]
    fn what_is_said_beside_the_tokens_are_claims() {
        let granted =
            answer(200, r#"{"token_type":"Bearer","access_token":"a","scope":"x","refresh_token":"r","tenant":{"id":1}}"#)
                .unwrap();
        assert_eq!(Value::Object(granted.claims).to_string(), r#"{"token_type":"Bearer","scope":"x","tenant":{"id":1}}"#);
        assert_eq!(granted.refresh_token, Some(Secret::new("r")));
    }

    #[test]
    fn a_refusal_says_why_and_shows_no_secret() {
        let all = [
            (400, r#"{"error":"invalid_client","error_description":"wrong secret hunter2\nfor x"}"#, "`wrong secret *** for x`"),
            (400, r#"{"error":"invalid_grant"}"#, "authorize anew"),
            (502, "<html>hunter2</html>", "answers 502"),
            (200, "<html>hunter2</html>", "no JSON object"),
            (200, r#"{"id_token":"hunter2"}"#, "no `access_token`"),
            (200, "{\"access_token\":\"hunter2\\r\\nX: y\"}", "characters"),
        ];
        for (status, body, expected) in all {
            let error = answer(status, body).unwrap_err().to_string();
            assert!(error.starts_with("`https://login.example.com/token`: "), "{error}");
            assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
        }
    }
}
