//! `Tuple`: up to seven values together.

use super::{
    generic,
    pair::{hash, same},
};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::NetString;

/// `Tuple`, whose `Create` finds out the types.
pub static TUPLES: NetType = NetType {
    namespace: "System",
    name: "Tuple",
    kind: Kind::Static,
    bases: &[],
    members: &[
        row("static Tuple<A> Create<A>(A item1)", create, "A tuple of one value"),
        row("static Tuple<A, B> Create<A, B>(A item1, B item2)", create, "A tuple of two values"),
        row("static Tuple<A, B, C> Create<A, B, C>(A item1, B item2, C item3)", create, "A tuple of three values"),
        row("static Tuple<A, B, C, D> Create<A, B, C, D>(A item1, B item2, C item3, D item4)", create, "A tuple of four values"),
        row(
            "static Tuple<A, B, C, D, E> Create<A, B, C, D, E>(A item1, B item2, C item3, D item4, E item5)",
            create,
            "A tuple of five values",
        ),
        row(
            "static Tuple<A, B, C, D, E, F> Create<A, B, C, D, E, F>(A item1, B item2, C item3, D item4, E item5, F item6)",
            create,
            "A tuple of six values",
        ),
        row(
            "static Tuple<A, B, C, D, E, F, G> Create<A, B, C, D, E, F, G>(A item1, B item2, C item3, D item4, E item5, F item6, G item7)",
            create,
            "A tuple of seven values",
        ),
    ],
    missing: &[],
    doc: "Makes tuples",
};

macro_rules! tuples {
    ($($name:ident $declared:literal { $constructor:literal $($item:literal $at:literal)* })*) => {
        $(
            #[doc = concat!("`", $declared, "`")]
            pub static $name: NetType = NetType {
                namespace: "System",
                name: $declared,
                kind: Kind::Class,
                bases: &[],
                members: &[
                    row($constructor, create, "Values together"),
                    $(row($item, |call| item(call, $at), "One of the values"),)*
                    row("string ToString()", |call| {
                        let tuple = call.this.clone();
                        Ok(call.machine.text(&tuple)?.into())
                    }, "The values in brackets"),
                ],
                missing: &[],
                doc: "Values together",
            };
        )*
    };
}

tuples! {
    TUPLE_1 "Tuple<A>" { "Tuple(A item1)" "A Item1" 0 }
    TUPLE_2 "Tuple<A, B>" { "Tuple(A item1, B item2)" "A Item1" 0 "B Item2" 1 }
    TUPLE_3 "Tuple<A, B, C>" { "Tuple(A item1, B item2, C item3)" "A Item1" 0 "B Item2" 1 "C Item3" 2 }
    TUPLE_4 "Tuple<A, B, C, D>" { "Tuple(A item1, B item2, C item3, D item4)" "A Item1" 0 "B Item2" 1 "C Item3" 2 "D Item4" 3 }
    TUPLE_5 "Tuple<A, B, C, D, E>" { "Tuple(A item1, B item2, C item3, D item4, E item5)" "A Item1" 0 "B Item2" 1 "C Item3" 2 "D Item4" 3 "E Item5" 4 }
    TUPLE_6 "Tuple<A, B, C, D, E, F>" { "Tuple(A item1, B item2, C item3, D item4, E item5, F item6)" "A Item1" 0 "B Item2" 1 "C Item3" 2 "D Item4" 3 "E Item5" 4 "F Item6" 5 }
    TUPLE_7 "Tuple<A, B, C, D, E, F, G>" { "Tuple(A item1, B item2, C item3, D item4, E item5, F item6, G item7)" "A Item1" 0 "B Item2" 1 "C Item3" 2 "D Item4" 3 "E Item5" 4 "F Item6" 5 "G Item7" 6 }
}

/// A tuple.
#[derive(Debug)]
struct Tuple {
    items: Vec<Value>,
    types: Vec<Type>,
}

impl Object for Tuple {
    fn net_type(&self) -> Type {
        let net_type = match self.items.len() {
            1 => &TUPLE_1,
            2 => &TUPLE_2,
            3 => &TUPLE_3,
            4 => &TUPLE_4,
            5 => &TUPLE_5,
            6 => &TUPLE_6,
            _ => &TUPLE_7,
        };
        Type::Named(net_type, self.types.clone())
    }

    fn text(&self, machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        let mut text = NetString::from("(");
        for (at, item) in self.items.iter().enumerate() {
            let item = machine.text(item)?;
            machine.spend(text.size() + item.size())?;
            text = text.concat(&if at == 0 { "" } else { ", " }.into()).concat(&item);
        }
        Ok(text.concat(&")".into()))
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        let equal = |other: &Tuple| {
            self.items.len() == other.items.len() && self.items.iter().zip(&other.items).all(|(one, other)| same(one, other))
        };
        Some(other.downcast_ref::<Tuple>().is_some_and(equal))
    }

    fn hash(&self) -> Option<i32> {
        Some(self.items.iter().fold(17, |so_far: i32, item| so_far.wrapping_mul(31) ^ hash(item)))
    }
}

fn create(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let types = (0..call.arguments.len()).map(|at| generic(call, at)).collect();
    Ok(Value::object(Tuple { items: call.arguments.to_vec(), types }))
}

fn item(call: &mut Call<'_, '_>, at: usize) -> Result<Value, Thrown> {
    Ok(call.this_object::<Tuple>()?.items.get(at).cloned().unwrap_or(Value::Null))
}
