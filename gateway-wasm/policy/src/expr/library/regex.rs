//! System.Text.RegularExpressions.

mod found;
mod pattern;

pub use found::{CAPTURE, CAPTURE_COLLECTION, GROUP, GROUP_COLLECTION, MATCH, MATCH_COLLECTION};
pub use pattern::REGEX;

use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType},
};
use dotnet::regex::Budget;

/// The types of this module.
pub(super) static TYPES: &[&NetType] =
    &[&REGEX, &MATCH, &GROUP, &CAPTURE, &MATCH_COLLECTION, &GROUP_COLLECTION, &CAPTURE_COLLECTION, &REGEX_OPTIONS];

/// `System.Text.RegularExpressions.RegexOptions`
pub static REGEX_OPTIONS: NetType = NetType {
    namespace: "System.Text.RegularExpressions",
    name: "RegexOptions",
    kind: Kind::Enum(&[
        ("None", 0),
        ("IgnoreCase", 1),
        ("Multiline", 2),
        ("ExplicitCapture", 4),
        ("Compiled", 8),
        ("Singleline", 16),
        ("IgnorePatternWhitespace", 32),
        ("RightToLeft", 64),
        ("ECMAScript", 256),
        ("CultureInvariant", 512),
        ("NonBacktracking", 1024),
    ]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "How a pattern is read and matched",
};

/// Runs a pattern with a budget, and counts what it took.
fn measured<T>(
    call: &mut Call<'_, '_>,
    run: impl FnOnce(&mut Call<'_, '_>, &mut Budget) -> Result<T, Thrown>,
) -> Result<T, Thrown> {
    let mut budget = Budget::MOST;
    let result = run(call, &mut budget);
    // A step of a pattern takes some nanoseconds.
    call.machine.step((Budget::MOST.steps - budget.steps) / 16)?;
    result
}
