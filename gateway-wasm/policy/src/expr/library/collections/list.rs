//! `List<T>`.

use super::{
    array_of,
    comparer::Rule,
    copy_to, count, cursor, generic, get_enumerator,
    indexed::{self, Indexed, backward, forward, is_true, part, place},
    keep, modified,
};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Cursor, Object, Value},
};
use dotnet::{Exception, string::search};
use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
};

/// `List<T>`
pub static LIST: NetType = NetType {
    namespace: "System.Collections.Generic",
    name: "List<T>",
    kind: Kind::Class,
    bases: &["IList<T>", "ICollection<T>", "IReadOnlyList<T>", "IReadOnlyCollection<T>", "IEnumerable<T>"],
    members: &[
        row("List()", |call| Ok(List::value(generic(call, 0), Vec::new())), "A list without items"),
        row(
            "List(int capacity)",
            |call| {
                if call.int(0)? < 0 {
                    return Err(Exception::argument_out_of_range("Non-negative number required.", "capacity").into());
                }
                Ok(List::value(generic(call, 0), Vec::new()))
            },
            "A list without items",
        ),
        row(
            "List(IEnumerable<T> collection)",
            |call| {
                let items = call.items(0, "collection")?;
                Ok(List::value(generic(call, 0), items))
            },
            "A list of the items of another collection",
        ),
        row("int Count", |call| Ok(count(list(call)?.count())), "How many items it has"),
        row("int Capacity", |call| Ok(count(list(call)?.items.borrow().capacity())), "How many items it has room for"),
        row(
            "set int Capacity",
            |call| {
                let small = usize::try_from(call.int(0)?)
                    .is_ok_and(|capacity| capacity >= call.this.downcast_ref::<List>().map_or(0, List::count));
                match small {
                    true => Ok(Value::Null),
                    false => Err(Exception::argument_out_of_range("capacity was less than the current size.", "value").into()),
                }
            },
            "How many items it has room for",
        ),
        row(
            "int EnsureCapacity(int capacity)",
            |call| {
                let capacity = call.int(0)?;
                dotnet::string::edit::not_negative("capacity", capacity)?;
                Ok(capacity.into())
            },
            "Makes room",
        ),
        row("void TrimExcess()", |_| Ok(Value::Null), "Gives up room"),
        row(
            "T this[int index]",
            |call| {
                let at = usize::try_from(call.int(0)?).ok();
                let list = list(call)?;
                at.and_then(|at| list.at(at)).ok_or_else(|| search::outside("index").into())
            },
            "The item at a position",
        ),
        row(
            "set T this[int index]",
            |call| {
                let (at, value) = (usize::try_from(call.int(0)?).ok(), call.value(1));
                let list = list(call)?;
                let mut items = list.items.borrow_mut();
                let item = at.and_then(|at| items.get_mut(at)).ok_or_else(|| Thrown::from(search::outside("index")))?;
                let old = std::mem::replace(item, value);
                drop(items);
                drop(old);
                list.touch();
                Ok(Value::Null)
            },
            "Replaces the item at a position",
        ),
        row(
            "void Add(T item)",
            |call| {
                keep(call.machine, 1)?;
                let list = list(call)?;
                list.items.borrow_mut().push(call.value(0));
                list.touch();
                Ok(Value::Null)
            },
            "Adds an item at the end",
        ),
        row(
            "void AddRange(IEnumerable<T> collection)",
            |call| {
                let items = call.items(0, "collection")?;
                let list = list(call)?;
                list.items.borrow_mut().extend(items);
                list.touch();
                Ok(Value::Null)
            },
            "Adds the items of another collection at the end",
        ),
        row(
            "void Insert(int index, T item)",
            |call| {
                keep(call.machine, 1)?;
                insert(call, vec![call.value(1)])
            },
            "Puts an item in at a position",
        ),
        row(
            "void InsertRange(int index, IEnumerable<T> collection)",
            |call| {
                let items = call.items(1, "collection")?;
                insert(call, items)
            },
            "Puts the items of another collection in at a position",
        ),
        row(
            "bool Remove(T item)",
            |call| {
                let (list, item) = (list(call)?, call.value(0));
                let found = indexed::position(call, &*list, 0..list.count(), false, &item)?;
                if let Some(found) = found {
                    list.take(found..found + 1);
                }
                Ok(found.is_some().into())
            },
            "Removes the first item that is the same",
        ),
        row(
            "int RemoveAll(Predicate<T> match)",
            |call| {
                let list = list(call)?;
                if call.value(0).is_null() {
                    return Err(Exception::argument_null("match").into());
                }
                let mut kept = Vec::new();
                let items = list.items.borrow().clone();
                for item in &items {
                    if !is_true(&call.invoke(0, std::slice::from_ref(item))?) {
                        kept.push(item.clone());
                    }
                }
                let removed = items.len() - kept.len();
                list.replace(kept);
                Ok(count(removed))
            },
            "Removes the items for which it is true, and says how many",
        ),
        row(
            "void RemoveAt(int index)",
            |call| {
                let list = list(call)?;
                let at =
                    usize::try_from(call.int(0)?).ok().filter(|&at| at < list.count()).ok_or_else(|| search::outside("index"))?;
                list.take(at..at + 1);
                Ok(Value::Null)
            },
            "Removes the item at a position",
        ),
        row(
            "void RemoveRange(int index, int count)",
            |call| {
                let list = list(call)?;
                let range = part(call, list.count(), 0, 1)?;
                list.take(range);
                Ok(Value::Null)
            },
            "Removes `count` items from a position on",
        ),
        row(
            "void Clear()",
            |call| {
                list(call)?.replace(Vec::new());
                Ok(Value::Null)
            },
            "Removes all items",
        ),
        row(
            "List<T> GetRange(int index, int count)",
            |call| {
                let list = list(call)?;
                let range = part(call, list.count(), 0, 1)?;
                keep(call.machine, range.len())?;
                let items = list.items.borrow().get(range).unwrap_or_default().to_vec();
                Ok(List::value(list.element.clone(), items))
            },
            "A list of `count` items from a position on",
        ),
        row(
            "List<T> Slice(int start, int length)",
            |call| {
                let list = list(call)?;
                let range = part(call, list.count(), 0, 1)?;
                keep(call.machine, range.len())?;
                let items = list.items.borrow().get(range).unwrap_or_default().to_vec();
                Ok(List::value(list.element.clone(), items))
            },
            "A list of `length` items from a position on",
        ),
        row(
            "T[] ToArray()",
            |call| {
                let list = list(call)?;
                let items = list.items.borrow().clone();
                array_of(call.machine, list.element.clone(), items)
            },
            "Its items as an array",
        ),
        row(
            "void CopyTo(T[] array)",
            |call| {
                let items = list(call)?.items.borrow().clone();
                copy_to(call, items, 0, 0)
            },
            "Copies the items into an array",
        ),
        row(
            "void CopyTo(T[] array, int arrayIndex)",
            |call| {
                let (items, start) = (list(call)?.items.borrow().clone(), call.int(1)?);
                copy_to(call, items, 0, start)
            },
            "Copies the items into an array from a position on",
        ),
        row(
            "void CopyTo(int index, T[] array, int arrayIndex, int count)",
            |call| {
                let list = list(call)?;
                let range = part(call, list.count(), 0, 3)?;
                let items = list.items.borrow().get(range).unwrap_or_default().to_vec();
                let start = call.int(2)?;
                copy_to(call, items, 1, start)
            },
            "Copies some items into an array from a position on",
        ),
        row(
            "bool Contains(T item)",
            |call| {
                let (list, item) = (list(call)?, call.value(0));
                Ok(indexed::position(call, &*list, 0..list.count(), false, &item)?.is_some().into())
            },
            "True if it has an item that is the same",
        ),
        row("int IndexOf(T item)", |call| index_of(call, None, None), "Where an item stands first, or -1"),
        row(
            "int IndexOf(T item, int index)",
            |call| index_of(call, Some(1), None),
            "Where an item stands first from a position on, or -1",
        ),
        row(
            "int IndexOf(T item, int index, int count)",
            |call| index_of(call, Some(1), Some(2)),
            "Where an item stands first in a part, or -1",
        ),
        row("int LastIndexOf(T item)", |call| last_index_of(call, None, None), "Where an item stands last, or -1"),
        row(
            "int LastIndexOf(T item, int index)",
            |call| last_index_of(call, Some(1), None),
            "Where an item stands last up to a position, or -1",
        ),
        row(
            "int LastIndexOf(T item, int index, int count)",
            |call| last_index_of(call, Some(1), Some(2)),
            "Where an item stands last in a part, or -1",
        ),
        row(
            "bool Exists(Predicate<T> match)",
            |call| {
                let list = list(call)?;
                Ok(indexed::find(call, &*list, 0..list.count(), false, 0)?.is_some().into())
            },
            "True if it is true for an item",
        ),
        row(
            "bool TrueForAll(Predicate<T> match)",
            |call| {
                let list = list(call)?;
                all(call, &*list, 0)
            },
            "True if it is true for all items",
        ),
        row(
            "T Find(Predicate<T> match)",
            |call| {
                let list = list(call)?;
                let found = indexed::find(call, &*list, 0..list.count(), false, 0)?;
                Ok(found.and_then(|at| list.at(at)).unwrap_or_else(|| list.element.default_value()))
            },
            "The first item for which it is true, or the default",
        ),
        row(
            "T FindLast(Predicate<T> match)",
            |call| {
                let list = list(call)?;
                let found = indexed::find(call, &*list, 0..list.count(), true, 0)?;
                Ok(found.and_then(|at| list.at(at)).unwrap_or_else(|| list.element.default_value()))
            },
            "The last item for which it is true, or the default",
        ),
        row(
            "List<T> FindAll(Predicate<T> match)",
            |call| {
                let list = list(call)?;
                let items = matching(call, &*list, 0)?;
                Ok(List::value(list.element.clone(), items))
            },
            "A list of the items for which it is true",
        ),
        row("int FindIndex(Predicate<T> match)", |call| find_index(call, None, None, 0), "Where it is true first, or -1"),
        row(
            "int FindIndex(int startIndex, Predicate<T> match)",
            |call| find_index(call, Some(0), None, 1),
            "Where it is true first from a position on, or -1",
        ),
        row(
            "int FindIndex(int startIndex, int count, Predicate<T> match)",
            |call| find_index(call, Some(0), Some(1), 2),
            "Where it is true first in a part, or -1",
        ),
        row("int FindLastIndex(Predicate<T> match)", |call| find_last_index(call, None, None, 0), "Where it is true last, or -1"),
        row(
            "int FindLastIndex(int startIndex, Predicate<T> match)",
            |call| find_last_index(call, Some(0), None, 1),
            "Where it is true last up to a position, or -1",
        ),
        row(
            "int FindLastIndex(int startIndex, int count, Predicate<T> match)",
            |call| find_last_index(call, Some(0), Some(1), 2),
            "Where it is true last in a part, or -1",
        ),
        row(
            "void ForEach(Action<T> action)",
            |call| {
                let list = list(call)?;
                if call.value(0).is_null() {
                    return Err(Exception::argument_null("action").into());
                }
                let version = list.version.get();
                let mut at = 0;
                while let Some(item) = list.at(at) {
                    call.invoke(0, &[item])?;
                    if list.version.get() != version {
                        return Err(modified());
                    }
                    at += 1;
                }
                Ok(Value::Null)
            },
            "Does something with each item",
        ),
        row(
            "List<R> ConvertAll<R>(Converter<T, R> converter)",
            |call| {
                let list = list(call)?;
                let items = converted(call, &*list, 0)?;
                Ok(List::value(generic(call, 0), items))
            },
            "A list of what the items become",
        ),
        row(
            "int BinarySearch(T item)",
            |call| {
                let (list, item) = (list(call)?, call.value(0));
                indexed::binary_search(call, &*list, 0..list.count(), &item, Rule::default())
            },
            "Where an item stands in a sorted list, or the complement of where it belongs",
        ),
        row(
            "int BinarySearch(T item, IComparer<T> comparer)",
            |call| {
                let (list, item, rule) = (list(call)?, call.value(0), Rule::given(call, 1));
                indexed::binary_search(call, &*list, 0..list.count(), &item, rule)
            },
            "Where an item stands in a sorted list, or the complement of where it belongs",
        ),
        row(
            "int BinarySearch(int index, int count, T item, IComparer<T> comparer)",
            |call| {
                let (list, item, rule) = (list(call)?, call.value(2), Rule::given(call, 3));
                let range = part(call, list.count(), 0, 1)?;
                indexed::binary_search(call, &*list, range, &item, rule)
            },
            "Where an item stands in a sorted part, or the complement of where it belongs",
        ),
        row(
            "void Reverse()",
            |call| {
                let list = list(call)?;
                let mut items = list.items.borrow().clone();
                items.reverse();
                list.replace(items);
                Ok(Value::Null)
            },
            "Turns the order round",
        ),
        row(
            "void Reverse(int index, int count)",
            |call| {
                let list = list(call)?;
                let range = part(call, list.count(), 0, 1)?;
                let mut items = list.items.borrow().clone();
                if let Some(part) = items.get_mut(range) {
                    part.reverse();
                }
                list.replace(items);
                Ok(Value::Null)
            },
            "Turns the order of a part round",
        ),
        row("void Sort()", |call| sort(call, Rule::default()), "Puts the items in order"),
        row(
            "void Sort(IComparer<T> comparer)",
            |call| {
                let rule = Rule::given(call, 0);
                sort(call, rule)
            },
            "Puts the items in a comparer's order",
        ),
        row(
            "void Sort(Comparison<T> comparison)",
            |call| {
                let list = list(call)?;
                let mut items = list.items.borrow().clone();
                indexed::sort_by_function(call, &mut items, 0)?;
                list.replace(items);
                Ok(Value::Null)
            },
            "Puts the items in the order that a comparison gives",
        ),
        row(
            "void Sort(int index, int count, IComparer<T> comparer)",
            |call| {
                let (list, rule) = (list(call)?, Rule::given(call, 2));
                let range = part(call, list.count(), 0, 1)?;
                let mut items = list.items.borrow().clone();
                let mut part = items.get(range.clone()).unwrap_or_default().to_vec();
                indexed::sort_by_rule(call, &mut part, rule)?;
                items.splice(range, part);
                list.replace(items);
                Ok(Value::Null)
            },
            "Puts a part of the items in a comparer's order",
        ),
        row("IEnumerator<T> GetEnumerator()", get_enumerator, "Goes through the items"),
    ],
    missing: &["AsReadOnly"],
    doc: "Items in a row, which grows as they are added",
};

/// A list.
pub struct List {
    /// The type of its items.
    pub element: Type,
    items: RefCell<Vec<Value>>,
    version: Cell<u32>,
}

impl List {
    /// A list of items, which are counted already.
    pub fn value(element: Type, items: Vec<Value>) -> Value {
        Value::object(List { element, items: RefCell::new(items), version: Cell::new(0) })
    }

    /// The type of its items.
    pub(crate) fn element(&self) -> Type {
        self.element.clone()
    }

    /// Its items, copied.
    pub fn items(&self) -> Vec<Value> {
        self.items.borrow().clone()
    }

    fn touch(&self) {
        self.version.set(self.version.get().wrapping_add(1));
    }

    /// Other items instead. The old ones are dropped when nothing is borrowed any more.
    fn replace(&self, items: Vec<Value>) {
        let old = self.items.replace(items);
        drop(old);
        self.touch();
    }

    fn take(&self, range: std::ops::Range<usize>) {
        let mut items = self.items.borrow_mut();
        if range.end > items.len() {
            return;
        }
        let old: Vec<Value> = items.drain(range).collect();
        drop(items);
        drop(old);
        self.touch();
    }
}

impl Indexed for List {
    fn count(&self) -> usize {
        self.items.borrow().len()
    }

    fn at(&self, place: usize) -> Option<Value> {
        self.items.borrow().get(place).cloned()
    }
}

/// A list may hold itself, so items are not printed.
impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "list of {} items", self.count())
    }
}

impl Object for List {
    fn net_type(&self) -> Type {
        Type::Named(&LIST, vec![self.element.clone()])
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        let (version, mut at) = (self.version.get(), 0);
        Some(cursor(move |machine: &mut Machine<'_>| {
            machine.step(1)?;
            if self.version.get() != version {
                return Err(modified());
            }
            at += 1;
            Ok(self.at(at - 1))
        }))
    }
}

fn list(call: &Call<'_, '_>) -> Result<Rc<List>, Thrown> {
    call.this_object()
}

fn insert(call: &mut Call<'_, '_>, items: Vec<Value>) -> Result<Value, Thrown> {
    let list = list(call)?;
    let at = usize::try_from(call.int(0)?).ok().filter(|&at| at <= list.count());
    let Some(at) = at else {
        let message = "Index must be within the bounds of the List.";
        return Err(Exception::argument_out_of_range(message, "index").into());
    };
    call.machine.step((list.count() - at) as u64 / 16)?;
    list.items.borrow_mut().splice(at..at, items);
    list.touch();
    Ok(Value::Null)
}

fn index_of(call: &mut Call<'_, '_>, start: Option<usize>, count: Option<usize>) -> Result<Value, Thrown> {
    let (list, item) = (list(call)?, call.value(0));
    let range = forward(call, list.count(), start, count).map_err(index_for_start)?;
    Ok(place(indexed::position(call, &*list, range, false, &item)?))
}

fn last_index_of(call: &mut Call<'_, '_>, start: Option<usize>, count: Option<usize>) -> Result<Value, Thrown> {
    let (list, item) = (list(call)?, call.value(0));
    let range = backward(call, list.count(), start, count).map_err(index_for_start)?;
    Ok(place(indexed::position(call, &*list, range, true, &item)?))
}

/// `List<T>` calls the parameter `index` where others call it `startIndex`.
fn index_for_start(thrown: Thrown) -> Thrown {
    match thrown {
        Thrown::Exception(exception, inner) => {
            let message = exception.message.replace("'startIndex'", "'index'");
            Thrown::Exception(Exception::new(exception.kind, message).into(), inner)
        }
        limit => limit,
    }
}

fn find_index(call: &mut Call<'_, '_>, start: Option<usize>, count: Option<usize>, function: usize) -> Result<Value, Thrown> {
    let list = list(call)?;
    let range = forward(call, list.count(), start, count)?;
    Ok(place(indexed::find(call, &*list, range, false, function)?))
}

fn find_last_index(
    call: &mut Call<'_, '_>,
    start: Option<usize>,
    count: Option<usize>,
    function: usize,
) -> Result<Value, Thrown> {
    let list = list(call)?;
    let range = backward(call, list.count(), start, count)?;
    Ok(place(indexed::find(call, &*list, range, true, function)?))
}

fn sort(call: &mut Call<'_, '_>, rule: Rule) -> Result<Value, Thrown> {
    let list = list(call)?;
    let mut items = list.items.borrow().clone();
    indexed::sort_by_rule(call, &mut items, rule)?;
    list.replace(items);
    Ok(Value::Null)
}

/// `TrueForAll`
pub fn all(call: &mut Call<'_, '_>, items: &dyn Indexed, function: usize) -> Result<Value, Thrown> {
    if call.value(function).is_null() {
        return Err(Exception::argument_null("match").into());
    }
    let mut at = 0;
    while let Some(item) = items.at(at) {
        if !is_true(&call.invoke(function, &[item])?) {
            return Ok(false.into());
        }
        at += 1;
    }
    Ok(true.into())
}

/// The items for which a lambda is true.
pub fn matching(call: &mut Call<'_, '_>, items: &dyn Indexed, function: usize) -> Result<Vec<Value>, Thrown> {
    if call.value(function).is_null() {
        return Err(Exception::argument_null("match").into());
    }
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(item) = items.at(at) {
        if is_true(&call.invoke(function, std::slice::from_ref(&item))?) {
            keep(call.machine, 1)?;
            found.push(item);
        }
        at += 1;
    }
    Ok(found)
}

/// What a lambda makes of the items.
pub fn converted(call: &mut Call<'_, '_>, items: &dyn Indexed, function: usize) -> Result<Vec<Value>, Thrown> {
    if call.value(function).is_null() {
        return Err(Exception::argument_null("converter").into());
    }
    let (mut made, mut at) = (Vec::new(), 0);
    while let Some(item) = items.at(at) {
        made.push(call.invoke(function, &[item])?);
        keep(call.machine, 1)?;
        at += 1;
    }
    Ok(made)
}
