//! What `context` takes from the rest of the library.

use crate::expr::{
    call::Thrown,
    library::{certificate, collections, json, uri, xml},
    machine::Machine,
    types::Type,
    value::Value,
};
use collections::{comparer::Rule, dictionary::Dictionary, keyed::Keyed, list::List, pair::Pair};
use dotnet::{
    NetString,
    json::TokenType,
    uri::{Uri, UriKind},
};

/// A `KeyValuePair<TKey, TValue>`.
pub(super) fn key_value_pair(key_type: Type, value_type: Type, key: Value, value: Value) -> Value {
    Pair::value(key_type, value_type, key, value)
}

/// The key and the value of a `KeyValuePair`.
pub(super) fn pair_parts(pair: &Value) -> Option<(Value, Value)> {
    let pair = pair.downcast_ref::<Pair>()?;
    Some((pair.key.clone(), pair.value.clone()))
}

/// A `List<T>`.
pub(super) fn list(element: Type, items: Vec<Value>) -> Value {
    List::value(element, items)
}

/// A `Dictionary<string, T>`.
pub(super) fn dictionary(machine: &mut Machine<'_>, value: Type, pairs: Vec<(Value, Value)>) -> Result<Value, Thrown> {
    let mut table = Keyed::new(Rule::default());
    for (key, value) in pairs {
        table.set(machine, key, value)?;
    }
    Ok(Dictionary::value(Type::STRING, value, table))
}

/// A `Uri`.
pub(super) fn uri(text: &NetString) -> Result<Value, Thrown> {
    Ok(uri::value(Uri::new(&text.to_str(), UriKind::Absolute)?))
}

/// An `X509Certificate2` of the service, with its key if that is here.
pub(super) fn certificate(der: &[u8], key: Option<&[u8]>) -> Result<Value, Thrown> {
    certificate::of_service(der, key)
}

/// The type `X509Certificate2`.
pub(super) fn certificate_type() -> Type {
    Type::of(&certificate::X509_CERTIFICATE_2)
}

/// The `X509Certificate2` that a client showed.
pub(super) fn shown(shown: wire::Shown) -> Result<Value, Thrown> {
    certificate::of_client(shown)
}

/// A body as one of the JSON types.
pub(super) fn json(machine: &mut Machine<'_>, text: &str, name: &str) -> Result<Value, Thrown> {
    let wanted = match name {
        "JObject" => Some(TokenType::Object),
        "JArray" => Some(TokenType::Array),
        _ => None,
    };
    Ok(json::to_value(json::from_text(machine, &text.into(), wanted)?))
}

/// A body as one of the XML types.
pub(super) fn xml(machine: &mut Machine<'_>, text: &str, name: &str) -> Result<Value, Thrown> {
    match name {
        "XDocument" => xml::document_from_text(machine, text),
        _ => xml::element_from_text(machine, text),
    }
}
