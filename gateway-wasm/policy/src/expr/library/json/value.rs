//! `Newtonsoft.Json.Linq.JValue` and `JRaw`

use super::{optional, scalar_of, this, to_value, token_or_null, value_of};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::Value,
};
use dotnet::{
    Exception,
    json::{Scalar, Token, TokenType},
};
use std::cmp::Ordering;

/// `Newtonsoft.Json.Linq.JValue`
pub static JVALUE: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "JValue",
    kind: Kind::Class,
    bases: &["JToken"],
    members: &[
        row("JValue(JValue other)", copy, "A copy"),
        row("JValue(long value)", new, "A whole number"),
        row("JValue(decimal value)", new, "A number"),
        row("JValue(char value)", |call| Ok(to_value(Token::value(Scalar::Char(call.character(0)?)))), "A string of one unit"),
        row("JValue(ulong value)", new, "A whole number"),
        row("JValue(double value)", new, "A number"),
        row("JValue(float value)", new, "A number"),
        row("JValue(DateTime value)", new, "A date"),
        row("JValue(DateTimeOffset value)", new, "A date"),
        row("JValue(bool value)", new, "True or false"),
        row("JValue(string value)", |call| text(call, TokenType::String), "A string"),
        row("JValue(Guid value)", new, "A GUID"),
        row("JValue(TimeSpan value)", new, "A length of time"),
        row("JValue(Uri value)", new, "A URI"),
        row("JValue(object value)", new, "Anything that a JSON value can be made of"),
        row("static JValue CreateComment(string value)", |call| text(call, TokenType::Comment), "A comment"),
        row("static JValue CreateString(string value)", |call| text(call, TokenType::String), "A string"),
        row("static JValue CreateNull()", |_| Ok(to_value(Token::value(Scalar::Null))), "Null"),
        row(
            "static JValue CreateUndefined()",
            |_| Ok(to_value(Token::typed(TokenType::Undefined, Scalar::Null))),
            "Undefined, which JavaScript has",
        ),
        row("object Value", |call| Ok(this(call)?.scalar().map_or(Value::Null, value_of)), "What it holds"),
        row("set object Value", set_value, "Sets what it holds"),
        row("bool Equals(JValue other)", equals, "True if both are of one type and hold the same"),
        row("bool Equals(object obj)", equals, "True if both are of one type and hold the same"),
        row("int GetHashCode()", |call| Ok(this(call)?.value_hash().into()), "A number that equal values share"),
        row("int CompareTo(JValue obj)", compare, "Less than 0, 0 or more than 0 as it comes before, with or after another"),
        row("string ToString()", |call| Ok(this(call)?.text().into()), "The text of what it holds, without quotes"),
        row("string ToString(string format)", formatted, "The text of what it holds, in a format"),
        row("string ToString(IFormatProvider formatProvider)", |call| Ok(this(call)?.text().into()), "The text of what it holds"),
        row(
            "string ToString(string format, IFormatProvider formatProvider)",
            formatted,
            "The text of what it holds, in a format",
        ),
    ],
    missing: &[],
    doc: "A value in JSON: a string, a number, a date, true, false or null",
};

/// `Newtonsoft.Json.Linq.JRaw`
pub static JRAW: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "JRaw",
    kind: Kind::Class,
    bases: &["JValue"],
    members: &[
        row("JRaw(JRaw other)", copy, "A copy"),
        row(
            "JRaw(object rawJson)",
            |call| Ok(to_value(Token::typed(TokenType::Raw, plain(&call.value(0))?))),
            "Text that is written into JSON as it is",
        ),
    ],
    missing: &["Create", "CreateAsync"],
    doc: "JSON that is not looked into",
};

/// What a value can hold, or what Newtonsoft says of anything else.
fn plain(value: &Value) -> Result<Scalar, Thrown> {
    scalar_of(value).ok_or_else(|| {
        let message = format!("Could not determine JSON object type for type {}.", value.net_type().full_name());
        Exception::argument(&message, "").into()
    })
}

fn new(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(to_value(Token::value(plain(&call.value(0))?)))
}

fn copy(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(to_value(call.object::<Token>(0, "other")?.deep_clone()))
}

fn text(call: &mut Call<'_, '_>, token_type: TokenType) -> Result<Value, Thrown> {
    let text = call.text_or_null(0)?;
    Ok(to_value(Token::typed(token_type, text.map_or(Scalar::Null, Scalar::String))))
}

fn set_value(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    this(call)?.set_scalar(plain(&call.value(0))?);
    Ok(Value::Null)
}

fn equals(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let this = this(call)?;
    Ok(call.value(0).downcast_ref::<Token>().is_some_and(|other| this.value_equals(other)).into())
}

fn compare(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let order = match token_or_null(call, 0)? {
        Some(other) => this(call)?.compare(&other)?,
        None => Ordering::Greater,
    };
    Ok((order as i32).into())
}

fn formatted(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, format) = (this(call)?, call.text_or_null(0)?);
    let format = format.unwrap_or_default();
    let Some(scalar) = this.scalar() else { return Ok(optional(None)) };
    if format.is_empty() {
        return Ok(scalar.text().into());
    }
    call.machine.spend(dotnet::number::format::cost(&format.to_str()))?;
    Ok(scalar.formatted(&format.to_str())?.into())
}
