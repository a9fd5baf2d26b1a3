//! `bool`.

use super::{compare_to, equals, get_hash_code, get_type_code, reading, to_string};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::Value,
};
use dotnet::{Exception, NetString, number::parse};

/// `System.Boolean`
pub static BOOLEAN: NetType = NetType {
    namespace: "System",
    name: "Boolean",
    kind: Kind::Struct,
    bases: &[],
    members: &[
        row("static string TrueString", |_| Ok(Value::text("True")), "`True`"),
        row("static string FalseString", |_| Ok(Value::text("False")), "`False`"),
        row("static bool Parse(string value)", parsed, "The value in text, in any case"),
        row("static bool TryParse(string value, out bool result)", try_parse, "Whether text is `true` or `false`, and which"),
        row("int CompareTo(bool value)", compare_to, "Negative, zero or positive: `false` comes before `true`"),
        row("int CompareTo(object obj)", compare_to, "Negative, zero or positive: `false` comes before `true`"),
        row("bool Equals(bool obj)", equals, "Whether both are equal"),
        row("bool Equals(object obj)", equals, "Whether the other is a `bool` and equal"),
        row("int GetHashCode()", get_hash_code, "1 or 0"),
        row("TypeCode GetTypeCode()", get_type_code, "`TypeCode.Boolean`"),
        row("string ToString()", to_string, "`True` or `False`"),
        row("string ToString(IFormatProvider provider)", to_string, "`True` or `False`"),
    ],
    missing: &["TryFormat"],
    doc: "`bool`: true or false",
};

fn parsed(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let text = call.text(0, "value")?;
    reading(call, text.size())?;
    Ok(parse(&text.to_str())?.into())
}

/// `bool.Parse`
pub(in crate::expr::library) fn parse(text: &str) -> dotnet::Result<bool> {
    parse::boolean(text).ok_or_else(|| Exception::format(format!("String '{text}' was not recognized as a valid Boolean.")))
}

fn try_parse(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let text = call.text_or_null(0)?;
    reading(call, text.as_ref().map_or(0, NetString::size))?;
    let value = text.and_then(|text| parse::boolean(&text.to_str()));
    call.set_out(1, value.unwrap_or(false));
    Ok(value.is_some().into())
}
