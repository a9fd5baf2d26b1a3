//! Arrays.

use super::collections::{
    array_of,
    comparer::Rule,
    copy_to, generic,
    indexed::{self, Indexed, backward, forward, part, place},
    keep, list,
};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::{Array, Value},
};
use dotnet::{Exception, string::edit};
use std::rc::Rc;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&ARRAY];

/// `System.Array`
pub static ARRAY: NetType = NetType {
    namespace: "System",
    name: "Array",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("int Length", |call| Ok(length(&*this(call)?)), "How many items it has"),
        row("long LongLength", |call| Ok(Value::Int64(this(call)?.len() as i64)), "How many items it has"),
        row("int Rank", |call| this(call).map(|_| Value::Int32(1)), "How many dimensions it has: one"),
        row("bool IsReadOnly", |_| Ok(false.into()), "False"),
        row("bool IsFixedSize", |_| Ok(true.into()), "True"),
        row("bool IsSynchronized", |_| Ok(false.into()), "False"),
        row("object SyncRoot", |call| Ok(call.this.clone()), "The array itself"),
        row("int GetLength(int dimension)", |call| dimension(call, length), "How many items a dimension has"),
        row(
            "long GetLongLength(int dimension)",
            |call| dimension(call, |array| Value::Int64(array.len() as i64)),
            "How many items a dimension has",
        ),
        row("int GetLowerBound(int dimension)", |call| dimension(call, |_| Value::Int32(0)), "The first position"),
        row(
            "int GetUpperBound(int dimension)",
            |call| dimension(call, |array| Value::Int32(array.len() as i32 - 1)),
            "The last position",
        ),
        row(
            "object GetValue(int index)",
            |call| {
                let at = usize::try_from(call.int(0)?).ok();
                at.and_then(|at| this(call).ok()?.get(at)).ok_or_else(outside)
            },
            "The item at a position",
        ),
        row(
            "void SetValue(object value, int index)",
            |call| {
                let (array, at) = (this(call)?, usize::try_from(call.int(1)?).ok());
                let value = call.value(0);
                let value = if value.is_null() { array.element().default_value() } else { value };
                let value = call
                    .machine
                    .convert(value, &array.element(), false)
                    .map_err(|_| Thrown::new("InvalidCastException", "Object cannot be stored in an array of this type."))?;
                if at.is_some_and(|at| array.set(at, value)) { Ok(Value::Null) } else { Err(outside()) }
            },
            "Replaces the item at a position",
        ),
        row(
            "object Clone()",
            |call| {
                let array = this(call)?;
                array_of(call.machine, array.element(), array.items())
            },
            "An array of the same items",
        ),
        row(
            "void CopyTo(Array array, int index)",
            |call| {
                let (items, start) = (this(call)?.items(), call.int(1)?);
                copy_to(call, items, 0, start)
            },
            "Copies the items into another array from a position on",
        ),
        row("void Initialize()", |_| Ok(Value::Null), "Does nothing"),
        // Making arrays.
        row(
            "static T[] Empty<T>()",
            |call| {
                let element = generic(call, 0);
                array_of(call.machine, element, Vec::new())
            },
            "An array without items",
        ),
        row(
            "static void Fill<T>(T[] array, T value)",
            |call| {
                let array = array(call, 0)?;
                call.machine.step(array.len() as u64 / 16)?;
                for at in 0..array.len() {
                    array.set(at, call.value(1));
                }
                Ok(Value::Null)
            },
            "Makes all items the same",
        ),
        row(
            "static void Fill<T>(T[] array, T value, int startIndex, int count)",
            |call| {
                let array = array(call, 0)?;
                let range = forward(call, array.len(), Some(2), Some(3))?;
                call.machine.step(range.len() as u64 / 16)?;
                for at in range {
                    array.set(at, call.value(1));
                }
                Ok(Value::Null)
            },
            "Makes some items the same",
        ),
        row(
            "static void Copy(Array sourceArray, Array destinationArray, int length)",
            |call| copy(call, None, 1, None, 2),
            "Copies the first items into another array",
        ),
        row(
            "static void Copy(Array sourceArray, int sourceIndex, Array destinationArray, int destinationIndex, int length)",
            |call| copy(call, Some(1), 2, Some(3), 4),
            "Copies items from a position on into another array",
        ),
        row(
            "static void ConstrainedCopy(Array sourceArray, int sourceIndex, Array destinationArray, int destinationIndex, int length)",
            |call| copy(call, Some(1), 2, Some(3), 4),
            "Copies items from a position on into another array",
        ),
        row(
            "static void Clear(Array array)",
            |call| {
                let array = array(call, 0)?;
                call.machine.step(array.len() as u64 / 16)?;
                for at in 0..array.len() {
                    array.set(at, array.element().default_value());
                }
                Ok(Value::Null)
            },
            "Makes all items the default",
        ),
        row(
            "static void Clear(Array array, int index, int length)",
            |call| {
                let array = array(call, 0)?;
                let (index, length) = (usize::try_from(call.int(1)?).ok(), usize::try_from(call.int(2)?).ok());
                let end = index.zip(length).map(|(index, length)| index.saturating_add(length)).filter(|&end| end <= array.len());
                let (Some(index), Some(end)) = (index, end) else { return Err(outside()) };
                call.machine.step((end - index) as u64 / 16)?;
                for at in index..end {
                    array.set(at, array.element().default_value());
                }
                Ok(Value::Null)
            },
            "Makes some items the default",
        ),
        // Searching.
        row("static int IndexOf<T>(T[] array, T value)", |call| index_of(call, None, None), "Where a value stands first, or -1"),
        row(
            "static int IndexOf<T>(T[] array, T value, int startIndex)",
            |call| index_of(call, Some(2), None),
            "Where a value stands first from a position on, or -1",
        ),
        row(
            "static int IndexOf<T>(T[] array, T value, int startIndex, int count)",
            |call| index_of(call, Some(2), Some(3)),
            "Where a value stands first in a part, or -1",
        ),
        row(
            "static int LastIndexOf<T>(T[] array, T value)",
            |call| last_index_of(call, None, None),
            "Where a value stands last, or -1",
        ),
        row(
            "static int LastIndexOf<T>(T[] array, T value, int startIndex)",
            |call| last_index_of(call, Some(2), None),
            "Where a value stands last up to a position, or -1",
        ),
        row(
            "static int LastIndexOf<T>(T[] array, T value, int startIndex, int count)",
            |call| last_index_of(call, Some(2), Some(3)),
            "Where a value stands last in a part, or -1",
        ),
        row(
            "static bool Exists<T>(T[] array, Predicate<T> match)",
            |call| {
                let array = array(call, 0)?;
                Ok(indexed::find(call, &*array, 0..array.len(), false, 1)?.is_some().into())
            },
            "True if it is true for an item",
        ),
        row(
            "static bool TrueForAll<T>(T[] array, Predicate<T> match)",
            |call| {
                let array = array(call, 0)?;
                list::all(call, &*array, 1)
            },
            "True if it is true for all items",
        ),
        row(
            "static T Find<T>(T[] array, Predicate<T> match)",
            |call| {
                let array = array(call, 0)?;
                let found = indexed::find(call, &*array, 0..array.len(), false, 1)?;
                Ok(found.and_then(|at| array.get(at)).unwrap_or_else(|| array.element().default_value()))
            },
            "The first item for which it is true, or the default",
        ),
        row(
            "static T FindLast<T>(T[] array, Predicate<T> match)",
            |call| {
                let array = array(call, 0)?;
                let found = indexed::find(call, &*array, 0..array.len(), true, 1)?;
                Ok(found.and_then(|at| array.get(at)).unwrap_or_else(|| array.element().default_value()))
            },
            "The last item for which it is true, or the default",
        ),
        row(
            "static T[] FindAll<T>(T[] array, Predicate<T> match)",
            |call| {
                let array = array(call, 0)?;
                let items = list::matching(call, &*array, 1)?;
                array_of(call.machine, array.element(), items)
            },
            "The items for which it is true",
        ),
        row(
            "static int FindIndex<T>(T[] array, Predicate<T> match)",
            |call| find_index(call, None, None, 1),
            "Where it is true first, or -1",
        ),
        row(
            "static int FindIndex<T>(T[] array, int startIndex, Predicate<T> match)",
            |call| find_index(call, Some(1), None, 2),
            "Where it is true first from a position on, or -1",
        ),
        row(
            "static int FindIndex<T>(T[] array, int startIndex, int count, Predicate<T> match)",
            |call| find_index(call, Some(1), Some(2), 3),
            "Where it is true first in a part, or -1",
        ),
        row(
            "static int FindLastIndex<T>(T[] array, Predicate<T> match)",
            |call| find_last_index(call, None, None, 1),
            "Where it is true last, or -1",
        ),
        row(
            "static int FindLastIndex<T>(T[] array, int startIndex, Predicate<T> match)",
            |call| find_last_index(call, Some(1), None, 2),
            "Where it is true last up to a position, or -1",
        ),
        row(
            "static int FindLastIndex<T>(T[] array, int startIndex, int count, Predicate<T> match)",
            |call| find_last_index(call, Some(1), Some(2), 3),
            "Where it is true last in a part, or -1",
        ),
        row(
            "static int BinarySearch<T>(T[] array, T value)",
            |call| {
                let (array, value) = (array(call, 0)?, call.value(1));
                indexed::binary_search(call, &*array, 0..array.len(), &value, Rule::default())
            },
            "Where a value stands in a sorted array, or the complement of where it belongs",
        ),
        row(
            "static int BinarySearch<T>(T[] array, T value, IComparer<T> comparer)",
            |call| {
                let (array, value, rule) = (array(call, 0)?, call.value(1), Rule::given(call, 2));
                indexed::binary_search(call, &*array, 0..array.len(), &value, rule)
            },
            "Where a value stands in a sorted array, or the complement of where it belongs",
        ),
        row(
            "static int BinarySearch<T>(T[] array, int index, int length, T value)",
            |call| {
                let (array, value) = (array(call, 0)?, call.value(3));
                let range = part(call, array.len(), 1, 2).map_err(length_for_count)?;
                indexed::binary_search(call, &*array, range, &value, Rule::default())
            },
            "Where a value stands in a sorted part, or the complement of where it belongs",
        ),
        // Going through, changing, sorting.
        row(
            "static void ForEach<T>(T[] array, Action<T> action)",
            |call| {
                let array = array(call, 0)?;
                if call.value(1).is_null() {
                    return Err(Exception::argument_null("action").into());
                }
                let mut at = 0;
                while let Some(item) = array.get(at) {
                    call.invoke(1, &[item])?;
                    at += 1;
                }
                Ok(Value::Null)
            },
            "Does something with each item",
        ),
        row(
            "static R[] ConvertAll<T, R>(T[] array, Converter<T, R> converter)",
            |call| {
                let array = array(call, 0)?;
                let (items, element) = (list::converted(call, &*array, 1)?, generic(call, 1));
                array_of(call.machine, element, items)
            },
            "An array of what the items become",
        ),
        row(
            "static void Reverse(Array array)",
            |call| {
                let array = array(call, 0)?;
                let mut items = array.items();
                items.reverse();
                replace(call, &array, 0, items)
            },
            "Turns the order round",
        ),
        row(
            "static void Reverse(Array array, int index, int length)",
            |call| {
                let array = array(call, 0)?;
                let range = part(call, array.len(), 1, 2).map_err(length_for_count)?;
                let mut items = array.items().get(range.clone()).unwrap_or_default().to_vec();
                items.reverse();
                replace(call, &array, range.start, items)
            },
            "Turns the order of a part round",
        ),
        row("static void Sort(Array array)", |call| sort(call, Rule::default()), "Puts the items in order"),
        row("static void Sort<T>(T[] array)", |call| sort(call, Rule::default()), "Puts the items in order"),
        row(
            "static void Sort<T>(T[] array, IComparer<T> comparer)",
            |call| {
                let rule = Rule::given(call, 1);
                sort(call, rule)
            },
            "Puts the items in a comparer's order",
        ),
        row(
            "static void Sort<T>(T[] array, Comparison<T> comparison)",
            |call| {
                let array = array(call, 0)?;
                let mut items = array.items();
                indexed::sort_by_function(call, &mut items, 1)?;
                replace(call, &array, 0, items)
            },
            "Puts the items in the order that a comparison gives",
        ),
        row(
            "static void Sort<T>(T[] array, int index, int length)",
            |call| sort_part(call, Rule::default()),
            "Puts a part of the items in order",
        ),
        row(
            "static void Sort<T>(T[] array, int index, int length, IComparer<T> comparer)",
            |call| {
                let rule = Rule::given(call, 3);
                sort_part(call, rule)
            },
            "Puts a part of the items in a comparer's order",
        ),
        row("static void Sort<K, V>(K[] keys, V[] items)", sort_pairs, "Puts keys in order, and items with them"),
    ],
    missing: &["AsReadOnly", "CreateInstance", "Resize", "MaxLength", "GetEnumerator"],
    doc: "Items in a row, always as many",
};

impl Indexed for Array {
    fn count(&self) -> usize {
        self.len()
    }

    fn at(&self, place: usize) -> Option<Value> {
        self.get(place)
    }
}

fn this(call: &Call<'_, '_>) -> Result<Rc<Array>, Thrown> {
    call.this_object()
}

fn array(call: &Call<'_, '_>, at: usize) -> Result<Rc<Array>, Thrown> {
    call.object(at, "array")
}

fn length(array: &Array) -> Value {
    Value::Int32(i32::try_from(array.len()).unwrap_or(i32::MAX))
}

fn outside() -> Thrown {
    Thrown::new("IndexOutOfRangeException", "Index was outside the bounds of the array.")
}

fn dimension(call: &mut Call<'_, '_>, answer: fn(&Array) -> Value) -> Result<Value, Thrown> {
    let array = this(call)?;
    if call.int(0)? == 0 { Ok(answer(&array)) } else { Err(outside()) }
}

fn index_of(call: &mut Call<'_, '_>, start: Option<usize>, count: Option<usize>) -> Result<Value, Thrown> {
    let (array, value) = (array(call, 0)?, call.value(1));
    let range = forward(call, array.len(), start, count)?;
    Ok(place(indexed::position(call, &*array, range, false, &value)?))
}

fn last_index_of(call: &mut Call<'_, '_>, start: Option<usize>, count: Option<usize>) -> Result<Value, Thrown> {
    let (array, value) = (array(call, 0)?, call.value(1));
    let range = backward(call, array.len(), start, count)?;
    Ok(place(indexed::position(call, &*array, range, true, &value)?))
}

fn find_index(call: &mut Call<'_, '_>, start: Option<usize>, count: Option<usize>, function: usize) -> Result<Value, Thrown> {
    let array = array(call, 0)?;
    let range = forward(call, array.len(), start, count)?;
    Ok(place(indexed::find(call, &*array, range, false, function)?))
}

fn find_last_index(
    call: &mut Call<'_, '_>,
    start: Option<usize>,
    count: Option<usize>,
    function: usize,
) -> Result<Value, Thrown> {
    let array = array(call, 0)?;
    let range = backward(call, array.len(), start, count)?;
    Ok(place(indexed::find(call, &*array, range, true, function)?))
}

fn copy(call: &mut Call<'_, '_>, from: Option<usize>, target: usize, to: Option<usize>, count: usize) -> Result<Value, Thrown> {
    let (source, target) = (call.object::<Array>(0, "sourceArray")?, call.object::<Array>(target, "destinationArray")?);
    let (from, to) = (from.map_or(Ok(0), |at| call.int(at))?, to.map_or(Ok(0), |at| call.int(at))?);
    let count = call.int(count)?;
    edit::not_negative("length", count)?;
    let below = |parameter| {
        let message = "Number was less than the array's lower bound in the first dimension.";
        Thrown::from(Exception::argument_out_of_range(message, parameter))
    };
    let from = usize::try_from(from).map_err(|_| below("sourceIndex"))?;
    let to = usize::try_from(to).map_err(|_| below("destinationIndex"))?;
    let count = count as usize;
    let short = |what: &str, parameter| {
        let (place, array) = (what.to_lowercase(), what);
        let message =
            format!("{array} array was not long enough. Check the {place} index, length, and the array's lower bounds.");
        Thrown::from(Exception::argument(&message, parameter))
    };
    if count > source.len().saturating_sub(from) {
        return Err(short("Source", "sourceArray"));
    }
    if count > target.len().saturating_sub(to) {
        return Err(short("Destination", "destinationArray"));
    }
    call.machine.step(count as u64 / 8)?;
    let items: Vec<Value> = source.items().into_iter().skip(from).take(count).collect();
    let (own, element) = (source.element(), target.element());
    if own != element && own.is_value() != element.is_value() && !own.is_open() && !element.is_open() {
        return Err(Thrown::new("ArrayTypeMismatchException", "Source array type cannot be assigned to destination array type."));
    }
    for (at, item) in items.into_iter().enumerate() {
        let item = if own == element {
            item
        } else {
            let message = "At least one element in the source array could not be cast down to the destination array type.";
            call.machine.convert(item, &element, false).map_err(|_| Thrown::new("InvalidCastException", message))?
        };
        target.set(to + at, item);
    }
    Ok(Value::Null)
}

/// Puts items into an array from a position on.
fn replace(call: &mut Call<'_, '_>, array: &Array, start: usize, items: Vec<Value>) -> Result<Value, Thrown> {
    call.machine.step(items.len() as u64 / 8)?;
    for (at, item) in items.into_iter().enumerate() {
        array.set(start + at, item);
    }
    Ok(Value::Null)
}

fn sort(call: &mut Call<'_, '_>, rule: Rule) -> Result<Value, Thrown> {
    let array = array(call, 0)?;
    let mut items = array.items();
    indexed::sort_by_rule(call, &mut items, rule)?;
    replace(call, &array, 0, items)
}

fn sort_part(call: &mut Call<'_, '_>, rule: Rule) -> Result<Value, Thrown> {
    let array = array(call, 0)?;
    let range = part(call, array.len(), 1, 2).map_err(length_for_count)?;
    let mut items = array.items().get(range.clone()).unwrap_or_default().to_vec();
    indexed::sort_by_rule(call, &mut items, rule)?;
    replace(call, &array, range.start, items)
}

fn sort_pairs(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let keys = call.object::<Array>(0, "keys")?;
    let items = call.value(1).downcast::<Array>();
    let all = keys.items();
    if items.as_ref().is_some_and(|items| items.len() < all.len()) {
        let message = "Keys array length must be less than or equal to the items array length.";
        return Err(Exception::argument(message, "").into());
    }
    keep(call.machine, all.len())?;
    let order = super::collections::comparer::order(call.machine, all.len(), &mut |machine, one, other| match (
        all.get(one),
        all.get(other),
    ) {
        (Some(one), Some(other)) => machine.compare(one, other),
        _ => Ok(std::cmp::Ordering::Equal),
    })?;
    if let Some(items) = items {
        let own = items.items();
        replace(call, &items, 0, order.iter().filter_map(|&at| own.get(at).cloned()).collect())?;
    }
    replace(call, &keys, 0, order.iter().filter_map(|&at| all.get(at).cloned()).collect())
}

/// `Array` calls the parameter `length` where `List<T>` calls it `count`.
fn length_for_count(thrown: Thrown) -> Thrown {
    match thrown {
        Thrown::Exception(exception, inner) => {
            let message = exception.message.replace("'count'", "'length'");
            Thrown::Exception(Exception::new(exception.kind, message).into(), inner)
        }
        limit => limit,
    }
}
