//! A case as the doors of the component can run it.
//!
//! A door takes a plan and a request. It can neither be given variables nor evaluate an expression alone, so the policy does both.

use crate::case::{Case, Program, Subject};
use diagnostic::{Diagnostics, Place, Source};
use policy::{
    expr::{Expression, ast, evaluate_text, lexer::Spelling, parser},
    script::Script,
};
use std::fmt::Write;

/// The policy file of a case; `None` if it has none of its own.
pub(crate) fn policy(case: &Case) -> Option<String> {
    match &case.subject {
        Subject::Service => None,
        Subject::Policy(file) if case.variables.is_empty() && case.scene.cache.is_empty() => Some(file.text.clone()),
        Subject::Policy(file) => Some(with_variables(&file.text, case)),
        Subject::Code(programs) => {
            let code = shown(programs);
            let policy = match case.is_answered() {
                true => format!("<policies><inbound></inbound><outbound><set-body>@{{{code}}}</set-body></outbound></policies>"),
                false => format!(
                    "<policies><inbound><return-response><set-body>@{{{code}}}</set-body></return-response></inbound></policies>"
                ),
            };
            Some(with_variables(&policy, case))
        }
    }
}

/// The policy with its variables set, and the cache filled, at its very start.
fn with_variables(policy: &str, case: &Case) -> String {
    let mut statements = String::new();
    for variable in &case.variables {
        let _ = writeln!(statements, "<set-variable name=\"{}\" value=\"@({})\" />", variable.name, variable.code);
    }
    for (key, cached) in &case.scene.cache {
        // What stays for ever stays for a day.
        let seconds = cached.lives_ms.map_or(86_400, |lives_ms| lives_ms.div_ceil(1000)).max(1);
        let (key, value) = (escaped(key), escaped(&cached.value));
        let _ = writeln!(statements, "<cache-store-value key=\"{key}\" value=\"{value}\" duration=\"{seconds}\" />");
    }
    const INBOUND: &str = "<inbound>";
    match policy.split_once(INBOUND) {
        Some((before, after)) => format!("{before}{INBOUND}{statements}{after}"),
        None => policy.replacen("<policies>", &format!("<policies>{INBOUND}<base />{statements}</inbound>"), 1),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// One block that evaluates every expression and returns the text of what each gives, or of what it throws. Left out are those
/// that would keep the others from running: what cannot be right, what runs into a limit, which nothing can catch, and what
/// would be a named value in a policy.
fn shown(programs: &[Program]) -> String {
    let mut block = "string text = \"\";\n".to_owned();
    for (number, expression) in programs.iter().flat_map(|program| &program.expressions).enumerate() {
        let code = expression.code.trim_start();
        let is_limited = || evaluate_text(code, &Script::default()).starts_with("limit: ");
        if code.contains("{{") || is_limited() {
            continue;
        }
        let value = match parser::parse_bare(code, 0, Spelling::Plain).0 {
            Some(ast::Program::Block(_)) if code.starts_with(['{', '@']) => format!("((Func<object>)(() => {code}))()"),
            Some(ast::Program::Block(_)) => format!("((Func<object>)(() => {{ {code}\n}}))()"),
            _ => code.to_owned(),
        };
        let value = value.replacen("=> @{", "=> {", 1);
        let value = value.strip_prefix("@(").map_or(value.clone(), |value| format!("({value}"));
        let one = format!(
            "try {{ object value{number} = {value}\n; text += Convert.ToString(value{number}) + \"\\n\"; }} \
             catch (Exception thrown{number}) {{ text += thrown{number}.Message + \"\\n\"; }}\n"
        );
        if is_right(&format!("@{{ string text = \"\";\n{one} return text; }}")) {
            block.push_str(&one);
        }
    }
    block + "return text;"
}

fn is_right(code: &str) -> bool {
    let mut diagnostics = Diagnostics::new();
    let place = |span| Place::new(&Source::new("code", code), span);
    Expression::compile(code, 0, Spelling::Plain, place, &mut diagnostics).is_some()
}
