//! Exceptions.

use crate::expr::{call::Thrown, types::NetType, value::Value};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[];

/// What `catch` gives a name to.
pub fn to_value(thrown: &Thrown) -> Value {
    let _ = thrown;
    Value::Null
}

/// What `throw` throws.
pub fn from_value(value: &Value) -> Thrown {
    let _ = value;
    Thrown::null_reference()
}
