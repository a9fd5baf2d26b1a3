//! `retry`: runs its policies again, as long as a condition holds.

use crate::{
    computed::{Expr, Number, Word},
    document::Section,
    exchange::Exchange,
    host::Host,
    run,
    statement::{Checker, Children, Fault, Flow, Parts, Statement},
    step::Step,
    xml::Element,
};
use std::rc::Rc;

/// Runs its policies once, and then again while a condition is true.
#[derive(Debug)]
pub struct Retry {
    condition: Expr<bool>,
    count: Number,
    interval: Number,
    max_interval: Option<Number>,
    delta: Option<Number>,
    first_fast: Word<bool>,
    steps: Vec<Rc<Step>>,
}

/// Seconds of a day: the longest that a retry waits.
const DAY: u32 = 24 * 60 * 60;

/// The most retries that APIM makes (reference: APIM, A2).
const COUNT_MAX: u32 = 50;

impl Statement for Retry {
    const NAME: &'static str = "retry";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["condition", "count", "interval", "max-interval", "delta", "first-fast-retry"];
    const CHILDREN: Children = Children::Policies;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        const BOOLEAN: &[(&str, bool)] = &[("true", true), ("false", false)];
        let condition = checker.condition(element, "condition");
        let count = checker.required_number(element, "count", 1..=COUNT_MAX, 3);
        let interval = checker.required_number(element, "interval", 0..=DAY, 10);
        let max_interval = checker.optional_number(element, "max-interval", 0..=DAY, 60);
        let delta = checker.optional_number(element, "delta", 0..=DAY, 5);
        let first_fast = checker.word(element, "first-fast-retry", BOOLEAN, false);
        if let (Some(attribute), None) = (element.attribute("max-interval"), element.attribute("delta")) {
            checker.error(
                "retry/delta",
                attribute.name_span,
                "`max-interval` ends intervals that grow, and nothing says by how much",
                "add `delta=\"...\"`, or remove it",
            );
        }
        let steps = checker.branch(element);
        if element.elements().next().is_none() {
            checker.error("retry/empty", element.name_span, "there is nothing to retry", "put `<forward-request />` into it, for example");
        }
        Some(Self {
            condition: condition?,
            count: count?,
            interval: interval?,
            max_interval: max_interval?,
            delta: delta?,
            first_fast: first_fast?,
            steps,
        })
    }

    fn parts(&self) -> Parts<'_> {
        vec![(None, &self.steps)]
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let count = self.count.get(exchange, host, Self::NAME).await?;
        let intervals = self.intervals(exchange, host).await?;
        let mut tries = 0;
        loop {
            let result = run::nested(&self.steps, exchange, host).await;
            if let Ok(Flow::Answer) = result {
                return result;
            }
            // The condition may ask why it failed: `context.LastError != null`.
            let before = result.as_ref().err().map(|fault| exchange.last_error.replace(fault.clone()));
            let again = if tries < count { self.condition.get(exchange, host, Self::NAME).await } else { Ok(false) };
            if let Some(before) = before {
                exchange.last_error = before;
            }
            match (result, again) {
                (_, Ok(true)) => {}
                // What failed counts for more than a condition that cannot be asked about it.
                (Err(fault), _) | (Ok(_), Err(fault)) => return Err(fault),
                (Ok(flow), Ok(false)) => return Ok(flow),
            }
            tries += 1;
            host.sleep(intervals.before(tries, host)).await;
        }
    }
}

impl Retry {
    async fn intervals<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Intervals, Fault> {
        let first_fast = self.first_fast.get(exchange, host, Self::NAME).await?;
        let interval = self.interval.get(exchange, host, Self::NAME).await?;
        let delta = match &self.delta {
            Some(delta) => delta.get(exchange, host, Self::NAME).await?,
            None => 0,
        };
        let longest = match &self.max_interval {
            Some(longest) => Some(longest.get(exchange, host, Self::NAME).await?),
            None => None,
        };
        Ok(Intervals { first_fast, interval, delta, longest })
    }
}

/// How long to wait before each retry, in seconds.
struct Intervals {
    first_fast: bool,
    interval: u32,
    delta: u32,
    /// The longest; where there is one, intervals grow exponentially.
    longest: Option<u32>,
}

impl Intervals {
    /// Milliseconds before a retry, of which the first is 1 (reference: APIM, A2).
    fn before(&self, retry: u32, host: &impl Host) -> u32 {
        if self.first_fast && retry == 1 {
            return 0;
        }
        let interval_ms = f64::from(self.interval) * 1000.0;
        let delta_ms = f64::from(self.delta) * 1000.0;
        let wait_ms = match self.longest {
            None => interval_ms + f64::from(retry - 1) * delta_ms,
            Some(longest) => {
                // From 0.8 to 1.2 of the delta, so that callers who failed together do not come back together.
                let dice = 0.8 + 0.4 * ((host.random() >> 11) as f64 / (1u64 << 53) as f64);
                let growth = f64::from(2u32.saturating_pow(retry)) - 1.0;
                (interval_ms + growth * delta_ms * dice).min(f64::from(longest) * 1000.0)
            }
        };
        wait_ms.min(f64::from(DAY) * 1000.0) as u32
    }
}
