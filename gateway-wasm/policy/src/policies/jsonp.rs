//! `jsonp`: wraps the response's body into a call of the caller's function.

use crate::{
    address::decoded,
    computed::Expr,
    document::Section,
    exchange::{Body, Exchange},
    host::Host,
    run,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Answers with JavaScript where the caller names a function.
#[derive(Debug)]
pub struct Jsonp {
    /// The parameter of the query that holds the function's name.
    parameter: Expr<Rc<str>>,
}

impl Statement for Jsonp {
    const NAME: &'static str = "jsonp";
    const SECTIONS: &'static [Section] = &[Section::Outbound];
    const ATTRIBUTES: &'static [&'static str] = &["callback-parameter-name"];
    const CHILDREN: Children = Children::None;
    const ONCE: bool = true;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let parameter = checker.required_text(element, "callback-parameter-name")?;
        if matches!(&parameter, Expr::Written(name) if name.trim().is_empty()) {
            let span = element.attribute("callback-parameter-name").map_or(element.name_span, |attribute| attribute.value.span);
            let help = "write the name of a query parameter, such as `cb`";
            checker.error("jsonp/parameter", span, "`callback-parameter-name` is empty", help);
            return None;
        }
        Some(Self { parameter })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let name = self.parameter.get(exchange, host, Self::NAME).await?;
        // What the caller asked for counts, whatever `rewrite-uri` sent to the backend.
        let Some(callback) = called_with(exchange.client.target(), name.trim()) else { return Ok(Flow::Next) };
        if !is_function(&callback) {
            let message = format!("Value of callback parameter {} is not a valid JavaScript identifier.", name.trim());
            return Err(Fault::new(Self::NAME, "CallbackParameterInvalid", message));
        }
        // These two never have a body, and one that is given to them would be taken for the next response.
        let Some(response) = exchange.response.as_mut().filter(|response| !matches!(response.status, 204 | 304)) else {
            return Ok(Flow::Next);
        };
        let body = run::whole_body(&mut response.body, host, Self::NAME).await?;
        let mut call = Vec::with_capacity(callback.len() + body.len() + 2);
        call.extend_from_slice(callback.as_bytes());
        call.push(b'(');
        call.extend_from_slice(&body);
        call.push(b')');
        response.body = Body::Whole(call.into());
        response.headers.set("content-type", vec![b"application/javascript".to_vec()]);
        Ok(Flow::Next)
    }
}

/// The first value of a query parameter. Its name is compared as in `context.Request.Url.Query`, whatever the case.
fn called_with(target: &str, name: &str) -> Option<String> {
    let (_, query) = target.split_once('?')?;
    query.split('&').find_map(|pair| {
        let (own, value) = pair.split_once('=').unwrap_or((pair, ""));
        decoded(own).eq_ignore_ascii_case(name).then(|| decoded(value))
    })
}

/// True for what may stand before the bracket: identifiers with dots between, each perhaps with `[0]` or `["name"]` behind it.
/// Nothing else gets through, because it would run as code in the caller's page.
fn is_function(text: &str) -> bool {
    let (first, mut rest) = identifier(text);
    if first.is_empty() || RESERVED.contains(&first) {
        return false;
    }
    while !rest.is_empty() {
        let after = match rest.strip_prefix('.') {
            // Behind a dot, every word is a name.
            Some(member) => Some(identifier(member)).filter(|(name, _)| !name.is_empty()).map(|(_, after)| after),
            None => index(rest),
        };
        let Some(after) = after else { return false };
        rest = after;
    }
    true
}

/// The identifier at the start of a text, which may be empty, and what follows it.
fn identifier(text: &str) -> (&str, &str) {
    let belongs = |(at, c): (usize, char)| c == '$' || c == '_' || c.is_alphabetic() || (at > 0 && c.is_numeric());
    let end = text.char_indices().find(|&one| !belongs(one)).map_or(text.len(), |(at, _)| at);
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// What follows the `[0]`, `['name']` or `["name"]` at the start of a text.
fn index(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?;
    let quote = inside.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let after = match quote {
        Some(quote) => {
            let (name, after) = identifier(inside.strip_prefix(quote)?);
            after.strip_prefix(quote).filter(|_| !name.is_empty())?
        }
        None => {
            let after = inside.trim_start_matches(|c: char| c.is_ascii_digit());
            Some(after).filter(|after| after.len() < inside.len())?
        }
    };
    after.strip_prefix(']')
}

/// Words of the language that cannot be names (ECMA-262, section 12.7.2).
const RESERVED: &[&str] = &[
    "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else", "enum",
    "export", "extends", "false", "finally", "for", "function", "if", "import", "in", "instanceof", "new", "null", "return",
    "super", "switch", "this", "throw", "true", "try", "typeof", "var", "void", "while", "with", "yield",
];

#[cfg(test)]
mod tests {
    use super::is_function;

    #[test]
    fn only_names_and_paths_of_names_are_functions() {
        for good in ["cb", "$", "_0", "jQuery1720_16", "angular.callbacks._0", "a.b[0].c", "a['b'][\"c\"]", "über", "a.new"] {
            assert!(is_function(good), "{good}");
        }
        let bad = [
            "", " cb", "cb ", "0", "a-b", "a.", ".a", "a..b", "a.0", "a[", "a[]", "a[b]", "a['b]", "a['b-c']", "a[0", "a['']",
            "new", "alert(1)", "a;b", "a/**/", "a\nb", "<script>",
        ];
        for bad in bad {
            assert!(!is_function(bad), "{bad}");
        }
    }
}
