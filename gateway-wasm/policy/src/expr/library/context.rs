//! `context` and everything in it.

use crate::expr::{
    types::{NetType, Type},
    value::Part,
};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[];

/// The type of a part of `context`.
pub(crate) fn part_type(part: Part) -> Type {
    let _ = part;
    Type::Unknown
}
