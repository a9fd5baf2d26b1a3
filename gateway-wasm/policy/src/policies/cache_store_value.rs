//! `cache-store-value`: puts a value into the cache.

use super::value_cache::{self, Found};
use crate::{
    computed::{Expr, Number},
    document::Section,
    exchange::Exchange,
    expr::value::Value,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Stores a value under a key, for all requests.
#[derive(Debug)]
pub struct CacheStoreValue {
    key: Expr<Rc<str>>,
    value: Expr<Value>,
    duration: Number,
}

impl Statement for CacheStoreValue {
    const NAME: &'static str = "cache-store-value";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["key", "value", "duration", "caching-type"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let key = value_cache::check(element, checker);
        let value = checker.required_value(element, "value");
        let duration = value_cache::lifetime(element, "duration", checker);
        Some(Self { key: key?, value: value?, duration: duration? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let key = value_cache::key(&self.key, exchange, host, Self::NAME).await?;
        let value = self.value.get(exchange, host, Self::NAME).await?;
        let duration = self.duration.get(exchange, host, Self::NAME).await?;
        let found = Found { value, refresh_micros: 0 };
        value_cache::store(exchange, host, &key, &found, duration, Self::NAME).await;
        Ok(Flow::Next)
    }
}
