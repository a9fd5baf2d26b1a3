//! What an operator's tools ask of a running gateway: tokens for tracing, and the traces.
//!
//! Paths and bodies are those of APIM's management interface (reference: APIM, D), so tools only need another address: whatever
//! stands before `/gateways/` in a path is accepted and not looked at.

use anyhow::{Context, Result};
use bytes::Bytes;
use gateway::{DebugKey, debug};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Deserialize;
use serde_json::json;
use std::{
    convert::Infallible,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// Who may ask, and what is answered with.
pub(crate) struct Management {
    /// Signs tokens.
    pub(crate) debug_key: DebugKey,
    /// Finds what the gateway stored.
    pub(crate) stored: server::Stored,
    /// What `Authorization: Bearer` must hold; nothing where everybody may ask who can reach the address.
    pub(crate) token: Option<String>,
}

/// The longest that a token is good, and how long it is where nothing is said: as in APIM.
const EXPIRES_SECONDS_MAX: i64 = 3600;

/// The most that is read of a request.
const BODY_BYTES_MAX: usize = 64 << 10;

impl Management {
    /// Answers on an address, and returns the address that it got.
    pub(crate) fn serve(self, listen: SocketAddr) -> Result<SocketAddr> {
        let listener = TcpListener::bind(listen).with_context(|| format!("management cannot listen on {listen}"))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let management = Arc::new(self);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let management = management.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        let management = management.clone();
                        async move { Ok::<_, Infallible>(management.answer(request).await) }
                    });
                    let connection =
                        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
                    // A tool may hang up whenever it likes.
                    let _ = connection.await;
                });
            }
        });
        Ok(address)
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let given = head.headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
        if let Some(token) = &self.token
            && !is_same(given, format!("Bearer {token}").as_bytes())
        {
            return refused(
                StatusCode::UNAUTHORIZED,
                "AuthenticationFailed",
                "send the token of `management` in `Authorization: Bearer`",
            );
        }
        let parts: Vec<&str> = head.uri.path().trim_end_matches('/').rsplit('/').take(3).collect();
        let [verb @ ("listDebugCredentials" | "listTrace"), _, "gateways"] = parts[..] else {
            let message = "try POST /gateways/managed/listDebugCredentials or POST /gateways/managed/listTrace";
            return refused(StatusCode::NOT_FOUND, "ResourceNotFound", message);
        };
        if head.method != Method::POST {
            return refused(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "use POST");
        }
        let body = match Limited::new(body, BODY_BYTES_MAX).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => return refused(StatusCode::BAD_REQUEST, "ValidationError", &error.to_string()),
        };
        match verb {
            "listTrace" => self.trace(&body),
            _ => self.credentials(&body),
        }
    }

    fn credentials(&self, body: &[u8]) -> Response<Full<Bytes>> {
        let wish: CredentialsWish = match serde_json::from_slice(body) {
            Ok(wish) => wish,
            Err(error) => return refused(StatusCode::BAD_REQUEST, "ValidationError", &error.to_string()),
        };
        if wish.purposes.as_ref().is_some_and(|purposes| purposes.iter().any(|purpose| purpose != "tracing")) {
            return refused(StatusCode::BAD_REQUEST, "ValidationError", "`purposes` can only be [\"tracing\"]");
        }
        let seconds = match wish.credentials_expire_after.as_deref() {
            None => Some(EXPIRES_SECONDS_MAX),
            Some(text) => seconds(text).filter(|seconds| (1..=EXPIRES_SECONDS_MAX).contains(seconds)),
        };
        let Some(seconds) = seconds else {
            let message = "`credentialsExpireAfter` must be a duration of at most an hour, such as \"PT30M\"";
            return refused(StatusCode::BAD_REQUEST, "ValidationError", message);
        };
        let api = wish.api_id.rsplit('/').next().unwrap_or_default();
        if api.is_empty() {
            return refused(StatusCode::BAD_REQUEST, "ValidationError", "`apiId` must name an API, such as \"/apis/books\"");
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() as i64);
        answered(StatusCode::OK, json!({ "token": self.debug_key.token(api, now + seconds) }).to_string())
    }

    fn trace(&self, body: &[u8]) -> Response<Full<Bytes>> {
        let wish: TraceWish = match serde_json::from_slice(body) {
            Ok(wish) => wish,
            Err(error) => return refused(StatusCode::BAD_REQUEST, "ValidationError", &error.to_string()),
        };
        match self.stored.load(&format!("{}{}", debug::STORED, wish.trace_id)) {
            Some(trace) => answered(StatusCode::OK, trace),
            None => {
                let message = format!("there is no trace `{}`: a trace can be fetched for an hour", wish.trace_id);
                refused(StatusCode::NOT_FOUND, "ResourceNotFound", &message)
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialsWish {
    /// A resource's id, of which the last part is the API's name; or that name.
    api_id: String,
    /// A duration of ISO 8601.
    credentials_expire_after: Option<String>,
    purposes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TraceWish {
    trace_id: String,
}

/// Hours, minutes and seconds of a duration of ISO 8601: `PT1H`, `PT30M`, `PT1M30S`.
fn seconds(duration: &str) -> Option<i64> {
    let mut rest = duration.strip_prefix("PT").filter(|rest| !rest.is_empty())?;
    let mut all = 0i64;
    for (unit, seconds) in [('H', 3600), ('M', 60), ('S', 1)] {
        if let Some((number, after)) = rest.split_once(unit) {
            all = all.checked_add(number.parse::<u32>().ok().map(i64::from)?.checked_mul(seconds)?)?;
            rest = after;
        }
    }
    rest.is_empty().then_some(all)
}

/// Takes as long whatever the difference is.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |so_far, (one, other)| so_far | (one ^ other)) == 0
}

fn refused(status: StatusCode, code: &str, message: &str) -> Response<Full<Bytes>> {
    answered(status, json!({ "error": { "code": code, "message": message } }).to_string())
}

fn answered(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_are_those_of_iso_8601() {
        for (text, expected) in [("PT1H", 3600), ("PT30M", 1800), ("PT1M30S", 90), ("PT0S", 0), ("PT2H", 7200)] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in ["", "PT", "1H", "PT1", "PT1X", "PT1S1M", "P1D", "PT-1S", "PT99999999999H"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
