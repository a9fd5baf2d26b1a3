//! `send-request`: sends a request of the policy's own, and keeps the answer in a variable.

use super::{SetBody, SetHeader, SetMethod, return_response::checked};
use crate::{
    computed::{Expr, Number, Word},
    address::Address,
    document::Section,
    exchange::{Exchange, Headers, Request},
    expr::{library::context::ResponseValue, value::Value},
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;
use wire::FailureKind;

/// Sends a request and keeps the response.
#[derive(Debug)]
pub struct SendRequest {
    /// Starts from the exchange's own request, rather than from an empty one.
    copy: Word<bool>,
    variable: Expr<Rc<str>>,
    timeout: Number,
    ignore_error: bool,
    url: Option<Expr<Rc<str>>>,
    method: Option<SetMethod>,
    headers: Vec<SetHeader>,
    body: Option<SetBody>,
}

impl Statement for SendRequest {
    const NAME: &'static str = "send-request";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["mode", "response-variable-name", "timeout", "ignore-error"];
    const CHILDREN: Children = Children::Named(&["set-url", "set-method", "set-header", "set-body"]);

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let copy = checker.word(element, "mode", &[("new", false), ("copy", true)], false);
        let variable = checker.required_text(element, "response-variable-name");
        let timeout_seconds = checker.number_value(element, "timeout", 1..=24 * 60 * 60, 60);
        let ignore_error = checker.one_of(element, "ignore-error", &[("true", true), ("false", false)], false);
        let (mut address, mut method, mut headers, mut body) = (None, None, Vec::new(), None);
        let mut whole = true;
        // What stands in it makes a request, whatever section it stands in.
        let section = std::mem::replace(&mut checker.section, Section::Inbound);
        for child in element.elements() {
            match child.name.as_str() {
                "set-url" => {
                    address = url(child, checker);
                    whole &= address.is_some();
                }
                SetMethod::NAME => method = checked(child, checker, &mut whole),
                SetHeader::NAME => headers.extend(checked::<SetHeader>(child, checker, &mut whole)),
                SetBody::NAME => body = checked(child, checker, &mut whole),
                _ => {}
            }
        }
        checker.section = section;
        if !element.elements().any(|child| child.name == "set-url") && copy.as_ref().is_some_and(|copy| copy.written() == Some(false)) {
            checker.error(
                "send-request/url",
                element.name_span,
                "a new request needs a URL",
                "add `<set-url>https://...</set-url>`, or use `mode=\"copy\"`",
            );
        }
        let copy = copy?;
        if copy.written() == Some(false) {
            address.as_ref()?;
        }
        whole.then_some(Self {
            copy,
            variable: variable?,
            timeout: timeout_seconds?,
            ignore_error: ignore_error?,
            url: address,
            method,
            headers,
            body,
        })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let variable = self.variable.get(exchange, host, Self::NAME).await?;
        let copy = self.copy.get(exchange, host, Self::NAME).await?;
        let timeout_ms = self.timeout.get(exchange, host, Self::NAME).await?.saturating_mul(1000);
        let mut request = if copy {
            exchange.request.clone()
        } else {
            Request {
                method: Some("GET".to_owned()),
                backend_id: None,
                backend: None,
                path: String::new(),
                query: String::new(),
                headers: Headers::default(),
                body: Default::default(),
            }
        };
        if let Some(url) = &self.url {
            let url = url.get(exchange, host, Self::NAME).await?;
            let fault = || Fault::new(Self::NAME, "ExpressionValueEvaluationFailure", format!("`{url}` is not an absolute URL"));
            request.backend = Some(Address::parse(&url).ok_or_else(fault)?);
            (request.path, request.query) = (String::new(), String::new());
        }
        if let Some(method) = &self.method {
            request.method = Some(method.method(exchange, host).await?);
        } else if request.method.is_none() {
            request.method = Some(exchange.client.method().to_owned());
        }
        // The caller asked for this gateway; the server that is asked here has a name of its own.
        request.headers.set("host", Vec::new());
        for header in &self.headers {
            header.field(exchange, host).await?.apply(&mut request.headers);
        }
        if let Some(body) = &self.body {
            request.body = body.body(exchange, host).await?;
        } else if copy {
            crate::run::whole_body(&mut exchange.request.body, host, Self::NAME).await?;
            request.body = exchange.request.body.clone();
        }
        let answer = match host.send(&request, timeout_ms).await {
            Ok(response) => Value::object(ResponseValue::new(response)),
            Err(_) if self.ignore_error => Value::Null,
            Err(error) => {
                let reason = match error.kind {
                    FailureKind::Timeout => "Timeout",
                    _ => "BackendConnectionFailure",
                };
                return Err(Fault::new(Self::NAME, reason, error.message));
            }
        };
        exchange.variables.set(variable, answer);
        Ok(Flow::Next)
    }
}

impl SendRequest {
    /// True if it sends the body of the exchange's own request.
    pub(super) fn copies_body(&self) -> bool {
        self.copy.written() != Some(false) && self.body.is_none()
    }
}

fn url(element: &Element, checker: &mut Checker<'_>) -> Option<Expr<Rc<str>>> {
    checker.attributes(element, &[]);
    checker.children(element, Children::Text);
    let value = element.value(checker.text);
    checker.value(&value, |checker, text| {
        if Address::parse(text).is_some() {
            return Some(text.trim().into());
        }
        checker.error(
            "send-request/url",
            element.inner_span,
            format!("`{}` is not an absolute URL", text.trim()),
            "write one that starts with `https://` or `http://`",
        );
        None
    })
}
