//! `find-and-replace`: replaces every occurrence of a text in a body.

use super::SetBody;
use crate::{
    computed::Expr,
    document::Section,
    exchange::{Body, Exchange},
    host::Host,
    run,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Replaces `from` by `to` in the request's body, or in the response's.
#[derive(Debug)]
pub struct FindAndReplace {
    from: Expr<Rc<str>>,
    to: Expr<Rc<str>>,
    /// The request's body in inbound and backend, the response's in outbound and on-error.
    request: bool,
}

impl Statement for FindAndReplace {
    const NAME: &'static str = "find-and-replace";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["from", "to"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let (from, to) = (checker.required_text(element, "from"), checker.required_text(element, "to"));
        let from = from?;
        if matches!(&from, Expr::Written(text) if text.is_empty()) {
            let span = element.attribute("from").map_or(element.name_span, |attribute| attribute.value.span);
            checker.error("find-and-replace/from", span, "`from` is empty", "write the text to look for");
            return None;
        }
        Some(Self { from, to: to?, request: SetBody::is_for_request(checker.section) })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let from = self.from.get(exchange, host, Self::NAME).await?;
        let to = self.to.get(exchange, host, Self::NAME).await?;
        let body = match &mut exchange.response {
            _ if self.request => &mut exchange.request.body,
            Some(response) => &mut response.body,
            None => return Ok(Flow::Next),
        };
        let bytes = run::whole_body(body, host, Self::NAME).await?;
        *body = Body::Whole(replaced(&bytes, from.as_bytes(), to.as_bytes()).into());
        Ok(Flow::Next)
    }
}

/// Works on bytes, so that a body in another encoding is not damaged.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    // Nothing is found nowhere.
    if from.is_empty() {
        return bytes.to_vec();
    }
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        out.extend_from_slice(to);
        rest = rest.get(at + from.len()..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}
