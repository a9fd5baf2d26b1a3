//! The interfaces of collections: their members do what the collection's own members of the same name do.

use super::{copy_to, count, cursor, get_enumerator, list::List};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    members,
    signature::Form,
    types::{Kind, NetType, Type, row},
    value::{Array, Cursor, Object, Value},
};
use dotnet::string::search;
use std::{cell::RefCell, fmt, rc::Rc};

const NAMESPACE: &str = "System.Collections.Generic";

/// `IEnumerable<T>`
pub static I_ENUMERABLE: NetType = NetType {
    namespace: NAMESPACE,
    name: "IEnumerable<T>",
    kind: Kind::Interface,
    bases: &[],
    members: &[row("IEnumerator<T> GetEnumerator()", get_enumerator, "Goes through the items")],
    missing: &[],
    doc: "Items that can be gone through",
};

/// `IEnumerator<T>`
pub static I_ENUMERATOR: NetType = NetType {
    namespace: NAMESPACE,
    name: "IEnumerator<T>",
    kind: Kind::Interface,
    bases: &[],
    members: &[
        row(
            "T Current",
            |call| {
                let enumerator = call.this_object::<Enumerator>()?;
                let state = enumerator.0.borrow();
                Ok(state.current.clone().unwrap_or_else(|| state.element.default_value()))
            },
            "The item that it stands on",
        ),
        row(
            "bool MoveNext()",
            |call| {
                let enumerator = call.this_object::<Enumerator>()?;
                Ok(enumerator.advance(call.machine)?.into())
            },
            "Goes to the next item, if there is one",
        ),
        row(
            "void Reset()",
            |_| Err(Thrown::new("NotSupportedException", "Specified method is not supported.")),
            "Throws, as most enumerators do",
        ),
        row("void Dispose()", |_| Ok(Value::Null), "Does nothing"),
    ],
    missing: &[],
    doc: "Goes through items one by one",
};

/// `ICollection<T>`
pub static I_COLLECTION: NetType = NetType {
    namespace: NAMESPACE,
    name: "ICollection<T>",
    kind: Kind::Interface,
    bases: &["IEnumerable<T>"],
    members: &[
        row("int Count", size, "How many items it has"),
        row("bool IsReadOnly", |call| Ok(call.this.downcast_ref::<Array>().is_some().into()), "True if items cannot be added"),
        row("void Add(T item)", |call| change(call, "Add"), "Adds an item"),
        row("bool Remove(T item)", |call| change(call, "Remove"), "Removes an item, and says if it was there"),
        row(
            "void Clear()",
            |call| match call.this_object::<Array>() {
                // An array has always as many items; they become the default.
                Ok(array) => {
                    for at in 0..array.len() {
                        array.set(at, array.element().default_value());
                    }
                    Ok(Value::Null)
                }
                Err(_) => own(call, "Clear"),
            },
            "Removes all items",
        ),
        row(
            "bool Contains(T item)",
            |call| {
                if call.this.downcast_ref::<Array>().is_some() || !has(call, "Contains") {
                    let item = call.value(0);
                    let mut cursor = call.machine.enumerate(&call.this)?;
                    while let Some(next) = cursor.next(call.machine)? {
                        if call.machine.equals(&next, &item) {
                            return Ok(true.into());
                        }
                    }
                    return Ok(false.into());
                }
                own(call, "Contains")
            },
            "True if it has an item that is the same",
        ),
        row(
            "void CopyTo(T[] array, int arrayIndex)",
            |call| {
                let mut cursor = call.machine.enumerate(&call.this)?;
                let (items, start) = (call.machine.collect(&mut *cursor)?, call.int(1)?);
                copy_to(call, items, 0, start)
            },
            "Copies the items into an array from a position on",
        ),
    ],
    missing: &[],
    doc: "Items that can be counted, added and removed",
};

/// `IList<T>`
pub static I_LIST: NetType = NetType {
    namespace: NAMESPACE,
    name: "IList<T>",
    kind: Kind::Interface,
    bases: &["ICollection<T>", "IEnumerable<T>"],
    members: &[
        row("T this[int index]", item, "The item at a position"),
        row(
            "set T this[int index]",
            |call| match call.this_object::<Array>() {
                Ok(array) => {
                    let at = usize::try_from(call.int(0)?).ok();
                    let set = at.is_some_and(|at| array.set(at, call.value(1)));
                    if set { Ok(Value::Null) } else { Err(outside_array()) }
                }
                Err(_) => own_row(call, "this", true),
            },
            "Replaces the item at a position",
        ),
        row(
            "int IndexOf(T item)",
            |call| {
                if call.this.downcast_ref::<Array>().is_none() && has(call, "IndexOf") {
                    return own(call, "IndexOf");
                }
                let item = call.value(0);
                let mut cursor = call.machine.enumerate(&call.this)?;
                let mut at = 0;
                while let Some(next) = cursor.next(call.machine)? {
                    if call.machine.equals(&next, &item) {
                        return Ok(count(at));
                    }
                    at += 1;
                }
                Ok(Value::Int32(-1))
            },
            "Where an item stands first, or -1",
        ),
        row("void Insert(int index, T item)", |call| change(call, "Insert"), "Puts an item in at a position"),
        row("void RemoveAt(int index)", |call| change(call, "RemoveAt"), "Removes the item at a position"),
    ],
    missing: &[],
    doc: "Items in a row, found by their position",
};

/// `ISet<T>`
pub static I_SET: NetType = NetType {
    namespace: NAMESPACE,
    name: "ISet<T>",
    kind: Kind::Interface,
    bases: &["ICollection<T>", "IEnumerable<T>"],
    members: &[
        row("bool Add(T item)", |call| own(call, "Add"), "Adds an item, and says if it is new"),
        row("void UnionWith(IEnumerable<T> other)", |call| own(call, "UnionWith"), "Adds the items of another collection"),
        row(
            "void IntersectWith(IEnumerable<T> other)",
            |call| own(call, "IntersectWith"),
            "Keeps the items that another collection has, too",
        ),
        row("void ExceptWith(IEnumerable<T> other)", |call| own(call, "ExceptWith"), "Removes the items of another collection"),
        row(
            "void SymmetricExceptWith(IEnumerable<T> other)",
            |call| own(call, "SymmetricExceptWith"),
            "Keeps what only one of both has",
        ),
        row(
            "bool IsSubsetOf(IEnumerable<T> other)",
            |call| own(call, "IsSubsetOf"),
            "True if another collection has all of its items",
        ),
        row(
            "bool IsSupersetOf(IEnumerable<T> other)",
            |call| own(call, "IsSupersetOf"),
            "True if it has all items of another collection",
        ),
        row(
            "bool IsProperSubsetOf(IEnumerable<T> other)",
            |call| own(call, "IsProperSubsetOf"),
            "True if another collection has all of its items and more",
        ),
        row(
            "bool IsProperSupersetOf(IEnumerable<T> other)",
            |call| own(call, "IsProperSupersetOf"),
            "True if it has all items of another collection and more",
        ),
        row("bool Overlaps(IEnumerable<T> other)", |call| own(call, "Overlaps"), "True if both have an item in common"),
        row("bool SetEquals(IEnumerable<T> other)", |call| own(call, "SetEquals"), "True if both have the same items"),
    ],
    missing: &[],
    doc: "Items of which each is there once",
};

/// `IDictionary<TKey, TValue>`
pub static I_DICTIONARY: NetType = NetType {
    namespace: NAMESPACE,
    name: "IDictionary<TKey, TValue>",
    kind: Kind::Interface,
    bases: &["ICollection<KeyValuePair<TKey, TValue>>", "IEnumerable<KeyValuePair<TKey, TValue>>"],
    members: &[
        row("TValue this[TKey key]", |call| own_row(call, "this", false), "What belongs to a key"),
        row("set TValue this[TKey key]", |call| own_row(call, "this", true), "Adds a key or replaces what belongs to it"),
        row("ICollection<TKey> Keys", |call| own(call, "Keys"), "The keys"),
        row("ICollection<TValue> Values", |call| own(call, "Values"), "What belongs to the keys"),
        row("void Add(TKey key, TValue value)", |call| own(call, "Add"), "Adds a key"),
        row("bool ContainsKey(TKey key)", |call| own(call, "ContainsKey"), "True if it has a key"),
        row("bool Remove(TKey key)", |call| own(call, "Remove"), "Removes a key, and says if it was there"),
        row(
            "bool TryGetValue(TKey key, out TValue value)",
            |call| own(call, "TryGetValue"),
            "True if it has a key, and what belongs to it",
        ),
    ],
    missing: &[],
    doc: "Keys and what belongs to them",
};

/// `IReadOnlyCollection<T>`
pub static I_READ_ONLY_COLLECTION: NetType = NetType {
    namespace: NAMESPACE,
    name: "IReadOnlyCollection<T>",
    kind: Kind::Interface,
    bases: &["IEnumerable<T>"],
    members: &[row("int Count", size, "How many items it has")],
    missing: &[],
    doc: "Items that can be counted",
};

/// `IReadOnlyList<T>`
pub static I_READ_ONLY_LIST: NetType = NetType {
    namespace: NAMESPACE,
    name: "IReadOnlyList<T>",
    kind: Kind::Interface,
    bases: &["IReadOnlyCollection<T>", "IEnumerable<T>"],
    members: &[row("T this[int index]", item, "The item at a position")],
    missing: &[],
    doc: "Items in a row, found by their position",
};

/// `IReadOnlyDictionary<TKey, TValue>`
pub static I_READ_ONLY_DICTIONARY: NetType = NetType {
    namespace: NAMESPACE,
    name: "IReadOnlyDictionary<TKey, TValue>",
    kind: Kind::Interface,
    bases: &["IReadOnlyCollection<KeyValuePair<TKey, TValue>>", "IEnumerable<KeyValuePair<TKey, TValue>>"],
    members: &[
        row("TValue this[TKey key]", |call| own_row(call, "this", false), "What belongs to a key"),
        row("IEnumerable<TKey> Keys", |call| own(call, "Keys"), "The keys"),
        row("IEnumerable<TValue> Values", |call| own(call, "Values"), "What belongs to the keys"),
        row("bool ContainsKey(TKey key)", |call| own(call, "ContainsKey"), "True if it has a key"),
        row(
            "bool TryGetValue(TKey key, out TValue value)",
            |call| own(call, "TryGetValue"),
            "True if it has a key, and what belongs to it",
        ),
    ],
    missing: &[],
    doc: "Keys and what belongs to them, to be read",
};

/// What `GetEnumerator` gives.
pub struct Enumerator(RefCell<State>);

struct State {
    element: Type,
    current: Option<Value>,
    cursor: Option<Box<dyn Cursor>>,
}

impl Enumerator {
    /// An enumerator that stands before the first item.
    pub fn new(element: Type, cursor: Box<dyn Cursor>) -> Self {
        Self(RefCell::new(State { element, current: None, cursor: Some(cursor) }))
    }

    /// Goes to the next item, if there is one.
    fn advance(&self, machine: &mut Machine<'_>) -> Result<bool, Thrown> {
        // The cursor is taken out, since going on may run lambdas that look at this enumerator.
        let Some(mut cursor) = self.0.borrow_mut().cursor.take() else { return Ok(false) };
        let next = machine.deeper(|machine| cursor.next(machine))?;
        let mut state = self.0.borrow_mut();
        if next.is_some() {
            state.cursor = Some(cursor);
        }
        let old = std::mem::replace(&mut state.current, next);
        let there = state.current.is_some();
        drop(state);
        drop(old);
        Ok(there)
    }
}

impl fmt::Debug for Enumerator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("enumerator")
    }
}

impl Object for Enumerator {
    fn net_type(&self) -> Type {
        Type::Named(&I_ENUMERATOR, vec![self.0.borrow().element.clone()])
    }

    /// `foreach` goes on from where the enumerator stands.
    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        Some(cursor(move |machine: &mut Machine<'_>| {
            machine.step(1)?;
            Ok(if self.advance(machine)? { self.0.borrow().current.clone() } else { None })
        }))
    }
}

/// True if the collection's own type has a member.
fn has(call: &Call<'_, '_>, name: &str) -> bool {
    members::row(&call.this.net_type(), name, |row| row.owner.kind != Kind::Interface && !row.is_static).is_some()
}

/// Runs the collection's own member of that name.
fn own(call: &mut Call<'_, '_>, name: &str) -> Result<Value, Thrown> {
    own_row(call, name, false)
}

fn own_row(call: &mut Call<'_, '_>, name: &str, sets: bool) -> Result<Value, Thrown> {
    let kind = call.this.net_type();
    let taken = call.arguments.len() - usize::from(sets);
    let row = members::row(&kind, name, |row| {
        row.owner.kind != Kind::Interface && !row.is_static && row.sets == sets && row.parameters.len() == taken
            || row.form == Form::Property
                && row.owner.kind != Kind::Interface
                && row.sets == sets
                && taken == 0
                && row.name == name
    });
    match row {
        Some(row) => (row.member.run)(call),
        None => Err(Thrown::new("NotSupportedException", "Specified method is not supported.")),
    }
}

/// What changes the number of items, which an array does not do.
fn change(call: &mut Call<'_, '_>, name: &str) -> Result<Value, Thrown> {
    if call.this.downcast_ref::<Array>().is_some() {
        return Err(Thrown::new("NotSupportedException", "Collection was of a fixed size."));
    }
    // A dictionary is a collection of pairs.
    if let (Some(Value::Object(only)), 1) = (call.arguments.first(), call.arguments.len())
        && let Some(pair) = only.downcast_ref::<super::pair::Pair>()
        && call.this.downcast_ref::<super::dictionary::Dictionary>().is_some()
    {
        let (key, value) = (pair.key.clone(), pair.value.clone());
        let dictionary = call.this_object::<super::dictionary::Dictionary>()?;
        return match name {
            "Add" => dictionary.add(call.machine, key, value).map(|()| Value::Null),
            _ => dictionary.remove_pair(call.machine, &key, &value).map(Value::Bool),
        };
    }
    own(call, name)
}

fn size(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    if let Some(array) = call.this.downcast_ref::<Array>() {
        return Ok(count(array.len()));
    }
    if has(call, "Count") {
        return own(call, "Count");
    }
    let mut cursor = call.machine.enumerate(&call.this)?;
    let mut counted = 0;
    while cursor.next(call.machine)?.is_some() {
        counted += 1;
    }
    Ok(count(counted))
}

fn outside_array() -> Thrown {
    Thrown::new("IndexOutOfRangeException", "Index was outside the bounds of the array.")
}

fn item(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let at = usize::try_from(call.int(0)?).ok();
    if let Some(array) = call.this.downcast_ref::<Array>() {
        return at.and_then(|at| array.get(at)).ok_or_else(outside_array);
    }
    if call.this.downcast_ref::<List>().is_some() || has(call, "this") {
        return own(call, "this");
    }
    Err(search::outside("index").into())
}
