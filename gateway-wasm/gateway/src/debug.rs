//! Traces of single requests, for those who have a token: APIM's way of looking into a running gateway (reference: APIM, D).
//!
//! A token says for which API it is good and until when, and carries a signature, so any instance can tell a good one without
//! asking anybody. The request brings it in `Apim-Debug-Authorization`; the response names the trace in `Apim-Trace-Id`; the trace
//! is in the host's store, where `listTrace` finds it.

use crate::Gateway;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use dotnet::DateTimeOffset;
use hmac::{Hmac, KeyInit, Mac};
use policy::{Exchange, Host, event::Event, problem, trace::Trace};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The header field with the token.
const TOKEN: &str = "apim-debug-authorization";

/// Where traces are in the host's store: this, and the number of the trace.
pub const STORED: &str = "trace/";

/// The last moment that a time can name.
const LAST: &str = "9999-12-31T23:59:59Z";

/// How long a trace can be fetched.
const LIFETIME_MS: u64 = 60 * 60 * 1000;

/// What signs tokens: bytes that only the gateway and whoever gives out tokens know.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebugKey(pub [u8; 32]);

/// Not what it is.
impl std::fmt::Debug for DebugKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DebugKey")
    }
}

impl DebugKey {
    /// A token for an API, by its name, that is good until some time, in seconds since 1970.
    pub fn token(&self, api: &str, until_seconds: i64) -> String {
        let until =
            DateTimeOffset::from_unix_seconds(until_seconds).map_or_else(|_| LAST.to_owned(), DateTimeOffset::to_internet);
        let claims = format!("aid={api}&p=tracing&ex={until}");
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.signed(&claims).finalize().into_bytes());
        format!("{claims}&sn={signature}")
    }

    fn signed(&self, claims: &str) -> Hmac<Sha256> {
        // HMAC takes keys of every length.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| Hmac::new(&Default::default()));
        mac.update(claims.as_bytes());
        mac
    }

    /// What a token says: the API and until when it is good; `None` if it is not one of this key's.
    fn read<'t>(&self, token: &'t str) -> Option<(&'t str, DateTimeOffset)> {
        let (claims, signature) = token.rsplit_once("&sn=")?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.signed(claims).verify_slice(&signature).ok()?;
        let (api, until) = claims.strip_prefix("aid=")?.split_once("&p=tracing&ex=")?;
        Some((api, DateTimeOffset::from_internet(until)?))
    }
}

/// What became of the wish to see a trace.
#[derive(Debug)]
pub(crate) enum Debug {
    /// The exchange is traced, under this number.
    Traced(String),
    /// It is not: the name of a header field that says why, and its value.
    Refused(&'static str, String),
}

impl Debug {
    /// Looks for a token, and begins a trace where there is a good one. The backend never sees it.
    pub(crate) fn asked<H: Host>(gateway: &Gateway, exchange: &mut Exchange, host: &H) -> Option<Debug> {
        if !exchange.request.headers.contains(TOKEN) {
            return None;
        }
        let token = exchange.request.headers.values(TOKEN).next().unwrap_or_default().into_owned();
        exchange.request.headers.set(TOKEN, Vec::new());
        let key = gateway.debug_key()?;
        let Some((api, until)) = key.read(token.trim()) else {
            return Some(Debug::Refused("apim-debug-authorization-invalid", "true".to_owned()));
        };
        if until.unix_micros() <= host.now_micros() {
            return Some(Debug::Refused("apim-debug-authorization-expired", until.to_internet()));
        }
        if api != exchange.about.called.api.id {
            return Some(Debug::Refused("apim-debug-authorization-wrongapi", api.to_owned()));
        }
        exchange.trace = Some(Box::new(Trace::of(exchange)));
        exchange.about.tracing = true;
        Some(Debug::Traced(problem::guid(host).to_string()))
    }

    /// Tells the caller, and stores the trace. The exchange has its response.
    pub(crate) async fn done<H: Host>(self, exchange: &mut Exchange, host: &H) {
        let (name, value) = match self {
            Debug::Refused(name, value) => (name, value),
            Debug::Traced(id) => {
                let trace = exchange.trace.take().unwrap_or_default().json(&id);
                // Who asks for it learns that it is not there.
                let _ = host.keep(&format!("{STORED}{id}"), Bytes::from(trace.clone()), LIFETIME_MS).await;
                let mut event = Event::new("trace");
                event.text("traceId", &id);
                event.json("trace", &trace);
                host.emit(&event.finish());
                ("apim-trace-id", id)
            }
        };
        if let Some(response) = &mut exchange.response {
            response.headers.set(name, vec![value.into_bytes()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_as_it_was_given_out_and_not_otherwise() {
        let key = DebugKey([7; 32]);
        let token = key.token("orders", 1_800_000_000);
        assert!(token.starts_with("aid=orders&p=tracing&ex=2027-01-15T08:00:00Z&sn="), "{token}");
        assert_eq!(key.read(&token), Some(("orders", DateTimeOffset::from_unix_seconds(1_800_000_000).unwrap())));
        assert_eq!(DebugKey([8; 32]).read(&token), None);
        assert_eq!(key.read(&token.replace("orders", "books")), None);
        assert_eq!(key.read(&token.replace("2027", "2037")), None);
        for damaged in ["", "&sn=", "aid=orders", &token[..token.len() - 4], "aid=orders&p=tracing&ex=2027-01-15T08:00:00Z&sn=é"]
        {
            assert_eq!(key.read(damaged), None, "{damaged}");
        }
    }
}
