//! `authentication-basic`: tells the backend who we are, with a name and a password.

use crate::{
    computed::Expr,
    document::Section,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Sets `Authorization: Basic` on the request.
#[derive(Debug)]
pub struct AuthenticationBasic {
    username: Expr<Rc<str>>,
    password: Expr<Rc<str>>,
}

impl Statement for AuthenticationBasic {
    const NAME: &'static str = "authentication-basic";
    const SECTIONS: &'static [Section] = &[Section::Inbound];
    const ATTRIBUTES: &'static [&'static str] = &["username", "password"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let username = checker.required_text(element, "username");
        let password = checker.required_text(element, "password");
        let span = element.attribute("username").map_or(element.name_span, |attribute| attribute.value.span);
        if matches!(&username, Some(Expr::Written(name)) if name.contains(':')) && !checker.text.holds_named_value(span) {
            // The first colon is where the password starts (RFC 7617).
            let help = "write what stands behind the colon as `password`";
            checker.error("authentication-basic/username", span, "a user name cannot hold a colon", help);
            return None;
        }
        Some(Self { username: username?, password: password? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let username = self.username.get(exchange, host, Self::NAME).await?;
        let password = self.password.get(exchange, host, Self::NAME).await?;
        let credentials = dotnet::convert::to_base64(format!("{username}:{password}").as_bytes(), false);
        exchange.request.headers.set("authorization", vec![format!("Basic {credentials}").into_bytes()]);
        Ok(Flow::Next)
    }
}
