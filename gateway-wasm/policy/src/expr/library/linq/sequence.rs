//! Sequences that compute their items when they are asked for them, as often as they are asked.

use crate::expr::{
    call::{Call, Thrown},
    library::collections::{FromFn, I_ENUMERABLE, generic},
    machine::Machine,
    types::Type,
    value::{Cursor, Object, Value},
};
use dotnet::Exception;
use std::{fmt, rc::Rc};

/// A sequence.
pub struct Sequence {
    element: Type,
    open: Box<dyn Fn() -> Box<dyn Cursor>>,
}

impl fmt::Debug for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sequence of {}", self.element)
    }
}

impl Object for Sequence {
    fn net_type(&self) -> Type {
        Type::Named(&I_ENUMERABLE, vec![self.element.clone()])
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        Some((self.open)())
    }
}

/// A sequence made of a function that begins anew: it gives what gives the items.
pub fn sequence<N>(element: Type, open: impl Fn() -> N + 'static) -> Value
where
    N: FnMut(&mut Machine<'_>) -> Result<Option<Value>, Thrown> + 'static,
{
    Value::object(Sequence { element, open: Box::new(move || Box::new(FromFn(open()))) })
}

/// The items of a value, begun when the first one is asked for.
pub struct Items {
    value: Value,
    cursor: Option<Box<dyn Cursor>>,
}

impl Items {
    /// Those of a collection or sequence.
    pub fn of(value: &Value) -> Items {
        Items { value: value.clone(), cursor: None }
    }

    /// The next one. A sequence may be made of a sequence made of a sequence and so on, so this counts as a call.
    pub fn next(&mut self, machine: &mut Machine<'_>) -> Result<Option<Value>, Thrown> {
        machine.step(1)?;
        machine.deeper(|machine| {
            let mut cursor = match self.cursor.take() {
                Some(cursor) => cursor,
                None => machine.enumerate(&self.value)?,
            };
            let next = cursor.next(machine);
            self.cursor = Some(cursor);
            next
        })
    }

    /// All that are left.
    pub fn rest(&mut self, machine: &mut Machine<'_>) -> Result<Vec<Value>, Thrown> {
        let mut rest = Vec::new();
        while let Some(item) = self.next(machine)? {
            machine.spend(size_of::<Value>())?;
            rest.push(item);
        }
        Ok(rest)
    }
}

/// An argument that must not be null.
pub fn given(call: &Call<'_, '_>, at: usize, parameter: &str) -> Result<Value, Thrown> {
    match call.value(at) {
        Value::Null => Err(Exception::argument_null(parameter).into()),
        value => Ok(value),
    }
}

/// The items of the first argument.
pub fn source(call: &Call<'_, '_>) -> Result<Items, Thrown> {
    Ok(Items::of(&given(call, 0, "source")?))
}

/// The type of the sequence's items.
pub fn element(call: &Call<'_, '_>) -> Type {
    generic(call, 0)
}

/// A lambda's `bool`.
pub fn holds(machine: &mut Machine<'_>, predicate: &Value, arguments: &[Value]) -> Result<bool, Thrown> {
    Ok(matches!(machine.call(predicate, arguments)?, Value::Bool(true)))
}

/// `InvalidOperationException` of LINQ.
pub fn no_elements() -> Thrown {
    Exception::invalid_operation("Sequence contains no elements").into()
}
