//! Finding a member by name: on the type, on what it derives from, on `object`, among the extension methods.

use super::{
    signature::{self, Form, Signature},
    types::Type,
};
use std::rc::Rc;

/// The rows of a name, nearest type first: a call means the first group in which an overload fits.
pub fn rows(kind: &Type, name: &str, wanted: impl Fn(&Signature) -> bool) -> Vec<Vec<Rc<Signature>>> {
    let mut groups = Vec::new();
    for kind in family(kind) {
        let Type::Named(net_type, _) = &kind else { continue };
        let group: Vec<_> = signature::table(net_type).named(name).iter().filter(|row| wanted(row)).cloned().collect();
        if !group.is_empty() {
            groups.push(group);
        }
    }
    groups
}

/// The first row of a name, nearest type first.
pub fn row(kind: &Type, name: &str, wanted: impl Fn(&Signature) -> bool) -> Option<Rc<Signature>> {
    family(kind).iter().find_map(|kind| {
        let Type::Named(net_type, _) = kind else { return None };
        signature::table(net_type).named(name).iter().find(|row| wanted(row)).cloned()
    })
}

/// A type and everything it derives from, nearest first, `object` last.
pub fn family(kind: &Type) -> Vec<Type> {
    let mut family = vec![kind.clone()];
    let mut next = 0;
    while let Some(kind) = family.get(next) {
        next += 1;
        for base in kind.bases() {
            if !family.contains(&base) && family.len() < 64 {
                family.push(base);
            }
        }
    }
    if !family.contains(&Type::OBJECT) {
        family.push(Type::OBJECT);
    }
    family
}

/// Every name that may stand after the dot, for "did you mean".
pub fn names(kind: &Type, of_type: bool) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for kind in family(kind) {
        let Type::Named(net_type, _) = &kind else { continue };
        let table = signature::table(net_type);
        let has_dot = |row: &&Rc<Signature>| matches!(row.form, Form::Method | Form::Property) && row.is_static == of_type;
        names.extend(table.all.iter().filter(has_dot).map(|row| row.name));
        if let (true, super::types::Kind::Enum(members)) = (of_type, net_type.kind) {
            names.extend(members.iter().map(|(name, _)| *name));
        }
    }
    if let Type::Anonymous(_) = kind {
        return names;
    }
    if !of_type {
        names.extend(signature::extension_names());
    }
    names
}

/// True if APIM and .NET have a member of this name that Portico does not have.
pub fn is_missing(kind: &Type, name: &str) -> bool {
    family(kind).iter().any(|kind| matches!(kind, Type::Named(net_type, _) if net_type.missing.contains(&name)))
}
