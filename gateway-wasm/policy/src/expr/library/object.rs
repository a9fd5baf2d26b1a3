//! `System.Object`.

use crate::expr::types::{Kind, NetType};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&OBJECT];

/// `System.Object`
pub static OBJECT: NetType = NetType {
    namespace: "System",
    name: "Object",
    kind: Kind::Class,
    bases: &[],
    members: &[],
    missing: &[],
    doc: "The base of every type",
};
