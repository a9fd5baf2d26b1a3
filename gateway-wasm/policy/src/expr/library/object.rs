//! `System.Object`: what every value has.

use crate::expr::{
    types::{Kind, NetType, row},
    value::Value,
};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&OBJECT];

/// `System.Object`
pub static OBJECT: NetType = NetType {
    namespace: "System",
    name: "Object",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("Object()", |_| Ok(Value::object(Plain)), "An object that is only itself"),
        row("string ToString()", |call| Ok(Value::String(call.machine.text(&call.this)?)), "Its text"),
        row(
            "bool Equals(object obj)",
            |call| {
                let other = call.value(0);
                Ok(call.machine.equals(&call.this, &other).into())
            },
            "Whether it is the same",
        ),
        row("int GetHashCode()", |call| Ok(call.machine.hash(&call.this).into()), "A number that equal values share"),
        row(
            "static bool Equals(object objA, object objB)",
            |call| {
                let (one, other) = (call.value(0), call.value(1));
                Ok(call.machine.equals(&one, &other).into())
            },
            "Whether both are the same, or both null",
        ),
        row(
            "static bool ReferenceEquals(object objA, object objB)",
            |call| {
                Ok(match (call.value(0), call.value(1)) {
                    (Value::Null, Value::Null) => true,
                    (Value::Object(one), Value::Object(other)) => one.is_same(&other),
                    _ => false,
                }
                .into())
            },
            "Whether both are one object",
        ),
    ],
    missing: &["GetType"],
    doc: "The base of every type",
};

/// `new object()`
#[derive(Debug)]
struct Plain;

impl crate::expr::value::Object for Plain {
    fn net_type(&self) -> crate::expr::types::Type {
        crate::expr::types::Type::OBJECT
    }
}
