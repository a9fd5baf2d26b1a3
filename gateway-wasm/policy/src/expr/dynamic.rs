//! Members and operators that are chosen when the values are there, as C#'s `dynamic` does.

use super::{
    call::{Call, Thrown},
    conversion::Conversion,
    eval::{Closure, new_array, no_operator},
    machine::Machine,
    members,
    overload::{self, Argument, Choice, Given},
    signature::{self, Form},
    types::Type,
    value::{Anonymous, Array, Value},
};
use std::rc::Rc;

/// What is done to a receiver.
#[derive(Clone, Debug)]
pub enum Operation {
    /// `this.name`
    Get(Rc<str>),
    /// `this.name = value`
    Set(Rc<str>),
    /// `this[arguments]`
    Index,
    /// `this[arguments] = value`; the value is the last argument.
    SetIndex,
    /// `this.name(arguments)`
    Call(Rc<str>),
    /// `(T)this`
    Cast(Box<Type>),
}

/// Does it.
pub fn run(
    machine: &mut Machine<'_>,
    operation: &Operation,
    this: Value,
    arguments: &[(Option<Rc<str>>, Value)],
    generics: &[Type],
) -> Result<Value, Thrown> {
    if let Operation::Cast(to) = operation {
        return machine.convert(this, to, true);
    }
    if this.is_null() {
        return Err(Thrown::null_reference());
    }
    let kind = this.net_type();
    let values: Vec<Value> = arguments.iter().map(|(_, value)| value.clone()).collect();
    let described: Vec<Argument> = arguments.iter().map(|(name, value)| described(name.clone(), value)).collect();
    match operation {
        Operation::Get(name) => {
            if let Some(value) = this.downcast_ref::<Anonymous>().and_then(|object| object.get(name)) {
                return Ok(value);
            }
            let row = members::row(&kind, name, |row| row.form == Form::Property && !row.is_static && !row.sets);
            match row {
                Some(row) => (row.member.run)(&mut Call { machine, this, arguments: &mut [], generics: &[] }),
                None => Err(no_member(&kind, name)),
            }
        }
        Operation::Set(name) => {
            let row = members::row(&kind, name, |row| row.form == Form::Property && row.sets);
            let Some(row) = row else { return Err(no_member(&kind, name)) };
            let value = values.last().cloned().unwrap_or(Value::Null);
            let value = machine.convert(value, &row.result, false)?;
            (row.member.run)(&mut Call { machine, this, arguments: &mut [value], generics: &[] })
        }
        Operation::Index | Operation::SetIndex => {
            let sets = matches!(operation, Operation::SetIndex);
            if let (Some(array), Some(at)) = (this.downcast_ref::<Array>(), values.first()) {
                let at = super::numeric::whole(at).and_then(|at| usize::try_from(at).ok());
                let found = at.and_then(|at| match sets {
                    true => array.set(at, values.last().cloned()?).then_some(Value::Null),
                    false => array.get(at),
                });
                let outside = || Thrown::new("IndexOutOfRangeException", "Index was outside the bounds of the array.");
                return found.ok_or_else(outside);
            }
            let keys = if sets { described.len().saturating_sub(1) } else { described.len() };
            for group in members::rows(&kind, "this", |row| row.form == Form::Indexer && row.sets == sets) {
                let keys = described.get(..keys).unwrap_or_default();
                if let Ok(choice) = overload::choose(&group, &kind, &[], keys, &mut |_, _| Type::Unknown) {
                    let mut arguments = given(machine, &choice, &values)?;
                    if sets {
                        arguments.push(machine.convert(values.last().cloned().unwrap_or(Value::Null), &choice.result, false)?);
                    }
                    return (choice.signature.member.run)(&mut Call { machine, this, arguments: &mut arguments, generics: &[] });
                }
            }
            let message = format!("Cannot apply indexing with [] to an expression of type '{kind}'");
            Err(Thrown::new("RuntimeBinderException", message))
        }
        Operation::Call(name) => {
            for group in members::rows(&kind, name, |row| row.form == Form::Method && !row.is_static) {
                if let Ok(choice) = overload::choose(&group, &kind, generics, &described, &mut |_, _| Type::Unknown) {
                    let mut arguments = given(machine, &choice, &values)?;
                    let call = &mut Call { machine, this, arguments: &mut arguments, generics: &choice.generics };
                    return (choice.signature.member.run)(call);
                }
            }
            if let Some(extensions) = signature::extensions(name) {
                let mut all = vec![described_value(&this)];
                all.extend(described);
                if let Ok(choice) = overload::choose(&extensions, &Type::Unknown, generics, &all, &mut |_, _| Type::Unknown) {
                    let values: Vec<Value> = std::iter::once(this).chain(values).collect();
                    return apply(machine, &choice, &values);
                }
            }
            Err(no_member(&kind, name))
        }
        Operation::Cast(to) => machine.convert(this, to, true),
    }
}

fn described(name: Option<Rc<str>>, value: &Value) -> Argument {
    Argument { name, ..described_value(value) }
}

fn described_value(value: &Value) -> Argument {
    let lambda = match (value.downcast_ref::<Closure>(), value.net_type()) {
        (Some(_), Type::Function(function)) => Some(function.0.len()),
        _ => None,
    };
    Argument { name: None, kind: value.net_type(), constant: None, lambda, out: false }
}

fn no_member(kind: &Type, name: &str) -> Thrown {
    Thrown::new("RuntimeBinderException", format!("'{kind}' does not contain a definition for '{name}'"))
}

/// The parameters' values for a chosen overload.
fn given(machine: &mut Machine<'_>, choice: &Choice, values: &[Value]) -> Result<Vec<Value>, Thrown> {
    let mut arguments = Vec::with_capacity(choice.given.len());
    let one = |machine: &mut Machine<'_>, at: usize, conversion: &Conversion| {
        machine.converted(values.get(at).cloned().unwrap_or(Value::Null), conversion, false)
    };
    for given in &choice.given {
        arguments.push(match given {
            Given::Argument(at, conversion) => one(machine, *at, conversion)?,
            Given::Default(value) => value.clone(),
            Given::Rest(element, items) => {
                let items: Result<Vec<Value>, Thrown> =
                    items.iter().map(|(at, conversion)| one(machine, *at, conversion)).collect();
                new_array(element, items?)
            }
        });
    }
    Ok(arguments)
}

/// Runs a chosen overload that has no receiver.
pub fn apply(machine: &mut Machine<'_>, choice: &Choice, values: &[Value]) -> Result<Value, Thrown> {
    let mut arguments = given(machine, choice, values)?;
    (choice.signature.member.run)(&mut Call { machine, this: Value::Null, arguments: &mut arguments, generics: &choice.generics })
}

/// The operator of the library for two values.
pub fn operator_of(left: &Value, right: &Value, symbol: &str) -> Option<Choice> {
    choose_operator(symbol, &[described_value(left), described_value(right)])
}

/// The operator of the library for operands of these types.
pub fn choose_operator(symbol: &str, operands: &[Argument]) -> Option<Choice> {
    operands.iter().find_map(|operand| {
        let kind = operand.kind.without_nullable();
        let groups = members::rows(kind, symbol, |row| row.form == Form::Operator && row.parameters.len() == operands.len());
        groups.iter().find_map(|group| overload::choose(group, kind, &[], operands, &mut |_, _| Type::Unknown).ok())
    })
}

/// An operator on values that are not two numbers.
pub fn operator(machine: &mut Machine<'_>, symbol: &str, values: Vec<Value>) -> Result<Value, Thrown> {
    let operands: Vec<Argument> = values.iter().map(described_value).collect();
    match choose_operator(symbol, &operands) {
        Some(choice) => apply(machine, &choice, &values),
        None => Err(no_operator(symbol, &values.iter().collect::<Vec<_>>())),
    }
}

/// `Dispose()` of what has it.
pub fn dispose(machine: &mut Machine<'_>, value: Value) -> Result<(), Thrown> {
    let row = members::row(&value.net_type(), "Dispose", |row| row.form == Form::Method && row.parameters.is_empty());
    if let Some(row) = row {
        (row.member.run)(&mut Call { machine, this: value, arguments: &mut [], generics: &[] })?;
    }
    Ok(())
}
