//! A statement that can never run.
//!
//! `return-response` and `mock-response` end the exchange, so what stands behind them is skipped, `<base />` and its checks
//! included. Behind a condition that is always true no other branch is looked at: mostly a switch that was left on while testing.

use super::{File, expressions};
use crate::{
    expr::ast::Program,
    xml::{Element, Kind, Value},
};
use diagnostic::Diagnostics;

const ENDS: [&str; 2] = ["return-response", "mock-response"];

/// The elements in which policies run one after the other.
const LISTS: [&str; 10] =
    ["inbound", "backend", "outbound", "on-error", "fragment", "when", "otherwise", "retry", "limit-concurrency", "value"];

pub(super) fn check(file: &File, findings: &mut Diagnostics) {
    for element in file.elements() {
        if LISTS.contains(&element.name.as_str()) {
            behind_the_end(file, element, findings);
        } else if element.name == "choose" {
            behind_a_constant(file, element, findings);
        }
    }
}

fn behind_the_end(file: &File, list: &Element, findings: &mut Diagnostics) {
    let mut statements = list.elements().skip_while(|statement| !ENDS.contains(&statement.name.as_str()));
    let (Some(end), Some(next)) = (statements.next(), statements.next()) else { return };
    let message = format!("`{}` never runs: `{}` before it ends the exchange", next.name, end.name);
    findings.push(
        file.warning("lint/never-runs", next.name_span, message)
            .label(file.text.place(end.name_span), "nothing runs after this")
            .help(format!("put it before `{}`, or remove it", end.name)),
    );
}

fn behind_a_constant(file: &File, choose: &Element, findings: &mut Diagnostics) {
    let mut always: Option<&Value> = None;
    for branch in choose.elements() {
        if let Some(condition) = always {
            findings.push(
                file.warning(
                    "lint/never-runs",
                    branch.name_span,
                    format!("this `{}` never runs: a branch before it always does", branch.name),
                )
                .label(file.text.place(condition.span), "always true")
                .help("remove the branch, or write the condition that is meant"),
            );
            return;
        }
        let Some(condition) = branch.attribute("condition").map(|condition| &condition.value) else { continue };
        match constant(file, condition) {
            Some(true) => always = Some(condition),
            Some(false) => findings.push(
                file.warning("lint/never-runs", condition.span, "this branch never runs: its condition is always false")
                    .help("remove the branch, or use a named value as the condition to switch it on per environment"),
            ),
            None => {}
        }
    }
}

/// What a condition always is. A named value is not constant: the next environment has another one.
fn constant(file: &File, condition: &Value) -> Option<bool> {
    if file.text.holds_named_value(condition.span) {
        return None;
    }
    match condition.kind {
        Kind::Literal if condition.text.trim().eq_ignore_ascii_case("true") => Some(true),
        Kind::Literal if condition.text.trim().eq_ignore_ascii_case("false") => Some(false),
        Kind::Expression => match expressions::parse(condition)? {
            Program::Expression(value) => expressions::constant(&value),
            Program::Block(_) => None,
        },
        _ => None,
    }
}
