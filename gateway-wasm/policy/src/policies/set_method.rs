//! `set-method`: changes the request's method.

use crate::{
    document::Section,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};

/// Changes the method with which the backend is called.
#[derive(Debug)]
pub struct SetMethod {
    method: String,
}

impl Statement for SetMethod {
    const NAME: &'static str = "set-method";
    const SECTIONS: &'static [Section] = &[Section::Inbound, Section::OnError];
    const ATTRIBUTES: &'static [&'static str] = &[];
    const CHILDREN: Children = Children::Text;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let text = checker.text(element)?;
        let method = text.trim().to_ascii_uppercase();
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-') {
            checker.error("set-method/method", element.inner_span, format!("`{}` is not a method", text.trim()), "write `GET`, for example");
            return None;
        }
        Some(Self { method })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, _host: &H) -> Result<Flow, Fault> {
        exchange.request.method = Some(self.method.clone());
        Ok(Flow::Next)
    }
}

impl SetMethod {
    /// The method, upper case.
    pub(super) fn method(&self) -> &str {
        &self.method
    }
}
