//! `cache-remove-value`: takes a value out of the cache for good.

use super::value_cache;
use crate::{
    computed::{Expr, Word},
    document::Section,
    exchange::Exchange,
    host::{Host, StoreError},
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Forgets what the cache has under a key.
#[derive(Debug)]
pub struct CacheRemoveValue {
    key: Expr<Rc<str>>,
    fail_on_error: Word<bool>,
}

impl Statement for CacheRemoveValue {
    const NAME: &'static str = "cache-remove-value";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["key", "caching-type", "fail-on-cache-removal-error"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let key = value_cache::check(element, checker);
        let words = &[("true", true), ("false", false)];
        let fail_on_error = checker.word(element, "fail-on-cache-removal-error", words, false);
        Some(Self { key: key?, fail_on_error: fail_on_error? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let key = value_cache::key(&self.key, exchange, host, Self::NAME).await?;
        if let Err(StoreError(message)) = host.remove(&key).await {
            if self.fail_on_error.get(exchange, host, Self::NAME).await? {
                return Err(Fault::new(Self::NAME, "CacheRemovalFailure", message));
            }
            value_cache::note(exchange, Self::NAME, message);
        }
        Ok(Flow::Next)
    }
}
