//! `cache-lookup-value`: takes a value out of the cache.

use super::value_cache;
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

/// Remembers what the cache has under a key.
#[derive(Debug)]
pub struct CacheLookupValue {
    key: Expr<Rc<str>>,
    variable: Rc<str>,
    default: Option<Expr<Value>>,
}

impl Statement for CacheLookupValue {
    const NAME: &'static str = "cache-lookup-value";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["key", "variable-name", "default-value", "caching-type"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let key = value_cache::check(element, checker);
        let variable = checker.required(element, "variable-name");
        let default = checker.optional_value(element, "default-value");
        Some(Self { key: key?, variable: variable?.into(), default: default? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let key = value_cache::key(&self.key, exchange, host, Self::NAME).await?;
        let value = match (value_cache::look_up(exchange, host, &key, Self::NAME).await, &self.default) {
            (Some(found), _) => found.value,
            (None, Some(default)) => default.get(exchange, host, Self::NAME).await?,
            // A miss leaves the variable as it was, so `ContainsKey` tells (reference: APIM, A2).
            (None, None) => return Ok(Flow::Next),
        };
        exchange.variables.set(self.variable.clone(), value);
        Ok(Flow::Next)
    }
}
