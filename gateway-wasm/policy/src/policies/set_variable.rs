//! `set-variable`: remembers a value for later policies.

use crate::{
    computed::Expr,
    document::Section,
    exchange::Exchange,
    expr::value::Value,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Remembers a value under a name, for the rest of the exchange.
#[derive(Debug)]
pub struct SetVariable {
    name: Rc<str>,
    value: Expr<Value>,
}

impl Statement for SetVariable {
    const NAME: &'static str = "set-variable";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["name", "value"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let (name, value) = (checker.required(element, "name"), checker.required_value(element, "value"));
        Some(Self { name: name?.into(), value: value? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let value = self.value.get(exchange, host, Self::NAME).await?;
        exchange.variables.set(self.name.clone(), value);
        Ok(Flow::Next)
    }
}
