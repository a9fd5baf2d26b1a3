//! `set-method`: changes the request's method.

use crate::{
    computed::Expr,
    document::Section,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Changes the method with which the backend is called.
#[derive(Debug)]
pub struct SetMethod {
    method: Expr<Rc<str>>,
}

impl Statement for SetMethod {
    const NAME: &'static str = "set-method";
    const SECTIONS: &'static [Section] = &[Section::Inbound, Section::OnError];
    const ATTRIBUTES: &'static [&'static str] = &[];
    const CHILDREN: Children = Children::Text;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let value = element.value(checker.text);
        let method = checker.value(&value, |checker, text| {
            let method = method(text);
            if method.is_none() {
                let message = format!("`{}` is not a method", text.trim());
                checker.error("set-method/method", element.inner_span, message, "write `GET`, for example");
            }
            method
        })?;
        Some(Self { method })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let method = self.method(exchange, host).await?;
        exchange.request.method = Some(method);
        Ok(Flow::Next)
    }
}

impl SetMethod {
    /// The method, upper case.
    pub(super) async fn method<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<String, Fault> {
        let text = self.method.get(exchange, host, Self::NAME).await?;
        let fault = || Fault::new(Self::NAME, "ExpressionValueEvaluationFailure", format!("`{text}` is not a method"));
        method(&text).map(|method| method.to_string()).ok_or_else(fault)
    }
}

/// A method in upper case.
fn method(text: &str) -> Option<Rc<str>> {
    let method = text.trim().to_ascii_uppercase();
    let fits = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    fits.then(|| method.into())
}
