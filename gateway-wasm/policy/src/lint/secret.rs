//! A secret that stands in the file.
//!
//! Policy files are copied, diffed, reviewed and searched; what stands in them in the clear has left the vault for good, and
//! is the same in every environment. A named value marked as secret is put in by the host, and masked in traces.

use super::{
    File,
    expressions::{self, Part},
    plain_http::CREDENTIAL_HEADERS,
};
use crate::{
    expr::ast::{Expression, ExpressionKind},
    xml::{Element, Kind, Value},
};
use diagnostic::{Diagnostics, Span};

/// Query parameters that hold a key, and those that do if what they hold looks like one.
const KEY_PARAMETERS: [&str; 7] =
    ["sig", "subscription-key", "api-key", "apikey", "access_token", "client_secret", "x-functions-key"];
const MAYBE_KEY_PARAMETERS: [&str; 3] = ["code", "key", "token"];

/// The fewest characters of a key.
const KEY_LENGTH_MIN: usize = 8;

/// The fewest characters that can look random.
const RANDOM_LENGTH_MIN: usize = 20;

/// The fewest characters without a dash in what looks random.
const RANDOM_PART_LENGTH_MIN: usize = 12;

/// The least entropy of what looks random, in bits for each character. English words have about 4 over long texts, but then
/// with blanks, and names with digits in them less than this.
const RANDOM_ENTROPY_MIN: f64 = 3.5;

const HELP: &str = "keep it in a named value marked as `secret`, and write `{{its-name}}` here";

pub(super) fn check(file: &File, findings: &mut Diagnostics) {
    for element in file.elements() {
        for value in file.values(element) {
            let Some((span, what)) = in_value(file, element, &value) else { continue };
            findings.push(file.warning("lint/secret", span, format!("{what} stands in the file")).help(HELP));
        }
        for value in children_of_credentials(file, element) {
            let Some((span, what)) = in_credential(file, element, &value) else { continue };
            findings.push(file.warning("lint/secret", span, format!("{what} stands in the file")).help(HELP));
        }
    }
}

/// What is a secret wherever it stands.
fn in_value(file: &File, element: &Element, value: &Value) -> Option<(Span, String)> {
    if let Some(found) = password(file, element, value) {
        return Some((value.span, found));
    }
    match value.kind {
        Kind::Expression => in_texts(file, value, in_text),
        _ if !file.text.holds_named_value(value.span) => in_text(&value.text).map(|what| (value.span, what)),
        _ => in_text(&file.text.without_named_values(value.span).replace("&amp;", "&")).map(|what| (value.span, what)),
    }
}

/// The first text of an expression that is a secret. The name of a variable or of a header may look like one, and is none.
fn in_texts(file: &File, value: &Value, what: impl Fn(&str) -> Option<String>) -> Option<(Span, String)> {
    let program = expressions::parse(value)?;
    let mut names: Vec<Span> = Vec::new();
    let mut found = None;
    expressions::each(&program, &mut |part| match part {
        Part::Expression(Expression { kind: ExpressionKind::Index { arguments, .. }, .. }) => {
            names.extend(arguments.iter().map(|argument| argument.span));
        }
        Part::Expression(Expression { kind: ExpressionKind::Call { target, arguments }, .. }) => {
            if let ExpressionKind::Member { name, .. } = &target.kind
                && matches!(&*name.text, "GetValueOrDefault" | "ContainsKey" | "TryGetValue" | "Value" | "SelectToken")
            {
                names.extend(arguments.first().map(|argument| argument.span));
            }
        }
        Part::Text(text, span) if found.is_none() && !names.contains(&span) && !file.text.holds_named_value(span) => {
            found = what(text).map(|what| (span, what));
        }
        _ => {}
    });
    found
}

/// The attributes and texts that are nothing but a secret.
fn password(file: &File, element: &Element, value: &Value) -> Option<String> {
    if value.kind != Kind::Literal || value.text.trim().is_empty() || file.text.holds_named_value(value.span) {
        return None;
    }
    let is_attribute = |name| element.attribute(name).is_some_and(|attribute| attribute.value.span == value.span);
    match element.name.as_str() {
        "authentication-basic" | "authentication-certificate" | "proxy" if is_attribute("password") => {
            Some(format!("the password of `{}`", element.name))
        }
        // The key of a signature that both sides compute; a public one is written with `n` and `e`.
        "key" if element.texts().next().is_some_and(|text| text.span == value.span) && looks_random(value.text.trim()) => {
            Some("a key that tokens are signed with".to_owned())
        }
        _ => None,
    }
}

/// The values of headers and query parameters, which stand in elements of their own.
fn children_of_credentials(file: &File, element: &Element) -> Vec<Value> {
    match element.name.as_str() {
        "set-header" | "set-query-parameter" => {
            element.elements().filter(|child| child.name == "value").map(|child| child.value(&file.text)).collect()
        }
        _ => Vec::new(),
    }
}

/// What is a secret because of the header or the query parameter that it is the value of.
fn in_credential(file: &File, element: &Element, value: &Value) -> Option<(Span, String)> {
    let written = file.literal(element, "name")?;
    let name = written.to_ascii_lowercase();
    let is_header = element.name == "set-header";
    let (is_key, may_be_key) = match is_header {
        true => (CREDENTIAL_HEADERS.contains(&name.as_str()), false),
        false => (KEY_PARAMETERS.contains(&name.as_str()), MAYBE_KEY_PARAMETERS.contains(&name.as_str())),
    };
    let what = || if is_header { format!("the value of the header `{written}`") } else { format!("the value of `{written}`") };
    let is_secret = |text: &str| {
        // What `in_text` says about it has been said.
        in_text(text).is_none()
            && (is_key && is_key_like(without_scheme(text)) || (is_key || may_be_key) && looks_random(without_scheme(text)))
    };
    match value.kind {
        Kind::Literal if !file.text.holds_named_value(value.span) => is_secret(&value.text).then(|| (value.span, what())),
        Kind::Expression if is_key || may_be_key => {
            in_texts(file, value, |text| (in_text(text).is_none() && looks_random(without_scheme(text))).then(&what))
        }
        _ => None,
    }
}

/// A secret that a text shows by what stands around it.
fn in_text(text: &str) -> Option<String> {
    for name in ["AccountKey", "SharedAccessKey"] {
        if text.split(';').any(|part| assigned(part, name).is_some_and(is_key_like)) {
            return Some(format!("the `{name}` of a connection string"));
        }
    }
    if text.contains("-----BEGIN") && text.contains("PRIVATE KEY-----") {
        return Some("a private key".to_owned());
    }
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',')) {
        let parts: Vec<&str> = word.split('.').collect();
        if parts.len() == 3 && word.starts_with("eyJ") && parts.iter().all(|part| is_word(part)) && looks_random(word) {
            return Some("a token".to_owned());
        }
    }
    for scheme in ["Bearer ", "Basic "] {
        let token = text.trim().strip_prefix(scheme).unwrap_or_default().trim();
        if is_word(token) && looks_random(token) {
            return Some(format!("a `{}` credential", scheme.trim()));
        }
    }
    for parameter in text.split(['?', '&', '\n']) {
        let Some((name, value)) = parameter.trim().split_once('=') else { continue };
        let lower = name.to_ascii_lowercase();
        let is_key = KEY_PARAMETERS.contains(&lower.as_str()) || MAYBE_KEY_PARAMETERS.contains(&lower.as_str());
        let value = value.split([' ', '"', '\'', '<']).next().unwrap_or(value);
        if is_key && looks_random(value) {
            return Some(format!("the value of `{name}`"));
        }
    }
    None
}

/// `Name=value`, without the quotes and blanks around it.
fn assigned<'t>(part: &'t str, name: &str) -> Option<&'t str> {
    let (own, value) = part.split_once('=')?;
    own.trim().ends_with(name).then(|| value.trim().trim_end_matches(['"', '\'']))
}

fn without_scheme(text: &str) -> &str {
    let text = text.trim();
    text.split_once(' ').map_or(text, |(_, rest)| rest.trim())
}

/// One word with the characters of keys.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '-' | '.' | '~' | '%'))
}

/// What can be a key where one belongs: a word that is not a plain one.
fn is_key_like(text: &str) -> bool {
    text.len() >= KEY_LENGTH_MIN && is_word(text) && text.contains(|c: char| c.is_ascii_digit()) && has_letters(text)
}

/// What looks like a key wherever it stands: long, mixed, and not words with dashes between them.
fn looks_random(text: &str) -> bool {
    let is_mixed =
        |part: &str| part.len() >= RANDOM_PART_LENGTH_MIN && part.contains(|c: char| c.is_ascii_digit()) && has_letters(part);
    text.len() >= RANDOM_LENGTH_MIN
        && is_word(text)
        && text.split(['-', '_', '.', '/', '~']).any(is_mixed)
        && entropy(text) >= RANDOM_ENTROPY_MIN
}

fn has_letters(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_alphabetic())
}

/// Bits for each character, as far as one text tells.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 128];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = text.len() as f64;
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length).map(|share| -share * share.log2()).sum()
}
