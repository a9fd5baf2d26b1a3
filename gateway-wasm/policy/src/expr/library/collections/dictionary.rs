//! `Dictionary<TKey, TValue>`.

use super::{
    comparer::Rule, count, cursor, generic, get_enumerator, interfaces::I_COLLECTION, keyed::Keyed, modified, pair::Pair,
};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Cursor, Object, Value},
};
use dotnet::{Exception, NetString, string::edit};
use std::{cell::RefCell, fmt, rc::Rc};

/// `Dictionary<TKey, TValue>`
pub static DICTIONARY: NetType = NetType {
    namespace: "System.Collections.Generic",
    name: "Dictionary<TKey, TValue>",
    kind: Kind::Class,
    bases: &[
        "IDictionary<TKey, TValue>",
        "IReadOnlyDictionary<TKey, TValue>",
        "ICollection<KeyValuePair<TKey, TValue>>",
        "IReadOnlyCollection<KeyValuePair<TKey, TValue>>",
        "IEnumerable<KeyValuePair<TKey, TValue>>",
    ],
    members: &[
        row("Dictionary()", |call| made(call, None, None), "A dictionary without keys"),
        row(
            "Dictionary(int capacity)",
            |call| {
                edit::not_negative("capacity", call.int(0)?)?;
                made(call, None, None)
            },
            "A dictionary without keys",
        ),
        row(
            "Dictionary(int capacity, IEqualityComparer<TKey> comparer)",
            |call| {
                edit::not_negative("capacity", call.int(0)?)?;
                made(call, None, Some(1))
            },
            "A dictionary without keys, which a comparer tells apart",
        ),
        row(
            "Dictionary(IEqualityComparer<TKey> comparer)",
            |call| made(call, None, Some(0)),
            "A dictionary without keys, which a comparer tells apart",
        ),
        row(
            "Dictionary(IDictionary<TKey, TValue> dictionary)",
            |call| made(call, Some("dictionary"), None),
            "A copy of another dictionary",
        ),
        row(
            "Dictionary(IDictionary<TKey, TValue> dictionary, IEqualityComparer<TKey> comparer)",
            |call| made(call, Some("dictionary"), Some(1)),
            "A copy of another dictionary, whose keys a comparer tells apart",
        ),
        row(
            "Dictionary(IEnumerable<KeyValuePair<TKey, TValue>> collection)",
            |call| made(call, Some("collection"), None),
            "A dictionary of pairs",
        ),
        row(
            "Dictionary(IEnumerable<KeyValuePair<TKey, TValue>> collection, IEqualityComparer<TKey> comparer)",
            |call| made(call, Some("collection"), Some(1)),
            "A dictionary of pairs, whose keys a comparer tells apart",
        ),
        row("int Count", |call| Ok(count(dictionary(call)?.table.borrow().len())), "How many keys it has"),
        row(
            "IEqualityComparer<TKey> Comparer",
            |call| Ok(dictionary(call)?.table.borrow().rule.comparer()),
            "What tells keys apart",
        ),
        row("ICollection<TKey> Keys", |call| Ok(Value::object(View { dictionary: dictionary(call)?, keys: true })), "The keys"),
        row(
            "ICollection<TValue> Values",
            |call| Ok(Value::object(View { dictionary: dictionary(call)?, keys: false })),
            "What belongs to the keys",
        ),
        row(
            "TValue this[TKey key]",
            |call| {
                let (dictionary, key) = (dictionary(call)?, key(call)?);
                let found = dictionary.table.borrow().get(call.machine, &key)?;
                match found {
                    Some(value) => Ok(value),
                    None => {
                        let key = call.machine.text(&key)?;
                        Err(Thrown::new(
                            "KeyNotFoundException",
                            format!("The given key '{key}' was not present in the dictionary."),
                        ))
                    }
                }
            },
            "What belongs to a key",
        ),
        row(
            "set TValue this[TKey key]",
            |call| {
                let (dictionary, key, value) = (dictionary(call)?, key(call)?, call.value(1));
                dictionary.table.borrow_mut().set(call.machine, key, value)?;
                Ok(Value::Null)
            },
            "Adds a key or replaces what belongs to it",
        ),
        row(
            "void Add(TKey key, TValue value)",
            |call| {
                let (dictionary, key, value) = (dictionary(call)?, key(call)?, call.value(1));
                dictionary.add(call.machine, key, value)?;
                Ok(Value::Null)
            },
            "Adds a key that is not there yet",
        ),
        row(
            "bool TryAdd(TKey key, TValue value)",
            |call| {
                let (dictionary, key, value) = (dictionary(call)?, key(call)?, call.value(1));
                let added = dictionary.table.borrow_mut().add(call.machine, key, value)?;
                Ok(added.into())
            },
            "Adds a key if it is not there yet, and says so",
        ),
        row(
            "bool ContainsKey(TKey key)",
            |call| {
                let (dictionary, key) = (dictionary(call)?, key(call)?);
                let found = dictionary.table.borrow().find(call.machine, &key)?;
                Ok(found.is_some().into())
            },
            "True if it has a key",
        ),
        row(
            "bool ContainsValue(TValue value)",
            |call| {
                let (dictionary, value) = (dictionary(call)?, call.value(0));
                for (_, own) in dictionary.table.borrow().iter() {
                    call.machine.step(1)?;
                    if call.machine.equals(own, &value) {
                        return Ok(true.into());
                    }
                }
                Ok(false.into())
            },
            "True if a value belongs to a key",
        ),
        row(
            "bool TryGetValue(TKey key, out TValue value)",
            |call| {
                let (dictionary, key) = (dictionary(call)?, key(call)?);
                let found = dictionary.table.borrow().get(call.machine, &key)?;
                let there = found.is_some();
                call.set_out(1, found.unwrap_or_else(|| dictionary.value.default_value()));
                Ok(there.into())
            },
            "True if it has a key, and what belongs to it",
        ),
        row(
            "bool Remove(TKey key)",
            |call| {
                let (dictionary, key) = (dictionary(call)?, key(call)?);
                let removed = dictionary.table.borrow_mut().remove(call.machine, &key)?;
                Ok(removed.is_some().into())
            },
            "Removes a key, and says if it was there",
        ),
        row(
            "bool Remove(TKey key, out TValue value)",
            |call| {
                let (dictionary, key) = (dictionary(call)?, key(call)?);
                let removed = dictionary.table.borrow_mut().remove(call.machine, &key)?;
                let there = removed.is_some();
                call.set_out(1, removed.unwrap_or_else(|| dictionary.value.default_value()));
                Ok(there.into())
            },
            "Removes a key, says if it was there, and what belonged to it",
        ),
        row(
            "void Clear()",
            |call| {
                let dictionary = dictionary(call)?;
                let rule = dictionary.table.borrow().rule;
                let mut empty = Keyed::new(rule);
                empty.version = dictionary.table.borrow().version;
                // The old entries are dropped when nothing is borrowed any more.
                drop(dictionary.table.replace(empty));
                Ok(Value::Null)
            },
            "Removes all keys",
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
        row("void TrimExcess(int capacity)", |_| Ok(Value::Null), "Gives up room"),
        row("IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator()", get_enumerator, "Goes through the pairs"),
    ],
    missing: &[],
    doc: "Keys and what belongs to them",
};

/// A dictionary.
pub struct Dictionary {
    key: Type,
    value: Type,
    table: RefCell<Keyed<Value>>,
}

impl Dictionary {
    /// A dictionary of a table.
    pub fn value(key: Type, value: Type, table: Keyed<Value>) -> Value {
        Value::object(Dictionary { key, value, table: RefCell::new(table) })
    }

    /// Its keys and what belongs to them, copied.
    pub(crate) fn pairs(&self) -> Vec<(Value, Value)> {
        self.table.borrow().iter().cloned().collect()
    }

    /// What tells its keys apart.
    pub(crate) fn rule(&self) -> Rule {
        self.table.borrow().rule
    }

    /// Adds a key that is not there yet.
    ///
    /// # Errors
    /// `ArgumentException` if it is.
    pub fn add(&self, machine: &mut Machine<'_>, key: Value, value: Value) -> Result<(), Thrown> {
        add(&mut self.table.borrow_mut(), machine, key, value)
    }

    /// Removes a key if this belongs to it.
    pub(super) fn remove_pair(&self, machine: &mut Machine<'_>, key: &Value, value: &Value) -> Result<bool, Thrown> {
        let own = self.table.borrow().get(machine, key)?;
        if !own.is_some_and(|own| machine.equals(&own, value)) {
            return Ok(false);
        }
        Ok(self.table.borrow_mut().remove(machine, key)?.is_some())
    }
}

/// Adds a key that is not there yet.
///
/// # Errors
/// `ArgumentNullException` and `ArgumentException`, as in .NET.
pub fn add(table: &mut Keyed<Value>, machine: &mut Machine<'_>, key: Value, value: Value) -> Result<(), Thrown> {
    if key.is_null() {
        return Err(Exception::argument_null("key").into());
    }
    if table.add(machine, key.clone(), value)? {
        return Ok(());
    }
    let key = machine.text(&key)?;
    Err(Exception::argument(&format!("An item with the same key has already been added. Key: {key}"), "").into())
}

/// A dictionary may hold itself, so entries are not printed.
impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("dictionary")
    }
}

impl Object for Dictionary {
    fn net_type(&self) -> Type {
        Type::Named(&DICTIONARY, vec![self.key.clone(), self.value.clone()])
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        let dictionary = self.clone();
        Some(self.entries(move |(key, value)| {
            Pair::value(dictionary.key.clone(), dictionary.value.clone(), key.clone(), value.clone())
        }))
    }
}

impl Dictionary {
    fn entries(self: Rc<Self>, make: impl Fn(&(Value, Value)) -> Value + 'static) -> Box<dyn Cursor> {
        let (version, mut place) = (self.table.borrow().version, 0);
        cursor(move |machine: &mut Machine<'_>| {
            machine.step(1)?;
            let table = self.table.borrow();
            if table.version != version {
                return Err(modified());
            }
            let Some((next, entry)) = table.next_from(place) else { return Ok(None) };
            place = next;
            Ok(Some(make(entry)))
        })
    }
}

/// The keys or the values of a dictionary, as they are at any time.
struct View {
    dictionary: Rc<Dictionary>,
    keys: bool,
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.keys { "keys" } else { "values" })
    }
}

impl Object for View {
    fn net_type(&self) -> Type {
        let element = if self.keys { &self.dictionary.key } else { &self.dictionary.value };
        Type::Named(&I_COLLECTION, vec![element.clone()])
    }

    fn text(&self, _machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        let name = if self.keys { "KeyCollection" } else { "ValueCollection" };
        let (key, value) = (self.dictionary.key.full_name(), self.dictionary.value.full_name());
        Ok(format!("System.Collections.Generic.Dictionary`2+{name}[{key},{value}]").into())
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        let keys = self.keys;
        Some(self.dictionary.clone().entries(move |(key, value)| if keys { key.clone() } else { value.clone() }))
    }
}

fn dictionary(call: &Call<'_, '_>) -> Result<Rc<Dictionary>, Thrown> {
    call.this_object()
}

fn key(call: &Call<'_, '_>) -> Result<Value, Thrown> {
    match call.value(0) {
        Value::Null => Err(Exception::argument_null("key").into()),
        key => Ok(key),
    }
}

fn made(call: &mut Call<'_, '_>, pairs: Option<&str>, comparer: Option<usize>) -> Result<Value, Thrown> {
    let rule = comparer.map_or(Rule::default(), |at| Rule::given(call, at));
    let mut table = Keyed::new(rule);
    if let Some(parameter) = pairs {
        let mut cursor = call.cursor(0, parameter)?;
        while let Some(item) = cursor.next(call.machine)? {
            let Some(pair) = item.downcast_ref::<Pair>() else { continue };
            add(&mut table, call.machine, pair.key.clone(), pair.value.clone())?;
        }
    }
    Ok(Dictionary::value(generic(call, 0), generic(call, 1), table))
}
