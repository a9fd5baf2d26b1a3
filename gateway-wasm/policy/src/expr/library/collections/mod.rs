//! System.Collections.Generic, and `System.Tuple`.

pub mod comparer;
pub mod dictionary;
pub mod indexed;
pub mod interfaces;
pub mod keyed;
pub mod list;
pub mod pair;
pub mod queue;
pub mod set;
pub mod tuple;

use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{NetType, Type},
    value::{Array, Cursor, Value},
};
use dotnet::Exception;
use std::rc::Rc;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[
    &interfaces::I_ENUMERABLE,
    &interfaces::I_ENUMERATOR,
    &interfaces::I_COLLECTION,
    &interfaces::I_LIST,
    &interfaces::I_SET,
    &interfaces::I_DICTIONARY,
    &interfaces::I_READ_ONLY_COLLECTION,
    &interfaces::I_READ_ONLY_LIST,
    &interfaces::I_READ_ONLY_DICTIONARY,
    &comparer::I_COMPARER,
    &comparer::I_EQUALITY_COMPARER,
    &list::LIST,
    &dictionary::DICTIONARY,
    &set::HASH_SET,
    &queue::QUEUE,
    &queue::STACK,
    &pair::KEY_VALUE_PAIR,
    &pair::KEY_VALUE_PAIRS,
    &tuple::TUPLES,
    &tuple::TUPLE_1,
    &tuple::TUPLE_2,
    &tuple::TUPLE_3,
    &tuple::TUPLE_4,
    &tuple::TUPLE_5,
    &tuple::TUPLE_6,
    &tuple::TUPLE_7,
];

pub use interfaces::{I_COLLECTION, I_ENUMERABLE, I_ENUMERATOR};
pub use pair::default_pair;

/// A type argument of a call; what is not known is looked at when it is there.
pub(super) fn generic(call: &Call<'_, '_>, at: usize) -> Type {
    call.generics.get(at).cloned().unwrap_or(Type::Unknown)
}

/// A number of items as C# counts.
pub(super) fn count(count: usize) -> Value {
    Value::Int32(i32::try_from(count).unwrap_or(i32::MAX))
}

/// Counts an item that is kept.
pub(super) fn keep(machine: &mut Machine<'_>, items: usize) -> Result<(), Thrown> {
    machine.spend(items.saturating_mul(size_of::<Value>()))
}

/// What .NET throws if a collection changes under an enumerator.
#[cold]
pub(super) fn modified() -> Thrown {
    Exception::invalid_operation("Collection was modified; enumeration operation may not execute.").into()
}

/// A cursor made of a function.
pub struct FromFn<F>(pub F);

impl<F: FnMut(&mut Machine<'_>) -> Result<Option<Value>, Thrown>> Cursor for FromFn<F> {
    fn next(&mut self, machine: &mut Machine<'_>) -> Result<Option<Value>, Thrown> {
        (self.0)(machine)
    }
}

/// A cursor made of a function.
pub(super) fn cursor(next: impl FnMut(&mut Machine<'_>) -> Result<Option<Value>, Thrown> + 'static) -> Box<dyn Cursor> {
    Box::new(FromFn(next))
}

/// `CopyTo`: items into an array from a position on.
pub(super) fn copy_to(call: &mut Call<'_, '_>, items: Vec<Value>, array: usize, start: i32) -> Result<Value, Thrown> {
    let target = call.object::<Array>(array, "array")?;
    let start =
        usize::try_from(start).map_err(|_| Exception::argument_out_of_range("Non-negative number required.", "arrayIndex"))?;
    if items.len() > target.len().saturating_sub(start) {
        let message = "Destination array was not long enough. Check the destination index, length, and the array's lower bounds.";
        return Err(Exception::argument(message, "destinationArray").into());
    }
    call.machine.step(items.len() as u64)?;
    for (at, item) in items.into_iter().enumerate() {
        target.set(start + at, item);
    }
    Ok(Value::Null)
}

/// An array of items; bytes are kept as such.
pub(super) fn array_of(machine: &mut Machine<'_>, element: Type, items: Vec<Value>) -> Result<Value, Thrown> {
    keep(machine, items.len())?;
    if element == Type::BYTE {
        let bytes: Vec<u8> = items.iter().map(|item| if let Value::Byte(byte) = item { *byte } else { 0 }).collect();
        return Ok(Value::bytes(bytes));
    }
    Ok(Value::array(element, items))
}

/// An enumerator of a cursor that somebody steps through by hand.
pub(super) fn enumerator(element: Type, cursor: Box<dyn Cursor>) -> Value {
    Value::shared(Rc::new(interfaces::Enumerator::new(element, cursor)))
}

/// `GetEnumerator` of anything.
pub(super) fn get_enumerator(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let element = call.this.net_type().item().unwrap_or(Type::Unknown);
    let cursor = call.machine.enumerate(&call.this)?;
    Ok(enumerator(element, cursor))
}
