//! Lengths of time.

use crate::expr::types::{Kind, NetType};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&TIME_SPAN];

/// `System.TimeSpan`
pub static TIME_SPAN: NetType =
    NetType { namespace: "System", name: "TimeSpan", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };
