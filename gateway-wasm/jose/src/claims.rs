//! The claims of a token (RFC 7519): a JSON object whose registered members are what they should be.

use crate::{json, malformed::Malformed};
use serde_json::{Map, Value};

/// The last second that a date has: the end of the year 9999.
const SECONDS_MAX: i64 = 253_402_300_799;

/// What a token says. Whether it is true is known once its signature is checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    members: Map<String, Value>,
    expires_us: Option<i64>,
    not_before_us: Option<i64>,
    issued_at_us: Option<i64>,
    audiences: Vec<String>,
}

/// Reads the payload of a token.
///
/// # Errors
/// It is no JSON object, says something twice, or has a time, an audience or a name in a form that it cannot have.
pub fn read_claims(payload: &[u8]) -> Result<Claims, Malformed> {
    let wrong = |why: String| Malformed::new(format!("the token's payload {why}"));
    let members = json::object(payload).map_err(wrong)?;
    for name in ["iss", "sub", "jti"] {
        json::text(&members, name).map_err(wrong)?;
    }
    let time = |name: &str| members.get(name).map(|value| time(name, value)).transpose().map_err(wrong);
    Ok(Claims {
        expires_us: time("exp")?,
        not_before_us: time("nbf")?,
        issued_at_us: time("iat")?,
        audiences: members.get("aud").map_or_else(|| Ok(Vec::new()), audiences).map_err(wrong)?,
        members,
    })
}

/// A time in microseconds since 1970.
fn time(name: &str, value: &Value) -> Result<i64, String> {
    let Value::Number(number) = value else { return Err(format!("has `{name}`, which is no number")) };
    // The range comes first: a number that is no date must not overflow.
    let microseconds = match number.as_i64() {
        Some(seconds) => (0..=SECONDS_MAX).contains(&seconds).then(|| seconds * 1_000_000),
        None => {
            let seconds = number.as_f64().filter(|seconds| (0.0..=SECONDS_MAX as f64).contains(seconds));
            seconds.map(|seconds| (seconds * 1e6).round() as i64)
        }
    };
    microseconds.ok_or_else(|| format!("has `{name}` {number}, which is no time from 1970 to 9999 in seconds"))
}

fn audiences(value: &Value) -> Result<Vec<String>, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let found = match value {
        Value::Array(items) => items.iter().map(text).collect(),
        one => text(one).map(|one| vec![one]),
    };
    found.ok_or_else(|| "has `aud`, which is neither a text nor a list of texts".to_owned())
}

impl Claims {
    /// `exp`, in microseconds since 1970: from then on, the token is not valid.
    pub fn expires_us(&self) -> Option<i64> {
        self.expires_us
    }

    /// `nbf`, in microseconds since 1970: before it, the token is not valid.
    pub fn not_before_us(&self) -> Option<i64> {
        self.not_before_us
    }

    /// `iat`, in microseconds since 1970.
    pub fn issued_at_us(&self) -> Option<i64> {
        self.issued_at_us
    }

    /// `aud`: whom the token is for.
    pub fn audiences(&self) -> &[String] {
        &self.audiences
    }

    /// `iss`: who made it.
    pub fn issuer(&self) -> Option<&str> {
        self.members.get("iss").and_then(Value::as_str)
    }

    /// `sub`: whom it is about.
    pub fn subject(&self) -> Option<&str> {
        self.members.get("sub").and_then(Value::as_str)
    }

    /// The names of all claims, in the order of the payload.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// The values of a claim: one for each item of a list, none if there is no such claim or it is null. What is no text is the
    /// JSON that it is.
    pub fn values(&self, name: &str) -> Vec<String> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match self.members.get(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items.iter().map(text).collect(),
            Some(one) => vec![text(one)],
        }
    }
}
