//! What an OpenID provider says of itself (OpenID Connect Discovery 1.0, section 3).

use crate::{json, malformed::Malformed};

/// The part of it that checking tokens needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// What its tokens have as `iss`.
    pub issuer: String,
    /// Where its keys are: `jwks_uri`.
    pub key_set_url: String,
}

/// Reads a configuration document.
///
/// # Errors
/// It is no JSON object, or says neither who it is nor where its keys are.
pub fn read_configuration(document: &[u8]) -> Result<Configuration, Malformed> {
    let members = json::object(document).map_err(Malformed::new)?;
    let text = |name: &str| {
        let found = json::text(&members, name).map_err(Malformed::new)?;
        found.ok_or_else(|| Malformed::new(format!("has no `{name}`")))
    };
    Ok(Configuration { issuer: text("issuer")?, key_set_url: text("jwks_uri")? })
}

#[cfg(test)]
mod tests {
    use super::read_configuration;

    #[test]
    fn reads_what_it_needs_and_says_what_is_missing() {
        let found = read_configuration(br#"{"issuer":"https://a","jwks_uri":"https://a/keys","scopes_supported":[]}"#).unwrap();
        assert_eq!((found.issuer.as_str(), found.key_set_url.as_str()), ("https://a", "https://a/keys"));
        for (document, why) in [
            (r#"{"issuer":"https://a"}"#, "has no `jwks_uri`"),
            (r#"{"jwks_uri":"https://a/keys"}"#, "has no `issuer`"),
            (r#"{"issuer":1,"jwks_uri":"https://a/keys"}"#, "issuer"),
            ("<html>", "JSON"),
        ] {
            let error = read_configuration(document.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(why), "{document}: {error}");
        }
    }
}
