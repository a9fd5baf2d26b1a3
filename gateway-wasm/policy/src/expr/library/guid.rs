//! `System.Guid`.

use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::Value,
};
use dotnet::{Exception, Guid};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&GUID];

/// `System.Guid`
pub static GUID: NetType = NetType {
    namespace: "System",
    name: "Guid",
    kind: Kind::Struct,
    bases: &[],
    members: &[
        row("Guid()", |_| Ok(Guid::EMPTY.into()), "All zeroes"),
        row("Guid(string g)", |call| Ok(Guid::parse(&call.text(0, "g")?.to_str())?.into()), "The one in text"),
        row(
            "Guid(byte[] b)",
            |call| Ok(Guid::from_bytes(&call.bytes(0, "b")?)?.into()),
            "From 16 bytes; those of the first three parts are reversed",
        ),
        row(
            "Guid(int a, short b, short c, byte[] d)",
            |call| {
                let bytes = call.bytes(3, "d")?;
                let rest: Result<[u8; 8], _> = bytes.try_into();
                let rest = rest.map_err(|_| Exception::argument("Byte array for Guid must be exactly 8 bytes long.", "d"))?;
                parts(call, rest)
            },
            "From its parts",
        ),
        row(
            "Guid(int a, short b, short c, byte d, byte e, byte f, byte g, byte h, byte i, byte j, byte k)",
            |call| {
                let mut rest = [0; 8];
                for (at, byte) in rest.iter_mut().enumerate() {
                    *byte = call.byte(at + 3)?;
                }
                parts(call, rest)
            },
            "From its parts",
        ),
        row("static Guid Empty", |_| Ok(Guid::EMPTY.into()), "All zeroes"),
        row(
            "static Guid NewGuid()",
            |call| Ok(Guid::new_random([call.machine.random(), call.machine.random()]).into()),
            "A new one that nobody can guess",
        ),
        row(
            "static Guid Parse(string input)",
            |call| Ok(Guid::parse(&call.text(0, "input")?.to_str())?.into()),
            "The one in text of any of the formats",
        ),
        row(
            "static Guid Parse(string s, IFormatProvider provider)",
            |call| Ok(Guid::parse(&call.text(0, "input")?.to_str())?.into()),
            "The one in text of any of the formats",
        ),
        row(
            "static bool TryParse(string input, out Guid result)",
            |call| try_parse(call, 1),
            "Whether text is a GUID, and which",
        ),
        row(
            "static bool TryParse(string s, IFormatProvider provider, out Guid result)",
            |call| try_parse(call, 2),
            "Whether text is a GUID, and which",
        ),
        row(
            "static Guid ParseExact(string input, string format)",
            |call| Ok(Guid::parse_exact(&call.text(0, "input")?.to_str(), &call.text(1, "format")?.to_str())?.into()),
            "The one in text of a format",
        ),
        row(
            "static bool TryParseExact(string input, string format, out Guid result)",
            |call| {
                let texts = call.text_or_null(0)?.zip(call.text_or_null(1)?);
                let parsed = texts.and_then(|(input, format)| Guid::parse_exact(&input.to_str(), &format.to_str()).ok());
                call.set_out(2, parsed.unwrap_or_default());
                Ok(parsed.is_some().into())
            },
            "Whether text is a GUID of a format, and which",
        ),
        row(
            "byte[] ToByteArray()",
            |call| Ok(Value::bytes(this(call)?.to_bytes())),
            "Its 16 bytes; those of the first three parts are reversed",
        ),
        row(
            "byte[] ToByteArray(bool bigEndian)",
            |call| {
                let guid = this(call)?;
                Ok(Value::bytes(if call.boolean(0)? { guid.0.to_be_bytes() } else { guid.to_bytes() }))
            },
            "Its 16 bytes, in the order of the text or with the first three parts reversed",
        ),
        row("string ToString()", |call| Ok(Value::text(this(call)?.to_string())), "Like `8be4df61-93ca-11d2-aa0d-00e098032b8c`"),
        row("string ToString(string format)", formatted, "In the format `N`, `D`, `B`, `P` or `X`"),
        row("string ToString(string format, IFormatProvider provider)", formatted, "In the format `N`, `D`, `B`, `P` or `X`"),
        row(
            "int CompareTo(Guid value)",
            |call| Ok((this(call)?.cmp(&call.guid(0)?) as i32).into()),
            "Negative, zero or positive: in the order of the text",
        ),
        row(
            "int CompareTo(object value)",
            |call| match call.value(0) {
                Value::Null => Ok(1.into()),
                Value::Guid(other) => Ok((this(call)?.cmp(&other) as i32).into()),
                _ => Err(Exception::argument("Object must be of type GUID.", "value").into()),
            },
            "Negative, zero or positive: in the order of the text",
        ),
        row("bool Equals(Guid g)", |call| Ok((this(call)? == call.guid(0)?).into()), "Whether both are equal"),
        row("int GetHashCode()", |call| Ok(this(call)?.hash_code().into()), "A number that equal ones share"),
        row(
            "static bool operator ==(Guid a, Guid b)",
            |call| Ok((call.guid(0)? == call.guid(1)?).into()),
            "Whether both are equal",
        ),
        row("static bool operator !=(Guid a, Guid b)", |call| Ok((call.guid(0)? != call.guid(1)?).into()), "Whether they differ"),
        row(
            "static bool operator <(Guid left, Guid right)",
            |call| Ok((call.guid(0)? < call.guid(1)?).into()),
            "Whether the first comes first",
        ),
        row(
            "static bool operator <=(Guid left, Guid right)",
            |call| Ok((call.guid(0)? <= call.guid(1)?).into()),
            "Whether the first does not come last",
        ),
        row(
            "static bool operator >(Guid left, Guid right)",
            |call| Ok((call.guid(0)? > call.guid(1)?).into()),
            "Whether the first comes last",
        ),
        row(
            "static bool operator >=(Guid left, Guid right)",
            |call| Ok((call.guid(0)? >= call.guid(1)?).into()),
            "Whether the first does not come first",
        ),
    ],
    missing: &["TryFormat", "TryWriteBytes"],
    doc: "A number of 128 bits that is unique",
};

fn this(call: &Call<'_, '_>) -> Result<Guid, Thrown> {
    match call.this {
        Value::Guid(value) => Ok(value),
        _ => Err(Thrown::null_reference()),
    }
}

fn parts(call: &mut Call<'_, '_>, rest: [u8; 8]) -> Result<Value, Thrown> {
    let [a, b, c] = [call.integer(0)?, call.integer(1)?, call.integer(2)?];
    Ok(Guid::from_parts(a as u32, b as u16, c as u16, rest).into())
}

fn try_parse(call: &mut Call<'_, '_>, out: usize) -> Result<Value, Thrown> {
    let parsed = call.text_or_null(0)?.and_then(|text| Guid::parse(&text.to_str()).ok());
    call.set_out(out, parsed.unwrap_or_default());
    Ok(parsed.is_some().into())
}

fn formatted(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let format = call.text_or_null(0)?;
    Ok(Value::text(this(call)?.format(format.as_ref().map(|format| format.to_str()).as_deref())?))
}
