//! `HashSet<T>`.

use super::{comparer::Rule, copy_to, count, cursor, generic, get_enumerator, indexed::is_true, keyed::Keyed, modified};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Cursor, Object, Value},
};
use dotnet::{Exception, string::edit};
use std::{cell::RefCell, fmt, rc::Rc};

/// `HashSet<T>`
pub static HASH_SET: NetType = NetType {
    namespace: "System.Collections.Generic",
    name: "HashSet<T>",
    kind: Kind::Class,
    bases: &["ISet<T>", "ICollection<T>", "IReadOnlyCollection<T>", "IEnumerable<T>"],
    members: &[
        row("HashSet()", |call| made(call, false, None), "A set without items"),
        row(
            "HashSet(int capacity)",
            |call| {
                edit::not_negative("capacity", call.int(0)?)?;
                made(call, false, None)
            },
            "A set without items",
        ),
        row(
            "HashSet(int capacity, IEqualityComparer<T> comparer)",
            |call| {
                edit::not_negative("capacity", call.int(0)?)?;
                made(call, false, Some(1))
            },
            "A set without items, which a comparer tells apart",
        ),
        row(
            "HashSet(IEqualityComparer<T> comparer)",
            |call| made(call, false, Some(0)),
            "A set without items, which a comparer tells apart",
        ),
        row("HashSet(IEnumerable<T> collection)", |call| made(call, true, None), "The items of another collection, each once"),
        row(
            "HashSet(IEnumerable<T> collection, IEqualityComparer<T> comparer)",
            |call| made(call, true, Some(1)),
            "The items of another collection, which a comparer tells apart",
        ),
        row("int Count", |call| Ok(count(set(call)?.table.borrow().len())), "How many items it has"),
        row("IEqualityComparer<T> Comparer", |call| Ok(set(call)?.table.borrow().rule.comparer()), "What tells items apart"),
        row(
            "bool Add(T item)",
            |call| {
                let (set, item) = (set(call)?, call.value(0));
                let added = set.table.borrow_mut().add(call.machine, item, ())?;
                Ok(added.into())
            },
            "Adds an item, and says if it is new",
        ),
        row(
            "bool Contains(T item)",
            |call| {
                let (set, item) = (set(call)?, call.value(0));
                let found = set.table.borrow().find(call.machine, &item)?;
                Ok(found.is_some().into())
            },
            "True if it has an item",
        ),
        row(
            "bool TryGetValue(T equalValue, out T actualValue)",
            |call| {
                let (set, item) = (set(call)?, call.value(0));
                let table = set.table.borrow();
                let found = table.find(call.machine, &item)?.and_then(|place| table.at(place)).map(|(own, ())| own.clone());
                let there = found.is_some();
                call.set_out(1, found.unwrap_or_else(|| set.element.default_value()));
                Ok(there.into())
            },
            "True if it has an item, and the item as it has it",
        ),
        row(
            "bool Remove(T item)",
            |call| {
                let (set, item) = (set(call)?, call.value(0));
                let removed = set.table.borrow_mut().remove(call.machine, &item)?;
                Ok(removed.is_some().into())
            },
            "Removes an item, and says if it was there",
        ),
        row(
            "int RemoveWhere(Predicate<T> match)",
            |call| {
                let set = set(call)?;
                if call.value(0).is_null() {
                    return Err(Exception::argument_null("match").into());
                }
                let mut removed = 0;
                for item in set.items() {
                    if is_true(&call.invoke(0, std::slice::from_ref(&item))?)
                        && set.table.borrow_mut().remove(call.machine, &item)?.is_some()
                    {
                        removed += 1;
                    }
                }
                Ok(count(removed))
            },
            "Removes the items for which it is true, and says how many",
        ),
        row(
            "void Clear()",
            |call| {
                let set = set(call)?;
                let mut empty = Keyed::new(set.table.borrow().rule);
                empty.version = set.table.borrow().version;
                drop(set.table.replace(empty));
                Ok(Value::Null)
            },
            "Removes all items",
        ),
        row(
            "void CopyTo(T[] array)",
            |call| {
                let items = set(call)?.items();
                copy_to(call, items, 0, 0)
            },
            "Copies the items into an array",
        ),
        row(
            "void CopyTo(T[] array, int arrayIndex)",
            |call| {
                let (items, start) = (set(call)?.items(), call.int(1)?);
                copy_to(call, items, 0, start)
            },
            "Copies the items into an array from a position on",
        ),
        row(
            "void CopyTo(T[] array, int arrayIndex, int count)",
            |call| {
                let (mut items, start, most) = (set(call)?.items(), call.int(1)?, call.int(2)?);
                edit::not_negative("count", most)?;
                items.truncate(most as usize);
                copy_to(call, items, 0, start)
            },
            "Copies at most `count` items into an array from a position on",
        ),
        row(
            "void UnionWith(IEnumerable<T> other)",
            |call| {
                let (set, items) = (set(call)?, call.items(0, "other")?);
                for item in items {
                    set.table.borrow_mut().add(call.machine, item, ())?;
                }
                Ok(Value::Null)
            },
            "Adds the items of another collection",
        ),
        row(
            "void IntersectWith(IEnumerable<T> other)",
            |call| {
                let (set, other) = (set(call)?, others(call)?);
                for item in set.items() {
                    if other.find(call.machine, &item)?.is_none() {
                        set.table.borrow_mut().remove(call.machine, &item)?;
                    }
                }
                Ok(Value::Null)
            },
            "Keeps the items that another collection has, too",
        ),
        row(
            "void ExceptWith(IEnumerable<T> other)",
            |call| {
                let (set, items) = (set(call)?, call.items(0, "other")?);
                for item in items {
                    set.table.borrow_mut().remove(call.machine, &item)?;
                }
                Ok(Value::Null)
            },
            "Removes the items of another collection",
        ),
        row(
            "void SymmetricExceptWith(IEnumerable<T> other)",
            |call| {
                let (set, other) = (set(call)?, others(call)?);
                for (item, ()) in other.iter() {
                    if set.table.borrow_mut().remove(call.machine, item)?.is_none() {
                        set.table.borrow_mut().add(call.machine, item.clone(), ())?;
                    }
                }
                Ok(Value::Null)
            },
            "Keeps what only one of both has",
        ),
        row(
            "bool IsSubsetOf(IEnumerable<T> other)",
            |call| {
                let (set, other) = (set(call)?, others(call)?);
                Ok(covers(call, &other, &set)?.into())
            },
            "True if another collection has all of its items",
        ),
        row(
            "bool IsProperSubsetOf(IEnumerable<T> other)",
            |call| {
                let (set, other) = (set(call)?, others(call)?);
                Ok((other.len() > set.table.borrow().len() && covers(call, &other, &set)?).into())
            },
            "True if another collection has all of its items and more",
        ),
        row(
            "bool IsSupersetOf(IEnumerable<T> other)",
            |call| {
                let (set, other) = (set(call)?, others(call)?);
                Ok((common(call, &set, &other)? == other.len()).into())
            },
            "True if it has all items of another collection",
        ),
        row(
            "bool IsProperSupersetOf(IEnumerable<T> other)",
            |call| {
                let (set, other) = (set(call)?, others(call)?);
                Ok((set.table.borrow().len() > other.len() && common(call, &set, &other)? == other.len()).into())
            },
            "True if it has all items of another collection and more",
        ),
        row(
            "bool Overlaps(IEnumerable<T> other)",
            |call| {
                let (set, other) = (set(call)?, others(call)?);
                Ok((common(call, &set, &other)? > 0).into())
            },
            "True if both have an item in common",
        ),
        row(
            "bool SetEquals(IEnumerable<T> other)",
            |call| {
                let (set, other) = (set(call)?, others(call)?);
                Ok((set.table.borrow().len() == other.len() && covers(call, &other, &set)?).into())
            },
            "True if both have the same items",
        ),
        row(
            "int EnsureCapacity(int capacity)",
            |call| {
                edit::not_negative("capacity", call.int(0)?)?;
                Ok(call.value(0))
            },
            "Makes room",
        ),
        row("void TrimExcess()", |_| Ok(Value::Null), "Gives up room"),
        row("IEnumerator<T> GetEnumerator()", get_enumerator, "Goes through the items"),
    ],
    missing: &["CreateSetComparer"],
    doc: "Items of which each is there once",
};

/// A set.
pub struct Set {
    element: Type,
    table: RefCell<Keyed<()>>,
}

impl Set {
    /// A set of a table.
    pub fn value(element: Type, table: Keyed<()>) -> Value {
        Value::object(Set { element, table: RefCell::new(table) })
    }

    /// Its items, copied.
    pub(crate) fn items(&self) -> Vec<Value> {
        self.table.borrow().iter().map(|(item, ())| item.clone()).collect()
    }

    /// The type of its items.
    pub(crate) fn element(&self) -> Type {
        self.element.clone()
    }

    /// What tells its items apart.
    pub(crate) fn rule(&self) -> Rule {
        self.table.borrow().rule
    }
}

/// A set may hold itself, so items are not printed.
impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("set")
    }
}

impl Object for Set {
    fn net_type(&self) -> Type {
        Type::Named(&HASH_SET, vec![self.element.clone()])
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        let (version, mut place) = (self.table.borrow().version, 0);
        Some(cursor(move |machine: &mut Machine<'_>| {
            machine.step(1)?;
            let table = self.table.borrow();
            if table.version != version {
                return Err(modified());
            }
            let Some((next, (item, ()))) = table.next_from(place) else { return Ok(None) };
            place = next;
            Ok(Some(item.clone()))
        }))
    }
}

fn set(call: &Call<'_, '_>) -> Result<Rc<Set>, Thrown> {
    call.this_object()
}

fn made(call: &mut Call<'_, '_>, items: bool, comparer: Option<usize>) -> Result<Value, Thrown> {
    let rule = comparer.map_or(Rule::default(), |at| Rule::given(call, at));
    let mut table = Keyed::new(rule);
    if items {
        let mut cursor = call.cursor(0, "collection")?;
        while let Some(item) = cursor.next(call.machine)? {
            table.add(call.machine, item, ())?;
        }
    }
    Ok(Set::value(generic(call, 0), table))
}

/// The other collection as a set that tells items apart as this one does.
fn others(call: &mut Call<'_, '_>) -> Result<Keyed<()>, Thrown> {
    let mut table = Keyed::new(set(call)?.table.borrow().rule);
    let mut cursor = call.cursor(0, "other")?;
    while let Some(item) = cursor.next(call.machine)? {
        table.add(call.machine, item, ())?;
    }
    Ok(table)
}

/// True if a table has all items of a set.
fn covers(call: &mut Call<'_, '_>, table: &Keyed<()>, set: &Set) -> Result<bool, Thrown> {
    for item in set.items() {
        if table.find(call.machine, &item)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// How many items of a table a set has.
fn common(call: &mut Call<'_, '_>, set: &Set, table: &Keyed<()>) -> Result<usize, Thrown> {
    let mut common = 0;
    for (item, ()) in table.iter() {
        common += usize::from(set.table.borrow().find(call.machine, item)?.is_some());
    }
    Ok(common)
}
