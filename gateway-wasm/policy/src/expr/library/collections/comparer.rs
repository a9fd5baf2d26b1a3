//! How keys and items are compared: as they are, or as a `StringComparer` has it.

use crate::expr::{
    call::{Call, Thrown},
    library::string::Comparer,
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{
    Exception,
    string::compare::{self, Comparison},
};
use std::cmp::Ordering;

/// `IComparer<T>`
pub static I_COMPARER: NetType = NetType {
    namespace: "System.Collections.Generic",
    name: "IComparer<T>",
    kind: Kind::Interface,
    bases: &[],
    members: &[row(
        "int Compare(T x, T y)",
        |call| {
            let rule = Rule::of(&call.this.clone());
            let (one, other) = (call.value(0), call.value(1));
            Ok((rule.compare(call.machine, &one, &other)? as i32).into())
        },
        "The order of two values",
    )],
    missing: &[],
    doc: "What puts values in order; a `StringComparer` is one",
};

/// `IEqualityComparer<T>`
pub static I_EQUALITY_COMPARER: NetType = NetType {
    namespace: "System.Collections.Generic",
    name: "IEqualityComparer<T>",
    kind: Kind::Interface,
    bases: &[],
    members: &[
        row(
            "bool Equals(T x, T y)",
            |call| {
                let rule = Rule::of(&call.this.clone());
                let (one, other) = (call.value(0), call.value(1));
                Ok(rule.equals(call.machine, &one, &other).into())
            },
            "True if both are the same",
        ),
        row(
            "int GetHashCode(T obj)",
            |call| {
                let rule = Rule::of(&call.this.clone());
                let value = call.value(0);
                Ok(rule.hash(call.machine, &value).into())
            },
            "A number that is the same for values that are the same",
        ),
    ],
    missing: &[],
    doc: "What tells if values are the same; a `StringComparer` is one",
};

/// The rule by which values are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rule(Option<Comparison>);

/// The comparer that goes by the values' own rule, whatever their type.
#[derive(Debug)]
struct Own;

impl Object for Own {
    fn net_type(&self) -> Type {
        Type::Named(&I_EQUALITY_COMPARER, vec![Type::Unknown])
    }
}

impl Rule {
    /// The rule of a comparer, or the values' own for null.
    pub fn of(comparer: &Value) -> Rule {
        Rule(comparer.downcast_ref::<Comparer>().map(|comparer| comparer.0))
    }

    /// The rule of an argument that may not be there.
    pub fn given(call: &Call<'_, '_>, at: usize) -> Rule {
        call.arguments.get(at).map_or(Rule::default(), Rule::of)
    }

    /// The comparer of the rule.
    pub fn comparer(self) -> Value {
        self.0.map_or_else(|| Value::object(Own), |how| Value::object(Comparer(how)))
    }

    /// The rule as a number, for [`Rule::from_number`].
    pub(crate) fn number(self) -> u8 {
        self.0.map_or(0, |how| 1 + u8::from(how.culture) + 2 * u8::from(how.ignore_case))
    }

    /// The rule of a number; the values' own for one that no rule has.
    pub(crate) fn from_number(number: u8) -> Rule {
        let how = |bits: u8| Comparison { culture: bits & 1 != 0, ignore_case: bits & 2 != 0 };
        Rule(number.checked_sub(1).filter(|bits| *bits < 4).map(how))
    }

    /// True if both are the same.
    pub fn equals(self, machine: &mut Machine<'_>, one: &Value, other: &Value) -> bool {
        match (self.0, one, other) {
            (Some(how), Value::String(one), Value::String(other)) => compare::equals(one, other, how),
            _ => machine.equals(one, other),
        }
    }

    /// The same number for values that are the same.
    pub fn hash(self, machine: &mut Machine<'_>, value: &Value) -> i32 {
        match (self.0, value) {
            (Some(how), Value::String(text)) => machine.hash(&compare::key(text, how).into()),
            _ => machine.hash(value),
        }
    }

    /// The order of two values.
    pub fn compare(self, machine: &mut Machine<'_>, one: &Value, other: &Value) -> Result<Ordering, Thrown> {
        match (self.0, one, other) {
            (Some(how), Value::String(one), Value::String(other)) => Ok(compare::compare(one, other, how).cmp(&0)),
            _ => machine.compare(one, other),
        }
    }
}

/// What compares two values and may throw.
pub type Compare<'c> = dyn FnMut(&mut Machine<'_>, &Value, &Value) -> Result<Ordering, Thrown> + 'c;

/// Sorts; what is equal stays in order, which .NET promises for `OrderBy` and leaves open for `Sort`.
pub fn sort(machine: &mut Machine<'_>, items: &mut Vec<Value>, compare: &mut Compare<'_>) -> Result<(), Thrown> {
    let order = order(machine, items.len(), &mut |machine, one, other| match (items.get(one), items.get(other)) {
        (Some(one), Some(other)) => compare(machine, one, other),
        _ => Ok(Ordering::Equal),
    })?;
    *items = order.into_iter().filter_map(|at| items.get(at).cloned()).collect();
    Ok(())
}

/// What compares the things at two positions and may throw.
pub type ComparePositions<'c> = dyn FnMut(&mut Machine<'_>, usize, usize) -> Result<Ordering, Thrown> + 'c;

/// The positions of so many things in their order. What comparing throws comes as .NET wraps it.
pub fn order(machine: &mut Machine<'_>, count: usize, compare: &mut ComparePositions<'_>) -> Result<Vec<usize>, Thrown> {
    merged(machine, count, compare).map_err(|thrown| match thrown {
        Thrown::Exception(inner, _) => {
            let message = "Failed to compare two elements in the array.";
            Thrown::Exception(Exception::invalid_operation(message).into(), Some(inner))
        }
        limit => limit,
    })
}

/// Runs of one, two, four and so on are merged.
fn merged(machine: &mut Machine<'_>, count: usize, compare: &mut ComparePositions<'_>) -> Result<Vec<usize>, Thrown> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut width = 1;
    while width < count {
        let mut merged = Vec::with_capacity(count);
        for pair in order.chunks(width * 2) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let ([first, left_rest @ ..], [second, right_rest @ ..]) = (left, right) {
                machine.step(1)?;
                if compare(machine, *first, *second)? == Ordering::Greater {
                    merged.push(*second);
                    right = right_rest;
                } else {
                    merged.push(*first);
                    left = left_rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        order = merged;
        width *= 2;
    }
    Ok(order)
}
