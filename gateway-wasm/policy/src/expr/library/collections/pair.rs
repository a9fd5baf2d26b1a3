//! `KeyValuePair<TKey, TValue>`, and equality of plain values.

use super::generic;
use crate::expr::{
    call::Thrown,
    library,
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::NetString;
use std::cell::Cell;

/// `KeyValuePair<TKey, TValue>`
pub static KEY_VALUE_PAIR: NetType = NetType {
    namespace: "System.Collections.Generic",
    name: "KeyValuePair<TKey, TValue>",
    kind: Kind::Struct,
    bases: &[],
    members: &[
        row(
            "KeyValuePair(TKey key, TValue value)",
            |call| Ok(Pair::value(generic(call, 0), generic(call, 1), call.value(0), call.value(1))),
            "A key and a value",
        ),
        row("TKey Key", |call| Ok(call.this_object::<Pair>()?.key.clone()), "The key"),
        row("TValue Value", |call| Ok(call.this_object::<Pair>()?.value.clone()), "The value"),
        row(
            "string ToString()",
            |call| {
                let pair = call.this.clone();
                Ok(call.machine.text(&pair)?.into())
            },
            "Both in brackets",
        ),
        row(
            "void Deconstruct(out TKey key, out TValue value)",
            |call| {
                let pair = call.this_object::<Pair>()?;
                call.set_out(0, pair.key.clone());
                call.set_out(1, pair.value.clone());
                Ok(Value::Null)
            },
            "Gives both",
        ),
    ],
    missing: &[],
    doc: "A key and what belongs to it",
};

/// `KeyValuePair`, whose `Create` finds out the types.
pub static KEY_VALUE_PAIRS: NetType = NetType {
    namespace: "System.Collections.Generic",
    name: "KeyValuePair",
    kind: Kind::Static,
    bases: &[],
    members: &[row(
        "static KeyValuePair<K, V> Create<K, V>(K key, V value)",
        |call| Ok(Pair::value(generic(call, 0), generic(call, 1), call.value(0), call.value(1))),
        "A key and a value",
    )],
    missing: &[],
    doc: "Makes pairs of a key and a value",
};

/// A pair.
#[derive(Debug)]
pub struct Pair {
    /// The key.
    pub key: Value,
    /// The value.
    pub value: Value,
    types: (Type, Type),
}

impl Pair {
    /// A pair of values of these types.
    pub fn value(key_type: Type, value_type: Type, key: Value, value: Value) -> Value {
        Value::object(Pair { key, value, types: (key_type, value_type) })
    }
}

impl Object for Pair {
    fn net_type(&self) -> Type {
        Type::Named(&KEY_VALUE_PAIR, vec![self.types.0.clone(), self.types.1.clone()])
    }

    fn text(&self, machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        let (key, value) = (machine.text(&self.key)?, machine.text(&self.value)?);
        machine.spend(key.size() + value.size())?;
        Ok(NetString::from("[").concat(&key).concat(&", ".into()).concat(&value).concat(&"]".into()))
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        let other = other.downcast_ref::<Pair>();
        Some(other.is_some_and(|other| same(&self.key, &other.key) && same(&self.value, &other.value)))
    }

    fn hash(&self) -> Option<i32> {
        Some(hash(&self.key).wrapping_mul(31) ^ hash(&self.value))
    }
}

/// `default(KeyValuePair<TKey, TValue>)`
pub fn default_pair(arguments: &[Type]) -> Value {
    let argument = |at: usize| arguments.get(at).cloned().unwrap_or(Type::Unknown);
    let (key, value) = (argument(0), argument(1));
    Pair::value(key.clone(), value.clone(), key.default_value(), value.default_value())
}

/// `Equals` where there is no machine: no value's equality runs anything of a program's.
pub fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Null, Value::Null) => true,
        (Value::Object(one), Value::Object(two)) if one.is_same(two) => true,
        (Value::Object(one), _) => nested(false, || one.get().equals(other).unwrap_or(false)),
        (Value::String(one), Value::String(other)) => one == other,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Char(one), Value::Char(other)) => one == other,
        (Value::Single(one), Value::Single(other)) => one == other || one.is_nan() && other.is_nan(),
        (Value::Double(one), Value::Double(other)) => one == other || one.is_nan() && other.is_nan(),
        (Value::Decimal(one), Value::Decimal(other)) => one == other,
        (Value::DateTime(one), Value::DateTime(other)) => one.ticks == other.ticks,
        (Value::DateTimeOffset(one), Value::DateTimeOffset(other)) => one == other,
        (Value::TimeSpan(one), Value::TimeSpan(other)) => one == other,
        (Value::Guid(one), Value::Guid(other)) => one == other,
        (Value::Enum(kind, one), Value::Enum(other_kind, other)) => std::ptr::eq(*kind, *other_kind) && one == other,
        (Value::Context(one), Value::Context(other)) => one == other,
        _ => {
            let integers = one.as_integer().zip(other.as_integer());
            std::mem::discriminant(one) == std::mem::discriminant(other) && integers.is_some_and(|(one, other)| one == other)
        }
    }
}

/// `GetHashCode` where there is no machine.
pub fn hash(value: &Value) -> i32 {
    match value {
        Value::Null => 0,
        Value::Object(object) => nested(0, || object.get().hash().unwrap_or(object.address() as i32)),
        other => library::plain_hash(other),
    }
}

/// How deep tuples in tuples are compared; .NET's stack ends somewhere, too.
const DEPTH_MAX: u32 = 200;
/// How many objects one comparison looks at: a tuple of the same tuple twice, sixty times over, has no end.
const OBJECTS_MAX: u32 = 100_000;

thread_local! {
    /// The depth, and the objects that were looked at since it was 0.
    static NESTED: Cell<(u32, u32)> = const { Cell::new((0, 0)) };
}

/// What is done to an object in an object; `otherwise` past the limits.
fn nested<T>(otherwise: T, inner: impl FnOnce() -> T) -> T {
    let (depth, objects) = NESTED.get();
    if depth >= DEPTH_MAX || objects >= OBJECTS_MAX {
        return otherwise;
    }
    NESTED.set((depth + 1, objects + 1));
    let result = inner();
    let (_, objects) = NESTED.get();
    NESTED.set((depth, if depth == 0 { 0 } else { objects }));
    result
}
