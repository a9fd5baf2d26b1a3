//! Cultures: there is only the invariant one.

use crate::expr::{
    call::Thrown,
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::NetString;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&FORMAT_PROVIDER, &CULTURE_INFO];

/// `System.IFormatProvider`
static FORMAT_PROVIDER: NetType = NetType {
    namespace: "System",
    name: "IFormatProvider",
    kind: Kind::Interface,
    bases: &[],
    members: &[],
    missing: &[],
    doc: "How numbers and dates look in text",
};

/// `System.Globalization.CultureInfo`
static CULTURE_INFO: NetType = NetType {
    namespace: "System.Globalization",
    name: "CultureInfo",
    kind: Kind::Class,
    bases: &["IFormatProvider"],
    members: &[
        row(
            "static CultureInfo InvariantCulture",
            |_| Ok(Value::object(Culture)),
            "The culture of no country, and the only one here",
        ),
        row("static CultureInfo CurrentCulture", |_| Ok(Value::object(Culture)), "The invariant culture"),
        row("string Name", |_| Ok(Value::text("")), "Empty"),
        row("string ToString()", |_| Ok(Value::text("")), "Empty"),
    ],
    missing: &[],
    doc: "How a culture writes numbers and dates",
};

/// The invariant culture.
#[derive(Debug)]
struct Culture;

impl Object for Culture {
    fn net_type(&self) -> Type {
        Type::of(&CULTURE_INFO)
    }

    fn text(&self, _machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(NetString::default())
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        Some(other.downcast_ref::<Culture>().is_some())
    }

    fn hash(&self) -> Option<i32> {
        Some(1)
    }
}
