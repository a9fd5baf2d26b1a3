//! System.Net: `WebUtility`, `IPAddress`.

use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{
    Exception, NetString,
    web::{self, IpAddress},
};
use std::{
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
    net::{Ipv4Addr, Ipv6Addr},
};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&WEB_UTILITY, &IP_ADDRESS, &ADDRESS_FAMILY];

/// `System.Net.WebUtility`
pub static WEB_UTILITY: NetType = NetType {
    namespace: "System.Net",
    name: "WebUtility",
    kind: Kind::Static,
    bases: &[],
    members: &[
        row(
            "static string UrlEncode(string value)",
            |call| text(call, 3, |text| web::url_encode(text).into()),
            "Text as in a form: with `+` for a space and `%` before hexadecimal digits",
        ),
        row(
            "static string UrlDecode(string encodedValue)",
            |call| text(call, 1, |text| web::url_decode(&text.to_str()).into()),
            "What `UrlEncode` encoded",
        ),
        row(
            "static string HtmlEncode(string value)",
            |call| text(call, 6, |text| web::html_encode(text).into()),
            "Text with entities for what HTML takes for its own",
        ),
        row("static string HtmlDecode(string value)", |call| text(call, 1, web::html_decode), "Text with its entities resolved"),
        row(
            "static byte[] UrlEncodeToBytes(byte[] value, int offset, int count)",
            |call| bytes(call, |bytes| web::url_encode_bytes(bytes).into_bytes()),
            "Bytes as in a form",
        ),
        row(
            "static byte[] UrlDecodeToBytes(byte[] encodedValue, int offset, int count)",
            |call| bytes(call, web::url_decode_bytes),
            "What `UrlEncodeToBytes` encoded",
        ),
    ],
    missing: &[],
    doc: "Escapes for forms and HTML",
};

/// `System.Net.IPAddress`
pub static IP_ADDRESS: NetType = NetType {
    namespace: "System.Net",
    name: "IPAddress",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("static IPAddress Loopback", |_| Ok(address(IpAddress::new(Ipv4Addr::LOCALHOST.into()))), "`127.0.0.1`"),
        row("static IPAddress IPv6Loopback", |_| Ok(address(IpAddress::new(Ipv6Addr::LOCALHOST.into()))), "`::1`"),
        row(
            "static IPAddress Parse(string ipString)",
            |call| Ok(address(IpAddress::parse(&call.text(0, "ipString")?.to_str())?)),
            "The address in text",
        ),
        row(
            "static bool TryParse(string ipString, out IPAddress address)",
            |call| {
                let parsed = call.text_or_null(0)?.and_then(|text| IpAddress::parse(&text.to_str()).ok());
                call.set_out(1, parsed.map_or(Value::Null, address));
                Ok(parsed.is_some().into())
            },
            "Whether text is an address, and which",
        ),
        row(
            "static bool IsLoopback(IPAddress address)",
            |call| Ok(call.object::<Address>(0, "address")?.0.is_loopback().into()),
            "Whether an address is that of the machine itself",
        ),
        row(
            "AddressFamily AddressFamily",
            |call| Ok(Value::Enum(&ADDRESS_FAMILY, if this(call)?.is_v6() { 23 } else { 2 })),
            "`InterNetwork` for version 4, `InterNetworkV6` for version 6",
        ),
        row("byte[] GetAddressBytes()", |call| Ok(Value::bytes(this(call)?.bytes())), "Its 4 or 16 bytes"),
        row("string ToString()", |call| Ok(Value::text(this(call)?.to_string())), "Like `10.0.0.1` or `2001:db8::1`"),
        row(
            "bool Equals(object comparand)",
            |call| {
                let own = this(call)?;
                Ok(call.value(0).downcast_ref::<Address>().is_some_and(|other| other.0 == own).into())
            },
            "Whether both are the same address",
        ),
    ],
    missing: &[],
    doc: "An address of a machine",
};

/// `System.Net.Sockets.AddressFamily`
static ADDRESS_FAMILY: NetType = NetType {
    namespace: "System.Net.Sockets",
    name: "AddressFamily",
    kind: Kind::Enum(&[("Unknown", -1), ("Unspecified", 0), ("InterNetwork", 2), ("InterNetworkV6", 23)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "The version of an address",
};

/// An `IPAddress`.
#[derive(Debug)]
struct Address(IpAddress);

impl Object for Address {
    fn net_type(&self) -> Type {
        Type::of(&IP_ADDRESS)
    }

    fn text(&self, _machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(self.0.to_string().into())
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        Some(other.downcast_ref::<Address>().is_some_and(|other| other.0 == self.0))
    }

    fn hash(&self) -> Option<i32> {
        Some(BuildHasherDefault::<DefaultHasher>::default().hash_one(self.0) as i32)
    }
}

fn address(address: IpAddress) -> Value {
    Value::object(Address(address))
}

fn this(call: &Call<'_, '_>) -> Result<IpAddress, Thrown> {
    Ok(call.this_object::<Address>()?.0)
}

/// Null stays null; what is made is at most so many times as long.
fn text(call: &mut Call<'_, '_>, growth: usize, change: impl FnOnce(&NetString) -> NetString) -> Result<Value, Thrown> {
    let Some(text) = call.text_or_null(0)? else { return Ok(Value::Null) };
    call.machine.spend(text.size().saturating_mul(growth))?;
    Ok(Value::String(change(&text)))
}

fn bytes(call: &mut Call<'_, '_>, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<Value, Thrown> {
    let (offset, count) = (call.int(1)?, call.int(2)?);
    if call.value(0).is_null() {
        return if count == 0 { Ok(Value::Null) } else { Err(Exception::argument_null("bytes").into()) };
    }
    let bytes = call.bytes(0, "bytes")?;
    let outside =
        |parameter: &str| Exception::argument_out_of_range("Specified argument was out of the range of valid values.", parameter);
    let start = usize::try_from(offset).ok().filter(|start| *start <= bytes.len()).ok_or_else(|| outside("offset"))?;
    let part = usize::try_from(count).ok().and_then(|count| bytes.get(start..start.checked_add(count)?));
    let part = part.ok_or_else(|| outside("count"))?;
    call.machine.spend(part.len().saturating_mul(3))?;
    Ok(Value::bytes(change(part)))
}
