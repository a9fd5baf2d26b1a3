//! `System.Globalization.CultureInfo`: there is only the invariant one, so that a policy gives the same text everywhere.

use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::NetString;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&CULTURE_INFO, &FORMAT_PROVIDER];

/// `System.Globalization.CultureInfo`
pub static CULTURE_INFO: NetType = NetType {
    namespace: "System.Globalization",
    name: "CultureInfo",
    kind: Kind::Class,
    bases: &["IFormatProvider"],
    members: &[
        row("static CultureInfo InvariantCulture", invariant, "The culture of no country, which every format here follows"),
        row("static CultureInfo CurrentCulture", invariant, "The invariant culture"),
        row("static CultureInfo CurrentUICulture", invariant, "The invariant culture"),
    ],
    missing: &[],
    doc: "A culture; there is only the invariant one",
};

/// `System.IFormatProvider`
pub static FORMAT_PROVIDER: NetType = NetType {
    namespace: "System",
    name: "IFormatProvider",
    kind: Kind::Interface,
    bases: &[],
    members: &[],
    missing: &[],
    doc: "A culture, where one may be given",
};

#[derive(Debug)]
struct Invariant;

impl Object for Invariant {
    fn net_type(&self) -> Type {
        Type::of(&CULTURE_INFO)
    }

    /// The invariant culture has no name.
    fn text(&self, _machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(NetString::default())
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        Some(other.downcast_ref::<Self>().is_some())
    }

    fn hash(&self) -> Option<i32> {
        Some(0)
    }
}

fn invariant(_call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(Value::object(Invariant))
}
