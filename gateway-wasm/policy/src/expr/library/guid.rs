//! `System.Guid`.

use crate::expr::types::{Kind, NetType};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&GUID];

/// `System.Guid`
pub static GUID: NetType =
    NetType { namespace: "System", name: "Guid", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };
