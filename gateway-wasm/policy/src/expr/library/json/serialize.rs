//! Values to trees, as `JToken.FromObject` and `JsonConvert.SerializeObject` make them.

use super::{TOKEN_BYTES, count, scalar_of};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    members,
    signature::{self, Form},
    types::Type,
    value::{Anonymous, Cursor, Value},
};
use dotnet::{
    Exception, NetString,
    json::{Content, Scalar, Token},
};
use std::rc::Rc;

/// A tree of a value that is not null.
pub fn from_object(machine: &mut Machine<'_>, value: &Value) -> Result<Rc<Token>, Thrown> {
    if value.is_null() {
        return Err(Exception::argument_null("o").into());
    }
    tree(machine, value)
}

fn tree(machine: &mut Machine<'_>, value: &Value) -> Result<Rc<Token>, Thrown> {
    machine.step(1)?;
    machine.spend(TOKEN_BYTES)?;
    if let Some(token) = value.downcast::<Token>() {
        count(machine, &token)?;
        return Ok(token.deep_clone());
    }
    if let Some(scalar) = scalar_of(value) {
        return Ok(Token::value(scalar));
    }
    if let Value::Char(unit) = value {
        return Ok(Token::value(Scalar::String(NetString::from_unit(*unit))));
    }
    machine.deeper(|machine| {
        if let Some(anonymous) = value.downcast_ref::<Anonymous>() {
            let object = Token::object();
            for ((name, _), value) in anonymous.names.iter().zip(&anonymous.values) {
                put(machine, &object, name.clone().into(), value)?;
            }
            return Ok(object);
        }
        let items = match value {
            Value::Object(object) => object.shared().and_then(|object| object.enumerate()),
            Value::Context(_) => machine.enumerate(value).ok(),
            _ => None,
        };
        match items {
            Some(items) if is_dictionary(value) => dictionary(machine, items),
            Some(mut items) => {
                let array = Token::array();
                while let Some(item) = items.next(machine)? {
                    let item = tree(machine, &item)?;
                    array.add(Content::Token(item))?;
                }
                Ok(array)
            }
            None => properties(machine, value),
        }
    })
}

fn put(machine: &mut Machine<'_>, object: &Token, name: NetString, value: &Value) -> Result<(), Thrown> {
    let value = tree(machine, value)?;
    // A name that is there already moves to the end, with its new value.
    if let Some(known) = object.find_property(&name) {
        known.remove()?;
    }
    object.add(Content::Token(Token::property(name, Content::Token(value))?))?;
    Ok(())
}

/// True for what implements one of the interfaces of dictionaries.
fn is_dictionary(value: &Value) -> bool {
    members::family(&value.net_type()).iter().any(|kind| {
        matches!(kind, Type::Named(net_type, _) if matches!(net_type.simple_name(), "IDictionary" | "IReadOnlyDictionary"))
    })
}

fn dictionary(machine: &mut Machine<'_>, mut items: Box<dyn Cursor>) -> Result<Rc<Token>, Thrown> {
    let object = Token::object();
    while let Some(pair) = items.next(machine)? {
        let (Some(key), Some(value)) = (property(machine, &pair, "Key")?, property(machine, &pair, "Value")?) else {
            return Err(Thrown::invalid_cast(&pair.net_type(), &Type::OBJECT));
        };
        // Dates are names as they are values; anything else is its text.
        let name = match (&key, scalar_of(&key)) {
            (Value::DateTime(_) | Value::DateTimeOffset(_), Some(scalar)) => {
                Token::value(scalar).write(false).trim_matches('"').into()
            }
            _ => machine.text(&key)?,
        };
        put(machine, &object, name, &value)?;
    }
    Ok(object)
}

/// A property of a value, by name.
fn property(machine: &mut Machine<'_>, this: &Value, name: &str) -> Result<Option<Value>, Thrown> {
    let row = members::row(&this.net_type(), name, |row| row.form == Form::Property && !row.is_static && !row.sets);
    match row {
        Some(row) => (row.member.run)(&mut Call { machine, this: this.clone(), arguments: &mut [], generics: &[] }).map(Some),
        None => Ok(None),
    }
}

/// An object of the public properties of a value.
fn properties(machine: &mut Machine<'_>, value: &Value) -> Result<Rc<Token>, Thrown> {
    let object = Token::object();
    // What a base has comes after what is its own.
    for kind in members::family(&value.net_type()) {
        let Type::Named(net_type, _) = &kind else { continue };
        let table = signature::table(net_type);
        for row in table.all.iter().filter(|row| row.form == Form::Property && !row.is_static && !row.sets) {
            if object.find_property(&row.name.into()).is_some() {
                continue;
            }
            let call = &mut Call { machine, this: value.clone(), arguments: &mut [], generics: &[] };
            let member = (row.member.run)(call)?;
            put(machine, &object, row.name.into(), &member)?;
        }
    }
    Ok(object)
}
