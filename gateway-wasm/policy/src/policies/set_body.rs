//! `set-body`: replaces a body.

use crate::{
    computed::Expr,
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
    body: Expr<Bytes>,
    request: bool,
}

impl Statement for SetBody {
    const NAME: &'static str = "set-body";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["template", "xsi-nil", "parse-date"];
    const CHILDREN: Children = Children::Body;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        checker.one_of(element, "xsi-nil", &[("blank", ()), ("null", ())], ());
        checker.one_of(element, "parse-date", &[("true", ()), ("false", ())], ());
        if let Some(template) = element.attribute("template") {
            let kind = checker.literal(&template.value)?;
            let message = format!("this build of Portico does not fill `{kind}` templates yet");
            checker.error("set-body/template", template.value.span, message, "write a literal body");
            return None;
        }
        let value = element.value(checker.text);
        let body = checker.value(&value, |_, text| Some(Bytes::from(text.to_owned())))?;
        Some(Self { body, request: Self::is_for_request(checker.section) })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let body = self.body(exchange, host).await?;
        if self.request {
            exchange.request.body = body;
        } else if let Some(response) = &mut exchange.response {
            response.body = body;
        }
        Ok(Flow::Next)
    }
}

impl SetBody {
    /// The new body.
    pub(super) async fn body<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Body, Fault> {
        Ok(Body::Whole(self.body.get(exchange, host, Self::NAME).await?))
    }

    /// Policies of inbound and backend work on the request, those of outbound and on-error on the response.
    pub(super) fn is_for_request(section: Section) -> bool {
        matches!(section, Section::Inbound | Section::Backend)
    }
}
