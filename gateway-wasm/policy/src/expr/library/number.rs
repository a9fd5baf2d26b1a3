//! The numbers, `bool`, `char`, and what computes and converts them.

use crate::expr::types::{Kind, NetType};

/// The types of this module.
pub(super) static TYPES: &[&NetType] =
    &[&BOOLEAN, &CHAR, &SBYTE, &BYTE, &INT16, &UINT16, &INT32, &UINT32, &INT64, &UINT64, &SINGLE, &DOUBLE, &DECIMAL];

/// `System.Boolean`
pub static BOOLEAN: NetType =
    NetType { namespace: "System", name: "Boolean", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };

/// `System.Char`
pub static CHAR: NetType =
    NetType { namespace: "System", name: "Char", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };

/// `System.SByte`
pub static SBYTE: NetType =
    NetType { namespace: "System", name: "SByte", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };

/// `System.Byte`
pub static BYTE: NetType =
    NetType { namespace: "System", name: "Byte", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };

/// `System.Int16`
pub static INT16: NetType =
    NetType { namespace: "System", name: "Int16", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };

/// `System.UInt16`
pub static UINT16: NetType =
    NetType { namespace: "System", name: "UInt16", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };

/// `System.Int32`
pub static INT32: NetType =
    NetType { namespace: "System", name: "Int32", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };

/// `System.UInt32`
pub static UINT32: NetType =
    NetType { namespace: "System", name: "UInt32", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };

/// `System.Int64`
pub static INT64: NetType =
    NetType { namespace: "System", name: "Int64", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };

/// `System.UInt64`
pub static UINT64: NetType =
    NetType { namespace: "System", name: "UInt64", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };

/// `System.Single`
pub static SINGLE: NetType =
    NetType { namespace: "System", name: "Single", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };

/// `System.Double`
pub static DOUBLE: NetType =
    NetType { namespace: "System", name: "Double", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };

/// `System.Decimal`
pub static DECIMAL: NetType =
    NetType { namespace: "System", name: "Decimal", kind: Kind::Struct, bases: &[], members: &[], missing: &[], doc: "" };
