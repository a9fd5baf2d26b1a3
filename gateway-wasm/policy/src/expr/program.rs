//! An expression from its text to its value.

use super::{
    call::Thrown,
    check::{self, Reads},
    eval::Code,
    lexer::Spelling,
    machine::{Consumed, Machine, World},
    parser,
    types::Type,
    value::{Array, Value},
};
use crate::exchange::Exchange;
use diagnostic::{Diagnostic, Diagnostics, Span};
use dotnet::NetString;
use std::{fmt::Write as _, rc::Rc};

/// A checked expression.
#[derive(Clone, Debug)]
pub struct Expression {
    code: Rc<Code>,
    /// As its author wrote it, but for escapes of XML.
    pub text: Rc<str>,
    /// The type of its value, where it is known before running.
    pub result: Type,
    /// The bodies that it may read.
    pub reads: Reads,
}

/// What an evaluation gives.
#[derive(Debug)]
pub struct Evaluated {
    /// The value, or what was thrown.
    pub value: Result<Value, Thrown>,
    /// The bodies that were read for good.
    pub consumed: Consumed,
    /// What `context.Trace` was told.
    pub traced: Vec<NetString>,
}

impl Expression {
    /// Reads and checks `@(...)` or `@{...}`. `start` is where it begins in `text`; `None` if it cannot run.
    pub fn compile(
        code: &str,
        start: u32,
        spelling: Spelling,
        place: impl Fn(Span) -> diagnostic::Place,
        diagnostics: &mut Diagnostics,
    ) -> Option<Expression> {
        let (program, mistakes) = parser::parse(code, start, spelling);
        let failed = !mistakes.is_empty();
        for mistake in mistakes {
            diagnostics.push(Diagnostic::error("expression/syntax", place(mistake.span), mistake.message).help(mistake.help));
        }
        let (checked, mistakes) = check::check(&program?);
        let wrong = failed || mistakes.iter().any(|mistake| !mistake.warning);
        for mistake in mistakes {
            let place = place(mistake.span);
            let diagnostic = match mistake.warning {
                true => Diagnostic::warning(mistake.id, place, mistake.message),
                false => Diagnostic::error(mistake.id, place, mistake.message),
            };
            diagnostics.push(diagnostic.help_if(mistake.help));
        }
        (!wrong).then(|| Expression {
            code: Rc::new(checked.code),
            text: code.into(),
            result: checked.result,
            reads: checked.reads,
        })
    }

    /// Evaluates it.
    pub fn evaluate(&self, world: &dyn World, exchange: Option<&Exchange>) -> Evaluated {
        let mut machine = Machine::new(world, exchange);
        let value = machine.run(&self.code);
        Evaluated { value, consumed: machine.consumed, traced: machine.traced }
    }

    /// Evaluates it on a machine of the caller's.
    pub(crate) fn run(&self, machine: &mut Machine<'_>) -> Result<Value, Thrown> {
        machine.run(&self.code)
    }
}

/// Evaluates one expression or block without an exchange, and shows what it gives as cases do: `string "abc"`, `null`,
/// `throws FormatException: message`, or `error[id]: message` where it cannot be right.
pub fn evaluate_text(code: &str, world: &dyn World) -> String {
    evaluate_shown(code, world, None)
}

/// Evaluates one expression or block and shows what it gives, as [`evaluate_text`] does.
pub fn evaluate_shown(code: &str, world: &dyn World, exchange: Option<&Exchange>) -> String {
    let (program, mistakes) = parser::parse_bare(code, 0, Spelling::Plain);
    if let Some(mistake) = mistakes.first() {
        return format!("error[expression/syntax]: {}", mistake.message);
    }
    let Some(program) = program else { return "error[expression/syntax]: nothing to evaluate".to_owned() };
    let (checked, mistakes) = check::check(&program);
    if let Some(mistake) = mistakes.iter().find(|mistake| !mistake.warning) {
        return format!("error[{}]: {}", mistake.id, mistake.message);
    }
    let mut machine = Machine::new(world, exchange);
    let shown = machine.run(&checked.code).and_then(|value| show(&mut machine, &value));
    shown.unwrap_or_else(|thrown| show_thrown(&thrown))
}

/// `throws FormatException: message`
pub fn show_thrown(thrown: &Thrown) -> String {
    match thrown {
        Thrown::Exception(exception, _) => format!("throws {}: {}", exception.kind, one_line(&exception.message)),
        Thrown::Limit(limit) => format!("limit: {limit}"),
    }
}

/// A value as cases show it: its type, and what it holds.
pub fn show(machine: &mut Machine<'_>, value: &Value) -> Result<String, Thrown> {
    if value.is_null() {
        return Ok("null".to_owned());
    }
    let kind = value.net_type();
    let kind = if matches!(kind, Type::Anonymous(_)) { String::new() } else { format!("{kind} ") };
    Ok(format!("{kind}{}", show_inner(machine, value, 0)?))
}

/// What it holds, without its type.
fn show_inner(machine: &mut Machine<'_>, value: &Value, depth: u8) -> Result<String, Thrown> {
    Ok(match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => quoted(text),
        Value::Char(unit) => format!("'{}'", escaped(&[*unit], '\'')),
        Value::Bool(value) => value.to_string(),
        Value::DateTime(_) | Value::DateTimeOffset(_) => machine.formatted(value, Some(&"o".into()))?.to_string(),
        Value::Object(object) => {
            let is_text = |namespace: &str| namespace.starts_with("Newtonsoft") || namespace.starts_with("System.Xml");
            let by_items = match object.get().net_type() {
                Type::Named(net_type, _) => !is_text(net_type.namespace),
                _ => true,
            };
            if by_items && depth < 4 && (value.net_type().item().is_some() || value.downcast_ref::<Array>().is_some()) {
                let mut cursor = machine.enumerate(value)?;
                let items = machine.collect(&mut *cursor)?;
                let mut text = String::from("[");
                for (at, item) in items.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    let _ = write!(text, "{comma}{}", show_inner(machine, item, depth + 1)?);
                }
                text.push(']');
                return Ok(text);
            }
            one_line(&machine.text(value)?.to_string())
        }
        other => one_line(&machine.text(other)?.to_string()),
    })
}

fn quoted(text: &NetString) -> String {
    format!("\"{}\"", escaped(&text.units(), '"'))
}

/// As in a C# literal.
fn escaped(units: &[u16], quote: char) -> String {
    let mut out = String::with_capacity(units.len());
    for character in char::decode_utf16(units.iter().copied()) {
        match character {
            Ok('\\') => out.push_str("\\\\"),
            Ok('\n') => out.push_str("\\n"),
            Ok('\r') => out.push_str("\\r"),
            Ok('\t') => out.push_str("\\t"),
            Ok('\0') => out.push_str("\\0"),
            Ok(c) if c == quote => {
                out.push('\\');
                out.push(c);
            }
            Ok(c) if c.is_control() || c == '\u{feff}' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            Ok(c) => out.push(c),
            Err(lone) => {
                let _ = write!(out, "\\u{:04x}", lone.unpaired_surrogate());
            }
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.replace('\r', "\\r").replace('\n', "\\n")
}
