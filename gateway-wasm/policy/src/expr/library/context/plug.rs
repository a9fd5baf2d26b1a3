//! What `context` needs of the rest of the library.

use crate::expr::{call::Thrown, library, types::Type, value::Value};
use dotnet::NetString;

/// A `KeyValuePair<TKey, TValue>`.
pub(super) fn key_value_pair(_key_type: Type, _value_type: Type, _key: Value, value: Value) -> Value {
    value
}

/// The key and the value of a `KeyValuePair`.
pub(super) fn pair_parts(_pair: &Value) -> Option<(Value, Value)> {
    None
}

/// A `List<T>`.
pub(super) fn list(element: Type, items: Vec<Value>) -> Value {
    Value::array(element, items)
}

/// A `Dictionary<string, T>`.
pub(super) fn dictionary(_value: Type, _pairs: Vec<(Value, Value)>) -> Value {
    Value::Null
}

/// A `Uri`.
pub(super) fn uri(text: &NetString) -> Result<Value, Thrown> {
    Ok(Value::String(text.clone()))
}

/// An `X509Certificate2`.
pub(super) fn certificate(der: &[u8]) -> Result<Value, Thrown> {
    library::certificate::certificate(der)
}

/// A body as one of the JSON types.
pub(super) fn json(_text: &str, _name: &str) -> Result<Value, Thrown> {
    Ok(Value::Null)
}

/// A body as one of the XML types.
pub(super) fn xml(_text: &str, _name: &str) -> Result<Value, Thrown> {
    Ok(Value::Null)
}
