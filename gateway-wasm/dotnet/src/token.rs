//! JSON Web Tokens (RFC 7519) and basic credentials (RFC 7617), as APIM reads them: without checking a signature.

use crate::NetString;
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Map, Value as Json};

/// What a token says.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is signed with: `RS256`; empty if it does not say.
    pub algorithm: NetString,
    /// What kind of token: `JWT`; empty if it does not say.
    pub kind: NetString,
    /// Claims and their values, in order.
    pub claims: Vec<(NetString, Vec<NetString>)>,
}

/// Reads a token: three parts with dots between them. `None` if the text is none.
pub fn parse(text: &str) -> Option<Token> {
    let parts: Vec<&str> = text.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { return None };
    if !signature.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return None;
    }
    let header = members(header)?;
    let named = |name: &str| match header.get(name) {
        Some(Json::String(text)) => text.as_str().into(),
        _ => NetString::default(),
    };
    let claims = members(payload)?.into_iter().map(|(name, value)| (name.into(), values(value))).collect();
    Some(Token { algorithm: named("alg"), kind: named("typ"), claims })
}

/// The JSON object in a part of a token.
fn members(part: &str) -> Option<Map<String, Json>> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &alphabet::URL_SAFE,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::RequireNone),
    );
    let bytes = ENGINE.decode(part).ok()?;
    // Not the JSON of Newtonsoft, which takes more than JSON and turns text into dates.
    serde_json::from_str(&String::from_utf8_lossy(&bytes)).ok()
}

/// The values of a claim.
fn values(claim: Json) -> Vec<NetString> {
    match claim {
        Json::Null => Vec::new(),
        Json::Array(items) => items.into_iter().map(value).collect(),
        claim => vec![value(claim)],
    }
}

/// One value of a claim: its text, or the JSON that it is.
fn value(json: Json) -> NetString {
    match json {
        Json::String(text) => text.into(),
        other => other.to_string().into(),
    }
}

/// The name and the password in the value of an `Authorization` header; `None` if there are none.
pub fn basic(text: &str) -> Option<(NetString, NetString)> {
    const ENGINE: GeneralPurpose =
        GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));
    let parameter = text.trim().strip_prefix("Basic")?;
    if !parameter.starts_with([' ', '\t']) {
        return None;
    }
    let encoded: Vec<u8> = parameter.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    // Headers are Latin-1. APIM looks for the last colon, so that it is the name which may have others.
    let decoded: String = ENGINE.decode(encoded).ok()?.into_iter().map(char::from).collect();
    let (user, password) = decoded.rsplit_once(':')?;
    (!user.is_empty()).then(|| (user.into(), password.into()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_what_is_a_token_and_nothing_else() {
        // {"alg":"HS256","typ":"JWT"} . {"sub":"a","aud":["b","c"],"n":1}
        let token = super::parse("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhIiwiYXVkIjpbImIiLCJjIl0sIm4iOjF9.x").unwrap();
        assert_eq!((&*token.algorithm.to_str(), token.claims.len()), ("HS256", 3));
        assert_eq!(token.claims[1].1.len(), 2);
        for text in ["", "a.b", "a.b.c", "e30.e30.*", "e30.W10.x"] {
            assert!(super::parse(text).is_none(), "{text}");
        }
        assert_eq!(super::basic("Basic YTpiOmM="), Some(("a:b".into(), "c".into())));
    }
}
