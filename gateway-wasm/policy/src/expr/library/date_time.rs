//! Dates and times.

use crate::expr::types::{Kind, NetType};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&DATE_TIME, &DATE_TIME_OFFSET];

/// `System.DateTime`
pub static DATE_TIME: NetType =
    NetType { namespace: "System", name: "DateTime", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };

/// `System.DateTimeOffset`
pub static DATE_TIME_OFFSET: NetType =
    NetType { namespace: "System", name: "DateTimeOffset", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };
