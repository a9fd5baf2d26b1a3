//! `set-variable`: remembers a value for later policies.

use crate::{
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
    value: Rc<str>,
}

impl Statement for SetVariable {
    const NAME: &'static str = "set-variable";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["name", "value"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let (name, value) = (checker.required(element, "name"), checker.required(element, "value"));
        Some(Self { name: name?.into(), value: value?.into() })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, _host: &H) -> Result<Flow, Fault> {
        exchange.variables.set(self.name.clone(), Value::text(self.value.clone()));
        Ok(Flow::Next)
    }
}
