//! `Newtonsoft.Json.Linq.JArray`

use super::{
    container::{copy, filled, length, remove_all},
    from_object, optional, this, to_value,
    token::{self, count_token, index_out_of_range},
    token_or_null,
};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::{Array, Value},
};
use dotnet::{
    Exception,
    json::{Content, Scalar, Token, TokenType},
};

/// `Newtonsoft.Json.Linq.JArray`
pub static JARRAY: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "JArray",
    kind: Kind::Class,
    bases: &["JContainer"],
    members: &[
        row("JArray()", |_| Ok(to_value(Token::array())), "An empty array"),
        row("JArray(JArray other)", copy, "A copy"),
        row("JArray(params object[] content)", |call| filled(call, Token::array(), 0), "An array of items"),
        row("JArray(object content)", |call| filled(call, Token::array(), 0), "An array of an item, or of an enumerable's items"),
        row(
            "static JArray Parse(string json)",
            |call| token::parse(call, Some(TokenType::Array)),
            "The array that a JSON text is",
        ),
        row("static JArray FromObject(object o)", from, "The array that a value is as JSON"),
        row("JToken this[int index]", get, "An item"),
        row("set JToken this[int index]", set, "Replaces an item"),
        row("void Add(JToken item)", add, "Adds an item at the end"),
        row("void Insert(int index, JToken item)", insert, "Inserts an item"),
        row("bool Remove(JToken item)", remove, "Removes that very token; false if it is not there"),
        row(
            "void RemoveAt(int index)",
            |call| {
                let this = this(call)?;
                call.machine.step(this.count() as u64 / 64)?;
                this.remove_at(call.int(0)?)?;
                Ok(Value::Null)
            },
            "Removes the item at a position",
        ),
        row("void Clear()", remove_all, "Removes all items"),
        row("int IndexOf(JToken item)", |call| Ok(index_of(call)?.into()), "Where that very token stands, or -1"),
        row("bool Contains(JToken item)", |call| Ok((index_of(call)? >= 0).into()), "True if that very token is an item"),
        row("bool IsReadOnly", |_| Ok(false.into()), "False"),
        row("void CopyTo(JToken[] array, int arrayIndex)", copy_to, "Copies the items into an array"),
        row("IEnumerator<JToken> GetEnumerator()", |call| Ok(to_value(this(call)?)), "Its items, for `foreach`"),
    ],
    missing: &[],
    doc: "A JSON array",
};

fn from(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let value = call.value(0);
    let token = from_object(call.machine, &value)?;
    if token.token_type() != TokenType::Array {
        let found = token.token_type().name();
        return Err(Exception::argument(&format!("Object serialized to {found}. JArray instance expected."), "").into());
    }
    Ok(to_value(token))
}

fn get(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, at) = (this(call)?, call.int(0)?);
    usize::try_from(at).ok().and_then(|at| this.child(at)).map(to_value).ok_or_else(index_out_of_range)
}

fn set(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, value) = (this(call)?, token_or_null(call, 1)?);
    count_token(call, &this, value.as_ref())?;
    this.set_at(call.int(0)?, value)?;
    Ok(Value::Null)
}

fn add(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, value) = (this(call)?, token_or_null(call, 0)?);
    count_token(call, &this, value.as_ref())?;
    this.add(value.map_or(Content::Scalar(Scalar::Null), Content::Token))?;
    Ok(Value::Null)
}

fn insert(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, value) = (this(call)?, token_or_null(call, 1)?);
    count_token(call, &this, value.as_ref())?;
    call.machine.step(this.count() as u64 / 64)?;
    this.insert(call.int(0)?, value)?;
    Ok(Value::Null)
}

fn index_of(call: &mut Call<'_, '_>) -> Result<i32, Thrown> {
    let (this, item) = (this(call)?, token_or_null(call, 0)?);
    call.machine.step(this.count() as u64 / 16)?;
    let at = item.and_then(|item| this.index_of(&item));
    Ok(at.and_then(|at| i32::try_from(at).ok()).unwrap_or(-1))
}

fn remove(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let at = index_of(call)?;
    if at >= 0 {
        this(call)?.remove_at(at)?;
    }
    Ok((at >= 0).into())
}

fn copy_to(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, array, at) = (this(call)?, call.object::<Array>(0, "array")?, call.int(1)?);
    let from = usize::try_from(at)
        .map_err(|_| Thrown::from(Exception::argument_out_of_range("arrayIndex is less than 0.", "arrayIndex")))?;
    if from >= array.len() && from != 0 {
        return Err(Exception::argument("arrayIndex is equal to or greater than the length of array.", "").into());
    }
    if length(&this) as usize > array.len() - from {
        let message = "The number of elements in the source JObject is greater than the available space from arrayIndex to the \
                       end of the destination array.";
        return Err(Exception::argument(message, "").into());
    }
    call.machine.step(this.count() as u64)?;
    for offset in 0..this.count() {
        array.set(from + offset, optional(this.child(offset)));
    }
    Ok(Value::Null)
}
