//! What lists and arrays have in common: items that are found by their position.

use super::{
    comparer::{self, Rule},
    count,
};
use crate::expr::{
    call::{Call, Thrown},
    value::Value,
};
use dotnet::{Exception, string::search};
use std::{cmp::Ordering, ops::Range};

/// Items in a row.
pub trait Indexed {
    /// How many.
    fn count(&self) -> usize;

    /// One of them.
    fn at(&self, place: usize) -> Option<Value>;
}

/// The range that `startIndex` and `count` mean.
///
/// # Errors
/// `ArgumentOutOfRangeException` where it reaches out of the items.
pub fn forward(call: &Call<'_, '_>, size: usize, start: Option<usize>, count: Option<usize>) -> Result<Range<usize>, Thrown> {
    let start = start.map_or(Ok(0), |at| call.int(at))?;
    let count = count.map(|at| call.int(at)).transpose()?;
    Ok(search::range(size, start, count)?)
}

/// The range that `startIndex` and `count` mean when one goes backwards.
///
/// # Errors
/// `ArgumentOutOfRangeException` where it reaches out of the items.
pub fn backward(call: &Call<'_, '_>, size: usize, start: Option<usize>, count: Option<usize>) -> Result<Range<usize>, Thrown> {
    let Some(start) = start else { return Ok(0..size) };
    let count = count.map(|at| call.int(at)).transpose()?;
    Ok(search::range_back(size, call.int(start)?, count)?.unwrap_or(0..0))
}

/// The first place in a range, from the front or the back, for which a lambda is true.
pub fn find(
    call: &mut Call<'_, '_>,
    items: &dyn Indexed,
    range: Range<usize>,
    back: bool,
    function: usize,
) -> Result<Option<usize>, Thrown> {
    if call.value(function).is_null() {
        return Err(Exception::argument_null("match").into());
    }
    let places: Box<dyn Iterator<Item = usize>> = if back { Box::new(range.rev()) } else { Box::new(range) };
    for place in places {
        let Some(item) = items.at(place) else { return Ok(None) };
        if is_true(&call.invoke(function, &[item])?) {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// The first place in a range, from the front or the back, with a value that is the same.
pub fn position(
    call: &mut Call<'_, '_>,
    items: &dyn Indexed,
    range: Range<usize>,
    back: bool,
    value: &Value,
) -> Result<Option<usize>, Thrown> {
    let places: Box<dyn Iterator<Item = usize>> = if back { Box::new(range.rev()) } else { Box::new(range) };
    for place in places {
        call.machine.step(1)?;
        if let Some(item) = items.at(place)
            && call.machine.equals(&item, value)
        {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// A place as C# gives it: -1 for none.
pub fn place(found: Option<usize>) -> Value {
    found.map_or(Value::Int32(-1), count)
}

/// `BinarySearch`: the place, or the complement of the place where the value belongs.
pub fn binary_search(
    call: &mut Call<'_, '_>,
    items: &dyn Indexed,
    range: Range<usize>,
    value: &Value,
    rule: Rule,
) -> Result<Value, Thrown> {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low + (high - low - 1) / 2;
        let Some(item) = items.at(middle) else { break };
        call.machine.step(1)?;
        let order = rule.compare(call.machine, &item, value).map_err(|thrown| match thrown {
            Thrown::Exception(inner, _) => {
                let message = "Failed to compare two elements in the array.";
                Thrown::Exception(Exception::invalid_operation(message).into(), Some(inner))
            }
            limit => limit,
        })?;
        match order {
            Ordering::Equal => return Ok(count(middle)),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    Ok(Value::Int32(!i32::try_from(low).unwrap_or(i32::MAX)))
}

/// Sorts by a rule.
pub fn sort_by_rule(call: &mut Call<'_, '_>, items: &mut Vec<Value>, rule: Rule) -> Result<(), Thrown> {
    comparer::sort(call.machine, items, &mut |machine, one, other| rule.compare(machine, one, other))
}

/// Sorts by a lambda that gives a number.
pub fn sort_by_function(call: &mut Call<'_, '_>, items: &mut Vec<Value>, function: usize) -> Result<(), Thrown> {
    let function = call.value(function);
    if function.is_null() {
        return Err(Exception::argument_null("comparison").into());
    }
    comparer::sort(call.machine, items, &mut |machine, one, other| {
        let order = machine.call(&function, &[one.clone(), other.clone()])?;
        Ok(order.as_integer().unwrap_or_default().cmp(&0))
    })
}

/// A lambda's `bool`.
pub fn is_true(value: &Value) -> bool {
    matches!(value, Value::Bool(true))
}

/// The range that `index` and `count` mean in `GetRange`, `Reverse` and their kin.
///
/// # Errors
/// As .NET has it there.
pub fn part(call: &Call<'_, '_>, size: usize, index: usize, count: usize) -> Result<Range<usize>, Thrown> {
    let index_given = call.int(index)?;
    let count_given = call.int(count)?;
    let negative = |parameter| Exception::argument_out_of_range("Non-negative number required.", parameter);
    let index = usize::try_from(index_given).map_err(|_| negative("index"))?;
    let count = usize::try_from(count_given).map_err(|_| negative("count"))?;
    if size.saturating_sub(index) < count || index > size {
        let message = "Offset and length were out of bounds for the array or count is greater than the number of elements from \
                       index to the end of the source collection.";
        return Err(Exception::argument(message, "").into());
    }
    Ok(index..index + count)
}
