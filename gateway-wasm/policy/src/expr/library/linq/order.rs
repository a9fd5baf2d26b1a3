//! `OrderBy` and `ThenBy`.

use super::sequence::{Items, given};
use crate::expr::{
    call::{Call, Thrown},
    library::collections::{
        comparer::{self, Rule},
        cursor, generic, get_enumerator,
    },
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Cursor, Object, Value},
};
use std::{cmp::Ordering, fmt, rc::Rc};

/// `IOrderedEnumerable<T>`
pub static I_ORDERED_ENUMERABLE: NetType = NetType {
    namespace: "System.Linq",
    name: "IOrderedEnumerable<T>",
    kind: Kind::Interface,
    bases: &["IEnumerable<T>"],
    members: &[row("IEnumerator<T> GetEnumerator()", get_enumerator, "Goes through the items")],
    missing: &["CreateOrderedEnumerable"],
    doc: "Items in order, which `ThenBy` can order further",
};

/// Items in the order of their keys.
struct Ordered {
    element: Type,
    source: Value,
    criteria: Vec<Criterion>,
}

/// What items are ordered by.
#[derive(Clone)]
struct Criterion {
    /// The lambda that gives the key; `None` for the item itself.
    key: Option<Value>,
    descending: bool,
    rule: Rule,
}

impl fmt::Debug for Ordered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "items ordered by {} keys", self.criteria.len())
    }
}

impl Object for Ordered {
    fn net_type(&self) -> Type {
        Type::Named(&I_ORDERED_ENUMERABLE, vec![self.element.clone()])
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        let mut sorted: Option<std::vec::IntoIter<Value>> = None;
        Some(cursor(move |machine: &mut Machine<'_>| {
            machine.step(1)?;
            let items = match &mut sorted {
                Some(items) => items,
                None => sorted.insert(self.sorted(machine)?.into_iter()),
            };
            Ok(Iterator::next(items))
        }))
    }
}

impl Ordered {
    fn sorted(&self, machine: &mut Machine<'_>) -> Result<Vec<Value>, Thrown> {
        let items = Items::of(&self.source).rest(machine)?;
        let mut keys: Vec<Vec<Value>> = Vec::with_capacity(self.criteria.len());
        for criterion in &self.criteria {
            machine.spend(items.len() * size_of::<Value>())?;
            keys.push(match &criterion.key {
                None => items.clone(),
                Some(key) => {
                    let mut made = Vec::with_capacity(items.len());
                    for item in &items {
                        made.push(machine.call(key, std::slice::from_ref(item))?);
                    }
                    made
                }
            });
        }
        let order = comparer::order(machine, items.len(), &mut |machine, one, other| {
            for (criterion, keys) in self.criteria.iter().zip(&keys) {
                let (Some(one), Some(other)) = (keys.get(one), keys.get(other)) else { continue };
                match criterion.rule.compare(machine, one, other)? {
                    Ordering::Equal => {}
                    order if criterion.descending => return Ok(order.reverse()),
                    order => return Ok(order),
                }
            }
            Ok(Ordering::Equal)
        })?;
        Ok(order.into_iter().filter_map(|at| items.get(at).cloned()).collect())
    }
}

/// `OrderBy` and its kin.
pub fn order_by(call: &mut Call<'_, '_>, keyed: bool, descending: bool) -> Result<Value, Thrown> {
    let source = given(call, 0, "source")?;
    let criterion = criterion(call, keyed, descending)?;
    let element = generic(call, 0);
    call.machine.spend(128)?;
    Ok(Value::object(Ordered { element, source, criteria: vec![criterion] }))
}

/// `ThenBy` and `ThenByDescending`.
pub fn then_by(call: &mut Call<'_, '_>, descending: bool) -> Result<Value, Thrown> {
    let source = given(call, 0, "source")?;
    let criterion = criterion(call, true, descending)?;
    let Some(ordered) = source.downcast_ref::<Ordered>() else {
        return Err(Thrown::invalid_cast(&source.net_type(), &Type::Named(&I_ORDERED_ENUMERABLE, vec![generic(call, 0)])));
    };
    let mut criteria = ordered.criteria.clone();
    criteria.push(criterion);
    call.machine.spend(64 + criteria.len() * size_of::<Criterion>())?;
    Ok(Value::object(Ordered { element: ordered.element.clone(), source: ordered.source.clone(), criteria }))
}

fn criterion(call: &Call<'_, '_>, keyed: bool, descending: bool) -> Result<Criterion, Thrown> {
    let key = if keyed { Some(given(call, 1, "keySelector")?) } else { None };
    let rule = Rule::given(call, if keyed { 2 } else { 1 });
    Ok(Criterion { key, descending, rule })
}
