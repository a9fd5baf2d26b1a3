//! `Newtonsoft.Json.Linq.JProperty`

use super::{container::copy, content_of, count_copies, optional, this, to_value, token::count_token, token_or_null};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::Value,
};
use dotnet::json::Token;

/// `Newtonsoft.Json.Linq.JProperty`
pub static JPROPERTY: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "JProperty",
    kind: Kind::Class,
    bases: &["JContainer"],
    members: &[
        row("JProperty(JProperty other)", copy, "A copy"),
        row("JProperty(string name, params object[] content)", new, "A property whose value is an array of content"),
        row("JProperty(string name, object content)", new, "A property; the value is an array if the content is enumerable"),
        row("string Name", |call| Ok(this(call)?.name().into()), "Its name"),
        row("JToken Value", |call| Ok(optional(this(call)?.child(0))), "Its value"),
        row("set JToken Value", set_value, "Sets its value"),
    ],
    missing: &[],
    doc: "A name and a value in an object",
};

fn new(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (name, value) = (call.text(0, "name")?, call.value(1));
    let content = content_of(call.machine, &value)?;
    count_copies(call.machine, None, &content)?;
    Ok(to_value(Token::property(name, content)?))
}

fn set_value(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, value) = (this(call)?, token_or_null(call, 0)?);
    count_token(call, &this, value.as_ref())?;
    this.set_at(0, value)?;
    Ok(Value::Null)
}
