//! `check-header`: lets a request pass only with a header, or only with certain values of it.

use super::set_header::is_token;
use crate::{
    computed::{Expr, Number, Word},
    document::Section,
    exchange::Exchange,
    host::Host,
    problem,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Refuses requests without a header, or with another value of it.
#[derive(Debug)]
pub struct CheckHeader {
    name: Expr<Rc<str>>,
    status: Number,
    /// What the caller reads.
    message: Expr<Rc<str>>,
    ignore_case: Word<bool>,
    /// The values that may pass; any where there are none.
    values: Vec<Expr<Rc<str>>>,
}

impl Statement for CheckHeader {
    const NAME: &'static str = "check-header";
    const SECTIONS: &'static [Section] = &[Section::Inbound];
    const ATTRIBUTES: &'static [&'static str] =
        &["name", "failed-check-httpcode", "failed-check-error-message", "ignore-case"];
    const CHILDREN: Children = Children::Named(&["value"]);

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let name = checker.required_text(element, "name");
        let status = checker.required_number(element, "failed-check-httpcode", 200..=599, 401);
        let message = checker.required_text(element, "failed-check-error-message");
        let ignore_case = match element.attribute("ignore-case") {
            Some(_) => checker.word(element, "ignore-case", &[("true", true), ("false", false)], false),
            None => checker.required(element, "ignore-case").and(None),
        };
        let mut values = Some(Vec::new());
        for child in element.elements().filter(|child| child.name == "value") {
            checker.attributes(child, &[]);
            checker.children(child, Children::Text);
            match (checker.inner_text(child), &mut values) {
                (Some(value), Some(values)) => values.push(value),
                _ => values = None,
            }
        }
        let name = name?;
        let span = element.attribute("name").map_or(element.name_span, |attribute| attribute.value.span);
        if let Expr::Written(written) = &name
            && (written.trim().is_empty() || !written.trim().bytes().all(is_token))
            && !checker.text.holds_named_value(span)
        {
            let message = format!("`{}` cannot be the name of a header", written.trim());
            checker.error("check-header/name", span, message, "names are letters, digits and hyphens");
            return None;
        }
        Some(Self { name, status: status?, message: message?, ignore_case: ignore_case?, values: values? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let name = self.name.get(exchange, host, Self::NAME).await?;
        let name = name.trim();
        let ignore_case = self.ignore_case.get(exchange, host, Self::NAME).await?;
        let mut allowed = Vec::with_capacity(self.values.len());
        for value in &self.values {
            allowed.push(value.get(exchange, host, Self::NAME).await?);
        }
        let is_allowed = |sent: &str| match ignore_case {
            true => allowed.iter().any(|value| value.trim().to_lowercase() == sent.to_lowercase()),
            false => allowed.iter().any(|value| value.trim() == sent),
        };
        let field = name.to_ascii_lowercase();
        let mut sent = exchange.request.headers.values(&field).peekable();
        let (reason, why) = if sent.peek().is_none() {
            ("HeaderNotFound", format!("Header {name} was not found in the request. Access denied."))
        } else if allowed.is_empty() {
            return Ok(Flow::Next);
        } else if let Some(other) = sent.find(|value| !is_allowed(value)) {
            // Nobody knows which of several fields the backend looks at, so each of them must pass.
            ("HeaderValueNotAllowed", format!("Header {name} value of {other} is not allowed. Access denied."))
        } else {
            return Ok(Flow::Next);
        };
        drop(sent);
        let status = self.status.get(exchange, host, Self::NAME).await?;
        let message = self.message.get(exchange, host, Self::NAME).await?;
        let answer = problem::response(u16::try_from(status).unwrap_or(500), &message);
        Err(Fault::new(Self::NAME, reason, why).answered_with(answer))
    }
}
