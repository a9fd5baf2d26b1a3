//! `set-body`: replaces a body.

use crate::{
    document::Section,
    exchange::{Body, Exchange},
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use bytes::Bytes;

/// Replaces the request's body, or the response's.
#[derive(Debug)]
pub struct SetBody {
    body: Bytes,
    request: bool,
}

impl Statement for SetBody {
    const NAME: &'static str = "set-body";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["template", "xsi-nil", "parse-date"];
    const CHILDREN: Children = Children::Body;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        if let Some(template) = element.attribute("template") {
            checker.error(
                "set-body/template",
                template.value.span,
                format!("this build of Portico does not fill `{}` templates yet", template.value.text),
                "write a literal body",
            );
            return None;
        }
        let body = checker.text(element)?;
        Some(Self { body: body.into(), request: Self::is_for_request(checker.section) })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, _host: &H) -> Result<Flow, Fault> {
        if self.request {
            self.apply(&mut exchange.request.body);
        } else if let Some(response) = &mut exchange.response {
            self.apply(&mut response.body);
        }
        Ok(Flow::Next)
    }
}

impl SetBody {
    pub(super) fn apply(&self, body: &mut Body) {
        *body = Body::Whole(self.body.clone());
    }

    /// Policies of inbound and backend work on the request, those of outbound and on-error on the response.
    pub(super) fn is_for_request(section: Section) -> bool {
        matches!(section, Section::Inbound | Section::Backend)
    }
}
