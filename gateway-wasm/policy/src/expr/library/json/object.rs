//! `Newtonsoft.Json.Linq.JObject`

use super::{
    JPROPERTY, JTOKEN,
    container::{copy, filled},
    count_siblings, from_object, optional,
    sequence::{self, Sequence, Steps},
    this, to_value, token, token_or_null,
};
use crate::expr::{
    call::{Call, Thrown},
    library::collections::pair::{KEY_VALUE_PAIR, Pair},
    machine::Machine,
    signature::{self, Form},
    types::{Kind, NetType, Type, row},
    value::{Cursor, Value},
};
use dotnet::{
    Exception,
    json::{Content, Scalar, Token, TokenType},
    string::compare::{ORDINAL, comparison},
};
use std::rc::Rc;

/// `Newtonsoft.Json.Linq.JObject`
pub static JOBJECT: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "JObject",
    kind: Kind::Class,
    bases: &["JContainer"],
    members: &[
        row("JObject()", |_| Ok(to_value(Token::object())), "An empty object"),
        row("JObject(JObject other)", copy, "A copy"),
        row("JObject(params object[] content)", |call| filled(call, Token::object(), 0), "An object of properties"),
        row(
            "JObject(object content)",
            |call| filled(call, Token::object(), 0),
            "An object of a property, or of an enumerable's properties",
        ),
        row(
            "static JObject Parse(string json)",
            |call| token::parse(call, Some(TokenType::Object)),
            "The object that a JSON text is",
        ),
        row("static JObject FromObject(object o)", from, "The object that a value is as JSON"),
        // Its properties.
        row("JToken this[string propertyName]", get, "The value of a property, or null"),
        row("set JToken this[string propertyName]", set, "Sets the value of a property; adds one if there is none"),
        row("JToken GetValue(string propertyName)", |call| value(call, false), "The value of a property, or null"),
        row(
            "JToken GetValue(string propertyName, StringComparison comparison)",
            |call| value(call, true),
            "The value of a property whose name compares as equal, or null",
        ),
        row(
            "bool TryGetValue(string propertyName, out JToken value)",
            |call| try_get(call, false),
            "Gives the value of a property if there is one",
        ),
        row(
            "bool TryGetValue(string propertyName, StringComparison comparison, out JToken value)",
            |call| try_get(call, true),
            "Gives the value of a property whose name compares as equal if there is one",
        ),
        row("JProperty Property(string name)", |call| Ok(optional(property(call, false)?)), "A property, or null"),
        row(
            "JProperty Property(string name, StringComparison comparison)",
            |call| Ok(optional(property(call, true)?)),
            "A property whose name compares as equal, or null",
        ),
        row(
            "IEnumerable<JProperty> Properties()",
            |call| {
                let this = this(call)?;
                Ok(Sequence::of(Type::of(&JPROPERTY), move || sequence::children(&this)))
            },
            "The properties",
        ),
        row(
            "IJEnumerable<JToken> PropertyValues()",
            |call| {
                let this = this(call)?;
                Ok(Sequence::tokens(move || {
                    let source = to_value(this.clone());
                    sequence::flat(source, |property| Ok(sequence::children(property)))
                }))
            },
            "The values of the properties",
        ),
        row("bool ContainsKey(string propertyName)", contains, "True if it has a property of that name"),
        row("void Add(string propertyName, JToken value)", add, "Adds a property; throws if there is one of that name"),
        row("bool Remove(string propertyName)", remove, "Removes a property; false if there is none"),
        row("IEnumerator<KeyValuePair<string, JToken>> GetEnumerator()", pairs, "Its names and values, for `foreach`"),
    ],
    missing: &["PropertyChanged", "PropertyChanging"],
    doc: "A JSON object: properties in their order",
};

fn from(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let value = call.value(0);
    let token = from_object(call.machine, &value)?;
    if token.token_type() != TokenType::Object {
        let found = token.token_type().name();
        return Err(Exception::argument(&format!("Object serialized to {found}. JObject instance expected."), "").into());
    }
    Ok(to_value(token))
}

fn get(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(optional(this(call)?.get(&call.text(0, "propertyName")?)))
}

fn set(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, name, value) = (this(call)?, call.text(0, "name")?, token_or_null(call, 1)?);
    token::count_token(call, &this, value.as_ref())?;
    this.set(&name, value)?;
    Ok(Value::Null)
}

/// The property that argument 0 names, compared as argument 1 says if there is a comparison.
fn property(call: &mut Call<'_, '_>, compares: bool) -> Result<Option<Rc<Token>>, Thrown> {
    let this = this(call)?;
    let how = if compares { comparison(call.enumeration(1)?)? } else { ORDINAL };
    let Some(name) = call.text_or_null(0)? else { return Ok(None) };
    if how != ORDINAL {
        call.machine.step(this.count() as u64)?;
    }
    Ok(this.find_property_by(&name, how))
}

fn value(call: &mut Call<'_, '_>, compares: bool) -> Result<Value, Thrown> {
    Ok(optional(property(call, compares)?.and_then(|property| property.child(0))))
}

fn try_get(call: &mut Call<'_, '_>, compares: bool) -> Result<Value, Thrown> {
    let found = property(call, compares)?.and_then(|property| property.child(0));
    let is_there = found.is_some();
    call.set_out(if compares { 2 } else { 1 }, optional(found));
    Ok(is_there.into())
}

fn contains(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(this(call)?.find_property(&call.text(0, "propertyName")?).is_some().into())
}

fn add(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, name, value) = (this(call)?, call.text(0, "name")?, token_or_null(call, 1)?);
    token::count_token(call, &this, value.as_ref())?;
    let content = value.map_or(Content::Scalar(Scalar::Null), Content::Token);
    this.add(Content::Token(Token::property(name, content)?))?;
    Ok(Value::Null)
}

fn remove(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    match property(call, false)? {
        Some(property) => {
            count_siblings(call, &property)?;
            property.remove()?;
            Ok(true.into())
        }
        None => Ok(false.into()),
    }
}

fn pairs(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let this = this(call)?;
    let kind = Type::Named(&KEY_VALUE_PAIR, vec![Type::STRING, Type::of(&JTOKEN)]);
    Ok(Sequence::of(kind, move || {
        let mut properties = sequence::children(&this);
        Steps(move |machine: &mut Machine<'_>| {
            let property = properties.next(machine)?.and_then(|value| value.downcast::<Token>());
            Ok(property.map(|property| {
                let value = optional(property.child(0));
                Pair::value(Type::STRING, Type::of(&JTOKEN), property.name().into(), value)
            }))
        })
    }))
}

/// Calls the constructor of a type that takes so many arguments.
pub(super) fn construct(machine: &mut Machine<'_>, kind: &Type, arguments: &mut [Value]) -> Result<Value, Thrown> {
    let Type::Named(net_type, generics) = kind else { return Err(Thrown::null_reference()) };
    let table = signature::table(net_type);
    let constructor = table.all.iter().find(|row| row.form == Form::Constructor && row.parameters.len() == arguments.len());
    let constructor = constructor.ok_or_else(Thrown::null_reference)?;
    (constructor.member.run)(&mut Call { machine, this: Value::Null, arguments, generics })
}
