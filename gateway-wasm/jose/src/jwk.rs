//! Keys in JSON (RFC 7517), one or a set of them.

use crate::{
    Curve, Key, encoding, json,
    key::{Identity, Restriction},
    malformed::{Malformed, Unusable, quoted},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

/// The longest key set, in bytes.
const SET_BYTES_MAX: usize = 1024 * 1024;

/// The most keys in a set.
const KEYS_MAX: usize = 256;

/// The keys that an issuer publishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet {
    /// Those that check signatures, in order.
    pub keys: Vec<Key>,
    /// The others: which, and why not.
    pub unusable: Vec<(String, Unusable)>,
}

/// Reads the key set that an issuer publishes. A key that cannot be used does not spoil the others.
///
/// # Errors
/// It is no JSON object with a list `keys`, says something twice, or is too large.
pub fn read_key_set(json: &[u8]) -> Result<KeySet, Malformed> {
    let wrong = |why: String| Malformed::new(format!("the key set {why}"));
    if json.len() > SET_BYTES_MAX {
        return Err(wrong(format!("has {} bytes, and the limit is {SET_BYTES_MAX}", json.len())));
    }
    let members = json::object(json).map_err(wrong)?;
    let Some(Value::Array(entries)) = members.get("keys") else { return Err(wrong("has no list `keys`".to_owned())) };
    if entries.len() > KEYS_MAX {
        return Err(wrong(format!("has {} keys, and the limit is {KEYS_MAX}", entries.len())));
    }
    let mut set = KeySet::default();
    for (number, entry) in entries.iter().enumerate() {
        match published_key(entry) {
            Ok(key) => set.keys.push(key),
            Err(why) => {
                let id = entry.get("kid").and_then(Value::as_str);
                set.unusable.push((id.map_or_else(|| format!("key {}", number + 1), |id| format!("key {}", quoted(id))), why));
            }
        }
    }
    Ok(set)
}

fn published_key(entry: &Value) -> Result<Key, Unusable> {
    let Value::Object(members) = entry else { return Err(Unusable::new("is no JSON object")) };
    // Who can read the set could sign with it, and everybody can.
    if members.get("kty").and_then(Value::as_str) == Some("oct") {
        return Err(Unusable::new("is a secret, and everybody can read a key set"));
    }
    if members.contains_key("d") {
        return Err(Unusable::new("has its private part in it, and everybody can read a key set"));
    }
    read(members)
}

impl Key {
    /// A key in JSON, which may be a secret. Private members of others are left out.
    ///
    /// # Errors
    /// It is no key, a weak one, or of a kind that checks no signatures.
    pub fn from_jwk(json: &[u8]) -> Result<Self, Unusable> {
        let members = json::object(json).map_err(Unusable::new)?;
        read(&members)
    }
}

fn read(members: &Map<String, Value>) -> Result<Key, Unusable> {
    let bytes = |name: &str| bytes(members, name);
    let mut key = match kind(members)?.as_str() {
        "oct" => Key::symmetric(None, &bytes("k")?)?,
        "RSA" => Key::rsa(None, &bytes("n")?, &bytes("e")?)?,
        "EC" => Key::elliptic(None, curve(members)?, &bytes("x")?, &bytes("y")?)?,
        "OKP" => match text(members, "crv")?.as_deref() {
            Some("Ed25519") => Key::ed25519(None, &bytes("x")?)?,
            other => return Err(unknown("crv", other)),
        },
        other => return Err(unknown("kty", Some(other))),
    };
    if let Some(chain) = members.get("x5c") {
        let first = chain.get(0).and_then(Value::as_str).and_then(|first| STANDARD.decode(first).ok());
        let first = first.ok_or_else(|| Unusable::new("has `x5c`, which is no list of certificates in base64"))?;
        if Key::from_certificate(None, &first)?.bytes() != key.bytes() {
            return Err(Unusable::new("has `x5c`, whose first certificate is of another key"));
        }
    }
    key.identity = identity(members)?;
    key.restriction = restriction(members)?;
    Ok(key)
}

/// `kty`
pub(crate) fn kind(members: &Map<String, Value>) -> Result<String, Unusable> {
    text(members, "kty")?.ok_or_else(|| unknown("kty", None))
}

/// `crv`, where it is a curve of NIST.
pub(crate) fn curve(members: &Map<String, Value>) -> Result<Curve, Unusable> {
    let name = text(members, "crv")?;
    name.as_deref().and_then(Curve::from_name).ok_or_else(|| unknown("crv", name.as_deref()))
}

pub(crate) fn identity(members: &Map<String, Value>) -> Result<Identity, Unusable> {
    Ok(Identity { id: text(members, "kid")?, thumbprint: text(members, "x5t")?, thumbprint_sha256: text(members, "x5t#S256")? })
}

pub(crate) fn restriction(members: &Map<String, Value>) -> Result<Restriction, Unusable> {
    let operations = match members.get("key_ops") {
        None => None,
        Some(list) => {
            let items = list.as_array().map(|items| items.iter().map(|item| item.as_str().map(str::to_owned)).collect());
            Some(items.flatten().ok_or_else(|| Unusable::new("has `key_ops`, which is no list of texts"))?)
        }
    };
    Ok(Restriction { usage: text(members, "use")?, operations, algorithm: text(members, "alg")? })
}

/// The bytes of a member in base64url.
pub(crate) fn bytes(members: &Map<String, Value>, name: &str) -> Result<Vec<u8>, Unusable> {
    let text = text(members, name)?.ok_or_else(|| Unusable::new(format!("has no `{name}`")))?;
    encoding::decode(&text).ok_or_else(|| Unusable::new(format!("has `{name}`, which is no base64url")))
}

fn text(members: &Map<String, Value>, name: &str) -> Result<Option<String>, Unusable> {
    json::text(members, name).map_err(Unusable::new)
}

pub(crate) fn unknown(member: &str, value: Option<&str>) -> Unusable {
    Unusable::new(match value {
        Some(value) => format!("has `{member}` {}, which is not known", quoted(value)),
        None => format!("has no `{member}`"),
    })
}
