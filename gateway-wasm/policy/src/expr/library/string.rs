//! `System.String`, and what goes with it.

use crate::expr::types::{Kind, NetType};
use dotnet::NetString;
use std::cmp::Ordering;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&STRING];

/// `System.String`
pub static STRING: NetType = NetType {
    namespace: "System",
    name: "String",
    kind: Kind::Class,
    bases: &[],
    members: &[],
    missing: &[],
    doc: "Text: a sequence of UTF-16 units",
};

/// `string.Compare`
pub(crate) fn compare(one: &NetString, other: &NetString) -> Ordering {
    one.cmp(other)
}
