//! `GroupBy`, `ToLookup`, `Join` and `GroupJoin`.

use super::sequence::{Items, given, sequence};
use crate::expr::{
    call::{Call, Thrown},
    library::collections::{comparer::Rule, count, cursor, generic, get_enumerator, keyed::Keyed},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Cursor, Object, Value},
};
use std::{fmt, rc::Rc};

/// `IGrouping<TKey, TElement>`
pub static I_GROUPING: NetType = NetType {
    namespace: "System.Linq",
    name: "IGrouping<TKey, TElement>",
    kind: Kind::Interface,
    bases: &["IEnumerable<TElement>"],
    members: &[
        row("TKey Key", |call| Ok(call.this_object::<Group>()?.key.clone()), "What its items have in common"),
        row("IEnumerator<TElement> GetEnumerator()", get_enumerator, "Goes through the items"),
    ],
    missing: &[],
    doc: "Items that have a key in common",
};

/// `ILookup<TKey, TElement>`
pub static I_LOOKUP: NetType = NetType {
    namespace: "System.Linq",
    name: "ILookup<TKey, TElement>",
    kind: Kind::Interface,
    bases: &["IEnumerable<IGrouping<TKey, TElement>>"],
    members: &[
        row("int Count", |call| Ok(count(call.this_object::<Lookup>()?.groups.len())), "How many keys it has"),
        row(
            "bool Contains(TKey key)",
            |call| {
                let (lookup, key) = (call.this_object::<Lookup>()?, call.value(0));
                Ok(lookup.groups.find(call.machine, &key)?.is_some().into())
            },
            "True if it has a key",
        ),
        row(
            "IEnumerable<TElement> this[TKey key]",
            |call| {
                let (lookup, key) = (call.this_object::<Lookup>()?, call.value(0));
                match lookup.groups.get(call.machine, &key)? {
                    Some(items) => Ok(Group::value(key, items, &lookup.types)),
                    None => Ok(Group::value(key, Vec::new(), &lookup.types)),
                }
            },
            "The items of a key; none for a key that it does not have",
        ),
        row("IEnumerator<IGrouping<TKey, TElement>> GetEnumerator()", get_enumerator, "Goes through the groups"),
    ],
    missing: &["ApplyResultSelector"],
    doc: "Keys and the items of each",
};

/// Items with a key in common.
struct Group {
    key: Value,
    items: Rc<Vec<Value>>,
    types: (Type, Type),
}

impl Group {
    fn value(key: Value, items: Vec<Value>, types: &(Type, Type)) -> Value {
        Value::object(Group { key, items: Rc::new(items), types: types.clone() })
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "group of {} items", self.items.len())
    }
}

impl Object for Group {
    fn net_type(&self) -> Type {
        Type::Named(&I_GROUPING, vec![self.types.0.clone(), self.types.1.clone()])
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        let mut at = 0;
        Some(cursor(move |machine: &mut Machine<'_>| {
            machine.step(1)?;
            at += 1;
            Ok(self.items.get(at - 1).cloned())
        }))
    }
}

/// Keys and their items.
struct Lookup {
    groups: Keyed<Vec<Value>>,
    types: (Type, Type),
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lookup of {} keys", self.groups.len())
    }
}

impl Object for Lookup {
    fn net_type(&self) -> Type {
        Type::Named(&I_LOOKUP, vec![self.types.0.clone(), self.types.1.clone()])
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        let mut place = 0;
        Some(cursor(move |machine: &mut Machine<'_>| {
            machine.step(1)?;
            let Some((next, (key, items))) = self.groups.next_from(place) else { return Ok(None) };
            place = next;
            machine.spend(items.len() * size_of::<Value>())?;
            Ok(Some(Group::value(key.clone(), items.clone(), &self.types)))
        }))
    }
}

/// What the groups of a call are made by.
#[derive(Clone)]
struct Grouping {
    source: Value,
    key: Value,
    /// What becomes of the items; `None` for themselves.
    element: Option<Value>,
    rule: Rule,
}

impl Grouping {
    fn groups(&self, machine: &mut Machine<'_>) -> Result<Keyed<Vec<Value>>, Thrown> {
        let mut groups: Keyed<Vec<Value>> = Keyed::new(self.rule);
        let mut items = Items::of(&self.source);
        while let Some(item) = items.next(machine)? {
            let key = machine.call(&self.key, std::slice::from_ref(&item))?;
            let item = match &self.element {
                Some(element) => machine.call(element, &[item])?,
                None => item,
            };
            machine.spend(size_of::<Value>())?;
            match groups.find(machine, &key)? {
                Some(place) => {
                    if let Some(items) = groups.at_mut(place) {
                        items.push(item);
                    }
                }
                None => drop(groups.add(machine, key, vec![item])?),
            }
        }
        Ok(groups)
    }
}

/// Where a row has its arguments: the lambda for items, the lambda for results, the comparer.
#[derive(Clone, Copy, Default)]
pub struct Places {
    /// The lambda that makes the items.
    pub element: Option<usize>,
    /// The lambda that makes the results.
    pub result: Option<usize>,
    /// The comparer.
    pub comparer: Option<usize>,
}

fn grouping(call: &Call<'_, '_>, places: Places) -> Result<Grouping, Thrown> {
    Ok(Grouping {
        source: given(call, 0, "source")?,
        key: given(call, 1, "keySelector")?,
        element: places.element.map(|at| given(call, at, "elementSelector")).transpose()?,
        rule: places.comparer.map_or(Rule::default(), |at| Rule::given(call, at)),
    })
}

/// `GroupBy`
pub fn group_by(call: &mut Call<'_, '_>, places: Places) -> Result<Value, Thrown> {
    let grouping = grouping(call, places)?;
    let result = places.result.map(|at| given(call, at, "resultSelector")).transpose()?;
    let key = generic(call, 1);
    let element = generic(call, if places.element.is_some() { 2 } else { 0 });
    let types = (key.clone(), element.clone());
    let of = match (&result, places.element) {
        (None, _) => Type::Named(&I_GROUPING, vec![key, element]),
        (Some(_), None) => generic(call, 2),
        (Some(_), Some(_)) => generic(call, 3),
    };
    call.machine.spend(128)?;
    Ok(sequence(of, move || {
        let (grouping, result, types) = (grouping.clone(), result.clone(), types.clone());
        let mut groups: Option<Keyed<Vec<Value>>> = None;
        let mut place = 0;
        move |machine: &mut Machine<'_>| {
            let groups = match &mut groups {
                Some(groups) => groups,
                None => groups.insert(grouping.groups(machine)?),
            };
            let Some((next, (key, items))) = groups.next_from(place) else { return Ok(None) };
            place = next;
            machine.spend(items.len() * size_of::<Value>())?;
            let group = Group::value(key.clone(), items.clone(), &types);
            match &result {
                Some(result) => machine.call(result, &[key.clone(), group]).map(Some),
                None => Ok(Some(group)),
            }
        }
    }))
}

/// `ToLookup`
pub fn to_lookup(call: &mut Call<'_, '_>, places: Places) -> Result<Value, Thrown> {
    let groups = grouping(call, places)?.groups(call.machine)?;
    let types = (generic(call, 1), generic(call, if places.element.is_some() { 2 } else { 0 }));
    Ok(Value::object(Lookup { groups, types }))
}

/// `Join`, and `GroupJoin` where the inner items come together.
pub fn join(call: &mut Call<'_, '_>, grouped: bool, comparer: bool) -> Result<Value, Thrown> {
    let outer = given(call, 0, "outer")?;
    let inner = given(call, 1, "inner")?;
    let outer_key = given(call, 2, "outerKeySelector")?;
    let inner_key = given(call, 3, "innerKeySelector")?;
    let result = given(call, 4, "resultSelector")?;
    let rule = if comparer { Rule::given(call, 5) } else { Rule::default() };
    let inner_type = generic(call, 1);
    call.machine.spend(128)?;
    Ok(sequence(generic(call, 3), move || {
        let mut outers = Items::of(&outer);
        let grouping = Grouping { source: inner.clone(), key: inner_key.clone(), element: None, rule };
        let (outer_key, result, inner_type) = (outer_key.clone(), result.clone(), inner_type.clone());
        let mut groups: Option<Keyed<Vec<Value>>> = None;
        let mut waiting: Option<(Value, std::vec::IntoIter<Value>)> = None;
        move |machine: &mut Machine<'_>| loop {
            if let Some((outer, inners)) = &mut waiting {
                if let Some(inner) = Iterator::next(inners) {
                    let outer = outer.clone();
                    return machine.call(&result, &[outer, inner]).map(Some);
                }
                waiting = None;
            }
            let Some(item) = outers.next(machine)? else { return Ok(None) };
            let groups = match &mut groups {
                Some(groups) => groups,
                None => groups.insert(grouping.groups(machine)?),
            };
            let key = machine.call(&outer_key, std::slice::from_ref(&item))?;
            // Null keys match nothing.
            let items = if key.is_null() { None } else { groups.get(machine, &key)? };
            let items = items.unwrap_or_default();
            machine.spend(items.len() * size_of::<Value>())?;
            if grouped {
                let types = (Type::Unknown, inner_type.clone());
                let group = Group::value(Value::Null, items, &types);
                return machine.call(&result, &[item, group]).map(Some);
            }
            waiting = Some((item, items.into_iter()));
        }
    }))
}
