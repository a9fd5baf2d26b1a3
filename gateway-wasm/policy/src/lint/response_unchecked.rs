//! The answer to a `send-request` that may fail is used without looking whether there is one.
//!
//! With `ignore-error="true"` the variable is null when nothing answered, so the first expression that reads `.StatusCode` or
//! `.Body` of it throws, and every caller gets a 500: on the day when the other service is down, and not before.

use super::{
    File,
    expressions::{self, Asks, Part},
};
use crate::{
    expr::ast::{BinaryOperator, Expression, ExpressionKind, Literal, Program},
    xml::Element,
};
use diagnostic::{Diagnostics, Span};

pub(super) fn check(file: &File, findings: &mut Diagnostics) {
    let elements = file.elements();
    for (at, send) in elements.iter().enumerate().filter(|(_, element)| element.name == "send-request") {
        let ignores = file.literal(send, "ignore-error").is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
        let Some(variable) = file.literal(send, "response-variable-name").filter(|_| ignores) else { continue };
        for element in elements.iter().skip(at + 1).filter(|element| element.span.start >= send.span.end) {
            let programs = file.values(element).into_iter().filter_map(|value| expressions::parse(&value));
            let seen = programs.map(|program| Seen::of(&program, variable)).find(|seen| seen.looks || seen.used.is_some());
            if let Some(Seen { looks: false, used: Some(read) }) = seen {
                let message = format!("`{variable}` is null when the request failed, and this then throws");
                findings.push(
                    file.warning("lint/response-unchecked", read, message)
                        .label(file.text.place(send.name_span), "`ignore-error` lets it fail")
                        .help(format!(
                            "look first: `context.Variables[\"{variable}\"] != null`, or write `?.`; without `ignore-error`, `on-error` would run"
                        )),
                );
            }
            // From there on it is looked at, reported, or something else.
            if seen.is_some() || sets(file, element, variable) {
                break;
            }
        }
    }
}

/// True if an element gives the variable another value.
fn sets(file: &File, element: &Element, variable: &str) -> bool {
    let name = match element.name.as_str() {
        "set-variable" => "name",
        "send-request" => "response-variable-name",
        _ => return false,
    };
    file.literal(element, name) == Some(variable)
}

/// What an expression does with a variable.
#[derive(Default)]
struct Seen {
    /// It looks whether there is one, in whatever way.
    looks: bool,
    /// It uses a member of it, here.
    used: Option<Span>,
}

impl Seen {
    fn of(program: &Program, variable: &str) -> Seen {
        let (mut mentions, mut careful) = (false, false);
        // Locals that hold the variable.
        let mut locals: Vec<String> = Vec::new();
        let asked = |expression: &Expression| {
            expressions::variable(expressions::bare(expression)).filter(|(_, name)| name == variable).map(|(asks, _)| asks)
        };
        expressions::each(program, &mut |part| match part {
            Part::Local(name, value) if asked(value).is_some() => locals.push(name.text.to_string()),
            Part::Try => careful = true,
            Part::Expression(expression) => {
                let asks = asked(expression);
                mentions |= asks.is_some();
                careful |= asks == Some(Asks::Carefully)
                    || matches!(
                        expression.kind,
                        ExpressionKind::Literal(Literal::Null)
                            | ExpressionKind::Conditional { .. }
                            | ExpressionKind::Is(..)
                            | ExpressionKind::Binary(BinaryOperator::Coalesce, ..)
                    );
            }
            Part::Local(..) | Part::Text(..) => {}
        });
        let mut used = None;
        let holds_it = |expression: &Expression| match &expressions::bare(expression).kind {
            ExpressionKind::Name(name, _) => locals.iter().any(|local| **local == *name.text),
            _ => asked(expression).is_some(),
        };
        expressions::each(program, &mut |part| {
            if let Part::Expression(Expression { kind: ExpressionKind::Member { target, name, .. }, span }) = part
                && holds_it(target)
            {
                used = used.or(Some(span.to(name.span)));
            }
        });
        Seen { looks: mentions && careful, used }
    }
}
