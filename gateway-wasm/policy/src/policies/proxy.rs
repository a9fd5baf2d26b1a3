//! `proxy`: sends the request through an HTTP proxy.

use crate::{
    backend::HttpProxy,
    computed::Expr,
    document::Section,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Sends the request to the backend through a proxy.
#[derive(Debug)]
pub struct Proxy {
    url: Expr<Rc<str>>,
    user: Option<User>,
}

/// Who the proxy is told to be dealing with.
#[derive(Debug)]
struct User {
    name: Expr<Rc<str>>,
    password: Option<Expr<Rc<str>>>,
}

impl Statement for Proxy {
    const NAME: &'static str = "proxy";
    const SECTIONS: &'static [Section] = &[Section::Inbound];
    const ATTRIBUTES: &'static [&'static str] = &["url", "username", "password"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let url = checker.required_text(element, "url");
        if let (Some(Expr::Written(url)), Some(attribute)) = (&url, element.attribute("url"))
            && HttpProxy::parse(url, None).is_none()
        {
            let message = format!("`{url}` is not the address of a proxy");
            checker.error("proxy/url", attribute.value.span, message, "write `http://host:port`, without a path");
        }
        let (name, password) = (checker.optional_text(element, "username"), checker.optional_text(element, "password"));
        if let (None, Some(password)) = (element.attribute("username"), element.attribute("password")) {
            let help = "write `username=\"...\"` beside it";
            checker.error("proxy/username", password.name_span, "a password belongs to a user, and none is named", help);
        }
        let password = password?;
        Some(Self { url: url?, user: name?.map(|name| User { name, password }) })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        exchange.request.proxy = Some(self.proxy(exchange, host).await?);
        Ok(Flow::Next)
    }
}

impl Proxy {
    /// The proxy that it names.
    pub(super) async fn proxy<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Rc<HttpProxy>, Fault> {
        let url = self.url.get(exchange, host, Self::NAME).await?;
        let user = match &self.user {
            None => None,
            Some(User { name, password }) => {
                let name = name.get(exchange, host, Self::NAME).await?;
                let password = match password {
                    Some(password) => password.get(exchange, host, Self::NAME).await?,
                    None => "".into(),
                };
                Some((name, password))
            }
        };
        let proxy = HttpProxy::parse(&url, user.as_ref().map(|(name, password)| (&**name, &**password)));
        let message = || format!("Expression evaluation failed. `{url}` is not the address of a proxy.");
        proxy.map(Rc::new).ok_or_else(|| Fault::new(Self::NAME, "ExpressionValueEvaluationFailure", message()))
    }
}
