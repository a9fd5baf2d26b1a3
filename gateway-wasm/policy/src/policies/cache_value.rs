//! `cache-value`: takes a value out of the cache, or makes it and puts it there.

use super::value_cache::{self, Found};
use crate::{
    computed::{Expr, Number},
    document::Section,
    exchange::Exchange,
    expr::value::Value,
    host::Host,
    run,
    statement::{Checker, Children, Fault, Flow, Parts, Statement},
    step::Step,
    xml::Element,
};
use std::rc::Rc;

/// Remembers what the cache has under a key. Where it has nothing, one request at a time makes the value and stores it, and the
/// others wait for it.
#[derive(Debug)]
pub struct CacheValue {
    key: Expr<Rc<str>>,
    variable: Rc<str>,
    expires_after: Number,
    refresh_after: Option<Number>,
    default: Option<Expr<Value>>,
    steps: Vec<Rc<Step>>,
}

/// How long a request waits before it looks again for the value that another one makes.
const LOOK_AGAIN_MS: u32 = 20;

/// How often it looks. After that, 10 s in all, it makes the value itself: the other one may have ended without it.
const LOOKS_MAX: u32 = 500;

impl Statement for CacheValue {
    const NAME: &'static str = "cache-value";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] =
        &["key", "variable-name", "expires-after", "refresh-after", "default-value", "caching-type"];
    const CHILDREN: Children = Children::Named(&["value"]);

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let key = value_cache::check(element, checker);
        let variable = checker.required(element, "variable-name");
        let expires_after = value_cache::lifetime(element, "expires-after", checker);
        let refresh_after = checker.optional_number(element, "refresh-after", 1..=u32::MAX, 1800);
        let default = checker.optional_value(element, "default-value");
        let written = |number: &Option<Number>| number.as_ref().and_then(Number::written);
        if let (Some(expires), Some(refresh)) = (written(&expires_after), written(&refresh_after.clone().flatten()))
            && refresh >= expires
            && let Some(attribute) = element.attribute("refresh-after")
        {
            let message = format!("the value is gone after {expires} s, before it is made anew after {refresh} s");
            checker.error("cache-value/refresh", attribute.value.span, message, "write less than in `expires-after`");
        }
        let mut steps = None;
        for child in element.elements().filter(|child| child.name == "value") {
            checker.attributes(child, &[]);
            let made = checker.inside("value", |checker| checker.branch(child));
            if steps.replace(made).is_some() {
                checker.error("cache-value/value", child.name_span, "`value` stands twice", "put everything into one");
            }
        }
        if steps.is_none() {
            let help = "add `<value>...</value>` with the policies that set the variable";
            checker.error("cache-value/value", element.name_span, "nothing says how the value is made", help);
        }
        Some(Self {
            key: key?,
            variable: variable?.into(),
            expires_after: expires_after?,
            refresh_after: refresh_after?,
            default: default?,
            steps: steps?,
        })
    }

    fn parts(&self) -> Parts<'_> {
        vec![(Some("value".to_owned()), &self.steps)]
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let key = value_cache::key(&self.key, exchange, host, Self::NAME).await?;
        let makers = format!("making/{key}");
        let mut looks = 0;
        loop {
            let found = value_cache::look_up(exchange, host, &key, Self::NAME).await;
            let is_fresh = |found: &Found| found.refresh_micros == 0 || found.refresh_micros > host.now_micros();
            match found {
                Some(found) if is_fresh(&found) => return Ok(self.set(exchange, found.value)),
                // It may still be used, but somebody should make it anew: the first who comes.
                Some(found) if !host.enter(&makers, 1).await => return Ok(self.set(exchange, found.value)),
                Some(_) => break,
                None if looks == LOOKS_MAX || host.enter(&makers, 1).await => break,
                None => {
                    looks += 1;
                    host.sleep(LOOK_AGAIN_MS).await;
                }
            }
        }
        let made = self.make(exchange, host, &key).await;
        host.leave(&makers).await;
        made
    }
}

impl CacheValue {
    fn set(&self, exchange: &mut Exchange, value: Value) -> Flow {
        exchange.variables.set(self.variable.clone(), value);
        Flow::Next
    }

    /// Makes the value and stores it. Where that fails, the value that was there before is used, or the default.
    async fn make<H: Host>(&self, exchange: &mut Exchange, host: &H, key: &str) -> Result<Flow, Fault> {
        // While this one entered, another may have left.
        if let Some(found) = value_cache::look_up(exchange, host, key, Self::NAME).await
            && (found.refresh_micros == 0 || found.refresh_micros > host.now_micros())
        {
            return Ok(self.set(exchange, found.value));
        }
        let expires_after = self.expires_after.get(exchange, host, Self::NAME).await?;
        let refresh_after = match &self.refresh_after {
            Some(seconds) => Some(seconds.get(exchange, host, Self::NAME).await?),
            None => None,
        };
        let before = exchange.variables.remove(&self.variable);
        let flow = run::nested(&self.steps, exchange, host).await;
        if let Ok(Flow::Next) = flow
            && let Some(value) = exchange.variables.get(&self.variable).cloned()
        {
            let refresh_micros = refresh_after.map_or(0, |seconds| host.now_micros() + i64::from(seconds) * 1_000_000);
            value_cache::store(exchange, host, key, &Found { value, refresh_micros }, expires_after, Self::NAME).await;
            return Ok(Flow::Next);
        }
        if let Some(before) = before {
            exchange.variables.set(self.variable.clone(), before);
        }
        match (flow, value_cache::look_up(exchange, host, key, Self::NAME).await, &self.default) {
            (Ok(Flow::Answer), ..) => Ok(Flow::Answer),
            (_, Some(old), _) => Ok(self.set(exchange, old.value)),
            (_, None, Some(default)) => {
                let value = default.get(exchange, host, Self::NAME).await?;
                Ok(self.set(exchange, value))
            }
            (Err(fault), None, None) => Err(fault),
            (Ok(_), None, None) => {
                let message = format!("`value` did not set the variable `{}`", self.variable);
                Err(Fault::new(Self::NAME, "ValueNotSet", message))
            }
        }
    }
}
