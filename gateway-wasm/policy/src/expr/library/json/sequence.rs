//! Sequences of tokens: `JEnumerable<T>`, and what methods give as `IEnumerable<T>`.

use super::{JTOKEN, converted, to_value};
use crate::expr::{
    call::Thrown,
    conversion::is_instance,
    machine::Machine,
    signature,
    types::{Kind, NetType, Type, row},
    value::{Cursor, Object, Value},
};
use dotnet::{Exception, json::Token};
use std::{fmt, rc::Rc};

/// `Newtonsoft.Json.Linq.IJEnumerable<T>`
pub static IJENUMERABLE: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "IJEnumerable<T>",
    kind: Kind::Interface,
    bases: &["IEnumerable<T>"],
    members: &[row(
        "IJEnumerable<JToken> this[object key]",
        |call| {
            let source = call.this.clone();
            Ok(Sequence::tokens(super::extensions::values(source, call.value(0), Type::of(&JTOKEN))))
        },
        "The values that the items have for a key",
    )],
    missing: &[],
    doc: "A sequence of tokens",
};

/// A sequence that can be gone through any number of times.
pub(super) struct Sequence {
    kind: Type,
    start: Box<dyn Fn() -> Box<dyn Cursor>>,
}

impl fmt::Debug for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)
    }
}

impl Object for Sequence {
    fn net_type(&self) -> Type {
        self.kind.clone()
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        Some((self.start)())
    }
}

impl Sequence {
    /// An `IEnumerable<T>`.
    pub(super) fn of<C: Cursor + 'static>(item: Type, start: impl Fn() -> C + 'static) -> Value {
        let kind = signature::named_type("IEnumerable", vec![item]).unwrap_or(Type::Unknown);
        Value::object(Sequence { kind, start: Box::new(move || Box::new(start())) })
    }

    /// An `IJEnumerable<JToken>`.
    pub(super) fn tokens<C: Cursor + 'static>(start: impl Fn() -> C + 'static) -> Value {
        Self::linked(Type::of(&JTOKEN), start)
    }

    /// An `IJEnumerable<T>`.
    pub(super) fn linked<C: Cursor + 'static>(item: Type, start: impl Fn() -> C + 'static) -> Value {
        let kind = Type::Named(&IJENUMERABLE, vec![item]);
        Value::object(Sequence { kind, start: Box::new(move || Box::new(start())) })
    }
}

/// A cursor that is a closure.
pub(super) struct Steps<F>(pub(super) F);

impl<F: FnMut(&mut Machine<'_>) -> Result<Option<Value>, Thrown>> Cursor for Steps<F> {
    fn next(&mut self, machine: &mut Machine<'_>) -> Result<Option<Value>, Thrown> {
        machine.step(1)?;
        (self.0)(machine)
    }
}

/// The children of a token.
pub(super) fn children(token: &Rc<Token>) -> impl Cursor + use<> {
    let (token, version) = (token.clone(), token.version());
    let mut at = 0;
    Steps(move |_: &mut Machine<'_>| {
        if token.version() != version {
            let message = "Collection was modified; enumeration operation may not execute.";
            return Err(Exception::invalid_operation(message).into());
        }
        let child = token.child(at).map(to_value);
        at += 1;
        Ok(child)
    })
}

/// The items of a cursor that are of a type.
pub(super) fn of_type(mut items: impl Cursor, kind: Type) -> impl Cursor {
    Steps(move |machine: &mut Machine<'_>| {
        while let Some(item) = items.next(machine)? {
            if is_instance(&item, &kind) {
                return Ok(Some(item));
            }
        }
        Ok(None)
    })
}

/// The items of a cursor over tokens, each as a value of a type.
pub(super) fn converting(mut items: impl Cursor, to: Type) -> impl Cursor {
    Steps(move |machine: &mut Machine<'_>| match items.next(machine)? {
        Some(item) => match item.downcast::<Token>() {
            Some(token) => converted(machine, &token, &to).map(Some),
            None => Ok(Some(to.default_value())),
        },
        None => Ok(None),
    })
}

/// What is below a token.
pub(super) fn descendants(token: &Rc<Token>, and_self: bool) -> impl Cursor + use<> {
    let mut below = token.descendants(and_self);
    Steps(move |_: &mut Machine<'_>| Ok(below.advance()?.map(to_value)))
}

/// One token after the other.
pub(super) fn chain(first: Option<Rc<Token>>, next: fn(&Token) -> Option<Rc<Token>>) -> impl Cursor {
    let mut here = first;
    Steps(move |_: &mut Machine<'_>| {
        let token = here.take();
        here = token.as_deref().and_then(next);
        Ok(token.map(to_value))
    })
}

/// The tokens before one in its parent.
pub(super) fn before(token: &Rc<Token>) -> impl Cursor + use<> {
    let (end, parent) = (token.clone(), token.parent());
    let mut here = parent.and_then(|parent| parent.child(0));
    Steps(move |_: &mut Machine<'_>| {
        let token = here.take().filter(|token| !Rc::ptr_eq(token, &end));
        here = token.as_ref().and_then(|token| token.next());
        Ok(token.map(to_value))
    })
}

/// For each token of a source, the items of another cursor.
pub(super) fn flat<C: Cursor>(source: Value, each: impl Fn(&Rc<Token>) -> Result<C, Thrown>) -> impl Cursor {
    let (mut outer, mut inner) = (None, None::<C>);
    Steps(move |machine: &mut Machine<'_>| {
        loop {
            if let Some(items) = &mut inner
                && let Some(item) = items.next(machine)?
            {
                return Ok(Some(item));
            }
            let outer = match &mut outer {
                Some(outer) => outer,
                None => outer.insert(machine.enumerate(&source)?),
            };
            match outer.next(machine)? {
                None => return Ok(None),
                Some(item) => {
                    let token = item.downcast::<Token>().ok_or_else(Thrown::null_reference)?;
                    inner = Some(each(&token)?);
                }
            }
        }
    })
}
