//! `System.Random`.

use super::number::negative;
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Array, Object, Value},
};
use dotnet::{
    Exception,
    random::{Seeded, Source},
};
use std::cell::RefCell;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&RANDOM];

/// `System.Random`
pub static RANDOM: NetType = NetType {
    namespace: "System",
    name: "Random",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("Random()", |_| Ok(Value::object(Random(None))), "Numbers that nobody can guess"),
        row(
            "Random(int Seed)",
            |call| Ok(Value::object(Random(Some(RefCell::new(Seeded::new(call.int(0)?)))))),
            "The numbers that a seed determines, the same as .NET's",
        ),
        row("static Random Shared", |_| Ok(Value::object(Random(None))), "Numbers that nobody can guess"),
        row("int Next()", |call| draw(call, |source| Ok(source.any().into())), "A number from 0 to below `int.MaxValue`"),
        row("int Next(int maxValue)", next_below, "A number from 0 to below a limit"),
        row("int Next(int minValue, int maxValue)", next_between, "A number from a least one to below a limit"),
        row(
            "long NextInt64()",
            |call| draw(call, |source| Ok(source.next_long().into())),
            "A number from 0 to below `long.MaxValue`",
        ),
        row("long NextInt64(long maxValue)", next_long_below, "A number from 0 to below a limit"),
        row("long NextInt64(long minValue, long maxValue)", next_long_between, "A number from a least one to below a limit"),
        row("double NextDouble()", |call| draw(call, |source| Ok(source.double().into())), "A number from 0 to below 1"),
        row("float NextSingle()", |call| draw(call, |source| Ok(source.single().into())), "A number from 0 to below 1"),
        row("void NextBytes(byte[] buffer)", next_bytes, "Fills an array"),
        row("void Shuffle<T>(T[] values)", shuffle, "Puts the items of an array in a random order"),
        row(
            "T[] GetItems<T>(T[] choices, int length)",
            get_items,
            "An array of items that are chosen from another, each perhaps more than once",
        ),
    ],
    missing: &[],
    doc: "Random numbers",
};

/// With a seed, or drawing from the world.
#[derive(Debug)]
struct Random(Option<RefCell<Seeded>>);

impl Object for Random {
    fn net_type(&self) -> Type {
        Type::of(&RANDOM)
    }
}

fn draw<T>(call: &mut Call<'_, '_>, run: impl FnOnce(&mut Source<'_>) -> Result<T, Thrown>) -> Result<T, Thrown> {
    let random = call.this_object::<Random>()?;
    let machine: &Machine<'_> = call.machine;
    match &random.0 {
        Some(seeded) => match seeded.try_borrow_mut() {
            Ok(mut seeded) => run(&mut Source::Seeded(&mut seeded)),
            Err(_) => Err(Thrown::null_reference()),
        },
        None => run(&mut Source::World(&mut || machine.random())),
    }
}

fn swapped() -> Thrown {
    Exception::argument_out_of_range("'minValue' cannot be greater than maxValue.", "minValue").into()
}

fn next_below(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let max = call.int(0)?;
    if max < 0 {
        return Err(negative("maxValue", max.into()));
    }
    draw(call, |source| Ok(source.between(0, max).into()))
}

fn next_between(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (min, max) = (call.int(0)?, call.int(1)?);
    if min > max {
        return Err(swapped());
    }
    draw(call, |source| Ok(source.between(min, max).into()))
}

fn next_long_below(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let max = call.long(0)?;
    if max < 0 {
        return Err(negative("maxValue", max));
    }
    draw(call, |source| Ok(source.between_long(0, max).into()))
}

fn next_long_between(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (min, max) = (call.long(0)?, call.long(1)?);
    if min > max {
        return Err(swapped());
    }
    draw(call, |source| Ok(source.between_long(min, max).into()))
}

fn next_bytes(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let array = call.object::<Array>(0, "buffer")?;
    call.machine.step(array.len() as u64 / 8)?;
    let mut bytes = vec![0; array.len()];
    draw(call, |source| {
        source.fill(&mut bytes);
        Ok(())
    })?;
    for (at, byte) in bytes.into_iter().enumerate() {
        array.set(at, Value::Byte(byte));
    }
    Ok(Value::Null)
}

fn shuffle(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let array = call.object::<Array>(0, "values")?;
    let count = i32::try_from(array.len()).unwrap_or(i32::MAX);
    call.machine.step(array.len() as u64)?;
    draw(call, |source| {
        for at in 0..count.saturating_sub(1) {
            let other = source.between(at, count);
            let (at, other) = (at.unsigned_abs() as usize, other.unsigned_abs() as usize);
            if let (Some(one), Some(two)) = (array.get(at), array.get(other)) {
                array.set(at, two);
                array.set(other, one);
            }
        }
        Ok(Value::Null)
    })
}

fn get_items(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let choices = call.object::<Array>(0, "choices")?;
    let Ok(length) = usize::try_from(call.int(1)?) else { return Err(negative("length", call.int(1)?.into())) };
    let count = choices.len();
    if count == 0 {
        return Err(Exception::argument("Span may not be empty.", "choices").into());
    }
    call.machine.step(length as u64)?;
    call.machine.spend(length.saturating_mul(size_of::<Value>()))?;
    let items = draw(call, |source| {
        let mut at = Vec::with_capacity(length);
        if count.is_power_of_two() && count <= 256 {
            // One byte is enough for a choice.
            let mut bytes = vec![0; length];
            source.fill(&mut bytes);
            at.extend(bytes.into_iter().map(|byte| usize::from(byte) & (count - 1)));
        } else {
            let count = i32::try_from(count).unwrap_or(i32::MAX);
            at.extend((0..length).map(|_| source.between(0, count).unsigned_abs() as usize));
        }
        Ok(at.into_iter().filter_map(|at| choices.get(at)).collect::<Vec<_>>())
    })?;
    Ok(match &*choices {
        Array::Bytes(_) => Value::bytes(items.iter().filter_map(Value::as_integer).map(|byte| byte as u8).collect::<Vec<_>>()),
        Array::Values(element, _) => Value::array(element.clone(), items),
    })
}
