//! `Queue<T>` and `Stack<T>`.

use super::{array_of, copy_to, count, cursor, generic, get_enumerator, keep, modified};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Cursor, Object, Value},
};
use dotnet::{Exception, string::edit};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    fmt,
    rc::Rc,
};

/// `Queue<T>`
pub static QUEUE: NetType = NetType {
    namespace: "System.Collections.Generic",
    name: "Queue<T>",
    kind: Kind::Class,
    bases: &["IReadOnlyCollection<T>", "IEnumerable<T>"],
    members: &[
        row("Queue()", |call| Ok(line(generic(call, 0), Vec::new(), false)), "A queue without items"),
        row(
            "Queue(int capacity)",
            |call| {
                edit::not_negative("capacity", call.int(0)?)?;
                Ok(line(generic(call, 0), Vec::new(), false))
            },
            "A queue without items",
        ),
        row(
            "Queue(IEnumerable<T> collection)",
            |call| {
                let items = call.items(0, "collection")?;
                Ok(line(generic(call, 0), items, false))
            },
            "A queue of the items of another collection",
        ),
        row("int Count", size, "How many items it has"),
        row(
            "void Enqueue(T item)",
            |call| {
                keep(call.machine, 1)?;
                let line = own(call)?;
                line.items.borrow_mut().push_back(call.value(0));
                line.touch();
                Ok(Value::Null)
            },
            "Adds an item at the end",
        ),
        row(
            "T Dequeue()",
            |call| taken(call)?.ok_or_else(|| Exception::invalid_operation("Queue empty.").into()),
            "Takes the first item out",
        ),
        row("T Peek()", |call| Ok(first(call)?.ok_or_else(|| Exception::invalid_operation("Queue empty."))?), "The first item"),
        row(
            "bool TryDequeue(out T result)",
            |call| {
                let item = taken(call)?;
                out(call, item)
            },
            "Takes the first item out, if there is one",
        ),
        row(
            "bool TryPeek(out T result)",
            |call| {
                let item = first(call)?;
                out(call, item)
            },
            "The first item, if there is one",
        ),
        row("bool Contains(T item)", contains, "True if it has an item that is the same"),
        row("void Clear()", clear, "Removes all items"),
        row("T[] ToArray()", to_array, "Its items as an array, the first one first"),
        row("void CopyTo(T[] array, int arrayIndex)", copy, "Copies the items into an array from a position on"),
        row("int EnsureCapacity(int capacity)", |call| Ok(call.value(0)), "Makes room"),
        row("void TrimExcess()", |_| Ok(Value::Null), "Gives up room"),
        row("IEnumerator<T> GetEnumerator()", get_enumerator, "Goes through the items"),
    ],
    missing: &[],
    doc: "Items that leave in the order in which they came",
};

/// `Stack<T>`
pub static STACK: NetType = NetType {
    namespace: "System.Collections.Generic",
    name: "Stack<T>",
    kind: Kind::Class,
    bases: &["IReadOnlyCollection<T>", "IEnumerable<T>"],
    members: &[
        row("Stack()", |call| Ok(line(generic(call, 0), Vec::new(), true)), "A stack without items"),
        row(
            "Stack(int capacity)",
            |call| {
                edit::not_negative("capacity", call.int(0)?)?;
                Ok(line(generic(call, 0), Vec::new(), true))
            },
            "A stack without items",
        ),
        row(
            "Stack(IEnumerable<T> collection)",
            |call| {
                let mut items = call.items(0, "collection")?;
                items.reverse();
                Ok(line(generic(call, 0), items, true))
            },
            "A stack of the items of another collection, the last one on top",
        ),
        row("int Count", size, "How many items it has"),
        row(
            "void Push(T item)",
            |call| {
                keep(call.machine, 1)?;
                let line = own(call)?;
                line.items.borrow_mut().push_front(call.value(0));
                line.touch();
                Ok(Value::Null)
            },
            "Puts an item on top",
        ),
        row(
            "T Pop()",
            |call| taken(call)?.ok_or_else(|| Exception::invalid_operation("Stack empty.").into()),
            "Takes the top item off",
        ),
        row("T Peek()", |call| Ok(first(call)?.ok_or_else(|| Exception::invalid_operation("Stack empty."))?), "The top item"),
        row(
            "bool TryPop(out T result)",
            |call| {
                let item = taken(call)?;
                out(call, item)
            },
            "Takes the top item off, if there is one",
        ),
        row(
            "bool TryPeek(out T result)",
            |call| {
                let item = first(call)?;
                out(call, item)
            },
            "The top item, if there is one",
        ),
        row("bool Contains(T item)", contains, "True if it has an item that is the same"),
        row("void Clear()", clear, "Removes all items"),
        row("T[] ToArray()", to_array, "Its items as an array, the top one first"),
        row("void CopyTo(T[] array, int arrayIndex)", copy, "Copies the items into an array from a position on"),
        row("int EnsureCapacity(int capacity)", |call| Ok(call.value(0)), "Makes room"),
        row("void TrimExcess()", |_| Ok(Value::Null), "Gives up room"),
        row("IEnumerator<T> GetEnumerator()", get_enumerator, "Goes through the items"),
    ],
    missing: &[],
    doc: "Items of which the last one leaves first",
};

/// A queue or a stack: the item that leaves next is the first.
struct Line {
    element: Type,
    items: RefCell<VecDeque<Value>>,
    version: Cell<u32>,
    stack: bool,
}

impl Line {
    fn touch(&self) {
        self.version.set(self.version.get().wrapping_add(1));
    }
}

/// A queue may hold itself, so items are not printed.
impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.stack { "stack" } else { "queue" })
    }
}

impl Object for Line {
    fn net_type(&self) -> Type {
        Type::Named(if self.stack { &STACK } else { &QUEUE }, vec![self.element.clone()])
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        let (version, mut at) = (self.version.get(), 0);
        Some(cursor(move |machine: &mut Machine<'_>| {
            machine.step(1)?;
            if self.version.get() != version {
                return Err(modified());
            }
            at += 1;
            Ok(self.items.borrow().get(at - 1).cloned())
        }))
    }
}

fn line(element: Type, items: Vec<Value>, stack: bool) -> Value {
    Value::object(Line { element, items: RefCell::new(items.into()), version: Cell::new(0), stack })
}

fn own(call: &Call<'_, '_>) -> Result<Rc<Line>, Thrown> {
    call.this_object()
}

fn size(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(count(own(call)?.items.borrow().len()))
}

fn first(call: &mut Call<'_, '_>) -> Result<Option<Value>, Thrown> {
    Ok(own(call)?.items.borrow().front().cloned())
}

fn taken(call: &mut Call<'_, '_>) -> Result<Option<Value>, Thrown> {
    let line = own(call)?;
    let item = line.items.borrow_mut().pop_front();
    if item.is_some() {
        line.touch();
    }
    Ok(item)
}

fn out(call: &mut Call<'_, '_>, item: Option<Value>) -> Result<Value, Thrown> {
    let there = item.is_some();
    let line = own(call)?;
    call.set_out(0, item.unwrap_or_else(|| line.element.default_value()));
    Ok(there.into())
}

fn contains(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (line, item) = (own(call)?, call.value(0));
    for own in line.items.borrow().iter() {
        call.machine.step(1)?;
        if call.machine.equals(own, &item) {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

fn clear(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let line = own(call)?;
    drop(line.items.take());
    line.touch();
    Ok(Value::Null)
}

fn items(call: &Call<'_, '_>) -> Result<Vec<Value>, Thrown> {
    Ok(own(call)?.items.borrow().iter().cloned().collect())
}

fn to_array(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (items, element) = (items(call)?, own(call)?.element.clone());
    array_of(call.machine, element, items)
}

fn copy(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (items, start) = (items(call)?, call.int(1)?);
    copy_to(call, items, 0, start)
}
