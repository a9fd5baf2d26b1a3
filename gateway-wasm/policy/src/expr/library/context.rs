//! `context` and everything in it.

use crate::expr::{
    call::Thrown,
    machine::Machine,
    types::{NetType, Type},
    value::{Cursor, Part},
};
use dotnet::NetString;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[];

/// What a part of `context` prints: the name of its type, or what it stands for.
pub(crate) fn part_text(machine: &mut Machine<'_>, part: Part) -> Result<NetString, Thrown> {
    let _ = machine;
    Ok(part_type(part).full_name().into())
}

/// The items of a part that is a dictionary.
pub(crate) fn part_items(machine: &mut Machine<'_>, part: Part) -> Result<Option<Box<dyn Cursor>>, Thrown> {
    let _ = (machine, part);
    Ok(None)
}

/// The part that a property of a part is, where it is always there.
pub(crate) fn part_of(part: Part, name: &str) -> Option<Part> {
    let _ = (part, name);
    None
}

/// The type of a part of `context`.
pub(crate) fn part_type(part: Part) -> Type {
    let _ = part;
    Type::Unknown
}
