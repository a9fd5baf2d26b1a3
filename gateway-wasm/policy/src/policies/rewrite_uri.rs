//! `rewrite-uri`: changes the path that the backend sees.

use crate::{
    computed::{Expr, Word},
    expr::Expression,
    address::decoded,
    document::Section,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Puts a new path and query in the place of the operation's.
#[derive(Debug)]
pub struct RewriteUri {
    template: Template,
    copy_unmatched_params: Word<bool>,
}

#[derive(Debug)]
enum Template {
    Written(Vec<Part>, Vec<Part>),
    Computed(Expression),
}

#[derive(Debug)]
enum Part {
    Literal(String),
    Parameter(String),
}

impl Statement for RewriteUri {
    const NAME: &'static str = "rewrite-uri";
    const SECTIONS: &'static [Section] = &[Section::Inbound];
    const ATTRIBUTES: &'static [&'static str] = &["template", "copy-unmatched-params"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let copy = checker.word(element, "copy-unmatched-params", &[("true", true), ("false", false)], true);
        let written = match checker.required_text(element, "template")? {
            Expr::Written(template) => template,
            Expr::Computed(template) => {
                return Some(Self { template: Template::Computed(template), copy_unmatched_params: copy? });
            }
        };
        let template: &str = &written;
        let span = element.attribute("template").map_or(element.name_span, |attribute| attribute.value.span);
        let is_absolute = template.starts_with('/');
        if !is_absolute {
            checker.error(
                "rewrite-uri/template",
                span,
                "`template` must start with a slash",
                "start it with a slash; the backend's own path comes before it",
            );
        }
        let (path, query) = template.split_once('?').unwrap_or((template, ""));
        match (parts(path), parts(query)) {
            (Some(path), Some(query)) if is_absolute => Some(Self { template: Template::Written(path, query), copy_unmatched_params: copy? }),
            (Some(_), Some(_)) => None,
            _ => {
                checker.error("rewrite-uri/template", span, "a brace in `template` has no partner", "parameters are written `{name}`");
                None
            }
        }
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let copy = self.copy_unmatched_params.get(exchange, host, Self::NAME).await?;
        let (path, mut query) = match &self.template {
            Template::Written(path, query) => (filled(path, exchange)?, filled(query, exchange)?),
            Template::Computed(expression) => {
                let text: Rc<str> = Expr::Computed(expression.clone()).get(exchange, host, Self::NAME).await?;
                computed(&text)?
            }
        };
        if copy {
            for pair in exchange.request.query.split('&').filter(|pair| !pair.is_empty()) {
                // A query parameter that the operation's template names has been matched: it goes where the new template says.
                let name = decoded(pair.split('=').next().unwrap_or(pair));
                if !exchange.parameters.iter().any(|(parameter, _)| **parameter == *name) {
                    query.push_str(if query.is_empty() { "" } else { "&" });
                    query.push_str(pair);
                }
            }
        }
        exchange.request.path = path;
        exchange.request.query = query;
        Ok(Flow::Next)
    }
}

/// Path and query of a computed template: braces in it are already filled.
fn computed(text: &str) -> Result<(String, String), Fault> {
    let (path, query) = text.trim().split_once('?').unwrap_or((text.trim(), ""));
    if path.bytes().chain(query.bytes()).any(|byte| byte.is_ascii_control() || byte == b' ') {
        let message = format!("`{text}` is no path: blanks and line breaks must be escaped");
        return Err(Fault::new(RewriteUri::NAME, "ExpressionValueEvaluationFailure", message));
    }
    // A path without its first slash is meant to have one.
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Ok((path, query.to_owned()))
}

/// Splits `/a/{b}` into parts. `None` if a brace has no partner.
fn parts(template: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        if literal.contains('}') || name.contains('{') {
            return None;
        }
        parts.push(Part::Literal(literal.to_owned()));
        parts.push(Part::Parameter(name.trim_start_matches('*').to_owned()));
        rest = after;
    }
    if rest.contains('}') {
        return None;
    }
    parts.push(Part::Literal(rest.to_owned()));
    Some(parts)
}

fn filled(parts: &[Part], exchange: &Exchange) -> Result<String, Fault> {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Literal(text) => out.push_str(text),
            Part::Parameter(name) => {
                let Some((_, value)) = exchange.parameters.iter().find(|(parameter, _)| **parameter == **name) else {
                    let message = format!("the operation's URL template has no parameter `{name}`");
                    return Err(Fault::new(RewriteUri::NAME, "ExpressionValueEvaluationFailure", message));
                };
                out.push_str(value);
            }
        }
    }
    Ok(out)
}
