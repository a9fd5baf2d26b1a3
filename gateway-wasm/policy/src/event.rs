//! What policies tell the world outside: measurements, log entries, messages. Each is one JSON object, which the host hands to
//! its sinks; it never looks into one.
//!
//! | `kind` | from | members of its own |
//! |---|---|---|
//! | `metric` | `emit-metric` | `namespace`, `name`, `value`, `dimensions` |
//! | `log` | `log-to-eventhub` | `logger`, `partition` or `partitionKey`, `message` |
//! | `message` | `trace` | `source`, `severity`, `message`, `metadata` |
//! | `trace` | a request that is traced | `traceId`, `trace` |
//!
//! All but `trace` have `time`, `requestId`, `api` and `operation`, and `subscription` where the caller has one.

use crate::{exchange::Exchange, host::Host, problem::quoted};
use std::fmt::Write;

/// A JSON object that is being written.
#[derive(Debug)]
pub struct Event {
    text: String,
}

impl Event {
    /// An event of a kind.
    pub fn new(kind: &str) -> Self {
        let mut text = String::with_capacity(256);
        let _ = write!(text, "{{\"kind\":{}", quoted(kind));
        Self { text }
    }

    /// An event of a kind, with what all events of an exchange say of it.
    pub fn of<H: Host>(kind: &str, exchange: &Exchange, host: &H) -> Self {
        let about = &exchange.about;
        let time = dotnet::DateTime { ticks: crate::about::ticks(host.now_micros()), kind: dotnet::DateTimeKind::Utc };
        let mut event = Self::new(kind);
        event.text("time", &time.format(Some("o")).unwrap_or_default());
        event.text("requestId", &exchange.request_id(host).to_string());
        event.text("api", &about.called.api.id);
        event.text("operation", &about.called.operation.id);
        if let Some(subscription) = &about.subscription {
            event.text("subscription", &subscription.id);
        }
        event
    }

    /// Adds a text.
    pub fn text(&mut self, name: &str, value: &str) {
        self.json(name, &quoted(value));
    }

    /// Adds a number. What JSON has no number for becomes `null`.
    pub fn number(&mut self, name: &str, value: f64) {
        self.json(name, &if value.is_finite() { value.to_string() } else { "null".to_owned() });
    }

    /// Adds an object of texts.
    pub fn texts<'t>(&mut self, name: &str, pairs: impl IntoIterator<Item = (&'t str, &'t str)>) {
        let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{}:{}", quoted(name), quoted(value))).collect();
        self.json(name, &format!("{{{}}}", pairs.join(",")));
    }

    /// Adds what is JSON already.
    pub fn json(&mut self, name: &str, value: &str) {
        let _ = write!(self.text, ",{}:{value}", quoted(name));
    }

    /// The whole object.
    pub fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }
}
