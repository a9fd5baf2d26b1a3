//! `System.Enum`: what every enumeration can do, and the text of its values.

use super::number::reading;
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, Type, row},
    value::Value,
};
use dotnet::{Exception, NetString};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&ENUM];

/// `System.Enum`
pub static ENUM: NetType = NetType {
    namespace: "System",
    name: "Enum",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("static TEnum Parse<TEnum>(string value)", parse, "The value with a name or number"),
        row(
            "static TEnum Parse<TEnum>(string value, bool ignoreCase)",
            parse,
            "The value with a name, in any case if asked for, or number",
        ),
        row(
            "static bool TryParse<TEnum>(string value, out TEnum result)",
            try_parse,
            "Whether there is a value with a name or number, and which",
        ),
        row(
            "static bool TryParse<TEnum>(string value, bool ignoreCase, out TEnum result)",
            try_parse,
            "Whether there is a value with a name or number, and which",
        ),
        row("string ToString()", to_string, "Its name, or its number if it has none"),
        row("string ToString(string format)", to_string, "Its name (`G`, `F`), its number (`D`) or its hexadecimal number (`X`)"),
        row("string ToString(IFormatProvider provider)", to_string, "Its name, or its number if it has none"),
        row("string ToString(string format, IFormatProvider provider)", to_string, "Its name or number in a format"),
    ],
    missing: &[],
    doc: "An enumeration: one of a set of names, each with a number",
};

/// The enumerations whose values combine.
const FLAGS: &[&str] = &[
    "Base64FormattingOptions",
    "DateTimeStyles",
    "LoadOptions",
    "MergeNullValueHandling",
    "NumberStyles",
    "RegexOptions",
    "SaveOptions",
    "StringSplitOptions",
    "TimeSpanStyles",
    "UriComponents",
];

fn members(net_type: &NetType) -> &'static [(&'static str, i64)] {
    match net_type.kind {
        Kind::Enum(members) => members,
        _ => &[],
    }
}

/// `ToString()` of a value.
pub(crate) fn text(net_type: &NetType, value: i64) -> String {
    let flags = FLAGS.contains(&net_type.name);
    name(net_type, value)
        .map(str::to_owned)
        .or_else(|| flags.then(|| names(net_type, value)).flatten())
        .unwrap_or_else(|| value.to_string())
}

/// `ToString(format)` of a value.
pub(crate) fn formatted(net_type: &NetType, value: i64, format: &str) -> dotnet::Result<String> {
    Ok(match format {
        "" | "G" | "g" => text(net_type, value),
        "F" | "f" => {
            let name = name(net_type, value).map(str::to_owned).or_else(|| names(net_type, value));
            name.unwrap_or_else(|| value.to_string())
        }
        "D" | "d" => value.to_string(),
        "X" | "x" => format!("{:08X}", value as u32),
        _ => {
            let message = "Format string can be only \"G\", \"g\", \"X\", \"x\", \"F\", \"f\", \"D\" or \"d\".";
            return Err(Exception::format(message));
        }
    })
}

fn name(net_type: &NetType, value: i64) -> Option<&'static str> {
    members(net_type).iter().find(|(_, number)| *number == value).map(|(name, _)| *name)
}

/// The names that a value is made of, greatest first as .NET finds them, smallest first as it writes them.
fn names(net_type: &NetType, value: i64) -> Option<String> {
    let mut sorted: Vec<_> = members(net_type).iter().filter(|(_, number)| *number != 0).collect();
    // .NET goes by the unsigned number.
    sorted.sort_by_key(|(_, number)| *number as u64);
    let (mut left, mut found) = (value, Vec::new());
    for (name, number) in sorted.into_iter().rev() {
        if left & number == *number {
            left &= !number;
            found.push(*name);
        }
    }
    if left != 0 || found.is_empty() {
        return None;
    }
    found.reverse();
    Some(found.join(", "))
}

/// The enumeration that a call is for.
fn target(call: &Call<'_, '_>) -> Result<&'static NetType, Thrown> {
    match call.generics.first() {
        Some(Type::Named(net_type, _)) if matches!(net_type.kind, Kind::Enum(_)) => Ok(net_type),
        _ => Err(Exception::argument("Type provided must be an Enum.", "TEnum").into()),
    }
}

fn ignore_case(call: &Call<'_, '_>) -> bool {
    matches!(call.arguments.get(1), Some(Value::Bool(true)))
}

fn parse(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let net_type = target(call)?;
    let text = call.text(0, "value")?;
    reading(call, text.size())?;
    Ok(Value::Enum(net_type, read(net_type, &text.to_str(), ignore_case(call))?))
}

fn try_parse(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let net_type = target(call)?;
    let text = call.text_or_null(0)?;
    reading(call, text.as_ref().map_or(0, NetString::size))?;
    let value = text.and_then(|text| read(net_type, &text.to_str(), ignore_case(call)).ok());
    let last = call.arguments.len().saturating_sub(1);
    call.set_out(last, Value::Enum(net_type, value.unwrap_or(0)));
    Ok(value.is_some().into())
}

/// A number, or names with commas between them.
fn read(net_type: &NetType, text: &str, ignore_case: bool) -> dotnet::Result<i64> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Exception::argument("Must specify valid information for parsing in the string.", "value"));
    }
    if trimmed.starts_with(|first: char| first.is_ascii_digit() || first == '-' || first == '+')
        && let Ok(number) = trimmed.parse::<i128>()
    {
        return dotnet::number::INT32.check(number).map(|number| number as i64);
    }
    let mut value = 0;
    for part in trimmed.split(',') {
        let part = part.trim();
        let same = |name: &str| if ignore_case { name.eq_ignore_ascii_case(part) } else { name == part };
        // The exact name goes before one in another case.
        let member = members(net_type)
            .iter()
            .find(|(name, _)| *name == part)
            .or_else(|| members(net_type).iter().find(|(name, _)| same(name)));
        let Some((_, number)) = member else {
            return Err(Exception::argument(&format!("Requested value '{text}' was not found."), ""));
        };
        value |= number;
    }
    Ok(value)
}

fn to_string(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let Value::Enum(net_type, value) = call.this else { return Err(Thrown::null_reference()) };
    let format = match call.arguments.first() {
        Some(Value::String(format)) => format.clone(),
        _ => NetString::default(),
    };
    Ok(Value::text(formatted(net_type, value, &format.to_str())?))
}
