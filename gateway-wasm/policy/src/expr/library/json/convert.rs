//! `Newtonsoft.Json.JsonConvert`

use super::{deserialize, from_object, write};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, Type, row},
    value::Value,
};
use dotnet::json::Token;

/// `Newtonsoft.Json.JsonConvert`
pub static JSON_CONVERT: NetType = NetType {
    namespace: "Newtonsoft.Json",
    name: "JsonConvert",
    kind: Kind::Static,
    bases: &[],
    members: &[
        row("static string SerializeObject(object value)", |call| serialize(call, false), "The JSON of any value, on one line"),
        row(
            "static string SerializeObject(object value, Formatting formatting)",
            |call| {
                let indented = call.enumeration(1)? == 1;
                serialize(call, indented)
            },
            "The JSON of any value, on one line or indented",
        ),
        row(
            "static object DeserializeObject(string value)",
            |call| read(call, &Type::OBJECT),
            "What a JSON text says: a token, or a plain value",
        ),
        row(
            "static T DeserializeObject<T>(string value)",
            |call| {
                let to = super::generic(call);
                read(call, &to)
            },
            "What a JSON text says, as a value of a type: a token, a list, a dictionary, a number",
        ),
    ],
    missing: &[],
    doc: "Values to JSON and back",
};

fn serialize(call: &mut Call<'_, '_>, indented: bool) -> Result<Value, Thrown> {
    let value = call.value(0);
    if value.is_null() {
        return Ok("null".into());
    }
    let token = match value.downcast::<Token>() {
        Some(token) => token,
        None => from_object(call.machine, &value)?,
    };
    Ok(write(call.machine, &token, indented)?.into())
}

fn read(call: &mut Call<'_, '_>, to: &Type) -> Result<Value, Thrown> {
    let text = call.text(0, "value")?;
    deserialize::of_text(call.machine, &text, to)
}
