//! `Newtonsoft.Json.Linq.Extensions`: what sequences of tokens can do.

use super::{
    JPROPERTY, JTOKEN, converted, generic,
    sequence::{self, Sequence, Steps},
    to_value, token,
};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Cursor, Value},
};
use dotnet::{Exception, json::Token};
use std::rc::Rc;

/// `Newtonsoft.Json.Linq.Extensions`
pub static EXTENSIONS: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "Extensions",
    kind: Kind::Static,
    bases: &[],
    members: &[
        row("static U Value<U>(this IEnumerable<JToken> value)", value, "The token as a value of a type"),
        row("static U Value<T, U>(this IEnumerable<T> value)", value, "The token as a value of a type"),
        row(
            "static IJEnumerable<JToken> Values(this IEnumerable<JToken> source)",
            |call| Ok(Sequence::tokens(values(source(call)?, Value::Null, Type::of(&JTOKEN)))),
            "The values among the tokens and in them",
        ),
        row(
            "static IJEnumerable<JToken> Values(this IEnumerable<JToken> source, object key)",
            |call| Ok(Sequence::tokens(values(source(call)?, call.value(1), Type::of(&JTOKEN)))),
            "The value that each token has for a key",
        ),
        row(
            "static IEnumerable<U> Values<U>(this IEnumerable<JToken> source)",
            |call| Ok(Sequence::of(generic(call), values(source(call)?, Value::Null, generic(call)))),
            "The values among the tokens and in them, as values of a type",
        ),
        row(
            "static IEnumerable<U> Values<U>(this IEnumerable<JToken> source, object key)",
            |call| Ok(Sequence::of(generic(call), values(source(call)?, call.value(1), generic(call)))),
            "The value that each token has for a key, as a value of a type",
        ),
        row(
            "static IJEnumerable<JToken> Children(this IEnumerable<JToken> source)",
            |call| {
                let source = source(call)?;
                Ok(Sequence::tokens(move || sequence::flat(source.clone(), |token| Ok(sequence::children(token)))))
            },
            "The children of the tokens",
        ),
        row(
            "static IEnumerable<U> Children<T, U>(this IEnumerable<T> source)",
            |call| {
                let (source, to) = (source(call)?, generic(call));
                Ok(Sequence::of(to.clone(), move || {
                    let children = sequence::flat(source.clone(), |token| Ok(sequence::children(token)));
                    sequence::converting(children, to.clone())
                }))
            },
            "The children of the tokens, as values of a type",
        ),
        row(
            "static IJEnumerable<JToken> Descendants(this IEnumerable<JContainer> source)",
            |call| below(call, false),
            "All that is below the tokens",
        ),
        row(
            "static IJEnumerable<JToken> DescendantsAndSelf(this IEnumerable<JContainer> source)",
            |call| below(call, true),
            "The tokens and all that is below them",
        ),
        row(
            "static IJEnumerable<JToken> Ancestors(this IEnumerable<JToken> source)",
            |call| above(call, false),
            "What the tokens stand in, from the inside out",
        ),
        row(
            "static IJEnumerable<JToken> AncestorsAndSelf(this IEnumerable<JToken> source)",
            |call| above(call, true),
            "The tokens and what they stand in, from the inside out",
        ),
        row(
            "static IJEnumerable<JProperty> Properties(this IEnumerable<JObject> source)",
            |call| {
                let source = source(call)?;
                let item = Type::of(&JPROPERTY);
                Ok(Sequence::linked(item, move || sequence::flat(source.clone(), |token| Ok(sequence::children(token)))))
            },
            "The properties of the objects",
        ),
        row(
            "static IJEnumerable<JToken> AsJEnumerable(this IEnumerable<JToken> source)",
            as_jenumerable,
            "The same tokens, as a sequence that takes a key",
        ),
        row(
            "static IJEnumerable<T> AsJEnumerable<T>(this IEnumerable<T> source)",
            as_jenumerable,
            "The same tokens, as a sequence that takes a key",
        ),
    ],
    missing: &[],
    doc: "Methods of sequences of tokens",
};

/// The sequence that a method is called on.
fn source(call: &Call<'_, '_>) -> Result<Value, Thrown> {
    match call.value(0) {
        Value::Null => Err(Exception::argument_null("source").into()),
        source => Ok(source),
    }
}

fn value(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    match call.value(0) {
        Value::Null => Err(Exception::argument_null("value").into()),
        value => match value.downcast::<Token>() {
            Some(token) => converted(call.machine, &token, &generic(call)),
            None => Err(Exception::argument("Source value must be a JToken.", "").into()),
        },
    }
}

/// The value that each token has for a key or, without one, the values among the tokens and in them.
pub(super) fn values(source: Value, key: Value, to: Type) -> impl Fn() -> Boxed {
    move || {
        let (key, source) = (key.clone(), source.clone());
        let tokens = if key.is_null() {
            either(sequence::flat(source, |token| {
                Ok(if token.is_container() { either(sequence::children(token)) } else { either(one(token.clone())) })
            }))
        } else {
            either(sequence::flat(source, move |token| {
                Ok(match token::get(token, &key)? {
                    Some(value) => either(one(value)),
                    None => either(std::iter::empty()),
                })
            }))
        };
        either(sequence::converting(tokens, to.clone()))
    }
}

/// A cursor of whatever kind.
pub(super) struct Boxed(Box<dyn Cursor>);

impl Cursor for Boxed {
    fn next(&mut self, machine: &mut Machine<'_>) -> Result<Option<Value>, Thrown> {
        self.0.next(machine)
    }
}

fn either(cursor: impl Cursor + 'static) -> Boxed {
    Boxed(Box::new(cursor))
}

fn one(token: Rc<Token>) -> impl Cursor {
    let mut token = Some(token);
    Steps(move |_: &mut Machine<'_>| Ok(token.take().map(to_value)))
}

fn below(call: &mut Call<'_, '_>, and_self: bool) -> Result<Value, Thrown> {
    let source = source(call)?;
    Ok(Sequence::tokens(move || sequence::flat(source.clone(), move |token| Ok(sequence::descendants(token, and_self)))))
}

fn above(call: &mut Call<'_, '_>, and_self: bool) -> Result<Value, Thrown> {
    let source = source(call)?;
    Ok(Sequence::tokens(move || {
        sequence::flat(source.clone(), move |token| {
            let first = if and_self { Some(token.clone()) } else { token.parent() };
            Ok(sequence::chain(first, Token::parent))
        })
    }))
}

fn as_jenumerable(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    match call.value(0) {
        Value::Null => Ok(Value::Null),
        source => Ok(Sequence::tokens(move || {
            let (source, mut items) = (source.clone(), None);
            Steps(move |machine: &mut Machine<'_>| {
                let items = match &mut items {
                    Some(items) => items,
                    None => items.insert(machine.enumerate(&source)?),
                };
                items.next(machine)
            })
        })),
    }
}
